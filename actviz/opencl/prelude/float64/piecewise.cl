/* ---- Piecewise linear ---------------------------------------------------------------------- */

/* min(x, max_value) for x > threshold, else negative_slope·(x - threshold); a zero has the sign of
 * that product. */
inline double av_relu(double x, double negative_slope, double max_value, double threshold)
{
    const av_scaled d = av_minus(x, threshold);
    const av_parts slope = av_parts_of(negative_slope);
    const double zero = (x - threshold) * slope.m;
    const double left = d.v.hi == 0.0 ? zero
                                      : av_round(av_multiply_double(d.v, slope.m),
                                                 d.exponent + slope.exponent);
    const double below = negative_slope == 0.0 ? 0.0 : left;
    const double above = x > max_value ? max_value : x;
    return x != x ? x : x > threshold ? above : below;
}

/* negative_slope for x ≤ threshold, then 1 up to max_value, then 0. */
inline double av_relu_grad(double x, double negative_slope, double max_value, double threshold)
{
    const double above = x > max_value ? 0.0 : 1.0;
    return x != x ? x : x > threshold ? above : negative_slope;
}

/* x for x > 0, else alpha·x; a zero has the sign of that product, and is +0 for alpha = 0. */
inline double av_prelu(double x, double alpha)
{
    const double left = alpha == 0.0 ? 0.0 : alpha * x;
    return x > 0.0 || x != x ? x : left;
}

inline double av_prelu_grad(double x, double alpha)
{
    return x != x ? x : x > 0.0 ? 1.0 : alpha;
}

/* x for x > theta, else 0. */
inline double av_thresholded_relu(double x, double theta)
{
    return x != x || x > theta ? x : 0.0;
}

inline double av_thresholded_relu_grad(double x, double theta)
{
    return x != x ? x : x > theta ? 1.0 : 0.0;
}

/* The float64 that stands for the sixth itself. */
#define AV_SIXTH 0.16666666666666666

/* alpha·x + beta, cut off at 0 and at 1; (x + 6·beta)/6 for the sixth. */
inline double av_hard_sigmoid(double x, double alpha, double beta)
{
    const bool sixth = alpha == AV_SIXTH;
    const double whole = sixth ? 6.0 : 1.0;
    const av_scaled line = av_sum(av_times(sixth ? 1.0 : alpha, x), av_times(whole, beta));
    const double v = av_round(av_divide(line.v, av_dd_of(whole, 0.0)), line.exponent);
    const double cut = v > 1.0 ? 1.0 : v;
    return x != x ? x : line.v.hi > 0.0 ? cut : 0.0;
}

/* alpha for left < x ≤ right, else 0: the corners -beta/alpha and (1 - beta)/alpha come rounded to
 * float64, so that 2.5 is the corner of slope 0.2 in every engine. */
inline double av_hard_sigmoid_grad(double x, double alpha, double left, double right)
{
    return x != x ? x : x > left && x <= right ? alpha : 0.0;
}
