/* Scores of predicted numbers: a formula for each, summed over the rows of every output in one
 * pass, and what is made of the outputs' scores. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_regression.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <math.h>

enum {
    ABSOLUTE,
    SQUARED,
    ROOT,
    SQUARED_LOG,
    ROOT_LOG,
    RELATIVE,
    PINBALL,
    MEDIAN,
    R2,
    VARIANCE,
    D2
};

typedef struct numbers {
    cx__site site;
    int64_t n, outputs;
    const cx_array *truth, *pred; /* [n] for one output, else [n, outputs]; any real dtype */
    const cx_array *weight;       /* [n] or NULL */
    const cx_array *scale;        /* weights beside truth, or 1 */
    double mass;
} numbers;

static cx_status read(const cx__ask *q, numbers *m)
{
    *m = (numbers){.n = cx_dim(q->truth, 0)};
    m->outputs = cx_ndim(q->truth) == 2 ? cx_dim(q->truth, 1) : 1;
    const int64_t pred_outputs = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1;
    const int t = cx_ndim(q->truth), p = cx_ndim(q->pred);
    if (t < 1 || t > 2 || p < 1 || p > 2 || m->n == 0 || cx_dim(q->pred, 0) != m->n ||
        m->outputs == 0 || pred_outputs != m->outputs)
        return cx__fail(CX_E_SHAPE, q->where,
                        "y_true and y_pred must both be [n] or [n, outputs] with n > 0");
    CX__TRY(cx__site_of(q->where, q->truth, &m->site));
    CX__TRY(cx__metric_weight(&m->site, &q->o, m->n, &m->weight));
    const bool flat = m->outputs == 1;
    m->truth = flat ? cx_reshape(q->truth, CX_SHAPE(m->n)) : q->truth;
    m->pred = flat ? cx_reshape(q->pred, CX_SHAPE(m->n)) : q->pred;
    m->scale = m->weight == NULL ? NULL : flat ? m->weight : cx_expand_dims(m->weight, 1);
    m->mass = cx__metric_mass(m->weight, m->n);
    return cx__so_far();
}

/* Sums over rows, read by the host: [outputs]. */
static cx_status sums(const cx__ask *q, const numbers *m, cx__held *h, double given, double *out)
{
    const cx_array *w = m->scale != NULL ? m->scale : cx_float(1);
    return cx__read_f64(
        &m->site, cx__held_run(q->where, h, CX_ARRAYS(m->truth, m->pred, w, cx_float(given))), out);
}

static cx_status check_logs(const cx__ask *q, const numbers *m)
{
    static cx__held small = CX__HELD("y, p: any((y <= -1) | (p <= -1))");
    if (cx__number_i64(cx__held_run(q->where, &small, CX_ARRAYS(m->truth, m->pred))) == 0)
        return cx__so_far();
    return cx__fail(CX_E_ARGUMENT, q->where, "values must be above -1");
}

static cx_status mean_errors(const cx__ask *q, const numbers *m, double *each)
{
    static cx__held formula[] = {
        [ABSOLUTE] = CX__HELD("y, p, w, a: sum(abs(float64(y) - float64(p)) * w, axis=0) + a"),
        [SQUARED] = CX__HELD("y, p, w, a: e = float64(y) - float64(p); sum(e * e * w, axis=0) + a"),
        [SQUARED_LOG] = CX__HELD("y, p, w, a: e = log1p(float64(y)) - log1p(float64(p));"
                                 "sum(e * e * w, axis=0) + a"),
        [RELATIVE] = CX__HELD("y, p, w, a: t = float64(y);"
                              "sum(abs(float64(p) - t) / maximum(abs(t), a) * w, axis=0)"),
        [PINBALL] = CX__HELD("y, p, w, a: d = float64(y) - float64(p);"
                             "sum(where(d >= 0, a * d, (a - 1) * d) * w, axis=0)")};
    const int which = q->which == ROOT ? SQUARED : q->which == ROOT_LOG ? SQUARED_LOG : q->which;
    const double alpha = q->o.alpha.set ? q->o.alpha.value : 0.5, given = which == RELATIVE
                                                                              ? DBL_EPSILON
                                                                          : which == PINBALL ? alpha
                                                                                             : 0;
    if (which == PINBALL && !(alpha >= 0 && alpha <= 1))
        return cx__fail(CX_E_ARGUMENT, q->where, "alpha must be in [0, 1]");
    if (which == SQUARED_LOG) CX__TRY(check_logs(q, m));
    CX__TRY(sums(q, m, &formula[which], given, each));
    for (int64_t j = 0; j < m->outputs; j++) {
        each[j] /= m->mass;
        if (q->which == ROOT || q->which == ROOT_LOG) each[j] = sqrt(each[j]);
    }
    return CX_OK;
}

