/* Band matrices: equations, Cholesky factors and eigenvalues. The bands are copied into columns,
 * which is LAPACK's order, with room for what elimination fills. Of eigenvalues that are wanted in
 * part, band matrices compute all and keep some, tridiagonal ones compute what is wanted. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/system.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg_banded.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/views.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char singular[] = "is singular: pivot %lld is zero";
static const char indefinite[] = "is not positive definite: the leading minor of order %lld is not";
static const char eig_failed[] = "has no eigenvalues: the iteration did not converge";
static const char *const what = "band matrices";

/* a, of the batch c, in columns below `room` empty rows. */
static cx_status bands(const cx__lin *c, const cx_array *a, int64_t room, cx_array **out,
                       cx_view *v)
{
    const int last = c->ndim + 1;
    cx_array *part = NULL;
    CX__TRY(cx__lin_columns_new(c, c->m + room, c->n, out));
    cx__lin_view(*out, c->batch, v);
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d <= last; d++) shape[d] = (*out)->shape[d];
    shape[last - 1] = c->m;
    cx_status st = cx__array_view(c->where, *out, last + 1, shape, (*out)->strides,
                                  (*out)->data + room * (*out)->strides[last - 1], c->t, &part);
    if (st == CX_OK) st = cx__array_copy(c->where, a, part);
    cx__release(part);
    return st;
}

/* ---- equations */
static cx_status solve_banded(const char *where, int64_t l, int64_t u, const cx_array *a,
                              const cx_array *b, cx_array **out)
{
    cx__lin_system s;
    CX__TRY(cx__lin_system_open(&s, where, a, b));
    if (l < 0 || u < 0)
        return cx__fail(CX_E_ARGUMENT, where, "l is %" PRId64 " and u %" PRId64, l, u);
    if (s.a.m - 1 - l != u)
        return cx__fail(CX_E_SHAPE, where,
                        "a has %" PRId64 " rows; for %" PRId64
                        " diagonals below the main one and %" PRId64
                        " above it there must be as many, and one",
                        s.a.m, l, u);
    if (s.a.ops->gbsv == NULL) return cx__unsupported(where, s.a.dev, what);
    cx_array *ab = NULL;
    int64_t *info = NULL;
    cx_view va, vb;
    cx_queue *q;
    cx_status st = cx__lin_system_right(&s, &vb);
    if (st == CX_OK && !cx__lin_system_empty(&s)) {
        st = bands(&s.r.wide, a, l, &ab, &va);
        if (st == CX_OK) st = cx__lin_info_new(&s.r.wide, &info);
        if (st == CX_OK) st = cx__lin_queue(&s.a, 2, 2, (const cx_array *const[]){ab, s.x}, &q);
        if (st == CX_OK) st = cx__queue_done(s.a.dev, s.a.ops->gbsv(q, l, u, &va, &vb, info));
        if (st == CX_OK) st = cx__lin_info_check(&s.r.wide, info, CX_E_SINGULAR, singular);
    }
    cx__release(ab);
    cx__free(info);
    return cx__lin_system_end(&s, st, out);
}

cx_array *cx_linalg_solve_banded(int64_t l, int64_t u, const cx_array *a, const cx_array *b)
{
    cx_array *out = NULL;
    const cx_status st = solve_banded("linalg_solve_banded", l, u, a, b, &out);
    return cx__yield(st, "linalg_solve_banded", out);
}

static cx_status need_bands(const cx__lin *c)
{
    return c->m > 0 ? CX_OK
                    : cx__fail(CX_E_SHAPE, c->where,
                               "a has no diagonals: its shape ends in (0, %" PRId64 ")", c->n);
}

/* known: a is a factor already. */
static cx_status solveh(const char *where, bool known, const cx_array *a, const cx_array *b,
                        const cx_banded_opts *given, cx_array **out)
{
    cx__lin_system s;
    cx_banded_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_system_open(&s, where, a, b));
    CX__TRY(need_bands(&s.a));
    if (s.a.ops->pbsv == NULL || s.a.ops->pbtrs == NULL)
        return cx__unsupported(where, s.a.dev, what);
    const bool upper = !o.lower;
    cx_array *ab = NULL;
    int64_t *info = NULL;
    cx_view va, vb;
    cx_queue *q;
    cx_status st = cx__lin_system_right(&s, &vb);
    if (st == CX_OK && !cx__lin_system_empty(&s)) {
        st = bands(&s.r.wide, a, 0, &ab, &va);
        if (st == CX_OK) st = cx__lin_info_new(&s.r.wide, &info);
        if (st == CX_OK) st = cx__lin_queue(&s.a, 2, 2, (const cx_array *const[]){ab, s.x}, &q);
        if (st == CX_OK)
            st = cx__queue_done(s.a.dev, known ? s.a.ops->pbtrs(q, upper, &va, &vb)
                                               : s.a.ops->pbsv(q, upper, &va, &vb, info));
        if (st == CX_OK) st = cx__lin_info_check(&s.r.wide, info, CX_E_SINGULAR, indefinite);
    }
    cx__release(ab);
    cx__free(info);
    return cx__lin_system_end(&s, st, out);
}

