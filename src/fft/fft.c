/* numpy.fft over the backends' groups: lengths, norms and dtypes are settled here, the input is cut
 * or padded, and each call of a slot transforms up to three axes of a view. */
#include "fft/transform.h"
#include "core/shape.h"
#include "ops/output.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_BATCH = CX_KERNEL_NDIM - CX__FFT_AXES };
typedef cx__fft_job job;

static bool single(cx_dtype t)
{
    return t == CX_F16 || t == CX_BF16 || t == CX_F32 || t == CX_C64;
}

double cx__fft_scale(const job *j)
{
    double n = 1;
    for (int i = 0; i < j->count; i++) n *= (double)j->length[i];
    if (j->norm == CX_FFT_ORTHO) return 1 / sqrt(n);
    return (j->norm == CX_FFT_BACKWARD) == j->inverse ? 1 / n : 1;
}

int64_t cx__fft_extent(const job *j, int i, int side)
{
    const bool half =
        i == j->count - 1 && j->form == (side == 0 ? CX__FFT_FROM_HALF : CX__FFT_TO_HALF);
    return half ? j->length[i] / 2 + 1 : j->length[i];
}

/* ---- the input: of the transform's dtype, cut or followed by zeros. Belongs to the open scope. */
static cx_array *prepared(const job *j, const cx_array *a, cx_dtype t)
{
    cx_array *x = cx_to(a, cx_device_of(a));
    int64_t shape[CX_MAX_NDIM];
    bool padded = false;
    memcpy(shape, a->shape, (size_t)a->ndim * sizeof *shape);
    for (int i = 0; i < j->count; i++) {
        const int64_t wanted = cx__fft_extent(j, i, 0);
        if (wanted < shape[j->axis[i]]) x = cx_slice(x, j->axis[i], 0, wanted, 1);
        padded = padded || wanted > shape[j->axis[i]];
        shape[j->axis[i]] = wanted;
    }
    if (!padded) return cx_dtype_of(x) == t ? x : cx_astype(x, t);
    cx_array *const whole = cx_zeros((cx_shape){a->ndim, shape}, t, cx_device_of(a));
    cx_array *part = whole;
    for (int i = 0; i < j->count; i++) {
        const int64_t there = cx_dim(x, j->axis[i]);
        if (there < shape[j->axis[i]]) part = cx_slice(part, j->axis[i], 0, there, 1);
    }
    (void)cx_check(cx_copy_into(cx_dtype_of(x) == t ? x : cx_astype(x, t), part));
    return whole;
}

/* ---- one call of a slot */
/* Both as [batch..., axes...]; the batch merged as far as both allow. */
static bool views(const cx_array *in, const cx_array *out, int count, const int *axes, cx_view *v,
                  cx_view *w)
{
    int64_t shape[CX_MAX_NDIM], steps[2][CX_MAX_NDIM], *const lists[2] = {steps[0], steps[1]};
    int n = 0;
    for (int d = 0; d < in->ndim; d++) {
        bool transformed = false;
        for (int i = 0; i < count; i++) transformed = transformed || axes[i] == d;
        if (transformed) continue;
        shape[n] = in->shape[d];
        steps[0][n] = in->strides[d];
        steps[1][n++] = out->strides[d];
    }
    n = cx__collapse(n, shape, 2, lists, true);
    if (n > MOST_BATCH) return false;
    *v = (cx_view){.data = in->data, .dtype = (cx_dtype)in->dtype};
    *w = (cx_view){.data = out->data, .dtype = (cx_dtype)out->dtype};
    for (int d = 0; d < n; d++) {
        v->shape[d] = w->shape[d] = shape[d];
        v->stride[d] = steps[0][d];
        w->stride[d] = steps[1][d];
    }
    for (int i = 0; i < count; i++, n++) {
        v->shape[n] = in->shape[axes[i]];
        v->stride[n] = in->strides[axes[i]];
        w->shape[n] = out->shape[axes[i]];
        w->stride[n] = out->strides[axes[i]];
    }
    v->ndim = w->ndim = (uint16_t)n;
    return true;
}

