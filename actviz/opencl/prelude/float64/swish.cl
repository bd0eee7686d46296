/* ---- Swish --------------------------------------------------------------------------------- */

/* The zero of the derivative by beta·x is -AV_SWISH_ZERO, known to a third part. */
#define AV_SWISH_ZERO av_dd_of(1.2784645427610737, 1.0946994183093437e-16)
#define AV_SWISH_ZERO_REST 3.907766676128665e-33
/* swish'(d - zero)/d for |d| ≤ AV_SWISH_NEAR, within 2^-55.7. */
#define AV_SWISH_NEAR 0.25
#define AV_SWISH_DEGREE 13
__constant double av_swish_near_zero[15] = {
    0.2178117057198001, -4.0160100856717925e-18, 0.1466487969969469, 0.018874814223782378,
    -0.015222655223188018, -0.006606589138373429, 0.00012662741007778936, 0.0007985218834466932,
    0.00018570724393212546, -4.09054158750973e-05, -2.9733556880109773e-05, -2.940905252487355e-06,
    2.3463749857869384e-06, 8.398336188897549e-07, -3.4557842798071035e-08,
};

/* x·(z ≥ 0 ? 1 : t)/(1 + t), z = beta·x, t = e^-|z|; x/2 at beta = 0. The mantissa of x takes part,
 * its exponent is put on last. */
inline double av_swish(double x, double beta)
{
    const av_parts a = av_parts_of(x);
    const av_dd z = av_value(av_times(beta, x));
    const av_power t = av_exp(av_negate(av_magnitude(z, 1600.0)));
    const bool right = z.hi >= 0.0;
    const av_dd top = av_select(right, av_dd_of(a.m, 0.0), av_multiply_double(t.m, a.m));
    const av_dd q = av_divide(top, av_add_smaller(1.0, t.value));
    const double v = av_round(q, a.exponent + (right ? 0 : t.n));
    const double limit = right ? x : av_with_sign(0.0, x);
    return x != x ? x : fabs(x) == INFINITY ? limit : v;
}

/* t·(1 + t - a)/(1 + t)², a = |beta·x|, t = e^-a, for beta·x < 0; 1 minus that for beta·x > 0. */
inline double av_swish_grad(double x, double beta)
{
    const av_dd z = av_value(av_times(beta, x));
    const av_dd a = av_magnitude(z, 1000.0);
    const av_power t = av_exp(av_negate(a));
    av_dd one_minus_a = av_two_sum(1.0, -a.hi);
    one_minus_a.lo -= a.lo;
    const av_dd bottom = av_add_smaller(1.0, t.value);
    const av_dd top = av_multiply(t.m, av_add(one_minus_a, t.value));
    const av_dd left = av_divide(top, av_multiply(bottom, bottom));
    const av_dd first = av_two_sum(z.hi, AV_SWISH_ZERO.hi);
    const av_dd second = av_two_sum(z.lo, AV_SWISH_ZERO.lo);
    const av_dd sum = av_two_sum(first.hi, second.hi);
    const av_dd d = av_fast_two_sum(sum.hi, sum.lo + (first.lo + (second.lo + AV_SWISH_ZERO_REST)));
    const bool near = fabs(d.hi) < AV_SWISH_NEAR;
    const double root_value = av_zero_times(d, av_swish_near_zero, AV_SWISH_DEGREE);
    const double left_value = near ? root_value : av_round(left, t.n);
    const double right_value = av_plus_small(1.0, av_negate(left), t.n);
    return x != x ? x : z.hi >= 0.0 ? right_value : left_value;
}
