/* device: each. Outliers by local density, kernel densities and their samples, nearest centres,
 * bandwidths against scikit-learn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_neighbors.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *given(const char *key, int64_t cols)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    const int64_t rows = (int64_t)n / (cols > 0 ? cols : 1);
    return cols > 0 ? test_copy_host(v, CX_SHAPE(rows, cols), CX_F64)
                    : test_copy_host(v, CX_SHAPE(rows), CX_F64);
}
static void near(const cx_array *a, double tolerance, const char *key, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, what);
    cr_assert(cx_ok(), "%s/%s: %s", key, what, cx_error_message());
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, what, off, tolerance);
}
static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y, .sample_weight = weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

/* scikit-learn takes the tail of a sum from bounds of trees, which cost it a digit. */
static const double close = 1e-12, bounds = 1e-11;
typedef struct variant {
    const char *name, *arguments;
} variant;

/* ---- outliers */
Test(densities, local_outliers)
{
    const variant variants[] = {{"default", ""},
                                {"some", "n_neighbors=7, contamination=0.1, "},
                                {"p1", "n_neighbors=10, p=1, "}};
    for (int i = 0; i < 3; i++) {
        const cx_scope s = open();
        const cx_array *const x = given("x", 4), *const q = given("q", 4);
        char spec[128], key[64];
        snprintf(key, sizeof key, "lof/%s", variants[i].name);
        snprintf(spec, sizeof spec, "LocalOutlierFactor(%s)", variants[i].arguments);
        char *const comma = strstr(spec, ", )");
        if (comma != NULL) strcpy(comma, ")");
        cx_estimator *const m = cx_estimator_new(spec);
        near(cx_fit_predict(m, x, NULL), 0, key, "labels");
        near(cx_attr(m, "negative_outlier_factor_"), close, key, "factor");
        near(cx_attr(m, "offset_"), close, key, "offset");
        cr_expect_not(cx_estimator_has(m, CX_PREDICT) ||
                      cx_estimator_has(m, CX_METHOD_SCORE_SAMPLES));
        snprintf(spec, sizeof spec, "LocalOutlierFactor(%snovelty=True)", variants[i].arguments);
        const cx_estimator *const n = fitted(spec, x, NULL, NULL);
        near(cx_score_samples(n, q), close, key, "samples");
        near(cx_decision_function(n, q), close, key, "decision");
        near(cx_predict(n, q), 0, key, "predict");
        done(s);
    }
}

Test(densities, local_outliers_refuse)
{
    const cx_scope s = open();
    const cx_scope in = cx_scope_open();
    cx_estimator *const m = cx_estimator_new("LocalOutlierFactor(novelty=True)");
    (void)cx_fit_predict(m, given("x", 4), NULL);
    cr_expect(strstr(cx_error_message(), "fit, then predict") != NULL, "%s", cx_error_message());
    cr_expect(cx_scope_close(in) == CX_E_UNSUPPORTED);
    done(s);
}

/* ---- densities */
/* Of kernels that end the densities, of others their logarithms. */
static cx_array *told(const char *kernel, cx_array *v)
{
    return strcmp(kernel, "gaussian") == 0 || strcmp(kernel, "exponential") == 0 ? v : cx_exp(v);
}

/* By all rows, and by those that a tree finds. */
static void kernels_by(const char *algorithm)
{
    const char *const kernels[] = {"gaussian",    "tophat", "epanechnikov",
                                   "exponential", "linear", "cosine"};
    const char *const widths[] = {"0.7", "2.5", "'scott'", "'silverman'"};
    for (int i = 0; i < 6; i++) {
        const cx_scope s = open();
        const cx_array *const x = given("x", 4), *const q = given("q", 4);
        char spec[128], key[64], what[32];
        snprintf(key, sizeof key, "density/%s", kernels[i]);
        for (int w = 0; w < 4; w++)
            for (int columns = 4; columns > 0; columns -= columns == 3 ? 2 : 1) {
                if (w >= 2 && columns < 4) break;
                if (i == 5 && columns == 4) continue;
                snprintf(spec, sizeof spec,
                         "KernelDensity(bandwidth=%s, kernel='%s', algorithm='%s')", widths[w],
                         kernels[i], algorithm);
                const cx_estimator *const m =
                    fitted(spec, cx_slice(x, 1, 0, columns, 1), NULL, NULL);
                char name[16];
                snprintf(name, sizeof name, "%s", widths[w] + (w >= 2));
                if (w >= 2) name[strlen(name) - 1] = 0;
                snprintf(what, sizeof what, "%s/%d", name, columns);
                near(told(kernels[i], cx_score_samples(m, cx_slice(q, 1, 0, columns, 1))), bounds,
                     key, what);
            }
        snprintf(spec, sizeof spec,
                 "KernelDensity(bandwidth=2.5, kernel='%s', metric='chebyshev', algorithm='%s')",
                 kernels[i], algorithm);
        const cx_array *const few = cx_slice(q, 1, 0, 3, 1);
        const cx_estimator *const m =
            fitted(spec, cx_slice(x, 1, 0, 3, 1), NULL, given("weight", 0));
        near(told(kernels[i], cx_score_samples(m, few)), close, key, "weighted");
        const double each = cx_item_f64(cx_sum(cx_score_samples(m, few), CX_ALL));
        cr_expect(!isfinite(each) || fabs(cx_score(m, few, NULL) - each) <= 1e-12 * fabs(each));
        done(s);
    }
}

Test(densities, kernels)
{
    kernels_by("auto");
}

Test(densities, kernels_of_trees)
{
    kernels_by("kd_tree");
}

