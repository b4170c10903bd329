/* Lasso, ElasticNet, the ridge family, Lars, matching pursuit and the Bayesian ones against
 * scikit-learn. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct set {
    cx_array *x, *y, *w;
} set;

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

/* Products of any two columns, for the first 40 rows: [40, 55]. */
static cx_array *products(const cx_array *z)
{
    const int64_t d = cx_dim(z, 1), pairs = d * (d + 1) / 2;
    cx_array *out = cx_empty(CX_SHAPE(40, pairs), CX_F64, CX_CPU);
    const double *from = cx_data_f64(z);
    double *to = cx_data_f64_mut(out);
    for (int64_t r = 0; r < 40; r++, from += d)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j <= i; j++) *to++ = from[i] * from[j];
    return out;
}

static cx_array *first(const cx_array *a, int64_t n)
{
    return cx_ascontiguous(cx_slice(a, 0, 0, n, 1));
}

/* The data sets of make_learn_penalised.py. */
static set read_set(const char *name)
{
    const bool wine = strncmp(name, "classes", 7) == 0, breast = strcmp(name, "binary") == 0;
    const data_set d = read_data(wine ? "wine_data" : breast ? "breast_cancer" : "diabetes");
    cx_array *z = standardised(d.x);
    set s = {.x = z, .y = d.y};
    if (strcmp(name, "raw") == 0) s.x = d.x;
    if (strncmp(name, "two", 3) == 0)
        s.y = cx_stack(CX_ARRAYS(d.y, cx_mul(cx_select(z, 1, 0), d.y)), 1);
    if (strncmp(name, "wide", 4) == 0) s = (set){.x = products(z), .y = first(d.y, 40)};
    if (strcmp(name, "two_wide") == 0) s = (set){.x = products(z), .y = first(s.y, 40)};
    if (strcmp(name, "constant") == 0)
        s.x =
            cx_concatenate(CX_ARRAYS(z, cx_full(CX_SHAPE(d.n, 1), cx_float(3), CX_F64, CX_CPU)), 1);
    if (strcmp(name, "one") == 0) s.x = cx_ascontiguous(cx_slice(z, 1, 2, 3, 1));
    if (strcmp(name, "short") == 0) s = (set){.x = first(z, 12), .y = first(d.y, 12)};
    if (strstr(name, "weighted") != NULL) s.w = weights_for(cx_dim(s.x, 0));
    return s;
}

