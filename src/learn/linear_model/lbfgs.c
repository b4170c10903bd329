/* L-BFGS (Liu and Nocedal 1989) with the stopping rules, restarts and line search of L-BFGS-B 3.0,
 * so that a fit takes the steps that SciPy's does, up to rounding.
 *
 * The inverse Hessian is applied by the two-loop recursion from the last `memory` steps. Knows a
 * function of n numbers. */
#include "learn/linear_model/lbfgs.h"

#include "learn/numeric/numeric.h"
#include "ops/primitives.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct history {
    double *step, *change, *rho, *alpha; /* [memory, n] twice, [memory] twice */
    int64_t n, memory, count, next;
} history;

static void axpy(double a, const double *x, double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] += a * x[i];
}

static double max_abs(const double *v, int64_t n)
{
    double m = 0;
    for (int64_t i = 0; i < n; i++) m = fabs(v[i]) > m || isnan(v[i]) ? fabs(v[i]) : m;
    return m;
}

/* d = -H g */
static void direction(const history *h, const double *g, double *d)
{
    for (int64_t i = 0; i < h->n; i++) d[i] = -g[i];
    if (h->count == 0) return;
    int64_t at = h->next;
    for (int64_t k = 0; k < h->count; k++) {
        at = (at + h->memory - 1) % h->memory;
        h->alpha[at] = cx__dot(h->step + at * h->n, d, h->n) * h->rho[at];
        axpy(-h->alpha[at], h->change + at * h->n, d, h->n);
    }
    const int64_t last = (h->next + h->memory - 1) % h->memory;
    const double *y = h->change + last * h->n;
    const double scale = 1 / (h->rho[last] * cx__dot(y, y, h->n));
    for (int64_t i = 0; i < h->n; i++) d[i] *= scale;
    for (int64_t k = 0; k < h->count; k++) {
        const double beta = h->rho[at] * cx__dot(h->change + at * h->n, d, h->n);
        axpy(h->alpha[at] - beta, h->step + at * h->n, d, h->n);
        at = (at + 1) % h->memory;
    }
}

/* Remember the pair (t d, g - g_old), unless its curvature is not safely positive. */
static void remember(history *h, double t, const double *d, const double *g, const double *g_old,
                     double slope, double slope_old)
{
    if ((slope - slope_old) * t <= DBL_EPSILON * -slope_old * t) return;
    double *s = h->step + h->next * h->n, *y = h->change + h->next * h->n;
    for (int64_t i = 0; i < h->n; i++) {
        s[i] = t * d[i];
        y[i] = g[i] - g_old[i];
    }
    h->rho[h->next] = 1 / ((slope - slope_old) * t);
    h->next = (h->next + 1) % h->memory;
    if (h->count < h->memory) h->count++;
}

typedef struct state {
    const cx__lbfgs_problem *p;
    double *x, *g, *x_old, *g_old, *d;
    double f, slope;
    cx__lbfgs_result *out;
} state;

/* Search along d from x. *found false: no acceptable step, and x, f, g are as before. */
static cx_status search(state *s, bool first, double *step, bool *found)
{
    const int64_t n = s->p->n;
    const double f_old = s->f, slope_old = cx__dot(s->g, s->d, n);
    memcpy(s->x_old, s->x, (size_t)n * sizeof *s->x);
    memcpy(s->g_old, s->g, (size_t)n * sizeof *s->g);
    *found = false;
    if (!(slope_old < 0)) return CX_OK;
    cx__search line;
    cx__search_start(&line, first ? fmin(1 / sqrt(cx__dot(s->d, s->d, n)), 1e10) : 1, f_old,
                     slope_old);
    for (int64_t k = 0; k < s->p->max_search; k++) {
        const double t = line.step;
        for (int64_t i = 0; i < n; i++)
            s->x[i] = t == 1 ? s->x_old[i] + s->d[i] : s->x_old[i] + t * s->d[i];
        CX__TRY(s->p->value(s->p->ctx, s->x, &s->f, s->g));
        s->out->evaluations++;
        s->slope = cx__dot(s->g, s->d, n);
        *step = t;
        *found = cx__search_next(&line, s->f, s->slope);
        if (*found) return CX_OK;
    }
    memcpy(s->x, s->x_old, (size_t)n * sizeof *s->x);
    memcpy(s->g, s->g_old, (size_t)n * sizeof *s->g);
    s->f = f_old;
    return CX_OK;
}

static cx_status iterate(state *s, history *h, const char *where)
{
    const cx__lbfgs_problem *p = s->p;
    cx__lbfgs_result *out = s->out;
    CX__TRY(p->value(p->ctx, s->x, &s->f, s->g));
    out->evaluations = 1;
    out->gmax = max_abs(s->g, p->n);
    while (out->gmax > p->gtol) {
        CX__TRY(cx__poll(where));
        const double f_old = s->f;
        double step = 0;
        bool found = false;
        direction(h, s->g, s->d);
        CX__TRY(search(s, out->iterations == 0, &step, &found));
        if (!found) {
            out->why = CX__LBFGS_ABNORMAL;
            if (h->count == 0) return CX_OK; /* not even along the gradient */
            h->count = h->next = 0;
            continue;
        }
        out->iterations++;
        out->gmax = max_abs(s->g, p->n);
        if (p->iterated != NULL) CX__TRY(p->iterated(p->ctx, out->iterations));
        out->why = out->iterations >= p->max_iter ? CX__LBFGS_MAX_ITER : CX__LBFGS_MAX_EVAL;
        if (out->iterations >= p->max_iter || out->evaluations > p->max_eval) return CX_OK;
        if (f_old - s->f <= p->ftol * fmax(fmax(fabs(f_old), fabs(s->f)), 1)) break;
        remember(h, step, s->d, s->g, s->g_old, s->slope, cx__dot(s->g_old, s->d, p->n));
    }
    out->why = isnan(out->gmax) ? CX__LBFGS_ABNORMAL : CX__LBFGS_CONVERGED;
    return CX_OK;
}

cx_status cx__lbfgs(const char *where, const cx__lbfgs_problem *p, double *x, cx__lbfgs_result *out)
{
    *out = (cx__lbfgs_result){.f = NAN};
    double *work = cx__scratch_f64(where, "the minimiser's history", 2 * p->memory + 4, p->n + 1);
    if (work == NULL) return CX_E_NOMEM;
    const int64_t n = p->n, m = p->memory;
    history h = {
        .n = n, .memory = m, .step = work, .change = work + m * n, .rho = work + 2 * m * n};
    h.alpha = h.rho + m;
    state s = {.p = p, .x = x, .g = h.alpha + m, .out = out};
    s.x_old = s.g + n;
    s.g_old = s.x_old + n;
    s.d = s.g_old + n;
    const cx_status st = iterate(&s, &h, where);
    out->f = s.f;
    cx__scratch_free(work);
    return st;
}
