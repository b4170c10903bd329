/* Learning: first weights, epochs of shuffled batches, when to stop. Draws are the host's, in
 * scikit-learn's order; of an epoch one number comes back. */
#include "learn/neural_network/mlp.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

const cx_array *cx__mlp_before(const cx_estimator *self, int slot, bool incremental)
{
    if (incremental) return cx_self_has(self, slot) ? cx_self(self, slot) : NULL;
    return cx_param_bool(self, "warm_start") ? cx_self_before(self, slot) : NULL;
}

/* ---- where it begins */
static cx_status first_params(cx__mlp *net, cx_generator *g)
{
    const double factor = net->hidden == CX__MLP_LOGISTIC ? 2 : 6;
    cx_array *const all = cx_empty(CX_SHAPE(net->weights + net->biases), CX_F64, CX_CPU);
    int64_t at = 0, end = net->weights;
    for (int64_t i = 0; i < net->layers && cx_ok(); i++) {
        const int64_t in = net->units[i], out = net->units[i + 1];
        const double most = sqrt(factor / (double)(in + out));
        CX__TRY(cx_copy_into(cx_rng_uniform(g, -most, most, CX_SHAPE(in * out)),
                             cx_slice(all, 0, at, at + in * out, 1)));
        CX__TRY(cx_copy_into(cx_rng_uniform(g, -most, most, CX_SHAPE(out)),
                             cx_slice(all, 0, end, end + out, 1)));
        at += in * out;
        end += out;
    }
    CX__TRY(cx__so_far());
    return cx__mlp_set(net, cx__send(&net->site, all));
}

/* The weights before, in memory of their own. */
static cx_status go_on(cx__mlp_fit *f, const cx_estimator *self, const cx_array *coefs)
{
    cx__mlp *const net = &f->net;
    int64_t units[CX__MLP_MOST + 1];
    const cx_array *const sizes = cx__mlp_before(self, CX__MLP_SIZES, f->incremental);
    bool same = cx_size(sizes) == net->layers + 1;
    if (same) CX__TRY(cx__read_all_i64(&net->site, cx__i64(&net->site, sizes), units));
    for (int64_t i = 0; same && i <= net->layers; i++) same = units[i] == net->units[i];
    if (!same)
        return cx__fail(CX_E_ARGUMENT, f->incremental ? "partial_fit" : "fit",
                        "%s: the layers were others when it was fitted before; it cannot go on",
                        self->cls->name);
    const cx_array *const b = cx__mlp_before(self, CX__MLP_INTERCEPTS, f->incremental);
    return cx__mlp_set(net, cx_astype(cx_concatenate(CX_ARRAYS(coefs, b), 0), CX_F64));
}

/* ---- progress */
typedef struct course {
    cx__mlp_fit *f;
    cx_estimator *self;
    cx__mlp_steps steps;
    cx__mlp_rows train, held;                        /* held.x NULL: there are none */
    int64_t n, batch, epochs, max_epochs, t, before; /* before: epochs of earlier fits */
    int64_t *order, *drawn;
    double *curve, *scores; /* of all fits so far */
    double idle, best_loss, best_score, tol;
    cx_array *gradient, *sum, *best; /* best: params of the best score */
    bool shuffles;
} course;

static cx_status number_before(const course *c, int slot, double *out)
{
    const cx_array *const a = cx__mlp_before(c->self, slot, c->f->incremental);
    return a ? cx__read_all(&c->f->net.site, cx__f64(&c->f->net.site, a), out) : CX_OK;
}

static int64_t length_before(const course *c, int slot)
{
    const cx_array *const a = cx__mlp_before(c->self, slot, c->f->incremental);
    return a ? cx_size(a) : 0;
}

