/* Fit of random forests and extra trees: every tree grows from all rows, or from a bootstrap of
 * them, given to it as weights. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/forest_hist.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <string.h>

/* What the trees of one fit share. */
typedef struct rows_of_trees {
    cx__bootstrap by;
    bool balance; /* class weights of each bootstrap */
} rows_of_trees;

static cx_status grow_one(void *ctx, const cx__forest *f, int64_t tree, cx__trees *out)
{
    const rows_of_trees *const r = ctx;
    const cx__grow *const g = f->g;
    cx__grow_one one = {
        .y = g->y, .weight = g->weight, .min_weight_leaf = g->rules.min_weight_leaf};
    CX__TRY(cx__forest_splitter_seed(f->seed[tree], &one.seed));
    if (r->by.draws == 0) return cx__grow_lent(g, &one, out);
    double *const times = cx__scratch((size_t)g->n * sizeof *times);
    if (times == NULL) return cx__fail_nomem(g->where, "a bootstrap", (size_t)g->n * sizeof *times);
    cx_status st = cx__bootstrap_times(&r->by, f->seed[tree], times);
    if (st == CX_OK && r->balance) st = cx__grow_balance(g, times, times);
    one.weight = times;
    one.min_weight_leaf = cx__grow_min_weight(g, times);
    if (st == CX_OK) st = cx__grow_lent(g, &one, out);
    cx__scratch_free(times);
    return st;
}

/* ---- weights */
static bool class_weight_is(const cx_estimator *self, const char *name)
{
    const cx__lit *const v = cx__param(self, "class_weight");
    return v->kind == CX__LIT_STR && strcmp(v->u.s, name) == 0;
}

/* Balanced classes of a forest count sample_weight, which those of a single tree do not. */
static cx_status balanced_weights(cx__grow *g, const cx_array *sample_weight)
{
    double *const weight = cx__scope_room((size_t)g->n * sizeof *weight);
    CX__TRY(cx__so_far());
    if (sample_weight != NULL) {
        const double *const given = cx__at(cx__f64(&g->site, sample_weight));
        CX__TRY(cx__so_far());
        memcpy(weight, given, (size_t)g->n * sizeof *weight);
    }
    for (int64_t i = 0; sample_weight == NULL && i < g->n; i++) weight[i] = 1;
    CX__TRY(cx__grow_balance(g, weight, weight));
    g->weight = weight;
    g->rules.min_weight_leaf = cx__grow_min_weight(g, weight);
    return CX_OK;
}

static cx_status learn_y(const cx_estimator *self, const cx_data *d, cx__grow *g,
                         rows_of_trees *rows)
{
    if (self->cls->kind != CX_CLASSIFIER) {
        CX__TRY(cx__grow_targets(g, d->y));
        return cx__grow_weights(g, d->sample_weight);
    }
    CX__TRY(cx__grow_labels(g, d->y));
    const bool each = class_weight_is(self, "balanced_subsample");
    rows->balance = each && cx_param_bool(self, "bootstrap");
    return class_weight_is(self, "balanced") || (each && !rows->balance)
               ? balanced_weights(g, d->sample_weight)
               : cx__grow_weights(g, d->sample_weight);
}

/* ---- fit */
static cx_status same_classes(const cx_estimator *self, const cx__grow *g, const cx__forest *f,
                              int slot)
{
    const cx_array *const old = f->have > 0 ? cx_self_before(self, slot) : NULL;
    if (old == NULL) return CX_OK;
    cx_array *code = NULL;
    CX__TRY(cx__labels_find(g->where, g->labels, cx_to(old, CX_CPU), &code));
    const int64_t *const at = cx_data_i64(code);
    CX__TRY(cx__so_far());
    bool same = cx_size(code) == cx_size(old);
    for (int64_t i = 0; same && i < cx_size(code) && g->offsets == NULL; i++) same = at[i] == i;
    return same ? CX_OK
                : cx__fail(CX_E_ARGUMENT, g->where,
                           "%s: warm_start from a fit that saw other classes", self->cls->name);
}

static cx_status store(cx_estimator *self, cx__forest *f, const rows_of_trees *rows)
{
    const cx__grow *const g = f->g;
    const int own = CX__FOREST_PREDICTOR_SLOTS; /* oob, classes_, class_offsets_ */
    cx_array *importances = NULL;
    if (cx_param_bool(self, "oob_score")) CX__TRY(cx__out_of_bag(self, f, &rows->by, own));
    CX__TRY(cx__trees_importances(self, &g->site, &f->model, &importances));
    CX__TRY(cx_self_set(self, CX__FOREST_IMPORTANCES, importances));
    CX__TRY(cx_self_set_i64(self, CX__FOREST_OUTPUTS, g->outputs));
    const cx_device there = g->site.device;
    if (g->classes != NULL) CX__TRY(cx_self_set(self, own + 1, cx_to(g->labels, there)));
    if (g->offsets != NULL) CX__TRY(cx_self_set(self, own + 2, cx_to(g->offsets, there)));
    return cx__forest_store(self, f);
}

/* there, x: where and from what histograms grow; NULL: exactly, on the CPU. */
static cx_status fit(cx_estimator *self, cx__grow *g, cx__forest *f, rows_of_trees *rows,
                     const cx__site *there, const cx_array *x)
{
    CX__TRY(cx__bootstrap_of(self, g, &rows->by));
    CX__TRY(cx__forest_begin(self, g, f));
    if (g->classes != NULL) CX__TRY(same_classes(self, g, f, CX__FOREST_PREDICTOR_SLOTS + 1));
    if (there != NULL) {
        CX__TRY(cx__hist_forest_fit(f, g, &rows->by, rows->balance, there, x));
    } else {
        CX__TRY(cx__grow_open(g));
        CX__TRY(cx__forest_grow(f, grow_one, rows));
    }
    return store(self, f, rows);
}

cx_status cx__forest_fit(cx_estimator *self, const cx_data *d, bool random)
{
    cx__grow g;
    cx__forest f = {.count = 0};
    cx__site there;
    cx_data host = *d;
    rows_of_trees rows = {.balance = false};
    const bool elsewhere = cx_device_of(d->x).kind != CX_DEVICE_CPU;
    if (elsewhere) CX__TRY(cx__hist_front(self, d, random, &host, &there));
    CX__TRY(cx__grow_rows(self, "fit", &host, &g));
    g.rules.random = random;
    g.rules.many = true;
    cx_status st = learn_y(self, &host, &g, &rows);
    if (st == CX_OK) st = fit(self, &g, &f, &rows, elsewhere ? &there : NULL, d->x);
    cx__forest_end(&f);
    cx__grow_end(&g);
    return st;
}
