/* SplineTransformer: a number becomes the values of B-splines there.
 *
 * One idea: of the splines between two knots only degree + 1 are not 0, and they follow from those
 * of a degree below (de Boor 1972). Beyond the knots a table of the splines' values and slopes at
 * both ends says what they are. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/text.h>
#include <math.h>
#include <string.h>

enum { N_OUT, KNOTS, ENDS };
static const char *const attrs[] = {"n_features_out_: int []", "_knots: float [n, t]",
                                    "_ends: float [4, n, s]", NULL};

enum { MOST_DEGREE = 30 };

static const cx_param params[] = {
    {"n_knots", CX_PARAM_INT, "5", "[2, inf)", "knots of a column, where 'knots' is a word"},
    {"degree", CX_PARAM_INT, "3", "[0, 30]", "of the polynomials between knots"},
    {"knots", CX_PARAM_STR | CX_PARAM_LIST, "'uniform'", "{'uniform', 'quantile'}",
     "from the least to the largest number, at quantiles, or rows of a list, one for each knot"},
    {"extrapolation", CX_PARAM_STR, "'constant'",
     "{'error', 'constant', 'linear', 'continue', 'periodic'}", "beyond the first and last knot"},
    {"include_bias", CX_PARAM_BOOL, "True", NULL, "False: without the last spline of each column"},
    {"order", CX_PARAM_STR, "'C'", "{'C', 'F'}", "not used: results are in C order"},
    {"handle_missing", CX_PARAM_STR, "'error'", "{'error', 'zeros'}",
     "what splines are where a number is missing"},
    {"sparse_output", CX_PARAM_BOOL, "False", NULL, "only False: results are dense"},
    {.name = NULL},
};

typedef enum beyond { FAILS, CONSTANT, LINEAR, CONTINUES, PERIODIC } beyond;

static beyond beyond_of(const cx_estimator *self)
{
    const char *const name = cx_param_str(self, "extrapolation");
    return strcmp(name, "error") == 0      ? FAILS
           : strcmp(name, "constant") == 0 ? CONSTANT
           : strcmp(name, "linear") == 0   ? LINEAR
           : strcmp(name, "continue") == 0 ? CONTINUES
                                           : PERIODIC;
}

/* ---- splines of one column: knots t, of which those from degree to count are the base */
typedef struct splines {
    int64_t degree, count; /* of the polynomials; of splines */
    const double *t;       /* [count + degree + 1] */
} splines;

/* The degree + 1 that are not 0 at x, into n; returns the number of the first. */
static int64_t values_at(const splines *s, int64_t degree, double x, double *n)
{
    double left[MOST_DEGREE + 1], right[MOST_DEGREE + 1];
    int64_t i = s->degree;
    while (i + 1 < s->count && s->t[i + 1] <= x) i++;
    n[0] = 1;
    for (int64_t k = 1; k <= degree; k++) {
        double saved = 0;
        left[k] = x - s->t[i + 1 - k];
        right[k] = s->t[i + k] - x;
        for (int64_t r = 0; r < k; r++) {
            const double width = right[r + 1] + left[k - r], part = width == 0 ? 0 : n[r] / width;
            n[r] = saved + right[r + 1] * part;
            saved = left[k - r] * part;
        }
        n[k] = saved;
    }
    return i - degree;
}

/* All count of them, and their slopes, at x. */
static void all_at(const splines *s, double x, double *value, double *slope)
{
    double n[MOST_DEGREE + 1];
    memset(value, 0, (size_t)s->count * sizeof *value);
    memset(slope, 0, (size_t)s->count * sizeof *slope);
    int64_t first = values_at(s, s->degree, x, n);
    for (int64_t k = 0; k <= s->degree; k++) value[first + k] = n[k];
    if (s->degree == 0) return;
    const double d = (double)s->degree;
    first = values_at(s, s->degree - 1, x, n);
    for (int64_t k = 0; k < s->degree; k++) {
        const int64_t i = first + k; /* between t[i] and t[i + degree] */
        const double width = s->t[i + s->degree] - s->t[i],
                     part = width == 0 ? 0 : d * n[k] / width;
        if (i < s->count) slope[i] += part;
        if (i > 0) slope[i - 1] -= part;
    }
}

/* ---- fit */

