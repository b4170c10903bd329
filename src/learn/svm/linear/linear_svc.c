/* LinearSVC: a linear machine for each class against the others, or all at once
 * (sklearn.svm.LinearSVC). Which method runs follows from loss, penalty and dual, as in LIBLINEAR.
 */
#include "base/object.h"
#include "learn/linear_model/ridge_classes.h"
#include "learn/model_selection/tasks.h"
#include "learn/numeric/rows.h"
#include "learn/svm/linear/linear.h"
#include <calx/ops.h>
#include <math.h>
#include <string.h>

enum { CLASSES = CX__RIDGE_CLASSES, ITER };
static const char *const attrs[] = {CX__RIDGE_CLASSES_ATTRS, "n_iter_: int []", NULL};

static const cx_param params[] = {
    {"penalty", CX_PARAM_STR, "'l2'", "{'l1', 'l2'}", "norm of the coefficients"},
    {"loss", CX_PARAM_STR, "'squared_hinge'", "{'hinge', 'squared_hinge'}", "what errors cost"},
    CX__MARGIN_DUAL,
    CX__MARGIN_TOL,
    CX__MARGIN_C,
    {"multi_class", CX_PARAM_STR, "'ovr'", "{'ovr', 'crammer_singer'}",
     "each class against the others, or all at once (loss, penalty and dual do not matter then)"},
    CX__MARGIN_INTERCEPT,
    CX__MARGIN_SCALING("1"),
    CX__RIDGE_CLASS_WEIGHT,
    CX__MARGIN_VERBOSE,
    CX__MARGIN_RANDOM_STATE,
    CX__MARGIN_MAX_ITER,
    {.name = NULL},
};

static bool is(const cx_estimator *self, const char *name, const char *value)
{
    return strcmp(cx_param_str(self, name), value) == 0;
}

static cx_status choose(const cx_estimator *self, const cx_array *x, cx__margin_way *out)
{
    if (is(self, "multi_class", "crammer_singer")) {
        *out = CX__MARGIN_TOGETHER;
        return CX_OK;
    }
    const bool hinge = is(self, "loss", "hinge"), sparse = is(self, "penalty", "l1");
    if (hinge && sparse)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LinearSVC(penalty='l1', loss='hinge') is no problem that is solved");
    bool dual = false;
    CX__TRY(cx__margin_choose(self, x, !sparse, !hinge, &dual));
    *out = dual ? CX__MARGIN_DUAL_WAY : sparse ? CX__MARGIN_SPARSE : CX__MARGIN_NEWTON;
    return CX_OK;
}

/* Labels, and what follows from them for every machine. */
typedef struct machines {
    cx__margin_fit f;
    cx_labels labels;
    int64_t classes, k; /* k machines */
    const int64_t *code;
    double *class_weight;
    int64_t *order, *start; /* rows class by class, where classes begin */
    double c;
    double *coef;    /* [k, w] */
    int64_t *rounds; /* [k] */
} machines;

static cx_status group(machines *m)
{
    const cx__margin_fit *const f = &m->f;
    m->order = cx__scope_room((size_t)f->n * sizeof *m->order);
    m->start = cx__scope_room((size_t)(m->classes + 1) * sizeof *m->start);
    int64_t *const next = cx__scope_room((size_t)m->classes * sizeof *next);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->all; i++)
        if (f->weight == NULL || f->weight[i] > 0) m->start[m->code[i] + 1]++;
    for (int64_t k = 0; k < m->classes; k++) {
        if (m->start[k + 1] == 0)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "LinearSVC: no row of class %lld weighs more "
                            "than 0",
                            (long long)k);
        m->start[k + 1] += m->start[k];
        next[k] = m->start[k];
    }
    for (int64_t i = 0; i < f->all; i++)
        if (f->weight == NULL || f->weight[i] > 0) m->order[next[m->code[i]]++] = i;
    return CX_OK;
}

static cx_status begin(cx_estimator *self, const cx_data *data, machines *m)
{
    *m = (machines){.c = cx_param_f64(self, "C")};
    CX__TRY(cx__margin_begin(self, data, &m->f));
    m->labels = cx_labels_encode(data->y);
    m->classes = cx_size(m->labels.classes);
    CX__TRY(cx__so_far());
    if (m->classes < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "LinearSVC needs two classes at least; y has one");
    m->k = m->classes == 2 ? 1 : m->classes;
    m->code = cx_data_i64(cx__fetch(&m->f.site, m->labels.codes));
    m->class_weight = cx__scope_room((size_t)m->classes * sizeof *m->class_weight);
    /* classes at once have a column of coefficients for each of two classes, too */
    m->coef = cx__scope_room((size_t)(m->classes * m->f.w) * sizeof *m->coef);
    m->rounds = cx__scope_room((size_t)m->k * sizeof *m->rounds);
    CX__TRY(cx__so_far());
    const cx_array *const w = data->sample_weight ? cx__f64(&m->f.site, data->sample_weight) : NULL;
    CX__TRY(cx__class_weights(&m->f.site, cx__param(self, "class_weight"), m->labels.classes,
                              m->labels.codes, w, m->class_weight));
    return group(m);
}

/* ---- a machine */
/* Which class machine i is for, and what errors of its rows and of the others cost. */
static int64_t class_of(const machines *m, int64_t i)
{
    return m->classes == 2 ? 1 : i;
}

static double cost(const machines *m, int64_t i, int64_t class)
{
    const bool own = class == class_of(m, i);
    if (m->classes > 2 && !own) return m->c;
    return m->c * m->class_weight[class];
}

static double weight_of(const machines *m, int64_t row)
{
    return m->f.weight ? m->f.weight[row] : 1;
}

