/* Finite numbers in x: at once, or on the way of who reads it. */
#ifndef CX_LEARN_FINITE_H
#define CX_LEARN_FINITE_H
#include "learn/base/estimator.h"

/** ARGUMENT, naming the first place, unless a [n] or [n, d] is finite (or NaN, where allowed); m
 * and in give columns their names (NULL: there are none). */
cx_status cx__need_finite(const char *where, const char *what, const cx_array *a, bool allow_nan,
                          const cx_estimator *m, const cx_data *in);
bool cx__all_finite(const double *v, int64_t n, bool allow_nan);

/** A call's x that nobody has looked at yet; x NULL: somebody has. */
typedef struct cx__late {
    const char *where;
    const cx_estimator *m;
    const cx_data *in;
    const cx_array *x;
    bool allow_nan;
    struct cx__late *outer;
} cx__late;
void cx__late_begin(cx__late *l, const char *where, const cx_estimator *m, const cx_data *in,
                    const cx_array *x);
/** Scans what is still waiting. Once for each begin, in turn. */
cx_status cx__late_end(cx__late *l);
/** The open call of this thread, if it is x that waits; who has looked at all of it sets .x NULL.
 */
cx__late *cx__late_of(const cx_array *x);
/** A fit's word for x: sums [.] float64 that whatever is not allowed would have spoiled are finite.
 *  Otherwise, and for sums NULL, x is scanned here. */
cx_status cx__finite_by(const cx_array *x, const cx_array *sums);
/** As cx__data_prepare, but x may be left to who reads it: if it succeeds, cx__late_end is due. */
cx_status cx__data_prepare_late(const char *where, const cx_estimator *m, const cx_data *in,
                                cx__purpose why, cx__late *late, cx_data *out);
#endif
