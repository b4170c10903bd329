/* Scores of predicted numbers. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include <math.h>

typedef struct numbers {
    int64_t n, outputs;
    const double *truth, *pred, *weight;
} numbers;

static cx_status read(const char *where, const cx_array *y_true, const cx_array *y_pred,
                      const cx_metric_opts *given, numbers *out)
{
    cx_metric_opts o;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__NEED(where, "y_true", y_true, CX__KIND_ARRAY);
    CX__NEED(where, "y_pred", y_pred, CX__KIND_ARRAY);
    out->n = cx_dim(y_true, 0);
    out->outputs = cx_ndim(y_true) == 2 ? cx_dim(y_true, 1) : 1;
    const int64_t pred_outputs = cx_ndim(y_pred) == 2 ? cx_dim(y_pred, 1) : 1;
    const int t = cx_ndim(y_true), p = cx_ndim(y_pred);
    if (t < 1 || t > 2 || p < 1 || p > 2 || out->n == 0 || cx_dim(y_pred, 0) != out->n ||
        pred_outputs != out->outputs)
        return cx__fail(CX_E_SHAPE, where,
                        "y_true and y_pred must both be [n] or [n, outputs] with n > 0");
    CX__TRY(cx__metric_weight(where, &o, out->n, &out->weight));
    out->truth = cx__f64_of(where, y_true);
    out->pred = cx__f64_of(where, y_pred);
    return out->truth != NULL && out->pred != NULL ? CX_OK : cx__last_status();
}

static double weight_of(const numbers *m, int64_t i)
{
    return m->weight != NULL ? m->weight[i] : 1;
}

/* Weighted sum of squared errors of one output, and the weights' sum. */
static double squares(const numbers *m, int64_t c, double *all)
{
    double sum = 0;
    *all = 0;
    for (int64_t i = 0; i < m->n; i++) {
        const double e = m->truth[i * m->outputs + c] - m->pred[i * m->outputs + c];
        sum += weight_of(m, i) * e * e;
        *all += weight_of(m, i);
    }
    return sum;
}

/* The same against the output's own mean. */
static double spread(const numbers *m, int64_t c, double all)
{
    double mean = 0, sum = 0;
    for (int64_t i = 0; i < m->n; i++) mean += weight_of(m, i) * m->truth[i * m->outputs + c];
    mean /= all;
    for (int64_t i = 0; i < m->n; i++) {
        const double e = m->truth[i * m->outputs + c] - mean;
        sum += weight_of(m, i) * e * e;
    }
    return sum;
}

double cx_mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                             const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    numbers m = {0};
    const cx_status st = read("mean_squared_error", y_true, y_pred, o, &m);
    double sum = 0;
    for (int64_t c = 0; st == CX_OK && c < m.outputs; c++) {
        double all;
        const double error = squares(&m, c, &all);
        sum += error / all;
    }
    return cx__metric_end(s, st, sum / (double)m.outputs);
}

double cx_r2_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    numbers m = {0};
    const cx_status st = read("r2_score", y_true, y_pred, o, &m);
    double sum = 0;
    for (int64_t c = 0; st == CX_OK && c < m.outputs; c++) {
        double all;
        const double rest = squares(&m, c, &all), total = spread(&m, c, all);
        sum += total != 0 ? 1 - rest / total : rest == 0 ? 1 : 0;
    }
    if (st == CX_OK && m.n < 2) {
        cx__warn(CX_E_ARGUMENT, "r2_score: not defined for fewer than two rows");
        sum = NAN;
    }
    return cx__metric_end(s, st, sum / (double)m.outputs);
}
