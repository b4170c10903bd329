/* Histograms of nodes. A block adds a chunk of a node's rows to a few columns in shared memory and
 * then to the node's histogram; sums are whole numbers, so no order can be seen in them.
 *
 * A word is added by two atomics of 32 bits, which every device has in shared memory: the carry out
 * of the lower half is known from what that half was. */
#include "trees.cuh"

enum { NODES = 64, CHUNK = 2048, ROOM = 48 << 10, CHANNELS = 24 };

namespace {
typedef tree_batch<cx_tree_node_rows, NODES> batch;

/* How a block's shared memory is used: columns times channels of one launch. */
struct share {
    int columns, channels;
    int64_t length; /* of a histogram */
};

__device__ void add_word(uint32_t *low, uint32_t *high, int at, int64_t word)
{
    const uint32_t a = (uint32_t)(uint64_t)word, b = (uint32_t)((uint64_t)word >> 32);
    const uint32_t old = atomicAdd(&low[at], a), carry = old + a < old ? 1 : 0;
    if (b + carry != 0) atomicAdd(&high[at], b + carry);
}

__global__ void hist_zero_kernel(batch b, int64_t length, int64_t *hist)
{
    CX_GRID_STRIDE(int64_t, t, length * b.count)
    {
        const int64_t node = t / length;
        hist[b.item[node].slot * length + (t - node * length)] = 0;
    }
}

/* blockIdx.x: a chunk; y: some columns; z: some channels. */
__global__ void hist_add_kernel(batch b, share s, cx_tree_codes c, int64_t channels,
                                const int64_t *word, const int32_t *row, int64_t *hist)
{
    CX_DYN_SHARED(uint32_t, low);
    const int bins = (int)c.bins, size = s.columns * bins * s.channels;
    uint32_t *const high = low + size;
    for (int i = (int)threadIdx.x; i < 2 * size; i += CUDA_BLOCK) low[i] = 0;
    __syncthreads();
    const int node = b.of(blockIdx.x);
    const cx_tree_node_rows n = b.item[node];
    const int64_t from = n.begin + ((int64_t)blockIdx.x - b.first[node]) * CHUNK,
                  to = from + CHUNK < n.end ? from + CHUNK : n.end;
    const int64_t column = (int64_t)blockIdx.y * s.columns,
                  channel = (int64_t)blockIdx.z * s.channels;
    const int columns = (int)(c.d - column < s.columns ? c.d - column : s.columns),
              some = (int)(channels - channel < s.channels ? channels - channel : s.channels);
    for (int64_t i = from + threadIdx.x; i < to; i += CUDA_BLOCK) {
        const int64_t r = row[i];
        for (int k = 0; k < columns; k++) {
            /* lanes begin at different columns, so that they meet in few bins */
            const int j = (k + (int)threadIdx.x) % columns;
            const int at = (j * bins + tree_code(c, r, column + j)) * s.channels;
            for (int w = 0; w < some; w++) {
                const int64_t v = word[r * channels + channel + w];
                if (v != 0) add_word(low, high, at + w, v);
            }
        }
    }
    __syncthreads();
    int64_t *const out = hist + n.slot * s.length;
    for (int i = (int)threadIdx.x; i < size; i += CUDA_BLOCK) {
        const uint64_t v = (uint64_t)high[i] << 32 | low[i];
        const int w = i % s.channels, cell = i / s.channels;
        if (v != 0 && w < some && cell < columns * bins)
            atomicAdd((unsigned long long *)&out[(column * bins + cell) * channels + channel + w],
                      (unsigned long long)v);
    }
}

__global__ void hist_subtract_kernel(batch b, int64_t length, int64_t *hist)
{
    CX_GRID_STRIDE(int64_t, t, length * b.count)
    {
        const int64_t node = t / length, i = t - node * length, from = b.item[node].sibling;
        if (from >= 0) hist[from * length + i] -= hist[b.item[node].slot * length + i];
    }
}

int64_t rows_of(const cx_tree_node_rows &n)
{
    return n.end - n.begin;
}
} // namespace

cx_status cuda_trees_histograms(cx_queue *q, const cx_tree_histograms *h)
{
    const cx_tree_codes *const c = h->codes;
    share s = {TREE_COLUMNS,
               (int)(h->channels < (int64_t)CHANNELS ? h->channels : (int64_t)CHANNELS),
               tree_columns(c->d) * c->bins * h->channels};
    while (s.columns > 1 && s.columns * c->bins * s.channels * 8 > ROOM) s.columns /= 2;
    const size_t bytes = (size_t)(s.columns * c->bins * s.channels) * 8;
    for (int64_t at = 0; at < h->nodes; at += NODES) {
        const batch b =
            tree_batch_of<cx_tree_node_rows, NODES>(h->node, h->nodes, at, CHUNK, rows_of);
        const unsigned flat = cuda_blocks(q, s.length * b.count);
        CX_STATUS_TRY(CX_LAUNCH(hist_zero_kernel, flat, CUDA_BLOCK, 0, q, b, s.length, h->hist));
        const dim3 grid((unsigned)b.first[b.count], (unsigned)((c->d + s.columns - 1) / s.columns),
                        (unsigned)((h->channels + s.channels - 1) / s.channels));
        if (grid.x > 0)
            CX_STATUS_TRY(CX_LAUNCH(hist_add_kernel, grid, CUDA_BLOCK, bytes, q, b, s, *c,
                                    h->channels, h->word, h->row, h->hist));
        CX_STATUS_TRY(
            CX_LAUNCH(hist_subtract_kernel, flat, CUDA_BLOCK, 0, q, b, s.length, h->hist));
    }
    return CX_OK;
}
