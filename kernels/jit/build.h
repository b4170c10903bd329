/* From source text to a kernel that can be launched, for one device: what jit.c keeps and the
 * background thread waits for. */
#ifndef CX_KERNELS_JIT_BUILD_H
#define CX_KERNELS_JIT_BUILD_H
#include "jit/jit.h"

#ifdef __cplusplus
extern "C" {
#endif
/** What a kernel is made from, as bytes: equal for equal code only. */
typedef struct cuda_tag {
    char *at; /* cuda_core->free */
    size_t size;
    uint64_t hash[2];
} cuda_tag;
/** false without memory. */
bool cuda_tag_make(const cx_dev *dev, const cuda_source *s, cuda_tag *out);

typedef struct cuda_built {
    cudaLibrary_t library;
    cudaKernel_t kernel;
    cx_status st;
    cudaError_t cuda; /* what the runtime said, if it is what failed */
    char why[1024];
} cuda_built;
/** From disk, or compiled and then written there. Any thread; makes no error, so that a thread
 * without a caller can do it: cuda_build_error does, where there is one. The device is current
 * afterwards. */
void cuda_build(cx_dev *dev, const cuda_source *s, const cuda_tag *tag, cuda_built *out);
/** The compiler was opened (jit.c): what it does at exit now comes before what was registered so
 * far. */
void cuda_build_opened(void);
cx_status cuda_build_error(cx_dev *dev, const char *where, const cuda_built *b);
#ifdef __cplusplus
}
#endif
#endif
