/* Sessions: same answers as the arrays' way, no allocation, and errors that name the column. */
#include "base/alloc.h"
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
TestSuite(session, .init = open, .fini = close);

#define WORKS(call) cr_assert_eq((call), CX_OK, "%s", cx_error_message())

static const double points[] = {0, 0, 1, 0, 0, 1, 10, 10, 11, 10, 10, 11};
static const char *const colours[] = {"red", "red", "red", "blue", "blue", "blue"};

static cx_estimator *fitted(const char *spec, const cx_array *y)
{
    static const double a[] = {0, 1, 0, 10, 11, 10}, b[] = {0, 0, 1, 10, 10, 11};
    const cx_table *const t =
        cx_table_new(CX_NAMES("a", "b", "y"), CX_ARRAYS(cx_copy_host(a, CX_SHAPE(6), CX_F64),
                                                        cx_copy_host(b, CX_SHAPE(6), CX_F64), y));
    cx_estimator *const m = cx_estimator_new(spec);
    WORKS(cx_fit_data(m, CX_DATA(.table = t, .target = "y")));
    return m;
}

static void same_as_arrays(const cx_estimator *m, cx_method method, const cx_array *want,
                           int64_t max_rows)
{
    cx_session *const s = cx_session_new(m, method, max_rows);
    WORKS(cx_session_status(s));
    double *const a = cx_session_f64(s, cx_session_column(s, "a")), *const b = cx_session_f64(
                                                                        s,
                                                                        cx_session_column(s, "b"));
    const double *const w = cx_data_f64(want);
    const int64_t width = cx_ndim(want) == 2 ? cx_dim(want, 1) : 1;
    for (int64_t start = 0; start < 6; start += max_rows) {
        const int64_t rows = 6 - start < max_rows ? 6 - start : max_rows;
        for (int64_t i = 0; i < rows; i++) {
            a[i] = points[2 * (start + i)];
            b[i] = points[2 * (start + i) + 1];
        }
        WORKS(cx_session_run(s, rows));
        int64_t cols = 0;
        const double *const out = cx_session_result(s, &cols);
        cr_assert_eq(cols, width);
        cr_expect_arr_eq(out, w + start * width, (size_t)(rows * width) * sizeof(double));
    }
    WORKS(cx_session_run_rows(s, points, max_rows));
    cr_expect_arr_eq(cx_session_result(s, NULL), w, (size_t)(max_rows * width) * sizeof(double));
}

