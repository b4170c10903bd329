/* Radix sort behind prim.cuh: every instantiation of the vendor's sort is here. */
#include "prim.cuh"
#include "prim_vendor.cuh"

template <class K>
cx_status cuda_sort_keys(cx_queue *q, const char *where, K *&keys, K *&other, int64_t n, int low,
                         int high)
{
    if (n < 2 || low >= high) return CX_OK;
    const cudaStream_t stream = cuda_stream(q);
    size_t bytes = 0;
    CX_STATUS_TRY(cuda_check(q->dev, where,
                             vendor::sort_keys(nullptr, bytes, keys, other, n, low, high, stream)));
    cuda_work scratch(q);
    CX_STATUS_TRY(scratch.get(where, bytes > 0 ? bytes : 1));
    return cuda_launched(
        q, "sort_keys",
        vendor::sort_keys(scratch.as<void>(), bytes, keys, other, n, low, high, stream));
}
#define SORT_KEYS(K) \
    template cx_status cuda_sort_keys<K>(cx_queue *, const char *, K *&, K *&, int64_t, int, int);
SORT_KEYS(uint8_t)
SORT_KEYS(uint16_t)
SORT_KEYS(uint32_t)
SORT_KEYS(uint64_t)
#undef SORT_KEYS

cx_status cuda_sort_pairs(cx_queue *q, const char *where, uint64_t *&keys, uint64_t *&other,
                          uint64_t *&values, uint64_t *&values_other, int64_t n, int low, int high)
{
    if (n < 2 || low >= high) return CX_OK;
    const cudaStream_t stream = cuda_stream(q);
    size_t bytes = 0;
    CX_STATUS_TRY(cuda_check(q->dev, where,
                             vendor::sort_pairs(nullptr, bytes, keys, other, values, values_other,
                                                n, low, high, stream)));
    cuda_work scratch(q);
    CX_STATUS_TRY(scratch.get(where, bytes > 0 ? bytes : 1));
    return cuda_launched(q, "sort_pairs",
                         vendor::sort_pairs(scratch.as<void>(), bytes, keys, other, values,
                                            values_other, n, low, high, stream));
}
