/* OneVsOneClassifier: a binary classifier for each pair of classes, fitted on their rows; votes
 * decide, and among equal votes how sure the voters were. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/table.h>
#include <math.h>

enum { CLASSES, COUNT };
static const char *const attrs[] = {"classes_: label [c]", "n_classes_: int []", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each pair of classes"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_PREDICT || method == CX_DECISION_FUNCTION;
}

/* Rows of classes i and j only, the second one positive. */
static cx_status fit_pair(cx_estimator *self, const cx_data *all, const cx_array *code, int64_t i,
                          int64_t j, int64_t place)
{
    const cx_array *const rows =
        cx_flatnonzero(cx_logical_or(cx_equal(code, cx_int(i)), cx_equal(code, cx_int(j))));
    const cx_data d = {.x = all->x ? cx_take(all->x, rows, 0) : NULL,
                       .table = all->table ? cx_table_take(all->table, rows) : NULL,
                       .y = cx_astype(cx_equal(cx_take(code, rows, 0), cx_int(j)), CX_I64)};
    return cx__inner_fit(self, &d, place);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    cx_labels y;
    CX__TRY(cx__inner_labels(self, in, &d, &y));
    const int64_t c = cx_size(y.classes), pairs = c * (c - 1) / 2;
    int64_t place = 0;
    for (int64_t i = 0; i < c; i++)
        for (int64_t j = i + 1; j < c; j++) {
            CX__TRY(cx_self_progress(self, place, pairs));
            const cx_scope s = cx_scope_open();
            const cx_status st = fit_pair(self, &d, y.codes, i, j, place++);
            const cx_status closed = cx_scope_close(s);
            CX__TRY(st);
            CX__TRY(closed);
        }
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    return cx_self_set_i64(self, COUNT, c);
}

static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES));
    return cx__inner_check(self, c * (c - 1) / 2);
}

/* Does a child's second class win a row, and how sure is it: [n] each. */
static cx_array *wins(const char *where, const cx_estimator *child, const cx_data *d,
                      const cx_array *sure)
{
    /* a regressor predicts no label: its number itself is compared with them */
    if (cx_estimator_kind_of(child) == CX_REGRESSOR) return cx_copy(sure);
    return cx_astype(cx__estimator_call(where, child, CX_PREDICT, d), CX_F64);
}

/* Votes, and the sum of certainties in (-1/3, 1/3) beside them: [n, c]. */
static cx_array *ballot(const char *where, const cx_estimator *self, const cx_data *d)
{
    const int64_t c = cx_size(cx_self(self, CLASSES));
    cx_array *vote = NULL, *sum = NULL;
    int place = 0;
    static cx__held lost = CX__HELD("v, won: v + (won == 0)"),
                    gained = CX__HELD("v, won: v + (won == 1)");
    for (int64_t i = 0; i < c && cx_ok(); i++)
        for (int64_t j = i + 1; j < c && cx_ok(); j++) {
            const cx_estimator *const child = self->state->child[place++];
            const cx_array *const sure = cx_astype(cx__sure(where, child, d), CX_F64),
                                  *const won = wins(where, child, d, sure);
            if (!vote) {
                vote = cx_zeros(CX_SHAPE(c, cx_size(sure)), CX_F64, cx_device_of(sure));
                sum = cx_zeros_like(vote, CX_F64);
            }
            cx_array *const vi = cx_select(vote, 0, i), *const vj = cx_select(vote, 0, j),
                            *const si = cx_select(sum, 0, i), *const sj = cx_select(sum, 0, j);
            (void)cx_check(cx__held_into(where, &lost, CX_ARRAYS(vi, won), CX_OUTS(vi)));
            (void)cx_check(cx__held_into(where, &gained, CX_ARRAYS(vj, won), CX_OUTS(vj)));
            (void)cx_check(cx_sub_into(si, sure, si));
            (void)cx_check(cx_add_into(sj, sure, sj));
        }
    if (!vote) return cx__nil(cx__last_status());
    static cx__held both = CX__HELD("v, s: v + s / (3 * (abs(s) + 1))");
    return cx__held_run(where, &both, CX_ARRAYS(vote, sum));
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    const char *const where = method == CX_PREDICT ? "predict" : "decision_function";
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    const cx_array *const all = ballot(where, self, &d);
    const bool two = cx_size(cx_self(self, CLASSES)) == 2;
    if (method == CX_DECISION_FUNCTION)
        return cx_ascontiguous(two ? cx_select(all, 0, 1) : cx_transpose(all));
    const cx_array *const code =
        two ? cx_astype(
                  cx_greater(cx_select(all, 0, 1), cx_float(cx__sure_from(self->state->child[0]))),
                  CX_I64)
            : cx_argmax(all, CX_AXIS(0));
    return cx_take(cx_self(self, CLASSES), code, 0);
}

