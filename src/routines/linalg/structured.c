/* Toeplitz and circulant matrices through Fourier transforms, and questions about a matrix's form.
 * One idea: a Toeplitz matrix is a corner of a circulant one, whose eigenvectors are the transform.
 */
#include "routines/linalg/linalg.h"
#include <calx/eval.h>
#include <calx/fft.h>
#include <calx/fft_real.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_structured.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

/* Numbers that can be transformed: the four dtypes, bool and integers as f64. */
static cx_status transformable(const char *where, const char *name, const cx_array *a,
                               const cx_array **out)
{
    CX__TRY(cx__of_numbers(where, name, a));
    const char kind = cx__kind_of(a);
    if (kind == 'e')
        return cx__fail(CX_E_DTYPE, where, "%s is %s; take float32 or float64", name,
                        cx_dtype_name(cx_dtype_of(a)));
    *out = kind == 'f' || kind == 'c' ? a : cx_astype(a, CX_F64);
    return cx__so_far();
}

/* ---- Toeplitz */
/* y [..., k, p] times the circulant of `first` [..., p]: the first m rows, of dtype t */
static cx_array *circular(const cx_array *first, const cx_array *x, int64_t p, int64_t m)
{
    const cx_fft_opts *const o = CX_OPTS(cx_fft_opts, .n = CX_SET(p));
    const bool complex = cx__kind_of(first) == 'c' || cx__kind_of(x) == 'c';
    const cx_array *const a = complex ? cx_fft_fft(first, -1, o) : cx_fft_rfft(first, -1, o),
                          *const b = complex ? cx_fft_fft(x, -2, o) : cx_fft_rfft(x, -2, o);
    const cx_array *const y = cx_mul(cx_expand_dims(a, -1), b);
    return cx_slice(complex ? cx_fft_ifft(y, -2, o) : cx_fft_irfft(y, -2, o), -2, 0, m, 1);
}

static cx_status matmul_toeplitz(const char *where, const cx_array *c, const cx_array *r,
                                 const cx_array *x, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(transformable(where, "c", c, &c));
    if (r != NULL)
        CX__TRY(transformable(where, "r", r, &r));
    else
        r = cx__kind_of(c) == 'c' ? cx_conjugate(c) : c;
    CX__TRY(transformable(where, "x", x, &x));
    CX__TRY(cx__need_together(where, "c", c, "x", x));
    if (cx_ndim(c) == 0 || cx_ndim(r) == 0 || cx_ndim(x) == 0)
        return cx__fail(CX_E_SHAPE, where, "%s is 0-d; a vector is needed",
                        cx_ndim(c) == 0   ? "c"
                        : cx_ndim(r) == 0 ? "r"
                                          : "x");
    const bool vector = cx_ndim(x) == 1;
    const int64_t m = cx_dim(c, -1), n = cx_dim(r, -1);
    if (cx_dim(x, vector ? -1 : -2) != n)
        return cx__fail(CX_E_SHAPE, where, "r has shape %s and x %s; x must have as many rows",
                        cx__words_of_shape(r, text[0]), cx__words_of_shape(x, text[1]));
    const cx_array *pair[2] = {c, r};
    const char *names[2] = {"c", "r"};
    CX__TRY(cx__batches(where, 1, 2, names, pair));
    if (vector) x = cx_expand_dims(x, -1);
    if (m == 0 || n == 0 || cx_size(pair[0]) == 0 || cx_size(x) == 0) {
        const cx_array *const none = cx_matmul(
            cx_zeros_like(cx_mul(cx_expand_dims(pair[0], -1), cx_expand_dims(pair[1], -2)),
                          CX_DTYPE_NONE),
            x);
        *out = cx_copy(vector ? cx_select(none, -1, 0) : none);
        return CX_OK;
    }
    const int64_t p = cx_fft_next_fast_len(m + n - 1, true);
    cx_dims gap = {.ndim = cx_ndim(pair[0])};
    memcpy(gap.dim, cx_shape_of(pair[0]).dim, (size_t)gap.ndim * sizeof *gap.dim);
    gap.dim[gap.ndim - 1] = p - (m + n - 1);
    const cx_array *const between =
        cx_zeros((cx_shape){gap.ndim, gap.dim}, cx_result_type(CX_ARRAYS(c, r)), cx_device_of(c));
    const cx_array *const first = cx_concatenate(
        CX_ARRAYS(pair[0], between, cx_flip(cx_slice(pair[1], -1, 1, CX_END, 1), -1)), -1);
    const cx_array *const y = circular(first, x, p, m);
    *out = cx_copy(vector ? cx_select(y, -1, 0) : y);
    return CX_OK;
}
cx_array *cx_linalg_matmul_toeplitz(const cx_array *c, const cx_array *r, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_array *y = NULL;
    const cx_status st = matmul_toeplitz("linalg_matmul_toeplitz", c, r, x, &y);
    return cx__give(s, st, y);
}

