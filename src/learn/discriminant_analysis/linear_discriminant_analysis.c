/* LinearDiscriminantAnalysis: classes as normal distributions with one covariance, hence linear
 * borders.
 *
 * Means and pooled products are what all solvers start from; the rows themselves are decomposed
 * only where the products could not tell small singular values. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/discriminant_analysis/discriminant.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <string.h>

enum { COEF, INTERCEPT, CLASSES, MEANS, PRIORS, COVARIANCE, RATIO, SCALINGS, XBAR };
static const char *const attrs[] = {"coef_: float [k, n]",
                                    "intercept_: float [k]",
                                    "classes_: label [c]",
                                    "means_: float [c, n]",
                                    "priors_: float [c]",
                                    "covariance_?: float [n, n]",
                                    "explained_variance_ratio_?: float [m]",
                                    "scalings_?: float [n, r]",
                                    "xbar_?: float [n]",
                                    NULL};

static const cx_param params[] = {
    {"solver", CX_PARAM_STR, "'svd'", "{'svd', 'lsqr', 'eigen'}", "how the borders are found"},
    CX__DISCRIMINANT_SHRINKAGE,
    {"priors", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "probabilities of the classes; None: their share of the data"},
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns of transform; None: as many as there can be"},
    {"store_covariance", CX_PARAM_BOOL, "False", NULL,
     "keep covariance_ with solver='svd' too, which does not need it"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "singular values up to it count as 0, with solver='svd'"},
    CX__DISCRIMINANT_ESTIMATOR,
    {.name = NULL},
};

/* What the solvers find. */
typedef struct found {
    const cx_array *coef, *intercept; /* [c, d], [c] */
    const cx_array *covariance, *ratio, *scalings, *xbar;
} found;

/* The classes' covariances, weighted by the priors. One share of shrinkage commutes with the sum.
 */
static cx_status within(const cx_estimator *self, const cx__classed *c, cx_array **out)
{
    const bool each =
        cx_param_is_str(self, "shrinkage") || !cx_param_is_none(self, "covariance_estimator");
    const cx__site *const s = &c->site;
    if (!each) {
        const cx_array *const weight = cx_take(cx_div(c->priors, c->mass), c->code, 0);
        *out = cx__gram(s, cx__centred(s, cx__classed_centred(c), NULL, weight), NULL);
        if (cx_param_is_number(self, "shrinkage"))
            *out = cx__shrunk_covariance(
                "fit", *out,
                cx_full(CX_SHAPE(), cx_float(cx_param_f64(self, "shrinkage")), CX_F64, s->device));
        return cx__so_far();
    }
    const cx_array *const rows = cx__classed_sorted(c);
    cx_array *sum = NULL;
    int64_t at = 0;
    for (int64_t k = 0; k < c->c; k++) {
        const int64_t end = at + (int64_t)c->count[k];
        cx_array *own = NULL;
        CX__TRY(cx__asked_covariance(self, s, cx_slice(rows, 0, at, end, 1), &own));
        own = cx_mul(own, cx_select(c->priors, 0, k));
        sum = sum ? cx_add(sum, own) : own;
        at = end;
    }
    *out = sum;
    return cx__so_far();
}

/* -mean coef / 2 + log prior: means and coef [c, d]. */
static cx_array *intercepts(const cx__classed *c, const cx_array *coef)
{
    static cx__held each =
        CX__HELD("means, coef, priors: log(priors) - sum(means * coef, axis=1) * 0.5");
    return cx__held_run("fit", &each, CX_ARRAYS(c->means, coef, c->priors));
}

static cx_status by_least_squares(const cx_estimator *self, const cx__classed *c, found *out)
{
    cx_array *covariance = NULL;
    CX__TRY(within(self, c, &covariance));
    out->covariance = covariance;
    out->coef = cx_matmul(c->means, cx__symmetric_pinv("fit", covariance));
    out->intercept = intercepts(c, out->coef);
    return cx__so_far();
}

