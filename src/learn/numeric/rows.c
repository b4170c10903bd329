/* Attributes in, rows through a kernel and out.
 *
 * One idea: a batch runs the row kernel that a session runs: on the CPU in blocks of rows on the
 * pool, on another device in one call over its memory. Knows arrays and the class table, no
 * algorithm. */
#include "learn/numeric/rows.h"

#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <stdatomic.h>
#include <string.h>

cx_status cx__store(cx_estimator *self, int slot, const cx_array *a, cx_dtype t)
{
    return cx_self_set(self, slot, cx_ascontiguous(cx_dtype_of(a) == t ? a : cx_astype(a, t)));
}

cx_array *cx__slot_f64(const cx_estimator *self, int slot)
{
    return cx__as("predict", cx_self(self, slot), CX_F64);
}

typedef struct rows_job {
    const cx_plan *plan;
    cx_row_kernel *kernel;
    const double *x;
    double *out;
    const cx__late *late; /* the rows are looked at here; or NULL */
    atomic_bool spoiled;  /* and one of them is not finite */
    atomic_int failed;
} rows_job;

static void run_rows(void *ctx, int64_t lo, int64_t hi)
{
    rows_job *job = ctx;
    const cx_plan *p = job->plan;
    if (job->late != NULL &&
        !cx__all_finite(job->x + lo * p->cols_in, (hi - lo) * p->cols_in, job->late->allow_nan)) {
        atomic_store_explicit(&job->spoiled, true, memory_order_relaxed);
        memset(job->out + lo * p->cols_out, 0,
               (size_t)((hi - lo) * p->cols_out) * sizeof *job->out);
        return; /* places that are there: the call fails in its end */
    }
    const cx_status st =
        job->kernel(p, job->x + lo * p->cols_in, hi - lo, job->out + lo * p->cols_out);
    if (st != CX_OK) atomic_store_explicit(&job->failed, (int)st, memory_order_relaxed);
}

static cx_status run_all(rows_job *job, int64_t n)
{
    const cx__site *site = cx__plan_site(job->plan);
    if (site->device.kind != CX_DEVICE_CPU) {
        CX__TRY(job->kernel(job->plan, job->x, n, job->out));
        const cx__plan_owner *const owner = job->plan->memory_;
        for (int i = 0; i < owner->used; i++) cx__used(owner->parameter[i]);
        return CX_OK;
    }
    const int64_t block = job->plan->max_rows;
    CX__TRY(cx__parallel_for(n, block > 0 ? block : 1, run_rows, job));
    const cx_status failed = (cx_status)atomic_load_explicit(&job->failed, memory_order_relaxed);
    return failed == CX_OK ? CX_OK : cx__fail(failed, site->where, "a block of rows failed");
}

cx_array *cx__by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                      cx__rows_shape shape, cx_dtype result)
{
    return cx__by_kernel(self, method, NULL, x, shape, result);
}

cx_array *cx__by_kernel(const cx_estimator *self, cx_method method, cx_row_kernel *kernel,
                        const cx_array *x, cx__rows_shape shape, cx_dtype result)
{
    const int64_t n = cx_dim(x, 0);
    const cx_device d = cx_device_of(x);
    cx__ready ready;
    if (cx_check(cx__plan_batch("predict", self, method, n, cx_self_features(self), d, &ready)) !=
        CX_OK)
        return NULL;
    const cx__site *site = cx__plan_site(&ready.plan);
    const int64_t cols = ready.plan.cols_out;
    cx_array *out = cx__new_f64(site, n, shape == CX__ROWS_FLAT && cols == 1 ? -1 : cols);
    rows_job job = {.plan = &ready.plan,
                    .kernel = kernel != NULL ? kernel : ready.run,
                    .x = cx__at(cx__f64(site, x)),
                    .out = cx__at(out)};
    cx__late *const late = cx__late_of(x);
    job.late = late;
    cx_status st = cx__so_far();
    if (st == CX_OK && cols > 0) {
        st = run_all(&job, n);
        if (late != NULL && !atomic_load_explicit(&job.spoiled, memory_order_relaxed))
            late->x = NULL;
    }
    cx__plan_free(&ready);
    if (cx_check(st) != CX_OK) return NULL;
    return result == CX_F64 ? out : cx_astype(out, result);
}

cx_array *cx__predict_labels(const cx_estimator *self, const cx_array *x, int classes_slot)
{
    return cx_take(cx_self(self, classes_slot),
                   cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_I64), 0);
}

cx_status cx__scores_end(const cx_plan *p, cx_learn_end end, const double *x, int64_t rows,
                         double *out)
{
    const cx__site *s = cx__plan_site(p);
    cx_learn_scores call = *(const cx_learn_scores *)p->state;
    call.n = rows;
    call.x = x;
    call.out = out;
    call.end = end;
    return s->ops->scores(s->queue, &call);
}

cx_status cx__scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return cx__scores_end(p, ((const cx_learn_scores *)p->state)->end, x, rows, out);
}

cx_status cx__host_only(const cx_estimator *self, const char *where, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, where,
                    "%s is fitted step after step, on the CPU only; fit there, then "
                    "cx_estimator_to",
                    self->cls->name);
}

cx_status cx__not_built(const cx_estimator *self, const char *parameter, const char *value,
                        const char *instead)
{
    return cx__fail(CX_E_UNSUPPORTED, "fit", "%s(%s=%s) is not built; %s", self->cls->name,
                    parameter, value, instead);
}