/* What earlier fits left: curves and counts, of a partial fit the optimiser too. */
static cx_status remember(course *c)
{
    cx__mlp *const net = &c->f->net;
    double pace[3] = {0, c->steps.rate, 0}, t = 0;
    c->best_loss = INFINITY;
    c->best_score = -INFINITY;
    CX__TRY(number_before(c, CX__MLP_PACE, pace));
    CX__TRY(number_before(c, CX__MLP_BEST_LOSS, &c->best_loss));
    CX__TRY(number_before(c, CX__MLP_BEST_VALIDATION, &c->best_score));
    CX__TRY(number_before(c, CX__MLP_T, &t));
    CX__TRY(number_before(c, CX__MLP_CURVE, c->curve));
    CX__TRY(number_before(c, CX__MLP_VALIDATION, c->scores));
    c->t = (int64_t)t;
    c->idle = pace[2];
    const int64_t all = net->weights + net->biases;
    const cx_array *const moments =
        c->f->incremental ? cx__mlp_before(c->self, CX__MLP_MOMENTS, true) : NULL;
    for (int64_t i = 0; i < 2; i++)
        c->steps.moments[i] = moments ? cx_astype(cx_copy(cx_select(moments, 0, i)), CX_F64)
                                      : cx_zeros(CX_SHAPE(all), CX_F64, net->site.device);
    if (moments) {
        c->steps.count = pace[0];
        c->steps.rate = pace[1];
    }
    return cx__so_far();
}

/* Rows held out for early stopping. */
static cx_status hold_out(course *c, cx_generator *g)
{
    const cx__mlp_fit *const f = c->f;
    const cx__site *const s = &f->net.site;
    c->train = f->rows;
    if (!cx_param_bool(c->self, "early_stopping")) return CX_OK;
    const int64_t n = cx_dim(f->rows.x, 0);
    int64_t n_train = n, n_test = 0;
    const double share = cx_param_f64(c->self, "validation_fraction");
    if (share > 0) CX__TRY(cx__split_sizes("fit", share, 0, 0, n, &n_train, &n_test));
    if (n_test < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: %lld rows held out are too few; raise validation_fraction=%g",
                        c->self->cls->name, (long long)n_test, share);
    cx_fold fold;
    if (f->strata) {
        CX__TRY(cx__stratified_draws("fit", g, f->strata, n_train, n_test, 1, &fold));
    } else {
        int64_t *const rows = cx__scope_room((size_t)n * sizeof *rows);
        if (!rows) return CX_E_NOMEM;
        for (int64_t i = 0; i < n; i++) rows[i] = i;
        CX__TRY(cx__shuffle_rows(g, rows, n));
        fold.test = cx__given_all(s, rows, n_test, CX_I64);
        fold.train = cx__given_all(s, rows + n_test, n_train, CX_I64);
    }
    const cx_array *const w = f->rows.weight;
    c->train = (cx__mlp_rows){cx_take(f->rows.x, fold.train, 0), cx_take(f->rows.y, fold.train, 0),
                              w ? cx_take(w, fold.train, 0) : NULL};
    c->held = (cx__mlp_rows){cx_take(f->rows.x, fold.test, 0), cx_take(f->rows.y, fold.test, 0),
                             w ? cx_take(w, fold.test, 0) : NULL};
    return cx__so_far();
}

static cx_status batch_size(course *c)
{
    c->n = cx_dim(c->train.x, 0);
    if (cx_param_is_str(c->self, "batch_size")) {
        c->batch = c->n < 200 ? c->n : 200;
        return CX_OK;
    }
    c->batch = cx_param_i64(c->self, "batch_size");
    if (c->batch <= c->n) return CX_OK;
    cx__warn(CX_E_ARGUMENT, "%s: batch_size=%lld is more than the %lld rows", c->self->cls->name,
             (long long)c->batch, (long long)c->n);
    c->batch = c->n;
    return CX_OK;
}

