/* Varimax and quartimax: see the header. The matrices are small; one number a step is read.
 *
 * Source: Kaiser, Psychometrika 23 (1958), by singular values as Horst gives it. */
#include "learn/decomposition/rotation.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/reduce.h>

cx_status cx__rotated(const cx__site *s, const cx_array *rows, bool varimax, cx_array **out)
{
    static cx__held quartic = CX__HELD("c: c * c * c");
    static cx__held variance = CX__HELD("c, d: c * c * c - c * (sum(c * c, axis=0) / d)");
    const int64_t k = cx_dim(rows, 0);
    const cx_array *const tall = cx_transpose(rows), *turn = cx_eye(k, k, 0, CX_F64, s->device);
    double before = 0;
    CX__TRY(cx__so_far());
    for (int i = 0; k > 0 && i < 100; i++) {
        const cx_array *const turned = cx_matmul(tall, turn),
                              *const slope =
                                  varimax
                                      ? cx__held_run(
                                            "fit", &variance,
                                            CX_ARRAYS(turned, cx_float((double)cx_dim(rows, 1))))
                                      : cx__held_run("fit", &quartic, CX_ARRAYS(turned));
        const cx_svd f = cx_linalg_svd(cx_matmul(rows, slope), NULL);
        turn = cx_matmul(f.u, f.vh);
        const double now = cx__number_f64(cx_sum(f.s, CX_ALL));
        CX__TRY(cx__so_far());
        if (before != 0 && now < before * (1 + 1e-6)) break;
        before = now;
    }
    *out = cx_transpose(cx_matmul(tall, turn));
    return cx__so_far();
}
