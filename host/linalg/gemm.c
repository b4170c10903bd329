/* Matrix products of the CPU: small ones by own loops, large ones cut into tiles that OpenBLAS
 * computes single-threaded.
 *
 * One idea: the tiles (and, for long inner dimensions, the pieces of the sum) are fixed by the
 * sizes alone and summed in a fixed order, so the bits do not depend on the number of threads. Row
 * order, column order and transposes go to the library as they are; any other layout is packed
 * first. */
#include "linalg/blas.h"
#include "paste.h"
#include <cblas.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_INT_DIM = 1 << 30 }; /* pieces given to the library are no longer than this */

typedef struct vendor_gemm {
    CBLAS_ORDER order;
    CBLAS_TRANSPOSE ta, tb;
    int m, n, k, lda, ldb, ldc;
    double alpha, beta;
    const char *a, *b;
    char *c;
} vendor_gemm;
typedef struct vendor_gemv {
    CBLAS_ORDER order;
    CBLAS_TRANSPOSE ta;
    int m, n, lda, incx, incy;
    double alpha, beta;
    const char *a, *x;
    char *y;
} vendor_gemv;
typedef struct vendor_type {
    int64_t size;
    void (*gemm)(const vendor_gemm *g);
    void (*gemv)(const vendor_gemv *g);
    void (*syrk)(const vendor_gemm *g);
    void (*add)(int64_t m, int64_t n, char *c, int64_t crs, int64_t ccs, const void *d);
    void (*scale)(int64_t m, int64_t n, char *c, int64_t crs, int64_t ccs, double beta);
} vendor_type;

#define LOOP "loops/gemm_vendor.inc"
#include "loops/blas_types.inc"

static const vendor_type *const vendor_types[CX_DTYPE_COUNT] = {
    [CX_F32] = &svendor, [CX_F64] = &dvendor, [CX_C64] = &cvendor, [CX_C128] = &zvendor};

int64_t host_batch(const cx_view *v)
{
    int64_t count = 1;
    for (int d = 0; d < v->ndim - 2; d++) count *= v->shape[d];
    return count;
}

host_mat host_mat_at(const cx_view *v, int64_t index)
{
    const int64_t size = (int64_t)cx_dtype_size(v->dtype);
    const int last = v->ndim - 1;
    char *p = v->data;
    for (int d = last - 2; d >= 0; d--) {
        p += index % v->shape[d] * v->stride[d];
        index /= v->shape[d];
    }
    return (host_mat){p, v->stride[last - 1] / size, v->stride[last] / size};
}

/* ---- one product of matrices that the library understands */
bool host_mat_ordered(host_mat a, int64_t rows, int64_t cols, bool *row, int64_t *ld)
{
    const int64_t row_ld = rows > 1 ? a.rs : (cols > 1 ? cols : 1),
                  col_ld = cols > 1 ? a.cs : (rows > 1 ? rows : 1);
    if ((cols <= 1 || a.cs == 1) && row_ld >= cols && row_ld <= INT_MAX) {
        *row = true;
        *ld = row_ld;
        return true;
    }
    if ((rows <= 1 || a.rs == 1) && col_ld >= rows && col_ld <= INT_MAX) {
        *row = false;
        *ld = col_ld;
        return true;
    }
    return false;
}

static char *at(const vendor_type *t, host_mat a, int64_t i, int64_t j)
{
    return a.p + (i * a.rs + j * a.cs) * t->size;
}
static host_mat sub(const vendor_type *t, host_mat a, int64_t i, int64_t j)
{
    return (host_mat){at(t, a, i, j), a.rs, a.cs};
}
static host_mat turned(host_mat a)
{
    return (host_mat){a.p, a.cs, a.rs};
}

/* One call; all three ordered, sizes within the library's integers. lower: only the lower triangle
 * of c, where b is a transposed. */
