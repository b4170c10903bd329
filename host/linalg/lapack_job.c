/* The batch under every LAPACK routine: one job, matrix by matrix over the pool's threads, with
 * workspace that each thread allocates once a chunk. It knows nothing of what a job computes; sizes
 * that do not fit LAPACK's integers and failures of any matrix become errors here. */
#include "linalg/lapack.h"

char *host_lap_matrix(const host_lap_job *j, const cx_view *v, int64_t i, int *ld)
{
    const host_mat a = host_mat_at(v, i);
    const int64_t rows = host_rows_of(v), cols = host_cols_of(v);
    const int64_t along = j->row ? cols : rows, step = j->row ? a.rs : a.cs;
    *ld = (int)((j->row ? rows : cols) > 1 ? step : along > 1 ? along : 1);
    return a.p;
}

char *host_lap_vector(const cx_view *v, int64_t i)
{
    char *p = v->data;
    for (int d = v->ndim - 2; d >= 0; d--) {
        p += i % v->shape[d] * v->stride[d];
        i /= v->shape[d];
    }
    return p;
}

bool host_lap_in_rows(int count, const cx_view *const views[])
{
    for (int i = 0; i < count; i++) {
        const cx_view *const v = views[i];
        if (!v || host_rows_of(v) <= 1 || host_cols_of(v) <= 1) continue;
        return v->stride[v->ndim - 1] == (int64_t)cx_dtype_size(v->dtype) &&
               v->stride[v->ndim - 2] >= host_cols_of(v) * (int64_t)cx_dtype_size(v->dtype);
    }
    return true;
}

static size_t padded(int64_t count, int64_t size)
{
    return ((size_t)count * (size_t)size + 63) & ~(size_t)63;
}

void *host_lap_work_new(const host_lap_job *j, host_lap_work *w)
{
    const size_t work = padded(w->lwork, j->size), real = padded(w->lrwork, j->real_size),
                 ints = padded(w->liwork, sizeof(int));
    char *const block = host_core->alloc(work + real + ints + 64);
    if (!block) return NULL;
    w->work = block;
    w->rwork = block + work;
    w->iwork = (int *)(void *)(block + work + real);
    return block;
}

static void job_body(void *ctx, int64_t lo, int64_t hi)
{
    host_lap_job *const j = ctx;
    host_lap_work w = j->sizes;
    void *const block = host_lap_work_new(j, &w);
    cx_status st = block ? CX_OK : CX_E_NOMEM;
    for (int64_t i = lo; i < hi && st == CX_OK; i++) st = j->one(j, i, &w);
    if (block) host_core->free(block);
    int none = CX_OK;
    if (st != CX_OK) atomic_compare_exchange_strong(&j->st, &none, (int)st);
}

cx_status host_lap_run(host_lap_job *j, double flops)
{
    const int64_t batch = host_batch(j->a);
    if (batch == 0) return CX_OK;
    const int64_t sizes[] = {j->m, j->n, j->k, j->sizes.lwork, j->sizes.lrwork, j->sizes.liwork};
    for (int i = 0; i < 6; i++)
        if (sizes[i] > INT_MAX)
            return host_core->fail(
                CX_E_UNSUPPORTED, j->where,
                "(%lld, %lld) is past the 32-bit sizes of LAPACK (workspace of %lld elements)",
                (long long)j->m, (long long)j->n, (long long)j->sizes.lwork);
    cx_status st = CX_OK;
    if (batch > 1 && flops < 2e7) {
        const double chunk = 2e5 / (flops + 500);
        st = host_core->parallel_for(batch, chunk > 1 ? (int64_t)chunk : 1, job_body, j);
    } else {
        for (int64_t i = 0; i < batch && st == CX_OK && atomic_load(&j->st) == CX_OK; i++) {
            st = host_core->poll(j->where);
            if (st == CX_OK) job_body(j, i, i + 1);
        }
    }
    const cx_status inner = (cx_status)atomic_load(&j->st);
    if (st != CX_OK) return st;
    if (inner == CX_E_NOMEM)
        return host_core->fail(CX_E_NOMEM, j->where,
                               "cannot allocate workspace for (%lld, %lld): %lld elements",
                               (long long)j->m, (long long)j->n, (long long)j->sizes.lwork);
    if (inner == CX_E_INTERNAL)
        return host_core->fail(CX_E_INTERNAL, j->where, "LAPACK refused an argument");
    return inner;
}
