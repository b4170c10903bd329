/* What fitted gradient boosting answers: row kernels for sessions and batches of the host, array
 * operations where the model is elsewhere or starts from an estimator of its own. */
#include "learn/base/estimator.h"
#include "base/object.h"
#include "learn/ensemble/gradient_boosting.h"
#include "learn/ensemble/staged.h"
#include "learn/numeric/rows.h"
#include "learn/tree/single.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <string.h>

enum { SCRATCH = 2048 }; /* raw predictions of a label kernel's block */

static int64_t classes_of(const cx_estimator *m)
{
    return m->cls->kind == CX_CLASSIFIER ? cx_size(cx_self(m, CX__GB_CLASSES)) : 0;
}

static const cx_estimator *init_of(const cx_estimator *m)
{
    return cx_self_has(m, CX__GB_START) ? NULL : cx_self_child(m, CX__GB_INIT);
}

/* ---- kernels */
typedef struct boost_plan {
    cx__walker walker;
    cx__loss loss;
    const double *start; /* [K]; NULL: zeros, to which the estimator of init is added afterwards */
    const cx_estimator_class *cls;
} boost_plan;

cx_status cx__gb_plan(const cx_estimator *self, cx_plan *p)
{
    boost_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    p->state = s;
    s->cls = self->cls;
    s->loss = cx__gb_loss(self, classes_of(self));
    if (((const cx__plan_owner *)p->memory_)->keep && init_of(self))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "%s that starts from an estimator (init) has no sessions", s->cls->name);
    if (p->method == CX_PREDICT && s->loss.outputs > SCRATCH)
        return cx__fail(CX_E_UNSUPPORTED, cx__plan_site(p)->where, "%s: labels of %lld classes",
                        s->cls->name, (long long)s->loss.outputs);
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = s->loss.outputs;
    if (cx_self_has(self, CX__GB_START))
        CX__TRY(cx__plan_f64(p, cx_self(self, CX__GB_START), &s->start));
    return cx__walker_plan(self, p, s->loss.outputs, true, cx_param_f64(self, "learning_rate"),
                           &s->walker);
}

static cx_status raw_rows(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const boost_plan *const s = p->state;
    const int64_t k = s->loss.outputs;
    for (int64_t i = 0; i < rows * k; i++) out[i] = s->start ? s->start[i % k] : 0;
    return cx__walker_add(p, &s->walker, x, rows, out);
}

cx_status cx__gb_raw_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__single_rows(p, ((const boost_plan *)p->state)->cls, x, rows));
    return raw_rows(p, x, rows, out);
}

static int64_t place_of(int64_t k, const double *raw)
{
    if (k == 1) return raw[0] >= 0;
    int64_t best = 0;
    for (int64_t c = 1; c < k; c++) best = raw[c] > raw[best] ? c : best;
    return best;
}

cx_status cx__gb_label_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const boost_plan *const s = p->state;
    const int64_t k = s->loss.outputs, block = SCRATCH / k;
    double raw[SCRATCH];
    CX__TRY(cx__single_rows(p, s->cls, x, rows));
    for (int64_t lo = 0; lo < rows; lo += block) {
        const int64_t n = rows - lo < block ? rows - lo : block;
        CX__TRY(raw_rows(p, x + lo * p->cols_in, n, raw));
        for (int64_t i = 0; i < n; i++) out[lo + i] = (double)place_of(k, raw + i * k);
    }
    return CX_OK;
}

cx_status cx__gb_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const boost_plan *const s = p->state;
    const cx__loss *const l = &s->loss;
    CX__TRY(cx__single_rows(p, s->cls, x, rows));
    if (l->outputs > 1) {
        CX__TRY(raw_rows(p, x, rows, out));
        cx__loss_predict(l, rows, out, out);
        return CX_OK;
    }
    double raw[SCRATCH];
    for (int64_t lo = 0; lo < rows; lo += SCRATCH) {
        const int64_t n = rows - lo < SCRATCH ? rows - lo : SCRATCH;
        CX__TRY(raw_rows(p, x + lo * p->cols_in, n, raw));
        cx__loss_predict(l, n, raw, out + lo * 2);
    }
    return CX_OK;
}

