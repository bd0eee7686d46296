/* One dense layer's step in one pass: from z without its bias to h = f(z + bias), f′, sums over
 * rows, and the number of the bin of each h. A work-item takes AV_LANES columns of av_rows rows, so
 * that a unit is one work-item's alone and neighbours read neighbours. av_sums holds, one after the
 * other, for each part of the rows and each column: Σ z², Σ h², Σ h, and the largest |f′|. */

inline void av_layer_of_$name(__global const $scalar *av_z, __global const $scalar *av_bias,
                              __global $scalar *av_h, __global $scalar *av_df,
                              __global $scalar *av_sums, __global uchar *av_bins,
                              av_count av_width, av_count av_rows, av_scalar av_low,
                              av_scalar av_scale, av_scalar av_last, av_count av_ordinary$formals)
{
$unpack
    const size_t av_j = get_global_id(0) * AV_LANES;
    const size_t av_part = get_global_id(1);
    const size_t av_parts = get_global_size(1);
    const $real av_b = AV_LOAD(av_bias + av_j);
    $real av_zz = 0.0f, av_hh = 0.0f, av_sum = 0.0f, av_steepest = 0.0f;
    for (av_count av_row = 0; av_row < av_rows; av_row++) {
        const size_t av_i = (av_part * av_rows + av_row) * av_width + av_j;
        const $real x = AV_LOAD(av_z + av_i) + av_b;
        const $real av_raw = $f;
        const $real av_slope = $df;
        const $real av_f = x != x ? x : av_raw;
        const $real av_g = x != x ? x : av_slope;
        AV_STORE(av_f, av_h + av_i);
        AV_STORE(av_g, av_df + av_i);
        av_zz = av_zz + x * x;
        av_hh = av_hh + av_f * av_f;
        av_sum = av_sum + av_f;
        av_steepest = fmax(av_steepest, fabs(av_g));
        const $real av_place = fmin(fmax((av_f - av_low) * av_scale + 1.0f, 0.0f), av_last);
        AV_STORE_BYTES(av_place, av_bins + av_i);
    }
    const size_t av_at = av_part * av_width + av_j;
    const size_t av_all = av_parts * av_width;
    AV_STORE(av_zz, av_sums + av_at);
    AV_STORE(av_hh, av_sums + av_all + av_at);
    AV_STORE(av_sum, av_sums + 2 * av_all + av_at);
    AV_STORE(av_steepest, av_sums + 3 * av_all + av_at);
}

__kernel void av_layer_$name(__global const $scalar *av_z, __global const $scalar *av_bias,
                             __global $scalar *av_h, __global $scalar *av_df,
                             __global $scalar *av_sums, __global uchar *av_bins, av_count av_width,
                             av_count av_rows, av_scalar av_low, av_scalar av_scale,
                             av_scalar av_last$formals)
{
    if ($ordinary)
        av_layer_of_$name(av_z, av_bias, av_h, av_df, av_sums, av_bins, av_width, av_rows, av_low,
                          av_scale, av_last, 1$actuals);
    else
        av_layer_of_$name(av_z, av_bias, av_h, av_df, av_sums, av_bins, av_width, av_rows, av_low,
                          av_scale, av_last, 0$actuals);
}
