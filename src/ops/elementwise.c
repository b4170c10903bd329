/* Elementwise operations above the backends: check handles, promote, broadcast, allocate in K
 * order, collapse, dispatch. One routine serves every row of the tables; the public faces are in
 * faces.c. It knows no dtype by name and no kernel. */
#include "ops/elementwise.h"
#include "base/log.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/output.h"
#include "ops/ufunc/fp_count.h"
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_IN = 3, MAX_OUT = 2, MAX_LISTS = MAX_OUT + MAX_IN + 1 };

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

static const cx__op pairs[] = {
#define CX_PAIR(NAME, name_, code_, inputs_, domain_, first_, second_, doc) \
    [(code_)-3000] = {.name = #name_,                                       \
                      .domain = (domain_),                                  \
                      .code = (code_),                                      \
                      .result = (first_),                                   \
                      .second = (second_),                                  \
                      .inputs = (inputs_)},
#include <calx/pair_ops.def>
#undef CX_PAIR
};

const cx__op *cx__op_of(int code)
{
    static const struct {
        const cx__op *row;
        int count;
    } tables[] = {{unary, (int)(sizeof unary / sizeof *unary)},
                  {binary, (int)(sizeof binary / sizeof *binary)},
                  {ternary, (int)(sizeof ternary / sizeof *ternary)},
                  {pairs, (int)(sizeof pairs / sizeof *pairs)}};
    if (code < 0 || code >= 4000) return NULL;
    const int at = code % 1000;
    const cx__op *const row = tables[code / 1000].row;
    return at > 0 && at < tables[code / 1000].count && row[at].name != NULL ? &row[at] : NULL;
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
    int n, n_out;
    const cx_array *const *in;
    const cx__map_how *how; /* NULL: as the row says */
    cx_device device;
    cx_dtype loop, result[MAX_OUT];
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
static bool is_logic(int code)
{
    return code >= CX_BI_LOGICAL_AND && code <= CX_BI_LOGICAL_XOR;
}
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
    if ((!is_integer(*common) && *common != CX_BOOL) || strchr(c->op->domain, 'i') != NULL ||
        c->op->code == CX_BI_LDEXP)
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

/* The exponent of ldexp is an integer, and no part of the promotion. */
static cx_status check_integer_exponent(const call *c)
{
    const cx_array *const b = c->in[1];
    const cx_dtype t =
        cx__is_scalar(b) ? (cx_dtype)((const cx_head *)(const void *)b)->kind : (cx_dtype)b->dtype;
    if ((is_integer(t) && t != CX_U64) || t == CX_BOOL) return CX_OK;
    return cx__fail(CX_E_DTYPE, c->where, "b, the exponent, is %s, not a signed integer",
                    cx_dtype_name(t));
}

/* The loop that was asked for by dtype: the row has it as it stands, and it makes that dtype. */
static cx_status forced_loop(call *c, cx_dtype common)
{
    const cx_dtype want = c->how->dtype;
    const char *const domain = c->op->domain, kind = cx_dtype_kind(want);
    bool fits = kind != 0 && kind != 'k' && strchr(domain, kind) != NULL;
    cx_dtype loop = want;
    if (c->op->result == 'B' || c->op->result == '8') {
        fits = want == (c->op->result == 'B' ? CX_BOOL : CX_U8);
        loop = CX_DTYPE_NONE; /* the loop stays the operands' */
    } else if (c->op->result == 'R' && cx__dtypes[common].kind == 'c') {
        fits = want == CX_F32 || want == CX_F64;
        loop = want == CX_F32 ? CX_C64 : CX_C128;
    } else if (c->op->result == 'R') {
        fits = fits && kind != 'c';
    }
    if (c->op->code == CX_BI_FLOAT_POWER) fits = want == CX_F64 || want == CX_C128;
    if (c->op->second != 0 && c->op->second != 'S') fits = false;
    if (!fits) return cx__fail(CX_E_DTYPE, c->where, "no loop of dtype %s", cx_dtype_name(want));
    c->loop = loop;
    return CX_OK;
}

/* Does every operand reach the loop's dtype under the casting that was asked for? */
static cx_status check_casting(const call *c)
{
    const cx_casting casting = c->how->casting;
    for (int i = 0; i < c->n; i++) {
        if (casting == CX_CASTING_UNSAFE) return CX_OK;
        if (c->op->code == CX_BI_LDEXP && i == 1) continue;
        const bool weak = cx__is_scalar(c->in[i]);
        const cx_dtype t = weak ? (cx_dtype)((const cx_head *)(const void *)c->in[i])->kind
                                : (cx_dtype)c->in[i]->dtype;
        /* a weak number takes any dtype of its own kind or above */
        const bool by_value = c->loop == CX_U64 && is_integer(t);
        if (by_value || cx_can_cast(t, c->loop, weak ? CX_CASTING_SAME_KIND : casting) ||
            (weak && is_integer(t) && is_integer(c->loop)))
            continue;
        return cx__fail(CX_E_DTYPE, c->where, "%s is not cast from %s to %s under this casting",
                        argument_names[i], cx_dtype_name(t), cx_dtype_name(c->loop));
    }
    return CX_OK;
}

static cx_status find_dtypes(call *c)
{
    const int code = c->op->code;
    const bool where = code == CX_TE_WHERE; /* the condition has no part in it */
    const bool exponent = code == CX_BI_LDEXP;
    cx_dtype common;
    if (exponent) CX__TRY(check_integer_exponent(c));
    CX__TRY(cx__result_type(c->where,
                            where      ? 2
                            : exponent ? 1
                                       : c->n,
                            where ? c->in + 1 : c->in, &common));
    c->loop = CX_DTYPE_NONE;
    if (c->how != NULL && c->how->dtype != CX_DTYPE_NONE) CX__TRY(forced_loop(c, common));
    if (c->loop != CX_DTYPE_NONE) {
        for (int i = 0; i < c->n; i++)
            if (cx__is_scalar(c->in[i]) && !(exponent && i == 1))
                CX__TRY(cx__weak_fits(c->where, c->in[i], c->loop));
    } else if (!integer_comparison(c, common, &c->loop)) {
        const bool whole = is_integer(common) || common == CX_BOOL;
        if (whole && (code == CX_BI_DIV || code == CX_UN_SINC || code == CX_UN_I0)) common = CX_F64;
        if (code == CX_BI_FLOAT_POWER && common != CX_CAT)
            common = cx_promote_types(common, CX_F64);
        CX__TRY(float_of_operands(c, &common));
        CX__TRY(cx__loop_dtype(c->where, c->op->domain, common, &c->loop));
        for (int i = where ? 1 : 0; i < c->n && !is_logic(code); i++) {
            if (cx__is_scalar(c->in[i]) && !(exponent && i == 1))
                CX__TRY(cx__weak_fits(c->where, c->in[i], c->loop));
        }
    }
    if (c->how != NULL) CX__TRY(check_casting(c));
    c->result[0] = cx__result_dtype(c->op->result, c->loop);
    if (c->n_out > 1)
        c->result[1] = c->op->second == '4' ? CX_I32 : cx__result_dtype(c->op->second, c->loop);
    return CX_OK;
}

static cx_status find_shape(call *c, const cx_array *mask)
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
    if (mask == NULL || cx__shape_broadcast(mask->ndim, mask->shape, &c->ndim, c->shape))
        return CX_OK;
    char text[2][CX__SHAPE_TEXT];
    return cx__fail(CX_E_SHAPE, c->where, "where of shape %s cannot be broadcast with %s",
                    cx__shape_text(mask->ndim, mask->shape, text[0]),
                    cx__shape_text(c->ndim, c->shape, text[1]));
}

