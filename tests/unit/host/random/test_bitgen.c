/* link: static
 * The engines against NumPy's recorded words: seeding, skipping, jumping, halves. */
#include "base/seedseq.h"
#include "random/bitgen.h"
#include "random/kernels.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx_bitgen seeded(cx_bitgen_kind kind, uint32_t low, uint32_t high)
{
    const uint32_t entropy[2] = {low, high};
    cx__seedseq s;
    uint64_t words[CX_MT19937_WORDS / 2];
    cr_assert(cx__seedseq_init(&s, entropy, high ? 2 : 1, NULL, 0));
    cx__seedseq_generate64(&s, CX_MT19937_WORDS / 2, words);
    cx__seedseq_free(&s);
    cx_bitgen g;
    host_bitgen_seed(&g, kind, words);
    return g;
}

static uint64_t next64(cx_bitgen *g)
{
    uint64_t word;
    host_engine_of(g)->fill64(g, 1, &word);
    return word;
}

static uint32_t next32(cx_bitgen *g)
{
    uint32_t word;
    host_engine_of(g)->fill32(g, 1, &word);
    return word;
}

static void check_recorded(const char *file, cx_bitgen_kind kind)
{
    char path[512], line[64];
    snprintf(path, sizeof path, "%s/golden/numpy_random/%s", CX_TEST_DATA, file);
    FILE *const f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    cr_assert_not_null(fgets(line, sizeof line, f));
    const unsigned long long seed = strtoull(strchr(line, ',') + 1, NULL, 0);
    cx_bitgen g = seeded(kind, (uint32_t)seed, (uint32_t)(seed >> 32));
    int count = 0;
    while (fgets(line, sizeof line, f)) {
        const uint64_t want = strtoull(strchr(line, ',') + 1, NULL, 0);
        const uint64_t got = kind == CX_BITGEN_MT19937 ? next32(&g) : next64(&g);
        cr_assert_eq(got, want, "%s: word %d", file, count);
        count++;
    }
    cr_expect_eq(count, 1000);
    fclose(f);
}

Test(bitgen, recorded_words)
{
    check_recorded("pcg64-testset-1.csv", CX_BITGEN_PCG64);
    check_recorded("pcg64-testset-2.csv", CX_BITGEN_PCG64);
    check_recorded("pcg64dxsm-testset-1.csv", CX_BITGEN_PCG64DXSM);
    check_recorded("pcg64dxsm-testset-2.csv", CX_BITGEN_PCG64DXSM);
    check_recorded("philox-testset-1.csv", CX_BITGEN_PHILOX);
    check_recorded("philox-testset-2.csv", CX_BITGEN_PHILOX);
    check_recorded("sfc64-testset-1.csv", CX_BITGEN_SFC64);
    check_recorded("sfc64-testset-2.csv", CX_BITGEN_SFC64);
    check_recorded("mt19937-testset-1.csv", CX_BITGEN_MT19937);
    check_recorded("mt19937-testset-2.csv", CX_BITGEN_MT19937);
}

Test(bitgen, pcg64_state_after_seeding)
{
    const cx_bitgen g = seeded(CX_BITGEN_PCG64, 42, 0);
    cr_expect_eq(g.u.pcg.state[1], 0xcea44f6798798f2au);
    cr_expect_eq(g.u.pcg.state[0], 0xacbc7c9d68860ac8u);
    cr_expect_eq(g.u.pcg.increment[1], 0xfa505436c9a8416eu);
    cr_expect_eq(g.u.pcg.increment[0], 0x66caf2e28d25abffu);
}

