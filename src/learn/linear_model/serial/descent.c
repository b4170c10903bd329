/* Coordinate descent: sweeps over the coordinates, the duality gap as the rule that ends them, and
 * gap-safe screening of coordinates that must be 0 at the minimum.
 *
 * One idea: sweeps move what a step needs, X^T X w where the products are known and the residual
 * otherwise. Stopping rule and order of draws are scikit-learn's, so that iterations agree.
 * Source: Friedman, Hastie, Tibshirani, J. Stat. Softw. 33 (2010); Ndiaye, Fercoq, Gramfort,
 * Salmon, JMLR 18 (2017). Knows no arrays and no estimators. */
#include "learn/linear_model/serial/descent.h"

#include "base/object.h"
#include <calx/scope.h>
#include <math.h>
#include <string.h>

__extension__ typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

static pair at(const double *x)
{
    return *(const pair *)(const void *)x;
}

double cx__dot(const double *x, const double *y, int64_t n)
{
    pair a = {0, 0}, b = a, c = a, d = a;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        a += at(x + i) * at(y + i);
        b += at(x + i + 2) * at(y + i + 2);
        c += at(x + i + 4) * at(y + i + 4);
        d += at(x + i + 6) * at(y + i + 6);
    }
    const pair sum = (a + b) + (c + d);
    double rest = 0;
    for (; i < n; i++) rest += x[i] * y[i];
    return sum[0] + sum[1] + rest;
}

void cx__axpy(double a, const double *restrict x, double *restrict y, int64_t n)
{
    const pair by = {a, a};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        pair *to = (pair *)(void *)(y + i);
        to[0] += by * at(x + i);
        to[1] += by * at(x + i + 2);
        to[2] += by * at(x + i + 4);
        to[3] += by * at(x + i + 6);
    }
    for (; i < n; i++) y[i] += a * x[i];
}

typedef struct sweep {
    const cx__descent *p;
    double l1, l2;
    double *w;
    double *moving; /* [t, d] X^T X w, or [t, n] the residual y - X w */
    double *slope;  /* [t, d] scratch of the gap: X^T (y - X w) - l2 w */
    double *active; /* [d] coordinates that are not screened out, as numbers */
    double *now;    /* [t] a coordinate's new values */
    int64_t count;  /* of the active ones */
    double dual;    /* largest slope, where l1 > 0 */
    uint32_t draw;
} sweep;

int64_t cx__descent_scratch(const cx__descent *p)
{
    return p->t * (p->d + 1 + (p->gram != NULL ? p->d : p->n)) + p->d;
}

/* Row j of gram is about to be used. The slopes that a descent keeps for its gap are free here. */
static cx_status need_row(const sweep *s, int64_t j)
{
    const cx__descent *p = s->p;
    if (p->need == NULL || p->have[j] != 0) return CX_OK;
    for (int64_t i = 0; i < p->d; i++) s->slope[i] = p->cross[i] - s->moving[i];
    return p->need(p->ctx, j, s->slope, s->l1);
}

/* w[k, j] has changed by `by`. */
static void moved(const sweep *s, int64_t k, int64_t j, double by)
{
    const cx__descent *p = s->p;
    if (by == 0) return;
    if (p->gram != NULL)
        cx__axpy(by, p->gram + j * p->d, s->moving + k * p->d, p->d);
    else
        cx__axpy(-by, p->columns + j * p->n, s->moving + k * p->n, p->n);
}

/* Product of column j with the residual of target k. */
static double slope_of(const sweep *s, int64_t k, int64_t j)
{
    const cx__descent *p = s->p;
    return p->gram != NULL ? p->cross[k * p->d + j] - s->moving[k * p->d + j]
                           : cx__dot(p->columns + j * p->n, s->moving + k * p->n, p->n);
}

