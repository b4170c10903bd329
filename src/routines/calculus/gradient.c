/* Slopes by finite differences. One idea: coordinates that are evenly spaced are a number, so the
 * long formulas are only for those that are not; both write into slices of one result. */
#include "ops/primitives.h"
#include "routines/arguments.h"
#include <calx/calculus.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

/* f along one axis. step: the distance; steps: the distances of neighbours, NULL if they are equal.
 */
typedef struct slope {
    const char *where;
    const cx_array *f, *step, *steps;
    cx_scalar number[4]; /* step and what is made of it, where it is a weak number */
    int axis, edge_order;
    int64_t n;
    cx_array *out;
} slope;

static cx_array *part(const slope *s, const cx_array *a, int64_t from, int64_t to)
{
    return cx_slice(a, s->axis, from, to, 1);
}
static cx_array *sample(const slope *s, int64_t i)
{
    return part(s, s->f, i, i + 1);
}

static const cx_array *weak(cx_scalar *to, double v)
{
    *to = (cx_scalar){.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = v};
    return (const cx_array *)(const void *)to;
}

/* Coefficients along the axis. */
static const cx_array *spread(const slope *s, const cx_array *v)
{
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < cx_ndim(s->f); d++) shape[d] = d == s->axis ? cx_size(v) : 1;
    return cx_reshape(v, (cx_shape){cx_ndim(s->f), shape});
}

/* A line through two points, a parabola through three; into the result. */
static void write_two(const slope *s, const cx_array *f, const cx_array *g, const cx_array *step,
                      int64_t from, int64_t to)
{
    static cx__held line = CX__HELD("f, g, step: (g - f) / step");
    cx_array *const out = part(s, s->out, from, to);
    if (cx_ok())
        (void)cx_check(cx__held_into(s->where, &line, CX_ARRAYS(f, g, step), CX_OUTS(out)));
}
static void write_three(const slope *s, const cx_array *a, const cx_array *f, const cx_array *b,
                        const cx_array *g, const cx_array *c, const cx_array *h, int64_t from,
                        int64_t to)
{
    static cx__held parabola = CX__HELD("a, f, b, g, c, h: a * f + b * g + c * h");
    cx_array *const out = part(s, s->out, from, to);
    if (cx_ok())
        (void)cx_check(
            cx__held_into(s->where, &parabola, CX_ARRAYS(a, f, b, g, c, h), CX_OUTS(out)));
}

/* v / step, which stays weak if the step is. */
static const cx_array *over_step(slope *s, int i, double v)
{
    cx_scalar *const own = &s->number[i];
    return cx__is_weak(s->step) ? weak(own, v / s->number[0].v.f64) : cx_div(cx_float(v), s->step);
}

static const cx_array *twice_step(slope *s)
{
    return cx__is_weak(s->step) ? weak(&s->number[1], 2 * s->number[0].v.f64)
                                : cx_mul(cx_float(2.0), s->step);
}

static void inside(slope *s)
{
    const int64_t n = s->n;
    if (n < 3) return;
    const cx_array *const before = part(s, s->f, 0, n - 2), *const here = part(s, s->f, 1, n - 1),
                          *const after = part(s, s->f, 2, n);
    if (s->steps == NULL) {
        write_two(s, before, after, twice_step(s), 1, n - 1);
        return;
    }
    const cx_array *const p = cx_slice(s->steps, 0, 0, n - 2, 1),
                          *const q = cx_slice(s->steps, 0, 1, n - 1, 1), *const both = cx_add(p, q);
    const cx_array *const a = cx_div(cx_negative(q), cx_mul(p, both)),
                          *const b = cx_div(cx_sub(q, p), cx_mul(p, q)),
                          *const c = cx_div(p, cx_mul(q, both));
    write_three(s, spread(s, a), before, spread(s, b), here, spread(s, c), after, 1, n - 1);
}

/* Distance number i (from the end if negative) as a number. */
static const cx_array *distance(const slope *s, int64_t i)
{
    return s->steps == NULL ? s->step : cx_select(s->steps, 0, i);
}

static void edges_first_order(const slope *s)
{
    const int64_t n = s->n;
    write_two(s, sample(s, 0), sample(s, 1), distance(s, 0), 0, 1);
    write_two(s, sample(s, n - 2), sample(s, n - 1), distance(s, -1), n - 1, n);
}

