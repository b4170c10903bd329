/* device: each
 * Calibration of classifiers against scikit-learn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_calibration.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static void near(cx_array *a, double tolerance, const char *key, const char *part)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, part);
    cr_assert(cx_ok(), "%s/%s: %s", key, part, cx_error_message());
    const double off = difference(test_host(a), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, part, off, tolerance);
}

typedef struct rows {
    cx_array *x, *y, *weight; /* on the test's device */
} rows;

static rows take(const rows *r, int64_t from, int64_t step)
{
    return (rows){cx_copy(cx_slice(r->x, 0, from, CX_END, step)),
                  cx_copy(cx_slice(r->y, 0, from, CX_END, step)),
                  r->weight ? cx_copy(cx_slice(r->weight, 0, from, CX_END, step)) : NULL};
}

static rows read_rows(const char *set)
{
    const data_set d = read_data(set);
    const cx_array *const i = cx_arange_i64(0, d.n, 1, CX_I64, CX_CPU);
    const cx_array *const w = cx_add(cx_float(0.5), cx_astype(cx_remainder(i, cx_int(3)), CX_F64));
    return (rows){test_here(d.x), test_here(cx_astype(d.y, CX_I64)), test_here(w)};
}

/* scikit-learn finds the temperature where its loss is flat to rounding; and of probabilities near
 * 1 the other one, 1 - p, has few digits left, whose logarithm counts. */
static double tolerance_of(const cx_estimator *m)
{
    if (strcmp(cx_param_str(m, "method"), "temperature") != 0) return 1e-8;
    return strstr(cx_param_text(m, "estimator"), "GaussianNB") ? 2e-5 : 2e-7;
}

static void check(const cx_estimator *m, const rows *r, const char *key)
{
    const char *const method = cx_param_str(m, "method");
    const double tolerance = tolerance_of(m);
    near(cx_predict(m, r->x), 0, key, "labels");
    const rows few = take(r, 0, 29);
    near(cx_predict_proba(m, few.x), tolerance, key, "proba");
    if (strcmp(method, "sigmoid") == 0) {
        /* pairs whose classifier saw two classes of three have one map */
        const bool lacks = strcmp(key, "lacking") == 0;
        const cx_array *const a = cx_attr(m, "a_"), *const b = cx_attr(m, "b_");
        near(cx_copy(cx_slice(a, 1, 0, lacks ? 1 : CX_END, 1)), 1e-7, key, "a");
        near(cx_copy(cx_slice(b, 1, 0, lacks ? 1 : CX_END, 1)), 1e-7, key, "b");
    } else if (strcmp(method, "temperature") == 0) {
        near(cx_attr(m, "beta_"), 10 * tolerance, key, "beta");
    } else {
        char name[64];
        const int64_t c = cx_size(cx_attr(m, "classes_"));
        snprintf(name, sizeof name, "calibrators_0_%d__X_thresholds_", c == 2 ? 0 : (int)c - 1);
        near(cx_attr(m, name), 1e-10, key, "thresholds");
    }
}

