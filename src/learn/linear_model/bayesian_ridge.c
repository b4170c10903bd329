/* BayesianRidge: ridge regression that estimates the precisions of noise and weights.
 *
 * One idea: in the basis of the data's singular vectors an iteration is a loop over their count;
 * what lies outside their span is measured once. Source: MacKay, Network 3 (1992); Tipping, JMLR 1
 * (2001), appendix A. */
#include "learn/linear_model/bayes.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

static const char *const attrs[] = {"coef_: float [n]",     "intercept_: float []",
                                    "alpha_: float []",     "lambda_: float []",
                                    "sigma_: float [n, n]", "scores_?: float [*]",
                                    "n_iter_: int []",      "X_offset_: float [n]",
                                    "X_scale_: float [n]",  NULL};

static const cx_param params[] = {
    CX__BAYES_START,
    {"alpha_init", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "first precision of the noise; None: 1 / variance of y"},
    {"lambda_init", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "first precision of the weights; None: 1"},
    CX__BAYES_SCORE,
    CX__BAYES_END,
    {.name = NULL},
};

cx__bayes_prior cx__bayes_prior_of(const cx_estimator *self)
{
    return (cx__bayes_prior){.alpha_1 = cx_param_f64(self, "alpha_1"),
                             .alpha_2 = cx_param_f64(self, "alpha_2"),
                             .lambda_1 = cx_param_f64(self, "lambda_1"),
                             .lambda_2 = cx_param_f64(self, "lambda_2"),
                             .tol = cx_param_f64(self, "tol"),
                             .max_iter = cx_param_i64(self, "max_iter"),
                             .score = cx_param_bool(self, "compute_score")};
}

cx_status cx__bayes_store(cx_estimator *self, const cx__regression *r, int64_t n_iter,
                          const double *scores, int64_t n, cx_dtype t)
{
    const cx_device d = r->site.device;
    const cx_array *zero = cx_zeros(CX_SHAPE(r->d), t, d);
    CX__TRY(cx__store(self, CX__BAYES_OFFSET, r->x_mean != NULL ? r->x_mean : zero, t));
    CX__TRY(cx__store(self, CX__BAYES_SCALE, cx_ones(CX_SHAPE(r->d), t, d), t));
    const double count = (double)n_iter;
    CX__TRY(cx__store_host(self, &r->site, CX__BAYES_N_ITER, &count, -1, CX_I64));
    return scores == NULL ? CX_OK
                          : cx__store_host(self, &r->site, CX__BAYES_SCORES, scores, n, CX_F64);
}

cx_status cx__bayes_residual(const cx__regression *r, const cx_array *coef, double *out)
{
    static cx__held squares = CX__HELD("y, p: e = y - p; sum(e * e)");
    *out = cx__number_f64(cx__held_run("fit", &squares, CX_ARRAYS(r->y, cx_matmul(r->x, coef))));
    return cx__so_far();
}

/* The data in the basis of its singular vectors. */
typedef struct basis {
    int64_t count;        /* of singular values */
    const double *value;  /* [count] their squares */
    const double *s, *uy; /* [count] themselves, U^T y */
    const cx_array *vh;   /* [count, d] on the device */
    double outside;       /* squared length of what of y is outside the span of the columns */
} basis;

