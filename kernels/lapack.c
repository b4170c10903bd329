/* LU, Cholesky and QR on cuSOLVER, which thinks in columns: a matrix in rows is its transpose in
 * columns, so LU solves with the transpose and Cholesky takes the other triangle; QR, which has no
 * counterpart, goes through a transposed copy. Stacks of matrices of up to 32 x 32 go to kernels of
 * our own (small/), larger ones up to 128 x 128 to the batched routines, the others one after the
 * other on the queue. */
#include "lapack.h"
#include "small/small.h"
#include <limits.h>
#include <string.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c) PASTE3_(a, b, c)

#define L S
#define V float
#define OR or
#define ADJOINT CUBLAS_OP_T
#include "lapack_typed.inc"
#define L D
#define V double
#define OR or
#define ADJOINT CUBLAS_OP_T
#include "lapack_typed.inc"
#define L C
#define V cuComplex
#define OR un
#define ADJOINT CUBLAS_OP_C
#include "lapack_typed.inc"
#define L Z
#define V cuDoubleComplex
#define OR un
#define ADJOINT CUBLAS_OP_C
#include "lapack_typed.inc"

/* ---- a call */
typedef struct lap_type {
    cudaDataType t, r;
    cx_dtype real;
    const lap_typed *typed;
} lap_type;
static const lap_type lap_types[CX_DTYPE_COUNT] = {
    [CX_F32] = {CUDA_R_32F, CUDA_R_32F, CX_F32, &typedS},
    [CX_F64] = {CUDA_R_64F, CUDA_R_64F, CX_F64, &typedD},
    [CX_C64] = {CUDA_C_32F, CUDA_R_32F, CX_F32, &typedC},
    [CX_C128] = {CUDA_C_64F, CUDA_R_64F, CX_F64, &typedZ},
};

cx_status cuda_lap_begin(lap *l, cx_queue *q, const char *where, const cx_view *a)
{
    const lap_type *const t = &lap_types[a->dtype];
    if (t->typed == NULL)
        return cuda_core->fail(CX_E_UNSUPPORTED, where, "no factorisation of matrices of dtype %d",
                               (int)a->dtype);
    *l = (lap){.where = where,
               .q = q,
               .dtype = a->dtype,
               .real = t->real,
               .t = t->t,
               .r = t->r,
               .typed = t->typed,
               .batch = cuda_batch(a, 2),
               .late = CUDA_LATE_CONVERGENCE};
    return cuda_core->poll(where);
}

cx_status cuda_lap_open(lap *l, cx_queue *q, const char *where, const cx_view *a)
{
    CX_STATUS_TRY(cuda_lap_begin(l, q, where, a));
    return cuda_solver_get(q, where, &l->s);
}

cx_status cuda_lap_info_new(lap *l)
{
    return cuda_work_alloc(l->q, l->where, ((size_t)l->batch + 1) * sizeof(int), (void **)&l->info);
}

cx_status cuda_lap_work(lap *l, size_t device_bytes, size_t host_bytes)
{
    l->work_bytes = device_bytes;
    l->host_bytes = host_bytes;
    if (device_bytes > 0) CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, device_bytes, &l->work));
    if (host_bytes == 0) return CX_OK;
    if (l->q->capturing)
        return cuda_core->fail(CX_E_UNSUPPORTED, l->where,
                               "works in host memory at this size, which cannot be captured into "
                               "a graph");
    l->host = cuda_core->alloc(host_bytes);
    return l->host != NULL ? CX_OK
                           : cuda_core->fail(CX_E_NOMEM, l->where,
                                             "cannot allocate %zu bytes of workspace", host_bytes);
}

