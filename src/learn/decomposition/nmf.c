/* NMF: the class over the solvers of nmf.h, and cx_non_negative_factorization. */
#include "base/object.h"
#include "learn/decomposition/nmf.h"
#include "learn/decomposition/nmf_params.h"
#include "learn/decomposition/projection.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/decomposition.h>
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { COMPONENTS, COUNT, ERROR, N_ITER };
static const char *const attrs[] = {"components_: float [k, n]", "n_components_: int []",
                                    "reconstruction_err_: float []", "n_iter_: int []", NULL};

static const cx_param params[] = {
    CX__NMF_N_COMPONENTS,
    CX__NMF_INIT,
    {"solver", CX_PARAM_STR, "'cd'", "{'cd', 'mu'}",
     "coordinate descent, or multiplicative updates"},
    CX__NMF_BETA_LOSS,
    CX__NMF_TOL,
    CX__NMF_MAX_ITER,
    CX__NMF_RANDOM_STATE,
    CX__NMF_ALPHA_W,
    CX__NMF_ALPHA_H,
    CX__NMF_L1_RATIO,
    CX__NMF_VERBOSE,
    {"shuffle", CX_PARAM_BOOL, "False", NULL, "coordinates in random order"},
    {.name = NULL},
};

static cx_status problem_of(const cx_estimator *self, const cx_array *x, cx__nmf *p)
{
    CX__TRY(cx__nmf_problem(self, x, p));
    p->multiplicative = strcmp(cx_param_str(self, "solver"), "mu") == 0;
    if (!p->multiplicative && p->beta != 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "NMF: beta_loss=%s needs solver='mu'",
                        cx_param_text(self, "beta_loss"));
    if (cx_param_bool(self, "shuffle") && !p->multiplicative) p->shuffled = cx__seeded(self);
    return CX_OK;
}

static cx_status fitted(cx_estimator *self, const cx_data *data, cx_array **w)
{
    cx__nmf p;
    cx_array *h = NULL;
    int64_t steps = 0;
    double error = 0;
    CX__TRY(problem_of(self, data->x, &p));
    const cx_array *const x = cx__f64(&p.site, data->x);
    CX__TRY(cx__nmf_check(&p, "NMF", x));
    CX__TRY(cx__nmf_start_of(self, &p, x, w, &h));
    CX__TRY(cx__nmf_solve(&p, x, w, &h, &steps));
    CX__TRY(cx__nmf_divergence(&p, x, *w, h, true, &error));
    CX__TRY(cx__store(self, COMPONENTS, h, cx__float_like(data->x)));
    CX__TRY(cx_self_set_i64(self, COUNT, p.k));
    CX__TRY(cx_self_set_f64(self, ERROR, error));
    return cx_self_set_i64(self, N_ITER, steps);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_array *w = NULL;
    return fitted(self, data, &w);
}
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *w = NULL;
    if (cx_check(fitted(self, data, &w)) != CX_OK) return NULL;
    return cx__float_like(data->x) == CX_F64 ? w : cx_astype(w, CX_F32);
}

static cx_status transformed(const cx_estimator *self, const cx_array *given, cx_array **w)
{
    cx__nmf p;
    int64_t steps = 0;
    CX__TRY(problem_of(self, given, &p));
    p.self = NULL;
    p.site.where = "transform";
    p.update_h = false;
    cx_array *h = cx__slot_f64(self, COMPONENTS);
    const cx_array *const x = cx__f64(&p.site, given);
    CX__TRY(cx__so_far());
    p.k = cx_dim(h, 0);
    CX__TRY(cx__nmf_check(&p, "NMF", x));
    *w = p.multiplicative ? cx__nmf_even(&p, x)
                          : cx_zeros(CX_SHAPE(cx_dim(x, 0), p.k), CX_F64, p.site.device);
    return cx__nmf_solve(&p, x, w, &h, &steps);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *w = NULL;
    if (cx_check(transformed(self, x, &w)) != CX_OK) return NULL;
    return cx__float_like(x) == CX_F64 ? w : cx_astype(w, CX_F32);
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, NULL, cx__slot_f64(self, COMPONENTS), NULL);
}

const cx_estimator_class cx__class_nmf = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "NMF",
    .doc = "Non-negative matrix factorization.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
};

