/* What fitted rows that are ready to be asked are made of. For the files of this folder only. */
#ifndef CX_LEARN_NEIGHBORS_NEAR_H
#define CX_LEARN_NEIGHBORS_NEAR_H
#include "learn/metrics/pairwise.h"
#include "learn/neighbors/search.h"
#include <calx/backend_neighbors.h>

/** A tree of the rows, for devices that have such a group; as arrays, which a fitted state keeps.
 */
enum { CX__GROWN_ROWS, CX__GROWN_INDEX, CX__GROWN_BOUNDS, CX__GROWN_PARTS };

struct cx__near {
    const char *where;
    cx_device device;
    const cx__metric *metric; /* NULL: precomputed */
    cx__metric own;           /* .metric, if that is a formula; its text is of cx__alloc */
    cx_pairwise_opts pairwise;
    double order; /* of the Minkowski metric that it is over rows; 0: it is none */
    bool squared; /* its square is what is told */
    int64_t m, d; /* fitted rows; columns of a query */
    /* one reference each */
    cx_array *x;                      /* as they were given */
    cx_array *rows;                   /* float64, and turned; NULL: x as float64 */
    cx_array *turn;                   /* what queries are turned by; NULL: nothing */
    cx_array *grown[CX__GROWN_PARTS]; /* the tree; NULL: none */
    cx_near_tree tree;
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

/** cx__near_open; grown not NULL: rows that were looked at before, and the tree that was grown of
 *  them then (parts NULL: none was). */
cx_status cx__near_reopen(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                          const cx_array *const grown[CX__GROWN_PARTS], cx__near **out);
/** The fitted rows as the metric wants them, of the open scope. */
const cx_array *cx__near_rows(const cx__near *near);

/* ---- trees (grown.c) */
/** Grow one if that is the way and there is one; then neighbours by it. */
cx_status cx__grow(cx__near *near, const cx__site *s, const cx__near_opts *o);
/** Is it a tree of m points in d columns? For a file: every index is one of a row. */
cx_status cx__grown_check(const char *where, const char *name,
                          const cx_array *const grown[CX__GROWN_PARTS], int64_t m, int64_t d);
/** Its view, without the pointers; and of near->grown with them. */
cx_near_tree cx__tree_view(int64_t m, int64_t d, double order,
                           const cx_array *const grown[CX__GROWN_PARTS]);
void cx__grown_view(cx__near *near);
cx_status cx__grown_k(const cx__asked *a, int64_t k, int64_t *index, double *rank);
cx_status cx__grown_within(const cx__asked *a, cx__reach reach, bool sorted, cx_array **start,
                           cx_array **index, cx_array **rank);
/** For count [n], host memory. */
cx_status cx__grown_count(const cx__asked *a, cx__reach reach, int64_t *count);

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
cx_status cx__pieces_within(const cx__asked *a, cx__reach reach, bool sorted, cx_array **start,
                            cx_array **index, cx_array **distance);
cx_status cx__pieces_count(const cx__asked *a, cx__reach reach, cx_array **count);
#endif
