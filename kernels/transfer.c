/* Copies of contiguous bytes between host and device, and between devices, queued. Host memory is
 * pinned (the core stages what is not), so nothing here waits. */
#include "cuda_backend.h"

cx_status cuda_copy_in(cx_queue *q, void *dst, const void *host, size_t bytes)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (bytes == 0) return CX_OK;
    return cuda_check(q->dev, "copy_in",
                      cudaMemcpyAsync(dst, host, bytes, cudaMemcpyHostToDevice, q->stream));
}

cx_status cuda_copy_out(cx_queue *q, void *host, const void *src, size_t bytes)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (bytes == 0) return CX_OK;
    return cuda_check(q->dev, "copy_out",
                      cudaMemcpyAsync(host, src, bytes, cudaMemcpyDeviceToHost, q->stream));
}

/* The driver goes through host memory by itself where the devices do not reach each other. */
cx_status cuda_copy_peer(cx_queue *q, cx_dev *to, void *dst, const void *src, size_t bytes)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (bytes == 0) return CX_OK;
    return cuda_check(
        q->dev, "copy_peer",
        cudaMemcpyPeerAsync(dst, to->ordinal, src, q->dev->ordinal, bytes, q->stream));
}
