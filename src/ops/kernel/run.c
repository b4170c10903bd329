/* Running a kernel from source where its arrays are: arguments against the signature, the spread
 * over blocks or over the pool's threads. Knows neither compilers nor CUDA. */
#include "base/log.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/kernel/kernel.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GRAIN = 4096, BLOCK = 256 };

typedef struct running {
    const char *where; /* the kernel's name */
    const cx_kernel *k;
    cx_launch how;
    int arrays, outputs;
    const cx_array *touched[CX__KERNEL_PARAMS]; /* outputs, then the arrays that are read */
    const char *first;                          /* name of touched[0] */
    void *data[CX__KERNEL_PARAMS];
    cx__value number[CX__KERNEL_PARAMS];
    void *arg[CX__KERNEL_PARAMS];
} running;

/* ------------------------------------------------------------------------------------ arguments */
/* "x, a, n": the parameters that stand in one of the two lists */
static const char *names(const cx__kernel_signature *s, bool out, char *text, size_t cap)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < s->count && used < cap; i++)
        if (s->param[i].out == out)
            used += (size_t)snprintf(text + used, cap - used, "%s%s", used > 0 ? ", " : "",
                                     s->param[i].name);
    return text;
}
static cx_status check_count(const running *r, bool out, int given, bool null)
{
    const cx__kernel_signature *const s = &r->k->signature;
    const int want = out ? s->outputs : s->inputs;
    char text[160];
    if (given != want)
        return cx__fail(CX_E_ARGUMENT, r->where, "%s has %d, the signature %d%s%s%s",
                        out ? "out" : "in", given, want, want > 0 ? " (" : "",
                        names(s, out, text, sizeof text), want > 0 ? ")" : "");
    if (null && want > 0) return cx__fail(CX_E_NULL, r->where, "%s.at is NULL", out ? "out" : "in");
    return CX_OK;
}

static cx_status wrong_dtype(const running *r, const cx__kernel_param *p, const cx_array *a)
{
    return cx__fail(CX_E_DTYPE, r->where, "%s is %s, the signature has %s", p->name,
                    cx_dtype_name((cx_dtype)a->dtype), cx_dtype_name((cx_dtype)p->dtype));
}

static cx_status take_array(running *r, int i, const cx_array *a)
{
    const cx__kernel_param *const p = &r->k->signature.param[i];
    char text[CX__SHAPE_TEXT], here[16], there[16];
    CX__TRY(p->out ? cx__array_need_out(r->where, p->name, a)
                   : cx__array_need(r->where, p->name, a));
    if (a->dtype != p->dtype) return wrong_dtype(r, p, a);
    if ((a->flags & CX__F_CONTIGUOUS) == 0)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "%s of shape %s is not contiguous in C order; use cx_ascontiguous", p->name,
                        cx__shape_text(a->ndim, a->shape, text));
    if (r->first == NULL) r->first = p->name;
    const cx_array *const b = r->arrays > 0 ? r->touched[0] : a;
    if (!cx_device_equal(a->device, b->device))
        return cx__fail(CX_E_DEVICE, r->where, "%s is on %s, %s is on %s", r->first,
                        cx_device_name(b->device, here), p->name, cx_device_name(a->device, there));
    r->touched[r->arrays++] = a;
    r->data[i] = a->data;
    return CX_OK;
}

static cx_status take_number(running *r, int i, const cx_array *a)
{
    const cx__kernel_param *const p = &r->k->signature.param[i];
    const cx_dtype want = (cx_dtype)p->dtype;
    CX__TRY(cx__array_check(r->where, p->name, a));
    if (!cx__is_scalar(a)) {
        char text[CX__SHAPE_TEXT], device[16];
        if (a->ndim != 0)
            return cx__fail(CX_E_SHAPE, r->where, "%s is a number, an array of shape %s is given",
                            p->name, cx__shape_text(a->ndim, a->shape, text));
        if (a->device.kind != CX_DEVICE_CPU)
            return cx__fail(CX_E_DEVICE, r->where, "%s is on %s, numbers are given on the CPU",
                            p->name, cx_device_name(a->device, device));
        if (a->dtype != want) return wrong_dtype(r, p, a);
        if (a->buffer->uses != NULL) CX__TRY(cx__buffer_host(r->where, a->buffer, false));
        memcpy(&r->number[i], a->data, cx__itemsize(want));
        return CX_OK;
    }
    const cx_scalar *const s = (const cx_scalar *)(const void *)a;
    const cx_dtype from = (cx_dtype)s->head.kind;
    const bool integer = from == CX_I64;
    if (!cx_can_cast(from, want, CX_CASTING_SAME_KIND) && !(integer && cx_dtype_kind(want) == 'u'))
        return cx__fail(CX_E_DTYPE, r->where, "%s is %s, which a %s number does not become",
                        p->name, cx_dtype_name(want), cx_dtype_name(from));
    if (integer && !cx__weak_in_range(s->v.i64, want))
        return cx__fail(CX_E_DTYPE, r->where, "%s is %s, and %" PRId64 " is out of its bounds",
                        p->name, cx_dtype_name(want), s->v.i64);
    cx__scalar_value(s, want, &r->number[i]);
    return CX_OK;
}

