/* Softmax of vectors, and its Jacobian. With M the largest logit, T the temperature,
 * t_i = e^((x_i - M)/T) and S = sum of all t:
 *
 *     s_i = t_i/S     ds_i/dx_j = -t_i t_j/(S^2 T)     ds_i/dx_i = t_i (S - t_i)/(S^2 T)
 *
 * x_i - M is exact. S - t_i is the sum of the others, which is at least 1 for all but M itself; for
 * M it is summed without M, at the scale of the largest of them, and so it neither cancels nor
 * underflows: s(1 - s) would be 0 from a lead of 17 on. Logits that tie for the largest share,
 * infinite ones too. Powers of two and 1/T are put on last.
 *
 * The vectors are the middle axis of an array (outer, length, inner). A work-item takes every
 * `lanes`th number of one vector, AV_FAN at most; what the items find is put together by items
 * again, until one is left. Who adds what follows from the length alone, so that the bits are the
 * same on every device, alone or in a batch. There is no barrier and no local memory.
 *
 * The text is the same in both precisions: a number, a sum of two, what is so far below M that no T
 * brings it back, and the exponent of the smallest normal number.
 */
#ifdef AV_FLOAT64
typedef double av_number;
typedef double8 av_given;
typedef av_dd av_two;
#define av_two_of av_dd_of
#define AV_FARTHEST -1600.0 /* T can bring back e^-1497, no less */
#define AV_LEAST -1022
#else
typedef float av_number;
typedef float8 av_given;
typedef av_ff av_two;
#define av_two_of av_ff_of
#define AV_FARTHEST -250.0f /* T can bring back e^-213, no less */
#define AV_LEAST -126
#endif

#define AV_FAN 64
#define AV_NEVER -4000 /* the exponent of such a number */
#define AV_ZERO av_two_of(0, 0)
#define AV_ONE av_two_of(1, 0)

/* ---- Who does what ---------------------------------------------------------------------------- */

/* a/b for 0 <= a and 0 < b. A device's own division of integers is slow, and may be the one thing
 * that it does not do for many items at once. The second quotient is off by 1 at most. */
inline int av_quotient(int a, int b)
{
    const float inverse = 1.0f / (float)b;
    const int first = (int)((float)a * inverse);
    const int q = first + (int)((float)(a - first * b) * inverse);
    const int rest = a - q * b;
    return q + (rest >= b ? 1 : 0) - (rest < 0 ? 1 : 0);
}

/* The numbers of a work-item: `count` of them, from `start` on, `step` apart; neighbouring items take
 * neighbouring numbers. */
typedef struct {
    int vector, start, step, count;
} av_share;

inline av_share av_share_of(int item, int length, int lanes, int inner)
{
    const int above = av_quotient(item, inner);
    const int column = item - above * inner;
    const int outer = av_quotient(above, lanes);
    const int lane = above - outer * lanes;
    av_share s;
    s.vector = outer * inner + column;
    s.start = (outer * length + lane) * inner + column;
    s.step = lanes * inner;
    s.count = (length - lane - 1) / lanes + 1;
    return s;
}

/* ---- The largest ------------------------------------------------------------------------------ */

/* The largest logit (NaN where one is), how many are equal to it, and the next lower one. */
typedef struct {
    av_number largest, next;
    int ties;
} av_peak;

inline av_number av_larger(av_number a, av_number b)
{
    return a > b ? a : b;
}

inline av_peak av_higher(av_peak a, av_peak b)
{
    const bool same = a.largest == b.largest;
    const bool first = a.largest > b.largest || a.largest != a.largest;
    av_peak p;
    p.largest = first ? a.largest : b.largest;
    p.next = av_larger(same || first ? a.next : a.largest, same || !first ? b.next : b.largest);
    p.ties = same ? a.ties + b.ties : first ? a.ties : b.ties;
    return p;
}

inline av_peak av_peak_of(av_number x, int ties)
{
    av_peak p;
    p.largest = x;
    p.next = -INFINITY;
    p.ties = ties;
    return p;
}

