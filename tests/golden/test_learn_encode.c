/* Encoders and composition against scikit-learn: both read the same specs (golden/learn_encode.tsv)
 * and see the same mixed columns, some missing, some not seen by fit. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRAIN = 160, TEXT = 4096 };

/* Bytes of a key as text. */
static const char *golden_text(char to[TEXT], const char *key, int i)
{
    size_t n = 0;
    const double *const v = golden(&n, key, i);
    cr_assert(n < TEXT);
    for (size_t k = 0; k < n; k++) to[k] = (char)(unsigned char)v[k];
    to[n] = '\0';
    return to;
}

typedef struct people {
    cx_table *train, *test; /* features */
    const cx_array *y;      /* of the rows of train, by the target's name */
    const cx_array *y_test;
} people;

static people read_people(const char *target)
{
    golden_from("learn_encode.tsv");
    const cx_table *const all = cx_read_csv(CX_TEST_DATA "/data/passengers.csv", NULL);
    cr_assert(cx_table_status(all) == CX_OK, "%s", cx_error_message());
    const char *const column = strcmp(target, "labels") == 0    ? "target"
                               : strcmp(target, "numbers") == 0 ? "fare"
                                                                : "grade";
    const cx_table *const x = cx_table_drop(all, CX_NAMES("target"));
    const cx_array *const y = cx_table_column(all, column);
    return (people){cx_table_slice(x, 0, TRAIN), cx_table_slice(x, TRAIN, CX_END),
                    cx_slice(y, 0, 0, TRAIN, 1), cx_slice(y, 0, TRAIN, CX_END, 1)};
}

/* NaN is written as -12345. */
static double off(cx_array *a, const double *want, size_t count)
{
    cr_assert(cx_status_of(a) == CX_OK, "%s", cx_error_message());
    const cx_array *const v = cx_astype(a, CX_F64);
    return difference(cx_where(cx_isnan(v), cx_float(-12345), v), want, count);
}

static void check_names(const cx_estimator *m, int i)
{
    char want[TEXT], got[TEXT] = "";
    golden_text(want, "case/%d/names", i);
    const cx_array *const names = cx_feature_names_out(m, NULL);
    cr_assert(cx_status_of(names) == CX_OK, "%s", cx_error_message());
    for (int64_t k = 0; k < cx_size(names); k++) {
        if (k) strcat(got, "\n");
        strcat(got, cx_label(names, k));
    }
    cr_expect_str_eq(got, want);
}

static void check_case(int i)
{
    char spec[TEXT], target[TEXT];
    golden_from("learn_encode.tsv");
    golden_text(spec, "case/%d/spec", i);
    const people p = read_people(golden_text(target, "case/%d/target", i));
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit_data(m, CX_DATA(.table = p.train, .y = p.y)) == CX_OK, "%s: %s", spec,
              cx_error_message());
    size_t n = 0;
    const double *want = golden(&n, "case/%d/train", i);
    double d = off(cx_transform_data(m, CX_DATA(.table = p.train)), want, n);
    cr_expect(d <= 1e-12, "%s, train: %g", spec, d);
    want = golden(&n, "case/%d/test", i);
    d = off(cx_transform_data(m, CX_DATA(.table = p.test)), want, n);
    cr_expect(d <= 1e-12, "%s, test: %g", spec, d);
    check_names(m, i);
    /* a file gives the same */
    cr_assert(cx_estimator_save("test_learn_encode.safetensors", m) == CX_OK, "%s",
              cx_error_message());
    const cx_estimator *const back = cx_estimator_load("test_learn_encode.safetensors");
    remove("test_learn_encode.safetensors");
    d = off(cx_transform_data(back, CX_DATA(.table = p.test)), want, n);
    cr_expect(d <= 1e-12, "%s, from a file: %g", spec, d);
    cr_expect_str_eq(cx_estimator_spec(back), cx_estimator_spec(m));
}

Test(learn_encode, mixed_columns)
{
    size_t n = 0;
    golden_from("learn_encode.tsv");
    const int cases = (int)*golden(&n, "cases");
    for (int i = 0; i < cases; i++) {
        const cx_scope s = cx_scope_open();
        check_case(i);
        cr_expect(cx_scope_close(s) == CX_OK, "case %d: %s", i, cx_error_message());
    }
}

