/* unique and its kin. The one idea: sort, mark where an element (or a row) differs from the one
 * before, and read everything off the marks. Whole numbers may go by a table (counted.c). */
#include "routines/sets/sets.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

/* Categories are ordered by text inside cx_sort and cx_argsort; here only equality matters. */
cx_array *cx__comparable(const cx_array *a)
{
    return cx_dtype_of(a) == CX_CAT ? cx_codes(a) : cx_to(a, cx_device_of(a));
}

/* Where entries along axis 0 of the sorted s begin anew. */
static cx_array *starts(const cx_array *s, bool distinct_nans)
{
    const int64_t n = cx_dim(s, 0);
    cx_array *const marks = cx_ones(CX_SHAPE(n), CX_BOOL, cx_device_of(s));
    if (n < 2) return marks;
    cx_array *const before = cx_slice(s, 0, 0, n - 1, 1), *const here =
                                                              cx_slice(s, 0, 1, CX_END, 1);
    cx_array *differ = cx_not_equal(here, before);
    const char kind = cx__kind_of(s);
    if (cx_ndim(s) == 2)
        differ = cx_any(differ, CX_AXIS(1));
    else if (!distinct_nans && (kind == 'f' || kind == 'e' || kind == 'c'))
        differ = cx_logical_and(differ,
                                cx_logical_not(cx_logical_and(cx_isnan(here), cx_isnan(before))));
    (void)cx_check(cx_copy_into(differ, cx_slice(marks, 0, 1, CX_END, 1)));
    return marks;
}

/* Stable order of the rows of a matrix, column after column from the last. */
static cx_array *row_order(const cx_array *rows)
{
    cx_array *order = cx_arange_i64(0, cx_dim(rows, 0), 1, CX_I64, cx_device_of(rows));
    for (int64_t c = cx_dim(rows, 1) - 1; c >= 0 && cx_ok(); c--) {
        cx_array *const column = cx_take(cx_select(rows, 1, c), order, 0);
        order = cx_take(order, cx_argsort(column, 0), 0);
    }
    return order;
}

/* What the order (needed for index and inverse) and the marks tell besides the values. */
static void other_parts(const cx_array *order, const cx_array *marks, const cx_unique_opts *o,
                        cx_array *part[4])
{
    const cx_device dev = cx_device_of(marks);
    const int64_t n = cx_size(marks);
    cx_array *const at = cx_flatnonzero(marks);
    if (o->return_index) part[1] = cx_take(order, at, 0);
    if (o->return_inverse) {
        cx_array *const rank = cx_sub(cx_cumsum(marks, 0), cx_int(1));
        part[2] = cx_zeros(CX_SHAPE(n), CX_I64, dev);
        (void)cx_check(cx_put_rows(part[2], order, rank));
    }
    if (o->return_counts) {
        cx_array *const all = cx_full(CX_SHAPE(1), cx_int(n), CX_I64, dev);
        cx_array *const ends = cx_concatenate(CX_ARRAYS(at, all), 0);
        part[3] = cx_sub(cx_slice(ends, 0, 1, CX_END, 1), at);
    }
}

static cx_status of_elements(const char *where, const cx_array *a, const cx_unique_opts *o,
                             cx_array *part[4])
{
    cx_array *const flat = cx_ravel(a);
    CX__TRY(cx__so_far());
    CX__TRY(cx__unique_counted(where, flat, o, part));
    if (part[0] != NULL) {
        if (part[2] != NULL) part[2] = cx_reshape(part[2], cx_shape_of(a));
        return cx__so_far();
    }
    if (!o->return_index && !o->return_inverse && !o->return_counts) {
        cx_array *const s = cx_sort(flat, 0);
        part[0] = cx_compress(starts(cx__comparable(s), o->distinct_nans), s, 0);
        return cx__so_far();
    }
    const bool placed = o->return_index || o->return_inverse;
    cx_array *const order = placed ? cx_argsort(flat, 0) : NULL,
                    *const s = placed ? cx_take(flat, order, 0) : cx_sort(flat, 0),
                    *const marks = starts(cx__comparable(s), o->distinct_nans);
    part[0] = cx_compress(marks, s, 0);
    other_parts(order, marks, o, part);
    if (part[2] != NULL) part[2] = cx_reshape(part[2], cx_shape_of(a));
    return cx__so_far();
}

/* Entries along an axis, compared element by element; NaN differs from NaN, as in NumPy. */
static cx_status of_entries(const cx_array *a, int axis, const cx_unique_opts *o, cx_array *part[4])
{
    cx_array *const moved = cx_moveaxis(a, axis, 0);
    const int64_t n = cx_dim(moved, 0);
    int64_t shape[CX_MAX_NDIM], m = 1;
    for (int d = 1; d < cx_ndim(moved); d++) m *= shape[d] = cx_dim(moved, d);
    cx_array *const rows = cx_reshape(moved, CX_SHAPE(n, m)), *const order = row_order(rows);
    CX__TRY(cx__so_far());
    cx_array *const s = cx_take(rows, order, 0), *const marks = starts(cx__comparable(s), true),
                    *const some = cx_compress(marks, s, 0);
    CX__TRY(cx__so_far());
    shape[0] = cx_dim(some, 0);
    part[0] = cx_moveaxis(cx_reshape(some, (cx_shape){cx_ndim(a), shape}), 0, axis);
    other_parts(order, marks, o, part);
    return cx__so_far();
}

cx_status cx__unique_parts(const char *where, const cx_array *a, const cx_unique_opts *o,
                           cx_array *part[4])
{
    CX__ARRAY(where, "a", a);
    if (o->axis.set) {
        int k;
        const bool fits = o->axis.value >= INT32_MIN && o->axis.value <= INT32_MAX;
        CX__TRY(cx__axis(where, fits ? (int)o->axis.value : INT32_MAX, cx_ndim(a), &k));
        if (cx_ndim(a) > 1) return of_entries(a, k, o, part);
    }
    return of_elements(where, a, o, part);
}

static cx_unique_result unique(const char *where, const cx_array *a, const cx_unique_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    cx_unique_opts asked;
    cx_status st = CX__OPTIONS(where, o, &asked);
    if (st == CX_OK) st = cx__unique_parts(where, a, &asked, part);
    cx__give_all(s, st, where, 4, part);
    return (cx_unique_result){part[0], part[1], part[2], part[3]};
}

cx_unique_result cx_unique(const cx_array *a, const cx_unique_opts *o)
{
    return unique("unique", a, o);
}
cx_unique_result cx_unique_all(const cx_array *a)
{
    return unique("unique_all", a,
                  CX_OPTS(cx_unique_opts, .return_index = true, .return_inverse = true,
                          .return_counts = true, .distinct_nans = true));
}
cx_unique_result cx_unique_counts(const cx_array *a)
{
    return unique("unique_counts", a,
                  CX_OPTS(cx_unique_opts, .return_counts = true, .distinct_nans = true));
}
cx_unique_result cx_unique_inverse(const cx_array *a)
{
    return unique("unique_inverse", a,
                  CX_OPTS(cx_unique_opts, .return_inverse = true, .distinct_nans = true));
}
cx_array *cx_unique_values(const cx_array *a)
{
    return unique("unique_values", a, CX_OPTS(cx_unique_opts, .distinct_nans = true)).values;
}