__kernel void av_peaks(int stop, __global const av_number *x, __global av_peak *peaks, int length,
                       int lanes, int inner)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_share share = av_share_of(item, length, lanes, inner);
        av_peak peak = av_peak_of(-INFINITY, 0);
        for (int i = 0; i < share.count; i++)
            peak = av_higher(peak, av_peak_of(x[share.start + i * share.step], 1));
        peaks[item] = peak;
    }
}

__kernel void av_peaks_again(int stop, __global const av_peak *found, __global av_peak *peaks,
                             int length, int lanes, int inner)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_share share = av_share_of(item, length, lanes, inner);
        av_peak peak = av_peak_of(-INFINITY, 0);
        for (int i = 0; i < share.count; i++)
            peak = av_higher(peak, found[share.start + i * share.step]);
        peaks[item] = peak;
    }
}

/* ---- One term --------------------------------------------------------------------------------- */

/* 1/T = inverse*2^exponent. Differences of logits are taken of a fraction `before`, so that they do
 * not overflow, and multiplied by `after`, so that the product keeps its digits; `first` and
 * `second` are the powers of two that are then missing. */
typedef struct {
    av_number before, after, first, second;
    av_two inverse;
    int exponent;
} av_temperature;

inline av_temperature av_temperature_of(av_given given)
{
    av_temperature t;
    t.before = given.s0;
    t.after = given.s1;
    t.first = given.s2;
    t.second = given.s3;
    t.inverse = av_two_of(given.s4, given.s5);
    t.exponent = (int)given.s6;
    return t;
}

/* The number m*2^n. */
typedef struct {
    av_two m;
    int n;
} av_term;

/* e^((x - largest)/T) */
inline av_term av_term_of(av_number x, av_number largest, av_temperature t)
{
    const av_two d = av_two_sum(x * t.before, -largest * t.before);
    const av_two a = av_multiply(av_times_power(d, t.after), t.inverse);
    const av_number hi = a.hi * t.first * t.second;
    const av_number lo = a.lo * t.first * t.second;
    const bool top = x == largest;
    const bool near = hi >= AV_FARTHEST;
    const av_power p = av_exp(av_select(near && !top, av_two_of(hi, lo), AV_ZERO));
    av_term term;
    term.m = p.m;
    term.n = near || top ? p.n : AV_NEVER;
    return term;
}

/* m*2^n beside numbers near 1, for n <= 0. */
inline av_two av_term_value(av_two m, int n)
{
    return av_times_power(m, av_power_of_two(min(max(n, AV_LEAST), 0)));
}

/* ---- The sum of all but the largest, at the scale of the next lower one ----------------------- */

/* Add to a sum whose rounding errors are collected in its low part (Neumaier 1974). */
inline av_two av_collect(av_two sum, av_two a)
{
    const av_two s = av_two_sum(sum.hi, a.hi);
    return av_two_of(s.hi, sum.lo + (s.lo + a.lo));
}

__kernel void av_sums(int stop, __global const av_number *x, __global const av_peak *peaks,
                      __global av_two *sums, int length, int lanes, int inner, av_given given)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_share share = av_share_of(item, length, lanes, inner);
        const av_temperature t = av_temperature_of(given);
        const av_peak peak = peaks[share.vector];
        const int scale = av_term_of(peak.next, peak.largest, t).n;
        av_two sum = AV_ZERO;
        for (int i = 0; i < share.count; i++) {
            const av_number v = x[share.start + i * share.step];
            const av_term term = av_term_of(v, peak.largest, t);
            const av_two value = av_term_value(term.m, term.n - scale);
            sum = av_collect(sum, av_select(v == peak.largest, AV_ZERO, value));
        }
        sums[item] = av_fast_two_sum(sum.hi, sum.lo);
    }
}

__kernel void av_sums_again(int stop, __global const av_two *found, __global av_two *sums,
                            int length, int lanes, int inner)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_share share = av_share_of(item, length, lanes, inner);
        av_two sum = AV_ZERO;
        for (int i = 0; i < share.count; i++)
            sum = av_collect(sum, found[share.start + i * share.step]);
        sums[item] = av_fast_two_sum(sum.hi, sum.lo);
    }
}

/* ---- What the elements of a vector share ------------------------------------------------------ */

/* `inverse` is 1/S, `slope` the diagonal at M. */
typedef struct {
    av_number largest, slope;
    av_two inverse;
} av_vector;

