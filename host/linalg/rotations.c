/* What is no LAPACK routine and yet runs number by number: rotations of rows, by which factors
 * follow a change of their matrix, and Levinson's recursion for Toeplitz matrices. One idea: a
 * matrix is worked on by one thread, in its own order; batches are spread over the pool. */
#include "linalg/banded.h"
#include "paste.h"
#include <math.h>

enum { TURNS = 256 }; /* rotations that wait for the rows of u */

/* One matrix a [m, n], and u [p, m] if u.p is not NULL. */
typedef struct turn_call {
    host_mat a, u;
    void *w;
    int64_t m, n, p, first, width;
} turn_call;

typedef struct turn_type {
    int64_t size;
    void (*rotate)(const turn_call *c, void *work);
    int64_t (*update)(const turn_call *c, bool down); /* info */
    int64_t (*levinson)(int64_t n, int64_t cols, const void *column, const void *row, void *right,
                        int64_t ldb, void *work);
} turn_type;

#define LOOP "loops/rotations.inc"
#include "loops/blas_types.inc"

static const turn_type *const types[CX_DTYPE_COUNT] = {
    [CX_F32] = &sturns, [CX_F64] = &dturns, [CX_C64] = &cturns, [CX_C128] = &zturns};

/* a, u in b, vectors in c */
typedef struct turn_job {
    host_lap_job j;
    int64_t first, width;
} turn_job;

static const turn_type *of(const host_lap_job *j)
{
    return j->methods;
}

static cx_status run(turn_job *w, double flops)
{
    const turn_type *const t = types[w->j.a->dtype];
    if (!t)
        return host_core->fail(CX_E_UNSUPPORTED, w->j.where, "no matrices of %s",
                               cx_dtype_name(w->j.a->dtype));
    w->j.methods = t;
    w->j.size = w->j.real_size = t->size;
    return host_lap_run(&w->j, flops);
}

static cx_status one_rotate(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const turn_job *const t = (const turn_job *)(const void *)j;
    turn_call c = {.a = host_mat_at(j->a, i),
                   .w = j->c ? host_lap_vector(j->c, i) : NULL,
                   .m = j->m,
                   .n = j->n,
                   .first = t->first,
                   .width = t->width};
    if (j->b) {
        c.u = host_mat_at(j->b, i);
        c.p = host_rows_of(j->b);
    }
    of(j)->rotate(&c, w->work);
    return CX_OK;
}

cx_status host_rotate(cx_queue *q, const cx_rotations *what, const cx_view *w, const cx_view *a,
                      const cx_view *u)
{
    (void)q;
    turn_job t = {.j = {.where = "qr_update",
                        .a = a,
                        .b = u,
                        .c = w,
                        .m = host_rows_of(a),
                        .n = host_cols_of(a),
                        .sizes = {.lwork = 4 * TURNS},
                        .one = one_rotate},
                  .first = w ? 0 : what->first,
                  .width = w ? 1 : what->width};
    const double m = (double)t.j.m;
    return run(&t, 6 * (double)t.width * m * ((double)t.j.n + (u ? (double)host_rows_of(u) : 0)));
}

static cx_status one_update(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    const turn_call c = {.a = host_mat_at(j->a, i), .w = host_lap_vector(j->c, i), .n = j->n};
    j->info[i] = of(j)->update(&c, j->upper);
    return CX_OK;
}

cx_status host_cholesky_update(cx_queue *q, bool down, const cx_view *a, const cx_view *x,
                               int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    turn_job t = {.j = {.where = "cho_update",
                        .a = a,
                        .c = x,
                        .m = n,
                        .n = n,
                        .upper = down,
                        .info = info,
                        .one = one_update}};
    return run(&t, 4 * (double)n * (double)n);
}

static cx_status one_levinson(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const host_mat a = host_mat_at(j->a, i), b = host_mat_at(j->b, i);
    j->info[i] =
        of(j)->levinson(j->n, j->k, a.p, a.p + a.rs * j->size, b.p, j->k > 1 ? b.cs : 0, w->work);
    return CX_OK;
}

cx_status host_levinson(cx_queue *q, const cx_view *cr, const cx_view *b, int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(b), cols = host_cols_of(b);
    if (n == 0 || cols == 0) return CX_OK;
    turn_job w = {.j = {.where = "solve_toeplitz",
                        .a = cr,
                        .b = b,
                        .m = n,
                        .n = n,
                        .k = cols,
                        .sizes = {.lwork = 2 * n},
                        .info = info,
                        .one = one_levinson}};
    return run(&w, (8 + 4 * (double)cols) * (double)n * (double)n);
}