/* ---- batches */
cx_array *cx__gb_init_raw(const char *where, const cx_estimator *self, const cx_estimator *init,
                          const cx__loss *l, const cx_array *x)
{
    const bool labels = self->cls->kind == CX_CLASSIFIER;
    const cx_data d = {.x = cx_astype(x, CX_F32)};
    cx__site s;
    const cx_array *said =
        cx__estimator_call(where, init, labels ? CX_PREDICT_PROBA : CX_PREDICT, &d);
    if (labels && l->outputs == 1) said = cx_select(said, 1, 1);
    cx_array *const own = cx_to(said, CX_CPU);
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return cx__nil(cx__last_status());
    cx_array *const raw = cx_copy(cx_astype(own, CX_F64));
    double *const at = cx__at(raw);
    if (cx__so_far() != CX_OK) return cx__nil(cx__last_status());
    if (cx_size(raw) != cx_dim(x, 0) * l->outputs)
        return cx__nil(cx__fail(CX_E_ARGUMENT, where,
                                "%s: init=%s gives %lld numbers for %lld rows", self->cls->name,
                                init->cls->name, (long long)cx_size(raw), (long long)cx_dim(x, 0)));
    for (int64_t i = 0; labels && i < cx_size(raw); i++)
        at[i] = at[i] < DBL_EPSILON       ? DBL_EPSILON
                : at[i] > 1 - DBL_EPSILON ? 1 - DBL_EPSILON
                                          : at[i];
    cx__loss_link(l, cx_dim(x, 0), at, at);
    return cx__send(&s, cx_reshape(raw, CX_SHAPE(cx_dim(x, 0), l->outputs)));
}

/* Where no kernel of the host runs: the start, to which the walk adds. */
static cx_status walk_device(const cx_estimator *self, cx_method method, const cx_array *x,
                             cx_array *out)
{
    cx__ready ready;
    CX__TRY(cx__plan_batch("predict", self, method, cx_dim(x, 0), cx_dim(x, 1), cx_device_of(x),
                           &ready));
    const double *const from = cx__at(cx__f64(cx__plan_site(&ready.plan), x));
    double *const to = cx__at(out);
    cx_status st = cx__so_far();
    if (st == CX_OK)
        st = cx__walker_add(&ready.plan, &((const boost_plan *)ready.plan.state)->walker, from,
                            cx_dim(x, 0), to);
    if (st == CX_OK) cx__used(out);
    cx__plan_free(&ready);
    return st;
}

/* Raw predictions [n, K] in arrays, wherever x is and whatever init is. */
static cx_array *raw_array(const cx_estimator *self, const cx_array *x)
{
    const cx_method method = self->cls->kind == CX_CLASSIFIER ? CX_DECISION_FUNCTION : CX_PREDICT;
    const cx_estimator *const init = init_of(self);
    const cx__loss l = cx__gb_loss(self, classes_of(self));
    const int64_t n = cx_dim(x, 0);
    if (cx_check(cx__single_batch(self->cls, "predict", x)) != CX_OK)
        return cx__nil(cx__last_status());
    if (!init && cx__on_host(x)) return cx__by_rows(self, method, x, CX__ROWS_MATRIX, CX_F64);
    cx_array *const start =
        init ? cx__gb_init_raw("predict", self, init, &l, x)
             : cx_copy(cx_broadcast_to(cx_astype(cx_self(self, CX__GB_START), CX_F64),
                                       CX_SHAPE(n, l.outputs)));
    if (cx__so_far() != CX_OK) return cx__nil(cx__last_status());
    return cx_check(walk_device(self, method, x, start)) == CX_OK ? start
                                                                  : cx__nil(cx__last_status());
}

static cx_array *flat(cx_array *raw)
{
    return cx__so_far() == CX_OK && cx_dim(raw, 1) == 1 ? cx_select(raw, 1, 0) : raw;
}

cx_array *cx__gb_predict_number(const cx_estimator *self, const cx_array *x)
{
    return flat(raw_array(self, x));
}

cx_array *cx__gb_decision(const cx_estimator *self, const cx_array *x)
{
    return flat(raw_array(self, x));
}

/* Both forms of chance follow from the raw predictions. */
static cx_array *chances(const cx_estimator *self, const cx_array *raw)
{
    const cx__loss l = cx__gb_loss(self, classes_of(self));
    if (l.outputs > 1) {
        const cx_array *const e = cx_exp(cx_sub(raw, cx_max(raw, CX_AXIS(1, .keepdims = true))));
        return cx_div(e, cx_sum(e, CX_AXIS(1, .keepdims = true)));
    }
    const double factor = l.kind == CX__LOSS_EXPONENTIAL ? -2 : -1;
    const cx_array *const second =
        cx_div(cx_float(1), cx_add(cx_exp(cx_mul(raw, cx_float(factor))), cx_float(1)));
    return cx_concatenate(CX_ARRAYS(cx_sub(cx_float(1), second), second), 1);
}

cx_array *cx__gb_predict_proba(const cx_estimator *self, const cx_array *x)
{
    if (!init_of(self) && cx__on_host(x)) {
        if (cx_check(cx__single_batch(self->cls, "predict", x)) != CX_OK)
            return cx__nil(cx__last_status());
        return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
    }
    return chances(self, raw_array(self, x));
}

