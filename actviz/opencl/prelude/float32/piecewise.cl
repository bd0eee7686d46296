/* ---- Piecewise linear ---------------------------------------------------------------------- */

/* min(x, max_value) for x > threshold, else negative_slope·(x - threshold); a zero has the sign of
 * that product. */
inline float av_relu(float x, av_real negative_slope, av_real max_value, av_real threshold)
{
    const av_scaled d = av_minus(x, threshold);
    const av_ff product = av_multiply(d.v, av_ff_of(negative_slope.hi, negative_slope.mid));
    const float zero = (x - threshold.high) * negative_slope.hi;
    const float left = d.v.hi == 0.0f
                           ? zero
                           : av_round(product, d.exponent + negative_slope.exponent);
    const float below = negative_slope.hi == 0.0f ? 0.0f : left;
    const float above = av_exceeds(x, max_value) ? max_value.high : x;
    return x != x ? x : d.v.hi > 0.0f ? above : below;
}

/* negative_slope for x ≤ threshold, then 1 up to max_value, then 0. */
inline float av_relu_grad(float x, av_real negative_slope, av_real max_value, av_real threshold)
{
    const float above = av_exceeds(x, max_value) ? 0.0f : 1.0f;
    return x != x ? x : av_exceeds(x, threshold) ? above : negative_slope.high;
}

/* x for x > 0, else alpha·x; a zero has the sign of that product. */
inline float av_prelu(float x, av_real alpha)
{
    const av_scaled product = av_times(alpha, x);
    const float scaled = av_round(product.v, product.exponent);
    const float left = alpha.hi == 0.0f ? 0.0f : x == 0.0f ? x * alpha.hi : scaled;
    return x > 0.0f || x != x ? x : left;
}

inline float av_prelu_grad(float x, av_real alpha)
{
    return x != x ? x : x > 0.0f ? 1.0f : alpha.high;
}

/* x for x > theta, else 0. */
inline float av_thresholded_relu(float x, av_real theta)
{
    return x != x || av_exceeds(x, theta) ? x : 0.0f;
}

inline float av_thresholded_relu_grad(float x, av_real theta)
{
    return x != x ? x : av_exceeds(x, theta) ? 1.0f : 0.0f;
}

/* How far, in units of the larger term, alpha·x + beta may be from a corner and still be on it. */
#define AV_ON_CORNER 0x1p-66f

/* alpha·x + beta, cut off at 0 and at 1. */
inline float av_hard_sigmoid(float x, av_real alpha, av_real beta)
{
    const av_scaled line = av_linear(x, alpha, beta);
    const float v = av_round(line.v, line.exponent);
    const float cut = v > 1.0f ? 1.0f : v;
    return x != x ? x : line.v.hi > AV_ON_CORNER ? cut : 0.0f;
}

/* alpha for left < x ≤ right, else 0: the corners -beta/alpha and (1 - beta)/alpha come rounded to
 * float64, so that 2.5 is the corner of slope 0.2 in every engine. */
inline float av_hard_sigmoid_grad(float x, av_real alpha, av_real left, av_real right)
{
    const bool inside = av_exceeds(x, left) && !av_exceeds(x, right);
    return x != x ? x : inside ? alpha.high : 0.0f;
}
