/* Matern and pairwise kernels.
 *
 * One idea: z^nu K_nu(z) of any order is an integral over the whole line of something that falls
 * doubly exponentially, so the trapezoidal rule has all digits after few terms, which are array
 * operations (Abramowitz and Stegun 9.6.24; Trefethen and Weideman, SIAM Review 56, 2014). */
#include "learn/gaussian_process/leaf.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- Matern */
/* z^order K_order(z) 2^(1 - nu) / gamma(nu) for z = sqrt(2 nu d), where d is not 0. */
static cx_array *bessel(const char *where, double nu, double order, const cx_array *d)
{
    static cx__held place = CX__HELD("d, nu: sqrt(2 * nu * d)"),
                    least = CX__HELD("z: min(where(z > 0, z, 1))"),
                    powers = CX__HELD("z, order: order * log(where(z > 0, z, 1))"),
                    term = CX__HELD("s, z, p, c, a, b: e = p - z * c; s + exp(e + a) + exp(e + b)");
    const double width = 0.2, scale = log(width) - nu * log(2) - log(tgamma(nu));
    const cx_array *const z = cx__held_run(where, &place, CX_ARRAYS(d, cx_float(nu)));
    const double first = cx__number_f64(cx__held_run(where, &least, CX_ARRAYS(z)));
    if (!cx_ok()) return cx__nil(cx__last_status());
    const cx_array *const p = cx__held_run(where, &powers, CX_ARRAYS(z, cx_float(order)));
    const int terms = (int)(log(1600 / fmax(first, 1e-160)) / width) + 1;
    cx_array *sum = cx_zeros_like(z, CX_F64);
    for (int i = 0; i <= terms && cx_ok(); i++) {
        const double t = i * width, c = scale - (i == 0 ? log(2) : 0);
        sum = cx__held_run(where, &term,
                           CX_ARRAYS(sum, z, p, cx_float(cosh(t)), cx_float(c + order * t),
                                     cx_float(c - order * t)));
    }
    return sum;
}

cx_array *cx__gp_matern(const char *where, double nu, const cx_array *d)
{
    static cx__held half = CX__HELD("d: exp(-sqrt(d))"),
                    three = CX__HELD("d: r = sqrt(3 * d); (1 + r) * exp(-r)"),
                    five = CX__HELD("d: r = sqrt(5 * d); (1 + r + r * r / 3) * exp(-r)"),
                    smooth = CX__HELD("d: exp(-d / 2)"), any = CX__HELD("d, k: where(d > 0, k, 1)");
    cx__held *const f = nu == 0.5   ? &half
                        : nu == 1.5 ? &three
                        : nu == 2.5 ? &five
                        : isinf(nu) ? &smooth
                                    : NULL;
    if (f != NULL) return cx__held_run(where, f, CX_ARRAYS(d));
    return cx__held_run(where, &any, CX_ARRAYS(d, bessel(where, nu, nu, d)));
}

cx_array *cx__gp_matern_slope(const char *where, double nu, const cx_array *d)
{
    static cx__held half = CX__HELD("d: where(d > 0, exp(-sqrt(d)) / sqrt(d), 0)"),
                    three = CX__HELD("d: 3 * exp(-sqrt(3 * d))"),
                    five = CX__HELD("d: r = sqrt(5 * d); (5 / 3) * (1 + r) * exp(-r)"),
                    smooth = CX__HELD("d: exp(-d / 2)"),
                    any = CX__HELD("d, k, nu: where(d > 0, 2 * nu * k, 0)");
    cx__held *const f = nu == 0.5   ? &half
                        : nu == 1.5 ? &three
                        : nu == 2.5 ? &five
                        : isinf(nu) ? &smooth
                                    : NULL;
    if (f != NULL) return cx__held_run(where, f, CX_ARRAYS(d));
    return cx__held_run(where, &any, CX_ARRAYS(d, bessel(where, nu, nu - 1, d), cx_float(nu)));
}

/* ---- pairwise */
enum { LINEAR, ADDITIVE, COSINE, RBF, LAPLACIAN, CHI2, POLY, POLYNOMIAL, SIGMOID };

cx_array *cx__gp_pairwise(const cx__gp_node *n, double gamma, const cx_array *x, const cx_array *y)
{
    const cx_pairwise_opts o = {.struct_size = sizeof o, .gamma = {true, gamma}};
    return cx_pairwise_kernels(x, y, cx__gp_metric[n->metric], &o);
}

cx_array *cx__gp_pairwise_diagonal(const char *where, const cx__gp_node *n, double gamma,
                                   const cx_array *x)
{
    static cx__held square = CX__HELD("x: sum(x * x, axis=1)"),
                    cube = CX__HELD("s, g: (g * s + 1) ** 3"),
                    tangent = CX__HELD("s, g: tanh(g * s + 1)"),
                    other = CX__HELD("s: where(s > 0, 1, 0)");
    const cx_array *const s = cx__held_run(where, &square, CX_ARRAYS(x)), *const g =
                                                                              cx_float(gamma);
    switch (n->metric) {
    case LINEAR: return cx_copy(s);
    case ADDITIVE: return cx_zeros_like(s, CX_F64);
    case COSINE: return cx_astype(cx__held_run(where, &other, CX_ARRAYS(s)), CX_F64);
    case POLY:
    case POLYNOMIAL: return cx__held_run(where, &cube, CX_ARRAYS(s, g));
    case SIGMOID: return cx__held_run(where, &tangent, CX_ARRAYS(s, g));
    default: return cx_ones_like(s, CX_F64);
    }
}

cx_array *cx__gp_pairwise_slope(const char *where, const cx__gp_node *n, double gamma,
                                const cx_array *x, const cx_array *k)
{
    static cx__held falling = CX__HELD("k: where(k > 0, k * log(where(k > 0, k, 1)), 0)"),
                    cube = CX__HELD("s, g: 3 * (g * s + 1) ** 2 * g * s"),
                    tangent = CX__HELD("s, g, k: (1 - k * k) * g * s");
    if (n->metric < RBF) return cx_zeros_like(k, CX_F64);
    if (n->metric < POLY) return cx__held_run(where, &falling, CX_ARRAYS(k));
    const cx_array *const s = cx_matmul(x, cx_transpose(x)), *const g = cx_float(gamma);
    if (n->metric == SIGMOID) return cx__held_run(where, &tangent, CX_ARRAYS(s, g, k));
    return cx__held_run(where, &cube, CX_ARRAYS(s, g));
}
