/* device: each. Matrices made of a few numbers against SciPy
 * (tests/golden/make_linalg_matrices_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>

static void toeplitz(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_toeplitz(case_array(c, 0), case_array(c, 1));
}
static void hankel(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_hankel(case_array(c, 0), case_array(c, 1));
}
static void circulant(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_circulant(case_array(c, 0));
}
static void hilbert(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_hilbert(case_int(c, "n", 0), test_device());
}
static void invhilbert(test_case *c, cx_array **out)
{
    out[0] =
        cx_linalg_invhilbert(case_int(c, "n", 0), test_device(),
                             CX_OPTS(cx_invhilbert_opts, .exact = case_int(c, "exact", 0) != 0));
}
static void block_diag(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_block_diag(case_arrays(c, 0));
}
static void khatri_rao(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_khatri_rao(case_array(c, 0), case_array(c, 1));
}
static void companion(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_companion(case_array(c, 0));
}

static const case_fn calls[] = {{"toeplitz", toeplitz},     {"hankel", hankel},
                                {"circulant", circulant},   {"hilbert", hilbert},
                                {"invhilbert", invhilbert}, {"block_diag", block_diag},
                                {"khatri_rao", khatri_rao}, {"companion", companion}};

Test(golden, linalg_matrices)
{
    cr_assert_geq(CASES("golden/linalg_matrices_cases.tsv", calls), 350);
}
