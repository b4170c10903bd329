/* Fitting and using: the transaction, the checks of the data, labels, tables, cancellation. */
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
TestSuite(fit, .init = open, .fini = close);

#define WORKS(call) cr_expect_eq((call), CX_OK, "%s", cx_error_message())

static const double points[] = {0, 0, 1, 0, 0, 1, 10, 10, 11, 10, 10, 11};
static const char *const colours[] = {"red", "red", "red", "blue", "blue", "blue"};
static cx_array *x6(void)
{
    return matrix(6, 2, points);
}

static cx_table *table(const char *a, const char *b)
{
    static const double va[] = {0, 1, 0, 10, 11, 10}, vb[] = {0, 0, 1, 10, 10, 11};
    return cx_table_new(CX_NAMES(a, b, "colour"),
                        CX_ARRAYS(cx_copy_host(va, CX_SHAPE(6), CX_F64),
                                  cx_copy_host(vb, CX_SHAPE(6), CX_F64), text_labels(6, colours)));
}

Test(fit, a_failed_fit_changes_nothing)
{
    static const char *const ways[] = {"status", "mark", "nil", "unset"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cx_estimator *const m = cx_estimator_new("Faulty(value=5.0)");
        WORKS(cx_set_param_str(m, "how", ways[i]));
        cr_expect_neq(cx_fit(m, x6(), NULL), CX_OK, "%s", ways[i]);
        cr_expect_not(cx_is_fitted(m), "%s", ways[i]);
        WORKS(cx_set_param_str(m, "how", "none"));
        WORKS(cx_fit(m, x6(), NULL));
        WORKS(cx_set_param_str(m, "how", ways[i]));
        WORKS(cx_set_param_f64(m, "value", 7.0));
        const cx_status st = cx_fit(m, cx_ones(CX_SHAPE(4, 3), CX_F64, CX_CPU), NULL);
        cr_expect_eq(st, i < 3 ? CX_E_SHAPE : CX_E_INTERNAL, "%s: %s", ways[i], cx_error_message());
        cr_expect(cx_ok(), "a command marks nothing");
        cr_expect_eq(cx_item_f64(cx_attr(m, "value_")), 5.0, "%s", ways[i]);
        cr_expect_eq(cx_item_i64(cx_attr(m, "n_features_in_")), 2);
    }
}

Test(fit, partial_fit_goes_on)
{
    cx_estimator *const m = cx_estimator_new("Faulty(value=2.0)");
    WORKS(cx_partial_fit(m, x6(), NULL));
    WORKS(cx_partial_fit(m, x6(), NULL));
    cr_expect_eq(cx_item_f64(cx_attr(m, "value_")), 4.0);
    FAILS(cx_partial_fit(m, cx_ones(CX_SHAPE(4, 3), CX_F64, CX_CPU), NULL), CX_E_SHAPE,
          "x has 3 columns, but Faulty was fitted with 2");
    WORKS(cx_set_param_str(m, "how", "status"));
    cr_expect_eq(cx_partial_fit(m, x6(), NULL), CX_E_SHAPE);
    cr_expect_eq(cx_item_f64(cx_attr(m, "value_")), 4.0);
    FAILS(cx_partial_fit(cx_estimator_new("QuantileClipper()"), x6(), NULL), CX_E_UNSUPPORTED,
          "QuantileClipper has no partial_fit");
}

