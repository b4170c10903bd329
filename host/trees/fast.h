/* Shared by the files of the search in sorted columns. */
#ifndef CX_HOST_TREES_FAST_H
#define CX_HOST_TREES_FAST_H
#include "trees/loops.h"
#include "trees/split.h"

enum { MARK_BITS = 10, FAST_CLASSES = 64 /* at most; more are left to the plain search */ };

/** The best cut of one feature. */
typedef struct tree_found {
    double proxy;
    int64_t cut;                      /* rows on the left; 0: none */
    int32_t below, above;             /* the rows on both sides of it */
    bool constant, missing, doubtful; /* doubtful: values as good as equal, see host_split_fast */
} tree_found;

/** Look at all cuts of the elements [m] of a feature. */
void host_scan_feature(const tree_grower *w, const uint64_t *element, int64_t m, int32_t feature,
                       tree_found *out);
/** Elements of rows[start, end), sorted by code and row. */
void host_sort_node(const tree_grower *w, int64_t start, int64_t end, int32_t feature,
                    uint64_t *out);
/** Columns of all features for the whole growth. */
void host_columns_begin(tree_grower *w);

/** The criterion of exact classes: entered, and moved to pos. */
void host_marks_enter(tree_grower *w, int64_t start, int64_t end);
void host_marks_finish(tree_grower *w, const tree_parent *parent, tree_split *split);

static inline uint32_t element_code(uint64_t e)
{
    return (uint32_t)(e >> 32);
}
static inline int32_t element_row(uint64_t e)
{
    return (int32_t)(uint32_t)e;
}
#endif
