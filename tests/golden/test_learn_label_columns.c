/* device: each. Classifiers of several label columns, random codes and sets of labels against
 * scikit-learn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/label_sets.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[64]; /* of the test's own file */

static cx_scope open(void)
{
    snprintf(path, sizeof path, "test_label_columns_%ld.safetensors", (long)getpid());
    golden_from("learn_label_columns.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static void near(const cx_array *a, double tolerance, const char *kind, const char *key,
                 const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s/%s", kind, key, what);
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s/%s/%s: %g > %g", kind, key, what, off, tolerance);
}
static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y, .sample_weight = weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static cx_array *listed(int64_t n, const int64_t *v)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_I64);
}

/* x, a few rows of it, y as columns of labels and of 0 and 1, on the device. */
typedef struct problem {
    const cx_array *x, *few, *y, *columns, *there;
} problem;

static problem problem_of(const char *set)
{
    const data_set d = read_data(set);
    const cx_array *const x0 = cx_select(d.x, 1, 0), *const x1 = cx_select(d.x, 1, 1),
                          *const large = cx_greater(x0, cx_mean(x0, CX_ALL)),
                          *const low = cx_min(x1, CX_ALL);
    const cx_array *const part = cx_div(cx_mul(cx_float(4), cx_sub(x1, low)),
                                        cx_sub(cx_max(x1, CX_ALL), low)),
                          *const quarter = cx_minimum(cx_floor(part), cx_float(3)),
                          *const sign =
                              cx_sub(cx_float(4), cx_mul(cx_astype(large, CX_F64), cx_float(7)));
    const cx_array *const there =
        cx_stack(CX_ARRAYS(cx_equal(d.y, cx_float(1)), large, cx_not_equal(d.y, cx_float(0))), 1);
    return (problem){.x = test_here(d.x),
                     .few = test_here(cx_slice(d.x, 0, 0, CX_END, 7)),
                     .y = test_here(cx_astype(d.y, CX_I64)),
                     .columns =
                         test_here(cx_astype(cx_stack(CX_ARRAYS(d.y, sign, quarter), 1), CX_I32)),
                     .there = test_here(cx_astype(there, CX_I64))};
}

static const char *const sets[] = {"iris", "wine_data"};
static const char *const inner[] = {"LinearDiscriminantAnalysis()", "GaussianNB()",
                                    "KNeighborsClassifier(3)"};

static void key_of(char key[96], const char *set, const char *spec)
{
    snprintf(key, 96, "%s/%.*s", set, (int)strcspn(spec, "("), spec);
}

static void check_one(const char *set, const problem *p, const char *spec)
{
    char text[96], key[96];
    key_of(key, set, spec);
    snprintf(text, sizeof text, "MultiOutputClassifier(%s)", spec);
    const cx_estimator *m = fitted(text, p->x, p->columns, NULL);
    near(cx_predict(m, p->x), 0, "output", key, "labels");
    near(cx_predict_proba(m, p->few), 1e-7, "output", key, "proba");
    near(cx_f64(cx_score(m, p->x, p->columns)), 1e-12, "output", key, "score");
    near(cx_attr(m, "classes_"), 0, "output", key, "classes");
    near(cx_attr(m, "class_offsets_"), 0, "output", key, "offsets");
    snprintf(text, sizeof text, "OneVsRestClassifier(%s)", spec);
    m = fitted(text, p->x, p->there, NULL);
    near(cx_predict(m, p->x), 0, "rest", key, "labels");
    near(cx_predict_proba(m, p->few), 1e-7, "rest", key, "proba");
    near(cx_f64(cx_score(m, p->x, p->there)), 1e-12, "rest", key, "score");
    cr_expect(cx_item_bool(cx_attr(m, "multilabel_")) && !cx_has_attr(m, "class_offsets_"));
    if (cx_estimator_has(m, CX_DECISION_FUNCTION))
        near(cx_decision_function(m, p->few), 1e-7, "rest", key, "decision");
    snprintf(text, sizeof text, "ClassifierChain(%s, order=[2, 0, 1])", spec);
    near(cx_predict(fitted(text, p->x, p->columns, NULL), p->x), 0, "chain", key, "labels");
}