/* ---- models, and sessions on them */
static void serve(cx_session *s, const cx_table *t, int64_t row, bool rows_at_once)
{
    for (int c = 0; c < cx_session_columns(s); c++) {
        const cx_array *const column = cx_table_column_at(t, c);
        for (int64_t i = rows_at_once ? 0 : row; i <= row; i++) {
            const int64_t to = rows_at_once ? i : 0;
            if (cx_dtype_of(column) == CX_CAT) {
                const char *const word = cx_label(column, i);
                const bool missing = cx_item_i64(cx_select(cx_codes(column), 0, i)) < 0;
                cx_session_codes(s, c)[to] =
                    missing ? CX_SESSION_MISSING : cx_session_code(s, c, word, strlen(word));
            } else {
                cx_session_f64(s, c)[to] = cx_item_f64(cx_select(column, 0, i));
            }
        }
    }
}

static void check_sessions(const char *spec, const cx_estimator *m, const cx_table *t)
{
    const int64_t rows = cx_table_rows(t);
    const cx_array *const batch = cx_predict_proba_data(m, CX_DATA(.table = t));
    const double *const want = cx_data_f64(batch);
    cx_session *const one = cx_session_new(m, CX_PREDICT_PROBA, 1), *const all = cx_session_new(
                                                                        m, CX_PREDICT_PROBA, rows);
    cr_assert(cx_session_status(one) == CX_OK && cx_session_status(all) == CX_OK, "%s: %s", spec,
              cx_error_message());
    int64_t cols = 0;
    serve(all, t, rows - 1, true);
    cr_assert(cx_session_run(all, rows) == CX_OK, "%s", cx_error_message());
    cr_expect(memcmp(cx_session_result(all, &cols), want, (size_t)rows * 2 * sizeof *want) == 0,
              "%s", spec);
    for (int64_t i = 0; i < rows; i++) {
        serve(one, t, i, false);
        const uint64_t before = cx_memory_stats(CX_CPU).system_allocs;
        cr_assert(cx_session_run(one, 1) == CX_OK, "%s", cx_error_message());
        cr_expect(cx_memory_stats(CX_CPU).system_allocs == before);
        cr_expect(memcmp(cx_session_result(one, &cols), want + 2 * i, 2 * sizeof *want) == 0,
                  "%s, row %lld", spec, (long long)i);
    }
}