/* ---- medians */
static double at(const cx_array *v, int64_t i)
{
    return cx__number_f64(cx_select(v, 0, i));
}

/* The median of v [n] by weight: between two if the weights meet there, as scikit-learn has it. */
static cx_status weighted_median(const cx_array *v, const cx_array *w, double *out)
{
    const int64_t n = cx_size(v);
    const cx_array *order = cx_argsort(v, 0), *sorted = cx_take(v, order, 0),
                   *weight = cx_take(w, order, 0), *until = cx_cumsum(weight, 0);
    const double half = at(until, n - 1) * 0.5;
    const cx_array *target =
        cx_full(CX_SHAPE(1), cx_float(half == 0 ? nextafter(0, 1) : half), CX_F64, cx_device_of(v));
    CX__TRY(cx__so_far());
    int64_t i = cx__number_i64(cx_searchsorted(until, target, CX_LEFT));
    i = i < n ? i : n - 1;
    *out = at(sorted, i);
    const double here = at(until, i);
    CX__TRY(cx__so_far());
    if (here - half > DBL_EPSILON || i + 1 == n) return CX_OK;
    int64_t next = i + 1;
    if (at(weight, next) == 0) {
        const cx_array *same = cx_full(CX_SHAPE(1), cx_float(here), CX_F64, cx_device_of(v));
        next = cx__number_i64(cx_searchsorted(until, same, CX_RIGHT));
        if (next >= n) next = i;
    }
    *out = (*out + at(sorted, next)) / 2;
    return cx__so_far();
}

/* Median of each column of v ([n] or [n, outputs] float64). */
static cx_status medians(const numbers *m, const cx_array *v, double *each)
{
    if (m->weight == NULL)
        return cx__read_f64(&m->site, cx_ascontiguous(cx_median(v, CX_AXIS(0))), each);
    for (int64_t j = 0; j < m->outputs; j++) {
        const cx_array *column = m->outputs == 1 ? v : cx_ascontiguous(cx_select(v, 1, j));
        CX__TRY(weighted_median(column, m->weight, each + j));
    }
    return CX_OK;
}

static cx_status median_errors(const cx__ask *q, const numbers *m, double *each)
{
    static cx__held error = CX__HELD("y, p: abs(float64(y) - float64(p))");
    return medians(m, cx__held_run(q->where, &error, CX_ARRAYS(m->truth, m->pred)), each);
}

/* ---- shares of what there is to explain */
static cx_status deviances(const cx__ask *q, const numbers *m, double *rest, double *total)
{
    static cx__held squares = CX__HELD("y, p, w, mass: t = float64(y); e = t - float64(p);"
                                       "d = t - sum(t * w, axis=0) / mass;"
                                       "sum(e * e * w, axis=0), sum(d * d * w, axis=0)"),
                    variances = CX__HELD(
                        "y, p, w, mass: t = float64(y); e = t - float64(p);"
                        "c = e - sum(e * w, axis=0) / mass; d = t - sum(t * w, axis=0) / mass;"
                        "sum(c * c * w, axis=0), sum(d * d * w, axis=0)"),
                    from_median = CX__HELD("y, p, w, middle: t = float64(y);"
                                           "sum(abs(t - float64(p)) * w, axis=0),"
                                           "sum(abs(t - middle) * w, axis=0)");
    cx__held *const h = q->which == R2         ? &squares
                        : q->which == VARIANCE ? &variances
                                               : &from_median;
    const cx_array *w = m->scale != NULL ? m->scale : cx_float(1), *last = cx_float(m->mass);
    if (q->which == D2) {
        CX__TRY(medians(m, cx__f64(&m->site, m->truth), total));
        last = cx__given(&m->site, total, m->outputs, CX_F64);
    }
    const cx_tuple r = cx__held_all(q->where, h, CX_ARRAYS(m->truth, m->pred, w, last));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_f64(&m->site, r.at[0], rest));
    return cx__read_f64(&m->site, r.at[1], total);
}

