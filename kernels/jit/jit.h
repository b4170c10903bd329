/* Kernels from source text: compiled by NVRTC for one device, kept in memory, and on disk through
 * the core's kernel cache. Knows neither formulas nor users' kernels. */
#ifndef CX_KERNELS_JIT_H
#define CX_KERNELS_JIT_H
#include "cuda_backend.h"
#include <calx/backend_kernel.h>

#ifdef __cplusplus
extern "C" {
#endif
/** One translation unit. */
typedef struct cuda_source {
    const char *text, *name, *label; /* as in cx_kernel_source */
    bool headers;  /* may include the device headers that the plugin carries (jit/headers.h) */
    bool contract; /* a * b + c may be one fma, as CUDA has it; formulas round each operation */
} cuda_source;

/** A kernel as cudaLaunchKernel takes it. Never unloaded while the process lives. */
typedef const void *cuda_compiled;

/** From memory, disk or the compiler, which is waited for. PARSE with the compiler's words. */
cx_status cuda_jit_now(cx_dev *dev, const char *where, const cuda_source *s, cuda_compiled *out);

/** What is known under a key that the caller has made of what the source hangs on: a look without a
 * lock. */
enum cuda_jit_state { CUDA_JIT_UNKNOWN, CUDA_JIT_PENDING, CUDA_JIT_READY, CUDA_JIT_FAILED };
enum cuda_jit_state cuda_jit_find(cx_dev *dev, const uint64_t key[2], cuda_compiled *out);
/** Compile what cuda_jit_find does not know, in the background: s is copied. With CX_JIT=wait it is
 * waited for; with CX_JIT=off nothing happens. Failures are told to the trace, and not tried again.
 */
void cuda_jit_later(cx_dev *dev, const uint64_t key[2], const cuda_source *s);
/** Are kernels of formulas asked for at all? Not with CX_JIT=off. Where there is no NVRTC they are:
 * what is on disk needs none. */
bool cuda_jit_on(void);
/** Wait until nothing is compiled in the background. */
void cuda_jit_settle(void);

extern const cx_kernel_ops cuda_kernel_ops;
#ifdef __cplusplus
}
#endif
#endif
