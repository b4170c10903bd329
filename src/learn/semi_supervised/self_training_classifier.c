/* SelfTrainingClassifier: a classifier that labels rows itself, those first of which it is sure,
 * and learns from them in its next fit.
 *
 * One idea: one copy is fitted again and again on the rows that have a code by now; it is the child
 * that answers in the end. */
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/multiclass/inner.h"
#include "learn/semi_supervised/partial_labels.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <string.h>

#define CHILD "estimator_"
enum { CLASSES, TRANSDUCTION, LABELED, ROUNDS, CONDITION };
static const char *const attrs[] = {
    "classes_: label [c]", "transduction_: label [m]",          "labeled_iter_: int [m]",
    "n_iter_: int []",     "termination_condition_: label [1]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "a classifier with predict_proba"},
    {"threshold", CX_PARAM_FLOAT, "0.75", "[0, 1)", "criterion='threshold': probability above it"},
    {"criterion", CX_PARAM_STR, "'threshold'", "{'threshold', 'k_best'}",
     "which rows get a label in a round"},
    {"k_best", CX_PARAM_INT, "10", "[1, inf)", "criterion='k_best': how many, the surest"},
    {"max_iter", CX_PARAM_INT | CX_PARAM_NONE, "10", "[0, inf)",
     "rounds at most; None: until nothing changes"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "not used: progress goes to the scope's callback"},
    {.name = NULL},
};

static const cx_estimator *fitted(const cx_estimator *self)
{
    return cx_self_child(self, CHILD);
}

/* ---- rounds */
typedef struct work {
    cx_estimator *self, *child;
    cx_data features;
    cx__site site;
    const cx_array *classes;
    cx_array *codes, *when; /* int64 [n]: -1 without a label; the round in which a row got it */
    int64_t left, rounds, most;
    bool best; /* criterion='k_best' */
} work;

/* Fit the copy on the rows that have a label. */
static cx_status learn(const work *w)
{
    static cx__held there = CX__HELD("c: c >= 0");
    const cx_array *const rows = cx_flatnonzero(cx__held_run("fit", &there, CX_ARRAYS(w->codes)));
    cx_data part = cx_data_take(&w->features, rows);
    part.y = cx__partial_labels_of("fit", w->classes, cx_take(w->codes, rows, 0));
    CX__TRY(cx__so_far());
    return cx__estimator_fit("fit", w->child, &part, false);
}

/* Of the rows without a label those that get one: places among them. */
static cx_array *choose(const work *w, const cx_array *sure)
{
    if (!w->best)
        return cx_flatnonzero(cx_greater(sure, cx_float(cx_param_f64(w->self, "threshold"))));
    const int64_t k = cx_param_i64(w->self, "k_best"), n = cx_size(sure);
    if (k >= n) return cx_arange_i64(0, n, 1, CX_I64, w->site.device);
    return cx_slice(cx_argsort(cx_negative(sure), 0), 0, 0, k, 1);
}

/* Label the rows of which the copy is sure; *count of them. */
static cx_status answer(work *w, int64_t *count)
{
    static cx__held without = CX__HELD("c: c < 0");
    const cx_array *const open = cx_flatnonzero(cx__held_run("fit", &without, CX_ARRAYS(w->codes)));
    const cx_data part = cx_data_take(&w->features, open);
    CX__TRY(cx__so_far());
    const cx_array *const shares = cx__estimator_call("fit", w->child, CX_PREDICT_PROBA, &part);
    const cx_array *const chosen = choose(w, cx_max(shares, CX_AXIS(1))),
                          *const own = cx_labels_codes(cx_attr(w->child, "classes_"), w->classes);
    CX__TRY(cx__so_far());
    *count = cx_size(chosen);
    if (*count == 0) return CX_OK;
    const cx_array *const rows = cx_take(open, chosen, 0),
                          *const code =
                              cx_take(own, cx_take(cx_argmax(shares, CX_AXIS(1)), chosen, 0), 0);
    CX__TRY(cx_put_rows(w->codes, rows, code));
    return cx_put_rows(w->when, rows, cx_int(w->rounds));
}

/* Why the rounds end. */
static cx_status train(work *w, const char **condition)
{
    bool change = true;
    const int64_t rows = w->left;
    while (change && w->left > 0 && w->rounds < w->most) {
        int64_t count = 0;
        const cx_scope s = cx_scope_open();
        w->rounds++;
        cx_status st = cx_self_progress(w->self, rows - w->left, rows);
        if (st == CX_OK) st = learn(w);
        if (st == CX_OK) st = answer(w, &count);
        CX__TRY(cx__give_status(s, st));
        w->left -= count;
        change = count > 0;
    }
    *condition = w->left == 0 ? "all_labeled" : w->rounds == w->most ? "max_iter" : "no_change";
    return learn(w);
}

