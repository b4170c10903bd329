/* Whole numbers below a bound from a Mersenne Twister's 32-bit words, as the two libraries behind
 * scikit-learn's support vector machines draw them: by multiplication, with rejection (Lemire). */
#ifndef CX_LEARN_SVM_WORDS_H
#define CX_LEARN_SVM_WORDS_H
#include "base/status.h"
#include <calx/random.h>

typedef struct cx__words {
    cx_generator *from;
    cx_array *some;
    const uint32_t *at;
    int64_t left;
} cx__words;

/** The seed that random_state stands for, below 2^31 - 1. */
cx_status cx__words_seed(cx_generator *g, uint32_t *out);
/** A stream from a seed, of the open scope. */
cx_status cx__words_open(uint32_t seed, cx__words *w);
/** The next number below range, at least 1. On failure 0 and a mark. */
uint32_t cx__words_below(cx__words *w, uint32_t range);
#endif
