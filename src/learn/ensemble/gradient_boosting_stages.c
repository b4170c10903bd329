/* The stages of gradient boosting: slopes of the loss, one tree for each output on them, the best
 * constant in each leaf, scores.
 *
 * Rows know their leaf from growing, so that nothing walks the tree but rows that took no part in
 * it. Sums over a leaf add its rows in their order, as NumPy adds them: then the trees are
 * scikit-learn's to the last bit. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/ensemble/gradient_boosting.h"
#include "learn/model_selection/model_selection.h"
#include <math.h>
#include <string.h>

enum { WALK_GRAIN = 1024 };

/* Room of all stages, of the scope. */
typedef struct stage_room {
    double *slope;           /* [K, n], negative gradients */
    double *is_class;        /* [n], of several classes */
    double *bag_weight;      /* [n], weights of the rows drawn, 0 elsewhere; NULL: all are drawn */
    double *oob_weight;      /* [n], those of the others */
    uint8_t *bag;            /* [n], NULL: all */
    int32_t *leaf, *row;     /* [n]: leaf of each row; rows, leaf by leaf */
    double *a, *b, *w, *two; /* [n] in the order of row; two is [2n] */
    double *history;         /* losses of the held-out rows of the last stages */
    int64_t *first;          /* where each node's rows begin; grows */
    int64_t first_room;
} stage_room;

static cx_status room_of(const cx__gb_fit *f, stage_room *r)
{
    const size_t n = (size_t)f->train.n, one = n * sizeof(double);
    const bool some = f->subsample < 1;
    *r = (stage_room){.slope = cx__scope_room((size_t)f->outputs * one),
                      .is_class = cx__scope_room(one),
                      .leaf = cx__scope_room(n * sizeof(int32_t)),
                      .row = cx__scope_room(n * sizeof(int32_t)),
                      .a = cx__scope_room(one),
                      .b = cx__scope_room(one),
                      .w = cx__scope_room(one),
                      .two = cx__scope_room(2 * one)};
    if (!r->slope || !r->is_class || !r->leaf || !r->row || !r->a || !r->b || !r->w || !r->two)
        return CX_E_NOMEM;
    if (!some) return CX_OK;
    r->bag_weight = cx__scope_room(one);
    r->oob_weight = cx__scope_room(one);
    r->bag = cx__scope_room(n);
    return r->bag_weight && r->oob_weight && r->bag ? CX_OK : CX_E_NOMEM;
}

/* ---- trees in plain memory */
int32_t cx__gb_leaf(const cx__trees *t, int64_t tree, const double *x)
{
    const int64_t base = t->start[tree];
    int32_t i = 0;
    while (t->left[base + i] >= 0) {
        const bool left = (double)(float)x[t->feature[base + i]] <= t->threshold[base + i];
        i = left ? t->left[base + i] : t->right[base + i];
    }
    return i;
}

typedef struct walk {
    const cx__trees *t;
    int64_t tree, d;
    const double *x;
    double rate, *raw; /* NULL: leaves of rows that have none */
    int32_t *leaf;
} walk;

static void walk_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const walk *const w = ctx;
    const double *const value = w->t->value + w->t->start[w->tree];
    for (int64_t i = lo; i < hi; i++) {
        if (w->raw)
            w->raw[i] += w->rate * value[cx__gb_leaf(w->t, w->tree, w->x + i * w->d)];
        else if (w->leaf[i] < 0)
            w->leaf[i] = cx__gb_leaf(w->t, w->tree, w->x + i * w->d);
    }
}

cx_status cx__gb_add_tree(const cx__trees *t, int64_t tree, const cx__gb_rows *rows, int64_t k,
                          double rate)
{
    walk w = {.t = t,
              .tree = tree,
              .d = cx_dim(rows->x, 1),
              .x = cx__at(rows->x),
              .rate = rate,
              .raw = rows->raw + k * rows->n};
    return cx__parallel_for(rows->n, WALK_GRAIN, walk_chunk, &w);
}

/* ---- leaves */
/* Rows of the bag, leaf by leaf, each leaf's in their order. */
static cx_status rows_by_leaf(const cx__gb_fit *f, stage_room *r, int64_t nodes)
{
    if (nodes + 1 > r->first_room) {
        r->first_room = 2 * (nodes + 1);
        r->first = cx__scope_room((size_t)r->first_room * sizeof *r->first);
        if (!r->first) return CX_E_NOMEM;
    }
    int64_t *const first = r->first;
    memset(first, 0, (size_t)(nodes + 1) * sizeof *first);
    for (int64_t i = 0; i < f->train.n; i++)
        if (!r->bag || r->bag[i]) first[r->leaf[i] + 1]++;
    for (int64_t i = 0; i < nodes; i++) first[i + 1] += first[i];
    for (int64_t i = 0; i < f->train.n; i++)
        if (!r->bag || r->bag[i]) r->row[first[r->leaf[i]]++] = (int32_t)i;
    for (int64_t i = nodes; i > 0; i--) first[i] = first[i - 1];
    first[0] = 0;
    return CX_OK;
}

