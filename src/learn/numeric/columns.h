/* Steps over columns that several estimators share. */
#ifndef CX_LEARN_COLUMNS_H
#define CX_LEARN_COLUMNS_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** Row kernel of a plan whose state is a cx_learn_columns. */
cx_row_kernel cx__columns_into;
/** ((x - sub) / div * mul) + add, [d] each or NULL; float32 stays float32. */
cx_array *cx__change_columns(const char *where, const cx_array *x, const cx_array *sub,
                             const cx_array *div, const cx_array *mul, const cx_array *add);
/** Weighted means [d]; squares, if not NULL, becomes the sums of squared deviations. weight may be
 *  NULL. */
cx_status cx__column_means(const cx__site *s, const cx_array *x, const cx_array *weight,
                           cx_array **mean, cx_array **squares);
/** Weighted means [d] of x, the float64 of a fit's given data, which may still be waiting to be
 *  found finite (learn/base/finite.h): afterwards it is, or this fails. squares as above. */
cx_status cx__finite_means(const cx__site *s, const cx_array *given, const cx_array *x,
                           const cx_array *weight, cx_array **mean, cx_array **squares);
/** Standard deviations of columns, [d] each; 1 for a column that cannot be told from a constant,
 *  given the rounding of its variance. */
cx_array *cx__column_scale(const char *where, const cx_array *count, const cx_array *mean,
                           const cx_array *var);
/** x - mean (NULL: x itself) times sqrt(weight) per row (NULL: 1); x may come back. */
cx_array *cx__centred(const cx__site *s, const cx_array *x, const cx_array *mean,
                      const cx_array *weight);
/** From this number of columns on, one product of whole matrices beats sums over blocks of rows. */
enum { CX__WIDE = 256 };
/** x^T x [d, d] of x, or of x - mean. */
cx_array *cx__gram(const cx__site *s, const cx_array *x, const cx_array *mean);
/** Rows of [k, d] whose sign is free: the entry of largest size becomes positive. */
cx_array *cx__fix_signs(const char *where, const cx_array *rows);
#endif