Test(label_columns, a_copy_for_each)
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++) {
            const cx_scope s = open();
            const problem p = problem_of(sets[i]);
            check_one(sets[i], &p, inner[j]);
            done(s);
        }
}

Test(label_columns, weights_and_several_fits)
{
    for (int i = 0; i < 2; i++) {
        const cx_scope s = open();
        const problem p = problem_of(sets[i]);
        const int64_t n = cx_dim(p.x, 0);
        const cx_array *const weight = test_here(cx_add(
            cx_remainder(cx_arange(0, (double)n, 1, CX_F64, CX_CPU), cx_float(3)), cx_float(0.5)));
        const char *const spec = "MultiOutputClassifier(GaussianNB())";
        const cx_estimator *const m = fitted(spec, p.x, p.columns, weight);
        near(cx_predict_proba(m, p.few), 1e-7, "output", sets[i], "weighted");
        cx_estimator *const parts = cx_estimator_new(spec);
        const cx_array *const classes = test_here(
            cx_stack(CX_ARRAYS(cx_arange_i64(0, 4, 1, CX_I32, CX_CPU),
                               cx_astype(listed(4, (const int64_t[]){4, -3, 4, 4}), CX_I32),
                               cx_arange_i64(0, 4, 1, CX_I32, CX_CPU)),
                     1));
        for (int64_t at = 0; at < n; at += 50) {
            const int64_t end = at + 50 < n ? at + 50 : n;
            cr_assert(cx_partial_fit_data(parts, CX_DATA(.x = cx_slice(p.x, 0, at, end, 1),
                                                         .y = cx_slice(p.columns, 0, at, end, 1),
                                                         .classes = classes)) == CX_OK,
                      "%s", cx_error_message());
        }
        cr_expect(cx_size(cx_attr(parts, "classes_0")) == 4 &&
                  cx_size(cx_attr(parts, "classes_")) == 10);
        const cx_array *const same =
            cx_equal(cx_predict(parts, p.x), cx_predict(fitted(spec, p.x, p.columns, NULL), p.x));
        cr_expect(cx_item_f64(cx_mean(cx_astype(same, CX_F64), CX_ALL)) > 0.99);
        done(s);
    }
}

Test(label_columns, chains)
{
    const char *const cases[][2] = {
        {"plain", ""},
        {"given", ", order=[1, 2, 0]"},
        {"random", ", order='random', random_state=4"},
        {"cv", ", cv=3"},
        {"proba", ", chain_method='predict_proba'"},
        {"decision", ", chain_method=['decision_function', 'predict']"},
        {"cv_proba", ", cv=4, chain_method='predict_proba', order=[2, 0, 1]"},
        {"cv_decision", ", cv=StratifiedKFold(n_splits=4), chain_method='decision_function'"},
        {"log", ", chain_method='predict_log_proba'"}};
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
            const cx_scope s = open();
            const problem p = problem_of(sets[i]);
            char spec[160], key[96];
            snprintf(spec, sizeof spec, "ClassifierChain(LinearDiscriminantAnalysis()%s)",
                     cases[j][1]);
            snprintf(key, sizeof key, "%s/%s", sets[i], cases[j][0]);
            const cx_estimator *const m = fitted(spec, p.x, p.there, NULL);
            near(cx_attr(m, "order_"), 0, "chain", key, "order");
            near(cx_predict(m, p.x), 0, "chain", key, "labels");
            near(cx_predict_proba(m, p.few), 1e-6, "chain", key, "proba");
            near(cx_decision_function(m, p.few), 1e-6, "chain", key, "decision");
            near(cx_f64(cx_score(m, p.x, p.there)), 1e-12, "chain", key, "score");
            done(s);
        }
}

