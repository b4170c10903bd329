/* Arithmetic on series. The one idea: Clenshaw's sum whose argument and result are series
 * themselves. With the argument x it is a change of basis, with off + scl x a change of variable,
 * and started with a series instead of 1 it is a product. */
#include "base/alloc.h"
#include "routines/polynomial/poly.h"
#include <calx/linalg.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

static cx_array *part(const cx_array *a, int64_t from, int64_t to)
{
    return cx_slice(a, 0, from, to, 1);
}

cx_array *cx__series_add(cx_array *a, cx_array *b)
{
    cx_array *const longer = cx_dim(a, 0) > cx_dim(b, 0) ? a : b, *const shorter =
                                                                      longer == a ? b : a;
    const int64_t n = cx_dim(shorter, 0);
    cx_array *const low = cx_add(part(longer, 0, n), shorter);
    if (n == cx_dim(longer, 0)) return low;
    return cx_concatenate(CX_ARRAYS(low, part(longer, n, CX_END)), 0);
}

cx_array *cx__series_sub(cx_array *a, cx_array *b)
{
    const int64_t m = cx_dim(a, 0), n = cx_dim(b, 0), k = m < n ? m : n;
    cx_array *const low = cx_sub(part(a, 0, k), part(b, 0, k));
    if (m == n) return low;
    return cx_concatenate(
        CX_ARRAYS(low, m > n ? part(a, n, CX_END) : cx_negative(part(b, m, CX_END))), 0);
}

/* ---- x c */
/* Column of the recurrence's numbers for degrees from, from + 1, ...; NULL if all are 1 (or all 0
 * with nothing = 0). */
typedef enum letter { A, B, C, D } letter;
static double number(const cx__basis *t, letter which, double n)
{
    const cx__step s = t->step(n);
    return which == A ? s.a : which == B ? s.b : which == C ? s.c : s.d;
}
static bool all_equal(const cx__basis *t, letter which, int64_t from, int64_t n, double value)
{
    for (int64_t i = 0; i < n; i++)
        if (number(t, which, (double)(from + i)) != value) return false;
    return true;
}
static cx_array *numbers(const cx__basis *t, letter which, int64_t from, const cx_array *like)
{
    const int64_t n = cx_dim(like, 0);
    double *const values = cx__alloc((size_t)n * sizeof *values + 1);
    if (values == NULL) {
        (void)cx_check(cx__fail_nomem("polynomial", "factors", (size_t)n * sizeof *values));
        return cx__nil(CX_E_NOMEM);
    }
    for (int64_t i = 0; i < n; i++) values[i] = number(t, which, (double)(from + i));
    cx_array *const r = cx__row(n, values, cx__real_dtype(cx_dtype_of(like)), cx_device_of(like));
    cx__free(values);
    return r;
}
static cx_array *times(const cx__basis *t, letter which, int64_t from, cx_array *p)
{
    return all_equal(t, which, from, cx_dim(p, 0), 1) ? p : cx_mul(p, numbers(t, which, from, p));
}
static cx_array *over(const cx__basis *t, letter which, int64_t from, cx_array *p)
{
    return all_equal(t, which, from, cx_dim(p, 0), 1) ? p : cx_div(p, numbers(t, which, from, p));
}

/* x P[n] = (d P[n+1] - b P[n] + c P[n-1]) / a */
static cx_array *mulx(const cx__basis *t, cx_array *p)
{
    const int64_t n = cx_dim(p, 0);
    cx_array *const zero = cx_mul(part(p, 0, 1), cx_int(0));
    cx_array *r = cx_concatenate(CX_ARRAYS(zero, over(t, A, 0, times(t, D, 0, p))), 0);
    if (!all_equal(t, B, 0, n, 0)) r = cx__series_sub(r, over(t, A, 0, times(t, B, 0, p)));
    if (n < 2 || all_equal(t, C, 1, n - 1, 0)) return r;
    cx_array *const rest = part(p, 1, CX_END);
    return cx__series_add(over(t, A, 1, times(t, C, 1, rest)), r);
}

