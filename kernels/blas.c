/* Matrix products of floats and complexes on cuBLAS, which thinks in columns: a product in rows is
 * the transposed product of the exchanged operands.
 *
 * One idea: matrices with unit stride along rows or columns go to the library where they lie, any
 * other layout is packed into work memory first. Batches that are no single stride are walked
 * through from outside. Integers and bool have a kernel of their own. */
#include "lapack.h"
#include <string.h>

static const char where[] = "matmul";

/* cuBLAS's name of a dtype, how it is accumulated, and how alpha is given. compute 0: not
 * for cuBLAS. */
typedef struct blas_type {
    cudaDataType type;
    cublasComputeType_t compute;
    bool wide, complex; /* alpha is double; is a pair */
} blas_type;

static const blas_type blas_types[CX_DTYPE_COUNT] = {
    [CX_F16] = {CUDA_R_16F, CUBLAS_COMPUTE_32F, false, false},
    [CX_BF16] = {CUDA_R_16BF, CUBLAS_COMPUTE_32F, false, false},
    [CX_F32] = {CUDA_R_32F, CUBLAS_COMPUTE_32F, false, false},
    [CX_F64] = {CUDA_R_64F, CUBLAS_COMPUTE_64F, true, false},
    [CX_C64] = {CUDA_C_32F, CUBLAS_COMPUTE_32F, false, true},
    [CX_C128] = {CUDA_C_64F, CUBLAS_COMPUTE_64F, true, true},
};

/* alpha or beta in the library's type; the imaginary part is 0 */
typedef union factor {
    float f[2];
    double d[2];
} factor;
static factor factor_of(const blas_type *t, double x)
{
    factor r;
    memset(&r, 0, sizeof r);
    if (t->wide)
        r.d[0] = x;
    else
        r.f[0] = (float)x;
    return r;
}

/* A matrix as the library takes it: in rows or columns, batch strides in elements. */
typedef struct operand {
    cx_view view; /* where it lies now */
    bool row;
    int64_t ld;
    void *own; /* packed into work memory */
} operand;

static bool lies_ready(const cx_view *v, bool row, int64_t *ld)
{
    return cuda_ordered(cuda_matrix_at(v, 0), cuda_rows(v), cuda_cols(v), row, ld);
}

/* A dense view of the shape of v in rows, in work memory; repeated batches stand there once. */
static cx_status pack_new(cx_queue *q, const cx_view *v, operand *o)
{
    o->view = *v;
    int64_t step = cuda_itemsize(v);
    bool fits = true;
    for (int d = v->ndim - 1; d >= 0; d--) {
        const bool repeated = d < v->ndim - 2 && v->stride[d] == 0;
        o->view.stride[d] = repeated ? 0 : step;
        if (repeated || v->shape[d] == 0) continue;
        fits = fits && step <= INT64_MAX / v->shape[d];
        step = fits ? step * v->shape[d] : step;
    }
    if (!fits) return cuda_core->fail(CX_E_NOMEM, where, "a packed operand is past 2^63 bytes");
    o->row = true;
    o->ld = cuda_cols(v) > 0 ? cuda_cols(v) : 1;
    CX_STATUS_TRY(cuda_work_alloc(q, where, (size_t)step, &o->own));
    o->view.data = o->own;
    return CX_OK;
}

/* The view with repeated batches left out. */
static cx_view once(const cx_view *v, const cx_view *packed)
{
    cx_view r = *v;
    for (int d = 0; d < v->ndim - 2; d++)
        if (packed->stride[d] == 0) r.shape[d] = 1;
    return r;
}

/* prefer: the order to take where both fit. */
static cx_status input(cx_queue *q, const cx_view *v, bool prefer_row, operand *o)
{
    *o = (operand){.view = *v, .row = prefer_row};
    if (lies_ready(v, prefer_row, &o->ld)) return CX_OK;
    o->row = !prefer_row;
    if (lies_ready(v, !prefer_row, &o->ld)) return CX_OK;
    CX_STATUS_TRY(pack_new(q, v, o));
    const cx_view from = once(v, &o->view), to = once(&o->view, &o->view);
    return cuda_copy(q, &from, &to);
}

/* The conjugate of a: the library takes it with a transposition only, so in the other order than
 * the result's; else it is packed. */
