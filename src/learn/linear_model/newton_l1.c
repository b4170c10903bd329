/* Proximal Newton (Lee, Sun and Saunders 2014) for a smooth convex function plus weighted absolute
 * values: a quadratic model and the absolute values are minimised by coordinate descent, then a
 * backtracking step is taken. The data stays where it is; models of n variables are the host's. */
#include "learn/linear_model/lbfgs.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <math.h>
#include <string.h>

enum { MOST_SWEEPS = 1000 };

typedef struct proximal {
    const cx__lbfgs_problem *p;
    const cx__array_function *f;
    cx__hessian *hessian;
    int64_t n;
    cx_array *there;                 /* [n] the point, on the device */
    double *x, *g, *old, *d, *model; /* [n] on the host */
    const double *l1;
    double value, gmax; /* value with the absolute values */
    cx__lbfgs_result *out;
} proximal;

/* The smallest subgradient's largest component. */
static double steepest(const proximal *t)
{
    double most = 0;
    for (int64_t j = 0; j < t->n; j++) {
        const double g = t->g[j], c = t->l1[j];
        const double s = t->x[j] > 0 ? g + c : t->x[j] < 0 ? g - c : fmax(fabs(g) - c, 0);
        if (fabs(s) > most || isnan(s)) most = fabs(s);
    }
    return most;
}

static double penalty(const proximal *t, const double *x)
{
    double sum = 0;
    for (int64_t j = 0; j < t->n; j++) sum += t->l1[j] * fabs(x[j]);
    return sum;
}

/* Value and slopes at x of the host. */
static cx_status evaluate(proximal *t)
{
    const cx__site *s = t->p->site;
    const cx_scope inner = cx_scope_open();
    cx_array *f = NULL, *g = NULL;
    cx_check(cx_copy_into(cx__send(s, cx_copy_host(t->x, CX_SHAPE(t->n), CX_F64)), t->there));
    if (cx_ok() && cx_check(t->f->value(t->f->ctx, t->there, &f, &g)) == CX_OK) {
        t->value = cx__number_f64(f) + penalty(t, t->x);
        const double *slopes = cx_data_f64(cx__fetch(s, g));
        if (slopes != NULL) memcpy(t->g, slopes, (size_t)t->n * sizeof *slopes);
    }
    t->out->evaluations++;
    CX__TRY(cx_scope_close(inner));
    t->gmax = steepest(t);
    return CX_OK;
}

/* One sweep over the coordinates (those that are not 0, with `active`): the largest slope moved. */
static double sweep(const proximal *t, const double *h, double shift, bool active)
{
    const int64_t n = t->n;
    double most = 0;
    for (int64_t j = 0; j < n; j++) {
        const double z = t->x[j] + t->d[j], a = h[j * n + j] + shift;
        if ((active && z == 0 && t->l1[j] > 0) || !(a > 0)) continue;
        const double b = t->g[j] + t->model[j] + shift * t->d[j], free = z - b / a,
                     limit = t->l1[j] / a,
                     to = free > limit    ? free - limit
                          : free < -limit ? free + limit
                                          : 0,
                     move = to - z;
        if (move == 0) continue;
        t->d[j] += move;
        for (int64_t i = 0; i < n; i++) t->model[i] += move * h[j * n + i];
        most = fmax(most, fabs(move) * a);
    }
    return most;
}

/* d: the minimum of the quadratic model, closely enough for the next step to converge fast. */
static void minimise_model(proximal *t, const double *h)
{
    const int64_t n = t->n;
    double top = 0;
    for (int64_t j = 0; j < n; j++) top = fmax(top, h[j * n + j]);
    const double enough = 1e-3 * t->gmax * fmin(1, t->gmax), shift = 1e-14 * top;
    memset(t->d, 0, (size_t)n * sizeof *t->d);
    memset(t->model, 0, (size_t)n * sizeof *t->model);
    for (int sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) {
        if (sweep(t, h, shift, false) <= enough) return;
        while (sweeps++ < MOST_SWEEPS && sweep(t, h, shift, true) > enough)
            ;
    }
}