static void call_gemm(const vendor_type *t, host_mat a, host_mat b, host_mat c, int64_t m,
                      int64_t n, int64_t k, double alpha, double beta, bool lower)
{
    bool ra = true, rb = true, rc = true;
    int64_t lda = 1, ldb = 1, ldc = 1;
    if (!host_mat_ordered(a, m, k, &ra, &lda) || !host_mat_ordered(b, k, n, &rb, &ldb) ||
        !host_mat_ordered(c, m, n, &rc, &ldc))
        return; /* the caller has seen to it */
    const vendor_gemm g = {
        .order = rc ? CblasRowMajor : CblasColMajor,
        .ta = ra == rc ? CblasNoTrans : CblasTrans,
        .tb = rb == rc ? CblasNoTrans : CblasTrans,
        .m = (int)m,
        .n = (int)n,
        .k = (int)k,
        .lda = (int)lda,
        .ldb = (int)ldb,
        .ldc = (int)ldc,
        .alpha = alpha,
        .beta = beta,
        .a = a.p,
        .b = b.p,
        .c = c.p,
    };
    const host_vendor v = host_vendor_enter();
    if (lower)
        t->syrk(&g);
    else
        t->gemm(&g);
    host_vendor_leave(v);
}

/* c [m, 1] = alpha a [m, k] b [k, 1] + beta c */
static void call_gemv(const vendor_type *t, host_mat a, host_mat b, host_mat c, int64_t m,
                      int64_t k, double alpha, double beta)
{
    bool ra = true;
    int64_t lda = 1;
    if (!host_mat_ordered(a, m, k, &ra, &lda)) return;
    if (beta == 0)
        t->scale(m, 1, c.p, c.rs, 1, 0); /* the library may multiply what it finds there */
    const vendor_gemv g = {
        .order = ra ? CblasRowMajor : CblasColMajor,
        .ta = CblasNoTrans,
        .m = (int)m,
        .n = (int)k,
        .lda = (int)lda,
        .incx = k > 1 ? (int)b.rs : 1,
        .incy = m > 1 ? (int)c.rs : 1,
        .alpha = alpha,
        .beta = beta == 0 ? 1 : beta,
        .a = a.p,
        .x = b.p,
        .y = c.p,
    };
    const host_vendor v = host_vendor_enter();
    t->gemv(&g);
    host_vendor_leave(v);
}

/* ---- plan: how a product is cut. A function of the sizes and the layout only. */
typedef struct plan {
    int64_t mt, nt;     /* tile of the result */
    int64_t rows, cols; /* numbers of tiles */
    int64_t kb, pieces; /* pieces of the inner dimension, summed in order */
} plan;

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}
static int64_t min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
static int64_t max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Halve, to a multiple of 8. */
static int64_t halve(int64_t a)
{
    return max_i64(16, ceil_div(ceil_div(a, 2), 8) * 8);
}

enum {
    TILE_MADDS =
        3 << 20, /* two tiles of this are worth two threads; the library wants more, so there are */
    MEDIUM_MADDS = 20 << 20, /* more than PAIR tiles only if they are larger than this, */
    BIG_MADDS = 256 << 20,   /* and more than FEW only if larger than this */
    VECTOR_MADDS = 1 << 16,  /* memory-bound: elements of the matrix */
    PAIR = 2,
    FEW = 8,
    MANY = 64,
    PANELS_MIN = 24, /* thinner products are the library's */
    PANELS_MADDS = 1 << 19,
    BEHIND_MIN = 4,  /* where the library does not know the processor */
    BEHIND_COLS = 8, /* panels of b are wide */
    BEHIND_WIDE = 16,
    BEHIND_MADDS = 1 << 12,
    MAX_TILE = 1 << 13,
    PIECES = 64,
    PIECE_MIN = 2048
};

