/* Platt's sigmoid: see the header. Newton's method with a line search on the likelihood of softened
 * targets. Sources: Platt (1999); Lin, Lin, Weng, Mach. Learn. 68 (2007). */
#include "learn/svm/platt.h"

#include "base/alloc.h"
#include "base/object.h"
#include <math.h>
#include <string.h>

/* ---- decisions of folds */
/* K of two rows of x. */
static double kernel(const cx__svm_source *s, int64_t i, int64_t j)
{
    const cx_svm_points *const k = &s->kernel;
    const double *const a = s->x + i * k->d, *const b = s->x + j * k->d;
    double sum = 0;
    if (k->kernel == CX_SVM_GIVEN) return a[j];
    if (k->kernel == CX_SVM_RBF) {
        for (int64_t c = 0; c < k->d; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
        return exp(-k->gamma * sum);
    }
    for (int64_t c = 0; c < k->d; c++) sum += a[c] * b[c];
    if (k->kernel == CX_SVM_LINEAR) return sum;
    double base = k->gamma * sum + k->coef0, out = 1;
    if (k->kernel == CX_SVM_SIGMOID) return tanh(base);
    for (int64_t e = k->degree; e > 0; e /= 2, base *= base)
        if (e % 2 == 1) out *= base;
    return out;
}

/* Rows of the problem without a fold; class -1 stands first there, and is the positive one. */
typedef struct rest {
    int64_t *row;
    double *y, *weight, *coef;
    int64_t n, of[2];
    void *memory;
} rest;

static void put_rest(const cx__svm_problem *p, const int32_t *order, int64_t lo, int64_t hi,
                     rest *r)
{
    r->n = 0;
    for (int side = 0; side < 2; side++) {
        r->of[side] = 0;
        for (int64_t i = 0; i < p->n; i++) {
            const int64_t at = order[i];
            if ((i >= lo && i < hi) || (p->y[at] > 0) != side) continue;
            r->row[r->n] = p->row[at];
            r->weight[r->n] = p->weight[at];
            r->y[r->n++] = side ? -1 : 1;
            r->of[side]++;
        }
    }
}

/* -(sum - rho) at the fold's rows by a user's kernel, which sees the support vectors side by side.
 */
static cx_status decide_users(const cx__svm_source *s, const cx__svm_problem *p,
                              const int32_t *order, int64_t lo, int64_t hi, const rest *r,
                              double rho, double *decision)
{
    const int64_t d = s->kernel.d;
    const size_t bytes = (size_t)(r->n * (d + 2)) * sizeof(double);
    double *const coef = cx__alloc(bytes), *const value = coef + r->n, *const points = value + r->n;
    if (!coef) return cx__fail_nomem("fit", "support vectors of a fold", bytes);
    int64_t n = 0;
    for (int64_t k = 0; k < r->n; k++) {
        if (r->coef[k] == 0) continue;
        memcpy(points + n * d, s->x + r->row[k] * d, (size_t)d * sizeof *points);
        coef[n++] = r->coef[k];
    }
    cx_status st = CX_OK;
    for (int64_t i = lo; st == CX_OK && i < hi; i++) {
        double sum = 0;
        if (n > 0)
            st = cx__user_kernel_block(s->users, s->x + p->row[order[i]] * d, 1, points, n, d,
                                       value);
        for (int64_t k = 0; st == CX_OK && k < n; k++) sum += coef[k] * value[k];
        decision[order[i]] = -(sum - rho);
    }
    cx__free(coef);
    return st;
}

static void fold_range(int64_t n, int64_t fold, int64_t *lo, int64_t *hi)
{
    *lo = fold * n / CX__PLATT_FOLDS;
    *hi = (fold + 1) * n / CX__PLATT_FOLDS;
}

static cx_status decide(const cx__svm_rules *rules, const cx__svm_problem *p, const int32_t *order,
                        int64_t lo, int64_t hi, rest *r, double *decision, bool *stopped)
{
    put_rest(p, order, lo, hi, r);
    if (r->of[0] == 0 || r->of[1] == 0) { /* one class only: that one */
        const double v = r->of[1] > 0 ? 1 : r->of[0] > 0 ? -1 : 0;
        for (int64_t i = lo; i < hi; i++) decision[order[i]] = v;
        return CX_OK;
    }
    const cx__svm_problem sub = {.n = r->n,
                                 .row = r->row,
                                 .y = r->y,
                                 .weight = r->weight,
                                 .c_plus = p->c_minus,
                                 .c_minus = p->c_plus};
    cx__svm_end end;
    CX__TRY(cx__svm_solve(rules, &sub, r->coef, &end));
    *stopped = *stopped || end.stopped;
    if (rules->source.users)
        return decide_users(&rules->source, p, order, lo, hi, r, end.rho, decision);
    for (int64_t i = lo; i < hi; i++) {
        double sum = 0;
        for (int64_t k = 0; k < r->n; k++)
            if (r->coef[k] != 0)
                sum += r->coef[k] * kernel(&rules->source, p->row[order[i]], r->row[k]);
        decision[order[i]] = -(sum - end.rho);
    }
    return CX_OK;
}

bool cx__platt_fits(const cx__svm_problem *p, const int32_t *order)
{
    for (int64_t fold = 0; fold < CX__PLATT_FOLDS; fold++) {
        int64_t lo, hi, of[2] = {0, 0};
        fold_range(p->n, fold, &lo, &hi);
        for (int64_t i = 0; i < p->n; i++)
            if (i < lo || i >= hi) of[p->y[order[i]] > 0]++;
        if (of[0] > 0 && of[1] > 0) return true;
    }
    return false;
}

/* ---- the sigmoid */
typedef struct likelihood {
    int64_t n;
    const double *decision, *target;
} likelihood;

static double loss(const likelihood *l, double a, double b)
{
    double sum = 0;
    for (int64_t i = 0; i < l->n; i++) {
        const double z = l->decision[i] * a + b, t = l->target[i];
        sum += z >= 0 ? t * z + log(1 + exp(-z)) : (t - 1) * z + log(1 + exp(z));
    }
    return sum;
}

/* Gradient g [2] and Hessian h [a a, b b, a b], which stays positive definite. */
static void slopes(const likelihood *l, double a, double b, double g[2], double h[3])
{
    g[0] = g[1] = h[2] = 0;
    h[0] = h[1] = 1e-12;
    for (int64_t i = 0; i < l->n; i++) {
        const double v = l->decision[i], z = v * a + b, e = exp(-fabs(z));
        const double p = z >= 0 ? e / (1 + e) : 1 / (1 + e), q = z >= 0 ? 1 / (1 + e) : e / (1 + e);
        const double curve = p * q, off = l->target[i] - p;
        h[0] += v * v * curve;
        h[1] += curve;
        h[2] += v * curve;
        g[0] += v * off;
        g[1] += off;
    }
}

static void fit_sigmoid(const likelihood *l, double *slope, double *start)
{
    double now = loss(l, *slope, *start);
    for (int round = 0; round < 100; round++) {
        double g[2], h[3];
        slopes(l, *slope, *start, g, h);
        if (fabs(g[0]) < 1e-5 && fabs(g[1]) < 1e-5) return;
        const double det = h[0] * h[1] - h[2] * h[2], da = -(h[1] * g[0] - h[2] * g[1]) / det,
                     db = -(h[0] * g[1] - h[2] * g[0]) / det, along = g[0] * da + g[1] * db;
        double step = 1;
        for (; step >= 1e-10; step /= 2) {
            const double a = *slope + step * da, b = *start + step * db, next = loss(l, a, b);
            if (!(next < now + 1e-4 * step * along)) continue;
            *slope = a;
            *start = b;
            now = next;
            break;
        }
        if (step < 1e-10) return;
    }
}

static cx_status make(int64_t n, rest *r, double **decision, double **target)
{
    const size_t bytes = (size_t)n * (sizeof *r->row + 5 * sizeof(double));
    *r = (rest){.memory = cx__alloc(bytes)};
    if (!r->memory) return cx__fail_nomem("fit", "folds of probabilities", bytes);
    r->row = r->memory;
    r->y = (double *)(void *)(r->row + n);
    r->weight = r->y + n;
    r->coef = r->weight + n;
    *decision = r->coef + n;
    *target = *decision + n;
    return CX_OK;
}

cx_status cx__platt_fit(const cx__svm_rules *rules, const cx__svm_problem *p, const int32_t *order,
                        double *slope, double *start, bool *stopped)
{
    rest r;
    double *decision = NULL, *target = NULL, of[2] = {0, 0};
    CX__TRY(make(p->n, &r, &decision, &target));
    cx_status st = CX_OK;
    for (int64_t fold = 0; st == CX_OK && fold < CX__PLATT_FOLDS; fold++) {
        int64_t lo, hi;
        fold_range(p->n, fold, &lo, &hi);
        st = decide(rules, p, order, lo, hi, &r, decision, stopped);
    }
    for (int64_t i = 0; i < p->n; i++) of[p->y[i] > 0]++;
    for (int64_t i = 0; i < p->n; i++)
        target[i] = p->y[i] > 0 ? (of[1] + 1) / (of[1] + 2) : 1 / (of[0] + 2);
    *slope = 0;
    *start = log((of[0] + 1) / (of[1] + 1));
    if (st == CX_OK)
        fit_sigmoid(&(likelihood){.n = p->n, .decision = decision, .target = target}, slope, start);
    cx__free(r.memory);
    return st;
}
