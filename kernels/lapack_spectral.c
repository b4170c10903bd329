/* SVD, Hermitian eigenvalues and least squares on cuSOLVER. Its SVD wants at least as many rows as
 * columns, in columns; a matrix in rows is its transpose, whose factors change places, so half of
 * the cases run where the matrix stands and the others on a transposed copy.
 *
 * Stacks of matrices of up to 32 x 32 go to kernels of our own (small/). Elsewhere values that are
 * not finite are told through info, as no convergence: the library does not. */
#include "lapack.h"
#include "small/small.h"
#include <string.h>

static void *vector(const cx_view *v, int64_t i)
{
    return cuda_batch_at(v, 1, i);
}

static cx_view transposed(cx_view v)
{
    const int64_t shape = v.shape[0], stride = v.stride[0];
    v.shape[0] = v.shape[1], v.stride[0] = v.stride[1];
    v.shape[1] = shape, v.stride[1] = stride;
    return v;
}

/* Memory for the call; what is there is given back by room_free. */
enum { ROOMS = 8 };
typedef struct room {
    void *p[ROOMS];
    int count;
} room;
static cx_status room_get(room *r, const lap *l, int64_t elements, cx_dtype t, void **out)
{
    const int64_t size = cuda_dtype_size(t);
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, (size_t)((elements > 0 ? elements : 1) * size),
                                  &r->p[r->count]));
    *out = r->p[r->count++];
    return CX_OK;
}
static void room_free(room *r, const lap *l)
{
    while (r->count > 0) cuda_work_free(l->q, r->p[--r->count]);
}

/* ---- SVD */
/* The library's problem: x [m, n] in columns with m >= n into u [m, k], s, vt [n, n]. */
typedef struct svd {
    signed char job;
    int64_t m, n, k;
    size_t device, host;
} svd;

static cx_status svd_prepare(lap *l, svd *p, const void *x, int64_t ldx, const void *s,
                             const void *u, int64_t ldu, const void *vt, int64_t ldvt)
{
    LAP_TRY(l, "cusolverDnXgesvd_bufferSize",
            l->s.lib->cusolverDnXgesvd_bufferSize(l->s.handle, l->s.params, p->job, p->job, p->m,
                                                  p->n, l->t, x, ldx, l->r, s, l->t, u, ldu, l->t,
                                                  vt, ldvt, l->t, &p->device, &p->host));
    return cuda_lap_work(l, p->device, p->host);
}

static cx_status svd_run(lap *l, const svd *p, void *x, int64_t ldx, void *s, void *u, int64_t ldu,
                         void *vt, int64_t ldvt, int *info)
{
    LAP_TRY(l, "cusolverDnXgesvd",
            l->s.lib->cusolverDnXgesvd(l->s.handle, l->s.params, p->job, p->job, p->m, p->n, l->t,
                                       x, ldx, l->r, s, l->t, u, ldu, l->t, vt, ldvt, l->t, l->work,
                                       p->device, l->host, p->host, info));
    return CX_OK;
}

/* A batch in its natural order: matrices [p, q] in columns, its factors left [p, .] and right
 * [., q]. */
typedef struct natural {
    bool row;
    int64_t p, q;
    const cx_view *a, *s, *left, *right;
} natural;

/* Matrix i of v as a view of its memory in columns. */
static cx_view in_columns(const natural *c, const cx_view *v, int64_t i)
{
    int64_t ld;
    void *const p = cuda_lap_matrix(v, c->row, i, &ld);
    const int64_t rows = cuda_rows(v), cols = cuda_cols(v);
    return cuda_matrix_view(v->dtype, p, c->row ? cols : rows, c->row ? rows : cols, false, ld);
}

static cx_status svd_here(lap *l, const natural *c, svd *p)
{
    const int64_t size = cuda_dtype_size(l->dtype);
    for (int64_t i = 0; i < l->batch; i++) {
        const cx_view x = in_columns(c, c->a, i);
        cx_view u = {.data = NULL, .stride = {0, p->m * size}}, vt = {.stride = {0, p->n * size}};
        if (c->left != NULL) {
            u = in_columns(c, c->left, i);
            vt = in_columns(c, c->right, i);
        }
        if (i == 0)
            CX_STATUS_TRY(svd_prepare(l, p, x.data, x.stride[1] / size, c->s->data, u.data,
                                      u.stride[1] / size, vt.data, vt.stride[1] / size));
        CX_STATUS_TRY(svd_run(l, p, x.data, x.stride[1] / size, vector(c->s, i), u.data,
                              u.stride[1] / size, vt.data, vt.stride[1] / size, l->info + i));
    }
    return CX_OK;
}

