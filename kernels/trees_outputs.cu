/* Several outputs that share a hessian, as host/trees has them operation by operation: words of
 * their gradients, and the best split of a node by the sum of their gains. A thread has a code, and
 * goes through the outputs one by one. */
#include "trees_fixed.cuh"
#include "trees_search.cuh"

enum { CODES = TREE_CODES };

namespace {
/* ---- words */
__global__ void outputs_largest_kernel(cx_tree_fix f, tree_largest *part)
{
    CX_SHARED(tree_largest, room, [CUDA_BLOCK]);
    tree_largest own = {0, f.hessian == nullptr ? 1.0 : 0.0};
    CX_GRID_STRIDE(int64_t, i, f.n)
    {
        for (int64_t k = 0; k < f.outputs; k++) {
            const double a = fabs(f.gradient[i * f.stride + k]);
            own.g = isnan(a) ? INFINITY : tree_bigger(own.g, a);
        }
        const double b = f.hessian != nullptr ? fabs(f.hessian[i]) : 1.0;
        own.h = isnan(b) ? INFINITY : tree_bigger(own.h, b);
    }
    const tree_largest all = tree_block_largest(own, room);
    if (threadIdx.x == 0) part[blockIdx.x] = all;
}

__global__ void outputs_unit_kernel(cx_tree_fix f, const tree_largest *part, int parts)
{
    CX_SHARED(tree_largest, room, [CUDA_BLOCK]);
    tree_largest own = {0, 0};
    for (int i = (int)threadIdx.x; i < parts; i += CUDA_BLOCK) {
        own.g = tree_bigger(own.g, part[i].g);
        own.h = tree_bigger(own.h, part[i].h);
    }
    const tree_largest all = tree_block_largest(own, room);
    if (threadIdx.x != 0) return;
    f.unit[0] = tree_unit_of(all.g, 62 - f.count_bits);
    f.unit[1] = tree_unit_of(all.h, 62 - 2 * f.count_bits);
    if (isinf(f.unit[1])) f.unit[0] = f.unit[1];
}

__global__ void outputs_words_kernel(cx_tree_fix f)
{
    if (isinf(f.unit[0])) return;
    const double tg = 1 / f.unit[0], th = 1 / f.unit[1];
    const int64_t one = (int64_t)1 << f.count_bits, channels = f.outputs + 1;
    CX_GRID_STRIDE(int64_t, i, f.n)
    {
        int64_t *const word = f.word + i * channels;
        for (int64_t k = 0; k < f.outputs; k++)
            word[k] = tree_nearest((double)(float)f.gradient[i * f.stride + k] * tg);
        const double h = f.hessian != nullptr ? f.hessian[i] : 1.0;
        word[f.outputs] = tree_nearest((double)(float)h * th) * one + 1;
    }
}

/* ---- splits */
struct outputs_rules {
    cx_tree_codes codes;
    cx_tree_gains gains;
    int64_t channels, width; /* numbers of a node's histogram */
    int bits;
    const int64_t *hist;
    const double *unit;
    const uint8_t *allowed;
};
/* The best of one column: gain < 0 is none; way 1: missing values go left. */
struct outputs_found {
    double gain;
    int32_t bin, way;
};
/* Words of the hessians, and squares of the sums of gradients, on both sides of a threshold. */
struct sides {
    double left, right;
    int64_t word;
};

__device__ double score(const outputs_rules &r, double squares, double h)
{
    return squares / (h + r.gains.l2 + 1e-15);
}
__device__ int64_t count_of(const outputs_rules &r, int64_t word)
{
    return word & (((int64_t)1 << r.bits) - 1);
}
__device__ double hessian_of(const outputs_rules &r, int64_t word)
{
    return (double)(word >> r.bits) * r.unit[1];
}
__device__ void add_squares(double unit, int64_t left, int64_t total, sides *s)
{
    const double a = (double)left * unit, b = (double)(total - left) * unit;
    s->left += a * a;
    s->right += b * b;
}

/* Inclusive sums over CODES threads. */
__device__ int64_t scan_words(int64_t own, int64_t *room, int64_t *total)
{
    const int me = (int)threadIdx.x;
    room[me] = own;
    __syncthreads();
    for (int step = 1; step < CODES; step *= 2) {
        const int64_t before = me >= step ? room[me - step] : 0;
        __syncthreads();
        room[me] += before;
        __syncthreads();
    }
    const int64_t sum = room[me];
    *total = room[CODES - 1];
    __syncthreads();
    return sum;
}

__device__ double gain_of(const outputs_rules &r, const sides &s, int64_t all, double own)
{
    const double l = hessian_of(r, s.word), e = hessian_of(r, all - s.word);
    if (count_of(r, s.word) < r.gains.min_samples ||
        count_of(r, all - s.word) < r.gains.min_samples || !(l >= r.gains.min_hessian) ||
        !(e >= r.gains.min_hessian))
        return -1;
    return (score(r, s.left, l) + score(r, s.right, e)) - own;
}

/* A column of a node. */
__global__ void outputs_columns_kernel(outputs_rules r, tree_asks b, outputs_found *best)
{
    CX_SHARED(int64_t, room, [CODES]);
    CX_SHARED(double, gains, [CODES]);
    CX_SHARED(int, orders, [CODES]);
    const int me = (int)threadIdx.x;
    const int64_t d = r.codes.d, column = blockIdx.x, bins = r.codes.bins, k = r.channels;
    const cx_tree_ask &a = b.item[blockIdx.y];
    const int64_t *const hist = r.hist + a.slot * r.width + column * bins * k;
    const bool in = a.allowed < 0 || r.allowed[a.allowed * d + column] != 0;
    sides way[2] = {{0, 0, 0}, {0, 0, 0}};
    double squares = 0;
    int64_t total = 0;
    for (int64_t c = 0; c < (in ? k : 0); c++) {
        const int64_t left = scan_words(me < bins ? hist[me * k + c] : 0, room, &total),
                      lost = left + hist[(bins - 1) * k + c];
        if (c == k - 1) {
            way[0].word = left;
            way[1].word = lost;
            continue;
        }
        const double g = (double)total * r.unit[0];
        squares += g * g;
        add_squares(r.unit[0], left, total, &way[0]);
        add_squares(r.unit[0], lost, total, &way[1]);
    }
    const int used = r.gains.used[column], missing = r.gains.missing[column] != 0;
    const double own = score(r, squares, hessian_of(r, total));
    outputs_found top = {-1, 0, 0};
    for (int w = 0; w < 2; w++) {
        const int n = !in ? 0 : w == 0 ? used - 1 + missing : missing ? used - 1 : 0;
        const double gain = me < n ? gain_of(r, way[w], total, own) : -1;
        const int order = w == 0 ? me : CODES - me;
        const int winner = tree_first_largest(gain, order, gains, orders);
        if (gains[0] > top.gain && gains[0] > r.gains.min_gain)
            top = outputs_found{gains[0], w == 0 ? winner : CODES - winner, w};
        __syncthreads();
    }
    if (me == 0) best[(int64_t)blockIdx.y * d + column] = top;
}

/* The columns of a node: its record, and the words of it and of its left child. */
__global__ void outputs_nodes_kernel(outputs_rules r, tree_asks b, const outputs_found *best,
                                     cx_tree_split *split, int64_t *sums)
{
    CX_SHARED(double, gains, [CODES]);
    CX_SHARED(int, orders, [CODES]);
    const int me = (int)threadIdx.x, d = (int)r.codes.d;
    const outputs_found *const own = best + (int64_t)blockIdx.x * d;
    double gain = -1;
    int order = d;
    for (int j = me; j < d; j += CODES)
        if (own[j].gain > gain) {
            gain = own[j].gain;
            order = j;
        }
    const int winner = tree_first_largest(gain, order, gains, orders), at = winner < d ? winner : 0;
    const outputs_found top = own[at];
    const bool is = top.gain > 0;
    const int64_t bins = r.codes.bins, k = r.channels;
    const int64_t *const hist = r.hist + b.item[blockIdx.x].slot * r.width + at * bins * k;
    int64_t *const sum = sums + (int64_t)blockIdx.x * 2 * k;
    for (int64_t c = me; c < k; c += CODES) {
        int64_t all = 0, left = 0;
        for (int64_t i = 0; i < bins; i++) {
            const int64_t word = hist[i * k + c];
            all += word;
            if (is && (i <= top.bin || (top.way == 1 && i == bins - 1))) left += word;
        }
        sum[c] = all;
        sum[k + c] = left;
    }
    __syncthreads();
    if (me != 0) return;
    cx_tree_split one = {};
    one.gain = is ? top.gain : -1;
    one.count = isinf(r.unit[0]) ? -1 : count_of(r, sum[k - 1]);
    if (is) {
        one.feature = at;
        one.bin = top.bin;
        one.missing_left = top.way == 1;
        one.count_left = count_of(r, sum[2 * k - 1]);
    }
    split[blockIdx.x] = one;
}
} // namespace