static double explained(const cx__ask *q, double rest, double total)
{
    if (q->o.any_value && q->which != D2) return 1 - rest / total;
    return total != 0 ? 1 - rest / total : rest == 0 ? 1 : 0;
}

/* Scores of the outputs and, for an average by variance, what each has to explain. */
static cx_status outputs(const cx__ask *q, numbers *m, double **each, double **total)
{
    CX__TRY(read(q, m));
    CX__TRY(cx__metric_room(2 * m->outputs, each));
    *total = *each + m->outputs;
    if (q->which < MEDIAN) return mean_errors(q, m, *each);
    if (q->which == MEDIAN) return median_errors(q, m, *each);
    if (m->n < 2 && q->which != VARIANCE) {
        cx__warn(CX_E_ARGUMENT, "%s: not defined for fewer than two rows", q->where);
        for (int64_t j = 0; j < m->outputs; j++) (*each)[j] = (*total)[j] = NAN;
        return CX_OK;
    }
    CX__TRY(deviances(q, m, *each, *total));
    for (int64_t j = 0; j < m->outputs; j++) (*each)[j] = explained(q, (*each)[j], (*total)[j]);
    return CX_OK;
}

static cx_status average(const cx__ask *q, double *out)
{
    numbers m;
    double *each, *total, *given = NULL, sum = 0, all = 0;
    CX__TRY(outputs(q, &m, &each, &total));
    if (q->o.multioutput == CX_SCORE_VARIANCE && q->which != R2 && q->which != VARIANCE)
        return cx__fail(CX_E_ARGUMENT, q->where,
                        "an average by variance is for r2 and explained variance");
    if (q->o.output_weights != NULL) {
        const cx_array *w = q->o.output_weights;
        CX__NEED(q->where, "output_weights", w, CX__KIND_ARRAY);
        if (cx_size(w) != m.outputs || m.outputs == 1)
            return cx__fail(CX_E_SHAPE, q->where, "%lld output_weights for %lld outputs%s",
                            (long long)cx_size(w), (long long)m.outputs,
                            m.outputs == 1 ? ", which need none" : "");
        CX__TRY(cx__metric_room(m.outputs, &given));
        CX__TRY(cx__read_f64(&m.site, cx_ravel(w), given));
    } else if (q->o.multioutput == CX_SCORE_VARIANCE) {
        for (int64_t j = 0; j < m.outputs; j++)
            if (total[j] != 0) given = total;
    }
    for (int64_t j = 0; j < m.outputs; j++) {
        sum += (given != NULL ? given[j] : 1) * each[j];
        all += given != NULL ? given[j] : 1;
    }
    *out = sum / all;
    return CX_OK;
}

static cx_status raw(const cx__ask *q, cx_array **out)
{
    numbers m;
    double *each, *total;
    CX__TRY(outputs(q, &m, &each, &total));
    *out = cx__given(&m.site, each, m.outputs, CX_F64);
    return cx__so_far();
}

