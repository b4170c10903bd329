/* device: each
 * Ensembles of other estimators against scikit-learn: the same seeds give the same members. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/ensemble.h>
#include <calx/estimator.h>
#include <calx/table.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct row {
    const char *set;
    bool weighted;
    const char *spec;
} row;
static const row ensembles[] = {
#define ENSEMBLE(set, weighted, spec) {set, weighted, spec},
#include "learn_ensemble.def"
#undef ENSEMBLE
};

static cx_scope open(void)
{
    golden_from("learn_ensemble.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

typedef struct rows {
    cx_array *x, *y, *weight, *few; /* on the test's device; few: every eleventh row of x */
} rows;

static rows read_rows(const char *set)
{
    const data_set d = read_data(set);
    const cx_array *const i = cx_arange_i64(0, d.n, 1, CX_I64, CX_CPU);
    const cx_array *const w = cx_div(cx_astype(cx_remainder(i, cx_int(7)), CX_F64), cx_float(2));
    const bool numbers = strcmp(set, "diabetes") == 0;
    return (rows){test_here(d.x), test_here(numbers ? d.y : cx_astype(d.y, CX_I64)), test_here(w),
                  test_here(cx_ascontiguous(cx_slice(d.x, 0, 0, CX_END, 11)))};
}

static void near(const cx_array *a, double tolerance, const char *key, const char *part)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, part);
    cr_assert(cx_ok(), "%s/%s: %s", key, part, cx_error_message());
    cr_assert((size_t)cx_size(a) == count, "%s/%s: %lld numbers, not %zu", key, part,
              (long long)cx_size(a), count);
    const double off = difference(test_host((cx_array *)(uintptr_t)a), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, part, off, tolerance);
}

/* Members are named estimators_0, ... */
static void check_members(const cx_estimator *m, const char *key)
{
    char name[64];
    size_t count;
    const int n = (int)golden(&count, "%s/members", key)[0];
    if (!cx_has_attr(m, "estimators_0__n_features_in_")) return; /* they have names of their own */
    snprintf(name, sizeof name, "estimators_%d__n_features_in_", n - 1);
    cr_expect(cx_has_attr(m, name), "%s: fewer than %d members", key, n);
    snprintf(name, sizeof name, "estimators_%d__n_features_in_", n);
    cr_expect(!cx_has_attr(m, name), "%s: more than %d members", key, n);
}

/* Some rows after each member. */
static void check_stages(const cx_estimator *m, const rows *r, const char *key)
{
    const cx_array *const x = cx_ascontiguous(cx_slice(r->x, 0, 0, CX_END, 37));
    const bool numbers = cx_estimator_kind_of(m) == CX_REGRESSOR;
    near(cx_staged_predict(m, x), numbers ? 1e-8 : 0, key, "staged_predict");
    if (numbers) return;
    near(cx_staged_predict_proba(m, x), 1e-8, key, "staged_predict_proba");
    near(cx_staged_decision_function(m, x), 1e-8, key, "staged_decision_function");
}

static void check(const cx_estimator *m, const rows *r, const char *key)
{
    static const char *const attrs[] = {"estimator_weights_",  "estimator_errors_",
                                        "oob_score_",          "oob_decision_function_",
                                        "oob_prediction_",     "feature_importances_",
                                        "estimators_features_"};
    const double tolerance = 1e-8;
    near(cx_predict(m, r->few), cx_estimator_kind_of(m) == CX_REGRESSOR ? tolerance : 0, key,
         "predict");
    if (cx_estimator_has(m, CX_PREDICT_PROBA))
        near(cx_predict_proba(m, r->few), tolerance, key, "predict_proba");
    if (cx_estimator_has(m, CX_PREDICT_LOG_PROBA) && cx_estimator_has(m, CX_PREDICT_PROBA))
        near(cx_predict_log_proba(m, r->few), tolerance, key, "predict_log_proba");
    if (cx_estimator_has(m, CX_DECISION_FUNCTION))
        near(cx_decision_function(m, r->few), tolerance, key, "decision_function");
    if (cx_estimator_has(m, CX_TRANSFORM))
        near(cx_transform(m, r->few), tolerance, key, "transform");
    if (strncmp(cx_estimator_name(m), "AdaBoost", 8) == 0) check_stages(m, r, key);
    for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
        if (cx_has_attr(m, attrs[i])) near(cx_attr(m, attrs[i]), tolerance, key, attrs[i]);
    check_members(m, key);
}

