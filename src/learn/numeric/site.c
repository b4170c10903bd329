/* Where an estimator runs: see the header. The one place that knows how control data travels. */
#include "learn/numeric/site.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <string.h>

cx_status cx__site_at(const char *where, cx_device d, cx__site *out)
{
    const cx_backend_ops *ops = NULL;
    *out = (cx__site){.where = where, .device = d};
    CX__TRY(cx__backend_at(where, d, &ops, &out->queue));
    out->ops = ops->learn;
    out->trees = ops->trees;
    if (out->ops != NULL) return CX_OK;
    char name[16];
    return cx__fail(CX_E_UNSUPPORTED, where, "estimators do not run on %s",
                    cx_device_name(d, name));
}

cx_status cx__site_of(const char *where, const cx_array *x, cx__site *out)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    return cx__site_at(where, cx_device_of(x), out);
}

void *cx__at(const cx_array *a)
{
    cx_view v;
    if (a == NULL) return NULL;
    return cx_check(cx__view_of("data", a, &v)) == CX_OK ? v.data : NULL;
}

void cx__used(const cx_array *a)
{
    if (a != NULL && cx_device_of(a).kind != CX_DEVICE_CPU) (void)cx__at(a);
}

cx_dtype cx__float_like(const cx_array *a)
{
    return cx_dtype_of(a) == CX_F32 ? CX_F32 : CX_F64;
}

cx_array *cx__f64(const cx__site *s, const cx_array *a)
{
    return cx__as(s->where, a, CX_F64);
}

cx_array *cx__i64(const cx__site *s, const cx_array *a)
{
    return cx__as(s->where, a, CX_I64);
}

cx_array *cx__new_f64(const cx__site *s, int64_t rows, int64_t cols)
{
    const int64_t dim[2] = {rows, cols};
    const int ndim = rows < 0 ? 0 : cols < 0 ? 1 : 2;
    return cx_empty((cx_shape){.ndim = ndim, .dim = dim}, CX_F64, s->device);
}

cx_array *cx__given(const cx__site *s, const void *v, int64_t n, cx_dtype t)
{
    cx_array *a = cx_empty(CX_SHAPE(n), t, s->device);
    if (cx_status_of(a) == CX_OK) (void)cx_check(cx__control_write(s->where, a, v));
    return a;
}

cx_array *cx__sent(const cx__site *s, const cx_array *a)
{
    if (s->device.kind == CX_DEVICE_CPU || !cx_ok()) return cx_copy(a);
    const bool text = cx_dtype_of(a) == CX_CAT;
    const cx_array *const from = cx_ascontiguous(text ? cx_codes(a) : a);
    int64_t dim[CX_MAX_NDIM];
    for (int i = 0; i < cx_ndim(a); i++) dim[i] = cx_dim(a, i);
    cx_array *const out = cx_empty((cx_shape){cx_ndim(a), dim}, cx_dtype_of(from), s->device);
    if (cx_status_of(out) == CX_OK) (void)cx_check(cx__control_write(s->where, out, cx__at(from)));
    return text ? cx__as_categories(s->where, out, a) : out;
}

cx_status cx__read(const cx__site *s, const cx_array *a, void *to)
{
    return cx__control_read(s->where, a, to);
}

cx_status cx__read_f64(const cx__site *s, const cx_array *a, double *to)
{
    return cx__read(s, cx__f64(s, a), to);
}

/* Elements of 8 bytes that travel at once: what control data may be. */
enum { PIECE = 512 };

static cx_status read_pieces(const cx__site *s, const cx_array *a, void *to)
{
    CX__TRY(cx_status_of(a));
    if (cx__on_host(a)) {
        const void *const at = cx__at(a);
        CX__TRY(cx__so_far());
        if (cx_size(a) > 0) memcpy(to, at, cx_nbytes(a));
        return CX_OK;
    }
    const int64_t n = cx_size(a);
    if (n <= PIECE) return n > 0 ? cx__read(s, a, to) : CX_OK;
    const cx_array *const flat = cx_ravel(a);
    for (int64_t lo = 0; lo < n; lo += PIECE) {
        const int64_t hi = lo + PIECE < n ? lo + PIECE : n;
        CX__TRY(cx__read(s, cx_ascontiguous(cx_slice(flat, 0, lo, hi, 1)), (char *)to + lo * 8));
    }
    return CX_OK;
}

