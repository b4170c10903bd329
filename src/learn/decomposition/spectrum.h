/* Singular values and right singular vectors of data, exact or by random projections. */
#ifndef CX_LEARN_SPECTRUM_H
#define CX_LEARN_SPECTRUM_H
#include "learn/numeric/site.h"
#include <calx/random.h>

/** r singular values, falling, and their right vectors [r, d], whose signs are free. */
typedef struct cx__spectrum {
    int64_t r;
    const cx_array *vt, *singular;
    const cx_array *u; /* [n, r] left vectors, of those who say so */
} cx__spectrum;

/** rows [m, d], m <= n, with the singular values and right vectors of x - mean (NULL: x): of tall
 *  data the triangle of a QR decomposition, else the centred data. */
cx_status cx__spectral_rows(const cx__site *s, const cx_array *x, cx_array *mean, cx_array **rows);
/** All of rows. */
cx_status cx__spectrum_exact(const cx_array *rows, cx__spectrum *out);

/** How random projections go. */
typedef struct cx__projecting {
    int64_t k, n_oversamples;
    int64_t n_iter;         /* below 0: scikit-learn's 'auto' */
    const char *normalizer; /* NULL: 'auto' */
    cx_generator *generator;
} cx__projecting;
/** The k largest of x - mean as scikit-learn draws them. Where x is tall and not wide they are
 *  found from its triangle: the subspaces are the same ones. */
cx_status cx__spectrum_random(const cx__site *s, const cx_array *x, cx_array *mean,
                              const cx__projecting *how, cx__spectrum *out);
/** The same of rows as they are, with left vectors. */
cx_status cx__spectrum_of_rows(const cx_array *rows, const cx__projecting *how, cx__spectrum *out);
#endif
