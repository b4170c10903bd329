/* Eigenvalues of pairs of Hermitian matrices. One idea: with b = l l^H the pair is one matrix,
 * l^-1 a l^-H, or l^H a l where b stands beside a; its eigenvectors are taken back through l. What
 * is not asked for is sliced away. */
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

/* ---- one matrix from two */
/* The whole Hermitian matrix of one triangle; the diagonal's imaginary parts left out. */
static const cx_array *whole(const cx_array *a, bool upper)
{
    const cx_array *const side = upper ? cx_triu(a, 1) : cx_tril(a, -1);
    const cx_array *const both = cx_add(side, cx__adjoint(side));
    const cx_array *d = cx_diagonal(a, 0);
    if (cx__kind_of(a) == 'c') d = cx_real(d);
    const int64_t n = cx_dim(a, -1);
    const cx_array *const eye = cx_eye(n, n, 0, CX_BOOL, cx_device_of(a));
    return cx_where(eye, cx_expand_dims(d, -1), both);
}

static const cx_array *solved(const cx_array *l, const cx_array *b, cx_trans trans)
{
    return cx_linalg_solve_triangular(
        l, b, CX_OPTS(cx_solve_triangular_opts, .lower = true, .trans = trans));
}

static const cx_array *reduced(const cx_array *a, const cx_array *l, int type)
{
    if (type == 1) { /* l^-1 (l^-1 a)^H, Hermitian a */
        const cx_array *const half = solved(l, a, CX_TRANS_N);
        return solved(l, cx__adjoint(half), CX_TRANS_N);
    }
    return cx_matmul(cx__adjoint(l), cx_matmul(a, l));
}

/* ---- subsets */
/* Eigenvalues in (value[0], value[1]] are [*first, *last), in every matrix of the batch. */
static cx_status by_value(const char *where, const cx_array *w, const double value[2],
                          int64_t *first, int64_t *last)
{
    for (int i = 0; i < 2; i++) {
        const cx_array *const below =
            cx_count_nonzero(cx_less_equal(w, cx_float(value[i])), CX_AXIS(-1));
        const int64_t most = cx_item_i64(cx_max(below, CX_ALL)),
                      few = cx_item_i64(cx_min(below, CX_ALL));
        CX__TRY(cx__so_far());
        if (most != few)
            return cx__fail(CX_E_SHAPE, where,
                            "matrices have %" PRId64 " and %" PRId64
                            " eigenvalues up to %g; the results of a batch are of one shape",
                            few, most, value[i]);
        *(i == 0 ? first : last) = most;
    }
    return CX_OK;
}

static cx_status check(const char *where, const cx_eigh_with_opts *o, int64_t n)
{
    if (o->type < 0 || o->type > 3)
        return cx__fail(CX_E_ARGUMENT, where, "type %d is none of 1, 2, 3", o->type);
    if (o->by_index && o->by_value)
        return cx__fail(CX_E_ARGUMENT, where, "a subset by index and one by value");
    if (o->by_index && !(0 <= o->index[0] && o->index[0] <= o->index[1] && o->index[1] < n))
        return cx__fail(CX_E_ARGUMENT, where,
                        "index %" PRId64 " to %" PRId64 " of %" PRId64 " eigenvalues", o->index[0],
                        o->index[1], n);
    if (o->by_value && !(o->value[0] < o->value[1]))
        return cx__fail(CX_E_ARGUMENT, where, "value %g is not below %g", o->value[0], o->value[1]);
    return CX_OK;
}

static cx_status pair(const char *where, const cx_array **a, const cx_array **b)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__matrices(where, "b", *b, true, b));
    CX__TRY(cx__need_together(where, "a", *a, "b", *b));
    bool same = cx_ndim(*a) == cx_ndim(*b);
    for (int i = 0; same && i < cx_ndim(*a); i++) same = cx_dim(*a, i) == cx_dim(*b, i);
    if (!same)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and b %s",
                        cx__words_of_shape(*a, text[0]), cx__words_of_shape(*b, text[1]));
    const cx_dtype t = cx_promote_types(cx_dtype_of(*a), cx_dtype_of(*b));
    *a = cx_astype(*a, t);
    *b = cx_astype(*b, t);
    return cx__so_far();
}

/* out: w, v; v only where vectors are asked for. */
static cx_status eigh(const char *where, const cx_array *a, const cx_array *b,
                      const cx_eigh_with_opts *given, bool vectors, cx_array *out[2])
{
    cx_eigh_with_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    if (b != NULL) CX__TRY(pair(where, &a, &b));
    const int64_t n = cx_dim(a, -1);
    CX__TRY(check(where, &o, n));
    const int type = o.type == 0 ? 1 : o.type;
    const cx_array *l = NULL, *one = a;
    if (b != NULL) {
        l = cx_linalg_cholesky(b, CX_OPTS(cx_cholesky_opts, .upper = o.upper));
        if (o.upper) l = cx__adjoint(l);
        one = reduced(whole(a, o.upper), l, type);
    }
    CX__TRY(cx__so_far());
    const cx_eigh_opts *const side = CX_OPTS(cx_eigh_opts, .upper = b == NULL && o.upper);
    const cx_array *w, *v = NULL;
    if (vectors) {
        const cx_eigh f = cx_linalg_eigh(one, side);
        w = f.w;
        v = f.v;
    } else {
        w = cx_linalg_eigvalsh(one, side);
    }
    CX__TRY(cx__so_far());
    int64_t first = 0, last = n;
    if (o.by_index) first = o.index[0], last = o.index[1] + 1;
    if (o.by_value && cx_size(w) > 0) CX__TRY(by_value(where, w, o.value, &first, &last));
    if (first > 0 || last < n) {
        w = cx_slice(w, -1, first, last, 1);
        if (vectors) v = cx_slice(v, -1, first, last, 1);
    }
    out[0] = cx_copy(w);
    if (!vectors) return CX_OK;
    if (b == NULL)
        out[1] = cx_copy(v);
    else
        out[1] = type == 3 ? cx_matmul(l, v) : cx_copy(solved(l, v, CX_TRANS_C));
    return CX_OK;
}

cx_eigh cx_linalg_eigh_with(const cx_array *a, const cx_array *b, const cx_eigh_with_opts *o)
{
    static const char where[] = "linalg_eigh_with";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = eigh(where, a, b, o, true, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_eigh){r[0], r[1]};
}

cx_array *cx_linalg_eigvalsh_with(const cx_array *a, const cx_array *b, const cx_eigh_with_opts *o)
{
    static const char where[] = "linalg_eigvalsh_with";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = eigh(where, a, b, o, false, r);
    return cx__give(s, st, r[0]);
}