/* ------------------------------------------------------------------------------------ outputs */
/* Shared memory is fine where every element of in is read at the place where its result goes, or
 * where the two interleave. */
static cx_status check_overlap(const call *c, const cx_array *in, const char *name,
                               const char *out_name, const cx_array *out)
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
    return cx__fail(CX_E_OVERLAP, c->where, "%s overlaps %s otherwise than element by element",
                    out_name, name);
}

static cx_status check_out(const call *c, const cx_array *mask, int which, const cx_array *out)
{
    const char *const name = c->n_out == 1 ? "out" : which == 0 ? "out1" : "out2";
    const cx_dtype result = c->result[which];
    const cx_casting casting = c->how != NULL ? c->how->casting : CX_CASTING_SAME_KIND;
    CX__TRY(cx__array_need_out(c->where, name, out));
    bool same = out->ndim == c->ndim;
    for (int i = 0; same && i < c->ndim; i++) same = out->shape[i] == c->shape[i];
    if (!same) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, c->where, "%s has shape %s, the result has %s", name,
                        cx__shape_text(out->ndim, out->shape, text[0]),
                        cx__shape_text(c->ndim, c->shape, text[1]));
    }
    if (!cx_can_cast(result, (cx_dtype)out->dtype, casting)) {
        return cx__fail(CX_E_DTYPE, c->where, "result %s is not cast to %s of %s%s",
                        cx_dtype_name(result), cx_dtype_name((cx_dtype)out->dtype), name,
                        casting == CX_CASTING_SAME_KIND ? " ('same_kind')" : "");
    }
    bool strong = mask != NULL;
    for (int i = 0; i < c->n; i++) strong = strong || !cx__is_scalar(c->in[i]);
    if (strong && !cx_device_equal(out->device, c->device)) {
        char text[2][16];
        return cx__fail(CX_E_DEVICE, c->where, "the inputs are on %s and %s on %s",
                        cx_device_name(c->device, text[0]), name,
                        cx_device_name(out->device, text[1]));
    }
    for (int i = 0; i < c->n; i++) {
        if (!cx__is_scalar(c->in[i]))
            CX__TRY(check_overlap(c, c->in[i], argument_names[i], name, out));
    }
    return mask == NULL ? CX_OK : check_overlap(c, mask, "mask", name, out);
}