/* Both faces of a member of the family. */
#define REGRESSION(name, which)                                                               \
    double cx_##name(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o) \
    {                                                                                         \
        return cx__metric_run(#name, average, which, y_true, y_pred, o);                      \
    }                                                                                         \
    cx_array *cx_##name##_each(const cx_array *y_true, const cx_array *y_pred,                \
                               const cx_metric_opts *o)                                       \
    {                                                                                         \
        return cx__metric_each(#name "_each", raw, which, y_true, y_pred, o);                 \
    }
REGRESSION(mean_absolute_error, ABSOLUTE)
REGRESSION(mean_squared_error, SQUARED)
REGRESSION(root_mean_squared_error, ROOT)
REGRESSION(mean_squared_log_error, SQUARED_LOG)
REGRESSION(root_mean_squared_log_error, ROOT_LOG)
REGRESSION(mean_absolute_percentage_error, RELATIVE)
REGRESSION(mean_pinball_loss, PINBALL)
REGRESSION(median_absolute_error, MEDIAN)
REGRESSION(r2_score, R2)
REGRESSION(explained_variance_score, VARIANCE)
REGRESSION(d2_absolute_error_score, D2)
#undef REGRESSION

static cx_status one_output(const cx__ask *q, numbers *m)
{
    CX__TRY(read(q, m));
    if (m->outputs == 1) return CX_OK;
    return cx__fail(CX_E_SHAPE, q->where, "it takes one output, not %lld", (long long)m->outputs);
}

static cx_status largest(const cx__ask *q, double *out)
{
    static cx__held error = CX__HELD("y, p: max(abs(float64(y) - float64(p)))");
    numbers m;
    CX__TRY(one_output(q, &m));
    *out = cx__number_f64(cx__held_run(q->where, &error, CX_ARRAYS(m.truth, m.pred)));
    return cx__so_far();
}

double cx_max_error(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("max_error", largest, 0, y_true, y_pred, o);
}

/* ---- deviances of exponential families */
enum { BY_OPTION, POISSON, GAMMA };

static cx_status check_domain(const cx__ask *q, const numbers *m, double power)
{
    static cx__held lows = CX__HELD("y, p: min(y), min(p)");
    if (power == 0) return CX_OK;
    if (power > 0 && power < 1)
        return cx__fail(CX_E_ARGUMENT, q->where, "no distribution has a power between 0 and 1");
    const cx_tuple low = cx__held_all(q->where, &lows, CX_ARRAYS(m->truth, m->pred));
    CX__TRY(cx__so_far());
    const double truth = cx__number_f64(low.at[0]), pred = cx__number_f64(low.at[1]);
    CX__TRY(cx__so_far());
    if (!(pred > 0)) return cx__fail(CX_E_ARGUMENT, q->where, "y_pred must be above 0");
    if (power >= 1 && !(power < 2 ? truth >= 0 : truth > 0))
        return cx__fail(CX_E_ARGUMENT, q->where, "y_true must %s 0",
                        power < 2 ? "not be below" : "be above");
    return CX_OK;
}

static cx_status tweedie(const cx__ask *q, double *out)
{
    static cx__held squares = CX__HELD("y, p, a: e = float64(y) - float64(p); e * e + 0 * a"),
                    poisson = CX__HELD("y, p, a: t = float64(y); m = float64(p);"
                                       "2 * (where(t == 0, 0.0, t * log(t / m)) - t + m)"
                                       " + 0 * a"),
                    gamma = CX__HELD("y, p, a: t = float64(y); m = float64(p);"
                                     "2 * (log(m / t) + t / m - 1) + 0 * a"),
                    other =
                        CX__HELD("y, p, a: t = float64(y); m = float64(p); b = 1 - a; c = 2 - a;"
                                 "2 * (where(t > 0, t, 0.0) ** c / (b * c) - t * m ** b / b"
                                 " + m ** c / c)");
    numbers m;
    cx__ask mean = *q;
    mean.o.total = false;
    const double power = q->which == POISSON ? 1 : q->which == GAMMA ? 2 : q->o.power;
    CX__TRY(one_output(q, &m));
    CX__TRY(check_domain(q, &m, power));
    cx__held *const h = power == 0   ? &squares
                        : power == 1 ? &poisson
                        : power == 2 ? &gamma
                                     : &other;
    const cx_array *rows = cx__held_run(q->where, h, CX_ARRAYS(m.truth, m.pred, cx_float(power)));
    return cx__metric_mean(&mean, rows, m.weight, out);
}

double cx_mean_tweedie_deviance(const cx_array *y_true, const cx_array *y_pred,
                                const cx_metric_opts *o)
{
    return cx__metric_run("mean_tweedie_deviance", tweedie, BY_OPTION, y_true, y_pred, o);
}

double cx_mean_poisson_deviance(const cx_array *y_true, const cx_array *y_pred,
                                const cx_metric_opts *o)
{
    return cx__metric_run("mean_poisson_deviance", tweedie, POISSON, y_true, y_pred, o);
}

double cx_mean_gamma_deviance(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o)
{
    return cx__metric_run("mean_gamma_deviance", tweedie, GAMMA, y_true, y_pred, o);
}
