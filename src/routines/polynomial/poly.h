/* Polynomials over a table of bases. A basis is its recurrence
 *
 *     P[n+1] = ((a x + b) P[n] - c P[n-1]) / d        a, b, c, d functions of n
 *
 * from which products by x, Clenshaw's sums, Vandermonde and companion matrices and Gauss points
 * follow; derivative and integral have a few numbers more. Series are 1-d arrays on any device,
 * lowest degree first. Functions here that return a handle are expressions of the open scope: nil
 * and a mark on failure. */
#ifndef CX_ROUTINES_POLYNOMIAL_POLY_H
#define CX_ROUTINES_POLYNOMIAL_POLY_H
#include "routines/arguments.h"
#include "routines/routine.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/polynomial.h>

typedef struct cx__step {
    double a, b, c, d;
} cx__step;

typedef double (*cx__of_degree)(double j);
typedef struct cx__basis {
    const char *name; /* prefix of the public functions */
    cx__step (*step)(double n);
    bool steady; /* a and d are the same for all n >= 1 */
    /* Derivative: c'[j-1] = after(j) S[j], S[j] = before(j) c[j] + S[j + stride] (stride 0: no
     * sum). */
    int stride;
    cx__of_degree before, after;
    /* Integral: c[j] / up(j) at j + 1, c[j] at j if same, -c[j] / down(j) at j - 1 for j >= 2. */
    cx__of_degree up, down;
    bool same;
    double domain[2];
    int64_t maxpower; /* of pow, < 0: none */
    double total;     /* integral of the weight */
    bool symmetric;   /* is the weight even? */
} cx__basis;
const cx__basis *cx__basis_of(cx_poly_basis b);

/* ---- arguments */
/** A series as NumPy's as_series reads it: 1-d (scalars become one coefficient, on device d), of a
 * floating point dtype, without leading zeros if trim. */
typedef enum cx__trim { CX__AS_IS, CX__TRIMMED } cx__trim;
cx_status cx__series(const char *where, const char *name, const cx_array *a, cx__trim trim,
                     cx_array **out);
/** Two series of the common dtype. */
cx_status cx__two_series(const char *where, const char *names[2], const cx_array *a,
                         const cx_array *b, cx_array *out[2]);
/** a as an array (a scalar becomes 0-d on d) whose bool and integers are float64; DTYPE for
 * categories. cx__coefficients: with at least one dimension and one entry along the first. */
cx_status cx__floats(const char *where, const char *name, const cx_array *a, cx_device d,
                     cx_array **out);
cx_status cx__coefficients(const char *where, const char *name, const cx_array *a, cx_device d,
                           cx_array **out);
/** The device of the first array that is no stack scalar; DEVICE if others live elsewhere. NULLs
 * are skipped. */
cx_status cx__device_of_all(const char *where, int n, const cx_array *const a[], cx_device *out);
/** The dtype of floating point that a's values are computed in; the real one beneath it. */
cx_dtype cx__float_dtype(cx_dtype t);
cx_dtype cx__real_dtype(cx_dtype t);

/* ---- series */
/** Without zeros at the end, one coefficient is left. Reads one number or two. */
cx_array *cx__trimmed(cx_array *c);
/** Sum and difference, the shorter one as if filled up with zeros. */
cx_array *cx__series_add(cx_array *a, cx_array *b);
cx_array *cx__series_sub(cx_array *a, cx_array *b);
/** (off + scl x) c */
cx_array *cx__series_line(const cx__basis *t, double off, double scl, cx_array *c);
/** sum of c[k] P[k](off + scl x) xs, where the P are of basis b and the result is a series in t;
 * xs NULL: 1. */
cx_array *cx__series_at(const cx__basis *b, cx_array *c, const cx__basis *t, double off, double scl,
                        cx_array *xs);
cx_array *cx__series_mul(const cx__basis *b, cx_array *c1, cx_array *c2);
/** Numbers f(from), f(from + 1), ... as [n] of the real dtype of t on d. */
cx_array *cx__row_of(int64_t n, double from, cx__of_degree f, cx_dtype t, cx_device d);
/** Doubles of the host as an array of dtype t on d. */
cx_array *cx__row(int64_t n, const double *values, cx_dtype t, cx_device d);

/* ---- what the faces call; b the basis, where the public name */
cx_array *cx__poly_add(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2);
cx_array *cx__poly_sub(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2);
cx_array *cx__poly_mul(cx_poly_basis b, const char *where, const cx_array *c1, const cx_array *c2);
cx_array *cx__poly_mulx(cx_poly_basis b, const char *where, const cx_array *c);
cx_polydiv_result cx__poly_div(cx_poly_basis b, const char *where, const cx_array *c1,
                               const cx_array *c2);
cx_array *cx__poly_pow(cx_poly_basis b, const char *where, const cx_array *c, int64_t n,
                       const cx_polypow_opts *o);
cx_array *cx__poly_val(cx_poly_basis b, const char *where, const cx_array *x, const cx_array *c,
                       const cx_polyval_opts *o);
/** At n points or on the grid of n axes. */
typedef enum cx__places { CX__POINTS, CX__GRID } cx__places;
cx_array *cx__poly_valnd(cx_poly_basis b, const char *where, cx__places places, int n,
                         const cx_array *const x[], const cx_array *c);
cx_array *cx__poly_der(cx_poly_basis b, const char *where, const cx_array *c,
                       const cx_polyder_opts *o);
cx_array *cx__poly_int(cx_poly_basis b, const char *where, const cx_array *c,
                       const cx_polyint_opts *o);
cx_array *cx__poly_vander(cx_poly_basis b, const char *where, int n, const cx_array *const x[],
                          const int64_t deg[]);
cx_polyfit_result cx__poly_fit(cx_poly_basis b, const char *where, const cx_array *x,
                               const cx_array *y, int64_t deg, const cx_polyfit_opts *o);
cx_array *cx__poly_fromroots(cx_poly_basis b, const char *where, const cx_array *roots);
cx_array *cx__poly_companion(cx_poly_basis b, const char *where, const cx_array *c);
cx_array *cx__poly_roots(cx_poly_basis b, const char *where, const cx_array *c);
cx_array *cx__poly_line(cx_poly_basis b, const char *where, double off, double scl, cx_device d);
cx_array *cx__poly_trim(const char *where, const cx_array *c, double tol);
cx_array *cx__poly_weight(cx_poly_basis b, const char *where, const cx_array *x);
cx_gauss cx__poly_gauss(cx_poly_basis b, const char *where, int64_t deg, cx_device d);
cx_array *cx__poly_convert(cx_poly_basis from, cx_poly_basis to, const char *where,
                           const cx_array *c);

/* ---- the same inside a routine's scope */
/** x as an array on c's device: a weak scalar is 0-d, of the dtype that it has beside c. */
cx_array *cx__value_beside(const cx_array *x, const cx_array *c);
/** x beside c: c [n, ...] with its entries broadcast over x. */
cx_status cx__series_val(const cx__basis *b, cx_array *x, cx_array *c, cx_array **out);
cx_status cx__series_vander(const cx__basis *b, cx_array *x, int64_t deg, cx_array **out);
#endif
