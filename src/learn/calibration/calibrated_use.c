/* CalibratedClassifierCV in use: the mean of what its pairs say.
 *
 * One idea: scores come from the classifiers as arrays or from their row kernels; from there on
 * memory of the host goes through one function, so that a session and a batch give the same bits,
 * and other devices through formulas. */
#include "base/alloc.h"
#include "base/threads.h"
#include "learn/base/plan.h"
#include "learn/calibration/calibrated.h"
#include "learn/calibration/calibrators.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- scores */
cx_method cx__calibrated_method(const cx_estimator *inner)
{
    return cx_estimator_has(inner, CX_DECISION_FUNCTION) ? CX_DECISION_FUNCTION : CX_PREDICT_PROBA;
}

cx_array *cx__calibrated_scores(const cx_array *answers, cx_method method)
{
    if (cx_ndim(answers) == 1) return cx_expand_dims(answers, 1);
    const bool pair = method == CX_PREDICT_PROBA && cx_dim(answers, 1) == 2;
    return cx_slice(answers, 1, pair ? 1 : 0, CX_END, 1);
}

cx_array *cx__calibrated_logits(const cx_array *scores, cx_method method)
{
    static cx__held logs = CX__HELD("p: log(p + 1e-12)");
    const cx_array *s = cx_astype(scores, CX_F64);
    const bool one = cx_dim(s, 1) == 1, proba = method == CX_PREDICT_PROBA;
    if (one) s = cx_concatenate(CX_ARRAYS(proba ? cx_sub(cx_float(1), s) : cx_negative(s), s), 1);
    return proba ? cx__held_run("predict_proba", &logs, CX_ARRAYS(s)) : cx_ascontiguous(s);
}

/* ---- plain memory */
enum { BLOCK = CX_ROW_BLOCK };

typedef struct maps {
    cx__calibration how;
    cx_method method;
    int64_t classes, pairs, k;
    const int64_t *column;
    const double *a, *b, *beta;
    cx__ready *iso; /* [pairs, k] */
} maps;

static double below_one(double p)
{
    return p > 1 && p <= 1 + 1e-5 ? 1 : p;
}

/* Up to BLOCK scores through the map of column j of pair i. */
static cx_status map_column(const maps *m, int64_t i, int64_t j, const double *score, int64_t rows,
                            double *out)
{
    const int64_t at = i * m->k + j;
    if (m->how == CX__CALIBRATE_ISOTONIC) return m->iso[at].run(&m->iso[at].plan, score, rows, out);
    for (int64_t r = 0; r < rows; r++) out[r] = 1 / (1 + exp(m->a[at] * score[r] + m->b[at]));
    return CX_OK;
}

static void softmax(const maps *m, int64_t i, const double *score, int64_t columns, double *p)
{
    const int64_t c = m->classes;
    const bool proba = m->method == CX_PREDICT_PROBA;
    for (int64_t j = 0; j < c; j++)
        p[j] = columns == c ? score[j] : j == 1 ? score[0] : proba ? 1 - score[0] : -score[0];
    double most = -(double)INFINITY, sum = 0;
    for (int64_t j = 0; j < c; j++) {
        p[j] = m->beta[i] * (proba ? log(p[j] + CX__LOGIT_EPS) : p[j]);
        most = fmax(most, p[j]);
    }
    for (int64_t j = 0; j < c; j++) sum += p[j] = exp(p[j] - most);
    for (int64_t j = 0; j < c; j++) p[j] /= sum;
}

/* Probabilities of a row sum to one; those that are all 0 become equal. */
static void share(double *p, int64_t c)
{
    double sum = 0;
    for (int64_t j = 0; j < c; j++) sum += p[j];
    for (int64_t j = 0; j < c; j++) p[j] = sum != 0 ? p[j] / sum : 1 / (double)c;
}

/* Add what pair i says of up to BLOCK rows; scores are `columns` a row, rows `stride` apart;
 * p [BLOCK, classes] is scratch. */
