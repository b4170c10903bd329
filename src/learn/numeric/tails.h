/* Tails and quantiles of distributions, one number at a time, on the host. NaN where there is
 * none; no error is made. */
#ifndef CX_LEARN_TAILS_H
#define CX_LEARN_TAILS_H

/** Probability above x: F with a and b degrees of freedom, chi-squared with k; and below x. */
double cx__f_above(double a, double b, double x);
double cx__chi2_above(double k, double x);
double cx__chi2_below(double k, double x);
/** The x above which p lies, chi-squared with k degrees of freedom. */
double cx__chi2_from_above(double k, double p);
/** Standard normal: probability below x, and the x below which p lies. */
double cx__normal_below(double x);
double cx__normal_quantile(double p);
/** Logarithmic derivative of the gamma function. */
double cx__digamma(double x);
#endif
