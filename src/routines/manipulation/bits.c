/* packbits and unpackbits. Eight bools seen as one 64-bit word become a byte by one product whose
 * partial products never meet; a byte becomes eight by a table. Words are little-endian, as
 * everywhere in Calx. */
#include "routines/manipulation/parts.h"
#include <calx/ops.h>
#include <inttypes.h>

/* The array with its last axis as the one in question. */
static cx_status along(const char *where, const cx_array *a, int axis, const cx_array **x, int *k)
{
    CX__TRY(cx__axis_of(where, a, axis, x, k));
    if (*k != cx_ndim(*x) - 1) *x = cx_moveaxis(*x, *k, -1);
    return cx_status_of(*x);
}
static cx_array *back(cx_array *r, int axis)
{
    return axis == cx_ndim(r) - 1 ? r : cx_ascontiguous(cx_moveaxis(r, -1, axis));
}
/* By which a word of eight bools is multiplied for its byte to come out on top; and, exchanged, the
 * bit that each byte of a word keeps. */
static const int64_t factor[2] = {INT64_MIN + 0x0040201008040201, 0x0102040810204080};
static cx_array *word(int64_t bits, cx_device d)
{
    return cx_view_as(cx_full(CX_SHAPE(), cx_int(bits), CX_I64, d), CX_U64);
}
static cx_status order_known(const char *where, cx_bitorder order)
{
    if (order == CX_BITS_BIG || order == CX_BITS_LITTLE) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "order is %d", (int)order);
}

/* a's bools as words, if they lie so; NULL: they must be copied. Marks nothing. */
static cx_array *as_words(const cx_array *x, int64_t n)
{
    if (cx_dtype_of(x) != CX_BOOL || n % 8 != 0 || !cx_is_contiguous(x)) return NULL;
    const cx_scope s = cx_scope_open();
    cx_array *const words = cx_scope_keep(s, cx_view_as(x, CX_U64));
    return cx_scope_close(s) == CX_OK ? words : NULL;
}
/* A new array of bools, aligned for words, whose last axis is filled with false. */
static cx_array *whole_bytes(const cx_array *x, int64_t n, int64_t bytes)
{
    const int last = cx_ndim(x) - 1;
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < last; d++) shape[d] = cx_dim(x, d);
    shape[last] = 8 * bytes;
    cx_array *const r = cx_empty((cx_shape){last + 1, shape}, CX_BOOL, cx_device_of(x));
    if (cx_status_of(r) != CX_OK) return r;
    cx__place(x, cx_slice(r, last, 0, n, 1));
    if (n < 8 * bytes)
        (void)cx_check(cx_copy_into(cx_bool(false), cx_slice(r, last, n, CX_END, 1)));
    return r;
}

static cx_status packbits(const cx_array *a, int axis, cx_bitorder order, cx_array **out)
{
    static const char where[] = "packbits";
    const cx_array *x = NULL;
    int k;
    CX__TRY(order_known(where, order));
    CX__TRY(along(where, a, axis, &x, &k));
    const char kind = cx__kind_of(a);
    if (kind != 'b' && kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "a is %s, neither bool nor integers",
                        cx_dtype_name(cx_dtype_of(a)));
    const int64_t n = cx_dim(x, -1), bytes = n / 8 + (n % 8 != 0);
    cx_array *words = as_words(x, n);
    if (words == NULL) words = cx_view_as(whole_bytes(x, n, bytes), CX_U64);
    words = cx_view_as(cx_mul(words, word(factor[order], cx_device_of(a))), CX_U8);
    *out = back(cx_ascontiguous(cx_slice(words, -1, 7, CX_END, 8)), k);
    return cx_status_of(*out);
}
cx_array *cx_packbits(const cx_array *a, int axis, cx_bitorder order)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = packbits(a, axis, order, &r);
    return cx__give(s, st, r);
}

/* The eight bytes of each of 256 values: the value in all of them, one bit of it left in each. */
static cx_array *table(cx_bitorder order, cx_device d)
{
    cx_array *const spread =
        cx_mul(cx_arange_i64(0, 256, 1, CX_U64, d), cx_int(0x0101010101010101));
    cx_array *const bits = cx_bitwise_and(spread, word(factor[1 - (int)order], d));
    return cx_view_as(cx_not_equal(cx_view_as(bits, CX_U8), cx_int(0)), CX_U64);
}

static cx_status unpackbits(const cx_array *a, int axis, const cx_unpackbits_opts *given,
                            cx_array **out)
{
    static const char where[] = "unpackbits";
    cx_unpackbits_opts o;
    const cx_array *x = NULL;
    int k;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(order_known(where, o.order));
    CX__TRY(along(where, a, axis, &x, &k));
    if (cx_dtype_of(a) != CX_U8)
        return cx__fail(CX_E_DTYPE, where, "a is %s, not uint8", cx_dtype_name(cx_dtype_of(a)));
    const int64_t n = 8 * cx_dim(x, -1);
    int64_t want = n;
    if (o.count.set) want = o.count.value < 0 ? n + o.count.value : o.count.value;
    if (want < 0)
        return cx__fail(CX_E_ARGUMENT, where, "count is %" PRId64 " of %" PRId64 " bits",
                        o.count.value, n);
    cx_array *const bits = cx_view_as(cx_take(table(o.order, cx_device_of(a)), x, 0), CX_U8);
    *out = cx_slice(bits, -1, 0, want, 1);
    CX__TRY(cx__so_far());
    if (want > n) {
        int64_t shape[CX_MAX_NDIM];
        const int last = cx_ndim(bits) - 1;
        for (int d = 0; d < last; d++) shape[d] = cx_dim(bits, d);
        shape[last] = want;
        *out = cx_zeros((cx_shape){last + 1, shape}, CX_U8, cx_device_of(a));
        cx__place(bits, cx_slice(*out, last, 0, n, 1));
    }
    *out = back(cx_ascontiguous(*out), k);
    return cx_status_of(*out);
}
cx_array *cx_unpackbits(const cx_array *a, int axis, const cx_unpackbits_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = unpackbits(a, axis, o, &r);
    return cx__give(s, st, r);
}
