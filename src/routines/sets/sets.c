/* Intersection, union, differences and membership. The one idea: of two sets, sorted together, what
 * stands twice is in both. Membership searches instead. Knows no memory. */
#include "routines/sets/sets.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

static cx_status two(const char *where, const cx_array *a, const cx_array *b, const char *b_name)
{
    CX__ARRAY(where, "a", a);
    CX__ARRAY(where, b_name, b);
    CX__TRY(cx__need_together(where, "a", a, b_name, b));
    return cx__alike(where, "a", a, b_name, b);
}

/* a as a set: its different values, or, as the caller says so, a itself; where each stands first.
 */
static cx_status members(const char *where, const cx_array *a, bool unique, bool index,
                         cx_array *out[2])
{
    if (unique) {
        out[0] = cx_ravel(a);
        return cx__so_far();
    }
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    CX__TRY(cx__unique_parts(where, a, CX_OPTS(cx_unique_opts, .return_index = index), part));
    out[0] = part[0];
    out[1] = part[1];
    return CX_OK;
}

/* ---- intersect1d */
static cx_status intersect(const char *where, const cx_array *a, const cx_array *b,
                           const cx_intersect1d_opts *given, cx_array *part[3])
{
    cx_intersect1d_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(two(where, a, b, "b"));
    cx_array *x[2] = {NULL, NULL}, *y[2] = {NULL, NULL};
    CX__TRY(members(where, a, o.assume_unique, o.return_indices, x));
    CX__TRY(members(where, b, o.assume_unique, o.return_indices, y));
    cx_array *both = cx_concatenate(CX_ARRAYS(x[0], y[0]), 0), *order = NULL;
    if (o.return_indices) {
        order = cx_argsort(both, 0);
        both = cx_take(both, order, 0);
    } else {
        both = cx_sort(both, 0);
    }
    cx_array *const what = cx__comparable(both), *const twice =
                                                     cx_equal(cx_slice(what, 0, 1, CX_END, 1),
                                                              cx_slice(what, 0, 0, -1, 1));
    part[0] = cx_compress(twice, cx_slice(both, 0, 0, -1, 1), 0);
    if (!o.return_indices) return cx__so_far();
    part[1] = cx_compress(twice, cx_slice(order, 0, 0, -1, 1), 0);
    part[2] =
        cx_sub(cx_compress(twice, cx_slice(order, 0, 1, CX_END, 1), 0), cx_int(cx_size(x[0])));
    if (!o.assume_unique) {
        part[1] = cx_take(x[1], part[1], 0);
        part[2] = cx_take(y[1], part[2], 0);
    }
    return cx__so_far();
}
cx_intersection cx_intersect1d(const cx_array *a, const cx_array *b, const cx_intersect1d_opts *o)
{
    const char *const where = "intersect1d";
    const cx_scope s = cx_scope_open();
    cx_array *part[3] = {NULL, NULL, NULL};
    cx__give_all(s, intersect(where, a, b, o, part), where, 3, part);
    return (cx_intersection){part[0], part[1], part[2]};
}

/* ---- union1d */
static cx_status unite(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    CX__TRY(two(where, a, b, "b"));
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    cx_array *const both = cx_concatenate(CX_ARRAYS(cx_ravel(a), cx_ravel(b)), 0);
    CX__TRY(cx__so_far());
    CX__TRY(cx__unique_parts(where, both, CX_OPTS(cx_unique_opts, .axis = {false, 0}), part));
    *out = part[0];
    return CX_OK;
}
cx_array *cx_union1d(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = unite("union1d", a, b, &r);
    return cx__give(s, st, r);
}

/* ---- isin */
/* From so many elements on a table is worth a look at the range. */
enum { TABLE_LONG = 1 << 14 };
/* Is each x in a table of the integers from low to high? */
static cx_array *in_table(const cx_array *x, const cx_array *values, int64_t low, int64_t high)
{
    const cx_device dev = cx_device_of(x);
    cx_array *const table = cx_zeros(CX_SHAPE(high - low + 1), CX_BOOL, dev),
                    *const at = cx_sub(cx_astype(values, CX_I64), cx_int(low)),
                    *const ones = cx_ones(CX_SHAPE(cx_size(values)), CX_BOOL, dev);
    (void)cx_check(cx_put_rows(table, at, ones));
    static cx__held places = CX__HELD("x, low, high: i = int64(x);"
                                      "clip(i, low, high) - low, i >= low and i <= high");
    const cx_tuple place = cx__held_all("isin", &places, CX_ARRAYS(x, cx_int(low), cx_int(high)));
    return cx_logical_and(cx_take(table, place.at[0], 0), place.at[1]);
}
/* Both of one dtype that holds every value of either. NaN is found nowhere. */
static cx_array *found(const cx_array *x, const cx_array *values)
{
    const int64_t n = cx_size(values);
    if (n == 0) return cx_zeros(cx_shape_of(x), CX_BOOL, cx_device_of(x));
    const cx_dtype t = cx_dtype_of(x);
    if (cx__is_whole(x) && t != CX_U64 && t != CX_BOOL && cx_size(x) >= TABLE_LONG) {
        const int64_t low = cx_item_i64(cx_min(values, CX_ALL)),
                      high = cx_item_i64(cx_max(values, CX_ALL));
        if (cx_ok() && (uint64_t)high - (uint64_t)low <= (uint64_t)(cx_size(x) + n))
            return in_table(x, values, low, high);
    }
    cx_array *const sorted = cx_sort(values, 0), *const at = cx_minimum(
                                                     cx_searchsorted(sorted, cx_ravel(x), CX_LEFT),
                                                     cx_int(n - 1));
    return cx_equal(cx_reshape(cx_take(sorted, at, 0), cx_shape_of(x)), x);
}
/* A signed and an unsigned side that have no common integer dtype meet in uint64, where a negative
 * number is in neither. */
