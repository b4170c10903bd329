/* What calx bench says about times: spread, limit, break-even, prices. */
#include "cli/bench/analysis.h"
#include <criterion/criterion.h>
#include <math.h>

static bool near(double got, double want)
{
    return fabs(got - want) <= 1e-12 * fabs(want);
}

Test(bench_analysis, quartiles_lie_between_samples)
{
    double seconds[] = {5, 1, 4, 2};
    const bench_stats s = bench_stats_of(seconds, 4);
    cr_assert_eq(s.samples, 4);
    cr_assert(near(s.best, 1) && near(s.low, 1.75) && near(s.median, 3) && near(s.high, 4.25));
    double one[] = {7};
    const bench_stats t = bench_stats_of(one, 1);
    cr_assert(t.best == 7 && t.low == 7 && t.median == 7 && t.high == 7);
    cr_assert(isnan(bench_stats_of(NULL, 0).median));
}

Test(bench_analysis, copy_rates_are_lines_in_logarithms)
{
    const bench_rate points[] = {{100, 10}, {10000, 1000}, {1000000, 500}};
    cr_assert(near(bench_copy_rate(points, 3, 1000), 100));
    cr_assert(near(bench_copy_rate(points, 3, 100), 10));
    cr_assert(near(bench_copy_rate(points, 3, 1), 10));
    cr_assert(near(bench_copy_rate(points, 3, 100000), sqrt(1000 * 500)));
    cr_assert(near(bench_copy_rate(points, 3, 1e9), 500));
    cr_assert(isnan(bench_copy_rate(points, 0, 1)));
}

Test(bench_analysis, the_roofline_is_its_slower_side)
{
    cr_assert(near(bench_least_seconds(100, 10, 50, 100), 2));
    cr_assert(near(bench_least_seconds(100, 1000, 50, 100), 10));
    cr_assert(near(bench_least_seconds(100, 0, 50, 100), 2));
    cr_assert(near(bench_least_seconds(0, 1000, 50, 100), 10));
    cr_assert(near(bench_least_seconds(100, 1000, 50, NAN), 2));
    cr_assert(isnan(bench_least_seconds(0, 0, 50, 100)));
}

Test(bench_analysis, break_even_is_where_the_lines_cross)
{
    /* base n, other 100 + n / 10 would be curved: powers are lines, n against 10 n^0.5 */
    const double n[] = {1, 10, 1000, 10000}, base[] = {1, 10, 1000, 10000},
                 other[] = {10, 10 * sqrt(10), 10 * sqrt(1000), 1000};
    cr_assert(near(bench_break_even(n, base, other, 4), 100));
    /* the other way it is never ahead at the end, or from the start */
    cr_assert(isnan(bench_break_even(n, other, base, 4)));
    cr_assert(near(bench_break_even(n + 2, base + 2, other + 2, 2), 1000));
}

Test(bench_analysis, break_even_is_the_last_crossing)
{
    const double n[] = {1, 10, 100, 1000}, base[] = {2, 1, 1, 2}, other[] = {1, 2, 2, 1};
    cr_assert(near(bench_break_even(n, base, other, 4), 100 * sqrt(10)));
    const double equal[] = {2, 1, 1, 2};
    cr_assert(isnan(bench_break_even(n, base, equal, 4)));
}

Test(bench_analysis, sizes_that_are_not_there_are_left_out)
{
    const double n[] = {1, 10, 100, 1000}, base[] = {1, NAN, 2, NAN}, other[] = {2, 1, 1, 1};
    cr_assert(near(bench_break_even(n, base, other, 4), 10));
    const double nothing[] = {NAN, NAN, NAN, NAN};
    cr_assert(isnan(bench_break_even(n, base, nothing, 4)));
    cr_assert(isnan(bench_break_even(n, base, other, 0)));
}

Test(bench_analysis, times_go_on_as_they_grew)
{
    cr_assert(near(bench_next_seconds(10, 1, 100, 100, 1000), 10000));
    cr_assert(near(bench_next_seconds(10, 1, 100, 1, 1000), 10)); /* never below proportion */
    cr_assert(near(bench_next_seconds(NAN, NAN, 100, 2, 1000), 20));
    cr_assert(isnan(bench_next_seconds(NAN, NAN, NAN, NAN, 10)));
}

Test(bench_analysis, prices_are_those_of_a_million)
{
    cr_assert(near(bench_price_per_million(3600, 1e6, 2.5), 2.5));
    cr_assert(near(bench_price_per_million(1, 1000, 3.6), 1));
    cr_assert(isnan(bench_price_per_million(1, 1000, NAN)));
}
