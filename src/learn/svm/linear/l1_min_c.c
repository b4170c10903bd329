/* l1_min_c: see calx/svm.h. The largest slope of the loss at 0, over classes and columns. */
#include <calx/svm.h>

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/metrics/pairwise.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* 1 for the rows of a class and -1 for the others, [classes, n]; of two classes the second only. */
static cx_array *sides(const cx__site *s, const cx_array *y)
{
    static cx__held side = CX__HELD("code, own: 2 * float64(code == own) - 1");
    const cx_labels l = cx_labels_encode(y);
    const int64_t k = cx_size(l.classes);
    const cx_array *const own = k <= 2 ? cx_arange_i64(1, 2, 1, CX_I64, s->device)
                                       : cx_arange_i64(0, k, 1, CX_I64, s->device);
    return cx__held_run(s->where, &side, CX_ARRAYS(l.codes, cx_expand_dims(own, 1)));
}

static cx_status smallest(const char *where, const cx_array *x, const cx_array *y,
                          const cx_l1_min_c_opts *given, double *out)
{
    static cx__held steepest = CX__HELD("v: max(abs(v))");
    cx_l1_min_c_opts o;
    cx__two t;
    CX__TRY(CX__OPTIONS(where, given, &o));
    const bool log = o.loss && strcmp(o.loss, "log") == 0;
    if (o.loss && !log && strcmp(o.loss, "squared_hinge") != 0)
        return cx__fail(CX_E_ARGUMENT, where, "loss '%s' is neither 'squared_hinge' nor 'log'",
                        o.loss);
    CX__TRY(cx__two_read(where, x, NULL, CX__FINITE, &t));
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    if (cx_ndim(y) != 1 || cx_size(y) != t.n)
        return cx__fail(CX_E_SHAPE, where, "y must be [%lld]", (long long)t.n);
    const cx_array *const side = sides(&t.site, y);
    double most = cx__number_f64(cx__held_run(where, &steepest, CX_ARRAYS(cx_matmul(side, t.x))));
    if (!o.no_intercept) {
        const double scale = o.intercept_scaling.set ? o.intercept_scaling.value : 1;
        const cx_array *const sums = cx_mul(cx_sum(side, CX_AXIS(1)), cx_float(scale));
        most = fmax(most, cx__number_f64(cx__held_run(where, &steepest, CX_ARRAYS(sums))));
    }
    CX__TRY(cx__so_far());
    if (!(most > 0)) return cx__fail(CX_E_ARGUMENT, where, "all coefficients stay 0 whatever C is");
    *out = (log ? 2 : 0.5) / most;
    return CX_OK;
}

double cx_l1_min_c(const cx_array *x, const cx_array *y, const cx_l1_min_c_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = smallest("l1_min_c", x, y, o, &v);
    return cx_check(cx__give_status(s, st)) == CX_OK ? v : (double)NAN;
}
