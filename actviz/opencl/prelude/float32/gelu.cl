/* ---- GELU ---------------------------------------------------------------------------------- */

/* erfcx(a/√2)/2, a ≥ 0, on ten intervals: {centre, c0 high, c0 low, c1 … c8} each. */
#define AV_GELU_FAR 15.9f
__constant float av_half_erfcx[110] = {
    0.25f, 0.414032102f, 1.31819888e-09f, -0.295434266f, 0.170086786f, -0.0843030736f,
    0.0372510776f, -0.0150281852f, 0.00562789058f, -0.00171086018f, 0.000275653147f,
    0.75f, 0.30023247f, -7.69754394e-09f, -0.173767939f, 0.0849532634f, -0.0366837978f,
    0.0143593168f, -0.00519734249f, 0.00176402985f, -0.000437216688f, 1.43508387e-05f,
    1.25f, 0.230760321f, 2.84671842e-10f, -0.110491879f, 0.0463227369f, -0.0175294373f,
    0.00610267371f, -0.00198151288f, 0.00060583977f, -0.000165265374f, 3.79546618e-05f,
    1.75f, 0.185231671f, -6.05832184e-09f, -0.0747868642f, 0.0271773208f, -0.00907580554f,
    0.00282404781f, -0.00081883336f, 0.000222542352f, -0.000127047912f, 7.28113664e-05f,
    2.5f, 0.14133133f, 1.43773704e-09f, -0.045613952f, 0.0136482259f, -0.00383113138f,
    0.00101759785f, -0.000257370528f, 6.23488086e-05f, -1.4871378e-05f, 3.29225486e-06f,
    3.5f, 0.106345154f, -7.11434467e-10f, -0.0267342422f, 0.0063876519f, -0.00145916513f,
    0.000320159306f, -6.763688e-05f, 1.38147079e-05f, -2.96139797e-06f, 6.17450439e-07f,
    5.0f, 0.0769193023f, 2.62937405e-09f, -0.0143457549f, 0.00259526353f, -0.000456485228f,
    7.82183051e-05f, -1.30605558e-05f, 2.13401836e-06f, -3.62818326e-07f, 5.69826959e-08f,
    7.0f, 0.0558934808f, 1.66414527e-09f, -0.00768790348f, 0.00103907962f, -0.000138114556f,
    1.8067909e-05f, -2.32868433e-06f, 2.95738289e-07f, -3.73300928e-08f, 4.55381954e-09f,
    10.0f, 0.0395066924f, 1.66096648e-09f, -0.00387533917f, 0.000376650103f, -3.62801729e-05f,
    3.46403453e-06f, -3.27239547e-07f, 3.07286285e-08f, -3.09469117e-09f, 2.84905016e-10f,
    14.0f, 0.0283526611f, -5.30693267e-10f, -0.00200503296f, 0.000141099124f, -9.88182092e-06f,
    6.88785121e-07f, -4.77239901e-08f, 3.29286376e-09f, -2.40532372e-10f, 1.68063948e-11f,
};

/* (Mills(a) - a)/((a0 - a)·√(2π)), a ≥ 0, Mills(a) = (1 - Φ(a))/φ(a), a0 where it equals a:
 * {centre, c0 high, c0 low, c1 … c6} each. */
#define AV_GELU_ZERO av_ff_of(0.7517915368080139f, -1.211444988769017e-8f)
__constant float av_gelu_slope[90] = {
    0.25f, 0.626348853f, -2.62255497e-08f, -0.135569677f, 0.0687877536f, -0.0309202764f,
    0.0126151182f, -0.00480719982f, 0.00168840354f,
    0.75f, 0.572558165f, -2.8744779e-08f, -0.0848875865f, 0.0366586223f, -0.0143501069f,
    0.00517955888f, -0.00176326779f, 0.000558577536f,
    1.25f, 0.537761867f, 1.87365572e-08f, -0.0568591841f, 0.0211486705f, -0.00726419967f,
    0.00233160472f, -0.000711643428f, 0.000204685042f,
    1.75f, 0.513837874f, 5.33617595e-09f, -0.0401807167f, 0.0130267311f, -0.00395824993f,
    0.0011365175f, -0.000312388467f, 8.16715328e-05f,
    2.5f, 0.489658058f, 1.75731429e-09f, -0.0257988926f, 0.0069503542f, -0.00178395014f,
    0.000438424147f, -0.000105892803f, 2.41990401e-05f,
    3.5f, 0.469379544f, -5.06440756e-09f, -0.0159023684f, 0.00346215232f, -0.000728767889f,
    0.000148690917f, -2.99709809e-05f, 5.78839854e-06f,
    5.0f, 0.451435506f, -1.13944125e-08f, -0.00897967443f, 0.00150285207f, -0.000246175157f,
    3.95324168e-05f, -6.49846606e-06f, 1.01405874e-06f,
    7.0f, 0.437997937f, 9.08961795e-09f, -0.00502028316f, 0.000637175632f, -7.98562542e-05f,
    9.88827196e-06f, -1.24208327e-06f, 1.51072513e-07f,
    10.0f, 0.427100688f, -1.07759206e-08f, -0.00262571522f, 0.000243191476f, -2.23506249e-05f,
    2.04101002e-06f, -1.96569744e-07f, 1.79849291e-08f,
    14.0f, 0.419440806f, 1.8763231e-09f, -0.00139592506f, 9.4716801e-05f, -6.40166581e-06f,
    4.31130928e-07f, -2.98715364e-08f, 2.0149904e-09f,
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
    __constant const float *c = av_half_erfcx + 11 * av_gelu_interval(a);
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
    __constant const float *c = av_gelu_slope + 9 * av_gelu_interval(a);
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
