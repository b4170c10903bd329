/* Products of arrays: matmul and its kin reduced to one call of the backend's gemm over batches of
 * strided matrices.
 *
 * One idea: NumPy's rules are strides. A transposed, sliced or broadcast operand goes to the
 * backend as it lies; only dtypes that differ from the common one are converted first. */
#include "base/log.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/elementwise.h"
#include "ops/output.h"
#include "ops/primitives.h"
#include <calx/backend_linalg.h>
#include <calx/linalg.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <string.h>

enum { BATCH = CX_KERNEL_NDIM - 2 };

/* out = a b over a batch; operand 0 is a, 1 is b, 2 is out. Strides in bytes. */
typedef struct product {
    cx_dtype t;
    int64_t m, n, k;
    char *data[3];
    int64_t rs[3], cs[3];
    int ndim; /* of the batch */
    int64_t shape[CX_MAX_NDIM];
    int64_t stride[3][CX_MAX_NDIM];
    bool conj_a;
} product;

static void operand_view(const product *p, int i, int first, const char *data, cx_view *v)
{
    v->data = (void *)(uintptr_t)data;
    v->dtype = p->t;
    v->flags = 0;
    const int batch = p->ndim - first;
    v->ndim = (uint16_t)(batch + 2);
    for (int d = 0; d < batch; d++) {
        v->shape[d] = p->shape[first + d];
        v->stride[d] = p->stride[i][first + d];
    }
    v->shape[batch] = i == 1 ? p->k : p->m;
    v->shape[batch + 1] = i == 0 ? p->k : p->n;
    v->stride[batch] = p->rs[i];
    v->stride[batch + 1] = p->cs[i];
}

/* Batches of more dimensions than a view has are walked through from outside. */
static cx_status run_batch(const cx_blas_ops *blas, cx_queue *q, const product *p, int first,
                           char *const data[3])
{
    if (p->ndim - first > BATCH) {
        for (int64_t i = 0; i < p->shape[first]; i++) {
            char *const at[3] = {data[0] + i * p->stride[0][first],
                                 data[1] + i * p->stride[1][first],
                                 data[2] + i * p->stride[2][first]};
            CX__TRY(run_batch(blas, q, p, first + 1, at));
        }
        return CX_OK;
    }
    cx_view v[3];
    for (int i = 0; i < 3; i++) operand_view(p, i, first, data[i], &v[i]);
    return blas->gemm(
        q, &(const cx_gemm_call){
               .a = &v[0], .b = &v[1], .out = &v[2], .alpha = 1, .beta = 0, .conj_a = p->conj_a});
}

/* out, a, b: the arrays whose memory the product uses */
static cx_status run(const char *where, const cx_array *out, const cx_array *a, const cx_array *b,
                     product *p)
{
    cx__device *dev;
    cx_queue *q;
    CX__TRY(cx__device_get(where, out->device, &dev));
    if (dev->ops->blas == NULL || dev->ops->blas->gemm == NULL)
        return cx__unsupported(where, dev, "matrix products");
    CX__TRY(cx__poll(where));
    CX__TRY(cx__queue_for(where, dev, 1, 3, (const cx_array *const[]){out, a, b}, &q));
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " x %" PRId64 " by %" PRId64 " of %s", where, p->m, p->k, p->n,
                cx_dtype_name(p->t));
    int64_t *const lists[3] = {p->stride[2], p->stride[0], p->stride[1]};
    p->ndim = cx__collapse(p->ndim, p->shape, 3, lists, true);
    return cx__queue_done(dev, run_batch(dev->ops->blas, q, p, 0, p->data));
}

/* ---- operands */
/* a as an array of dtype t, in whatever layout it has; one reference. */
static cx_status as_dtype(const char *where, const cx_array *a, cx_dtype t, cx_array **out)
{
    if (a->dtype != t) return cx__array_contiguous(where, a, t, out);
    *out = cx__retain(a);
    return CX_OK;
}

/* Check both (no stack scalars), find the common dtype, convert. References are the caller's; NULL
 * on failure. */
static cx_status operands(const char *where, const cx_array *a, const cx_array *b, cx_array **ca,
                          cx_array **cb)
{
    *ca = *cb = NULL;
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__same_device(where, a, b));
    cx_dtype t;
    CX__TRY(cx__result_type(where, 2, (const cx_array *const[]){a, b}, &t));
    if (t == CX_CAT) return cx__fail(CX_E_DTYPE, where, "no products of category arrays");
    cx_status st = as_dtype(where, a, t, ca);
    if (st == CX_OK) st = as_dtype(where, b, t, cb);
    if (st != CX_OK) {
        cx__release(*ca);
        *ca = NULL;
    }
    return st;
}

