/* Generalised linear models, penalised logistic regression, robust and isotonic regression against
 * scikit-learn: minima of convex objectives within (1 + 1e-9) of the reference's, results of drawn
 * subsets equal. */
#include "learn_golden.h"
#include "learn_objective.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct glm_case {
    const char *key, *spec, *set;
    bool weighted;
} glm_case;

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

/* Data of a set, whose name may end in what is made of it; and the fitted model. */
static problem solved(const glm_case *c)
{
    char name[40];
    const char *form = strchr(c->set, '/');
    snprintf(name, sizeof name, "%.*s", (int)strcspn(c->set, "/"), c->set);
    const data_set d = read_data(name);
    problem p = {.x = standardised(d.x), .y = d.y, .n = d.n, .d = d.d};
    if (form && strcmp(form, "/raw") == 0) p.x = d.x;
    if (form && strcmp(form, "/counts") == 0) p.y = cx_floor(cx_div(d.y, cx_float(100)));
    if (form && strcmp(form, "/column") == 0) p.x = cx_copy(cx_slice(p.x, 1, 2, 3, 1));
    if (form && strcmp(form, "/four") == 0) p.x = cx_copy(cx_slice(p.x, 1, 0, 4, 1));
    p.d = cx_dim(p.x, 1);
    p.weight = c->weighted ? weights_for(d.n) : cx_ones(CX_SHAPE(d.n), CX_F64, CX_CPU);
    cx_estimator *const m = cx_estimator_new(c->spec);
    p.m = m;
    cr_assert(cx_fit_data(m, CX_DATA(.x = p.x, .y = p.y,
                                     .sample_weight = c->weighted ? p.weight : NULL)) == CX_OK,
              "%s: %s", c->spec, cx_error_message());
    return p;
}

static void near(const char *key, const char *what, const cx_array *got, double tolerance)
{
    size_t count;
    const double *want = golden(&count, "%s/%s", key, what);
    const double off = difference(got, want, count);
    cr_expect(off <= tolerance, "%s, %s: %g > %g", key, what, off, tolerance);
}

static void score_near(const glm_case *c, const problem *p, double tolerance)
{
    size_t one;
    const double want = *golden(&one, "%s/score", c->key), got = cx_score(p->m, p->x, p->y);
    cr_expect(fabs(got - want) <= tolerance * fmax(1, fabs(want)), "%s: score %.12g, not %.12g",
              c->key, got, want);
}

static void no_worse(const glm_case *c, const problem *p, objective *f)
{
    size_t count, outputs;
    const double *coef = golden(&count, "%s/coef", c->key),
                 *intercept = golden(&outputs, "%s/intercept", c->key),
                 theirs = f(p, coef, intercept),
                 ours = f(p, cx_data_f64(cx_attr(p->m, "coef_")),
                          cx_data_f64(cx_attr(p->m, "intercept_")));
    cr_expect(ours <= theirs + 1e-9 * fabs(theirs), "%s: %.17g > %.17g", c->key, ours, theirs);
}

/* ---- logistic regression */
static const glm_case logistic[] = {
    {"logistic/l1", "LogisticRegression(l1_ratio=1, C=0.5, solver='saga', tol=1e-9, max_iter=5000)",
     "wine_data", false},
    {"logistic/both",
     "LogisticRegression(l1_ratio=0.3, C=0.5, solver='saga', tol=1e-9, max_iter=5000)", "wine_data",
     true},
    {"logistic/l1_two",
     "LogisticRegression(l1_ratio=1, C=0.05, solver='saga', tol=1e-9, max_iter=5000)",
     "breast_cancer", false},
    {"logistic/both_two",
     "LogisticRegression(l1_ratio=0.5, C=0.1, fit_intercept=False, solver='saga', tol=1e-9, "
     "max_iter=5000)",
     "breast_cancer", true},
    {"logistic/cholesky",
     "LogisticRegression(C=0.7, solver='newton-cholesky', tol=1e-9, max_iter=5000)", "iris", false},
    {"logistic/cg", "LogisticRegression(C=0.7, solver='newton-cg', tol=1e-9, max_iter=5000)",
     "breast_cancer", true},
};
static const glm_case liblinear[] = {
    {"liblinear/l1", "LogisticRegression(l1_ratio=1, solver='liblinear', tol=1e-9, max_iter=5000)",
     "breast_cancer", false},
    {"liblinear/l2",
     "LogisticRegression(C=0.3, intercept_scaling=2, solver='liblinear', tol=1e-9, max_iter=5000)",
     "breast_cancer", true},
};

