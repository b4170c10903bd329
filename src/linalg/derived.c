/* Linear algebra that is a formula over the other functions: pinv, matrix_rank, cond, matrix_power.
 * Each works in a scope of its own, so that temporaries die with the call and the first failure is
 * the one reported. */
#include "core/array.h"
#include "core/shape.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static double eps_of(const cx_array *a)
{
    const cx_dtype t = cx_dtype_of(a);
    return t == CX_F32 || t == CX_C64 ? 0x1p-23 : 0x1p-52;
}

/* Check a before the formula, whose own messages would name its parts. */
static cx_status check(const char *where, const cx_array *a, int least_ndim)
{
    char text[CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(where, "a", a));
    if (a->ndim >= least_ndim) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "a has shape %s; matrices have two dimensions or more",
                    cx__shape_text(a->ndim, a->shape, text));
}

/* ---- pseudo-inverse */
cx_array *cx_linalg_pinv(const cx_array *a, const cx_pinv_opts *o)
{
    static const char where[] = "linalg_pinv";
    cx_status st = check(where, a, 2);
    if (st == CX_OK && o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_pinv_opts, ...)");
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    if (a->size == 0) {
        cx_array *const turned = cx_matrix_transpose(a);
        return cx_scope_return(s,
                               cx_empty_like(turned, cx_promote_types((cx_dtype)a->dtype, CX_F32)));
    }
    const double rcond = o != NULL && o->rcond.set ? o->rcond.value : 1e-15;
    const bool complex = cx_dtype_kind((cx_dtype)a->dtype) == 'c';
    const cx_svd f =
        cx_linalg_svd(complex ? cx_conjugate(a) : a, CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *const cutoff =
        cx_mul(cx_max(f.s, CX_AXIS(-1, .keepdims = true)), cx_float(rcond));
    const cx_array *const inverse =
        cx_where(cx_greater(f.s, cutoff), cx_div(cx_float(1), f.s), cx_float(0));
    const cx_array *const scaled = cx_mul(cx_expand_dims(inverse, -1), cx_matrix_transpose(f.u));
    return cx_scope_return(s, cx_matmul(cx_matrix_transpose(f.vh), scaled));
}

/* ---- rank */
cx_array *cx_linalg_matrix_rank(const cx_array *a, const cx_rank_opts *o)
{
    static const char where[] = "linalg_matrix_rank";
    cx_status st = check(where, a, 0);
    if (st == CX_OK && o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_rank_opts, ...)");
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    if (a->ndim < 2) return cx_scope_return(s, cx_astype(cx_any(a, CX_ALL), CX_I64));
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    if (m == 0 || n == 0)
        return cx_scope_return(s, cx_zeros((cx_shape){a->ndim - 2, a->shape}, CX_I64, a->device));
    const cx_array *const values = cx_linalg_svdvals(a);
    const double rtol =
        o != NULL && o->rtol.set ? o->rtol.value : (double)(m > n ? m : n) * eps_of(values);
    const cx_array *const tol =
        o != NULL && o->tol.set
            ? cx_float(o->tol.value)
            : cx_mul(cx_max(values, CX_AXIS(-1, .keepdims = true)), cx_float(rtol));
    return cx_scope_return(s, cx_count_nonzero(cx_greater(values, tol), CX_AXIS(-1)));
}

/* ---- condition */
cx_array *cx_linalg_cond(const cx_array *a)
{
    static const char where[] = "linalg_cond";
    cx_status st = check(where, a, 2);
    if (st == CX_OK && a->size == 0)
        st = cx__fail(CX_E_SHAPE, where, "the condition number of an empty matrix is not defined");
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    const cx_array *const values = cx_linalg_svdvals(a);
    const cx_array *const ratio = cx_div(cx_select(values, -1, 0), cx_select(values, -1, -1));
    return cx_scope_return(s, cx_where(cx_isnan(ratio), cx_float(INFINITY),
                                       ratio)); /* 0 / 0: the zero matrix is singular too */
}

/* ---- powers */
cx_array *cx_linalg_matrix_power(const cx_array *a, int64_t n)
{
    static const char where[] = "linalg_matrix_power";
    char text[CX__SHAPE_TEXT];
    cx_status st = check(where, a, 2);
    if (st == CX_OK && a->shape[a->ndim - 1] != a->shape[a->ndim - 2])
        st = cx__fail(CX_E_SHAPE, where, "a has shape %s; its last two dimensions must be equal",
                      cx__shape_text(a->ndim, a->shape, text));
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    if (n == 0) {
        const int64_t size = a->shape[a->ndim - 1];
        const cx_array *const one = cx_eye(size, size, 0, (cx_dtype)a->dtype, a->device);
        return cx_scope_return(s, cx_copy(cx_broadcast_to(one, (cx_shape){a->ndim, a->shape})));
    }
    uint64_t left = n < 0 ? UINT64_C(0) - (uint64_t)n : (uint64_t)n;
    cx_array *square = n < 0 ? cx_linalg_inv(a) : cx_copy(a), *result = NULL;
    for (;;) {
        if (left & 1) result = result == NULL ? square : cx_matmul(result, square);
        left >>= 1;
        if (left == 0 || !cx_ok()) break;
        square = cx_matmul(square, square);
    }
    return cx_scope_return(s, result != NULL ? result : square);
}
