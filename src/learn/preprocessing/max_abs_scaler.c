/* MaxAbsScaler: columns divided by their largest size.
 *
 * Extremes of later batches widen those seen before. NaN entries are missing values and stay. */
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <float.h>
#include <math.h>

enum { SCALE, MAX_ABS, SEEN };
static const char *const attrs[] = {"scale_: float [n]", "max_abs_: float [n]",
                                    "n_samples_seen_: int []", NULL};

static const cx_param params[] = {
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"clip", CX_PARAM_BOOL, "False", NULL, "clip transformed values to [-1, 1]"},
    {.name = NULL},
};

static cx_status update(cx_estimator *self, const cx_data *data, bool first)
{
    const cx_dtype t = cx__float_like(data->x);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = cx__f64(&s, data->x);
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    cx_array *low = cx__new_f64(&s, d, -1), *high = cx__new_f64(&s, d, -1);
    const double *const x_at = cx__at(x);
    double *const low_at = cx__at(low), *const high_at = cx__at(high);
    CX__TRY(cx__so_far());
    CX__TRY(s.ops->extremes(s.queue, x_at, n, d, low_at, high_at));
    static cx__held largest = CX__HELD("low, high: maximum(abs(low), abs(high))"),
                    scale = CX__HELD("most, tiny: where(most < tiny, 1, most)");
    cx_array *most = cx__held_run("fit", &largest, CX_ARRAYS(low, high));
    if (!first) most = cx_maximum(cx__slot_f64(self, MAX_ABS), most);
    const double tiny = 10 * (t == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    const int64_t before = first ? 0 : cx__number_i64(cx_self(self, SEEN));
    CX__TRY(cx__store(self, MAX_ABS, most, t));
    CX__TRY(
        cx__store(self, SCALE, cx__held_run("fit", &scale, CX_ARRAYS(most, cx_float(tiny))), t));
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

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx_learn_columns *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    const double limit = cx_param_bool(self, "clip") ? 1 : (double)INFINITY;
    *m = (cx_learn_columns){.d = p->cols_in, .low = -limit, .high = limit};
    p->state = m;
    return cx__plan_f64(p, cx_self(self, SCALE), &m->div);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__change_columns("inverse_transform", x, NULL, NULL, cx_self(self, SCALE), NULL);
}

const cx_estimator_class cx__class_max_abs_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MaxAbsScaler",
    .doc = "Divide columns by their largest absolute value.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = cx__columns_into,
};
