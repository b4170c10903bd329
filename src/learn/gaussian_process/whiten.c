/* Substitution in blocks of rows, so that nearly all of its work is matrix products, which on the
 * CPU are several times as fast as the substitution itself. */
#include "learn/gaussian_process/whiten.h"

#include "base/object.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_solve.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { BLOCK = 128 };
static const cx_solve_triangular_opts lower = {.struct_size = sizeof lower, .lower = true};

/* Rows from at to end, given all before them. */
static cx_status block(const cx_array *l, int64_t at, int64_t end, cx_array *x)
{
    const cx_array *const rows = cx_slice(l, 0, at, end, 1);
    cx_array *const own = cx_slice(x, 0, at, end, 1);
    const cx_array *left = own;
    if (at > 0)
        left = cx_sub(own, cx_matmul(cx_slice(rows, 1, 0, at, 1), cx_slice(x, 0, 0, at, 1)));
    return cx_copy_into(cx_linalg_solve_triangular(cx_slice(rows, 1, at, end, 1), left, &lower),
                        own);
}

cx_array *cx__gp_whiten(const cx_array *l, const cx_array *b)
{
    const int64_t n = cx_dim(b, 0);
    if (n <= 2 * BLOCK || cx_device_of(b).kind != CX_DEVICE_CPU)
        return cx_linalg_solve_triangular(l, b, &lower);
    cx_array *const x = cx_copy(b);
    for (int64_t at = 0; at < n && cx_ok(); at += BLOCK) {
        const int64_t end = at + BLOCK < n ? at + BLOCK : n;
        if (cx_check(block(l, at, end, x)) != CX_OK) return cx__nil(cx__last_status());
    }
    return x;
}

cx_array *cx__gp_inverse(const cx_array *l)
{
    const int64_t n = cx_dim(l, 0);
    const cx_array *const v = cx__gp_whiten(l, cx_eye(n, n, 0, CX_F64, cx_device_of(l)));
    return cx_matmul(cx_transpose(v), v);
}
