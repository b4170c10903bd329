/* Matrices made of a few numbers. One idea: where an entry depends on the sum or the difference of
 * its positions, the matrix is one take from a vector, whatever the batch in front. */
#include "routines/linalg/linalg.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg_matrices.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/views.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cx_status cx__of_numbers(const char *where, const char *name, const cx_array *a)
{
    CX__ARRAY(where, name, a);
    if (cx_dtype_of(a) == CX_CAT) return cx__fail(CX_E_DTYPE, where, "%s is of categories", name);
    return CX_OK;
}

/* a with the batch `batch` (extents before its last `core` ones) instead of its own */
const cx_array *cx__with_batch(const cx_array *a, const cx_dims *batch, int core)
{
    int64_t dim[2 * CX_MAX_NDIM];
    memcpy(dim, batch->dim, (size_t)batch->ndim * sizeof *dim);
    for (int i = 0; i < core; i++) dim[batch->ndim + i] = cx_dim(a, i - core);
    return cx_broadcast_to(a, (cx_shape){batch->ndim + core, dim});
}

/* [n, 1] or [1, n] of 0 ... n - 1 */
const cx_array *cx__row_numbers(int64_t n, cx_device d)
{
    return cx_expand_dims(cx_arange_i64(0, n, 1, CX_I64, d), 1);
}
const cx_array *cx__column_numbers(int64_t n, cx_device d)
{
    return cx_expand_dims(cx_arange_i64(0, n, 1, CX_I64, d), 0);
}

/* ---- constant along diagonals or antidiagonals */
/* values of c, back to front or not, and those of r but the first */
static cx_status line(const char *where, const cx_array *c, const cx_array *r, bool backwards,
                      cx_array **out)
{
    const cx_array *x[2] = {c, r};
    const char *const names[2] = {"c", "r"};
    CX__TRY(cx__batches(where, 1, 2, names, x));
    const cx_array *const first = backwards ? cx_flip(x[0], -1) : x[0];
    *out = cx_concatenate(CX_ARRAYS(first, cx_slice(x[1], -1, 1, CX_END, 1)), -1);
    return CX_OK;
}

static cx_status toeplitz(const char *where, const cx_array *c, const cx_array *r, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "c", c));
    if (r != NULL) CX__TRY(cx__of_numbers(where, "r", r));
    c = cx_atleast_1d(c);
    if (r == NULL)
        r = cx__kind_of(c) == 'c' ? cx_conjugate(c) : c;
    else
        r = cx_atleast_1d(r);
    cx_array *values = NULL;
    CX__TRY(line(where, c, r, true, &values));
    const int64_t m = cx_dim(c, -1);
    const cx_device d = cx_device_of(c);
    const cx_array *const at =
        cx_add(cx_sub(cx__column_numbers(cx_dim(r, -1), d), cx__row_numbers(m, d)), cx_int(m - 1));
    *out = cx_take(values, at, -1);
    return CX_OK;
}
cx_array *cx_linalg_toeplitz(const cx_array *c, const cx_array *r)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = toeplitz("linalg_toeplitz", c, r, &m);
    return cx__give(s, st, m);
}

static cx_status hankel(const char *where, const cx_array *c, const cx_array *r, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "c", c));
    if (r != NULL) CX__TRY(cx__of_numbers(where, "r", r));
    if (cx_ndim(c) == 0 || (r != NULL && cx_ndim(r) == 0))
        return cx__fail(CX_E_SHAPE, where, "%s is 0-d; a vector is needed",
                        cx_ndim(c) == 0 ? "c" : "r");
    if (r == NULL) r = cx_zeros_like(c, CX_DTYPE_NONE);
    cx_array *values = NULL;
    CX__TRY(line(where, c, r, false, &values));
    const cx_device d = cx_device_of(c);
    *out = cx_take(values,
                   cx_add(cx__column_numbers(cx_dim(r, -1), d), cx__row_numbers(cx_dim(c, -1), d)),
                   -1);
    return CX_OK;
}
cx_array *cx_linalg_hankel(const cx_array *c, const cx_array *r)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = hankel("linalg_hankel", c, r, &m);
    return cx__give(s, st, m);
}

