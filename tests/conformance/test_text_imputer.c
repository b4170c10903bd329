/* Missing text: what SimpleImputer and MissingIndicator make of columns of words, alone, before
 * encoders, in files and in sessions. Wanted values are scikit-learn's on columns of objects. */
#include "files.h"

#include "fitting.h"
#include <calx.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(text_imputer, .init = setup, .fini = teardown);

enum { ROWS = 5 };

static cx_array *words(const char *const *text, int n, int cols)
{
    /* a dictionary in no order, with a word that no row has */
    static const char *const all[] = {"w", "never", "b", "u", "a", "v", "x", "y"};
    int32_t code[32];
    for (int i = 0; i < n * cols; i++) {
        code[i] = -1;
        for (int k = 0; text[i] && k < 8; k++)
            if (strcmp(all[k], text[i]) == 0) code[i] = k;
    }
    return cx_categories_new(cx_copy_host(code, CX_SHAPE(n, cols), CX_I32), 8, all);
}

/* b and a tie; the second column is empty; u leads the third. */
static cx_array *matrix(void)
{
    return words((const char *const[]){"b", NULL, "u", "a", NULL, "u", NULL, NULL, "v", "b", NULL,
                                       NULL, "a", NULL, "w"},
                 ROWS, 3);
}

static cx_table *table(void)
{
    const cx_array *const x = matrix();
    return cx_table_new(CX_NAMES("p", "q", "r"), CX_ARRAYS(cx_ascontiguous(cx_select(x, 1, 0)),
                                                           cx_ascontiguous(cx_select(x, 1, 1)),
                                                           cx_ascontiguous(cx_select(x, 1, 2))));
}

/* Rows as text: words apart by blanks, rows by slashes, - for a missing one. */
static const char *shown(cx_array *a)
{
    static char text[400];
    text[0] = '\0';
    cr_assert(cx_status_of(a) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_dtype_of(a) == CX_CAT);
    const int64_t cols = cx_ndim(a) == 2 ? cx_dim(a, 1) : cx_size(a);
    const int32_t *const code = cx_data_i32(cx_ascontiguous(cx_codes(a)));
    for (int64_t i = 0; i < cx_size(a); i++) {
        if (i) strcat(text, i % cols ? " " : " / ");
        strcat(text, code[i] < 0 ? "-" : cx_category(a, code[i]));
    }
    return text;
}

typedef struct expected {
    const char *spec, *statistics, *rows, *names;
} expected;

