/* Kernels of the program's: names and their life time, what goes wrong, files, searches, threads;
 * values against scikit-learn's are in golden/test_learn_svm.c and test_learn_kernels.c. */
#include "sample_estimators.h"
#include <calx/manifold.h>
#include <calx/pairwise.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 60, COLUMNS = 3 };
#define WORKS(call) cr_assert_eq((call), CX_OK, "%s", cx_error_message())
#define FORMULA "'x, y, gamma: exp(-gamma * sum((x - y)**2, axis=-1))'"

static cx_scope scope;
static void begin(void)
{
    scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
}
static void end(void)
{
    scope_drop(scope);
}
TestSuite(user_kernels, .init = begin, .fini = end);

/* exp(-slope |x - y|^2), and what else a function can do. */
typedef struct tool {
    double slope;
    cx_status answer;
    bool marks, gives_nan;
    atomic_int calls, released;
    const char *unregister; /* in the middle of the work */
} tool;

static cx_status falling(void *context, const double *x, int64_t n, const double *y, int64_t m,
                         int64_t d, double *out)
{
    tool *const t = context;
    atomic_fetch_add(&t->calls, 1);
    if (t->marks) (void)cx_matmul(cx_float(1), cx_float(2));
    if (t->unregister) {
        WORKS(cx_pairwise_kernel_unregister(t->unregister));
        t->unregister = NULL;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d; k++)
                sum += (x[i * d + k] - y[j * d + k]) * (x[i * d + k] - y[j * d + k]);
            out[i * m + j] = t->gives_nan ? NAN : exp(-t->slope * sum);
        }
    return t->answer;
}

static void let_go(void *context)
{
    atomic_fetch_add(&((tool *)context)->released, 1);
}

static cx_array *rows(void)
{
    double x[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (double)(i * 37 % 101) / 50 + (i / COLUMNS % 3);
    return matrix(ROWS, COLUMNS, x);
}

static cx_array *labels(void)
{
    int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) y[i] = i % 3;
    return cx_copy_host(y, CX_SHAPE(ROWS), CX_I64);
}

static cx_estimator *fitted(const char *spec)
{
    cx_estimator *const m = cx_estimator_new(spec);
    WORKS(cx_fit(m, rows(), labels()));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static cx_status fit_status(const char *spec)
{
    cx_estimator *const m = cx_estimator_new(spec);
    return cx_estimator_status(m) == CX_OK ? cx_fit(m, rows(), labels()) : cx_estimator_status(m);
}

static bool equal(const cx_array *a, const cx_array *b)
{
    return cx_item_bool(cx_all(cx_equal(a, b), CX_ALL));
}

static bool close_to(const cx_array *a, const cx_array *b)
{
    return cx_allclose(a, b, NULL);
}

/* ---- names */
Test(user_kernels, names)
{
    tool t = {.slope = 1};
    static const char *const wrong[] = {"",    "a b",  "x:y",  "1a",          "a-b",
                                        "rbf", "poly", "chi2", "precomputed", "knn"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_eq(cx_pairwise_kernel_register(wrong[i], falling, &t, let_go), CX_E_ARGUMENT,
                     "'%s'", wrong[i]);
    char longest[80];
    memset(longest, 'k', sizeof longest);
    longest[64] = '\0';
    cr_expect_eq(cx_pairwise_kernel_register(longest, falling, &t, let_go), CX_E_ARGUMENT);
    longest[63] = '\0';
    WORKS(cx_pairwise_kernel_register(longest, falling, &t, let_go));
    WORKS(cx_pairwise_kernel_unregister(longest));
    cr_expect_eq(atomic_load(&t.released), 1);
    cr_expect_eq(cx_pairwise_kernel_register(NULL, falling, &t, let_go), CX_E_NULL);
    cr_expect_eq(cx_pairwise_kernel_register("falling", NULL, &t, let_go), CX_E_NULL);
    cr_expect_eq(cx_pairwise_kernel_unregister(NULL), CX_E_NULL);
    cr_expect_eq(cx_pairwise_kernel_unregister("falling"), CX_E_ARGUMENT);
    cr_expect_eq(atomic_load(&t.released), 1);
    FAILS(fit_status("SVC(kernel='rfb')"), CX_E_ARGUMENT, "did you mean 'rbf'?");
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, let_go));
    FAILS(fit_status("SVC(kernel='faling')"), CX_E_ARGUMENT, "did you mean 'falling'?");
    FAILS(fit_status("SVC(kernel='cosine')"), CX_E_ARGUMENT, "it must be one of");
    FAILS(fit_status("KernelPCA(kernel='chi2')"), CX_E_ARGUMENT, "it must be one of");
    FAILS(cx_status_of(cx_pairwise_kernels(rows(), NULL, "linar", NULL)), CX_E_ARGUMENT,
          "did you mean 'linear'?");
    WORKS(cx_pairwise_kernel_unregister("falling"));
}

