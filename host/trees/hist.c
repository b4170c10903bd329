/* Histograms of nodes on the CPU. A node of many rows is cut into as many parts as there are
 * threads, each with bins of its own: sums are whole numbers, so nobody can tell. Words are
 * gathered into the order of the node a few hundred rows at a time, and then added to all columns,
 * eight by eight, from the nearest cache. */
#include "trees/hist_loops.h"
#include "trees/trees.h"
#include <stdatomic.h>
#include <string.h>

enum { TOGETHER = 8, WORDS = 2 * HOST_HIST_ROWS, PARTS = 64 };
/* rows * columns from which on a second thread is worth its call */
static const int64_t WORTH = 30000;

typedef struct job {
    const cx_tree_histograms *call;
    const host_hist_loops *loops;
    int64_t length; /* numbers of one histogram */
    const cx_tree_node_rows *node;
    int64_t parts;
    int64_t *own; /* [parts - 1, length] */
} job;

/* Rows [lo, hi) of the list. */
static void add_rows(const job *j, int64_t lo, int64_t hi, int64_t *hist)
{
    const cx_tree_histograms *const h = j->call;
    const cx_tree_codes *const c = h->codes;
    const int64_t k = h->channels, most = WORDS / k > 0 ? WORDS / k : 1;
    int64_t word[WORDS];
    for (int64_t at = lo; at < hi;) {
        const int64_t m = hi - at < most ? hi - at : most;
        const int32_t *const row = h->row + at;
        const int64_t *from = word;
        if (k == 1)
            for (int64_t i = 0; i < m; i++) word[i] = h->word[row[i]];
        else if (k == 2)
            for (int64_t i = 0; i < m; i++) memcpy(word + 2 * i, h->word + 2 * (int64_t)row[i], 16);
        else if (k <= WORDS)
            for (int64_t i = 0; i < m; i++)
                memcpy(word + k * i, h->word + k * row[i], (size_t)k * sizeof *word);
        else
            from = h->word + k * row[0];
        for (int64_t b = 0; b * TOGETHER < c->d; b++) {
            const int64_t columns = c->d - b * TOGETHER < TOGETHER ? c->d - b * TOGETHER : TOGETHER;
            j->loops->add(c->code + b * c->n * TOGETHER, row, m, from, k, columns, c->bins,
                          hist + b * TOGETHER * c->bins * k);
        }
        at += m;
    }
}

static void add_parts(void *ctx, int64_t lo, int64_t hi)
{
    const job *const j = ctx;
    const int64_t rows = j->node->end - j->node->begin, begin = j->node->begin;
    for (int64_t p = lo; p < hi; p++) {
        int64_t *const to =
            p == 0 ? j->call->hist + j->node->slot * j->length : j->own + (p - 1) * j->length;
        memset(to, 0, (size_t)j->length * sizeof *to);
        add_rows(j, begin + rows * p / j->parts, begin + rows * (p + 1) / j->parts, to);
    }
}

/* The parts of [lo, hi) of the numbers into one, and the sibling's. */
static void join(void *ctx, int64_t lo, int64_t hi)
{
    const job *const j = ctx;
    int64_t *const to = j->call->hist + j->node->slot * j->length;
    for (int64_t p = 1; p < j->parts; p++)
        j->loops->merge(to + lo, j->own + (p - 1) * j->length + lo, hi - lo);
    if (j->node->sibling < 0) return;
    int64_t *const sibling = j->call->hist + j->node->sibling * j->length;
    j->loops->subtract(sibling + lo, to + lo, hi - lo);
}

/* One node after the other, each by all threads. */
static cx_status node_by_node(job *j)
{
    const cx_tree_histograms *const h = j->call;
    const int64_t threads = host_core->num_threads(), most = threads < PARTS ? threads : PARTS;
    for (int64_t i = 0; i < h->nodes; i++) {
        j->node = &h->node[i];
        const int64_t work = (j->node->end - j->node->begin) * h->codes->d;
        j->parts = work / WORTH + 1 < most ? work / WORTH + 1 : most;
        if (j->parts == 1) {
            add_parts(j, 0, 1);
            join(j, 0, j->length);
            continue;
        }
        cx_status st = host_core->parallel_for(j->parts, 1, add_parts, j);
        if (st == CX_OK) st = host_core->parallel_for(j->length, 4096, join, j);
        if (st != CX_OK) return st;
    }
    return CX_OK;
}

static void whole_nodes(void *ctx, int64_t lo, int64_t hi)
{
    job one = *(const job *)ctx;
    one.parts = 1;
    for (int64_t i = lo; i < hi; i++) {
        one.node = &one.call->node[i];
        add_parts(&one, 0, 1);
        join(&one, 0, one.length);
    }
}

cx_status host_trees_histograms(cx_queue *q, const cx_tree_histograms *h)
{
    (void)q;
    const int64_t d8 = (h->codes->d + TOGETHER - 1) / TOGETHER * TOGETHER;
    job j = {.call = h,
             .loops = HOST_PICK(host_hist_loops_table),
             .length = d8 * h->codes->bins * h->channels};
    const int64_t threads = host_core->num_threads();
    if (h->nodes >= 4 * threads && threads > 1)
        return host_core->parallel_for(h->nodes, 1, whole_nodes, &j);
    int64_t most = 1;
    for (int64_t i = 0; i < h->nodes; i++) {
        const int64_t work = (h->node[i].end - h->node[i].begin) * h->codes->d;
        const int64_t parts = work / WORTH + 1 < threads ? work / WORTH + 1 : threads;
        if (parts > most) most = parts < PARTS ? parts : PARTS;
    }
    if (most > 1) {
        const size_t bytes = (size_t)(most - 1) * (size_t)j.length * sizeof *j.own;
        j.own = host_core->alloc(bytes);
        if (j.own == NULL)
            return host_core->fail(CX_E_NOMEM, "fit", "histograms of %zu bytes", bytes);
    }
    const cx_status st = node_by_node(&j);
    if (j.own != NULL) host_core->free(j.own);
    return st;
}
