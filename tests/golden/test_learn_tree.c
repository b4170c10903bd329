/* Single trees against scikit-learn: the same nodes, bit for bit where their sums have one order.
 */
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What make_learn_tree.py does with the data. */
enum { PLAIN = 0, WEIGHTED = 1, MISSING = 2, COLUMNS = 4 };
static const struct {
    const char *name, *spec, *set;
    int kind;
} cases[] = {
#define CASE(name, spec, set, kind) {#name, spec, #set, kind},
#include "learn_tree_cases.def"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases };

static cx_scope open(void)
{
    golden_from("learn_tree.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

typedef struct given {
    cx_array *x, *y, *weight;
} given;

static cx_array *columns_of(const char *set, const data_set *d)
{
    const cx_array *const i = cx_arange_i64(0, d->n, 1, CX_I64, CX_CPU);
    if (strcmp(set, "diabetes") == 0)
        return cx_stack(CX_ARRAYS(d->y, cx_add(cx_mul(cx_select(d->x, 1, 3), d->y), cx_float(200)),
                                  cx_mul(d->y, cx_float(3))),
                        1);
    const cx_array *const half = cx_remainder(cx_floor_divide(i, cx_int(7)), cx_int(2));
    return cx_stack(CX_ARRAYS(d->y, cx_astype(half, CX_F64)), 1);
}

static given data_of(const char *set, int kind)
{
    const data_set d = read_data(set);
    given g = {.x = d.x, .y = kind & COLUMNS ? columns_of(set, &d) : d.y};
    double *const x = cx_data_f64_mut(g.x);
    for (int64_t i = 0; (kind & MISSING) && i < d.n; i++)
        for (int64_t j = 0; j < d.d; j++)
            if ((7 * i + 3 * j) % 11 == 0) x[i * d.d + j] = NAN;
    if (kind & WEIGHTED) g.weight = golden_weights(d.n);
    return g;
}

static cx_estimator *fitted(const char *spec, const given *g)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = g->x, .y = g->y, .sample_weight = g->weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static void same(const char *name, const char *what, const cx_array *a, double tolerance)
{
    golden_same(name, what, a, tolerance, 1e-6);
}

static cx_array *head(const cx_array *a, int64_t n)
{
    return cx_slice(a, 0, 0, n, 1);
}

static cx_array *numbers(const int64_t *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_I64);
}

static void check_nodes(const char *name, const cx_estimator *m)
{
    same(name, "left", cx_attr(m, "children_left_"), 0);
    same(name, "right", cx_attr(m, "children_right_"), 0);
    same(name, "feature", cx_attr(m, "feature_"), 0);
    same(name, "threshold", cx_attr(m, "threshold_"), 0);
    same(name, "missing", cx_attr(m, "missing_go_to_left_"), 0);
    same(name, "samples", cx_attr(m, "n_node_samples_"), 0);
    same(name, "weighted", cx_attr(m, "weighted_n_node_samples_"), 1e-12);
    same(name, "impurity", cx_attr(m, "impurity_"), 1e-12);
    same(name, "value", cx_attr(m, "value_"), 1e-12);
    same(name, "importances", cx_attr(m, "feature_importances_"), 1e-11);
    const int64_t sizes[] = {cx_tree_get_depth(m, 0), cx_tree_get_n_leaves(m, 0),
                             cx_item_i64(cx_attr(m, "max_features_")),
                             cx_item_i64(cx_attr(m, "n_outputs_"))};
    same(name, "sizes", numbers(sizes, 4), 0);
}

static void check_use(const char *name, const cx_estimator *m, const given *g)
{
    const cx_array *const sixty = head(g->x, 60);
    const bool labels = cx_estimator_kind_of(m) == CX_CLASSIFIER;
    same(name, "predict", cx_predict(m, sixty), labels ? 0 : 1e-12);
    same(name, "apply", cx_tree_apply(m, sixty), 0);
    if (labels) same(name, "proba", cx_predict_proba(m, head(g->x, 20)), 1e-12);
    const cx_decision_path path = cx_tree_decision_path(m, head(g->x, 12));
    same(name, "indptr", path.indptr, 0);
    same(name, "indices", path.indices, 0);
}

Test(tree, grows_as_scikit_learn)
{
    for (int i = 0; i < CASES; i++) {
        const cx_scope s = open();
        const given g = data_of(cases[i].set, cases[i].kind);
        const cx_estimator *const m = fitted(cases[i].spec, &g);
        check_nodes(cases[i].name, m);
        check_use(cases[i].name, m, &g);
        done(s);
    }
}

static int find(const char *name)
{
    for (int i = 0; i < CASES; i++)
        if (strcmp(cases[i].name, name) == 0) return i;
    cr_assert(false, "no case %s", name);
    return -1;
}

Test(tree, pruning_path_as_scikit_learn)
{
    static const char *const names[] = {
        "c_iris", "r_best", "c_columns", "c_cancer_ccp", "c_cancer_ccp_best", "r_ccp", "r_ccp_w"};
    for (int i = 0; i < 7; i++) {
        const cx_scope s = open();
        const int c = find(names[i]);
        const given g = data_of(cases[c].set, cases[c].kind);
        const cx_pruning_path path = cx_tree_cost_complexity_pruning_path(
            cx_estimator_new(cases[c].spec),
            CX_DATA(.x = g.x, .y = g.y, .sample_weight = g.weight));
        same(names[i], "ccp_alphas", path.ccp_alphas, 1e-9);
        same(names[i], "impurities", path.impurities, 1e-11);
        done(s);
    }
}

/* ---- texts */
static void same_text(const char *name, const char *what, const char *got)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", name, what);
    size_t at = 0;
    while (at < count && got[at] != '\0' && (unsigned char)got[at] == (unsigned)want[at]) at++;
    if (at == count && got[at] == '\0') return;
    char *const text = calloc(count + 1, 1);
    for (size_t i = 0; text != NULL && i < count; i++) text[i] = (char)(unsigned char)want[i];
    const size_t from = at > 60 ? at - 60 : 0;
    cr_expect(false, "%s/%s at %zu: \"%.100s\", not \"%.100s\"", name, what, at, got + from,
              text != NULL ? text + from : "");
    free(text);
}

static void check_texts(const char *name, const cx_estimator *m)
{
    same_text(name, "text",
              cx_export_text(m, 0, CX_OPTS(cx_export_text_opts, .max_depth = CX_SET(3))));
    same_text(name, "text_weights",
              cx_export_text(m, 0,
                             CX_OPTS(cx_export_text_opts, .decimals = CX_SET(4), .spacing = 2,
                                     .show_weights = true)));
    same_text(name, "dot", cx_export_graphviz(m, 0, NULL));
    same_text(name, "dot_all",
              cx_export_graphviz(m, 0,
                                 CX_OPTS(cx_export_graphviz_opts, .filled = true, .rounded = true,
                                         .node_ids = true, .proportion = true,
                                         .leaves_parallel = true, .rotate = true,
                                         .special_characters = true, .precision = CX_SET(2),
                                         .class_symbols = true, .label = CX_NODE_LABEL_ROOT)));
    same_text(name, "dot_cut",
              cx_export_graphviz(m, 0,
                                 CX_OPTS(cx_export_graphviz_opts, .max_depth = CX_SET(1),
                                         .no_impurity = true, .filled = true,
                                         .label = CX_NODE_LABEL_NONE, .fontname = "serif")));
}

Test(tree, told_as_scikit_learn)
{
    static const char *const names[] = {"c_iris",        "c_cancer_best_w", "c_columns_dicts",
                                        "c_cancer_dict", "e_columns",       "r_best",
                                        "r_ccp",         "r_poisson_w",     "er_columns"};
    for (int i = 0; i < 9; i++) {
        const cx_scope s = open();
        const int c = find(names[i]);
        const given g = data_of(cases[c].set, cases[c].kind);
        check_texts(names[i], fitted(cases[c].spec, &g));
        done(s);
    }
}

#define NAMES(...)                                                                                 \
    {                                                                                              \
        (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)), (const char *const[]) \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
Test(tree, told_with_names)
{
    const cx_scope s = open();
    given g = data_of("iris", PLAIN);
    const cx_names features =
        NAMES("sepal length", "sepal width", "petal length", "petal \"width\"");
    const cx_names classes = NAMES("a", "b", "c"), quoted = NAMES("a", "b", "\"c\"");
    g.y = cx_categories_new(cx_astype(g.y, CX_I32), 3,
                            (const char *const[]){"setosa", "versi\u00e7", "virginica"});
    const cx_estimator *const m = fitted("DecisionTreeClassifier(max_depth=3, random_state=0)", &g);
    same_text("named", "text",
              cx_export_text(m, 0, CX_OPTS(cx_export_text_opts, .feature_names = features)));
    same_text("named", "text_classes",
              cx_export_text(m, 0,
                             CX_OPTS(cx_export_text_opts, .feature_names = features,
                                     .class_names = classes, .decimals = CX_SET(0))));
    same_text("named", "dot",
              cx_export_graphviz(m, 0,
                                 CX_OPTS(cx_export_graphviz_opts, .feature_names = features,
                                         .class_names = quoted)));
    done(s);
    const cx_scope failing = cx_scope_open();
    given plain = data_of("iris", PLAIN);
    const cx_estimator *const tree = fitted("DecisionTreeClassifier()", &plain);
    const cx_names few = NAMES("a");
    cr_expect(strcmp(cx_export_text(tree, 0, CX_OPTS(cx_export_text_opts, .feature_names = few)),
                     "") == 0);
    cr_expect(cx_scope_close(failing) == CX_E_ARGUMENT);
}

/* ---- one tree of many, rules of data and parameters */
Test(tree, a_tree_of_a_forest_is_a_tree)
{
    const cx_scope s = open();
    const given g = data_of("wine_data", COLUMNS);
    const cx_estimator *const forest =
        fitted("RandomForestClassifier(n_estimators=3, max_depth=3, random_state=0)", &g);
    cr_assert(cx_tree_count(forest) == 3);
    const cx_array *sum = cx_zeros(CX_SHAPE(1), CX_F64, CX_CPU);
    for (int i = 0; i < 3; i++) {
        const cx_estimator *const one = cx_tree_estimator(forest, i);
        cr_expect_str_eq(cx_estimator_spec(one), "DecisionTreeClassifier(max_depth=3, "
                                                 "max_features='sqrt')");
        cr_expect(cx_tree_get_depth(one, 0) == cx_tree_get_depth(forest, i));
        cr_expect(cx_tree_get_n_leaves(one, 0) == cx_tree_get_n_leaves(forest, i));
        cr_expect_str_eq(cx_export_text(one, 0, NULL), cx_export_text(forest, i, NULL));
        cr_expect(
            cx_array_equal(cx_tree_apply(one, g.x), cx_select(cx_tree_apply(forest, g.x), 1, i)));
        sum = cx_add(sum, cx_predict_proba(one, g.x));
    }
    const cx_array *const mean = cx_div(sum, cx_int(3));
    cr_expect(cx_allclose(mean, cx_predict_proba(forest, g.x), NULL));
    done(s);
}

Test(tree, random_state_none_is_entropy_and_data_is_checked)
{
    static const struct {
        const char *spec;
        int kind;
        double at0; /* x[0, 0] */
        cx_status status;
    } rows[] = {
        {"DecisionTreeRegressor(max_depth=2)", PLAIN, 1e38, CX_OK},
        {"DecisionTreeRegressor(max_depth=2)", PLAIN, 3.5e38, CX_E_ARGUMENT},
        {"DecisionTreeRegressor(max_depth=2)", PLAIN, NAN, CX_OK},
        {"DecisionTreeRegressor(max_depth=2)", PLAIN, INFINITY, CX_E_ARGUMENT},
        {"ExtraTreeRegressor(max_depth=2)", PLAIN, NAN, CX_OK},
        {"ExtraTreeRegressor(max_depth=2, splitter='best')", PLAIN, NAN, CX_E_ARGUMENT},
        {"DecisionTreeRegressor(monotonic_cst=[1])", PLAIN, 0, CX_E_ARGUMENT},
        {"DecisionTreeRegressor(monotonic_cst=[2, 0, 0, 0, 0, 0, 0, 0, 0, 0])", PLAIN, 0,
         CX_E_ARGUMENT},
        {"DecisionTreeRegressor(monotonic_cst=[1, 0, 0, 0, 0, 0, 0, 0, 0, 0])", COLUMNS, 0,
         CX_E_ARGUMENT},
        {"DecisionTreeClassifier(monotonic_cst=[1, 0, 0, 0, 0, 0, 0, 0, 0, 0])", PLAIN, 0,
         CX_E_ARGUMENT},
        {"DecisionTreeClassifier(class_weight=[{1: 2.0}])", PLAIN, 0, CX_E_ARGUMENT},
        {"DecisionTreeClassifier(class_weight={-5: 2.0})", PLAIN, 0, CX_E_ARGUMENT},
        {"DecisionTreeClassifier(class_weight={1: 2.0})", COLUMNS, 0, CX_E_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const cx_scope s = open();
        given g = data_of("diabetes", rows[i].kind);
        g.y = cx_floor(g.y);
        cx_data_f64_mut(g.x)[0] = rows[i].at0;
        cx_estimator *const m = cx_estimator_new(rows[i].spec);
        const cx_status got = cx_fit(m, g.x, g.y);
        cr_expect(got == rows[i].status, "%s: %d, %s", rows[i].spec, (int)got, cx_error_message());
        done(s);
    }
}

Test(tree, poisson_needs_what_it_needs)
{
    const cx_scope s = open();
    const given g = data_of("diabetes", PLAIN);
    cx_estimator *const m = cx_estimator_new("DecisionTreeRegressor(criterion='poisson')");
    cr_expect(cx_fit(m, g.x, cx_negative(g.y)) == CX_E_ARGUMENT);
    cr_expect(cx_fit(m, g.x, cx_mul(g.y, cx_float(0))) == CX_E_ARGUMENT);
    cr_expect(!cx_is_fitted(m));
    done(s);
}

Test(tree, some_row_weighs_something)
{
    const cx_scope s = open();
    given g = data_of("iris", PLAIN);
    g.weight = cx_zeros(CX_SHAPE(150), CX_F64, CX_CPU);
    cx_estimator *const m = cx_estimator_new("DecisionTreeClassifier()");
    cr_expect(cx_fit_data(m, CX_DATA(.x = g.x, .y = g.y, .sample_weight = g.weight)) ==
              CX_E_ARGUMENT);
    cx_data_f64_mut(g.weight)[3] = 1;
    cr_expect(cx_fit_data(m, CX_DATA(.x = g.x, .y = g.y, .sample_weight = g.weight)) == CX_OK);
    cr_expect(cx_tree_get_n_leaves(m, 0) == 1);
    done(s);
}

/* What predict may see is what fit may, in batches and sessions. */
Test(tree, rows_beyond_float32_are_refused)
{
    const cx_scope s = open();
    const given g = data_of("iris", PLAIN);
    const cx_estimator *const m = fitted("DecisionTreeClassifier(random_state=0)", &g);
    const double fine[] = {1, 2, 3e38, NAN}, far[] = {1, 2, 3.5e38, 4};
    cx_session *const served = cx_session_new(m, CX_PREDICT, 1);
    cr_expect(cx_session_run_rows(served, fine, 1) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_session_run_rows(served, far, 1) == CX_E_ARGUMENT);
    cr_expect(cx_ok());
    const cx_scope inner = cx_scope_open();
    (void)cx_predict(m, cx_copy_host(far, CX_SHAPE(1, 4), CX_F64));
    cr_expect(cx_scope_close(inner) == CX_E_ARGUMENT);
    const cx_scope leaves = cx_scope_open();
    (void)cx_tree_apply(m, cx_copy_host(far, CX_SHAPE(1, 4), CX_F64));
    cr_expect(cx_scope_close(leaves) == CX_E_ARGUMENT);
    const cx_scope other = cx_scope_open();
    cr_expect(cx_tree_get_depth(m, 1) == -1);
    cr_expect(cx_scope_close(other) == CX_E_ARGUMENT);
    done(s);
}
