/* The L1 penalty with squared errors by coordinate descent: see margin.h.
 *
 * One idea: what is left of each row's margin is kept, so a column's slope and curvature are one
 * pass over the rows that fall short, and a step is halved until the objective falls enough; the
 * curvature over all rows bounds the loss, which mostly spares looking at it. */
#include "learn/svm/linear/margin.h"

#include "base/alloc.h"
#include "base/object.h"
#include <calx/scope.h>
#include <math.h>
#include <string.h>

enum { HALVINGS = 20 };

typedef struct columns {
    const cx__margin *p;
    double *coef;
    double *signed_x; /* [w, n]: y x */
    double *left;     /* [n] 1 - y (x coef) */
    double *bound;    /* [w] curvature over all rows, halved */
    cx__visits visits;
    void *memory;
} columns;

static cx_status make(const cx__margin *p, double *coef, columns *m)
{
    const size_t doubles = (size_t)(p->w * p->n + p->n + p->w),
                 bytes = doubles * sizeof(double) + (size_t)p->w * sizeof(int32_t);
    *m = (columns){.p = p, .coef = coef, .memory = cx__alloc(bytes)};
    if (!m->memory) return cx__fail_nomem("fit", "columns", bytes);
    m->signed_x = m->memory;
    m->left = m->signed_x + p->w * p->n;
    m->bound = m->left + p->n;
    cx__visits_begin(&m->visits, (int32_t *)(void *)(m->bound + p->w), p->w);
    for (int64_t i = 0; i < p->n; i++) m->left[i] = 1;
    for (int64_t j = 0; j < p->w; j++) {
        coef[j] = m->bound[j] = 0;
        for (int64_t i = 0; i < p->n; i++) {
            const double v = m->signed_x[j * p->n + i] = p->y[i] * p->x[j * p->n + i];
            m->bound[j] += p->c[i] * v * v;
        }
    }
    return CX_OK;
}

/* From the coefficients, where too many small shifts have piled up. */
static void renew(columns *m)
{
    const int64_t n = m->p->n;
    for (int64_t i = 0; i < n; i++) m->left[i] = 1;
    for (int64_t j = 0; j < m->p->w; j++)
        for (int64_t i = 0; m->coef[j] != 0 && i < n; i++)
            m->left[i] -= m->coef[j] * m->signed_x[j * n + i];
}

/* By at most `by`, where the loss has this slope. */
static void move(columns *m, int64_t j, double slope, double by)
{
    const double *const x = m->signed_x + j * m->p->n;
    const double was = m->coef[j];
    double enough = fabs(was + by) - fabs(was) + slope * by, done = 0, loss = 0;
    int k = 0;
    for (; k < HALVINGS; k++) {
        const double penalty = fabs(was + by) - fabs(was) - 0.01 * enough;
        double around[2];
        m->p->ops->shift(m->p->n, m->p->c, x, done - by, m->left, around);
        done = by;
        if (k == 0) loss = around[0];
        if (m->bound[j] * by * by + slope * by + penalty <= 0) break;
        if (penalty + around[1] - loss <= 0) break;
        by *= 0.5;
        enough *= 0.5;
    }
    m->coef[j] += by;
    if (k == HALVINGS) renew(m);
}

/* One column; its violation, below 0: it may be left out. */
static double step(void *ctx, int64_t j, double largest)
{
    columns *const m = ctx;
    const cx__margin *const p = m->p;
    const double most = largest / (double)p->n;
    const double *const x = m->signed_x + j * p->n;
    double sums[2];
    p->ops->slope(p->n, p->c, x, m->left, sums);
    const double slope = 2 * sums[0], curve = fmax(2 * sums[1], 1e-12);
    const double up = slope + 1, down = slope - 1, was = m->coef[j];
    double off = 0;
    if (was != 0) {
        off = fabs(was > 0 ? up : down);
    } else if (up < 0) {
        off = -up;
    } else if (down > 0) {
        off = down;
    } else if (up > most && down < -most) {
        return -1;
    }
    double by = -was;
    if (up < curve * was)
        by = -up / curve;
    else if (down > curve * was)
        by = -down / curve;
    if (fabs(by) >= 1e-12) move(m, j, slope, by);
    return off;
}

cx_status cx__margin_sparse(const cx__margin *p, double *coef, int64_t *rounds)
{
    columns m;
    *rounds = 0;
    CX__TRY(make(p, coef, &m));
    const cx_status st = cx__visits_run(&m.visits, p, step, &m, rounds);
    cx__free(m.memory);
    return st;
}
