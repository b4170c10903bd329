/* argpartition and top_k. The one idea: stable order tells all; but of one long row on the CPU the
 * value at the position is found first, and only what is not on its side is looked at again. */
#include "routines/operands.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <inttypes.h>

enum { SELECT_LONG = 1 << 14 };

/* Is a one row, long enough for the value at a position to be worth finding? On a GPU rows are
 * sorted to find it, so nothing would be gained. */
static bool is_long(const cx_array *a)
{
    const char kind = cx__kind_of(a);
    return cx_ndim(a) == 1 && cx_size(a) >= SELECT_LONG && kind != 'c' && kind != 'k' &&
           cx_device_of(a).kind == CX_DEVICE_CPU;
}
/* Which elements are before the k-th in order, and which are alike; NaN is alike to NaN and after
 * everything. */
static void sides(const cx_array *a, int64_t k, cx_array **before, cx_array **alike)
{
    cx_array *const pivot = cx_select(cx_partition(a, 1, &k, 0), 0, k);
    *before = cx_less(a, pivot);
    *alike = cx_equal(a, pivot);
    if (cx__is_whole(a) || !cx_item_bool(cx_isnan(pivot))) return;
    *alike = cx_isnan(a);
    *before = cx_logical_not(*alike);
}

/* ---- argpartition */
static cx_status argpartition(const char *where, const cx_array *a, int count, const int64_t *kth,
                              int axis, cx_array **out)
{
    CX__ARRAY(where, "a", a);
    int along;
    CX__TRY(cx__axis(where, axis, cx_ndim(a), &along));
    if (count < 0 || (count > 0 && kth == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d positions without a list", count);
    const int64_t n = cx_dim(a, along);
    for (int i = 0; i < count && cx_size(a) > 0; i++)
        if (kth[i] < -n || kth[i] >= n)
            return cx__fail(CX_E_ARGUMENT, where,
                            "kth %" PRId64 " is outside axis %d of %" PRId64 " elements", kth[i],
                            along, n);
    if (count != 1 || !is_long(a)) {
        *out = cx_argsort(a, along);
        return cx__so_far();
    }
    cx_array *before, *alike;
    sides(a, kth[0] < 0 ? kth[0] + n : kth[0], &before, &alike);
    cx_array *const rest = cx_logical_not(cx_logical_or(before, alike));
    *out = cx_concatenate(
        CX_ARRAYS(cx_flatnonzero(before), cx_flatnonzero(alike), cx_flatnonzero(rest)), 0);
    return cx__so_far();
}
cx_array *cx_argpartition(const cx_array *a, int count, const int64_t *kth, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = argpartition("argpartition", a, count, kth, axis, &r);
    return cx__give(s, st, r);
}

/* ---- top_k */
/* The largest are the end of a sorted row read backwards; the row is turned round before, so that
 * of equal elements the first comes first. */
static cx_array *best(const cx_array *a, int64_t k, int along, cx_top which)
{
    if (which == CX_SMALLEST) return cx_copy(cx_slice(cx_argsort(a, along), along, 0, k, 1));
    cx_array *const order = cx_flip(cx_argsort(cx_flip(a, along), along), along);
    return cx_sub(cx_int(cx_dim(a, along) - 1), cx_slice(order, along, 0, k, 1));
}
static cx_array *best_of_long(const cx_array *a, int64_t k, cx_top which)
{
    cx_array *before, *alike;
    sides(a, which == CX_SMALLEST ? k - 1 : cx_size(a) - k, &before, &alike);
    cx_array *const some = cx_flatnonzero(which == CX_SMALLEST ? cx_logical_or(before, alike)
                                                               : cx_logical_not(before));
    return cx_take(some, best(cx_take(a, some, 0), k, 0, which), 0);
}
static cx_status top_k(const char *where, const cx_array *a, int64_t k, int axis, cx_top which,
                       cx_array *part[2])
{
    CX__ARRAY(where, "a", a);
    int along;
    CX__TRY(cx__axis(where, axis, cx_ndim(a), &along));
    const int64_t n = cx_dim(a, along);
    if (k < 0 || k > n)
        return cx__fail(CX_E_ARGUMENT, where, "k is %" PRId64 ", axis %d has %" PRId64 " elements",
                        k, along, n);
    if (which != CX_LARGEST && which != CX_SMALLEST)
        return cx__fail(CX_E_ARGUMENT, where, "which is %d", (int)which);
    const bool few = k > 0 && k <= n / 8 && is_long(a);
    part[1] = few ? best_of_long(a, k, which) : best(a, k, along, which);
    part[0] = cx_take_along_axis(a, part[1], along);
    return cx__so_far();
}
cx_topk cx_top_k(const cx_array *a, int64_t k, int axis, cx_top which)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    const cx_status st = top_k("top_k", a, k, axis, which, part);
    cx__give_all(s, st, "top_k", 2, part);
    return (cx_topk){part[0], part[1]};
}
