/* Counts: Poisson, geometric, negative binomial, logarithmic series and zeta (Zipf) variates.
 * Small means by multiplying or adding up, large ones by rejection under a transformed uniform.
 * Sources: W. Hoermann, Insurance: Mathematics and Economics 12 (1993), PTRS; A. W. Kemp, Applied
 * Statistics 30 (1981), for the series; L. Devroye, Non-Uniform Random Variate Generation, 1986,
 * X.6, for zeta; S. Zhang and J. Jin, Computation of Special Functions, 1996, for log gamma. */
#include "variates.h"

/* Stirling's series after a shift to 7 or more; its additions' order is part of the streams. */
double host_log_gamma(double x)
{
    static const double series[10] = {8.333333333333333e-02, -2.777777777777778e-03,
                                      7.936507936507937e-04, -5.952380952380952e-04,
                                      8.417508417508418e-04, -1.917526917526918e-03,
                                      6.410256410256410e-03, -2.955065359477124e-02,
                                      1.796443723688307e-01, -1.39243221690590e+00};
    const double log_2pi = 1.8378770664093453;
    if (x == 1.0 || x == 2.0) return 0.0;
    const int64_t shift = x < 7.0 ? (int64_t)(7.0 - x) : 0;
    double at = x + (double)shift;
    const double inverse2 = (1.0 / at) * (1.0 / at);
    double sum = series[9];
    for (int i = 8; i >= 0; i--) sum = sum * inverse2 + series[i];
    double r = sum / at + 0.5 * log_2pi + (at - 0.5) * log(at) - at;
    for (int64_t i = 0; i < shift; i++) {
        r -= log(at - 1.0);
        at -= 1.0;
    }
    return r;
}

/* ---- Poisson */

static int64_t poisson_by_product(host_variates *v, double rate)
{
    const double end = exp(-rate);
    double product = variates_unit(v);
    int64_t n = 0;
    for (; product > end; n++) product *= variates_unit(v);
    return n;
}

static void poisson_prepare(host_poisson *s, double rate)
{
    s->rate = rate;
    s->log_rate = log(rate);
    s->b = 0.931 + 2.53 * sqrt(rate);
    s->a = -0.059 + 0.02483 * s->b;
    s->log_scale = log(1.1239 + 1.1328 / (s->b - 3.4));
    s->quick = 0.9277 - 3.6224 / (s->b - 2.0);
}

static int64_t poisson_by_rejection(host_variates *v, double rate)
{
    host_poisson *const s = &v->poisson;
    if (s->rate != rate) poisson_prepare(s, rate);
    for (;;) {
        const double u = variates_unit(v) - 0.5, w = variates_unit(v), edge = 0.5 - fabs(u);
        const int64_t k = variates_integer(floor((2.0 * s->a / edge + s->b) * u + rate + 0.43));
        if (edge >= 0.07 && w <= s->quick) return k;
        if (k < 0 || (edge < 0.013 && w > edge)) continue;
        const double height = log(w) + s->log_scale - log(s->a / (edge * edge) + s->b);
        if (height <= -rate + (double)k * s->log_rate - host_log_gamma((double)k + 1.0)) return k;
    }
}

int64_t host_poisson_next(host_variates *v, double rate)
{
    if (rate >= 10.0) return poisson_by_rejection(v, rate);
    return rate == 0.0 ? 0 : poisson_by_product(v, rate);
}

int64_t host_draw_poisson(host_variates *v, const host_number *p)
{
    return host_poisson_next(v, p[0].f64);
}

/* A Poisson whose rate is a gamma variate. */
int64_t host_draw_negative_binomial(host_variates *v, const host_number *p)
{
    const double scale = (1.0 - p[1].f64) / p[1].f64;
    return host_poisson_next(v, scale * host_gamma(v, p[0].f64));
}

/* ---- geometric */

static int64_t geometric_by_search(host_variates *v, double p)
{
    const double q = 1.0 - p, u = variates_unit(v);
    double term = p, sum = p;
    int64_t n = 1;
    while (u > sum) {
        term *= q;
        sum += term;
        n++;
    }
    return n;
}

int64_t host_draw_geometric(host_variates *v, const host_number *p)
{
    const double q = p[0].f64;
    if (q >= 0.333333333333333333333333) return geometric_by_search(v, q);
    if (v->legacy) return variates_integer(ceil(log1p(-variates_unit(v)) / log(1.0 - q)));
    if (v->chance != q) {
        v->chance = q;
        v->log_miss = log1p(-q);
    }
    const double n = ceil(-variates_exponential(v) / v->log_miss);
    return n >= 0x1p63 ? INT64_MAX : (int64_t)n;
}

/* ---- logarithmic series, zeta */

int64_t host_draw_logseries(host_variates *v, const host_number *p)
{
    const double rate = log1p(-p[0].f64);
    for (;;) {
        const double u = variates_unit(v);
        if (u >= p[0].f64) return 1;
        const double q = -expm1(rate * variates_unit(v));
        if (u > q * q) return u >= q ? 1 : 2;
        const int64_t n = variates_integer(floor(1.0 + log(u) / log(q)));
        if (n >= 1 && u != 0.0) return n;
    }
}

/* Values beyond int64 are drawn again: the distribution is cut off there. Not so in the frozen
 * stream, where the first uniform avoids 0 instead of all that is beyond. */
int64_t host_draw_zipf(host_variates *v, const host_number *p)
{
    const double power = p[0].f64 - 1.0;
    if (p[0].f64 >= 1025.0 && !v->legacy) return 1;
    const double two = pow(2.0, power), least = v->legacy ? 0.0 : pow(0x1p63, -power);
    for (;;) {
        const double first = variates_unit(v);
        const double u = v->legacy ? 1.0 - first : first * least + (1.0 - first);
        const double w = variates_unit(v), x = floor(pow(u, -1.0 / power));
        if (!(x <= 0x1p63) || !(x >= 1.0)) continue;
        const double t = pow(1.0 + 1.0 / x, power);
        if (w * x * (t - 1.0) / (two - 1.0) <= t / two) return variates_integer(x);
    }
}