static cx_status read_info(const lap *l, int64_t *info)
{
    if (l->q->capturing || cuda_core->errors_deferred()) {
        memset(info, 0, (size_t)l->batch * sizeof *info);
        return cuda_note_info(l->q, l->late, l->info, l->batch);
    }
    enum { AT_ONCE = 1024 };
    int part[AT_ONCE];
    if (l->batch > AT_ONCE) { /* nearly always all are 0: one number says so */
        int *const some = l->info + l->batch;
        CX_STATUS_TRY(cuda_any_info(l->q, l->info, l->batch, some));
        CX_STATUS_TRY(cuda_control_read(l->q, l->where, part, some, sizeof(int)));
        memset(info, 0, (size_t)l->batch * sizeof *info);
        if (part[0] == 0) return CX_OK;
    }
    for (int64_t i = 0; i < l->batch; i += AT_ONCE) {
        const int64_t n = l->batch - i < AT_ONCE ? l->batch - i : AT_ONCE;
        CX_STATUS_TRY(
            cuda_control_read(l->q, l->where, part, l->info + i, (size_t)n * sizeof(int)));
        for (int64_t j = 0; j < n; j++) {
            if (part[j] < 0)
                return cuda_core->fail(CX_E_INTERNAL, l->where, "the library refused argument %d",
                                       -part[j]);
            info[i + j] = part[j];
        }
    }
    return CX_OK;
}

cx_status cuda_lap_close(lap *l, cx_status st, int64_t *info)
{
    if (st == CX_OK && info != NULL) st = read_info(l, info);
    if (l->host != NULL && (st != CX_OK || info == NULL)) {
        /* the library may still use its host memory */
        const cudaError_t e = cudaStreamSynchronize(l->q->stream);
        if (st == CX_OK) st = cuda_check(l->q->dev, l->where, e);
    }
    if (l->host != NULL) cuda_core->free(l->host);
    if (l->work != NULL) cuda_work_free(l->q, l->work);
    if (l->info != NULL) cuda_work_free(l->q, l->info);
    return st;
}

cx_status cuda_lap_fits(const lap *l, int64_t m, int64_t n, int64_t lda)
{
    if (m <= INT_MAX && n <= INT_MAX && lda <= INT_MAX) return CX_OK;
    return cuda_core->fail(CX_E_UNSUPPORTED, l->where,
                           "(%lld, %lld) is past the 32-bit sizes of cuSOLVER", (long long)m,
                           (long long)n);
}

bool cuda_lap_in_rows(int count, const cx_view *const views[])
{
    for (int i = 0; i < count; i++) {
        const cx_view *const v = views[i];
        int64_t ld;
        if (v == NULL || cuda_rows(v) <= 1 || cuda_cols(v) <= 1) continue;
        return cuda_ordered(cuda_matrix_at(v, 0), cuda_rows(v), cuda_cols(v), true, &ld);
    }
    return true;
}

void *cuda_lap_matrix(const cx_view *v, bool row, int64_t i, int64_t *ld)
{
    const cuda_matrix m = cuda_matrix_at(v, i);
    (void)cuda_ordered(m, cuda_rows(v), cuda_cols(v), row, ld);
    return m.p;
}

static void *vector(const cx_view *v, int64_t i)
{
    return cuda_batch_at(v, 1, i);
}

/* The batched routines are made for many small matrices. */
static bool many_small(const lap *l, int64_t n)
{
    return l->batch > 1 && l->batch <= INT_MAX && n <= 128;
}

/* Rows of a view, one after the other without gaps? */
static bool dense_rows(const cx_view *v)
{
    int64_t step = cuda_itemsize(v);
    for (int d = v->ndim - 1; d >= 0; d--) {
        if (v->shape[d] != 1 && v->stride[d] != step) return false;
        step *= v->shape[d];
    }
    return true;
}

/* ---- LU */
static cx_status lu_many(lap *l, const cx_view *a, bool row, const cx_view *pivots)
{
    cuda_blas blas;
    int64_t ld;
    void *list = NULL;
    (void)cuda_lap_matrix(a, row, 0, &ld);
    CX_STATUS_TRY(cuda_lap_fits(l, 1, 1, ld));
    CX_STATUS_TRY(cuda_blas_get(l->q, l->where, &blas));
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, (size_t)l->batch * sizeof(void *), &list));
    cx_status st = cuda_matrix_pointers(l->q, a, (void **)list);
    if (st == CX_OK)
        st = cuda_cublas_check(l->q, l->where, "cublasGetrfBatched",
                               l->typed->getrf_batched(&blas, (int)cuda_rows(a), (void **)list,
                                                       (int)ld, (int *)pivots->data, l->info,
                                                       (int)l->batch));
    cuda_work_free(l->q, list);
    return st;
}

