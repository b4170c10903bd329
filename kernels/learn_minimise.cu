/* What L-BFGS asks of the device: the loss of logistic regression, the inverse Hessian's product,
 * and sums of vectors. Vectors are short, so their work is one block's. */
#include "learn.cuh"

enum { ROWS = 1024 };

namespace {
__device__ double binomial(double *raw, bool positive)
{
    const double r = *raw, e = exp(-fabs(r));
    const double loss = (r > 0 ? r : 0) + log1p(e) - (positive ? r : 0);
    *raw = (r >= 0 ? 1 / (1 + e) : e / (1 + e)) - (positive ? 1 : 0);
    return loss;
}

__device__ double multinomial(double *raw, int64_t k, int64_t code)
{
    double top = raw[0], sum = 0;
    for (int64_t c = 1; c < k; c++) top = raw[c] > top ? raw[c] : top;
    const double own = raw[code];
    for (int64_t c = 0; c < k; c++) {
        raw[c] = exp(raw[c] - top);
        sum += raw[c];
    }
    for (int64_t c = 0; c < k; c++) raw[c] /= sum;
    raw[code] -= 1;
    return log(sum) + top - own;
}

/* raw [n, k]: scores without intercepts to weighted derivatives; loss [n]. */
__global__ void residual_kernel(cx_learn_logistic m, int64_t k, double *raw, double *loss)
{
    const double *intercept = m.at + k * m.d;
    CX_GRID_STRIDE(int64_t, i, m.n)
    {
        double *r = raw + i * k;
        if (m.intercept)
            for (int64_t c = 0; c < k; c++) r[c] += intercept[c];
        const double w = m.weight != nullptr ? m.weight[i] : 1;
        loss[i] = w * (m.classes == 2 ? binomial(r, m.code[i] == 1) : multinomial(r, k, m.code[i]));
        for (int64_t c = 0; c < k; c++) r[c] *= w;
    }
}

/* k sums of derivatives, then the loss. */
struct by_class {
    const double *raw, *loss;
    int64_t k;
    __device__ double at(int64_t i, int64_t c) const { return c < k ? raw[i * k + c] : loss[i]; }
};

/* sum: [k, d] of derivatives times x, then [k] and the loss. One block. */
__global__ void gradient_kernel(cx_learn_logistic m, int64_t k, const double *sum)
{
    CX_SHARED(double, room, [LEARN_BLOCK]);
    const int64_t coefs = k * m.d, all = coefs + (m.intercept ? k : 0);
    double square = 0, slope = 0, most = 0;
    for (int64_t i = threadIdx.x; i < all; i += LEARN_BLOCK) {
        double g = sum[i] / m.weight_sum;
        if (i < coefs) {
            g += m.l2 * m.at[i];
            square += m.at[i] * m.at[i];
        }
        m.gradient[i] = g;
        if (m.along != nullptr) slope += g * m.along[i];
        if (fabs(g) > most || g != g) most = fabs(g);
    }
    square = learn_block_sum(square, room);
    slope = learn_block_sum(slope, room);
    room[threadIdx.x] = most;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int t = 1; t < LEARN_BLOCK; t++)
        if (room[t] > most || room[t] != room[t]) most = room[t];
    m.record[0] = sum[coefs + k] / m.weight_sum + 0.5 * m.l2 * square;
    m.record[1] = slope;
    m.record[2] = most;
}

__global__ void combine_vectors(int64_t n, double a, const double *x, double b, const double *y,
                                double *out)
{
    CX_GRID_STRIDE(int64_t, i, n) out[i] = y != nullptr ? a * x[i] + b * y[i] : a * x[i];
}

struct pairs {
    int64_t n, memory, count, first;
    const double *step, *change;
    double rho[CX_LEARN_MEMORY];
};

