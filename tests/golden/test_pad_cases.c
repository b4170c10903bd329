/* device: each. numpy.pad in every mode: pad_cases.tsv (make_pad_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

static void pad(test_case *c, cx_array **out)
{
    int64_t widths[32], stat[32];
    const int n = case_ints(c, "widths", widths), m = case_ints(c, "stat", stat);
    const cx_pad_opts o = {.struct_size = sizeof o,
                           .constant_values = case_array(c, 1),
                           .end_values = case_array(c, 2),
                           .stat_length = {m, stat},
                           .reflect_type = (cx_reflection)case_int(c, "odd", 0)};
    out[0] = cx_pad(case_array(c, 0), (cx_shape){n, widths}, case_text(c, "mode", ""), &o);
}

/* The middle is the array, whatever the ends hold. */
static void pad_empty(test_case *c, cx_array **out)
{
    const cx_array *const a = case_array(c, 0);
    cx_array *r = cx_pad(a, CX_SHAPE(case_int(c, "widths", 0)), "empty", NULL);
    for (int d = 0; d < cx_ndim(a); d++) {
        cr_assert_eq(cx_dim(r, d), cx_dim(a, d) + 4);
        r = cx_slice(r, d, 2, 2 + cx_dim(a, d), 1);
    }
    out[0] = r;
}

static const case_fn calls[] = {{"pad", pad}, {"pad_empty", pad_empty}};

Test(pad, cases)
{
    cr_assert_geq(CASES("golden/pad_cases.tsv", calls), 700);
}