static cx_estimator *fitted(const char *spec, const rows *r, bool weighted)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(
        m, CX_DATA(.x = r->x, .y = r->y, .sample_weight = weighted ? r->weight : NULL)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static const char *const methods[] = {"sigmoid", "isotonic", "temperature"};
static const char *const truths[] = {"False", "True"};

static void check_set(const char *set)
{
    static const char *const inner[] = {"LinearDiscriminantAnalysis", "GaussianNB"};
    char spec[160], key[128];
    const rows r = read_rows(set);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            for (int e = 0; e < 2; e++) {
                snprintf(spec, sizeof spec,
                         "CalibratedClassifierCV(%s(), method='%s', cv=3, ensemble=%s)", inner[i],
                         methods[k], truths[e]);
                snprintf(key, sizeof key, "%s/%s/%s/%s", set, inner[i], methods[k], truths[e]);
                check(fitted(spec, &r, false), &r, key);
            }
}

Test(calibration, three_classes)
{
    const cx_scope s = open();
    check_set("iris");
    done(s);
}
Test(calibration, two_classes)
{
    const cx_scope s = open();
    check_set("breast_cancer");
    done(s);
}

Test(calibration, weights)
{
    const cx_scope s = open();
    char spec[160], key[128];
    static const char *const sets[] = {"iris", "breast_cancer"};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 3; k++)
            for (int e = 0; e < 2; e++) {
                const rows r = read_rows(sets[d]);
                snprintf(spec, sizeof spec,
                         "CalibratedClassifierCV(GaussianNB(), method='%s', ensemble=%s)",
                         methods[k], truths[e]);
                snprintf(key, sizeof key, "weighted/%s/%s/%s", sets[d], methods[k], truths[e]);
                check(fitted(spec, &r, true), &r, key);
                snprintf(spec, sizeof spec,
                         "CalibratedClassifierCV(LinearDiscriminantAnalysis(), method='%s', cv=3, "
                         "ensemble=%s)",
                         methods[k], truths[e]);
                snprintf(key, sizeof key, "weighted_lda/%s/%s/%s", sets[d], methods[k], truths[e]);
                check(fitted(spec, &r, true), &r, key);
            }
    done(s);
}

Test(calibration, folds_that_lack_classes)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    const cx_array *const at = cx_remainder(
        cx_mul(cx_arange_i64(0, 150, 1, CX_I64, CX_CPU), cx_int(43)), cx_int(150)); /* 7 * 43 = 1 */
    const cx_array *const order = test_here(cx_ascontiguous(at));
    const rows mixed = {cx_take(r.x, order, 0), cx_take(r.y, order, 0), NULL};
    check(fitted("CalibratedClassifierCV(GaussianNB(), cv=KFold(4))", &mixed, false), &r, "kfold");
    check(fitted("CalibratedClassifierCV(GaussianNB(), cv=KFold(3))", &r, false), &r, "lacking");
    done(s);
}

/* ---- fitted models */
Test(calibration, frozen_models)
{
    const cx_scope s = open();
    static const char *const sets[] = {"iris", "breast_cancer"};
    char key[64];
    for (int d = 0; d < 2; d++) {
        const rows r = read_rows(sets[d]), learn = take(&r, 0, 2), rest = take(&r, 1, 2);
        const cx_estimator *const model =
            fitted("StandardScaler() | LinearDiscriminantAnalysis()", &learn, false);
        cx_estimator *const m = cx_estimator_new("CalibratedClassifierCV()");
        cr_expect(cx_set_param_estimator(m, "estimator", cx_frozen_estimator(model)) == CX_OK);
        for (int k = 0; k < 3; k++) {
            cr_expect(cx_set_param_str(m, "method", methods[k]) == CX_OK);
            cr_assert(cx_fit(m, rest.x, rest.y) == CX_OK, "%s", cx_error_message());
            snprintf(key, sizeof key, "frozen/%s/%s", sets[d], methods[k]);
            check(m, &r, key);
        }
        cx_estimator *const search = cx_estimator_new(
            "GridSearchCV(Ridge(), {'method': ['sigmoid', 'isotonic', 'temperature']}, "
            "scoring='neg_log_loss', cv=3)");
        cr_expect(cx_set_param_str(m, "method", "sigmoid") == CX_OK);
        cr_expect(cx_set_param_estimator(search, "estimator", m) == CX_OK);
        cr_assert(cx_fit(search, rest.x, rest.y) == CX_OK, "%s", cx_error_message());
        snprintf(key, sizeof key, "search/%s", sets[d]);
        near(cx_attr(search, "best_index_"), 0, key, "best");
        near(cx_mean(cx_attr(search, "split_test_scores_"), CX_AXIS(2)), 1e-7, key, "scores");
    }
    done(s);
}

static void refused(const char *spec, const rows *r, cx_status want)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    const cx_status st = cx_fit(m, r->x, r->y);
    cr_expect(st == want && !cx_is_fitted(m), "%s: %s, %s", spec, cx_status_name(st),
              cx_error_message());
}

