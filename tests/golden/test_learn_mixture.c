/* device: each. Mixtures of normal distributions against scikit-learn: the same starts, the same
 * iterations, the same models up to rounding. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"full", "tied", "diag", "spherical"};
enum { KINDS = 4 };

static cx_scope open(void)
{
    golden_from("learn_mixture.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *here(const cx_array *a)
{
    return cx_to(a, test_device());
}
/* Every case on the CPU, one of each kind on a slow device. */
static bool wanted(int i, int all)
{
    return test_device().kind == CX_DEVICE_CPU || i % all == 0;
}

static cx_array *iris(void)
{
    return read_data("iris").x;
}
static cx_array *wine(void)
{
    size_t n;
    const double *const v = golden(&n, "wine");
    return cx_reshape(cx_copy_host(v, CX_SHAPE((int64_t)n), CX_F64), CX_SHAPE(178, 13));
}

static void compare(const char *at, const cx_estimator *fitted, const cx_array *x, double tolerance)
{
    const cx_estimator *const m = cx_estimator_to(fitted, CX_CPU);
    const bool bayesian = strcmp(cx_estimator_name(m), "BayesianGaussianMixture") == 0;
    const cx_array *const seven = cx_copy(cx_slice(x, 0, 0, 7, 1));
    const cx_array *const state =
        cx_stack(CX_ARRAYS(cx_astype(cx_attr(m, "converged_"), CX_I64), cx_attr(m, "n_iter_")), 0);
    golden_same(at, "state", state, 0, 0);
    golden_same(at, "weights", cx_attr(m, "weights_"), tolerance, 1e-6);
    golden_same(at, "means", cx_attr(m, "means_"), tolerance, 1e-6);
    golden_same(at, "covariances", cx_attr(m, "covariances_"), tolerance, 1e-3);
    golden_same(at, "precisions", cx_attr(m, "precisions_"), tolerance, 1e-3);
    golden_same(at, "cholesky", cx_attr(m, "precisions_cholesky_"), tolerance, 1e-3);
    golden_same(at, "bounds", cx_attr(m, "lower_bounds_"), tolerance, 1e-6);
    golden_same(at, "labels", cx_to(cx_predict(fitted, here(x)), CX_CPU), 0, 0);
    golden_same(at, "proba", cx_to(cx_predict_proba(fitted, here(seven)), CX_CPU), tolerance, 1e-3);
    golden_same(at, "samples", cx_to(cx_score_samples(fitted, here(seven)), CX_CPU), tolerance,
                1e-3);
    golden_same(at, "score", cx_f64(cx_score(fitted, here(x), NULL)), tolerance, 0);
    if (!bayesian) {
        const double both[] = {cx_mixture_aic(fitted, here(x)), cx_mixture_bic(fitted, here(x))};
        golden_same(at, "criteria", cx_copy_host(both, CX_SHAPE(2), CX_F64), tolerance, 0);
        return;
    }
    golden_same(at, "concentration", cx_attr(m, "weight_concentration_"), tolerance, 1e-6);
    golden_same(at, "freedom", cx_attr(m, "degrees_of_freedom_"), tolerance, 0);
    golden_same(at, "precision", cx_attr(m, "mean_precision_"), tolerance, 0);
    golden_same(at, "mean_prior", cx_attr(m, "mean_prior_"), 1e-12, 0);
    golden_same(at, "covariance_prior", cx_attr(m, "covariance_prior_"), 1e-12, 0);
    golden_same(at, "priors",
                cx_stack(CX_ARRAYS(cx_attr(m, "weight_concentration_prior_"),
                                   cx_attr(m, "mean_precision_prior_"),
                                   cx_attr(m, "degrees_of_freedom_prior_")),
                         0),
                0, 0);
}

static cx_estimator *fitted(const char *spec, const cx_array *x)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, here(x), NULL));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

/* Components that begin as a point are as sharp as rounding lets them be. */
static double tolerance_of(const char *name)
{
    return strstr(name, "k-means++") || strstr(name, "from_data") ? 1e-5 : 1e-6;
}

static void one(const char *name, const cx_array *x, const char *spec, const char *kind)
{
    char at[96], text[512];
    snprintf(at, sizeof at, name, kind);
    snprintf(text, sizeof text, spec, kind);
    compare(at, fitted(text, x), x, tolerance_of(name));
}

