/* The loops of the random group that gain from wide vectors; compiled once per ISA level. */
#ifndef HOST_RANDOM_KERNELS_H
#define HOST_RANDOM_KERNELS_H

#include "host.h"
#include <calx/random_math.h>

typedef struct host_random_kernels {
    /* [0, 1): from 64-bit words; from 64-bit words whose halves count 27 and 26 bits (MT19937) */
    void (*unit_f64)(const uint64_t *word, int64_t n, double *out);
    void (*unit_f64_halves)(const uint64_t *word, int64_t n, double *out);
    void (*unit_f32)(const uint32_t *word, int64_t n, float *out);
    /* -log(1 - u) in place; the single precision one rounds a double, as the recorded bits do */
    void (*minus_log1m_f64)(int64_t n, double *u);
    void (*minus_log1m_f32)(int64_t n, float *u);
    /* MT19937: the next 624 words of the recurrence in place; n words as they are handed out */
    void (*mt_regenerate)(uint32_t *key);
    void (*mt_temper)(const uint32_t *key, int64_t n, uint32_t *out);
    /* PCG64: the next words of a state, at most n; returns how many, with the state after them.
     * Fewer than n where vectors gain nothing for the rest, 0 where they never do. */
    int64_t (*pcg64_words)(uint64_t state[2], const uint64_t increment[2], int64_t n,
                           uint64_t *out);
    /* Normal values of words in turn, up to the first whose value takes more than its word; returns
     * how many. out has room for n. */
    int64_t (*normal_run)(const cx__strip64 strip[256], const uint64_t *word, int64_t n,
                          double *out);
} host_random_kernels;

HOST_PER_ISA(host_random_kernels, host_random_loops);

#endif
