/* device: each, link: static. The lapack slots on stacks of small matrices, in every order and
 * distance that the contract allows, which the public functions do not reach: identities of every
 * factorisation, matrices that are hard or have no factors, what info says. Bounds are those of
 * linalg.h, of Frobenius norms. */
#include "core/array.h"
#include "core/device.h"
#include "device.h"
#include "linalg_check.h"
#include "ops/primitives.h"
#include <calx/backend_linalg.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)
static const cx_dtype dtypes[] = {CX_F32, CX_F64, CX_C64, CX_C128};
static const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 32};
static const int64_t stacks[] = {1, 2, 31, 33, 100};
enum { DTYPES = 4, SIZES = 11, STACKS = 5, MOST = 600 };

/* ---- arrays as a slot takes them */
/* In rows or columns; dense, or with gaps and every other matrix of the memory. */
enum { DENSE_ROWS, DENSE_COLUMNS, LOOSE_ROWS, LOOSE_COLUMNS, PLACES };
static bool in_columns(int place)
{
    return place == DENSE_COLUMNS || place == LOOSE_COLUMNS;
}
static cx_array *room(int64_t batch, int64_t m, int64_t n, cx_dtype t, int place)
{
    const int64_t rows = in_columns(place) ? n : m, cols = in_columns(place) ? m : n;
    const bool loose = place == LOOSE_ROWS || place == LOOSE_COLUMNS;
    cx_array *a = cx_full(loose ? SHAPE(2 * batch, rows + 1, cols + 3) : SHAPE(batch, rows, cols),
                          cx_float((double)NAN), t, test_device());
    if (loose)
        a = cx_slice(cx_slice(cx_slice(a, 0, 0, 2 * batch, 2), 1, 0, rows, 1), 2, 0, cols, 1);
    return in_columns(place) ? cx_swapaxes(a, 1, 2) : a;
}
static cx_array *placed(const cx_array *values, int place)
{
    cx_array *const a =
        room(cx_dim(values, 0), cx_dim(values, 1), cx_dim(values, 2), cx_dtype_of(values), place);
    cr_assert(cx_copy_into(values, a) == CX_OK, "%s", cx_error_message());
    return a;
}
static cx_array *vectors(int64_t batch, int64_t n, cx_dtype t)
{
    return cx_empty(SHAPE(batch, n), t, test_device());
}
static cx_dtype real_of(cx_dtype t)
{
    return t == CX_F32 || t == CX_C64 ? CX_F32 : CX_F64;
}

static char where[160];

typedef struct slot {
    cx__device *device;
    const cx_lapack_ops *ops;
    cx_queue *q;
    cx_view v[4];
    int64_t info[MOST];
} slot;
static slot on(int count, const cx_array *const arrays[])
{
    slot s = {.ops = NULL};
    cr_assert(cx__device_get("test", test_device(), &s.device) == CX_OK);
    s.ops = s.device->ops->lapack;
    for (int i = 0; i < count; i++)
        if (arrays[i] != NULL) cr_assert(cx__view_of("test", arrays[i], &s.v[i]) == CX_OK);
    cr_assert(cx__queue_for("test", s.device, count, count, arrays, &s.q) == CX_OK);
    for (int i = 0; i < MOST; i++) s.info[i] = -1;
    return s;
}
#define ON(...)                                                                          \
    on((int)(sizeof((const cx_array *const[]){__VA_ARGS__}) / sizeof(const cx_array *)), \
       (const cx_array *const[]){__VA_ARGS__})
static void done(slot *s, cx_status st, int64_t infos, const char *what)
{
    cr_assert(cx__queue_done(s->device, st) == CX_OK, "%s", cx_error_message());
    for (int64_t i = 0; i < infos; i++)
        cr_assert(s->info[i] == 0, "%s, %s: info of matrix %d is %d", where, what, (int)i,
                  (int)s->info[i]);
}

