/* RobustScaler: columns minus their medians, over the distance of two quantiles.
 *
 * NaN entries are missing values and stay. */
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <float.h>
#include <math.h>

enum { CENTER, SCALE };
static const char *const attrs[] = {"center_?: float [n]", "scale_?: float [n]", NULL};

static const cx_param params[] = {
    {"with_centering", CX_PARAM_BOOL, "True", NULL, "subtract the median"},
    {"with_scaling", CX_PARAM_BOOL, "True", NULL, "divide by the distance of the quantiles"},
    {"quantile_range", CX_PARAM_LIST, "(25.0, 75.0)", NULL, "two percentages, the lower first"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"unit_variance", CX_PARAM_BOOL, "False", NULL,
     "scale so that normally distributed columns have variance 1"},
    {.name = NULL},
};

static cx_status range_of(const cx_estimator *self, double range[2])
{
    const cx_array *given = cx_param_array(self, "quantile_range");
    const double *v = cx_data_f64(given);
    if (v == NULL) return cx__last_status();
    if (cx_size(given) != 2 || !(v[0] >= 0 && v[0] <= v[1] && v[1] <= 100))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "RobustScaler: quantile_range must be (low, high), 0 <= low <= high <= "
                        "100");
    range[0] = v[0];
    range[1] = v[1];
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_dtype t = cx__float_like(data->x);
    double range[2] = {0, 0};
    CX__TRY(range_of(self, range));
    const bool scaled = cx_param_bool(self, "with_scaling");
    const bool centred = cx_param_bool(self, "with_centering");
    if (!scaled && !centred) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const double levels[] = {range[0] / 100, range[1] / 100, 0.5};
    const cx_array *const q = cx__column_quantiles(&s, data->x, levels, 3);
    if (centred) CX__TRY(cx__store(self, CENTER, cx_select(q, 0, 2), t));
    if (!scaled) return CX_OK;
    const double tiny = 10 * (t == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    const double adjust =
        cx_param_bool(self, "unit_variance")
            ? cx__normal_quantile(range[1] / 100) - cx__normal_quantile(range[0] / 100)
            : 1;
    static cx__held scale = CX__HELD("low, high, tiny, adjust: width = high - low;"
                                     "where(width < tiny, 1, width) / adjust");
    const cx_array *const made = cx__held_run(
        "fit", &scale,
        CX_ARRAYS(cx_select(q, 0, 0), cx_select(q, 0, 1), cx_float(tiny), cx_float(adjust)));
    return cx__store(self, SCALE, made, t);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx_learn_columns *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    *m = (cx_learn_columns){.d = p->cols_in, .low = -INFINITY, .high = INFINITY};
    p->state = m;
    if (cx_self_has(self, CENTER)) CX__TRY(cx__plan_f64(p, cx_self(self, CENTER), &m->sub));
    return cx_self_has(self, SCALE) ? cx__plan_f64(p, cx_self(self, SCALE), &m->div) : CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__change_columns("inverse_transform", x, NULL, NULL,
                              cx_self_has(self, SCALE) ? cx_self(self, SCALE) : NULL,
                              cx_self_has(self, CENTER) ? cx_self(self, CENTER) : NULL);
}

const cx_estimator_class cx__class_robust_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RobustScaler",
    .doc = "Centre columns by medians and scale them by the distance of two quantiles.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = cx__columns_into,
};
