/* Caching pool of one device: blocks in bins of four sizes per octave. Knows no array. */
#ifndef CX_CORE_POOL_H
#define CX_CORE_POOL_H
#include "core/device.h"

cx__pool *cx__pool_new(const cx_backend_ops *ops, cx_dev *dev, cx_device id, size_t memory_total);
/** NULL and an error on failure; *got is the block's real size, to be given back. */
void *cx__pool_alloc(cx__pool *p, const char *where, size_t bytes, size_t *got);
void cx__pool_free(cx__pool *p, void *block, size_t got);
void cx__pool_stats(cx__pool *p, cx_memory *out);
void cx__pool_limit(cx__pool *p, size_t bytes);
void cx__pool_trim(cx__pool *p, size_t keep);
#endif
