/* A model of trees as its file tells it, before it is an estimator: what the readers of the formats
 * fill and load.c makes a fitted state of. */
#ifndef CX_LEARN_IMPORTED_H
#define CX_LEARN_IMPORTED_H
#include "learn/tree/trees.h"
#include <calx/trees_import.h>
#include <jansson.h>

/** What becomes of a row's sums: a regressor's prediction, or a classifier's probabilities. */
typedef enum cx__tree_link {
    CX__LINK_NONE,     /* the sums; of a classifier they are the shares of the classes */
    CX__LINK_EXPIT,    /* 1 / (1 + exp(-slope * sum)); two classes from one sum */
    CX__LINK_SOFTMAX,  /* exp(sum) over their total */
    CX__LINK_EXP,      /* exp(sum) */
    CX__LINK_STEP,     /* 1 above 0, else 0 */
    CX__LINK_SQUARE,   /* sum * |sum| */
    CX__LINK_SOFTPLUS, /* log(1 + exp(sum)) */
    CX__LINKS
} cx__tree_link;

/** Attributes of TreeEnsemble* behind those of all trees. */
enum {
    CX__IMPORTED_BASE = CX__TREES_SLOTS, /* [outputs]: what the sums begin with */
    CX__IMPORTED_SCALE,                  /* factor of the leaves' values */
    CX__IMPORTED_DIVISOR,                /* of the sums: trees of a mean, or 1 */
    CX__IMPORTED_LINK,                   /* a cx__tree_link */
    CX__IMPORTED_SLOPE,
    CX__IMPORTED_COLUMNS, /* trees t, t + columns, ... add to one sum (or row of sums) */
    CX__IMPORTED_SINGLE,  /* x counts as float32 */
    CX__IMPORTED_ORDER,   /* [trees] or empty: where the file's tree i stands here */
    CX__IMPORTED_NUMBER,  /* [nodes] or empty: the file's numbers, where nodes were left out */
    CX__IMPORTED_CLASSES  /* classifiers only */
};
enum { CX__IMPORTED_OUTPUTS = 1024 }; /* most sums of a row */

typedef struct cx__imported {
    const char *path;
    cx_trees_load_opts take;
    bool classifier, single;
    int64_t features, columns, classes; /* outputs: columns * trees.width */
    json_t *root;                       /* the file, which names and labels point into */
    const json_t *names, *labels;       /* NULL: none */
    cx__tree_link link;
    double scale, slope, divisor;
    double *base;    /* [outputs] */
    int64_t *order;  /* [trees.count], as the attribute; NULL: as they stand */
    int32_t *number; /* [trees.nodes]: the node's number in the file */
    int64_t number_room;
    bool renumbered; /* some are not their places here */
    cx__trees trees;
} cx__imported;

/* ---- readers: root is the file's, m is empty but for path and take */
cx_status cx__import_xgboost(const json_t *root, cx__imported *m);
cx_status cx__import_lightgbm(const json_t *root, cx__imported *m);
cx_status cx__import_plain(const json_t *root, cx__imported *m);

/* ---- for them (common.c) */
/** "trees_load: path: tree 3, node 5: text"; tree or node < 0 are left out. */
CX__COLD cx_status cx__import_fail(const cx__imported *m, cx_status st, int64_t tree, int64_t node,
                                   const char *fmt, ...) CX__PRINTF(5, 6);
/** Member key of an object: an array of n entries (n < 0: any), else PARSE. */
cx_status cx__import_array(const cx__imported *m, int64_t tree, const json_t *o, const char *key,
                           int64_t n, const json_t **out);
/** A whole number within [least, most], also written as a text. */
cx_status cx__import_whole(const cx__imported *m, int64_t tree, const json_t *o, const char *key,
                           int64_t least, int64_t most, int64_t *out);
/** Entries of arrays: numbers (bools count as 0 and 1), whole ones within int32; false: neither. */
bool cx__import_number(const json_t *a, int64_t i, double *out);
bool cx__import_int(const json_t *a, int64_t i, int32_t *out);
/** Trees [from, to) of those whose sums are group[i] of m->columns: which of them comes i-th here,
 *  so that trees of the sums take turns (which is to be freed). Fills m->order. */
cx_status cx__import_turns(cx__imported *m, const int64_t *group, int64_t from, int64_t to,
                           int64_t **which);
/** The iterations that the caller wants of those there are, as [from, to). */
cx_status cx__import_range(const cx__imported *m, int64_t iterations, int64_t *from, int64_t *to);
/** Room for outputs numbers in base, zeroed. */
cx_status cx__import_base(cx__imported *m, int64_t outputs);
/** Room for a tree of n nodes and rows of category bits; node i is then at trees.nodes + i, of
 * which everything is to be filled (here: impurity, samples and weighted are 0, no categories). */
cx_status cx__import_open(cx__imported *m, int64_t tree, int64_t n, int64_t bit_rows);
/** It is a tree: each node but the root has one parent at most, which stands before it; features
 * are there. Then it counts. */
cx_status cx__import_close(cx__imported *m, int64_t tree, int64_t n, int64_t bit_rows);
/** Make node i a leaf. */
void cx__import_leaf(cx__imported *m, int64_t i);
/** Largest float32 below t, so that x < t and x <= this are the same for float32 x. */
double cx__import_below(double t);
#endif
