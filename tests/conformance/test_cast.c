/* isa: each. device: each
 * Casts and copies: every dtype to every other, every layout to every other, in guarded memory. The
 * rule by value: integers wrap, floats to integers truncate and saturate and NaN gives 0, anything
 * to bool is != 0, complex to real drops the imaginary part, narrower floats are rounded once. */
#include "layouts.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

__extension__ typedef __int128 wide;

typedef struct number {
    bool integer;
    wide i;
    long double re, im;
} number;

static number read_number(cx_dtype t, const void *p)
{
    number v = {.integer = false};
    const char kind = cx_dtype_kind(t);
    uint64_t u = 0;
    memcpy(&u, p, cx_dtype_size(t) < 8 ? cx_dtype_size(t) : 8);
    if (kind == 'b' || kind == 'i' || kind == 'u') {
        const int shift = 64 - 8 * (int)cx_dtype_size(t);
        v.integer = true;
        v.i = kind == 'i' ? (wide)((int64_t)(u << shift) >> shift) : (wide)u;
        v.re = (long double)v.i;
        return v;
    }
    const float *const f = p;
    const double *const d = p;
    if (t == CX_F16)
        v.re = cx_f16_to_float(*(const cx_float16 *)p);
    else if (t == CX_BF16)
        v.re = cx_bf16_to_float(*(const cx_bfloat16 *)p);
    else if (t == CX_F32 || t == CX_C64)
        v.re = f[0], v.im = t == CX_C64 ? f[1] : 0;
    else
        v.re = d[0], v.im = t == CX_C128 ? d[1] : 0;
    return v;
}

/* Is g the value of the 16-bit dtype nearest to v, and even of two? */
static bool nearest_half(cx_dtype t, long double v, const void *g)
{
    uint16_t bits;
    memcpy(&bits, g, 2);
    const uint16_t inf = t == CX_F16 ? 0x7c00 : 0x7f80, size = bits & 0x7fff;
    const long double here = read_number(t, g).re;
    if (isnan(v)) return size > inf;
    if (size > inf || (signbit(v) != 0) != (bits >> 15)) return false;
    /* half-way points to the neighbours; the largest finite number's upper one decides overflow */
    uint16_t below = (uint16_t)(size - 1), above = (uint16_t)(size + 1), most = (uint16_t)(inf - 1),
             last = (uint16_t)(inf - 2);
    const long double a = fabsl(v), top = read_number(t, &most).re,
                      edge = top + (top - read_number(t, &last).re) / 2;
    if (size == inf) return a >= edge;
    const long double lower = size == 0 ? 0 : (read_number(t, &below).re + fabsl(here)) / 2;
    const long double upper = size == most ? edge : (read_number(t, &above).re + fabsl(here)) / 2;
    const bool even = (size & 1) == 0;
    return (a > lower || size == 0 || (a == lower && even)) &&
           (a < upper || (a == upper && even && size != most));
}

static bool right(cx_dtype from, const void *p, cx_dtype to, const void *q)
{
    const number v = read_number(from, p), g = read_number(to, q);
    const char kind = cx_dtype_kind(to);
    if (kind == 'b')
        return g.i == (v.integer ? v.i != 0 : v.re != 0 || v.im != 0 || isnan(v.im) || isnan(v.re));
    if (kind == 'i' || kind == 'u') {
        const int bits = 8 * (int)cx_dtype_size(to);
        const long double hi = ldexpl(1, bits - (kind == 'i')) - 1,
                          lo = kind == 'i' ? -ldexpl(1, bits - 1) : 0;
        if (v.integer) {
            const uint64_t low = (uint64_t)v.i;
            return memcmp(&low, q, cx_dtype_size(to)) == 0;
        }
        const long double r = isnan(v.re) ? 0 : v.re <= lo ? lo : v.re >= hi ? hi : truncl(v.re);
        return (long double)g.i == r;
    }
    if (kind == 'e') return nearest_half(to, v.re, q);
    const bool single = to == CX_F32 || to == CX_C64;
    /* long double holds every source exactly, so that one C conversion is the one rounding */
    const long double re = single ? (long double)(float)v.re : (long double)(double)v.re;
    const long double im = kind != 'c' ? 0
                           : single    ? (long double)(float)v.im
                                       : (long double)(double)v.im;
    return (g.re == re || (isnan(g.re) && isnan(re))) &&
           (kind != 'c' || g.im == im || (isnan(g.im) && isnan(im)));
}

