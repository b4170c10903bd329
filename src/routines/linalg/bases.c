/* Factors and bases that hang on singular values: polar, orth, null_space, subspace_angles, pinvh.
 * One idea: where a rank decides the shape it is read once, for the whole batch. */
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

cx_status cx__matrices(const char *where, const char *name, const cx_array *a, bool square,
                       const cx_array **out)
{
    char text[CX__SHAPE_TEXT];
    CX__ARRAY(where, name, a);
    const char kind = cx__kind_of(a);
    if (cx_dtype_of(a) == CX_CAT || kind == 'e')
        return cx__fail(CX_E_DTYPE, where, "%s is %s; take float32 or float64", name,
                        cx_dtype_name(cx_dtype_of(a)));
    if (cx_ndim(a) < 2)
        return cx__fail(CX_E_SHAPE, where, "%s has shape %s; matrices have two dimensions or more",
                        name, cx__words_of_shape(a, text));
    if (square && cx_dim(a, -1) != cx_dim(a, -2))
        return cx__fail(CX_E_SHAPE, where, "%s has shape %s; its matrices are not square", name,
                        cx__words_of_shape(a, text));
    *out = kind == 'f' || kind == 'c' ? a : cx_astype(a, CX_F64);
    return cx__so_far();
}

const cx_array *cx__adjoint(const cx_array *a)
{
    return cx_matrix_transpose(cx__kind_of(a) == 'c' ? cx_conjugate(a) : a);
}

/* ---- polar */
static cx_status polar(const char *where, const cx_array *a, const cx_polar_opts *given,
                       cx_array *out[2])
{
    cx_polar_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    out[0] = cx_matmul(f.u, f.vh);
    const cx_array *const q = o.left ? f.u : cx__adjoint(f.vh);
    out[1] = cx_matmul(cx_mul(q, cx_expand_dims(f.s, -2)), cx__adjoint(q));
    return CX_OK;
}
cx_polar cx_linalg_polar(const cx_array *a, const cx_polar_opts *o)
{
    static const char where[] = "linalg_polar";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = polar(where, a, o, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_polar){r[0], r[1]};
}

/* ---- bases */
/* The rank that all matrices of a have, by the singular values s. */
static cx_status rank_of(const char *where, const char *name, const cx_array *a, const cx_array *s,
                         cx_maybe_f64 rcond, int64_t *rank)
{
    const int64_t m = cx_dim(a, -2), n = cx_dim(a, -1);
    *rank = 0;
    if (m == 0 || n == 0) return cx__so_far();
    if (cx_size(a) == 0) return cx__fail(CX_E_SHAPE, where, "%s is an empty batch", name);
    const double part = rcond.set ? rcond.value : cx__eps(a) * (double)(m > n ? m : n);
    const cx_array *const least = cx_mul(cx_max(s, CX_AXIS(-1, .keepdims = true)), cx_float(part)),
                          *const ranks = cx_count_nonzero(cx_greater(s, least), CX_AXIS(-1));
    const int64_t most = cx_item_i64(cx_max(ranks, CX_ALL));
    const int64_t few = cx_ndim(ranks) == 0 ? most : cx_item_i64(cx_min(ranks, CX_ALL));
    CX__TRY(cx__so_far());
    if (few != most)
        return cx__fail(CX_E_SHAPE, where,
                        "%s has matrices of rank %" PRId64 " and of rank %" PRId64
                        "; the results of a batch are of one shape",
                        name, few, most);
    *rank = most;
    return CX_OK;
}

static cx_status orth(const char *where, const char *name, const cx_array *a,
                      const cx_orth_opts *given, cx_array **out)
{
    cx_orth_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, name, a, false, &a));
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    int64_t rank = 0;
    CX__TRY(rank_of(where, name, a, f.s, o.rcond, &rank));
    *out = cx_copy(cx_slice(f.u, -1, 0, rank, 1));
    return CX_OK;
}
cx_array *cx_linalg_orth(const cx_array *a, const cx_orth_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = orth("linalg_orth", "a", a, o, &r);
    return cx__give(s, st, r);
}

static cx_status null_space(const char *where, const cx_array *a, const cx_orth_opts *given,
                            cx_array **out)
{
    cx_orth_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    const cx_svd f = cx_linalg_svd(a, NULL);
    int64_t rank = 0;
    CX__TRY(rank_of(where, "a", a, f.s, o.rcond, &rank));
    *out = cx_copy(cx__adjoint(cx_slice(f.vh, -2, rank, CX_END, 1)));
    return CX_OK;
}
cx_array *cx_linalg_null_space(const cx_array *a, const cx_orth_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = null_space("linalg_null_space", a, o, &r);
    return cx__give(s, st, r);
}

