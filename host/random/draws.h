/* Draws: words of a stream turned into values, n at a time into contiguous memory.
 * Every function consumes exactly the words NumPy's method of the same name consumes, so that the
 * calls may be cut into pieces at will (integers of one call share a host_parts). */
#ifndef HOST_RANDOM_DRAWS_H
#define HOST_RANDOM_DRAWS_H

#include "bitgen.h"
#include "words.h"

/* uniform.c */
void host_random_f64(cx_bitgen *g, int64_t n, double *out);
void host_random_f32(cx_bitgen *g, int64_t n, float *out);
/** low + range * random */
void host_uniform(cx_bitgen *g, double low, double range, int64_t n, double *out);

/* ziggurat.c and legacy.c: the generator's methods, and those of the frozen stream */
void host_normal_f64(cx_bitgen *g, int64_t n, double *out);
void host_normal_f32(cx_bitgen *g, int64_t n, float *out);
void host_exponential_f64(cx_bitgen *g, int64_t n, double *out);
void host_exponential_f32(cx_bitgen *g, int64_t n, float *out);
void host_exponential_inv_f64(cx_bitgen *g, int64_t n, double *out);
void host_exponential_inv_f32(cx_bitgen *g, int64_t n, float *out);
/** Normal values, at most n, of the words that a reader has: as long as they are a word each, and
 * the first that is not, whatever words it takes; returns how many. `certain` speaks of the first
 * as in words.h. */
int64_t host_normal_some(host_words64 *w, int64_t n, int64_t certain, double *out);
/* One value of a reader's, which `certain` speaks of as in words.h. */
double host_normal_next(host_words64 *w, int64_t certain);
float host_normal_next_f32(host_words32 *w, int64_t certain);
double host_exponential_next(host_words64 *w, int64_t certain);
float host_exponential_next_f32(host_words32 *w, int64_t certain);
void host_legacy_normal(cx_bitgen *g, int64_t n, double *out);
void host_legacy_exponential(cx_bitgen *g, int64_t n, double *out);

/* chain.c */
/** n normal values over all threads, for engines that can skip. */
cx_status host_normal_parallel(cx_bitgen *g, int64_t n, double *out);

/* integers.c */

/** What is left of the last 32-bit word that was split into 16-, 8- or 1-bit parts. It lives as
 *  long as one public call; start it as zero. */
typedef struct host_parts {
    uint32_t word;
    int left;
} host_parts;

/** n integers low + r, r uniform in [0, range], as the little-endian low `bits` bits (1, 8, 16, 32,
 *  64) of the sum; out has elements of that width (1 bit: one byte). Masked rejection for a legacy
 *  stream, Lemire's method for others. */
void host_integers(cx_bitgen *g, int bits, uint64_t low, uint64_t range, host_parts *parts,
                   int64_t n, void *out);

/** One integer in [0, range], Lemire's method. */
uint64_t host_bounded(cx_bitgen *g, uint64_t range);

/** One integer in [0, max] by masked rejection. */
uint64_t host_interval(cx_bitgen *g, uint64_t max);

/* distributions.c and multivariate.c */
cx_status host_distribution(cx_bitgen *g, const cx_random_call *c);
cx_status host_multivariate(cx_bitgen *g, const cx_random_call *c);

/* shuffle.c */

/** Permute n indices in place. */
void host_shuffle(cx_bitgen *g, int64_t n, int64_t *index);

/** k <= n different integers of [0, n), scattered as they are drawn or, when ordered is not wanted,
 *  shuffled. index has room for n when host_choice_tail(n, k, shuffled), else for k, and seen for
 *  host_choice_slots(k) entries (not used by the tail method). The result is index[0..k). */
void host_choice(cx_bitgen *g, int64_t n, int64_t k, bool shuffled, int64_t *index, int64_t *seen);
bool host_choice_tail(int64_t n, int64_t k, bool shuffled);
int64_t host_choice_slots(int64_t k);

#endif