/* Every attribute and the first predictions of a case, for each of the sets. */
static void check(const char *spec, const char *sets, const char *attributes, double tolerance)
{
    golden_from("learn_penalised.tsv");
    char list[200], *rest = list;
    snprintf(list, sizeof list, "%s", sets);
    for (char *name = strtok_r(list, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        const cx_scope scope = cx_scope_open();
        const set s = read_set(name);
        cx_estimator *m = cx_estimator_new(spec);
        cx_check(cx_fit_data(m, CX_DATA(.x = s.x, .y = s.y, .sample_weight = s.w)));
        char each[200], *more = each;
        snprintf(each, sizeof each, "%s", attributes);
        size_t count;
        for (char *a = strtok_r(each, " ", &more); a != NULL; a = strtok_r(NULL, " ", &more)) {
            const double *want = golden(&count, "%s/%s/%s", spec, name, a);
            const double allowed = strcmp(a, "n_iter_") == 0 ? 0 : tolerance;
            const double off = difference(cx_attr(m, a), want, count);
            /* a difference of numbers near 3e4 */
            const double size = *want != 0 ? fabs(*want) : 1;
            if (strcmp(a, "dual_gap_") == 0 && off * size <= 1e-9) continue;
            cr_expect(off <= allowed, "%s, %s, %s: %g > %g", spec, name, a, off, allowed);
        }
        const double *want = golden(&count, "%s/%s/predict", spec, name);
        const double off = difference(cx_predict(m, cx_slice(s.x, 0, 0, 3, 1)), want, count);
        cr_expect(off <= tolerance, "%s, %s, predict: %g", spec, name, off);
        cr_expect(cx_scope_close(scope) == CX_OK, "%s, %s: %s", spec, name, cx_error_message());
    }
}

static const char descent[] = "coef_ intercept_ n_iter_ dual_gap_";
static const char searched[] = "coef_ intercept_ n_iter_ dual_gap_ alpha_ alphas_ mse_path_";
static const char mixed[] = "coef_ intercept_ n_iter_ dual_gap_ alpha_ alphas_ mse_path_ l1_ratio_";

Test(penalised, lasso)
{
    check("Lasso()", "std weighted two wide wide_weighted constant one raw", descent, 1e-9);
    check("Lasso(alpha=0.1, tol=1e-10)", "std weighted two constant", descent, 1e-8);
    check("Lasso(alpha=20.0, tol=1e-10)", "wide wide_weighted", descent, 1e-8);
    check("Lasso(alpha=0.5, fit_intercept=False)", "std weighted wide", descent, 1e-9);
    check("Lasso(alpha=0.5, positive=True)", "std wide", descent, 1e-9);
    check("Lasso(alpha=0.5, precompute=True)", "std wide", descent, 1e-9);
    check("Lasso(alpha=0.5, selection='random', random_state=7)", "std two wide", descent, 1e-9);
    check("Lasso(alpha=100.0)", "std", descent, 1e-9);
    check("Lasso(alpha=0.05, max_iter=2)", "std", descent, 1e-9);
}

Test(penalised, elastic_net)
{
    check("ElasticNet()", "std weighted two wide constant one", descent, 1e-9);
    check("ElasticNet(alpha=0.3, l1_ratio=0.9, tol=1e-10)", "std weighted wide", descent, 1e-8);
    check("ElasticNet(alpha=0.3, l1_ratio=0.0, tol=1e-10)", "std", descent, 1e-8);
    check("ElasticNet(alpha=0.0, max_iter=20)", "std", descent, 1e-9);
    check("ElasticNet(alpha=0.3, positive=True, selection='random', random_state=1)", "std",
          descent, 1e-9);
}

Test(penalised, multi_task)
{
    const char *const all = "coef_ intercept_ n_iter_ dual_gap_ eps_";
    check("MultiTaskLasso()", "two two_weighted two_wide", all, 1e-9);
    check("MultiTaskLasso(alpha=0.1, tol=1e-10, selection='random', random_state=5)", "two",
          descent, 1e-8);
    check("MultiTaskElasticNet(alpha=0.5, l1_ratio=0.3, fit_intercept=False)",
          "two two_weighted two_wide", all, 1e-9);
    check("MultiTaskElasticNet(alpha=0.5, l1_ratio=0.0)", "two", descent, 1e-9);
}

Test(penalised, lasso_cv)
{
    check("LassoCV()", "std weighted constant raw", searched, 1e-9);
    check("LassoCV(alphas=8)", "wide wide_weighted", searched, 1e-9);
    check("LassoCV(alphas=8, precompute=False)", "wide_weighted", searched, 1e-9);
    check("LassoCV(alphas=[1.0, 0.1, 10.0], cv=3, fit_intercept=False)", "std weighted", searched,
          1e-9);
    check("LassoCV(alphas=10, eps=0.01, cv=KFold(n_splits=4, shuffle=True, random_state=0))", "std",
          searched, 1e-9);
    check("LassoCV(alphas=10, positive=True, precompute=False)", "std", searched, 1e-9);
    check("LassoCV(alphas=6, selection='random', random_state=3)", "std", searched, 1e-9);
    check("LassoCV(alphas=[0.5], cv=2)", "std", searched, 1e-9);
}

Test(penalised, elastic_net_cv)
{
    check("ElasticNetCV(alphas=10)", "std weighted", mixed, 1e-9);
    check("ElasticNetCV(alphas=7, l1_ratio=[0.2, 0.7, 1.0], cv=4)", "std wide", mixed, 1e-9);
    check("ElasticNetCV(alphas=[0.1, 1.0], l1_ratio=[0.0, 0.5])", "std", mixed, 1e-8);
}

Test(penalised, positive_coefficients)
{
    /* scikit-learn stops L-BFGS-B near the minimum, here it is the minimum */
    check("Ridge(positive=True)", "std weighted", "coef_ intercept_", 1e-3);
    check("LinearRegression(positive=True)", "std weighted two raw", "coef_ intercept_", 1e-8);
    check("LinearRegression(positive=True, fit_intercept=False)", "std", "coef_ intercept_", 1e-8);
}

static const char plain[] = "coef_ intercept_";
static const char best[] = "coef_ intercept_ alpha_ best_score_";

Test(penalised, ridge_classifier)
{
    check("RidgeClassifier()", "classes classes_weighted binary", plain, 1e-8);
    check("RidgeClassifier(alpha=0.1, class_weight='balanced', fit_intercept=False)",
          "classes classes_weighted binary", plain, 1e-8);
    check("RidgeClassifierCV()", "classes classes_weighted binary", best, 1e-8);
    check("RidgeClassifierCV(alphas=[1.0, 100.0], cv=3, class_weight='balanced')", "classes binary",
          best, 1e-8);
    check("RidgeClassifierCV(alphas=[1.0, 100.0], scoring='accuracy')", "classes", best, 1e-8);
}

Test(penalised, ridge_cv)
{
    const char *const many = "std weighted two wide wide_weighted";
    check("RidgeCV()", "std weighted two wide wide_weighted constant one", best, 1e-8);
    check("RidgeCV(alphas=[0.01, 1.0, 30.0, 100.0], gcv_mode='svd')", many, best, 1e-8);
    check("RidgeCV(alphas=[0.01, 1.0, 30.0, 100.0], alpha_per_target=True)", "two", best, 1e-8);
    check("RidgeCV(alphas=[1.0, 30.0], fit_intercept=False, store_cv_results=True)", "short",
          "coef_ intercept_ alpha_ best_score_ cv_results_", 1e-8);
    check("RidgeCV(alphas=[1.0, 30.0], scoring='neg_mean_absolute_error')", "std weighted two",
          best, 1e-8);
    check("RidgeCV(alphas=[1.0, 30.0], scoring='r2', alpha_per_target=True)", "two", best, 1e-8);
    check("RidgeCV(alphas=[0.0, 1.0, 30.0, 100.0], cv=4)", "std weighted two", best, 1e-8);
    check("RidgeCV(cv=KFold(n_splits=3), scoring='neg_mean_squared_error')", "std wide", best,
          1e-8);
}

Test(penalised, lars)
{
    const char *const path = "coef_ intercept_ n_iter_ alphas_ active_ coef_path_";
    check("Lars()", "std one raw", path, 1e-8);
    check("Lars()", "two", "coef_ intercept_ n_iter_", 1e-8);
    check("Lars(n_nonzero_coefs=3)", "std wide", path, 1e-8);
    check("Lars(n_nonzero_coefs=20)", "wide", path, 1e-8);
    check("Lars(n_nonzero_coefs=4, fit_path=False, fit_intercept=False, precompute=False)", "std",
          "coef_ intercept_ n_iter_ alphas_", 1e-8);
    check("Lars(jitter=0.5, random_state=2)", "std", "coef_ intercept_ n_iter_ alphas_", 1e-8);
}

Test(penalised, lasso_lars)
{
    const char *const path = "coef_ intercept_ n_iter_ alphas_ active_ coef_path_";
    check("LassoLars()", "std wide one raw", path, 1e-8);
    check("LassoLars(alpha=0.01)", "std raw", path, 1e-8);
    check("LassoLars(alpha=0.0)", "std", path, 1e-8);
    check("LassoLars(alpha=0.1, positive=True)", "std wide", path, 1e-8);
    check("LassoLars(alpha=0.1, fit_path=False, fit_intercept=False)", "two",
          "coef_ intercept_ n_iter_", 1e-8);
    check("LassoLars(alpha=0.1, max_iter=5)", "wide", path, 1e-8);
}

Test(penalised, matching_pursuit)
{
    const char *const counted = "coef_ intercept_ n_iter_ n_nonzero_coefs_";
    const char *const free = "coef_ intercept_ n_iter_";
    check("OrthogonalMatchingPursuit()", "std two wide one", counted, 1e-8);
    check("OrthogonalMatchingPursuit(n_nonzero_coefs=5)", "std two wide", counted, 1e-8);
    check("OrthogonalMatchingPursuit(tol=1300000.0)", "std", free, 1e-8);
    check("OrthogonalMatchingPursuit(tol=30000.0)", "wide", free, 1e-8);
    check("OrthogonalMatchingPursuit(n_nonzero_coefs=4, precompute=False, fit_intercept=False)",
          "std", free, 1e-8);
}

Test(penalised, lars_by_folds)
{
    const char *const all = "coef_ intercept_ n_iter_ alpha_ alphas_ active_ cv_alphas_ mse_path_";
    const char *const none =
        "coef_ intercept_ n_iter_ alpha_ alphas_ cv_alphas_ mse_path_"; /* active */
    check("LarsCV()", "std constant raw one", all, 1e-8);
    check("LarsCV(max_iter=15, max_n_alphas=30)", "wide", none, 1e-8);
    check("LarsCV(max_iter=4, max_n_alphas=6, cv=3, fit_intercept=False)", "std", all, 1e-8);
    check("LarsCV(max_iter=4, max_n_alphas=6, cv=3, fit_intercept=False)", "std", "coef_path_",
          1e-8);
    check("LarsCV(precompute=False, cv=KFold(n_splits=4, shuffle=True, random_state=0))", "std",
          all, 1e-8);
    check("LassoLarsCV()", "std constant raw one", all, 1e-8);
    check("LassoLarsCV(max_n_alphas=40)", "wide", all, 1e-8);
    check("LassoLarsCV(positive=True, cv=3)", "std", all, 1e-8);
    check("LassoLarsCV(positive=True, cv=3)", "wide", none, 1e-8);
    check("LassoLarsCV(max_n_alphas=5, precompute=True, fit_intercept=False)", "std", all, 1e-8);
    /* every alpha gives the same errors: which is the least is for the last bits to say */
    check("LassoLarsCV(max_iter=0)", "std", "coef_ intercept_ n_iter_ alphas_ cv_alphas_ mse_path_",
          1e-8);
    check("LassoLarsCV(cv=ShuffleSplit(n_splits=3, random_state=1))", "std", all, 1e-8);
    check("LassoLarsCV(max_n_alphas=40, cv=ShuffleSplit(n_splits=3, random_state=1))", "wide", all,
          1e-8);
}

Test(penalised, lars_by_criterion)
{
    const char *const all = "coef_ intercept_ n_iter_ alpha_ alphas_ criterion_ noise_variance_";
    check("LassoLarsIC()", "std constant raw one", all, 1e-8);
    check("LassoLarsIC('bic')", "std raw", all, 1e-8);
    check("LassoLarsIC('bic', noise_variance=100.0)", "std wide", all, 1e-8);
    check("LassoLarsIC(positive=True, fit_intercept=False, precompute=False)", "std", all, 1e-8);
    check("LassoLarsIC(max_iter=3)", "std", all, 1e-8);
}

Test(penalised, matching_pursuit_by_folds)
{
    const char *const all = "coef_ intercept_ n_iter_ n_nonzero_coefs_";
    check("OrthogonalMatchingPursuitCV()", "std wide constant raw", all, 1e-8);
    check("OrthogonalMatchingPursuitCV(max_iter=10, cv=3, fit_intercept=False)", "std wide", all,
          1e-8);
    check("OrthogonalMatchingPursuitCV(max_iter=0, cv=ShuffleSplit(n_splits=3, random_state=1))",
          "std", all, 1e-8);
}

Test(penalised, multi_task_by_folds)
{
    check("MultiTaskLassoCV(alphas=12)", "two two_weighted two_wide", searched, 1e-9);
    check("MultiTaskLassoCV(alphas=[1.0, 0.1, 10.0], cv=3, fit_intercept=False)", "two", searched,
          1e-9);
    check("MultiTaskLassoCV(alphas=6, eps=0.01, selection='random', random_state=3)", "two",
          searched, 1e-9);
    check("MultiTaskElasticNetCV(alphas=10)", "two", mixed, 1e-9);
    check("MultiTaskElasticNetCV(alphas=5, l1_ratio=[0.2, 0.7, 1.0], cv=4)", "two two_wide", mixed,
          1e-9);
    check("MultiTaskElasticNetCV(alphas=[0.1, 1.0], l1_ratio=[0.0, 0.5])", "two_weighted", mixed,
          1e-8);
}

/* precompute chooses a way, not a result: every spec with each of its values, against the first. */
static void check_ways(const char *format, const char *ways, const char *sets)
{
    char list[80], *rest = list;
    snprintf(list, sizeof list, "%s", sets);
    for (char *name = strtok_r(list, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        const cx_scope scope = cx_scope_open();
        const set s = read_set(name);
        const cx_array *want = NULL;
        char each[40], *more = each;
        snprintf(each, sizeof each, "%s", ways);
        for (char *way = strtok_r(each, " ", &more); way; way = strtok_r(NULL, " ", &more)) {
            char spec[120];
            snprintf(spec, sizeof spec, format, way);
            cx_estimator *m = cx_estimator_new(spec);
            cx_check(cx_fit(m, s.x, s.y));
            const cx_array *got = cx_attr(m, "coef_");
            if (want == NULL) want = got;
            cr_expect(
                cx_allclose(got, want,
                            CX_OPTS(cx_close_opts, .rtol = {true, 1e-8}, .atol = {true, 1e-9})),
                "%s, %s", spec, name);
        }
        cr_expect(cx_scope_close(scope) == CX_OK, "%s, %s: %s", format, name, cx_error_message());
    }
}

Test(penalised, ways_to_products)
{
    check_ways("Lasso(alpha=0.5, precompute=%s)", "True False", "std wide two");
    check_ways("ElasticNet(alpha=0.5, precompute=%s)", "True False", "std wide two");
    check_ways("LassoCV(alphas=5, precompute=%s)", "True False 'auto'", "std wide");
    check_ways("ElasticNetCV(alphas=5, precompute=%s)", "True False 'auto'", "std wide");
    check_ways("Lars(n_nonzero_coefs=5, precompute=%s)", "True False 'auto' None", "std wide two");
    check_ways("LassoLars(alpha=0.1, precompute=%s)", "True False 'auto' None", "std two");
    check_ways("LarsCV(max_iter=5, precompute=%s)", "True False 'auto' None", "std wide");
    check_ways("LassoLarsCV(max_iter=5, precompute=%s)", "True False 'auto' None", "std wide");
    check_ways("LassoLarsIC(noise_variance=900.0, max_iter=5, precompute=%s)",
               "True False 'auto' None", "std wide");
    check_ways("OrthogonalMatchingPursuit(n_nonzero_coefs=4, precompute=%s)", "True False 'auto'",
               "std wide two");
    const cx_scope s = cx_scope_open();
    cr_expect(cx_estimator_status(cx_estimator_new("Lasso(precompute='auto')")) ==
              CX_E_ARGUMENT); /* as in scikit-learn */
    (void)!cx_scope_close(s);
}

Test(penalised, bayes)
{
    check("BayesianRidge()", "std weighted wide constant one raw",
          "coef_ intercept_ alpha_ lambda_ n_iter_ X_scale_", 1e-8);
    check("BayesianRidge(compute_score=True, alpha_init=0.01, lambda_init=0.5, "
          "fit_intercept=False, tol=1e-08)",
          "std weighted wide", "coef_ intercept_ alpha_ lambda_ n_iter_ scores_", 1e-7);
    check("BayesianRidge(max_iter=2)", "std short",
          "coef_ intercept_ alpha_ lambda_ n_iter_ sigma_", 1e-8);
    check("BayesianRidge()", "raw", "X_offset_", 1e-12);
    check("ARDRegression()", "raw", "X_offset_", 1e-12);
    check("ARDRegression()", "std raw one constant",
          "coef_ intercept_ alpha_ lambda_ n_iter_ sigma_", 1e-7);
    check("ARDRegression(compute_score=True, max_iter=5, threshold_lambda=100.0)", "std wide",
          "coef_ intercept_ alpha_ n_iter_ scores_", 1e-7);
}

/* 1 / (2 n) |y - x w - b|^2 + alpha l1_ratio |w|_1 + alpha (1 - l1_ratio) / 2 |w|^2. */
static double objective(const set *s, const double *w, double b, double alpha, double l1_ratio)
{
    const int64_t n = cx_dim(s->x, 0), d = cx_dim(s->x, 1);
    const double *x = cx_data_f64(s->x), *y = cx_data_f64(s->y);
    double sum = 0, lasso = 0, ridge = 0;
    for (int64_t i = 0; i < n; i++) {
        double left = y[i] - b;
        for (int64_t j = 0; j < d; j++) left -= x[i * d + j] * w[j];
        sum += left * left;
    }
    for (int64_t j = 0; j < d; j++) {
        lasso += fabs(w[j]);
        ridge += w[j] * w[j];
    }
    return sum / (2 * (double)n) + alpha * (l1_ratio * lasso + (1 - l1_ratio) / 2 * ridge);
}

static void check_objective(const char *spec, const char *name, double alpha, double l1_ratio)
{
    golden_from("learn_penalised.tsv");
    const cx_scope scope = cx_scope_open();
    const set s = read_set(name);
    size_t count;
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit(m, s.x, s.y));
    const double ours = objective(&s, cx_data_f64(cx_attr(m, "coef_")),
                                  cx_item_f64(cx_attr(m, "intercept_")), alpha, l1_ratio),
                 theirs =
                     objective(&s, golden(&count, "%s/%s/coef_", spec, name),
                               *golden(&count, "%s/%s/intercept_", spec, name), alpha, l1_ratio);
    cr_expect(ours <= theirs * (1 + 1e-9), "%s, %s: %.17g > %.17g", spec, name, ours, theirs);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

Test(penalised, objectives)
{
    check_objective("Lasso()", "std", 1, 1);
    check_objective("Lasso()", "wide", 1, 1);
    check_objective("Lasso(alpha=0.1, tol=1e-10)", "std", 0.1, 1);
    check_objective("Lasso(alpha=20.0, tol=1e-10)", "wide", 20, 1);
    check_objective("Lasso(alpha=0.5, selection='random', random_state=7)", "wide", 0.5, 1);
    check_objective("ElasticNet(alpha=0.3, l1_ratio=0.9, tol=1e-10)", "std", 0.3, 0.9);
    check_objective("ElasticNet(alpha=0.3, l1_ratio=0.0, tol=1e-10)", "std", 0.3, 0);
    check_objective("LinearRegression(positive=True)", "std", 0, 0);
    const double n = 442; /* Ridge's penalty is not divided by the rows */
    check_objective("Ridge(positive=True)", "std", 1 / n, 0);
    check_objective("Ridge(positive=True)", "wide", 1.0 / 40, 0);
}

/* ---- what scikit-learn has no numbers for */
static int warnings;
static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)text;
    (void)ctx;
    warnings += kind == CX_E_CONVERGENCE;
}

