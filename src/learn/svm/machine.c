/* The fit of a kernel machine around its solver: see the header. Serial by nature, so it works on
 * rows of the host; what it finds goes back to where the data is. */
#include "learn/svm/machine.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include "learn/svm/pairs.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- begin */
static cx_status read_gamma(const cx_estimator *self, const cx_array *x, double *out)
{
    *out = 0;
    const double columns = (double)cx_dim(x, 1);
    if (!cx_param_is_str(self, "gamma")) {
        *out = cx_param_f64(self, "gamma");
        return CX_OK;
    }
    *out = 1 / columns;
    if (strcmp(cx_param_str(self, "gamma"), "auto") == 0) return CX_OK;
    const double spread = cx__number_f64(cx_var(x, CX_ALL));
    *out = spread != 0 ? 1 / (columns * spread) : 1;
    return cx__so_far();
}

static int kernel_of(const cx_estimator *self)
{
    static const char *const names[] = {"linear", "poly", "rbf", "sigmoid", "precomputed"};
    const char *const name = cx_param_str(self, "kernel");
    int k = 0;
    while (k < CX__SVM_USERS && strcmp(names[k], name) != 0) k++;
    return k;
}

static double number_or(const cx_estimator *self, const char *name, double otherwise)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0 ? cx_param_f64(self, name)
                                                               : otherwise;
}

/* Rows of weight above 0, their places and weights. */
static cx_status choose_rows(const cx_array *weight, cx__svm_fit *f)
{
    const double *w = NULL;
    if (weight) {
        w = cx_data_f64(cx__fetch(&f->site, cx__f64(&f->site, weight)));
        CX__TRY(cx__so_far());
    }
    f->row = cx__scope_room((size_t)f->all * sizeof *f->row);
    f->weight = cx__scope_room((size_t)f->all * sizeof *f->weight);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->all; i++) {
        if (w && !(w[i] > 0)) continue;
        f->row[f->n] = i;
        f->weight[f->n++] = w ? w[i] : 1;
    }
    if (f->n > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: no row has a weight above 0", f->self->cls->name);
}

cx_status cx__svm_begin(cx_estimator *self, const cx_data *data, cx__svm_form form,
                        cx__svm_fit *out)
{
    const int kernel = kernel_of(self);
    *out = (cx__svm_fit){.self = self,
                         .all = cx_dim(data->x, 0),
                         .d = cx_dim(data->x, 1),
                         .given = kernel == CX_SVM_GIVEN};
    CX__TRY(cx__site_of("fit", data->x, &out->site));
    if (out->given && out->all != out->d)
        return cx__fail(CX_E_SHAPE, "fit",
                        "%s(kernel='precomputed') takes a square x, not [%lld, %lld]",
                        self->cls->name, (long long)out->all, (long long)out->d);
    cx__site host;
    CX__TRY(cx__site_at("fit", CX_CPU, &host));
    out->here = cx__f64(&out->site, data->x);
    out->x = cx__fetch(&out->site, out->here);
    double gamma = 0;
    if (!out->given) CX__TRY(read_gamma(self, out->here, &gamma));
    CX__TRY(choose_rows(data->sample_weight, out));
    cx__svm_rules *const r = &out->rules;
    *r = (cx__svm_rules){.form = form,
                         .c = number_or(self, "C", 1),
                         .nu = number_or(self, "nu", 0),
                         .epsilon = number_or(self, "epsilon", 0),
                         .tol = cx_param_f64(self, "tol"),
                         .shrinking = cx_param_bool(self, "shrinking"),
                         .max_iter = cx_param_i64(self, "max_iter")};
    r->source = (cx__svm_source){.ops = host.ops->svm,
                                 .x = cx_data_f64(out->x),
                                 .cache_bytes = cx_param_f64(self, "cache_size") * 1048576};
    r->source.kernel = (cx_svm_points){.kernel = (cx_svm_kernel)kernel,
                                       .degree = cx_param_i64(self, "degree"),
                                       .gamma = gamma,
                                       .coef0 = cx_param_f64(self, "coef0"),
                                       .d = out->d};
    CX__TRY(cx__so_far());
    if (!r->source.ops)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "this build's CPU has no svm group");
    if (kernel == CX__SVM_USERS) CX__TRY(cx__svm_users_begin(out, cx_param_str(self, "kernel")));
    CX__TRY(cx_self_set_i64(self, CX__SVM_KERNEL_USED, kernel));
    return cx_self_set_f64(self, CX__SVM_GAMMA_USED, gamma);
}