static cx_status decompose(const cx__regression *r, basis *b)
{
    cx_array *all = NULL;
    const cx_array *left = r->x, *right = r->y;
    if (r->n > r->d) {
        CX__TRY(cx__regression_triangle(r, &all));
        left = cx_slice(all, 1, 0, r->d, 1);
        right = cx_slice(all, 1, r->d, CX_END, 1);
    }
    const cx_svd f = cx_linalg_svd(left, CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *uy = cx_matmul(cx_transpose(f.u), right), *s_here = cx__fetch(&r->site, f.s),
                   *uy_here = cx__fetch(&r->site, uy);
    static cx__held over = CX__HELD("u, s, top: where(s > top * 1e-14, u / where(s > 0, s, 1), 0)");
    const cx_array *top = cx_slice(f.s, 0, 0, 1, 1),
                   *plain = cx__held_run("fit", &over, CX_ARRAYS(uy, cx_expand_dims(f.s, 1), top));
    *b = (basis){.count = cx_size(f.s), .vh = f.vh};
    double *square = cx__host_f64(b->count, -1);
    CX__TRY(cx__so_far());
    b->s = cx_data_f64(s_here);
    b->uy = cx_data_f64(uy_here);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < b->count; i++) square[i] = b->s[i] * b->s[i];
    b->value = square;
    return cx__bayes_residual(r, cx_matmul(cx_transpose(f.vh), plain), &b->outside);
}

typedef struct state {
    double alpha, lambda, sse, length; /* length: |w|^2 */
    const cx_array *coef;              /* [d, 1] */
} state;

/* Coefficients for the precisions of s. */
static cx_status update(const cx__regression *r, const basis *b, double *part, state *s)
{
    const double ratio = s->lambda / s->alpha;
    s->sse = b->outside;
    s->length = 0;
    for (int64_t i = 0; i < b->count; i++) {
        const double whole = b->value[i] + ratio, left = b->uy[i] * (ratio / whole);
        part[i] = b->s[i] * b->uy[i] / whole;
        /* what the columns do not span is in `outside` already */
        if (b->s[i] > b->s[0] * 1e-14) s->sse += left * left;
        s->length += part[i] * part[i];
    }
    const cx_array *there = cx__send(&r->site, cx_copy_host(part, CX_SHAPE(b->count, 1), CX_F64));
    s->coef = cx_matmul(cx_transpose(b->vh), there);
    return cx__so_far();
}

static double evidence(const cx__regression *r, const basis *b, const cx__bayes_prior *p,
                       double mass, const state *s)
{
    const double d = (double)r->d, two_pi = 2 * acos(-1.0);
    double logs = -(double)(r->d - b->count) * log(s->lambda);
    for (int64_t i = 0; i < b->count; i++) logs -= log(s->lambda + s->alpha * b->value[i]);
    return p->lambda_1 * log(s->lambda) - p->lambda_2 * s->lambda + p->alpha_1 * log(s->alpha) -
           p->alpha_2 * s->alpha +
           0.5 * (d * log(s->lambda) + mass * log(s->alpha) - s->alpha * s->sse -
                  s->lambda * s->length + logs - mass * log(two_pi));
}

static cx_status iterate(const cx_estimator *self, const cx__regression *r, const basis *b,
                         double mass, state *s, double *scores, int64_t *n_iter)
{
    static cx__held change = CX__HELD("a, b: sum(abs(a - b))");
    const cx__bayes_prior p = cx__bayes_prior_of(self);
    double *part = cx__host_f64(b->count, -1);
    CX__TRY(cx__so_far());
    const cx_array *before = NULL;
    int64_t i = 0;
    for (; i < p.max_iter; i++) {
        CX__TRY(cx_self_progress(self, i, p.max_iter));
        CX__TRY(update(r, b, part, s));
        if (p.score) scores[i] = evidence(r, b, &p, mass, s);
        double gamma = 0;
        for (int64_t k = 0; k < b->count; k++)
            gamma += s->alpha * b->value[k] / (s->lambda + s->alpha * b->value[k]);
        s->lambda = (gamma + 2 * p.lambda_1) / (s->length + 2 * p.lambda_2);
        s->alpha = (mass - gamma + 2 * p.alpha_1) / (s->sse + 2 * p.alpha_2);
        if (before != NULL &&
            cx__number_f64(cx__held_run("fit", &change, CX_ARRAYS(before, s->coef))) < p.tol)
            break;
        CX__TRY(cx__so_far());
        before = s->coef;
    }
    *n_iter = i < p.max_iter ? i + 1 : p.max_iter;
    CX__TRY(update(r, b, part, s));
    if (p.score) scores[*n_iter] = evidence(r, b, &p, mass, s);
    return CX_OK;
}