/* Small results of long sums are cut along the inner dimension; 1: they are not. */
static int64_t inner_pieces(int64_t m, int64_t n, int64_t k, double least, bool columns)
{
    const double madds = (double)m * (double)n * (double)k;
    if (k > MAX_INT_DIM && m * n <= 512 * 512) return max_i64(PIECES, ceil_div(k, MAX_INT_DIM));
    if (madds < 2 * least) return 1;
    int64_t pieces = madds / least > PIECES ? PIECES : (int64_t)(madds / least);
    if (n == 1 && columns)
        return pieces > k / 16 ? max_i64(1, k / 16)
                               : pieces; /* whole columns lie together: cut between them */
    if (m > 512 || n > 512 || k < 2 * PIECE_MIN || k < 16 * max_i64(m, n)) return 1;
    return min_i64(pieces, k / PIECE_MIN);
}

/* Wide tiles serve the library best (its packed panel is used longest), so rows are cut first. */
static plan make_plan(int64_t m, int64_t n, int64_t k, bool lower, bool columns)
{
    const double least = n == 1 ? VECTOR_MADDS : TILE_MADDS,
                 medium = n == 1 ? VECTOR_MADDS : MEDIUM_MADDS;
    plan p = {.mt = m,
              .nt = n,
              .rows = 1,
              .cols = 1,
              .kb = k,
              .pieces = inner_pieces(m, n, k, least, columns)};
    if (p.pieces > 1) {
        p.kb = ceil_div(k, p.pieces);
        if (p.kb >= 128) p.kb = ceil_div(p.kb, 64) * 64;
        p.pieces = ceil_div(k, p.kb);
        return p;
    }
    for (;;) {
        p.rows = ceil_div(m, p.mt);
        p.cols = lower ? 1 : ceil_div(n, p.nt);
        const int64_t tiles = p.rows * p.cols;
        const double madds = (double)p.mt * (double)p.nt * (double)k;
        const bool wanted = (tiles < PAIR && madds >= 2 * least) ||
                            (tiles < FEW && madds >= 2 * medium) ||
                            (tiles < MANY && madds >= 2.0 * BIG_MADDS) || p.mt > MAX_TILE ||
                            (!lower && p.nt > MAX_TILE);
        if (!wanted || (p.mt <= 16 && (lower || p.nt <= 16))) break;
        if (lower || n == 1 || p.mt > 128 || (p.mt >= p.nt && p.nt <= 512))
            p.mt = halve(p.mt);
        else
            p.nt = halve(p.nt);
    }
    return p;
}

typedef struct product {
    const vendor_type *t;
    cx_dtype loop;
    host_mat a, b, c;
    int64_t m, n, k;
    double alpha, beta;
    plan plan;
    bool lower; /* b is a transposed: only the lower triangle is computed, the other one mirrored */
    bool packed;   /* by kernels of our own */
    char *partial; /* pieces 1.. of a sum, each m x n in rows; piece 0 goes straight to c */
    atomic_int st; /* of pieces */
} product;

static cx_status update(const product *w, host_mat a, host_mat b, host_mat c, int64_t m, int64_t n,
                        int64_t k, double beta, bool lower)
{
    const host_update u = {.t = w->loop,
                           .a = a,
                           .b = b,
                           .c = c,
                           .m = m,
                           .n = n,
                           .k = k,
                           .triangle = lower ? -1 : 0,
                           .alpha = w->alpha,
                           .beta = beta};
    if (w->plan.pieces > 1 && a.rs == 1 && b.cs == 1 && host_tall_takes(w->loop, m, n)) {
        host_tall_run(&u);
        return CX_OK;
    }
    return host_update_run(&u);
}

