/* Devices: how many there are or why none, what they are, and their memory. */
#include "cuda_backend.h"
#include <stdio.h>
#include <string.h>

int cuda_devices;

int cuda_device_count(const char **why_none)
{
    static char why[160];
    int n = 0, driver = 0;
    const cudaError_t e = cudaGetDeviceCount(&n); /* writes nothing when it fails */
    if (e == cudaSuccess && n > 0) return cuda_devices = n;
    (void)cudaGetLastError();
    if (e == cudaErrorInsufficientDriver && cudaDriverGetVersion(&driver) == cudaSuccess &&
        driver > 0)
        snprintf(why, sizeof why, "the driver is too old: it speaks CUDA %d.%d, %d.%d is needed",
                 driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000,
                 CUDART_VERSION % 1000 / 10);
    else if (e == cudaSuccess || e == cudaErrorNoDevice || e == cudaErrorInsufficientDriver ||
             e == cudaErrorStubLibrary || e == cudaErrorInitializationError)
        snprintf(why, sizeof why, "no CUDA device");
    else
        snprintf(why, sizeof why, "%s (%s)", cudaGetErrorString(e), cudaGetErrorName(e));
    *why_none = why;
    return 0;
}

cx_status cuda_device_open(int ordinal, cx_dev **out)
{
    static const char where[] = "device_open";
    cx_dev *const d = cuda_core->system_alloc(sizeof *d);
    if (d == NULL)
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for a device",
                               sizeof *d);
    memset(d, 0, sizeof *d);
    d->ordinal = ordinal;
    struct cudaDeviceProp p;
    cx_status st = cuda_check(d, where, cudaGetDeviceProperties(&p, ordinal));
    if (st != CX_OK) {
        cuda_core->system_free(d, sizeof *d);
        return st;
    }
    snprintf(d->name, sizeof d->name, "%.*s", (int)sizeof d->name - 1, p.name);
    d->sm_count = p.multiProcessorCount;
    d->major = p.major;
    d->minor = p.minor;
    d->shared_optin = (int)p.sharedMemPerBlockOptin;
    d->max_threads = p.maxThreadsPerBlock;
    memcpy(d->max_block, p.maxThreadsDim, sizeof d->max_block);
    memcpy(d->max_grid, p.maxGridSize, sizeof d->max_grid);
    d->memory_total = p.totalGlobalMem;
    *out = d;
    return CX_OK;
}

cx_status cuda_device_info(cx_dev *dev, cx_dev_info *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->name, dev->name, sizeof out->name);
    snprintf(out->isa, sizeof out->isa, "sm_%d%d", dev->major, dev->minor);
    int runtime = 0, driver = 0;
    (void)cudaRuntimeGetVersion(&runtime);
    (void)cudaDriverGetVersion(&driver);
    snprintf(out->library, sizeof out->library, "CUDA %d.%d, driver for %d.%d", runtime / 1000,
             runtime % 1000 / 10, driver / 1000, driver % 1000 / 10);
    out->memory_total = dev->memory_total;
    out->threads = dev->sm_count;
    return CX_OK;
}

cx_status cuda_mem_alloc(cx_dev *dev, size_t bytes, void **out)
{
    static const char where[] = "mem_alloc";
    CX_STATUS_TRY(cuda_enter(dev));
    const cudaError_t e = cudaMalloc(out, bytes);
    if (e == cudaErrorMemoryAllocation) { /* the pool trims, retries and reports */
        (void)cudaGetLastError();
        return CX_E_NOMEM;
    }
    return cuda_check(dev, where, e);
}

void cuda_mem_free(cx_dev *dev, void *p, size_t bytes)
{
    (void)bytes;
    if (!dev->lost && cuda_enter(dev) == CX_OK) (void)cudaFree(p);
}

cx_status cuda_pinned_alloc(cx_dev *dev, size_t bytes, void **out)
{
    static const char where[] = "pinned_alloc";
    CX_STATUS_TRY(cuda_enter(dev));
    const cudaError_t e = cudaMallocHost(out, bytes);
    if (e == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        return CX_E_NOMEM;
    }
    return cuda_check(dev, where, e);
}

void cuda_pinned_free(cx_dev *dev, void *p, size_t bytes)
{
    (void)bytes;
    if (!dev->lost && cuda_enter(dev) == CX_OK) (void)cudaFreeHost(p);
}

cx_status cuda_mem_info(cx_dev *dev, size_t *available, size_t *total)
{
    CX_STATUS_TRY(cuda_enter(dev));
    return cuda_check(dev, "mem_info", cudaMemGetInfo(available, total));
}
