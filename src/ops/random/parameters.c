/* Parameters as arrays: see the header. One value stays one, with a stride of 0; anything else is
 * broadcast into host memory, element by element in the order of the draws. */
#include "ops/random/parameters.h"

#include <calx/distributions.h>

void cx__number_view(const cx__number *value, bool is_count, cx_view *out)
{
    out->data = (void *)(uintptr_t)value; /* only read */
    out->dtype = is_count ? CX_I64 : CX_F64;
    out->ndim = 1;
    out->flags = CX_VIEW_HOST;
    out->shape[0] = 1;
    out->stride[0] = 0;
}

static cx_status check_parameter(const char *where, const char *name, const cx_generator *g,
                                 const cx_array *a)
{
    CX__TRY(cx__array_check(where, name, a));
    const cx_dtype t = cx__is_scalar(a) ? (cx_dtype)a->object.head.kind : (cx_dtype)a->dtype;
    const char kind = cx_dtype_kind(t);
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "%s is %s, not real", name, cx_dtype_name(t));
    if (!cx__is_scalar(a) && !cx_device_equal(a->device, g->device->id)) {
        char x[16], y[16];
        return cx__fail(CX_E_DEVICE, where, "%s is on %s and g on %s", name,
                        cx_device_name(a->device, x), cx_device_name(g->device->id, y));
    }
    return CX_OK;
}

/* The shape of the parameters together, then with the shape asked for. */
static cx_status broadcast(const char *where, cx_arrays given, const cx__parameter_kind *kind,
                           cx_shape shape, cx__parameters *out)
{
    char x[CX__SHAPE_TEXT], y[CX__SHAPE_TEXT];
    for (int k = 0; k < given.count; k++) {
        const cx_array *const a = given.at[k];
        if (cx__is_scalar(a) || cx__shape_broadcast(a->ndim, a->shape, &out->ndim, out->shape))
            continue;
        return cx__fail(CX_E_SHAPE, where, "%s of shape %s does not broadcast to %s", kind[k].name,
                        cx__shape_text(a->ndim, a->shape, x),
                        cx__shape_text(out->ndim, out->shape, y));
    }
    if (shape.ndim == CX_SIZE_NONE.ndim) return CX_OK;
    int64_t size;
    size_t bytes;
    CX__TRY(cx__shape_size(where, shape.ndim, shape.dim, sizeof(double), &size, &bytes));
    cx__shape_text(out->ndim, out->shape, x);
    bool fits = cx__shape_broadcast(shape.ndim, shape.dim, &out->ndim, out->shape) &&
                out->ndim == shape.ndim;
    for (int i = 0; fits && i < shape.ndim; i++) fits = out->shape[i] == shape.dim[i];
    if (fits) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "parameters of shape %s do not broadcast to the shape %s", x,
                    cx__shape_text(shape.ndim, shape.dim, y));
}

static cx_status hold(const char *where, const cx_array *a, cx_dtype t, cx__parameters *p, int k)
{
    cx__value value;
    cx__number_view(&p->value[k], t != CX_F64, &p->view[k]);
    if (cx__is_scalar(a)) {
        cx__scalar_value((const cx_scalar *)(const void *)a, t, &value);
    } else if (a->size == 1) {
        CX__TRY(cx__array_item(where, a, t, &value));
    } else {
        CX__TRY(cx__array_new(where, p->ndim, p->shape, t, CX_CPU, &p->held[k]));
        CX__TRY(cx__array_copy(where, a, p->held[k]));
        p->view[k].data = p->held[k]->data;
        p->view[k].shape[0] = p->held[k]->size;
        p->view[k].stride[0] = (int64_t)sizeof(cx__number);
        return CX_OK;
    }
    if (t == CX_F64)
        p->value[k].f64 = value.f64;
    else
        p->value[k].i64 = value.i64;
    return CX_OK;
}

cx_status cx__parameters_open(const char *where, const cx_generator *g, cx_arrays given,
                              const cx__parameter_kind *kind, cx_shape shape, cx__parameters *out)
{
    out->count = given.count;
    for (int k = 0; k < given.count; k++)
        CX__TRY(check_parameter(where, kind[k].name, g, given.at[k]));
    CX__TRY(broadcast(where, given, kind, shape, out));
    for (int k = 0; k < given.count; k++) CX__TRY(hold(where, given.at[k], kind[k].dtype, out, k));
    return CX_OK;
}

void cx__parameters_close(cx__parameters *p)
{
    for (int k = 0; k < p->count; k++) cx__release(p->held[k]);
}

bool cx__parameters_differ(const cx__parameters *p)
{
    for (int k = 0; k < p->count; k++)
        if (p->held[k]) return true;
    return false;
}

cx_status cx__parameter_host(const char *where, const char *name, const cx_generator *g,
                             const cx_array *a, cx_dtype t, cx_array **out)
{
    CX__TRY(check_parameter(where, name, g, a));
    if (cx__is_scalar(a)) return cx__fail(CX_E_SHAPE, where, "%s is a number, not an array", name);
    CX__TRY(cx__array_new(where, a->ndim, a->shape, t, CX_CPU, out));
    const cx_status st = cx__array_copy(where, a, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}
