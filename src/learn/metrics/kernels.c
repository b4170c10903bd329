/* Kernels between rows: functions of products, in the dtype of the rows, and of distances, in
 * float64. */
#include "learn/metrics/pairwise.h"
#include "learn/metrics/user_kernel.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

typedef cx_status kernel_fn(const cx__two *t, const cx_pairwise_opts *o, cx_array **out);

static double gamma_of(const cx__two *t, const cx_pairwise_opts *o)
{
    return o->gamma.set ? o->gamma.value : 1 / (double)t->d;
}

static double coef0_of(const cx_pairwise_opts *o)
{
    return o->coef0.set ? o->coef0.value : 1;
}

static cx_status linear(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    *out =
        t->single ? cx_matmul(t->x32, cx_transpose(t->y32)) : cx_matmul(t->x, cx_transpose(t->y));
    return cx__so_far();
}

static cx_status polynomial(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held power = CX__HELD("k, g, c, p: (k * g + c) ** p"),
                    cube = CX__HELD("k, g, c: z = k * g + c; z * z * z");
    const cx_array *g = cx_float(gamma_of(t, o)), *c = cx_float(coef0_of(o));
    const double degree = o->degree.set ? o->degree.value : 3;
    if (!(degree >= 0)) return cx__fail(CX_E_ARGUMENT, t->where, "degree must not be below 0");
    CX__TRY(linear(t, o, out));
    if (degree == 3) return cx__held_into(t->where, &cube, CX_ARRAYS(*out, g, c), CX_OUTS(*out));
    return cx__held_into(t->where, &power, CX_ARRAYS(*out, g, c, cx_float(degree)), CX_OUTS(*out));
}

static cx_status sigmoid(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held tangent = CX__HELD("k, g, c: tanh(k * g + c)");
    CX__TRY(linear(t, o, out));
    return cx__held_into(t->where, &tangent,
                         CX_ARRAYS(*out, cx_float(gamma_of(t, o)), cx_float(coef0_of(o))),
                         CX_OUTS(*out));
}

static cx_status falling(const cx__two *t, double gamma, cx_array *out)
{
    static cx__held fall = CX__HELD("d, g: exp(d * g)");
    return cx__held_into(t->where, &fall, CX_ARRAYS(out, cx_float(gamma)), CX_OUTS(out));
}

static cx_status rbf(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    CX__TRY(cx__euclid(t, true, out));
    return falling(t, -gamma_of(t, o), *out);
}

static cx_status laplacian(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    CX__TRY(cx__sum_columns(t, CX__SUM_ABSOLUTE, 1, out));
    return falling(t, -gamma_of(t, o), *out);
}

static cx_status cosine(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    const cx_array *x = cx__unit_rows(t->where, t->x),
                   *y = t->same ? x : cx__unit_rows(t->where, t->y);
    if (t->single) {
        x = cx_astype(x, CX_F32);
        y = t->same ? x : cx_astype(y, CX_F32);
    }
    *out = cx_matmul(x, cx_transpose(y));
    return cx__so_far();
}

static cx_status additive_chi2(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held negative = CX__HELD("x: any(x < 0)");
    (void)o;
    if (cx__number_i64(cx__held_run(t->where, &negative, CX_ARRAYS(t->x))) != 0 ||
        (!t->same && cx__number_i64(cx__held_run(t->where, &negative, CX_ARRAYS(t->y))) != 0))
        return cx__fail(CX_E_ARGUMENT, t->where, "x and y must not have negative elements");
    return cx__sum_columns(t, CX__SUM_CHI2, 1, out);
}

static cx_status chi2(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    CX__TRY(additive_chi2(t, o, out));
    return falling(t, o->gamma.set ? o->gamma.value : 1, *out);
}

static const struct {
    const char *name;
    kernel_fn *run;
} kernels[] = {{"linear", linear},   {"polynomial", polynomial},
               {"poly", polynomial}, {"rbf", rbf},
               {"sigmoid", sigmoid}, {"laplacian", laplacian},
               {"cosine", cosine},   {"additive_chi2", additive_chi2},
               {"chi2", chi2}};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/* NULL: it is a user's. */
static kernel_fn *find(const char *name)
{
    for (int i = 0; i < KERNELS; i++)
        if (strcmp(name, kernels[i].name) == 0) return kernels[i].run;
    return NULL;
}

static cx_status by_user(const cx__two *t, const char *name, const cx_pairwise_opts *o,
                         cx_array **out)
{
    const cx__kernel_number number[] = {{"gamma", gamma_of(t, o)},
                                        {"coef0", coef0_of(o)},
                                        {"degree", o->degree.set ? o->degree.value : 3}};
    const cx__kernel_asker a = {
        .where = t->where, .parameter = "kernel", .number = number, .numbers = 3};
    cx__user_kernel *k;
    CX__TRY(cx__user_kernel_open(&a, name, &k));
    return cx__user_kernel_matrix(k, t->x, t->y, out);
}

static cx_status kernel(const char *where, const cx_array *x, const cx_array *y, const char *name,
                        const cx_pairwise_opts *given, cx_array **out)
{
    cx_pairwise_opts o;
    cx__two t;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (name != NULL && strcmp(name, "precomputed") == 0) {
        CX__NEED(where, "x", x, CX__KIND_ARRAY);
        if (cx_ndim(x) != 2 || cx_dim(x, 1) != cx_dim(y != NULL ? y : x, 0))
            return cx__fail(CX_E_SHAPE, where, "a precomputed matrix must be [n, rows of y]");
        *out = cx_to(x, cx_device_of(x));
        return cx__so_far();
    }
    kernel_fn *const run = find(name != NULL ? name : "linear");
    CX__TRY(cx__two_read(where, x, y, CX__FINITE, &t));
    CX__TRY(run != NULL ? run(&t, &o, out) : by_user(&t, name, &o, out));
    CX__TRY(cx__so_far());
    if (t.single && cx_dtype_of(*out) != CX_F32) *out = cx_astype(*out, CX_F32);
    return cx__so_far();
}

static cx_array *named(const char *where, const cx_array *x, const cx_array *y, const char *name,
                       const cx_pairwise_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = kernel(where, x, y, name, o, &r);
    return cx__give(s, st, r);
}

cx_array *cx_pairwise_kernels(const cx_array *x, const cx_array *y, const char *metric,
                              const cx_pairwise_opts *o)
{
    return named("pairwise_kernels", x, y, metric, o);
}

cx_array *cx_linear_kernel(const cx_array *x, const cx_array *y)
{
    return named("linear_kernel", x, y, "linear", NULL);
}

cx_array *cx_polynomial_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o)
{
    return named("polynomial_kernel", x, y, "polynomial", o);
}

cx_array *cx_rbf_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o)
{
    return named("rbf_kernel", x, y, "rbf", o);
}

cx_array *cx_laplacian_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o)
{
    return named("laplacian_kernel", x, y, "laplacian", o);
}

cx_array *cx_sigmoid_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o)
{
    return named("sigmoid_kernel", x, y, "sigmoid", o);
}

cx_array *cx_cosine_similarity(const cx_array *x, const cx_array *y)
{
    return named("cosine_similarity", x, y, "cosine", NULL);
}