static void edges_second_order(slope *s)
{
    const int64_t n = s->n;
    const cx_array *a, *b, *c;
    if (s->steps == NULL) {
        a = over_step(s, 1, -1.5);
        b = over_step(s, 2, 2.0);
        c = over_step(s, 3, -0.5);
    } else {
        const cx_array *const p = distance(s, 0), *const q = distance(s, 1);
        a = cx_div(cx_negative(cx_add(cx_mul(cx_float(2.0), p), q)), cx_mul(p, cx_add(p, q)));
        b = cx_div(cx_add(p, q), cx_mul(p, q));
        c = cx_div(cx_negative(p), cx_mul(q, cx_add(p, q)));
    }
    write_three(s, a, sample(s, 0), b, sample(s, 1), c, sample(s, 2), 0, 1);
    if (s->steps == NULL) {
        a = over_step(s, 1, 0.5);
        b = over_step(s, 2, -2.0);
        c = over_step(s, 3, 1.5);
    } else {
        const cx_array *const p = distance(s, -2), *const q = distance(s, -1);
        a = cx_div(q, cx_mul(p, cx_add(p, q)));
        b = cx_div(cx_negative(cx_add(q, p)), cx_mul(p, q));
        c = cx_div(cx_add(cx_mul(cx_float(2.0), q), p), cx_mul(q, cx_add(p, q)));
    }
    write_three(s, a, sample(s, n - 3), b, sample(s, n - 2), c, sample(s, n - 1), n - 1, n);
}

