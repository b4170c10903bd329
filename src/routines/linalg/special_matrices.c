/* Matrices with names: of roots of 1, of signs, of binomial coefficients, of populations and of
 * polynomials. One idea: whole numbers are made exactly, from positions or by a recurrence in plain
 * memory; what depends on arrays is written into diagonals of zeros. */
#include "routines/linalg/linalg.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_matrices.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_word(const char *given, const char *word)
{
    return given != NULL && strcmp(given, word) == 0;
}

/* ---- roots of 1 and signs */
static cx_status dft(const char *where, int64_t n, cx_device d, const cx_dft_opts *given,
                     cx_array **out)
{
    cx_dft_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__order(where, n));
    if (o.scale != NULL && !is_word(o.scale, "n") && !is_word(o.scale, "sqrtn"))
        return cx__fail(CX_E_ARGUMENT, where, "scale is '%s'; it can be 'n' or 'sqrtn'", o.scale);
    if (n == 0) {
        *out = cx_zeros(CX_SHAPE(0, 0), CX_C128, d);
        return CX_OK;
    }
    const double by = o.scale == NULL ? 1 : is_word(o.scale, "n") ? (double)n : sqrt((double)n);
    cx_array *const host = cx_empty(CX_SHAPE(n), CX_C128, CX_CPU);
    CX__TRY(cx__so_far());
    cx_complex128 *const root = cx_data_c128_mut(host);
    for (int64_t k = 0; k < n; k++) { /* by eighths of the circle, where both are exact */
        const int64_t eighth = 8 * k / n, quarter = (eighth + 1) / 2;
        const double angle =
            2 * 3.14159265358979323846 * (double)(4 * k - quarter * n) / (4 * (double)n);
        const double c = cos(angle), s = sin(angle);
        const double re[4] = {c, -s, -c, s}, im[4] = {-s, -c, s, c};
        root[k] = (cx_complex128){re[quarter % 4] / by, im[quarter % 4] / by};
    }
    const cx_array *const at =
        cx_remainder(cx_mul(cx__row_numbers(n, d), cx__column_numbers(n, d)), cx_int(n));
    *out = cx_take(cx_to(host, d), at, 0);
    return CX_OK;
}
cx_array *cx_linalg_dft(int64_t n, cx_device d, const cx_dft_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = dft("linalg_dft", n, d, o, &m);
    return cx__give(s, st, m);
}

static cx_status hadamard(const char *where, int64_t n, cx_dtype t, cx_device d, cx_array **out)
{
    const char kind = cx_dtype_kind(t);
    if (n < 1 || (n & (n - 1)) != 0)
        return cx__fail(CX_E_ARGUMENT, where, "n is %" PRId64 "; it must be a power of 2", n);
    if (kind != 'i' && kind != 'f' && kind != 'e' && kind != 'c')
        return cx__fail(CX_E_DTYPE, where, "%s has no -1", cx_dtype_name(t));
    const cx_array *h = cx_ones(CX_SHAPE(1, 1), t, d);
    for (int64_t k = 1; k < n && cx_ok(); k *= 2) {
        const cx_array *const top = cx_concatenate(CX_ARRAYS(h, h), 1),
                              *const bottom = cx_concatenate(CX_ARRAYS(h, cx_negative(h)), 1);
        h = cx_concatenate(CX_ARRAYS(top, bottom), 0);
    }
    *out = cx_copy(h);
    return CX_OK;
}
cx_array *cx_linalg_hadamard(int64_t n, cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = hadamard("linalg_hadamard", n, t, d, &m);
    return cx__give(s, st, m);
}

