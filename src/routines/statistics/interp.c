/* Piecewise linear interpolation: a search, then one line per element. What NumPy does where the
 * line is not finite is done the same way. */
#include "ops/primitives.h"
#include "routines/operands.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <inttypes.h>
#include <math.h>

/* Operands as float64 (fp: one real part at a time); what NaN becomes. */
typedef struct lines {
    cx_array *x, *xp;
    cx_array *at;    /* of each x: the last point not after it, -1 before all */
    cx_array *piece; /* the same within [0, n - 2] */
    const cx_array *nan;
    int64_t n;
} lines;
static const char where[] = "interp";

static cx_array *first_of(const cx_array *a)
{
    return cx_select(a, 0, 0);
}
static cx_array *last_of(const cx_array *a)
{
    return cx_select(a, 0, -1);
}

/* Through one point there is no line. */
static cx_array *around_point(const lines *l, const cx_array *fp, const cx_array *left,
                              const cx_array *right)
{
    static cx__held around = CX__HELD("x, p, y, left, right: "
                                      "where(x < p, left, where(x > p, right, y))");
    return cx__held_run(where, &around,
                        CX_ARRAYS(l->x, first_of(l->xp), first_of(fp), left, right));
}
static cx_array *along(const lines *l, const cx_array *fp, const cx_array *left,
                       const cx_array *right, bool inverse)
{
    if (l->n == 1) return around_point(l, fp, left, right);
    cx_array *const run = cx_sub(cx_slice(l->xp, 0, 1, CX_END, 1), cx_slice(l->xp, 0, 0, -1, 1)),
                    *const rise = cx_sub(cx_slice(fp, 0, 1, CX_END, 1), cx_slice(fp, 0, 0, -1, 1)),
                    *const slopes =
                        inverse ? cx_mul(rise, cx_div(cx_float(1.0), run)) : cx_div(rise, run);
    cx_array *const x0 = cx_take(l->xp, l->piece, 0), *const y0 = cx_take(fp, l->piece, 0),
                    *const slope = cx_take(slopes, l->piece, 0);
    static cx__held on = CX__HELD("x, x0, y0, slope: slope * (x - x0) + y0"),
                    other =
                        CX__HELD("x, x1, y0, y1, slope, r: back = slope * (x - x1) + y1;"
                                 "where(isnan(r), where(isnan(back) and y0 == y1, y0, back), r)"),
                    ends = CX__HELD("x, x0, y0, r, at, n, low, left, high, right, last, v: "
                                    "where(isnan(x), v, where(x < low, left, where(x > high, right,"
                                    "where(at >= n, last, where(x == x0, y0, r)))))");
    cx_array *r = cx__held_run(where, &on, CX_ARRAYS(l->x, x0, y0, slope));
    if (cx__any_true(cx_isnan(r))) { /* from the other end; or between equals */
        cx_array *const next = cx_add(l->piece, cx_int(1)), *const x1 = cx_take(l->xp, next, 0),
                        *const y1 = cx_take(fp, next, 0);
        r = cx__held_run(where, &other, CX_ARRAYS(l->x, x1, y0, y1, slope, r));
    }
    return cx__held_run(where, &ends,
                        CX_ARRAYS(l->x, x0, y0, r, l->at, cx_int(l->n - 1), first_of(l->xp), left,
                                  last_of(l->xp), right, last_of(fp), l->nan));
}

/* The value beside the points, as a 0-d array of dtype t on x's device. */
static cx_status beside(const char *name, const cx_array *given, const cx_array *x,
                        cx_array *otherwise, cx_dtype t, cx_array **out)
{
    *out = otherwise;
    if (given == NULL) return CX_OK;
    if (!cx__is_weak(given)) {
        CX__ARRAY(where, name, given);
        CX__TRY(cx__need_together(where, "x", x, name, given));
    }
    const char kind = cx__kind_of(given);
    if (kind == 'k' || (kind == 'c' && t != CX_C128))
        return cx__fail(CX_E_DTYPE, where, "%s is %s", name, cx_dtype_name(cx_dtype_of(given)));
    if (!cx__is_weak(given) && cx_size(given) != 1)
        return cx__fail(CX_E_SHAPE, where, "%s has %" PRId64 " elements, not one", name,
                        cx_size(given));
    *out = cx__is_weak(given) ? cx_full(CX_SHAPE(), given, t, cx_device_of(x))
                              : cx_reshape(cx_astype(given, t), CX_SHAPE());
    return cx__so_far();
}

