/* SeedSequence as text: what it generates, and its children. A sequence is its entropy and a spawn
 * key, so the text says all of it; what it is good for stands in base/seedseq.h. */
#include "ops/random/generator.h"

#include <stdio.h>
#include <string.h>

static cx_status parse(const char *where, const char *text, cx__generator_seed *seed)
{
    if (!text) return cx__fail(CX_E_NULL, where, "sequence is NULL");
    cx__generator_seed_clear(seed, CX_BITGEN_PCG64, false);
    return cx__seed_sequence_parse(where, text, seed);
}

static cx_status generate(const char *where, const char *text, int64_t n, cx_dtype t,
                          cx_array **out)
{
    cx__generator_seed seed;
    cx__seedseq sequence;
    CX__TRY(parse(where, text, &seed));
    if (t != CX_U32 && t != CX_U64)
        return cx__fail(CX_E_DTYPE, where, "dtype %s is neither uint32 nor uint64",
                        cx_dtype_name(t));
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "n is %lld", (long long)n);
    CX__TRY(cx__generator_seed_entropy(where, &seed));
    CX__TRY(cx__array_new(where, 1, &n, t, CX_CPU, out));
    if (!cx__seedseq_init(&sequence, seed.word, seed.words, seed.spawn_key, seed.spawns))
        return cx__fail_nomem(where, "a seed sequence", seed.words * sizeof *seed.word);
    if (t == CX_U32)
        cx__seedseq_generate32(&sequence, (size_t)n, (uint32_t *)(void *)(*out)->data);
    else
        cx__seedseq_generate64(&sequence, (size_t)n, (uint64_t *)(void *)(*out)->data);
    cx__seedseq_free(&sequence);
    return CX_OK;
}

cx_array *cx_seed_sequence_generate_state(const char *sequence, int64_t n, cx_dtype t)
{
    cx_array *out = NULL;
    const cx_status st = generate("seed_sequence_generate_state", sequence, n, t, &out);
    return cx__yield(st, "seed_sequence_generate_state", out);
}

/* ---- text */

static size_t put_words(char *out, size_t at, const uint32_t *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at += (size_t)sprintf(out + at, i > 0 ? ", %lu" : "%lu", (unsigned long)word[i]);
    return at;
}

/* Entropy as a list of words hashes as the integer that has them. NULL and an error on failure. */
static const char *text_of(const char *where, const uint32_t *entropy, size_t n,
                           const uint32_t *spawn, size_t spawns)
{
    enum { DIGITS = 12, REST = 48 };
    char *const out = cx__scope_string(where, REST + DIGITS * (n + spawns));
    if (!out) return NULL;
    size_t at = (size_t)sprintf(out, "SeedSequence([");
    at = put_words(out, at, entropy, n);
    at += (size_t)sprintf(out + at, "]");
    if (spawns > 0) {
        at += (size_t)sprintf(out + at, ", spawn_key=[");
        at = put_words(out, at, spawn, spawns);
        at += (size_t)sprintf(out + at, "]");
    }
    sprintf(out + at, ")");
    return out;
}

/* An empty text is the answer to an error; the open scope is marked. */
static const char *refuse(cx_status st)
{
    (void)cx__mark(st);
    return "";
}

const char *cx_seed_sequence_spawn(const char *sequence, int64_t child)
{
    static const char where[] = "seed_sequence_spawn";
    cx__generator_seed seed;
    const cx_status st = parse(where, sequence, &seed);
    if (st != CX_OK) return refuse(st);
    if (child < 0) return refuse(cx__fail(CX_E_ARGUMENT, where, "child is %lld", (long long)child));
    if (seed.words == 0)
        return refuse(cx__fail(CX_E_ARGUMENT, where, "\"%s\" has no entropy given", sequence));
    if (seed.spawns + 2 > CX__SPAWN_WORDS)
        return refuse(cx__fail(CX_E_ARGUMENT, where, "spawn key of %zu words", seed.spawns));
    seed.spawn_key[seed.spawns++] = (uint32_t)child;
    if ((uint64_t)child >> 32 != 0)
        seed.spawn_key[seed.spawns++] = (uint32_t)((uint64_t)child >> 32);
    const char *const text = text_of(where, seed.word, seed.words, seed.spawn_key, seed.spawns);
    return text ? text : "";
}

const char *cx_generator_seed_sequence(const cx_generator *g)
{
    static const char where[] = "generator_seed_sequence";
    const cx_status st = cx__check(where, "g", g, CX__KIND_GENERATOR);
    if (st != CX_OK) return refuse(st);
    if (!g->has_sequence)
        return refuse(cx__fail(CX_E_ARGUMENT, where, "g was not made from a seed sequence"));
    const cx__seedseq *const s = &g->sequence;
    const char *const text = text_of(where, s->word, s->entropy, s->word + s->entropy, s->spawn);
    return text ? text : "";
}
