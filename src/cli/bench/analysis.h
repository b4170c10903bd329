/* What times mean: spread, share of the limit, the size from which another device pays, price.
 * Plain numbers in, plain numbers out; NaN is "not there" throughout. */
#ifndef CX_CLI_BENCH_ANALYSIS_H
#define CX_CLI_BENCH_ANALYSIS_H

/** Of the seconds of repeated runs: median, quartiles, best. samples 0: none. */
typedef struct bench_stats {
    double median, low, high, best;
    int samples;
} bench_stats;

/** A measured point of a device: so many bytes moved by a copy in all take so many a second. */
typedef struct bench_rate {
    double bytes, per_second;
} bench_rate;

/** Sorts the seconds. Quartiles lie between neighbours as NumPy's do. */
bench_stats bench_stats_of(double *seconds, int n);

/** Bytes a second that a copy of as many bytes reaches: between points by logarithms, outside of
 * them that of the nearest one. NaN without points. */
double bench_copy_rate(const bench_rate *points, int n, double bytes);

/** The roofline: seconds that bytes and flops take at least. A rate that is NaN or work that is 0
 * does not count. */
double bench_least_seconds(double bytes, double flops, double bytes_per_second,
                           double flops_per_second);

/** The size from which `other` stays below `base` up to the largest size measured. Between two
 * sizes both are lines in logarithms. Sizes rise; pairs with a NaN are left out. NaN: it does not
 * at the largest; the smallest size: it is below everywhere, so that this is an upper bound. */
double bench_break_even(const double *sizes, const double *base, const double *other, int n);

/** Seconds that the next size will take, by how the last two grew (before NaN: in proportion). */
double bench_next_seconds(double size_before, double seconds_before, double size, double seconds,
                          double next_size);

/** Price of a million items, of which so many take these seconds, at so much an hour. */
double bench_price_per_million(double seconds, double items, double per_hour);
#endif
