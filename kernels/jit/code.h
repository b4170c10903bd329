/* Kernels that something may hold: what cx_kernel_ops hands out. C only. */
#ifndef CX_KERNELS_JIT_CODE_H
#define CX_KERNELS_JIT_CODE_H
#include "jit/jit.h"
#include <stdatomic.h>

struct cx_code {
    cx_dev *dev;
    const void *kernel; /* as cudaLaunchKernel takes it */
    atomic_bool kept;   /* a captured graph may run it at any time: never unloaded */
    /* of jit.c, under its lock */
    cudaLibrary_t library;
    uint64_t hash[2]; /* of all that it was made from */
    int held, state;
};
/** As cuda_jit_now, and held until it is given back. */
cx_status cuda_jit_code(cx_dev *dev, const char *where, const cuda_source *s, cx_code **out);
void cuda_jit_give(cx_code *k);
/** Unload what nothing holds. Waits for the devices. */
void cuda_jit_clear(void);

/** The source, and behind it an assertion that the kernel has the parameters of its signature; the
 * caller's to free (cuda_core->free). */
cx_status cuda_parameters_checked(const char *where, const cx_kernel_source *s, char **out);

/** cx_kernel_ops.launch */
cx_status cuda_kernel_launch(cx_queue *q, const char *where, cx_code *k, const cx_kernel_call *c);
#endif
