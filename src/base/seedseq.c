/* SeedSequence: hash the seed's words into a pool of four, stretch the pool into as many words as a
 * bit generator wants. The mixing constants are part of the stream's definition: bits must equal
 * NumPy's. Knows no generator. Source: M. O'Neill, Developing a seed_seq alternative, 2015. */
#include "base/seedseq.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { POOL = CX__SEEDSEQ_POOL };

static uint32_t hashmix(uint32_t v, uint32_t *hash)
{
    v ^= *hash;
    *hash *= 0x931e8875u;
    v *= *hash;
    return v ^ (v >> 16);
}

static uint32_t mix(uint32_t x, uint32_t y)
{
    const uint32_t r = 0xca01f9ddu * x - 0x4973f715u * y;
    return r ^ (r >> 16);
}

/* A spawn key starts at word 4 or later: short entropy is padded, or (seed, key) could equal
 * (longer seed, shorter key). */
static uint32_t assembled(const cx__seedseq *s, size_t i)
{
    if (i < s->entropy) return s->word[i];
    const size_t pad = s->spawn > 0 && s->entropy < POOL ? POOL - s->entropy : 0;
    const size_t rest = i - s->entropy;
    return rest < pad || rest - pad >= s->spawn ? 0 : s->word[s->entropy + rest - pad];
}

static void mix_pool(cx__seedseq *s)
{
    const size_t entropy = s->spawn > 0 && s->entropy < POOL ? POOL : s->entropy;
    const size_t total = entropy + s->spawn;
    uint32_t hash = 0x43b0d7e5u;
    for (size_t i = 0; i < POOL; i++) s->pool[i] = hashmix(assembled(s, i), &hash);
    for (size_t from = 0; from < POOL; from++) {
        for (size_t to = 0; to < POOL; to++) {
            if (to != from) s->pool[to] = mix(s->pool[to], hashmix(s->pool[from], &hash));
        }
    }
    for (size_t i = POOL; i < total; i++) {
        for (size_t to = 0; to < POOL; to++)
            s->pool[to] = mix(s->pool[to], hashmix(assembled(s, i), &hash));
    }
}

static bool reserve(cx__seedseq *s, size_t entropy, size_t spawn)
{
    memset(s, 0, sizeof *s);
    if (spawn > SIZE_MAX / sizeof *s->word - entropy) return false;
    s->word = cx__alloc((entropy + spawn) * sizeof *s->word);
    if (!s->word) return false;
    s->entropy = entropy;
    s->spawn = spawn;
    return true;
}

bool cx__seedseq_init(cx__seedseq *s, const uint32_t *entropy, size_t n, const uint32_t *spawn,
                      size_t n_spawn)
{
    if (!reserve(s, n > 0 ? n : 1, n_spawn)) return false;
    s->word[0] = 0;
    if (n > 0) memcpy(s->word, entropy, n * sizeof *entropy);
    if (n_spawn > 0) memcpy(s->word + s->entropy, spawn, n_spawn * sizeof *spawn);
    mix_pool(s);
    return true;
}

bool cx__seedseq_spawn(cx__seedseq *parent, cx__seedseq *child)
{
    const uint64_t number = parent->children;
    const size_t old = parent->entropy + parent->spawn;
    if (!reserve(child, parent->entropy, parent->spawn + (number >> 32 ? 2 : 1))) return false;
    memcpy(child->word, parent->word, old * sizeof *child->word);
    child->word[old] = (uint32_t)number;
    if (number >> 32) child->word[old + 1] = (uint32_t)(number >> 32);
    mix_pool(child);
    parent->children++;
    return true;
}

bool cx__seedseq_copy(cx__seedseq *to, const cx__seedseq *from)
{
    if (!from->word) {
        memset(to, 0, sizeof *to);
        return true;
    }
    const size_t n = from->entropy + from->spawn;
    if (!reserve(to, from->entropy, from->spawn)) return false;
    memcpy(to->word, from->word, n * sizeof *to->word);
    memcpy(to->pool, from->pool, sizeof to->pool);
    to->children = from->children;
    return true;
}

void cx__seedseq_free(cx__seedseq *s)
{
    cx__free(s->word);
    memset(s, 0, sizeof *s);
}

static uint32_t stretch(const cx__seedseq *s, size_t i, uint32_t *hash)
{
    uint32_t v = s->pool[i % POOL] ^ *hash;
    *hash *= 0x58f38dedu;
    v *= *hash;
    return v ^ (v >> 16);
}

void cx__seedseq_generate32(const cx__seedseq *s, size_t n, uint32_t *out)
{
    uint32_t hash = 0x8b51f9ddu;
    for (size_t i = 0; i < n; i++) out[i] = stretch(s, i, &hash);
}

void cx__seedseq_generate64(const cx__seedseq *s, size_t n, uint64_t *out)
{
    uint32_t hash = 0x8b51f9ddu;
    for (size_t i = 0; i < n; i++) {
        const uint32_t low = stretch(s, 2 * i, &hash);
        out[i] = low | (uint64_t)stretch(s, 2 * i + 1, &hash) << 32;
    }
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* *word = *word * radix + digit; false when it outgrows room. */
static bool append_digit(uint32_t *word, size_t *used, size_t room, int radix, int digit)
{
    uint64_t carry = (uint64_t)digit;
    for (size_t i = 0; i < *used; i++) {
        carry += (uint64_t)word[i] * (uint64_t)radix;
        word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry == 0) return true;
    if (*used == room) return false;
    word[(*used)++] = (uint32_t)carry;
    return true;
}

bool cx__seed_words(const char *digit, size_t length, uint32_t *word, size_t *n)
{
    const bool hex = length > 2 && digit[0] == '0' && (digit[1] == 'x' || digit[1] == 'X');
    const int radix = hex ? 16 : 10;
    bool integer = length > 0;
    for (size_t i = hex ? 2 : 0; i < length; i++)
        integer = integer && digit_value(digit[i]) < radix;
    if (!integer) {
        *n = 0;
        return false;
    }
    size_t used = 0;
    for (size_t i = hex ? 2 : 0; i < length; i++) {
        if (!append_digit(word, &used, *n, radix, digit_value(digit[i]))) return false;
    }
    if (used == 0 && *n > 0) word[used++] = 0;
    *n = used;
    return used > 0;
}

bool cx__entropy(uint32_t *word, size_t n)
{
    unsigned char *p = (unsigned char *)word;
    size_t left = n * sizeof *word;
    while (left > 0) {
        const ssize_t got = getrandom(p, left, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        p += got;
        left -= (size_t)got;
    }
    return true;
}
