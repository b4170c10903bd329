/* Parameters to pairwise kernels. */
#include "learn/numeric/kernel_of.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <string.h>

bool cx__kernel_given(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "kernel"), "precomputed") == 0;
}

cx_status cx__kernel_square(const cx_estimator *self, const cx_array *x)
{
    if (!cx__kernel_given(self) || cx_dim(x, 0) == cx_dim(x, 1)) return CX_OK;
    return cx__fail(CX_E_SHAPE, "fit",
                    "%s(kernel='precomputed') takes a square x, not [%lld, %lld]", self->cls->name,
                    (long long)cx_dim(x, 0), (long long)cx_dim(x, 1));
}

static void read(const cx_estimator *self, const char *name, cx_maybe_f64 *out)
{
    if (!cx_param_is_none(self, name)) *out = (cx_maybe_f64)CX_SET(cx_param_f64(self, name));
}

cx_array *cx__kernel_of(const cx_estimator *self, const cx_array *x, const cx_array *y)
{
    const char *const kernel = cx_param_str(self, "kernel");
    cx_pairwise_opts o = {.struct_size = sizeof o};
    read(self, "gamma", &o.gamma), read(self, "degree", &o.degree), read(self, "coef0", &o.coef0);
    const cx_array *const rows = cx_astype(x, CX_F64), *const others =
                                                           y != NULL ? cx_astype(y, CX_F64) : NULL;
    if (strcmp(kernel, "precomputed") == 0) return cx_astype(x, CX_F64);
    if (!o.gamma.set && strcmp(kernel, "chi2") != 0)
        o.gamma = (cx_maybe_f64)CX_SET(1 / (double)cx_self_features(self));
    return cx_pairwise_kernels(rows, others, kernel, &o);
}
