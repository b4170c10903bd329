/* device: each. Functions of matrices, bases and factors against SciPy
 * (tests/golden/make_linalg_functions_cases.py), and what they have to fulfil. */
#include "cases.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>

#define ONE(name)                                    \
    static void name(test_case *c, cx_array **out)   \
    {                                                \
        out[0] = cx_linalg_##name(case_array(c, 0)); \
    }
ONE(expm)
ONE(cosm)
ONE(sinm)
ONE(tanm)
ONE(coshm)
ONE(sinhm)
ONE(tanhm)

static void polar(test_case *c, cx_array **out)
{
    const cx_polar r = cx_linalg_polar(case_array(c, 0),
                                       CX_OPTS(cx_polar_opts, .left = case_int(c, "left", 0) != 0));
    out[0] = r.u;
    out[1] = r.p;
}
static cx_maybe_f64 maybe(const test_case *c, const char *key)
{
    return (cx_maybe_f64){.set = case_has(c, key), .value = case_f64(c, key, 0)};
}
static void basis(cx_array *q, cx_array **out)
{
    out[0] = cx_status_of(q) == CX_OK ? cx_matmul(q, check_adjoint(q)) : q;
    if (cx_status_of(q) != CX_OK) return;
    const int64_t shape[2] = {cx_dim(q, 0), cx_dim(q, 1)};
    out[1] = test_copy_host(shape, CX_SHAPE(2), CX_I64);
}
static void orth(test_case *c, cx_array **out)
{
    basis(cx_linalg_orth(case_array(c, 0), CX_OPTS(cx_orth_opts, .rcond = maybe(c, "rcond"))), out);
}
static void null_space(test_case *c, cx_array **out)
{
    basis(cx_linalg_null_space(case_array(c, 0), CX_OPTS(cx_orth_opts, .rcond = maybe(c, "rcond"))),
          out);
}
static void subspace_angles(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_subspace_angles(case_array(c, 0), case_array(c, 1));
}
static void pinvh(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_pinvh(case_array(c, 0),
                             CX_OPTS(cx_pinvh_opts, .upper = case_int(c, "upper", 0) != 0,
                                     .atol = case_f64(c, "atol", 0), .rtol = maybe(c, "rtol")));
}

static void orthogonal_procrustes(test_case *c, cx_array **out)
{
    const cx_procrustes r = cx_linalg_orthogonal_procrustes(case_array(c, 0), case_array(c, 1));
    out[0] = r.r;
    out[1] = r.scale;
}

static const case_fn calls[] = {{"expm", expm},
                                {"cosm", cosm},
                                {"sinm", sinm},
                                {"tanm", tanm},
                                {"coshm", coshm},
                                {"sinhm", sinhm},
                                {"tanhm", tanhm},
                                {"polar", polar},
                                {"orth", orth},
                                {"null_space", null_space},
                                {"subspace_angles", subspace_angles},
                                {"pinvh", pinvh},
                                {"orthogonal_procrustes", orthogonal_procrustes}};

Test(golden, linalg_functions)
{
    cr_assert_geq(CASES("golden/linalg_functions_cases.tsv", calls), 350);
}

/* ---- identities */
static const cx_dtype types[4] = {CX_F32, CX_F64, CX_C64, CX_C128};

static double distance(const cx_array *a, const cx_array *b)
{
    return check_distance(cx_to(a, CX_CPU), cx_to(b, CX_CPU));
}
static double size_of(const cx_array *a)
{
    return check_size(cx_to(a, CX_CPU));
}

/* exp(a) exp(-a) = 1, of batches whose matrices are of very different sizes */
Test(golden, expm_identities)
{
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const double eps = check_eps(types[i]);
        const int64_t n = 6;
        const cx_array *a =
            cx_to(check_random(CX_SHAPE(5, n, n), types[i], LIE_ROWS, 7 + i), test_device());
        const double grades[5] = {1e-6, 0.03, 0.3, 1.5, 4};
        const cx_array *const grade = cx_astype(test_copy_host(grades, CX_SHAPE(5, 1, 1), CX_F64),
                                                i % 2 == 0 ? CX_F32 : CX_F64);
        a = cx_mul(a, grade);
        const cx_array *const e = cx_linalg_expm(a), *const f = cx_linalg_expm(cx_negative(a));
        const cx_array *const one =
            cx_broadcast_to(cx_eye(n, n, 0, types[i], test_device()), CX_SHAPE(5, n, n));
        cr_assert_lt(distance(cx_matmul(e, f), one), (double)n * 4 * eps * size_of(e) * size_of(f));
        const cx_array *const c = cx_linalg_cosm(a), *const d = cx_linalg_sinm(a);
        cr_assert_lt(distance(cx_add(cx_matmul(c, c), cx_matmul(d, d)), one),
                     (double)n * 8 * eps * size_of(c) * size_of(c) + (double)n * 8 * eps);
        for (int64_t k = 0; k < 5; k++) /* alone or among others */
            cr_assert_lt(distance(cx_linalg_expm(cx_select(a, 0, k)), cx_select(e, 0, k)),
                         (double)n * 4 * eps * size_of(cx_select(e, 0, k)) * (1 + grades[k]));
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}

Test(golden, expm_of_nonfinite)
{
    const double bad[2] = {NAN, INFINITY};
    for (int i = 0; i < 2; i++) {
        const cx_scope s = cx_scope_open();
        const double v[8] = {1, bad[i], 2, 3, 0, 1, 0, 0};
        const cx_array *const e =
            cx_to(cx_linalg_expm(test_copy_host(v, CX_SHAPE(2, 2, 2), CX_F64)), CX_CPU);
        const double *const at = cx_data_f64(e);
        for (int k = 0; k < 4; k++) cr_assert(isnan(at[k]), "%g", at[k]);
        cr_assert_float_eq(at[4], 1, 1e-15);
        cr_assert_float_eq(at[5], 1, 1e-15);
        cr_assert_float_eq(at[7], 1, 1e-15);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}

/* A known angle, small or near a right one, to the last digits. */
Test(golden, angles_of_known_size)
{
    const double angles[6] = {1e-12, 1e-7, 1e-3, 0.7, 1.2, 1.5707};
    for (int i = 0; i < 6; i++) {
        const cx_scope s = cx_scope_open();
        const double t = angles[i];
        const double a[8] = {1, 0, 0, 0, 0, 1, 0, 0}, b[8] = {cos(t), 0, sin(t), 0, 0, 1, 0, 0};
        const cx_array *const r =
            cx_to(cx_linalg_subspace_angles(test_copy_host(a, CX_SHAPE(4, 2), CX_F64),
                                            test_copy_host(b, CX_SHAPE(4, 2), CX_F64)),
                  CX_CPU);
        cr_assert_float_eq(cx_data_f64(r)[0], t, t * 1e-14 + 1e-15);
        cr_assert_float_eq(cx_data_f64(r)[1], 0, 1e-15);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}