/* ---- what is checked of them */
static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s: %s off by %g, bound %g; %s", where, what, d, bound,
              cx_error_message());
}
static cx_array *ones(const cx_array *like)
{
    const int64_t n = cx_dim(like, -1);
    return cx_broadcast_to(cx_eye(n, n, 0, cx_dtype_of(like), test_device()), cx_shape_of(like));
}
static void orthonormal(const cx_array *q, double bound, const char *what)
{
    const cx_array *const g = cx_matmul(check_adjoint(q), q);
    near(g, ones(g), bound, what);
}
/* of the largest matrix of a stack */
static double norm(const cx_array *a)
{
    return check_size(a) * sqrt((double)(cx_dim(a, 1) * cx_dim(a, 2)));
}
static cx_array *times_columns(const cx_array *a, const cx_array *w)
{
    return cx_mul(a, cx_astype(cx_expand_dims(w, -2), cx_dtype_of(a)));
}
static void rising(const cx_array *w, int sign)
{
    const int64_t n = cx_dim(w, 1);
    const cx_array *const low = cx_slice(w, 1, 0, n - 1, 1), *const high = cx_slice(w, 1, 1, n, 1);
    if (n > 1)
        cr_assert(cx_item_bool(cx_all(
                      sign > 0 ? cx_less_equal(low, high) : cx_greater_equal(low, high), CX_ALL)),
                  "%s: not in order", where);
}

/* L U with its rows exchanged back; the factors of a matrix in rows may be those of its
 * transpose. */
static void check_factors(const cx_array *a, const cx_array *lu, const cx_array *pivots)
{
    const int64_t batch = cx_dim(a, 0), n = cx_dim(a, 1);
    const cx_array *turned = cx_copy(cx_swapaxes(lu, 1, 2));
    const int32_t *const p = cx_data_i32(cx_to(pivots, CX_CPU));
    double best = INFINITY, largest = 0;
    for (int k = 0; k < 2; k++) {
        const cx_array *const f = k == 0 ? lu : turned;
        cx_array *const whole =
            cx_to(cx_matmul(cx_add(cx_tril(f, -1), ones(f)), cx_triu(f, 0)), CX_CPU);
        for (int64_t i = 0; i < batch; i++)
            for (int64_t r = n - 1; r >= 0; r--) {
                const int64_t other = p[i * n + r] - 1;
                cr_assert(other >= r && other < n, "%s: pivot %d of row %d", where, (int)other,
                          (int)r);
                if (other == r) continue;
                cx_array *const x = cx_select(cx_select(whole, 0, i), 0, r),
                                *const y = cx_select(cx_select(whole, 0, i), 0, other),
                                *const z = cx_copy(x);
                cr_assert(cx_copy_into(y, x) == CX_OK && cx_copy_into(z, y) == CX_OK);
            }
        const double off = check_distance(test_here(k == 0 ? whole : cx_swapaxes(whole, 1, 2)), a);
        if (!(off < best)) continue;
        best = off;
        largest = check_size(cx_tril(f, -1));
    }
    /* growth of the pivots of random matrices: less than n */
    const double bound = (double)(n * n) * check_eps(cx_dtype_of(a)) * norm(a);
    cr_assert(best <= bound, "%s: L U off by %g, bound %g; %s", where, best, bound,
              cx_error_message());
    /* of complex numbers the largest |re| + |im| is chosen */
    cr_assert(largest <= (real_of(cx_dtype_of(a)) == cx_dtype_of(a) ? 1.0001 : 1.4143),
              "%s: an element of L has size %g", where, largest);
}

/* Factors in columns stand as they are named, of any shape. */
static void check_lu(const cx_array *a, int place)
{
    const int64_t batch = cx_dim(a, 0), m = cx_dim(a, 1), n = cx_dim(a, 2), k = m < n ? m : n;
    cx_array *const lu = placed(a, place), *const pivots = vectors(batch, k, CX_I32),
                    *const perm = vectors(batch, m, CX_I64);
    slot s = ON(lu, pivots);
    done(&s, s.ops->getrf(s.q, &s.v[0], &s.v[1], s.info), batch, "getrf");
    if (s.ops->permutation == NULL) return;
    s = ON(pivots, perm);
    done(&s, s.ops->permutation(s.q, &s.v[0], &s.v[1]), 0, "permutation");
    const cx_array *const l = cx_add(cx_tril(cx_slice(lu, 2, 0, k, 1), -1),
                                     cx_eye(m, k, 0, cx_dtype_of(a), test_device())),
                          *const wanted = cx_take_along_axis(
                              a, cx_broadcast_to(cx_expand_dims(perm, -1), cx_shape_of(a)), 1);
    near(cx_matmul(l, cx_triu(cx_slice(lu, 1, 0, k, 1), 0)), wanted,
         (double)(k * k) * check_eps(cx_dtype_of(a)) * norm(a), "lu");
    const bool real = real_of(cx_dtype_of(a)) == cx_dtype_of(a);
    cr_assert(check_size(cx_tril(l, -1)) <= (real ? 1.0001 : 1.4143), "%s: L", where);
}

