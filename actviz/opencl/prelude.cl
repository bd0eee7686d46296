/* The activations and their derivatives in float32, each within 1 unit in the last place (ULP).
 *
 * Only + - * fma, comparisons and integer arithmetic are used: OpenCL rounds all of these
 * correctly, so every conforming device gives the same bits. No built-in exp, erf or tanh, no
 * division, no double. What a single float cannot hold is carried as an unevaluated sum of two
 * (Dekker 1971; Knuth, TAOCP 2, 4.2.2), and powers of two are put on last, in one rounding, so
 * that nothing underflows on the way.
 *
 * The source must not be built with -cl-fast-relaxed-math or its parts: they take the two-sums
 * apart. fmin, fmax and clamp lose NaN and are not used on data. A NaN is never made an int.
 * At a kink the derivative is the left-hand one. The polynomials are Sollya fpminimax fits.
 */
#pragma OPENCL FP_CONTRACT OFF

/* ---- Sums of two floats -------------------------------------------------------------------- */

/* The number hi + lo, |lo| at most half an ULP of hi. */
typedef struct {
    float hi, lo;
} av_ff;

inline av_ff av_ff_of(float hi, float lo)
{
    av_ff a;
    a.hi = hi;
    a.lo = lo;
    return a;
}

inline av_ff av_select(bool first, av_ff a, av_ff b)
{
    return av_ff_of(first ? a.hi : b.hi, first ? a.lo : b.lo);
}

inline av_ff av_negate(av_ff a)
{
    return av_ff_of(-a.hi, -a.lo);
}

/* a·s for a power of two s. */
inline av_ff av_times_power(av_ff a, float s)
{
    return av_ff_of(a.hi * s, a.lo * s);
}

/* a + b exactly, for |a| ≥ |b| or a = 0. */
inline av_ff av_fast_two_sum(float a, float b)
{
    const float s = a + b;
    return av_ff_of(s, b - (s - a));
}

/* a + b exactly. */
inline av_ff av_two_sum(float a, float b)
{
    const float s = a + b;
    const float b_part = s - a;
    return av_ff_of(s, (a - (s - b_part)) + (b - b_part));
}

/* a·b exactly. */
inline av_ff av_two_product(float a, float b)
{
    const float p = a * b;
    return av_ff_of(p, fma(a, b, -p));
}

inline av_ff av_add(av_ff a, av_ff b)
{
    const av_ff s = av_two_sum(a.hi, b.hi);
    return av_fast_two_sum(s.hi, s.lo + (a.lo + b.lo));
}

/* a + b for a ≥ |b|. */
inline av_ff av_add_smaller(float a, av_ff b)
{
    av_ff s = av_fast_two_sum(a, b.hi);
    s.lo += b.lo;
    return s;
}

inline av_ff av_multiply(av_ff a, av_ff b)
{
    av_ff p = av_two_product(a.hi, b.hi);
    p.lo = fma(a.hi, b.lo, fma(a.lo, b.hi, p.lo));
    return p;
}

inline av_ff av_multiply_float(av_ff a, float b)
{
    av_ff p = av_two_product(a.hi, b);
    p.lo = fma(a.lo, b, p.lo);
    return p;
}

/* 1/d within 2 ULP, for 2^-100 < |d| < 2^100: the bits of d subtracted from a constant are 1/d
 * within 5.1 %, and each Newton step squares that error. A device's own division may be off by
 * 2.5 ULP in its own way; this one is the same everywhere. */
inline float av_reciprocal(float d)
{
    float r = as_float(0x7ef31000u - as_uint(d));
    r = fma(r, fma(-d, r, 1.0f), r);
    r = fma(r, fma(-d, r, 1.0f), r);
    return fma(r, fma(-d, r, 1.0f), r);
}

/* a/d for 2^-100 < d.hi < 2^100: a quotient and what it leaves over, divided in turn. */
inline av_ff av_divide(av_ff a, av_ff d)
{
    const float r = av_reciprocal(d.hi);
    const float q = a.hi * r;
    const float rest = fma(-q, d.hi, a.hi) + fma(-q, d.lo, a.lo);
    return av_ff_of(q, rest * r);
}

