/* New arrays with contents: constants, ranges, diagonals, strong scalars. Filling is the backend's;
 * nothing here touches elements. */
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/elementwise.h"
#include "ops/output.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const cx_scalar zero = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 0};
static const cx_scalar one = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 1};
static const cx_scalar missing = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = -1};

/* n elements of a, the first at data, step bytes apart, become the scalar. */
static cx_status fill(const char *where, const cx_array *a, char *data, int64_t n, int64_t step,
                      const cx_scalar *s)
{
    if (n == 0) return CX_OK;
    cx__device *d;
    cx_queue *q;
    CX__TRY(cx__device_get(where, a->device, &d));
    CX__TRY(cx__queue_for(where, d, 1, 1, &a, &q));
    cx__value value;
    const cx_dtype t = a->dtype == CX_CAT ? CX_I32 : (cx_dtype)a->dtype;
    cx__scalar_value(s, t, &value);
    cx_view v, out;
    v.data = &value;
    v.dtype = t;
    v.ndim = 0;
    v.flags = CX_VIEW_HOST;
    out.data = data;
    out.dtype = t;
    out.ndim = 1;
    out.flags = 0;
    out.shape[0] = n;
    out.stride[0] = step;
    return cx__queue_done(d, d->ops->fill(q, &v, &out));
}

static cx_status fill_all(const char *where, const cx_array *a, const cx_scalar *s)
{
    return fill(where, a, a->data, a->size, (int64_t)cx__itemsize((cx_dtype)a->dtype),
                s); /* new arrays have no gaps */
}

cx_status cx__array_fill(const char *where, const cx_array *a, const cx_scalar *s)
{
    return fill_all(where, a, s);
}
cx_status cx__array_zero(const char *where, const cx_array *a)
{
    return fill_all(where, a, &zero);
}

static cx_status no_category(const char *where, cx_dtype t)
{
    if (t != CX_CAT) return CX_OK;
    return cx__fail(CX_E_DTYPE, where,
                    "a category array needs a dictionary; use cx_categories_new");
}

static cx_array *constant(const char *where, cx_shape shape, cx_dtype t, cx_device d,
                          const cx_scalar *s)
{
    cx_array *a = NULL;
    cx_status st = no_category(where, t);
    if (st == CX_OK && shape.ndim > 0 && shape.dim == NULL)
        st = cx__fail(CX_E_NULL, where, "shape.dim is NULL");
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK) st = cx__array_new(where, shape.ndim, shape.dim, t, d, &a);
    if (st == CX_OK) st = fill_all(where, a, s);
    return cx__yield(st, where, a);
}

cx_array *cx_zeros(cx_shape shape, cx_dtype t, cx_device d)
{
    return constant("zeros", shape, t, d, &zero);
}
cx_array *cx_ones(cx_shape shape, cx_dtype t, cx_device d)
{
    return constant("ones", shape, t, d, &one);
}

/* Every element of a becomes value: at once where its number is at hand, else by a copy. */
static cx_status assign(const char *where, cx_array *a, const cx_array *value)
{
    if (cx__is_scalar(value)) return fill_all(where, a, (const cx_scalar *)(const void *)value);
    return cx__array_copy(where, value, a);
}

static cx_dtype dtype_of(const cx_array *value)
{
    return cx__is_scalar(value) ? (cx_dtype)((const cx_head *)(const void *)value)->kind
                                : (cx_dtype)value->dtype;
}

cx_array *cx_full(cx_shape shape, const cx_array *value, cx_dtype t, cx_device d)
{
    static const char where[] = "full";
    cx_array *a = NULL;
    cx_status st = cx__array_check(where, "value", value);
    if (st == CX_OK && t == CX_DTYPE_NONE) t = dtype_of(value);
    if (st == CX_OK) st = no_category(where, t);
    if (st == CX_OK && shape.ndim > 0 && shape.dim == NULL)
        st = cx__fail(CX_E_NULL, where, "shape.dim is NULL");
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK) st = cx__array_new(where, shape.ndim, shape.dim, t, d, &a);
    if (st == CX_OK) st = assign(where, a, value);
    return cx__yield(st, where, a);
}

/* An array like a; a category array keeps its dictionary. */
static cx_status new_like(const char *where, const cx_array *a, cx_dtype t, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__poll(where));
    if (t == CX_DTYPE_NONE) t = (cx_dtype)a->dtype;
    if (t == CX_CAT && a->dtype != CX_CAT) return no_category(where, t);
    CX__TRY(cx__array_new_k(where, a->ndim, a->shape, a->strides, t, a->device, out));
    if (t == CX_CAT) cx__array_set_dict(*out, a->dict);
    return CX_OK;
}

static cx_array *constant_like(const char *where, const cx_array *a, cx_dtype t, const cx_scalar *s)
{
    cx_array *r = NULL;
    cx_status st = new_like(where, a, t, &r);
    if (st == CX_OK) st = no_category(where, (cx_dtype)r->dtype);
    if (st == CX_OK) st = fill_all(where, r, s);
    return cx__yield(st, where, r);
}

