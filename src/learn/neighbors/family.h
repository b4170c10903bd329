/* What the classes of this module share: parameters that say how far rows are, the fitted rows,
 * and neighbourhoods as lists that are counted or averaged.
 *
 * A class has CX__NEAR_ATTRS as its first attributes and its own ones from CX__NEAR_SLOTS on. */
#ifndef CX_LEARN_NEIGHBORS_FAMILY_H
#define CX_LEARN_NEIGHBORS_FAMILY_H
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/neighbors/search.h"
#include <calx/backend_neighbors.h>

#define CX__NEAR_ATTRS                                                                \
    "_fit_X: float [m, n]", "n_samples_fit_: int []", "_tree_rows?: float [b, n, 8]", \
        "_tree_index?: int [m]", "_tree_bounds?: float [t, 2, n]"
enum { CX__NEAR_FIT_X, CX__NEAR_SAMPLES, CX__NEAR_TREE, CX__NEAR_SLOTS = CX__NEAR_TREE + 3 };

/* ---- rows of parameter tables */
#define CX__NEAR_K(deflt)                                                        \
    {                                                                            \
        "n_neighbors", CX_PARAM_INT, deflt, "[1, inf)", "how many rows are near" \
    }
#define CX__NEAR_RADIUS                                                            \
    {                                                                              \
        "radius", CX_PARAM_FLOAT, "1.0", "[0, inf]", "how far rows are still near" \
    }
#define CX__NEAR_WEIGHTS                                                                 \
    {                                                                                    \
        "weights", CX_PARAM_STR | CX_PARAM_NONE, "'uniform'", "{'uniform', 'distance'}", \
            "neighbours count alike, or by inverse distance"                             \
    }
#define CX__NEAR_ALGORITHM                                                                \
    {                                                                                     \
        "algorithm", CX_PARAM_STR, "'auto'", "{'auto', 'ball_tree', 'kd_tree', 'brute'}", \
            "how they are found; all are exact"                                           \
    }
#define CX__NEAR_LEAF_SIZE CX__NEAR_LEAF_SIZE_OF("30")
#define CX__NEAR_LEAF_SIZE_OF(deflt)                                          \
    {                                                                         \
        "leaf_size", CX_PARAM_INT, deflt, "[1, inf)", "rows of a tree's leaf" \
    }
#define CX__NEAR_P                                                          \
    {                                                                       \
        "p", CX_PARAM_FLOAT, "2", "(0, inf]", "order of metric='minkowski'" \
    }
#define CX__NEAR_METRICS                                                                      \
    "{'minkowski', 'p', 'euclidean', 'l2', 'sqeuclidean', 'manhattan', 'l1', 'cityblock', "   \
    "'chebyshev', 'infinity', 'seuclidean', 'mahalanobis', 'cosine', 'correlation', "         \
    "'haversine', 'canberra', 'braycurtis', 'hamming', 'dice', 'jaccard', 'rogerstanimoto', " \
    "'russellrao', 'sokalsneath', 'yule', 'precomputed'}, formula"
#define CX__NEAR_METRIC CX__NEAR_METRIC_OF("'minkowski'")
#define CX__NEAR_METRIC_OF(deflt)                                                                                     \
    {                                                                                                                 \
        "metric", CX_PARAM_STR, deflt, CX__NEAR_METRICS,                                                              \
            "distance: a name or a formula 'x, y: ...' of two rows; 'precomputed': x is distances to the fitted rows" \
    }
#define CX__NEAR_METRIC_PARAMS                                                          \
    {                                                                                   \
        "metric_params", CX_PARAM_NONE | CX_PARAM_DICT, "None", NULL,                   \
            "of the metric: {'p': 3}, {'w': [...]}, {'V': [...]}, {'VI': [[...], ...]}" \
    }
#define CX__NEAR_JOBS                                         \
    {                                                         \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, \
            "not used: see the scope's num_threads"           \
    }

/* ---- fit and use */
/** Keep the rows, once the metric has looked at them. */
cx_status cx__near_store(cx_estimator *self, const cx_array *x);
/** The fitted rows of any class of the module, ready to be asked; cx__near_close it. */
cx_status cx__near_of(const char *where, const cx_estimator *self, cx__near **out);
/** For classes elsewhere with these parameters (p may be missing or None): as options of a search;
 *  x of such a class, ready to be asked. */
cx_status cx__near_options(const cx__site *s, const cx_estimator *self, cx__near_opts *o);
cx_status cx__near_with(const char *where, const cx_estimator *self, const cx_array *x,
                        cx__near **out);
/** Is m's class one of the module that keeps its rows so? */
bool cx__near_is(const cx_estimator *m);
/** weights='distance'? */
bool cx__near_by_distance(const cx_estimator *self);
/** For a file: n_samples_fit_ counts the rows. */
cx_status cx__near_check(const cx_estimator *self);
/** Ranks that order as distances do: cx__near_k without the root. Distance is rank^(1/order). */
cx_status cx__near_ranks(const cx__near *near, const cx_array *query, int64_t k, cx_array **index,
                         cx_array **rank, double *order);

/** Of a session, one query: how it is answered, with memory of the plan for k results. */
typedef struct cx__served {
    int64_t k;
    double order;
    int64_t *index; /* [k] */
    double *rank;
    cx_learn_neighbours scan;
    cx_near_tree tree; /* .rows NULL: by scan */
} cx__served;
/** UNSUPPORTED for metrics that are not Minkowski's. */
cx_status cx__near_plan(const cx_estimator *self, cx_plan *p, int64_t k, cx__served *out);
/** The nearest of query. */
cx_status cx__near_serve(const cx_plan *p, const cx__served *s, const double *query);
/** Distance of a rank of that order. */
double cx__near_distance(double order, double rank);

/* ---- neighbourhoods as one list (lists.c): entry e is a neighbour of query row[e] */
typedef struct cx__lists {
    cx__site site;
    int64_t n;             /* queries */
    cx_array *row, *index; /* int64 [e] */
    cx_array *weight;      /* [e]; NULL: 1 */
    cx_array *count;       /* float64 [n]: how many */
} cx__lists;
cx_status cx__lists_k(const char *where, const cx_estimator *self, const cx_array *x,
                      cx__lists *out);
cx_status cx__lists_radius(const char *where, const cx_estimator *self, const cx_array *x,
                           cx__lists *out);
/** Mean of y [m] or [m, t] over each list, weighted; NaN without any. */
cx_array *cx__lists_mean(const cx__lists *l, const cx_array *y);
/** Weight [n, c] of the neighbours of each code [m]. */
cx_array *cx__lists_votes(const cx__lists *l, const cx_array *code, int64_t c);
#endif
