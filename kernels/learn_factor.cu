/* Small symmetric systems: Cholesky factors and triangles, one block each. A factor is the lower
 * triangle in row-major order; nothing is read or written above it. */
#include "learn.cuh"

namespace {
/* Smallest pivot of columns scaled to length 1: as on the CPU. */
constexpr double smallest_pivot = 1e-3;

/* l l^T = a + shift I, column by column; *bad becomes 1 when a pivot is below least or no number.
 * All threads of the block; l may be a. */
__device__ void factor(const double *a, double shift, int64_t d, double least, double *l, int *bad)
{
    const int64_t threads = LEARN_BLOCK, at = threadIdx.x;
    for (int64_t t = at; t < d * d; t += threads) {
        const int64_t i = t / d, j = t - i * d;
        if (j <= i) l[t] = a[t] + (i == j ? shift : 0);
    }
    __syncthreads();
    for (int64_t k = 0; k < d; k++) {
        if (at == 0) {
            const double s = l[k * d + k], root = sqrt(s);
            if (!(s > 0) || !isfinite(s) || root < least) *bad = 1;
            l[k * d + k] = root;
        }
        __syncthreads();
        const double pivot = l[k * d + k];
        for (int64_t i = k + 1 + at; i < d; i += threads) l[i * d + k] /= pivot;
        __syncthreads();
        const int64_t rest = d - k - 1;
        for (int64_t t = at; t < rest * rest; t += threads) {
            const int64_t i = k + 1 + t / rest, j = k + 1 + t % rest;
            if (j <= i) l[i * d + j] -= l[i * d + k] * l[j * d + k];
        }
        __syncthreads();
    }
}

/* b [d, t] := l^-1 b */
__device__ void forward(const double *l, int64_t d, double *b, int64_t t)
{
    for (int64_t c = threadIdx.x; c < t; c += LEARN_BLOCK)
        for (int64_t i = 0; i < d; i++) {
            double v = b[i * t + c];
            for (int64_t k = 0; k < i; k++) v -= l[i * d + k] * b[k * t + c];
            b[i * t + c] = v / l[i * d + i];
        }
    __syncthreads();
}

/* b [d, t] := l^-T b */
__device__ void backward(const double *l, int64_t d, double *b, int64_t t)
{
    for (int64_t c = threadIdx.x; c < t; c += LEARN_BLOCK)
        for (int64_t i = d - 1; i >= 0; i--) {
            const double v = b[i * t + c] / l[i * d + i];
            b[i * t + c] = v;
            for (int64_t k = 0; k < i; k++) b[k * t + c] -= l[i * d + k] * v;
        }
    __syncthreads();
}

__global__ void solve_kernel(const double *a, double shift, int64_t d, double *b, int64_t t,
                             double *l, double *info)
{
    CX_SHARED(int, bad, [1]);
    if (threadIdx.x == 0) bad[0] = 0;
    __syncthreads();
    factor(a, shift, d, 0, l, bad);
    forward(l, d, b, t);
    backward(l, d, b, t);
    if (threadIdx.x == 0) *info = bad[0];
}

__global__ void precondition_kernel(double *gram, int64_t d, double *scale, double *first,
                                    double *inverse, double *info)
{
    CX_SHARED(int, bad, [1]);
    const int64_t at = threadIdx.x;
    if (at == 0) bad[0] = 0;
    __syncthreads();
    for (int64_t j = at; j < d; j += LEARN_BLOCK) {
        const double s = sqrt(gram[j * d + j]);
        if (!(s > 0) || !isfinite(s)) atomicExch(bad, 1);
        scale[j] = s;
    }
    __syncthreads();
    for (int64_t t = at; t < d * d; t += LEARN_BLOCK) {
        const int64_t i = t / d, j = t - i * d;
        gram[t] /= scale[i] * scale[j];
        inverse[t] = i == j ? 1 : 0;
    }
    __syncthreads();
    factor(gram, 0, d, smallest_pivot, first, bad);
    backward(first, d, inverse, d);
    for (int64_t t = at; t < d * d; t += LEARN_BLOCK) inverse[t] /= scale[t / d];
    if (at == 0) *info = bad[0];
}

/* r = (second factor)^T (first factor)^T diag(scale), and beside it Q^T y */
__global__ void triangle_kernel(double *gram, double *cross, int64_t d, int64_t t,
                                const double *scale, const double *first, double *r, double *info)
{
    CX_SHARED(int, bad, [1]);
    const int64_t at = threadIdx.x;
    if (at == 0) bad[0] = 0;
    __syncthreads();
    factor(gram, 0, d, 0, gram, bad);
    forward(gram, d, cross, t);
    for (int64_t e = at; e < d * (d + t); e += LEARN_BLOCK) {
        const int64_t i = e / (d + t), j = e - i * (d + t);
        if (j >= d) {
            r[e] = cross[i * t + j - d];
            continue;
        }
        double sum = 0;
        for (int64_t k = i; k <= j; k++) sum += gram[k * d + i] * first[j * d + k];
        r[e] = sum * scale[j];
    }
    if (at == 0) *info = bad[0];
}
} // namespace

cx_status cuda_learn_solve(cx_queue *q, const double *a, double shift, int64_t d, double *b,
                           int64_t t, double *info)
{
    cuda_work l(q);
    CX_STATUS_TRY(l.get("fit", (size_t)(d * d) * sizeof(double)));
    return CX_LAUNCH(solve_kernel, 1, LEARN_BLOCK, 0, q, a, shift, d, b, t, l.as<double>(), info);
}

cx_status cuda_learn_precondition(cx_queue *q, double *gram, int64_t d, double *scale,
                                  double *first, double *inverse, double *info)
{
    return CX_LAUNCH(precondition_kernel, 1, LEARN_BLOCK, 0, q, gram, d, scale, first, inverse,
                     info);
}

cx_status cuda_learn_triangle(cx_queue *q, double *gram, double *cross, int64_t d, int64_t t,
                              const double *scale, const double *first, double *r, double *info)
{
    return CX_LAUNCH(triangle_kernel, 1, LEARN_BLOCK, 0, q, gram, cross, d, t, scale, first, r,
                     info);
}
