/* ---- Softsign and squareplus ---------------------------------------------------------------- */

/* x/(1 + |x|): the mantissa of x takes part, its exponent is put on last. From 2^60 on it is 1. */
inline double av_softsign(double x)
{
    const double size = fabs(x) > 0x1p60 ? 0x1p60 : fabs(x);
    const av_parts a = av_parts_of(x);
    const av_dd q = av_divide(av_dd_of(a.m, 0.0), av_two_sum(1.0, size));
    const double v = fabs(x) > 0x1p60 ? av_with_sign(1.0, x) : av_round(q, a.exponent);
    return x != x ? x : v;
}

/* 1/(1 + |x|)², the power of two put on last: not 0 before |x| = 2^537.5. */
inline double av_softsign_grad(double x)
{
    const av_dd d = av_two_sum(1.0, fabs(x) > 0x1p600 ? 0x1p600 : fabs(x));
    const av_parts p = av_parts_of(d.hi);
    const av_dd m = av_dd_of(p.m, d.lo * av_power_of_two(-p.exponent));
    const double v = av_round(av_divide(av_dd_of(1.0, 0.0), av_multiply(m, m)), -2 * p.exponent);
    return x != x ? x : v;
}

/* The square root of s for 2^-900 < s.hi < 2^900: halving the bits gives its reciprocal within
 * 3.5 %, each Newton step squares that error, and what the root leaves over is put behind it. */
inline av_dd av_square_root(av_dd s)
{
    const double half_s = 0.5 * s.hi;
    double y = as_double(0x5fe6eb50c7b537a9UL - (as_ulong(s.hi) >> 1));
    y = fma(y, fma(-half_s * y, y, 0.5), y);
    y = fma(y, fma(-half_s * y, y, 0.5), y);
    y = fma(y, fma(-half_s * y, y, 0.5), y);
    y = fma(y, fma(-half_s * y, y, 0.5), y);
    const double r = s.hi * y;
    return av_fast_two_sum(r, (fma(-r, r, s.hi) + s.lo) * (0.5 * y));
}

/* s = √(x² + b) and s + |x|, both times 2^-exponent, for x or b other than 0; the parts of b. */
typedef struct {
    av_dd s, sum;
    av_parts b;
    int exponent;
} av_hypotenuse;

inline av_hypotenuse av_hypotenuse_of(double x, double b)
{
    const av_parts a = av_parts_of(fabs(x));
    av_hypotenuse h;
    h.b = av_parts_of(b);
    h.exponent = max(a.exponent, (h.b.exponent + 1) >> 1);
    const double size = av_aligned(a.m, a.exponent, h.exponent);
    const double under = av_aligned(h.b.m, h.b.exponent, 2 * h.exponent);
    h.s = av_square_root(av_add(av_two_product(size, size), av_dd_of(under, 0.0)));
    h.sum = av_add(h.s, av_dd_of(size, 0.0));
    return h;
}

/* (x + s)/2 right of 0, b/(s + |x|)/2 left of it, where x + s would cancel; max(x, 0) at b = 0. */
inline double av_squareplus(double x, double b)
{
    const av_hypotenuse h = av_hypotenuse_of(x, b);
    const av_dd left = av_divide(av_dd_of(h.b.m, 0.0), h.sum);
    const double v = x > 0.0 ? av_round(h.sum, h.exponent - 1)
                             : av_round(left, h.b.exponent - h.exponent - 1);
    return x != x ? x : b == 0.0 ? (x > 0.0 ? x : 0.0) : v;
}

/* (s + |x|)/s/2 right of 0, b/(s(s + |x|))/2 left of it. */
inline double av_squareplus_grad(double x, double b)
{
    const av_hypotenuse h = av_hypotenuse_of(x, b);
    const av_dd left = av_divide(av_dd_of(h.b.m, 0.0), av_multiply(h.s, h.sum));
    const double v = x > 0.0 ? av_round(av_divide(h.sum, h.s), -1)
                             : av_round(left, h.b.exponent - 2 * h.exponent - 1);
    return x != x ? x : b == 0.0 ? (x > 0.0 ? 1.0 : 0.0) : v;
}