/* New array in the memory order of the input that fills the result's shape, C order if there is
 * none. */
static cx_status new_out(const call *c, cx_dtype t, cx_array **out)
{
    for (int i = 0; i < c->n; i++) {
        const cx_array *const a = c->in[i];
        if (cx__is_scalar(a) || a->ndim != c->ndim || (a->flags & CX__F_CONTIGUOUS) != 0) continue;
        bool full = true;
        for (int d = 0; full && d < c->ndim; d++) full = a->shape[d] == c->shape[d];
        if (full)
            return cx__array_new_k(c->where, c->ndim, c->shape, a->strides, t, c->device, out);
    }
    return cx__array_new(c->where, c->ndim, c->shape, t, c->device, out);
}

/* ------------------------------------------------------------------------------------ dispatch */
static void trace(const call *c, const cx_array *out)
{
    char shape[CX__SHAPE_TEXT], device[16];
    cx__log("op", "%s %s %s on %s", c->op->name, cx_dtype_name(c->loop),
            cx__shape_text(out->ndim, out->shape, shape), cx_device_name(out->device, device));
}

/* A scalar operand in the dtype that the loop takes it in. */
static void scalar_operand(const call *c, int i, cx__value *value, cx_view *v)
{
    const bool compares_by_value = c->loop == CX_U64 && compares(c->op->code) &&
                                   ((const cx_scalar *)(const void *)c->in[i])->v.i64 < 0;
    const bool condition = c->op->code == CX_TE_WHERE && i == 0;
    const bool whole = compares_by_value || (c->op->code == CX_BI_LDEXP && i == 1);
    if (is_logic(c->op->code)) { /* any number has its truth, also one beyond the loop's dtype */
        const cx_scalar *const s = (const cx_scalar *)(const void *)c->in[i];
        const bool real = s->head.kind == CX_F64 || s->head.kind == CX_C128;
        const cx_scalar truth = {.head = {CX__SCALAR_TAG, CX_BOOL},
                                 .v.i64 =
                                     real ? s->v.f64 != 0 || (s->head.kind == CX_C128 && s->im != 0)
                                          : s->v.i64 != 0};
        cx__scalar_to_view((const cx_array *)(const void *)&truth, c->loop, value, v);
        return;
    }
    cx__scalar_to_view(c->in[i], condition ? CX_BOOL : whole ? CX_I64 : c->loop, value, v);
}

/* The operands of one call of the backend: views of what is strided, outputs first, then inputs,
 * then the mask. */
typedef struct operands {
    cx_view view[MAX_LISTS];
    cx__value value[MAX_IN];
    cx_map_call call;
    int lists;
    const cx_array *array[MAX_LISTS];
    cx_view *strided[MAX_LISTS];
    int64_t strides[MAX_LISTS][CX_MAX_NDIM];
} operands;

static void add_operand(operands *o, const cx_array *a, cx_view *v)
{
    o->array[o->lists] = a;
    o->strided[o->lists++] = v;
}

static void gather_operands(const call *c, const cx_array *mask, cx_array *const out[], operands *o)
{
    o->lists = 0;
    o->call.op = c->op->code;
    o->call.loop = c->loop;
    o->call.n_in = c->n;
    o->call.n_out = c->n_out;
    o->call.mask = mask != NULL ? &o->view[MAX_LISTS - 1] : NULL;
    for (int i = 0; i < c->n_out; i++) {
        o->call.out[i] = &o->view[i];
        add_operand(o, out[i], &o->view[i]);
    }
    for (int i = 0; i < c->n; i++) {
        cx_view *const v = &o->view[MAX_OUT + i];
        o->call.in[i] = v;
        if (cx__is_scalar(c->in[i]))
            scalar_operand(c, i, &o->value[i], v);
        else
            add_operand(o, c->in[i], v);
    }
    if (mask != NULL) add_operand(o, mask, &o->view[MAX_LISTS - 1]);
}