static cx_status lu_each(lap *l, const cx_view *a, bool row, const cx_view *pivots)
{
    const int64_t m = cuda_rows(a), n = cuda_cols(a), k = m < n ? m : n;
    const cuda_cusolver *const lib = l->s.lib;
    int64_t ld;
    void *wide = NULL, *const first = cuda_lap_matrix(a, row, 0, &ld);
    size_t device = 0, host = 0;
    LAP_TRY(l, "cusolverDnXgetrf_bufferSize",
            lib->cusolverDnXgetrf_bufferSize(l->s.handle, l->s.params, m, n, l->t, first, ld, l->t,
                                             &device, &host));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    const size_t bytes = (size_t)k * sizeof(int64_t);
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, bytes, &wide));
    cx_view from = {.data = wide, .dtype = CX_I64, .ndim = 1, .shape = {k}, .stride = {8}};
    cx_view to = {.dtype = CX_I32, .ndim = 1, .shape = {k}, .stride = {4}};
    cx_status st = CX_OK;
    for (int64_t i = 0; i < l->batch && st == CX_OK; i++) {
        void *const p = cuda_lap_matrix(a, row, i, &ld);
        st = cuda_cusolver_check(l->q, l->where, "cusolverDnXgetrf",
                                 lib->cusolverDnXgetrf(l->s.handle, l->s.params, m, n, l->t, p, ld,
                                                       (int64_t *)wide, l->t, l->work, device,
                                                       l->host, host, l->info + i));
        to.data = vector(pivots, i);
        if (st == CX_OK) st = cuda_copy(l->q, &from, &to);
    }
    cuda_work_free(l->q, wide);
    return st;
}

static cx_status cuda_getrf(cx_queue *q, const cx_view *a, const cx_view *pivots, int64_t *info)
{
    lap l;
    const int64_t m = cuda_rows(a), n = cuda_cols(a);
    if (m == 0 || n == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    const bool small = cuda_small(a) && cuda_small_step(pivots, 1);
    CX_STATUS_TRY(small ? cuda_lap_begin(&l, q, "lu", a) : cuda_lap_open(&l, q, "lu", a));
    l.late = CUDA_LATE_PIVOT;
    const bool row = m == n && cuda_lap_in_rows(1, &a);
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK)
        st = small ? cuda_small_lu(q, a, pivots, l.info)
             : m == n && many_small(&l, n) && dense_rows(pivots) ? lu_many(&l, a, row, pivots)
                                                                 : lu_each(&l, a, row, pivots);
    return cuda_lap_close(&l, st, info);
}

static cx_status solve_many(lap *l, const cx_view *lu, bool row, const cx_view *pivots,
                            const cx_view *b)
{
    cuda_blas blas;
    int64_t lda, ldb;
    int refused = 0;
    void *list = NULL;
    (void)cuda_lap_matrix(lu, row, 0, &lda);
    (void)cuda_lap_matrix(b, false, 0, &ldb);
    CX_STATUS_TRY(cuda_lap_fits(l, lda, cuda_cols(b), ldb));
    CX_STATUS_TRY(cuda_blas_get(l->q, l->where, &blas));
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, 2 * (size_t)l->batch * sizeof(void *), &list));
    void **const factors = (void **)list, **const right = factors + l->batch;
    cx_status st = cuda_matrix_pointers(l->q, lu, factors);
    if (st == CX_OK) st = cuda_matrix_pointers(l->q, b, right);
    if (st == CX_OK)
        st = cuda_cublas_check(l->q, l->where, "cublasGetrsBatched",
                               l->typed->getrs_batched(&blas, row ? CUBLAS_OP_T : CUBLAS_OP_N,
                                                       (int)cuda_rows(lu), (int)cuda_cols(b),
                                                       factors, (int)lda, (const int *)pivots->data,
                                                       right, (int)ldb, &refused, (int)l->batch));
    cuda_work_free(l->q, list);
    return st;
}

