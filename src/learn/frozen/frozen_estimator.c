/* FrozenEstimator: a fitted model that a fit leaves as it is, so that it can be a part of what is
 * fitted.
 *
 * One idea: the state, with the model as its child, is made once by cx_frozen_estimator; clones
 * share it, and a fit hands it on. Everything else is the model's. */
#include "base/object.h"
#include "learn/base/plan.h"
#include <calx/device.h>
#include <math.h>

#define CHILD "estimator"

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL,
     "the model as it was before its fit; setting it forgets the fitted one"},
    {.name = NULL},
};
static const char *const attrs[] = {NULL};

static const cx_estimator *model(const cx_estimator *self)
{
    return cx_self_child(self, CHILD);
}
static const cx_estimator *spec(const cx_estimator *self)
{
    const cx__lit *const v = &self->params[0];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}

/* The model's columns, not those of the data. */
static void take_schema(cx__state *s, cx__schema *schema)
{
    if (schema) atomic_fetch_add_explicit(&schema->refs, 1, memory_order_relaxed);
    cx__schema_release(s->schema);
    s->schema = schema;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    (void)d;
    const cx__state *const before = self->before;
    if (!before)
        return cx__fail(CX_E_NOT_FITTED, "fit",
                        "this FrozenEstimator holds no fitted model: cx_frozen_estimator makes one "
                        "that does");
    if (!cx_device_equal(before->device, self->state->device)) {
        char names[2][16];
        return cx__fail(CX_E_DEVICE, "fit",
                        "the data is on %s, but the model of this FrozenEstimator is on %s",
                        cx_device_name(self->state->device, names[0]),
                        cx_device_name(before->device, names[1]));
    }
    take_schema(self->state, before->schema);
    return cx_self_set_child(self, CHILD, before->child[0]);
}

/* ---- making one */
static cx_status freeze(const char *where, const cx_estimator *fitted, cx_estimator **out)
{
    CX__NEED(where, "fitted", fitted, CX__KIND_ESTIMATOR);
    if (!fitted->state)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", fitted->cls->name);
    cx_estimator *m = NULL, *copy = NULL;
    cx_status st = cx__estimator_make(where, &cx__class_frozen_estimator, &m);
    cx__lit v = {.kind = CX__LIT_ESTIMATOR};
    if (st == CX_OK) st = cx__estimator_clone(where, fitted, &v.u.estimator);
    if (st == CX_OK) st = cx__param_assign(where, m, CHILD, &v);
    if (st == CX_OK) st = cx__estimator_clone(where, fitted, &copy);
    if (st == CX_OK) {
        cx__state_release(copy->state);
        copy->state = cx__state_copy(fitted->state);
        m->state = cx__state_new(0);
        if (!copy->state || !m->state) st = cx__fail_nomem(where, "a fitted state", 0);
    }
    if (st == CX_OK) {
        m->state->device = fitted->state->device;
        take_schema(m->state, fitted->state->schema);
        m->fitting = true;
        st = cx_self_set_child(m, CHILD, copy);
        m->fitting = false;
    }
    cx__release(copy);
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

cx_estimator *cx_frozen_estimator(const cx_estimator *fitted)
{
    cx_estimator *m = NULL;
    const cx_status st = freeze("frozen_estimator", fitted, &m);
    return cx__yield(st, "frozen_estimator", m);
}

/* ---- use */
static cx_estimator_kind kind_of(const cx_estimator *self)
{
    return spec(self) ? cx_estimator_kind_of(spec(self)) : CX_TRANSFORMER;
}
static bool has(const cx_estimator *self, cx_method method)
{
    return spec(self) && cx_estimator_has(spec(self), method);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    static const char *const names[] = {"predict",   "predict_proba",     "decision_function",
                                        "transform", "predict_log_proba", "inverse_transform"};
    return cx__estimator_call(names[method], model(self), method, d);
}

static double score(const cx_estimator *self, const cx_data *d)
{
    return cx__estimator_score("score", model(self), d);
}
static cx_array *names(const cx_estimator *self, const cx_array *in)
{
    return cx__names_out("feature_names_out", model(self), in);
}

static cx_status check(const cx_estimator *self)
{
    const cx__state *const s = self->state;
    if (s->children == 1 && s->child[0]->state && spec(self) &&
        s->child[0]->cls == spec(self)->cls &&
        cx_self_features(s->child[0]) == cx_self_features(self))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "the model of a FrozenEstimator is not its spec's");
}

/* ---- sessions */
static cx_status run(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__ready *const inner = p->state;
    return inner->run(&inner->plan, x, rows, out);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__ready *const inner = cx_plan_alloc(p, sizeof *inner);
    if (!inner) return CX_E_NOMEM;
    p->state = inner;
    CX__TRY(cx__plan_make("session_new", model(self), p->method, p->max_rows, p->cols_in, inner));
    cx__plan_adopt(p, inner);
    p->cols_out = inner->plan.cols_out;
    return CX_OK;
}

const cx_estimator_class cx__class_frozen_estimator = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FrozenEstimator",
    .doc = "A fitted model that is not fitted again.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_ALLOW_NAN,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .feature_names_out = names,
    .score = score,
    .check = check,
    .plan = plan,
    .transform_into = run,
    .predict_into = run,
    .predict_proba_into = run,
    .decision_into = run,
    .kind_of = kind_of,
    .has = has,
    .call = call,
};