cx_array *cx__series_line(const cx__basis *t, double off, double scl, cx_array *c)
{
    cx_array *r = mulx(t, c);
    if (scl != 1) r = cx_mul(r, cx_float(scl));
    return off != 0 ? cx__series_add(cx_mul(c, cx_float(off)), r) : r;
}

/* ---- Clenshaw's sum of series */
static cx_array *term(cx_array *c, int64_t i, cx_array *xs)
{
    cx_array *const one = part(c, i, i + 1);
    return xs == NULL ? one : cx_mul(one, xs);
}
/* ((a y + b) p) / d, y = off + scl x */
static cx_array *raised(const cx__step *s, const cx__basis *t, double off, double scl, cx_array *p)
{
    cx_array *r = cx__series_line(t, off, scl, p);
    if (s->a != 1) r = cx_mul(r, cx_float(s->a));
    if (s->b != 0) r = cx__series_add(r, s->b == 1 ? p : cx_mul(p, cx_float(s->b)));
    return s->d != 1 ? cx_div(r, cx_float(s->d)) : r;
}

cx_array *cx__series_at(const cx__basis *b, cx_array *c, const cx__basis *t, double off, double scl,
                        cx_array *xs)
{
    const int64_t n = cx_dim(c, 0);
    cx__step s = b->step(0);
    if (n <= 1) return term(c, 0, xs);
    cx_array *c0 = term(c, n - 2, xs), *c1 = term(c, n - 1, xs);
    for (int64_t m = n - 2; m >= 1 && cx_ok(); m--) {
        const cx_scope round = cx_scope_open();
        s = b->step((double)m);
        cx_array *low = term(c, m - 1, xs);
        if (s.c != 0) {
            cx_array *gone = s.c != 1 ? cx_mul(c1, cx_float(s.c)) : c1;
            if (s.d != 1) gone = cx_div(gone, cx_float(s.d));
            low = cx__series_sub(low, gone);
        }
        c1 = cx_scope_keep(round, cx__series_add(c0, raised(&s, t, off, scl, c1)));
        c0 = cx_scope_keep(round, low);
        if (cx_check(cx_scope_close(round)) != CX_OK) return cx__nil(CX_E_INTERNAL);
    }
    s = b->step(0);
    return cx__series_add(c0, raised(&s, t, off, scl, c1));
}

/* ---- products */
/* Rows of a matrix, each shift places further right than the one before: written into rows that
 * are wider by shift than they are read. [k, wide] with zeros beside them. */
static cx_array *staggered(int64_t k, const cx_array *rows, int64_t shift, int64_t wide)
{
    cx_array *const room =
        cx_zeros(CX_SHAPE(k, wide + shift), cx_dtype_of(rows), cx_device_of(rows));
    if (!cx_ok()) return room;
    (void)cx_check(cx_copy_into(rows, cx_slice(room, 1, 0, cx_dim(rows, -1), 1)));
    return cx_reshape(part(cx_ravel(room), 0, k * wide), CX_SHAPE(k, wide));
}

/* Of long series a part of the rows of the outer product at a time. */
static cx_array *convolve_rows(cx_array *a, cx_array *b)
{
    enum { AT_ONCE = 1 << 20 };
    const int64_t m = cx_dim(a, 0), n = cx_dim(b, 0), most = AT_ONCE / (m + n);
    const int64_t rows = most < 1 ? 1 : most < m ? most : m;
    cx_array *const out = cx_zeros(CX_SHAPE(m + n - 1), cx_dtype_of(b), cx_device_of(b));
    for (int64_t from = 0; from < m && cx_ok(); from += rows) {
        const cx_scope s = cx_scope_open();
        const int64_t k = m - from < rows ? m - from : rows, wide = n + k - 1;
        const cx_array *const outer = cx_mul(cx_expand_dims(part(a, from, from + k), 1), b);
        const cx_array *const sum = cx_sum(staggered(k, outer, 1, wide), CX_AXIS(0));
        cx_array *const place = part(out, from, from + wide);
        if (cx_ok()) (void)cx_check(cx_add_into(place, sum, place));
        if (cx_check(cx_scope_close(s)) != CX_OK) return cx__nil(CX_E_INTERNAL);
    }
    return out;
}

