/* Numbers to codes, on the CPU: eight columns at a time, rows in parallel, a binary search without
 * branches in each column's edges. */
#include "trees/hist_loops.h"
#include "trees/trees.h"
#include <math.h>
#include <string.h>

enum { ROWS = 1024, EDGES = 256, TOGETHER = 8 };

/* Places of values among the categories, which rise; anything else is missing. */
static void place(const double *edge, int64_t count, const double *x, int64_t n, uint8_t missing,
                  uint8_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = out[i];
        out[i] = at < count && edge[at] == x[i] ? (uint8_t)at : missing;
    }
}

static void code_column(const cx_tree_bins *b, int64_t j, int64_t lo, int64_t hi)
{
    const cx_tree_codes *const c = b->codes;
    const int64_t count = b->first[j + 1] - b->first[j];
    const uint8_t missing = (uint8_t)(c->bins - 1);
    const host_hist_loops *const loops = HOST_PICK(host_hist_loops_table);
    double edge[EDGES], x[ROWS];
    uint8_t code[ROWS];
    memcpy(edge, b->edge + b->first[j], (size_t)count * sizeof *edge);
    for (int64_t k = count; k < EDGES; k++) edge[k] = INFINITY;
    for (int64_t i = lo; i < hi; i++) x[i - lo] = b->x[(b->row ? b->row[i] : i) * c->d + j];
    loops->search(edge, x, hi - lo, code);
    if (b->categorical != NULL && b->categorical[j])
        place(edge, count, x, hi - lo, missing, code);
    else
        for (int64_t i = 0; i < hi - lo; i++)
            if (isnan(x[i])) code[i] = missing;
    uint8_t *const to = c->code + (j / TOGETHER * c->n + lo) * TOGETHER + j % TOGETHER;
    for (int64_t i = 0; i < hi - lo; i++) to[i * TOGETHER] = code[i];
}

static void code_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx_tree_bins *const b = ctx;
    const cx_tree_codes *const c = b->codes;
    for (int64_t block = 0; block * TOGETHER < c->d; block++) {
        memset(c->code + (block * c->n + lo) * TOGETHER, 0, (size_t)(hi - lo) * TOGETHER);
        const int64_t end = (block + 1) * TOGETHER < c->d ? (block + 1) * TOGETHER : c->d;
        for (int64_t j = block * TOGETHER; j < end; j++) code_column(b, j, lo, hi);
    }
}

cx_status host_trees_bins(cx_queue *q, const cx_tree_bins *b)
{
    (void)q;
    return host_core->parallel_for(b->codes->n, ROWS, code_rows, (void *)(uintptr_t)b);
}