/* Size of coordinate j of v [t, d]: over all targets. */
static double size_of(const sweep *s, const double *v, int64_t j)
{
    if (s->p->t == 1) return fabs(v[j]);
    double sum = 0;
    for (int64_t k = 0; k < s->p->t; k++) sum += v[k * s->p->d + j] * v[k * s->p->d + j];
    return sqrt(sum);
}

static cx_status start(const sweep *s)
{
    const cx__descent *p = s->p;
    if (p->gram != NULL)
        memset(s->moving, 0, (size_t)(p->t * p->d) * sizeof *s->moving);
    else
        memcpy(s->moving, p->y, (size_t)(p->t * p->n) * sizeof *s->moving);
    for (int64_t j = 0; j < p->d; j++) {
        if (size_of(s, s->w, j) == 0) continue;
        CX__TRY(need_row(s, j));
        for (int64_t k = 0; k < p->t; k++) moved(s, k, j, s->w[k * p->d + j]);
    }
    return CX_OK;
}

/* |r|^2 and r . y of the residual r; slopes without the penalty. */
static void residual(const sweep *s, double *square, double *along)
{
    const cx__descent *p = s->p;
    const int64_t all = p->t * p->d;
    if (p->gram != NULL) {
        const double qw = cx__dot(s->w, p->cross, all);
        *square = p->yy + cx__dot(s->w, s->moving, all) - 2 * qw;
        *along = p->yy - qw;
    } else {
        *square = cx__dot(s->moving, s->moving, p->t * p->n);
        *along = cx__dot(s->moving, p->y, p->t * p->n);
    }
    for (int64_t k = 0; k < p->t; k++)
        for (int64_t j = 0; j < p->d; j++) s->slope[k * p->d + j] = slope_of(s, k, j);
}

/* Duality gap at w; without a penalty the squared gradient. Leaves slopes and s->dual. */
static double duality_gap(sweep *s)
{
    const cx__descent *p = s->p;
    const int64_t d = p->d, all = p->t * d;
    double square, along, lasso = 0;
    residual(s, &square, &along);
    const double ridge = s->l2 > 0 ? s->l2 * cx__dot(s->w, s->w, all) : 0;
    if (s->l1 == 0) {
        const double steep = cx__dot(s->slope, s->slope, all);
        return s->l2 == 0 ? steep : square - along + ridge / 2 + steep / (2 * s->l2);
    }
    for (int64_t i = 0; i < all; i++) s->slope[i] -= s->l2 * s->w[i];
    double top = p->positive ? -INFINITY : 0;
    for (int64_t j = 0; j < d; j++) {
        const double size = p->positive ? s->slope[j] : size_of(s, s->slope, j);
        if (size > top) top = size;
        lasso += size_of(s, s->w, j);
    }
    s->dual = top;
    const double shrink = top > s->l1 ? s->l1 / top : 1, smooth = square + ridge;
    return smooth / 2 + s->l1 * lasso + shrink * shrink * smooth / 2 - shrink * along;
}

/* Keep the coordinates that may be non-zero at the minimum, given the gap; the first time all are
 * looked at. */
static void screen(sweep *s, double gap, bool first)
{
    const cx__descent *p = s->p;
    const double radius = sqrt(2 * fabs(gap)) / s->l1, scale = fmax(s->l1, s->dual);
    const int64_t before = first ? p->d : s->count;
    s->count = 0;
    for (int64_t i = 0; i < before; i++) {
        const int64_t j = first ? i : (int64_t)s->active[i];
        const double far = (1 - size_of(s, s->slope, j) / scale) / sqrt(p->square[j] + s->l2);
        if (p->square[j] != 0 && far <= radius) {
            s->active[s->count++] = (double)j;
            continue;
        }
        for (int64_t k = 0; k < p->t; k++) {
            if (p->square[j] != 0) moved(s, k, j, -s->w[k * p->d + j]);
            s->w[k * p->d + j] = 0;
        }
    }
}

