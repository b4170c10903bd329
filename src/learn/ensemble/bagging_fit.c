/* Bagging: the draws and fits of members.
 *
 * One idea: a member's seed is all that its draws and its fit depend on, so that members are fitted
 * side by side and drawn again where their unseen rows are asked for. */
#include "base/alloc.h"
#include "learn/ensemble/bagging.h"
#include "learn/model_selection/model_selection.h"
#include "learn/model_selection/tasks.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics.h>
#include <calx/metrics_regression.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

typedef struct bag {
    cx_estimator *self, *inner; /* inner: one reference */
    cx_data d;                  /* features of all rows, y */
    const cx_array *share;      /* weights over their sum, on the CPU; NULL: none */
    cx_device device;
    int64_t rows, features, draws, width; /* draws of rows, columns of a member */
    int64_t before, members;              /* of a warm start; of this fit, those before apart */
    bool repeat, repeat_columns, part, weigh;
    int64_t *seed;         /* [members] */
    int64_t *column;       /* [before + members, width] */
    cx_estimator **member; /* [members], one reference each */
} bag;

/* ---- how much is drawn */
static cx_status count_rows(bag *b, const cx_array *weight)
{
    const cx__lit *const v = cx__param(b->self, "max_samples");
    b->draws = v->kind == CX__LIT_INT ? v->u.i : b->rows;
    if (v->kind == CX__LIT_FLOAT) {
        const double mass =
            weight ? cx__pairwise_sum(cx_data_f64(weight), b->rows) : (double)b->rows;
        const double wanted = v->u.f * mass;
        if (!(wanted < 9e15))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: max_samples of the weights is too much",
                            b->self->cls->name);
        b->draws = wanted < 1 ? 1 : (int64_t)wanted;
        if ((double)b->draws < fmax(10, cbrt((double)b->rows)))
            cx__warn(CX_E_ARGUMENT,
                     "%s: a float max_samples gives only %lld rows a member: an int says how many",
                     b->self->cls->name, (long long)b->draws);
    }
    if (b->repeat || b->draws <= b->rows) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: max_samples asks for %lld of %lld rows, which bootstrap=False cannot draw",
                    b->self->cls->name, (long long)b->draws, (long long)b->rows);
}

static cx_status count_columns(bag *b)
{
    const cx__lit *const v = cx__param(b->self, "max_features");
    b->width = v->kind == CX__LIT_INT ? v->u.i : (int64_t)(v->u.f * (double)b->features);
    if (b->width < 1) b->width = 1;
    b->part = b->repeat_columns || b->width != b->features;
    if (b->width <= b->features) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: max_features asks for %lld of %lld columns",
                    b->self->cls->name, (long long)b->width, (long long)b->features);
}

/* Weights on the CPU, and their shares. */
static cx_status read_weights(bag *b, const cx_array *weight, const cx_array **host)
{
    if (!weight) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_of("fit", weight, &s));
    *host = cx__fetch(&s, cx__f64(&s, weight));
    const double *const w = cx_data_f64(*host);
    CX__TRY(cx__so_far());
    const double sum = cx__pairwise_sum(w, b->rows);
    if (!(sum > 0) || !isfinite(sum))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: sample_weight sums to %g, no positive number",
                        b->self->cls->name, sum);
    b->share = cx_div(*host, cx_float(sum));
    if (!b->repeat)
        cx__warn(CX_E_ARGUMENT, "%s: with sample_weight, bootstrap=True is recommended",
                 b->self->cls->name);
    return cx__so_far();
}

/* ---- draws */
/* n of total numbers, int64 on the CPU. */
static cx_array *draw(cx_generator *g, bool repeat, int64_t total, int64_t n)
{
    if (repeat) return cx_rng_integers(g, 0, total, CX_SHAPE(n), CX_I64);
    cx_array *const out = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const to = cx_data_i64_mut(out), *const room =
                                                  cx__scope_room((size_t)total * sizeof *room);
    if (!to || !room || cx_check(cx__draw_different(g, total, n, to, room)) != CX_OK)
        return cx__nil(cx__last_status());
    return out;
}

