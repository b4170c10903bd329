/* What happens to rows while trees grow by histograms, on the CPU: words from gradients, the cut of
 * a node's rows, leaves' values to predictions. */
#include "trees/fixed.h"
#include "trees/hist_loops.h"
#include "trees/trees.h"
#include <math.h>
#include <string.h>

enum { TOGETHER = 8, GRAIN = 8192, CODES = 256 };

/* ---- words */
typedef struct fixing {
    const cx_tree_fix *call;
    const host_row_loops *loops;
    int bits;
    double *most; /* [chunks, 2] */
    double times[2];
} fixing;

static void largest(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    const int64_t at = lo * c->stride;
    double *const most = f->most + lo / GRAIN * 2;
    most[0] = f->loops->largest(c->gradient + at, c->stride, hi - lo);
    most[1] = c->hessian != NULL ? f->loops->largest(c->hessian + at, c->stride, hi - lo) : 0;
}

static void words(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    const int64_t at = lo * c->stride, n = hi - lo;
    if (c->hessian == NULL)
        f->loops->singles(c->gradient + at, c->stride, n, f->times[0], f->bits, c->word + lo);
    else
        f->loops->pairs(c->gradient + at, c->hessian + at, c->stride, n, f->times, f->bits,
                        c->word + 2 * lo);
}

cx_status host_trees_fix(cx_queue *q, const cx_tree_fix *c)
{
    if (c->outputs > 1) return host_trees_fix_outputs(q, c);
    const int64_t chunks = (c->n + GRAIN - 1) / GRAIN;
    fixing f = {.call = c,
                .loops = HOST_PICK(host_row_loops_table),
                .bits = c->count_bits,
                .most = host_core->alloc((size_t)chunks * 2 * sizeof *f.most)};
    if (f.most == NULL) return host_core->fail(CX_E_NOMEM, "fit", "words of gradients");
    cx_status st = host_core->parallel_for(c->n, GRAIN, largest, &f);
    double most[2] = {0, 0};
    for (int64_t i = 0; i < 2 * chunks; i++)
        if (f.most[i] > most[i % 2]) most[i % 2] = f.most[i];
    host_core->free(f.most);
    if (st != CX_OK) return st;
    if (!isfinite(most[0]) || !isfinite(most[1]))
        return host_core->fail(CX_E_ARGUMENT, "fit",
                               "gradients of the loss are beyond float32; the predictions diverge");
    const int wide = 62 - f.bits, narrow = 62 - 2 * f.bits;
    c->unit[0] = host_unit_of(most[0], c->hessian != NULL ? wide : narrow);
    c->unit[1] = c->hessian != NULL ? host_unit_of(most[1], narrow) : 1;
    f.times[0] = 1 / c->unit[0];
    f.times[1] = 1 / c->unit[1];
    return host_core->parallel_for(c->n, GRAIN, words, &f);
}

/* ---- cuts */
typedef struct cutting {
    const cx_tree_partition *call;
    const cx_tree_cut *cut;
    int64_t *left; /* [chunks + 1]: how many of each chunk go left, then where they go */
    uint32_t goes[CODES / 32]; /* a bit for each code that goes left */
} cutting;

static void side_of(const cx_tree_codes *c, const cx_tree_cut *cut, uint32_t *goes)
{
    memcpy(goes, cut->bits, CODES / 8);
    if (cut->categorical) return;
    for (int b = 0; b < CODES; b++) {
        const bool missing = b == c->bins - 1 && b > cut->bin;
        const uint32_t bit = (uint32_t)1 << (b % 32),
                       go = missing ? cut->missing_left : b <= cut->bin;
        goes[b / 32] = (goes[b / 32] & ~bit) | (go ? bit : 0);
    }
}

/* Rows [lo, hi): those that go left to the front, the others into room at the same place. */
static int64_t sift(const cutting *k, int64_t lo, int64_t hi)
{
    const cx_tree_partition *const p = k->call;
    const int64_t feature = k->cut->feature;
    return HOST_PICK(host_row_loops_table)
        ->sift(p->codes->code + feature / TOGETHER * p->codes->n * TOGETHER,
               (int)(feature % TOGETHER), k->goes, p->row + lo, hi - lo, p->room + lo);
}