/* On a GPU trees are grown by histograms: as good, but others. */
static bool made_of_trees(const char *spec)
{
    const char *const first = strchr(spec, '(') + 1;
    return strstr(spec, "Tree") != NULL ||
           ((strncmp(spec, "Bagging", 7) == 0 || strncmp(spec, "AdaBoost", 8) == 0) &&
            (*first < 'A' || *first > 'Z'));
}

static void check_all(const char *set, const char *kind)
{
    char key[32];
    const cx_scope s = open();
    const rows r = read_rows(set);
    int count = 0;
    for (size_t i = 0; i < sizeof ensembles / sizeof *ensembles; i++) {
        const row *const e = &ensembles[i];
        if (strcmp(e->set, set) != 0 || strncmp(e->spec, kind, strlen(kind)) != 0) continue;
        if (!test_on_cpu() && made_of_trees(e->spec)) continue;
        cx_estimator *const m = cx_estimator_new(e->spec);
        const cx_status st = cx_fit_data(
            m, CX_DATA(.x = r.x, .y = r.y, .sample_weight = e->weighted ? r.weight : NULL));
        if (st == CX_E_UNSUPPORTED && !test_on_cpu() &&
            strstr(cx_error_message(), "on the CPU only") != NULL)
            continue; /* what it is made of is not fitted there */
        cr_assert(st == CX_OK, "%s: %s", e->spec, cx_error_message());
        snprintf(key, sizeof key, "%zu", i);
        check(m, &r, key);
        count++;
    }
    cr_expect(count > 0);
    done(s);
}

Test(ensemble, bagging_labels)
{
    check_all("iris", "BaggingClassifier");
    check_all("breast_cancer", "BaggingClassifier");
}
Test(ensemble, bagging_numbers)
{
    check_all("diabetes", "BaggingRegressor");
}
Test(ensemble, boosting_labels)
{
    check_all("iris", "AdaBoostClassifier");
    check_all("breast_cancer", "AdaBoostClassifier");
}
Test(ensemble, boosting_numbers)
{
    check_all("diabetes", "AdaBoostRegressor");
}
Test(ensemble, voting)
{
    check_all("iris", "Voting");
    check_all("breast_cancer", "Voting");
    check_all("diabetes", "Voting");
}
Test(ensemble, stacking)
{
    check_all("iris", "Stacking");
    check_all("breast_cancer", "Stacking");
    check_all("diabetes", "Stacking");
}

/* ---- what is no row of the list */
static void fit(cx_estimator *m, const rows *r)
{
    cr_assert(cx_fit(m, r->x, r->y) == CX_OK, "%s", cx_error_message());
}

Test(ensemble, warm_start)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    cx_estimator *const m = cx_estimator_new("BaggingClassifier(GaussianNB(), n_estimators=4, "
                                             "max_samples=0.5, warm_start=True, random_state=3)");
    fit(m, &r);
    cr_expect(cx_set_param_i64(m, "n_estimators", 10) == CX_OK);
    fit(m, &r);
    check(m, &r, "warm");
    cr_expect(cx_set_param_i64(m, "n_estimators", 3) == CX_OK);
    cr_expect(cx_fit(m, r.x, r.y) == CX_E_ARGUMENT);
    check(m, &r, "warm");
    done(s);
}