static cx_status solve_each(lap *l, const cx_view *lu, bool row, const cx_view *pivots,
                            const cx_view *b)
{
    const int64_t n = cuda_rows(lu);
    void *wide = NULL;
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, (size_t)(n * l->batch) * sizeof(int64_t), &wide));
    cx_view as_wide = *pivots; /* the same batch, dense */
    int64_t step = 8;
    as_wide.data = wide;
    as_wide.dtype = CX_I64;
    for (int d = pivots->ndim - 1; d >= 0; d--) {
        as_wide.stride[d] = step;
        step *= pivots->shape[d];
    }
    cx_status st = cuda_copy(l->q, pivots, &as_wide);
    for (int64_t i = 0; i < l->batch && st == CX_OK; i++) {
        int64_t lda, ldb;
        const void *const a = cuda_lap_matrix(lu, row, i, &lda);
        void *const x = cuda_lap_matrix(b, false, i, &ldb);
        st = cuda_cusolver_check(
            l->q, l->where, "cusolverDnXgetrs",
            l->s.lib->cusolverDnXgetrs(l->s.handle, l->s.params, row ? CUBLAS_OP_T : CUBLAS_OP_N, n,
                                       cuda_cols(b), l->t, a, lda, (const int64_t *)wide + i * n,
                                       l->t, x, ldb, l->info + i));
    }
    cuda_work_free(l->q, wide);
    return st;
}

static cx_status cuda_getrs(cx_queue *q, const cx_view *lu, const cx_view *pivots, const cx_view *b)
{
    lap l;
    const int64_t n = cuda_rows(lu);
    if (n == 0 || cuda_cols(b) == 0 || cuda_batch(b, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_core->poll("solve"));
    if (cuda_small(lu) && cuda_small_step(pivots, 1) && cuda_small_step(b, 2))
        return cuda_small_solve(q, lu, pivots, b, NULL);
    CX_STATUS_TRY(cuda_lap_open(&l, q, "solve", lu));
    const bool row = cuda_lap_in_rows(1, &lu);
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK)
        st = many_small(&l, n) && dense_rows(pivots) ? solve_many(&l, lu, row, pivots, b)
                                                     : solve_each(&l, lu, row, pivots, b);
    return cuda_lap_close(&l, st, NULL);
}

/* x [batch, n, n] of the identity's columns */
static cx_status identities(cx_queue *q, const cx_view *x)
{
    union {
        float f[2];
        double d[2];
    } number = {.d = {0, 0}};
    const cx_view value = {.data = &number, .dtype = x->dtype, .flags = CX_VIEW_HOST};
    const int last = x->ndim - 1;
    cx_view diagonal = *x;
    diagonal.ndim = last;
    diagonal.stride[last - 1] += x->stride[last];
    CX_STATUS_TRY(cuda_fill(q, &value, x));
    if (x->dtype == CX_F32 || x->dtype == CX_C64)
        number.f[0] = 1;
    else
        number.d[0] = 1;
    return cuda_fill(q, &value, &diagonal);
}

static cx_status cuda_getri(cx_queue *q, const cx_view *lu, const cx_view *pivots)
{
    const int64_t n = cuda_rows(lu), batch = cuda_batch(lu, 2), size = cuda_itemsize(lu);
    if (n == 0 || batch == 0) return CX_OK;
    CX_STATUS_TRY(cuda_core->poll("inv"));
    if (cuda_small(lu) && cuda_small_step(pivots, 1))
        return cuda_small_inverse(q, lu, pivots, lu, NULL);
    void *p = NULL;
    CX_STATUS_TRY(cuda_work_alloc(q, "inv", (size_t)(batch * n * n * size), &p));
    cx_view x = *lu;
    int64_t step = n * n * size;
    x.data = p;
    x.stride[x.ndim - 2] = size;
    x.stride[x.ndim - 1] = n * size;
    for (int d = x.ndim - 3; d >= 0; d--) {
        x.stride[d] = step;
        step *= x.shape[d];
    }
    cx_status st = identities(q, &x);
    if (st == CX_OK) st = cuda_getrs(q, lu, pivots, &x);
    if (st == CX_OK) st = cuda_copy(q, &x, lu);
    cuda_work_free(q, p);
    return st;
}

