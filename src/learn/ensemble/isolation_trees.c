/* The trees of IsolationForest: random splits of few rows, and depths in place of values.
 *
 * A tree sees the rows and columns that it draws, and nothing else is copied or looked at for it:
 * its cost does not depend on how many rows there are. Draws and trees are scikit-learn's. */
#include "learn/ensemble/isolation.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What all trees have in common. */
typedef struct isolation {
    int64_t rows, features; /* that each tree draws */
    bool repeat;
    const cx_array *share; /* chances of the rows, NULL: alike */
    int64_t *feature;      /* [trees, features] */
} isolation;

double cx__isolation_depth(int64_t rows)
{
    const double gamma = 0.57721566490153286, n = (double)rows;
    if (rows <= 1) return 0;
    if (rows == 2) return 1;
    return 2 * (log(n - 1) + gamma) - 2 * (n - 1) / n;
}

/* ---- what a tree sees */
static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* row [rows], in the order in which they were drawn. */
static cx_status draw_rows(const isolation *s, cx_generator *rng, int64_t n, int64_t *row)
{
    if (s->repeat || s->share != NULL) {
        const cx_choice_opts by = {
            .struct_size = sizeof by, .no_replace = !s->repeat, .p = s->share};
        const cx_array *const drawn = s->share != NULL
                                          ? cx_rng_choice(rng, cx_int(n), CX_SHAPE(s->rows), &by)
                                          : cx_rng_integers(rng, 0, n, CX_SHAPE(s->rows), CX_I64);
        CX__TRY(cx__so_far());
        memcpy(row, cx_data_i64(drawn), (size_t)s->rows * sizeof *row);
        return CX_OK;
    }
    int64_t *const room = cx__alloc((size_t)n * sizeof *room);
    if (room == NULL) return cx__fail_nomem("fit", "drawn rows", (size_t)n * sizeof *room);
    const cx_status st = cx__draw_different(rng, n, s->rows, row, room);
    cx__free(room);
    return st;
}

/* The drawn rows in ascending order, each once, and how often it was drawn; how many they are. */
static int64_t count_rows(int64_t rows, int64_t *row, double *times)
{
    int64_t count = 0;
    qsort(row, (size_t)rows, sizeof *row, by_number);
    for (int64_t i = 0; i < rows; i++) {
        if (count > 0 && row[count - 1] == row[i]) {
            times[count - 1]++;
            continue;
        }
        times[count] = 1;
        row[count++] = row[i];
    }
    return count;
}

/* ---- one tree */
typedef struct part {
    int64_t *row, *room;
    double *times, *y, *x;
} part;

static void part_free(part *p)
{
    cx__free(p->row);
    cx__free(p->room);
    cx__free(p->times);
    cx__free(p->y);
    cx__free(p->x);
}

static cx_status part_new(const isolation *s, int64_t d, part *p)
{
    const size_t n = (size_t)s->rows;
    *p = (part){.row = cx__alloc(n * sizeof *p->row),
                .room = cx__alloc((size_t)d * sizeof *p->room),
                .times = cx__alloc(n * sizeof *p->times),
                .y = cx__alloc(n * sizeof *p->y),
                .x = cx__alloc(n * (size_t)s->features * sizeof *p->x)};
    if (p->row && p->room && p->times && p->y && p->x) return CX_OK;
    return cx__fail_nomem("fit", "a tree's rows", n * (size_t)s->features * sizeof *p->x);
}

/* Features, then rows, of the tree's seed; the tree's own random_state comes from it, too. */
static cx_status draw(const isolation *s, const cx__grow *g, int64_t seed, int64_t *feature,
                      part *p, int64_t *count)
{
    cx_generator *const rng = cx_random_state(CX_SEED(seed), CX_CPU);
    CX__TRY(cx__draw_different(rng, g->d, s->features, feature, p->room));
    CX__TRY(draw_rows(s, rng, g->n, p->row));
    *count = count_rows(s->rows, p->row, p->times);
    for (int64_t i = 0; i < *count; i++) {
        p->y[i] = g->y[p->row[i]];
        for (int64_t j = 0; j < s->features; j++)
            p->x[i * s->features + j] = g->x[p->row[i] * g->d + feature[j]];
    }
    return CX_OK;
}

/* Columns of x for those of the tree's rows, and depths for values. */
static cx_status finish(const int64_t *feature, cx__trees *t)
{
    int32_t *const depth = cx__calloc((size_t)t->nodes, sizeof *depth);
    if (depth == NULL) return cx__fail_nomem("fit", "depths", (size_t)t->nodes * sizeof *depth);
    for (int64_t i = 0; i < t->nodes; i++) { /* a parent stands before its children */
        t->value[i] = (double)(depth[i] + 1) + cx__isolation_depth(t->samples[i]) - 1;
        if (t->left[i] < 0) continue;
        depth[t->left[i]] = depth[t->right[i]] = depth[i] + 1;
        t->feature[i] = (int32_t)feature[t->feature[i]];
    }
    cx__free(depth);
    return CX_OK;
}

