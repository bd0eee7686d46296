/* ---- Tanh shrink ---------------------------------------------------------------------------- */

/* (a - tanh a)/a³ as a polynomial in a² for 0 ≤ a ≤ AV_TANH_SHRINK_NEAR, within 2^-56.3: its first
 * coefficient in two parts. */
#define AV_TANH_SHRINK_NEAR 0.6875
#define AV_TANH_SHRINK_DEGREE 13
__constant double av_tanh_shrink_near_zero[15] = {
    0.3333333333333333, 1.8441122273114247e-17, -0.13333333333333328, 0.05396825396824681,
    -0.02186948853576563, 0.00886323551881709, -0.003592127847129912, 0.0014558322826325727,
    -0.0005900115027498246, 0.0002390444604837936, -9.659561288747865e-05, 3.841763748193236e-05,
    -1.428445615931928e-05, 4.311010175748561e-06, -7.463666930979137e-07,
};

/* (tanh² a/a² - 1)/a² as a polynomial in a² for 0 ≤ a ≤ AV_TANH_SQUARE_NEAR, within 2^-57.1 of
 * tanh² a/a², constant term first. */
#define AV_TANH_SQUARE_NEAR 0.375
#define AV_TANH_SQUARE_DEGREE 9
__constant double av_tanh_square_near_zero[10] = {
    -0.6666666666666666, 0.3777777777777754, -0.19682539682482883, 0.09749559077707176,
    -0.04669766206748645, 0.021837451426856738, -0.010029414866971889, 0.0045327556152589795,
    -0.001968659687360167, 0.00066717362720823,
};

/* x - tanh x beside 0, where the difference would cancel: x³ times the polynomial. The mantissa of
 * x takes part, its exponent is put on last. */
inline double av_tanh_shrink_near(double x)
{
    const av_parts a = av_parts_of(x);
    const av_dd cube = av_multiply_double(av_two_product(a.m, a.m), a.m);
    const av_dd factor = av_fine_polynomial(av_tanh_shrink_near_zero, AV_TANH_SHRINK_DEGREE, x * x);
    return av_round(av_multiply(cube, factor), 3 * a.exponent);
}

/* |x| - 1 + 2t/(1 + t), t = e^(-2|x|), further out: |x| - 1 is exact. From 2^60 on it is x. */
inline double av_tanh_shrink(double x)
{
    const av_dd a = av_magnitude(av_dd_of(x, 0.0), 0x1p60);
    const av_power t = av_exp(av_times_power(av_magnitude(a, 60.0), -2.0));
    const av_dd rest = av_divide(av_times_power(t.value, 2.0), av_add_smaller(1.0, t.value));
    const av_dd far = av_add(av_two_sum(a.hi, -1.0), rest);
    const bool near = a.hi < AV_TANH_SHRINK_NEAR;
    const double v = near ? av_tanh_shrink_near(x) : av_with_sign(far.hi + far.lo, x);
    return x != x || fabs(x) > 0x1p60 ? x : v;
}

/* tanh² x beside 0: x² times 1 + x²·P(x²); the exponent of x² is put on last. */
inline double av_tanh_square_near(double x)
{
    const double u = x * x;
    const double p = av_polynomial(av_tanh_square_near_zero, AV_TANH_SQUARE_DEGREE, u);
    const av_parts a = av_parts_of(x);
    const av_dd factor = av_fast_two_sum(1.0, u * p);
    return av_round(av_multiply(av_two_product(a.m, a.m), factor), 2 * a.exponent);
}

/* tanh² x = 1 - 4t/(1 + t)², t = e^(-2|x|), further out. */
inline double av_tanh_shrink_grad(double x)
{
    const av_dd a = av_magnitude(av_dd_of(x, 0.0), 60.0);
    const av_power t = av_exp(av_times_power(a, -2.0));
    const av_dd bottom = av_add_smaller(1.0, t.value);
    const av_dd slope = av_divide(av_times_power(t.value, -4.0), av_multiply(bottom, bottom));
    const av_dd far = av_add_smaller(1.0, slope);
    const double v = a.hi < AV_TANH_SQUARE_NEAR ? av_tanh_square_near(x) : far.hi + far.lo;
    return x != x ? x : v;
}
