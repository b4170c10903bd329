/* Numbers made presentable: nan_to_num with its options, angles in degrees, real numbers in complex
 * clothes. The idea is where(); what is left of a complex number is its two halves. */
#include "ops/primitives.h"
#include "routines/arguments.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

static cx_status need_numbers(const char *where, const cx_array *a)
{
    CX__TRY(cx__need_array(where, "a", a));
    return cx_dtype_of(a) == CX_CAT ? cx__fail(CX_E_DTYPE, where, "a is of categories") : CX_OK;
}

static cx_status replace(const char *where, const cx_array *x, const cx_nan_opts *o, cx_array *out)
{
    static cx__held replaced = CX__HELD(
        "x, v, high, low: where(isnan(x), v, where(x == -inf, low, where(x == inf, high, x)))");
    static const double largest[CX_DTYPE_COUNT] = {
        [CX_F16] = 65504.0, [CX_BF16] = 0x1.fep127, [CX_F32] = (double)FLT_MAX, [CX_F64] = DBL_MAX};
    const double top = largest[cx_dtype_of(x)];
    const double high = o->posinf.set ? o->posinf.value : top,
                 low = o->neginf.set ? o->neginf.value : -top;
    CX__TRY(cx__so_far());
    return cx__held_into(where, &replaced,
                         CX_ARRAYS(x, cx_float(o->nan), cx_float(high), cx_float(low)),
                         CX_OUTS(out));
}

static cx_status nan_to_num(const char *where, const cx_array *a, const cx_nan_opts *given,
                            cx_array **out)
{
    cx_nan_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_numbers(where, a));
    const char kind = cx__kind_of(a);
    const bool real = kind == 'f' || kind == 'e';
    *out = real || kind == 'c' ? cx_empty_like(a, CX_DTYPE_NONE) : cx_copy(a);
    if (real) return replace(where, a, &o, *out);
    if (kind != 'c') return CX_OK;
    CX__TRY(replace(where, cx_real(a), &o, cx_real(*out)));
    return replace(where, cx_imag(a), &o, cx_imag(*out));
}

cx_array *cx_nan_to_num_with(const cx_array *a, const cx_nan_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = nan_to_num("nan_to_num_with", a, o, &r);
    return cx__give(s, st, r);
}

cx_array *cx_angle_degrees(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = need_numbers("angle_degrees", a);
    if (st == CX_OK) r = cx_mul(cx_angle(a), cx_float(180 / 3.14159265358979323846));
    return cx__give(s, st, r);
}

static cx_status real_if_close(const char *where, const cx_array *a, cx_maybe_f64 tol,
                               cx_array **out)
{
    CX__TRY(need_numbers(where, a));
    *out = cx_to(a, cx_device_of(a));
    if (cx__kind_of(a) != 'c') return CX_OK;
    const double eps = cx_dtype_of(a) == CX_C64 ? (double)FLT_EPSILON : DBL_EPSILON,
                 t = tol.set ? tol.value : 100, bound = t > 1 ? t * eps : t;
    static cx__held below = CX__HELD("x, bound: all(abs(x) < bound)");
    const bool close =
        cx_item_bool(cx__held_run(where, &below, CX_ARRAYS(cx_imag(a), cx_float(bound))));
    CX__TRY(cx__so_far());
    if (close) *out = cx_real(a);
    return CX_OK;
}

cx_array *cx_real_if_close(const cx_array *a, cx_maybe_f64 tol)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = real_if_close("real_if_close", a, tol, &r);
    return cx__give(s, st, r);
}
