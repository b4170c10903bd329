/* Polynomials as values: a series, its basis, and the intervals between which x is mapped. The
 * mapping is NumPy's: offset and scale are float64, so that what they touch is float64 too. */
#include "routines/polynomial/poly.h"
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

typedef struct mapping {
    double off, scl;
} mapping;
static mapping map_of(const double from[2], const double to[2])
{
    const double length = from[1] - from[0];
    return (mapping){(from[1] * to[0] - from[0] * to[1]) / length, (to[1] - to[0]) / length};
}

static cx_array *in_double(cx_array *a)
{
    const cx_dtype t = cx__kind_of(a) == 'c' ? CX_C128 : CX_F64;
    return cx_dtype_of(a) == t ? a : cx_astype(a, t);
}

static cx_array *mapped(mapping m, cx_array *x)
{
    return cx_add(cx_mul(in_double(x), cx_float(m.scl)), cx_float(m.off));
}

/* ---- doors and ends */
static cx_status need(const char *where, const char *name, const cx_polynomial *p)
{
    if (p == NULL) return cx__fail(CX_E_NULL, where, "%s is NULL", name);
    CX__TRY(cx__check(where, name, p->coef, CX__KIND_ARRAY));
    if ((int)p->basis < 0 || p->basis >= CX_POLY_BASIS_COUNT)
        return cx__fail(CX_E_ARGUMENT, where, "%s has basis %d, which is none", name,
                        (int)p->basis);
    return CX_OK;
}

static cx_status need_basis(const char *where, cx_poly_basis b)
{
    if ((int)b >= 0 && b < CX_POLY_BASIS_COUNT) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "basis %d is none", (int)b);
}

/* Basis and intervals, as yet without coefficients. */
static cx_status begin(const char *where, cx_poly_basis b, const cx_polynomial_opts *given,
                       cx_polynomial *p)
{
    cx_polynomial_opts o;
    CX__TRY(need_basis(where, b));
    CX__TRY(CX__OPTIONS(where, given, &o));
    const double *const own = cx__basis_of(b)->domain;
    p->basis = b;
    memcpy(p->domain, o.domain != NULL ? o.domain : own, sizeof p->domain);
    memcpy(p->window, o.window != NULL ? o.window : own, sizeof p->window);
    return CX_OK;
}

static cx_polynomial give(cx_scope s, cx_status st, cx_polynomial p)
{
    p.coef = cx__give(s, st, p.coef);
    return p;
}

/* The same intervals, other coefficients. */
static cx_polynomial like(const cx_polynomial *p, cx_status st)
{
    return st == CX_OK ? (cx_polynomial){.basis = p->basis,
                                         .domain = {p->domain[0], p->domain[1]},
                                         .window = {p->window[0], p->window[1]}}
                       : (cx_polynomial){.coef = NULL};
}

/* ---- made */
cx_polynomial cx_polynomial_new(cx_poly_basis b, const cx_array *coef, const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_new";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    cx_status st = begin(where, b, o, &p);
    if (st == CX_OK) st = cx__series(where, "coef", coef, CX__AS_IS, &p.coef);
    if (st == CX_OK) p.coef = cx_copy(p.coef);
    return give(s, st, p);
}

cx_polynomial cx_polynomial_basis(cx_poly_basis b, int64_t deg, cx_device d,
                                  const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_basis";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    cx_status st = begin(where, b, o, &p);
    if (st == CX_OK && (deg < 0 || deg == INT64_MAX))
        st = cx__fail(CX_E_ARGUMENT, where, "deg is %lld; wanted 0 or more", (long long)deg);
    if (st == CX_OK) p.coef = cx_zeros(CX_SHAPE(deg + 1), CX_F64, d);
    if (st == CX_OK) st = cx__so_far();
    if (st == CX_OK) st = cx_copy_into(cx_float(1), cx_select(p.coef, 0, deg));
    return give(s, st, p);
}

cx_polynomial cx_polynomial_identity(cx_poly_basis b, cx_device d, const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_identity";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    const cx_status st = begin(where, b, o, &p);
    if (st == CX_OK) {
        const mapping m = map_of(p.window, p.domain);
        p.coef = cx__poly_line(b, where, m.off, m.scl, d);
    }
    return give(s, st, p);
}