static bool no_dimensions(const cx_array *a)
{
    return cx__is_scalar(a) || a->ndim == 0;
}

static cx_status differ(const char *where, const char *what, int64_t ka, int64_t kb,
                        const cx_array *a, const cx_array *b)
{
    char text[2][CX__SHAPE_TEXT];
    return cx__fail(CX_E_SHAPE, where, "%s %" PRId64 " and %" PRId64 " differ in shapes %s and %s",
                    what, ka, kb, cx__shape_text(a->ndim, a->shape, text[0]),
                    cx__shape_text(b->ndim, b->shape, text[1]));
}

/* ---- matmul */
/* Shape of the result and the product's sizes from two operands of one dtype. */
static cx_status plan_matmul(const char *where, const cx_array *a, const cx_array *b, product *p,
                             int *ndim, int64_t *shape)
{
    const bool row = a->ndim == 1, column = b->ndim == 1;
    p->t = (cx_dtype)a->dtype;
    p->conj_a = false;
    p->m = row ? 1 : a->shape[a->ndim - 2];
    p->k = a->shape[a->ndim - 1];
    p->n = column ? 1 : b->shape[b->ndim - 1];
    const int64_t kb = column ? b->shape[0] : b->shape[b->ndim - 2];
    if (p->k != kb) return differ(where, "inner dimensions", p->k, kb, a, b);
    p->ndim = 0;
    const int na = row ? 0 : a->ndim - 2, nb = column ? 0 : b->ndim - 2;
    if (!cx__shape_broadcast(na, a->shape, &p->ndim, p->shape) ||
        !cx__shape_broadcast(nb, b->shape, &p->ndim, p->shape)) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where, "batch dimensions of shapes %s and %s do not broadcast",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    }
    cx__shape_broadcast_strides(na, a->shape, a->strides, p->ndim, p->shape, p->stride[0]);
    cx__shape_broadcast_strides(nb, b->shape, b->strides, p->ndim, p->shape, p->stride[1]);
    p->rs[0] = row ? 0 : a->strides[a->ndim - 2];
    p->cs[0] = a->strides[a->ndim - 1];
    p->rs[1] = b->strides[column ? 0 : b->ndim - 2];
    p->cs[1] = column ? 0 : b->strides[b->ndim - 1];
    p->data[0] = a->data;
    p->data[1] = b->data;
    *ndim = p->ndim;
    memcpy(shape, p->shape, (size_t)p->ndim * sizeof *shape);
    if (!row) shape[(*ndim)++] = p->m;
    if (!column) shape[(*ndim)++] = p->n;
    return *ndim <= CX_MAX_NDIM
               ? CX_OK
               : cx__fail(CX_E_SHAPE, where, "more than %d dimensions", (int)CX_MAX_NDIM);
}

