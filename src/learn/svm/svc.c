/* SVC and NuSVC: a machine for each pair of classes, fitted as tasks; their votes decide
 * (sklearn.svm.SVC, NuSVC). Sources: Cortes, Vapnik (1995); Schoelkopf et al. (2000). */
#include "learn/svm/machine.h"
#include "learn/svm/pairs.h"
#include "learn/svm/platt.h"
#include "learn/svm/words.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/model_selection/tasks.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

enum { CLASSES = CX__SVM_SLOTS, CLASS_WEIGHT, PROB_A, PROB_B };
static const char *const attrs[] = {CX__SVM_ATTRS("[p]"),       "classes_: label [c]",
                                    "class_weight_: float [c]", "probA_?: float [p]",
                                    "probB_?: float [p]",       NULL};

#define SHAPE                                                                          \
    {                                                                                  \
        "decision_function_shape", CX_PARAM_STR, "'ovr'", "{'ovo', 'ovr'}",            \
            "decision_function: one number for each pair of classes or for each class" \
    }
#define BREAK_TIES                                                            \
    {                                                                         \
        "break_ties", CX_PARAM_BOOL, "False", NULL,                           \
            "predict asks decision_function 'ovr' instead of the votes alone" \
    }
#define PROBABILITY                                                                                       \
    {                                                                                                     \
        "probability", CX_PARAM_STR | CX_PARAM_BOOL, "'deprecated'", "{'deprecated'}",                    \
            "fit predict_proba by folds; deprecated in scikit-learn, where CalibratedClassifierCV serves" \
    }
#define CLASS_WEIGHTS                                                                         \
    {                                                                                         \
        "class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}", \
            "what C is multiplied with by class"                                              \
    }
#define RANDOM_STATE                                                             \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the folds of probability=True"                              \
    }

static const cx_param params[] = {
    CX__SVM_C,   CX__SVM_KERNEL, CX__SVM_DEGREE, CX__SVM_GAMMA, CX__SVM_COEF0,   CX__SVM_SHRINKING,
    PROBABILITY, CX__SVM_TOL,    CX__SVM_CACHE,  CLASS_WEIGHTS, CX__SVM_VERBOSE, CX__SVM_MAX_ITER,
    SHAPE,       BREAK_TIES,     RANDOM_STATE,   {.name = NULL}};
static const cx_param nu_params[] = {
    CX__SVM_NU,  CX__SVM_KERNEL, CX__SVM_DEGREE, CX__SVM_GAMMA, CX__SVM_COEF0,   CX__SVM_SHRINKING,
    PROBABILITY, CX__SVM_TOL,    CX__SVM_CACHE,  CLASS_WEIGHTS, CX__SVM_VERBOSE, CX__SVM_MAX_ITER,
    SHAPE,       BREAK_TIES,     RANDOM_STATE,   {.name = NULL}};

/* ---- fit */
/* The rows class by class, and what each pair's task finds. */
typedef struct pairs {
    const cx__svm_fit *f;
    int64_t c, pairs;
    const double *class_weight;
    int64_t *start; /* [c + 1] */
    int64_t *order; /* [n] places among the fit's rows */
    int64_t *row;   /* [n] their places in x */
    double *weight; /* [n] */
    double *dual;   /* [c - 1, n] in the order of `order` */
    double *rho, *slope, *offset;
    int64_t *iterations;
    bool *stopped;
    int32_t **shuffled; /* [pairs] of probability=True */
} pairs;

static bool wants_shares(const cx_estimator *self)
{
    return !cx_param_is_str(self, "probability") && cx_param_bool(self, "probability");
}

static cx_status group(pairs *g, const int64_t *code)
{
    const cx__svm_fit *const f = g->f;
    for (int64_t i = 0; i < f->n; i++) g->start[code[f->row[i]] + 1]++;
    for (int64_t k = 0; k < g->c; k++) {
        if (g->start[k + 1] == 0)
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: no row of class %lld weighs more than 0",
                            f->self->cls->name, (long long)k);
        g->start[k + 1] += g->start[k];
    }
    int64_t *const next = cx__scope_room((size_t)g->c * sizeof *next);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->n; i++) {
        const int64_t k = code[f->row[i]], at = g->start[k] + next[k]++;
        g->order[at] = i;
        g->row[at] = f->row[i];
        g->weight[at] = f->weight[i];
    }
    return CX_OK;
}

