/* What every file of LAPACK routines needs: a job is one slot's call, run matrix by matrix over its
 * batch, with workspace for each thread. The methods behind a job are the file's own. */
#ifndef CX_HOST_LAPACK_H
#define CX_HOST_LAPACK_H
#include "linalg/blas.h"
#include <limits.h>
#include <stdatomic.h>

/** Workspace of one thread, and the sizes that the routine asked for (in elements). */
typedef struct host_lap_work {
    void *work, *rwork;
    int *iwork;
    int64_t lwork, lrwork, liwork;
} host_lap_work;

typedef struct host_lap_job {
    const char *where;       /* for errors */
    const void *methods;     /* of the dtype, known to the file that makes the job */
    int64_t size, real_size; /* bytes of an element and of its real part */
    const cx_view *a, *b, *c, *d;
    int64_t m, n, k;
    bool row, upper, vectors;
    char letter;
    int64_t *info;
    host_lap_work sizes;
    cx_status (*one)(struct host_lap_job *j, int64_t index, host_lap_work *w);
    atomic_int st; /* first failure */
} host_lap_job;

static inline int64_t host_rows_of(const cx_view *v)
{
    return v->shape[v->ndim - 2];
}
static inline int64_t host_cols_of(const cx_view *v)
{
    return v->shape[v->ndim - 1];
}
/** Sizes are checked before they become int, so a job whose matrices are too large must not ask
 * LAPACK for its workspace. */
static inline bool host_lap_fits(int64_t m, int64_t n)
{
    return m <= INT_MAX && n <= INT_MAX;
}
/** A size that came back as a floating point number, which may have lost its last digits. */
static inline int64_t host_lap_asked(double x)
{
    return x < 9e15 ? (int64_t)(x * (1 + 2e-7)) + 1 : INT64_MAX;
}

/** Is any of the matrices certainly in rows? All of a call are of one order, and some are too thin
 * to tell. */
bool host_lap_in_rows(int count, const cx_view *const views[]);
/** Matrix number i and its leading dimension in the job's order. */
char *host_lap_matrix(const host_lap_job *j, const cx_view *v, int64_t i, int *ld);
/** Row i of a view whose last dimension is a contiguous vector. */
char *host_lap_vector(const cx_view *v, int64_t i);
/** One block that holds what w's sizes ask for, to be freed through the core; NULL: no memory. */
void *host_lap_work_new(const host_lap_job *j, host_lap_work *w);
/** j->one for every matrix of j->a; flops of one decide whether the threads share a matrix or each
 * have their own. Errors are made here. */
cx_status host_lap_run(host_lap_job *j, double flops);
#endif
