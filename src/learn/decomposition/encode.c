/* Sparse codes: see coding.h. Each row is a regression on the dictionary's rows, which all share
 * their products; rows are tasks on the pool. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/decomposition/coding.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/lars_path.h"
#include "learn/linear_model/serial/pursuit.h"
#include "ops/primitives.h"
#include <calx/decomposition.h>
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

cx_status cx__coder_make(const char *where, const char *name, const char *algorithm, int64_t k,
                         int64_t d, cx__coder *c)
{
    static const char *const names[] = {"lasso_lars", "lasso_cd", "lars", "omp", "threshold"};
    int i = 0;
    while (i < 5 && strcmp(names[i], algorithm) != 0) i++;
    if (i == 5)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: algorithm '%s'; it can be 'lasso_lars', 'lasso_cd', 'lars', 'omp' or "
                        "'threshold'",
                        name, algorithm);
    c->how = (cx__coding)i;
    if (c->positive && (c->how == CX__CODE_LARS || c->how == CX__CODE_OMP))
        return cx__fail(CX_E_ARGUMENT, where, "%s: codes of '%s' cannot be held positive", name,
                        algorithm);
    if (c->nonzero == 0) {
        const double tenth = (double)d / 10;
        c->nonzero = (int64_t)fmin(fmax(tenth, 1), (double)k);
    }
    return CX_OK;
}

typedef struct coding_job {
    const cx__coder *c;
    const cx__normal *m;
    double *code; /* [n, k] */
    atomic_int failed;
} coding_job;

static cx_status by_lars(const coding_job *j, int64_t i)
{
    const bool lasso = j->c->how == CX__CODE_LASSO_LARS;
    const int64_t k = j->m->d;
    cx__lars p = {.m = j->m,
                  .k = i,
                  .most = lasso ? j->c->max_iter : j->c->nonzero,
                  .eps = DBL_EPSILON,
                  .lasso = lasso,
                  .positive = j->c->positive,
                  .least_alpha = lasso ? j->c->alpha / (double)j->m->n : 0};
    const cx_status st = cx__lars_walk(&p);
    if (st == CX_OK) memcpy(j->code + i * k, p.coef + p.steps * k, (size_t)k * sizeof *p.coef);
    cx__lars_free(&p);
    return st;
}

static cx_status by_descent(const coding_job *j, int64_t i)
{
    const int64_t k = j->m->d;
    const cx__descent p = {.n = j->m->n,
                           .d = k,
                           .t = 1,
                           .gram = j->m->gram,
                           .cross = j->m->cross + i * k,
                           .yy = j->m->yy[i],
                           .square = j->m->square,
                           .positive = j->c->positive,
                           .max_iter = j->c->max_iter,
                           .tol = 1e-8};
    cx__descent_end end;
    const size_t bytes = (size_t)cx__descent_scratch(&p) * sizeof(double);
    double *const scratch = cx__alloc(bytes);
    if (scratch == NULL) return cx__fail_nomem("transform", "a descent", bytes);
    const cx_status st = cx__descend(&p, j->c->alpha, 0, 0, j->code + i * k, scratch, &end);
    cx__free(scratch);
    return st;
}

static cx_status by_pursuit(const coding_job *j, int64_t i)
{
    const int64_t k = j->m->d;
    cx__pursuit p = {.m = j->m, .k = i, .most = j->c->nonzero < k ? j->c->nonzero : k, .tol = -1};
    const cx_status st = cx__pursue(&p);
    for (int64_t a = 0; st == CX_OK && a < p.count; a++)
        j->code[i * k + (int64_t)p.member[a]] = p.at[a];
    cx__pursuit_free(&p);
    return st;
}

static void code_rows(void *ctx, int64_t lo, int64_t hi)
{
    coding_job *const j = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const cx_status st = j->c->how == CX__CODE_LASSO_CD ? by_descent(j, i)
                             : j->c->how == CX__CODE_OMP    ? by_pursuit(j, i)
                                                            : by_lars(j, i);
        if (st != CX_OK) atomic_store_explicit(&j->failed, (int)st, memory_order_relaxed);
    }
}

