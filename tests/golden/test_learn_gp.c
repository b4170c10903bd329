/* device: each. Gaussian processes against scikit-learn: kernels and their derivatives, the search
 * for hyperparameters, predictions. */
#include "device.h"
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const kernels[] = {
#define KERNEL(text) text,
#include "learn_gp_kernels.def"
#undef KERNEL
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static cx_scope begin(void)
{
    golden_from("learn_gp.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Numbers of a key in rows of some columns, where the tests run. */
static cx_array *matrix(const char *key, int64_t cols)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    const cx_array *const a = cx_copy_host(v, CX_SHAPE((int64_t)n), CX_F64);
    return cx_to(cx_reshape(a, CX_SHAPE((int64_t)n / cols, cols)), test_device());
}
static cx_array *column(const cx_array *a, int64_t i)
{
    return cx_copy(cx_select(a, 1, i));
}
static cx_array *host(const cx_array *a)
{
    return cx_to(a, CX_CPU);
}

static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, y));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

/* A text within the quotes of a spec. */
static char *quoted(char *to, size_t size, const char *before, const char *text, const char *after)
{
    snprintf(to, size, "%s\"%s\"%s", before, text, after);
    return to;
}

/* scikit-learn takes small steps for the derivatives of these. */
static bool differenced(const char *kernel)
{
    return strstr(kernel, "Pairwise") || strstr(kernel, "nu=3.5") || strstr(kernel, "nu=0.8");
}

Test(gp, kernels)
{
    for (int i = 0; i < KERNELS; i++) {
        if (test_device().kind != CX_DEVICE_CPU && i % 4 != 0) continue;
        const cx_scope s = begin();
        char spec[512], at[32];
        const cx_array *const x = matrix("x", 2), *const new = matrix("new", 2);
        snprintf(at, sizeof at, "%d", i);
        quoted(spec, sizeof spec, "GaussianProcessRegressor(", kernels[i],
               ", alpha=0.02, optimizer=None)");
        const cx_estimator *const m = fitted(spec, x, matrix("y", 2));
        const cx_array *const theta = cx_attr(m, "theta_");
        golden_same(at, "theta", host(theta), 1e-14, 1);
        golden_same(at, "lml", cx_f64(cx_gaussian_process_log_marginal_likelihood(m, theta)), 1e-11,
                    0);
        golden_same(at, "lml", host(cx_attr(m, "log_marginal_likelihood_value_")), 1e-11, 0);
        golden_same(at, "gradient", cx_gaussian_process_log_marginal_likelihood_gradient(m, theta),
                    differenced(kernels[i]) ? 1e-4 : 1e-9, 1);
        const cx_gaussian_process_rows std =
            cx_gaussian_process_predict(m, new, CX_GAUSSIAN_PROCESS_STD);
        golden_same(at, "mean", host(cx_predict(m, new)), 1e-9, 1e-2);
        golden_same(at, "mean", host(std.mean), 1e-9, 1e-2);
        golden_same(at, "std", host(std.spread), 1e-9, 1e-2);
        golden_same(at, "cov",
                    host(cx_gaussian_process_predict(m, new, CX_GAUSSIAN_PROCESS_COV).spread), 1e-9,
                    1e-2);
        golden_same(at, "kernel", host(cx_gaussian_process_kernel(kernels[i], x, new)), 1e-13,
                    1e-2);
        golden_same(at, "diag", host(cx_gaussian_process_kernel_diag(kernels[i], x)), 1e-13, 0);
        done(s);
    }
}

static void search(const char *at, const char *spec, const cx_array *y)
{
    const cx_array *const x = matrix("x", 2), *const new = matrix("new", 2);
    const cx_estimator *const m = fitted(spec, x, y);
    const cx_gaussian_process_rows r = cx_gaussian_process_predict(m, new, CX_GAUSSIAN_PROCESS_STD);
    golden_same(at, "theta", host(cx_attr(m, "theta_")), 1e-8, 1);
    golden_same(at, "lml", host(cx_attr(m, "log_marginal_likelihood_value_")), 1e-8, 1e-2);
    golden_same(at, "mean", host(r.mean), 1e-8, 1e-1);
    golden_same(at, "std", host(r.spread), 1e-8, 1e-1);
}