/* ---- store */
static cx_array *sent(const cx__site *s, const void *v, int64_t rows, int64_t cols, cx_dtype t)
{
    if (rows * cols == 0) return cx_zeros(CX_SHAPE(rows, cols), t, s->device);
    return cx_reshape(cx__given_all(s, v, rows * cols, t), CX_SHAPE(rows, cols));
}

static cx_status put(const cx__svm_fit *f, int slot, const void *v, int64_t n, cx_dtype t)
{
    return cx_self_set(f->self, slot, cx_reshape(sent(&f->site, v, n, 1, t), CX_SHAPE(n)));
}

static cx_status put_vectors(const cx__svm_fit *f, const cx__svm_result *r)
{
    int64_t *const at = cx__scope_room((size_t)(r->s + 1) * sizeof *at);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < r->s; i++) at[i] = f->row[r->support[i]];
    CX__TRY(put(f, CX__SVM_SUPPORT, at, r->s, CX_I64));
    const cx_array *vectors = cx_zeros(CX_SHAPE(0, 0), CX_F64, f->site.device);
    if (!f->given) vectors = cx_take(f->here, cx_self(f->self, CX__SVM_SUPPORT), 0);
    return cx_self_set(f->self, CX__SVM_VECTORS, vectors);
}

static cx_status put_coef(const cx__svm_fit *f, const cx__svm_result *r)
{
    if (f->rules.source.kernel.kernel != CX_SVM_LINEAR) return CX_OK;
    const double *dense = NULL;
    CX__TRY(cx__svm_dense(r->dual, r->counts, r->classes, r->s, &dense));
    const cx_array *const coef =
        cx_matmul(sent(&f->site, dense, r->p, r->s, CX_F64), cx_self(f->self, CX__SVM_VECTORS));
    return cx_self_set(f->self, CX__SVM_COEF, coef);
}

cx_status cx__svm_store(const cx__svm_fit *f, const cx__svm_result *r)
{
    cx_estimator *const self = f->self;
    for (int64_t i = 0; i < r->p; i++)
        if (!isfinite(r->intercept[i]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: the intercept is not finite; the values may be too large",
                            self->cls->name);
    for (int64_t i = 0; i < r->k * r->s; i++)
        if (!isfinite(r->dual[i]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: dual coefficients are not finite; the values may be too large",
                            self->cls->name);
    CX__TRY(put_vectors(f, r));
    CX__TRY(put(f, CX__SVM_COUNTS, r->counts, r->classes, CX_I64));
    CX__TRY(cx_self_set(self, CX__SVM_DUAL, sent(&f->site, r->dual, r->k, r->s, CX_F64)));
    CX__TRY(put(f, CX__SVM_INTERCEPT, r->intercept, r->p, CX_F64));
    CX__TRY(put_coef(f, r));
    if (r->stopped)
        cx__warn(CX_E_CONVERGENCE, "%s: stopped by max_iter=%lld; scale the columns",
                 self->cls->name, (long long)f->rules.max_iter);
    CX__TRY(cx_self_set_i64(self, CX__SVM_STATUS, r->stopped));
    if (r->classes > 1)
        CX__TRY(put(f, CX__SVM_ITER, r->iterations, r->p, CX_I64));
    else
        CX__TRY(cx_self_set_i64(self, CX__SVM_ITER, r->iterations[0]));
    const int64_t shape[2] = {f->all, f->d};
    return put(f, CX__SVM_SHAPE, shape, 2, CX_I64);
}

cx_status cx__svm_fit_one(const cx__svm_fit *f, const double *y, double *rho)
{
    double *const coef = cx__scope_room((size_t)f->n * sizeof *coef);
    int64_t *const at = cx__scope_room((size_t)f->n * sizeof *at);
    CX__TRY(cx__so_far());
    const cx__svm_problem p = {.n = f->n, .row = f->row, .y = y, .weight = f->weight};
    cx__svm_end end;
    CX__TRY(cx__svm_solve(&f->rules, &p, coef, &end));
    int64_t s = 0;
    for (int64_t i = 0; i < f->n; i++) {
        if (coef[i] == 0) continue;
        coef[s] = coef[i];
        at[s++] = i;
    }
    const double intercept = -end.rho;
    const cx__svm_result r = {.s = s,
                              .k = 1,
                              .p = 1,
                              .classes = 1,
                              .support = at,
                              .counts = &s,
                              .iterations = &end.iterations,
                              .dual = coef,
                              .intercept = &intercept,
                              .stopped = end.stopped};
    *rho = end.rho;
    return cx__svm_store(f, &r);
}