cx_array *cx_empty_like(const cx_array *a, cx_dtype t)
{
    static const char where[] = "empty_like";
    cx_array *r = NULL;
    cx_status st = new_like(where, a, t, &r);
    if (st == CX_OK && r->dtype == CX_CAT)
        st = fill_all(where, r, &missing); /* any other code would point nowhere */
    return cx__yield(st, where, r);
}
cx_array *cx_zeros_like(const cx_array *a, cx_dtype t)
{
    return constant_like("zeros_like", a, t, &zero);
}
cx_array *cx_ones_like(const cx_array *a, cx_dtype t)
{
    return constant_like("ones_like", a, t, &one);
}

cx_array *cx_full_like(const cx_array *a, const cx_array *value, cx_dtype t)
{
    static const char where[] = "full_like";
    cx_array *r = NULL;
    cx_status st = cx__array_check(where, "value", value);
    if (st == CX_OK) st = new_like(where, a, t, &r);
    if (st == CX_OK) st = no_category(where, (cx_dtype)r->dtype);
    if (st == CX_OK) st = assign(where, r, value);
    return cx__yield(st, where, r);
}

/* ------------------------------------------------------------------------------------ ranges */
static bool is_integer(cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    return kind == 'i' || kind == 'u';
}

static cx_status range(const char *where, int64_t n, double start, double step, int64_t start_i,
                       int64_t step_i, cx_dtype t, cx_device d, cx_array **out)
{
    if (t == CX_BOOL || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "no ranges of %s", cx_dtype_name(t));
    CX__TRY(cx__poll(where));
    CX__TRY(cx__array_new(where, 1, &n, t, d, out));
    if (n == 0) return CX_OK;
    cx__device *device;
    cx_queue *q;
    cx_view v;
    CX__TRY(cx__device_get(where, d, &device));
    const cx_array *const made = *out;
    CX__TRY(cx__queue_for(where, device, 1, 1, &made, &q));
    cx__array_to_view(*out, &v);
    return cx__queue_done(device, device->ops->arange(q, start, step, start_i, step_i, &v));
}

cx_array *cx_arange(double start, double stop, double step, cx_dtype t, cx_device d)
{
    static const char where[] = "arange";
    cx_array *a = NULL;
    cx_status st = CX_OK;
    if (t == CX_DTYPE_NONE) t = CX_F64;
    const double count = ceil((stop - start) / step);
    if (step == 0 || isnan(count)) {
        st = cx__fail(CX_E_ARGUMENT, where,
                      "start, stop and step give no range: a step of 0, or a NaN");
    } else if (count >= 0x1p62) {
        st = cx__fail(CX_E_ARGUMENT, where, "the range has too many elements");
    } else {
        /* as NumPy: the step is the difference of the first two elements, in the dtype asked for */
        const bool integer = is_integer(t);
        const double next = start + step;
        const int64_t first_i = integer && fabs(start) < 0x1p63 ? (int64_t)start : 0;
        const int64_t next_i = integer && fabs(next) < 0x1p63 ? (int64_t)next : 0;
        st = range(where, count > 0 ? (int64_t)count : 0, start, next - start, first_i,
                   next_i - first_i, t, d, &a);
    }
    return cx__yield(st, where, a);
}

cx_array *cx_arange_i64(int64_t start, int64_t stop, int64_t step, cx_dtype t, cx_device d)
{
    static const char where[] = "arange_i64";
    cx_array *a = NULL;
    cx_status st = CX_OK;
    if (t == CX_DTYPE_NONE) t = CX_I64;
    uint64_t n = 0;
    if (step > 0 && stop > start) n = ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1;
    if (step < 0 && stop < start)
        n = ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1;
    if (step == 0)
        st = cx__fail(CX_E_ARGUMENT, where, "the step is 0");
    else if (n > INT64_MAX)
        st = cx__fail(CX_E_ARGUMENT, where, "the range has too many elements");
    else
        st = range(where, (int64_t)n, (double)start, (double)step, start, step, t, d, &a);
    return cx__yield(st, where, a);
}

/* linspace in float64 on a device; the last element is stop itself. */
static cx_status spaced(const char *where, double start, double stop, int64_t num, bool endpoint,
                        cx_device d, cx_array **out)
{
    if (num < 0) return cx__fail(CX_E_ARGUMENT, where, "num is %" PRId64, num);
    const int64_t parts = endpoint ? num - 1 : num;
    const double step = parts > 0 ? (stop - start) / (double)parts : 0.0;
    CX__TRY(range(where, num, start, step, 0, 0, CX_F64, d, out));
    if (!endpoint || num < 2) return CX_OK;
    const cx_scalar last = {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = stop};
    return fill(where, *out, (*out)->data + (num - 1) * 8, 1, 8, &last);
}

