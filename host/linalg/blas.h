/* Shared by the matrix files of the CPU backend: the door to OpenBLAS, matrices as pointer and
 * strides. */
#ifndef CX_HOST_BLAS_H
#define CX_HOST_BLAS_H
#include "host.h"
#include <calx/backend_linalg.h>

/** Every call into OpenBLAS (LAPACK included) stands between these two, on one thread: it runs
 * single-threaded there, and at most 64 threads are inside at once (its buffers are that many). Not
 * for nesting. */
typedef struct host_vendor {
    int omp_threads; /* to restore; 0: nothing */
} host_vendor;
host_vendor host_vendor_enter(void);
void host_vendor_leave(host_vendor v);
/** "OpenBLAS 0.3.21 pthread SkylakeX"; static storage. */
const char *host_vendor_name(void);
/** Are the library's kernels those of old processors? A version that does not know the processor
 * falls back on them, five times slower than what fused multiply-add gives. */
bool host_vendor_behind(void);

/** Element (i, j) stands at p + (i rs + j cs) elements. */
typedef struct host_mat {
    char *p;
    int64_t rs, cs;
} host_mat;

/** Matrix number `index` (C order of the batch) of a view. */
host_mat host_mat_at(const cx_view *v, int64_t index);
/** Product of the batch extents. */
int64_t host_batch(const cx_view *v);

/** Does it lie in rows or in columns, with a leading dimension that fits the library? Extents of 1
 * have no stride. */
bool host_mat_ordered(host_mat a, int64_t rows, int64_t cols, bool *row, int64_t *ld);

/** c = a b by plain loops over any strides (in elements): m, n, k <= 16 for floats and complex; m,
 * n <= 64 for integers and bool. */
typedef void host_small_gemm_fn(const void *a, int64_t ars, int64_t acs, const void *b, int64_t brs,
                                int64_t bcs, void *c, int64_t crs, int64_t ccs, int64_t m,
                                int64_t n, int64_t k);
/** The same for matrices [lo, hi) of three stacks whose matrices follow each other by steps in
 * bytes. */
typedef struct host_small_stack {
    const char *a, *b;
    char *c;
    int64_t a_step, b_step, c_step, ars, acs, brs, bcs, crs, ccs, m, n, k;
} host_small_stack;
typedef void host_small_stack_fn(const host_small_stack *w, int64_t lo, int64_t hi);
typedef struct host_small_gemm {
    host_small_gemm_fn *fn[CX_DTYPE_COUNT];     /* by dtype; NULL: f16, bf16, CAT */
    host_small_stack_fn *stack[CX_DTYPE_COUNT]; /* NULL: one by one */
    host_small_stack_fn *dots[CX_DTYPE_COUNT];  /* rows by columns, any k; NULL: none */
} host_small_gemm;
HOST_PER_ISA(host_small_gemm, host_small_gemm);
enum { HOST_SMALL_FLOAT = 16, HOST_SMALL_INT = 64 };

/** Packed products. Panels of a have `rows` rows, those of b `cols` columns, both k deep; short
 * ones are filled with zeros. */
typedef struct host_panel_block {
    int64_t m, n, k, ldc; /* c [m, n] in rows */
    int64_t first;        /* of c's rows, counted from where column 0 has the diagonal */
    int triangle;         /* -1: only on and below the diagonal, 1: on and above, 0: all */
    bool a_like_b;        /* a's rows lie in b's panels: a product with its own transpose */
    double alpha, beta;
    char *c;
} host_panel_block;
typedef void host_pack_fn(const void *from, int64_t across, int64_t along, int64_t width,
                          int64_t depth, void *to);
typedef void host_unpack_fn(const void *packed, int64_t across, int64_t along, int64_t width,
                            int64_t depth, void *to);
typedef struct host_panel_type {
    int64_t rows, cols; /* 0: none for this dtype */
    int64_t tall_cols;
    host_pack_fn *pack_a, *pack_b;
    void (*multiply)(const host_panel_block *w, void *a, const void *b);
    /** c [m, n] += a^T b without packing, for a [k, m] and b [k, n] in rows; m a multiple of rows,
     * n of tall_cols. lower: what lies above the diagonal is undefined. */
    void (*tall)(int64_t m, int64_t n, int64_t k, const void *a, int64_t lda, const void *b,
                 int64_t ldb, bool lower, void *c);
    host_unpack_fn *unpack_b;
    /** t x = b in a panel of b, k rounded up to rows. A lower triangle lies in panels of `rows`
     * rows, panel i (i + 1) rows deep; the diagonal apart, as reciprocals unless divide. */
    void (*substitute)(int64_t k, const void *t, const void *diagonal, bool divide, void *x);
    /** l l^T of the lower triangle of a, one of whose strides is 1; work has as many elements as
     * [k, k + cols], k being n rounded up to rows. 0, or the first row, from 1, whose pivot is zero
     * or less: a NaN is no reason to stop. */
    int64_t (*cholesky)(int64_t n, void *a, int64_t rs, int64_t cs, void *work);
    /** LU of a few columns [m, n], m >= n, with pivots from 1. 0, or the first column, from 1,
     * whose pivot is zero. */
    int64_t (*lu)(int64_t m, int64_t n, void *a, int64_t lda, int *pivots);
} host_panel_type;
typedef struct host_panels {
    host_panel_type of[CX_DTYPE_COUNT];
} host_panels;
HOST_PER_ISA(host_panels, host_panels_table);

