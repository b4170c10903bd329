/* cx_tree_shap: which sum of trees a model's answer is, rows in, values out. */
#include "learn/tree/shap.h"

#include "base/object.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/explain.h>
#include <string.h>

/* Classes whose trees add up without anything else. */
static const struct {
    const char *name;
    bool mean; /* over the trees */
} plain[] = {
    {"DecisionTreeClassifier", false}, {"DecisionTreeRegressor", false},
    {"ExtraTreeClassifier", false},    {"ExtraTreeRegressor", false},
    {"RandomForestClassifier", true},  {"RandomForestRegressor", true},
    {"ExtraTreesClassifier", true},    {"ExtraTreesRegressor", true},
};

/* Boosting: raw predictions that begin with an attribute's. */
static const struct {
    const char *name, *start;
    bool single;
    const char
        *rate; /* parameter by which the leaves' values are still to be multiplied, or NULL */
} boosted[] = {
    {"GradientBoostingClassifier", "start_", true, "learning_rate"},
    {"GradientBoostingRegressor", "start_", true, "learning_rate"},
    {"HistGradientBoostingClassifier", "baseline_", false, NULL},
    {"HistGradientBoostingRegressor", "baseline_", false, NULL},
};
enum { PLAIN = sizeof plain / sizeof plain[0], BOOSTED = sizeof boosted / sizeof boosted[0] };

static const cx_array *attribute(const cx_estimator *m, const char *name)
{
    const int slot = cx__class_slot(m->cls, name);
    return slot >= 0 && cx_self_has(m, slot) ? cx_self(m, slot) : NULL;
}

static cx_status boosted_sum(const char *where, const cx_estimator *m, int i, cx__tree_sum *out)
{
    cx__site host;
    CX__TRY(cx__site_at(where, CX_CPU, &host));
    const cx_array *const start = attribute(m, boosted[i].start), *const per = attribute(
                                                                      m, "n_trees_per_iteration_");
    if (start == NULL || per == NULL)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "%s starts from the predictions of another estimator (init)", m->cls->name);
    if (attribute(m, "category_values_") != NULL)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s with categorical columns", m->cls->name);
    *out = (cx__tree_sum){.columns = cx__number_i64(per),
                          .single = boosted[i].single,
                          .scale = boosted[i].rate ? cx_param_f64(m, boosted[i].rate) : 1,
                          .offset = cx__at(cx__fetch(&host, cx__as(where, start, CX_F64)))};
    CX__TRY(cx__so_far());
    return cx_size(start) == out->columns
               ? CX_OK
               : cx__fail(CX_E_INTERNAL, where, "%s has other trees than raw predictions",
                          m->cls->name);
}

cx_status cx__tree_sum_of(const char *where, const cx_estimator *m, int64_t trees,
                          cx__tree_sum *out)
{
    for (int i = 0; i < PLAIN; i++) {
        if (strcmp(m->cls->name, plain[i].name) != 0) continue;
        *out = (cx__tree_sum){
            .columns = 1, .single = true, .scale = plain[i].mean ? 1 / (double)trees : 1};
        return CX_OK;
    }
    for (int i = 0; i < BOOSTED; i++)
        if (strcmp(m->cls->name, boosted[i].name) == 0) return boosted_sum(where, m, i, out);
    return cx__fail(CX_E_ARGUMENT, where, "the answer of %s is no sum of trees", m->cls->name);
}

static cx_status explain(const char *where, const cx_estimator *m, const cx_array *x, cx_shap *out)
{
    cx__site s;
    cx__trees t;
    cx__tree_sum sum;
    cx_data d;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (m->state == NULL)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    CX__TRY(cx__tree_sum_of(where, m, 1, &sum)); /* or it is none: before its slots are read */
    CX__TRY(cx__data_prepare(where, m, &(cx_data){.x = x}, CX__FOR_USE, &d));
    CX__TRY(cx__site_of(where, d.x, &s));
    CX__TRY(cx__trees_view(where, m, &t));
    CX__TRY(cx__tree_sum_of(where, m, t.count, &sum));
    const int64_t n = cx_dim(d.x, 0), cols = cx_dim(d.x, 1), outputs = sum.columns * t.width;
    const cx_array *const rows = cx__fetch(&s, cx__f64(&s, d.x));
    const cx_shape one = CX_SHAPE(n, cols), all = CX_SHAPE(n, cols, outputs);
    cx_array *const values = cx_empty(outputs == 1 ? one : all, CX_F64, CX_CPU),
                    *const expected = cx_empty(CX_SHAPE(outputs), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    CX__TRY(
        cx__tree_shap(where, &t, &sum, cx__at(rows), n, cols, cx__at(values), cx__at(expected)));
    *out = (cx_shap){cx__send(&s, values), cx__send(&s, expected)};
    return cx__so_far();
}

cx_shap cx_tree_shap(const cx_estimator *m, const cx_array *x)
{
    cx_shap out = {NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx_status st = explain("tree_shap", m, x, &out);
    if (st == CX_OK) {
        out.values = cx_scope_keep(s, out.values);
        out.expected = cx_scope_keep(s, out.expected);
    }
    cx_check(st);
    st = cx_scope_close(s);
    if (st == CX_OK) return out;
    cx__mark(st);
    return (cx_shap){cx__nil(st), cx__nil(st)};
}
