/* A naive growth of a tree, which checks another one's nodes on its way: every cut of every feature
 * is measured from its rows alone. Whole numbers as targets and weights. */
#ifndef CX_TEST_NAIVE_TREE_H
#define CX_TEST_NAIVE_TREE_H
#include <calx/backend_trees.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One growth and what it is made from. */
typedef struct problem {
    cx_tree_rules rules;
    cx_tree_growth g;
    int64_t n, d, classes[2];
    double *x, *y, *weight;
    int8_t monotonic[8];
} problem;

typedef struct naive {
    const problem *p;
    const cx_tree_nodes *want;
    uint32_t random;
    int64_t at;
    double all;
    int64_t feature[8], constants[8]; /* constants: those of this path */
} naive;

static uint32_t draw(naive *s)
{
    uint32_t v = s->random != 0 ? s->random : 1;
    v ^= v << 13;
    v ^= v >> 17;
    v ^= v << 5;
    s->random = v;
    return v % 2147483648u;
}

static double weight_of(const problem *p, int64_t i)
{
    return p->weight != NULL ? p->weight[i] : 1;
}

typedef struct side {
    double weight, sum[2][4], squares, impurity;
} side;

static double at_rank(const problem *p, const int64_t *row, int64_t m, double half, bool upper)
{
    double best = INFINITY;
    for (int64_t i = 0; i < m; i++) {
        double under = 0;
        for (int64_t j = 0; j < m; j++)
            if (p->y[row[j]] <= p->y[row[i]]) under += weight_of(p, row[j]);
        if ((upper ? under > half : under >= half) && p->y[row[i]] < best) best = p->y[row[i]];
    }
    return best;
}

static side measure(const problem *p, const int64_t *row, int64_t m)
{
    side s = {0};
    const int64_t outputs = p->g.outputs;
    for (int64_t i = 0; i < m; i++) {
        const double w = weight_of(p, row[i]);
        s.weight += w;
        for (int64_t k = 0; k < outputs; k++) {
            const double y = p->y[row[i] * outputs + k];
            if (p->g.classes != NULL)
                s.sum[k][(int)y] += w;
            else
                s.sum[k][0] += w * y;
            s.squares += w * y * y;
        }
    }
    const cx_tree_criterion kind = p->rules.criterion;
    if (kind == CX_TREE_ABSOLUTE) {
        const double median =
            (at_rank(p, row, m, s.weight / 2, false) + at_rank(p, row, m, s.weight / 2, true)) / 2;
        for (int64_t i = 0; i < m; i++)
            s.impurity += weight_of(p, row[i]) * fabs(p->y[row[i]] - median);
        s.impurity /= s.weight;
        s.sum[0][0] = median;
        return s;
    }
    if (p->g.classes == NULL) s.impurity = s.squares / s.weight;
    for (int64_t k = 0; k < outputs; k++) {
        double t = 0;
        for (int64_t c = 0; p->g.classes != NULL && c < p->classes[k]; c++) {
            const double v = s.sum[k][c];
            if (kind == CX_TREE_GINI) t += v * v;
            if (kind == CX_TREE_ENTROPY && v > 0)
                s.impurity -= v / s.weight * (log(v / s.weight) / log(2.0));
        }
        if (kind == CX_TREE_GINI) s.impurity += 1.0 - t / (s.weight * s.weight);
        if (p->g.classes == NULL) s.impurity -= (s.sum[k][0] / s.weight) * (s.sum[k][0] / s.weight);
    }
    s.impurity /= (double)outputs;
    return s;
}

static double proxy_of(const problem *p, const side *a, const side *b)
{
    double left = 0, right = 0, sum_left = 0, sum_right = 0;
    for (int64_t k = 0; k < p->g.outputs; k++) {
        left += a->sum[k][0] * a->sum[k][0];
        right += b->sum[k][0] * b->sum[k][0];
        sum_left += a->sum[k][0];
        sum_right += b->sum[k][0];
    }
    if (p->rules.criterion == CX_TREE_SQUARED) return left / a->weight + right / b->weight;
    if (p->rules.criterion == CX_TREE_FRIEDMAN) {
        const double gap = b->weight * sum_left - a->weight * sum_right;
        return gap * gap / (a->weight * b->weight);
    }
    return -b->weight * b->impurity - a->weight * a->impurity;
}