cx_polynomial cx_polynomial_fromroots(cx_poly_basis b, const cx_array *roots,
                                      const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_fromroots";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    cx_array *r;
    cx_status st = begin(where, b, o, &p);
    if (st == CX_OK) st = cx__series(where, "roots", roots, CX__AS_IS, &r);
    if (st == CX_OK) {
        const mapping m = map_of(p.domain, p.window);
        p.coef = cx_div(cx__poly_fromroots(b, where, mapped(m, r)),
                        cx_float(pow(m.scl, (double)cx_dim(r, 0))));
    }
    return give(s, st, p);
}

/* The range of x, widened if it is one point. */
static cx_status range_of(const char *where, const cx_array *x, double out[2])
{
    if (cx_dtype_kind(cx_dtype_of(x)) == 'c')
        return cx__fail(CX_E_DTYPE, where, "x is complex; give a domain");
    if (cx_size(x) == 0) return cx__fail(CX_E_SHAPE, where, "x is empty");
    out[0] = cx_item_f64(cx_min(x, CX_ALL));
    out[1] = cx_item_f64(cx_max(x, CX_ALL));
    if (out[0] == out[1]) {
        out[0] -= 1;
        out[1] += 1;
    }
    return cx__so_far();
}

cx_polynomial_fitted cx_polynomial_fit(cx_poly_basis b, const cx_array *x, const cx_array *y,
                                       int64_t deg, const cx_polyfit_opts *fit,
                                       const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_fit";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    cx_polyfit_result r = {.rcond = NAN};
    cx_device d;
    cx_array *points;
    cx_status st = begin(where, b, o, &p);
    if (st == CX_OK) st = cx__need_operand(where, "x", x);
    if (st == CX_OK) st = cx__device_of_all(where, 1, &x, &d);
    if (st == CX_OK) st = cx__floats(where, "x", x, d, &points);
    if (st == CX_OK && (o == NULL || o->domain == NULL)) st = range_of(where, points, p.domain);
    if (st == CX_OK)
        r = cx__poly_fit(b, where, mapped(map_of(p.domain, p.window), points), y, deg, fit);
    cx_array *part[4] = {r.c, r.residuals, r.rank, r.s};
    cx__give_all(s, st, where, 4, part);
    p.coef = part[0];
    return (cx_polynomial_fitted){p, part[1], part[2], part[3], r.rcond};
}

typedef struct on_domain {
    cx_poly_fn f;
    void *ctx;
    mapping m;
} on_domain;
static cx_array *at_mapped(const cx_array *x, void *ctx)
{
    const on_domain *const o = ctx;
    return o->f(cx_add(cx_mul(x, cx_float(o->m.scl)), cx_float(o->m.off)), o->ctx);
}

cx_polynomial cx_polynomial_interpolate(cx_poly_fn f, void *ctx, int64_t deg, cx_device d,
                                        const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_interpolate";
    const cx_scope s = cx_scope_open();
    cx_polynomial p = {.coef = NULL};
    cx_status st = begin(where, CX_POLY_CHEBYSHEV, o, &p);
    if (st == CX_OK && f == NULL) st = cx__fail(CX_E_ARGUMENT, where, "f is NULL");
    if (st == CX_OK && o != NULL && o->window != NULL)
        st = cx__fail(CX_E_ARGUMENT, where, "a window is given; the points lie in [-1, 1]");
    if (st == CX_OK) {
        on_domain all = {f, ctx, map_of(p.window, p.domain)};
        p.coef = cx_chebinterpolate(at_mapped, &all, deg, d);
    }
    return give(s, st, p);
}

/* ---- evaluated */
cx_array *cx_polynomial_call(const cx_polynomial *p, const cx_array *x)
{
    static const char where[] = "polynomial_call";
    const cx_scope s = cx_scope_open();
    cx_array *points, *r = NULL;
    cx_status st = need(where, "p", p);
    if (st == CX_OK) st = cx__need_operand(where, "x", x);
    if (st == CX_OK) st = cx__floats(where, "x", x, cx_device_of(p->coef), &points);
    if (st == CX_OK)
        r = cx__poly_val(p->basis, where, mapped(map_of(p->domain, p->window), points), p->coef,
                         NULL);
    return cx__give(s, st, r);
}

