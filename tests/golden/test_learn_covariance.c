/* device: each. Sparse and robust covariances, and the outliers that they tell, against
 * scikit-learn. */
#include "device.h"
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
        const double off_ = difference(test_host(a), want_, count_);                              \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, key, off_, (tolerance)); \
    } while (0)

static const char *key = "";

static cx_scope open(void)
{
    golden_from("learn_covariance.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", key, cx_error_message());
}
static cx_array *first(const cx_array *a, int64_t n)
{
    return cx_copy(cx_slice(a, 0, 0, n, 1));
}
static cx_array *scaled(const char *set)
{
    return test_here(standardised(read_data(set).x));
}
/* numpy.cov(x.T) of scaled columns */
static cx_array *unbiased(const cx_array *x)
{
    return cx_div(cx_matmul(cx_transpose(x), x), cx_float((double)cx_dim(x, 0) - 1));
}
static cx_estimator *fitted(const char *spec, const cx_array *x)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, NULL));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}
static cx_status refused(const char *spec, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    (void)!cx_scope_close(s);
    return st;
}

/* ---- sparse */
typedef struct variant {
    const char *name, *arguments;
} variant;

/* Descents that end early carry on what rounding did: scikit-learn's own results move as far when
 * the data moves by 1e-15. */
static const double tight = 1e-8, loose = 1e-6;

static void check_sparse(const char *set, const cx_array *x, const variant *v)
{
    char spec[160], at[96];
    snprintf(spec, sizeof spec, "GraphicalLasso(%s)", v->arguments);
    snprintf(at, sizeof at, "glasso/%s/%s", set, v->name);
    key = at;
    const double near = strcmp(v->name, "default") == 0 ? loose : tight;
    const cx_estimator *const m = fitted(spec, x);
    NEAR(cx_attr(m, "n_iter_"), 0.0, "%s/rounds", at);
    NEAR(cx_attr(m, "covariance_"), near, "%s/covariance", at);
    NEAR(cx_attr(m, "precision_"), near, "%s/precision", at);
    cr_expect(cx_item_f64(cx_max(cx_abs(cx_attr(m, "location_")), CX_ALL)) < 1e-12);
    NEAR(cx_attr(m, "costs_"), near, "%s/costs", at);
    NEAR(cx_f64(cx_score(m, first(x, 30), NULL)), near, "%s/score", at);
    NEAR(cx_mahalanobis(m, first(x, 5)), near, "%s/mahalanobis", at);
}

static const char *const sets[] = {"iris", "wine_data", "diabetes"};

Test(graphical_lasso, of_data_sets)
{
    const variant variants[] = {
        {"default", ""},
        {"none", "0.0"},
        {"strong", "0.3"},
        {"exact", "0.05, tol=1e-8, enet_tol=1e-10, max_iter=300"},
        {"centred", "alpha=0.1, assume_centered=True"},
        {"lars", "0.2, mode='lars'"},
    };
    for (int i = 0; i < 3; i++)
        for (int j = i == 2 ? 2 : 0; j < 6; j++) {
            const cx_scope s = open();
            check_sparse(sets[i], scaled(sets[i]), &variants[j]);
            done(s);
        }
}

Test(graphical_lasso, of_a_covariance)
{
    for (int i = 0; i < 3; i++) {
        const cx_scope s = open();
        key = sets[i];
        const cx_array *const c = unbiased(scaled(sets[i]));
        const cx_estimator *const m = fitted("GraphicalLasso(0.2, covariance='precomputed')", c);
        NEAR(cx_attr(m, "covariance_"), 1e-8, "glasso/%s/precomputed/covariance", sets[i]);
        NEAR(cx_attr(m, "precision_"), 1e-8, "glasso/%s/precomputed/precision", sets[i]);
        done(s);
    }
}

Test(graphical_lasso, the_function)
{
    const cx_scope s = open();
    key = "function";
    const cx_array *const c = unbiased(scaled("iris"));
    const cx_graphical_lasso_result r = cx_graphical_lasso(c, 0.15, NULL);
    NEAR(r.covariance, 1e-8, "glasso/function/covariance");
    NEAR(r.precision, 1e-8, "glasso/function/precision");
    NEAR(r.costs, 1e-8, "glasso/function/costs");
    cr_expect(r.n_iter == 86, "%lld", (long long)r.n_iter);
    cr_expect(cx_ndim(r.costs) == 2 && cx_dim(r.costs, 1) == 2);
    const cx_graphical_lasso_result lars = cx_graphical_lasso(
        c, 0.15,
        CX_OPTS(cx_graphical_lasso_opts, .mode = CX_GRAPHICAL_LARS, .tol = 1e-9, .max_iter = 400));
    cr_expect(cx_allclose(lars.precision, r.precision,
                          CX_OPTS(cx_close_opts, .rtol = {true, 1e-2}, .atol = {true, 1e-2})));
    done(s);
}

