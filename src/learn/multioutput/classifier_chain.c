/* ClassifierChain: a classifier for each column of labels, in an order; each sees x and what is
 * told of the columns before it: labels, probabilities or decisions (sklearn.multioutput).
 *
 * classes_ are in the order of y's columns, as predict's columns are; scikit-learn's list is in the
 * order of the chain, as estimators_0, estimators_1, ... are. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/model_selection/model_selection.h"
#include "learn/multiclass/inner.h"
#include "learn/multioutput/chain.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <string.h>

enum { CLASSES, OFFSETS, ORDER, METHOD };
static const char *const attrs[] = {"classes_: label [c]", "class_offsets_: int [o]",
                                    "order_: int [t]", "chain_method_: label [1]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each column of y"},
    CX__CHAIN_ORDER,
    {"cv", CX__CV_KINDS, "None", "int [2, inf)",
     "None: true columns of y go on in fit; folds: what is told of rows that were left out"},
    {"chain_method", CX_PARAM_STR | CX_PARAM_LIST, "'predict'",
     "{'predict', 'predict_proba', 'predict_log_proba', 'decision_function'}",
     "what a classifier tells the later ones; of a list, the first that it has"},
    CX__CHAIN_RANDOM_STATE,
    CX__CHAIN_VERBOSE,
    {.name = NULL},
};

/* ---- what is told */
static const struct {
    const char *name;
    cx_method method;
} told[] = {{"predict", CX_PREDICT},
            {"predict_proba", CX_PREDICT_PROBA},
            {"predict_log_proba", CX_PREDICT_LOG_PROBA},
            {"decision_function", CX_DECISION_FUNCTION}};

/* Index into told, -1. */
static int find_told(const char *name)
{
    for (int i = 0; name && i < (int)(sizeof told / sizeof *told); i++)
        if (strcmp(name, told[i].name) == 0) return i;
    return -1;
}

/* The first way of the parameter that the estimator has. */
static cx_status choose_told(const cx_estimator *self, int *out)
{
    const cx__lit *const v = cx__param(self, "chain_method");
    const bool one = v->kind == CX__LIT_STR;
    for (int i = 0; i < (one ? 1 : v->count); i++) {
        const cx__lit *const item = one ? v : &v->u.items[i];
        *out = item->kind == CX__LIT_STR ? find_told(item->u.s) : -1;
        if (*out >= 0 && cx_estimator_has(cx__inner(self), told[*out].method)) return CX_OK;
    }
    return cx__fail(CX_E_ARGUMENT, "fit", "%s has none of the methods of chain_method",
                    cx__inner(self)->cls->name);
}

static cx_status told_by(const char *where, const cx_estimator *self, cx_method *out)
{
    cx__site s;
    CX__TRY(cx__site_of(where, cx_self(self, METHOD), &s));
    const cx_array *const name = cx__to_host(&s, cx_self(self, METHOD));
    const int i = cx_dtype_of(name) == CX_CAT ? find_told(cx_label(name, 0)) : -1;
    CX__TRY(cx__so_far());
    if (i < 0)
        return cx__fail(CX_E_PARSE, where, "%s: chain_method_ is no method", self->cls->name);
    *out = told[i].method;
    return CX_OK;
}

/* Probabilities and decisions are those of a second class. */
static cx_status two_each(const char *where, const cx_estimator *self, const char *what)
{
    const int64_t *at = NULL, k = cx__label_columns(self);
    CX__TRY(cx__read_offsets(where, self, &at));
    for (int64_t i = 0; i < k; i++)
        if (at[i + 1] - at[i] != 2)
            return cx__fail(CX_E_ARGUMENT, where,
                            "%s: %s needs two classes in every column of y; column %lld has %lld",
                            self->cls->name, what, (long long)i, (long long)(at[i + 1] - at[i]));
    return CX_OK;
}

