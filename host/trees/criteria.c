/* Impurity of a node and of the cut at a place of its rows: sums over the rows on the left, those
 * on the right by difference. Every formula is in the order of operations of scikit-learn 1.9.1, so
 * that ties between splits fall the same way. */
#include "trees/grow.h"
#include <float.h>
#include <math.h>
#include <string.h>

#define SMALL (10 * DBL_EPSILON)

static double weight_of(const tree_criterion *c, int64_t row)
{
    return c->weight != NULL ? c->weight[row] : 1;
}

static int64_t width_of(const tree_criterion *c)
{
    return c->outputs * c->stride;
}

static int64_t place_of(const tree_criterion *c, int64_t row, int64_t k)
{
    return k * c->stride + (int64_t)c->y[row * c->outputs + k];
}

/* Add the row, or take it away: with = -1. */
static void count_row(tree_criterion *c, double *sum, int64_t row, double w)
{
    for (int64_t k = 0; k < c->outputs; k++)
        if (c->classes != NULL)
            sum[place_of(c, row, k)] += w;
        else
            sum[k] += w * c->y[row * c->outputs + k];
}

void host_criterion_enter(tree_criterion *c, int64_t start, int64_t end)
{
    c->start = start;
    c->end = end;
    c->here = c->squares = 0;
    memset(c->sum, 0, (size_t)width_of(c) * sizeof *c->sum);
    const bool sums = c->kind != CX_TREE_ABSOLUTE;
    for (int64_t p = start; p < end; p++) {
        const int64_t row = c->rows[p];
        const double w = weight_of(c, row);
        c->here += w;
        if (sums) count_row(c, c->sum, row, w);
        for (int64_t k = 0; sums && c->classes == NULL && k < c->outputs; k++) {
            const double y = c->y[row * c->outputs + k], wy = w * y;
            c->squares += wy * y;
        }
    }
    host_criterion_reset(c);
}

void host_criterion_reset(tree_criterion *c)
{
    c->pos = c->start;
    c->left = 0;
    c->right = c->here;
    if (c->kind == CX_TREE_ABSOLUTE) {
        host_absolute_prepare(c);
        return;
    }
    const size_t bytes = (size_t)width_of(c) * sizeof *c->sum;
    memset(c->sum_left, 0, bytes);
    memcpy(c->sum_right, c->sum, bytes);
}

void host_criterion_move(tree_criterion *c, int64_t pos)
{
    const bool sums = c->kind != CX_TREE_ABSOLUTE;
    const int64_t width = width_of(c);
    if (!sums || pos - c->pos <= c->end - pos) {
        for (int64_t p = c->pos; p < pos; p++) {
            const double w = weight_of(c, c->rows[p]);
            if (sums) count_row(c, c->sum_left, c->rows[p], w);
            c->left += w;
        }
    } else { /* nearer from the end */
        memcpy(c->sum_left, c->sum, (size_t)width * sizeof *c->sum);
        c->left = c->here;
        for (int64_t p = c->end - 1; p >= pos; p--) {
            const double w = weight_of(c, c->rows[p]);
            count_row(c, c->sum_left, c->rows[p], -w);
            c->left -= w;
        }
    }
    c->right = c->here - c->left;
    for (int64_t k = 0; sums && k < width; k++) c->sum_right[k] = c->sum[k] - c->sum_left[k];
    c->pos = pos;
}

static double log_two(double v)
{
    return log(v) / log(2.0);
}

static double gini_of(const tree_criterion *c, const double *sum, double weight)
{
    double gini = 0;
    for (int64_t k = 0; k < c->outputs; k++, sum += c->stride) {
        double squares = 0;
        for (int64_t j = 0; j < c->classes[k]; j++) squares += sum[j] * sum[j];
        gini += 1.0 - squares / (weight * weight);
    }
    return gini / (double)c->outputs;
}

static double entropy_of(const tree_criterion *c, const double *sum, double weight)
{
    double entropy = 0;
    for (int64_t k = 0; k < c->outputs; k++, sum += c->stride)
        for (int64_t j = 0; j < c->classes[k]; j++)
            if (sum[j] > 0) {
                const double share = sum[j] / weight;
                entropy -= share * log_two(share);
            }
    return entropy / (double)c->outputs;
}

static double deviance_of(const tree_criterion *c, int64_t lo, int64_t hi, const double *sum,
                          double weight)
{
    double loss = 0;
    for (int64_t k = 0; k < c->outputs; k++) {
        if (sum[k] <= SMALL) return INFINITY;
        const double mean = sum[k] / weight;
        for (int64_t p = lo; p < hi; p++) {
            const int64_t row = c->rows[p];
            const double y = c->y[row * c->outputs + k];
            loss += weight_of(c, row) * (y == 0 ? 0 : y * log(y / mean));
        }
    }
    return loss / (weight * (double)c->outputs);
}

static double variance_of(const tree_criterion *c, double squares, const double *sum, double weight)
{
    double v = squares / weight;
    for (int64_t k = 0; k < c->outputs; k++) v -= (sum[k] / weight) * (sum[k] / weight);
    return v / (double)c->outputs;
}

