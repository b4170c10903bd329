/* Model selection beside the golden rows: errors, tables, cross-validation by hand. */
#include "sample_estimators.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static cx_scope scope;
static void open(void)
{
    scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
}
static void close(void)
{
    scope_drop(scope);
}
TestSuite(model_selection, .init = open, .fini = close);

#define WORKS(call) cr_assert_eq((call), CX_OK, "%s", cx_error_message())

static cx_array *ramp(int64_t n)
{
    return cx_reshape(cx_arange(0, (double)n, 1, CX_F64, CX_CPU), CX_SHAPE(n, 1));
}

static cx_status split_status(const cx_data *d, const cx_split_opts *o)
{
    const cx_split s = cx_train_test_split(d, o);
    return s.train.x ? cx_status_of(s.train.x) : cx_table_status(s.train.table);
}

Test(model_selection, every_member_is_split_alike)
{
    const cx_array *const x = ramp(20);
    const cx_array *const y = cx_arange_i64(100, 120, 1, CX_I64, CX_CPU), *const w = cx_arange(
                                                                              0, 20, 1, CX_F64,
                                                                              CX_CPU);
    const cx_split s = cx_train_test_split(CX_DATA(.x = x, .y = y, .sample_weight = w, .groups = y),
                                           CX_OPTS(cx_split_opts, .random_state = CX_SET(3)));
    cr_assert_eq(cx_dim(s.train.x, 0), 15);
    cr_assert_eq(cx_dim(s.test.x, 0), 5);
    cr_expect(
        cx_array_equal(cx_add(cx_ravel(s.train.x), cx_float(100)), cx_astype(s.train.y, CX_F64)));
    cr_expect(cx_array_equal(cx_ravel(s.test.x), s.test.sample_weight));
    cr_expect(cx_array_equal(s.test.y, s.test.groups));
    const cx_table *const t = cx_table_new(CX_NAMES("a", "y"), CX_ARRAYS(w, y));
    const cx_split p = cx_train_test_split(CX_DATA(.table = t, .target = "y"),
                                           CX_OPTS(cx_split_opts, .random_state = CX_SET(3)));
    cr_expect(cx_array_equal(cx_table_column(p.train.table, "y"), s.train.y));
    cr_expect_str_eq(p.test.target, "y");
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(model_selection, sizes_that_do_not_fit)
{
    const cx_data *const d = CX_DATA(.x = ramp(10));
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = 10)), CX_E_ARGUMENT,
          "test_size is 10");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = -0.5)), CX_E_ARGUMENT,
          "test_size is -0.5");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = 2.5)), CX_E_ARGUMENT,
          "test_size is 2.5");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = NAN)), CX_E_ARGUMENT,
          "test_size is nan");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = 0.6, .train_size = 0.6)),
          CX_E_ARGUMENT, "together more");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .test_size = 6, .train_size = 5)), CX_E_ARGUMENT,
          "more than there are: 10");
    FAILS(split_status(CX_DATA(.x = ramp(1)), NULL), CX_E_ARGUMENT, "none is left for training");
    FAILS(split_status(d, &(const cx_split_opts){.test_size = 0.5}), CX_E_ARGUMENT, "CX_OPTS");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .stratify = true)), CX_E_ARGUMENT,
          "stratify needs labels");
    FAILS(split_status(d, CX_OPTS(cx_split_opts, .random_state = CX_SET(-1))), CX_E_ARGUMENT,
          "seed");
    const int64_t lone[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, many[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
    FAILS(split_status(CX_DATA(.x = ramp(10), .y = cx_copy_host(lone, CX_SHAPE(10), CX_I64)),
                       CX_OPTS(cx_split_opts, .stratify = true)),
          CX_E_ARGUMENT, "only one row");
    const cx_data *const five =
        CX_DATA(.x = ramp(10), .y = cx_copy_host(many, CX_SHAPE(10), CX_I64));
    FAILS(split_status(five, CX_OPTS(cx_split_opts, .stratify = true)), CX_E_ARGUMENT,
          "cannot hold 5 classes");
    FAILS(split_status(five, CX_OPTS(cx_split_opts, .stratify = true, .no_shuffle = true)),
          CX_E_ARGUMENT, "no_shuffle forbids");
    FAILS(split_status(CX_DATA(.x = ramp(10), .y = cx_zeros(CX_SHAPE(9), CX_I64, CX_CPU)), NULL),
          CX_E_SHAPE, "the data has 10 rows, but y has 9");
    FAILS(split_status(CX_DATA(.x = NULL), NULL), CX_E_NULL, "neither x nor table");
}

Test(model_selection, unseeded_splits_differ)
{
    const cx_fold a = cx_train_test_indices(1000, NULL, NULL),
                  b = cx_train_test_indices(1000, NULL, NULL);
    cr_expect_not(cx_array_equal(a.train, b.train));
    cr_expect_eq(cx_size(a.test), 250);
}

Test(model_selection, splitters_that_do_not_fit)
{
    const cx_data *const d = CX_DATA(.x = ramp(6));
    const int64_t classes[] = {0, 0, 0, 1, 1, 2};
    const cx_data *const labelled =
        CX_DATA(.x = ramp(6), .y = cx_copy_host(classes, CX_SHAPE(6), CX_I64));
    int64_t n = 0;
    FAILS(cx_cv_split("KFold(7)", d, 0, NULL, &n), CX_E_ARGUMENT,
          "7 folds need more than the 6 rows");
    FAILS(cx_cv_split("KFold(1)", d, 0, NULL, &n), CX_E_ARGUMENT, "must lie in [2, inf)");
    FAILS(cx_cv_split("KFold(3, True)", d, 0, NULL, &n), CX_E_PARSE, "at most 1 parameter");
    FAILS(cx_cv_split("KFold(random_state=0)", d, 0, NULL, &n), CX_E_ARGUMENT,
          "no effect without shuffle=True");
    FAILS(cx_cv_split("KFolds()", d, 0, NULL, &n), CX_E_PARSE, "did you mean 'KFold'?");
    FAILS(cx_cv_split("NearestMean()", d, 0, NULL, &n), CX_E_ARGUMENT,
          "NearestMean is no splitter");
    FAILS(cx_cv_split("StratifiedKFold(2)", d, 0, NULL, &n), CX_E_ARGUMENT, "needs y");
    FAILS(cx_cv_split("StratifiedKFold(4)", labelled, 0, NULL, &n), CX_E_ARGUMENT,
          "no class has more than 3 rows");
    FAILS(cx_cv_split("3", d, 2, NULL, &n), CX_E_ARGUMENT, "no room");
    WORKS(cx_cv_split("3", d, 0, NULL, &n));
    cr_expect_eq(n, 3);
    const int64_t warned = cx_warning_count(NULL);
    WORKS(cx_cv_split("StratifiedKFold(2)", labelled, 0, NULL, &n));
    cr_expect_eq(cx_warning_count(NULL), warned + 1, "the smallest class has one row");
}

/* Two blobs of 30 points and a stray one in every tenth row. */
static cx_data blobs(void)
{
    double x[120];
    int64_t y[60];
    for (int i = 0; i < 60; i++) {
        y[i] = i % 2;
        const double centre = i % 20 == 0 ? 3.0 * (1 - i % 2) : 3.0 * (i % 2);
        x[2 * i] = centre + 0.1 * (i % 7);
        x[2 * i + 1] = -centre + 0.1 * (i % 5);
    }
    return (cx_data){.x = matrix(60, 2, x), .y = cx_copy_host(y, CX_SHAPE(60), CX_I64)};
}

Test(model_selection, cross_validation_by_hand)
{
    const cx_data d = blobs();
    const cx_estimator *const m = cx_estimator_new("QuantileClipper() | NearestMean()");
    cx_fold folds[4];
    int64_t n = 0;
    WORKS(cx_cv_split("StratifiedKFold(4)", &d, 4, folds, &n));
    const cx_array *const scores = cx_cross_val_score(m, &d, CX_OPTS(cx_cv_opts, .cv = "4"));
    cr_assert_eq(cx_size(scores), 4, "%s", cx_error_message());
    for (int k = 0; k < 4; k++) {
        cx_estimator *const c = cx_clone(m);
        const cx_data train = cx_data_take(&d, folds[k].train),
                      test = cx_data_take(&d, folds[k].test);
        WORKS(cx_fit_data(c, &train));
        cr_expect_eq(cx_data_f64(scores)[k], cx_score_data(c, &test));
    }
    cr_expect_not(cx_is_fitted(m));
    const cx_table *const t =
        cx_cross_validate(m, &d,
                          CX_OPTS(cx_cv_opts, .cv = "KFold(3)", .scoring = "accuracy, f1_macro",
                                  .return_train_score = true));
    WORKS(cx_table_status(t));
    static const char *const names[] = {"fit_time",       "score_time",    "test_accuracy",
                                        "train_accuracy", "test_f1_macro", "train_f1_macro"};
    cr_assert_eq(cx_table_count(t), 6);
    for (int i = 0; i < 6; i++) cr_expect_geq(cx_table_find(t, names[i]), 0, "%s", names[i]);
    cr_expect_eq(cx_table_rows(t), 3);
    cr_expect_gt(cx_item_f64(cx_min(cx_table_column(t, "test_accuracy"), CX_ALL)), 0.8);
    const cx_table *const own = cx_cross_validate(m, &d, NULL);
    cr_expect_eq(cx_table_rows(own), 5);
    cr_expect_geq(cx_table_find(own, "test_score"), 0);
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(model_selection, cross_validation_errors)
{
    const cx_data d = blobs();
    const cx_estimator *const m = cx_estimator_new("NearestMean()");
    FAILS(cx_status_of(cx_cross_val_score(m, &d, CX_OPTS(cx_cv_opts, .scoring = "acuracy"))),
          CX_E_ARGUMENT, "no score is called 'acuracy'; did you mean 'accuracy'?");
    FAILS(cx_status_of(cx_cross_val_score(m, &d, CX_OPTS(cx_cv_opts, .scoring = "accuracy, f1"))),
          CX_E_ARGUMENT, "takes one score");
    FAILS(cx_status_of(cx_cross_val_score(m, &d, CX_OPTS(cx_cv_opts, .scoring = " , "))),
          CX_E_ARGUMENT, "names no score");
    FAILS(cx_status_of(
              cx_cross_val_score(m, CX_DATA(.x = d.x), CX_OPTS(cx_cv_opts, .cv = "KFold(3)"))),
          CX_E_ARGUMENT, "NearestMean needs y");
    FAILS(cx_table_status(cx_cross_validate(m, &d, &(const cx_cv_opts){.cv = "3"})), CX_E_ARGUMENT,
          "CX_OPTS");
    FAILS(cx_table_status(cx_cross_validate(cx_estimator_new("Faulty(how='mark')"), &d, NULL)),
          CX_E_SHAPE, "reshape");
    FAILS(cx_table_status(cx_cross_validate(NULL, &d, NULL)), CX_E_NULL, "m");
    const cx_scope late =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() - 1));
    cr_expect_eq(cx_status_of(cx_cross_val_score(m, &d, NULL)), CX_E_TIMEOUT);
    scope_drop(late);
}
