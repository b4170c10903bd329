/* SVC and NuSVC: a machine for each pair of classes, fitted as tasks; their votes decide
 * (sklearn.svm.SVC, NuSVC). Sources: Cortes, Vapnik (1995); Schoelkopf et al. (2000). */
#include "learn/svm/pairs.h"
#include "learn/svm/svc.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

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
bool cx__svc_wants_shares(const cx_estimator *self)
{
    return !cx_param_is_str(self, "probability") && cx_param_bool(self, "probability");
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__svc_fit(self, data, CX__SVM_C_CLASSES);
}

static cx_status fit_nu(cx_estimator *self, const cx_data *data)
{
    return cx__svc_fit(self, data, CX__SVM_NU_CLASSES);
}

/* ---- use */
static bool per_class(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "decision_function_shape"), "ovr") == 0;
}

/* What a method makes of the decisions; *as_is: nothing. */
static cx_status ask(const cx_estimator *self, cx_method method, cx__svm_asked *q, bool *as_is)
{
    *q = (cx__svm_asked){.c = cx_size(cx_self(self, CX__SVC_CLASSES))};
    *as_is = method == CX_DECISION_FUNCTION && (q->c == 2 || !per_class(self));
    const bool ties = cx_param_bool(self, "break_ties");
    if (method == CX_PREDICT && ties && !per_class(self))
        return cx__fail(CX_E_ARGUMENT, "predict",
                        "%s: break_ties=True needs decision_function_shape='ovr'", self->cls->name);
    if (method == CX_PREDICT) q->answer = ties && q->c > 2 ? CX__SVM_SURE : CX__SVM_VOTED;
    if (method == CX_DECISION_FUNCTION) q->answer = CX__SVM_BALLOT;
    if (method != CX_PREDICT_PROBA) return CX_OK;
    q->answer = CX__SVM_SHARES;
    if (cx_self_has(self, CX__SVC_PROB_A) && cx_self_has(self, CX__SVC_PROB_B)) return CX_OK;
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
        q->a = cx_data_f64(cx__fetch(s, cx__slot_f64(self, CX__SVC_PROB_A)));
        q->b = cx_data_f64(cx__fetch(s, cx__slot_f64(self, CX__SVC_PROB_B)));
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
    return cx_take(cx_self(self, CX__SVC_CLASSES),
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
        CX__TRY(cx__plan_f64(p, cx_self(self, CX__SVC_PROB_A), &m->q.a));
        CX__TRY(cx__plan_f64(p, cx_self(self, CX__SVC_PROB_B), &m->q.b));
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
    if (method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA)
        return cx__svc_wants_shares(self);
    return method == CX_PREDICT || method == CX_DECISION_FUNCTION;
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__svm_check(self));
    const int64_t c = cx_size(cx_self(self, CX__SVC_CLASSES));
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
