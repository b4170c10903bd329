/* device: each. timeout: 600. Factorisations by their identities, for every accepted dtype, layout,
 * batch and size 0; bounds c n eps. Errors that name the matrix. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};
enum { FLOATS = 4 };

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)

static cx_array *identity_like(const cx_array *square)
{
    const int64_t n = cx_dim(square, -1);
    return cx_broadcast_to(cx_eye(n, n, 0, cx_dtype_of(square), test_device()),
                           cx_shape_of(square));
}

/* Hermitian and positive definite */
static cx_array *positive(cx_shape shape, cx_dtype t, lie how, uint32_t seed)
{
    const cx_array *const a = check_random(shape, t, how, seed);
    return cx_add(cx_matmul(a, check_adjoint(a)), identity_like(a));
}

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s: %s off by %g, bound %g; %s", what,
              cx_dtype_name(cx_dtype_of(wanted)), d, bound, cx_error_message());
}

static void check_square(cx_shape shape, cx_dtype t, lie how)
{
    const double n = (double)shape.dim[shape.ndim - 1], eps = check_eps(t);
    const cx_array *const a = check_random(shape, t, how, 1), *const b = check_random(
                                                                  shape, t, LIE_SLICED, 2);
    const cx_array *const x = cx_linalg_solve(a, b), *const v = cx_linalg_inv(a);
    near(cx_matmul(a, x), b, 8 * n * n * eps * (check_size(a) * check_size(x) + 1), "solve");
    near(cx_matmul(a, v), identity_like(a), 8 * n * n * eps * (check_size(a) * check_size(v) + 1),
         "inv");
    const cx_array *const p = positive(shape, t, how, 3), *const l = cx_linalg_cholesky(p, NULL);
    near(cx_matmul(l, check_adjoint(l)), p, 4 * n * eps * check_size(p), "cholesky");
    const cx_array *const u = cx_linalg_cholesky(p, CX_OPTS(cx_cholesky_opts, .upper = true));
    near(u, check_adjoint(l), 40 * n * eps * check_size(p), "cholesky upper");
    for (int upper = 0; upper < 2; upper++) {
        const cx_eigh e = cx_linalg_eigh(p, CX_OPTS(cx_eigh_opts, .upper = upper != 0));
        near(cx_matmul(p, e.v), cx_mul(e.v, cx_expand_dims(e.w, -2)),
             16 * n * eps * check_size(p) * n, "eigh");
        near(cx_matmul(check_adjoint(e.v), e.v), identity_like(p), 16 * n * eps, "eigenvectors");
        near(cx_linalg_eigvalsh(p, CX_OPTS(cx_eigh_opts, .upper = upper != 0)), e.w,
             16 * n * eps * n * check_size(p), "eigvalsh");
    }
}

static void check_oblong(cx_shape shape, cx_dtype t, lie how)
{
    const int64_t m = shape.dim[shape.ndim - 2], n = shape.dim[shape.ndim - 1];
    const double eps = check_eps(t), big = (double)(m > n ? m : n);
    const cx_array *const a = check_random(shape, t, how, 4);
    for (int mode = 0; mode < 2; mode++) {
        const cx_qr f = cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = (cx_qr_mode)mode));
        cr_assert(cx_dim(f.q, -1) == (mode == CX_QR_COMPLETE ? m : m < n ? m : n));
        near(cx_matmul(f.q, f.r), a, 8 * big * eps, "qr");
        near(cx_triu(f.r, 0), f.r, 0, "r is a triangle");
        const cx_array *const g = cx_matmul(check_adjoint(f.q), f.q);
        near(g, identity_like(g), 8 * big * eps, "q is orthonormal");
        const cx_qr r = cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = CX_QR_R));
        if (mode == CX_QR_REDUCED) near(r.r, f.r, 0, "r alone");
        const cx_svd s = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = mode == 0));
        const int64_t k = m < n ? m : n;
        const cx_array *const us = cx_mul(cx_slice(s.u, -1, 0, k, 1), cx_expand_dims(s.s, -2));
        near(cx_matmul(us, cx_slice(s.vh, -2, 0, k, 1)), a, 16 * big * eps, "svd");
        const cx_array *const uu = cx_matmul(check_adjoint(s.u), s.u), *const vv = cx_matmul(
                                                                           s.vh,
                                                                           check_adjoint(s.vh));
        near(uu, identity_like(uu), 16 * big * eps, "u is orthonormal");
        near(vv, identity_like(vv), 16 * big * eps, "vh is orthonormal");
        near(cx_linalg_svdvals(a), s.s, 16 * big * eps * big, "svdvals");
    }
    const cx_array *const p = cx_linalg_pinv(a, NULL);
    near(cx_matmul(cx_matmul(a, p), a), a, 64 * big * eps * (1 + check_size(p)), "pinv");
}

