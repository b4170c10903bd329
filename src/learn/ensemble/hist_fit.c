/* Boosting by histogram trees: the rows held out, codes, and then iteration by iteration slopes of
 * the loss, a tree for each output, predictions raised where its leaves' rows stand. Draws and the
 * order of rows are scikit-learn's. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/ensemble/hist.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

typedef struct boosting {
    cx_estimator *self;
    cx__site site;
    const cx__hist_target *target;
    const cx_array *x;
    int64_t n, more, outputs; /* rows that train, rows held out, trees of an iteration */
    int64_t seed, column_seed;
    bool warm, early, hessians;
    const int64_t *row; /* [n + more], NULL: as they are */
    cx__hist_part part[2];
    double *baseline, *gradient, *hessian;
    const int64_t *small; /* rows whose score is looked at; NULL: all */
    int64_t small_rows;
    double *score[2]; /* [max_iter + 1] */
    int64_t scored[2], done;
    cx__hist_bins bins;
    cx__hist_rules rules;
    cx__hist_grower grower;
    cx__trees trees;
} boosting;

static double *numbers(const boosting *b, int64_t n)
{
    return cx__at(cx__new_f64(&b->site, n, -1));
}

/* ---- what goes on where the last fit ended */
static cx_status keep_state(boosting *b)
{
    cx_estimator *const self = b->self;
    const int64_t k = b->outputs;
    for (int i = 0; i < CX__HIST_SLOTS; i++)
        if (cx_self_before(self, i) != NULL) CX__TRY(cx_self_set(self, i, cx_self_before(self, i)));
    if (cx_size(cx_self(self, CX__HIST_BASELINE)) != k)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: warm_start=True with another number of classes",
                        self->cls->name);
    if (self->before->schema != NULL && self->before->schema->n != cx_dim(b->x, 1))
        return cx__fail(CX_E_SHAPE, "fit", "%s: warm_start=True with another number of columns",
                        self->cls->name);
    b->done = cx__number_i64(cx_self(self, CX__HIST_N_ITER));
    if (cx_param_i64(self, "max_iter") < b->done)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: max_iter=%lld is less than the %lld iterations that warm_start=True "
                        "goes on from",
                        self->cls->name, (long long)cx_param_i64(self, "max_iter"),
                        (long long)b->done);
    return cx__trees_before("fit", self, &b->trees);
}

static cx_status draw_seeds(boosting *b)
{
    const uint64_t most = 4294967295u;
    if (b->warm) {
        int64_t seed[2] = {0, 0};
        CX__TRY(cx__read_all_i64(&b->site, cx_self(b->self, CX__HIST_SEEDS), seed));
        b->seed = seed[0];
        b->column_seed = seed[1];
        return CX_OK;
    }
    cx_generator *const g = cx__seeded(b->self);
    b->seed = cx__number_i64(cx_astype(cx_rng_integers_u64(g, 0, most, CX_SHAPE()), CX_I64));
    b->column_seed = cx__number_i64(cx_astype(cx_rng_integers_u64(g, 0, most, CX_SHAPE()), CX_I64));
    return cx__so_far();
}

/* ---- rows */
static cx_status hold_out(boosting *b)
{
    cx_estimator *const self = b->self;
    const int64_t all = cx_dim(b->x, 0);
    b->n = all;
    b->early = cx_param_is_str(self, "early_stopping") ? all > 10000
                                                       : cx_param_bool(self, "early_stopping");
    if (!b->early || cx_param_is_none(self, "validation_fraction")) return CX_OK;
    const cx_labels *const labels = b->target->labels;
    const cx_fold cut = cx_train_test_indices(
        all, labels != NULL ? labels->codes : NULL,
        CX_OPTS(cx_split_opts, .test_size = cx_param_f64(self, "validation_fraction"),
                .random_state = CX_SET(b->seed), .stratify = labels != NULL));
    const cx_array *const rows = cx_concatenate(CX_ARRAYS(cut.train, cut.test), 0);
    CX__TRY(cx__so_far());
    b->n = cx_size(cut.train);
    b->more = cx_size(cut.test);
    b->row = cx__at(rows);
    return cx__so_far();
}

static double *taken(const boosting *b, const cx_array *a)
{
    const int64_t all = b->n + b->more;
    const double *const from = cx__at(a);
    double *const to = numbers(b, all);
    for (int64_t i = 0; from != NULL && to != NULL && i < all; i++)
        to[i] = from[b->row != NULL ? b->row[i] : i];
    return to;
}