Test(learn_encode, models_and_sessions)
{
    size_t n = 0;
    golden_from("learn_encode.tsv");
    const int models = (int)*golden(&n, "models");
    for (int i = 0; i < models; i++) {
        const cx_scope s = cx_scope_open();
        char spec[TEXT];
        golden_text(spec, "model/%d/spec", i);
        const people p = read_people("labels");
        cx_estimator *const m = cx_estimator_new(spec);
        cr_assert(cx_fit_data(m, CX_DATA(.table = p.train, .y = p.y)) == CX_OK, "%s: %s", spec,
                  cx_error_message());
        const double *const want = golden(&n, "model/%d/proba", i);
        const double d = off(cx_predict_proba_data(m, CX_DATA(.table = p.test)), want, n);
        cr_expect(d <= 1e-6, "%s: %g", spec, d);
        const double score = *golden(&n, "model/%d/score", i);
        cr_expect(fabs(cx_score_data(m, CX_DATA(.table = p.test, .y = p.y_test)) - score) < 1e-12);
        check_sessions(spec, m, p.test);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- cross fitting: the training rows are not what transform gives for them */
Test(learn_encode, target_encoder_cross_fits)
{
    size_t n = 0;
    golden_from("learn_encode.tsv");
    const int folds = (int)*golden(&n, "folds");
    for (int i = 0; i < folds; i++) {
        const cx_scope s = cx_scope_open();
        char spec[TEXT], target[TEXT];
        golden_text(spec, "fold/%d/spec", i);
        const people p = read_people(golden_text(target, "fold/%d/target", i));
        cx_table *const t = cx_table_select(p.train, CX_NAMES("sex", "port", "deck"));
        cx_estimator *const m = cx_estimator_new(spec);
        const double *const want = golden(&n, "fold/%d/values", i);
        const double d = off(cx_fit_transform_data(m, CX_DATA(.table = t, .y = p.y)), want, n);
        cr_expect(d <= 1e-12, "%s, %s: %g", spec, target, d);
        cr_expect(off(cx_transform_data(m, CX_DATA(.table = t)), want, n) > 1e-6,
                  "%s fits no folds", spec);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- targets and labels */
static void check_target(const char *key, const char *spec, bool weighted, bool two)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("diabetes");
    const cx_array *const weight =
        cx_add(cx_remainder(cx_arange(0, (double)d.n, 1, CX_F64, CX_CPU), cx_int(3)), cx_int(1));
    const cx_array *const y =
        two ? cx_stack(CX_ARRAYS(d.y, cx_mul(cx_select(d.x, 1, 0), d.y)), 1) : d.y;
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit_data(
                  m, CX_DATA(.x = d.x, .y = y, .sample_weight = weighted ? weight : NULL)) == CX_OK,
              "%s: %s", spec, cx_error_message());
    size_t n = 0;
    const double *const want = golden(&n, "%s", key);
    const double apart = difference(cx_predict(m, cx_slice(d.x, 0, 0, 20, 1)), want, n);
    cr_expect(apart <= 1e-8, "%s: %g", spec, apart);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(learn_encode, transformed_targets)
{
    golden_from("learn_encode.tsv");
    check_target("target/log",
                 "TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1)", false,
                 false);
    check_target("target/weight", "TransformedTargetRegressor(func='sqrt', inverse_func='square')",
                 true, false);
    check_target("target/scaled",
                 "TransformedTargetRegressor(LinearRegression(), transformer=MinMaxScaler())",
                 false, true);
}

Test(learn_encode, labels)
{
    golden_from("learn_encode.tsv");
    const cx_scope s = cx_scope_open();
    size_t n = 0;
    const int64_t three[] = {1, 2, 6, 4, 2}, asked[] = {1, 6, 3}, two[] = {0, 1, 1, 0},
                  odd[] = {1, 0, 0, 1};
    cx_estimator *const m = cx_estimator_new("LabelBinarizer(neg_label=-1, pos_label=2)");
    cr_assert(cx_fit(m, cx_copy_host(three, CX_SHAPE(5), CX_I64), NULL) == CX_OK, "%s",
              cx_error_message());
    const double *want = golden(&n, "binary/three");
    const cx_array *const columns = cx_transform(m, cx_copy_host(asked, CX_SHAPE(3), CX_I64));
    cr_expect(difference(columns, want, n) == 0);
    const cx_array *const again = cx_transform(m, cx_copy_host(three, CX_SHAPE(5), CX_I64));
    cr_expect(
        cx_array_equal(cx_inverse_transform(m, again), cx_copy_host(three, CX_SHAPE(5), CX_I64)));
    cx_estimator *const b = cx_estimator_new("LabelBinarizer()");
    cr_assert(cx_fit(b, cx_copy_host(two, CX_SHAPE(4), CX_I64), NULL) == CX_OK);
    want = golden(&n, "binary/two");
    cr_expect(difference(cx_transform(b, cx_copy_host(odd, CX_SHAPE(4), CX_I64)), want, n) == 0);
    const char *const towns[] = {"paris", "tokyo", "amsterdam"};
    const int32_t all[] = {0, 1, 2}, some[] = {1, 1, 0};
    cx_estimator *const l = cx_estimator_new("LabelEncoder()");
    cr_assert(cx_fit(l, cx_categories_new(cx_copy_host(all, CX_SHAPE(3), CX_I32), 3, towns),
                     NULL) == CX_OK);
    const cx_array *const code =
        cx_transform(l, cx_categories_new(cx_copy_host(some, CX_SHAPE(3), CX_I32), 3, towns));
    want = golden(&n, "label/codes");
    cr_expect(difference(code, want, n) == 0);
    cr_expect_str_eq(cx_label(cx_inverse_transform(l, code), 0), "tokyo");
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