static void sift_chunks(void *ctx, int64_t lo, int64_t hi)
{
    const cutting *const k = ctx;
    k->left[lo / GRAIN] = sift(k, k->cut->begin + lo, k->cut->begin + hi);
}

static int64_t cut_alone(cutting *k)
{
    const cx_tree_partition *const p = k->call;
    side_of(p->codes, k->cut, k->goes);
    const int64_t begin = k->cut->begin, end = k->cut->end, left = sift(k, begin, end);
    memcpy(p->row + begin + left, p->room + begin, (size_t)(end - begin - left) * sizeof *p->row);
    return begin + left;
}

/* A node of many rows: chunks by themselves, then joined. */
static cx_status cut_together(cutting *k, int64_t *middle)
{
    const cx_tree_partition *const p = k->call;
    const int64_t n = k->cut->end - k->cut->begin, chunks = (n + GRAIN - 1) / GRAIN;
    k->left = host_core->alloc((size_t)chunks * sizeof *k->left);
    if (k->left == NULL) return host_core->fail(CX_E_NOMEM, "fit", "chunks of rows");
    side_of(p->codes, k->cut, k->goes);
    const cx_status st = host_core->parallel_for(n, GRAIN, sift_chunks, k);
    int32_t *const row = p->row + k->cut->begin, *const room = p->room + k->cut->begin;
    int64_t at = 0;
    for (int64_t c = 0; st == CX_OK && c < chunks; c++) {
        if (at < c * GRAIN) memmove(row + at, row + c * GRAIN, (size_t)k->left[c] * sizeof *row);
        at += k->left[c];
    }
    *middle = k->cut->begin + at;
    for (int64_t c = 0; st == CX_OK && c < chunks; c++) {
        const int64_t size = n - c * GRAIN < GRAIN ? n - c * GRAIN : GRAIN;
        memcpy(row + at, room + c * GRAIN, (size_t)(size - k->left[c]) * sizeof *row);
        at += size - k->left[c];
    }
    host_core->free(k->left);
    return st;
}

static void cut_nodes(void *ctx, int64_t lo, int64_t hi)
{
    const cx_tree_partition *const p = ctx;
    for (int64_t i = lo; i < hi; i++) {
        cutting k = {.call = p, .cut = &p->cut[i]};
        const int64_t middle = cut_alone(&k);
        if (p->middle != NULL) p->middle[i] = middle;
    }
}

cx_status host_trees_partition(cx_queue *q, const cx_tree_partition *p)
{
    (void)q;
    if (p->nodes >= 4 * (int64_t)host_core->num_threads() && p->nodes > 4)
        return host_core->parallel_for(p->nodes, 1, cut_nodes, (void *)(uintptr_t)p);
    for (int64_t i = 0; i < p->nodes; i++) {
        cutting k = {.call = p, .cut = &p->cut[i]};
        int64_t middle = 0;
        if (k.cut->end - k.cut->begin <= 2 * GRAIN || host_core->num_threads() == 1) {
            middle = cut_alone(&k);
        } else {
            const cx_status st = cut_together(&k, &middle);
            if (st != CX_OK) return st;
        }
        if (p->middle != NULL) p->middle[i] = middle;
    }
    return CX_OK;
}

/* ---- leaves */
static void raise_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx_tree_leaves *const l = ctx;
    for (int64_t k = lo; k < hi; k++)
        for (int64_t i = l->begin[k]; i < l->end[k]; i++)
            l->raw[(l->row[i] - l->first) * l->stride] += l->value[k];
}

cx_status host_trees_leaves(cx_queue *q, const cx_tree_leaves *l)
{
    (void)q;
    return host_core->parallel_for(l->leaves, 2, raise_rows, (void *)(uintptr_t)l);
}
