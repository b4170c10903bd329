/* Platt's sigmoid and the temperature of a softmax, from held-out scores.
 *
 * One idea: both are convex problems of one or two numbers, whose sums over the rows are formulas
 * where the scores are; only numbers come to the host. Knows nothing of classifiers. */
#include "learn/calibration/calibrators.h"
#include "base/object.h"
#include "learn/linear_model/lbfgs.h"
#include "learn/numeric/minimum.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

/* ---- sigmoid */
typedef struct sigmoid {
    const char *where;
    const cx_array *score, *positive, *weight; /* weight 0-d 1 without weights */
    double high, low;                          /* targets of the two classes: Platt's prior */
} sigmoid;

static cx_status sigmoid_value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    static cx__held loss = CX__HELD("x, y, w, a, b, high, low: t = where(y > 0, high, low);"
                                    "r = -(a * x + b);"
                                    "g = w * (1 / (1 + exp(-r)) - t);"
                                    "sum(w * (maximum(r, 0) + log1p(exp(-abs(r))) - t * r)),"
                                    "-sum(g * x), -sum(g)");
    const sigmoid *const s = ctx;
    const cx_tuple parts =
        cx__held_all(s->where, &loss,
                     CX_ARRAYS(s->score, s->positive, s->weight, cx_select(at, 0, 0),
                               cx_select(at, 0, 1), cx_float(s->high), cx_float(s->low)));
    CX__TRY(cx__so_far());
    *f = parts.at[0];
    *gradient = cx_stack(CX_ARRAYS(parts.at[1], parts.at[2]), 0);
    return cx__so_far();
}

cx_status cx__sigmoid_fit(const cx__site *s, const cx_array *score, const cx_array *positive,
                          const cx_array *weight, double *a, double *b)
{
    static cx__held masses = CX__HELD("y, w: sum(where(y > 0, w, 0)), sum(where(y > 0, 0, w))");
    sigmoid p = {.where = s->where, .score = score, .positive = positive, .weight = weight};
    if (!weight) p.weight = cx_ones(CX_SHAPE(), CX_F64, s->device);
    const cx_tuple mass = cx__held_all(s->where, &masses, CX_ARRAYS(positive, p.weight));
    CX__TRY(cx__so_far());
    const double ones = cx__number_f64(mass.at[0]), zeros = cx__number_f64(mass.at[1]),
                 most = cx__number_f64(cx_max(cx_abs(score), CX_ALL));
    p.high = (ones + 1) / (ones + 2);
    p.low = 1 / (zeros + 2);
    double scale = 1; /* large scores would make the first steps overshoot */
    if (most >= 30) {
        scale = most;
        p.score = cx_div(score, cx_float(scale));
    }
    double at[2] = {0, log((zeros + 1) / (ones + 1))};
    cx_array *const x = cx__given(s, at, 2, CX_F64);
    const cx__lbfgs_problem problem = {.site = s,
                                       .n = 2,
                                       .memory = 10,
                                       .max_iter = 15000,
                                       .max_eval = 15000,
                                       .max_search = 20,
                                       .gtol = 1e-6,
                                       .ftol = 64 * DBL_EPSILON};
    const cx__array_function f = {sigmoid_value, NULL, &p};
    cx__lbfgs_result end;
    CX__TRY(cx__so_far());
    CX__TRY(cx__lbfgs_arrays(&problem, &f, x, &end));
    CX__TRY(cx__read_f64(s, x, at));
    *a = at[0] / scale;
    *b = at[1];
    return CX_OK;
}

/* ---- temperature */
typedef struct temperature {
    const char *where;
    const cx_array *below, *weight; /* logits less the largest of their row [n, k] */
    double lost; /* sum of weights times the largest logit less that of the row's class */
} temperature;

/* The loss at beta = exp(x), whose part that grows with beta is `lost`. */
static cx_status temperature_value(void *ctx, double x, double *value)
{
    static cx__held powers = CX__HELD("d, b: exp(b * d)"), loss = CX__HELD("s, w: sum(w * log(s))");
    const temperature *const t = ctx;
    const cx_scope scope = cx_scope_open();
    const cx_array *const e =
        cx__held_run(t->where, &powers, CX_ARRAYS(t->below, cx_float(exp(x))));
    *value =
        cx__number_f64(cx__held_run(t->where, &loss, CX_ARRAYS(cx_sum(e, CX_AXIS(1)), t->weight)));
    *value += exp(x) * t->lost;
    return cx_scope_close(scope);
}

/* Its derivative by beta. */
static cx_status temperature_slope(void *ctx, double x, double *value)
{
    static cx__held powers = CX__HELD("d, b: e = exp(b * d); e, d * e"),
                    slope = CX__HELD("s, m, w: sum(w * m / s)");
    const temperature *const t = ctx;
    const cx_scope scope = cx_scope_open();
    const cx_tuple e = cx__held_all(t->where, &powers, CX_ARRAYS(t->below, cx_float(exp(x))));
    if (cx_ok())
        *value = cx__number_f64(cx__held_run(
            t->where, &slope,
            CX_ARRAYS(cx_sum(e.at[0], CX_AXIS(1)), cx_sum(e.at[1], CX_AXIS(1)), t->weight)));
    *value += t->lost;
    return cx_scope_close(scope);
}

cx_status cx__temperature_fit(const cx__site *s, const cx_array *logits, const cx_array *codes,
                              const cx_array *weight, double *beta)
{
    static cx__held gap = CX__HELD("m, own, w: sum(w * (m - own))");
    const cx_array *const most = cx_max(logits, CX_AXIS(1, .keepdims = true)),
                          *const own = cx_take_along_axis(logits, cx_expand_dims(codes, 1), 1);
    temperature t = {.where = s->where, .below = cx_sub(logits, most), .weight = weight};
    if (!weight) t.weight = cx_ones(CX_SHAPE(), CX_F64, s->device);
    t.lost = cx__number_f64(
        cx__held_run(s->where, &gap, CX_ARRAYS(cx_ravel(most), cx_ravel(own), t.weight)));
    CX__TRY(cx__so_far());
    double x = 0;
    CX__TRY(cx__minimum_between(temperature_value, &t, -10, 10, sqrt(DBL_EPSILON), &x));
    /* the loss is flat to rounding long before its derivative is */
    CX__TRY(cx__root_near(temperature_slope, &t, 1e-6, &x));
    *beta = exp(x);
    return CX_OK;
}
