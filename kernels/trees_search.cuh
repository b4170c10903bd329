/* What searches for splits share, of one output and of several: the nodes of a launch, the columns
 * that they may split on, the best of a block's candidates, and the records' way to the host. */
#ifndef CX_KERNELS_TREES_SEARCH_CUH
#define CX_KERNELS_TREES_SEARCH_CUH
#include "trees.cuh"

enum { TREE_ASKS = 64 };
struct tree_asks {
    int count;
    cx_tree_ask item[TREE_ASKS];
};
/** The next nodes from `at` on. */
inline tree_asks tree_asks_of(const cx_tree_splits *s, int64_t at)
{
    tree_asks b;
    b.count = (int)(s->nodes - at < (int64_t)TREE_ASKS ? s->nodes - at : (int64_t)TREE_ASKS);
    for (int i = 0; i < b.count; i++) b.item[i] = s->node[at + i];
    return b;
}

/** The largest gain, of equal ones the thread that comes first in `order`; its number, to all. */
__device__ inline int tree_first_largest(double gain, int order, double *gains, int *orders)
{
    const int me = (int)threadIdx.x;
    gains[me] = gain;
    orders[me] = order;
    __syncthreads();
    for (int half = TREE_CODES / 2; half > 0; half /= 2) {
        if (me < half && (gains[me + half] > gains[me] ||
                          (gains[me + half] == gains[me] && orders[me + half] < orders[me]))) {
            gains[me] = gains[me + half];
            orders[me] = orders[me + half];
        }
        __syncthreads();
    }
    const int winner = orders[0];
    __syncthreads();
    return winner;
}

/** Rows of allowed columns that the nodes name, on the device. */
inline cx_status tree_send_allowed(cx_queue *q, const cx_tree_splits *s, cuda_work &w,
                                   const uint8_t **out)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < s->nodes; i++)
        if (s->node[i].allowed >= rows) rows = s->node[i].allowed + 1;
    if (rows == 0) return CX_OK;
    const size_t bytes = (size_t)(rows * s->codes->d);
    CX_STATUS_TRY(w.get("fit", bytes));
    *out = w.as<uint8_t>();
    return cuda_copy_in(q, w.as<uint8_t>(), s->allowed, bytes);
}

/** Numbers of the device to the host, in pieces of control data. */
inline cx_status tree_read(cx_queue *q, void *to, const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += CUDA_CONTROL) {
        const size_t size = bytes - at < (size_t)CUDA_CONTROL ? bytes - at : (size_t)CUDA_CONTROL;
        CX_STATUS_TRY(cuda_control_read(q, "fit", (char *)to + at, (const char *)from + at, size));
    }
    return CX_OK;
}
/** Records [at, at + count); ARGUMENT for words without a unit. */
inline cx_status tree_read_splits(cx_queue *q, const cx_tree_splits *s, int64_t at, int64_t count,
                                  const cx_tree_split *split)
{
    CX_STATUS_TRY(tree_read(q, s->split + at, split, (size_t)count * sizeof *split));
    if (s->split[at].count >= 0) return CX_OK;
    return cuda_core->fail(CX_E_ARGUMENT, "fit",
                           "gradients of the loss are beyond float32; the predictions diverge");
}
#endif
