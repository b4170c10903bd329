/* Shared by the files that grow exact trees: the table of the training rows, the criterion of a
 * node, the search for a node's split. */
#ifndef CX_HOST_TREES_GROW_H
#define CX_HOST_TREES_GROW_H
#include "trees/trees.h"

struct cx_tree_table {
    int64_t n, d;
    float *x;             /* [d, n]: column by column; NULL: codes do, and values are source's */
    const double *source; /* [n, d] */
    bool sorted;          /* the columns below stand */
    int32_t *order; /* [d, n]: rows by value, equal ones in their order, missing ones last; or NULL:
                     * no growth from it keeps columns */
    uint32_t *code; /* [d, n]: see columns.c; or NULL: it has narrow ones */
    uint16_t *narrow; /* [d, n]: codes of sixteen bits, of columns that splits sort by themselves */
    uint16_t *step;   /* [d]: how far apart narrow codes are */
    int64_t ties;     /* how many values of a column equal one before */
};
enum { TREE_STEP = 64, TREE_NARROW_MISSING = UINT16_MAX };
#define TREE_MISSING UINT32_MAX

static inline float host_tree_value(const cx_tree_table *t, int32_t feature, int32_t row)
{
    return t->x != NULL ? t->x[feature * t->n + row] : (float)t->source[row * t->d + feature];
}

/** Sort values and, along with them, rows as scikit-learn does: equal values in its order. */
void host_introsort_f32(float *v, int32_t *row, int64_t n);
void host_introsort_f64(double *v, int32_t *row, int64_t n);

/** Numbers for the absolute error of every cut of a node: see absolute.c. */
typedef struct tree_absolute {
    double *left, *right, *left_median, *right_median; /* [n], by place in rows */
    double *sorted, *tree_weight, *tree_sum;           /* [n + 1] */
    double *median;                                    /* [outputs] */
    int32_t *rank, *from;                              /* [n] */
    int64_t size, top;
    double weight, sum; /* of all in the tree */
} tree_absolute;

/** The impurity of the rows [start, end) and of their cut at pos. */
typedef struct tree_criterion {
    cx_tree_criterion kind;
    int64_t outputs, stride; /* sums of an output stand stride apart */
    const int64_t *classes;  /* NULL: regression */
    const double *y, *weight;
    const int32_t *rows;
    int64_t start, pos, end;
    double all;                         /* weight of all rows of the growth */
    double here, left, right;           /* weights of the node and of both sides */
    double *sum, *sum_left, *sum_right; /* [outputs, stride] */
    double squares;                     /* of the node */
    tree_absolute absolute;
} tree_criterion;

void host_criterion_enter(tree_criterion *c, int64_t start, int64_t end);
void host_criterion_reset(tree_criterion *c);
void host_criterion_move(tree_criterion *c, int64_t pos);
double host_criterion_proxy(const tree_criterion *c);
double host_criterion_impurity(const tree_criterion *c);
void host_criterion_children(const tree_criterion *c, double *left, double *right);
double host_criterion_gain(const tree_criterion *c, double before, double left, double right);
void host_criterion_value(const tree_criterion *c, double *out);
/** First numbers of both sides' values: what monotonic constraints look at. */
void host_criterion_sides(const tree_criterion *c, double *left, double *right);
double host_criterion_middle(const tree_criterion *c);

size_t host_absolute_bytes(int64_t n, int64_t outputs);
void host_absolute_place(tree_absolute *a, void *memory, int64_t n, int64_t outputs);
/** Errors and medians of all cuts for the present order of rows. */
void host_absolute_prepare(tree_criterion *c);

typedef struct tree_split {
    int64_t pos; /* end of the node: none found */
    int32_t feature;
    bool missing_left;
    double threshold, gain, left, right; /* impurities of the sides */
} tree_split;

/** What a node hands to its children. */
typedef struct tree_parent {
    double impurity, lower, upper;
    int64_t constants; /* features known to be constant */
} tree_parent;

/** How splits are searched; AUTO chooses. All give the same nodes where sums are whole numbers, and
 *  the two fast ones always. */
typedef enum tree_search {
    TREE_AUTO,
    TREE_PLAIN,
    TREE_COLUMNS, /* sorted columns are kept up from node to node */
    TREE_SORTS    /* each node sorts the features that it draws */
} tree_search;

/** Search in sorted columns: see fast.c. An element is a value's code in the upper half, below it
 *  the row and, where it has room there, the row's mark; or, narrow, in 32 bits code and mark. */
typedef struct tree_fast {
    bool on, exact;  /* exact: sums are whole numbers, no order changes them */
    int64_t classes; /* 0: regression */
    const struct host_tree_loops *loops;
    const struct host_tree_pair_loops *pairs;
    bool narrow;
    int row_shift;     /* bits of an element below the row: class << weight_bits | weight */
    int weight_bits;   /* 0: all weights are 1 */
    uint16_t *mark;    /* [n]: class << MARK_BITS | weight */
    uint64_t *element; /* [count] of the feature that was sorted last; room for a vector behind */
    uint64_t *spare;   /* [count] */
    uint8_t *leaves_left;     /* [n] */
    uint64_t *column;         /* [d, columns] presorted for each node, or NULL */
    int64_t columns, base;    /* places of a column; the first stands for this place in rows */
    struct tree_found *found; /* [d] */
    int32_t *feature;         /* [d], what it was before the draws of a node */
    void *memory;
} tree_fast;

typedef struct tree_grower {
    const cx_tree_growth *g;
    const cx_tree_table *t;
    const cx_tree_rules *r;
    tree_criterion c;
    int64_t count;     /* rows that take part */
    int32_t *rows;     /* [count], the nodes' rows behind each other */
    float *values;     /* [count] of the feature under search */
    int32_t *swap;     /* [count] */
    int32_t *feature;  /* [d], a permutation */
    int32_t *constant; /* [d], the constant features of this path first */
    uint32_t random;
    tree_search how;
    tree_fast fast;
    cx_tree_nodes *out;
} tree_grower;

/** Find the best split of the rows [start, end) and cut them; the criterion stands at the cut. */
void host_split_best(tree_grower *w, tree_parent *parent, tree_split *out);
void host_split_random(tree_grower *w, tree_parent *parent, tree_split *out);

/** The same splits from sorted columns; fast.on tells whether that is possible for this growth.
 *  sorted: the columns of this node have been kept up. */
void host_fast_enter(tree_grower *w, int64_t start, int64_t end);
cx_status host_fast_begin(tree_grower *w);
void host_fast_end(tree_grower *w);
void host_split_fast(tree_grower *w, tree_parent *parent, bool sorted, tree_split *out);
/** Sort the columns of a node none above which has them. */
void host_columns_start(tree_grower *w, int64_t start, int64_t end);
/** Keep up the columns for the children of a node that was split at pos. */
void host_columns_cut(tree_grower *w, int64_t start, int64_t pos, int64_t end);

/** Draw a number below 2^31, of [low, high), of the doubles between. */
uint32_t host_tree_draw(uint32_t *state);
int64_t host_tree_draw_int(uint32_t *state, int64_t low, int64_t high);

cx_status host_tree_open(cx_queue *q, const double *x, int64_t n, int64_t d,
                         const cx_tree_rules *rules, cx_tree_table **out);
void host_tree_close(cx_queue *q, cx_tree_table *t);
cx_status host_tree_grow_by(const cx_tree_growth *g, tree_search how, cx_tree_nodes *out);
cx_status host_tree_grow(cx_queue *q, const cx_tree_growth *g, cx_tree_nodes *out);
#endif