/* A tile, or a piece of the sum, over the inner range [k0, k1). */
static void run_tile(product *w, host_mat a, host_mat b, host_mat c, int64_t m, int64_t n,
                     int64_t k, double beta, bool lower)
{
    const vendor_type *const t = w->t;
    for (int64_t p = 0; p < k; p += MAX_INT_DIM) {
        const int64_t kb = min_i64(k - p, MAX_INT_DIM);
        const host_mat ap = sub(t, a, 0, p), bp = sub(t, b, p, 0);
        const double bt = p == 0 ? beta : 1;
        if (w->packed) { /* inside a piece, so on this thread */
            const cx_status st = update(w, ap, bp, c, m, n, kb, bt, lower);
            if (st != CX_OK) atomic_store(&w->st, (int)st);
        } else if (n == 1)
            call_gemv(t, ap, bp, c, m, kb, w->alpha, bt);
        else if (m == 1)
            call_gemv(t, turned(bp), turned(ap), turned(c), n, kb, w->alpha, bt);
        else
            call_gemm(t, ap, bp, c, m, n, kb, w->alpha, bt, lower);
    }
}

static void tile_body(void *ctx, int64_t lo, int64_t hi)
{
    product *const w = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t i0 = i / w->plan.cols * w->plan.mt, j0 = i % w->plan.cols * w->plan.nt;
        run_tile(w, sub(w->t, w->a, i0, 0), sub(w->t, w->b, 0, j0), sub(w->t, w->c, i0, j0),
                 min_i64(w->plan.mt, w->m - i0), min_i64(w->plan.nt, w->n - j0), w->k, w->beta,
                 false);
    }
}

/* A stripe of rows of the lower triangle: what is left of the diagonal block, and that block. The
 * long stripes come first. */
static void stripe_body(void *ctx, int64_t lo, int64_t hi)
{
    product *const w = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t i0 = (w->plan.rows - 1 - i) * w->plan.mt,
                      rows = min_i64(w->plan.mt, w->m - i0);
        const host_mat a = sub(w->t, w->a, i0, 0);
        if (i0 > 0) run_tile(w, a, w->b, sub(w->t, w->c, i0, 0), rows, i0, w->k, w->beta, false);
        run_tile(w, a, sub(w->t, w->b, 0, i0), sub(w->t, w->c, i0, i0), rows, rows, w->k, w->beta,
                 true);
    }
}

static void piece_body(void *ctx, int64_t lo, int64_t hi)
{
    product *const w = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t k0 = i * w->plan.kb;
        const host_mat c =
            i == 0 ? w->c : (host_mat){w->partial + (i - 1) * w->m * w->n * w->t->size, w->n, 1};
        run_tile(w, sub(w->t, w->a, 0, k0), sub(w->t, w->b, k0, 0), c, w->m, w->n,
                 min_i64(w->plan.kb, w->k - k0), i == 0 ? w->beta : 0, w->lower);
    }
}

/* The upper triangle from the lower one. */
static void mirror(const vendor_type *t, host_mat c, int64_t n)
{
    enum { B = 32 };
    for (int64_t i0 = 0; i0 < n; i0 += B)
        for (int64_t j0 = 0; j0 <= i0; j0 += B)
            for (int64_t i = i0; i < min_i64(i0 + B, n); i++)
                for (int64_t j = j0; j < min_i64(j0 + B, i); j++)
                    memcpy(at(t, c, j, i), at(t, c, i, j), (size_t)t->size);
}

/* Is it worth packing? */
static bool by_panels(const product *w)
{
    if (!host_update_takes(w->loop)) return false;
    const double madds = (double)w->m * (double)w->n * (double)w->k;
    const int64_t least = min_i64(min_i64(w->m, w->n), w->k);
    if (least >= PANELS_MIN && madds >= PANELS_MADDS) return true;
    return least >= BEHIND_MIN && w->n >= BEHIND_COLS && max_i64(w->m, w->n) >= BEHIND_WIDE &&
           madds >= BEHIND_MADDS && host_vendor_behind();
}

/* c = alpha a b + beta c, all ordered, m, n, k > 0. NOMEM without an error text; other failures
 * have theirs. */
