/* Weights of the rows that trees grow from: sample_weight times class_weight
 * (sklearn.utils.class_weight.compute_sample_weight), and monotonic_cst as numbers. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/model_selection.h"
#include "learn/tree/grow.h"
#include <calx/index.h>
#include <string.h>

double cx__grow_min_weight(const cx__grow *g, const double *weight)
{
    return g->min_weight_fraction *
           (weight != NULL ? cx__pairwise_sum(weight, g->n) : (double)g->n);
}

/* ---- balanced classes */
cx_status cx__grow_balance(const cx__grow *g, const double *mass, double *weight)
{
    const size_t bytes = (size_t)(g->width + g->n) * sizeof(double);
    double *const share = cx__calloc((size_t)(g->width + g->n), sizeof *share);
    if (share == NULL) return cx__fail_nomem(g->where, "class weights", bytes);
    double *const product = share + g->width, *of = share;
    for (int64_t i = 0; i < g->n; i++) product[i] = 1;
    for (int64_t j = 0; j < g->outputs; of += g->classes[j++]) {
        double present = 0;
        for (int64_t i = 0; i < g->n; i++)
            of[(int64_t)g->y[i * g->outputs + j]] += mass != NULL ? mass[i] : 1;
        for (int64_t c = 0; c < g->classes[j]; c++) present += of[c] > 0;
        const double rows = cx__pairwise_sum(of, g->classes[j]);
        for (int64_t c = 0; c < g->classes[j]; c++)
            of[c] = of[c] > 0 ? rows / (present * of[c]) : 0;
        for (int64_t i = 0; i < g->n; i++) product[i] *= of[(int64_t)g->y[i * g->outputs + j]];
    }
    for (int64_t i = 0; i < g->n; i++) weight[i] *= product[i];
    cx__free(share);
    return CX_OK;
}

/* ---- weights by label */
static cx_status by_label(const cx__grow *g, const cx__lit *dicts, double *weight)
{
    const bool listed = dicts->kind == CX__LIT_LIST || dicts->kind == CX__LIT_TUPLE;
    if (listed != (g->outputs > 1) || (listed && dicts->count != g->outputs))
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: class_weight is %s; for %lld columns of y it takes %s, or 'balanced'",
                        g->self->cls->name, listed ? "a list" : "a dict", (long long)g->outputs,
                        g->outputs > 1 ? "a list of as many dicts" : "a dict");
    double *const share = cx__scope_room((size_t)g->width * sizeof *share), *of = share;
    double *const product = cx__scope_room((size_t)g->n * sizeof *product);
    if (share == NULL || product == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < g->n; i++) product[i] = 1;
    for (int64_t j = 0; j < g->outputs; of += g->classes[j++]) {
        const cx__lit *const one = listed ? &dicts->u.items[j] : dicts;
        if (one->kind != CX__LIT_DICT)
            return cx__fail(CX_E_ARGUMENT, g->where, "%s: entry %lld of class_weight is no dict",
                            g->self->cls->name, (long long)j);
        const cx_array *const labels =
            listed ? cx_slice(g->labels, 0, of - share, of - share + g->classes[j], 1) : g->labels;
        CX__TRY(cx__class_weights(&g->site, one, labels, NULL, NULL, of));
        for (int64_t i = 0; i < g->n; i++) product[i] *= of[(int64_t)g->y[i * g->outputs + j]];
    }
    for (int64_t i = 0; i < g->n; i++) weight[i] *= product[i];
    return CX_OK;
}

static bool all_zero(const double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (v[i] != 0) return false;
    return true;
}

cx_status cx__grow_weights(cx__grow *g, const cx_array *sample_weight)
{
    static const char name[] = "class_weight";
    const bool known = g->classes != NULL && cx__class_param(g->self->cls, name, strlen(name)) >= 0;
    const cx__lit *const by = known ? cx__param(g->self, name) : NULL;
    const bool balanced = by != NULL && by->kind == CX__LIT_STR && strcmp(by->u.s, "balanced") == 0;
    const bool labelled = by != NULL && by->kind != CX__LIT_STR && by->kind != CX__LIT_NONE;
    if (sample_weight != NULL) {
        g->weight = cx__at(cx__f64(&g->site, sample_weight));
        CX__TRY(cx__so_far());
    }
    if (balanced || labelled) {
        double *const weight = cx__scope_room((size_t)g->n * sizeof *weight);
        if (weight == NULL) return CX_E_NOMEM;
        for (int64_t i = 0; i < g->n; i++) weight[i] = g->weight != NULL ? g->weight[i] : 1;
        CX__TRY(balanced ? cx__grow_balance(g, NULL, weight) : by_label(g, by, weight));
        g->weight = weight;
    }
    if (g->weight != NULL && all_zero(g->weight, g->n))
        return cx__fail(CX_E_ARGUMENT, g->where, "%s: the weights of all rows are 0",
                        g->self->cls->name);
    g->rules.min_weight_leaf = cx__grow_min_weight(g, g->weight);
    return CX_OK;
}

/* ---- monotonic_cst */
static cx_status refuse(const cx_estimator *self, const char *where, const char *what)
{
    return cx__fail(CX_E_ARGUMENT, where, "%s: monotonic_cst %s", self->cls->name, what);
}

static cx_status one_sign(const cx_estimator *self, const char *where, const cx__lit *v,
                          int8_t *out)
{
    double sign = 0;
    if (!cx__lit_number(v, &sign) || (sign != 0 && sign != 1 && sign != -1))
        return refuse(self, where, "holds something other than -1, 0 and 1");
    *out = (int8_t)sign;
    return CX_OK;
}

static cx_status by_name(const cx_estimator *self, const char *where, const cx__lit *dict,
                         int64_t d, int8_t *out)
{
    const cx__schema *const schema = self->state->schema;
    if (schema == NULL || schema->names == NULL)
        return refuse(self, where, "names columns, but x is a matrix; give it a list");
    for (int i = 0; i < dict->count; i++) {
        const cx__lit *const key = &dict->u.items[2 * i];
        int64_t at = 0;
        while (at < d && (key->kind != CX__LIT_STR || strcmp(schema->names[at], key->u.s) != 0))
            at++;
        if (at == d) return refuse(self, where, "names a column that x has not");
        CX__TRY(one_sign(self, where, key + 1, &out[at]));
    }
    return CX_OK;
}

cx_status cx__monotonic(const cx_estimator *self, const char *where, int64_t d, int8_t *out,
                        bool *any)
{
    const cx__lit *const v = cx__param(self, "monotonic_cst");
    memset(out, 0, (size_t)d);
    *any = false;
    if (v->kind == CX__LIT_NONE) return CX_OK;
    if (v->kind == CX__LIT_DICT) {
        CX__TRY(by_name(self, where, v, d, out));
    } else {
        if (v->count != d)
            return cx__fail(CX_E_ARGUMENT, where,
                            "%s: monotonic_cst has %d entries, x has %lld columns", self->cls->name,
                            v->count, (long long)d);
        for (int64_t j = 0; j < d; j++) CX__TRY(one_sign(self, where, &v->u.items[j], &out[j]));
    }
    for (int64_t j = 0; j < d; j++) *any = *any || out[j] != 0;
    return CX_OK;
}
