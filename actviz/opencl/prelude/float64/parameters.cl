/* ---- Numbers with an exponent of their own ------------------------------------------------- */

/* m·2^exponent, 1/2 ≤ |m| < 1: products of such numbers neither overflow nor lose digits. */
typedef struct {
    double m;
    int exponent;
} av_parts;

/* An exponent below and one above all others: those of 0 and of ∞. */
#define AV_LOWEST -20000
#define AV_HIGHEST 20000

/* A double in its parts; ±∞ is ±1/2 with the highest exponent. */
inline av_parts av_parts_of(double v)
{
    const bool tiny = fabs(v) < 0x1p-1000; /* a subnormal has no exponent of its own */
    const ulong bits = as_ulong(tiny ? v * 0x1p100 : v);
    const int biased = (int)((bits >> 52) & 2047UL);
    const bool zero = v == 0.0;
    const double mantissa = as_double((bits & 0x800fffffffffffffUL) | 0x3fe0000000000000UL);
    av_parts p;
    p.m = zero ? v : mantissa;
    p.exponent = zero ? AV_LOWEST : biased == 2047 ? AV_HIGHEST : biased - (tiny ? 1122 : 1022);
    return p;
}

/* The number v·2^exponent. */
typedef struct {
    av_dd v;
    int exponent;
} av_scaled;

/* s·2^(exponent - reference) for exponent ≤ reference; what is far below the reference does not
 * count, but keeps its sign. */
inline double av_aligned(double s, int exponent, int reference)
{
    return s * av_power_of_two(max(exponent - reference, -900));
}

/* x - p exactly. */
inline av_scaled av_minus(double x, double p)
{
    const av_parts a = av_parts_of(x);
    const av_parts b = av_parts_of(p);
    av_scaled d;
    d.exponent = max(a.exponent, b.exponent);
    d.v = av_two_sum(av_aligned(a.m, a.exponent, d.exponent),
                     -av_aligned(b.m, b.exponent, d.exponent));
    return d;
}

/* a·x exactly. */
inline av_scaled av_times(double a, double x)
{
    const av_parts b = av_parts_of(a);
    const av_parts c = av_parts_of(x);
    av_scaled d;
    d.exponent = b.exponent + c.exponent;
    d.v = av_two_product(b.m, c.m);
    return d;
}

/* a + b to about 106 bits, and exactly where they cancel to less. */
inline av_scaled av_sum(av_scaled a, av_scaled b)
{
    av_scaled v;
    v.exponent = max(a.exponent, b.exponent);
    const av_dd s = av_two_sum(av_aligned(a.v.hi, a.exponent, v.exponent),
                               av_aligned(b.v.hi, b.exponent, v.exponent));
    const av_dd t = av_two_sum(av_aligned(a.v.lo, a.exponent, v.exponent),
                               av_aligned(b.v.lo, b.exponent, v.exponent));
    const av_dd middle = av_two_sum(s.lo, t.hi);
    const av_dd first = av_two_sum(s.hi, middle.hi);
    v.v = av_fast_two_sum(first.hi, first.lo + (middle.lo + t.lo));
    return v;
}

/* The value of a scaled number: ±∞ beyond float64, and 0 below it, where it is only compared or
 * exponentiated. */
inline av_dd av_value(av_scaled a)
{
    return av_dd_of(av_scale(a.v.hi, a.exponent), av_scale(a.v.lo, a.exponent));
}
