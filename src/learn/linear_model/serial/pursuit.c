/* Orthogonal matching pursuit: columns join one by one, least squares over those inside.
 *
 * One idea: the Cholesky factor of the columns inside grows by a row a step; the next column is the
 * one with the largest product with the residual. Source: Rubinstein, Zibulevsky, Elad, Technion
 * CS-2008-08. Knows no parameters and no attributes. */
#include "learn/linear_model/serial/pursuit.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/grow.h"
#include <calx/scope.h>
#include <float.h>
#include <math.h>
#include <string.h>

static int64_t column(const cx__pursuit *p, int64_t i)
{
    return (int64_t)p->member[i];
}

static int64_t steepest(const cx__pursuit *p)
{
    int64_t best = 0;
    for (int64_t j = 1; j < p->m->d; j++)
        if (fabs(p->slope[j]) > fabs(p->slope[best])) best = j;
    return best;
}

/* Column j joins; false if it is inside, has nothing to add, or depends on those inside. */
static bool join(cx__pursuit *p, int64_t j)
{
    const cx__normal *m = p->m;
    const int64_t i = p->count;
    const double add = m->gram != NULL && !p->by_first ? p->slope[j] : m->cross[p->k * m->d + j];
    if (p->inside[j] != 0 || add * add < DBL_EPSILON) return false;
    double *row = p->factor + i * p->most;
    for (int64_t a = 0; a < i; a++) row[a] = cx__normal_product(m, j, column(p, a));
    const double left = cx__factor_row(p->factor, p->most, i, m->square[j]);
    if (i > 0 && left <= DBL_EPSILON) return false;
    row[i] = sqrt(left);
    p->member[i] = (double)j;
    p->inside[j] = 1;
    p->count++;
    return true;
}

/* Least squares over those inside; products with what is left, and its squared length. */
static double settle(cx__pursuit *p)
{
    const cx__normal *m = p->m;
    const double *cross = m->cross + p->k * m->d;
    double left = m->yy[p->k];
    for (int64_t a = 0; a < p->count; a++) p->at[a] = cross[column(p, a)];
    cx__factor_solve(p->factor, p->most, p->count, p->at);
    if (m->gram == NULL) {
        memcpy(p->residual, m->y + p->k * m->n, (size_t)m->n * sizeof *p->residual);
        for (int64_t a = 0; a < p->count; a++)
            cx__axpy(-p->at[a], m->columns + column(p, a) * m->n, p->residual, m->n);
        for (int64_t j = 0; j < m->d; j++)
            p->slope[j] = cx__dot(m->columns + j * m->n, p->residual, m->n);
        return cx__dot(p->residual, p->residual, m->n);
    }
    memcpy(p->slope, cross, (size_t)m->d * sizeof *p->slope);
    for (int64_t a = 0; a < p->count; a++) {
        cx__axpy(-p->at[a], m->gram + column(p, a) * m->d, p->slope, m->d);
        left -= p->at[a] * cross[column(p, a)];
    }
    return fabs(left);
}

static cx_status start(cx__pursuit *p)
{
    const int64_t d = p->m->d, count = p->most * (p->most + 2) + 2 * d + p->m->n;
    double *at = p->memory = cx__calloc((size_t)count, sizeof *at);
    if (at == NULL) return cx__fail_nomem("fit", "columns", (size_t)count * sizeof *at);
    p->member = at;
    p->at = p->member + p->most;
    p->slope = p->at + p->most;
    p->inside = p->slope + d;
    p->residual = p->inside + d;
    p->factor = p->residual + p->m->n;
    memcpy(p->slope, p->m->cross + p->k * d, (size_t)d * sizeof *p->slope);
    return CX_OK;
}

cx_status cx__pursue(cx__pursuit *p)
{
    CX__TRY(start(p));
    while (p->count < p->most) {
        CX__TRY(cx_poll());
        if (!join(p, steepest(p))) break;
        const double left = settle(p);
        for (int64_t a = 0; p->path != NULL && a < p->count; a++)
            p->path[(p->count - 1) * p->m->d + column(p, a)] = p->at[a];
        if (p->tol >= 0 ? left <= p->tol : p->count == p->most) return CX_OK;
    }
    p->premature = true;
    return CX_OK;
}

void cx__pursuit_free(cx__pursuit *p)
{
    cx__free(p->memory);
}
