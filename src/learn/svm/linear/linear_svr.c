/* LinearSVR: numbers by a linear machine with a tube that costs nothing (sklearn.svm.LinearSVR). */
#include "base/object.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "learn/svm/linear/linear.h"
#include <calx/ops.h>
#include <string.h>

enum { ITER = CX__LINEAR_SLOTS };
static const char *const attrs[] = {"coef_: float [n]", "intercept_: float [1]", "n_iter_: int []",
                                    NULL};

static const cx_param params[] = {
    {"epsilon", CX_PARAM_FLOAT, "0.0", "(-inf, inf)", "half the width of the tube"},
    CX__MARGIN_TOL,
    CX__MARGIN_C,
    {"loss", CX_PARAM_STR, "'epsilon_insensitive'",
     "{'epsilon_insensitive', 'squared_epsilon_insensitive'}", "what lies outside costs"},
    CX__MARGIN_INTERCEPT,
    CX__MARGIN_SCALING("1.0"),
    CX__MARGIN_DUAL,
    CX__MARGIN_VERBOSE,
    CX__MARGIN_RANDOM_STATE,
    CX__MARGIN_MAX_ITER,
    {.name = NULL},
};

static cx_status fit_dual(cx__margin_fit *f, bool squared, double *coef, int64_t *rounds)
{
    int64_t *const order = cx__scope_room((size_t)f->n * sizeof *order), n = 0;
    double *const y = cx__scope_room((size_t)(2 * f->n) * sizeof *y), *const c = y + f->n;
    const double *const target = cx_data_f64(cx__fetch(&f->site, cx__f64(&f->site, f->data->y)));
    const double cost = cx_param_f64(f->self, "C");
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->all; i++) {
        const double w = f->weight ? f->weight[i] : 1;
        if (!(w > 0)) continue;
        order[n] = i;
        y[n] = target[i];
        c[n++] = w * cost;
    }
    CX__TRY(cx__margin_fetch(f, order, false));
    CX__TRY(cx__margin_seed(f));
    const cx__margin p = {.n = n,
                          .w = f->w,
                          .x = f->x,
                          .y = y,
                          .c = c,
                          .epsilon = cx_param_f64(f->self, "epsilon"),
                          .squared = squared,
                          .tol = cx_param_f64(f->self, "tol"),
                          .max_iter = cx_param_i64(f->self, "max_iter"),
                          .words = &f->words};
    return cx__margin_dual_numbers(&p, coef, rounds);
}

static cx_status fit_newton(cx__margin_fit *f, double *coef, int64_t *rounds)
{
    CX__TRY(cx__margin_widen(f));
    const cx_array *const cost = cx_float(cx_param_f64(f->self, "C")),
                          *const c =
                              f->weight
                                  ? cx_mul(cx_maximum(cx__f64(&f->site, f->data->sample_weight),
                                                      cx_float(0)),
                                           cost)
                                  : cx_full(CX_SHAPE(f->all), cost, CX_F64, f->site.device);
    const cx__margin_there p = {.site = &f->site,
                                .x = f->there,
                                .y = cx__f64(&f->site, f->data->y),
                                .c = c,
                                .numbers = true,
                                .epsilon = cx_param_f64(f->self, "epsilon"),
                                .tol = cx_param_f64(f->self, "tol"),
                                .max_iter = cx_param_i64(f->self, "max_iter")};
    CX__TRY(cx__so_far());
    return cx__margin_newton(&p, coef, rounds);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__margin_fit f;
    bool dual = false;
    int64_t rounds = 0;
    const bool squared = strcmp(cx_param_str(self, "loss"), "squared_epsilon_insensitive") == 0;
    CX__TRY(cx__margin_choose(self, data->x, true, squared, &dual));
    CX__TRY(cx__margin_begin(self, data, &f));
    double *const coef = cx__scope_room((size_t)f.w * sizeof *coef);
    CX__TRY(cx__so_far());
    CX__TRY(dual ? fit_dual(&f, squared, coef, &rounds) : fit_newton(&f, coef, &rounds));
    return cx__margin_store(&f, coef, 1, true, ITER, rounds);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_F64);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__linear_plan(self, CX__LINEAR_COEF, CX__LINEAR_INTERCEPT, p);
}

const cx_estimator_class cx__class_linear_svr = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LinearSVR",
    .doc = "Numbers by a linear machine, errors below epsilon free.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64 | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .plan = plan,
    .predict_into = cx__scores_into,
};
