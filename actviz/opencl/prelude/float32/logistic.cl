/* ---- The logistic function ------------------------------------------------------------------ */

/* |z|, cut off at `far`, where all that depends on it has reached its limit. */
inline av_ff av_magnitude(av_ff z, float far)
{
    const bool negative = z.hi < 0.0f;
    const float hi = negative ? -z.hi : z.hi;
    return av_select(hi > far, av_ff_of(far, 0.0f), av_ff_of(hi, negative ? -z.lo : z.lo));
}

/* From here on e^-z is 0, also times what is beside it. */
#define AV_FAR 240.0f

/* t = e^-size, size ≥ 0, 1 + t, its reciprocal, and t/(1 + t) without the power of two of t: f and
 * f′ share them. */
typedef struct {
    av_power t;
    av_ff sum, inverse, left;
} av_gate;

inline av_gate av_gate_of(av_ff size)
{
    av_gate g;
    g.t = av_exp(av_negate(size));
    g.sum = av_add_smaller(1.0f, g.t.value);
    g.inverse = av_inverse(g.sum);
    g.left = av_multiply(g.t.m, g.inverse);
    return g;
}

/* (right ? 1 : t)/(1 + t) */
inline float av_gate_value(av_gate g, bool right)
{
    return right ? g.inverse.hi + g.inverse.lo : av_round_lower(g.left, g.t.n);
}

/* factor·t/(1 + t)² for a power of two. */
inline float av_gate_slope(av_gate g, float factor)
{
    return av_round_lower(av_times_power(av_multiply(g.left, g.inverse), factor), g.t.n);
}

/* sigmoid(z) = (z ≥ 0 ? 1 : t)/(1 + t), t = e^-|z|. */
inline float av_logistic(av_ff z)
{
    return av_gate_value(av_gate_of(av_magnitude(z, AV_FAR)), z.hi >= 0.0f);
}

/* t/(1 + t)², t = e^-|z|; s·(1 - s) would be 0 from z = 17 on. */
inline float av_logistic_grad(av_ff z)
{
    return av_gate_slope(av_gate_of(av_magnitude(z, AV_FAR)), 1.0f);
}