/* The new function serves at once; the old one is let go of once. */
Test(user_kernels, replaced)
{
    tool a = {.slope = 1}, b = {.slope = 2};
    WORKS(cx_pairwise_kernel_register("falling", falling, &a, let_go));
    WORKS(cx_pairwise_kernel_register("other", falling, &b, NULL));
    const cx_array *const one = cx_pairwise_kernels(rows(), NULL, "falling", NULL);
    WORKS(cx_pairwise_kernel_register("falling", falling, &b, let_go));
    cr_expect_eq(atomic_load(&a.released), 1);
    const cx_array *const two = cx_pairwise_kernels(rows(), NULL, "falling", NULL);
    cr_expect(close_to(cx_mul(one, one), two));
    cr_expect(equal(two, cx_pairwise_kernels(rows(), NULL, "other", NULL)));
    WORKS(cx_pairwise_kernel_unregister("falling"));
    WORKS(cx_pairwise_kernel_unregister("other"));
    cr_expect_eq(atomic_load(&a.released), 1);
    cr_expect_eq(atomic_load(&b.released), 1);
}

/* A fit holds the function from beginning to end. */
Test(user_kernels, unregistered_while_it_works)
{
    static const char *const specs[] = {"SVC(kernel='falling')",
                                        "SVC(kernel='falling', cache_size=0.001)"};
    for (int i = 0; i < 2; i++) {
        tool t = {.slope = 1, .unregister = "falling"};
        WORKS(cx_pairwise_kernel_register("falling", falling, &t, let_go));
        const cx_scope s = cx_scope_open();
        cx_estimator *const m = fitted(specs[i]);
        cr_expect_eq(atomic_load(&t.released), 1);
        cr_expect_gt(atomic_load(&t.calls), i);
        FAILS(cx_status_of(cx_predict(m, rows())), CX_E_ARGUMENT, "no kernel is called 'falling'");
        WORKS(cx_scope_close(s));
    }
}