static double gain_of(const naive *s, const side *here, const side *a, const side *b)
{
    const problem *const p = s->p;
    if (p->rules.criterion != CX_TREE_FRIEDMAN)
        return here->weight / s->all *
               (here->impurity - b->weight / here->weight * b->impurity -
                a->weight / here->weight * a->impurity);
    double left = 0, right = 0;
    for (int64_t k = 0; k < p->g.outputs; k++) {
        left += a->sum[k][0];
        right += b->sum[k][0];
    }
    const double gap = (b->weight * left - a->weight * right) / (double)p->g.outputs;
    return gap * gap / (a->weight * b->weight * here->weight);
}

static double first_value(const problem *p, const side *s)
{
    return p->rules.criterion == CX_TREE_ABSOLUTE ? s->sum[0][0] : s->sum[0][0] / s->weight;
}

static bool allowed(const problem *p, int64_t f, const side *a, const side *b, double low,
                    double high)
{
    if (a->weight < p->rules.min_weight_leaf || b->weight < p->rules.min_weight_leaf) return false;
    const int rule = p->rules.monotonic != NULL ? p->rules.monotonic[f] : 0;
    const double left = first_value(p, a), right = first_value(p, b);
    return rule == 0 || (left >= low && right >= low && left <= high && right <= high &&
                         (left - right) * rule <= 0);
}

typedef struct cut {
    double proxy, threshold;
    int64_t feature;
    bool missing_left;
    side a, b;
} cut;

static bool goes_left(const problem *p, int64_t row, int64_t f, double threshold, bool missing)
{
    const float v = (float)p->x[row * p->d + f];
    return isnan(v) ? missing : (double)v <= threshold;
}

static int64_t divide(const problem *p, const int64_t *row, int64_t m, const cut *c, int64_t *to)
{
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < m; i++)
        left += goes_left(p, row[i], c->feature, c->threshold, c->missing_left);
    const int64_t cut_at = left;
    left = 0;
    for (int64_t i = 0; i < m; i++) {
        const bool l = goes_left(p, row[i], c->feature, c->threshold, c->missing_left);
        to[l ? left++ : cut_at + right++] = row[i];
    }
    return cut_at;
}