static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)text;
    if (kind == CX_E_CONVERGENCE) ++*(int *)ctx;
}

Test(graphical_lasso, tells_what_it_cannot_do)
{
    const cx_scope s = open();
    const cx_array *const x = scaled("iris");
    int told = 0;
    const cx_scope heard =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning, .ctx = &told));
    (void)fitted("GraphicalLasso(0.01, max_iter=1)", x);
    cr_expect(told == 1, "%d", told);
    (void)fitted("GraphicalLassoCV(alphas=[0.5, 0.3], cv=2, max_iter=10)", x); /* 1 round a fold */
    cr_expect(told <= 2, "%d", told);
    (void)!cx_scope_close(heard);
    const cx_array *const twice = cx_concatenate(CX_ARRAYS(x, x), 1);
    const cx_status st = refused("GraphicalLasso(0.0)", cx_mul(twice, cx_float(0)));
    cr_expect(st == CX_E_SINGULAR, "%s", cx_status_name(st));
    done(s);
}

Test(graphical_lasso, refusals)
{
    const cx_scope s = open();
    const cx_array *const x = scaled("iris");
    cr_expect(refused("GraphicalLasso()", cx_slice(x, 1, 0, 1, 1)) == CX_E_SHAPE);
    cr_expect(refused("GraphicalLasso()", cx_slice(x, 0, 0, 1, 1)) == CX_E_SHAPE);
    cr_expect(refused("GraphicalLasso(covariance='precomputed')", x) == CX_E_SHAPE);
    cr_expect(refused("GraphicalLassoCV(alphas=[0.1, 0.0])", x) == CX_E_ARGUMENT);
    const cx_array *const c = unbiased(x);
    const cx_scope in = cx_scope_open();
    cr_expect(cx_status_of(cx_graphical_lasso(c, -1, NULL).covariance) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_graphical_lasso(x, 1, NULL).precision) == CX_E_SHAPE);
    cr_expect(cx_status_of(cx_graphical_lasso(cx_astype(c, CX_C128), 1, NULL).costs) == CX_E_DTYPE);
    (void)!cx_scope_close(in);
    done(s);
}

static void check_cv(const char *set, const cx_array *x, const variant *v)
{
    char spec[160], at[96];
    snprintf(spec, sizeof spec, "GraphicalLassoCV(%s)", v->arguments);
    snprintf(at, sizeof at, "glasso_cv/%s/%s", set, v->name);
    key = at;
    const double near = strcmp(v->name, "default") == 0 ? loose : tight;
    const cx_estimator *const m = fitted(spec, x);
    NEAR(cx_attr(m, "alpha_"), 1e-10, "%s/alpha", at);
    NEAR(cx_attr(m, "cv_results_alphas_"), 1e-10, "%s/alphas", at);
    NEAR(cx_attr(m, "cv_results_split_test_score_"), near, "%s/split", at);
    NEAR(cx_attr(m, "cv_results_mean_test_score_"), near, "%s/mean", at);
    NEAR(cx_attr(m, "cv_results_std_test_score_"), 10 * near, "%s/std", at);
    NEAR(cx_attr(m, "n_iter_"), 0.0, "%s/rounds", at);
    NEAR(cx_attr(m, "covariance_"), near, "%s/covariance", at);
    NEAR(cx_attr(m, "precision_"), near, "%s/precision", at);
}

Test(graphical_lasso, cross_validated)
{
    const variant variants[] = {{"default", ""},
                                {"some", "alphas=3, n_refinements=2, cv=3, enet_tol=1e-10"},
                                {"list", "alphas=[0.5, 0.1, 0.3]"}};
    for (int i = 0; i < 3; i++)
        for (int j = i != 0; j < 3; j++) {
            const cx_scope s = open();
            check_cv(sets[i], scaled(sets[i]), &variants[j]);
            done(s);
        }
}

/* ---- robust */
typedef struct robust_set {
    const char *name;
    int64_t rows, d;
} robust_set;
static const robust_set robust_sets[] = {
    {"few", 90, 3}, {"parts", 700, 4}, {"many", 1700, 3}, {"column", 60, 1}, {"edge", 1500, 2}};

