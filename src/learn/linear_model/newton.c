/* Damped Newton for smooth convex functions of a few variables: Cholesky of the Hessian, shifted
 * where a pivot fails, and a backtracking step. Vectors stay on the problem's device. */
#include "learn/linear_model/lbfgs.h"

#include "base/object.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

typedef struct newton {
    const cx__lbfgs_problem *p;
    const cx__array_function *f;
    cx__hessian *hessian;
    cx_array *x, *g, *old, *d; /* [n] */
    cx_array *info;
    double value, gmax, decrement;
    cx__lbfgs_result *out;
} newton;

cx_status cx__weighted_gram(const cx__site *s, const cx_array *x, const cx_array *weight, double l2,
                            bool intercept, cx_array **out)
{
    const int64_t d = cx_dim(x, 1);
    cx_array *gram = cx__gram(s, cx__centred(s, x, NULL, weight), NULL);
    if (l2 != 0) gram = cx_add(gram, cx_mul(cx_eye(d, d, 0, CX_F64, s->device), cx_float(l2)));
    if (intercept) {
        const cx_array *side = cx_reshape(cx_matmul(weight, x), CX_SHAPE(d, 1)),
                       *corner = cx_reshape(cx_sum(weight, CX_ALL), CX_SHAPE(1, 1));
        gram = cx_concatenate(CX_ARRAYS(cx_concatenate(CX_ARRAYS(gram, side), 1),
                                        cx_concatenate(CX_ARRAYS(cx_transpose(side), corner), 1)),
                              0);
    }
    *out = cx_ascontiguous(gram);
    return cx__so_far();
}

static cx_status evaluate(newton *t)
{
    static cx__held largest = CX__HELD("g: max(abs(g))");
    const cx_scope inner = cx_scope_open();
    cx_array *f = NULL, *g = NULL;
    if (cx_check(t->f->value(t->f->ctx, t->x, &f, &g)) == CX_OK) {
        t->value = cx__number_f64(f);
        t->gmax = cx__number_f64(cx__held_run(t->p->site->where, &largest, CX_ARRAYS(g)));
        cx_check(cx_copy_into(g, t->g));
    }
    t->out->evaluations++;
    return cx_scope_close(inner);
}

/* d = -H^-1 g; *slope = g . d. A small multiple of the unit matrix helps where H is singular. */
static cx_status direction(newton *t, double *slope)
{
    static cx__held product = CX__HELD("g, d: sum(g * d)"), negative = CX__HELD("g: -g"),
                    top = CX__HELD("h: max(abs(h))");
    const cx__site *s = t->p->site;
    cx_array *h = NULL;
    CX__TRY(t->hessian(t->f->ctx, t->x, &h));
    const double size = cx__number_f64(cx__held_run(s->where, &top, CX_ARRAYS(h)));
    CX__TRY(cx__so_far());
    double shift = 0, bad = 1;
    for (int attempt = 0; attempt < 6 && bad != 0; attempt++) {
        CX__TRY(cx__held_into(s->where, &negative, CX_ARRAYS(t->g), CX_OUTS(t->d)));
        CX__TRY(
            s->ops->solve(s->queue, cx__at(h), shift, t->p->n, cx__at(t->d), 1, cx__at(t->info)));
        CX__TRY(cx__read(s, t->info, &bad));
        shift = shift == 0 ? 1e-14 * size : 1e3 * shift;
    }
    *slope = cx__number_f64(cx__held_run(s->where, &product, CX_ARRAYS(t->g, t->d)));
    if (bad != 0) *slope = (double)NAN;
    return cx__so_far();
}

/* Step along d, halved until the value falls enough; close to the minimum, where values no longer
 * differ, until the gradient falls. */
static cx_status step(newton *t, double slope, bool *found)
{
    static cx__held move = CX__HELD("x, d, t: x + t * d");
    const double before = t->value, most = t->gmax, rounding = 1e-13 * fmax(fabs(before), 1);
    double length = 1;
    *found = false;
    CX__TRY(cx_copy_into(t->x, t->old));
    for (int64_t k = 0; k < t->p->max_search; k++, length *= 0.5) {
        CX__TRY(cx__held_into(t->p->site->where, &move, CX_ARRAYS(t->old, t->d, cx_float(length)),
                              CX_OUTS(t->x)));
        CX__TRY(evaluate(t));
        *found = t->value <= before + 1e-4 * length * slope ||
                 (t->value <= before + rounding && t->gmax < most);
        if (*found) return CX_OK;
    }
    CX__TRY(cx_copy_into(t->old, t->x));
    return evaluate(t);
}

/* One iteration; *ended with the reason in out. */
static cx_status advance(newton *t, bool *ended)
{
    const cx__lbfgs_problem *p = t->p;
    cx__lbfgs_result *out = t->out;
    double slope;
    bool found = false;
    *ended = true;
    out->why = CX__LBFGS_CONVERGED;
    if (t->gmax <= p->gtol && t->decrement <= 2 * p->gtol) return CX_OK;
    out->why = CX__LBFGS_MAX_ITER;
    if (out->iterations >= p->max_iter) return CX_OK;
    CX__TRY(direction(t, &slope));
    out->why = CX__LBFGS_ABNORMAL;
    if (!(slope < 0)) return CX_OK;
    t->decrement = -slope;
    CX__TRY(step(t, slope, &found));
    if (!found) { /* as far as the digits go, if the step promised nothing */
        if (-slope <= 1e-12 * fmax(fabs(t->value), 1)) out->why = CX__LBFGS_CONVERGED;
        return CX_OK;
    }
    out->iterations++;
    *ended = false;
    return t->f->iterated != NULL ? t->f->iterated(t->f->ctx, out->iterations) : CX_OK;
}

cx_status cx__newton(const cx__lbfgs_problem *p, const cx__array_function *f, cx__hessian *hessian,
                     cx_array *x, cx__lbfgs_result *out)
{
    *out = (cx__lbfgs_result){.f = NAN};
    newton t = {.p = p, .f = f, .hessian = hessian, .x = x, .out = out};
    t.g = cx__new_f64(p->site, p->n, -1);
    t.old = cx__new_f64(p->site, p->n, -1);
    t.d = cx__new_f64(p->site, p->n, -1);
    t.info = cx__new_f64(p->site, -1, -1);
    CX__TRY(cx__so_far());
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
