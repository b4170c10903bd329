/* Several fitted copies of one estimator as children. One idea: the copies see the caller's data as
 * it is (tables too), so that every check is theirs. Knows no rule of combining them. */
#include "learn/multiclass/inner.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/table.h>
#include <stdio.h>
#include <string.h>

const cx_estimator *cx__inner(const cx_estimator *self)
{
    return self->params[0].u.estimator;
}

cx_status cx__inner_features(const cx_estimator *self, const cx_data *in, cx_data *out)
{
    *out = (cx_data){.x = in->x, .table = in->table};
    if (!in->table) return CX_OK;
    const cx__schema *const seen = self->state ? self->state->schema : NULL;
    const char *const target = in->target ? in->target : (seen ? seen->target : NULL);
    if (!target || cx_table_find(in->table, target) < 0) return CX_OK;
    out->table = cx_table_drop(in->table, (cx_names){1, &target});
    return cx_table_status(out->table);
}

cx_status cx__inner_truth(const cx_estimator *self, const cx_data *in, cx_data *features,
                          const cx_array **y)
{
    if (in->sample_weight)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s takes no sample_weight", self->cls->name);
    if (cx__feature_rows(in) < 1)
        return cx__fail(CX_E_SHAPE, "fit", "%s: x has no rows", self->cls->name);
    cx_data truth;
    CX__TRY(cx__score_truth("fit", self, in, &truth));
    *y = truth.y;
    return cx__inner_features(self, in, features);
}

cx_status cx__inner_labels(const cx_estimator *self, const cx_data *in, cx_data *features,
                           cx_labels *y)
{
    const cx_array *truth = NULL;
    CX__TRY(cx__inner_truth(self, in, features, &truth));
    *y = cx_labels_encode(truth);
    CX__TRY(cx__so_far());
    if (cx_size(y->classes) >= 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s needs more than one class", self->cls->name);
}

/* Fit a copy that is ours, which becomes child i. */
static cx_status fit_child(cx_estimator *self, const char *where, cx_estimator *child,
                           const cx_data *d, int64_t i)
{
    char name[40];
    snprintf(name, sizeof name, "estimators_%lld", (long long)i);
    const cx_scope scope = cx_scope_open();
    cx_status st = cx__estimator_fit(where, child, d, strcmp(where, "partial_fit") == 0);
    const cx_status closed = cx_scope_close(scope);
    if (st == CX_OK) st = closed;
    return st == CX_OK ? cx_self_set_child(self, name, child) : st;
}

cx_status cx__inner_fit(cx_estimator *self, const cx_data *d, int64_t i)
{
    cx_estimator *child = NULL;
    CX__TRY(cx__estimator_clone("fit", cx__inner(self), &child));
    const cx_status st = fit_child(self, "fit", child, d, i);
    cx__release(child);
    return st;
}

cx_status cx__inner_partial_fit(cx_estimator *self, const cx_data *d, int64_t i)
{
    static const char where[] = "partial_fit";
    cx_estimator *child = NULL;
    CX__TRY(cx__estimator_clone(where, cx__inner(self), &child));
    /* the child that is there belongs to the state before this fit, which may fail */
    if (i < self->state->children &&
        !(child->state = cx__state_copy(self->state->child[i]->state))) {
        cx__release(child);
        return cx__fail_nomem(where, "a fitted state", sizeof *child->state);
    }
    const cx_status st = fit_child(self, where, child, d, i);
    cx__release(child);
    return st;
}

cx_status cx__inner_check(const cx_estimator *self, int64_t count)
{
    bool same = self->state->children == count;
    for (int i = 0; same && i < self->state->children; i++)
        same = self->state->child[i]->cls == cx__inner(self)->cls;
    if (same) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "the fitted estimators of a %s are not its own",
                    self->cls->name);
}

