/* Least squares, in columns: by the SVD matrix by matrix, or by QR with exchanges of columns. The
 * right-hand sides stand in as many rows as the larger side of a, where the answers replace them.
 */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char svd_failed[] = "has no SVD: the iteration did not converge (is it finite?)";

/* Of one call: the factors' working copies, the ranks of all matrices. */
typedef struct least {
    cx__lin c; /* with the batch of a and b together */
    cx_lstsq_driver driver;
    double rcond;
    int64_t k, large, cols, width; /* width: no routine knows an empty right-hand side */
    bool vector;
    cx_array *work, *x, *s;
    int64_t *rank;
} least;

static double eps_of(cx_dtype real)
{
    return real == CX_F32 ? 0x1p-23 : 0x1p-52;
}

static cx_status open_call(least *l, const char *where, const cx_array *a, const cx_array *b,
                           const cx_lstsq_opts *o)
{
    cx__right r;
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_lstsq_opts, ...)");
    l->driver = o != NULL ? o->driver : CX_LSTSQ_SVD;
    if (l->driver != CX_LSTSQ_SVD && l->driver != CX_LSTSQ_QR)
        return cx__fail(CX_E_ARGUMENT, where, "driver %d", (int)l->driver);
    cx__lin *const c = &l->c;
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(c, where, a, b, false));
    cx__lin rows = *c;
    rows.n = c->m; /* b has as many rows as a, not as many as a has columns */
    CX__TRY(cx__lin_right(&rows, b, &r));
    if (l->driver == CX_LSTSQ_SVD && c->ops->gelsd == NULL)
        return cx__unsupported(where, c->dev, "least squares");
    if (l->driver == CX_LSTSQ_QR && c->ops->gelsy == NULL)
        return cx__unsupported(where, c->dev, "least squares by QR");
    if (l->driver == CX_LSTSQ_QR) CX__TRY(cx__lin_need_finite(where, "a", a));
    const int64_t m = c->m, n = c->n;
    *c = r.wide;
    c->n = n;
    l->vector = r.vector;
    l->cols = r.cols;
    l->width = r.cols > 0 ? r.cols : 1;
    l->k = m < n ? m : n;
    l->large = m < n ? n : m;
    l->rcond = o != NULL && o->rcond.set ? o->rcond.value : eps_of(c->real) * (double)l->large;
    if (l->rcond < 0) l->rcond = eps_of(c->real);
    return CX_OK;
}

/* Copies of both arguments; b's in the first rows of x, with zeros below. */
static cx_status copies(least *l, const cx_array *b)
{
    const cx__lin *const c = &l->c;
    cx_view v;
    CX__TRY(cx__lin_columns(c, c->a, &l->work));
    CX__TRY(cx__lin_columns_new(c, l->large, l->width, &l->x));
    cx__lin_view(l->x, c->batch, &v);
    CX__TRY(cx__lin_fill(c, l->x, &v, 0));
    const cx_scope s = cx_scope_open();
    cx_array *const top = cx_slice(cx_slice(l->x, -2, 0, c->m, 1), -1, 0, l->cols, 1);
    const cx_array *const right = l->vector ? cx_expand_dims(b, -1) : b;
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, right, top));
    return cx_scope_close(s);
}

/* Matrix i of a view of them all. */
static cx_view member(const cx_view *all, int64_t i)
{
    cx_view v = *all;
    v.data = (char *)all->data + i * all->stride[0];
    v.ndim = all->ndim - 1;
    for (int d = 0; d < v.ndim; d++) {
        v.shape[d] = all->shape[d + 1];
        v.stride[d] = all->stride[d + 1];
    }
    return v;
}

static cx_status by_svd(const least *l, cx_queue *q, const cx_view *a, const cx_view *x,
                        int64_t *info)
{
    cx_view s;
    cx__lin_vector(l->s, l->c.batch, &s);
    for (int64_t i = 0; i < l->c.batch; i++) {
        const cx_view ai = member(a, i), xi = member(x, i), si = member(&s, i);
        CX__TRY(l->c.ops->gelsd(q, &ai, &xi, &si, l->rcond, &l->rank[i], &info[i]));
    }
    return CX_OK;
}

