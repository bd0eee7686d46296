/* ---- GELU by tanh: x·sigmoid(w), w = c1·x + c3·x³ ------------------------------------------ */

#define AV_GELU_TANH_FAR 11.9f
#define AV_GELU_TANH_C1 av_ff_of(1.5957691669464111f, -4.534068054340423e-8f)   /* 2√(2/π) */
#define AV_GELU_TANH_C3 av_ff_of(0.07135481387376785f, 2.3988324659995897e-9f)  /* 0.044715·c1 */
#define AV_GELU_TANH_ZERO av_ff_of(-0.7524614334106445f, 1.1339627903339533e-8f)
#define AV_GELU_TANH_NEAR 0.19f
__constant float av_gelu_tanh_near_zero[9] = {
    0.430400103f, -1.23223032e-08f, 0.387518436f, -0.015782861f, -0.113942914f,
    -0.0166178532f, 0.0196146257f, 0.00519260531f, -0.00153045054f,
};

inline float av_gelu_tanh(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const bool right = x >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(x, 0.0f), av_multiply_float(t.m, -a));
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    const float v = av_round(q, right ? 0 : t.n);
    return x > AV_GELU_TANH_FAR ? x : v;
}

/* t·(1 + t - a·w')/(1 + t)² at x = -a, t = e^-w, w' = c1 + 3·c3·a²; 1 minus that on the right. */
inline float av_gelu_tanh_grad(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const av_ff slope = av_add(AV_GELU_TANH_C1, av_multiply_float(c3_square, 3.0f));
    const av_ff bracket = av_add(av_ff_of(1.0f, 0.0f), av_multiply_float(slope, -a));
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    const av_ff top = av_multiply(t.m, av_add(bracket, t.value));
    const av_ff left = av_divide(top, av_multiply(bottom, bottom));
    const av_ff d = av_add(av_ff_of(-a, 0.0f), av_negate(AV_GELU_TANH_ZERO));
    const bool near = fabs(d.hi) < AV_GELU_TANH_NEAR;
    const float left_value = near ? av_zero_times(d, av_gelu_tanh_near_zero) : av_round(left, t.n);
    return x >= 0.0f ? av_plus_small(1.0f, av_negate(left), t.n) : left_value;
}
