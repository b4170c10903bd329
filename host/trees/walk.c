/* Rows through trees. One idea: a row's sums grow tree by tree in their order, whatever block of
 * rows it stands in, so blocks are cut for the caches alone: a tree stays in the nearest one while
 * the rows of a block go through it. */
#include "trees/walk.h"
#include <string.h>

enum {
    NUMBERS = 1 << 13, /* float32 of a block's rows, on the stack */
    MOST_ROWS = 512,   /* of a block */
    FEW_ROWS = 8,      /* fewer go one by one, through trees side by side */
    GROUP = 64,        /* trees that rows go through one by one, where that is the faster way */
    TREES = 128        /* leaves of one row that are kept until they are added */
};

typedef struct walk_job {
    const cx_tree_walk *w;
    const host_walk_loops *loops;
    const host_small_loops *small;
} walk_job;

static void add(const cx_tree_walk *w, int64_t i, int64_t t, int32_t leaf)
{
    if (w->leaf != NULL) w->leaf[i * w->trees + t] = leaf;
    if (w->out == NULL) return;
    const int64_t column = w->columns == 1 ? 0 : t % w->columns;
    double *const out = w->out + (i * w->columns + column) * w->width;
    const double *const value = w->value + (w->first[t] + leaf) * w->width;
    for (int64_t c = 0; c < w->width; c++) out[c] += w->scale * value[c];
}

/* The leaves of row i in trees from ... from + trees, added. Sums of one or two numbers stay in
 * registers. */
static void add_trees(const cx_tree_walk *w, int64_t i, int64_t from, int64_t trees,
                      const int32_t *leaf)
{
    if (w->leaf != NULL || w->out == NULL || w->columns > 1 || w->width > 2) {
        for (int64_t t = 0; t < trees; t++) add(w, i, from + t, leaf[t]);
        return;
    }
    const int64_t *const first = w->first + from;
    double *const out = w->out + i * w->width;
    const double *const value = w->value, scale = w->scale;
    double a = out[0];
    if (w->width == 1) {
        for (int64_t t = 0; t < trees; t++) a += scale * value[first[t] + leaf[t]];
    } else {
        double b = out[1];
        for (int64_t t = 0; t < trees; t++) {
            const double *const v = value + (first[t] + leaf[t]) * 2;
            a += scale * v[0];
            b += scale * v[1];
        }
        out[1] = b;
    }
    out[0] = a;
}

/* One row through all trees. */
static void one_row(const walk_job *job, int64_t i)
{
    const cx_tree_walk *const w = job->w;
    int32_t leaf[TREES];
    for (int64_t from = 0; from < w->trees; from += TREES) {
        const int64_t trees = w->trees - from < TREES ? w->trees - from : TREES;
        const double *const x = w->x + i * w->d;
        if (w->small != NULL)
            job->small->trees(w, x, from, trees, leaf);
        else if (w->node != NULL)
            job->loops->node_trees(w, x, from, trees, leaf);
        else
            job->loops->flat_trees(w, x, from, trees, leaf);
        add_trees(w, i, from, trees, leaf);
    }
}

/* The leaves of rows i ... i + n in tree t, added. */
static void add_rows(const cx_tree_walk *w, int64_t i, int64_t n, int64_t t, const int32_t *leaf)
{
    if (w->leaf != NULL || w->out == NULL || w->width != 1) {
        for (int64_t k = 0; k < n; k++) add(w, i + k, t, leaf[k]);
        return;
    }
    const int64_t step = w->columns;
    double *const out = w->out + i * step + t % w->columns;
    const double *const value = w->value + w->first[t], scale = w->scale;
    for (int64_t k = 0; k < n; k++) out[k * step] += scale * value[leaf[k]];
}

/* Rows one by one through as many trees as the second cache holds. */
static void few_columns(const walk_job *job, int64_t i, int64_t n)
{
    const cx_tree_walk *const w = job->w;
    int32_t leaf[GROUP];
    for (int64_t t = 0; t < w->trees; t += GROUP) {
        const int64_t trees = w->trees - t < GROUP ? w->trees - t : GROUP;
        for (int64_t k = i; k < i + n; k++) {
            job->small->trees(w, w->x + k * w->d, t, trees, leaf);
            add_trees(w, k, t, trees, leaf);
        }
    }
}

static void small_block(const walk_job *job, int64_t i, int64_t n)
{
    const cx_tree_walk *const w = job->w;
    float x[NUMBERS];
    int32_t leaf[MOST_ROWS];
    const double *const from = w->x + i * w->d;
    for (int64_t k = 0; k < n * w->d; k++) x[k] = (float)from[k];
    for (int64_t t = 0; t < w->trees; t++) {
        job->small->rows(w->small + w->root[t], w->shift, x, w->d, n, leaf);
        add_rows(w, i, n, t, leaf);
    }
}

static void node_block(const walk_job *job, int64_t i, int64_t n)
{
    const cx_tree_walk *const w = job->w;
    int32_t leaf[MOST_ROWS];
    for (int64_t t = 0; t < w->trees; t++) {
        job->loops->node_rows(w->node, w->root[t], w->x + i * w->d, w->d, n, leaf);
        add_rows(w, i, n, t, leaf);
    }
}

static void walk_rows(void *ctx, int64_t lo, int64_t hi)
{
    const walk_job *const job = ctx;
    const cx_tree_walk *const w = job->w;
    const int64_t fit = w->d > 0 ? NUMBERS / w->d : MOST_ROWS,
                  most = fit < MOST_ROWS ? fit : MOST_ROWS;
    const bool small = w->small != NULL && most >= FEW_ROWS, node = !small && w->small == NULL &&
                                                                    w->node != NULL &&
                                                                    w->words == NULL && !w->single;
    const int64_t sums = w->columns * w->width;
    if (w->fresh && w->out != NULL)
        memset(w->out + lo * sums, 0, (size_t)((hi - lo) * sums) * sizeof *w->out);
    for (int64_t i = lo, n; i < hi; i += n) {
        n = hi - i < most ? hi - i : most;
        if (n < FEW_ROWS || (!small && !node)) {
            n = 1;
            one_row(job, i);
        } else if (small && w->d <= job->small->near && w->trees >= GROUP / 2) {
            few_columns(job, i, n);
        } else if (small) {
            small_block(job, i, n);
        } else {
            node_block(job, i, n);
        }
    }
}

cx_status host_trees_walk(cx_queue *q, const cx_tree_walk *w)
{
    (void)q;
    walk_job job = {w, HOST_PICK(host_walk_loops_table), HOST_PICK(host_small_loops_table)};
    const int64_t share = w->n / 16, grain = share < 64          ? 64
                                             : share > MOST_ROWS ? MOST_ROWS
                                                                 : share;
    if (w->n <= 64) {
        walk_rows(&job, 0, w->n);
        return CX_OK;
    }
    return host_core->parallel_for(w->n, grain, walk_rows, &job);
}
