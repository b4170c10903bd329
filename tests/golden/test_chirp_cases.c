/* device: each. isa: each. scipy.signal's chirp z-transforms against SciPy
 * (tests/golden/make_chirp_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>

static cx_complex128 number(test_case *c, const char *re, const char *im)
{
    return (cx_complex128){case_f64(c, re, 0), case_f64(c, im, 0)};
}
static cx_czt_opts options(test_case *c)
{
    return *CX_OPTS(cx_czt_opts, .m = {case_has(c, "m"), case_int(c, "m", 0)},
                    .w = number(c, "w_re", "w_im"), .a = number(c, "a_re", "a_im"));
}
static void czt(test_case *c, cx_array **out)
{
    const cx_czt_opts o = options(c);
    out[0] = cx_signal_czt(case_array(c, 0), (int)case_int(c, "axis", -1), &o);
}
static void czt_points(test_case *c, cx_array **out)
{
    const cx_czt_opts o = options(c);
    out[0] = cx_signal_czt_points(case_int(c, "m", 0), &o, test_device());
}
static void zoom_fft(test_case *c, cx_array **out)
{
    const cx_zoom_fft_opts *const o =
        CX_OPTS(cx_zoom_fft_opts, .m = {case_has(c, "m"), case_int(c, "m", 0)},
                .fs = case_f64(c, "fs", 0), .endpoint = case_int(c, "endpoint", 0) != 0);
    out[0] = cx_signal_zoom_fft(case_array(c, 0), case_f64(c, "f1", 0), case_f64(c, "f2", 0),
                                (int)case_int(c, "axis", -1), o);
}

static const case_fn calls[] = {{"czt", czt}, {"czt_points", czt_points}, {"zoom_fft", zoom_fft}};

Test(golden, chirp)
{
    cr_assert_geq(CASES("golden/chirp_cases.tsv", calls), 180);
}