/* between v = value within v, by what makes within the identity. */
static cx_status by_eigenvectors(const cx_estimator *self, const cx__classed *c, int64_t most,
                                 found *out)
{
    cx_array *inside = NULL, *total = NULL;
    CX__TRY(within(self, c, &inside));
    CX__TRY(cx__asked_covariance(self, &c->site, c->x, &total));
    const cx_eigh w = cx_linalg_eigh(inside, NULL);
    static cx__held span = CX__HELD("w: min(w) / max(w)");
    if (!(cx__number_f64(cx__held_run("fit", &span, CX_ARRAYS(w.w))) > DBL_EPSILON)) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_SINGULAR, "fit",
                        "%s: the covariance within the classes is not positive definite; use "
                        "shrinkage or another solver",
                        self->cls->name);
    }
    const cx_array *const white = cx_div(w.v, cx_sqrt(w.w)), *const between = cx_sub(total, inside);
    const cx_eigh e =
        cx_linalg_eigh(cx_matmul(cx_matmul(cx_transpose(white), between), white), NULL);
    const cx_array *const vectors =
        cx_transpose(cx__fix_signs("fit", cx_transpose(cx_matmul(white, cx_flip(e.v, 1)))));
    out->covariance = inside;
    /* with OAS or such the sum may be negative, which turns the order */
    const cx_array *const ratio = cx_sort(cx_div(e.w, cx_sum(e.w, CX_ALL)), 0);
    out->ratio = cx_slice(cx_flip(ratio, 0), 0, 0, most, 1);
    out->scalings = vectors;
    out->coef = cx_matmul(cx_matmul(c->means, vectors), cx_transpose(vectors));
    out->intercept = intercepts(c, out->coef);
    return cx__so_far();
}

/* How many of them are above: the rest is noise. */
static cx_status above(const cx_array *values, const cx_array *bound, int64_t *count)
{
    *count = cx__number_i64(cx_sum(cx_greater(values, bound), CX_ALL));
    return cx__so_far();
}

/* Directions in which the classes have unit covariance inside: [d, r]. */
static cx_status whitening(const cx_estimator *self, const cx__classed *c, cx_array **out)
{
    const cx__site *const s = &c->site;
    const double tol = cx_param_f64(self, "tol"), n = (double)c->n;
    const cx_array *const z = cx__classed_centred(c), *const gram = cx__gram(s, z, NULL);
    /* a column that is constant in every class has a variance of nothing but rounding */
    static cx__held spread = CX__HELD("v, top: where(v <= top * top, 1, sqrt(v))");
    const cx_array *const noise = cx_mul(cx_max(cx_abs(c->means), CX_AXIS(0)),
                                         cx_float(8 * DBL_EPSILON)),
                          *const std = cx__held_run(
                              "fit", &spread,
                              CX_ARRAYS(cx_div(cx_diagonal(gram, 0), cx_float(n)), noise));
    static cx__held unit = CX__HELD("g, down, std, n: g / (down * std * n)");
    const cx_array *const scaled =
        cx__held_run("fit", &unit, CX_ARRAYS(gram, cx_expand_dims(std, 1), std, cx_float(n)));
    static cx__held rows = CX__HELD("z, std, n: z / std / sqrt(n)");
    cx__axes a;
    bool told = false;
    CX__TRY(cx__axes_of_products(c->n, scaled, &a, &told));
    if (!told)
        CX__TRY(cx__axes_of_rows(cx__held_run("fit", &rows, CX_ARRAYS(z, std, cx_float(n))), &a));
    const cx_array *const values = cx_sqrt(a.values);
    int64_t rank = 0;
    CX__TRY(above(values, cx_float(tol), &rank));
    *out = cx_div(cx_transpose(cx_div(cx_slice(a.axes, 0, 0, rank, 1), std)),
                  cx_slice(values, 0, 0, rank, 1));
    return cx__so_far();
}