static cx_status take_parts(boosting *b)
{
    const double *const y = taken(b, b->target->y);
    const double *const weight = b->target->weight != NULL ? taken(b, b->target->weight) : NULL;
    const int64_t size[2] = {b->n, b->more};
    CX__TRY(cx__so_far());
    for (int i = 0; i < 2; i++) {
        const int64_t from = i == 0 ? 0 : b->n;
        b->part[i] = (cx__hist_part){.n = size[i],
                                     .y = y + from,
                                     .weight = weight != NULL ? weight + from : NULL,
                                     .raw = numbers(b, size[i] * b->outputs)};
    }
    b->gradient = numbers(b, b->n * b->outputs);
    b->hessians = !cx__loss_constant_hessian(&b->target->loss) || weight != NULL;
    if (b->hessians) b->hessian = numbers(b, b->n * b->outputs);
    return cx__so_far();
}

/* Raw predictions of all rows so far. */
static cx_status start_raw(boosting *b)
{
    const int64_t k = b->outputs;
    b->baseline = numbers(b, k);
    CX__TRY(cx__so_far());
    if (!b->warm)
        CX__TRY(cx__loss_constant(&b->target->loss, b->n, b->part[0].y, b->part[0].weight,
                                  b->baseline));
    const double *raw = NULL;
    if (b->warm) {
        CX__TRY(cx__read_all(&b->site, cx_self(b->self, CX__HIST_BASELINE), b->baseline));
        raw = cx__at(cx__hist_raw(b->self, b->x));
        CX__TRY(cx__so_far());
    }
    for (int i = 0; i < 2; i++)
        for (int64_t r = 0; r < b->part[i].n; r++)
            for (int64_t c = 0; c < k; c++) {
                const int64_t at = i == 0 ? r : b->n + r;
                b->part[i].raw[c * b->part[i].n + r] =
                    raw != NULL ? raw[(b->row != NULL ? b->row[at] : at) * k + c] : b->baseline[c];
            }
    return CX_OK;
}

/* ---- early stopping */
static bool by_loss(const boosting *b)
{
    return !cx_param_is_none(b->self, "scoring") &&
           strcmp(cx_param_str(b->self, "scoring"), "loss") == 0;
}

static cx_status start_scores(boosting *b)
{
    const int64_t most = cx_param_i64(b->self, "max_iter") + 1;
    const cx_labels *const labels = b->target->labels;
    for (int i = 0; i < 2; i++) b->score[i] = numbers(b, most);
    if (b->early && !by_loss(b))
        CX__TRY(cx__hist_small(b->seed, b->part[0].y, labels != NULL ? cx_size(labels->classes) : 0,
                               b->n, &b->small, &b->small_rows));
    CX__TRY(cx__so_far());
    for (int i = 0; b->warm && i < 2; i++) {
        const cx_array *const old =
            cx_self(b->self, i == 0 ? CX__HIST_TRAIN_SCORE : CX__HIST_VALIDATION_SCORE);
        b->scored[i] = cx_size(old) < most ? cx_size(old) : most;
        CX__TRY(cx__read_all(&b->site, cx_slice(old, 0, 0, b->scored[i], 1), b->score[i]));
    }
    return cx__so_far();
}

static cx_status score(boosting *b, bool *stop)
{
    const cx_labels *const labels = b->target->labels;
    const int parts = b->more > 0 ? 2 : 1;
    *stop = false;
    if (!b->early) return CX_OK;
    for (int i = 0; i < parts; i++)
        CX__TRY(cx__hist_score(b->self, &b->target->loss, labels != NULL ? labels->classes : NULL,
                               &b->part[i], i == 0 ? b->small : NULL, b->small_rows,
                               &b->score[i][b->scored[i]++]));
    const double *const v = b->score[parts - 1];
    const int64_t count = b->scored[parts - 1],
                  back = cx_param_i64(b->self, "n_iter_no_change") + 1;
    if (count < back) return CX_OK;
    const double reference = v[count - back] + cx_param_f64(b->self, "tol");
    *stop = true;
    for (int64_t i = count - back + 1; i < count; i++)
        if (v[i] > reference) *stop = false;
    return CX_OK;
}

/* ---- losses whose leaves are constants of residuals */
typedef struct updating {
    const boosting *b;
    double *residual, *weight, *room; /* [n], [n] or NULL, [2n] */
    int64_t output;
} updating;

