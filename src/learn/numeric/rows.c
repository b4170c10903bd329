/* From arrays to plain rows and back.
 *
 * One idea: a batch runs the row kernel that a session runs, in blocks of rows on the pool. Knows
 * arrays and the class table, no algorithm. */
#include "learn/numeric/rows.h"

#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <stdatomic.h>
#include <string.h>

const double *cx__f64_of(const char *where, const cx_array *a)
{
    return cx_data_f64(cx__as(where, a, CX_F64));
}

const int64_t *cx__i64_of(const char *where, const cx_array *a)
{
    return cx_data_i64(cx__as(where, a, CX_I64));
}

cx_status cx__last_status(void)
{
    cx_error e;
    const cx_status st = cx_error_get(&e);
    return st != CX_OK ? st : CX_E_INTERNAL;
}

cx_dtype cx__float_like(const cx_array *a)
{
    return cx_dtype_of(a) == CX_F32 ? CX_F32 : CX_F64;
}

cx_array *cx__new_f64(int64_t rows, int64_t cols, double **data)
{
    const int64_t dim[2] = {rows, cols};
    cx_array *a = cx_empty((cx_shape){.ndim = cols < 0 ? 1 : 2, .dim = dim}, CX_F64, CX_CPU);
    *data = cx_data_f64_mut(a);
    return *data != NULL ? a : NULL;
}

cx_status cx__store(cx_estimator *self, int slot, const cx_array *a, cx_dtype t)
{
    return cx_self_set(self, slot, cx_dtype_of(a) == t ? a : cx_astype(a, t));
}

cx_status cx__store_vector(cx_estimator *self, int slot, const double *v, int64_t n, cx_dtype t)
{
    return cx__store(self, slot, cx_copy_host(v, (cx_shape){.ndim = 1, .dim = &n}, CX_F64), t);
}

cx_status cx__store_matrix(cx_estimator *self, int slot, const double *v, int64_t rows,
                           int64_t cols, cx_dtype t)
{
    const int64_t dim[2] = {rows, cols};
    return cx__store(self, slot, cx_copy_host(v, (cx_shape){.ndim = 2, .dim = dim}, CX_F64), t);
}

const double *cx__slot_f64(const cx_estimator *self, int slot)
{
    return cx__f64_of("predict", cx_self(self, slot));
}

typedef struct rows_job {
    const cx_plan *plan;
    cx_row_kernel *kernel;
    const double *x;
    double *out;
    atomic_int failed;
} rows_job;

static void run_rows(void *ctx, int64_t lo, int64_t hi)
{
    rows_job *job = ctx;
    const cx_plan *p = job->plan;
    const cx_status st =
        job->kernel(p, job->x + lo * p->cols_in, hi - lo, job->out + lo * p->cols_out);
    if (st != CX_OK) atomic_store_explicit(&job->failed, (int)st, memory_order_relaxed);
}

cx_array *cx__by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                      cx__rows_shape shape, cx_dtype result)
{
    return cx__by_kernel(self, method, NULL, x, shape, result);
}

cx_array *cx__by_kernel(const cx_estimator *self, cx_method method, cx_row_kernel *kernel,
                        const cx_array *x, cx__rows_shape shape, cx_dtype result)
{
    const double *data = cx__f64_of("predict", x);
    if (data == NULL) return NULL;
    const int64_t n = cx_dim(x, 0);
    cx__ready ready;
    if (cx_check(cx__plan_make("predict", self, method, CX_ROW_BLOCK, cx_self_features(self),
                               &ready)) != CX_OK)
        return NULL;
    rows_job job = {.plan = &ready.plan, .kernel = kernel != NULL ? kernel : ready.run, .x = data};
    cx_array *out = cx__new_f64(
        n, shape == CX__ROWS_FLAT && ready.plan.cols_out == 1 ? -1 : ready.plan.cols_out, &job.out);
    cx_status st = out != NULL ? cx__parallel_for(n, CX_ROW_BLOCK, run_rows, &job) : CX_OK;
    const cx_status failed = (cx_status)atomic_load_explicit(&job.failed, memory_order_relaxed);
    if (st == CX_OK && failed != CX_OK)
        st = cx__fail(failed, "predict", "%s: a block of rows failed", self->cls->name);
    cx__plan_free(&ready);
    if (cx_check(st) != CX_OK || out == NULL) return NULL;
    return result == CX_F64 ? out : cx_astype(out, result);
}

cx_array *cx__predict_labels(const cx_estimator *self, const cx_array *x, int classes_slot)
{
    return cx_take(cx_self(self, classes_slot),
                   cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_I64), 0);
}

cx_status cx__not_built(const cx_estimator *self, const char *parameter, const char *value,
                        const char *instead)
{
    return cx__fail(CX_E_UNSUPPORTED, "fit", "%s(%s=%s) is not built; %s", self->cls->name,
                    parameter, value, instead);
}
