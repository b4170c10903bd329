/* What SGDClassifier, SGDRegressor and their kin share: see the header.
 *
 * Every class becomes the same plain problem: rows, targets, a schedule. Random numbers are drawn
 * in scikit-learn's order, before any descent runs. */
#include "learn/linear_model/stochastic/sgd_model.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <math.h>
#include <string.h>

static int find(const char *name, const char *const *names)
{
    int i = 0;
    while (strcmp(names[i], name) != 0) i++;
    return i;
}

static bool has_param(const cx_estimator *self, const char *name)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0;
}

/* ---- parameters */
static void read_loss(const cx_estimator *self, cx__sgd *p)
{
    static const char *const losses[] = {
        "hinge",    "perceptron",          "squared_hinge",
        "log_loss", "modified_huber",      "squared_error",
        "huber",    "epsilon_insensitive", "squared_epsilon_insensitive"};
    static const char *const rates[] = {"constant", "optimal", "invscaling",
                                        "adaptive", "pa1",     "pa2"};
    const bool loss = has_param(self, "loss");
    p->loss = loss ? (cx__sgd_loss)find(cx_param_str(self, "loss"), losses) : CX__SGD_PERCEPTRON;
    p->rate = CX__SGD_CONSTANT;
    if (has_param(self, "learning_rate"))
        p->rate = (cx__sgd_rate)find(cx_param_str(self, "learning_rate"), rates);
    p->epsilon = has_param(self, "epsilon") ? cx_param_f64(self, "epsilon") : 0;
    p->power_t = has_param(self, "power_t") ? cx_param_f64(self, "power_t") : 0.5;
    if (!has_param(self, "C")) {
        p->eta0 = cx_param_f64(self, "eta0");
        return;
    }
    /* passive-aggressive: the loss's name chooses the schedule, the loss is the plain one */
    const bool classifier = self->cls->kind == CX_CLASSIFIER;
    const cx__sgd_loss plain = classifier ? CX__SGD_HINGE : CX__SGD_INSENSITIVE;
    p->rate = p->loss == plain ? CX__SGD_PA1 : CX__SGD_PA2;
    p->loss = plain;
    p->eta0 = cx_param_f64(self, "C");
}

static cx_status read_penalty(const cx_estimator *self, cx__sgd *p)
{
    static const char *const penalties[] = {"none", "l1", "l2", "elasticnet"};
    p->penalty = CX__SGD_NONE;
    p->alpha = 1;
    if (!has_param(self, "penalty")) return CX_OK;
    if (!cx_param_is_none(self, "penalty"))
        p->penalty = (cx__sgd_penalty)find(cx_param_str(self, "penalty"), penalties);
    p->alpha = cx_param_f64(self, "alpha");
    const bool none = cx_param_is_none(self, "l1_ratio");
    p->l1_ratio = none ? 0 : cx_param_f64(self, "l1_ratio");
    if (p->penalty == CX__SGD_BOTH && none)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: penalty='elasticnet' needs l1_ratio",
                        self->cls->name);
    return CX_OK;
}

static cx_status read_options(const cx_estimator *self, cx__sgd *p, bool partial)
{
    const char *const name = self->cls->name;
    read_loss(self, p);
    CX__TRY(read_penalty(self, p));
    p->fit_intercept = cx_param_bool(self, "fit_intercept");
    p->max_iter = partial ? 1 : cx_param_i64(self, "max_iter");
    p->tol = cx_param_is_none(self, "tol") ? -INFINITY : cx_param_f64(self, "tol");
    p->shuffle = cx_param_bool(self, "shuffle");
    p->early_stopping = has_param(self, "early_stopping") && cx_param_bool(self, "early_stopping");
    p->n_iter_no_change =
        has_param(self, "n_iter_no_change") ? cx_param_i64(self, "n_iter_no_change") : 5;
    if (has_param(self, "average"))
        p->average = cx_param_is_number(self, "average") ? cx_param_i64(self, "average")
                     : cx_param_bool(self, "average")    ? 1
                                                         : 0;
    p->weight_positive = p->weight_negative = 1;
    p->t = 1;
    if (partial && p->early_stopping)
        return cx__fail(CX_E_ARGUMENT, "partial_fit", "%s: early_stopping is for fit only", name);
    if (p->rate == CX__SGD_OPTIMAL && p->alpha == 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: learning_rate='optimal' needs alpha above 0",
                        name);
    const cx__sgd_loss plain =
        self->cls->kind == CX_CLASSIFIER ? CX__SGD_HINGE : CX__SGD_INSENSITIVE;
    if (p->rate >= CX__SGD_PA1 && p->loss != plain)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: learning_rate='pa1' and 'pa2' need loss='%s'",
                        name, plain == CX__SGD_HINGE ? "hinge" : "epsilon_insensitive");
    return CX_OK;
}