/* ---- values */
Test(user_kernels, same_as_the_librarys)
{
    tool t = {.slope = 0.3};
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
    const cx_pairwise_opts *const o = CX_OPTS(cx_pairwise_opts, .gamma = {true, 0.3});
    const cx_array *const x = rows(), *const some = cx_slice(x, 0, 7, 20, 1),
                          *const want = cx_rbf_kernel(some, x, o);
    cr_expect(close_to(cx_pairwise_kernels(some, x, "falling", o), want));
    cr_expect(close_to(
        cx_pairwise_kernels(some, x, "a, b, gamma: exp(-gamma * sum((a - b)**2, axis=-1))", o),
        want));
    cr_expect(close_to(
        cx_pairwise_kernels(x, NULL,
                            "x, y, degree, coef0: (sum(x * y, axis=-1) / 3 + coef0)**degree", NULL),
        cx_polynomial_kernel(x, NULL, NULL)));
    const cx_array *const single = cx_pairwise_kernels(cx_astype(some, CX_F32), NULL, "falling", o);
    cr_expect_eq(cx_dtype_of(single), CX_F32);
    const cx_array *const asked = cx_slice(x, 0, 1, 50, 2);
    static const char *const pairs[][2] = {
        {"SVC(gamma=0.3, probability=True, random_state=0)",
         "SVC(kernel='falling', probability=True, random_state=0)"},
        {"SVC(gamma=0.3, C=9.0)", "SVC(kernel=" FORMULA ", gamma=0.3, C=9.0, cache_size=0.001)"},
        {"NuSVC(nu=0.4, gamma='auto')", "NuSVC(nu=0.4, gamma='auto', kernel=" FORMULA ")"},
        {"SVR()", "SVR(kernel=" FORMULA ")"},
        {"NuSVR()", "NuSVR(kernel=" FORMULA ", cache_size=0.001)"},
        {"OneClassSVM(gamma=0.3)", "OneClassSVM(kernel='falling')"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const cx_estimator *const a = fitted(pairs[i][0]), *const b = fitted(pairs[i][1]);
        cr_expect(equal(cx_attr(a, "support_"), cx_attr(b, "support_")), "%s", pairs[i][1]);
        cr_expect(equal(cx_attr(a, "support_vectors_"), cx_attr(b, "support_vectors_")));
        cr_expect(close_to(cx_attr(a, "dual_coef_"), cx_attr(b, "dual_coef_")), "%s", pairs[i][1]);
        cr_expect(close_to(cx_predict(a, asked), cx_predict(b, asked)), "%s", pairs[i][1]);
        if (cx_estimator_has(a, CX_DECISION_FUNCTION))
            cr_expect(close_to(cx_decision_function(a, asked), cx_decision_function(b, asked)));
        if (cx_estimator_has(a, CX_PREDICT_PROBA))
            cr_expect(close_to(cx_predict_proba(a, asked), cx_predict_proba(b, asked)));
        if (cx_estimator_has(a, CX_METHOD_SCORE_SAMPLES))
            cr_expect(close_to(cx_score_samples(a, asked), cx_score_samples(b, asked)));
    }
    const cx_estimator *const a = fitted("SpectralEmbedding(affinity='rbf', gamma=0.3)"),
                              *const b = fitted("SpectralEmbedding(affinity='falling')");
    cr_expect(close_to(cx_attr(a, "affinity_matrix_"), cx_attr(b, "affinity_matrix_")));
    WORKS(cx_pairwise_kernel_unregister("falling"));
}

/* A function's rows on demand and all pairs at once are the same numbers to the last bit, a
 * formula's nearly; each on any threads. */
Test(user_kernels, same_bits)
{
    static const char *const specs[] = {
        "SVC(kernel=%s, C=20.0, probability=True, random_state=0%s)", "SVR(kernel=%s, C=5.0%s)"};
    static const char *const kernels[] = {
        "'falling'", "'x, y: exp(-0.2 * sum(minimum(x, y), axis=-1))'", FORMULA};
    tool t = {.slope = 0.2};
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
    for (int k = 0; k < 6; k++) {
        const cx_array *want[2] = {NULL, NULL}, *answer[2] = {NULL, NULL};
        for (int way = 0; way < 4; way++) {
            char spec[200];
            const int small = way % 2;
            snprintf(spec, sizeof spec, specs[k % 2], kernels[k / 2],
                     small ? ", cache_size=0.0001" : "");
            WORKS(cx_set_num_threads(way < 2 ? 1 : 4));
            const cx_estimator *const m = fitted(spec);
            const cx_array *const got = cx_attr(m, "dual_coef_"), *const asked =
                                                                      k % 2 ? cx_predict(m, rows())
                                                                            : cx_predict_proba(
                                                                                  m, rows());
            if (!want[small]) want[small] = got, answer[small] = asked;
            cr_expect(equal(want[small], got) && equal(answer[small], asked), "%s", spec);
        }
        cr_expect(k < 2 ? equal(answer[0], answer[1]) : close_to(answer[0], answer[1]), "%d", k);
    }
    WORKS(cx_pairwise_kernel_unregister("falling"));
}

/* Sums that are made otherwise, and texts that only look like them. */
Test(user_kernels, sums_of_formulas)
{
    static const char *const pairs[][2] = {
        {"x, y: sum((x - y)**2, axis=-1)", "x, y: d = x - y; sum(d * d, axis=-1)"},
        {"x, y: 2 - sum( square( y-x ) , axis = -1 )*3",
         "x, y: d = x - y; 2 - 3 * sum(d * d, axis=-1)"},
        {"ab, c: sum((ab - c) * (ab - c), axis=2)", "x, y: d = x - y; sum(d * d, axis=-1)"},
        {"x, y: sum(y * x, axis=-1) + 1", "x, y: d = x * y; sum(d, axis=-1) + 1"},
        {"x, y: p = sum(x * y, axis=-1); p * p - p",
         "x, y: d = x * y; p = sum(d, axis=-1); p * p - p"},
        {"x, y, gamma: exp(-sum(abs(y - x), axis=-1) * gamma) + sum(x * y, axis=-1) / sum((x - y)**2 + 1, axis=-1)",
         "x, y, gamma: d = abs(x - y); e = x * y; f = (x - y)**2 + 1; exp(-sum(d, axis=-1) * gamma) + sum(e, axis=-1) / sum(f, axis=-1)"},
        {"x, y, gamma: g = gamma; exp(-g * sum(abs(y - x), axis=-1)) + sum(x * y, axis=-1) * sum((x - y)**2, axis=-1)",
         "x, y, gamma: d = abs(x - y); e = x * y; f = (x - y)**2; exp(-gamma * sum(d, axis=-1)) + sum(e, axis=-1) * sum(f, axis=-1)"},
        {"x, y: sum((x - y)**2, axis=-1) + sum((x - y)**3, axis=-1)",
         "x, y: d = x - y; sum(d**2 + d**3, axis=-1)"},
        {"x, y: sum((x - y)**2 + x * y, axis=-1)",
         "x, y: d = x - y; e = x * y; sum(d**2 + e, axis=-1)"},
        {"x, y: sum(x * y * y, axis=-1)", "x, y: d = y * y; sum(x * d, axis=-1)"},
        {"x, y: x = x + 1; sum(x * y, axis=-1)", "x, y: z = x + 1; sum(z * y, axis=-1)"},
        {"x, y: cx_products = 2; cx_products * sum(x * y, axis=-1)",
         "x, y: d = x * y; 2 * sum(d, axis=-1)"},
        {"sum2, y: exp(1e-2 * sum(sum2 * y, axis=-1)) + 0x1f",
         "x, y: d = x * y; exp(0.01 * sum(d, axis=-1)) + 31"}};
    const cx_array *const x = rows(), *const some = cx_slice(x, 0, 3, 40, 1);
    const cx_pairwise_opts *const o = CX_OPTS(cx_pairwise_opts, .gamma = {true, 0.7});
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const cx_array *const a = cx_pairwise_kernels(some, x, pairs[i][0], o),
                              *const b = cx_pairwise_kernels(some, x, pairs[i][1], o);
        cr_assert(cx_ok(), "%s: %s", pairs[i][0], cx_error_message());
        cr_expect(close_to(a, b), "%s", pairs[i][0]);
        cr_expect_eq(cx_dim(a, 0), 37);
        cr_expect_eq(cx_dim(a, 1), ROWS);
    }
}