static cx_status conjugated(cx_queue *q, const cx_view *v, bool out_row, operand *o, bool *by_op)
{
    *o = (operand){.view = *v, .row = !out_row};
    *by_op = lies_ready(v, !out_row, &o->ld);
    if (*by_op) return CX_OK;
    CX_STATUS_TRY(pack_new(q, v, o));
    const cx_view from = once(v, &o->view), to = once(&o->view, &o->view);
    return cuda_conjugate(q, &from, &to);
}

/* ---- batches: extents and element strides of a, b, out, merged where all step alike */
typedef struct batch {
    int ndim;
    int64_t shape[CX_KERNEL_NDIM];
    int64_t stride[3][CX_KERNEL_NDIM];
} batch;

static batch batch_of(const cx_view *const v[3])
{
    batch b = {.ndim = 0};
    const int64_t size = cuda_itemsize(v[2]);
    for (int d = 0; d < v[2]->ndim - 2; d++) {
        const int64_t n = v[2]->shape[d];
        if (n == 1) continue;
        bool merge = b.ndim > 0;
        for (int i = 0; i < 3; i++)
            merge = merge && b.stride[i][b.ndim - 1] == v[i]->stride[d] / size * n;
        const int to = merge ? b.ndim - 1 : b.ndim++;
        b.shape[to] = merge ? b.shape[to] * n : n;
        for (int i = 0; i < 3; i++) b.stride[i][to] = v[i]->stride[d] / size;
    }
    return b;
}

/* Take the longest dimension that nobody walks backwards out of the batch: the one that the library
 * walks. */
static int64_t take_longest(batch *b, int64_t stride[3])
{
    int best = -1;
    for (int d = 0; d < b->ndim; d++) {
        const bool forwards = b->stride[0][d] >= 0 && b->stride[1][d] >= 0 && b->stride[2][d] >= 0;
        if (forwards && (best < 0 || b->shape[d] > b->shape[best])) best = d;
    }
    if (best < 0) {
        stride[0] = stride[1] = stride[2] = 0;
        return 1;
    }
    const int64_t n = b->shape[best];
    for (int i = 0; i < 3; i++) stride[i] = b->stride[i][best];
    b->ndim--;
    for (int d = best; d < b->ndim; d++) {
        b->shape[d] = b->shape[d + 1];
        for (int i = 0; i < 3; i++) b->stride[i][d] = b->stride[i][d + 1];
    }
    return n;
}

/* ---- the call */
typedef struct product {
    const blas_type *t;
    operand a, b, out;
    bool conj; /* a, by the library */
    int64_t m, n, k;
    double alpha, beta;
} product;

enum { MOST_MATRICES = 65535 }; /* one call: the grid's third dimension */

static cublasOperation_t operation(const operand *o, const operand *out, bool conj)
{
    return o->row == out->row ? CUBLAS_OP_N : conj ? CUBLAS_OP_C : CUBLAS_OP_T;
}

static cx_status multiply(cx_queue *q, const cuda_blas *blas, const product *p)
{
    const factor alpha = factor_of(p->t, p->alpha), beta = factor_of(p->t, p->beta);
    const bool single = p->t->type == CUDA_R_32F || p->t->type == CUDA_C_32F;
    const cublasComputeType_t compute =
        single && blas->tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : p->t->compute;
    /* in columns: out = a b; in rows out^T = b^T a^T */
    const bool row = p->out.row;
    const operand *const x = row ? &p->b : &p->a, *const y = row ? &p->a : &p->b;
    const int64_t m = row ? p->n : p->m, n = row ? p->m : p->n;
    const cublasOperation_t tx = operation(x, &p->out, p->conj && !row),
                            ty = operation(y, &p->out, p->conj && row);
    const int64_t size = cuda_itemsize(&p->out.view);
    const cx_view *const views[3] = {&x->view, &y->view, &p->out.view};
    batch outer = batch_of(views);
    int64_t step[3], matrices = 1;
    const int64_t count = take_longest(&outer, step);
    for (int d = 0; d < outer.ndim; d++) matrices *= outer.shape[d];
    for (int64_t i = 0; i < matrices; i++) {
        char *at[3] = {views[0]->data, views[1]->data, views[2]->data};
        int64_t rest = i;
        for (int d = outer.ndim - 1; d >= 0; d--) {
            for (int j = 0; j < 3; j++) at[j] += rest % outer.shape[d] * outer.stride[j][d] * size;
            rest /= outer.shape[d];
        }
        for (int64_t first = 0; first < count; first += MOST_MATRICES) {
            const int64_t now = count - first < MOST_MATRICES ? count - first : MOST_MATRICES;
            cuda_core->count(CX_COUNT_KERNELS, 1);
            CX_STATUS_TRY(cuda_cublas_check(
                q, where, "cublasGemmStridedBatchedEx",
                blas->lib->cublasGemmStridedBatchedEx_64(
                    blas->handle, tx, ty, m, n, p->k, &alpha, at[0] + first * step[0] * size,
                    p->t->type, x->ld, step[0], at[1] + first * step[1] * size, p->t->type, y->ld,
                    step[1], &beta, at[2] + first * step[2] * size, p->t->type, p->out.ld, step[2],
                    now, compute, CUBLAS_GEMM_DEFAULT)));
        }
    }
    return CX_OK;
}

