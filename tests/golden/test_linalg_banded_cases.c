/* Band matrices against SciPy (tests/golden/make_linalg_banded_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>

#define LOWER(c) CX_OPTS(cx_banded_opts, .lower = case_int(c, "lower", 0) != 0)

static void solve_banded(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_banded(case_int(c, "l", 0), case_int(c, "u", 0), case_array(c, 0),
                                    case_array(c, 1));
}
static void solveh_banded(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solveh_banded(case_array(c, 0), case_array(c, 1), LOWER(c));
}
static void cho_solve_banded(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_cho_solve_banded(case_array(c, 0), case_array(c, 1), LOWER(c));
}
static void cholesky_banded(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_cholesky_banded(case_array(c, 0), LOWER(c));
}
static void eigvals_banded(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_eigvals_banded(
        case_array(c, 0),
        CX_OPTS(cx_eig_banded_opts, .lower = case_int(c, "lower", 0) != 0,
                .select = (cx_eig_select)case_int(c, "select", 0), .low = case_f64(c, "low", 0),
                .high = case_f64(c, "high", 0), .first = case_int(c, "first", 0),
                .last = case_int(c, "last", 0)));
}
static void eigvalsh_tridiagonal(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_eigvalsh_tridiagonal(
        case_array(c, 0), case_array(c, 1),
        CX_OPTS(cx_eigh_tridiagonal_opts, .select = (cx_eig_select)case_int(c, "select", 0),
                .low = case_f64(c, "low", 0), .high = case_f64(c, "high", 0),
                .first = case_int(c, "first", 0), .last = case_int(c, "last", 0)));
}

static const case_fn calls[] = {
    {"solve_banded", solve_banded},         {"solveh_banded", solveh_banded},
    {"cho_solve_banded", cho_solve_banded}, {"cholesky_banded", cholesky_banded},
    {"eigvals_banded", eigvals_banded},     {"eigvalsh_tridiagonal", eigvalsh_tridiagonal}};

Test(golden, linalg_banded)
{
    cr_assert_geq(CASES("golden/linalg_banded_cases.tsv", calls), 520);
}
