/* Boosting by histogram trees: the rows held out, codes, and then iteration by iteration slopes of
 * the loss, a tree for each output, predictions raised where its leaves' rows stand. Draws and the
 * order of rows are scikit-learn's. All that has a row for each row of x is where x is; the host
 * sees targets and weights once, for the constant to start from. */
#include "base/alloc.h"
#include "base/object.h"
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
    const cx_array *row; /* [n + more] at the site, NULL: as they are */
    cx__loss_rows part[2];
    const double *y, *weight; /* [n] of the rows that train, on the host */
    double *baseline;
    cx_array *gradient, *hessian; /* [outputs, n]; hessian NULL: 1 */
    const cx_array *small;        /* rows whose score is looked at; NULL: all */
    double *score[2];             /* [max_iter + 1] */
    int64_t scored[2], done;
    cx__hist_bins bins;
    cx__hist_rules rules;
    cx__hist_grower grower;
    cx__trees trees;
} boosting;

static double *numbers(int64_t n)
{
    return cx__at(cx_empty(CX_SHAPE(n), CX_F64, CX_CPU));
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
    CX__TRY(cx__so_far());
    b->n = cx_size(cut.train);
    b->more = cx_size(cut.test);
    b->row = cx__send(&b->site, cx_concatenate(CX_ARRAYS(cut.train, cut.test), 0));
    return cx__so_far();
}

static const cx_array *taken(const boosting *b, const cx_array *a)
{
    return b->row != NULL && a != NULL ? cx_take(a, b->row, 0) : a;
}

static cx_status take_parts(boosting *b)
{
    const cx_array *const y = taken(b, b->target->y), *const weight = taken(b, b->target->weight);
    const int64_t at[3] = {0, b->n, b->n + b->more};
    CX__TRY(cx__so_far());
    for (int i = 0; i < 2; i++)
        b->part[i] =
            (cx__loss_rows){.n = at[i + 1] - at[i],
                            .y = cx_slice(y, 0, at[i], at[i + 1], 1),
                            .weight = weight ? cx_slice(weight, 0, at[i], at[i + 1], 1) : NULL};
    const cx__loss_rows *const own = b->part;
    b->y = cx__at(cx__fetch(&b->site, own->y));
    if (weight != NULL) b->weight = cx__at(cx__fetch(&b->site, own->weight));
    b->gradient = cx__new_f64(&b->site, b->outputs, b->n);
    b->hessians = !cx__loss_constant_hessian(&b->target->loss) || weight != NULL;
    if (b->hessians) b->hessian = cx__new_f64(&b->site, b->outputs, b->n);
    return cx__so_far();
}

/* Raw predictions of all rows so far. */
static cx_status start_raw(boosting *b)
{
    const int64_t k = b->outputs, all = b->n + b->more;
    b->baseline = numbers(k);
    CX__TRY(cx__so_far());
    const cx_array *raw; /* [K, all] */
    if (b->warm) {
        CX__TRY(cx__read_all(&b->site, cx_self(b->self, CX__HIST_BASELINE), b->baseline));
        raw = cx_transpose(taken(b, cx__hist_raw(b->self, b->x)));
    } else {
        CX__TRY(cx__loss_constant(&b->target->loss, b->n, b->y, b->weight, b->baseline));
        const cx_array *const start = cx__given_all(&b->site, b->baseline, k, CX_F64);
        raw = cx_broadcast_to(cx_reshape(start, CX_SHAPE(k, 1)), CX_SHAPE(k, all));
    }
    CX__TRY(cx__so_far());
    for (int i = 0; i < 2; i++) {
        const int64_t from = i == 0 ? 0 : b->n;
        b->part[i].raw = cx__new_f64(&b->site, k, b->part[i].n);
        CX__TRY(cx__so_far());
        CX__TRY(cx_copy_into(cx_slice(raw, 1, from, from + b->part[i].n, 1), b->part[i].raw));
    }
    return cx__so_far();
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
    for (int i = 0; i < 2; i++) b->score[i] = numbers(most);
    if (b->early && !by_loss(b))
        CX__TRY(cx__hist_small(&b->site, b->seed, b->y,
                               labels != NULL ? cx_size(labels->classes) : 0, b->n, &b->small));
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
        CX__TRY(cx__hist_score(b->self, &b->site, &b->target->loss,
                               labels != NULL ? labels->classes : NULL, &b->part[i],
                               i == 0 ? b->small : NULL, &b->score[i][b->scored[i]++]));
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
        CX__TRY(
            cx_generator_set_state(r->draws, cx__to_host(&b->site, cx_self(self, CX__HIST_DRAWS))));
    return cx__so_far();
}

static cx_status iterate(boosting *b)
{
    const cx__loss *const l = &b->target->loss;
    CX__TRY(cx__loss_slopes_of(&b->site, l, &b->part[0], b->gradient, b->hessian));
    for (int64_t k = 0; k < b->outputs; k++) {
        const int64_t at = k * b->n;
        const double *const gradient = cx__at(b->gradient), *const hessian = cx__at(b->hessian);
        CX__TRY(cx__so_far());
        CX__TRY(cx__hist_grow(&b->grower, gradient + at, hessian ? hessian + at : NULL, 1));
        if (!cx__loss_differentiable(l))
            CX__TRY(cx__hist_set_leaves(&b->grower, l, b->y, b->weight, b->part[0].raw));
        CX__TRY(cx__hist_add(&b->grower, &b->trees));
        double *const raw = cx__at(b->part[0].raw), *const following =
                                                        b->more > 0 ? cx__at(b->part[1].raw) : NULL;
        CX__TRY(cx__so_far());
        CX__TRY(cx__hist_raise(&b->grower, raw + at, following ? following + k * b->more : NULL));
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
    const cx__site *const s = &b->site;
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
    CX__TRY(cx_self_set(b->self, CX__HIST_CATEGORIES, cx__send(s, cx_slice(values, 0, 0, at, 1))));
    CX__TRY(cx_self_set(b->self, CX__HIST_CATEGORY_STARTS, cx__send(s, starts)));
    return cx_self_set(b->self, CX__HIST_IS_CATEGORICAL, cx__send(s, mask));
}

static cx_status store(boosting *b)
{
    cx_estimator *const self = b->self;
    const cx__site *const s = &b->site;
    CX__TRY(cx__trees_store(self, s, &b->trees));
    const int64_t seed[2] = {b->seed, b->column_seed};
    CX__TRY(
        cx_self_set(self, CX__HIST_BASELINE, cx__given_all(s, b->baseline, b->outputs, CX_F64)));
    CX__TRY(cx_self_set_i64(self, CX__HIST_N_ITER, b->done));
    CX__TRY(cx_self_set_i64(self, CX__HIST_PER, b->outputs));
    CX__TRY(cx_self_set(self, CX__HIST_SEEDS, cx__given(s, seed, 2, CX_I64)));
    for (int i = 0; i < 2; i++)
        CX__TRY(cx_self_set(self, i == 0 ? CX__HIST_TRAIN_SCORE : CX__HIST_VALIDATION_SCORE,
                            cx__given_all(s, b->score[i], b->scored[i], CX_F64)));
    CX__TRY(cx_self_set(self, CX__HIST_EARLY,
                        cx_full(CX_SHAPE(), cx_bool(b->early), CX_BOOL, s->device)));
    if (b->rules.draws != NULL)
        CX__TRY(cx_self_set(self, CX__HIST_DRAWS, cx__send(s, cx_generator_state(b->rules.draws))));
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
                                .weight = b->weight,
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