/* More pairs than a block has: formulas in both directions, functions over rows. */
Test(user_kernels, blocks)
{
    tool t = {.slope = 0.01};
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
    const cx_array *const x = cx_reshape(cx_arange(0, 5 * 60000, 1, CX_F64, CX_CPU),
                                         CX_SHAPE(5, 60000)),
                          *const tall =
                              cx_remainder(cx_reshape(cx_arange(0, 3000 * 2, 1, CX_F64, CX_CPU),
                                                      CX_SHAPE(3000, 2)),
                                           cx_float(17)),
                          *const few = cx_slice(tall, 0, 0, 300, 1);
    cr_expect(close_to(cx_pairwise_kernels(x, NULL, "x, y: sum(abs(x - y), axis=-1)", NULL),
                       cx_manhattan_distances(x, NULL)));
    const cx_pairwise_opts *const o = CX_OPTS(cx_pairwise_opts, .gamma = {true, 0.01});
    const cx_array *const want = cx_rbf_kernel(tall, few, o);
    cr_expect(close_to(cx_pairwise_kernels(tall, few, "falling", NULL), want));
    cr_expect_gt(atomic_load(&t.calls), 4);
    cr_expect(close_to(
        cx_pairwise_kernels(tall, few, "x, y, gamma: exp(-gamma * sum((x - y)**2, axis=-1))", o),
        want));
    WORKS(cx_pairwise_kernel_unregister("falling"));
}