static cx_status run_product(product *w)
{
    bool row = true, a_row = true;
    int64_t ld;
    if (!host_mat_ordered(w->c, w->m, w->n, &row, &ld)) return CX_E_INTERNAL;
    if (w->m == 1
            ? w->n > 1
            : (!row && w->n > 1)) { /* think in rows, and of a vector as a column: c^T = b^T a^T */
        const host_mat a = w->a;
        w->a = turned(w->b);
        w->b = turned(a);
        w->c = turned(w->c);
        const int64_t m = w->m;
        w->m = w->n;
        w->n = m;
    }
    if (!host_mat_ordered(w->a, w->m, w->k, &a_row, &ld)) return CX_E_INTERNAL;
    w->lower = w->m == w->n && w->m > 1 && w->beta == 0 && w->a.p == w->b.p && w->a.rs == w->b.cs &&
               w->a.cs == w->b.rs;
    w->plan = make_plan(w->m, w->n, w->k, w->lower, !a_row);
    w->packed = by_panels(w);
    if (w->plan.pieces == 1 && w->packed) {
        const cx_status st = update(w, w->a, w->b, w->c, w->m, w->n, w->k, w->beta, w->lower);
        if (st != CX_OK) return st;
    } else if (w->plan.pieces == 1) {
        const int64_t tiles = w->plan.rows * w->plan.cols;
        const cx_status st =
            host_core->parallel_for(tiles, 1, w->lower ? stripe_body : tile_body, w);
        if (st != CX_OK) return st;
    } else {
        const int64_t bytes = w->m * w->n * w->t->size;
        w->partial = host_core->alloc((size_t)((w->plan.pieces - 1) * bytes));
        if (!w->partial) return CX_E_NOMEM;
        if (w->lower) memset(w->partial, 0, (size_t)((w->plan.pieces - 1) * bytes));
        cx_status st = host_core->parallel_for(w->plan.pieces, 1, piece_body, w);
        if (st == CX_OK) st = (cx_status)atomic_load(&w->st);
        for (int64_t i = 1; st == CX_OK && i < w->plan.pieces; i++)
            w->t->add(w->m, w->n, w->c.p, w->c.rs, w->c.cs, w->partial + (i - 1) * bytes);
        host_core->free(w->partial);
        if (st != CX_OK) return st;
    }
    if (w->lower) mirror(w->t, w->c, w->n);
    return CX_OK;
}

/* ---- layouts and dtypes that the library does not know */
typedef struct pack_job {
    host_mat from;
    cx_dtype t_from, t_to;
    int64_t cols, s_from, s_to;
    bool conj, back; /* back: rows of `to` into `from` */
    char *to;
} pack_job;

static void conj_row(char *row, cx_dtype t, int64_t n)
{
    if (t == CX_C64) {
        cx_complex64 *const z = (cx_complex64 *)(void *)row;
        for (int64_t j = 0; j < n; j++) z[j].im = -z[j].im;
    } else if (t == CX_C128) {
        cx_complex128 *const z = (cx_complex128 *)(void *)row;
        for (int64_t j = 0; j < n; j++) z[j].im = -z[j].im;
    }
}

static void pack_body(void *ctx, int64_t lo, int64_t hi)
{
    const pack_job *const w = ctx;
    for (int64_t i = lo; i < hi; i++) {
        char *const strided = w->from.p + i * w->from.rs * w->s_from, *const row =
                                                                          w->to +
                                                                          i * w->cols * w->s_to;
        const int64_t step = w->from.cs * w->s_from;
        if (w->back) {
            host_convert(w->t_to, w->t_from)(row, w->s_to, strided, step, w->cols);
        } else {
            host_convert(w->t_from, w->t_to)(strided, step, row, w->s_to, w->cols);
            if (w->conj) conj_row(row, w->t_to, w->cols);
        }
    }
}