cx_status cx__fft_call(const job *j, cx__fft_form f, int first, int count, double scale,
                       const cx_array *in, cx_array *out, const cx_fft_held *held)
{
    cx__device *d;
    cx_queue *q;
    cx_view v, w;
    CX__TRY(cx__device_get(j->where, in->device, &d));
    const cx_fft_ops *const ops = d->ops->fft;
    if (ops == NULL) return cx__unsupported(j->where, d, "a Fourier transform");
    if (!views(in, out, count, j->axis + first, &v, &w)) {
        const cx_array *const dense = cx_copy(in); /* C order merges */
        CX__TRY(cx_status_of(dense));
        if (!views(dense, out, count, j->axis + first, &v, &w))
            return cx__fail(CX_E_UNSUPPORTED, j->where, "too many dimensions of different strides");
        in = dense;
    }
    const cx_fft_call c = {
        .in = &v, .out = &w, .ndim = count, .inverse = j->inverse, .scale = scale, .held = held};
    CX__TRY(cx__queue_for(j->where, d, 1, 2, (const cx_array *const[]){out, in}, &q));
    const cx_status st = f == CX__FFT_COMPLEX   ? ops->c2c(q, &c)
                         : f == CX__FFT_TO_HALF ? ops->r2c(q, &c)
                                                : ops->c2r(q, &c);
    return cx__queue_done(d, st);
}

static cx_array *like(const job *j, const cx_array *x, int first, int side, cx_dtype t)
{
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, x->shape, (size_t)x->ndim * sizeof *shape);
    for (int i = first; i < j->count; i++) shape[j->axis[i]] = cx__fft_extent(j, i, side);
    return cx_empty((cx_shape){x->ndim, shape}, t, x->device);
}

/* x, prepared, to out, three axes at a time: the halved axis in the first call of those that give
 * half a spectrum, in the last of those that take one. */
static cx_status transform(const job *j, const cx_array *x, cx_array *out)
{
    const double scale = cx__fft_scale(j);
    const cx_array *at = x;
    const cx_dtype complex = single((cx_dtype)x->dtype) ? CX_C64 : CX_C128;
    int left = j->count; /* axes 0..left are not transformed yet */
    if (j->form == CX__FFT_FROM_HALF) {
        const int last = left < CX__FFT_AXES ? left : CX__FFT_AXES;
        for (left -= last; left > 0;) {
            const int n = left < CX__FFT_AXES ? left : CX__FFT_AXES;
            cx_array *const next = cx_empty(cx_shape_of(at), complex, at->device);
            CX__TRY(cx_status_of(next));
            CX__TRY(cx__fft_call(j, CX__FFT_COMPLEX, left - n, n, 1, at, next, NULL));
            at = next;
            left -= n;
        }
        return cx__fft_call(j, CX__FFT_FROM_HALF, j->count - last, last, scale, at, out, NULL);
    }
    while (left > 0) {
        const int n = left < CX__FFT_AXES ? left : CX__FFT_AXES;
        const bool end = left == n;
        cx_array *const next = end ? out : like(j, at, left - n, 1, complex);
        CX__TRY(cx_status_of(next));
        CX__TRY(cx__fft_call(j, left == j->count ? j->form : CX__FFT_COMPLEX, left - n, n,
                             end ? scale : 1, at, next, NULL));
        at = next;
        left -= n;
    }
    return CX_OK;
}

/* dtype of the result, and of the transform's input */
static cx_status dtypes(const job *j, const cx_array *a, cx_dtype *from, cx_dtype *result)
{
    const cx_dtype t = (cx_dtype)a->dtype;
    const char kind = cx_dtype_kind(t);
    if (kind == 'k') return cx__fail(CX_E_DTYPE, j->where, "a is %s", cx_dtype_name(t));
    if (kind == 'c' && j->form == CX__FFT_TO_HALF)
        return cx__fail(CX_E_DTYPE, j->where, "a is %s; the transform of real numbers is asked for",
                        cx_dtype_name(t));
    const bool narrow = single(t);
    *from = j->form == CX__FFT_TO_HALF ? (narrow ? CX_F32 : CX_F64) : (narrow ? CX_C64 : CX_C128);
    *result =
        j->form == CX__FFT_FROM_HALF ? (narrow ? CX_F32 : CX_F64) : (narrow ? CX_C64 : CX_C128);
    return CX_OK;
}