static cx_status take_arguments(running *r, cx_arrays in, cx_outs out)
{
    const cx__kernel_signature *const s = &r->k->signature;
    CX__TRY(check_count(r, false, in.count, in.at == NULL));
    CX__TRY(check_count(r, true, out.count, out.at == NULL));
    r->outputs = s->outputs;
    int read = 0, written = 0;
    for (int i = 0; i < s->count; i++) /* first, as the door wants them */
        if (s->param[i].out) CX__TRY(take_array(r, i, out.at[written++]));
    for (int i = 0; i < s->count; i++) {
        const cx__kernel_param *const p = &s->param[i];
        if (p->out) continue;
        const cx_array *const a = in.at[read++];
        CX__TRY(p->array ? take_array(r, i, a) : take_number(r, i, a));
    }
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ the CPU */
static void piece(void *ctx, int64_t lo, int64_t hi)
{
    const running *const r = ctx;
    r->k->fn(r->k->ctx, r->arg, lo, hi);
}
static cx_status run_here(running *r, cx__device *d)
{
    cx_queue *q;
    if (r->k->fn == NULL)
        return cx__fail(CX_E_UNAVAILABLE, r->where,
                        "%s is on the CPU, for which the kernel has no function "
                        "(cx_kernel_set_cpu)",
                        r->first);
    if (r->how.n == 0) return CX_OK;
    for (int i = 0; i < r->k->signature.count; i++)
        r->arg[i] = r->k->signature.param[i].array ? r->data[i] : (void *)&r->number[i];
    CX__TRY(cx__queue_for(r->where, d, r->outputs, r->arrays, r->touched, &q));
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    return cx__queue_done(
        d, cx__parallel_for(r->how.n, r->how.grain > 0 ? r->how.grain : GRAIN, piece, r));
}

/* ------------------------------------------------------------------------------------ a GPU */
static bool given(const unsigned size[3])
{
    return size[0] != 0 || size[1] != 0 || size[2] != 0;
}
static cx_status spread(const running *r, cx_kernel_call *c)
{
    for (int i = 0; i < 3; i++) {
        c->grid[i] = r->how.grid[i] > 0 ? r->how.grid[i] : 1;
        c->block[i] = r->how.block[i] > 0 ? r->how.block[i] : 1;
    }
    if (!given(r->how.block)) c->block[0] = BLOCK;
    if (given(r->how.grid)) return CX_OK;
    const int64_t block = c->block[0], blocks = r->how.n / block + (r->how.n % block != 0);
    if (blocks > UINT32_MAX)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "n is %" PRId64 ", for which %" PRId64 " blocks of %" PRId64
                        " threads are needed: too many",
                        r->how.n, blocks, block);
    c->grid[0] = (unsigned)blocks;
    return CX_OK;
}
static cx_status run_there(running *r, cx__device *d)
{
    cx_queue *q;
    cx_code *code;
    cx_kernel_call c = {
        .n_args = r->k->signature.count, .arg = r->arg, .shared_bytes = r->how.shared_bytes};
    if (d->ops->kernel == NULL) return cx__unsupported(r->where, d, "a kernel from source");
    char device[16];
    if (r->k->source == NULL)
        return cx__fail(CX_E_UNAVAILABLE, r->where,
                        "%s is on %s, and the kernel has no CUDA source", r->first,
                        cx_device_name(d->id, device));
    if (r->how.n == 0 && !given(r->how.grid)) return CX_OK;
    CX__TRY(spread(r, &c));
    for (int i = 0; i < c.n_args; i++)
        r->arg[i] = r->k->signature.param[i].array ? (void *)&r->data[i] : (void *)&r->number[i];
    CX__TRY(cx__kernel_code(r->k, d, &code));
    CX__TRY(cx__queue_for(r->where, d, r->outputs, r->arrays, r->touched, &q));
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    return cx__queue_done(d, d->ops->kernel->launch(q, r->where, code, &c));
}

/* ------------------------------------------------------------------------------------ face */
cx_status cx_kernel_run(const cx_kernel *k, cx_launch how, cx_arrays in, cx_outs out)
{
    CX__NEED("kernel_run", "k", k, CX__KIND_KERNEL);
    running r;
    cx__device *d;
    r.where = k->name;
    r.k = k;
    r.how = how;
    r.arrays = 0;
    r.first = NULL;
    if (how.n < 0 || how.grain < 0)
        return cx__fail(CX_E_ARGUMENT, r.where, "%s is %" PRId64 ", less than 0",
                        how.n < 0 ? "n" : "grain", how.n < 0 ? how.n : how.grain);
    CX__TRY(take_arguments(&r, in, out));
    CX__TRY(cx__poll(r.where));
    CX__TRY(cx__device_get(r.where, r.touched[0]->device, &d));
    if (!atomic_load_explicit(&k->ran, memory_order_relaxed))
        atomic_store((atomic_bool *)(uintptr_t)&k->ran, true);
    if (cx__tracing(CX__TRACE_OP)) {
        char device[16];
        cx__log("op", "kernel %s of %" PRId64 " on %s", k->name, how.n,
                cx_device_name(d->id, device));
    }
    return d->id.kind == CX_DEVICE_CPU ? run_here(&r, d) : run_there(&r, d);
}
