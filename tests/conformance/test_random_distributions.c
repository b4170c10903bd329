/* device: each. Distributions as distributions: empirical against exact distribution functions and
 * moments, with fixed seeds; and what golden files cannot say: numbers and constant arrays draw the
 * same, calls may be cut at will, a refused call leaves the stream where it was. */
#include "device.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

static const double pi = 3.14159265358979323846;
static const char *const streams[] = {"PCG64(1)", "PCG64DXSM(2)", "Philox(3)",
                                      "SFC64(4)", "MT19937(5)",   "RandomState(6)"};
enum { STREAMS = sizeof streams / sizeof *streams };

static cx_generator *open_stream(int i)
{
    return cx_generator_new(streams[i], test_device());
}

/* ---- exact distribution functions, of x and the parameters */

typedef double cdf_fn(double x, const double *p);

static double phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}
/* Integer shapes: a sum of exponentials. */
static double erlang_cdf(double x, const double *p)
{
    double term = exp(-x / p[1]), sum = 0;
    for (int k = 0; k < (int)p[0]; k++) {
        sum += term;
        term *= x / p[1] / (k + 1);
    }
    return 1 - sum;
}
/* Shape 1/2: the square of a normal over 2. */
static double half_gamma_cdf(double x, const double *p)
{
    return erf(sqrt(x / p[1]));
}
static double chisquare_cdf(double x, const double *p)
{
    const double shape[2] = {p[0] / 2, 2};
    return erlang_cdf(x, shape);
}
/* Integer a and b: a binomial's tail. */
static double beta_cdf(double x, const double *p)
{
    const int a = (int)p[0], n = a + (int)p[1] - 1;
    double sum = 0;
    for (int k = a; k <= n; k++)
        sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)) * pow(x, k) *
               pow(1 - x, n - k);
    return sum;
}
static double arcsine_cdf(double x, const double *p)
{
    (void)p;
    return 2 / pi * asin(sqrt(x));
}
/* F(2, d) */
static double f_cdf(double x, const double *p)
{
    return 1 - pow(1 + 2 * x / p[1], -p[1] / 2);
}
static double cauchy_cdf(double x, const double *p)
{
    (void)p;
    return 0.5 + atan(x) / pi;
}
static double t2_cdf(double x, const double *p)
{
    (void)p;
    return 0.5 + x / (2 * sqrt(2 + x * x));
}
static double laplace_cdf(double x, const double *p)
{
    const double z = (x - p[0]) / p[1];
    return z < 0 ? 0.5 * exp(z) : 1 - 0.5 * exp(-z);
}
static double logistic_cdf(double x, const double *p)
{
    return 1 / (1 + exp(-(x - p[0]) / p[1]));
}
static double gumbel_cdf(double x, const double *p)
{
    return exp(-exp(-(x - p[0]) / p[1]));
}
static double lognormal_cdf(double x, const double *p)
{
    return phi((log(x) - p[0]) / p[1]);
}
static double rayleigh_cdf(double x, const double *p)
{
    return 1 - exp(-x * x / (2 * p[0] * p[0]));
}
static double weibull_cdf(double x, const double *p)
{
    return 1 - exp(-pow(x, p[0]));
}
static double power_cdf(double x, const double *p)
{
    return pow(x, p[0]);
}
static double pareto_cdf(double x, const double *p)
{
    return 1 - pow(1 + x, -p[0]);
}
static double wald_cdf(double x, const double *p)
{
    const double r = sqrt(p[1] / x);
    return phi(r * (x / p[0] - 1)) + exp(2 * p[1] / p[0]) * phi(-r * (x / p[0] + 1));
}
static double triangular_cdf(double x, const double *p)
{
    const double width = p[2] - p[0];
    if (x <= p[1]) return (x - p[0]) * (x - p[0]) / (width * (p[1] - p[0]));
    return 1 - (p[2] - x) * (p[2] - x) / (width * (p[2] - p[1]));
}
/* mu = 0; the density integrated by the midpoint rule, which converges at once for what is periodic
 * and fast enough for the rest */
