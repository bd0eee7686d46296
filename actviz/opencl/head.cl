/* Every function becomes part of the kernel that calls it. Where a compiler's own rules leave a
 * call, its structs go through memory, number by number: Intel's runtime then takes three times as
 * long, and PoCL does not compute in vectors at all. */
#define inline inline __attribute__((always_inline))

/* Numbers that are the same for all points of a launch. */
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
