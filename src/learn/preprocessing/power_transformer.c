/* PowerTransformer: columns made as normal as a power can make them.
 *
 * One idea: the power of a column is found by a search over the likelihood, each value of which is
 * one pass over logarithms taken once; only that value comes to the host. Both families are
 * +-expm1(k log) / k, with log1p|x| and a k by sign, or log x: a k so small that only its sign is
 * left stands for the limit 0. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/minimum.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { LAMBDAS, MEAN, SCALE };
static const char *const attrs[] = {"lambdas_: float [n]", "_mean?: float [n]",
                                    "_scale?: float [n]", NULL};

static const cx_param params[] = {
    {"method", CX_PARAM_STR, "'yeo-johnson'", "{'yeo-johnson', 'box-cox'}",
     "'box-cox' is for positive numbers only"},
    {"standardize", CX_PARAM_BOOL, "True", NULL, "mean 0 and variance 1 afterwards"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

static bool box_cox(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "method"), "box-cox") == 0;
}

/* Stands for a power of 0: k log x keeps all digits of log x. */
static double not_zero(double k)
{
    return fabs(k) < DBL_EPSILON ? 1e-200 : k;
}

static cx_status positive(const char *where, const cx_array *x)
{
    static cx__held any = CX__HELD("x: any(x <= 0)");
    const int64_t found = cx__number_i64(cx__held_run(where, &any, CX_ARRAYS(x)));
    CX__TRY(cx__so_far());
    return found == 0 ? CX_OK
                      : cx__fail(CX_E_ARGUMENT, where,
                                 "PowerTransformer: 'box-cox' takes positive numbers only");
}

/* ---- fit */
typedef struct column {
    const cx_array *log, *positive; /* [m] */
    double n, sum;                  /* of the logarithms with their signs */
} column;

static cx_status yeo_johnson_loss(void *ctx, double lambda, double *value)
{
    static cx__held variance = CX__HELD(
        "log, positive, a, b: y = where(positive, expm1(a * log) / a, -expm1(b * log) / b);"
        "d = y - mean(y); mean(d * d)");
    const column *const c = ctx;
    const cx_scope scope = cx_scope_open();
    const double v =
        cx__number_f64(cx__held_run("fit", &variance,
                                    CX_ARRAYS(c->log, c->positive, cx_float(not_zero(lambda)),
                                              cx_float(not_zero(2 - lambda)))));
    *value = v >= DBL_MIN ? c->n / 2 * log(v) - (lambda - 1) * c->sum : (double)INFINITY;
    return cx_scope_close(scope);
}

/* Powers beyond any float are scaled by the largest. */
static cx_status box_cox_loss(void *ctx, double lambda, double *value)
{
    static cx__held variance = CX__HELD(
        "log, k: z = k * log; m = max(z); y = expm1(z - m); d = y - mean(y); mean(d * d), m");
    const column *const c = ctx;
    const cx_scope scope = cx_scope_open();
    const double k = not_zero(lambda);
    const cx_tuple made = cx__held_all("fit", &variance, CX_ARRAYS(c->log, cx_float(k)));
    const double v = cx__number_f64(made.at[0]), most = cx__number_f64(made.at[1]);
    *value = c->n / 2 * (log(v) + 2 * most - 2 * log(fabs(k))) - (lambda - 1) * c->sum;
    return cx_scope_close(scope);
}

/* ---- the last digits. Values of a function tell its minimum to half of theirs; where the slope
 * is 0 tells all. SERIES is (z e^z - expm1 z) / z^2, for small z. */
#define SERIES \
    "(0.5 + z * (1/3 + z * (1/8 + z * (1/30 + z * (1/144 + z * (1/840 + z * (1/5760)))))))"

