/* What classifiers of this module share: labels kept as codes, of one column or several, and shares
 * of classes made labels. */
#ifndef CX_LEARN_NEIGHBORS_VOTES_H
#define CX_LEARN_NEIGHBORS_VOTES_H
#include "learn/neighbors/family.h"

#define CX__VOTES_ATTRS CX__NEAR_ATTRS, "_y", "classes_: label [c]", "class_offsets_?: int [o]"
enum { CX__VOTES_Y = CX__NEAR_SLOTS, CX__VOTES_CLASSES, CX__VOTES_OFFSETS, CX__VOTES_SLOTS };

/** The rows, and their labels as places in classes_: int64 [m] or [m, columns]. */
cx_status cx__votes_fit(cx_estimator *self, const cx_data *d);
/** For a file: codes are places in their columns' classes. */
cx_status cx__votes_check(const cx_estimator *self);
/** Where the classes of each column begin, [columns + 1] on the host, of the open scope. */
cx_status cx__votes_begin(const char *where, const cx_estimator *self, const int64_t **begin);
/** Codes of column i, counted from its first class: int64 [m]. */
cx_array *cx__votes_codes(const cx_estimator *self, int64_t i, const int64_t *begin);
/** Places [n] or [n, columns] of the first largest share of each column. */
cx_array *cx__votes_places(const cx_estimator *self, const cx_array *share);
/** For a row kernel. */
static inline void cx__votes_largest(const double *share, const int64_t *begin, int64_t columns,
                                     double *out)
{
    for (int64_t i = 0; i < columns; i++) {
        int64_t best = begin[i];
        for (int64_t c = best + 1; c < begin[i + 1]; c++)
            if (share[c] > share[best]) best = c;
        out[i] = (double)best;
    }
}
#endif
