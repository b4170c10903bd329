/* The table of the training rows: float32, column by column. */
#include "trees/grow.h"

enum { ROWS = 1024 /* of a chunk: a few lines of each column at a time */ };

typedef struct fill_job {
    const double *x;
    cx_tree_table *t;
} fill_job;

static void fill(void *ctx, int64_t lo, int64_t hi)
{
    const fill_job *const job = ctx;
    const int64_t n = job->t->n, d = job->t->d;
    for (int64_t j = 0; j < d; j++)
        for (int64_t i = lo; i < hi; i++) job->t->x[j * n + i] = (float)job->x[i * d + j];
}

cx_status host_tree_open(cx_queue *q, const double *x, int64_t n, int64_t d,
                         const cx_tree_rules *rules, cx_tree_table **out)
{
    (void)q;
    (void)rules;
    *out = NULL;
    if (n > INT32_MAX || d > INT32_MAX)
        return host_core->fail(CX_E_SHAPE, "fit",
                               "%lld rows of %lld features are too many for trees", (long long)n,
                               (long long)d);
    cx_tree_table *const t = host_core->alloc(sizeof *t);
    if (t == NULL) return host_core->fail(CX_E_NOMEM, "fit", "cannot allocate a table of trees");
    *t = (cx_tree_table){.n = n, .d = d};
    t->x = host_core->alloc((size_t)n * (size_t)d * sizeof *t->x);
    cx_status st = CX_OK;
    if (t->x == NULL)
        st = host_core->fail(CX_E_NOMEM, "fit", "cannot allocate %lld x %lld columns", (long long)n,
                             (long long)d);
    fill_job job = {x, t};
    if (st == CX_OK) st = host_core->parallel_for(n, ROWS, fill, &job);
    if (st == CX_OK)
        *out = t;
    else
        host_tree_close(q, t);
    return st;
}

void host_tree_close(cx_queue *q, cx_tree_table *t)
{
    (void)q;
    if (t == NULL) return;
    host_core->free(t->x);
    host_core->free(t);
}
