/* Where an estimator runs: see the header. The one place that knows how control data travels. */
#include "learn/numeric/site.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/device.h>

cx_status cx__site_at(const char *where, cx_device d, cx__site *out)
{
    const cx_backend_ops *ops = NULL;
    *out = (cx__site){.where = where, .device = d};
    CX__TRY(cx__backend_at(where, d, &ops, &out->queue));
    out->ops = ops->learn;
    if (out->ops != NULL) return CX_OK;
    char name[16];
    return cx__fail(CX_E_UNSUPPORTED, where, "estimators do not run on %s",
                    cx_device_name(d, name));
}

cx_status cx__site_of(const char *where, const cx_array *x, cx__site *out)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    return cx__site_at(where, cx_device_of(x), out);
}

void *cx__at(const cx_array *a)
{
    cx_view v;
    if (a == NULL) return NULL;
    return cx_check(cx__view_of("data", a, &v)) == CX_OK ? v.data : NULL;
}

void cx__used(const cx_array *a)
{
    if (a != NULL && cx_device_of(a).kind != CX_DEVICE_CPU) (void)cx__at(a);
}

cx_dtype cx__float_like(const cx_array *a)
{
    return cx_dtype_of(a) == CX_F32 ? CX_F32 : CX_F64;
}

cx_array *cx__f64(const cx__site *s, const cx_array *a)
{
    return cx__as(s->where, a, CX_F64);
}

cx_array *cx__i64(const cx__site *s, const cx_array *a)
{
    return cx__as(s->where, a, CX_I64);
}

cx_array *cx__new_f64(const cx__site *s, int64_t rows, int64_t cols)
{
    const int64_t dim[2] = {rows, cols};
    const int ndim = rows < 0 ? 0 : cols < 0 ? 1 : 2;
    return cx_empty((cx_shape){.ndim = ndim, .dim = dim}, CX_F64, s->device);
}

cx_array *cx__given(const cx__site *s, const void *v, int64_t n, cx_dtype t)
{
    cx_array *a = cx_empty(CX_SHAPE(n), t, s->device);
    if (cx_status_of(a) == CX_OK) (void)cx_check(cx__control_write(s->where, a, v));
    return a;
}

cx_status cx__read(const cx__site *s, const cx_array *a, void *to)
{
    return cx__control_read(s->where, a, to);
}

cx_status cx__read_f64(const cx__site *s, const cx_array *a, double *to)
{
    return cx__read(s, cx__f64(s, a), to);
}

double cx__number_f64(const cx_array *a)
{
    double v = 0;
    (void)cx_check(cx__control_read("item", cx__as("item", a, CX_F64), &v));
    return v;
}

int64_t cx__number_i64(const cx_array *a)
{
    int64_t v = 0;
    (void)cx_check(cx__control_read("item", cx__as("item", a, CX_I64), &v));
    return v;
}

cx_array *cx__to_host(const cx__site *s, const cx_array *a)
{
    if (cx_device_of(a).kind == CX_DEVICE_CPU) return cx_to(a, CX_CPU);
    const bool text = cx_dtype_of(a) == CX_CAT;
    const cx_array *from = cx_ascontiguous(text ? cx_codes(a) : a);
    cx_array *out = cx_empty(cx_shape_of(from), cx_dtype_of(from), CX_CPU);
    if (cx_check(cx__so_far()) == CX_OK) (void)cx_check(cx__read(s, from, cx__at(out)));
    return text ? cx__as_categories(s->where, out, a) : out;
}

cx_array *cx__to_site(const cx__site *s, const cx_array *a)
{
    const cx_device here = cx_device_of(a);
    if (here.kind != CX_DEVICE_CPU || s->device.kind == CX_DEVICE_CPU) return cx_to(a, here);
    const bool text = cx_dtype_of(a) == CX_CAT;
    const cx_array *from = cx_ascontiguous(text ? cx_codes(a) : a);
    cx_array *out = cx_empty(cx_shape_of(from), cx_dtype_of(from), s->device);
    if (cx_check(cx__so_far()) == CX_OK)
        (void)cx_check(cx__control_write(s->where, out, cx__at(from)));
    return text ? cx__as_categories(s->where, out, a) : out;
}

enum { CONTROL_BYTES = 4096 };

cx_array *cx__fetch(const cx__site *s, const cx_array *a)
{
    const cx_array *whole = cx_ascontiguous(a);
    return cx_nbytes(whole) <= CONTROL_BYTES ? cx__to_host(s, whole) : cx_to(whole, CX_CPU);
}

cx_array *cx__send(const cx__site *s, const cx_array *a)
{
    const cx_array *whole = cx_ascontiguous(a);
    return cx_nbytes(whole) <= CONTROL_BYTES ? cx__to_site(s, whole) : cx_to(whole, s->device);
}
