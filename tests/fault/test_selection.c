/* Every allocation of splitting, cross-validation, serving and changing estimators failing in turn,
 * once and from then on: right status, nothing leaked, and whatever reports success has made the
 * same numbers as without faults. */
#include "fault.h"
#include <calx.h>
#include <calx/device.h>
#include <calx/inspection.h>
#include <calx/metrics.h>
#include <calx/model_selection.h>
#include <calx/search.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <string.h>

/* Threads of the pool would allocate in an order of their own. */
static void one_thread(void)
{
    fault_install();
    cr_assert_eq(cx_set_num_threads(1), CX_OK);
}

TestSuite(fault_selection, .init = one_thread, .timeout = 240);

enum { ROWS = 24, COLUMNS = 3 };

static cx_array *points(void)
{
    double x[ROWS * COLUMNS];
    uint64_t state = 12345;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = (double)(state >> 33) / 4294967296.0 + (i / COLUMNS % 3 == i % COLUMNS);
    }
    return cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64);
}

static cx_array *labels(void)
{
    int32_t y[ROWS];
    for (int i = 0; i < ROWS; i++) y[i] = i % 3;
    return cx_copy_host(y, CX_SHAPE(ROWS), CX_I32);
}

static cx_array *words(void)
{
    return cx_categories_new(labels(), 3, (const char *const[]){"ant", "bee", "cat"});
}

static cx_table *table(void)
{
    const cx_array *const x = points();
    return cx_table_new(
        CX_NAMES("a", "b", "c", "kind"),
        CX_ARRAYS(cx_select(x, 1, 0), cx_select(x, 1, 1), cx_select(x, 1, 2), words()));
}

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_selection, name, __VA_ARGS__)

SCENARIO(splits, {
    const cx_split whole =
        cx_train_test_split(CX_DATA(.x = points(), .y = labels(),
                                    .sample_weight = cx_ones(CX_SHAPE(ROWS), CX_F64, CX_CPU)),
                            CX_OPTS(cx_split_opts, .random_state = CX_SET(0), .stratify = true));
    fault_add(whole.train.x);
    fault_add(whole.test.y);
    fault_add(whole.test.sample_weight);
    const cx_split rows = cx_train_test_split(
        CX_DATA(.table = table(), .target = "kind", .groups = labels()),
        CX_OPTS(cx_split_opts, .test_size = 9, .random_state = CX_SET(1), .stratify = true));
    if (cx_ok()) fault_add(cx_table_column(rows.test.table, "kind"));
    fault_add(rows.train.groups);
    const cx_fold fold =
        cx_train_test_indices(ROWS, NULL, CX_OPTS(cx_split_opts, .no_shuffle = true));
    fault_add(fold.train);
    const cx_data some = cx_data_take(CX_DATA(.x = points(), .y = words()), fold.test);
    fault_add(some.x);
    fault_add(some.y);
})

SCENARIO(folds, {
    static const char *const splitters[] = {"KFold(3)", "KFold(4, shuffle=True, random_state=0)",
                                            "StratifiedKFold(3)",
                                            "StratifiedKFold(4, shuffle=True, random_state=2)"};
    for (int i = 0; i < 4 && cx_ok(); i++) {
        cx_fold f[4];
        int64_t n = 0;
        const cx_data d = {.x = points(), .y = i % 2 ? words() : labels()};
        if (cx_check(cx_cv_split(splitters[i], &d, 4, f, &n)) != CX_OK) break;
        for (int64_t k = 0; k < n; k++) {
            fault_add(f[k].train);
            fault_add(f[k].test);
        }
    }
})

SCENARIO(cross_val_score, {
    const cx_estimator *const m = cx_estimator_new("StandardScaler() | GaussianNB()");
    fault_add(cx_cross_val_score(m, CX_DATA(.x = points(), .y = labels()),
                                 CX_OPTS(cx_cv_opts, .cv = "2")));
    fault_add(cx_cross_val_score(cx_estimator_new("Ridge()"),
                                 CX_DATA(.x = points(), .y = cx_select(points(), 1, 1)),
                                 CX_OPTS(cx_cv_opts, .cv = "KFold(2)", .scoring = "r2")));
})

SCENARIO(cross_validate, {
    const cx_table *const t =
        cx_cross_validate(cx_estimator_new("KNeighborsClassifier(n_neighbors=3)"),
                          CX_DATA(.table = table(), .target = "kind"),
                          CX_OPTS(cx_cv_opts, .cv = "2", .scoring = "accuracy, f1_macro",
                                  .return_train_score = true));
    if (cx_ok()) {
        fault_add(cx_table_column(t, "test_accuracy"));
        fault_add(cx_table_column(t, "train_f1_macro"));
    }
})

