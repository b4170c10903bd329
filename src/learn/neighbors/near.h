/* What fitted rows that are ready to be asked are made of. For the files of this folder only. */
#ifndef CX_LEARN_NEIGHBORS_NEAR_H
#define CX_LEARN_NEIGHBORS_NEAR_H
#include "learn/metrics/pairwise.h"
#include "learn/neighbors/search.h"

struct cx__near {
    const char *where;
    cx_device device;
    const cx__metric *metric; /* NULL: precomputed */
    cx_pairwise_opts pairwise;
    double order;   /* of the Minkowski metric that it is over rows; 0: it is none */
    bool squared;   /* its square is what is told */
    int64_t m, d;   /* fitted rows; columns of a query */
    cx_array *x;    /* as they were given. Of these four one reference each */
    cx_array *rows; /* float64, and turned */
    cx_array *norm; /* of rows */
    cx_array *turn; /* what queries are turned by; NULL: nothing */
};

/** One question: rows [n, d] float64 at the site, turned; own: they are the fitted ones, each
 *  without itself. */
typedef struct cx__asked {
    const cx__near *near;
    cx__site site;
    const cx_array *rows;
    int64_t n;
    bool own;
} cx__asked;

/** Something done with distances [some, m] of queries lo, lo + 1, ..., within a scope of its own.
 */
typedef cx_status cx__near_each(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo);
/** Distances of all pairs, a piece of the queries (not NULL) after the other. */
cx_status cx__near_pieces(const cx__near *near, const cx_array *query, cx__near_each *fn,
                          void *ctx);
cx_status cx__pieces_each(const cx__asked *a, cx__near_each *fn, void *ctx);
/** By distances of all pairs, in pieces of rows: any metric. k counts what is wanted with itself.
 */
cx_status cx__pieces_k(const cx__asked *a, int64_t k, cx_array **index, cx_array **distance);
cx_status cx__pieces_radius(const cx__asked *a, double radius, bool sorted, cx_array **start,
                            cx_array **index, cx_array **distance);
#endif