/* The pseudo-random order: xorshift of 32 bits (Marsaglia 2003), its lower 31. */
static int64_t draw(uint32_t *state, int64_t n)
{
    if (*state == 0) *state = 1;
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return (int64_t)((*state & 0x7fffffffU) % (uint32_t)n);
}

/* The best values of coordinate j with the others as they are, into s->now. */
static void best_values(const sweep *s, int64_t j)
{
    const cx__descent *p = s->p;
    const double square = p->square[j];
    double sum = 0;
    for (int64_t k = 0; k < p->t; k++) {
        s->now[k] = slope_of(s, k, j) + s->w[k * p->d + j] * square;
        sum += s->now[k] * s->now[k];
    }
    if (p->t == 1) {
        const double at = s->now[0], left = fabs(at) - s->l1;
        s->now[0] = left > 0 ? copysign(left, at) / (square + s->l2) : 0;
        if (p->positive && at < 0) s->now[0] = 0;
        return;
    }
    const double size = sqrt(sum), left = size > 0 ? 1 - s->l1 / size : 0,
                 scale = left > 0 ? left / (square + s->l2) : 0;
    for (int64_t k = 0; k < p->t; k++) s->now[k] *= scale;
}

/* Coordinate j to its best; *change: the largest one of its values. */
static cx_status step(const sweep *s, int64_t j, double *change)
{
    const cx__descent *p = s->p;
    *change = 0;
    if (p->square[j] == 0) return CX_OK;
    best_values(s, j);
    for (int64_t k = 0; k < p->t; k++)
        *change = fmax(*change, fabs(s->now[k] - s->w[k * p->d + j]));
    if (*change == 0) return CX_OK;
    CX__TRY(need_row(s, j));
    for (int64_t k = 0; k < p->t; k++) {
        double *w = s->w + k * p->d + j;
        moved(s, k, j, s->now[k] - *w);
        *w = s->now[k];
    }
    return CX_OK;
}

/* Every active coordinate once, or as many drawn; true if the changes have become small. */
static cx_status sweep_once(sweep *s, bool *small)
{
    double most = 0, largest = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t at = s->p->random ? draw(&s->draw, s->count) : i, j = (int64_t)s->active[at];
        double change;
        CX__TRY(step(s, j, &change));
        most = fmax(most, change);
        for (int64_t k = 0; k < s->p->t; k++) largest = fmax(largest, fabs(s->w[k * s->p->d + j]));
    }
    *small = largest == 0 || most / largest <= s->p->tol;
    return CX_OK;
}

cx_status cx__descend(const cx__descent *p, double l1, double l2, uint32_t seed, double *w,
                      double *scratch, cx__descent_end *out)
{
    sweep s = {.p = p, .l1 = l1, .l2 = l2, .w = w, .count = p->d, .draw = seed};
    s.slope = scratch;
    s.now = s.slope + p->t * p->d;
    s.active = s.now + p->t;
    s.moving = s.active + p->d;
    CX__TRY(start(&s));
    *out = (cx__descent_end){.limit = p->tol * p->yy, .converged = true};
    out->gap = duality_gap(&s);
    /* products may cancel to a negative gap, which says nothing yet */
    if (out->gap <= out->limit && (p->gram == NULL || out->gap >= 0)) return CX_OK;
    for (int64_t j = 0; j < p->d; j++) s.active[j] = (double)j;
    if (l1 > 0) screen(&s, out->gap, true);
    for (out->sweeps = 1; out->sweeps <= p->max_iter; out->sweeps++) {
        bool small;
        CX__TRY(sweep_once(&s, &small));
        CX__TRY(cx_poll());
        if (!small && out->sweeps < p->max_iter) continue;
        out->gap = duality_gap(&s);
        if (out->gap <= out->limit) return CX_OK;
        if (l1 > 0) screen(&s, out->gap, false);
    }
    out->sweeps = p->max_iter;
    out->converged = false;
    return CX_OK;
}
