/* SGDRegressor and PassiveAggressiveRegressor: linear regression by stochastic gradient descent. */
#include "base/object.h"
#include "learn/linear_model/linear.h"
#include "learn/linear_model/stochastic/sgd_model.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>

enum { FIRST = CX__LINEAR_SLOTS };
static const char *const attrs[] = {"coef_: float [n]", "intercept_: float [1]",
                                    CX__SGD_ATTRS("float [n]", "float [1]"), NULL};

static const cx_param params[] = {
    {"loss", CX_PARAM_STR, "'squared_error'",
     "{'squared_error', 'huber', 'epsilon_insensitive', 'squared_epsilon_insensitive'}",
     "what is minimised"},
    CX__SGD_PENALTY("'l2'"),
    CX__SGD_COMMON("None"),
    CX__SGD_RATE("'invscaling'", "0.01", "0.25"),
    CX__SGD_AVERAGE,
    {.name = NULL},
};
static const cx_param passive_params[] = {
    {"C", CX_PARAM_FLOAT, "1.0", "(0, inf]", "largest step"},
    CX__SGD_COMMON("None"),
    {"loss", CX_PARAM_STR, "'epsilon_insensitive'",
     "{'epsilon_insensitive', 'squared_epsilon_insensitive'}",
     "'epsilon_insensitive': PA-I, 'squared_epsilon_insensitive': PA-II"},
    {"epsilon", CX_PARAM_FLOAT, "0.1", "[0, inf)", "residuals below it are none"},
    CX__SGD_AVERAGE,
    {.name = NULL},
};

/* R^2 on the rows held out. */
static double r_squared(void *ctx, const void *coef, double intercept)
{
    const cx__sgd *p = ctx;
    double sum = 0, all = 0, off = 0, spread = 0;
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->validation[i]) continue;
        const double w = p->weight != NULL ? p->weight[i] : 1;
        sum += w * p->y[i];
        all += w;
    }
    const double mean = sum / all;
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->validation[i]) continue;
        const double w = p->weight != NULL ? p->weight[i] : 1,
                     e = p->y[i] - cx__sgd_score_row(p, coef, intercept, i);
        off += w * e * e;
        spread += w * (p->y[i] - mean) * (p->y[i] - mean);
    }
    if (spread != 0) return 1 - off / spread;
    return off == 0 ? 1 : 0;
}

static cx_status tick(void *ctx, int64_t epoch)
{
    const cx__sgd_fit *f = ctx;
    return cx_self_progress(f->self, epoch, f->base.max_iter);
}

static cx_status run(cx_estimator *self, const cx_data *data, bool partial)
{
    cx__sgd_fit f;
    CX__TRY(cx__sgd_prepare(self, data, partial, FIRST, &f));
    CX__TRY(cx__sgd_start(&f, 1));
    const cx_array *y = cx__as("fit", data->y, CX_F64);
    f.base.y = cx_data_f64(y);
    CX__TRY(cx__so_far());
    CX__TRY(cx__sgd_hold_out(&f, NULL, &f.base.validation));
    f.base.score = r_squared;
    f.base.tick = tick;
    f.base.tick_ctx = &f;
    CX__TRY(cx__sgd_draw(cx__sgd_generator(self), 0, &f.base.seed));
    cx__sgd p = f.base;
    p.ctx = &p;
    cx__sgd_state end;
    CX__TRY(cx__sgd_descend(&f, &p, 0, &end));
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

#define REGRESSOR(id, label, words, table, extra, named) \
    const cx_estimator_class cx__class_##id = {          \
        .struct_size = sizeof(cx_estimator_class),       \
        .name = label,                                   \
        .doc = words,                                    \
        .kind = CX_REGRESSOR,                            \
        .flags = CX_CLASS_SINGLE_Y | (extra),            \
        .positional = named,                             \
        .params = table,                                 \
        .attrs = attrs,                                  \
        .fit = fit,                                      \
        .partial_fit = partial_fit,                      \
        .predict = cx__regressor_predict,                \
        .plan = cx__regressor_plan,                      \
        .predict_into = cx__scores_into,                 \
    }
REGRESSOR(sgd_regressor, "SGDRegressor", "Linear regression by stochastic gradient descent.",
          params, 0, 1);
REGRESSOR(passive_aggressive_regressor, "PassiveAggressiveRegressor",
          "Linear regression that changes just enough for each row.", passive_params,
          CX_CLASS_NO_WEIGHT, 0);