static cx_status by_svd(const cx_estimator *self, const cx__classed *c, int64_t most, found *out)
{
    cx_array *scalings = NULL, *covariance = NULL;
    if (cx_param_bool(self, "store_covariance")) CX__TRY(within(self, c, &covariance));
    CX__TRY(whitening(self, c, &scalings));
    const cx_array *const xbar = cx_vecmat(c->priors, c->means), *const apart =
                                                                     cx_sub(c->means, xbar);
    const double rest = c->c == 1 ? 1 : (double)(c->c - 1);
    static cx__held weights = CX__HELD("apart, priors, n, rest: sqrt(n * priors / rest) * apart");
    const cx_array *const centres = cx__held_run(
        "fit", &weights,
        CX_ARRAYS(apart, cx_expand_dims(c->priors, 1), cx_float((double)c->n), cx_float(rest)));
    const cx_svd f =
        cx_linalg_svd(cx_matmul(centres, scalings), CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *const squares = cx_mul(f.s, f.s);
    int64_t rank = 0;
    CX__TRY(cx__so_far());
    if (cx_size(f.s) > 0)
        CX__TRY(
            above(f.s, cx_mul(cx_select(f.s, 0, 0), cx_float(cx_param_f64(self, "tol"))), &rank));
    out->covariance = covariance;
    out->xbar = xbar;
    out->ratio = cx_slice(cx_div(squares, cx_sum(squares, CX_ALL)), 0, 0, most, 1);
    out->scalings = cx_transpose(
        cx__fix_signs("fit", cx_matmul(cx_slice(f.vh, 0, 0, rank, 1), cx_transpose(scalings))));
    const cx_array *const coef = cx_matmul(apart, out->scalings);
    static cx__held start =
        CX__HELD("coef, priors, shift: log(priors) - sum(coef * coef, axis=1) * 0.5 - shift");
    out->coef = cx_matmul(coef, cx_transpose(out->scalings));
    out->intercept =
        cx__held_run("fit", &start, CX_ARRAYS(coef, c->priors, cx_matvec(out->coef, xbar)));
    return cx__so_far();
}

static cx_status store(cx_estimator *self, const cx__classed *c, const found *r, cx_dtype t)
{
    const cx_array *coef = r->coef, *intercept = r->intercept;
    if (c->c == 2) { /* one score: the second class's less the first's */
        coef = cx_sub(cx_slice(coef, 0, 1, 2, 1), cx_slice(coef, 0, 0, 1, 1));
        intercept = cx_sub(cx_slice(intercept, 0, 1, 2, 1), cx_slice(intercept, 0, 0, 1, 1));
    }
    CX__TRY(cx__store(self, COEF, coef, t));
    CX__TRY(cx__store(self, INTERCEPT, intercept, t));
    CX__TRY(cx_self_set(self, CLASSES, c->classes));
    CX__TRY(cx__store(self, MEANS, c->means, t));
    CX__TRY(cx__store(self, PRIORS, c->priors, t));
    if (r->covariance) CX__TRY(cx__store(self, COVARIANCE, r->covariance, t));
    if (r->ratio) CX__TRY(cx__store(self, RATIO, r->ratio, t));
    if (r->scalings) CX__TRY(cx__store(self, SCALINGS, r->scalings, t));
    return r->xbar ? cx__store(self, XBAR, r->xbar, t) : CX_OK;
}

static cx_status solve(cx_estimator *self, const cx__classed *c, cx_dtype t)
{
    if (c->n <= c->c)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs more rows than classes", self->cls->name);
    int64_t most = c->c - 1 < c->d ? c->c - 1 : c->d;
    if (!cx_param_is_none(self, "n_components")) {
        const int64_t asked = cx_param_i64(self, "n_components");
        if (asked > most)
            return cx__fail(
                CX_E_ARGUMENT, "fit",
                "%s: n_components=%lld is more than min(n_features, n_classes - 1)=%lld",
                self->cls->name, (long long)asked, (long long)most);
        most = asked;
    }
    const char *const solver = cx_param_str(self, "solver");
    found r = {0};
    if (strcmp(solver, "svd") == 0)
        CX__TRY(by_svd(self, c, most, &r));
    else if (strcmp(solver, "lsqr") == 0)
        CX__TRY(by_least_squares(self, c, &r));
    else
        CX__TRY(by_eigenvectors(self, c, most, &r));
    return store(self, c, &r, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__asked_check(self));
    cx__classed c = {0};
    cx_status st = cx__classed_make(self, data, &c);
    if (st == CX_OK) st = solve(self, &c, cx__float_like(data->x));
    cx__classed_free(&c);
    return st;
}

/* ---- use */
static int64_t columns(const cx_estimator *self)
{
    const int64_t m = cx_size(cx_self(self, RATIO)), r = cx_dim(cx_self(self, SCALINGS), 1);
    return m < r ? m : r;
}

static cx_status plan_transform(const cx_estimator *self, cx_plan *p)
{
    cx_learn_scores *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    const int64_t k = columns(self);
    const cx_array *const scalings = cx_slice(cx__slot_f64(self, SCALINGS), 1, 0, k, 1),
                          *const w = cx__padded_transpose(cx__plan_site(p), cx_transpose(scalings));
    *m = (cx_learn_scores){.score = CX_LEARN_LINEAR,
                           .end = CX_LEARN_SCORES,
                           .d = p->cols_in,
                           .k = k,
                           .ld = cx_dim(w, 1)};
    p->state = m;
    p->cols_out = k;
    if (cx_self_has(self, XBAR)) CX__TRY(cx__plan_f64(p, cx_self(self, XBAR), &m->shift));
    return cx__plan_f64(p, w, &m->w);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_TRANSFORM) return plan_transform(self, p);
    CX__TRY(cx__linear_plan(self, COEF, INTERCEPT, p));
    cx_learn_scores *const m = p->state;
    const bool two = cx_size(cx_self(self, CLASSES)) == 2;
    if (p->method == CX_PREDICT) m->end = two ? CX_LEARN_POSITIVE : CX_LEARN_FIRST_MAX;
    if (p->method == CX_PREDICT_PROBA) m->end = two ? CX_LEARN_EXPIT : CX_LEARN_SOFTMAX;
    return CX_OK;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CLASSES);
}
static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, cx__float_like(x));
}
/* A probability of 0 has the logarithm of the smallest normal number. */
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const p = predict_proba(self, x);
    const double least = cx_dtype_of(p) == CX_F32 ? (double)FLT_MIN : DBL_MIN;
    static cx__held logs = CX__HELD("p, least: log(where(p == 0, least, p))");
    return cx__held_run("predict_log_proba", &logs, CX_ARRAYS(p, cx_float(least)));
}
static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}
static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, columns(self));
}
static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_INVERSE_TRANSFORM) return false;
    if (method != CX_TRANSFORM) return true;
    return self->state ? cx_self_has(self, SCALINGS)
                       : strcmp(cx_param_str(self, "solver"), "lsqr") != 0;
}

static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), k = cx_size(cx_self(self, INTERCEPT));
    const bool scores = c >= 1 && k == (c == 2 ? 1 : c),
               axes = cx_self_has(self, SCALINGS) == cx_self_has(self, RATIO);
    if (scores && axes) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "LinearDiscriminantAnalysis: %lld classes with %lld rows of coef_",
                    (long long)c, (long long)k);
}

const cx_estimator_class cx__class_linear_discriminant_analysis = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LinearDiscriminantAnalysis",
    .doc = "Linear borders between normal classes of one covariance, and the axes that part them.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 7,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .decision_function = decision_function,
    .check = check,
    .plan = plan,
    .transform_into = cx__scores_into,
    .predict_into = cx__scores_into,
    .predict_proba_into = cx__scores_into,
    .decision_into = cx__scores_into,
    .has = has,
};
