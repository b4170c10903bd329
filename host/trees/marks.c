/* The criterion of classes whose weights are whole numbers: counted in integers, which gives the
 * sums that adding in float64 gives in any order. */
#include "trees/fast.h"
#include <string.h>

enum { MARK_WEIGHT = (1 << MARK_BITS) - 1 };

static void count(const tree_grower *w, int64_t lo, int64_t hi, int64_t *of)
{
    memset(of, 0, (size_t)w->fast.classes * sizeof *of);
    const uint16_t *const mark = w->fast.mark;
    const int32_t *const rows = w->rows;
    if (w->fast.classes == 2) {
        int64_t all = 0, one = 0;
        for (int64_t p = lo; p < hi; p++) {
            const int64_t m = mark[rows[p]], here = m & MARK_WEIGHT;
            all += here;
            one += here & -(m >> MARK_BITS);
        }
        of[0] = all - one;
        of[1] = one;
        return;
    }
    for (int64_t p = lo; p < hi; p++) {
        const int64_t m = mark[rows[p]];
        of[m >> MARK_BITS] += m & MARK_WEIGHT;
    }
}

void host_marks_enter(tree_grower *w, int64_t start, int64_t end)
{
    tree_criterion *const c = &w->c;
    int64_t of[FAST_CLASSES];
    count(w, start, end, of);
    c->start = c->pos = start;
    c->end = end;
    c->here = 0;
    for (int64_t k = 0; k < w->fast.classes; k++) {
        c->sum[k] = (double)of[k];
        c->here += c->sum[k];
    }
}

void host_marks_finish(tree_grower *w, const tree_parent *parent, tree_split *split)
{
    tree_criterion *const c = &w->c;
    int64_t of[FAST_CLASSES];
    const bool left = split->pos - c->start <= c->end - split->pos;
    count(w, left ? c->start : split->pos, left ? split->pos : c->end, of);
    c->left = 0;
    for (int64_t k = 0; k < w->fast.classes; k++) {
        const double here = (double)of[k], there = c->sum[k] - here;
        c->sum_left[k] = left ? here : there;
        c->sum_right[k] = left ? there : here;
        c->left += c->sum_left[k];
    }
    host_marks_end(w, parent, split);
}

void host_marks_end(tree_grower *w, const tree_parent *parent, tree_split *split)
{
    tree_criterion *const c = &w->c;
    c->right = c->here - c->left;
    c->pos = split->pos;
    host_criterion_children(c, &split->left, &split->right);
    split->gain = host_criterion_gain(c, parent->impurity, split->left, split->right);
}
