/* ---- Softsign and squareplus ---------------------------------------------------------------- */

/* x/(1 + |x|): the mantissa of x takes part, its exponent is put on last. From 2^26 on it is 1. */
inline float av_softsign(float x)
{
    const float size = fabs(x) > 0x1p26f ? 0x1p26f : fabs(x);
    const av_real a = av_pair(x, 0.0f);
    const av_ff q = av_divide(av_ff_of(a.hi, 0.0f), av_two_sum(1.0f, size));
    const float v = fabs(x) > 0x1p26f ? av_with_sign(1.0f, x) : av_round(q, a.exponent);
    return x != x ? x : v;
}

/* 1/(1 + |x|)², the power of two put on last: not 0 before |x| = 2^74.5. */
inline float av_softsign_grad(float x)
{
    const av_ff d = av_two_sum(1.0f, fabs(x) > 0x1p90f ? 0x1p90f : fabs(x));
    const av_real p = av_pair(d.hi, d.lo);
    const av_ff m = av_ff_of(p.hi, p.mid);
    const float v = av_round(av_divide(av_ff_of(1.0f, 0.0f), av_multiply(m, m)), -2 * p.exponent);
    return x != x ? x : v;
}

/* The square root of s for 2^-100 < s.hi < 2^100: halving the bits gives its reciprocal within
 * 3.5 %, each Newton step squares that error, and what the root leaves over is put behind it. */
inline av_ff av_square_root(av_ff s)
{
    const float half_s = 0.5f * s.hi;
    float y = as_float(0x5f3759dfu - (as_uint(s.hi) >> 1));
    y = fma(y, fma(-half_s * y, y, 0.5f), y);
    y = fma(y, fma(-half_s * y, y, 0.5f), y);
    y = fma(y, fma(-half_s * y, y, 0.5f), y);
    const float r = s.hi * y;
    return av_fast_two_sum(r, (fma(-r, r, s.hi) + s.lo) * (0.5f * y));
}

/* s = √(x² + b) and s + |x|, both times 2^-exponent, for x or b other than 0. */
typedef struct {
    av_ff s, sum;
    int exponent;
} av_hypotenuse;

inline av_hypotenuse av_hypotenuse_of(float x, av_real b)
{
    const av_real m = av_pair(fabs(x), 0.0f);
    av_hypotenuse h;
    h.exponent = max(m.exponent, (b.exponent + 1) >> 1);
    const float size = av_aligned(m.hi, m.exponent, h.exponent);
    const float b_hi = av_aligned(b.hi, b.exponent, 2 * h.exponent);
    const float b_mid = av_aligned(b.mid, b.exponent, 2 * h.exponent);
    h.s = av_square_root(av_add(av_two_product(size, size), av_ff_of(b_hi, b_mid)));
    h.sum = av_add(h.s, av_ff_of(size, 0.0f));
    return h;
}

/* (x + s)/2 right of 0, b/(s + |x|)/2 left of it, where x + s would cancel; max(x, 0) at b = 0. */
inline float av_squareplus(float x, av_real b)
{
    const av_hypotenuse h = av_hypotenuse_of(x, b);
    const av_ff left = av_divide(av_ff_of(b.hi, b.mid), h.sum);
    const float v = x > 0.0f ? av_round(h.sum, h.exponent - 1)
                             : av_round(left, b.exponent - h.exponent - 1);
    return x != x ? x : b.hi == 0.0f ? (x > 0.0f ? x : 0.0f) : v;
}

/* (s + |x|)/s/2 right of 0, b/(s(s + |x|))/2 left of it. */
inline float av_squareplus_grad(float x, av_real b)
{
    const av_hypotenuse h = av_hypotenuse_of(x, b);
    const av_ff left = av_divide(av_ff_of(b.hi, b.mid), av_multiply(h.s, h.sum));
    const float v = x > 0.0f ? av_round(av_divide(h.sum, h.s), -1)
                             : av_round(left, b.exponent - 2 * h.exponent - 1);
    return x != x ? x : b.hi == 0.0f ? (x > 0.0f ? 1.0f : 0.0f) : v;
}
