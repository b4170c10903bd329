/* The rows of golden/learn.tsv, the data sets of data/, and comparisons with a message that says
 * what differed. */
#ifndef TESTS_SUPPORT_LEARN_GOLDEN_H
#define TESTS_SUPPORT_LEARN_GOLDEN_H

#include <calx/array.h>
#include <stddef.h>
#include <stdint.h>

/** The file in golden/ that the rows are read from, from now on ("learn.tsv" at first). */
void golden_from(const char *file);
/** Numbers of a key (printf format); ends the test if there is none. They live as long as the
 *  process. */
const double *golden(size_t *count, const char *key, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

typedef struct data_set {
    cx_array *x, *y; /* [n, d] and [n] float64, of the open scope */
    int64_t n, d;
} data_set;

/** data/<name>.csv; the last column is y. Ends the test if it cannot be read. */
data_set read_data(const char *name);
/** Columns with mean 0 and variance 1, in plain C. */
cx_array *standardised(const cx_array *x);
/** Rows of a 2-d (or entries of a 1-d) float64 array. */
cx_array *rows_of(const cx_array *a, const double *index, size_t count);
/** Largest |a - b|, relative to the largest finite |b|; NaN and infinities agree with themselves
 *  only. a: any real dtype; their sizes must agree. */
double difference(const cx_array *a, const double *b, size_t count);
/** The numbers of key name/what, each within tolerance of itself, small ones of least times the
 *  largest; the first that is not fails the test, as does another count. a: any real dtype. */
void golden_same(const char *name, const char *what, const cx_array *a, double tolerance,
                 double least);
/** Weights [n], some of them 0, as the generators for trees have them. */
cx_array *golden_weights(int64_t n);
/** Share of equal entries; skip (may be NULL) marks entries that do not count. */
double agreement(const cx_array *a, const double *b, size_t count, const double *skip);

#endif
