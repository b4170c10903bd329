/* link: static */
#include "base/seedseq.h"

#include <criterion/criterion.h>
#include <string.h>

static void check(const char *seed, const uint32_t pool[4], const uint32_t out[5],
                  const uint64_t wide[3])
{
    uint32_t word[8], got[5];
    uint64_t got64[3];
    size_t n = 8;
    cx__seedseq s;
    cr_assert(cx__seed_words(seed, strlen(seed), word, &n));
    cr_assert(cx__seedseq_init(&s, word, n, NULL, 0));
    cx__seedseq_generate32(&s, 5, got);
    cx__seedseq_generate64(&s, 3, got64);
    cr_expect_arr_eq(s.pool, pool, 4 * sizeof *pool, "pool of %s", seed);
    cr_expect_arr_eq(got, out, sizeof got, "words of %s", seed);
    cr_expect_arr_eq(got64, wide, sizeof got64, "64-bit words of %s", seed);
    cx__seedseq_free(&s);
}

Test(seedseq, recorded_integers)
{
    check("0", (const uint32_t[]){0xfe40eb07, 0x4f363a36, 0x4eb2009d, 0xc89a7aa7},
          (const uint32_t[]){0xb0f478be, 0xdb2cd7e7, 0x2c71ba49, 0xabf4641a, 0x9d7b8d41},
          (const uint64_t[]){0xdb2cd7e7b0f478be, 0xabf4641a2c71ba49, 0x20c6ed6d9d7b8d41});
    check("42", (const uint32_t[]){0x631d3606, 0x07ae90ae, 0x6fc4be28, 0x2ced5c75},
          (const uint32_t[]){0xcd540ab7, 0x9f1e2e6d, 0x79fb94b6, 0xd57873dc, 0x64d420b7},
          (const uint64_t[]){0x9f1e2e6dcd540ab7, 0xd57873dc79fb94b6, 0x7d282a1b64d420b7});
    check("1180591620717411303429", /* 2^70 + 5 */
          (const uint32_t[]){0xbe86e862, 0x0517c3ca, 0xec88939e, 0x629eb5c7},
          (const uint32_t[]){0xef71fe56, 0x0a14346b, 0x9c13de68, 0x6c60906e, 0x9c9d1cba},
          (const uint64_t[]){0x0a14346bef71fe56, 0x6c60906e9c13de68, 0x9b12832d9c9d1cba});
}

Test(seedseq, recorded_sequence)
{
    cx__seedseq s;
    uint32_t got[5];
    cr_assert(cx__seedseq_init(&s, (const uint32_t[]){1, 2, 3}, 3, NULL, 0));
    cx__seedseq_generate32(&s, 5, got);
    static const uint32_t want[5] = {0xe3d1fc80, 0xb45f843f, 0x203807c7, 0x42c16e36, 0x0a344445};
    cr_expect_arr_eq(got, want, sizeof want);
    cx__seedseq_free(&s);
}

Test(seedseq, children)
{
    cx__seedseq s, first, second, copy;
    uint32_t got[5];
    cr_assert(cx__seedseq_init(&s, (const uint32_t[]){42}, 1, NULL, 0));
    cr_assert(cx__seedseq_spawn(&s, &first));
    cr_assert(cx__seedseq_copy(&copy, &s));
    cr_assert(cx__seedseq_spawn(&copy, &second));
    cx__seedseq_generate32(&second, 5, got);
    static const uint32_t want[5] = {0xf3e63cba, 0x01dcb763, 0x15de6f6e, 0x6aee7dd6, 0xdbd3217f};
    cr_expect_arr_eq(got, want, sizeof want);
    cr_expect_eq(s.children, 1);
    cr_expect_eq(copy.children, 2);
    cx__seedseq grandchild, direct;
    cr_assert(cx__seedseq_spawn(&second, &grandchild));
    cr_assert(cx__seedseq_init(&direct, (const uint32_t[]){42}, 1, (const uint32_t[]){1, 0}, 2));
    cr_expect_arr_eq(grandchild.pool, direct.pool, sizeof direct.pool);
    cx__seedseq_free(&s);
    cx__seedseq_free(&first);
    cx__seedseq_free(&second);
    cx__seedseq_free(&copy);
    cx__seedseq_free(&grandchild);
    cx__seedseq_free(&direct);
}

Test(seedseq, words_of_integers)
{
    uint32_t word[2];
    size_t n = 2;
    cr_expect(cx__seed_words("0xdeadbeef12345678", 18, word, &n));
    cr_expect_eq(n, 2);
    cr_expect_eq(word[0], 0x12345678u);
    cr_expect_eq(word[1], 0xdeadbeefu);
    n = 2;
    cr_expect(cx__seed_words("000", 3, word, &n));
    cr_expect_eq(n, 1);
    cr_expect_eq(word[0], 0u);
    n = 2;
    cr_expect(cx__seed_words("18446744073709551615", 20, word, &n), "the largest of two words");
    n = 2;
    cr_expect_not(cx__seed_words("18446744073709551616", 20, word, &n), "needs three words");
    cr_expect_eq(n, 2);
    cr_expect_not(cx__seed_words("12a", 3, word, &n));
    cr_expect_eq(n, 0);
    n = 2;
    cr_expect_not(cx__seed_words("0x", 2, word, &n));
    n = 2;
    cr_expect_not(cx__seed_words("", 0, word, &n));
    cr_expect_not(cx__seed_words("-1", 2, word, &n));
}

Test(seedseq, entropy_differs)
{
    uint32_t a[4] = {0}, b[4] = {0};
    cr_assert(cx__entropy(a, 4));
    cr_assert(cx__entropy(b, 4));
    cr_expect_arr_neq(a, b, sizeof a);
}