static cx_status make(const cx__svm_fit *f, int64_t c, pairs *g)
{
    const int64_t p = cx__svm_pair_count(c);
    *g = (pairs){.f = f, .c = c, .pairs = p};
    g->start = cx__scope_room((size_t)(c + 1) * sizeof *g->start);
    g->order = cx__scope_room((size_t)f->n * sizeof *g->order);
    g->row = cx__scope_room((size_t)f->n * sizeof *g->row);
    g->weight = cx__scope_room((size_t)f->n * sizeof *g->weight);
    g->dual = cx__scope_room((size_t)((c - 1) * f->n) * sizeof *g->dual);
    g->rho = cx__scope_room((size_t)(3 * p) * sizeof *g->rho);
    g->iterations = cx__scope_room((size_t)p * sizeof *g->iterations);
    g->stopped = cx__scope_room((size_t)p * sizeof *g->stopped);
    g->shuffled = cx__scope_room((size_t)p * sizeof *g->shuffled);
    CX__TRY(cx__so_far());
    g->slope = g->rho + p;
    g->offset = g->slope + p;
    return CX_OK;
}

/* The problem of a pair, in memory that the caller frees. */
static cx_status problem(const pairs *g, int64_t a, int64_t b, cx__svm_problem *out, void **memory)
{
    const int64_t na = g->start[a + 1] - g->start[a], nb = g->start[b + 1] - g->start[b],
                  n = na + nb;
    const size_t bytes = (size_t)n * (sizeof(int64_t) + 3 * sizeof(double));
    int64_t *const row = *memory = cx__alloc(bytes);
    if (!row) return cx__fail_nomem("fit", "rows of two classes", bytes);
    double *const y = (double *)(void *)(row + n), *const weight = y + n;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = i < na ? g->start[a] + i : g->start[b] + i - na;
        row[i] = g->row[at];
        weight[i] = g->weight[at];
        y[i] = i < na ? 1 : -1;
    }
    const double c = g->f->rules.c;
    *out = (cx__svm_problem){.n = n,
                             .row = row,
                             .y = y,
                             .weight = weight,
                             .c_plus = c * g->class_weight[a],
                             .c_minus = c * g->class_weight[b]};
    return CX_OK;
}

static void classes_of(int64_t pair, int64_t c, int64_t *a, int64_t *b)
{
    *a = 0;
    while (cx__svm_pair(*a, c - 1, c) < pair) ++*a;
    *b = *a + 1 + pair - cx__svm_pair(*a, *a + 1, c);
}

static cx_status fit_pair(void *ctx, int64_t i)
{
    pairs *const g = ctx;
    int64_t a, b;
    classes_of(i, g->c, &a, &b);
    cx__svm_problem p;
    void *memory;
    CX__TRY(problem(g, a, b, &p, &memory));
    double *const coef = (double *)(void *)((int64_t *)memory + p.n) + 2 * p.n;
    cx__svm_end end = {0};
    bool stopped = false;
    cx_status st = CX_OK;
    if (g->shuffled[i])
        st = cx__platt_fit(&g->f->rules, &p, g->shuffled[i], &g->slope[i], &g->offset[i], &stopped);
    if (st == CX_OK) st = cx__svm_solve(&g->f->rules, &p, coef, &end);
    if (st == CX_OK) {
        const int64_t n = g->f->n, na = g->start[a + 1] - g->start[a];
        memcpy(g->dual + (b - 1) * n + g->start[a], coef, (size_t)na * sizeof *coef);
        memcpy(g->dual + a * n + g->start[b], coef + na, (size_t)(p.n - na) * sizeof *coef);
        g->rho[i] = end.rho;
        g->iterations[i] = end.iterations;
        g->stopped[i] = stopped || end.stopped;
    }
    cx__free(memory);
    return st;
}

