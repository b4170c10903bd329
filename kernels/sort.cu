/* The sort and argsort slots: short rows in shared memory, long ones by radix sort. The order is
 * the CPU's, and so are the bits: NaN last and all alike among real elements, -0 before +0 where
 * values are sorted and equal to it where positions are. */
#include "sort_key.cuh"

cx_status cuda_sort(cx_queue *q, const cx_view *a)
{
    if (a->shape[0] == 0 || a->shape[1] < 2) return CX_OK;
    if (a->shape[1] <= SORT_TILE) return cuda_sort_tiles(q, a, NULL);
    return key_rule_of(a->dtype).is_complex ? cuda_sort_complex_long(q, a) : cuda_sort_long(q, a);
}

cx_status cuda_argsort(cx_queue *q, const cx_view *keys, const cx_view *out)
{
    if (keys->shape[0] == 0 || keys->shape[1] == 0) return CX_OK;
    return keys->shape[1] <= SORT_TILE ? cuda_sort_tiles(q, keys, out)
                                       : cuda_argsort_long(q, keys, out);
}