/* Between a matrix of any layout and dense rows of another dtype. */
static cx_status convert_rows(host_mat from, cx_dtype t_from, int64_t rows, int64_t cols, char *to,
                              cx_dtype t_to, bool conj, bool back)
{
    pack_job w = {.from = from,
                  .t_from = t_from,
                  .t_to = t_to,
                  .cols = cols,
                  .s_from = (int64_t)cx_dtype_size(t_from),
                  .s_to = (int64_t)cx_dtype_size(t_to),
                  .conj = conj,
                  .back = back,
                  .to = to};
    return host_core->parallel_for(rows, max_i64(1, 32768 / max_i64(cols, 1)), pack_body, &w);
}

/* Rows x cols elements of scratch, NULL on failure or overflow. */
static char *scratch(int64_t rows, int64_t cols, cx_dtype t)
{
    const int64_t size = (int64_t)cx_dtype_size(t);
    if (cols > 0 && rows > INT64_MAX / cols / size) return NULL;
    return host_core->alloc((size_t)(rows * cols * size));
}

typedef struct call {
    const cx_gemm_call *c;
    cx_dtype t, loop; /* of the operands, of the computation */
    int64_t m, n, k;
    host_small_gemm_fn *small;
    host_small_stack_fn *many;
    host_small_stack stack;
    atomic_int st; /* first failure of the batch */
} call;

/* The operand itself if the library understands it, else a packed copy (to be freed). */
static cx_status operand(const call *w, host_mat *a, int64_t rows, int64_t cols, bool conj,
                         char **own)
{
    bool row;
    int64_t ld;
    if (w->t == w->loop && !conj && host_mat_ordered(*a, rows, cols, &row, &ld)) return CX_OK;
    *own = scratch(rows, cols, w->loop);
    if (!*own) return CX_E_NOMEM;
    const cx_status st = convert_rows(*a, w->t, rows, cols, *own, w->loop, conj, false);
    *a = (host_mat){*own, cols, 1};
    return st;
}

static cx_status one_float(const call *w, host_mat a, host_mat b, host_mat c)
{
    char *own[3] = {NULL, NULL, NULL};
    bool row;
    int64_t ld;
    const host_mat out = c;
    const bool into = w->t == w->loop && host_mat_ordered(c, w->m, w->n, &row, &ld);
    cx_status st = operand(w, &a, w->m, w->k, w->c->conj_a, &own[0]);
    if (st == CX_OK) st = operand(w, &b, w->k, w->n, false, &own[1]);
    if (st == CX_OK && !into) {
        own[2] = scratch(w->m, w->n, w->loop);
        st = own[2] ? CX_OK : CX_E_NOMEM;
        c = (host_mat){own[2], w->n, 1};
        if (st == CX_OK && w->c->beta != 0)
            st = convert_rows(out, w->t, w->m, w->n, own[2], w->loop, false, false);
    }
    if (st == CX_OK) {
        product p = {.t = vendor_types[w->loop],
                     .loop = w->loop,
                     .a = a,
                     .b = b,
                     .c = c,
                     .m = w->m,
                     .n = w->n,
                     .k = w->k,
                     .alpha = w->c->alpha,
                     .beta = w->c->beta};
        st = run_product(&p);
    }
    if (st == CX_OK && !into)
        st = convert_rows(out, w->t, w->m, w->n, own[2], w->loop, false, true);
    for (int i = 0; i < 3; i++)
        if (own[i]) host_core->free(own[i]);
    return st;
}

/* ---- integers and bool: tiles of the block kernel */
typedef struct int_job {
    const call *w;
    host_mat a, b, c;
    int64_t cols;
} int_job;

static void int_body(void *ctx, int64_t lo, int64_t hi)
{
    const int_job *const j = ctx;
    const call *const w = j->w;
    const int64_t size = (int64_t)cx_dtype_size(w->t), tile = HOST_SMALL_INT;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t r = i / j->cols * tile, q = i % j->cols * tile;
        w->small(j->a.p + r * j->a.rs * size, j->a.rs, j->a.cs, j->b.p + q * j->b.cs * size,
                 j->b.rs, j->b.cs, j->c.p + (r * j->c.rs + q * j->c.cs) * size, j->c.rs, j->c.cs,
                 min_i64(tile, w->m - r), min_i64(tile, w->n - q), w->k);
    }
}

