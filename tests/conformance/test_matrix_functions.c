/* Functions of matrices and matrix equations by what they have to fulfil, on matrices of every kind
 * and of sizes at which they go by halves. */
#include "device.h"
#include "gallery.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const cx_dtype types[4] = {CX_F32, CX_F64, CX_C64, CX_C128};

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what,
                 const char *name)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s of %s: %s off by %g, bound %g; %s", what, name,
              cx_dtype_name(cx_dtype_of(wanted)), d, bound, cx_error_message());
}
static cx_array *identity(int64_t n, cx_dtype t)
{
    return cx_eye(n, n, 0, t, CX_CPU);
}
/* Largest sum of a row's sizes: what an error of a product is measured by. */
static double norm(const cx_array *a)
{
    return check_size(cx_sum(cx_abs(cx_astype(a, CX_C128)), CX_AXIS(-1)));
}
static cx_array *wide(const cx_array *a)
{
    return cx_astype(a, CX_C128);
}
/* a with eigenvalues in the right half plane */
static cx_array *right(int64_t n, cx_dtype t, uint32_t seed)
{
    const cx_array *const a = check_random(CX_SHAPE(n, n), t, LIE_ROWS, seed);
    const double size = 0.4 * sqrt((double)n);
    return cx_astype(cx_add(a, cx_mul(identity(n, t), cx_float(1.2 + size))), t);
}

/* ---- square roots */
static void root_of(const cx_array *a, const char *name)
{
    const double n = (double)cx_dim(a, -1), eps = check_eps(cx_dtype_of(a));
    const cx_array *const x = wide(cx_linalg_sqrtm(a));
    const double size = norm(x);
    near(cx_matmul(cx_div(x, cx_float(size)), cx_div(x, cx_float(size))),
         cx_div(cx_div(wide(a), cx_float(size)), cx_float(size)), 8 * n * eps, "sqrtm", name);
}

Test(matrix_functions, roots)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++)
            for (int64_t n = 1; n <= 13; n += 4) {
                const cx_scope s = cx_scope_open();
                const cx_array *const a = gallery_make(g, n, types[i], LIE_COLUMNS);
                if ((g->is & GALLERY_SINGULAR) == 0 && check_size(a) > 0)
                    root_of(a, g->name);
                else /* whatever it is, it comes back */
                    cr_assert(cx_status_of(cx_linalg_sqrtm(a)) == CX_OK, "%s", g->name);
                cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
            }
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        root_of(right(150, types[i], 3), "150");
        const cx_array *const a = check_random(CX_SHAPE(77, 77), types[i], LIE_SLICED, 4);
        root_of(a, "77");
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(matrix_functions, real_where_it_can_be)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 2; i++) {
        const cx_array *const a = right(6, types[i], 8), *const b = cx_negative(a);
        cr_assert(cx_dtype_of(cx_linalg_sqrtm(a)) == types[i]);
        cr_assert(cx_dtype_of(cx_linalg_logm(a)) == types[i]);
        cr_assert(cx_dtype_of(cx_linalg_fractional_matrix_power(a, 0.3)) == types[i]);
        cr_assert(cx_dtype_of(cx_linalg_signm(b)) == types[i]);
        const cx_array *const one = cx_negative(identity(3, types[i]));
        cr_assert(cx_dtype_of(cx_linalg_sqrtm(one)) == types[i + 2]);
        cr_assert(cx_dtype_of(cx_linalg_logm(one)) == types[i + 2]);
        cr_assert(cx_dtype_of(cx_linalg_fractional_matrix_power(one, 0.3)) == types[i + 2]);
        /* one of a stack makes all of it complex */
        cr_assert(cx_dtype_of(cx_linalg_sqrtm(cx_stack(CX_ARRAYS(one, cx_negative(one)), 0))) ==
                  types[i + 2]);
    }
    cr_assert(cx_dtype_of(cx_linalg_sqrtm(cx_eye(2, 2, 0, CX_I32, CX_CPU))) == CX_F64);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- logarithms and powers */
/* Hard, and with a logarithm that is no larger than a few hundred */
static bool has_logarithm(const gallery_matrix *g)
{
    return (g->is & (GALLERY_SINGULAR | GALLERY_EXTREME | GALLERY_ILL)) == 0;
}