static cx_status run(const least *l)
{
    const cx__lin *const c = &l->c;
    int64_t *info = NULL;
    cx_view a, x;
    cx_queue *q;
    if (l->k == 0 || c->batch == 0) return CX_OK;
    cx__lin_view(l->work, c->batch, &a);
    cx__lin_view(l->x, c->batch, &x);
    cx_status st = cx__lin_info_new(c, &info);
    const int count = l->driver == CX_LSTSQ_SVD ? 3 : 2;
    if (st == CX_OK)
        st = cx__lin_queue(c, count, count, (const cx_array *const[]){l->work, l->x, l->s}, &q);
    if (st == CX_OK)
        st = cx__queue_done(c->dev, l->driver == CX_LSTSQ_SVD
                                        ? by_svd(l, q, &a, &x, info)
                                        : c->ops->gelsy(q, &a, &x, l->rcond, l->rank));
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, svd_failed);
    cx__free(info);
    return st;
}

/* Sums of squares below row n of each column, where they are defined. Inside a scope. */
static cx_array *residuals(const least *l)
{
    const cx__lin *const c = &l->c;
    bool defined = l->driver == CX_LSTSQ_SVD && c->m > c->n;
    for (int64_t i = 0; i < c->batch; i++) defined = defined && l->rank[i] == c->n;
    const cx_array *const below =
        cx_slice(cx_slice(l->x, -2, c->n, CX_END, 1), -1, 0, defined ? l->cols : 0, 1);
    const cx_array *const wide = cx_astype(below, c->t == c->real ? CX_F64 : CX_C128);
    const cx_array *const sums = cx_sum(cx_square(cx_abs(wide)), CX_AXIS(-2));
    return cx_astype(sums, c->real);
}

/* part: x, residuals, rank, s. Inside a scope. */
static void results(const least *l, cx_array *part[4])
{
    const cx__lin *const c = &l->c;
    const cx_array *const x =
        cx_slice(cx_slice(l->x, -2, 0, c->n, 1), -1, 0, l->vector ? 1 : l->cols, 1);
    part[0] = cx_copy(l->vector ? cx_squeeze(x, -1) : x);
    part[1] = residuals(l);
    cx_array *const ranks = cx_empty((cx_shape){c->ndim, c->shape}, CX_I64, CX_CPU);
    int64_t *const to = cx_data_i64_mut(ranks);
    if (to != NULL && c->batch > 0) memcpy(to, l->rank, (size_t)c->batch * sizeof *to);
    part[2] = cx_to(ranks, c->dev->id);
    part[3] = l->s;
}

static cx_status least_squares(const cx_array *a, const cx_array *b, const cx_lstsq_opts *o,
                               cx_array *part[4])
{
    static const char where[] = "linalg_lstsq";
    least l = {0};
    CX__TRY(open_call(&l, where, a, b, o));
    cx_status st = cx__lin_info_new(&l.c, &l.rank);
    if (st == CX_OK) st = copies(&l, b);
    if (st == CX_OK && l.driver == CX_LSTSQ_SVD) st = cx__lin_new(&l.c, 1, &l.k, l.c.real, &l.s);
    if (st == CX_OK) st = run(&l);
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        results(&l, part);
        st = cx__lin_keep(s, CX_OK, 4, part);
    }
    cx__release(l.work);
    cx__release(l.x);
    cx__release(l.s);
    cx__free(l.rank);
    return st;
}

cx_lstsq cx_linalg_lstsq(const cx_array *a, const cx_array *b, const cx_lstsq_opts *o)
{
    static const char where[] = "linalg_lstsq";
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = least_squares(a, b, o, part);
    const bool asked = st != CX_OK || part[3] != NULL;
    return (cx_lstsq){cx__yield(st, where, part[0]), cx__yield(st, where, part[1]),
                      cx__yield(st, where, part[2]),
                      asked ? cx__yield(st, where, part[3]) : cx__nil(CX_E_ARGUMENT)};
}