/* ---- Powers of two ------------------------------------------------------------------------- */

/* 2^n for -126 ≤ n ≤ 127. */
inline float av_power_of_two(int n)
{
    return as_float((n + 127) << 23);
}

/* v·2^n in one rounding, for any n and 2^-100 ≤ |v| ≤ 2^100, or v = 0, ∞, NaN. */
inline float av_scale(float v, int n)
{
    n = min(max(n, -252), 252);
    const int half_n = n >> 1;
    return v * av_power_of_two(half_n) * av_power_of_two(n - half_n);
}

/* (hi + lo)·2^n, rounded to 24 bits, and once more where it becomes subnormal: at most 0.75 ULP.
 * A zero keeps the sign of hi. */
inline float av_round(av_ff a, int n)
{
    return av_scale(a.hi == 0.0f ? a.hi : a.hi + a.lo, n);
}

/* The magnitude of v with the sign of x. */
inline float av_with_sign(float v, float x)
{
    return as_float((as_uint(v) & 0x7fffffffu) | (as_uint(x) & 0x80000000u));
}

/* x + r·2^n, for n ≤ 0 and |r·2^n| of about x's size at most. */
inline float av_plus_small(float x, av_ff r, int n)
{
    const float s = av_power_of_two(min(max(n, -126), 0));
    const av_ff sum = av_two_sum(x, r.hi * s);
    return sum.hi + (sum.lo + r.lo * s);
}

/* ---- Parameters: float64 numbers as they are ----------------------------------------------- */

/* The float64 (hi + mid + lo)·2^exponent, exactly, with 1/2 ≤ |hi| ≤ 1; 0 and ∞ are hi alone.
 * `high` is the nearest float32. Three parts, because alpha·x + beta may cancel all but the last
 * bits; an exponent, because a float64 may be far outside of float32 and its product with x not. */
typedef struct {
    float high, hi, mid, lo;
    int exponent;
} av_real;

/* An exponent below and one above all others: those of 0 and of ∞. */
#define AV_LOWEST -4000
#define AV_HIGHEST 4000

/* The kernel argument (hi, mid, lo, exponent) as a parameter. */
inline av_real av_real_of(float4 parts)
{
    av_real p;
    p.hi = parts.x;
    p.mid = parts.y;
    p.lo = parts.z;
    p.exponent = (int)parts.w;
    p.high = av_scale(p.hi, p.exponent);
    return p;
}

/* The mantissa 1/2 ≤ |hi| < 1 and the exponent of a float; ∞ is 1/2 with the highest exponent. */
inline av_real av_pair(float high, float low)
{
    const bool tiny = fabs(high) < 0x1p-100f; /* a subnormal has no exponent of its own */
    const uint bits = as_uint(tiny ? high * 0x1p64f : high);
    const int biased = (int)((bits >> 23) & 255u);
    const bool zero = high == 0.0f;
    av_real p;
    p.high = high;
    p.hi = zero ? high : as_float((bits & 0x807fffffu) | 0x3f000000u);
    p.exponent = zero ? AV_LOWEST : biased == 255 ? AV_HIGHEST : biased - (tiny ? 190 : 126);
    p.mid = low == 0.0f ? 0.0f : av_scale(low, -p.exponent);
    p.lo = 0.0f;
    return p;
}

/* The number v·2^exponent. */
typedef struct {
    av_ff v;
    int exponent;
} av_scaled;

/* s·2^(exponent - reference) for exponent ≤ reference; what is far below the reference does not
 * count, but keeps its sign. */
inline float av_aligned(float s, int exponent, int reference)
{
    return s * av_power_of_two(max(exponent - reference, -100));
}

/* x - p to about 70 bits: the sign is always right, 0 where they are equal. */
inline av_scaled av_minus(float x, av_real p)
{
    const av_real a = av_pair(x, 0.0f);
    av_scaled d;
    d.exponent = max(a.exponent, p.exponent);
    const float hi = av_aligned(p.hi, p.exponent, d.exponent);
    const float mid = av_aligned(p.mid, p.exponent, d.exponent);
    const float lo = av_aligned(p.lo, p.exponent, d.exponent);
    const av_ff first = av_two_sum(av_aligned(a.hi, a.exponent, d.exponent), -hi);
    const av_ff second = av_two_sum(first.hi, -mid);
    d.v = av_fast_two_sum(second.hi, second.lo + (first.lo - lo));
    return d;
}

