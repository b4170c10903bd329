/* Searches and what they share beside golden values: errors, limits, progress, threads, files. */
#include "sample_estimators.h"
#include <calx/device.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
TestSuite(searches, .init = begin, .fini = end);

#define WORKS(call) cr_assert_eq((call), CX_OK, "%s", cx_error_message())

/* Rows in three blobs, with a little noise in the labels. */
static cx_data blobs(void)
{
    double x[180];
    int64_t y[90];
    for (int i = 0; i < 90; i++) {
        y[i] = i % 11 == 0 ? (i + 1) % 3 : i % 3;
        x[2 * i] = 2.0 * (i % 3) + 0.13 * (i % 7);
        x[2 * i + 1] = 0.17 * (i % 13) - (i % 3);
    }
    return (cx_data){.x = matrix(90, 2, x), .y = cx_copy_host(y, CX_SHAPE(90), CX_I64)};
}

static cx_status fit_status(const char *spec, const cx_data *d)
{
    cx_estimator *const m = cx_estimator_new(spec);
    return cx_estimator_status(m) == CX_OK ? cx_fit_data(m, d) : cx_estimator_status(m);
}

Test(searches, grids_that_make_no_sense)
{
    const cx_data d = blobs();
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smooting': [1]})", &d), CX_E_ARGUMENT,
          "did you mean 'var_smoothing'");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smoothing': 0.1})", &d), CX_E_ARGUMENT,
          "are no list");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smoothing': []})", &d), CX_E_ARGUMENT,
          "is empty");
    FAILS(fit_status("GridSearchCV(GaussianNB(), [1])", &d), CX_E_ARGUMENT, "no dictionary");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {1: [2]})", &d), CX_E_ARGUMENT, "no text");
    FAILS(fit_status("GridSearchCV(GaussianNB())", &d), CX_E_PARSE, "needs the parameter");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smoothing': 'uniform(0, 1)'})", &d),
          CX_E_ARGUMENT, "are no list");
    FAILS(fit_status("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'unifrm(0, 1)'})", &d),
          CX_E_ARGUMENT, "did you mean 'uniform'?");
    FAILS(
        fit_status("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'loguniform(1, 0.1)'})", &d),
        CX_E_ARGUMENT, "0 < a < b");
    FAILS(fit_status("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'loguniform(1)'})", &d),
          CX_E_ARGUMENT, "lacks a parameter");
    FAILS(fit_status("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'randint(1.5, 3)'})", &d),
          CX_E_ARGUMENT, "takes integers");
    FAILS(fit_status("RandomizedSearchCV(GaussianNB(), {'var_smoothing': 'uniform(0, 1'})", &d),
          CX_E_ARGUMENT, "malformed");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {}, scoring=['accuracy', 'f1_macro'])", &d),
          CX_E_ARGUMENT, "refit must name");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {}, scoring='acuracy')", &d), CX_E_ARGUMENT,
          "did you mean 'accuracy'?");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {}, cv=GaussianNB())", &d), CX_E_ARGUMENT,
          "no splitter");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {}, cv=GroupKFold(3))", &d), CX_E_ARGUMENT,
          "needs groups");
    FAILS(cx_status_of(cx_parameter_grid("{'a': [1}")), CX_E_PARSE, "expected");
    FAILS(cx_status_of(cx_parameter_grid(NULL)), CX_E_NULL, "grid");
    FAILS(cx_status_of(cx_parameter_sampler("{'a': [1]}", 0, (cx_maybe_i64){0})), CX_E_ARGUMENT,
          "n_iter");
}

Test(searches, before_and_without_the_best)
{
    const cx_data d = blobs();
    cx_estimator *const m = cx_estimator_new("GridSearchCV(GaussianNB(), {}, refit=False)");
    FAILS(cx_table_status(cx_cv_results(m)), CX_E_NOT_FITTED, "not fitted");
    WORKS(cx_fit_data(m, &d));
    cr_expect_str_eq(cx_best_params(m), "{}");
    FAILS(cx_status_of(cx_predict(m, d.x)), CX_E_UNSUPPORTED, "has no predict");
    FAILS(cx_estimator_status(cx_best_estimator(m)), CX_E_ARGUMENT, "no best estimator");
    FAILS(cx_table_status(cx_cv_results(cx_estimator_new("GaussianNB()"))), CX_E_ARGUMENT,
          "no search");
}

