/* Eigenvalues of general matrices on cuSOLVER, one matrix after the other on the queue. Of a real
 * matrix the library packs values and vectors as LAPACK does, so a kernel spreads them out into
 * complex numbers. The function is newer than the library's others and may be missing. */
#include "lapack.h"

typedef struct eig {
    cusolverEigMode_t mode;
    int64_t n, lda, ldv;   /* ldv: of the library's vectors */
    void *parts, *columns; /* the library's, of a real matrix */
    size_t device, host;
} eig;

static cx_status eig_size(lap *l, eig *e, const void *a, cudaDataType tw, const void *w,
                          const void *v)
{
    LAP_TRY(l, "cusolverDnXgeev_bufferSize",
            l->s.lib->cusolverDnXgeev_bufferSize(
                l->s.handle, l->s.params, CUSOLVER_EIG_MODE_NOVECTOR, e->mode, e->n, l->t, a,
                e->lda, tw, w, l->t, NULL, 1, l->t, v, e->ldv, l->t, &e->device, &e->host));
    return cuda_lap_work(l, e->device, e->host);
}

static cx_status eig_each(lap *l, eig *e, const cx_view *a, const cx_view *w, const cx_view *v)
{
    const bool real = l->dtype == l->real;
    int64_t ldv = 1;
    for (int64_t i = 0; i < l->batch; i++) {
        void *const p = cuda_lap_matrix(a, false, i, &e->lda),
                    *const values = cuda_batch_at(w, 1, i),
                    *const vectors = v != NULL ? cuda_lap_matrix(v, false, i, &ldv) : NULL;
        e->ldv = real && v != NULL ? e->n : ldv;
        void *const lib_w = real ? e->parts : values, *const lib_v = real ? e->columns : vectors;
        if (i == 0) CX_STATUS_TRY(eig_size(l, e, p, l->t, lib_w, lib_v));
        LAP_TRY(l, "cusolverDnXgeev",
                l->s.lib->cusolverDnXgeev(l->s.handle, l->s.params, CUSOLVER_EIG_MODE_NOVECTOR,
                                          e->mode, e->n, l->t, p, e->lda, l->t, lib_w, l->t, NULL,
                                          1, l->t, lib_v, e->ldv, l->t, l->work, e->device, l->host,
                                          e->host, l->info + i));
        if (real)
            CX_STATUS_TRY(
                cuda_spread_pairs(l->q, l->real, e->n, e->parts, e->columns, values, vectors, ldv));
    }
    return CX_OK;
}

cx_status cuda_geev(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *v,
                    int64_t *info)
{
    lap l;
    eig e = {.mode = v != NULL ? CUSOLVER_EIG_MODE_VECTOR : CUSOLVER_EIG_MODE_NOVECTOR,
             .n = cuda_rows(a)};
    if (e.n == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_lap_open(&l, q, "eig", a));
    if (l.s.lib->cusolverDnXgeev == NULL || l.s.lib->cusolverDnXgeev_bufferSize == NULL)
        return cuda_core->fail(CX_E_UNSUPPORTED, l.where,
                               "this cuSOLVER has no function cusolverDnXgeev (CUDA 12.6 has)");
    const size_t size = (size_t)cuda_dtype_size(l.real);
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK && l.dtype == l.real)
        st = cuda_work_alloc(q, l.where, 2 * (size_t)e.n * size, &e.parts);
    if (st == CX_OK && l.dtype == l.real && v != NULL)
        st = cuda_work_alloc(q, l.where, (size_t)e.n * (size_t)e.n * size, &e.columns);
    if (st == CX_OK) st = eig_each(&l, &e, a, w, v);
    if (e.parts != NULL) cuda_work_free(q, e.parts);
    if (e.columns != NULL) cuda_work_free(q, e.columns);
    return cuda_lap_close(&l, st, info);
}
