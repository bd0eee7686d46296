/* ---- Beside the zero of a derivative ------------------------------------------------------- */

/* d·P(d), d the distance to the zero, P with its first coefficient in two parts. The zero is a
 * factor, so the result keeps its relative accuracy however close d comes to 0. */
inline double av_zero_times(av_dd d, __constant const double *c, int degree)
{
    const av_dd v = av_multiply(d, av_fine_polynomial(c, degree, d.hi));
    return v.hi + v.lo;
}