cx_array *cx_linalg_solveh_banded(const cx_array *a, const cx_array *b, const cx_banded_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = solveh("linalg_solveh_banded", false, a, b, o, &out);
    return cx__yield(st, "linalg_solveh_banded", out);
}

cx_array *cx_linalg_cho_solve_banded(const cx_array *c, const cx_array *b, const cx_banded_opts *o)
{
    static const char where[] = "linalg_cho_solve_banded";
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "c", c);
    if (st == CX_OK) st = solveh(where, true, c, b, o, &out);
    return cx__yield(st, where, out);
}

static cx_status cholesky(const char *where, const cx_array *a, const cx_banded_opts *given,
                          cx_array **out)
{
    cx__lin c;
    cx_banded_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    CX__TRY(need_bands(&c));
    if (c.ops->pbsv == NULL) return cx__unsupported(where, c.dev, what);
    cx_array *ab = NULL;
    int64_t *info = NULL;
    cx_view va;
    cx_queue *q;
    cx_status st = bands(&c, a, 0, &ab, &va);
    if (st == CX_OK) st = cx__lin_info_new(&c, &info);
    if (st == CX_OK && ab->size > 0) {
        st = cx__lin_queue(&c, 1, 1, (const cx_array *const[]){ab}, &q);
        if (st == CX_OK) st = cx__queue_done(c.dev, c.ops->pbsv(q, !o.lower, &va, NULL, info));
        if (st == CX_OK) st = cx__lin_info_check(&c, info, CX_E_SINGULAR, indefinite);
    }
    if (st == CX_OK) st = cx__array_new(where, ab->ndim, ab->shape, c.t, a->device, out);
    if (st == CX_OK) st = cx__array_copy(where, ab, *out);
    cx__release(ab);
    cx__free(info);
    return st;
}

cx_array *cx_linalg_cholesky_banded(const cx_array *a, const cx_banded_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = cholesky("linalg_cholesky_banded", a, o, &out);
    return cx__yield(st, "linalg_cholesky_banded", out);
}

/* ---- eigenvalues */
static cx_status check_part(const char *where, const cx_eig_banded_opts *o, int64_t n,
                            cx_eig_part *part)
{
    *part = (cx_eig_part){.letter = 'A', .low = o->low, .high = o->high, .first = 0, .last = n - 1};
    if (o->select == CX_EIG_ALL) return CX_OK;
    if (o->select == CX_EIG_VALUES) {
        if (isnan(o->low) || isnan(o->high))
            return cx__fail(CX_E_ARGUMENT, where, "low is %g and high %g", o->low, o->high);
        part->letter = 'V';
        return CX_OK;
    }
    if (o->select != CX_EIG_INDICES)
        return cx__fail(CX_E_ARGUMENT, where, "select is %d", (int)o->select);
    if (o->first < 0 || o->first > o->last || o->last >= n)
        return cx__fail(CX_E_ARGUMENT, where,
                        "first %" PRId64 " and last %" PRId64 "; of %" PRId64
                        " eigenvalues they must be in order from 0",
                        o->first, o->last, n);
    part->letter = 'I';
    part->first = o->first;
    part->last = o->last;
    return CX_OK;
}

/* The sorted values that are wanted are numbers [*first, *last) of every matrix. */
static cx_status find_part(const char *where, const cx_array *w, const cx_eig_part *part,
                           int64_t *first, int64_t *last)
{
    *first = part->first;
    *last = part->last + 1;
    if (part->letter != 'V') return CX_OK;
    const cx_scope s = cx_scope_open();
    const cx_array *const below =
        cx_count_nonzero(cx_less_equal(w, cx_float(part->low)), CX_AXIS(-1));
    const cx_array *const upto =
        cx_count_nonzero(cx_less_equal(w, cx_float(part->high)), CX_AXIS(-1));
    const int64_t ends[4] = {cx_item_i64(cx_min(below, CX_ALL)), cx_item_i64(cx_max(below, CX_ALL)),
                             cx_item_i64(cx_min(upto, CX_ALL)), cx_item_i64(cx_max(upto, CX_ALL))};
    CX__TRY(cx_scope_close(s));
    if (ends[0] != ends[1] || ends[2] != ends[3])
        return cx__fail(CX_E_SHAPE, where,
                        "eigenvalues in (%g, %g] are not the same numbers of every matrix: from "
                        "%" PRId64 " to %" PRId64 " lie below, %" PRId64 " to %" PRId64
                        " not above; the results of a batch are of one shape",
                        part->low, part->high, ends[0], ends[1], ends[2], ends[3]);
    *first = ends[0];
    *last = ends[2] > ends[0] ? ends[2] : ends[0];
    return CX_OK;
}