/* The mass of every kernel is 1: summed over a grid round one row, of even dimensions too. */
Test(densities, mass)
{
    const char *const kernels[] = {"gaussian",    "tophat", "epanechnikov",
                                   "exponential", "linear", "cosine"};
    const cx_scope s = open();
    enum { SIDE = 161 };
    static double grid[SIDE * SIDE * 2], origin[2];
    const double step = 16.0 / (SIDE - 1);
    for (int i = 0; i < SIDE * SIDE; i++) {
        grid[2 * i] = -8 + step * (i / SIDE);
        grid[2 * i + 1] = -8 + step * (i % SIDE);
    }
    const cx_array *const all = test_copy_host(grid, CX_SHAPE(SIDE * SIDE, 2), CX_F64);
    for (int i = 0; i < 6; i++) {
        char spec[96];
        const bool far = i == 0 || i == 3; /* no end: narrow */
        snprintf(spec, sizeof spec, "KernelDensity(bandwidth=%s, kernel='%s')", far ? "0.5" : "6.0",
                 kernels[i]);
        const cx_estimator *const m =
            fitted(spec, test_copy_host(origin, CX_SHAPE(1, 2), CX_F64), NULL, NULL);
        const double mass =
            cx_item_f64(cx_sum(cx_exp(cx_score_samples(m, all)), CX_ALL)) * step * step;
        cr_expect(fabs(mass - 1) < 4e-3, "%s: %g", kernels[i], mass);
    }
    done(s);
}

Test(densities, samples)
{
    for (int i = 0; i < 2; i++) {
        const cx_scope s = open();
        const cx_array *const x = given("x", 4);
        const char *const kernel = i ? "tophat" : "gaussian";
        char spec[128], key[64];
        snprintf(key, sizeof key, "density/%s", kernel);
        snprintf(spec, sizeof spec, "KernelDensity(bandwidth=0.7, kernel='%s')", kernel);
        near(cx_kernel_density_sample(fitted(spec, x, NULL, NULL), 9, CX_SEED(3)), close, key,
             "sample");
        near(cx_kernel_density_sample(fitted(spec, x, NULL, given("weight", 0)), 9, CX_SEED(4)),
             close, key, "sample_weighted");
        done(s);
    }
    const cx_scope s = open(), in = cx_scope_open();
    const cx_estimator *const m =
        fitted("KernelDensity(kernel='linear')", given("x", 4), NULL, NULL);
    (void)cx_kernel_density_sample(m, 3, CX_SEED(0));
    cr_expect(cx_scope_close(in) == CX_E_UNSUPPORTED);
    done(s);
}

/* ---- centres */
Test(densities, nearest_centres)
{
    const variant variants[] = {{"default", ""},
                                {"shrunk", "shrink_threshold=0.8"},
                                {"shares", "priors='empirical'"},
                                {"given", "priors=[0.2, 0.5, 0.3], shrink_threshold=0.2"},
                                {"sums", "metric='manhattan'"},
                                {"sums_shares", "metric='manhattan', priors='empirical'"}};
    for (int i = 0; i < 12; i++) {
        const variant *const v = &variants[i / 2];
        const bool two = i % 2, sums = strncmp(v->name, "sums", 4) == 0;
        if (two && strcmp(v->name, "given") == 0) continue;
        const cx_scope s = open();
        const cx_array *const q = given("q", 4);
        char spec[128], key[64];
        snprintf(key, sizeof key, "centroid/%s/%d", v->name, two);
        snprintf(spec, sizeof spec, "NearestCentroid(%s)", v->arguments);
        const cx_estimator *const m = fitted(
            spec, given("x", 4), cx_astype(given(two ? "second" : "label", 0), CX_I64), NULL);
        near(cx_predict(m, q), 0, key, "labels");
        near(cx_attr(m, "centroids_"), close, key, "centroids");
        near(cx_attr(m, "deviations_"), close, key, "deviations");
        near(cx_attr(m, "within_class_std_dev_"), close, key, "within");
        near(cx_attr(m, "class_prior_"), close, key, "priors");
        cr_expect(cx_estimator_has(m, CX_PREDICT_PROBA) == !sums);
        if (!sums) {
            near(cx_decision_function(m, q), close, key, "decision");
            near(cx_predict_proba(m, q), close, key, "shares");
            near(cx_predict_log_proba(m, q), 1e-10, key, "log_shares");
        }
        done(s);
    }
}

Test(bandwidth, estimates)
{
    static const char *const sets[] = {"iris", "wine_data", "breast_cancer"};
    golden_from("learn_density.tsv");
    for (int i = 0; i < 3; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = test_here(standardised(read_data(sets[i]).x));
        char key[64];
        snprintf(key, sizeof key, "bandwidth/%s", sets[i]);
        near(cx_f64(cx_estimate_bandwidth(x, NULL)), 1e-10, key, "all");
        const cx_estimate_bandwidth_opts some = {.struct_size = sizeof some,
                                                 .quantile = {true, 0.1},
                                                 .n_samples = 100,
                                                 .random_state = CX_SEED(3)},
                                         none = {.struct_size = sizeof none, .quantile = {true, 0}};
        near(cx_f64(cx_estimate_bandwidth(x, &some)), 1e-10, key, "some");
        cr_expect(cx_estimate_bandwidth(x, &none) == 0);
        done(s);
    }
    const cx_scope s = cx_scope_open();
    const cx_estimate_bandwidth_opts wrong = {.struct_size = sizeof wrong, .quantile = {true, 1.5}};
    cr_expect(isnan(cx_estimate_bandwidth(cx_ones(CX_SHAPE(3, 2), CX_F64, CX_CPU), &wrong)));
    cr_expect(cx_scope_close(s) == CX_E_ARGUMENT);
}