/* x > p, for every float64 p and for ±∞. */
inline bool av_exceeds(float x, av_real p)
{
    return fabs(p.hi) == INFINITY ? x > p.hi : av_minus(x, p).v.hi > 0.0f;
}

/* a·x to about 48 bits. */
inline av_scaled av_times(av_real a, float x)
{
    const av_real b = av_pair(x, 0.0f);
    const av_ff p = av_multiply_float(av_ff_of(a.hi, a.mid), b.hi);
    av_scaled d;
    d.exponent = a.exponent + b.exponent;
    d.v = av_fast_two_sum(p.hi, p.lo);
    return d;
}

/* alpha·x + beta to about 70 bits: where they cancel, their last bits are what is left. */
inline av_scaled av_linear(float x, av_real alpha, av_real beta)
{
    const av_real a = av_pair(x, 0.0f);
    const int slope_exponent = alpha.exponent + a.exponent;
    av_scaled v;
    v.exponent = max(slope_exponent, beta.exponent);
    const float m = av_aligned(a.hi, slope_exponent, v.exponent);
    const float beta_hi = av_aligned(beta.hi, beta.exponent, v.exponent);
    const float beta_mid = av_aligned(beta.mid, beta.exponent, v.exponent);
    const float beta_lo = av_aligned(beta.lo, beta.exponent, v.exponent);
    const av_ff p = av_two_product(alpha.hi, m);
    const av_ff q = av_two_product(alpha.mid, m);
    /* the terms by size: p.hi + beta_hi, then p.lo + q.hi + beta_mid, then the rest */
    const av_ff s1 = av_two_sum(p.hi, beta_hi);
    const av_ff s2 = av_two_sum(p.lo, q.hi);
    const av_ff s3 = av_two_sum(s2.hi, beta_mid);
    const av_ff s4 = av_two_sum(s1.lo, s3.hi);
    const av_ff s5 = av_two_sum(s1.hi, s4.hi);
    const float rest = s4.lo + (s3.lo + (s2.lo + (q.lo + fma(alpha.lo, m, beta_lo))));
    v.v = av_fast_two_sum(s5.hi, s5.lo + rest);
    return v;
}

/* The value of a scaled number: ±∞ beyond float32, and 0 below it, where it is only compared or
 * exponentiated. */
inline av_ff av_value(av_scaled a)
{
    return av_ff_of(av_scale(a.v.hi, a.exponent), av_scale(a.v.lo, a.exponent));
}

/* ---- The exponential ----------------------------------------------------------------------- */

#define AV_LOG2_E 1.44269502f
#define AV_LN2_HI 0.693147182f  /* ln 2 = AV_LN2_HI - AV_LN2_LO */
#define AV_LN2_LO 1.90465421e-9f
#define AV_RINT 12582912.0f     /* 1.5·2^23: adding it leaves the nearest integer in the low bits */

/* a = n·ln 2 + (r + e): n the nearest integer to a/ln 2, r exact and at most 0.3466, e small. */
typedef struct {
    float r, e;
    int n;
} av_reduced;

inline av_reduced av_reduce(av_ff a)
{
    const float shifted = fma(a.hi, AV_LOG2_E, AV_RINT);
    const float k = shifted - AV_RINT;
    av_reduced q;
    q.n = as_int(shifted) - as_int(AV_RINT);
    q.r = fma(k, -AV_LN2_HI, a.hi);
    q.e = fma(k, AV_LN2_LO, a.lo);
    return q;
}

/* e^r - 1 - r for |r| ≤ 0.3466. */
inline float av_exp_tail(float r)
{
    float p = 1.957790809683501720e-4f;
    p = fma(r, p, 1.393576269038021564e-3f);
    p = fma(r, p, 8.333886973559856e-3f);
    p = fma(r, p, 4.16664555668830871e-2f);
    p = fma(r, p, 0.166666641831398f);
    p = fma(r, p, 0.5f);
    return (r * r) * p;
}

