/* Device-wide primitives for the families: radix sort and integer prefix sums, queued on the
 * queue's stream with their scratch from the pool. Compiled once, in prim_sort.cu and prim_scan.cu;
 * who stands behind them is known to prim_vendor.cuh alone. */
#ifndef CX_KERNELS_PRIM_CUH
#define CX_KERNELS_PRIM_CUH
#include "device.cuh"

/** Sort keys by their bits [low, high): stable. keys and other are n elements each; both are
 * overwritten, and on return keys is the one with the result (the two may have changed places).
 * K is uint8_t, uint16_t, uint32_t or uint64_t. */
template <class K>
cx_status cuda_sort_keys(cx_queue *q, const char *where, K *&keys, K *&other, int64_t n, int low,
                         int high);

/** The same, each key with a value of its own. */
cx_status cuda_sort_pairs(cx_queue *q, const char *where, uint64_t *&keys, uint64_t *&other,
                          uint64_t *&values, uint64_t *&values_other, int64_t n, int low, int high);

/** out[i] = in[0] + ... + in[i - 1], n values; in may be out. T is int32_t or int64_t. */
template <class T>
cx_status cuda_exclusive_sum(cx_queue *q, const char *where, const T *in, T *out, int64_t n);
#endif
