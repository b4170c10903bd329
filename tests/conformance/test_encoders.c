/* device: each. Encoders and composition: parameters of parameters, names, what is missing or
 * unknown, the way back, and what is refused. */
#include "device.h"

#include "fitting.h"
#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
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
TestSuite(encoders, .init = open, .fini = close);

static const cx_array *column(int n, const double *v)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

static const cx_array *words(int n, const int32_t *codes, int count, const char *const *texts)
{
    return cx_categories_new(cx_copy_host(codes, CX_SHAPE(n), CX_I32), count, texts);
}

/* Six rows: town (one missing), size (one missing), count. */
static const cx_table *houses(void)
{
    const double size[] = {1, 2.5, 2.5, NAN, 1, 7}, count[] = {3, 1, 2, 3, 3, 1};
    const int32_t town[] = {0, 1, 0, -1, 2, 0};
    return cx_table_new(
        CX_NAMES("town", "size", "count"),
        CX_ARRAYS(words(6, town, 4, (const char *const[]){"Ulm", "Bonn", "Aue", "never"}),
                  column(6, size), cx_astype(column(6, count), CX_I64)));
}

static void has_names(const cx_estimator *m, const char *wanted)
{
    char got[400] = "";
    const cx_array *const names = cx_feature_names_out(m, NULL);
    for (int64_t i = 0; i < cx_size(names); i++) {
        if (i) strcat(got, " ");
        strcat(got, cx_label(names, i));
    }
    cr_expect_str_eq(got, wanted);
}

static void gives(cx_array *a, int rows, int cols, const double *want)
{
    cr_assert(cx_status_of(a) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_dim(a, 0) == rows && cx_dim(a, 1) == cols, "%s", cx_repr(a));
    const double *const v = cx_data_f64(cx_ascontiguous(test_host(a)));
    for (int i = 0; i < rows * cols; i++)
        cr_expect(v[i] == want[i] || (isnan(v[i]) && isnan(want[i])), "%d: %g, not %g", i, v[i],
                  want[i]);
}

/* ---- a table */
Test(encoders, missing_values_are_the_last_category)
{
    const cx_data *const d = CX_DATA(.table = houses());
    const cx_estimator *const m = fitted("OneHotEncoder()", d);
    has_names(m, "town_Aue town_Bonn town_Ulm town_nan size_1.0 size_2.5 size_7.0 size_nan "
                 "count_1 count_2 count_3");
    const double first[] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1},
                 fourth[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1};
    const cx_array *const a = cx_transform_data(m, d);
    gives(cx_slice(a, 0, 0, 1, 1), 1, 11, first);
    gives(cx_slice(a, 0, 3, 4, 1), 1, 11, fourth);
    const double codes[] = {2, 0, 2, 1, 1, 0, 2, 1, 1, NAN, NAN, 2, 0, 0, 2, 2, 2, 0};
    gives(cx_transform_data(fitted("OrdinalEncoder()", d), d), 6, 3, codes);
    cr_expect(cx_item_i64(cx_select(cx_attr(m, "n_categories_"), 0, 0)) == 4);
    cr_expect_str_eq(cx_label(cx_attr(m, "category_texts_"), 1), "Bonn");
}

Test(encoders, words_are_found_by_text_not_by_code)
{
    const cx_data *const d = CX_DATA(.table = houses());
    const cx_estimator *const m =
        fitted("ColumnTransformer([('t', OrdinalEncoder(handle_unknown='use_encoded_value', "
               "unknown_value=-1), ['town'])])",
               d);
    const int32_t town[] = {0, 1, 2, -1};
    const double size[] = {1, 1, 1, 1}, want[] = {-1, 2, 0, NAN};
    const cx_table *const other =
        cx_table_new(CX_NAMES("town", "size", "count"),
                     CX_ARRAYS(words(4, town, 3, (const char *const[]){"Jena", "Ulm", "Aue"}),
                               column(4, size), cx_astype(column(4, size), CX_I64)));
    gives(cx_transform_data(m, CX_DATA(.table = other)), 4, 1, want);
}

