/* All classes at once: see margin.h.
 *
 * One idea: a row's dual variables, one for each class, sum to 0, and its problem over them is
 * solved exactly by sorting. A row's classes that rest at a bound stand behind the others and are
 * not looked at; a row of which one class is left waits until all are looked at again. */
#include "learn/svm/linear/margin.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include <calx/scope.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 100000 };

typedef struct rows {
    const cx__margin *p;
    int64_t k;
    double *coef;                            /* [w, k] */
    double *dual, *length;                   /* [n, k], [n] */
    double *slope, *target, *sorted, *fresh; /* [k] */
    int32_t *order, *open, *own;             /* [n, k], [n]: classes looked at, [n]: place of y */
    cx__visits visits;
    void *memory;
} rows;

static cx_status make(const cx__margin *p, int64_t k, double *coef, rows *r)
{
    const int64_t n = p->n;
    const size_t doubles = (size_t)(n * k + n + 4 * k), words = (size_t)(n * k + 3 * n),
                 bytes = doubles * sizeof(double) + words * sizeof(int32_t);
    *r = (rows){.p = p, .k = k, .coef = coef, .memory = cx__alloc(bytes)};
    if (!r->memory) return cx__fail_nomem("fit", "dual variables", bytes);
    memset(r->memory, 0, bytes);
    memset(coef, 0, (size_t)(p->w * k) * sizeof *coef);
    r->dual = r->memory;
    r->length = r->dual + n * k;
    r->slope = r->length + n;
    r->target = r->slope + k;
    r->sorted = r->target + k;
    r->fresh = r->sorted + k;
    r->order = (int32_t *)(void *)(r->fresh + k);
    r->open = r->order + n * k;
    r->own = r->open + n;
    cx__visits_begin(&r->visits, r->own + n, n);
    for (int64_t i = 0; i < n; i++) {
        const double *const x = p->x + i * p->w;
        r->length[i] = cx__dot(x, x, p->w);
        r->open[i] = (int32_t)k;
        r->own[i] = (int32_t)p->y[i];
        for (int64_t m = 0; m < k; m++) r->order[i * k + m] = (int32_t)m;
    }
    return CX_OK;
}

static double dual_of(const rows *r, int64_t i, int64_t place)
{
    return r->dual[i * r->k + r->order[i * r->k + place]];
}

/* Slopes of the row's open classes, which begin at 1 but for the own one. */
static void slopes(rows *r, int64_t i)
{
    const double *const x = r->p->x + i * r->p->w;
    const int32_t *const order = r->order + i * r->k;
    const int64_t open = r->open[i];
    for (int64_t m = 0; m < open; m++) r->slope[m] = m == r->own[i] ? 0 : 1;
    for (int64_t j = 0; j < r->p->w; j++) {
        if (x[j] == 0) continue;
        const double *const coef = r->coef + j * r->k;
        for (int64_t m = 0; m < open; m++) r->slope[m] += coef[order[m]] * x[j];
    }
}

/* At its upper bound, with a slope that keeps it there. */
static bool rests(const rows *r, int64_t i, int64_t place, double least)
{
    const double top = place == r->own[i] ? r->p->c[i] : 0;
    return dual_of(r, i, place) == top && r->slope[place] < least;
}

