/* device: each. Rows of which some have labels, against scikit-learn: labels that go along graphs,
 * and a classifier that labels rows itself; labels of text, and what is refused. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 120 };
static const double close = 1e-10;

static cx_scope open(void)
{
    golden_from("learn_semi_supervised.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *given(const char *key)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    return test_copy_host(v, CX_SHAPE((int64_t)n / 3, 3), CX_F64);
}
static cx_array *labels(const char *name)
{
    size_t n;
    const double *const v = golden(&n, "y/%s", name);
    return cx_astype(test_copy_host(v, CX_SHAPE(N), CX_F64), CX_I64);
}
static void near(const cx_array *a, double tolerance, const char *key, int i, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%d/%s", key, i, what);
    cr_assert(cx_ok(), "%s/%d/%s: %s", key, i, what, cx_error_message());
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s/%d/%s: %g > %g", key, i, what, off, tolerance);
}
static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, y));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

typedef struct variant {
    const char *spec, *y;
} variant;

/* ---- along a graph */
static const variant graphs[] = {{"LabelPropagation(gamma=2)", "three"},
                                 {"LabelPropagation()", "two"},
                                 {"LabelPropagation('knn')", "three"},
                                 {"LabelPropagation('knn', n_neighbors=3)", "two"},
                                 {"LabelPropagation(gamma=0.3, max_iter=4)", "three"},
                                 {"LabelPropagation(gamma=2, tol=1e-9)", "all"},
                                 {"LabelSpreading(gamma=2)", "three"},
                                 {"LabelSpreading(alpha=0.7)", "two"},
                                 {"LabelSpreading('knn')", "three"},
                                 {"LabelSpreading('knn', n_neighbors=4, alpha=0.9)", "two"},
                                 {"LabelSpreading(gamma=0.3, max_iter=2)", "three"},
                                 {"LabelSpreading('knn', tol=1e-7, max_iter=100)", "all"},
                                 {"LabelPropagation('x, y, gamma: exp(-gamma * sum(abs(x - y), "
                                  "axis=-1))', gamma=3)",
                                  "three"},
                                 {"LabelSpreading('near')", "two"}};
enum { GRAPHS = sizeof graphs / sizeof *graphs };

static cx_status near_rows(void *context, const double *x, int64_t n, const double *y, int64_t m,
                           int64_t d, double *out)
{
    (void)context;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d; k++) sum += fabs(x[i * d + k] - y[j * d + k]);
            out[i * m + j] = exp(-3 * sum);
        }
    return CX_OK;
}

Test(semi_supervised, along_graphs)
{
    cr_assert_eq(cx_pairwise_kernel_register("near", near_rows, NULL, NULL), CX_OK);
    for (int i = 0; i < GRAPHS; i++) {
        const cx_scope s = open();
        const cx_array *const q = given("q");
        const cx_estimator *const m = fitted(graphs[i].spec, given("x"), labels(graphs[i].y));
        near(cx_attr(m, "label_distributions_"), close, "graph", i, "shares");
        near(cx_attr(m, "transduction_"), 0, "graph", i, "labels");
        near(cx_attr(m, "n_iter_"), 0, "graph", i, "n_iter");
        near(cx_attr(m, "classes_"), 0, "graph", i, "classes");
        near(cx_predict(m, q), 0, "graph", i, "predict");
        near(cx_predict_proba(m, q), close, "graph", i, "proba");
        done(s);
    }
}

/* ---- by itself */
static const variant selves[] = {
    {"SelfTrainingClassifier(GaussianNB())", "three"},
    {"SelfTrainingClassifier(GaussianNB(), threshold=0.95, max_iter=2)", "three"},
    {"SelfTrainingClassifier(LinearDiscriminantAnalysis(), criterion='k_best', k_best=7)", "two"},
    {"SelfTrainingClassifier(LinearDiscriminantAnalysis(), criterion='k_best', k_best=7, "
     "max_iter=None)",
     "three"},
    {"SelfTrainingClassifier(LinearDiscriminantAnalysis(), threshold=0.98, max_iter=None)",
     "three"},
    {"SelfTrainingClassifier(GaussianNB(), max_iter=0)", "two"},
    {"SelfTrainingClassifier(GaussianNB(), criterion='k_best', k_best=500)", "two"},
    {"SelfTrainingClassifier(GaussianNB())", "all"}};
enum { SELVES = sizeof selves / sizeof *selves };