Test(matrix_functions, logarithms)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++)
            for (int64_t n = 1; n <= 9; n += 4) {
                const cx_scope s = cx_scope_open();
                const cx_array *const a = gallery_make(g, n, types[i], LIE_ROWS);
                const cx_array *const x = wide(cx_linalg_logm(a));
                if (has_logarithm(g) && check_size(a) > 0) {
                    const double size = norm(x) + 1;
                    near(cx_linalg_expm(x), wide(a),
                         16 * (double)n * check_eps(types[i]) * size * size * norm(a), "logm",
                         g->name);
                }
                cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
            }
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = right(90, types[i], 5);
        near(cx_linalg_expm(wide(cx_linalg_logm(a))), wide(a),
             90 * 32 * check_eps(types[i]) * norm(a), "logm", "90");
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(matrix_functions, powers)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++) {
            if ((g->is & (GALLERY_SINGULAR | GALLERY_EXTREME | GALLERY_ILL)) != 0) continue;
            const cx_scope s = cx_scope_open();
            const double eps = check_eps(types[i]);
            const cx_array *const a = gallery_make(g, 7, types[i], LIE_ROWS);
            const cx_array *const third = wide(cx_linalg_fractional_matrix_power(a, 1.0 / 3));
            const double size = norm(third) + 1;
            near(cx_linalg_matrix_power(third, 3), wide(a), 7 * 32 * eps * size * size * size,
                 "third", g->name);
            const cx_array *const most = wide(cx_linalg_fractional_matrix_power(a, 1.25)),
                                  *const least = wide(cx_linalg_fractional_matrix_power(a, -1.25));
            near(cx_matmul(most, least), wide(identity(7, types[i])),
                 7 * 64 * eps * norm(most) * norm(least), "p and -p", g->name);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
        }
}

/* Jordan's block: the function's derivatives stand above the diagonal. */
Test(matrix_functions, defective)
{
    const cx_scope s = cx_scope_open();
    const double v[9] = {2, 1, 0, 0, 2, 1, 0, 0, 2};
    const cx_array *const a = cx_copy_host(v, CX_SHAPE(3, 3), CX_F64);
    const double *const l = cx_data_f64(cx_linalg_logm(a));
    const double *const r = cx_data_f64(cx_linalg_fractional_matrix_power(a, 0.3));
    cr_assert_float_eq(l[1], 0.5, 1e-15);
    cr_assert_float_eq(l[2], -0.125, 1e-14);
    cr_assert_float_eq(r[1], 0.3 * pow(2, -0.7), 1e-15);
    cr_assert_float_eq(r[2], 0.5 * 0.3 * -0.7 * pow(2, -1.7), 1e-14);
    cr_assert_float_eq(l[3], 0, 0);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- signs */
Test(matrix_functions, signs)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++) {
            const cx_scope s = cx_scope_open();
            const int64_t n = 8;
            const cx_array *const a = gallery_make(g, n, types[i], LIE_ROWS);
            const cx_array *const x = wide(cx_linalg_signm(a));
            /* no eigenvalue near the imaginary axis: the definite ones, the defective one */
            if ((g->is & (GALLERY_DEFINITE | GALLERY_DEFECTIVE)) != 0 &&
                (g->is & (GALLERY_SINGULAR | GALLERY_ILL)) == 0)
                near(x, wide(identity(n, types[i])), 64 * check_eps(types[i]), "sign", g->name);
            if ((g->is & GALLERY_EXTREME) == 0)
                near(cx_matmul(cx_matmul(x, x), x), x,
                     (double)n * 64 * check_eps(types[i]) * pow(norm(x), 4) + 1e-3 * norm(x),
                     "x x x = x", g->name);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
        }
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = check_random(CX_SHAPE(3, 20, 20), types[i], LIE_ROWS, 9);
        const cx_array *const x = wide(cx_linalg_signm(a));
        const double size = norm(x), eps = check_eps(types[i]);
        near(cx_matmul(x, x), cx_broadcast_to(wide(identity(20, types[i])), CX_SHAPE(3, 20, 20)),
             20 * 8 * eps * size * size, "x x = 1", "random");
        near(cx_matmul(x, wide(a)), cx_matmul(wide(a), x), 20 * 32 * eps * size * size * norm(a),
             "x a = a x", "random");
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- any function */
static cx_complex128 inverse(cx_complex128 x, void *ctx)
{
    ++*(int *)ctx;
    const double size = x.re * x.re + x.im * x.im;
    return (cx_complex128){x.re / size, -x.im / size};
}
static cx_complex128 times_i(cx_complex128 x, void *ctx)
{
    (void)ctx;
    return (cx_complex128){-x.im, x.re};
}