static void check(cx_dtype from, cx_dtype to, int ndim, const int64_t *shape, layout a, layout b,
                  uint64_t *state)
{
    const cx_scope s = cx_scope_open();
    test_array x, y, z;
    test_array_new(&x, from, ndim, shape, a);
    test_array_new(&y, to, ndim, shape, b);
    test_array_new(&z, from, ndim, shape, LAYOUT_C);
    test_fill(&x, state, FILL_ANY);
    const cx_array *const cast = cx_astype(x.a, to);
    cr_assert_eq(cx_dtype_of(cast), to);
    cr_assert_eq(cx_copy_into(cast, y.a), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_copy_into(x.a, z.a), CX_OK, "%s", cx_error_message());
    test_down(&y);
    test_down(&z);
    for (int64_t i = 0; i < x.size; i++) {
        const void *const p = test_element(&x, i);
        cr_assert(right(from, p, to, test_element(&y, i)),
                  "%s to %s, %s to %s, element %lld of %lld", cx_dtype_name(from),
                  cx_dtype_name(to), test_layout_name(a), test_layout_name(b), (long long)i,
                  (long long)x.size);
        cr_assert_eq(memcmp(p, test_element(&z, i), cx_dtype_size(from)), 0);
    }
    cr_assert(test_guards(&x) && test_guards(&y) && test_guards(&z));
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&x);
    test_array_free(&y);
    test_array_free(&z);
}

Test(cast, every_pair)
{
    uint64_t state = test_seed();
    for (int from = CX_BOOL; from <= CX_C128; from++) {
        for (int to = CX_BOOL; to <= CX_C128; to++) {
            for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? LAYOUT_COUNT : 1)
                check((cx_dtype)from, (cx_dtype)to, 1, (const int64_t[]){517}, (layout)how,
                      (layout)((how + to) % LAYOUT_REPEATED), &state);
            check((cx_dtype)from, (cx_dtype)to, 0, NULL, LAYOUT_C, LAYOUT_C, &state);
        }
    }
}

Test(cast, every_layout)
{
    uint64_t state = test_seed();
    static const int64_t shapes[][4] = {{3, 5, 1, 2}, {40, 70, 1, 1}, {1, 33, 34, 1},
                                        {2, 0, 3, 1}, {9, 8, 9, 10},  {100, 3, 2, 1}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        for (int a = 0; a < LAYOUT_COUNT; a++) {
            for (int b = 0; b < LAYOUT_REPEATED; b += test_brief() ? 3 : 1) {
                check(CX_F64, CX_F64, 4, shapes[k], (layout)a, (layout)b, &state);
                check(CX_F32, CX_F64, 4, shapes[k], (layout)a, (layout)b, &state);
                check(CX_U8, CX_U8, 4, shapes[k], (layout)a, (layout)b, &state);
                check(CX_C128, CX_C64, 4, shapes[k], (layout)a, (layout)b, &state);
            }
        }
    }
}

/* Large enough for several threads and for stores past the caches. */
Test(cast, large)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = 3000001;
    cx_array *const a = cx_arange_i64(0, n, 1, CX_I64, test_device()), *const b = cx_copy(a);
    cr_expect(cx_array_equal(a, b));
    cr_expect(cx_array_equal(cx_astype(cx_astype(a, CX_F64), CX_I64), a));
    cx_array *const m = cx_reshape(cx_slice(a, 0, 0, 1500 * 2000, 1), CX_SHAPE(1500, 2000));
    cx_array *const t = cx_copy(cx_transpose(m));
    cr_expect(cx_is_contiguous(t));
    cr_expect(cx_array_equal(cx_transpose(t), m));
    cr_expect_eq(cx_item_i64(cx_index(t, "7, 11")), 11 * 2000 + 7);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Matrices turned, of any extents about those of tiles, with rows in either direction: element by
 * element what the view says. The last is large enough to go past the caches. */
Test(cast, turned_matrices)
{
    static const int64_t extents[][2] = {{8, 8},   {9, 8},    {8, 15},   {16, 64},
                                         {33, 40}, {70, 523}, {8, 1100}, {1448, 1456}};
    static const cx_dtype types[] = {CX_F64, CX_I64, CX_F32, CX_C64};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
            const cx_scope s = cx_scope_open();
            const int64_t m = extents[i][0], n = extents[i][1];
            cx_array *const a = cx_astype(
                cx_reshape(cx_arange_i64(0, m * n, 1, CX_I64, test_device()), CX_SHAPE(m, n)),
                types[k]);
            const cx_array *const views[] = {cx_transpose(a), cx_transpose(cx_flip(a, 0)),
                                             cx_transpose(cx_slice(a, 1, 1, CX_END, 1))};
            for (int v = 0; v < 3; v++) {
                const cx_array *const turned = cx_to(cx_copy(views[v]), CX_CPU);
                cr_assert(cx_is_contiguous(turned));
                const double *const p = cx_data_f64(cx_astype(turned, CX_F64));
                for (int64_t j = 0; j < cx_dim(turned, 0); j++)
                    for (int64_t r = 0; r < m; r++)
                        if (p[j * m + r] != (double)((v == 1 ? m - 1 - r : r) * n + j + (v == 2)))
                            cr_assert_fail("%s %d x %d view %d at %d, %d", cx_dtype_name(types[k]),
                                           (int)m, (int)n, v, (int)j, (int)r);
            }
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
    }
}