static cx_status grow_part(const isolation *s, const cx__forest *f, int64_t seed, int64_t *feature,
                           part *p, cx__trees *out)
{
    cx__grow g = *f->g;
    uint32_t own = 0;
    CX__TRY(draw(s, f->g, seed, feature, p, &g.n));
    g.d = s->features;
    g.x = p->x;
    cx__grow_one one = {.y = p->y, .weight = p->times};
    CX__TRY(cx__forest_splitter_seed(seed, &own));
    CX__TRY(cx__forest_splitter_seed((int64_t)own, &one.seed));
    CX__TRY(cx__grow_open(&g));
    const cx_status st = cx__grow_tree(&g, &one, out);
    cx__grow_end(&g);
    return st != CX_OK ? st : finish(feature, out);
}

static cx_status grow_one(void *ctx, const cx__forest *f, int64_t tree, cx__trees *out)
{
    const isolation *const s = ctx;
    part p;
    cx_status st = part_new(s, f->g->d, &p);
    if (st == CX_OK) st = grow_part(s, f, f->seed[tree], s->feature + tree * s->features, &p, out);
    part_free(&p);
    return st;
}

/* ---- all of them */
static cx_status sizes(const cx_estimator *self, const cx__grow *g, isolation *s)
{
    static const char rows[] = "max_samples", columns[] = "max_features";
    if (cx_param_is_str(self, rows))
        s->rows = g->n < 256 ? g->n : 256;
    else if (cx_param_is_number(self, rows) == 1)
        s->rows = cx_param_i64(self, rows);
    else
        s->rows = (int64_t)(cx_param_f64(self, rows) * (double)g->n);
    if (s->rows > g->n) {
        cx__warn(CX_E_ARGUMENT, "%s: max_samples=%lld, but there are %lld rows; all are used",
                 self->cls->name, (long long)s->rows, (long long)g->n);
        s->rows = g->n;
    }
    if (s->rows < 1)
        return cx__fail(CX_E_ARGUMENT, g->where, "%s: max_samples=%g of %lld rows is none",
                        self->cls->name, cx_param_f64(self, rows), (long long)g->n);
    s->features = cx_param_is_number(self, columns) == 1
                      ? cx_param_i64(self, columns)
                      : (int64_t)(cx_param_f64(self, columns) * (double)g->d);
    if (s->features < 1) s->features = 1;
    if (s->features <= g->d) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, g->where, "%s: max_features=%lld, but x has %lld columns",
                    self->cls->name, (long long)s->features, (long long)g->d);
}

static void set_rules(cx__grow *g, const isolation *s)
{
    int64_t depth = 1;
    while ((INT64_C(1) << depth) < s->rows) depth++;
    g->rules.random = true;
    g->rules.max_features = 1;
    g->rules.max_depth = depth;
}

/* Columns that the trees of a fit before drew. */
static cx_status old_features(const cx_estimator *self, const cx__forest *f, isolation *s)
{
    const cx_array *const old = f->have > 0 ? cx_self_before(self, CX__ISOLATION_FEATURES) : NULL;
    if (f->have > 0 && (old != NULL ? cx_dim(old, 1) : f->g->d) != s->features)
        return cx__fail(CX_E_ARGUMENT, f->g->where,
                        "%s: warm_start goes on from trees of another max_features",
                        self->cls->name);
    if (old == NULL) return CX_OK;
    const int64_t *const v = cx_data_i64(cx__as(f->g->where, old, CX_I64));
    CX__TRY(cx__so_far());
    memcpy(s->feature, v, (size_t)(f->have * s->features) * sizeof *v);
    return CX_OK;
}

static cx_status store(cx_estimator *self, cx__forest *f, const isolation *s)
{
    CX__TRY(cx_self_set_i64(self, CX__ISOLATION_SAMPLES, s->rows));
    if (s->features < f->g->d)
        CX__TRY(cx_self_set(self, CX__ISOLATION_FEATURES,
                            cx_copy_host(s->feature, CX_SHAPE(f->count, s->features), CX_I64)));
    return cx__forest_store(self, f);
}

static cx_status grow(cx_estimator *self, const cx_data *d, cx__grow *g, cx__forest *f)
{
    isolation s = {.repeat = cx_param_bool(self, "bootstrap")};
    CX__TRY(sizes(self, g, &s));
    set_rules(g, &s);
    const cx_array *const noise = cx_rng_uniform(cx__seeded(self), 0, 1, CX_SHAPE(g->n));
    g->y = cx_data_f64(noise);
    CX__TRY(cx__so_far());
    CX__TRY(cx__grow_weights(g, d->sample_weight));
    CX__TRY(cx__row_shares(g->where, g->weight, g->n, &s.share));
    CX__TRY(cx__forest_begin(self, g, f));
    s.feature = cx__scope_room((size_t)(f->count * s.features) * sizeof *s.feature);
    CX__TRY(cx__so_far());
    CX__TRY(old_features(self, f, &s));
    CX__TRY(cx__forest_grow(f, grow_one, &s));
    return store(self, f, &s);
}

cx_status cx__isolation_grow(cx_estimator *self, const cx_data *d)
{
    cx__grow g;
    cx__forest f = {.count = 0};
    CX__TRY(cx__grow_rows(self, "fit", d, &g));
    const cx_status st = grow(self, d, &g, &f);
    cx__forest_end(&f);
    cx__grow_end(&g);
    return st;
}
