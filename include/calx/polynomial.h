/* Polynomials (numpy.polynomial, and numpy.polyfit, polyval, roots). The functions of each row of
 * polynomial_bases.def are declared by the two macros below; p is the row's prefix.
 *
 * A series is the 1-d array of its coefficients, LOWEST degree first, in the row's basis:
 * cx_chebadd, cx_legroots, cx_polymul. Only cx_polyfit, cx_polyval and cx_roots, which are numpy's
 * own, have the highest degree first; numpy.polynomial.polynomial.polyval and polyfit are
 * cx_polynomial_polyval and cx_polynomial_polyfit. Integers are taken as float64, bool series are a
 * DTYPE error as in NumPy, float16 stays float16.
 *
 * Everything runs where the coefficients are. Errors      SHAPE an empty series or one that is not
 * 1-d; DTYPE; DEVICE mixed; ARGUMENT a degree, an order or a power out of range. Syncs       what
 * drops leading zeros reads one number to know how many: add sub mul mulx div pow trim, companion,
 * roots, fromroots, conversion. der, val and vander read nothing; int reads whether a constant
 * series is 0; fit reads the rank. */
#ifndef CALX_POLYNOMIAL_H
#define CALX_POLYNOMIAL_H
#include <calx/array.h>

typedef enum cx_poly_basis {
#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc) CX_POLY_##NAME = (value),
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS
    CX_POLY_BASIS_COUNT
} cx_poly_basis;

/** maxpower    largest power allowed; not set: 16, none for the power basis. */
typedef struct cx_polypow_opts {
    size_t struct_size;
    cx_maybe_i64 maxpower;
} cx_polypow_opts;
/** no_tensor   NumPy's tensor=False: x is broadcast over the columns of c. Else every column is
 * evaluated for every x. */
typedef struct cx_polyval_opts {
    size_t struct_size;
    bool no_tensor;
} cx_polyval_opts;
/** m   how often (not set: 1); scl   factor at each time (not set: 1), a linear change of variable;
 * axis   of the coefficients. */
typedef struct cx_polyder_opts {
    size_t struct_size;
    cx_maybe_i64 m;
    cx_maybe_f64 scl;
    int axis;
} cx_polyder_opts;
/** The same; k   0-d or 1-d, up to m constants of integration (NULL: 0); lbnd   where the integral
 * has that value. */
typedef struct cx_polyint_opts {
    size_t struct_size;
    cx_maybe_i64 m;
    cx_maybe_f64 scl;
    int axis;
    const cx_array *k;
    double lbnd;
} cx_polyint_opts;
/** rcond   of the least squares, relative to the largest singular value (not set: rows * eps); w
 * weights of the points; terms   degrees that may occur (NULL: all up to deg, else deg is not
 * looked at). full silences the warning of a rank that is too small. */
typedef struct cx_polyfit_opts {
    size_t struct_size;
    cx_maybe_f64 rcond;
    const cx_array *w;
    int64_t term_count;
    const int64_t *terms;
    bool full;
} cx_polyfit_opts;
/** c   coefficients [n] or [n, k]; the others as from cx_linalg_lstsq. */
typedef struct cx_polyfit_result {
    cx_array *c, *residuals, *rank, *s;
    double rcond;
} cx_polyfit_result;
typedef struct cx_polydiv_result {
    cx_array *quo, *rem;
} cx_polydiv_result;
/** x   nodes, rising; w   weights, float64. */
typedef struct cx_gauss {
    cx_array *x, *w;
} cx_gauss;

