/* Stacks of small matrices of the CPU: one matrix in each lane of a vector (host/simd/small_*.c),
 * blocks of lanes spread over the pool. Which stacks go that way is decided here; what is done in a
 * lane is not known here. */
#include "linalg/stacks.h"

/* ---- stacks of small matrices, one in each lane */
typedef struct lanes_job {
    host_lanes_call c;
    host_lanes_fn *fn;
    atomic_int st;
} lanes_job;

static void lanes_body(void *ctx, int64_t lo, int64_t hi)
{
    lanes_job *const w = ctx;
    void *const work = host_core->alloc(host_lanes_work(w->c.n));
    if (!work) {
        atomic_store(&w->st, (int)CX_E_NOMEM);
        return;
    }
    w->fn(&w->c, lo, hi, work);
    host_core->free(work);
}

const host_lanes_type *host_lanes_for(const host_lap_job *j)
{
    const host_lanes_type *const t = &HOST_PICK(host_lanes_table)->of[j->a->dtype];
    const bool plain = j->a->ndim == 3 && (!j->b || j->b->ndim == 2) && (!j->c || j->c->ndim == 3);
    return t->lanes > 0 && j->n <= HOST_LANES_N && plain && j->a->shape[0] >= t->lanes ? t : NULL;
}

static int lda_of(const host_lap_job *j, const cx_view *v)
{
    int ld;
    (void)host_lap_matrix(j, v, 0, &ld);
    return ld;
}

cx_status host_lanes_run(const host_lap_job *j, const host_lanes_type *t, host_lanes_fn *fn,
                         double flops)
{
    int lda;
    lanes_job w = {.fn = fn};
    w.c = (host_lanes_call){.batch = j->a->shape[0],
                            .n = j->n,
                            .cols = j->k,
                            .a = host_lap_matrix(j, j->a, 0, &lda),
                            .a_step = j->a->stride[0],
                            .transposed = j->row,
                            .upper = j->upper != j->row,
                            .fresh = !j->b,
                            .info = j->info};
    w.c.lda = w.c.ldb = lda;
    w.c.b = w.c.a;
    w.c.b_step = w.c.a_step;
    if (j->b) {
        w.c.pivots = j->b->data;
        w.c.pivots_step = j->b->stride[0];
    }
    if (j->c) {
        const host_mat b = host_mat_at(j->c, 0);
        w.c.b = b.p;
        w.c.b_step = j->c->stride[0];
        w.c.ldb = j->k == 0 ? lda_of(j, j->c) : j->k > 1 ? b.cs : j->n;
    }
    const double chunk = 4e5 / (flops + 100) / (double)t->lanes;
    const int64_t blocks = (w.c.batch + t->lanes - 1) / t->lanes;
    const cx_status st =
        host_core->parallel_for(blocks, chunk > 1 ? (int64_t)chunk : 1, lanes_body, &w);
    if (st != CX_OK) return st;
    if (atomic_load(&w.st) != CX_OK)
        return host_core->fail(CX_E_NOMEM, j->where,
                               "cannot allocate workspace for (%lld, %lld): %lld bytes",
                               (long long)j->n, (long long)j->n, (long long)host_lanes_work(j->n));
    return CX_OK;
}

/* ---- factors that nobody keeps */
static cx_status stack_of(const char *where, const cx_view *a, const cx_view *x, int64_t cols,
                          int64_t *info)
{
    const int64_t n = host_rows_of(a);
    host_lap_job j = {.where = where,
                      .a = a,
                      .c = x,
                      .m = n,
                      .n = n,
                      .k = cols,
                      .row = host_lap_in_rows(1, &a),
                      .info = info};
    const host_lanes_type *const t = &HOST_PICK(host_lanes_table)->of[a->dtype];
    if (t->lanes == 0 || n > HOST_LANES_N)
        return host_core->fail(CX_E_UNSUPPORTED, where, "no stacks of %s matrices of size %lld",
                               cx_dtype_name(a->dtype), (long long)n);
    if (n == 0 || a->shape[0] == 0) return CX_OK;
    const double square = (double)n * (double)n;
    return host_lanes_run(&j, t, cols > 0 ? t->solve : t->inverse,
                          0.67 * square * (double)n + 2 * square * (double)(cols > 0 ? cols : n));
}

