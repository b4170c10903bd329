/* Unsigned keys whose order is that of the elements. The one idea: elements are read as unsigned
 * integers of their width, and a rule known at run time turns those into keys, so that kernels are
 * made for four widths instead of fifteen dtypes. NaNs are the top key. A complex element has a key
 * of two halves. */
#ifndef CX_KERNELS_SORT_KEY_CUH
#define CX_KERNELS_SORT_KEY_CUH
#include "walk.cuh"

enum { KEY_UNSIGNED, KEY_SIGNED, KEY_FLOAT };
/** Of a dtype, or of the parts of a complex one. */
struct key_rule {
    int kind;
    int bytes; /* of an element or part: 1, 2, 4, 8 */
    bool is_complex;
    uint64_t infinity; /* floats: bits of +inf */
};
inline key_rule key_rule_of(int t)
{
    static const key_rule rules[CX_DTYPE_COUNT] = {
        {0, 0, false, 0},
        {KEY_UNSIGNED, 1, false, 0},
        {KEY_SIGNED, 1, false, 0},
        {KEY_SIGNED, 2, false, 0},
        {KEY_SIGNED, 4, false, 0},
        {KEY_SIGNED, 8, false, 0},
        {KEY_UNSIGNED, 1, false, 0},
        {KEY_UNSIGNED, 2, false, 0},
        {KEY_UNSIGNED, 4, false, 0},
        {KEY_UNSIGNED, 8, false, 0},
        {KEY_FLOAT, 2, false, 0x7c00},
        {KEY_FLOAT, 2, false, 0x7f80},
        {KEY_FLOAT, 4, false, 0x7f800000},
        {KEY_FLOAT, 8, false, 0x7ff0000000000000},
        {KEY_FLOAT, 4, true, 0x7f800000},
        {KEY_FLOAT, 8, true, 0x7ff0000000000000},
        {KEY_SIGNED, 4, false, 0},
    };
    static_assert(CX_BOOL == 1 && CX_U8 == 6 && CX_F16 == 10 && CX_C128 == 15 && CX_CAT == 16,
                  "the rules follow dtypes.def");
    return rules[t];
}

template <class K> constexpr K key_top_bit = (K)((K)1 << (sizeof(K) * 8 - 1));

/** Signed: the sign bit turned. Floats: negative ones turned whole, positive ones in the sign. */
template <class K> __device__ inline K key_make(const key_rule &r, K x)
{
    if (r.kind == KEY_UNSIGNED) return x;
    if (r.kind == KEY_SIGNED) return (K)(x ^ key_top_bit<K>);
    if ((K)(x & (K)~key_top_bit<K>) > (K)r.infinity) return (K) ~(K)0;
    return (x & key_top_bit<K>) != 0 ? (K)~x : (K)(x | key_top_bit<K>);
}
/** The element of a key; every NaN comes back as one. */
template <class K> __device__ inline K key_back(const key_rule &r, K k)
{
    if (r.kind == KEY_UNSIGNED) return k;
    if (r.kind == KEY_SIGNED) return (K)(k ^ key_top_bit<K>);
    return (k & key_top_bit<K>) != 0 ? (K)(k ^ key_top_bit<K>) : (K)~k;
}
/** For comparing: both zeros have one key. */
template <class K> __device__ inline K key_compare(const key_rule &r, K x)
{
    if (r.kind == KEY_FLOAT && x == key_top_bit<K>) x = 0;
    return key_make<K>(r, x);
}

/** Of a complex element, for comparing: real part, then imaginary part; after all of those the ones
 * whose imaginary part is NaN by their real part, then those whose real part is NaN by their
 * imaginary part, then both. The keys of numbers end below the three that say so. */
template <class K> struct key_pair {
    K high, low;
};
template <class K> __device__ inline key_pair<K> key_complex(const key_rule &r, const K *x)
{
    const K top = (K) ~(K)0, re = key_compare<K>(r, x[0]), im = key_compare<K>(r, x[1]);
    if (re == top) return im == top ? key_pair<K>{top, 0} : key_pair<K>{(K)(top - 1), im};
    return im == top ? key_pair<K>{(K)(top - 2), re} : key_pair<K>{re, im};
}

/** Rows of a 2-d view whose last axis is contiguous, by flat position: no division for one row,
 * and more rows than one have fewer than 2^31 elements together. */
struct key_rows {
    char *data;
    int64_t stride, rows, n;
    fast_div by_n;
};
inline key_rows key_rows_of(const cx_view *v, int64_t first, int64_t rows)
{
    key_rows r = {static_cast<char *>(v->data) + first * v->stride[0], v->stride[0], rows,
                  v->shape[1], fast_div()};
    if (rows > 1) r.by_n = fast_div_of((uint32_t)r.n);
    return r;
}
__device__ inline int64_t key_row(const key_rows &r, int64_t i)
{
    return r.rows == 1 ? 0 : (int64_t)fast_divide((uint32_t)i, r.by_n);
}
/** Address of the element of that many bytes at flat position i. */
__device__ inline char *key_at(const key_rows &r, int64_t i, int64_t bytes)
{
    const int64_t row = key_row(r, i);
    return r.data + row * r.stride + (i - row * r.n) * bytes;
}

/** How many bits a number below n takes. */
inline int key_bits(int64_t n)
{
    int bits = 0;
    while (bits < 63 && ((int64_t)1 << bits) < n) bits++;
    return bits;
}

/* ---- the ways to sort (sort_tile.cu, sort_long.cu, argsort_long.cu) */
enum { SORT_TILE = 2048 }; /* the longest row that one block sorts */
/** Rows of at most SORT_TILE elements, one or several in each block. out NULL: sort in place. */
cx_status cuda_sort_tiles(cx_queue *q, const cx_view *a, const cx_view *out);
/** Longer rows: as many at a time as this, by radix sort. */
enum { SORT_ALONE = 1 << 18, SORT_GROUP = 1 << 25 };
inline int64_t sort_group(int64_t rows, int64_t n)
{
    const int64_t most = n >= SORT_ALONE ? 1 : SORT_GROUP / n;
    return rows < most ? rows : most;
}
cx_status cuda_sort_long(cx_queue *q, const cx_view *a);
cx_status cuda_sort_complex_long(cx_queue *q, const cx_view *a);
cx_status cuda_argsort_long(cx_queue *q, const cx_view *a, const cx_view *out);
#endif
