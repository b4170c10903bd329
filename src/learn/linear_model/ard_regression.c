/* ARDRegression: a precision of its own for every weight, and weights without use leave.
 *
 * One idea: products of the columns are made once; an iteration inverts those of the columns that
 * are left (with fewer rows than columns, a matrix of the rows), and the host updates precisions.
 * Source: MacKay, ASHRAE Trans. 100 (1994); Tipping, JMLR 1 (2001). */
#include "learn/linear_model/bayes.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {"coef_: float [n]",     "intercept_: float []",
                                    "alpha_: float []",     "lambda_: float [n]",
                                    "sigma_: float [m, m]", "scores_?: float [*]",
                                    "n_iter_: int []",      "X_offset_: float [n]",
                                    "X_scale_: float [n]",  NULL};

static const cx_param params[] = {
    CX__BAYES_START,
    CX__BAYES_SCORE,
    {"threshold_lambda", CX_PARAM_FLOAT, "10000.0", "[0, inf)",
     "weights of this precision and more are 0"},
    CX__BAYES_END,
    {.name = NULL},
};

typedef struct state {
    const cx__regression *r;
    bool wide;       /* fewer rows than columns */
    cx_array *gram;  /* [d, d] unless wide */
    cx_array *cross; /* [d, 1] */
    double alpha, sse;
    double *lambda, *coef; /* [d] on the host */
    int64_t *kept, count;  /* [d] columns that are left, how many */
    cx_array *place;       /* [count] the same on the device */
    cx_array *sigma;       /* [count, count] */
} state;

/* lambda of the columns that are left, [count, 1] on the device. */
static cx_array *precisions(const state *s)
{
    double *v = cx__host_f64(s->count, -1);
    if (v == NULL) return NULL;
    for (int64_t i = 0; i < s->count; i++) v[i] = s->lambda[s->kept[i]];
    return cx__send(&s->r->site, cx_copy_host(v, CX_SHAPE(s->count, 1), CX_F64));
}

static cx_status find_kept(state *s, double threshold)
{
    s->count = 0;
    for (int64_t j = 0; j < s->r->d; j++)
        if (s->lambda[j] < threshold)
            s->kept[s->count++] = j;
        else
            s->coef[j] = 0;
    s->place = cx__send(&s->r->site, cx_copy_host(s->kept, CX_SHAPE(s->count), CX_I64));
    return cx_status_of(s->place);
}

static cx_status update_sigma(state *s)
{
    static cx__held inner = CX__HELD("g, lam, one, alpha: alpha * g + lam * one"),
                    rows = CX__HELD("g, one, alpha: g + one / alpha"),
                    outer = CX__HELD("g, lam, one: one / lam - g");
    const cx_array *lambda = precisions(s), *alpha = cx_float(s->alpha);
    const cx_device d = s->r->site.device;
    const cx_array *one = cx_eye(s->count, s->count, 0, CX_F64, d);
    CX__TRY(cx__so_far());
    if (!s->wide) {
        const cx_array *g = cx_take(cx_take(s->gram, s->place, 0), s->place, 1);
        s->sigma =
            cx_linalg_pinvh(cx__held_run("fit", &inner, CX_ARRAYS(g, lambda, one, alpha)), NULL);
        return cx__so_far();
    }
    /* the inverse of a sum by the matrix of the rows (Woodbury) */
    const int64_t n = s->r->n;
    const cx_array *x = cx_take(s->r->x, s->place, 1), *scaled = cx_div(x, cx_transpose(lambda)),
                   *g = cx__held_run("fit", &rows,
                                     CX_ARRAYS(cx_matmul(scaled, cx_transpose(x)),
                                               cx_eye(n, n, 0, CX_F64, d), alpha));
    const cx_array *half = cx_matmul(cx_linalg_pinvh(g, NULL), scaled);
    s->sigma =
        cx__held_run("fit", &outer, CX_ARRAYS(cx_matmul(cx_transpose(scaled), half), lambda, one));
    return cx__so_far();
}

static cx_status update_coef(state *s)
{
    const cx_array *cross = cx_take(s->cross, s->place, 0),
                   *part = cx_mul(cx_matmul(s->sigma, cross), cx_float(s->alpha)),
                   *here = cx__fetch(&s->r->site, part);
    CX__TRY(cx__so_far());
    const double *v = cx_data_f64(here);
    if (v == NULL) return cx__last_status();
    for (int64_t i = 0; i < s->count; i++) s->coef[s->kept[i]] = v[i];
    return CX_OK;
}

static cx_status residual(state *s)
{
    const cx_array *there =
        cx__send(&s->r->site, cx_copy_host(s->coef, CX_SHAPE(s->r->d, 1), CX_F64));
    return cx__bayes_residual(s->r, there, &s->sse);
}

static cx_status update_precisions(state *s, const cx__bayes_prior *p)
{
    const cx_array *diagonal = cx__fetch(&s->r->site, cx_diagonal(s->sigma, 0));
    CX__TRY(cx__so_far());
    const double *own = cx_data_f64(diagonal);
    if (own == NULL) return cx__last_status();
    double sum = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t j = s->kept[i];
        const double gamma = 1 - s->lambda[j] * own[i];
        s->lambda[j] = (gamma + 2 * p->lambda_1) / (s->coef[j] * s->coef[j] + 2 * p->lambda_2);
        sum += gamma;
    }
    s->alpha = ((double)s->r->n - sum + 2 * p->alpha_1) / (s->sse + 2 * p->alpha_2);
    return CX_OK;
}

