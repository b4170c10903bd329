/* IsotonicRegression: the monotone step function of least squares, read between its points by
 * straight lines.
 *
 * One idea: pool adjacent violators is one pass with a stack of blocks (Busing 2022). Predictions
 * look the thresholds up by halving. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { X_MIN, X_MAX, X_AT, Y_AT, INCREASING };
static const char *const attrs[] = {"X_min_: float []",         "X_max_: float []",
                                    "X_thresholds_: float [k]", "y_thresholds_: float [k]",
                                    "increasing_: bool []",     NULL};

static const cx_param params[] = {
    {"y_min", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[-inf, inf]", "lowest prediction"},
    {"y_max", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[-inf, inf]", "highest prediction"},
    {"increasing", CX_PARAM_BOOL | CX_PARAM_STR, "True", "{'auto'}",
     "direction; 'auto': by Spearman's rank correlation"},
    {"out_of_bounds", CX_PARAM_STR, "'nan'", "{'nan', 'clip', 'raise'}",
     "what is predicted outside the range seen: NaN, the end's value, or an ARGUMENT error"},
    {.name = NULL},
};

typedef struct point {
    double x, y, weight;
    int64_t row;
} point;

static int by_x(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static int by_y(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

/* ---- direction */
/* rank [row] of sorted points, ties sharing their mean. */
static void ranks(const point *p, int64_t n, bool of_x, double *rank)
{
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && (of_x ? p[end].x == p[i].x : p[end].y == p[i].y); end++)
            ;
        for (int64_t k = i; k < end; k++) rank[p[k].row] = (double)(i + end + 1) / 2;
    }
}

/* Spearman's correlation, NaN of constants. p comes back sorted by x. */
static double spearman(point *p, int64_t n, double *rank_x, double *rank_y)
{
    qsort(p, (size_t)n, sizeof *p, by_y);
    ranks(p, n, false, rank_y);
    qsort(p, (size_t)n, sizeof *p, by_x);
    ranks(p, n, true, rank_x);
    const double mean = (double)(n + 1) / 2;
    double xy = 0, xx = 0, yy = 0;
    for (int64_t i = 0; i < n; i++) {
        const double a = rank_x[i] - mean, b = rank_y[i] - mean;
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    return xx > 0 && yy > 0 ? fmin(fmax(xy / sqrt(xx * yy), -1), 1) : (double)NAN;
}

static bool rises(const cx_estimator *self, point *p, int64_t n, double *scratch)
{
    if (!cx_param_is_str(self, "increasing")) return cx_param_bool(self, "increasing");
    const double rho = spearman(p, n, scratch, scratch + n);
    if (fabs(rho) != 1 && n > 3) { /* Fisher's interval */
        const double f = 0.5 * log((1 + rho) / (1 - rho)), e = 1.96 / sqrt((double)(n - 3));
        if ((tanh(f - e) > 0) != (tanh(f + e) > 0))
            cx__warn(CX_E_CONVERGENCE,
                     "IsotonicRegression: the interval of the rank correlation spans 0, so the "
                     "direction is uncertain");
    }
    return rho >= 0;
}

/* ---- fitting */
/* Of sorted rows those with weight, equal x as one: how many. */
static int64_t gather(point *p, int64_t n, double resolution)
{
    int64_t kept = 0, out = 0;
    for (int64_t i = 0; i < n; i++)
        if (p[i].weight > 0) p[kept++] = p[i];
    if (kept == 0) return 0;
    point now = p[0];
    now.y *= now.weight;
    for (int64_t i = 1; i <= kept; i++) {
        if (i < kept && p[i].x - now.x < resolution) {
            now.weight += p[i].weight;
            now.y += p[i].y * p[i].weight;
            continue;
        }
        now.y /= now.weight;
        p[out++] = now;
        if (i == kept) break;
        now = p[i];
        now.y *= now.weight;
    }
    return out;
}

typedef struct run_of {
    double mean, weight;
    int64_t count;
} run_of;

/* y of the points becomes monotone; blocks [n] is scratch. */
static void pool(point *p, int64_t n, bool rising, run_of *blocks)
{
    int64_t top = 0;
    for (int64_t i = 0; i < n; i++) {
        const point *q = p + (rising ? i : n - 1 - i);
        run_of now = {q->y, q->weight, 1};
        while (top > 0 && blocks[top - 1].mean >= now.mean) {
            const run_of *before = &blocks[--top];
            const double weight = before->weight + now.weight;
            now.mean = (before->mean * before->weight + now.mean * now.weight) / weight;
            now.weight = weight;
            now.count += before->count;
        }
        blocks[top++] = now;
    }
    int64_t i = 0;
    for (int64_t b = 0; b < top; b++)
        for (int64_t k = 0; k < blocks[b].count; k++, i++)
            p[rising ? i : n - 1 - i].y = blocks[b].mean;
}

/* Only the ends of level stretches stay. */
static int64_t trim(point *p, int64_t n)
{
    int64_t out = 0;
    double before = 0;
    for (int64_t i = 0; i < n; i++) {
        const double y = p[i].y;
        const bool keep = i == 0 || i == n - 1 || y != before || y != p[i + 1].y;
        before = y;
        if (keep) p[out++] = p[i];
    }
    return out;
}

static cx_status store(cx_estimator *self, const point *p, int64_t n, bool rising, cx_dtype t)
{
    cx_array *x = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU), *y = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *x_at = cx_data_f64_mut(x), *y_at = cx_data_f64_mut(y);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        x_at[i] = p[i].x;
        y_at[i] = p[i].y;
    }
    CX__TRY(cx__store(self, X_MIN, cx_full(CX_SHAPE(), cx_float(x_at[0]), CX_F64, CX_CPU), t));
    CX__TRY(cx__store(self, X_MAX, cx_full(CX_SHAPE(), cx_float(x_at[n - 1]), CX_F64, CX_CPU), t));
    CX__TRY(cx__store(self, X_AT, x, t));
    CX__TRY(cx__store(self, Y_AT, y, t));
    return cx_self_set(self, INCREASING, cx_full(CX_SHAPE(), cx_bool(rising), CX_BOOL, CX_CPU));
}