static cx_status circulant(const char *where, const cx_array *c, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "c", c));
    c = cx_atleast_1d(c);
    const int64_t n = cx_dim(c, -1);
    const cx_device d = cx_device_of(c);
    *out = cx_take(c,
                   cx_remainder(cx_sub(cx__row_numbers(n, d), cx__column_numbers(n, d)),
                                cx_int(n > 0 ? n : 1)),
                   -1);
    return CX_OK;
}
cx_array *cx_linalg_circulant(const cx_array *c)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = circulant("linalg_circulant", c, &m);
    return cx__give(s, st, m);
}

/* ---- Hilbert's */
cx_status cx__order(const char *where, int64_t n)
{
    return n < 0 ? cx__fail(CX_E_ARGUMENT, where, "n is %" PRId64, n) : CX_OK;
}
/* i + j + 1 */
static const cx_array *sums(int64_t n, cx_device d)
{
    return cx_add(cx_add(cx__row_numbers(n, d), cx__column_numbers(n, d)), cx_int(1));
}

static cx_status hilbert(const char *where, int64_t n, cx_device d, cx_array **out)
{
    CX__TRY(cx__order(where, n));
    *out = cx_div(cx_float(1), sums(n, d));
    return CX_OK;
}
cx_array *cx_linalg_hilbert(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = hilbert("linalg_hilbert", n, d, &m);
    return cx__give(s, st, m);
}

/* p[i] p[j] / (i + j + 1) with p[i] = (-1)^i (n + i)! / (i!^2 (n - i - 1)!), a whole number */
static cx_status invhilbert(const char *where, int64_t n, cx_device d,
                            const cx_invhilbert_opts *given, cx_array **out)
{
    cx_invhilbert_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__order(where, n));
    if (o.exact && n > 14)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "n is %" PRId64 "; beyond 14 the numbers are no int64", n);
    const cx_array *const k = sums(n, d);
    if (n == 0) {
        *out = cx_zeros(CX_SHAPE(0, 0), o.exact ? CX_I64 : CX_F64, d);
        return CX_OK;
    }
    cx_array *const host = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    double *const at = cx_data_f64_mut(host);
    double size = (double)n;
    for (int64_t j = 0; j < n; j++) {
        at[j] = j % 2 == 0 ? size : -size;
        const double next = (double)(j + 1);
        size = size * ((double)n + next) / next * ((double)n - next) / next;
    }
    const cx_array *const p = cx_to(host, d);
    if (!o.exact) {
        *out = cx_div(cx_mul(cx_expand_dims(p, 1), p), k);
        return CX_OK;
    }
    const cx_array *const whole = cx_astype(p, CX_I64), *const left = cx_expand_dims(whole, 1);
    const cx_array *const shared = cx_gcd(left, k);
    *out =
        cx_mul(cx_floor_divide(left, shared), cx_floor_divide(whole, cx_floor_divide(k, shared)));
    return CX_OK;
}
cx_array *cx_linalg_invhilbert(int64_t n, cx_device d, const cx_invhilbert_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = invhilbert("linalg_invhilbert", n, d, o, &m);
    return cx__give(s, st, m);
}

