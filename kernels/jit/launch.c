/* Launches of kernels from source. */
#include "jit/code.h"

cx_status cuda_kernel_launch(cx_queue *q, const char *where, cx_code *k, const cx_kernel_call *c)
{
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (k->dev != q->dev)
        return cuda_core->fail(CX_E_DEVICE, where, "a kernel of cuda:%d on cuda:%d",
                               k->dev->ordinal, q->dev->ordinal);
    if (q->capturing) atomic_store(&k->kept, true);
    const dim3 grid = {c->grid[0], c->grid[1], c->grid[2]};
    const dim3 block = {c->block[0], c->block[1], c->block[2]};
    return cuda_launched(
        q, where,
        cudaLaunchKernel(k->kernel, grid, block, (void **)c->arg, c->shared_bytes, q->stream));
}
