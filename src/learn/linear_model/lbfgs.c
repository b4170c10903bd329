/* L-BFGS (Liu and Nocedal 1989) with the stopping rules, restarts and line search of L-BFGS-B 3.0,
 * so that a fit takes the steps that SciPy's does, up to rounding.
 *
 * Vectors stay on the problem's device; the host steers by a few numbers of each evaluation: the
 * value, the slope, the largest component of the gradient. Knows a function of n numbers. */
#include "learn/linear_model/lbfgs.h"

#include "base/object.h"
#include <float.h>
#include <math.h>

typedef struct history {
    double *step, *change; /* [memory, n] each, on the device */
    double rho[CX_LEARN_MEMORY];
    int64_t memory, count, next;
} history;

typedef struct state {
    const cx__lbfgs_problem *p;
    double *x, *g, *x_old, *g_old, *d, *record_at;
    cx_array *record; /* [3] */
    double f, slope, gmax;
    cx__lbfgs_result *out;
} state;

static cx_status combine(const state *s, double a, const double *x, double b, const double *y,
                         double *out)
{
    const cx__site *site = s->p->site;
    return site->ops->combine(site->queue, s->p->n, a, x, b, y, out);
}

static cx_status evaluate(state *s, const double *along)
{
    double record[3];
    CX__TRY(s->p->value(s->p->ctx, s->x, along, s->g, s->record_at));
    CX__TRY(cx__read(s->p->site, s->record, record));
    s->f = record[0];
    s->slope = record[1];
    s->gmax = record[2];
    s->out->evaluations++;
    return CX_OK;
}

/* d = -H g; its slope and squared length. */
static cx_status direction(state *s, const history *h, double *slope, double *square)
{
    const cx__site *site = s->p->site;
    const cx_learn_history call = {.n = s->p->n,
                                   .memory = h->memory,
                                   .count = h->count,
                                   .first = (h->next + h->memory - h->count) % h->memory,
                                   .step = h->step,
                                   .change = h->change,
                                   .rho = h->rho};
    double record[3];
    CX__TRY(site->ops->direction(site->queue, &call, s->g, s->d, s->record_at));
    CX__TRY(cx__read(site, s->record, record));
    *slope = record[0];
    *square = record[1];
    return CX_OK;
}

/* Remember the pair (t d, g - g_old), unless its curvature is not safely positive. */
static cx_status remember(const state *s, history *h, double t, double slope_old)
{
    if ((s->slope - slope_old) * t <= DBL_EPSILON * -slope_old * t) return CX_OK;
    CX__TRY(combine(s, t, s->d, 0, NULL, h->step + h->next * s->p->n));
    CX__TRY(combine(s, 1, s->g, -1, s->g_old, h->change + h->next * s->p->n));
    h->rho[h->next] = 1 / ((s->slope - slope_old) * t);
    h->next = (h->next + 1) % h->memory;
    if (h->count < h->memory) h->count++;
    return CX_OK;
}

/* Where we are becomes what was, and back. */
static void swap(state *s)
{
    double *const x = s->x, *const g = s->g;
    s->x = s->x_old;
    s->g = s->g_old;
    s->x_old = x;
    s->g_old = g;
}

/* Search along d from x. *found false: no acceptable step, and x, f, g are as before. */
static cx_status search(state *s, double first_step, double slope_old, double *step, bool *found)
{
    const double f_old = s->f, gmax_old = s->gmax;
    *found = false;
    if (!(slope_old < 0)) return CX_OK;
    cx__search line;
    cx__search_start(&line, first_step, f_old, slope_old);
    swap(s);
    for (int64_t k = 0; k < s->p->max_search; k++) {
        *step = line.step;
        CX__TRY(combine(s, 1, s->x_old, line.step, s->d, s->x));
        CX__TRY(evaluate(s, s->d));
        if (!isfinite(s->f) || !isfinite(s->slope)) { /* too far: nothing can be learned there */
            cx__search_start(&line, 0.1 * line.step, f_old, slope_old);
            continue;
        }
        *found = cx__search_next(&line, s->f, s->slope);
        if (*found) return CX_OK;
    }
    swap(s);
    s->f = f_old;
    s->gmax = gmax_old;
    return CX_OK;
}

static cx_status iterate(state *s, history *h)
{
    const cx__lbfgs_problem *p = s->p;
    cx__lbfgs_result *out = s->out;
    CX__TRY(evaluate(s, NULL));
    out->gmax = s->gmax;
    while (out->gmax > p->gtol) {
        CX__TRY(cx__poll(p->site->where));
        const double f_old = s->f;
        double step = 0, slope_old, square;
        bool found = false;
        CX__TRY(direction(s, h, &slope_old, &square));
        const double first = out->iterations == 0 ? fmin(1 / sqrt(square), 1e10) : 1;
        CX__TRY(search(s, first, slope_old, &step, &found));
        if (!found) {
            out->why = CX__LBFGS_ABNORMAL;
            if (h->count == 0) return CX_OK; /* not even along the gradient */
            h->count = h->next = 0;
            continue;
        }
        out->iterations++;
        out->gmax = s->gmax;
        if (p->iterated != NULL) CX__TRY(p->iterated(p->ctx, out->iterations));
        out->why = out->iterations >= p->max_iter ? CX__LBFGS_MAX_ITER : CX__LBFGS_MAX_EVAL;
        if (out->iterations >= p->max_iter || out->evaluations > p->max_eval) return CX_OK;
        if (f_old - s->f <= p->ftol * fmax(fmax(fabs(f_old), fabs(s->f)), 1)) break;
        CX__TRY(remember(s, h, step, slope_old));
    }
    out->why = isnan(out->gmax) ? CX__LBFGS_ABNORMAL : CX__LBFGS_CONVERGED;
    return CX_OK;
}

cx_status cx__lbfgs(const cx__lbfgs_problem *p, cx_array *x, cx__lbfgs_result *out)
{
    *out = (cx__lbfgs_result){.f = NAN};
    const int64_t n = p->n, m = p->memory;
    if (m < 1 || m > CX_LEARN_MEMORY)
        return cx__fail(CX_E_INTERNAL, p->site->where, "a memory of %lld steps", (long long)m);
    cx_array *work = cx__new_f64(p->site, 2 * m + 4, n);
    state s = {.p = p, .record = cx__new_f64(p->site, 3, -1), .out = out};
    double *const start = cx__at(x), *const vectors = cx__at(work);
    s.record_at = cx__at(s.record);
    CX__TRY(cx__so_far());
    history h = {.memory = m, .step = vectors, .change = vectors + m * n};
    s.x = start;
    s.g = vectors + 2 * m * n;
    s.x_old = s.g + n;
    s.g_old = s.x_old + n;
    s.d = s.g_old + n;
    CX__TRY(iterate(&s, &h));
    out->f = s.f;
    return s.x == start ? CX_OK : combine(&s, 1, s.x, 0, NULL, start);
}