static cx_array *found_unsigned(const cx_array *x, const cx_array *values)
{
    if (cx__kind_of(values) == 'i') values = cx_mask(values, cx_greater_equal(values, cx_int(0)));
    cx_array *const hit = found(cx_astype(x, CX_U64), cx_astype(values, CX_U64));
    return cx__kind_of(x) == 'i' ? cx_logical_and(hit, cx_greater_equal(x, cx_int(0))) : hit;
}
static cx_status member(const cx_array *a, const cx_array *test, bool invert, cx_array **out)
{
    const cx_array *x = a, *values = cx_ravel(test);
    if (cx_dtype_of(a) == CX_CAT) { /* one dictionary for both */
        const int64_t n = cx_size(a);
        cx_array *const codes = cx_codes(cx_concatenate(CX_ARRAYS(cx_ravel(a), cx_ravel(test)), 0));
        x = cx_reshape(cx_slice(codes, 0, 0, n, 1), cx_shape_of(a));
        values = cx_slice(codes, 0, n, CX_END, 1);
    }
    CX__TRY(cx__so_far());
    const cx_dtype t = cx_promote_types(cx_dtype_of(x), cx_dtype_of(values));
    const bool mixed = cx__is_whole(x) && cx__is_whole(values) && t == CX_F64;
    cx_array *const hit =
        mixed ? found_unsigned(x, values) : found(cx_astype(x, t), cx_astype(values, t));
    *out = invert ? cx_logical_not(hit) : hit;
    return cx__so_far();
}
cx_array *cx_isin(const cx_array *a, const cx_array *test, const cx_isin_opts *o)
{
    const char *const where = "isin";
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    cx_isin_opts asked;
    cx_status st = CX__OPTIONS(where, o, &asked);
    if (st == CX_OK) st = two(where, a, test, "test");
    if (st == CX_OK) st = member(a, test, asked.invert, &r);
    return cx__give(s, st, r);
}

/* ---- setdiff1d, setxor1d */
static cx_status subtract(const char *where, const cx_array *a, const cx_array *b,
                          const cx_set_opts *given, cx_array **out)
{
    cx_set_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(two(where, a, b, "b"));
    cx_array *x[2] = {NULL, NULL}, *outside = NULL;
    CX__TRY(members(where, a, o.assume_unique, false, x));
    CX__TRY(member(x[0], b, true, &outside));
    *out = cx_compress(outside, x[0], 0);
    return cx__so_far();
}
cx_array *cx_setdiff1d(const cx_array *a, const cx_array *b, const cx_set_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = subtract("setdiff1d", a, b, o, &r);
    return cx__give(s, st, r);
}

static cx_status exclusive(const char *where, const cx_array *a, const cx_array *b,
                           const cx_set_opts *given, cx_array **out)
{
    cx_set_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(two(where, a, b, "b"));
    cx_array *x[2] = {NULL, NULL}, *y[2] = {NULL, NULL};
    CX__TRY(members(where, a, o.assume_unique, false, x));
    CX__TRY(members(where, b, o.assume_unique, false, y));
    cx_array *const both = cx_sort(cx_concatenate(CX_ARRAYS(x[0], y[0]), 0), 0);
    CX__TRY(cx__so_far());
    const int64_t n = cx_size(both);
    cx_array *const what = cx__comparable(both), *const edge = cx_ones(CX_SHAPE(n + 1), CX_BOOL,
                                                                       cx_device_of(both));
    if (n > 1)
        (void)cx_check(
            cx_copy_into(cx_not_equal(cx_slice(what, 0, 1, CX_END, 1), cx_slice(what, 0, 0, -1, 1)),
                         cx_slice(edge, 0, 1, -1, 1)));
    *out = cx_compress(cx_logical_and(cx_slice(edge, 0, 1, CX_END, 1), cx_slice(edge, 0, 0, -1, 1)),
                       both, 0);
    return cx__so_far();
}
cx_array *cx_setxor1d(const cx_array *a, const cx_array *b, const cx_set_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = exclusive("setxor1d", a, b, o, &r);
    return cx__give(s, st, r);
}