/* ---- of matrices */
/* Names of errors, and shapes: batch, then all rows and columns. */
static cx_status sizes(const char *where, cx_arrays blocks, cx_dims *shape)
{
    int64_t m = 0, n = 0;
    int ndim = 0;
    int64_t dim[CX_MAX_NDIM];
    if (blocks.count < 1 || blocks.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d blocks; one or more are needed", blocks.count);
    for (int i = 0; i < blocks.count; i++) {
        char name[24], text[CX__SHAPE_TEXT];
        (void)snprintf(name, sizeof name, "block %d", i);
        CX__TRY(cx__of_numbers(where, name, blocks.at[i]));
        CX__TRY(cx__need_together(where, "block 0", blocks.at[0], name, blocks.at[i]));
        const cx_shape s = cx_shape_of(blocks.at[i]);
        m += s.ndim < 2 ? 1 : s.dim[s.ndim - 2];
        n += s.ndim < 1 ? 1 : s.dim[s.ndim - 1];
        if (!cx__shape_broadcast(s.ndim > 2 ? s.ndim - 2 : 0, s.dim, &ndim, dim))
            return cx__fail(CX_E_SHAPE, where,
                            "%s has shape %s; its batch does not broadcast with "
                            "the ones before",
                            name, cx__words_of_shape(blocks.at[i], text));
    }
    memcpy(shape->dim, dim, (size_t)ndim * sizeof *dim);
    shape->dim[ndim] = m;
    shape->dim[ndim + 1] = n;
    shape->ndim = ndim + 2;
    return CX_OK;
}

static cx_status block_diag(const char *where, cx_arrays blocks, cx_array **out)
{
    cx_dims shape;
    CX__TRY(sizes(where, blocks, &shape));
    cx_array *const r = cx_zeros((cx_shape){shape.ndim, shape.dim}, cx_result_type(blocks),
                                 cx_device_of(blocks.at[0]));
    int64_t i = 0, j = 0;
    for (int b = 0; b < blocks.count && cx_ok(); b++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const block = cx_atleast_2d(blocks.at[b]);
        const int64_t m = cx_dim(block, -2), n = cx_dim(block, -1);
        cx_array *const to = cx_slice(cx_slice(r, -2, i, i + m, 1), -1, j, j + n, 1);
        (void)cx_check(cx_copyto(to, block, CX_CASTING_SAME_KIND, NULL));
        i += m;
        j += n;
        CX__TRY(cx_scope_close(s));
    }
    *out = r;
    return CX_OK;
}
cx_array *cx_linalg_block_diag(cx_arrays blocks)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = block_diag("linalg_block_diag", blocks, &m);
    return cx__give(s, st, m);
}

static cx_status khatri_rao(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "a", a));
    CX__TRY(cx__of_numbers(where, "b", b));
    char text[2][CX__SHAPE_TEXT];
    if (cx_ndim(a) < 2 || cx_ndim(b) < 2 || cx_dim(a, -1) != cx_dim(b, -1))
        return cx__fail(CX_E_SHAPE, where,
                        "a has shape %s and b %s; matrices of as many columns are needed",
                        cx__words_of_shape(a, text[0]), cx__words_of_shape(b, text[1]));
    const cx_array *x[2] = {a, b};
    const char *const names[2] = {"a", "b"};
    CX__TRY(cx__batches(where, 2, 2, names, x));
    cx_shape s = cx_shape_of(x[0]);
    int64_t dim[CX_MAX_NDIM];
    memcpy(dim, s.dim, (size_t)s.ndim * sizeof *dim);
    dim[s.ndim - 2] *= cx_dim(b, -2);
    *out = cx_reshape(cx_mul(cx_expand_dims(x[0], -2), cx_expand_dims(x[1], -3)),
                      (cx_shape){s.ndim, dim});
    return CX_OK;
}
cx_array *cx_linalg_khatri_rao(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = khatri_rao("linalg_khatri_rao", a, b, &m);
    return cx__give(s, st, m);
}

static cx_status companion(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__of_numbers(where, "a", a));
    if (cx__kind_of(a) == 'b') return cx__fail(CX_E_DTYPE, where, "a is of bool");
    const int64_t n = cx_ndim(a) == 0 ? 1 : cx_dim(a, -1);
    if (n < 2)
        return cx__fail(CX_E_SHAPE, where, "%" PRId64 " coefficients; two or more are needed", n);
    const cx_array *const lead = cx_slice(a, -1, 0, 1, 1);
    if (cx__any_true(cx_equal(lead, cx_int(0))))
        return cx__fail(CX_E_ARGUMENT, where, "a first coefficient is 0");
    const cx_array *const first = cx_expand_dims(
        cx_div(cx_negative(cx_slice(a, -1, 1, CX_END, 1)), cx_mul(cx_float(1), lead)), -2);
    const cx_array *const ones = cx_eye(n - 2, n - 1, 0, cx_dtype_of(first), cx_device_of(a));
    cx_dims batch = {.ndim = cx_ndim(a) - 1};
    memcpy(batch.dim, cx_shape_of(a).dim, (size_t)batch.ndim * sizeof *batch.dim);
    *out = cx_concatenate(CX_ARRAYS(first, cx__with_batch(ones, &batch, 2)), -2);
    return CX_OK;
}
cx_array *cx_linalg_companion(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *m = NULL;
    const cx_status st = companion("linalg_companion", a, &m);
    return cx__give(s, st, m);
}