/* ---- what is given */
static cx_status check_f(const char *where, const cx_array *f, int edge_order)
{
    CX__TRY(cx__need_array(where, "f", f));
    const cx_dtype t = cx_dtype_of(f);
    if (t == CX_BOOL || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s has no difference", cx_dtype_name(t));
    if (edge_order < 0 || edge_order > 2)
        return cx__fail(CX_E_ARGUMENT, where, "edge_order is %d, not 1 or 2", edge_order);
    return CX_OK;
}

static cx_status check_spacing(const slope *s, const char *argument, const cx_array *x)
{
    CX__TRY(cx__need_operand(s->where, argument, x));
    CX__TRY(cx__need_together(s->where, "f", s->f, argument, x));
    if (cx_ndim(x) == 0) return CX_OK;
    if (cx_ndim(x) > 1)
        return cx__fail(CX_E_SHAPE, s->where, "%s has %d dimensions", argument, cx_ndim(x));
    if (cx_size(x) != s->n)
        return cx__fail(CX_E_SHAPE, s->where,
                        "%s has %" PRId64 " coordinates for %" PRId64 " samples along axis %d",
                        argument, cx_size(x), s->n, s->axis);
    const cx_dtype t = cx_dtype_of(x);
    if (t == CX_BOOL || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, s->where, "%s is %s", argument, cx_dtype_name(t));
    return CX_OK;
}

static cx_status measure(slope *s, const cx_array *x)
{
    s->steps = NULL;
    s->step = x;
    if (cx__is_weak(x)) {
        const cx_scalar *const v = (const cx_scalar *)(const void *)x;
        if (v->head.kind == CX_C128)
            return cx__fail(CX_E_DTYPE, s->where, "a complex spacing needs an array of it");
        s->step = weak(&s->number[0], v->head.kind == CX_F64 ? v->v.f64 : (double)v->v.i64);
    }
    if (cx_ndim(x) == 0) return CX_OK;
    const char kind = cx__kind_of(x);
    const cx_array *const at = kind == 'i' || kind == 'u' ? cx_astype(x, CX_F64) : x;
    s->steps = cx_sub(cx_slice(at, 0, 1, CX_END, 1), cx_slice(at, 0, 0, s->n - 1, 1));
    s->step = cx_select(s->steps, 0, 0);
    const bool even = cx_item_bool(cx_all(cx_equal(s->steps, s->step), CX_ALL));
    CX__TRY(cx__so_far());
    if (even) s->steps = NULL;
    return CX_OK;
}

/* Along one axis, which is in range; spacing NULL: 1. */
static cx_status gradient(const char *where, const cx_array *f, int axis, const char *argument,
                          const cx_array *spacing, int edge_order, cx_array **out)
{
    slope s = {.where = where, .f = f, .axis = axis, .edge_order = edge_order};
    s.n = cx_dim(f, axis);
    const cx_scalar one = {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = 1};
    if (spacing == NULL) spacing = (const cx_array *)(const void *)&one;
    CX__TRY(check_spacing(&s, argument, spacing));
    const int least = edge_order == 2 ? 3 : 2;
    if (s.n < least)
        return cx__fail(CX_E_SHAPE, where,
                        "%" PRId64 " samples along axis %d; at least %d are needed", s.n, axis,
                        least);
    CX__TRY(measure(&s, spacing));
    const char kind = cx__kind_of(f);
    if (kind == 'i' || kind == 'u') s.f = cx_astype(f, CX_F64);
    *out = s.out = cx_empty_like(s.f, CX_DTYPE_NONE);
    inside(&s);
    if (edge_order == 2)
        edges_second_order(&s);
    else
        edges_first_order(&s);
    return CX_OK;
}

static cx_status one_axis(const char *where, const cx_array *f, int axis,
                          const cx_gradient_opts *given, cx_array **out)
{
    cx_gradient_opts o;
    int at = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(check_f(where, f, o.edge_order));
    CX__TRY(cx__axis(where, axis, cx_ndim(f), &at));
    return gradient(where, f, at, "spacing", o.spacing, o.edge_order, out);
}

cx_array *cx_gradient(const cx_array *f, int axis, const cx_gradient_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = one_axis("gradient", f, axis, o, &r);
    return cx__give(s, st, r);
}

static cx_status all_axes(const char *where, const cx_array *f, int count, const int *axes,
                          cx_arrays spacings, int edge_order, cx_array *part[CX_MAX_NDIM])
{
    int at[CX_MAX_NDIM];
    bool taken[CX_MAX_NDIM] = {false};
    CX__TRY(check_f(where, f, edge_order));
    if (count < 0 || count > cx_ndim(f) || (axes == NULL && count != cx_ndim(f)))
        return cx__fail(CX_E_ARGUMENT, where, "%d axes for an array of %d dimensions", count,
                        cx_ndim(f));
    for (int i = 0; i < count; i++) {
        CX__TRY(cx__axis(where, axes != NULL ? axes[i] : i, cx_ndim(f), &at[i]));
        if (taken[at[i]]) return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", at[i]);
        taken[at[i]] = true;
    }
    const int n = spacings.count;
    const bool for_all = n == 1 && spacings.at != NULL && count != 1;
    if (n < 0 || (n > 0 && spacings.at == NULL) || (n != 0 && n != 1 && n != count))
        return cx__fail(CX_E_ARGUMENT, where, "%d spacings for %d axes", n, count);
    if (for_all) {
        CX__TRY(cx__need_operand(where, "spacing 0", spacings.at[0]));
        if (cx_ndim(spacings.at[0]) != 0)
            return cx__fail(CX_E_ARGUMENT, where, "coordinates of one axis for %d axes", count);
    }
    for (int i = 0; i < count; i++) {
        if (n > 0 && spacings.at[for_all ? 0 : i] == NULL)
            return cx__fail(CX_E_NULL, where, "spacing %d is NULL", for_all ? 0 : i);
        CX__TRY(gradient(where, f, at[i], "a spacing", n == 0 ? NULL : spacings.at[for_all ? 0 : i],
                         edge_order, &part[i]));
        CX__TRY(cx__so_far());
    }
    return CX_OK;
}

cx_status cx_gradients_into(const cx_array *f, int count, const int *axes, cx_arrays spacings,
                            int edge_order, cx_array **out)
{
    static const char where[] = "gradients_into";
    if (out == NULL && count > 0) return cx__fail(CX_E_NULL, where, "out is NULL");
    if (cx__scope_depth() == 0)
        return cx__fail(CX_E_SCOPE, where, "open a scope, which will own the results");
    cx_array *part[CX_MAX_NDIM] = {NULL};
    const cx_scope s = cx_scope_open();
    cx_status st = all_axes(where, f, count, axes, spacings, edge_order, part);
    for (int i = 0; st == CX_OK && i < count; i++) (void)cx_scope_keep(s, part[i]);
    st = cx__give_status(s, st);
    for (int i = 0; st == CX_OK && i < count; i++) out[i] = part[i];
    return st;
}