Test(mixture, gaussian)
{
    for (int i = 0; i < KINDS; i++) {
        const cx_scope s = open();
        const cx_array *const x = iris();
        one("gaussian/iris/%s/kmeans", x,
            "GaussianMixture(3, covariance_type='%s', random_state=3, max_iter=200)", kinds[i]);
        if (wanted(1, 2))
            one("gaussian/iris/%s/k-means++", x,
                "GaussianMixture(3, covariance_type='%s', init_params='k-means++', random_state=3, "
                "max_iter=200)",
                kinds[i]);
        if (wanted(i, 3))
            one("gaussian/iris/%s/random", x,
                "GaussianMixture(3, covariance_type='%s', init_params='random', random_state=3, "
                "max_iter=200)",
                kinds[i]);
        if (wanted(i + 1, 3))
            one("gaussian/iris/%s/random_from_data", x,
                "GaussianMixture(3, covariance_type='%s', init_params='random_from_data', "
                "random_state=3, max_iter=200)",
                kinds[i]);
        if (wanted(1, 2))
            one("gaussian/iris/%s/runs", x,
                "GaussianMixture(4, covariance_type='%s', n_init=3, random_state=1, tol=1e-4, "
                "reg_covar=1e-3)",
                kinds[i]);
        one("gaussian/iris/%s/short", x,
            "GaussianMixture(2, covariance_type='%s', random_state=0, max_iter=2)", kinds[i]);
        one("gaussian/wine_data/%s/kmeans", wine(),
            "GaussianMixture(3, covariance_type='%s', random_state=0)", kinds[i]);
        done(s);
    }
}

#define BAYESIAN \
    "BayesianGaussianMixture(n_components=4, covariance_type='%s', random_state=2, max_iter=60"

Test(mixture, bayesian)
{
    const char *const covariance[KINDS] = {
        "[[0.25, 0.05, 0.05, 0.05], [0.05, 0.25, 0.05, 0.05], [0.05, 0.05, 0.25, 0.05], [0.05, "
        "0.05, 0.05, 0.25]]",
        "[[0.25, 0.05, 0.05, 0.05], [0.05, 0.25, 0.05, 0.05], [0.05, 0.05, 0.25, 0.05], [0.05, "
        "0.05, 0.05, 0.25]]",
        "[0.1, 0.2, 0.3, 0.4]", "0.3"};
    for (int i = 0; i < KINDS; i++) {
        if (!wanted(i, 2)) continue;
        const cx_scope s = open();
        const cx_array *const x = iris();
        char spec[512];
        snprintf(spec, sizeof spec,
                 BAYESIAN
                 ", weight_concentration_prior=0.01, mean_precision_prior=0.5, mean_prior=[5.0, "
                 "3.0, 4.0, 1.0], degrees_of_freedom_prior=6.5, covariance_prior=%s)",
                 kinds[i], covariance[i]);
        one("bayesian/iris/%s/process", x, BAYESIAN ")", kinds[i]);
        one("bayesian/iris/%s/distribution", x,
            BAYESIAN ", weight_concentration_prior_type='dirichlet_distribution')", kinds[i]);
        char at[64];
        snprintf(at, sizeof at, "bayesian/iris/%s/priors", kinds[i]);
        compare(at, fitted(spec, x), x, 1e-6);
        done(s);
    }
}

static const char *const given[KINDS] = {
    "[[[2, 0, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0], [0, 0, 0, 5]], [[2.5, 0.5, 0.5, 0.5], [0.5, 3.5, "
    "0.5, 0.5], [0.5, 0.5, 4.5, 0.5], [0.5, 0.5, 0.5, 5.5]], [[3, 1, 1, 1], [1, 4, 1, 1], [1, 1, 5, "
    "1], [1, 1, 1, 6]]]",
    "[[2.5, 0.5, 0.5, 0.5], [0.5, 3.5, 0.5, 0.5], [0.5, 0.5, 4.5, 0.5], [0.5, 0.5, 0.5, 5.5]]",
    "[[1, 2, 3, 4], [2, 2, 2, 2], [4, 3, 2, 1]]", "[2, 3, 4]"};
#define MEANS "[[5.0, 3.4, 1.5, 0.2], [6.0, 2.8, 4.3, 1.3], [6.5, 3.0, 5.6, 2.0]]"