/* Walk what the kernels' dimensions do not hold, and call the backend for each place. */
static cx_status dispatch(const call *c, const cx_array *mask, cx_array *const out[])
{
    cx__device *d;
    cx_queue *q;
    CX__TRY(cx__device_get(c->where, out[0]->device, &d));
    if (d->ops->map == NULL) return cx__unsupported(c->where, d, c->op->name);

    operands o; /* only the fields that are read are set */
    int64_t shape[CX_MAX_NDIM];
    int64_t *list[MAX_LISTS];
    gather_operands(c, mask, out, &o);
    const int lists = o.lists;
    CX__TRY(cx__queue_for(c->where, d, c->n_out, lists, o.array, &q));
    memcpy(shape, c->shape, (size_t)c->ndim * sizeof *shape);
    for (int k = 0; k < lists; k++) {
        cx__shape_broadcast_strides(o.array[k]->ndim, o.array[k]->shape, o.array[k]->strides,
                                    c->ndim, c->shape, o.strides[k]);
        list[k] = o.strides[k];
    }
    const int ndim = cx__collapse(c->ndim, shape, lists, list, true);
    const int outer = ndim > CX_KERNEL_NDIM ? ndim - CX_KERNEL_NDIM : 0;
    for (int k = 0; k < lists; k++) {
        cx_view *const v = o.strided[k];
        v->data = o.array[k]->data;
        v->dtype = (cx_dtype)o.array[k]->dtype;
        v->ndim = (uint16_t)(ndim - outer);
        v->flags = 0;
        memcpy(v->shape, shape + outer, (size_t)(ndim - outer) * sizeof *shape);
        memcpy(v->stride, o.strides[k] + outer, (size_t)(ndim - outer) * sizeof *shape);
    }
    if (outer == 0) return cx__queue_done(d, d->ops->map(q, &o.call));
    int64_t at[CX_MAX_NDIM] = {0};
    for (;;) {
        for (int k = 0; k < lists; k++) {
            int64_t offset = 0;
            for (int i = 0; i < outer; i++) offset += at[i] * o.strides[k][i];
            o.strided[k]->data = o.array[k]->data + offset;
        }
        const cx_status st = d->ops->map(q, &o.call);
        if (st != CX_OK) return cx__queue_done(d, st);
        int i = outer - 1;
        while (i >= 0 && ++at[i] == shape[i]) at[i--] = 0;
        if (i < 0) return cx__queue_done(d, CX_OK);
    }
}

/* Integers have no negative powers. */
cx_status cx__map_exponent(const char *where, const cx_array *b)
{
    if (cx__is_scalar(b)) {
        const int64_t v = ((const cx_scalar *)(const void *)b)->v.i64;
        if (v >= 0) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, where,
                        "integers have no negative powers, b is %" PRId64 "; convert a to a float",
                        v);
    }
    if (cx__dtypes[b->dtype].kind != 'i' || b->size == 0) return CX_OK;
    cx_array *negative = NULL, *any = NULL;
    static const cx_scalar zero = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 0};
    const cx_array *const in[2] = {b, (const cx_array *)(const void *)&zero};
    cx_status st = cx__map(where, CX_BI_LESS, in, NULL, &negative);
    if (st == CX_OK) st = cx__array_new(where, 0, NULL, CX_BOOL, b->device, &any);
    if (st == CX_OK) st = cx_any_into(negative, (cx_reduce){0}, any);
    cx__value found = {.u8 = 0};
    if (st == CX_OK) st = cx__array_item(where, any, CX_BOOL, &found);
    if (st == CX_OK && found.u8 != 0) {
        st = cx__fail(
            CX_E_ARGUMENT, where,
            "integers have no negative powers and b has negative elements; convert a to a float");
    }
    cx__release(negative);
    cx__release(any);
    return st;
}