/* One candidate that is refused, one that cannot score, one that is well. */
Test(searches, failures_become_scores)
{
    const cx_data d = blobs();
    cx_estimator *m =
        cx_estimator_new("GridSearchCV(GaussianNB(), {'var_smoothing': [-1, 1e-9]}, cv=3, "
                         "error_score=-5)");
    const int64_t before = cx_warning_count(NULL);
    WORKS(cx_fit_data(m, &d));
    const char *text = NULL;
    cr_expect_gt(cx_warning_count(&text), before);
    cr_expect(strstr(text, "3 of 6 fits failed") != NULL, "%s", text);
    const double *const mean = cx_data_f64(cx_table_column(cx_cv_results(m), "mean_test_score"));
    cr_assert_not_null(mean);
    cr_expect(mean[0] == -5 && mean[1] > 0.7);
    cr_expect_str_eq(cx_best_params(m), "{'var_smoothing': 1e-09}");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smoothing': [-1, 1e-9]}, cv=3, "
                     "error_score='raise')",
                     &d),
          CX_E_ARGUMENT, "var_smoothing");
    FAILS(fit_status("GridSearchCV(GaussianNB(), {'var_smoothing': [-1, -2]}, cv=3)", &d),
          CX_E_ARGUMENT, "is -1");
    FAILS(cx_status_of(cx_cross_val_score(cx_estimator_new("Faulty(how='mark')"), &d,
                                          CX_OPTS(cx_cv_opts, .error_raise = true))),
          CX_E_SHAPE, "reshape");
}

typedef struct told {
    int calls;
    int64_t done, total;
    char stage[32];
} told;
static void listen(const cx_progress *p, void *ctx)
{
    told *const t = ctx;
    t->calls++;
    cr_expect(p->done >= t->done, "progress goes back");
    t->done = p->done;
    t->total = p->total;
    snprintf(t->stage, sizeof t->stage, "%s", p->stage);
}

Test(searches, progress_and_limits)
{
    const cx_data d = blobs();
    static const char grid[] =
        "GridSearchCV(KNeighborsClassifier(), {'n_neighbors': [1, 3, 5]}, cv=4)";
    told t = {0};
    const cx_scope inner =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_progress = listen, .ctx = &t));
    WORKS(fit_status(grid, &d));
    cr_expect_eq(cx_scope_close(inner), CX_OK);
    cr_expect(t.calls >= 2 && t.done == 12 && t.total == 12, "%d of %d", (int)t.done, (int)t.total);
    cr_expect_str_eq(t.stage, "GridSearchCV");
    cx_cancel stop = {{0}};
    cx_cancel_request(&stop);
    const cx_scope cancelled = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &stop));
    cr_expect_eq(fit_status(grid, &d), CX_E_CANCELLED);
    scope_drop(cancelled);
    const cx_scope late =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() - 1));
    cr_expect_eq(fit_status(grid, &d), CX_E_TIMEOUT);
    scope_drop(late);
}

/* What tells nothing of time is the same for every number of threads, to the last bit. */
static cx_array *everything(int threads)
{
    const cx_data d = blobs();
    WORKS(cx_set_num_threads(threads));
    cx_estimator *const m = cx_estimator_new(
        "RandomizedSearchCV(StandardScaler() | LogisticRegression(), {'logisticregression__C': "
        "'loguniform(1e-3, 10)'}, n_iter=4, random_state=0, scoring='neg_log_loss', cv=3)");
    WORKS(cx_fit_data(m, &d));
    const cx_permutation p =
        cx_permutation_importance(m, &d, CX_OPTS(cx_permutation_opts, .random_state = CX_SEED(0)));
    const cx_dependence r = cx_partial_dependence(
        m, &d, CX_SHAPE(0, 1), CX_OPTS(cx_dependence_opts, .grid_resolution = 5));
    const cx_array *const parts[] = {
        cx_ravel(cx_attr(m, "split_test_scores_")),
        cx_ravel(cx_predict_proba(m, d.x)),
        cx_ravel(cx_cross_val_predict(m, &d, "3", CX_PREDICT_PROBA)),
        cx_ravel(p.importances),
        cx_ravel(r.average),
    };
    return cx_concatenate((cx_arrays){5, parts}, 0);
}

Test(searches, threads_change_nothing)
{
    const cx_array *const one = everything(1), *const two = everything(2),
                          *const seven = everything(7);
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect(cx_array_equal(one, two) && cx_array_equal(one, seven));
}

/* The first task that fails tells, whoever is faster. */
Test(searches, the_first_error_is_told)
{
    const cx_data d = blobs();
    WORKS(cx_set_num_threads(4));
    for (int i = 0; i < 20; i++)
        FAILS(fit_status("GridSearchCV(KNeighborsClassifier(), {'n_neighbors': [3, 7, 200, 300]}, "
                         "cv=3, error_score='raise')",
                         &d),
              CX_E_ARGUMENT, "200");
}

Test(searches, files_keep_what_was_found)
{
    const cx_data d = blobs();
    cx_estimator *const m = cx_estimator_new(
        "GridSearchCV(MinMaxScaler() | KNeighborsClassifier(), {'kneighborsclassifier__n_neighbors': "
        "[1, 5]}, scoring=['accuracy', 'f1_macro'], refit='f1_macro', cv=3)");
    WORKS(cx_fit_data(m, &d));
    char path[64];
    snprintf(path, sizeof path, "test_search_%ld.safetensors", (long)getpid());
    WORKS(cx_estimator_save(path, m));
    const cx_estimator *const back = cx_estimator_load(path);
    remove(path);
    WORKS(cx_estimator_status(back));
    cr_expect_str_eq(cx_best_params(back), cx_best_params(m));
    cr_expect(cx_array_equal(cx_predict(back, d.x), cx_predict(m, d.x)));
    const cx_table *const a = cx_cv_results(m), *const b = cx_cv_results(back);
    cr_assert_eq(cx_table_count(a), cx_table_count(b));
    for (int i = 0; i < cx_table_count(a); i++)
        cr_expect(cx_array_equal(cx_table_column_at(a, i), cx_table_column_at(b, i)), "%s",
                  cx_table_name(a, i));
    cr_expect_str_eq(cx_estimator_name(cx_best_estimator(back)), "Pipeline");
}

