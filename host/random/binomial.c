/* Binomial variates: inversion where the mean is at most 30, else rejection under a triangle, a
 * parallelogram and two exponential tails. What depends on n and p only is computed when they
 * change. The last test of a candidate has the constant and the signs of NumPy 2.4, which differ
 * from the paper's in what decides one value of a million. The frozen stream takes a power by
 * another logarithm, and draws where nothing is left to chance. Source: Kachitvichyanukul and
 * Schmeiser, CACM 31 (1988), algorithm BTPE. */
#include "variates.h"

static bool is_new(host_binomial *s, int64_t n, double p)
{
    if (s->ready && s->n == n && s->p == p) return false;
    s->ready = true;
    s->n = n;
    s->p = p;
    return true;
}

static int64_t by_inversion(host_variates *v, int64_t n, double p)
{
    host_binomial *const s = &v->binomial;
    const double count = (double)n;
    if (is_new(s, n, p)) {
        s->q = 1.0 - p;
        s->none = exp(count * (v->legacy ? log(s->q) : log1p(-p)));
        const double mean = count * p, far = mean + 10.0 * sqrt(mean * s->q + 1.0);
        s->middle = variates_integer(count < far ? count : far);
    }
    double term = s->none, u = variates_unit(v);
    int64_t k = 0;
    while (u > term) {
        if (++k > s->middle) { /* rounding has eaten the rest: again */
            k = 0;
            term = s->none;
            u = variates_unit(v);
        } else {
            u -= term;
            term = ((double)(n - k + 1) * p * term) / ((double)k * s->q);
        }
    }
    return k;
}

static double tail_rate(double a)
{
    return a * (1.0 + a / 2.0);
}

static void prepare(host_binomial *s)
{
    const double n = (double)s->n, p = s->p;
    s->q = 1.0 - p;
    const double mean = n * p + p;
    s->middle = variates_integer(floor(mean));
    s->width = floor(2.195 * sqrt(n * p * s->q) - 4.6 * s->q) + 0.5;
    s->centre = (double)s->middle + 0.5;
    s->left = s->centre - s->width;
    s->right = s->centre + s->width;
    s->tail = 0.134 + 20.5 / (15.3 + (double)s->middle);
    s->left_rate = tail_rate((mean - s->left) / (mean - s->left * p));
    s->right_rate = tail_rate((s->right - mean) / (s->right * s->q));
    s->edge[0] = s->width * (1.0 + 2.0 * s->tail);
    s->edge[1] = s->edge[0] + s->tail / s->left_rate;
    s->edge[2] = s->edge[1] + s->tail / s->right_rate;
}

/* The remainder of Stirling's formula for x; 13860 would be right. */
static double stirling_rest(double x)
{
    const double x2 = x * x;
    return (13680. - (462. - (132. - (99. - 140. / x2) / x2) / x2) / x2) / x / 166320.;
}

/* log of the density at k over that in the middle, by Stirling's formula */
static double log_density(const host_binomial *s, int64_t k)
{
    const int64_t n = s->n, m = s->middle;
    const double x = (double)(k + 1), f = (double)(m + 1);
    const double z = (double)(n - m + 1), w = (double)(n - k + 1);
    return s->centre * log(f / x) + ((double)(n - m) + 0.5) * log(z / w) +
           (double)(k - m) * log(w * s->p / (x * s->q)) + stirling_rest(f) + stirling_rest(z) +
           stirling_rest(x) + stirling_rest(w);
}

/* Is k accepted at this height under the hat? */
static bool accepts(const host_binomial *s, int64_t k, double height)
{
    const double variance = (double)s->n * s->p * s->q;
    const int64_t off = k < s->middle ? s->middle - k : k - s->middle;
    const double d = (double)off;
    if (off <= 20 || !(d < variance / 2.0 - 1.0)) { /* the density itself, by its recurrence */
        const double ratio = s->p / s->q, a = ratio * (double)(int64_t)((uint64_t)s->n + 1);
        double f = 1.0;
        for (int64_t i = s->middle + 1; i <= k; i++) f *= a / (double)i - ratio;
        for (int64_t i = k + 1; i <= s->middle; i++) f /= a / (double)i - ratio;
        return !(height > f);
    }
    const double room =
        (d / variance) * ((d * (d / 3.0 + 0.625) + 0.16666666666666666) / variance + 0.5);
    const double square = -d * d / (2.0 * variance), level = log(height);
    if (level < square - room) return true;
    if (level > square + room) return false;
    return !(level > log_density(s, k));
}

/* p <= 1/2 */
static int64_t by_rejection(host_variates *v, int64_t n, double p)
{
    host_binomial *const s = &v->binomial;
    if (is_new(s, n, p)) prepare(s);
    for (;;) {
        const double u = variates_unit(v) * s->edge[2];
        double height = variates_unit(v);
        int64_t k;
        if (u <= s->width) return (int64_t)floor(s->centre - s->width * height + u);
        if (u <= s->edge[0]) {
            const double x = s->left + (u - s->width) / s->tail;
            height = height * s->tail + 1.0 - fabs((double)s->middle - x + 0.5) / s->width;
            if (height > 1.0) continue;
            k = (int64_t)floor(x);
        } else if (u <= s->edge[1]) {
            k = variates_integer(floor(s->left + log(height) / s->left_rate));
            if (k < 0 || height == 0.0) continue;
            height = height * (u - s->edge[0]) * s->left_rate;
        } else {
            k = variates_integer(floor(s->right - log(height) / s->right_rate));
            if (k > n || height == 0.0) continue;
            height = height * (u - s->edge[1]) * s->right_rate;
        }
        if (accepts(s, k, height)) return k;
    }
}

static int64_t below_half(host_variates *v, int64_t n, double p)
{
    return p * (double)n <= 30.0 ? by_inversion(v, n, p) : by_rejection(v, n, p);
}

int64_t host_binomial_next(host_variates *v, int64_t n, double p)
{
    if (!v->legacy && (n == 0 || p == 0.0)) return 0;
    return p <= 0.5 ? below_half(v, n, p) : n - below_half(v, n, 1.0 - p);
}

int64_t host_draw_binomial(host_variates *v, const host_number *p)
{
    return host_binomial_next(v, p[0].i64, p[1].f64);
}
