/* device: each. Covariance, correlation, interpolation and counting against NumPy
 * (golden/make_statistics_cases.py). */
#include "cases.h"
#include <calx/statistics.h>
#include <criterion/criterion.h>

static cx_cov_opts opts_of(test_case *c)
{
    cx_cov_opts o = {.struct_size = sizeof o, .dtype = case_dtype(c, "dtype")};
    o.columns = case_int(c, "columns", 0) != 0;
    o.bias = case_int(c, "bias", 0) != 0;
    o.ddof.set = case_has(c, "ddof");
    o.ddof.value = case_int(c, "ddof", 0);
    return o;
}
static void cov(test_case *c, cx_array **out)
{
    cx_cov_opts o = opts_of(c);
    o.fweights = case_array(c, 2);
    o.aweights = case_array(c, 3);
    out[0] = cx_cov(case_array(c, 0), case_array(c, 1), &o);
}
static void corrcoef(test_case *c, cx_array **out)
{
    const cx_cov_opts o = opts_of(c);
    out[0] = cx_corrcoef(case_array(c, 0), case_array(c, 1), &o);
}
static void interp(test_case *c, cx_array **out)
{
    cx_interp_opts o = {.struct_size = sizeof o};
    o.left = case_array(c, 3);
    o.right = case_array(c, 4);
    o.period = (cx_maybe_f64){case_has(c, "period"), case_f64(c, "period", 0)};
    out[0] = cx_interp(case_array(c, 0), case_array(c, 1), case_array(c, 2), &o);
}
static void count_nonzero(test_case *c, cx_array **out)
{
    out[0] = cx_count_nonzero(case_array(c, 0), case_how(c));
}

static const case_fn calls[] = {
    {"cov", cov},
    {"corrcoef", corrcoef},
    {"interp", interp},
    {"count_nonzero", count_nonzero},
};

Test(golden, statistics)
{
    cr_assert_geq(CASES("golden/statistics_cases.tsv", calls), 1000);
}
