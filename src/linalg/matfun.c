/* Functions of matrices through the Schur form: roots, logarithms, powers, signs, any function. One
 * idea: whether a result is real is decided by the eigenvalues of the real Schur form, not by how
 * small imaginary parts came out. Everything is computed in double precision. */
#include "core/shape.h"
#include "linalg/schur.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

/* A call, its Schur form in double precision, and the dtype that the user has given. */
typedef struct function {
    cx__lin c;
    cx__schur_form f;
    bool real, single;
} function;

static cx_status open_function(function *m, const char *where, const cx_array *a)
{
    *m = (function){0};
    CX__TRY(cx__lin_open(&m->c, where, a, NULL, true));
    CX__TRY(cx__lin_need_finite(where, "a", a));
    m->real = m->c.t == m->c.real;
    m->single = m->c.real == CX_F32;
    m->c.t = m->real ? CX_F64 : CX_C128;
    m->c.real = CX_F64;
    return cx__schur(&m->c, a, &m->f);
}

/* Is any eigenvalue a negative number? */
static cx_status negative(const function *m, bool *any)
{
    const cx_array *const on = cx_equal(cx_imag(m->f.w), cx_float(0)), *const left =
                                                                           cx_less(cx_real(m->f.w),
                                                                                   cx_float(0));
    *any = cx_item_bool(cx_any(cx_logical_and(on, left), CX_ALL));
    return cx__so_far();
}

/* A real form becomes a complex one. */
static cx_status widen(function *m)
{
    if (m->c.t == CX_C128) return CX_OK;
    m->c.t = CX_C128;
    cx_array *t = NULL, *z = NULL;
    CX__TRY(cx__lin_hold(&m->c, cx__lin_columns(&m->c, m->f.t, &t), &t));
    CX__TRY(cx__lin_hold(&m->c, cx__lin_columns(&m->c, m->f.z, &z), &z));
    m->f.t = t;
    m->f.z = z;
    return cx__triangular(&m->c, CX_TRIANGULAR_COMPLEX, 0, t, z, m->f.w);
}

/* In the precision that the user has given, real if asked for. */
static cx_status as_given(const function *m, bool real, const cx_array *x, cx_array **out)
{
    *out =
        cx_copy(cx_astype(real && cx_dtype_kind((cx_dtype)x->dtype) == 'c' ? cx_real(x) : x,
                          real ? (m->single ? CX_F32 : CX_F64) : (m->single ? CX_C64 : CX_C128)));
    return cx__so_far();
}
/* z t z^H */
static const cx_array *turned_back(const function *m)
{
    const cx_array *const z = m->f.z;
    const cx_array *const turned = cx_matrix_transpose(m->c.t == CX_C128 ? cx_conjugate(z) : z);
    return cx_matmul(cx_matmul(z, m->f.t), turned);
}
static cx_status done(const function *m, bool real, cx_array **out)
{
    const cx_array *const x = turned_back(m);
    CX__TRY(cx__so_far());
    return as_given(m, real, x, out);
}

static cx_status sqrtm(const char *where, const cx_array *a, cx_array **out)
{
    function m;
    bool any = false;
    CX__TRY(open_function(&m, where, a));
    if (m.real) CX__TRY(negative(&m, &any));
    if (any) CX__TRY(widen(&m));
    CX__TRY(cx__triangular(&m.c, CX_TRIANGULAR_SQRT, 0, m.f.t, NULL, NULL));
    return done(&m, m.real && !any, out);
}

/* Logarithm, or power between -1 and 1, in double precision and not copied. */
static cx_status principal(function *m, cx_triangular_fn fn, double p, bool *real)
{
    bool any = false;
    if (m->real) CX__TRY(negative(m, &any));
    CX__TRY(widen(m));
    CX__TRY(cx__triangular(&m->c, fn, p, m->f.t, NULL, NULL));
    *real = m->real && !any;
    return CX_OK;
}

static cx_status logm(const char *where, const cx_array *a, cx_array **out)
{
    function m;
    bool real;
    CX__TRY(open_function(&m, where, a));
    CX__TRY(principal(&m, CX_TRIANGULAR_LOG, 0, &real));
    return done(&m, real, out);
}

/* ---- powers */
/* The largest condition number, infinity if an eigenvalue is 0: with it the power is the whole one
 * below p times a positive rest, or the one above p times a negative rest. */
static cx_status condition(const function *m, const cx_array *a, double *most)
{
    const cx_array *const zero = cx_any(cx_equal(m->f.w, cx_int(0)), CX_ALL);
    const bool singular = cx_item_bool(zero);
    CX__TRY(cx__so_far());
    *most = singular ? INFINITY : cx_item_f64(cx_max(cx_linalg_cond(cx_astype(a, m->c.t)), CX_ALL));
    return cx__so_far();
}

