/* Dummies, covariances and discriminant analyses against scikit-learn. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/covariance.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(a, tolerance, ...)                                                                   \
    do {                                                                                          \
        size_t count_;                                                                            \
        const double *want_ = golden(&count_, __VA_ARGS__);                                       \
        const double off_ = difference((a), want_, count_);                                       \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, key, off_, (tolerance)); \
    } while (0)

static const char *key = "";

static cx_scope open(void)
{
    golden_from("learn_discriminant.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y, .sample_weight = weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}
static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    return cx_fit(cx_estimator_new(spec), x, y);
}

static cx_array *weights_for(int64_t n)
{
    return cx_add(cx_remainder(cx_arange(0, (double)n, 1, CX_F64, CX_CPU), cx_float(3)),
                  cx_float(0.5));
}
static cx_array *first(const cx_array *a, int64_t n)
{
    return cx_copy(cx_slice(a, 0, 0, n, 1));
}

/* ---- dummies */
static void check_classifier(const char *set, const data_set *d, const char *strategy,
                             bool weighted)
{
    char spec[96], name[96];
    snprintf(spec, sizeof spec, "DummyClassifier(strategy='%s', random_state=5)", strategy);
    snprintf(name, sizeof name, "dummy/%s/%s/%s", set, strategy, weighted ? "weighted" : "plain");
    key = name;
    const cx_estimator *const m = fitted(spec, d->x, d->y, weighted ? weights_for(d->n) : NULL);
    NEAR(cx_attr(m, "class_prior_"), 1e-14, "%s/prior", name);
    NEAR(cx_predict(m, d->x), 0.0, "%s/labels", name);
    NEAR(cx_predict_proba(m, first(d->x, 40)), 1e-14, "%s/proba", name);
}

Test(dummy, classifier)
{
    const char *const strategies[] = {"most_frequent", "prior", "stratified", "uniform"};
    const char *const sets[] = {"iris", "wine_data"};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++) {
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            check_classifier(sets[i], &d, strategies[j], false);
            check_classifier(sets[i], &d, strategies[j], true);
            done(s);
        }
}

Test(dummy, constant_labels)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_estimator *m =
        fitted("DummyClassifier(strategy='constant', constant=2)", d.x, d.y, NULL);
    cr_expect(cx_item_bool(cx_all(cx_equal(cx_predict(m, d.x), cx_float(2)), CX_ALL)));
    const double *const row = cx_data_f64(cx_predict_proba(m, first(d.x, 1)));
    cr_expect(row && row[0] == 0 && row[1] == 0 && row[2] == 1);
    m = fitted("DummyClassifier(strategy='constant', constant=[1])", d.x, d.y, NULL);
    cr_expect(cx_item_f64(cx_select(cx_predict(m, d.x), 0, 0)) == 1);
    cr_expect(refused("DummyClassifier(strategy='constant')", d.x, d.y) == CX_E_ARGUMENT);
    done(s);
    const cx_scope bad = open();
    const data_set e = read_data("iris");
    cr_expect(refused("DummyClassifier(strategy='constant', constant=7)", e.x, e.y) ==
              CX_E_ARGUMENT);
    cr_expect(refused("DummyClassifier(strategy='constant', constant='x')", e.x, e.y) ==
              CX_E_ARGUMENT);
    cr_expect(cx_scope_close(bad) == CX_OK);
}

