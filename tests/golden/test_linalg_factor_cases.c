/* device: each. Triangular systems and factorisations against SciPy
 * (tests/golden/make_linalg_factor_cases.py). */
#include "cases.h"
#include "linalg_check.h"
#include <criterion/criterion.h>

static void solve_triangular(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_triangular(case_array(c, 0), case_array(c, 1),
                                        CX_OPTS(cx_solve_triangular_opts,
                                                .trans = (cx_trans)case_int(c, "trans", 0),
                                                .lower = case_int(c, "lower", 0) != 0,
                                                .unit_diagonal = case_int(c, "unit", 0) != 0));
}

static void lu(test_case *c, cx_array **out)
{
    const cx_lu r = cx_linalg_lu(
        case_array(c, 0), CX_OPTS(cx_lu_opts, .p_indices = case_int(c, "p_indices", 0) != 0));
    out[0] = r.p;
    out[1] = r.l;
    out[2] = r.u;
}
static void lu_permuted(test_case *c, cx_array **out)
{
    const cx_lu r = cx_linalg_lu(case_array(c, 0), CX_OPTS(cx_lu_opts, .permute_l = true));
    cr_assert_eq(cx_status_of(r.p), CX_E_ARGUMENT);
    out[0] = r.l;
    out[1] = r.u;
}
static void lu_factor(test_case *c, cx_array **out)
{
    const cx_lu_factors r = cx_linalg_lu_factor(case_array(c, 0));
    out[0] = r.lu;
    out[1] = r.piv;
}
static void lu_solve(test_case *c, cx_array **out)
{
    out[0] =
        cx_linalg_lu_solve(case_array(c, 0), case_array(c, 1), case_array(c, 2),
                           CX_OPTS(cx_lu_solve_opts, .trans = (cx_trans)case_int(c, "trans", 0)));
}
static void cho_factor(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_cho_factor(case_array(c, 0),
                                  CX_OPTS(cx_cho_opts, .lower = case_int(c, "lower", 0) != 0));
}
static void cho_solve(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_cho_solve(case_array(c, 0), case_array(c, 1),
                                 CX_OPTS(cx_cho_opts, .lower = case_int(c, "lower", 0) != 0));
}

static const case_fn calls[] = {{"solve_triangular", solve_triangular},
                                {"lu", lu},
                                {"lu_permuted", lu_permuted},
                                {"lu_factor", lu_factor},
                                {"lu_solve", lu_solve},
                                {"cho_factor", cho_factor},
                                {"cho_solve", cho_solve}};

Test(golden, linalg_factor)
{
    cr_assert_geq(CASES("golden/linalg_factor_cases.tsv", calls), 90);
}
