/* ---- Mish ---------------------------------------------------------------------------------- */

/* t = e^-|x| as a power, and the numbers both parts are made of: a = 1 + 2t right of 0 and 2 + t
 * left of it, d = a + 2t² and 2 + t·a. With them tanh(ln(1 + e^x)) is a/d and t·a/d. */
typedef struct {
    av_power t;
    av_dd a, d;
} av_mish_parts;

inline av_mish_parts av_mish_parts_of(double size, bool right)
{
    av_mish_parts p;
    p.t = av_exp(av_dd_of(-size, 0.0));
    const av_dd t = p.t.value;
    const av_dd twice = av_add_smaller(1.0, av_times_power(t, 2.0));
    p.a = av_select(right, twice, av_add_smaller(2.0, t));
    const av_dd right_d = av_add(p.a, av_times_power(av_multiply(t, t), 2.0));
    p.d = av_select(right, right_d, av_add_smaller(2.0, av_multiply(t, p.a)));
    return p;
}

/* x·a/d right of 0, x·t·a/d left of it; the exponent of x is put on last. */
inline double av_mish(double x)
{
    const bool right = x >= 0.0;
    const av_parts m = av_parts_of(x);
    const av_mish_parts p = av_mish_parts_of(av_magnitude(av_dd_of(x, 0.0), 1600.0).hi, right);
    const av_dd top = av_multiply_double(av_select(right, p.a, av_multiply(p.t.m, p.a)), m.m);
    const double v = av_round(av_divide(top, p.d), m.exponent + (right ? 0 : p.t.n));
    const double limit = right ? x : av_with_sign(0.0, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : v;
}

/* The zero of the derivative, and mish'(zero + d)/d for |d| ≤ AV_MISH_NEAR, within 2^-57.3. */
#define AV_MISH_ZERO av_dd_of(-1.1924312145154952, -4.8484829848031044e-17)
#define AV_MISH_NEAR 0.25
#define AV_MISH_DEGREE 13
__constant double av_mish_near_zero[15] = {
    0.2669479140495345, 1.5806047959238154e-17, 0.20473126408010586, 0.04190782104360913,
    -0.020271822716684255, -0.01582112656154332, -0.0033606849270207506, 0.0010924055226825698,
    0.000989818101880281, 0.0002541302000021202, -4.1961484110583144e-05, -5.584859249971741e-05,
    -1.729957416651102e-05, 1.1730482672208413e-06, 2.9129255504479706e-06,
};

/* (a·d + 4x(1 + t)t²)/d² right of 0, t·(a·d + 4x(1 + t))/d² left of it. */
inline double av_mish_grad(double x)
{
    const bool right = x >= 0.0;
    const double size = av_magnitude(av_dd_of(x, 0.0), 1000.0).hi;
    const av_mish_parts p = av_mish_parts_of(size, right);
    const av_dd t = p.t.value;
    const av_dd u = av_multiply_double(av_add_smaller(1.0, t), 4.0 * (right ? size : -size));
    const av_dd product = av_multiply(p.a, p.d);
    const av_dd right_top = av_add(product, av_multiply(u, av_multiply(t, t)));
    const av_dd top = av_select(right, right_top, av_multiply(p.t.m, av_add(product, u)));
    const av_dd q = av_divide(top, av_multiply(p.d, p.d));
    const av_dd d = av_add(av_dd_of(-size, 0.0), av_negate(AV_MISH_ZERO));
    const bool near = !right && fabs(d.hi) < AV_MISH_NEAR;
    const double root_value = av_zero_times(d, av_mish_near_zero, AV_MISH_DEGREE);
    const double v = near ? root_value : av_round(q, right ? 0 : p.t.n);
    return x != x ? x : v;
}