Test(dummy, regressor)
{
    const char *const specs[][2] = {{"mean", "DummyRegressor()"},
                                    {"median", "DummyRegressor(strategy='median')"},
                                    {"low", "DummyRegressor(strategy='quantile', quantile=0.0)"},
                                    {"some", "DummyRegressor(strategy='quantile', quantile=0.3)"},
                                    {"high", "DummyRegressor(strategy='quantile', quantile=1.0)"}};
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const both = cx_stack(CX_ARRAYS(d.y, cx_mul(cx_select(d.x, 1, 0), d.y)), 1);
    for (int i = 0; i < 5; i++)
        for (int two = 0; two < 2; two++)
            for (int weighted = 0; weighted < 2; weighted++) {
                key = specs[i][1];
                const cx_estimator *const m =
                    fitted(specs[i][1], d.x, two ? both : d.y, weighted ? weights_for(d.n) : NULL);
                NEAR(cx_attr(m, "constant_"), 1e-12, "dummy/diabetes/%s/%s/%s", two ? "two" : "one",
                     weighted ? "weighted" : "plain", specs[i][0]);
                cr_expect(cx_ndim(cx_predict(m, d.x)) == 1 + two);
            }
    cr_expect(refused("DummyRegressor(strategy='quantile')", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused("DummyRegressor(strategy='constant')", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused("DummyRegressor(strategy='constant', constant=1.0)", d.x, both) ==
              CX_E_ARGUMENT);
    const cx_estimator *const m =
        fitted("DummyRegressor(strategy='constant', constant=4.5)", d.x, d.y, NULL);
    cr_expect(cx_item_f64(cx_select(cx_predict(m, d.x), 0, 3)) == 4.5);
    done(s);
}

/* ---- covariances */
static void check_covariance(const char *set, const data_set *d, const char *cls, const char *name,
                             bool centred)
{
    char spec[96], at[96];
    snprintf(spec, sizeof spec, "%s(assume_centered=%s%s)", cls, centred ? "True" : "False",
             strcmp(name, "shrunk") == 0 ? ", shrinkage=0.3" : "");
    snprintf(at, sizeof at, "covariance/%s/%s/%d", set, name, centred);
    key = at;
    const cx_estimator *const m = fitted(spec, d->x, NULL, NULL);
    const cx_array *const c = cx_attr(m, "covariance_");
    NEAR(c, 1e-12, "%s/covariance", at);
    NEAR(cx_attr(m, "precision_"), 1e-8, "%s/precision", at);
    NEAR(cx_attr(m, "location_"), 1e-12, "%s/location", at);
    NEAR(cx_mahalanobis(m, first(d->x, 5)), 1e-8, "%s/mahalanobis", at);
    if (cx_has_attr(m, "shrinkage_")) NEAR(cx_attr(m, "shrinkage_"), 1e-10, "%s/shrinkage", at);
    NEAR(cx_f64(cx_score(m, first(d->x, 30), NULL)), 1e-9, "%s/score", at);
    const cx_array *const other = cx_diag(cx_mul(cx_diagonal(c, 0), cx_float(1.5)), 0);
    size_t count;
    const double *const want = golden(&count, "%s/error", at);
    const double got[] = {
        cx_error_norm(m, other, NULL),
        cx_error_norm(m, other, CX_OPTS(cx_error_norm_opts, .unscaled = true)),
        cx_error_norm(m, other, CX_OPTS(cx_error_norm_opts, .root = true)),
        cx_error_norm(m, other, CX_OPTS(cx_error_norm_opts, .norm = CX_ERROR_SPECTRAL))};
    for (int i = 0; i < 4; i++)
        cr_expect(fabs(got[i] - want[i]) <= 1e-9 * want[i], "%s: %g, %g", at, got[i], want[i]);
}

static const char *const covariances[][2] = {{"EmpiricalCovariance", "empirical"},
                                             {"ShrunkCovariance", "shrunk"},
                                             {"LedoitWolf", "ledoit_wolf"},
                                             {"OAS", "oas"}};

Test(covariance, of_data_sets)
{
    const char *const sets[] = {"iris", "wine_data", "diabetes"};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++) {
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            check_covariance(sets[i], &d, covariances[j][0], covariances[j][1], false);
            check_covariance(sets[i], &d, covariances[j][0], covariances[j][1], true);
            done(s);
        }
}

Test(covariance, special_shapes)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const wide = first(d.x, 5), *const column = cx_copy(cx_slice(wide, 1, 2, 3, 1));
    for (int j = 0; j < 4; j++) {
        if (j == 1) continue;
        char spec[64];
        snprintf(spec, sizeof spec, "%s()", covariances[j][0]);
        key = spec;
        NEAR(cx_attr(fitted(spec, wide, NULL, NULL), "covariance_"), 1e-10,
             "covariance/wide/%s/covariance", covariances[j][1]);
        NEAR(cx_attr(fitted(spec, column, NULL, NULL), "covariance_"), 1e-10,
             "covariance/column/%s/covariance", covariances[j][1]);
    }
    const cx_estimator *const m = fitted("OAS(store_precision=False)", d.x, NULL, NULL);
    cr_expect(!cx_has_attr(m, "precision_"));
    key = "covariance/diabetes/oas/0/mahalanobis";
    NEAR(cx_mahalanobis(m, first(d.x, 5)), 1e-8, "%s", key);
    done(s);
}

