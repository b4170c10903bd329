/* device: each. Systems whose structure is known, and pseudo-inverses with ranks, against SciPy
 * (tests/golden/make_linalg_solve_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>

static void solve_with(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_with(case_array(c, 0), case_array(c, 1),
                                  CX_OPTS(cx_solve_opts, .assume_a = case_text(c, "assume_a", NULL),
                                          .lower = case_int(c, "lower", 0) != 0,
                                          .transposed = case_int(c, "transposed", 0) != 0));
}
static const cx_pinvh_opts *options(const test_case *c, cx_pinvh_opts *o)
{
    *o = (cx_pinvh_opts){.struct_size = sizeof *o,
                         .upper = case_int(c, "upper", 0) != 0,
                         .atol = case_f64(c, "atol", 0),
                         .rtol = {.set = case_has(c, "rtol"), .value = case_f64(c, "rtol", 0)}};
    return o;
}
static void pinv_ranked(test_case *c, cx_array **out)
{
    cx_pinvh_opts o;
    const cx_pinv_ranked r = cx_linalg_pinv_ranked(case_array(c, 0), options(c, &o));
    out[0] = r.pinv;
    out[1] = r.rank;
}
static void pinvh_ranked(test_case *c, cx_array **out)
{
    cx_pinvh_opts o;
    const cx_pinv_ranked r = cx_linalg_pinvh_ranked(case_array(c, 0), options(c, &o));
    out[0] = r.pinv;
    out[1] = r.rank;
}

static const case_fn calls[] = {
    {"solve_with", solve_with}, {"pinv_ranked", pinv_ranked}, {"pinvh_ranked", pinvh_ranked}};

Test(golden, linalg_solve)
{
    cr_assert_geq(CASES("golden/linalg_solve_cases.tsv", calls), 500);
}