/* ---- the function */
static cx_status factor_shape(const char *name, const cx_array *a, int64_t rows, int64_t cols)
{
    static const char where[] = "non_negative_factorization";
    CX__NEED(where, name, a, CX__KIND_ARRAY);
    if (cx_ndim(a) != 2 || cx_dim(a, 0) != rows || cx_dim(a, 1) != cols)
        return cx__fail(CX_E_SHAPE, where, "%s must be [%lld, %lld]", name, (long long)rows,
                        (long long)cols);
    const cx_array *const least = cx_min(a, CX_ALL), *const most = cx_max(a, CX_ALL);
    CX__TRY(cx__so_far());
    if (cx__number_f64(least) < 0 || !(cx__number_f64(most) > 0))
        return cx__fail(CX_E_ARGUMENT, where, "%s must be non-negative and not all 0", name);
    return CX_OK;
}

static cx_status given_start(const cx_nmf_opts *o, cx__nmf *p, const cx_array *x, cx_array **w,
                             cx_array **h)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    if (o->h && (!p->update_h || o->w)) {
        CX__NEED("non_negative_factorization", "h", o->h, CX__KIND_ARRAY);
        if (o->n_components == 0 && cx_ndim(o->h) == 2) p->k = cx_dim(o->h, 0);
        CX__TRY(factor_shape("h", o->h, p->k, d));
        *h = cx__f64(&p->site, o->h);
        if (p->update_h) CX__TRY(factor_shape("w", o->w, n, p->k));
        *w = p->update_h         ? cx__f64(&p->site, o->w)
             : p->multiplicative ? cx__nmf_even(p, x)
                                 : cx_zeros(CX_SHAPE(n, p->k), CX_F64, p->site.device);
        return cx__so_far();
    }
    if (o->w || o->h || !p->update_h)
        return cx__fail(CX_E_NULL, "non_negative_factorization",
                        "w and h are given both, or h alone with fixed_h");
    return cx__nmf_start(p, o->init, o->random_state, x, w, h);
}

static cx_status factorize(const cx_array *given, const cx_nmf_opts *options, cx_array *part[2],
                           int64_t *n_iter)
{
    static const char where[] = "non_negative_factorization";
    cx_nmf_opts o;
    CX__TRY(CX__OPTIONS(where, options, &o));
    CX__NEED(where, "x", given, CX__KIND_ARRAY);
    if (cx_ndim(given) != 2 || cx_size(given) == 0)
        return cx__fail(CX_E_SHAPE, where, "x must be a matrix with rows and columns");
    const double beta = o.beta_loss.set ? o.beta_loss.value : 2;
    cx__nmf p = {.beta = beta,
                 .gamma = beta < 1   ? 1 / (2 - beta)
                          : beta > 2 ? 1 / (beta - 1)
                                     : 1,
                 .alpha_w = o.alpha_w,
                 .alpha_h = o.alpha_h.set ? o.alpha_h.value : o.alpha_w,
                 .l1_ratio = o.l1_ratio,
                 .tol = o.tol.set ? o.tol.value : 1e-4,
                 .max_iter = o.max_iter > 0 ? o.max_iter : 200,
                 .k = o.n_components > 0 ? o.n_components : cx_dim(given, 1),
                 .multiplicative = o.multiplicative,
                 .update_h = !o.fixed_h};
    if (!p.multiplicative && beta != 2)
        return cx__fail(CX_E_ARGUMENT, where, "beta_loss=%g needs .multiplicative", beta);
    if (p.alpha_w < 0 || p.alpha_h < 0 || p.l1_ratio < 0 || p.l1_ratio > 1 || o.max_iter < 0 ||
        o.n_components < 0)
        return cx__fail(CX_E_ARGUMENT, where, "a number is out of its range");
    CX__TRY(cx__site_of(where, given, &p.site));
    if (o.shuffle && !p.multiplicative) p.shuffled = cx_random_state(o.random_state, CX_CPU);
    const cx_array *const x = cx__f64(&p.site, given);
    CX__TRY(cx__so_far());
    CX__TRY(cx__nmf_check(&p, where, x));
    CX__TRY(given_start(&o, &p, x, &part[0], &part[1]));
    return cx__nmf_solve(&p, x, &part[0], &part[1], n_iter);
}

cx_nmf_result cx_non_negative_factorization(const cx_array *x, const cx_nmf_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    int64_t n_iter = 0;
    const cx_status st = factorize(x, o, part, &n_iter);
    cx__give_all(s, st, "non_negative_factorization", 2, part);
    return (cx_nmf_result){part[0], part[1], st == CX_OK ? n_iter : 0};
}