Test(matrix_functions, by_callback)
{
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        int calls = 0;
        const cx_array *const a = right(9, types[i], 12), *const x =
                                                              cx_linalg_funm(a, inverse, &calls);
        cr_assert_eq(calls, 9);
        cr_assert_eq(cx_dtype_of(x), types[i]);
        near(cx_matmul(wide(a), wide(x)), wide(identity(9, types[i])),
             1e4 * check_eps(types[i]) * norm(a) * norm(x), "inverse", "random");
        const cx_array *const y = cx_linalg_funm(a, times_i, NULL);
        near(wide(y), cx_mul(wide(a), cx_complex(0, 1)), 1e3 * check_eps(types[i]) * norm(a),
             "times i", "random");
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
    const cx_scope s = cx_scope_open();
    cr_assert(cx_status_of(cx_linalg_funm(identity(2, CX_F64), NULL, NULL)) == CX_E_ARGUMENT);
    (void)!cx_scope_close(s);
}

/* ---- equations */
static void sylvester_of(const cx_array *a, const cx_array *b, const cx_array *q, const char *name)
{
    const double n = (double)(cx_dim(a, -1) > cx_dim(b, -1) ? cx_dim(a, -1) : cx_dim(b, -1));
    const cx_array *const x = wide(cx_linalg_solve_sylvester(a, b, q));
    const double size = (norm(a) + norm(b)) * norm(x) + norm(q);
    near(cx_add(cx_matmul(wide(a), x), cx_matmul(x, wide(b))), wide(q),
         16 * n * check_eps(cx_dtype_of(a)) * size, "sylvester", name);
}

Test(matrix_functions, sylvester)
{
    for (int i = 0; i < 4; i++)
        for (const gallery_matrix *g = gallery; g->name != NULL; g++) {
            if ((g->is & (GALLERY_EXTREME | GALLERY_ILL)) != 0) continue;
            const cx_scope s = cx_scope_open();
            const cx_array *const a = gallery_make(g, 9, types[i], LIE_ROWS);
            const double far = 2 * norm(a) + 1; /* past all of a's eigenvalues */
            const cx_array *const b =
                cx_astype(cx_add(check_random(CX_SHAPE(5, 5), types[i], LIE_COLUMNS, 3),
                                 cx_mul(identity(5, types[i]), cx_float(far + 3))),
                          types[i]);
            sylvester_of(a, b, check_random(CX_SHAPE(9, 5), types[i], LIE_SLICED, 4), g->name);
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", g->name, cx_error_message());
        }
    static const int64_t sizes[4][2] = {{33, 33}, {150, 40}, {21, 130}, {64, 65}};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++) {
            const cx_scope s = cx_scope_open();
            const int64_t m = sizes[k][0], n = sizes[k][1];
            sylvester_of(right(m, types[i], 1), right(n, types[i], 2),
                         check_random(CX_SHAPE(m, n), types[i], LIE_ROWS, 5), "large");
            const cx_array *const a = right(m, types[i], 6),
                                  *const q = check_random(CX_SHAPE(m, m), types[i], LIE_ROWS, 7),
                                  *const x = wide(cx_linalg_solve_continuous_lyapunov(a, q));
            near(cx_add(cx_matmul(wide(a), x), cx_matmul(x, check_adjoint(wide(a)))), wide(q),
                 32 * (double)m * check_eps(types[i]) * norm(a) * norm(x), "lyapunov", "large");
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* Of a stack the one that has no solution is named. */
Test(matrix_functions, sylvester_without_solution)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const one = identity(3, CX_F64), *const b = cx_negative(one);
    const cx_array *const a = cx_stack(CX_ARRAYS(cx_mul(one, cx_float(2)), one), 0);
    cr_assert(cx_status_of(cx_linalg_solve_sylvester(a, b, one)) == CX_E_SINGULAR);
    cr_assert(strstr(cx_error_message(), "matrix (1,) of a and -b") != NULL, "%s",
              cx_error_message());
    (void)!cx_scope_close(s);
}

