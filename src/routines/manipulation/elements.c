/* trim_zeros and copyto: what is chosen by the values themselves. */
#include "routines/manipulation/parts.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

/* ---- trim_zeros */
/* The first and one past the last place of an axis where anything is not zero. */
static cx_status ends_of(const cx_array *nonzero, int axis, int64_t *first, int64_t *stop)
{
    int others[CX_MAX_NDIM], n = 0;
    for (int d = 0; d < cx_ndim(nonzero); d++)
        if (d != axis) others[n++] = d;
    const cx_array *const line =
        n == 0 ? nonzero
               : cx_any(nonzero, (cx_reduce){.axis_count = n, .axis = others[0], .axes = others});
    *first = cx_item_i64(cx_argmax(line, CX_ALL));
    *stop = cx_dim(line, 0) - cx_item_i64(cx_argmax(cx_flip(line, 0), CX_ALL));
    return cx__so_far();
}

static cx_status trim_zeros(const cx_array *a, cx_trim which, int count, const int *axes,
                            cx_array **out)
{
    static const char where[] = "trim_zeros";
    CX__TRY(cx__need_array(where, "a", a));
    if ((int)which < CX_TRIM_BOTH || (int)which > CX_TRIM_BACK)
        return cx__fail(CX_E_ARGUMENT, where, "which is %d", (int)which);
    uint32_t set = 0;
    CX__TRY(cx__axis_set(where, cx_ndim(a), count, axes, &set));
    *out = cx_index(a, "...");
    if (set == 0) return cx_status_of(*out);
    cx_array *const nonzero = cx_not_equal(a, cx_int(0));
    const bool any = cx_size(a) > 0 && cx_item_bool(cx_any(nonzero, CX_ALL));
    CX__TRY(cx__so_far());
    for (int d = 0; d < cx_ndim(a); d++) {
        if (!(set >> d & 1)) continue;
        int64_t first = 0, stop = 0;
        if (any) CX__TRY(ends_of(nonzero, d, &first, &stop));
        if (any && which == CX_TRIM_BACK) first = 0;
        if (any && which == CX_TRIM_FRONT) stop = cx_dim(a, d);
        *out = cx_slice(*out, d, first, stop, 1);
    }
    return cx_status_of(*out);
}
cx_array *cx_trim_zeros(const cx_array *a, cx_trim which, int count, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = trim_zeros(a, which, count, axes, &r);
    return cx__give(s, st, r);
}

/* ---- copyto */
static int rank_of(char kind)
{
    return kind == 'b' ? 0 : kind == 'i' || kind == 'u' ? 1 : kind == 'c' ? 3 : 2;
}

/* May a stack scalar become an element of t? Its value decides, as Python's does in NumPy. */
static cx_status weak_fits(const char *where, const cx_array *scalar, cx_dtype t,
                           cx_casting casting)
{
    const char kind = cx__kind_of(scalar), to = cx_dtype_kind(t);
    if (casting != CX_CASTING_UNSAFE && rank_of(kind) > rank_of(to))
        return cx__fail(CX_E_DTYPE, where, "casting forbids a stack %s to become %s",
                        cx_dtype_name(cx_dtype_of(scalar)), cx_dtype_name(t));
    if (kind != 'i' || (to != 'i' && to != 'u')) return CX_OK;
    const int64_t v = ((const cx_scalar *)(const void *)scalar)->v.i64;
    const int bits = (int)cx_dtype_size(t) * 8;
    const int64_t lowest =
                      to == 'u' ? 0 : -INT64_MAX - 1 + (INT64_MAX - (INT64_MAX >> (64 - bits))),
                  highest = to == 'u' && bits < 64 ? (INT64_C(1) << bits) - 1
                            : to == 'u'            ? INT64_MAX
                                                   : INT64_MAX >> (64 - bits);
    if (v >= lowest && v <= highest) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "%" PRId64 " is out of bounds for %s", v, cx_dtype_name(t));
}

static cx_status broadcasts(const char *where, const char *argument, const cx_array *b,
                            const cx_array *to)
{
    const int lead = cx_ndim(to) - cx_ndim(b);
    bool fits = lead >= 0;
    for (int d = 0; fits && d < cx_ndim(b); d++)
        fits = cx_dim(b, d) == 1 || cx_dim(b, d) == cx_dim(to, d + lead);
    char text[2][CX__SHAPE_TEXT];
    if (fits) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "%s of shape %s does not broadcast to dst of shape %s",
                    argument, cx__words_of_shape(b, text[0]), cx__words_of_shape(to, text[1]));
}

static cx_status copyto(cx_array *dst, const cx_array *src, cx_casting casting,
                        const cx_array *mask)
{
    static const char where[] = "copyto";
    CX__TRY(cx__need_array(where, "dst", dst));
    if ((int)casting < CX_CASTING_NO || (int)casting > CX_CASTING_UNSAFE)
        return cx__fail(CX_E_ARGUMENT, where, "casting is %d", (int)casting);
    const cx_dtype t = cx_dtype_of(dst);
    if (cx__is_weak(src)) {
        CX__TRY(weak_fits(where, src, t, casting));
        src = cx_full(CX_SHAPE(), src, t, cx_device_of(dst));
        CX__TRY(cx__so_far());
    } else {
        CX__TRY(cx__need_array(where, "src", src));
        CX__TRY(cx__need_together(where, "src", src, "a", dst));
        if (!cx_can_cast(cx_dtype_of(src), t, casting))
            return cx__fail(CX_E_DTYPE, where, "casting forbids %s to become %s",
                            cx_dtype_name(cx_dtype_of(src)), cx_dtype_name(t));
    }
    CX__TRY(broadcasts(where, "src", src, dst));
    if (!cx_is_writeable(dst)) return cx__fail(CX_E_READONLY, where, "dst is read-only");
    if (mask == NULL) {
        cx__place(src, dst);
        return CX_OK;
    }
    CX__TRY(cx__need_array(where, "where", mask));
    if (cx_dtype_of(mask) != CX_BOOL)
        return cx__fail(CX_E_DTYPE, where, "where is %s, not bool",
                        cx_dtype_name(cx_dtype_of(mask)));
    CX__TRY(cx__need_together(where, "where", mask, "a", dst));
    CX__TRY(broadcasts(where, "where", mask, dst));
    /* In dst's own dtype: promoting both could cost dst digits. */
    if (cx_dtype_of(src) != t)
        src = cx_astype(src, t);
    else if (cx_may_share_memory(src, dst))
        src = cx_copy(src);
    if (cx_may_share_memory(mask, dst)) mask = cx_copy(mask);
    CX__TRY(cx__so_far());
    return cx_where_into(mask, src, dst, dst);
}
cx_status cx_copyto(cx_array *dst, const cx_array *src, cx_casting casting, const cx_array *where)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, copyto(dst, src, casting, where));
}
