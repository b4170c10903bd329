/* Sorting of one run, per ISA level: of elements as they are, or of unsigned keys whose order is
 * theirs. */
#ifndef CX_HOST_SORT_H
#define CX_HOST_SORT_H
#include "host.h"

typedef struct host_sorts {
    /** By dtype, of 32 and 64 bits: encode, sort how many it says, decode (absent where there is
     *  nothing to do). Unsigned integers need no more than sort. */
    void (*sort[CX_DTYPE_COUNT])(void *a, int64_t n);
    /** One step of quicksort: how many went to the front, all below the rest (equal ones may all be
     *  in front). */
    int64_t (*split[CX_DTYPE_COUNT])(void *a, int64_t n);
    /** Elements made ready, in place, contiguous: NaNs go last where they cannot be sorted; returns
     *  how many are to be sorted. Elements narrower than 32 bits become unsigned keys. */
    int64_t (*encode[CX_DTYPE_COUNT])(void *a, int64_t n);
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
