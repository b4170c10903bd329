/* The metrics against scikit-learn, with and without weights, numbers and text. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/metrics.h>
#include <calx/metrics_ranking.h>
#include <calx/metrics_regression.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static cx_array *vector(const char *key, cx_dtype t)
{
    size_t n;
    const double *v = golden(&n, "metrics/%s", key);
    return cx_astype(cx_copy_host(v, CX_SHAPE((int64_t)n), CX_F64), t);
}

static void expect(double got, const char *form, const char *key, size_t at)
{
    size_t n;
    const double want = golden(&n, "metrics/%s/%s", form, key)[at];
    cr_expect(fabs(got - want) <= 1e-13 * fabs(want), "%s %s[%zu]: %.17g, expected %.17g", form,
              key, at, got, want);
}

static void expect_all(const cx_array *got, const char *form, const char *key, size_t from)
{
    size_t n;
    const double *want = golden(&n, "metrics/%s/%s", form, key);
    const double off = difference(got, want + from, (size_t)cx_size(got));
    cr_expect(off <= 1e-13, "%s %s: %g", form, key, off);
}

static void check_labels(const char *form, const cx_array *t, const cx_array *p, const cx_array *w,
                         const cx_array *two)
{
    static const struct {
        const char *name;
        cx_score_average average;
    } cases[] = {
        {"micro", CX_SCORE_MICRO}, {"macro", CX_SCORE_MACRO}, {"weighted", CX_SCORE_WEIGHTED}};
    expect(cx_accuracy_score(t, p, CX_OPTS(cx_metric_opts, .sample_weight = w)), form, "accuracy",
           0);
    for (int i = 0; i < 3; i++) {
        char key[32];
        const cx_metric_opts all = {
            .struct_size = sizeof all, .sample_weight = w, .average = cases[i].average};
        cx_metric_opts some = all;
        some.labels = two;
        snprintf(key, sizeof key, "%s_two", cases[i].name);
        expect(cx_precision_score(t, p, &all), form, cases[i].name, 0);
        expect(cx_recall_score(t, p, &all), form, cases[i].name, 1);
        expect(cx_f1_score(t, p, &all), form, cases[i].name, 2);
        expect(cx_precision_score(t, p, &some), form, key, 0);
        expect(cx_recall_score(t, p, &some), form, key, 1);
        expect(cx_f1_score(t, p, &some), form, key, 2);
    }
    const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = w};
    const cx_prf r = cx_precision_recall_fscore_support(t, p, &o);
    expect_all(r.precision, form, "per_class", 0);
    expect_all(r.recall, form, "per_class", 4);
    expect_all(r.fscore, form, "per_class", 8);
    expect_all(r.support, form, "per_class", 12);
    const cx_array *m = cx_confusion_matrix(t, p, &o);
    expect_all(m, form, "confusion", 0);
    cr_expect(cx_dtype_of(m) == (w == NULL ? CX_I64 : CX_F64));
    expect_all(
        cx_confusion_matrix(t, p, CX_OPTS(cx_metric_opts, .sample_weight = w, .labels = two)), form,
        "confusion_two", 0);
}

Test(metrics, labels)
{
    const cx_scope s = cx_scope_open();
    const cx_array *w = vector("weight", CX_F64);
    const int32_t two[] = {3, 1};
    const cx_array *labels = cx_copy_host(two, CX_SHAPE(2), CX_I32);
    const cx_array *t = vector("true", CX_I64), *p = vector("pred", CX_F64);
    check_labels("plain", t, p, NULL, labels);
    check_labels("weighted", t, p, w, labels);

    const char *const names[] = {"ant", "bee", "cat", "dog"}, *const others[] = {"dog", "cat",
                                                                                 "bee", "ant"};
    const cx_array *reversed = cx_astype(cx_sub(cx_int(3), vector("pred", CX_I32)), CX_I32);
    const cx_array *text_true = cx_categories_new(vector("true", CX_I32), 4, names);
    const cx_array *text_pred = cx_categories_new(reversed, 4, others);
    const cx_array *text_two = cx_categories_new(labels, 4, names);
    check_labels("plain", text_true, text_pred, NULL, text_two);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(metrics, probabilities)
{
    const cx_scope s = cx_scope_open();
    const char *const forms[] = {"plain", "weighted"};
    const cx_array *t = vector("true", CX_I64), *p = vector("pred", CX_I64);
    const cx_array *t2 = cx_greater(t, cx_int(1)), *p2 = cx_greater(p, cx_int(1));
    const cx_array *proba = cx_reshape(vector("proba", CX_F64), CX_SHAPE(60, 4)),
                   *score = cx_reshape(vector("score", CX_F64), CX_SHAPE(60, 4));
    for (int i = 0; i < 2; i++) {
        const cx_metric_opts o = {.struct_size = sizeof o,
                                  .sample_weight = i == 0 ? NULL : vector("weight", CX_F64)};
        cx_metric_opts by_count = o;
        by_count.average = CX_SCORE_WEIGHTED;
        expect(cx_precision_score(t2, p2, &o), forms[i], "binary", 0);
        expect(cx_recall_score(t2, p2, &o), forms[i], "binary", 1);
        expect(cx_f1_score(t2, p2, &o), forms[i], "binary", 2);
        expect(cx_log_loss(t, proba, &o), forms[i], "log_loss", 0);
        expect(cx_log_loss(t2, cx_select(proba, 1, 0), &o), forms[i], "log_loss_binary", 0);
        expect(cx_roc_auc_score(t2, cx_select(score, 1, 0), &o), forms[i], "roc_auc", 0);
        expect(cx_roc_auc_score(t, proba, &o), forms[i], "roc_auc_ovr", 0);
        expect(cx_roc_auc_score(t, proba, &by_count), forms[i], "roc_auc_ovr_weighted", 0);
        const cx_array *a = cx_slice(score, 1, 0, 2, 1), *b = cx_slice(proba, 1, 0, 2, 1);
        expect(cx_mean_squared_error(a, b, &o), forms[i], "mse", 0);
        expect(cx_r2_score(a, b, &o), forms[i], "r2", 0);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static int warnings;
static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
    warnings++;
}

Test(metrics, edges)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning));
    const int64_t a[] = {1, 1, 1}, b[] = {0, 0, 0};
    const cx_array *ones = cx_copy_host(a, CX_SHAPE(3), CX_I64),
                   *zeros = cx_copy_host(b, CX_SHAPE(3), CX_I64);
    cr_expect(cx_f1_score(zeros, zeros, NULL) == 0 && warnings == 1, "%d", warnings);
    cr_expect(cx_f1_score(zeros, zeros, CX_OPTS(cx_metric_opts, .zero_division = CX_SET(1))) == 1 &&
              warnings == 1);
    cr_expect(cx_r2_score(ones, ones, NULL) == 1 && cx_r2_score(ones, zeros, NULL) == 0);
    cr_expect(isnan(cx_roc_auc_score(ones, zeros, NULL)) && warnings == 2);
    cr_expect(cx_ok());
    const cx_scope inner = cx_scope_open();
    cr_expect(isnan(cx_accuracy_score(ones, cx_slice(zeros, 0, 0, 2, 1), NULL)));
    cr_expect(cx_scope_close(inner) == CX_E_SHAPE);
    const cx_scope text = cx_scope_open();
    const char *const names[] = {"no"};
    const cx_array *words = cx_categories_new(cx_astype(zeros, CX_I32), 1, names);
    cr_expect(isnan(cx_accuracy_score(ones, words, NULL)));
    cr_expect(cx_scope_close(text) == CX_E_DTYPE);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
