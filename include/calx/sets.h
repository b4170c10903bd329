/* Sets: 1-d ascending arrays without repetition, made of arrays of any shape and dtype; CX_CAT by
 * text. Unless it is said otherwise NaN equals nothing, not even itself, as in NumPy. All functions
 * take two arrays of one device.
 *
 * Errors      DEVICE mixed; DTYPE one is CX_CAT and the other not.   Syncs: reads how many there
 * are. */
#ifndef CALX_SETS_H
#define CALX_SETS_H
#include <calx/sort.h>

CX_BEGIN
/** The array API's numpy.unique_all, unique_counts, unique_inverse, unique_values: cx_unique with
 * every NaN a value of its own. Parts that the function does not give are nil without a mark. The
 * inverse has a's shape. Values ascend. */
CX_API cx_unique_result cx_unique_all(const cx_array *a);
CX_API cx_unique_result cx_unique_counts(const cx_array *a);
CX_API cx_unique_result cx_unique_inverse(const cx_array *a);
CX_API cx_array *cx_unique_values(const cx_array *a);

/** assume_unique: both hold no value twice, which is not looked at. */
typedef struct cx_intersect1d_opts {
    size_t struct_size;
    bool assume_unique, return_indices;
} cx_intersect1d_opts;
/** Common values, and on request where each stands first in the flattened a and b (nil where not
 * asked). */
typedef struct cx_intersection {
    cx_array *values, *index_a, *index_b;
} cx_intersection;
/** numpy.intersect1d. */
CX_API cx_intersection cx_intersect1d(const cx_array *a, const cx_array *b,
                                      const cx_intersect1d_opts *o);
/** numpy.union1d: what is in a or b; here all NaN are one value. */
CX_API cx_array *cx_union1d(const cx_array *a, const cx_array *b);

typedef struct cx_set_opts {
    size_t struct_size;
    bool assume_unique;
} cx_set_opts;
/** numpy.setdiff1d: what is in a and not in b, of a's dtype (assume_unique: in a's order).
 * numpy.setxor1d: what is in one of them only. */
CX_API cx_array *cx_setdiff1d(const cx_array *a, const cx_array *b, const cx_set_opts *o);
CX_API cx_array *cx_setxor1d(const cx_array *a, const cx_array *b, const cx_set_opts *o);

typedef struct cx_isin_opts {
    size_t struct_size;
    bool assume_unique; /* no effect on the answer */
    bool invert;
} cx_isin_opts;
/** numpy.isin: is each element of a in test? bool of a's shape. Integers compare by value, int64
 * with uint64 too. */
CX_API cx_array *cx_isin(const cx_array *a, const cx_array *test, const cx_isin_opts *o);
CX_END_DECLS
#endif