/* As a matrix product: a in rows of k, times k staggered copies of b; the rows of that, k places
 * apart, are summed. The zeros beside a and b are factors here, so all must be finite. */
static bool worth_a_matrix(const cx_array *a, const cx_array *b, int64_t k)
{
    enum { LEAST = 64, MOST = 1 << 22 };
    const int64_t m = cx_dim(a, 0), n = cx_dim(b, 0);
    const cx_dtype t = cx__real_dtype(cx_dtype_of(a));
    if (m < LEAST || n > MOST / k || (m / k + 1) * (m + n) > MOST || (t != CX_F32 && t != CX_F64))
        return false;
    const cx_array *const finite =
        cx_logical_and(cx_all(cx_isfinite(a), CX_ALL), cx_all(cx_isfinite(b), CX_ALL));
    return cx_item_bool(finite) && cx_ok();
}
static cx_array *convolve_blocks(cx_array *a, cx_array *b, int64_t k)
{
    const int64_t m = cx_dim(a, 0), n = cx_dim(b, 0), rows = (m + k - 1) / k;
    cx_array *const whole = cx_zeros(CX_SHAPE(rows * k), cx_dtype_of(a), cx_device_of(a));
    if (!cx_ok() || cx_check(cx_copy_into(a, part(whole, 0, m))) != CX_OK) return whole;
    const cx_array *const blocks = cx_reshape(whole, CX_SHAPE(rows, k)), *const copies = staggered(
                                                                             k,
                                                                             cx_expand_dims(b, 0),
                                                                             1, n + k - 1);
    const cx_array *const r = staggered(rows, cx_matmul(blocks, copies), k, rows * k + n - 1);
    return part(cx_sum(r, CX_AXIS(0)), 0, m + n - 1);
}

/* numpy.convolve of all overlaps. */
static cx_array *convolve(cx_array *a, cx_array *b)
{
    enum { BLOCK = 32 };
    if (!cx_ok()) return cx__nil(CX_E_INTERNAL); /* of a nil there is no size to divide by */
    if (cx_dim(a, 0) > cx_dim(b, 0)) {
        cx_array *const t = a;
        a = b;
        b = t;
    }
    if (cx_dim(a, 0) == 1) return cx_mul(a, b);
    if (worth_a_matrix(a, b, BLOCK)) return convolve_blocks(a, b, BLOCK);
    return cx_ok() ? convolve_rows(a, b) : cx__nil(CX_E_INTERNAL);
}

/* c as the Laurent series of which T[k] = (z^k + z^-k) / 2 makes it. */
static cx_array *laurent(cx_array *c)
{
    cx_array *const half = cx_div(c, cx_int(2)), *const rest = part(half, 1, CX_END);
    return cx_concatenate(CX_ARRAYS(cx_flip(rest, 0), part(c, 0, 1), rest), 0);
}

static bool has_fast_product(const cx__basis *b)
{
    return b == cx__basis_of(CX_POLY_POWER) || b == cx__basis_of(CX_POLY_CHEBYSHEV);
}

static cx_array *in_double(cx_array *c)
{
    const cx_dtype t = cx__kind_of(c) == 'c' ? CX_C128 : CX_F64;
    return cx_dtype_of(c) == t ? c : cx_astype(c, t);
}

