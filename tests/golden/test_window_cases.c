/* device: each. Window functions: window_cases.tsv (make_window_cases.py). */
#include "cases.h"
#include <calx.h>
#include <criterion/criterion.h>

static void bartlett(test_case *c, cx_array **out)
{
    out[0] = cx_bartlett(case_int(c, "n", 0), test_device());
}
static void blackman(test_case *c, cx_array **out)
{
    out[0] = cx_blackman(case_int(c, "n", 0), test_device());
}
static void hamming(test_case *c, cx_array **out)
{
    out[0] = cx_hamming(case_int(c, "n", 0), test_device());
}
static void hanning(test_case *c, cx_array **out)
{
    out[0] = cx_hanning(case_int(c, "n", 0), test_device());
}
static void kaiser(test_case *c, cx_array **out)
{
    out[0] = cx_kaiser(case_int(c, "n", 0), case_f64(c, "beta", 0), test_device());
}

static const case_fn calls[] = {{"bartlett", bartlett},
                                {"blackman", blackman},
                                {"hamming", hamming},
                                {"hanning", hanning},
                                {"kaiser", kaiser}};

Test(window, cases)
{
    cr_assert_geq(CASES("golden/window_cases.tsv", calls), 250);
}

/* Symmetric to the bit, and on the device that was asked for. */
Test(window, symmetry)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = 1001;
    cx_array *const all[] = {cx_bartlett(n, test_device()), cx_blackman(n, test_device()),
                             cx_hamming(n, test_device()), cx_hanning(n, test_device()),
                             cx_kaiser(n, 14, test_device())};
    for (int i = 0; i < 5; i++) {
        cr_assert(cx_device_equal(cx_device_of(all[i]), test_device()));
        cr_assert(cx_array_equal(all[i], cx_flip(all[i], 0)), "window %d", i);
        cr_assert_float_eq(cx_item_f64(cx_select(all[i], 0, n / 2)), 1, 1e-15, "window %d", i);
    }
    cr_assert_eq(cx_status_of(cx_hanning(INT64_MAX, test_device())), CX_E_SHAPE);
    cr_assert_eq(cx_scope_close(s), CX_E_SHAPE);
}
