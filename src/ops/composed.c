/* Elementwise functions that are composed of the rows: rounding to decimals, closeness, parts of
 * complex numbers. They are users of the public expressions inside a scope of their own, so
 * temporaries die where they are made. */
#include "core/array.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/primitives.h"
#include <calx/array.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

static cx_array *fail(const char *where, cx_status st)
{
    return cx__yield(st, where, NULL);
}

static char kind_of(const cx_array *a)
{
    return cx_dtype_kind(cx__is_scalar(a) ? (cx_dtype)((const cx_head *)(const void *)a)->kind
                                          : (cx_dtype)a->dtype);
}
static bool is_complex(const cx_array *a)
{
    return kind_of(a) == 'c';
}
static bool is_whole(const cx_array *a)
{
    return kind_of(a) == 'i' || kind_of(a) == 'u';
}

cx_array *cx_round(const cx_array *a, int decimals)
{
    const cx_status st = cx__array_check("round", "a", a);
    if (st != CX_OK) return fail("round", st);
    if (is_whole(a) && decimals >= 0) return cx_positive(a);
    if (decimals == 0) return cx_rint(a);
    const cx_scope s = cx_scope_open();
    if (is_complex(a) && !cx__is_scalar(a)) { /* each part by itself */
        cx_array *const both = cx_empty_like(a, CX_DTYPE_NONE);
        if (cx_status_of(both) == CX_OK) {
            (void)cx_check(cx_copy_into(cx_round(cx_real(a), decimals), cx_real(both)));
            (void)cx_check(cx_copy_into(cx_round(cx_imag(a), decimals), cx_imag(both)));
        }
        return cx_scope_return(s, both);
    }
    static cx__held behind = CX__HELD("a, f: rint(a * f) / f"),
                    before = CX__HELD("a, f: rint(a / f) * f");
    const cx_array *const factor = cx_float(pow(10.0, fabs((double)decimals)));
    cx_array *const r =
        cx__held_run("round", decimals > 0 ? &behind : &before, CX_ARRAYS(a, factor));
    return cx_scope_return(s,
                           is_whole(a) && !cx__is_scalar(a) ? cx_astype(r, (cx_dtype)a->dtype) : r);
}

static bool is_nan_number(const cx_array *a)
{
    cx_complex128 v = {0, 0};
    (void)cx_check(cx_item_c128_into(a, &v));
    return isnan(v.re) || isnan(v.im);
}

/* isclose to a number of C: what hangs on it alone is computed in C, so that all else is a's. */
static cx_array *close_to_number(const cx_array *a, const cx_array *b, double rtol, double atol,
                                 bool equal_nan)
{
    cx_complex128 v = {0, 0};
    (void)cx_check(cx_item_c128_into(b, &v));
    static cx__held near = CX__HELD("a, y, bound: abs(a - y) <= bound or a == y");
    const cx_array *const y = kind_of(b) == 'c' ? b : cx_float(v.re);
    const cx_array *const bound = cx_float(hypot(v.re, v.im) * rtol + atol);
    cx_array *const r = isfinite(v.re) && isfinite(v.im)
                            ? cx__held_run("isclose", &near, CX_ARRAYS(a, y, bound))
                            : cx_equal(a, y);
    return equal_nan && is_nan_number(b) ? cx_logical_or(r, cx_isnan(a)) : r;
}

cx_array *cx_isclose(const cx_array *a, const cx_array *b, const cx_close_opts *o)
{
    static const char where[] = "isclose";
    cx_status st = cx__array_check(where, "a", a);
    if (st == CX_OK) st = cx__array_check(where, "b", b);
    if (st == CX_OK && o != NULL && o->struct_size == 0)
        st = cx__fail(CX_E_ARGUMENT, where, "options without struct_size; use CX_OPTS");
    if (st != CX_OK) return fail(where, st);
    const double rtol = o != NULL && o->rtol.set ? o->rtol.value : 1e-5,
                 atol = o != NULL && o->atol.set ? o->atol.value : 1e-8;
    const bool equal_nan = o != NULL && o->equal_nan;
    const cx_scope s = cx_scope_open();
    if (cx__is_scalar(b)) return cx_scope_return(s, close_to_number(a, b, rtol, atol, equal_nan));
    const bool exact = is_whole(b) || kind_of(b) == 'b';
    const cx_array *const y =
        exact ? cx_mul(b, cx_float(1.0)) : b; /* bool has no difference, integers would wrap */
#define NEAR "abs(a - y) <= abs(y) * rtol + atol and isfinite(y) or a == y"
    static cx__held near = CX__HELD("a, y, rtol, atol: " NEAR),
                    alike = CX__HELD("a, y, rtol, atol: " NEAR " or isnan(a) and isnan(y)");
    cx_array *const r = cx__held_run(where, equal_nan && !cx__is_scalar(a) ? &alike : &near,
                                     CX_ARRAYS(a, y, cx_float(rtol), cx_float(atol)));
    const bool number = equal_nan && cx__is_scalar(a) && is_nan_number(a);
    return cx_scope_return(s, number ? cx_logical_or(r, cx_isnan(y)) : r);
}