static cx_status prepare(course *c, cx_generator *g)
{
    const cx_estimator *const self = c->self;
    cx__mlp *const net = &c->f->net;
    const bool adam = strcmp(cx_param_str(self, "solver"), "adam") == 0;
    c->steps = (cx__mlp_steps){.net = net,
                               .adam = adam,
                               .nesterov = cx_param_bool(self, "nesterovs_momentum"),
                               .rate = cx_param_f64(self, "learning_rate_init"),
                               .first = cx_param_f64(self, adam ? "beta_1" : "momentum"),
                               .second = cx_param_f64(self, "beta_2"),
                               .epsilon = cx_param_f64(self, "epsilon")};
    c->max_epochs = c->f->incremental ? 1 : cx_param_i64(self, "max_iter");
    c->tol = cx_param_f64(self, "tol");
    c->shuffles = cx_param_bool(self, "shuffle");
    CX__TRY(hold_out(c, g));
    CX__TRY(batch_size(c));
    c->before = length_before(c, CX__MLP_CURVE);
    const int64_t had = c->before + length_before(c, CX__MLP_VALIDATION);
    const size_t rows = (size_t)c->n * 2, curves = (size_t)(2 * (had + c->max_epochs));
    c->order = cx__scope_room(rows * sizeof *c->order);
    c->curve = cx__scope_room(curves * sizeof *c->curve);
    if (!c->order || !c->curve) return CX_E_NOMEM;
    c->drawn = c->order + c->n;
    c->scores = c->curve + had + c->max_epochs;
    for (int64_t i = 0; i < c->n; i++) c->order[i] = i;
    c->gradient = cx__new_f64(&net->site, net->weights + net->biases, -1);
    c->best = cx_copy(net->params);
    return remember(c);
}

/* ---- epochs */
static cx_status shuffle(course *c, cx_generator *g)
{
    int64_t *const room = c->drawn;
    int64_t *const next = cx__scope_room((size_t)c->n * sizeof *next);
    if (!next) return CX_E_NOMEM;
    for (int64_t i = 0; i < c->n; i++) room[i] = i;
    CX__TRY(cx__shuffle_rows(g, room, c->n));
    for (int64_t i = 0; i < c->n; i++) next[i] = c->order[room[i]];
    memcpy(c->order, next, (size_t)c->n * sizeof *next);
    return CX_OK;
}

static cx_array *some(const cx_array *a, const cx_array *order, int64_t lo, int64_t hi)
{
    if (!a) return NULL;
    if (!order) return cx_slice(a, 0, lo, hi, 1);
    return cx_take(a, cx_slice(order, 0, lo, hi, 1), 0);
}

static cx_status take_batch(course *c, const cx_array *order, int64_t lo, int64_t hi)
{
    static cx__held add = CX__HELD("sum_, loss, rows: sum_ + loss * rows");
    const cx__mlp *const net = &c->f->net;
    const cx__mlp_rows rows = {some(c->train.x, order, lo, hi), some(c->train.y, order, lo, hi),
                               some(c->train.weight, order, lo, hi)};
    const cx_array *mass;
    cx_array *loss;
    CX__TRY(cx__so_far());
    CX__TRY(cx__mlp_gradient(net, &rows, c->gradient, &mass, &loss));
    CX__TRY(cx__held_into("fit", &add, CX_ARRAYS(c->sum, loss, cx_float((double)(hi - lo))),
                          CX_OUTS(c->sum)));
    return cx__mlp_step(&c->steps, c->gradient, mass, hi - lo);
}

static cx_status run_epoch(course *c, cx_generator *g)
{
    const cx__site *const s = &c->f->net.site;
    if (c->shuffles) CX__TRY(shuffle(c, g));
    const cx_array *const order = c->shuffles ? cx__given_all(s, c->order, c->n, CX_I64) : NULL;
    c->sum = cx_zeros((cx_shape){.ndim = 0}, CX_F64, s->device);
    CX__TRY(cx__so_far());
    for (int64_t lo = 0; lo < c->n; lo += c->batch) {
        const cx_scope inner = cx_scope_open(); /* temporaries of one batch */
        cx_check(take_batch(c, order, lo, lo + c->batch < c->n ? lo + c->batch : c->n));
        CX__TRY(cx_scope_close(inner));
    }
    double loss;
    CX__TRY(cx__read_f64(s, c->sum, &loss));
    if (!isfinite(loss))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the loss is not finite in epoch %lld; scale x or lower "
                        "learning_rate_init",
                        c->self->cls->name, (long long)c->epochs + 1);
    c->curve[c->before + c->epochs++] = loss / (double)c->n;
    c->t += c->n;
    return CX_OK;
}

