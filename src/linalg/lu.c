/* LU as SciPy's lu and lu_factor show it. The factors are made in columns, where they stand as they
 * are named; everything after that is operations on arrays, on whichever device. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>

cx_status cx__lin_permutation(const cx__lin *c, const cx_array *pivots, int64_t m, cx_array **perm)
{
    if (c->ops->permutation == NULL)
        return cx__unsupported(c->where, c->dev, "permutations of LU factors");
    CX__TRY(cx__lin_new(c, 1, &m, CX_I64, perm));
    if (m == 0 || c->batch == 0) return CX_OK;
    cx_view from, to;
    cx_queue *q;
    cx__lin_vector(pivots, c->batch, &from);
    cx__lin_vector(*perm, c->batch, &to);
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){*perm, pivots}, &q));
    return cx__queue_done(c->dev, c->ops->permutation(q, &from, &to));
}

cx_status cx__lin_lu(const cx__lin *c, cx_array **lu, cx_array **pivots, cx_array **perm)
{
    const int64_t k = c->m < c->n ? c->m : c->n;
    cx_view a, p;
    cx_queue *q;
    CX__TRY(cx__lin_columns(c, c->a, lu));
    CX__TRY(cx__lin_new(c, 1, &k, CX_I32, pivots));
    if (k > 0 && c->batch > 0) {
        cx__lin_view(*lu, c->batch, &a);
        cx__lin_vector(*pivots, c->batch, &p);
        CX__TRY(cx__lin_queue(c, 2, 2, (const cx_array *const[]){*lu, *pivots}, &q));
        CX__TRY(cx__queue_done(c->dev, c->ops->getrf(q, &a, &p, NULL)));
    }
    return perm != NULL ? cx__lin_permutation(c, *pivots, c->m, perm) : CX_OK;
}

/* ---- lu */
/* part: p, l, u. Inside a scope. */
static void unfold(const cx__lin *c, const cx_lu_opts *o, const cx_array *lu, const cx_array *perm,
                   cx_array *part[3])
{
    const int64_t k = c->m < c->n ? c->m : c->n;
    const cx_device dev = c->dev->id;
    const cx_array *const l = cx_tril(cx_slice(lu, -1, 0, k, 1), -1);
    part[1] = cx_add(l, cx_eye(c->m, k, 0, c->t, dev));
    part[2] = cx_triu(cx_slice(lu, -2, 0, k, 1), 0);
    if (o->permute_l) {
        const cx_array *const rows = cx_expand_dims(cx_argsort(perm, -1), -1);
        part[1] = cx_take_along_axis(part[1], rows, -2);
    } else if (o->p_indices) {
        part[0] = cx_argsort(perm, -1);
    } else {
        const cx_array *const rows = cx_expand_dims(cx_arange_i64(0, c->m, 1, CX_I64, dev), -1);
        part[0] = cx_astype(cx_equal(rows, cx_expand_dims(perm, -2)), c->real);
    }
}

static cx_status lu(const cx_array *a, const cx_lu_opts *o, cx_array *part[3])
{
    static const char where[] = "linalg_lu";
    static const cx_lu_opts plain = {.struct_size = sizeof plain};
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_lu_opts, ...)");
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    cx_array *both = NULL, *pivots = NULL, *perm = NULL;
    cx_status st = cx__lin_lu(&c, &both, &pivots, &perm);
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        unfold(&c, o != NULL ? o : &plain, both, perm, part);
        st = cx__lin_keep(s, CX_OK, 3, part);
    }
    cx__release(both);
    cx__release(pivots);
    cx__release(perm);
    return st;
}

cx_lu cx_linalg_lu(const cx_array *a, const cx_lu_opts *o)
{
    static const char where[] = "linalg_lu";
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_status st = lu(a, o, part);
    const bool asked = st != CX_OK || part[0] != NULL;
    return (cx_lu){asked ? cx__yield(st, where, part[0]) : cx__nil(CX_E_ARGUMENT),
                   cx__yield(st, where, part[1]), cx__yield(st, where, part[2])};
}

/* ---- lu_factor */
cx_lu_factors cx_linalg_lu_factor(const cx_array *a)
{
    static const char where[] = "linalg_lu_factor";
    cx__lin c;
    cx_array *both = NULL, *pivots = NULL, *piv = NULL;
    cx_status st = cx__lin_open(&c, where, a, NULL, false);
    if (st == CX_OK) st = cx__lin_lu(&c, &both, &pivots, NULL);
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        piv = cx_sub(cx_astype(pivots, CX_I64), cx_int(1));
        st = cx__lin_keep(s, CX_OK, 1, &piv);
    }
    cx__release(pivots);
    return (cx_lu_factors){cx__yield(st, where, both), cx__yield(st, where, piv)};
}
