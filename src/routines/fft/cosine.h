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
#endif
