/* Host memory of the library: every allocation passes here, so that a failing one can be tested and
 * all are counted. */
#ifndef CX_BASE_ALLOC_H
#define CX_BASE_ALLOC_H
#include <stddef.h>
#include <stdint.h>

/** 64-byte aligned, uninitialised; NULL on failure (make the error yourself). bytes 0 gives a valid
 * pointer. */
void *cx__alloc(size_t bytes);
/** count * size zeroed bytes; NULL on failure or overflow. */
void *cx__calloc(size_t count, size_t size);
/** Grow or shrink; the old block stays valid on failure. */
void *cx__realloc(void *p, size_t bytes);
/** NULL allowed. */
void cx__free(void *p);
/** Copy of a string; NULL on failure. */
char *cx__strdup(const char *s);
char *cx__strndup(const char *s, size_t n);
/** Live blocks and calls of the system's allocator so far, for tests and counters. */
int64_t cx__alloc_live(void);
uint64_t cx__alloc_calls(void);

/** Straight from the host allocator, for the pools: like cx__alloc without a size header. */
void *cx__system_alloc(size_t bytes);
void cx__system_free(void *p, size_t bytes);
#endif
