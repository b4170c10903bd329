/* Sums over rows with a fixed tree, and the one-row loops that everybody uses.
 *
 * A chunk adds its rows into a partial sum of its own; the partial sums are added in chunk order.
 * Knows rows of float64, nothing of estimators. */
#include "learn/learn.h"
#include "learn/loops.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_PARTIAL = 1 << 21 /* numbers in all partial sums together: 16 MiB */ };

typedef struct sum_job {
    host_rows_fn *fn;
    void *ctx;
    double *partial;
    int64_t grain, width;
    atomic_int failed;
} sum_job;

static void sum_chunk(void *ctx, int64_t lo, int64_t hi)
{
    sum_job *job = ctx;
    double *const sum = job->partial + lo / job->grain * job->width;
    memset(sum, 0, (size_t)job->width * sizeof *sum);
    const cx_status st = job->fn(job->ctx, lo, hi, sum);
    if (st != CX_OK) atomic_store_explicit(&job->failed, (int)st, memory_order_relaxed);
}

/* Chunks so few that the partial sums stay small; a function of the sizes only. */
static int64_t grain_for(int64_t n, int64_t grain, int64_t width)
{
    const int64_t most = MAX_PARTIAL / (width > 0 ? width : 1);
    const int64_t chunks = most < 16 ? 16 : most;
    const int64_t least = (n + chunks - 1) / chunks;
    return grain > least ? grain : least;
}

cx_status host_row_chunks(int64_t n, int64_t grain, int64_t width, host_rows_fn *fn, void *ctx,
                          double **partial, int64_t *chunks)
{
    sum_job job = {.fn = fn, .ctx = ctx, .grain = grain_for(n, grain, width), .width = width};
    *chunks = (n + job.grain - 1) / job.grain;
    *partial = job.partial = host_numbers("partial sums", *chunks, width);
    if (job.partial == NULL) return CX_E_NOMEM;
    cx_status st = host_core->parallel_for(n, job.grain, sum_chunk, &job);
    const cx_status failed = (cx_status)atomic_load_explicit(&job.failed, memory_order_relaxed);
    if (st == CX_OK && failed != CX_OK)
        st = host_core->fail(failed, "fit", "a chunk of rows failed");
    return st;
}

/* Partial sums of some columns, in the order of the chunks. */
typedef struct join_job {
    const double *partial;
    int64_t chunks, width;
    double *out;
} join_job;

static void join_columns(void *ctx, int64_t lo, int64_t hi)
{
    const join_job *const job = ctx;
    for (int64_t c = 0; c < job->chunks; c++)
        HOST_PICK(host_learn_loops_table)
            ->add(job->partial + c * job->width + lo, 1, hi - lo, NULL, job->out + lo);
}

cx_status host_sum_rows(int64_t n, int64_t grain, int64_t width, host_rows_fn *fn, void *ctx,
                        double *out)
{
    enum { COLUMNS = 1024 }; /* that one thread joins */
    memset(out, 0, (size_t)width * sizeof *out);
    if (n <= 0) return CX_OK;
    double *partial = NULL;
    int64_t chunks = 0;
    cx_status st = host_row_chunks(n, grain, width, fn, ctx, &partial, &chunks);
    join_job job = {partial, chunks, width, out};
    if (st == CX_OK && width <= COLUMNS)
        join_columns(&job, 0, width);
    else if (st == CX_OK)
        st = host_core->parallel_for(width, COLUMNS, join_columns, &job);
    host_core->free(partial);
    return st;
}

double *host_numbers(const char *what, int64_t rows, int64_t cols)
{
    const bool fits = cols <= 0 || rows <= INT64_MAX / 16 / cols;
    double *p = NULL;
    if (fits) p = host_core->alloc((size_t)(rows * cols) * sizeof *p);
    if (p == NULL)
        (void)host_core->fail(CX_E_NOMEM, "fit", "cannot allocate %lld x %lld numbers for %s",
                              (long long)rows, (long long)cols, what);
    return p;
}

static cx_status gemm(cx_dtype t, int64_t size, bool ta, bool tb, int64_t m, int64_t n, int64_t k,
                      double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                      double beta, void *c, int64_t ldc)
{
    cx_view va = {.data = (void *)(uintptr_t)a, .dtype = t, .ndim = 2},
            vb = {.data = (void *)(uintptr_t)b, .dtype = t, .ndim = 2},
            vc = {.data = c, .dtype = t, .ndim = 2};
    va.shape[0] = m, va.shape[1] = k, vb.shape[0] = k, vb.shape[1] = n, vc.shape[0] = m,
    vc.shape[1] = n;
    va.stride[ta ? 1 : 0] = lda * size, va.stride[ta ? 0 : 1] = size;
    vb.stride[tb ? 1 : 0] = ldb * size, vb.stride[tb ? 0 : 1] = size;
    vc.stride[0] = ldc * size, vc.stride[1] = size;
    return host_blas_ops.gemm(
        NULL, &(const cx_gemm_call){.a = &va, .b = &vb, .out = &vc, .alpha = alpha, .beta = beta});
}

cx_status host_gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                        const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                        double *c, int64_t ldc)
{
    return gemm(CX_F64, sizeof *a, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

cx_status host_gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                        const float *a, int64_t lda, const float *b, int64_t ldb, double beta,
                        float *c, int64_t ldc)
{
    return gemm(CX_F32, sizeof *a, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

double host_logsumexp(const double *v, int64_t n)
{
    double top = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        if (v[i] > top) top = v[i];
    if (!isfinite(top)) return top;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += exp(v[i] - top);
    return top + log(sum);
}

void host_softmax(double *v, int64_t n)
{
    double top = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++)
        if (v[i] > top) top = v[i];
    for (int64_t i = 0; i < n; i++) {
        v[i] = exp(v[i] - top);
        sum += v[i];
    }
    for (int64_t i = 0; i < n; i++) v[i] /= sum;
}

double host_expit(double v)
{
    if (v >= 0) return 1 / (1 + exp(-v));
    const double e = exp(v);
    return e / (1 + e);
}

double host_sqdist(const double *a, const double *b, int64_t d)
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

double host_dot(const double *a, const double *b, int64_t d)
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