/* x and the points into [0, period), with a point more at both ends. */
static void wrap(double period, cx_array **x, cx_array **xp, cx_array **fp)
{
    const double p = fabs(period);
    *x = cx_remainder(*x, cx_float(p));
    *xp = cx_remainder(*xp, cx_float(p));
    cx_array *const order = cx_argsort(*xp, 0);
    *xp = cx_take(*xp, order, 0);
    *fp = cx_take(*fp, order, 0);
    *xp = cx_concatenate(CX_ARRAYS(cx_sub(cx_slice(*xp, 0, -1, CX_END, 1), cx_float(p)), *xp,
                                   cx_add(cx_slice(*xp, 0, 0, 1, 1), cx_float(p))),
                         0);
    *fp = cx_concatenate(CX_ARRAYS(cx_slice(*fp, 0, -1, CX_END, 1), *fp, cx_slice(*fp, 0, 0, 1, 1)),
                         0);
}

static cx_status check(const cx_array *x, const cx_array *xp, const cx_array *fp,
                       const cx_interp_opts *o)
{
    CX__ARRAY(where, "x", x);
    CX__ARRAY(where, "xp", xp);
    CX__ARRAY(where, "fp", fp);
    CX__TRY(cx__need_together(where, "x", x, "xp", xp));
    CX__TRY(cx__need_together(where, "x", x, "fp", fp));
    CX__TRY(cx__real_only(where, "x", x));
    CX__TRY(cx__real_only(where, "xp", xp));
    if (cx_dtype_of(fp) == CX_CAT) return cx__fail(CX_E_DTYPE, where, "fp holds categories");
    if (o->period.set && o->period.value == 0) return cx__fail(CX_E_ARGUMENT, where, "period is 0");
    char text[2][CX__SHAPE_TEXT];
    if (cx_ndim(xp) != 1 || cx_ndim(fp) != 1 || cx_size(xp) != cx_size(fp))
        return cx__fail(CX_E_SHAPE, where, "xp is %s and fp is %s, not both [n]",
                        cx__words_of_shape(xp, text[0]), cx__words_of_shape(fp, text[1]));
    if (cx_size(xp) == 0) return cx__fail(CX_E_ARGUMENT, where, "no points");
    return CX_OK;
}

static cx_status interp(const cx_array *given_x, const cx_array *given_xp, const cx_array *given_fp,
                        const cx_interp_opts *given, cx_array **out)
{
    cx_interp_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(check(given_x, given_xp, given_fp, &o));
    const bool complex = cx__kind_of(given_fp) == 'c';
    const cx_dtype t = complex ? CX_C128 : CX_F64;
    lines l = {.x = cx_astype(given_x, CX_F64), .xp = cx_astype(given_xp, CX_F64)};
    cx_array *fp = cx_astype(given_fp, t), *left = NULL, *right = NULL;
    if (o.period.set) {
        o.left = o.right = NULL;
        wrap(o.period.value, &l.x, &l.xp, &fp);
    }
    CX__TRY(cx__so_far());
    CX__TRY(beside("left", o.left, l.x, first_of(fp), t, &left));
    CX__TRY(beside("right", o.right, l.x, last_of(fp), t, &right));
    l.n = cx_size(l.xp);
    if (l.n > 1) {
        l.at = cx_sub(cx_searchsorted(l.xp, l.x, CX_RIGHT), cx_int(1));
        l.piece = cx_clip(l.at, cx_int(0), cx_int(l.n - 2));
    }
    l.nan = l.x;
    if (!complex) {
        *out = along(&l, fp, left, right, false);
        return cx__so_far();
    }
    *out = cx_empty(cx_shape_of(l.x), t, cx_device_of(l.x));
    cx_array *const re = along(&l, cx_real(fp), cx_real(left), cx_real(right), true);
    l.nan = cx_float(0.0);
    cx_array *const im = along(&l, cx_imag(fp), cx_imag(left), cx_imag(right), true);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(re, cx_real(*out)));
    CX__TRY(cx_copy_into(im, cx_imag(*out)));
    return cx__so_far();
}
cx_array *cx_interp(const cx_array *x, const cx_array *xp, const cx_array *fp,
                    const cx_interp_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = interp(x, xp, fp, o, &r);
    return cx__give(s, st, r);
}