/* ---- circulant */
static cx_status solve_circulant(const char *where, const cx_array *c, const cx_array *b,
                                 const cx_solve_circulant_opts *given, cx_array **out)
{
    cx_solve_circulant_opts o;
    int at[2];
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(transformable(where, "c", c, &c));
    CX__TRY(transformable(where, "b", b, &b));
    CX__TRY(cx__need_together(where, "c", c, "b", b));
    c = cx_atleast_1d(c);
    b = cx_atleast_1d(b);
    const int64_t axes[2] = {o.caxis.set ? o.caxis.value : -1, o.baxis};
    for (int i = 0; i < 2; i++) {
        if (axes[i] < -CX_MAX_NDIM || axes[i] > CX_MAX_NDIM)
            return cx__fail(CX_E_INDEX, where, "axis %" PRId64, axes[i]);
        CX__TRY(cx__axis(where, (int)axes[i], cx_ndim(i == 0 ? c : b), &at[i]));
    }
    const int64_t n = cx_dim(c, at[0]);
    if (cx_dim(b, at[1]) != n)
        return cx__fail(CX_E_SHAPE, where,
                        "c has %" PRId64 " numbers along its axis %d and b %" PRId64
                        " along its axis %d",
                        n, at[0], cx_dim(b, at[1]), at[1]);
    const bool real = cx__kind_of(c) == 'f' && cx__kind_of(b) == 'f';
    c = cx_moveaxis(c, at[0], -1);
    b = cx_moveaxis(b, at[1], -1);
    const cx_array *x = cx_mul(c, b); /* of its shape, where there is nothing to solve */
    if (cx_size(x) > 0) {
        const double eps = cx__eps(c);
        const cx_array *const values = cx_fft_fft(c, -1, NULL), *const size = cx_abs(values);
        const cx_array *const least =
            o.tol.set
                ? cx_float(o.tol.value)
                : cx_mul(cx_max(size, CX_AXIS(-1, .keepdims = true)), cx_float((double)n * eps));
        const cx_array *const none = cx_less_equal(size, least);
        const bool singular = cx__any_true(none);
        if (singular && !o.lstsq)
            return cx__fail(CX_E_SINGULAR, where,
                            "c is singular: an eigenvalue is not above the tolerance");
        const cx_array *const right = cx_fft_fft(b, -1, NULL);
        const cx_array *const q =
            singular
                ? cx_where(none, cx_float(0), cx_div(right, cx_where(none, cx_float(1), values)))
                : cx_div(right, values);
        x = cx_fft_ifft(q, -1, NULL);
        if (real) x = cx_real(x);
    }
    CX__TRY(cx__so_far());
    if (o.outaxis < -CX_MAX_NDIM || o.outaxis > CX_MAX_NDIM)
        return cx__fail(CX_E_INDEX, where, "axis %" PRId64, o.outaxis);
    CX__TRY(cx__axis(where, (int)o.outaxis, cx_ndim(x), &at[0]));
    *out = cx_ascontiguous(cx_copy(cx_moveaxis(x, -1, at[0])));
    return CX_OK;
}
cx_array *cx_linalg_solve_circulant(const cx_array *c, const cx_array *b,
                                    const cx_solve_circulant_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *x = NULL;
    const cx_status st = solve_circulant("linalg_solve_circulant", c, b, o, &x);
    return cx__give(s, st, x);
}