/* ---- sessions */
typedef struct served {
    cx__served sure, label;
    int64_t c;
    bool proba, labels; /* of a regressor there are no labels */
    double from;
    double *vote, *sum, *own, *won; /* [max_rows, c] twice, [max_rows] twice */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    const cx_estimator *const child = self->state->child[0];
    m->c = cx_size(cx_self(self, CLASSES));
    m->labels = cx_estimator_kind_of(child) != CX_REGRESSOR;
    m->proba = cx__sure_method(child) == CX_PREDICT_PROBA;
    m->from = cx__sure_from(child);
    CX__TRY(cx__serve(self, cx__sure_method(child), p, &m->sure));
    if (m->labels) CX__TRY(cx__serve(self, CX_PREDICT, p, &m->label));
    if (m->c + 1 > INT64_MAX / 16 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    const int64_t votes = p->max_rows * m->c;
    m->vote = cx_plan_alloc(p, (size_t)(2 * (votes + p->max_rows)) * sizeof *m->vote);
    if (!m->vote) return CX_E_NOMEM;
    m->sum = m->vote + votes;
    m->own = m->sum + votes;
    m->won = m->own + p->max_rows;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = m->c == 2 ? 1 : m->c;
    return CX_OK;
}

static cx_status count(const cx_plan *p, const double *x, int64_t rows)
{
    const served *const m = p->state;
    const int64_t c = m->c;
    for (int64_t i = 0; i < rows * c; i++) m->vote[i] = m->sum[i] = 0;
    int64_t place = 0;
    for (int64_t i = 0; i < c; i++)
        for (int64_t j = i + 1; j < c; j++, place++) {
            CX__TRY(cx__served_run(&m->sure, place, x, rows, m->proba ? 1 : 0, 1, m->own));
            const double *won = m->own;
            if (m->labels) {
                CX__TRY(cx__served_run(&m->label, place, x, rows, 0, 1, m->won));
                won = m->won;
            }
            for (int64_t r = 0; r < rows; r++) {
                m->vote[r * c + i] += won[r] == 0 ? 1 : 0;
                m->vote[r * c + j] += won[r] == 1 ? 1 : 0;
                m->sum[r * c + i] -= m->own[r];
                m->sum[r * c + j] += m->own[r];
            }
        }
    for (int64_t i = 0; i < rows * c; i++) m->vote[i] += m->sum[i] / (3 * (fabs(m->sum[i]) + 1));
    return CX_OK;
}

static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    CX__TRY(count(p, x, rows));
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < p->cols_out; k++)
            out[i * p->cols_out + k] = m->vote[i * m->c + (m->c == 2 ? 1 : k)];
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    CX__TRY(count(p, x, rows));
    for (int64_t i = 0; i < rows; i++) {
        const double *const row = m->vote + i * m->c;
        int64_t best = 0;
        for (int64_t k = 1; k < m->c; k++)
            if (row[k] > row[best]) best = k;
        if (m->c == 2) best = row[1] > m->from ? 1 : 0;
        out[i] = (double)best;
    }
    return CX_OK;
}

const cx_estimator_class cx__class_one_vs_one_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OneVsOneClassifier",
    .doc = "A binary classifier for each pair of classes, by votes.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .decision_into = decision_into,
    .has = has,
    .call = call,
};
