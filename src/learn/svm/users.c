/* Kernel machines with a user's kernel: what fit begins with, and the decision functions.
 *
 * One idea: values of all pairs of rows, if they fit into the cache, are a given kernel, computed
 * once for all classes and folds; what is too large for that is computed row by row. */
#include "learn/svm/machine.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { BLOCK = 1 << 21 }; /* values at once */

/* ---- fit */
static cx_status all_pairs(cx__svm_fit *f, const cx__user_kernel *k)
{
    const cx_array *const x = cx__user_kernel_is_function(k) ? f->x : f->here;
    cx_array *values = NULL;
    CX__TRY(cx__user_kernel_matrix(k, x, x, &values));
    cx__svm_source *const s = &f->rules.source;
    s->x = cx_data_f64(x == f->x ? values : cx__fetch(&f->site, values));
    s->kernel.kernel = CX_SVM_GIVEN;
    s->kernel.d = f->all;
    return cx__so_far();
}

static cx_status on_demand(cx__svm_fit *f, const cx__user_kernel *k)
{
    cx__svm_source *const s = &f->rules.source;
    double *const diagonal = cx__scope_room((size_t)f->all * sizeof *diagonal);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->n; i++) {
        const double *const x = s->x + f->row[i] * f->d;
        CX__TRY(cx__user_kernel_block(k, x, 1, x, 1, f->d, &diagonal[f->row[i]]));
    }
    s->users = k;
    s->diagonal = diagonal;
    return CX_OK;
}

cx_status cx__svm_users_begin(cx__svm_fit *f, const char *text)
{
    cx__user_kernel *k;
    CX__TRY(cx__kernel_users(f->self, "kernel", text, f->rules.source.kernel.gamma, &k));
    CX__TRY(cx_self_set(f->self, CX__SVM_KERNEL_TEXT,
                        cx__sent(&f->site, cx__texts_new("fit", 1, &text))));
    const double bytes = (double)f->all * (double)f->all * sizeof(double);
    return bytes <= f->rules.source.cache_bytes ? all_pairs(f, k) : on_demand(f, k);
}

/* ---- use */
bool cx__svm_is_users(const cx_estimator *self)
{
    return cx__number_i64(cx_self(self, CX__SVM_KERNEL_USED)) == CX__SVM_USERS;
}

bool cx__svm_by_rows(const cx_estimator *self, const cx_array *x)
{
    return cx__on_host(x) && !cx__svm_is_users(self);
}

static cx_status some_rows(const cx_estimator *self, const cx__user_kernel *k, const cx_array *x,
                           const cx_array *vectors, const cx_array *coef, cx_array *out)
{
    cx_array *values = NULL;
    CX__TRY(cx__user_kernel_matrix(k, x, vectors, &values));
    return cx_copy_into(cx_add(cx_matmul(values, coef), cx_self(self, CX__SVM_INTERCEPT)), out);
}

cx_array *cx__svm_users_decisions(const cx_estimator *self, const cx_array *x,
                                  const cx_array *vectors, const cx_array *coef)
{
    const int64_t n = cx_dim(x, 0);
    cx__user_kernel *k;
    cx_array *const out = cx_empty(CX_SHAPE(n, cx_dim(coef, 0)), CX_F64, cx_device_of(x));
    const cx_array *const turned = cx_transpose(coef);
    const char *const text = cx_category(cx_self(self, CX__SVM_KERNEL_TEXT), 0);
    const double gamma = cx__number_f64(cx_self(self, CX__SVM_GAMMA_USED));
    if (!cx_ok() || cx_check(cx__kernel_users(self, "kernel", text, gamma, &k)) != CX_OK)
        return NULL;
    const int64_t high = BLOCK / cx_dim(vectors, 0) + 1;
    for (int64_t i = 0; i < n; i += high) {
        const int64_t end = i + high < n ? i + high : n;
        const cx_scope scope = cx_scope_open();
        const cx_status st = some_rows(self, k, cx_slice(x, 0, i, end, 1), vectors, turned,
                                       cx_slice(out, 0, i, end, 1));
        if (cx_check(cx__give_status(scope, st)) != CX_OK) return NULL;
    }
    return out;
}

/* ---- files */
bool cx__svm_users_good(const cx_estimator *self)
{
    if (!cx_self_has(self, CX__SVM_KERNEL_TEXT)) return false;
    const cx_array *const text = cx_self(self, CX__SVM_KERNEL_TEXT);
    const char *const word = cx_dtype_of(text) == CX_CAT ? cx_category(text, 0) : NULL;
    return word && cx__kernel_is_users(word);
}
