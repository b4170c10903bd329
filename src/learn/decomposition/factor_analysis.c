/* FactorAnalysis: few factors and a noise of its own for each column, by maximum likelihood.
 *
 * One idea: a step needs the singular values of the data over the noise, and scaling columns
 * changes nothing about which rows may stand for the data: tall data is its triangle from the
 * start. */
#include "base/object.h"
#include "learn/decomposition/gaussian.h"
#include "learn/decomposition/projection.h"
#include "learn/decomposition/rotation.h"
#include "learn/decomposition/spectrum.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { LOGLIKE = CX__FACTOR_SLOTS, N_ITER };
static const char *const attrs[] = {
    "components_: float [k, n]", "mean_: float [n]", "noise_variance_: float [n]",
    "loglike_: float [i]",       "n_iter_: int []",  NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)",
     "how many factors; None: as many as columns"},
    {"tol", CX_PARAM_FLOAT, "0.01", "[0, inf)", "gain of the log-likelihood that ends the fit"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"max_iter", CX_PARAM_INT, "1000", "[1, inf)", "most steps"},
    {"noise_variance_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "the noise to start with, one number for each column; None: 1"},
    {"svd_method", CX_PARAM_STR, "'randomized'", "{'randomized', 'lapack'}",
     "random projections, or all digits"},
    {"iterated_power", CX_PARAM_INT, "3", "[0, inf)", "power iterations of randomized"},
    {"rotation", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'varimax', 'quartimax'}",
     "how the factors are turned in the end"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "0", "[0, 4294967295]", "seed of randomized"},
    {.name = NULL},
};

typedef struct problem {
    cx__site site;
    int64_t n, d, k;
    const cx_array *centred, *var; /* [n, d], [d] */
    cx_array *rows;                /* what stands for the centred data */
    cx_generator *draws;           /* NULL: exact */
    int64_t n_iter;
} problem;

/* The k largest singular values of rows and their vectors; what is left of the squares. */
static cx_status largest(const problem *p, const cx_array *rows, cx__spectrum *f,
                         const cx_array **left)
{
    static cx__held squares = CX__HELD("x: sum(x * x)");
    const int64_t r = cx_dim(rows, 0) < p->d ? cx_dim(rows, 0) : p->d;
    if (p->draws && p->k > 0) {
        const cx__projecting how = {
            .k = p->k, .n_oversamples = 10, .n_iter = p->n_iter, .generator = p->draws};
        static cx__held rest = CX__HELD("x, s: sum(x * x) - sum(s * s)");
        CX__TRY(cx__spectrum_of_rows(rows, &how, f));
        *left = cx__held_run("fit", &rest, CX_ARRAYS(cx_ravel(rows), f->singular));
        return cx__so_far();
    }
    CX__TRY(cx__spectrum_exact(rows, f));
    *left = cx__held_run("fit", &squares, CX_ARRAYS(cx_slice(f->singular, 0, p->k, CX_END, 1)));
    f->r = p->k < r ? p->k : r;
    f->singular = cx_slice(f->singular, 0, 0, f->r, 1);
    f->vt = cx_slice(f->vt, 0, 0, f->r, 1);
    return cx__so_far();
}

/* One step: loadings that belong to the noise psi, their log-likelihood, and the noise after. */
static cx_status step(const problem *p, const cx_array *psi, cx_array **loadings, cx_array **next,
                      double *likelihood)
{
    static cx__held scaled = CX__HELD("x, psi, root: x / ((sqrt(psi) + 1e-12) * root)");
    static cx__held weights =
        CX__HELD("s, v, psi: sqrt(maximum(s * s - 1, 0)) * v * (sqrt(psi) + 1e-12)");
    static cx__held logs = CX__HELD("s, psi, left: 2 * sum(log(s)) + sum(log(psi)) + left");
    static cx__held noise = CX__HELD("var, w: maximum(var - sum(w * w, axis=0), 1e-12)");
    const cx_array *const root = cx_float(sqrt((double)p->n)), *const rows = cx__held_run(
                                                                   "fit", &scaled,
                                                                   CX_ARRAYS(p->rows, psi, root));
    const cx_array *left = NULL;
    cx__spectrum f = {0};
    CX__TRY(cx__so_far());
    CX__TRY(largest(p, rows, &f, &left));
    *loadings = cx__held_run("fit", &weights, CX_ARRAYS(cx_expand_dims(f.singular, 1), f.vt, psi));
    *next = cx__held_run("fit", &noise, CX_ARRAYS(p->var, *loadings));
    const double sum = cx__number_f64(cx__held_run("fit", &logs, CX_ARRAYS(f.singular, psi, left)));
    *likelihood = -(double)p->n / 2 * (sum + (double)p->d * log(2 * acos(-1)) + (double)p->k);
    return cx__so_far();
}

static cx_status start_noise(const cx_estimator *self, const problem *p, cx_array **psi)
{
    *psi = cx_ones(CX_SHAPE(p->d), CX_F64, p->site.device);
    if (cx_param_is_none(self, "noise_variance_init")) return CX_OK;
    const cx_array *const given = cx_param_array(self, "noise_variance_init");
    CX__TRY(cx__so_far());
    if (cx_size(given) != p->d)
        return cx__fail(CX_E_SHAPE, "fit",
                        "FactorAnalysis: noise_variance_init has %lld numbers, x has %lld columns",
                        (long long)cx_size(given), (long long)p->d);
    *psi = cx__send(&p->site, given);
    return cx__so_far();
}