/* Solutions that are past the range unless they are scaled on the way. */
Test(matrix_functions, sylvester_near_overflow)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = 70;
    const cx_array *const a = cx_mul(right(n, CX_F64, 1), cx_float(1e-160)),
                          *const q = cx_mul(check_random(CX_SHAPE(n, n), CX_F64, LIE_ROWS, 2),
                                            cx_float(1e140));
    const cx_array *const x = cx_linalg_solve_sylvester(a, a, q);
    const cx_array *const y = cx_linalg_solve_sylvester(
        cx_mul(a, cx_float(1e160)), cx_mul(a, cx_float(1e160)), cx_mul(q, cx_float(1e-140)));
    near(cx_mul(x, cx_float(1e-300)), y, 1e-11 * check_size(y), "scaled", "tiny");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(matrix_functions, riccati)
{
    for (int i = 0; i < 4; i++)
        for (int64_t m = 2; m <= 20; m += 9) {
            const cx_scope s = cx_scope_open();
            const cx_dtype t = types[i];
            const cx_array *const a = check_random(CX_SHAPE(2, m, m), t, LIE_ROWS, 31),
                                  *const b = check_random(CX_SHAPE(m, 2), t, LIE_COLUMNS, 32),
                                  *const q = identity(m, t), *const r = identity(2, t);
            const double eps = check_eps(t) * 1e4;
            const cx_array *const ah = check_adjoint(a), *const bh = check_adjoint(b);
            const cx_array *x = cx_linalg_solve_continuous_are(a, b, q, r, NULL);
            cr_assert_eq(cx_dtype_of(x), t);
            const cx_array *const xb = cx_matmul(x, b);
            const cx_array *rest = cx_add(
                cx_sub(cx_add(cx_matmul(x, a), cx_matmul(ah, x)), cx_matmul(xb, check_adjoint(xb))),
                q);
            near(rest, cx_zeros_like(rest, CX_DTYPE_NONE), eps * (1 + pow(norm(x), 2)), "care", "");
            x = cx_linalg_solve_discrete_are(a, b, q, r, NULL);
            const cx_array *const xa = cx_matmul(x, a), *const bxa = cx_matmul(bh, xa);
            const cx_array *const mid = cx_add(r, cx_matmul(bh, cx_matmul(x, b)));
            rest = cx_add(cx_sub(cx_sub(cx_matmul(ah, xa), x),
                                 cx_matmul(check_adjoint(bxa), cx_linalg_solve(mid, bxa))),
                          q);
            near(rest, cx_zeros_like(rest, CX_DTYPE_NONE), eps * (1 + pow(norm(x), 2)), "dare", "");
            near(x, check_adjoint(x), 0, "hermitian", "dare");
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* ---- derivatives of the exponential */
Test(matrix_functions, frechet)
{
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const a = check_random(CX_SHAPE(3, 6, 6), types[i], LIE_ROWS, 51),
                              *const e = check_random(CX_SHAPE(6, 6), types[i], LIE_ROWS, 52);
        const cx_expm_frechet f = cx_linalg_expm_frechet(a, e), g = cx_linalg_expm_frechet(a, a);
        const double eps = check_eps(types[i]);
        near(f.expm, cx_linalg_expm(a), 64 * eps * norm(f.expm), "expm", "frechet");
        near(g.frechet, cx_matmul(a, g.expm), 64 * eps * norm(g.frechet), "along a itself", "");
        /* of all directions the worst is at least as bad as this one */
        const cx_array *const k = cx_linalg_expm_cond(a);
        const double here = check_size(cx_linalg_norm(cx_select(f.frechet, 0, 0), CX_ALL, NULL)) /
                            check_size(cx_linalg_norm(e, CX_ALL, NULL)) *
                            check_size(cx_linalg_norm(cx_select(a, 0, 0), CX_ALL, NULL)) /
                            check_size(cx_linalg_norm(cx_select(f.expm, 0, 0), CX_ALL, NULL));
        cr_assert(cx_ndim(k) == 1 && here <= (1 + 1e-4) * check_size(cx_select(k, 0, 0)) &&
                  here > 0);
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(matrix_functions, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_add(check_random(CX_SHAPE(30, 7, 7), CX_F64, LIE_ROWS, 1),
                                     cx_mul(identity(7, CX_F64), cx_float(3)));
    const cx_array *first[3] = {NULL};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_array *const r[3] = {cx_linalg_sqrtm(a), cx_linalg_logm(a),
                                      cx_linalg_solve_sylvester(a, a, a)};
        for (int i = 0; i < 3; i++) {
            if (threads == 1) first[i] = r[i];
            cr_assert(check_same_bits(first[i], r[i]));
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