Test(fit, labels_keep_their_dtype)
{
    cx_estimator *const m = cx_estimator_new("NearestMean()");
    WORKS(cx_fit(m, x6(), text_labels(6, colours)));
    const cx_array *const classes = cx_attr(m, "classes_");
    cr_assert_eq(cx_dtype_of(classes), CX_CAT);
    cr_expect_str_eq(cx_label(classes, 0), "blue", "sorted by text");
    cr_expect_str_eq(cx_label(classes, 1), "red");
    const cx_array *const p = cx_predict(m, x6());
    cr_assert_eq(cx_dtype_of(p), CX_CAT);
    cr_expect_str_eq(cx_label(p, 0), "red");
    cr_expect_str_eq(cx_label(p, 5), "blue");
    cr_expect_eq(cx_score(m, x6(), text_labels(6, colours)), 1.0);
    static const struct {
        cx_dtype t;
        double a, b;
    } numeric[] = {{CX_I64, -3, 7}, {CX_I8, -3, 7},  {CX_U16, 3, 700},
                   {CX_F64, -1, 2}, {CX_F32, -1, 2}, {CX_BOOL, 0, 1}};
    for (size_t i = 0; i < sizeof numeric / sizeof *numeric; i++) {
        const double v[] = {numeric[i].b, numeric[i].b, numeric[i].b,
                            numeric[i].a, numeric[i].a, numeric[i].a};
        const cx_array *const y = cx_astype(cx_copy_host(v, CX_SHAPE(6), CX_F64), numeric[i].t);
        WORKS(cx_fit(m, x6(), y));
        cr_expect_eq(cx_dtype_of(cx_attr(m, "classes_")), numeric[i].t, "%s",
                     cx_dtype_name(numeric[i].t));
        const cx_array *const out = cx_predict(m, x6());
        cr_expect_eq(cx_dtype_of(out), numeric[i].t, "%s", cx_dtype_name(numeric[i].t));
        cr_expect(cx_array_equal(out, y), "%s", cx_dtype_name(numeric[i].t));
        cr_expect_eq(cx_score(m, x6(), y), 1.0);
    }
}

Test(fit, labels_that_are_none)
{
    cx_estimator *const m = cx_estimator_new("NearestMean()");
    const double share[] = {0, 1, 0.5, 0, 1, 1};
    FAILS(cx_fit(m, x6(), cx_copy_host(share, CX_SHAPE(6), CX_F64)), CX_E_ARGUMENT,
          "the label 0.5 is no class");
    const int32_t codes[] = {0, 1, -1, 0, 0, 1};
    const char *const words[] = {"a", "b"};
    FAILS(cx_fit(m, x6(), cx_categories_new(cx_copy_host(codes, CX_SHAPE(6), CX_I32), 2, words)),
          CX_E_ARGUMENT, "the label of row 2 is missing");
    FAILS(cx_fit(m, x6(), NULL), CX_E_ARGUMENT, "NearestMean needs y");
    FAILS(cx_fit(m, x6(), cx_zeros(CX_SHAPE(5), CX_I64, CX_CPU)), CX_E_SHAPE,
          "x has 6 rows, but y has 5");
    FAILS(cx_fit(m, x6(), cx_zeros(CX_SHAPE(6, 2), CX_I64, CX_CPU)), CX_E_SHAPE,
          "one target for each row");
    FAILS(cx_fit(m, x6(), cx_zeros(CX_SHAPE(6), CX_C128, CX_CPU)), CX_E_DTYPE, "complex128");
    WORKS(cx_fit(m, x6(), cx_expand_dims(text_labels(6, colours), 1))); /* a column counts as 1-d */
    WORKS(cx_set_param_f64(m, "shift", 1.0));
    const cx_array *const known = cx_attr(m, "classes_");
    const char *const other[] = {"red", "green"};
    FAILS(cx_status_of(cx_labels_codes(text_labels(2, other), known)), CX_E_ARGUMENT,
          "label 'green' of row 1 is not among the classes");
    FAILS(cx_status_of(cx_labels_codes(cx_zeros(CX_SHAPE(2), CX_I64, CX_CPU), known)), CX_E_DTYPE,
          "labels are int64, but the classes category");
}