CX_BEGIN
/** Of every basis; c, c1, c2 are series:
 *  add sub mul   of two series; leading zeros are dropped. mulx   times x. div   quotient and
 * remainder (ARGUMENT c2 is 0). pow   c to the n-th.
 *  val         sum of c[i] P_i(x) by Clenshaw: c [n, ...], x any shape; the result has c.shape[1:]
 * + x.shape. val2d, val3d   c [n, m, ...] at the points (x, y [, z]) of one shape. grid2d, grid3d
 * at all points of the product of x, y [, z]. der int     derivative and integral along an axis of
 * c. vander      [x.shape..., deg + 1], the basis at x; vander2d, vander3d   their products, the
 * last index running fastest. fit         least squares of y [n] or [n, k] at x [n]
 * (numpy.polynomial's fit functions). fromroots   the series with these zeros (1-d; float64 or
 * complex128). roots   its zeros, sorted: eigenvalues of the companion matrix. companion   that
 * matrix, symmetric where it can be (SHAPE fewer than 2 coefficients). line        off + scl x.
 * trim   coefficients beyond the last with |c| > tol are dropped. */
#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc)                                     \
    CX_API cx_array *cx_##p##add(const cx_array *c1, const cx_array *c2);                      \
    CX_API cx_array *cx_##p##sub(const cx_array *c1, const cx_array *c2);                      \
    CX_API cx_array *cx_##p##mul(const cx_array *c1, const cx_array *c2);                      \
    CX_API cx_array *cx_##p##mulx(const cx_array *c);                                          \
    CX_API cx_polydiv_result cx_##p##div(const cx_array *c1, const cx_array *c2);              \
    CX_API cx_array *cx_##p##pow(const cx_array *c, int64_t n, const cx_polypow_opts *o);      \
    CX_API cx_array *cx_##val(const cx_array *x, const cx_array *c, const cx_polyval_opts *o); \
    CX_API cx_array *cx_##p##val2d(const cx_array *x, const cx_array *y, const cx_array *c);   \
    CX_API cx_array *cx_##p##val3d(const cx_array *x, const cx_array *y, const cx_array *z,    \
                                   const cx_array *c);                                         \
    CX_API cx_array *cx_##p##grid2d(const cx_array *x, const cx_array *y, const cx_array *c);  \
    CX_API cx_array *cx_##p##grid3d(const cx_array *x, const cx_array *y, const cx_array *z,   \
                                    const cx_array *c);                                        \
    CX_API cx_array *cx_##p##der(const cx_array *c, const cx_polyder_opts *o);                 \
    CX_API cx_array *cx_##p##int(const cx_array *c, const cx_polyint_opts *o);                 \
    CX_API cx_array *cx_##p##vander(const cx_array *x, int64_t deg);                           \
    CX_API cx_array *cx_##p##vander2d(const cx_array *x, const cx_array *y, int64_t deg_x,     \
                                      int64_t deg_y);                                          \
    CX_API cx_array *cx_##p##vander3d(const cx_array *x, const cx_array *y, const cx_array *z, \
                                      int64_t deg_x, int64_t deg_y, int64_t deg_z);            \
    CX_API cx_polyfit_result cx_##fit(const cx_array *x, const cx_array *y, int64_t deg,       \
                                      const cx_polyfit_opts *o);                               \
    CX_API cx_array *cx_##p##fromroots(const cx_array *roots);                                 \
    CX_API cx_array *cx_##p##companion(const cx_array *c);                                     \
    CX_API cx_array *cx_##p##roots(const cx_array *c);                                         \
    CX_API cx_array *cx_##p##line(double off, double scl, cx_device d);                        \
    CX_API cx_array *cx_##p##trim(const cx_array *c, double tol);
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS

/** Of the orthogonal ones:
 *  weight      the function that they are orthogonal under, at x.
 *  gauss       deg nodes and weights of Gauss' quadrature under it, exact up to degree 2 deg - 1;
 * computed on the host, put on d.
 *  poly2<p>, <p>2poly   from and to the power basis. */
#define CX_POLYNOMIAL_ORTHOGONAL(NAME, p, domain)            \
    CX_API cx_array *cx_##p##weight(const cx_array *x);      \
    CX_API cx_gauss cx_##p##gauss(int64_t deg, cx_device d); \
    CX_API cx_array *cx_poly2##p(const cx_array *c);         \
    CX_API cx_array *cx_##p##2poly(const cx_array *c);
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_ORTHOGONAL