static cx_status add_pair(const maps *m, int64_t i, const double *score, int64_t columns,
                          int64_t stride, int64_t rows, double *p, double *sum)
{
    const int64_t c = m->classes;
    double one[BLOCK], mapped[BLOCK];
    memset(p, 0, (size_t)(rows * c) * sizeof *p);
    if (m->how == CX__CALIBRATE_TEMPERATURE)
        for (int64_t r = 0; r < rows; r++) softmax(m, i, score + r * stride, columns, p + r * c);
    for (int64_t j = 0; m->how != CX__CALIBRATE_TEMPERATURE && j < columns && j < m->k; j++) {
        if (m->column[i * m->k + j] < 0) break; /* a file's classifier may be another one */
        for (int64_t r = 0; r < rows; r++) one[r] = score[r * stride + j];
        CX__TRY(map_column(m, i, j, one, rows, mapped));
        for (int64_t r = 0; r < rows; r++) p[r * c + m->column[i * m->k + j]] = mapped[r];
    }
    for (int64_t r = 0; r < rows; r++) {
        double *const row = p + r * c;
        if (m->how != CX__CALIBRATE_TEMPERATURE) {
            if (c == 2)
                row[0] = 1 - row[1];
            else
                share(row, c);
        }
        for (int64_t j = 0; j < c; j++) sum[r * c + j] += below_one(row[j]);
    }
    return CX_OK;
}

static void divide(const maps *m, int64_t rows, double *sum)
{
    for (int64_t i = 0; i < rows * m->classes; i++) sum[i] /= (double)m->pairs;
}

static int64_t largest(const double *p, int64_t c)
{
    int64_t best = 0;
    for (int64_t j = 1; j < c; j++)
        if (p[j] > p[best]) best = j;
    return best;
}

/* The maps ready for a plan's lifetime. */
static cx_status make_maps(const cx_estimator *self, cx_plan *p, maps *m)
{
    const cx__state *const s = self->state;
    *m = (maps){.how = cx__calibration_of(self),
                .method = cx__calibrated_method(cx__calibrated_inner(self)),
                .classes = cx_size(cx_self(self, CX__CALIBRATED_CLASSES))};
    const int slot =
        m->how == CX__CALIBRATE_TEMPERATURE ? CX__CALIBRATED_BETA : CX__CALIBRATED_COLUMNS;
    m->pairs = cx_dim(cx_self(self, slot), 0);
    m->k = m->classes == 2 ? 1 : m->classes;
    if (m->how == CX__CALIBRATE_TEMPERATURE)
        return cx__plan_f64(p, cx_self(self, CX__CALIBRATED_BETA), &m->beta);
    CX__TRY(cx__plan_i64(p, cx_self(self, CX__CALIBRATED_COLUMNS), &m->column));
    if (m->how == CX__CALIBRATE_SIGMOID) {
        CX__TRY(cx__plan_f64(p, cx_self(self, CX__CALIBRATED_A), &m->a));
        return cx__plan_f64(p, cx_self(self, CX__CALIBRATED_B), &m->b);
    }
    m->iso = cx_plan_alloc(p, (size_t)(m->pairs * m->k) * sizeof *m->iso);
    if (!m->iso) return CX_E_NOMEM;
    int child = (int)m->pairs;
    for (int64_t i = 0; i < m->pairs * m->k; i++) {
        if (m->column[i] < 0) continue;
        CX__TRY(cx__plan_make("session_new", s->child[child++], CX_PREDICT, BLOCK, 1, &m->iso[i]));
        cx__plan_adopt(p, &m->iso[i]);
    }
    return CX_OK;
}

/* ---- sessions */
typedef struct served {
    maps maps;
    cx__ready *inner; /* [pairs] */
    double *scores;   /* [max_rows, columns of a classifier] */
    double *p;        /* [BLOCK, classes] */
    double *sum;      /* [max_rows, classes], for predict */
} served;