static cx_status score(const state *s, const cx__bayes_prior *p, double *out)
{
    const cx_slogdet whole = cx_linalg_slogdet(s->sigma);
    const double sign = cx__number_f64(whole.sign), log_det = cx__number_f64(whole.logabsdet);
    CX__TRY(cx__so_far());
    double sum = p->alpha_1 * log(s->alpha) - p->alpha_2 * s->alpha, logs = 0, squares = 0;
    for (int64_t j = 0; j < s->r->d; j++) {
        sum += p->lambda_1 * log(s->lambda[j]) - p->lambda_2 * s->lambda[j];
        logs += log(s->lambda[j]);
        squares += s->lambda[j] * s->coef[j] * s->coef[j];
    }
    *out = sum + 0.5 * ((sign > 0 ? log_det : -INFINITY) + (double)s->r->n * log(s->alpha) + logs) -
           0.5 * (s->alpha * s->sse + squares);
    return CX_OK;
}

/* One iteration; *change of the coefficients. */
static cx_status turn(state *s, const cx__bayes_prior *p, double threshold, double *before,
                      double *change, double *value)
{
    CX__TRY(update_sigma(s));
    CX__TRY(update_coef(s));
    CX__TRY(residual(s));
    CX__TRY(update_precisions(s, p));
    CX__TRY(find_kept(s, threshold));
    if (p->score) CX__TRY(score(s, p, value));
    *change = 0;
    for (int64_t j = 0; j < s->r->d; j++) {
        *change += fabs(before[j] - s->coef[j]);
        before[j] = s->coef[j];
    }
    return CX_OK;
}

static cx_status iterate(const cx_estimator *self, state *s, double *scores, int64_t *n_iter)
{
    const cx__bayes_prior p = cx__bayes_prior_of(self);
    const double threshold = cx_param_f64(self, "threshold_lambda");
    double *before = cx__host_f64(s->r->d, -1);
    CX__TRY(cx__so_far());
    int64_t i = 0;
    for (; i < p.max_iter; i++) {
        double change;
        CX__TRY(cx_self_progress(self, i, p.max_iter));
        CX__TRY(turn(s, &p, threshold, before, &change, p.score ? scores + i : NULL));
        if ((i > 0 && change < p.tol) || s->count == 0) break;
    }
    *n_iter = i < p.max_iter ? i + 1 : p.max_iter;
    if (s->count == 0) {
        s->sigma = cx_zeros(CX_SHAPE(0, 0), CX_F64, s->r->site.device);
        return cx_status_of(s->sigma);
    }
    CX__TRY(update_sigma(s));
    return update_coef(s);
}

static cx_status prepare(const cx__regression *r, state *s)
{
    static cx__held spread = CX__HELD("y: mean((y - mean(y)) ** 2)");
    cx_array *kept = cx_zeros(CX_SHAPE(r->d), CX_I64, CX_CPU);
    *s = (state){.r = r, .wide = r->n < r->d};
    s->lambda = cx__host_f64(r->d, -1);
    s->coef = cx__host_f64(r->d, -1);
    s->cross = cx_matmul(cx_transpose(r->x), r->y);
    if (!s->wide) s->gram = cx__gram(&r->site, r->x, NULL);
    const double variance = cx__number_f64(cx__held_run("fit", &spread, CX_ARRAYS(r->y)));
    CX__TRY(cx__so_far());
    s->alpha = 1 / (variance + DBL_EPSILON);
    s->kept = cx_data_i64_mut(kept);
    for (int64_t j = 0; j < r->d; j++) s->lambda[j] = 1;
    return find_kept(s, INFINITY);
}

static cx_status fit(cx_estimator *self, const cx_data *given)
{
    cx_data data = *given;
    cx__regression r;
    state s;
    CX__TRY(cx__single_target(self, &data));
    if (cx_dim(data.x, 0) < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "ARDRegression needs at least 2 rows");
    CX__TRY(cx__regression_make(&data, cx_param_bool(self, "fit_intercept"), &r));
    CX__TRY(prepare(&r, &s));
    const bool keep = cx_param_bool(self, "compute_score");
    double *scores = keep ? cx__host_f64(cx_param_i64(self, "max_iter"), -1) : NULL;
    CX__TRY(cx__so_far());
    int64_t n_iter = 0;
    CX__TRY(iterate(self, &s, scores, &n_iter));
    const cx_dtype t = cx__float_like(given->x);
    CX__TRY(cx__normal_store(self, &r, s.coef, t));
    CX__TRY(cx__store_host(self, &r.site, CX__BAYES_ALPHA, &s.alpha, -1, t));
    CX__TRY(cx__store_host(self, &r.site, CX__BAYES_LAMBDA, s.lambda, r.d, t));
    CX__TRY(cx__store(self, CX__BAYES_SIGMA, s.sigma, t));
    return cx__bayes_store(self, &r, n_iter, scores, n_iter, t);
}

const cx_estimator_class cx__class_ard_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ARDRegression",
    .doc = "Regression with a precision of its own for every weight.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
