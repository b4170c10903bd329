/* Ridge regression's equations in products of rows. */
#include "learn/kernel_ridge/dual.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/linalg_solve.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

cx_array *cx__dual_matrix(const cx_array *k, double alpha)
{
    static cx__held raised = CX__HELD("k, i, j, a: where(i == j, k + a, k)");
    const cx_array *const j = cx_arange_i64(0, cx_dim(k, 0), 1, CX_I64, cx_device_of(k));
    return cx__held_run("fit", &raised, CX_ARRAYS(k, cx_expand_dims(j, 1), j, cx_float(alpha)));
}

cx_status cx__dual_solve(const cx_array *k, double alpha, const cx_array *y, cx_array **out)
{
    static const cx_solve_opts positive = {.struct_size = sizeof positive,
                                           .assume_a = "positive definite"};
    const cx_scope scope = cx_scope_open();
    cx_array *const x = cx_linalg_solve_with(cx__dual_matrix(k, alpha), y, &positive);
    if (cx__so_far() == CX_E_SINGULAR) return cx_scope_close(scope);
    *out = cx__give(scope, CX_OK, x);
    return cx__so_far();
}
