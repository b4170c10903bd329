/* QuantileTransformer: columns mapped through their own distribution function, to a uniform or a
 * normal one.
 *
 * One idea: a table of quantiles stands for the function. A row looks its numbers up from below
 * and from above, so that equal quantiles give the middle of their levels. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { N_QUANTILES, QUANTILES, REFERENCES };
static const char *const attrs[] = {"n_quantiles_: int []", "quantiles_: float [q, n]",
                                    "references_: float [q]", NULL};

static const cx_param params[] = {
    {"n_quantiles", CX_PARAM_INT, "1000", "[1, inf)", "size of the table"},
    {"output_distribution", CX_PARAM_STR, "'uniform'", "{'uniform', 'normal'}",
     "distribution of the result"},
    {"ignore_implicit_zeros", CX_PARAM_BOOL, "False", NULL, "not used: data is dense"},
    {"subsample", CX_PARAM_INT | CX_PARAM_NONE, "10000", "[1, inf)",
     "most rows that the table is made of; more are drawn from"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of numpy.random.RandomState, for subsample"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

/* What lies so near an end of the range counts as the end, for a normal result. */
static const double margin = 1e-7;

static bool normal(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "output_distribution"), "normal") == 0;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), asked = cx_param_i64(self, "n_quantiles"),
                  most = cx_param_is_none(self, "subsample") ? INT64_MAX
                                                             : cx_param_i64(self, "subsample");
    if (asked > most)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "QuantileTransformer: n_quantiles=%lld is more than subsample=%lld",
                        (long long)asked, (long long)most);
    if (asked > n)
        cx__warn(CX_E_ARGUMENT,
                 "QuantileTransformer: n_quantiles is set to %lld, the rows there are",
                 (long long)n);
    const int64_t k = asked < n ? asked : n;
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = data->x;
    if (most < n) x = cx_take(x, cx__rows_shuffled(&s, cx__seeded(self), n, most), 0);
    double *const level = cx__alloc((size_t)k * 2 * sizeof *level);
    if (level == NULL) return cx__fail_nomem("fit", "levels", (size_t)k * 16);
    double *const q = level + k;
    const double step = k > 1 ? 1 / (double)(k - 1) : 0;
    for (int64_t i = 0; i < k; i++) {
        level[i] = i > 0 && i + 1 == k ? 1 : (double)i * step;
        q[i] =
            level[i] * 100 / 100; /* by way of percentages: among equal numbers a last bit counts */
    }
    cx_status st = cx_self_set(self, QUANTILES, cx__column_quantiles(&s, x, q, k));
    if (st == CX_OK) st = cx_self_set(self, REFERENCES, cx__given_all(&s, level, k, CX_F64));
    cx__free(level);
    return st == CX_OK ? cx_self_set_i64(self, N_QUANTILES, k) : st;
}

static cx_status check(const cx_estimator *self)
{
    if (cx_dim(cx_self(self, QUANTILES), 0) >= 1) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "a QuantileTransformer has no quantiles");
}

/* ---- rows */
typedef struct table {
    int64_t k;
    bool normal;
    double end;                     /* of the normal result */
    const double *quantile, *level; /* [d, k], [k] */
} table;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    table *const t = cx_plan_alloc(p, sizeof *t);
    if (t == NULL) return CX_E_NOMEM;
    *t = (table){.k = cx_dim(cx_self(self, QUANTILES), 0),
                 .normal = normal(self),
                 .end = cx__normal_quantile(1 - (margin - DBL_EPSILON))};
    p->state = t;
    CX__TRY(cx__plan_f64(p, cx_transpose(cx_self(self, QUANTILES)), &t->quantile));
    return cx__plan_f64(p, cx_self(self, REFERENCES), &t->level);
}

/* How many of k rising numbers are below v, or not above it. */
static int64_t below(const double *q, int64_t k, double v, bool or_equal)
{
    int64_t lo = 0;
    while (k > 0) {
        const int64_t half = k / 2;
        const bool right = or_equal ? q[lo + half] <= v : q[lo + half] < v;
        lo = right ? lo + half + 1 : lo;
        k = right ? k - half - 1 : half;
    }
    return lo;
}

/* On the line through points i and i + 1 of (x, y). */
static double line(const double *x, const double *y, int64_t i, double at)
{
    return y[i] + (y[i + 1] - y[i]) / (x[i + 1] - x[i]) * (at - x[i]);
}

/* The level of v, met from below and from above. */
static double level_of(const double *q, const double *level, int64_t k, double v)
{
    if (v < q[0]) return level[0];
    if (v > q[k - 1]) return level[k - 1];
    const int64_t last = below(q, k, v, true) - 1, first = below(q, k, v, false);
    const double up = q[last] == v ? level[last] : line(q, level, last, v),
                 down = q[first] == v
                            ? level[first]
                            : level[first] + (level[first - 1] - level[first]) /
                                                 (q[first - 1] - q[first]) * (v - q[first]);
    return 0.5 * (up + down);
}

