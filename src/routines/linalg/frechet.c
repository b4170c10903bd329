/* Derivatives of the exponential. One idea: a matrix goes along with its derivative as a dual
 * number, whose product is three products of matrices, and then scaling, Pade's approximant and
 * squaring are written once for both. */
#include "ops/primitives.h"
#include "routines/linalg/linalg.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

/* A matrix and its derivative. */
typedef struct dual {
    const cx_array *x, *l;
} dual;

static cx__held sum_of_two = CX__HELD("a, b: a + b");
static cx__held difference = CX__HELD("a, b: a - b");
static cx__held sum_of_three = CX__HELD("a, b, c, p, q, r: p * a + q * b + r * c");

static dual times(dual p, dual q)
{
    return (dual){cx_matmul(p.x, q.x), cx_add(cx_matmul(p.x, q.l), cx_matmul(p.l, q.x))};
}
static dual both(const char *where, cx__held *f, dual p, dual q)
{
    return (dual){cx__held_run(where, f, CX_ARRAYS(p.x, q.x)),
                  cx__held_run(where, f, CX_ARRAYS(p.l, q.l))};
}
/* c[j] b^2 + c[j + 2] b^4 + c[j + 4] b^6 */
static dual even(const char *where, const dual power[3], const double *c, int j)
{
    const cx_array *const p = cx_float(c[j]), *const q = cx_float(c[j + 2]),
                          *const r = cx_float(c[j + 4]);
    return (dual){
        cx__held_run(where, &sum_of_three, CX_ARRAYS(power[0].x, power[1].x, power[2].x, p, q, r)),
        cx__held_run(where, &sum_of_three, CX_ARRAYS(power[0].l, power[1].l, power[2].l, p, q, r))};
}

enum { DEGREE = 13 };

/* exp of b, whose norm is small enough, and its derivative. */
static dual approximation(const char *where, dual b)
{
    double c[DEGREE + 1] = {1};
    for (int j = 1; j <= DEGREE; j++)
        c[j] = c[j - 1] * (DEGREE - j + 1) / (j * (2 * DEGREE - j + 1));
    dual power[3] = {times(b, b)};
    power[1] = times(power[0], power[0]);
    power[2] = times(power[0], power[1]);
    const int64_t n = cx_dim(b.x, -1);
    const cx_array *const one = cx_eye(n, n, 0, cx_dtype_of(b.x), cx_device_of(b.x));
    dual odd = both(where, &sum_of_two, times(power[2], even(where, power, c, 9)),
                    even(where, power, c, 3));
    odd.x = cx_add(odd.x, cx_mul(one, cx_float(c[1])));
    dual v = both(where, &sum_of_two, times(power[2], even(where, power, c, 8)),
                  even(where, power, c, 2));
    v.x = cx_add(v.x, one);
    const dual u = times(b, odd);
    const dual above = both(where, &sum_of_two, v, u), below = both(where, &difference, v, u);
    const cx_array *const r = cx_linalg_solve(below.x, above.x);
    return (dual){r, cx_linalg_solve(below.x, cx_sub(above.l, cx_matmul(below.l, r)))};
}

/* a and e of one batch and dtype; out: exponential, derivative */
static cx_status frechet(const char *where, const cx_array *a, const cx_array *e, cx_array *out[2])
{
    if (cx_size(a) == 0) {
        for (int i = 0; i < 2; i++) out[i] = cx_copy(i == 0 ? a : e);
        return cx__so_far();
    }
    const cx_array *const size =
        cx_max(cx_sum(cx_astype(cx_abs(a), CX_F64), CX_AXIS(-2)), CX_AXIS(-1));
    const cx_array *const halvings =
        cx_maximum(cx_ceil(cx_log2(cx_div(size, cx_float(4.74)))), cx_float(0));
    const cx_array *const k = cx_where(cx_isfinite(halvings), halvings, cx_float(0));
    const int64_t most = (int64_t)cx_item_f64(cx_max(k, CX_ALL));
    CX__TRY(cx__so_far());
    const cx_array *const count = cx_expand_dims(cx_expand_dims(k, -1), -1);
    const cx_array *const unit =
        cx_astype(cx_exp2(cx_negative(count)), cx__eps(a) > 0x1p-30 ? CX_F32 : CX_F64);
    const dual r = approximation(where, (dual){cx_mul(a, unit), cx_mul(e, unit)});
    cx_array *x = NULL, *l = NULL;
    cx_assign(&x, r.x);
    cx_assign(&l, r.l);
    cx_status st = cx__so_far();
    for (int64_t i = 0; i < most && st == CX_OK; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const on = cx_greater(count, cx_float((double)i));
        const dual next = times((dual){x, l}, (dual){x, l});
        const cx_array *const nx = cx_where(on, next.x, x), *const nl = cx_where(on, next.l, l);
        if (cx_ok()) {
            cx_assign(&x, nx);
            cx_assign(&l, nl);
        }
        st = cx_scope_close(s);
    }
    out[0] = cx__yield(st, where, x);
    out[1] = cx__yield(st, where, l);
    return st;
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
    return frechet(where, cx_astype(x[0], t), cx_astype(x[1], t), out);
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
        if (st == CX_OK) st = frechet(where, x[0], x[1], part);
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