Test(encoders, unknown_values_are_refused_by_name)
{
    const cx_data *const d = CX_DATA(.table = houses());
    const cx_estimator *const m = fitted("OneHotEncoder()", d);
    const cx_table *const odd = cx_table_with(
        houses(), "town",
        words(6, (const int32_t[]){0, 0, 1, 0, 0, 0}, 2, (const char *const[]){"Ulm", "Jena"}));
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_transform_data(m, CX_DATA(.table = odd))) == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "column 'town' holds 'Jena' in row 2") != NULL, "%s",
              cx_error_message());
    (void)!cx_scope_close(inner);
    const cx_session *const s = cx_session_new(m, CX_TRANSFORM, 1);
    cr_expect(cx_session_code(s, 0, "Jena", 4) == -1 && cx_session_code(s, 0, "Bonn", 4) == 1);
    /* a word of the dictionary that no row had */
    cx_session *const t = cx_session_new(m, CX_TRANSFORM, 1);
    cx_session_codes(t, 0)[0] = cx_session_code(t, 0, "never", 5);
    cx_session_f64(t, 1)[0] = cx_session_f64(t, 2)[0] = 1;
    cr_expect(cx_session_run(t, 1) == CX_E_ARGUMENT);
    cx_session_codes(t, 0)[0] = CX_SESSION_MISSING;
    cr_expect(cx_session_run(t, 1) == CX_OK && cx_session_result(t, NULL)[3] == 1);
}

Test(encoders, warnings_of_unknown_values)
{
    const cx_data *const d = CX_DATA(.table = houses());
    const cx_estimator *const m = fitted("OneHotEncoder(drop='first', handle_unknown='ignore')", d);
    const cx_table *const odd =
        cx_table_with(houses(), "count", cx_full(CX_SHAPE(6), cx_int(9), CX_I64, CX_CPU));
    const int64_t before = cx_warning_count(NULL);
    (void)cx_transform_data(m, d);
    cr_expect(cx_warning_count(NULL) == before);
    (void)cx_transform_data(m, CX_DATA(.table = odd));
    const char *text = "";
    cr_expect(cx_warning_count(&text) == before + 1 && strstr(text, "'count'") != NULL, "%s", text);
}

/* ---- the way back */
Test(encoders, texts_come_back)
{
    const cx_table *const t = cx_table_select(houses(), CX_NAMES("town"));
    const cx_data *const d = CX_DATA(.table = t);
    const char *const specs[] = {"OneHotEncoder()", "OrdinalEncoder()",
                                 "OneHotEncoder(drop='first')",
                                 "OrdinalEncoder(encoded_missing_value=-3)"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_estimator *const m = fitted(specs[i], d);
        const cx_array *const back = cx_inverse_transform(m, cx_transform_data(m, d));
        cr_assert(cx_dim(back, 0) == 6 && cx_dim(back, 1) == 1, "%s: %s", specs[i],
                  cx_error_message());
        cr_expect_str_eq(cx_label(back, 1), "Bonn");
        cr_expect_str_eq(cx_label(back, 3), "");
        cr_expect_str_eq(cx_label(back, 5), "Ulm");
    }
    const cx_estimator *const rare = fitted("OneHotEncoder(max_categories=2)", d);
    const cx_array *const back = cx_inverse_transform(rare, cx_transform_data(rare, d));
    cr_expect_str_eq(cx_label(back, 0), "Ulm");
    cr_expect_str_eq(cx_label(back, 1), "infrequent_sklearn");
}

Test(encoders, numbers_come_back_on_every_device)
{
    const double v[] = {3, 1, NAN, 0.5, 3, 2, 1, 0.5};
    const cx_array *const x = test_here(cx_copy_host(v, CX_SHAPE(4, 2), CX_F64));
    const char *const specs[] = {"OneHotEncoder()", "OneHotEncoder(drop='first')",
                                 "OrdinalEncoder()", "OneHotEncoder(handle_unknown='ignore')",
                                 "OrdinalEncoder(encoded_missing_value=9)"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_estimator *const m = fitted(specs[i], CX_DATA(.x = x));
        gives(cx_inverse_transform(m, cx_transform(m, x)), 4, 2, v);
    }
    const cx_estimator *const m = fitted("OneHotEncoder(handle_unknown='ignore')", CX_DATA(.x = x));
    const double none[] = {NAN, 1}, zeros[] = {0, 0, 0, 0, 1, 0};
    gives(cx_inverse_transform(m, test_here(cx_copy_host(zeros, CX_SHAPE(1, 6), CX_F64))), 1, 2,
          none);
}

