/* convolve and correlate: NumPy's modes as places along the longer vector. The backend's slide does
 * the sums; a reversed vector is a view. */
#include "base/log.h"
#include "core/device.h"
#include "core/promote.h"
#include "ops/output.h"
#include <calx/calculus.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>

static void vector_view(const cx_array *a, cx_view *v)
{
    v->data = a->data;
    v->dtype = (cx_dtype)a->dtype;
    v->ndim = 1;
    v->flags = 0;
    v->shape[0] = a->size;
    v->stride[0] = a->ndim == 0 ? (int64_t)cx__itemsize((cx_dtype)a->dtype) : a->strides[0];
}

/* b is not longer than a; both of dtype out->dtype. */
static cx_status slide(const char *where, const cx_array *a, const cx_array *b, int64_t first,
                       cx_array *out)
{
    cx__device *dev;
    cx_queue *q;
    CX__TRY(cx__device_get(where, out->device, &dev));
    if (dev->ops->slide == NULL) return cx__unsupported(where, dev, "sliding products");
    CX__TRY(cx__poll(where));
    CX__TRY(cx__queue_for(where, dev, 1, 3, (const cx_array *const[]){out, a, b}, &q));
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " by %" PRId64 " of %s", where, a->size, b->size,
                cx_dtype_name((cx_dtype)out->dtype));
    cx_view v[3];
    vector_view(a, &v[0]);
    vector_view(b, &v[1]);
    vector_view(out, &v[2]);
    const cx_slide_call call = {.a = &v[0], .b = &v[1], .out = &v[2], .first = first, .step = 1};
    return cx__queue_done(dev, dev->ops->slide(q, &call));
}

static cx_status check_vector(const char *where, const char *argument, const cx_array *a,
                              bool number)
{
    CX__TRY(cx__array_need(where, argument, a));
    if (a->dtype == CX_CAT) return cx__fail(CX_E_DTYPE, where, "%s is of categories", argument);
    if (a->ndim > 1 || (a->ndim == 0 && !number))
        return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, not 1", argument, a->ndim);
    return a->size > 0 ? CX_OK : cx__fail(CX_E_SHAPE, where, "%s is empty", argument);
}

/* a against b in one dtype, b not longer; inside a scope. backwards: the last sum comes first. */
static cx_status places(const char *where, const cx_array *a, const cx_array *b,
                        cx_convolve_mode mode, bool backwards, cx_array **out)
{
    const int64_t n = a->size, m = b->size;
    const int64_t before = mode == CX_CONVOLVE_FULL ? m - 1 : mode == CX_CONVOLVE_SAME ? m / 2 : 0;
    const int64_t length = mode == CX_CONVOLVE_FULL   ? n + m - 1
                           : mode == CX_CONVOLVE_SAME ? n
                                                      : n - m + 1;
    *out = cx_empty((cx_shape){1, &length}, (cx_dtype)a->dtype, a->device);
    CX__TRY(cx__so_far());
    cx_array *const to = backwards ? cx_flip(*out, 0) : *out;
    CX__TRY(cx__so_far());
    return slide(where, a, b, -before, to);
}

static cx_status run(const char *where, const cx_array *a, const cx_array *v, bool reversed,
                     cx_convolve_mode mode, cx_array **out)
{
    CX__TRY(check_vector(where, "a", a, reversed));
    CX__TRY(check_vector(where, "v", v, reversed));
    CX__TRY(cx__same_device(where, a, v));
    if ((int)mode < CX_CONVOLVE_FULL || mode > CX_CONVOLVE_VALID)
        return cx__fail(CX_E_ARGUMENT, where, "mode is %d", (int)mode);
    cx_dtype t;
    CX__TRY(cx__result_type(where, 2, (const cx_array *const[]){a, v}, &t));
    const cx_array *x = a->dtype == t ? a : cx_astype(a, t),
                   *y = v->dtype == t ? v : cx_astype(v, t);
    if (!reversed && cx_dtype_kind(t) == 'c') y = cx_conjugate(y);
    const bool swapped = v->size > a->size;
    if (reversed && y->ndim > 0 && !swapped) y = cx_flip(y, 0);
    if (reversed && x->ndim > 0 && swapped) x = cx_flip(x, 0);
    CX__TRY(cx__so_far());
    return places(where, swapped ? y : x, swapped ? x : y, mode, swapped && !reversed, out);
}

static cx_array *finished(cx_scope s, cx_status st, cx_array *r)
{
    (void)cx_check(st);
    return cx_scope_return(s, r != NULL ? r : cx__nil(st != CX_OK ? st : CX_E_INTERNAL));
}

cx_array *cx_convolve(const cx_array *a, const cx_array *v, cx_convolve_mode mode)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = run("convolve", a, v, true, mode, &r);
    return finished(s, st, r);
}

cx_array *cx_correlate(const cx_array *a, const cx_array *v, cx_convolve_mode mode)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = run("correlate", a, v, false, mode, &r);
    return finished(s, st, r);
}
