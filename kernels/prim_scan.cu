/* Integer prefix sums behind prim.cuh. */
#include "prim.cuh"
#include "prim_vendor.cuh"

template <class T>
cx_status cuda_exclusive_sum(cx_queue *q, const char *where, const T *in, T *out, int64_t n)
{
    if (n == 0) return CX_OK;
    const cudaStream_t stream = cuda_stream(q);
    size_t bytes = 0;
    CX_STATUS_TRY(
        cuda_check(q->dev, where, vendor::exclusive_sum(nullptr, bytes, in, out, n, stream)));
    cuda_work scratch(q);
    CX_STATUS_TRY(scratch.get(where, bytes > 0 ? bytes : 1));
    return cuda_launched(q, "exclusive_sum",
                         vendor::exclusive_sum(scratch.as<void>(), bytes, in, out, n, stream));
}
template cx_status cuda_exclusive_sum<int32_t>(cx_queue *, const char *, const int32_t *, int32_t *,
                                               int64_t);
template cx_status cuda_exclusive_sum<int64_t>(cx_queue *, const char *, const int64_t *, int64_t *,
                                               int64_t);
