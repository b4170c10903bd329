/* The public verbs: checks, a scope of the library's own, the class's method, and the
 * transaction round fit.
 *
 * One idea: a fit writes into a fresh state; it takes the old one's place only if nothing
 * failed, otherwise nothing has happened. */
#include "base/alloc.h"
#include "learn/base/attr.h"
#include "learn/base/finite.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/metrics.h>
#include <calx/metrics_regression.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

/* ---- fit */
static cx_status slots_filled(const char *where, const cx_estimator *m)
{
    for (int i = 0; i < m->state->slots; i++)
        if (!m->state->slot[i] && !cx__attr_optional(m->cls->attrs[i]))
            return cx__fail(CX_E_INTERNAL, where, "%s left '%s' unset", m->cls->name,
                            m->cls->attrs[i]);
    return CX_OK;
}

static cx_device device_of(const cx_data *d)
{
    return d->x ? cx_device_of(d->x) : CX_CPU;
}

/* Work runs where the data is, and so must be what was fitted before. */
static cx_status same_device(const char *where, const cx_estimator *m, const cx_data *d)
{
    const cx_device here = device_of(d), home = m->state->device;
    if (cx_device_equal(here, home)) return CX_OK;
    char names[2][16];
    return cx__fail(CX_E_DEVICE, where, "the data is on %s, but this %s was fitted on %s",
                    cx_device_name(here, names[0]), m->cls->name, cx_device_name(home, names[1]));
}

/* What is to run: partial_fit, or fit, or a method of the class that fits and gives an array, whose
 * result is a reference of the caller's. */
typedef struct how {
    bool partial;
    cx_array *(*at_once)(cx_estimator *self, const cx_data *d);
    cx_array *result;
} how;

static cx_status run_class(const char *where, cx_estimator *m, const cx_data *d, how *h)
{
    if (h->partial) return m->cls->partial_fit(m, d);
    if (!h->at_once) return m->cls->fit(m, d);
    const cx_array *const a = h->at_once(m, d);
    if (!cx_ok()) return CX_OK;
    if (!a) return cx__fail(CX_E_INTERNAL, where, "%s returned NULL", m->cls->name);
    CX__TRY(cx_status_of(a));
    h->result = cx_retain(a);
    return CX_OK;
}

/* Inside the fit's scope, with the new state in place. */
static cx_status run_fit(const char *where, cx_estimator *m, const cx_data *d, bool old, how *h)
{
    cx_data prepared = *d;
    cx__late late;
    const bool raw = (m->cls->flags & CX_CLASS_RAW) != 0;
    if (!raw)
        CX__TRY(cx__data_prepare_late(where, m, d, CX__FOR_FIT, &late, &prepared));
    else if ((m->cls->flags & CX_CLASS_NO_WEIGHT) && d->sample_weight)
        return cx__fail(CX_E_ARGUMENT, where, "%s takes no sample_weight", m->cls->name);
    m->state->device = device_of(&prepared);
    cx_status st = old ? same_device(where, m, &prepared) : CX_OK;
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK) st = run_class(where, m, &prepared, h);
    const cx_status finite = raw ? CX_OK : cx__late_end(&late);
    CX__TRY(st != CX_OK ? st : finite);
    CX__TRY(cx__work_wait(where, m->state->device));
    CX__TRY(cx__poll(where));
    return cx_ok() ? slots_filled(where, m)
                   : CX_OK; /* the scope's own error is told by its close */
}

static cx_status new_state(const char *where, const cx_estimator *m, const cx_data *d, bool keep,
                           cx__state **out)
{
    if (keep) CX__TRY(cx__schema_check(where, m, d));
    cx__state *const s = keep ? cx__state_copy(m->state) : cx__state_new(cx__class_attrs(m->cls));
    if (!s) return cx__fail_nomem(where, "a fitted state", sizeof *s);
    const cx_status st = keep ? CX_OK : cx__schema_make(where, d, &s->schema);
    if (st == CX_OK)
        *out = s;
    else
        cx__state_release(s);
    return st;
}

