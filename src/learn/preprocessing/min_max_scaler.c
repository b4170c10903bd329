/* MinMaxScaler: columns moved and scaled into a range.
 *
 * Extremes of later batches widen those seen before. NaN entries are missing values and stay. */
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>
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
    const double *v = cx_data_f64(given);
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

static cx_status update(cx_estimator *self, const cx_data *data, bool first)
{
    const cx_dtype t = cx__float_like(data->x);
    double range[2];
    CX__TRY(range_of(self, range));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = cx__f64(&s, data->x);
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    cx_array *low = cx__new_f64(&s, d, -1), *high = cx__new_f64(&s, d, -1);
    const double *const x_at = cx__at(x);
    double *const low_at = cx__at(low), *const high_at = cx__at(high);
    CX__TRY(cx__so_far());
    CX__TRY(s.ops->extremes(s.queue, x_at, n, d, low_at, high_at));
    if (!first) {
        low = cx_fmin(cx__slot_f64(self, DATA_MIN), low);
        high = cx_fmax(cx__slot_f64(self, DATA_MAX), high);
    }
    const double tiny = 10 * (t == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    static cx__held change = CX__HELD("low, high, a, b, tiny: width = high - low;"
                                      "scale = (b - a) / where(width < tiny, 1, width);"
                                      "a - low * scale, scale, width");
    const cx_tuple made =
        cx__held_all("fit", &change,
                     CX_ARRAYS(low, high, cx_float(range[0]), cx_float(range[1]), cx_float(tiny)));
    const int64_t before = first ? 0 : cx__number_i64(cx_self(self, SEEN));
    CX__TRY(cx__so_far());
    CX__TRY(cx__store(self, MIN, made.at[0], t));
    CX__TRY(cx__store(self, SCALE, made.at[1], t));
    CX__TRY(cx__store(self, DATA_MIN, low, t));
    CX__TRY(cx__store(self, DATA_MAX, high, t));
    CX__TRY(cx__store(self, DATA_RANGE, made.at[2], t));
    return cx_self_set_i64(self, SEEN, n + before);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return update(self, data, true);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return update(self, data, !cx_self_has(self, SEEN));
}

/* Plan: the change of columns that every row goes through. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx_learn_columns *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    double range[2] = {-INFINITY, INFINITY};
    if (cx_param_bool(self, "clip")) CX__TRY(range_of(self, range));
    *m = (cx_learn_columns){.d = p->cols_in, .low = range[0], .high = range[1]};
    p->state = m;
    CX__TRY(cx__plan_f64(p, cx_self(self, SCALE), &m->mul));
    return cx__plan_f64(p, cx_self(self, MIN), &m->add);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__change_columns("inverse_transform", x, cx_self(self, MIN), cx_self(self, SCALE),
                              NULL, NULL);
}

const cx_estimator_class cx__class_min_max_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MinMaxScaler",
    .doc = "Scale columns to a range.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = cx__columns_into,
};
