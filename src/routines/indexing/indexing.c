/* What the routines that index share: tuples of results, lists of arguments, common dtypes, and
 * positions that are looked at. */
#include "routines/indexing/indexing.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

cx_tuple cx__give_tuple(cx_scope s, cx_status st, const char *where, int n, cx_array *part[])
{
    cx_tuple t;
    t.count = n;
    (void)cx_check(st);
    for (int i = 0; i < n; i++) t.at[i] = cx_ok() ? cx_retain(part[i]) : NULL;
    const cx_status end = cx_scope_close(s);
    for (int i = 0; i < n; i++) t.at[i] = cx__yield(end, where, t.at[i]);
    if (end != CX_OK) {
        (void)cx__mark(end);
        t.count = 0;
    }
    for (int i = t.count; i < CX_MAX_NDIM; i++) t.at[i] = cx__nil(end != CX_OK ? end : CX_E_INDEX);
    return t;
}

cx_status cx__need_list(const char *where, const char *argument, cx_arrays list, int most)
{
    if (list.count < 1 || list.count > most)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d entries; 1 to %d are possible", argument,
                        list.count, most);
    if (list.at == NULL) return cx__fail(CX_E_NULL, where, "%s is NULL", argument);
    for (int i = 0; i < list.count; i++) CX__TRY(cx__need_operand(where, argument, list.at[i]));
    return CX_OK;
}

cx_status cx__bounded(const char *where, const char *argument, const cx_array *a, int64_t n,
                      cx_bounds mode, cx_array **out)
{
    const char kind = cx_dtype_kind(cx_dtype_of(a));
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "%s are %s, not integers", argument,
                        cx_dtype_name(cx_dtype_of(a)));
    if (mode != CX_BOUNDS_RAISE && mode != CX_BOUNDS_WRAP && mode != CX_BOUNDS_CLIP)
        return cx__fail(CX_E_ARGUMENT, where, "mode %d is none", (int)mode);
    if (n == 0 && mode != CX_BOUNDS_RAISE && cx_size(a) > 0)
        return cx__fail(CX_E_INDEX, where, "%s into an axis without elements", argument);
    cx_array *i = cx_astype(a, CX_I64);
    if (mode == CX_BOUNDS_WRAP) i = cx_remainder(i, cx_int(n));
    if (mode == CX_BOUNDS_CLIP) i = cx_clip(i, cx_int(0), cx_int(n - 1));
    *out = i;
    return cx__so_far();
}

cx_status cx__all_within(const char *where, const char *argument, const cx_array *a, int64_t n)
{
    if (cx_size(a) == 0) return CX_OK;
    const int64_t least = cx_item_i64(cx_min(a, CX_ALL)), most = cx_item_i64(cx_max(a, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0 || most >= n)
        return cx__fail(CX_E_INDEX, where, "%s hold %" PRId64 ", which is not in 0 ... %" PRId64,
                        argument, least < 0 ? least : most, n - 1);
    return CX_OK;
}

cx_array *cx__repeated(const cx_array *values, int64_t n)
{
    cx_array *const flat = cx_ravel(values);
    const int64_t have = cx_size(flat);
    if (have == n) return flat;
    if (have == 1) return cx_broadcast_to(flat, CX_SHAPE(n));
    if (have > n) return cx_slice(flat, 0, 0, n, 1);
    return cx_take(
        flat, cx_remainder(cx_arange_i64(0, n, 1, CX_I64, cx_device_of(values)), cx_int(have)), 0);
}

cx_array *cx__open_axis(int64_t n, int k, int ndim, cx_dtype t, cx_device d)
{
    int64_t shape[CX_MAX_NDIM];
    for (int i = 0; i < ndim; i++) shape[i] = i == k ? n : 1;
    return cx_reshape(cx_arange_i64(0, n, 1, t, d), (cx_shape){ndim, shape});
}