Test(penalised, warm_start_goes_on)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning));
    const set d = read_set("std");
    warnings = 0;
    cx_estimator *m = cx_estimator_new("Lasso(alpha=0.5, tol=1e-8, max_iter=3, warm_start=True)");
    cr_expect(cx_fit(m, d.x, d.y) == CX_OK && warnings == 1);
    for (int i = 0; i < 200 && warnings == i + 1; i++) cx_check(cx_fit(m, d.x, d.y));
    cr_expect(warnings > 1 && warnings < 200, "%d", warnings);
    cx_check(cx_fit(m, d.x, d.y));
    cr_expect(cx_item_i64(cx_attr(m, "n_iter_")) == 0);
    cx_estimator *cold = cx_estimator_new("Lasso(alpha=0.5, tol=1e-8, max_iter=10000)");
    cx_check(cx_fit(cold, d.x, d.y));
    cr_expect(cx_allclose(cx_attr(m, "coef_"), cx_attr(cold, "coef_"), NULL));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(penalised, float32_follows_float64)
{
    static const char *const specs[] = {"Lasso(alpha=0.5)",
                                        "ElasticNetCV(alphas=5)",
                                        "RidgeCV()",
                                        "Ridge(positive=True)",
                                        "Lars()",
                                        "OrthogonalMatchingPursuit(n_nonzero_coefs=3)",
                                        "BayesianRidge()",
                                        "ARDRegression()",
                                        "LarsCV()",
                                        "LassoLarsIC()",
                                        "OrthogonalMatchingPursuitCV()"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        const set d = read_set("std");
        cx_estimator *m = cx_estimator_new(specs[i]), *n = cx_estimator_new(specs[i]);
        cx_check(cx_fit(m, d.x, d.y));
        cx_check(cx_fit(n, cx_astype(d.x, CX_F32), cx_astype(d.y, CX_F32)));
        const cx_array *coef = cx_attr(n, "coef_"), *want = cx_attr(m, "coef_");
        cr_expect(cx_dtype_of(coef) == CX_F32, "%s", specs[i]);
        const double off =
            cx_item_f64(cx_max(cx_abs(cx_sub(cx_astype(coef, CX_F64), want)), CX_ALL));
        cr_expect(off <= 1e-3 * cx_item_f64(cx_max(cx_abs(want), CX_ALL)), "%s: %g", specs[i], off);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
}

Test(penalised, solvers_of_ridge_agree)
{
    const cx_scope s = cx_scope_open();
    const set d = read_set("std");
    cx_estimator *m = cx_estimator_new("Ridge(alpha=0.7)");
    cx_check(cx_fit(m, d.x, d.y));
    static const char *const names[] = {"lsqr", "sparse_cg", "sag", "saga", "svd", "cholesky"};
    for (int i = 0; i < 6; i++) {
        cx_estimator *n = cx_estimator_new("Ridge(alpha=0.7)");
        cx_check(cx_set_param_str(n, "solver", names[i]));
        cx_check(cx_fit(n, d.x, d.y));
        cr_expect(cx_allclose(cx_attr(m, "coef_"), cx_attr(n, "coef_"), NULL), "%s", names[i]);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void refused(const char *spec, const set *d, const cx_array *y)
{
    cx_estimator *m = cx_estimator_new(spec);
    const cx_status st = cx_fit_data(m, CX_DATA(.x = d->x, .y = y, .sample_weight = d->w));
    cr_expect(st == CX_E_ARGUMENT, "%s: %d, %s", spec, (int)st, cx_error_message());
    cr_expect(!cx_is_fitted(m));
}

Test(penalised, refusals)
{
    const cx_scope s = cx_scope_open();
    const set d = read_set("std"), w = read_set("weighted"), two = read_set("two");
    refused("Ridge(solver='lbfgs')", &d, d.y);
    refused("Ridge(solver='cholesky', positive=True)", &d, d.y);
    refused("RidgeCV(alphas=[0.0, 1.0])", &d, d.y);
    refused("RidgeCV(cv=3, store_cv_results=True)", &d, d.y);
    refused("RidgeCV(cv=3, alpha_per_target=True)", &d, d.y);
    refused("RidgeCV(scoring='r3')", &d, d.y);
    refused("RidgeCV(cv='Lasso()')", &d, d.y);
    refused("LassoCV(alphas=[-1.0])", &d, d.y);
    refused("LassoCV(cv=443)", &d, d.y);
    refused("ElasticNetCV(l1_ratio=0.0)", &d, d.y);
    refused("ElasticNetCV(l1_ratio=[0.5, 2.0])", &d, d.y);
    refused("LassoCV()", &two, two.y);
    refused("LarsCV()", &two, two.y);
    refused("LassoLarsIC()", &two, two.y);
    refused("OrthogonalMatchingPursuitCV()", &two, two.y);
    refused("OrthogonalMatchingPursuitCV(max_iter=11)", &d, d.y);
    refused("LarsCV(cv=443)", &d, d.y);
    refused("MultiTaskLassoCV()", &d, d.y);
    refused("MultiTaskElasticNetCV(l1_ratio=0.0)", &two, two.y);
    refused("MultiTaskLassoCV(alphas=[-1.0])", &two, two.y);
    refused("MultiTaskLasso()", &d, d.y);
    refused("BayesianRidge()", &two, two.y);
    refused("ARDRegression()", &two, two.y);
    refused("OrthogonalMatchingPursuit(n_nonzero_coefs=11)", &d, d.y);
    refused("Lars()", &w, w.y);
    refused("ARDRegression()", &w, w.y);
    cx_estimator *m = cx_estimator_new("Lasso()");
    cr_expect(
        cx_fit_data(m, CX_DATA(.x = d.x, .y = d.y, .sample_weight = cx_zeros_like(d.y, CX_F64))) ==
        CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Weights of 1 and 2 against rows that are there once and twice. */
Test(penalised, weights_are_repetitions)
{
    static const char *const specs[] = {"Lasso(alpha=0.5, tol=1e-10)", "ElasticNet(tol=1e-10)",
                                        "RidgeClassifier()", "LinearRegression(positive=True)",
                                        "BayesianRidge()"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        const set d = read_set(strstr(specs[i], "Class") != NULL ? "classes" : "std");
        const int64_t n = cx_dim(d.x, 0);
        const cx_array *half = cx_slice(d.x, 0, 0, n / 2, 1),
                       *half_y = cx_slice(d.y, 0, 0, n / 2, 1),
                       *w = cx_concatenate(
                           CX_ARRAYS(cx_full(CX_SHAPE(n / 2), cx_float(2), CX_F64, CX_CPU),
                                     cx_ones(CX_SHAPE(n - n / 2), CX_F64, CX_CPU)),
                           0);
        cx_estimator *m = cx_estimator_new(specs[i]), *r = cx_estimator_new(specs[i]);
        cx_check(cx_fit_data(m, CX_DATA(.x = d.x, .y = d.y, .sample_weight = w)));
        cx_check(cx_fit(r, cx_concatenate(CX_ARRAYS(d.x, half), 0),
                        cx_concatenate(CX_ARRAYS(d.y, half_y), 0)));
        const cx_array *a = cx_attr(m, "coef_"), *b = cx_attr(r, "coef_");
        const double off = cx_item_f64(cx_max(cx_abs(cx_sub(a, b)), CX_ALL));
        cr_expect(off <= 1e-7 * cx_item_f64(cx_max(cx_abs(b), CX_ALL)), "%s: %g", specs[i], off);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
}

Test(penalised, threads_do_not_change_bits)
{
    static const char *const specs[] = {"Lasso(alpha=0.5)", "LassoCV()", "RidgeCV(cv=3)",
                                        "BayesianRidge()"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        const set d = read_set("std");
        cx_array *coef[2];
        for (int t = 0; t < 2; t++) {
            const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = t + 1));
            cx_estimator *m = cx_estimator_new(specs[i]);
            cx_check(cx_fit(m, d.x, d.y));
            coef[t] = cx_scope_return(inner, cx_attr(m, "coef_"));
        }
        cr_expect(cx_array_equal(coef[0], coef[1]), "%s", specs[i]);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
}

/* ---- data so large that products are made as they are needed, against all of them at once */
static void check_tall(const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *few = cx_estimator_new(spec), *all = cx_estimator_new(spec);
    cx_check(cx_set_param_bool(all, "precompute", true));
    cx_check(cx_fit(few, x, y));
    cx_check(cx_fit(all, x, y));
    const cx_array *a = cx_attr(few, "coef_"), *b = cx_attr(all, "coef_");
    const double off = cx_item_f64(cx_max(cx_abs(cx_sub(a, b)), CX_ALL));
    cr_expect(off <= 1e-9 * cx_item_f64(cx_max(cx_abs(b), CX_ALL)), "%s: %g", spec, off);
    cr_expect(cx_array_equal(cx_attr(few, "n_iter_"), cx_attr(all, "n_iter_")), "%s", spec);
    cr_expect(cx_allclose(cx_attr(few, "intercept_"), cx_attr(all, "intercept_"), NULL), "%s",
              spec);
}

Test(penalised, tall_data)
{
    const int64_t n = 9000, d = 120;
    const cx_scope s = cx_scope_open();
    cx_generator *g = cx_random_state(CX_SEED(0), CX_CPU);
    cx_array *x = cx_rng_standard_normal(g, CX_SHAPE(n, d), CX_F64);
    const cx_array *noise = cx_rng_standard_normal(g, CX_SHAPE(n, 2), CX_F64),
                   *some = cx_slice(x, 1, 10, 30, 1);
    const cx_array *y = cx_add(cx_matmul(some, cx_rng_standard_normal(g, CX_SHAPE(20, 2), CX_F64)),
                               noise),
                   *one = cx_ascontiguous(cx_select(y, 1, 0));
    x = cx_add(x, cx_float(2)); /* means as large as the spread */
    check_tall("Lasso(alpha=0.5)", x, one);
    check_tall("Lasso(alpha=0.01, tol=1e-8)", x, one);
    check_tall("Lasso(alpha=0.1, fit_intercept=False)", x, one);
    check_tall("Lasso(alpha=0.1, positive=True)", x, one);
    check_tall("ElasticNet(alpha=0.1)", x, y);
    check_tall("Lasso(alpha=0.1, selection='random', random_state=0)", x, y);
    check_tall("Lasso(alpha=0.1)", cx_astype(x, CX_F32), cx_astype(one, CX_F32));
    /* offsets that would cancel: such data is centred first */
    check_tall("Lasso(alpha=0.1)", cx_add(x, cx_float(1e6)), one);
    check_tall(
        "Lasso(alpha=0.1)",
        cx_concatenate(CX_ARRAYS(x, cx_full(CX_SHAPE(n, 1), cx_float(3), CX_F64, CX_CPU)), 1), one);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