Test(semi_supervised, by_itself)
{
    const char *const conditions[] = {"all_labeled", "max_iter", "no_change"};
    for (int i = 0; i < SELVES; i++) {
        const cx_scope s = open();
        const cx_array *const q = given("q");
        const cx_estimator *const m = fitted(selves[i].spec, given("x"), labels(selves[i].y));
        near(cx_attr(m, "transduction_"), 0, "self", i, "labels");
        near(cx_attr(m, "labeled_iter_"), 0, "self", i, "when");
        near(cx_attr(m, "n_iter_"), 0, "self", i, "n_iter");
        near(cx_attr(m, "classes_"), 0, "self", i, "classes");
        near(cx_predict(m, q), 0, "self", i, "predict");
        near(cx_predict_proba(m, q), close, "self", i, "proba");
        size_t n;
        const double want = golden(&n, "self/%d/condition", i)[0];
        cr_expect_str_eq(cx_label(test_host(cx_copy(cx_attr(m, "termination_condition_"))), 0),
                         conditions[(int)want]);
        done(s);
    }
}

/* ---- text: a missing label is none */
static cx_array *words(const cx_array *y)
{
    const char *const names[] = {"daisy", "iris", "rose"};
    const cx_array *const code = cx_where(cx_equal(y, cx_int(-1)), cx_int(-1),
                                          cx_floor_divide(cx_add(y, cx_int(3)), cx_int(5)));
    return test_here(cx_categories_new(cx_astype(test_host(cx_copy(code)), CX_I32), 3, names));
}

/* Labels -3, 2, 7 are the codes 0, 1, 2 of daisy, iris and rose. */
static void same_words(const char *spec, const char *key, int i)
{
    const cx_scope s = open();
    const cx_estimator *const m = fitted(spec, given("x"), words(labels("three")));
    size_t n;
    const double *const want = golden(&n, "%s/%d/labels", key, i);
    const cx_array *const got = test_host(cx_copy(cx_attr(m, "transduction_")));
    cr_assert(cx_size(cx_attr(m, "classes_")) == 3 && n == N);
    for (int64_t row = 0; row < N; row++) {
        const char *const name = want[row] == -3  ? "daisy"
                                 : want[row] == 2 ? "iris"
                                 : want[row] == 7 ? "rose"
                                                  : "";
        const char *const label = cx_label(got, row);
        cr_expect(strcmp(label, name) == 0, "%s: row %d", spec, (int)row);
    }
    done(s);
}

Test(semi_supervised, words)
{
    same_words(graphs[0].spec, "graph", 0);
    same_words(graphs[8].spec, "graph", 8);
    same_words(selves[1].spec, "self", 1);
}

/* ---- a session, and what is refused */
Test(semi_supervised, serves)
{
    if (!test_on_cpu()) return;
    const cx_scope s = open();
    const cx_array *const q = given("q");
    cx_estimator *const m = fitted(selves[0].spec, given("x"), labels("three"));
    cx_session *const ready = cx_session_new(m, CX_PREDICT, 25);
    cr_assert(cx_session_run_rows(ready, cx_data_f64(q), 25) == CX_OK, "%s", cx_error_message());
    const double *const answer = cx_session_result(ready, NULL);
    const int64_t *const want = cx_data_i64(cx_predict(m, q));
    for (int i = 0; i < 25; i++) cr_expect(answer[i] == (double)want[i]);
    done(s);
}

static void refused(const char *spec, const cx_array *x, const cx_array *y, const char *text,
                    cx_status want)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    cr_expect(st == want && strstr(cx_error_message(), text) != NULL, "%s: %d, %s", spec, (int)st,
              cx_error_message());
    const cx_status closed = cx_scope_close(s);
    (void)closed;
}

Test(semi_supervised, refuses)
{
    const cx_scope s = open();
    const cx_array *const x = given("x"), *const y = labels("three"),
                          *const none = cx_full(CX_SHAPE(N), cx_int(-1), CX_I64, test_device());
    refused("LabelSpreading()", x, none, "no row of y has a label", CX_E_ARGUMENT);
    refused("SelfTrainingClassifier(GaussianNB())", x, none, "all are -1", CX_E_ARGUMENT);
    refused("LabelPropagation()", x, cx_mul(y, cx_float(0.3)), "is no class", CX_E_ARGUMENT);
    refused("LabelPropagation('knn', n_neighbors=121)", x, y, "n_neighbors=121", CX_E_ARGUMENT);
    refused("SelfTrainingClassifier(LinearSVC())", x, y, "a LinearSVC has no predict_proba",
            CX_E_UNSUPPORTED);
    refused("LabelSpreading(alpha=1)", x, y, "alpha", CX_E_ARGUMENT);
    done(s);
}
