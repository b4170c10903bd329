/* Arrays larger than memory, piece by piece along the first axis: a mapped file (cx_load_mapped,
 * cx_memmap) on its way through the CPU or, while the piece before is worked on, to a GPU.
 *
 *     cx_array *x = cx_load_mapped("big.npy", CX_MMAP_READ);
 *     cx_status st = cx_chunks_partial_fit(scaler, x, NULL, cx_cuda(0), NULL);
 *     cx_array *total = cx_chunks_sum(x, CX_AXIS(0), cx_cuda(0), NULL); */
#ifndef CALX_CHUNKS_H
#define CALX_CHUNKS_H
#include <calx/estimator.h>
#include <calx/reduce.h>

typedef struct cx_chunk_opts {
    size_t struct_size;
    int64_t rows; /* of a piece; 0: as many as fit into bytes, at least one */
    size_t bytes; /* of a piece; 0: 32 MiB. Another device holds two pieces, and two more wait in
                   * pinned memory */
} cx_chunk_opts;

/** Work on a's rows from `first` on. It is called on the caller's thread in a scope of its own;
 *  the piece is the library's: cx_copy keeps it. A status that is not CX_OK, or an error in the
 *  scope, ends the walk. */
typedef cx_status cx_chunk_body(void *ctx, const cx_array *piece, int64_t first);

CX_BEGIN
/** Hand a to body in pieces of whole rows, in order, each on `device`.
 *
 *  Where a is, pieces are views. From the CPU to a GPU the next piece is copied to pinned memory
 *  and sent on a stream of its own while body works on this one. What a piece costs does not
 *  depend on a's length. No rows: body is not called.
 *
 *  @param a    [n, ...], any dtype and layout.
 *  Errors      SHAPE a is 0-d; ARGUMENT rows negative; UNAVAILABLE no such device; NOMEM; TIMEOUT,
 *              CANCELLED; what body returned.
 */
CX_API CX_MUST cx_status cx_chunks(const cx_array *a, cx_device device, const cx_chunk_opts *o,
                                   cx_chunk_body *body, void *ctx);
/** cx_sum, cx_mean, cx_min, cx_max of an array that is larger than memory, on `device`.
 *
 *  Sums of floats are added up in float64 or complex128 over the pieces; so their last bits depend
 *  on the rows of a piece, and on nothing else.
 *
 *  @param how  as for cx_sum; where lives where a does; initial is not for cx_chunks_mean.
 *  @return     New array on `device`; nil on error.
 *  Errors      as cx_sum and cx_chunks.
 */
CX_API cx_array *cx_chunks_sum(const cx_array *a, cx_reduce how, cx_device device,
                               const cx_chunk_opts *o);
CX_API cx_array *cx_chunks_mean(const cx_array *a, cx_reduce how, cx_device device,
                                const cx_chunk_opts *o);
CX_API cx_array *cx_chunks_min(const cx_array *a, cx_reduce how, cx_device device,
                               const cx_chunk_opts *o);
CX_API cx_array *cx_chunks_max(const cx_array *a, cx_reduce how, cx_device device,
                               const cx_chunk_opts *o);
/** cx_partial_fit_data of m, piece by piece, on `device`: x, y and sample_weight are cut alike,
 *  classes go with each piece. They may live on any device; no table, no groups. After an error m
 *  has seen the pieces before.
 *
 *  Errors      as cx_partial_fit_data and cx_chunks; SHAPE the lengths differ; ARGUMENT a table.
 */
CX_API CX_MUST cx_status cx_chunks_partial_fit_data(cx_estimator *m, const cx_data *d,
                                                    cx_device device, const cx_chunk_opts *o);
/** The same for plain matrices; y NULL where there is none. */
CX_API CX_MUST cx_status cx_chunks_partial_fit(cx_estimator *m, const cx_array *x,
                                               const cx_array *y, cx_device device,
                                               const cx_chunk_opts *o);
CX_END_DECLS
#endif
