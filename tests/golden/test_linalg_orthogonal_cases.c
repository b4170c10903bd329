/* device: each. Orthogonal and Hermitian factorisations against SciPy
 * (tests/golden/make_linalg_qr_cases.py, make_linalg_hermitian_cases.py). */
#include "cases.h"
#include "linalg_check.h"
#include <criterion/criterion.h>

static bool good(const cx_array *a, cx_array **out)
{
    if (cx_status_of(a) == CX_OK) return true;
    out[0] = (cx_array *)(uintptr_t)a;
    return false;
}

/* Where the device has no such routine, which another test looks at, the CPU's answer. */
static const cx_array *near_by(const cx_array *a)
{
    return test_on_cpu() ? a : cx_to(a, CX_CPU);
}
static cx_qr_pivoted pivoted(test_case *c, cx_factor_mode mode)
{
    return cx_linalg_qr_pivoted(near_by(case_array(c, 0)),
                                CX_OPTS(cx_qr_pivoted_opts, .mode = mode));
}
static void qr_pivoted(test_case *c, cx_array **out)
{
    const cx_qr_pivoted f =
        pivoted(c, case_int(c, "economic", 0) != 0 ? CX_FACTOR_ECONOMIC : CX_FACTOR_FULL);
    if (!good(f.r, out)) return;
    out[0] = cx_abs(f.r);
    out[1] = f.p;
    out[2] = cx_matmul(f.q, f.r);
}
static void qr_pivoted_r(test_case *c, cx_array **out)
{
    const cx_qr_pivoted f = pivoted(c, CX_FACTOR_R);
    cr_assert_eq(cx_status_of(f.q), CX_E_ARGUMENT);
    if (!good(f.r, out)) return;
    out[0] = cx_abs(f.r);
    out[1] = f.p;
}

static cx_qr_product multiplied(test_case *c, const cx_array *a, const cx_array *right, bool left)
{
    const bool pivoting = case_int(c, "pivoting", 0) != 0;
    return cx_linalg_qr_multiply(pivoting ? near_by(a) : a, pivoting ? near_by(right) : right,
                                 CX_OPTS(cx_qr_multiply_opts, .left = left, .pivoting = pivoting,
                                         .conjugate = case_int(c, "conjugate", 0) != 0));
}
static void qr_multiply(test_case *c, cx_array **out)
{
    const cx_qr_product f = multiplied(c, case_array(c, 0), case_array(c, 1), false);
    if (!good(f.cq, out)) return;
    const bool conj = case_int(c, "conjugate", 0) != 0;
    out[0] = cx_matmul(f.cq, conj ? cx_conjugate(f.r) : f.r);
    out[1] = cx_abs(f.r);
    if (case_int(c, "pivoting", 0) != 0)
        out[2] = f.p;
    else
        cr_assert_eq(cx_status_of(f.p), CX_E_ARGUMENT);
}
static void qr_multiply_left(test_case *c, cx_array **out)
{
    const bool pivoting = case_int(c, "pivoting", 0) != 0;
    const cx_array *const a = pivoting ? near_by(case_array(c, 0)) : case_array(c, 0);
    const cx_array *const r =
        pivoting
            ? cx_linalg_qr_pivoted(a, CX_OPTS(cx_qr_pivoted_opts, .mode = CX_FACTOR_ECONOMIC)).r
            : cx_linalg_qr_multiply(
                  a, cx_ones(CX_SHAPE(1, cx_dim(a, 0)), cx_dtype_of(a), test_device()), NULL)
                  .r;
    if (!good(r, out)) return;
    const cx_qr_product f = multiplied(
        c, a, cx_matmul(r, pivoting ? near_by(case_array(c, 1)) : case_array(c, 1)), true);
    out[0] = f.cq;
    out[1] = cx_abs(f.r);
    if (pivoting) out[2] = f.p;
}
static void rq(test_case *c, cx_array **out)
{
    const cx_factor_mode mode = (cx_factor_mode)case_int(c, "mode", 0);
    const cx_rq f = cx_linalg_rq(case_array(c, 0), CX_OPTS(cx_rq_opts, .mode = mode));
    if (!good(f.r, out)) return;
    out[0] = cx_abs(f.r);
    if (mode != CX_FACTOR_R) out[1] = cx_matmul(f.r, f.q);
}
static void lstsq(test_case *c, cx_array **out)
{
    const bool qr = case_int(c, "qr", 0) != 0;
    const cx_array *const a = case_array(c, 0), *const b = case_array(c, 1);
    const cx_lstsq f = cx_linalg_lstsq(
        qr ? near_by(a) : a, qr ? near_by(b) : b,
        CX_OPTS(cx_lstsq_opts, .driver = qr ? CX_LSTSQ_QR : CX_LSTSQ_SVD,
                .rcond = {.set = case_has(c, "rcond"), .value = case_f64(c, "rcond", 0)}));
    if (!good(f.x, out)) return;
    out[0] = f.x;
    out[1] = f.residuals;
    out[2] = f.rank;
    if (!qr)
        out[3] = f.s;
    else
        cr_assert_eq(cx_status_of(f.s), CX_E_ARGUMENT);
}
static void ldl(test_case *c, cx_array **out)
{
    const cx_ldl f = cx_linalg_ldl(near_by(case_array(c, 0)),
                                   CX_OPTS(cx_ldl_opts, .upper = case_int(c, "upper", 0) != 0,
                                           .symmetric = case_int(c, "symmetric", 0) != 0));
    out[0] = f.lu;
    out[1] = f.d;
    out[2] = f.perm;
}

static cx_eigh_with_opts eigh_opts(const test_case *c)
{
    cx_eigh_with_opts o = {.struct_size = sizeof o,
                           .type = (int)case_int(c, "type", 0),
                           .upper = case_int(c, "upper", 0) != 0,
                           .by_index = case_has(c, "index"),
                           .by_value = case_has(c, "lo"),
                           .value = {case_f64(c, "lo", 0), case_f64(c, "hi", 0)}};
    int64_t index[32];
    if (case_ints(c, "index", index) == 2) o.index[0] = index[0], o.index[1] = index[1];
    return o;
}
static void eigh(test_case *c, cx_array **out)
{
    const cx_eigh_with_opts o = eigh_opts(c);
    const cx_eigh f =
        cx_linalg_eigh_with(case_array(c, 0), case_count(c) > 1 ? case_array(c, 1) : NULL, &o);
    if (!good(f.w, out)) return;
    out[0] = f.w;
    out[1] = cx_abs(f.v);
}
static void eigvalsh(test_case *c, cx_array **out)
{
    const cx_eigh_with_opts o = eigh_opts(c);
    out[0] = cx_linalg_eigvalsh_with(case_array(c, 0), case_array(c, 1), &o);
}

static const case_fn qr_calls[] = {{"qr_pivoted", qr_pivoted},
                                   {"qr_pivoted_r", qr_pivoted_r},
                                   {"qr_multiply", qr_multiply},
                                   {"qr_multiply_left", qr_multiply_left},
                                   {"rq", rq},
                                   {"lstsq", lstsq}};
static const case_fn hermitian_calls[] = {{"ldl", ldl}, {"eigh", eigh}, {"eigvalsh", eigvalsh}};

Test(golden, linalg_qr)
{
    cr_assert_geq(CASES("golden/linalg_qr_cases.tsv", qr_calls), 300);
}
Test(golden, linalg_hermitian)
{
    cr_assert_geq(CASES("golden/linalg_hermitian_cases.tsv", hermitian_calls), 200);
}