/* ---- systems of equations */
static void check_solution(const cx_array *a, const cx_array *x, const cx_array *b,
                           const char *what)
{
    const double n = (double)cx_dim(a, 1);
    near(cx_matmul(a, x), b, 8 * n * check_eps(cx_dtype_of(a)) * (norm(a) * norm(x) + norm(b)),
         what);
}

static void check_equations(int64_t batch, int64_t n, cx_dtype t, int place)
{
    const cx_array *const a = check_random(SHAPE(batch, n, n), t, LIE_ROWS, (uint32_t)(n + 1));
    cx_array *const lu = placed(a, place), *const pivots = vectors(batch, n, CX_I32);
    slot s = ON(lu, pivots);
    done(&s, s.ops->getrf(s.q, &s.v[0], &s.v[1], s.info), batch, "getrf");
    check_factors(a, lu, pivots);
    static const int64_t sides[] = {1, 3, 9};
    for (int k = 0; k < 3; k++) {
        const cx_array *const b =
            check_random(SHAPE(batch, n, sides[k]), t, LIE_ROWS, (uint32_t)(k + 1));
        cx_array *x = placed(b, k == 2 ? LOOSE_COLUMNS : DENSE_COLUMNS);
        s = ON(lu, pivots, x);
        done(&s, s.ops->getrs(s.q, &s.v[0], &s.v[1], &s.v[2]), 0, "getrs");
        check_solution(a, x, b, "getrs");
        if (real_of(t) != t || batch < CX_STACK_COUNT) continue;
        const cx_array *const rows = placed(a, place == DENSE_ROWS ? DENSE_ROWS : LOOSE_ROWS);
        x = placed(b, DENSE_COLUMNS);
        s = ON(rows, x);
        done(&s, s.ops->stack_solve(s.q, &s.v[0], &s.v[1], s.info), batch, "stack_solve");
        check_solution(a, x, b, "stack_solve");
        near(rows, a, 0, "stack_solve's matrices");
        if (k > 0) continue;
        cx_array *const v = room(batch, n, n, t, DENSE_ROWS);
        s = ON(rows, v);
        done(&s, s.ops->stack_inverse(s.q, &s.v[0], &s.v[1], s.info), batch, "stack_inverse");
        check_solution(a, v, ones(a), "stack_inverse");
    }
    if (s.ops->getri == NULL) return;
    s = ON(lu, pivots);
    done(&s, s.ops->getri(s.q, &s.v[0], &s.v[1]), 0, "getri");
    check_solution(a, lu, ones(a), "getri");
}

/* ---- Hermitian matrices, of which the other triangle is NaN */
static cx_array *hermitian(const cx_array *a)
{
    return cx_mul(cx_add(a, check_adjoint(a)), cx_float(0.5));
}
static cx_array *half(const cx_array *a, bool upper, int place)
{
    const int64_t n = cx_dim(a, 1);
    const cx_array *const there = cx_ones(SHAPE(n, n), CX_BOOL, test_device());
    const cx_array *const nan =
        cx_full(SHAPE(1), cx_float((double)NAN), cx_dtype_of(a), test_device());
    return placed(cx_where(upper ? cx_triu(there, 0) : cx_tril(there, 0), a, nan), place);
}

static void check_cholesky(const cx_array *p, int place)
{
    const int64_t batch = cx_dim(p, 0), n = cx_dim(p, 1);
    for (int upper = 0; upper < 2; upper++) {
        cx_array *const f = half(p, upper != 0, place);
        slot s = ON(f);
        done(&s, s.ops->potrf(s.q, upper != 0, &s.v[0], s.info), batch, "potrf");
        const cx_array *const l = upper ? check_adjoint(f) : f;
        near(cx_tril(l, 0), l, 0, "the factor is a triangle");
        near(cx_matmul(l, check_adjoint(l)), p, 2 * (double)n * check_eps(cx_dtype_of(p)) * norm(p),
             "potrf");
    }
}

