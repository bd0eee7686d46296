/* ---- Piecewise linear ---------------------------------------------------------------------- */

/* slope·(x - threshold), slope not 0; a zero has the sign of that product. */
inline float av_relu_left(float x, av_real slope, av_real threshold)
{
    if (threshold.hi == 0.0f)
        return av_product(slope, x);
    const av_scaled d = av_minus(x, threshold);
    const av_ff product = av_multiply(d.v, av_ff_of(slope.hi, slope.mid));
    const float zero = (x - threshold.high) * slope.hi;
    return d.v.hi == 0.0f ? zero : av_round(product, d.exponent + slope.exponent);
}

/* min(x, max_value) for x > threshold, else negative_slope·(x - threshold). */
inline float av_relu(float x, av_real negative_slope, av_real max_value, av_real threshold)
{
    float below = 0.0f;
    if (negative_slope.hi != 0.0f)
        below = av_relu_left(x, negative_slope, threshold);
    const float above = x > max_value.floor ? max_value.high : x;
    return x != x ? x : x > threshold.floor ? above : below;
}

/* negative_slope for x ≤ threshold, then 1 up to max_value, then 0. */
inline float av_relu_grad(float x, av_real negative_slope, av_real max_value, av_real threshold)
{
    const float above = x > max_value.floor ? 0.0f : 1.0f;
    return x != x ? x : x > threshold.floor ? above : negative_slope.high;
}

/* x for x > 0, else alpha·x; a zero has the sign of that product. */
inline float av_prelu(float x, av_real alpha)
{
    float left = 0.0f;
    if (alpha.hi != 0.0f)
        left = av_product(alpha, x);
    return x > 0.0f || x != x ? x : left;
}

inline float av_prelu_grad(float x, av_real alpha)
{
    return x != x ? x : x > 0.0f ? 1.0f : alpha.high;
}

/* x for x > theta, else 0. */
inline float av_thresholded_relu(float x, av_real theta)
{
    return x != x || x > theta.floor ? x : 0.0f;
}

inline float av_thresholded_relu_grad(float x, av_real theta)
{
    return x != x ? x : x > theta.floor ? 1.0f : 0.0f;
}

/* How far, in units of the larger term, alpha·x + beta may be from a corner and still be on it. */
#define AV_ON_CORNER 0x1p-66f

/* Below which, in the same units, 70 bits of alpha·x + beta are too few for an ULP of it. */
#define AV_BESIDE_CORNER 0x1p-40f

/* alpha·x + beta, cut off at 0 and at 1; ordinary ones as alpha·(x + beta/alpha). At a corner the
 * terms are of one size, that of beta, and one float at most lies beside it: where there is one,
 * which does not depend on x, its value is worked out by itself. */
inline float av_hard_sigmoid(float x, av_real alpha, av_real beta)
{
    float v, corner = 0.0f;
    if (alpha.ordinary && (beta.ordinary || beta.hi == 0.0f)) {
        const av_three ratio = av_ratio(beta, alpha);
        v = av_multiply_once(av_ff_of(alpha.high, alpha.low), av_add_three(x, ratio));
        if (beta.hi != 0.0f) {
            const float unit = av_power_of_two(beta.exponent);
            const float root = -(ratio.hi + ratio.mid);
            const av_ff left_over = av_line_near_zero(root, alpha, beta);
            corner = AV_ON_CORNER * unit;
            if (AV_ANY(left_over.hi > corner && left_over.hi < AV_BESIDE_CORNER * unit)) {
                const av_scaled line = av_line_cancelled(root, alpha, beta);
                v = x == root ? av_round(line.v, line.exponent) : v;
            }
        }
    } else {
        av_scaled line = av_linear(x, alpha, beta);
        const bool close = line.v.hi > AV_ON_CORNER && line.v.hi < AV_BESIDE_CORNER;
        if (AV_ANY(close))
            line.v = av_select(close, av_line_cancelled(x, alpha, beta).v, line.v);
        const float value = av_round(line.v, line.exponent);
        v = line.v.hi > AV_ON_CORNER ? value : 0.0f;
    }
    const float cut = v > 1.0f ? 1.0f : v;
    return x != x ? x : x == INFINITY ? 1.0f : v > corner ? cut : 0.0f;
}

/* alpha for left < x ≤ right, else 0: the corners -beta/alpha and (1 - beta)/alpha come rounded to
 * float64, so that 2.5 is the corner of slope 0.2 in every engine. */
inline float av_hard_sigmoid_grad(float x, av_real alpha, av_real left, av_real right)
{
    const float below = x > left.floor ? alpha.high : 0.0f;
    return x != x ? x : x > right.floor ? 0.0f : below;
}