/* Normal rows, every ninth of them moved away. */
static cx_array *robust_rows(const robust_set *r)
{
    cx_generator *const g = cx_random_state((cx_maybe_i64){true, r->d == 1 ? 14 : 7}, CX_CPU);
    const cx_array *const z = cx_rng_standard_normal(g, CX_SHAPE(r->rows, r->d), CX_F64),
                          *const mix = cx_add(cx_eye(r->d, r->d, 0, CX_F64, CX_CPU), cx_float(0.3));
    const cx_array *const at =
        cx_expand_dims(cx_remainder(cx_arange_i64(0, r->rows, 1, CX_I64, CX_CPU), cx_int(9)), 1);
    return test_here(
        cx_add(cx_matmul(z, mix), cx_where(cx_equal(at, cx_int(0)), cx_float(6), cx_float(0))));
}

static void check_robust(const robust_set *r, const cx_array *x, const variant *v)
{
    char spec[128], at[96];
    snprintf(spec, sizeof spec, "MinCovDet(random_state=3%s)", v->arguments);
    snprintf(at, sizeof at, "mcd/%s/%s", r->name, v->name);
    key = at;
    const cx_estimator *const m = fitted(spec, x);
    size_t count;
    const double *const counts = golden(&count, "%s/count", at);
    cr_expect(cx_item_i64(cx_sum(cx_attr(m, "raw_support_"), CX_ALL)) == (int64_t)counts[0]);
    cr_expect(cx_item_i64(cx_sum(cx_attr(m, "support_"), CX_ALL)) == (int64_t)counts[1]);
    const cx_array *const rows = cx_flatnonzero(test_host(cx_attr(m, "raw_support_")));
    NEAR(first(rows, cx_size(rows) < 200 ? cx_size(rows) : 200), 0.0, "%s/raw_support", at);
    NEAR(cx_attr(m, "raw_location_"), 1e-8, "%s/raw_location", at);
    NEAR(cx_attr(m, "raw_covariance_"), 1e-8, "%s/raw_covariance", at);
    NEAR(cx_attr(m, "location_"), 1e-8, "%s/location", at);
    NEAR(cx_attr(m, "covariance_"), 1e-8, "%s/covariance", at);
    NEAR(first(cx_attr(m, "dist_"), r->rows < 100 ? r->rows : 100), 1e-8, "%s/dist", at);
    NEAR(cx_f64(cx_score(m, first(x, 30), NULL)), 1e-8, "%s/score", at);
}

Test(min_cov_det, of_rows)
{
    const variant variants[] = {{"default", ""},
                                {"more", ", support_fraction=0.8"},
                                {"centred", ", assume_centered=True"},
                                {"all", ", support_fraction=1.0"}};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < (i == 0 || i == 3 ? 4 : 2); j++) {
            const cx_scope s = open();
            check_robust(&robust_sets[i], robust_rows(&robust_sets[i]), &variants[j]);
            done(s);
        }
}

Test(min_cov_det, the_function)
{
    for (int i = 0; i < 5; i++) {
        const cx_scope s = open();
        const robust_set *const r = &robust_sets[i];
        key = r->name;
        const cx_fast_mcd_result m =
            cx_fast_mcd(robust_rows(r), CX_OPTS(cx_fast_mcd_opts, .random_state = {true, 11}));
        NEAR(m.location, 1e-8, "mcd/%s/function/location", key);
        NEAR(m.covariance, 1e-8, "mcd/%s/function/covariance", key);
        NEAR(first(m.dist, r->rows < 100 ? r->rows : 100), 1e-8, "mcd/%s/function/dist", key);
        NEAR(cx_sum(m.support, CX_ALL), 0.0, "mcd/%s/function/count", key);
        done(s);
    }
}

Test(min_cov_det, refusals)
{
    const cx_scope s = open();
    const cx_array *const x = robust_rows(&robust_sets[0]);
    cr_expect(refused("MinCovDet()", cx_slice(x, 0, 0, 1, 1)) == CX_E_SHAPE);
    cr_expect(refused("MinCovDet(support_fraction=0.001)", x) == CX_E_ARGUMENT);
    const cx_array *const same = cx_mul(x, cx_float(0));
    cr_expect(refused("MinCovDet(random_state=0)", same) == CX_E_ARGUMENT);
    const cx_scope in = cx_scope_open();
    cr_expect(cx_status_of(cx_fast_mcd(cx_select(x, 1, 0), NULL).dist) == CX_E_SHAPE);
    cr_expect(cx_status_of(cx_fast_mcd(cx_log(x), NULL).dist) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_fast_mcd(cx_astype(x, CX_C128), NULL).dist) == CX_E_DTYPE);
    (void)!cx_scope_close(in);
    done(s);
}

