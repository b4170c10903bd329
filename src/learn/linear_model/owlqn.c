/* OWL-QN (Andrew and Gao 2007): L-BFGS for a smooth function plus weighted absolute values.
 *
 * The direction comes from the steepest one-sided slopes, and a step stays within one orthant,
 * where the absolute values are linear. Vectors stay on the problem's device. */
#include "learn/linear_model/lbfgs.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <float.h>
#include <math.h>

typedef struct owl {
    const cx__lbfgs_problem *p;
    const cx_array *l1;
    /* variables, smooth gradient, one-sided slopes: now and before; direction, orthant */
    cx_array *x, *g, *slope, *x_old, *g_old, *d, *side;
    cx_array *steps, *changes; /* [memory, n] */
    cx_array *record;          /* [3] */
    double rho[CX_LEARN_MEMORY];
    int64_t count, next;
    double f, gmax;
    cx__lbfgs_result *out;
} owl;

static cx_status copy(const owl *o, const cx_array *from, cx_array *to)
{
    const cx__site *s = o->p->site;
    return s->ops->combine(s->queue, o->p->n, 1, cx__at(from), 0, NULL, cx__at(to));
}

/* Two numbers of a formula. */
static cx_status two(const owl *o, cx__held *h, cx_arrays args, double *a, double *b)
{
    const cx_tuple t = cx__held_all(o->p->site->where, h, args);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_f64(o->p->site, t.at[0], a));
    return cx__read_f64(o->p->site, t.at[1], b);
}

/* Value and smooth gradient at x. */
static cx_status evaluate(owl *o)
{
    static cx__held penalty = CX__HELD("x, c: sum(c * abs(x))");
    double record[3];
    CX__TRY(o->p->value(o->p->ctx, cx__at(o->x), NULL, cx__at(o->g), cx__at(o->record)));
    CX__TRY(cx__read(o->p->site, o->record, record));
    const double part =
        cx__number_f64(cx__held_run(o->p->site->where, &penalty, CX_ARRAYS(o->x, o->l1)));
    CX__TRY(cx__so_far());
    o->f = record[0] + part;
    o->out->evaluations++;
    return CX_OK;
}

static cx_status slopes(owl *o)
{
    static cx__held steepest = CX__HELD("x, g, c: where(x > 0, g + c, where(x < 0, g - c,"
                                        "where(g + c < 0, g + c, where(g - c > 0, g - c, 0))))");
    static cx__held largest = CX__HELD("s: max(abs(s))");
    CX__TRY(cx__held_into(o->p->site->where, &steepest, CX_ARRAYS(o->x, o->g, o->l1),
                          CX_OUTS(o->slope)));
    o->gmax = cx__number_f64(cx__held_run(o->p->site->where, &largest, CX_ARRAYS(o->slope)));
    return cx__so_far();
}

/* d: the quasi-Newton direction where it falls; *fall its slope, *square its squared length. */
static cx_status direction(owl *o, double *fall, double *square)
{
    static cx__held falling = CX__HELD("d, s: where(d * s < 0, d, 0)");
    static cx__held sides =
        CX__HELD("x, s: where(x > 0, 1.0, where(x < 0, -1.0, where(s > 0, -1.0, 1.0)))");
    static cx__held products = CX__HELD("d, s: sum(d * s), sum(d * d)");
    const cx__site *s = o->p->site;
    const int64_t m = o->p->memory;
    const cx_learn_history call = {.n = o->p->n,
                                   .memory = m,
                                   .count = o->count,
                                   .first = (o->next + m - o->count) % m,
                                   .step = cx__at(o->steps),
                                   .change = cx__at(o->changes),
                                   .rho = o->rho};
    CX__TRY(s->ops->direction(s->queue, &call, cx__at(o->slope), cx__at(o->d), cx__at(o->record)));
    CX__TRY(cx__held_into(s->where, &falling, CX_ARRAYS(o->d, o->slope), CX_OUTS(o->d)));
    CX__TRY(cx__held_into(s->where, &sides, CX_ARRAYS(o->x, o->slope), CX_OUTS(o->side)));
    return two(o, &products, CX_ARRAYS(o->d, o->slope), fall, square);
}