cx_status host_stack_solve(cx_queue *q, const cx_view *a, const cx_view *b, int64_t *info)
{
    (void)q;
    return host_cols_of(b) == 0 ? CX_OK : stack_of("solve", a, b, host_cols_of(b), info);
}

cx_status host_stack_inverse(cx_queue *q, const cx_view *a, const cx_view *x, int64_t *info)
{
    (void)q;
    return stack_of("inv", a, x, 0, info);
}

/* ---- stacks of small ones: eigenvalues of symmetric matrices, singular values */
typedef struct spectral_job {
    host_lanes_spectrum eig;
    host_lanes_values svd;
    cx_dtype t;
    int64_t n; /* the larger extent */
    bool values;
    atomic_int st;
} spectral_job;

static void spectral_body(void *ctx, int64_t lo, int64_t hi)
{
    spectral_job *const w = ctx;
    const cx_dtype t = w->t;
    void *const work = host_core->alloc(host_spectral_work(w->n));
    if (!work) {
        atomic_store(&w->st, (int)CX_E_NOMEM);
        return;
    }
    if (w->values)
        HOST_PICK(host_lanes_spectral_table)->of[t].svd(&w->svd, lo, hi, work);
    else
        HOST_PICK(host_lanes_spectral_table)->of[t].eig(&w->eig, lo, hi, work);
    host_core->free(work);
}

bool host_stack_takes(const host_lap_job *j, int64_t limit)
{
    const int64_t lanes = HOST_PICK(host_lanes_spectral_table)->of[j->a->dtype].lanes;
    return lanes > 0 && j->n <= limit && j->m <= limit && j->a->ndim == 3 &&
           j->a->shape[0] >= lanes;
}

static cx_status run_spectral(const host_lap_job *j, spectral_job *w)
{
    const int64_t lanes = HOST_PICK(host_lanes_spectral_table)->of[j->a->dtype].lanes,
                  n = j->m < j->n ? j->n : j->m;
    w->n = n;
    w->t = j->a->dtype;
    const double flops = 20 * (double)n * (double)n * (double)n,
                 chunk = 4e5 / (flops + 100) / (double)lanes;
    const int64_t blocks = (j->a->shape[0] + lanes - 1) / lanes;
    const cx_status st =
        host_core->parallel_for(blocks, chunk > 1 ? (int64_t)chunk : 1, spectral_body, w);
    if (st == CX_OK && atomic_load(&w->st) != CX_OK)
        return host_core->fail(CX_E_NOMEM, j->where,
                               "cannot allocate workspace for (%lld, %lld): %lld bytes",
                               (long long)j->m, (long long)j->n, (long long)host_spectral_work(n));
    return st;
}

cx_status host_stack_eig(const host_lap_job *j)
{
    spectral_job w = {.values = false};
    w.eig = (host_lanes_spectrum){.batch = j->a->shape[0],
                                  .n = j->n,
                                  .a = j->a->data,
                                  .a_step = j->a->stride[0],
                                  .lda = lda_of(j, j->a),
                                  .values = j->b->data,
                                  .values_step = j->b->stride[0],
                                  .upper = j->upper,
                                  .vectors = j->vectors,
                                  .info = j->info};
    return run_spectral(j, &w);
}

/* A matrix in rows is its transpose in columns, whose factors have changed places. */
cx_status host_stack_svd(const host_lap_job *j)
{
    const cx_view *const u = j->row ? j->d : j->c, *const vt = j->row ? j->c : j->d;
    spectral_job w = {.values = true};
    w.svd = (host_lanes_values){.batch = j->a->shape[0],
                                .m = j->row ? j->n : j->m,
                                .n = j->row ? j->m : j->n,
                                .a = j->a->data,
                                .a_step = j->a->stride[0],
                                .lda = lda_of(j, j->a),
                                .s = j->b->data,
                                .s_step = j->b->stride[0],
                                .all = j->letter == 'A',
                                .info = j->info};
    w.svd.turned = w.svd.m < w.svd.n;
    if (u != NULL) {
        w.svd.u = u->data;
        w.svd.u_step = u->stride[0];
        w.svd.ldu = lda_of(j, u);
        w.svd.vt = vt->data;
        w.svd.vt_step = vt->stride[0];
        w.svd.ldvt = lda_of(j, vt);
    }
    return run_spectral(j, &w);
}