static void check_envelope(const robust_set *r, const cx_array *x, const variant *v)
{
    char spec[128], at[96];
    snprintf(spec, sizeof spec, "EllipticEnvelope(random_state=5%s)", v->arguments);
    snprintf(at, sizeof at, "envelope/%s/%s", r->name, v->name);
    key = at;
    const int64_t some = r->rows < 200 ? r->rows : 200;
    cx_estimator *const m = cx_estimator_new(spec);
    NEAR(first(cx_fit_predict(m, x, NULL), some), 0.0, "%s/labels", at);
    NEAR(cx_attr(m, "offset_"), 1e-8, "%s/offset", at);
    NEAR(cx_predict(m, first(x, some)), 0.0, "%s/labels", at);
    NEAR(cx_decision_function(m, first(x, 40)), 1e-8, "%s/decision", at);
    NEAR(cx_score_samples(m, first(x, 40)), 1e-8, "%s/samples", at);
    NEAR(cx_mahalanobis(m, first(x, 40)), 1e-8, "%s/mahalanobis", at);
    const cx_array *const place = cx_arange_i64(0, 50, 1, CX_I64, CX_CPU);
    const cx_array *const y = test_here(
        cx_where(cx_equal(cx_remainder(place, cx_int(9)), cx_int(0)), cx_int(-1), cx_int(1)));
    NEAR(cx_f64(cx_score(m, first(x, 50), y)), 1e-15, "%s/score", at);
    cr_expect(cx_dtype_of(cx_predict(m, x)) == CX_I64);
    cr_expect(cx_estimator_kind_of(m) == CX_OUTLIER_DETECTOR);
    const cx_scope in = cx_scope_open();
    cr_expect(isnan(cx_score(m, x, NULL)) && !cx_ok()); /* without labels */
    (void)!cx_scope_close(in);
}

Test(elliptic_envelope, of_rows)
{
    const variant variants[] = {{"default", ""},
                                {"some", ", contamination=0.25, store_precision=False"}};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 2; j++) {
            const cx_scope s = open();
            check_envelope(&robust_sets[i], robust_rows(&robust_sets[i]), &variants[j]);
            done(s);
        }
}

Test(elliptic_envelope, in_a_pipeline)
{
    const cx_scope s = open();
    const cx_array *const x = robust_rows(&robust_sets[0]);
    cx_estimator *const m = cx_estimator_new("StandardScaler() | EllipticEnvelope(random_state=0)");
    const cx_array *const labels = cx_fit_predict(m, x, NULL);
    cr_expect(cx_array_equal(labels, cx_predict(m, x)));
    const cx_array *const side =
        cx_greater_equal(cx_score_samples(m, x), cx_attr(m, "ellipticenvelope__offset_"));
    cr_expect(cx_array_equal(cx_equal(labels, cx_int(1)), side));
    done(s);
}

Test(outlier_protocol, who_has_it)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const x = test_here(d.x), *const y = test_here(cx_astype(d.y, CX_I64));
    cx_estimator *const scaler = fitted("StandardScaler()", x);
    const cx_scope in = cx_scope_open();
    cr_expect(cx_status_of(cx_fit_predict(cx_estimator_new("GaussianNB()"), x, y)) ==
              CX_E_UNSUPPORTED);
    cr_expect(cx_status_of(cx_fit_predict(cx_estimator_new("StandardScaler()"), x, NULL)) ==
              CX_E_UNSUPPORTED);
    cr_expect(cx_status_of(cx_score_samples(cx_estimator_new("EllipticEnvelope()"), x)) ==
              CX_E_NOT_FITTED);
    cr_expect(cx_status_of(cx_score_samples(scaler, x)) == CX_E_UNSUPPORTED);
    cx_estimator *const through =
        cx_estimator_new("Pipeline([('a', StandardScaler()), ('b', 'passthrough')])");
    cr_expect(cx_status_of(cx_fit_predict(through, x, NULL)) == CX_E_UNSUPPORTED);
    (void)!cx_scope_close(in);
    cx_estimator *const m = cx_estimator_new("KMeans(3, random_state=0, n_init=1)");
    const cx_array *const labels = cx_fit_predict(m, x, NULL);
    cr_expect(cx_array_equal(labels, cx_attr(m, "labels_")));
    done(s);
}