/* The outputs to write: the caller's, checked, or new ones (made). */
static cx_status find_outputs(const call *c, const cx_array *mask, cx_array *const out[],
                              cx_array *made[], cx_array *target[])
{
    for (int i = 0; i < c->n_out; i++) {
        if (out != NULL) {
            CX__TRY(check_out(c, mask, i, out[i]));
            target[i] = out[i];
            continue;
        }
        CX__TRY(new_out(c, c->result[i], &made[i]));
        target[i] = made[i];
        if (mask != NULL) CX__TRY(cx__array_zero(c->where, made[i]));
    }
    if (c->n_out > 1 && out != NULL && cx_may_share_memory(out[0], out[1]))
        return cx__fail(CX_E_OVERLAP, c->where, "out1 and out2 share memory");
    return CX_OK;
}

static cx_status check_mask(const call *c, const cx_array *mask)
{
    CX__TRY(cx__array_need(c->where, "where", mask));
    if (mask->dtype != CX_BOOL)
        return cx__fail(CX_E_DTYPE, c->where, "where is %s, not bool",
                        cx_dtype_name((cx_dtype)mask->dtype));
    bool strong = false;
    for (int i = 0; i < c->n; i++) strong = strong || !cx__is_scalar(c->in[i]);
    if (!strong || cx_device_equal(mask->device, c->device)) return CX_OK;
    char text[2][16];
    return cx__fail(CX_E_DEVICE, c->where, "where is on %s and the inputs on %s",
                    cx_device_name(mask->device, text[0]), cx_device_name(c->device, text[1]));
}

static cx_status run(const char *where, int code, const cx_array *const in[],
                     const cx__map_how *how, cx_array *const out[], cx_array *result[])
{
    call c;
    c.where = where;
    c.op = cx__op_of(code);
    if (c.op == NULL) return cx__fail(CX_E_INTERNAL, where, "%d is no elementwise operation", code);
    c.n = c.op->inputs;
    c.n_out = c.op->second != 0 ? 2 : 1;
    c.in = in;
    c.how = how;
    const cx_array *const mask = how != NULL ? how->mask : NULL;
    bool categories = false;
    for (int i = 0; i < c.n; i++) {
        CX__TRY(cx__array_check(where, argument_names[i], in[i]));
        categories = categories || (!cx__is_scalar(in[i]) && in[i]->dtype == CX_CAT);
    }
    if (categories && how == NULL && (code == CX_BI_EQUAL || code == CX_BI_NOT_EQUAL)) {
        return cx__map_categories(where, c.op, in, out != NULL ? out[0] : NULL, result);
    }
    CX__TRY(cx__poll(where));
    CX__TRY(find_device(&c));
    if (mask != NULL) CX__TRY(check_mask(&c, mask));
    CX__TRY(find_dtypes(&c));
    CX__TRY(find_shape(&c, mask));
    if (code == CX_BI_POWER && is_integer(c.loop)) CX__TRY(cx__map_exponent(where, in[1]));
    cx_array *made[MAX_OUT] = {NULL, NULL}, *target[MAX_OUT];
    cx_status st = find_outputs(&c, mask, out, made, target);
    if (st == CX_OK) {
        CX__OWN_ADD(cx__self_thread()->ops, 1);
        if (cx__tracing(CX__TRACE_OP)) trace(&c, target[0]);
        cx__fp_watch watch = {.on = false};
        if (cx__tracing(CX__TRACE_FP) && cx__fp_counting_here())
            cx__fp_begin(&watch, code, c.loop, c.n, in, mask);
        if (target[0]->size > 0) st = dispatch(&c, mask, target);
        if (watch.on) cx__fp_end(&watch, c.n_out, st == CX_OK ? target : NULL);
    }
    for (int i = 0; out == NULL && i < c.n_out; i++) {
        if (st == CX_OK)
            result[i] = made[i];
        else
            cx__release(made[i]);
    }
    return st;
}

cx_status cx__map_loop(const char *where, int code, const cx_array *const in[], cx_dtype *loop)
{
    call c;
    c.where = where;
    c.op = cx__op_of(code);
    c.n = c.op->inputs;
    c.n_out = c.op->second != 0 ? 2 : 1;
    c.in = in;
    c.how = NULL;
    for (int i = 0; i < c.n; i++) CX__TRY(cx__array_check(where, argument_names[i], in[i]));
    CX__TRY(find_dtypes(&c));
    *loop = c.loop;
    return CX_OK;
}

cx_status cx__map(const char *where, int code, const cx_array *const in[], cx_array *out,
                  cx_array **result)
{
    return run(where, code, in, NULL, out != NULL ? &out : NULL, result);
}

cx_status cx__map_as(const char *where, int code, const cx_array *const in[],
                     const cx__map_how *how, cx_array *const out[], cx_array *result[])
{
    return run(where, code, in, how, out, result);
}
