/* device: each
 * Every allocation of einsum, the products, calculus and sliding products failing in turn, once and
 * from then on. A run that reports success must have made the same numbers as the first one. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_products, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_products, name, __VA_ARGS__)

static cx_array *cube(cx_dtype t)
{
    double v[24];
    for (int i = 0; i < 24; i++) v[i] = (i * 7 + 3) % 11 - 4.5;
    return cx_astype(test_copy_host(v, CX_SHAPE(2, 3, 4), CX_F64), t);
}

SCENARIO(einsum, {
    const cx_array *const a = cube(CX_F64), *const b = cube(CX_I32), *const c = cube(CX_C64);
    fault_add(cx_einsum("abc,abd,ebd->ec", CX_ARRAYS(a, b, c)));
    fault_add(cx_einsum("iji->j", CX_ARRAYS(cx_slice(cx_slice(a, 2, 0, 2, 1), 1, 0, 3, 1))));
    fault_add(cx_einsum_with("abc,abd,ebd,efg->gc", CX_ARRAYS(a, a, a, a),
                             CX_OPTS(cx_einsum_opts, .order = CX_EINSUM_GREEDY)));
    cx_array *const out = cx_zeros(CX_SHAPE(4, 4), CX_F64, test_device());
    (void)cx_check(cx_einsum_into("abc,abd->cd", CX_ARRAYS(a, a), out));
    if (cx_ok()) fault_add(out);
    const char *const text = cx_einsum_path("abc,abd,ebd->ec", CX_ARRAYS(a, b, c), NULL);
    fault_add_number(text[0] == '[');
})

SCENARIO(products, {
    const cx_array *const a = cube(CX_F64), *const c = cube(CX_C64), *const m = cx_select(a, 0, 0),
                          *const v = cx_select(m, 0, 0);
    fault_add(cx_vecdot(c, a, 1));
    fault_add(cx_matvec(a, v));
    fault_add(cx_vecmat(cx_select(cx_transpose(m), 0, 0), m));
    fault_add(cx_cross(cx_transpose(m), cx_transpose(m), NULL));
    fault_add(cx_cross(c, a, CX_OPTS(cx_cross_opts, .axisa = CX_SET(1), .axisb = CX_SET(1))));
    fault_add(cx_kron(m, c));
    fault_add(cx_linalg_multi_dot(CX_ARRAYS(v, cx_transpose(m), m, cx_transpose(m))));
    fault_add(cx_trace_axes(a, 1, 2, 0, CX_F32));
    fault_add(cx_linalg_vector_norm(c, CX_AXES(0, 2), CX_OPTS(cx_norm_opts, .ord = CX_SET(3))));
    fault_add(cx_linalg_matrix_norm(a, CX_ALL, CX_OPTS(cx_norm_opts, .kind = "nuc")));
    const cx_array *const square = cx_matmul(cx_transpose(m), m);
    fault_add(cx_linalg_cond_with(cx_add(square, cx_eye(4, -1, 0, CX_F64, test_device())),
                                  CX_OPTS(cx_norm_opts, .ord = CX_SET(1))));
})

SCENARIO(calculus, {
    const cx_array *const a = cube(CX_F64), *const b = cube(CX_I32), *const c = cube(CX_C64);
    fault_add(cx_diff(b, 2, 1, CX_OPTS(cx_diff_opts, .prepend = cx_int(3))));
    fault_add(cx_ediff1d(a, CX_OPTS(cx_ediff1d_opts, .to_begin = cx_float(1.5), .to_end = a)));
    const cx_array *const at = cx_cumsum(cx_arange(1, 5, 1, CX_F64, test_device()), 0);
    fault_add(cx_gradient(b, -1, CX_OPTS(cx_gradient_opts, .spacing = at, .edge_order = 2)));
    cx_array *slopes[3] = {NULL, NULL, NULL};
    if (cx_check(cx_gradients_into(a, 3, NULL, CX_ARRAYS(cx_float(0.5)), 1, slopes)) == CX_OK)
        for (int i = 0; i < 3; i++) fault_add(slopes[i]);
    fault_add(cx_trapezoid(c, 2, CX_OPTS(cx_trapezoid_opts, .x = at)));
    fault_add(cx_unwrap(b, 0, CX_OPTS(cx_unwrap_opts, .period = cx_int(6))));
    fault_add(cx_nan_to_num_with(c, CX_OPTS(cx_nan_opts, .nan = 2)));
    fault_add(cx_angle_degrees(c));
    fault_add(cx_real_if_close(c, (cx_maybe_f64){true, 1e9}));
    fault_add(cx_round(c, 1));
})

SCENARIO(sliding, {
    static const cx_dtype types[] = {CX_BOOL, CX_I8, CX_F16, CX_F64, CX_C64};
    for (int i = 0; i < 5 && cx_ok(); i++) {
        const cx_array *const a = cx_ravel(cube(types[i])), *const v = cx_slice(
                                                                cx_ravel(cube(CX_I8)), 0, 0, 12, 3);
        fault_add(cx_convolve(a, v, CX_CONVOLVE_SAME));
        fault_add(cx_correlate(v, a, CX_CONVOLVE_FULL));
    }
})