/** prod over i of (x - r[i]) (numpy.polynomial.polynomial.polyvalfromroots): r [n, ...]; shapes and
 * options as val. */
CX_API cx_array *cx_polyvalfromroots(const cx_array *x, const cx_array *r,
                                     const cx_polyval_opts *o);
/** The n points of Chebyshev's first kind, zeros of T_n, and of the second kind (n >= 2), rising
 * (numpy.polynomial.chebyshev.chebpts1, chebpts2). float64. */
CX_API cx_array *cx_chebpts1(int64_t n, cx_device d);
CX_API cx_array *cx_chebpts2(int64_t n, cx_device d);
/** Series of degree deg that equals f at the deg + 1 Chebyshev points
 * (numpy.polynomial.chebyshev.chebinterpolate). f gets the points, 1-d float64 on d, and returns as
 * many values; it runs in a scope of the call. Errors      ARGUMENT f is NULL; SHAPE of its result;
 * what f's scope was marked with. */
typedef cx_array *(*cx_poly_fn)(const cx_array *x, void *ctx);
CX_API cx_array *cx_chebinterpolate(cx_poly_fn f, void *ctx, int64_t deg, cx_device d);

/** numpy.polyval: HIGHEST degree first; p 1-d, bool and integers too, x of any shape; the result
 * has x's shape and the common dtype. */
CX_API cx_array *cx_polyval(const cx_array *p, const cx_array *x);
/** numpy.polyfit: HIGHEST degree first, by least squares on scaled powers. cov   covariance of the
 * coefficients [n, n] ([n, n, k] for 2-d y) is asked for: scaled by the residuals over the degrees
 * of freedom, or with CX_COV_UNSCALED not. Errors      SHAPE; ARGUMENT deg < 0, or too few points
 * to scale by; SINGULAR. */
typedef enum cx_polyfit_cov { CX_COV_NONE, CX_COV_SCALED, CX_COV_UNSCALED } cx_polyfit_cov;
typedef struct cx_np_polyfit_opts {
    size_t struct_size;
    cx_maybe_f64 rcond;
    const cx_array *w;
    cx_polyfit_cov cov;
    bool full;
} cx_np_polyfit_opts;
/** cov   nil without a mark where it was not asked for. */
typedef struct cx_np_polyfit {
    cx_array *p, *residuals, *rank, *s, *cov;
    double rcond;
} cx_np_polyfit;
CX_API cx_np_polyfit cx_polyfit(const cx_array *x, const cx_array *y, int64_t deg,
                                const cx_np_polyfit_opts *o);
/** numpy.roots: zeros of p, 1-d with the HIGHEST degree first, in the eigenvalue solver's order;
 * zeros at the end of p are roots 0. Errors      SHAPE; CONVERGENCE not finite. */
CX_API cx_array *cx_roots(const cx_array *p);

/* ---- numpy.polynomial.Polynomial, Chebyshev, Legendre, ...: a series with the interval that it is
 * meant for. x in domain is mapped to window, where the basis is evaluated. A plain value; coef is
 * a handle like any other and belongs to the scope that is open, nil on error. */
typedef struct cx_polynomial {
    cx_poly_basis basis;
    cx_array *coef;
    double domain[2], window[2];
} cx_polynomial;
/** Two numbers each; NULL: the basis' own interval, [-1, 1] or for Laguerre [0, 1]; domain of fit:
 * from the least to the largest x. */
typedef struct cx_polynomial_opts {
    size_t struct_size;
    const double *domain, *window;
} cx_polynomial_opts;
/** With these coefficients; basis' deg-th member; the polynomial x; the one with these roots (1-d,
 * not empty; float64 or complex128). */
CX_API cx_polynomial cx_polynomial_new(cx_poly_basis b, const cx_array *coef,
                                       const cx_polynomial_opts *o);