Test(covariance, errors)
{
    for (int i = 0; i < 5; i++) {
        const cx_scope s = open();
        const data_set d = read_data("iris");
        const cx_estimator *const m =
            i == 0 ? fitted("StandardScaler()", d.x, NULL, NULL)
                   : (i == 1 ? cx_estimator_new("OAS()") : fitted("OAS()", d.x, NULL, NULL));
        const cx_array *const nan = cx_full(CX_SHAPE(2, 4), cx_float(NAN), CX_F64, CX_CPU);
        if (i < 2) (void)cx_mahalanobis(m, d.x);
        if (i == 2) (void)cx_mahalanobis(m, nan);
        if (i == 3) (void)cx_mahalanobis(m, cx_slice(d.x, 1, 0, 2, 1));
        if (i == 4) cr_expect(isnan(cx_error_norm(m, d.x, NULL)));
        const cx_status want[] = {CX_E_ARGUMENT, CX_E_NOT_FITTED, CX_E_ARGUMENT, CX_E_SHAPE,
                                  CX_E_SHAPE};
        cr_expect(cx_scope_close(s) == want[i], "%d: %s", i, cx_error_message());
    }
}

/* ---- discriminant analyses */
typedef struct named {
    const char *name, *spec;
} named;

static void check_lda(const char *set, const data_set *d, const named *c)
{
    char at[96];
    snprintf(at, sizeof at, "lda/%s/%s", set, c->name);
    key = at;
    const cx_estimator *const m = fitted(c->spec, d->x, d->y, NULL);
    const cx_array *const five = first(d->x, 5);
    NEAR(cx_attr(m, "coef_"), 1e-8, "%s/coef", at);
    NEAR(cx_attr(m, "intercept_"), 1e-8, "%s/intercept", at);
    NEAR(cx_attr(m, "means_"), 1e-12, "%s/means", at);
    NEAR(cx_attr(m, "priors_"), 1e-12, "%s/priors", at);
    NEAR(cx_predict(m, d->x), 0.0, "%s/labels", at);
    NEAR(cx_predict_proba(m, five), 1e-8, "%s/proba", at);
    NEAR(cx_predict_log_proba(m, five), 1e-7, "%s/log_proba", at);
    NEAR(cx_decision_function(m, five), 1e-7, "%s/decision", at);
    if (cx_estimator_has(m, CX_TRANSFORM)) {
        NEAR(cx_abs(cx_transform(m, five)), 1e-7, "%s/transform", at);
        NEAR(cx_attr(m, "explained_variance_ratio_"), 1e-8, "%s/ratio", at);
    }
    if (cx_has_attr(m, "covariance_") && strcmp(set, "breast_cancer") != 0)
        NEAR(cx_attr(m, "covariance_"), 1e-10, "%s/covariance", at);
}

#define LDA "LinearDiscriminantAnalysis("
static const named linear[] = {
    {"default", LDA ")"},
    {"priors", LDA "priors=[0.2, 0.5, 0.3])"},
    {"one", LDA "n_components=1, store_covariance=True)"},
    {"lsqr", LDA "'lsqr')"},
    {"lsqr_auto", LDA "'lsqr', 'auto')"},
    {"lsqr_some", LDA "'lsqr', shrinkage=0.25)"},
    {"eigen", LDA "'eigen')"},
    {"eigen_auto", LDA "'eigen', 'auto')"},
    {"eigen_some", LDA "'eigen', 0.25)"},
    {"eigen_oas", LDA "'eigen', covariance_estimator=OAS())"},
};

