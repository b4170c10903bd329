/* The learn group on columns: moments, extremes, changes, products, sums of groups. */
#include "learn.cuh"

enum { ROW_GRAIN = 512 };

/* ---- sums */
namespace {
__global__ void combine_kernel(learn_cut c, const double *partial, int64_t own, double *sums,
                               double *last)
{
    CX_GRID_STRIDE(int64_t, j, c.width)
    {
        double sum = 0;
        for (int64_t k = 0; k < c.chunks; k++) sum += partial[k * c.width + j];
        if (own == 0) {
            sums[j] = sum;
        } else {
            const int64_t group = j / own, at = j - group * own;
            if (at == own - 1)
                last[group] = sum;
            else
                sums[group * (own - 1) + at] = sum;
        }
    }
}

__global__ void zero_kernel(double *p, int64_t n)
{
    CX_GRID_STRIDE(int64_t, i, n) p[i] = 0;
}
} // namespace

cx_status learn_combine(cx_queue *q, const learn_cut &c, const double *partial, int64_t own,
                        double *sums, double *last)
{
    return CX_LAUNCH(combine_kernel, cuda_blocks(q, c.width), CUDA_BLOCK, 0, q, c, partial, own,
                     sums, last);
}

cx_status learn_zero(cx_queue *q, double *p, int64_t n)
{
    if (n == 0) return CX_OK;
    return CX_LAUNCH(zero_kernel, cuda_blocks(q, n), CUDA_BLOCK, 0, q, p, n);
}

/* ---- moments: a thread for each chunk and column, the chunk's sum, mean and deviations from it;
 * then a thread for each column, which carries them to the mean of all */
namespace {
enum { CHUNK_SUMS = 5 };

struct moments_job {
    const double *x, *weight;
    int64_t d;
    bool squares;
};

/* partial [chunks, CHUNK_SUMS, d]: sum of w x, of w, the mean, sums of w t and w t^2; NaN entries
 * do not count */
__global__ void chunk_kernel(learn_cut c, moments_job m, double *partial)
{
    CX_GRID_STRIDE(int64_t, t, c.chunks * m.d)
    {
        const int64_t chunk = t / m.d, j = t - chunk * m.d, lo = chunk * c.grain,
                      hi = lo + c.grain < c.n ? lo + c.grain : c.n;
        double *const to = partial + chunk * c.width + j;
        double sum = 0, count = 0, deviation = 0, square = 0;
        for (int64_t i = lo; i < hi; i++) {
            const double v = m.x[i * m.d + j], w = m.weight != nullptr ? m.weight[i] : 1;
            if (v != v) continue;
            sum += w * v;
            count += w;
        }
        const double mean = count == 0 ? 0 : sum / count;
        for (int64_t i = lo; m.squares && i < hi; i++) {
            const double v = m.x[i * m.d + j], w = m.weight != nullptr ? m.weight[i] : 1;
            if (v != v) continue;
            const double step = v - mean;
            deviation += w * step;
            square += w * step * step;
        }
        to[0] = sum;
        to[m.d] = count;
        to[2 * m.d] = mean;
        to[3 * m.d] = deviation;
        to[4 * m.d] = square;
    }
}

__global__ void moments_kernel(learn_cut c, int64_t d, const double *partial, double *counts,
                               double *means, double *m2)
{
    CX_GRID_STRIDE(int64_t, j, d)
    {
        double sum = 0, count = 0, deviation = 0, square = 0;
        for (int64_t k = 0; k < c.chunks; k++) {
            sum += partial[k * c.width + j];
            count += partial[k * c.width + d + j];
        }
        const double mean = sum / count;
        counts[j] = count;
        means[j] = mean;
        for (int64_t k = 0; m2 != nullptr && k < c.chunks; k++) {
            const double *const of = partial + k * c.width + j;
            const double step = of[2 * d] - mean, carried = of[d] * step;
            deviation += of[3 * d] + carried;
            square += of[4 * d] + step * (2 * of[3 * d] + carried);
        }
        if (m2 != nullptr) m2[j] = square - deviation * deviation / count;
    }
}
} // namespace

cx_status cuda_learn_moments(cx_queue *q, const double *x, int64_t n, int64_t d,
                             const double *weight, double *count, double *mean, double *m2)
{
    const learn_cut c = learn_cut_of(n, ROW_GRAIN, CHUNK_SUMS * d);
    if (d == 0) return CX_OK;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", (size_t)(c.chunks * c.width) * sizeof(double)));
    double *const partial = w.as<double>();
    const moments_job m = {x, weight, d, m2 != nullptr};
    CX_STATUS_TRY(
        CX_LAUNCH(chunk_kernel, cuda_blocks(q, c.chunks * d), CUDA_BLOCK, 0, q, c, m, partial));
    return CX_LAUNCH(moments_kernel, cuda_blocks(q, d), CUDA_BLOCK, 0, q, c, d, partial, count,
                     mean, m2);
}

