/* Elementwise operations of the caller's: a C loop over raw memory, broadcast, cast and shared out
 * among the pool's threads here. The loop runs on worker threads and must not call back. */
#include "base/threads.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/output.h"
#include <calx/ufunc.h>
#include <string.h>

enum { MAX_LISTS = CX_UFUNC_IN + CX_UFUNC_OUT + 1, GRAIN = 4096 };

typedef struct own_call {
    const cx_ufunc_def *def;
    const char *where;
    cx_casting casting;
    int lists; /* inputs, outputs, and the mask if there is one */
    bool masked;
    cx_array *array[MAX_LISTS]; /* of the declared dtypes; references of the call's own */
    int ndim;
    int64_t shape[CX_MAX_NDIM], size;
    int64_t stride[MAX_LISTS][CX_MAX_NDIM];
} own_call;

static cx_status check(const cx_ufunc_def *def, cx_arrays in, const cx_ufunc_opts *o, int outs,
                       own_call *c)
{
    static const char where[] = "map_with";
    if (def == NULL) return cx__fail(CX_E_NULL, where, "def is NULL");
    if (def->struct_size == 0 || def->struct_size > sizeof *def)
        return cx__fail(CX_E_ARGUMENT, where,
                        "definition with struct_size %zu; set it to sizeof(cx_ufunc_def)",
                        def->struct_size);
    memset(c, 0, offsetof(own_call, shape));
    c->def = def;
    c->where = def->name != NULL ? def->name : where;
    c->casting = CX_CASTING_SAME_KIND;
    if (def->n_in < 0 || def->n_in > CX_UFUNC_IN || def->n_out < 1 || def->n_out > CX_UFUNC_OUT ||
        def->types == NULL || def->loop == NULL || def->grain < 0)
        return cx__fail(CX_E_ARGUMENT, c->where,
                        "a definition has 0 to %d inputs, 1 to %d outputs, types and a loop",
                        CX_UFUNC_IN, CX_UFUNC_OUT);
    for (int i = 0; i < def->n_in + def->n_out; i++)
        if (cx_dtype_size(def->types[i]) == 0 || def->types[i] == CX_CAT)
            return cx__fail(CX_E_ARGUMENT, c->where, "type %d of the definition is %s", i,
                            cx_dtype_name(def->types[i]));
    if (in.count != def->n_in || (in.count > 0 && in.at == NULL))
        return cx__fail(CX_E_ARGUMENT, c->where, "has %d inputs, %d are given", def->n_in,
                        in.count);
    if (outs != def->n_out)
        return cx__fail(CX_E_ARGUMENT, c->where, "has %d results, %d are asked for", def->n_out,
                        outs);
    if (o == NULL) return CX_OK;
    if (o->struct_size == 0 || o->struct_size > sizeof *o)
        return cx__fail(CX_E_ARGUMENT, c->where,
                        "options with struct_size %zu; make them with CX_OPTS", o->struct_size);
    if (o->dtype != CX_DTYPE_NONE)
        return cx__fail(CX_E_ARGUMENT, c->where, "takes no dtype: the definition has them");
    if (o->casting.set &&
        (o->casting.value < CX_CASTING_NO || o->casting.value > CX_CASTING_UNSAFE))
        return cx__fail(CX_E_ARGUMENT, c->where, "%d is no casting", (int)o->casting.value);
    if (o->casting.set) c->casting = (cx_casting)o->casting.value;
    return CX_OK;
}

static cx_status on_the_cpu(const own_call *c, const char *name, const cx_array *a)
{
    if (cx__is_scalar(a) || a->device.kind == CX_DEVICE_CPU) return CX_OK;
    char text[16];
    return cx__fail(CX_E_UNSUPPORTED, c->where, "%s is on %s, which cannot run a C function", name,
                    cx_device_name(a->device, text));
}

static cx_status broadcast(own_call *c, const cx_array *a)
{
    if (cx__shape_broadcast(a->ndim, a->shape, &c->ndim, c->shape)) return CX_OK;
    char text[2][CX__SHAPE_TEXT];
    return cx__fail(CX_E_SHAPE, c->where, "shapes %s and %s cannot be broadcast together",
                    cx__shape_text(c->ndim, c->shape, text[0]),
                    cx__shape_text(a->ndim, a->shape, text[1]));
}

