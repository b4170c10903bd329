/* KNeighborsClassifier: the vote of the nearest training rows, found exactly. */
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/neighbors.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { CLASSES, FIT_X, FIT_Y, N_SAMPLES };
static const char *const attrs[] = {"classes_: label [c]", "_fit_X: float [m, n]", "_y: int [m]",
                                    "n_samples_fit_: int []", NULL};

static const cx_param params[] = {
    {"n_neighbors", CX_PARAM_INT, "5", "[1, inf)", "how many vote"},
    {"weights", CX_PARAM_STR | CX_PARAM_NONE, "'uniform'", "{'uniform', 'distance'}",
     "equal votes, or by inverse distance"},
    {"algorithm", CX_PARAM_STR, "'auto'", "{'auto', 'ball_tree', 'kd_tree', 'brute'}",
     "all are exact; brute is what runs"},
    {"leaf_size", CX_PARAM_INT, "30", "[1, inf)", "only for trees"},
    {"p", CX_PARAM_FLOAT, "2", "[1, inf]", "order of the Minkowski distance"},
    {"metric", CX_PARAM_STR, "'minkowski'",
     "{'minkowski', 'euclidean', 'l2', 'manhattan', 'l1', 'cityblock', 'chebyshev', 'infinity'}",
     "distance"},
    {"metric_params", CX_PARAM_NONE, "None", NULL, "not used"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static double order_of(const cx_estimator *self)
{
    const char *name = cx_param_str(self, "metric");
    if (strcmp(name, "euclidean") == 0 || strcmp(name, "l2") == 0) return 2;
    if (strcmp(name, "manhattan") == 0 || strcmp(name, "l1") == 0 || strcmp(name, "cityblock") == 0)
        return 1;
    if (strcmp(name, "chebyshev") == 0 || strcmp(name, "infinity") == 0) return INFINITY;
    return cx_param_f64(self, "p");
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set(self, FIT_X, cx_copy(data->x)));
    CX__TRY(cx_self_set(self, FIT_Y, y.codes));
    return cx_self_set_i64(self, N_SAMPLES, cx_dim(data->x, 0));
}

/* A vote counts for the class of its code, so a file's codes must be ones. */
static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), m = cx_size(cx_self(self, FIT_Y));
    const int64_t *const code = cx_data_i64(cx__as("estimator_load", cx_self(self, FIT_Y), CX_I64));
    if (code == NULL) return cx__last_status();
    for (int64_t i = 0; i < m; i++)
        if (code[i] < 0 || code[i] >= c)
            return cx__fail(CX_E_PARSE, "estimator_load",
                            "KNeighborsClassifier: code %lld in _y with %lld classes",
                            (long long)code[i], (long long)c);
    return CX_OK;
}

static bool weighted(const cx_estimator *self)
{
    const char *weights = cx_param_str(self, "weights");
    return weights != NULL && strcmp(weights, "distance") == 0;
}

/* index [n, k] and rank [n, k] of the k nearest. */
static cx_status find(const cx__site *s, const cx_estimator *self, const cx_array *x, int64_t k,
                      cx_array **index, cx_array **rank)
{
    const cx_array *train = cx__f64(s, cx_self(self, FIT_X)), *query = cx__f64(s, x);
    const int64_t n = cx_dim(x, 0), m = cx_dim(train, 0), d = cx_dim(train, 1);
    if (k > m)
        return cx__fail(CX_E_ARGUMENT, s->where,
                        "n_neighbors=%lld is more than the %lld fitted rows", (long long)k,
                        (long long)m);
    cx_array *norm = cx__new_f64(s, m, -1);
    *index = cx_empty(CX_SHAPE(n, k), CX_I64, s->device);
    *rank = cx__new_f64(s, n, k);
    double *const norm_at = cx__at(norm);
    const cx_learn_neighbours call = {.m = m,
                                      .n = n,
                                      .d = d,
                                      .k = k,
                                      .train = cx__at(train),
                                      .query = cx__at(query),
                                      .norm = norm_at,
                                      .p = order_of(self),
                                      .index = cx__at(*index),
                                      .rank = cx__at(*rank)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->row_norms(s->queue, call.train, m, d, norm_at));
    return s->ops->neighbours(s->queue, &call);
}

static cx_status shares(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    const int64_t n = cx_dim(x, 0), k = cx_param_i64(self, "n_neighbors"),
                  c = cx_size(cx_self(self, CLASSES));
    cx__site s;
    CX__TRY(cx__site_of("predict", x, &s));
    cx_array *index = NULL, *rank = NULL;
    CX__TRY(find(&s, self, x, k, &index, &rank));
    const cx_array *code = cx__i64(&s, cx_self(self, FIT_Y));
    *out = cx__new_f64(&s, n, c);
    const int64_t *index_at = cx__at(index), *code_at = cx__at(code);
    const double *rank_at = cx__at(rank);
    double *out_at = cx__at(*out);
    CX__TRY(cx__so_far());
    return s.ops->vote(s.queue, index_at, rank_at, n, k, code_at, c, weighted(self), order_of(self),
                       out_at);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL; /* float64 whatever x is, as scikit-learn's */
    return cx_check(shares(self, x, &out)) == CX_OK ? out : NULL;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx_array *share = predict_proba(self, x);
    if (share == NULL) return NULL;
    return cx_take(cx_self(self, CLASSES), cx_argmax(share, CX_AXIS(1)), 0);
}