Test(text_imputer, strategies_are_scikit_learns)
{
    static const expected all[] = {
        {"SimpleImputer(strategy='most_frequent')", "a - u", "b u / a u / a v / b u / a w", "p r"},
        {"SimpleImputer(strategy='most_frequent', keep_empty_features=True)", "a 0 u",
         "b 0 u / a 0 u / a 0 v / b 0 u / a 0 w", "p q r"},
        {"SimpleImputer(strategy='constant')", "missing_value - missing_value",
         "b u / a u / missing_value v / b missing_value / a w", "p r"},
        {"SimpleImputer(strategy='constant', keep_empty_features=True, fill_value='q')", "q q q",
         "b q u / a q u / q q v / b q q / a q w", "p q r"},
        {"SimpleImputer(strategy='most_frequent', add_indicator=True, missing_values=None)",
         "a - u",
         "b u False True False / a u False True False / a v True True False / b u False True True "
         "/ a w False True False",
         "p r missingindicator_p missingindicator_q missingindicator_r"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const cx_scope s = cx_scope_open();
        char path[TEST_PATH];
        const cx_data *const d = CX_DATA(.table = table());
        const cx_estimator *const m = fitted(all[i].spec, d);
        cr_expect_str_eq(shown(cx_attr(m, "statistics_")), all[i].statistics);
        cr_expect_str_eq(shown(cx_transform_data(m, d)), all[i].rows, "%s: %s", all[i].spec,
                         shown(cx_transform_data(m, d)));
        cr_expect_str_eq(shown(cx_feature_names_out(m, NULL)), all[i].names);
        const cx_estimator *const n = fitted(all[i].spec, CX_DATA(.x = matrix()));
        cr_expect_str_eq(shown(cx_transform(n, matrix())), all[i].rows);
        const cx_estimator *const both[] = {m, n};
        for (int k = 0; k < 2; k++) {
            test_temp_file(path);
            cr_assert(cx_estimator_save(path, both[k]) == CX_OK, "%s", cx_error_message());
            const cx_estimator *const back = cx_estimator_load(path);
            unlink(path);
            cr_assert(cx_estimator_status(back) == CX_OK, "%s", cx_error_message());
            cr_expect_str_eq(
                shown(k == 0 ? cx_transform_data(back, d) : cx_transform(back, matrix())),
                all[i].rows);
        }
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", all[i].spec, cx_error_message());
    }
}

Test(text_imputer, a_word_may_stand_for_missing)
{
    const char *const text[] = {"b", "x", "a", "x", "b", "y"}, *const other[] = {"u", "b", "b",
                                                                                 "v"};
    const cx_estimator *const m =
        fitted("SimpleImputer(strategy='most_frequent', missing_values='b')",
               CX_DATA(.x = words(text, 3, 2)));
    cr_expect_str_eq(shown(cx_transform(m, words(text, 3, 2))), "a x / a x / a y");
    cr_expect_str_eq(shown(cx_transform(m, words(other, 2, 2))), "u x / a v");
    refuses("SimpleImputer(strategy='most_frequent', missing_values='b')", CX_DATA(.x = matrix()),
            CX_E_ARGUMENT, "holds a missing text at [2, 0]");
    refuses("SimpleImputer(strategy='most_frequent', missing_values=7)", CX_DATA(.x = matrix()),
            CX_E_ARGUMENT, "holds a missing text");
}

Test(text_imputer, what_is_refused)
{
    const cx_data *const text = CX_DATA(.table = table());
    const double v[] = {1, NAN, 3, 2, 1};
    const cx_array *const column = cx_copy_host(v, CX_SHAPE(ROWS), CX_F64),
                          *const numbers = cx_reshape(column, CX_SHAPE(ROWS, 1));
    const cx_table *const both = cx_table_with(table(), "size", column);
    refuses("SimpleImputer()", text, CX_E_ARGUMENT, "text, which has no mean");
    refuses("SimpleImputer(strategy='median')", text, CX_E_ARGUMENT, "text, which has no median");
    refuses("SimpleImputer(strategy='constant', fill_value=3)", text, CX_E_ARGUMENT,
            "fill_value is a number, x is text");
    refuses("SimpleImputer(strategy='constant', fill_value='q')", CX_DATA(.x = numbers),
            CX_E_ARGUMENT, "fill_value 'q' is text, x is numbers");
    refuses("SimpleImputer(missing_values='a')", CX_DATA(.x = numbers), CX_E_ARGUMENT,
            "missing_values must be one");
    refuses("SimpleImputer(missing_values=None)", CX_DATA(.x = numbers), CX_E_ARGUMENT,
            "missing_values must be one");
    refuses("SimpleImputer(strategy='most_frequent')", CX_DATA(.table = both), CX_E_SCHEMA,
            "column 'size' holds numbers beside columns of text");
    const cx_estimator *const t = fitted("SimpleImputer(strategy='most_frequent')",
                                         CX_DATA(.x = words((const char *const[]){"a"}, 1, 1))),
                              *const n = fitted("SimpleImputer()", CX_DATA(.x = numbers));
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_transform(t, numbers)) == CX_E_SCHEMA);
    cr_expect(cx_status_of(cx_transform(n, cx_slice(matrix(), 1, 0, 1, 1))) == CX_E_SCHEMA);
    cr_expect(strstr(cx_error_message(), "numbers") != NULL);
    cr_expect(cx_session_status(cx_session_new(t, CX_TRANSFORM, 1)) == CX_E_UNSUPPORTED);
    (void)!cx_scope_close(inner);
}

Test(text_imputer, going_back_is_for_numbers)
{
    const cx_data *const d = CX_DATA(.table = table());
    const cx_estimator *const m =
        fitted("SimpleImputer(strategy='most_frequent', add_indicator=True)", d);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_inverse_transform(m, cx_zeros(CX_SHAPE(1, 5), CX_F64, CX_CPU))) ==
              CX_E_UNSUPPORTED);
    (void)!cx_scope_close(inner);
}

Test(text_imputer, empty_columns_are_warned_of)
{
    const char *text = "";
    const int64_t before = cx_warning_count(NULL);
    (void)fitted("SimpleImputer(strategy='constant')", CX_DATA(.table = table()));
    cr_expect(cx_warning_count(&text) == before + 1 && strstr(text, "column 1") != NULL, "%s",
              text);
}

Test(text_imputer, indicator_marks_text)
{
    const cx_data *const d = CX_DATA(.table = table());
    const cx_estimator *const m = fitted("MissingIndicator()", d);
    static const bool want[] = {0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0};
    const cx_array *const marks = cx_transform_data(m, d);
    cr_assert(cx_dtype_of(marks) == CX_BOOL && cx_dim(marks, 1) == 3, "%s", cx_error_message());
    cr_expect_arr_eq(cx_data_bool(marks), want, sizeof want);
    cx_session *const s = cx_session_new(m, CX_TRANSFORM, 1);
    cx_session_codes(s, 0)[0] = CX_SESSION_MISSING;
    cx_session_codes(s, 1)[0] = -1;
    cx_session_codes(s, 2)[0] = cx_session_code(s, 2, "u", 1);
    cr_assert(cx_session_run(s, 1) == CX_OK, "%s", cx_error_message());
    const double *const got = cx_session_result(s, NULL);
    cr_expect(got[0] == 1 && got[1] == 0 && got[2] == 0);
    const cx_estimator *const strict =
        fitted("MissingIndicator()", CX_DATA(.x = words((const char *const[]){"a", "b"}, 2, 1)));
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_transform(strict, cx_slice(matrix(), 1, 1, 2, 1))) == CX_E_ARGUMENT);
    (void)!cx_scope_close(inner);
}

