/* device: each. Factors that follow a change of their matrix: q r is the changed matrix, q's
 * columns are orthonormal and r is triangular, for every accepted dtype, full and reduced factors,
 * one and several rows and columns at every place; where the device has no slots, the error. */
#include "device.h"
#include "gallery.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};
enum { FLOATS = 4 };
static const struct {
    int64_t m, n;
} shapes[] = {{1, 1}, {3, 3}, {5, 2}, {7, 4}, {4, 3}, {2, 5}, {6, 1}, {33, 20}};
enum { SHAPES = 8 };

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* a = q r with q [.., m, k] */
static void check(const cx_array *a, cx_qr f, int64_t k, const char *what)
{
    const double eps = check_eps(cx_dtype_of(a)), m = (double)cx_dim(a, -2) + 2;
    cr_assert(cx_status_of(f.q) == CX_OK && cx_status_of(f.r) == CX_OK, "%s: %s", what,
              cx_error_message());
    cr_assert(cx_dim(f.q, -1) == k && cx_dim(f.r, -2) == k && cx_dim(f.q, -2) == cx_dim(a, -2) &&
                  cx_dim(f.r, -1) == cx_dim(a, -1) && cx_is_contiguous(f.q) &&
                  cx_is_contiguous(f.r) && cx_dtype_of(f.q) == cx_dtype_of(a),
              "%s: q has %lld columns, not %lld", what, (long long)cx_dim(f.q, -1), (long long)k);
    double d = check_distance(cx_matmul(f.q, f.r), a);
    cr_assert(d <= 16 * m * eps * most(check_size(a), 1), "%s: q r off by %g", what, d);
    const cx_array *const one = cx_broadcast_to(cx_eye(k, -1, 0, cx_dtype_of(a), test_device()),
                                                cx_shape_of(cx_matmul(check_adjoint(f.q), f.q)));
    d = check_distance(cx_matmul(check_adjoint(f.q), f.q), one);
    cr_assert(d <= 16 * m * eps, "%s: q^H q off by %g", what, d);
    cr_assert(check_distance(cx_triu(f.r, 0), f.r) == 0, "%s: r is not triangular", what);
}

static int64_t columns_of(bool full, int64_t m, int64_t n)
{
    return full || n > m ? m : n;
}

static cx_qr factors(const cx_array *a, bool full)
{
    return cx_linalg_qr(a, full ? CX_OPTS(cx_qr_opts, .mode = CX_QR_COMPLETE) : NULL);
}

static void check_update(cx_dtype t, int64_t m, int64_t n, bool full, uint32_t seed)
{
    const cx_array *const a = check_random(CX_SHAPE(m, n), t, LIE_ROWS, seed);
    const cx_qr f = factors(a, full);
    for (int64_t k = 1; k <= 3; k++) {
        const cx_array *const u = check_random(CX_SHAPE(m, k), t, (lie)(k % LIE_COUNT), seed + 1),
                              *const v = check_random(CX_SHAPE(n, k), t, LIE_ROWS, seed + 2);
        check(cx_add(a, cx_matmul(u, check_adjoint(v))), cx_linalg_qr_update(f.q, f.r, u, v),
              columns_of(full, m, n), "rank k");
    }
    const cx_array *const u = check_random(CX_SHAPE(m), t, LIE_ROWS, seed + 3), *const v =
                                                                                    check_random(
                                                                                        CX_SHAPE(n),
                                                                                        t, LIE_ROWS,
                                                                                        seed + 4);
    const cx_array *const by = cx_matmul(cx_expand_dims(u, 1), check_adjoint(cx_expand_dims(v, 1)));
    check(cx_add(a, by), cx_linalg_qr_update(f.q, f.r, u, v), columns_of(full, m, n), "rank 1");
    /* a change inside what the columns span: nothing is left for one column more */
    const cx_array *const inside = cx_copy(cx_select(a, 1, 0));
    check(cx_add(a, cx_matmul(cx_expand_dims(inside, 1), check_adjoint(cx_expand_dims(v, 1)))),
          cx_linalg_qr_update(f.q, f.r, inside, v), columns_of(full, m, n), "rank 1 inside");
}

static const cx_array *with(const cx_array *a, const cx_array *u, int64_t at, int axis)
{
    return cx_concatenate(
        CX_ARRAYS(cx_slice(a, axis, 0, at, 1), u, cx_slice(a, axis, at, CX_END, 1)), axis);
}