static void check_eigen(const cx_array *h, int place)
{
    const int64_t batch = cx_dim(h, 0), n = cx_dim(h, 1);
    const cx_dtype t = cx_dtype_of(h);
    const double eps = check_eps(t), bound = 8 * (double)n * eps * norm(h);
    for (int upper = 0; upper < 2; upper++) {
        cx_array *const v = half(h, upper != 0, place), *const w = vectors(batch, n, real_of(t)),
                        *const alone = vectors(batch, n, real_of(t));
        slot s = ON(v, w);
        done(&s, s.ops->heevd(s.q, upper != 0, true, &s.v[0], &s.v[1], s.info), batch, "heevd");
        rising(w, 1);
        near(cx_matmul(h, v), times_columns(v, w), bound, "eigenvectors");
        orthonormal(v, 16 * (double)n * eps, "eigenvectors are orthonormal");
        s = ON(half(h, upper != 0, place), alone);
        done(&s, s.ops->heevd(s.q, upper != 0, false, &s.v[0], &s.v[1], s.info), batch, "heevd");
        near(alone, w, bound, "eigenvalues alone");
    }
}

/* ---- matrices of any shape */
static void check_reflections(const cx_array *a, int place)
{
    const int64_t batch = cx_dim(a, 0), m = cx_dim(a, 1), n = cx_dim(a, 2), k = m < n ? m : n;
    const cx_dtype t = cx_dtype_of(a);
    const double bound = 4 * (double)(m > n ? m : n) * check_eps(t);
    cx_array *const f = placed(a, place), *const tau = vectors(batch, k, t);
    slot s = ON(f, tau);
    done(&s, s.ops->geqrf(s.q, true, &s.v[0], &s.v[1]), 0, "geqrf");
    const cx_array *const r = cx_copy(cx_triu(f, 0));
    for (int full = 0; full < 2; full++) {
        const int64_t cols = full ? m : k;
        cx_array *const q = room(batch, m, cols, t, place);
        cr_assert(cx_copy_into(cx_zeros(SHAPE(1), t, test_device()), q) == CX_OK);
        cr_assert(cx_copy_into(cx_slice(f, 2, 0, k, 1), cx_slice(q, 2, 0, k, 1)) == CX_OK);
        s = ON(q, tau);
        done(&s, s.ops->orgqr(s.q, &s.v[0], &s.v[1]), 0, "orgqr");
        near(cx_matmul(q, cx_slice(r, 1, 0, cols, 1)), a, bound * norm(a), "qr");
        orthonormal(q, bound, "q is orthonormal");
    }
}

static void check_singular(const cx_array *a, int place)
{
    const int64_t batch = cx_dim(a, 0), m = cx_dim(a, 1), n = cx_dim(a, 2), k = m < n ? m : n;
    const cx_dtype t = cx_dtype_of(a);
    const double big = (double)(m > n ? m : n), eps = check_eps(t), bound = 8 * big * eps * norm(a);
    cx_array *const alone = vectors(batch, k, real_of(t));
    slot s = ON(placed(a, place), alone);
    done(&s, s.ops->gesdd(s.q, &s.v[0], &s.v[1], NULL, NULL, s.info), batch, "gesdd");
    rising(alone, -1);
    for (int full = 0; full < 2; full++) {
        cx_array *const w = vectors(batch, k, real_of(t)),
                        *const u = room(batch, m, full ? m : k, t, place),
                        *const vh = room(batch, full ? n : k, n, t, place);
        s = ON(placed(a, place), w, u, vh);
        done(&s, s.ops->gesdd(s.q, &s.v[0], &s.v[1], &s.v[2], &s.v[3], s.info), batch, "gesdd");
        near(alone, w, bound, "singular values alone");
        near(cx_matmul(times_columns(cx_slice(u, 2, 0, k, 1), w), cx_slice(vh, 1, 0, k, 1)), a,
             bound, "svd");
        orthonormal(u, 16 * big * eps, "u is orthonormal");
        orthonormal(check_adjoint(vh), 16 * big * eps, "vh is orthonormal");
    }
}