static double quotient(double numerator, double denominator)
{
    return fabs(denominator) < 1e-150 ? 0 : numerator / denominator;
}

/* One step of Newton's for rows lo..hi of r->row: y and slopes give the second derivatives. */
static double newton(const cx__gb_fit *f, stage_room *r, const double *y, const double *slope,
                     int64_t lo, int64_t hi)
{
    const double *const weight = f->train.weight;
    const cx__loss_kind kind = f->loss.kind;
    for (int64_t p = lo; p < hi; p++) {
        const int64_t i = r->row[p];
        const double g = slope[i], chance = y[i] - g,
                     bend = kind == CX__LOSS_EXPONENTIAL ? (y[i] == 0 ? -g : g)
                                                         : chance * (1 - chance);
        r->a[p] = weight ? g * weight[i] : g;
        r->b[p] = weight ? bend * weight[i] : bend;
        r->w[p] = weight ? weight[i] : 1;
    }
    const int64_t n = hi - lo;
    const double mass = weight ? cx__pairwise_sum(r->w + lo, n) : (double)n,
                 bend = cx__pairwise_sum(r->b + lo, n) / mass;
    double step = cx__pairwise_sum(r->a + lo, n) / mass;
    if (kind == CX__LOSS_MULTINOMIAL) /* as in Friedman's papers */
        step *= (double)(f->outputs - 1) / (double)f->outputs;
    return quotient(step, bend);
}

/* The best constant for what is left of y. */
static double constant(const cx__gb_fit *f, stage_room *r, int64_t lo, int64_t hi)
{
    const cx__gb_rows *const t = &f->train;
    for (int64_t p = lo; p < hi; p++) {
        const int64_t i = r->row[p];
        r->a[p] = t->y[i] - t->raw[i];
        r->w[p] = t->weight ? t->weight[i] : 1;
    }
    return cx__loss_residual_constant(&f->loss, hi - lo, r->a + lo, r->w + lo, r->two);
}

static cx_status set_leaves(cx__gb_fit *f, stage_room *r, const double *y, const double *slope)
{
    cx__trees *const t = &f->trees;
    const int64_t base = t->start[t->count - 1], nodes = t->nodes - base;
    CX__TRY(rows_by_leaf(f, r, nodes));
    for (int64_t i = 0; i < nodes; i++) {
        if (t->left[base + i] >= 0) continue;
        const int64_t lo = r->first[i], hi = r->first[i + 1];
        t->value[base + i] = cx__loss_differentiable(&f->loss) ? newton(f, r, y, slope, lo, hi)
                                                               : constant(f, r, lo, hi);
    }
    return CX_OK;
}

/* ---- one stage */
static cx_status grow_one(cx__gb_fit *f, stage_room *r, int64_t k)
{
    const cx__gb_rows *const t = &f->train;
    const int64_t n = t->n;
    const double *const weight = r->bag ? r->bag_weight : t->weight, *y = t->y;
    double *const slope = r->slope + k * n;
    if (f->loss.kind == CX__LOSS_MULTINOMIAL) {
        for (int64_t i = 0; i < n; i++) r->is_class[i] = t->y[i] == (double)k ? 1 : 0;
        y = r->is_class;
    }
    cx__grow_one one = {.y = slope,
                        .weight = weight,
                        .min_weight_leaf = cx__grow_min_weight(&f->grow, weight),
                        .leaf = r->leaf};
    CX__TRY(cx__grow_seed(f->rng, &one.seed));
    CX__TRY(cx__grow_tree(&f->grow, &one, &f->trees));
    if (weight) {
        walk w = {.t = &f->trees,
                  .tree = f->trees.count - 1,
                  .d = f->grow.d,
                  .x = f->grow.x,
                  .leaf = r->leaf};
        CX__TRY(cx__parallel_for(n, WALK_GRAIN, walk_chunk, &w));
    }
    if (f->loss.kind != CX__LOSS_SQUARED) CX__TRY(set_leaves(f, r, y, slope));
    const double *const value = f->trees.value + f->trees.start[f->trees.count - 1];
    double *const raw = t->raw + k * n;
    for (int64_t i = 0; i < n; i++) raw[i] += f->learning_rate * value[r->leaf[i]];
    return CX_OK;
}