Test(searches, tables_with_a_target)
{
    const cx_data d = blobs();
    const cx_table *const t = cx_table_new(
        CX_NAMES("a", "b", "kind"), CX_ARRAYS(cx_select(d.x, 1, 0), cx_select(d.x, 1, 1), d.y));
    const cx_data rows = {.table = t, .target = "kind"};
    cx_estimator *const m = cx_estimator_new(
        "GridSearchCV(GaussianNB(), {'var_smoothing': [1e-9, 0.1]}, cv=StratifiedKFold(3))");
    WORKS(cx_fit_data(m, &rows));
    cr_expect_gt(cx_score_data(m, &rows), 0.7);
    cr_expect_eq(cx_size(cx_predict_data(m, &rows)), 90);
    const cx_permutation p = cx_permutation_importance(
        m, &rows, CX_OPTS(cx_permutation_opts, .random_state = CX_SEED(0)));
    cr_expect_eq(cx_size(p.mean), 2);
    cr_expect_eq(cx_size(cx_cross_val_predict(m, &rows, "3", CX_PREDICT)), 90);
}

Test(searches, what_inspection_refuses)
{
    const cx_data d = blobs();
    cx_estimator *const m = cx_estimator_new("GaussianNB()"), *const scaler = cx_estimator_new(
                                                                  "StandardScaler()");
    FAILS(cx_status_of(cx_partial_dependence(m, &d, CX_SHAPE(0), NULL).average), CX_E_NOT_FITTED,
          "not fitted");
    WORKS(cx_fit_data(m, &d));
    WORKS(cx_fit_data(scaler, &d));
    FAILS(cx_status_of(cx_partial_dependence(m, &d, CX_SHAPE(2), NULL).average), CX_E_ARGUMENT,
          "feature 2");
    FAILS(cx_status_of(cx_partial_dependence(m, &d, CX_SHAPE(0, 1, 0), NULL).average),
          CX_E_ARGUMENT, "one or two");
    FAILS(cx_status_of(cx_partial_dependence(scaler, &d, CX_SHAPE(0), NULL).average), CX_E_ARGUMENT,
          "no classifier");
    FAILS(cx_status_of(
              cx_partial_dependence(m, CX_DATA(.x = cx_astype(d.x, CX_I64)), CX_SHAPE(0), NULL)
                  .average),
          CX_E_DTYPE, "int64");
    FAILS(cx_status_of(cx_permutation_importance(
                           m, &d, CX_OPTS(cx_permutation_opts, .scoring = "accuracy, f1_macro"))
                           .mean),
          CX_E_ARGUMENT, "one score");
    FAILS(cx_status_of(
              cx_permutation_importance(m, &d, CX_OPTS(cx_permutation_opts, .max_samples = 1.5))
                  .mean),
          CX_E_ARGUMENT, "max_samples");
    FAILS(cx_status_of(cx_cross_val_predict(m, &d, "ShuffleSplit(3)", CX_PREDICT)), CX_E_ARGUMENT,
          "exactly once");
    const cx_array *const sizes = cx_full(CX_SHAPE(2), cx_float(1.5), CX_F64, CX_CPU);
    FAILS(
        cx_status_of(cx_learning_curve(m, &d, CX_OPTS(cx_learning_curve_opts, .train_sizes = sizes))
                         .test_scores),
        CX_E_ARGUMENT, "train_sizes holds 1");
    FAILS(cx_status_of(cx_validation_curve(m, &d, "var_smoothing", "0.1", NULL).test_scores),
          CX_E_ARGUMENT, "no list");
}

Test(searches, thresholds_of_two_classes_only)
{
    const cx_data d = blobs();
    FAILS(fit_status("FixedThresholdClassifier(GaussianNB())", &d), CX_E_ARGUMENT,
          "takes two classes; y has 3");
    FAILS(fit_status("TunedThresholdClassifierCV(GaussianNB(), scoring='roc_auc')",
                     CX_DATA(.x = d.x, .y = cx_astype(cx_greater(d.y, cx_int(0)), CX_I64))),
          CX_E_UNSUPPORTED, "more than predictions");
    FAILS(fit_status("TunedThresholdClassifierCV(GaussianNB(), refit=False)",
                     CX_DATA(.x = d.x, .y = cx_astype(cx_greater(d.y, cx_int(0)), CX_I64))),
          CX_E_ARGUMENT, "cv of one fold");
    FAILS(fit_status("FixedThresholdClassifier(Ridge())", &d), CX_E_ARGUMENT, "has no");
}
