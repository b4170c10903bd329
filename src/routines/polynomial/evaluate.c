/* Values of series and of bases: Clenshaw's sum over whole arrays of x, in three buffers of the
 * result's shape, so that a coefficient costs passes over memory and none of it new. */
#include "routines/polynomial/poly.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/reduce.h>
#include <math.h>

static const char evaluate[] = "polyval";

/* x under columns of c: c [n, ...] becomes [n, ..., 1, ...] with x.ndim ones. */
static cx_array *for_every(cx_array *c, int more)
{
    int64_t shape[CX_MAX_NDIM];
    const cx_shape s = cx_shape_of(c);
    for (int i = 0; i < s.ndim + more && i < CX_MAX_NDIM; i++) shape[i] = i < s.ndim ? s.dim[i] : 1;
    return more > 0 ? cx_reshape(c, (cx_shape){s.ndim + more, shape}) : c;
}

/* c0 = c[m - 1] - c1 C / D, c1 = c0 + c1 (A x + B) / D in place: u holds c0, v c1, t is free and
 * becomes the new u. x: A x where the basis is steady. */
static cx_status round_of(const cx__step *s, bool steady, const cx_array *x, const cx_array *low,
                          cx_array *u, cx_array *v, cx_array *t)
{
    if (s->c == 0) {
        CX__TRY(cx_copy_into(low, t));
    } else if (s->c == s->d) {
        CX__TRY(cx_sub_into(low, v, t));
    } else {
        static cx__held less = CX__HELD("low, v, k: low - v * k");
        CX__TRY(
            cx__held_into(evaluate, &less, CX_ARRAYS(low, v, cx_float(s->c / s->d)), CX_OUTS(t)));
    }
    static cx__held plain = CX__HELD("u, v, x: u + v * x"),
                    scaled = CX__HELD("u, v, x, k: u + v * x * k"),
                    line = CX__HELD("u, v, x, a, b, d: u + v * (x * a + b) / d");
    if (s->b != 0)
        return cx__held_into(evaluate, &line,
                             CX_ARRAYS(u, v, x, cx_float(s->a), cx_float(s->b), cx_float(s->d)),
                             CX_OUTS(v));
    if (steady || s->a == s->d)
        return cx__held_into(evaluate, &plain, CX_ARRAYS(u, v, x), CX_OUTS(v));
    return cx__held_into(evaluate, &scaled, CX_ARRAYS(u, v, x, cx_float(s->a / s->d)), CX_OUTS(v));
}

/* The last step: c0 + c1 P[1](x). */
static cx_array *finished(const cx__basis *b, const cx_array *x, const cx_array *c0,
                          const cx_array *c1)
{
    const cx__step s = b->step(0);
    const cx_array *p = s.a != 1 ? cx_mul(x, cx_float(s.a)) : x;
    if (s.b != 0) p = cx_add(p, cx_float(s.b));
    static cx__held last = CX__HELD("c0, c1, p: c0 + c1 * p");
    return cx__held_run(evaluate, &last, CX_ARRAYS(c0, c1, p));
}

/* One value a coefficient, and so many x on the CPU that the buffers would not stay in its caches:
 * piece by piece. A GPU has no use for pieces. */
enum { PIECE = 1 << 14 }; /* of a thread */
static bool wants_pieces(const cx_array *x, const cx_array *c, int64_t piece)
{
    return cx_device_of(c).kind == CX_DEVICE_CPU && cx_size(c) == cx_dim(c, 0) &&
           cx_ndim(c) <= cx_ndim(x) + 1 && cx_size(x) > 2 * piece && cx_is_contiguous(x);
}

static cx_status in_pieces(const cx__basis *b, cx_array *x, cx_array *c, int64_t piece,
                           cx_array **out)
{
    cx_array *const k = cx_reshape(c, CX_SHAPE(cx_dim(c, 0))), *const flat = cx_ravel(x);
    *out = cx_empty(cx_shape_of(x), cx_promote_types(cx_dtype_of(c), cx_dtype_of(x)), CX_CPU);
    cx_array *const to = cx_ravel(*out);
    CX__TRY(cx__so_far());
    const int64_t n = cx_size(x);
    for (int64_t from = 0; from < n; from += piece) {
        const cx_scope s = cx_scope_open();
        const int64_t end = from + piece < n ? from + piece : n;
        cx_array *values;
        cx_status st = cx__series_val(b, cx_slice(flat, 0, from, end, 1), k, &values);
        if (st == CX_OK) st = cx_copy_into(values, cx_slice(to, 0, from, end, 1));
        const cx_status close = cx_scope_close(s);
        CX__TRY(st != CX_OK ? st : close);
    }
    return CX_OK;
}

