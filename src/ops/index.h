/* Index texts: items, and the view that those without arrays describe. */
#ifndef CX_OPS_INDEX_H
#define CX_OPS_INDEX_H
#include "core/array.h"

typedef enum cx__item_kind {
    CX__ITEM_INTEGER, /* start */
    CX__ITEM_SLICE,
    CX__ITEM_NEWAXIS,
    CX__ITEM_ELLIPSIS,
    CX__ITEM_ARRAY /* the hole-th array that was given; uses `axes` axes, which stay whole */
} cx__item_kind;
typedef struct cx__item {
    uint8_t kind, axes;
    bool has_start, has_stop;
    int hole;
    int64_t start, stop, step;
} cx__item;
enum { CX__ITEMS = 2 * CX_MAX_NDIM };

/** Text to items. A ? takes the next of n values; where arrays is given, its entries that are not
 * NULL are arrays, which only stand alone. axes: how many axes the items use, the ellipsis not
 * counted (an array counts 1). PARSE, ARGUMENT. */
cx_status cx__items_read(const char *where, const char *spec, int n, const int64_t *values,
                         const cx_array *const *arrays, cx__item items[CX__ITEMS], int *count);
/** Axes that the items use, without the ellipsis; INDEX if a has not so many. */
cx_status cx__items_axes(const char *where, const cx_array *a, int count, const cx__item *items,
                         int *axes);
/** The view of a that the items describe, arrays as whole axes. */
cx_status cx__items_view(const char *where, const cx_array *a, int count, const cx__item *items,
                         cx_array **out);
#endif
