/* Moving rows by index, as bytes: what take, put, compress and the sorting of complex elements
 * share. Defined in take.cu. */
#ifndef CX_KERNELS_ROWS_CUH
#define CX_KERNELS_ROWS_CUH
#include "walk.cuh"

/** [outer, m, units] elements of unit bytes each, where row j is index[j] of n on one side. Strides
 * in bytes. */
struct row_move {
    const char *src;
    char *dst;
    const int64_t *index;
    int64_t outer, n, m, units;
    int64_t src_outer, src_row, src_unit, dst_outer, dst_row, dst_unit;
    int unit; /* 1, 2, 4, 8 or 16 */
    int axis; /* as errors call it */
    int64_t total;
    fast_div by_units, by_m; /* only when total < 2^31 */
};

/** in and out are [outer, rows, inner] of elements of size bytes; n is the extent of the indexed
 * axis. The unit is the widest that every address allows. */
row_move cuda_row_move(const cx_view *in, const cx_view *out, const int64_t *index, int64_t m,
                       int64_t n, int64_t size);

/** Rows index[j] of the source to rows j. An index out of bounds gives a row of zeros and a note in
 * late, where there is one. */
cx_status cuda_gather_rows(cx_queue *q, const row_move &v, cuda_late *late);

/** Bytes of an element. */
int64_t cuda_dtype_bytes(int t);

/** index[position] is out of bounds: the first such position stays in the queue's word, and what
 * stands there beside it. Whoever wrote that last has seen that the word was still the one it wrote
 * for. */
template <class T>
__device__ inline void late_note(cuda_late *late, int kind, int axis, int64_t position,
                                 const T *index, int64_t extent)
{
    volatile cuda_late *const seen = late;
    const unsigned long long position_mask = 0xffffffffffull,
                             note = (unsigned long long)kind << 48 |
                                    (unsigned long long)axis << 40 | (unsigned long long)position;
    if (note >= seen->first || atomicMin(&late->first, note) <= note) return;
    for (unsigned long long first = note, written = CUDA_LATE_NONE; first != written;) {
        written = first;
        seen->index = index[first & position_mask];
        seen->extent = extent;
        __threadfence();
        first = seen->first;
    }
}
#endif
