/* Running sums and products: the array API's forms with options, and those that pass over NaN. Made
 * of accumulate. */
#include "routines/routine.h"
#include <calx/manipulate.h>
#include <calx/reduce.h>
#include <calx/ufunc.h>
#include <string.h>

static cx_status cumulative(const char *where, cx_map_op op, const cx_array *a,
                            const cx_cumulative_opts *given, cx_array **out)
{
    cx_cumulative_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx_status_of(a) == CX_OK ? CX_OK : cx__check(where, "a", a, CX__KIND_ARRAY));
    const cx_array *const line = cx_ndim(a) == 0 ? cx_reshape(a, CX_SHAPE(1)) : a;
    const int ndim = cx_ndim(line);
    if (!o.axis.set && ndim > 1)
        return cx__fail(CX_E_ARGUMENT, where, "an array of %d dimensions needs .axis", ndim);
    int axis;
    CX__TRY(cx__axis(where,
                     o.axis.value < -CX_MAX_NDIM || o.axis.value > CX_MAX_NDIM ? CX_MAX_NDIM
                                                                               : (int)o.axis.value,
                     ndim, &axis));
    cx_array *const r = cx_ufunc_accumulate(op, line, axis, o.dtype);
    *out = r;
    if (!o.include_initial || cx_status_of(r) != CX_OK) return CX_OK;
    int64_t shape[CX_MAX_NDIM];
    const cx_shape full = cx_shape_of(r);
    memcpy(shape, full.dim, (size_t)ndim * sizeof *shape);
    shape[axis] = 1;
    const cx_shape one = {ndim, shape};
    const cx_array *const first = op == CX_BI_ADD ? cx_zeros(one, cx_dtype_of(r), cx_device_of(r))
                                                  : cx_ones(one, cx_dtype_of(r), cx_device_of(r));
    *out = cx_concatenate(CX_ARRAYS(first, r), axis);
    return CX_OK;
}

cx_array *cx_cumulative_sum(const cx_array *a, const cx_cumulative_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cumulative("cumulative_sum", CX_BI_ADD, a, o, &r);
    return cx__give(s, st, r);
}
cx_array *cx_cumulative_prod(const cx_array *a, const cx_cumulative_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cumulative("cumulative_prod", CX_BI_MUL, a, o, &r);
    return cx__give(s, st, r);
}

/* a with v in the place of NaN; a itself where it cannot hold one. */
static const cx_array *without_nan(const cx_array *a, const cx_array *v)
{
    const char kind = cx__kind_of(a);
    return kind == 'e' || kind == 'f' || kind == 'c' ? cx_where(cx_isnan(a), v, a) : a;
}

static cx_status running(const char *where, const cx_array *a, int axis, cx_array **out)
{
    if (cx_status_of(a) != CX_OK) return cx__check(where, "a", a, CX__KIND_ARRAY);
    int k;
    CX__TRY(cx__axis(where, axis, cx_ndim(a), &k));
    const bool sum = strcmp(where, "nancumsum") == 0;
    const cx_array *const clean = without_nan(a, sum ? cx_int(0) : cx_int(1));
    *out = sum ? cx_cumsum(clean, k) : cx_cumprod(clean, k);
    return CX_OK;
}

cx_array *cx_nancumsum(const cx_array *a, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = running("nancumsum", a, axis, &r);
    return cx__give(s, st, r);
}
cx_array *cx_nancumprod(const cx_array *a, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = running("nancumprod", a, axis, &r);
    return cx__give(s, st, r);
}
