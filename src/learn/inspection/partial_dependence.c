/* partial_dependence by asking: one or two features set to each value of a grid, answers averaged.
 *
 * One idea: a point of the grid is a task that changes columns of a copy; its answers go to a place
 * of their own. */
#include "base/alloc.h"
#include "learn/model_selection/cv.h"
#include "learn/numeric/site.h"
#include <calx/index.h>
#include <calx/inspection.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sets.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { MOST = 2 };

typedef struct dependence {
    const char *where;
    const cx_estimator *m;
    const cx_data *d;
    const cx_dependence_opts *o;
    cx_method method;
    int features;
    int64_t feature[MOST], size[MOST], points;
    cx_array *grid[MOST]; /* on the CPU */
    const double *value[MOST];
    cx_array **average, **answer; /* [points], one reference each: [outputs], [rows, outputs] */
} dependence;

/* ---- the grid */
/* Quantile of sorted v [n] as scipy.stats.mstats.mquantiles has it (alphap = betap = 0.4). */
static double quantile(const double *v, int64_t n, double p)
{
    const double at = (double)n * p + 0.4 + p * 0.2, k = floor(fmin(fmax(at, 1), (double)(n - 1)));
    const double share = fmin(fmax(at - k, 0), 1);
    const int64_t i = (int64_t)k;
    return n == 1 ? v[0] : (1 - share) * v[i - 1] + share * v[i];
}

static cx_status percentile_grid(const dependence *p, const cx_array *column, int64_t count,
                                 cx_array **out)
{
    double low = p->o->percentiles[0], high = p->o->percentiles[1];
    if (low == 0 && high == 0) {
        low = 0.05;
        high = 0.95;
    }
    const cx_array *const sorted = cx_sort(cx_astype(column, CX_F64), 0);
    const double *const v = cx_data_f64(sorted);
    CX__TRY(cx__so_far());
    const double a = quantile(v, cx_size(sorted), low), b = quantile(v, cx_size(sorted), high);
    if (fabs(a - b) <= 1e-8 + 1e-5 * fabs(b))
        return cx__fail(CX_E_ARGUMENT, p->where,
                        "the percentiles are both %g: take some that are further apart", a);
    *out = cx_linspace(a, b, count, CX_F64, CX_CPU, NULL);
    return cx__so_far();
}

static cx_status make_grid(dependence *p, int f)
{
    const int64_t count = p->o->grid_resolution ? p->o->grid_resolution : 100;
    const cx_array *const given = f < p->o->custom_values.count ? p->o->custom_values.at[f] : NULL;
    const cx_array *const column = cx_to(cx_select(p->d->x, 1, p->feature[f]), CX_CPU);
    if (given) {
        CX__NEED(p->where, "custom_values", given, CX__KIND_ARRAY);
        if (cx_ndim(given) != 1 || cx_size(given) < 1)
            return cx__fail(CX_E_SHAPE, p->where, "custom values of a feature are a 1-d array");
        p->grid[f] = cx_astype(cx_to(given, CX_CPU), CX_F64);
    } else {
        const cx_unique_result u = cx_unique(column, NULL);
        CX__TRY(cx_status_of(u.values));
        if (p->o->categorical || cx_size(u.values) < count)
            p->grid[f] = cx_astype(u.values, CX_F64);
        else
            CX__TRY(percentile_grid(p, column, count, &p->grid[f]));
    }
    p->grid[f] = cx_ascontiguous(p->grid[f]);
    p->value[f] = cx_data_f64(p->grid[f]);
    p->size[f] = cx_size(p->grid[f]);
    return cx__so_far();
}

/* ---- one point */
static cx_array *ask(const dependence *p, const cx_array *x)
{
    cx_array *a = cx__estimator_call(p->where, p->m, p->method, &(const cx_data){.x = x});
    if (!cx_ok()) return a;
    if (cx_ndim(a) == 1) return cx_reshape(a, CX_SHAPE(cx_dim(a, 0), 1));
    /* of two classes the second counts */
    return p->method == CX_PREDICT_PROBA && cx_dim(a, 1) == 2 ? cx_slice(a, 1, 1, 2, 1) : a;
}

static cx_status one_point(void *ctx, int64_t k)
{
    const dependence *const p = ctx;
    cx_array *const x = cx_copy(p->d->x);
    int64_t rest = k;
    for (int f = p->features - 1; f >= 0; f--) {
        const double v = p->value[f][rest % p->size[f]];
        rest /= p->size[f];
        if (cx_ok()) cx_check(cx_copy_into(cx_float(v), cx_select(x, 1, p->feature[f])));
    }
    const cx_array *const answer = cx_ascontiguous(cx_astype(ask(p, x), CX_F64));
    CX__TRY(cx__so_far());
    const cx_array *const mean = p->d->sample_weight
                                     ? cx_average(answer, p->d->sample_weight, CX_AXIS(0))
                                     : cx_mean(answer, CX_AXIS(0));
    CX__TRY(cx__so_far());
    p->average[k] = cx_retain(mean);
    if (p->o->kind != CX_DEPENDENCE_AVERAGE) p->answer[k] = cx_retain(answer);
    return CX_OK;
}

/* ---- all */
static cx_status choose_method(dependence *p)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(p->m);
    if (kind != CX_CLASSIFIER && kind != CX_REGRESSOR)
        return cx__fail(CX_E_ARGUMENT, p->where, "%s is no classifier and no regressor",
                        p->m->cls->name);
    p->method = kind == CX_REGRESSOR                       ? CX_PREDICT
                : cx_estimator_has(p->m, CX_PREDICT_PROBA) ? CX_PREDICT_PROBA
                                                           : CX_DECISION_FUNCTION;
    if (!p->o->response.set) return CX_OK;
    p->method = (cx_method)p->o->response.value;
    if (kind == CX_CLASSIFIER &&
        (p->method == CX_PREDICT_PROBA || p->method == CX_DECISION_FUNCTION))
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, p->where,
                    "response is probabilities or decisions of a classifier");
}