static cx_array *covariance(const cx__regression *r, const basis *b, const state *s)
{
    static cx__held full = CX__HELD("part, lam, one: part + one / lam");
    double *part = cx__host_f64(b->count, -1);
    if (part == NULL) return NULL;
    const bool whole = b->count == r->d;
    for (int64_t i = 0; i < b->count; i++) {
        const double own = s->alpha * b->value[i];
        part[i] = whole ? 1 / (own + s->lambda) : -own / (s->lambda * (own + s->lambda));
    }
    const cx_array *there = cx__send(&r->site, cx_copy_host(part, CX_SHAPE(b->count, 1), CX_F64));
    cx_array *out = cx_matmul(cx_transpose(b->vh), cx_mul(there, b->vh));
    return whole ? out
                 : cx__held_run("fit", &full,
                                CX_ARRAYS(out, cx_float(s->lambda),
                                          cx_eye(r->d, r->d, 0, CX_F64, r->site.device)));
}

/* Variance of y by weight, and the weights' sum. */
static cx_status spread(const cx_data *data, const cx__site *s, double *variance, double *mass)
{
    static cx__held weighted = CX__HELD("y, w: all = sum(w); m = sum(y * w) / all;"
                                        "sum((y - m) ** 2 * w) / all, all");
    const cx_array *y = cx__f64(s, data->y);
    *mass = (double)cx_dim(data->y, 0);
    if (data->sample_weight == NULL) {
        *variance = cx__number_f64(cx_var(y, CX_ALL));
        return cx__so_far();
    }
    const cx_tuple both =
        cx__held_all("fit", &weighted, CX_ARRAYS(y, cx__f64(s, data->sample_weight)));
    CX__TRY(cx__so_far());
    *variance = cx__number_f64(both.at[0]);
    *mass = cx__number_f64(both.at[1]);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *given)
{
    cx_data data = *given;
    cx__regression r;
    basis b;
    double variance, mass;
    CX__TRY(cx__single_target(self, &data));
    CX__TRY(cx__regression_make(&data, cx_param_bool(self, "fit_intercept"), &r));
    CX__TRY(spread(&data, &r.site, &variance, &mass));
    CX__TRY(decompose(&r, &b));
    state s = {.alpha = cx_param_is_none(self, "alpha_init") ? 1 / (variance + DBL_EPSILON)
                                                             : cx_param_f64(self, "alpha_init"),
               .lambda =
                   cx_param_is_none(self, "lambda_init") ? 1 : cx_param_f64(self, "lambda_init")};
    const bool keep = cx_param_bool(self, "compute_score");
    double *scores = keep ? cx__host_f64(cx_param_i64(self, "max_iter") + 1, -1) : NULL;
    CX__TRY(cx__so_far());
    int64_t n_iter = 0;
    CX__TRY(iterate(self, &r, &b, mass, &s, scores, &n_iter));
    const cx_dtype t = cx__float_like(given->x);
    CX__TRY(cx__regression_store(self, &r, cx_transpose(s.coef), t));
    CX__TRY(cx__store_host(self, &r.site, CX__BAYES_ALPHA, &s.alpha, -1, t));
    CX__TRY(cx__store_host(self, &r.site, CX__BAYES_LAMBDA, &s.lambda, -1, t));
    const cx_array *sigma = covariance(&r, &b, &s);
    CX__TRY(cx__so_far());
    CX__TRY(cx__store(self, CX__BAYES_SIGMA, sigma, t));
    return cx__bayes_store(self, &r, n_iter, scores, n_iter + 1, t);
}

const cx_estimator_class cx__class_bayesian_ridge = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BayesianRidge",
    .doc = "Ridge regression whose precisions of noise and weights are estimated.",
    .kind = CX_REGRESSOR,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