static cx_status yeo_johnson_slope(void *ctx, double lambda, double *value)
{
    static cx__held covariance = CX__HELD(
        "log, positive, a, b: k = where(positive, a, b); z = k * log; up = expm1(z);"
        "y = where(positive, up, -up) / k;"
        "slope = where(abs(z) < 0.05, log * log * " SERIES ", (log * (up + 1) - up / k) / k);"
        "d = y - mean(y); mean(d * slope) / mean(d * d)");
    const column *const c = ctx;
    const cx_scope scope = cx_scope_open();
    *value = c->n * cx__number_f64(
                        cx__held_run("fit", &covariance,
                                     CX_ARRAYS(c->log, c->positive, cx_float(not_zero(lambda)),
                                               cx_float(not_zero(2 - lambda))))) -
             c->sum;
    return cx_scope_close(scope);
}

static cx_status box_cox_slope(void *ctx, double lambda, double *value)
{
    static cx__held covariance = CX__HELD(
        "log, k: z = k * log; m = max(z); s = exp(-m); y = (exp(z - m) - s) / k;"
        "slope = where(abs(z) < 0.05, log * log * s * " SERIES ", (log * exp(z - m) - y) / k);"
        "d = y - mean(y); mean(d * slope) / mean(d * d)");
    const column *const c = ctx;
    const cx_scope scope = cx_scope_open();
    *value = c->n * cx__number_f64(cx__held_run("fit", &covariance,
                                                CX_ARRAYS(c->log, cx_float(not_zero(lambda))))) -
             c->sum;
    return cx_scope_close(scope);
}

/* Between these no power of a number of the column leaves the floats. */
static void limits_of(double low, double high, bool f32, double *from, double *to)
{
    const double eps = f32 ? (double)FLT_EPSILON : DBL_EPSILON,
                 tiny = f32 ? (double)FLT_MIN : DBL_MIN, huge = f32 ? (double)FLT_MAX : DBL_MAX,
                 most = log1p(20 * fmax(fabs(low), fabs(high)));
    const double a = (log(tiny) - log(eps)) / 2 / most, b = (log(huge) + log(eps)) / 2 / most;
    *from = a;
    *to = b;
    if (high < 0) {
        *from = 2 - b;
        *to = 2 - a;
    } else if (low < 0) {
        *from = fmax(2 - b, a);
        *to = fmin(2 - a, b);
    }
}

/* What the search knows of all columns: numbers on the host, [d] each. */
typedef struct known {
    double *count, *mean, *squares, *low, *high;
} known;

static cx_status fit_column(const cx_estimator *self, const cx_array *x, int64_t j, const known *k,
                            bool f32, double *lambda)
{
    static cx__held logs = CX__HELD("x: log1p(abs(x)), x >= 0"),
                    signs = CX__HELD("log, positive: sum(where(positive, log, -log))");
    const double n = k->count[j], var = k->squares[j] / n, offset = n * k->mean[j] * DBL_EPSILON;
    if (n < 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "PowerTransformer: column %lld has no number",
                        (long long)j);
    const bool constant = var <= n * DBL_EPSILON * var + offset * offset;
    const cx_array *v = cx_ascontiguous(cx_select(x, 1, j));
    if ((int64_t)n < cx_size(v)) v = cx_mask(v, cx_equal(v, v));
    column c = {.n = n};
    if (box_cox(self)) {
        if (k->low[j] == k->high[j])
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "PowerTransformer: column %lld is constant; 'box-cox' cannot fit it",
                            (long long)j);
        c.log = cx_log(v);
        c.sum = cx__number_f64(cx_sum(c.log, CX_ALL));
        CX__TRY(cx__so_far());
        CX__TRY(cx__minimum_from(box_cox_loss, &c, -2, 2, 1.48e-8, lambda));
        return cx__root_near(box_cox_slope, &c, 1e-5, lambda);
    }
    *lambda = 1;
    if (constant) return CX_OK;
    const cx_tuple made = cx__held_all("fit", &logs, CX_ARRAYS(v));
    c.log = made.at[0];
    c.positive = made.at[1];
    c.sum = cx__number_f64(cx__held_run("fit", &signs, CX_ARRAYS(c.log, c.positive)));
    CX__TRY(cx__so_far());
    double from = 0, to = 0;
    limits_of(k->low[j], k->high[j], f32, &from, &to);
    CX__TRY(cx__minimum_between(yeo_johnson_loss, &c, from, to, 1.48e-8, lambda));
    return cx__root_near(yeo_johnson_slope, &c, 1e-5, lambda);
}