cx_status cuda_trees_fix_outputs(cx_queue *q, const cx_tree_fix *f)
{
    const unsigned most = cuda_blocks(q, f->n),
                   parts = most < (unsigned)TREE_PARTS ? most : (unsigned)TREE_PARTS;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", parts * sizeof(tree_largest)));
    tree_largest *const part = w.as<tree_largest>();
    CX_STATUS_TRY(CX_LAUNCH(outputs_largest_kernel, parts, CUDA_BLOCK, 0, q, *f, part));
    CX_STATUS_TRY(CX_LAUNCH(outputs_unit_kernel, 1, CUDA_BLOCK, 0, q, *f, part, (int)parts));
    return CX_LAUNCH(outputs_words_kernel, cuda_blocks(q, f->n), CUDA_BLOCK, 0, q, *f);
}

cx_status cuda_trees_splits_outputs(cx_queue *q, const cx_tree_splits *s)
{
    outputs_rules r = {*s->codes,     *s->gains, s->channels, 0,
                       s->count_bits, s->hist,   s->unit,     nullptr};
    r.width = tree_columns(s->codes->d) * s->codes->bins * s->channels;
    cuda_work allowed(q), w(q);
    CX_STATUS_TRY(tree_send_allowed(q, s, allowed, &r.allowed));
    const int64_t most = s->nodes < (int64_t)TREE_ASKS ? s->nodes : (int64_t)TREE_ASKS,
                  d = s->codes->d;
    const size_t each = (size_t)(2 * s->channels) * sizeof(int64_t);
    CX_STATUS_TRY(w.get(
        "fit", (size_t)most * (sizeof(cx_tree_split) + each + (size_t)d * sizeof(outputs_found))));
    cx_tree_split *const split = w.as<cx_tree_split>();
    int64_t *const sums = (int64_t *)(split + most);
    outputs_found *const best = (outputs_found *)(sums + 2 * s->channels * most);
    for (int64_t at = 0; at < s->nodes; at += TREE_ASKS) {
        const tree_asks b = tree_asks_of(s, at);
        CX_STATUS_TRY(CX_LAUNCH(outputs_columns_kernel, dim3((unsigned)d, (unsigned)b.count), CODES,
                                0, q, r, b, best));
        CX_STATUS_TRY(CX_LAUNCH(outputs_nodes_kernel, (unsigned)b.count, CODES, 0, q, r, b, best,
                                split, sums));
        CX_STATUS_TRY(tree_read_splits(q, s, at, b.count, split));
        CX_STATUS_TRY(tree_read(q, s->sums + at * 2 * s->channels, sums, (size_t)b.count * each));
    }
    return CX_OK;
}