Test(label_columns, random_codes)
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            for (int seed = 0; seed < 4; seed++)
                for (int size = 0; size < 3; size++) {
                    const char *const sizes[] = {"0.7", "1.5", "4"};
                    const cx_scope s = open();
                    const problem p = problem_of(sets[i]);
                    char spec[160], key[96];
                    snprintf(spec, sizeof spec,
                             "OutputCodeClassifier(%s, code_size=%s, random_state=%d)", inner[j],
                             sizes[size], seed);
                    snprintf(key, sizeof key, "%s/%.*s/%d/%s", sets[i], (int)strcspn(inner[j], "("),
                             inner[j], seed, sizes[size]);
                    const cx_estimator *const m = fitted(spec, p.x, p.y, NULL);
                    near(cx_attr(m, "code_book_"), 0, "code", key, "book");
                    near(cx_predict(m, p.x), 0, "code", key, "labels");
                    done(s);
                }
}

/* Labels in all rows and in none have no copy, in batches, sessions and files. */
static void check_constant(const problem *p, const char *set, const char *name, const char *spec,
                           const cx_array *take)
{
    const int64_t n = cx_dim(p->x, 0);
    const cx_array *const ones = cx_ones(CX_SHAPE(n, 1), CX_I64, test_device()),
                          *const y = cx_take(
                              cx_concatenate(CX_ARRAYS(p->there, ones, cx_zeros_like(ones, CX_I64)),
                                             1),
                              take, 1);
    char text[96], key[96];
    snprintf(text, sizeof text, "OneVsRestClassifier(%s)", spec);
    snprintf(key, sizeof key, "%s/%s/%.*s", set, name, (int)strcspn(spec, "("), spec);
    const cx_estimator *const m = fitted(text, p->x, y, NULL);
    cx_array *const labels = test_host(cx_predict(m, p->x));
    near(labels, 0, "constant", key, "labels");
    if (!test_on_cpu()) return;
    cx_session *const s = cx_session_new(m, CX_PREDICT, n);
    cr_assert(cx_session_run_rows(s, cx_data_f64(p->x), n) == CX_OK, "%s", cx_error_message());
    int64_t cols = 0;
    const double *const got = cx_session_result(s, &cols);
    cr_assert(cols == cx_dim(y, 1));
    cr_expect(difference(labels, got, (size_t)(n * cols)) <= 0, "%s: session", key);
}

Test(label_columns, labels_of_all_rows_and_of_none)
{
    const char *const specs[] = {"LinearDiscriminantAnalysis()", "GaussianNB()", "Ridge()"};
    const char *const names[] = {"end", "front", "only"};
    const int64_t takes[][4] = {{0, 1, 3, 4}, {3, 0, 4, 1}, {3, 4, 0, 0}};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            for (int j = 0; j < 3; j++) {
                const cx_scope s = open();
                const problem p = problem_of(sets[i]);
                const cx_array *const take = test_here(listed(k == 2 ? 2 : 4, takes[k]));
                check_constant(&p, sets[i], names[k], specs[j], take);
                done(s);
            }
}

/* ---- what is refused, and in which words */
static void refused(const char *spec, const cx_array *x, const cx_array *y, cx_status wanted,
                    const char *words)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    cr_expect(st == wanted && strstr(cx_error_message(), words), "%s: %s", spec,
              cx_error_message());
    (void)!cx_scope_close(s);
}