Test(discriminant, linear)
{
    const char *const sets[] = {"iris", "wine_data", "breast_cancer"};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 10; j++) {
            if (i == 2 && (j == 1 || j == 6)) continue;
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            check_lda(sets[i], &d, &linear[j]);
            done(s);
        }
}

Test(discriminant, linear_of_dependent_columns_and_few_rows)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const sum = cx_add(cx_slice(d.x, 1, 0, 1, 1), cx_slice(d.x, 1, 1, 2, 1)),
                          *const one = cx_ones(CX_SHAPE(d.n, 1), CX_F64, CX_CPU),
                          *const x = cx_concatenate(CX_ARRAYS(d.x, sum, one), 1);
    const cx_estimator *m = fitted(LDA ")", x, d.y, NULL);
    key = "lda/dependent";
    NEAR(cx_decision_function(m, first(x, 5)), 1e-8, "lda/dependent/decision");
    NEAR(cx_attr(m, "explained_variance_ratio_"), 1e-10, "lda/dependent/ratio");
    size_t count;
    const double *const v = golden(&count, "lda/wide/x");
    cx_array *const wide = cx_empty(CX_SHAPE(12, 30), CX_F64, CX_CPU);
    memcpy(cx_data_f64_mut(wide), v, count * sizeof *v);
    const cx_array *const y = cx_remainder(cx_arange_i64(0, 12, 1, CX_I64, CX_CPU), cx_int(3));
    m = fitted(LDA ")", wide, y, NULL);
    key = "lda/wide";
    NEAR(cx_decision_function(m, first(wide, 5)), 1e-8, "lda/wide/decision");
    NEAR(cx_attr(m, "explained_variance_ratio_"), 1e-9, "lda/wide/ratio");
    done(s);
}

Test(discriminant, linear_refuses)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    cr_expect(refused(LDA "shrinkage='auto')", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "covariance_estimator=OAS())", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "'lsqr', 0.5, covariance_estimator=OAS())", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "n_components=3)", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "priors=[0.5, 0.5])", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "priors=[-0.5, 0.5, 1.0])", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(LDA "'eigen')", cx_concatenate(CX_ARRAYS(d.x, d.x), 1), d.y) ==
              CX_E_SINGULAR);
    cr_expect(!cx_estimator_has(cx_estimator_new(LDA "'lsqr')"), CX_TRANSFORM));
    done(s);
}

#define QDA "QuadraticDiscriminantAnalysis("
static const named quadratic[] = {
    {"default", QDA ")"},
    {"reg", QDA "reg_param=0.2, store_covariance=True)"},
    {"priors", QDA "priors=[0.2, 0.5, 0.3])"},
    {"eigen", QDA "solver='eigen')"},
    {"eigen_auto", QDA "solver='eigen', shrinkage='auto')"},
    {"eigen_some", QDA "solver='eigen', shrinkage=0.25)"},
    {"eigen_oas", QDA "solver='eigen', covariance_estimator=OAS())"},
};

static void check_qda(const char *set, const data_set *d, const named *c)
{
    char at[96];
    snprintf(at, sizeof at, "qda/%s/%s", set, c->name);
    key = at;
    const cx_estimator *const m = fitted(c->spec, d->x, d->y, NULL);
    const cx_array *const five = first(d->x, 5);
    NEAR(cx_predict(m, d->x), 0.0, "%s/labels", at);
    NEAR(cx_predict_proba(m, five), 1e-8, "%s/proba", at);
    NEAR(cx_predict_log_proba(m, five), 1e-8, "%s/log_proba", at);
    NEAR(cx_decision_function(m, five), 1e-8, "%s/decision", at);
    NEAR(cx_attr(m, "scalings_"), 1e-10, "%s/scalings", at);
    if (cx_has_attr(m, "covariance_") && strcmp(set, "iris") == 0)
        NEAR(cx_attr(m, "covariance_"), 1e-10, "%s/covariance", at);
}

Test(discriminant, quadratic)
{
    const char *const sets[] = {"iris", "wine_data", "breast_cancer"};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 7; j++) {
            if (i == 2 && j != 1 && j != 5) continue;
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            check_qda(sets[i], &d, &quadratic[j]);
            done(s);
        }
}