/* One number after the other: a struct that is read whole keeps PoCL from working in vectors. */
inline av_vector av_vector_at(__global const av_vector *p)
{
    av_vector v;
    v.largest = p->largest;
    v.slope = p->slope;
    v.inverse = av_two_of(p->inverse.hi, p->inverse.lo);
    return v;
}

__kernel void av_vectors(int stop, __global const av_peak *peaks, __global const av_two *sums,
                         __global av_vector *vectors, av_given given)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_temperature t = av_temperature_of(given);
        const av_peak peak = peaks[item];
        const int scale = av_term_of(peak.next, peak.largest, t).n;
        const av_two sum = sums[item];
        const int more = peak.ties - 1;
        const av_number ties = (av_number)more;
        const av_two tied = av_two_of(ties, (av_number)(more - (int)ties));
        const av_two others = av_add(tied, av_term_value(sum, scale));
        const bool alone = more == 0;
        av_two total = av_add(AV_ONE, others);
        if (peak.largest != peak.largest)
            total.hi = peak.largest;
        av_vector v;
        v.largest = peak.largest;
        v.inverse = av_divide(AV_ONE, total);
        const av_two square = av_multiply(av_multiply(v.inverse, v.inverse), t.inverse);
        v.slope = av_round(av_multiply(av_select(alone, sum, others), square),
                           (alone ? scale : 0) + t.exponent);
        vectors[item] = v;
    }
}

/* ---- Values and diagonal ---------------------------------------------------------------------- */

/* The value share*2^n of an element, and the diagonal there. */
typedef struct {
    av_two share;
    int n;
    av_number slope;
} av_element;

inline av_element av_element_of(av_number x, av_vector v, av_temperature t)
{
    const av_term term = av_term_of(x, v.largest, t);
    av_element e;
    e.share = av_multiply(term.m, v.inverse);
    e.n = term.n;
    const av_two others = av_add(AV_ONE, av_negate(av_term_value(e.share, e.n)));
    const av_two slope = av_multiply(av_multiply(e.share, others), t.inverse);
    e.slope = x == v.largest ? v.slope : av_round(slope, e.n + t.exponent);
    return e;
}

/* A block holds the logits, the values and the diagonal, `stride` floats apart. */
__kernel void av_softmax(int stop, __global av_number *block, int stride,
                         __global const av_vector *vectors, int length, int inner, av_given given)
{
    const size_t item = get_global_id(0);
    if (item < (size_t)stop) {
        const int row = av_quotient((int)item, inner);
        const int vector = (av_quotient(row, length) - row) * inner + (int)item;
        const av_vector v = av_vector_at(vectors + vector);
        const av_element e = av_element_of(block[item], v, av_temperature_of(given));
        block[stride + item] = av_round(e.share, e.n);
        block[2 * stride + item] = e.slope;
    }
}

/* ---- The Jacobian ----------------------------------------------------------------------------- */

__kernel void av_elements(int stop, __global const av_number *x, __global const av_vector *vectors,
                          __global av_element *elements, int length, av_given given)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_vector v = av_vector_at(vectors + av_quotient(item, length));
        elements[item] = av_element_of(x[item], v, av_temperature_of(given));
    }
}

/* Rows of the Jacobians, one after the other, from that of element `first` on. Both entries of a
 * pair are made in the same order: the same bits. */
__kernel void av_jacobian(int stop, __global const av_element *elements, __global av_number *out,
                          int length, int lanes, int first, av_given given)
{
    const int item = (int)get_global_id(0);
    if (item < stop) {
        const av_share share = av_share_of(item, length, lanes, 1);
        const av_temperature t = av_temperature_of(given);
        const int row = first + share.vector;
        const int base = (av_quotient(row, length) - share.vector) * length;
        const av_element own = elements[row];
        for (int i = 0; i < share.count; i++) {
            const int place = share.start + i * share.step;
            const int other = base + place;
            const av_two its = elements[other].share;
            const bool after = row < other;
            const av_two product = av_multiply(av_select(after, own.share, its),
                                              av_select(after, its, own.share));
            const av_number entry = av_round(av_multiply(product, t.inverse),
                                         own.n + elements[other].n + t.exponent);
            out[place] = row == other ? own.slope : -entry;
        }
    }
}
