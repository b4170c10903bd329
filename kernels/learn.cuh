/* What the files of the learn group share: sums over rows by the CPU's tree, and one-row loops in
 * the CPU's order of operations, so that sums, products and square roots have the CPU's bits.
 *
 * The tree: rows are cut into chunks by the sizes alone; one thread adds one number over the rows
 * of one chunk, in order, and a second launch adds the chunks, in order. */
#ifndef CX_KERNELS_LEARN_CUH
#define CX_KERNELS_LEARN_CUH
#include "device.cuh"
#include "learn.h"
#include <math.h>

enum { LEARN_PARTIAL = 1 << 21 /* numbers in all partial sums together */ };

/** How n rows are cut for sums of width numbers: as host_sum_rows does. */
struct learn_cut {
    int64_t n, grain, chunks, width;
};
inline learn_cut learn_cut_of(int64_t n, int64_t grain, int64_t width)
{
    const int64_t most = LEARN_PARTIAL / (width > 0 ? width : 1), chunks = most < 16 ? 16 : most;
    const int64_t least = (n + chunks - 1) / chunks;
    learn_cut c = {n, grain > least ? grain : least, 0, width};
    c.chunks = (n + c.grain - 1) / c.grain;
    return c;
}

/** F::at(i, j): what row i adds to number j. */
template <class F> __global__ void learn_chunks(learn_cut c, F f, double *partial)
{
    CX_GRID_STRIDE(int64_t, t, c.chunks * c.width)
    {
        const int64_t chunk = t / c.width, j = t - chunk * c.width, lo = chunk * c.grain,
                      hi = lo + c.grain < c.n ? lo + c.grain : c.n;
        double sum = 0;
        for (int64_t i = lo; i < hi; i++) sum += f.at(i, j);
        partial[t] = sum;
    }
}

/** F::group(i) and F::at(i, j): row i adds to number j of `own` of its group; width is groups *
 * own. partial has been zeroed. */
template <class F> __global__ void learn_scatter(learn_cut c, int64_t own, F f, double *partial)
{
    CX_GRID_STRIDE(int64_t, t, c.chunks * own)
    {
        const int64_t chunk = t / own, j = t - chunk * own, lo = chunk * c.grain,
                      hi = lo + c.grain < c.n ? lo + c.grain : c.n;
        double *to = partial + chunk * c.width;
        for (int64_t i = lo; i < hi; i++) to[f.group(i) * own + j] += f.at(i, j);
    }
}

/** out[place(j)] = the chunks' sums of number j: own > 0 puts the last of each `own` numbers behind
 * all others (sums, then masses). Defined in learn_columns.cu. */
cx_status learn_combine(cx_queue *q, const learn_cut &c, const double *partial, int64_t own,
                        double *sums, double *last);

template <class F>
inline cx_status learn_sum(cx_queue *q, int64_t n, int64_t grain, int64_t width, const F &f,
                           double *out)
{
    const learn_cut c = learn_cut_of(n, grain, width);
    const int64_t all = c.chunks * width;
    if (width == 0) return CX_OK;
    if (c.chunks == 1)
        return CX_LAUNCH(learn_chunks<F>, cuda_blocks(q, all), CUDA_BLOCK, 0, q, c, f, out);
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", (size_t)all * sizeof(double)));
    CX_STATUS_TRY(
        CX_LAUNCH(learn_chunks<F>, cuda_blocks(q, all), CUDA_BLOCK, 0, q, c, f, w.as<double>()));
    return learn_combine(q, c, w.as<double>(), 0, out, nullptr);
}

/** n zeros. Defined in learn_columns.cu. */
cx_status learn_zero(cx_queue *q, double *p, int64_t n);

/** sums [groups, own - 1] and last [groups] of rows that belong to groups. */
template <class F>
inline cx_status learn_group_sums(cx_queue *q, int64_t n, int64_t grain, int64_t groups,
                                  int64_t own, const F &f, double *sums, double *last)
{
    const learn_cut c = learn_cut_of(n, grain, groups * own);
    const int64_t all = c.chunks * c.width;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", (size_t)all * sizeof(double)));
    CX_STATUS_TRY(learn_zero(q, w.as<double>(), all));
    CX_STATUS_TRY(CX_LAUNCH(learn_scatter<F>, cuda_blocks(q, c.chunks * own), CUDA_BLOCK, 0, q, c,
                            own, f, w.as<double>()));
    return learn_combine(q, c, w.as<double>(), own, sums, last);
}

/* ---- one row, in the CPU's order of operations */
__device__ inline double learn_sqdist(const double *a, const double *b, int64_t d)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int64_t j = 0;
    for (; j + 4 <= d; j += 4) {
        const double t0 = a[j] - b[j], t1 = a[j + 1] - b[j + 1], t2 = a[j + 2] - b[j + 2],
                     t3 = a[j + 3] - b[j + 3];
        s0 += t0 * t0;
        s1 += t1 * t1;
        s2 += t2 * t2;
        s3 += t3 * t3;
    }
    for (; j < d; j++) s0 += (a[j] - b[j]) * (a[j] - b[j]);
    return (s0 + s1) + (s2 + s3);
}

__device__ inline double learn_dot(const double *a, const double *b, int64_t d)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int64_t j = 0;
    for (; j + 4 <= d; j += 4) {
        s0 += a[j] * b[j];
        s1 += a[j + 1] * b[j + 1];
        s2 += a[j + 2] * b[j + 2];
        s3 += a[j + 3] * b[j + 3];
    }
    for (; j < d; j++) s0 += a[j] * b[j];
    return (s0 + s1) + (s2 + s3);
}

/* ---- one block */
enum { LEARN_BLOCK = 256 };

/** Sum over the block's threads, a tree of fixed form; every thread gets it. room: LEARN_BLOCK
 * numbers shared by the block. */
__device__ inline double learn_block_sum(double v, double *room)
{
    room[threadIdx.x] = v;
    __syncthreads();
    for (int half = LEARN_BLOCK / 2; half > 0; half /= 2) {
        if ((int)threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
        __syncthreads();
    }
    const double sum = room[0];
    __syncthreads();
    return sum;
}
#endif
