/* L-BFGS over functions that are array operations: vectors go between the minimiser's plain device
 * memory and arrays, numbers stay on the device. */
#include "learn/linear_model/lbfgs.h"

#include "base/object.h"
#include "ops/primitives.h"

typedef struct bridge {
    const cx__site *site;
    const cx__array_function *f;
    int64_t n;
    cx_array *at, *along; /* [n] */
} bridge;

static cx_status copy(const bridge *b, int64_t n, const double *from, double *to)
{
    return b->site->ops->combine(b->site->queue, n, 1, from, 0, NULL, to);
}

static cx_status evaluate(const bridge *b, double *gradient, double *record)
{
    static cx__held numbers = CX__HELD("g, d: sum(g * d), max(abs(g))");
    cx_array *f = NULL, *g = NULL;
    CX__TRY(b->f->value(b->f->ctx, b->at, &f, &g));
    const cx_tuple two = cx__held_all(b->site->where, &numbers, CX_ARRAYS(g, b->along));
    const double *f_at = cx__at(f), *g_at = cx__at(g), *slope = cx__at(two.at[0]),
                 *most = cx__at(two.at[1]);
    CX__TRY(cx__so_far());
    CX__TRY(copy(b, b->n, g_at, gradient));
    CX__TRY(copy(b, 1, f_at, record));
    CX__TRY(copy(b, 1, slope, record + 1));
    return copy(b, 1, most, record + 2);
}

static cx_status value(void *ctx, const double *x, const double *along, double *gradient,
                       double *record)
{
    const bridge *b = ctx;
    CX__TRY(copy(b, b->n, x, cx__at(b->at)));
    if (along != NULL) CX__TRY(copy(b, b->n, along, cx__at(b->along)));
    const cx_scope inner = cx_scope_open(); /* an evaluation's temporaries */
    cx_check(evaluate(b, gradient, record));
    return cx_scope_close(inner);
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const bridge *b = ctx;
    return b->f->iterated != NULL ? b->f->iterated(b->f->ctx, iteration) : CX_OK;
}

cx_status cx__lbfgs_arrays(const cx__lbfgs_problem *p, const cx__array_function *f, cx_array *x,
                           cx__lbfgs_result *out)
{
    bridge b = {.site = p->site, .f = f, .n = p->n};
    b.at = cx__new_f64(p->site, p->n, -1);
    b.along = cx_zeros(CX_SHAPE(p->n), CX_F64, p->site->device);
    CX__TRY(cx__so_far());
    cx__lbfgs_problem whole = *p;
    whole.value = value;
    whole.iterated = iterated;
    whole.ctx = &b;
    return cx__lbfgs(&whole, x, out);
}

void cx__lbfgs_warn(const char *name, const cx__lbfgs_result *r)
{
    if (r->why == CX__LBFGS_CONVERGED) return;
    cx__warn(
        CX_E_CONVERGENCE,
        "%s: stopped after %lld iterations with max |gradient| above tol (%s); raise max_iter or scale the data",
        name, (long long)r->iterations,
        r->why == CX__LBFGS_ABNORMAL ? "the line search found no lower point" : "limit reached");
}
