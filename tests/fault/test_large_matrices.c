/* Every allocation failing in turn, once and from then on, in what the CPU cuts up: products by
 * panels, factorisations by halves, tall matrices by blocks, stacks with a matrix in each lane. A
 * run that reports success must have made the same numbers as the first. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_large_matrices, .init = fault_install, .timeout = 300);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_large_matrices, name, __VA_ARGS__)

/* sin(1.7 i), and `more` on the diagonal of the last two dimensions */
static cx_array *waves(cx_shape shape, int64_t more)
{
    int64_t size = 1;
    for (int d = 0; d < shape.ndim; d++) size *= shape.dim[d];
    const cx_array *const i = cx_arange_i64(0, size, 1, CX_F64, CX_CPU);
    const cx_array *const a = cx_reshape(cx_sin(cx_mul(i, cx_float(1.7))), shape);
    const int64_t m = shape.dim[shape.ndim - 2], n = shape.dim[shape.ndim - 1];
    return cx_add(a, cx_mul(cx_eye(m, n, 0, CX_F64, CX_CPU), cx_int(more)));
}

SCENARIO(products, {
    const cx_array *const a = waves(CX_SHAPE(90, 80), 0), *const tall =
                                                              waves(CX_SHAPE(9000, 32), 0);
    fault_add(cx_matmul(a, cx_transpose(a)));
    fault_add(cx_matmul(cx_transpose(tall), tall));
})

SCENARIO(factors, {
    const cx_array *const a = waves(CX_SHAPE(310, 310), 40);
    fault_add(cx_linalg_solve(a, waves(CX_SHAPE(310, 70), 0)));
    fault_add(cx_linalg_inv(a));
    const cx_array *const p = cx_matmul(a, cx_transpose(a));
    fault_add(cx_linalg_cholesky(cx_add(p, cx_eye(310, 310, 0, CX_F64, CX_CPU)), NULL));
})

SCENARIO(tall, {
    const cx_qr f = cx_linalg_qr(waves(CX_SHAPE(2100, 3), 1), NULL);
    fault_add(f.q);
    fault_add(f.r);
})

SCENARIO(reflectors, {
    const cx_array *const a = waves(CX_SHAPE(140, 100), 1);
    const cx_qr f = cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = CX_QR_COMPLETE));
    fault_add(f.q);
    fault_add(f.r);
    fault_add(cx_linalg_qr_multiply(a, waves(CX_SHAPE(70, 140), 0), NULL).cq);
})

SCENARIO(stacks, {
    const cx_array *const a = waves(CX_SHAPE(37, 5, 5), 9);
    const cx_eigh e = cx_linalg_eigh(a, NULL);
    fault_add(e.w);
    fault_add(e.v);
    const cx_svd f = cx_linalg_svd(cx_slice(a, 1, 0, 3, 1), NULL);
    fault_add(f.s);
    fault_add(f.u);
    fault_add(cx_matmul(a, a));
})