/* ---- factors that nobody keeps */
_Static_assert((int)CX_STACK_N <= (int)CUDA_SMALL_N, "every stack is for the small kernels");

static cx_status cuda_stack_solve(cx_queue *q, const cx_view *a, const cx_view *b, int64_t *info)
{
    lap l;
    if (cuda_rows(a) == 0 || cuda_cols(b) == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_lap_begin(&l, q, "solve", a));
    l.late = CUDA_LATE_PIVOT;
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = cuda_small_solve(q, a, NULL, b, l.info);
    return cuda_lap_close(&l, st, info);
}

static cx_status cuda_stack_inverse(cx_queue *q, const cx_view *a, const cx_view *x, int64_t *info)
{
    lap l;
    if (cuda_rows(a) == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_lap_begin(&l, q, "inv", a));
    l.late = CUDA_LATE_PIVOT;
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = cuda_small_inverse(q, a, NULL, x, l.info);
    return cuda_lap_close(&l, st, info);
}

/* ---- Cholesky */
static cx_status cholesky_many(lap *l, const cx_view *a, bool row, cublasFillMode_t fill)
{
    int64_t ld;
    void *list = NULL;
    (void)cuda_lap_matrix(a, row, 0, &ld);
    CX_STATUS_TRY(cuda_lap_fits(l, 1, 1, ld));
    CX_STATUS_TRY(cuda_work_alloc(l->q, l->where, (size_t)l->batch * sizeof(void *), &list));
    cx_status st = cuda_matrix_pointers(l->q, a, (void **)list);
    if (st == CX_OK)
        st = cuda_cusolver_check(l->q, l->where, "cusolverDnPotrfBatched",
                                 l->typed->potrf_batched(&l->s, fill, (int)cuda_rows(a),
                                                         (void **)list, (int)ld, l->info,
                                                         (int)l->batch));
    cuda_work_free(l->q, list);
    return st;
}

static cx_status cholesky_each(lap *l, const cx_view *a, bool row, cublasFillMode_t fill)
{
    const int64_t n = cuda_rows(a);
    const cuda_cusolver *const lib = l->s.lib;
    int64_t ld;
    const void *const first = cuda_lap_matrix(a, row, 0, &ld);
    size_t device = 0, host = 0;
    LAP_TRY(l, "cusolverDnXpotrf_bufferSize",
            lib->cusolverDnXpotrf_bufferSize(l->s.handle, l->s.params, fill, n, l->t, first, ld,
                                             l->t, &device, &host));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    for (int64_t i = 0; i < l->batch; i++) {
        void *const p = cuda_lap_matrix(a, row, i, &ld);
        LAP_TRY(l, "cusolverDnXpotrf",
                lib->cusolverDnXpotrf(l->s.handle, l->s.params, fill, n, l->t, p, ld, l->t, l->work,
                                      device, l->host, host, l->info + i));
    }
    return CX_OK;
}

static cx_status cuda_potrf(cx_queue *q, bool upper, const cx_view *a, int64_t *info)
{
    lap l;
    const int64_t n = cuda_rows(a);
    if (n == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    const bool small = cuda_small(a);
    CX_STATUS_TRY(small ? cuda_lap_begin(&l, q, "cholesky", a)
                        : cuda_lap_open(&l, q, "cholesky", a));
    l.late = CUDA_LATE_DEFINITE;
    const bool row = cuda_lap_in_rows(1, &a);
    const cublasFillMode_t fill = upper != row ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER;
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK)
        st = small               ? cuda_small_cholesky(q, upper, a, l.info)
             : many_small(&l, n) ? cholesky_many(&l, a, row, fill)
                                 : cholesky_each(&l, a, row, fill);
    if (st == CX_OK && !small) st = cuda_zero_triangle(q, a, upper);
    return cuda_lap_close(&l, st, info);
}

/* ---- QR */
/* A matrix as the library wants it: where it stands, or copied into columns. */
typedef struct columns {
    cx_view here, there; /* there: its copy, if it is one */
    void *p;
    int64_t ld;
    bool copied;
} columns;