Test(label_columns, refusals)
{
    const cx_scope s = open();
    const problem p = problem_of("iris");
    const cx_array *const halves = cx_div(cx_astype(p.columns, CX_F64), cx_float(2)),
                          *const text = test_here(
                              cx_categories_new(cx_astype(test_host(cx_copy(p.there)), CX_I32), 2,
                                                (const char *const[]){"no", "yes"}));
    const char *const each = "MultiOutputClassifier(GaussianNB())",
                      *const chain = "ClassifierChain(GaussianNB())",
                      *const rest = "OneVsRestClassifier(GaussianNB())";
    refused(each, p.x, p.y, CX_E_SHAPE, "two dimensions");
    refused(each, p.x, halves, CX_E_ARGUMENT, "is no class");
    refused("MultiOutputClassifier(Ridge())", p.x, p.columns, CX_E_ARGUMENT, "is no classifier");
    refused("GaussianNB()", p.x, p.columns, CX_E_SHAPE, "one target for each row");
    refused(chain, p.x, p.y, CX_E_SHAPE, "two dimensions");
    refused(chain, p.x, halves, CX_E_ARGUMENT, "column 0 of y: the label 0.5 is no class");
    refused(chain, p.x, text, CX_E_DTYPE, "labels as numbers");
    refused("ClassifierChain(GaussianNB(), order=[0, 0, 1])", p.x, p.there, CX_E_ARGUMENT, "order");
    refused("ClassifierChain(GaussianNB(), chain_method='decision_function')", p.x, p.there,
            CX_E_ARGUMENT, "none of the methods");
    refused("ClassifierChain(GaussianNB(), chain_method='predict_proba')", p.x, p.columns,
            CX_E_ARGUMENT, "column 0 has 3");
    refused(rest, p.x, p.columns, CX_E_ARGUMENT, "0 and 1 only");
    refused(rest, p.x, text, CX_E_DTYPE, "not text");
    refused("OutputCodeClassifier(Ridge())", p.x, p.y, CX_E_ARGUMENT, "neither");
    refused("OutputCodeClassifier(GaussianNB(), code_size=0.2)", p.x, p.y, CX_E_ARGUMENT,
            "0 places");
    done(s);
}

static void not_encoded(const cx_array *y, cx_status wanted, const char *words)
{
    const cx_scope s = cx_scope_open();
    const cx_label_columns l = cx_labels_encode_columns(y);
    cr_expect(cx_status_of(l.classes) == wanted && cx_status_of(l.codes) == wanted &&
                  cx_status_of(l.offsets) == wanted && strstr(cx_error_message(), words),
              "%s", cx_error_message());
    cr_expect(cx_scope_close(s) == wanted);
}

Test(label_columns, encoded)
{
    const cx_scope s = open();
    const cx_array *const y = test_here(listed(4, (const int64_t[]){3, -1, 3, 7}));
    const cx_label_columns one = cx_labels_encode_columns(y);
    cr_expect(cx_array_equal(test_host(one.classes), listed(3, (const int64_t[]){-1, 3, 7})));
    cr_expect(cx_array_equal(test_host(one.offsets), listed(2, (const int64_t[]){0, 3})));
    cr_expect(cx_dim(one.codes, 0) == 4 && cx_dim(one.codes, 1) == 1);
    const cx_array *const two = cx_stack(CX_ARRAYS(y, cx_mul(y, cx_int(2))), 1),
                          *const nan = cx_full_like(two, cx_float((double)NAN), CX_F64),
                          *const missing = test_here(
                              cx_categories_new(cx_full(CX_SHAPE(2, 2), cx_int(-1), CX_I32, CX_CPU),
                                                1, (const char *const[]){"a"}));
    not_encoded(NULL, CX_E_NULL, "y");
    not_encoded(cx_expand_dims(two, 0), CX_E_SHAPE, "3 dimensions");
    not_encoded(cx_slice(two, 1, 0, 0, 1), CX_E_SHAPE, "0 columns");
    not_encoded(cx_astype(two, CX_C128), CX_E_DTYPE, "column 0 of y: labels are complex128");
    not_encoded(nan, CX_E_ARGUMENT, "column 0 of y");
    not_encoded(missing, CX_E_ARGUMENT, "column 0 of y: the label of row 0 is missing");
    const cx_array *const half = cx_stack(CX_ARRAYS(y, cx_div(y, cx_int(2))), 1);
    not_encoded(half, CX_E_ARGUMENT, "column 1 of y: the label -0.5 is no class");
    done(s);
}