static cx_status one_int(const call *w, host_mat a, host_mat b, host_mat c)
{
    int_job j = {.w = w, .a = a, .b = b, .c = c, .cols = ceil_div(w->n, HOST_SMALL_INT)};
    const int64_t tiles = ceil_div(w->m, HOST_SMALL_INT) * j.cols;
    const double madds = (double)min_i64(w->m, HOST_SMALL_INT) *
                         (double)min_i64(w->n, HOST_SMALL_INT) * (double)w->k;
    return host_core->parallel_for(tiles, madds > 65536 ? 1 : (int64_t)(131072 / (madds + 1)),
                                   int_body, &j);
}

/* ---- the slot */
static bool is_small(const call *w)
{
    return w->t == w->loop && w->small && w->m <= HOST_SMALL_FLOAT && w->n <= HOST_SMALL_FLOAT &&
           w->k <= HOST_SMALL_FLOAT && w->c->alpha == 1 && w->c->beta == 0 && !w->c->conj_a;
}

static cx_status one(const call *w, int64_t index)
{
    const host_mat a = host_mat_at(w->c->a, index), b = host_mat_at(w->c->b, index),
                   c = host_mat_at(w->c->out, index);
    if (is_small(w)) {
        w->small(a.p, a.rs, a.cs, b.p, b.rs, b.cs, c.p, c.rs, c.cs, w->m, w->n, w->k);
        return CX_OK;
    }
    return vendor_types[w->loop] ? one_float(w, a, b, c) : one_int(w, a, b, c);
}

static void batch_body(void *ctx, int64_t lo, int64_t hi)
{
    call *const w = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const cx_status st = one(w, i);
        int none = CX_OK;
        if (HOST_UNLIKELY(st != CX_OK)) atomic_compare_exchange_strong(&w->st, &none, (int)st);
    }
}

static void stack_body(void *ctx, int64_t lo, int64_t hi)
{
    const call *const w = ctx;
    w->many(&w->stack, lo, hi);
}

/* Rows by columns that are longer than the small matrices, without gaps: what a call of the library
 * does before it begins costs more than they do. */
static bool are_dots(const call *w, host_mat a, host_mat b)
{
    return w->m == 1 && w->n == 1 && w->k > HOST_SMALL_FLOAT && a.cs == 1 && b.rs == 1 &&
           w->c->alpha == 1 && w->c->beta == 0;
}

/* May the small matrices of the call be gone through by steps? */
static bool find_stack(call *w)
{
    const cx_view *const a = w->c->a, *const b = w->c->b, *const out = w->c->out;
    if (out->ndim != 3 || a->ndim != 3 || b->ndim != 3) return false;
    const host_mat ma = host_mat_at(a, 0), mb = host_mat_at(b, 0), mc = host_mat_at(out, 0);
    const host_small_gemm *const loops = HOST_PICK(host_small_gemm);
    w->many = are_dots(w, ma, mb) ? loops->dots[w->t] : is_small(w) ? loops->stack[w->t] : NULL;
    if (w->many == NULL) return false;
    w->stack = (host_small_stack){.a = ma.p,
                                  .b = mb.p,
                                  .c = mc.p,
                                  .a_step = a->stride[0],
                                  .b_step = b->stride[0],
                                  .c_step = out->stride[0],
                                  .ars = ma.rs,
                                  .acs = ma.cs,
                                  .brs = mb.rs,
                                  .bcs = mb.cs,
                                  .crs = mc.rs,
                                  .ccs = mc.cs,
                                  .m = w->m,
                                  .n = w->n,
                                  .k = w->k};
    return true;
}

