/* Least angle regression, and the path of the Lasso that it walks when columns leave.
 *
 * One idea: coefficients move together along the direction that makes equal angles with the active
 * columns, until an inactive column has as large a product with the residual and joins them, or, on
 * the Lasso's path, a coefficient reaches 0 and leaves. Serial over columns. Source: Efron, Hastie,
 * Johnstone, Tibshirani, Ann. Statist. 32 (2004). Knows no parameters and no attributes. */
#include "learn/linear_model/serial/lars_path.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/grow.h"
#include <calx/scope.h>
#include <float.h>
#include <math.h>
#include <string.h>

static int64_t column(const cx__lars *p, int64_t i)
{
    return (int64_t)p->order[i];
}

/* The least positive number so far. */
static double least(double a, double best)
{
    return a > 0 && a < best ? a : best;
}

/* Place of the inactive column with the largest product, -1 if there is none. */
static int64_t largest(const cx__lars *p, double *top)
{
    int64_t best = -1;
    *top = 0;
    for (int64_t i = p->active; i < p->m->d; i++) {
        const double own = p->cov[column(p, i)], size = p->positive ? own : fabs(own);
        if (best >= 0 && size <= *top) continue;
        best = i;
        *top = size;
    }
    return best;
}

/* The column at a place joins; false if it depends on those inside. */
static bool join(cx__lars *p, int64_t place)
{
    const int64_t i = p->active, j = column(p, place), d = p->m->d;
    p->order[place] = p->order[i];
    p->order[i] = (double)j;
    const double *products = cx__normal_row(p->m, j, p->row + i * d);
    if (products != p->row + i * d) memcpy(p->row + i * d, products, (size_t)d * sizeof *products);
    double *row = p->factor + i * p->room;
    for (int64_t a = 0; a < i; a++) row[a] = products[column(p, a)];
    const double left =
        fmax(sqrt(fabs(cx__factor_row(p->factor, p->room, i, products[j]))), p->eps);
    row[i] = left;
    if (left < 1e-7) {
        p->dropped++;
        p->last_dropped = j;
        p->pivot = left;
        p->cov[j] = 0;
        return false;
    }
    p->sign[i] = p->positive || p->cov[j] > 0 ? 1 : p->cov[j] < 0 ? -1 : 0;
    p->active++;
    return true;
}

/* Direction of equal angles, in coefficients (along) and in products (change); its product with
 * each active column. */
static double direction(cx__lars *p)
{
    double sum = 0;
    memcpy(p->along, p->sign, (size_t)p->active * sizeof *p->along);
    cx__factor_solve(p->factor, p->room, p->active, p->along);
    for (int64_t a = 0; a < p->active; a++) sum += p->along[a] * p->sign[a];
    const double angle = 1 / sqrt(sum);
    memset(p->change, 0, (size_t)p->m->d * sizeof *p->change);
    for (int64_t a = 0; a < p->active; a++) {
        p->along[a] *= angle;
        cx__axpy(p->along[a], p->row + a * p->m->d, p->change, p->m->d);
    }
    /* as scikit-learn rounds, so that equal products stay equal */
    for (int64_t j = 0; j < p->m->d; j++) p->change[j] = rint(p->change[j] * 1e15) / 1e15;
    return angle;
}

static double length(const cx__lars *p, double top, double angle)
{
    double best = top / angle;
    const double tiny = (double)FLT_MIN;
    for (int64_t i = p->active; i < p->m->d; i++) {
        const int64_t j = column(p, i);
        best = least((top - p->cov[j]) / (angle - p->change[j] + tiny), best);
        if (!p->positive) best = least((top + p->cov[j]) / (angle + p->change[j] + tiny), best);
    }
    return best;
}

/* Active coefficients that would cross 0 on the way turn their signs; the Lasso's path stops where
 * the first of them are 0. */
static void turn_signs(cx__lars *p, const double *coef, double *step)
{
    double first = DBL_MAX;
    const double tiny = (double)FLT_MIN;
    p->held = false;
    for (int64_t a = 0; a < p->active; a++)
        first = least(-coef[column(p, a)] / (p->along[a] + tiny), first);
    if (!(first < *step)) return;
    p->held = true;
    if (p->lasso) *step = first;
    for (int64_t a = 0; a < p->active; a++) {
        const bool crosses = -coef[column(p, a)] / (p->along[a] + tiny) == first;
        if (crosses) p->sign[a] = p->lasso ? 0 : -p->sign[a];
    }
}

/* Columns whose sign is 0 leave; the factor is made anew from the first of them on. */
static void leave(cx__lars *p, double *coef)
{
    const int64_t d = p->m->d, before = p->active;
    int64_t kept = 0, first = before;
    for (int64_t a = 0; a < before; a++) {
        const double j = p->order[a];
        if (p->sign[a] == 0) {
            if (first == before) first = a;
            coef[(int64_t)j] = 0;
            p->change[before - 1 - (a - kept)] = j; /* aside, until those that stay have moved up */
            continue;
        }
        if (kept < a) memcpy(p->row + kept * d, p->row + a * d, (size_t)d * sizeof *p->row);
        p->order[kept] = j;
        p->sign[kept++] = p->sign[a];
    }
    for (int64_t a = kept; a < before; a++) p->order[a] = p->change[a];
    p->active = kept;
    for (int64_t a = first; a < kept; a++) {
        double *row = p->factor + a * p->room;
        const double *products = p->row + a * d;
        for (int64_t b = 0; b < a; b++) row[b] = products[column(p, b)];
        row[a] = sqrt(fabs(cx__factor_row(p->factor, p->room, a, products[column(p, a)])));
    }
    for (int64_t i = kept; i < before; i++) {
        const int64_t j = column(p, i);
        p->cov[j] = p->m->cross[p->k * d + j];
        for (int64_t a = 0; a < kept; a++) p->cov[j] -= coef[column(p, a)] * p->row[a * d + j];
    }
}

