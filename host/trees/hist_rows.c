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
    int bits;
    double *most; /* [chunks, 2] */
    double times[2];
} fixing;

static void largest(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    double g = 0, h = 0;
    bool bad = false;
    for (int64_t i = lo; i < hi; i++) {
        const double a = fabs(c->gradient[i * c->stride]);
        g = a > g ? a : g;
        bad = bad || !(a <= HUGE_VALF);
        if (c->hessian == NULL) continue;
        const double b = fabs(c->hessian[i * c->stride]);
        h = b > h ? b : h;
        bad = bad || !(b <= HUGE_VALF);
    }
    f->most[lo / GRAIN * 2] = bad ? INFINITY : (double)(float)g;
    f->most[lo / GRAIN * 2 + 1] = (double)(float)h;
}

static void words(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    const double tg = f->times[0], th = f->times[1];
    const int64_t one = (int64_t)1 << f->bits;
    if (c->hessian == NULL) {
        for (int64_t i = lo; i < hi; i++)
            c->word[i] = host_nearest((double)(float)c->gradient[i * c->stride] * tg) * one + 1;
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        c->word[2 * i] = host_nearest((double)(float)c->gradient[i * c->stride] * tg);
        c->word[2 * i + 1] = host_nearest((double)(float)c->hessian[i * c->stride] * th) * one + 1;
    }
}

cx_status host_trees_fix(cx_queue *q, const cx_tree_fix *c)
{
    if (c->outputs > 1) return host_trees_fix_outputs(q, c);
    const int64_t chunks = (c->n + GRAIN - 1) / GRAIN;
    fixing f = {.call = c,
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
    uint8_t goes[CODES];
} cutting;

static void side_of(const cx_tree_codes *c, const cx_tree_cut *cut, uint8_t *goes)
{
    for (int b = 0; b < CODES; b++)
        goes[b] = cut->categorical ? (uint8_t)(cut->bits[b / 32] >> (b % 32) & 1) : b <= cut->bin;
    if (!cut->categorical && c->bins - 1 > cut->bin) goes[c->bins - 1] = cut->missing_left;
}

/* Rows [lo, hi): those that go left to the front, the others into room at the same place. */
static int64_t sift(const cutting *k, int64_t lo, int64_t hi)
{
    const cx_tree_partition *const p = k->call;
    const uint8_t *const code = p->codes->code +
                                k->cut->feature / TOGETHER * p->codes->n * TOGETHER +
                                k->cut->feature % TOGETHER;
    int32_t *const row = p->row + lo, *const room = p->room + lo;
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < hi - lo; i++) {
        const int32_t r = row[i];
        const uint8_t go = k->goes[code[(int64_t)r * TOGETHER]];
        row[left] = r;
        room[right] = r;
        left += go;
        right += 1 - go;
    }
    return left;
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