/* single: v is a float32, in which the margin counts as far as it changes it. */
static double one(const table *t, const double *q, double v, bool single)
{
    if (isnan(v) || isnan(q[0])) return (double)NAN;
    const double low = q[0], high = q[t->k - 1];
    double level = level_of(q, t->level, t->k, v);
    const double up = single ? (double)((float)v + (float)margin) : v + margin,
                 down = single ? (double)((float)v - (float)margin) : v - margin;
    if (t->normal ? up > high : v == high) level = 1;
    if (t->normal ? down < low : v == low) level = 0;
    if (!t->normal) return level;
    const double z = cx__normal_quantile(level);
    return z < -t->end ? -t->end : z > t->end ? t->end : z;
}

static cx_status map_rows(const cx_plan *p, const double *x, int64_t rows, bool single, double *out)
{
    const table *const t = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < d; j++)
            out[i * d + j] = one(t, t->quantile + j * t->k, x[i * d + j], single);
    return CX_OK;
}
static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return map_rows(p, x, rows, false, out);
}
static cx_status transform_f32_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return map_rows(p, x, rows, true, out);
}

/* The number at a level. */
static double back(const table *t, const double *q, double v)
{
    if (isnan(v)) return v;
    const double level = t->normal ? cx__normal_below(v) : v, near = t->normal ? margin : 0;
    if (t->normal ? level - near < 0 : level == 0) return q[0];
    if (t->normal ? level + near > 1 : level == 1) return q[t->k - 1];
    if (level <= t->level[0]) return q[0];
    if (level >= t->level[t->k - 1]) return q[t->k - 1];
    const int64_t last = below(t->level, t->k, level, true) - 1;
    return t->level[last] == level ? q[last] : line(t->level, q, last, level);
}

static cx_status inverse_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const table *const t = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < d; j++)
            out[i * d + j] = back(t, t->quantile + j * t->k, x[i * d + j]);
    return CX_OK;
}

/* ---- on a device: column by column, with searches of arrays */

/* y at v of the line through rising (x, y): the last of equal points, or the first. */
static cx_array *look_up(const cx_array *x, const cx_array *y, const cx_array *v, cx_side side)
{
    static cx__held place = CX__HELD("i, n, back: maximum(minimum(i - back, n), 0)"),
                    between = CX__HELD("v, x, y, a, b: where(v == x, y, where(a == x, y,"
                                       "y + (b - y) / (a - x) * (v - x)))"),
                    inside =
                        CX__HELD("r, v, x0, xn, y0, yn: where(v < x0, y0, where(v > xn, yn, r))");
    const int64_t k = cx_size(x);
    const bool right = side == CX_RIGHT;
    const cx_array *const found = cx_searchsorted(x, v, side);
    const cx_array *const i =
        cx__held_run("transform", &place, CX_ARRAYS(found, cx_int(k - 1), cx_int(right ? 1 : 0)));
    const cx_array *const near =
        cx__held_run("transform", &place, CX_ARRAYS(found, cx_int(k - 1), cx_int(right ? 0 : 1)));
    const cx_array *const r = cx__held_run(
        "transform", &between,
        CX_ARRAYS(v, cx_take(x, i, 0), cx_take(y, i, 0), cx_take(x, near, 0), cx_take(y, near, 0)));
    return cx__held_run("transform", &inside,
                        CX_ARRAYS(r, v, cx_select(x, 0, 0), cx_select(x, 0, k - 1),
                                  cx_select(y, 0, 0), cx_select(y, 0, k - 1)));
}

/* Standard normal quantiles of p in [1e-7, 1 - 1e-7]: Wichura 1988, AS 241. */
static cx_array *normal_quantile(const cx_array *p)
{
    static cx__held quantile = CX__HELD(
        "p: q = p - 0.5; r = 0.180625 - q * q;"
        "a = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853)"
        " * r + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427)"
        " * r + 133.14166789178437745) * r + 3.3871328727963666080;"
        "b = ((((((5226.4952788528545610 * r + 28729.085735721942674) * r + 39307.895800092710610)"
        " * r + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.18700749205790830)"
        " * r + 42.313330701600911252) * r + 1.0;"
        "t = sqrt(-log(minimum(p, 1 - p))) - 1.6;"
        "c = ((((((0.000774545014278341407640 * t + 0.0227238449892691845833) * t"
        " + 0.241780725177450611770) * t + 1.27045825245236838258) * t + 3.64784832476320460504)"
        " * t + 5.76949722146069140550) * t + 4.63033784615654529590) * t"
        " + 1.42343711074968357734;"
        "d = ((((((1.05075007164441684324e-9 * t + 0.000547593808499534494600) * t"
        " + 0.0151986665636164571966) * t + 0.148103976427480074590) * t"
        " + 0.689767334985100004550) * t + 1.67638483018380384940) * t"
        " + 2.05319162663775882187) * t + 1.0;"
        "where(abs(q) <= 0.425, q * a / b, where(q < 0, -c / d, c / d))");
    return cx__held_run("transform", &quantile, CX_ARRAYS(p));
}

