/* StandardScaler: columns with mean 0 and variance 1.
 *
 * Moments of later batches are merged with those seen before (Chan, Golub and LeVeque 1983). NaN
 * entries are missing values and stay. */
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { MEAN, VAR, SCALE, SEEN };
static const char *const attrs[] = {"mean_?: float [n]", "var_?: float [n]", "scale_?: float [n]",
                                    "n_samples_seen_: any", NULL};

static const cx_param params[] = {
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"with_mean", CX_PARAM_BOOL, "True", NULL, "subtract the mean"},
    {"with_std", CX_PARAM_BOOL, "True", NULL, "divide by the standard deviation"},
    {.name = NULL},
};

/* Statistics of one batch or of all so far: d numbers each. */
typedef struct stats {
    double *count, *mean, *var;
} stats;

/* What was seen before, zeros if nothing. n_samples_seen_ is one number or one per column. */
static cx_status recall(const cx_estimator *self, int64_t d, stats *s)
{
    memset(s->count, 0, (size_t)(3 * d) * sizeof *s->count);
    if (!cx_self_has(self, SEEN)) return CX_OK;
    const double *seen = cx__slot_f64(self, SEEN);
    if (seen == NULL) return cx__last_status();
    const bool one = cx_size(cx_self(self, SEEN)) == 1;
    for (int64_t j = 0; j < d; j++) s->count[j] = seen[one ? 0 : j];
    const double *mean = cx_self_has(self, MEAN) ? cx__slot_f64(self, MEAN) : NULL;
    const double *var = cx_self_has(self, VAR) ? cx__slot_f64(self, VAR) : NULL;
    if (mean != NULL) memcpy(s->mean, mean, (size_t)d * sizeof *mean);
    if (var != NULL) memcpy(s->var, var, (size_t)d * sizeof *var);
    return CX_OK;
}

/* Add a batch (whose var is a sum of squares still) to what was there. */
static void merge(int64_t d, const stats *batch, stats *all)
{
    for (int64_t j = 0; j < d; j++) {
        const double before = all->count[j], now = batch->count[j], total = before + now;
        if (now == 0 && before != 0) continue;
        if (before == 0) {
            all->mean[j] = batch->mean[j];
            all->var[j] = batch->var[j] / now;
        } else {
            const double step = batch->mean[j] - all->mean[j];
            const double squares =
                all->var[j] * before + batch->var[j] + step * step * before * now / total;
            all->mean[j] = (all->mean[j] * before + batch->mean[j] * now) / total;
            all->var[j] = squares / total;
        }
        all->count[j] = total;
    }
}

/* Standard deviations; a column that cannot be told from a constant, given the rounding of its
 * variance, gets 1. */
static void make_scale(int64_t d, const stats *s, double *scale)
{
    for (int64_t j = 0; j < d; j++) {
        const double n = s->count[j], offset = n * s->mean[j] * DBL_EPSILON;
        const bool constant = s->var[j] <= n * DBL_EPSILON * s->var[j] + offset * offset;
        scale[j] = constant ? 1 : sqrt(s->var[j]);
    }
}

static cx_status store_seen(cx_estimator *self, int64_t d, const double *count, cx_dtype t)
{
    bool equal = true;
    for (int64_t j = 1; j < d; j++) equal = equal && count[j] == count[0];
    return equal ? cx__store(self, SEEN, cx_f64(count[0]), t)
                 : cx__store_vector(self, SEEN, count, d, t);
}

static cx_status update(cx_estimator *self, const cx_data *data, bool first)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const double *x = cx__f64_of("fit", data->x);
    const double *w = data->sample_weight != NULL ? cx__f64_of("fit", data->sample_weight) : NULL;
    if (x == NULL || (data->sample_weight != NULL && w == NULL)) return cx__last_status();
    const bool with_mean = cx_param_bool(self, "with_mean"),
               with_std = cx_param_bool(self, "with_std");
    double *work = cx__scratch_f64("fit", "column statistics", 7, d);
    if (work == NULL) return CX_E_NOMEM;
    stats all = {work, work + d, work + 2 * d}, batch = {work + 3 * d, work + 4 * d, work + 5 * d};
    double *scale = work + 6 * d;
    memset(work, 0, (size_t)(7 * d) * sizeof *work);
    cx_status st = first ? CX_OK : recall(self, d, &all);
    if (st == CX_OK)
        st = cx__moments("fit", x, n, d, w, batch.count, batch.mean, with_std ? batch.var : NULL);
    if (st != CX_OK) goto done;
    merge(d, &batch, &all);
    const bool weighted = w != NULL || cx_dtype_of(cx_self(self, SEEN)) == CX_F64;
    st = store_seen(self, d, all.count, weighted ? CX_F64 : CX_I64);
    if (st == CX_OK && (with_mean || with_std))
        st = cx__store_vector(self, MEAN, all.mean, d, CX_F64);
    if (st == CX_OK && with_std) {
        make_scale(d, &all, scale);
        st = cx__store_vector(self, VAR, all.var, d, CX_F64);
        if (st == CX_OK) st = cx__store_vector(self, SCALE, scale, d, CX_F64);
    }
done:
    cx__scratch_free(work);
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

/* What to subtract and to divide by; NULL where a parameter says neither. */
static cx_status fitted(const cx_estimator *self, const double **mean, const double **scale)
{
    *mean = *scale = NULL;
    if (cx_param_bool(self, "with_mean")) {
        *mean = cx__slot_f64(self, MEAN);
        if (*mean == NULL) return cx__last_status();
    }
    if (cx_param_bool(self, "with_std")) {
        *scale = cx__slot_f64(self, SCALE);
        if (*scale == NULL) return cx__last_status();
    }
    return CX_OK;
}

/* Plan: shift [d], scale [d]. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t d = p->cols_in;
    const double *mean, *scale;
    CX__TRY(fitted(self, &mean, &scale));
    double *m = cx_plan_alloc(p, (size_t)(2 * d) * sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    for (int64_t j = 0; j < d; j++) {
        m[j] = mean != NULL ? mean[j] : 0;
        m[d + j] = scale != NULL ? scale[j] : 1;
    }
    p->state = m;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t d = p->cols_in;
    const double *shift = p->state, *scale = shift + d;
    for (int64_t i = 0; i < rows; i++, x += d, out += d)
        for (int64_t j = 0; j < d; j++) out[j] = (x[j] - shift[j]) / scale[j];
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
    const double *in = cx__f64_of("inverse_transform", x);
    const double *mean, *scale;
    if (cx_check(fitted(self, &mean, &scale)) != CX_OK) return NULL;
    if (result == NULL || in == NULL) return NULL;
    for (int64_t i = 0; i < n * d; i++) {
        const int64_t j = i % d;
        out[i] = in[i] * (scale != NULL ? scale[j] : 1) + (mean != NULL ? mean[j] : 0);
    }
    return cx__float_like(x) == CX_F64 ? result : cx_astype(result, CX_F32);
}

const cx_estimator_class cx__class_standard_scaler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StandardScaler",
    .doc = "Centre columns and scale them to unit variance.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .plan = plan,
    .transform_into = transform_into,
};
