/* Every function becomes part of the kernel that calls it. Where a compiler's own rules leave a
 * call, its structs go through memory, number by number: Intel's runtime then takes three times as
 * long, and PoCL does not compute in vectors at all. */
#define inline inline __attribute__((always_inline))