static cx_array *on_device(const cx_estimator *self, const cx_array *v, const cx_array *q,
                           bool single)
{
    static cx__held ends[] = {
        CX__HELD("v, up, down, low, high, margin: level = 0.5 * (up + down);"
                 "level = where(v == low, 0, where(v == high, 1, level));"
                 "where(v == v and low == low, level, nan)"),
        CX__HELD("v, up, down, low, high, margin: level = 0.5 * (up + down);"
                 "level = where(v - margin < low, 0, where(v + margin > high, 1, level));"
                 "where(v == v and low == low, level, nan)"),
        CX__HELD("v, up, down, low, high, margin: level = 0.5 * (up + down); s = float32(v);"
                 "level = where(s - margin < low, 0, where(s + margin > high, 1, level));"
                 "where(v == v and low == low, level, nan)")};
    static cx__held inner = CX__HELD("p, low, high: clip(p, low, high)");
    const cx_array *const level = cx_self(self, REFERENCES);
    const double near = margin - DBL_EPSILON;
    const cx_array *const p = cx__held_run(
        "transform",
        &ends[!normal(self) ? 0
              : single      ? 2
                            : 1],
        CX_ARRAYS(v, look_up(q, level, v, CX_RIGHT), look_up(q, level, v, CX_LEFT),
                  cx_select(q, 0, 0), cx_select(q, 0, cx_size(q) - 1), cx_float(margin)));
    if (!normal(self)) return cx_copy(p);
    return normal_quantile(
        cx__held_run("transform", &inner, CX_ARRAYS(p, cx_float(near), cx_float(1 - near))));
}

static cx_array *column_on_device(const cx_estimator *self, const cx_array *v, const cx_array *q)
{
    return on_device(self, v, q, false);
}
static cx_array *single_on_device(const cx_estimator *self, const cx_array *v, const cx_array *q)
{
    return on_device(self, v, q, true);
}

/* f of each column of x and its quantiles, beside each other. */
typedef cx_array *column_map(const cx_estimator *self, const cx_array *v, const cx_array *q);

static cx_array *by_columns(const cx_estimator *self, const cx_array *x, column_map *f)
{
    const cx_array *const wide = cx_astype(x, CX_F64), *const quantiles = cx_ascontiguous(
                                                           cx_transpose(cx_self(self, QUANTILES)));
    cx_array *const out = cx_empty(cx_shape_of(x), CX_F64, cx_device_of(x));
    for (int64_t j = 0; j < cx_dim(x, 1) && cx_ok(); j++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const v = cx_ascontiguous(cx_select(wide, 1, j));
        const cx_array *const made = f(self, v, cx_select(quantiles, 0, j));
        if (cx_ok()) (void)cx_check(cx_copy_into(made, cx_select(out, 1, j)));
        if (cx_check(cx_scope_close(scope)) != CX_OK) break;
    }
    return cx_astype(out, cx__float_like(x));
}

static cx_array *column_back(const cx_estimator *self, const cx_array *v, const cx_array *q)
{
    static cx__held present = CX__HELD("v, r: where(v == v, r, nan)");
    return cx__held_run("inverse_transform", &present,
                        CX_ARRAYS(v, look_up(cx_self(self, REFERENCES), q, v, CX_RIGHT)));
}

static cx_array *back_on_device(const cx_estimator *self, const cx_array *x)
{
    if (!normal(self)) return by_columns(self, x, column_back);
    (void)cx_check(cx__fail(CX_E_UNSUPPORTED, "inverse_transform",
                            "QuantileTransformer goes back from a normal distribution on the CPU "
                            "only"));
    return NULL;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const bool single = cx_dtype_of(x) == CX_F32;
    if (!cx__on_host(x)) return by_columns(self, x, single ? single_on_device : column_on_device);
    return cx__by_kernel(self, CX_TRANSFORM, single ? transform_f32_into : transform_into, x,
                         CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "inverse_transform";
    const int64_t d = cx_self_features(self);
    if (cx_dim(x, 1) != d) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x has %lld columns, not %lld",
                                (long long)cx_dim(x, 1), (long long)d));
        return NULL;
    }
    if (!cx__on_host(x)) return back_on_device(self, x);
    return cx__by_kernel(self, CX_TRANSFORM, inverse_into, x, CX__ROWS_MATRIX, cx__float_like(x));
}

const cx_estimator_class cx__class_quantile_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "QuantileTransformer",
    .doc = "Map columns to a uniform or normal distribution by their quantiles.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
