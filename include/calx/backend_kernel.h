/* Optional group of a backend: kernels from source text, compiled while the program runs. */
#ifndef CALX_BACKEND_KERNEL_H
#define CALX_BACKEND_KERNEL_H
#include <calx/backend.h>

typedef struct cx_code cx_code; /* the backend's: a kernel that is loaded on one device */

typedef struct cx_kernel_source {
    const char *text;  /* CUDA C++, whole: nothing can be included */
    const char *name;  /* of a function declared extern "C" __global__ */
    const char *label; /* what errors, traces and listings call it */
    /* Its parameters, which a backend holds against the text: bytes of a number, 0 of a pointer.
     * NULL: not known. */
    int n_args;
    const uint8_t *arg_bytes;
} cx_kernel_source;

typedef struct cx_kernel_call {
    unsigned grid[3], block[3]; /* none 0 */
    size_t shared_bytes;        /* dynamic */
    int n_args;
    void *const *arg; /* where each parameter stands, itself in host memory that is read during the
                         call: a pointer to memory of the device, or a number */
} cx_kernel_call;

struct cx_kernel_ops {
    size_t struct_size;
    /** required. The kernel for the device: from memory, from the kernel cache, or compiled, which
     * is waited for. PARSE with the compiler's words; UNAVAILABLE where there is no compiler. */
    cx_status (*make)(cx_dev *dev, const char *where, const cx_kernel_source *s, cx_code **out);
    /** required. What of it is queued or captured still runs. */
    void (*free)(cx_code *k);
    /** required. Queue it. ARGUMENT for a grid or a block that the device does not have. */
    cx_status (*launch)(cx_queue *q, const char *where, cx_code *k, const cx_kernel_call *c);
    /** required. Wait until nothing is compiled in the background. */
    void (*settle)(void);
    /** required. Forget the kernels in memory that nothing holds and nothing runs. */
    void (*clear)(void);
};
#endif