/* On transposed copies: a = (x)^T has the factors vt^T and u^T. */
static cx_status svd_turned(lap *l, const natural *c, svd *p, room *r)
{
    void *x = NULL, *u = NULL, *vt = NULL;
    CX_STATUS_TRY(room_get(r, l, p->m * p->n, l->dtype, &x));
    if (c->left != NULL) {
        CX_STATUS_TRY(room_get(r, l, p->m * p->k, l->dtype, &u));
        CX_STATUS_TRY(room_get(r, l, p->n * p->n, l->dtype, &vt));
    }
    const cx_view vx = cuda_matrix_view(l->dtype, x, p->m, p->n, false, p->m),
                  vu = cuda_matrix_view(l->dtype, u, p->m, p->k, false, p->m),
                  vv = cuda_matrix_view(l->dtype, vt, p->n, p->n, false, p->n);
    CX_STATUS_TRY(svd_prepare(l, p, x, p->m, c->s->data, u, p->m, vt, p->n));
    for (int64_t i = 0; i < l->batch; i++) {
        const cx_view a = transposed(in_columns(c, c->a, i));
        CX_STATUS_TRY(cuda_copy(l->q, &a, &vx));
        CX_STATUS_TRY(svd_run(l, p, x, p->m, vector(c->s, i), u, p->m, vt, p->n, l->info + i));
        if (c->left == NULL) continue;
        const cx_view left = transposed(in_columns(c, c->left, i)),
                      right = transposed(in_columns(c, c->right, i));
        CX_STATUS_TRY(cuda_copy(l->q, &vv, &left));
        CX_STATUS_TRY(cuda_copy(l->q, &vu, &right));
    }
    return CX_OK;
}