/* Has it become better? */
static cx_status judge(course *c)
{
    const double loss = c->curve[c->before + c->epochs - 1];
    if (!c->held.x) {
        c->idle = loss > c->best_loss - c->tol ? c->idle + 1 : 0;
        if (loss < c->best_loss) c->best_loss = loss;
        return CX_OK;
    }
    double score = (double)NAN;
    CX__TRY(c->f->score(&c->f->net, &c->held, &score));
    c->scores[length_before(c, CX__MLP_VALIDATION) + c->epochs - 1] = score;
    c->idle = score < c->best_score + c->tol ? c->idle + 1 : 0;
    if (!(score > c->best_score)) return CX_OK;
    c->best_score = score;
    return cx_copy_into(c->f->net.params, c->best);
}

/* The schedule of 'sgd'; does it stop? */
static bool stops(course *c)
{
    const char *const schedule = cx_param_str(c->self, "learning_rate");
    if (!c->steps.adam && strcmp(schedule, "invscaling") == 0)
        c->steps.rate = cx_param_f64(c->self, "learning_rate_init") /
                        pow((double)c->t + 1, cx_param_f64(c->self, "power_t"));
    if (!(c->idle > cx_param_f64(c->self, "n_iter_no_change"))) return false;
    if (c->steps.adam || strcmp(schedule, "adaptive") != 0 || c->steps.rate <= 1e-6) return true;
    c->steps.rate /= 5;
    c->idle = 0;
    return false;
}

static cx_status all_epochs(course *c, cx_generator *g)
{
    bool stopped = false;
    while (!stopped && c->epochs < c->max_epochs) {
        CX__TRY(cx_self_progress(c->self, c->epochs, c->max_epochs));
        const cx_scope inner = cx_scope_open();
        cx_status st = run_epoch(c, g);
        if (st == CX_OK) st = judge(c);
        cx_check(st);
        CX__TRY(cx_scope_close(inner));
        stopped = stops(c);
    }
    if (!stopped && !c->f->incremental)
        cx__warn(CX_E_CONVERGENCE, "%s: max_iter=%lld epochs and still getting better",
                 c->self->cls->name, (long long)c->max_epochs);
    return c->held.x ? cx_copy_into(c->best, c->f->net.params) : CX_OK;
}

/* ---- attributes */
static cx_status store_net(cx_estimator *self, const cx__mlp *net)
{
    const int64_t all = net->weights + net->biases;
    const cx_array *const good = cx_all(cx_isfinite(net->params), CX_ALL);
    const bool finite = cx__number_f64(good) != 0;
    CX__TRY(cx__so_far());
    if (!finite)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: weights are not finite; scale x",
                        self->cls->name);
    CX__TRY(
        cx_self_set(self, CX__MLP_COEFS, cx_copy(cx_slice(net->params, 0, 0, net->weights, 1))));
    CX__TRY(cx_self_set(self, CX__MLP_INTERCEPTS,
                        cx_copy(cx_slice(net->params, 0, net->weights, all, 1))));
    return cx_self_set(self, CX__MLP_SIZES,
                       cx__given_all(&net->site, net->units, net->layers + 1, CX_I64));
}