/* Rows of the stage: each so likely that just their number comes out. */
static cx_status draw_bag(cx__gb_fit *f, stage_room *r)
{
    const int64_t n = f->train.n, share = (int64_t)(f->subsample * (double)n),
                  wanted = share < 1 ? 1 : share;
    const double *const u = cx_data_f64(cx_rng_uniform(f->rng, 0, 1, CX_SHAPE(n)));
    CX__TRY(cx__so_far());
    int64_t have = 0;
    for (int64_t i = 0; i < n; i++) {
        const double w = f->train.weight ? f->train.weight[i] : 1;
        r->bag[i] = u[i] * (double)(n - i) < (double)(wanted - have);
        have += r->bag[i];
        r->bag_weight[i] = r->bag[i] ? w : 0;
        r->oob_weight[i] = r->bag[i] ? 0 : w;
    }
    return CX_OK;
}

/* The loss as train_score_ and its kin tell it: squares and logistic losses in full. */
static cx_status told(const cx__gb_fit *f, const cx__gb_rows *rows, const double *weight,
                      double *out)
{
    const bool half = f->loss.kind == CX__LOSS_SQUARED || f->loss.kind == CX__LOSS_BINOMIAL;
    CX__TRY(cx__loss_mean(&f->loss, rows->n, rows->y, weight, rows->raw, out));
    if (half) *out *= 2;
    return CX_OK;
}

static cx_status fit_stage(cx__gb_fit *f, stage_room *r, int64_t stage)
{
    const cx__gb_rows *const t = &f->train;
    double before = 0;
    if (r->bag) {
        CX__TRY(draw_bag(f, r));
        if (stage == 0)
            CX__TRY(told(f, t, r->oob_weight, &before));
        else
            before = f->oob_scores[stage - 1];
    }
    if (f->loss.kind == CX__LOSS_HUBER)
        CX__TRY(cx__loss_set_delta(&f->loss, t->n, t->y, t->weight, t->raw));
    CX__TRY(cx__loss_slopes(&f->loss, t->n, t->y, NULL, t->raw, r->slope, NULL));
    for (int64_t i = 0; i < f->outputs * t->n; i++) r->slope[i] = -r->slope[i];
    for (int64_t k = 0; k < f->outputs; k++) CX__TRY(grow_one(f, r, k));
    CX__TRY(told(f, t, r->bag ? r->bag_weight : t->weight, &f->train_score[stage]));
    if (!r->bag) return CX_OK;
    CX__TRY(told(f, t, r->oob_weight, &f->oob_scores[stage]));
    f->oob_improvement[stage] = before - f->oob_scores[stage];
    return CX_OK;
}

/* ---- early stopping */
/* Has the held-out loss improved on one of the last stages'? In a warm start scikit-learn follows
 * the held-out rows from the first tree on, whatever the stage is; so does this. */
static cx_status goes_on(cx__gb_fit *f, stage_room *r, int64_t stage, bool *out)
{
    const int64_t patience = cx_param_i64(f->self, "n_iter_no_change"), seen = stage - f->from;
    const double tol = cx_param_f64(f->self, "tol");
    for (int64_t k = 0; k < f->outputs; k++)
        CX__TRY(
            cx__gb_add_tree(&f->trees, seen * f->outputs + k, &f->held_out, k, f->learning_rate));
    double loss = 0;
    CX__TRY(told(f, &f->held_out, f->held_out.weight, &loss));
    *out = false;
    for (int64_t i = 0; i < patience; i++) *out = *out || loss + tol < r->history[i];
    if (*out) r->history[stage % patience] = loss;
    return CX_OK;
}

cx_status cx__gb_stages(cx__gb_fit *f)
{
    stage_room r;
    bool more = true;
    CX__TRY(room_of(f, &r));
    if (f->held_out.n > 0) {
        const int64_t patience = cx_param_i64(f->self, "n_iter_no_change");
        r.history = cx__scope_room((size_t)patience * sizeof *r.history);
        if (!r.history) return CX_E_NOMEM;
        for (int64_t i = 0; i < patience; i++) r.history[i] = INFINITY;
    }
    f->done = f->from;
    while (more && f->done < f->to) {
        CX__TRY(fit_stage(f, &r, f->done));
        if (f->held_out.n > 0) CX__TRY(goes_on(f, &r, f->done, &more));
        f->done++;
        CX__TRY(cx_self_progress(f->self, f->done, f->to));
    }
    return CX_OK;
}
