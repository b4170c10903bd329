/* A fitted histogram model at work: rows walk through the trees from the baseline on. Columns of
 * categories become places first, as in the fit; what the fit did not see counts as missing. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/ensemble/hist.h"
#include "learn/ensemble/staged.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { ROOM = 4096 };

typedef struct hist_plan {
    cx__walker walker;
    cx__loss loss;
    const double *baseline;
    const double *category; /* NULL: no categorical columns */
    const int64_t *start;   /* [d + 1] */
} hist_plan;

static int64_t outputs_of(const cx_estimator *self)
{
    return cx_size(cx_self(self, CX__HIST_BASELINE));
}

cx_status cx__hist_plan(const cx_estimator *self, cx_plan *p)
{
    hist_plan *const h = cx_plan_alloc(p, sizeof *h);
    if (h == NULL) return CX_E_NOMEM;
    const int64_t k = outputs_of(self);
    p->state = h;
    h->loss = (cx__loss){.kind = (cx__loss_kind)cx__number_i64(cx_self(self, CX__HIST_LOSS)),
                         .outputs = k};
    CX__TRY(cx__walker_plan(self, p, k, false, 1, &h->walker));
    CX__TRY(cx__plan_f64(p, cx_self(self, CX__HIST_BASELINE), &h->baseline));
    if (cx_self_has(self, CX__HIST_CATEGORIES)) {
        CX__TRY(cx__plan_f64(p, cx_self(self, CX__HIST_CATEGORIES), &h->category));
        CX__TRY(cx__plan_i64(p, cx_self(self, CX__HIST_CATEGORY_STARTS), &h->start));
    }
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = k;
    return CX_OK;
}

/* ---- rows of the host */
static double place_of(const double *v, int64_t n, double x)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t middle = lo + (hi - lo) / 2;
        if (v[middle] < x)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo < n && v[lo] == x ? (double)lo : (double)NAN;
}

static void encode(const hist_plan *h, int64_t d, const double *x, int64_t rows, double *out)
{
    memcpy(out, x, (size_t)(rows * d) * sizeof *out);
    for (int64_t j = 0; j < d; j++) {
        const int64_t from = h->start[j], n = h->start[j + 1] - from;
        if (n == 0) continue;
        for (int64_t i = 0; i < rows; i++)
            out[i * d + j] = place_of(h->category + from, n, x[i * d + j]);
    }
}

static cx_status add_encoded(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const hist_plan *const h = p->state;
    const int64_t d = p->cols_in, k = h->loss.outputs, most = d < ROOM ? ROOM / d : 1;
    double room[ROOM], *const own = d > ROOM ? cx__alloc((size_t)d * sizeof *own) : NULL,
                              *const code = own != NULL ? own : room;
    if (d > ROOM && own == NULL) return cx__fail_nomem("predict", "a row", (size_t)d * sizeof *own);
    cx_status st = CX_OK;
    for (int64_t i = 0; st == CX_OK && i < rows; i += most) {
        const int64_t n = rows - i < most ? rows - i : most;
        encode(h, d, x + i * d, n, code);
        st = cx__walker_add(p, &h->walker, code, n, out + i * k);
    }
    cx__free(own);
    return st;
}

cx_status cx__hist_raw_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const hist_plan *const h = p->state;
    const int64_t k = h->loss.outputs;
    for (int64_t i = 0; i < rows; i++) memcpy(out + i * k, h->baseline, (size_t)k * sizeof *out);
    return h->category != NULL ? add_encoded(p, x, rows, out)
                               : cx__walker_add(p, &h->walker, x, rows, out);
}

cx_status cx__hist_mean_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__hist_raw_into(p, x, rows, out));
    cx__loss_predict(&((const hist_plan *)p->state)->loss, rows, out, out);
    return CX_OK;
}

/* Raw predictions in pieces, each given to put. */
static cx_status in_pieces(const cx_plan *p, const double *x, int64_t rows, double *out,
                           void (*put)(const hist_plan *h, int64_t n, const double *raw,
                                       double *out))
{
    const hist_plan *const h = p->state;
    const int64_t k = h->loss.outputs, most = k < ROOM ? ROOM / k : 1;
    double room[ROOM], *const own = k > ROOM ? cx__alloc((size_t)k * sizeof *own) : NULL,
                              *const raw = own != NULL ? own : room;
    if (k > ROOM && own == NULL) return cx__fail_nomem("predict", "a row", (size_t)k * sizeof *own);
    cx_status st = CX_OK;
    for (int64_t i = 0; st == CX_OK && i < rows; i += most) {
        const int64_t n = rows - i < most ? rows - i : most;
        st = cx__hist_raw_into(p, x + i * p->cols_in, n, raw);
        if (st == CX_OK) put(h, n, raw, out + i * p->cols_out);
    }
    cx__free(own);
    return st;
}

