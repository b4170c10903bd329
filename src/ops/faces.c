/* The two faces of every elementwise row, made from the tables, and the short way for small arrays:
 * two contiguous CPU arrays of one shape and one dtype go from the call to the kernel without a
 * plan. */
#include "base/log.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/promote.h"
#include "ops/elementwise.h"

enum { SMALL = 2048 /* elements: past it the general way costs nothing by comparison */ };

/* what the short way does not tell of */
#define WATCHED ((cx__topic)(CX__TRACE_OP | CX__TRACE_FP))

typedef void kernel_fn(const void *const *in, void *out, int64_t n);

/* In one piece on the CPU, and no GPU's copy reads or writes it. */
static inline bool plain(const cx_array *a)
{
    return CX__LIKELY(a != NULL) && cx__is_array(a) && (a->flags & CX__F_CONTIGUOUS) != 0 &&
           a->device.kind == CX_DEVICE_CPU && a->buffer->uses == NULL;
}

static inline bool same_shape(const cx_array *a, const cx_array *b)
{
    if (a->ndim != b->ndim || a->size != b->size) return false;
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] != b->shape[i]) return false;
    }
    return true;
}

/* A kernel for this dtype as it is: no promotion, no cast, nothing to check first. */
static inline kernel_fn *direct(int code, cx_dtype t, unsigned scalars)
{
    if (t == CX_CAT || code == CX_BI_LDEXP ||
        (code == CX_BI_POWER && cx__dtypes[t].kind != 'f' && cx__dtypes[t].kind != 'c'))
        return NULL;
    return cx__device_cpu()->ops->map_kernel(code, t, scalars);
}

/* The result of a kernel on small operands; false: take the general way. */
static inline bool quick(const char *where, int code, char result, const cx_array *like,
                         const void *const *data, unsigned scalars, cx_array **out, cx_status *st)
{
    if (like->size > SMALL || like->size == 0 || cx__tracing(WATCHED)) return false;
    kernel_fn *const fn = direct(code, (cx_dtype)like->dtype, scalars);
    if (fn == NULL) return false;
    *st = cx__poll(where);
    if (CX__UNLIKELY(*st != CX_OK)) return true;
    const cx_dtype t =
        result == 'S' ? (cx_dtype)like->dtype : cx__result_dtype(result, (cx_dtype)like->dtype);
    *st = cx__array_new(where, like->ndim, like->shape, t, like->device, out);
    if (CX__UNLIKELY(*st != CX_OK)) return true;
    fn(data, (*out)->data, like->size);
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    return true;
}

static inline cx_status map_unary(const char *where, int code, char result, const cx_array *a,
                                  cx_array **out)
{
    cx_status st;
    const void *const data[1] = {plain(a) ? a->data : NULL};
    if (data[0] != NULL && quick(where, code, result, a, data, 0, out, &st)) return st;
    const cx_array *const in[1] = {a};
    return cx__map(where, code, in, NULL, out);
}
static cx_array *express_unary(const char *where, int code, char result, const cx_array *a)
{
    cx_array *out = NULL;
    const cx_status st = map_unary(where, code, result, a, &out);
    return cx__yield(st, where, out);
}

/* A weak scalar that does not change the array's dtype, as a value of it. */
static bool weak_value(const char *where, const cx_array *a, const cx_array *scalar,
                       cx__value *value)
{
    const cx_array *const both[2] = {a, scalar};
    cx_dtype common;
    const cx_scalar *const s = (const cx_scalar *)(const void *)scalar;
    if (a->dtype == CX_CAT || cx__result_type(where, 2, both, &common) != CX_OK ||
        common != a->dtype)
        return false;
    if (s->head.kind == CX_I64 && !cx__weak_in_range(s->v.i64, common)) return false;
    cx__scalar_value(s, common, value);
    return true;
}

static inline cx_status map_binary(const char *where, int code, char result, const cx_array *a,
                                   const cx_array *b, cx_array **out)
{
    cx_status st;
    bool done = false;
    if (CX__LIKELY(plain(a) && plain(b))) {
        const void *const data[2] = {a->data, b->data};
        done = a->dtype == b->dtype && same_shape(a, b) &&
               quick(where, code, result, a, data, 0, out, &st);
    } else if (a != NULL && b != NULL && plain(a) && cx__is_scalar(b)) {
        cx__value value;
        const void *const data[2] = {a->data, &value};
        done = weak_value(where, a, b, &value) && quick(where, code, result, a, data, 2, out, &st);
    } else if (a != NULL && b != NULL && plain(b) && cx__is_scalar(a)) {
        cx__value value;
        const void *const data[2] = {&value, b->data};
        done = weak_value(where, b, a, &value) && quick(where, code, result, b, data, 1, out, &st);
    }
    if (done) return st;
    const cx_array *const in[2] = {a, b};
    return cx__map(where, code, in, NULL, out);
}
static cx_array *express_binary(const char *where, int code, char result, const cx_array *a,
                                const cx_array *b)
{
    cx_array *out = NULL;
    const cx_status st = map_binary(where, code, result, a, b, &out);
    return cx__yield(st, where, out);
}

static cx_array *express_ternary(const char *where, int code, const cx_array *a, const cx_array *b,
                                 const cx_array *c)
{
    cx_array *out = NULL;
    const cx_array *const in[3] = {a, b, c};
    const cx_status st = cx__map(where, code, in, NULL, &out);
    return cx__yield(st, where, out);
}