SCENARIO(more_folds, {
    static const char *const splitters[] = {
        "GroupKFold(2)",
        "StratifiedGroupKFold(2, shuffle=True, random_state=0)",
        "RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0)",
        "GroupShuffleSplit(2, random_state=0)",
        "StratifiedShuffleSplit(2, test_size=6, random_state=0)",
        "LeavePGroupsOut(1)",
        "TimeSeriesSplit(3)"};
    for (int i = 0; i < 7 && cx_ok(); i++) {
        cx_fold f[4];
        int64_t n = 0;
        const cx_data d = {.x = points(), .y = labels(), .groups = labels()};
        if (cx_check(cx_cv_split(splitters[i], &d, 4, f, &n)) != CX_OK) break;
        for (int64_t k = 0; k < n; k++) fault_add(f[k].test);
    }
})

SCENARIO(grid_search, {
    cx_estimator *const m = cx_estimator_new(
        "GridSearchCV(MinMaxScaler() | KNeighborsClassifier(), {'kneighborsclassifier__n_neighbors': "
        "[1, 3]}, cv=2)");
    cx_check(cx_fit(m, points(), words()));
    if (cx_ok()) fault_add(cx_predict_proba(m, points()));
    const cx_table *const t = cx_ok() ? cx_cv_results(m) : NULL;
    if (t != NULL && cx_ok()) {
        fault_add(cx_table_column(t, "mean_test_score"));
        fault_add(cx_table_column(t, "param_kneighborsclassifier__n_neighbors"));
        fault_add_number((double)strlen(cx_best_params(m)));
    }
})

SCENARIO(randomized_search, {
    cx_estimator *const m =
        cx_estimator_new("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'uniform(0, 1)'}, "
                         "n_iter=2, cv=2, random_state=0, scoring=['accuracy', 'f1_macro'], "
                         "refit='accuracy')");
    cx_check(cx_fit(m, points(), labels()));
    if (cx_ok()) fault_add(cx_attr(m, "split_test_scores_"));
})

SCENARIO(held_out_predictions, {
    const cx_data d = {.x = points(), .y = words()};
    const cx_estimator *const m = cx_estimator_new("GaussianNB()");
    fault_add(cx_cross_val_predict(m, &d, "2", CX_PREDICT_PROBA));
    const cx_array *const said = cx_cross_val_predict(m, &d, "2", CX_PREDICT);
    if (cx_ok()) fault_add(cx_labels_codes(said, cx_labels_encode(words()).classes));
})

SCENARIO(held_out_columns, {
    const cx_array *const y = cx_stack(CX_ARRAYS(labels(), cx_mul(labels(), cx_int(2))), 1);
    const cx_data d = {.x = points(), .y = y};
    const cx_estimator *const m = cx_estimator_new("MultiOutputClassifier(GaussianNB())");
    fault_add(cx_cross_val_predict(m, &d, "2", CX_PREDICT_PROBA));
    fault_add(cx_labels_encode_columns(y).codes);
})

SCENARIO(label_sets, {
    cx_estimator *const m = cx_estimator_new("MultiLabelBinarizer()");
    const cx_array *const said = words(), *const offsets = cx_arange_i64(0, cx_size(said) + 1, 1,
                                                                         CX_I64, CX_CPU);
    const cx_array *const y = cx_fit_transform(m, said, offsets);
    const cx_label_sets back = cx_label_sets_of(m, y);
    fault_add(y);
    fault_add(back.offsets);
    if (cx_ok()) fault_add(cx_labels_codes(back.labels, cx_attr(m, "classes_")));
})

SCENARIO(curves, {
    const cx_data d = {.x = points(), .y = labels()};
    const cx_estimator *const m = cx_estimator_new("GaussianNB()");
    fault_add(
        cx_learning_curve(m, &d, CX_OPTS(cx_learning_curve_opts, .cv = "2", .incremental = true))
            .test_scores);
    fault_add(
        cx_validation_curve(m, &d, "var_smoothing", "[0.1, 0.2]", CX_OPTS(cx_cv_opts, .cv = "2"))
            .train_scores);
})

SCENARIO(thresholds, {
    cx_estimator *const m = cx_estimator_new(
        "TunedThresholdClassifierCV(GaussianNB(), thresholds=3, cv=2, store_cv_results=True)");
    const cx_array *const y = cx_astype(cx_greater(labels(), cx_int(0)), CX_I64);
    cx_check(cx_fit(m, points(), y));
    if (cx_ok()) fault_add(cx_predict(m, points()));
    if (cx_ok()) fault_add(cx_attr(m, "cv_scores_"));
})

