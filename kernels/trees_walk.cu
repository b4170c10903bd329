/* Rows through trees as they are kept: a thread walks one row through one tree, neighbouring
 * threads neighbouring rows, so that a warp reads the upper nodes together. Sums are a second
 * kernel's, tree after tree in their order, as the CPU adds them. */
#include "device.cuh"
#include "trees.h"

enum { LEAVES = 1 << 24 /* most numbers of leaves between the two kernels */ };

namespace {
__device__ bool goes_left(const cx_tree_walk &w, int64_t at, double v)
{
    const cx_tree_flat &f = w.flat;
    if (v != v) return f.missing_left[at] != 0;
    const int32_t category = w.words != nullptr && f.category != nullptr ? f.category[at] : -1;
    if (category < 0) return v <= f.threshold[at];
    if (!(v >= 0 && v < 256)) return false;
    const int code = (int)v;
    return (w.words[(int64_t)category * 8 + code / 32] >> (code % 32) & 1) != 0;
}

/* The leaves of `rows` rows from `from` on: leaf[i * by_row + t * by_tree]. */
__global__ void leaves_kernel(cx_tree_walk w, int64_t from, int64_t rows, int64_t by_row,
                              int64_t by_tree, int32_t *leaf)
{
    CX_GRID_STRIDE(int64_t, item, rows * w.trees)
    {
        const int64_t t = item / rows, i = item - t * rows, base = w.first[t];
        const double *const x = w.x + (from + i) * w.d;
        int64_t at = base;
        for (int32_t left = w.flat.left[at]; left >= 0; left = w.flat.left[at]) {
            double v = x[w.flat.feature[at]];
            if (w.single) v = (double)(float)v;
            at = base + (goes_left(w, at, v) ? left : w.flat.right[at]);
        }
        leaf[i * by_row + t * by_tree] = (int32_t)(at - base);
    }
}

/* One number of one row's sums. */
__global__ void sums_kernel(cx_tree_walk w, int64_t from, int64_t rows, int64_t by_row,
                            int64_t by_tree, const int32_t *leaf)
{
    const int64_t width = w.columns * w.width;
    CX_GRID_STRIDE(int64_t, item, rows * width)
    {
        const int64_t i = item / width, c = item - i * width, column = c / w.width,
                      k = c - column * w.width;
        double sum = w.fresh ? 0 : w.out[(from + i) * width + c];
        for (int64_t t = column; t < w.trees; t += w.columns)
            sum += w.scale * w.value[(w.first[t] + leaf[i * by_row + t * by_tree]) * w.width + k];
        w.out[(from + i) * width + c] = sum;
    }
}
} // namespace

cx_status cuda_trees_walk(cx_queue *q, const cx_tree_walk *w)
{
    if (w->n == 0 || w->trees == 0) return CX_OK;
    if (w->small != nullptr || w->node != nullptr)
        return cuda_core->fail(CX_E_UNSUPPORTED, "predict", "packed trees are the CPU's");
    const int64_t fit = LEAVES / w->trees, least = fit > 0 ? fit : 1,
                  block = w->leaf != nullptr || w->n < least ? w->n : least;
    cuda_work work(q);
    if (w->leaf == nullptr)
        CX_STATUS_TRY(work.get("predict", (size_t)(block * w->trees) * sizeof(int32_t)));
    for (int64_t from = 0; from < w->n; from += block) {
        const int64_t rows = w->n - from < block ? w->n - from : block;
        const int64_t by_row = w->leaf != nullptr ? w->trees : 1,
                      by_tree = w->leaf != nullptr ? 1 : rows;
        int32_t *const leaf = w->leaf != nullptr ? w->leaf : work.as<int32_t>();
        CX_STATUS_TRY(CX_LAUNCH(leaves_kernel, cuda_blocks(q, rows * w->trees), CUDA_BLOCK, 0, q,
                                *w, from, rows, by_row, by_tree, leaf));
        if (w->out != nullptr)
            CX_STATUS_TRY(CX_LAUNCH(sums_kernel, cuda_blocks(q, rows * w->columns * w->width),
                                    CUDA_BLOCK, 0, q, *w, from, rows, by_row, by_tree, leaf));
    }
    return CX_OK;
}
