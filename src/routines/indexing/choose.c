/* Taking and putting by flat positions and along axes, choosing among arrays. Everything becomes
 * cx_take, cx_setitem or a chain of cx_where. */
#include "routines/indexing/indexing.h"
#include <string.h>
#include <calx/choose.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

enum { CHOICES = 4096 };

/* ---- take */
static cx_status take_with(const char *where, const cx_array *a, const cx_array *indices,
                           const cx_take_opts *given, cx_array **out)
{
    cx_take_opts o;
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    CX__TRY(cx__need_operand(where, "indices", indices));
    CX__TRY(CX__OPTIONS(where, given, &o));
    const cx_array *const from = o.axis.set ? a : cx_ravel(a);
    int k = 0;
    if (o.axis.set && (o.axis.value < INT16_MIN || o.axis.value > INT16_MAX))
        return cx__fail(CX_E_INDEX, where, "axis %" PRId64 " is out of bounds", o.axis.value);
    if (o.axis.set) CX__TRY(cx__axis(where, (int)o.axis.value, cx_ndim(a), &k));
    cx_array *at = NULL;
    CX__TRY(cx__bounded(where, "indices", indices, cx_dim(from, k), o.mode, &at));
    *out = cx_take(from, at, k);
    return CX_OK;
}
cx_array *cx_take_with(const cx_array *a, const cx_array *indices, const cx_take_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = take_with("take_with", a, indices, o, &r);
    return cx__give(s, st, r);
}

/* ---- put */
static cx_status writeable(const char *where, const cx_array *a)
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    return cx_is_writeable(a) ? CX_OK : cx__fail(CX_E_READONLY, where, "a is read-only");
}

/* values to flat positions of a */
static cx_status put_flat(cx_array *a, const cx_array *at, const cx_array *values)
{
    const int64_t n = cx_size(at);
    if (n == 0) return CX_OK;
    if (cx_size(values) == 0) return CX_OK;
    const cx_array *const v =
        cx__is_weak(values) ? values : cx_reshape(cx__repeated(values, n), cx_shape_of(at));
    cx_array *const flat = cx_ravel(a);
    CX__TRY(cx__so_far());
    const bool view = cx_may_share_memory(flat, a);
    CX__TRY(cx_setitem(flat, "?", CX_ARRAYS(at), v));
    return view || cx_size(a) == 0 ? CX_OK : cx_copy_into(cx_reshape(flat, cx_shape_of(a)), a);
}

static cx_status put(const char *where, cx_array *a, const cx_array *indices,
                     const cx_array *values, cx_bounds mode)
{
    CX__TRY(writeable(where, a));
    CX__TRY(cx__need_operand(where, "indices", indices));
    CX__TRY(cx__need_operand(where, "values", values));
    cx_array *at = NULL;
    CX__TRY(cx__bounded(where, "indices", indices, cx_size(a), mode, &at));
    return put_flat(a, at, values);
}
cx_status cx_put(cx_array *a, const cx_array *indices, const cx_array *values, cx_bounds mode)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, put("put", a, indices, values, mode));
}

static cx_status put_along_axis(const char *where, cx_array *a, const cx_array *indices,
                                const cx_array *values, int axis)
{
    int k = 0;
    CX__TRY(writeable(where, a));
    CX__NEED(where, "indices", indices, CX__KIND_ARRAY);
    CX__TRY(cx__need_operand(where, "values", values));
    const int ndim = cx_ndim(a);
    CX__TRY(cx__axis(where, axis, ndim, &k));
    if (cx_ndim(indices) != ndim)
        return cx__fail(CX_E_SHAPE, where, "indices have %d dimensions and a has %d",
                        cx_ndim(indices), ndim);
    const char kind = cx_dtype_kind(cx_dtype_of(indices));
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "indices are %s, not integers",
                        cx_dtype_name(cx_dtype_of(indices)));
    const cx_array *part[CX_MAX_NDIM];
    char spec[3 * CX_MAX_NDIM + 1];
    for (int i = 0; i < ndim; i++) {
        part[i] = i == k ? indices : cx__open_axis(cx_dim(a, i), i, ndim, CX_I64, cx_device_of(a));
        spec[2 * i] = '?';
        spec[2 * i + 1] = ',';
    }
    spec[2 * ndim] = '\0';
    CX__TRY(cx__so_far());
    return cx_setitem(a, spec, (cx_arrays){ndim, part}, values);
}
cx_status cx_put_along_axis(cx_array *a, const cx_array *indices, const cx_array *values, int axis)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, put_along_axis("put_along_axis", a, indices, values, axis));
}