static cx_status by_rows(const cx__site *s, const cx__coder *c, const cx_array *x,
                         const cx_array *dictionary, const cx_array *init, cx_array **code)
{
    static cx__held squares = CX__HELD("x: sum(x * x, axis=1)");
    const int64_t n = cx_dim(x, 0), k = cx_dim(dictionary, 0);
    const cx_array *const turned = cx_transpose(dictionary);
    cx__normal m = {0};
    CX__TRY(cx__normal_of(s, cx_dim(x, 1), cx_matmul(dictionary, turned),
                          cx_transpose(cx_matmul(x, turned)),
                          cx__held_run("transform", &squares, CX_ARRAYS(x)), &m));
    cx_array *const out = init && c->how == CX__CODE_LASSO_CD
                              ? cx_copy(cx__fetch(s, init))
                              : cx_zeros(CX_SHAPE(n, k), CX_F64, CX_CPU);
    coding_job j = {.c = c, .m = &m, .code = cx_data_f64_mut(out)};
    CX__TRY(cx__so_far());
    CX__TRY(cx__parallel_for(n, 8, code_rows, &j));
    const int failed = atomic_load_explicit(&j.failed, memory_order_relaxed);
    if (failed != 0)
        return cx__fail((cx_status)failed, s->where, "a row's code could not be computed");
    *code = cx__send(s, out);
    return cx__so_far();
}

cx_status cx__encode(const cx__site *s, const cx__coder *c, const cx_array *x,
                     const cx_array *dictionary, const cx_array *init, cx_array **code)
{
    static cx__held cut = CX__HELD("c, a: sign(c) * maximum(abs(c) - a, 0)"),
                    cut_positive = CX__HELD("c, a: maximum(c - a, 0)");
    if (c->how != CX__CODE_THRESHOLD) return by_rows(s, c, x, dictionary, init, code);
    *code = cx__held_run("transform", c->positive ? &cut_positive : &cut,
                         CX_ARRAYS(cx_matmul(x, cx_transpose(dictionary)), cx_float(c->alpha)));
    return cx__so_far();
}

/* ---- the function */
static cx_status encode(const cx_array *x, const cx_array *dictionary,
                        const cx_sparse_encode_opts *given, cx_array **out)
{
    static const char where[] = "sparse_encode";
    cx_sparse_encode_opts o;
    cx__site s;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    CX__NEED(where, "dictionary", dictionary, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2 || cx_ndim(dictionary) != 2 || cx_dim(x, 1) != cx_dim(dictionary, 1) ||
        cx_size(x) == 0 || cx_size(dictionary) == 0)
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] and dictionary [k, d]");
    if (!cx_device_equal(cx_device_of(x), cx_device_of(dictionary)))
        return cx__fail(CX_E_DEVICE, where, "x and dictionary are on different devices");
    if (o.n_nonzero_coefs < 0 || (o.alpha.set && !(o.alpha.value >= 0)) || o.max_iter < 0)
        return cx__fail(CX_E_ARGUMENT, where, "a number is out of its range");
    cx__coder c = {.alpha = o.alpha.set ? o.alpha.value : 1,
                   .nonzero = o.n_nonzero_coefs,
                   .max_iter = o.max_iter > 0 ? o.max_iter : 1000,
                   .positive = o.positive};
    CX__TRY(cx__coder_make(where, where, o.algorithm ? o.algorithm : "lasso_lars",
                           cx_dim(dictionary, 0), cx_dim(x, 1), &c));
    CX__TRY(cx__site_of(where, x, &s));
    const cx_array *const rows = cx__f64(&s, x), *const atoms = cx__f64(&s, dictionary);
    CX__TRY(cx__so_far());
    return cx__encode(&s, &c, rows, atoms, NULL, out);
}

cx_array *cx_sparse_encode(const cx_array *x, const cx_array *dictionary,
                           const cx_sparse_encode_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = encode(x, dictionary, o, &out);
    return cx__give(s, st, out);
}
