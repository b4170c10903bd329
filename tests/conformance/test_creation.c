/* device: each. Creation and the functions composed of elementwise rows, against values that NumPy
 * prints. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>

static void expect_f64(const cx_array *a, int64_t n, const double *want, double tolerance,
                       const char *what)
{
    cr_assert_eq(cx_status_of(a), CX_OK, "%s: %s", what, cx_error_message());
    cr_assert_eq(cx_size(a), n, "%s has %lld elements", what, (long long)cx_size(a));
    const double *const v = cx_data_f64(test_host(cx_copy(cx_astype(a, CX_F64))));
    for (int64_t i = 0; i < n; i++) {
        cr_expect((isnan(want[i]) && isnan(v[i])) || v[i] == want[i] ||
                      (isfinite(want[i]) && fabs(v[i] - want[i]) <= tolerance * fabs(want[i])),
                  "%s[%lld] is %.17g, not %.17g", what, (long long)i, v[i], want[i]);
    }
}
#define EXPECT(a, tolerance, ...)                                                      \
    expect_f64((a), (int64_t)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)), \
               (const double[]){__VA_ARGS__}, (tolerance), #a)

Test(creation, constants)
{
    const cx_scope s = cx_scope_open();
    for (int t = CX_BOOL; t <= CX_C128; t++) {
        cr_expect_eq(cx_item_f64(cx_real(
                         cx_sum(cx_zeros(CX_SHAPE(3, 5), (cx_dtype)t, test_device()), CX_ALL))),
                     0.0);
        cr_expect_eq(cx_item_f64(cx_real(
                         cx_sum(cx_ones(CX_SHAPE(3, 5), (cx_dtype)t, test_device()), CX_ALL))),
                     15.0);
    }
    EXPECT(cx_full(CX_SHAPE(2), cx_float(2.75), CX_I32, test_device()), 0, 2, 2);
    EXPECT(cx_full(CX_SHAPE(2, 2), cx_arange_i64(0, 2, 1, CX_I64, test_device()), CX_F32,
                   test_device()),
           0, 0, 1, 0, 1);
    cr_expect_eq(cx_dtype_of(cx_full(CX_SHAPE(2), cx_int(3), CX_DTYPE_NONE, test_device())),
                 CX_I64);
    /* just above the middle of two float16: through float32 it would be rounded down to the even
     * one */
    EXPECT(cx_full(CX_SHAPE(1), cx_float(1.0 + 0x1p-11 + 0x1p-40), CX_F16, test_device()), 0,
           1.0 + 0x1p-10);
    cx_array *const turned = cx_transpose(cx_zeros(CX_SHAPE(2, 3), CX_F32, test_device()));
    cr_expect_eq(cx_stride(cx_ones_like(turned, CX_DTYPE_NONE), 0), 4, "K order");
    EXPECT(cx_full_like(turned, cx_float(-1), CX_I8), 0, -1, -1, -1, -1, -1, -1);
    EXPECT(cx_eye(2, 3, 1, CX_F64, test_device()), 0, 0, 1, 0, 0, 0, 1);
    EXPECT(cx_eye(3, -1, -2, CX_BOOL, test_device()), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0);
    cr_expect_eq(cx_item_f64(cx_sum(cx_eye(3, 3, 7, CX_F64, test_device()), CX_ALL)), 0.0);
    cr_expect_eq(cx_item_f64(cx_f64(0.1)), 0.1);
    cr_expect_eq(cx_item_f64(cx_f32(0.1f)), (double)0.1f);
    cr_expect_eq(cx_item_i64(cx_i64(INT64_MIN)), INT64_MIN);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(creation, ranges)
{
    const cx_scope s = cx_scope_open();
    EXPECT(cx_arange(0, 1, 0.25, CX_DTYPE_NONE, test_device()), 0, 0, 0.25, 0.5, 0.75);
    EXPECT(cx_arange(5, 0, -2, CX_I16, test_device()), 0, 5, 3, 1);
    EXPECT(cx_arange(1, 1.5, 0.1, CX_F64, test_device()), 0, 1.0, 1.1, 1.2000000000000002,
           1.3000000000000003, 1.4000000000000004);
    cr_expect_eq(cx_size(cx_arange(3, 1, 1, CX_F64, test_device())), 0);
    EXPECT(cx_sub(cx_arange_i64(INT64_MAX - 5, INT64_MAX, 2, CX_DTYPE_NONE, test_device()),
                  cx_int(INT64_MAX - 5)),
           0, 0, 2, 4);
    cr_expect_eq(cx_size(cx_arange_i64(0, -7, -3, CX_I32, test_device())), 3);
    EXPECT(cx_linspace(0, 1, 5, CX_F64, test_device(), NULL), 0, 0, 0.25, 0.5, 0.75, 1);
    EXPECT(
        cx_linspace(0, 1, 4, CX_F64, test_device(), CX_OPTS(cx_linspace_opts, .no_endpoint = true)),
        0, 0, 0.25, 0.5, 0.75);
    EXPECT(cx_linspace(-1, 1, 4, CX_I32, test_device(), NULL), 0, -1, -1, 0, 1);
    EXPECT(cx_linspace(2, 3, 1, CX_F64, test_device(), NULL), 0, 2);
    cr_expect_eq(cx_size(cx_linspace(2, 3, 0, CX_F64, test_device(), NULL)), 0);
    EXPECT(cx_logspace(0, 3, 4, 0, CX_F64, test_device()), 1e-15, 1, 10, 100, 1000);
    EXPECT(cx_logspace(0, 3, 4, 2, CX_F64, test_device()), 1e-15, 1, 2, 4, 8);
    EXPECT(cx_geomspace(1, 256, 9, CX_F64, test_device()), 1e-14, 1, 2, 4, 8, 16, 32, 64, 128, 256);
    EXPECT(cx_geomspace(-1000, -1, 4, CX_F64, test_device()), 1e-14, -1000, -100, -10, -1);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(creation, refused)
{
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_arange(0, 1, 0, CX_F64, test_device())), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_arange(0, (double)NAN, 1, CX_F64, test_device())), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_arange(0, 1e300, 1, CX_F64, test_device())), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_arange(0, 1, 1, CX_BOOL, test_device())), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_arange_i64(0, 1, 0, CX_I64, test_device())), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_linspace(0, 1, -1, CX_F64, test_device(), NULL)), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_linspace(0, 1, 3, CX_F64, test_device(), &(cx_linspace_opts){0})),
                 CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_geomspace(-1, 1, 3, CX_F64, test_device())), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_zeros(CX_SHAPE(3), CX_CAT, test_device())), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_zeros(CX_SHAPE(-1), CX_F64, test_device())), CX_E_SHAPE);
    cr_expect_eq(cx_scope_close(s), CX_E_ARGUMENT);
}