Test(bitgen, advance_and_jump)
{
    static const uint64_t thousand[4] = {1000, 0, 0, 0};
    cx_bitgen g = seeded(CX_BITGEN_PCG64, 42, 0), h = g;
    cr_assert(host_bitgen_advance(&g, thousand));
    cr_expect_eq(next64(&g), 0x0fe35e24e0cd297au);
    cr_assert(host_bitgen_jump(&h, 1));
    cr_expect_eq(next64(&h), 0xc193c65d22914c57u);
    cr_expect_eq(next64(&h), 0xa181a23fef8331fau);

    g = h = seeded(CX_BITGEN_PHILOX, 42, 0);
    cr_assert(host_bitgen_advance(&g, thousand));
    cr_expect_eq(next64(&g), 0x12856ec1f228ada3u);
    cr_assert(host_bitgen_jump(&h, 1));
    cr_expect_eq(next64(&h), 0x5186a060e0852be9u);
    cr_expect_eq(next64(&h), 0x65c3c5131a16110bu);

    for (int kind = CX_BITGEN_PCG64; kind <= CX_BITGEN_PHILOX; kind++) {
        g = h = seeded((cx_bitgen_kind)kind, 42, 0);
        cr_assert(host_bitgen_jump(&g, 3));
        for (int i = 0; i < 3; i++) cr_assert(host_bitgen_jump(&h, 1));
        cr_expect_eq(next64(&g), next64(&h), "three jumps are one and one and one");
    }

    g = seeded(CX_BITGEN_SFC64, 42, 0);
    cr_expect_not(host_bitgen_jump(&g, 1));
}

Test(bitgen, advance_equals_drawing)
{
    for (int kind = CX_BITGEN_PCG64; kind <= CX_BITGEN_PHILOX; kind++) {
        const int64_t per_step = kind == CX_BITGEN_PHILOX ? 4 : 1;
        for (uint64_t delta = 0; delta < 40; delta++) {
            cx_bitgen g = seeded((cx_bitgen_kind)kind, 7, 1), h = g;
            uint64_t skipped[160];
            host_engine_of(&g)->fill64(&g, (int64_t)delta * per_step, skipped);
            host_engine_of(&h)->advance(&h, (const uint64_t[4]){delta, 0, 0, 0});
            cr_expect_eq(next64(&g), next64(&h), "kind %d, delta %llu", kind,
                         (unsigned long long)delta);
        }
    }
}

Test(bitgen, skip_equals_drawing)
{
    for (int kind = CX_BITGEN_PCG64; kind <= CX_BITGEN_PHILOX; kind++) {
        for (int64_t used = 0; used < 5; used++) {
            for (uint64_t n = 0; n < 20; n++) {
                cx_bitgen g = seeded((cx_bitgen_kind)kind, 7, 1);
                uint64_t word[20];
                (void)next32(&g); /* leaves a kept half, which stays */
                host_engine_of(&g)->fill64(&g, used, word);
                cx_bitgen h = g;
                host_engine_of(&g)->fill64(&g, (int64_t)n, word);
                host_engine_of(&h)->skip(&h, n);
                cr_expect_eq(next32(&g), next32(&h), "kind %d, %d words", kind, (int)n);
                cr_expect_eq(next64(&g), next64(&h), "kind %d, %d words", kind, (int)n);
            }
        }
    }
}

