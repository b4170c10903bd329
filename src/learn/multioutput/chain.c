/* Chains: a copy of an estimator for each column of y, in an order; each sees x and the columns
 * before it: the true ones in fit (or cross-validated answers), the predicted ones later.
 *
 * One idea: x and what is known of y stand in one matrix that a copy sees up to its own column.
 * Knows no labels: a classifier's are numbers here. */
#include "learn/multioutput/chain.h"

#include "base/object.h"
#include "learn/model_selection/model_selection.h"
#include "learn/multiclass/inner.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/random.h>
#include <string.h>

static const cx_array *order_of(const cx_estimator *self)
{
    return cx_self(self, cx__class_slot(self->cls, "order_"));
}

/* ---- order */
/* Is it each of 0 to t - 1 once? */
static bool is_order(const int64_t *order, int64_t t)
{
    for (int64_t k = 0; k < t; k++) {
        bool found = false;
        for (int64_t i = 0; i < t; i++) found = found || order[i] == k;
        if (!found) return false;
    }
    return true;
}

/* int64 [t] on the host. */
static cx_status make_order(const cx_estimator *self, int64_t t, const cx_array **out)
{
    *out = cx_arange_i64(0, t, 1, CX_I64, CX_CPU);
    if (cx_param_is_str(self, "order")) {
        const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                      ? (cx_maybe_i64){0}
                                      : (cx_maybe_i64)CX_SET(cx_param_i64(self, "random_state"));
        *out = cx_rng_permutation(cx_random_state(seed, CX_CPU), cx_int(t), 0);
    } else if (!cx_param_is_none(self, "order")) {
        *out = cx_astype(cx_param_array(self, "order"), CX_I64);
    }
    const int64_t *const order = cx_data_i64(*out);
    if (!order) return cx__last_status();
    if (cx_size(*out) == t && is_order(order, t)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: order must hold each of 0 to %lld once",
                    self->cls->name, (long long)t - 1);
}

/* A loaded order sends each prediction to a column of its own. */
cx_status cx__chain_check(const cx_estimator *self)
{
    const cx_array *const order = cx__as("estimator_load", order_of(self), CX_I64);
    const int64_t *const v = cx_data_i64(order), t = cx_size(order);
    if (!v) return cx__last_status();
    if (!is_order(v, t))
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: order_ is no order", self->cls->name);
    return cx__inner_check(self, t);
}

/* ---- fit */
/* The column of an answer that goes on: the second of several. */
static const cx_array *told(const cx_array *answer)
{
    if (cx_ndim(answer) != 2) return answer;
    return cx_select(answer, 1, cx_dim(answer, 1) > 1 ? 1 : 0);
}

/* Column k of y as copies tell it that have not seen the row. */
static cx_status cross_validated(const cx_estimator *self, const cx_data *part, cx_method method,
                                 cx_array *column)
{
    const char *const cv =
        cx_param_is_str(self, "cv") ? cx_param_str(self, "cv") : cx_param_text(self, "cv");
    CX__TRY(cx__so_far()); /* no text that failed goes on */
    const cx_data d = {.x = part->x, .y = part->y};
    const cx_array *const answer = cx_cross_val_predict(cx__inner(self), &d, cv, method);
    CX__TRY(cx__so_far());
    return cx_copy_into(told(answer), column);
}

cx_status cx__chain_fit(cx_estimator *self, const cx_data *data, cx_method method)
{
    const bool crossed = !cx_param_is_none(self, "cv");
    const int64_t n = cx_dim(data->x, 0), t = cx_dim(data->y, 1), d = cx_dim(data->x, 1);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *host = NULL;
    CX__TRY(make_order(self, t, &host));
    const int64_t *const order = cx_data_i64(host);
    if (!order) return cx__last_status();
    const cx_array *const there = cx__given(&s, order, t, CX_I64);
    cx_array *const wide = cx_empty(CX_SHAPE(n, d + t), CX_F64, s.device);
    CX__TRY(cx_copy_into(data->x, cx_slice(wide, 1, 0, d, 1)));
    if (!crossed) CX__TRY(cx_copy_into(cx_take(data->y, there, 1), cx_slice(wide, 1, d, d + t, 1)));
    for (int64_t k = 0; k < t; k++) {
        CX__TRY(cx_self_progress(self, k, t));
        const cx_data part = {.x = cx_slice(wide, 1, 0, d + k, 1),
                              .y = cx_select(data->y, 1, order[k]),
                              .sample_weight = data->sample_weight};
        CX__TRY(cx__inner_fit(self, &part, k));
        if (crossed && k < t - 1)
            CX__TRY(cross_validated(self, &part, method, cx_select(wide, 1, d + k)));
    }
    return cx_self_set(self, cx__class_slot(self->cls, "order_"), there);
}

/* ---- use */
cx_array *cx__chain_ask(const cx_estimator *self, const char *where, cx_method method,
                        cx_method between, const cx_array *x, cx_dtype result)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), t = cx_size(order_of(self));
    const cx_device here = cx_device_of(x);
    cx_array *const wide = cx_empty(CX_SHAPE(n, d + t), CX_F64, here),
                    *const made = cx_empty(CX_SHAPE(t, n), result, here),
                    *const out = cx_empty(CX_SHAPE(t, n), result, here);
    (void)cx_check(cx_copy_into(x, cx_slice(wide, 1, 0, d, 1)));
    for (int64_t k = 0; k < t && cx_ok(); k++) {
        const cx_estimator *const child = self->state->child[k];
        const cx_data part = {.x = cx_slice(wide, 1, 0, d + k, 1)};
        const cx_array *const answer = told(cx__estimator_call(where, child, method, &part));
        (void)cx_check(cx_copy_into(answer, cx_select(made, 0, k)));
        if (k == t - 1) break;
        const cx_array *const next =
            method == between ? answer : told(cx__estimator_call(where, child, between, &part));
        (void)cx_check(cx_copy_into(next, cx_select(wide, 1, d + k)));
    }
    (void)cx_check(cx_put_rows(out, order_of(self), made));
    return cx_ascontiguous(cx_transpose(out));
}

