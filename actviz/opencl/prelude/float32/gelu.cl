/* ---- GELU ---------------------------------------------------------------------------------- */

/* erfcx(a/√2)/2 for 0 ≤ a ≤ 16, within 2^-29.4, on ten intervals: {centre, c0 high, c0 low, c1 … c8}
 * each, a polynomial in the distance from the centre. */
#define AV_GELU_FAR 15.9f
__constant av_scalar av_half_erfcx[110] = {
    0.25f, 0.4140321f, 1.3162644e-09f, -0.29543427f, 0.17008677f, -0.08430268f, 0.03725212f,
    -0.015046256f, 0.005606357f, -0.0015179656f, 0.00041255724f,
    0.75f, 0.30023247f, -7.695654e-09f, -0.17376794f, 0.084953256f, -0.036683608f, 0.014359841f,
    -0.0052060327f, 0.0017529099f, -0.0003444806f, 8.779505e-05f,
    1.25f, 0.23076032f, 2.8454147e-10f, -0.11049188f, 0.046322737f, -0.01752942f, 0.0061026686f,
    -0.0019822803f, 0.00060607644f, -0.00015707822f, 3.5402158e-05f,
    1.75f, 0.18523167f, -6.0590297e-09f, -0.074786864f, 0.027177323f, -0.009075902f, 0.0028239214f,
    -0.0008143993f, 0.00022511427f, -0.00017439143f, 5.6661174e-05f,
    2.5f, 0.14133133f, 1.4385291e-09f, -0.045613952f, 0.013648226f, -0.003831131f, 0.0010175979f,
    -0.00025737562f, 6.234809e-05f, -1.4858196e-05f, 3.2950256e-06f,
    3.5f, 0.106345154f, -7.1135536e-10f, -0.026734242f, 0.006387652f, -0.001459169f, 0.0003201598f,
    -6.759267e-05f, 1.3808888e-05f, -3.079835e-06f, 6.3322017e-07f,
    5.0f, 0.0769193f, 2.6295195e-09f, -0.014345755f, 0.0025952635f, -0.00045648633f, 7.821852e-05f,
    -1.3057126e-05f, 2.1333449e-06f, -3.6524398e-07f, 5.7453523e-08f,
    7.0f, 0.05589348f, 1.6627629e-09f, -0.0076879035f, 0.0010390796f, -0.00013811424f,
    1.806791e-05f, -2.3295863e-06f, 2.9575804e-07f, -3.673426e-08f, 4.5323962e-09f,
    10.0f, 0.039506692f, 1.6613387e-09f, -0.0038753392f, 0.0003766501f, -3.6280173e-05f,
    3.4640357e-06f, -3.2723952e-07f, 3.0727843e-08f, -3.0946974e-09f, 2.8503067e-10f,
    14.0f, 0.028352661f, -5.309761e-10f, -0.002005033f, 0.00014109912f, -9.88185e-06f,
    6.8878694e-07f, -4.7702592e-08f, 3.291628e-09f, -2.4416877e-10f, 1.7007501e-11f,
};

/* (Mills(a) - a)/((a0 - a)·√(2π)), a ≥ 0, Mills(a) = (1 - Φ(a))/φ(a), a0 where it equals a;
 * for 0 ≤ a ≤ 16, within 2^-26.9: {centre, c0 high, c0 low, c1 … c6} each. */
