/* Scores of predicted numbers. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/reduce.h>
#include <math.h>

typedef struct numbers {
    cx__site site;
    int64_t n, outputs;
    const cx_array *truth, *pred, *weight; /* [n, outputs] twice, [n] or NULL */
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
    CX__TRY(cx__site_of(where, y_true, &out->site));
    CX__TRY(cx__metric_weight(&out->site, &o, out->n, &out->weight));
    out->truth = cx_reshape(cx__f64(&out->site, y_true), CX_SHAPE(out->n, out->outputs));
    out->pred = cx_reshape(cx__f64(&out->site, y_pred), CX_SHAPE(out->n, out->outputs));
    return cx__so_far();
}

static cx_status mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                                    const cx_metric_opts *o, double *out)
{
    numbers m = {0};
    static const char where[] = "mean_squared_error";
    static cx__held error[2] = {CX__HELD("y, p: e = y - p; mean(sum(e * e, axis=0))"),
                                CX__HELD("y, p, w: e = y - p; mean(sum(e * e * w, axis=0))")};
    CX__TRY(read(where, y_true, y_pred, o, &m));
    const int weighted = m.weight != NULL;
    const cx_array *args[] = {m.truth, m.pred, weighted ? cx_expand_dims(m.weight, 1) : NULL},
                   *mean = cx__held_run(where, &error[weighted], (cx_arrays){2 + weighted, args});
    *out = cx__number_f64(mean) / cx__metric_mass(m.weight, m.n);
    return cx__so_far();
}

double cx_mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                             const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = mean_squared_error(y_true, y_pred, o, &v);
    return cx__metric_end(s, st, v);
}

static cx_status r2(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o,
                    double *out)
{
    numbers m = {0};
    static const char where[] = "r2_score";
    static cx__held means = CX__HELD("y, w, mass: sum(y * w, axis=0) / mass"),
                    score =
                        CX__HELD("y, p, mean_y, w: e = y - p; d = y - mean_y;"
                                 "rest = sum(e * e * w, axis=0); total = sum(d * d * w, axis=0);"
                                 "where(total != 0, 1 - rest / total, where(rest == 0, 1.0, 0.0))");
    CX__TRY(read(where, y_true, y_pred, o, &m));
    const double all = cx__metric_mass(m.weight, m.n);
    const cx_array *w = m.weight != NULL ? cx_expand_dims(m.weight, 1) : cx_int(1),
                   *mean = cx__held_run(where, &means, CX_ARRAYS(m.truth, w, cx_float(all)));
    const cx_array *each = cx__held_run(where, &score, CX_ARRAYS(m.truth, m.pred, mean, w));
    *out = cx__number_f64(cx_mean(each, CX_ALL));
    if (m.n < 2) {
        cx__warn(CX_E_ARGUMENT, "r2_score: not defined for fewer than two rows");
        *out = NAN;
    }
    return cx__so_far();
}

double cx_r2_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = r2(y_true, y_pred, o, &v);
    return cx__metric_end(s, st, v);
}
