/* Random features that are cosines: drawn on the host, applied where the rows are. */
#include "learn/kernel_approximation/cosines.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/ops.h>
#include <math.h>

cx_status cx__cosines_store(cx_estimator *self, const cx_data *data, cx_generator *g,
                            const cx_array *weights)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_dtype t = cx__float_like(data->x);
    const cx_array *const offset =
        cx_rng_uniform(g, 0, 2 * acos(-1), CX_SHAPE(cx_param_i64(self, "n_components")));
    CX__TRY(cx__so_far());
    CX__TRY(cx__store(self, CX__COSINES_WEIGHTS, cx__send(&s, weights), t));
    return cx__store(self, CX__COSINES_OFFSET, cx__send(&s, offset), t);
}

cx_array *cx__cosines(const cx_estimator *self, const cx_array *x)
{
    static cx__held wave = CX__HELD("p, b, m: cos(p + b) * m");
    const cx_dtype t = cx_dtype_of(x);
    const cx_array *const w = cx_self(self, CX__COSINES_WEIGHTS),
                          *const offset = cx_self(self, CX__COSINES_OFFSET),
                          *const scale = cx_float(sqrt(2 / (double)cx_dim(w, 1)));
    cx_array *const out = cx_matmul(x, cx_astype(w, t));
    if (cx_check(cx__held_into("transform", &wave, CX_ARRAYS(out, cx_astype(offset, t), scale),
                               CX_OUTS(out))) != CX_OK)
        return NULL;
    return out;
}

cx_array *cx__cosines_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, CX__COSINES_WEIGHTS), 1));
}
