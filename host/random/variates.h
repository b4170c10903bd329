/* Single variates, drawn one after another from one reader: what the distributions that are made of
 * several uniforms, normals and exponentials draw from. Whoever draws n values sets `certain` to
 * the number of values still to come if each takes at least one 64-bit word, and to 1 otherwise;
 * then the reader fetches ahead and the stream still ends where one word at a time would leave it.
 * Programs of other libms than the recording one may differ in a last bit: logarithms, powers and
 * exponentials here are the C library's, as NumPy's are. */
#ifndef HOST_RANDOM_VARIATES_H
#define HOST_RANDOM_VARIATES_H

#include "draws.h"
#include "words.h"

#include <math.h>

/** What a binomial draw computes once for its n and p. */
typedef struct host_binomial {
    bool ready;
    int64_t n, middle;
    double p, q, none; /* none: the probability of 0 (inversion) */
    double width, centre, left, right, tail, left_rate, right_rate;
    double edge[3]; /* ends of the parallelogram and of both tails */
} host_binomial;

/** The same for a Poisson draw of a large rate. */
typedef struct host_poisson {
    double rate, a, b, log_rate, log_scale, quick;
} host_poisson;

typedef struct host_variates {
    host_words64 words;
    int64_t certain;
    bool legacy;
    host_binomial binomial;
    host_poisson poisson;
    double chance, log_miss; /* of the last geometric draw: p, log(1 - p) */
} host_variates;

/** A parameter: float64, or int64 of a count. */
typedef union host_number {
    double f64;
    int64_t i64;
} host_number;

typedef double host_real_fn(host_variates *v, const host_number *p);
typedef int64_t host_count_fn(host_variates *v, const host_number *p);

static inline void variates_open(host_variates *v, cx_bitgen *g)
{
    words64_open(&v->words, g);
    v->certain = 1;
    v->legacy = g->legacy != 0;
    v->binomial.ready = false;
    v->poisson.rate = -1.0;
    v->chance = -1.0;
}

static inline double variates_unit(host_variates *v)
{
    return words64_unit(&v->words, v->certain);
}

/** The stream's own methods: ziggurats, or the frozen stream's polar pairs and logarithm. */
static inline double variates_normal(host_variates *v)
{
    double x;
    if (!v->legacy) return host_normal_next(&v->words, v->certain);
    host_legacy_normal(v->words.g, 1, &x);
    return x;
}

static inline double variates_exponential(host_variates *v)
{
    if (!v->legacy) return host_exponential_next(&v->words, v->certain);
    return -log(1.0 - variates_unit(v));
}

/** A double as an integer the way the recording machine converts: out of range is INT64_MIN. */
static inline int64_t variates_integer(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

/* gamma.c */
double host_gamma(host_variates *v, double shape);
double host_beta(host_variates *v, double a, double b);
host_real_fn host_draw_standard_gamma, host_draw_gamma, host_draw_beta, host_draw_chisquare,
    host_draw_noncentral_chisquare, host_draw_f, host_draw_noncentral_f, host_draw_standard_t;
/** Single precision, n values of one shape. */
void host_gamma_f32(cx_bitgen *g, int64_t n, const char *shape, int64_t stride, float *out);

/* continuous.c */
host_real_fn host_draw_uniform, host_draw_normal, host_draw_exponential, host_draw_standard_cauchy,
    host_draw_laplace, host_draw_logistic, host_draw_gumbel, host_draw_lognormal,
    host_draw_rayleigh, host_draw_weibull, host_draw_power, host_draw_pareto, host_draw_wald,
    host_draw_vonmises, host_draw_triangular;

/* counts.c, binomial.c, hypergeometric.c */
int64_t host_poisson_next(host_variates *v, double rate);
int64_t host_binomial_next(host_variates *v, int64_t n, double p);
int64_t host_hypergeometric_next(host_variates *v, int64_t good, int64_t bad, int64_t sample);
host_count_fn host_draw_binomial, host_draw_negative_binomial, host_draw_poisson,
    host_draw_geometric, host_draw_hypergeometric, host_draw_logseries, host_draw_zipf;

/** The logarithm of the gamma function as the Poisson and the legacy hypergeometric draw use it. */
double host_log_gamma(double x);

#endif