static cx_status run_once(const job *j, const cx_array *a, cx_array *out, cx_array **made)
{
    cx_dtype from = CX_DTYPE_NONE, result = CX_DTYPE_NONE;
    CX__TRY(dtypes(j, a, &from, &result));
    for (int i = 0; i < j->count; i++) {
        if (j->length[i] < 1)
            return cx__fail(a->shape[j->axis[i]] < 1 ? CX_E_SHAPE : CX_E_ARGUMENT, j->where,
                            "a transform of %" PRId64 " elements along axis %d", j->length[i],
                            j->axis[i]);
        if (j->form == CX__FFT_FROM_HALF && i == j->count - 1 && a->shape[j->axis[i]] < 1)
            return cx__fail(CX_E_SHAPE, j->where, "a has no elements along axis %d", j->axis[i]);
    }
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, a->shape, (size_t)a->ndim * sizeof *shape);
    for (int i = 0; i < j->count; i++) shape[j->axis[i]] = cx__fft_extent(j, i, 1);
    cx_array *work;
    CX__TRY(cx__output_begin(j->where, a->ndim, shape, result, a->device, 1, &a, out, &work));
    const cx_scope s = cx_scope_open();
    cx_status st = CX_OK;
    if (work->size > 0) {
        const cx_array *const x = prepared(j, a, from);
        st = cx__so_far();
        if (st == CX_OK && j->count > 0) st = transform(j, x, work);
        if (st == CX_OK && j->count == 0) st = cx_copy_into(x, work);
    }
    (void)cx_check(st);
    st = cx_scope_close(s);
    /* reals of 16 bits come back as such */
    const cx_dtype t = (cx_dtype)a->dtype;
    if (st == CX_OK && out == NULL && j->form == CX__FFT_FROM_HALF &&
        (t == CX_F16 || t == CX_BF16)) {
        cx_array *small;
        st = cx__array_new(j->where, work->ndim, work->shape, t, work->device, &small);
        if (st == CX_OK) {
            st = cx__array_copy(j->where, work, small);
            cx__release(work);
            work = small;
        }
    }
    return cx__output_end(j->where, st, work, out, made);
}

cx_status cx__fft_check_norm(const job *j)
{
    if (j->norm == CX_FFT_BACKWARD || j->norm == CX_FFT_ORTHO || j->norm == CX_FFT_FORWARD)
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, j->where, "norm is %d, which is no cx_fft_norm", (int)j->norm);
}

static cx_status run(job *j, const cx_array *a, cx_array *out, cx_array **made)
{
    CX__TRY(cx__fft_check_norm(j));
    bool twice = false;
    for (int i = 0; i < j->count; i++)
        for (int k = 0; k < i; k++) twice = twice || j->axis[i] == j->axis[k];
    if (!twice) return run_once(j, a, out, made);
    if (j->form != CX__FFT_COMPLEX)
        return cx__fail(CX_E_ARGUMENT, j->where, "an axis is given twice");
    /* one after the other, the last one first */
    const cx_scope s = cx_scope_open();
    const cx_array *x = a;
    for (int i = j->count - 1; i >= 0 && cx_ok(); i--) {
        const job one = {.where = j->where,
                         .inverse = j->inverse,
                         .norm = j->norm,
                         .count = 1,
                         .axis = {j->axis[i]},
                         .length = {j->length[i]}};
        cx_array *next = NULL;
        const cx_status st = run_once(&one, x, NULL, &next);
        x = cx__yield(st, j->where, next);
    }
    cx_array *const r = cx_ok() ? cx_retain(x) : NULL;
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK) *made = r;
    return st;
}

/* The caller's norm; of a job that is divided the other way, hfft and its kin, the other one. */
static void set_norm(job *j, cx_fft_norm given)
{
    static const cx_fft_norm swapped[] = {CX_FFT_FORWARD, CX_FFT_ORTHO, CX_FFT_BACKWARD};
    j->norm = j->norm == CX_FFT_FORWARD && (unsigned)given < 3 ? swapped[given] : given;
}