cx_status cx__map_new(const char *where, int code, const cx_array *const in[], cx_array **result)
{
    const cx__op *const op = cx__op_of(code);
    return op->inputs == 1   ? map_unary(where, code, op->result, in[0], result)
           : op->inputs == 2 ? map_binary(where, code, op->result, in[0], in[1], result)
                             : cx__map(where, code, in, NULL, result);
}

enum { FOREIGN = CX__B_BORROWED | CX__B_ADOPTED /* memory that may stand under two buffers */ };

/* Small operands into an output of the kernel's own dtype: another buffer than the inputs', or
 * element by element over one of them. */
static bool quick_into(const char *where, int code, char result, int n, const cx_array *const in[],
                       cx_array *out, cx_status *st)
{
    if (!plain(out) || (out->flags & CX__F_READONLY) != 0 || out->size > SMALL || out->size == 0 ||
        cx__tracing(WATCHED))
        return false;
    const void *data[2];
    for (int i = 0; i < n; i++) {
        if (!plain(in[i]) || in[i]->dtype != in[0]->dtype || !same_shape(in[i], out)) return false;
        if (in[i]->buffer == out->buffer && in[i]->data != out->data) return false;
        if (in[i]->buffer != out->buffer && (in[i]->buffer->flags & FOREIGN) != 0) return false;
        data[i] = in[i]->data;
    }
    if ((out->buffer->flags & FOREIGN) != 0) return false;
    const cx_dtype loop = (cx_dtype)in[0]->dtype,
                   t = result == 'S' ? loop : cx__result_dtype(result, loop);
    kernel_fn *const fn =
        t == out->dtype && cx__itemsize(t) == cx__itemsize(loop) ? direct(code, loop, 0) : NULL;
    if (fn == NULL) return false;
    *st = cx__poll(where);
    if (CX__UNLIKELY(*st != CX_OK)) return true;
    fn(data, out->data, out->size);
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    return true;
}

static cx_status command(const char *where, int code, char result, int n,
                         const cx_array *const in[], cx_array *out)
{
    if (CX__UNLIKELY(out == NULL)) return cx__fail(CX_E_NULL, where, "out is NULL");
    cx_status st;
    if (n <= 2 && quick_into(where, code, result, n, in, out, &st)) return st;
    return cx__map(where, code, in, out, NULL);
}

#define CX_UNARY(NAME, name, code, domain, result, ulp, doc)       \
    cx_array *cx_##name(const cx_array *a)                         \
    {                                                              \
        return express_unary(#name, CX_UN_##NAME, (result), a);    \
    }                                                              \
    cx_status cx_##name##_into(const cx_array *a, cx_array *out)   \
    {                                                              \
        const cx_array *const in[1] = {a};                         \
        return command(#name, CX_UN_##NAME, (result), 1, in, out); \
    }
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc)                       \
    cx_array *cx_##name(const cx_array *a, const cx_array *b)                       \
    {                                                                               \
        return express_binary(#name, CX_BI_##NAME, (result), a, b);                 \
    }                                                                               \
    cx_status cx_##name##_into(const cx_array *a, const cx_array *b, cx_array *out) \
    {                                                                               \
        const cx_array *const in[2] = {a, b};                                       \
        return command(#name, CX_BI_##NAME, (result), 2, in, out);                  \
    }
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc)                          \
    cx_array *cx_##name(const cx_array *a, const cx_array *b, const cx_array *c)        \
    {                                                                                   \
        return express_ternary(#name, CX_TE_##NAME, a, b, c);                           \
    }                                                                                   \
    cx_status cx_##name##_into(const cx_array *a, const cx_array *b, const cx_array *c, \
                               cx_array *out)                                           \
    {                                                                                   \
        const cx_array *const in[3] = {a, b, c};                                        \
        return command(#name, CX_TE_##NAME, (result), 3, in, out);                      \
    }
#include <calx/ternary_ops.def>
#undef CX_TERNARY

static cx_pair express_pair(const char *where, int code, const cx_array *const in[])
{
    cx_array *out[2] = {NULL, NULL};
    const cx_status st = cx__map_as(where, code, in, NULL, NULL, out);
    cx_pair r;
    r.first = cx__yield(st, where, out[0]);
    r.second = cx__yield(cx_status_of(r.first), where, out[1]);
    return r;
}

#define CX__PAIR_LIST_1 \
    {                   \
        a               \
    }
#define CX__PAIR_LIST_2 \
    {                   \
        a, b            \
    }
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc)                \
    cx_pair cx_##name(CX__PAIR_IN_##inputs)                                          \
    {                                                                                \
        const cx_array *const in[] = CX__PAIR_LIST_##inputs;                         \
        return express_pair(#name, CX_PA_##NAME, in);                                \
    }                                                                                \
    cx_status cx_##name##_into(CX__PAIR_IN_##inputs, cx_array *out1, cx_array *out2) \
    {                                                                                \
        const cx_array *const in[] = CX__PAIR_LIST_##inputs;                         \
        cx_array *const out[2] = {out1, out2};                                       \
        return cx__map_as(#name, CX_PA_##NAME, in, NULL, out, NULL);                 \
    }
#include <calx/pair_ops.def>
#undef CX_PAIR
