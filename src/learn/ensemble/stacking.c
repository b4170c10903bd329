/* StackingClassifier and StackingRegressor: an estimator that learns from what others say
 * (sklearn.ensemble). */
#include "learn/ensemble/stacking.h"
#include "learn/model_selection/model_selection.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

static const char *const label_attrs[] = {"stack_method_: any [m]", "_widths: int [m]",
                                          "classes_: label [c]", "class_offsets_?: int [o]", NULL};
static const char *const number_attrs[] = {"stack_method_: any [m]", "_widths: int [m]", NULL};

#define FINAL(otherwise)                                                     \
    {                                                                        \
        "final_estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL, \
            "what learns from their answers; None: " otherwise               \
    }
#define CV                                                                                  \
    {                                                                                       \
        "cv", CX__CV_KINDS, "None", "[2, inf)",                                             \
            "folds or a splitter, whose parts tell of rows that were not learnt; None: 5; " \
            "'prefit': all are FrozenEstimators and tell of all rows"                       \
    }
#define PASSTHROUGH                                                                        \
    {                                                                                      \
        "passthrough", CX_PARAM_BOOL, "False", NULL, "the last one sees the features, too" \
    }
static const cx_param label_params[] = {
    CX__NAMED_ESTIMATORS,
    FINAL("LogisticRegression()"),
    CV,
    {"stack_method", CX_PARAM_STR, "'auto'",
     "{'auto', 'predict_proba', 'decision_function', 'predict'}",
     "what they are asked for; 'auto': the first of these that each one has"},
    CX__NAMED_JOBS,
    PASSTHROUGH,
    CX__NAMED_VERBOSE("0"),
    {.name = NULL},
};
static const cx_param number_params[] = {
    CX__NAMED_ESTIMATORS,   FINAL("RidgeCV()"), CV, CX__NAMED_JOBS, PASSTHROUGH,
    CX__NAMED_VERBOSE("0"), {.name = NULL}};

const char *cx__stack_default(const cx_estimator *self)
{
    return self->cls->kind == CX_CLASSIFIER ? "LogisticRegression()" : "RidgeCV()";
}

bool cx__stack_method(const cx_estimator *self, int i, cx_method *out)
{
    static const cx_method order[] = {CX_PREDICT_PROBA, CX_DECISION_FUNCTION, CX_PREDICT};
    const cx_estimator *const m = cx__named_at(self, i);
    *out = CX_PREDICT;
    if (self->cls->kind != CX_CLASSIFIER) return true;
    const char *const wanted = cx__param(self, "stack_method")->u.s;
    for (int k = 0; k < 3; k++) {
        *out = order[k];
        const bool named =
            strcmp(wanted, "auto") == 0 || strcmp(wanted, cx__method_name(order[k])) == 0;
        if (named && cx_estimator_has(m, order[k])) return true;
    }
    return false;
}

/* ---- fit */
/* Labels that are there or not: a matrix of 0 and 1. */
static cx_status many_labels(cx_estimator *self, const cx_array *y, const cx_array **out)
{
    static cx__held binary = CX__HELD("y: all((y == 0) | (y == 1))");
    const bool text = cx_dtype_of(y) == CX_CAT;
    const int64_t fits = text ? 0 : cx__number_i64(cx__held_run("fit", &binary, CX_ARRAYS(y)));
    CX__TRY(cx__so_far());
    if (!fits)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: a matrix y holds 0 and 1 only", self->cls->name);
    const cx_label_columns all = cx_labels_encode_columns(y);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(self, CX__STACK_CLASSES, all.classes));
    CX__TRY(cx_self_set(self, CX__STACK_OFFSETS, all.offsets));
    *out = cx_astype(y, CX_I64);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    const bool classifier = self->cls->kind == CX_CLASSIFIER;
    CX__TRY(cx__named_valid(self, classifier, in->sample_weight != NULL));
    CX__TRY(cx__members_data(self, in, &d, &y));
    if (cx_ndim(y) == 2 && classifier) {
        CX__TRY(many_labels(self, y, &y));
    } else if (classifier) {
        const cx_labels labels = cx_labels_encode(y);
        CX__TRY(cx__so_far());
        CX__TRY(cx_self_set(self, CX__STACK_CLASSES, labels.classes));
        y = labels.codes;
    }
    if (cx_ndim(y) != 1 && !classifier)
        return cx__fail(CX_E_SHAPE, "fit", "%s: y has %d dimensions; it takes one target a row",
                        self->cls->name, cx_ndim(y));
    return cx__stack_fit(self, &d, y, in->sample_weight);
}

