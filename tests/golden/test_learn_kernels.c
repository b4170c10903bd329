/* device: each. Ridge regression, principal components and features of kernels against
 * scikit-learn, with the same draws where numbers are drawn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cx_scope begin(void)
{
    golden_from("learn_kernels.tsv");
    return cx_scope_open();
}
static void end(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* The numbers of a key as [rows, cols] (cols 0: [rows]), on the test's device. */
static cx_array *matrix(const char *name, int64_t cols)
{
    size_t count;
    const double *const v = golden(&count, "%s", name);
    return cols == 0 ? test_copy_host(v, CX_SHAPE((int64_t)count), CX_F64)
                     : test_copy_host(v, CX_SHAPE((int64_t)count / cols, cols), CX_F64);
}

static void near(const cx_array *a, double least, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s%s", name, what);
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= least, "%s%s: %g", name, what, off);
}

static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *w)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, &(cx_data){.x = x, .y = y, .sample_weight = w}));
    cr_assert(cx_ok(), "%.80s: %s", spec, cx_error_message());
    return m;
}

/* Kernels of the program's, as in the generator. */
#define FALLING "kernel='x, y: exp(-0.3 * sum(abs(x - y), axis=-1))'"
static cx_status product(void *context, const double *x, int64_t n, const double *y, int64_t m,
                         int64_t d, double *out)
{
    (void)context;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d; k++) sum += x[i * d + k] * y[j * d + k];
            out[i * m + j] = (0.25 * sum + 1) * (0.25 * sum + 1);
        }
    return CX_OK;
}
static void register_product(void)
{
    cr_assert_eq(cx_pairwise_kernel_register("product", product, NULL, NULL), CX_OK);
}

/* ---- KernelRidge */
Test(kernel_ridge, kernels)
{
    static const char *const ways[][2] = {
        {"linear", "KernelRidge()"},
        {"rbf", "KernelRidge(0.3, kernel='rbf', gamma=0.2)"},
        {"poly", "KernelRidge(kernel='poly', degree=2, coef0=0.5)"},
        {"sigmoid", "KernelRidge(2, kernel='sigmoid', gamma=0.01)"},
        {"laplacian", "KernelRidge(kernel='laplacian')"},
        {"cosine", "KernelRidge(kernel='cosine')"},
        {"each", "KernelRidge(alpha=[0.5, 3.0], kernel='rbf')"}};
    static const char *const parts[] = {"two", "weighted", "one"};
    for (int i = 0; i < 7; i++)
        for (int p = 0; p < (i < 6 ? 3 : 2); p++) {
            const cx_scope s = begin();
            char name[64];
            snprintf(name, sizeof name, "ridge/%s/%s", ways[i][0], parts[p]);
            const cx_array *const both = matrix("y", 2), *const y = p == 2 ? cx_ravel(cx_slice(
                                                                                 both, 1, 0, 1, 1))
                                                                           : both;
            const cx_estimator *const m =
                fitted(ways[i][1], matrix("x", 4), y, p == 1 ? matrix("w", 0) : NULL);
            near(cx_attr(m, "dual_coef_"), 1e-9, name, "/dual");
            near(cx_predict(m, matrix("new", 4)), 1e-9, name, "/predict");
            end(s);
        }
}

Test(kernel_ridge, kernels_of_users)
{
    static const char *const ways[][2] = {
        {"ridge/formula/weighted", "KernelRidge(0.3, " FALLING ")"},
        {"ridge/function/weighted", "KernelRidge(kernel='product')"},
        {"ridge/function/weighted",
         "KernelRidge(kernel='x, y, gamma, coef0, degree: (gamma * sum(x * y, axis=-1) + "
         "coef0)**degree', degree=2)"}};
    register_product();
    for (int i = 0; i < 3; i++) {
        const cx_scope s = begin();
        const cx_estimator *const m =
            fitted(ways[i][1], matrix("x", 4), matrix("y", 2), matrix("w", 0));
        near(cx_attr(m, "dual_coef_"), 1e-9, ways[i][0], "/dual");
        near(cx_predict(m, matrix("new", 4)), 1e-9, ways[i][0], "/predict");
        end(s);
    }
}

Test(kernel_ridge, other_inputs)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 4), *const new = matrix("new", 4),
                          *const y = matrix("y", 2), *const one = cx_float(1);
    const cx_estimator *m =
        fitted("KernelRidge(kernel='chi2', gamma=0.7)", matrix("positive", 4), y, NULL);
    near(cx_predict(m, cx_abs(new)), 1e-9, "ridge/chi2", "/predict");
    const cx_array *const k = cx_add(cx_linear_kernel(x, NULL), one);
    m = fitted("KernelRidge(0.5, kernel='precomputed')", k, y, NULL);
    near(cx_predict(m, cx_add(cx_linear_kernel(new, x), one)), 1e-9, "ridge/precomputed",
         "/predict");
    end(s);
}