/* Base knots [count, d] on the host; cx__free *out. */
static cx_status given_knots(const cx_estimator *self, int64_t d, int64_t *count, double **out)
{
    const cx__lit *const list = cx__param(self, "knots");
    *count = list->count;
    if (*count < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "SplineTransformer: two knots at least are needed");
    *out = cx__alloc((size_t)(*count * d) * sizeof **out);
    if (*out == NULL) return cx__fail_nomem("fit", "knots", (size_t)(*count * d) * 8);
    for (int64_t i = 0; i < *count; i++) {
        const cx__lit *const row = &list->u.items[i];
        const bool listed = row->kind == CX__LIT_LIST || row->kind == CX__LIT_TUPLE;
        if (!listed || row->count != d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "SplineTransformer: knots[%lld] must list %lld numbers, one a column",
                            (long long)i, (long long)d);
        for (int64_t j = 0; j < d; j++) {
            double *const v = *out + i * d + j;
            if (!cx__lit_number(&row->u.items[j], v) || !isfinite(*v) || (i > 0 && !(*v > v[-d])))
                return cx__fail(
                    CX_E_ARGUMENT, "fit",
                    "SplineTransformer: knots must be numbers that rise in each column");
        }
    }
    return CX_OK;
}

static cx_status even_knots(const cx__site *s, const cx_data *data, int64_t count, double *out)
{
    const cx_array *x = cx__f64(s, data->x);
    const int64_t d = cx_dim(x, 1);
    if (data->sample_weight != NULL)
        x = cx_compress(cx_greater(data->sample_weight, cx_float(0)), x, 0);
    cx_array *const low = cx__new_f64(s, d, -1), *const high = cx__new_f64(s, d, -1);
    const double *const x_at = cx__at(x);
    double *const low_at = cx__at(low), *const high_at = cx__at(high);
    CX__TRY(cx__so_far());
    if (cx_dim(x, 0) < 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "SplineTransformer: no sample_weight is above 0");
    CX__TRY(s->ops->extremes(s->queue, x_at, cx_dim(x, 0), d, low_at, high_at));
    double *const from = out, *const to = out + (count - 1) * d;
    CX__TRY(cx__read_all(s, low, from));
    CX__TRY(cx__read_all(s, high, to));
    for (int64_t j = 0; j < d; j++) {
        if (isnan(from[j])) from[j] = to[j] = 0;
        const double step = (to[j] - from[j]) / (double)(count - 1);
        for (int64_t i = 1; i + 1 < count; i++) out[i * d + j] = from[j] + (double)i * step;
    }
    return CX_OK;
}

static cx_status quantile_knots(const cx__site *s, const cx_data *data, int64_t count, double *out)
{
    static cx__held seen = CX__HELD("w, x: where(x == x, w, 0)");
    const int64_t d = cx_dim(data->x, 1);
    double *const q = cx__alloc((size_t)count * sizeof *q);
    if (q == NULL) return cx__fail_nomem("fit", "levels", (size_t)count * 8);
    for (int64_t i = 0; i < count; i++)
        q[i] = i + 1 < count ? (double)i * (1 / (double)(count - 1)) * 100 / 100 : 1;
    cx_status st = CX_OK;
    if (data->sample_weight == NULL)
        st = cx__read_all(s, cx__column_quantiles(s, data->x, q, count), out);
    const cx_array **const part =
        data->sample_weight != NULL ? cx__calloc((size_t)d, sizeof *part) : NULL;
    if (data->sample_weight != NULL && part == NULL) st = cx__fail_nomem("fit", "columns", 0);
    for (int64_t j = 0; part != NULL && j < d; j++) {
        const cx_array *const v = cx_ascontiguous(cx_select(data->x, 1, j));
        part[j] = cx__weighted_quantiles(
            s, v, cx__held_run("fit", &seen, CX_ARRAYS(data->sample_weight, v)), q, count, false);
    }
    if (part != NULL && st == CX_OK)
        st = cx__read_all(s, cx_stack((cx_arrays){(int)d, part}, 1), out);
    cx__free(part);
    cx__free(q);
    return st;
}

static cx_status base_knots(const cx_estimator *self, const cx__site *s, const cx_data *data,
                            int64_t *count, double **out)
{
    const int64_t d = cx_dim(data->x, 1);
    if (!cx_param_is_str(self, "knots")) return given_knots(self, d, count, out);
    *count = cx_param_i64(self, "n_knots");
    *out = cx__alloc((size_t)(*count * d) * sizeof **out);
    if (*out == NULL) return cx__fail_nomem("fit", "knots", (size_t)(*count * d) * 8);
    return strcmp(cx_param_str(self, "knots"), "quantile") == 0
               ? quantile_knots(s, data, *count, *out)
               : even_knots(s, data, *count, *out);
}

