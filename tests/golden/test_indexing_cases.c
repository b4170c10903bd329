/* device: each. Advanced indexing, read and written, against NumPy
 * (tests/golden/make_indexing_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>

static void getitem(test_case *c, cx_array **out)
{
    out[0] = cx_getitem(case_array(c, 0), case_text(c, "spec", NULL), case_arrays(c, 1));
}
static void setitem(test_case *c, cx_array **out)
{
    cx_array *const a = case_target(c, 0);
    case_status(c, cx_setitem(a, case_text(c, "spec", NULL), case_arrays(c, 2), case_array(c, 1)));
    out[0] = a;
}

static const case_fn calls[] = {{"getitem", getitem}, {"setitem", setitem}};

Test(golden, indexing)
{
    cr_assert_geq(CASES("golden/indexing_cases.tsv", calls), 900);
}