Test(discriminant, quadratic_refuses)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const twice = cx_concatenate(CX_ARRAYS(d.x, d.x), 1);
    cr_expect(refused(QDA ")", twice, d.y) == CX_E_SINGULAR);
    cr_expect(refused(QDA "solver='eigen')", twice, d.y) == CX_E_SINGULAR);
    cr_expect(refused(QDA "shrinkage=0.1)", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused(QDA ")", d.x, cx_zeros(CX_SHAPE(d.n), CX_I64, CX_CPU)) == CX_E_ARGUMENT);
    const cx_array *const few = first(d.x, 51); /* the second class has one row */
    cr_expect(refused(QDA ")", few, first(d.y, 51)) == CX_E_ARGUMENT);
    done(s);
}

/* ---- partial least squares */
static void check_pls(const char *at, const char *spec, const cx_array *x, const cx_array *y)
{
    key = at;
    const cx_estimator *const m = fitted(spec, x, y, NULL);
    const cx_array *const five = first(x, 5), *const z = cx_transform(m, five);
    NEAR(cx_attr(m, "x_weights_"), 1e-7, "%s/x_weights", at);
    NEAR(cx_attr(m, "y_weights_"), 1e-7, "%s/y_weights", at);
    NEAR(z, 1e-7, "%s/transform", at);
    if (strstr(spec, "PLSSVD")) return;
    NEAR(cx_attr(m, "x_loadings_"), 1e-7, "%s/x_loadings", at);
    NEAR(cx_attr(m, "y_loadings_"), 1e-7, "%s/y_loadings", at);
    NEAR(cx_attr(m, "x_rotations_"), 1e-7, "%s/x_rotations", at);
    NEAR(cx_attr(m, "y_rotations_"), 1e-7, "%s/y_rotations", at);
    NEAR(cx_attr(m, "coef_"), 1e-7, "%s/coef", at);
    NEAR(cx_attr(m, "intercept_"), 1e-12, "%s/intercept", at);
    NEAR(cx_predict(m, five), 1e-8, "%s/predict", at);
    NEAR(cx_inverse_transform(m, z), 1e-8, "%s/inverse", at);
}

static cx_array *four_targets(const data_set *d)
{
    size_t count;
    const double *const v = golden(&count, "pls/targets");
    cr_assert(count == 4 * (size_t)d->n);
    return cx_copy_host(v, CX_SHAPE(d->n, 4), CX_F64);
}

Test(pls, of_data_sets)
{
    const char *const classes[][2] = {{"regression", "PLSRegression"},
                                      {"canonical", "PLSCanonical"},
                                      {"cca", "CCA"},
                                      {"svd", "PLSSVD"}};
    for (int i = 0; i < 4; i++)
        for (int scale = 0; scale < 2; scale++) {
            const cx_scope s = open();
            const data_set d = read_data("diabetes");
            char spec[96], at[64];
            snprintf(spec, sizeof spec, "%s(3, scale=%s%s)", classes[i][1],
                     scale ? "True" : "False", i < 3 ? ", max_iter=2000, tol=1e-14" : "");
            snprintf(at, sizeof at, "pls/four/%d/%s", scale, classes[i][0]);
            check_pls(at, spec, d.x, four_targets(&d));
            snprintf(at, sizeof at, "pls/one/%d/%s", scale, classes[i][0]);
            if (i == 0) check_pls(at, spec, d.x, d.y);
            done(s);
        }
}

