/* The best split of each node from its histogram: a block for each column of each node, then a
 * block for each node. The sums are whole numbers and the arithmetic from them on is host/trees'
 * operation by operation, equal gains in the same order; so both find the same splits. */
#include "trees_search.cuh"
#include <math.h>

enum { CODES = TREE_CODES };

namespace {
/* What holds for all columns. */
struct rules {
    cx_tree_codes codes;
    cx_tree_gains gains;
    int64_t channels, width; /* numbers of a node's histogram */
    int bits;
    const int64_t *hist;
    const double *unit;
    const uint8_t *allowed;
};

/* The best of one column: gain < 0 is none. */
struct found {
    double gain;
    int32_t bin, way; /* 1: missing values left; 2, 3: categories from below, from above */
    int64_t total[2], left[2];
    uint32_t bits[8];
};

/* Words as numbers. */
struct part {
    double g, h;
    int64_t count;
};
__device__ part part_of(const rules &r, int64_t first, int64_t second)
{
    const int64_t mask = ((int64_t)1 << r.bits) - 1, last = r.channels == 1 ? first : second;
    part p = {(double)first * r.unit[0], (double)(last >> r.bits) * r.unit[1], last & mask};
    if (r.channels == 1) {
        p.g = (double)(first >> r.bits) * r.unit[0];
        p.h = (double)p.count;
    }
    return p;
}

__device__ double leaf_value(const rules &r, const cx_tree_ask &a, const part &p)
{
    const double v = -p.g / (p.h + r.gains.l2 + 1e-15);
    return v < a.lower ? a.lower : v > a.upper ? a.upper : v;
}

/* Gain of a cut with these rows on the left; -1 where there may be none. */
__device__ double gain_of(const rules &r, const cx_tree_ask &a, const part &all, const part &left,
                          const part &right, int monotonic)
{
    const int64_t least = r.gains.min_samples;
    const double low = r.gains.min_hessian;
    if (left.count < least || right.count < least || !(left.h >= low) || !(right.h >= low))
        return -1;
    const double v0 = leaf_value(r, a, left), v1 = leaf_value(r, a, right);
    if ((monotonic > 0 && v0 > v1) || (monotonic < 0 && v0 < v1)) return -1;
    return (all.g * a.value - left.g * v0) - right.g * v1;
}

/* Inclusive sums of pairs over CODES threads, in place. */
struct word_pair {
    int64_t a, b;
};
__device__ void scan_pairs(word_pair *room)
{
    const int me = (int)threadIdx.x;
    for (int step = 1; step < CODES; step *= 2) {
        const word_pair before = me >= step ? room[me - step] : word_pair{0, 0};
        __syncthreads();
        room[me].a += before.a;
        room[me].b += before.b;
        __syncthreads();
    }
}

struct scratch {
    word_pair sum[CODES];
    double gain[CODES];
    int order[CODES];
};

__device__ void scan_thresholds(const rules &r, const cx_tree_ask &a, int64_t column, scratch &s,
                                word_pair total, found *out)
{
    const int me = (int)threadIdx.x, used = r.gains.used[column],
              missing = r.gains.missing[column] != 0,
              monotonic = r.gains.monotonic != nullptr ? r.gains.monotonic[column] : 0;
    const part all = part_of(r, total.a, total.b);
    const word_pair lost = s.sum[CODES - 1]; /* the words of missing values, left there */
    const int n = used - 1 + missing;
    double best = -1;
    for (int way = 0; way < (missing && used >= 2 ? 2 : 1); way++) {
        const int last = way == 0 ? n : used - 1;
        word_pair left = s.sum[me];
        if (way == 1) {
            left.a += lost.a;
            left.b += lost.b;
        }
        double gain = -1;
        if (me < last)
            gain = gain_of(r, a, all, part_of(r, left.a, left.b),
                           part_of(r, total.a - left.a, total.b - left.b), monotonic);
        const int order = way == 0 ? me : CODES - me;
        const int winner = tree_first_largest(gain, order, s.gain, s.order);
        const double top = s.gain[0];
        __syncthreads();
        if (!(top > best && top > r.gains.min_gain)) continue;
        best = top;
        if (order == winner) {
            *out = found{};
            out->gain = gain;
            out->bin = me;
            out->way = way;
            out->left[0] = left.a;
            out->left[1] = left.b;
            out->total[0] = total.a;
            out->total[1] = total.b;
        }
        __syncthreads();
    }
}

/* ---- categories */
struct category_room {
    int code[CODES], count;
};

/* Codes with enough rows by their mean gradient, rising, of equal ones the higher code first: each
 * thread counts who comes before its own. */
__device__ void sort_categories(const rules &r, int64_t column, word_pair own, const part &all,
                                category_room &k, double *value, int *is)
{
    const double support = 10;
    const int me = (int)threadIdx.x, used = r.gains.used[column];
    const bool last = me == r.codes.bins - 1 && r.gains.missing[column] != 0;
    const part p = part_of(r, own.a, own.b);
    const double factor = (double)all.count / all.h;
    const bool in = (me < used || last) && p.h * factor >= support;
    value[me] = in ? p.g / (p.h + support) : 0;
    is[me] = in;
    if (me == 0) k.count = 0;
    __syncthreads();
    int rank = 0;
    for (int i = 0; i < CODES && in; i++)
        rank += is[i] && (value[i] < value[me] || (value[i] == value[me] && i > me));
    if (in) {
        k.code[rank] = me;
        atomicAdd(&k.count, 1);
    }
    __syncthreads();
}

/* One thread: more and more of the sorted categories to the left, from below (way 2) or above (3).
 */
__device__ void scan_side(const rules &r, const cx_tree_ask &a, const category_room &k,
                          const word_pair *word, word_pair total, int way, found *out)
{
    const int n = k.count, middle = way == 2 ? (n + 1) / 2 : (n + 1) / 2 - 1;
    const part all = part_of(r, total.a, total.b);
    uint32_t bits[8] = {0};
    word_pair sum = {0, 0};
    for (int i = 0; i < middle; i++) {
        const int at = way == 2 ? i : n - 1 - i, code = k.code[at];
        sum.a += word[code].a;
        sum.b += word[code].b;
        bits[code / 32] |= (uint32_t)1 << (code % 32);
        const part left = part_of(r, sum.a, sum.b),
                   right = part_of(r, total.a - sum.a, total.b - sum.b);
        if (left.count < r.gains.min_samples || left.h < r.gains.min_hessian) continue;
        if (right.count < r.gains.min_samples || right.h < r.gains.min_hessian) break;
        const double gain = gain_of(r, a, all, left, right, 0);
        if (!(gain > out->gain && gain > r.gains.min_gain)) continue;
        out->gain = gain;
        out->bin = at;
        out->way = way;
        out->left[0] = sum.a;
        out->left[1] = sum.b;
        for (int w = 0; w < 8; w++) out->bits[w] = bits[w];
    }
}

/* ---- a column of a node */
__global__ void split_columns_kernel(rules r, tree_asks b, found *best)
{
    CX_SHARED(scratch, s, [1]);
    CX_SHARED(category_room, k, [1]);
    const int me = (int)threadIdx.x;
    const int64_t d = r.codes.d, column = blockIdx.x, bins = r.codes.bins;
    const cx_tree_ask a = b.item[blockIdx.y];
    const int64_t *const hist = r.hist + a.slot * r.width + column * bins * r.channels;
    found *const out = best + (int64_t)blockIdx.y * d + column;
    word_pair own = {0, 0};
    if (me < bins) {
        own.a = hist[me * r.channels];
        own.b = r.channels == 2 ? hist[me * 2 + 1] : 0;
    }
    s->sum[me] = own;
    __syncthreads();
    scan_pairs(s->sum);
    const word_pair total = s->sum[CODES - 1];
    __syncthreads();
    if (me == bins - 1) s->sum[CODES - 1] = own;
    if (me == 0) {
        *out = found{};
        out->gain = -1;
        out->total[0] = total.a;
        out->total[1] = total.b;
    }
    __syncthreads();
    const bool in = a.allowed < 0 || r.allowed[a.allowed * d + column] != 0;
    if (in && r.gains.categorical != nullptr && r.gains.categorical[column]) {
        sort_categories(r, column, own, part_of(r, total.a, total.b), *k, s->gain, s->order);
        s->sum[me] = own;
        __syncthreads();
        if (me == 0 && k->count >= 2) {
            scan_side(r, a, *k, s->sum, total, 2, out);
            scan_side(r, a, *k, s->sum, total, 3, out);
        }
    } else if (in) {
        scan_thresholds(r, a, column, *s, total, out);
    }
}

/* ---- the columns of a node */
__device__ void record(const rules &r, const cx_tree_ask &a, const found &f, int feature,
                       cx_tree_split *out)
{
    cx_tree_split one = {};
    one.gain = -1;
    one.total[0] = f.total[0];
    one.total[1] = f.total[1];
    one.count = part_of(r, f.total[0], f.total[1]).count;
    if (isinf(r.unit[0])) one.count = -1;
    if (f.gain > 0) {
        one.gain = f.gain;
        one.feature = feature;
        one.bin = f.way < 2 ? f.bin : 0;
        one.categorical = f.way >= 2;
        one.missing_left = f.way == 1;
        for (int i = 0; i < 8; i++) one.bits[i] = f.bits[i];
        for (int i = 0; i < 2; i++) one.left[i] = f.left[i];
        const int last = (int)r.codes.bins - 1;
        if (f.way >= 2)
            one.missing_left = r.gains.missing[feature] && (f.bits[last / 32] >> (last % 32) & 1);
        const part l = part_of(r, f.left[0], f.left[1]),
                   e = part_of(r, f.total[0] - f.left[0], f.total[1] - f.left[1]);
        one.count_left = l.count;
        one.value_left = leaf_value(r, a, l);
        one.value_right = leaf_value(r, a, e);
    }
    *out = one;
}

__global__ void split_nodes_kernel(rules r, tree_asks b, const found *best, cx_tree_split *split)
{
    CX_SHARED(double, gains, [CODES]);
    CX_SHARED(int, orders, [CODES]);
    const int me = (int)threadIdx.x, d = (int)r.codes.d;
    const found *const own = best + (int64_t)blockIdx.x * d;
    double gain = -1;
    int order = d;
    for (int j = me; j < d; j += CODES)
        if (own[j].gain > gain) {
            gain = own[j].gain;
            order = j;
        }
    const int winner = tree_first_largest(gain, order, gains, orders), at = winner < d ? winner : 0;
    if (me == 0) record(r, b.item[blockIdx.x], own[at], at, split + blockIdx.x);
}
} // namespace

