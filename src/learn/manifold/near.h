/* What embeddings know of their rows: who is near whom, on the host, and how metrics are named. */
#ifndef CX_LEARN_MANIFOLD_NEAR_H
#define CX_LEARN_MANIFOLD_NEAR_H
#include "learn/base/estimator.h"
#include "learn/neighbors/search.h"

/** n rows of count neighbours each, rising by distance; memory of the open scope. */
typedef struct cx__nearby {
    int64_t n, count;
    const int64_t *index;
    const double *distance;
} cx__nearby;

/** Options of a search from the parameters metric, p, metric_params and neighbors_algorithm, as far
 *  as the class has them. ARGUMENT, UNSUPPORTED. */
cx_status cx__near_params(const cx_estimator *self, cx__near_opts *out);
/** The k nearest of each row of query among those of x, found where x is; query NULL: of each row
 * of x among the others. */
cx_status cx__near_lists(const cx__site *s, const cx_array *x, const cx_array *query,
                         const cx__near_opts *o, int64_t k, cx__nearby *out);
/** "precomputed": x is distances. Then it is square, and no number is negative: SHAPE, ARGUMENT. */
bool cx__is_precomputed(const cx_estimator *self, const char *parameter);
cx_status cx__precomputed_check(const cx_estimator *self, const cx_array *x);
/** The host's memory of a (float64, C order), from wherever it is. NULL and a mark on failure. */
const double *cx__near_numbers(const cx__site *s, const cx_array *a);
/** rows * cols numbers of the host as an array of dtype t at the site. */
cx_array *cx__embedded(const cx__site *s, const double *v, int64_t rows, int64_t cols, cx_dtype t);
/** Names of the columns of embedding_, which is the first attribute of every class here. */
cx_array *cx__embedding_names(const cx_estimator *self, const cx_array *names);
#endif
