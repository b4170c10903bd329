/* device: each. Medians, quantiles, percentiles, averages against NumPy
 * (golden/make_quantile_cases.py). */
#include "cases.h"
#include <calx/ops.h>
#include <calx/statistics.h>
#include <criterion/criterion.h>

static cx_quantile_opts opts_of(test_case *c)
{
    cx_quantile_opts o = {.struct_size = sizeof o};
    o.method = (cx_quantile_method)case_int(c, "method", 0);
    o.weights = case_array(c, 2);
    return o;
}
static void quantile(test_case *c, cx_array **out)
{
    const cx_quantile_opts o = opts_of(c);
    out[0] = o.method == CX_QUANTILE_LINEAR && o.weights == NULL
                 ? cx_quantile(case_array(c, 0), case_array(c, 1), case_how(c))
                 : cx_quantile_with(case_array(c, 0), case_array(c, 1), case_how(c), &o);
}
static void percentile(test_case *c, cx_array **out)
{
    const cx_quantile_opts o = opts_of(c);
    out[0] = cx_percentile(case_array(c, 0), case_array(c, 1), case_how(c), &o);
}
static void nanquantile(test_case *c, cx_array **out)
{
    const cx_quantile_opts o = opts_of(c);
    out[0] = cx_nanquantile(case_array(c, 0), case_array(c, 1), case_how(c), &o);
}
static void nanpercentile(test_case *c, cx_array **out)
{
    const cx_quantile_opts o = opts_of(c);
    out[0] = cx_nanpercentile(case_array(c, 0), case_array(c, 1), case_how(c), &o);
}
static void median(test_case *c, cx_array **out)
{
    out[0] = cx_median(case_array(c, 0), case_how(c));
}
static void nanmedian(test_case *c, cx_array **out)
{
    out[0] = cx_nanmedian(case_array(c, 0), case_how(c));
}
static void average(test_case *c, cx_array **out)
{
    const cx_averaged r = cx_average_returned(case_array(c, 0), case_array(c, 1), case_how(c));
    out[0] = r.average;
    out[1] = r.weights_sum;
    if (cx_status_of(r.average) == CX_OK)
        cr_assert(
            cx_array_equal(cx_average(case_array(c, 0), case_array(c, 1), case_how(c)), r.average),
            "cx_average differs");
}
static void ptp(test_case *c, cx_array **out)
{
    out[0] = cx_ptp(case_array(c, 0), case_how(c));
}

static const case_fn calls[] = {
    {"quantile", quantile},       {"percentile", percentile},
    {"nanquantile", nanquantile}, {"nanpercentile", nanpercentile},
    {"median", median},           {"nanmedian", nanmedian},
    {"average", average},         {"ptp", ptp},
};

Test(golden, quantile)
{
    cr_assert_geq(CASES("golden/quantile_cases.tsv", calls), 1800);
}
Test(golden, average)
{
    cr_assert_geq(CASES("golden/average_cases.tsv", calls), 1000);
}
