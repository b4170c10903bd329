/* PolynomialCountSketch: features whose products are near a polynomial kernel.
 *
 * One idea: the sketch of a product of rows is the convolution of their sketches, a product of
 * Fourier transforms; a sketch is itself a product with a matrix of signs (Pham and Pagh 2013). */
#include "base/object.h"
#include "learn/kernel_approximation/cosines.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/fft.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

enum { PLACE, SIGN };
static const char *const attrs[] = {"indexHash_: int [p, f]", "bitHash_: int [p, f]", NULL};

static const cx_param params[] = {
    {"gamma", CX_PARAM_FLOAT, "1.0", "[0, inf)", "factor of the products of rows"},
    {"degree", CX_PARAM_INT, "2", "[1, inf)", "of the polynomial"},
    {"coef0", CX_PARAM_FLOAT, "0.0", NULL, "added to the products"},
    CX__FEATURES_COMPONENTS,
    CX__FEATURES_RANDOM_STATE,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    static cx__held sign = CX__HELD("b: 2 * b - 1");
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const int64_t p = cx_param_i64(self, "degree"),
                  f = cx_dim(data->x, 1) + (cx_param_f64(self, "coef0") != 0);
    cx_generator *const g = cx__seeded(self);
    const cx_array *const place =
        cx_rng_integers(g, 0, cx_param_i64(self, "n_components"), CX_SHAPE(p, f), CX_I64);
    const cx_array *const bit = cx_rng_integers(g, 0, 2, CX_SHAPE(p, f), CX_I64);
    CX__TRY(cx__so_far());
    CX__TRY(cx__store(self, PLACE, cx__send(&s, place), CX_I64));
    return cx__store(self, SIGN, cx__send(&s, cx__held_run("fit", &sign, CX_ARRAYS(bit))), CX_I64);
}

/* Sketches [rows, c] of x by the i-th hashes. */
static cx_array *sketch(const cx_estimator *self, const cx_array *x, int64_t i)
{
    static cx__held spread = CX__HELD("at, b, c: where(at == c, float64(b), 0)"),
                    plus = CX__HELD("s, last, r: s + last * r");
    const int64_t c = cx_param_i64(self, "n_components"), d = cx_self_features(self),
                  all = cx_dim(cx_self(self, PLACE), 1);
    const cx_array *const at = cx_slice(cx_self(self, PLACE), 0, i, i + 1, 1),
                          *const bit = cx_slice(cx_self(self, SIGN), 0, i, i + 1, 1),
                          *const places = cx_arange_i64(0, c, 1, CX_I64, cx_device_of(x)),
                          *const matrix =
                              cx__held_run("transform", &spread,
                                           CX_ARRAYS(cx_transpose(at), cx_transpose(bit), places));
    const cx_array *const rows = cx_mul(x, cx_float(sqrt(cx_param_f64(self, "gamma"))));
    cx_array *const out = cx_matmul(rows, cx_slice(matrix, 0, 0, d, 1));
    if (all == d || cx__so_far() != CX_OK) return out;
    return cx__held_run("transform", &plus,
                        CX_ARRAYS(out, cx_slice(matrix, 0, d, all, 1),
                                  cx_float(sqrt(cx_param_f64(self, "coef0")))));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t degree = cx_dim(cx_self(self, PLACE), 0);
    const cx_array *const rows = cx_astype(x, CX_F64);
    cx_array *out = sketch(self, rows, 0);
    if (degree == 1) return out;
    cx_array *all = cx_fft_rfft(out, 1, NULL);
    for (int64_t i = 1; i < degree; i++)
        all = cx_mul(all, cx_fft_rfft(sketch(self, rows, i), 1, NULL));
    const int64_t c = cx_param_i64(self, "n_components");
    return cx_fft_irfft(all, 1, CX_OPTS(cx_fft_opts, .n = CX_SET(c)));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_param_i64(self, "n_components"));
}

/* The hashes of rows of x's columns, and perhaps of one that is constant. */
static cx_status check(const cx_estimator *self)
{
    const int64_t f = cx_dim(cx_self(self, PLACE), 1), d = cx_self_features(self);
    if (cx_dim(cx_self(self, PLACE), 0) >= 1 && (f == d || f == d + 1)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "PolynomialCountSketch: %lld hashes of %lld columns", (long long)f,
                    (long long)d);
}

const cx_estimator_class cx__class_polynomial_count_sketch = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PolynomialCountSketch",
    .doc = "Random features whose products are near a polynomial kernel.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .check = check,
};
