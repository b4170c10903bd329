/* device: each. The gemm slot itself, where the public products do not reach: alpha and beta,
 * conjugates, results of any layout, sums of nothing; and what float32 is on a GPU. Against sums
 * written out. */
#include "core/array.h"
#include "core/device.h"
#include "device.h"
#include "ops/primitives.h"
#include <calx/backend_linalg.h>
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cx__device *device;

/* Small whole numbers over 8: exact in every dtype, and so are their products and sums. */
static cx_array *numbers(cx_shape shape, cx_dtype t, uint32_t seed)
{
    const char kind = cx_dtype_kind(t);
    cx_array *const a = cx_empty(shape, CX_C128, CX_CPU);
    cx_complex128 *const p = cx_data_c128_mut(a);
    for (int64_t i = 0; i < cx_size(a); i++) {
        double part[2];
        for (int k = 0; k < 2; k++) {
            seed = seed * 1664525u + 1013904223u;
            part[k] = (double)(seed >> 28) - 7;
        }
        if (kind == 'b') part[0] = part[0] > 4;
        if (kind == 'f' || kind == 'c') part[0] /= 8, part[1] /= 8;
        p[i] = (cx_complex128){part[0], kind == 'c' ? part[1] : 0};
    }
    return test_here(cx_astype(kind == 'c' ? a : cx_real(a), t));
}

/* Rows, columns, every other element, backwards. */
enum { LAYOUTS = 4 };
static cx_array *placed(int64_t batch, int64_t m, int64_t n, cx_dtype t, int layout, uint32_t seed)
{
    switch (layout) {
    case 0: return numbers(CX_SHAPE(batch, m, n), t, seed);
    case 1: return cx_swapaxes(numbers(CX_SHAPE(batch, n, m), t, seed), 1, 2);
    case 2: return cx_slice(numbers(CX_SHAPE(batch, m, 2 * n), t, seed), 2, 1, 2 * n, 2);
    default: return cx_flip(cx_flip(numbers(CX_SHAPE(batch, m, n), t, seed), 1), 0);
    }
}

static const cx_complex128 *on_host(const cx_array *a)
{
    const cx_complex128 *const p =
        cx_data_c128(cx_to(cx_ascontiguous(cx_astype(a, CX_C128)), CX_CPU));
    cr_assert(p != NULL || cx_size(a) == 0, "%s", cx_error_message());
    return p;
}

static cx_status gemm(const cx_array *a, const cx_array *b, const cx_array *out, double alpha,
                      double beta, bool conj_a)
{
    cx_view va, vb, vo;
    cx_queue *q;
    cr_assert(cx__view_of("test", a, &va) == CX_OK && cx__view_of("test", b, &vb) == CX_OK &&
              cx__view_of("test", out, &vo) == CX_OK);
    cr_assert(cx__queue_for("test", device, 1, 3, (const cx_array *const[]){out, a, b}, &q) ==
              CX_OK);
    const cx_gemm_call c = {&va, &vb, &vo, alpha, beta, conj_a};
    return cx__queue_done(device, device->ops->blas->gemm(q, &c));
}

static void check(const cx_array *a, const cx_array *b, const cx_array *out, double alpha,
                  double beta, bool conj_a)
{
    const int64_t batch = cx_dim(out, 0), m = cx_dim(out, 1), n = cx_dim(out, 2), k = cx_dim(a, 2);
    const cx_dtype t = cx_dtype_of(out);
    const cx_complex128 *const p = on_host(a), *const q = on_host(b), *const before = on_host(out);
    cr_assert(gemm(a, b, out, alpha, beta, conj_a) == CX_OK, "%s", cx_error_message());
    const cx_complex128 *const after = on_host(out);
    const bool one_bit = t == CX_BOOL;
    for (int64_t i = 0; i < batch * m * n; i++) {
        const int64_t g = i / (m * n), row = i / n % m, col = i % n;
        double complex sum = 0;
        for (int64_t l = 0; l < k; l++) {
            const cx_complex128 x = p[(g * m + row) * k + l], y = q[(g * k + l) * n + col];
            sum += (x.re + I * (conj_a ? -x.im : x.im)) * (y.re + I * y.im);
        }
        double complex want =
            alpha * sum + (beta == 0 ? 0 : beta * (before[i].re + I * before[i].im));
        if (one_bit) want = creal(want) != 0;
        const double off = cabs(after[i].re + I * after[i].im - want);
        const double eps = t == CX_F16 ? 0x1p-10 : t == CX_BF16 ? 0x1p-7 : 0;
        cr_assert(off <= eps * cabs(want), "%s %dx%dx%d alpha %g beta %g: element %d is off by %g",
                  cx_dtype_name(t), (int)m, (int)k, (int)n, alpha, beta, (int)i, off);
    }
}

static void every_layout(cx_dtype t, int64_t m, int64_t k, int64_t n)
{
    static const double factors[][2] = {{1, 0}, {1, 1}, {2, -0.5}, {0, 2}};
    const char kind = cx_dtype_kind(t);
    const bool exact = kind == 'i' || kind == 'u' || kind == 'b';
    for (int i = 0; i < LAYOUTS * LAYOUTS * LAYOUTS; i += 3) /* every pair of layouts comes by */
        for (int f = 0; f < (exact ? 1 : 4); f++)
            for (int conj = 0; conj < (kind == 'c' ? 2 : 1); conj++) {
                const cx_scope s = cx_scope_open();
                check(placed(2, m, k, t, i % LAYOUTS, 1), placed(2, k, n, t, i / 4 % LAYOUTS, 2),
                      placed(2, m, n, t, i / 16, 3), factors[f][0], factors[f][1], conj != 0);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

Test(gemm, factors_conjugates_and_layouts)
{
    static const cx_dtype some[] = {CX_F32, CX_F64,  CX_C64, CX_C128,
                                    CX_F16, CX_BF16, CX_I32, CX_BOOL};
    static const int64_t sizes[][3] = {{1, 1, 1}, {3, 4, 2}, {1, 5, 3},
                                       {4, 3, 1}, {5, 1, 5}, {3, 0, 2}};
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            every_layout(some[i], sizes[j][0], sizes[j][1], sizes[j][2]);
}

/* 1 + 2^-12 is a float32 and no TF32. */
static float squared(void)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    const cx_scope s = cx_scope_open();
    const cx_array *const a =
        cx_full(CX_SHAPE(64, 64), cx_float(1 + 0x1p-12), CX_F32, test_device());
    const cx_array *const c =
        cx_to(cx_matmul(a, test_here(cx_eye(64, -1, 0, CX_F32, CX_CPU))), CX_CPU);
    const float got = cx_data_f32(c)[0];
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    return got;
}

Test(gemm, float32_is_float32)
{
    cr_assert(unsetenv("CX_ALLOW_TF32") == 0);
    cr_assert(squared() == 1 + 0x1p-12f);
}

Test(gemm, tf32_only_when_asked)
{
    if (test_on_cpu()) cr_skip_test("the CPU has no TF32");
    cr_assert(setenv("CX_ALLOW_TF32", "1", 1) == 0);
    cr_assert(fabsf(squared() - 1) <= 0x1p-10f);
}
