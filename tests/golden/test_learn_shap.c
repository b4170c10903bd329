/* SHAP values of models that grow the same trees as scikit-learn's, against the package shap. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/explain.h>
#include <criterion/criterion.h>
#include <math.h>

enum { ROWS = 120, ASKED = 9, COLUMNS = 4 };

#define FEW "n_estimators=6, max_depth=4, random_state=1)"
#define HIST "max_iter=6, max_leaf_nodes=7, min_samples_leaf=5, random_state=1)"
static const struct {
    const char *name, *spec, *y;
    cx_method answer; /* to which the values add up */
} cases[] = {
    {"tree", "DecisionTreeRegressor(max_depth=5, random_state=1)", "number", CX_PREDICT},
    {"tree_classes", "DecisionTreeClassifier(max_depth=5, random_state=1)", "three",
     CX_PREDICT_PROBA},
    {"forest", "RandomForestRegressor(" FEW, "number", CX_PREDICT},
    {"forest_classes", "RandomForestClassifier(" FEW, "three", CX_PREDICT_PROBA},
    {"extra", "ExtraTreesRegressor(" FEW, "number", CX_PREDICT},
    {"boost", "GradientBoostingRegressor(" FEW, "number", CX_PREDICT},
    {"boost_two", "GradientBoostingClassifier(" FEW, "two", CX_DECISION_FUNCTION},
    {"hist", "HistGradientBoostingRegressor(" HIST, "number", CX_PREDICT},
    {"hist_two", "HistGradientBoostingClassifier(" HIST, "two", CX_DECISION_FUNCTION},
    {"hist_three", "HistGradientBoostingClassifier(" HIST, "three", CX_DECISION_FUNCTION},
    {NULL, "GradientBoostingClassifier(" FEW, "three",
     CX_DECISION_FUNCTION}, /* shap has two only */
    {NULL, "ExtraTreesClassifier(" FEW, "two", CX_PREDICT_PROBA},
};

static cx_array *numbers(const char *key, int64_t rows, int64_t columns)
{
    size_t count;
    const double *const v = golden(&count, "%s", key);
    cr_assert_eq(count, (size_t)(rows * columns));
    cx_array *const all = cx_copy_host(v, CX_SHAPE(rows, columns), CX_F64);
    return columns == 1 ? cx_reshape(all, CX_SHAPE(rows)) : all;
}

static cx_array *answers(const cx_estimator *m, cx_method method, const cx_array *x)
{
    if (method == CX_PREDICT_PROBA) return cx_predict_proba(m, x);
    return method == CX_PREDICT ? cx_predict(m, x) : cx_decision_function(m, x);
}

static void check(size_t i)
{
    golden_from("learn_shap.tsv");
    const cx_scope s = cx_scope_open();
    const char *const name = cases[i].name;
    const cx_array *const y = numbers(cases[i].y, ROWS, 1), *const asked =
                                                                numbers("asked", ASKED, COLUMNS);
    cx_estimator *const m = cx_estimator_new(cases[i].spec);
    cx_check(cx_fit(m, numbers("x", ROWS, COLUMNS),
                    cases[i].answer == CX_PREDICT ? y : cx_astype(y, CX_I64)));
    const cx_shap got = cx_tree_shap(m, asked);
    cr_assert(cx_ok(), "%s: %s", cases[i].spec, cx_error_message());
    if (name != NULL) {
        size_t count;
        const double *const values = golden(&count, "%s/values", name);
        const double off = difference(got.values, values, count);
        cr_expect(off < 1e-12, "%s: values are off by %g", name, off);
        const double *const expected = golden(&count, "%s/expected", name);
        const double base = difference(got.expected, expected, count);
        cr_expect(base < 1e-12, "%s: the expected answer is off by %g", name, base);
    }
    const cx_array *const all = cx_add(cx_sum(got.values, CX_AXIS(1)), got.expected),
                          *const want =
                              cx_reshape(answers(m, cases[i].answer, asked), cx_shape_of(all));
    cr_expect(cx_allclose(all, want, NULL), "%s does not add up", cases[i].spec);
    cr_expect(cx_item_f64(cx_max(cx_abs(cx_sub(all, want)), CX_ALL)) < 1e-12, "%s", cases[i].spec);
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", cases[i].spec, cx_error_message());
}

Test(shap, as_the_package_has_them)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check(i);
}

/* Categories reach the trees as places, a category that the fit did not see as a missing value. */
Test(shap, of_categorical_columns)
{
    golden_from("learn_shap.tsv");
    const cx_scope s = cx_scope_open();
    const cx_array *const codes = cx_mul(cx_floor(cx_mul(numbers("x", ROWS, COLUMNS), cx_float(3))),
                                         cx_float(7)),
                          *const asked = cx_copy(cx_slice(codes, 0, 3, 12, 1));
    double *const at = cx_data_f64_mut(cx_slice(asked, 0, 0, 1, 1));
    at[0] = 1e5;
    at[1] = (double)NAN;
    cx_estimator *const m = cx_estimator_new("HistGradientBoostingRegressor(max_iter=5, "
                                             "min_samples_leaf=5, categorical_features=[0, 1])");
    const cx_array *const shifted = cx_sub(codes, cx_min(codes, CX_ALL));
    cx_check(cx_fit(m, shifted, numbers("number", ROWS, 1)));
    const cx_array *const rows = cx_sub(asked, cx_min(codes, CX_ALL));
    const cx_shap got = cx_tree_shap(m, rows);
    const cx_array *const all = cx_add(cx_sum(got.values, CX_AXIS(1)), got.expected);
    const double off = cx_item_f64(cx_max(cx_abs(cx_sub(all, cx_predict(m, rows))), CX_ALL));
    cr_expect(off < 1e-12, "off by %g", off);
    /* the leaves are those of predict: their values add up, too */
    const int64_t *const leaf = cx_data_i64(cx_tree_apply(m, rows)), *const start = cx_data_i64(
                                                                         cx_attr(m, "tree_start_"));
    const double *const value = cx_data_f64(cx_attr(m, "value_")), *const said = cx_data_f64(
                                                                       cx_predict(m, rows));
    const int64_t trees = cx_tree_count(m);
    const double base = cx_item_f64(cx_attr(m, "baseline_"));
    cr_assert(cx_ok() && leaf && start && value && said, "%s", cx_error_message());
    for (int64_t i = 0; i < ASKED; i++) {
        double sum = base;
        for (int64_t t = 0; t < trees; t++) sum += value[start[t] + leaf[i * trees + t]];
        cr_expect(fabs(sum - said[i]) < 1e-12, "row %d: %g, not %g", (int)i, sum, said[i]);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