/* degree more knots on each side: as far apart as the outermost two, or a period away. */
static void widen(const double *base, int64_t count, int64_t d, int64_t j, int64_t degree,
                  bool periodic, double *t)
{
    const double first = base[j], last = base[(count - 1) * d + j], period = last - first;
    for (int64_t i = 0; i < count; i++) t[degree + i] = base[i * d + j];
    const double below = t[degree + 1] - first, above = last - t[degree + count - 2];
    for (int64_t k = 1; k <= degree; k++) {
        t[degree - k] =
            periodic ? base[(count - 1 - k) * d + j] - period : first - (double)k * below;
        t[degree + count - 1 + k] = periodic ? base[k * d + j] + period : last + (double)k * above;
    }
}

static cx_status refuse_nan(const cx_estimator *self, const char *where, const cx_array *x)
{
    static cx__held any = CX__HELD("x: any(x != x)");
    if (strcmp(cx_param_str(self, "handle_missing"), "zeros") == 0) return CX_OK;
    const bool found = cx__number_i64(cx__held_run(where, &any, CX_ARRAYS(x))) != 0;
    CX__TRY(cx__so_far());
    return found ? cx__fail(CX_E_ARGUMENT, where,
                            "SplineTransformer: x holds NaN; handle_missing='zeros' takes it")
                 : CX_OK;
}

/* Knots [d, t] and ends [4, d, s]: values and slopes at the first knot, then at the last. */
static cx_status store(cx_estimator *self, const cx__site *s, const double *base, int64_t count,
                       int64_t d)
{
    const int64_t degree = cx_param_i64(self, "degree"), all = count + 2 * degree,
                  m = all - degree - 1;
    const beyond how = beyond_of(self);
    double *const t = cx__alloc((size_t)(d * (all + 4 * m)) * sizeof *t);
    if (t == NULL) return cx__fail_nomem("fit", "knots", (size_t)(d * (all + 4 * m)) * 8);
    double *const end = t + d * all;
    for (int64_t j = 0; j < d; j++) {
        const splines s1 = {degree, m, t + j * all};
        widen(base, count, d, j, degree, how == PERIODIC, t + j * all);
        double *const at = end + j * m;
        all_at(&s1, s1.t[degree], at, at + d * m);
        all_at(&s1, s1.t[m], at + 2 * d * m, at + 3 * d * m);
        for (int64_t i = 0; i < m; i++) {
            if (how != LINEAR) at[d * m + i] = at[3 * d * m + i] = 0;
            if (how == CONSTANT && degree == 0) at[i] = at[2 * d * m + i] = 0;
        }
    }
    cx_status st = cx_self_set(self, KNOTS,
                               cx_reshape(cx__given_all(s, t, d * all, CX_F64), CX_SHAPE(d, all)));
    if (st == CX_OK)
        st = cx_self_set(self, ENDS,
                         cx_reshape(cx__given_all(s, end, 4 * d * m, CX_F64), CX_SHAPE(4, d, m)));
    cx__free(t);
    const int64_t width = (how == PERIODIC ? count - 1 : m) - !cx_param_bool(self, "include_bias");
    return st == CX_OK ? cx_self_set_i64(self, N_OUT, d * width) : st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1), degree = cx_param_i64(self, "degree");
    if (cx_dim(data->x, 0) < 2)
        return cx__fail(CX_E_SHAPE, "fit", "SplineTransformer: x has 1 row; 2 are needed");
    if (cx_param_bool(self, "sparse_output"))
        return cx__not_built(self, "sparse_output", "True", "results are dense");
    CX__TRY(refuse_nan(self, "fit", data->x));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    int64_t count = 0;
    double *base = NULL;
    cx_status st = base_knots(self, &s, data, &count, &base);
    if (st == CX_OK && beyond_of(self) == PERIODIC && count <= degree)
        st = cx__fail(CX_E_ARGUMENT, "fit",
                      "SplineTransformer: periodic splines of degree %lld need more knots than "
                      "%lld",
                      (long long)degree, (long long)count);
    if (st == CX_OK) st = store(self, &s, base, count, d);
    cx__free(base);
    return st;
}

