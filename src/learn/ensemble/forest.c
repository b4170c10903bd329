/* The trees of a forest, grown in parallel and joined in their order.
 *
 * One idea: a tree depends on its seed alone, and joins the model when all before it have, so that
 * neither the trees nor their order depend on the number of threads, and few wait. */
#include "learn/ensemble/forest.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/tasks.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <string.h>
#include <time.h>

/* ---- what was there before */
static cx_status same_shape(const cx_estimator *self, const cx__grow *g, const cx__trees *old)
{
    const cx__schema *const seen = self->before->schema;
    if (seen != NULL && seen->n != g->d)
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: warm_start from a fit of %lld columns, but x has %lld",
                        self->cls->name, (long long)seen->n, (long long)g->d);
    if (old->width == g->width) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, g->where,
                    "%s: warm_start from a fit of %lld outputs or classes, but y has %lld",
                    self->cls->name, (long long)old->width, (long long)g->width);
}

/* Seeds of the trees that are there: as they were, or (an imported forest) as the draw has them. */
static cx_status old_seeds(const cx_estimator *self, cx__forest *f)
{
    const cx_array *const a = cx_self_before(self, CX__FOREST_SEEDS);
    if (a == NULL || cx_size(a) != f->have) return CX_OK;
    const int64_t *const old = cx_data_i64(cx__as(f->g->where, cx_to(a, CX_CPU), CX_I64));
    CX__TRY(cx__so_far());
    if (f->have > 0) memcpy(f->seed, old, (size_t)f->have * sizeof *old);
    return CX_OK;
}

cx_status cx__forest_begin(const cx_estimator *self, const cx__grow *g, cx__forest *f)
{
    *f = (cx__forest){.g = g,
                      .count = cx_param_i64(self, "n_estimators"),
                      .model = {.width = g->width},
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .moved = PTHREAD_COND_INITIALIZER};
    if (self->before != NULL && cx_param_bool(self, "warm_start")) {
        CX__TRY(cx__trees_before(g->where, self, &f->model));
        f->have = f->model.count;
        if (f->have > 0) CX__TRY(same_shape(self, g, &f->model));
    }
    if (f->count < f->have)
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: n_estimators=%lld, but warm_start goes on from %lld trees",
                        self->cls->name, (long long)f->count, (long long)f->have);
    if (f->count == f->have)
        cx__warn(CX_E_ARGUMENT, "%s: warm_start with as many trees as before fits none",
                 self->cls->name);
    const cx_array *const drawn =
        cx_rng_integers(cx__seeded(self), 0, INT32_MAX, CX_SHAPE(f->count), CX_I64);
    f->seed = cx__scope_room((size_t)f->count * sizeof *f->seed);
    CX__TRY(cx__so_far());
    memcpy(f->seed, cx_data_i64(drawn), (size_t)f->count * sizeof *f->seed);
    return old_seeds(self, f);
}

/* ---- growing */
typedef struct run {
    cx__forest *f;
    cx__forest_tree *one;
    void *ctx;
} run;

/* Room for the trees to come, as large as those that are there: the model grows in place, and what
 * is never used of it takes no memory. */
static cx_status make_room(cx__forest *f, const cx__trees *tree)
{
    cx__trees *const m = &f->model;
    const int64_t done = m->count + 1, left = f->count - done;
    if (m->nodes + tree->nodes <= m->node_room) return CX_OK;
    const double more = (double)(m->nodes + tree->nodes) / (double)done * (double)left;
    const double margin = 1.02 + 0.03 / (double)done;
    return cx__trees_reserve(m, 1 + left, tree->nodes + (int64_t)(more * margin), 0);
}

/* Trees that wait for a slower one before them hold memory that the model has been given for them,
 * too: past a quarter of the data, whoever has run ahead lets the others come near. Not for long,
 * as nobody need come. */
static void stay_near(cx__forest *f, int64_t i, int64_t nodes)
{
    enum { NODE = 41 };
    const double tree = (double)nodes * (NODE + 8 * (double)f->g->width);
    const double most = (double)f->g->n * (double)f->g->d * sizeof(double) / 4;
    struct timespec until;
    if (clock_gettime(CLOCK_REALTIME, &until) != 0) return;
    until.tv_sec += 1;
    while (!f->failed && f->next <= i && (double)f->ahead * tree > most)
        if (pthread_cond_timedwait(&f->moved, &f->lock, &until) != 0) return;
}

/* The tree waits for its turn; all whose turn it is join. */
static cx_status join(cx__forest *f, int64_t i, cx__trees *tree)
{
    cx_status st = CX_OK;
    const int64_t nodes = tree->nodes;
    pthread_mutex_lock(&f->lock);
    f->waiting[i] = *tree;
    f->ahead++;
    for (cx__trees *w = f->waiting + f->next;
         st == CX_OK && f->next < f->count - f->have && w->count > 0; w++) {
        st = make_room(f, w);
        if (st == CX_OK) st = cx__trees_append(&f->model, w);
        if (st != CX_OK) break;
        cx__grow_back(f->g, w);
        f->next++;
        f->ahead--;
    }
    f->failed = f->failed || st != CX_OK;
    pthread_cond_broadcast(&f->moved);
    stay_near(f, i, nodes);
    pthread_mutex_unlock(&f->lock);
    return st;
}

static cx_status grow_one(void *ctx, int64_t i)
{
    const run *const r = ctx;
    cx__trees tree = {.width = r->f->g->width};
    const cx_status st = r->one(r->ctx, r->f, r->f->have + i, &tree);
    if (st == CX_OK) return join(r->f, i, &tree);
    cx__grow_back(r->f->g, &tree);
    pthread_mutex_lock(&r->f->lock);
    r->f->failed = true;
    pthread_cond_broadcast(&r->f->moved);
    pthread_mutex_unlock(&r->f->lock);
    return st;
}

cx_status cx__forest_grow(cx__forest *f, cx__forest_tree *one, void *ctx)
{
    const int64_t missing = f->count - f->have;
    if (missing == 0) return CX_OK;
    f->waiting = cx__calloc((size_t)missing, sizeof *f->waiting);
    if (f->waiting == NULL)
        return cx__fail_nomem(f->g->where, "trees", (size_t)missing * sizeof *f->waiting);
    run r = {.f = f, .one = one, .ctx = ctx};
    return cx__tasks_run(f->g->where, f->g->self->cls->name, CX_CPU, missing, grow_one, &r);
}

/* ---- the end */
cx_status cx__forest_store(cx_estimator *self, cx__forest *f)
{
    CX__TRY(cx__trees_give(self, &f->g->site, &f->model));
    return cx_self_set(self, CX__FOREST_SEEDS,
                       cx__given_all(&f->g->site, f->seed, f->count, CX_I64));
}

void cx__forest_end(cx__forest *f)
{
    for (int64_t i = 0; f->waiting != NULL && i < f->count - f->have; i++)
        cx__trees_free(&f->waiting[i]);
    cx__free(f->waiting);
    cx__trees_free(&f->model);
    f->waiting = NULL;
}