static void check_all(int64_t batch, int64_t n, cx_dtype t, int place)
{
    const cx_scope s = cx_scope_open();
    snprintf(where, sizeof where, "%d matrices of size %d, %s, place %d", (int)batch, (int)n,
             cx_dtype_name(t), place);
    check_equations(batch, n, t, place);
    const cx_array *const a = check_random(SHAPE(batch, n, n), t, LIE_ROWS, (uint32_t)n);
    check_cholesky(cx_add(cx_matmul(a, check_adjoint(a)), ones(a)), place);
    check_eigen(hermitian(a), place == DENSE_ROWS ? DENSE_COLUMNS : LOOSE_COLUMNS);
    const int64_t other = (n + 1) / 2;
    const int64_t shapes[][2] = {{n, n}, {n, other}, {other, n}, {n, 1}, {1, n}};
    for (int k = 0; k < 5; k++) {
        if (k > 0 && n == 1) break;
        const cx_array *const o =
            check_random(SHAPE(batch, shapes[k][0], shapes[k][1]), t, LIE_ROWS, (uint32_t)k);
        /* thin ones do not tell their order: every slot takes them for rows */
        const bool thin = shapes[k][0] == 1 || shapes[k][1] == 1;
        if (!thin) check_lu(o, place < LOOSE_ROWS ? DENSE_COLUMNS : LOOSE_COLUMNS);
        check_reflections(o, thin ? DENSE_ROWS : place);
        check_singular(o, thin ? DENSE_ROWS : place);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", where, cx_error_message());
}

Test(linalg_small, identities)
{
    for (int d = 0; d < DTYPES; d++)
        for (int k = 0; k < SIZES; k++) {
            if (test_brief() && (k + d) % 4 != 0) continue;
            /* large ones in small stacks, on a device that is simulated */
            const int64_t batch = stacks[(k + 2 * d) % STACKS];
            const int64_t most = test_on_cpu() ? MOST : test_brief() ? 3 : sizes[k] > 8 ? 5 : 33;
            check_all(batch < most ? batch : most, sizes[k], dtypes[d], (k + d) % PLACES);
        }
}

Test(linalg_small, every_number_of_matrices)
{
    if (test_brief()) return;
    for (int d = 0; d < DTYPES; d++)
        for (int k = 0; k < STACKS; k++)
            for (int place = 0; place < PLACES; place++)
                check_all(stacks[k], 2 + (k + d + place) % 4, dtypes[d], place);
}

/* ---- hard matrices */
/* diag(d) a diag(d) with d falling from 1 to eps^2 */
static cx_array *graded(const cx_array *a)
{
    const int64_t n = cx_dim(a, 1);
    const cx_dtype t = cx_dtype_of(a);
    const cx_array *const steps = cx_linspace(0, 2, n, CX_F64, test_device(), NULL),
                          *const d = cx_astype(cx_power(cx_float(check_eps(t)), steps), t);
    return cx_mul(cx_mul(a, cx_expand_dims(d, 1)), cx_expand_dims(d, 0));
}
/* rank (n + 1) / 2 */
static cx_array *deficient(const cx_array *a)
{
    const int64_t n = cx_dim(a, 1), r = (n + 1) / 2;
    return cx_matmul(cx_slice(a, 2, 0, r, 1), cx_slice(a, 1, 0, r, 1));
}

static void check_hard(const cx_array *a)
{
    check_eigen(hermitian(a), DENSE_COLUMNS);
    check_reflections(a, DENSE_ROWS);
    check_reflections(cx_slice(a, 2, 0, (cx_dim(a, 2) + 1) / 2, 1), DENSE_ROWS);
    check_singular(a, DENSE_ROWS);
    check_singular(cx_slice(a, 2, 0, (cx_dim(a, 2) + 1) / 2, 1), DENSE_COLUMNS);
}

Test(linalg_small, hard_matrices)
{
    static const int64_t some[] = {2, 3, 4, 7, 16};
    for (int d = 0; d < DTYPES; d++)
        for (int k = 0; k < 5; k++) {
            const cx_scope s = cx_scope_open();
            const int64_t n = some[k];
            const cx_dtype t = dtypes[d];
            if (test_brief() && (k + d) % 2 != 0) continue;
            const cx_array *const a = check_random(SHAPE(3, n, n), t, LIE_ROWS, 5);
            const bool single = real_of(t) == CX_F32;
            const cx_array *const most = cx_float(single ? 0x1p110 : 0x1p1000),
                                  *const least = cx_float(single ? 0x1p-110 : 0x1p-1000);
            const cx_array *const kinds[] = {
                graded(a),          deficient(a),    cx_zeros_like(a, t), cx_copy(ones(a)),
                cx_ones_like(a, t), cx_mul(a, most), cx_mul(a, least)};
            for (int j = 0; j < 7; j++) {
                snprintf(where, sizeof where, "kind %d of size %d, %s", j, (int)n,
                         cx_dtype_name(t));
                /* products of the largest overflow in the check: not in the slots */
                check_hard(kinds[j]);
            }
            const cx_array *const p = cx_add(cx_matmul(a, check_adjoint(a)), ones(a));
            check_cholesky(graded(p), DENSE_ROWS);
            check_cholesky(cx_mul(p, least), DENSE_ROWS);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", where, cx_error_message());
        }
}

/* ---- matrices without factors */
enum { COUNT = 9 };
/* Identities, of which element (at, at) of matrix i is x. */
static cx_array *spoiled(int64_t n, cx_dtype t, int64_t i, int64_t at, double x, int place)
{
    cx_array *const a =
        placed(cx_broadcast_to(cx_eye(n, n, 0, t, test_device()), SHAPE(COUNT, n, n)), place);
    cr_assert(cx_copy_into(cx_float(x), cx_select(cx_select(cx_select(a, 0, i), 0, at), 0, at)) ==
                  CX_OK,
              "%s", cx_error_message());
    return a;
}
static void expect_info(const slot *s, int64_t bad, int64_t wanted, const char *what)
{
    for (int64_t i = 0; i < COUNT; i++)
        cr_assert(i == bad && wanted < 0 ? s->info[i] > 0 : s->info[i] == (i == bad ? wanted : 0),
                  "%s, %s: info %d of matrix %d", where, what, (int)s->info[i], (int)i);
}
/* all but one are still identities */
static void others_are_whole(const cx_array *a, int64_t bad)
{
    for (int64_t i = 0; i < COUNT; i++) {
        const cx_array *const one = cx_select(a, 0, i);
        if (i != bad)
            near(cx_abs(one), cx_eye(cx_dim(a, 1), -1, 0, cx_dtype_of(one), test_device()), 0,
                 "another matrix");
    }
}

static void check_info(int64_t n, cx_dtype t, int64_t i, int place)
{
    const int64_t at = i % n;
    slot s;
    cx_array *a = spoiled(n, t, i, at, 0, place), *const pivots = vectors(COUNT, n, CX_I32);
    s = ON(a, pivots);
    cr_assert(cx__queue_done(s.device, s.ops->getrf(s.q, &s.v[0], &s.v[1], s.info)) == CX_OK);
    expect_info(&s, i, at + 1, "getrf");
    others_are_whole(a, i);
    static const double bad[] = {0, -1, (double)NAN};
    for (int k = 0; k < (test_on_cpu() ? 2 : 3); k++) { /* OpenBLAS lets NaN pass */
        a = spoiled(n, t, i, at, bad[k], place);
        s = ON(a);
        cr_assert(cx__queue_done(s.device, s.ops->potrf(s.q, k != 0, &s.v[0], s.info)) == CX_OK);
        expect_info(&s, i, at + 1, "potrf");
        others_are_whole(a, i);
    }
}

/* NaN and infinity end, and stay with their matrix. */
static void check_nonfinite(int64_t n, cx_dtype t, int64_t i, double x)
{
    const int64_t at = i % n;
    cx_array *a = spoiled(n, t, i, at, x, DENSE_COLUMNS), *const w = vectors(COUNT, n, real_of(t));
    slot s = ON(a, w);
    cr_assert(cx__queue_done(s.device, s.ops->heevd(s.q, false, true, &s.v[0], &s.v[1], s.info)) ==
              CX_OK);
    expect_info(&s, i, -1, "heevd");
    others_are_whole(a, i);
    cx_array *const u = room(COUNT, n, n, t, DENSE_ROWS), *const vh =
                                                              room(COUNT, n, n, t, DENSE_ROWS);
    a = spoiled(n, t, i, at, x, DENSE_ROWS);
    s = ON(a, w, u, vh);
    cr_assert(cx__queue_done(s.device, s.ops->gesdd(s.q, &s.v[0], &s.v[1], &s.v[2], &s.v[3],
                                                    s.info)) == CX_OK);
    expect_info(&s, i, -1, "gesdd");
    others_are_whole(cx_matmul(u, vh), i);
    a = spoiled(n, t, i, at, x, DENSE_ROWS);
    cx_array *const pivots = vectors(COUNT, n, CX_I32), *const tau = vectors(COUNT, n, t);
    s = ON(a, pivots);
    done(&s, s.ops->getrf(s.q, &s.v[0], &s.v[1], s.info), 0, "getrf");
    others_are_whole(a, i);
    a = spoiled(n, t, i, at, x, DENSE_ROWS);
    s = ON(a, tau);
    done(&s, s.ops->geqrf(s.q, true, &s.v[0], &s.v[1]), 0, "geqrf");
    done(&s, s.ops->orgqr(s.q, &s.v[0], &s.v[1]), 0, "orgqr");
    others_are_whole(a, i);
}

Test(linalg_small, matrices_without_factors)
{
    static const int64_t some[] = {1, 2, 4, 5, 9, 32};
    for (int d = 0; d < DTYPES; d++)
        for (int k = 0; k < 6; k++) {
            if (test_brief() && (k + d) % 3 != 0) continue;
            const cx_scope s = cx_scope_open();
            snprintf(where, sizeof where, "size %d, %s", (int)some[k], cx_dtype_name(dtypes[d]));
            check_info(some[k], dtypes[d], (k + d) % COUNT, k % PLACES);
            check_info(some[k], dtypes[d], COUNT - 1, (k + 1) % PLACES);
            check_nonfinite(some[k], dtypes[d], (k + d) % COUNT, (double)NAN);
            check_nonfinite(some[k], dtypes[d], 0, INFINITY);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", where, cx_error_message());
        }
}

Test(linalg_small, errors_name_the_matrix)
{
    for (int d = 0; d < DTYPES; d++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const zero = spoiled(5, dtypes[d], 7, 2, 0, DENSE_ROWS),
                              *const nan = spoiled(5, dtypes[d], 7, 2, (double)NAN, DENSE_ROWS);
        cr_assert(cx_status_of(cx_linalg_inv(zero)) == CX_E_SINGULAR);
        cr_assert_str_eq(cx_error_message(),
                         "linalg_inv: matrix (7,) of a is singular: pivot 3 is zero");
        cr_assert(cx_status_of(cx_linalg_cholesky(zero, NULL)) == CX_E_SINGULAR);
        cr_assert_str_eq(cx_error_message(), "linalg_cholesky: matrix (7,) of a is not positive "
                                             "definite: its leading minor of order 3 is not");
        cr_assert(cx_status_of(cx_linalg_eigh(nan, NULL).w) == CX_E_CONVERGENCE);
        cr_assert_str_eq(cx_error_message(),
                         "linalg_eigh: matrix (7,) of a has no eigenvalues: the iteration did not "
                         "converge (is it finite?)");
        cr_assert(cx_status_of(cx_linalg_svd(nan, NULL).s) == CX_E_CONVERGENCE);
        cr_assert_str_eq(cx_error_message(), "linalg_svd: matrix (7,) of a has no SVD: the "
                                             "iteration did not converge (is it finite?)");
        (void)!cx_scope_close(s);
    }
}

/* More matrices than a device reads infos at once: one bad one among many, and none. */
Test(linalg_small, one_of_many)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a =
        cx_copy(cx_broadcast_to(cx_eye(2, 2, 0, CX_F32, test_device()), SHAPE(5000, 2, 2)));
    near(cx_linalg_inv(a), a, 0, "inv");
    cr_assert(cx_copy_into(cx_float(0), cx_index(a, "4321, 1, 1")) == CX_OK);
    cr_assert(cx_status_of(cx_linalg_inv(a)) == CX_E_SINGULAR);
    cr_assert_str_eq(cx_error_message(),
                     "linalg_inv: matrix (4321,) of a is singular: pivot 2 is zero");
    (void)!cx_scope_close(s);
}

/* More matrices than one grid has teams, each another one. */
Test(linalg_small, more_than_a_grid)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = 17;
    snprintf(where, sizeof where, "600 matrices of size 17");
    const cx_array *const a = check_random(SHAPE(600, n, n), CX_F32, LIE_ROWS, 9);
    const cx_array *const p = cx_add(cx_matmul(a, check_adjoint(a)), ones(a));
    const double bound = 8 * (double)n * check_eps(CX_F32) * norm(p);
    check_solution(p, cx_linalg_inv(p), ones(p), "inv");
    check_cholesky(p, DENSE_ROWS);
    const cx_qr f = cx_linalg_qr(p, NULL);
    near(cx_matmul(f.q, f.r), p, bound, "qr");
    const cx_eigh e = cx_linalg_eigh(p, NULL);
    near(cx_matmul(p, e.v), times_columns(e.v, e.w), bound, "eigh");
    near(cx_flip(cx_linalg_svdvals(p), 1), e.w, bound, "svdvals");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
