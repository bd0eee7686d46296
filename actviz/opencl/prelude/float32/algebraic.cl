/* ---- Softsign and squareplus ---------------------------------------------------------------- */

/* A power of two that brings numbers whose square or its reciprocal would leave float32 into the
 * middle of it; for |x| < 2^48 it is 1. */
inline float av_shrink(float size)
{
    return size > 0x1p48f ? 0x1p-88f : 1.0f;
}

/* x/(1 + |x|). From 2^26 on it is 1. */
inline float av_softsign(float x)
{
    const float size = fabs(x);
    const float s = av_shrink(size);
    const av_ff inverse = av_inverse(av_two_sum(s, size * s));
    const float v = av_times_once(inverse, x);
    return x != x ? x : size > 0x1p26f ? av_with_sign(1.0f, x) : v;
}

/* 1/(1 + |x|)², the power of two put on last: not 0 before |x| = 2^74.5. */
inline float av_softsign_grad(float x)
{
    const float size = fabs(x) > 0x1p90f ? 0x1p90f : fabs(x);
    const float s = av_shrink(size);
    const av_ff inverse = av_inverse(av_two_sum(s, size * s));
    const av_ff v = av_multiply(inverse, inverse);
    return x != x ? x : (v.hi + v.lo) * s * s;
}

/* The square root of s and its reciprocal for 2^-100 < s.hi < 2^100, within 2^-34: halving the bits
 * gives the reciprocal within 3.5 %, each Newton step squares that error and makes it half as large
 * again, and what they leave over is put behind them. */
typedef struct {
    av_ff root, inverse;
} av_roots;

inline av_roots av_roots_of(av_ff s)
{
    const float half_s = 0.5f * s.hi;
    float y = as_float(0x5f3759dfu - (as_uint(s.hi) >> 1));
    y = fma(y, fma(-half_s * y, y, 0.5f), y);
    y = fma(y, fma(-half_s * y, y, 0.5f), y);
    const float r = s.hi * y;
    av_roots found;
    found.root = av_fast_two_sum(r, (fma(-r, r, s.hi) + s.lo) * (0.5f * y));
    const float e = fma(-y, found.root.lo, fma(-y, found.root.hi, 1.0f));
    found.inverse = av_ff_of(y, fma(e, e, e) * y);
    return found;
}

/* s = √(size² + b), 1/s, s + size and its reciprocal. */
typedef struct {
    av_ff s, inverse, sum, sum_inverse;
} av_hypotenuse;

inline av_hypotenuse av_hypotenuse_of(float size, av_ff b)
{
    const av_roots roots = av_roots_of(av_add_plainly(av_two_product(size, size), b));
    av_hypotenuse h;
    h.s = roots.root;
    h.inverse = roots.inverse;
    h.sum = av_add_smaller(h.s.hi, av_ff_of(size, h.s.lo));
    h.sum_inverse = av_inverse(h.sum);
    return h;
}

/* With x and s times 2^-exponent, b times 2^-2exponent. */
inline int av_hypotenuse_exponent(float x, av_real b)
{
    return max(av_split_of(fabs(x)).exponent, (b.exponent + 1) >> 1);
}

inline av_hypotenuse av_scaled_hypotenuse_of(float x, av_real b, int exponent)
{
    const av_split m = av_split_of(fabs(x));
    const av_ff shift = av_ff_of(av_aligned(b.hi, b.exponent, 2 * exponent),
                                 av_aligned(b.mid, b.exponent, 2 * exponent));
    return av_hypotenuse_of(av_aligned(m.m, m.exponent, exponent), shift);
}

/* (x + s)/2 right of 0, b/(s + |x|)/2 left of it, where x + s would cancel. */
inline float av_squareplus_value(float x, av_real b)
{
    if (b.ordinary) {
        const float s = av_shrink(fabs(x));
        const av_ff shift = av_ff_of(b.high * s * s, b.low * s * s);
        const av_hypotenuse h = av_hypotenuse_of(fabs(x) * s, shift);
        const av_ff left = av_multiply(h.sum_inverse, av_ff_of(b.high, b.low));
        const float right_value = (h.sum.hi + h.sum.lo) * (s < 1.0f ? 0x1p87f : 0.5f);
        return x > 0.0f ? right_value : (left.hi + left.lo) * (0.5f * s);
    }
    const int exponent = av_hypotenuse_exponent(x, b);
    const av_hypotenuse h = av_scaled_hypotenuse_of(x, b, exponent);
    const av_ff left = av_multiply(h.sum_inverse, av_ff_of(b.hi, b.mid));
    return x > 0.0f ? av_round(h.sum, exponent - 1) : av_round(left, b.exponent - exponent - 1);
}

/* max(x, 0) at b = 0 */
inline float av_squareplus(float x, av_real b)
{
    const float limit = x > 0.0f ? x : 0.0f;
    const float v = fabs(x) == INFINITY ? limit : av_squareplus_value(x, b);
    return x != x ? x : b.hi == 0.0f ? limit : v;
}

/* (s + |x|)/s/2 right of 0, b/(s(s + |x|))/2 left of it. */
inline float av_squareplus_slope(float x, av_real b)
{
    if (b.ordinary) {
        const float s = av_shrink(fabs(x));
        const av_ff shift = av_ff_of(b.high * s * s, b.low * s * s);
        const av_hypotenuse h = av_hypotenuse_of(fabs(x) * s, shift);
        const av_ff right = av_multiply(h.sum, h.inverse);
        const av_ff left = av_multiply(av_multiply(h.inverse, h.sum_inverse),
                                       av_ff_of(b.high, b.low));
        return x > 0.0f ? 0.5f * (right.hi + right.lo) : (left.hi + left.lo) * (0.5f * s) * s;
    }
    const int exponent = av_hypotenuse_exponent(x, b);
    const av_hypotenuse h = av_scaled_hypotenuse_of(x, b, exponent);
    const av_ff right = av_multiply(h.sum, h.inverse);
    const av_ff left = av_multiply(av_multiply(h.inverse, h.sum_inverse), av_ff_of(b.hi, b.mid));
    return x > 0.0f ? av_round(right, -1) : av_round(left, b.exponent - 2 * exponent - 1);
}

inline float av_squareplus_grad(float x, av_real b)
{
    const float limit = x > 0.0f ? 1.0f : 0.0f;
    const float v = fabs(x) == INFINITY ? limit : av_squareplus_slope(x, b);
    return x != x ? x : b.hi == 0.0f ? limit : v;
}
