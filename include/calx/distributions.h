/* Random numbers of the distributions of numpy.random.Generator and RandomState.
 *
 * Parameters are numbers, in NumPy's order and under its names: cx_rng_gamma(g, 2.0, 1.0, shape).
 * Where they are arrays, cx_rng_each takes the distribution by its code and the parameters as a
 * list, weak scalars among them: cx_rng_each(g, CX_DIST_GAMMA, CX_ARRAYS(a, cx_float(1.0)), shape).
 * That is one form for all distributions, cx_rng_uniform, _normal and _exponential (calx/random.h)
 * included; the common case of plain numbers keeps plain numbers.
 *
 * Values and the state afterwards are those of NumPy's method of that name, whose logarithms,
 * powers and exponentials are the C library's: bit for bit where that is the GNU one, else up to a
 * last bit. Real distributions are float64, counts are int64; an _into form draws in the dtype of
 * the distribution and casts same_kind. RandomState's are the frozen ones.
 *
 * Errors that every draw shares: ARGUMENT a parameter out of its range (nothing was drawn then);
 * SHAPE; DTYPE; DEVICE an array is not on the generator's device; NOMEM.
 * Device: drawn on the CPU, uploaded to a GPU; parameter arrays are brought to the host. Syncs. */
#ifndef CALX_DISTRIBUTIONS_H
#define CALX_DISTRIBUTIONS_H
#include <calx/random.h>

/** The distributions with parameters, for cx_rng_each; <calx/distributions.def> says what each
 * parameter may be. */
typedef enum cx_distribution {
#define CX_DISTRIBUTION(NAME, name, code, values, ...) CX_DIST_##NAME = code,
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
} cx_distribution;

/** How multivariate hypergeometric counts are drawn; the streams differ. */
typedef enum cx_mvhg_method {
    CX_MVHG_MARGINALS = 0, /* one color after another; all together below 10^9 */
    CX_MVHG_COUNT = 1      /* ball by ball: memory for each of them */
} cx_mvhg_method;

/** What becomes of a covariance that is not positive semidefinite, and how it is taken apart. */
typedef enum cx_cov_check { CX_COV_WARN = 0, CX_COV_RAISE = 1, CX_COV_IGNORE = 2 } cx_cov_check;
typedef enum cx_cov_method { CX_COV_SVD = 0, CX_COV_EIGH = 1, CX_COV_CHOLESKY = 2 } cx_cov_method;
typedef struct cx_multivariate_normal_opts {
    size_t struct_size;
    cx_cov_check check_valid;
    cx_maybe_f64 tol; /* of that check; 1e-8 */
    cx_cov_method method;
} cx_multivariate_normal_opts;

CX_BEGIN
/* ---- parameters as arrays */
/** A value for each element of the parameters, which broadcast to shape (numpy: size), or give the
 *  shape where it is CX_SIZE_NONE: numpy's methods with array arguments. int64 for counts.
 *  Errors      SHAPE; DTYPE a parameter is complex or CX_CAT; ARGUMENT d, the number of
 *              parameters, any of their values. */
CX_API cx_array *cx_rng_each(cx_generator *g, cx_distribution d, cx_arrays parameters,
                             cx_shape shape);
CX_API CX_MUST cx_status cx_rng_each_into(cx_generator *g, cx_distribution d, cx_arrays parameters,
                                          cx_array *out);
/** Integers between bounds that are arrays (or cx_int), element by element: low to high - 1, or to
 *  high in the _closed form. The bounds are bool or integers; t as for cx_rng_integers.
 *  Errors      DTYPE; SHAPE; ARGUMENT a bound is outside t, low is not below (closed: above)
 *              high. */
CX_API cx_array *cx_rng_integers_each(cx_generator *g, const cx_array *low, const cx_array *high,
                                      cx_shape shape, cx_dtype t);
CX_API cx_array *cx_rng_integers_closed_each(cx_generator *g, const cx_array *low,
                                             const cx_array *high, cx_shape shape, cx_dtype t);

