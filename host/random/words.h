/* A reader over an engine's words that never takes a word too many.
 *
 * Draws with rejection do not know how many words they will use, but each value still to be made
 * uses at least one. So when the buffer is empty and `certain` values (the present one included)
 * are unfinished, `certain` words may be fetched in bulk: when the last value is done the buffer is
 * empty, and the stream stands exactly where one word at a time would have left it.
 * A reader is good for one call; it must not outlive it.
 */
#ifndef HOST_RANDOM_WORDS_H
#define HOST_RANDOM_WORDS_H

#include "bitgen.h"

#include <calx/random_math.h>

enum { HOST_WORDS = 1024 };

typedef struct host_words64 {
    cx_bitgen *g;
    const host_engine *engine;
    int pos, end;    /* word[pos .. end) is fetched and not used */
    int64_t fetched; /* since it was opened */
    uint64_t word[HOST_WORDS];
} host_words64;

typedef struct host_words32 {
    cx_bitgen *g;
    const host_engine *engine;
    int pos, end; /* word[pos .. end) is fetched and not used */
    uint32_t word[HOST_WORDS];
} host_words32;

static inline void words64_open(host_words64 *w, cx_bitgen *g)
{
    w->g = g;
    w->engine = host_engine_of(g);
    w->pos = w->end = 0;
    w->fetched = 0;
}

static inline void words32_open(host_words32 *w, cx_bitgen *g)
{
    w->g = g;
    w->engine = host_engine_of(g);
    w->pos = w->end = 0;
}

/* Fetch words into the empty buffer. For loops that then run over the buffer with a local position:
 * the reader itself lives in memory, which costs a store and a load a word. */
static inline void words64_refill(host_words64 *w, int64_t certain)
{
    w->pos = 0;
    w->end = certain < HOST_WORDS ? (int)certain : HOST_WORDS;
    w->fetched += w->end;
    w->engine->fill64(w->g, w->end, w->word);
}

static inline void words32_refill(host_words32 *w, int64_t certain)
{
    w->pos = 0;
    w->end = certain < HOST_WORDS ? (int)certain : HOST_WORDS;
    w->engine->fill32(w->g, w->end, w->word);
}

/* The next word, where at least `certain` more (this one included) are sure to be asked for. */
static inline uint64_t words64_next(host_words64 *w, int64_t certain)
{
    if (w->pos == w->end) words64_refill(w, certain);
    return w->word[w->pos++];
}

static inline uint32_t words32_next(host_words32 *w, int64_t certain)
{
    if (w->pos == w->end) words32_refill(w, certain);
    return w->word[w->pos++];
}

/* [0, 1) from one 64-bit word, the engine's way; from_32 is its double_from_32. */
static inline double word_to_f64(uint64_t word, bool from_32)
{
    return cx__unit_f64(from_32 ? (word >> 37 << 37) | ((word & 0xffffffffu) >> 6 << 11) : word);
}

static inline double words64_unit(host_words64 *w, int64_t certain)
{
    return word_to_f64(words64_next(w, certain), w->engine->double_from_32);
}

static inline float words32_unit(host_words32 *w, int64_t certain)
{
    return cx__unit_f32(words32_next(w, certain));
}

#endif