/* ---- composition */
Test(encoders, specs_read_what_scikit_learn_prints)
{
    const char *const text =
        "ColumnTransformer(transformers=[('num', StandardScaler(), ['size', 'count']), ('cat', "
        "OneHotEncoder(handle_unknown='ignore'), ['town'])])";
    const cx_estimator *const m = cx_estimator_new(text);
    cr_expect_str_eq(cx_estimator_spec(m), text);
    const char *const other =
        "ColumnTransformer(transformers=[('a', 'drop', slice(0, 2, None)), ('b', 'passthrough', "
        "make_column_selector(dtype_include=np.number, pattern='z'))])";
    const char *const printed =
        "ColumnTransformer(transformers=[('a', 'drop', {'slice': (0, 2, None)}), ('b', "
        "'passthrough', {'dtype_include': 'number', 'pattern': 'z'})])";
    cr_expect_str_eq(cx_estimator_spec(cx_estimator_new(other)), printed);
    cr_expect_str_eq(cx_estimator_spec(cx_estimator_new(printed)), printed);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_estimator_status(cx_estimator_new("ColumnTransformer([('a', PCA())])")) ==
              CX_E_ARGUMENT);
    cr_expect(cx_estimator_status(cx_estimator_new("FeatureUnion([('a', PCA(), [0])])")) ==
              CX_E_ARGUMENT);
    cr_expect(cx_estimator_status(cx_estimator_new("make_column_selector(size=1)")) == CX_E_PARSE);
    cr_expect(cx_estimator_status(cx_estimator_new("slice(")) == CX_E_PARSE);
    (void)!cx_scope_close(inner);
}

Test(encoders, parameters_of_parameters)
{
    cx_estimator *const m = cx_estimator_new(
        "Pipeline([('prep', ColumnTransformer([('cat', OneHotEncoder(), ['town'])], "
        "remainder=StandardScaler())), ('last', 'passthrough')])");
    cr_expect(cx_set_param(m, "prep__cat__drop", "'first'") == CX_OK, "%s", cx_error_message());
    cr_expect(cx_set_param(m, "prep__remainder__with_mean", "False") == CX_OK);
    cr_expect(cx_set_param(m, "prep__transformer_weights", "{'cat': 3.0}") == CX_OK);
    cr_expect_str_eq(cx_param_text(m, "prep__cat__drop"), "'first'");
    cx_table *const t =
        cx_table_with(houses(), "size", column(6, (const double[]){1, 2, 1, 2, 1, 2}));
    cr_assert(cx_fit_data(m, CX_DATA(.table = t)) == CX_OK, "%s", cx_error_message());
    has_names(m, "cat__town_Bonn cat__town_Ulm cat__town_nan remainder__size remainder__count");
    const cx_array *const a = cx_transform_data(m, CX_DATA(.table = t));
    cr_expect(cx_item_f64(cx_select(cx_select(a, 0, 1), 0, 0)) == 3);
    cr_expect(fabs(cx_item_f64(cx_select(cx_select(a, 0, 1), 0, 3)) - 4) < 1e-12);
    cr_expect(cx_set_param(m, "prep__cat", "'drop'") == CX_OK);
    cr_expect(cx_has_attr(m, "prep__cat__n_categories_"));
}