/* ---- gamma and its relatives */
/** shape >= 0, scale 1: size is numpy's; t is CX_F64 or CX_F32 (RandomState: CX_F64). */
CX_API cx_array *cx_rng_standard_gamma(cx_generator *g, double shape, cx_shape size, cx_dtype t);
CX_API CX_MUST cx_status cx_rng_standard_gamma_into(cx_generator *g, double shape, cx_array *out);
/** a >= 0 (numpy: shape), scale >= 0. */
CX_API cx_array *cx_rng_gamma(cx_generator *g, double a, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_gamma_into(cx_generator *g, double a, double scale, cx_array *out);
/** a, b > 0: values in [0, 1]. */
CX_API cx_array *cx_rng_beta(cx_generator *g, double a, double b, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_beta_into(cx_generator *g, double a, double b, cx_array *out);
/** df > 0; noncentral with nonc >= 0. */
CX_API cx_array *cx_rng_chisquare(cx_generator *g, double df, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_chisquare_into(cx_generator *g, double df, cx_array *out);
CX_API cx_array *cx_rng_noncentral_chisquare(cx_generator *g, double df, double nonc,
                                             cx_shape shape);
CX_API CX_MUST cx_status cx_rng_noncentral_chisquare_into(cx_generator *g, double df, double nonc,
                                                          cx_array *out);
/** dfnum, dfden > 0; noncentral with nonc >= 0. */
CX_API cx_array *cx_rng_f(cx_generator *g, double dfnum, double dfden, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_f_into(cx_generator *g, double dfnum, double dfden, cx_array *out);
CX_API cx_array *cx_rng_noncentral_f(cx_generator *g, double dfnum, double dfden, double nonc,
                                     cx_shape shape);
CX_API CX_MUST cx_status cx_rng_noncentral_f_into(cx_generator *g, double dfnum, double dfden,
                                                  double nonc, cx_array *out);
/** Student's t, df > 0. */
CX_API cx_array *cx_rng_standard_t(cx_generator *g, double df, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_standard_t_into(cx_generator *g, double df, cx_array *out);

/* ---- other real distributions; scale, sigma >= 0 */
/** The quotient of two normals. */
CX_API cx_array *cx_rng_standard_cauchy(cx_generator *g, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_standard_cauchy_into(cx_generator *g, cx_array *out);
/** Double exponential about loc. */
CX_API cx_array *cx_rng_laplace(cx_generator *g, double loc, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_laplace_into(cx_generator *g, double loc, double scale,
                                             cx_array *out);
/** loc + scale * log(u / (1 - u)). */
CX_API cx_array *cx_rng_logistic(cx_generator *g, double loc, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_logistic_into(cx_generator *g, double loc, double scale,
                                              cx_array *out);
/** Extreme values of type I, of maxima. */
CX_API cx_array *cx_rng_gumbel(cx_generator *g, double loc, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_gumbel_into(cx_generator *g, double loc, double scale,
                                            cx_array *out);
/** exp of a normal with this mean and deviation. */
CX_API cx_array *cx_rng_lognormal(cx_generator *g, double mean, double sigma, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_lognormal_into(cx_generator *g, double mean, double sigma,
                                               cx_array *out);
/** Length of a plane vector of two normals of deviation scale. */
CX_API cx_array *cx_rng_rayleigh(cx_generator *g, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_rayleigh_into(cx_generator *g, double scale, cx_array *out);
/** a >= 0; scale 1. */
CX_API cx_array *cx_rng_weibull(cx_generator *g, double a, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_weibull_into(cx_generator *g, double a, cx_array *out);
/** a > 0: density a x^(a - 1) on [0, 1]. */
CX_API cx_array *cx_rng_power(cx_generator *g, double a, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_power_into(cx_generator *g, double a, cx_array *out);
/** a > 0: the Lomax form, from 0 on. */
CX_API cx_array *cx_rng_pareto(cx_generator *g, double a, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_pareto_into(cx_generator *g, double a, cx_array *out);
/** Inverse Gaussian: mean, scale > 0. */
CX_API cx_array *cx_rng_wald(cx_generator *g, double mean, double scale, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_wald_into(cx_generator *g, double mean, double scale,
                                          cx_array *out);
/** Angles in [-pi, pi] around mu, kappa >= 0. */
CX_API cx_array *cx_rng_vonmises(cx_generator *g, double mu, double kappa, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_vonmises_into(cx_generator *g, double mu, double kappa,
                                              cx_array *out);
/** left <= mode <= right, left < right. */
CX_API cx_array *cx_rng_triangular(cx_generator *g, double left, double mode, double right,
                                   cx_shape shape);
CX_API CX_MUST cx_status cx_rng_triangular_into(cx_generator *g, double left, double mode,
                                                double right, cx_array *out);

/* ---- counts */
/** Successes of n >= 0 trials, p in [0, 1]. */
CX_API cx_array *cx_rng_binomial(cx_generator *g, int64_t n, double p, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_binomial_into(cx_generator *g, int64_t n, double p, cx_array *out);
/** Failures before the n-th success: n > 0, p in (0, 1] (RandomState: [0, 1]). */
CX_API cx_array *cx_rng_negative_binomial(cx_generator *g, double n, double p, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_negative_binomial_into(cx_generator *g, double n, double p,
                                                       cx_array *out);
/** lam from 0 to about 9.22e18. */
CX_API cx_array *cx_rng_poisson(cx_generator *g, double lam, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_poisson_into(cx_generator *g, double lam, cx_array *out);
/** Trials up to the first success, p in (0, 1]. */
CX_API cx_array *cx_rng_geometric(cx_generator *g, double p, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_geometric_into(cx_generator *g, double p, cx_array *out);
/** Good ones among nsample of ngood + nbad, each kind below 10^9 (not so for RandomState, where
 *  nsample is at least 1). */
CX_API cx_array *cx_rng_hypergeometric(cx_generator *g, int64_t ngood, int64_t nbad,
                                       int64_t nsample, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_hypergeometric_into(cx_generator *g, int64_t ngood, int64_t nbad,
                                                    int64_t nsample, cx_array *out);
/** p in [0, 1). */
CX_API cx_array *cx_rng_logseries(cx_generator *g, double p, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_logseries_into(cx_generator *g, double p, cx_array *out);
/** a > 1. */
CX_API cx_array *cx_rng_zipf(cx_generator *g, double a, cx_shape shape);
CX_API CX_MUST cx_status cx_rng_zipf_into(cx_generator *g, double a, cx_array *out);

/* ---- vectors: the last axis of the result is theirs */
/** Counts of n trials (cx_int or integers) with k outcomes: pvals [..., k] in [0, 1], the last one
 *  taken to be what is left of 1. n and pvals without its last axis broadcast to shape
 *  (CX_SIZE_NONE: give it). @return int64 [shape..., k].
 *  Errors      ARGUMENT n negative, pvals out of [0, 1] or above 1 in sum; SHAPE k is 0. */
CX_API cx_array *cx_rng_multinomial(cx_generator *g, const cx_array *n, const cx_array *pvals,
                                    cx_shape shape);
/** Weights that sum to 1, alpha [k] >= 0 (RandomState: > 0). @return float64 [shape..., k]. */
CX_API cx_array *cx_rng_dirichlet(cx_generator *g, const cx_array *alpha, cx_shape shape);
/** How many of each of k colors are among nsample balls out of colors [k]. RandomState draws them
 *  by its own hypergeometric, which NumPy does not offer. @return int64 [shape..., k].
 *  Errors      ARGUMENT a color or nsample is negative, nsample is more than there are, more than
 *              10^9 for CX_MVHG_MARGINALS; DTYPE colors are not integers. */
CX_API cx_array *cx_rng_multivariate_hypergeometric(cx_generator *g, const cx_array *colors,
                                                    int64_t nsample, cx_shape shape,
                                                    cx_mvhg_method method);
/** Normal vectors with this mean [k] and covariance [k, k]: the standard normals are the stream's,
 *  the factor that they are multiplied by has LAPACK's signs (with CX_COV_CHOLESKY it is unique).
 *  RandomState has CX_COV_SVD only, in its own form. Syncs.  @return float64 [shape..., k].
 *  Errors      SHAPE; DTYPE; ARGUMENT cov is not positive semidefinite (CX_COV_RAISE); SINGULAR
 *              (CX_COV_CHOLESKY); of the factorisation. */
CX_API cx_array *cx_rng_multivariate_normal(cx_generator *g, const cx_array *mean,
                                            const cx_array *cov, cx_shape shape,
                                            const cx_multivariate_normal_opts *o);

/* ---- words */
/** n random bytes (numpy: bytes): uint8 [n]. Errors      ARGUMENT n negative. */
CX_API cx_array *cx_rng_bytes(cx_generator *g, int64_t n);
/** The next words of the bit generator (numpy: bit_generator.random_raw), as uint64; MT19937 and
 *  RandomState have 32-bit words. */
CX_API cx_array *cx_generator_random_raw(cx_generator *g, cx_shape shape);
CX_END_DECLS

/** The shape that the parameters give (numpy: size=None). */
#ifndef __cplusplus
#define CX_SIZE_NONE ((cx_shape){-1, NULL})
#endif
#endif
