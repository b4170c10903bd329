/* Absolute error of every cut of a node in O(n log n): rows are put one by one into a Fenwick tree
 * over the ranks of y, which finds the weighted median and the sums below it; once from the left,
 * once from the right. Order of operations as in scikit-learn 1.9.1. */
#include "trees/grow.h"
#include <string.h>

size_t host_absolute_bytes(int64_t n, int64_t outputs)
{
    return (size_t)(n + 1) * (7 * sizeof(double) + 2 * sizeof(int32_t)) +
           (size_t)outputs * sizeof(double);
}

void host_absolute_place(tree_absolute *a, void *memory, int64_t n, int64_t outputs)
{
    double *next = memory,
           **const column[] = {&a->left,   &a->right,       &a->left_median, &a->right_median,
                               &a->sorted, &a->tree_weight, &a->tree_sum};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++, next += n + 1) *column[i] = next;
    a->median = next;
    a->rank = (int32_t *)(void *)(next + outputs);
    a->from = a->rank + n + 1;
}

static void add(tree_absolute *a, int64_t rank, double w)
{
    const double wy = w * a->sorted[rank];
    for (int64_t i = rank + 1; i <= a->size; i += i & -i) {
        a->tree_weight[i] += w;
        a->tree_sum[i] += wy;
    }
    a->weight += w;
    a->sum += wy;
}

/* Go down from `at` while the weight passed over is less than what is left of *want, or with
 * `equal` not more. */
static int64_t descend(const tree_absolute *a, int64_t at, int64_t step, double want, _Bool equal,
                       double *weight, double *sum)
{
    for (; step != 0; step >>= 1) {
        const int64_t next = at + step;
        if (next > a->size) continue;
        const double w = a->tree_weight[next];
        if (!(want > w || (equal && want == w))) continue;
        want -= w;
        at = next;
        *weight += w;
        *sum += a->tree_sum[next];
    }
    return at;
}

/* The rank where half of the weight is passed, and in *before the one where it is reached: another
 * one if a rank ends just there. */
static int64_t find(const tree_absolute *a, double want, double *weight, double *sum,
                    int64_t *before)
{
    int64_t at = 0, step = a->top;
    *weight = *sum = 0;
    for (; step != 0; step >>= 1) {
        const int64_t next = at + step;
        if (next > a->size) continue;
        const double w = a->tree_weight[next];
        if (want == w) break;
        if (want > w) {
            want -= w;
            at = next;
            *weight += w;
            *sum += a->tree_sum[next];
        }
    }
    *before = at;
    if (step == 0) return at;
    double unused_weight = 0, unused_sum = 0;
    *before = descend(a, at, step, want, 0, &unused_weight, &unused_sum);
    return descend(a, at, step, want, 1, weight, sum);
}

static void pass(tree_criterion *c, int64_t from, int64_t step, double *error, double *median)
{
    tree_absolute *const a = &c->absolute;
    const int64_t n = c->end - c->start;
    a->size = n;
    for (a->top = 1; a->top <= n;) a->top <<= 1;
    a->top >>= 1;
    a->weight = a->sum = 0;
    memset(a->tree_weight, 0, (size_t)(n + 1) * sizeof *a->tree_weight);
    memset(a->tree_sum, 0, (size_t)(n + 1) * sizeof *a->tree_sum);
    int64_t p = from;
    for (int64_t i = 0; i < n; i++, p += step) {
        add(a, a->rank[p], c->weight != NULL ? c->weight[c->rows[p]] : 1);
        double weight, sum;
        int64_t before;
        const int64_t at = find(a, 0.5 * a->weight, &weight, &sum, &before);
        const double m = at != before ? (a->sorted[before] + a->sorted[at]) / 2 : a->sorted[at];
        median[p] = m;
        error[p] += ((a->sum - sum) - m * (a->weight - weight)) + (m * weight - sum);
    }
}

void host_absolute_prepare(tree_criterion *c)
{
    tree_absolute *const a = &c->absolute;
    const int64_t n = c->end - c->start;
    memset(a->left + c->start, 0, (size_t)n * sizeof *a->left);
    memset(a->right + c->start, 0, (size_t)n * sizeof *a->right);
    for (int64_t k = 0; k < c->outputs; k++) {
        for (int64_t i = 0; i < n; i++) {
            a->sorted[i] = c->y[c->rows[c->start + i] * c->outputs + k];
            a->from[i] = (int32_t)i;
        }
        host_introsort_f64(a->sorted, a->from, n);
        for (int64_t i = 0; i < n; i++) a->rank[c->start + a->from[i]] = (int32_t)i;
        pass(c, c->start, 1, a->left, a->left_median);
        pass(c, c->end - 1, -1, a->right, a->right_median);
        a->median[k] = a->right_median[c->start];
    }
}
