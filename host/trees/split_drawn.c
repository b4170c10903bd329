/* Random thresholds where classes have whole weights: sums are whole numbers, so neither they nor
 * the splits hang on the order of the rows, and a feature is looked at where the rows stand. The
 * draws are those of split_random.c. */
#include "trees/fast.h"
#include <math.h>
#include <string.h>

enum { MARK_WEIGHT = (1 << MARK_BITS) - 1 };

/* The greatest float that is not above the threshold: values are floats. */
static float floor_of(double threshold)
{
    float f = (float)threshold;
    if ((double)f <= threshold) return f;
    if (f == 0) return nextafterf(f, -INFINITY);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits += f > 0 ? UINT32_MAX : 1;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static bool goes_left(float v, float limit, bool missing_left)
{
    return isnan(v) ? missing_left : v <= limit;
}

/* Marks in the form that the loops of two classes want: weight, in the upper half that of the
 * second class. */
void host_drawn_enter(tree_grower *w, int64_t start, int64_t end)
{
    if (w->fast.classes > 2) host_marks_enter(w, start, end);
    tree_criterion *const c = &w->c;
    const uint16_t *const mark = w->fast.mark;
    const int32_t *const rows = w->rows + start;
    uint32_t *const out = (uint32_t *)(void *)w->fast.element;
    const int64_t m = end - start;
    if (w->fast.classes > 2) {
        for (int64_t i = 0; i < m; i++) out[i] = mark[rows[i]];
        return;
    }
    int64_t all = 0, one = 0;
    for (int64_t i = 0; i < m; i++) {
        const uint32_t here = mark[rows[i]], weight = here & MARK_WEIGHT;
        const uint32_t second = weight & -(here >> MARK_BITS);
        out[i] = weight | second << 16;
        all += weight;
        one += second;
    }
    c->start = c->pos = start;
    c->end = end;
    c->sum[0] = (double)(all - one);
    c->sum[1] = (double)one;
    c->here = (double)all;
}

/* Sums of the left side into the criterion; how many rows it has. */
static int64_t sum_left(tree_grower *w, const float *v, const uint32_t *mark, float limit,
                        bool missing_left, bool gaps)
{
    tree_criterion *const c = &w->c;
    const int64_t m = c->end - c->start, classes = w->fast.classes;
    int64_t rows = 0, of[FAST_CLASSES];
    memset(of, 0, (size_t)classes * sizeof *of);
    if (classes == 2 && !gaps) {
        int64_t sum[3];
        w->fast.random->below(v, mark, m, limit, sum);
        rows = sum[0];
        of[0] = sum[1] - sum[2];
        of[1] = sum[2];
    } else {
        for (int64_t i = 0; i < m; i++) {
            const uint32_t in = goes_left(v[i], limit, missing_left), here = mark[i] & -in;
            rows += in;
            if (classes > 2) {
                of[here >> MARK_BITS] += here & MARK_WEIGHT;
                continue;
            }
            of[0] += (here & UINT16_MAX) - (here >> 16);
            of[1] += here >> 16;
        }
    }
    c->left = 0;
    for (int64_t k = 0; k < classes; k++) {
        c->sum_left[k] = (double)of[k];
        c->sum_right[k] = c->sum[k] - c->sum_left[k];
        c->left += c->sum_left[k];
    }
    c->right = c->here - c->left;
    c->pos = c->start + rows;
    return rows;
}

/* Both sides keep their order, so that memory is walked upwards. */
static void part(tree_grower *w, const tree_split *s)
{
    const float *const x = w->t->x + s->feature * w->t->n, limit = floor_of(s->threshold);
    int32_t *const rows = w->rows + w->c.start, *const spare = w->swap;
    const int64_t m = w->c.end - w->c.start;
    const bool missing_left = s->missing_left;
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < m; i++) {
        const int32_t row = rows[i];
        const float v = x[row];
        const int64_t l = (v <= limit) | ((v != v) & missing_left);
        rows[left] = row;
        spare[right] = row;
        left += l;
        right += 1 - l;
    }
    memcpy(rows + left, spare, (size_t)right * sizeof *rows);
}

static double gini(double zero, double one, double weight)
{
    return 1.0 - (zero * zero + one * one) / (weight * weight);
}

/* host_criterion_proxy of two classes. */
static double gini_proxy(const tree_criterion *c)
{
    return -c->right * gini(c->sum_right[0], c->sum_right[1], c->right) -
           c->left * gini(c->sum_left[0], c->sum_left[1], c->left);
}

void host_split_drawn(tree_grower *w, tree_parent *parent, tree_split *out)
{
    const int64_t start = w->c.start, end = w->c.end, m = end - start;
    const uint32_t *const mark = (const uint32_t *)(void *)w->fast.element;
    float *const v = w->values;
    *out = (tree_split){.pos = end, .gain = -INFINITY, .left = INFINITY, .right = INFINITY};
    tree_draws draws = host_draws(w, parent);
    const bool plain = w->r->criterion == CX_TREE_GINI && w->fast.classes == 2;
    double most = -INFINITY;
    double best_left[FAST_CLASSES], weight_left = 0;
    const int64_t classes = w->fast.classes;
    for (int32_t feature; (feature = host_draws_next(&draws)) >= 0;) {
        tree_range r;
        r.missing = w->fast.random->gather(w->t->x + feature * w->t->n, w->rows + start, m, v,
                                           &r.low, &r.high);
        if (m == r.missing || (r.missing == 0 && r.high <= r.low + HOST_TREE_NEAR)) {
            host_draws_found(&draws);
            continue;
        }
        host_draws_used(&draws);
        tree_split s = {.feature = feature};
        host_draw_threshold(w, &r, &s);
        const int64_t left =
            sum_left(w, v, mark, floor_of(s.threshold), s.missing_left, r.missing > 0);
        if (left < w->r->min_samples_leaf || m - left < w->r->min_samples_leaf) continue;
        if (!host_cut_allowed(w, parent, feature)) continue;
        const double proxy = plain ? gini_proxy(&w->c) : host_criterion_proxy(&w->c);
        if (!(proxy > most)) continue;
        most = proxy;
        weight_left = w->c.left;
        for (int64_t k = 0; k < classes; k++) best_left[k] = w->c.sum_left[k];
        s.pos = start + left;
        if (r.missing == 0) s.missing_left = left > m - left;
        *out = s;
    }
    if (out->pos < end) {
        part(w, out);
        w->c.left = weight_left;
        for (int64_t k = 0; k < classes; k++) {
            w->c.sum_left[k] = best_left[k];
            w->c.sum_right[k] = w->c.sum[k] - best_left[k];
        }
        host_marks_end(w, parent, out);
    }
    host_draws_end(&draws, w, parent);
}
