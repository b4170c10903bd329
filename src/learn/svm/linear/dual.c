/* Dual coordinate descent of linear support vector machines: see margin.h.
 *
 * One idea: the coefficients are kept as the sum of rows times dual variables, so a step on one
 * variable costs one product with its row and one addition to the coefficients. Variables that rest
 * at a bound are left out of the rounds until the others are done. */
#include "learn/svm/linear/margin.h"

#include "base/alloc.h"
#include "base/object.h"
#include <calx/scope.h>
#include <math.h>
#include <string.h>

void cx__visits_begin(cx__visits *v, int32_t *index, int64_t all)
{
    *v = (cx__visits){.index = index, .active = all, .all = all};
    for (int64_t i = 0; i < all; i++) index[i] = (int32_t)i;
}

cx_status cx__visits_shuffle(cx__visits *v, cx__words *w)
{
    CX__TRY(cx_poll());
    for (int64_t i = 0; i < v->active; i++)
        cx__visits_swap(v, i, i + cx__words_below(w, (uint32_t)(v->active - i)));
    return w->at || v->active == 0 ? CX_OK : cx__last_status();
}

cx_status cx__visits_run(cx__visits *v, const cx__margin *p, cx__visits_step step, void *ctx,
                         int64_t *rounds)
{
    double most = INFINITY, first = -1;
    while (*rounds < p->max_iter) {
        double largest = 0, sum = 0;
        CX__TRY(cx__visits_shuffle(v, p->words));
        for (int64_t s = 0; s < v->active;) {
            const double off = step(ctx, v->index[s], most);
            if (off < 0) {
                cx__visits_drop(v, s);
                continue;
            }
            largest = fmax(largest, off);
            sum += off;
            s++;
        }
        if (*rounds == 0) first = sum;
        ++*rounds;
        most = largest;
        if (sum > p->tol * first) continue;
        if (v->active == v->all) break;
        cx__visits_all(v);
        most = INFINITY;
    }
    return CX_OK;
}

/* Dual variables [n], curvatures [n], and the visits. */
typedef struct dual {
    double *at, *curve;
    cx__visits visits;
    void *memory;
} dual;

static cx_status make(const cx__margin *p, double *coef, dual *d)
{
    const size_t bytes = (size_t)p->n * (2 * sizeof(double) + sizeof(int32_t));
    d->memory = cx__alloc(bytes);
    if (!d->memory) return cx__fail_nomem("fit", "dual variables", bytes);
    d->at = d->memory;
    d->curve = d->at + p->n;
    cx__visits_begin(&d->visits, (int32_t *)(void *)(d->curve + p->n), p->n);
    for (int64_t i = 0; i < p->n; i++) {
        const double *const x = p->x + i * p->w;
        d->at[i] = 0;
        d->curve[i] = p->ops->dot(p->w, x, x);
    }
    memset(coef, 0, (size_t)p->w * sizeof *coef);
    return CX_OK;
}

/* ---- classes */
/* Bounds of the projected gradient: of the round before, and of this one. */
typedef struct range {
    double low, high;
} range;

/* One variable of [0, top]; true: it rests at a bound and may be left out. */
static bool step_class(const cx__margin *p, dual *d, int64_t i, const range *before, range *now,
                       double *coef)
{
    const double *const x = p->x + i * p->w;
    const double soft = p->squared ? 0.5 / p->c[i] : 0, top = p->squared ? INFINITY : p->c[i],
                 was = d->at[i], slope = p->y[i] * p->ops->dot(p->w, coef, x) - 1 + was * soft;
    double free = slope; /* what of the slope the bounds leave */
    if (was == 0) {
        if (slope > before->high) return true;
        free = fmin(slope, 0);
    } else if (was == top) {
        if (slope < before->low) return true;
        free = fmax(slope, 0);
    }
    now->high = fmax(now->high, free);
    now->low = fmin(now->low, free);
    if (fabs(free) <= 1e-12) return false;
    d->at[i] = fmin(fmax(was - slope / (d->curve[i] + soft), 0), top);
    p->ops->add(p->w, (d->at[i] - was) * p->y[i], x, coef);
    return false;
}

static cx_status run_classes(const cx__margin *p, dual *d, double *coef, int64_t *rounds)
{
    range before = {-INFINITY, INFINITY};
    cx__visits *const v = &d->visits;
    while (*rounds < p->max_iter) {
        range now = {INFINITY, -INFINITY};
        CX__TRY(cx__visits_shuffle(v, p->words));
        for (int64_t s = 0; s < v->active;) {
            if (step_class(p, d, v->index[s], &before, &now, coef))
                cx__visits_drop(v, s);
            else
                s++;
        }
        ++*rounds;
        if (now.high - now.low <= p->tol) {
            if (v->active == v->all) break;
            cx__visits_all(v);
            before = (range){-INFINITY, INFINITY};
            continue;
        }
        before = (range){.low = now.low < 0 ? now.low : -INFINITY,
                         .high = now.high > 0 ? now.high : INFINITY};
    }
    return CX_OK;
}

cx_status cx__margin_dual_classes(const cx__margin *p, double *coef, int64_t *rounds)
{
    dual d;
    *rounds = 0;
    CX__TRY(make(p, coef, &d));
    const cx_status st = run_classes(p, &d, coef, rounds);
    cx__free(d.memory);
    return st;
}

/* ---- numbers */
/* How far a variable of [-top, top] is from optimal, up and down being the slopes on either side of
 * its kink at 0; below 0: it may be left out. */
static double violation(double at, double top, double up, double down, double most)
{
    if (at == 0) {
        if (up < 0) return -up;
        if (down > 0) return down;
        return up > most && down < -most ? -1 : 0;
    }
    if (at >= top) return up > 0 ? up : up < -most ? -1 : 0;
    if (at <= -top) return down < 0 ? -down : down > most ? -1 : 0;
    return fabs(at > 0 ? up : down);
}

typedef struct numbers {
    const cx__margin *p;
    const dual *d;
    double *coef;
} numbers;

/* One variable; its violation, below 0: left out. */
static double step_number(void *ctx, int64_t i, double most)
{
    const numbers *const all = ctx;
    const cx__margin *const p = all->p;
    const dual *const d = all->d;
    double *const coef = all->coef;
    const double *const x = p->x + i * p->w;
    const double soft = p->squared ? 0.5 / p->c[i] : 0, top = p->squared ? INFINITY : p->c[i],
                 was = d->at[i], curve = d->curve[i] + soft,
                 slope = p->ops->dot(p->w, x, coef) + (soft * was - p->y[i]),
                 up = slope + p->epsilon, down = slope - p->epsilon,
                 off = violation(was, top, up, down, most);
    if (off < 0) return off;
    double by = -was;
    if (up < curve * was)
        by = -up / curve;
    else if (down > curve * was)
        by = -down / curve;
    if (fabs(by) < 1e-12) return off;
    d->at[i] = fmin(fmax(was + by, -top), top);
    if (d->at[i] != was) p->ops->add(p->w, d->at[i] - was, x, coef);
    return off;
}

cx_status cx__margin_dual_numbers(const cx__margin *p, double *coef, int64_t *rounds)
{
    dual d;
    *rounds = 0;
    CX__TRY(make(p, coef, &d));
    const cx_status st = cx__visits_run(&d.visits, p, step_number, &(numbers){p, &d, coef}, rounds);
    cx__free(d.memory);
    return st;
}