/* ---- fit */
static cx_status check_y(const cx_estimator *self, const cx_array *y)
{
    if (cx_ndim(y) != 2)
        return cx__fail(CX_E_SHAPE, "fit",
                        "%s needs y with two dimensions [samples, columns], "
                        "two columns at least",
                        self->cls->name);
    if (cx_dtype_of(y) == CX_CAT)
        return cx__fail(CX_E_DTYPE, "fit", "%s takes labels as numbers: they go on beside x",
                        self->cls->name);
    if (cx_estimator_kind_of(cx__inner(self)) == CX_CLASSIFIER) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s is no classifier", self->cls->name,
                    cx__inner(self)->cls->name);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    int way = 0;
    cx__site s;
    CX__TRY(check_y(self, data->y));
    CX__TRY(choose_told(self, &way));
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_label_columns y = cx_labels_encode_columns(data->y);
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set(self, OFFSETS, y.offsets));
    const char *const name = told[way].name;
    const cx_array *const text = cx_categories_new(cx_zeros(CX_SHAPE(1), CX_I32, CX_CPU), 1, &name);
    CX__TRY(cx_self_set(self, METHOD, cx__sent(&s, text)));
    if (way != 0) CX__TRY(two_each("fit", self, name));
    return cx__chain_fit(self, data, told[way].method);
}

/* Files: the copies are classifiers of the columns that order_ says. */
static cx_status check(const cx_estimator *self)
{
    static const char where[] = "estimator_load";
    cx_method method;
    const int64_t *at = NULL, t = cx_size(cx_self(self, ORDER));
    CX__TRY(cx__chain_check(self));
    CX__TRY(told_by(where, self, &method));
    if (method != CX_PREDICT) CX__TRY(two_each(where, self, "chain_method_"));
    CX__TRY(cx__read_offsets(where, self, &at));
    const int64_t *const order = cx_data_i64(cx__as(where, cx_self(self, ORDER), CX_I64));
    if (!order) return cx__last_status();
    bool fits = cx__label_columns(self) == t && cx_dtype_of(cx_self(self, CLASSES)) != CX_CAT;
    for (int64_t k = 0; fits && k < t; k++) {
        const cx_estimator *const child = self->state->child[k];
        fits = cx_has_attr(child, "classes_") &&
               cx_size(cx_attr(child, "classes_")) == at[order[k] + 1] - at[order[k]];
    }
    return fits ? CX_OK
                : cx__fail(CX_E_PARSE, where,
                           "the classes of a ClassifierChain are not its copies'");
}

/* ---- use */
/* Of columns with three classes there is no one probability. */
static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT) return true;
    if (method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM) return false;
    if (cx__class_offsets(self) && cx_size(cx_self(self, CLASSES)) != 2 * cx__label_columns(self))
        return false;
    return cx_estimator_has(cx__inner(self), method);
}

static cx_array *answers(const cx_estimator *self, const char *where, cx_method method,
                         const cx_array *x)
{
    cx_method between;
    cx_status st = told_by(where, self, &between);
    if (st == CX_OK && method != CX_PREDICT) st = two_each(where, self, where);
    if (cx_check(st) != CX_OK) return cx__nil(st);
    const cx_dtype t = method == CX_PREDICT ? cx_dtype_of(cx_self(self, CLASSES)) : CX_F64;
    return cx__chain_ask(self, where, method, between, x, t);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return answers(self, "predict", CX_PREDICT, x);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return answers(self, "predict_proba", CX_PREDICT_PROBA, x);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return answers(self, "decision_function", CX_DECISION_FUNCTION, x);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx_method between;
    CX__TRY(told_by("session_new", self, &between));
    if (p->method != CX_PREDICT) CX__TRY(two_each("session_new", self, "this method"));
    return cx__chain_plan(self, between, p);
}

const cx_estimator_class cx__class_classifier_chain = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ClassifierChain",
    .doc = "A classifier for each column of labels, which sees what is told of those before it.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_LABEL_COLUMNS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .decision_function = decision_function,
    .has = has,
    .check = check,
    .plan = plan,
    .predict_into = cx__chain_into,
    .predict_proba_into = cx__chain_into,
    .decision_into = cx__chain_into,
};