Test(gp, searches)
{
    const cx_scope s = begin();
    char spec[1024], noise[512] = "";
    const cx_array *const y = matrix("y", 2), *const first = column(y, 0);
    size_t n;
    const double *const v = golden(&n, "noise");
    for (size_t i = 0; i < n; i++) {
        char number[32];
        (void)plain_decimals(number, sizeof number, v[i], 3);
        snprintf(noise + strlen(noise), sizeof noise - strlen(noise), i > 0 ? ", %s" : "%s",
                 number);
    }
    search("plain", "GaussianProcessRegressor(alpha=0.05)", first);
    search("bound", "GaussianProcessRegressor('1.0 * RBF(1.0, (0.1, 0.7))', alpha=0.1)", first);
    snprintf(spec, sizeof spec, "GaussianProcessRegressor('RBF(1.5)', alpha=[%s])", noise);
    search("each", spec, first);
    search("white",
           "GaussianProcessRegressor('1.0 * RBF(1.0) + WhiteKernel(0.1)', normalize_y=True)", y);
    if (test_device().kind == CX_DEVICE_CPU)
        search("scales",
               "GaussianProcessRegressor('1.0 * Matern([1.0, 2.0], nu=2.5) + WhiteKernel(0.1)', "
               "normalize_y=True, n_restarts_optimizer=2, random_state=0)",
               first);
    done(s);
}

/* Enough rows for blocks: what they say is what whole solutions and differences say. */
Test(gp, blocks)
{
    const cx_scope s = begin();
    cx_generator *const g = cx_random_state(CX_SEED(4), CX_CPU);
    const cx_array *const x = cx_rng_random(g, CX_SHAPE(300, 2), CX_F64),
                          *const new = cx_rng_random(g, CX_SHAPE(40, 2), CX_F64),
                          *const y = cx_sin(cx_mul(cx_sum(x, CX_AXIS(1)), cx_float(9)));
    static const char kernel[] = "1.0 * RBF(0.3)";
    const cx_estimator *const m =
        fitted("GaussianProcessRegressor('1.0 * RBF(0.3)', alpha=0.01, optimizer=None)", x, y);
    const cx_array *const white =
        cx_linalg_solve_triangular(cx_attr(m, "L_"), cx_gaussian_process_kernel(kernel, x, new),
                                   CX_OPTS(cx_solve_triangular_opts, .lower = true));
    const cx_array *const known = cx_sum(cx_mul(white, white), CX_AXIS(0)),
                          *const want = cx_sqrt(cx_sub(cx_float(1), known)),
                          *const std =
                              cx_gaussian_process_predict(m, new, CX_GAUSSIAN_PROCESS_STD).spread;
    cr_expect(cx_item_f64(cx_max(cx_abs(cx_sub(std, want)), CX_ALL)) < 1e-11);
    double theta[2] = {0, log(0.3)};
    const cx_array *const at = cx_copy_host(theta, CX_SHAPE(2), CX_F64),
                          *const slope =
                              cx_gaussian_process_log_marginal_likelihood_gradient(m, at);
    for (int i = 0; i < 2; i++) {
        double value[2];
        for (int side = 0; side < 2; side++) {
            theta[i] += side == 0 ? 1e-4 : -2e-4;
            value[side] = cx_gaussian_process_log_marginal_likelihood(
                m, cx_copy_host(theta, CX_SHAPE(2), CX_F64));
        }
        theta[i] += 1e-4;
        const double about = (value[0] - value[1]) / 2e-4, told = cx_data_f64(slope)[i];
        cr_expect(fabs(about - told) < 1e-5 * fabs(told), "%d: %g, %g", i, about, told);
    }
    done(s);
}