/* ---- columns that may hold one label only */
cx_status cx__inner_fit_columns(cx_estimator *self, const cx_data *features, const cx_array *y)
{
    static cx__held ends = CX__HELD("y: min(y, axis=0), max(y, axis=0)");
    const int64_t k = cx_dim(y, 1);
    cx__site s;
    CX__TRY(cx__site_of("fit", y, &s));
    const cx_tuple end = cx__held_all("fit", &ends, CX_ARRAYS(y));
    CX__TRY(cx__so_far());
    int64_t *const low = cx_data_i64_mut(cx_empty(CX_SHAPE(k), CX_I64, CX_CPU)),
                   *const high = cx_data_i64_mut(cx_empty(CX_SHAPE(k), CX_I64, CX_CPU));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all_i64(&s, cx_ascontiguous(end.at[0]), low));
    CX__TRY(cx__read_all_i64(&s, cx_ascontiguous(end.at[1]), high));
    cx_data d = *features;
    for (int64_t i = 0; i < k; i++) {
        CX__TRY(cx_self_progress(self, i, k));
        if (low[i] == high[i]) continue;
        low[i] = CX__COPY;
        d.y = cx_select(y, 1, i);
        CX__TRY(cx__inner_fit(self, &d, i));
    }
    return cx_self_set(self, cx__class_slot(self->cls, "_constant"),
                       cx__given_all(&s, low, k, CX_I64));
}

cx_status cx__inner_constants(const cx_estimator *self, const char *where, const int64_t **out)
{
    const cx_array *const constant = cx_self(self, cx__class_slot(self->cls, "_constant"));
    cx__site s;
    CX__TRY(cx__site_of(where, constant, &s));
    const cx_array *const host = cx__fetch(&s, cx__i64(&s, constant));
    *out = cx_data_i64(host);
    return cx__so_far();
}

cx_array *cx__column_sure(const cx_estimator *self, const char *where, const cx_data *d,
                          int64_t constant, int *copy)
{
    if (constant == CX__COPY) return cx__sure(where, self->state->child[(*copy)++], d);
    return cx_full(CX_SHAPE(cx__feature_rows(d)), cx_int(constant), CX_F64, self->state->device);
}

cx_status cx__inner_columns_check(const cx_estimator *self, int64_t k)
{
    static const char where[] = "estimator_load";
    const cx_array *const constant = cx_self(self, cx__class_slot(self->cls, "_constant"));
    const int64_t *one = NULL;
    if (cx_ndim(constant) != 1 || cx_size(constant) != k)
        return cx__fail(CX_E_PARSE, where, "%s: _constant does not fit", self->cls->name);
    CX__TRY(cx__inner_constants(self, where, &one));
    int64_t copies = 0;
    for (int64_t i = 0; i < k; i++) copies += one[i] == CX__COPY ? 1 : 0;
    return cx__inner_check(self, copies);
}

cx_method cx__sure_method(const cx_estimator *inner)
{
    if (cx_estimator_kind_of(inner) == CX_REGRESSOR) return CX_PREDICT;
    return cx_estimator_has(inner, CX_DECISION_FUNCTION) ? CX_DECISION_FUNCTION : CX_PREDICT_PROBA;
}

double cx__sure_from(const cx_estimator *inner)
{
    return cx__sure_method(inner) == CX_DECISION_FUNCTION ? 0 : 0.5;
}

cx_array *cx__sure(const char *where, const cx_estimator *child, const cx_data *d)
{
    const cx_method method = cx__sure_method(child);
    cx_array *const r = cx__estimator_call(where, child, method, d);
    if (method == CX_PREDICT_PROBA) return cx_copy(cx_select(r, 1, 1));
    return cx_ndim(r) == 1 ? r : cx_reshape(r, CX_SHAPE(cx_size(r)));
}

cx_status cx__serve(const cx_estimator *self, cx_method method, cx_plan *p, cx__served *out)
{
    const int64_t count = self->state->children;
    *out = (cx__served){.count = count};
    out->child = cx_plan_alloc(p, (size_t)count * sizeof *out->child);
    if (!out->child) return CX_E_NOMEM;
    for (int64_t i = 0; i < count; i++) {
        cx__ready *const r = &out->child[i];
        CX__TRY(cx__plan_make("session_new", self->state->child[i], method, p->max_rows, p->cols_in,
                              r));
        cx__plan_adopt(p, r);
        if (r->plan.cols_out > out->cols) out->cols = r->plan.cols_out;
    }
    if (out->cols > INT64_MAX / 8 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    out->room = cx_plan_alloc(p, (size_t)(out->cols * p->max_rows) * sizeof *out->room);
    return out->room ? CX_OK : CX_E_NOMEM;
}

cx_status cx__served_run(const cx__served *s, int64_t i, const double *x, int64_t rows, int64_t col,
                         int64_t stride, double *out)
{
    const cx__ready *const r = &s->child[i];
    CX__TRY(r->run(&r->plan, x, rows, s->room));
    for (int64_t k = 0; k < rows; k++) out[k * stride] = s->room[k * r->plan.cols_out + col];
    return CX_OK;
}
