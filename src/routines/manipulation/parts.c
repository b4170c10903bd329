/* Results filled by parts, axes, slices and dtypes of lists, for the routines of this folder. */
#include "routines/manipulation/parts.h"
#include "ops/primitives.h"
#include <calx/device.h>

cx_status cx__any_array(const char *where, const char *argument, const cx_array *a, cx_device d,
                        const cx_array **out)
{
    *out = a;
    if (!cx__is_weak(a)) return cx__need_array(where, argument, a);
    *out = cx_full(CX_SHAPE(), a, CX_DTYPE_NONE, d);
    return cx_status_of(*out);
}

cx_array *cx__blank(const char *where, const cx_array *like, cx_dtype t, int ndim,
                    const int64_t *shape)
{
    const bool categories = t == CX_DTYPE_NONE && cx_dtype_of(like) == CX_CAT;
    if (t == CX_DTYPE_NONE) t = categories ? CX_I32 : cx_dtype_of(like);
    cx_array *const r = cx_empty((cx_shape){ndim, shape}, t, cx_device_of(like));
    return categories ? cx__as_categories(where, r, like) : r;
}

void cx__place(const cx_array *part, cx_array *view)
{
    const cx_dtype from = cx_dtype_of(part), to = cx_dtype_of(view);
    if (!cx__is_weak(part) && from != to && !cx_can_cast(from, to, CX_CASTING_SAME_KIND))
        part = cx_astype(part, to);
    (void)cx_check(cx_copy_into(part, view));
}

cx_status cx__axis_of(const char *where, const cx_array *a, int axis, const cx_array **x, int *k)
{
    CX__TRY(cx__need_array(where, "a", a));
    *x = a;
    *k = 0;
    if (axis != CX_FLAT) return cx__axis(where, axis, cx_ndim(a), k);
    if (cx_ndim(a) != 1) *x = cx_ravel(a);
    return cx_status_of(*x);
}

cx_status cx__axis_set(const char *where, int ndim, int count, const int *axes, uint32_t *set)
{
    *set = axes == NULL && ndim > 0 ? UINT32_MAX >> (32 - ndim) : 0;
    for (int i = 0; axes != NULL && i < count; i++) {
        int k;
        CX__TRY(cx__axis(where, axes[i], ndim, &k));
        if (*set >> k & 1) return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", k);
        *set |= UINT32_C(1) << k;
    }
    return CX_OK;
}

cx_status cx__slice_range(const char *where, int64_t n, int64_t start, int64_t stop, int64_t step,
                          int64_t *first, int64_t *count)
{
    if (step == 0) return cx__fail(CX_E_INDEX, where, "the step is 0");
    if (step < -INT64_MAX) step = -INT64_MAX;
    const int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? n - 1 : n;
    int64_t *const ends[2] = {&start, &stop};
    for (int i = 0; i < 2; i++) {
        int64_t *const e = ends[i];
        if (*e < 0) *e = *e + n < lowest ? lowest : *e + n;
        if (*e > highest) *e = highest;
    }
    *first = start;
    *count = 0;
    if (step > 0 && stop > start) *count = (stop - start - 1) / step + 1;
    if (step < 0 && start > stop) *count = (start - stop - 1) / -step + 1;
    return CX_OK;
}
