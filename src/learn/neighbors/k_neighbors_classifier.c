/* KNeighborsClassifier: the vote of the nearest training rows, found exactly. */
#include "learn/neighbors/votes.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

static const char *const attrs[] = {CX__VOTES_ATTRS, NULL};

static const cx_param params[] = {
    CX__NEAR_K("5"), CX__NEAR_WEIGHTS,       CX__NEAR_ALGORITHM, CX__NEAR_LEAF_SIZE, CX__NEAR_P,
    CX__NEAR_METRIC, CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,      {.name = NULL},
};

/* ---- batches */
typedef struct found {
    cx__site site;
    cx_array *index, *rank; /* [n, k] */
    int64_t n, k;
    double order;
} found;

static cx_status find(const cx_estimator *self, const cx_array *x, found *f)
{
    cx__near *near;
    *f = (found){.n = cx_dim(x, 0), .k = cx_param_i64(self, "n_neighbors")};
    CX__TRY(cx__site_of("predict", x, &f->site));
    CX__TRY(cx__near_of("predict", self, &near));
    const cx_status st = cx__near_ranks(near, x, f->k, &f->index, &f->rank, &f->order);
    cx__near_close(near);
    return st;
}

/* Shares of one column's classes [n, c]. */
static cx_status vote(const cx_estimator *self, const found *f, const cx_array *codes, int64_t c,
                      cx_array **out)
{
    *out = cx__new_f64(&f->site, f->n, c);
    const int64_t *const index_at = cx__at(f->index), *const code_at = cx__at(codes);
    const double *const rank_at = cx__at(f->rank);
    double *const out_at = cx__at(*out);
    CX__TRY(cx__so_far());
    return f->site.ops->vote(f->site.queue, index_at, rank_at, f->n, f->k, code_at, c,
                             cx__near_by_distance(self), f->order, out_at);
}

static cx_status shares(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    const int64_t *begin = NULL, columns = cx__label_columns(self);
    found f;
    CX__TRY(cx__votes_begin("predict", self, &begin));
    CX__TRY(find(self, x, &f));
    if (columns == 1) return vote(self, &f, cx__votes_codes(self, 0, begin), begin[1], out);
    *out = cx__new_f64(&f.site, f.n, begin[columns]);
    for (int64_t i = 0; i < columns; i++) {
        cx_array *part = NULL;
        const int64_t lo = begin[i], hi = begin[i + 1];
        CX__TRY(vote(self, &f, cx__votes_codes(self, i, begin), hi - lo, &part));
        CX__TRY(cx_copy_into(part, cx_slice(*out, 1, lo, hi, 1)));
    }
    return cx__so_far();
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL; /* float64 whatever x is, as scikit-learn's */
    return cx_check(shares(self, x, &out)) == CX_OK ? out : NULL;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx_array *const share = predict_proba(self, x);
    if (share == NULL) return NULL;
    return cx_take(cx_self(self, CX__VOTES_CLASSES), cx__votes_places(self, share), 0);
}

/* ---- sessions: the training rows, and room for one query's neighbours and votes */
typedef struct knn_plan {
    cx_learn_neighbours find;
    int64_t columns, *begin;
    bool by_distance;
    const int64_t **code; /* of each column */
    double *share;
} knn_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t *begin = NULL, columns = cx__label_columns(self);
    knn_plan *const s = cx_plan_alloc(p, sizeof *s);
    CX__TRY(cx__votes_begin("session_new", self, &begin));
    if (s == NULL) return CX_E_NOMEM;
    p->state = s;
    s->columns = columns;
    s->begin = cx_plan_alloc(p, (size_t)(columns + 1) * sizeof *s->begin);
    s->code = cx_plan_alloc(p, (size_t)columns * sizeof *s->code);
    s->share = cx_plan_alloc(p, (size_t)begin[columns] * sizeof *s->share);
    if (s->begin == NULL || s->code == NULL || s->share == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i <= columns; i++) s->begin[i] = begin[i];
    s->by_distance = cx__near_by_distance(self);
    p->cols_out = p->method == CX_PREDICT_PROBA ? begin[columns] : columns;
    for (int64_t i = 0; i < columns; i++) {
        int64_t *const code =
            cx_plan_alloc(p, (size_t)cx_dim(cx_self(self, CX__NEAR_FIT_X), 0) * sizeof *code);
        if (code == NULL) return CX_E_NOMEM;
        cx__site site;
        const cx_array *const codes = cx__votes_codes(self, i, begin);
        CX__TRY(cx__site_of("session_new", codes, &site));
        CX__TRY(cx__read_all_i64(&site, codes, code));
        s->code[i] = code;
    }
    return cx__near_plan(self, p, cx_param_i64(self, "n_neighbors"), &s->find);
}

static cx_status ask(const cx_plan *p, const double *x, double *share)
{
    const knn_plan *const s = p->state;
    const cx__site *const site = cx__plan_site(p);
    cx_learn_neighbours call = s->find;
    call.query = x;
    CX__TRY(site->ops->neighbours(site->queue, &call));
    for (int64_t i = 0; i < s->columns; i++)
        CX__TRY(site->ops->vote(site->queue, call.index, call.rank, 1, call.k, s->code[i],
                                s->begin[i + 1] - s->begin[i], s->by_distance, call.p,
                                share + s->begin[i]));
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const knn_plan *const s = p->state;
    for (int64_t i = 0; i < rows; i++) {
        CX__TRY(ask(p, x + i * p->cols_in, s->share));
        cx__votes_largest(s->share, s->begin, s->columns, out + i * s->columns);
    }
    return CX_OK;
}

static cx_status predict_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    for (int64_t i = 0; i < rows; i++) CX__TRY(ask(p, x + i * p->cols_in, out + i * p->cols_out));
    return CX_OK;
}

const cx_estimator_class cx__class_k_neighbors_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KNeighborsClassifier",
    .doc = "The vote of the k nearest training rows.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_LABEL_COLUMNS | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = cx__votes_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = cx__votes_check,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = predict_proba_into,
};