Test(ensemble, labels_that_are_there_or_not)
{
    const cx_scope s = open();
    static const char *const parts[] = {"False", "True"};
    const rows r = read_rows("iris");
    const cx_array *const y =
        cx_stack(CX_ARRAYS(cx_astype(cx_equal(r.y, cx_int(0)), CX_I64),
                           cx_astype(cx_not_equal(r.y, cx_int(2)), CX_I64),
                           cx_astype(cx_greater(cx_select(r.x, 1, 0), cx_float(5.5)), CX_I64)),
                 1);
    for (int i = 0; i < 2; i++) {
        char spec[300], key[32];
        snprintf(
            spec, sizeof spec,
            "StackingClassifier([('smooth', MultiOutputClassifier(GaussianNB(var_smoothing=0.1))), "
            "('nb', MultiOutputClassifier(GaussianNB()))], "
            "MultiOutputClassifier(GaussianNB(var_smoothing=0.01)), "
            "cv=KFold(3, shuffle=True, random_state=0), passthrough=%s)",
            parts[i]);
        snprintf(key, sizeof key, "labels/%s", parts[i]);
        cx_estimator *const m = cx_estimator_new(spec);
        cr_assert(cx_fit(m, r.x, y) == CX_OK, "%s", cx_error_message());
        near(cx_predict(m, r.x), 0, key, "predict");
        near(cx_transform(m, r.few), 1e-10, key, "transform");
    }
    done(s);
}

Test(ensemble, fitted_members)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    const rows a = {cx_ascontiguous(cx_slice(r.x, 0, 0, CX_END, 2)),
                    cx_ascontiguous(cx_slice(r.y, 0, 0, CX_END, 2)), NULL, NULL},
               b = {cx_ascontiguous(cx_slice(r.x, 0, 1, CX_END, 2)),
                    cx_ascontiguous(cx_slice(r.y, 0, 1, CX_END, 2)), NULL, r.few};
    cx_estimator
        *const nb = cx_estimator_new("GaussianNB()"),
               *const lda = cx_estimator_new("LinearDiscriminantAnalysis()"),
               *const m = cx_estimator_new(
                   "StackingClassifier([('a', GaussianNB()), ('b', GaussianNB())], "
                   "LogisticRegression(solver='newton-cholesky', tol=1e-10), cv='prefit')");
    fit(nb, &a);
    fit(lda, &a);
    cr_expect(cx_fit(m, b.x, b.y) == CX_E_NOT_FITTED, "%s", cx_error_message());
    cr_expect(cx_set_param_estimator(m, "a", cx_frozen_estimator(nb)) == CX_OK);
    cr_expect(cx_set_param_estimator(m, "b", cx_frozen_estimator(lda)) == CX_OK);
    fit(m, &b);
    check(m, &b, "prefit");
    done(s);
}

/* ---- AdaBoost's ends */
Test(ensemble, boosting_ends_where_nothing_is_wrong)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    cx_estimator *const m =
        cx_estimator_new("AdaBoostClassifier(KNeighborsClassifier(1), n_estimators=5)");
    cr_expect(cx_fit(m, r.x, r.y) == CX_E_ARGUMENT, "takes no weights"); /* neighbours */
    cx_estimator *const n =
        cx_estimator_new("AdaBoostClassifier(LinearDiscriminantAnalysis(), n_estimators=5)");
    cr_expect(cx_fit(n, r.x, r.y) == CX_E_ARGUMENT);
    /* one feature that tells the classes: the first member has nothing wrong */
    const cx_array *const x =
        cx_concatenate(CX_ARRAYS(r.x, cx_expand_dims(cx_astype(r.y, CX_F64), 1)), 1);
    cx_estimator *const p = cx_estimator_new("AdaBoostClassifier(GaussianNB(), n_estimators=5)");
    cr_assert(cx_fit(p, x, r.y) == CX_OK, "%s", cx_error_message());
    const double weights[] = {1, 0, 0, 0, 0}, errors[] = {0, 1, 1, 1, 1};
    cr_expect(difference(test_host(cx_attr(p, "estimator_weights_")), weights, 5) == 0);
    cr_expect(difference(test_host(cx_attr(p, "estimator_errors_")), errors, 5) == 0);
    cr_expect(!cx_has_attr(p, "estimators_1__classes_"));
    done(s);
}

Test(ensemble, boosting_of_trees_knows_what_matters)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    cx_estimator *const m = cx_estimator_new("AdaBoostClassifier(n_estimators=5)"),
                        *const n = cx_estimator_new("AdaBoostClassifier(GaussianNB())");
    if (test_on_cpu()) {
        fit(m, &r);
        cr_expect(cx_has_attr(m, "feature_importances_"));
    }
    fit(n, &r);
    cr_expect(!cx_has_attr(n, "feature_importances_"));
    done(s);
}

