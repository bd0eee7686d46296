/* ---- GELU by tanh: x·sigmoid(w), w = c1·x + c3·x³ ------------------------------------------ */

/* From here on e^-w is 0, also times what is beside it. */
#define AV_GELU_TANH_FAR 11.9f
#define AV_GELU_TANH_C1 av_ff_of(1.5957692f, -4.534068e-08f)   /* 2√(2/π) */
#define AV_GELU_TANH_C3 av_ff_of(0.071354814f, 2.3988325e-09f)  /* 0.044715·c1 */
/* The zero of the derivative. */
#define AV_GELU_TANH_ZERO av_ff_of(-0.75246143f, 1.1339628e-08f)
/* gelu_tanh'(zero + d)/d for |d| ≤ AV_GELU_TANH_NEAR, within 2^-30.4. */
#define AV_GELU_TANH_NEAR 0.19f
__constant av_scalar av_gelu_tanh_near_zero[9] = {
    0.4304001f, -1.2293705e-08f, 0.38751844f, -0.01578287f, -0.11394226f, -0.01661698f,
    0.019563302f, 0.005171887f, -0.0005938098f,
};

/* a = |x|, c3·a² and e^-w with w at a. */
typedef struct {
    float a;
    av_ff c3_square;
    av_gate gate;
} av_gelu_tanh_parts;

inline av_gelu_tanh_parts av_gelu_tanh_parts_of(float x)
{
    av_gelu_tanh_parts p;
    p.a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    p.c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(p.a, p.a));
    p.gate = av_gate_of(av_multiply_float(av_add_plainly(AV_GELU_TANH_C1, p.c3_square), p.a));
    return p;
}

inline float av_gelu_tanh(float x)
{
    const av_gelu_tanh_parts p = av_gelu_tanh_parts_of(x);
    const float left_value = av_lower(av_times_once(p.gate.left, x), p.gate.t.n);
    const float right_value = av_times_once(p.gate.inverse, x);
    const float far_value = x > 0.0f ? x : -0.0f;
    const float near_value = x >= 0.0f ? right_value : left_value;
    return x != x ? x : p.a == AV_GELU_TANH_FAR ? far_value : near_value;
}

/* t·(1 + t - a·w')/(1 + t)² at x = -a, t = e^-w, w' = c1 + 3·c3·a²; 1 minus that on the right. */
inline float av_gelu_tanh_grad(float x)
{
    const av_gelu_tanh_parts p = av_gelu_tanh_parts_of(x);
    const av_gate g = p.gate;
    const av_ff slope = av_add_plainly(AV_GELU_TANH_C1, av_multiply_float(p.c3_square, 3.0f));
    const av_ff bracket = av_add_plainly(g.sum, av_multiply_float(slope, -p.a));
    const av_ff left = av_multiply(g.left, av_multiply(bracket, g.inverse));
    const av_ff d = av_add(av_ff_of(-p.a, 0.0f), av_negate(AV_GELU_TANH_ZERO));
    const bool near = fabs(d.hi) < AV_GELU_TANH_NEAR;
    const float beside_zero = av_zero_times(d, av_gelu_tanh_near_zero);
    const float left_value = near ? beside_zero : av_round_lower(left, g.t.n);
    return x >= 0.0f ? av_plus_small(1.0f, av_negate(left), g.t.n) : left_value;
}
