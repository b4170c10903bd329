/* Search for the split of a node in scikit-learn's own order of steps: rows are sorted by each
 * feature in turn, each sort beginning with the order that the last one left. Sums of doubles are
 * then equal to scikit-learn's to the last bit, ties of values included. */
#include "trees/split.h"
#include <math.h>
#include <string.h>

uint32_t host_tree_draw(uint32_t *state)
{
    uint32_t s = *state != 0 ? *state : 1;
    s ^= s << 13;
    s ^= s >> 17;
    s ^= s << 5;
    *state = s;
    return s & 0x7fffffffu;
}

int64_t host_tree_draw_int(uint32_t *state, int64_t low, int64_t high)
{
    return low + (int64_t)host_tree_draw(state) % (high - low);
}

void host_draws_end(const tree_draws *s, tree_grower *w, tree_parent *parent)
{
    memcpy(w->feature, w->constant, (size_t)s->known * sizeof *w->feature);
    memcpy(w->constant + s->known, w->feature + s->known, (size_t)s->found * sizeof *w->feature);
    parent->constants = s->known + s->found;
}

bool host_cut_allowed(const tree_grower *w, const tree_parent *parent, int32_t feature)
{
    const tree_criterion *const c = &w->c;
    if (c->left < w->r->min_weight_leaf || c->right < w->r->min_weight_leaf) return false;
    const int rule = w->r->monotonic != NULL ? w->r->monotonic[feature] : 0;
    if (rule == 0) return true;
    double left, right;
    host_criterion_sides(c, &left, &right);
    return left >= parent->lower && right >= parent->lower && left <= parent->upper &&
           right <= parent->upper && (left - right) * rule <= 0;
}

static bool goes_left(float value, double threshold, bool missing_left)
{
    return isnan(value) ? missing_left : (double)value <= threshold;
}

void host_cut_rows(tree_grower *w, int64_t start, int64_t end, const tree_split *split)
{
    int32_t *const rows = w->rows;
    while (start < end) {
        const int32_t row = rows[start];
        const float value = host_tree_value(w->t, split->feature, row);
        if (goes_left(value, split->threshold, split->missing_left)) {
            start++;
        } else {
            rows[start] = rows[--end];
            rows[end] = row;
        }
    }
}

void host_cut_finish(tree_grower *w, const tree_parent *parent, tree_split *split)
{
    host_criterion_reset(&w->c);
    host_criterion_move(&w->c, split->pos);
    host_criterion_children(&w->c, &split->left, &split->right);
    split->gain = host_criterion_gain(&w->c, parent->impurity, split->left, split->right);
}

/* Values of the feature and rows, sorted; missing ones last. Returns how many are missing. */
static int64_t sort_rows(tree_grower *w, int64_t start, int64_t end, int32_t feature)
{
    const cx_tree_table *const t = w->t;
    int32_t *const rows = w->rows;
    int64_t last = end - 1;
    for (int64_t i = start; i <= last;) {
        if (isnan(host_tree_value(t, feature, rows[last]))) {
            last--;
            continue;
        }
        w->values[i] = host_tree_value(t, feature, rows[i]);
        if (isnan(w->values[i])) {
            const int32_t row = rows[i];
            rows[i] = rows[last];
            rows[last--] = row;
            w->values[i] = host_tree_value(t, feature, rows[i]);
        }
        i++;
    }
    host_introsort_f32(w->values + start, rows + start, last + 1 - start);
    return end - 1 - last;
}

/* The missing ones from the right to the left, order kept on both sides. */
static void shift(tree_grower *w, int64_t start, int64_t end, int64_t missing)
{
    const int64_t present = end - start - missing;
    memcpy(w->swap, w->rows + start + present, (size_t)missing * sizeof *w->rows);
    memmove(w->rows + start + missing, w->rows + start, (size_t)present * sizeof *w->rows);
    memcpy(w->rows + start, w->swap, (size_t)missing * sizeof *w->rows);
    memmove(w->values + start + missing, w->values + start, (size_t)present * sizeof *w->values);
}

typedef struct search {
    const tree_parent *parent;
    int64_t start, end, missing;
    int32_t feature;
    double most;
    tree_split *best;
} search;

static void try_cut(tree_grower *w, search *s, int64_t p, bool missing_left)
{
    const int64_t left = p - s->start, right = s->end - p;
    if (left < w->r->min_samples_leaf || right < w->r->min_samples_leaf) return;
    host_criterion_move(&w->c, p);
    if (!host_cut_allowed(w, s->parent, s->feature)) return;
    const double proxy = host_criterion_proxy(&w->c);
    if (!(proxy > s->most)) return;
    s->most = proxy;
    const bool only_missing = p == s->end - s->missing && !missing_left;
    const double below = w->values[p - 1];
    *s->best = (tree_split){.pos = p,
                            .feature = s->feature,
                            .missing_left = s->missing == 0 ? left > right : missing_left,
                            .threshold =
                                only_missing ? INFINITY : below / 2.0 + (double)w->values[p] / 2.0};
}

/* Every cut between values that differ; with missing ones on the right also that behind all
 * values. */
static void try_cuts(tree_grower *w, search *s, bool missing_left)
{
    host_criterion_reset(&w->c);
    const int64_t end = missing_left ? s->end : s->end - s->missing;
    for (int64_t p = s->start + (missing_left ? s->missing : 0) + 1; p < end; p++)
        if (!(w->values[p] <= w->values[p - 1] + HOST_TREE_NEAR)) try_cut(w, s, p, missing_left);
    if (end < s->end) try_cut(w, s, end, missing_left);
}

void host_split_best(tree_grower *w, tree_parent *parent, tree_split *out)
{
    const int64_t start = w->c.start, end = w->c.end;
    *out = (tree_split){.pos = end, .gain = -INFINITY, .left = INFINITY, .right = INFINITY};
    tree_draws draws = host_draws(w, parent);
    search s = {.parent = parent, .start = start, .end = end, .most = -INFINITY, .best = out};
    while ((s.feature = host_draws_next(&draws)) >= 0) {
        s.missing = sort_rows(w, start, end, s.feature);
        const int64_t present = end - s.missing;
        if (present == start ||
            (s.missing == 0 && w->values[end - 1] <= w->values[start] + HOST_TREE_NEAR)) {
            host_draws_found(&draws);
            continue;
        }
        host_draws_used(&draws);
        try_cuts(w, &s, false);
        if (s.missing == 0) continue;
        shift(w, start, end, s.missing);
        try_cuts(w, &s, true);
    }
    if (out->pos < end) {
        host_cut_rows(w, start, end, out);
        host_cut_finish(w, parent, out);
    }
    host_draws_end(&draws, w, parent);
}