static cx_status grow(cx__lars *p)
{
    if (p->steps + 1 < p->rows) return CX_OK;
    const int64_t rows = p->rows * 2 + 8;
    const size_t bytes = (size_t)(rows * (p->m->d + 1)) * sizeof *p->coef;
    double *block = cx__calloc((size_t)(rows * (p->m->d + 1)), sizeof *block);
    if (block == NULL) return cx__fail_nomem("fit", "a path", bytes);
    if (p->coef != NULL) {
        memcpy(block, p->coef, (size_t)(p->rows * p->m->d) * sizeof *block);
        memcpy(block + rows * p->m->d, p->alpha, (size_t)p->rows * sizeof *block);
    }
    cx__free(p->coef);
    p->coef = block;
    p->alpha = block + rows * p->m->d;
    p->rows = rows;
    return CX_OK;
}

/* The path ends at least_alpha, between this step and the one before. */
static void end_between(cx__lars *p)
{
    const int64_t d = p->m->d;
    double *alpha = p->alpha + p->steps, *coef = p->coef + p->steps * d;
    if (fabs(*alpha - p->least_alpha) <= (double)FLT_EPSILON) return;
    if (p->steps > 0) {
        const double share = (alpha[-1] - p->least_alpha) / (alpha[-1] - *alpha);
        const double *before = coef - d;
        for (int64_t j = 0; j < d; j++) coef[j] = before[j] + share * (coef[j] - before[j]);
    }
    *alpha = p->least_alpha;
}

static void step_on(cx__lars *p, double top, double angle)
{
    const int64_t d = p->m->d;
    double step = length(p, top, angle);
    const double *before = p->coef + p->steps * d;
    double *coef = p->coef + (p->steps + 1) * d;
    turn_signs(p, before, &step);
    p->steps++;
    memcpy(coef, before, (size_t)d * sizeof *coef);
    for (int64_t a = 0; a < p->active; a++) coef[column(p, a)] += step * p->along[a];
    for (int64_t i = p->active; i < d; i++) p->cov[column(p, i)] -= step * p->change[column(p, i)];
    if (p->held && p->lasso) leave(p, coef);
}

static cx_status walk(cx__lars *p)
{
    const double n = (double)p->m->n;
    for (;;) {
        double top;
        CX__TRY(cx_poll());
        CX__TRY(grow(p));
        const int64_t place = largest(p, &top);
        double *alpha = p->alpha + p->steps;
        *alpha = top / n;
        if (*alpha <= p->least_alpha + (double)FLT_EPSILON) {
            end_between(p);
            return CX_OK;
        }
        if (p->steps >= p->most || p->active >= p->m->d) return CX_OK;
        if (!p->held && p->active >= p->room) return CX_OK;
        if (!p->held && !join(p, place)) continue;
        if (p->lasso && p->steps > 0 && alpha[-1] < *alpha) {
            p->early = "rounding has outgrown the residual";
            return CX_OK;
        }
        const double angle = direction(p);
        if (!isfinite(angle)) {
            p->early = "the active columns nearly depend on each other";
            return CX_OK;
        }
        step_on(p, top, angle);
    }
}

static cx_status start(cx__lars *p)
{
    const int64_t d = p->m->d;
    p->room = p->most < d ? p->most : d;
    const int64_t count = p->room * (p->room + d + 2) + 3 * d;
    double *at = p->memory = cx__calloc((size_t)count, sizeof *at);
    if (at == NULL) return cx__fail_nomem("fit", "a path", (size_t)count * sizeof *at);
    p->order = at;
    p->cov = p->order + d;
    p->change = p->cov + d;
    p->sign = p->change + d;
    p->along = p->sign + p->room;
    p->factor = p->along + p->room;
    p->row = p->factor + p->room * p->room;
    for (int64_t j = 0; j < d; j++) p->order[j] = (double)j;
    memcpy(p->cov, p->m->cross + p->k * d, (size_t)d * sizeof *p->cov);
    return CX_OK;
}

cx_status cx__lars_walk(cx__lars *p)
{
    CX__TRY(start(p));
    return walk(p);
}

void cx__lars_free(cx__lars *p)
{
    cx__free(p->coef);
    cx__free(p->memory);
}

void cx__lars_warn(const cx__lars *p, const char *name)
{
    if (p->dropped > 0)
        cx__warn(CX_E_CONVERGENCE,
                 "%s: %lld columns depend on those active before them and are left out, the last "
                 "of them column %lld (pivot %.3g)",
                 name, (long long)p->dropped, (long long)p->last_dropped, p->pivot);
    if (p->early != NULL)
        cx__warn(CX_E_CONVERGENCE, "%s: %s; the path ends after %lld steps", name, p->early,
                 (long long)p->steps);
}
