/* The two kernels of a user's own formula. It is computed in $work; x, f and f′ are $real, rounded
 * once, in a block. Where the results are then rounded to fewer bits (av_odd), what was cut off
 * sets the last bit: two roundings then are one (Boldo, Melquiond 2005). */

inline $real av_kept($work av_value, int av_odd)
{
$kept
}

inline void av_evaluate_own(__global $real *av_block, int av_stride, size_t av_i, $work x,
                            int av_odd$formals)
{
    const int av_ordinary = 0;
$unpack
    const int av_finite = x - x == 0;
    const $work av_near = av_finite ? x - ($nearest * fabs(x) + $least) : x;
    const $work av_far = av_finite ? x - $farther * (fabs(x) > 1 ? fabs(x) : 1) : x;
$lines
    av_block[av_stride + av_i] = av_kept(x != x ? x : $f, av_odd);
    av_block[2 * av_stride + av_i] = av_kept(x != x ? x : $df, av_odd);
}

/* At given x. */
__kernel void av_points_own(__global const $real *av_x, __global $real *av_block, int av_stride,
                            int av_stop, int av_odd$formals)
{
    const size_t av_i = get_global_id(0);
    if (av_i < (size_t)av_stop)
        av_evaluate_own(av_block, av_stride, av_i, av_x[av_i], av_odd$actuals);
}

#ifdef AV_DOUBLE
/* At x = low + (first + i)·step, in double and rounded once: the bits of Grid.points(). */
__kernel void av_grid_own(__global $real *av_x, __global $real *av_block, int av_stride,
                          int av_stop, double av_low, double av_step, int av_first,
                          int av_odd$formals)
{
    const size_t av_i = get_global_id(0);
    if (av_i < (size_t)av_stop) {
        const double av_index = (double)(av_first + (int)av_i);
        const $real x = ($real)(av_low + av_index * av_step);
        av_x[av_i] = x;
        av_evaluate_own(av_block, av_stride, av_i, x, av_odd$actuals);
    }
}
#endif
