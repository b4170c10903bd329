/* Singular values and eigenvalues by random projections. One idea: products with a few random
 * vectors, and then with the matrix again and again, turn them into what the largest singular
 * values belong to; what is left is small and exact. */
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_random.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <string.h>

typedef enum normalizer { PLAIN, BY_LU, BY_QR } normalizer;

static cx_status normalizer_of(const char *where, const char *word, int64_t iterations,
                               normalizer *out)
{
    if (word == NULL || strcmp(word, "auto") == 0)
        *out = iterations <= 2 ? PLAIN : BY_LU;
    else if (strcmp(word, "none") == 0)
        *out = PLAIN;
    else if (strcmp(word, "LU") == 0)
        *out = BY_LU;
    else if (strcmp(word, "QR") == 0)
        *out = BY_QR;
    else
        return cx__fail(
            CX_E_ARGUMENT, where,
            "power_iteration_normalizer is '%s'; it can be 'auto', 'none', 'LU' or 'QR'", word);
    return CX_OK;
}

static const cx_array *normal(normalizer how, const cx_array *q)
{
    if (how == PLAIN) return q;
    return how == BY_QR ? cx_linalg_qr(q, NULL).q
                        : cx_linalg_lu(q, CX_OPTS(cx_lu_opts, .permute_l = true)).l;
}

/* a is one of the four dtypes */
static cx_status find_range(const char *where, const cx_array *a, int64_t size, int64_t iterations,
                            const char *word, cx_generator *g, cx_array **out)
{
    normalizer how = PLAIN;
    if (iterations < 0)
        return cx__fail(CX_E_ARGUMENT, where, "n_iter is %" PRId64 "; it must not be negative",
                        iterations);
    CX__TRY(normalizer_of(where, word, iterations, &how));
    const cx_array *const vectors =
        cx_rng_normal(g, 0, 1, CX_SHAPE(cx_dim(a, -1), size)); /* as NumPy draws them */
    const cx_array *q = cx_to(cx_astype(vectors, cx_dtype_of(a)), cx_device_of(a));
    const cx_array *const back = cx__adjoint(a);
    for (int64_t i = 0; i < iterations && cx_ok(); i++) {
        q = normal(how, cx_matmul(a, q));
        q = normal(how, cx_matmul(back, q));
    }
    *out = cx_linalg_qr(cx_matmul(a, q), NULL).q;
    return cx__so_far();
}

static cx_status range_finder(const char *where, const cx_array *a, int64_t size,
                              const cx_range_finder_opts *given, cx_array **out)
{
    cx_range_finder_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    if (size < 1)
        return cx__fail(CX_E_ARGUMENT, where, "size is %" PRId64 "; it must be 1 or more", size);
    cx_generator *const g = cx_random_state(o.random_state, CX_CPU);
    return find_range(where, a, size, o.n_iter, o.power_iteration_normalizer, g, out);
}
cx_array *cx_linalg_range_finder(const cx_array *a, int64_t size, const cx_range_finder_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = range_finder("linalg_range_finder", a, size, o, &r);
    return cx__give(s, st, r);
}

/* ---- singular values */
/* Signs of the largest numbers of the columns of x: [..., 1, k]. */
static const cx_array *signs_of(const cx_array *x)
{
    const cx_array *const at = cx_expand_dims(cx_argmax(cx_abs(x), CX_AXIS(-2)), -2);
    return cx_sign(cx_take_along_axis(x, at, -2));
}

/* Without signs: whatever they are. */
static cx_status svd(const char *where, const cx_array *a, int64_t k,
                     const cx_randomized_svd_opts *o, cx_svd *out)
{
    const int64_t m = cx_dim(a, -2), n = cx_dim(a, -1), least = m < n ? m : n;
    const int64_t more = o->n_oversamples.set ? o->n_oversamples.value : 10;
    const int64_t iterations = o->n_iter.set                     ? o->n_iter.value
                               : (double)k < 0.1 * (double)least ? 7
                                                                 : 4;
    if (k < 1 || more < 0)
        return cx__fail(CX_E_ARGUMENT, where,
                        "k is %" PRId64 " and n_oversamples %" PRId64
                        "; they must be 1 or more, and not negative",
                        k, more);
    const bool turned = o->transpose.set ? o->transpose.value != 0 : m < n;
    const cx_array *const x = turned ? cx__adjoint(a) : a;
    cx_generator *const g = o->generator ? o->generator : cx_random_state(o->random_state, CX_CPU);
    cx_array *q = NULL;
    CX__TRY(find_range(where, x, k + more, iterations, o->power_iteration_normalizer, g, &q));
    const cx_svd f =
        cx_linalg_svd(cx_matmul(cx__adjoint(q), x), CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *const u = cx_slice(cx_matmul(q, f.u), -1, 0, k, 1), *const vh = cx_slice(
                                                                            f.vh, -2, 0, k, 1);
    out->s = cx_copy(cx_slice(f.s, -1, 0, k, 1));
    out->u = cx_copy(turned ? cx__adjoint(vh) : u);
    out->vh = cx_copy(turned ? cx__adjoint(u) : vh);
    return cx__so_far();
}

static cx_status randomized_svd(const char *where, const cx_array *a, int64_t k,
                                const cx_randomized_svd_opts *given, cx_array *out[3])
{
    cx_randomized_svd_opts o;
    cx_svd f = {NULL, NULL, NULL};
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (o.generator) CX__NEED(where, "generator", o.generator, CX__KIND_GENERATOR);
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    CX__TRY(svd(where, a, k, &o, &f));
    out[0] = f.u;
    out[1] = f.s;
    out[2] = f.vh;
    if (o.keep_signs || cx_size(f.u) == 0) return CX_OK;
    const cx_array *const sign = signs_of(f.u); /* of complex numbers u / |u| */
    const cx_array *const back = cx__kind_of(sign) == 'c' ? cx_conjugate(sign) : sign;
    out[0] = cx_mul(f.u, back);
    out[2] = cx_mul(f.vh, cx_matrix_transpose(sign));
    return CX_OK;
}
cx_svd cx_linalg_randomized_svd(const cx_array *a, int64_t k, const cx_randomized_svd_opts *o)
{
    static const char where[] = "linalg_randomized_svd";
    const cx_scope s = cx_scope_open();
    cx_array *r[3] = {NULL, NULL, NULL};
    const cx_status st = randomized_svd(where, a, k, o, r);
    cx__give_all(s, st, where, 3, r);
    return (cx_svd){r[0], r[1], r[2]};
}

/* ---- eigenvalues: singular values with a sign, which says whether u is v or turned round */
static cx_status randomized_eigh(const char *where, const cx_array *a, int64_t k,
                                 const cx_randomized_svd_opts *given, cx_array *out[2])
{
    cx_randomized_svd_opts o;
    cx_svd f = {NULL, NULL, NULL};
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (o.generator) CX__NEED(where, "generator", o.generator, CX__KIND_GENERATOR);
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    o.transpose = (cx_maybe_i64){0};
    CX__TRY(svd(where, a, k, &o, &f));
    const cx_array *same = cx_sum(cx_mul(f.vh, cx_matrix_transpose(f.u)), CX_AXIS(-1));
    if (cx__kind_of(same) == 'c') same = cx_real(same);
    out[0] = cx_mul(f.s, cx_sign(same));
    out[1] = f.u;
    return CX_OK;
}
cx_eigh cx_linalg_randomized_eigh(const cx_array *a, int64_t k, const cx_randomized_svd_opts *o)
{
    static const char where[] = "linalg_randomized_eigh";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = randomized_eigh(where, a, k, o, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_eigh){r[0], r[1]};
}
