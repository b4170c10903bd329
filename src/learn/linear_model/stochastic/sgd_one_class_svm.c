/* SGDOneClassSVM: a half-space that holds most rows, by stochastic gradient descent.
 *
 * One idea: it is the hinge loss of targets that are all 1, where nu penalises the coefficients and
 * pulls the intercept, which is 1 - offset_, down by the step. predict tells rows inside, 1, from
 * those outside, -1. Source: Schoelkopf, Platt, Shawe-Taylor, Smola, Williamson, Neural Comput. 13
 * (2001). */
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/linear_model/stochastic/sgd_model.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { COEF, OFFSET, FIRST };
static const char *const attrs[] = {"coef_: float [n]", "offset_: float [1]",
                                    CX__SGD_ATTRS("float [n]", "float [1]"), NULL};

static const cx_param params[] = {
    {"nu", CX_PARAM_FLOAT, "0.5", "(0, 1]", "about the share of the rows that may lie outside"},
    CX__SGD_LOOP("None"),
    {"learning_rate", CX_PARAM_STR, "'optimal'",
     "{'constant', 'optimal', 'invscaling', 'adaptive'}", "schedule of the steps' sizes"},
    {"eta0", CX_PARAM_FLOAT, "0.01", "(0, inf)", "first size"},
    {"power_t", CX_PARAM_FLOAT, "0.5", "(-inf, inf)", "exponent of 'invscaling'"},
    CX__SGD_WARM_START,
    CX__SGD_AVERAGE,
    {.name = NULL},
};

static cx_status tick(void *ctx, int64_t epoch)
{
    const cx__sgd_fit *f = ctx;
    return cx_self_progress(f->self, epoch, f->base.max_iter);
}

static cx_status run(cx_estimator *self, const cx_data *data, bool partial)
{
    cx__sgd_fit f;
    CX__TRY(cx__sgd_prepare(self, data, partial, FIRST, &f));
    f.base.one_class = true;
    f.base.loss = CX__SGD_HINGE;
    f.base.penalty = CX__SGD_L2;
    f.base.alpha = cx_param_f64(self, "nu");
    CX__TRY(cx__sgd_start(&f, 1));
    const cx_array *y = cx_ones(CX_SHAPE(f.base.n), CX_F64, CX_CPU);
    f.base.y = cx_data_f64(y);
    f.base.tick = tick;
    f.base.tick_ctx = &f;
    CX__TRY(cx__so_far());
    CX__TRY(cx__sgd_draw(cx__sgd_generator(self), 0, &f.base.seed));
    cx__sgd_state end;
    CX__TRY(cx__sgd_descend(&f, &f.base, 0, &end));
    if (end.overflow)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: numbers overflowed in epoch %lld; scale the columns", self->cls->name,
                        (long long)end.epochs);
    f.epochs = end.epochs;
    return cx__sgd_store(&f, true);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return run(self, data, false);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return run(self, data, true);
}

/* ---- predicting */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, COEF, OFFSET, p));
    cx_learn_scores *const m = p->state;
    m->start = NULL;
    if (p->method == CX_METHOD_SCORE_SAMPLES) return CX_OK;
    return cx__plan_f64(p, cx_negative(cx__slot_f64(self, OFFSET)), &m->start);
}

/* On the CPU: the slot knows no such end. */
static cx_status inside_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__scores_end(p, CX_LEARN_SCORES, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = out[i] >= 0 ? 1 : -1;
    return CX_OK;
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}

static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_METHOD_SCORE_SAMPLES, x, CX__ROWS_FLAT, cx__float_like(x));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_I32);
    const cx_array *score = cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, CX_F64);
    return cx_astype(cx_where(cx_greater_equal(score, cx_float(0)), cx_float(1), cx_float(-1)),
                     CX_I32);
}

const cx_estimator_class cx__class_sgd_one_class_svm = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SGDOneClassSVM",
    .doc = "A half-space that holds most rows, by stochastic gradient descent.",
    .kind = CX_OUTLIER_DETECTOR,
    .positional = 12,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .decision_function = decision_function,
    .score_samples = score_samples,
    .plan = plan,
    .predict_into = inside_into,
    .decision_into = cx__scores_into,
    .score_samples_into = cx__scores_into,
};
