/* ---- ELU and SELU -------------------------------------------------------------------------- */

/* alpha·(e^x - 1) for x ≤ 0. Where alpha is not ordinary, e^x - 1, which is x below 2^-60, is
 * scaled up meanwhile. */
inline float av_elu_left(float x, av_real alpha)
{
    const float near = x < -1200.0f ? -1200.0f : x > 0.0f ? 0.0f : x;
    const av_ff e = av_expm1(av_ff_of(near, 0.0f));
    if (alpha.ordinary)
        return x == 0.0f ? x * alpha.high : av_product_of(e, alpha);
    const bool tiny = fabs(x) < 0x1p-60f;
    const av_ff scaled = av_select(tiny, av_ff_of(x * 0x1p64f, 0.0f), e);
    const av_ff left = av_multiply(scaled, av_ff_of(alpha.hi, alpha.mid));
    return av_round(left, alpha.exponent - (tiny ? 64 : 0));
}

/* alpha·e^x for x ≤ 0; a large alpha keeps the far tail. */
inline float av_elu_left_grad(float x, av_real alpha)
{
    const float near = x < -1200.0f ? -1200.0f : x > 0.0f ? 0.0f : x;
    const av_power t = av_exp(av_ff_of(near, 0.0f));
    if (alpha.ordinary)
        return av_round_lower(av_multiply(t.m, av_ff_of(alpha.high, alpha.low)), t.n);
    return av_round(av_multiply(t.m, av_ff_of(alpha.hi, alpha.mid)), t.n + alpha.exponent);
}

/* x for x > 0, else alpha·(e^x - 1). */
inline float av_elu(float x, av_real alpha)
{
    const float left = av_elu_left(x, alpha);
    return x > 0.0f || x != x ? x : left;
}

/* 1 for x > 0, else alpha·e^x. */
inline float av_elu_grad(float x, av_real alpha)
{
    const float left = av_elu_left_grad(x, alpha);
    return x != x ? x : x > 0.0f ? 1.0f : left;
}

/* Keras's scale 1.0507009873554805 and its product with alpha = 1.6732632423543772. */
#define AV_SELU_SCALE av_ff_of(1.050701f, -3.4792652e-08f)
#define AV_SELU_LEFT (float4)(0.87904966f, 1.1648359e-08f, 2.8750733e-17f, 1.0f)

/* scale·x for x > 0, else scale·alpha·(e^x - 1). */
inline float av_selu(float x)
{
    const float right = x + x == x ? x : av_times_once(AV_SELU_SCALE, x);
    const float left = av_elu_left(x, av_real_of_parts(AV_SELU_LEFT));
    return x > 0.0f || x != x ? right : left;
}

/* scale for x > 0, else scale·alpha·e^x. */
inline float av_selu_grad(float x)
{
    const float left = av_elu_left_grad(x, av_real_of_parts(AV_SELU_LEFT));
    return x != x ? x : x > 0.0f ? AV_SELU_SCALE.hi : left;
}