#define AV_GELU_ZERO av_ff_of(0.75179154f, -1.211445e-08f)
__constant av_scalar av_gelu_slope[90] = {
    0.25f, 0.62634885f, -2.6208353e-08f, -0.13556968f, 0.06878775f, -0.030920282f, 0.012615116f,
    -0.004807101f, 0.0016883402f,
    0.75f, 0.57255816f, -2.8751561e-08f, -0.08488759f, 0.036658622f, -0.01435008f, 0.0051795873f,
    -0.0017638683f, 0.00055808906f,
    1.25f, 0.53776187f, 1.8739335e-08f, -0.056859184f, 0.02114867f, -0.0072641964f, 0.002331591f,
    -0.00071171654f, 0.00020493966f,
    1.75f, 0.5138379f, 5.3370433e-09f, -0.040180717f, 0.013026731f, -0.0039582504f, 0.0011365176f,
    -0.00031238023f, 8.166497e-05f,
    2.5f, 0.48965806f, 1.760942e-09f, -0.025798893f, 0.006950354f, -0.0017839504f, 0.00043842403f,
    -0.00010589173f, 2.419919e-05f,
    3.5f, 0.46937954f, -5.0654503e-09f, -0.015902368f, 0.0034621523f, -0.0007287619f,
    0.00014869143f, -3.0003011e-05f, 5.786332e-06f,
    5.0f, 0.4514355f, -1.1393501e-08f, -0.008979674f, 0.0015028521f, -0.00024617513f, 3.953238e-05f,
    -6.498493e-06f, 1.0140922e-06f,
    7.0f, 0.43799794f, 9.08849e-09f, -0.005020283f, 0.00063717563f, -7.9855956e-05f, 9.888316e-06f,
    -1.242507e-06f, 1.5101712e-07f,
    10.0f, 0.4271007f, -1.0785612e-08f, -0.0026257152f, 0.0002431915f, -2.2350601e-05f,
    2.0409934e-06f, -1.9657813e-07f, 1.7987267e-08f,
    14.0f, 0.4194408f, 1.8771913e-09f, -0.0013959251f, 9.47168e-05f, -6.4016663e-06f,
    4.3113076e-07f, -2.9871398e-08f, 2.015012e-09f,
};

/* Which of the ten intervals: up to 1/2, 1, 1.5, 2, 3, 4, 6, 8, 12, 16. The exponent and the
 * highest bit of the mantissa count them. */
inline int av_gelu_interval(float a)
{
    const int half_octave = (int)(as_uint(a) >> 22) - 252;
    return a < 0.5f ? 0 : min(max(half_octave, 1), 9);
}

/* e^(-a²/2): the square is exact. */
inline av_power av_gauss(float a)
{
    return av_exp(av_times_power(av_two_product(a, a), -0.5f));
}

/* -a·e^(-a²/2)·erfcx(a/√2)/2 at x = -a; x + gelu(-x) on the right. */
inline float av_gelu(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_FAR).hi;
    __constant const av_scalar *c = av_half_erfcx + 11 * av_gelu_interval(a);
    const float y = a - c[0];
    float p = c[10];
    p = fma(y, p, c[9]);
    p = fma(y, p, c[8]);
    p = fma(y, p, c[7]);
    p = fma(y, p, c[6]);
    p = fma(y, p, c[5]);
    p = fma(y, p, c[4]);
    p = fma(y, p, c[3]);
    p = fma(y, p, c[2]);
    const av_power t = av_gauss(a);
    const av_ff left = av_multiply_float(av_multiply(t.m, av_fast_two_sum(c[1], p)), -a);
    const float left_value = av_with_sign(av_round(left, t.n), x);
    const float right_value = x > AV_GELU_FAR ? x : av_plus_small(x, left, t.n);
    return x > 0.0f ? right_value : left_value;
}

/* e^(-a²/2)·(a0 - a)·Q(a) at x = -a; 1 - gelu'(-x) on the right. */
inline float av_gelu_grad(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_FAR).hi;
    __constant const av_scalar *c = av_gelu_slope + 9 * av_gelu_interval(a);
    const float y = a - c[0];
    float p = c[8];
    p = fma(y, p, c[7]);
    p = fma(y, p, c[6]);
    p = fma(y, p, c[5]);
    p = fma(y, p, c[4]);
    p = fma(y, p, c[3]);
    p = fma(y, p, c[2]);
    const av_power t = av_gauss(a);
    const av_ff d = av_add(AV_GELU_ZERO, av_ff_of(-a, 0.0f));
    const av_ff left = av_multiply(av_multiply(t.m, av_fast_two_sum(c[1], p)), d);
    const float left_value = av_round(left, t.n);
    return x > 0.0f ? av_plus_small(1.0f, av_negate(left), t.n) : left_value;
}
