/* ---- GELU ---------------------------------------------------------------------------------- */

/* On the left, at x = -a, with the normal distribution's Φ and density φ:
 *   gelu  = -a·Φ(-a),           Φ(-a) = e^(-a²/2)·erfcx(a/√2)/2;
 *   gelu' = Φ(-a) - a·φ(a) = φ(a)·(Mills(a) - a),   Mills(a) = Φ(-a)/φ(a).
 * Nothing cancels but at the zero a0 of Mills(a) - a, which is taken out as a factor. On the right
 * Φ(x) = 1 - Φ(-x), and gelu'(x) = 1 - gelu'(-x). */

/* From here on e^(-a²/2) times what is beside it is 0. */
#define AV_GELU_FAR 14.75f

/* Both functions that the pair is made of are smooth in w = 1/(a + 2) for all a ≥ 0: one polynomial
 * each, in the distance of w from here, and hardly more than a line. */
#define AV_GELU_CENTRE 0.25f

/* erfcx(a/√2)/2·(a + 2) for 0 ≤ a ≤ AV_GELU_FAR, within 2^-27.9: {c0 high, c0 low, c1 … c11}. */
__constant av_scalar av_half_erfcx[13] = {
    0.672408f, 2.0194843e-08f, 1.3256179f, 0.4607579f, -2.3500469f, -0.12025178f, 6.8968425f,
    -7.9941387f, -13.526513f, 54.85812f, -34.2894f, -157.05049f, 272.46207f,
};

/* (Mills(a) - a)/((a0 - a)·√(2π)), Mills(a) = (1 - Φ(a))/φ(a), a0 where it equals a, for the same
 * a, within 2^-31.5. */
#define AV_GELU_ZERO av_ff_of(0.75179154f, -1.211445e-08f)
__constant av_scalar av_gelu_slope[13] = {
    0.5045492f, -2.7918677e-08f, 0.5495059f, 0.4746369f, -0.33014333f, -0.59848386f, 1.0669129f,
    0.36561874f, -3.5149841f, 4.178564f, 4.8230643f, -20.332178f, 18.687016f,
};

/* The line in two floats, the rest of the polynomial, at most 7 % of the whole, in one. */
inline av_ff av_gelu_polynomial(av_ff v, __constant const av_scalar *c)
{
    const float y = v.hi + v.lo;
    float p = c[12];
    p = fma(y, p, c[11]);
    p = fma(y, p, c[10]);
    p = fma(y, p, c[9]);
    p = fma(y, p, c[8]);
    p = fma(y, p, c[7]);
    p = fma(y, p, c[6]);
    p = fma(y, p, c[5]);
    p = fma(y, p, c[4]);
    p = fma(y, p, c[3]);
    const av_ff slope = av_multiply_float(v, c[2]);
    const av_ff line = av_add_smaller(c[0], slope);
    return av_fast_two_sum(line.hi, fma(y * y, p, line.lo + c[1]));
}

/* a = |x|, e^(-a²/2), whose square is exact, w, and its distance from the centre. */
typedef struct {
    float a;
    av_power t;
    av_ff w, v;
} av_gelu_parts;

inline av_gelu_parts av_gelu_parts_of(float x)
{
    av_gelu_parts p;
    p.a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_FAR).hi;
    p.t = av_exp(av_times_power(av_two_product(p.a, p.a), -0.5f));
    p.w = av_inverse(av_two_sum(p.a, 2.0f));
    p.v = av_fast_two_sum(-AV_GELU_CENTRE, p.w.hi);
    p.v.lo += p.w.lo;
    return p;
}

/* x·s at x = -a, s = e^(-a²/2)·erfcx(a/√2)/2, and x·(1 - s) on the right. */
inline float av_gelu(float x)
{
    const av_gelu_parts p = av_gelu_parts_of(x);
    const av_ff half_erfcx = av_multiply(av_gelu_polynomial(p.v, av_half_erfcx), p.w);
    const av_ff s = av_multiply(p.t.m, half_erfcx);
    const float power = av_power_of_two(max(p.t.n, -126));
    const av_ff right = av_add_smaller(1.0f, av_times_power(s, -power));
    const float v = av_times_once(av_select(x > 0.0f, right, s), x);
    const float far_value = x > 0.0f ? x : -0.0f;
    const float near_value = x > 0.0f ? v : av_lower(v, p.t.n);
    return x != x ? x : p.a == AV_GELU_FAR ? far_value : near_value;
}

/* e^(-a²/2)·(a0 - a)·Q(a) at x = -a; 1 - gelu'(-x) on the right. */
inline float av_gelu_grad(float x)
{
    const av_gelu_parts p = av_gelu_parts_of(x);
    const av_ff d = av_add(AV_GELU_ZERO, av_ff_of(-p.a, 0.0f));
    const av_ff slope = av_multiply(av_gelu_polynomial(p.v, av_gelu_slope), d);
    const av_ff left = av_multiply(p.t.m, slope);
    const float right_value = av_plus_small(1.0f, av_negate(left), p.t.n);
    return x > 0.0f ? right_value : av_round_lower(left, p.t.n);
}