static cx_status check(const cx_estimator *self)
{
    const int64_t degree = cx_param_i64(self, "degree"), t = cx_dim(cx_self(self, KNOTS), 1),
                  m = cx_dim(cx_self(self, ENDS), 2);
    return t == m + degree + 1 && m > degree ? CX_OK
                                             : cx__fail(CX_E_PARSE, "estimator_load",
                                                        "the knots of a SplineTransformer are not "
                                                        "those of its degree");
}

/* ---- rows */
typedef struct table {
    int64_t degree, count, knots, width; /* splines, knots, columns of the result, of a column */
    beyond how;
    bool zeros;
    const double *t, *end;
} table;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    table *const t = cx_plan_alloc(p, sizeof *t);
    if (t == NULL) return CX_E_NOMEM;
    *t = (table){.degree = cx_param_i64(self, "degree"),
                 .count = cx_dim(cx_self(self, ENDS), 2),
                 .knots = cx_dim(cx_self(self, KNOTS), 1),
                 .how = beyond_of(self),
                 .zeros = strcmp(cx_param_str(self, "handle_missing"), "zeros") == 0};
    t->width =
        t->count - (t->how == PERIODIC ? t->degree : 0) - !cx_param_bool(self, "include_bias");
    p->state = t;
    p->cols_out = p->cols_in * t->width;
    CX__TRY(cx__plan_f64(p, cx_self(self, KNOTS), &t->t));
    return cx__plan_f64(p, cx_self(self, ENDS), &t->end);
}

static CX__COLD cx_status out_of_reach(void)
{
    return cx__fail(CX_E_ARGUMENT, "transform",
                    "SplineTransformer: a number lies beyond the knots, and "
                    "extrapolation='error'");
}

/* The splines of column j at x, of d. */
static cx_status put(const table *t, double x, int64_t j, int64_t d, double *out)
{
    const double *const knot = t->t + j * t->knots, low = knot[t->degree], high = knot[t->count];
    memset(out, 0, (size_t)t->width * sizeof *out);
    if (isnan(x) && !t->zeros)
        return cx__fail(CX_E_ARGUMENT, "transform", "SplineTransformer: x holds NaN");
    if (isnan(x)) return CX_OK;
    if (t->how == PERIODIC) {
        const double period = high - low, off = period > 0 ? fmod(x - low, period) : 0;
        x = period > 0 ? low + (off < 0 ? off + period : off) : 0;
    }
    const bool below = x < low, outside = below || x > high;
    if (t->how == FAILS && outside) return out_of_reach();
    if (outside && (t->how == CONSTANT || t->how == LINEAR)) {
        const double *const value = t->end + ((below ? 0 : 2) * d + j) * t->count,
                            *const slope = value + d * t->count, away = x - (below ? low : high);
        for (int64_t i = 0; i < t->width; i++) out[i] = value[i] + away * slope[i];
        return CX_OK;
    }
    double n[MOST_DEGREE + 1];
    const int64_t first = values_at(&(const splines){t->degree, t->count, knot}, t->degree, x, n),
                  round = t->how == PERIODIC ? t->count - t->degree : t->count;
    for (int64_t k = 0; k <= t->degree; k++) {
        const int64_t i = (first + k) % round;
        if (i < t->width) out[i] += n[k];
    }
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const table *const t = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < d; j++)
            CX__TRY(put(t, x[i * d + j], j, d, out + (i * d + j) * t->width));
    return CX_OK;
}

/* ---- arrays: splines [rows, d, count], degree by degree */
static cx_array *splines_of(const cx_array *x, const cx_array *t, int64_t degree, int64_t count)
{
    static cx__held within = CX__HELD("i, at: float64(i == at)"),
                    higher = CX__HELD("x, b0, b1, t0, tk, t1, tk1: u = tk - t0; v = tk1 - t1;"
                                      "where(u == 0, 0, (x - t0) / u * b0) +"
                                      "where(v == 0, 0, (tk1 - x) / v * b1)"),
                    place = CX__HELD("x, t, k: sum(x >= t, axis=2, keepdims=True) + k");
    const int64_t all = count + degree + 1;
    const cx_array *const knots = cx_expand_dims(t, 0), *const wide = cx_expand_dims(x, 2);
    const cx_array *const inner = cx_slice(knots, 2, degree + 1, count, 1);
    const cx_array *const at =
        count > degree + 1
            ? cx__held_run("transform", &place, CX_ARRAYS(wide, inner, cx_int(degree)))
            : cx_full_like(cx_expand_dims(x, 2), cx_int(degree), CX_I64);
    cx_array *b = cx__held_run(
        "transform", &within, CX_ARRAYS(cx_arange_i64(0, all - 1, 1, CX_I64, cx_device_of(x)), at));
    for (int64_t k = 1; k <= degree; k++) {
        const int64_t m = all - 1 - k;
        b = cx__held_run("transform", &higher,
                         CX_ARRAYS(wide, cx_slice(b, 2, 0, m, 1), cx_slice(b, 2, 1, m + 1, 1),
                                   cx_slice(knots, 2, 0, m, 1), cx_slice(knots, 2, k, m + k, 1),
                                   cx_slice(knots, 2, 1, m + 1, 1),
                                   cx_slice(knots, 2, k + 1, m + k + 1, 1)));
    }
    return b;
}

