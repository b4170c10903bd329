/* The seam between the backend and the dynamic linker: the tests put their fakes in its place. */
#ifndef CX_KERNELS_OPEN_LIBRARY_H
#define CX_KERNELS_OPEN_LIBRARY_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/** NULL with the reason in why. Never closed. */
void *cuda_open_library(const char *file, char *why, size_t size);
void *cuda_find_symbol(void *library, const char *name);
#ifdef __cplusplus
}
#endif
#endif
