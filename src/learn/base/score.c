/* The truth that predictions are compared with: y or the target column, as it is; and the accuracy
 * of several label columns, whose labels are compared as they are. */
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
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

/* Which labels are equal, [n, k]. Texts, whose dictionaries differ, by their codes. */
static cx_status equal(const char *where, const cx_array *truth, const cx_array *pred,
                       const cx_array **out)
{
    const bool text = cx_dtype_of(truth) == CX_CAT;
    if (text != (cx_dtype_of(pred) == CX_CAT))
        return cx__fail(CX_E_DTYPE, where, "y is %s, but the predicted labels are %s",
                        cx_dtype_name(cx_dtype_of(truth)), cx_dtype_name(cx_dtype_of(pred)));
    cx_labels all = {NULL, NULL};
    cx_array *codes = NULL;
    if (!text) {
        *out = cx_equal(truth, pred);
        return cx__so_far();
    }
    CX__TRY(cx__labels_encode(where, cx_ravel(truth), &all));
    CX__TRY(cx__labels_find(where, cx_ravel(pred), all.classes, &codes));
    *out = cx_reshape(cx_equal(all.codes, codes), cx_shape_of(truth));
    return cx__so_far();
}

cx_status cx__score_columns(const char *where, const cx_array *y_true, const cx_array *y_pred,
                            const cx_array *weight, double *out)
{
    static cx__held right = CX__HELD("e, w: sum(float64(all(e, axis=1)) * w)");
    const int64_t n = cx_dim(y_pred, 0), k = cx_dim(y_pred, 1);
    CX__TRY(cx__so_far());
    const cx_array *const truth =
        cx_ndim(y_true) == 1 && k == 1 ? cx_reshape(y_true, CX_SHAPE(n, 1)) : y_true;
    if (cx_ndim(truth) != 2 || cx_dim(truth, 1) != k)
        return cx__fail(CX_E_SHAPE, where, "y has %lld columns of labels, but %lld are predicted",
                        (long long)(cx_ndim(truth) == 2 ? cx_dim(truth, 1) : 1), (long long)k);
    const cx_array *same = NULL;
    CX__TRY(equal(where, truth, y_pred, &same));
    const double mass = weight ? cx__number_f64(cx_sum(weight, CX_ALL)) : (double)n;
    const cx_array *const sum =
        cx__held_run(where, &right, CX_ARRAYS(same, weight ? weight : cx_float(1)));
    *out = cx__number_f64(sum) / mass;
    return cx__so_far();
}