static cx_status place(const char *where, cx_array *a, const cx_array *mask, const cx_array *values)
{
    CX__TRY(writeable(where, a));
    CX__NEED(where, "mask", mask, CX__KIND_ARRAY);
    CX__TRY(cx__need_operand(where, "values", values));
    if (cx_size(mask) != cx_size(a))
        return cx__fail(CX_E_SHAPE, where, "mask has %" PRId64 " elements and a has %" PRId64,
                        cx_size(mask), cx_size(a));
    cx_array *const at = cx_flatnonzero(mask);
    CX__TRY(cx__so_far());
    if (cx_size(at) > 0 && cx_size(values) == 0)
        return cx__fail(CX_E_ARGUMENT, where, "there are no values to place");
    return put_flat(a, at, values);
}
cx_status cx_place(cx_array *a, const cx_array *mask, const cx_array *values)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, place("place", a, mask, values));
}

static cx_status extract(const char *where, const cx_array *condition, const cx_array *a,
                         cx_array **out)
{
    CX__NEED(where, "condition", condition, CX__KIND_ARRAY);
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    *out = cx_take(cx_ravel(a), cx_flatnonzero(condition), 0);
    return CX_OK;
}
cx_array *cx_extract(const cx_array *condition, const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = extract("extract", condition, a, &r);
    return cx__give(s, st, r);
}

/* ---- choose, select */
/* array or number as an array of dtype t on d, of the open scope */
static cx_array *held(const cx_array *a, cx_dtype t, cx_device d)
{
    if (cx__is_weak(a)) return cx_full(CX_SHAPE(), a, t, d);
    return cx_dtype_of(a) == t ? cx_index(a, "...") : cx_astype(a, t);
}
static cx_device device_of(cx_arrays list, cx_device otherwise)
{
    for (int i = 0; i < list.count; i++)
        if (!cx__is_weak(list.at[i])) return cx_device_of(list.at[i]);
    return otherwise;
}

static cx_status choose(const char *where, const cx_array *a, cx_arrays choices, cx_bounds mode,
                        cx_array **out)
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    CX__TRY(cx__need_list(where, "choices", choices, CHOICES));
    cx_dtype t = CX_DTYPE_NONE;
    CX__TRY(cx__common_dtype(where, choices, &t));
    const cx_device d = cx_device_of(a);
    cx_array *at = NULL;
    const bool truth = cx_dtype_of(a) == CX_BOOL;
    CX__TRY(cx__bounded(where, "elements of a", truth ? cx_astype(a, CX_U8) : a, choices.count,
                        mode, &at));
    if (mode == CX_BOUNDS_RAISE) CX__TRY(cx__all_within(where, "elements of a", at, choices.count));
    cx_array *r = held(choices.at[choices.count - 1], t, d);
    if (choices.count == 1)
        r = cx_where(cx_equal(at, cx_int(0)), r, r); /* of the broadcast shape */
    for (int i = choices.count - 2; i >= 0; i--)
        r = cx_where(cx_equal(at, cx_int(i)), held(choices.at[i], t, d), r);
    *out = r;
    return CX_OK;
}
cx_array *cx_choose(const cx_array *a, cx_arrays choices, cx_bounds mode)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = choose("choose", a, choices, mode, &r);
    return cx__give(s, st, r);
}

static cx_status select_first(const char *where, cx_arrays conditions, cx_arrays choices,
                              const cx_array *otherwise, cx_array **out)
{
    CX__TRY(cx__need_list(where, "conditions", conditions, CHOICES));
    CX__TRY(cx__need_list(where, "choices", choices, CHOICES));
    CX__TRY(cx__need_operand(where, "otherwise", otherwise));
    if (conditions.count != choices.count)
        return cx__fail(CX_E_ARGUMENT, where, "%d conditions and %d choices", conditions.count,
                        choices.count);
    for (int i = 0; i < conditions.count; i++)
        if (cx_dtype_of(conditions.at[i]) != CX_BOOL)
            return cx__fail(CX_E_DTYPE, where, "condition %d is %s, not bool", i,
                            cx_dtype_name(cx_dtype_of(conditions.at[i])));
    const cx_array *all[CHOICES + 1] = {otherwise};
    memcpy(all + 1, choices.at, (size_t)choices.count * sizeof *all);
    cx_dtype t = CX_DTYPE_NONE;
    CX__TRY(cx__common_dtype(where, (cx_arrays){choices.count + 1, all}, &t));
    const cx_device d = device_of(conditions, device_of(choices, CX_CPU));
    cx_array *r = held(otherwise, t, d);
    for (int i = conditions.count - 1; i >= 0; i--)
        r = cx_where(conditions.at[i], held(choices.at[i], t, d), r);
    *out = r;
    return CX_OK;
}
cx_array *cx_select_first(cx_arrays conditions, cx_arrays choices, const cx_array *otherwise)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = select_first("select_first", conditions, choices, otherwise, &r);
    return cx__give(s, st, r);
}