static cx_status helmert(const char *where, int64_t n, cx_device d, const cx_helmert_opts *given,
                         cx_array **out)
{
    cx_helmert_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__order(where, n));
    const cx_array *const i = cx__row_numbers(n, d), *const j = cx__column_numbers(n, d);
    const cx_array *const sign =
        cx_where(cx_less(j, i), cx_float(1), cx_where(cx_equal(i, j), cx_negative(i), cx_float(0)));
    const cx_array *const length = cx_sqrt(cx_mul(i, cx_add(i, cx_int(1))));
    const cx_array *const first =
        cx_div(cx_ones(CX_SHAPE(1, n), CX_F64, d), cx_float(sqrt((double)n)));
    const cx_array *const rest =
        cx_div(cx_slice(sign, 0, 1, CX_END, 1), cx_slice(length, 0, 1, CX_END, 1));
    *out = !o.full || n == 0 ? cx_copy(rest) : cx_concatenate(CX_ARRAYS(first, rest), 0);
    return CX_OK;
}
cx_array *cx_linalg_helmert(int64_t n, cx_device d, const cx_helmert_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = helmert("linalg_helmert", n, d, o, &m);
    return cx__give(s, st, m);
}

/* ---- binomial coefficients */
enum { EXACT = 34 };
typedef enum kind { SYMMETRIC, LOWER, UPPER } kind;

static cx_status pascal_of(const char *where, int64_t n, const cx_pascal_opts *o, kind *k)
{
    CX__TRY(cx__order(where, n));
    *k = is_word(o->kind, "lower") ? LOWER : is_word(o->kind, "upper") ? UPPER : SYMMETRIC;
    if (*k == SYMMETRIC && o->kind != NULL && !is_word(o->kind, "symmetric"))
        return cx__fail(CX_E_ARGUMENT, where,
                        "kind is '%s'; it can be 'symmetric', 'lower' or 'upper'", o->kind);
    if (!o->inexact && n > EXACT)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "n is %" PRId64 "; beyond %d the numbers are no 64-bit integers", n, EXACT);
    return CX_OK;
}

/* Binomial coefficients (i over j) as exact numbers or as the nearest sums of them. */
static double inexact_of(kind k, int64_t i, int64_t j, const double *above, const double *left)
{
    if (k == SYMMETRIC) return i == 0 || j == 0 ? 1 : *above + *left;
    return j == 0 ? 1 : i == 0 ? 0 : above[0] + above[-1];
}
static uint64_t exact_of(kind k, int64_t i, int64_t j, const uint64_t *above, const uint64_t *left)
{
    if (k == SYMMETRIC) return i == 0 || j == 0 ? 1 : *above + *left;
    return j == 0 ? 1 : i == 0 ? 0 : above[0] + above[-1];
}

/* The symmetric or the lower one. */
static cx_status pascal_host(int64_t n, bool inexact, kind k, cx_array **out)
{
    cx_array *const host = cx_empty(CX_SHAPE(n, n), inexact ? CX_F64 : CX_U64, CX_CPU);
    CX__TRY(cx__so_far());
    double *const x = inexact ? cx_data_f64_mut(host) : NULL;
    uint64_t *const u = inexact ? NULL : cx_data_u64_mut(host);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            const int64_t at = i * n + j, up = i > 0 ? at - n : at, left = j > 0 ? at - 1 : at;
            if (inexact)
                x[at] = inexact_of(k, i, j, x + up, x + left);
            else
                u[at] = exact_of(k, i, j, u + up, u + left);
        }
    *out = host;
    return CX_OK;
}

static cx_status pascal(const char *where, int64_t n, cx_device d, const cx_pascal_opts *given,
                        cx_array **out)
{
    cx_pascal_opts o;
    kind k;
    cx_array *host = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(pascal_of(where, n, &o, &k));
    CX__TRY(pascal_host(n, o.inexact, k == SYMMETRIC ? k : LOWER, &host));
    const cx_array *const m = k == UPPER ? cx_copy(cx_matrix_transpose(host)) : host;
    *out = cx_to(m, d);
    return CX_OK;
}
cx_array *cx_linalg_pascal(int64_t n, cx_device d, const cx_pascal_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = pascal("linalg_pascal", n, d, o, &m);
    return cx__give(s, st, m);
}