Test(ensemble, boosting_refuses_what_is_worse_than_chance)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    cx_estimator *const m =
        cx_estimator_new("AdaBoostClassifier(DummyClassifier(strategy='prior'))");
    cr_expect(cx_fit(m, r.x, r.y) == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "chance") != NULL, "%s", cx_error_message());
    cr_expect(!cx_is_fitted(m));
    done(s);
}

/* A regressor that is right at once; and one whose error is too large from the start: it is kept,
 * without a weight. */
Test(ensemble, boosting_numbers_ends)
{
    const cx_scope s = open();
    const rows r = read_rows("diabetes");
    const cx_array *const y =
        cx_full(CX_SHAPE(cx_dim(r.x, 0)), cx_float(3), CX_F64, cx_device_of(r.x));
    cx_estimator *const m = cx_estimator_new("AdaBoostRegressor(DummyRegressor(), n_estimators=4)");
    cr_assert(cx_fit(m, r.x, y) == CX_OK, "%s", cx_error_message());
    const double weights[] = {1, 0, 0, 0}, none[] = {0, 0, 0, 0};
    cr_expect(difference(test_host(cx_attr(m, "estimator_weights_")), weights, 4) == 0);
    cx_estimator *const far = cx_estimator_new(
        "AdaBoostRegressor(DummyRegressor(strategy='constant', constant=1e6), n_estimators=4)");
    cr_assert(cx_fit(far, r.x, r.y) == CX_OK, "%s", cx_error_message());
    cr_expect(difference(test_host(cx_attr(far, "estimator_weights_")), none, 4) == 0);
    cr_expect(cx_has_attr(far, "estimators_0__n_features_in_") &&
              !cx_has_attr(far, "estimators_1__n_features_in_"));
    cr_expect(cx_item_f64(test_host(cx_max(cx_predict(far, r.few), CX_ALL))) == 1e6);
    done(s);
}

/* ---- refusals */
static void refused(const char *spec, const rows *r, cx_status want, const char *word)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    const cx_status st = cx_fit(m, r->x, r->y);
    cr_expect(st == want && !cx_is_fitted(m), "%s: %s, %s", spec, cx_status_name(st),
              cx_error_message());
    cr_expect(strstr(cx_error_message(), word) != NULL, "%s: %s", spec, cx_error_message());
}

Test(ensemble, refusals)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    refused("BaggingClassifier(GaussianNB(), max_features=5)", &r, CX_E_ARGUMENT, "max_features");
    refused("BaggingClassifier(GaussianNB(), bootstrap=False, max_samples=151)", &r, CX_E_ARGUMENT,
            "max_samples");
    refused("BaggingClassifier(GaussianNB(), bootstrap=False, oob_score=True)", &r, CX_E_ARGUMENT,
            "oob_score");
    refused("BaggingClassifier(GaussianNB(), warm_start=True, oob_score=True)", &r, CX_E_ARGUMENT,
            "oob_score");
    refused("VotingClassifier([('a', 'drop')])", &r, CX_E_ARGUMENT, "dropped");
    refused("VotingClassifier([('a', Ridge())])", &r, CX_E_ARGUMENT, "no classifier");
    refused("VotingClassifier([('a', 'passthrough')])", &r, CX_E_ARGUMENT, "'a'");
    refused("VotingClassifier([('a', GaussianNB())], weights=[1, 2])", &r, CX_E_ARGUMENT,
            "weights");
    refused("VotingRegressor([('a', GaussianNB())])", &r, CX_E_ARGUMENT, "no regressor");
    refused("StackingClassifier([('a', GaussianNB())], Ridge())", &r, CX_E_ARGUMENT,
            "final_estimator");
    refused("StackingClassifier([('a', GaussianNB())], stack_method='decision_function')", &r,
            CX_E_ARGUMENT, "decision_function");
    refused("StackingRegressor([('a', Ridge())], GaussianNB())", &r, CX_E_ARGUMENT,
            "final_estimator");
    refused("AdaBoostRegressor(GaussianNB())", &r, CX_E_ARGUMENT, "no regressor");
    cx_estimator *const m = cx_estimator_new(
        "VotingClassifier([('nb', GaussianNB()), ('knn', KNeighborsClassifier())])");
    cr_expect(cx_fit_data(m, CX_DATA(.x = r.x, .y = r.y, .sample_weight = r.weight)) ==
              CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "'knn'") != NULL, "%s", cx_error_message());
    cx_estimator *const hard = cx_estimator_new("VotingClassifier([('nb', GaussianNB())])");
    fit(hard, &r);
    cr_expect(cx_status_of(cx_predict_proba(hard, r.x)) == CX_E_UNSUPPORTED);
    cr_expect(cx_scope_close(s) != CX_OK); /* what was refused */
}

