/* Sorting complex elements: no integer key has their order, so a stable merge sort with a
 * comparison. Order: real part, then imaginary part; elements with a NaN imaginary part after
 * those without, then NaN real parts, then both. */
#include "sort.h"
#include <string.h>

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

#define T cx_complex64
#define S c64
#include "loops/sort_merge.inc"
#define T cx_complex128
#define S c128
#include "loops/sort_merge.inc"

void host_sort_complex(cx_dtype t, void *a, void *scratch, int64_t n)
{
    if (t == CX_C64)
        sort_c64(a, scratch, n);
    else
        sort_c128(a, scratch, n);
}
void host_argsort_complex(cx_dtype t, const void *a, int64_t *out, int64_t *scratch, int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] = i;
    if (t == CX_C64)
        argsort_c64(a, out, scratch, n);
    else
        argsort_c128(a, out, scratch, n);
}