/* Dot product of the block's threads; every thread gets it. */
__device__ double dot(const double *a, const double *b, int64_t n, double *room)
{
    double sum = 0;
    for (int64_t i = threadIdx.x; i < n; i += LEARN_BLOCK) sum += a[i] * b[i];
    return learn_block_sum(sum, room);
}

/* y += a x: each thread its own elements, which dot gives it too. */
__device__ void axpy(double a, const double *x, double *y, int64_t n)
{
    for (int64_t i = threadIdx.x; i < n; i += LEARN_BLOCK) y[i] += a * x[i];
}

__global__ void direction_kernel(pairs h, const double *gradient, double *d, double *record)
{
    CX_SHARED(double, room, [LEARN_BLOCK]);
    const int64_t n = h.n;
    double alpha[CX_LEARN_MEMORY];
    for (int64_t i = threadIdx.x; i < n; i += LEARN_BLOCK) d[i] = -gradient[i];
    for (int64_t k = h.count - 1; k >= 0; k--) {
        const int64_t at = (h.first + k) % h.memory;
        alpha[k] = dot(h.step + at * n, d, n, room) * h.rho[at];
        axpy(-alpha[k], h.change + at * n, d, n);
    }
    if (h.count > 0) {
        const int64_t last = (h.first + h.count - 1) % h.memory;
        const double *y = h.change + last * n;
        const double scale = 1 / (h.rho[last] * dot(y, y, n, room));
        for (int64_t i = threadIdx.x; i < n; i += LEARN_BLOCK) d[i] *= scale;
    }
    for (int64_t k = 0; k < h.count; k++) {
        const int64_t at = (h.first + k) % h.memory;
        const double beta = h.rho[at] * dot(h.change + at * n, d, n, room);
        axpy(alpha[k] - beta, h.step + at * n, d, n);
    }
    const double slope = dot(gradient, d, n, room), square = dot(d, d, n, room);
    if (threadIdx.x == 0) {
        record[0] = slope;
        record[1] = square;
    }
}
} // namespace

cx_status cuda_learn_logistic(cx_queue *q, const cx_learn_logistic *c)
{
    const int64_t k = c->classes == 2 ? 1 : c->classes, n = c->n, coefs = k * c->d;
    cuda_work w(q);
    CX_STATUS_TRY(w.get("fit", (size_t)(n * (k + 1) + coefs + k + 1) * sizeof(double)));
    double *const raw = w.as<double>(), *const loss = raw + n * k, *const sum = loss + n;
    CX_STATUS_TRY(cuda_learn_gemm(q, false, true, n, k, c->d, 1, c->x, c->at, 0, raw));
    CX_STATUS_TRY(
        CX_LAUNCH(residual_kernel, cuda_blocks(q, n), CUDA_BLOCK, 0, q, *c, k, raw, loss));
    CX_STATUS_TRY(cuda_learn_gemm(q, true, false, k, c->d, n, 1, raw, c->x, 0, sum));
    const by_class f = {raw, loss, k};
    CX_STATUS_TRY(learn_sum(q, n, ROWS, k + 1, f, sum + coefs));
    return CX_LAUNCH(gradient_kernel, 1, LEARN_BLOCK, 0, q, *c, k, sum);
}

cx_status cuda_learn_combine(cx_queue *q, int64_t n, double a, const double *x, double b,
                             const double *y, double *out)
{
    if (n == 0) return CX_OK;
    return CX_LAUNCH(combine_vectors, cuda_blocks(q, n), CUDA_BLOCK, 0, q, n, a, x, b, y, out);
}

cx_status cuda_learn_direction(cx_queue *q, const cx_learn_history *h, const double *gradient,
                               double *direction, double *record)
{
    pairs p = {h->n, h->memory, h->count, h->first, h->step, h->change, {}};
    for (int64_t i = 0; i < h->memory && i < CX_LEARN_MEMORY; i++) p.rho[i] = h->rho[i];
    return CX_LAUNCH(direction_kernel, 1, LEARN_BLOCK, 0, q, p, gradient, direction, record);
}