cx_status cx__read_all(const cx__site *s, const cx_array *a, double *to)
{
    return read_pieces(s, cx__f64(s, a), to);
}

cx_status cx__read_all_i64(const cx__site *s, const cx_array *a, int64_t *to)
{
    return read_pieces(s, cx__i64(s, a), to);
}

cx_array *cx__given_all(const cx__site *s, const void *v, int64_t n, cx_dtype t)
{
    cx_array *const a = cx_empty(CX_SHAPE(n), t, s->device);
    if (cx_status_of(a) != CX_OK || n == 0) return a;
    if (cx__on_host(a)) {
        void *const at = cx__at(a);
        if (at) memcpy(at, v, cx_nbytes(a));
        return a;
    }
    for (int64_t lo = 0; lo < n; lo += PIECE) {
        const int64_t hi = lo + PIECE < n ? lo + PIECE : n;
        cx_array *const part = n <= PIECE ? a : cx_slice(a, 0, lo, hi, 1);
        if (cx_check(cx__control_write(s->where, part, (const char *)v + lo * 8)) != CX_OK) break;
    }
    return a;
}

bool cx__on_host(const cx_array *a)
{
    return cx_device_of(a).kind == CX_DEVICE_CPU;
}

double cx__number_f64(const cx_array *a)
{
    double v = 0;
    (void)cx_check(cx__control_read("item", cx__as("item", a, CX_F64), &v));
    return v;
}

int64_t cx__number_i64(const cx_array *a)
{
    int64_t v = 0;
    (void)cx_check(cx__control_read("item", cx__as("item", a, CX_I64), &v));
    return v;
}

cx_array *cx__to_host(const cx__site *s, const cx_array *a)
{
    if (cx_device_of(a).kind == CX_DEVICE_CPU) return cx_to(a, CX_CPU);
    const bool text = cx_dtype_of(a) == CX_CAT;
    const cx_array *from = cx_ascontiguous(text ? cx_codes(a) : a);
    cx_array *out = cx_empty(cx_shape_of(from), cx_dtype_of(from), CX_CPU);
    if (cx_check(cx__so_far()) == CX_OK) (void)cx_check(cx__read(s, from, cx__at(out)));
    return text ? cx__as_categories(s->where, out, a) : out;
}

cx_array *cx__to_site(const cx__site *s, const cx_array *a)
{
    const cx_device here = cx_device_of(a);
    if (here.kind != CX_DEVICE_CPU || s->device.kind == CX_DEVICE_CPU) return cx_to(a, here);
    const bool text = cx_dtype_of(a) == CX_CAT;
    const cx_array *from = cx_ascontiguous(text ? cx_codes(a) : a);
    cx_array *out = cx_empty(cx_shape_of(from), cx_dtype_of(from), s->device);
    if (cx_check(cx__so_far()) == CX_OK)
        (void)cx_check(cx__control_write(s->where, out, cx__at(from)));
    return text ? cx__as_categories(s->where, out, a) : out;
}

enum { CONTROL_BYTES = 4096 };

cx_array *cx__fetch(const cx__site *s, const cx_array *a)
{
    const cx_array *whole = cx_ascontiguous(a);
    return cx_nbytes(whole) <= CONTROL_BYTES ? cx__to_host(s, whole) : cx_to(whole, CX_CPU);
}

cx_array *cx__send(const cx__site *s, const cx_array *a)
{
    const cx_array *whole = cx_ascontiguous(a);
    return cx_nbytes(whole) <= CONTROL_BYTES ? cx__to_site(s, whole) : cx_to(whole, s->device);
}
