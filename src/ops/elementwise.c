/* Elementwise operations above the backends: check handles, promote, broadcast, allocate in K
 * order, collapse, dispatch. One routine serves every row of the tables; the public faces are in
 * faces.c. It knows no dtype by name and no kernel. */
#include "ops/elementwise.h"
#include "base/log.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_IN = 3, MAX_LISTS = MAX_IN + 2 };

static const cx__op unary[] = {
#define CX_UNARY(NAME, name_, code_, domain_, result_, ulp, doc) \
    [code_] = {                                                  \
        .name = #name_, .domain = (domain_), .code = (code_), .result = (result_), .inputs = 1},
#include <calx/unary_ops.def>
#undef CX_UNARY
};
static const cx__op binary[] = {
#define CX_BINARY(NAME, name_, code_, domain_, result_, ulp, doc) \
    [(code_)-1000] = {                                            \
        .name = #name_, .domain = (domain_), .code = (code_), .result = (result_), .inputs = 2},
#include <calx/binary_ops.def>
#undef CX_BINARY
};
static const cx__op ternary[] = {
#define CX_TERNARY(NAME, name_, code_, domain_, result_, ulp, doc) \
    [(code_)-2000] = {                                             \
        .name = #name_, .domain = (domain_), .code = (code_), .result = (result_), .inputs = 3},
#include <calx/ternary_ops.def>
#undef CX_TERNARY
};

const cx__op *cx__op_of(int code)
{
    const cx__op *const table = code >= 2000 ? ternary : code >= 1000 ? binary : unary;
    const int count = code >= 2000   ? (int)(sizeof ternary / sizeof *ternary)
                      : code >= 1000 ? (int)(sizeof binary / sizeof *binary)
                                     : (int)(sizeof unary / sizeof *unary);
    const int at = code >= 2000 ? code - 2000 : code >= 1000 ? code - 1000 : code;
    return at > 0 && at < count && table[at].name != NULL ? &table[at] : NULL;
}

static const char *const argument_names[MAX_IN] = {"a", "b", "c"};

static bool compares(int code)
{
    return code >= CX_BI_EQUAL && code <= CX_BI_GREATER_EQUAL;
}
static bool is_integer(cx_dtype t)
{
    return cx__dtypes[t].kind == 'i' || cx__dtypes[t].kind == 'u';
}

/* One call under way. */
typedef struct call {
    const char *where;
    const cx__op *op;
    int n;
    const cx_array *const *in;
    cx_device device;
    cx_dtype loop, result;
    int ndim;
    int64_t shape[CX_MAX_NDIM];
} call;

static cx_status find_device(call *c)
{
    const cx_array *first = NULL;
    int which = 0;
    for (int i = 0; i < c->n; i++) {
        if (cx__is_scalar(c->in[i])) continue;
        if (first == NULL) {
            first = c->in[i];
            which = i;
        } else if (!cx_device_equal(first->device, c->in[i]->device)) {
            char text[2][16];
            return cx__fail(CX_E_DEVICE, c->where, "%s is on %s and %s on %s",
                            argument_names[which], cx_device_name(first->device, text[0]),
                            argument_names[i], cx_device_name(c->in[i]->device, text[1]));
        }
    }
    c->device = first == NULL ? (cx_device){CX_DEVICE_CPU, 0} : first->device;
    return CX_OK;
}

/* Loop dtype of a comparison of integers by value: int64 unless one side is uint64; the backends
 * compare int64 with uint64 exactly. */
static bool integer_comparison(const call *c, cx_dtype common, cx_dtype *loop)
{
    if (!compares(c->op->code)) return false;
    bool wide = false, outside = false, negative = false, strong_signed = false;
    for (int i = 0; i < 2; i++) {
        const cx_array *const a = c->in[i];
        if (cx__is_scalar(a)) {
            const cx_scalar *const s = (const cx_scalar *)(const void *)a;
            if (s->head.kind != CX_I64 && s->head.kind != CX_BOOL) return false;
            if (s->head.kind == CX_I64 && is_integer(common) &&
                !cx__weak_in_range(s->v.i64, common))
                outside = true;
            negative = negative || (s->head.kind == CX_I64 && s->v.i64 < 0);
            continue;
        }
        const cx_dtype t = (cx_dtype)a->dtype;
        if (!is_integer(t)) return false;
        wide = wide || t == CX_U64;
        strong_signed = strong_signed || cx__dtypes[t].kind == 'i';
    }
    if (wide && strong_signed)
        *loop = CX_U64;
    else if (outside)
        *loop = wide ? CX_U64 : CX_I64;
    else
        return false;
    return true;
}

/* An operation without integer loops takes the float that holds every operand, not the one that
 * holds their common integer: int8 with uint8 is float16. */
static cx_status float_of_operands(const call *c, cx_dtype *common)
{
    if ((!is_integer(*common) && *common != CX_BOOL) || strchr(c->op->domain, 'i') != NULL)
        return CX_OK;
    cx_dtype all = CX_DTYPE_NONE;
    bool integers = *common == CX_BOOL; /* else a weak integer made bool an int64 */
    for (int i = 0; i < c->n; i++)
        integers = integers || (!cx__is_scalar(c->in[i]) && is_integer((cx_dtype)c->in[i]->dtype));
    for (int i = 0; integers && i < c->n; i++) {
        cx_dtype t;
        if (cx__is_scalar(c->in[i])) continue;
        CX__TRY(cx__loop_dtype(c->where, c->op->domain, (cx_dtype)c->in[i]->dtype, &t));
        all = all == CX_DTYPE_NONE ? t : cx_promote_types(all, t);
    }
    if (all != CX_DTYPE_NONE) *common = all;
    return CX_OK;
}

static cx_status find_dtypes(call *c)
{
    const int code = c->op->code;
    const bool where = code == CX_TE_WHERE; /* the condition has no part in it */
    cx_dtype common;
    CX__TRY(cx__result_type(c->where, where ? 2 : c->n, where ? c->in + 1 : c->in, &common));
    if (!integer_comparison(c, common, &c->loop)) {
        if (code == CX_BI_DIV && (is_integer(common) || common == CX_BOOL)) common = CX_F64;
        if (code == CX_BI_FLOAT_POWER && common != CX_CAT)
            common = cx_promote_types(common, CX_F64);
        CX__TRY(float_of_operands(c, &common));
        CX__TRY(cx__loop_dtype(c->where, c->op->domain, common, &c->loop));
        for (int i = where ? 1 : 0; i < c->n; i++) {
            if (cx__is_scalar(c->in[i])) CX__TRY(cx__weak_fits(c->where, c->in[i], c->loop));
        }
    }
    c->result = cx__result_dtype(c->op->result, c->loop);
    return CX_OK;
}

static cx_status find_shape(call *c)
{
    c->ndim = 0;
    for (int i = 0; i < c->n; i++) {
        if (cx__is_scalar(c->in[i])) continue;
        if (cx__shape_broadcast(c->in[i]->ndim, c->in[i]->shape, &c->ndim, c->shape)) continue;
        int first = 0; /* name two shapes that do not fit: the result so far and this one */
        while (cx__is_scalar(c->in[first])) first++;
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, c->where, "shapes %s and %s cannot be broadcast together",
                        cx__shape_text(c->in[first]->ndim, c->in[first]->shape, text[0]),
                        cx__shape_text(c->in[i]->ndim, c->in[i]->shape, text[1]));
    }
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ outputs */
/* Shared memory is fine where every element of in is read at the place where its result goes, or
 * where the two interleave. */
static cx_status check_overlap(const call *c, const cx_array *in, const char *name,
                               const cx_array *out)
{
    if (!cx_may_share_memory(in, out)) return CX_OK;
    int64_t strides[CX_MAX_NDIM];
    cx__shape_broadcast_strides(in->ndim, in->shape, in->strides, c->ndim, c->shape, strides);
    const int64_t size_in = (int64_t)cx__itemsize((cx_dtype)in->dtype),
                  size_out = (int64_t)cx__itemsize((cx_dtype)out->dtype);
    bool same = in->data == out->data && size_in == size_out;
    int64_t step = 0; /* greatest common divisor of all strides */
    for (int i = 0; i < c->ndim; i++) {
        if (c->shape[i] == 1) continue;
        same = same && strides[i] == out->strides[i];
        int64_t pair[2] = {strides[i], out->strides[i]};
        for (int k = 0; k < 2; k++) {
            int64_t x = step, y = pair[k] < 0 ? -pair[k] : pair[k];
            while (y != 0) {
                const int64_t rest = x % y;
                x = y;
                y = rest;
            }
            step = x;
        }
    }
    if (same) return CX_OK;
    if (step > 0) {
        const int64_t apart = (((int64_t)(in->data - out->data)) % step + step) % step;
        if (apart >= size_out && step - apart >= size_in) return CX_OK;
    }
    return cx__fail(CX_E_OVERLAP, c->where, "out overlaps %s otherwise than element by element",
                    name);
}

static cx_status check_out(const call *c, const cx_array *mask, const cx_array *out)
{
    CX__TRY(cx__array_need_out(c->where, "out", out));
    bool same = out->ndim == c->ndim;
    for (int i = 0; same && i < c->ndim; i++) same = out->shape[i] == c->shape[i];
    if (!same) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, c->where, "out has shape %s, the result has %s",
                        cx__shape_text(out->ndim, out->shape, text[0]),
                        cx__shape_text(c->ndim, c->shape, text[1]));
    }
    if (!cx_can_cast(c->result, (cx_dtype)out->dtype, CX_CASTING_SAME_KIND)) {
        return cx__fail(CX_E_DTYPE, c->where, "result %s is not cast to %s of out ('same_kind')",
                        cx_dtype_name(c->result), cx_dtype_name((cx_dtype)out->dtype));
    }
    bool strong = mask != NULL;
    for (int i = 0; i < c->n; i++) strong = strong || !cx__is_scalar(c->in[i]);
    if (strong && !cx_device_equal(out->device, c->device)) {
        char text[2][16];
        return cx__fail(CX_E_DEVICE, c->where, "the inputs are on %s and out on %s",
                        cx_device_name(c->device, text[0]), cx_device_name(out->device, text[1]));
    }
    for (int i = 0; i < c->n; i++) {
        if (!cx__is_scalar(c->in[i])) CX__TRY(check_overlap(c, c->in[i], argument_names[i], out));
    }
    return mask == NULL ? CX_OK : check_overlap(c, mask, "mask", out);
}

/* New array in the memory order of the input that fills the result's shape, C order if there is
 * none. */
static cx_status new_out(const call *c, cx_array **out)
{
    for (int i = 0; i < c->n; i++) {
        const cx_array *const a = c->in[i];
        if (cx__is_scalar(a) || a->ndim != c->ndim || (a->flags & CX__F_CONTIGUOUS) != 0) continue;
        bool full = true;
        for (int d = 0; full && d < c->ndim; d++) full = a->shape[d] == c->shape[d];
        if (full)
            return cx__array_new_k(c->where, c->ndim, c->shape, a->strides, c->result, c->device,
                                   out);
    }
    return cx__array_new(c->where, c->ndim, c->shape, c->result, c->device, out);
}

/* ------------------------------------------------------------------------------------ dispatch */
static void trace(const call *c, const cx_array *out)
{
    char shape[CX__SHAPE_TEXT], device[16];
    cx__log("op", "%s %s %s on %s", c->op->name, cx_dtype_name(c->loop),
            cx__shape_text(out->ndim, out->shape, shape), cx_device_name(out->device, device));
}

/* Walk what the kernels' dimensions do not hold, and call the backend for each place. */
static cx_status dispatch(const call *c, const cx_array *mask, cx_array *out)
{
    cx__device *d;
    cx_queue *q;
    CX__TRY(cx__device_get(c->where, out->device, &d));
    if (d->ops->map == NULL) return cx__unsupported(c->where, d, c->op->name);

    cx_view view[MAX_LISTS]; /* out, inputs, mask; only the fields that are read are set */
    cx__value value[MAX_IN];
    int64_t shape[CX_MAX_NDIM], strides[MAX_LISTS][CX_MAX_NDIM];
    const cx_array *array[MAX_LISTS];
    int64_t *list[MAX_LISTS];
    int lists = 0;
    array[lists++] = out;
    for (int i = 0; i < c->n; i++) {
        const bool condition = c->op->code == CX_TE_WHERE && i == 0;
        if (!cx__is_scalar(c->in[i])) {
            array[lists++] = c->in[i];
            continue;
        }
        const bool by_value = c->loop == CX_U64 && compares(c->op->code) &&
                              ((const cx_scalar *)(const void *)c->in[i])->v.i64 < 0;
        cx__scalar_to_view(c->in[i],
                           condition  ? CX_BOOL
                           : by_value ? CX_I64
                                      : c->loop,
                           &value[i], &view[1 + i]);
    }
    if (mask != NULL) array[lists++] = mask;
    CX__TRY(cx__queue_for(c->where, d, 1, lists, array, &q));
    memcpy(shape, c->shape, (size_t)c->ndim * sizeof *shape);
    for (int k = 0; k < lists; k++) {
        cx__shape_broadcast_strides(array[k]->ndim, array[k]->shape, array[k]->strides, c->ndim,
                                    c->shape, strides[k]);
        list[k] = strides[k];
    }
    const int ndim = cx__collapse(c->ndim, shape, lists, list, true);
    const int outer = ndim > CX_KERNEL_NDIM ? ndim - CX_KERNEL_NDIM : 0;

    cx_map_call m = {.op = c->op->code, .loop = c->loop, .n_in = c->n, .n_out = 1, .mask = NULL};
    cx_view *strided[MAX_LISTS];
    int k = 0;
    strided[k++] = &view[0];
    m.out[0] = &view[0];
    for (int i = 0; i < c->n; i++) {
        m.in[i] = &view[1 + i];
        if (!cx__is_scalar(c->in[i])) strided[k++] = &view[1 + i];
    }
    if (mask != NULL) {
        m.mask = &view[MAX_LISTS - 1];
        strided[k++] = &view[MAX_LISTS - 1];
    }
    for (k = 0; k < lists; k++) {
        cx_view *const v = strided[k];
        v->data = array[k]->data;
        v->dtype = (cx_dtype)array[k]->dtype;
        v->ndim = (uint16_t)(ndim - outer);
        v->flags = 0;
        memcpy(v->shape, shape + outer, (size_t)(ndim - outer) * sizeof *shape);
        memcpy(v->stride, strides[k] + outer, (size_t)(ndim - outer) * sizeof *shape);
    }
    if (outer == 0) return cx__queue_done(d, d->ops->map(q, &m));
    int64_t at[CX_MAX_NDIM] = {0};
    for (;;) {
        for (k = 0; k < lists; k++) {
            int64_t offset = 0;
            for (int i = 0; i < outer; i++) offset += at[i] * strides[k][i];
            strided[k]->data = array[k]->data + offset;
        }
        const cx_status st = d->ops->map(q, &m);
        if (st != CX_OK) return cx__queue_done(d, st);
        int i = outer - 1;
        while (i >= 0 && ++at[i] == shape[i]) at[i--] = 0;
        if (i < 0) return cx__queue_done(d, CX_OK);
    }
}

/* Integers have no negative powers. */
static cx_status check_exponent(const call *c)
{
    const cx_array *const b = c->in[1];
    if (cx__is_scalar(b)) {
        const int64_t v = ((const cx_scalar *)(const void *)b)->v.i64;
        if (v >= 0) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, c->where,
                        "integers have no negative powers, b is %" PRId64 "; convert a to a float",
                        v);
    }
    if (cx__dtypes[b->dtype].kind != 'i' || b->size == 0) return CX_OK;
    cx_array *negative = NULL, *any = NULL;
    static const cx_scalar zero = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 0};
    const cx_array *const in[2] = {b, (const cx_array *)(const void *)&zero};
    cx_status st = cx__map(c->where, CX_BI_LESS, in, NULL, &negative);
    if (st == CX_OK) st = cx__array_new(c->where, 0, NULL, CX_BOOL, b->device, &any);
    if (st == CX_OK) st = cx_any_into(negative, (cx_reduce){0}, any);
    cx__value found = {.u8 = 0};
    if (st == CX_OK) st = cx__array_item(c->where, any, CX_BOOL, &found);
    if (st == CX_OK && found.u8 != 0) {
        st = cx__fail(
            CX_E_ARGUMENT, c->where,
            "integers have no negative powers and b has negative elements; convert a to a float");
    }
    cx__release(negative);
    cx__release(any);
    return st;
}