Test(mixture, given_starts)
{
    for (int i = 0; i < KINDS; i++) {
        const cx_scope s = open();
        const cx_array *const x = iris();
        char spec[1024], at[64];
        snprintf(spec, sizeof spec,
                 "GaussianMixture(3, covariance_type='%s', weights_init=[0.2, 0.3, 0.5], "
                 "means_init=" MEANS ", precisions_init=%s, random_state=0)",
                 kinds[i], given[i]);
        snprintf(at, sizeof at, "given/%s/all", kinds[i]);
        compare(at, fitted(spec, x), x, 1e-6);
        snprintf(spec, sizeof spec,
                 "GaussianMixture(3, covariance_type='%s', means_init=" MEANS
                 ", precisions_init=%s, init_params='random', random_state=0)",
                 kinds[i], given[i]);
        snprintf(at, sizeof at, "given/%s/some", kinds[i]);
        compare(at, fitted(spec, x), x, 1e-6);
        done(s);
    }
}

Test(mixture, warm_starts)
{
    for (int i = 0; i < KINDS; i += 2) {
        const cx_scope s = open();
        const cx_array *const x = iris();
        char spec[160], at[32];
        snprintf(spec, sizeof spec,
                 "GaussianMixture(3, covariance_type='%s', random_state=0, max_iter=3, "
                 "warm_start=True)",
                 kinds[i]);
        snprintf(at, sizeof at, "warm/%s", kinds[i]);
        cx_estimator *const m = fitted(spec, x);
        cr_assert(cx_fit(m, here(x), NULL) == CX_OK, "%s", cx_error_message());
        compare(at, m, x, 1e-6);
        cx_check(cx_set_param_i64(m, "n_components", 2));
        cr_expect(cx_fit(m, here(x), NULL) == CX_E_ARGUMENT);
        done(s);
    }
}

Test(mixture, samples)
{
    for (int i = 0; i < KINDS; i++) {
        const cx_scope s = open();
        char spec[96], at[32];
        snprintf(spec, sizeof spec, "GaussianMixture(3, covariance_type='%s', random_state=7)",
                 kinds[i]);
        snprintf(at, sizeof at, "sample/%s", kinds[i]);
        const cx_estimator *const m = fitted(spec, iris());
        const cx_mixture_rows r = cx_mixture_sample(m, 40);
        golden_same(at, "y", cx_to(r.labels, CX_CPU), 0, 0);
        if (i >= 2) golden_same(at, "x", cx_to(r.x, CX_CPU), 1e-6, 1e-3);
        cr_expect(cx_dim(r.x, 0) == 40 && cx_dim(r.x, 1) == 4);
        /* whatever the vectors of the covariance, many rows have it */
        const cx_array *const many = cx_mixture_sample(m, 20000).x;
        const cx_array *const off = cx_abs(cx_sub(
            cx_mean(many, CX_AXIS(0)), cx_matmul(cx_attr(m, "weights_"), cx_attr(m, "means_"))));
        cr_expect(cx_item_f64(cx_max(off, CX_ALL)) < 0.06);
        done(s);
    }
}

static cx_status refused(const char *spec, const cx_array *x)
{
    return cx_fit(cx_estimator_new(spec), x, NULL);
}

Test(mixture, errors)
{
    const cx_scope s = open();
    const cx_array *const x = here(iris()), *const two = cx_slice(x, 0, 0, 2, 1);
    const cx_array *const same = cx_zeros(CX_SHAPE(9, 3), CX_F64, test_device());
    cr_expect(refused("GaussianMixture(3)", two) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianMixture(2, reg_covar=0.0, init_params='random')", same) ==
              CX_E_ARGUMENT);
    cr_expect(refused("GaussianMixture(2, weights_init=[0.5, 0.6])", x) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianMixture(2, weights_init=[0.5, 0.2, 0.3])", x) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianMixture(2, means_init=[[1, 2], [3, 4]])", x) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianMixture(2, covariance_type='spherical', precisions_init=[1, -1], "
                      "init_params='random')",
                      x) == CX_E_ARGUMENT);
    cr_expect(refused("BayesianGaussianMixture(degrees_of_freedom_prior=2.5)", x) == CX_E_ARGUMENT);
    cr_expect(refused("BayesianGaussianMixture(covariance_prior=0.5)", x) == CX_E_ARGUMENT);
    cr_expect(refused("BayesianGaussianMixture(covariance_type='diag', covariance_prior=[1, 2, 3, "
                      "-4])",
                      x) == CX_E_ARGUMENT);
    done(s);
}
