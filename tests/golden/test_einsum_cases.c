/* device: each. einsum against NumPy (tests/golden/make_einsum_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <string.h>

static cx_einsum_order order_of(const test_case *c)
{
    static const char *const names[] = {"auto", "best", "greedy", "left"};
    const char *const text = case_text(c, "order", "auto");
    for (int i = 0; i < 4; i++)
        if (strcmp(names[i], text) == 0) return (cx_einsum_order)i;
    cr_assert_fail("order %s", text);
    return CX_EINSUM_AUTO;
}

static void einsum(test_case *c, cx_array **out)
{
    const char *const subscripts = case_text(c, "subscripts", "");
    const cx_dtype t = case_dtype(c, "dtype");
    if (!case_has(c, "order") && t == CX_DTYPE_NONE)
        out[0] = cx_einsum(subscripts, case_arrays(c, 0));
    else
        out[0] = cx_einsum_with(subscripts, case_arrays(c, 0),
                                CX_OPTS(cx_einsum_opts, .order = order_of(c), .dtype = t));
}

static const case_fn calls[] = {{"einsum", einsum}};

Test(golden, einsum)
{
    cr_assert_geq(CASES("golden/einsum_cases.tsv", calls), 500);
}