Test(bitgen, philox_from_key_and_counter)
{
    static const uint64_t key[2] = {0x0fedcba987654321u, 0x0123456789abcdefu};
    static const uint64_t want[5] = {0x9aa192b6526b0502u, 0x9c5c3cf59b054d10u, 0x76ade8941959907du,
                                     0x3f17cb0224ad5a24u, 0x87d9d53db461dca9u};
    cx_bitgen g;
    host_philox_set(&g, key, (const uint64_t[4]){7, 0, 0, 0});
    for (int i = 0; i < 5; i++) cr_expect_eq(next64(&g), want[i], "word %d", i);
    /* the counter carries through all its words */
    const uint64_t top[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    cx_bitgen h;
    host_philox_set(&g, key, top);
    host_philox_set(&h, key, (const uint64_t[4]){0});
    (void)next64(&g);
    cr_expect_arr_eq(g.u.philox.counter, h.u.philox.counter, sizeof top);
}

Test(bitgen, philox_counter_carries_within_a_call)
{
    static const uint64_t key[2] = {5, 6}, start[4] = {UINT64_MAX - 3, UINT64_MAX, 7, 0};
    uint64_t block[40];
    cx_bitgen g, h;
    host_philox_set(&g, key, start);
    h = g;
    host_engine_of(&g)->fill64(&g, 40, block);
    for (int i = 0; i < 40; i++) cr_expect_eq(block[i], next64(&h), "word %d", i);
    cr_expect_arr_eq(g.u.philox.counter, ((uint64_t[4]){6, 0, 8, 0}), sizeof start);
}

Test(bitgen, every_level_has_the_same_loops)
{
    const host_random_kernels *const tables[] = {
        &host_random_loops_base,
#if defined(__x86_64__)
        host_isa() >= 1 ? &host_random_loops_avx2 : &host_random_loops_base,
        host_isa() >= 2 ? &host_random_loops_avx512 : &host_random_loops_base,
#endif
    };
    uint64_t word[333];
    cx_bitgen g = seeded(CX_BITGEN_PCG64, 1, 0);
    host_engine_of(&g)->fill64(&g, 333, word);
    for (size_t i = 1; i < sizeof tables / sizeof *tables; i++) {
        double a[333], b[333];
        float c[333], d[333];
        uint32_t key[2][CX_MT19937_WORDS], out[2][CX_MT19937_WORDS];
        tables[0]->unit_f64(word, 333, a);
        tables[i]->unit_f64(word, 333, b);
        cr_expect_arr_eq(a, b, sizeof a);
        tables[0]->unit_f64_halves(word, 333, a);
        tables[i]->unit_f64_halves(word, 333, b);
        cr_expect_arr_eq(a, b, sizeof a);
        tables[0]->unit_f32((const uint32_t *)word, 333, c);
        tables[i]->unit_f32((const uint32_t *)word, 333, d);
        cr_expect_arr_eq(c, d, sizeof c);
        for (int k = 0; k < 2; k++) {
            memcpy(key[k], word, sizeof key[k]);
            tables[k ? i : 0]->mt_regenerate(key[k]);
            tables[k ? i : 0]->mt_temper(key[k], CX_MT19937_WORDS, out[k]);
        }
        cr_expect_arr_eq(key[0], key[1], sizeof key[0]);
        cr_expect_arr_eq(out[0], out[1], sizeof out[0]);
    }
}

Test(bitgen, high_halves_are_kept)
{
    for (int kind = 0; kind < CX_BITGEN_MT19937; kind++) {
        cx_bitgen g = seeded((cx_bitgen_kind)kind, 42, 0), h = g;
        const uint64_t first = next64(&h), second = next64(&h), third = next64(&h);
        cr_expect_eq(next32(&g), (uint32_t)first);
        cr_expect_eq(next64(&g), second, "a 64-bit word does not use the kept half");
        cr_expect_eq(next32(&g), (uint32_t)(first >> 32));
        cr_expect_eq(next32(&g), (uint32_t)third);
        uint32_t rest[4];
        host_engine_of(&g)->fill32(&g, 4, rest);
        cr_expect_eq(rest[0], (uint32_t)(third >> 32));
        cr_expect_eq(rest[1], (uint32_t)next64(&h));
    }
}

Test(bitgen, blocks_equal_single_words)
{
    for (int kind = 0; kind < CX_BITGEN_KINDS; kind++) {
        for (int64_t n = 0; n < 70; n++) {
            cx_bitgen g = seeded((cx_bitgen_kind)kind, 3, 0), h = g;
            uint64_t block[70];
            host_engine_of(&g)->fill64(&g, n, block);
            for (int64_t i = 0; i < n; i++)
                cr_expect_eq(block[i], next64(&h), "kind %d, word %d of %d", kind, (int)i, (int)n);
            cr_expect_eq(next64(&g), next64(&h));
        }
    }
}

Test(bitgen, legacy_seeds)
{
    cx_bitgen g;
    host_legacy_seed(&g, 42);
    cr_expect_eq(next32(&g), 1608637542u);
    cr_expect_eq(next32(&g), 3421126067u);
    host_legacy_seed_array(&g, (const uint32_t[]){1, 2, 3}, 3);
    cr_expect_eq(next32(&g), 2619334238u);
    cr_expect_eq(next32(&g), 1552691353u);
}