Test(encoders, columns_by_every_name)
{
    const cx_data *const d = CX_DATA(.table = houses(), .target = "count");
    const struct {
        const char *columns, *names;
    } rows[] = {
        {"['size']", "p__size"},
        {"'size'", "p__size"},
        {"[1]", "p__size"},
        {"-1", "p__size"},
        {"[False, True]", "p__size"},
        {"slice(1, None)", "p__size"},
        {"slice('size', 'size')", "p__size"},
        {"slice(None, None, -2)", "p__size"},
        {"make_column_selector(dtype_include='number')", "p__size"},
        {"make_column_selector(dtype_exclude=[object])", "p__size"},
        {"make_column_selector('^s.z')", "p__size"},
        {"make_column_selector(dtype_include=['float64', 'bool'])", "p__size"},
        {"[]", ""},
        {"[False, False]", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char spec[200];
        snprintf(spec, sizeof spec, "ColumnTransformer([('p', 'passthrough', %s)])",
                 rows[i].columns);
        const cx_estimator *const m = fitted(spec, d);
        has_names(m, rows[i].names);
        cr_expect(cx_dim(cx_transform_data(m, d), 1) == (*rows[i].names ? 1 : 0), "%s", spec);
    }
}

Test(encoders, what_is_refused)
{
    const cx_data *const d = CX_DATA(.table = houses());
    const double v[] = {1, 2, 3, 4};
    const cx_data *const x = CX_DATA(.x = cx_copy_host(v, CX_SHAPE(2, 2), CX_F64));
    refuses("ColumnTransformer([('a', PCA(), ['towm'])])", d, CX_E_SCHEMA, "'town'");
    refuses("ColumnTransformer([('a', PCA(), [3])])", d, CX_E_ARGUMENT, "no column 3");
    refuses("ColumnTransformer([('a', PCA(), ['a'])])", x, CX_E_ARGUMENT, "need a table");
    refuses("ColumnTransformer([('a', PCA(), [0, 'size'])])", d, CX_E_ARGUMENT, "mixed");
    refuses("ColumnTransformer([('a', PCA(), [True])])", d, CX_E_SHAPE, "1 bools");
    refuses("ColumnTransformer([('a', PCA(), make_column_selector(dtype_include='int65'))])", d,
            CX_E_ARGUMENT, "dtype");
    refuses("ColumnTransformer([('a', PCA(), make_column_selector('['))])", d, CX_E_ARGUMENT,
            "regular expression");
    refuses("ColumnTransformer([('a', LinearRegression(), [0])])", x, CX_E_ARGUMENT,
            "has no transform");
    refuses("ColumnTransformer([('a', 'passthrough', [0])])", d, CX_E_SCHEMA, "text");
    refuses("FeatureUnion([('a', 'passthrough')], transformer_weights={'b': 1})", x, CX_E_ARGUMENT,
            "no transformer");
    refuses("OneHotEncoder(drop=['Bonn', 9, 1])", d, CX_E_ARGUMENT, "'size'");
    refuses("OneHotEncoder(drop=['Bonn'])", d, CX_E_ARGUMENT, "3 columns");
    refuses("OneHotEncoder(drop=['Bonn', 1, 1], max_categories=2)", d, CX_E_ARGUMENT, "infrequent");
    refuses("OneHotEncoder(categories=[['a'], [1]])", d, CX_E_ARGUMENT, "2 lists");
    refuses("OneHotEncoder(categories=[[2, 1], [1]])", x, CX_E_ARGUMENT, "ascend");
    refuses("OneHotEncoder(categories=[[1, 1], [1]])", x, CX_E_ARGUMENT, "twice");
    refuses("OneHotEncoder(categories=[[1, 3], [2]])", x, CX_E_ARGUMENT, "holds '4'");
    refuses("OneHotEncoder(categories=[['1', '3'], [2, 4]])", x, CX_E_ARGUMENT, "numbers");
    refuses("OneHotEncoder(categories=[[nan, 1], [2, 4]])", x, CX_E_ARGUMENT, "last");
    refuses("OneHotEncoder(dtype='float65')", x, CX_E_ARGUMENT, "float65");
    refuses("OrdinalEncoder(unknown_value=3)", x, CX_E_ARGUMENT, "use_encoded_value");
    refuses("OrdinalEncoder(handle_unknown='use_encoded_value')", x, CX_E_ARGUMENT, "integer");
    refuses("OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=1)", x, CX_E_ARGUMENT,
            "encodes a category");
    refuses("OrdinalEncoder(dtype='int32')", d, CX_E_ARGUMENT, "float dtype");
    refuses("OrdinalEncoder(encoded_missing_value=1)", d, CX_E_ARGUMENT, "encodes a category");
    refuses("TargetEncoder()", d, CX_E_ARGUMENT, "needs y");
    const cx_array *const y = column(2, (const double[]){1, 2});
    const cx_data *const xy = CX_DATA(.x = x->x, .y = y);
    refuses("TargetEncoder(target_type='multiclass')", xy, CX_E_ARGUMENT, "2 classes");
    refuses("TransformedTargetRegressor(func='log')", xy, CX_E_ARGUMENT, "together");
    refuses("TransformedTargetRegressor(GaussianNB())", xy, CX_E_ARGUMENT, "none");
    refuses("TransformedTargetRegressor(transformer=PCA(), func='log', inverse_func='exp')", xy,
            CX_E_ARGUMENT, "exclude");
    refuses("LabelEncoder()", x, CX_E_SHAPE, "labels");
    refuses("LabelBinarizer(neg_label=1)", CX_DATA(.x = y), CX_E_ARGUMENT, "less than");
}

Test(encoders, weights_of_targets_warn_when_functions_are_no_inverses)
{
    const double v[] = {1, 2, 3, 4};
    const cx_array *const x = test_here(cx_copy_host(v, CX_SHAPE(4, 1), CX_F64)),
                          *const y = test_here(column(4, v));
    const int64_t before = cx_warning_count(NULL);
    (void)fitted("TransformedTargetRegressor(func='log', inverse_func='exp')",
                 CX_DATA(.x = x, .y = y));
    cr_expect(cx_warning_count(NULL) == before);
    (void)fitted("TransformedTargetRegressor(func='log', inverse_func='square')",
                 CX_DATA(.x = x, .y = y));
    cr_expect(cx_warning_count(NULL) == before + 1);
    (void)fitted(
        "TransformedTargetRegressor(func='log', inverse_func='square', check_inverse=False)",
        CX_DATA(.x = x, .y = y));
    cr_expect(cx_warning_count(NULL) == before + 1);
}

/* Names print numbers as Python does, by the dtype of what went in. */
Test(encoders, names_of_numbers)
{
    const double v[] = {0, 1, 1, 0.5};
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(4, 1), CX_F64);
    const struct {
        cx_dtype t;
        const char *names;
    } rows[] = {{CX_F64, "x0_0.0 x0_0.1 x0_1.0"},
                {CX_F32, "x0_0.0 x0_0.1 x0_1.0"},
                {CX_I32, "x0_0 x0_1"},
                {CX_BOOL, "x0_False x0_True"}};
    const cx_array *const tenth = cx_where(cx_equal(x, cx_float(0.5)), cx_float(0.1), x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool whole = rows[i].t == CX_I32 || rows[i].t == CX_BOOL;
        const cx_array *const a = cx_astype(whole ? cx_floor(x) : tenth, rows[i].t);
        has_names(fitted("OneHotEncoder()", CX_DATA(.x = a)), rows[i].names);
    }
    const cx_estimator *const m =
        fitted("ColumnTransformer([('a', 'passthrough', [0])], "
               "verbose_feature_names_out='{feature_name}-{transformer_name}')",
               CX_DATA(.x = x));
    has_names(m, "x0-a");
    const cx_scope inner = cx_scope_open();
    const cx_estimator *const twice =
        fitted("ColumnTransformer([('a', 'passthrough', [0]), ('b', 'passthrough', [0])], "
               "verbose_feature_names_out=False)",
               CX_DATA(.x = x));
    cr_expect(cx_dim(cx_transform(twice, x), 1) == 2);
    cr_expect(cx_status_of(cx_feature_names_out(twice, NULL)) == CX_E_ARGUMENT);
    (void)!cx_scope_close(inner);
}