cx_status cx__sgd_prepare(cx_estimator *self, const cx_data *data, bool partial, int slot,
                          cx__sgd_fit *f)
{
    const char *const where = partial ? "partial_fit" : "fit";
    *f = (cx__sgd_fit){.self = self, .partial = partial, .slot = slot};
    CX__TRY(cx__host_only(self, where, data->x));
    CX__TRY(read_options(self, &f->base, partial));
    f->dtype = cx__float_like(data->x);
    f->x = cx__as(where, data->x, f->dtype);
    const cx_array *w =
        data->sample_weight != NULL ? cx__as(where, data->sample_weight, CX_F64) : NULL;
    cx_view v;
    CX__TRY(cx__view_of(where, f->x, &v));
    f->base.n = cx_dim(f->x, 0);
    f->base.d = cx_dim(f->x, 1);
    f->base.x = v.data;
    f->base.f32 = f->dtype == CX_F32;
    f->base.weight = w != NULL ? cx_data_f64(w) : NULL;
    if (f->base.n > INT32_MAX)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s: more than %d rows", self->cls->name,
                        INT32_MAX);
    return cx__so_far();
}

/* ---- where it starts */
/* Slot `from` (of a fit before, with `before`) as a fresh [k, d] or [k] array of type t; zeros if
 * it is empty. */
static cx_array *state_of(const cx__sgd_fit *f, int from, bool before, int64_t cols, cx_dtype t)
{
    const cx_array *a = before                       ? cx_self_before(f->self, from)
                        : cx_self_has(f->self, from) ? cx_self(f->self, from)
                                                     : NULL;
    cx_array *out =
        cols < 0 ? cx_zeros(CX_SHAPE(f->k), t, CX_CPU) : cx_zeros(CX_SHAPE(f->k, cols), t, CX_CPU);
    if (a == NULL) return out;
    if (cx_size(a) != cx_size(out))
        return cx__nil(
            cx__fail(CX_E_ARGUMENT, "fit", "%s: warm_start from %lld numbers, but there are %lld",
                     f->self->cls->name, (long long)cx_size(a), (long long)cx_size(out)));
    const cx_status st = cx_check(cx_copy_into(cx_reshape(a, cx_shape_of(out)), out));
    return st == CX_OK ? out : cx__nil(st);
}

cx_status cx__sgd_start(cx__sgd_fit *f, int64_t k)
{
    enum { COEF, INTERCEPT };
    const int64_t d = f->base.d;
    const bool average = f->base.average > 0;
    f->k = k;
    bool before = false, own = f->partial;
    if (!f->partial) before = cx_param_bool(f->self, "warm_start");
    const bool averaged = own && average && cx_self_has(f->self, f->slot + CX__SGD_AVERAGED);
    const int from = averaged ? f->slot + CX__SGD_STANDARD : COEF,
              from_b = averaged ? f->slot + CX__SGD_STANDARD_INTERCEPT : INTERCEPT;
    cx_array *b = NULL, *ab = NULL;
    if (own || before) {
        f->standard = state_of(f, from, before, d, f->dtype);
        b = state_of(f, from_b, before, -1, CX_F64);
    } else {
        f->standard = cx_zeros(CX_SHAPE(k, d), f->dtype, CX_CPU);
        b = cx_zeros(CX_SHAPE(k), CX_F64, CX_CPU);
    }
    /* offset_ = 1 - intercept */
    if (f->base.one_class && from_b == INTERCEPT)
        CX__TRY(cx_check(cx_copy_into(cx_sub(cx_float(1), b), b)));
    ab = cx_zeros(CX_SHAPE(k), CX_F64, CX_CPU);
    if (average) f->averaged = cx_zeros(CX_SHAPE(k, d), f->dtype, CX_CPU);
    if (averaged) {
        f->averaged = state_of(f, f->slot + CX__SGD_AVERAGED, false, d, f->dtype);
        ab = state_of(f, f->slot + CX__SGD_AVERAGED_INTERCEPT, false, -1, CX_F64);
    }
    CX__TRY(cx__so_far());
    f->intercept = cx_data_f64_mut(b);
    f->averaged_intercept = cx_data_f64_mut(ab);
    if (own && cx_self_has(f->self, f->slot + CX__SGD_T))
        f->base.t = cx__number_f64(cx_self(f->self, f->slot + CX__SGD_T));
    return cx__so_far();
}

/* ---- draws */
static cx_maybe_i64 seed_of(const cx_estimator *self)
{
    if (cx_param_is_none(self, "random_state")) return CX_ENTROPY;
    return CX_SEED(cx_param_i64(self, "random_state"));
}

cx_generator *cx__sgd_generator(const cx_estimator *self)
{
    return cx_random_state(seed_of(self), CX_CPU);
}

cx_status cx__sgd_draw(cx_generator *g, int64_t low, uint32_t *out)
{
    *out = (uint32_t)cx__number_i64(cx_rng_integers(g, low, INT32_MAX, CX_SHAPE(1), CX_I64));
    return cx__so_far();
}