/* Columns and rows of the member of a seed. */
static cx_status draw_both(const bag *b, int64_t seed, const cx_array **columns,
                           const cx_array **rows)
{
    cx_generator *const g = cx_random_state(CX_SEED(seed), CX_CPU);
    *columns = draw(g, b->repeat_columns, b->features, b->width);
    *rows = b->share
                ? cx_rng_choice(g, cx_int(b->rows), CX_SHAPE(b->draws),
                                CX_OPTS(cx_choice_opts, .p = b->share, .no_replace = !b->repeat))
                : draw(g, b->repeat, b->rows, b->draws);
    return cx__so_far();
}

/* How often each row was drawn, where the data is. */
static cx_array *times(const bag *b, const cx_array *rows)
{
    cx__site s;
    double *const count = cx__scope_room((size_t)b->rows * sizeof *count);
    const int64_t *const row = cx_data_i64(rows);
    if (!count || !row || cx_check(cx__site_at("fit", b->device, &s)) != CX_OK)
        return cx__nil(cx__last_status());
    for (int64_t i = 0; i < b->draws; i++) count[row[i]]++;
    return cx__given_all(&s, count, b->rows, CX_F64);
}

/* ---- fits */
cx_status cx__bag_columns(const char *where, const cx_estimator *self, const cx_data *d,
                          const int64_t *column, int64_t width, cx_data *out)
{
    *out = *d;
    if (!column) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_at(where, d->x ? cx_device_of(d->x) : CX_CPU, &s));
    cx_data matrix = *d;
    if (d->table) { /* columns may be drawn twice, which tables cannot have */
        CX__TRY(cx__data_prepare(where, self, &(const cx_data){.table = d->table}, CX__FOR_USE,
                                 &matrix));
        out->table = NULL;
        out->target = NULL;
    }
    out->x = cx_take(matrix.x, cx__given_all(&s, column, width, CX_I64), 1);
    return cx__so_far();
}

static cx_status fit_member(void *ctx, int64_t i)
{
    bag *const b = ctx;
    const cx_array *columns = NULL, *rows = NULL;
    cx_estimator **const m = &b->member[i];
    CX__TRY(cx__estimator_clone("fit", b->inner, m));
    CX__TRY(cx__member_seed(*m, cx_random_state(CX_SEED(b->seed[i]), CX_CPU)));
    CX__TRY(draw_both(b, b->seed[i], &columns, &rows));
    int64_t *const column = b->column + (b->before + i) * b->width;
    memcpy(column, cx_data_i64(columns), (size_t)b->width * sizeof *column);
    cx_data d = b->d, part;
    cx__site s;
    CX__TRY(cx__site_at("fit", b->device, &s));
    if (b->weigh)
        d.sample_weight = times(b, rows);
    else
        d = cx_data_take(&d, cx__given_all(&s, cx_data_i64(rows), b->draws, CX_I64));
    CX__TRY(cx__so_far());
    CX__TRY(cx__bag_columns("fit", b->self, &d, b->part ? column : NULL, b->width, &part));
    return cx__estimator_fit("fit", *m, &part, false);
}

/* ---- rows that members have not seen */
static cx_status say_unseen(const bag *b, bool all)
{
    if (!all)
        cx__warn(CX_E_ARGUMENT,
                 "%s: some rows are in every member's draw, so nobody can be asked about them: "
                 "n_estimators is too small for oob_score",
                 b->self->cls->name);
    return cx__so_far();
}