/* Given categories need not occur in the rows of fit. */
Test(encoders, given_words_that_did_not_occur)
{
    const int32_t codes[] = {0, 0}, other[] = {1, 0};
    const cx_table *const t = cx_table_new(
                              CX_NAMES("t"),
                              CX_ARRAYS(words(2, codes, 1, (const char *const[]){"a"}))),
                          *const z = cx_table_new(
                              CX_NAMES("t"),
                              CX_ARRAYS(words(2, other, 2, (const char *const[]){"a", "b"})));
    const cx_estimator *const m =
        fitted("OrdinalEncoder(categories=[['b', 'a', nan]])", CX_DATA(.table = t));
    const double want[] = {0, 1};
    gives(cx_transform_data(m, CX_DATA(.table = z)), 2, 1, want);
}

/* A matrix of text has one dictionary and no names. */
Test(encoders, matrices_of_text)
{
    const int32_t codes[] = {0, 1, 2, 1, -1, 0}, other[] = {1, 0, 0, 1};
    const cx_array *const x = cx_categories_new(cx_copy_host(codes, CX_SHAPE(3, 2), CX_I32), 3,
                                                (const char *const[]){"b", "a", "c"}),
                          *const z = cx_categories_new(cx_copy_host(other, CX_SHAPE(2, 2), CX_I32),
                                                       2, (const char *const[]){"a", "b"});
    const cx_estimator *const m = fitted("OneHotEncoder(handle_unknown='ignore')", CX_DATA(.x = x));
    has_names(m, "x0_b x0_c x0_nan x1_a x1_b");
    const double want[] = {1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    gives(cx_transform(m, z), 2, 5, want);
}

/* NaN that a first step lets through stops at a later one that takes none, in a session too. */
Test(encoders, sessions_stop_nan_where_batches_do)
{
    const double v[] = {1, 2, 3, 4}, row[] = {NAN};
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(4, 1), CX_F64), *const y = column(4, v);
    const char *const specs[] = {
        "ColumnTransformer([('a', 'passthrough', [0])]) | LinearRegression()",
        "ColumnTransformer([('a', PCA(), [0])]) | LinearRegression()",
        "StandardScaler() | MinMaxScaler() | LinearRegression()"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const cx_estimator *const m = fitted(specs[i], CX_DATA(.x = x, .y = y));
        cx_session *const s = cx_session_new(m, CX_PREDICT, 1);
        cr_expect(cx_session_run_rows(s, v, 1) == CX_OK, "%s: %s", specs[i], cx_error_message());
        cr_expect(cx_session_run_rows(s, row, 1) == CX_E_ARGUMENT, "%s", specs[i]);
        const cx_scope inner = cx_scope_open();
        cr_expect(cx_status_of(cx_predict(m, cx_copy_host(row, CX_SHAPE(1, 1), CX_F64))) ==
                  CX_E_ARGUMENT);
        (void)!cx_scope_close(inner);
    }
}

