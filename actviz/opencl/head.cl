/* What comes before every program.
 *
 * Every function becomes part of the kernel that calls it. Where a compiler's own rules leave a
 * call, its structs go through memory, number by number: Intel's runtime then takes three times as
 * long, and PoCL does not compute in vectors at all. */
#define inline inline __attribute__((always_inline))

/* Numbers that are the same for all points of a launch, whatever AV_LANES is. */
typedef float av_scalar;
typedef int av_count;
typedef uint av_word;

inline av_word av_word_of(av_scalar v)
{
    return as_uint(v);
}

inline av_scalar av_scalar_of(av_word bits)
{
    return as_float(bits);
}

/* A device that prefers vectors gets AV_LANES, and a work-item of its float32 kernels computes so
 * many points at once: PoCL, left to itself, makes vectors of some of them and none of others. The
 * text stays the same; a float in it is a vector then, a bool the int vector that comparisons give.
 * A scalar is widened where one stands beside a vector, but not a condition: 1 would not be true.
 * AV_ANY tells whether a condition holds for any of the points, for what is rarely needed. */
#ifndef AV_LANES
#define AV_LANES 1
#define AV_LOAD(place) (*(place))
#define AV_STORE(v, place) (*(place) = (v))
#define AV_POINTS(first) (double)(first)
#define AV_ROUNDED(v) (float)(v)
#define AV_ANY(condition) (condition)
#else
#define AV_JOINED(word, number) word##number
#define AV_JOIN(word, number) AV_JOINED(word, number)
#define AV_WIDE(type) AV_JOIN(type, AV_LANES)
typedef AV_WIDE(float) av_wide_float;
typedef AV_WIDE(int) av_wide_int;
typedef AV_WIDE(uint) av_wide_uint;
#define AV_LOAD(place) AV_WIDE(vload)(0, place)
#define AV_STORE(v, place) AV_WIDE(vstore)(v, 0, place)
#define AV_POINTS(first) (AV_WIDE(convert_double)((av_wide_int)(first) + AV_NUMBERED))
#define AV_ROUNDED(v) AV_WIDE(convert_float)(v)
#define AV_ANY(condition) any(condition)
#define AV_NUMBERED AV_JOIN(AV_NUMBERED, AV_LANES)
#define AV_NUMBERED8 (int8)(0, 1, 2, 3, 4, 5, 6, 7)
#define AV_NUMBERED16 (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

/* fma takes no scalar beside a vector */
inline av_wide_float av_fma(av_wide_float a, av_wide_float b, av_wide_float c)
{
    return fma(a, b, c);
}

#define float av_wide_float
#define int av_wide_int
#define uint av_wide_uint
#define bool av_wide_int
#define as_float AV_WIDE(as_float)
#define as_int AV_WIDE(as_int)
#define as_uint AV_WIDE(as_uint)
#define fma av_fma
#endif
