/* device: each. Splitters, held-out predictions, curves, importances and dependence give on every
 * device what they give on the CPU. */
#include "device.h"
#include "subjects.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static cx_scope scope;
static void open(void)
{
    scope = cx_scope_open();
}
static void close(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(search, .init = open, .fini = close);

static const cx_array *groups(void)
{
    int64_t g[60];
    for (int i = 0; i < 60; i++) g[i] = (i * i + i / 3) % 9;
    return cx_copy_host(g, CX_SHAPE(60), CX_I64);
}

/* The subject's rows with groups, on the CPU and here. */
static void both(subject_y y, bool f32, cx_data *host, cx_data *here)
{
    const subject s = {.y = y, .weighted = true};
    const subject_rows rows = subject_data(&s, f32), there = subject_here(&rows);
    *host = (cx_data){.x = rows.x, .y = rows.y, .groups = groups()};
    *here = (cx_data){.x = there.x, .y = there.y, .groups = test_here(groups())};
}

static void near(const char *what, cx_array *got, const cx_array *want)
{
    cr_assert(cx_status_of(got) == CX_OK && cx_status_of(want) == CX_OK, "%s: %s", what,
              cx_error_message());
    cx_array *const a = test_host(got);
    cr_assert(cx_ndim(a) == cx_ndim(want) && cx_size(a) == cx_size(want), "%s: shape", what);
    if (cx_dtype_kind(cx_dtype_of(want)) != 'f') {
        cr_expect(cx_array_equal(a, want), "%s: %s and %s", what, cx_repr(a), cx_repr(want));
        return;
    }
    cr_expect(cx_allclose(a, want, NULL), "%s: %s and %s", what, cx_repr(a), cx_repr(want));
}

Test(search, splitters_cut_alike)
{
    static const char *const specs[] = {
        "KFold(4)",
        "KFold(4, shuffle=True, random_state=0)",
        "StratifiedKFold(3)",
        "GroupKFold(3)",
        "GroupKFold(3, shuffle=True, random_state=1)",
        "StratifiedGroupKFold(3)",
        "StratifiedGroupKFold(2, shuffle=True, random_state=2)",
        "RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)",
        "RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0)",
        "ShuffleSplit(3, random_state=0)",
        "StratifiedShuffleSplit(3, test_size=0.2, random_state=0)",
        "GroupShuffleSplit(3, random_state=0)",
        "LeaveOneGroupOut()",
        "LeavePGroupsOut(2)",
        "LeaveOneOut()",
        "TimeSeriesSplit(4)"};
    cx_data host, here;
    both(TEXT, false, &host, &here);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cx_fold want[64], got[64];
        int64_t n = 0, k = 0;
        cr_assert(cx_cv_split(specs[i], &host, 64, want, &n) == CX_OK, "%s: %s", specs[i],
                  cx_error_message());
        cr_assert(cx_cv_split(specs[i], &here, 64, got, &k) == CX_OK, "%s: %s", specs[i],
                  cx_error_message());
        cr_assert(n == k && n > 0 && n <= 64, "%s: %d and %d folds", specs[i], (int)n, (int)k);
        for (int64_t f = 0; f < n; f++) {
            near(specs[i], got[f].train, want[f].train);
            near(specs[i], got[f].test, want[f].test);
            cr_expect(cx_dim(cx_data_take(&here, got[f].test).x, 0) == cx_size(want[f].test));
        }
    }
}

Test(search, held_out_predictions)
{
    cx_data host, here;
    both(TEXT, false, &host, &here);
    const cx_estimator *const m = cx_estimator_new("StandardScaler() | GaussianNB()");
    static const cx_method methods[] = {CX_PREDICT, CX_PREDICT_PROBA, CX_PREDICT_LOG_PROBA};
    for (int i = 0; i < 3; i++)
        near("predictions", cx_cross_val_predict(m, &here, "3", methods[i]),
             cx_cross_val_predict(m, &host, "3", methods[i]));
    const cx_estimator *const scaler = cx_estimator_new("StandardScaler()");
    near("transforms", cx_cross_val_predict(scaler, &here, "KFold(3)", CX_TRANSFORM),
         cx_cross_val_predict(scaler, &host, "KFold(3)", CX_TRANSFORM));
    near("scores", cx_cross_val_score(m, &here, CX_OPTS(cx_cv_opts, .scoring = "f1_macro")),
         cx_cross_val_score(m, &host, CX_OPTS(cx_cv_opts, .scoring = "f1_macro")));
}

static void same_curve(cx_curve got, cx_curve want)
{
    near("train", got.train_scores, want.train_scores);
    near("test", got.test_scores, want.test_scores);
    if (want.sizes) near("sizes", got.sizes, want.sizes);
}

