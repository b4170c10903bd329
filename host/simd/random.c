/* Loops of the random group, for the compiler to vectorise; one table per ISA level. Integer
 * arithmetic, exact conversions, and functions whose every rounding is written out: each level
 * gives the same bits. */
#include "random/kernels.h"
#include "random/words.h"
#include "simd/simd.h"

#include <calx/random_words.h>
#include <string.h>
#if defined(__AVX512DQ__)
#include <immintrin.h>
#endif

static void unit_f64(const uint64_t *restrict word, int64_t n, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = word_to_f64(word[i], false);
}

static void unit_f64_halves(const uint64_t *restrict word, int64_t n, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = word_to_f64(word[i], true);
}

static void unit_f32(const uint32_t *restrict word, int64_t n, float *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = cx__unit_f32(word[i]);
}

static void minus_log1m_f64(int64_t n, double *u)
{
    for (int64_t i = 0; i < n; i++) u[i] = -cx__log1m_f64(u[i]);
}

static void minus_log1m_f32(int64_t n, float *u)
{
    for (int64_t i = 0; i < n; i++) u[i] = (float)-cx__log1m_f64((double)u[i]);
}

/* ---- MT19937 */

enum { N = CX_MT19937_WORDS, M = 397 };

static inline uint32_t twist(uint32_t upper, uint32_t lower)
{
    const uint32_t y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
    return (y >> 1) ^ ((0u - (y & 1)) & 0x9908b0dfu);
}

/* key[i] depends on key[i + 1] before it is replaced and on words 227 behind: loops of less than
 * that have no dependency, which the copy of the old word makes plain to the compiler. */
static void regenerate_part(uint32_t *restrict key, const uint32_t *restrict next,
                            const uint32_t *restrict far, int count)
{
    for (int i = 0; i < count; i++) key[i] = far[i] ^ twist(key[i], next[i]);
}

static void mt_regenerate(uint32_t *key)
{
    uint32_t old[N + 1];
    memcpy(old, key, N * sizeof *key);
    regenerate_part(key, old + 1, old + M, N - M);
    regenerate_part(key + (N - M), old + (N - M) + 1, key, N - M);
    old[N] = key[0];
    regenerate_part(key + 2 * (N - M), old + 2 * (N - M) + 1, key + (N - M), M - (N - M));
}

static void mt_temper(const uint32_t *restrict key, int64_t n, uint32_t *restrict out)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t y = key[i];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        out[i] = y ^ (y >> 18);
    }
}

/* ---- PCG64: each lane steps by the number of lanes. A state is limbs of 52, 52 and 24 bits, which
 * the processor multiplies and adds; what a limb has above its bits went to the next one and is
 * not looked at. The avx512 level does not promise these instructions, so they are asked for. */

#if defined(__AVX512DQ__)
#define WITH_LIMBS __attribute__((target("avx512ifma")))
enum { VECTORS = 4, LANES = 8, STEP = VECTORS * LANES };
#define LIMB ((1ull << 52) - 1)

typedef struct limbs {
    __m512i a, b, c;
} limbs;

/* Limb k of x. */
static uint64_t limb(cx__u128 x, int k)
{
    return k == 0 ? x.lo & LIMB : k == 1 ? (x.lo >> 52 | x.hi << 12) & LIMB : x.hi >> 40;
}
static limbs all_limbs(cx__u128 x)
{
    return (limbs){_mm512_set1_epi64((long long)limb(x, 0)),
                   _mm512_set1_epi64((long long)limb(x, 1)),
                   _mm512_set1_epi64((long long)limb(x, 2))};
}

/* x * t + p modulo 2^128 */
WITH_LIMBS static inline limbs apply_limbs(limbs x, limbs t, limbs p)
{
    const __m512i low = _mm512_madd52lo_epu64(p.a, x.a, t.a);
    __m512i middle = _mm512_madd52lo_epu64(p.b, x.b, t.a), top = p.c;
    const __m512i other = _mm512_madd52hi_epu64(_mm512_srli_epi64(low, 52), x.a, t.a);
    middle = _mm512_add_epi64(_mm512_madd52lo_epu64(middle, x.a, t.b), other);
    const __m512i cross = _mm512_madd52hi_epu64(_mm512_srli_epi64(middle, 52), x.b, t.a);
    top = _mm512_madd52lo_epu64(top, x.c, t.a);
    top = _mm512_madd52lo_epu64(top, x.b, t.b);
    top = _mm512_madd52lo_epu64(top, x.a, t.c);
    top = _mm512_madd52hi_epu64(top, x.a, t.b);
    return (limbs){low, middle, _mm512_add_epi64(top, cross)};
}

/* The words of eight states: high ^ low, turned by the six bits on top. */
static inline __m512i words_of(limbs x)
{
    const __m512i low = _mm512_ternarylogic_epi64(x.a, _mm512_set1_epi64((long long)LIMB),
                                                  _mm512_slli_epi64(x.b, 52), 0x6a),
                  high = _mm512_ternarylogic_epi64(_mm512_srli_epi64(x.b, 12),
                                                   _mm512_set1_epi64((long long)(LIMB >> 12)),
                                                   _mm512_slli_epi64(x.c, 40), 0x6a);
    return _mm512_rorv_epi64(_mm512_xor_si512(low, high), _mm512_srli_epi64(x.c, 18));
}

