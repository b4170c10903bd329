/* Sequential minimal optimisation: see the header.
 *
 * One idea: the force on a variable is minus the gradient, so a pair moves up where the force is
 * largest and down where second-order information promises most; whether a variable may still go
 * up or down is a number to add, 0 or -inf, and the searches become plain loops over arrays. The
 * variables that are worth a look stand in front; which do not, is asked every so many steps. */
#include "learn/svm/smo.h"

#include "base/alloc.h"
#include "base/object.h"
#include <calx/scope.h>
#include <math.h>
#include <string.h>

typedef struct solver {
    const cx__smo *p;
    const cx_svm_ops *ops;
    int64_t n, active;
    double *force; /* pull - K b */
    double *held;  /* - K b of the variables at the bound that is not 0 */
    double *b, *bound, *pull, *diagonal;
    double *up, *low;     /* 0 where it may rise, fall, else -inf */
    double *plus, *minus; /* halves: 0 for variables of that sign, else -inf */
    int8_t *sign;
    int32_t *origin;    /* which variable it was */
    int32_t *from, *to; /* swaps of one shrinking */
    bool opened;        /* everything has been looked at again near the end */
    void *memory;
} solver;

/* ---- state of a variable */
static double highest(const solver *s, int64_t t)
{
    return s->sign[t] > 0 ? s->bound[t] : 0;
}

static double lowest(const solver *s, int64_t t)
{
    return s->sign[t] > 0 ? 0 : -s->bound[t];
}

static void look(solver *s, int64_t t)
{
    s->up[t] = s->b[t] >= highest(s, t) ? -INFINITY : 0;
    s->low[t] = s->b[t] <= lowest(s, t) ? -INFINITY : 0;
}

/* At the bound that is not 0. */
static bool full(const solver *s, int64_t t)
{
    return (s->sign[t] > 0 ? s->up[t] : s->low[t]) != 0;
}

static bool is_free(const solver *s, int64_t t)
{
    return s->up[t] == 0 && s->low[t] == 0;
}

/* target -= scale row. */
static void take_row(double *target, double scale, const float *row, int64_t from, int64_t to)
{
    for (int64_t t = from; t < to; t++) target[t] -= scale * (double)row[t];
}

/* ---- begin */
static cx_status make(solver *s, const cx__smo *p)
{
    const int64_t n = p->n;
    const size_t doubles = 10 * (size_t)n * sizeof(double), words = 3 * (size_t)n * sizeof(int32_t);
    *s = (solver){.p = p, .ops = p->rows->source->ops, .n = n, .active = n};
    double *at = s->memory = cx__alloc(doubles + words + (size_t)n);
    if (!at) return cx__fail_nomem("fit", "the variables of a machine", doubles);
    double **const each[] = {&s->force,    &s->held, &s->b,   &s->bound, &s->pull,
                             &s->diagonal, &s->up,   &s->low, &s->plus,  &s->minus};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++, at += n) *each[i] = at;
    s->origin = (int32_t *)(void *)at;
    s->from = s->origin + n;
    s->to = s->from + n;
    s->sign = (int8_t *)(s->to + n);
    memcpy(s->b, p->b, (size_t)n * sizeof *s->b);
    memcpy(s->bound, p->bound, (size_t)n * sizeof *s->b);
    memcpy(s->pull, p->pull, (size_t)n * sizeof *s->b);
    memcpy(s->force, p->pull, (size_t)n * sizeof *s->b);
    memcpy(s->sign, p->sign, (size_t)n);
    for (int64_t t = 0; t < n; t++) {
        s->held[t] = 0;
        s->origin[t] = (int32_t)t;
        s->diagonal[t] = cx__svm_diagonal(p->rows, t);
        s->plus[t] = p->sign[t] > 0 ? 0 : -INFINITY;
        s->minus[t] = p->sign[t] < 0 ? 0 : -INFINITY;
        look(s, t);
    }
    return CX_OK;
}

static cx_status begin(solver *s)
{
    for (int64_t t = 0; t < s->n; t++) {
        if (s->b[t] == 0) continue;
        const float *const row = cx__svm_row_get(s->p->rows, t, s->n);
        if (!row) return cx__last_status();
        take_row(s->force, s->b[t], row, 0, s->n);
        if (full(s, t)) take_row(s->held, s->b[t], row, 0, s->n);
    }
    return CX_OK;
}

/* ---- the next pair */
typedef struct pair {
    int64_t i, j; /* i rises, j falls */
    bool done;    /* nothing violates the conditions by the tolerance */
} pair;

/* The partner of i among the variables of one sign, or of all. */
static cx_status search(solver *s, const cx_svm_best *i, const double *also, cx_svm_search *out)
{
    const float *const row = cx__svm_row_get(s->p->rows, i->at, s->active);
    if (!row) return cx__last_status();
    *out = (cx_svm_search){.n = s->active,
                           .force = s->force,
                           .low = s->low,
                           .also = also,
                           .diagonal = s->diagonal,
                           .row = row,
                           .force_i = i->value,
                           .diagonal_i = s->diagonal[i->at]};
    s->ops->partner(out);
    return CX_OK;
}

