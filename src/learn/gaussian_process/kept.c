/* Kernels between parameters, fitted states and public calls. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/regressor.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>

cx_status cx__gp_given(const cx_estimator *self, const char *where, const char *plain,
                       cx__gp_kernel *out)
{
    const bool none = cx_param_is_none(self, "kernel");
    return cx__gp_parse(where, none ? plain : cx_param_str(self, "kernel"), out);
}

cx_status cx__gp_kept(const cx_estimator *self, const char *where, int text_slot, int theta_slot,
                      cx__gp_kernel *out)
{
    cx__site s;
    double at[CX__GP_NUMBERS] = {0};
    const cx_array *const text = cx_self(self, text_slot), *const theta = cx_self(self, theta_slot);
    CX__TRY(cx__site_of(where, text, &s));
    const char *const word =
        cx_dtype_of(text) == CX_CAT ? cx_label(cx__to_host(&s, text), 0) : NULL;
    CX__TRY(cx__so_far());
    if (word == NULL) return cx__fail(CX_E_PARSE, where, "%s: kernel_ is no text", self->cls->name);
    CX__TRY(cx__gp_parse(where, word, out));
    if (cx_size(theta) != cx__gp_free(out))
        return cx__fail(CX_E_PARSE, where, "%s: theta_ is not of kernel_", self->cls->name);
    if (cx_size(theta) > 0) CX__TRY(cx__read_f64(&s, cx__f64(&s, theta), at));
    cx__gp_set_theta(out, at);
    return CX_OK;
}

/* Texts [count] of kernels. */
static cx_status texts(const cx__site *s, int64_t count, const cx__gp_kernel *k, cx_array **out)
{
    const char **const word = cx__scope_room((size_t)count * sizeof *word);
    cx__text *const text = cx__scope_room((size_t)count * sizeof *text);
    if (word == NULL || text == NULL) return cx__last_status();
    bool whole = true;
    for (int64_t i = 0; i < count; i++) {
        cx__gp_print(&text[i], &k[i]);
        word[i] = text[i].at;
        whole = whole && !text[i].failed && word[i] != NULL;
    }
    *out = whole ? cx__to_site(s, cx__texts_new("fit", count, word)) : NULL;
    for (int64_t i = 0; i < count; i++) cx__text_free(&text[i]);
    return whole ? cx__so_far() : cx__fail_nomem("fit", "the kernels' texts", (size_t)count);
}

cx_status cx__gp_keep(cx_estimator *self, const cx__site *s, int64_t count, const cx__gp_kernel *k,
                      int text_slot, int theta_slot)
{
    const int64_t p = cx__gp_free(k);
    double *const theta = cx__scope_room((size_t)(count * p + 1) * sizeof *theta);
    cx_array *text = NULL;
    if (theta == NULL) return cx__last_status();
    CX__TRY(texts(s, count, k, &text));
    CX__TRY(cx_self_set(self, text_slot, text));
    for (int64_t i = 0; i < count; i++) cx__gp_theta(&k[i], theta + i * p);
    return cx__store(self, theta_slot, cx__given_all(s, theta, count * p, CX_F64), CX_F64);
}

cx_status cx__gp_rows(const char *where, const cx_estimator *m, const cx_array *x,
                      const cx_array **out)
{
    cx_data prepared = {.x = NULL};
    const cx_data d = {.x = x};
    CX__TRY(cx__data_valid(where, &d));
    if (m->state != NULL) CX__TRY(cx__schema_check(where, m, &d));
    CX__TRY(cx__data_prepare(where, m, &d, CX__FOR_USE, &prepared));
    if (m->state != NULL && !cx_device_equal(cx_device_of(x), m->state->device))
        return cx__fail(CX_E_DEVICE, where, "x is elsewhere than this %s", m->cls->name);
    *out = prepared.x;
    return CX_OK;
}

/* ---- kernels by themselves */
static cx_status matrix(const char *where, const char *name, const cx_array *x,
                        const cx_array **out)
{
    cx__site s;
    CX__NEED(where, name, x, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2 || cx_dim(x, 0) < 1 || cx_dim(x, 1) < 1)
        return cx__fail(CX_E_SHAPE, where, "%s is no matrix of rows", name);
    const char letter = cx_dtype_kind(cx_dtype_of(x));
    if (letter == 'c' || letter == 'k')
        return cx__fail(CX_E_DTYPE, where, "%s is %s", name, cx_dtype_name(cx_dtype_of(x)));
    CX__TRY(cx__site_of(where, x, &s));
    *out = cx__f64(&s, x);
    return cx__so_far();
}

static cx_status kernel(const char *where, const char *text, const cx_array *x, const cx_array *y,
                        bool diagonal, cx_array **out)
{
    cx__gp_kernel k;
    const cx_array *a = NULL, *b = NULL;
    if (text == NULL) return cx__fail(CX_E_NULL, where, "kernel is NULL");
    CX__TRY(cx__gp_parse(where, text, &k));
    CX__TRY(matrix(where, "x", x, &a));
    if (y != NULL) CX__TRY(matrix(where, "y", y, &b));
    if (b != NULL && cx_dim(a, 1) != cx_dim(b, 1))
        return cx__fail(CX_E_SHAPE, where, "x has %lld columns, y %lld", (long long)cx_dim(a, 1),
                        (long long)cx_dim(b, 1));
    *out = diagonal ? cx__gp_diagonal(where, &k, a) : cx__gp_value(where, &k, a, b);
    return cx__so_far();
}

cx_array *cx_gaussian_process_kernel(const char *text, const cx_array *x, const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = kernel("gaussian_process_kernel", text, x, y, false, &out);
    return cx__give(s, st, out);
}

cx_array *cx_gaussian_process_kernel_diag(const char *text, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = kernel("gaussian_process_kernel_diag", text, x, NULL, true, &out);
    return cx__give(s, st, out);
}
