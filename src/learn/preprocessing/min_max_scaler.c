/* MinMaxScaler: columns moved and scaled into a range.
 *
 * Extremes of later batches widen those seen before. NaN entries are missing values and stay. */
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <float.h>
#include <math.h>

enum { MIN, SCALE, DATA_MIN, DATA_MAX, DATA_RANGE, SEEN };
static const char *const attrs[] = {"min_: float [n]",
                                    "scale_: float [n]",
                                    "data_min_: float [n]",
                                    "data_max_: float [n]",
                                    "data_range_: float [n]",
                                    "n_samples_seen_: int []",
                                    NULL};

static const cx_param params[] = {
    {"feature_range", CX_PARAM_LIST, "(0, 1)", NULL, "the range of the result"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"clip", CX_PARAM_BOOL, "False", NULL, "clip transformed values to the range"},
    {.name = NULL},
};

static cx_status range_of(const cx_estimator *self, double range[2])
{
    const cx_array *given = cx_param_array(self, "feature_range");
    const double *v = cx__f64_of("fit", given);
    if (v == NULL) return cx__last_status();
    if (cx_size(given) != 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "MinMaxScaler: feature_range must be (low, high)");
    if (!(v[0] < v[1]))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "MinMaxScaler: feature_range must be (low, high) with low < high");
    range[0] = v[0];
    range[1] = v[1];
    return CX_OK;
}

static void extremes(const double *x, int64_t n, int64_t d, double *low, double *high)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            const double v =
                x[i * d + j]; /* NaN compares false, so it never wins against a number */
            if (v < low[j] || isnan(low[j])) low[j] = v;
            if (v > high[j] || isnan(high[j])) high[j] = v;
        }
}

static cx_status update(cx_estimator *self, const cx_data *data, bool first)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const cx_dtype t = cx__float_like(data->x);
    const double *x = cx__f64_of("fit", data->x);
    double range[2];
    if (x == NULL) return cx__last_status();
    CX__TRY(range_of(self, range));
    const double *low_before = first ? NULL : cx__slot_f64(self, DATA_MIN),
                 *high_before = first ? NULL : cx__slot_f64(self, DATA_MAX);
    double *low = cx__scratch_f64("fit", "column ranges", 5, d);
    if (low == NULL) return CX_E_NOMEM;
    double *high = low + d, *width = high + d, *scale = width + d, *shift = scale + d;
    for (int64_t j = 0; j < d; j++) {
        low[j] = low_before != NULL ? low_before[j] : NAN;
        high[j] = high_before != NULL ? high_before[j] : NAN;
    }
    extremes(x, n, d, low, high);
    for (int64_t j = 0; j < d; j++) {
        width[j] = high[j] - low[j];
        scale[j] = (range[1] - range[0]) /
                   (width[j] < 10 * (t == CX_F32 ? FLT_EPSILON : DBL_EPSILON) ? 1 : width[j]);
        shift[j] = range[0] - low[j] * scale[j];
    }
    cx_status st = cx__store_vector(self, MIN, shift, d, t);
    if (st == CX_OK) st = cx__store_vector(self, SCALE, scale, d, t);
    if (st == CX_OK) st = cx__store_vector(self, DATA_MIN, low, d, t);
    if (st == CX_OK) st = cx__store_vector(self, DATA_MAX, high, d, t);
    if (st == CX_OK) st = cx__store_vector(self, DATA_RANGE, width, d, t);
    if (st == CX_OK)
        st = cx_self_set_i64(self, SEEN, n + (first ? 0 : cx_item_i64(cx_self(self, SEEN))));
    cx__scratch_free(low);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return update(self, data, true);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return update(self, data, !cx_self_has(self, SEEN));
}

/* Plan: scale [d], shift [d], low, high. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t d = p->cols_in;
    const double *scale = cx__slot_f64(self, SCALE), *shift = cx__slot_f64(self, MIN);
    double *m = cx_plan_alloc(p, (size_t)(2 * d + 2) * sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    if (scale == NULL || shift == NULL) return cx__last_status();
    for (int64_t j = 0; j < d; j++) {
        m[j] = scale[j];
        m[d + j] = shift[j];
    }
    m[2 * d] = -INFINITY;
    m[2 * d + 1] = INFINITY;
    if (cx_param_bool(self, "clip")) CX__TRY(range_of(self, m + 2 * d));
    p->state = m;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t d = p->cols_in;
    const double *scale = p->state, *shift = scale + d, low = scale[2 * d], high = scale[2 * d + 1];
    for (int64_t i = 0; i < rows; i++, x += d, out += d)
        for (int64_t j = 0; j < d; j++) {
            const double v = x[j] * scale[j] + shift[j];
            out[j] = v < low ? low : v > high ? high : v;
        }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    double *out;
    cx_array *result = cx__new_f64(n, d, &out);
    const double *in = cx__f64_of("inverse_transform", x), *scale = cx__slot_f64(self, SCALE),
                 *shift = cx__slot_f64(self, MIN);
    if (result == NULL || in == NULL || scale == NULL || shift == NULL) return NULL;
    for (int64_t i = 0; i < n * d; i++) out[i] = (in[i] - shift[i % d]) / scale[i % d];
    return cx__float_like(x) == CX_F64 ? result : cx_astype(result, CX_F32);
}

const cx_estimator_class cx__class_min_max_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MinMaxScaler",
    .doc = "Scale columns to a range.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = transform_into,
};
