/* Advanced indexing taken apart: which axes arrays index, and where their dimensions go. */
#ifndef CX_OPS_INDEXING_ADVANCED_H
#define CX_OPS_INDEXING_ADVANCED_H
#include "core/array.h"

/** One array that indexes extent n at a stride (bytes) of the memory. */
typedef struct cx__term {
    const cx_array *index; /* integers on a's device */
    int64_t n, stride;
    int axis;      /* as errors call it */
    bool in_range; /* made from a mask */
} cx__term;
/** A kept dimension of the view. */
typedef struct cx__kept {
    int64_t n, stride;
} cx__kept;

typedef struct cx__selection {
    cx_array *view;          /* a, its integers and slices applied; belongs to the open scope */
    bool plain;              /* no array takes part: the view is the answer */
    const cx_array *mask;    /* the only item, a mask of all of a or of its leading axes, or NULL */
    int terms, kept, before; /* the arrays' dimensions come after so many kept ones */
    cx__term term[CX_MAX_NDIM];
    cx__kept keep[CX_MAX_NDIM];
    int ndim, bdim; /* of the result, of the arrays together */
    int64_t shape[CX_MAX_NDIM], bshape[CX_MAX_NDIM];
} cx__selection;

/** Read spec and its arrays; temporaries belong to the open scope. `whole_masks`: leave a mask
 * that is the only item as it is. */
cx_status cx__select_items(const char *where, const cx_array *a, const char *spec, cx_arrays given,
                           cx__selection *s);
/** Positions that a lone mask stands for: terms instead of the mask. */
cx_status cx__select_mask(const char *where, const cx_array *a, cx__selection *s);
#endif