cx_array *cx__series_mul(const cx__basis *b, cx_array *c1, cx_array *c2)
{
    if (b == cx__basis_of(CX_POLY_POWER)) return convolve(c1, c2);
    if (has_fast_product(b)) {
        cx_array *const z = convolve(laurent(c1), laurent(c2));
        const int64_t middle = cx_dim(z, 0) / 2;
        return cx_concatenate(
            CX_ARRAYS(part(z, middle, middle + 1), cx_mul(part(z, middle + 1, CX_END), cx_int(2))),
            0);
    }
    const bool swap = cx_dim(c1, 0) > cx_dim(c2, 0);
    cx_array *const c = swap ? c2 : c1, *const xs = swap ? c1 : c2;
    /* NumPy adds an integer 0 to the product of a constant, which makes that float64 */
    return cx__series_at(b, cx_dim(c, 0) == 1 ? in_double(c) : c, b, 0, 1, xs);
}

/* ---- faces */
static const char *two[2] = {"c1", "c2"};

cx_array *cx__poly_add(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2)
{
    (void)b;
    const cx_scope s = cx_scope_open();
    cx_array *c[2], *r = NULL;
    const cx_status st = cx__two_series(where, two, c1, c2, c);
    if (st == CX_OK) r = cx__trimmed(cx__series_add(c[0], c[1]));
    return cx__give(s, st, r);
}

cx_array *cx__poly_sub(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2)
{
    (void)b;
    const cx_scope s = cx_scope_open();
    cx_array *c[2], *r = NULL;
    const cx_status st = cx__two_series(where, two, c1, c2, c);
    if (st == CX_OK) r = cx__trimmed(cx__series_sub(c[0], c[1]));
    return cx__give(s, st, r);
}

cx_array *cx__poly_mul(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2)
{
    const cx_scope s = cx_scope_open();
    cx_array *c[2], *r = NULL;
    const cx_status st = cx__two_series(where, two, c1, c2, c);
    if (st == CX_OK) r = cx__trimmed(cx__series_mul(cx__basis_of(b), c[0], c[1]));
    return cx__give(s, st, r);
}

cx_array *cx__poly_mulx(cx_poly_basis b, const char *where, const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cx__series(where, "c", c, CX__TRIMMED, &r);
    if (st == CX_OK) r = cx__trimmed(mulx(cx__basis_of(b), r));
    return cx__give(s, st, r);
}

/* All products P[i] c2 for i = 0 ... n - 1, by the recurrence. */
static cx_status products(const cx__basis *b, cx_array *c2, int64_t n, cx_array **out)
{
    for (int64_t i = 0; i < n; i++) {
        const cx_scope round = cx_scope_open();
        const cx__step s = b->step((double)i - 1);
        cx_array *p = i == 0 ? c2 : raised(&s, b, 0, 1, out[i - 1]);
        if (i > 1 && s.c != 0) p = cx__series_sub(p, cx_mul(out[i - 2], cx_float(s.c / s.d)));
        out[i] = i == 0 ? c2 : cx_scope_keep(round, p);
        CX__TRY(cx_scope_close(round));
    }
    return CX_OK;
}

static cx_status divide(const cx__basis *b, cx_array *c1, cx_array *c2, cx_array **quo,
                        cx_array **rem)
{
    const int64_t m = cx_dim(c1, 0), n = cx_dim(c2, 0), count = m - n + 1;
    cx_array *const nothing = cx_mul(part(c1, 0, 1), cx_int(0));
    *quo = m < n ? nothing : cx_div(c1, cx_select(c2, 0, n - 1));
    *rem = m < n ? cx_copy(c1) : nothing;
    if (m < n || n == 1) return cx__so_far();
    const cx_dtype t = cx_dtype_of(c1);
    if (!has_fast_product(
            b)) { /* NumPy multiplies lists of integers here: float64, the quotient not */
        c1 = in_double(c1);
        c2 = in_double(c2);
    }
    cx_array **const p = cx__calloc((size_t)count, sizeof *p);
    if (p == NULL) return cx__fail_nomem(b->name, "products", (size_t)count * sizeof *p);
    cx_status st = products(b, c2, count, p);
    *quo = cx_empty(CX_SHAPE(count), t, cx_device_of(c1));
    cx_array *const left = cx_copy(c1);
    if (st == CX_OK) st = cx__so_far();
    for (int64_t i = count - 1; i >= 0 && st == CX_OK; i--) {
        const cx_scope round = cx_scope_open();
        const int64_t top = n - 1 + i;
        cx_array *const q = cx_select(*quo, 0, i), *const low = part(left, 0, top);
        const cx_array *const ratio = cx_div(cx_select(left, 0, top), cx_select(p[i], 0, top));
        st = cx__so_far();
        if (st == CX_OK) st = cx_copy_into(ratio, q);
        if (st == CX_OK) st = cx_sub_into(low, cx_mul(ratio, part(p[i], 0, top)), low);
        const cx_status end = cx_scope_close(round);
        if (st == CX_OK) st = end;
    }
    *rem = part(left, 0, n - 1);
    cx__free(p);
    return st;
}