static void check_insert(cx_dtype t, int64_t m, int64_t n, bool full, uint32_t seed)
{
    const cx_array *const a = check_random(CX_SHAPE(m, n), t, LIE_ROWS, seed);
    const cx_qr f = factors(a, full);
    for (int64_t p = 1; p <= 3; p++)
        for (int64_t at = 0; at <= m; at += m > 10 ? 11 : 1) {
            const cx_array *const u = check_random(CX_SHAPE(p, n), t, LIE_ROWS, seed + 1);
            check(with(a, u, at, 0), cx_linalg_qr_insert(f.q, f.r, u, at, NULL),
                  full || m <= n ? m + p : n, "rows in"); /* square factors are full ones */
        }
    for (int64_t p = 1; p <= 3; p++)
        for (int64_t at = 0; at <= n; at += n > 10 ? 7 : 1) {
            const cx_array *const u = check_random(CX_SHAPE(m, p), t, LIE_COLUMNS, seed + 2);
            check(with(a, u, at, 1),
                  cx_linalg_qr_insert(f.q, f.r, u, at, CX_OPTS(cx_qr_insert_opts, .which = "col")),
                  columns_of(full, m, n + p), "columns in");
        }
    const cx_array *const row = check_random(CX_SHAPE(n), t, LIE_ROWS, seed + 3);
    check(with(a, cx_expand_dims(row, 0), m - 1, 0), cx_linalg_qr_insert(f.q, f.r, row, -1, NULL),
          full || m <= n ? m + 1 : n, "a row in");
    const cx_array *const twice = cx_copy(cx_select(a, 1, 0)); /* dependent */
    check(with(a, cx_expand_dims(twice, 1), n, 1),
          cx_linalg_qr_insert(f.q, f.r, twice, n, CX_OPTS(cx_qr_insert_opts, .which = "col")),
          columns_of(full, m, n + 1), "a column twice");
}

static const cx_array *without(const cx_array *a, int64_t at, int64_t p, int axis)
{
    return cx_concatenate(
        CX_ARRAYS(cx_slice(a, axis, 0, at, 1), cx_slice(a, axis, at + p, CX_END, 1)), axis);
}

static void check_delete(cx_dtype t, int64_t m, int64_t n, bool full, uint32_t seed)
{
    const cx_array *const a = check_random(CX_SHAPE(m, n), t, LIE_ROWS, seed);
    const cx_qr f = factors(a, full);
    for (int64_t p = 1; p <= 3; p++)
        for (int64_t at = 0; at + p <= m; at += m > 10 ? 10 : 1)
            check(without(a, at, p, 0),
                  cx_linalg_qr_delete(f.q, f.r, at, CX_OPTS(cx_qr_delete_opts, .p = CX_SET(p))),
                  columns_of(full || m <= n, m - p, n), "rows out");
    for (int64_t p = 1; p <= 3; p++)
        for (int64_t at = 0; at + p <= n; at += n > 10 ? 8 : 1)
            check(without(a, at, p, 1),
                  cx_linalg_qr_delete(f.q, f.r, at,
                                      CX_OPTS(cx_qr_delete_opts, .which = "col", .p = CX_SET(p))),
                  full || m <= n ? m : n - p, "columns out");
    check(without(a, m - 1, 1, 0), cx_linalg_qr_delete(f.q, f.r, -1, NULL),
          columns_of(full || m <= n, m - 1, n), "the last row out");
}