static cx_array *raw(const cx_estimator *self, const cx_array *x);

static cx_status standardise(cx_estimator *self, const cx__site *s, const cx_array *x, cx_dtype t)
{
    const int64_t d = cx_dim(x, 1);
    const cx_array *const z = raw(self, x);
    cx_array *const count = cx__new_f64(s, d, -1), *const mean = cx__new_f64(s, d, -1),
                    *const squares = cx__new_f64(s, d, -1);
    const double *const z_at = cx__at(z);
    double *const count_at = cx__at(count), *const mean_at = cx__at(mean),
                  *const squares_at = cx__at(squares);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->moments(s->queue, z_at, cx_dim(x, 0), d, NULL, count_at, mean_at, squares_at));
    CX__TRY(cx__store(self, MEAN, mean, t));
    return cx__store(self, SCALE, cx__column_scale("fit", count, mean, cx_div(squares, count)), t);
}

static cx_status measure(const cx__site *s, const cx_array *x, const known *k)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    double *const to[] = {k->count, k->mean, k->squares, k->low, k->high};
    cx_array *made[5];
    double *at[5];
    for (int i = 0; i < 5; i++) made[i] = cx__new_f64(s, d, -1);
    const double *const x_at = cx__at(x);
    for (int i = 0; i < 5; i++) at[i] = cx__at(made[i]);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->moments(s->queue, x_at, n, d, NULL, at[0], at[1], at[2]));
    CX__TRY(s->ops->extremes(s->queue, x_at, n, d, at[3], at[4]));
    for (int i = 0; i < 5; i++) CX__TRY(cx__read_all(s, made[i], to[i]));
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_dtype t = cx__float_like(data->x);
    const int64_t d = cx_dim(data->x, 1);
    if (box_cox(self)) CX__TRY(positive("fit", data->x));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const x = cx__f64(&s, data->x);
    double *const room = cx__alloc((size_t)d * 6 * sizeof *room);
    if (room == NULL) return cx__fail_nomem("fit", "columns", (size_t)d * 48);
    const known k = {room, room + d, room + 2 * d, room + 3 * d, room + 4 * d};
    double *const lambda = room + 5 * d;
    cx_status st = measure(&s, x, &k);
    for (int64_t j = 0; st == CX_OK && j < d; j++) {
        const cx_scope scope = cx_scope_open();
        st = cx__give_status(scope, fit_column(self, x, j, &k, t == CX_F32, &lambda[j]));
        if (st == CX_OK) st = cx_self_progress(self, j + 1, d);
    }
    if (st == CX_OK) st = cx__store(self, LAMBDAS, cx__given_all(&s, lambda, d, CX_F64), t);
    cx__free(room);
    if (st != CX_OK || !cx_param_bool(self, "standardize")) return st;
    return standardise(self, &s, x, t);
}

/* ---- rows */
typedef struct powers {
    bool box_cox;
    const double *lambda, *mean, *scale; /* [d], NULL: no scaling */
} powers;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    powers *const w = cx_plan_alloc(p, sizeof *w);
    if (w == NULL) return CX_E_NOMEM;
    w->box_cox = box_cox(self);
    p->state = w;
    CX__TRY(cx__plan_f64(p, cx_self(self, LAMBDAS), &w->lambda));
    if (!cx_self_has(self, SCALE)) return CX_OK;
    CX__TRY(cx__plan_f64(p, cx_self(self, MEAN), &w->mean));
    return cx__plan_f64(p, cx_self(self, SCALE), &w->scale);
}

