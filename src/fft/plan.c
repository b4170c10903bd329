/* Planned transforms as objects: a job settled once, and what the backend keeps for it. Runs check
 * their arrays against it and call the slot; they make nothing that the next run would need. */
#include "base/alloc.h"
#include "core/shape.h"
#include "fft/transform.h"
#include "ops/output.h"
#include <calx/fft_plan.h>
#include <inttypes.h>
#include <string.h>

struct cx_fft_plan {
    cx__object object;
    cx__fft_job job; /* where: the running call's, set in a copy */
    double scale;
    cx_device device;
    cx_dtype from, to;
    int ndim;
    int64_t in[CX_MAX_NDIM], out[CX_MAX_NDIM];
    const cx_fft_ops *ops;
    cx_fft_held *held; /* NULL where the backend keeps nothing */
};

static void destroy(cx__object *o)
{
    cx_fft_plan *const p = (cx_fft_plan *)(void *)o;
    if (p->held != NULL) p->ops->release(p->held);
    cx__object_free(o);
}
static const cx__noun noun = {"fft_plan", CX__KIND_FFT_PLAN, destroy};

static cx_status set_dtypes(cx_fft_plan *p, cx_dtype t)
{
    const bool real = p->job.form == CX__FFT_TO_HALF;
    if (real ? t != CX_F32 && t != CX_F64 : t != CX_C64 && t != CX_C128)
        return cx__fail(CX_E_DTYPE, p->job.where, "t is %s, it must be %s", cx_dtype_name(t),
                        real ? "float32 or float64" : "complex64 or complex128");
    const bool wide = t == CX_F64 || t == CX_C128;
    p->from = t;
    p->to = p->job.form == CX__FFT_FROM_HALF ? (wide ? CX_F64 : CX_F32) : (wide ? CX_C128 : CX_C64);
    return CX_OK;
}

static cx_status set_axes(cx_fft_plan *p, cx_shape shape, const cx_fft_plan_opts *o)
{
    cx__fft_job *const j = &p->job;
    j->count = o == NULL || o->count == 0 ? 1 : o->count;
    if (j->count < 1 || j->count > CX__FFT_AXES)
        return cx__fail(CX_E_ARGUMENT, j->where, "count is %d; a plan has 1 to %d axes", j->count,
                        (int)CX__FFT_AXES);
    for (int i = 0; i < j->count; i++) {
        const int axis = o != NULL && o->axes != NULL ? o->axes[i] : i - j->count;
        CX__TRY(cx__axis(j->where, axis, shape.ndim, &j->axis[i]));
        for (int k = 0; k < i; k++)
            if (j->axis[k] == j->axis[i])
                return cx__fail(CX_E_ARGUMENT, j->where, "axis %d is given twice", axis);
        j->length[i] = shape.dim[j->axis[i]];
        if (j->length[i] < 1)
            return cx__fail(CX_E_SHAPE, j->where,
                            "a transform of %" PRId64 " elements along axis %d", j->length[i],
                            j->axis[i]);
    }
    p->ndim = shape.ndim;
    memcpy(p->in, shape.dim, (size_t)shape.ndim * sizeof *p->in);
    memcpy(p->out, shape.dim, (size_t)shape.ndim * sizeof *p->out);
    for (int i = 0; i < j->count; i++) {
        p->in[j->axis[i]] = cx__fft_extent(j, i, 0);
        p->out[j->axis[i]] = cx__fft_extent(j, i, 1);
    }
    return CX_OK;
}

static cx_status settle(cx_fft_plan *p, cx_fft_kind kind, cx_shape shape, cx_dtype t,
                        const cx_fft_plan_opts *o)
{
    cx__fft_job *const j = &p->job;
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, j->where,
                        "options must be built by CX_OPTS(cx_fft_plan_opts, ...)");
    if (kind != CX_FFT_C2C && kind != CX_FFT_R2C && kind != CX_FFT_C2R)
        return cx__fail(CX_E_ARGUMENT, j->where, "kind is %d, which is no cx_fft_kind", (int)kind);
    j->form = kind == CX_FFT_R2C   ? CX__FFT_TO_HALF
              : kind == CX_FFT_C2R ? CX__FFT_FROM_HALF
                                   : CX__FFT_COMPLEX;
    if (o != NULL && o->inverse && kind != CX_FFT_C2C)
        return cx__fail(CX_E_ARGUMENT, j->where, "inverse is of complex to complex");
    j->inverse = kind == CX_FFT_C2R || (o != NULL && o->inverse);
    j->norm = o == NULL ? CX_FFT_BACKWARD : o->norm;
    CX__TRY(cx__fft_check_norm(j));
    if (shape.ndim < 0 || shape.ndim > CX_MAX_NDIM || (shape.ndim > 0 && shape.dim == NULL))
        return cx__fail(CX_E_SHAPE, j->where, "shape has %d dimensions", shape.ndim);
    for (int d = 0; d < shape.ndim; d++)
        if (shape.dim[d] < 0)
            return cx__fail(CX_E_SHAPE, j->where, "shape[%d] is %" PRId64, d, shape.dim[d]);
    CX__TRY(set_dtypes(p, t));
    CX__TRY(set_axes(p, shape, o));
    p->scale = cx__fft_scale(j);
    return CX_OK;
}

/* A view of [batch, axes...] with the strides of an array in C order: what the backend's hold looks
 * at. */