static cx_status choose_one(solver *s, const cx_svm_best *first, pair *out)
{
    *out = (pair){.done = true};
    if (first->at < 0) return CX_OK;
    cx_svm_search c;
    CX__TRY(search(s, first, NULL, &c));
    if (c.best.at < 0 || first->value + c.most < s->p->tol) return CX_OK;
    *out = (pair){.i = first->at, .j = c.best.at};
    return CX_OK;
}

/* Both of a pair have one sign: the better pair of the two signs. */
static cx_status choose_half(solver *s, pair *out)
{
    double worst = -INFINITY;
    cx_svm_best best = {.at = -1, .value = INFINITY};
    *out = (pair){.done = true};
    for (int h = 0; h < 2; h++) {
        const double *const own = h == 0 ? s->plus : s->minus;
        const cx_svm_best i = s->ops->first(s->active, s->force, s->up, own);
        if (i.at < 0) continue;
        cx_svm_search c;
        CX__TRY(search(s, &i, own, &c));
        worst = fmax(worst, i.value + c.most);
        if (c.best.at < 0 || c.best.value > best.value) continue;
        if (c.best.value == best.value && c.best.at < best.at) continue;
        best = c.best;
        *out = (pair){.i = i.at, .j = c.best.at, .done = true};
    }
    out->done = best.at < 0 || worst < s->p->tol;
    return CX_OK;
}

/* first: the variable that would rise, if it is known (at > -2). */
static cx_status choose(solver *s, const cx_svm_best *first, pair *out)
{
    if (s->p->halves) return choose_half(s, out);
    const cx_svm_best now =
        first->at > -2 ? *first : s->ops->first(s->active, s->force, s->up, NULL);
    return choose_one(s, &now, out);
}

/* ---- a step */
static cx_status note_full(solver *s, int64_t t, bool was_full)
{
    if (full(s, t) == was_full) return CX_OK;
    const float *const row = cx__svm_row_get(s->p->rows, t, s->n);
    if (!row) return cx__last_status();
    const double at = s->sign[t] > 0 ? s->bound[t] : -s->bound[t];
    take_row(s->held, was_full ? -at : at, row, 0, s->n);
    return CX_OK;
}

static cx_status move(solver *s, const pair *p, cx_svm_best *next)
{
    const int64_t i = p->i, j = p->j;
    const float *const row_i = cx__svm_row_get(s->p->rows, i, s->active),
                       *const row_j = row_i ? cx__svm_row_get(s->p->rows, j, s->active) : NULL;
    if (!row_j) return cx__last_status();
    const bool full_i = full(s, i), full_j = full(s, j);
    double curve = s->diagonal[i] + s->diagonal[j] - 2 * (double)row_i[j];
    if (!(curve > 0)) curve = 1e-12;
    const double by = (s->force[i] - s->force[j]) / curve, sum = s->b[i] + s->b[j],
                 top = highest(s, i), bottom = lowest(s, j), was_i = s->b[i], was_j = s->b[j];
    double now_i = was_i + by, now_j = was_j - by;
    if (sum > top + bottom) { /* i meets its bound first */
        if (now_i > top) {
            now_i = top;
            now_j = sum - top;
        }
    } else if (now_j < bottom) {
        now_j = bottom;
        now_i = sum - bottom;
    }
    s->b[i] = now_i;
    s->b[j] = now_j;
    look(s, i);
    look(s, j);
    *next = s->ops->step(s->active, s->force, now_i - was_i, row_i, now_j - was_j, row_j,
                         s->p->halves ? NULL : s->up);
    if (s->p->halves) next->at = -2;
    CX__TRY(note_full(s, i, full_i));
    return note_full(s, j, full_j);
}

/* ---- shrinking */
static int64_t count_free(const solver *s)
{
    int64_t n = 0;
    for (int64_t t = 0; t < s->active; t++) n += is_free(s, t);
    return n;
}

/* Forces of the variables that stood aside, from those at their bounds and the free ones. */
static cx_status restore(solver *s)
{
    const int64_t n = s->n, m = s->active;
    if (m == n) return CX_OK;
    for (int64_t t = m; t < n; t++) s->force[t] = s->held[t] + s->pull[t];
    if ((double)count_free(s) * (double)n > 2.0 * (double)m * (double)(n - m)) {
        for (int64_t t = m; t < n; t++) {
            const float *const row = cx__svm_row_get(s->p->rows, t, m);
            if (!row) return cx__last_status();
            for (int64_t u = 0; u < m; u++)
                if (is_free(s, u)) s->force[t] -= s->b[u] * (double)row[u];
        }
    } else {
        for (int64_t u = 0; u < m; u++) {
            if (!is_free(s, u)) continue;
            const float *const row = cx__svm_row_get(s->p->rows, u, n);
            if (!row) return cx__last_status();
            take_row(s->force, s->b[u], row, m, n);
        }
    }
    s->active = n;
    return CX_OK;
}