Test(pls, defaults_and_errors)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const y = four_targets(&d);
    const cx_estimator *m = fitted("PLSCanonical(n_components=2, algorithm='svd')", d.x, y, NULL);
    key = "pls/algorithm_svd";
    NEAR(cx_attr(m, "x_weights_"), 1e-10, "%s/x_weights", key);
    NEAR(cx_attr(m, "coef_"), 1e-10, "%s/coef", key);
    cr_expect(!cx_has_attr(m, "n_iter_"));
    m = fitted("PLSRegression()", d.x, y, NULL);
    key = "pls/default";
    NEAR(cx_attr(m, "n_iter_"), 0.0, "%s/n_iter", key);
    NEAR(cx_attr(m, "coef_"), 1e-10, "%s/coef", key);
    NEAR(first(cx_attr(m, "x_scores_"), 5), 1e-10, "%s/x_scores", key);
    NEAR(first(cx_attr(m, "y_scores_"), 5), 1e-10, "%s/y_scores", key);
    cr_expect(refused("PLSRegression(11)", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused("PLSCanonical()", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused("PLSSVD(5)", d.x, y) == CX_E_ARGUMENT);
    cr_expect(refused("PLSRegression()", cx_ones_like(d.x, CX_F64), y) == CX_E_ARGUMENT);
    cr_expect(refused("PLSRegression(1)", first(d.x, 1), first(d.y, 1)) == CX_E_ARGUMENT);
    m = fitted("PLSRegression()", d.x, cx_zeros(CX_SHAPE(d.n), CX_F64, CX_CPU), NULL);
    cr_expect(cx_size(cx_attr(m, "n_iter_")) == 0);
    cr_expect(!cx_item_bool(cx_any(cx_attr(m, "coef_"), CX_ALL)));
    done(s);
}

/* ---- naive Bayes of counts */
static void check_counting(const char *set, const data_set *d, const named *c)
{
    char at[96];
    snprintf(at, sizeof at, "counting/%s/%s", set, c->name);
    key = at;
    const cx_estimator *const m = fitted(c->spec, d->x, d->y, weights_for(d->n));
    const cx_array *const five = first(d->x, 5);
    NEAR(cx_attr(m, "feature_log_prob_"), 1e-12, "%s/weights", at);
    NEAR(cx_attr(m, "class_log_prior_"), 1e-12, "%s/prior", at);
    NEAR(cx_attr(m, "feature_count_"), 1e-12, "%s/counts", at);
    NEAR(cx_predict(m, d->x), 0.0, "%s/labels", at);
    NEAR(cx_predict_log_proba(m, five), 1e-10, "%s/log_proba", at);
    NEAR(cx_predict_proba(m, five), 1e-8, "%s/proba", at);
}

Test(counting, of_data_sets)
{
    const named models[] = {{"multinomial", "MultinomialNB()"},
                            {"multinomial_some", "MultinomialNB(alpha=0.3, fit_prior=False)"},
                            {"complement", "ComplementNB()"},
                            {"complement_norm", "ComplementNB(norm=True, alpha=0.5)"},
                            {"prior", "MultinomialNB(class_prior=[0.2, 0.5, 0.3])"}};
    const char *const sets[] = {"iris", "wine_data"};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 5; j++) {
            const cx_scope s = open();
            const data_set d = read_data(sets[i]);
            check_counting(sets[i], &d, &models[j]);
            done(s);
        }
}

Test(counting, batches_and_errors)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const classes = cx_arange(0, 3, 1, CX_F64, CX_CPU);
    cx_estimator *const m = cx_estimator_new("ComplementNB()");
    for (int i = 0; i < 3; i++) {
        const cx_data part = {.x = cx_slice(d.x, 0, i * 50, i * 50 + 50, 1),
                              .y = cx_slice(d.y, 0, i * 50, i * 50 + 50, 1),
                              .classes = classes};
        cr_assert(cx_partial_fit_data(m, &part) == CX_OK, "%s", cx_error_message());
    }
    const cx_estimator *const all = fitted("ComplementNB()", d.x, d.y, NULL);
    const double off = cx_item_f64(
        cx_max(cx_abs(cx_sub(cx_attr(m, "feature_log_prob_"), cx_attr(all, "feature_log_prob_"))),
               CX_ALL));
    cr_expect(off <= 1e-12, "%g", off);
    cr_expect(refused("MultinomialNB()", cx_negative(d.x), d.y) == CX_E_ARGUMENT);
    cr_expect(refused("MultinomialNB(alpha=[1.0, 2.0])", d.x, d.y) == CX_E_ARGUMENT);
    cr_expect(refused("MultinomialNB(class_prior=[1.0])", d.x, d.y) == CX_E_ARGUMENT);
    done(s);
}
