/* Times into statements (analysis.h). Pure functions that know neither the library nor the command,
 * so that a unit test can hold each of them to a number. */
#include "analysis.h"
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* the value at a share of the way through sorted numbers */
static double quantile(const double *sorted, int n, double share)
{
    const double at = share * (n - 1);
    const int below = (int)at;
    if (below + 1 >= n) return sorted[n - 1];
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

bench_stats bench_stats_of(double *seconds, int n)
{
    if (n <= 0) return (bench_stats){NAN, NAN, NAN, NAN, 0};
    qsort(seconds, (size_t)n, sizeof *seconds, by_value);
    return (bench_stats){quantile(seconds, n, 0.5), quantile(seconds, n, 0.25),
                         quantile(seconds, n, 0.75), seconds[0], n};
}

/* y at x on the line through two points whose axes are logarithms */
static double between(double x0, double y0, double x1, double y1, double x)
{
    const double share = log(x / x0) / log(x1 / x0);
    return exp(log(y0) + share * log(y1 / y0));
}

double bench_copy_rate(const bench_rate *points, int n, double bytes)
{
    if (n <= 0) return NAN;
    if (bytes <= points[0].bytes) return points[0].per_second;
    for (int i = 1; i < n; i++)
        if (bytes <= points[i].bytes)
            return between(points[i - 1].bytes, points[i - 1].per_second, points[i].bytes,
                           points[i].per_second, bytes);
    return points[n - 1].per_second;
}

double bench_least_seconds(double bytes, double flops, double bytes_per_second,
                           double flops_per_second)
{
    const double moving = bytes > 0 && bytes_per_second > 0 ? bytes / bytes_per_second : NAN,
                 counting = flops > 0 && flops_per_second > 0 ? flops / flops_per_second : NAN;
    return fmax(moving, counting); /* of a NaN and a number fmax is the number */
}

double bench_break_even(const double *sizes, const double *base, const double *other, int n)
{
    int above = -1; /* the smallest size from which `other` is below at all sizes measured */
    for (int i = n - 1; i >= 0; i--) {
        if (isnan(base[i]) || isnan(other[i])) continue;
        if (other[i] < base[i]) {
            above = i;
            continue;
        }
        if (above < 0) return NAN;
        /* log(other / base) is a line in log(size); it crosses 0 between i and above */
        const double here = log(other[i] / base[i]), there = log(other[above] / base[above]);
        return exp(log(sizes[i]) + here / (here - there) * log(sizes[above] / sizes[i]));
    }
    return above < 0 ? NAN : sizes[above];
}

double bench_next_seconds(double size_before, double seconds_before, double size, double seconds,
                          double next_size)
{
    const double measured = log(seconds / seconds_before) / log(size / size_before),
                 power = isnan(measured) ? 1 : fmax(measured, 1);
    return seconds * pow(next_size / size, power);
}

double bench_price_per_million(double seconds, double items, double per_hour)
{
    return seconds / items * 1e6 * (per_hour / 3600);
}