static double vonmises_cdf(double x, const double *p)
{
    enum { STEPS = 400 };
    double part = 0, all = 0;
    for (int i = 0; i < STEPS; i++) {
        part += exp(p[1] * (cos(-pi + (x + pi) * (i + 0.5) / STEPS) - 1));
        all += exp(p[1] * (cos(-pi + 2 * pi * (i + 0.5) / STEPS) - 1));
    }
    return part * (x + pi) / (all * 2 * pi);
}
/* One degree of freedom: the square of a shifted normal. */
static double noncentral_chisquare_cdf(double x, const double *p)
{
    return phi(sqrt(x) - sqrt(p[1])) - phi(-sqrt(x) - sqrt(p[1]));
}

typedef struct real_case {
    cx_distribution d;
    double p[3];
    cdf_fn *cdf;
} real_case;

static const real_case reals[] = {
    {CX_DIST_STANDARD_GAMMA, {3, 1}, erlang_cdf},
    {CX_DIST_GAMMA, {1, 2}, erlang_cdf},
    {CX_DIST_GAMMA, {12, 0.5}, erlang_cdf},
    {CX_DIST_GAMMA, {0.5, 3}, half_gamma_cdf},
    {CX_DIST_BETA, {2, 3}, beta_cdf},
    {CX_DIST_BETA, {1, 1}, beta_cdf},
    {CX_DIST_BETA, {0.5, 0.5}, arcsine_cdf},
    {CX_DIST_CHISQUARE, {6}, chisquare_cdf},
    {CX_DIST_NONCENTRAL_CHISQUARE, {1, 2}, noncentral_chisquare_cdf},
    {CX_DIST_F, {2, 5}, f_cdf},
    {CX_DIST_STANDARD_T, {1}, cauchy_cdf},
    {CX_DIST_STANDARD_T, {2}, t2_cdf},
    {CX_DIST_STANDARD_CAUCHY, {0}, cauchy_cdf},
    {CX_DIST_LAPLACE, {-1, 2}, laplace_cdf},
    {CX_DIST_LOGISTIC, {3, 0.5}, logistic_cdf},
    {CX_DIST_GUMBEL, {3, 0.5}, gumbel_cdf},
    {CX_DIST_LOGNORMAL, {0.5, 0.75}, lognormal_cdf},
    {CX_DIST_RAYLEIGH, {2}, rayleigh_cdf},
    {CX_DIST_WEIBULL, {0.7}, weibull_cdf},
    {CX_DIST_POWER, {2.5}, power_cdf},
    {CX_DIST_PARETO, {1.5}, pareto_cdf},
    {CX_DIST_WALD, {1.5, 2}, wald_cdf},
    {CX_DIST_TRIANGULAR, {-1, 0.5, 4}, triangular_cdf},
    {CX_DIST_VONMISES, {0, 2}, vonmises_cdf},
    {CX_DIST_VONMISES, {0, 1e-6}, vonmises_cdf},
};
enum { REALS = sizeof reals / sizeof *reals };

