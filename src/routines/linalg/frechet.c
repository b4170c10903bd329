/* Derivatives of the exponential. One idea: exp of [[a, e], [0, a]] has the derivative in the
 * direction e in its corner, so the exponential's own file does all the work; e is brought to a's
 * size first, which the derivative, being linear in e, gives back exactly. */
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const cx_array *most_of(const cx_array *x)
{
    const cx_array *const size =
        cx_max(cx_max(cx_abs(x), CX_AXIS(-2, .keepdims = true)), CX_AXIS(-1, .keepdims = true));
    return cx_where(cx_greater(size, cx_float(0)), size, cx_float(1));
}

/* a and e of one batch and dtype; out: exponential, derivative */
static cx_status frechet(const cx_array *a, const cx_array *e, cx_array *out[2])
{
    const int64_t n = cx_dim(a, -1);
    if (cx_size(a) == 0) {
        for (int i = 0; i < 2; i++) out[i] = cx_copy(i == 0 ? a : e);
        return cx__so_far();
    }
    /* a power of 2, so that nothing is rounded */
    const cx_array *const factor = cx_astype(
        cx_exp2(cx_rint(cx_log2(cx_div(most_of(e), most_of(a))))), cx_dtype_of(cx_abs(a)));
    const cx_array *const zero = cx_zeros_like(a, CX_DTYPE_NONE);
    const cx_array *const top = cx_concatenate(CX_ARRAYS(a, cx_div(e, factor)), -1),
                          *const low = cx_concatenate(CX_ARRAYS(zero, a), -1);
    const cx_array *const x = cx_linalg_expm(cx_concatenate(CX_ARRAYS(top, low), -2));
    const cx_array *const upper = cx_slice(x, -2, 0, n, 1);
    out[0] = cx_copy(cx_slice(upper, -1, 0, n, 1));
    out[1] = cx_mul(cx_slice(upper, -1, n, 2 * n, 1), factor);
    return cx__so_far();
}

static cx_status expm_frechet(const char *where, const cx_array *a, const cx_array *e,
                              cx_array *out[2])
{
    static const char *const names[2] = {"a", "e"};
    char text[2][CX__SHAPE_TEXT];
    const cx_array *x[2] = {a, e};
    for (int i = 0; i < 2; i++) CX__TRY(cx__matrices(where, names[i], x[i], true, &x[i]));
    if (cx_dim(a, -1) != cx_dim(e, -1))
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and e %s; wanted matrices of one size",
                        cx__words_of_shape(a, text[0]), cx__words_of_shape(e, text[1]));
    CX__TRY(cx__batches(where, 2, 2, names, x));
    cx_dtype t;
    CX__TRY(cx__common_dtype(where, (cx_arrays){2, x}, &t));
    return frechet(cx_astype(x[0], t), cx_astype(x[1], t), out);
}

cx_expm_frechet cx_linalg_expm_frechet(const cx_array *a, const cx_array *e)
{
    static const char where[] = "linalg_expm_frechet";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = expm_frechet(where, a, e, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_expm_frechet){r[0], r[1]};
}

/* Row i of unit directions: n matrices [n, n] with a 1 at (i, j). */
static const cx_array *directions(const cx_array *a, int64_t n, int64_t i)
{
    const cx_array *const one = cx_eye(n, n, 0, cx_dtype_of(a), cx_device_of(a));
    const cx_array *const row = cx_slice(one, 0, i, i + 1, 1); /* [1, n] */
    return cx_mul(cx_expand_dims(cx_matrix_transpose(row), 0), cx_expand_dims(one, 1));
}

static cx_status expm_cond(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    const int64_t n = cx_dim(a, -1);
    const int batch = cx_ndim(a) - 2;
    if (n == 0) return cx__fail(CX_E_SHAPE, where, "a has no elements");
    const cx_array *k = NULL;
    for (int64_t i = 0; i < n; i++) { /* K's columns, as rows: [..., n, n * n] at a time */
        const cx_scope s = cx_scope_open();
        cx_array *part[2] = {NULL, NULL};
        const cx_array *const e = directions(a, n, i), *x[2] = {cx_expand_dims(a, -3), e};
        static const char *const names[2] = {"a", "e"};
        cx_status st = cx__batches(where, 2, 2, names, x);
        if (st == CX_OK) st = frechet(x[0], x[1], part);
        int64_t dim[CX_MAX_NDIM];
        cx_array *next = NULL;
        if (st == CX_OK) {
            memcpy(dim, cx_shape_of(a).dim, (size_t)batch * sizeof *dim);
            dim[batch] = n;
            dim[batch + 1] = n * n;
            const cx_array *const rows = cx_reshape(part[1], (cx_shape){batch + 2, dim});
            next = k == NULL ? cx_copy(rows) : cx_concatenate(CX_ARRAYS(k, rows), -2);
        }
        k = cx__give(s, st, next);
        CX__TRY(cx__so_far());
    }
    const cx_array *const most = cx_select(cx_linalg_svdvals(k), -1, 0);
    const cx_array *const size = cx_linalg_matrix_norm(a, CX_ALL, NULL), *const grown =
                                                                             cx_linalg_matrix_norm(
                                                                                 cx_linalg_expm(a),
                                                                                 CX_ALL, NULL);
    *out = cx_div(cx_mul(most, size), grown);
    return cx__so_far();
}

cx_array *cx_linalg_expm_cond(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = expm_cond("linalg_expm_cond", a, &r);
    return cx__give(s, st, r);
}
