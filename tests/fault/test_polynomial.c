/* device: each
 * Every allocation of the polynomial functions and of general eigenvalues failing in turn, once and
 * from then on. A run that reports success must have made the same numbers as the first one. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

TestSuite(fault_polynomial, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_polynomial, name, __VA_ARGS__)

static const double numbers[] = {0.5, -1.25, 2, 0.75, -3, 1.5, 0.25, 1, -0.5, 2.5, 0.125, 3};
static cx_array *series(int n)
{
    return test_copy_host(numbers, CX_SHAPE(n), CX_F64);
}
static cx_array *table(void)
{
    return test_copy_host(numbers, CX_SHAPE(4, 3), CX_F64);
}

/* One basis with a fast product, one that is summed, one whose recurrence has a middle term. */
#define ARITHMETIC(p)                                                  \
    fault_add(cx_##p##add(series(3), series(5)));                      \
    fault_add(cx_##p##sub(series(3), series(5)));                      \
    fault_add(cx_##p##mul(series(3), series(5)));                      \
    fault_add(cx_##p##mulx(series(4)));                                \
    fault_add(cx_##p##pow(series(3), 3, NULL));                        \
    const cx_polydiv_result q_##p = cx_##p##div(series(6), series(3)); \
    fault_add(q_##p.quo);                                              \
    fault_add(q_##p.rem);                                              \
    fault_add(cx_##p##fromroots(series(5)));                           \
    fault_add(cx_##p##trim(series(4), 2.5))
SCENARIO(arithmetic_of_powers, { ARITHMETIC(poly); })
SCENARIO(arithmetic_of_chebyshev, { ARITHMETIC(cheb); })
SCENARIO(arithmetic_of_laguerre, { ARITHMETIC(lag); })

SCENARIO(long_products, {
    const cx_array *const a = cx_linspace(-1, 1, 70, CX_F64, test_device(), NULL);
    fault_add(cx_polymul(a, a));
    fault_add(cx_chebmul(a, a));
})

#define VALUES(p, val)                                                                       \
    fault_add(cx_##val(series(5), series(4), NULL));                                         \
    fault_add(cx_##val(cx_float(0.5), table(), NULL));                                       \
    fault_add(cx_##p##val2d(series(2), series(2), table()));                                 \
    fault_add(cx_##p##grid3d(series(2), series(1), series(3), cx_expand_dims(table(), -1))); \
    fault_add(cx_##p##vander(table(), 3));                                                   \
    fault_add(cx_##p##vander2d(series(3), series(3), 1, 2));                                 \
    fault_add(cx_##p##der(table(), CX_OPTS(cx_polyder_opts, .m = CX_SET(2), .axis = 1)));    \
    fault_add(                                                                               \
        cx_##p##int(table(), CX_OPTS(cx_polyint_opts, .m = CX_SET(2), .k = series(2), .lbnd = 1)))
SCENARIO(values_of_powers, { VALUES(poly, polynomial_polyval); })
SCENARIO(values_of_legendre, { VALUES(leg, legval); })
SCENARIO(values_of_laguerre, { VALUES(lag, lagval); })

SCENARIO(roots, {
    fault_add(cx_legcompanion(series(5)));
    fault_add(cx_polyroots(series(5)));
    fault_add(cx_chebroots(series(6)));
    fault_add(cx_lagroots(series(2)));
    fault_add(cx_roots(series(5)));
    fault_add(cx_poly2herm(series(5)));
    fault_add(cx_leg2poly(series(5)));
    const cx_eig e = cx_linalg_eig(cx_index(table(), ":3"));
    fault_add(e.w);
    fault_add(e.v);
    fault_add(cx_linalg_eigvals(cx_eye(3, 3, 1, CX_C64, test_device())));
})

static cx_array *squared(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_mul(x, x);
}

SCENARIO(points, {
    const cx_gauss g = cx_hermgauss(5, test_device());
    fault_add(g.x);
    fault_add(g.w);
    fault_add(cx_chebgauss(3, test_device()).w);
    fault_add(cx_chebpts1(4, test_device()));
    fault_add(cx_chebpts2(4, test_device()));
    fault_add(cx_chebweight(cx_div(series(3), cx_int(4))));
    fault_add(cx_chebinterpolate(squared, NULL, 3, test_device()));
    fault_add(cx_polyvalfromroots(series(3), series(2), NULL));
    fault_add(cx_polyval(series(3), series(2)));
})

SCENARIO(fits, {
    const cx_array *const x = cx_linspace(-1, 1, 12, CX_F64, test_device(), NULL);
    const int64_t terms[] = {3, 0};
    const cx_polyfit_result r = cx_chebfit(x, series(12), 3, NULL);
    fault_add(r.c);
    fault_add(r.residuals);
    fault_add(r.s);
    fault_add(cx_legfit(x, series(12), 0,
                        CX_OPTS(cx_polyfit_opts, .w = cx_abs(x), .terms = terms, .term_count = 2))
                  .c);
    const cx_np_polyfit f =
        cx_polyfit(x, series(12), 2, CX_OPTS(cx_np_polyfit_opts, .cov = CX_COV_SCALED));
    fault_add(f.p);
    fault_add(f.cov);
})

SCENARIO(classes, {
    const double domain[] = {-2, 3};
    const cx_polynomial_opts *const o = CX_OPTS(cx_polynomial_opts, .domain = domain);
    const cx_polynomial p = cx_polynomial_new(CX_POLY_CHEBYSHEV, series(4), o);
    const cx_polynomial q = cx_polynomial_fromroots(CX_POLY_CHEBYSHEV, series(2), o);
    fault_add(cx_polynomial_mul(&p, &q).coef);
    fault_add(cx_polynomial_divmod(&p, &q).quo.coef);
    fault_add(cx_polynomial_call(&p, series(3)));
    fault_add(cx_polynomial_integ(&p, 1, NULL, (cx_maybe_f64){true, 1}).coef);
    fault_add(cx_polynomial_convert(&p, CX_POLY_LEGENDRE, NULL).coef);
    fault_add(cx_polynomial_linspace(&p, 5, NULL).y);
    fault_add(cx_polynomial_roots(&q));
    fault_add(cx_polynomial_fit(CX_POLY_HERMITE_E, series(6), series(6), 2, NULL, NULL).p.coef);
    fault_add(cx_polynomial_interpolate(squared, NULL, 2, test_device(), o).coef);
})
