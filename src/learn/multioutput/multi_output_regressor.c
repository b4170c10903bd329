/* MultiOutputRegressor: a regressor for each column of y. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>

enum { OUTPUTS };
static const char *const attrs[] = {"_n_outputs: int []", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each column of y"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    return method == CX_PREDICT && cx_estimator_has(cx__inner(self), method);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    if (!in->y || cx_ndim(in->y) != 2)
        return cx__fail(in->y ? CX_E_SHAPE : CX_E_ARGUMENT, "fit",
                        "%s needs y with two dimensions [samples, outputs]", self->cls->name);
    cx_data d;
    CX__TRY(cx__inner_features(self, in, &d));
    d.sample_weight = in->sample_weight;
    const int64_t t = cx_dim(in->y, 1);
    if (t < 1) return cx__fail(CX_E_SHAPE, "fit", "%s: y has no columns", self->cls->name);
    for (int64_t k = 0; k < t; k++) {
        CX__TRY(cx_self_progress(self, k, t));
        d.y = cx_select(in->y, 1, k);
        CX__TRY(cx__inner_fit(self, &d, k));
    }
    return cx_self_set_i64(self, OUTPUTS, t);
}

static cx_status check(const cx_estimator *self)
{
    return cx__inner_check(self, cx__number_i64(cx_self(self, OUTPUTS)));
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    const int children = self->state->children;
    cx_array *out = NULL;
    for (int i = 0; i < children && cx_ok(); i++) {
        const cx_array *const own =
            cx__estimator_call("predict", self->state->child[i], method, &d);
        if (!out)
            out = cx_empty(CX_SHAPE(cx_dim(own, 0), children), cx_dtype_of(own), cx_device_of(own));
        (void)cx_check(cx_copy_into(own, cx_select(out, 1, i)));
    }
    return out ? out : cx__nil(cx__last_status());
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    CX__TRY(cx__serve(self, CX_PREDICT, p, m));
    p->cols_out = m->count;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__served *const m = p->state;
    for (int64_t k = 0; k < m->count; k++)
        CX__TRY(cx__served_run(m, k, x, rows, 0, m->count, out + k));
    return CX_OK;
}

const cx_estimator_class cx__class_multi_output_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MultiOutputRegressor",
    .doc = "A regressor for each column of y.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .has = has,
    .call = call,
};
