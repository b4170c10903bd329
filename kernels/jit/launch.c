/* Launches of kernels from source: what the device or the kernel does not have is told in numbers
 * before the driver is asked. Knows nothing of how the kernel was made. */
#include "jit/code.h"

static cx_status no_such_block(const cx_dev *d, const char *where, const unsigned b[3])
{
    return cuda_core->fail(
        CX_E_ARGUMENT, where,
        "blocks of %u x %u x %u threads; cuda:%d has at most %d x %d x %d and %d "
        "together",
        b[0], b[1], b[2], d->ordinal, d->max_block[0], d->max_block[1], d->max_block[2],
        d->max_threads);
}
static cx_status check_shape(const cx_dev *d, const char *where, const cx_kernel_call *c)
{
    const unsigned *const g = c->grid, *const b = c->block;
    for (int i = 0; i < 3; i++) {
        if (b[i] == 0 || b[i] > (unsigned)d->max_block[i]) return no_such_block(d, where, b);
        if (g[i] == 0 || g[i] > (unsigned)d->max_grid[i])
            return cuda_core->fail(CX_E_ARGUMENT, where,
                                   "a grid of %u x %u x %u blocks; cuda:%d has at most %d x %d x "
                                   "%d",
                                   g[0], g[1], g[2], d->ordinal, d->max_grid[0], d->max_grid[1],
                                   d->max_grid[2]);
    }
    if ((uint64_t)b[0] * b[1] * b[2] > (uint64_t)d->max_threads) return no_such_block(d, where, b);
    return CX_OK;
}

/* Dynamic shared memory beyond what every kernel has must be asked for: all that the device has, so
 * that threads which launch one kernel with different sizes do not take it from each other. */
static cx_status allow_shared(const cx_dev *d, const char *where, const cx_code *k, size_t bytes,
                              const struct cudaFuncAttributes *a)
{
    const size_t most = (size_t)d->shared_optin - a->sharedSizeBytes;
    if (bytes > most)
        return cuda_core->fail(CX_E_ARGUMENT, where,
                               "%zu bytes of shared memory; cuda:%d has %d for a block, of which "
                               "the kernel declares %zu itself",
                               bytes, d->ordinal, d->shared_optin, a->sharedSizeBytes);
    if (bytes <= (size_t)a->maxDynamicSharedSizeBytes) return CX_OK;
    CUDA_TRY(
        k->dev, where,
        cudaFuncSetAttribute(k->kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)most));
    return CX_OK;
}

/* What the driver refuses all the same hangs on the registers that the kernel takes. */
static cx_status refused(const cx_dev *d, const char *where, const cx_kernel_call *c,
                         const struct cudaFuncAttributes *a, cudaError_t e)
{
    return cuda_core->fail(
        CX_E_ARGUMENT, where,
        "cuda:%d refuses blocks of %u x %u x %u threads with %zu bytes of shared "
        "memory: %s; the kernel takes %d registers a thread, and blocks of at "
        "most %d",
        d->ordinal, c->block[0], c->block[1], c->block[2], c->shared_bytes, cudaGetErrorString(e),
        a->numRegs, a->maxThreadsPerBlock);
}

cx_status cuda_kernel_launch(cx_queue *q, const char *where, cx_code *k, const cx_kernel_call *c)
{
    struct cudaFuncAttributes a;
    CX_STATUS_TRY(cuda_enter_queue(q));
    if (k->dev != q->dev)
        return cuda_core->fail(CX_E_DEVICE, where, "a kernel of cuda:%d on cuda:%d",
                               k->dev->ordinal, q->dev->ordinal);
    CX_STATUS_TRY(check_shape(q->dev, where, c));
    if (c->shared_bytes > 0) {
        CUDA_TRY(q->dev, where, cudaFuncGetAttributes(&a, k->kernel));
        CX_STATUS_TRY(allow_shared(q->dev, where, k, c->shared_bytes, &a));
    }
    if (q->capturing) atomic_store(&k->kept, true);
    const dim3 grid = {c->grid[0], c->grid[1], c->grid[2]};
    const dim3 block = {c->block[0], c->block[1], c->block[2]};
    const cudaError_t e = cudaLaunchKernel(k->kernel, grid, block, (void **)(uintptr_t)c->arg,
                                           c->shared_bytes, q->stream);
    if ((e == cudaErrorLaunchOutOfResources || e == cudaErrorInvalidConfiguration) &&
        cudaFuncGetAttributes(&a, k->kernel) == cudaSuccess) {
        (void)cudaGetLastError();
        return refused(q->dev, where, c, &a, e);
    }
    return cuda_launched(q, where, e);
}
