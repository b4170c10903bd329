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

cx_array *cx__cosines(const cx_estimator *self, const cx_array *x, cx_dtype t)
{
    static cx__held wave = CX__HELD("p, b, m: cos(p + b) * m");
    const cx_array *const w = cx__slot_f64(self, CX__COSINES_WEIGHTS);
    const double scale = sqrt(2 / (double)cx_dim(w, 1));
    cx_array *const out =
        cx__held_run("transform", &wave,
                     CX_ARRAYS(cx_matmul(cx_astype(x, CX_F64), w),
                               cx__slot_f64(self, CX__COSINES_OFFSET), cx_float(scale)));
    return t == CX_F64 ? out : cx_astype(out, t);
}

cx_array *cx__cosines_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, CX__COSINES_WEIGHTS), 1));
}