/* The inverse of the triangle is the triangle with signs; that of the symmetric one their product
 * the other way round. */
static cx_status invpascal(const char *where, int64_t n, cx_device d, const cx_pascal_opts *given,
                           cx_array **out)
{
    cx_pascal_opts o;
    kind k;
    cx_array *host = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(pascal_of(where, n, &o, &k));
    CX__TRY(pascal_host(n, o.inexact, LOWER, &host));
    const cx_array *const lower = cx_to(cx_astype(host, o.inexact ? CX_F64 : CX_I64), d);
    const cx_array *const parity =
        cx_remainder(cx_add(cx__row_numbers(n, d), cx__column_numbers(n, d)), cx_int(2));
    const cx_array *const sign = cx_sub(cx_int(1), cx_mul(parity, cx_int(2)));
    const cx_array *const turned = cx_matrix_transpose(lower);
    *out = cx_copy(cx_mul(k == LOWER   ? lower
                          : k == UPPER ? turned
                                       : cx_matmul(turned, lower),
                          sign));
    return CX_OK;
}
cx_array *cx_linalg_invpascal(int64_t n, cx_device d, const cx_pascal_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = invpascal("linalg_invpascal", n, d, o, &m);
    return cx__give(s, st, m);
}

/* ---- of vectors */
/* Every second number from `start` on of diagonal k of m becomes x. */
static void put(cx_array *m, int64_t k, int64_t start, int64_t step, const cx_array *x)
{
    cx_array *const line = cx_slice(cx_diagonal(m, k), -1, start, CX_END, step);
    if (cx_ok()) (void)cx_check(cx_copyto(line, x, CX_CASTING_SAME_KIND, NULL));
}

/* Zeros [batch of x..., n, n], x a vector of a batch. */
static cx_array *square(const cx_array *x, int64_t n, cx_dtype t)
{
    cx_dims shape = {.ndim = cx_ndim(x) + 1};
    memcpy(shape.dim, cx_shape_of(x).dim, (size_t)(shape.ndim - 2) * sizeof *shape.dim);
    shape.dim[shape.ndim - 2] = shape.dim[shape.ndim - 1] = n;
    return cx_zeros((cx_shape){shape.ndim, shape.dim}, t, cx_device_of(x));
}

static cx_status leslie(const char *where, const cx_array *f, const cx_array *s, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__of_numbers(where, "f", f));
    CX__TRY(cx__of_numbers(where, "s", s));
    if (cx_ndim(f) < 1 || cx_ndim(s) < 1 || cx_dim(s, -1) < 1 || cx_dim(f, -1) != cx_dim(s, -1) + 1)
        return cx__fail(CX_E_SHAPE, where,
                        "f has shape %s and s %s; s must be one number shorter and have one",
                        cx__words_of_shape(f, text[0]), cx__words_of_shape(s, text[1]));
    const cx_dtype t = cx_result_type(CX_ARRAYS(f, s));
    const cx_array *pair[2] = {f, s};
    const char *names[2] = {"f", "s"};
    CX__TRY(cx__batches(where, 1, 2, names, pair));
    cx_array *const m = square(pair[0], cx_dim(f, -1), t);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copyto(cx_select(m, -2, 0), pair[0], CX_CASTING_SAME_KIND, NULL));
    put(m, -1, 0, 1, pair[1]);
    *out = m;
    return CX_OK;
}
cx_array *cx_linalg_leslie(const cx_array *f, const cx_array *s)
{
    const cx_scope scope = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = leslie("linalg_leslie", f, s, &m);
    return cx__give(scope, st, m);
}

static cx_status fiedler(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "a", a));
    if (cx__kind_of(a) == 'b') return cx__fail(CX_E_DTYPE, where, "a is of bool");
    a = cx_atleast_1d(a);
    *out = cx_abs(cx_sub(cx_expand_dims(a, -1), cx_expand_dims(a, -2)));
    return CX_OK;
}
cx_array *cx_linalg_fiedler(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = fiedler("linalg_fiedler", a, &m);
    return cx__give(s, st, m);
}