/* Hand a float64 result out in dtype t (one reference is taken over). */
static cx_status finish(const char *where, cx_array *a, cx_dtype t, cx_array **out)
{
    if (t == CX_DTYPE_NONE || t == CX_F64) {
        *out = a;
        return CX_OK;
    }
    cx_array *floored = NULL;
    cx_status st = no_category(where, t);
    if (st == CX_OK && is_integer(t)) { /* NumPy rounds down */
        const cx_array *const in[1] = {a};
        st = cx__map(where, CX_UN_FLOOR, in, NULL, &floored);
    }
    if (st == CX_OK) st = cx__array_new(where, a->ndim, a->shape, t, a->device, out);
    if (st == CX_OK) st = cx__array_copy(where, floored != NULL ? floored : a, *out);
    cx__release(floored);
    cx__release(a);
    return st;
}

cx_array *cx_linspace(double start, double stop, int64_t num, cx_dtype t, cx_device d,
                      const cx_linspace_opts *o)
{
    static const char where[] = "linspace";
    cx_array *a = NULL, *r = NULL;
    cx_status st = CX_OK;
    if (o != NULL && o->struct_size == 0)
        st = cx__fail(CX_E_ARGUMENT, where, "options without struct_size; use CX_OPTS");
    if (st == CX_OK) st = spaced(where, start, stop, num, o == NULL || !o->no_endpoint, d, &a);
    if (st == CX_OK) {
        st = finish(where, a, t, &r);
    } else {
        cx__release(a);
    }
    return cx__yield(st, where, r);
}

/* base ** linspace(start, stop); one reference, float64 */
static cx_status powers(const char *where, double start, double stop, int64_t num, double base,
                        cx_device d, cx_array **out)
{
    cx_array *exponents = NULL;
    cx_status st = spaced(where, start, stop, num, true, d, &exponents);
    if (st == CX_OK) {
        const cx_scalar b = {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = base};
        const cx_array *const in[2] = {(const cx_array *)(const void *)&b, exponents};
        st = cx__map(where, CX_BI_POWER, in, NULL, out);
    }
    cx__release(exponents);
    return st;
}

cx_array *cx_logspace(double start, double stop, int64_t num, double base, cx_dtype t, cx_device d)
{
    static const char where[] = "logspace";
    cx_array *a = NULL, *r = NULL;
    cx_status st = powers(where, start, stop, num, base == 0 || isnan(base) ? 10.0 : base, d, &a);
    if (st == CX_OK) st = finish(where, a, t, &r);
    return cx__yield(st, where, r);
}

cx_array *cx_geomspace(double start, double stop, int64_t num, cx_dtype t, cx_device d)
{
    static const char where[] = "geomspace";
    cx_array *a = NULL, *r = NULL;
    cx_status st = CX_OK;
    if (!(start * stop > 0))
        st = cx__fail(CX_E_ARGUMENT, where, "start and stop must have one sign and not be 0");
    const double sign = start < 0 ? -1.0 : 1.0;
    if (st == CX_OK) st = powers(where, log10(fabs(start)), log10(fabs(stop)), num, 10.0, d, &a);
    if (st == CX_OK && sign < 0) {
        const cx_array *const in[1] = {a};
        st = cx__map(where, CX_UN_NEGATIVE, in, a, NULL);
    }
    const cx_scalar ends[2] = {{.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = start},
                               {.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = stop}};
    if (st == CX_OK && num > 0) st = fill(where, a, a->data, 1, 8, &ends[0]);
    if (st == CX_OK && num > 1) st = fill(where, a, a->data + (num - 1) * 8, 1, 8, &ends[1]);
    if (st == CX_OK) {
        st = finish(where, a, t, &r);
    } else {
        cx__release(a);
    }
    return cx__yield(st, where, r);
}

cx_array *cx_eye(int64_t n, int64_t m, int64_t k, cx_dtype t, cx_device d)
{
    static const char where[] = "eye";
    cx_array *a = NULL;
    const int64_t shape[2] = {n, m < 0 ? n : m};
    cx_status st = no_category(where, t);
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK) st = cx__array_new(where, 2, shape, t, d, &a);
    if (st == CX_OK) st = fill_all(where, a, &zero);
    const int64_t row = k < 0 ? (k < -n ? n : -k) : 0,
                  column = k > 0 ? (k > shape[1] ? shape[1] : k) : 0;
    const int64_t rows = shape[0] - row, columns = shape[1] - column,
                  count = rows < columns ? rows : columns;
    if (st == CX_OK && count > 0) {
        const int64_t size = (int64_t)cx__itemsize(t);
        st = fill(where, a, a->data + (row * shape[1] + column) * size, count,
                  (shape[1] + 1) * size, &one);
    }
    return cx__yield(st, where, a);
}

/* ------------------------------------------------------------------------------------ strong
 * scalars */
static cx_array *scalar(const char *where, const void *value, cx_dtype t)
{
    cx_array *a = NULL;
    const cx_status st = cx__array_new(where, 0, NULL, t, (cx_device){CX_DEVICE_CPU, 0}, &a);
    if (st == CX_OK) memcpy(a->data, value, cx__itemsize(t));
    return cx__yield(st, where, a);
}

cx_array *cx_f64(double v)
{
    return scalar("f64", &v, CX_F64);
}
cx_array *cx_f32(float v)
{
    return scalar("f32", &v, CX_F32);
}
cx_array *cx_i64(int64_t v)
{
    return scalar("i64", &v, CX_I64);
}