Test(fit, matrices_are_checked)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper()");
    FAILS(cx_fit(m, cx_zeros(CX_SHAPE(6), CX_F64, CX_CPU), NULL), CX_E_SHAPE,
          "takes a matrix [samples, features]");
    FAILS(cx_fit(m, cx_zeros(CX_SHAPE(0, 2), CX_F64, CX_CPU), NULL), CX_E_SHAPE,
          "0 rows and 2 columns");
    FAILS(cx_fit(m, cx_zeros(CX_SHAPE(2, 0), CX_F64, CX_CPU), NULL), CX_E_SHAPE,
          "2 rows and 0 columns");
    FAILS(cx_fit(m, cx_zeros(CX_SHAPE(2, 2), CX_C64, CX_CPU), NULL), CX_E_DTYPE, "x is complex64");
    FAILS(cx_fit(m, NULL, NULL), CX_E_NULL, "neither x nor table");
    FAILS(cx_fit(m, cx_reshape(x6(), CX_SHAPE(5, 5)), NULL), CX_E_SHAPE, "");
    FAILS(cx_fit_data(m, NULL), CX_E_NULL, "the data is NULL");
    FAILS(cx_fit_data(m, CX_DATA(.x = x6(), .table = table("a", "b"))), CX_E_ARGUMENT,
          "both x and table");
    FAILS(cx_fit_data(m, CX_DATA(.x = x6(), .target = "y")), CX_E_ARGUMENT, "x is a matrix");
    double holes[12];
    memcpy(holes, points, sizeof holes);
    holes[7] = NAN;
    FAILS(cx_fit(m, matrix(6, 2, holes), NULL), CX_E_ARGUMENT, "x holds NaN at [3, 1]");
    holes[7] = -INFINITY;
    FAILS(cx_fit(m, matrix(6, 2, holes), NULL), CX_E_ARGUMENT, "x holds an infinity at [3, 1]");
    cr_expect_not(cx_is_fitted(m));
    FAILS(cx_status_of(cx_transform(m, x6())), CX_E_NOT_FITTED,
          "this QuantileClipper is not fitted");
    WORKS(cx_fit(m, x6(), NULL));
    FAILS(cx_status_of(cx_predict(m, x6())), CX_E_UNSUPPORTED, "QuantileClipper has no predict");
    FAILS(cx_status_of(cx_transform(m, cx_zeros(CX_SHAPE(2, 3), CX_F64, CX_CPU))), CX_E_SHAPE,
          "x has 3 columns, but QuantileClipper was fitted with 2");
    const cx_scope s = cx_scope_open();
    cr_expect(isnan(cx_score(m, x6(), NULL)));
    cr_expect_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
}

Test(fit, dtypes_and_layouts)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.25)");
    const cx_array *const f32 = cx_astype(x6(), CX_F32), *const i16 = cx_astype(x6(), CX_I16);
    WORKS(cx_fit(m, f32, NULL));
    cr_expect_eq(cx_dtype_of(cx_transform(m, f32)), CX_F32, "float32 stays");
    WORKS(cx_fit(m, i16, NULL));
    cr_expect_eq(cx_dtype_of(cx_transform(m, i16)), CX_F64, "integers become float64");
    const cx_array *const want = cx_transform(m, x6());
    const cx_array *const strided = cx_transpose(cx_copy(cx_transpose(x6())));
    cr_expect(cx_array_equal(cx_transform(m, strided), want));
    cr_expect(cx_array_equal(cx_transform(m, cx_flip(cx_copy(cx_flip(x6(), 0)), 0)), want));
    cr_expect(cx_array_equal(cx_fit_transform(m, x6(), NULL), want));
    cx_estimator *const n = cx_estimator_new("NearestMean()");
    WORKS(cx_fit(n, f32, text_labels(6, colours)));
    cr_expect_eq(cx_dtype_of(cx_attr(n, "means_")), CX_F64, "a class may ask for float64");
}

Test(fit, weights)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper()");
    const cx_array *const x = x6();
    FAILS(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = cx_ones(CX_SHAPE(5), CX_F64, CX_CPU))),
          CX_E_SHAPE, "sample_weight has 5");
    FAILS(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = cx_ones(CX_SHAPE(6, 1), CX_F64, CX_CPU))),
          CX_E_SHAPE, "2 dimensions");
    FAILS(cx_fit_data(m, CX_DATA(.x = x, .sample_weight =
                                             cx_full(CX_SHAPE(6), cx_float(NAN), CX_F64, CX_CPU))),
          CX_E_ARGUMENT, "sample_weight holds NaN at 0");
    WORKS(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = cx_ones(CX_SHAPE(6), CX_I32, CX_CPU))));
    cx_estimator *const n = cx_estimator_new("NearestMean()");
    FAILS(cx_fit_data(n, CX_DATA(.x = x, .y = text_labels(6, colours),
                                 .sample_weight = cx_ones(CX_SHAPE(6), CX_F64, CX_CPU))),
          CX_E_ARGUMENT, "NearestMean takes no sample_weight");
    WORKS(cx_fit(n, x, text_labels(6, colours)));
    const double w[] = {1, 1, 1, 3, 0, 0};
    const char *const wrong[] = {"red", "red", "blue", "blue", "red", "red"};
    const double score =
        cx_score_data(n, CX_DATA(.x = x, .y = text_labels(6, wrong),
                                 .sample_weight = cx_copy_host(w, CX_SHAPE(6), CX_F64)));
    cr_expect_float_eq(score, 5.0 / 6, 1e-15);
}