cx_status cuda_gesdd(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                     const cx_view *vh, int64_t *info)
{
    lap l;
    room r = {.count = 0};
    const int64_t m = cuda_rows(a), n = cuda_cols(a), small = m < n ? m : n, large = m < n ? n : m;
    if (m == 0 || n == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    if (cuda_small(a) && cuda_small_step(s, 1) && cuda_small_step(u, 2) && cuda_small_step(vh, 2)) {
        CX_STATUS_TRY(cuda_lap_begin(&l, q, "svd", a));
        cx_status st = cuda_lap_info_new(&l);
        if (st == CX_OK) st = cuda_small_svd(q, a, s, u, vh, l.info);
        return cuda_lap_close(&l, st, info);
    }
    CX_STATUS_TRY(cuda_lap_open(&l, q, "svd", a));
    const cx_view *const all[] = {a, u, vh};
    const bool row = cuda_lap_in_rows(3, all),
               full = u != NULL && cuda_cols(u) == m && cuda_rows(vh) == n;
    const natural c = {.row = row,
                       .p = row ? n : m,
                       .q = row ? m : n,
                       .a = a,
                       .s = s,
                       .left = row ? vh : u,
                       .right = row ? u : vh};
    svd p = {.job = u == NULL ? 'N'
                    : full    ? 'A'
                              : 'S',
             .m = large,
             .n = small,
             .k = full ? large : small};
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = c.p >= c.q ? svd_here(&l, &c, &p) : svd_turned(&l, &c, &p, &r);
    if (st == CX_OK) st = cuda_flag_nonfinite(q, s, l.info, (int)small);
    room_free(&r, &l);
    return cuda_lap_close(&l, st, info);
}

/* ---- Hermitian eigenvalues */
typedef struct eig {
    cusolverEigMode_t mode;
    cublasFillMode_t fill;
    int64_t n, ld;
} eig;

static cx_status eig_many(lap *l, const eig *e, void *a, void *w)
{
    const cuda_cusolver *const lib = l->s.lib;
    size_t device = 0, host = 0;
    LAP_TRY(l, "cusolverDnXsyevBatched_bufferSize",
            lib->cusolverDnXsyevBatched_bufferSize(l->s.handle, l->s.params, e->mode, e->fill, e->n,
                                                   l->t, a, e->ld, l->r, w, l->t, &device, &host,
                                                   l->batch));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    LAP_TRY(l, "cusolverDnXsyevBatched",
            lib->cusolverDnXsyevBatched(l->s.handle, l->s.params, e->mode, e->fill, e->n, l->t, a,
                                        e->ld, l->r, w, l->t, l->work, device, l->host, host,
                                        l->info, l->batch));
    return CX_OK;
}

static cx_status eig_each(lap *l, const eig *e, const cx_view *a, const cx_view *w)
{
    const cuda_cusolver *const lib = l->s.lib;
    size_t device = 0, host = 0;
    LAP_TRY(l, "cusolverDnXsyevd_bufferSize",
            lib->cusolverDnXsyevd_bufferSize(l->s.handle, l->s.params, e->mode, e->fill, e->n, l->t,
                                             a->data, e->ld, l->r, w->data, l->t, &device, &host));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    for (int64_t i = 0; i < l->batch; i++) {
        int64_t ld;
        void *const p = cuda_lap_matrix(a, false, i, &ld);
        LAP_TRY(l, "cusolverDnXsyevd",
                lib->cusolverDnXsyevd(l->s.handle, l->s.params, e->mode, e->fill, e->n, l->t, p, ld,
                                      l->r, vector(w, i), l->t, l->work, device, l->host, host,
                                      l->info + i));
    }
    return CX_OK;
}

cx_status cuda_heevd(cx_queue *q, bool upper, bool vectors, const cx_view *a, const cx_view *w,
                     int64_t *info)
{
    enum { SMALL = 64 }; /* up to here one call for all is better than one each */
    lap l;
    eig e = {.mode = vectors ? CUSOLVER_EIG_MODE_VECTOR : CUSOLVER_EIG_MODE_NOVECTOR,
             .fill = upper ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER,
             .n = cuda_rows(a)};
    if (e.n == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    if (cuda_small(a) && cuda_small_step(w, 1)) {
        CX_STATUS_TRY(cuda_lap_begin(&l, q, "eigh", a));
        cx_status st = cuda_lap_info_new(&l);
        if (st == CX_OK) st = cuda_small_eigh(q, upper, vectors, a, w, l.info);
        return cuda_lap_close(&l, st, info);
    }
    CX_STATUS_TRY(cuda_lap_open(&l, q, "eigh", a));
    void *const first = cuda_lap_matrix(a, false, 0, &e.ld);
    const bool dense = a->ndim == 3 && a->stride[0] == e.ld * e.n * cuda_itemsize(a) &&
                       w->ndim == 2 && w->stride[0] == e.n * cuda_itemsize(w);
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK)
        st = dense && l.batch > 1 && e.n <= SMALL ? eig_many(&l, &e, first, w->data)
                                                  : eig_each(&l, &e, a, w);
    if (st == CX_OK) st = cuda_flag_nonfinite(q, w, l.info, (int)e.n);
    return cuda_lap_close(&l, st, info);
}

/* ---- least squares */
/* b = Q^H b and x = R for a = Q R with more rows than columns. */
static cx_status reduce_rows(lap *l, const cx_view *a, const cx_view *b, const cx_view *x, room *r)
{
    const cuda_cusolver *const lib = l->s.lib;
    const int64_t m = cuda_rows(a), n = cuda_cols(a), cols = cuda_cols(b);
    int64_t lda, ldb;
    void *const pa = cuda_lap_matrix(a, false, 0, &lda), *const pb =
                                                             cuda_lap_matrix(b, false, 0, &ldb);
    void *tau = NULL, *work = NULL;
    size_t device = 0, host = 0;
    int lwork = 0;
    CX_STATUS_TRY(cuda_lap_fits(l, lda, cols, ldb));
    CX_STATUS_TRY(room_get(r, l, n, l->dtype, &tau));
    LAP_TRY(l, "cusolverDnXgeqrf_bufferSize",
            lib->cusolverDnXgeqrf_bufferSize(l->s.handle, l->s.params, m, n, l->t, pa, lda, l->t,
                                             tau, l->t, &device, &host));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    LAP_TRY(l, "cusolverDnXgeqrf",
            lib->cusolverDnXgeqrf(l->s.handle, l->s.params, m, n, l->t, pa, lda, l->t, tau, l->t,
                                  l->work, device, l->host, host, l->info + 2));
    LAP_TRY(l, "cusolverDnOrmqr_bufferSize",
            l->typed->ormqr_size(&l->s, CUBLAS_SIDE_LEFT, true, (int)m, (int)cols, (int)n, pa,
                                 (int)lda, tau, pb, (int)ldb, &lwork));
    CX_STATUS_TRY(room_get(r, l, lwork, l->dtype, &work));
    LAP_TRY(l, "cusolverDnOrmqr",
            l->typed->ormqr(&l->s, CUBLAS_SIDE_LEFT, true, (int)m, (int)cols, (int)n, pa, (int)lda,
                            tau, pb, (int)ldb, work, lwork, l->info + 2));
    cx_view top = *a;
    top.shape[0] = n;
    CX_STATUS_TRY(cuda_copy(l->q, &top, x));
    return cuda_zero_triangle(l->q, x, true);
}

/* x = a^H */
static cx_status adjoint(lap *l, const cx_view *a, const cx_view *x)
{
    const cx_view turned = transposed(*a);
    return l->dtype == l->real ? cuda_copy(l->q, &turned, x) : cuda_conjugate(l->q, &turned, x);
}

static cx_status least_squares(lap *l, const cx_view *a, const cx_view *b, const cx_view *s,
                               double rcond, room *r)
{
    const int64_t m = cuda_rows(a), n = cuda_cols(a), k = m < n ? m : n, cols = cuda_cols(b);
    const bool tall = m > n;
    void *px = NULL, *pu = NULL, *pv = NULL, *pt = NULL;
    CX_STATUS_TRY(room_get(r, l, n * k, l->dtype, &px));
    CX_STATUS_TRY(room_get(r, l, n * k, l->dtype, &pu));
    CX_STATUS_TRY(room_get(r, l, k * k, l->dtype, &pv));
    CX_STATUS_TRY(room_get(r, l, k * cols, l->dtype, &pt));
    const cx_view x = cuda_matrix_view(l->dtype, px, n, k, false, n),
                  u = cuda_matrix_view(l->dtype, pu, n, k, false, n),
                  vt = cuda_matrix_view(l->dtype, pv, k, k, false, k),
                  t = cuda_matrix_view(l->dtype, pt, k, cols, false, k), uh = transposed(u),
                  v = transposed(vt);
    CX_STATUS_TRY(tall ? reduce_rows(l, a, b, &x, r) : adjoint(l, a, &x));
    if (l->host != NULL) { /* the SVD has a workspace of its own */
        const cudaError_t e = cudaStreamSynchronize(l->q->stream);
        cuda_core->free(l->host);
        l->host = NULL;
        CX_STATUS_TRY(cuda_check(l->q->dev, l->where, e));
    }
    if (l->work != NULL) cuda_work_free(l->q, l->work);
    l->work = NULL;
    svd p = {.job = 'S', .m = n, .n = k, .k = k};
    CX_STATUS_TRY(svd_prepare(l, &p, px, n, s->data, pu, n, pv, k));
    CX_STATUS_TRY(svd_run(l, &p, px, n, s->data, pu, n, pv, k, l->info));
    CX_STATUS_TRY(cuda_flag_nonfinite(l->q, s, l->info, (int)k));
    /* tall: x = u s vt, so t = u^H b and the solution is v t / s; else a = v s u^H,
     * t = v^H b and the solution is u t / s */
    cx_view right = *b, solution = *b;
    right.shape[0] = k;
    solution.shape[0] = n;
    const cx_gemm_call first = {.a = tall ? &uh : &vt,
                                .b = &right,
                                .out = &t,
                                .alpha = 1,
                                .beta = 0,
                                .conj_a = tall},
                       second = {.a = tall ? &v : &u,
                                 .b = &t,
                                 .out = &solution,
                                 .alpha = 1,
                                 .beta = 0,
                                 .conj_a = tall};
    CX_STATUS_TRY(cuda_blas_ops.gemm(l->q, &first));
    CX_STATUS_TRY(cuda_divide_rows(l->q, s, rcond, &t, l->info + 1));
    return cuda_blas_ops.gemm(l->q, &second);
}

cx_status cuda_gelsd(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *s,
                     double rcond, int64_t *rank, int64_t *info)
{
    lap l;
    room r = {.count = 0};
    int64_t told[3] = {0, 0, 0}; /* the SVD's info, the rank, the QR's info */
    *rank = *info = 0;
    if (cuda_rows(a) == 0 || cuda_cols(a) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_lap_open(&l, q, "lstsq", a));
    l.batch = 3;
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK)
        st = cuda_check(q->dev, l.where, cudaMemsetAsync(l.info, 0, sizeof(int[3]), q->stream));
    if (st == CX_OK) st = least_squares(&l, a, b, s, rcond, &r);
    room_free(&r, &l);
    st = cuda_lap_close(&l, st, told);
    *info = told[0];
    *rank = told[1];
    return st;
}
