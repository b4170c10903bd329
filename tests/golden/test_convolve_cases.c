/* device: each. isa: each. convolve and correlate against NumPy
 * (tests/golden/make_convolve_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

static cx_convolve_mode mode_of(const test_case *c)
{
    const char first = *case_text(c, "mode", "?");
    cr_assert(first == 'f' || first == 's' || first == 'v');
    return first == 'f' ? CX_CONVOLVE_FULL : first == 's' ? CX_CONVOLVE_SAME : CX_CONVOLVE_VALID;
}

static void convolve(test_case *c, cx_array **out)
{
    out[0] = cx_convolve(case_array(c, 0), case_array(c, 1), mode_of(c));
}

static void correlate(test_case *c, cx_array **out)
{
    out[0] = cx_correlate(case_array(c, 0), case_array(c, 1), mode_of(c));
}

static const case_fn calls[] = {{"convolve", convolve}, {"correlate", correlate}};

Test(golden, convolve)
{
    cr_assert_geq(CASES("golden/convolve_cases.tsv", calls), 400);
}