Test(fit, tables_and_their_schema)
{
    cx_estimator *const m = cx_estimator_new("NearestMean()");
    const cx_table *const t = table("a", "b");
    FAILS(cx_fit_data(m, CX_DATA(.table = t, .target = "color")), CX_E_SCHEMA,
          "the table has no column 'color'; did you mean 'colour'?");
    FAILS(cx_fit_data(m, CX_DATA(.table = t, .y = text_labels(6, colours))), CX_E_SCHEMA,
          "column 'colour' holds text");
    WORKS(cx_fit_data(m, CX_DATA(.table = t, .target = "colour")));
    const cx_array *const names = cx_attr(m, "feature_names_in_");
    cr_assert_eq(cx_size(names), 2);
    cr_expect_str_eq(cx_label(names, 1), "b");
    cr_expect_eq(cx_score_data(m, CX_DATA(.table = t, .target = "colour")), 1.0);
    cr_expect_eq(cx_score_data(m, CX_DATA(.table = t)), 1.0, "the target's name is remembered");
    const cx_array *const want = cx_predict_data(m, CX_DATA(.table = t));
    cr_expect(cx_array_equal(
        cx_predict_data(m, CX_DATA(.table = cx_table_drop(t, CX_NAMES("colour")))), want));
    cr_expect(cx_array_equal(cx_predict(m, x6()), want), "a matrix of the same width is fine");
    cx_estimator *const n = cx_estimator_new("NearestMean()");
    WORKS(cx_fit_data(n, CX_DATA(.table = table("height", "weight"), .target = "colour")));
    FAILS(cx_status_of(cx_predict_data(n, CX_DATA(.table = table("height", "weights")))),
          CX_E_SCHEMA, "column 'weight', seen by fit, is missing; is 'weights' meant?");
#define PREDICT(tab) cx_status_of(cx_predict_data(m, CX_DATA(.table = (tab))))
    FAILS(PREDICT(table("a", "c")), CX_E_SCHEMA, "column 'b', seen by fit, is missing");
    FAILS(PREDICT(cx_table_drop(t, CX_NAMES("a"))), CX_E_SCHEMA,
          "column 'a', seen by fit, is missing");
    FAILS(PREDICT(cx_table_with(t, "c", cx_zeros(CX_SHAPE(6), CX_F64, CX_CPU))), CX_E_SCHEMA,
          "column 'c' was not seen by fit");
    FAILS(PREDICT(cx_table_select(t, CX_NAMES("b", "a"))), CX_E_SCHEMA,
          "column 'b' stands at place 1; fit saw it at place 2");
    FAILS(PREDICT(cx_table_with(t, "b", text_labels(6, colours))), CX_E_SCHEMA,
          "column 'b' is category; fit saw float64");
    cr_expect(
        cx_array_equal(
            cx_predict_data(m, CX_DATA(.table = cx_table_with(
                                           t, "b", cx_astype(cx_table_column(t, "b"), CX_I64)))),
            want),
        "any number will do for a number");
    const double nan[] = {0, 1, 0, NAN, 11, 10};
    FAILS(PREDICT(cx_table_with(t, "a", cx_copy_host(nan, CX_SHAPE(6), CX_F64))), CX_E_ARGUMENT,
          "column 'a' holds NaN in row 3");
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(fit, pipelines)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.25) | NearestMean()");
    const cx_table *const t = table("a", "b");
    cr_expect_eq(cx_estimator_kind_of(m), CX_CLASSIFIER);
    cr_expect(cx_estimator_has(m, CX_PREDICT));
    cr_expect_not(cx_estimator_has(m, CX_TRANSFORM));
    WORKS(cx_fit_data(m, CX_DATA(.table = t, .target = "colour")));
    cr_expect_eq(cx_score_data(m, CX_DATA(.table = t)), 1.0);
    cr_expect_eq(cx_size(cx_attr(m, "quantileclipper__lo_")), 2);
    cr_expect_eq(cx_size(cx_attr(m, "classes_")), 2);
    cr_expect_str_eq(cx_label(cx_attr(m, "quantileclipper__feature_names_in_"), 0), "a");
    /* by hand */
    cx_estimator *const clip = cx_estimator_new("QuantileClipper(q=0.25)"),
                        *const near = cx_estimator_new("NearestMean()");
    const cx_array *const z = cx_fit_transform(clip, x6(), NULL);
    WORKS(cx_fit(near, z, text_labels(6, colours)));
    cr_expect(cx_array_equal(cx_decision_function(near, z),
                             cx_decision_function_data(m, CX_DATA(.table = t))));
    /* steps are parameters: changing one does not change what is fitted */
    WORKS(cx_set_param_f64(m, "nearestmean__shift", 3.0));
    cr_expect(cx_array_equal(cx_decision_function(near, z),
                             cx_decision_function_data(m, CX_DATA(.table = t))));
    FAILS(PREDICT(table("a", "c")), CX_E_SCHEMA, "column 'b', seen by fit, is missing");
    FAILS(cx_fit(cx_estimator_new("NearestMean() | QuantileClipper()"), x6(),
                 text_labels(6, colours)),
          CX_E_ARGUMENT, "step 'nearestmean' (NearestMean) is not the last and has no transform");
    FAILS(cx_fit(cx_estimator_new("QuantileClipper() | KFold()"), x6(), NULL), CX_E_ARGUMENT,
          "step 'kfold' (KFold) has no fit");
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(fit, pipelines_of_transformers)
{
    cx_estimator *const m =
        cx_estimator_new("QuantileClipper(q=0.25) | passthrough | QuantileClipper()");
    cr_expect_eq(cx_estimator_kind_of(m), CX_TRANSFORMER);
    const cx_array *const z = cx_fit_transform(m, x6(), NULL);
    cr_expect(cx_array_equal(
        z, cx_fit_transform(cx_estimator_new("QuantileClipper(q=0.25) | QuantileClipper()"), x6(),
                            NULL)));
    cr_expect(cx_array_equal(cx_inverse_transform(m, z), z));
    cx_estimator *const none = cx_estimator_new("passthrough | passthrough");
    cr_expect(cx_array_equal(cx_fit_transform(none, x6(), NULL), x6()));
    cr_expect(cx_array_equal(cx_inverse_transform(none, x6()), x6()));
    FAILS(cx_status_of(cx_predict(none, x6())), CX_E_UNSUPPORTED, "Pipeline has no predict");
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(fit, a_failing_step_leaves_the_pipeline_as_it_was)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper() | Faulty(value=3.0)");
    WORKS(cx_fit(m, x6(), NULL));
    const cx_array *const before = cx_transform(m, x6());
    WORKS(cx_set_param(m, "faulty__how", "'mark'"));
    cr_expect_eq(cx_fit(m, cx_mul(x6(), cx_float(2.0)), NULL), CX_E_SHAPE);
    cr_expect(cx_array_equal(cx_transform(m, x6()), before));
    WORKS(cx_set_param(m, "faulty__how", "'predict'"));
    WORKS(cx_fit(m, x6(), NULL));
    FAILS(cx_status_of(cx_transform(m, x6())), CX_E_SHAPE, "reshape");
}

