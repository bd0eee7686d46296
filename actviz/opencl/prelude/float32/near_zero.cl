/* ---- Beside the zero of a derivative ------------------------------------------------------- */

/* d·P(d), d the distance to the zero: {c0 high, c0 low, c1 … c7}. The zero is a factor, so the
 * result keeps its relative accuracy however close d comes to 0. */
inline float av_zero_times(av_ff d, __constant const av_scalar *c)
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