static columns in_columns(const cx_view *v, int64_t i, void *copy)
{
    const int64_t m = cuda_rows(v), n = cuda_cols(v);
    const cuda_matrix a = cuda_matrix_at(v, i);
    columns c = {.p = a.p};
    c.copied = !cuda_ordered(a, m, n, false, &c.ld);
    if (!c.copied) return c;
    c.ld = m;
    c.p = copy;
    c.there = cuda_matrix_view(v->dtype, copy, m, n, false, m);
    c.here = c.there;
    c.here.data = a.p;
    c.here.stride[0] = v->stride[v->ndim - 2];
    c.here.stride[1] = v->stride[v->ndim - 1];
    return c;
}

static bool needs_copy(const cx_view *v)
{
    int64_t ld;
    return !cuda_ordered(cuda_matrix_at(v, 0), cuda_rows(v), cuda_cols(v), false, &ld);
}

/* Room for one matrix in columns, if these are not. */
static cx_status copy_new(lap *l, const cx_view *v, void **copy)
{
    if (!needs_copy(v)) return CX_OK;
    return cuda_work_alloc(l->q, l->where, (size_t)(cuda_rows(v) * cuda_cols(v) * cuda_itemsize(v)),
                           copy);
}

static cx_status qr_each(lap *l, const cx_view *a, const cx_view *tau, void *copy)
{
    const int64_t m = cuda_rows(a), n = cuda_cols(a);
    const cuda_cusolver *const lib = l->s.lib;
    const columns first = in_columns(a, 0, copy);
    size_t device = 0, host = 0;
    LAP_TRY(l, "cusolverDnXgeqrf_bufferSize",
            lib->cusolverDnXgeqrf_bufferSize(l->s.handle, l->s.params, m, n, l->t, first.p,
                                             first.ld, l->t, tau->data, l->t, &device, &host));
    CX_STATUS_TRY(cuda_lap_work(l, device, host));
    for (int64_t i = 0; i < l->batch; i++) {
        const columns c = in_columns(a, i, copy);
        if (c.copied) CX_STATUS_TRY(cuda_copy(l->q, &c.here, &c.there));
        LAP_TRY(l, "cusolverDnXgeqrf",
                lib->cusolverDnXgeqrf(l->s.handle, l->s.params, m, n, l->t, c.p, c.ld, l->t,
                                      vector(tau, i), l->t, l->work, device, l->host, host,
                                      l->info + i));
        if (c.copied) CX_STATUS_TRY(cuda_copy(l->q, &c.there, &c.here));
    }
    return CX_OK;
}

static cx_status cuda_geqrf(cx_queue *q, bool plain, const cx_view *a, const cx_view *tau)
{
    (void)plain; /* all are */
    lap l;
    void *copy = NULL;
    if (cuda_rows(a) == 0 || cuda_cols(a) == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_core->poll("qr"));
    if (cuda_small(a) && cuda_small_step(tau, 1)) return cuda_small_qr(q, a, tau);
    CX_STATUS_TRY(cuda_lap_open(&l, q, "qr", a));
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = copy_new(&l, a, &copy);
    if (st == CX_OK) st = qr_each(&l, a, tau, copy);
    if (copy != NULL) cuda_work_free(q, copy);
    return cuda_lap_close(&l, st, NULL);
}

static cx_status q_each(lap *l, const cx_view *a, const cx_view *tau, void *copy)
{
    const int64_t m = cuda_rows(a), n = cuda_cols(a), k = tau->shape[tau->ndim - 1];
    const columns first = in_columns(a, 0, copy);
    int lwork = 0;
    CX_STATUS_TRY(cuda_lap_fits(l, m, n, first.ld));
    LAP_TRY(l, "cusolverDnOrgqr_bufferSize",
            l->typed->orgqr_size(&l->s, (int)m, (int)n, (int)k, first.p, (int)first.ld, tau->data,
                                 &lwork));
    CX_STATUS_TRY(cuda_lap_work(l, (size_t)lwork * (size_t)cuda_itemsize(a), 0));
    for (int64_t i = 0; i < l->batch; i++) {
        const columns c = in_columns(a, i, copy);
        if (c.copied) CX_STATUS_TRY(cuda_copy(l->q, &c.here, &c.there));
        LAP_TRY(l, "cusolverDnOrgqr",
                l->typed->orgqr(&l->s, (int)m, (int)n, (int)k, c.p, (int)c.ld, vector(tau, i),
                                l->work, lwork, l->info + i));
        if (c.copied) CX_STATUS_TRY(cuda_copy(l->q, &c.there, &c.here));
    }
    return CX_OK;
}