/* ---- questions */
static cx_status of_matrices(const char *where, const cx_array *a, bool square)
{
    char text[CX__SHAPE_TEXT];
    CX__TRY(cx__of_numbers(where, "a", a));
    if (cx_ndim(a) < 2)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s; matrices have two dimensions or more",
                        cx__words_of_shape(a, text));
    if (square && cx_dim(a, -1) != cx_dim(a, -2))
        return cx__fail(CX_E_SHAPE, where, "a has shape %s; its matrices are not square",
                        cx__words_of_shape(a, text));
    return CX_OK;
}

static cx_status bandwidth(const char *where, const cx_array *a, cx_array *out[2])
{
    CX__TRY(of_matrices(where, a, false));
    const int64_t m = cx_dim(a, -2), n = cx_dim(a, -1);
    const cx_device d = cx_device_of(a);
    if (m == 0 || n == 0) {
        cx_shape s = cx_shape_of(a);
        s.ndim -= 2;
        out[0] = cx_zeros(s, CX_I64, d);
        out[1] = cx_zeros(s, CX_I64, d);
        return CX_OK;
    }
    const cx_array *const below = cx_sub(cx__row_numbers(m, d), cx__column_numbers(n, d));
    const cx_array *const some = cx_not_equal(a, cx_int(0));
    const cx_array *const zero = cx_zeros(CX_SHAPE(), CX_I64, d);
    out[0] = cx_max(cx_where(cx_logical_and(some, cx_greater(below, cx_int(0))), below, zero),
                    CX_AXES(-2, -1));
    out[1] =
        cx_max(cx_where(cx_logical_and(some, cx_less(below, cx_int(0))), cx_negative(below), zero),
               CX_AXES(-2, -1));
    return CX_OK;
}
cx_bandwidth cx_linalg_bandwidth(const cx_array *a)
{
    static const char where[] = "linalg_bandwidth";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = bandwidth(where, a, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_bandwidth){r[0], r[1]};
}

static cx_status same_turned(const char *where, bool conjugated, const cx_array *a,
                             const cx_symmetric_opts *given, cx_array **out)
{
    cx_symmetric_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(of_matrices(where, a, true));
    if (!(o.atol >= 0) || !(o.rtol >= 0))
        return cx__fail(CX_E_ARGUMENT, where, "atol %g or rtol %g is negative", o.atol, o.rtol);
    const cx_array *const turned = conjugated ? cx__adjoint(a) : cx_matrix_transpose(a);
    if (o.atol == 0 && o.rtol == 0) {
        *out = cx_all(cx_equal(a, turned), CX_AXES(-2, -1));
        return CX_OK;
    }
    const char kind = cx__kind_of(a);
    const cx_array *const x = kind == 'f' || kind == 'c' || kind == 'e' ? a : cx_astype(a, CX_F64);
    const cx_array *const y = x == a ? turned : cx_astype(turned, CX_F64);
    *out = cx_all(
        cx_logical_or(
            cx_equal(x, y), /* infinities */
            cx_logical_and(cx_isfinite(y), cx_less_equal(cx_abs(cx_sub(x, y)),
                                                         cx_add(cx_mul(cx_abs(y), cx_float(o.rtol)),
                                                                cx_float(o.atol))))),
        CX_AXES(-2, -1));
    return CX_OK;
}
cx_array *cx_linalg_issymmetric(const cx_array *a, const cx_symmetric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = same_turned("linalg_issymmetric", false, a, o, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_ishermitian(const cx_array *a, const cx_symmetric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = same_turned("linalg_ishermitian", true, a, o, &r);
    return cx__give(s, st, r);
}