/* Does every element hold? Marks the scope around on failure. */
static bool all_of(cx_scope s, const cx_array *r)
{
    const bool answer = cx_item_bool(cx_all(r, CX_ALL));
    const cx_status st = cx_scope_close(s);
    (void)cx__mark(st);
    return st == CX_OK && answer;
}

bool cx_allclose(const cx_array *a, const cx_array *b, const cx_close_opts *o)
{
    const cx_scope s = cx_scope_open();
    return all_of(s, cx_isclose(a, b, o));
}

bool cx_array_equal(const cx_array *a, const cx_array *b)
{
    static const char where[] = "array_equal";
    cx_status st = cx__array_check(where, "a", a);
    if (st == CX_OK) st = cx__array_check(where, "b", b);
    if (st != CX_OK) {
        (void)cx__mark(st);
        return false;
    }
    const int ndim = cx__is_scalar(a) ? 0 : a->ndim;
    bool same = ndim == (cx__is_scalar(b) ? 0 : b->ndim);
    for (int i = 0; same && i < ndim; i++) same = a->shape[i] == b->shape[i];
    if (!same) return false;
    const cx_scope s = cx_scope_open();
    return all_of(s, cx_equal(a, b));
}

/* ------------------------------------------------------------------------------------ parts of
 * complex numbers */
static cx_status part(const char *where, const cx_array *a, bool imaginary, cx_array **out)
{
    const cx_dtype t = (cx_dtype)a->dtype, real = cx__real_of(t);
    const bool shifted = imaginary && t != real;
    return cx__array_view(where, a, a->ndim, a->shape, a->strides,
                          a->data + (shifted ? cx__itemsize(real) : 0), real, out);
}

cx_array *cx_real(const cx_array *a)
{
    static const char where[] = "real";
    cx_array *r = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = part(where, a, false, &r);
    return cx__yield(st, where, r);
}

cx_array *cx_imag(const cx_array *a)
{
    static const char where[] = "imag";
    cx_array *r = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && !is_complex(a)) return cx_zeros_like(a, CX_DTYPE_NONE);
    if (st == CX_OK) st = part(where, a, true, &r);
    return cx__yield(st, where, r);
}

cx_array *cx_angle(const cx_array *a)
{
    const cx_status st = cx__array_need("angle", "a", a);
    if (st != CX_OK) return fail("angle", st);
    if (!is_complex(a)) return cx_arctan2(cx_int(0), a);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, cx_arctan2(cx_imag(a), cx_real(a)));
}

static cx_array *made_finite(const cx_array *a)
{
    static cx__held finite = CX__HELD("a, top: clip(where(isnan(a), 0.0, a), -top, top)");
    static const double largest[CX_DTYPE_COUNT] = {
        [CX_F16] = 65504.0, [CX_BF16] = 0x1.fep127, [CX_F32] = (double)FLT_MAX, [CX_F64] = DBL_MAX};
    return cx__held_run("nan_to_num", &finite, CX_ARRAYS(a, cx_float(largest[a->dtype])));
}

cx_array *cx_nan_to_num(const cx_array *a)
{
    static const char where[] = "nan_to_num";
    const cx_status st = cx__array_need(where, "a", a);
    if (st != CX_OK) return fail(where, st);
    const char kind = kind_of(a);
    if (kind == 'b' || kind == 'i' || kind == 'u') return cx_copy(a);
    const cx_scope s = cx_scope_open();
    if (!is_complex(a)) return cx_scope_return(s, made_finite(a));
    cx_array *const r = cx_empty_like(a, CX_DTYPE_NONE);
    if (cx_status_of(r) == CX_OK) {
        (void)cx_check(cx_copy_into(made_finite(cx_real(a)), cx_real(r)));
        (void)cx_check(cx_copy_into(made_finite(cx_imag(a)), cx_imag(r)));
    }
    return cx_scope_return(s, r);
}
