/* ---- ELU and SELU -------------------------------------------------------------------------- */

/* m·2^exponent·(e^x - 1) for x ≤ 0. Below 2^-60 e^x - 1 is x, which is scaled up meanwhile. */
inline double av_elu_left(double x, av_dd m, int exponent)
{
    const bool tiny = fabs(x) < 0x1p-60;
    const av_dd small = av_dd_of(x * 0x1p512, 0.0);
    const double near = x < -60.0 ? -60.0 : x > 0.0 ? 0.0 : x;
    const av_dd e = av_select(tiny, small, av_expm1(near));
    return av_round(av_multiply(e, m), exponent - (tiny ? 512 : 0));
}

/* m·2^exponent·e^x for x ≤ 0; a large factor keeps the far tail. */
inline double av_elu_left_grad(double x, av_dd m, int exponent)
{
    const double near = x < -1600.0 ? -1600.0 : x > 0.0 ? 0.0 : x;
    const av_power t = av_exp(av_dd_of(near, 0.0));
    return av_round(av_multiply(t.m, m), t.n + exponent);
}

/* x for x > 0, else alpha·(e^x - 1). */
inline double av_elu(double x, double alpha)
{
    const av_parts a = av_parts_of(alpha);
    const double left = av_elu_left(x, av_dd_of(a.m, 0.0), a.exponent);
    return x > 0.0 || x != x ? x : left;
}

/* 1 for x > 0, else alpha·e^x. */
inline double av_elu_grad(double x, double alpha)
{
    const av_parts a = av_parts_of(alpha);
    const double left = av_elu_left_grad(x, av_dd_of(a.m, 0.0), a.exponent);
    return x != x ? x : x > 0.0 ? 1.0 : left;
}

/* Keras's scale, and its product with alpha = 1.6732632423543772. */
#define AV_SELU_SCALE 1.0507009873554805
#define AV_SELU_LEFT av_dd_of(1.7580993408473766, 5.75014648756476e-17)

/* scale·x for x > 0, else scale·alpha·(e^x - 1). */
inline double av_selu(double x)
{
    const double left = av_elu_left(x, AV_SELU_LEFT, 0);
    return x > 0.0 || x != x ? AV_SELU_SCALE * x : left;
}

/* scale for x > 0, else scale·alpha·e^x. */
inline double av_selu_grad(double x)
{
    const double left = av_elu_left_grad(x, AV_SELU_LEFT, 0);
    return x != x ? x : x > 0.0 ? AV_SELU_SCALE : left;
}
