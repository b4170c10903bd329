/* Points that depend on no data: Gauss' nodes and weights, Chebyshev's points, and interpolation
 * there. They are made on the host, in double precision, and put where they are wanted. */
#include "base/alloc.h"
#include "routines/polynomial/poly.h"
#include <calx/linalg.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* ---- Gauss */
/* The recurrence of the P scaled to length 1: x p[n] = off[n] p[n+1] + mid[n] p[n] + off[n-1]
 * p[n-1].
 */
typedef struct scaled {
    int64_t n;
    double *off, *mid;
} scaled;

static void scale(const cx__basis *b, scaled *s)
{
    for (int64_t i = 0; i < s->n; i++) {
        const cx__step here = b->step((double)i), next = b->step((double)i + 1);
        s->mid[i] = -here.b / here.a;
        s->off[i] = sqrt(here.d / here.a * (next.c / next.a));
    }
}

/* p[n](x), its derivative, and p[n-1](x), all over p[0], and times a power of two that is the same
 * for the three: they may be too large for a double. */
typedef struct values {
    double p, slope, before;
    int exponent;
} values;
static values evaluate(const scaled *s, double x)
{
    double p0 = 0, p1 = 1, d0 = 0, d1 = 0;
    int exponent = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const double back = i > 0 ? s->off[i - 1] : 0, up = s->off[i];
        const double p2 = ((x - s->mid[i]) * p1 - back * p0) / up,
                     d2 = (p1 + (x - s->mid[i]) * d1 - back * d0) / up;
        p0 = p1, p1 = p2;
        d0 = d1, d1 = d2;
        const double large = fabs(p1) > fabs(d1) ? fabs(p1) : fabs(d1);
        if (large > 0x1p400) {
            p0 *= 0x1p-400, p1 *= 0x1p-400, d0 *= 0x1p-400, d1 *= 0x1p-400;
            exponent += 400;
        }
    }
    return (values){p1, d1, p0, exponent};
}

/* One Newton step for each node, and the weights 1 / (p[n-1] p[n]'), which sum to the total. */
static void polish(const cx__basis *b, const scaled *s, double *x, double *w)
{
    const int64_t n = s->n;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const values v = evaluate(s, x[i]);
        if (v.slope != 0) x[i] -= v.p / v.slope;
    }
    for (int64_t i = 0; i < n; i++) {
        const values v = evaluate(s, x[i]);
        w[i] = ldexp(1 / v.before / v.slope, -2 * v.exponent);
    }
    for (int64_t i = 0; b->symmetric && i <= n - 1 - i; i++) {
        const int64_t k = n - 1 - i;
        w[i] = w[k] = (w[i] + w[k]) / 2;
        const double half = (x[k] - x[i]) / 2;
        x[i] = -half;
        x[k] = half;
        if (i == k) x[i] = 0;
    }
    for (int64_t i = 0; i < n; i++) sum += w[i];
    for (int64_t i = 0; i < n; i++) w[i] *= b->total / sum;
}

static void chebyshev(int64_t n, double *x, double *w)
{
    for (int64_t i = 0; i < n; i++) {
        x[i] = cos(PI * (double)(2 * i + 1) / (2.0 * (double)n));
        w[i] = PI / (double)n;
    }
}

/* Eigenvalues of the symmetric matrix of p[n], into x. */
static cx_status nodes(const scaled *s, double *x)
{
    const int64_t n = s->n;
    cx_array *const m = cx_zeros(CX_SHAPE(n, n), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(cx_copy_host(s->mid, CX_SHAPE(n), CX_F64), cx_diagonal(m, 0)));
    for (int k = -1; k <= 1 && n > 1; k += 2)
        CX__TRY(cx_copy_into(cx_copy_host(s->off, CX_SHAPE(n - 1), CX_F64), cx_diagonal(m, k)));
    return cx_copy_into(cx_linalg_eigvalsh(m, NULL), cx_borrow_host(x, CX_SHAPE(n), CX_F64, NULL));
}

