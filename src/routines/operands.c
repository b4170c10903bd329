/* Checks of operands: which array is at fault, and in what. Knows no operation. */
#include "routines/operands.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <inttypes.h>

cx_status cx__alike(const char *where, const char *a_name, const cx_array *a, const char *b_name,
                    const cx_array *b)
{
    const cx_dtype ta = cx_dtype_of(a), tb = cx_dtype_of(b);
    if ((ta == CX_CAT) == (tb == CX_CAT)) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "%s is %s and %s is %s", a_name, cx_dtype_name(ta), b_name,
                    cx_dtype_name(tb));
}

cx_status cx__real_only(const char *where, const char *name, const cx_array *a)
{
    const char kind = cx__kind_of(a);
    if (kind != 'c' && kind != 'k') return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "%s is %s, not real numbers", name,
                    cx_dtype_name(cx_dtype_of(a)));
}

cx_status cx__axes_of(const char *where, cx_reduce how, int ndim, uint32_t *axes)
{
    *axes = 0;
    if (how.no_axes) return CX_OK;
    if (how.axis_count == 0) {
        for (int d = 0; d < ndim; d++) *axes |= UINT32_C(1) << d;
        return CX_OK;
    }
    if (how.axis_count < 0 || (how.axis_count > 1 && how.axes == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "axis_count is %d without a list of axes",
                        how.axis_count);
    for (int i = 0; i < how.axis_count; i++) {
        int k;
        CX__TRY(cx__axis(where, how.axes != NULL ? how.axes[i] : how.axis, ndim, &k));
        if (*axes >> k & 1) return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", k);
        *axes |= UINT32_C(1) << k;
    }
    return CX_OK;
}

cx_status cx__axes_only(const char *where, cx_reduce how)
{
    if (how.where == NULL && how.initial == NULL && how.dtype == CX_DTYPE_NONE && how.ddof == 0)
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "takes axes and keepdims only");
}

static bool same_shape(const cx_array *a, const cx_array *b)
{
    bool same = cx_ndim(a) == cx_ndim(b);
    for (int d = 0; same && d < cx_ndim(a); d++) same = cx_dim(a, d) == cx_dim(b, d);
    return same;
}

cx_status cx__weights_like(const char *where, const cx_array *a, const cx_array *weights,
                           cx_reduce how, cx_array **out)
{
    CX__ARRAY(where, "weights", weights);
    CX__TRY(cx__need_together(where, "a", a, "weights", weights));
    if (same_shape(a, weights)) {
        *out = cx_reshape(weights, cx_shape_of(weights));
        return cx__so_far();
    }
    char text[2][CX__SHAPE_TEXT];
    const int ndim = cx_ndim(a);
    uint32_t axes;
    CX__TRY(cx__axes_of(where, how, ndim, &axes));
    if (how.no_axes || how.axis_count == 0)
        return cx__fail(CX_E_SHAPE, where, "weights are %s, a is %s: name the axes",
                        cx__words_of_shape(weights, text[0]), cx__words_of_shape(a, text[1]));
    int64_t shape[CX_MAX_NDIM];
    int order[CX_MAX_NDIM], named[CX_MAX_NDIM];
    bool fits = cx_ndim(weights) == how.axis_count;
    for (int i = 0; fits && i < how.axis_count; i++) {
        CX__TRY(cx__axis(where, how.axes != NULL ? how.axes[i] : how.axis, ndim, &named[i]));
        fits = cx_dim(weights, i) == cx_dim(a, named[i]);
    }
    if (!fits)
        return cx__fail(CX_E_SHAPE, where,
                        "weights are %s, which are not the extents of a's (%s) named axes",
                        cx__words_of_shape(weights, text[0]), cx__words_of_shape(a, text[1]));
    for (int d = 0, n = 0; d < ndim; d++) {
        const bool reduced = (axes >> d & 1) != 0;
        shape[d] = reduced ? cx_dim(a, d) : 1;
        for (int i = 0; reduced && i < how.axis_count; i++)
            if (named[i] == d) order[n++] = i;
    }
    *out = cx_reshape(cx_permute_dims(weights, how.axis_count, order), (cx_shape){ndim, shape});
    return cx__so_far();
}

bool cx__any_true(const cx_array *a)
{
    return cx_item_bool(cx_any(a, CX_ALL)) && cx_ok();
}
