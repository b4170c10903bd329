/* Rows of nodes that are split, and of leaves. Cuts are stable: chunks count what goes left, a
 * block for each node adds the counts up, chunks put their rows where they go, in order. */
#include "trees.cuh"

enum { CUTS = 40, CHUNK = 1024, LEAVES = 112 };

namespace {
typedef tree_batch<cx_tree_cut, CUTS> cuts;

__device__ int goes_left(const cx_tree_codes &c, const cx_tree_cut &k, int64_t row)
{
    const int code = tree_code(c, row, k.feature);
    if (k.categorical) return (int)(k.bits[code / 32] >> (code % 32) & 1);
    if (code == c.bins - 1 && code > k.bin) return k.missing_left != 0;
    return code <= k.bin;
}

/* Exclusive sum over the block's threads; *all: the sum of all. room [CUDA_BLOCK]. */
__device__ int64_t block_scan(int64_t own, int64_t *room, int64_t *all)
{
    const int me = (int)threadIdx.x;
    room[me] = own;
    __syncthreads();
    for (int step = 1; step < CUDA_BLOCK; step *= 2) {
        const int64_t before = me >= step ? room[me - step] : 0;
        __syncthreads();
        room[me] += before;
        __syncthreads();
    }
    const int64_t sum = room[me] - own;
    *all = room[CUDA_BLOCK - 1];
    __syncthreads();
    return sum;
}

__device__ int64_t end_of(const cx_tree_cut &k, int64_t from)
{
    return from + CHUNK < k.end ? from + CHUNK : k.end;
}

__global__ void cut_count_kernel(cuts b, cx_tree_codes c, const int32_t *row, int64_t *count)
{
    CX_SHARED(int64_t, room, [CUDA_BLOCK]);
    const int node = b.of(blockIdx.x);
    const cx_tree_cut &k = b.item[node];
    const int64_t from = k.begin + ((int64_t)blockIdx.x - b.first[node]) * CHUNK,
                  to = end_of(k, from);
    int64_t own = 0, all;
    for (int64_t i = from + threadIdx.x; i < to; i += CUDA_BLOCK) own += goes_left(c, k, row[i]);
    (void)block_scan(own, room, &all);
    if (threadIdx.x == 0) count[blockIdx.x] = all;
}

/* count becomes, chunk by chunk of each node, how many go left before it; left [nodes]: in all. */
__global__ void cut_offset_kernel(cuts b, int64_t *count, int64_t *left)
{
    CX_SHARED(int64_t, room, [CUDA_BLOCK]);
    const int64_t first = b.first[blockIdx.x], n = b.first[blockIdx.x + 1] - first;
    int64_t before = 0;
    for (int64_t at = 0; at < n; at += CUDA_BLOCK) {
        const int64_t i = at + threadIdx.x;
        const int64_t own = i < n ? count[first + i] : 0;
        int64_t all;
        const int64_t sum = block_scan(own, room, &all);
        if (i < n) count[first + i] = before + sum;
        before += all;
    }
    if (threadIdx.x == 0) left[blockIdx.x] = before;
}

__global__ void cut_move_kernel(cuts b, cx_tree_codes c, const int32_t *row, int32_t *to_room,
                                const int64_t *count, const int64_t *left)
{
    CX_SHARED(int64_t, room, [CUDA_BLOCK]);
    const int node = b.of(blockIdx.x);
    const cx_tree_cut &k = b.item[node];
    const int64_t from = k.begin + ((int64_t)blockIdx.x - b.first[node]) * CHUNK,
                  to = end_of(k, from);
    int64_t lefts = k.begin + count[blockIdx.x],
            rights = k.begin + left[node] + (from - k.begin - count[blockIdx.x]);
    for (int64_t at = from; at < to; at += CUDA_BLOCK) {
        const int64_t i = at + threadIdx.x;
        const int32_t r = i < to ? row[i] : 0;
        const int go = i < to ? goes_left(c, k, r) : 0;
        int64_t all;
        const int64_t before = block_scan(go, room, &all);
        if (i < to) to_room[go ? lefts + before : rights + ((int64_t)threadIdx.x - before)] = r;
        const int64_t size = to - at < (int64_t)CUDA_BLOCK ? to - at : (int64_t)CUDA_BLOCK;
        lefts += all;
        rights += size - all;
    }
}

__global__ void cut_back_kernel(cuts b, const int32_t *from_room, int32_t *row)
{
    const int node = b.of(blockIdx.x);
    const cx_tree_cut &k = b.item[node];
    const int64_t from = k.begin + ((int64_t)blockIdx.x - b.first[node]) * CHUNK,
                  to = end_of(k, from);
    for (int64_t i = from + threadIdx.x; i < to; i += CUDA_BLOCK) row[i] = from_room[i];
}

/* ---- leaves */
struct leaf {
    int64_t begin, end;
    double value;
};
typedef tree_batch<leaf, LEAVES> leaves;

__global__ void raise_kernel(leaves b, const int32_t *row, double *raw, int64_t stride,
                             int64_t first)
{
    const int node = b.of(blockIdx.x);
    const leaf l = b.item[node];
    const int64_t from = l.begin + ((int64_t)blockIdx.x - b.first[node]) * CHUNK,
                  to = from + CHUNK < l.end ? from + CHUNK : l.end;
    for (int64_t i = from + threadIdx.x; i < to; i += CUDA_BLOCK)
        raw[((int64_t)row[i] - first) * stride] += l.value;
}

int64_t cut_rows(const cx_tree_cut &k)
{
    return k.end - k.begin;
}
int64_t leaf_rows(const leaf &l)
{
    return l.end - l.begin;
}

cx_status cut_batch(cx_queue *q, const cx_tree_partition *p, const cuts &b, int64_t *middle)
{
    const unsigned chunks = (unsigned)b.first[b.count];
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", ((size_t)chunks + (size_t)b.count + 1) * sizeof(int64_t)));
    int64_t *const left = w.as<int64_t>(), *const count = left + b.count;
    if (chunks > 0)
        CX_STATUS_TRY(
            CX_LAUNCH(cut_count_kernel, chunks, CUDA_BLOCK, 0, q, b, *p->codes, p->row, count));
    CX_STATUS_TRY(
        CX_LAUNCH(cut_offset_kernel, (unsigned)b.count, CUDA_BLOCK, 0, q, b, count, left));
    if (chunks > 0) {
        CX_STATUS_TRY(CX_LAUNCH(cut_move_kernel, chunks, CUDA_BLOCK, 0, q, b, *p->codes, p->row,
                                p->room, count, left));
        CX_STATUS_TRY(CX_LAUNCH(cut_back_kernel, chunks, CUDA_BLOCK, 0, q, b, p->room, p->row));
    }
    if (middle == nullptr) return CX_OK;
    CX_STATUS_TRY(cuda_control_read(q, "fit", middle, left, (size_t)b.count * sizeof *middle));
    for (int i = 0; i < b.count; i++) middle[i] += b.item[i].begin;
    return CX_OK;
}
} // namespace

