/* Sorting works on unsigned keys whose order is that of the elements; these are the loops over
 * keys, per ISA level. */
#ifndef CX_HOST_SORT_H
#define CX_HOST_SORT_H
#include "host.h"

typedef struct host_sorts {
    void (*u64)(uint64_t *a, int64_t n);
    void (*u32)(uint32_t *a, int64_t n);
    /** One step of quicksort: how many keys went to the front, all below the rest (equal keys may
     *  all be in front). */
    int64_t (*split_u64)(uint64_t *a, int64_t n);
    int64_t (*split_u32)(uint32_t *a, int64_t n);
    /** Elements to keys and back, in place, contiguous; by dtype. NaN is the largest key. */
    void (*encode[CX_DTYPE_COUNT])(void *a, int64_t n);
    void (*decode[CX_DTYPE_COUNT])(void *a, int64_t n);
    /** For argsort: keys in 64 bits, both zeros alike, with the low half free for the narrower
     *  dtypes: key << 32 | index. */
    void (*packed[CX_DTYPE_COUNT])(const void *a, uint64_t *keys, int64_t n);
} host_sorts;
HOST_PER_ISA(host_sorts, host_sorts);

/** Complex elements: no key, so merge sort with a scratch of n elements (sort) or n indices
 *  (argsort). */
void host_sort_complex(cx_dtype t, void *a, void *scratch, int64_t n);
void host_argsort_complex(cx_dtype t, const void *a, int64_t *out, int64_t *scratch, int64_t n);
#endif