Test(linalg, identities)
{
    for (int i = 0; i < FLOATS; i++)
        for (int how = 0; how < LIE_COUNT; how++) {
            const cx_scope s = cx_scope_open();
            check_square(SHAPE(1, 1), floats[i], (lie)how);
            check_square(SHAPE(2, 2), floats[i], (lie)how);
            check_square(SHAPE(13, 13), floats[i], (lie)how);
            check_square(SHAPE(3, 2, 5, 5), floats[i], (lie)how);
            check_oblong(SHAPE(1, 1), floats[i], (lie)how);
            check_oblong(SHAPE(7, 4), floats[i], (lie)how);
            check_oblong(SHAPE(4, 7), floats[i], (lie)how);
            check_oblong(SHAPE(1, 5), floats[i], (lie)how);
            check_oblong(SHAPE(5, 1), floats[i], (lie)how);
            check_oblong(SHAPE(2, 3, 6, 3), floats[i], (lie)how);
            check_oblong(SHAPE(4, 3, 6), floats[i], (lie)how);
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(linalg, tiled_sizes)
{
    for (int i = 0; i < FLOATS; i++) {
        const cx_scope s = cx_scope_open();
        const double n = 330, eps = check_eps(floats[i]);
        const cx_array *const a =
            cx_add(check_random(SHAPE(330, 330), floats[i], LIE_ROWS, 1),
                   cx_mul(cx_eye(330, -1, 0, floats[i], test_device()), cx_int(9)));
        const cx_array *const b = check_random(SHAPE(330, 200), floats[i], LIE_ROWS, 2);
        near(cx_matmul(a, cx_linalg_solve(a, b)), b, 8 * n * n * eps, "solve");
        near(cx_matmul(cx_transpose(a), cx_linalg_solve(cx_transpose(a), b)), b, 8 * n * n * eps,
             "solve transposed");
        near(cx_matmul(a, cx_linalg_inv(a)), identity_like(a), 8 * n * eps * 10, "inv");
        const cx_array *const p = positive(SHAPE(330, 330), floats[i], LIE_COLUMNS, 3),
                              *const l = cx_linalg_cholesky(p, NULL);
        near(cx_matmul(l, check_adjoint(l)), p, 4 * n * eps * check_size(p), "cholesky");
        const cx_array *const u = cx_linalg_cholesky(p, CX_OPTS(cx_cholesky_opts, .upper = true));
        near(cx_matmul(check_adjoint(u), u), p, 4 * n * eps * check_size(p), "cholesky upper");
        for (int turned = 0; turned < 2; turned++) {
            const cx_array *const c =
                check_random(turned ? SHAPE(320, 410) : SHAPE(410, 320), floats[i], LIE_ROWS, 4);
            const cx_qr f = cx_linalg_qr(c, NULL);
            near(cx_matmul(f.q, f.r), c, 8 * 410 * eps, "qr");
            const cx_array *const g = cx_matmul(check_adjoint(f.q), f.q);
            near(g, identity_like(g), 8 * 410 * eps, "q is orthonormal");
        }
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* A right-hand side that is not finite spoils its own solution only. */
Test(linalg, least_squares_of_what_is_not_finite)
{
    for (int i = 0; i < FLOATS; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = check_random(SHAPE(9, 4), floats[i], LIE_ROWS, 1);
        cx_array *const b = check_random(SHAPE(9, 3), floats[i], LIE_ROWS, 2);
        const cx_array *const good = cx_linalg_lstsq(a, b, NULL).x;
        cr_assert(cx_copy_into(cx_float(i % 2 == 0 ? (double)NAN : (double)INFINITY),
                               cx_index(b, "5, 1")) == CX_OK);
        const cx_array *const x = cx_linalg_lstsq(a, b, NULL).x;
        near(cx_index(x, ":, ::2"), cx_index(good, ":, ::2"), 400 * check_eps(floats[i]), "lstsq");
        cr_assert(!cx_item_bool(cx_any(cx_isfinite(cx_index(x, ":, 1")), CX_ALL)));
        cr_assert(cx_copy_into(cx_float((double)INFINITY), cx_index(a, "0, 0")) == CX_OK);
        cr_assert(cx_status_of(cx_linalg_lstsq(a, good, NULL).x) == CX_E_SHAPE);
        cr_assert(cx_status_of(cx_linalg_lstsq(a, b, NULL).x) == CX_E_CONVERGENCE);
        (void)cx_check(cx_scope_close(s));
    }
}

/* More columns than rows (or the other way round), and more of both than a panel has. */
Test(linalg, oblong_matrices_wider_than_a_panel)
{
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        check_oblong(SHAPE(70, 90), floats[i], LIE_ROWS);
        check_oblong(SHAPE(70, 90), floats[i], LIE_COLUMNS);
        check_oblong(SHAPE(131, 66), floats[i], LIE_ROWS);
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(linalg, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(450, 450), CX_F64, LIE_ROWS, 1),
                          *const p = positive(SHAPE(450, 450), CX_F64, LIE_ROWS, 2);
    const cx_array *const b = check_random(SHAPE(40, 9, 9), CX_F64, LIE_ROWS, 3);
    enum { COUNT = 7 };
    const cx_array *first[COUNT];
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_qr f = cx_linalg_qr(a, NULL);
        const cx_svd v = cx_linalg_svd(b, NULL);
        const cx_array *const r[COUNT] = {
            cx_linalg_solve(a, p), cx_linalg_inv(a), cx_linalg_cholesky(p, NULL), f.q, f.r, v.u,
            cx_linalg_inv(b)};
        for (int i = 0; i < COUNT; i++) {
            if (threads == 1)
                first[i] = r[i];
            else
                cr_assert(check_same_bits(first[i], r[i]), "result %d on %d threads", i, threads);
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg, solve_broadcasts)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(2, 1, 4, 4), CX_F64, LIE_ROWS, 1),
                          *const b = check_random(SHAPE(3, 4, 2), CX_F64, LIE_ROWS, 2);
    const cx_array *const x = cx_linalg_solve(a, b);
    cr_assert(cx_ndim(x) == 4 && cx_dim(x, 0) == 2 && cx_dim(x, 1) == 3 && cx_dim(x, 3) == 2);
    near(cx_matmul(a, x), cx_broadcast_to(b, SHAPE(2, 3, 4, 2)), 1e-12, "broadcast");
    const cx_array *const v = check_random(SHAPE(4), CX_F64, LIE_ROWS, 3), *const y =
                                                                               cx_linalg_solve(a,
                                                                                               v);
    cr_assert(cx_ndim(y) == 3 && cx_dim(y, 2) == 4);
    near(cx_matmul(a, cx_expand_dims(y, -1)),
         cx_broadcast_to(cx_expand_dims(v, -1), SHAPE(2, 1, 4, 1)), 1e-12, "vector");
    const cx_array *const one = cx_index(a, "0, 0");
    near(cx_matmul(one, cx_linalg_solve(one, b)), b, 1e-12, "one matrix, many sides");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg, empty_matrices)
{
    const cx_scope s = cx_scope_open();
    cx_array *const none = cx_zeros(SHAPE(0, 0), CX_F64, test_device()),
                    *const flat = cx_zeros(SHAPE(3, 0), CX_F64, test_device()),
                    *const no_batch = cx_zeros(SHAPE(0, 3, 3), CX_F64, test_device());
    cr_assert(cx_size(cx_linalg_solve(none, cx_zeros(SHAPE(0, 2), CX_F64, test_device()))) == 0);
    cr_assert(cx_size(cx_linalg_inv(no_batch)) == 0 &&
              cx_size(cx_linalg_cholesky(none, NULL)) == 0);
    cr_assert(cx_item_f64(cx_linalg_det(none)) == 1);
    const cx_svd f = cx_linalg_svd(flat, NULL);
    near(f.u, cx_eye(3, -1, 0, CX_F64, test_device()), 0, "u of an empty matrix");
    cr_assert(cx_size(f.s) == 0 && cx_size(f.vh) == 0);
    const cx_qr q = cx_linalg_qr(flat, CX_OPTS(cx_qr_opts, .mode = CX_QR_COMPLETE));
    near(q.q, cx_eye(3, -1, 0, CX_F64, test_device()), 0, "q of an empty matrix");
    cr_assert(cx_size(cx_linalg_eigh(none, NULL).w) == 0);
    const cx_lstsq l = cx_linalg_lstsq(cx_zeros(SHAPE(0, 2), CX_F64, test_device()),
                                       cx_zeros(SHAPE(0), CX_F64, test_device()), NULL);
    near(l.x, cx_zeros(SHAPE(2), CX_F64, test_device()), 0, "no equations");
    cr_assert(cx_item_i64(l.rank) == 0 && cx_size(l.residuals) == 0);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg, outputs)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = positive(SHAPE(2, 5, 5), CX_F64, LIE_ROWS, 1), *const b =
                                                                                 check_random(
                                                                                     SHAPE(2, 5, 3),
                                                                                     CX_F64,
                                                                                     LIE_ROWS, 2);
    for (int how = 0; how < LIE_COUNT; how++) {
        cx_array *const square = check_random(SHAPE(2, 5, 5), CX_F64, (lie)how, 3),
                        *const x = check_random(SHAPE(2, 5, 3), CX_F64, (lie)how, 4);
        cr_assert(cx_linalg_inv_into(a, square) == CX_OK &&
                  check_same_bits(square, cx_linalg_inv(a)));
        cr_assert(cx_linalg_cholesky_into(a, NULL, square) == CX_OK &&
                  check_same_bits(square, cx_linalg_cholesky(a, NULL)));
        cr_assert(cx_linalg_solve_into(a, b, x) == CX_OK &&
                  check_same_bits(x, cx_linalg_solve(a, b)));
    }
    cx_array *const values = cx_empty(SHAPE(2, 5), CX_F32, test_device()),
                    *const d = cx_empty(SHAPE(2), CX_F64, test_device()), *const mine = cx_copy(a);
    cr_assert(cx_linalg_eigvalsh_into(a, NULL, values) == CX_OK &&
              cx_linalg_svdvals_into(a, values) == CX_OK);
    cr_assert(cx_linalg_det_into(a, d) == CX_OK &&
              cx_linalg_norm_into(a, CX_AXES(1, 2), NULL, d) == CX_OK);
    cr_assert(cx_linalg_inv_into(mine, mine) == CX_E_OVERLAP &&
              cx_linalg_det_into(a, values) == CX_E_SHAPE);
    cr_assert(cx_linalg_inv_into(a, cx_zeros(SHAPE(2, 5, 5), CX_I32, test_device())) == CX_E_DTYPE);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg, errors_name_the_matrix)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a =
        cx_copy(cx_broadcast_to(cx_eye(3, -1, 0, CX_F64, test_device()), SHAPE(2, 2, 3, 3)));
    cx_array *const wrong = cx_index(a, "1, 0, 1, 1"), *const first = cx_index(a, "0, 0, 0, 0");
    cr_assert(cx_copy_into(cx_float(0), wrong) == CX_OK); /* element (1, 1) of matrix (1, 0) */
    cr_assert(cx_status_of(cx_linalg_inv(a)) == CX_E_SINGULAR);
    cr_assert_str_eq(cx_error_message(),
                     "linalg_inv: matrix (1, 0) of a is singular: pivot 2 is zero");
    cr_assert(cx_status_of(cx_linalg_solve(
                  cx_index(a, "1, 0"), cx_ones(SHAPE(3), CX_F64, test_device()))) == CX_E_SINGULAR);
    cr_assert_str_eq(cx_error_message(), "linalg_solve: a is singular: pivot 2 is zero");
    cr_assert(cx_copy_into(cx_float(-1), wrong) == CX_OK);
    cr_assert(cx_status_of(cx_linalg_cholesky(a, NULL)) == CX_E_SINGULAR);
    cr_assert(strstr(cx_error_message(), "matrix (1, 0) of a is not positive definite") != NULL,
              "%s", cx_error_message());
    cr_assert(cx_copy_into(cx_float((double)NAN), first) == CX_OK);
    cr_assert(cx_status_of(cx_linalg_svdvals(a)) == CX_E_CONVERGENCE, "%s", cx_error_message());
    cr_assert(cx_status_of(cx_linalg_eigh(a, NULL).v) == CX_E_CONVERGENCE, "%s",
              cx_error_message());
    cr_assert(cx_status_of(cx_linalg_inv(cx_zeros(SHAPE(2, 3), CX_F64, test_device()))) ==
              CX_E_SHAPE);
    cr_assert(cx_status_of(cx_linalg_det(cx_zeros(SHAPE(3), CX_F64, test_device()))) == CX_E_SHAPE);
    cr_assert(cx_status_of(cx_linalg_svd(cx_zeros(SHAPE(3, 3), CX_F16, test_device()), NULL).u) ==
              CX_E_DTYPE);
    cr_assert(cx_status_of(cx_linalg_solve(a, cx_zeros(SHAPE(4), CX_F64, test_device()))) ==
              CX_E_SHAPE);
    cr_assert(cx_status_of(cx_linalg_lstsq(a, cx_ones(SHAPE(7), CX_F64, test_device()), NULL).x) ==
              CX_E_SHAPE);
    cr_assert(cx_status_of(cx_linalg_norm(a, CX_ALL, CX_OPTS(cx_norm_opts, .ord = CX_SET(1)))) ==
              CX_E_ARGUMENT);
    (void)!cx_scope_close(s);
}
