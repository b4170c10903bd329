/* Gradient boosting against scikit-learn: the same trees for the same random_state, the same scores
 * and predictions stage by stage. */
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* What make_learn_boosting.py does with the data. */
enum { PLAIN = 0, WEIGHTED = 1, SHOWN = 30 };
static const struct {
    const char *name, *spec, *set;
    int kind;
} cases[] = {
#define CASE(name, spec, set, kind) {#name, spec, #set, kind},
#include "learn_boosting_cases.def"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases };

static cx_scope open(void)
{
    golden_from("learn_boosting.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

typedef struct given {
    cx_array *x, *y, *weight;
} given;

static given data_of(const char *set, int kind)
{
    const data_set d = read_data(set);
    given g = {.x = d.x, .y = d.y};
    if (kind != PLAIN) g.weight = golden_weights(d.n);
    return g;
}

static void fit(cx_estimator *m, const given *g)
{
    cx_check(cx_fit_data(m, CX_DATA(.x = g->x, .y = g->y, .sample_weight = g->weight)));
    cr_assert(cx_ok(), "%s: %s", cx_estimator_spec(m), cx_error_message());
}

/* Rows spread over the data. */
static cx_array *some(const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), step = n / SHOWN > 1 ? n / SHOWN : 1;
    return cx_ascontiguous(cx_slice(cx_slice(x, 0, 0, n, step), 0, 0, SHOWN, 1));
}

static void same(const char *name, const char *what, const cx_array *a, double tolerance)
{
    golden_same(name, what, a, tolerance, 1e-3);
}

static cx_array *numbers(const int64_t *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_I64);
}

/* Sums over each tree's nodes, the i-th counted 1 + i % 7 times. */
static cx_array *by_tree(const cx_estimator *m, const char *attr)
{
    const int64_t *const start = cx_data_i64(cx_attr(m, "tree_start_"));
    const double *const v = cx_data_f64(cx_attr(m, attr));
    const int64_t trees = cx_size(cx_attr(m, "tree_start_")) - 1;
    cx_array *const out = cx_zeros(CX_SHAPE(trees), CX_F64, CX_CPU);
    double *const sum = cx_data_f64_mut(out);
    cr_assert(cx_ok(), "%s", cx_error_message());
    for (int64_t t = 0; t < trees; t++)
        for (int64_t i = start[t]; i < start[t + 1]; i++)
            sum[t] += v[i] * (double)(1 + (i - start[t]) % 7);
    return out;
}

static void check_trees(const char *name, const cx_estimator *m)
{
    const cx_array *const start = cx_attr(m, "tree_start_");
    const int64_t end = cx_size(start);
    same(name, "nodes", cx_sub(cx_slice(start, 0, 1, end, 1), cx_slice(start, 0, 0, end - 1, 1)),
         0);
    same(name, "feature", cx_attr(m, "feature_"), 0);
    same(name, "left", cx_attr(m, "children_left_"), 0);
    same(name, "samples", cx_attr(m, "n_node_samples_"), 0);
    same(name, "threshold", by_tree(m, "threshold_"), 1e-14);
    same(name, "weighted", by_tree(m, "weighted_n_node_samples_"), 1e-12);
    same(name, "impurity", by_tree(m, "impurity_"), 1e-10);
    same(name, "value", cx_attr(m, "value_"), 1e-10);
    same(name, "train_score", cx_attr(m, "train_score_"), 1e-11);
    same(name, "importances", cx_attr(m, "feature_importances_"), 1e-10);
    const int64_t sizes[] = {cx_item_i64(cx_attr(m, "n_estimators_")),
                             cx_item_i64(cx_attr(m, "n_trees_per_iteration_")),
                             cx_item_i64(cx_attr(m, "max_features_"))};
    same(name, "sizes", numbers(sizes, 3), 0);
    if (strstr(name, "bag") == NULL && strcmp(name, "c_digits") != 0) return;
    same(name, "oob_scores", cx_attr(m, "oob_scores_"), 1e-11);
    same(name, "oob_improvement", cx_attr(m, "oob_improvement_"), 1e-8);
    same(name, "oob_score", cx_attr(m, "oob_score_"), 1e-11);
}

static void check_use(const char *name, const cx_estimator *m, const cx_array *x, double tolerance)
{
    const cx_array *const rows = some(x), *const staged = cx_staged_predict(m, rows);
    const bool labels = cx_estimator_kind_of(m) == CX_CLASSIFIER;
    const int64_t stages = cx_dim(staged, 0), from = stages > 3 ? stages - 3 : 0;
    same(name, "predict", cx_predict(m, rows), labels ? 0 : tolerance);
    same(name, "apply", cx_tree_apply(m, rows), 0);
    same(name, "staged_predict", cx_slice(staged, 0, from, stages, 1), labels ? 0 : tolerance);
    if (!labels) return;
    same(name, "proba", cx_predict_proba(m, rows), tolerance);
    same(name, "decision", cx_decision_function(m, rows), tolerance);
    same(name, "staged_proba", cx_slice(cx_staged_predict_proba(m, rows), 0, 0, stages, 4),
         tolerance);
    same(name, "staged_decision", cx_slice(cx_staged_decision_function(m, rows), 0, 0, stages, 4),
         tolerance);
}

Test(boosting, fits_as_scikit_learn)
{
    for (int i = 0; i < CASES; i++) {
        const cx_scope s = open();
        const given g = data_of(cases[i].set, cases[i].kind);
        cx_estimator *const m = cx_estimator_new(cases[i].spec);
        fit(m, &g);
        check_trees(cases[i].name, m);
        check_use(cases[i].name, m, g.x, 1e-11);
        done(s);
    }
}

Test(boosting, warm_starts_as_scikit_learn)
{
    static const struct {
        const char *name, *spec, *set;
        int64_t stages;
        double subsample;
    } warm[] = {
        {"warm_c",
         "GradientBoostingClassifier(n_estimators=4, subsample=0.7, warm_start=True, "
         "random_state=0)",
         "breast_cancer", 11, 0.7},
        {"warm_k",
         "GradientBoostingClassifier(n_estimators=3, max_features=2, warm_start=True, "
         "random_state=1)",
         "iris", 11, 1},
        {"warm_r",
         "GradientBoostingRegressor(n_estimators=5, loss='huber', warm_start=True, random_state=2)",
         "diabetes", 11, 1},
        {"warm_stop",
         "GradientBoostingRegressor(n_estimators=5, n_iter_no_change=6, subsample=0.8, "
         "warm_start=True, random_state=3)",
         "diabetes", 11, 0.8},
        {"warm_bag", "GradientBoostingRegressor(n_estimators=3, warm_start=True, random_state=4)",
         "diabetes", 7, 0.5},
    };
    for (size_t i = 0; i < sizeof warm / sizeof *warm; i++) {
        const cx_scope s = open();
        const given g = data_of(warm[i].set, PLAIN);
        cx_estimator *const m = cx_estimator_new(warm[i].spec);
        fit(m, &g);
        cx_check(cx_set_param_i64(m, "n_estimators", warm[i].stages));
        cx_check(cx_set_param_f64(m, "subsample", warm[i].subsample));
        fit(m, &g);
        check_trees(warm[i].name, m);
        check_use(warm[i].name, m, g.x, 1e-11);
        cx_check(cx_set_param_i64(m, "n_estimators", 2));
        cr_expect(cx_fit(m, g.x, g.y) == CX_E_ARGUMENT);
        cr_expect(strstr(cx_error_message(), "n_estimators=2") != NULL);
        done(s);
    }
}

/* scikit-learn hands float32 rows to init: where that fits in float32, digits go. */
Test(boosting, starts_from_estimators)
{
    static const struct {
        const char *name, *spec, *set;
        int kind;
        double tolerance;
    } init[] = {
        {"init_r",
         "GradientBoostingRegressor(n_estimators=5, init=Ridge(alpha=0.5), random_state=0)",
         "diabetes", WEIGHTED, 1e-4},
        {"init_c",
         "GradientBoostingClassifier(n_estimators=4, init=GradientBoostingClassifier("
         "n_estimators=2, max_depth=2, random_state=5), random_state=0)",
         "breast_cancer", PLAIN, 1e-11},
        {"init_k",
         "GradientBoostingClassifier(n_estimators=4, init=GradientBoostingClassifier("
         "n_estimators=2, max_depth=2, random_state=5), random_state=0)",
         "iris", PLAIN, 1e-11},
    };
    for (size_t i = 0; i < sizeof init / sizeof *init; i++) {
        const cx_scope s = open();
        const given g = data_of(init[i].set, init[i].kind);
        cx_estimator *const m = cx_estimator_new(init[i].spec);
        fit(m, &g);
        check_use(init[i].name, m, g.x, init[i].tolerance);
        done(s);
    }
}

Test(boosting, refuses)
{
    static const struct {
        const char *spec, *set, *says;
    } bad[] = {
        {"GradientBoostingClassifier(loss='exponential')", "iris", "two classes"},
        {"GradientBoostingClassifier(loss='deviance')", "iris", "loss"},
        {"GradientBoostingRegressor(subsample=0.0)", "diabetes", "subsample"},
        {"GradientBoostingRegressor(alpha=1.0, loss='huber')", "diabetes", "alpha"},
        {"GradientBoostingRegressor(init='one')", "diabetes", "init"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const cx_scope s = open();
        const given g = data_of(bad[i].set, PLAIN);
        cx_estimator *const m = cx_estimator_new(bad[i].spec);
        cr_expect(!cx_ok() || cx_fit(m, g.x, g.y) == CX_E_ARGUMENT, "%s", bad[i].spec);
        cr_expect(strstr(cx_error_message(), bad[i].says) != NULL, "%s: %s", bad[i].spec,
                  cx_error_message());
        const cx_status closed = cx_scope_close(s); /* a spec marks it, a fit does not */
        cr_expect(closed == CX_OK || closed == CX_E_ARGUMENT, "%s", bad[i].spec);
    }
    const cx_scope s = open();
    const given g = data_of("diabetes", PLAIN);
    cx_estimator *const m = cx_estimator_new("Ridge()");
    fit(m, &g);
    cr_expect(cx_staged_predict(m, g.x) == NULL || !cx_ok());
    cr_expect(cx_scope_close(s) == CX_E_UNSUPPORTED);
}

/* The same bits whatever the number of threads, and as many stages as are told. */
Test(boosting, threads_change_nothing)
{
    const cx_scope s = open();
    const given g = data_of("breast_cancer", WEIGHTED);
    static const char spec[] =
        "GradientBoostingClassifier(n_estimators=10, subsample=0.8, random_state=3)";
    cx_estimator *const one = cx_estimator_new(spec), *const many = cx_estimator_new(spec);
    fit(many, &g);
    const cx_scope alone = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    fit(one, &g);
    cr_expect(cx_scope_close(alone) == CX_OK);
    cr_expect(cx_array_equal(cx_attr(one, "value_"), cx_attr(many, "value_")));
    cr_expect(cx_array_equal(cx_attr(one, "train_score_"), cx_attr(many, "train_score_")));
    cr_expect(cx_array_equal(cx_decision_function(one, g.x),
                             cx_select(cx_staged_decision_function(many, g.x), 0, 9)));
    done(s);
}