Test(calibration, refusals)
{
    const cx_scope s = open();
    const rows r = read_rows("iris"), one = take(&r, 0, 60), few = take(&r, 0, 14);
    refused("CalibratedClassifierCV()", &r, CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(Ridge())", &r, CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(GaussianNB(), cv=LeaveOneOut())", &r, CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(GaussianNB(), cv=5)", &few, CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(GaussianNB(), cv=StratifiedKFold(5))", &few, CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(GaussianNB(), method='temperature', cv=KFold(3))", &r,
            CX_E_ARGUMENT);
    refused("CalibratedClassifierCV(GaussianNB())",
            &(const rows){one.x, cx_zeros_like(one.y, CX_I64), NULL}, CX_E_ARGUMENT);
    cr_expect(!cx_estimator_has(cx_estimator_new("CalibratedClassifierCV(GaussianNB())"),
                                CX_DECISION_FUNCTION));
    done(s);
}

/* Weights that the classifier does not take still calibrate, and a warning says so. */
Test(calibration, weights_of_the_calibration_only)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    const char *const spec = "CalibratedClassifierCV(LinearDiscriminantAnalysis(), cv=3)";
    const cx_estimator *const with = fitted(spec, &r, true), *const without =
                                                                 fitted(spec, &r, false);
    cr_expect(cx_array_equal(test_host(cx_attr(with, "calibrated_classifiers_0__coef_")),
                             test_host(cx_attr(without, "calibrated_classifiers_0__coef_"))));
    cr_expect(!cx_array_equal(test_host(cx_attr(with, "a_")), test_host(cx_attr(without, "a_"))));
    done(s);
}

static void curve_refused(const cx_array *y, const cx_array *p, const cx_calibration_opts *o,
                          cx_status want)
{
    const cx_scope t = cx_scope_open();
    (void)cx_calibration_curve(y, p, o);
    const cx_status st = cx_scope_close(t);
    cr_expect(st == want, "%s: %s", cx_status_name(st), cx_error_message());
}

Test(calibration, curves_refused)
{
    const cx_scope s = open();
    const rows iris = read_rows("iris"), r = read_rows("breast_cancer");
    const cx_array *const half = cx_full_like(r.y, cx_float(0.5), CX_F64), *const large =
                                                                               cx_full_like(
                                                                                   r.y,
                                                                                   cx_float(1.5),
                                                                                   CX_F64);
    curve_refused(r.y, large, NULL, CX_E_ARGUMENT);
    curve_refused(r.y, half, CX_OPTS(cx_calibration_opts, .n_bins = -1), CX_E_ARGUMENT);
    curve_refused(r.y, cx_slice(half, 0, 0, 9, 1), NULL, CX_E_SHAPE);
    curve_refused(iris.y, cx_full_like(iris.y, cx_float(0.5), CX_F64),
                  CX_OPTS(cx_calibration_opts, .pos_label = cx_int(1)), CX_E_ARGUMENT);
    done(s);
}

Test(calibration, curves)
{
    const cx_scope s = open();
    const rows r = read_rows("breast_cancer");
    const cx_estimator *const m = fitted("GaussianNB()", &r, false);
    const cx_array *const i = test_here(cx_arange_i64(0, cx_size(r.y), 1, CX_F64, CX_CPU));
    const cx_array *const p = cx_div(cx_add(cx_select(cx_predict_proba(m, r.x), 1, 1),
                                            cx_remainder(cx_mul(i, cx_float(0.618034)), cx_int(1))),
                                     cx_float(2));
    static const char *const strategies[] = {"uniform", "quantile"};
    static const int bins[] = {1, 5, 12};
    char key[64];
    for (int k = 0; k < 2; k++)
        for (int b = 0; b < 3; b++)
            for (int label = 0; label < 2; label++) {
                const cx_calibration_opts o = {.struct_size = sizeof o,
                                               .n_bins = bins[b],
                                               .quantiles = k == 1,
                                               .pos_label = cx_int(label)};
                const cx_calibration c = cx_calibration_curve(r.y, p, &o);
                snprintf(key, sizeof key, "curve/%s/%d/%d", strategies[k], bins[b], label);
                near(c.prob_true, 1e-12, key, "true");
                near(c.prob_pred, 1e-12, key, "pred");
            }
    done(s);
}
