/* lexsort, searchsorted by a sorter, digitize: made of sorting, searching and taking. Knows no
 * memory. */
#include "routines/operands.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <stdio.h>

/* ---- lexsort */
static cx_status lexsort(const char *where, cx_arrays keys, int axis, cx_array **out)
{
    if (keys.count < 1 || keys.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d keys, at least one is needed", keys.count);
    char text[2][CX__SHAPE_TEXT], name[32];
    for (int i = 0; i < keys.count; i++) {
        snprintf(name, sizeof name, "key %d", i);
        CX__ARRAY(where, name, keys.at[i]);
        CX__TRY(cx__need_together(where, "key 0", keys.at[0], name, keys.at[i]));
        bool same = cx_ndim(keys.at[i]) == cx_ndim(keys.at[0]);
        for (int d = 0; same && d < cx_ndim(keys.at[0]); d++)
            same = cx_dim(keys.at[i], d) == cx_dim(keys.at[0], d);
        if (!same)
            return cx__fail(CX_E_SHAPE, where, "%s is %s, key 0 is %s", name,
                            cx__words_of_shape(keys.at[i], text[0]),
                            cx__words_of_shape(keys.at[0], text[1]));
    }
    const cx_array *const first = keys.at[0];
    if (cx_ndim(first) == 0 && (axis == 0 || axis == -1)) {
        *out = cx_zeros(CX_SHAPE(), CX_I64, cx_device_of(first));
        return cx__so_far();
    }
    int k;
    CX__TRY(cx__axis(where, axis, cx_ndim(first), &k));
    *out = cx_argsort(first, k);
    for (int i = 1; i < keys.count && cx_ok(); i++) {
        cx_array *const next = cx_argsort(cx_take_along_axis(keys.at[i], *out, k), k);
        *out = cx_take_along_axis(*out, next, k);
    }
    return cx__so_far();
}
cx_array *cx_lexsort(cx_arrays keys, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = lexsort("lexsort", keys, axis, &r);
    return cx__give(s, st, r);
}

/* ---- searchsorted with a sorter */
static cx_status search_by(const char *where, const cx_array *a, const cx_array *sorter,
                           const cx_array *values, cx_side side, cx_array **out)
{
    CX__ARRAY(where, "a", a);
    CX__ARRAY(where, "sorter", sorter);
    CX__TRY(cx__need_together(where, "a", a, "sorter", sorter));
    const char kind = cx__kind_of(sorter);
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "sorter is %s, not integers",
                        cx_dtype_name(cx_dtype_of(sorter)));
    if (cx_ndim(a) != 1)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, not 1", cx_ndim(a));
    if (cx_ndim(sorter) != 1 || cx_size(sorter) != cx_size(a))
        return cx__fail(CX_E_SHAPE, where,
                        "sorter has %d dimensions and %" PRId64 " positions for %" PRId64
                        " elements",
                        cx_ndim(sorter), cx_size(sorter), cx_size(a));
    *out = cx_searchsorted(cx_take(a, sorter, 0), values, side);
    return cx__so_far();
}
cx_array *cx_searchsorted_by(const cx_array *a, const cx_array *sorter, const cx_array *values,
                             cx_side side)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = search_by("searchsorted_by", a, sorter, values, side, &r);
    return cx__give(s, st, r);
}

/* ---- digitize */
/* 1 ascending, -1 descending, 0 neither; NumPy takes what has one value only as ascending, and
 * looks from the end for the first difference. */
static int direction(const cx_array *bins)
{
    const int64_t n = cx_size(bins);
    if (n < 2) return 1;
    cx_array *const here = cx_slice(bins, 0, 0, -1, 1), *const next =
                                                            cx_slice(bins, 0, 1, CX_END, 1);
    if (cx_item_bool(cx_all(cx_less_equal(here, next), CX_ALL))) return 1;
    return cx_item_bool(cx_all(cx_greater_equal(here, next), CX_ALL)) ? -1 : 0;
}
static cx_status digitize(const char *where, const cx_array *x, const cx_array *bins,
                          const cx_digitize_opts *given, cx_array **out)
{
    cx_digitize_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__ARRAY(where, "x", x);
    CX__ARRAY(where, "bins", bins);
    CX__TRY(cx__need_together(where, "x", x, "bins", bins));
    CX__TRY(cx__real_only(where, "x", x));
    CX__TRY(cx__real_only(where, "bins", bins));
    if (cx_ndim(bins) != 1)
        return cx__fail(CX_E_SHAPE, where, "bins have %d dimensions, not 1", cx_ndim(bins));
    const int way = direction(bins);
    CX__TRY(cx__so_far());
    if (way == 0)
        return cx__fail(CX_E_ARGUMENT, where, "bins neither ascend nor descend throughout");
    const cx_side side = o.right ? CX_LEFT : CX_RIGHT;
    if (way > 0)
        *out = cx_searchsorted(bins, x, side);
    else
        *out = cx_sub(cx_int(cx_size(bins)), cx_searchsorted(cx_flip(bins, 0), x, side));
    return cx__so_far();
}
cx_array *cx_digitize(const cx_array *x, const cx_array *bins, const cx_digitize_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = digitize("digitize", x, bins, o, &r);
    return cx__give(s, st, r);
}
