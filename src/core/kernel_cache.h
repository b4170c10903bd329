/* Compiled kernels on disk: a file for each, found by what it was made from. */
#ifndef CX_CORE_KERNEL_CACHE_H
#define CX_CORE_KERNEL_CACHE_H
#include <stdbool.h>
#include <stddef.h>

/** Read the environment now, if it was not read before. */
void cx__kernel_cache_start(void);
/** cx_core_api.cache_read: true with *data (cx__scratch_free) if there is a file for this tag.
 * Makes no error. */
bool cx__kernel_cache_read(const void *tag, size_t tag_size, void **data, size_t *size);
/** cx_core_api.cache_write. What cannot be written is told to the trace only. */
void cx__kernel_cache_write(const void *tag, size_t tag_size, const char *label, const void *data,
                            size_t size);
#endif