/* Text columns from a table, and labels of a session by their text. */
Test(label_columns, columns_of_a_table)
{
    const cx_scope s = open();
    const problem p = problem_of("iris");
    const cx_array *const codes = cx_astype(test_host(cx_copy(p.y)), CX_I32),
                          *const size =
                              cx_astype(cx_select(test_host(cx_copy(p.there)), 1, 1), CX_I32);
    const cx_table *const t = cx_table_new(
        CX_NAMES("species", "size"),
        CX_ARRAYS(cx_categories_new(codes, 3, (const char *const[]){"b", "c", "a"}),
                  cx_categories_new(size, 2, (const char *const[]){"small", "large"})));
    const cx_array *const y = test_here(
        cx_stack(CX_ARRAYS(cx_table_column(t, "species"), cx_table_column(t, "size")), 1));
    const cx_estimator *const m =
        fitted("StandardScaler() | MultiOutputClassifier(GaussianNB())", p.x, y, NULL);
    const char *const names[] = {"a", "b", "c", "large", "small"};
    const cx_array *const classes = test_host(cx_attr(m, "classes_"));
    for (int i = 0; i < 5; i++) cr_expect_str_eq(cx_label(classes, i), names[i]);
    cr_expect_str_eq(cx_label(test_host(cx_attr(m, "classes_1")), 0), "large");
    cr_expect(cx_score(m, p.x, y) > 0.8, "%g", cx_score(m, p.x, y));
    if (test_on_cpu()) {
        cx_session *const serve = cx_session_new(m, CX_PREDICT, 1);
        const cx_array *const all = cx_predict(m, p.x);
        for (int64_t i = 0; i < 150; i += 29) {
            int64_t cols = 0;
            cr_assert(cx_session_run_rows(serve, cx_data_f64(p.x) + 4 * i, 1) == CX_OK);
            const double *const r = cx_session_result(serve, &cols);
            cr_assert(cols == 2);
            for (int64_t k = 0; k < 2; k++)
                cr_expect_str_eq(cx_session_label(serve, (int64_t)r[k]), cx_label(all, 2 * i + k));
        }
    }
    done(s);
}

/* A file of m with another array of that name; without a name, of one feature less at the top. */
static void forge(const cx_estimator *m, const char *name, const cx_array *instead)
{
    const char *names[64];
    const cx_array *arrays[64];
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    const cx_tensors *const file = cx_safetensors_load(path);
    const int n = cx_tensors_count(file);
    cr_assert(n > 0 && n <= 64);
    for (int i = 0; i < n; i++) {
        names[i] = cx_tensors_name(file, i);
        arrays[i] = strcmp(names[i], name) == 0 ? instead : cx_tensors_at(file, i);
    }
    char state[4096], *top = NULL;
    snprintf(state, sizeof state, "%s", cx_tensors_metadata(file, "calx.state"));
    for (char *at = state; (at = strstr(at, "features\":4")) != NULL; at++) top = at;
    cr_assert(top != NULL);
    if (name[0] == '\0') top[strlen("features\":")] = '3';
    const char *const metadata[] = {"calx.format", "1",   "calx.spec", cx_estimator_spec(m),
                                    "calx.state",  state, NULL};
    cr_assert(cx_safetensors_save(path, (cx_names){n, names}, (cx_arrays){n, arrays}, metadata) ==
              CX_OK);
}

/* It is refused in those words. */
static void tampered(const cx_estimator *m, const char *name, const cx_array *instead,
                     const char *words)
{
    forge(m, name, instead);
    const cx_scope inner_scope = cx_scope_open();
    const cx_estimator *const back = cx_estimator_load(path);
    cr_expect(cx_estimator_status(back) == CX_E_PARSE && strstr(cx_error_message(), words),
              "%s: %s", name, cx_error_message());
    (void)!cx_scope_close(inner_scope);
    remove(path);
}

