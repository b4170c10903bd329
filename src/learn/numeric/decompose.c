/* Eigenvalues and singular values through the library's own linear algebra: plain memory in and out.
 *
 * Borrowed arrays are made in a scope of their own, so nothing outlives the call. Knows no estimator. */
#include "learn/numeric/numeric.h"

#include <calx/array.h>
#include <calx/linalg.h>
#include <string.h>

/* Copy a float64 result out; its failure stays marked in the open scope. */
static void copy_out(const cx_array *a, double *out, int64_t count)
{
    const double *p = cx_data_f64(a);
    if (p != NULL && cx_size(a) == count) memcpy(out, p, (size_t)count * sizeof *out);
}