/* The inputs as arrays of the declared dtypes. */
static cx_status take_inputs(own_call *c, cx_arrays in, const cx_array *mask)
{
    for (int i = 0; i < in.count; i++) {
        char name[16] = "input 0";
        name[6] = (char)('0' + i);
        CX__TRY(cx__array_check(c->where, name, in.at[i]));
        CX__TRY(on_the_cpu(c, name, in.at[i]));
        const cx_dtype want = c->def->types[i];
        const bool weak = cx__is_scalar(in.at[i]);
        const cx_dtype t = cx_dtype_of(in.at[i]);
        const bool fits = weak ? cx_can_cast(t, want, CX_CASTING_SAME_KIND) ||
                                     (cx_dtype_kind(t) == 'i' && cx_dtype_kind(want) == 'u')
                               : cx_can_cast(t, want, c->casting);
        if (!fits && c->casting != CX_CASTING_UNSAFE)
            return cx__fail(CX_E_DTYPE, c->where, "%s is not cast from %s to %s", name,
                            cx_dtype_name(t), cx_dtype_name(want));
        if (weak) CX__TRY(cx__weak_fits(c->where, in.at[i], want));
        cx_array *own = NULL;
        CX__TRY(cx__array_own(c->where, name, in.at[i], &own));
        if (own->dtype == want) {
            c->array[i] = own;
        } else {
            const cx_status st = cx__array_contiguous(c->where, own, want, &c->array[i]);
            cx__release(own);
            CX__TRY(st);
        }
        c->lists = i + 1;
        CX__TRY(broadcast(c, c->array[i]));
    }
    if (mask == NULL) return CX_OK;
    CX__TRY(cx__array_need(c->where, "where", mask));
    CX__TRY(on_the_cpu(c, "where", mask));
    if (mask->dtype != CX_BOOL)
        return cx__fail(CX_E_DTYPE, c->where, "where is %s, not bool",
                        cx_dtype_name((cx_dtype)mask->dtype));
    return broadcast(c, mask);
}

/* Does out lie apart from every input, or exactly over one of them? */
static cx_status check_overlap(const own_call *c, cx_arrays in, const cx_array *mask, int which,
                               cx_outs outs)
{
    const cx_array *const out = outs.at[which];
    for (int i = 0; i < in.count; i++) {
        const cx_array *const a = in.at[i];
        if (cx__is_scalar(a) || !cx_may_share_memory(a, out)) continue;
        const bool same =
            a->data == out->data && a->dtype == out->dtype && a->ndim == out->ndim &&
            memcmp(a->strides, out->strides, (size_t)out->ndim * sizeof *out->strides) == 0 &&
            memcmp(a->shape, out->shape, (size_t)out->ndim * sizeof *out->shape) == 0;
        if (!same)
            return cx__fail(CX_E_OVERLAP, c->where,
                            "output %d overlaps input %d otherwise than element by element", which,
                            i);
    }
    if (mask != NULL && cx_may_share_memory(mask, out))
        return cx__fail(CX_E_OVERLAP, c->where, "output %d shares memory with where", which);
    for (int k = 0; k < which; k++)
        if (cx_may_share_memory(outs.at[k], out))
            return cx__fail(CX_E_OVERLAP, c->where, "outputs %d and %d share memory", k, which);
    return CX_OK;
}

static cx_status check_out(const own_call *c, int which, const cx_array *out)
{
    CX__TRY(cx__array_need_out(c->where, "out", out));
    CX__TRY(on_the_cpu(c, "out", out));
    if (out->ndim != c->ndim ||
        memcmp(out->shape, c->shape, (size_t)c->ndim * sizeof *c->shape) != 0) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, c->where, "output %d has shape %s, the result has %s", which,
                        cx__shape_text(out->ndim, out->shape, text[0]),
                        cx__shape_text(c->ndim, c->shape, text[1]));
    }
    const cx_dtype made = c->def->types[c->def->n_in + which];
    if (cx_can_cast(made, (cx_dtype)out->dtype, c->casting)) return CX_OK;
    return cx__fail(CX_E_DTYPE, c->where, "output %d is not cast from %s to %s", which,
                    cx_dtype_name(made), cx_dtype_name((cx_dtype)out->dtype));
}

/* ------------------------------------------------------------------------------------ running */
/* n elements of the innermost dimension: all, or the runs where the mask holds. */
static void run_row(const own_call *c, char *const data[], int64_t n)
{
    const int last = c->ndim - 1, operands = c->lists - (c->masked ? 1 : 0);
    int64_t strides[MAX_LISTS];
    char *at[MAX_LISTS];
    for (int k = 0; k < operands; k++) strides[k] = c->ndim > 0 ? c->stride[k][last] : 0;
    if (!c->masked) {
        c->def->loop(c->def->ctx, n, data, strides);
        return;
    }
    const char *const mask = data[operands];
    const int64_t step = c->ndim > 0 ? c->stride[operands][last] : 0;
    for (int64_t i = 0; i < n;) {
        while (i < n && mask[i * step] == 0) i++;
        int64_t end = i;
        while (end < n && mask[end * step] != 0) end++;
        for (int k = 0; k < operands; k++) at[k] = data[k] + i * strides[k];
        if (end > i) c->def->loop(c->def->ctx, end - i, at, strides);
        i = end;
    }
}