Test(search, curves)
{
    cx_data host, here;
    both(CLASSES, false, &host, &here);
    const cx_estimator *const m = cx_estimator_new("GaussianNB()");
    for (int shuffle = 0; shuffle < 2; shuffle++)
        for (int more = 0; more < 2; more++) {
            const cx_learning_curve_opts *const o =
                CX_OPTS(cx_learning_curve_opts, .cv = "3", .shuffle = shuffle == 1,
                        .incremental = more == 1, .random_state = CX_SEED(0));
            const cx_curve here_too = cx_learning_curve(m, &here, o),
                           there = cx_learning_curve(m, &host, o);
            same_curve(here_too, there);
        }
    /* what is learnt bit by bit is what is learnt at once */
    same_curve(cx_learning_curve(m, &host,
                                 CX_OPTS(cx_learning_curve_opts, .cv = "3", .shuffle = true,
                                         .incremental = true, .random_state = CX_SEED(0))),
               cx_learning_curve(m, &host,
                                 CX_OPTS(cx_learning_curve_opts, .cv = "3", .shuffle = true,
                                         .random_state = CX_SEED(0))));
    same_curve(cx_validation_curve(m, &here, "var_smoothing", "[1e-9, 0.1]", NULL),
               cx_validation_curve(m, &host, "var_smoothing", "[1e-9, 0.1]", NULL));
}

Test(search, inspection)
{
    cx_data host, here;
    both(CLASSES, false, &host, &here);
    cx_estimator *const a = cx_estimator_new("GaussianNB()"), *const b = cx_clone(a);
    cr_assert(cx_fit_data(a, &host) == CX_OK && cx_fit_data(b, &here) == CX_OK);
    const cx_permutation_opts *const o = CX_OPTS(cx_permutation_opts, .n_repeats = 2,
                                                 .random_state = CX_SEED(3), .max_samples = 0.5);
    const cx_permutation want = cx_permutation_importance(a, &host, o),
                         got = cx_permutation_importance(b, &here, o);
    near("importances", got.importances, want.importances);
    near("mean", got.mean, want.mean);
    near("std", got.std, want.std);
    const cx_dependence_opts *const p =
        CX_OPTS(cx_dependence_opts, .grid_resolution = 4, .kind = CX_DEPENDENCE_BOTH);
    const cx_dependence d = cx_partial_dependence(b, &here, CX_SHAPE(0, 2), p),
                        e = cx_partial_dependence(a, &host, CX_SHAPE(0, 2), p);
    near("average", d.average, e.average);
    near("individual", d.individual, e.individual);
    near("grid", d.grid[0], e.grid[0]);
    near("grid", d.grid[1], e.grid[1]);
}

Test(search, results_as_a_table)
{
    cx_data host, here;
    both(CLASSES, false, &host, &here);
    cx_estimator *const a = cx_estimator_new(
        "GridSearchCV(KNeighborsClassifier(), [{'n_neighbors': [1, 3]}, {'weights': ['distance']}], "
        "scoring=['accuracy', 'f1_macro'], refit='accuracy', cv=3)");
    cx_estimator *const b = cx_clone(a);
    cr_assert(cx_fit_data(a, &host) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_fit_data(b, &here) == CX_OK, "%s", cx_error_message());
    cr_expect_str_eq(cx_best_params(b), cx_best_params(a));
    const cx_table *const want = cx_cv_results(a), *const got = cx_cv_results(b);
    cr_assert(cx_table_count(got) == cx_table_count(want));
    for (int i = 0; i < cx_table_count(want); i++) {
        cr_expect_str_eq(cx_table_name(got, i), cx_table_name(want, i));
        cx_array *const mine = cx_table_column_at(got, i), *const other =
                                                               cx_table_column_at(want, i);
        if (!strstr(cx_table_name(want, i), "_time") && cx_dtype_of(other) != CX_F64)
            near(cx_table_name(want, i), mine, other);
    }
    /* a parameter that a candidate has not is missing */
    const double *const k = cx_data_f64(cx_table_column(want, "param_n_neighbors"));
    cr_assert_not_null(k);
    cr_expect(k[0] == 1 && k[1] == 3 && isnan(k[2]));
    const cx_array *const code =
        cx_astype(cx_codes(cx_table_column(want, "param_weights")), CX_I64);
    cr_expect_eq(cx_item_i64(cx_select(code, 0, 0)), -1);
    cr_expect_str_eq(cx_label(cx_table_column(want, "param_weights"), 2), "distance");
}