/* c's entries broadcast with x. */
cx_status cx__series_val(const cx__basis *b, cx_array *x, cx_array *c, cx_array **out)
{
    const int64_t n = cx_dim(c, 0);
    const bool power = b == cx__basis_of(CX_POLY_POWER);
    const char kind = cx__kind_of(x);
    if (kind == 'b' || kind == 'i' || kind == 'u') /* 2 x must not wrap */
        x = cx_astype(x, cx_promote_types(cx_dtype_of(c), cx_dtype_of(x)));
    const int64_t piece = (int64_t)PIECE * cx_num_threads();
    if (n > 2 && wants_pieces(x, c, piece)) return in_pieces(b, x, c, piece, out);
    cx_array *const top = cx_select(c, 0, n - 1);
    /* as NumPy, for which x times 0 is NaN where x is infinite */
    static cx__held constant = CX__HELD("top, x: top + x * 0");
    cx_array *const whole = cx__held_run(evaluate, &constant, CX_ARRAYS(top, x));
    *out = whole;
    if (n == 1) return cx__so_far();
    if (n == 2) {
        *out = finished(b, x, cx_select(c, 0, 0), power ? whole : top);
        return cx__so_far();
    }
    cx_array *u = cx_empty_like(whole, CX_DTYPE_NONE), *t = cx_empty_like(whole, CX_DTYPE_NONE),
             *const v = power ? whole : cx_empty_like(whole, CX_DTYPE_NONE);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(cx_select(c, 0, n - 2), u));
    if (!power) CX__TRY(cx_copy_into(top, v));
    const double a = b->step(1).a;
    const cx_array *const ax = b->steady && a != 1 ? cx_mul(x, cx_float(a)) : x;
    for (int64_t m = n - 2; m >= 1; m--) {
        const cx_scope s = cx_scope_open();
        const cx__step step = b->step((double)m);
        cx_status st = round_of(&step, b->steady, ax, cx_select(c, 0, m - 1), u, v, t);
        const cx_status end = cx_scope_close(s);
        if (st == CX_OK) st = end;
        CX__TRY(st);
        cx_array *const free_now = u;
        u = t;
        t = free_now;
    }
    *out = finished(b, x, u, v);
    return cx__so_far();
}

/* Do x and what follows c's first axis broadcast? */
static cx_status broadcasts(const char *where, const cx_array *x, const cx_array *c)
{
    int64_t shape[CX_MAX_NDIM];
    char text[2][CX__SHAPE_TEXT];
    int ndim = 0;
    const cx_shape xs = cx_shape_of(x), cs = cx_shape_of(c);
    (void)cx__shape_broadcast(xs.ndim, xs.dim, &ndim, shape);
    if (!cx__shape_broadcast(cs.ndim - 1, cs.dim + 1, &ndim, shape))
        return cx__fail(CX_E_SHAPE, where,
                        "x of shape %s does not broadcast with coefficients of shape %s",
                        cx__words_of_shape(x, text[0]), cx__words_of_shape(c, text[1]));
    return CX_OK;
}

static cx_status too_many(const char *where, int ndim)
{
    return ndim <= CX_MAX_NDIM
               ? CX_OK
               : cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d", ndim, (int)CX_MAX_NDIM);
}

/* x stays as it is: integers and weak scalars take part in the promotion as in NumPy. */
static cx_status need_x(const char *where, const char *name, const cx_array *x)
{
    CX__TRY(cx__need_operand(where, name, x));
    return cx__kind_of(x) != 'k'
               ? CX_OK
               : cx__fail(CX_E_DTYPE, where, "%s is an array of categories", name);
}

/* A weak scalar takes c's dtype, the complex one beside it if need be, and c's device. */
cx_array *cx__value_beside(const cx_array *x, const cx_array *c)
{
    const cx_dtype t = cx_dtype_of(c);
    if (!cx__is_weak(x)) return cx_to(x, cx_device_of(c));
    const bool wider = cx__kind_of(x) == 'c' && cx_dtype_kind(t) != 'c';
    return cx_full(CX_SHAPE(), x, wider ? (t == CX_F64 ? CX_C128 : CX_C64) : t, cx_device_of(c));
}

