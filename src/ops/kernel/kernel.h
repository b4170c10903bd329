/* Inside of a kernel from source, for the files of src/ops/kernel. */
#ifndef CX_OPS_KERNEL_KERNEL_H
#define CX_OPS_KERNEL_KERNEL_H
#include "core/device.h"
#include "ops/kernel/signature.h"
#include <calx/backend_kernel.h>
#include <calx/kernel.h>
#include <pthread.h>

struct cx_kernel {
    cx__object object;
    char *source; /* NULL: for the CPU only */
    char *name;
    cx__kernel_signature signature;
    cx_kernel_fn *fn;
    void *ctx;
    atomic_bool ran;
    pthread_mutex_t lock; /* of making code, and of ops */
    const cx_kernel_ops *ops;
    _Atomic(cx_code *) code[CX__DEVICES];
};

/** The kernel on a GPU: made at the first call, which waits for the compiler. */
cx_status cx__kernel_code(const cx_kernel *k, const cx__device *d, cx_code **out);
#endif