static cx_status matmul(const char *where, const cx_array *a, const cx_array *b, cx_array *out,
                        cx_array **made)
{
    cx_array *ca, *cb, *work = NULL;
    CX__TRY(cx__array_check(where, "a", a));
    CX__TRY(cx__array_check(where, "b", b));
    if (no_dimensions(a) || no_dimensions(b))
        return cx__fail(CX_E_SHAPE, where, "%s has no dimensions; a number is multiplied by cx_mul",
                        no_dimensions(a) ? "a" : "b");
    CX__TRY(operands(where, a, b, &ca, &cb));
    product p;
    int ndim = 0;
    int64_t shape[CX_MAX_NDIM + 2];
    cx_status st = plan_matmul(where, ca, cb, &p, &ndim, shape);
    if (st == CX_OK)
        st = cx__output_begin(where, ndim, shape, p.t, ca->device, 2,
                              (const cx_array *const[]){a, b}, out, &work);
    if (st == CX_OK) {
        const bool row = ca->ndim == 1, column = cb->ndim == 1;
        int at = work->ndim;
        p.data[2] = work->data;
        p.cs[2] = column ? 0 : work->strides[--at];
        p.rs[2] = row ? 0 : work->strides[--at];
        memcpy(p.stride[2], work->strides, (size_t)p.ndim * sizeof *p.stride[2]);
        if (work->size > 0) st = run(where, work, ca, cb, &p);
    }
    cx__release(ca);
    cx__release(cb);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_matmul(const cx_array *a, const cx_array *b)
{
    cx_array *out = NULL;
    const cx_status st = matmul("matmul", a, b, NULL, &out);
    return cx__yield(st, "matmul", out);
}

cx_status cx_matmul_into(const cx_array *a, const cx_array *b, cx_array *out)
{
    CX__TRY(cx__array_need_out("matmul_into", "out", out));
    return matmul("matmul_into", a, b, out, NULL);
}

/* ---- contractions: two groups of axes of each operand become the rows and columns of a matrix */
/* The axes [first, last) of a permuted shape as one extent and stride, if they lie like that. */
static bool merge(const int64_t *shape, const int64_t *strides, int first, int last,
                  int64_t *extent, int64_t *stride)
{
    *extent = 1;
    *stride = 0;
    for (int i = last - 1; i >= first; i--) {
        if (shape[i] != 1) {
            if (*extent == 1)
                *stride = strides[i];
            else if (strides[i] != *stride * *extent)
                return false;
        }
        *extent *= shape[i];
    }
    return true;
}

/* a's axes in the given order as a matrix: the first `rows` axes against the rest. *own is a copy
 * to release, or NULL. */
static cx_status as_matrix(const char *where, const cx_array *a, const int *order, int rows,
                           int64_t *m, int64_t *n, char **data, int64_t *rs, int64_t *cs,
                           cx_array **own)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    for (int i = 0; i < a->ndim; i++) {
        shape[i] = a->shape[order[i]];
        strides[i] = a->strides[order[i]];
    }
    *own = NULL;
    *data = a->data;
    if (merge(shape, strides, 0, rows, m, rs) && merge(shape, strides, rows, a->ndim, n, cs))
        return CX_OK;
    cx_array *view;
    CX__TRY(cx__array_view(where, a, a->ndim, shape, strides, a->data, (cx_dtype)a->dtype, &view));
    const cx_status st = cx__array_contiguous(where, view, CX_DTYPE_NONE, own);
    cx__release(view);
    CX__TRY(st);
    *data = (*own)->data;
    *m = cx__prod(rows, shape);
    *n = cx__prod(a->ndim - rows, shape + rows);
    *cs = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    *rs = *cs * *n;
    return CX_OK;
}

/* Sum over pairs of axes; the axes have been checked. */
static cx_status contract(const char *where, const cx_array *a, const cx_array *b, int count,
                          const int *a_axes, const int *b_axes, bool conj_a, cx_array *out,
                          cx_array **made)
{
    int order[2][CX_MAX_NDIM], nfree[2] = {0, 0}, ndim = 0;
    int64_t shape[2 * CX_MAX_NDIM];
    const cx_array *const in[2] = {a, b};
    const int *const axes[2] = {a_axes, b_axes};
    for (int s = 0; s < 2; s++) { /* a: free axes, then summed ones; b: the other way round */
        int at = s == 0 ? 0 : count;
        for (int d = 0; d < in[s]->ndim; d++) {
            bool summed = false;
            for (int i = 0; i < count; i++) summed = summed || axes[s][i] == d;
            if (summed) continue;
            order[s][at++] = d;
            nfree[s]++;
            shape[ndim++] = in[s]->shape[d];
        }
        for (int i = 0; i < count; i++) order[s][s == 0 ? nfree[0] + i : i] = axes[s][i];
    }
    for (int i = 0; i < count; i++)
        if (a->shape[a_axes[i]] != b->shape[b_axes[i]])
            return differ(where, "summed extents", a->shape[a_axes[i]], b->shape[b_axes[i]], a, b);
    if (ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d are possible", ndim,
                        (int)CX_MAX_NDIM);
    product p = {.t = (cx_dtype)a->dtype, .conj_a = conj_a};
    cx_array *own[2] = {NULL, NULL}, *work = NULL;
    cx_status st = as_matrix(where, a, order[0], nfree[0], &p.m, &p.k, &p.data[0], &p.rs[0],
                             &p.cs[0], &own[0]);
    if (st == CX_OK)
        st = as_matrix(where, b, order[1], count, &p.k, &p.n, &p.data[1], &p.rs[1], &p.cs[1],
                       &own[1]);
    if (st == CX_OK) st = cx__output_begin(where, ndim, shape, p.t, a->device, 2, in, out, &work);
    if (st == CX_OK) {
        p.data[2] = work->data;
        p.cs[2] = (int64_t)cx__itemsize(p.t);
        p.rs[2] = p.cs[2] * p.n;
        if (work->size > 0)
            st = run(where, work, own[0] != NULL ? own[0] : a, own[1] != NULL ? own[1] : b, &p);
    }
    cx__release(own[0]);
    cx__release(own[1]);
    return cx__output_end(where, st, work, out, made);
}