/* The largest forces up and down, of either sign: most[sign][up, down]. Without halves both signs
 * have the same. */
static void extremes(const solver *s, double most[2][2])
{
    for (int h = 0; h < 2; h++) most[h][0] = most[h][1] = -INFINITY;
    for (int64_t t = 0; t < s->active; t++) {
        double *const own = most[s->sign[t] > 0];
        own[0] = fmax(own[0], s->force[t] + s->up[t]);
        own[1] = fmax(own[1], s->low[t] - s->force[t]);
    }
    for (int k = 0; k < 2 && !s->p->halves; k++)
        most[0][k] = most[1][k] = fmax(most[0][k], most[1][k]);
}

/* At a bound, and pressed against it harder than any that could move the other way. */
static bool settled(const solver *s, int64_t t, double most[2][2])
{
    const double *const own = most[s->sign[t] > 0];
    if (s->up[t] != 0) return s->force[t] > own[0];
    if (s->low[t] != 0) return -s->force[t] > own[1];
    return false;
}

#define SWAP(T, v, a, b)        \
    do {                        \
        const T swap_ = (v)[a]; \
        (v)[a] = (v)[b];        \
        (v)[b] = swap_;         \
    } while (0)

static void swap(solver *s, int64_t a, int64_t b)
{
    double *const each[] = {s->force,    s->held, s->b,   s->bound, s->pull,
                            s->diagonal, s->up,   s->low, s->plus,  s->minus};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) SWAP(double, each[i], a, b);
    SWAP(int8_t, s->sign, a, b);
    SWAP(int32_t, s->origin, a, b);
}

static cx_status shrink(solver *s)
{
    double most[2][2];
    extremes(s, most);
    if (!s->opened && fmax(most[0][0] + most[0][1], most[1][0] + most[1][1]) <= 10 * s->p->tol) {
        s->opened = true;
        CX__TRY(restore(s));
    }
    int64_t swaps = 0;
    for (int64_t t = 0; t < s->active; t++) {
        if (!settled(s, t, most)) continue;
        for (s->active--; s->active > t; s->active--) {
            if (settled(s, s->active, most)) continue;
            swap(s, t, s->active);
            s->from[swaps] = (int32_t)t;
            s->to[swaps++] = (int32_t)s->active;
            break;
        }
    }
    cx__svm_rows_swap(s->p->rows, s->from, s->to, swaps);
    return CX_OK;
}

/* ---- the whole */
static cx_status run(solver *s, cx__smo_end *end)
{
    const int64_t every = s->n < 1000 ? s->n : 1000;
    int64_t counter = every + 1;
    cx_svm_best first = {.at = -2};
    for (;; end->iterations++) {
        if (s->p->max_iter >= 0 && end->iterations >= s->p->max_iter) {
            end->stopped = true;
            return CX_OK;
        }
        if (--counter == 0) {
            counter = every;
            CX__TRY(cx_poll());
            if (s->p->shrinking) {
                CX__TRY(shrink(s));
                first.at = -2;
            }
        }
        pair p;
        CX__TRY(choose(s, &first, &p));
        if (p.done) {
            CX__TRY(restore(s));
            first.at = -2;
            CX__TRY(choose(s, &first, &p));
            if (p.done) return CX_OK;
            counter = 1;
        }
        CX__TRY(move(s, &p, &first));
    }
}

/* Where free variables' forces lie, of the others' the middle: of one sign, or of all. */
static double level(const solver *s, int sign)
{
    double above = INFINITY, below = -INFINITY, sum = 0;
    int64_t count = 0;
    for (int64_t t = 0; t < s->active; t++) {
        if (sign != 0 && s->sign[t] != sign) continue;
        const double g = -s->force[t];
        if (is_free(s, t)) {
            count++;
            sum += g;
        } else if (s->up[t] != 0) {
            below = fmax(below, g);
        } else {
            above = fmin(above, g);
        }
    }
    return count > 0 ? sum / (double)count : (above + below) / 2;
}

cx_status cx__smo_solve(const cx__smo *problem, cx__smo_end *end)
{
    solver s;
    *end = (cx__smo_end){0};
    CX__TRY(make(&s, problem));
    cx_status st = begin(&s);
    if (st == CX_OK) st = run(&s, end);
    if (st == CX_OK) {
        end->rho = level(&s, 0);
        if (problem->halves) {
            const double plus = level(&s, 1), minus = -level(&s, -1);
            end->rho = (plus - minus) / 2;
            end->sum = (plus + minus) / 2;
        }
        for (int64_t t = 0; t < s.n; t++) problem->b[s.origin[t]] = s.b[t];
    }
    cx__free(s.memory);
    return st;
}
