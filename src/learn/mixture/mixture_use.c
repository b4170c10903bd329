/* What fitted mixtures are asked for: labels, shares and densities of rows. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

const cx__mixture_model *cx__mixture_model_of(const cx_estimator *self)
{
    return self->cls == &cx__class_gaussian_mixture ? &cx__gaussian_model : &cx__bayesian_model;
}

static cx_learn_mixture_end end_of(cx_method method)
{
    switch (method) {
    case CX_PREDICT: return CX_LEARN_MIXTURE_LABELS;
    case CX_PREDICT_PROBA: return CX_LEARN_MIXTURE_SHARES;
    case CX_PREDICT_LOG_PROBA: return CX_LEARN_MIXTURE_LOG_SHARES;
    default: return CX_LEARN_MIXTURE_LOGS;
    }
}

/* Does the method give a number for each component? */
static bool wide(cx_method method)
{
    return method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA;
}

static cx_array *ask(const cx_estimator *self, const cx_array *x, cx_method method)
{
    cx__mixture m = {.n = cx_dim(x, 0)};
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK ||
        cx_check(cx__mixture_recall(self, cx__mixture_model_of(self), &s, false, &m)) != CX_OK)
        return NULL;
    m.x = cx__f64(&s, x);
    cx_array *const out = cx__new_f64(&s, m.n, wide(method) ? m.k : -1);
    return cx_check(cx__mixture_pass(&m, false, end_of(method), out)) == CX_OK ? out : NULL;
}

cx_array *cx__mixture_predict(const cx_estimator *self, const cx_array *x)
{
    return cx_astype(ask(self, x, CX_PREDICT), CX_I64);
}
cx_array *cx__mixture_proba(const cx_estimator *self, const cx_array *x)
{
    return cx_astype(ask(self, x, CX_PREDICT_PROBA), cx__float_like(x));
}
cx_array *cx__mixture_log_proba(const cx_estimator *self, const cx_array *x)
{
    return cx_astype(ask(self, x, CX_PREDICT_LOG_PROBA), cx__float_like(x));
}
cx_array *cx__mixture_samples(const cx_estimator *self, const cx_array *x)
{
    return cx_astype(ask(self, x, CX_METHOD_SCORE_SAMPLES), cx__float_like(x));
}
double cx__mixture_score(const cx_estimator *self, const cx_data *data)
{
    const cx_array *const mean = cx_mean(ask(self, data->x, CX_METHOD_SCORE_SAMPLES), CX_ALL);
    return cx__so_far() == CX_OK ? cx__number_f64(mean) : (double)NAN;
}

/* ---- sessions */
cx_status cx__mixture_plan(const cx_estimator *self, cx_plan *p)
{
    cx_learn_mixture *const call = cx_plan_alloc(p, sizeof *call);
    if (!call) return CX_E_NOMEM;
    const cx__site *const s = cx__plan_site(p);
    cx__mixture m = {.n = 1};
    CX__TRY(cx__mixture_recall(self, cx__mixture_model_of(self), s, false, &m));
    p->state = call;
    p->cols_out = wide(p->method) ? m.k : 1;
    return cx__mixture_call(&m, p, end_of(p->method), call);
}

cx_status cx__mixture_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__site *const s = cx__plan_site(p);
    cx_learn_mixture call = *(const cx_learn_mixture *)p->state;
    call.n = rows;
    call.x = x;
    call.out = out;
    return s->ops->mixture(s->queue, &call);
}

/* ---- files */
cx_status cx__mixture_check(const cx_estimator *self)
{
    const cx_array *const means = cx_self(self, CX__MIXTURE_MEANS);
    const int64_t d = cx_self_features(self), k = cx_dim(means, 0);
    const cx__covariance type = cx__mixture_type(self);
    const int dims = type == CX__FULL ? 3 : type == CX__SPHERICAL ? 1 : 2;
    for (int slot = CX__MIXTURE_COVARIANCES; slot <= CX__MIXTURE_CHOLESKY; slot++) {
        const cx_array *const a = cx_self(self, slot);
        if (cx_ndim(a) == dims && cx_size(a) == cx__mixture_size(type, d, k) && k > 0 &&
            cx_dim(a, dims - 1) == (type == CX__SPHERICAL ? k : d))
            continue;
        return cx__fail(CX_E_PARSE, "estimator_load",
                        "%s: covariances or precisions do not fit %lld components of %lld columns",
                        self->cls->name, (long long)k, (long long)d);
    }
    return CX_OK;
}