cx_status cx__sgd_hold_out(const cx__sgd_fit *f, const cx_array *codes, const uint8_t **mask)
{
    *mask = NULL;
    if (!f->base.early_stopping) return CX_OK;
    const int64_t n = f->base.n;
    const cx_array *rows = cx_reshape(cx_arange_i64(0, n, 1, CX_I64, CX_CPU), CX_SHAPE(n, 1));
    const cx_split cut = cx_train_test_split(
        CX_DATA(.x = rows, .y = codes),
        CX_OPTS(cx_split_opts, .test_size = cx_param_f64(f->self, "validation_fraction"),
                .random_state = seed_of(f->self), .stratify = codes != NULL));
    const cx_array *test = cx__as("fit", cx_ravel(cut.test.x), CX_I64);
    cx_array *out = cx_zeros(CX_SHAPE(n), CX_U8, CX_CPU);
    cx_view v;
    CX__TRY(cx__so_far());
    CX__TRY(cx__view_of("fit", out, &v));
    const int64_t *row = cx_data_i64(test);
    CX__TRY(cx__so_far());
    uint8_t *const held = v.data;
    bool any = false;
    for (int64_t i = 0; i < cx_size(test); i++) {
        held[row[i]] = 1;
        any = any || f->base.weight == NULL || f->base.weight[row[i]] > 0;
    }
    *mask = held;
    if (any) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: the weights of all rows held out for early stopping are 0",
                    f->self->cls->name);
}

double cx__sgd_score_row(const cx__sgd *p, const void *coef, double intercept, int64_t row)
{
    double sum = 0;
    if (p->f32) {
        const float *x = (const float *)p->x + row * p->d, *w = coef;
        for (int64_t j = 0; j < p->d; j++) sum += (double)x[j] * (double)w[j];
    } else {
        const double *x = (const double *)p->x + row * p->d, *w = coef;
        for (int64_t j = 0; j < p->d; j++) sum += x[j] * w[j];
    }
    return sum + intercept;
}

/* ---- running */
cx_status cx__sgd_descend(cx__sgd_fit *f, const cx__sgd *p, int64_t i, cx__sgd_state *end)
{
    const size_t width = (size_t)p->d * (p->f32 ? sizeof(float) : sizeof(double)),
                 bytes = (size_t)cx__sgd_scratch(p);
    cx_view standard, averaged = {.data = NULL};
    CX__TRY(cx__view_of("fit", f->standard, &standard));
    if (f->averaged != NULL) CX__TRY(cx__view_of("fit", f->averaged, &averaged));
    *end = (cx__sgd_state){
        .coef = (char *)standard.data + (size_t)i * width,
        .average = averaged.data != NULL ? (char *)averaged.data + (size_t)i * width : NULL,
        .intercept = f->intercept[i],
        .average_intercept = f->averaged_intercept[i]};
    void *scratch = cx__alloc(bytes);
    if (scratch == NULL) return cx__fail_nomem("fit", "the order of rows", bytes);
    const cx_status st = cx__sgd_run(p, end, scratch);
    cx__free(scratch);
    f->intercept[i] = end->intercept;
    f->averaged_intercept[i] = end->average_intercept;
    return st;
}

static cx_array *numbers(const double *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

cx_status cx__sgd_store(cx__sgd_fit *f, bool flat)
{
    enum { COEF, INTERCEPT };
    cx_estimator *const self = f->self;
    const double t = f->base.t + (double)(f->epochs * f->base.n);
    const bool average = f->base.average > 0,
               averaged = average && (double)f->base.average <= t - 1;
    const cx_array *standard = f->standard, *mean = f->averaged;
    if (flat) {
        standard = cx_reshape(standard, CX_SHAPE(f->base.d));
        if (average) mean = cx_reshape(mean, CX_SHAPE(f->base.d));
    }
    const cx_array *b = numbers(f->intercept, f->k), *mean_b = numbers(f->averaged_intercept, f->k);
    CX__TRY(cx__store(self, COEF, averaged ? mean : standard, f->dtype));
    const cx_array *used = averaged ? mean_b : b;
    if (f->base.one_class) used = cx_sub(cx_float(1), used);
    CX__TRY(cx__store(self, INTERCEPT, used, f->dtype));
    CX__TRY(cx_self_set_i64(self, f->slot + CX__SGD_N_ITER, f->epochs));
    CX__TRY(cx_self_set_f64(self, f->slot + CX__SGD_T, t));
    if (average) {
        CX__TRY(cx__store(self, f->slot + CX__SGD_STANDARD, cx_copy(standard), f->dtype));
        CX__TRY(cx_self_set(self, f->slot + CX__SGD_STANDARD_INTERCEPT, b));
        CX__TRY(cx__store(self, f->slot + CX__SGD_AVERAGED, cx_copy(mean), f->dtype));
        CX__TRY(cx_self_set(self, f->slot + CX__SGD_AVERAGED_INTERCEPT, mean_b));
    }
    if (!f->partial && f->base.tol > -INFINITY && f->epochs == f->base.max_iter)
        cx__warn(CX_E_CONVERGENCE, "%s: max_iter=%lld epochs were too few to converge",
                 self->cls->name, (long long)f->base.max_iter);
    return cx__so_far();
}