/* ---- sessions */
typedef struct served {
    int64_t t;
    bool places;               /* answers are places among the labels */
    bool telling;              /* what goes on are labels, told by their places */
    int64_t *order, *at;       /* at: where a column's labels begin; 0 of regressors */
    double *label;             /* all labels; NULL of regressors */
    double *wide, *next, *own; /* [max_rows, d + t], [max_rows, t], [max_rows, cols] */
    cx__ready *answer, *go_on; /* [t]; go_on NULL: the answers go on */
} served;

static cx_status copy_i64(cx_plan *p, const cx_array *a, int64_t n, int64_t **out)
{
    const int64_t *const v = cx_data_i64(cx__as("session_new", a, CX_I64));
    if (!v) return cx__last_status();
    *out = cx_plan_alloc(p, (size_t)n * sizeof **out);
    if (!*out) return CX_E_NOMEM;
    memcpy(*out, v, (size_t)n * sizeof **out);
    return CX_OK;
}

static cx_status plan_labels(const cx_estimator *self, cx_plan *p, served *m)
{
    const cx_array *const offsets = cx__class_offsets(self);
    if (!offsets) return CX_OK;
    const cx_array *const classes = cx_self(self, cx__class_slot(self->cls, "classes_"));
    const double *const v = cx_data_f64(cx__as("session_new", classes, CX_F64));
    if (!v) return cx__last_status();
    CX__TRY(copy_i64(p, offsets, m->t + 1, &m->at));
    m->label = cx_plan_alloc(p, (size_t)cx_size(classes) * sizeof *m->label);
    if (!m->label) return CX_E_NOMEM;
    memcpy(m->label, v, (size_t)cx_size(classes) * sizeof *m->label);
    return CX_OK;
}

static cx_status plan_copies(const cx_estimator *self, cx_method method, cx_plan *p,
                             cx__ready **out, int64_t *cols)
{
    const int64_t t = self->state->children;
    cx__ready *const each = *out = cx_plan_alloc(p, (size_t)t * sizeof *each);
    if (!each) return CX_E_NOMEM;
    for (int64_t k = 0; k < t; k++) {
        CX__TRY(cx__plan_make("session_new", self->state->child[k], method, p->max_rows,
                              p->cols_in + k, &each[k]));
        cx__plan_adopt(p, &each[k]);
        if (each[k].plan.cols_out > *cols) *cols = each[k].plan.cols_out;
    }
    return CX_OK;
}

cx_status cx__chain_plan(const cx_estimator *self, cx_method between, cx_plan *p)
{
    const int64_t t = cx_size(order_of(self)), d = p->cols_in;
    int64_t cols = 1;
    served *const m = p->state = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->cols_out = m->t = t;
    CX__TRY(copy_i64(p, order_of(self), t, &m->order));
    CX__TRY(plan_labels(self, p, m));
    m->places = m->label && p->method == CX_PREDICT;
    m->telling = m->label && between == CX_PREDICT;
    CX__TRY(plan_copies(self, p->method, p, &m->answer, &cols));
    if (between != p->method) CX__TRY(plan_copies(self, between, p, &m->go_on, &cols));
    if (d + 2 * t + cols > INT64_MAX / 8 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    m->wide = cx_plan_alloc(p, (size_t)((d + 2 * t + cols) * p->max_rows) * sizeof *m->wide);
    if (!m->wide) return CX_E_NOMEM;
    m->next = m->wide + (d + t) * p->max_rows;
    m->own = m->next + t * p->max_rows;
    return CX_OK;
}

/* Copy k's answers for the rows in m->wide: of each, the column that counts. */
static cx_status ask(const served *m, const cx__ready *r, int64_t rows)
{
    const int64_t cols = r->plan.cols_out;
    CX__TRY(r->run(&r->plan, m->wide, rows, m->own));
    for (int64_t i = 0; cols > 1 && i < rows; i++) m->own[i] = m->own[i * cols + 1];
    return CX_OK;
}

/* x and the answers so far move together by one column for each copy. */
cx_status cx__chain_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t d = p->cols_in, t = m->t;
    for (int64_t k = 0; k < t; k++) {
        const int64_t column = m->order[k], at = m->at ? m->at[column] : 0;
        for (int64_t i = 0; i < rows; i++) {
            double *const row = m->wide + i * (d + k);
            memcpy(row, x + i * d, (size_t)d * sizeof *row);
            memcpy(row + d, m->next + i * t, (size_t)k * sizeof *row);
        }
        CX__TRY(ask(m, &m->answer[k], rows));
        for (int64_t i = 0; i < rows; i++)
            out[i * t + column] = m->places ? (double)at + m->own[i] : m->own[i];
        if (m->go_on && k < t - 1) CX__TRY(ask(m, &m->go_on[k], rows));
        for (int64_t i = 0; i < rows; i++)
            m->next[i * t + k] = m->telling ? m->label[at + (int64_t)m->own[i]] : m->own[i];
    }
    return CX_OK;
}