/* Backtrack along d; *found false: x is as before. */
static cx_status step(proximal *t, bool *found, double *fall)
{
    const double before = t->value, most = t->gmax, kept = penalty(t, t->x),
                 rounding = 1e-13 * fmax(fabs(before), 1);
    memcpy(t->old, t->x, (size_t)t->n * sizeof *t->x);
    *fall = -kept;
    for (int64_t j = 0; j < t->n; j++) {
        t->x[j] += t->d[j];
        *fall += t->g[j] * t->d[j];
    }
    *fall += penalty(t, t->x);
    *found = false;
    double length = 1;
    for (int64_t k = 0; k < t->p->max_search && *fall < 0; k++, length *= 0.5) {
        for (int64_t j = 0; j < t->n; j++) t->x[j] = t->old[j] + length * t->d[j];
        CX__TRY(evaluate(t));
        *found = t->value <= before + 1e-4 * length * *fall ||
                 (t->value <= before + rounding && t->gmax < most);
        if (*found) return CX_OK;
    }
    memcpy(t->x, t->old, (size_t)t->n * sizeof *t->x);
    return evaluate(t);
}

static cx_status advance(proximal *t, bool *ended)
{
    const cx__lbfgs_problem *p = t->p;
    cx__lbfgs_result *out = t->out;
    *ended = true;
    out->why = CX__LBFGS_CONVERGED;
    if (t->gmax <= p->gtol) return CX_OK;
    out->why = CX__LBFGS_MAX_ITER;
    if (out->iterations >= p->max_iter) return CX_OK;
    cx_array *h = NULL;
    CX__TRY(t->hessian(t->f->ctx, t->there, &h));
    const double *h_at = cx_data_f64(cx__fetch(p->site, h));
    CX__TRY(cx__so_far());
    minimise_model(t, h_at);
    bool found;
    double fall;
    CX__TRY(step(t, &found, &fall));
    if (!found) { /* as far as the digits go, if the step promised nothing */
        out->why =
            fall > -1e-12 * fmax(fabs(t->value), 1) ? CX__LBFGS_CONVERGED : CX__LBFGS_ABNORMAL;
        return CX_OK;
    }
    out->iterations++;
    *ended = false;
    return t->f->iterated != NULL ? t->f->iterated(t->f->ctx, out->iterations) : CX_OK;
}

cx_status cx__newton_l1(const cx__lbfgs_problem *p, const cx__array_function *f,
                        cx__hessian *hessian, const cx_array *l1, cx_array *x,
                        cx__lbfgs_result *out)
{
    *out = (cx__lbfgs_result){.f = NAN};
    const int64_t n = p->n;
    proximal t = {.p = p, .f = f, .hessian = hessian, .n = n, .there = x, .out = out};
    cx_array *memory = cx_zeros(CX_SHAPE(5 * n), CX_F64, CX_CPU);
    double *const start = cx_data_f64_mut(memory);
    const double *from = cx_data_f64(cx__fetch(p->site, x));
    t.l1 = cx_data_f64(cx__fetch(p->site, l1));
    CX__TRY(cx__so_far());
    t.x = start;
    t.g = t.x + n;
    t.old = t.g + n;
    t.d = t.old + n;
    t.model = t.d + n;
    memcpy(t.x, from, (size_t)n * sizeof *from);
    CX__TRY(evaluate(&t));
    bool ended = false;
    while (!ended) {
        CX__TRY(cx__poll(p->site->where));
        const cx_scope inner = cx_scope_open(); /* an iteration's temporaries */
        cx_check(advance(&t, &ended));
        CX__TRY(cx_scope_close(inner));
    }
    out->f = t.value;
    out->gmax = t.gmax;
    return CX_OK;
}
