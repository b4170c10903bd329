/* calibration_curve: how often what was predicted with some probability is true.
 *
 * One idea: rows fall into bins; sums over the bins are all that is needed. */
#include "base/object.h"
#include "learn/metrics/labels.h"
#include "ops/primitives.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_ranking.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/statistics.h>

static cx_status bins(const cx__ask *q, const cx_calibration_opts *o, cx_array *part[2])
{
    const int64_t n = o->n_bins ? o->n_bins : 5;
    cx__pair p;
    const cx_array *positive = NULL;
    if (n < 1) return cx__fail(CX_E_ARGUMENT, q->where, "n_bins is %lld", (long long)n);
    CX__TRY(cx__metric_positives(q, &p, &positive));
    if (p.classes > 2)
        return cx__fail(CX_E_ARGUMENT, q->where, "y_true has %lld classes; it takes two",
                        (long long)p.classes);
    if (cx_size(q->pred) != p.n || cx_dim(q->pred, 0) != p.n)
        return cx__fail(CX_E_SHAPE, q->where, "y_prob must be [%lld]", (long long)p.n);
    const cx_array *const proba = cx_reshape(cx__f64(&p.site, q->pred), CX_SHAPE(p.n));
    CX__TRY(cx__probabilities_valid(q->where, proba, 1));
    const cx_array *edge = cx_linspace(0, 1, n + 1, CX_F64, p.site.device, NULL);
    if (o->quantiles) edge = cx_percentile(proba, cx_mul(edge, cx_float(100)), CX_ALL, NULL);
    const cx_array *const inner = cx_ascontiguous(cx_slice(edge, 0, 1, -1, 1)),
                          *const bin = cx_searchsorted(inner, proba, CX_LEFT),
                          *const rows = cx_bincount(bin, NULL, n),
                          *const some = cx_not_equal(rows, cx_int(0)),
                          *const mass = cx_compress(some, rows, 0);
    const cx_array *const hits = cx_bincount(bin, cx__f64(&p.site, positive), n), *const sums =
                                                                                      cx_bincount(
                                                                                          bin,
                                                                                          proba, n);
    part[0] = cx_div(cx_compress(some, hits, 0), mass);
    part[1] = cx_div(cx_compress(some, sums, 0), mass);
    return cx__so_far();
}

cx_calibration cx_calibration_curve(const cx_array *y_true, const cx_array *y_prob,
                                    const cx_calibration_opts *o)
{
    static const char where[] = "calibration_curve";
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_calibration_opts own;
    cx_array *part[2] = {NULL, NULL};
    cx_status st = CX__OPTIONS(where, o, &own);
    const cx_metric_opts m = {.struct_size = sizeof m, .pos_label = own.pos_label};
    if (st == CX_OK) st = cx__metric_ask(where, 0, y_true, y_prob, &m, &q);
    if (st == CX_OK) st = bins(&q, &own, part);
    cx__give_all(s, st, where, 2, part);
    return (cx_calibration){part[0], part[1]};
}