/* Copies that saw more columns than the model has are asked for nothing. */
Test(label_columns, files_of_other_features)
{
    const cx_scope s = open();
    const problem p = problem_of("iris");
    const char *const specs[] = {"MultiOutputClassifier(GaussianNB())",
                                 "OneVsRestClassifier(GaussianNB())",
                                 "OutputCodeClassifier(GaussianNB(), random_state=0)"};
    for (int i = 0; i < 3; i++) {
        forge(fitted(specs[i], p.x, i == 2 ? p.y : p.there, NULL), "", NULL);
        const cx_scope inner_scope = cx_scope_open();
        const cx_estimator *const back = cx_estimator_load(path);
        cr_assert(cx_is_fitted(back), "%s", cx_error_message());
        const cx_array *const three = cx_slice(test_host(cx_copy(p.x)), 1, 0, 3, 1);
        cr_expect(cx_status_of(cx_predict(back, three)) == CX_E_SHAPE, "%s", specs[i]);
        cr_expect(cx_session_status(cx_session_new(back, CX_PREDICT, 1)) == CX_E_SHAPE, "%s",
                  specs[i]);
        (void)!cx_scope_close(inner_scope);
        remove(path);
    }
    done(s);
}

Test(label_columns, files_that_contradict_themselves)
{
    const cx_scope s = open();
    const problem p = problem_of("iris");
    const cx_estimator *const each =
        fitted("MultiOutputClassifier(GaussianNB())", p.x, p.columns, NULL);
    const cx_estimator *const chain = fitted("ClassifierChain(GaussianNB())", p.x, p.there, NULL);
    const cx_estimator *const rest =
        fitted("OneVsRestClassifier(GaussianNB())", p.x, p.there, NULL);
    const char *const offsets = "class_offsets_", *const cut = "do not cut classes_",
                      *const copies = "not its copies'";
    tampered(each, offsets, listed(4, (const int64_t[]){0, 3, 3, 9}), cut);
    tampered(each, offsets, listed(4, (const int64_t[]){0, 3, 5, 10}), cut);
    tampered(each, offsets, listed(4, (const int64_t[]){1, 3, 5, 9}), cut);
    tampered(each, offsets, listed(4, (const int64_t[]){0, 2, 5, 9}), copies);
    tampered(each, offsets, listed(3, (const int64_t[]){0, 3, 9}), "not its own");
    tampered(each, offsets, cx_zeros(CX_SHAPE(0), CX_I64, CX_CPU), cut);
    tampered(each, offsets, cx_zeros(CX_SHAPE(4), CX_F64, CX_CPU), "not int");
    tampered(chain, offsets, listed(4, (const int64_t[]){0, 1, 4, 6}), copies);
    tampered(chain, "order_", listed(3, (const int64_t[]){0, 1, 1}), "no order");
    tampered(chain, "chain_method_", listed(1, (const int64_t[]){0}), "no method");
    tampered(rest, "_constant", listed(3, (const int64_t[]){2, 1, 2}), "not its own");
    done(s);
}

/* Folds cannot be stratified by several columns; scores are those of rows. */
Test(label_columns, cross_validation)
{
    const cx_scope s = open();
    const problem p = problem_of("iris");
    const cx_estimator *const m = cx_estimator_new("MultiOutputClassifier(GaussianNB())");
    const cx_cv_opts *const o = CX_OPTS(cx_cv_opts, .cv = "KFold(4, shuffle=True, random_state=0)");
    const cx_array *const scores = cx_cross_val_score(m, CX_DATA(.x = p.x, .y = p.columns), o);
    cr_expect(cx_size(scores) == 4 && cx_item_f64(cx_min(scores, CX_ALL)) > 0.3, "%s: %s",
              cx_repr(scores), cx_error_message());
    const cx_array *const held = cx_cross_val_predict(
        m, CX_DATA(.x = p.x, .y = p.columns), "KFold(4, shuffle=True, random_state=0)", CX_PREDICT);
    const cx_array *const right = cx_all(cx_equal(held, p.columns), CX_AXIS(1));
    cr_expect(cx_item_f64(cx_mean(cx_astype(right, CX_F64), CX_ALL)) > 0.3, "%s",
              cx_error_message());
    done(s);
}