/* ---- use */
const cx_estimator *cx__stack_last(const cx_estimator *self)
{
    return self->state->child[self->state->children - 1];
}

cx_array *cx__stack_columns(const cx_estimator *self, const cx_estimator *member, cx_method method,
                            const cx_array *answers)
{
    if (cx_ndim(answers) == 1) return cx_expand_dims(answers, 1);
    if (method != CX_PREDICT_PROBA || self->cls->kind != CX_CLASSIFIER)
        return cx_to(answers, cx_device_of(answers));
    const int64_t k = cx_dim(answers, 1), c = cx_size(cx_self(self, CX__STACK_CLASSES));
    /* of two labels the second; of several columns of labels the second of each */
    if (!cx_self_has(self, CX__STACK_OFFSETS))
        return c == 2 ? cx_slice(answers, 1, 1, CX_END, 1) : cx_to(answers, cx_device_of(answers));
    const bool pairs = cx_has_attr(member, "class_offsets_") && k == c &&
                       k == 2 * (cx_size(cx_self(self, CX__STACK_OFFSETS)) - 1);
    return pairs ? cx_slice(answers, 1, 1, CX_END, 2) : cx_to(answers, cx_device_of(answers));
}

cx_array *cx__stack_join(const char *where, const cx_estimator *self, const cx_data *d,
                         const cx_array *const *part, int count)
{
    const cx_array **const all = cx__scope_room((size_t)(count + 1) * sizeof *all);
    if (!all) return cx__nil(cx__last_status());
    memcpy(all, part, (size_t)count * sizeof *all);
    if (cx_param_bool(self, "passthrough")) {
        cx_data x;
        const cx_data in = {.x = d->x, .table = d->table};
        if (cx_check(cx__data_prepare(where, self, &in, CX__FOR_USE, &x)) != CX_OK)
            return cx__nil(cx__last_status());
        all[count++] = x.x;
    }
    return cx_concatenate((cx_arrays){count, all}, 1);
}

/* What entry i of the members was asked for in fit. */
cx_status cx__stack_methods(const char *where, const cx_estimator *self, cx_method **out)
{
    const cx_array *const text = cx_self(self, CX__STACK_METHODS);
    cx__site s;
    CX__TRY(cx__site_of(where, text, &s));
    const cx_array *const host = cx__to_host(&s, text);
    const int64_t n = cx_size(host);
    cx_method *const m = cx__scope_room((size_t)n * sizeof *m);
    if (!m) return cx__last_status();
    for (int64_t i = 0; i < n; i++) {
        const char *const name = cx_label(host, i);
        if (!name) return cx__last_status();
        m[i] = strcmp(name, "predict_proba") == 0       ? CX_PREDICT_PROBA
               : strcmp(name, "decision_function") == 0 ? CX_DECISION_FUNCTION
                                                        : CX_PREDICT;
    }
    *out = m;
    return CX_OK;
}

static cx_array *transform(const char *where, const cx_estimator *self, const cx_data *d)
{
    const int n = self->state->children - 1;
    cx_method *method = NULL;
    const cx_array **const part = cx__scope_room((size_t)n * sizeof *part);
    if (cx_check(cx__stack_methods(where, self, &method)) != CX_OK || !part)
        return cx__nil(cx__last_status());
    for (int i = 0; i < n && cx_ok(); i++) {
        const cx_estimator *const m = self->state->child[i];
        const cx_array *const a = cx__estimator_call(where, m, method[i], d);
        if (cx_ok()) part[i] = cx__stack_columns(self, m, method[i], a);
    }
    return cx_ok() ? cx__stack_join(where, self, d, part, n) : cx__nil(cx__last_status());
}

