/* Drawing features without replacement as scikit-learn does, shared by the searches for a split. A
 * feature found to be constant stays so below and is drawn no more there, except that one known
 * before still uses up a draw. */
#ifndef CX_HOST_TREES_SPLIT_H
#define CX_HOST_TREES_SPLIT_H
#include "trees/grow.h"

#define HOST_TREE_NEAR 1e-7f /* values that are no further apart are as good as equal */

/** feature: [drawn constants | constants known | constants found | not drawn | drawn]. */
typedef struct tree_draws {
    int32_t *feature;
    int64_t left, known, drawn, found, visited, most, place;
    uint32_t *random;
} tree_draws;

static inline tree_draws host_draws(tree_grower *w, const tree_parent *parent)
{
    return (tree_draws){.feature = w->feature,
                        .left = w->t->d,
                        .known = parent->constants,
                        .most = w->r->max_features,
                        .random = &w->random};
}

static inline void host_draws_swap(const tree_draws *s, int64_t i, int64_t j)
{
    const int32_t f = s->feature[i];
    s->feature[i] = s->feature[j];
    s->feature[j] = f;
}

/** The next feature to look at, or -1. Then call host_draws_found or host_draws_used. */
static inline int32_t host_draws_next(tree_draws *s)
{
    while (s->left > s->known + s->found &&
           (s->visited < s->most || s->visited <= s->found + s->drawn)) {
        s->visited++;
        s->place = host_tree_draw_int(s->random, s->drawn, s->left - s->found);
        if (s->place >= s->known) {
            s->place += s->found;
            return s->feature[s->place];
        }
        host_draws_swap(s, s->drawn++, s->place);
    }
    return -1;
}

static inline void host_draws_found(tree_draws *s)
{
    host_draws_swap(s, s->place, s->known + s->found++);
}

static inline void host_draws_used(tree_draws *s)
{
    host_draws_swap(s, --s->left, s->place);
}

/** Give the constants back their order, and tell the parent's record what was found. */
void host_draws_end(const tree_draws *s, tree_grower *w, tree_parent *parent);

/** Values of a feature in a node. */
typedef struct tree_range {
    float low, high;
    int64_t missing;
} tree_range;
/** A threshold in the range, and where missing values go. */
void host_draw_threshold(tree_grower *w, const tree_range *r, tree_split *s);

/** Are the sides of the criterion's cut big enough and in the order that is asked for? The place of
 *  the cut has been looked at. */
bool host_cut_allowed(const tree_grower *w, const tree_parent *parent, int32_t feature);
/** Move the rows that go left to the front, in scikit-learn's order. */
void host_cut_rows(tree_grower *w, int64_t start, int64_t end, const tree_split *split);
/** The criterion at the best cut: impurities of the sides and gain. */
void host_cut_finish(tree_grower *w, const tree_parent *parent, tree_split *split);
#endif
