/* Points and centres: one step of Lloyd's iteration and the trials of k-means++. Distances are sums
 * of squared differences throughout, so labels are the CPU's. */
#include "learn.cuh"

enum { ROWS = 256 };

namespace {
__global__ void norms_kernel(const double *x, int64_t n, int64_t d, double *norm)
{
    CX_GRID_STRIDE(int64_t, i, n) norm[i] = learn_dot(x + i * d, x + i * d, d);
}

__global__ void label_kernel(cx_learn_points p, const double *centres, int64_t k, int32_t *label,
                             unsigned long long *changed)
{
    CX_GRID_STRIDE(int64_t, i, p.n)
    {
        const double *x = p.x + i * p.d;
        double best = INFINITY;
        int32_t at = 0;
        for (int64_t c = 0; c < k; c++) {
            const double v = learn_sqdist(x, centres + c * p.d, p.d);
            if (!(v < best)) continue;
            best = v;
            at = (int32_t)c;
        }
        if (changed != nullptr && label[i] != at) atomicAdd(changed, 1ull);
        label[i] = at;
    }
}

struct labelled {
    const double *x, *weight;
    const int32_t *label;
    int64_t d;
    __device__ int64_t group(int64_t i) const { return label[i]; }
    __device__ double at(int64_t i, int64_t j) const
    {
        const double w = weight != nullptr ? weight[i] : 1;
        return j == d ? w : w * x[i * d + j];
    }
};

__global__ void record_kernel(const unsigned long long *changed, const double *mass, int64_t k,
                              double *record)
{
    CX_SHARED(double, room, [LEARN_BLOCK]);
    double empty = 0;
    for (int64_t c = threadIdx.x; c < k; c += LEARN_BLOCK) empty += mass[c] == 0;
    empty = learn_block_sum(empty, room);
    if (threadIdx.x == 0) {
        record[0] = (double)*changed;
        record[1] = empty;
    }
}
} // namespace

cx_status cuda_learn_row_norms(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm)
{
    return CX_LAUNCH(norms_kernel, cuda_blocks(q, n), CUDA_BLOCK, 0, q, x, n, d, norm);
}

cx_status cuda_learn_nearest(cx_queue *q, const cx_learn_points *p, const double *centres,
                             int64_t k, int32_t *label, double *sums, double *mass, double *record)
{
    const unsigned blocks = cuda_blocks(q, p->n);
    unsigned long long *none = nullptr;
    if (sums == nullptr)
        return CX_LAUNCH(label_kernel, blocks, CUDA_BLOCK, 0, q, *p, centres, k, label, none);
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", sizeof(unsigned long long)));
    CX_STATUS_TRY(learn_zero(q, w.as<double>(), 1)); /* all bits of 0.0 are 0 */
    unsigned long long *const changed = w.as<unsigned long long>();
    CX_STATUS_TRY(
        CX_LAUNCH(label_kernel, blocks, CUDA_BLOCK, 0, q, *p, centres, k, label, changed));
    const labelled f = {p->x, p->weight, label, p->d};
    CX_STATUS_TRY(learn_group_sums(q, p->n, 2 * ROWS, k, p->d + 1, f, sums, mass));
    return CX_LAUNCH(record_kernel, 1, LEARN_BLOCK, 0, q, changed, mass, k, record);
}

/* ---- distances to the own centre */
namespace {
__global__ void spread_kernel(cx_learn_points p, const double *centres, const int32_t *label,
                              double *each)
{
    CX_GRID_STRIDE(int64_t, i, p.n)
    each[i] = learn_sqdist(p.x + i * p.d, centres + label[i] * p.d, p.d);
}

/* Weighted sums of the columns of [n, t]. */
struct weighted {
    const double *v, *weight;
    int64_t t;
    __device__ double at(int64_t i, int64_t j) const
    {
        return (weight != nullptr ? weight[i] : 1) * v[i * t + j];
    }
};
} // namespace

cx_status cuda_learn_spread(cx_queue *q, const cx_learn_points *p, const double *centres,
                            const int32_t *label, double *each, double *sum)
{
    cuda_work w(q);
    if (each == nullptr) {
        CX_STATUS_TRY(w.get("fit", (size_t)p->n * sizeof(double)));
        each = w.as<double>();
    }
    CX_STATUS_TRY(
        CX_LAUNCH(spread_kernel, cuda_blocks(q, p->n), CUDA_BLOCK, 0, q, *p, centres, label, each));
    if (sum == nullptr) return CX_OK;
    const weighted f = {each, p->weight, 1};
    return learn_sum(q, p->n, 2 * ROWS, 1, f, sum);
}

/* ---- new centres: one block */
namespace {
__global__ void centres_kernel(const double *old, const double *sums, const double *mass, int64_t k,
                               int64_t d, double *centres, double *far, double *moved)
{
    CX_SHARED(int64_t, heaviest, [1]);
    if (threadIdx.x == 0) {
        int64_t best = 0;
        for (int64_t c = 1; c < k; c++)
            if (mass[c] > mass[best]) best = c;
        heaviest[0] = best;
    }
    __syncthreads();
    for (int64_t t = threadIdx.x; t < k * d; t += LEARN_BLOCK) {
        const int64_t c = t / d, from = mass[c] > 0 ? c : heaviest[0];
        centres[t] = sums[from * d + t - c * d] / mass[from];
    }
    __syncthreads();
    for (int64_t c = threadIdx.x; c < k; c += LEARN_BLOCK)
        far[c] = learn_sqdist(centres + c * d, old + c * d, d);
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0;
        for (int64_t c = 0; c < k; c++) sum += far[c];
        *moved = sum;
    }
}
} // namespace

cx_status cuda_learn_centres(cx_queue *q, const double *old, const double *sums, const double *mass,
                             int64_t k, int64_t d, double *centres, double *moved)
{
    cuda_work far(q);
    CX_STATUS_TRY(far.get("fit", (size_t)k * sizeof(double)));
    return CX_LAUNCH(centres_kernel, 1, LEARN_BLOCK, 0, q, old, sums, mass, k, d, centres,
                     far.as<double>(), moved);
}

/* ---- k-means++ */
namespace {
__global__ void trials_kernel(cx_learn_points p, const double *candidate, int64_t t,
                              const double *closest, double *distance)
{
    CX_GRID_STRIDE(int64_t, e, p.n * t)
    {
        const int64_t i = e / t, c = e - i * t;
        double v = learn_sqdist(p.x + i * p.d, candidate + c * p.d, p.d);
        if (closest != nullptr && closest[i] < v) v = closest[i];
        distance[e] = v;
    }
}
} // namespace

cx_status cuda_learn_trials(cx_queue *q, const cx_learn_points *p, const double *candidate,
                            int64_t t, const double *closest, double *distance, double *potential)
{
    CX_STATUS_TRY(CX_LAUNCH(trials_kernel, cuda_blocks(q, p->n * t), CUDA_BLOCK, 0, q, *p,
                            candidate, t, closest, distance));
    const weighted f = {distance, p->weight, t};
    return learn_sum(q, p->n, ROWS, t, f, potential);
}
