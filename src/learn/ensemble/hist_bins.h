/* How columns become codes: scikit-learn's _BinMapper. */
#ifndef CX_LEARN_HIST_BINS_H
#define CX_LEARN_HIST_BINS_H
#include "learn/ensemble/hist_grow.h"

typedef struct cx__hist_data {
    const cx_array *x;   /* [*, d] float64 at the site, NaN: missing */
    const cx_array *row; /* [n + more] int64 at the site: rows that train, then rows that follow
                          * (all of x, once); NULL: 0, 1, ... */
    int64_t n, more;
    const double *weight; /* host: [n] of the rows that train, or NULL */
    int64_t max_bins;
    int64_t seed;               /* of the draw of rows, if there are many */
    const uint8_t *categorical; /* [d] or NULL */
} cx__hist_data;

/** Thresholds from the rows that train, categories from all, and the codes; owns its memory
 *  (cx__hist_bins_free, on failure too), the codes are the open scope's.
 *  Errors      ARGUMENT a categorical column has more than max_bins values. */
cx_status cx__hist_bins_make(const cx__site *s, const char *name, const cx__hist_data *d,
                             cx__hist_bins *out);
#endif
