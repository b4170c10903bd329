/* device: each. Triangular systems and factorisations against SciPy
 * (tests/golden/make_linalg_factor_cases.py). */
#include "cases.h"
#include "linalg_check.h"
#include <criterion/criterion.h>

static void solve_triangular(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_triangular(
        case_array(c, 0), case_array(c, 1),
        CX_OPTS(cx_solve_triangular_opts, .trans = (cx_trans)case_int(c, "trans", 0),
                .lower = case_int(c, "lower", 0) != 0,
                .unit_diagonal = case_int(c, "unit", 0) != 0));
}

static const case_fn calls[] = {{"solve_triangular", solve_triangular}};

Test(golden, linalg_factor)
{
    cr_assert_geq(CASES("golden/linalg_factor_cases.tsv", calls), 90);
}
