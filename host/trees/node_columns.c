/* Sorted columns that are kept up from node to node: each node's rows stand in the same places of
 * every column as in the list of rows, sorted by that column. A split deals every column into left
 * and right in the order that it has. */
#include "trees/fast.h"
#include <stdatomic.h>
#include <string.h>

typedef struct job {
    tree_grower *w;
    int64_t start, pos, end;
} job;

/* Below this many elements in all columns the caller does it by itself. */
enum { ENOUGH = 1 << 15 };

static void run(tree_grower *w, int64_t elements, void (*body)(void *, int64_t, int64_t), job *s)
{
    const int64_t d = w->t->d;
    if (elements * d < ENOUGH || host_core->parallel_for(d, 1, body, s) != CX_OK) body(s, 0, d);
}

static void fill(void *ctx, int64_t lo, int64_t hi)
{
    const job *const s = ctx;
    const cx_tree_table *const t = s->w->t;
    const double *const weight = s->w->g->weight;
    for (int64_t j = lo; j < hi; j++) {
        uint64_t *to = s->w->fast.column + j * s->w->fast.columns;
        const uint32_t *const code = t->code + j * t->n;
        for (int64_t i = 0; i < t->n; i++) {
            const int32_t row = t->order[j * t->n + i];
            if (weight != NULL && weight[row] == 0) continue;
            *to++ = element_of(&s->w->fast, code[row], row);
        }
    }
}

void host_columns_begin(tree_grower *w)
{
    job s = {.w = w};
    run(w, w->count, fill, &s);
}

void host_columns_start(tree_grower *w, int64_t start, int64_t end)
{
    tree_fast *const f = &w->fast;
    f->base = start;
    for (int32_t j = 0; j < w->t->d; j++) {
        host_sort_node(w, start, end, j, f->element);
        memcpy(f->column + j * f->columns, f->element, (size_t)(end - start) * sizeof *f->column);
    }
}

static uint64_t *column_of(const tree_grower *w, int64_t j, int64_t start)
{
    return w->fast.column + j * w->fast.columns + start - w->fast.base;
}

static void deal(const tree_grower *w, uint64_t *e, int64_t m, uint64_t *spare)
{
    const uint8_t *const goes = w->fast.leaves_left;
    const int shift = w->fast.row_shift;
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < m; i++) {
        const uint64_t v = e[i];
        const int64_t l = goes[element_row(v, shift)];
        e[left] = v;
        spare[right] = v;
        left += l;
        right += 1 - l;
    }
    memcpy(e + left, spare, (size_t)right * sizeof *e);
}

/* Each column's own part of the spare memory if that is there for all: [d, count]. */
static void deal_columns(void *ctx, int64_t lo, int64_t hi)
{
    const job *const s = ctx;
    const tree_grower *const w = s->w;
    const int64_t m = s->end - s->start;
    uint64_t *spare = host_core->alloc((size_t)m * sizeof *spare);
    for (int64_t j = lo; spare != NULL && j < hi; j++) {
        deal(w, column_of(w, j, s->start), m, spare);
        w->fast.found[j].cut = -1;
    }
    host_core->free(spare);
}

void host_columns_cut(tree_grower *w, int64_t start, int64_t pos, int64_t end)
{
    uint8_t *const goes = w->fast.leaves_left;
    const int64_t m = end - start, d = w->t->d;
    for (int64_t i = start; i < end; i++) goes[w->rows[i]] = i < pos;
    for (int64_t j = 0; j < d; j++) w->fast.found[j].cut = 0;
    job s = {w, start, pos, end};
    if (m * d >= ENOUGH) (void)host_core->parallel_for(d, 1, deal_columns, &s);
    for (int64_t j = 0; j < d; j++) /* and those for which there was no memory */
        if (w->fast.found[j].cut != -1) deal(w, column_of(w, j, start), m, w->fast.spare);
}