/* e^a = m·2^n, 0.70 ≤ m.hi ≤ 1.42, within 2^-26, for |a| ≤ 10^6. `value` is m·2^max(n, -126), to
 * be added to numbers near 1 (for a ≤ 0 only). */
typedef struct {
    av_ff m, value;
    int n;
} av_power;

inline av_power av_exp(av_ff a)
{
    const av_reduced q = av_reduce(a);
    const float tail = av_exp_tail(q.r);
    const float h = 1.0f + q.r;
    float l = (1.0f - h) + q.r;
    l += fma(h + tail, q.e, tail); /* e^(r + e) = (1 + r + tail)(1 + e) */
    av_power p;
    p.n = q.n;
    p.m = av_fast_two_sum(h, l);
    p.value = av_times_power(p.m, av_power_of_two(min(max(p.n, -126), 0)));
    return p;
}

/* e^x - 1 for x ≤ 0: (2^n - 1) + 2^n (e^(r + e) - 1), both exact but for the last term. */
inline av_ff av_expm1(float x)
{
    const av_reduced q = av_reduce(av_ff_of(x, 0.0f));
    const float tail = av_exp_tail(q.r);
    const float s = av_power_of_two(min(max(q.n, -126), 0));
    const float whole = s - 1.0f;
    const float whole_lo = s - (whole + 1.0f);
    av_ff t = av_two_sum(whole, s * q.r);
    t.lo += fma(s, fma(q.e, q.r + tail, q.e) + tail, whole_lo);
    return av_fast_two_sum(t.hi, t.lo);
}

/* ---- Sigmoid and tanh ---------------------------------------------------------------------- */

/* |z|, cut off at `far`, where all that depends on it has reached its limit. */
inline av_ff av_magnitude(av_ff z, float far)
{
    const bool negative = z.hi < 0.0f;
    const float hi = negative ? -z.hi : z.hi;
    return av_select(hi > far, av_ff_of(far, 0.0f), av_ff_of(hi, negative ? -z.lo : z.lo));
}

/* sigmoid(z) = (z ≥ 0 ? 1 : t)/(1 + t), t = e^-|z|. */
inline float av_logistic(av_ff z)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 120.0f)));
    const bool right = z.hi >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(1.0f, 0.0f), t.m);
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    return av_round(q, right ? 0 : t.n);
}

/* 2^power·t/(1 + t)², t = e^-|z|; s·(1 - s) would be 0 from z = 17 on. */
inline float av_logistic_grad(av_ff z, int power)
{
    const av_power t = av_exp(av_negate(av_magnitude(z, 120.0f)));
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    return av_round(av_divide(t.m, av_multiply(bottom, bottom)), t.n + power);
}

inline float av_sigmoid(float x)
{
    return av_logistic(av_ff_of(x, 0.0f));
}

inline float av_sigmoid_grad(float x)
{
    return av_logistic_grad(av_ff_of(x, 0.0f), 0);
}

/* x - largest - rest for 0 <= rest < 10, which does not count where the function is flat. */
inline av_ff av_shifted(float x, av_real largest, av_real rest)
{
    const av_ff d = av_value(av_minus(x, largest));
    const av_ff z = av_add(d, av_value(av_minus(0.0f, rest)));
    return av_select(fabs(d.hi) < 1024.0f, z, d);
}

/* A softmax along one of its logits: sigmoid(x - log Σ e^z), the logarithm in two parts. */
inline float av_sigmoid_shifted(float x, av_real largest, av_real rest)
{
    const float v = av_logistic(av_shifted(x, largest, rest));
    return x != x ? x : v;
}

inline float av_sigmoid_shifted_grad(float x, av_real largest, av_real rest)
{
    const float v = av_logistic_grad(av_shifted(x, largest, rest), 0);
    return x != x ? x : v;
}

/* tanh |x| = -E/(2 + E), E = e^(-2|x|) - 1; from 20 on it is 1. */
inline float av_tanh(float x)
{
    const av_ff a = av_magnitude(av_ff_of(x, 0.0f), 20.0f);
    const av_ff e = av_expm1(-2.0f * a.hi);
    const av_ff q = av_divide(av_negate(e), av_add_smaller(2.0f, e));
    return av_with_sign(q.hi + q.lo, x);
}