/* Plan: the training rows, and room for one query's neighbours and votes. */
typedef struct knn_plan {
    cx_learn_neighbours find;
    int64_t c;
    bool by_distance;
    const int64_t *code;
    double *share;
} knn_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t m = cx_dim(cx_self(self, FIT_X), 0), k = cx_param_i64(self, "n_neighbors"),
                  c = cx_size(cx_self(self, CLASSES));
    if (k > m)
        return cx__fail(CX_E_ARGUMENT, "session_new",
                        "n_neighbors=%lld is more than the %lld fitted rows", (long long)k,
                        (long long)m);
    knn_plan *s = cx_plan_alloc(p, sizeof *s);
    double *memory = cx_plan_alloc(p, (size_t)(k + c) * sizeof *memory);
    int64_t *index = cx_plan_alloc(p, (size_t)k * sizeof *index);
    if (s == NULL || memory == NULL || index == NULL) return CX_E_NOMEM;
    *s = (knn_plan){.find = {.m = m,
                             .n = 1,
                             .d = p->cols_in,
                             .k = k,
                             .p = order_of(self),
                             .index = index,
                             .rank = memory},
                    .c = c,
                    .by_distance = weighted(self),
                    .share = memory + k};
    p->state = s;
    p->cols_out = p->method == CX_PREDICT_PROBA ? c : 1;
    CX__TRY(cx__plan_f64(p, cx_self(self, FIT_X), &s->find.train));
    return cx__plan_i64(p, cx_self(self, FIT_Y), &s->code);
}

static cx_status ask(const cx_plan *p, const double *x, double *share)
{
    const knn_plan *s = p->state;
    const cx__site *site = cx__plan_site(p);
    cx_learn_neighbours call = s->find;
    call.query = x;
    CX__TRY(site->ops->neighbours(site->queue, &call));
    return site->ops->vote(site->queue, call.index, call.rank, 1, call.k, s->code, s->c,
                           s->by_distance, call.p, share);
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const knn_plan *s = p->state;
    for (int64_t i = 0; i < rows; i++) {
        CX__TRY(ask(p, x + i * p->cols_in, s->share));
        int64_t best = 0;
        for (int64_t c = 1; c < s->c; c++)
            if (s->share[c] > s->share[best]) best = c;
        out[i] = (double)best;
    }
    return CX_OK;
}

static cx_status predict_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const knn_plan *s = p->state;
    for (int64_t i = 0; i < rows; i++) CX__TRY(ask(p, x + i * p->cols_in, out + i * s->c));
    return CX_OK;
}

const cx_estimator_class cx__class_k_neighbors_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KNeighborsClassifier",
    .doc = "The vote of the k nearest training rows.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = predict_proba_into,
};

cx_neighbors cx_kneighbors(const cx_estimator *m, const cx_array *x, int64_t k)
{
    static const char where[] = "kneighbors";
    cx_neighbors r = {.distances = cx__nil(CX_E_ARGUMENT), .indices = cx__nil(CX_E_ARGUMENT)};
    const cx_status given = cx_check(cx__check(where, "m", m, CX__KIND_ESTIMATOR));
    if (given != CX_OK) return (cx_neighbors){cx__nil(given), cx__nil(given)};
    if (m->cls != &cx__class_k_neighbors_classifier) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, where, "%s has no neighbours", m->cls->name));
        return r;
    }
    if (!cx_is_fitted(m)) {
        (void)cx_check(cx__fail(CX_E_NOT_FITTED, where, "fit it first"));
        return (cx_neighbors){cx__nil(CX_E_NOT_FITTED), cx__nil(CX_E_NOT_FITTED)};
    }
    const int64_t d = cx_self_features(m);
    const double p = order_of(m);
    if (k < 1) k = cx_param_i64(m, "n_neighbors");
    if (cx_check(cx__check(where, "x", x, CX__KIND_ARRAY)) != CX_OK) return r;
    if (cx_ndim(x) != 2 || cx_dim(x, 1) != d) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x must be [n, %lld]", (long long)d));
        return r;
    }
    const cx_scope scope = cx_scope_open();
    cx__site s;
    cx_array *index = NULL, *rank = NULL;
    cx_status st = cx__site_of(where, cx_self(m, FIT_X), &s);
    if (st == CX_OK) st = find(&s, m, x, k, &index, &rank);
    if (cx_check(st) == CX_OK) {
        if (p == 2) rank = cx_sqrt(rank);
        if (p != 2 && p != 1 && !isinf(p)) rank = cx_power(rank, cx_float(1 / p));
    }
    r.distances = cx_scope_keep(scope, st == CX_OK ? rank : cx__nil(st));
    r.indices = cx_scope_keep(scope, st == CX_OK ? index : cx__nil(st));
    const cx_status closed = cx_scope_close(scope);
    if (closed == CX_OK) return r;
    (void)cx_check(closed);
    return (cx_neighbors){cx__nil(closed), cx__nil(closed)};
}