static cx_status fractional(const char *where, const cx_array *a, double p, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (!isfinite(p)) return cx__fail(CX_E_ARGUMENT, where, "p is %g", p);
    if (p == floor(p) && fabs(p) < 0x1p62) { /* as SciPy does: the dtype of matrix_power */
        *out = cx_linalg_matrix_power(a, (int64_t)p);
        return cx__so_far();
    }
    if (p == floor(p)) return cx__fail(CX_E_ARGUMENT, where, "p is %g, past int64", p);
    function m;
    bool real;
    double k = 1;
    CX__TRY(open_function(&m, where, a));
    if (a->size > 0) CX__TRY(condition(&m, a, &k));
    if (isinf(k) && p < 0) return cx__fail(CX_E_SINGULAR, where, "a is singular, and p is %g", p);
    const double up = p - floor(p), down = p - ceil(p);
    const bool below = isinf(k) || up * pow(k, 1 - up) <= -down * k;
    const cx_array *const whole = cx_astype(a, m.c.t);
    CX__TRY(principal(&m, CX_TRIANGULAR_POWER, below ? up : down, &real));
    const cx_array *const rest = turned_back(&m);
    const int64_t n = (int64_t)(below ? floor(p) : ceil(p));
    const cx_array *const x = n == 0 ? rest : cx_matmul(cx_linalg_matrix_power(whole, n), rest);
    CX__TRY(cx__so_far());
    return as_given(&m, real, x, out);
}

/* ---- signs */
static cx_status signm(const char *where, const cx_array *a, cx_array **out)
{
    function m;
    CX__TRY(open_function(&m, where, a));
    if (m.f.w->size > 0) {
        const double eps = m.single ? 0x1p-23 : 0x1p-52;
        const cx_array *const most = cx_max(cx_abs(m.f.w), CX_AXIS(-1, .keepdims = true));
        const cx_array *const part = cx_real(m.f.w);
        const cx_array *const clear = cx_greater(cx_abs(part), cx_mul(most, cx_float(1000 * eps)));
        const cx_array *const signs =
            cx_copy(cx_astype(cx_where(clear, cx_sign(part), cx_float(0)), CX_C128));
        CX__TRY(cx__so_far());
        CX__TRY(widen(&m));
        CX__TRY(cx__triangular(&m.c, CX_TRIANGULAR_SIGN, 0, m.f.t, NULL, signs));
    }
    return done(&m, m.real, out);
}

/* ---- any function */
static bool near(cx_complex128 x, cx_complex128 y)
{
    const double size = hypot(x.re, x.im), apart = hypot(x.re - y.re, x.im - y.im);
    return apart <= 16 * 0x1p-52 * size || (isnan(apart) && isnan(x.re) == isnan(y.re));
}

/* fn at the eigenvalues w of a real matrix keeps pairs and real numbers? */
static bool keeps_real(int64_t count, const cx_complex128 *w, const cx_complex128 *f)
{
    for (int64_t i = 0; i < count; i++) {
        const bool pair = w[i].im > 0 && i + 1 < count;
        if (!near(f[i],
                  pair ? (cx_complex128){f[i + 1].re, -f[i + 1].im} : (cx_complex128){f[i].re, 0}))
            return false;
        i += pair;
    }
    return true;
}

static cx_status funm(const char *where, const cx_array *a, cx_matrix_fn *fn, void *ctx,
                      cx_array **out)
{
    function m;
    CX__TRY(cx__array_need(where, "a", a));
    if (fn == NULL) return cx__fail(CX_E_ARGUMENT, where, "fn is NULL");
    CX__TRY(open_function(&m, where, a));
    bool real = m.real;
    if (m.f.w->size > 0) {
        const cx_array *const w = cx_to(m.f.w, CX_CPU);
        cx_array *const values = cx_empty_like(w, CX_C128);
        const cx_complex128 *const at = cx_data_c128(w);
        cx_complex128 *const f = cx_data_c128_mut(values);
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < w->size; i++) f[i] = fn(at[i], ctx);
        real = real && keeps_real(w->size, at, f);
        const cx_array *const here = cx_to(values, m.c.dev->id);
        CX__TRY(cx__so_far());
        CX__TRY(widen(&m));
        CX__TRY(cx__triangular(&m.c, CX_TRIANGULAR_PARLETT, 0, m.f.t, NULL, here));
    }
    return done(&m, real, out);
}

/* ---- faces */
cx_array *cx_linalg_sqrtm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = sqrtm("linalg_sqrtm", a, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_logm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = logm("linalg_logm", a, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_fractional_matrix_power(const cx_array *a, double p)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = fractional("linalg_fractional_matrix_power", a, p, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_signm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = signm("linalg_signm", a, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_funm(const cx_array *a, cx_matrix_fn *fn, void *ctx)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = funm("linalg_funm", a, fn, ctx, &r);
    return cx__give(s, st, r);
}