/* The stream is NumPy's; which way the vectors of a covariance point is not. */
Test(gp, samples)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 2), *const new = matrix("new", 2),
                          *const y = matrix("y", 2);
    const cx_estimator *const m = fitted("GaussianProcessRegressor(alpha=0.05)", x, column(y, 0));
    golden_same("plain", "samples", host(cx_gaussian_process_sample_y(m, new, 3, CX_SEED(5))), 1e-6,
                1e-1);
    const cx_array *const many = cx_gaussian_process_sample_y(m, new, 4000, CX_SEED(0));
    const cx_gaussian_process_rows r = cx_gaussian_process_predict(m, new, CX_GAUSSIAN_PROCESS_STD);
    const cx_array *const off =
        cx_max(cx_abs(cx_div(cx_sub(cx_mean(many, CX_AXIS(1)), r.mean), r.spread)), CX_ALL);
    cr_expect(cx_item_f64(host(off)) < 0.08, "%g", cx_item_f64(host(off)));
    const cx_array *const wide =
        cx_max(cx_abs(cx_sub(cx_div(cx_std(many, CX_AXIS(1)), r.spread), cx_float(1))), CX_ALL);
    cr_expect(cx_item_f64(host(wide)) < 0.06, "%g", cx_item_f64(host(wide)));
    const cx_estimator *const two = fitted("GaussianProcessRegressor(alpha=0.05)", x, y);
    const cx_array *const both = cx_gaussian_process_sample_y(two, new, 4, CX_SEED(0));
    cr_expect(cx_ndim(both) == 3 && cx_dim(both, 0) == 6 && cx_dim(both, 1) == 2 &&
              cx_dim(both, 2) == 4);
    done(s);
}

/* A model that is not fitted. */
Test(gp, prior)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 2);
    const cx_estimator *const m = cx_estimator_new(
        "GaussianProcessRegressor('4.0 * RBF(1.5) + WhiteKernel(0.25)', n_targets=2)");
    const cx_gaussian_process_rows r = cx_gaussian_process_predict(m, x, CX_GAUSSIAN_PROCESS_STD),
                                   c = cx_gaussian_process_predict(m, x, CX_GAUSSIAN_PROCESS_COV);
    cr_expect(cx_dim(r.mean, 0) == 24 && cx_dim(r.mean, 1) == 2);
    cr_expect(cx_item_f64(host(cx_max(cx_abs(r.mean), CX_ALL))) == 0);
    cr_expect_float_eq(cx_item_f64(host(cx_min(r.spread, CX_ALL))), sqrt(4.25), 1e-14);
    cr_expect(cx_ndim(c.spread) == 3 && cx_dim(c.spread, 2) == 2);
    const cx_array *const k =
        cx_gaussian_process_kernel("4.0 * RBF(1.5) + WhiteKernel(0.25)", x, NULL);
    cr_expect(cx_array_equal(host(cx_select(c.spread, 2, 1)), host(k)));
    cr_expect(cx_dim(cx_gaussian_process_sample_y(m, x, 3, CX_SEED(1)), 2) == 3);
    done(s);
}

/* Saved and loaded, a model answers as before: its kernel is text. */
static void again(const cx_estimator *m, const cx_array *x)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/calx_gp.%d", (int)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    const cx_estimator *const back = cx_estimator_to(cx_estimator_load(path), test_device());
    cr_expect(remove(path) == 0);
    cr_expect(cx_array_equal(host(cx_predict(back, x)), host(cx_predict(m, x))));
    const cx_array *const theta = cx_attr(m, "theta_");
    const double was = cx_gaussian_process_log_marginal_likelihood(m, theta);
    cr_expect(was == cx_gaussian_process_log_marginal_likelihood(back, theta));
    cr_expect_str_eq(cx_label(host(cx_attr(back, "kernel_")), 0),
                     cx_label(host(cx_attr(m, "kernel_")), 0));
}