/* 4t/(1 + t)², t = e^(-2|x|); 1 - tanh² would be 0 from 9 on. */
inline float av_tanh_grad(float x)
{
    const av_ff a = av_magnitude(av_ff_of(x, 0.0f), 60.0f);
    return av_logistic_grad(av_ff_of(2.0f * a.hi, 0.0f), 2);
}

/* ---- ELU and SELU -------------------------------------------------------------------------- */

/* x for x > 0, else alpha·(e^x - 1). Below 2^-60 e^x - 1 is x, which is scaled up meanwhile. */
inline float av_elu(float x, av_real alpha)
{
    const bool tiny = fabs(x) < 0x1p-60f;
    const av_ff small = av_ff_of(x * 0x1p64f, 0.0f);
    const float near = x < -120.0f ? -120.0f : x > 0.0f ? 0.0f : x;
    const av_ff e = av_select(tiny, small, av_expm1(near));
    const av_ff left = av_multiply(e, av_ff_of(alpha.hi, alpha.mid));
    const float v = av_round(left, alpha.exponent - (tiny ? 64 : 0));
    return x > 0.0f || x != x ? x : v;
}

/* 1 for x > 0, else alpha·e^x; a large alpha keeps the far tail. */
inline float av_elu_grad(float x, av_real alpha)
{
    const float near = x < -1200.0f ? -1200.0f : x > 0.0f ? 0.0f : x;
    const av_power t = av_exp(av_ff_of(near, 0.0f));
    const float v = av_round(av_multiply(t.m, av_ff_of(alpha.hi, alpha.mid)),
                             t.n + alpha.exponent);
    return x != x ? x : x > 0.0f ? 1.0f : v;
}

/* Keras's scale 1.0507009873554805 and its product with alpha = 1.6732632423543772. */
#define AV_SELU_SCALE av_ff_of(1.0507010221481323f, -3.479265231476347e-8f)
#define AV_SELU_LEFT (float4)(0.8790496587753296f, 1.1648358722027297e-8f, 7.9045981e-17f, 1.0f)

/* scale·x for x > 0, else scale·alpha·(e^x - 1). */
inline float av_selu(float x)
{
    const av_real a = av_pair(x, 0.0f);
    const float right = av_round(av_multiply_float(AV_SELU_SCALE, a.hi), a.exponent);
    const float left = av_elu(x, av_real_of(AV_SELU_LEFT));
    return x > 0.0f ? right : left;
}

/* scale for x > 0, else scale·alpha·e^x. */
inline float av_selu_grad(float x)
{
    const float left = av_elu_grad(x, av_real_of(AV_SELU_LEFT));
    return x > 0.0f ? AV_SELU_SCALE.hi : left;
}

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

/* ---- Beside the zero of a derivative ------------------------------------------------------- */

/* d·P(d), d the distance to the zero: {c0 high, c0 low, c1 … c7}. The zero is a factor, so the
 * result keeps its relative accuracy however close d comes to 0. */
inline float av_zero_times(av_ff d, __constant const float *c)
{
    float p = c[8];
    p = fma(d.hi, p, c[7]);
    p = fma(d.hi, p, c[6]);
    p = fma(d.hi, p, c[5]);
    p = fma(d.hi, p, c[4]);
    p = fma(d.hi, p, c[3]);
    p = fma(d.hi, p, c[2]);
    p = fma(d.hi, p, c[1]);
    const av_ff v = av_multiply(d, av_fast_two_sum(c[0], p));
    return v.hi + v.lo;
}

/* ---- Swish --------------------------------------------------------------------------------- */

/* 1.2784645427610738…, of which -1 times is the zero */
#define AV_SWISH_ZERO (float4)(0.6392322778701782f, -6.489641269e-09f, -5.6287331e-17f, 1.0f)
#define AV_SWISH_NEAR 0.25f
__constant float av_swish_near_zero[9] = {
    0.217811704f, 2.03825934e-09f, 0.146648794f, 0.018874811f, -0.0152224451f,
    -0.00660633435f, 0.000121819678f, 0.000792658713f, 0.000216972738f,
};