static bool takes(const cx_estimator *m, const cx_array *x, bool back)
{
    if (!(m->cls->flags & CX_CLASS_LABELS)) return cx_ndim(x) == 2;
    if (back) return cx_ndim(x) == 1 || cx_ndim(x) == 2;
    return cx_ndim(x) == 1 || (cx_ndim(x) == 2 && cx_dim(x, 1) == 1);
}

static CX__COLD cx_status other_shape(const char *where, const cx_estimator *m, const cx_array *x)
{
    const bool labels = (m->cls->flags & CX_CLASS_LABELS) != 0;
    return cx__fail(CX_E_SHAPE, where, "x has %d dimensions; %s takes %s", cx_ndim(x), m->cls->name,
                    labels ? "labels [samples]" : "a matrix [samples, features]");
}

static cx_status fit_any(const char *where, cx_estimator *m, const cx_data *d, how *h)
{
    const bool partial = h->partial;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(where, d));
    if (!(partial ? m->cls->partial_fit : m->cls->fit))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name,
                        partial ? "partial_fit" : "fit");
    if (m->fitting)
        return cx__fail(CX_E_ARGUMENT, where, "this %s is being fitted already", m->cls->name);
    if (d->x && !takes(m, d->x, false)) return other_shape(where, m, d->x);
    CX__TRY(cx__data_target(where, d));
    CX__TRY(cx__params_check(where, m));
    const cx_scope scope = cx_scope_open();
    cx__state *const old = m->state, *fresh = NULL;
    cx_status st = new_state(where, m, d, partial && old, &fresh);
    if (st == CX_OK) {
        m->state = fresh;
        m->before = old;
        m->fitting = true;
        st = run_fit(where, m, d, partial && old, h);
        m->fitting = false;
        m->before = NULL;
    }
    cx_error e = {0};
    if (st != CX_OK) cx_error_get(&e);
    const cx_status closed = cx_scope_close(scope);
    if (st == CX_OK)
        st = closed;
    else
        cx__error_set(&e);
    if (st == CX_OK) {
        cx__state_release(old);
    } else {
        m->state = old;
        cx__state_release(fresh);
    }
    return st;
}

cx_status cx__estimator_fit(const char *where, cx_estimator *m, const cx_data *d, bool partial)
{
    return fit_any(where, m, d, &(how){.partial = partial});
}

/* Fit in one way or the other; without one that gives the array, ask for it afterwards. */
static cx_array *fit_and_ask(const char *where, cx_estimator *m, const cx_data *d, how *h,
                             cx_method method)
{
    const cx_status st = fit_any(where, m, d, h);
    if (st == CX_OK && !h->at_once) return cx__estimator_call(where, m, method, d);
    if (st == CX_OK) return cx__yield(st, where, h->result);
    cx_release(h->result);
    return cx__yield(st, where, NULL);
}

cx_array *cx__estimator_fit_transform(const char *where, cx_estimator *m, const cx_data *d)
{
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && !cx_estimator_has(m, CX_TRANSFORM) && !m->cls->fit_transform)
        st = cx__fail(CX_E_UNSUPPORTED, where, "%s has no transform", m->cls->name);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    return fit_and_ask(where, m, d, &(how){.at_once = m->cls->fit_transform}, CX_TRANSFORM);
}

cx_array *cx__estimator_fit_predict(const char *where, cx_estimator *m, const cx_data *d)
{
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK) {
        const cx_estimator_kind kind = cx_estimator_kind_of(m);
        const bool labels = kind != CX_CLASSIFIER && kind != CX_REGRESSOR &&
                            (m->cls->fit_predict || cx_estimator_has(m, CX_PREDICT));
        if (!labels) st = cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name, where);
    }
    if (st != CX_OK) return cx__yield(st, where, NULL);
    return fit_and_ask(where, m, d, &(how){.at_once = m->cls->fit_predict}, CX_PREDICT);
}