static cx_status unseen_labels(const bag *b, const cx_array *sum)
{
    static cx__held shares = CX__HELD("p: sum(p, axis=1, keepdims=True), p / sum(p, axis=1, "
                                      "keepdims=True)");
    const cx_tuple r = cx__held_all("fit", &shares, CX_ARRAYS(sum));
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(b->self, CX__BAG_ANSWERS, r.at[1]));
    const int64_t none = cx__number_i64(cx_any(cx_equal(r.at[0], cx_int(0)), CX_ALL));
    const double score = cx_accuracy_score(b->d.y, cx_argmax(sum, CX_AXIS(1)), NULL);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set_f64(b->self, CX__BAG_SCORE, score));
    return say_unseen(b, !none);
}

static cx_status unseen_numbers(const bag *b, const cx_array *sum, const cx_array *count)
{
    static cx__held mean = CX__HELD("s, n: s / maximum(n, 1)");
    const cx_array *const answers = cx__held_run("fit", &mean, CX_ARRAYS(sum, count));
    const int64_t none = cx__number_i64(cx_any(cx_equal(count, cx_int(0)), CX_ALL));
    const double score = cx_r2_score(b->d.y, answers, NULL);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(b->self, CX__BAG_ANSWERS, answers));
    CX__TRY(cx_self_set_f64(b->self, CX__BAG_SCORE, score));
    return say_unseen(b, !none);
}

/* Answers of members for rows that they have not seen, once all are children. */
static cx_status ask_unseen(const bag *b)
{
    static cx__held masked = CX__HELD("p, t: where(t == 0, p, 0.0)"),
                    another = CX__HELD("n, t: n + float64(t == 0)");
    const bool classifier = b->self->cls->kind == CX_CLASSIFIER;
    cx__bag_ask ask;
    CX__TRY(cx__bag_ask_of("fit", b->self, classifier ? CX_PREDICT_PROBA : CX_PREDICT, &ask));
    cx_array *sum = NULL, *count = NULL;
    cx_status st = CX_OK;
    for (int64_t i = 0; st == CX_OK && i < b->members; i++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *columns = NULL, *rows = NULL;
        const cx_data x = {.x = b->d.x, .table = b->d.table};
        if (cx_check(draw_both(b, b->seed[i], &columns, &rows)) == CX_OK) {
            const cx_array *const t = times(b, rows), *const p =
                                                          cx__bag_part("fit", b->self, i, &x, &ask);
            const cx_array *const part = cx__held_run(
                "fit", &masked,
                CX_ARRAYS(cx_astype(p, CX_F64), classifier ? cx_expand_dims(t, 1) : t));
            const cx_array *const all = sum && cx_ok() ? cx_add(sum, part) : part,
                                  *const n = cx__held_run(
                                      "fit", &another, CX_ARRAYS(count ? count : cx_float(0), t));
            if (cx_ok()) cx_assign(&sum, all);
            if (cx_ok()) cx_assign(&count, n);
        }
        st = cx_scope_close(scope);
    }
    if (st == CX_OK) st = classifier ? unseen_labels(b, sum) : unseen_numbers(b, sum, count);
    cx_release(sum);
    cx_release(count);
    return st;
}

/* ---- warm start */
static cx_status take_before(bag *b)
{
    const cx__state *const old = b->self->before;
    const cx_array *const column = cx_self_before(b->self, CX__BAG_COLUMNS);
    if (!cx_param_bool(b->self, "warm_start") || !old || !column) return CX_OK;
    b->before = old->children;
    b->members -= b->before;
    if (b->members < 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: warm_start with n_estimators=%lld, but %lld are fitted already",
                        b->self->cls->name, (long long)(b->members + b->before),
                        (long long)b->before);
    if (cx_dim(column, 1) != b->width || !cx_device_equal(old->device, b->device))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: warm_start with other columns or on another device than before",
                        b->self->cls->name);
    if (b->members == 0)
        cx__warn(CX_E_ARGUMENT, "%s: warm_start without more n_estimators fits nothing",
                 b->self->cls->name);
    return CX_OK;
}