static cx_status view_of(const cx_fft_plan *p, const int64_t *shape, cx_dtype t, cx_view *v)
{
    const cx__fft_job *const j = &p->job;
    int64_t step = (int64_t)cx__itemsize(t);
    *v = (cx_view){.dtype = t, .ndim = (uint16_t)(j->count + 1), .shape = {1}, .stride = {step}};
    bool first = true;
    for (int d = p->ndim - 1; d >= 0; d--) {
        int at = 0; /* of v; 0: the batch */
        for (int i = 0; i < j->count; i++)
            if (j->axis[i] == d) at = i + 1;
        if (at > 0 || first) v->stride[at] = step;
        first = first && at > 0;
        v->shape[at] = at > 0 ? shape[d] : v->shape[0] * shape[d];
        if (shape[d] > 0 && __builtin_mul_overflow(step, shape[d], &step))
            return cx__fail(CX_E_SHAPE, j->where, "shape has 2^63 bytes or more");
    }
    return CX_OK;
}

static cx_status hold(cx_fft_plan *p)
{
    cx__device *d;
    cx_queue *q;
    cx_view in, out;
    CX__TRY(cx__device_get(p->job.where, p->device, &d));
    p->ops = d->ops->fft;
    if (p->ops == NULL) return cx__unsupported(p->job.where, d, "a Fourier transform");
    CX__TRY(view_of(p, p->in, p->from, &in));
    CX__TRY(view_of(p, p->out, p->to, &out));
    if (p->ops->hold == NULL) return CX_OK;
    const cx_fft_call c = {
        .in = &in, .out = &out, .ndim = p->job.count, .inverse = p->job.inverse, .scale = p->scale};
    CX__TRY(cx__queue_for(p->job.where, d, 0, 0, NULL, &q));
    return cx__queue_done(d, p->ops->hold(q, &c, &p->held));
}

cx_fft_plan *cx_fft_plan_new(cx_fft_kind kind, cx_shape shape, cx_dtype t, cx_device d,
                             const cx_fft_plan_opts *o)
{
    static const char where[] = "fft_plan_new";
    cx_fft_plan *p = cx__object_new(&noun, sizeof *p);
    cx_status st = p == NULL ? cx__fail_nomem(where, "a plan", sizeof *p) : CX_OK;
    if (st == CX_OK) {
        p->job.where = where;
        p->device = d;
        st = settle(p, kind, shape, t, o);
    }
    if (st == CX_OK) st = hold(p);
    return cx__yield(st, where, p);
}
cx_fft_plan *cx_fft_plan_retain(const cx_fft_plan *h)
{
    return cx__retain(h);
}
void cx_fft_plan_release(cx_fft_plan *h)
{
    cx__release(h);
}
cx_status cx_fft_plan_status(const cx_fft_plan *h)
{
    return cx__status(h, CX__KIND_FFT_PLAN);
}

/* ---- runs */
static cx_status check(const char *where, const cx_fft_plan *p, const cx_array *a)
{
    if (a->dtype != p->from)
        return cx__fail(CX_E_DTYPE, where, "a is %s, the plan is of %s",
                        cx_dtype_name((cx_dtype)a->dtype), cx_dtype_name(p->from));
    bool same = a->ndim == p->ndim;
    for (int d = 0; d < p->ndim && same; d++) same = a->shape[d] == p->in[d];
    if (!same) {
        char there[CX__SHAPE_TEXT], planned[CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where, "a has shape %s, the plan is of %s",
                        cx__shape_text(a->ndim, a->shape, there),
                        cx__shape_text(p->ndim, p->in, planned));
    }
    if (!cx_device_equal(a->device, p->device))
        return cx__fail(CX_E_DEVICE, where, "a and the plan are on different devices");
    return CX_OK;
}

static cx_status run(const char *where, const cx_fft_plan *p, const cx_array *a, cx_array *out,
                     cx_array **made)
{
    CX__NEED(where, "p", p, CX__KIND_FFT_PLAN);
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(check(where, p, a));
    cx_array *work;
    if (out != NULL && out->dtype != p->to)
        return cx__fail(CX_E_DTYPE, where, "out is %s, the plan's results are %s",
                        cx_dtype_name((cx_dtype)out->dtype), cx_dtype_name(p->to));
    CX__TRY(cx__output_begin(where, p->ndim, p->out, p->to, p->device, 1, &a, out, &work));
    cx_status st = CX_OK;
    if (work->size > 0) {
        cx__fft_job j = p->job;
        j.where = where;
        const cx_scope s = cx_scope_open(); /* of copies of layouts that no slot takes */
        st = cx__fft_call(&j, j.form, 0, j.count, p->scale, a, work, p->held);
        (void)cx_check(st);
        st = cx_scope_close(s);
    }
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_fft_plan_run(const cx_fft_plan *p, const cx_array *a)
{
    static const char where[] = "fft_plan_run";
    cx_array *r = NULL;
    const cx_status st = run(where, p, a, NULL, &r);
    return cx__yield(st, where, r);
}
cx_status cx_fft_plan_run_into(const cx_fft_plan *p, const cx_array *a, cx_array *out)
{
    static const char where[] = "fft_plan_run_into";
    CX__NEED(where, "out", out, CX__KIND_ARRAY);
    return run(where, p, a, out, NULL);
}