/* Rows that stand twice, and no penalty: the least coefficients of all that fit. */
Test(kernel_ridge, singular)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 4), *const y = matrix("y", 2);
    const cx_estimator *const m = fitted("KernelRidge(0)", cx_concatenate(CX_ARRAYS(x, x), 0),
                                         cx_concatenate(CX_ARRAYS(y, y), 0), NULL);
    near(cx_predict(m, matrix("new", 4)), 1e-8, "ridge/singular", "/predict");
    end(s);
}

Test(kernel_ridge, refusals)
{
    static const char *const specs[][2] = {
        {"KernelRidge(kernel='precomputed')", "square"},
        {"KernelRidge(alpha=[1.0, 2.0, 3.0])", "3 penalties for 2 targets"},
        {"KernelRidge(alpha=[0.1, 0.2], kernel='sigmoid', gamma=0.5)", "larger alpha"},
        {"KernelRidge(kernel='additive_chi2')", "negative"}};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = begin();
        cx_estimator *const m = cx_estimator_new(specs[i][0]);
        cr_expect(cx_fit(m, matrix("x", 4), matrix("y", 2)) != CX_OK);
        cr_expect(strstr(cx_error_message(), specs[i][1]) != NULL, "%s", cx_error_message());
        end(s);
    }
}

/* ---- features */
Test(kernel_approximation, features)
{
    static const struct {
        const char *name, *spec;
        bool positive;
    } ways[] = {
        {"rbf", "RBFSampler(n_components=9, random_state=1)", false},
        {"scale", "RBFSampler(gamma='scale', n_components=9, random_state=2)", false},
        {"skewed", "SkewedChi2Sampler(skewedness=0.1, n_components=8, random_state=5)", true},
        {"additive1", "AdditiveChi2Sampler(sample_steps=1)", true},
        {"additive2", "AdditiveChi2Sampler()", true},
        {"additive3", "AdditiveChi2Sampler(sample_steps=3)", true},
        {"additive5", "AdditiveChi2Sampler(sample_steps=5, sample_interval=0.2)", true},
        {"sketch", "PolynomialCountSketch(n_components=12, random_state=7)", false},
        {"sketch1", "PolynomialCountSketch(degree=1, n_components=5, random_state=7)", false},
        {"sketch3",
         "PolynomialCountSketch(gamma=0.4, degree=3, coef0=0.6, n_components=11, random_state=8)",
         false},
        {"nystroem", "Nystroem(n_components=10, random_state=3)", false},
        {"nystroem_poly", "Nystroem('poly', degree=2, coef0=1, n_components=30, random_state=0)",
         false},
        {"nystroem_chi2", "Nystroem('chi2', gamma=0.5, n_components=6, random_state=9)", true},
        {"nystroem_more", "Nystroem(gamma=0.6, n_components=99, random_state=9)", false},
        {"nystroem_formula", "Nystroem(" FALLING ", n_components=10, random_state=3)", false},
        {"nystroem_function", "Nystroem('product', n_components=5, random_state=3)", false}};
    register_product();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const cx_scope s = begin();
        const cx_array *const x = matrix(ways[i].positive ? "positive" : "x", 4);
        const cx_array *const new = matrix("new", 4);
        const cx_estimator *const m = fitted(ways[i].spec, x, NULL, NULL);
        /* the kernel of a poly Nystroem of 30 rows has rank 15: its inverse root magnifies */
        const double least = strcmp(ways[i].name, "nystroem_poly") == 0 ? 1e-5 : 1e-9;
        near(cx_transform(m, ways[i].positive ? cx_abs(new) : new), least, "features/",
             ways[i].name);
        if (strcmp(ways[i].name, "nystroem") == 0)
            near(cx_attr(m, "component_indices_"), 0, "features/nystroem", "/indices");
        end(s);
    }
}

Test(kernel_approximation, names)
{
    const cx_scope s = begin();
    const cx_estimator *m =
        fitted("AdditiveChi2Sampler(sample_steps=2)", matrix("positive", 4), NULL, NULL);
    const cx_array *names = cx_feature_names_out(m, NULL);
    cr_assert(cx_size(names) == 12);
    cr_expect_str_eq(cx_label(names, 0), "additivechi2sampler_x0_sqrt");
    cr_expect_str_eq(cx_label(names, 6), "additivechi2sampler_x2_cos1");
    cr_expect_str_eq(cx_label(names, 11), "additivechi2sampler_x3_sin1");
    m = fitted("RBFSampler(n_components=3)", matrix("x", 4), NULL, NULL);
    names = cx_feature_names_out(m, NULL);
    cr_assert(cx_size(names) == 3);
    cr_expect_str_eq(cx_label(names, 2), "rbfsampler2");
    end(s);
}

/* Data that a class does not take, and what the message says. */
Test(kernel_approximation, refusals)
{
    static const char *const specs[][2] = {
        {"AdditiveChi2Sampler()", "below 0"},
        {"AdditiveChi2Sampler(sample_steps=4)", "sample_interval"},
        {"Nystroem('precomputed', gamma=1.0)", "takes no gamma"},
        {"Nystroem('precomputed')", "square"}};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = begin();
        cx_estimator *const m = cx_estimator_new(specs[i][0]);
        const cx_array *const x = matrix(i == 1 ? "positive" : "x", 4);
        cr_expect(cx_fit(m, x, NULL) != CX_OK);
        cr_expect(strstr(cx_error_message(), specs[i][1]) != NULL, "%s", cx_error_message());
        end(s);
    }
}

