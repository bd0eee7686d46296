/* ---- GELU by tanh: x·sigmoid(w), w = c1·x + c3·x³ ------------------------------------------ */

#define AV_GELU_TANH_FAR 24.0
#define AV_GELU_TANH_C1 av_dd_of(1.5957691216057308, -9.96930880911092e-17)
#define AV_GELU_TANH_C3 av_dd_of(0.07135481627260025, -6.175149918155315e-19)
#define AV_GELU_TANH_ZERO av_dd_of(-0.7524614220710163, 3.635560509207687e-17)
/* gelu_tanh'(zero + d)/d for |d| ≤ AV_GELU_TANH_NEAR, within 2^-55.9. */
#define AV_GELU_TANH_NEAR 0.2
#define AV_GELU_TANH_DEGREE 13
__constant double av_gelu_tanh_near_zero[15] = {
    0.4304000910248585, 2.0330031578522384e-17, 0.38751844613578895, -0.015782853521848144,
    -0.11394448308095893, -0.016619328343006008, 0.019682309459814095, 0.005261059247933828,
    -0.002422731843019848, -0.0009274415232227617, 0.0002639274363657616, 0.00012423390895500858,
    -3.494867152387832e-05, -1.5615269375313666e-05, 5.7817019247763115e-06,
};

inline double av_gelu_tanh(double x)
{
    const double a = av_magnitude(av_dd_of(x, 0.0), AV_GELU_TANH_FAR).hi;
    const av_dd c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_dd w = av_multiply_double(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const bool right = x >= 0.0;
    const av_dd top = av_select(right, av_dd_of(x, 0.0), av_multiply_double(t.m, -a));
    const av_dd q = av_divide(top, av_add_smaller(1.0, t.value));
    const double v = av_round(q, right ? 0 : t.n);
    return x > AV_GELU_TANH_FAR ? x : v;
}

/* t·(1 + t - a·w')/(1 + t)² at x = -a, t = e^-w, w' = c1 + 3·c3·a²; 1 minus that on the right. */
inline double av_gelu_tanh_grad(double x)
{
    const double a = av_magnitude(av_dd_of(x, 0.0), AV_GELU_TANH_FAR).hi;
    const av_dd c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_dd w = av_multiply_double(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const av_dd slope = av_add(AV_GELU_TANH_C1, av_multiply_double(c3_square, 3.0));
    const av_dd bracket = av_add(av_dd_of(1.0, 0.0), av_multiply_double(slope, -a));
    const av_dd bottom = av_add_smaller(1.0, t.value);
    const av_dd top = av_multiply(t.m, av_add(bracket, t.value));
    const av_dd left = av_divide(top, av_multiply(bottom, bottom));
    const av_dd d = av_add(av_dd_of(-a, 0.0), av_negate(AV_GELU_TANH_ZERO));
    const bool near = fabs(d.hi) < AV_GELU_TANH_NEAR;
    const double root_value = av_zero_times(d, av_gelu_tanh_near_zero, AV_GELU_TANH_DEGREE);
    const double left_value = near ? root_value : av_round(left, t.n);
    return x >= 0.0 ? av_plus_small(1.0, av_negate(left), t.n) : left_value;
}