static cx_status gauss(cx_poly_basis basis, const char *where, int64_t n, cx_device d,
                       cx_array *out[2])
{
    const cx__basis *const b = cx__basis_of(basis);
    if (n < 1 || n > INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, where, "deg is %lld; wanted 1 or more", (long long)n);
    double *const room = cx__calloc(4 * (size_t)n, sizeof *room);
    if (room == NULL) return cx__fail_nomem(where, "points", 4 * (size_t)n * sizeof *room);
    double *const x = room, *const w = room + n;
    const scaled s = {n, room + 2 * n, room + 3 * n};
    cx_status st = CX_OK;
    if (basis == CX_POLY_CHEBYSHEV) {
        chebyshev(n, x, w);
    } else {
        scaled recurrence = s;
        scale(b, &recurrence);
        st = nodes(&s, x);
        if (st == CX_OK) polish(b, &s, x, w);
    }
    if (st == CX_OK) out[0] = cx__row(n, x, CX_F64, d);
    if (st == CX_OK) out[1] = cx__row(n, w, CX_F64, d);
    cx__free(room);
    return st != CX_OK ? st : cx__so_far();
}

cx_gauss cx__poly_gauss(cx_poly_basis b, const char *where, int64_t deg, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = gauss(b, where, deg, d, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_gauss){r[0], r[1]};
}

/* ---- Chebyshev's points */
static double first_kind(int64_t i, int64_t n)
{
    return sin(0.5 * PI / (double)n * (double)(2 * i - n + 1));
}
static double second_kind(int64_t i, int64_t n)
{
    return i == n - 1 ? 1 : cos(-PI + (double)i * (PI / (double)(n - 1)));
}

static cx_status points(const char *where, double (*at)(int64_t i, int64_t n), int64_t least,
                        int64_t n, cx_device d, cx_array **out)
{
    if (n < least || n > INT64_MAX / 16)
        return cx__fail(CX_E_ARGUMENT, where, "n is %lld; wanted %lld or more", (long long)n,
                        (long long)least);
    double *const x = cx__alloc((size_t)n * sizeof *x);
    if (x == NULL) return cx__fail_nomem(where, "points", (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++) x[i] = at(i, n);
    *out = cx__row(n, x, CX_F64, d);
    cx__free(x);
    return cx__so_far();
}

cx_array *cx_chebpts1(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = points("chebpts1", first_kind, 1, n, d, &r);
    return cx__give(s, st, r);
}

cx_array *cx_chebpts2(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = points("chebpts2", second_kind, 2, n, d, &r);
    return cx__give(s, st, r);
}

/* ---- interpolation */
static cx_status interpolate(cx_poly_fn f, void *ctx, int64_t deg, cx_device d, cx_array **out)
{
    static const char where[] = "chebinterpolate";
    char text[CX__SHAPE_TEXT];
    cx_array *x, *v;
    if (f == NULL) return cx__fail(CX_E_ARGUMENT, where, "f is NULL");
    if (deg < 0 || deg > INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, where, "deg is %lld; wanted 0 or more", (long long)deg);
    const int64_t n = deg + 1;
    CX__TRY(points(where, first_kind, 1, n, d, &x));
    const cx_array *const y = f(x, ctx);
    CX__TRY(cx__so_far());
    CX__TRY(cx__need_operand(where, "the result of f", y));
    if (cx_ndim(y) != 1 || cx_dim(y, 0) != n)
        return cx__fail(CX_E_SHAPE, where, "f gave shape %s for %lld points",
                        cx__words_of_shape(y, text), (long long)n);
    CX__TRY(cx__series_vander(cx__basis_of(CX_POLY_CHEBYSHEV), x, deg, &v));
    cx_array *const c = cx_matmul(cx_transpose(v), y);
    cx_array *const first = cx_slice(c, 0, 0, 1, 1), *const rest = cx_slice(c, 0, 1, CX_END, 1);
    CX__TRY(cx__so_far());
    CX__TRY(cx_div_into(first, cx_float((double)n), first));
    CX__TRY(cx_div_into(rest, cx_float(0.5 * (double)n), rest));
    *out = c;
    return CX_OK;
}

cx_array *cx_chebinterpolate(cx_poly_fn f, void *ctx, int64_t deg, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = interpolate(f, ctx, deg, d, &r);
    return cx__give(s, st, r);
}