static cx_status store_course(cx_estimator *self, course *c)
{
    const cx__site *const s = &c->f->net.site;
    const double pace[] = {c->steps.count, c->steps.rate, c->idle};
    const int64_t had = length_before(c, CX__MLP_VALIDATION);
    CX__TRY(cx_self_set_f64(self, CX__MLP_LOSS, c->curve[c->before + c->epochs - 1]));
    const cx_array *const scores =
        c->held.x ? cx__given_all(s, c->scores, had + c->epochs, CX_F64) : NULL;
    CX__TRY(cx_self_set(self, CX__MLP_VALIDATION, scores));
    if (c->held.x)
        CX__TRY(cx_self_set_f64(self, CX__MLP_BEST_VALIDATION, c->best_score));
    else
        CX__TRY(cx_self_set_f64(self, CX__MLP_BEST_LOSS, c->best_loss));
    CX__TRY(cx_self_set(self, CX__MLP_CURVE,
                        cx__given_all(s, c->curve, c->before + c->epochs, CX_F64)));
    CX__TRY(cx_self_set(self, CX__MLP_PACE, cx__given_all(s, pace, 3, CX_F64)));
    return cx_self_set(self, CX__MLP_MOMENTS,
                       cx_stack(CX_ARRAYS(c->steps.moments[0], c->steps.moments[1]), 0));
}

static cx_status stochastic(cx__mlp_fit *f, cx_estimator *self, cx_generator *g, int64_t *epochs,
                            int64_t *t)
{
    course c = {.f = f, .self = self};
    CX__TRY(prepare(&c, g));
    CX__TRY(all_epochs(&c, g));
    *epochs = c.epochs;
    *t = c.t;
    return store_course(self, &c);
}

cx_status cx__mlp_learn(cx__mlp_fit *f, cx_estimator *self)
{
    cx_generator *const g = cx__seeded(self);
    CX__TRY(cx__so_far());
    const bool lbfgs = strcmp(cx_param_str(self, "solver"), "lbfgs") == 0;
    if (f->incremental && (lbfgs || cx_param_bool(self, "early_stopping")))
        return cx__fail(CX_E_ARGUMENT, "partial_fit", "%s: not with %s", self->cls->name,
                        lbfgs ? "solver='lbfgs'" : "early_stopping=True");
    const cx_array *const coefs = cx__mlp_before(self, CX__MLP_COEFS, f->incremental);
    CX__TRY(coefs ? go_on(f, self, coefs) : first_params(&f->net, g));
    int64_t iterations = 0, t = 0;
    if (lbfgs) {
        double loss;
        CX__TRY(cx__mlp_lbfgs(f, &loss, &iterations));
        CX__TRY(cx_self_set_f64(self, CX__MLP_LOSS, loss));
    } else {
        CX__TRY(stochastic(f, self, g, &iterations, &t));
    }
    CX__TRY(cx_self_set_i64(self, CX__MLP_N_ITER, iterations));
    CX__TRY(cx_self_set_i64(self, CX__MLP_T, t));
    return store_net(self, &f->net);
}

/* ---- files */
cx_status cx__mlp_check(const cx_estimator *self)
{
    const cx_array *const sizes = cx_self(self, CX__MLP_SIZES);
    int64_t units[CX__MLP_MOST + 1], weights = 0, biases = 0;
    const int64_t count = cx_size(sizes);
    cx__site s;
    CX__TRY(cx__site_of("estimator_load", sizes, &s));
    bool good = count >= 2 && count <= CX__MLP_MOST + 1;
    if (good) CX__TRY(cx__read_all_i64(&s, cx__i64(&s, sizes), units));
    for (int64_t i = 0; good && i < count; i++) {
        good = units[i] > 0 && units[i] < INT32_MAX;
        if (i > 0 && good) {
            weights += units[i - 1] * units[i];
            biases += units[i];
        }
        good = good && weights <= cx_size(cx_self(self, CX__MLP_COEFS));
    }
    if (good && units[0] == cx_self_features(self) &&
        weights == cx_size(cx_self(self, CX__MLP_COEFS)) &&
        biases == cx_size(cx_self(self, CX__MLP_INTERCEPTS)))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: weights do not fit layer_sizes_",
                    self->cls->name);
}