/* x·(z ≥ 0 ? 1 : t)/(1 + t), z = beta·x, t = e^-|z|; x/2 at beta = 0. The mantissa of x takes part,
 * its exponent is put on last. */
inline float av_swish(float x, av_real beta)
{
    const av_real a = av_pair(x, 0.0f);
    const av_ff z = av_value(av_times(beta, x));
    const av_power t = av_exp(av_negate(av_magnitude(z, 260.0f)));
    const bool right = z.hi >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(a.hi, 0.0f), av_multiply_float(t.m, a.hi));
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    const float v = av_round(q, a.exponent + (right ? 0 : t.n));
    const float limit = right ? x : av_with_sign(0.0f, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : v;
}

/* t·(1 + t - a)/(1 + t)², a = |beta·x|, t = e^-a, for beta·x < 0; 1 minus that for beta·x > 0. */
inline float av_swish_grad(float x, av_real beta)
{
    const av_ff z = av_value(av_times(beta, x));
    const av_ff a = av_magnitude(z, 130.0f);
    const av_power t = av_exp(av_negate(a));
    av_ff one_minus_a = av_two_sum(1.0f, -a.hi);
    one_minus_a.lo -= a.lo;
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    const av_ff top = av_multiply(t.m, av_add(one_minus_a, t.value));
    const av_ff left = av_divide(top, av_multiply(bottom, bottom));
    const av_ff d = av_value(av_linear(x, beta, av_real_of(AV_SWISH_ZERO)));
    const bool near = fabs(d.hi) < AV_SWISH_NEAR;
    const float left_value = near ? av_zero_times(d, av_swish_near_zero) : av_round(left, t.n);
    const float right_value = av_plus_small(1.0f, av_negate(left), t.n);
    return x != x ? x : z.hi >= 0.0f ? right_value : left_value;
}

/* ---- GELU ---------------------------------------------------------------------------------- */

/* erfcx(a/√2)/2, a ≥ 0, on ten intervals: {centre, c0 high, c0 low, c1 … c8} each. */
#define AV_GELU_FAR 15.9f
__constant float av_half_erfcx[110] = {
    0.25f, 0.414032102f, 1.31819888e-09f, -0.295434266f, 0.170086786f, -0.0843030736f,
    0.0372510776f, -0.0150281852f, 0.00562789058f, -0.00171086018f, 0.000275653147f,
    0.75f, 0.30023247f, -7.69754394e-09f, -0.173767939f, 0.0849532634f, -0.0366837978f,
    0.0143593168f, -0.00519734249f, 0.00176402985f, -0.000437216688f, 1.43508387e-05f,
    1.25f, 0.230760321f, 2.84671842e-10f, -0.110491879f, 0.0463227369f, -0.0175294373f,
    0.00610267371f, -0.00198151288f, 0.00060583977f, -0.000165265374f, 3.79546618e-05f,
    1.75f, 0.185231671f, -6.05832184e-09f, -0.0747868642f, 0.0271773208f, -0.00907580554f,
    0.00282404781f, -0.00081883336f, 0.000222542352f, -0.000127047912f, 7.28113664e-05f,
    2.5f, 0.14133133f, 1.43773704e-09f, -0.045613952f, 0.0136482259f, -0.00383113138f,
    0.00101759785f, -0.000257370528f, 6.23488086e-05f, -1.4871378e-05f, 3.29225486e-06f,
    3.5f, 0.106345154f, -7.11434467e-10f, -0.0267342422f, 0.0063876519f, -0.00145916513f,
    0.000320159306f, -6.763688e-05f, 1.38147079e-05f, -2.96139797e-06f, 6.17450439e-07f,
    5.0f, 0.0769193023f, 2.62937405e-09f, -0.0143457549f, 0.00259526353f, -0.000456485228f,
    7.82183051e-05f, -1.30605558e-05f, 2.13401836e-06f, -3.62818326e-07f, 5.69826959e-08f,
    7.0f, 0.0558934808f, 1.66414527e-09f, -0.00768790348f, 0.00103907962f, -0.000138114556f,
    1.8067909e-05f, -2.32868433e-06f, 2.95738289e-07f, -3.73300928e-08f, 4.55381954e-09f,
    10.0f, 0.0395066924f, 1.66096648e-09f, -0.00387533917f, 0.000376650103f, -3.62801729e-05f,
    3.46403453e-06f, -3.27239547e-07f, 3.07286285e-08f, -3.09469117e-09f, 2.84905016e-10f,
    14.0f, 0.0283526611f, -5.30693267e-10f, -0.00200503296f, 0.000141099124f, -9.88182092e-06f,
    6.88785121e-07f, -4.77239901e-08f, 3.29286376e-09f, -2.40532372e-10f, 1.68063948e-11f,
};