/* ---- what goes wrong */
Test(user_kernels, formulas)
{
    static const struct {
        const char *spec;
        cx_status status;
        const char *message;
    } wrong[] = {
        {"SVC(kernel='x, y: sum(x * y)')", CX_E_SHAPE, "SVC: kernel 'x, y: sum(x * y)' gives []"},
        {"KernelRidge(kernel='x, y: x * y')", CX_E_SHAPE, "gives [60, 60, 3], not [60, 60]"},
        {"Nystroem('x, y: sum(x, axis=-1)')", CX_E_SHAPE, "Nystroem: kernel"},
        {"SVC(kernel='x: sum(x, axis=-1)')", CX_E_ARGUMENT, "names of two rows"},
        {"SVC(kernel=': 1')", CX_E_ARGUMENT, "names of two rows"},
        {"SVC(kernel='x, C: sum(x * C, axis=-1)')", CX_E_ARGUMENT, "'C' is a number"},
        {"SVC(kernel='x, y, z: sum(x * z, axis=-1)')", CX_E_ARGUMENT,
         "no number called 'z', only C, degree, gamma"},
        {"SVC(kernel='x, y, probability: sum(x * y, axis=-1)')", CX_E_ARGUMENT,
         "no number called 'probability'"},
        {"SVC(kernel='x, y: sum(x * z, axis=-1)')", CX_E_PARSE, "unknown name 'z' at column"},
        {"SVC(kernel='x, y: sum(x * y, axis=-1')", CX_E_PARSE, "SVC: kernel"},
        {"SVC(kernel='x, y: sum(x, axis=-1), sum(y, axis=-1)')", CX_E_ARGUMENT, "2 results"},
        {"SVC(kernel='x, y: log(-sum(abs(x - y), axis=-1))')", CX_E_ARGUMENT, "NaN or infinity"},
        {"OneClassSVM(kernel='x, y: 1 / sum(abs(x - y), axis=-1)', cache_size=0.0001)",
         CX_E_ARGUMENT, "NaN or infinity"},
        {"SpectralClustering(affinity='x, y, gama: sum(x * y, axis=-1)')", CX_E_ARGUMENT,
         "SpectralClustering: affinity"},
        {"LabelSpreading('x, y: x')", CX_E_SHAPE, "LabelSpreading: kernel"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        FAILS(fit_status(wrong[i].spec), wrong[i].status, wrong[i].message);
    FAILS(cx_status_of(cx_pairwise_kernels(rows(), NULL, "x, y, C: sum(x * y, axis=-1) * C", NULL)),
          CX_E_ARGUMENT, "no number called 'C', only gamma, coef0, degree");
}

Test(user_kernels, functions_fail)
{
    static const char *const specs[] = {"SVC(kernel='falling')",
                                        "SVC(kernel='falling', cache_size=0.0001)",
                                        "KernelRidge(kernel='falling')"};
    tool t = {.slope = 1};
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, let_go));
    for (int i = 0; i < 3; i++) {
        t.answer = CX_E_IO;
        FAILS(fit_status(specs[i]), CX_E_IO, "kernel 'falling' failed: IO");
        t.answer = (cx_status)77;
        FAILS(fit_status(specs[i]), CX_E_ARGUMENT, "kernel 'falling' failed");
        t.answer = CX_OK;
        t.marks = true;
        FAILS(fit_status(specs[i]), CX_E_SHAPE, "matmul");
        t.marks = false;
        t.gives_nan = true;
        FAILS(fit_status(specs[i]), CX_E_ARGUMENT, "kernel 'falling' gives NaN or infinity");
        t.gives_nan = false;
        cx_estimator *const m = fitted(specs[i]);
        t.answer = CX_E_CANCELLED;
        FAILS(cx_status_of(cx_predict(m, rows())), CX_E_CANCELLED, "kernel 'falling' failed");
        t.answer = CX_OK;
        cr_expect(cx_ok());
    }
    cr_expect_eq(atomic_load(&t.released), 0);
    WORKS(cx_pairwise_kernel_unregister("falling"));
    cr_expect_eq(atomic_load(&t.released), 1);
}

