/* The rows of golden/random.tsv, and the check of drawn values against one. */
#ifndef TESTS_SUPPORT_RANDOM_GOLDEN_H
#define TESTS_SUPPORT_RANDOM_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

typedef struct random_case {
    char stream[16], seed[64], method[32], dtype[4];
    int64_t n;
    char argument[2][32]; /* as text: 64-bit integers and doubles */
    char digest[65], first[128];
} random_case;

/** Copy the field at *at, up to a tab or the line's end, and step behind it. Ends the test if it
 * does not fit. */
void random_field(char *to, size_t room, char **at);

/** Read all rows; the caller frees them. Ends the test when the file is missing or malformed. */
random_case *random_cases(size_t *count);

/** Argument i as a double, whatever the locale's decimal point; 0 where there is none. */
double random_argument(const random_case *c, int i);

/** Assert that n values of `size` bytes are the recorded ones; a failure shows the first values. */
void random_check(const random_case *c, const void *value, size_t n, size_t size);

#endif