cx_polydiv_result cx__poly_div(cx_poly_basis b, const char *where, const cx_array *c1,
                               const cx_array *c2)
{
    const cx_scope s = cx_scope_open();
    cx_array *c[2], *part_of[2] = {NULL, NULL};
    cx_status st = cx__two_series(where, two, c1, c2, c);
    /* a trimmed series is 0 only if its one coefficient is */
    if (st == CX_OK && cx_dim(c[1], 0) == 1 && !cx_item_bool(cx_any(c[1], CX_ALL)) && cx_ok())
        st = cx__fail(CX_E_ARGUMENT, where, "c2 is 0; nothing can be divided by it");
    if (st == CX_OK) st = divide(cx__basis_of(b), c[0], c[1], &part_of[0], &part_of[1]);
    if (st == CX_OK && b == CX_POLY_CHEBYSHEV) part_of[0] = cx__trimmed(part_of[0]);
    if (st == CX_OK) part_of[1] = cx__trimmed(part_of[1]);
    cx__give_all(s, st, where, 2, part_of);
    return (cx_polydiv_result){part_of[0], part_of[1]};
}

static cx_status power(const cx__basis *b, const char *where, const cx_array *a, int64_t n,
                       const cx_polypow_opts *given, cx_array **out)
{
    cx_polypow_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__series(where, "c", a, CX__TRIMMED, out));
    const int64_t most = o.maxpower.set ? o.maxpower.value : b->maxpower;
    if (n < 0 || (most >= 0 && n > most))
        return cx__fail(CX_E_ARGUMENT, where, "power %lld; wanted 0 to %lld", (long long)n,
                        (long long)(most >= 0 ? most : INT64_MAX));
    cx_array *const c = *out;
    if (n == 1) *out = cx_copy(c);
    if (n == 0) *out = cx_ones(CX_SHAPE(1), cx_dtype_of(c), cx_device_of(c));
    for (int64_t i = 2; i <= n && cx_ok(); i++) *out = cx__series_mul(b, *out, c);
    return cx__so_far();
}

cx_array *cx__poly_pow(cx_poly_basis b, const char *where, const cx_array *c, int64_t n,
                       const cx_polypow_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = power(cx__basis_of(b), where, c, n, o, &r);
    return cx__give(s, st, r);
}

/* ---- lines, zeros, other bases */
/* off + scl x: the two coefficients, or one where scl is 0. */
static int line(cx_poly_basis b, double off, double scl, double out[2])
{
    const cx__step s = cx__basis_of(b)->step(0);
    /* x = (d P[1] - b) / a */
    out[0] = s.b != 0 ? off - scl * (s.b / s.a) : off;
    out[1] = scl * (s.d / s.a);
    return scl != 0 ? 2 : 1;
}

cx_array *cx__poly_line(cx_poly_basis b, const char *where, double off, double scl, cx_device d)
{
    const cx_scope s = cx_scope_open();
    (void)where;
    double c[2];
    const int n = line(b, off, scl, c);
    if (n == 1) c[0] = off;
    return cx__give(s, CX_OK, cx__row(n, c, CX_F64, d));
}

