/* Trees that grow together by histograms: what their growth holds. Shared by who draws their rows
 * (forest_hist_rows.c) and who grows them (forest_hist.c). */
#ifndef CX_LEARN_FOREST_HIST_GROUP_H
#define CX_LEARN_FOREST_HIST_GROUP_H
#include "learn/ensemble/forest_hist.h"

/* b is had by subtraction where there is a slot, else summed, too; -1: none. */
typedef struct cx__hist_pair {
    int32_t a, b;
    int64_t slot;
} cx__hist_pair;

typedef struct cx__hist_grouper {
    const cx__hist_forest *f;
    const cx__hist_words *w;
    const cx__hist_bins *bins;
    cx_array *row, *room, *hist, *used, *missing, *monotonic;
    int64_t slots, free_slots, *free_slot;
    cx__hist_group group;
    double *root, least; /* [trees]: weight of the root; weight that a leaf needs */
    cx__hist_pair *open;
    int64_t opened, open_room, held; /* held: below it no pair has a slot */
    int32_t *batch, *left_over;      /* nodes that are asked */
    cx_tree_ask *ask;
    cx_tree_split *split;
    cx_tree_cut *cut;
    int64_t *sums;
    uint8_t *allowed;
    int32_t *column;
} cx__hist_grouper;

/** Grow the group of trees [tree, tree + group.trees): tree t has rows [first[t], first[t + 1]) of
 *  the list. Needs an open scope; then cx__hist_group_end, on failure too. */
cx_status cx__hist_group_grow(cx__hist_grouper *r, int64_t tree, const int64_t *first);
void cx__hist_group_end(cx__hist_grouper *r);
#endif