Test(glm, logistic_penalties)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof logistic / sizeof *logistic; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = solved(&logistic[i]);
        no_worse(&logistic[i], &p, logistic_loss);
        near(logistic[i].key, "coef", cx_attr(p.m, "coef_"), 1e-4);
        score_near(&logistic[i], &p, 0);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
    for (size_t i = 0; i < sizeof liblinear / sizeof *liblinear; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = solved(&liblinear[i]);
        no_worse(&liblinear[i], &p, liblinear_loss);
        near(liblinear[i].key, "coef", cx_attr(p.m, "coef_"), 1e-3);
        score_near(&liblinear[i], &p, 0);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(glm, logistic_warm_start)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    const cx_array *x = standardised(d.x);
    const char *const specs[] = {"LogisticRegression(warm_start=True, tol=1e-6, max_iter=1000)",
                                 "LogisticRegression(warm_start=True, solver='saga', l1_ratio=0.5, "
                                 "tol=1e-6, max_iter=1000)"};
    for (int i = 0; i < 2; i++) {
        cx_estimator *m = cx_estimator_new(specs[i]);
        cx_check(cx_fit(m, x, d.y));
        const double first = cx_item_f64(cx_attr(m, "n_iter_"));
        cx_check(cx_fit(m, x, d.y));
        const double second = cx_item_f64(cx_attr(m, "n_iter_"));
        cr_expect(first > 4 && second <= 1, "%g, %g", first, second);
        const cx_scope inner = cx_scope_open();
        cr_expect(cx_fit(m, cx_slice(x, 1, 0, 5, 1), d.y) == CX_E_ARGUMENT);
        (void)!cx_scope_close(inner);
        cr_expect(cx_dim(cx_attr(m, "coef_"), 1) == d.d); /* as it was */
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Columns as they are, of sizes from 1e-3 to 1e3, with default settings: Newton's steps are the
 * same ones, and coordinate descent gets at least as far. */
static const glm_case raw[] = {
    {"raw/cholesky", "LogisticRegression(solver='newton-cholesky')", "breast_cancer/raw", false},
    {"raw/three", "LogisticRegression(C=10, solver='newton-cholesky')", "wine_data/raw", true},
    {"raw/poisson", "PoissonRegressor(solver='newton-cholesky')", "diabetes/raw", true},
    {"raw/gamma", "GammaRegressor(alpha=0.1, solver='newton-cholesky')", "diabetes/raw", false},
};
static const glm_case raw_l1[] = {
    {"raw/l1", "LogisticRegression(l1_ratio=1, solver='liblinear')", "breast_cancer/raw", false},
    {"raw/l2", "LogisticRegression(l1_ratio=0, solver='liblinear')", "breast_cancer/raw", true},
};

Test(glm, unscaled_columns)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = solved(&raw[i]);
        near(raw[i].key, "coef", cx_attr(p.m, "coef_"), 1e-6);
        near(raw[i].key, "n_iter_", cx_attr(p.m, "n_iter_"), 0);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
    for (size_t i = 0; i < sizeof raw_l1 / sizeof *raw_l1; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = solved(&raw_l1[i]);
        no_worse(&raw_l1[i], &p, liblinear_loss);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

static void refused(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope inner = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    cr_expect(st == CX_E_ARGUMENT, "%s: %s", spec, cx_status_name(st));
    (void)!cx_scope_close(inner);
}

Test(glm, what_is_refused)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris"), e = read_data("diabetes");
    refused("LogisticRegression(l1_ratio=1)", d.x, d.y);
    refused("LogisticRegression(solver='liblinear')", d.x, d.y); /* three classes */
    refused("LogisticRegression('elasticnet', solver='liblinear')", d.x, d.y);
    refused("LogisticRegression('elasticnet', l1_ratio=None, solver='saga')", d.x, d.y);
    refused("LogisticRegression(dual=True)", d.x, d.y);
    refused("LogisticRegressionCV(Cs=[0, 1])", d.x, d.y);
    refused("LogisticRegressionCV(l1_ratios=[0.5])", d.x, d.y);
    refused("LogisticRegressionCV(scoring='no_such_score')", d.x, d.y);
    refused("PoissonRegressor()", e.x, cx_negative(e.y));
    refused("GammaRegressor()", e.x, cx_zeros_like(e.y, CX_F64));
    refused("RANSACRegressor(Ridge())", e.x, e.y); /* needs min_samples */
    refused("RANSACRegressor(min_samples=500)", e.x, e.y);
    refused("RANSACRegressor(max_trials=0)", e.x, e.y);
    refused("TheilSenRegressor(n_subsamples=3)", e.x, e.y);
    refused("TheilSenRegressor(n_subsamples=443)", e.x, e.y);
    refused("IsotonicRegression()", e.x, e.y); /* ten columns */
    cx_estimator *m = cx_estimator_new("IsotonicRegression(out_of_bounds='raise')");
    const cx_array *column = cx_slice(e.x, 1, 2, 3, 1);
    cx_check(cx_fit(m, column, e.y));
    cr_expect(cx_size(cx_predict(m, column)) == e.n);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_predict(m, cx_add(column, cx_float(9)))) == CX_E_ARGUMENT);
    (void)!cx_scope_close(inner);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- cross-validation */
Test(glm, logistic_cv)
{
    golden_from("learn_glm.tsv");
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    const cx_array *x = standardised(d.x);
    for (int use = 0; use < 2; use++) {
        char spec[200], key[8];
        snprintf(spec, sizeof spec,
                 "LogisticRegressionCV(Cs=[0.1, 1.0], cv=3, refit=%s, tol=1e-9, max_iter=10000, "
                 "scoring='neg_log_loss')",
                 use ? "True" : "False");
        snprintf(key, sizeof key, "cv/%d", use);
        cx_estimator *m = cx_estimator_new(spec);
        cx_check(cx_fit(m, x, d.y));
        near(key, "coef", cx_attr(m, "coef_"), 1e-5);
        near(key, "paths", cx_attr(m, "coefs_paths_"), 1e-5);
        near(key, "scores", cx_attr(m, "scores_"), 1e-7);
        near(key, "C", cx_attr(m, "C_"), 1e-15);
        const cx_array *paths = cx_attr(m, "coefs_paths_");
        cr_expect(cx_ndim(paths) == 5 && cx_dim(paths, 0) == 3 && cx_dim(paths, 1) == 1 &&
                  cx_dim(paths, 2) == 2 && cx_dim(paths, 3) == 3 && cx_dim(paths, 4) == d.d + 1);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- deviances */
static const glm_case tweedie[] = {
    {"glm/poisson", "PoissonRegressor(alpha=0.1, tol=1e-9, max_iter=5000)", "diabetes/counts",
     false},
    {"glm/poisson_weighted", "PoissonRegressor(alpha=2, tol=1e-9, max_iter=5000)", "diabetes",
     true},
    {"glm/gamma", "GammaRegressor(alpha=0.01, tol=1e-9, max_iter=5000)", "diabetes", true},
    {"glm/gamma_plain",
     "GammaRegressor(fit_intercept=False, solver='newton-cholesky', tol=1e-9, max_iter=5000)",
     "diabetes", false},
    {"glm/compound", "TweedieRegressor(power=1.5, alpha=0.1, tol=1e-9, max_iter=5000)",
     "diabetes/counts", true},
    {"glm/inverse", "TweedieRegressor(power=3, alpha=0.01, tol=1e-11, max_iter=5000)", "diabetes",
     false},
    {"glm/normal", "TweedieRegressor(alpha=0.5, tol=1e-9, max_iter=5000)", "diabetes", true},
    {"glm/log_normal", "TweedieRegressor(link='log', tol=1e-9, max_iter=5000)", "diabetes/counts",
     false},
    {"glm/identity", "TweedieRegressor(power=1, link='identity', tol=1e-9, max_iter=5000)",
     "diabetes", false},
    {"glm/default", "PoissonRegressor()", "diabetes", false},
    {"glm/default_gamma", "GammaRegressor()", "diabetes", false},
};

Test(glm, deviances)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof tweedie / sizeof *tweedie; i++) {
        const cx_scope s = cx_scope_open();
        const glm_case *c = &tweedie[i];
        const problem p = solved(c);
        const double loose = strstr(c->key, "default") ? 1e-4 : 1e-6;
        near(c->key, "coef", cx_attr(p.m, "coef_"), loose);
        near(c->key, "intercept", cx_attr(p.m, "intercept_"), loose);
        near(c->key, "predict", cx_slice(cx_predict(p.m, p.x), 0, 0, 30, 1), loose);
        score_near(c, &p, strstr(c->key, "default") ? 1e-4 : 1e-8);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->key, cx_error_message());
    }
}

