/* Every allocation of growing, pruning, asking and telling single trees failing in turn, once and
 * from then on. */
#include "fault.h"
#include <calx.h>
#include <calx/explain.h>
#include <criterion/criterion.h>
#include <string.h>

/* Threads of the pool would allocate in an order of their own. */
static void one_thread(void)
{
    fault_install();
    cr_assert_eq(cx_set_num_threads(1), CX_OK);
}

TestSuite(fault_trees, .init = one_thread, .timeout = 240);

enum { ROWS = 30, COLUMNS = 3 };

static cx_array *points(void)
{
    double x[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (double)(i * 37 % 101);
    return cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64);
}

static cx_array *labels(void)
{
    int64_t y[ROWS * 2];
    for (int i = 0; i < ROWS * 2; i++) y[i] = i * i % 7 % 3;
    return cx_copy_host(y, CX_SHAPE(ROWS, 2), CX_I64);
}

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_trees, name, __VA_ARGS__)

SCENARIO(classes, {
    cx_estimator *const m = cx_estimator_new(
        "DecisionTreeClassifier(class_weight='balanced', ccp_alpha=0.01, random_state=0)");
    cx_check(cx_fit(m, points(), labels()));
    if (cx_ok()) fault_add(cx_predict_proba(m, points()));
    if (cx_ok()) fault_add(cx_predict(m, points()));
    if (cx_ok()) fault_add(cx_attr(m, "feature_importances_"));
})

SCENARIO(numbers, {
    cx_estimator *const m = cx_estimator_new(
        "DecisionTreeRegressor(max_leaf_nodes=7, monotonic_cst=[1, 0, -1], random_state=0)");
    const cx_array *const y = cx_select(points(), 1, 2);
    cx_check(cx_fit(m, points(), y));
    if (cx_ok()) fault_add(cx_predict(m, points()));
})

SCENARIO(questions, {
    cx_estimator *const m = cx_estimator_new("ExtraTreeClassifier(random_state=0)");
    const cx_array *const y = cx_select(labels(), 1, 0);
    cx_check(cx_fit(m, points(), y));
    if (cx_ok()) fault_add(cx_tree_apply(m, points()));
    if (cx_ok()) fault_add(cx_tree_decision_path(m, points()).indices);
    if (cx_ok()) {
        const cx_data d = {.x = points(), .y = y};
        fault_add(cx_tree_cost_complexity_pruning_path(m, &d).ccp_alphas);
    }
    if (cx_ok()) fault_add_number((double)cx_tree_get_depth(m, 0));
    if (cx_ok()) fault_add(cx_predict(cx_tree_estimator(m, 0), points()));
    if (cx_ok()) fault_add_number((double)strlen(cx_export_text(m, 0, NULL)));
    if (cx_ok())
        fault_add_number((double)strlen(cx_export_graphviz(
            m, 0, CX_OPTS(cx_export_graphviz_opts, .filled = true, .leaves_parallel = true))));
})

SCENARIO(explained, {
    cx_estimator *const m = cx_estimator_new(
        "HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=3, categorical_features=[0])");
    cx_check(cx_fit(m, points(), cx_select(labels(), 1, 0)));
    const cx_shap out = cx_ok() ? cx_tree_shap(m, points()) : (cx_shap){NULL, NULL};
    if (cx_ok()) fault_add(out.values);
    if (cx_ok()) fault_add(out.expected);
})