Test(session, same_as_the_arrays)
{
    const cx_array *const x = matrix(6, 2, points);
    const int64_t labels[] = {5, 5, 5, -2, -2, -2};
    const cx_estimator *const m = fitted("QuantileClipper(q=0.25) | NearestMean()",
                                         cx_copy_host(labels, CX_SHAPE(6), CX_I64));
    for (int64_t rows = 1; rows <= 6; rows++) {
        same_as_arrays(m, CX_DECISION_FUNCTION, cx_decision_function(m, x), rows);
        same_as_arrays(m, CX_PREDICT, cx_astype(cx_predict(m, x), CX_F64), rows);
    }
    const cx_estimator *const t =
        fitted("QuantileClipper(q=0.25) | passthrough | QuantileClipper(q=0.3) | QuantileClipper()",
               cx_copy_host(labels, CX_SHAPE(6), CX_I64));
    for (int64_t rows = 1; rows <= 6; rows++)
        same_as_arrays(t, CX_TRANSFORM, cx_transform(t, x), rows);
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(session, text_labels)
{
    const cx_estimator *const m = fitted("NearestMean()", text_labels(6, colours));
    cx_session *const s = cx_session_new(m, CX_PREDICT, 6);
    WORKS(cx_session_run_rows(s, points, 6));
    const double *const out = cx_session_result(s, NULL);
    cr_expect_str_eq(cx_session_label(s, (int64_t)out[0]), "red");
    cr_expect_str_eq(cx_session_label(s, (int64_t)out[5]), "blue");
    cr_expect_null(cx_session_label(s, 2));
    cr_expect_null(cx_session_label(s, -1));
}

Test(session, text_columns)
{
    static const char *const sizes[] = {"small", "big", "small", "huge", "big", "small"},
                             *const target[] = {"no", "yes", "no", "yes", "yes", "no"};
    const cx_table *const t = cx_table_new(
        CX_NAMES("size", "colour", "y"),
        CX_ARRAYS(text_labels(6, sizes), text_labels(6, colours), text_labels(6, target)));
    cx_estimator *const m = cx_estimator_new("CodeEncoder() | NearestMean()");
    WORKS(cx_fit_data(m, CX_DATA(.table = t, .target = "y")));
    cx_session *const s = cx_session_new(m, CX_DECISION_FUNCTION, 6);
    WORKS(cx_session_status(s));
    const int size = cx_session_column(s, "size"), colour = cx_session_column(s, "colour");
    int32_t *const a = cx_session_codes(s, size), *const b = cx_session_codes(s, colour);
    for (int i = 0; i < 6; i++) {
        a[i] = cx_session_code(s, size, sizes[i], strlen(sizes[i]));
        b[i] = cx_session_code(s, colour, colours[i], strlen(colours[i]));
    }
    WORKS(cx_session_run(s, 6));
    const cx_array *const want = cx_decision_function_data(m, CX_DATA(.table = t));
    cr_expect_arr_eq(cx_session_result(s, NULL), cx_data_f64(want), 12 * sizeof(double));
    cr_expect_eq(cx_session_code(s, size, "bigger", 3), a[1]);
    cr_expect_eq(cx_session_code(s, size, "bigger", 6), -1);
    cr_expect_eq(cx_session_code(s, size, "big\0g", 5), -1);
    cr_expect_eq(cx_session_code(s, 7, "big", 3), -1);
    FAILS((cx_session_f64(s, size), CX_E_DTYPE), CX_E_DTYPE, "column 0 (size) holds categories");
    a[0] = cx_session_code(s, size, "tiny", 4);
    WORKS(cx_session_run(s, 1)); /* -1 reaches the encoder, whose matter it is */
    FAILS(cx_status_of(cx_self_categories(m, 5)), CX_E_SCHEMA, "saw no text in column 5");
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(session, allocates_nothing)
{
    const cx_estimator *const m =
        fitted("QuantileClipper(q=0.25) | NearestMean()", text_labels(6, colours));
    cx_session *const s = cx_session_new(m, CX_PREDICT, 4);
    WORKS(cx_session_status(s));
    double *const a = cx_session_f64(s, 0), *const b = cx_session_f64(s, 1);
    const uint64_t system = cx_memory_stats(CX_CPU).system_allocs, calls = cx__alloc_calls();
    const int64_t live = cx__alloc_live();
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        a[i & 3] = i % 12;
        b[i & 3] = i % 7;
        if (cx_session_run(s, 1 + (i & 3)) != CX_OK) break;
        sum += cx_session_result(s, NULL)[0];
    }
    cr_expect_gt(sum, 0);
    cr_expect_eq(cx_memory_stats(CX_CPU).system_allocs, system);
    cr_expect_eq(cx__alloc_calls(), calls);
    cr_expect_eq(cx__alloc_live(), live);
    cr_expect(cx_ok(), "%s", cx_error_message());
}

Test(session, outlives_the_estimator)
{
    const cx_scope s = cx_scope_open();
    cx_estimator *const m =
        fitted("QuantileClipper(q=0.25) | NearestMean()", text_labels(6, colours));
    cx_session *const run = cx_session_retain(cx_session_new(m, CX_PREDICT, 6));
    WORKS(cx_fit(m, matrix(2, 3, points), text_labels(2, (const char *const[]){"x", "y"})));
    cr_expect_eq(cx_scope_close(s), CX_OK);
    WORKS(cx_session_run_rows(run, points, 6));
    cr_expect_str_eq(cx_session_label(run, (int64_t)cx_session_result(run, NULL)[0]), "red");
    cr_expect_eq(cx_session_column(run, "b"), 1);
    cx_session_release(run);
}

Test(session, errors)
{
    const cx_estimator *const m = fitted("NearestMean()", text_labels(6, colours));
    FAILS(cx_session_status(cx_session_new(m, CX_PREDICT_PROBA, 1)), CX_E_UNSUPPORTED,
          "NearestMean has no predict_proba");
    FAILS(cx_session_status(cx_session_new(m, CX_PREDICT, 0)), CX_E_ARGUMENT, "max_rows is 0");
    FAILS(cx_session_status(cx_session_new(m, CX_PREDICT, INT64_MAX / 4)), CX_E_NOMEM, "");
    FAILS(cx_session_status(cx_session_new(cx_estimator_new("NearestMean()"), CX_PREDICT, 1)),
          CX_E_NOT_FITTED, "not fitted");
    FAILS(cx_session_status(cx_session_new(NULL, CX_PREDICT, 1)), CX_E_NULL, "m");
    cx_estimator *const slow = cx_estimator_new("QuantileClipper() | Faulty()");
    WORKS(cx_fit(slow, matrix(6, 2, points), NULL));
    FAILS(cx_session_status(cx_session_new(slow, CX_TRANSFORM, 1)), CX_E_UNSUPPORTED,
          "Faulty has no row kernel for transform");
    cx_session *const s = cx_session_new(m, CX_PREDICT, 3);
    cr_expect_eq(cx_session_columns(s), 2);
    cr_expect_eq(cx_session_column(s, "y"), -1);
    cr_expect_eq(cx_session_column(s, "colour"), -1);
    FAILS((cx_session_result(s, NULL), CX_E_ARGUMENT), CX_E_ARGUMENT, "no run has succeeded");
    FAILS((cx_session_f64(s, 2), CX_E_INDEX), CX_E_INDEX, "no column 2; the model has 2");
    FAILS((cx_session_codes(s, 0), CX_E_DTYPE), CX_E_DTYPE, "column 0 (a) holds numbers");
    FAILS(cx_session_run(s, 4), CX_E_ARGUMENT, "takes 0 to 3");
    FAILS(cx_session_run(s, -1), CX_E_ARGUMENT, "rows is -1");
    FAILS(cx_session_run_rows(s, NULL, 1), CX_E_NULL, "x is NULL");
    FAILS(cx_session_run(NULL, 1), CX_E_NULL, "s");
    WORKS(cx_session_run(s, 0));
    cx_session_f64(s, 1)[2] = NAN;
    WORKS(cx_session_run(s, 2));
    FAILS(cx_session_run(s, 3), CX_E_ARGUMENT, "column 'b' holds NaN in row 2");
    cx_session_f64(s, 1)[2] = -INFINITY;
    FAILS(cx_session_run(s, 3), CX_E_ARGUMENT, "column 'b' holds an infinity in row 2");
    FAILS((cx_session_result(s, NULL), CX_E_ARGUMENT), CX_E_ARGUMENT, "no run has succeeded");
    const cx_scope late =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() - 1));
    cr_expect_eq(cx_session_run(s, 1), CX_E_TIMEOUT);
    scope_drop(late);
    cr_expect(cx_ok(), "%s", cx_error_message());
}