static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_TRANSFORM || method == CX_PREDICT) return true;
    if (self->cls->kind != CX_CLASSIFIER || method == CX_INVERSE_TRANSFORM ||
        method == CX_METHOD_SCORE_SAMPLES || method == CX_PREDICT_LOG_PROBA)
        return false;
    const cx__lit *const v = cx__param(self, "final_estimator");
    return v->kind == CX__LIT_ESTIMATOR ? cx_estimator_has(v->u.estimator, method) : true;
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    const char *const where = cx__method_name(method);
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    cx_array *const meta = transform(where, self, &d);
    if (!cx_ok() || method == CX_TRANSFORM) return meta;
    cx_array *const out =
        cx__estimator_call(where, cx__stack_last(self), method, &(const cx_data){.x = meta});
    if (!cx_ok() || method != CX_PREDICT || self->cls->kind != CX_CLASSIFIER) return out;
    const cx_array *const classes = cx_self(self, CX__STACK_CLASSES);
    return cx_self_has(self, CX__STACK_OFFSETS) ? cx_astype(out, cx_dtype_of(classes))
                                                : cx_take(classes, cx_astype(out, CX_I64), 0);
}

static cx_array *names(const cx_estimator *self, const cx_array *in)
{
    const cx_array *const widths = cx_self(self, CX__STACK_WIDTHS);
    cx__site s;
    int64_t *const width = cx__scope_room((size_t)cx_size(widths) * sizeof *width);
    if (!width || cx_check(cx__site_of("feature_names_out", widths, &s)) != CX_OK ||
        cx_check(cx__read_all_i64(&s, cx__i64(&s, widths), width)) != CX_OK)
        return cx__nil(cx__last_status());
    return cx__named_columns(self, width, false, cx_param_bool(self, "passthrough") ? in : NULL);
}

/* ---- files */
static cx_status check(const cx_estimator *self)
{
    static const char where[] = "estimator_load";
    CX__TRY(cx__named_check(self, 1));
    const int n = self->state->children - 1;
    const cx__lit *const v = cx__param(self, "final_estimator");
    const cx_estimator_class *const c = v->kind == CX__LIT_ESTIMATOR ? v->u.estimator->cls
                                        : self->cls->kind == CX_CLASSIFIER
                                            ? &cx__class_logistic_regression
                                            : &cx__class_ridge_cv;
    const cx_array *const methods = cx_self(self, CX__STACK_METHODS);
    int64_t *const width = cx__scope_room((size_t)n * sizeof *width), sum = 0;
    cx__site s;
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_at(where, CX_CPU, &s));
    bool ok = cx_size(methods) == n && cx_dtype_of(methods) == CX_CAT &&
              cx__stack_last(self)->cls == c &&
              strcmp(self->state->child_name[n], CX__STACK_FINAL) == 0;
    if (ok) CX__TRY(cx__read_all_i64(&s, cx__i64(&s, cx_self(self, CX__STACK_WIDTHS)), width));
    for (int i = 0; ok && i < n; i++) {
        ok = width[i] >= 1 && width[i] < INT32_MAX;
        sum += width[i];
    }
    if (cx_param_bool(self, "passthrough")) sum += cx_self_features(self);
    if (ok && cx__stack_last(self)->state && cx_self_features(cx__stack_last(self)) == sum)
        return CX_OK;
    return cx__fail(CX_E_PARSE, where, "the last estimator of a %s is not its own",
                    self->cls->name);
}

const cx_estimator_class cx__class_stacking_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StackingClassifier",
    .doc = "A classifier that learns from what others say of rows that they have not seen.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABEL_COLUMNS,
    .positional = 2,
    .params = label_params,
    .attrs = label_attrs,
    .fit = fit,
    .feature_names_out = names,
    .check = check,
    .plan = cx__stack_plan,
    .transform_into = cx__stack_transform_into,
    .predict_into = cx__stack_final_into,
    .predict_proba_into = cx__stack_final_into,
    .decision_into = cx__stack_final_into,
    .has = has,
    .call = call,
};

const cx_estimator_class cx__class_stacking_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StackingRegressor",
    .doc = "A regressor that learns from what others say of rows that they have not seen.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 2,
    .params = number_params,
    .attrs = number_attrs,
    .fit = fit,
    .feature_names_out = names,
    .check = check,
    .plan = cx__stack_plan,
    .transform_into = cx__stack_transform_into,
    .predict_into = cx__stack_final_into,
    .has = has,
    .call = call,
};
