/* Differences of neighbours and what is summed from them: diff, ediff1d, trapezoid, unwrap. One
 * idea: the array without its first element against the array without its last. */
#include "ops/primitives.h"
#include "routines/arguments.h"
#include <calx/calculus.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static cx_array *later(const cx_array *a, int axis)
{
    return cx_slice(a, axis, 1, CX_END, 1);
}
static cx_array *earlier(const cx_array *a, int axis)
{
    const int64_t n = cx_dim(a, axis);
    return cx_slice(a, axis, 0, n > 0 ? n - 1 : 0, 1);
}
static cx_array *step(const cx_array *a, int axis)
{
    const cx_array *const x = later(a, axis), *const y = earlier(a, axis);
    return cx_dtype_of(a) == CX_BOOL ? cx_not_equal(x, y) : cx_sub(x, y);
}

/* A live array of numbers. */
static cx_status need_numbers(const char *where, const char *argument, const cx_array *a)
{
    CX__TRY(cx__need_array(where, argument, a));
    return cx_dtype_of(a) == CX_CAT ? cx__fail(CX_E_DTYPE, where, "%s is of categories", argument)
                                    : CX_OK;
}

static cx_status along(const char *where, const char *argument, const cx_array *a, int axis,
                       int *at)
{
    CX__TRY(need_numbers(where, argument, a));
    if (cx_ndim(a) == 0)
        return cx__fail(CX_E_SHAPE, where, "%s has no dimension; at least one is needed", argument);
    return cx__axis(where, axis, cx_ndim(a), at);
}

/* ---- diff */
/* prepend or append, spread along a's other axes. */
static cx_status beside(const char *where, const char *argument, const cx_array *x,
                        const cx_array *a, int axis, const cx_array **out)
{
    CX__TRY(cx__need_operand(where, argument, x));
    CX__TRY(cx__need_together(where, "a", a, argument, x));
    if (cx_dtype_of(x) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s is of categories", argument);
    const cx_shape s = cx_shape_of(a);
    *out = cx__strong(x, a);
    char text[2][CX__SHAPE_TEXT];
    if (cx_ndim(x) == 0) {
        int64_t one[CX_MAX_NDIM];
        memcpy(one, s.dim, (size_t)s.ndim * sizeof *one);
        one[axis] = 1;
        *out = cx_broadcast_to(*out, (cx_shape){s.ndim, one});
        return CX_OK;
    }
    bool same = cx_ndim(x) == s.ndim;
    for (int d = 0; same && d < s.ndim; d++) same = d == axis || cx_dim(x, d) == s.dim[d];
    if (same) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "%s of shape %s does not go beside a of shape %s", argument,
                    cx__words_of_shape(x, text[0]), cx__words_of_shape(a, text[1]));
}

static cx_status diff(const char *where, const cx_array *a, int n, int axis,
                      const cx_diff_opts *given, cx_array **out)
{
    cx_diff_opts o;
    int at = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_numbers(where, "a", a));
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "n is %d", n);
    if (n == 0) {
        *out = cx_to(a, cx_device_of(a));
        return CX_OK;
    }
    CX__TRY(along(where, "a", a, axis, &at));
    const cx_array *part[3] = {NULL, a, NULL};
    if (o.prepend != NULL) CX__TRY(beside(where, "prepend", o.prepend, a, at, &part[0]));
    if (o.append != NULL) CX__TRY(beside(where, "append", o.append, a, at, &part[2]));
    const int first = part[0] == NULL ? 1 : 0, last = part[2] == NULL ? 1 : 2;
    const cx_array *r = a;
    if (last > first) r = cx_concatenate((cx_arrays){last - first + 1, part + first}, at);
    for (int i = 0; i < n && (i == 0 || cx_dim(r, at) > 0); i++) r = *out = step(r, at);
    return CX_OK;
}

cx_array *cx_diff(const cx_array *a, int n, int axis, const cx_diff_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = diff("diff", a, n, axis, o, &r);
    return cx__give(s, st, r);
}