/* Scores by name: probabilities and decisions are those of labels that are there. */
Test(label_columns, scores_by_name)
{
    const char *const specs[] = {
        "OneVsRestClassifier(LinearDiscriminantAnalysis())", "OneVsRestClassifier(GaussianNB())",
        "MultiOutputClassifier(GaussianNB())", "ClassifierChain(GaussianNB())"};
    const char *const names[] = {"roc_auc", "average_precision", "f1_macro", "accuracy"};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++)
            for (int k = j == 1 ? 3 : 2; k <= 3; k++) {
                const cx_scope s = open();
                const problem p = problem_of(sets[i]);
                const cx_data d = {.x = p.x, .y = cx_slice(p.there, 1, 0, k, 1)};
                const cx_estimator *const m = cx_estimator_new(specs[j]);
                char key[128];
                snprintf(key, sizeof key, "%s/%s/%d", sets[i], specs[j], k);
                for (int l = 0; l < 4; l++) {
                    const cx_cv_opts *const o =
                        CX_OPTS(cx_cv_opts, .cv = "KFold(3, shuffle=True, random_state=0)",
                                .scoring = names[l]);
                    near(cx_cross_val_score(m, &d, o), 1e-9, "scores", key, names[l]);
                }
                done(s);
            }
}

/* Folds that have not seen a class give it no probability. */
Test(label_columns, held_out_answers)
{
    for (int i = 0; i < 2; i++)
        for (int folds = 3; folds <= 5; folds += 2) {
            const cx_scope s = open();
            const problem p = problem_of(sets[i]);
            char cv[32], key[96];
            snprintf(cv, sizeof cv, "KFold(%d)", folds);
            snprintf(key, sizeof key, "%s/%d", sets[i], folds);
            const cx_estimator *const m = cx_estimator_new("MultiOutputClassifier(GaussianNB())");
            const cx_data d = {.x = p.x, .y = p.columns};
            near(cx_cross_val_predict(m, &d, cv, CX_PREDICT_PROBA), 1e-7, "folds", key, "proba");
            near(cx_cross_val_predict(m, &d, cv, CX_PREDICT), 0, "folds", key, "labels");
            done(s);
        }
}

/* ---- sets of labels */
static cx_array *ints(const char *what)
{
    size_t count;
    const double *const v = golden(&count, "sets/%s", what);
    return cx_astype(cx_copy_host(v, CX_SHAPE((int64_t)count), CX_F64), CX_I64);
}

static void same(cx_array *a, const char *what)
{
    cx_array *const want = ints(what);
    cr_expect(cx_array_equal(cx_ravel(test_host(a)), want), "%s: %s", what, cx_repr(a));
}

Test(label_sets, numbers)
{
    const cx_scope s = open();
    const cx_array *const labels = test_here(ints("labels")), *const offsets =
                                                                  test_here(ints("offsets"));
    cx_estimator *const m = cx_estimator_new("MultiLabelBinarizer()");
    const cx_array *const y = cx_fit_transform(m, labels, offsets);
    same(cx_attr(m, "classes_"), "classes");
    same(cx_copy(y), "matrix");
    same(cx_transform_data(m, CX_DATA(.x = labels, .y = offsets)), "matrix");
    const cx_label_sets back = cx_label_sets_of(m, y);
    same(back.labels, "back/labels");
    same(back.offsets, "back/offsets");
    same(cx_inverse_transform(m, y), "back/labels");
    cx_estimator *const given = cx_estimator_new("MultiLabelBinarizer(classes=[4, -1, 2, 7])");
    const cx_array *const z = cx_fit_transform(given, labels, offsets);
    same(cx_copy(z), "given/matrix");
    same(cx_inverse_transform(given, z), "given/back");
    done(s);
}