cx_polynomial_points cx_polynomial_linspace(const cx_polynomial *p, int64_t n, const double *domain)
{
    static const char where[] = "polynomial_linspace";
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    cx_status st = need(where, "p", p);
    if (st == CX_OK && n < 0)
        st = cx__fail(CX_E_ARGUMENT, where, "n is %lld; wanted 0 or more", (long long)n);
    if (st == CX_OK) {
        const double *const ends = domain != NULL ? domain : p->domain;
        part[0] = cx_linspace(ends[0], ends[1], n, CX_F64, cx_device_of(p->coef), NULL);
        part[1] = cx_polynomial_call(p, part[0]);
    }
    cx__give_all(s, st, where, 2, part);
    return (cx_polynomial_points){part[0], part[1]};
}

cx_array *cx_polynomial_roots(const cx_polynomial *p)
{
    static const char where[] = "polynomial_roots";
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = need(where, "p", p);
    if (st == CX_OK)
        r = mapped(map_of(p->window, p->domain), cx__poly_roots(p->basis, where, p->coef));
    return cx__give(s, st, r);
}

int64_t cx_polynomial_degree(const cx_polynomial *p)
{
    const int64_t n = p != NULL && p->coef != NULL ? cx_size(p->coef) : 0;
    return n > 0 ? n - 1 : 0;
}

/* ---- arithmetic */
static cx_status need_alike(const char *where, const cx_polynomial *p, const cx_polynomial *q)
{
    CX__TRY(need(where, "p", p));
    CX__TRY(need(where, "q", q));
    if (p->basis != q->basis)
        return cx__fail(CX_E_ARGUMENT, where, "p is a series of %s and q of %s; convert one",
                        cx__basis_of(p->basis)->name, cx__basis_of(q->basis)->name);
    const bool domains = p->domain[0] == q->domain[0] && p->domain[1] == q->domain[1],
               windows = p->window[0] == q->window[0] && p->window[1] == q->window[1];
    if (!domains || !windows)
        return cx__fail(CX_E_ARGUMENT, where, "the %s [%g, %g] of p and [%g, %g] of q differ",
                        domains ? "windows" : "domains", domains ? p->window[0] : p->domain[0],
                        domains ? p->window[1] : p->domain[1],
                        domains ? q->window[0] : q->domain[0],
                        domains ? q->window[1] : q->domain[1]);
    return CX_OK;
}

typedef cx_array *binary(cx_poly_basis b, const char *where, const cx_array *c1,
                         const cx_array *c2);
static cx_polynomial combined(const char *where, binary *f, const cx_polynomial *p,
                              const cx_polynomial *q)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = need_alike(where, p, q);
    cx_polynomial r = like(p, st);
    if (st == CX_OK) r.coef = f(p->basis, where, p->coef, q->coef);
    return give(s, st, r);
}

cx_polynomial cx_polynomial_add(const cx_polynomial *p, const cx_polynomial *q)
{
    return combined("polynomial_add", cx__poly_add, p, q);
}
cx_polynomial cx_polynomial_sub(const cx_polynomial *p, const cx_polynomial *q)
{
    return combined("polynomial_sub", cx__poly_sub, p, q);
}
cx_polynomial cx_polynomial_mul(const cx_polynomial *p, const cx_polynomial *q)
{
    return combined("polynomial_mul", cx__poly_mul, p, q);
}

cx_polynomial cx_polynomial_pow(const cx_polynomial *p, int64_t n)
{
    static const char where[] = "polynomial_pow";
    const cx_scope s = cx_scope_open();
    const cx_status st = need(where, "p", p);
    cx_polynomial r = like(p, st);
    if (st == CX_OK)
        r.coef = cx__poly_pow(p->basis, where, p->coef, n,
                              CX_OPTS(cx_polypow_opts, .maxpower = {true, 100}));
    return give(s, st, r);
}