/* ---- ediff1d */
static cx_status at_end(const char *where, const char *argument, const cx_array *x,
                        const cx_array *a, const cx_array **out)
{
    if (x == NULL) return CX_OK;
    CX__TRY(cx__need_operand(where, argument, x));
    CX__TRY(cx__need_together(where, "a", a, argument, x));
    const cx_dtype t = cx_dtype_of(a);
    if (!cx_can_cast(cx_dtype_of(x), t, CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, where, "%s is %s, which is not cast to %s", argument,
                        cx_dtype_name(cx_dtype_of(x)), cx_dtype_name(t));
    *out = cx_astype(cx_ravel(cx__strong(x, a)), t);
    return CX_OK;
}

static cx_status ediff1d(const char *where, const cx_array *a, const cx_ediff1d_opts *given,
                         cx_array **out)
{
    cx_ediff1d_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_numbers(where, "a", a));
    if (cx_dtype_of(a) == CX_BOOL) return cx__fail(CX_E_DTYPE, where, "bool has no difference");
    const cx_array *part[3] = {NULL, NULL, NULL};
    CX__TRY(at_end(where, "to_begin", o.to_begin, a, &part[0]));
    CX__TRY(at_end(where, "to_end", o.to_end, a, &part[2]));
    part[1] = *out = step(cx_ravel(a), 0);
    const int first = part[0] == NULL ? 1 : 0, last = part[2] == NULL ? 1 : 2;
    if (last > first) *out = cx_concatenate((cx_arrays){last - first + 1, part + first}, 0);
    return CX_OK;
}

cx_array *cx_ediff1d(const cx_array *a, const cx_ediff1d_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = ediff1d("ediff1d", a, o, &r);
    return cx__give(s, st, r);
}

/* ---- trapezoid */
/* Widths that go with sums of neighbours of y. */
static cx_status widths(const char *where, const cx_array *x, const cx_array *y, int axis, int at,
                        const cx_array **out)
{
    int own = 0;
    CX__TRY(along(where, "x", x, cx_ndim(x) == 1 ? 0 : axis, &own));
    CX__TRY(cx__need_together(where, "y", y, "x", x));
    const cx_array *d = step(x, own);
    if (cx_ndim(x) == 1) {
        int64_t shape[CX_MAX_NDIM];
        for (int i = 0; i < cx_ndim(y); i++) shape[i] = 1;
        shape[at] = cx_size(d);
        d = cx_reshape(d, (cx_shape){cx_ndim(y), shape});
    }
    int64_t both[CX_MAX_NDIM], less[CX_MAX_NDIM];
    int ndim = 0;
    memcpy(less, cx_shape_of(y).dim, (size_t)cx_ndim(y) * sizeof *less);
    less[at] = less[at] > 0 ? less[at] - 1 : 0;
    char text[2][CX__SHAPE_TEXT];
    if (!cx__shape_broadcast(cx_ndim(d), cx_shape_of(d).dim, &ndim, both) ||
        !cx__shape_broadcast(cx_ndim(y), less, &ndim, both))
        return cx__fail(CX_E_SHAPE, where, "x of shape %s does not go with y of shape %s",
                        cx__words_of_shape(x, text[0]), cx__words_of_shape(y, text[1]));
    *out = d;
    return CX_OK;
}

static cx_status trapezoid(const char *where, const cx_array *y, int axis,
                           const cx_trapezoid_opts *given, cx_array **out)
{
    cx_trapezoid_opts o;
    int at = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_numbers(where, "y", y));
    CX__TRY(cx__axis(where, axis, cx_ndim(y), &at));
    const cx_scalar dx = {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = o.dx.set ? o.dx.value : 1};
    const cx_array *d = (const cx_array *)(const void *)&dx;
    if (o.x != NULL) CX__TRY(widths(where, o.x, y, axis, at, &d));
    static cx__held evenly = CX__HELD("a, b: sum(a + b, axis=-1)"),
                    weighted = CX__HELD("a, b, d: d * (a + b) / 2.0");
    const cx_dtype t = cx_dtype_of(y);
    if (o.x == NULL && cx_dtype_size(t) >= 4 && strchr("fc", cx_dtype_kind(t)) != NULL) {
        const int last = cx_ndim(y) - 1;
        const cx_array *const z = at == last ? y : cx_moveaxis(y, at, -1);
        const cx_array *const sum =
            cx__held_run(where, &evenly, CX_ARRAYS(later(z, last), earlier(z, last)));
        *out = cx_mul(sum, cx_float(dx.v.f64 / 2));
        return CX_OK;
    }
    const cx_array *const areas =
        cx__held_run(where, &weighted, CX_ARRAYS(later(y, at), earlier(y, at), d));
    *out = cx_sum(areas, CX_AXIS(axis < 0 ? axis : at));
    return CX_OK;
}

cx_array *cx_trapezoid(const cx_array *y, int axis, const cx_trapezoid_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = trapezoid("trapezoid", y, axis, o, &r);
    return cx__give(s, st, r);
}