/* ---- tables: the target is one of their columns, and a member sees some of the others */
Test(ensemble, tables_give_what_matrices_give)
{
    static const char *const specs[] = {
        "BaggingClassifier(GaussianNB(), 5, max_features=2, oob_score=True, random_state=0)",
        "BaggingClassifier(GaussianNB(), 5, bootstrap_features=True, random_state=0)",
        "BaggingClassifier(LinearDiscriminantAnalysis(), 5, random_state=0)",
        "AdaBoostClassifier(GaussianNB(), n_estimators=4)",
        "VotingClassifier([('a', GaussianNB()), ('b', LinearDiscriminantAnalysis())])",
        "StackingClassifier([('a', GaussianNB())], GaussianNB(), cv=2, passthrough=True)"};
    if (!test_on_cpu()) return; /* tables are on the CPU */
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const y = cx_astype(d.y, CX_I64);
    const cx_table *const t = cx_table_new(CX_NAMES("a", "b", "kind", "c", "d"),
                                           CX_ARRAYS(cx_select(d.x, 1, 0), cx_select(d.x, 1, 1), y,
                                                     cx_select(d.x, 1, 2), cx_select(d.x, 1, 3)));
    cr_assert(cx_ok(), "%s", cx_error_message());
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cx_estimator *const m = cx_estimator_new(specs[i]), *const n = cx_estimator_new(specs[i]);
        cr_assert(cx_fit(m, d.x, y) == CX_OK, "%s", cx_error_message());
        cr_assert(cx_fit_data(n, CX_DATA(.table = t, .target = "kind")) == CX_OK, "%s: %s",
                  specs[i], cx_error_message());
        cr_expect(cx_array_equal(cx_predict(m, d.x), cx_predict_data(n, CX_DATA(.table = t))),
                  "%s: %s", specs[i], cx_error_message());
    }
    done(s);
}

/* ---- names of columns */
Test(ensemble, names)
{
    const cx_scope s = open();
    const rows r = read_rows("iris");
    cx_estimator *const soft = cx_estimator_new(
        "VotingClassifier([('a', GaussianNB()), ('x', 'drop'), ('b', GaussianNB())], "
        "voting='soft')");
    fit(soft, &r);
    const cx_array *names = cx_feature_names_out(soft, NULL);
    cr_expect(cx_size(names) == 6 && cx_ok(), "%s", cx_error_message());
    cr_expect_str_eq(cx_label(names, 0), "votingclassifier_a0");
    cr_expect_str_eq(cx_label(names, 5), "votingclassifier_b2");
    cr_expect(cx_set_param_str(soft, "voting", "hard") == CX_OK);
    cr_expect_str_eq(cx_label(cx_feature_names_out(soft, NULL), 1), "votingclassifier_b");
    cx_estimator *const stack = cx_estimator_new(
        "StackingClassifier([('a', GaussianNB()), ('b', OneVsOneClassifier(GaussianNB()))], "
        "GaussianNB(), passthrough=True, stack_method='predict')");
    fit(stack, &r);
    names = cx_feature_names_out(stack, NULL);
    cr_expect(cx_size(names) == 6 && cx_ok(), "%s", cx_error_message());
    cr_expect_str_eq(cx_label(names, 1), "stackingclassifier_b");
    cr_expect_str_eq(cx_label(names, 5), "x3");
    const cx_array *const methods = cx_attr(stack, "stack_method_");
    cr_expect_str_eq(cx_label(test_host((cx_array *)(uintptr_t)methods), 0), "predict");
    done(s);
}