/* (Mills(a) - a)/((a0 - a)·√(2π)), a ≥ 0, Mills(a) = (1 - Φ(a))/φ(a), a0 where it equals a:
 * {centre, c0 high, c0 low, c1 … c6} each. */
#define AV_GELU_ZERO av_ff_of(0.7517915368080139f, -1.211444988769017e-8f)
__constant float av_gelu_slope[90] = {
    0.25f, 0.626348853f, -2.62255497e-08f, -0.135569677f, 0.0687877536f, -0.0309202764f,
    0.0126151182f, -0.00480719982f, 0.00168840354f,
    0.75f, 0.572558165f, -2.8744779e-08f, -0.0848875865f, 0.0366586223f, -0.0143501069f,
    0.00517955888f, -0.00176326779f, 0.000558577536f,
    1.25f, 0.537761867f, 1.87365572e-08f, -0.0568591841f, 0.0211486705f, -0.00726419967f,
    0.00233160472f, -0.000711643428f, 0.000204685042f,
    1.75f, 0.513837874f, 5.33617595e-09f, -0.0401807167f, 0.0130267311f, -0.00395824993f,
    0.0011365175f, -0.000312388467f, 8.16715328e-05f,
    2.5f, 0.489658058f, 1.75731429e-09f, -0.0257988926f, 0.0069503542f, -0.00178395014f,
    0.000438424147f, -0.000105892803f, 2.41990401e-05f,
    3.5f, 0.469379544f, -5.06440756e-09f, -0.0159023684f, 0.00346215232f, -0.000728767889f,
    0.000148690917f, -2.99709809e-05f, 5.78839854e-06f,
    5.0f, 0.451435506f, -1.13944125e-08f, -0.00897967443f, 0.00150285207f, -0.000246175157f,
    3.95324168e-05f, -6.49846606e-06f, 1.01405874e-06f,
    7.0f, 0.437997937f, 9.08961795e-09f, -0.00502028316f, 0.000637175632f, -7.98562542e-05f,
    9.88827196e-06f, -1.24208327e-06f, 1.51072513e-07f,
    10.0f, 0.427100688f, -1.07759206e-08f, -0.00262571522f, 0.000243191476f, -2.23506249e-05f,
    2.04101002e-06f, -1.96569744e-07f, 1.79849291e-08f,
    14.0f, 0.419440806f, 1.8763231e-09f, -0.00139592506f, 9.4716801e-05f, -6.40166581e-06f,
    4.31130928e-07f, -2.98715364e-08f, 2.0149904e-09f,
};

/* Which of the ten intervals: up to 1/2, 1, 1.5, 2, 3, 4, 6, 8, 12, 16. The exponent and the
 * highest bit of the mantissa count them. */
inline int av_gelu_interval(float a)
{
    const int half_octave = (int)(as_uint(a) >> 22) - 252;
    return a < 0.5f ? 0 : min(max(half_octave, 1), 9);
}

/* e^(-a²/2): the square is exact. */
inline av_power av_gauss(float a)
{
    return av_exp(av_times_power(av_two_product(a, a), -0.5f));
}

/* -a·e^(-a²/2)·erfcx(a/√2)/2 at x = -a; x + gelu(-x) on the right. */
inline float av_gelu(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_FAR).hi;
    __constant const float *c = av_half_erfcx + 11 * av_gelu_interval(a);
    const float y = a - c[0];
    float p = c[10];
    p = fma(y, p, c[9]);
    p = fma(y, p, c[8]);
    p = fma(y, p, c[7]);
    p = fma(y, p, c[6]);
    p = fma(y, p, c[5]);
    p = fma(y, p, c[4]);
    p = fma(y, p, c[3]);
    p = fma(y, p, c[2]);
    const av_power t = av_gauss(a);
    const av_ff left = av_multiply_float(av_multiply(t.m, av_fast_two_sum(c[1], p)), -a);
    const float left_value = av_with_sign(av_round(left, t.n), x);
    const float right_value = x > AV_GELU_FAR ? x : av_plus_small(x, left, t.n);
    return x > 0.0f ? right_value : left_value;
}