/* Steps until the likelihood stands still; each in a scope of its own. */
static cx_status climb(cx_estimator *self, const problem *p, cx_array **psi, cx_array **loadings,
                       double *likelihood, int64_t *count)
{
    const double tol = cx_param_f64(self, "tol");
    const int64_t most = cx_param_i64(self, "max_iter");
    double before = -INFINITY;
    for (*count = 0; *count < most;) {
        const cx_scope inner = cx_scope_open();
        cx_array *next = NULL, *w = NULL;
        double now = 0;
        cx_status st = cx_self_progress(self, *count, most);
        if (st == CX_OK) st = step(p, *psi, &w, &next, &now);
        const bool done = now - before < tol;
        if (st == CX_OK) *loadings = cx_scope_keep(inner, w);
        if (st == CX_OK && !done) *psi = cx_scope_keep(inner, next);
        CX__TRY(cx__give_status(inner, st));
        likelihood[(*count)++] = now;
        if (done) return CX_OK;
        before = now;
    }
    cx__warn(CX_E_CONVERGENCE, "FactorAnalysis did not converge in max_iter=%lld steps",
             (long long)most);
    return CX_OK;
}

/* Loadings whose left vector's largest number is positive, as scikit-learn's random projections
 * leave them. */
static const cx_array *with_signs(const problem *p, const cx_array *w, const cx_array *psi)
{
    const cx_array *const over = cx_div(w, psi), *const left =
                                                     cx_matmul(over, cx_transpose(p->centred));
    const cx_array *const at = cx_expand_dims(cx_argmax(cx_abs(left), CX_AXIS(1)), 1);
    static cx__held turned = CX__HELD("w, top: where(top < 0, -w, w)");
    return cx_dim(w, 0) == 0
               ? w
               : cx__held_run("fit", &turned, CX_ARRAYS(w, cx_take_along_axis(left, at, 1)));
}

static cx_status solve(cx_estimator *self, const problem *p, const cx_array *mean)
{
    const int64_t most = cx_param_i64(self, "max_iter");
    cx_array *psi = NULL, *w = NULL;
    int64_t count = 0;
    CX__TRY(start_noise(self, p, &psi));
    const cx_array *const room = cx_empty(CX_SHAPE(most), CX_F64, CX_CPU);
    double *const likelihood = cx__at(room);
    CX__TRY(cx__so_far());
    CX__TRY(climb(self, p, &psi, &w, likelihood, &count));
    const cx_array *components = with_signs(p, w, psi);
    if (!cx_param_is_none(self, "rotation")) {
        const bool varimax = strcmp(cx_param_str(self, "rotation"), "varimax") == 0;
        CX__TRY(cx__rotated(&p->site, components, varimax, &w));
        components = w;
    }
    CX__TRY(cx__store(self, CX__FACTOR_COMPONENTS, components, CX_F64));
    CX__TRY(cx__store(self, CX__FACTOR_MEAN, mean, CX_F64));
    CX__TRY(cx__store(self, CX__FACTOR_NOISE, psi, CX_F64));
    CX__TRY(cx__store(self, LOGLIKE, cx__given_all(&p->site, likelihood, count, CX_F64), CX_F64));
    return cx_self_set_i64(self, N_ITER, count);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    problem p = {.n = n, .d = d, .n_iter = cx_param_i64(self, "iterated_power")};
    CX__TRY(cx__site_of("fit", data->x, &p.site));
    p.k = cx_param_is_none(self, "n_components") ? d : cx_param_i64(self, "n_components");
    if (strcmp(cx_param_str(self, "svd_method"), "randomized") == 0) p.draws = cx__seeded(self);
    cx_array *mean, *squares;
    const cx_array *const x = cx__f64(&p.site, data->x);
    CX__TRY(cx__column_means(&p.site, x, NULL, &mean, &squares));
    p.var = cx_div(squares, cx_float((double)n));
    p.centred = cx__centred(&p.site, x, mean, NULL);
    CX__TRY(cx__spectral_rows(&p.site, p.centred, NULL, &p.rows));
    return solve(self, &p, mean);
}

/* Rows become means of the factors given them: a projection like any. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_METHOD_SCORE_SAMPLES) return cx__gaussian_plan(self, p);
    const cx_array *const w = cx__slot_f64(self, CX__FACTOR_COMPONENTS),
                          *const scaled = cx_div(w, cx__slot_f64(self, CX__FACTOR_NOISE));
    const int64_t k = cx_dim(w, 0);
    const cx_array *const inner =
        cx_add(cx_eye(k, k, 0, CX_F64, cx_device_of(w)), cx_matmul(scaled, cx_transpose(w)));
    const cx_array *const rows = k > 0 ? cx_linalg_solve(inner, scaled) : scaled;
    return cx__projection_plan(self, rows, cx_self(self, CX__FACTOR_MEAN), NULL, p);
}

const cx_estimator_class cx__class_factor_analysis = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FactorAnalysis",
    .doc = "Factors of normally distributed data, with a noise for each column.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64 | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__projection_transform,
    .feature_names_out = cx__projection_names,
    .score_samples = cx__gaussian_samples,
    .score = cx__gaussian_score,
    .plan = plan,
    .transform_into = cx__scores_into,
    .score_samples_into = cx__gaussian_into,
};