/* ---- predict and its kin */
static cx_array *run_method(const cx_estimator *m, cx_method method, const cx_array *x)
{
    const cx_estimator_class *const c = m->cls;
    switch (method) {
    case CX_PREDICT: return c->predict(m, x);
    case CX_PREDICT_PROBA: return c->predict_proba(m, x);
    case CX_DECISION_FUNCTION: return c->decision_function(m, x);
    case CX_TRANSFORM: return c->transform(m, x);
    case CX_PREDICT_LOG_PROBA:
        return c->predict_log_proba ? c->predict_log_proba(m, x) : cx_log(c->predict_proba(m, x));
    case CX_INVERSE_TRANSFORM: return c->inverse_transform(m, x);
    case CX_METHOD_SCORE_SAMPLES: return c->score_samples(m, x);
    }
    return NULL;
}

/* back: data of inverse_transform */
static cx_status ready(const char *where, const cx_estimator *m, const cx_data *d, bool back)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(where, d));
    if (!m->state)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted: call cx_fit first",
                        m->cls->name);
    if (d->x && !takes(m, d->x, back)) return other_shape(where, m, d->x);
    return cx__poll(where);
}

static cx_status call(const char *where, const cx_estimator *m, cx_method method, const cx_data *d,
                      cx_array **out)
{
    if (!cx_estimator_has(m, method))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name,
                        cx__method_name(method));
    if (method != CX_INVERSE_TRANSFORM) CX__TRY(cx__schema_check(where, m, d));
    CX__TRY(same_device(where, m, d));
    if (m->cls->call) {
        *out = m->cls->call(m, method, d);
    } else {
        cx_data prepared = *d;
        cx__late late;
        CX__TRY(cx__data_prepare_late(where, m, d, CX__FOR_USE, &late, &prepared));
        *out = run_method(m, method, prepared.x);
        CX__TRY(cx__late_end(&late));
    }
    if (!*out) return cx__fail(CX_E_INTERNAL, where, "%s returned NULL", m->cls->name);
    return cx_status_of(*out);
}

cx_array *cx__estimator_call(const char *where, const cx_estimator *m, cx_method method,
                             const cx_data *d)
{
    const cx_status st = ready(where, m, d, method == CX_INVERSE_TRANSFORM);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope scope = cx_scope_open();
    cx_array *out = NULL;
    cx_check(call(where, m, method, d, &out));
    return cx_scope_return(scope, out);
}

/* ---- score */
static double default_score(const char *where, const cx_estimator *m, const cx_data *d)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    if (kind != CX_CLASSIFIER && kind != CX_REGRESSOR) {
        cx_check(cx__fail(CX_E_UNSUPPORTED, where, "%s has no score", m->cls->name));
        return (double)NAN;
    }
    const cx_array *const p =
        cx_predict_data(m, d->x ? &(const cx_data){.x = d->x}
                                : &(const cx_data){.table = d->table, .target = d->target});
    cx_data truth = {0};
    if (cx_check(cx__score_truth(where, m, d, &truth)) != CX_OK) return (double)NAN;
    const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = truth.sample_weight};
    if (kind == CX_REGRESSOR) return cx_r2_score(truth.y, p, &o);
    if (cx_ndim(p) != 2) return cx_accuracy_score(truth.y, p, &o);
    double share = NAN;
    return cx_check(cx__score_columns(where, truth.y, p, truth.sample_weight, &share)) == CX_OK
               ? share
               : (double)NAN;
}

static double run_score(const char *where, const cx_estimator *m, const cx_data *d)
{
    if (cx_check(cx__schema_check(where, m, d)) != CX_OK ||
        cx_check(same_device(where, m, d)) != CX_OK)
        return (double)NAN;
    if (!m->cls->score) return default_score(where, m, d);
    cx_data prepared = *d;
    if (!(m->cls->flags & CX_CLASS_RAW) &&
        cx_check(cx__data_prepare(where, m, d, CX__FOR_SCORE, &prepared)) != CX_OK)
        return (double)NAN;
    return m->cls->score(m, &prepared);
}