static cx_status check_request(dependence *p, cx_shape features)
{
    CX__NEED(p->where, "m", p->m, CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(p->where, p->d));
    if (!p->m->state)
        return cx__fail(CX_E_NOT_FITTED, p->where, "this %s is not fitted: call cx_fit first",
                        p->m->cls->name);
    if (!p->d->x) return cx__fail(CX_E_DTYPE, p->where, "the data is a table, not a matrix");
    if (cx_ndim(p->d->x) != 2)
        return cx__fail(CX_E_SHAPE, p->where, "x has %d dimensions, not 2", cx_ndim(p->d->x));
    const char kind = cx_dtype_kind(cx_dtype_of(p->d->x));
    if (kind != 'f' && !p->o->categorical)
        return cx__fail(CX_E_DTYPE, p->where, "x is %s: values between integers need a float dtype",
                        cx_dtype_name(cx_dtype_of(p->d->x)));
    if (features.ndim < 1 || features.ndim > MOST)
        return cx__fail(CX_E_ARGUMENT, p->where, "%d features; one or two are taken",
                        features.ndim);
    const double low = p->o->percentiles[0], high = p->o->percentiles[1];
    if (!(low >= 0 && high <= 1 && (low < high || (low == 0 && high == 0))))
        return cx__fail(CX_E_ARGUMENT, p->where, "percentiles %g and %g do not rise within [0, 1]",
                        low, high);
    if (p->o->grid_resolution < 0 || p->o->grid_resolution == 1)
        return cx__fail(CX_E_ARGUMENT, p->where, "grid_resolution is %d; it must be above 1",
                        p->o->grid_resolution);
    p->features = features.ndim;
    for (int f = 0; f < p->features; f++) {
        p->feature[f] = features.dim[f];
        if (p->feature[f] < 0 || p->feature[f] >= cx_dim(p->d->x, 1))
            return cx__fail(CX_E_ARGUMENT, p->where, "feature %lld is not in [0, %lld]",
                            (long long)p->feature[f], (long long)cx_dim(p->d->x, 1) - 1);
    }
    return choose_method(p);
}

/* Points side by side as [outputs, (rows,) grid...]. */
static cx_array *arrange(const dependence *p, cx_array *const *at)
{
    const cx_array *const all =
        cx_stack((cx_arrays){(int)p->points, (const cx_array *const *)at}, 0);
    if (!cx_ok()) return cx__nil(CX_E_ARGUMENT);
    const int64_t outputs = cx_dim(at[0], cx_ndim(at[0]) - 1);
    const cx_array *const turned =
        cx_ascontiguous(cx_transpose(all)); /* [outputs, (rows,) points] */
    int64_t dim[4] = {outputs};
    int n = 1;
    if (cx_ndim(at[0]) == 2) dim[n++] = cx_dim(at[0], 0);
    for (int f = 0; f < p->features; f++) dim[n++] = p->size[f];
    return cx_reshape(turned, (cx_shape){n, dim});
}

static cx_status run(dependence *p, cx_shape features, cx_scope s, cx_dependence *out)
{
    CX__TRY(check_request(p, features));
    p->points = 1;
    for (int f = 0; f < p->features; f++) {
        CX__TRY(make_grid(p, f));
        p->points *= p->size[f];
    }
    p->average = cx__calloc(2 * (size_t)p->points, sizeof *p->average);
    if (!p->average) return cx__fail_nomem(p->where, "answers", (size_t)p->points * sizeof(void *));
    p->answer = p->average + p->points;
    CX__TRY(cx__tasks_run(p->where, p->where, cx_device_of(p->d->x), p->points, one_point, p));
    if (p->o->kind != CX_DEPENDENCE_INDIVIDUAL)
        out->average = cx_scope_keep(s, arrange(p, p->average));
    if (p->o->kind != CX_DEPENDENCE_AVERAGE)
        out->individual = cx_scope_keep(s, arrange(p, p->answer));
    for (int f = 0; f < p->features; f++) out->grid[f] = cx_scope_keep(s, p->grid[f]);
    return cx__so_far();
}

cx_dependence cx_partial_dependence(const cx_estimator *m, const cx_data *d, cx_shape features,
                                    const cx_dependence_opts *o)
{
    static const char where[] = "partial_dependence";
    static const cx_dependence_opts defaults = {.struct_size = sizeof defaults};
    if (!o) o = &defaults;
    dependence p = {.where = where, .m = m, .d = d, .o = o};
    cx_dependence out = {NULL, NULL, {NULL, NULL}};
    const cx_scope s = cx_scope_open();
    cx_status st =
        o->struct_size == sizeof *o
            ? run(&p, features, s, &out)
            : cx__fail(CX_E_ARGUMENT, where,
                       "options without struct_size: use CX_OPTS(cx_dependence_opts, ...)");
    cx_check(st);
    for (int64_t k = 0; p.average && k < 2 * p.points; k++) cx_release(p.average[k]);
    cx__free((void *)p.average);
    st = cx_scope_close(s);
    if (st == CX_OK) return out;
    cx__mark(st);
    cx_array *const nil = cx__nil(st);
    return (cx_dependence){nil, nil, {nil, nil}};
}