static cx_array *beyond_ends(const cx_estimator *self, const cx_array *x, const cx_array *b,
                             const cx_array *low, const cx_array *high)
{
    static cx__held ends = CX__HELD("x, b, low, high, v0, s0, v1, s1:"
                                    "where(x < low, v0 + (x - low) * s0,"
                                    "where(x > high, v1 + (x - high) * s1, b))");
    const cx_array *const e = cx_self(self, ENDS);
    return cx__held_run("transform", &ends,
                        CX_ARRAYS(x, b, low, high, cx_select(e, 0, 0), cx_select(e, 0, 1),
                                  cx_select(e, 0, 2), cx_select(e, 0, 3)));
}

static cx_array *on_device(const cx_estimator *self, const cx_array *given)
{
    static cx__held outside = CX__HELD("x, low, high: any(x < low or x > high)"),
                    round = CX__HELD("x, low, high: w = high - low;"
                                     "where(w > 0, low + (x - low) % where(w > 0, w, 1), 0 * x)"),
                    present = CX__HELD("x, b: where(x == x, b, 0)");
    const int64_t n = cx_dim(given, 0), d = cx_dim(given, 1), degree = cx_param_i64(self, "degree"),
                  count = cx_dim(cx_self(self, ENDS), 2);
    const beyond how = beyond_of(self);
    const cx_array *x = cx_astype(given, CX_F64), *const t = cx_self(self, KNOTS),
                   *const low = cx_select(t, 1, degree), *const high = cx_select(t, 1, count);
    if (how == FAILS &&
        cx__number_i64(cx__held_run("transform", &outside, CX_ARRAYS(x, low, high))) != 0) {
        (void)cx_check(out_of_reach());
        return NULL;
    }
    if (how == PERIODIC) x = cx__held_run("transform", &round, CX_ARRAYS(x, low, high));
    cx_array *b = splines_of(x, t, degree, count);
    const cx_array *const wide = cx_expand_dims(x, 2);
    if (how == CONSTANT || how == LINEAR)
        b = beyond_ends(self, wide, b, cx_expand_dims(low, 1), cx_expand_dims(high, 1));
    int64_t width = count;
    if (how == PERIODIC) {
        width = count - degree;
        const cx_array *const rest = cx_slice(b, 2, width, count, 1), *const first = cx_add(
                                                                          cx_slice(b, 2, 0, degree,
                                                                                   1),
                                                                          rest);
        b = cx_concatenate(CX_ARRAYS(first, cx_slice(b, 2, degree, width, 1)), 2);
    }
    if (!cx_param_bool(self, "include_bias")) b = cx_slice(b, 2, 0, --width, 1);
    b = cx__held_run("transform", &present, CX_ARRAYS(wide, b));
    return cx_astype(cx_reshape(b, CX_SHAPE(n, d * width)), cx__float_like(given));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    if (cx_check(refuse_nan(self, "transform", x)) != CX_OK) return NULL;
    if (!cx__on_host(x)) return on_device(self, x);
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

/* ---- names: "x0_sp_0" */
typedef struct naming {
    const cx_array *names;
    int64_t width;
} naming;

static void put_name(const void *ctx, int64_t i, cx__text *t)
{
    const naming *const c = ctx;
    cx__text_f(t, "%s_sp_%lld", cx_label(c->names, i / c->width), (long long)(i % c->width));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    const int64_t n = cx__number_i64(cx_self(self, N_OUT)), d = cx_self_features(self);
    return cx__names_made(n, put_name, &(const naming){names, n / d});
}

const cx_estimator_class cx__class_spline_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SplineTransformer",
    .doc = "Replace numbers by the values of B-splines there.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN,
    .positional = 2,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
