/* CUDA's statuses in Calx's words, translated where they are returned. An error that leaves the
 * context unusable marks the device lost, so that every later call says why. */
#include "cuda_backend.h"
#include <stdio.h>

/* after these the context answers nothing else any more */
static bool is_sticky(cudaError_t e)
{
    switch (e) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorECCUncorrectable:
    case cudaErrorAssert:
    case cudaErrorContained: return true;
    default: return false;
    }
}

cx_status cuda_check(cx_dev *dev, const char *where, cudaError_t e)
{
    if (e == cudaSuccess) return CX_OK;
    (void)cudaGetLastError(); /* so that no later call finds it */
    if (e == cudaErrorMemoryAllocation)
        return cuda_core->fail(CX_E_NOMEM, where, "cuda:%d: out of device memory", dev->ordinal);
    if (is_sticky(e)) {
        char why[160];
        snprintf(why, sizeof why, "%s (%s), first seen by %s", cudaGetErrorString(e),
                 cudaGetErrorName(e), where);
        dev->lost = true;
        cuda_core->device_lost(dev->ordinal, why);
        return cuda_core->fail(CX_E_DEVICE_LOST, where, "cuda:%d: %s", dev->ordinal, why);
    }
    return cuda_core->fail(e == cudaErrorNotSupported ? CX_E_UNSUPPORTED : CX_E_INTERNAL, where,
                           "cuda:%d: %s (%s)", dev->ordinal, cudaGetErrorString(e),
                           cudaGetErrorName(e));
}
