/* Loops of the random group, for the compiler to vectorise; one table per ISA level. Integer
 * arithmetic, exact conversions, and functions whose every rounding is written out: each level
 * gives the same bits. */
#include "random/kernels.h"
#include "random/words.h"
#include "simd/simd.h"

#include <string.h>

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

const host_random_kernels CX_ISA_NAME(host_random_loops) = {
    .unit_f64 = unit_f64,
    .unit_f64_halves = unit_f64_halves,
    .unit_f32 = unit_f32,
    .minus_log1m_f64 = minus_log1m_f64,
    .minus_log1m_f32 = minus_log1m_f32,
    .mt_regenerate = mt_regenerate,
    .mt_temper = mt_temper,
};