double host_criterion_impurity(const tree_criterion *c)
{
    switch (c->kind) {
    case CX_TREE_GINI: return gini_of(c, c->sum, c->here);
    case CX_TREE_ENTROPY: return entropy_of(c, c->sum, c->here);
    case CX_TREE_POISSON: return deviance_of(c, c->start, c->end, c->sum, c->here);
    case CX_TREE_ABSOLUTE: return c->absolute.right[0] / (c->here * (double)c->outputs);
    case CX_TREE_SQUARED:
    case CX_TREE_FRIEDMAN: break;
    }
    return variance_of(c, c->squares, c->sum, c->here);
}

static void variances(const tree_criterion *c, double *left, double *right)
{
    double squares = 0;
    for (int64_t p = c->start; p < c->pos; p++) {
        const int64_t row = c->rows[p];
        const double w = weight_of(c, row);
        for (int64_t k = 0; k < c->outputs; k++) {
            const double y = c->y[row * c->outputs + k];
            squares += w * y * y;
        }
    }
    *left = variance_of(c, squares, c->sum_left, c->left);
    *right = variance_of(c, c->squares - squares, c->sum_right, c->right);
}

void host_criterion_children(const tree_criterion *c, double *left, double *right)
{
    switch (c->kind) {
    case CX_TREE_GINI:
        *left = gini_of(c, c->sum_left, c->left);
        *right = gini_of(c, c->sum_right, c->right);
        return;
    case CX_TREE_ENTROPY:
        *left = entropy_of(c, c->sum_left, c->left);
        *right = entropy_of(c, c->sum_right, c->right);
        return;
    case CX_TREE_POISSON:
        *left = deviance_of(c, c->start, c->pos, c->sum_left, c->left);
        *right = deviance_of(c, c->pos, c->end, c->sum_right, c->right);
        return;
    case CX_TREE_ABSOLUTE: {
        const double k = (double)c->outputs;
        *left = (c->pos > c->start ? c->absolute.left[c->pos - 1] : 0) / (c->left * k);
        *right = (c->pos < c->end ? c->absolute.right[c->pos] : 0) / (c->right * k);
        return;
    }
    case CX_TREE_SQUARED:
    case CX_TREE_FRIEDMAN: break;
    }
    variances(c, left, right);
}

/* Twice the gap of the sums over all outputs, as Friedman's gain has it. */
static double friedman_gap(const tree_criterion *c)
{
    double left = 0, right = 0;
    for (int64_t k = 0; k < c->outputs; k++) {
        left += c->sum_left[k];
        right += c->sum_right[k];
    }
    return c->right * left - c->left * right;
}

double host_criterion_proxy(const tree_criterion *c)
{
    double left = 0, right = 0;
    if (c->kind == CX_TREE_SQUARED) {
        for (int64_t k = 0; k < c->outputs; k++) {
            left += c->sum_left[k] * c->sum_left[k];
            right += c->sum_right[k] * c->sum_right[k];
        }
        return left / c->left + right / c->right;
    }
    if (c->kind == CX_TREE_FRIEDMAN) {
        const double gap = friedman_gap(c);
        return gap * gap / (c->left * c->right);
    }
    if (c->kind == CX_TREE_POISSON) {
        for (int64_t k = 0; k < c->outputs; k++) {
            if (c->sum_left[k] <= SMALL || c->sum_right[k] <= SMALL) return -INFINITY;
            left -= c->sum_left[k] * log_two(c->sum_left[k] / c->left);
            right -= c->sum_right[k] * log_two(c->sum_right[k] / c->right);
        }
        return -left - right;
    }
    host_criterion_children(c, &left, &right);
    return -c->right * right - c->left * left;
}

double host_criterion_gain(const tree_criterion *c, double before, double left, double right)
{
    if (c->kind == CX_TREE_FRIEDMAN) {
        const double gap = friedman_gap(c) / (double)c->outputs;
        return gap * gap / (c->left * c->right * c->here);
    }
    return c->here / c->all * (before - c->right / c->here * right - c->left / c->here * left);
}

void host_criterion_value(const tree_criterion *c, double *out)
{
    const int64_t width = width_of(c);
    for (int64_t k = 0; k < width; k++)
        out[k] = c->kind == CX_TREE_ABSOLUTE ? c->absolute.median[k] : c->sum[k] / c->here;
}

void host_criterion_sides(const tree_criterion *c, double *left, double *right)
{
    const bool medians = c->kind == CX_TREE_ABSOLUTE;
    *left = medians ? c->absolute.left_median[c->pos - 1] : c->sum_left[0] / c->left;
    *right = medians ? c->absolute.right_median[c->pos] : c->sum_right[0] / c->right;
}

double host_criterion_middle(const tree_criterion *c)
{
    if (c->kind == CX_TREE_ABSOLUTE)
        return (c->absolute.left_median[c->pos - 1] + c->absolute.right_median[c->pos]) / 2;
    return c->sum_left[0] / (2 * c->left) + c->sum_right[0] / (2 * c->right);
}