/* ---- robust regression */
static const glm_case huber[] = {
    {"huber/plain", "HuberRegressor(max_iter=5000, tol=1e-6)", "diabetes", false},
    {"huber/weighted", "HuberRegressor(epsilon=1.1, alpha=1, max_iter=5000, tol=1e-6)", "diabetes",
     true},
    {"huber/no_intercept",
     "HuberRegressor(epsilon=3, fit_intercept=False, max_iter=5000, tol=1e-6)", "diabetes", false},
};

Test(glm, huber)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof huber / sizeof *huber; i++) {
        const cx_scope s = cx_scope_open();
        const glm_case *c = &huber[i];
        const problem p = solved(c);
        size_t n;
        const double theirs = huber_loss(&p, golden(&n, "%s/coef", c->key),
                                         golden(&n, "%s/intercept", c->key),
                                         *golden(&n, "%s/scale_", c->key)),
                     ours = huber_loss(&p, cx_data_f64(cx_attr(p.m, "coef_")),
                                       cx_data_f64(cx_attr(p.m, "intercept_")),
                                       cx_item_f64(cx_attr(p.m, "scale_")));
        cr_expect(ours <= theirs * (1 + 1e-9), "%s: %.17g > %.17g", c->key, ours, theirs);
        near(c->key, "scale_", cx_attr(p.m, "scale_"), 1e-4);
        score_near(c, &p, 1e-5);
        cr_expect(cx_size(cx_attr(p.m, "outliers_")) == p.n);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

static const glm_case quantile[] = {
    {"quantile/median", "QuantileRegressor(alpha=0)", "diabetes", false},
    {"quantile/low", "QuantileRegressor(quantile=0.1, alpha=0.5)", "diabetes", true},
    {"quantile/high", "QuantileRegressor(quantile=0.9, alpha=0.1)", "diabetes", false},
    {"quantile/ties", "QuantileRegressor(quantile=0.3, alpha=0.01)", "diabetes/counts", false},
    {"quantile/no_intercept", "QuantileRegressor(alpha=0.2, fit_intercept=False)", "diabetes",
     false},
    {"quantile/default", "QuantileRegressor()", "diabetes", true},
};

Test(glm, quantiles)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof quantile / sizeof *quantile; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = solved(&quantile[i]);
        no_worse(&quantile[i], &p, pinball);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

static const glm_case drawn[] = {
    {"ransac/plain", "RANSACRegressor(random_state=0)", "diabetes", false},
    {"ransac/share",
     "RANSACRegressor(Ridge(), min_samples=0.2, loss='squared_error', residual_threshold=2000, "
     "random_state=1)",
     "diabetes", true},
    {"ransac/few", "RANSACRegressor(min_samples=3, max_trials=50, random_state=2)", "diabetes/four",
     false},
    {"ransac/most", "RANSACRegressor(min_samples=440, max_trials=5, random_state=2)",
     "diabetes/four", false},
    {"theil/drawn", "TheilSenRegressor(random_state=0, max_subpopulation=300)", "diabetes/four",
     false},
    {"theil/more",
     "TheilSenRegressor(random_state=1, max_subpopulation=200, n_subsamples=20, "
     "fit_intercept=False)",
     "diabetes", false},
    {"theil/one", "TheilSenRegressor(random_state=2, max_subpopulation=500)", "diabetes/column",
     false},
};

Test(glm, drawn_subsets)
{
    golden_from("learn_glm.tsv");
    static const char *const same[] = {"n_trials_", "inlier_mask_", "n_iter_", "n_subpopulation_"};
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        const cx_scope s = cx_scope_open();
        const glm_case *c = &drawn[i];
        const problem p = solved(c);
        for (int a = 0; a < 4; a++)
            if (cx_has_attr(p.m, same[a])) near(c->key, same[a], cx_attr(p.m, same[a]), 0);
        if (cx_has_attr(p.m, "breakdown_"))
            near(c->key, "breakdown_", cx_attr(p.m, "breakdown_"), 1e-14);
        near(c->key, "predict", cx_slice(cx_predict(p.m, p.x), 0, 0, 30, 1), 1e-9);
        score_near(c, &p, 1e-9);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- isotonic regression */
static const glm_case isotonic[] = {
    {"isotonic/plain", "IsotonicRegression()", "diabetes/column", false},
    {"isotonic/weighted", "IsotonicRegression(y_min=100, y_max=200)", "diabetes/column", true},
    {"isotonic/falling", "IsotonicRegression(increasing=False, out_of_bounds='clip')",
     "diabetes/column", true},
    {"isotonic/auto", "IsotonicRegression(increasing='auto')", "diabetes/column", false},
};

Test(glm, isotonic)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof isotonic / sizeof *isotonic; i++) {
        const cx_scope s = cx_scope_open();
        const glm_case *c = &isotonic[i];
        const problem p = solved(c);
        near(c->key, "X_thresholds_", cx_attr(p.m, "X_thresholds_"), 1e-12);
        near(c->key, "y_thresholds_", cx_attr(p.m, "y_thresholds_"), 1e-12);
        near(c->key, "predict", cx_slice(cx_predict(p.m, p.x), 0, 0, 30, 1), 1e-12);
        const cx_array *outside = cx_full(CX_SHAPE(1, 1), cx_float(99), CX_F64, CX_CPU);
        const bool clips = strstr(c->spec, "clip") != NULL;
        cr_expect(isnan(cx_item_f64(cx_predict(p.m, outside))) == !clips, "%s", c->key);
        cr_expect(cx_dim(cx_transform(p.m, p.x), 1) == 1);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* One row, and columns that say nothing. */
Test(glm, little_data)
{
    const cx_scope s = cx_scope_open();
    const cx_array *x = cx_ones(CX_SHAPE(6, 1), CX_F64, CX_CPU),
                   *y = cx_arange(1, 7, 1, CX_F64, CX_CPU), *one = cx_slice(x, 0, 0, 1, 1),
                   *first = cx_slice(y, 0, 0, 1, 1);
    const char *const specs[] = {"PoissonRegressor()", "QuantileRegressor()",
                                 "HuberRegressor()",   "IsotonicRegression()",
                                 "SGDRegressor()",     "TheilSenRegressor(random_state=0)"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cx_estimator *m = cx_estimator_new(specs[i]);
        cr_expect(cx_fit(m, x, y) == CX_OK, "%s: %s", specs[i], cx_error_message());
        const double mean = cx_item_f64(cx_select(cx_predict(m, x), 0, 0));
        cr_expect(mean >= 1 && mean <= 6, "%s: %g", specs[i], mean);
        cr_expect(cx_fit(m, one, first) == CX_OK, "%s: %s", specs[i], cx_error_message());
        cr_expect(isfinite(cx_item_f64(cx_select(cx_predict(m, one), 0, 0))), "%s", specs[i]);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