/* ---- one axis */
static cx_status one_axis(job *j, const cx_array *a, int axis, const cx_fft_opts *o, cx_array *out,
                          cx_array **made)
{
    CX__TRY(cx__array_need(j->where, "a", a));
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, j->where,
                        "options must be built by CX_OPTS(cx_fft_opts, ...)");
    CX__TRY(cx__axis(j->where, axis, a->ndim, &j->axis[0]));
    const int64_t there = a->shape[j->axis[0]];
    j->count = 1;
    j->length[0] = j->form == CX__FFT_FROM_HALF ? 2 * (there - 1) : there;
    if (o != NULL) {
        set_norm(j, o->norm);
        if (o->n.set) j->length[0] = o->n.value;
        if (o->n.set && o->n.value < 1)
            return cx__fail(CX_E_ARGUMENT, j->where, "n is %" PRId64 ", it must be at least 1",
                            o->n.value);
    }
    return run(j, a, out, made);
}

#define ONE_AXIS(name, f, back)                                                       \
    cx_array *cx_fft_##name(const cx_array *a, int axis, const cx_fft_opts *o)        \
    {                                                                                 \
        job j = {.where = "fft_" #name, .form = (f), .inverse = (back)};              \
        cx_array *r = NULL;                                                           \
        const cx_status st = one_axis(&j, a, axis, o, NULL, &r);                      \
        return cx__yield(st, j.where, r);                                             \
    }                                                                                 \
    cx_status cx_fft_##name##_into(const cx_array *a, int axis, const cx_fft_opts *o, \
                                   cx_array *out)                                     \
    {                                                                                 \
        job j = {.where = "fft_" #name "_into", .form = (f), .inverse = (back)};      \
        CX__NEED(j.where, "out", out, CX__KIND_ARRAY);                                \
        return one_axis(&j, a, axis, o, out, NULL);                                   \
    }
ONE_AXIS(fft, CX__FFT_COMPLEX, false)
ONE_AXIS(ifft, CX__FFT_COMPLEX, true)
ONE_AXIS(rfft, CX__FFT_TO_HALF, false)
ONE_AXIS(irfft, CX__FFT_FROM_HALF, true)
#undef ONE_AXIS

/* The spectrum of a sequence that is its own conjugate mirrored is real: the inverse's conjugate,
 * divided the other way. */
cx_array *cx_fft_hfft(const cx_array *a, int axis, const cx_fft_opts *o)
{
    job j = {
        .where = "fft_hfft", .form = CX__FFT_FROM_HALF, .inverse = true, .norm = CX_FFT_FORWARD};
    cx_status st = cx__array_need(j.where, "a", a);
    if (st != CX_OK) return cx__yield(st, j.where, NULL);
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_array *const turned =
        cx_dtype_kind((cx_dtype)a->dtype) == 'c' ? cx_conjugate(a) : cx_to(a, a->device);
    st = cx__so_far();
    if (st == CX_OK) st = one_axis(&j, turned, axis, o, NULL, &r);
    return cx_scope_return(s, cx__yield(st, j.where, r));
}
cx_array *cx_fft_ihfft(const cx_array *a, int axis, const cx_fft_opts *o)
{
    job j = {.where = "fft_ihfft", .form = CX__FFT_TO_HALF, .norm = CX_FFT_FORWARD};
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = one_axis(&j, a, axis, o, NULL, &r);
    return cx_scope_return(s, cx_conjugate(cx__yield(st, j.where, r)));
}

/* ---- several axes */
static cx_status axes_of(job *j, const cx_array *a, const cx_fftn_opts *o, int otherwise)
{
    const bool given = o != NULL && (o->axes != NULL || o->s != NULL);
    const int count = given || (o != NULL && o->count > 0) ? o->count : otherwise;
    if (count < 0 || count > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, j->where, "count is %d", count);
    j->count = count;
    for (int i = 0; i < count; i++) {
        const int axis = o != NULL && o->axes != NULL ? o->axes[i] : i - count;
        CX__TRY(cx__axis(j->where, axis, a->ndim, &j->axis[i]));
    }
    for (int i = 0; i < count; i++) {
        const int64_t there = a->shape[j->axis[i]];
        const bool half = i == count - 1 && j->form == CX__FFT_FROM_HALF;
        j->length[i] = half ? 2 * (there - 1) : there;
        if (o == NULL || o->s == NULL || o->s[i] == -1) continue;
        j->length[i] = o->s[i];
        if (o->s[i] < 1)
            return cx__fail(CX_E_ARGUMENT, j->where,
                            "s[%d] is %" PRId64 ", it must be at least 1 or -1", i, o->s[i]);
    }
    return CX_OK;
}

static cx_status many_axes(job *j, const cx_array *a, const cx_fftn_opts *o, bool two,
                           cx_array **made)
{
    CX__TRY(cx__array_need(j->where, "a", a));
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, j->where,
                        "options must be built by CX_OPTS(cx_fftn_opts, ...)");
    CX__TRY(axes_of(j, a, o, two ? 2 : a->ndim));
    if (j->count == 0 && j->form != CX__FFT_COMPLEX)
        return cx__fail(CX_E_INDEX, j->where, "at least one axis is needed");
    if (o != NULL) set_norm(j, o->norm);
    return run(j, a, NULL, made);
}