cx_status cuda_trees_partition(cx_queue *q, const cx_tree_partition *p)
{
    for (int64_t at = 0; at < p->nodes; at += CUTS) {
        const cuts b = tree_batch_of<cx_tree_cut, CUTS>(p->cut, p->nodes, at, CHUNK, cut_rows);
        CX_STATUS_TRY(cut_batch(q, p, b, p->middle == nullptr ? nullptr : p->middle + at));
    }
    return CX_OK;
}

cx_status cuda_trees_leaves(cx_queue *q, const cx_tree_leaves *l)
{
    for (int64_t at = 0; at < l->leaves; at += LEAVES) {
        leaf some[LEAVES];
        const int64_t n = l->leaves - at < (int64_t)LEAVES ? l->leaves - at : (int64_t)LEAVES;
        for (int64_t i = 0; i < n; i++)
            some[i] = leaf{l->begin[at + i], l->end[at + i], l->value[at + i]};
        const leaves b = tree_batch_of<leaf, LEAVES>(some, n, 0, CHUNK, leaf_rows);
        const unsigned chunks = (unsigned)b.first[b.count];
        if (chunks > 0)
            CX_STATUS_TRY(CX_LAUNCH(raise_kernel, chunks, CUDA_BLOCK, 0, q, b, l->row, l->raw,
                                    l->stride, l->first));
    }
    return CX_OK;
}
