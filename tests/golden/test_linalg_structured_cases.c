/* device: each. Structured matrices and matrices with names against SciPy
 * (tests/golden/make_linalg_structured_cases.py). What needs a slot that only the CPU has stands in
 * a test of its own. */
#include "cases.h"
#include <criterion/criterion.h>

static void solve_toeplitz(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_toeplitz(case_array(c, 0), case_array(c, 1), case_array(c, 2));
}
static void matmul_toeplitz(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_matmul_toeplitz(case_array(c, 0), case_array(c, 1), case_array(c, 2));
}
static void solve_circulant(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_circulant(
        case_array(c, 0), case_array(c, 1),
        CX_OPTS(cx_solve_circulant_opts, .lstsq = case_int(c, "lstsq", 0) != 0,
                .tol = {.set = case_has(c, "tol_"), .value = case_f64(c, "tol_", 0)},
                .caxis = {.set = case_has(c, "caxis"), .value = case_int(c, "caxis", 0)},
                .baxis = case_int(c, "baxis", 0), .outaxis = case_int(c, "outaxis", 0)));
}
static void bandwidth(test_case *c, cx_array **out)
{
    const cx_bandwidth b = cx_linalg_bandwidth(case_array(c, 0));
    out[0] = b.lower;
    out[1] = b.upper;
}
#define QUESTION(name)                                                                       \
    static void name(test_case *c, cx_array **out)                                           \
    {                                                                                        \
        out[0] = cx_linalg_##name(case_array(c, 0),                                          \
                                  CX_OPTS(cx_symmetric_opts, .atol = case_f64(c, "atol", 0), \
                                          .rtol = case_f64(c, "rtol", 0)));                  \
    }
QUESTION(issymmetric)
QUESTION(ishermitian)

static void dft(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_dft(case_int(c, "n", 0), test_device(),
                           CX_OPTS(cx_dft_opts, .scale = case_text(c, "scale", NULL)));
}
static void hadamard(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_hadamard(case_int(c, "n", 0), case_dtype(c, "dtype"), test_device());
}
static void helmert(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_helmert(case_int(c, "n", 0), test_device(),
                               CX_OPTS(cx_helmert_opts, .full = case_int(c, "full", 0) != 0));
}
#define PASCAL(name)                                                                          \
    static void name(test_case *c, cx_array **out)                                            \
    {                                                                                         \
        out[0] = cx_linalg_##name(case_int(c, "n", 0), test_device(),                         \
                                  CX_OPTS(cx_pascal_opts, .kind = case_text(c, "kind", NULL), \
                                          .inexact = case_int(c, "inexact", 0) != 0));        \
    }
PASCAL(pascal)
PASCAL(invpascal)

static void leslie(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_leslie(case_array(c, 0), case_array(c, 1));
}
static void fiedler(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_fiedler(case_array(c, 0));
}
static void fiedler_companion(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_fiedler_companion(case_array(c, 0));
}
static void convolution_matrix(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_convolution_matrix(case_array(c, 0), case_int(c, "n", 0),
                                          case_text(c, "mode", NULL));
}

static const case_fn calls[] = {{"matmul_toeplitz", matmul_toeplitz},
                                {"solve_circulant", solve_circulant},
                                {"bandwidth", bandwidth},
                                {"issymmetric", issymmetric},
                                {"ishermitian", ishermitian},
                                {"dft", dft},
                                {"hadamard", hadamard},
                                {"helmert", helmert},
                                {"pascal", pascal},
                                {"invpascal", invpascal},
                                {"leslie", leslie},
                                {"fiedler", fiedler},
                                {"fiedler_companion", fiedler_companion},
                                {"convolution_matrix", convolution_matrix}};
static const case_fn toeplitz_calls[] = {{"solve_toeplitz", solve_toeplitz}};

Test(golden, linalg_structured)
{
    cr_assert_geq(CASES("golden/linalg_structured_cases.tsv", calls), 450);
}

Test(golden, linalg_toeplitz)
{
    if (test_on_cpu()) {
        cr_assert_geq(CASES("golden/linalg_toeplitz_cases.tsv", toeplitz_calls), 60);
        return;
    }
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_ones(CX_SHAPE(3), CX_F64, test_device());
    cr_assert_eq(cx_status_of(cx_linalg_solve_toeplitz(a, NULL, a)), CX_E_UNSUPPORTED);
    (void)!cx_scope_close(s);
}
