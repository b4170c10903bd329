/* The best constant prediction of each loss, and the order statistics and sums that it takes.
 * Selection instead of sorting wherever weights allow it. */
#include "base/alloc.h"
#include "learn/ensemble/loss.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* ---- order statistics */
static void swap(double *v, double *w, int64_t a, int64_t b)
{
    const double t = v[a];
    v[a] = v[b];
    v[b] = t;
    if (w) {
        const double u = w[a];
        w[a] = w[b];
        w[b] = u;
    }
}

static double middle(double a, double b, double c)
{
    if ((a <= b && b <= c) || (c <= b && b <= a)) return b;
    return (b <= a && a <= c) || (c <= a && a <= b) ? a : c;
}

/* Lesser than the pivot to the left of *less, equal ones up to *more, greater behind. */
static void part(double *v, double *w, int64_t lo, int64_t hi, int64_t *less, int64_t *more)
{
    const double pivot = middle(v[lo], v[lo + (hi - lo) / 2], v[hi - 1]);
    int64_t a = lo, i = lo, b = hi;
    while (i < b) {
        if (v[i] < pivot)
            swap(v, w, a++, i++);
        else if (v[i] > pivot)
            swap(v, w, i, --b);
        else
            i++;
    }
    *less = a;
    *more = b;
}

/* The k-th least of v, all lesser ones before it. */
static double nth(int64_t n, double *v, int64_t k)
{
    int64_t lo = 0, hi = n;
    while (hi - lo > 1) {
        int64_t less, more;
        part(v, NULL, lo, hi, &less, &more);
        if (k < less)
            hi = less;
        else if (k >= more)
            lo = more;
        else
            break;
    }
    return v[k];
}

/* Weights [n] that are not all 1: narrow down to the value at which their running sum reaches the
 * goal; the sums before it are kept. */
static double by_weight(int64_t n, double *v, double *w, double goal)
{
    int64_t lo = 0, hi = n;
    double before = 0;
    while (hi - lo > 1) {
        int64_t less, more;
        part(v, w, lo, hi, &less, &more);
        const double left = before + cx__pairwise_sum(w + lo, less - lo),
                     own = left + cx__pairwise_sum(w + less, more - less);
        if (less > lo && left >= goal) {
            hi = less;
        } else if (own >= goal || more == hi) {
            lo = less;
            break;
        } else {
            before = own;
            lo = more;
        }
    }
    return v[lo];
}

double cx__weighted_quantile_in_place(int64_t n, double *v, double *weight, double q)
{
    bool alike = true;
    for (int64_t i = 0; weight && alike && i < n; i++) alike = weight[i] == 1;
    const double all = alike ? (double)n : cx__pairwise_sum(weight, n);
    if (all == 0) return NAN;
    double goal = q * all;
    if (goal == 0) goal = nextafter(0, 1);
    if (!alike) return by_weight(n, v, weight, goal);
    const int64_t k = (int64_t)ceil(goal) - 1;
    return nth(n, v, k < 0 ? 0 : k > n - 1 ? n - 1 : k);
}

double cx__linear_quantile_in_place(int64_t n, double *v, double q)
{
    const double at = q * (double)(n - 1), below = floor(at), t = at - below;
    const int64_t k = (int64_t)below;
    const double a = nth(n, v, k);
    if (t == 0 || k + 1 >= n) return a;
    double b = v[k + 1];
    for (int64_t i = k + 2; i < n; i++) b = v[i] < b ? v[i] : b;
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/* ---- constants */
/* sum(w v) / sum(w) in NumPy's order of adding; room [n] */
static double average(int64_t n, const double *v, const double *w, double *room)
{
    if (!w) return cx__pairwise_sum(v, n) / (double)n;
    for (int64_t i = 0; i < n; i++) room[i] = v[i] * w[i];
    return cx__pairwise_sum(room, n) / cx__pairwise_sum(w, n);
}

/* q as it comes back from the percentage that scikit-learn makes of it */
static double rounded(double q)
{
    return 100 * q / 100;
}

/* room [2n] */
static double quantile(int64_t n, const double *v, const double *w, double q, double *room)
{
    q = rounded(q);
    memcpy(room, v, (size_t)n * sizeof *v);
    if (!w) return cx__linear_quantile_in_place(n, room, q);
    memcpy(room + n, w, (size_t)n * sizeof *w);
    return cx__weighted_quantile_in_place(n, room, room + n, q);
}

double cx__loss_residual_constant(const cx__loss *l, int64_t n, const double *residual,
                                  const double *weight, double *room)
{
    if (l->kind == CX__LOSS_SQUARED) return average(n, residual, weight, room);
    if (l->kind == CX__LOSS_ABSOLUTE) return quantile(n, residual, weight, 0.5, room);
    if (l->kind == CX__LOSS_PINBALL) return quantile(n, residual, weight, l->quantile, room);
    const double median = quantile(n, residual, weight, 0.5, room);
    for (int64_t i = 0; i < n; i++) {
        const double t = residual[i] - median, size = fmin(l->delta, fabs(t));
        room[i] = t > 0 ? size : t < 0 ? -size : t;
    }
    return median + average(n, room, weight, room);
}

static void class_shares(const cx__loss *l, int64_t n, const double *y, const double *weight,
                         double *room, double *out)
{
    for (int64_t c = 0; c < l->outputs; c++) {
        for (int64_t i = 0; i < n; i++) room[i] = y[i] == (double)c ? 1 : 0;
        out[c] = fmin(fmax(average(n, room, weight, room), DBL_EPSILON), 1 - DBL_EPSILON);
    }
}

cx_status cx__loss_constant(const cx__loss *l, int64_t n, const double *y, const double *weight,
                            double *out)
{
    double *const room = cx__alloc((size_t)n * 2 * sizeof *room);
    if (!room) return cx__fail_nomem("fit", "the constant of a loss", (size_t)n * 2 * sizeof *room);
    if (l->kind <= CX__LOSS_HUBER) {
        *out = cx__loss_residual_constant(l, n, y, weight, room);
    } else {
        const double eps = 10 * DBL_EPSILON;
        if (l->kind == CX__LOSS_MULTINOMIAL)
            class_shares(l, n, y, weight, room, out);
        else
            *out = fmax(average(n, y, weight, room), eps);
        if (l->kind == CX__LOSS_BINOMIAL || l->kind == CX__LOSS_EXPONENTIAL)
            *out = fmin(*out, 1 - eps);
        cx__loss_link(l, 1, out, out);
    }
    cx__free(room);
    return CX_OK;
}

cx_status cx__loss_set_delta(cx__loss *l, int64_t n, const double *y, const double *weight,
                             const double *raw)
{
    double *const v = cx__alloc((size_t)n * 2 * sizeof *v), *const w = v && weight ? v + n : NULL;
    if (!v) return cx__fail_nomem("fit", "Huber's delta", (size_t)n * 2 * sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = fabs(y[i] - raw[i]);
    if (w) memcpy(w, weight, (size_t)n * sizeof *w);
    l->delta = cx__weighted_quantile_in_place(n, v, w, rounded(l->quantile));
    cx__free(v);
    return CX_OK;
}