/* ---- unwrap */
/* The period, its halves as numbers of the same kind, and whether a step of exactly half of it can
 * occur. */
typedef struct turn {
    cx_dtype t; /* of the result */
    cx_scalar period, high, low;
    double half;
    bool ambiguous;
} turn;

static const cx_array *weak(const cx_scalar *v)
{
    return (const cx_array *)(const void *)v;
}

/* Does a whole number fit an integer dtype? */
static bool fits(cx_dtype t, int64_t v)
{
    const int bits = 8 * (int)cx_dtype_size(t);
    if (cx_dtype_kind(t) == 'u') return v >= 0 && (bits == 64 || v < INT64_C(1) << bits);
    return bits == 64 || (v >= -(INT64_C(1) << (bits - 1)) && v < INT64_C(1) << (bits - 1));
}

static cx_status find_turn(const char *where, const cx_array *a, const cx_array *period, turn *t)
{
    t->period = (cx_scalar){.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = 6.283185307179586};
    if (period != NULL) {
        const cx_dtype kind = cx__is_weak(period) ? cx_dtype_of(period) : CX_DTYPE_NONE;
        if (kind != CX_I64 && kind != CX_F64)
            return cx__fail(CX_E_ARGUMENT, where, "period is not made by cx_int or cx_float");
        t->period = *(const cx_scalar *)(const void *)period;
    }
    t->high = t->low = t->period;
    const char kind = cx__kind_of(a);
    const bool whole = kind == 'b' || kind == 'i' || kind == 'u';
    if (t->period.head.kind == CX_F64 || !whole) {
        const double v = t->period.head.kind == CX_F64 ? t->period.v.f64 : (double)t->period.v.i64;
        t->half = v / 2;
        t->high.head.kind = t->low.head.kind = CX_F64;
        t->high.v.f64 = t->half;
        t->low.v.f64 = -t->half;
        t->ambiguous = true;
        t->t = whole ? CX_F64 : cx_dtype_of(a);
        return CX_OK;
    }
    t->t = kind == 'b' ? CX_I64 : cx_dtype_of(a);
    const int64_t p = t->period.v.i64, rest = ((p % 2) + 2) % 2;
    t->half = (double)p / 2;
    t->high.v.i64 = (p - rest) / 2;
    t->low.v.i64 = -t->high.v.i64;
    t->ambiguous = rest == 0;
    if (!fits(t->t, p) || !fits(t->t, t->low.v.i64))
        return cx__fail(CX_E_DTYPE, where,
                        "%s does not hold the period %" PRId64 " and minus half of it",
                        cx_dtype_name(t->t), p);
    return CX_OK;
}

static cx_status unwrap(const char *where, const cx_array *a, int axis, const cx_unwrap_opts *given,
                        cx_array **out)
{
    cx_unwrap_opts o;
    turn t;
    int at = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(along(where, "a", a, axis, &at));
    if (cx__kind_of(a) == 'c') return cx__fail(CX_E_DTYPE, where, "a is complex");
    CX__TRY(find_turn(where, a, o.period, &t));
    static cx__held odd = CX__HELD("x, y, low, period, most, high: d = x - y;"
                                   "m = remainder(d - low, period) + low;"
                                   "where(abs(d) < most, 0, m - d)"),
                    even =
                        CX__HELD("x, y, low, period, most, high: d = x - y;"
                                 "m = remainder(d - low, period) + low;"
                                 "where(abs(d) < most, 0, where(m == low and d > 0, high, m) - d)");
    /* of dtype t.t the steps are the formula's; of another one they are converted first */
    const bool own = cx_dtype_of(a) == t.t;
    const cx_array *const x = own ? later(a, at) : cx_astype(step(a, at), t.t);
    const cx_array *const y = own ? earlier(a, at) : cx_int(0);
    const double discont = o.discont.set ? o.discont.value : t.half;
    const cx_array *const correct = cx__held_run(
        where, t.ambiguous ? &even : &odd,
        CX_ARRAYS(x, y, weak(&t.low), weak(&t.period), cx_float(discont), weak(&t.high)));
    *out = cx_astype(a, t.t);
    CX__TRY(cx__so_far());
    return cx_add_into(later(a, at), cx_cumsum(correct, at), later(*out, at));
}

cx_array *cx_unwrap(const cx_array *a, int axis, const cx_unwrap_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = unwrap("unwrap", a, axis, o, &r);
    return cx__give(s, st, r);
}