cx_polynomial_quotient cx_polynomial_divmod(const cx_polynomial *p, const cx_polynomial *q)
{
    static const char where[] = "polynomial_divmod";
    const cx_scope s = cx_scope_open();
    const cx_status st = need_alike(where, p, q);
    cx_polynomial_quotient r = {like(p, st), like(p, st)};
    cx_array *part[2] = {NULL, NULL};
    if (st == CX_OK) {
        const cx_polydiv_result d = cx__poly_div(p->basis, where, p->coef, q->coef);
        part[0] = d.quo;
        part[1] = d.rem;
    }
    cx__give_all(s, st, where, 2, part);
    r.quo.coef = part[0];
    r.rem.coef = part[1];
    return r;
}

cx_polynomial cx_polynomial_deriv(const cx_polynomial *p, int64_t m)
{
    static const char where[] = "polynomial_deriv";
    const cx_scope s = cx_scope_open();
    const cx_status st = need(where, "p", p);
    cx_polynomial r = like(p, st);
    if (st == CX_OK)
        r.coef = cx__poly_der(p->basis, where, p->coef,
                              CX_OPTS(cx_polyder_opts, .m = {true, m},
                                      .scl = {true, map_of(p->domain, p->window).scl}));
    return give(s, st, r);
}

cx_polynomial cx_polynomial_integ(const cx_polynomial *p, int64_t m, const cx_array *k,
                                  cx_maybe_f64 lbnd)
{
    static const char where[] = "polynomial_integ";
    const cx_scope s = cx_scope_open();
    cx_status st = need(where, "p", p);
    if (st == CX_OK && k != NULL) st = cx__need_operand(where, "k", k);
    cx_polynomial r = like(p, st);
    if (st == CX_OK) {
        const mapping map = map_of(p->domain, p->window);
        r.coef =
            cx__poly_int(p->basis, where, p->coef,
                         CX_OPTS(cx_polyint_opts, .m = {true, m}, .scl = {true, 1 / map.scl},
                                 .k = k, .lbnd = lbnd.set ? map.off + map.scl * lbnd.value : 0));
    }
    return give(s, st, r);
}

/* ---- other forms */
cx_polynomial cx_polynomial_convert(const cx_polynomial *p, cx_poly_basis to,
                                    const cx_polynomial_opts *o)
{
    static const char where[] = "polynomial_convert";
    const cx_scope s = cx_scope_open();
    cx_polynomial r = {.coef = NULL};
    cx_array *c;
    cx_status st = need(where, "p", p);
    if (st == CX_OK) st = begin(where, to, o, &r);
    if (st == CX_OK) st = cx__series(where, "p", p->coef, CX__TRIMMED, &c);
    if (st == CX_OK) {
        /* from the new window to the domain, and from there to p's window */
        const mapping first = map_of(r.window, r.domain), then = map_of(p->domain, p->window);
        r.coef = cx_copy(cx__trimmed(
            cx__series_at(cx__basis_of(p->basis), in_double(c), cx__basis_of(to),
                          then.off + then.scl * first.off, then.scl * first.scl, NULL)));
    }
    return give(s, st, r);
}

cx_polynomial cx_polynomial_trim(const cx_polynomial *p, double tol)
{
    static const char where[] = "polynomial_trim";
    const cx_scope s = cx_scope_open();
    const cx_status st = need(where, "p", p);
    cx_polynomial r = like(p, st);
    if (st == CX_OK) r.coef = cx__poly_trim(where, p->coef, tol);
    return give(s, st, r);
}

static cx_polynomial shortened(const char *where, const cx_polynomial *p, const char *name,
                               int64_t given, int64_t size)
{
    const cx_scope s = cx_scope_open();
    cx_status st = need(where, "p", p);
    if (st == CX_OK && size < 1)
        st = cx__fail(CX_E_ARGUMENT, where, "%s is %lld; at least one coefficient must remain",
                      name, (long long)given);
    cx_polynomial r = like(p, st);
    if (st == CX_OK) r.coef = cx_copy(cx_slice(p->coef, 0, 0, size, 1));
    return give(s, st, r);
}

cx_polynomial cx_polynomial_truncate(const cx_polynomial *p, int64_t size)
{
    return shortened("polynomial_truncate", p, "size", size, size);
}
cx_polynomial cx_polynomial_cutdeg(const cx_polynomial *p, int64_t deg)
{
    return shortened("polynomial_cutdeg", p, "deg", deg, deg == INT64_MAX ? deg : deg + 1);
}
