/* Triangular systems: the matrices and the right-hand sides go to the backend as they lie, a
 * transposition exchanges strides. What is solved stands in the result's own memory. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg_solve.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

/* The batch of a, broadcast to c's, as one stride; false: it is none. */
static bool single_stride(const cx__lin *c, const cx_array *a, int64_t *stride)
{
    const int missing = c->ndim - (a->ndim - 2);
    bool begun = false;
    int64_t next = 0;
    *stride = 0;
    for (int d = c->ndim - 1; d >= 0; d--) {
        if (c->shape[d] == 1) continue;
        const bool repeated = d < missing || a->shape[d - missing] == 1;
        const int64_t step = repeated ? 0 : a->strides[d - missing];
        if (!begun) *stride = step;
        if (begun && step != next) return false;
        begun = true;
        next = step * c->shape[d];
    }
    return *stride >= 0;
}

/* Rows or columns of unit stride that do not overlap? */
static bool ordered(const cx_array *a, int64_t n, int64_t size)
{
    const int64_t rs = a->strides[a->ndim - 2], cs = a->strides[a->ndim - 1];
    return n <= 1 || (cs == size && rs >= n * size) || (rs == size && cs >= n * size);
}

/* a as the backend takes it: itself, or a copy of which *own is one reference. */
static cx_status triangle(const cx__lin *c, const cx_array *a, cx_view *v, cx_array **own)
{
    const int64_t size = (int64_t)cx__itemsize(c->t);
    int64_t step;
    const cx_array *from = a;
    if ((cx_dtype)a->dtype != c->t || !ordered(a, c->n, size)) {
        cx__lin narrow = *c;
        narrow.ndim = a->ndim - 2;
        memcpy(narrow.shape, a->shape, (size_t)narrow.ndim * sizeof *narrow.shape);
        CX__TRY(cx__lin_rows(&narrow, a, own));
        from = *own;
    }
    if (!single_stride(c, from, &step)) {
        cx_array *again = NULL;
        CX__TRY(cx__lin_new(c, 2, (const int64_t[]){c->n, c->n}, c->t, &again));
        const cx_status st = cx__array_copy(c->where, from, again);
        cx__release(*own);
        *own = again;
        CX__TRY(st);
        from = again;
        step = c->n * c->n * size;
    }
    cx__lin_view(from, c->batch, v);
    v->stride[0] = step;
    return CX_OK;
}

cx_status cx__lin_trsm(const cx__lin *c, const cx_array *a, cx__tri how, const cx_array *x,
                       int64_t cols)
{
    const cx_blas_ops *const blas = c->dev->ops->blas;
    if (blas == NULL || blas->trsm == NULL)
        return cx__unsupported(c->where, c->dev, "triangular systems");
    if (c->n == 0 || c->batch == 0 || cols == 0) return CX_OK;
    const int64_t size = (int64_t)cx__itemsize(c->t);
    cx_view va, vx = {.data = x->data,
                      .dtype = c->t,
                      .ndim = 3,
                      .shape = {c->batch, c->n, cols},
                      .stride = {c->n * cols * size, cols * size, size}};
    cx_array *own = NULL;
    cx_queue *q;
    cx_status st = triangle(c, a, &va, &own);
    if (st == CX_OK)
        st = cx__lin_queue(c, 1, 2, (const cx_array *const[]){x, own != NULL ? own : a}, &q);
    if (st == CX_OK) {
        if (how.transposed) {
            const int64_t rs = va.stride[1];
            va.stride[1] = va.stride[2];
            va.stride[2] = rs;
        }
        const cx_trsm_call call = {.a = &va,
                                   .b = &vx,
                                   .upper = how.upper != how.transposed,
                                   .unit = how.unit,
                                   .conj_a = how.conj};
        st = cx__queue_done(c->dev, blas->trsm(q, &call));
    }
    cx__release(own);
    return st;
}

/* ---- solve_triangular */
/* SINGULAR if a diagonal has a zero. */
static cx_status regular(const cx__lin *c)
{
    if (c->n == 0 || c->batch == 0) return CX_OK;
    const cx_scope s = cx_scope_open();
    const cx_array *const zero = cx_equal(cx_diagonal(c->a, 0), cx_float(0));
    bool any = false;
    (void)cx_check(cx__control_read(c->where, cx_any(zero, CX_ALL), &any));
    const bool *const at =
        any && cx_ok() ? cx_data_bool(cx_to(cx_ascontiguous(zero), CX_CPU)) : NULL;
    int64_t *info = NULL;
    cx_status st = at != NULL ? cx__lin_info_new(c, &info) : CX_OK;
    for (int64_t i = 0; st == CX_OK && at != NULL && i < c->batch; i++)
        for (int64_t j = c->n; j > 0; j--)
            if (at[i * c->n + j - 1]) info[i] = j;
    if (st == CX_OK && at != NULL)
        st = cx__lin_info_check(c, info, CX_E_SINGULAR,
                                "is singular: number %lld on its diagonal is zero");
    cx__free(info);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

cx_status cx__lin_trans(const char *where, cx_trans trans, cx__tri *how)
{
    if (trans != CX_TRANS_N && trans != CX_TRANS_T && trans != CX_TRANS_C)
        return cx__fail(CX_E_ARGUMENT, where, "trans %d is none of CX_TRANS_N, _T, _C", (int)trans);
    how->transposed = trans != CX_TRANS_N;
    how->conj = trans == CX_TRANS_C;
    return CX_OK;
}

static cx_status solve_triangular(const char *where, const cx_array *a, const cx_array *b,
                                  const cx_solve_triangular_opts *o, cx_array *out, cx_array **made)
{
    static const cx_solve_triangular_opts plain = {.struct_size = sizeof plain};
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_solve_triangular_opts, ...)");
    if (o == NULL) o = &plain;
    cx__tri how = {.upper = !o->lower, .unit = o->unit_diagonal};
    cx__lin c;
    cx__right r;
    CX__TRY(cx__lin_trans(where, o->trans, &how));
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(&c, where, a, b, true));
    CX__TRY(cx__lin_right(&c, b, &r));
    if (!how.unit) CX__TRY(regular(&c));
    cx_array *work = NULL;
    cx_status st = cx__output_begin(where, r.ndim, r.shape, c.t, a->device, 2,
                                    (const cx_array *const[]){a, b}, out, &work);
    if (st == CX_OK) st = cx__array_copy(where, b, work);
    if (st == CX_OK) st = cx__lin_trsm(&r.wide, a, how, work, r.cols);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_solve_triangular(const cx_array *a, const cx_array *b,
                                     const cx_solve_triangular_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = solve_triangular("linalg_solve_triangular", a, b, o, NULL, &out);
    return cx__yield(st, "linalg_solve_triangular", out);
}

cx_status cx_linalg_solve_triangular_into(const cx_array *a, const cx_array *b,
                                          const cx_solve_triangular_opts *o, cx_array *out)
{
    static const char where[] = "linalg_solve_triangular_into";
    CX__TRY(cx__array_need_out(where, "out", out));
    return solve_triangular(where, a, b, o, out, NULL);
}
