/* What fitted models say to rows: scores, one thread each, and what is made of a row's scores, one
 * thread a row. Scores have the CPU's bits; exponentials are CUDA's. */
#include "learn.cuh"

namespace {
__device__ double linear(const cx_learn_scores &m, const double *x, int64_t c)
{
    const double start = m.start != nullptr ? m.start[c] : 0;
    if (m.ld == 1 && m.shift == nullptr) return learn_dot(x, m.w, m.d) + start;
    double sum = start;
    for (int64_t j = 0; j < m.d; j++)
        sum += (m.shift != nullptr ? x[j] - m.shift[j] : x[j]) * m.w[j * m.ld + c];
    return sum;
}

__device__ double gaussian(const cx_learn_scores &m, const double *x, int64_t c)
{
    const double *theta = m.w + c * m.d, *inverse = m.inverse + c * m.d;
    enum { LANES = 8 };
    double s[LANES] = {0};
    int64_t j = 0;
    for (; j + LANES <= m.d; j += LANES)
        for (int l = 0; l < LANES; l++) {
            const double t = x[j + l] - theta[j + l];
            s[l] += t * t * inverse[j + l];
        }
    for (int l = 0; j < m.d; j++, l++) {
        const double t = x[j] - theta[j];
        s[l] += t * t * inverse[j];
    }
    return m.start[c] - 0.5 * (((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])));
}

__global__ void scores_kernel(cx_learn_scores m, double *out)
{
    CX_GRID_STRIDE(int64_t, t, m.n * m.k)
    {
        const int64_t i = t / m.k, c = t - i * m.k;
        const double *x = m.x + i * m.d;
        double v;
        if (m.score == CX_LEARN_LINEAR)
            v = linear(m, x, c);
        else if (m.score == CX_LEARN_GAUSSIAN)
            v = gaussian(m, x, c);
        else
            v = learn_sqdist(x, m.w + c * m.d, m.d);
        if (m.end == CX_LEARN_DIVIDED) v /= m.divisor[c];
        if (m.end == CX_LEARN_ROOTS) v = sqrt(v);
        out[t] = v;
    }
}

__device__ double expit(double v)
{
    if (v >= 0) return 1 / (1 + exp(-v));
    const double e = exp(v);
    return e / (1 + e);
}

__device__ double largest(const double *v, int64_t k)
{
    double top = -INFINITY;
    for (int64_t c = 0; c < k; c++)
        if (v[c] > top) top = v[c];
    return top;
}

__device__ void softmax(const double *v, int64_t k, double *out)
{
    const double top = largest(v, k);
    double sum = 0;
    for (int64_t c = 0; c < k; c++) {
        out[c] = exp(v[c] - top);
        sum += out[c];
    }
    for (int64_t c = 0; c < k; c++) out[c] /= sum;
}

__device__ void log_shares(const double *v, int64_t k, double *out)
{
    double all = largest(v, k);
    if (isfinite(all)) {
        double sum = 0;
        for (int64_t c = 0; c < k; c++) sum += exp(v[c] - all);
        all += log(sum);
    }
    for (int64_t c = 0; c < k; c++) out[c] = v[c] - all;
}

__device__ double first_extreme(const double *v, int64_t k, double sign)
{
    double top = -INFINITY;
    int64_t best = 0;
    for (int64_t c = 0; c < k; c++) {
        if (!(sign * v[c] > top)) continue;
        top = sign * v[c];
        best = c;
    }
    return (double)best;
}

/* raw [n, k] to out; raw may be out where the ends are as wide. */
__global__ void ends_kernel(cx_learn_end end, int64_t n, int64_t k, const double *raw, double *out)
{
    CX_GRID_STRIDE(int64_t, i, n)
    {
        const double *v = raw + i * k;
        switch (end) {
        case CX_LEARN_FIRST_MAX: out[i] = first_extreme(v, k, 1); break;
        case CX_LEARN_FIRST_MIN: out[i] = first_extreme(v, k, -1); break;
        case CX_LEARN_POSITIVE: out[i] = *v > 0 ? 1 : 0; break;
        case CX_LEARN_EXPIT:
            out[2 * i + 1] = expit(*v);
            out[2 * i] = 1 - out[2 * i + 1];
            break;
        case CX_LEARN_SOFTMAX: softmax(v, k, out + i * k); break;
        default:
            log_shares(v, k, out + i * k);
            for (int64_t c = 0; end == CX_LEARN_SHARES && c < k; c++)
                out[i * k + c] = exp(out[i * k + c]);
            break;
        }
    }
}
} // namespace

cx_status cuda_learn_scores(cx_queue *q, const cx_learn_scores *c)
{
    if (c->n == 0 || c->k == 0) return CX_OK;
    const unsigned blocks = cuda_blocks(q, c->n * c->k);
    if (c->end == CX_LEARN_SCORES || c->end == CX_LEARN_DIVIDED || c->end == CX_LEARN_ROOTS)
        return CX_LAUNCH(scores_kernel, blocks, CUDA_BLOCK, 0, q, *c, c->out);
    const bool same =
        c->end == CX_LEARN_SOFTMAX || c->end == CX_LEARN_LOG_SHARES || c->end == CX_LEARN_SHARES;
    cuda_work w(q);
    if (!same) CX_STATUS_TRY(w.get("predict", (size_t)(c->n * c->k) * sizeof(double)));
    double *const raw = same ? c->out : w.as<double>();
    CX_STATUS_TRY(CX_LAUNCH(scores_kernel, blocks, CUDA_BLOCK, 0, q, *c, raw));
    return CX_LAUNCH(ends_kernel, cuda_blocks(q, c->n), CUDA_BLOCK, 0, q, c->end, c->n, c->k, raw,
                     c->out);
}