cx_status cuda_trees_splits(cx_queue *q, const cx_tree_splits *s)
{
    if (s->outputs > 1) return cuda_trees_splits_outputs(q, s);
    rules r = {*s->codes, *s->gains, s->channels, 0, s->count_bits, s->hist, s->unit, nullptr};
    r.width = tree_columns(s->codes->d) * s->codes->bins * s->channels;
    cuda_work allowed(q), w(q);
    CX_STATUS_TRY(tree_send_allowed(q, s, allowed, &r.allowed));
    const int64_t most = s->nodes < (int64_t)TREE_ASKS ? s->nodes : (int64_t)TREE_ASKS,
                  d = s->codes->d;
    const size_t records = (size_t)most * sizeof(cx_tree_split);
    CX_STATUS_TRY(w.get("fit", records + (size_t)(most * d) * sizeof(found)));
    cx_tree_split *const split = w.as<cx_tree_split>();
    found *const best = (found *)(split + most);
    for (int64_t at = 0; at < s->nodes; at += TREE_ASKS) {
        const tree_asks b = tree_asks_of(s, at);
        CX_STATUS_TRY(CX_LAUNCH(split_columns_kernel, dim3((unsigned)d, (unsigned)b.count), CODES,
                                0, q, r, b, best));
        CX_STATUS_TRY(
            CX_LAUNCH(split_nodes_kernel, (unsigned)b.count, CODES, 0, q, r, b, best, split));
        CX_STATUS_TRY(tree_read_splits(q, s, at, b.count, split));
    }
    return CX_OK;
}