/* Clip before trimming: levels at the limits are level stretches too. */
static void clip(const cx_estimator *self, point *p, int64_t n)
{
    const double low = cx_param_is_none(self, "y_min") ? -INFINITY : cx_param_f64(self, "y_min"),
                 high = cx_param_is_none(self, "y_max") ? INFINITY : cx_param_f64(self, "y_max");
    for (int64_t i = 0; i < n; i++) p[i].y = fmin(fmax(p[i].y, low), high);
}

/* Points sorted by x: those of equal x by y. */
static void sort_equal(point *p, int64_t n)
{
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && p[end].x == p[i].x; end++)
            ;
        if (end - i > 1) qsort(p + i, (size_t)(end - i), sizeof *p, by_x);
    }
}

static cx_status fit_points(cx_estimator *self, const cx_data *data, point *p, void *scratch)
{
    const int64_t n = cx_dim(data->x, 0);
    const cx_array *x = cx__as("fit", data->x, CX_F64), *y = cx__as("fit", data->y, CX_F64),
                   *w = data->sample_weight != NULL ? cx__as("fit", data->sample_weight, CX_F64)
                                                    : NULL;
    const double *x_at = cx_data_f64(x), *y_at = cx_data_f64(y),
                 *w_at = w != NULL ? cx_data_f64(w) : NULL;
    const int64_t *order = cx_data_i64(cx_argsort(cx_ravel(x), 0));
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = order[k];
        p[k] = (point){x_at[i], y_at[i], w_at != NULL ? w_at[i] : 1, i};
    }
    sort_equal(p, n);
    const bool rising = rises(self, p, n, scratch);
    const cx_dtype t = cx__float_like(data->x);
    int64_t kept = gather(p, n, t == CX_F32 ? 1e-6 : 1e-15);
    if (kept == 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "IsotonicRegression: no row has a positive weight");
    pool(p, kept, rising, scratch);
    clip(self, p, kept);
    kept = trim(p, kept);
    return store(self, p, kept, rising, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__host_only(self, "fit", data->x));
    CX__TRY(cx__poll("fit"));
    const int64_t n = cx_dim(data->x, 0);
    if (cx_dim(data->x, 1) != 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "IsotonicRegression takes one column, x has %lld",
                        (long long)cx_dim(data->x, 1));
    const size_t bytes = (size_t)n * (sizeof(point) + sizeof(run_of));
    point *p = cx__alloc(bytes);
    if (p == NULL) return cx__fail_nomem("fit", "sorted rows", bytes);
    const cx_status st = fit_points(self, data, p, p + n);
    cx__free(p);
    return st;
}

/* ---- predicting */
typedef struct steps {
    const double *x, *y;
    int64_t k;
    bool clip;
} steps;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    steps *s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    s->k = cx_size(cx_self(self, X_AT));
    s->clip = strcmp(cx_param_str(self, "out_of_bounds"), "clip") == 0;
    p->state = s;
    p->cols_out = 1;
    CX__TRY(cx__plan_f64(p, cx_self(self, X_AT), &s->x));
    return cx__plan_f64(p, cx_self(self, Y_AT), &s->y);
}