static cx_status run(const char *where, int code, const cx_array *const in[], const cx_array *mask,
                     cx_array *out, cx_array **result)
{
    call c;
    c.where = where;
    c.op = cx__op_of(code);
    if (c.op == NULL) return cx__fail(CX_E_INTERNAL, where, "%d is no elementwise operation", code);
    c.n = c.op->inputs;
    c.in = in;
    bool categories = false;
    for (int i = 0; i < c.n; i++) {
        CX__TRY(cx__array_check(where, argument_names[i], in[i]));
        categories = categories || (!cx__is_scalar(in[i]) && in[i]->dtype == CX_CAT);
    }
    if (categories && mask == NULL && (code == CX_BI_EQUAL || code == CX_BI_NOT_EQUAL)) {
        return cx__map_categories(where, c.op, in, out, result);
    }
    CX__TRY(cx__poll(where));
    CX__TRY(find_device(&c));
    CX__TRY(find_dtypes(&c));
    CX__TRY(find_shape(&c));
    if (code == CX_BI_POWER && is_integer(c.loop)) CX__TRY(check_exponent(&c));
    cx_array *made = NULL, *target = out;
    if (out != NULL) {
        CX__TRY(check_out(&c, mask, out));
    } else {
        CX__TRY(new_out(&c, &made));
        target = made;
    }
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    if (cx__tracing(CX__TRACE_OP)) trace(&c, target);
    const cx_status st = target->size == 0 ? CX_OK : dispatch(&c, mask, target);
    if (st != CX_OK) {
        cx__release(made);
        return st;
    }
    if (made != NULL) *result = made;
    return CX_OK;
}

cx_status cx__map(const char *where, int code, const cx_array *const in[], cx_array *out,
                  cx_array **result)
{
    return run(where, code, in, NULL, out, result);
}

cx_status cx__map_where(const char *where, int code, const cx_array *const in[],
                        const cx_array *mask, cx_array *out)
{
    CX__TRY(cx__array_need(where, "mask", mask));
    CX__TRY(cx__array_need_out(where, "out", out));
    if (mask->dtype != CX_BOOL)
        return cx__fail(CX_E_DTYPE, where, "mask is %s, not bool",
                        cx_dtype_name((cx_dtype)mask->dtype));
    int ndim = out->ndim;
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, out->shape, (size_t)ndim * sizeof *shape);
    if (!cx__shape_broadcast(mask->ndim, mask->shape, &ndim, shape) || ndim != out->ndim ||
        cx__prod(ndim, shape) != out->size) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where, "mask of shape %s does not broadcast to %s",
                        cx__shape_text(mask->ndim, mask->shape, text[0]),
                        cx__shape_text(out->ndim, out->shape, text[1]));
    }
    return run(where, code, in, mask, out, NULL);
}