static void offer(naive *s, const int64_t *row, int64_t m, int64_t missing, cut c, double low,
                  double high, cut *best)
{
    const problem *const p = s->p;
    int64_t *const to = malloc((size_t)m * sizeof *to);
    const int64_t left = divide(p, row, m, &c, to), least = p->rules.min_samples_leaf;
    if (left > 0 && left < m && left >= least && m - left >= least) {
        c.a = measure(p, to, left);
        c.b = measure(p, to + left, m - left);
        c.proxy = proxy_of(p, &c.a, &c.b);
        if (allowed(p, c.feature, &c.a, &c.b, low, high) && c.proxy > best->proxy) {
            *best = c;
            if (missing == 0) best->missing_left = left > m - left;
        }
    }
    free(to);
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* All cuts of a feature, or a random one; false if it is constant. */
static bool look(naive *s, const int64_t *row, int64_t m, int64_t f, double low, double high,
                 cut *best)
{
    const problem *const p = s->p;
    float *const v = malloc((size_t)m * sizeof *v);
    int64_t k = 0;
    for (int64_t i = 0; i < m; i++) {
        const float t = (float)p->x[row[i] * p->d + f];
        if (!isnan(t)) v[k++] = t;
    }
    qsort(v, (size_t)k, sizeof *v, by_value);
    const int64_t missing = m - k;
    const bool varies = k > 0 && (missing > 0 || v[k - 1] > v[0] + 1e-7f);
    if (varies && p->rules.random) {
        cut c = {.feature = f};
        c.threshold = ((double)v[k - 1] - v[0]) * draw(s) / 2147483647.0 + v[0];
        if (missing > 0) c.missing_left = draw(s) % 2;
        if (c.threshold == v[k - 1]) c.threshold = v[0];
        offer(s, row, m, missing, c, low, high, best);
    }
    for (int to_left = 0; varies && !p->rules.random && to_left <= (missing > 0); to_left++) {
        for (int64_t i = 1; i < k; i++)
            if (v[i] > v[i - 1] + 1e-7f)
                offer(s, row, m, missing,
                      (cut){.feature = f,
                            .threshold = v[i - 1] / 2.0 + v[i] / 2.0,
                            .missing_left = to_left},
                      low, high, best);
        if (missing > 0 && !to_left)
            offer(s, row, m, missing, (cut){.feature = f, .threshold = INFINITY}, low, high, best);
    }
    free(v);
    return varies;
}

static void swap(int64_t *v, int64_t i, int64_t j)
{
    const int64_t t = v[i];
    v[i] = v[j];
    v[j] = t;
}

static cut best_cut(naive *s, const int64_t *row, int64_t m, int64_t *constants, double low,
                    double high)
{
    cut best = {.proxy = -INFINITY, .feature = -1};
    const int64_t known = *constants;
    int64_t drawn = 0, found = 0, left = s->p->d;
    for (int64_t seen = 0;
         left > known + found && (seen < s->p->rules.max_features || seen <= found + drawn);) {
        seen++;
        int64_t j = drawn + draw(s) % (left - found - drawn);
        if (j < known) {
            swap(s->feature, drawn++, j);
            continue;
        }
        j += found;
        if (look(s, row, m, s->feature[j], low, high, &best))
            swap(s->feature, --left, j);
        else
            swap(s->feature, j, known + found++);
    }
    memcpy(s->feature, s->constants, (size_t)known * sizeof *s->feature);
    memcpy(s->constants + known, s->feature + known, (size_t)found * sizeof *s->feature);
    *constants += found;
    return best;
}

static void check_node(naive *s, const int64_t *row, int64_t m, int64_t depth, int64_t constants,
                       double low, double high)
{
    const problem *const p = s->p;
    const cx_tree_rules *const r = &p->rules;
    const int64_t node = s->at++;
    cr_assert_lt(node, s->want->count);
    const side here = measure(p, row, m);
    const cx_tree_nodes *const t = s->want;
    cr_assert_eq(t->samples[node], m);
    cr_assert_eq(t->weighted[node], here.weight);
    cr_assert_float_eq(t->impurity[node], here.impurity, 1e-12 * (1 + fabs(here.impurity)));
    const double value = first_value(p, &here);
    cr_assert_eq(t->value[node * t->width], value < low ? low : value > high ? high : value);
    if (p->g.leaf != NULL)
        for (int64_t i = 0; t->left[node] < 0 && i < m; i++) cr_assert_eq(p->g.leaf[row[i]], node);
    cut c = {.feature = -1};
    if (depth < r->max_depth && m >= r->min_samples_split && m >= 2 * r->min_samples_leaf &&
        here.weight >= 2 * r->min_weight_leaf && here.impurity > 2.220446049250313e-16)
        c = best_cut(s, row, m, &constants, low, high);
    if (c.feature < 0 ||
        gain_of(s, &here, &c.a, &c.b) + 2.220446049250313e-16 < r->min_impurity_decrease) {
        cr_assert_eq(t->left[node], -1, "node %d is a leaf", (int)node);
        return;
    }
    cr_assert_eq(t->feature[node], c.feature, "node %d: %d, not %d", (int)node, t->feature[node],
                 (int)c.feature);
    cr_assert_eq(t->threshold[node], c.threshold);
    cr_assert_eq(t->missing_left[node], c.missing_left);
    int64_t *const to = malloc((size_t)m * sizeof *to);
    const int64_t left = divide(p, row, m, &c, to);
    const int rule = r->monotonic != NULL ? r->monotonic[c.feature] : 0;
    const double middle = r->criterion == CX_TREE_ABSOLUTE
                              ? (c.a.sum[0][0] + c.b.sum[0][0]) / 2
                              : c.a.sum[0][0] / (2 * c.a.weight) + c.b.sum[0][0] / (2 * c.b.weight);
    cr_assert_eq(t->left[node], s->at);
    check_node(s, to, left, depth + 1, constants, rule < 0 ? middle : low,
               rule > 0 ? middle : high);
    cr_assert_eq(t->right[node], s->at);
    check_node(s, to + left, m - left, depth + 1, constants, rule > 0 ? middle : low,
               rule < 0 ? middle : high);
    free(to);
}

#endif