Test(label_sets, texts_and_files)
{
    const cx_scope s = open();
    const char *const words[] = {"thriller", "comedy", "drama"};
    const cx_array *const codes = cx_astype(listed(4, (const int64_t[]){0, 1, 2, 1}), CX_I32),
                          *const labels = test_here(cx_categories_new(codes, 3, words)),
                          *const offsets = test_here(listed(4, (const int64_t[]){0, 2, 2, 4}));
    cx_estimator *const m = cx_estimator_new("MultiLabelBinarizer()");
    cr_assert(cx_fit(m, labels, NULL) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    const cx_estimator *const again = cx_estimator_to(cx_estimator_load(path), test_device());
    remove(path);
    cx_array *const y = cx_transform_data(again, CX_DATA(.x = labels, .y = offsets));
    cx_array *const want = listed(9, (const int64_t[]){1, 0, 1, 0, 0, 0, 1, 1, 0});
    cr_expect(cx_array_equal(test_host(cx_ravel(y)), want), "%s", cx_repr(y));
    const cx_label_sets back = cx_label_sets_of(again, y);
    const cx_array *const said = test_host(back.labels);
    const char *const order[] = {"comedy", "thriller", "comedy", "drama"};
    for (int i = 0; i < 4; i++) cr_expect_str_eq(cx_label(said, i), order[i]);
    cr_expect(cx_array_equal(test_host(back.offsets), test_host(cx_copy(offsets))));
    const cx_array *const nothing = cx_slice(labels, 0, 0, 0, 1);
    cr_expect(cx_dim(cx_transform_data(
                         again, CX_DATA(.x = nothing,
                                        .y = test_here(cx_zeros(CX_SHAPE(3), CX_I64, CX_CPU)))),
                     0) == 2);
    done(s);
}

Test(label_sets, refusals)
{
    const cx_scope s = open();
    const cx_array *const labels = test_here(ints("labels")), *const offsets =
                                                                  test_here(ints("offsets"));
    cx_estimator *const m = cx_estimator_new("MultiLabelBinarizer()");
    cr_assert(cx_fit(m, labels, NULL) == CX_OK);
    const cx_array *const bad[] = {NULL, cx_slice(offsets, 0, 0, 5, 1), cx_flip(offsets, 0),
                                   cx_astype(offsets, CX_F64)};
    const cx_status wanted[] = {CX_E_ARGUMENT, CX_E_ARGUMENT, CX_E_ARGUMENT, CX_E_DTYPE};
    for (int i = 0; i < 4; i++) {
        const cx_scope inner_scope = cx_scope_open();
        cr_expect(cx_status_of(cx_transform_data(m, CX_DATA(.x = labels, .y = bad[i]))) ==
                      wanted[i],
                  "%d: %s", i, cx_error_message());
        (void)!cx_scope_close(inner_scope);
    }
    const cx_scope inner_scope = cx_scope_open();
    cr_expect(cx_fit(cx_estimator_new("MultiLabelBinarizer(classes=[1, 1])"), labels, NULL) ==
              CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MultiLabelBinarizer(classes=[1, 'a'])"), labels, NULL) ==
              CX_E_ARGUMENT);
    const cx_array *const two = test_here(cx_full(CX_SHAPE(1, 9), cx_int(2), CX_I64, CX_CPU));
    cr_expect(cx_status_of(cx_label_sets_of(m, two).labels) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_label_sets_of(m, labels).offsets) == CX_E_SHAPE);
    cr_expect(cx_status_of(cx_label_sets_of(cx_estimator_new("Ridge()"), two).labels) ==
              CX_E_ARGUMENT);
    (void)!cx_scope_close(inner_scope);
    done(s);
}
