/* What score() means: accuracy for classifiers, R^2 for regressors. */
#include "learn/base/estimator.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/table.h>
#include <math.h>

cx_status cx__score_truth(const char *where, const cx_estimator *m, const cx_data *d, cx_data *out)
{
    const char *const seen = m->state && m->state->schema ? m->state->schema->target : NULL;
    const char *const target = d->target ? d->target : seen;
    *out = (cx_data){.y = d->y, .sample_weight = d->sample_weight};
    if (!out->y && d->table && target) out->y = cx_table_column(d->table, target);
    if (!out->y) return cx__fail(CX_E_ARGUMENT, where, "%s needs y", m->cls->name);
    CX__TRY(cx_status_of(out->y));
    const int64_t rows = d->table ? cx_table_rows(d->table) : cx_dim(d->x, 0);
    if (cx_ndim(out->y) < 1 || cx_dim(out->y, 0) != rows)
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, but y has %lld", (long long)rows, (long long)cx_dim(out->y, 0));
    if (out->sample_weight && (cx_ndim(out->sample_weight) != 1 || cx_dim(out->sample_weight, 0) != rows))
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, but sample_weight has %lld", (long long)rows,
                        (long long)cx_dim(out->sample_weight, 0));
    if (cx_ndim(out->y) == 2 && cx_dim(out->y, 1) == 1) out->y = cx_reshape(out->y, CX_SHAPE(rows));
    return cx_status_of(out->y);
}

double cx__accuracy(const cx_array *y, const cx_array *predicted, const cx_array *w)
{
    const cx_array *const hits = cx_astype(cx_equal(y, predicted), CX_F64);
    return cx_item_f64(cx_average(hits, w, CX_ALL));
}

double cx__r2(const cx_array *y, const cx_array *predicted, const cx_array *w)
{
    const cx_array *t = cx_astype(y, CX_F64), *p = cx_astype(predicted, CX_F64);
    if (cx_ndim(t) == 1) t = cx_expand_dims(t, 1);
    if (cx_ndim(p) == 1) p = cx_expand_dims(p, 1);
    const cx_array *const weight = w ? cx_expand_dims(cx_astype(w, CX_F64), 1) : cx_float(1.0);
    const cx_array *const off = cx_sub(t, p);
    const cx_array *const mid = w ? cx_div(cx_sum(cx_mul(t, weight), CX_AXIS(0)), cx_sum(weight, CX_ALL)) : cx_mean(t, CX_AXIS(0));
    const cx_array *const spread = cx_sub(t, mid);
    const cx_array *const rest = cx_sum(cx_mul(cx_mul(off, off), weight), CX_AXIS(0));
    const cx_array *const all = cx_sum(cx_mul(cx_mul(spread, spread), weight), CX_AXIS(0));
    /* a constant target: 1 if it is met exactly, else 0 */
    const cx_array *const plain = cx_sub(cx_float(1.0), cx_div(rest, all));
    const cx_array *const flat = cx_astype(cx_equal(rest, cx_float(0.0)), CX_F64);
    return cx_item_f64(cx_mean(cx_where(cx_equal(all, cx_float(0.0)), flat, plain), CX_ALL));
}