static cx_status value(const cx__basis *b, const char *where, const cx_array *x, const cx_array *c,
                       const cx_polyval_opts *given, cx_array **out)
{
    cx_polyval_opts o;
    cx_device d;
    cx_array *k;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_x(where, "x", x));
    CX__TRY(cx__need_operand(where, "c", c));
    CX__TRY(cx__device_of_all(where, 2, (const cx_array *const[]){x, c}, &d));
    CX__TRY(cx__coefficients(where, "c", c, d, &k));
    const int more = cx_ndim(x);
    CX__TRY(too_many(where, cx_ndim(k) + more));
    if (!o.no_tensor && more > 0) k = for_every(k, more);
    CX__TRY(cx__so_far());
    CX__TRY(broadcasts(where, x, k));
    return cx__series_val(b, cx__value_beside(x, k), k, out);
}

cx_array *cx__poly_val(cx_poly_basis b, const char *where, const cx_array *x, const cx_array *c,
                       const cx_polyval_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = value(cx__basis_of(b), where, x, c, o, &r);
    return cx__give(s, st, r);
}

/* ---- several variables */
static const char *const names[3] = {"x", "y", "z"};

static bool same_shape(const cx_array *a, const cx_array *b)
{
    const cx_shape x = cx_shape_of(a), y = cx_shape_of(b);
    for (int i = 0; i < x.ndim && x.ndim == y.ndim; i++)
        if (x.dim[i] != y.dim[i]) return false;
    return x.ndim == y.ndim;
}

static cx_status need_points(const char *where, int n, const cx_array *const x[], bool same)
{
    char text[2][CX__SHAPE_TEXT];
    for (int i = 0; i < n; i++) {
        CX__TRY(need_x(where, names[i], x[i]));
        if (same && i > 0 && !same_shape(x[0], x[i]))
            return cx__fail(CX_E_SHAPE, where, "x has shape %s and %s has shape %s",
                            cx__words_of_shape(x[0], text[0]), names[i],
                            cx__words_of_shape(x[i], text[1]));
    }
    return CX_OK;
}

static cx_status value_nd(const cx__basis *b, const char *where, cx__places places, int n,
                          const cx_array *const x[], const cx_array *c, cx_array **out)
{
    const cx_array *all[4] = {c, x[0], x[1], n > 2 ? x[2] : NULL};
    char text[CX__SHAPE_TEXT];
    cx_device d;
    cx_array *k;
    CX__TRY(need_points(where, n, x, places == CX__POINTS));
    CX__TRY(cx__need_operand(where, "c", c));
    CX__TRY(cx__device_of_all(where, n + 1, all, &d));
    CX__TRY(cx__coefficients(where, "c", c, d, &k));
    if (cx_ndim(k) < n)
        return cx__fail(CX_E_SHAPE, where, "c has shape %s; wanted %d dimensions or more",
                        cx__words_of_shape(c, text), n);
    for (int i = 0; i < n; i++) {
        const int more = places == CX__GRID || i == 0 ? cx_ndim(x[i]) : 0;
        CX__TRY(too_many(where, cx_ndim(k) + more));
        if (cx_dim(k, 0) == 0)
            return cx__fail(CX_E_SHAPE, where, "c has shape %s; it has no coefficients",
                            cx__words_of_shape(c, text));
        CX__TRY(cx__series_val(b, cx__value_beside(x[i], k), for_every(k, more), &k));
    }
    *out = k;
    return CX_OK;
}

cx_array *cx__poly_valnd(cx_poly_basis b, const char *where, cx__places places, int n,
                         const cx_array *const x[], const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = value_nd(cx__basis_of(b), where, places, n, x, c, &r);
    return cx__give(s, st, r);
}