/* A matrix of 16-bit floats times beta, by way of float32 as in products. */
static cx_status scale_half(const call *w, host_mat c)
{
    const int64_t size = (int64_t)cx_dtype_size(w->t);
    float *const row = (float *)(void *)scratch(1, w->n, CX_F32);
    if (!row) return CX_E_NOMEM;
    for (int64_t i = 0; i < w->m; i++) {
        char *const p = c.p + i * c.rs * size;
        host_convert(w->t, CX_F32)(p, c.cs * size, (char *)row, sizeof *row, w->n);
        for (int64_t j = 0; j < w->n; j++) row[j] *= (float)w->c->beta;
        host_convert(CX_F32, w->t)((const char *)row, sizeof *row, p, c.cs * size, w->n);
    }
    host_core->free(row);
    return CX_OK;
}

/* out = beta out, where there is nothing to add */
static cx_status scale_only(const call *w, int64_t batch)
{
    const int64_t size = (int64_t)cx_dtype_size(w->t);
    if (w->c->beta == 1) return CX_OK;
    for (int64_t b = 0; b < batch; b++) {
        const host_mat c = host_mat_at(w->c->out, b);
        if (w->c->beta != 0) {
            cx_status st = CX_OK;
            if (vendor_types[w->t])
                vendor_types[w->t]->scale(w->m, w->n, c.p, c.rs, c.cs, w->c->beta);
            else if (w->t != w->loop)
                st = scale_half(w, c);
            if (st != CX_OK) return st;
            continue;
        }
        for (int64_t i = 0; i < w->m; i++)
            for (int64_t j = 0; j < w->n; j++)
                memset(c.p + (i * c.rs + j * c.cs) * size, 0, (size_t)size);
    }
    return CX_OK;
}

static cx_status host_gemm(cx_queue *q, const cx_gemm_call *c)
{
    (void)q;
    const cx_view *const a = c->a, *const out = c->out;
    const int last = out->ndim - 1;
    call w = {.c = c,
              .t = out->dtype,
              .m = out->shape[last - 1],
              .n = out->shape[last],
              .k = a->shape[a->ndim - 1]};
    w.loop = w.t == CX_F16 || w.t == CX_BF16 ? CX_F32 : w.t;
    w.small = HOST_PICK(host_small_gemm)->fn[w.t];
    const int64_t batch = host_batch(out);
    if (batch == 0 || w.m == 0 || w.n == 0) return CX_OK;
    if (!vendor_types[w.loop] && !w.small)
        return host_core->fail(CX_E_UNSUPPORTED, "matmul", "no product of %s matrices on the CPU",
                               cx_dtype_name(w.t));
    const double madds = (double)w.m * (double)w.n * (double)w.k;
    cx_status st = CX_OK;
    if (w.k == 0) {
        st = scale_only(&w, batch);
    } else if (batch == 1) {
        st = one(&w, 0);
    } else if (madds < 4e6) { /* one thread a matrix */
        const double chunk = 131072 / (madds + 64);
        st = host_core->parallel_for(batch, chunk > 1 ? (int64_t)chunk : 1,
                                     find_stack(&w) ? stack_body : batch_body, &w);
    } else {
        for (int64_t i = 0; i < batch && st == CX_OK; i++) st = one(&w, i);
    }
    const int inner = atomic_load(&w.st);
    if (st == CX_OK && inner != CX_OK) st = (cx_status)inner;
    if (st == CX_E_NOMEM)
        return host_core->fail(
            CX_E_NOMEM, "matmul", "cannot allocate scratch for (%lld, %lld) x (%lld, %lld) of %s",
            (long long)w.m, (long long)w.k, (long long)w.k, (long long)w.n, cx_dtype_name(w.loop));
    return st;
}

const cx_blas_ops host_blas_ops = {
    .struct_size = sizeof(cx_blas_ops), .gemm = host_gemm, .trsm = host_trsm};