/* ---- with the rest of the library */
Test(user_kernels, kernel_changed_after_fit)
{
    tool t = {.slope = 0.2};
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
    cx_estimator *const m = fitted("SVC(kernel='falling')");
    const cx_array *const before = cx_decision_function(m, rows());
    WORKS(cx_set_param_str(m, "kernel", "linear"));
    cr_expect(equal(before, cx_decision_function(m, rows())));
    WORKS(cx_fit(m, rows(), labels()));
    WORKS(cx_pairwise_kernel_unregister("falling"));
    cr_expect_eq(cx_status_of(cx_decision_function(m, rows())), CX_OK);
    cr_expect(!cx_has_attr(m, "_kernel_text"));
}

Test(user_kernels, files)
{
    static const char *const specs[] = {"SVC(kernel='falling', probability=True, random_state=0)",
                                        "SVR(kernel=" FORMULA ", gamma=0.4)",
                                        "KernelRidge(kernel='falling')"};
    char path[64];
    snprintf(path, sizeof path, "kernel-%d.safetensors", (int)getpid());
    tool t = {.slope = 0.2};
    for (int i = 0; i < 3; i++) {
        WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
        const cx_estimator *const m = fitted(specs[i]);
        cr_expect_str_eq(cx_estimator_spec(m), specs[i]);
        cr_expect_str_eq(cx_estimator_spec(cx_clone(m)), specs[i]);
        const cx_array *const want = cx_predict(m, rows());
        WORKS(cx_estimator_save(path, m));
        WORKS(cx_pairwise_kernel_unregister("falling"));
        cx_estimator *const back = cx_estimator_load(path);
        WORKS(cx_estimator_status(back));
        if (i != 1)
            FAILS(cx_status_of(cx_predict(back, rows())), CX_E_ARGUMENT,
                  "no kernel is called 'falling'");
        WORKS(cx_pairwise_kernel_register("falling", falling, &t, NULL));
        cr_expect(equal(want, cx_predict(back, rows())), "%s", specs[i]);
        WORKS(cx_pairwise_kernel_unregister("falling"));
    }
    remove(path);
}

Test(user_kernels, searches)
{
    tool t = {.slope = 1e-12}; /* all rows are the same */
    WORKS(cx_pairwise_kernel_register("falling", falling, &t, let_go));
    cx_estimator *const m = fitted("GridSearchCV(SVC(), {'kernel': ['falling', 'x, y: sum(x * y, "
                                   "axis=-1)', 'linear']}, cv=3)");
    cr_expect_str_eq(cx_best_params(m), "{'kernel': 'x, y: sum(x * y, axis=-1)'}");
    const double *const mean = cx_data_f64(cx_table_column(cx_cv_results(m), "mean_test_score"));
    cr_assert_not_null(mean);
    cr_expect(mean[1] == mean[2] && mean[0] < mean[1], "%g %g %g", mean[0], mean[1], mean[2]);
    WORKS(cx_pairwise_kernel_unregister("falling"));
    cr_expect_eq(atomic_load(&t.released), 1);
}

Test(user_kernels, sessions)
{
    const cx_estimator *const m = fitted("SVC(kernel=" FORMULA ")");
    FAILS(cx_session_status(cx_session_new(m, CX_PREDICT, 4)), CX_E_UNSUPPORTED,
          "SVC: sessions know the library's kernels only, not 'x, y, gamma");
}
