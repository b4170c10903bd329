/* The truth that predictions are compared with: y or the target column, as it is. */
#include "learn/base/estimator.h"
#include <calx/manipulate.h>
#include <calx/table.h>

cx_status cx__score_truth(const char *where, const cx_estimator *m, const cx_data *d, cx_data *out)
{
    const char *const seen = m->state && m->state->schema ? m->state->schema->target : NULL;
    const char *const target = d->target ? d->target : seen;
    *out = (cx_data){.y = d->y, .sample_weight = d->sample_weight};
    CX__TRY(cx__data_target(where, d));
    if (!out->y && d->table && target && cx_table_find(d->table, target) >= 0)
        out->y = cx_table_column(d->table, target);
    if (!out->y) return cx__fail(CX_E_ARGUMENT, where, "%s needs y", m->cls->name);
    CX__TRY(cx_status_of(out->y));
    const int64_t rows = d->table ? cx_table_rows(d->table) : cx_dim(d->x, 0);
    if (cx_ndim(out->y) < 1 || cx_dim(out->y, 0) != rows)
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, but y has %lld", (long long)rows,
                        (long long)cx_dim(out->y, 0));
    if (out->sample_weight &&
        (cx_ndim(out->sample_weight) != 1 || cx_dim(out->sample_weight, 0) != rows))
        return cx__fail(CX_E_SHAPE, where, "x has %lld rows, but sample_weight has %lld",
                        (long long)rows, (long long)cx_dim(out->sample_weight, 0));
    if (cx_ndim(out->y) == 2 && cx_dim(out->y, 1) == 1) out->y = cx_reshape(out->y, CX_SHAPE(rows));
    return cx_status_of(out->y);
}
