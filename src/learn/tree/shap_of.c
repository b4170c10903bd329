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

cx_status cx__tree_sum_of(const char *where, const cx_estimator *m, const cx__trees *t,
                          cx__tree_sum *out)
{
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(m->cls->name, plain[i].name) != 0) continue;
        *out = (cx__tree_sum){.columns = 1,
                              .single = true,
                              .scale = plain[i].mean && t->count > 0 ? 1 / (double)t->count : 1};
        return CX_OK;
    }
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
    const cx__trees none = {.count = 0};
    CX__TRY(cx__tree_sum_of(where, m, &none, &sum));
    CX__TRY(cx__data_prepare(where, m, &(cx_data){.x = x}, CX__FOR_USE, &d));
    CX__TRY(cx__site_of(where, d.x, &s));
    CX__TRY(cx__trees_view(where, m, &t));
    CX__TRY(cx__tree_sum_of(where, m, &t, &sum));
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
