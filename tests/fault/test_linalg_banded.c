/* Every allocation of band matrices, Toeplitz equations and updates of factors failing in turn,
 * once and from then on. A run that reports success must have made the same numbers as the first.
 */
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_banded, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_banded, name, __VA_ARGS__)

static cx_array *numbers(cx_shape shape)
{
    double v[32];
    for (int i = 0; i < 32; i++) v[i] = (i * 7 + 3) % 11 - 4.5 + (i % 4 == 1 ? 20 : 0);
    return cx_copy_host(v, shape, CX_F64);
}

SCENARIO(equations, {
    const cx_array *const a = cx_matrix_transpose(numbers(CX_SHAPE(5, 4)));
    const cx_array *const b = numbers(CX_SHAPE(5, 2));
    fault_add(cx_linalg_solve_banded(1, 2, cx_flip(a, -2), b));
    fault_add(cx_linalg_solve_banded(1, 1, cx_slice(a, 0, 0, 3, 1), b));
})

SCENARIO(definite, {
    const cx_array *const a =
        cx_add(cx_abs(numbers(CX_SHAPE(2, 5))),
               cx_astype(cx_copy_host((const double[]){0, 30}, CX_SHAPE(2, 1), CX_F64), CX_F64));
    const cx_array *const b = numbers(CX_SHAPE(5, 2));
    fault_add(cx_linalg_solveh_banded(a, b, NULL));
    fault_add(cx_linalg_cho_solve_banded(cx_linalg_cholesky_banded(a, NULL), b, NULL));
})

SCENARIO(eigenvalues, {
    const cx_array *const a = numbers(CX_SHAPE(3, 5));
    fault_add(cx_linalg_eigvals_banded(a, NULL));
    fault_add(cx_linalg_eig_banded(
                  a, CX_OPTS(cx_eig_banded_opts, .select = CX_EIG_INDICES, .first = 1, .last = 2))
                  .w);
    const cx_array *const d = cx_select(a, 0, 0);
    const cx_array *const e = cx_slice(cx_select(a, 0, 1), 0, 0, 4, 1);
    fault_add(
        cx_linalg_eigh_tridiagonal(
            d, e, CX_OPTS(cx_eigh_tridiagonal_opts, .select = CX_EIG_VALUES, .low = 0, .high = 99))
            .w);
})

SCENARIO(toeplitz, {
    const cx_array *const c = cx_add(numbers(CX_SHAPE(5)), cx_float(30));
    const cx_array *const b = numbers(CX_SHAPE(5, 2));
    const cx_array *const r = cx_mul(c, cx_float(0.1));
    fault_add(cx_linalg_solve_toeplitz(c, r, b));
    fault_add(cx_linalg_matmul_toeplitz(c, NULL, b));
    fault_add(cx_linalg_solve_circulant(r, b, NULL));
})

SCENARIO(updates, {
    const cx_qr f = cx_linalg_qr(numbers(CX_SHAPE(5, 3)), NULL);
    const cx_array *const u = numbers(CX_SHAPE(5));
    const cx_array *const v = numbers(CX_SHAPE(3));
    fault_add(cx_linalg_qr_update(f.q, f.r, u, v).r);
    fault_add(cx_linalg_qr_insert(f.q, f.r, u, 1, CX_OPTS(cx_qr_insert_opts, .which = "col")).r);
})

SCENARIO(deletions, {
    const cx_qr f = cx_linalg_qr(numbers(CX_SHAPE(5, 3)), NULL);
    fault_add(cx_linalg_qr_delete(f.q, f.r, 1, NULL).r);
    fault_add(cx_linalg_qr_delete(f.q, f.r, 1, CX_OPTS(cx_qr_delete_opts, .which = "col")).r);
})

SCENARIO(cholesky, {
    const cx_array *const a = cx_mul(cx_eye(4, 4, 0, CX_F64, CX_CPU), cx_float(30));
    const cx_array *const x = numbers(CX_SHAPE(4));
    fault_add(cx_linalg_cho_update(a, x, NULL));
    fault_add(cx_linalg_cho_downdate(a, x, NULL));
})
