/* device: each. numpy.polynomial's classes: a series with its domain and window. */
#include "cases.h"
#include <criterion/criterion.h>

/* Ends of an interval by the letters of its options; NULL if they are not there. */
static const double *interval(const test_case *c, const char *first, const char *second,
                              double out[2])
{
    out[0] = case_f64(c, first, 0);
    out[1] = case_f64(c, second, 0);
    return case_has(c, first) ? out : NULL;
}
typedef struct intervals {
    double domain[2], window[2];
    cx_polynomial_opts o;
} intervals;
static const cx_polynomial_opts *opts(const test_case *c, intervals *i)
{
    i->o = (cx_polynomial_opts){.struct_size = sizeof i->o,
                                .domain = interval(c, "d0", "d1", i->domain),
                                .window = interval(c, "w0", "w1", i->window)};
    return &i->o;
}
static cx_poly_basis basis(const test_case *c)
{
    return (cx_poly_basis)case_int(c, "basis", 0);
}
static cx_polynomial made(test_case *c, int argument)
{
    intervals i;
    return cx_polynomial_new(basis(c), case_array(c, argument), opts(c, &i));
}
/* The second operand, with a domain of its own if there is one. */
static cx_polynomial other(test_case *c)
{
    intervals i;
    double domain[2];
    cx_polynomial_opts o = *opts(c, &i);
    if (case_has(c, "e0")) o.domain = interval(c, "e0", "e1", domain);
    return cx_polynomial_new(basis(c), case_array(c, 1), &o);
}
static void told(cx_array **out, cx_polynomial p)
{
    out[0] = p.coef;
    out[1] = cx_copy_host(p.domain, CX_SHAPE(2), CX_F64);
    out[2] = cx_copy_host(p.window, CX_SHAPE(2), CX_F64);
}

static void new (test_case *c, cx_array **out)
{
    told(out, made(c, 0));
}
static void basis_of(test_case *c, cx_array **out)
{
    intervals i;
    told(out, cx_polynomial_basis(basis(c), case_int(c, "deg", 0), test_device(), opts(c, &i)));
}
static void identity(test_case *c, cx_array **out)
{
    intervals i;
    told(out, cx_polynomial_identity(basis(c), test_device(), opts(c, &i)));
}
static void call(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    out[0] = cx_polynomial_call(&p, case_array(c, 1));
}
static void add(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0), q = other(c);
    told(out, cx_polynomial_add(&p, &q));
}
static void sub(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0), q = other(c);
    told(out, cx_polynomial_sub(&p, &q));
}
static void mul(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0), q = other(c);
    told(out, cx_polynomial_mul(&p, &q));
}
static void divmod(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0), q = other(c);
    const cx_polynomial_quotient r = cx_polynomial_divmod(&p, &q);
    told(out + 1, r.quo);
    out[0] = r.quo.coef;
    out[1] = r.rem.coef;
}
static void power(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_pow(&p, case_int(c, "n", 0)));
}
static void deriv(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_deriv(&p, case_int(c, "m", 1)));
}
static void integ(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_integ(&p, case_int(c, "m", 1), case_array(c, 1),
                                  (cx_maybe_f64){case_has(c, "lbnd"), case_f64(c, "lbnd", 0)}));
}
static void roots(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    out[0] = cx_polynomial_roots(&p);
}
static void linspace(test_case *c, cx_array **out)
{
    double ends[2];
    const cx_polynomial p = made(c, 0);
    const cx_polynomial_points r =
        cx_polynomial_linspace(&p, case_int(c, "n", 100), interval(c, "e0", "e1", ends));
    out[0] = r.x;
    out[1] = r.y;
}
static void cutdeg(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    const int64_t deg = case_int(c, "deg", 0);
    told(out, cx_polynomial_cutdeg(&p, deg));
    const cx_polynomial q = {.basis = p.basis, .coef = out[0]};
    cr_assert_eq(cx_polynomial_degree(&q),
                 deg < cx_polynomial_degree(&p) ? deg : cx_polynomial_degree(&p));
}
static void truncated(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_truncate(&p, case_int(c, "size", 0)));
}
static void trim(test_case *c, cx_array **out)
{
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_trim(&p, case_f64(c, "tolerance", 0)));
}
static void fromroots(test_case *c, cx_array **out)
{
    intervals i;
    told(out, cx_polynomial_fromroots(basis(c), case_array(c, 0), opts(c, &i)));
}
static void fit(test_case *c, cx_array **out)
{
    intervals i;
    told(out, cx_polynomial_fit(basis(c), case_array(c, 0), case_array(c, 1), case_int(c, "deg", 0),
                                CX_OPTS(cx_polyfit_opts, .w = case_array(c, 2)), opts(c, &i))
                  .p);
}
static void convert(test_case *c, cx_array **out)
{
    double domain[2], window[2];
    const cx_polynomial p = made(c, 0);
    told(out, cx_polynomial_convert(&p, (cx_poly_basis)case_int(c, "to", 0),
                                    CX_OPTS(cx_polynomial_opts,
                                            .domain = interval(c, "e0", "e1", domain),
                                            .window = interval(c, "v0", "v1", window))));
}
/* x^3 - 2 x + 1/2 */
static cx_array *cubic(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_add(cx_sub(cx_mul(cx_mul(x, x), x), cx_mul(cx_float(2), x)), cx_float(0.5));
}
static void interpolate(test_case *c, cx_array **out)
{
    intervals i;
    told(out,
         cx_polynomial_interpolate(cubic, NULL, case_int(c, "deg", 0), test_device(), opts(c, &i)));
}

static const case_fn calls[] = {
    {"new", new},
    {"basis", basis_of},
    {"identity", identity},
    {"call", call},
    {"add", add},
    {"sub", sub},
    {"mul", mul},
    {"divmod", divmod},
    {"pow", power},
    {"deriv", deriv},
    {"integ", integ},
    {"roots", roots},
    {"linspace", linspace},
    {"cutdeg", cutdeg},
    {"truncate", truncated},
    {"trim", trim},
    {"fromroots", fromroots},
    {"fit", fit},
    {"convert", convert},
    {"interpolate", interpolate},
};

Test(polynomial_class, cases)
{
    cr_assert_geq(CASES("golden/polynomial_class_cases.tsv", calls), 1000);
}