static void put_aside(rows *r, int64_t i, double least)
{
    int32_t *const order = r->order + i * r->k, *const open = &r->open[i];
    for (int32_t m = 0; m < *open; m++) {
        if (!rests(r, i, m, least)) continue;
        for (--*open; *open > m; --*open) {
            const int32_t last = *open;
            if (rests(r, i, last, least)) continue;
            const int32_t class = order[m];
            order[m] = order[last];
            order[last] = class;
            const double slope = r->slope[m];
            r->slope[m] = r->slope[last];
            r->slope[last] = slope;
            if (r->own[i] == last)
                r->own[i] = m;
            else if (r->own[i] == m)
                r->own[i] = last;
            break;
        }
    }
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The row's variables that minimise its part, target being slope - length dual. */
static void solve(rows *r, int64_t i)
{
    const int64_t open = r->open[i], own = r->own[i];
    const double length = r->length[i], c = r->p->c[i];
    memcpy(r->sorted, r->target, (size_t)open * sizeof *r->sorted);
    if (own < open) r->sorted[own] += length * c;
    qsort(r->sorted, (size_t)open, sizeof *r->sorted, falling);
    double level = r->sorted[0] - length * c;
    int64_t m = 1;
    for (; m < open && level < (double)m * r->sorted[m]; m++) level += r->sorted[m];
    level /= (double)m;
    for (m = 0; m < open; m++)
        r->fresh[m] = fmin(m == own ? c : 0, (level - r->target[m]) / length);
}

static void take(rows *r, int64_t i)
{
    const double *const x = r->p->x + i * r->p->w;
    const int32_t *const order = r->order + i * r->k;
    double *const dual = r->dual + i * r->k;
    int64_t moved = 0;
    for (int64_t m = 0; m < r->open[i]; m++) {
        const double by = r->fresh[m] - dual[order[m]];
        dual[order[m]] = r->fresh[m];
        r->slope[m] = fabs(by) >= 1e-12 ? by : 0;
        moved += r->slope[m] != 0;
    }
    for (int64_t j = 0; moved > 0 && j < r->p->w; j++) {
        double *const coef = r->coef + j * r->k;
        for (int64_t m = 0; m < r->open[i]; m++)
            if (r->slope[m] != 0) coef[order[m]] += r->slope[m] * x[j];
    }
}

/* One row; its violation (-inf: none to count), *done: it waits from now on. */
static double visit(rows *r, int64_t i, bool *done)
{
    *done = false;
    if (!(r->length[i] > 0)) return -INFINITY;
    slopes(r, i);
    double least = INFINITY, most = -INFINITY;
    for (int64_t m = 0; m < r->open[i]; m++) {
        if (dual_of(r, i, m) < 0) least = fmin(least, r->slope[m]);
        most = fmax(most, r->slope[m]);
    }
    const int64_t class = (int64_t)r->p->y[i];
    if (r->own[i] < r->open[i] && r->dual[i * r->k + class] < r->p->c[i])
        least = fmin(least, r->slope[r->own[i]]);
    put_aside(r, i, least);
    *done = r->open[i] <= 1;
    if (*done || most - least <= 1e-12) return -INFINITY;
    for (int64_t m = 0; m < r->open[i]; m++)
        r->target[m] = r->slope[m] - r->length[i] * dual_of(r, i, m);
    solve(r, i);
    take(r, i);
    return most - least;
}

static cx_status run(rows *r, int64_t *rounds)
{
    double enough = fmax(10 * r->p->tol, 1);
    bool whole = true;
    cx__visits *const v = &r->visits;
    while (*rounds < ROUNDS) {
        double worst = -INFINITY;
        CX__TRY(cx__visits_shuffle(v, r->p->words));
        for (int64_t s = 0; s < v->active;) {
            bool done;
            worst = fmax(worst, visit(r, v->index[s], &done));
            if (done)
                cx__visits_drop(v, s);
            else
                s++;
        }
        ++*rounds;
        if (worst >= enough) {
            whole = false;
            continue;
        }
        if (worst < r->p->tol && whole) break;
        cx__visits_all(v);
        for (int64_t i = 0; i < r->p->n; i++) r->open[i] = (int32_t)r->k;
        enough = fmax(enough / 2, r->p->tol);
        whole = true;
    }
    return CX_OK;
}

cx_status cx__margin_together(const cx__margin *p, int64_t classes, double *coef, int64_t *rounds)
{
    rows r;
    *rounds = 0;
    CX__TRY(make(p, classes, coef, &r));
    const cx_status st = run(&r, rounds);
    cx__free(r.memory);
    return st;
}
