/* Multiplicative updates of non-negative factors, and the divergence that they lower. See nmf.h.
 *
 * Source: Fevotte, Idier, Neural Computation 23 (2011). */
#include "base/object.h"
#include "learn/decomposition/nmf.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

/* ---- divergence */
static double times(const cx_array *a, const cx_array *b)
{
    static cx__held product = CX__HELD("a, b: sum(a * b)");
    return cx__number_f64(cx__held_run("fit", &product, CX_ARRAYS(a, b)));
}

static double divergence(const cx__nmf *p, const cx_array *x, const cx_array *w, const cx_array *h)
{
    static cx__held squares = CX__HELD("x, y: r = x - y; sum(r * r) / 2");
    static cx__held leibler =
        CX__HELD("x, y, e: sum(where(x > e, x * log(x / maximum(y, e)) - x, 0))");
    static cx__held saito = CX__HELD("x, y, e: r = where(x > e, x / maximum(y, e), 1);"
                                     "sum(where(x > e, r - log(r), 0))");
    static cx__held other =
        CX__HELD("x, y, e, b: sum(where(x > e, x ** b - b * x * maximum(y, e) ** (b - 1), 0)) + "
                 "(b - 1) * sum(y ** b)");
    const cx_array *const y = cx_matmul(w, h), *const e = cx_float(CX__NMF_LEAST);
    if (p->beta == 2) return cx__number_f64(cx__held_run("fit", &squares, CX_ARRAYS(x, y)));
    if (p->beta == 1)
        return cx__number_f64(cx__held_run("fit", &leibler, CX_ARRAYS(x, y, e))) +
               times(cx_sum(w, CX_AXIS(0)), cx_sum(h, CX_AXIS(1)));
    if (p->beta == 0)
        return cx__number_f64(cx__held_run("fit", &saito, CX_ARRAYS(x, y, e))) - (double)cx_size(x);
    const double b = p->beta;
    return cx__number_f64(cx__held_run("fit", &other, CX_ARRAYS(x, y, e, cx_float(b)))) /
           (b * (b - 1));
}

cx_status cx__nmf_divergence(const cx__nmf *p, const cx_array *x, const cx_array *w,
                             const cx_array *h, bool root, double *out)
{
    const cx_scope inner = cx_scope_open();
    *out = divergence(p, x, w, h);
    if (root) *out = sqrt(2 * fmax(*out, 0));
    return cx_scope_close(inner);
}

/* ---- updates */
/* What x and the model's numbers y are multiplied by in numerator and denominator. */
static cx_status weigh(const cx__nmf *p, const cx_array *x, const cx_array *y,
                       const cx_array **above, const cx_array **below)
{
    static cx__held ratio = CX__HELD("x, y, e: x / maximum(y, e)"),
                    inverse = CX__HELD("x, y, e: r = 1 / maximum(y, e); r * r * x"),
                    power = CX__HELD("x, y, e, b: x * maximum(y, e) ** (b - 2)"),
                    plain = CX__HELD("x, y, b: x * y ** (b - 2)");
    static cx__held under = CX__HELD("y, e, b: maximum(y, e) ** (b - 1)"),
                    under_plain = CX__HELD("y, b: y ** (b - 1)");
    const cx_array *const e = cx_float(CX__NMF_LEAST), *const b = cx_float(p->beta);
    *below = NULL;
    if (p->beta == 1) {
        *above = cx__held_run("fit", &ratio, CX_ARRAYS(x, y, e));
        return cx__so_far();
    }
    if (p->beta == 0)
        *above = cx__held_run("fit", &inverse, CX_ARRAYS(x, y, e));
    else
        *above = p->beta < 2 ? cx__held_run("fit", &power, CX_ARRAYS(x, y, e, b))
                             : cx__held_run("fit", &plain, CX_ARRAYS(x, y, b));
    *below = p->beta < 1 ? cx__held_run("fit", &under, CX_ARRAYS(y, e, b))
                         : cx__held_run("fit", &under_plain, CX_ARRAYS(y, b));
    return cx__so_far();
}

static const cx_array *penalised(const cx_array *below, const cx_array *at, double l1, double l2)
{
    static cx__held sum = CX__HELD("v, a, l1, l2, e: s = v + l1 + l2 * a; where(s == 0, e, s)");
    return cx__held_run("fit", &sum,
                        CX_ARRAYS(below, at, cx_float(l1), cx_float(l2), cx_float(CX__NMF_LEAST)));
}

static cx_array *updated(const cx__nmf *p, const cx_array *a, const cx_array *above,
                         const cx_array *below)
{
    static cx__held plain = CX__HELD("a, above, below: a * (above / below)"),
                    power = CX__HELD("a, above, below, g: a * (above / below) ** g");
    return p->gamma == 1
               ? cx__held_run("fit", &plain, CX_ARRAYS(a, above, below))
               : cx__held_run("fit", &power, CX_ARRAYS(a, above, below, cx_float(p->gamma)));
}

