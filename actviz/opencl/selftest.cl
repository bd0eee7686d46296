/* Sums and products that tell how a device computes. The numbers, three for each line, are given at
 * run time, so that no compiler computes with them in its own way. */
#pragma OPENCL FP_CONTRACT OFF

/* What the rounding of a + b has lost of b (Knuth's two-sum). */
inline float av_lost(float a, float b)
{
    const float s = a + b;
    const float b_part = s - a;
    return (a - (s - b_part)) + (b - b_part);
}

__kernel void av_try_arithmetic(__global const float *n, __global float *told)
{
    told[0] = (n[0] + n[1]) - n[0];
    told[1] = av_lost(n[3], n[4]);
    told[2] = fma(n[6], n[7], n[8]);
    told[3] = n[9] * n[10] + n[11];
    told[4] = n[12] + n[13];
    told[5] = n[15] != n[15] ? 1.0f : 0.0f;
    told[6] = n[18] * n[19];
    told[7] = (float)(as_uint(0.0f - n[21]) >> 31);
    told[8] = n[24] * n[25];
    told[9] = n[27] * n[28];
}
