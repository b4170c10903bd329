/* What the parts of cx_export_graphviz share: the walk (graphviz.c), what stands in a node
 * (graphviz_node.c) and its colour (graphviz_colour.c). */
#ifndef CX_LEARN_TREE_GRAPHVIZ_H
#define CX_LEARN_TREE_GRAPHVIZ_H
#include "base/text.h"
#include "learn/tree/told.h"

typedef struct cx__dot {
    const char *where;
    cx__told told;
    const cx_export_graphviz_opts *o;
    int64_t max_depth;
    int precision;
    /* marks of dot's plain or HTML-like labels */
    const char *hash, *sub, *end_sub, *below, *newline, *close, *open;
    double
        *row; /* [outputs * most]: the numbers of one node, as scikit-learn's values are padded */
    int64_t most; /* classes of the output with the most; 1: numbers */
    bool bounded; /* colours by a number between low and high, else by classes */
    double low, high;
    cx__text *out;
} cx__dot;

/** The label of a node. */
void cx__dot_node(const cx__dot *d, int64_t node);
/** Bounds of colours, before the first of them; the colour of a node, "#e58139". */
void cx__dot_bounds(cx__dot *d);
void cx__dot_colour(const cx__dot *d, int64_t node);
/** The numbers of a node, padded: d->row. */
void cx__dot_row(const cx__dot *d, int64_t node);
#endif