/* The folds' orders. The stream begins anew with each fold's fit, as LIBSVM's does. */
static cx_status shuffle(pairs *g)
{
    uint32_t seed;
    cx__words w;
    CX__TRY(cx__words_seed(cx__seeded(g->f->self), &seed));
    CX__TRY(cx__words_open(seed, &w));
    for (int64_t i = 0; i < g->pairs; i++) {
        int64_t a, b;
        classes_of(i, g->c, &a, &b);
        cx__svm_problem p;
        void *memory;
        CX__TRY(problem(g, a, b, &p, &memory));
        int32_t *const order = g->shuffled[i] = cx__scope_room((size_t)p.n * sizeof *order);
        for (int64_t k = 0; order && k < p.n; k++) order[k] = (int32_t)k;
        for (int64_t k = 0; order && k < p.n; k++) {
            const int64_t at = k + cx__words_below(&w, (uint32_t)(p.n - k));
            const int32_t v = order[k];
            order[k] = order[at];
            order[at] = v;
        }
        const bool fits = order && cx__platt_fits(&p, order);
        cx__free(memory);
        CX__TRY(cx__so_far());
        if (fits) CX__TRY(cx__words_open(seed, &w));
    }
    return CX_OK;
}

/* A share of errors that no pair of classes this uneven can have. */
static cx_status check_nu(const pairs *g)
{
    if (g->f->rules.form != CX__SVM_NU_CLASSES) return CX_OK;
    double *const mass = cx__scope_room((size_t)g->c * sizeof *mass);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < g->c; k++)
        for (int64_t i = g->start[k]; i < g->start[k + 1]; i++) mass[k] += g->weight[i];
    for (int64_t a = 0; a < g->c; a++)
        for (int64_t b = a + 1; b < g->c; b++)
            if (g->f->rules.nu * (mass[a] + mass[b]) / 2 > fmin(mass[a], mass[b]))
                return cx__fail(CX_E_ARGUMENT, "fit",
                                "NuSVC: nu=%g is infeasible; classes %lld and %lld are too uneven",
                                g->f->rules.nu, (long long)a, (long long)b);
    return CX_OK;
}

static cx_status store(pairs *g)
{
    const cx__svm_fit *const f = g->f;
    const int64_t n = f->n, c = g->c;
    int64_t *const counts = cx__scope_room((size_t)c * sizeof *counts), *const support =
                                                                            cx__scope_room(
                                                                                (size_t)n *
                                                                                sizeof *support);
    double *const dual = cx__scope_room((size_t)((c - 1) * n) * sizeof *dual);
    CX__TRY(cx__so_far());
    int64_t s = 0;
    for (int64_t k = 0; k < c; k++)
        for (int64_t i = g->start[k]; i < g->start[k + 1]; i++) {
            bool used = false;
            for (int64_t r = 0; r < c - 1; r++) used = used || g->dual[r * n + i] != 0;
            if (!used) continue;
            counts[k]++;
            support[s++] = i;
        }
    /* of two classes the second is the positive one */
    const double sign = c == 2 ? -1 : 1;
    for (int64_t r = 0; r < c - 1; r++)
        for (int64_t i = 0; i < s; i++) dual[r * s + i] = sign * g->dual[r * n + support[i]];
    for (int64_t i = 0; i < s; i++) support[i] = g->order[support[i]];
    bool stopped = false;
    for (int64_t i = 0; i < g->pairs; i++) {
        g->rho[i] *= -sign;
        stopped = stopped || g->stopped[i];
    }
    const cx__svm_result r = {.s = s,
                              .k = c - 1,
                              .p = g->pairs,
                              .classes = c,
                              .support = support,
                              .counts = counts,
                              .iterations = g->iterations,
                              .dual = dual,
                              .intercept = g->rho,
                              .stopped = stopped};
    return cx__svm_store(f, &r);
}

static cx_status read_classes(cx_estimator *self, const cx__site *s, const cx_data *data,
                              const int64_t **code, const double **weight, int64_t *classes)
{
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    const int64_t c = *classes = cx_size(y.classes);
    if (c < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs two classes at least; y has one",
                        self->cls->name);
    double *const each = cx__scope_room((size_t)c * sizeof *each);
    *code = cx_data_i64(cx__fetch(s, y.codes));
    CX__TRY(cx__so_far());
    CX__TRY(cx__class_weights(s, cx__param(self, "class_weight"), y.classes, y.codes, NULL, each));
    *weight = each;
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    return cx_self_set(self, CLASS_WEIGHT, cx__given_all(s, each, c, CX_F64));
}