/* The chosen columns (or, of w, numbers) of *a as an array in C order. */
static cx_status keep_part(int64_t first, int64_t last, cx_array **a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = cx_copy(cx_slice(*a, -1, first, last, 1));
    r = cx_ok() ? cx_retain(r) : NULL;
    const cx_status st = cx_scope_close(s);
    if (st != CX_OK) return st;
    cx__release(*a);
    *a = r;
    return CX_OK;
}

static cx_status eig_banded(const char *where, const cx_array *a, const cx_eig_banded_opts *given,
                            cx_array **w, cx_array **v)
{
    cx__lin c;
    cx_eig_part part;
    cx_eig_banded_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    CX__TRY(need_bands(&c));
    CX__TRY(check_part(where, &o, c.n, &part));
    if (c.ops->hbevd == NULL) return cx__unsupported(where, c.dev, what);
    CX__TRY(cx__lin_need_finite(where, "a", a));
    cx_array *ab = NULL;
    int64_t *info = NULL, first = part.first, last = part.letter == 'V' ? first : part.last + 1;
    cx_view va, vw, vv;
    cx_queue *q;
    cx_status st = cx__lin_new(&c, 1, &c.n, c.real, w);
    if (st == CX_OK && v != NULL) st = cx__lin_columns_new(&c, c.n, c.n, v);
    if (st == CX_OK && c.n > 0 && c.batch > 0) {
        st = bands(&c, a, 0, &ab, &va);
        if (st == CX_OK) st = cx__lin_info_new(&c, &info);
        if (st == CX_OK) {
            cx__lin_vector(*w, c.batch, &vw);
            if (v != NULL) cx__lin_view(*v, c.batch, &vv);
            const cx_array *const arrays[3] = {ab, *w, v != NULL ? *v : NULL};
            st = cx__lin_queue(&c, v != NULL ? 3 : 2, v != NULL ? 3 : 2, arrays, &q);
        }
        if (st == CX_OK)
            st = cx__queue_done(c.dev,
                                c.ops->hbevd(q, !o.lower, &va, &vw, v != NULL ? &vv : NULL, info));
        if (st == CX_OK) st = cx__lin_info_check(&c, info, CX_E_CONVERGENCE, eig_failed);
        if (st == CX_OK) st = find_part(where, *w, &part, &first, &last);
    }
    if (st == CX_OK) st = keep_part(first, last, w);
    if (st == CX_OK && v != NULL) st = keep_part(first, last, v);
    cx__release(ab);
    cx__free(info);
    return st;
}

cx_eigh cx_linalg_eig_banded(const cx_array *a, const cx_eig_banded_opts *o)
{
    static const char where[] = "linalg_eig_banded";
    cx_array *w = NULL, *v = NULL;
    const cx_status st = eig_banded(where, a, o, &w, &v);
    return (cx_eigh){cx__yield(st, where, w), cx__yield(st, where, v)};
}

cx_array *cx_linalg_eigvals_banded(const cx_array *a, const cx_eig_banded_opts *o)
{
    static const char where[] = "linalg_eigvals_banded";
    cx_array *w = NULL;
    const cx_status st = eig_banded(where, a, o, &w, NULL);
    return cx__yield(st, where, w);
}

/* ---- tridiagonal */
/* d and e as the two rows that the backend wants; one reference. */
static cx_status two_rows(const char *where, const cx_array *d, const cx_array *e, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    *out = NULL;
    CX__TRY(cx__array_need(where, "d", d));
    CX__TRY(cx__array_need(where, "e", e));
    CX__TRY(cx__same_device(where, d, e));
    if (cx_dtype_kind(cx_dtype_of(d)) == 'c' || cx_dtype_kind(cx_dtype_of(e)) == 'c')
        return cx__fail(CX_E_DTYPE, where,
                        "complex arrays are not accepted; eig_banded takes Hermitian matrices");
    if (d->ndim < 1 || e->ndim < 1 || d->shape[d->ndim - 1] != e->shape[e->ndim - 1] + 1)
        return cx__fail(
            CX_E_SHAPE, where, "d has shape %s and e %s; e must be one number shorter than d",
            cx__shape_text(d->ndim, d->shape, text[0]), cx__shape_text(e->ndim, e->shape, text[1]));
    CX__TRY(cx__lin_need_finite(where, "d", d));
    CX__TRY(cx__lin_need_finite(where, "e", e));
    return cx__lin_two_rows(where, "d", d, "e", e, out);
}

