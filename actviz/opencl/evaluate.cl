/* The two kernels of one row. A block holds x, f and f′ one after the other, `av_stride` numbers
 * apart, but x may be elsewhere; `av_stop` is the number of points. $scalar is the type of all of
 * them, $real what computes with them: the same, or AV_LANES of them. $name, $formals, $actuals,
 * $unpack, $ordinary, $f and $df come from the row. Every parameter arrives as a double, or in
 * float32 as the eight floats of an av_real, and f and f′ are there twice: for parameters that are
 * all ordinary, which is short, and for any. */

inline void av_compute_$name(__global $scalar *av_block, av_count av_stride, size_t av_i, $real x,
                             av_count av_ordinary$formals)
{
$unpack
    const $real av_f = $f;
    const $real av_df = $df;
    AV_STORE(x != x ? x : av_f, av_block + av_stride + av_i);
    AV_STORE(x != x ? x : av_df, av_block + 2 * (size_t)av_stride + av_i);
}

inline void av_evaluate_$name(__global $scalar *av_block, av_count av_stride, size_t av_i,
                              $real x$formals)
{
    if ($ordinary)
        av_compute_$name(av_block, av_stride, av_i, x, 1$actuals);
    else
        av_compute_$name(av_block, av_stride, av_i, x, 0$actuals);
}

/* At given x. */
__kernel void av_points_$name(__global const $scalar *av_x, __global $scalar *av_block,
                              av_count av_stride, av_count av_stop$formals)
{
    const size_t av_i = get_global_id(0) * AV_LANES;
    if (av_i < (size_t)av_stop)
        av_evaluate_$name(av_block, av_stride, av_i, AV_LOAD(av_x + av_i)$actuals);
}

#ifdef AV_DOUBLE
/* At x = low + (first + i)·step, in double and rounded once: the bits of Grid.points(). */
__kernel void av_grid_$name(__global $scalar *av_x, __global $scalar *av_block,
                            av_count av_stride, av_count av_stop, double av_low, double av_step,
                            av_count av_first$formals)
{
    const size_t av_i = get_global_id(0) * AV_LANES;
    if (av_i < (size_t)av_stop) {
        const $real x = $rounded(av_low + AV_POINTS(av_first + (av_count)av_i) * av_step);
        AV_STORE(x, av_x + av_i);
        av_evaluate_$name(av_block, av_stride, av_i, x$actuals);
    }
}
#endif