static cx_status store(const work *w, const char *condition)
{
    cx_estimator *const self = w->self;
    const cx_array *const text =
        cx_categories_new(cx_zeros(CX_SHAPE(1), CX_I32, CX_CPU), 1, &condition);
    CX__TRY(cx_self_set_child(self, CHILD, w->child));
    CX__TRY(cx_self_set(self, CLASSES, cx_attr(w->child, "classes_")));
    CX__TRY(cx_self_set(self, TRANSDUCTION, cx__partial_labels_of("fit", w->classes, w->codes)));
    CX__TRY(cx_self_set(self, LABELED, w->when));
    CX__TRY(cx_self_set_i64(self, ROUNDS, w->rounds));
    return cx_self_set(self, CONDITION, cx__sent(&w->site, text));
}

static void warn(const work *w)
{
    const int64_t k = cx_param_i64(w->self, "k_best");
    const char *const name = w->self->cls->name;
    if (w->left == 0) cx__warn(CX_E_ARGUMENT, "%s: every row of y has a label", name);
    if (w->best && k > w->left)
        cx__warn(CX_E_ARGUMENT, "%s: k_best=%lld is more than the %lld rows without a label", name,
                 (long long)k, (long long)w->left);
}

static cx_status run(work *w, const cx_array *truth)
{
    static cx__held start = CX__HELD("c: where(c < 0, -1, 0)");
    const char *condition = NULL;
    cx__partial_labels y;
    CX__TRY(cx__partial_labels_read("fit", truth, &y));
    w->classes = y.classes;
    w->codes = cx_copy(y.codes);
    w->when = cx_astype(cx__held_run("fit", &start, CX_ARRAYS(y.codes)), CX_I64);
    w->left = y.without;
    CX__TRY(cx__so_far());
    warn(w);
    CX__TRY(train(w, &condition));
    return store(w, condition);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    const cx_array *truth = NULL;
    const cx_estimator *const inner = cx__inner(self);
    work w = {.self = self,
              .best = strcmp(cx_param_str(self, "criterion"), "k_best") == 0,
              .most =
                  cx_param_is_none(self, "max_iter") ? INT64_MAX : cx_param_i64(self, "max_iter")};
    if (!cx_estimator_has(inner, CX_PREDICT_PROBA))
        return cx__fail(CX_E_UNSUPPORTED, "fit", "%s: a %s has no predict_proba", self->cls->name,
                        inner->cls->name);
    CX__TRY(cx__inner_truth(self, in, &w.features, &truth));
    CX__TRY(cx__site_of("fit", truth, &w.site));
    CX__TRY(cx__estimator_clone("fit", inner, &w.child));
    const cx_status st = run(&w, truth);
    cx__release(w.child);
    return st;
}

/* ---- use */
static bool has(const cx_estimator *self, cx_method method)
{
    return (method == CX_PREDICT || method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA ||
            method == CX_DECISION_FUNCTION) &&
           cx_estimator_has(cx__inner(self), method);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    return cx__estimator_call(cx__method_name(method), fitted(self), method, &d);
}

static cx_status check(const cx_estimator *self)
{
    if (self->state->children == 1 && cx_estimator_status(fitted(self)) == CX_OK &&
        cx_dtype_of(cx_self(self, CONDITION)) == CX_CAT &&
        cx_size(cx_attr(fitted(self), "classes_")) == cx_size(cx_self(self, CLASSES)))
        return cx__inner_check(self, 1);
    return cx__fail(CX_E_PARSE, "estimator_load", "the fitted estimator of a %s is not its own",
                    self->cls->name);
}

static cx_status run_child(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__ready *const r = p->state;
    return r->run(&r->plan, x, rows, out);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__ready *const r = cx_plan_alloc(p, sizeof *r);
    if (r == NULL) return CX_E_NOMEM;
    p->state = r;
    CX__TRY(cx__plan_make("session_new", fitted(self), p->method, p->max_rows, p->cols_in, r));
    cx__plan_adopt(p, r);
    p->cols_out = r->plan.cols_out;
    return CX_OK;
}

const cx_estimator_class cx__class_self_training_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SelfTrainingClassifier",
    .doc = "A classifier that labels rows of which it is sure and learns from them.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = run_child,
    .predict_proba_into = run_child,
    .decision_into = run_child,
    .has = has,
    .call = call,
};
