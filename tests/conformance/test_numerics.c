/* isa: each. device: each
 * 16-bit floats against rounding done here: casts of every value and of every midpoint, sqrt of
 * every value, + - * / over a grid (with CALX_LONG over every pair); every other function as the
 * rounded float32 result. Integers at the edges of every dtype against 128-bit arithmetic. Powers
 * of float64 where the logarithm is hard to have; remainders, which are exact, of numbers of any
 * size, and of integers in long rows. */
#include "device.h"
#include "layouts.h"
#include "reference.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = 1 << 16 };

typedef struct format {
    cx_dtype t;
    int digits, least; /* bits of the significand, exponent of the smallest number's unit */
    double most;
} format;
static const format formats[] = {{CX_F16, 11, -24, 65504.0}, {CX_BF16, 8, -133, 0x1.fep127}};

static double value_of(cx_dtype t, uint16_t bits)
{
    const bool half = t == CX_F16;
    const int fraction = half ? 10 : 7, e = bits >> fraction & (half ? 31 : 255);
    const double m = bits & ((1 << fraction) - 1), sign = bits >> 15 ? -1.0 : 1.0;
    if (e == (half ? 31 : 255)) return m != 0 ? NAN : sign * INFINITY;
    const int bias = half ? 15 : 127;
    if (e == 0) return sign * ldexp(m, 1 - bias - fraction);
    return sign * ldexp(m + (1 << fraction), e - bias - fraction);
}

/* v to the nearest number of the format, halves to even. */
static double rounded(const format *f, double v)
{
    if (v == 0 || !isfinite(v)) return v;
    const int e = ilogb(v) - f->digits + 1, unit = e > f->least ? e : f->least;
    const double r = ldexp(nearbyint(ldexp(v, -unit)), unit);
    return fabs(r) > f->most ? copysign(INFINITY, v) : r;
}