static void update_leaves(void *ctx, int64_t lo, int64_t hi)
{
    const updating *const u = ctx;
    const boosting *const b = u->b;
    const int32_t *const row = cx__at(b->grower.row);
    const double *const raw = b->part[0].raw + u->output * b->n;
    for (int64_t i = lo; i < hi; i++) {
        cx__hist_node *const n = &b->grower.node[i];
        if (!cx__hist_is_leaf(n) || n->end == n->begin) continue;
        for (int64_t k = n->begin; k < n->end; k++) {
            u->residual[k] = b->part[0].y[row[k]] - raw[row[k]];
            if (u->weight != NULL) u->weight[k] = b->part[0].weight[row[k]];
        }
        const double constant = cx__loss_residual_constant(
            &b->target->loss, n->end - n->begin, u->residual + n->begin,
            u->weight != NULL ? u->weight + n->begin : NULL, u->room + 2 * n->begin);
        n->value = b->rules.shrinkage * constant;
    }
}

/* ---- trees */
static cx_status rules_of(boosting *b, const uint8_t *categorical)
{
    cx_estimator *const self = b->self;
    const int64_t d = cx_dim(b->x, 1);
    cx__hist_rules *const r = &b->rules;
    *r = (cx__hist_rules){
        .max_leaves =
            cx_param_is_none(self, "max_leaf_nodes") ? 0 : cx_param_i64(self, "max_leaf_nodes"),
        .max_depth = cx_param_is_none(self, "max_depth") ? 0 : cx_param_i64(self, "max_depth"),
        .min_samples = cx_param_i64(self, "min_samples_leaf"),
        .l2 = cx_param_f64(self, "l2_regularization"),
        .shrinkage = cx_param_f64(self, "learning_rate"),
        .max_features = cx_param_f64(self, "max_features")};
    CX__TRY(cx__hist_monotonic(self, d, categorical, &r->monotonic));
    if (r->monotonic != NULL && b->outputs > 1)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: monotonic_cst is for two classes, not for several", self->cls->name);
    CX__TRY(cx__hist_interactions(self, d, &r->groups, &r->group));
    if (r->max_features >= 1) return CX_OK;
    r->draws = cx_default_rng(CX_SEED(b->column_seed), CX_CPU);
    if (b->warm && cx_self_has(self, CX__HIST_DRAWS))
        CX__TRY(cx_generator_set_state(r->draws, cx_self(self, CX__HIST_DRAWS)));
    return cx__so_far();
}

static cx_status iterate(boosting *b)
{
    const cx__loss *const l = &b->target->loss;
    CX__TRY(cx__loss_slopes(l, b->n, b->part[0].y, b->part[0].weight, b->part[0].raw, b->gradient,
                            b->hessian));
    for (int64_t k = 0; k < b->outputs; k++) {
        const int64_t at = k * b->n;
        CX__TRY(
            cx__hist_grow(&b->grower, b->gradient + at, b->hessians ? b->hessian + at : NULL, 1));
        if (!cx__loss_differentiable(l)) {
            updating u = {.b = b, .output = k};
            double *const room = cx__alloc((size_t)b->n * 4 * sizeof *room);
            if (room == NULL) return cx__fail_nomem("fit", "residuals", (size_t)b->n * 32);
            u.residual = room;
            u.room = room + 2 * b->n;
            u.weight = b->part[0].weight != NULL ? room + b->n : NULL;
            const cx_status st = cx__parallel_for(b->grower.nodes, 1, update_leaves, &u);
            cx__free(room);
            CX__TRY(st);
        }
        CX__TRY(cx__hist_add(&b->grower, &b->trees));
        CX__TRY(cx__hist_raise(&b->grower, b->part[0].raw + at, b->part[1].raw + k * b->more));
    }
    return CX_OK;
}

static cx_status boost(boosting *b)
{
    const int64_t most = cx_param_i64(b->self, "max_iter");
    bool stop = false;
    if (!b->warm) CX__TRY(score(b, &stop));
    for (stop = false; b->done < most && !stop;) {
        CX__TRY(iterate(b));
        b->done++;
        CX__TRY(score(b, &stop));
        CX__TRY(cx_self_progress(b->self, b->done, most));
    }
    return CX_OK;
}

