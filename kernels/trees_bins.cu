/* Numbers to codes, and gradients to words, as host/trees has them bit for bit: a thread makes the
 * eight codes of a row that stand together; words need the largest gradient first, whose unit stays
 * on the device. */
#include "trees_fixed.cuh"
#include <math.h>

namespace {
__device__ int code_of(const cx_tree_bins &b, int64_t bins, int64_t column, double x)
{
    const double *edge = b.edge + b.first[column];
    const int count = b.first[column + 1] - b.first[column];
    if (isnan(x)) return (int)bins - 1;
    int lo = 0, hi = count;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (edge[mid] < x)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (b.categorical == nullptr || !b.categorical[column]) return lo;
    return lo < count && edge[lo] == x ? lo : (int)bins - 1;
}

__global__ void bins_kernel(cx_tree_bins b, cx_tree_codes c, int64_t blocks)
{
    CX_GRID_STRIDE(int64_t, t, c.n * blocks)
    {
        const int64_t block = t / c.n, i = t - block * c.n, row = b.row ? b.row[i] : i;
        uint64_t all = 0;
        for (int k = 0; k < TREE_COLUMNS; k++) {
            const int64_t j = block * TREE_COLUMNS + k;
            if (j < c.d) all |= (uint64_t)code_of(b, c.bins, j, b.x[row * c.d + j]) << (8 * k);
        }
        for (int k = 0; k < TREE_COLUMNS; k++)
            c.code[(block * c.n + i) * TREE_COLUMNS + k] = (uint8_t)(all >> (8 * k));
    }
}

/* ---- words */
__global__ void largest_kernel(cx_tree_fix f, tree_largest *part)
{
    CX_SHARED(tree_largest, room, [CUDA_BLOCK]);
    tree_largest own = {0, 0};
    CX_GRID_STRIDE(int64_t, i, f.n)
    {
        const double a = fabs(f.gradient[i * f.stride]);
        own.g = isnan(a) ? INFINITY : tree_bigger(own.g, a);
        if (f.hessian == nullptr) continue;
        const double b = fabs(f.hessian[i * f.stride]);
        own.h = isnan(b) ? INFINITY : tree_bigger(own.h, b);
    }
    const tree_largest all = tree_block_largest(own, room);
    if (threadIdx.x == 0) part[blockIdx.x] = all;
}

__global__ void unit_kernel(cx_tree_fix f, const tree_largest *part, int parts)
{
    CX_SHARED(tree_largest, room, [CUDA_BLOCK]);
    tree_largest own = {0, 0};
    for (int i = (int)threadIdx.x; i < parts; i += CUDA_BLOCK) {
        own.g = tree_bigger(own.g, part[i].g);
        own.h = tree_bigger(own.h, part[i].h);
    }
    const tree_largest all = tree_block_largest(own, room);
    if (threadIdx.x != 0) return;
    const int wide = 62 - f.count_bits, narrow = 62 - 2 * f.count_bits;
    f.unit[0] = tree_unit_of(all.g, f.hessian != nullptr ? wide : narrow);
    f.unit[1] = f.hessian != nullptr ? tree_unit_of(all.h, narrow) : 1;
    if (isinf(f.unit[1])) f.unit[0] = f.unit[1];
}

__global__ void words_kernel(cx_tree_fix f)
{
    if (isinf(f.unit[0])) return;
    const double tg = 1 / f.unit[0], th = 1 / f.unit[1];
    const int64_t one = (int64_t)1 << f.count_bits;
    CX_GRID_STRIDE(int64_t, i, f.n)
    {
        const int64_t g = tree_nearest((double)(float)f.gradient[i * f.stride] * tg);
        if (f.hessian == nullptr) {
            f.word[i] = g * one + 1;
        } else {
            f.word[2 * i] = g;
            f.word[2 * i + 1] = tree_nearest((double)(float)f.hessian[i * f.stride] * th) * one + 1;
        }
    }
}
} // namespace

cx_status cuda_trees_bins(cx_queue *q, const cx_tree_bins *b)
{
    const cx_tree_codes *const c = b->codes;
    const int64_t blocks = tree_columns(c->d) / TREE_COLUMNS;
    if (c->n == 0) return CX_OK;
    return CX_LAUNCH(bins_kernel, cuda_blocks(q, c->n * blocks), CUDA_BLOCK, 0, q, *b, *c, blocks);
}

cx_status cuda_trees_fix(cx_queue *q, const cx_tree_fix *f)
{
    if (f->n == 0) return CX_OK;
    if (f->outputs > 1) return cuda_trees_fix_outputs(q, f);
    const unsigned most = cuda_blocks(q, f->n),
                   parts = most < (unsigned)TREE_PARTS ? most : (unsigned)TREE_PARTS;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", parts * sizeof(tree_largest)));
    CX_STATUS_TRY(CX_LAUNCH(largest_kernel, parts, CUDA_BLOCK, 0, q, *f, w.as<tree_largest>()));
    CX_STATUS_TRY(
        CX_LAUNCH(unit_kernel, 1, CUDA_BLOCK, 0, q, *f, w.as<tree_largest>(), (int)parts));
    return CX_LAUNCH(words_kernel, cuda_blocks(q, f->n), CUDA_BLOCK, 0, q, *f);
}