/* Row by row and all at once, a session gives the bits of the batch, for every way of getting the
 * words: known, unknown, missing. */
static void serves(const char *spec, const cx_data *train, const cx_table *asked)
{
    const cx_estimator *const m = fitted(spec, train);
    const int64_t rows = cx_table_rows(asked);
    cx_array *const batch = cx_transform_data(m, CX_DATA(.table = asked));
    cr_assert(cx_status_of(batch) == CX_OK, "%s: %s", spec, cx_error_message());
    const int64_t width = cx_dim(batch, 1);
    const double *const want = cx_data_f64(batch);
    cx_session *const s = cx_session_new(m, CX_TRANSFORM, 1);
    cr_assert(cx_session_status(s) == CX_OK, "%s: %s", spec, cx_error_message());
    for (int64_t i = 0; i < rows; i++) {
        for (int c = 0; c < cx_session_columns(s); c++) {
            const cx_array *const column = cx_table_column_at(asked, c);
            const char *const word = cx_label(column, i);
            const bool missing = cx_item_i64(cx_select(cx_codes(column), 0, i)) < 0;
            cx_session_codes(s, c)[0] =
                missing ? CX_SESSION_MISSING : cx_session_code(s, c, word, strlen(word));
        }
        cr_assert(cx_session_run(s, 1) == CX_OK, "%s: %s", spec, cx_error_message());
        int64_t cols = 0;
        const double *const got = cx_session_result(s, &cols);
        cr_assert(cols == width);
        for (int64_t k = 0; k < cols; k++)
            cr_expect(got[k] == want[i * width + k] ||
                          (isnan(got[k]) && isnan(want[i * width + k])),
                      "%s: row %lld, column %lld: %g, not %g", spec, (long long)i, (long long)k,
                      got[k], want[i * width + k]);
    }
}

Test(text_imputer, sessions_serve_what_batches_give)
{
    static const char *const text[] = {"x", NULL, "u", NULL, "a", NULL,
                                       "b", "b",  "y", NULL, "v", "w"};
    const cx_array *const x = words(text, 4, 3);
    const cx_table *const asked =
        cx_table_new(CX_NAMES("p", "q", "r"), CX_ARRAYS(cx_ascontiguous(cx_select(x, 1, 0)),
                                                        cx_ascontiguous(cx_select(x, 1, 1)),
                                                        cx_ascontiguous(cx_select(x, 1, 2))));
    static const char *const specs[] = {
        "SimpleImputer(strategy='most_frequent') | OneHotEncoder(handle_unknown='ignore')",
        "SimpleImputer(strategy='constant', keep_empty_features=True) | "
        "OneHotEncoder(handle_unknown='ignore')",
        "SimpleImputer(strategy='constant', fill_value='w', add_indicator=True) | "
        "OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1)",
        "SimpleImputer(strategy='constant', fill_value='zz', keep_empty_features=True) | "
        "SimpleImputer(strategy='most_frequent', missing_values='zz', add_indicator=True) | "
        "OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=nan)",
        "ColumnTransformer([('a', SimpleImputer(strategy='constant', fill_value='a'), ['r']), "
        "('b', SimpleImputer(strategy='most_frequent'), ['p'])]) | ColumnTransformer([('o', "
        "OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1), [1]), ('h', "
        "OneHotEncoder(handle_unknown='ignore'), [0])])",
        "ColumnTransformer([('m', MissingIndicator(error_on_new=False), ['p', 'r']), ('o', "
        "SimpleImputer(strategy='most_frequent') | OneHotEncoder(handle_unknown='ignore'), ['p'])])",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_scope s = cx_scope_open();
        serves(specs[i], CX_DATA(.table = table()), asked);
        serves(specs[i], CX_DATA(.table = table()), table());
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
}

/* A session on a model that saw a matrix of text has codes of that matrix's words. */
Test(text_imputer, matrices_of_text_have_sessions)
{
    const cx_estimator *const m = fitted("SimpleImputer(strategy='constant', fill_value='none') | "
                                         "OrdinalEncoder(handle_unknown='use_encoded_value', "
                                         "unknown_value=-1)",
                                         CX_DATA(.x = matrix()));
    cx_session *const s = cx_session_new(m, CX_TRANSFORM, 1);
    cr_assert(cx_session_status(s) == CX_OK, "%s", cx_error_message());
    cx_session_codes(s, 0)[0] = cx_session_code(s, 0, "b", 1);
    cx_session_codes(s, 1)[0] = -1;
    cx_session_codes(s, 2)[0] = CX_SESSION_MISSING;
    cr_assert(cx_session_run(s, 1) == CX_OK, "%s", cx_error_message());
    int64_t cols = 0;
    const double *const got = cx_session_result(s, &cols);
    cr_expect(cols == 2 && got[0] == 1 && got[1] == 0, "%g %g", got[0], got[1]);
}