cx_status cx__calibrated_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const maps *const m = &s->maps;
    memset(out, 0, (size_t)(rows * m->classes) * sizeof *out);
    for (int64_t i = 0; i < m->pairs; i++) {
        const cx__ready *const r = &s->inner[i];
        const int64_t stride = r->plan.cols_out;
        const bool pair = m->method == CX_PREDICT_PROBA && stride == 2;
        CX__TRY(r->run(&r->plan, x, rows, s->scores));
        for (int64_t lo = 0; lo < rows; lo += BLOCK)
            CX__TRY(add_pair(m, i, s->scores + lo * stride + (pair ? 1 : 0), pair ? 1 : stride,
                             stride, rows - lo < BLOCK ? rows - lo : BLOCK, s->p,
                             out + lo * m->classes));
    }
    divide(m, rows, out);
    return CX_OK;
}

cx_status cx__calibrated_predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->maps.classes;
    CX__TRY(cx__calibrated_proba_into(p, x, rows, s->sum));
    for (int64_t i = 0; i < rows; i++) out[i] = (double)largest(s->sum + i * c, c);
    return CX_OK;
}

cx_status cx__calibrated_plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    p->state = s;
    maps *const m = &s->maps;
    CX__TRY(make_maps(self, p, m));
    const int64_t c = m->classes;
    s->inner = cx_plan_alloc(p, (size_t)m->pairs * sizeof *s->inner);
    if (!s->inner) return CX_E_NOMEM;
    int64_t columns = 1;
    for (int64_t i = 0; i < m->pairs; i++) {
        cx__ready *const r = &s->inner[i];
        CX__TRY(cx__plan_make("session_new", self->state->child[i], m->method, p->max_rows,
                              p->cols_in, r));
        cx__plan_adopt(p, r);
        if (r->plan.cols_out > columns) columns = r->plan.cols_out;
    }
    const int64_t widest = columns > c ? columns : c;
    if (widest > INT64_MAX / 64 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    s->scores = cx_plan_alloc(p, (size_t)(p->max_rows * columns) * sizeof(double));
    s->p = cx_plan_alloc(p, (size_t)(BLOCK * c) * sizeof(double));
    s->sum = cx_plan_alloc(p, (size_t)(p->max_rows * c) * sizeof(double));
    if (p->method == CX_PREDICT_PROBA) p->cols_out = c;
    return s->scores && s->p && s->sum ? CX_OK : CX_E_NOMEM;
}

/* ---- batches of the host */
typedef struct batch {
    const maps *maps;
    int64_t pair, columns;
    const double *scores;
    double *out;
    atomic_int failed;
} batch;

static void run_rows(void *ctx, int64_t lo, int64_t hi)
{
    batch *const b = ctx;
    const int64_t c = b->maps->classes;
    double *const p = cx__alloc((size_t)(BLOCK * c) * sizeof *p);
    cx_status st = p ? CX_OK : CX_E_NOMEM;
    for (int64_t at = lo; st == CX_OK && at < hi; at += BLOCK)
        st = add_pair(b->maps, b->pair, b->scores + at * b->columns, b->columns, b->columns,
                      hi - at < BLOCK ? hi - at : BLOCK, p, b->out + at * c);
    cx__free(p);
    if (st != CX_OK) atomic_store_explicit(&b->failed, (int)st, memory_order_relaxed);
}

static cx_status add_batch(const maps *m, int64_t pair, const cx_array *scores, double *out)
{
    const cx_array *const s = cx__as("predict_proba", scores, CX_F64);
    batch b = {.maps = m, .pair = pair, .columns = cx_dim(s, 1), .scores = cx__at(s), .out = out};
    CX__TRY(cx__so_far());
    CX__TRY(cx__parallel_for(cx_dim(s, 0), 8 * BLOCK, run_rows, &b));
    const cx_status failed = (cx_status)atomic_load_explicit(&b.failed, memory_order_relaxed);
    return failed == CX_OK ? CX_OK : cx__fail_nomem("predict_proba", "a block of rows", 0);
}

static cx_array *scores_of(const cx_estimator *self, int64_t i, const cx_data *d)
{
    const cx_method method = cx__calibrated_method(cx__calibrated_inner(self));
    return cx__calibrated_scores(
        cx__estimator_call("predict_proba", self->state->child[i], method, d), method);
}

