/* The engines that advance the state of a random stream.
 *
 * A cx_bitgen is plain data. What changes it goes through one host_engine, and an engine is two
 * bulk functions, the next n 64-bit and the next n 32-bit words of its stream, plus seeding and
 * skipping. What a word becomes (a double, a normal variate, a bounded integer) is no business of
 * an engine: see words.h and draws.h.
 */
#ifndef HOST_RANDOM_BITGEN_H
#define HOST_RANDOM_BITGEN_H

#include <calx/backend_random.h>

typedef struct host_engine {
    const char *name;
    int seed_words;      /* how many 64-bit words of SeedSequence output seed takes */
    bool double_from_32; /* a double is made of two 32-bit words (MT19937), not of one of 64 */
    /* words: seed_words values, each pair of 32-bit outputs of the sequence low half first */
    void (*seed)(cx_bitgen *g, const uint64_t *words);
    void (*fill64)(cx_bitgen *g, int64_t n, uint64_t *out);
    void (*fill32)(cx_bitgen *g, int64_t n, uint32_t *out);
    /* Skip delta (low word first) steps, or blocks of four for Philox; NULL where there is no way.
     * Forgets the kept half, as the reference does. */
    void (*advance)(cx_bitgen *g, const uint64_t delta[4]);
    /* Skip 64-bit words, quickly and with the kept half untouched; NULL where they must be drawn.
     */
    void (*skip)(cx_bitgen *g, uint64_t words);
    uint64_t jump[4]; /* what one jump advances by */
    /* One jump where it is no number of steps to advance by; else NULL. */
    void (*jump_once)(cx_bitgen *g);
} host_engine;

extern const host_engine host_engine_pcg64, host_engine_pcg64dxsm, host_engine_philox,
    host_engine_sfc64, host_engine_mt19937;

/** The engine of a stream; g->kind has been checked by whoever made g. */
const host_engine *host_engine_of(const cx_bitgen *g);
const host_engine *host_engine_of_kind(int kind);

/** Seed a new stream of this kind; words as host_engine.seed takes them. */
void host_bitgen_seed(cx_bitgen *g, cx_bitgen_kind kind, const uint64_t *words);

/** Philox from an explicit key and counter instead of a seed. */
void host_philox_set(cx_bitgen *g, const uint64_t key[2], const uint64_t counter[4]);

/** The legacy stream from one 32-bit seed (Knuth's initialisation). */
void host_legacy_seed(cx_bitgen *g, uint32_t seed);

/** The legacy stream from a sequence of at least one word (init_by_array). */
void host_legacy_seed_array(cx_bitgen *g, const uint32_t *words, size_t n);

/** Skip delta steps; a number of jumps. False where the engine cannot. */
bool host_bitgen_advance(cx_bitgen *g, const uint64_t delta[4]);
bool host_bitgen_jump(cx_bitgen *g, uint64_t jumps);

/** The group of the backend's table. */
extern const cx_random_ops host_random;

/* Shared by the engines whose 32-bit words are the halves of 64-bit ones, low half first. */
void host_fill32_halves(cx_bitgen *g, int64_t n, uint32_t *out);

#endif