/* ---- Vandermonde matrices */
/* v[i] = ((a x + b) v[i - 1] - c v[i - 2]) / d */
static cx_status vander_row(const cx__step *s, const cx_array *x, const cx_array *before,
                            const cx_array *two_before, cx_array *out)
{
    if (s->b != 0) {
        const cx_array *const line = cx_add(cx_mul(x, cx_float(s->a)), cx_float(s->b));
        CX__TRY(cx_mul_into(before, line, out));
    } else {
        CX__TRY(cx_mul_into(before, x, out));
        if (s->a != 1) CX__TRY(cx_mul_into(out, cx_float(s->a), out));
    }
    if (s->c != 0) {
        const cx_array *const gone = s->c == 1 ? two_before : cx_mul(two_before, cx_float(s->c));
        CX__TRY(cx_sub_into(out, gone, out));
    }
    return s->d != 1 ? cx_div_into(out, cx_float(s->d), out) : CX_OK;
}

/* x: floating point, one dimension or more. The result is a view with the degrees last, which lie
 * first in memory: every row is one pass. */
cx_status cx__series_vander(const cx__basis *b, cx_array *x, int64_t deg, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM];
    const cx_shape xs = cx_shape_of(x);
    shape[0] = deg + 1;
    for (int i = 0; i < xs.ndim; i++) shape[i + 1] = xs.dim[i];
    cx_array *const v = cx_empty((cx_shape){xs.ndim + 1, shape}, cx_dtype_of(x), cx_device_of(x));
    const cx_array *const ones = cx_add(cx_mul(x, cx_int(0)), cx_int(1));
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(ones, cx_select(v, 0, 0)));
    for (int64_t i = 1; i <= deg; i++) {
        const cx_scope s = cx_scope_open();
        const cx__step step = b->step((double)(i - 1));
        cx_status st;
        if (i == 1)
            st = cx_copy_into(finished(b, x, cx_int(0), cx_int(1)), cx_select(v, 0, 1));
        else
            st = vander_row(&step, x, cx_select(v, 0, i - 1), cx_select(v, 0, i - 2),
                            cx_select(v, 0, i));
        const cx_status end = cx_scope_close(s);
        CX__TRY(st != CX_OK ? st : end);
    }
    *out = cx_moveaxis(v, 0, -1);
    return cx__so_far();
}

static cx_status vander(const cx__basis *b, const char *where, int n, const cx_array *const x[],
                        const int64_t deg[], cx_array **out)
{
    cx_device d;
    cx_array *points[3], *all = NULL;
    cx_dtype t = CX_DTYPE_NONE;
    CX__TRY(need_points(where, n, x, true));
    CX__TRY(cx__device_of_all(where, n, x, &d));
    CX__TRY(too_many(where, cx_ndim(x[0]) + 2 * n));
    for (int i = 0; i < n; i++) {
        if (deg[i] < 0 || deg[i] == INT64_MAX)
            return cx__fail(CX_E_ARGUMENT, where, "degree %lld of %s; wanted 0 or more",
                            (long long)deg[i], names[i]);
        CX__TRY(cx__floats(where, names[i], x[i], d, &points[i]));
        if (cx_ndim(points[i]) == 0) points[i] = cx_reshape(points[i], CX_SHAPE(1));
        const cx_dtype own = cx_dtype_of(x[i]); /* the points are one array in NumPy */
        t = i == 0 ? own : cx_promote_types(t, own);
    }
    t = cx__float_dtype(t);
    CX__TRY(cx__so_far());
    for (int i = 0; i < n; i++) {
        cx_array *v;
        if (cx_dtype_of(points[i]) != t) points[i] = cx_astype(points[i], t);
        CX__TRY(cx__so_far());
        CX__TRY(cx__series_vander(b, points[i], deg[i], &v));
        for (int k = 0; k < i; k++) v = cx_expand_dims(v, -2);
        for (int k = i + 1; k < n; k++) v = cx_expand_dims(v, -1);
        all = i == 0 ? v : cx_mul(all, v);
    }
    if (n > 1) { /* the last n dimensions as one */
        int64_t shape[CX_MAX_NDIM], size = 1;
        const cx_shape s = cx_shape_of(all);
        CX__TRY(cx__so_far());
        for (int i = 0; i < s.ndim; i++) shape[i] = s.dim[i];
        for (int i = s.ndim - n; i < s.ndim; i++) size *= shape[i];
        shape[s.ndim - n] = size;
        all = cx_reshape(all, (cx_shape){s.ndim - n + 1, shape});
    }
    *out = all;
    return cx__so_far();
}

