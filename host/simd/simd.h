/* For files compiled once per ISA level: vectors of 64 bytes at every level (the compiler splits
 * them), so that every level adds in the same order and gives the same bits. */
#ifndef CX_HOST_SIMD_H
#define CX_HOST_SIMD_H
#include "host.h"
#define HOST_VECTOR(T, name) \
    __extension__ typedef T name __attribute__((vector_size(64), aligned(sizeof(T)), may_alias))
#endif
