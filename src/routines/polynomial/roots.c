/* Zeros of series: eigenvalues of companion matrices, which follow from the recurrence
 * x P[n] = up P[n+1] + mid P[n] + down P[n-1]. Where the P can be scaled to make that symmetric it
 * is done, which is what keeps the eigenvalues accurate; Gauss' nodes are those of the matrix of
 * one P alone. */
#include "base/alloc.h"
#include "routines/polynomial/poly.h"
#include <calx/linalg.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

typedef struct links {
    double up, mid, down;
} links;
static links links_of(const cx__basis *b, double n)
{
    const cx__step s = b->step(n);
    return (links){s.d / s.a, -s.b / s.a, s.c / s.a};
}

/* Off-diagonal element i of the symmetric form (0: there is none), and |P[i + 1]| / |P[i]|. */
static double joint(const cx__basis *b, double i)
{
    const double up = links_of(b, i).up, down = links_of(b, i + 1).down;
    return down == 0 ? 0 : copysign(sqrt(up * down), up);
}
static double growth(const cx__basis *b, double i)
{
    const double up = links_of(b, i).up, down = links_of(b, i + 1).down;
    return down == 0 ? 1 : sqrt(down / up);
}

/* ---- companion matrices */
static cx_status put_diagonal(cx_array *m, int64_t k, int64_t n, const double *values)
{
    const cx_array *const row = cx__row(n, values, cx__real_dtype(cx_dtype_of(m)), cx_device_of(m));
    CX__TRY(cx__so_far());
    return cx_copy_into(row, cx_diagonal(m, k));
}

/* values: room for 4 n numbers. */
static cx_status fill(const cx__basis *b, const cx_array *c, double *values, cx_array *m)
{
    const int64_t n = cx_dim(c, 0) - 1;
    const bool power = b == cx__basis_of(CX_POLY_POWER);
    double *const off = values, *const mid = values + n, *const last = values + 2 * n;
    for (int64_t i = 0; i < n; i++) {
        off[i] = power ? 1 : joint(b, (double)i);
        mid[i] = links_of(b, (double)i).mid;
    }
    last[n - 1] = links_of(b, (double)(n - 1)).up;
    for (int64_t i = n - 1; i > 0; i--) last[i - 1] = last[i] / growth(b, (double)(i - 1));
    CX__TRY(put_diagonal(m, -1, n - 1, off));
    if (!power) CX__TRY(put_diagonal(m, 1, n - 1, off));
    if (mid[0] != 0) CX__TRY(put_diagonal(m, 0, n, mid));
    const cx_array *const share =
        cx_mul(cx_div(cx_slice(c, 0, 0, n, 1), cx_select(c, 0, n)),
               cx__row(n, last, cx__real_dtype(cx_dtype_of(c)), cx_device_of(c)));
    cx_array *const column = cx_select(m, 1, n - 1);
    CX__TRY(cx__so_far());
    return cx_sub_into(column, share, column);
}

/* The zero of a line: c[0] + c[1] P[1](x) = 0. */
static cx_array *zero_of_line(const cx__basis *b, const cx_array *c)
{
    const links l = links_of(b, 0);
    const cx_array *r = cx_div(cx_negative(cx_slice(c, 0, 0, 1, 1)), cx_slice(c, 0, 1, 2, 1));
    if (l.up != 1) r = cx_mul(r, cx_float(l.up));
    return l.mid != 0 ? cx_add(r, cx_float(l.mid)) : cx_positive(r);
}

/* c trimmed, two coefficients or more. */
static cx_status companion(const cx__basis *b, const cx_array *c, cx_array **out)
{
    const int64_t n = cx_dim(c, 0) - 1;
    if (n == 1) {
        *out = cx_reshape(zero_of_line(b, c), CX_SHAPE(1, 1));
        return cx__so_far();
    }
    *out = cx_zeros(CX_SHAPE(n, n), cx_dtype_of(c), cx_device_of(c));
    CX__TRY(cx__so_far());
    double *const values = cx__calloc(4 * (size_t)n, sizeof *values);
    if (values == NULL) return cx__fail_nomem(b->name, "companion", 4 * (size_t)n * sizeof *values);
    const cx_status st = fill(b, c, values, *out);
    cx__free(values);
    return st;
}

static cx_status checked_companion(const cx__basis *b, const char *where, const cx_array *a,
                                   cx_array **out)
{
    cx_array *c;
    CX__TRY(cx__series(where, "c", a, CX__TRIMMED, &c));
    if (cx_dim(c, 0) < 2)
        return cx__fail(CX_E_SHAPE, where, "c is a constant; wanted a series of degree 1 or more");
    return companion(b, c, out);
}

