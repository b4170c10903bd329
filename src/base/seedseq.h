/* SeedSequence: turns seeds of any size into well mixed words, and makes independent children.
 * A sequence owns copies of its words; zero-initialised it is empty and may be freed. */
#ifndef CX_BASE_SEEDSEQ_H
#define CX_BASE_SEEDSEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CX__SEEDSEQ_POOL = 4 };

typedef struct cx__seedseq {
    uint32_t *word;        /* entropy words, then the words of the spawn key; one allocation */
    size_t entropy, spawn; /* how many of each */
    uint64_t children;     /* spawned so far */
    uint32_t pool[CX__SEEDSEQ_POOL];
} cx__seedseq;

/** Set up from entropy words (an integer's words, lowest first and without leading zero words; a
 *  sequence of integers is their concatenation) and the words of a spawn key. n words of 0 are the
 *  word 0. False when memory is short. */
bool cx__seedseq_init(cx__seedseq *s, const uint32_t *entropy, size_t n, const uint32_t *spawn,
                      size_t n_spawn);

/** The next child: same entropy, the spawn key lengthened by the child's number. */
bool cx__seedseq_spawn(cx__seedseq *parent, cx__seedseq *child);

bool cx__seedseq_copy(cx__seedseq *to, const cx__seedseq *from);
void cx__seedseq_free(cx__seedseq *s);

/** The first n words of the output; the same at every call. */
void cx__seedseq_generate32(const cx__seedseq *s, size_t n, uint32_t *out);
/** The same words in pairs, low half first. */
void cx__seedseq_generate64(const cx__seedseq *s, size_t n, uint64_t *out);

/** The words of the integer written in decimal, or in hexadecimal after 0x, lowest word first and
 *  without leading zero words (0 is one word 0). *n: room for words, then their number. False when
 *  the text is no integer (*n becomes 0) or has more than *n words (*n stays). */
bool cx__seed_words(const char *digit, size_t length, uint32_t *word, size_t *n);

/** Fill with unpredictable words from the operating system; false when it has none to give. */
bool cx__entropy(uint32_t *word, size_t n);

#endif
