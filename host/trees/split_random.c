/* One random threshold for each feature that is drawn (extra trees); the best of them is the
 * split. Draws and the order of rows are scikit-learn's. */
#include "trees/split.h"
#include <math.h>

static tree_range range_of(tree_grower *w, int64_t start, int64_t end, int32_t feature)
{
    const float *const x = w->t->x + feature * w->t->n;
    tree_range r = {INFINITY, -INFINITY, 0};
    for (int64_t p = start; p < end; p++) {
        const float v = w->values[p] = x[w->rows[p]];
        if (isnan(v)) r.missing++;
        if (v < r.low) r.low = v;
        if (v > r.high) r.high = v;
    }
    return r;
}

static int64_t cut(tree_grower *w, int64_t start, int64_t end, const tree_split *s)
{
    while (start < end) {
        const float v = w->values[start];
        if (isnan(v) ? s->missing_left : (double)v <= s->threshold) {
            start++;
            continue;
        }
        end--;
        w->values[start] = w->values[end];
        w->values[end] = v;
        const int32_t row = w->rows[start];
        w->rows[start] = w->rows[end];
        w->rows[end] = row;
    }
    return end;
}

void host_draw_threshold(tree_grower *w, const tree_range *r, tree_split *s)
{
    const double low = r->low, high = r->high;
    s->threshold = (high - low) * (double)host_tree_draw(&w->random) / 2147483647.0 + low;
    s->missing_left = r->missing != 0 && host_tree_draw_int(&w->random, 0, 2) != 0;
    if (s->threshold == high) s->threshold = low;
}

void host_split_random(tree_grower *w, tree_parent *parent, tree_split *out)
{
    const int64_t start = w->c.start, end = w->c.end;
    *out = (tree_split){.pos = end, .gain = -INFINITY, .left = INFINITY, .right = INFINITY};
    tree_draws draws = host_draws(w, parent);
    double most = -INFINITY;
    int32_t last = 0;
    for (int32_t feature; (feature = host_draws_next(&draws)) >= 0;) {
        last = feature;
        const tree_range r = range_of(w, start, end, feature);
        if (end - start == r.missing || (r.missing == 0 && r.high <= r.low + HOST_TREE_NEAR)) {
            host_draws_found(&draws);
            continue;
        }
        host_draws_used(&draws);
        tree_split s = {.feature = feature};
        host_draw_threshold(w, &r, &s);
        s.pos = cut(w, start, end, &s);
        const int64_t left = s.pos - start, right = end - s.pos;
        if (left < w->r->min_samples_leaf || right < w->r->min_samples_leaf) continue;
        host_criterion_reset(&w->c);
        host_criterion_move(&w->c, s.pos);
        if (!host_cut_allowed(w, parent, feature)) continue;
        const double proxy = host_criterion_proxy(&w->c);
        if (!(proxy > most)) continue;
        most = proxy;
        if (r.missing == 0) s.missing_left = left > right;
        *out = s;
    }
    if (out->pos < end) {
        if (last != out->feature) host_cut_rows(w, start, end, out);
        host_cut_finish(w, parent, out);
    }
    host_draws_end(&draws, w, parent);
}