/* ---- results */
static cx_status store_categories(const boosting *b)
{
    const cx__hist_bins *const k = &b->bins;
    const int64_t d = k->d;
    if (k->categorical == NULL) return CX_OK;
    cx_array *const values = cx_empty(CX_SHAPE(k->first[d]), CX_F64, CX_CPU),
                    *const starts = cx_empty(CX_SHAPE(d + 1), CX_I64, CX_CPU),
                    *const mask = cx_empty(CX_SHAPE(d), CX_BOOL, CX_CPU);
    double *const value = cx__at(values);
    int64_t *const start = cx__at(starts), at = 0;
    bool *const is = cx__at(mask);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < d; j++) {
        const int64_t n = k->categorical[j] ? k->first[j + 1] - k->first[j] : 0;
        start[j] = at;
        if (n > 0) memcpy(value + at, k->edge + k->first[j], (size_t)n * sizeof *value);
        at += n;
        is[j] = k->categorical[j] != 0;
    }
    start[d] = at;
    CX__TRY(cx_self_set(b->self, CX__HIST_CATEGORIES, cx_slice(values, 0, 0, at, 1)));
    CX__TRY(cx_self_set(b->self, CX__HIST_CATEGORY_STARTS, starts));
    return cx_self_set(b->self, CX__HIST_IS_CATEGORICAL, mask);
}

static cx_status store(boosting *b)
{
    cx_estimator *const self = b->self;
    const cx__site *const s = &b->site;
    CX__TRY(cx__trees_store(self, s, &b->trees));
    const int64_t seed[2] = {b->seed, b->column_seed};
    CX__TRY(cx_self_set(self, CX__HIST_BASELINE, cx__given(s, b->baseline, b->outputs, CX_F64)));
    CX__TRY(cx_self_set_i64(self, CX__HIST_N_ITER, b->done));
    CX__TRY(cx_self_set_i64(self, CX__HIST_PER, b->outputs));
    CX__TRY(cx_self_set(self, CX__HIST_SEEDS, cx__given(s, seed, 2, CX_I64)));
    for (int i = 0; i < 2; i++)
        CX__TRY(cx_self_set(self, i == 0 ? CX__HIST_TRAIN_SCORE : CX__HIST_VALIDATION_SCORE,
                            cx__given_all(s, b->score[i], b->scored[i], CX_F64)));
    CX__TRY(cx_self_set(self, CX__HIST_EARLY,
                        cx_full(CX_SHAPE(), cx_bool(b->early), CX_BOOL, s->device)));
    if (b->rules.draws != NULL)
        CX__TRY(cx_self_set(self, CX__HIST_DRAWS, cx_generator_state(b->rules.draws)));
    return store_categories(b);
}

static cx_status run(boosting *b)
{
    CX__TRY(draw_seeds(b));
    CX__TRY(hold_out(b));
    CX__TRY(take_parts(b));
    const uint8_t *categorical = NULL;
    CX__TRY(cx__hist_categorical(b->self, cx_dim(b->x, 1), &categorical));
    CX__TRY(rules_of(b, categorical));
    const cx__hist_data data = {.x = b->x,
                                .row = b->row,
                                .n = b->n,
                                .more = b->more,
                                .weight = b->part[0].weight,
                                .max_bins = cx_param_i64(b->self, "max_bins"),
                                .seed = b->seed,
                                .categorical = categorical};
    CX__TRY(cx__hist_bins_make(&b->site, b->self->cls->name, &data, &b->bins));
    CX__TRY(start_raw(b));
    CX__TRY(start_scores(b));
    CX__TRY(cx__hist_grower_new(&b->site, &b->bins, &b->rules, b->hessians, &b->grower));
    CX__TRY(boost(b));
    return store(b);
}

cx_status cx__hist_fit(cx_estimator *self, const cx_data *d, const cx__hist_target *t)
{
    boosting b = {.self = self, .target = t, .outputs = t->loss.outputs};
    CX__TRY(cx__host_only(self, "fit", d->x));
    CX__TRY(cx__site_of("fit", d->x, &b.site));
    if (b.site.trees == NULL || b.site.trees->splits == NULL)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "%s: this device grows no trees", self->cls->name);
    b.x = cx__f64(&b.site, d->x);
    CX__TRY(cx__so_far());
    b.trees.width = 1;
    b.warm = cx_param_bool(self, "warm_start") && cx_self_before(self, CX__HIST_N_ITER) != NULL;
    cx_status st = b.warm ? keep_state(&b) : CX_OK;
    if (st == CX_OK) st = cx_self_set_i64(self, CX__HIST_LOSS, t->loss.kind);
    if (st == CX_OK) st = run(&b);
    cx__hist_grower_free(&b.grower);
    cx__hist_bins_free(&b.bins);
    cx__trees_free(&b.trees);
    return st;
}
