/* The fit of SVC and NuSVC: rows grouped by class, a task for each pair of classes. */
#include "learn/svm/svc.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/tasks.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "learn/svm/pairs.h"
#include "learn/svm/platt.h"
#include "learn/svm/words.h"
#include <math.h>
#include <string.h>

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
    CX__TRY(cx_self_set(self, CX__SVC_CLASSES, y.classes));
    return cx_self_set(self, CX__SVC_CLASS_WEIGHT, cx__given_all(s, each, c, CX_F64));
}

cx_status cx__svc_fit(cx_estimator *self, const cx_data *data, cx__svm_form form)
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
    if (cx__svc_wants_shares(self)) CX__TRY(shuffle(&g));
    CX__TRY(cx__tasks_run("fit", self->cls->name, CX_CPU, g.pairs, fit_pair, &g));
    if (cx__svc_wants_shares(self)) {
        CX__TRY(
            cx_self_set(self, CX__SVC_PROB_A, cx__given_all(&f.site, g.slope, g.pairs, CX_F64)));
        CX__TRY(
            cx_self_set(self, CX__SVC_PROB_B, cx__given_all(&f.site, g.offset, g.pairs, CX_F64)));
    }
    return store(&g);
}