#define MANY_AXES(name, f, back, two)                                    \
    cx_array *cx_fft_##name(const cx_array *a, const cx_fftn_opts *o)    \
    {                                                                    \
        job j = {.where = "fft_" #name, .form = (f), .inverse = (back)}; \
        cx_array *r = NULL;                                              \
        const cx_status st = many_axes(&j, a, o, two, &r);               \
        return cx__yield(st, j.where, r);                                \
    }
MANY_AXES(fftn, CX__FFT_COMPLEX, false, false)
MANY_AXES(ifftn, CX__FFT_COMPLEX, true, false)
MANY_AXES(rfftn, CX__FFT_TO_HALF, false, false)
MANY_AXES(irfftn, CX__FFT_FROM_HALF, true, false)
MANY_AXES(fft2, CX__FFT_COMPLEX, false, true)
MANY_AXES(ifft2, CX__FFT_COMPLEX, true, true)
MANY_AXES(rfft2, CX__FFT_TO_HALF, false, true)
MANY_AXES(irfft2, CX__FFT_FROM_HALF, true, true)
#undef MANY_AXES

/* As hfft and ihfft. */
static cx_array *mirrored(const char *where, cx__fft_form f, const cx_array *a,
                          const cx_fftn_opts *o, bool two)
{
    job j = {.where = where, .form = f, .inverse = f == CX__FFT_FROM_HALF, .norm = CX_FFT_FORWARD};
    cx_status st = cx__array_need(where, "a", a);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const bool turn = f == CX__FFT_FROM_HALF && cx_dtype_kind((cx_dtype)a->dtype) == 'c';
    const cx_array *const x = turn ? cx_conjugate(a) : cx_to(a, a->device);
    st = cx__so_far();
    if (st == CX_OK) st = many_axes(&j, x, o, two, &r);
    cx_array *const y = cx__yield(st, where, r);
    return cx_scope_return(s, f == CX__FFT_TO_HALF ? cx_conjugate(y) : y);
}
cx_array *cx_fft_hfftn(const cx_array *a, const cx_fftn_opts *o)
{
    return mirrored("fft_hfftn", CX__FFT_FROM_HALF, a, o, false);
}
cx_array *cx_fft_hfft2(const cx_array *a, const cx_fftn_opts *o)
{
    return mirrored("fft_hfft2", CX__FFT_FROM_HALF, a, o, true);
}
cx_array *cx_fft_ihfftn(const cx_array *a, const cx_fftn_opts *o)
{
    return mirrored("fft_ihfftn", CX__FFT_TO_HALF, a, o, false);
}
cx_array *cx_fft_ihfft2(const cx_array *a, const cx_fftn_opts *o)
{
    return mirrored("fft_ihfft2", CX__FFT_TO_HALF, a, o, true);
}

cx_status cx_fft_clear_plans(cx_device device)
{
    cx__device *d;
    CX__TRY(cx__device_get("fft_clear_plans", device, &d));
    if (d->ops->fft == NULL) return cx__unsupported("fft_clear_plans", d, "a Fourier transform");
    if (d->ops->fft->clear != NULL) d->ops->fft->clear();
    return CX_OK;
}