static cx_status dot(const char *where, const cx_array *a, const cx_array *b, bool inner,
                     cx_array *out, cx_array **made)
{
    cx_array *ca, *cb;
    CX__TRY(operands(where, a, b, &ca, &cb));
    const int a_axis = ca->ndim - 1, b_axis = inner || cb->ndim == 1 ? cb->ndim - 1 : cb->ndim - 2;
    cx_status st;
    if (out != NULL && (cx_may_share_memory(a, out) || cx_may_share_memory(b, out)))
        st = cx__fail(CX_E_OVERLAP, where, "out shares memory with an argument");
    else
        st = contract(where, ca, cb, 1, &a_axis, &b_axis, false, out, made);
    cx__release(ca);
    cx__release(cb);
    return st;
}

/* Is one of them a number, so that the product is elementwise? Handles are checked elsewhere. */
static bool scales(const cx_array *a, const cx_array *b)
{
    return cx_status_of(a) == CX_OK && cx_status_of(b) == CX_OK &&
           (no_dimensions(a) || no_dimensions(b));
}

cx_array *cx_dot(const cx_array *a, const cx_array *b)
{
    if (scales(a, b)) return cx_mul(a, b);
    cx_array *out = NULL;
    const cx_status st = dot("dot", a, b, false, NULL, &out);
    return cx__yield(st, "dot", out);
}

cx_status cx_dot_into(const cx_array *a, const cx_array *b, cx_array *out)
{
    CX__TRY(cx__array_need_out("dot_into", "out", out));
    return scales(a, b) ? cx_mul_into(a, b, out) : dot("dot_into", a, b, false, out, NULL);
}

cx_array *cx_inner(const cx_array *a, const cx_array *b)
{
    if (scales(a, b)) return cx_mul(a, b);
    cx_array *out = NULL;
    const cx_status st = dot("inner", a, b, true, NULL, &out);
    return cx__yield(st, "inner", out);
}

/* A contiguous array as a vector of all its elements; one reference. */
static cx_status flat(const char *where, const cx_array *a, cx_array **out)
{
    cx_array *c;
    CX__TRY(cx__array_contiguous(where, a, CX_DTYPE_NONE, &c));
    const int64_t step = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    const cx_status st =
        cx__array_view(where, c, 1, &a->size, &step, c->data, (cx_dtype)a->dtype, out);
    cx__release(c);
    return st;
}

static cx_status vdot(const char *where, const cx_array *a, const cx_array *b, cx_array **made)
{
    cx_array *ca, *cb, *fa = NULL, *fb = NULL;
    CX__TRY(operands(where, a, b, &ca, &cb));
    const int axis = 0;
    cx_status st = flat(where, ca, &fa);
    if (st == CX_OK) st = flat(where, cb, &fb);
    if (st == CX_OK && fa->size != fb->size)
        st = differ(where, "sizes", fa->size, fb->size, ca, cb);
    if (st == CX_OK) st = contract(where, fa, fb, 1, &axis, &axis, true, NULL, made);
    cx__release(fa);
    cx__release(fb);
    cx__release(ca);
    cx__release(cb);
    return st;
}

/* Nothing is summed, so products are elementwise: a column times a row. */
static cx_status outer(const char *where, const cx_array *a, const cx_array *b, cx_array **made)
{
    cx_array *ca, *cb, *fa = NULL, *fb = NULL, *column = NULL;
    CX__TRY(operands(where, a, b, &ca, &cb));
    cx_status st = flat(where, ca, &fa);
    if (st == CX_OK) st = flat(where, cb, &fb);
    if (st == CX_OK) {
        const cx_dtype t = (cx_dtype)fa->dtype;
        const int64_t item = (int64_t)cx__itemsize(t);
        st = cx__array_view(where, fa, 2, (const int64_t[]){fa->size, 1},
                            (const int64_t[]){item, item}, fa->data, t, &column);
    }
    if (st == CX_OK)
        st = cx__map_new(where, CX_BI_MUL, (const cx_array *const[]){column, fb}, made);
    cx__release(column);
    cx__release(fa);
    cx__release(fb);
    cx__release(ca);
    cx__release(cb);
    return st;
}

cx_array *cx_vdot(const cx_array *a, const cx_array *b)
{
    cx_array *out = NULL;
    cx_status st = cx__array_need("vdot", "a", a);
    if (st == CX_OK) st = cx__array_need("vdot", "b", b);
    if (st == CX_OK) st = vdot("vdot", a, b, &out);
    return cx__yield(st, "vdot", out);
}