/* One more level: the i-th times the one half the list further, an odd one to the first. */
static cx_status from_roots(cx_poly_basis basis, const char *where, const cx_array *roots,
                            cx_array **out)
{
    const cx__basis *const b = cx__basis_of(basis);
    char text[CX__SHAPE_TEXT];
    CX__TRY(cx__need_operand(where, "roots", roots));
    if (cx_ndim(roots) > 1)
        return cx__fail(CX_E_SHAPE, where, "roots has shape %s; wanted 1-d",
                        cx__words_of_shape(roots, text));
    if (cx_ndim(roots) == 1 && cx_size(roots) == 0) {
        *out = cx_ones(CX_SHAPE(1), CX_F64, cx_device_of(roots));
        return cx__so_far();
    }
    cx_array *r;
    CX__TRY(cx__series(where, "roots", roots, CX__AS_IS, &r));
    r = cx_sort(r, 0);
    const cx_dtype t = cx__kind_of(r) == 'c' ? CX_C128 : CX_F64;
    double unit[2];
    (void)line(basis, 0, 1, unit);
    cx_array *low = cx_negative(r);
    if (unit[0] != 0) low = cx_add(low, cx_float(unit[0]));
    low = cx_astype(low, t);
    const int64_t count = cx_dim(low, 0);
    CX__TRY(cx__so_far());
    cx_array *const high = cx_full(CX_SHAPE(1), cx_float(unit[1]), t, cx_device_of(r));
    cx_array **const p = cx__calloc((size_t)count, sizeof *p);
    if (p == NULL) return cx__fail_nomem(where, "factors", (size_t)count * sizeof *p);
    for (int64_t i = 0; i < count; i++)
        p[i] = cx_concatenate(CX_ARRAYS(part(low, i, i + 1), high), 0);
    for (int64_t n = count; n > 1 && cx_ok(); n /= 2) {
        const int64_t half = n / 2;
        for (int64_t i = 0; i < half; i++) p[i] = cx__series_mul(b, p[i], p[i + half]);
        if (n % 2 == 1) p[0] = cx__series_mul(b, p[0], p[n - 1]);
    }
    *out = p[0];
    cx__free(p);
    return cx__so_far();
}

cx_array *cx__poly_fromroots(cx_poly_basis b, const char *where, const cx_array *roots)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = from_roots(b, where, roots, &r);
    return cx__give(s, st, r);
}

cx_array *cx__poly_convert(cx_poly_basis from, cx_poly_basis to, const char *where,
                           const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cx__series(where, "c", c, CX__TRIMMED, &r);
    if (st == CX_OK && from == CX_POLY_POWER) /* as NumPy, which starts with an integer 0 */
        r = in_double(r);
    if (st == CX_OK)
        r = cx_copy(
            cx__trimmed(cx__series_at(cx__basis_of(from), r, cx__basis_of(to), 0, 1, NULL)));
    return cx__give(s, st, r);
}

static cx_status trim(const char *where, const cx_array *c, double tol, cx_array **out)
{
    if (!(tol >= 0)) return cx__fail(CX_E_ARGUMENT, where, "tol %g; wanted 0 or more", tol);
    CX__TRY(cx__series(where, "c", c, CX__TRIMMED, out));
    const int64_t n = cx_dim(*out, 0);
    const cx_array *const places = cx_arange_i64(1, n + 1, 1, CX_I64, cx_device_of(*out));
    const int64_t kept =
        cx_item_i64(cx_max(cx_mul(cx_greater(cx_abs(*out), cx_float(tol)), places), CX_ALL));
    *out = kept > 0 ? cx_copy(part(*out, 0, kept)) : cx_mul(part(*out, 0, 1), cx_int(0));
    return cx__so_far();
}

cx_array *cx__poly_trim(const char *where, const cx_array *c, double tol)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = trim(where, c, tol, &r);
    return cx__give(s, st, r);
}
