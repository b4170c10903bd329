/* The tree of density clusters (Campello, Moulavi and Sander, PAKDD 2013): clusters that merge as
 * the distance grows, without those that are too small, and the choice among them.
 *
 * Knows numbers on the host, no estimators. */
#ifndef CX_LEARN_DENSITY_TREE_H
#define CX_LEARN_DENSITY_TREE_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

/** A merge of two nodes: below n rows, from n on earlier merges. */
typedef struct cx__merge {
    int64_t left, right;
    double height;
    int64_t size;
} cx__merge;

/** n - 1 edges of a spanning tree, from [i], to [i] and height [i], rising: into the merges that
 *  they make. */
cx_status cx__merges_of(const int64_t *from, const int64_t *to, const double *height, int64_t n,
                        cx__merge *out);

typedef struct cx__density_choice {
    int64_t least;   /* rows of a cluster */
    int64_t most;    /* rows of a chosen one; 0: any */
    double epsilon;  /* clusters that part below this distance stay together */
    bool leaves;     /* the leaves of the tree, not those of the largest excess of mass */
    bool one_is_all; /* all rows may be one cluster */
} cx__density_choice;

/** label [n], -1 is noise, and probability [n]: how firmly a row is in its cluster; *clusters: how
 *  many there are. */
cx_status cx__density_labels(const cx__merge *merge, int64_t n, const cx__density_choice *choice,
                             int64_t *label, double *probability, int64_t *clusters);
/** The label of rows with NaN. */
enum { CX__DENSITY_MISSING = -3 };
#endif
