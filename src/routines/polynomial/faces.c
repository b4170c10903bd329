/* The public functions of every basis, from the table's rows. */
#include "routines/polynomial/poly.h"

#define B(NAME) CX_POLY_##NAME
#define IN(...) ((const cx_array *const[]){__VA_ARGS__})
#define DEG(...) ((const int64_t[]){__VA_ARGS__})

#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc)                                         \
    cx_array *cx_##p##add(const cx_array *c1, const cx_array *c2)                                  \
    {                                                                                              \
        return cx__poly_add(B(NAME), #p "add", c1, c2);                                            \
    }                                                                                              \
    cx_array *cx_##p##sub(const cx_array *c1, const cx_array *c2)                                  \
    {                                                                                              \
        return cx__poly_sub(B(NAME), #p "sub", c1, c2);                                            \
    }                                                                                              \
    cx_array *cx_##p##mul(const cx_array *c1, const cx_array *c2)                                  \
    {                                                                                              \
        return cx__poly_mul(B(NAME), #p "mul", c1, c2);                                            \
    }                                                                                              \
    cx_array *cx_##p##mulx(const cx_array *c)                                                      \
    {                                                                                              \
        return cx__poly_mulx(B(NAME), #p "mulx", c);                                               \
    }                                                                                              \
    cx_polydiv_result cx_##p##div(const cx_array *c1, const cx_array *c2)                          \
    {                                                                                              \
        return cx__poly_div(B(NAME), #p "div", c1, c2);                                            \
    }                                                                                              \
    cx_array *cx_##p##pow(const cx_array *c, int64_t n, const cx_polypow_opts *o)                  \
    {                                                                                              \
        return cx__poly_pow(B(NAME), #p "pow", c, n, o);                                           \
    }                                                                                              \
    cx_array *cx_##val(const cx_array *x, const cx_array *c, const cx_polyval_opts *o)             \
    {                                                                                              \
        return cx__poly_val(B(NAME), #val, x, c, o);                                               \
    }                                                                                              \
    cx_array *cx_##p##val2d(const cx_array *x, const cx_array *y, const cx_array *c)               \
    {                                                                                              \
        return cx__poly_valnd(B(NAME), #p "val2d", CX__POINTS, 2, IN(x, y), c);                    \
    }                                                                                              \
    cx_array *cx_##p##val3d(const cx_array *x, const cx_array *y, const cx_array *z,               \
                            const cx_array *c)                                                     \
    {                                                                                              \
        return cx__poly_valnd(B(NAME), #p "val3d", CX__POINTS, 3, IN(x, y, z), c);                 \
    }                                                                                              \
    cx_array *cx_##p##grid2d(const cx_array *x, const cx_array *y, const cx_array *c)              \
    {                                                                                              \
        return cx__poly_valnd(B(NAME), #p "grid2d", CX__GRID, 2, IN(x, y), c);                     \
    }                                                                                              \
    cx_array *cx_##p##grid3d(const cx_array *x, const cx_array *y, const cx_array *z,              \
                             const cx_array *c)                                                    \
    {                                                                                              \
        return cx__poly_valnd(B(NAME), #p "grid3d", CX__GRID, 3, IN(x, y, z), c);                  \
    }                                                                                              \
    cx_array *cx_##p##der(const cx_array *c, const cx_polyder_opts *o)                             \
    {                                                                                              \
        return cx__poly_der(B(NAME), #p "der", c, o);                                              \
    }                                                                                              \
    cx_array *cx_##p##int(const cx_array *c, const cx_polyint_opts *o)                             \
    {                                                                                              \
        return cx__poly_int(B(NAME), #p "int", c, o);                                              \
    }                                                                                              \
    cx_array *cx_##p##vander(const cx_array *x, int64_t deg)                                       \
    {                                                                                              \
        return cx__poly_vander(B(NAME), #p "vander", 1, IN(x), DEG(deg));                          \
    }                                                                                              \
    cx_array *cx_##p##vander2d(const cx_array *x, const cx_array *y, int64_t deg_x, int64_t deg_y) \
    {                                                                                              \
        return cx__poly_vander(B(NAME), #p "vander2d", 2, IN(x, y), DEG(deg_x, deg_y));            \
    }                                                                                              \
    cx_array *cx_##p##vander3d(const cx_array *x, const cx_array *y, const cx_array *z,            \
                               int64_t deg_x, int64_t deg_y, int64_t deg_z)                        \
    {                                                                                              \
        return cx__poly_vander(B(NAME), #p "vander3d", 3, IN(x, y, z), DEG(deg_x, deg_y, deg_z));  \
    }                                                                                              \
    cx_polyfit_result cx_##fit(const cx_array *x, const cx_array *y, int64_t deg,                  \
                               const cx_polyfit_opts *o)                                           \
    {                                                                                              \
        return cx__poly_fit(B(NAME), #fit, x, y, deg, o);                                          \
    }                                                                                              \
    cx_array *cx_##p##fromroots(const cx_array *roots)                                             \
    {                                                                                              \
        return cx__poly_fromroots(B(NAME), #p "fromroots", roots);                                 \
    }                                                                                              \
    cx_array *cx_##p##companion(const cx_array *c)                                                 \
    {                                                                                              \
        return cx__poly_companion(B(NAME), #p "companion", c);                                     \
    }                                                                                              \
    cx_array *cx_##p##roots(const cx_array *c)                                                     \
    {                                                                                              \
        return cx__poly_roots(B(NAME), #p "roots", c);                                             \
    }                                                                                              \
    cx_array *cx_##p##line(double off, double scl, cx_device d)                                    \
    {                                                                                              \
        return cx__poly_line(B(NAME), #p "line", off, scl, d);                                     \
    }                                                                                              \
    cx_array *cx_##p##trim(const cx_array *c, double tol)                                          \
    {                                                                                              \
        return cx__poly_trim(#p "trim", c, tol);                                                   \
    }
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS

#define CX_POLYNOMIAL_ORTHOGONAL(NAME, p, domain)                  \
    cx_array *cx_##p##weight(const cx_array *x)                    \
    {                                                              \
        return cx__poly_weight(B(NAME), #p "weight", x);           \
    }                                                              \
    cx_gauss cx_##p##gauss(int64_t deg, cx_device d)               \
    {                                                              \
        return cx__poly_gauss(B(NAME), #p "gauss", deg, d);        \
    }                                                              \
    cx_array *cx_poly2##p(const cx_array *c)                       \
    {                                                              \
        return cx__poly_convert(B(POWER), B(NAME), "poly2" #p, c); \
    }                                                              \
    cx_array *cx_##p##2poly(const cx_array *c)                     \
    {                                                              \
        return cx__poly_convert(B(NAME), B(POWER), #p "2poly", c); \
    }
#include <calx/polynomial_bases.def>
