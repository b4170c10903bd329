/* Forests by histograms, a group of trees at a time: as many as their lists of rows leave room for.
 * The rows of each are drawn here, on the host, by tasks. */
#include "learn/ensemble/forest_hist_group.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/hist_bins.h"
#include "learn/model_selection/tasks.h"
#include <calx/array.h>
#include <calx/device.h>
#include <string.h>

enum { MAX_BINS = 255, GROUP = 64 };
static const int64_t LIST_BYTES = 128 << 20;

/* ---- the rows of a group */
typedef struct drawing {
    const cx__hist_forest *f;
    int64_t tree;
    int32_t *row; /* [trees, most] */
    int64_t *count;
    double *weight; /* [n] or NULL */
} drawing;

static cx_status draw_rows(void *ctx, int64_t i)
{
    const drawing *const w = ctx;
    return w->f->rows(w->f->ctx, w->tree + i, w->row + i * w->f->most, &w->count[i], w->weight);
}

/* The list of all trees, one behind the other; first [trees + 1]. */
static cx_status draw_group(const cx__hist_forest *f, int64_t tree, int64_t trees, double *weight,
                            int64_t *first, cx_array **list)
{
    int32_t *const row = cx__alloc((size_t)(trees * f->most) * sizeof *row);
    if (row == NULL) return cx__fail_nomem("fit", "lists", (size_t)(trees * f->most) * sizeof *row);
    drawing w = {f, tree, row, first + 1, weight};
    cx_status st = cx__tasks_run(f->g->where, f->g->self->cls->name, CX_CPU, trees, draw_rows, &w);
    first[0] = 0;
    for (int64_t t = 0; st == CX_OK && t < trees; t++) {
        const int64_t count = first[t + 1];
        memmove(row + first[t], row + t * f->most, (size_t)count * sizeof *row);
        first[t + 1] += first[t];
    }
    if (st == CX_OK) *list = cx__send(f->site, cx_copy_host(row, CX_SHAPE(first[trees]), CX_I32));
    if (st == CX_OK) st = cx__so_far();
    cx__free(row);
    return st;
}

static cx_status group(cx__hist_grouper *r, cx__hist_words *w, int64_t tree, int64_t trees,
                       cx__trees *out)
{
    const cx__hist_forest *const f = r->f;
    double *const weight = f->own_weights ? cx__scope_room((size_t)f->g->n * sizeof *weight) : NULL;
    int64_t *const first = cx__scope_room((size_t)(trees + 1) * sizeof *first);
    CX__TRY(cx__so_far());
    CX__TRY(draw_group(f, tree, trees, weight, first, &r->row));
    if (f->own_weights) CX__TRY(cx__hist_words_make(f, weight, w));
    r->group.trees = trees;
    cx_status st = cx__hist_group_grow(r, tree, first);
    if (st == CX_OK) st = cx__hist_group_add(w, r->bins, &r->group, cx__at(r->row), out);
    return st;
}

static int64_t trees_together(const cx__hist_forest *f, int64_t left)
{
    int64_t most = f->group > 0 ? f->group : LIST_BYTES / 4 / (f->most + 1);
    if (most > GROUP) most = GROUP;
    if (f->own_weights || most < 1) most = 1;
    return most < left ? most : left;
}

/* Signs of the columns as the words have y: of two classes the share of the second, while rules
 * hold the first's. */
static cx_array *signs_of(const cx__hist_forest *f)
{
    const cx__grow *const g = f->g;
    if (g->rules.monotonic == NULL) return NULL;
    int8_t *const sign = cx__scope_room((size_t)g->d);
    for (int64_t j = 0; sign != NULL && j < g->d; j++)
        sign[j] = (int8_t)(g->classes != NULL ? -g->rules.monotonic[j] : g->rules.monotonic[j]);
    return sign != NULL ? cx__send(f->site, cx_copy_host(sign, CX_SHAPE(g->d), CX_I8)) : NULL;
}

static cx_status grow_all(const cx__hist_forest *f, const cx__hist_bins *b, int64_t count,
                          cx__trees *out)
{
    cx__hist_words words = {.word = NULL};
    const cx__hist_grouper common = {
        .f = f,
        .w = &words,
        .bins = b,
        .used = cx__send(f->site, cx_copy_host(b->used, CX_SHAPE(b->d), CX_I32)),
        .missing = cx__send(f->site, cx_copy_host(b->missing, CX_SHAPE(b->d), CX_U8)),
        .monotonic = signs_of(f)};
    CX__TRY(cx__so_far());
    if (!f->own_weights) CX__TRY(cx__hist_words_make(f, f->weight, &words));
    for (int64_t tree = 0, trees; tree < count; tree += trees) {
        const cx_scope inner = cx_scope_open();
        cx__hist_grouper r = common;
        trees = trees_together(f, count - tree);
        cx_check(group(&r, &words, tree, trees, out));
        cx__hist_group_end(&r);
        CX__TRY(cx_scope_close(inner));
        CX__TRY(cx_self_progress(f->g->self, tree + trees, count));
    }
    return CX_OK;
}

cx_status cx__hist_forest_grow(const cx__hist_forest *f, int64_t count, cx__trees *out)
{
    const cx__hist_data data = {.x = f->x, .n = f->g->n, .max_bins = MAX_BINS};
    cx__hist_bins bins = {.n = 0};
    cx_status st = cx__hist_bins_make(f->site, f->g->self->cls->name, &data, &bins);
    if (st == CX_OK) st = grow_all(f, &bins, count, out);
    cx__hist_bins_free(&bins);
    return st;
}