static double power_of(bool box_cox, double lambda, double x)
{
    const bool mirrored = !box_cox && x < 0;
    const double k = not_zero(mirrored ? 2 - lambda : lambda),
                 y = expm1(k * (box_cox ? log(x) : log1p(fabs(x)))) / k;
    return mirrored ? -y : y;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const powers *const w = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++, x += d, out += d)
        for (int64_t j = 0; j < d; j++) {
            if (w->box_cox && x[j] <= 0)
                return cx__fail(CX_E_ARGUMENT, "transform",
                                "PowerTransformer: 'box-cox' takes positive numbers only");
            const double y = power_of(w->box_cox, w->lambda[j], x[j]);
            out[j] = w->scale != NULL ? (y - w->mean[j]) / w->scale[j] : y;
        }
    return CX_OK;
}

/* Without scaling, float64: on the CPU the row kernel, while scale_ is not there yet. */
static cx_array *raw(const cx_estimator *self, const cx_array *x)
{
    static cx__held yeo_johnson = CX__HELD(
                        "x, l, eps, small: log = log1p(abs(x)); a = float64(l); b = 2 - a;"
                        "a = where(abs(a) < eps, small, a); b = where(abs(b) < eps, small, b);"
                        "where(x < 0, -expm1(b * log) / b, expm1(a * log) / a)"),
                    cox = CX__HELD("x, l, eps, small: a = float64(l);"
                                   "a = where(abs(a) < eps, small, a); expm1(a * log(x)) / a");
    if (cx__on_host(x)) return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, CX_F64);
    return cx__held_run("transform", box_cox(self) ? &cox : &yeo_johnson,
                        CX_ARRAYS(cx_astype(x, CX_F64), cx_self(self, LAMBDAS),
                                  cx_float(DBL_EPSILON), cx_float(not_zero(0))));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held scaled = CX__HELD("y, mean, scale: (y - mean) / scale");
    const cx_dtype t = cx__float_like(x);
    if (box_cox(self) && cx_check(positive("transform", x)) != CX_OK) return NULL;
    const cx_array *y = raw(self, x);
    if (!cx__on_host(x) && cx_self_has(self, SCALE))
        y = cx__held_run("transform", &scaled,
                         CX_ARRAYS(y, cx_self(self, MEAN), cx_self(self, SCALE)));
    return cx_astype(y, t);
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held scaled = CX__HELD("y, mean, scale: y * scale + mean"),
                    cox = CX__HELD("y, l, eps: a = float64(l); zero = abs(a) < eps;"
                                   "where(zero, exp(y), exp(log1p(a * y) / where(zero, 1, a)))"),
                    yeo_johnson = CX__HELD(
                        "y, l, eps: a = float64(l); b = 2 - a;"
                        "za = abs(a) < eps; zb = abs(b) <= eps;"
                        "up = where(za, expm1(y), expm1(log1p(a * y) / where(za, 1, a)));"
                        "down = where(zb, -expm1(-y), -expm1(log1p(-b * y) / where(zb, 1, b)));"
                        "where(y < 0, down, up)");
    if (cx_dim(x, 1) != cx_self_features(self)) {
        (void)cx_check(cx__fail(CX_E_SHAPE, "inverse_transform", "x has %lld columns, not %lld",
                                (long long)cx_dim(x, 1), (long long)cx_self_features(self)));
        return NULL;
    }
    const cx_array *y = cx_astype(x, CX_F64);
    if (cx_self_has(self, SCALE))
        y = cx__held_run("inverse_transform", &scaled,
                         CX_ARRAYS(y, cx_self(self, MEAN), cx_self(self, SCALE)));
    y = cx__held_run("inverse_transform", box_cox(self) ? &cox : &yeo_johnson,
                     CX_ARRAYS(y, cx_self(self, LAMBDAS), cx_float(DBL_EPSILON)));
    return cx_astype(y, cx__float_like(x));
}

const cx_estimator_class cx__class_power_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PowerTransformer",
    .doc = "Make columns more normal by a power of each, Yeo-Johnson's or Box-Cox's.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = transform_into,
};
