/* KNeighborsClassifier: the vote of the nearest training rows, found exactly. */
#include "learn/neighbors/brute.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/neighbors.h>
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
    const int64_t *const code = cx__i64_of("estimator_load", cx_self(self, FIT_Y));
    if (code == NULL) return cx__last_status();
    for (int64_t i = 0; i < m; i++)
        if (code[i] < 0 || code[i] >= c)
            return cx__fail(CX_E_PARSE, "estimator_load",
                            "KNeighborsClassifier: code %lld in _y with %lld classes",
                            (long long)code[i], (long long)c);
    return CX_OK;
}

/* Votes of one query's neighbours into proba [c], which sums to 1. */
static void vote(const cx__metric *metric, const int64_t *code, const int64_t *index,
                 const double *rank, int64_t k, bool by_distance, double *proba, int64_t c)
{
    memset(proba, 0, (size_t)c * sizeof *proba);
    double sum = 0;
    const bool hit = by_distance && rank[0] == 0; /* rows at the query itself outvote all others */
    for (int64_t a = 0; a < k; a++) {
        double w = 1;
        if (hit)
            w = rank[a] == 0;
        else if (by_distance)
            w = 1 / cx__metric_distance(metric, rank[a]);
        proba[code[index[a]]] += w;
    }
    for (int64_t i = 0; i < c; i++) sum += proba[i];
    for (int64_t i = 0; i < c; i++) proba[i] /= sum != 0 ? sum : 1;
}

static int64_t largest(const double *v, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (v[i] > v[best]) best = i;
    return best;
}

static bool weighted(const cx_estimator *self)
{
    const char *weights = cx_param_str(self, "weights");
    return weights != NULL && strcmp(weights, "distance") == 0;
}

/* Index and rank of the k nearest, in scratch memory *work; index is behind rank. */
static cx_status find(const char *where, const cx_estimator *self, const cx_array *x, int64_t k,
                      const cx__metric *metric, double **work, double **rank, int64_t **index)
{
    const cx_array *fitted = cx_self(self, FIT_X);
    const int64_t n = cx_dim(x, 0), m = cx_dim(fitted, 0), d = metric->d;
    if (k > m)
        return cx__fail(CX_E_ARGUMENT, where, "n_neighbors=%lld is more than the %lld fitted rows",
                        (long long)k, (long long)m);
    const double *query = cx__f64_of(where, x), *train = cx__f64_of(where, fitted);
    if (query == NULL || train == NULL) return cx__last_status();
    *work = cx__scratch_f64(where, "neighbours", 1, 2 * n * k + m);
    if (*work == NULL) return CX_E_NOMEM;
    double *norm = *work + 2 * n * k;
    *rank = *work;
    *index = (int64_t *)(void *)(*work + n * k);
    for (int64_t i = 0; i < m; i++) norm[i] = cx__dot(train + i * d, train + i * d, d);
    return cx__brute_neighbours(where, metric, train, norm, m, query, n, k, *index, *rank);
}

static cx_array *predict_proba_f64(const cx_estimator *self, const cx_array *x)
{
    const cx__metric metric = {.p = order_of(self), .d = cx_self_features(self)};
    const int64_t n = cx_dim(x, 0), k = cx_param_i64(self, "n_neighbors"),
                  c = cx_size(cx_self(self, CLASSES));
    double *work = NULL, *rank, *proba;
    int64_t *index;
    const int64_t *code = cx__i64_of("predict", cx_self(self, FIT_Y));
    cx_array *result = cx__new_f64(n, c, &proba);
    if (code == NULL || result == NULL) return NULL;
    const cx_status st = cx_check(find("predict", self, x, k, &metric, &work, &rank, &index));
    const bool by_distance = weighted(self);
    for (int64_t i = 0; st == CX_OK && i < n; i++)
        vote(&metric, code, index + i * k, rank + i * k, k, by_distance, proba + i * c, c);
    cx__scratch_free(work);
    return st == CX_OK ? result : NULL;
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return predict_proba_f64(self, x); /* float64 whatever x is, as scikit-learn's */
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const double *proba = cx_data_f64(predict_proba_f64(self, x));
    if (proba == NULL) return NULL;
    const int64_t n = cx_dim(x, 0), c = cx_size(cx_self(self, CLASSES));
    cx_array *index = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *at = cx_data_i64_mut(index);
    for (int64_t i = 0; at != NULL && i < n; i++) at[i] = largest(proba + i * c, c);
    return cx_take(cx_self(self, CLASSES), index, 0);
}

