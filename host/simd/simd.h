/* For files compiled once per ISA level: names with the level's suffix, and vectors of 64 bytes at every level (the compiler splits them),
 * so that every level adds in the same order and gives the same bits. */
#ifndef CX_HOST_SIMD_H
#define CX_HOST_SIMD_H
#define CX_ISA_PASTE_(a, b) a##_##b
#define CX_ISA_PASTE(a, b) CX_ISA_PASTE_(a, b)
#ifndef CX_ISA_NAME
#define CX_ISA_NAME(sym) CX_ISA_PASTE(sym, CX_ISA)
#endif
#define HOST_VECTOR(T, name) __extension__ typedef T name __attribute__((vector_size(64), aligned(sizeof(T)), may_alias))
#endif