Test(composed, rounding_and_closeness)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x =
        test_copy_host((const double[]){1.2345, -2.5, 0.125, 1e300}, CX_SHAPE(4), CX_F64);
    EXPECT(cx_round(x, 2), 1e-15, 1.23, -2.5, 0.12, 1e300);
    EXPECT(cx_round(cx_slice(x, 0, 0, 3, 1), 0), 0, 1, -2, 0);
    cx_array *const whole = test_copy_host((const int32_t[]){15, 25, -151, 4}, CX_SHAPE(4), CX_I32);
    EXPECT(cx_round(whole, -1), 0, 20, 20, -150, 0);
    cr_expect_eq(cx_dtype_of(cx_round(whole, -1)), CX_I32);
    EXPECT(cx_round(whole, 3), 0, 15, 25, -151, 4);
    const double inf = (double)INFINITY, nan = (double)NAN;
    cx_array *const a = test_copy_host((const double[]){1, inf, nan, 1, inf}, CX_SHAPE(5), CX_F64);
    cx_array *const b =
        test_copy_host((const double[]){1 + 1e-9, inf, nan, 1.1, -inf}, CX_SHAPE(5), CX_F64);
    EXPECT(cx_isclose(a, b, NULL), 0, 1, 1, 0, 0, 0);
    EXPECT(cx_isclose(a, b, CX_OPTS(cx_close_opts, .equal_nan = true, .rtol = CX_SET(0.2))), 0, 1,
           1, 1, 1, 0);
    EXPECT(cx_isclose(a, b, CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(0.0))), 0, 0,
           1, 0, 0, 0);
    cr_expect(cx_allclose(cx_slice(a, 0, 0, 2, 1), cx_slice(b, 0, 0, 2, 1), NULL));
    cr_expect_not(cx_allclose(a, b, NULL));
    /* numbers of C on either side */
    EXPECT(cx_isclose(a, cx_float(1), NULL), 0, 1, 0, 0, 1, 0);
    EXPECT(cx_isclose(cx_int(1), b, NULL), 0, 1, 0, 0, 0, 0);
    EXPECT(cx_isclose(a, cx_float(inf), NULL), 0, 0, 1, 0, 0, 1);
    EXPECT(cx_isclose(whole, cx_int(25), NULL), 0, 0, 1, 0, 0);
    EXPECT(cx_isclose(a, cx_complex(1, nan), NULL), 0, 0, 0, 0, 0, 0);
    const cx_close_opts nans = {.struct_size = sizeof nans, .equal_nan = true};
    EXPECT(cx_isclose(a, cx_float(nan), &nans), 0, 0, 0, 1, 0, 0);
    EXPECT(cx_isclose(cx_float(nan), b, &nans), 0, 0, 0, 1, 0, 0);
    EXPECT(cx_isclose(cx_float(1), b, &nans), 0, 1, 0, 0, 0, 0);
    cr_expect(cx_allclose(cx_slice(whole, 0, 0, 1, 1), cx_float(15.00001), NULL));
    cx_array *const flags = cx_isnan(a);
    cr_expect(cx_allclose(flags, flags, NULL));
    cr_expect(cx_array_equal(cx_slice(a, 0, 0, 2, 1), cx_slice(b, 0, 0, 2, 1)) == false);
    cr_expect_not(cx_array_equal(whole, cx_slice(whole, 0, 0, 3, 1)));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(composed, parts)
{
    const cx_scope s = cx_scope_open();
    const double inf = (double)INFINITY, nan = (double)NAN;
    cx_array *const z =
        test_copy_host((const cx_complex128[]){{1, 2}, {-3, 0}, {0, -4}}, CX_SHAPE(3), CX_C128);
    EXPECT(cx_real(z), 0, 1, -3, 0);
    EXPECT(cx_imag(z), 0, 2, 0, -4);
    EXPECT(cx_angle(z), 1e-15, atan2(2, 1), 3.14159265358979323846, -1.57079632679489661923);
    EXPECT(cx_angle(cx_real(z)), 1e-15, 0, 3.14159265358979323846, 0);
    cr_assert_eq(cx_copy_into(cx_zeros(CX_SHAPE(3), CX_F64, test_device()), cx_imag(z)), CX_OK,
                 "a view that writes");
    EXPECT(cx_abs(z), 0, 1, 3, 0);
    cx_array *const r = test_copy_host((const double[]){nan, inf, -inf, 2}, CX_SHAPE(4), CX_F64);
    EXPECT(cx_nan_to_num(r), 0, 0, DBL_MAX, -DBL_MAX, 2);
    EXPECT(cx_nan_to_num(cx_astype(r, CX_F16)), 0, 0, 65504, -65504, 2);
    cx_array *const c =
        test_copy_host((const cx_complex128[]){{nan, inf}, {-inf, 1}}, CX_SHAPE(2), CX_C128);
    EXPECT(cx_real(cx_nan_to_num(c)), 0, 0, -DBL_MAX);
    EXPECT(cx_imag(cx_nan_to_num(c)), 0, DBL_MAX, 1);
    cr_expect_eq(cx_dtype_of(cx_nan_to_num(cx_arange_i64(0, 3, 1, CX_I8, test_device()))), CX_I8);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
