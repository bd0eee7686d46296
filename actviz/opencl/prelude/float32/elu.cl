/* ---- ELU and SELU -------------------------------------------------------------------------- */

/* x for x > 0, else alpha·(e^x - 1). Below 2^-60 e^x - 1 is x, which is scaled up meanwhile. */
inline float av_elu(float x, av_real alpha)
{
    const bool tiny = fabs(x) < 0x1p-60f;
    const av_ff small = av_ff_of(x * 0x1p64f, 0.0f);
    const float near = x < -120.0f ? -120.0f : x > 0.0f ? 0.0f : x;
    const av_ff e = av_select(tiny, small, av_expm1(near));
    const av_ff left = av_multiply(e, av_ff_of(alpha.hi, alpha.mid));
    const float v = av_round(left, alpha.exponent - (tiny ? 64 : 0));
    return x > 0.0f || x != x ? x : v;
}

/* 1 for x > 0, else alpha·e^x; a large alpha keeps the far tail. */
inline float av_elu_grad(float x, av_real alpha)
{
    const float near = x < -1200.0f ? -1200.0f : x > 0.0f ? 0.0f : x;
    const av_power t = av_exp(av_ff_of(near, 0.0f));
    const float v = av_round(av_multiply(t.m, av_ff_of(alpha.hi, alpha.mid)),
                             t.n + alpha.exponent);
    return x != x ? x : x > 0.0f ? 1.0f : v;
}

/* Keras's scale 1.0507009873554805 and its product with alpha = 1.6732632423543772. */
#define AV_SELU_SCALE av_ff_of(1.050701f, -3.4792652e-08f)
#define AV_SELU_LEFT (float4)(0.87904966f, 1.1648359e-08f, 2.8750733e-17f, 1.0f)

/* scale·x for x > 0, else scale·alpha·(e^x - 1). */
inline float av_selu(float x)
{
    const av_real a = av_pair(x, 0.0f);
    const float right = av_round(av_multiply_float(AV_SELU_SCALE, a.hi), a.exponent);
    const float left = av_elu(x, av_real_of(AV_SELU_LEFT));
    return x > 0.0f ? right : left;
}

/* scale for x > 0, else scale·alpha·e^x. */
inline float av_selu_grad(float x)
{
    const float left = av_elu_grad(x, av_real_of(AV_SELU_LEFT));
    return x > 0.0f ? AV_SELU_SCALE.hi : left;
}