typedef struct seen {
    int calls;
    int64_t done, total;
    cx_cancel *cancel;
} seen;
static void watch(const cx_progress *p, void *ctx)
{
    seen *const s = ctx;
    s->calls++;
    s->done = p->done;
    s->total = p->total;
    if (s->cancel) cx_cancel_request(s->cancel);
}

Test(fit, progress_and_cancellation)
{
    cx_estimator *const m = cx_estimator_new("NearestMean()");
    const cx_array *const x = x6(), *const y = text_labels(6, colours);
    seen told = {0};
    cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_progress = watch, .ctx = &told));
    WORKS(cx_fit(m, x, y));
    cr_expect_eq(cx_scope_close(s), CX_OK);
    cr_expect_gt(told.calls, 0);
    cr_expect_eq(told.done, told.total);
    cx_cancel c = {{0}};
    told = (seen){.cancel = &c};
    cx_estimator *const other = cx_estimator_new("NearestMean()");
    s = cx_scope_open_with(
        CX_OPTS(cx_scope_opts, .cancel = &c, .on_progress = watch, .ctx = &told));
    cr_expect_eq(cx_fit(other, x, y), CX_E_CANCELLED);
    scope_drop(s);
    cr_expect_not(cx_is_fitted(other));
    s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() - 1));
    cr_expect_eq(cx_fit(other, x, y), CX_E_TIMEOUT);
    cr_expect_eq(cx_status_of(cx_predict(m, x)), CX_E_TIMEOUT);
    scope_drop(s);
    WORKS(cx_fit(other, x, y));
}
