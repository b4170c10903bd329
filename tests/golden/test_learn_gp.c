/* device: each. Gaussian processes against scikit-learn: kernels and their derivatives, the search
 * for hyperparameters, predictions. */
#include "device.h"
#include "learn_golden.h"

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
    for (size_t i = 0; i < n; i++)
        snprintf(noise + strlen(noise), sizeof noise - strlen(noise), i > 0 ? ", %.3f" : "%.3f",
                 v[i]);
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