cx_array *cx__poly_companion(cx_poly_basis b, const char *where, const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = checked_companion(cx__basis_of(b), where, c, &r);
    return cx__give(s, st, r);
}

/* ---- zeros */
static bool has_eigenvalues(cx_dtype t)
{
    return t == CX_F32 || t == CX_F64 || t == CX_C64 || t == CX_C128;
}

static cx_status roots(const cx__basis *b, const char *where, const cx_array *a, cx_array **out)
{
    cx_array *c, *m;
    CX__TRY(cx__series(where, "c", a, CX__TRIMMED, &c));
    const int64_t n = cx_dim(c, 0);
    if (n < 2) {
        *out = cx_empty(CX_SHAPE(0), cx_dtype_of(c), cx_device_of(c));
        return cx__so_far();
    }
    if (n == 2) {
        *out = zero_of_line(b, c);
        return cx__so_far();
    }
    if (!has_eigenvalues(cx_dtype_of(c)))
        return cx__fail(CX_E_DTYPE, where, "no eigenvalues of %s matrices; convert with cx_astype",
                        cx_dtype_name(cx_dtype_of(c)));
    CX__TRY(companion(b, c, &m));
    /* turned round, its errors are smaller */
    if (b != cx__basis_of(CX_POLY_POWER)) m = cx_flip(cx_flip(m, 0), 1);
    *out = cx_sort(cx_linalg_eigvals(m), 0);
    return cx__so_far();
}

cx_array *cx__poly_roots(cx_poly_basis b, const char *where, const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = roots(cx__basis_of(b), where, c, &r);
    return cx__give(s, st, r);
}

/* The first and the last place where p is not 0; false: nowhere. */
static bool ends(const cx_array *p, int64_t *first, int64_t *last)
{
    const int64_t n = cx_dim(p, 0);
    const cx_array *const set = cx_not_equal(p, cx_int(0));
    if (!cx_item_bool(cx_any(set, CX_ALL))) return false;
    *first = cx_item_i64(cx_argmax(set, CX_ALL));
    *last = n - 1 - cx_item_i64(cx_argmax(cx_flip(set, 0), CX_ALL));
    return true;
}

static cx_status np_roots(const cx_array *a, cx_array **out)
{
    static const char where[] = "roots";
    char text[CX__SHAPE_TEXT];
    cx_array *p;
    int64_t first = 0, last = 0;
    CX__TRY(cx__need_operand(where, "p", a));
    if (cx_ndim(a) > 1)
        return cx__fail(CX_E_SHAPE, where, "p has shape %s; wanted 1-d",
                        cx__words_of_shape(a, text));
    CX__TRY(cx__floats(where, "p", a, CX_CPU, &p));
    if (cx_ndim(p) == 0) p = cx_reshape(p, CX_SHAPE(1));
    CX__TRY(cx__so_far());
    if (cx_dim(p, 0) == 0 || !ends(p, &first, &last)) {
        CX__TRY(cx__so_far());
        *out = cx_empty(CX_SHAPE(0), CX_F64, cx_device_of(p));
        return cx__so_far();
    }
    const int64_t zeros = cx_dim(p, 0) - 1 - last, n = last - first;
    CX__TRY(cx__so_far());
    if (n > 0 && !has_eigenvalues(cx_dtype_of(p)))
        return cx__fail(CX_E_DTYPE, where, "no eigenvalues of %s matrices; convert with cx_astype",
                        cx_dtype_name(cx_dtype_of(p)));
    cx_array *r = cx_empty(CX_SHAPE(0), CX_F64, cx_device_of(p));
    if (n > 0) {
        cx_array *const m = cx_eye(n, n, -1, cx_dtype_of(p), cx_device_of(p));
        const cx_array *const row =
            cx_div(cx_negative(cx_slice(p, 0, first + 1, last + 1, 1)), cx_select(p, 0, first));
        CX__TRY(cx__so_far());
        CX__TRY(cx_copy_into(row, cx_select(m, 0, 0)));
        r = cx_linalg_eigvals(m);
    }
    if (zeros > 0)
        r = cx_concatenate(CX_ARRAYS(r, cx_zeros(CX_SHAPE(zeros), cx_dtype_of(r), cx_device_of(r))),
                           0);
    *out = r;
    return cx__so_far();
}

cx_array *cx_roots(const cx_array *p)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = np_roots(p, &r);
    return cx__give(s, st, r);
}