static double value_at(const steps *s, double x)
{
    if (s->k == 1) return s->y[0];
    if (s->clip) x = fmin(fmax(x, s->x[0]), s->x[s->k - 1]);
    if (!(x >= s->x[0] && x <= s->x[s->k - 1])) return (double)NAN;
    int64_t low = 0, high = s->k - 1; /* x[low] < x <= x[high], or low is 0 */
    while (high - low > 1) {
        const int64_t mid = (low + high) / 2;
        if (s->x[mid] < x)
            low = mid;
        else
            high = mid;
    }
    const double slope = (s->y[high] - s->y[low]) / (s->x[high] - s->x[low]);
    return slope * (x - s->x[low]) + s->y[low];
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const steps *s = p->state;
    for (int64_t i = 0; i < rows; i++) out[i] = value_at(s, x[i]);
    return CX_OK;
}

static cx_status check_bounds(const cx_estimator *self, const cx_array *x)
{
    if (strcmp(cx_param_str(self, "out_of_bounds"), "raise") != 0) return CX_OK;
    if (cx_size(cx_self(self, X_AT)) == 1 || cx_size(x) == 0) return CX_OK;
    const double low = cx__number_f64(cx_self(self, X_MIN)),
                 high = cx__number_f64(cx_self(self, X_MAX)),
                 least = cx__number_f64(cx_min(x, CX_ALL)),
                 most = cx__number_f64(cx_max(x, CX_ALL));
    CX__TRY(cx__so_far());
    if (least >= low && most <= high) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "predict",
                    "IsotonicRegression: %g lies outside the range seen by fit, %g to %g",
                    least < low ? least : most, low, high);
}

/* The kernel follows pointers on the host; elsewhere the same lines are array operations. */
static cx_array *read_there(const cx_estimator *self, const cx_array *given)
{
    static cx__held clipped = CX__HELD("x, a, b: minimum(maximum(x, a), b)"),
                    line = CX__HELD("x, x0, x1, y0, y1: (y1 - y0) / (x1 - x0) * (x - x0) + y0"),
                    within = CX__HELD("x, a, b, v, no: where((x >= a) & (x <= b), v, no)");
    const cx_array *const xp = cx__slot_f64(self, X_AT), *const fp = cx__slot_f64(self, Y_AT);
    const cx_array *x = cx_astype(cx_ravel(given), CX_F64);
    const int64_t k = cx_size(xp);
    if (k == 1) return cx_copy(cx_broadcast_to(fp, CX_SHAPE(cx_size(x))));
    const bool clip = strcmp(cx_param_str(self, "out_of_bounds"), "clip") == 0;
    const cx_array *const first = cx_select(xp, 0, 0), *const last = cx_select(xp, 0, k - 1);
    if (clip) x = cx__held_run("predict", &clipped, CX_ARRAYS(x, first, last));
    const cx_array *const place = cx_maximum(cx_searchsorted(xp, x, CX_LEFT), cx_int(1)),
                          *const high = cx_minimum(place, cx_int(k - 1)),
                          *const low = cx_sub(high, cx_int(1));
    cx_array *const v = cx__held_run("predict", &line,
                                     CX_ARRAYS(x, cx_take(xp, low, 0), cx_take(xp, high, 0),
                                               cx_take(fp, low, 0), cx_take(fp, high, 0)));
    return clip ? v
                : cx__held_run("predict", &within,
                               CX_ARRAYS(x, first, last, v, cx_float((double)NAN)));
}

static cx_array *read_off(const cx_estimator *self, const cx_array *x, cx_method method)
{
    const cx_status st = cx_check(check_bounds(self, x));
    if (st != CX_OK) return cx__nil(st);
    const cx_dtype t = cx__float_like(x);
    const bool flat = method == CX_PREDICT;
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, method, x, flat ? CX__ROWS_FLAT : CX__ROWS_MATRIX, t);
    cx_array *out = cx_astype(read_there(self, x), t);
    return flat ? out : cx_expand_dims(out, 1);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return read_off(self, x, CX_PREDICT);
}
static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return read_off(self, x, CX_TRANSFORM);
}
static cx_array *names(const cx_estimator *self, const cx_array *in)
{
    (void)in;
    return cx_self_names(self, 1);
}

static cx_status check(const cx_estimator *self)
{
    const cx_array *x = cx__slot_f64(self, X_AT);
    const double *v = cx_data_f64(x);
    if (v == NULL) return cx__last_status();
    bool sorted = cx_size(x) >= 1 && cx_self_features(self) == 1;
    for (int64_t i = 1; i < cx_size(x); i++) sorted = sorted && v[i - 1] < v[i];
    return sorted ? CX_OK
                  : cx__fail(CX_E_PARSE, "estimator_load",
                             "IsotonicRegression: thresholds do not rise, or there is no one "
                             "feature");
}

const cx_estimator_class cx__class_isotonic_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "IsotonicRegression",
    .doc = "Monotone regression of one column.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names,
    .predict = predict,
    .check = check,
    .plan = plan,
    .transform_into = predict_into,
    .predict_into = predict_into,
};