/* e^(-a²/2)·(a0 - a)·Q(a) at x = -a; 1 - gelu'(-x) on the right. */
inline float av_gelu_grad(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_FAR).hi;
    __constant const float *c = av_gelu_slope + 9 * av_gelu_interval(a);
    const float y = a - c[0];
    float p = c[8];
    p = fma(y, p, c[7]);
    p = fma(y, p, c[6]);
    p = fma(y, p, c[5]);
    p = fma(y, p, c[4]);
    p = fma(y, p, c[3]);
    p = fma(y, p, c[2]);
    const av_power t = av_gauss(a);
    const av_ff d = av_add(AV_GELU_ZERO, av_ff_of(-a, 0.0f));
    const av_ff left = av_multiply(av_multiply(t.m, av_fast_two_sum(c[1], p)), d);
    const float left_value = av_round(left, t.n);
    return x > 0.0f ? av_plus_small(1.0f, av_negate(left), t.n) : left_value;
}

/* ---- GELU by tanh: x·sigmoid(w), w = c1·x + c3·x³ ------------------------------------------ */

#define AV_GELU_TANH_FAR 11.9f
#define AV_GELU_TANH_C1 av_ff_of(1.5957691669464111f, -4.534068054340423e-8f)   /* 2√(2/π) */
#define AV_GELU_TANH_C3 av_ff_of(0.07135481387376785f, 2.3988324659995897e-9f)  /* 0.044715·c1 */
#define AV_GELU_TANH_ZERO av_ff_of(-0.7524614334106445f, 1.1339627903339533e-8f)
#define AV_GELU_TANH_NEAR 0.19f
__constant float av_gelu_tanh_near_zero[9] = {
    0.430400103f, -1.23223032e-08f, 0.387518436f, -0.015782861f, -0.113942914f,
    -0.0166178532f, 0.0196146257f, 0.00519260531f, -0.00153045054f,
};

inline float av_gelu_tanh(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const bool right = x >= 0.0f;
    const av_ff top = av_select(right, av_ff_of(x, 0.0f), av_multiply_float(t.m, -a));
    const av_ff q = av_divide(top, av_add_smaller(1.0f, t.value));
    const float v = av_round(q, right ? 0 : t.n);
    return x > AV_GELU_TANH_FAR ? x : v;
}

/* t·(1 + t - a·w')/(1 + t)² at x = -a, t = e^-w, w' = c1 + 3·c3·a²; 1 minus that on the right. */
inline float av_gelu_tanh_grad(float x)
{
    const float a = av_magnitude(av_ff_of(x, 0.0f), AV_GELU_TANH_FAR).hi;
    const av_ff c3_square = av_multiply(AV_GELU_TANH_C3, av_two_product(a, a));
    const av_ff w = av_multiply_float(av_add(AV_GELU_TANH_C1, c3_square), a);
    const av_power t = av_exp(av_negate(w));
    const av_ff slope = av_add(AV_GELU_TANH_C1, av_multiply_float(c3_square, 3.0f));
    const av_ff bracket = av_add(av_ff_of(1.0f, 0.0f), av_multiply_float(slope, -a));
    const av_ff bottom = av_add_smaller(1.0f, t.value);
    const av_ff top = av_multiply(t.m, av_add(bracket, t.value));
    const av_ff left = av_divide(top, av_multiply(bottom, bottom));
    const av_ff d = av_add(av_ff_of(-a, 0.0f), av_negate(AV_GELU_TANH_ZERO));
    const bool near = fabs(d.hi) < AV_GELU_TANH_NEAR;
    const float left_value = near ? av_zero_times(d, av_gelu_tanh_near_zero) : av_round(left, t.n);
    return x >= 0.0f ? av_plus_small(1.0f, av_negate(left), t.n) : left_value;
}