static cx_status proba_here(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    cx__ready ready = {.plan.max_rows = BLOCK};
    ready.plan.memory_ = &ready.owner;
    CX__TRY(cx__site_at("predict_proba", CX_CPU, &ready.owner.site));
    maps m;
    cx_status st = make_maps(self, &ready.plan, &m);
    for (int64_t i = 0; st == CX_OK && i < m.pairs; i++) {
        const cx_array *const s = scores_of(self, i, d);
        if ((st = cx__so_far()) != CX_OK) break;
        if (!*out) *out = cx_zeros(CX_SHAPE(cx_dim(s, 0), m.classes), CX_F64, CX_CPU);
        double *const to = cx_data_f64_mut(*out);
        st = cx__so_far();
        if (st == CX_OK) st = add_batch(&m, i, s, to);
        if (st == CX_OK && i == m.pairs - 1) divide(&m, cx_dim(s, 0), to);
    }
    cx__plan_free(&ready);
    return st;
}

/* ---- batches elsewhere */
static cx_array *mapped_there(const cx_estimator *self, int64_t i, int64_t j, int iso,
                              const cx_array *score)
{
    static cx__held curve = CX__HELD("x, a, b: 1 / (1 + exp(a * x + b))");
    if (cx__calibration_of(self) == CX__CALIBRATE_ISOTONIC) {
        const cx_data d = {.x = cx_ascontiguous(cx_expand_dims(score, 1))};
        return cx__estimator_call("predict_proba", self->state->child[iso], CX_PREDICT, &d);
    }
    const cx_array *const a = cx_select(cx_self(self, CX__CALIBRATED_A), 0, i),
                          *const b = cx_select(cx_self(self, CX__CALIBRATED_B), 0, i);
    return cx__held_run(
        "predict_proba", &curve,
        CX_ARRAYS(cx_astype(score, CX_F64), cx_select(a, 0, j), cx_select(b, 0, j)));
}

static cx_array *softmax_there(const cx_estimator *self, int64_t i, const cx_array *scores)
{
    static cx__held less = CX__HELD("l, m, b: exp(b * (l - m))"), part = CX__HELD("e, s: e / s");
    const cx_array *const logits =
        cx__calibrated_logits(scores, cx__calibrated_method(cx__calibrated_inner(self)));
    const cx_array *const most = cx_max(logits, CX_AXIS(1, .keepdims = true)),
                          *const beta = cx_select(cx_self(self, CX__CALIBRATED_BETA), 0, i);
    const cx_array *const e = cx__held_run("predict_proba", &less, CX_ARRAYS(logits, most, beta));
    return cx__held_run("predict_proba", &part,
                        CX_ARRAYS(e, cx_sum(e, CX_AXIS(1, .keepdims = true))));
}

/* What pair i says; *iso is its first map among the children. */
static cx_array *pair_there(const cx_estimator *self, int64_t i, const int64_t *column, int *iso,
                            const cx_array *scores)
{
    static cx__held shares = CX__HELD("p, s, u: where(s != 0, p / s, u)"),
                    other = CX__HELD("p: 1 - p");
    const int64_t c = cx_size(cx_self(self, CX__CALIBRATED_CLASSES));
    if (cx__calibration_of(self) == CX__CALIBRATE_TEMPERATURE)
        return softmax_there(self, i, scores);
    cx_array *const out = cx_zeros(CX_SHAPE(cx_dim(scores, 0), c), CX_F64, cx_device_of(scores));
    for (int64_t j = 0; j < cx_dim(scores, 1) && j < (c == 2 ? 1 : c) && cx_ok(); j++) {
        if (column[j] < 0) break;
        const cx_array *const p = mapped_there(self, i, j, *iso, cx_select(scores, 1, j));
        if (cx__calibration_of(self) == CX__CALIBRATE_ISOTONIC) ++*iso;
        (void)cx_check(cx_copy_into(p, cx_select(out, 1, column[j])));
        if (c == 2)
            (void)cx_check(
                cx_copy_into(cx__held_run("predict_proba", &other, CX_ARRAYS(cx_astype(p, CX_F64))),
                             cx_select(out, 1, 0)));
    }
    if (c == 2) return out;
    return cx__held_run(
        "predict_proba", &shares,
        CX_ARRAYS(out, cx_sum(out, CX_AXIS(1, .keepdims = true)), cx_float(1 / (double)c)));
}

