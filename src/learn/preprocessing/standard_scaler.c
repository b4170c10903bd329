/* StandardScaler: columns with mean 0 and variance 1.
 *
 * Moments of later batches are merged with those seen before (Chan, Golub and LeVeque 1983). NaN
 * entries are missing values and stay. */
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { MEAN, VAR, SCALE, SEEN };
static const char *const attrs[] = {"mean_?: float [n]", "var_?: float [n]", "scale_?: float [n]",
                                    "n_samples_seen_: any", NULL};

static const cx_param params[] = {
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"with_mean", CX_PARAM_BOOL, "True", NULL, "subtract the mean"},
    {"with_std", CX_PARAM_BOOL, "True", NULL, "divide by the standard deviation"},
    {.name = NULL},
};

/* Statistics of one batch or of all so far: [d] each. */
typedef struct stats {
    const cx_array *count, *mean, *var;
} stats;

/* What was seen before. n_samples_seen_ is one number or one per column. */
static stats recall(const cx_estimator *self, const cx_array *like)
{
    const cx_array *none = cx_zeros_like(like, CX_F64);
    return (stats){cx_broadcast_to(cx__slot_f64(self, SEEN), cx_shape_of(like)),
                   cx_self_has(self, MEAN) ? cx__slot_f64(self, MEAN) : none,
                   cx_self_has(self, VAR) ? cx__slot_f64(self, VAR) : none};
}

/* A batch (whose var is a sum of squares still) and what was there, column by column: only what
 * was seen counts. */
static stats merge(const stats *batch, const stats *all)
{
    static cx__held merged =
        CX__HELD("count, mean, var, n, m, squares: total = count + n; step = m - mean;"
                 "sum2 = var * count + squares + step * step * count * n / total;"
                 "fresh = count == 0; kept = not fresh and n == 0;"
                 "total,"
                 "where(kept, mean, where(fresh, m, (mean * count + m * n) / total)),"
                 "where(kept, var, where(fresh, squares / n, sum2 / total))");
    const cx_tuple t = cx__held_all(
        "fit", &merged,
        CX_ARRAYS(all->count, all->mean, all->var, batch->count, batch->mean, batch->var));
    return (stats){t.at[0], t.at[1], t.at[2]};
}

/* One number if all columns have seen as many rows. */
static cx_status store_seen(cx_estimator *self, const cx_array *count, cx_dtype t)
{
    const cx_array *first = cx_select(count, 0, 0);
    const bool equal = cx__number_i64(cx_all(cx_equal(count, first), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    return cx_self_set(self, SEEN, cx_astype(equal ? first : count, equal ? t : CX_F64));
}

static cx_status update(cx_estimator *self, const cx_data *data, bool first)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const bool with_mean = cx_param_bool(self, "with_mean"),
               with_std = cx_param_bool(self, "with_std");
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = cx__f64(&s, data->x),
                   *w = data->sample_weight != NULL ? cx__f64(&s, data->sample_weight) : NULL;
    cx_array *count = cx__new_f64(&s, d, -1), *mean = cx__new_f64(&s, d, -1),
             *squares = cx__new_f64(&s, d, -1);
    double *const count_at = cx__at(count), *const mean_at = cx__at(mean),
                  *const squares_at = cx__at(squares);
    const double *const x_at = cx__at(x), *const w_at = cx__at(w);
    CX__TRY(cx__so_far());
    CX__TRY(
        s.ops->moments(s.queue, x_at, n, d, w_at, count_at, mean_at, with_std ? squares_at : NULL));
    CX__TRY(cx__finite_by(data->x, with_std ? squares : mean));
    if (!with_std) squares = cx_zeros_like(count, CX_F64);
    stats all = {count, mean, squares};
    if (first) {
        all.var = cx_div(squares, count);
    } else {
        const stats before = recall(self, count);
        all = merge(&all, &before);
    }
    const bool weighted = w != NULL || cx_dtype_of(cx_self(self, SEEN)) == CX_F64;
    CX__TRY(store_seen(self, all.count, weighted ? CX_F64 : CX_I64));
    if (with_mean || with_std) CX__TRY(cx_self_set(self, MEAN, all.mean));
    if (!with_std) return CX_OK;
    CX__TRY(cx_self_set(self, VAR, all.var));
    return cx_self_set(self, SCALE, cx__column_scale("fit", all.count, all.mean, all.var));
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
    *m = (cx_learn_columns){.d = p->cols_in, .low = -INFINITY, .high = INFINITY};
    if (cx_param_bool(self, "with_mean")) CX__TRY(cx__plan_f64(p, cx_self(self, MEAN), &m->sub));
    if (cx_param_bool(self, "with_std")) CX__TRY(cx__plan_f64(p, cx_self(self, SCALE), &m->div));
    p->state = m;
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const bool with_mean = cx_param_bool(self, "with_mean"),
               with_std = cx_param_bool(self, "with_std");
    return cx__change_columns("inverse_transform", x, NULL, NULL,
                              with_std ? cx_self(self, SCALE) : NULL,
                              with_mean ? cx_self(self, MEAN) : NULL);
}

const cx_estimator_class cx__class_standard_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StandardScaler",
    .doc = "Centre columns and scale them to unit variance.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_LATE_ROWS | CX_CLASS_LATE_FIT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = cx__columns_into,
};
