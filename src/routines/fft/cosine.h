/* One unnormalised cosine or sine transform along one axis, of an array of float32 or float64. */
#ifndef CX_ROUTINES_FFT_COSINE_H
#define CX_ROUTINES_FFT_COSINE_H
#include "routines/routine.h"

/* type 1 to 4; the result is multiplied by factor. ends: the end terms are scaled by sqrt(2). */
typedef struct cx__cosine {
    const char *where;
    bool sine, ends;
    int type;
    double factor;
} cx__cosine;

/** x's shape in C order, of the open scope; nil and a mark on failure. Type 1 of a cosine needs two
 * elements, the others one. */
cx_array *cx__cosine_along(const cx__cosine *c, const cx_array *x, int axis);

/** x's shape with n along an axis; returns the number of dimensions, 0 of an array that failed. */
static inline int cx__shape_along(const cx_array *x, int axis, int64_t n, int64_t *shape)
{
    const cx_shape s = cx_shape_of(x);
    for (int i = 0; i < s.ndim; i++) shape[i] = i == axis ? n : s.dim[i];
    return s.ndim;
}
#endif