static cx_status subspace_angles(const char *where, const cx_array *a, const cx_array *b,
                                 cx_array **out)
{
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    CX__TRY(cx__matrices(where, "b", b, false, &b));
    CX__TRY(cx__need_together(where, "a", a, "b", b));
    if (cx_dim(a, -2) != cx_dim(b, -2))
        return cx__fail(CX_E_SHAPE, where, "a has %" PRId64 " rows and b %" PRId64, cx_dim(a, -2),
                        cx_dim(b, -2));
    cx_array *p = NULL, *q = NULL;
    CX__TRY(orth(where, "a", a, NULL, &p));
    CX__TRY(orth(where, "b", b, NULL, &q));
    const bool wide = cx_dim(p, -1) >= cx_dim(q, -1);
    const cx_array *const large = wide ? p : q, *const small = wide ? q : p;
    const cx_array *const both = cx_matmul(cx__adjoint(large), small);
    const cx_array *const rest = cx_sub(small, cx_matmul(large, both));
    const cx_array *const cosines = cx_flip(cx_linalg_svdvals(both), -1);
    const cx_array *const sines = cx_linalg_svdvals(rest);
    const cx_array *const one = cx_float(1), *const zero = cx_float(0);
    *out = cx_where(cx_greater_equal(cx_mul(cosines, cosines), cx_float(0.5)),
                    cx_arcsin(cx_clip(sines, zero, one)), cx_arccos(cx_clip(cosines, zero, one)));
    return CX_OK;
}
cx_array *cx_linalg_subspace_angles(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = subspace_angles("linalg_subspace_angles", a, b, &r);
    return cx__give(s, st, r);
}

/* ---- pseudo-inverses */
/* u diag(1 / w) v^H without what is small in w, and how many numbers that leaves. */
static void from_parts(const cx_array *u, const cx_array *w, const cx_array *vh, double atol,
                       double rtol, cx_array *out[2])
{
    const cx_array *const size = cx_abs(w);
    const cx_array *const least =
        cx_add(cx_mul(cx_max(size, CX_AXIS(-1, .keepdims = true)), cx_float(rtol)), cx_float(atol));
    const cx_array *const large = cx_greater(size, least);
    const cx_array *const inverse = cx_where(large, cx_div(cx_float(1), w), cx_float(0));
    out[0] = cx_matmul(cx_mul(cx__adjoint(vh), cx_expand_dims(inverse, -2)), cx__adjoint(u));
    out[1] = cx_count_nonzero(large, CX_AXIS(-1));
}

static cx_status pinv(const char *where, bool hermitian, const cx_array *a,
                      const cx_pinvh_opts *given, cx_array *out[2])
{
    cx_pinvh_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, hermitian, &a));
    if (!(o.atol >= 0) || (o.rtol.set && !(o.rtol.value >= 0)))
        return cx__fail(CX_E_ARGUMENT, where, "atol %g or rtol %g is negative", o.atol,
                        o.rtol.value);
    const int64_t m = cx_dim(a, -2), n = cx_dim(a, -1);
    if (cx_size(a) == 0) {
        cx_shape batch = cx_shape_of(a);
        batch.ndim -= 2;
        out[0] = cx_copy(cx_matrix_transpose(a));
        out[1] = cx_zeros(batch, CX_I64, cx_device_of(a));
        return CX_OK;
    }
    const double rtol = o.rtol.set ? o.rtol.value : (double)(m > n ? m : n) * cx__eps(a);
    if (hermitian) {
        const cx_eigh f = cx_linalg_eigh(a, CX_OPTS(cx_eigh_opts, .upper = o.upper));
        from_parts(f.v, f.w, cx__adjoint(f.v), o.atol, rtol, out);
    } else {
        const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
        from_parts(f.u, f.s, f.vh, o.atol, rtol, out);
    }
    return CX_OK;
}
cx_array *cx_linalg_pinvh(const cx_array *a, const cx_pinvh_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = pinv("linalg_pinvh", true, a, o, r);
    return cx__give(s, st, r[0]);
}
static cx_pinv_ranked ranked(const char *where, bool hermitian, const cx_array *a,
                             const cx_pinvh_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = pinv(where, hermitian, a, o, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_pinv_ranked){r[0], r[1]};
}
cx_pinv_ranked cx_linalg_pinv_ranked(const cx_array *a, const cx_pinvh_opts *o)
{
    return ranked("linalg_pinv_ranked", false, a, o);
}
cx_pinv_ranked cx_linalg_pinvh_ranked(const cx_array *a, const cx_pinvh_opts *o)
{
    return ranked("linalg_pinvh_ranked", true, a, o);
}

/* ---- procrustes */
static cx_status procrustes(const char *where, const cx_array *a, const cx_array *b,
                            cx_array *out[2])
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    CX__TRY(cx__matrices(where, "b", b, false, &b));
    CX__TRY(cx__need_together(where, "a", a, "b", b));
    bool same = cx_ndim(a) == cx_ndim(b);
    for (int i = 0; same && i < cx_ndim(a); i++) same = cx_dim(a, i) == cx_dim(b, i);
    if (!same)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and b %s",
                        cx__words_of_shape(a, text[0]), cx__words_of_shape(b, text[1]));
    const cx_svd f = cx_linalg_svd(cx_matmul(cx__adjoint(a), b), NULL);
    out[0] = cx_matmul(f.u, f.vh);
    out[1] = cx_sum(f.s, CX_AXIS(-1));
    return CX_OK;
}
cx_procrustes cx_linalg_orthogonal_procrustes(const cx_array *a, const cx_array *b)
{
    static const char where[] = "linalg_orthogonal_procrustes";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = procrustes(where, a, b, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_procrustes){r[0], r[1]};
}
