/* Walking several strided views of one shape in C order, from any flat position: what a chunk of a
 * parallel loop needs.
 *
 * A block of elements is loaded into (or stored from) a contiguous buffer run by run through a
 * conversion, so that loops only ever see contiguous memory or one repeated element. */
#ifndef CX_HOST_ITER_H
#define CX_HOST_ITER_H
#include "host.h"

enum {
    HOST_OPERANDS = 20, /* a fused program's inputs and outputs */
    HOST_LONG_RUN = 128 /* rows at least this long are worked on one by one */
};

typedef struct host_iter {
    int n, ndim; /* ndim >= 1 */
    int64_t total;
    int64_t shape[CX_KERNEL_NDIM];
    char *data[HOST_OPERANDS];
    int64_t stride[HOST_OPERANDS][CX_KERNEL_NDIM];
} host_iter;

typedef struct host_place {
    int64_t index[CX_KERNEL_NDIM];
} host_place;

/** Views of the same shape (0-d ones repeat); the last is the one whose shape counts. Extents of 1
 * go, neighbours that every view steps through in one are merged. */
void host_iter_init(host_iter *it, int n, const cx_view *const v[]);
/** Operand k occupies one contiguous piece in walking order / is one repeated element. */
static inline bool host_iter_flat(const host_iter *it, int k, int64_t itemsize)
{
    int64_t step = itemsize;
    for (int d = it->ndim - 1; d >= 0; d--) {
        if (it->shape[d] != 1 && it->stride[k][d] != step) return false;
        step *= it->shape[d];
    }
    return true;
}
static inline bool host_iter_single(const host_iter *it, int k)
{
    for (int d = 0; d < it->ndim; d++) {
        if (it->shape[d] != 1 && it->stride[k][d] != 0) return false;
    }
    return true;
}

static inline void host_iter_seek(const host_iter *it, int64_t position, host_place *at)
{
    for (int d = it->ndim - 1; d > 0; d--) {
        at->index[d] = position % it->shape[d];
        position /= it->shape[d];
    }
    at->index[0] = position;
}
static inline char *host_iter_at(const host_iter *it, int k, const host_place *at)
{
    char *p = it->data[k];
    for (int d = 0; d < it->ndim; d++) p += at->index[d] * it->stride[k][d];
    return p;
}
/** Step over run elements of the innermost dimension (at most to its end) and carry. Returns the
 * new address of operand k. */
static inline char *host_iter_step(const host_iter *it, int k, host_place *at, char *p, int64_t run)
{
    int d = it->ndim - 1;
    at->index[d] += run;
    p += run * it->stride[k][d];
    while (d > 0 && at->index[d] == it->shape[d]) {
        p -= it->shape[d] * it->stride[k][d];
        at->index[d] = 0;
        d--;
        at->index[d]++;
        p += it->stride[k][d];
    }
    return p;
}

/** n elements of operand k from a place on, converted into buffer (elements of `size` bytes). */
void host_iter_load(const host_iter *it, int k, const host_place *from, int64_t n,
                    host_convert_fn *convert, void *buffer, int64_t size);
/** The same without a conversion; rows may be short, where a call for each would cost more than its
 * elements. */
void host_iter_fetch(const host_iter *it, int k, const host_place *from, int64_t n, void *buffer,
                     int64_t size);
/** The other way. */
void host_iter_store(const host_iter *it, int k, const host_place *from, int64_t n,
                     host_convert_fn *convert, const void *buffer, int64_t size);
/** The other way, only where wanted (one bool an element). */
void host_iter_store_where(const host_iter *it, int k, const host_place *from, int64_t n,
                           host_convert_fn *convert, const void *buffer, int64_t size,
                           const bool *wanted);

/** Bytes of one element; 0 for what is no dtype. */
static inline int64_t host_itemsize(cx_dtype t)
{
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
        0,
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) size,
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return bytes[t];
}
#endif