static bool equal(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

static cx_array *every(cx_dtype t)
{
    uint16_t *const bits = malloc(ALL * sizeof *bits);
    for (int i = 0; i < ALL; i++) bits[i] = (uint16_t)i;
    cx_array *const a = test_copy_host(bits, CX_SHAPE(ALL), t);
    free(bits);
    return a;
}

/* Values of a 16-bit array, bits and all, where the test can read them. */
static const uint16_t *bits_of(cx_array *a)
{
    cx_array *const h = test_host(a);
    return cx_dtype_of(a) == CX_F16 ? (const uint16_t *)(const void *)cx_data_f16(h)
                                    : (const uint16_t *)(const void *)cx_data_bf16(h);
}

Test(numerics, casts_of_16_bit_floats)
{
    for (int k = 0; k < 2; k++) {
        const format *const f = &formats[k];
        const cx_scope s = cx_scope_open();
        cx_array *const a = every(f->t);
        const float *const narrow = cx_data_f32(test_host(cx_astype(a, CX_F32)));
        const double *const wide = cx_data_f64(test_host(cx_astype(a, CX_F64)));
        for (int i = 0; i < ALL; i++) {
            const double v = value_of(f->t, (uint16_t)i);
            cr_assert(equal((double)narrow[i], v) && equal(wide[i], v), "%s %#x",
                      cx_dtype_name(f->t), (unsigned)i);
        }
        /* back: every number, the midpoint above it, and the neighbours of that */
        enum { PLACES = 4 };
        double *const from = malloc((size_t)PLACES * ALL * sizeof *from);
        for (int i = 0; i < ALL; i++) {
            const double v = value_of(f->t, (uint16_t)i), next = value_of(f->t, (uint16_t)(i + 1));
            const double mid = isfinite(v) && isfinite(next) ? v / 2 + next / 2
                               : isfinite(v)                 ? v * (1 + 0x1p-9)
                                                             : v;
            from[PLACES * i] = v;
            from[PLACES * i + 1] = mid;
            from[PLACES * i + 2] = nextafter(mid, -INFINITY);
            from[PLACES * i + 3] = nextafter(mid, INFINITY);
        }
        cx_array *const d = test_copy_host(from, CX_SHAPE(PLACES * ALL), CX_F64);
        cx_array *const single = cx_astype(d, CX_F32); /* the neighbours go, midpoints stay */
        const uint16_t *const got = bits_of(cx_astype(d, f->t)), *const got_single = bits_of(
                                                                     cx_astype(single, f->t));
        const float *const read = cx_data_f32(test_host(single));
        for (int i = 0; i < PLACES * ALL; i++) {
            cr_assert(equal(value_of(f->t, got[i]), rounded(f, from[i])), "%a to %s is %a", from[i],
                      cx_dtype_name(f->t), value_of(f->t, got[i]));
            cr_assert(equal(value_of(f->t, got_single[i]), rounded(f, (double)read[i])),
                      "%a to %s is %a", (double)read[i], cx_dtype_name(f->t),
                      value_of(f->t, got_single[i]));
        }
        free(from);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(numerics, square_roots_of_16_bit_floats)
{
    for (int k = 0; k < 2; k++) {
        const format *const f = &formats[k];
        const cx_scope s = cx_scope_open();
        const uint16_t *const got = bits_of(cx_sqrt(every(f->t)));
        for (int i = 0; i < ALL; i++) {
            const double want = rounded(f, sqrt(value_of(f->t, (uint16_t)i)));
            cr_assert(equal(value_of(f->t, got[i]), want), "sqrt of %s %#x", cx_dtype_name(f->t),
                      (unsigned)i);
        }
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* Two or three of every 64 numbers; every one with step 1. */
static int grid(uint16_t *to, int step)
{
    int n = 0;
    for (int i = 0; i < ALL; i += step) {
        to[n++] = (uint16_t)i;
        if (step > 1) to[n++] = (uint16_t)(i + step - 1);
    }
    return n;
}

static double exact(int op, double x, double y)
{
    return op == 0 ? x + y : op == 1 ? x - y : op == 2 ? x * y : x / y;
}

/* The double result of two numbers of 11 bits is exact, or so near that rounding it once more is
 * rounding once: a quotient of 11 bits does not come within 2^-24 of a midpoint, and a sum that
 * double cannot hold has no bit near one. */
static void check_pairs(const format *f, const uint16_t *x, int64_t nx, const uint16_t *y,
                        int64_t ny)
{
    static cx_array *(*const ops[])(const cx_array *, const cx_array *) = {cx_add, cx_sub, cx_mul,
                                                                           cx_div};
    const cx_scope s = cx_scope_open();
    cx_array *const a = test_copy_host(x, CX_SHAPE(nx, 1), f->t), *const b = test_copy_host(
                                                                      y, CX_SHAPE(ny), f->t);
    for (int op = 0; op < 4; op++) {
        const uint16_t *const got = bits_of(ops[op](a, b));
        for (int64_t i = 0; i < nx * ny; i++) {
            const double u = value_of(f->t, x[i / ny]), v = value_of(f->t, y[i % ny]);
            const double want = rounded(f, exact(op, u, v)), have = value_of(f->t, got[i]);
            cr_assert(equal(have, want), "%s: %a %c %a is %a", cx_dtype_name(f->t), u, "+-*/"[op],
                      v, have);
        }
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(numerics, arithmetic_of_16_bit_floats)
{
    static uint16_t x[ALL], y[ALL];
    const int step = getenv("CALX_LONG") != NULL ? 1 : test_on_cpu() ? 64 : 256;
    const int n = grid(x, step), m = grid(y, step);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < n; i += 64)
            check_pairs(&formats[k], x + i, n - i < 64 ? n - i : 64, y, m);
}

/* ------------------------------------------------------------------------------------ the rest */
static const struct {
    const char *name, *domain;
    int code;
    cx_array *(*fn)(const cx_array *);
} unary[] = {
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) {#name_, domain, code, cx_##name_},
#include <calx/unary_ops.def>
#undef CX_UNARY
};

Test(numerics, functions_of_16_bit_floats_are_rounded_float32)
{
    for (size_t k = 0; k < sizeof unary / sizeof *unary; k++) {
        if (strchr(unary[k].domain, 'e') == NULL || unary[k].code == CX_UN_SPACING) continue;
        for (int j = 0; j < 2; j++) {
            const cx_scope s = cx_scope_open();
            cx_array *const a = every(formats[j].t);
            cx_array *const r = unary[k].fn(a), *const wide = unary[k].fn(cx_astype(a, CX_F32));
            cr_assert_eq(cx_status_of(r), CX_OK, "%s: %s", unary[k].name, cx_error_message());
            cx_array *const want = cx_astype(wide, cx_dtype_of(r));
            const cx_array *const nan = cx_logical_and(cx_isnan(r), cx_isnan(want));
            cr_assert(cx_item_bool(cx_all(cx_logical_or(cx_equal(r, want), nan), CX_ALL)),
                      "%s of %s", unary[k].name, cx_dtype_name(formats[j].t));
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
    }
}

/* ------------------------------------------------------------------------------------ integers */
/* The edges of an integer dtype: around 0, around both ends, around powers of two and the width. */
static int edges(cx_dtype t, int64_t to[64])
{
    const int bits = 8 * (int)cx_dtype_size(t);
    const bool is_signed = cx_dtype_kind(t) == 'i';
    const int64_t top =
        is_signed || bits == 64 ? INT64_MAX >> (64 - bits) : (INT64_C(1) << bits) - 1;
    int n = 0;
    for (int i = 0; i <= 5; i++) to[n++] = i;
    for (int i = 0; i < 3; i++) to[n++] = top - i;
    for (int i = -1; i <= 1; i++) to[n++] = bits + i;
    for (int i = 2; i < bits - 1; i += bits / 8) to[n++] = INT64_C(1) << i;
    to[n++] = top / 3;
    if (!is_signed && bits == 64) { /* -1 and its kin are the other end */
        for (int i = 1; i <= 3; i++) to[n++] = -i;
        to[n++] = INT64_MIN;
    }
    for (int i = n - 1; is_signed && i >= 0; i--) to[n++] = -to[i];
    if (is_signed) to[n++] = -top - 1;
    return n;
}

/* By squaring, modulo 2^64, of which every dtype keeps its low bits. */
static bool is_power(cx_dtype t, const void *px, const void *py, const void *got)
{
    const size_t size = cx_dtype_size(t);
    uint64_t x = 0, e = 0, r = 1;
    memcpy(&x, px, size);
    memcpy(&e, py, size);
    for (; e != 0; e >>= 1, x *= x)
        if (e & 1) r *= x;
    return memcmp(&r, got, size) == 0;
}

static void check_edges(int code, cx_dtype t, const int64_t *x, int n)
{
    const cx_scope s = cx_scope_open();
    const size_t size = cx_dtype_size(t);
    const bool power = code == CX_BI_POWER;
    const int64_t *y = x;
    int64_t exponents[64];
    int m = 0;
    for (int i = 0; power && i < n; i++)
        if (x[i] >= 0 || cx_dtype_kind(t) == 'u') exponents[m++] = x[i];
    if (power)
        y = exponents;
    else
        m = n;
    cx_array *const a = cx_astype(test_copy_host(x, CX_SHAPE(n, 1), CX_I64), t),
                    *const b = cx_astype(test_copy_host(y, CX_SHAPE(m), CX_I64), t);
    cx_array *const r = cx_ufunc((cx_map_op)code, CX_ARRAYS(a, b), NULL);
    cr_assert_eq(cx_status_of(r), CX_OK, "%s", cx_error_message());
    char u[64 * 8], v[64 * 8];
    char *const w = malloc((size_t)(n * m) * size);
    cr_assert_eq(cx_copy_into(a, cx_borrow_host(u, CX_SHAPE(n, 1), t, NULL)), CX_OK);
    cr_assert_eq(cx_copy_into(b, cx_borrow_host(v, CX_SHAPE(m), t, NULL)), CX_OK);
    cr_assert_eq(cx_copy_into(r, cx_borrow_host(w, CX_SHAPE(n, m), t, NULL)), CX_OK);
    for (int i = 0; i < n * m; i++) {
        const char *const p = u + (size_t)(i / m) * size, *const q = v + (size_t)(i % m) * size;
        char text[3][80];
        const void *const got = w + (size_t)i * size;
        const bool right =
            power ? is_power(t, p, q, got) : test_check(code, t, p, q, t, got, 0) == SAME;
        cr_assert(right, "%s of %s: (%s, %s) is not %s", cx_dtype_name(t),
                  code == CX_BI_POWER ? "power" : "division, shift or divisor",
                  test_text(t, p, text[0]), test_text(t, q, text[1]), test_text(t, got, text[2]));
    }
    free(w);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(numerics, integers_at_the_edges)
{
    static const int codes[] = {CX_BI_ADD,         CX_BI_SUB,  CX_BI_MUL,   CX_BI_FLOOR_DIVIDE,
                                CX_BI_REMAINDER,   CX_BI_FMOD, CX_BI_POWER, CX_BI_LEFT_SHIFT,
                                CX_BI_RIGHT_SHIFT, CX_BI_GCD,  CX_BI_LCM};
    for (int t = CX_I8; t <= CX_U64; t++) {
        int64_t x[64];
        const int n = edges((cx_dtype)t, x);
        cr_assert_leq(n, 64);
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
            check_edges(codes[k], (cx_dtype)t, x, n);
    }
}

static double fraction(uint64_t *seed)
{
    return (double)(test_random(seed) >> 11) * 0x1p-53;
}
/* x near 1 and far from it, results up to both ends of the range; signs and whole exponents. */
static void bases(int kind, uint64_t *seed, double *x, double *y)
{
    const double a = fraction(seed), b = fraction(seed);
    const double size =
        kind == 0 ? exp(1400 * (a - 0.5)) : 1 + (a - 0.5) * ldexp(1, -(int)(40 * b) - 3);
    *x = kind == 2 ? (a - 0.5) * 100 : size;
    *y = kind == 2 ? floor(40 * b - 20) : 700 / log(size) * (2 * fraction(seed) - 1);
}
Test(numerics, powers_within_two_units)
{
    enum { N = 4099 };
    uint64_t seed = test_seed();
    double *const x = malloc(N * sizeof *x), *const y = malloc(N * sizeof *y),
                  *const got = malloc(N * sizeof *got);
    for (int kind = 0; kind < 3; kind++) {
        const cx_scope s = cx_scope_open();
        for (int i = 0; i < N; i++) bases(kind, &seed, &x[i], &y[i]);
        cx_array *const r = cx_power(test_copy_host(x, CX_SHAPE(N), CX_F64),
                                     test_copy_host(y, CX_SHAPE(N), CX_F64));
        cr_assert_eq(cx_copy_into(r, cx_borrow_host(got, CX_SHAPE(N), CX_F64, NULL)), CX_OK, "%s",
                     cx_error_message());
        for (int i = 0; i < N; i++) {
            const long double want = powl(x[i], y[i]);
            const double unit = nextafter(fabs((double)want), INFINITY) - fabs((double)want);
            cr_assert_leq(fabsl((long double)got[i] - want), 2 * (long double)unit,
                          "%a ** %a is %La, not %a", x[i], y[i], want, got[i]);
        }
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
    free(x);
    free(y);
    free(got);
}

/* Any bits at all, numbers of like size, quotients near whole numbers. */
static void dividends(int kind, uint64_t *seed, double *x, double *y)
{
    const uint64_t u = test_random(seed), v = test_random(seed);
    memcpy(x, &u, sizeof u);
    memcpy(y, &v, sizeof v);
    if (kind == 0) return;
    *x = ldexp(fraction(seed) - 0.5, (int)(u % 60));
    *y = ldexp(fraction(seed) - 0.5, (int)(v % 60));
    if (kind == 2) *x = *y * (double)(int64_t)(u % 1000000);
}
static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}
static void check_remainders(int kind, bool wide, uint64_t *seed)
{
    enum { N = 3001 };
    double *const x = malloc(N * sizeof *x), *const y = malloc(N * sizeof *y),
                  *const got = malloc(N * sizeof *got);
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < N; i++) {
        dividends(kind, seed, &x[i], &y[i]);
        if (!wide) x[i] = (double)(float)x[i], y[i] = (double)(float)y[i];
        if (i % 500 == 0) y[i] = i % 1000 == 0 ? 0 : INFINITY;
    }
    const cx_dtype t = wide ? CX_F64 : CX_F32;
    cx_array *const a = cx_astype(test_copy_host(x, CX_SHAPE(N), CX_F64), t),
                    *const b = cx_astype(test_copy_host(y, CX_SHAPE(N), CX_F64), t);
    cx_array *const results[] = {cx_fmod(a, b), cx_remainder(a, b)};
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(cx_copy_into(cx_astype(results[k], CX_F64),
                                  cx_borrow_host(got, CX_SHAPE(N), CX_F64, NULL)),
                     CX_OK, "%s", cx_error_message());
        for (int i = 0; i < N; i++) {
            const double m = fmod(x[i], y[i]);
            double want = m;
            if (k == 1 && y[i] != 0 && !isnan(m)) {
                want = m == 0 ? copysign(0, y[i]) : (y[i] < 0) != (m < 0) ? m + y[i] : m;
                if (!wide) want = (double)(float)want;
            }
            cr_assert(same_number(got[i], want), "%s of %a by %a: %a, not %a",
                      k == 0 ? "fmod" : "remainder", x[i], y[i], got[i], want);
        }
    }
    free(x);
    free(y);
    free(got);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
Test(numerics, remainders_are_exact)
{
    uint64_t seed = test_seed();
    for (int kind = 0; kind < 3; kind++) {
        check_remainders(kind, true, &seed);
        check_remainders(kind, false, &seed);
    }
}

/* Rows without a zero or a -1 among the divisors are what vectors divide; numbers round the limits
 * of what they take, and quotients next to whole numbers. */
static int64_t dividend(int kind, cx_dtype t, uint64_t *seed, int64_t *y)
{
    const int bits = 8 * (int)cx_dtype_size(t) - (cx_dtype_kind(t) == 'i');
    const int most = kind == 0 || bits < 53 ? bits : 52;
    const uint64_t u = test_random(seed), v = test_random(seed);
    *y = (int64_t)(v >> (64 - most) >> v % (uint64_t)most);
    if (*y < 2) *y = 2 + (int64_t)(v % 3);
    int64_t x = (int64_t)(u >> (64 - most) >> u % (uint64_t)most);
    if (kind == 2) x = x / *y * *y - (int64_t)(u % 2);
    if (cx_dtype_kind(t) == 'u' && kind == 1 && u % 3 == 0) x = ~x; /* at the other end */
    if (cx_dtype_kind(t) == 'u') return x < 0 && kind == 2 ? 0 : x;
    if (u & 64) *y = -*y;
    return v & 64 ? -x : x;
}
Test(numerics, integers_divide_in_rows)
{
    enum { N = 2000 };
    static const int codes[] = {CX_BI_FLOOR_DIVIDE, CX_BI_REMAINDER, CX_BI_FMOD};
    uint64_t seed = test_seed();
    int64_t x[N], y[N];
    char u[N * 8], v[N * 8], w[N * 8];
    for (int t = CX_I8; t <= CX_U64; t++)
        for (int k = 0; k < 9; k++) {
            const cx_scope s = cx_scope_open();
            const size_t size = cx_dtype_size((cx_dtype)t);
            for (int i = 0; i < N; i++) x[i] = dividend(k / 3, (cx_dtype)t, &seed, &y[i]);
            cx_array *const a = cx_astype(test_copy_host(x, CX_SHAPE(N), CX_I64), (cx_dtype)t),
                            *const b =
                                cx_astype(test_copy_host(y, CX_SHAPE(N), CX_I64), (cx_dtype)t),
                            *const r = cx_ufunc((cx_map_op)codes[k % 3], CX_ARRAYS(a, b), NULL);
            cr_assert_eq(cx_copy_into(a, cx_borrow_host(u, CX_SHAPE(N), (cx_dtype)t, NULL)), CX_OK);
            cr_assert_eq(cx_copy_into(b, cx_borrow_host(v, CX_SHAPE(N), (cx_dtype)t, NULL)), CX_OK);
            cr_assert_eq(cx_copy_into(r, cx_borrow_host(w, CX_SHAPE(N), (cx_dtype)t, NULL)), CX_OK);
            for (size_t i = 0; i < N; i++) {
                const char *const p = u + i * size, *const q = v + i * size,
                                  *const got = w + i * size;
                char text[3][80];
                cr_assert(test_check(codes[k % 3], (cx_dtype)t, p, q, (cx_dtype)t, got, 0) == SAME,
                          "%s: %d of %s and %s is not %s", cx_dtype_name((cx_dtype)t), codes[k % 3],
                          test_text((cx_dtype)t, p, text[0]), test_text((cx_dtype)t, q, text[1]),
                          test_text((cx_dtype)t, got, text[2]));
            }
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
}

/* A power has the same bits whether its exponent is a number, or stands in an array among others.
 */
static void check_exponents(cx_dtype t, uint64_t *seed)
{
    enum { N = 1000, KINDS = 6 };
    static const double exponents[KINDS] = {2, 0.5, -1, 1, 3, -0.5};
    static const double odd[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e-310, -7, 1e300};
    double x[N], y[N];
    double got[N], alone[N];
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < N; i++) {
        x[i] = i < 48 ? odd[i / KINDS] : 20 * fraction(seed) - 5;
        y[i] = exponents[i % KINDS];
    }
    cx_array *const a = cx_astype(test_copy_host(x, CX_SHAPE(N), CX_F64), t),
                    *const mixed =
                        cx_power(a, cx_astype(test_copy_host(y, CX_SHAPE(N), CX_F64), t));
    cr_assert_eq(
        cx_copy_into(cx_astype(mixed, CX_F64), cx_borrow_host(got, CX_SHAPE(N), CX_F64, NULL)),
        CX_OK, "%s", cx_error_message());
    for (int k = 0; k < KINDS; k++) {
        cx_array *const r = cx_astype(cx_power(a, cx_float(exponents[k])), CX_F64);
        cr_assert_eq(cx_copy_into(r, cx_borrow_host(alone, CX_SHAPE(N), CX_F64, NULL)), CX_OK, "%s",
                     cx_error_message());
        for (int i = k; i < N; i += KINDS)
            cr_assert(same_number(got[i], alone[i]), "%s: %a ** %g is %a in an array, %a alone",
                      cx_dtype_name(t), x[i], y[i], got[i], alone[i]);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
Test(numerics, exponents_alone_and_among_others)
{
    uint64_t seed = test_seed();
    check_exponents(CX_F64, &seed);
    check_exponents(CX_F32, &seed);
}

/* Vectors of plain numbers go first, those with others among them afterwards: each number as it is
 * alone, also where the result takes the place of an operand. */
static void check_power_in_place(cx_dtype t, uint64_t *seed)
{
    enum { N = 1003 };
    static const double odd[] = {0.0, -0.0, -2.5, INFINITY, NAN, 1e-310, 2, 0.5, -1, 3};
    double x[N], y[N];
    for (int every_nth = 3; every_nth < 400; every_nth *= 11) {
        for (int i = 0; i < N; i++) {
            x[i] = i % every_nth == 1 ? odd[i / 2 % 10] : 4 * fraction(seed);
            y[i] = i % every_nth == 2 ? odd[i / 3 % 10] : 3 * fraction(seed);
        }
        const cx_scope s = cx_scope_open();
        cx_array *const a = cx_astype(test_copy_host(x, CX_SHAPE(N), CX_F64), t),
                        *const b = cx_astype(test_copy_host(y, CX_SHAPE(N), CX_F64), t),
                        *const over_a = cx_copy(a), *const over_b = cx_copy(b);
        const double *const want = cx_data_f64(test_host(cx_astype(cx_power(a, b), CX_F64)));
        cr_assert_eq(cx_power_into(over_a, b, over_a), CX_OK, "%s", cx_error_message());
        cr_assert_eq(cx_power_into(a, over_b, over_b), CX_OK, "%s", cx_error_message());
        const double *const first = cx_data_f64(test_host(cx_astype(over_a, CX_F64))),
                            *const second = cx_data_f64(test_host(cx_astype(over_b, CX_F64)));
        for (int i = 0; i < N; i++) {
            double one = want[i];
            if (i % 16 < 3) {
                const cx_array *const alone =
                    cx_power(cx_slice(a, 0, i, i + 1, 1), cx_slice(b, 0, i, i + 1, 1));
                one = cx_item_f64(cx_astype(alone, CX_F64));
            }
            cr_assert(same_number(want[i], first[i]) && same_number(want[i], second[i]) &&
                          same_number(want[i], one),
                      "%s: %a ** %a is %a, in place %a and %a, alone %a", cx_dtype_name(t), x[i],
                      y[i], want[i], first[i], second[i], one);
        }
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}
Test(numerics, powers_take_the_place_of_operands)
{
    uint64_t seed = test_seed();
    check_power_in_place(CX_F64, &seed);
    check_power_in_place(CX_F32, &seed);
}