cx_status cx__nmf_update_w(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                           const cx_array *h, cx__nmf_kept *kept, cx_array **w)
{
    const cx_array *const ht = cx_transpose(h), *above, *below;
    if (p->beta == 2) {
        if (!kept->xht) kept->xht = cx_matmul(x, ht);
        if (!kept->hht) kept->hht = cx_matmul(h, ht);
        above = kept->xht;
        below = cx_matmul(*w, kept->hht);
    } else {
        const cx_array *over = NULL, *under = NULL;
        CX__TRY(weigh(p, x, cx_matmul(*w, h), &over, &under));
        above = cx_matmul(over, ht);
        if (!under && !kept->h_sum) kept->h_sum = cx_sum(h, CX_AXIS(1));
        below = under ? cx_matmul(under, ht) : kept->h_sum;
    }
    *w = updated(p, *w, above, penalised(below, *w, l->l1_w, l->l2_w));
    return cx__so_far();
}

cx_status cx__nmf_slopes_h(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                           const cx_array *w, const cx_array *h, const cx_array **numerator,
                           const cx_array **denominator)
{
    static cx__held sums = CX__HELD("w: s = sum(w, axis=0); where(s == 0, 1, s)");
    const cx_array *const wt = cx_transpose(w), *below;
    if (p->beta == 2) {
        *numerator = cx_matmul(wt, x);
        below = cx_matmul(cx_matmul(wt, w), h);
    } else {
        const cx_array *over = NULL, *under = NULL;
        CX__TRY(weigh(p, x, cx_matmul(w, h), &over, &under));
        *numerator = cx_matmul(wt, over);
        below = under ? cx_matmul(wt, under)
                      : cx_expand_dims(cx__held_run("fit", &sums, CX_ARRAYS(w)), 1);
    }
    *denominator = penalised(below, h, l->l1_h, l->l2_h);
    return cx__so_far();
}

cx_array *cx__nmf_cleaned(const cx_array *a)
{
    static cx__held cut = CX__HELD("a, e: where(a < e, 0, a)");
    return cx__held_run("fit", &cut, CX_ARRAYS(a, cx_float(DBL_EPSILON)));
}

/* ---- all of it */
static cx_status round_of(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                          cx__nmf_kept *kept, cx_array **w, cx_array **h)
{
    CX__TRY(cx__nmf_update_w(p, l, x, *h, kept, w));
    if (p->beta < 1) *w = cx__nmf_cleaned(*w);
    if (!p->update_h) return cx__so_far();
    const cx_array *above = NULL, *below = NULL;
    CX__TRY(cx__nmf_slopes_h(p, l, x, *w, *h, &above, &below));
    *h = updated(p, *h, above, below);
    if (p->beta <= 1) *h = cx__nmf_cleaned(*h);
    return cx__so_far();
}

/* A round in a scope of its own. Products of H that stays are the caller's, made before. */
static cx_status scoped_round(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                              const cx__nmf_kept *kept, cx_array **w, cx_array **h)
{
    const cx_scope inner = cx_scope_open();
    cx__nmf_kept own = *kept;
    cx_array *next_w = *w, *next_h = *h;
    const cx_status st = cx_check(round_of(p, l, x, &own, &next_w, &next_h));
    *w = cx_scope_keep(inner, next_w);
    if (p->update_h) *h = cx_scope_keep(inner, next_h);
    return cx__give_status(inner, st);
}

cx_status cx__nmf_multiply(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                           int64_t *n_iter)
{
    const cx__nmf_penalty l = cx__nmf_penalties(p, x);
    cx__nmf_kept kept = {0};
    double first = 0, before, now;
    if (!p->update_h && p->beta == 2) {
        kept.xht = cx_matmul(x, cx_transpose(*h));
        kept.hht = cx_matmul(*h, cx_transpose(*h));
    }
    CX__TRY(cx__nmf_divergence(p, x, *w, *h, true, &first));
    before = first;
    for (*n_iter = 1; *n_iter <= p->max_iter; ++*n_iter) {
        CX__TRY(p->self ? cx_self_progress(p->self, *n_iter - 1, p->max_iter) : cx_poll());
        CX__TRY(scoped_round(p, &l, x, &kept, w, h));
        if (!(p->tol > 0) || *n_iter % 10 != 0) continue;
        CX__TRY(cx__nmf_divergence(p, x, *w, *h, true, &now));
        if ((before - now) / first < p->tol) break;
        before = now;
    }
    if (*n_iter > p->max_iter) *n_iter = p->max_iter;
    return CX_OK;
}
