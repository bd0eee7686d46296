/* ---- Sigmoid, its slice of a softmax, tanh ------------------------------------------------ */

inline double av_sigmoid(double x)
{
    return av_logistic(av_dd_of(x, 0.0));
}

inline double av_sigmoid_grad(double x)
{
    return av_logistic_grad(av_dd_of(x, 0.0), 0);
}

/* x - largest - rest for 0 <= rest < 10, which does not count where the function is flat. */
inline av_dd av_shifted(double x, double largest, double rest)
{
    const av_dd d = av_two_sum(x, -largest);
    const av_dd z = av_add(d, av_dd_of(-rest, 0.0));
    return av_select(fabs(d.hi) < 4096.0, z, av_dd_of(d.hi, 0.0));
}

/* A softmax along one of its logits: sigmoid(x - log Σ e^z), the logarithm in two parts. */
inline double av_sigmoid_shifted(double x, double largest, double rest)
{
    const double v = av_logistic(av_shifted(x, largest, rest));
    return x != x ? x : v;
}

inline double av_sigmoid_shifted_grad(double x, double largest, double rest)
{
    const double v = av_logistic_grad(av_shifted(x, largest, rest), 0);
    return x != x ? x : v;
}

/* tanh |x| = -E/(2 + E), E = e^(-2|x|) - 1; from 25 on it is 1. */
inline double av_tanh(double x)
{
    const av_dd a = av_magnitude(av_dd_of(x, 0.0), 25.0);
    const av_dd e = av_expm1(-2.0 * a.hi);
    const av_dd q = av_divide(av_negate(e), av_add_smaller(2.0, e));
    return av_with_sign(q.hi + q.lo, x);
}

/* 4t/(1 + t)², t = e^(-2|x|); 1 - tanh² would be 0 from 19 on. */
inline double av_tanh_grad(double x)
{
    const av_dd a = av_magnitude(av_dd_of(x, 0.0), 400.0);
    return av_logistic_grad(av_dd_of(2.0 * a.hi, 0.0), 2);
}