/** c = alpha a b + beta c, or one triangle of it (-1 lower, 1 upper, 0 all; m = n then), spread
 * over the pool; the bits do not depend on the number of threads. a and b may have any strides, c
 * is in rows or in columns. NOMEM without an error text. */
typedef struct host_update {
    cx_dtype t; /* one that host_update_takes */
    host_mat a, b, c;
    int64_t m, n, k;
    int triangle;
    double alpha, beta;
} host_update;
bool host_update_takes(cx_dtype t);
const host_panel_type *host_panel_kernels(cx_dtype t);
cx_status host_update_run(const host_update *u);
/** c [m, n] -= v (s^T (v^T c)) for v [m, k] with few columns and s [k, k], which may have any
 * strides. Else as host_update_run. One thread has the first columns, and calls `then` (or NULL)
 * when they are done, while others are at work. */
typedef struct host_turn {
    cx_dtype t;
    host_mat v, s, c;
    int64_t m, n, k, first;
    void (*then)(void *ctx);
    void *ctx;
} host_turn;
cx_status host_turn_run(const host_turn *u);
/** As host_update_run on this thread without packing, for small m and n of some multiples and a in
 * columns, b in rows. */
bool host_tall_takes(cx_dtype t, int64_t m, int64_t n);
void host_tall_run(const host_update *u);

/** A stack of small matrices for the kernels that have one matrix in each lane of a vector. The
 * matrices stand in columns with leading dimension lda; steps between matrices in bytes. */
typedef struct host_lanes_call {
    int64_t batch, n, cols;
    char *a, *b, *pivots;
    int64_t a_step, b_step, pivots_step, lda, ldb;
    bool transposed, upper;
    bool fresh;    /* solve, inverse: a is no factors yet, and stays; the inverse goes to b */
    int64_t *info; /* NULL: not wanted */
} host_lanes_call;
/** Blocks [lo, hi) of as many matrices as there are lanes; work of host_lanes_work(n) bytes. */
typedef void host_lanes_fn(const host_lanes_call *c, int64_t lo, int64_t hi, void *work);
typedef struct host_lanes_type {
    int64_t lanes; /* 0: none for this dtype */
    host_lanes_fn *lu, *solve, *inverse, *cholesky;
} host_lanes_type;
typedef struct host_lanes {
    host_lanes_type of[CX_DTYPE_COUNT];
} host_lanes;
HOST_PER_ISA(host_lanes, host_lanes_table);
enum { HOST_LANES_N = 32, HOST_LANES_COLS = 8 };
/** A stack of small symmetric matrices in columns; values in rising order, and with vectors a's
 * columns become them. */
typedef struct host_lanes_spectrum {
    int64_t batch, n, lda;
    char *a, *values;
    int64_t a_step, values_step;
    bool upper, vectors;
    int64_t *info; /* n: has a NaN or an infinity */
} host_lanes_spectrum;
/** A stack of small matrices [m, n] in columns; s falling; u and vt NULL, or of min(m, n) columns
 * and rows, or with `all` square, in columns too. */
typedef struct host_lanes_values {
    int64_t batch, m, n, lda, ldu, ldvt;
    char *a, *s, *u, *vt;
    int64_t a_step, s_step, u_step, vt_step;
    bool all, turned; /* turned: m < n, so the transpose is worked on */
    int64_t *info;    /* 1: has a NaN or an infinity */
} host_lanes_values;
enum { HOST_LANES_SVD = 16 };
typedef struct host_lanes_spectral {
    struct {
        int64_t lanes; /* 0: none for this dtype */
        void (*eig)(const host_lanes_spectrum *c, int64_t lo, int64_t hi, void *work);
        void (*svd)(const host_lanes_values *c, int64_t lo, int64_t hi, void *work);
    } of[CX_DTYPE_COUNT];
} host_lanes_spectral;
HOST_PER_ISA(host_lanes_spectral, host_lanes_spectral_table);
/** n: the larger extent */
static inline size_t host_spectral_work(int64_t n)
{
    return (size_t)(n * (3 * n + 4)) * 64;
}
static inline size_t host_lanes_work(int64_t n)
{
    return (size_t)(n * (n + HOST_LANES_COLS + 2)) * 64;
}

/** Slots that have a file of their own. */
cx_status host_trsm(cx_queue *q, const cx_trsm_call *c);
cx_status host_permutation(cx_queue *q, const cx_view *pivots, const cx_view *perm);
cx_status host_geqp3(cx_queue *q, const cx_view *a, const cx_view *tau, const cx_view *perm);
cx_status host_gelsy(cx_queue *q, const cx_view *a, const cx_view *b, double rcond, int64_t *rank);
cx_status host_ormqr(cx_queue *q, const cx_ormqr_call *c);
cx_status host_hetrf(cx_queue *q, bool upper, bool hermitian, const cx_view *a, const cx_view *d,
                     const cx_view *perm);
/** getrf of matrices in columns that are not square. */
cx_status host_getrf_any(const cx_view *a, const cx_view *pivots, int64_t *info);

extern const cx_blas_ops host_blas_ops;
extern const cx_lapack_ops host_lapack_ops;
#endif
