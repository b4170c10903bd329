/* Losses over arrays: see the header. A formula has one argument list for all losses: targets, raw
 * predictions, weights (a number or one for each row), numbers of classes [K, 1], the quantile. */
#include "learn/ensemble/loss_arrays.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { KINDS = CX__LOSS_GAMMA + 1 };
#define ARGUMENTS "y, r, w, c, q: "

/* Gradients; of losses whose hessian is not the weight, hessians too. */
static cx__held *slopes_of(cx__loss_kind kind)
{
    static cx__held all[KINDS] = {
        [CX__LOSS_SQUARED] = CX__HELD(ARGUMENTS "w * (r - y)"),
        [CX__LOSS_ABSOLUTE] = CX__HELD(ARGUMENTS "w * where(r > y, 1, -1)"),
        [CX__LOSS_PINBALL] = CX__HELD(ARGUMENTS "w * where(y >= r, -q, 1 - q)"),
        [CX__LOSS_BINOMIAL] =
            CX__HELD(ARGUMENTS "t = exp(-r); far = exp(r); near = r > -37;"
                               "w * where(near, ((1 - y) - y * t) / (1 + t), far - y),"
                               "w * where(near, t / ((1 + t) * (1 + t)), far)"),
        [CX__LOSS_MULTINOMIAL] =
            CX__HELD(ARGUMENTS "e = exp(r - max(r, axis=0, keepdims=True));"
                               "p = e / sum(e, axis=0, keepdims=True);"
                               "w * (p - where(y == c, 1, 0)), w * (p * (1 - p))"),
        [CX__LOSS_POISSON] = CX__HELD(ARGUMENTS "t = exp(r); w * (t - y), w * t"),
        [CX__LOSS_GAMMA] = CX__HELD(ARGUMENTS "t = y * exp(-r); w * (1 - t), w * t"),
    };
    return &all[kind];
}

/* Weighted sums of the losses. */
#define SUM "sum(where(w != 0, w * v, 0))"
static cx__held *sum_of(cx__loss_kind kind)
{
    static cx__held all[KINDS] = {
        [CX__LOSS_SQUARED] = CX__HELD(ARGUMENTS "t = r - y; v = 0.5 * t * t;" SUM),
        [CX__LOSS_ABSOLUTE] = CX__HELD(ARGUMENTS "v = abs(r - y);" SUM),
        [CX__LOSS_PINBALL] = CX__HELD(ARGUMENTS "t = abs(r - y);"
                                                "v = where(y >= r, q * t, (1 - q) * t);" SUM),
        [CX__LOSS_BINOMIAL] =
            CX__HELD(ARGUMENTS "v = maximum(r, 0) + log1p(exp(-abs(r))) - y * r;" SUM),
        [CX__LOSS_MULTINOMIAL] =
            CX__HELD(ARGUMENTS "m = max(r, axis=0);"
                               "own = sum(where(y == c, r, 0), axis=0);"
                               "v = log(sum(exp(r - m), axis=0)) + m - own;" SUM),
        [CX__LOSS_POISSON] = CX__HELD(ARGUMENTS "v = exp(r) - y * r;" SUM),
        [CX__LOSS_GAMMA] = CX__HELD(ARGUMENTS "v = r + y * exp(-r);" SUM),
    };
    return &all[kind];
}

static bool on_host(const cx__site *s)
{
    return s->device.kind == CX_DEVICE_CPU;
}

/* Losses that only exact trees are boosted with have no formula. */
static cx_status known(const cx__site *s, const cx__loss *l)
{
    if (l->kind != CX__LOSS_HUBER && l->kind != CX__LOSS_EXPONENTIAL) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, s->where, "this loss is the CPU's");
}

/* Numbers of the classes, as a column. */
static const cx_array *classes_of(const cx__site *s, const cx__loss *l)
{
    return cx_reshape(cx_arange_i64(0, l->outputs, 1, CX_F64, s->device), CX_SHAPE(l->outputs, 1));
}

static cx_status slopes_there(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows,
                              cx_array *gradient, cx_array *hessian)
{
    const cx_array *const w = rows->weight ? rows->weight : cx_float(1);
    const cx_array *const c = l->outputs > 1 ? classes_of(s, l) : cx_float(0);
    const cx_arrays args = CX_ARRAYS(rows->y, rows->raw, w, c, cx_float(l->quantile));
    CX__TRY(cx__so_far());
    cx__held *const f = slopes_of(l->kind);
    if (!cx__loss_constant_hessian(l))
        return cx__held_into(s->where, f, args, CX_OUTS(gradient, hessian));
    CX__TRY(cx__held_into(s->where, f, args, CX_OUTS(gradient)));
    return hessian ? cx_copy_into(w, hessian) : CX_OK;
}

cx_status cx__loss_slopes_of(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows,
                             cx_array *gradient, cx_array *hessian)
{
    if (on_host(s)) {
        double *const g = cx__at(gradient), *const h = cx__at(hessian);
        const double *const y = cx__at(rows->y), *const w = cx__at(rows->weight),
                            *const raw = cx__at(rows->raw);
        CX__TRY(cx__so_far());
        return cx__loss_slopes(l, rows->n, y, w, raw, g, h);
    }
    CX__TRY(known(s, l));
    const cx_scope inner = cx_scope_open();
    cx_check(slopes_there(s, l, rows, gradient, hessian));
    return cx_scope_close(inner);
}

static void mean_there(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows, double *out)
{
    const cx_array *const w = rows->weight ? rows->weight : cx_float(1),
                          *const c = l->outputs > 1 ? classes_of(s, l) : cx_float(0),
                          *const mass =
                              rows->weight ? cx_sum(w, CX_ALL) : cx_float((double)rows->n);
    const cx_array *const sum = cx__held_run(
        s->where, sum_of(l->kind), CX_ARRAYS(rows->y, rows->raw, w, c, cx_float(l->quantile)));
    *out = cx__number_f64(cx_div(sum, mass));
}

cx_status cx__loss_mean_of(const cx__site *s, const cx__loss *l, const cx__loss_rows *rows,
                           double *out)
{
    if (on_host(s)) {
        const double *const y = cx__at(rows->y), *const w = cx__at(rows->weight),
                            *const raw = cx__at(rows->raw);
        CX__TRY(cx__so_far());
        return cx__loss_mean(l, rows->n, y, w, raw, out);
    }
    CX__TRY(known(s, l));
    const cx_scope inner = cx_scope_open();
    mean_there(s, l, rows, out);
    return cx_scope_close(inner);
}
