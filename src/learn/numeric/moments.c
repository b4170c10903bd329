/* Column statistics and centred products.
 *
 * The mean comes first, then deviations from it: large offsets lose no digits. NaN entries are
 * missing values; the loops that skip them run only when a plain sum came out NaN. */
#include "learn/numeric/numeric.h"

#include "base/threads.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { ROW_GRAIN = 512, BLOCK = 128 };

typedef struct column_job {
    const double *x, *weight, *mean;
    double *z;
    int64_t d;
    bool skip_nan;
} column_job;

/* sum: d sums of w x, then d (or 1, without NaN) sums of w. */
static cx_status add_values(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    double *count = sum + d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        const double w = job->weight != NULL ? job->weight[i] : 1;
        if (!job->skip_nan) {
            for (int64_t j = 0; j < d; j++) sum[j] += w * row[j];
            count[0] += w;
            continue;
        }
        for (int64_t j = 0; j < d; j++) {
            const bool there = !isnan(row[j]);
            sum[j] += there ? w * row[j] : 0;
            count[j] += there ? w : 0;
        }
    }
    return CX_OK;
}

/* sum: d sums of w t, then d sums of w t^2, where t = x - mean. */
static cx_status add_squares(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    double *square = sum + d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        const double w = job->weight != NULL ? job->weight[i] : 1;
        for (int64_t j = 0; j < d; j++) {
            double t = row[j] - job->mean[j];
            if (job->skip_nan && isnan(row[j])) t = 0;
            sum[j] += w * t;
            square[j] += w * t * t;
        }
    }
    return CX_OK;
}

static bool any_nan(const double *v, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        if (isnan(v[j])) return true;
    return false;
}

cx_status cx__moments(const char *where, const double *x, int64_t n, int64_t d,
                      const double *weight, double *count, double *mean, double *m2)
{
    double *sum = cx__scratch_f64(where, "column sums", 2, d + 1);
    if (sum == NULL) return CX_E_NOMEM;
    column_job job = {.x = x, .weight = weight, .d = d};
    cx_status st = cx__sum_rows(where, n, ROW_GRAIN, d + 1, add_values, &job, sum);
    if (st == CX_OK && any_nan(sum, d)) {
        job.skip_nan = true;
        st = cx__sum_rows(where, n, ROW_GRAIN, 2 * d, add_values, &job, sum);
    }
    if (st != CX_OK) goto done;
    for (int64_t j = 0; j < d; j++) {
        count[j] = sum[job.skip_nan ? d + j : d];
        mean[j] = sum[j] / count[j];
    }
    if (m2 == NULL) goto done;
    job.mean = mean;
    st = cx__sum_rows(where, n, ROW_GRAIN, 2 * d, add_squares, &job, sum);
    for (int64_t j = 0; st == CX_OK && j < d; j++) m2[j] = sum[d + j] - sum[j] * sum[j] / count[j];
done:
    cx__scratch_free(sum);
    return st;
}

static void center_rows(void *ctx, int64_t lo, int64_t hi)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        double *z = job->z + i * d;
        const double w = job->weight != NULL ? sqrt(job->weight[i]) : 1;
        for (int64_t j = 0; j < d; j++)
            z[j] = (job->mean != NULL ? row[j] - job->mean[j] : row[j]) * w;
    }
}

cx_status cx__center(const char *where, const double *x, int64_t n, int64_t d, const double *mean,
                     const double *weight, double *z)
{
    (void)where;
    column_job job = {.x = x, .weight = weight, .mean = mean, .z = z, .d = d};
    return cx__parallel_for(n, ROW_GRAIN, center_rows, &job);
}

static cx_status add_gram(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    if (job->mean == NULL) {
        const double *x = job->x + lo * d;
        return cx__gemm_f64(true, false, d, d, hi - lo, 1, x, d, x, d, 1, sum, d);
    }
    double *z = cx__scratch_f64("fit", "a block of rows", BLOCK, d);
    if (z == NULL) return CX_E_NOMEM;
    cx_status st = CX_OK;
    for (int64_t i = lo; st == CX_OK && i < hi; i += BLOCK) {
        const int64_t rows = hi - i < BLOCK ? hi - i : BLOCK;
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < d; j++) z[r * d + j] = job->x[(i + r) * d + j] - job->mean[j];
        st = cx__gemm_f64(true, false, d, d, rows, 1, z, d, z, d, 1, sum, d);
    }
    cx__scratch_free(z);
    return st;
}

cx_status cx__gram(const char *where, const double *x, int64_t n, int64_t d, const double *mean,
                   double *gram)
{
    column_job job = {.x = x, .mean = mean, .d = d};
    CX__TRY(cx__sum_rows(where, n, 4 * ROW_GRAIN, d * d, add_gram, &job, gram));
    for (int64_t i = 0; i < d; i++) /* the product's two halves may differ in the last bit */
        for (int64_t j = 0; j < i; j++) gram[j * d + i] = gram[i * d + j];
    return CX_OK;
}
