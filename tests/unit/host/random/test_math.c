/* The streams' own logarithm and exponential against wider ones, and skipping against drawing. */
#include "random/bitgen.h"

#include <calx/random_math.h>
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Distance in units of the last place of the wide value. */
static long double ulps(long double got, long double want, int digits)
{
    int e;
    (void)frexpl(want, &e);
    return fabsl(got - want) / ldexpl(1, e - digits);
}

Test(random_math, logarithm)
{
    uint64_t s = 88172645463325252u;
    cr_assert(cx__log1m_f64(0.0) == 0 && signbit(cx__log1m_f64(0.0)));
    cr_assert(cx__log1m_f32(0.0f) == 0 && signbit(cx__log1m_f32(0.0f)));
    for (int i = 0; i < 400000; i++) {
        /* small ones too, and those near 1 */
        const double u = cx__unit_f64(next(&s) >> (i % 53));
        const double v[2] = {u, u > 0 ? 1 - u : 0.5};
        for (int k = 0; k < 2; k++) {
            if (v[k] == 0 || v[k] == 1) continue;
            const long double want = log1pl(-(long double)v[k]);
            cr_assert(ulps(cx__log1m_f64(v[k]), want, DBL_MANT_DIG) < 1, "log(1 - %a)", v[k]);
        }
        const float w = cx__unit_f32((uint32_t)next(&s) >> (i % 24));
        if (w == 0) continue;
        cr_assert(ulps(cx__log1m_f32(w), log1pl(-(long double)w), FLT_MANT_DIG) < 1, "log(1 - %a)",
                  (double)w);
    }
}

Test(random_math, exponential)
{
    uint64_t s = 88172645463325252u;
    cr_assert(cx__exp_negative(0.0) == 1);
    for (int i = 0; i < 400000; i++) {
        const double x = -(i % 2 ? 8 : 700) * cx__unit_f64(next(&s));
        cr_assert(ulps(cx__exp_negative(x), expl(x), DBL_MANT_DIG) < 1.5L, "exp(%a)", x);
    }
}

static void check_skip(const host_engine *e, cx_bitgen g, int n)
{
    cx_bitgen skipped = g;
    uint32_t word[64], want[5], got[5];
    e->fill32(&g, n, word);
    cx__bitgen_skip32(&skipped, (uint64_t)n);
    cr_assert(g.has_uint32 == skipped.has_uint32 && g.uinteger == skipped.uinteger, "%s %d",
              e->name, n);
    e->fill32(&g, 5, want);
    e->fill32(&skipped, 5, got);
    for (int i = 0; i < 5; i++) cr_assert_eq(got[i], want[i], "%s %d", e->name, n);
    uint64_t wide;
    cx_bitgen same = g;
    e->fill64(&g, 1, &wide);
    cr_assert_eq(cx__bitgen_next(&same), wide, "%s %d", e->name, n);
}

Test(random_words, skipping_equals_drawing)
{
    static const cx_bitgen_kind kinds[] = {CX_BITGEN_PCG64, CX_BITGEN_PCG64DXSM, CX_BITGEN_PHILOX};
    for (int k = 0; k < 3; k++) {
        static const uint64_t seed[4] = {11, 22, 33, 44};
        cx_bitgen g;
        host_bitgen_seed(&g, kinds[k], seed);
        cr_assert(cx__bitgen_skips(&g));
        for (int before = 0; before < 10; before++) {
            const host_engine *const e = host_engine_of(&g);
            for (int n = 0; n <= 64; n++) check_skip(e, g, n);
            uint32_t one;
            e->fill32(&g, 1, &one); /* from every place in a block, with and without a half */
        }
    }
}