static cx_status fit_form(cx_estimator *self, const cx_data *data, cx__svm_form form)
{
    cx__svm_fit f;
    pairs g;
    const int64_t *code = NULL;
    const double *weight = NULL;
    int64_t c = 0;
    CX__TRY(cx__svm_begin(self, data, form, &f));
    CX__TRY(read_classes(self, &f.site, data, &code, &weight, &c));
    CX__TRY(make(&f, c, &g));
    g.class_weight = weight;
    CX__TRY(group(&g, code));
    CX__TRY(check_nu(&g));
    if (wants_shares(self)) CX__TRY(shuffle(&g));
    CX__TRY(cx__tasks_run("fit", self->cls->name, CX_CPU, g.pairs, fit_pair, &g));
    if (wants_shares(self)) {
        CX__TRY(cx_self_set(self, PROB_A, cx__given_all(&f.site, g.slope, g.pairs, CX_F64)));
        CX__TRY(cx_self_set(self, PROB_B, cx__given_all(&f.site, g.offset, g.pairs, CX_F64)));
    }
    return store(&g);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return fit_form(self, data, CX__SVM_C_CLASSES);
}

static cx_status fit_nu(cx_estimator *self, const cx_data *data)
{
    return fit_form(self, data, CX__SVM_NU_CLASSES);
}

/* ---- use */
static bool per_class(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "decision_function_shape"), "ovr") == 0;
}

/* What a method makes of the decisions; *as_is: nothing. */
static cx_status ask(const cx_estimator *self, cx_method method, cx__svm_asked *q, bool *as_is)
{
    *q = (cx__svm_asked){.c = cx_size(cx_self(self, CLASSES))};
    *as_is = method == CX_DECISION_FUNCTION && (q->c == 2 || !per_class(self));
    const bool ties = cx_param_bool(self, "break_ties");
    if (method == CX_PREDICT && ties && !per_class(self))
        return cx__fail(CX_E_ARGUMENT, "predict",
                        "%s: break_ties=True needs decision_function_shape='ovr'", self->cls->name);
    if (method == CX_PREDICT) q->answer = ties && q->c > 2 ? CX__SVM_SURE : CX__SVM_VOTED;
    if (method == CX_DECISION_FUNCTION) q->answer = CX__SVM_BALLOT;
    if (method != CX_PREDICT_PROBA) return CX_OK;
    q->answer = CX__SVM_SHARES;
    if (cx_self_has(self, PROB_A) && cx_self_has(self, PROB_B)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, "predict_proba",
                    "%s was fitted without probability=True; CalibratedClassifierCV(%s(), "
                    "ensemble=False) has probabilities",
                    self->cls->name, self->cls->name);
}

typedef struct block {
    const cx__svm_asked *q;
    const double *decision;
    double *out;
    atomic_bool failed;
} block;

static void answer_rows(void *ctx, int64_t lo, int64_t hi)
{
    block *const b = ctx;
    const int64_t p = cx__svm_pair_count(b->q->c);
    double *const room = cx__alloc((size_t)cx__svm_answer_room(b->q) * sizeof *room);
    if (room)
        cx__svm_answers(b->q, b->decision + lo * p, hi - lo, room,
                        b->out + lo * cx__svm_answer_width(b->q));
    else
        atomic_store(&b->failed, true);
    cx__free(room);
}

/* Answers for decisions [n, p] of the host. */
static cx_array *answers(cx__svm_asked *q, const cx_estimator *self, const cx__site *host,
                         const cx__site *s, const cx_array *decision)
{
    const int64_t n = cx_dim(decision, 0), width = cx__svm_answer_width(q);
    if (q->answer == CX__SVM_SHARES) {
        q->a = cx_data_f64(cx__fetch(s, cx__slot_f64(self, PROB_A)));
        q->b = cx_data_f64(cx__fetch(s, cx__slot_f64(self, PROB_B)));
    }
    cx_array *const out = cx__new_f64(host, n, width);
    block b = {.q = q, .decision = cx_data_f64(decision), .out = cx__at(out)};
    if (!cx_ok()) return NULL;
    const cx_status st = cx__parallel_for(n, 256, answer_rows, &b);
    if (cx_check(st) != CX_OK) return NULL;
    if (atomic_load(&b.failed)) {
        (void)cx_check(cx__fail_nomem("predict", "votes", 0));
        return NULL;
    }
    return out;
}