/* Many categories: their numbers cross to a device as data do. */
Test(encoders, two_thousand_categories)
{
    const cx_array *const x =
        test_here(cx_reshape(cx_arange(0, 4000, 1, CX_F64, CX_CPU), CX_SHAPE(2000, 2)));
    const cx_estimator *const m =
        fitted("OrdinalEncoder(max_categories=1900, handle_unknown='use_encoded_value', "
               "unknown_value=-5)",
               CX_DATA(.x = x));
    const cx_array *const a = test_host(cx_transform(m, x));
    cr_expect(cx_item_f64(cx_max(a, CX_ALL)) == 1899);
    cr_expect(cx_item_f64(cx_select(cx_select(a, 0, 1999), 0, 0)) == 1898);
    const cx_array *const odd = test_host(cx_transform(m, cx_add(x, cx_float(0.5))));
    cr_expect(cx_item_f64(cx_max(odd, CX_ALL)) == -5);
}

Test(encoders, labels_on_every_device)
{
    const double v[] = {4, 2, 9, 4};
    cx_array *const y = test_here(column(4, v));
    cx_estimator *const m = cx_estimator_new("LabelEncoder()"), *const b = cx_estimator_new(
                                                                    "LabelBinarizer()");
    cr_assert(cx_fit(m, y, NULL) == CX_OK && cx_fit(b, y, NULL) == CX_OK, "%s", cx_error_message());
    cx_array *const codes = cx_transform(m, y), *const columns = cx_transform(b, y);
    cr_expect(cx_device_equal(cx_device_of(codes), test_device()));
    cr_expect(cx_item_i64(cx_sum(codes, CX_ALL)) == 4 && cx_dim(columns, 1) == 3);
    cr_expect(cx_array_equal(test_host(cx_inverse_transform(m, codes)), test_host(y)));
    cr_expect(cx_array_equal(test_host(cx_inverse_transform(b, columns)), test_host(y)));
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_status_of(cx_transform(m, cx_add(y, cx_float(1)))) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_inverse_transform(m, cx_add(codes, cx_int(1)))) == CX_E_ARGUMENT);
    (void)!cx_scope_close(inner);
}