/* How many values every matrix has. */
static cx_status same_count(const cx__lin *c, const cx_eig_part *part, const int64_t *found,
                            int64_t *count)
{
    int64_t few = c->batch > 0 ? found[0] : 0, most = few;
    for (int64_t i = 1; i < c->batch; i++) {
        if (found[i] < few) few = found[i];
        if (found[i] > most) most = found[i];
    }
    if (few != most)
        return cx__fail(CX_E_SHAPE, c->where,
                        "matrices have from %" PRId64 " to %" PRId64
                        " eigenvalues in (%g, %g]; the results of a batch are of one shape",
                        few, most, part->low, part->high);
    *count = few;
    return CX_OK;
}

/* de is destroyed. */
static cx_status tridiagonal(const char *where, const cx_eig_banded_opts *o, cx_array *de,
                             cx_array **w, cx_array **v)
{
    cx__lin c;
    cx_eig_part part;
    CX__TRY(cx__lin_open(&c, where, de, NULL, false));
    CX__TRY(check_part(where, o, c.n, &part));
    if (c.ops->stemr == NULL) return cx__unsupported(where, c.dev, "tridiagonal matrices");
    int64_t *info = NULL, *found = NULL;
    int64_t count = part.letter == 'V' ? 0 : part.last + 1 - part.first;
    cx_view va, vw, vv;
    cx_queue *q;
    cx_status st = cx__lin_new(&c, 1, &c.n, c.real, w);
    if (st == CX_OK && v != NULL) st = cx__lin_columns_new(&c, c.n, c.n, v);
    const bool none = part.letter == 'V' && !(part.low < part.high);
    if (st == CX_OK && c.n > 0 && c.batch > 0 && !none) {
        st = cx__lin_info_new(&c, &info);
        if (st == CX_OK) st = cx__lin_info_new(&c, &found);
        if (st == CX_OK) {
            cx__lin_view(de, c.batch, &va);
            cx__lin_vector(*w, c.batch, &vw);
            if (v != NULL) cx__lin_view(*v, c.batch, &vv);
            const cx_array *const arrays[3] = {de, *w, v != NULL ? *v : NULL};
            st = cx__lin_queue(&c, v != NULL ? 3 : 2, v != NULL ? 3 : 2, arrays, &q);
        }
        if (st == CX_OK)
            st = cx__queue_done(
                c.dev, c.ops->stemr(q, &part, &va, &vw, v != NULL ? &vv : NULL, found, info));
        if (st == CX_OK) st = cx__lin_info_check(&c, info, CX_E_CONVERGENCE, eig_failed);
        if (st == CX_OK) st = same_count(&c, &part, found, &count);
    }
    if (st == CX_OK) st = keep_part(0, count, w);
    if (st == CX_OK && v != NULL) st = keep_part(0, count, v);
    cx__free(info);
    cx__free(found);
    return st;
}

static cx_status eigh_tridiagonal(const char *where, const cx_array *d, const cx_array *e,
                                  const cx_eigh_tridiagonal_opts *given, cx_array **w, cx_array **v)
{
    cx_eigh_tridiagonal_opts own;
    cx_array *de = NULL;
    CX__TRY(CX__OPTIONS(where, given, &own));
    const cx_eig_banded_opts o = {.select = own.select,
                                  .low = own.low,
                                  .high = own.high,
                                  .first = own.first,
                                  .last = own.last};
    cx_status st = two_rows(where, d, e, &de);
    if (st == CX_OK) st = tridiagonal(where, &o, de, w, v);
    cx__release(de);
    return st;
}

cx_eigh cx_linalg_eigh_tridiagonal(const cx_array *d, const cx_array *e,
                                   const cx_eigh_tridiagonal_opts *o)
{
    static const char where[] = "linalg_eigh_tridiagonal";
    cx_array *w = NULL, *v = NULL;
    const cx_status st = eigh_tridiagonal(where, d, e, o, &w, &v);
    return (cx_eigh){cx__yield(st, where, w), cx__yield(st, where, v)};
}

cx_array *cx_linalg_eigvalsh_tridiagonal(const cx_array *d, const cx_array *e,
                                         const cx_eigh_tridiagonal_opts *o)
{
    static const char where[] = "linalg_eigvalsh_tridiagonal";
    cx_array *w = NULL;
    const cx_status st = eigh_tridiagonal(where, d, e, o, &w, NULL);
    return cx__yield(st, where, w);
}