CX_API cx_polynomial cx_polynomial_basis(cx_poly_basis b, int64_t deg, cx_device d,
                                         const cx_polynomial_opts *o);
CX_API cx_polynomial cx_polynomial_identity(cx_poly_basis b, cx_device d,
                                            const cx_polynomial_opts *o);
CX_API cx_polynomial cx_polynomial_fromroots(cx_poly_basis b, const cx_array *roots,
                                             const cx_polynomial_opts *o);
/** Least squares as cx_chebfit and its kin, on x mapped to the window; in float64. Errors DTYPE
 * complex x without a domain. */
typedef struct cx_polynomial_fitted {
    cx_polynomial p;
    cx_array *residuals, *rank, *s;
    double rcond;
} cx_polynomial_fitted;
CX_API cx_polynomial_fitted cx_polynomial_fit(cx_poly_basis b, const cx_array *x, const cx_array *y,
                                              int64_t deg, const cx_polyfit_opts *fit,
                                              const cx_polynomial_opts *o);
/** numpy.polynomial.Chebyshev.interpolate: f at the Chebyshev points of the domain. */
CX_API cx_polynomial cx_polynomial_interpolate(cx_poly_fn f, void *ctx, int64_t deg, cx_device d,
                                               const cx_polynomial_opts *o);
/** p(x): x of any shape, taken as float64 or complex128. */
CX_API cx_array *cx_polynomial_call(const cx_polynomial *p, const cx_array *x);
/** Arithmetic. Errors      ARGUMENT basis, domain or window differ; a power beyond 100. */
CX_API cx_polynomial cx_polynomial_add(const cx_polynomial *p, const cx_polynomial *q);
CX_API cx_polynomial cx_polynomial_sub(const cx_polynomial *p, const cx_polynomial *q);
CX_API cx_polynomial cx_polynomial_mul(const cx_polynomial *p, const cx_polynomial *q);
CX_API cx_polynomial cx_polynomial_pow(const cx_polynomial *p, int64_t n);
typedef struct cx_polynomial_quotient {
    cx_polynomial quo, rem;
} cx_polynomial_quotient;
CX_API cx_polynomial_quotient cx_polynomial_divmod(const cx_polynomial *p, const cx_polynomial *q);
/** m-th derivative; m-th integral with constants k (NULL: 0) that are its values at lbnd (not set:
 * at the 0 of the window, as NumPy). */
CX_API cx_polynomial cx_polynomial_deriv(const cx_polynomial *p, int64_t m);
CX_API cx_polynomial cx_polynomial_integ(const cx_polynomial *p, int64_t m, const cx_array *k,
                                         cx_maybe_f64 lbnd);
/** Zeros, in the domain. float64 or complex128. */
CX_API cx_array *cx_polynomial_roots(const cx_polynomial *p);
/** n points from one end of the domain (two numbers; NULL: p's) to the other, and p there. */
typedef struct cx_polynomial_points {
    cx_array *x, *y;
} cx_polynomial_points;
CX_API cx_polynomial_points cx_polynomial_linspace(const cx_polynomial *p, int64_t n,
                                                   const double *domain);
/** The same polynomial in another basis, domain or window (Polynomial.convert, and cast). */
CX_API cx_polynomial cx_polynomial_convert(const cx_polynomial *p, cx_poly_basis to,
                                           const cx_polynomial_opts *o);
/** Without the last coefficients up to tol; at most size of them (>= 1); at most of degree deg. */
CX_API cx_polynomial cx_polynomial_trim(const cx_polynomial *p, double tol);
CX_API cx_polynomial cx_polynomial_truncate(const cx_polynomial *p, int64_t size);
CX_API cx_polynomial cx_polynomial_cutdeg(const cx_polynomial *p, int64_t deg);
/** Number of coefficients less one; 0 for nil. A query: never marks. */
CX_API int64_t cx_polynomial_degree(const cx_polynomial *p);
CX_END_DECLS
#endif