/* ---- KernelPCA */
Test(kernel_pca, solvers)
{
    static const char *const ways[][2] = {
        {"linear", "KernelPCA()"},
        {"rbf", "KernelPCA(4, kernel='rbf', gamma=0.2, fit_inverse_transform=True, alpha=0.1)"},
        {"poly", "KernelPCA(5, kernel='poly', degree=2, fit_inverse_transform=True)"},
        {"cosine", "KernelPCA(9, kernel='cosine', remove_zero_eig=True)"},
        {"arpack", "KernelPCA(3, kernel='rbf', eigen_solver='arpack')"},
        {"randomized", "KernelPCA(3, kernel='rbf', gamma=0.05, eigen_solver='randomized', "
                       "random_state=4)"},
        {"powers", "KernelPCA(2, kernel='sigmoid', gamma=0.01, eigen_solver='randomized', "
                   "iterated_power=6, random_state=4)"},
        {"formula", "KernelPCA(4, " FALLING ", fit_inverse_transform=True, alpha=0.2)"},
        {"function", "KernelPCA(3, kernel='product')"}};
    register_product();
    for (int i = 0; i < 9; i++) {
        const cx_scope s = begin();
        char name[32];
        snprintf(name, sizeof name, "pca/%s", ways[i][0]);
        cx_estimator *const m = cx_estimator_new(ways[i][1]);
        near(cx_fit_transform(m, matrix("x", 4), NULL), 1e-8, name, "/fitted");
        near(cx_attr(m, "eigenvalues_"), 1e-9, name, "/values");
        near(cx_attr(m, "eigenvectors_"), 1e-8, name, "/vectors");
        cx_array *const t = cx_transform(m, matrix("new", 4));
        near(t, 1e-8, name, "/transform");
        if (i == 1 || i == 2 || i == 7) near(cx_inverse_transform(m, t), 1e-8, name, "/back");
        end(s);
    }
}

/* More rows, of which few components come one by one. */
Test(kernel_pca, many_rows)
{
    static const char *const ways[][2] = {{"pca/few", "KernelPCA(3, kernel='rbf')"},
                                          {"pca/ten", "KernelPCA(10, kernel='rbf')"}};
    for (int i = 0; i < 2; i++) {
        const cx_scope s = begin();
        const cx_array *x = matrix("x", 4), *part[8];
        for (int k = 0; k < 8; k++) part[k] = cx_mul(x, cx_float(1 + k / 4.0));
        cx_estimator *const m = cx_estimator_new(ways[i][1]);
        const cx_array *const many = cx_concatenate((cx_arrays){8, part}, 0);
        near(cx_fit_transform(m, many, NULL), 1e-8, ways[i][0], "/fitted");
        near(cx_attr(m, "eigenvalues_"), 1e-9, ways[i][0], "/values");
        near(cx_transform(m, matrix("new", 4)), 1e-8, ways[i][0], "/transform");
        end(s);
    }
}

/* Components beyond the rank are 0. */
Test(kernel_pca, zeros)
{
    const cx_scope s = begin();
    const cx_estimator *const m = fitted("KernelPCA(6)", matrix("x", 4), NULL, NULL);
    near(cx_transform(m, matrix("new", 4)), 1e-8, "pca/zeros", "/transform");
    end(s);
}

Test(kernel_pca, precomputed)
{
    const cx_scope s = begin();
    const cx_array *const x = matrix("x", 4);
    const cx_estimator *const m =
        fitted("KernelPCA(3, kernel='precomputed')", cx_linear_kernel(x, NULL), NULL, NULL);
    near(cx_transform(m, cx_linear_kernel(matrix("new", 4), x)), 1e-8, "pca/precomputed",
         "/transform");
    end(s);
}

Test(kernel_pca, refusals)
{
    static const struct {
        const char *spec, *words;
        bool falling; /* of products with their signs turned */
    } ways[] = {
        {"KernelPCA(kernel='precomputed')", "square", false},
        {"KernelPCA(kernel='precomputed', fit_inverse_transform=True)", "needs rows", false},
        {"KernelPCA(kernel='precomputed')", "positive semidefinite", true},
        {"KernelPCA(2, kernel='poly', degree=1, gamma=1.0, coef0=-1.0, fit_inverse_transform=True, "
         "alpha=0.0)",
         "larger alpha", false}};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = begin();
        cx_estimator *const m = cx_estimator_new(ways[i].spec);
        const cx_array *x = matrix("x", 4);
        if (ways[i].falling) x = cx_negative(cx_linear_kernel(x, NULL));
        cr_expect(cx_fit(m, x, NULL) != CX_OK);
        cr_expect(strstr(cx_error_message(), ways[i].words) != NULL, "%s", cx_error_message());
        end(s);
    }
}