Test(update, residuals)
{
    if (!test_on_cpu()) return;
    for (int i = 0; i < FLOATS; i++)
        for (int j = 0; j < SHAPES; j++)
            for (int full = 0; full < 2; full++) {
                const cx_scope s = cx_scope_open();
                const uint32_t seed = (uint32_t)(10 * i + j);
                check_update(floats[i], shapes[j].m, shapes[j].n, full != 0, seed);
                check_insert(floats[i], shapes[j].m, shapes[j].n, full != 0, seed);
                check_delete(floats[i], shapes[j].m, shapes[j].n, full != 0, seed);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* Identity columns: unit vectors lie inside what q spans, to the last bit. */
Test(update, rows_that_q_spans)
{
    if (!test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_eye(6, 3, 0, CX_F64, test_device());
    for (int64_t at = 0; at < 6; at++)
        for (int64_t p = 1; p <= 3 && at + p <= 6; p++)
            check(without(a, at, p, 0),
                  cx_linalg_qr_delete(a, cx_eye(3, 3, 0, CX_F64, test_device()), at,
                                      CX_OPTS(cx_qr_delete_opts, .p = CX_SET(p))),
                  3, "rows of an identity out");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(update, batches)
{
    if (!test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(CX_SHAPE(2, 3, 5, 3), CX_C128, LIE_ROWS, 1),
                          *const one = cx_select(cx_select(a, 0, 0), 0, 0);
    const cx_qr f = cx_linalg_qr(a, NULL), g = cx_linalg_qr(one, NULL);
    const cx_array *const u = check_random(CX_SHAPE(3, 5, 2), CX_C128, LIE_ROWS, 2),
                          *const v = check_random(CX_SHAPE(2, 1, 3, 2), CX_C128, LIE_ROWS, 3);
    const cx_array *const by = cx_matmul(u, check_adjoint(v));
    check(cx_add(a, by), cx_linalg_qr_update(f.q, f.r, u, v), 3, "a batch");
    check(cx_add(one, by), cx_linalg_qr_update(g.q, g.r, u, v), 3, "one and a batch");
    check(without(a, 1, 2, -2),
          cx_linalg_qr_delete(f.q, f.r, 1, CX_OPTS(cx_qr_delete_opts, .p = CX_SET(2))), 3,
          "rows out of a batch");
    check(without(a, 1, 1, -1),
          cx_linalg_qr_delete(f.q, f.r, 1, CX_OPTS(cx_qr_delete_opts, .which = "col")), 2,
          "columns out of a batch");
    const cx_array *const rows = check_random(CX_SHAPE(2, 3, 1, 3), CX_C128, LIE_ROWS, 4);
    check(with(a, rows, 2, -2), cx_linalg_qr_insert(f.q, f.r, rows, 2, NULL), 3,
          "rows into a batch");
    const cx_array *const wide = cx_linalg_qr_update(f.q, f.r, cx_astype(u, CX_C64), v).q;
    cr_assert_eq(cx_dtype_of(wide), CX_C128);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Graded, singular, near the ends of the range: factors stay factors. */
static void check_hard(const gallery_matrix *g, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = gallery_make_wide(g, 7, 4, t, LIE_ROWS), *const other = gallery_make(
                                                                           g, 7, t, LIE_ROWS);
    for (int full = 0; full < 2; full++) {
        const cx_qr f = factors(a, full != 0);
        const cx_array *const u = cx_select(other, 1, 6), *const row = cx_select(a, 0, 3);
        check(with(a, cx_expand_dims(u, 1), 2, 1),
              cx_linalg_qr_insert(f.q, f.r, u, 2, CX_OPTS(cx_qr_insert_opts, .which = "col")),
              full ? 7 : 5, g->name);
        check(with(a, cx_expand_dims(row, 0), 5, 0), cx_linalg_qr_insert(f.q, f.r, row, 5, NULL),
              full ? 8 : 4, g->name);
        for (int64_t at = 0; at < 7; at++)
            check(without(a, at, 1, 0), cx_linalg_qr_delete(f.q, f.r, at, NULL), full ? 6 : 4,
                  g->name);
        check(without(a, 1, 2, 1),
              cx_linalg_qr_delete(f.q, f.r, 1,
                                  CX_OPTS(cx_qr_delete_opts, .which = "col", .p = CX_SET(2))),
              full ? 7 : 2, g->name);
        const cx_array *const e =
            cx_astype(cx_copy_host((const double[]){0, 1, 0, 0}, CX_SHAPE(4), CX_F64), t);
        const cx_array *const one = cx_matmul(cx_expand_dims(u, 1), cx_expand_dims(e, 0));
        check(cx_add(a, one), cx_linalg_qr_update(f.q, f.r, u, e), full ? 7 : 4, g->name);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
}

Test(update, hard_matrices)
{
    if (!test_on_cpu()) return;
    for (int i = 0; i < FLOATS; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++) check_hard(g, floats[i]);
}

/* ---- Cholesky */
static void check_cholesky(cx_dtype t, int64_t n, bool upper, uint32_t seed)
{
    const double eps = check_eps(t);
    const cx_array *const g = check_random(CX_SHAPE(2, n, n), t, LIE_ROWS, seed);
    const cx_array *const a = cx_add(cx_matmul(g, check_adjoint(g)),
                                     cx_mul(cx_eye(n, -1, 0, t, test_device()), cx_float(0.1)));
    const cx_array *const x = check_random(CX_SHAPE(n), t, LIE_ROWS, seed + 1);
    const cx_array *const column = cx_expand_dims(x, 1), *const both = cx_add(
                                                             a, cx_matmul(column,
                                                                          check_adjoint(column)));
    const cx_cholesky_opts *const o = CX_OPTS(cx_cholesky_opts, .upper = upper);
    const cx_array *const l = cx_linalg_cho_update(cx_linalg_cholesky(a, o), x, o),
                          *const m = cx_linalg_cho_downdate(cx_linalg_cholesky(both, o), x, o);
    const double bound = 16 * (double)n * eps * most(check_size(both), 1);
    const cx_array *const got[2] = {
        upper ? cx_matmul(check_adjoint(l), l) : cx_matmul(l, check_adjoint(l)),
        upper ? cx_matmul(check_adjoint(m), m) : cx_matmul(m, check_adjoint(m))};
    double d = check_distance(got[0], both);
    cr_assert(d <= bound, "update off by %g, bound %g; %s", d, bound, cx_error_message());
    d = check_distance(got[1], a);
    cr_assert(d <= bound, "downdate off by %g, bound %g; %s", d, bound, cx_error_message());
    cr_assert(check_distance(upper ? cx_triu(l, 0) : cx_tril(l, 0), l) == 0);
}

Test(update, cholesky)
{
    if (!test_on_cpu()) return;
    static const int64_t sizes[] = {0, 1, 2, 5, 17, 40};
    for (int i = 0; i < FLOATS; i++)
        for (int j = 0; j < 6; j++) {
            const cx_scope s = cx_scope_open();
            check_cholesky(floats[i], sizes[j], false, (uint32_t)j);
            check_cholesky(floats[i], sizes[j], true, (uint32_t)j);
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

static void status(const cx_array *a, cx_status st)
{
    cr_assert_eq(cx_status_of(a), st, "%s", cx_error_message());
}

Test(update, errors)
{
    if (!test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const q = cx_eye(4, 4, 0, CX_F64, test_device()),
                          *const r = cx_eye(4, 3, 0, CX_F64, test_device()),
                          *const u = cx_ones(CX_SHAPE(4), CX_F64, test_device()),
                          *const v = cx_ones(CX_SHAPE(3), CX_F64, test_device());
    status(cx_linalg_qr_update(q, r, v, v).q, CX_E_SHAPE);
    status(cx_linalg_qr_update(r, q, u, v).q, CX_E_SHAPE);
    status(cx_linalg_qr_update(q, u, u, v).q, CX_E_SHAPE);
    status(cx_linalg_qr_update(q, r, u, cx_expand_dims(v, 1)).q, CX_E_SHAPE);
    status(cx_linalg_qr_update(q, r, cx_astype(u, CX_F16), v).q, CX_E_DTYPE);
    status(cx_linalg_qr_insert(q, r, u, 0, NULL).q, CX_E_SHAPE);
    status(cx_linalg_qr_insert(q, r, v, 5, NULL).q, CX_E_INDEX);
    status(cx_linalg_qr_insert(q, r, v, -5, NULL).q, CX_E_INDEX);
    status(cx_linalg_qr_insert(q, r, v, 0, CX_OPTS(cx_qr_insert_opts, .which = "rows")).q,
           CX_E_ARGUMENT);
    status(cx_linalg_qr_delete(q, r, 4, NULL).q, CX_E_INDEX);
    status(cx_linalg_qr_delete(q, r, 2, CX_OPTS(cx_qr_delete_opts, .p = CX_SET(3))).q, CX_E_INDEX);
    status(cx_linalg_qr_delete(q, r, 2, CX_OPTS(cx_qr_delete_opts, .p = CX_SET(0))).q,
           CX_E_ARGUMENT);
    status(cx_linalg_cho_downdate(q, u, NULL), CX_E_SINGULAR);
    status(cx_linalg_cho_update(cx_negative(q), u, NULL), CX_E_SINGULAR);
    status(cx_linalg_cho_update(q, v, NULL), CX_E_SHAPE);
    status(cx_linalg_cho_update(r, v, NULL), CX_E_SHAPE);
    status(cx_linalg_cho_update(q, cx_mul(u, cx_float(NAN)), NULL), CX_E_SINGULAR);
    (void)!cx_scope_close(s);
}

Test(update, devices_without)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const q = cx_eye(3, 3, 0, CX_F64, test_device()), *const u = cx_ones(
                                                                          CX_SHAPE(3), CX_F64,
                                                                          test_device());
    status(cx_linalg_qr_update(q, q, u, u).q, CX_E_UNSUPPORTED);
    status(cx_linalg_qr_insert(q, q, u, 0, NULL).q, CX_E_UNSUPPORTED);
    status(cx_linalg_qr_delete(q, q, 0, NULL).q, CX_E_UNSUPPORTED);
    status(cx_linalg_cho_update(q, u, NULL), CX_E_UNSUPPORTED);
    (void)!cx_scope_close(s);
}