Test(gp, files)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 2), *const y = matrix("y", 2);
    again(fitted("GaussianProcessRegressor('RBF([1.0, 2.0], [(0.1, 10.0), (0.5, 20.0)]) * 2.0 + "
                 "Matern(nu=0.8) ** 2 + PairwiseKernel(metric=\\'poly\\')', alpha=0.1, "
                 "optimizer=None, normalize_y=True)",
                 x, y),
          x);
    again(fitted("GaussianProcessClassifier('2.0 * RBF(1.0)', optimizer=None)", x,
                 cx_astype(cx_greater(column(y, 0), cx_float(0)), CX_I64)),
          x);
    done(s);
}

static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope inner = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    (void)!cx_scope_close(inner);
    return st;
}

static cx_status unread(const char *kernel, const cx_array *x)
{
    const cx_scope inner = cx_scope_open();
    const cx_status st = cx_status_of(cx_gaussian_process_kernel(kernel, x, NULL));
    (void)!cx_scope_close(inner);
    return st;
}

Test(gp, errors)
{
    static const char *const wrong[] = {"",
                                        "RBF",
                                        "RBF(",
                                        "RBF(1.0",
                                        "RBF(1.0) +",
                                        "RBF() - RBF()",
                                        "2.0",
                                        "2 * 3",
                                        "RBF(nu=1.5)",
                                        "RBF(1.0, 2.0)",
                                        "RBF(1.0, (2.0, 1.0))",
                                        "RBF([1.0, 2.0], [(0.1, 1.0), (0.1, 1.0), (0.1, 1.0)])",
                                        "WhiteKernel([1.0, 2.0])",
                                        "Matern(nu=-1.0)",
                                        "PairwiseKernel(metric='euclidean')",
                                        "PairwiseKernel(pairwise_kernels_kwargs={})",
                                        "Sum(RBF())",
                                        "RBF() ** RBF()",
                                        "Ridge()"};
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 2), *const y = column(matrix("y", 2), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(unread(wrong[i], x) == CX_E_PARSE, "%s: %s", wrong[i],
                  cx_status_name(unread(wrong[i], x)));
    cr_expect(unread("RBF(-1.0)", x) == CX_E_ARGUMENT);
    cr_expect(unread("WhiteKernel(0.0)", x) == CX_E_ARGUMENT);
    cr_expect(unread("RBF([1.0, 2.0, 3.0])", x) == CX_E_SHAPE);
    cr_expect(unread("Matern(nu=1000.0)", x) == CX_E_UNSUPPORTED);
    cr_expect(refused("GaussianProcessRegressor('RBF(')", x, y) == CX_E_PARSE);
    cr_expect(refused("GaussianProcessRegressor(alpha=[0.1, 0.2])", x, y) == CX_E_SHAPE);
    cr_expect(refused("GaussianProcessRegressor(alpha=-1.0)", x, y) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianProcessRegressor(n_targets=2)", x, y) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianProcessRegressor('ConstantKernel()', alpha=0.0, optimizer=None)", x,
                      y) == CX_E_SINGULAR);
    cr_expect(refused("GaussianProcessRegressor('RBF(1.0, (1e-5, inf))', alpha=0.1, "
                      "n_restarts_optimizer=1)",
                      x, y) == CX_E_ARGUMENT);
    cr_expect(refused("GaussianProcessClassifier()", x, cx_zeros_like(y, CX_I64)) == CX_E_ARGUMENT);
    done(s);
}

/* ---- classes */
static cx_array *labels(const char *key)
{
    return cx_astype(cx_ravel(matrix(key, 1)), CX_I64);
}