static cx_status fiedler_companion(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "a", a));
    if (cx__kind_of(a) == 'b') return cx__fail(CX_E_DTYPE, where, "a is of bool");
    const int64_t n = cx_ndim(a) == 0 ? 1 : cx_dim(a, -1);
    if (n < 2)
        return cx__fail(CX_E_SHAPE, where, "%" PRId64 " coefficients; two or more are needed", n);
    const cx_array *const lead = cx_slice(a, -1, 0, 1, 1);
    if (cx__any_true(cx_equal(lead, cx_int(0))))
        return cx__fail(CX_E_ARGUMENT, where, "a first coefficient is 0");
    const cx_array *const b = cx_negative(cx_div(a, lead));
    cx_array *const c = square(a, n - 1, cx_dtype_of(b));
    if (n > 2) {
        put(c, -2, 1, 2, cx_int(1));
        put(c, -1, 1, 2, cx_slice(b, -1, 3, CX_END, 2));
        put(c, 2, 0, 2, cx_int(1));
        put(c, 1, 0, 2, cx_slice(b, -1, 2, CX_END, 2));
        put(c, -1, 0, n, cx_int(1)); /* the first one alone */
    }
    put(c, 0, 0, n, cx_slice(b, -1, 1, 2, 1));
    *out = c;
    return CX_OK;
}
cx_array *cx_linalg_fiedler_companion(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = fiedler_companion("linalg_fiedler_companion", a, &m);
    return cx__give(s, st, m);
}

static cx_status convolution_matrix(const char *where, const cx_array *a, int64_t n,
                                    const char *mode, cx_array **out)
{
    char text[CX__SHAPE_TEXT];
    CX__TRY(cx__of_numbers(where, "a", a));
    if (n < 1) return cx__fail(CX_E_ARGUMENT, where, "n is %" PRId64 "; it must be 1 or more", n);
    if (mode != NULL && !is_word(mode, "full") && !is_word(mode, "same") && !is_word(mode, "valid"))
        return cx__fail(CX_E_ARGUMENT, where, "mode is '%s'; it can be 'full', 'same' or 'valid'",
                        mode);
    if (cx_ndim(a) < 1 || cx_dim(a, -1) < 1)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s; one number or more are needed",
                        cx__words_of_shape(a, text));
    const int64_t m = cx_dim(a, -1), least = (m < n ? m : n) - 1;
    cx_dims gap = {.ndim = cx_ndim(a)};
    memcpy(gap.dim, cx_shape_of(a).dim, (size_t)gap.ndim * sizeof *gap.dim);
    gap.dim[gap.ndim - 1] = n - 1;
    const cx_array *const zeros =
        cx_zeros((cx_shape){gap.ndim, gap.dim}, cx_dtype_of(a), cx_device_of(a));
    const cx_array *const column = cx_concatenate(CX_ARRAYS(a, zeros), -1),
                          *const row =
                              cx_concatenate(CX_ARRAYS(cx_slice(a, -1, 0, 1, 1), zeros), -1);
    const cx_array *const full = cx_linalg_toeplitz(column, row);
    const int64_t before = is_word(mode, "valid")  ? least
                           : is_word(mode, "same") ? least / 2
                                                   : 0,
                  after = is_word(mode, "valid")  ? least
                          : is_word(mode, "same") ? least - least / 2
                                                  : 0;
    *out = cx_copy(cx_slice(full, -2, before, m + n - 1 - after, 1));
    return CX_OK;
}
cx_array *cx_linalg_convolution_matrix(const cx_array *a, int64_t n, const char *mode)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = convolution_matrix("linalg_convolution_matrix", a, n, mode, &m);
    return cx__give(s, st, m);
}
