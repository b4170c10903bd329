/* The text of cx_generator_new: a bit generator's name and its seed, as NumPy writes them.
 * One pass over the characters; numbers of any size go straight into seed words. */
#include "ops/random/generator.h"

#include <string.h>

typedef struct reader {
    const char *where, *spec, *at;
} reader;

const char *const cx__generator_names[CX_BITGEN_KINDS + 2] = {
    "PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937", "RandomState", NULL};

static cx_status fail_at(const reader *r, const char *wanted)
{
    return cx__fail(CX_E_PARSE, r->where, "\"%s\": %s at character %d", r->spec, wanted,
                    (int)(r->at - r->spec) + 1);
}

static void skip_space(reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

static bool accept(reader *r, char c)
{
    skip_space(r);
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static size_t word_length(const char *s)
{
    size_t n = 0;
    while ((s[n] >= '0' && s[n] <= '9') || (s[n] >= 'a' && s[n] <= 'z') ||
           (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '_')
        n++;
    return n;
}

/* An integer's words appended at *used of room. */
static cx_status read_integer(reader *r, uint32_t *word, size_t room, size_t *used)
{
    skip_space(r);
    const size_t length = word_length(r->at);
    size_t n = room - *used;
    if (length == 0 || *r->at < '0' || *r->at > '9')
        return fail_at(r, "expected a non-negative integer");
    if (!cx__seed_words(r->at, length, word + *used, &n)) {
        if (n == 0 && *used < room) return fail_at(r, "expected a non-negative integer");
        return cx__fail(CX_E_ARGUMENT, r->where, "\"%s\": more than %zu bits of integers", r->spec,
                        32 * room);
    }
    r->at += length;
    *used += n;
    return CX_OK;
}

/* 5, or a list [1, 2, 3], which may be a tuple */
static cx_status read_words(reader *r, uint32_t *word, size_t room, size_t *used, bool *list)
{
    const char end = accept(r, '[') ? ']' : accept(r, '(') ? ')' : '\0';
    *list = end != '\0';
    if (!*list) return read_integer(r, word, room, used);
    while (!accept(r, end)) {
        CX__TRY(read_integer(r, word, room, used));
        if (!accept(r, ',')) return accept(r, end) ? CX_OK : fail_at(r, "expected , or ]");
    }
    return CX_OK;
}

static cx_status read_seed(reader *r, cx__generator_seed *out)
{
    CX__TRY(read_words(r, out->word, CX__SEED_WORDS, &out->words, &out->list));
    return out->words > 0 ? CX_OK : fail_at(r, "expected a non-negative integer");
}

/* An integer of n 64-bit words, lowest first. */
static cx_status read_wide(reader *r, uint64_t *out, size_t n)
{
    uint32_t word[8];
    size_t used = 0;
    CX__TRY(read_integer(r, word, 2 * n, &used));
    for (size_t i = 0; i < n; i++) {
        const uint64_t low = 2 * i < used ? word[2 * i] : 0;
        const uint64_t high = 2 * i + 1 < used ? word[2 * i + 1] : 0;
        out[i] = low | high << 32;
    }
    return CX_OK;
}

static bool is_word(const char *at, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(at, word, length) == 0;
}

static cx_status read_argument(reader *r, cx__generator_seed *out)
{
    skip_space(r);
    const size_t length = word_length(r->at);
    const char *const name = r->at;
    if (length == 0 || (*name >= '0' && *name <= '9')) return read_seed(r, out);
    r->at += length;
    if (!accept(r, '=')) return fail_at(r, "expected an integer, a list, or name=integer");
    if (is_word(name, length, "seed") || is_word(name, length, "entropy")) return read_seed(r, out);
    if (!out->legacy && is_word(name, length, "spawn_key")) {
        bool list;
        return read_words(r, out->spawn_key, CX__SPAWN_WORDS, &out->spawns, &list);
    }
    if (out->kind == CX_BITGEN_PHILOX && is_word(name, length, "key")) {
        out->philox_key = true;
        return read_wide(r, out->key, 2);
    }
    if (out->kind == CX_BITGEN_PHILOX && is_word(name, length, "counter"))
        return read_wide(r, out->counter, 4);
    r->at = name;
    return fail_at(r, "unknown argument");
}

static cx_status read_name(reader *r, cx__generator_seed *out)
{
    skip_space(r);
    const size_t length = word_length(r->at);
    for (int i = 0; cx__generator_names[i]; i++) {
        if (is_word(r->at, length, cx__generator_names[i])) {
            out->legacy = i == CX_BITGEN_KINDS;
            out->kind = out->legacy ? CX_BITGEN_MT19937 : i;
            r->at += length;
            return CX_OK;
        }
    }
    char word[32];
    const size_t kept = length < sizeof word ? length : sizeof word - 1;
    memcpy(word, r->at, kept);
    word[kept] = '\0';
    const char *const near = cx__nearest(word, cx__generator_names);
    if (near)
        return cx__fail(CX_E_PARSE, r->where, "no bit generator '%s'; did you mean '%s'?", word,
                        near);
    return cx__fail(CX_E_PARSE, r->where,
                    "no bit generator '%s' (there are PCG64, PCG64DXSM, "
                    "Philox, SFC64, MT19937 and RandomState)",
                    word);
}

/* (a, b=c), with a comma after the last one as NumPy prints it; nothing behind. */
static cx_status read_arguments(reader *r, cx__generator_seed *out)
{
    if (accept(r, '(')) {
        while (!accept(r, ')')) {
            CX__TRY(read_argument(r, out));
            if (accept(r, ',')) continue;
            if (!accept(r, ')')) return fail_at(r, "expected , or )");
            break;
        }
    }
    skip_space(r);
    return *r->at == '\0' ? CX_OK : fail_at(r, "unexpected text");
}

cx_status cx__seed_sequence_parse(const char *where, const char *spec, cx__generator_seed *out)
{
    reader r = {where, spec, spec};
    skip_space(&r);
    const size_t length = word_length(r.at);
    if (!is_word(r.at, length, "SeedSequence")) return fail_at(&r, "expected SeedSequence");
    r.at += length;
    return read_arguments(&r, out);
}

cx_status cx__generator_parse(const char *where, const char *spec, cx__generator_seed *out)
{
    reader r = {where, spec, spec};
    CX__TRY(read_name(&r, out));
    CX__TRY(read_arguments(&r, out));
    if (out->philox_key && out->words > 0)
        return cx__fail(CX_E_ARGUMENT, where, "\"%s\": give a seed or a key, not both", spec);
    if (out->legacy && !out->list && out->words > 1)
        return cx__fail(CX_E_ARGUMENT, where, "\"%s\": the seed is not in 0 to 2**32 - 1", spec);
    return CX_OK;
}