static cx_status proba_there(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    static cx__held add = CX__HELD("sum, p: sum + where((p > 1) & (p <= 1.00001), 1, p)");
    const bool soft = cx__calibration_of(self) == CX__CALIBRATE_TEMPERATURE;
    const cx_array *const table =
        cx_self(self, soft ? CX__CALIBRATED_BETA : CX__CALIBRATED_COLUMNS);
    const int64_t pairs = cx_dim(table, 0), k = soft ? 1 : cx_dim(table, 1);
    int64_t *const column = cx__calloc((size_t)(pairs * k), sizeof *column);
    if (!column) return cx__fail_nomem("predict_proba", "columns", 0);
    cx__site site;
    cx_status st = cx__site_of("predict_proba", table, &site);
    if (st == CX_OK && !soft) st = cx__read_all_i64(&site, table, column);
    int iso = (int)pairs;
    for (int64_t i = 0; st == CX_OK && i < pairs; i++) {
        const cx_array *const p = pair_there(self, i, column + i * k, &iso, scores_of(self, i, d));
        *out = cx__held_run("predict_proba", &add, CX_ARRAYS(*out ? *out : cx_float(0), p));
        st = cx__so_far();
    }
    cx__free(column);
    if (st == CX_OK) *out = cx_div(*out, cx_float((double)pairs));
    return st == CX_OK ? cx__so_far() : st;
}

cx_array *cx__calibrated_call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    cx_array *p = NULL;
    const bool here = self->state->device.kind == CX_DEVICE_CPU;
    const cx_status st = cx_check(here ? proba_here(self, d, &p) : proba_there(self, d, &p));
    if (st != CX_OK) return cx__nil(st);
    if (method == CX_PREDICT_PROBA) return p;
    return cx_take(cx_self(self, CX__CALIBRATED_CLASSES), cx_argmax(p, CX_AXIS(1)), 0);
}

/* ---- files */
static bool same_children(const cx_estimator *self, int64_t pairs, int64_t curves)
{
    const cx__state *const s = self->state;
    const cx_estimator *const inner = cx__calibrated_inner(self);
    bool ok = inner && pairs >= 1 && s->children == pairs + curves;
    for (int i = 0; ok && i < s->children; i++) {
        const cx_estimator *const m = s->child[i];
        const bool classifier = i < pairs;
        ok = m->state && m->cls == (classifier ? inner->cls : &cx__class_isotonic_regression) &&
             cx_self_features(m) == (classifier ? cx_self_features(self) : 1);
    }
    return ok;
}

cx_status cx__calibrated_check(const cx_estimator *self)
{
    const cx__calibration how = cx__calibration_of(self);
    const bool soft = how == CX__CALIBRATE_TEMPERATURE;
    const int slot = soft ? CX__CALIBRATED_BETA : CX__CALIBRATED_COLUMNS;
    const int64_t c = cx_size(cx_self(self, CX__CALIBRATED_CLASSES)), k = c == 2 ? 1 : c;
    bool ok = c >= 2 && cx_self_has(self, slot);
    if (how == CX__CALIBRATE_SIGMOID)
        ok = ok && cx_self_has(self, CX__CALIBRATED_A) && cx_self_has(self, CX__CALIBRATED_B);
    int64_t curves = 0;
    if (ok && !soft) {
        const cx_array *const table = cx__as("estimator_load", cx_self(self, slot), CX_I64);
        const int64_t *const v = cx_data_i64(table);
        ok = v && cx_dim(table, 1) == k;
        for (int64_t i = 0; ok && i < cx_size(table); i++) {
            ok = v[i] >= -1 && v[i] < c && (v[i] >= 0 || i % k > 0);
            if (i % k > 0 && v[i] >= 0) ok = ok && v[i - 1] >= 0;
            if (v[i] >= 0) curves++;
        }
    }
    if (how != CX__CALIBRATE_ISOTONIC) curves = 0;
    if (ok && same_children(self, cx_dim(cx_self(self, slot), 0), curves)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "the classifiers or their calibration are not those of a %s", self->cls->name);
}