static void put_proba(const hist_plan *h, int64_t n, const double *raw, double *out)
{
    cx__loss_predict(&h->loss, n, raw, out);
}

cx_status cx__hist_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_pieces(p, x, rows, out, put_proba);
}

static void put_label(const hist_plan *h, int64_t n, const double *raw, double *out)
{
    const int64_t k = h->loss.outputs;
    for (int64_t i = 0; i < n; i++, raw += k) {
        int64_t best = k == 1 ? raw[0] > 0 : 0;
        for (int64_t c = 1; c < k; c++)
            if (raw[c] > raw[best]) best = c;
        out[i] = (double)best;
    }
}

cx_status cx__hist_label_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_pieces(p, x, rows, out, put_label);
}

/* ---- batches on any device */
/* A column of x as places among its categories. */
static cx_array *places_in(const cx_array *category, const cx_array *x)
{
    const int64_t n = cx_size(category);
    const cx_array *const at = cx_searchsorted(category, x, CX_LEFT),
                          *const found = cx_take(category, cx_minimum(at, cx_int(n - 1)), 0);
    return cx_where(cx_equal(found, x), at, cx_float((double)NAN));
}

static void encode_there(const cx__site *s, const cx_array *category, const cx_array *starts,
                         cx_array *out)
{
    const int64_t *const start = cx__at(cx__fetch(s, starts));
    for (int64_t j = 0; start != NULL && j < cx_dim(out, 1); j++)
        if (start[j + 1] > start[j])
            (void)cx_check(cx_copy_into(
                places_in(cx_slice(category, 0, start[j], start[j + 1], 1), cx_select(out, 1, j)),
                cx_select(out, 1, j)));
}

/* x with places for categories. */
const cx_array *cx__hist_coded(const cx_estimator *self, const cx__site *s, const cx_array *x)
{
    const cx_array *const from = cx__f64(s, x);
    if (!cx_self_has(self, CX__HIST_CATEGORIES)) return from;
    const cx_array *const category = cx__f64(s, cx_self(self, CX__HIST_CATEGORIES)),
                          *const start = cx__i64(s, cx_self(self, CX__HIST_CATEGORY_STARTS));
    if (!cx__on_host(x)) {
        cx_array *const out = cx_copy(from);
        encode_there(s, category, start, out);
        return out;
    }
    const hist_plan h = {.category = cx__at(category), .start = cx__at(start)};
    cx_array *const out = cx__new_f64(s, cx_dim(x, 0), cx_dim(x, 1));
    const double *const at = cx__at(from);
    double *const to = cx__at(out);
    if (cx__so_far() == CX_OK) encode(&h, cx_dim(x, 1), at, cx_dim(x, 0), to);
    return out;
}

/* Raw predictions [stages, n, K] after equal shares of the trees, one behind the other. */
static cx_status walk_stages(const cx_estimator *self, const cx__plan_owner *owner, cx_plan *p,
                             const cx_array *x, int64_t stages, cx_array **out)
{
    const cx__site *const s = &owner->site;
    const int64_t n = cx_dim(x, 0), k = outputs_of(self);
    cx__walker w;
    CX__TRY(cx__walker_plan(self, p, k, false, 1, &w));
    const int64_t share = stages > 0 ? w.walk.trees / stages : 0;
    *out = cx__new_f64(s, stages, n * k);
    const double *const rows = cx__at(cx__hist_coded(self, s, x));
    double *const at = cx__at(*out);
    const cx_array *from =
        cx_reshape(cx_broadcast_to(cx__f64(s, cx_self(self, CX__HIST_BASELINE)), CX_SHAPE(n, k)),
                   CX_SHAPE(n * k));
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < stages; i++) {
        const cx_scope inner = cx_scope_open();
        cx__walker part = w;
        part.walk.trees = share;
        part.walk.root += i * share;
        part.walk.first += i * share;
        if (i > 0) from = cx_select(*out, 0, i - 1);
        cx_check(cx_copy_into(from, cx_select(*out, 0, i)));
        if (cx_ok()) cx_check(cx__walker_add(p, &part, rows, n, at + i * n * k));
        CX__TRY(cx_scope_close(inner));
    }
    *out = cx_reshape(*out, CX_SHAPE(stages, n, k));
    return cx__so_far();
}

