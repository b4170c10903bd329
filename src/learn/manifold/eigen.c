/* The smallest eigenpairs of positive semidefinite matrices, by the largest ones of the inverse. */
#include "learn/manifold/eigen.h"

#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg_factor.h>
#include <math.h>
#include <string.h>

static cx_status room_for(int64_t n, int64_t count, cx__pairs *out)
{
    *out = (cx__pairs){.n = n, .count = count};
    out->value = cx__scope_room((size_t)count * sizeof(double));
    out->vector = cx__scope_room((size_t)(count * n) * sizeof(double));
    return cx__so_far();
}

cx_status cx__eigen_dense(const double *a, int64_t n, int64_t first, int64_t count, cx__pairs *out)
{
    CX__TRY(room_for(n, count, out));
    const cx_scope scope = cx_scope_open();
    cx_array *const m = cx_empty(CX_SHAPE(n, n), CX_F64, CX_CPU);
    double *const at = cx__at(m);
    if (at) memcpy(at, a, (size_t)(n * n) * sizeof *at);
    const cx_eigh_with_opts o = {
        .struct_size = sizeof o, .by_index = true, .index = {first, first + count - 1}};
    const cx_eigh e = cx_linalg_eigh_with(m, NULL, &o);
    const double *const w = cx__at(cx__as("fit", e.w, CX_F64)), *const v = cx__at(
                                                                    cx__as("fit", e.v, CX_F64));
    for (int64_t r = 0; w && v && r < count; r++) {
        out->value[r] = w[r];
        for (int64_t i = 0; i < n; i++) out->vector[r * n + i] = v[i * count + r];
    }
    return cx__give_status(scope, cx__so_far());
}

static cx_status solve(const cx__operator *a, const double *x, double *y)
{
    cx__inverse_solve(a->ctx, x, y);
    return CX_OK;
}

static cx_status all_at_once(const cx__smallest *how, int64_t count, cx__pairs *out)
{
    if (how->dense) return cx__eigen_dense(how->dense, how->n, 0, count, out);
    const int64_t n = how->n;
    double *const m = cx__scope_room((size_t)(n * n) * sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        for (int64_t e = how->sparse->start[i]; e < how->sparse->start[i + 1]; e++)
            m[i * n + how->sparse->index[e]] += how->sparse->value[e];
    return cx__eigen_dense(m, n, 0, count, out);
}

cx_status cx__eigen_smallest(const cx__smallest *how, int64_t count, cx__pairs *out)
{
    if (how->start == NULL || how->n <= CX__EIGEN_SMALL || 4 * count > how->n)
        return all_at_once(how, count, out);
    cx__inverse inverse;
    CX__TRY(cx__inverse_make(how, &inverse));
    const cx__operator a = {.n = how->n, .times = solve, .ctx = &inverse};
    CX__TRY(cx__lanczos(&a, count, how->start, how->tol, how->max_iter, out));
    for (int64_t r = 0; r < count; r++) out->value[r] = 1 / out->value[r] - how->shift;
    return CX_OK;
}