cx_array *cx__poly_vander(cx_poly_basis b, const char *where, int n, const cx_array *const x[],
                          const int64_t deg[])
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = vander(cx__basis_of(b), where, n, x, deg, &r);
    return cx__give(s, st, r);
}

/* ---- weights */
static cx__held weights[] = {
    [CX_POLY_POWER] = CX__HELD("x: x * 0.0 + 1"),
    [CX_POLY_CHEBYSHEV] = CX__HELD("x: 1 / (sqrt(1 + x) * sqrt(1 - x))"),
    [CX_POLY_LEGENDRE] = CX__HELD("x: x * 0.0 + 1"),
    [CX_POLY_HERMITE] = CX__HELD("x: exp(-square(x))"),
    [CX_POLY_HERMITE_E] = CX__HELD("x: exp(square(x) * -0.5)"),
    [CX_POLY_LAGUERRE] = CX__HELD("x: exp(-x)"),
};

cx_array *cx__poly_weight(cx_poly_basis b, const char *where, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_array *v, *r = NULL;
    const cx_status st = cx__floats(where, "x", x, CX_CPU, &v);
    if (st == CX_OK) r = cx__held_run(where, &weights[b], CX_ARRAYS(v));
    return cx__give(s, st, r);
}

/* ---- other ways to evaluate */
static cx_status from_roots(const cx_array *x, const cx_array *r, const cx_polyval_opts *given,
                            cx_array **out)
{
    static const char where[] = "polyvalfromroots";
    cx_polyval_opts o;
    cx_device d;
    cx_array *k;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_x(where, "x", x));
    CX__TRY(cx__need_operand(where, "r", r));
    CX__TRY(cx__device_of_all(where, 2, (const cx_array *const[]){x, r}, &d));
    CX__TRY(cx__floats(where, "r", r, d, &k));
    if (cx_ndim(k) == 0) k = cx_reshape(k, CX_SHAPE(1));
    const int more = cx__is_weak(x) ? 0 : cx_ndim(x);
    if (o.no_tensor && more >= cx_ndim(k))
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions; without tensor fewer than r's %d",
                        more, cx_ndim(k));
    CX__TRY(too_many(where, cx_ndim(k) + more));
    if (!o.no_tensor) k = for_every(k, more);
    CX__TRY(cx__so_far());
    CX__TRY(broadcasts(where, x, k));
    *out = cx_prod(cx_sub(x, k), CX_AXIS(0));
    return cx__so_far();
}

cx_array *cx_polyvalfromroots(const cx_array *x, const cx_array *r, const cx_polyval_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *v = NULL;
    const cx_status st = from_roots(x, r, o, &v);
    return cx__give(s, st, v);
}

/* Horner's rule, as numpy.polyval: it starts with zeros of x's dtype. */
static cx_status horner(const cx_array *p, const cx_array *x, cx_array **out)
{
    static const char where[] = "polyval";
    static cx__held step = CX__HELD("y, x, c: y * x + c");
    cx_device d;
    CX__TRY(cx__need_operand(where, "p", p));
    CX__TRY(need_x(where, "x", x));
    CX__TRY(cx__device_of_all(where, 2, (const cx_array *const[]){p, x}, &d));
    if (cx_ndim(p) < 1) return cx__fail(CX_E_SHAPE, where, "p is a number; wanted 1-d");
    CX__TRY(broadcasts(where, x, p));
    if (cx__kind_of(p) == 'k') return cx__fail(CX_E_DTYPE, where, "p is an array of categories");
    const cx_array *const points = cx__is_weak(x) ? cx_full(CX_SHAPE(), x, cx_dtype_of(x), d) : x;
    cx_array *y = cx_zeros_like(points, CX_DTYPE_NONE);
    if (cx_dim(p, 0) > 0) /* from here on y has the shape and the dtype of the result */
        y = cx__held_run(where, &step, CX_ARRAYS(y, points, cx_select(p, 0, 0)));
    for (int64_t i = 1; i < cx_dim(p, 0) && cx_ok(); i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_check(
            cx__held_into(where, &step, CX_ARRAYS(y, points, cx_select(p, 0, i)), CX_OUTS(y)));
        CX__TRY(cx_scope_close(s));
    }
    *out = y;
    return cx__so_far();
}

cx_array *cx_polyval(const cx_array *p, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = horner(p, x, &r);
    return cx__give(s, st, r);
}