/* ---- extremes: one block a column */
namespace {
__device__ inline void take_extreme(double v, double *low, double *high)
{
    if (v < *low || *low != *low) *low = v;
    if (v > *high || *high != *high) *high = v;
}

__global__ void extremes_kernel(const double *x, int64_t n, int64_t d, double *low, double *high)
{
    CX_SHARED(double, lows, [LEARN_BLOCK]);
    CX_SHARED(double, highs, [LEARN_BLOCK]);
    const int at = (int)threadIdx.x;
    for (int64_t j = blockIdx.x; j < d; j += gridDim.x) {
        double least = NAN, most = NAN;
        for (int64_t i = at; i < n; i += LEARN_BLOCK) take_extreme(x[i * d + j], &least, &most);
        lows[at] = least;
        highs[at] = most;
        __syncthreads();
        for (int half = LEARN_BLOCK / 2; half > 0; half /= 2) {
            if (at < half) {
                take_extreme(lows[at + half], &lows[at], &lows[at + half]);
                take_extreme(highs[at + half], &highs[at + half], &highs[at]);
            }
            __syncthreads();
        }
        if (at == 0) {
            low[j] = lows[0];
            high[j] = highs[0];
        }
        __syncthreads();
    }
}
} // namespace

cx_status cuda_learn_extremes(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                              double *high)
{
    const unsigned blocks = (unsigned)(d < 1 << 20 ? d : 1 << 20);
    return CX_LAUNCH(extremes_kernel, blocks, LEARN_BLOCK, 0, q, x, n, d, low, high);
}

/* ---- columns */
namespace {
__global__ void columns_kernel(cx_learn_columns c, bool clip)
{
    CX_GRID_STRIDE(int64_t, t, c.n * c.d)
    {
        const int64_t i = t / c.d, j = t - i * c.d;
        double v = c.x[t];
        if (c.sub != nullptr) v -= c.sub[j];
        if (c.div != nullptr) v /= c.div[j];
        if (c.mul != nullptr) v *= c.mul[j];
        if (c.add != nullptr) v += c.add[j];
        if (c.weight != nullptr) v *= sqrt(c.weight[i]);
        if (clip) v = v < c.low ? c.low : v > c.high ? c.high : v;
        c.out[t] = v;
    }
}
} // namespace

cx_status cuda_learn_columns(cx_queue *q, const cx_learn_columns *c)
{
    if (c->n == 0) return CX_OK;
    const bool clip = c->low > -INFINITY || c->high < INFINITY;
    return CX_LAUNCH(columns_kernel, cuda_blocks(q, c->n * c->d), CUDA_BLOCK, 0, q, *c, clip);
}

/* ---- products */
namespace {
__global__ void mirror_kernel(double *gram, int64_t d)
{
    CX_GRID_STRIDE(int64_t, t, d * d)
    {
        const int64_t i = t / d, j = t - i * d;
        if (j < i) gram[j * d + i] = gram[t];
    }
}
} // namespace

cx_status cuda_learn_gram(cx_queue *q, const cx_learn_gram *c)
{
    const int64_t n = c->n, d = c->d;
    const double *z = c->x;
    cuda_work made(q);
    if (c->mean != nullptr || c->transform != nullptr) {
        CX_STATUS_TRY(made.get("fit", (size_t)(n * d) * sizeof(double)));
        z = made.as<double>();
    }
    if (c->transform != nullptr) {
        CX_STATUS_TRY(
            cuda_learn_gemm(q, false, false, n, d, d, 1, c->x, c->transform, 0, made.as<double>()));
    } else if (c->mean != nullptr) {
        cx_learn_columns centre = {};
        centre.n = n;
        centre.d = d;
        centre.x = c->x;
        centre.sub = c->mean;
        centre.low = -INFINITY;
        centre.high = INFINITY;
        centre.out = made.as<double>();
        CX_STATUS_TRY(cuda_learn_columns(q, &centre));
    }
    CX_STATUS_TRY(cuda_learn_gemm(q, true, false, d, d, n, 1, z, z, 0, c->gram));
    CX_STATUS_TRY(CX_LAUNCH(mirror_kernel, cuda_blocks(q, d * d), CUDA_BLOCK, 0, q, c->gram, d));
    if (c->y == nullptr) return CX_OK;
    return cuda_learn_gemm(q, true, false, d, c->t, n, 1, z, c->y, 0, c->cross);
}

/* ---- groups */
namespace {
struct grouped {
    const double *x, *weight, *centre;
    const int64_t *code;
    int64_t d;
    __device__ int64_t group(int64_t i) const { return code[i]; }
    __device__ double at(int64_t i, int64_t j) const
    {
        const double w = weight != nullptr ? weight[i] : 1;
        if (j == d) return w;
        const double v = x[i * d + j];
        if (centre == nullptr) return w * v;
        const double m = centre[code[i] * d + j];
        return w * (v - m) * (v - m);
    }
};
} // namespace

cx_status cuda_learn_groups(cx_queue *q, const cx_learn_groups *c)
{
    const grouped f = {c->x, c->weight, c->centre, c->code, c->d};
    return learn_group_sums(q, c->n, ROW_GRAIN, c->groups, c->d + 1, f, c->sums, c->mass);
}