static cx_array *asked(const cx_estimator *self, cx_method method, const cx_array *x)
{
    cx__svm_asked q;
    bool as_is;
    cx__site s, host;
    if (cx_check(ask(self, method, &q, &as_is)) != CX_OK) return NULL;
    const cx_array *const decision = cx__svm_decisions(self, x);
    const int64_t n = cx_dim(x, 0);
    if (!cx_ok()) return NULL;
    if (as_is) return q.c == 2 ? cx_reshape(decision, CX_SHAPE(n)) : cx_ascontiguous(decision);
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK) return NULL;
    if (cx_check(cx__site_at("predict", CX_CPU, &host)) != CX_OK) return NULL;
    cx_array *const out = answers(&q, self, &host, &s, cx__fetch(&s, decision));
    return out ? cx__send(&s, out) : NULL;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const place = asked(self, CX_PREDICT, x);
    if (!place || !cx_ok()) return NULL;
    return cx_take(cx_self(self, CLASSES),
                   cx_reshape(cx_astype(place, CX_I64), CX_SHAPE(cx_dim(x, 0))), 0);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return asked(self, CX_PREDICT_PROBA, x);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return asked(self, CX_DECISION_FUNCTION, x);
}

/* ---- sessions */
typedef struct served {
    cx__svm_plan machine; /* first: what the decisions' kernel knows */
    cx__svm_asked q;
    bool as_is;
    double *decision, *room;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    CX__TRY(cx__svm_plan_make(self, p));
    m->machine = *(const cx__svm_plan *)p->state;
    p->state = m;
    if (!((const cx__plan_owner *)p->memory_)->keep) return CX_OK; /* a batch: decisions only */
    CX__TRY(ask(self, p->method, &m->q, &m->as_is));
    if (m->as_is) return CX_OK;
    if (m->q.answer == CX__SVM_SHARES) {
        CX__TRY(cx__plan_f64(p, cx_self(self, PROB_A), &m->q.a));
        CX__TRY(cx__plan_f64(p, cx_self(self, PROB_B), &m->q.b));
    }
    const int64_t width = m->machine.sums.width;
    if (width > INT64_MAX / 16 / p->max_rows)
        return cx__fail_nomem("session_new", "decisions", SIZE_MAX);
    p->cols_out = cx__svm_answer_width(&m->q);
    CX__TRY(cx__plan_scratch(p, cx__svm_answer_room(&m->q), &m->room));
    return cx__plan_scratch(p, p->max_rows * width, &m->decision);
}

static cx_status answer_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    if (m->as_is) return cx__svm_decisions_into(p, x, rows, out);
    CX__TRY(cx__svm_decisions_into(p, x, rows, m->decision));
    cx__svm_answers(&m->q, m->decision, rows, m->room, out);
    return CX_OK;
}

static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA) return wants_shares(self);
    return method == CX_PREDICT || method == CX_DECISION_FUNCTION;
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__svm_check(self));
    const int64_t c = cx_size(cx_self(self, CLASSES));
    if (c >= 2 && c == cx_size(cx_self(self, CX__SVM_COUNTS))) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: classes_ and n_support_ disagree",
                    self->cls->name);
}

#define CLASSIFIER                                                                                \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_CLASSIFIER,                             \
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64 | CX_CLASS_LATE_ROWS, .attrs = attrs,               \
    .predict = predict, .predict_proba = predict_proba, .decision_function = decision_function,   \
    .check = check, .plan = plan, .predict_into = answer_into, .predict_proba_into = answer_into, \
    .decision_into = answer_into, .has = has

const cx_estimator_class cx__class_svc = {
    CLASSIFIER,
    .name = "SVC",
    .doc = "Classes by the kernel machines of their pairs, with cost C of errors.",
    .params = params,
    .fit = fit,
};

const cx_estimator_class cx__class_nu_svc = {
    CLASSIFIER,
    .name = "NuSVC",
    .doc = "Classes by the kernel machines of their pairs, with a share nu of errors.",
    .params = nu_params,
    .fit = fit_nu,
};