WITH_LIMBS static int64_t fill_by_limbs(uint64_t state[2], const uint64_t increment[2], int64_t n,
                                        uint64_t *out)
{
    const cx__affine step = cx__pcg_step(CX_BITGEN_PCG64, increment);
    const cx__affine two = cx__affine_after(step, step), four = cx__affine_after(two, two),
                     eight = cx__affine_after(four, four), more = cx__affine_after(eight, eight),
                     all = cx__affine_after(more, more);
    uint64_t part[3][LANES];
    cx__u128 s = cx__u128_of(state);
    for (int lane = 0; lane < LANES; lane++) {
        s = cx__affine_apply(step, s);
        for (int k = 0; k < 3; k++) part[k][lane] = limb(s, k);
    }
    limbs v[VECTORS] = {
        {_mm512_loadu_si512(part[0]), _mm512_loadu_si512(part[1]), _mm512_loadu_si512(part[2])}};
    limbs times = all_limbs(eight.times), plus = all_limbs(eight.plus);
    for (int k = 1; k < VECTORS; k++) v[k] = apply_limbs(v[k - 1], times, plus);
    times = all_limbs(all.times);
    plus = all_limbs(all.plus);
    int64_t i = 0;
    for (;; i += STEP) {
        for (int k = 0; k < VECTORS; k++) _mm512_storeu_si512(out + i + k * LANES, words_of(v[k]));
        if (i + 2 * STEP > n) break;
        for (int k = 0; k < VECTORS; k++) v[k] = apply_limbs(v[k], times, plus);
    }
    _mm512_storeu_si512(part[0], v[VECTORS - 1].a);
    _mm512_storeu_si512(part[1], v[VECTORS - 1].b);
    _mm512_storeu_si512(part[2], v[VECTORS - 1].c);
    const uint64_t a = part[0][LANES - 1] & LIMB, b = part[1][LANES - 1] & LIMB;
    state[0] = a | b << 52;
    state[1] = b >> 12 | part[2][LANES - 1] << 40;
    return i + STEP;
}

static int64_t pcg64_words(uint64_t state[2], const uint64_t increment[2], int64_t n, uint64_t *out)
{
    return n < 2 * STEP || !__builtin_cpu_supports("avx512ifma")
               ? 0
               : fill_by_limbs(state, increment, n, out);
}
#else
static int64_t pcg64_words(uint64_t state[2], const uint64_t increment[2], int64_t n, uint64_t *out)
{
    (void)state, (void)increment, (void)n, (void)out;
    return 0;
}
#endif

/* ---- ziggurat */

static int64_t normal_run(const cx__strip64 strip[256], const uint64_t *word, int64_t n,
                          double *out)
{
    const uint64_t fraction = 0x000fffffffffffffu, sign = 1ull << 63;
    int64_t i = 0;
#if defined(__AVX512DQ__)
    for (; i + 8 <= n; i += 8) {
        const __m512i w = _mm512_loadu_si512(word + i),
                      at = _mm512_slli_epi64(_mm512_and_si512(w, _mm512_set1_epi64(0xff)), 1),
                      bits = _mm512_and_si512(_mm512_srli_epi64(w, 9),
                                              _mm512_set1_epi64((long long)fraction));
        const __m512i k = _mm512_i64gather_epi64(at, &strip->k, 8);
        const __m512d x =
            _mm512_mul_pd(_mm512_cvtepi64_pd(bits), _mm512_i64gather_pd(at, &strip->w, 8));
        const __m512i negative =
            _mm512_and_si512(_mm512_slli_epi64(w, 55), _mm512_set1_epi64((long long)sign));
        _mm512_storeu_pd(out + i,
                         _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(x), negative)));
        const unsigned odd = _mm512_cmpge_epu64_mask(bits, k);
        if (odd != 0) return i + __builtin_ctz(odd);
    }
#endif
    for (; i < n; i++) {
        const cx__strip64 *const s = strip + (word[i] & 0xff);
        const uint64_t bits = (word[i] >> 9) & fraction;
        if (bits >= s->k) break;
        const double x = (double)(int64_t)bits * s->w;
        out[i] = cx__f64_of_bits(cx__bits_of_f64(x) ^ (word[i] << 55 & sign));
    }
    return i;
}

const host_random_kernels CX_ISA_NAME(host_random_loops) = {
    .unit_f64 = unit_f64,
    .unit_f64_halves = unit_f64_halves,
    .unit_f32 = unit_f32,
    .minus_log1m_f64 = minus_log1m_f64,
    .minus_log1m_f32 = minus_log1m_f32,
    .mt_regenerate = mt_regenerate,
    .mt_temper = mt_temper,
    .pcg64_words = pcg64_words,
    .normal_run = normal_run,
};