/* Places in classes_ from raw predictions whose last axis is K. */
static cx_array *labels_of(const cx_estimator *self, const cx_array *raw, int64_t k)
{
    const int last = cx_ndim(raw) - 1;
    const cx_array *const place =
        k > 1 ? cx_argmax(raw, CX_AXIS(last))
              : cx_astype(cx_greater_equal(cx_select(raw, last, 0), cx_float(0)), CX_I64);
    return cx_take(cx_self(self, CX__GB_CLASSES), place, 0);
}

cx_array *cx__gb_predict_label(const cx_estimator *self, const cx_array *x)
{
    if (!init_of(self) && cx__on_host(x)) {
        if (cx_check(cx__single_batch(self->cls, "predict", x)) != CX_OK)
            return cx__nil(cx__last_status());
        return cx__predict_labels(self, x, CX__GB_CLASSES);
    }
    cx_array *const raw = raw_array(self, x);
    if (cx__so_far() != CX_OK) return raw;
    return labels_of(self, raw, cx_dim(raw, 1));
}

/* ---- stages */
/* Raw predictions after each stage [stages, n, K], on the host. */
static cx_status staged_raw(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            int64_t k, cx_array **out)
{
    cx__trees t;
    const cx_estimator *const init = init_of(self);
    const cx__loss l = cx__gb_loss(self, classes_of(self));
    const double rate = cx_param_f64(self, "learning_rate");
    CX__TRY(cx__trees_view(s->where, self, &t));
    cx__gb_rows rows = {.n = cx_dim(x, 0), .x = cx__fetch(s, cx__f64(s, x))};
    const cx_array *const first =
        init ? cx__fetch(s, cx__gb_init_raw(s->where, self, init, &l, x))
             : cx__fetch(s, cx_astype(cx_self(self, CX__GB_START), CX_F64));
    const double *const from = cx__at(first);
    rows.raw = cx__scope_room((size_t)(rows.n * k) * sizeof *rows.raw);
    *out = cx_empty(CX_SHAPE(t.count / k, rows.n, k), CX_F64, CX_CPU);
    double *to = cx__at(*out);
    CX__TRY(cx__so_far());
    if (!rows.raw) return CX_E_NOMEM;
    for (int64_t i = 0; i < rows.n; i++)
        for (int64_t c = 0; c < k; c++) rows.raw[c * rows.n + i] = from[init ? i * k + c : c];
    for (int64_t tree = 0; tree < t.count; tree++) {
        CX__TRY(cx__gb_add_tree(&t, tree, &rows, tree % k, rate));
        if (tree % k < k - 1) continue;
        for (int64_t i = 0; i < rows.n; i++)
            for (int64_t c = 0; c < k; c++) *to++ = rows.raw[c * rows.n + i];
    }
    return CX_OK;
}

cx_array *cx__gb_staged(const cx_estimator *self, cx_method method, const cx_array *x)
{
    const cx__loss l = cx__gb_loss(self, classes_of(self));
    cx_array *raw = NULL;
    cx__site s;
    if (cx_check(cx__single_batch(self->cls, "predict", x)) != CX_OK ||
        cx_check(cx__site_of("staged", x, &s)) != CX_OK ||
        cx_check(staged_raw(self, &s, x, l.outputs, &raw)) != CX_OK)
        return cx__nil(cx__last_status());
    const int64_t stages = cx_dim(raw, 0), n = cx_dim(raw, 1), classes = classes_of(self);
    raw = cx__send(&s, raw);
    if (method == CX_PREDICT_PROBA)
        return cx_reshape(chances(self, cx_reshape(raw, CX_SHAPE(stages * n, l.outputs))),
                          CX_SHAPE(stages, n, classes));
    if (method == CX_PREDICT && classes > 0) return labels_of(self, raw, l.outputs);
    return l.outputs == 1 ? cx_select(raw, 2, 0) : raw;
}

/* ---- files */
cx_status cx__gb_check(const cx_estimator *self)
{
    const cx__loss l = cx__gb_loss(self, classes_of(self));
    const int64_t stages = cx__number_i64(cx_self(self, CX__GB_STAGES)),
                  per = cx__number_i64(cx_self(self, CX__GB_PER_STAGE));
    CX__TRY(cx__so_far());
    if (per != l.outputs || stages < 1 || stages > INT32_MAX)
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: %lld stages of %lld trees",
                        self->cls->name, (long long)stages, (long long)per);
    CX__TRY(cx__trees_check(self, per));
    const bool start = cx_self_has(self, CX__GB_START);
    if (cx_size(cx_self(self, CX__TREE_START)) - 1 == stages * per &&
        cx_dim(cx_self(self, CX__TREE_VALUE), 1) == 1 &&
        cx_size(cx_self(self, CX__GB_TRAIN_SCORE)) == stages &&
        (start ? cx_size(cx_self(self, CX__GB_START)) == per
               : cx_self_child(self, CX__GB_INIT) != NULL))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: trees, scores and start do not fit",
                    self->cls->name);
}