static cx_array *staged_raw(const cx_estimator *self, const cx_array *x, int64_t stages)
{
    cx__plan_owner owner = {.keep = false};
    cx_plan p = {.max_rows = cx_dim(x, 0), .cols_in = cx_dim(x, 1), .memory_ = &owner};
    cx__ready ready = {.plan = p};
    cx_array *out = NULL;
    cx_status st = cx__site_of("predict", x, &owner.site);
    if (st == CX_OK) st = walk_stages(self, &owner, &p, x, stages, &out);
    ready.owner = owner;
    cx__plan_free(&ready);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

cx_array *cx__hist_raw(const cx_estimator *self, const cx_array *x)
{
    if (self->cls->kind == CX_CLASSIFIER && cx__on_host(x))
        return cx__by_kernel(self, CX_DECISION_FUNCTION, cx__hist_raw_into, x, CX__ROWS_MATRIX,
                             CX_F64);
    return cx_select(staged_raw(self, x, 1), 0, 0);
}

cx_array *cx__hist_staged(const cx_estimator *self, cx_method method, const cx_array *x)
{
    cx_array *const raw = staged_raw(self, x, cx__number_i64(cx_self(self, CX__HIST_N_ITER)));
    if (cx__so_far() != CX_OK) return cx__nil(cx__last_status());
    const int64_t stages = cx_dim(raw, 0), n = cx_dim(raw, 1), k = cx_dim(raw, 2);
    cx_array *const flat = cx_reshape(raw, CX_SHAPE(stages * n, k));
    if (method == CX_PREDICT_PROBA)
        return cx_reshape(cx__hist_proba_of(flat), CX_SHAPE(stages, n, k == 1 ? 2 : k));
    if (method == CX_DECISION_FUNCTION) return k == 1 ? cx_select(raw, 2, 0) : raw;
    if (self->cls->kind != CX_CLASSIFIER)
        return cx_reshape(cx__hist_mean_of(self, flat), CX_SHAPE(stages, n));
    return cx_take(cx_self(self, CX__HIST_CLASSES),
                   cx_reshape(cx__hist_code_of(flat), CX_SHAPE(stages, n)), 0);
}

cx_array *cx__hist_mean_of(const cx_estimator *self, const cx_array *raw)
{
    cx_array *const flat = cx_select(raw, 1, 0);
    const bool log = cx__number_i64(cx_self(self, CX__HIST_LOSS)) >= CX__LOSS_POISSON;
    return log ? cx_exp(flat) : flat;
}

cx_array *cx__hist_proba_of(const cx_array *raw)
{
    static cx__held one = CX__HELD("r: 1 / (1 + exp(-r))"),
                    many = CX__HELD("r: e = exp(r - max(r, axis=1, keepdims=True));"
                                    "e / sum(e, axis=1, keepdims=True)");
    if (cx_dim(raw, 1) != 1) return cx__held_run("predict_proba", &many, CX_ARRAYS(raw));
    const cx_array *const p = cx__held_run("predict_proba", &one, CX_ARRAYS(raw));
    return cx_concatenate(CX_ARRAYS(cx_sub(cx_int(1), p), p), 1);
}

cx_array *cx__hist_code_of(const cx_array *raw)
{
    if (cx_dim(raw, 1) != 1) return cx_argmax(raw, CX_AXIS(1));
    return cx_astype(cx_greater(cx_select(raw, 1, 0), cx_int(0)), CX_I64);
}

/* ---- files */
cx_status cx__hist_check(const cx_estimator *self)
{
    const int64_t k = outputs_of(self), loss = cx__number_i64(cx_self(self, CX__HIST_LOSS));
    if (k < 1 || cx__number_i64(cx_self(self, CX__HIST_PER)) != k || loss < 0 ||
        loss > CX__LOSS_GAMMA || (loss == CX__LOSS_MULTINOMIAL) != (k > 1))
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: baseline_ and loss_ do not fit",
                        self->cls->name);
    if (cx_self_has(self, CX__HIST_CATEGORIES) != cx_self_has(self, CX__HIST_CATEGORY_STARTS))
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: categories without their places",
                        self->cls->name);
    if (cx_self_has(self, CX__HIST_CATEGORIES)) {
        const int64_t n = cx_self_features(self), all = cx_size(cx_self(self, CX__HIST_CATEGORIES));
        const cx_array *const starts = cx_self(self, CX__HIST_CATEGORY_STARTS);
        bool bad = cx_size(starts) != n + 1;
        for (int64_t j = 0, last = 0; !bad && j <= n; j++) {
            const int64_t at = cx__number_i64(cx_select(starts, 0, j));
            bad = at < last || at > all || (j == 0 && at != 0);
            last = at;
        }
        if (bad)
            return cx__fail(CX_E_PARSE, "estimator_load", "%s: category_starts_ must rise",
                            self->cls->name);
    }
    CX__TRY(cx__so_far());
    return cx__trees_check(self, k);
}
