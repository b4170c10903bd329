/* A fitted Isomap, for those who ask it. */
#ifndef CX_LEARN_MANIFOLD_ISOMAP_H
#define CX_LEARN_MANIFOLD_ISOMAP_H
#include "learn/manifold/near.h"

enum {
    CX__ISO_EMBEDDING,
    CX__ISO_DISTANCES,
    CX__ISO_X,
    CX__ISO_VALUES,
    CX__ISO_VECTORS,
    CX__ISO_MEANS
};
cx_array *cx__isomap_transform(const cx_estimator *self, const cx_array *x);
#endif
