/* Least squares of many matrices together, from their singular values: what gelsd does for one, as
 * operations on whole arrays, so that it runs wherever there is an SVD. */
#include "core/shape.h"
#include "linalg/system.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/index.h>
#include <string.h>

static const cx_array *adjoint(const cx_array *a)
{
    return cx_matrix_transpose(cx_dtype_kind(cx_dtype_of(a)) == 'c' ? cx_conjugate(a) : a);
}

/* Sums of squares where they are defined: more rows than columns, none of which is left out. */
static const cx_array *residuals(const cx__lin *c, const cx_array *a, const cx_array *b,
                                 const cx_array *x, const cx_array *rank)
{
    const cx_array *const rest = cx_sub(b, cx_matmul(a, x));
    const cx_array *const sums = cx_sum(cx_square(cx_abs(rest)), CX_AXIS(-2));
    const bool whole =
        c->m > c->n && c->n > 0 && cx_size(rank) > 0 && cx_item_i64(cx_min(rank, CX_ALL)) == c->n;
    return whole ? sums : cx_slice(sums, -1, 0, 0, 1);
}

static cx_status parts(const cx__lin *c, const cx_array *a, const cx_array *b, double rcond,
                       cx_array *part[4])
{
    const bool vector = cx_ndim(b) == 1;
    const int64_t k = c->m < c->n ? c->m : c->n;
    a = cx_astype(a, c->t);
    b = cx_astype(vector ? cx_expand_dims(b, -1) : b, c->t);
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    CX__TRY(cx__so_far());
    const cx_array *keep = cx_greater(f.s, cx_int(0));
    if (k > 0)
        keep = cx_greater(f.s, cx_mul(cx_max(f.s, CX_AXIS(-1, .keepdims = true)), cx_float(rcond)));
    const cx_array *const inverse = cx_where(keep, cx_div(cx_float(1), f.s), cx_float(0));
    const cx_array *const x =
        cx_matmul(adjoint(f.vh), cx_mul(cx_expand_dims(inverse, -1), cx_matmul(adjoint(f.u), b)));
    part[2] = cx_count_nonzero(keep, CX_AXIS(-1));
    part[0] = cx_copy(vector ? cx_select(x, -1, 0) : x);
    part[1] = cx_copy(residuals(c, a, b, x, part[2]));
    part[3] = f.s;
    return cx__so_far();
}

cx_status cx__lin_lstsq_batch(const cx_array *a, const cx_array *b, cx_maybe_f64 given, cx_lstsq *r)
{
    static const char where[] = "linalg_lstsq";
    char text[2][CX__SHAPE_TEXT];
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, b, false));
    const bool vector = b->ndim == 1;
    int64_t shape[CX_MAX_NDIM];
    int ndim = c.ndim;
    memcpy(shape, c.shape, (size_t)ndim * sizeof *shape);
    if (b->ndim < 1 || b->shape[vector ? 0 : b->ndim - 2] != c.m ||
        (!vector && !cx__shape_broadcast(b->ndim - 2, b->shape, &ndim, shape)))
        return cx__fail(
            CX_E_SHAPE, where,
            "shapes %s and %s; wanted (..., m, n) and (m,) or (..., m, k), batches that "
            "broadcast",
            cx__shape_text(a->ndim, a->shape, text[0]), cx__shape_text(b->ndim, b->shape, text[1]));
    const double eps = c.real == CX_F32 ? 0x1p-23 : 0x1p-52;
    double rcond = given.set ? given.value : eps * (double)(c.m > c.n ? c.m : c.n);
    if (rcond < 0) rcond = eps;
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx_status st = parts(&c, a, b, rcond, part);
    st = cx__lin_keep(s, st, 4, part);
    *r = (cx_lstsq){part[0], part[1], part[2], part[3]};
    return st;
}
