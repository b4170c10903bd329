/* Averages with weights. The weights' sum and the weighted sum are reductions over a broadcast
 * view. */
#include "routines/operands.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/statistics.h>

static cx_status average(const char *where, const cx_array *a, const cx_array *weights,
                         cx_reduce how, bool returned, cx_array *part[2])
{
    CX__ARRAY(where, "a", a);
    CX__TRY(cx__axes_only(where, how));
    uint32_t axes;
    CX__TRY(cx__axes_of(where, how, cx_ndim(a), &axes));
    if (weights == NULL) {
        part[0] = cx_mean(a, how);
        CX__TRY(cx__so_far());
        const double each =
            cx_size(part[0]) == 0 ? 0 : (double)cx_size(a) / (double)cx_size(part[0]);
        if (returned) part[1] = cx_full_like(part[0], cx_float(each), CX_DTYPE_NONE);
        return cx__so_far();
    }
    cx_array *w = NULL;
    CX__TRY(cx__weights_like(where, a, weights, how, &w));
    cx_reduce sums = how;
    sums.dtype = cx_promote_types(cx_dtype_of(a), cx_dtype_of(w));
    if (sums.dtype == CX_DTYPE_NONE || cx__kind_of(a) == 'k' || cx__kind_of(w) == 'k')
        return cx__fail(CX_E_DTYPE, where, "a is %s and weights are %s",
                        cx_dtype_name(cx_dtype_of(a)), cx_dtype_name(cx_dtype_of(w)));
    if (cx__is_whole(a)) sums.dtype = cx_promote_types(sums.dtype, CX_F64);
    cx_array *const all = cx_broadcast_to(w, cx_shape_of(a)), *const total = cx_sum(all, sums);
    if (cx__any_true(cx_equal(total, cx_int(0))))
        return cx__fail(CX_E_ARGUMENT, where, "weights sum to zero");
    part[0] = cx_div(cx_sum(cx_mul(cx_astype(a, sums.dtype), all), sums), total);
    part[1] = total;
    return cx__so_far();
}
cx_array *cx_average(const cx_array *a, const cx_array *weights, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    const cx_status st = average("average", a, weights, how, false, part);
    return cx__give(s, st, part[0]);
}
cx_averaged cx_average_returned(const cx_array *a, const cx_array *weights, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    const cx_status st = average("average_returned", a, weights, how, true, part);
    cx__give_all(s, st, "average_returned", 2, part);
    return (cx_averaged){part[0], part[1]};
}
