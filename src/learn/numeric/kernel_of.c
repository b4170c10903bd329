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

/* ---- kernels of users */
bool cx__kernel_is_users(const char *text)
{
    return cx__kernel_may_be_users(text, strlen(text));
}

/* The parameters that are numbers, or stand for one; at most MOST. */
enum { MOST = 64 };
static int numbers(const cx_estimator *self, double gamma, cx__kernel_number *to)
{
    int n = 0;
    for (int i = 0; i < self->n_params && n < MOST; i++) {
        const char *const name = self->cls->params[i].name;
        const bool none = cx_param_is_none(self, name), slope = strcmp(name, "gamma") == 0,
                   added = strcmp(name, "coef0") == 0, power = strcmp(name, "degree") == 0;
        if (slope)
            to[n++] = (cx__kernel_number){name, gamma};
        else if (cx_param_is_number(self, name) > 0)
            to[n++] = (cx__kernel_number){name, cx_param_f64(self, name)};
        else if (none && (added || power))
            to[n++] = (cx__kernel_number){name, added ? 1 : 3};
    }
    return n;
}

cx_status cx__kernel_users(const cx_estimator *self, const char *parameter, const char *text,
                           double gamma, cx__user_kernel **out)
{
    cx__kernel_number number[MOST];
    const cx__kernel_asker a = {.where = self->fitting          ? "fit"
                                         : self->cls->transform ? "transform"
                                                                : "predict",
                                .who = self->cls->name,
                                .parameter = parameter,
                                .number = number,
                                .numbers = numbers(self, gamma, number)};
    return cx__user_kernel_open(&a, text, out);
}

cx_array *cx__kernel_users_of(const cx_estimator *self, const char *parameter, double gamma,
                              const cx_array *x, const cx_array *y)
{
    const cx_array *const rows = cx_ascontiguous(cx_astype(x, CX_F64)),
                          *const others = y != NULL ? cx_ascontiguous(cx_astype(y, CX_F64)) : rows;
    cx__user_kernel *k = NULL;
    cx_array *out = NULL;
    cx_status st = cx__so_far();
    if (st == CX_OK)
        st = cx__kernel_users(self, parameter, cx_param_str(self, parameter), gamma, &k);
    if (st == CX_OK) st = cx__user_kernel_matrix(k, rows, others, &out);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

/* ---- kernels by parameters */
cx_array *cx__kernel_of(const cx_estimator *self, const cx_array *x, const cx_array *y)
{
    const char *const kernel = cx_param_str(self, "kernel");
    cx_pairwise_opts o = {.struct_size = sizeof o};
    read(self, "gamma", &o.gamma), read(self, "degree", &o.degree), read(self, "coef0", &o.coef0);
    if (cx__kernel_is_users(kernel))
        return cx__kernel_users_of(
            self, "kernel", o.gamma.set ? o.gamma.value : 1 / (double)cx_self_features(self), x, y);
    const cx_array *const rows = cx_astype(x, CX_F64), *const others =
                                                           y != NULL ? cx_astype(y, CX_F64) : NULL;
    if (strcmp(kernel, "precomputed") == 0) return cx_astype(x, CX_F64);
    if (!o.gamma.set && strcmp(kernel, "chi2") != 0)
        o.gamma = (cx_maybe_f64)CX_SET(1 / (double)cx_self_features(self));
    return cx_pairwise_kernels(rows, others, kernel, &o);
}