SCENARIO(inspection, {
    cx_estimator *const m = cx_estimator_new("GaussianNB()");
    const cx_data d = {.x = points(), .y = labels()};
    cx_check(cx_fit_data(m, &d));
    const cx_permutation p = cx_permutation_importance(
        m, &d, CX_OPTS(cx_permutation_opts, .n_repeats = 2, .random_state = CX_SET(0)));
    fault_add(p.importances);
    const cx_dependence r = cx_partial_dependence(
        m, &d, CX_SHAPE(0), CX_OPTS(cx_dependence_opts, .grid_resolution = 3));
    fault_add(r.average);
})

/* Fit, then serve by a session: columns of a table and rows of a matrix. */
SCENARIO(sessions, {
    cx_estimator *const m =
        cx_estimator_new("StandardScaler() | PCA(2) | LogisticRegression(max_iter=2)");
    cx_check(cx_fit_data(m, CX_DATA(.table = table(), .target = "kind")));
    static const cx_method methods[] = {CX_PREDICT, CX_PREDICT_PROBA, CX_DECISION_FUNCTION};
    for (int i = 0; i < 3 && cx_ok(); i++) {
        cx_session *const served = cx_session_new(m, methods[i], 2);
        double *const b = cx_ok() ? cx_session_f64(served, cx_session_column(served, "b")) : NULL;
        if (b != NULL) b[0] = 1.5;
        cx_check(cx_session_run(served, 1));
        int64_t cols = 0;
        const double *const r = cx_session_result(served, &cols);
        if (r != NULL) fault_add_number(r[0] * (double)cols);
        const double rows[2 * COLUMNS] = {0, 1, 0, 2, 0, 1};
        cx_check(cx_session_run_rows(served, rows, 2));
        const double *const both = cx_session_result(served, &cols);
        if (both != NULL) fault_add_number(both[cols]);
    }
})

SCENARIO(copies, {
    cx_estimator *const m = cx_estimator_new("MinMaxScaler() | LinearRegression()");
    cx_check(cx_fit(m, points(), cx_select(points(), 1, 2)));
    if (cx_ok()) {
        const cx_estimator *const there = cx_estimator_to(m, CX_CPU);
        fault_add(cx_predict(there, points()));
        fault_add_number((double)strlen(cx_estimator_spec(cx_clone(there))));
        fault_add(cx_attr(there, "linearregression__coef_"));
    }
})

SCENARIO(parameters, {
    cx_estimator *const m = cx_estimator_new(
        "Pipeline(steps=[('scale', StandardScaler()), ('pca', PCA(2)), ('clf', Ridge())])");
    cx_check(cx_set_param(m, "clf__alpha", "0.5"));
    cx_check(cx_set_param_i64(m, "pca__n_components", 1));
    cx_check(cx_set_param_bool(m, "scale__with_mean", false));
    cx_check(cx_set_param_str(m, "pca__svd_solver", "full"));
    cx_check(cx_set_param(m, "scale", "'passthrough'"));
    cx_check(cx_set_param_estimator(m, "clf", cx_estimator_new("LinearRegression()")));
    cx_check(cx_set_param_bool(m, "clf__fit_intercept", false));
    if (cx_ok()) {
        fault_add_number((double)strlen(cx_estimator_spec(m)));
        fault_add_number((double)strlen(cx_param_text(m, "clf")));
        fault_add_number((int)cx_estimator_kind_of(cx_param_estimator(m, "clf")));
    }
    cx_estimator *const kb = cx_estimator_new("LogisticRegression()");
    cx_check(cx_set_param(kb, "class_weight", "{'ant': 1.0, 'bee': 2.5}"));
    if (cx_ok()) fault_add_number((double)strlen(cx_param_text(kb, "class_weight")));
})

/* A parameter whose change fails is as it was before. */
static cx_status change(void *ctx)
{
    cx_estimator *const m = ctx;
    const cx_status st = cx_set_param(m, "pca", "PCA(n_components=2, svd_solver='full')");
    const cx_scope s = cx_scope_open();
    const char *const text = cx_param_text(m, "pca__svd_solver");
    const bool read = cx_ok();
    if (st != CX_OK && read) cr_assert_str_eq(text, "'auto'");
    if (st == CX_OK && read) cr_assert_str_eq(text, "'full'");
    const cx_status closed = cx_scope_close(s),
                    back = cx_set_param(m, "pca", "PCA(n_components=3)");
    return st != CX_OK ? st : closed != CX_OK ? closed : back;
}

Test(fault_selection, a_failed_change_leaves_the_parameter)
{
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = cx_estimator_new("StandardScaler() | PCA(n_components=3)");
    cr_assert_gt(fault_loop("change", FAULT_ONCE, change, m), 4);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}