static void chunk(void *ctx, int64_t lo, int64_t hi)
{
    const own_call *const c = ctx;
    const int last = c->ndim - 1;
    while (lo < hi) {
        char *data[MAX_LISTS];
        int64_t left = hi - lo, place = lo;
        for (int k = 0; k < c->lists; k++) data[k] = c->array[k]->data;
        for (int d = last; d >= 0; d--) {
            const int64_t i = place % c->shape[d];
            if (d == last && c->shape[d] - i < left) left = c->shape[d] - i;
            place /= c->shape[d];
            for (int k = 0; k < c->lists; k++) data[k] += i * c->stride[k][d];
        }
        run_row(c, data, left);
        lo += left;
    }
}

static cx_status run(own_call *c)
{
    int64_t *list[MAX_LISTS];
    c->size = cx__prod(c->ndim, c->shape);
    if (c->size == 0) return CX_OK;
    for (int k = 0; k < c->lists; k++) {
        const cx_array *const a = c->array[k];
        cx__shape_broadcast_strides(a->ndim, a->shape, a->strides, c->ndim, c->shape, c->stride[k]);
        list[k] = c->stride[k];
    }
    cx__device *d;
    cx_queue *q;
    CX__TRY(cx__poll(c->where));
    CX__TRY(cx__device_get(c->where, (cx_device){CX_DEVICE_CPU, 0}, &d));
    const cx_array *touched[MAX_LISTS];
    for (int k = 0; k < c->lists; k++) touched[k] = c->array[(k + c->def->n_in) % c->lists];
    CX__TRY(cx__queue_for(c->where, d, c->def->n_out, c->lists, touched, &q));
    c->ndim = cx__collapse(c->ndim, c->shape, c->lists, list, true);
    const int64_t grain = c->def->grain > 0 ? c->def->grain : GRAIN;
    return cx__queue_done(d, cx__parallel_for(c->size, grain, chunk, c));
}

static cx_status map_with(own_call *c, cx_arrays in, const cx_ufunc_opts *o, const cx_outs *outs,
                          cx_array **result)
{
    const cx_array *const mask = o != NULL ? o->where : NULL;
    const int n_in = c->def->n_in, n_out = c->def->n_out;
    CX__TRY(take_inputs(c, in, mask));
    for (int k = 0; outs != NULL && k < n_out; k++) {
        CX__TRY(check_out(c, k, outs->at[k]));
        CX__TRY(check_overlap(c, in, mask, k, *outs));
    }
    for (int k = 0; k < n_out; k++) {
        const cx_dtype t = c->def->types[n_in + k];
        cx_array **const slot = &c->array[n_in + k];
        if (outs != NULL && outs->at[k]->dtype == t) {
            *slot = cx__retain(outs->at[k]);
            c->lists = n_in + k + 1;
            continue;
        }
        CX__TRY(cx__array_new(c->where, c->ndim, c->shape, t, (cx_device){CX_DEVICE_CPU, 0}, slot));
        c->lists = n_in + k + 1;
        if (mask != NULL && outs != NULL) CX__TRY(cx__array_copy(c->where, outs->at[k], *slot));
        if (mask != NULL && outs == NULL) CX__TRY(cx__array_zero(c->where, *slot));
    }
    if (mask != NULL) {
        c->array[c->lists++] = cx__retain(mask);
        c->masked = true;
    }
    CX__TRY(run(c));
    for (int k = 0; outs != NULL && k < n_out; k++)
        if (c->array[n_in + k] != outs->at[k])
            CX__TRY(cx__array_copy(c->where, c->array[n_in + k], outs->at[k]));
    if (outs == NULL) *result = cx__retain(c->array[n_in]);
    return CX_OK;
}

static void close_call(own_call *c)
{
    for (int k = 0; k < c->lists; k++) cx__release(c->array[k]);
}

cx_array *cx_map_with(const cx_ufunc_def *def, cx_arrays in, const cx_ufunc_opts *o)
{
    own_call c;
    cx_array *r = NULL;
    cx_status st = check(def, in, o, 1, &c);
    if (st == CX_OK) {
        st = map_with(&c, in, o, NULL, &r);
        close_call(&c);
    }
    return cx__yield(st, "map_with", r);
}

cx_status cx_map_with_into(const cx_ufunc_def *def, cx_arrays in, const cx_ufunc_opts *o,
                           cx_outs out)
{
    own_call c;
    CX__TRY(check(def, in, o, out.count, &c));
    if (out.at == NULL) return cx__fail(CX_E_NULL, c.where, "out is NULL");
    const cx_status st = map_with(&c, in, o, &out, NULL);
    close_call(&c);
    return st;
}