static void targets(const machines *m, int64_t i, double *y, double *c)
{
    for (int64_t k = 0; k < m->classes; k++)
        for (int64_t at = m->start[k]; at < m->start[k + 1]; at++) {
            y[at] = k == class_of(m, i) ? 1 : -1;
            c[at] = weight_of(m, m->order[at]) * cost(m, i, k);
        }
}

/* LIBLINEAR's tolerance of primal methods. */
static double primal_tol(const machines *m, int64_t i)
{
    const int64_t k = class_of(m, i), own = m->start[k + 1] - m->start[k], n = m->f.n,
                  fewer = own < n - own ? own : n - own;
    return cx_param_f64(m->f.self, "tol") * (double)(fewer > 1 ? fewer : 1) / (double)n;
}

static cx_status fit_newton(void *ctx, int64_t i)
{
    machines *const m = ctx;
    const cx__margin_fit *const f = &m->f;
    double *const y = cx__scope_room((size_t)(2 * f->all) * sizeof *y), *const c = y + f->all;
    CX__TRY(cx__so_far());
    for (int64_t row = 0; row < f->all; row++) {
        const double w = weight_of(m, row);
        y[row] = m->code[row] == class_of(m, i) ? 1 : -1;
        c[row] = w > 0 ? w * cost(m, i, m->code[row]) : 0;
    }
    const cx__margin_there p = {.site = &f->site,
                                .x = f->there,
                                .y = cx__given_all(&f->site, y, f->all, CX_F64),
                                .c = cx__given_all(&f->site, c, f->all, CX_F64),
                                .tol = primal_tol(m, i),
                                .max_iter = cx_param_i64(f->self, "max_iter")};
    return cx__margin_newton(&p, m->coef + i * f->w, &m->rounds[i]);
}

static cx_status fit_serial(machines *m, cx__margin_way way)
{
    cx__margin_fit *const f = &m->f;
    double *const y = cx__scope_room((size_t)(2 * f->n) * sizeof *y), *const c = y + f->n;
    CX__TRY(cx__so_far());
    CX__TRY(cx__margin_fetch(f, m->order, way == CX__MARGIN_SPARSE));
    CX__TRY(cx__margin_seed(f));
    for (int64_t i = 0; i < m->k; i++) {
        CX__TRY(cx_self_progress(f->self, i, m->k));
        targets(m, i, y, c);
        const cx__margin p = {.n = f->n,
                              .w = f->w,
                              .x = f->x,
                              .y = y,
                              .c = c,
                              .squared = is(f->self, "loss", "squared_hinge"),
                              .tol = way == CX__MARGIN_SPARSE ? primal_tol(m, i)
                                                              : cx_param_f64(f->self, "tol"),
                              .max_iter = cx_param_i64(f->self, "max_iter"),
                              .words = &f->words};
        double *const coef = m->coef + i * f->w;
        CX__TRY(way == CX__MARGIN_SPARSE ? cx__margin_sparse(&p, coef, &m->rounds[i])
                                         : cx__margin_dual_classes(&p, coef, &m->rounds[i]));
    }
    return CX_OK;
}

static cx_status fit_together(machines *m)
{
    cx__margin_fit *const f = &m->f;
    const int64_t k = m->classes, w = f->w;
    double *const y = cx__scope_room((size_t)(2 * f->n) * sizeof *y), *const c = y + f->n,
                  *const coef = cx__scope_room((size_t)(w * k) * sizeof *coef);
    CX__TRY(cx__so_far());
    CX__TRY(cx__margin_fetch(f, m->order, false));
    CX__TRY(cx__margin_seed(f));
    for (int64_t class = 0; class < k; class ++)
        for (int64_t at = m->start[class]; at < m->start[class + 1]; at++) {
            y[at] = (double)class;
            c[at] = weight_of(m, m->order[at]) * m->c * m->class_weight[class];
        }
    const cx__margin p = {.n = f->n,
                          .w = w,
                          .x = f->x,
                          .y = y,
                          .c = c,
                          .tol = cx_param_f64(f->self, "tol"),
                          .words = &f->words};
    CX__TRY(cx__margin_together(&p, k, coef, &m->rounds[0]));
    for (int64_t class = 0; class < k; class ++)
        for (int64_t j = 0; j < w; j++) m->coef[class * w + j] = coef[j * k + class];
    for (int64_t j = 0; k == 2 && j < w; j++) m->coef[j] = m->coef[w + j] - m->coef[j];
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    machines m;
    cx__margin_way way = CX__MARGIN_NEWTON;
    CX__TRY(choose(self, data->x, &way));
    CX__TRY(begin(self, data, &m));
    if (way == CX__MARGIN_NEWTON) {
        CX__TRY(cx__margin_widen(&m.f));
        CX__TRY(cx__tasks_run("fit", "LinearSVC", m.f.site.device, m.k, fit_newton, &m));
    } else {
        CX__TRY(way == CX__MARGIN_TOGETHER ? fit_together(&m) : fit_serial(&m, way));
    }
    int64_t rounds = 0;
    for (int64_t i = 0; i < m.k; i++) rounds = m.rounds[i] > rounds ? m.rounds[i] : rounds;
    CX__TRY(cx_self_set(self, CLASSES, m.labels.classes));
    return cx__margin_store(&m.f, m.coef, m.k, false, ITER, rounds);
}

const cx_estimator_class cx__class_linear_svc = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LinearSVC",
    .doc = "Classes by linear machines, with L2 or L1 penalty.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64 | CX_CLASS_LATE_ROWS,
    .positional = 2,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__ridge_classes_predict,
    .decision_function = cx__ridge_classes_decide,
    .check = cx__ridge_classes_check,
    .plan = cx__ridge_classes_plan,
    .predict_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
