/* Random features that are cosines of projections. */
#ifndef CX_LEARN_COSINES_H
#define CX_LEARN_COSINES_H
#include "learn/base/estimator.h"
#include "learn/numeric/draw.h"

enum { CX__COSINES_WEIGHTS, CX__COSINES_OFFSET };
#define CX__COSINES_ATTRS "random_weights_: float [n, c]", "random_offset_: float [c]"

#define CX__FEATURES_COMPONENTS                                                       \
    {                                                                                 \
        "n_components", CX_PARAM_INT, "100", "[1, inf)", "how many features come out" \
    }
#define CX__FEATURES_RANDOM_STATE                                                           \
    {                                                                                       \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "the seed" \
    }

/** Keep weights [n, c] (on the host), and draw an offset for each feature. */
cx_status cx__cosines_store(cx_estimator *self, const cx_data *data, cx_generator *g,
                            const cx_array *weights);
/** cos(x weights + offset) sqrt(2 / c), in the dtype of x, float32 or float64. */
cx_array *cx__cosines(const cx_estimator *self, const cx_array *x);
/** Names of as many columns as random_weights_ has. */
cx_array *cx__cosines_names(const cx_estimator *self, const cx_array *names);
#endif
