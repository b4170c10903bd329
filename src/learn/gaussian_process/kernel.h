/* Kernels of Gaussian processes (sklearn.gaussian_process.kernels), given as text:
 * "1.0 * RBF(length_scale=1.0) + WhiteKernel(noise_level=0.1, noise_level_bounds='fixed')". */
#ifndef CX_LEARN_GP_KERNEL_H
#define CX_LEARN_GP_KERNEL_H
#include "base/text.h"
#include "learn/numeric/site.h"

enum { CX__GP_NODES = 48, CX__GP_NUMBERS = 64, CX__GP_METRICS = 9, CX__GP_SMOOTHEST = 100 };

typedef enum cx__gp_kind {
    CX__GP_CONSTANT,
    CX__GP_WHITE,
    CX__GP_RBF,
    CX__GP_MATERN,
    CX__GP_RATIONAL,
    CX__GP_PERIODIC,
    CX__GP_DOT,
    CX__GP_PAIRWISE,
    CX__GP_SUM,
    CX__GP_PRODUCT,
    CX__GP_POWER,
    CX__GP_KINDS
} cx__gp_kind;

typedef struct cx__gp_node {
    cx__gp_kind kind;
    int left, right;        /* of sums, products, powers (left) */
    int first[2], count[2]; /* numbers of its hyperparameters, in scikit-learn's order */
    double fixed;           /* the exponent of a power, nu of Matern */
    int metric;             /* of a pairwise kernel: its place in cx__gp_metric */
} cx__gp_node;

/** Plain data: a tree whose last node is the root, and its hyperparameters. */
typedef struct cx__gp_kernel {
    int nodes, numbers;
    cx__gp_node node[CX__GP_NODES];
    double value[CX__GP_NUMBERS], low[CX__GP_NUMBERS], high[CX__GP_NUMBERS];
    bool fixed[CX__GP_NUMBERS];
} cx__gp_kernel;

/** Names of a kind and of its hyperparameters (NULL: none), in scikit-learn's order. */
typedef struct cx__gp_words {
    const char *kind, *hyper[2];
} cx__gp_words;
extern const cx__gp_words cx__gp_word[CX__GP_KINDS];
extern const char *const cx__gp_metric[CX__GP_METRICS]; /* whose gamma matters: from the fourth */

/** PARSE with the place for text that is no kernel; ARGUMENT for numbers without logarithms;
 *  UNSUPPORTED for Matern of nu above CX__GP_SMOOTHEST but inf, and what is too large. */
cx_status cx__gp_parse(const char *where, const char *text, cx__gp_kernel *out);
/** As scikit-learn's constructors would be written, bounds included; free numbers with six digits.
 */
void cx__gp_print(cx__text *t, const cx__gp_kernel *k);

/** Hyperparameters that are not fixed, and their logarithms. */
int cx__gp_free(const cx__gp_kernel *k);
void cx__gp_theta(const cx__gp_kernel *k, double *theta);
void cx__gp_set_theta(cx__gp_kernel *k, const double *theta);
/** Logarithms of the bounds of those. */
void cx__gp_bounds(const cx__gp_kernel *k, double *low, double *high);

/** Kernel [n, m] between rows of x [n, d] and y [m, d], float64; y NULL: x with itself, where white
 *  noise counts. SHAPE: length scales for other columns. */
cx_array *cx__gp_value(const char *where, const cx__gp_kernel *k, const cx_array *x,
                       const cx_array *y);
/** Its diagonal [n] for x with itself. */
cx_array *cx__gp_diagonal(const char *where, const cx__gp_kernel *k, const cx_array *x);
/** Warn of numbers that ended on their bounds. */
void cx__gp_warn(const cx__gp_kernel *k);
/** gradient[i] = sum over all of weight [n, n] times the derivative of the kernel of x with itself
 *  by theta[i]. */
cx_status cx__gp_gradient(const char *where, const cx__gp_kernel *k, const cx_array *x,
                          const cx_array *weight, double *gradient);
#endif