/* Plan: the training rows, and room for one query's neighbours and votes. */
typedef struct knn_plan {
    cx__metric metric;
    int64_t m, k, c;
    bool by_distance;
    double *train, *rank, *proba;
    int64_t *code, *index;
} knn_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t d = p->cols_in, m = cx_dim(cx_self(self, FIT_X), 0),
                  k = cx_param_i64(self, "n_neighbors");
    const int64_t c = cx_size(cx_self(self, CLASSES));
    if (k > m)
        return cx__fail(CX_E_ARGUMENT, "session_new",
                        "n_neighbors=%lld is more than the %lld fitted rows", (long long)k,
                        (long long)m);
    const double *train = cx__slot_f64(self, FIT_X);
    const int64_t *code = cx__i64_of("session_new", cx_self(self, FIT_Y));
    knn_plan *s = cx_plan_alloc(p, sizeof *s);
    double *memory = cx_plan_alloc(p, (size_t)(m * d + k + c) * sizeof *memory);
    int64_t *places = cx_plan_alloc(p, (size_t)(m + k) * sizeof *places);
    if (s == NULL || memory == NULL || places == NULL) return CX_E_NOMEM;
    if (train == NULL || code == NULL) return cx__last_status();
    memcpy(memory, train, (size_t)(m * d) * sizeof *memory);
    memcpy(places, code, (size_t)m * sizeof *places);
    *s = (knn_plan){.metric = {.p = order_of(self), .d = d},
                    .m = m,
                    .k = k,
                    .c = c,
                    .by_distance = weighted(self),
                    .train = memory,
                    .rank = memory + m * d,
                    .proba = memory + m * d + k,
                    .code = places,
                    .index = places + m};
    p->state = s;
    p->cols_out = p->method == CX_PREDICT_PROBA ? c : 1;
    return CX_OK;
}

static void ask(const knn_plan *s, const double *x, double *proba)
{
    cx__scan_neighbours(&s->metric, s->train, s->m, x, s->k, s->index, s->rank);
    vote(&s->metric, s->code, s->index, s->rank, s->k, s->by_distance, proba, s->c);
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const knn_plan *s = p->state;
    for (int64_t i = 0; i < rows; i++) {
        ask(s, x + i * p->cols_in, s->proba);
        out[i] = (double)largest(s->proba, s->c);
    }
    return CX_OK;
}

static cx_status predict_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const knn_plan *s = p->state;
    for (int64_t i = 0; i < rows; i++) ask(s, x + i * p->cols_in, out + i * s->c);
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
    const cx__metric metric = {.p = order_of(m), .d = cx_self_features(m)};
    if (k < 1) k = cx_param_i64(m, "n_neighbors");
    if (cx_ndim(x) != 2 || cx_dim(x, 1) != metric.d) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x must be [n, %lld]", (long long)metric.d));
        return r;
    }
    const int64_t n = cx_dim(x, 0);
    double *work = NULL, *rank;
    int64_t *index;
    if (cx_check(find(where, m, x, k, &metric, &work, &rank, &index)) == CX_OK) {
        for (int64_t i = 0; i < n * k; i++) rank[i] = cx__metric_distance(&metric, rank[i]);
        r.distances = cx_copy_host(rank, CX_SHAPE(n, k), CX_F64);
        r.indices = cx_copy_host(index, CX_SHAPE(n, k), CX_I64);
    }
    cx__scratch_free(work);
    return r;
}