Test(gp, laplace)
{
    static const int cases[] = {0, 1, 6, 11};
    for (int i = 0; i < 4; i++) {
        if (test_device().kind != CX_DEVICE_CPU && i > 0) continue;
        const cx_scope s = begin();
        char spec[512], at[32];
        const cx_array *const x = matrix("x", 2), *const new = matrix("new", 2);
        snprintf(at, sizeof at, "laplace/%d", cases[i]);
        quoted(spec, sizeof spec, "GaussianProcessClassifier(", kernels[cases[i]],
               ", optimizer=None)");
        const cx_estimator *const m = fitted(spec, x, labels("two"));
        const cx_array *const theta = cx_attr(m, "theta_");
        const cx_gaussian_process_rows latent = cx_gaussian_process_latent(m, new);
        golden_same(at, "lml", cx_f64(cx_gaussian_process_log_marginal_likelihood(m, NULL)), 1e-10,
                    0);
        golden_same(at, "lml", cx_f64(cx_gaussian_process_log_marginal_likelihood(m, theta)), 1e-10,
                    0);
        golden_same(at, "gradient", cx_gaussian_process_log_marginal_likelihood_gradient(m, theta),
                    1e-8, 1);
        golden_same(at, "mean", host(latent.mean), 1e-8, 1e-1);
        golden_same(at, "var", host(latent.spread), 1e-8, 1e-1);
        golden_same(at, "proba", host(cx_predict_proba(m, new)), 1e-8, 1);
        golden_same(at, "predict", host(cx_predict(m, new)), 0, 0);
        done(s);
    }
}

static const cx_estimator *classes(const char *at, const char *spec, const char *y)
{
    const cx_array *const x = matrix("x", 2), *const new = matrix("new", 2);
    const cx_estimator *const m = fitted(spec, x, labels(y));
    golden_same(at, "lml", host(cx_attr(m, "log_marginal_likelihood_value_")), 1e-8, 0);
    golden_same(at, "predict", host(cx_predict(m, new)), 0, 0);
    if (cx_size(cx_attr(m, "theta_")) > 0)
        golden_same(at, "theta", host(cx_attr(m, "theta_")), 1e-5, 1);
    if (cx_estimator_has(m, CX_PREDICT_PROBA))
        golden_same(at, "proba", host(cx_predict_proba(m, new)), 1e-6, 1);
    return m;
}

static void likelihoods(const char *at, const cx_estimator *m)
{
    static const double theta[] = {0.1, 0.3, -0.2, 0.4, 0.5, 0.0};
    const cx_array *const each = cx_copy_host(theta, CX_SHAPE(6), CX_F64), *const same = cx_slice(
                                                                               each, 0, 0, 2, 1);
    golden_same(at, "same", cx_f64(cx_gaussian_process_log_marginal_likelihood(m, same)), 1e-9, 0);
    golden_same(at, "each", cx_f64(cx_gaussian_process_log_marginal_likelihood(m, each)), 1e-9, 0);
    cr_expect(cx_size(cx_attr(m, "kernel_")) == 3);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_gaussian_process_log_marginal_likelihood_gradient(m, same)) ==
              CX_E_UNSUPPORTED);
    cr_expect(cx_status_of(cx_gaussian_process_latent(m, matrix("new", 2)).mean) ==
              CX_E_UNSUPPORTED);
    (void)!cx_scope_close(inner);
}

Test(gp, classes)
{
    const cx_scope s = begin();
    classes("search", "GaussianProcessClassifier('1.0 * RBF(1.0)')", "two");
    likelihoods("rest", classes("rest", "GaussianProcessClassifier('1.0 * RBF(1.0)')", "three"));
    if (test_device().kind == CX_DEVICE_CPU) {
        classes("prior", "GaussianProcessClassifier()", "two");
        classes("short", "GaussianProcessClassifier('2.0 * RBF(1.5)', max_iter_predict=2)", "two");
        classes("warm", "GaussianProcessClassifier('1.0 * RBF([1.0, 2.0])', warm_start=True)",
                "two");
        classes("again",
                "GaussianProcessClassifier('1.0 * RBF(1.0, (0.2, 2.0))', n_restarts_optimizer=3, "
                "random_state=3)",
                "two");
        likelihoods("pairs", classes("pairs",
                                     "GaussianProcessClassifier('1.0 * RBF(1.0)', "
                                     "multi_class='one_vs_one')",
                                     "three"));
    }
    done(s);
}
