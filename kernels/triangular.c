/* Triangular systems on cuBLAS, which thinks in columns: right-hand sides in rows are their
 * transpose in columns, solved from the right. Many small matrices go to the batched routine.
 *
 * The library conjugates only what it transposes. Where a is to be conjugated as it lies, the
 * right-hand sides are conjugated before and after instead. */
#include "lapack.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c) PASTE3_(a, b, c)

static const char where[] = "solve_triangular";

/* One call of the library; b is m x n in its eyes. */
typedef struct tri {
    cublasSideMode_t side;
    cublasFillMode_t fill;
    cublasOperation_t op;
    cublasDiagType_t diag;
    int64_t m, n, lda, ldb;
} tri;

#define L S
#define V float
#define ONE 1
#include "triangular_typed.inc"
#define L D
#define V double
#define ONE 1
#include "triangular_typed.inc"
#define L C
#define V cuComplex
#define ONE  \
    {        \
        1, 0 \
    }
#include "triangular_typed.inc"
#define L Z
#define V cuDoubleComplex
#define ONE  \
    {        \
        1, 0 \
    }
#include "triangular_typed.inc"

typedef struct tri_type {
    cublasStatus_t (*solve)(const cuda_blas *b, const tri *t, const void *a, void *x);
    cublasStatus_t (*many)(const cuda_blas *b, const tri *t, void **a, void **x, int64_t count);
} tri_type;
static const tri_type tri_types[CX_DTYPE_COUNT] = {
    [CX_F32] = {solveS, solve_manyS},
    [CX_F64] = {solveD, solve_manyD},
    [CX_C64] = {solveC, solve_manyC},
    [CX_C128] = {solveZ, solve_manyZ},
};

static cx_status each(cx_queue *q, const cuda_blas *blas, const tri_type *type, const tri *t,
                      const cx_trsm_call *c)
{
    const int64_t batch = cuda_batch(c->b, 2);
    for (int64_t i = 0; i < batch; i++)
        CX_STATUS_TRY(cuda_cublas_check(
            q, where, "cublasTrsm",
            type->solve(blas, t, cuda_batch_at(c->a, 2, i), cuda_batch_at(c->b, 2, i))));
    return CX_OK;
}

static cx_status many(cx_queue *q, const cuda_blas *blas, const tri_type *type, const tri *t,
                      const cx_trsm_call *c)
{
    const int64_t batch = cuda_batch(c->b, 2);
    void *list = NULL;
    CX_STATUS_TRY(cuda_work_alloc(q, where, 2 * (size_t)batch * sizeof(void *), &list));
    void **const a = (void **)list, **const b = a + batch;
    cx_status st = cuda_matrix_pointers(q, c->a, a);
    if (st == CX_OK) st = cuda_matrix_pointers(q, c->b, b);
    if (st == CX_OK)
        st = cuda_cublas_check(q, where, "cublasTrsmBatched", type->many(blas, t, a, b, batch));
    cuda_work_free(q, list);
    return st;
}

cx_status cuda_trsm(cx_queue *q, const cx_trsm_call *c)
{
    enum { SMALL = 128 };
    CX_STATUS_TRY(cuda_enter(q->dev));
    const cx_dtype dtype = c->b->dtype;
    const tri_type *const type = &tri_types[dtype];
    const int64_t n = cuda_rows(c->b), cols = cuda_cols(c->b), batch = cuda_batch(c->b, 2);
    if (type->solve == NULL)
        return cuda_core->fail(CX_E_UNSUPPORTED, where,
                               "no triangular solver of matrices of dtype %d", (int)dtype);
    if (n == 0 || cols == 0 || batch == 0) return CX_OK;
    cuda_blas blas;
    CX_STATUS_TRY(cuda_blas_get(q, where, &blas));
    tri t = {.diag = c->unit ? CUBLAS_DIAG_UNIT : CUBLAS_DIAG_NON_UNIT};
    const cuda_matrix a = cuda_matrix_at(c->a, 0), b = cuda_matrix_at(c->b, 0);
    const bool a_rows = !cuda_ordered(a, n, n, false, &t.lda);
    const bool b_rows = !cuda_ordered(b, n, cols, false, &t.ldb);
    if ((a_rows && !cuda_ordered(a, n, n, true, &t.lda)) ||
        (b_rows && !cuda_ordered(b, n, cols, true, &t.ldb)))
        return cuda_core->fail(CX_E_INTERNAL, where, "matrices neither in rows nor in columns");
    const bool pairs = dtype == CX_C64 || dtype == CX_C128, conj = c->conj_a && pairs;
    /* a in columns, or its transpose; b in columns, or a^T from the right */
    const bool turned = a_rows != b_rows;
    t.side = b_rows ? CUBLAS_SIDE_RIGHT : CUBLAS_SIDE_LEFT;
    t.fill = c->upper != a_rows ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER;
    t.op = !turned ? CUBLAS_OP_N : conj ? CUBLAS_OP_C : CUBLAS_OP_T;
    t.m = b_rows ? cols : n;
    t.n = b_rows ? n : cols;
    const bool around = conj && !turned;
    if (around) CX_STATUS_TRY(cuda_conjugate(q, c->b, c->b));
    CX_STATUS_TRY(batch > 1 && n <= SMALL ? many(q, &blas, type, &t, c)
                                          : each(q, &blas, type, &t, c));
    return around ? cuda_conjugate(q, c->b, c->b) : CX_OK;
}