static int parameters(cx_distribution d)
{
#define CX_DISTRIBUTION(NAME, name, code, values, face, p0, r0, p1, r1, p2, r2) \
    if (d == CX_DIST_##NAME) return (sizeof(p0) > 1) + (sizeof(p1) > 1) + (sizeof(p2) > 1);
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
    return 0;
}

static cx_array *draw(cx_generator *g, cx_distribution d, const double *p, int64_t n)
{
    const cx_array *const value[3] = {cx_float(p[0]), cx_float(p[1]), cx_float(p[2])};
    return cx_rng_each(g, d, (cx_arrays){parameters(d), value}, CX_SHAPE(n));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance times sqrt(n): above 1.95 in one of a thousand. */
static double distance(const double *drawn, int64_t n, const real_case *c)
{
    double *const x = malloc((size_t)n * sizeof *x), far = 0;
    memcpy(x, drawn, (size_t)n * sizeof *x);
    qsort(x, (size_t)n, sizeof *x, by_value);
    for (int64_t i = 0; i < n; i++) {
        const double f = c->cdf(x[i], c->p);
        far = fmax(far, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    free(x);
    return far * sqrt((double)n);
}

Test(distributions, real_ones_have_their_distribution_function)
{
    const int64_t n = test_short() ? 500 : 4000;
    for (int i = 0; i < STREAMS; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(i);
        for (int k = 0; k < REALS; k++) {
            const cx_array *const a = test_host(draw(g, reals[k].d, reals[k].p, n));
            EXPECT(cx_ok(), "%s", cx_error_message());
            const double d = distance(cx_data_f64(a), n, &reals[k]);
            EXPECT(d < 1.95, "%s, case %d (%g, %g): %g", streams[i], k, reals[k].p[0],
                   reals[k].p[1], d);
        }
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- counts: Pearson's statistic over values with at least 20 expected */

typedef double pmf_fn(int64_t k, const double *p);

static double log_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}
static double binomial_pmf(int64_t k, const double *p)
{
    const double x = (double)k;
    return x > p[0] ? 0 : exp(log_choose(p[0], x) + x * log(p[1]) + (p[0] - x) * log1p(-p[1]));
}
static double negative_binomial_pmf(int64_t k, const double *p)
{
    const double x = (double)k;
    return exp(lgamma(p[0] + x) - lgamma(p[0]) - lgamma(x + 1) + p[0] * log(p[1]) +
               x * log1p(-p[1]));
}
static double poisson_pmf(int64_t k, const double *p)
{
    return exp((double)k * log(p[0]) - p[0] - lgamma((double)k + 1));
}
static double geometric_pmf(int64_t k, const double *p)
{
    return k < 1 ? 0 : p[0] * pow(1 - p[0], (double)k - 1);
}
static double hypergeometric_pmf(int64_t k, const double *p)
{
    const double x = (double)k;
    if (x > p[0] || x > p[2] || p[2] - x > p[1]) return 0;
    return exp(log_choose(p[0], x) + log_choose(p[1], p[2] - x) - log_choose(p[0] + p[1], p[2]));
}
static double logseries_pmf(int64_t k, const double *p)
{
    return k < 1 ? 0 : -pow(p[0], (double)k) / ((double)k * log1p(-p[0]));
}
static double zipf_pmf(int64_t k, const double *p)
{
    (void)p; /* 4 */
    return k < 1 ? 0 : pow((double)k, -4) * 90 / (pi * pi * pi * pi);
}

typedef struct count_case {
    cx_distribution d;
    double p[3];
    pmf_fn *pmf;
} count_case;

static const count_case count_cases[] = {
    {CX_DIST_BINOMIAL, {20, 0.3}, binomial_pmf},
    {CX_DIST_BINOMIAL, {400, 0.6}, binomial_pmf},
    {CX_DIST_BINOMIAL, {100000, 0.001}, binomial_pmf},
    {CX_DIST_NEGATIVE_BINOMIAL, {3.5, 0.3}, negative_binomial_pmf},
    {CX_DIST_POISSON, {4}, poisson_pmf},
    {CX_DIST_POISSON, {60}, poisson_pmf},
    {CX_DIST_GEOMETRIC, {0.4}, geometric_pmf},
    {CX_DIST_GEOMETRIC, {0.1}, geometric_pmf},
    {CX_DIST_HYPERGEOMETRIC, {12, 9, 7}, hypergeometric_pmf},
    {CX_DIST_HYPERGEOMETRIC, {200, 100, 60}, hypergeometric_pmf},
    {CX_DIST_LOGSERIES, {0.8}, logseries_pmf},
    {CX_DIST_ZIPF, {4}, zipf_pmf},
};
enum { COUNT_CASES = sizeof count_cases / sizeof *count_cases, VALUES = 600 };

/* Standard deviations that Pearson's statistic is from its mean; what is rare is one class. */
static double deviation(const int64_t *drawn, int64_t n, const count_case *c)
{
    double seen[VALUES] = {0}, rare = (double)n, rare_expected = (double)n, sum = 0;
    int classes = 0;
    for (int64_t i = 0; i < n; i++)
        if (drawn[i] >= 0 && drawn[i] < VALUES) seen[drawn[i]]++;
    for (int k = 0; k < VALUES; k++) {
        const double expected = (double)n * c->pmf(k, c->p);
        if (expected < 20) continue;
        sum += (seen[k] - expected) * (seen[k] - expected) / expected;
        rare -= seen[k];
        rare_expected -= expected;
        classes++;
    }
    if (rare_expected > 5) sum += (rare - rare_expected) * (rare - rare_expected) / rare_expected;
    EXPECT(classes >= 3 && rare <= 2 * rare_expected + 30, "%d classes, %g rare of %g", classes,
           rare, rare_expected);
    return (sum - classes) / sqrt(2.0 * classes);
}

Test(distributions, counts_have_their_probabilities)
{
    const int64_t n = test_short() ? 2000 : 10000;
    for (int i = 0; i < STREAMS; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(i);
        for (int k = 0; k < COUNT_CASES; k++) {
            const cx_array *const a = test_host(draw(g, count_cases[k].d, count_cases[k].p, n));
            EXPECT(cx_ok(), "%s", cx_error_message());
            const double d = deviation(cx_data_i64(a), n, &count_cases[k]);
            EXPECT(d < 4.5, "%s, case %d (%g, %g): %g", streams[i], k, count_cases[k].p[0],
                   count_cases[k].p[1], d);
        }
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- vectors: first and second moments */

static void check_moments(const char *what, const cx_array *rows, const double *mean,
                          const double *covariance)
{
    const int64_t n = cx_dim(rows, 0), k = cx_dim(rows, 1);
    const cx_array *const host = cx_astype(test_host(cx_copy(rows)), CX_F64);
    const double *const x = cx_data_f64(host);
    EXPECT(cx_ok(), "%s: %s", what, cx_error_message());
    for (int64_t a = 0; a < k; a++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++) sum += x[i * k + a];
        const double error = sqrt(covariance[a * k + a] / (double)n);
        EXPECT(fabs(sum / (double)n - mean[a]) <= 4.5 * error + 1e-12, "%s: mean %d is %g, not %g",
               what, (int)a, sum / (double)n, mean[a]);
        for (int64_t b = 0; b < k; b++) {
            double product = 0;
            for (int64_t i = 0; i < n; i++)
                product += (x[i * k + a] - mean[a]) * (x[i * k + b] - mean[b]);
            const double scale = sqrt(covariance[a * k + a] * covariance[b * k + b]);
            EXPECT(fabs(product / (double)n - covariance[a * k + b]) <=
                       9 * scale / sqrt((double)n) + 1e-12,
                   "%s: covariance %d %d is %g, not %g", what, (int)a, (int)b, product / (double)n,
                   covariance[a * k + b]);
        }
    }
}

Test(distributions, vectors_have_their_moments)
{
    static const double p[3] = {0.2, 0.3, 0.5}, alpha[3] = {1, 0.5, 3}, tiny[2] = {0.05, 0.025};
    static const int64_t color[3] = {30, 20, 50};
    const int64_t n = test_short() ? 500 : 4000;
    for (int i = 0; i < STREAMS; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(i);
        double mean[3], cov[9];
        for (int a = 0; a < 3; a++) {
            mean[a] = 40 * p[a];
            for (int b = 0; b < 3; b++) cov[3 * a + b] = 40 * ((a == b) * p[a] - p[a] * p[b]);
        }
        cx_array *const pvals = test_here(cx_copy_host(p, CX_SHAPE(3), CX_F64));
        check_moments(streams[i], cx_rng_multinomial(g, cx_int(40), pvals, CX_SHAPE(n)), mean, cov);
        for (int a = 0; a < 3; a++) {
            mean[a] = alpha[a] / 4.5;
            for (int b = 0; b < 3; b++)
                cov[3 * a + b] = ((a == b) * mean[a] - mean[a] * alpha[b] / 4.5) / 5.5;
        }
        cx_array *const weight = test_here(cx_copy_host(alpha, CX_SHAPE(3), CX_F64));
        check_moments(streams[i], cx_rng_dirichlet(g, weight, CX_SHAPE(n)), mean, cov);
        if (i < STREAMS - 1) { /* RandomState's gammas of such shapes vanish together */
            const double two[2] = {2 / 3.0, 1 / 3.0}, v = 2 / 9.0 / 1.075;
            const double two_cov[4] = {v, -v, -v, v};
            cx_array *const small = test_here(cx_copy_host(tiny, CX_SHAPE(2), CX_F64));
            check_moments(streams[i], cx_rng_dirichlet(g, small, CX_SHAPE(n)), two, two_cov);
        }
        for (int a = 0; a < 3; a++) {
            const double fa = (double)color[a] / 100;
            mean[a] = 25 * fa;
            for (int b = 0; b < 3; b++)
                cov[3 * a + b] =
                    25 * ((a == b) * fa - fa * (double)color[b] / 100) * (100 - 25) / 99;
        }
        cx_array *const urn = test_here(cx_copy_host(color, CX_SHAPE(3), CX_I64));
        for (int method = 0; method < 2; method++)
            check_moments(
                streams[i],
                cx_rng_multivariate_hypergeometric(g, urn, 25, CX_SHAPE(n), (cx_mvhg_method)method),
                mean, cov);
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* ---- multivariate normal */

static const double mean2[2] = {1, -2}, cov2[4] = {2, 0.75, 0.75, 1};

Test(distributions, multivariate_normals)
{
    const int64_t n = test_short() ? 500 : 4000;
    for (int i = 0; i < STREAMS; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(i);
        cx_array *const mean = test_here(cx_copy_host(mean2, CX_SHAPE(2), CX_F64));
        cx_array *const cov = test_here(cx_copy_host(cov2, CX_SHAPE(2, 2), CX_F64));
        for (int method = 0; method < 3; method++) {
            const cx_multivariate_normal_opts o = {.struct_size = sizeof o,
                                                   .method = (cx_cov_method)method};
            check_moments(streams[i], cx_rng_multivariate_normal(g, mean, cov, CX_SHAPE(n), &o),
                          mean2, cov2);
        }
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* The stream's normals times a factor L with L L^T the covariance: by Cholesky to the last bits, by
 * the others up to an orthogonal matrix, so lengths in the covariance's metric are the normals'. */
Test(distributions, multivariate_normals_are_the_streams)
{
    const double root = sqrt(2.0), low = 0.75 / root, rest = sqrt(1 - low * low);
    for (int method = 0; method < 3; method++) {
        const cx_scope s = cx_scope_open();
        const cx_multivariate_normal_opts o = {
            .struct_size = sizeof o, .method = (cx_cov_method)method, .check_valid = CX_COV_RAISE};
        cx_array *const mean = test_here(cx_copy_host(mean2, CX_SHAPE(2), CX_F64));
        cx_array *const cov = test_here(cx_copy_host(cov2, CX_SHAPE(2, 2), CX_F64));
        cx_generator *const g = open_stream(0), *const same = open_stream(0);
        const cx_array *const x =
            test_host(cx_rng_multivariate_normal(g, mean, cov, CX_SHAPE(3, 5), &o));
        const cx_array *const z =
            test_host(cx_rng_standard_normal(same, CX_SHAPE(3, 5, 2), CX_F64));
        EXPECT(cx_ok() && cx_ndim(x) == 3, "%s", cx_error_message());
        for (int k = 0; k < 15; k++) {
            const double *const a = cx_data_f64(x) + 2 * k, *const b = cx_data_f64(z) + 2 * k;
            const double u = (a[0] - 1) / root, v = (a[1] + 2 - low * u) / rest;
            EXPECT(fabs(u * u + v * v - b[0] * b[0] - b[1] * b[1]) < 1e-12, "method %d", method);
            if (method == CX_COV_CHOLESKY)
                EXPECT(fabs(u - b[0]) < 1e-14 && fabs(v - b[1]) < 1e-14, "row %d", k);
        }
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

static cx_status bad_normal(const double *cov, cx_shape mean_shape, cx_shape cov_shape, int method,
                            int check)
{
    static const double zero[4];
    const cx_multivariate_normal_opts o = {.struct_size = sizeof o,
                                           .method = (cx_cov_method)method,
                                           .check_valid = (cx_cov_check)check};
    const cx_scope s = cx_scope_open();
    cx_array *const m = test_here(cx_copy_host(zero, mean_shape, CX_F64));
    cx_array *const c = test_here(cx_copy_host(cov, cov_shape, CX_F64));
    (void)cx_rng_multivariate_normal(open_stream(0), m, c, CX_SHAPE(2), &o);
    return cx_scope_close(s);
}

Test(distributions, refused_covariances)
{
    static const double bad[9] = {1, 2, 2, 1};
    const cx_shape two = CX_SHAPE(2), square = CX_SHAPE(2, 2);
    cr_expect_eq(bad_normal(bad, two, square, CX_COV_SVD, CX_COV_RAISE), CX_E_ARGUMENT);
    cr_expect_eq(bad_normal(bad, two, square, CX_COV_EIGH, CX_COV_RAISE), CX_E_ARGUMENT);
    cr_expect_eq(bad_normal(bad, two, square, CX_COV_SVD, CX_COV_WARN), CX_OK);
    cr_expect_eq(bad_normal(bad, two, square, CX_COV_EIGH, CX_COV_IGNORE), CX_OK);
    cr_expect_neq(bad_normal(bad, two, square, CX_COV_CHOLESKY, CX_COV_WARN), CX_OK);
    cr_expect_eq(bad_normal(bad, two, CX_SHAPE(2, 3), CX_COV_SVD, CX_COV_WARN), CX_E_SHAPE);
    cr_expect_eq(bad_normal(bad, CX_SHAPE(3), square, CX_COV_SVD, CX_COV_WARN), CX_E_SHAPE);
    cr_expect_eq(bad_normal(bad, square, square, CX_COV_SVD, CX_COV_WARN), CX_E_SHAPE);
    cr_expect_eq(bad_normal(bad, two, square, 3, CX_COV_WARN), CX_E_ARGUMENT);
}

/* ---- the same stream by any way */

static void check_state(const cx_generator *a, const cx_generator *b, const char *what)
{
    const cx_array *const x = cx_generator_state(a), *const y = cx_generator_state(b);
    /* a Philox state's buffer is nothing once all of it is used up */
    const uint64_t *const word = cx_data_u64(x);
    const bool used_up = (word[0] & 0xff) == 2 && (word[0] >> 16 & 0xff) == 4;
    const size_t words = (size_t)cx_size(x) - (used_up ? 4 : 0);
    EXPECT(cx_size(x) == cx_size(y) && memcmp(word, cx_data_u64(y), words * sizeof *word) == 0,
           "%s: states differ", what);
}

static const double typical[][3] = {
    {0.7, 1.5, 2}, {2, 0.5, 3}, {1, 0.25, 1.5}, {0.3, 0.75, 9}, {1.25, 1, 2.5}};

/* Parameters of the distribution made from typical ones, so that all are legal. */
static void legal(cx_distribution d, const double *from, double p[3])
{
    memcpy(p, from, 3 * sizeof *p);
    if (d == CX_DIST_BINOMIAL) p[0] = 100 * from[0], p[1] = from[1] / 2;
    if (d == CX_DIST_NEGATIVE_BINOMIAL) p[1] = from[1] / 2;
    if (d == CX_DIST_POISSON) p[0] = 10 * from[0];
    if (d == CX_DIST_GEOMETRIC || d == CX_DIST_LOGSERIES) p[0] = from[0] / 2.5;
    if (d == CX_DIST_ZIPF) p[0] = 1 + from[0];
    if (d == CX_DIST_UNIFORM) p[1] = from[0] + from[1];
    if (d == CX_DIST_TRIANGULAR) p[1] = p[0], p[2] = p[0] + from[2];
    if (d == CX_DIST_HYPERGEOMETRIC) p[0] = 50 * from[0], p[1] = 40 * from[1], p[2] = 10 * from[0];
    for (int k = 0; d == CX_DIST_HYPERGEOMETRIC && k < 3; k++) p[k] = floor(p[k]);
    if (d == CX_DIST_BINOMIAL) p[0] = floor(p[0]);
}

static const cx_distribution all[] = {
#define CX_DISTRIBUTION(NAME, ...) CX_DIST_##NAME,
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
};
enum { ALL = sizeof all / sizeof *all };

/* n numbers of one parameter: at once, in pieces, and by arrays of that parameter. */
Test(distributions, any_way_draws_the_same)
{
    const int64_t n = 700, cut = 233;
    for (int i = 0; i < STREAMS; i++)
        for (int k = 0; k < ALL; k++) {
            const cx_scope s = cx_scope_open();
            char what[64];
            double p[3];
            snprintf(what, sizeof what, "%s, distribution %d", streams[i], (int)all[k]);
            legal(all[k], typical[k % 5], p);
            cx_generator *const g[3] = {open_stream(i), open_stream(i), open_stream(i)};
            cx_array *const once = draw(g[0], all[k], p, n);
            cx_array *const head = draw(g[1], all[k], p, cut);
            cx_array *const rest = draw(g[1], all[k], p, n - cut);
            cx_array *full[3];
            for (int a = 0; a < 3; a++)
                full[a] = cx_full(CX_SHAPE(n), cx_float(p[a]), CX_F64, test_device());
            const cx_array *const list[3] = {full[0], full[1], full[2]};
            cx_array *const each =
                cx_rng_each(g[2], all[k], (cx_arrays){parameters(all[k]), list}, CX_SHAPE(n));
            EXPECT(cx_ok(), "%s: %s", what, cx_error_message());
            EXPECT(cx_array_equal(once, cx_concatenate(CX_ARRAYS(head, rest), 0)), "%s: cut", what);
            EXPECT(cx_array_equal(once, each), "%s: arrays", what);
            check_state(g[0], g[1], what);
            check_state(g[0], g[2], what);
            EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* Into views and other dtypes: as drawn, then cast. */
Test(distributions, into_views)
{
    for (int i = 0; i < STREAMS; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = open_stream(i), *const same = open_stream(i);
        cx_array *const a = cx_zeros(CX_SHAPE(6, 9), CX_F64, test_device());
        cx_array *const odd = cx_transpose(cx_slice(a, 1, 1, 8, 2));
        cx_array *const narrow = cx_zeros(CX_SHAPE(11), CX_F32, test_device());
        cx_array *const whole = cx_zeros(CX_SHAPE(3, 4), CX_I32, test_device());
        cx_array *const lam = cx_arange(1, 5, 1, CX_F64, test_device());
        EXPECT(cx_rng_gamma_into(g, 2.5, 2, odd) == CX_OK &&
                   cx_rng_laplace_into(g, 0, 1, narrow) == CX_OK &&
                   cx_rng_binomial_into(g, 9, 0.5, whole) == CX_OK,
               "%s", cx_error_message());
        EXPECT(cx_array_equal(odd, cx_rng_gamma(same, 2.5, 2, CX_SHAPE(4, 6))), "%s", streams[i]);
        EXPECT(cx_array_equal(narrow, cx_astype(cx_rng_laplace(same, 0, 1, CX_SHAPE(11)), CX_F32)),
               "%s", streams[i]);
        EXPECT(cx_array_equal(whole, cx_rng_binomial(same, 9, 0.5, CX_SHAPE(3, 4))), "%s",
               streams[i]);
        EXPECT(cx_rng_each_into(g, CX_DIST_POISSON, CX_ARRAYS(lam), whole) == CX_OK, "%s",
               cx_error_message());
        EXPECT(cx_array_equal(whole,
                              cx_rng_each(same, CX_DIST_POISSON, CX_ARRAYS(lam), CX_SHAPE(3, 4))),
               "%s", streams[i]);
        check_state(g, same, streams[i]);
        EXPECT(cx_rng_each_into(g, CX_DIST_GAMMA, CX_ARRAYS(lam, cx_float(1)), whole) == CX_E_DTYPE,
               "float64 into int32");
        EXPECT(cx_rng_each_into(g, CX_DIST_POISSON, CX_ARRAYS(lam), narrow) == CX_E_SHAPE,
               "(4) into (11)");
        EXPECT(cx_rng_each_into(g, CX_DIST_POISSON, CX_ARRAYS(lam, lam), whole) == CX_E_ARGUMENT,
               "two parameters");
        EXPECT(cx_rng_each_into(g, (cx_distribution)3, CX_ARRAYS(lam), whole) == CX_E_ARGUMENT,
               "no distribution");
        EXPECT(cx_rng_poisson_into(g, -1, whole) == CX_E_ARGUMENT, "lam");
        check_state(g, same, "after refusals");
        EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

Test(distributions, single_precision_gammas)
{
    const cx_scope s = cx_scope_open();
    cx_generator *const g = open_stream(0), *const same = open_stream(0);
    cx_array *const out = cx_zeros(CX_SHAPE(500), CX_F32, test_device());
    EXPECT(cx_rng_standard_gamma_into(g, 3, out) == CX_OK, "%s", cx_error_message());
    cx_array *const a = cx_rng_standard_gamma(same, 3, CX_SHAPE(500), CX_F32);
    EXPECT(cx_dtype_of(a) == CX_F32 && cx_array_equal(a, out), "into");
    check_state(g, same, "float32");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    const cx_scope t = cx_scope_open();
    (void)cx_rng_standard_gamma(open_stream(5), 3, CX_SHAPE(5), CX_F32);
    cr_expect_eq(cx_scope_close(t), CX_E_DTYPE);
    const cx_scope u = cx_scope_open();
    (void)cx_rng_standard_gamma(open_stream(0), 3, CX_SHAPE(5), CX_I64);
    cr_expect_eq(cx_scope_close(u), CX_E_DTYPE);
}

Test(distributions, names)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < STREAMS; i++) {
        const char *const name = cx_generator_name(open_stream(i));
        EXPECT(strncmp(name, streams[i], strlen(name)) == 0 && streams[i][strlen(name)] == '(',
               "%s", name);
    }
    EXPECT(cx_generator_name(NULL)[0] == '\0', "of nothing");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