static cx_status cuda_orgqr(cx_queue *q, const cx_view *a, const cx_view *tau)
{
    lap l;
    void *copy = NULL;
    if (cuda_rows(a) == 0 || cuda_cols(a) == 0 || cuda_batch(a, 2) == 0) return CX_OK;
    CX_STATUS_TRY(cuda_core->poll("qr"));
    if (cuda_small(a) && cuda_small_step(tau, 1)) return cuda_small_q(q, a, tau);
    CX_STATUS_TRY(cuda_lap_open(&l, q, "qr", a));
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = copy_new(&l, a, &copy);
    if (st == CX_OK) st = q_each(&l, a, tau, copy);
    if (copy != NULL) cuda_work_free(q, copy);
    return cuda_lap_close(&l, st, NULL);
}

static cx_status multiply_each(lap *l, const cx_ormqr_call *c)
{
    const int64_t rows = cuda_rows(c->c), cols = cuda_cols(c->c), k = cuda_cols(c->a);
    const cublasSideMode_t side = c->right ? CUBLAS_SIDE_RIGHT : CUBLAS_SIDE_LEFT;
    int64_t lda, ldc;
    int lwork = 0;
    void *const a = cuda_lap_matrix(c->a, false, 0, &lda);
    void *const first = cuda_lap_matrix(c->c, false, 0, &ldc);
    CX_STATUS_TRY(cuda_lap_fits(l, rows, cols, lda > ldc ? lda : ldc));
    LAP_TRY(l, "cusolverDnOrmqr_bufferSize",
            l->typed->ormqr_size(&l->s, side, c->adjoint, (int)rows, (int)cols, (int)k, a, (int)lda,
                                 c->tau->data, first, (int)ldc, &lwork));
    CX_STATUS_TRY(cuda_lap_work(l, (size_t)lwork * (size_t)cuda_itemsize(c->c), 0));
    for (int64_t i = 0; i < l->batch; i++)
        LAP_TRY(l, "cusolverDnOrmqr",
                l->typed->ormqr(&l->s, side, c->adjoint, (int)rows, (int)cols, (int)k,
                                cuda_lap_matrix(c->a, false, i, &lda), (int)lda, vector(c->tau, i),
                                cuda_lap_matrix(c->c, false, i, &ldc), (int)ldc, l->work, lwork,
                                l->info + i));
    return CX_OK;
}

static cx_status cuda_ormqr(cx_queue *q, const cx_ormqr_call *c)
{
    lap l;
    if (cuda_rows(c->c) == 0 || cuda_cols(c->c) == 0 || cuda_cols(c->a) == 0 ||
        cuda_batch(c->c, 2) == 0)
        return CX_OK;
    CX_STATUS_TRY(cuda_lap_open(&l, q, "qr_multiply", c->c));
    cx_status st = cuda_lap_info_new(&l);
    if (st == CX_OK) st = multiply_each(&l, c);
    return cuda_lap_close(&l, st, NULL);
}

const cx_lapack_ops cuda_lapack_ops = {
    .struct_size = sizeof(cx_lapack_ops),
    .getrf = cuda_getrf,
    .getrs = cuda_getrs,
    .getri = cuda_getri,
    .potrf = cuda_potrf,
    .geqrf = cuda_geqrf,
    .orgqr = cuda_orgqr,
    .gesdd = cuda_gesdd,
    .heevd = cuda_heevd,
    .gelsd = cuda_gelsd,
    .geev = cuda_geev,
    .permutation = cuda_permutation,
    .ormqr = cuda_ormqr,
    .stack_solve = cuda_stack_solve,
    .stack_inverse = cuda_stack_inverse,
};