/* out = beta out, where there is nothing to add: factors without columns */
static void no_factors(product *p)
{
    p->a = p->b = p->out;
    p->a.own = p->b.own = NULL;
    for (int d = 0; d < p->out.view.ndim; d++) p->a.view.stride[d] = p->b.view.stride[d] = 0;
    p->a.ld = p->b.ld = p->m > p->n ? p->m : p->n;
}

static cx_status float_product(cx_queue *q, const cx_gemm_call *c, product *p)
{
    cuda_blas blas;
    CX_STATUS_TRY(cuda_blas_get(q, where, &blas));
    p->out = (operand){.view = *c->out, .row = true};
    bool packed = false;
    if (!lies_ready(c->out, true, &p->out.ld)) {
        p->out.row = false;
        packed = !lies_ready(c->out, false, &p->out.ld);
    }
    if (packed) CX_STATUS_TRY(pack_new(q, c->out, &p->out));
    if (packed && p->beta != 0) CX_STATUS_TRY(cuda_copy(q, c->out, &p->out.view));
    if (p->k == 0) {
        no_factors(p);
    } else {
        if (c->conj_a && p->t->complex)
            CX_STATUS_TRY(conjugated(q, c->a, p->out.row, &p->a, &p->conj));
        else
            CX_STATUS_TRY(input(q, c->a, p->out.row, &p->a));
        CX_STATUS_TRY(input(q, c->b, p->out.row, &p->b));
    }
    CX_STATUS_TRY(multiply(q, &blas, p));
    return packed ? cuda_copy(q, &p->out.view, c->out) : CX_OK;
}

static cx_status zero(cx_queue *q, const cx_view *out)
{
    static const uint64_t nothing[2] = {0, 0};
    const cx_view value = {
        .data = (void *)(uintptr_t)nothing, .dtype = out->dtype, .flags = CX_VIEW_HOST};
    return cuda_fill(q, &value, out);
}

static cx_status cuda_gemm(cx_queue *q, const cx_gemm_call *c)
{
    CX_STATUS_TRY(cuda_enter(q->dev));
    const cx_dtype t = c->out->dtype;
    product p = {.t = &blas_types[t],
                 .m = cuda_rows(c->out),
                 .n = cuda_cols(c->out),
                 .k = cuda_cols(c->a),
                 .alpha = c->alpha,
                 .beta = c->beta};
    if (cuda_batch(c->out, 2) == 0 || p.m == 0 || p.n == 0) return CX_OK;
    if (p.k == 0 && p.beta == 1) return CX_OK;
    if (p.k == 0 && p.beta == 0) return zero(q, c->out);
    if (p.t->compute == 0) return cuda_gemm_int(q, c);
    const cx_status st = float_product(q, c, &p);
    operand *const all[3] = {&p.a, &p.b, &p.out};
    for (int i = 0; i < 3; i++)
        if (all[i]->own != NULL) cuda_work_free(q, all[i]->own);
    return st;
}

const cx_blas_ops cuda_blas_ops = {
    .struct_size = sizeof(cx_blas_ops), .gemm = cuda_gemm, .trsm = cuda_trsm};