cx_array *cx_outer(const cx_array *a, const cx_array *b)
{
    cx_array *out = NULL;
    cx_status st = cx__array_need("outer", "a", a);
    if (st == CX_OK) st = cx__array_need("outer", "b", b);
    if (st == CX_OK) st = outer("outer", a, b, &out);
    return cx__yield(st, "outer", out);
}

/* Axes in range and different; normalised into out. */
static cx_status axes_of(const char *where, const cx_array *a, int count, const int *axes, int *out)
{
    if (count < 0 || count > a->ndim || (count > 0 && axes == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d axes for an array of %d dimensions", count,
                        a->ndim);
    uint32_t seen = 0;
    for (int i = 0; i < count; i++) {
        CX__TRY(cx__axis(where, axes[i], a->ndim, &out[i]));
        if (seen & (UINT32_C(1) << out[i]))
            return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", out[i]);
        seen |= UINT32_C(1) << out[i];
    }
    return CX_OK;
}

static cx_status tensordot(const cx_array *a, const cx_array *b, int count, const int *a_axes,
                           const int *b_axes, cx_array **made)
{
    static const char where[] = "tensordot";
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need(where, "b", b));
    int first[CX_MAX_NDIM], second[CX_MAX_NDIM];
    CX__TRY(axes_of(where, a, count, a_axes, first));
    CX__TRY(axes_of(where, b, count, b_axes, second));
    cx_array *ca, *cb;
    CX__TRY(operands(where, a, b, &ca, &cb));
    const cx_status st = contract(where, ca, cb, count, first, second, false, NULL, made);
    cx__release(ca);
    cx__release(cb);
    return st;
}

cx_array *cx_tensordot(const cx_array *a, const cx_array *b, int count, const int *a_axes,
                       const int *b_axes)
{
    cx_array *out = NULL;
    const cx_status st = tensordot(a, b, count, a_axes, b_axes, &out);
    return cx__yield(st, "tensordot", out);
}

cx_array *cx_tensordot_n(const cx_array *a, const cx_array *b, int n)
{
    cx_array *out = NULL;
    cx_status st = cx__array_need("tensordot", "a", a);
    if (st == CX_OK) st = cx__array_need("tensordot", "b", b);
    if (st == CX_OK && (n < 0 || n > a->ndim || n > b->ndim))
        st = cx__fail(CX_E_ARGUMENT, "tensordot", "%d axes of arrays of %d and %d dimensions", n,
                      a->ndim, b->ndim);
    int first[CX_MAX_NDIM], second[CX_MAX_NDIM];
    for (int i = 0; st == CX_OK && i < n; i++) {
        first[i] = a->ndim - n + i;
        second[i] = i;
    }
    if (st == CX_OK) st = tensordot(a, b, n, first, second, &out);
    return cx__yield(st, "tensordot", out);
}

/* ---- plain memory, for the estimators */
static cx_status gemm_memory(cx_dtype t, bool ta, bool tb, int64_t m, int64_t n, int64_t k,
                             double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                             double beta, void *c, int64_t ldc)
{
    const cx__device *const cpu = cx__device_cpu();
    if (cpu->ops == NULL || cpu->ops->blas == NULL)
        return cx__unsupported("gemm", cpu, "matrix products");
    const int64_t size = (int64_t)cx__itemsize(t);
    cx_view va = {.data = (void *)(uintptr_t)a, .dtype = t, .ndim = 2},
            vb = {.data = (void *)(uintptr_t)b, .dtype = t, .ndim = 2},
            vc = {.data = c, .dtype = t, .ndim = 2};
    va.shape[0] = m, va.shape[1] = k, vb.shape[0] = k, vb.shape[1] = n, vc.shape[0] = m,
    vc.shape[1] = n;
    va.stride[ta ? 1 : 0] = lda * size, va.stride[ta ? 0 : 1] = size;
    vb.stride[tb ? 1 : 0] = ldb * size, vb.stride[tb ? 0 : 1] = size;
    vc.stride[0] = ldc * size, vc.stride[1] = size;
    return cpu->ops->blas->gemm(
        cpu->queue0,
        &(const cx_gemm_call){.a = &va, .b = &vb, .out = &vc, .alpha = alpha, .beta = beta});
}

cx_status cx__gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                       const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                       double *c, int64_t ldc)
{
    return gemm_memory(CX_F64, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

cx_status cx__gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha,
                       const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                       float *c, int64_t ldc)
{
    return gemm_memory(CX_F32, ta, tb, m, n, k, (double)alpha, a, lda, b, ldb, (double)beta, c,
                       ldc);
}
