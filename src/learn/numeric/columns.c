/* Steps over columns that several estimators share: slots of the learn group with arrays round
 * them. */
#include "learn/numeric/columns.h"
#include "learn/base/finite.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

cx_status cx__columns_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__site *s = cx__plan_site(p);
    cx_learn_columns call = *(const cx_learn_columns *)p->state;
    call.n = rows;
    call.x = x;
    call.out = out;
    return s->ops->columns(s->queue, &call);
}

/* What columns go through: arrays of cx_learn_columns. */
typedef struct change {
    const cx_array *sub, *div, *mul, *add, *weight;
} change;

static cx_array *changed(const cx__site *s, const cx_array *x, const change *c)
{
    const cx_array *in = cx__f64(s, x);
    cx_array *out = cx__new_f64(s, cx_dim(x, 0), cx_dim(x, 1));
    const cx_learn_columns call = {.n = cx_dim(x, 0),
                                   .d = cx_dim(x, 1),
                                   .x = cx__at(in),
                                   .sub = cx__at(c->sub),
                                   .div = cx__at(c->div),
                                   .mul = cx__at(c->mul),
                                   .add = cx__at(c->add),
                                   .weight = cx__at(c->weight),
                                   .low = -INFINITY,
                                   .high = INFINITY,
                                   .out = cx__at(out)};
    cx_status st = cx__so_far();
    if (st == CX_OK) st = s->ops->columns(s->queue, &call);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

static const cx_array *numbers(const cx__site *s, const cx_array *a)
{
    return a != NULL ? cx__f64(s, a) : NULL;
}

cx_array *cx__change_columns(const char *where, const cx_array *x, const cx_array *sub,
                             const cx_array *div, const cx_array *mul, const cx_array *add)
{
    cx__site s;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    const change c = {numbers(&s, sub), numbers(&s, div), numbers(&s, mul), numbers(&s, add), NULL};
    cx_array *out = changed(&s, x, &c);
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

/* *count, if wanted, of what is no NaN. */
static cx_status column_moments(const cx__site *s, const cx_array *x, const cx_array *weight,
                                cx_array **counted, cx_array **mean, cx_array **squares)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    cx_array *count = cx__new_f64(s, d, -1);
    if (counted != NULL) *counted = count;
    *mean = cx__new_f64(s, d, -1);
    if (squares != NULL) *squares = cx__new_f64(s, d, -1);
    const double *x_at = cx__at(x), *w_at = cx__at(weight);
    double *count_at = cx__at(count), *mean_at = cx__at(*mean),
           *squares_at = squares != NULL ? cx__at(*squares) : NULL;
    CX__TRY(cx__so_far());
    return s->ops->moments(s->queue, x_at, n, d, w_at, count_at, mean_at, squares_at);
}

cx_status cx__column_means(const cx__site *s, const cx_array *x, const cx_array *weight,
                           cx_array **mean, cx_array **squares)
{
    return column_moments(s, x, weight, NULL, mean, squares);
}

cx_status cx__finite_means(const cx__site *s, const cx_array *given, const cx_array *x,
                           const cx_array *weight, cx_array **mean, cx_array **squares)
{
    cx_array *count = NULL;
    CX__TRY(column_moments(s, x, weight, &count, mean, squares));
    if (cx__late_of(given) == NULL) return CX_OK;
    const double *const of = cx_data_f64(count);
    bool whole = of != NULL && weight == NULL; /* then NaN are counted out */
    for (int64_t j = 0; whole && j < cx_size(count); j++) whole = of[j] == (double)cx_dim(x, 0);
    return cx__finite_by(given, whole ? *mean : NULL);
}

cx_array *cx__column_scale(const char *where, const cx_array *count, const cx_array *mean,
                           const cx_array *var)
{
    static cx__held scale = CX__HELD("n, mean, var, eps: offset = n * mean * eps;"
                                     "where(var <= n * eps * var + offset * offset, 1, sqrt(var))");
    return cx__held_run(where, &scale, CX_ARRAYS(count, mean, var, cx_float(DBL_EPSILON)));
}

cx_array *cx__centred(const cx__site *s, const cx_array *x, const cx_array *mean,
                      const cx_array *weight)
{
    if (mean == NULL && weight == NULL) return cx__f64(s, x);
    return changed(s, x, &(const change){.sub = mean, .weight = weight});
}

cx_array *cx__gram(const cx__site *s, const cx_array *x, const cx_array *mean)
{
    const int64_t d = cx_dim(x, 1);
    if (mean == NULL && d >= CX__WIDE) return cx_matmul(cx_transpose(x), x);
    cx_array *out = cx__new_f64(s, d, d);
    const cx_learn_gram call = {
        .n = cx_dim(x, 0), .d = d, .x = cx__at(x), .mean = cx__at(mean), .gram = cx__at(out)};
    cx_status st = cx__so_far();
    if (st == CX_OK) st = s->ops->gram(s->queue, &call);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

cx_array *cx__fix_signs(const char *where, const cx_array *rows)
{
    if (cx_size(rows) == 0) return cx_copy(rows);
    static cx__held turned = CX__HELD("v, i, at: "
                                      "top = sum(where(i == at, v, 0), axis=1, keepdims=True);"
                                      "where(top < 0, -v, v)");
    const cx_array *const at = cx_expand_dims(cx_argmax(cx_abs(rows), CX_AXIS(1)), 1),
                          *const place =
                              cx_arange_i64(0, cx_dim(rows, 1), 1, CX_I64, cx_device_of(rows));
    return cx__held_run(where, &turned, CX_ARRAYS(rows, place, at));
}
