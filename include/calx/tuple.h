/* Several arrays by value, as NumPy returns tuples. */
#ifndef CALX_TUPLE_H
#define CALX_TUPLE_H
#include <calx/array.h>

/** count handles that belong to the open scope; the others are nil. After an error count is 0. */
typedef struct cx_tuple {
    int count;
    cx_array *at[CX_MAX_NDIM];
} cx_tuple;

#ifndef __cplusplus
/** The handles of a tuple (an lvalue) as an argument: cx_getitem(a, "?, ?", CX_OF_TUPLE(t)). */
#define CX_OF_TUPLE(t) ((cx_arrays){(t).count, (const cx_array *const *)(t).at})
#endif
#endif
