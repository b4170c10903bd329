/* Householder reflectors of large matrices, on all threads. Matrices lie in rows or in columns;
 * reflector j of a is column j below the diagonal, with tau[j], as LAPACK's geqrf leaves it in
 * columns and gelqf of the transpose in rows. Out of memory without an error text. */
#ifndef CX_HOST_REFLECTORS_H
#define CX_HOST_REFLECTORS_H
#include "linalg/blas.h"

enum { HOST_REFLECTORS = 64 }; /* with fewer LAPACK is as fast */

/** Are factor and expand for these matrices, of k reflectors and n columns, and apply for any
 * order?
 */
bool host_reflectors_take(cx_dtype t, int64_t k, int64_t n);
/** a [m, n] becomes reflectors and R; tau [min(m, n)]. */
cx_status host_reflectors_factor(cx_dtype t, host_mat a, int64_t m, int64_t n, void *tau);
/** a [m, n], whose first k columns hold reflectors, becomes the first n columns of Q; n <= m. */
cx_status host_reflectors_expand(cx_dtype t, host_mat a, int64_t m, int64_t n, int64_t k,
                                 const void *tau);
/** c [m, cols] becomes Q c or Q^H c for the k reflectors of a [m, k], of any dtype; both lie in
 * rows or both in columns, unless host_reflectors_take. From the right: c^T and, of real ones, the
 * other.
 */
cx_status host_reflectors_apply(cx_dtype t, bool adjoint, host_mat a, const void *tau, int64_t k,
                                host_mat c, int64_t m, int64_t cols);
#endif