double cx__estimator_score(const char *where, const cx_estimator *m, const cx_data *d)
{
    const cx_status st = ready(where, m, d, false);
    if (st != CX_OK) {
        cx__mark(st);
        return (double)NAN;
    }
    const cx_scope scope = cx_scope_open();
    const double score = run_score(where, m, d);
    const cx_status closed = cx_scope_close(scope);
    if (closed == CX_OK) return score;
    cx__mark(closed);
    return (double)NAN;
}

/* ---- public faces */
cx_status cx_fit_data(cx_estimator *m, const cx_data *d)
{
    return cx__estimator_fit("fit", m, d, false);
}
cx_status cx_partial_fit_data(cx_estimator *m, const cx_data *d)
{
    return cx__estimator_fit("partial_fit", m, d, true);
}
cx_status cx_fit(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx__estimator_fit("fit", m, &(const cx_data){.x = x, .y = y}, false);
}
cx_status cx_partial_fit(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx__estimator_fit("partial_fit", m, &(const cx_data){.x = x, .y = y}, true);
}

cx_array *cx_predict_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("predict", m, CX_PREDICT, d);
}
cx_array *cx_predict_proba_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("predict_proba", m, CX_PREDICT_PROBA, d);
}
cx_array *cx_predict_log_proba_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("predict_log_proba", m, CX_PREDICT_LOG_PROBA, d);
}
cx_array *cx_decision_function_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("decision_function", m, CX_DECISION_FUNCTION, d);
}
cx_array *cx_transform_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("transform", m, CX_TRANSFORM, d);
}

cx_array *cx_fit_transform_data(cx_estimator *m, const cx_data *d)
{
    return cx__estimator_fit_transform("fit_transform", m, d);
}
cx_array *cx_score_samples_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_call("score_samples", m, CX_METHOD_SCORE_SAMPLES, d);
}
cx_array *cx_fit_predict_data(cx_estimator *m, const cx_data *d)
{
    return cx__estimator_fit_predict("fit_predict", m, d);
}
double cx_score_data(const cx_estimator *m, const cx_data *d)
{
    return cx__estimator_score("score", m, d);
}

cx_array *cx_predict(const cx_estimator *m, const cx_array *x)
{
    return cx_predict_data(m, &(const cx_data){.x = x});
}
cx_array *cx_predict_proba(const cx_estimator *m, const cx_array *x)
{
    return cx_predict_proba_data(m, &(const cx_data){.x = x});
}
cx_array *cx_predict_log_proba(const cx_estimator *m, const cx_array *x)
{
    return cx_predict_log_proba_data(m, &(const cx_data){.x = x});
}
cx_array *cx_decision_function(const cx_estimator *m, const cx_array *x)
{
    return cx_decision_function_data(m, &(const cx_data){.x = x});
}
cx_array *cx_transform(const cx_estimator *m, const cx_array *x)
{
    return cx_transform_data(m, &(const cx_data){.x = x});
}
cx_array *cx_inverse_transform(const cx_estimator *m, const cx_array *x)
{
    return cx__estimator_call("inverse_transform", m, CX_INVERSE_TRANSFORM,
                              &(const cx_data){.x = x});
}
cx_array *cx_fit_transform(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx_fit_transform_data(m, &(const cx_data){.x = x, .y = y});
}
cx_array *cx_score_samples(const cx_estimator *m, const cx_array *x)
{
    return cx_score_samples_data(m, &(const cx_data){.x = x});
}
cx_array *cx_fit_predict(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx_fit_predict_data(m, &(const cx_data){.x = x, .y = y});
}
double cx_score(const cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx_score_data(m, &(const cx_data){.x = x, .y = y});
}