static cx_status keep_before(const bag *b)
{
    if (!b->before) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_at("fit", b->device, &s));
    for (int64_t i = 0; i < b->before; i++)
        CX__TRY(cx__member_keep(b->self, i, b->self->before->child[i]));
    return cx__read_all_i64(&s, cx__i64(&s, cx_self_before(b->self, CX__BAG_COLUMNS)), b->column);
}

/* ---- all of it */
static cx_status draw_seeds(bag *b)
{
    const bool given = cx_param_is_number(b->self, "random_state") == 1;
    cx_generator *const g = cx_random_state(
        (cx_maybe_i64){given, given ? cx_param_i64(b->self, "random_state") : 0}, CX_CPU);
    const cx_array *const seed =
        cx_rng_integers(g, 0, INT32_MAX, CX_SHAPE(b->before + b->members), CX_I64);
    const int64_t *const v = cx_data_i64(seed);
    if (!v) return cx__last_status();
    memcpy(b->seed, v + b->before, (size_t)b->members * sizeof *b->seed);
    return CX_OK;
}

static cx_status run(bag *b, const cx_array *weight)
{
    const cx_array *host = NULL;
    CX__TRY(read_weights(b, weight, &host));
    CX__TRY(count_rows(b, host));
    CX__TRY(count_columns(b));
    const bool unseen = cx_param_bool(b->self, "oob_score");
    if (unseen && (!b->repeat || cx_param_bool(b->self, "warm_start")))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: oob_score=True goes with bootstrap=True and warm_start=False",
                        b->self->cls->name);
    if (unseen && cx_ndim(b->d.y) == 2)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "%s: oob_score=True takes y of one column",
                        b->self->cls->name);
    CX__TRY(take_before(b));
    CX__TRY(cx__member_new(b->self, cx__bag_default(b->self), &b->inner));
    b->weigh = cx__names_weights(b->inner);
    const size_t all = (size_t)(b->before + b->members);
    b->seed = cx__calloc((size_t)b->members + 1, sizeof *b->seed);
    b->column = cx__calloc(all * (size_t)b->width, sizeof *b->column);
    b->member = cx__calloc((size_t)b->members + 1, sizeof *b->member);
    if (!b->seed || !b->column || !b->member)
        return cx__fail_nomem("fit", "members", all * (size_t)b->width * sizeof *b->column);
    CX__TRY(draw_seeds(b));
    CX__TRY(keep_before(b));
    CX__TRY(cx__tasks_run("fit", b->self->cls->name, b->device, b->members, fit_member, b));
    for (int64_t i = 0; i < b->members; i++)
        CX__TRY(cx__member_keep(b->self, b->before + i, b->member[i]));
    cx__site s;
    CX__TRY(cx__site_at("fit", b->device, &s));
    const cx_array *const columns = cx__given_all(&s, b->column, (int64_t)all * b->width, CX_I64);
    CX__TRY(cx_self_set(b->self, CX__BAG_COLUMNS,
                        cx_reshape(columns, CX_SHAPE((int64_t)all, b->width))));
    return unseen ? ask_unseen(b) : CX_OK;
}

cx_status cx__bag_fit(cx_estimator *self, const cx_data *d, const cx_array *y,
                      const cx_array *weight)
{
    bag b = {.self = self,
             .d = {.x = d->x, .table = d->table, .y = y},
             .device = cx__data_device(d),
             .rows = cx__feature_rows(d),
             .features = cx__feature_count(self, d),
             .members = cx_param_i64(self, "n_estimators"),
             .repeat = cx_param_bool(self, "bootstrap"),
             .repeat_columns = cx_param_bool(self, "bootstrap_features")};
    const cx_status st = run(&b, weight);
    for (int64_t i = 0; b.member && i < b.members; i++) cx__release(b.member[i]);
    cx__free((void *)b.member);
    cx__free(b.seed);
    cx__free(b.column);
    cx__release(b.inner);
    return st;
}
