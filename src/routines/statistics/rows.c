/* Reduced axes moved last and made one. Knows no statistic. */
#include "routines/statistics/rows.h"
#include <calx/manipulate.h>

cx_status cx__rows_of(const char *where, const cx_array *a, const cx_array *weights, cx_reduce how,
                      cx__rows *out)
{
    const int ndim = cx_ndim(a);
    uint32_t axes;
    CX__TRY(cx__axes_of(where, how, ndim, &axes));
    *out = (cx__rows){.count = 1, .n = 1};
    int order[CX_MAX_NDIM], placed = 0;
    for (int d = 0; d < ndim; d++) {
        const bool gone = (axes >> d & 1) != 0;
        if (!gone) {
            order[placed++] = d;
            out->count *= cx_dim(a, d);
        }
        if (!gone || how.keepdims) out->out_shape[out->out_ndim++] = gone ? 1 : cx_dim(a, d);
    }
    for (int d = 0; d < ndim; d++) {
        if ((axes >> d & 1) == 0) continue;
        order[placed++] = d;
        out->n *= cx_dim(a, d);
    }
    const cx_shape shape = CX_SHAPE(out->count, out->n);
    out->a = cx_reshape(cx_permute_dims(a, ndim, order), shape);
    if (weights != NULL) {
        cx_array *const all = cx_broadcast_to(weights, cx_shape_of(a));
        out->weights = cx_reshape(cx_permute_dims(all, ndim, order), shape);
    }
    return cx__so_far();
}

cx_array *cx__rows_result(const cx__rows *rows, const cx_array *r)
{
    return cx_reshape(r, (cx_shape){rows->out_ndim, rows->out_shape});
}