/* Backtrack along d within the orthant; *found false: x, g and f are as before. */
static cx_status search(owl *o, double first, bool *found)
{
    static cx__held step =
        CX__HELD("x, d, side, c, t: z = x + t * d; where((c > 0) & (z * side <= 0), 0, z)");
    static cx__held gain = CX__HELD("x, old, s: e = x - old; sum(e * s), max(abs(e))");
    const double f_old = o->f;
    CX__TRY(copy(o, o->x, o->x_old));
    CX__TRY(copy(o, o->g, o->g_old));
    double t = first;
    *found = false;
    for (int64_t k = 0; k < o->p->max_search; k++, t *= 0.5) {
        double fall, moved;
        CX__TRY(cx__held_into(o->p->site->where, &step,
                              CX_ARRAYS(o->x_old, o->d, o->side, o->l1, cx_float(t)),
                              CX_OUTS(o->x)));
        CX__TRY(two(o, &gain, CX_ARRAYS(o->x, o->x_old, o->slope), &fall, &moved));
        if (moved == 0) break;
        CX__TRY(evaluate(o));
        *found = o->f <= f_old + 1e-4 * fall;
        if (*found) return CX_OK;
    }
    o->f = f_old;
    CX__TRY(copy(o, o->x_old, o->x));
    return copy(o, o->g_old, o->g);
}

static cx_status remember(owl *o)
{
    static cx__held products =
        CX__HELD("x, old, g, before: y = g - before; sum((x - old) * y), sum(y * y)");
    const cx__site *s = o->p->site;
    const int64_t n = o->p->n;
    double curve, square;
    CX__TRY(two(o, &products, CX_ARRAYS(o->x, o->x_old, o->g, o->g_old), &curve, &square));
    if (!(curve > DBL_EPSILON * square)) return CX_OK;
    double *const steps = cx__at(o->steps), *const changes = cx__at(o->changes);
    CX__TRY(
        s->ops->combine(s->queue, n, 1, cx__at(o->x), -1, cx__at(o->x_old), steps + o->next * n));
    CX__TRY(
        s->ops->combine(s->queue, n, 1, cx__at(o->g), -1, cx__at(o->g_old), changes + o->next * n));
    o->rho[o->next] = 1 / curve;
    o->next = (o->next + 1) % o->p->memory;
    if (o->count < o->p->memory) o->count++;
    return CX_OK;
}

/* One step; *ended with the reason in out. */
static cx_status advance(owl *o, bool *ended)
{
    cx__lbfgs_result *out = o->out;
    const double f_old = o->f;
    double fall, square;
    bool found = false;
    *ended = true;
    out->why = CX__LBFGS_CONVERGED;
    if (o->gmax <= o->p->gtol) return CX_OK;
    CX__TRY(direction(o, &fall, &square));
    if (fall < 0) CX__TRY(search(o, o->count == 0 ? fmin(1 / sqrt(square), 1) : 1, &found));
    if (!found) {
        *ended = o->count == 0; /* not even along the slopes: rounding decides now */
        o->count = o->next = 0;
        return CX_OK;
    }
    out->iterations++;
    if (o->p->iterated != NULL) CX__TRY(o->p->iterated(o->p->ctx, out->iterations));
    CX__TRY(slopes(o));
    const bool still = f_old - o->f <= o->p->ftol * fmax(fmax(fabs(f_old), fabs(o->f)), 1);
    const bool done = o->gmax <= o->p->gtol || still;
    if (done) return CX_OK;
    out->why = out->iterations >= o->p->max_iter ? CX__LBFGS_MAX_ITER : CX__LBFGS_MAX_EVAL;
    if (out->iterations >= o->p->max_iter || out->evaluations > o->p->max_eval) return CX_OK;
    *ended = false;
    return remember(o);
}

static cx_status run(owl *o)
{
    bool ended = false;
    CX__TRY(evaluate(o));
    CX__TRY(slopes(o));
    o->out->why = CX__LBFGS_MAX_ITER;
    if (o->p->max_iter < 1) return CX_OK;
    while (!ended) {
        CX__TRY(cx__poll(o->p->site->where));
        const cx_scope inner = cx_scope_open(); /* the step's temporaries */
        cx_check(advance(o, &ended));
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}

cx_status cx__owlqn(const cx__lbfgs_problem *p, const cx_array *l1, cx_array *x,
                    cx__lbfgs_result *out)
{
    *out = (cx__lbfgs_result){.f = NAN};
    const int64_t n = p->n, m = p->memory;
    if (m < 1 || m > CX_LEARN_MEMORY)
        return cx__fail(CX_E_INTERNAL, p->site->where, "a memory of %lld steps", (long long)m);
    owl o = {.p = p, .l1 = l1, .x = x, .out = out, .steps = cx__new_f64(p->site, m, n)};
    o.changes = cx__new_f64(p->site, m, n);
    o.record = cx__new_f64(p->site, 3, -1);
    cx_array **const vectors[] = {&o.g, &o.slope, &o.x_old, &o.g_old, &o.d, &o.side};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        *vectors[i] = cx__new_f64(p->site, n, -1);
    CX__TRY(cx__so_far());
    CX__TRY(run(&o));
    out->f = o.f;
    out->gmax = o.gmax;
    if (isnan(o.f) || isnan(o.gmax)) out->why = CX__LBFGS_ABNORMAL;
    return CX_OK;
}
