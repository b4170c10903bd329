/* Running a plan: segment after segment, each one call of the backend's fused group, or step by
 * step through the operations where there is none, shapes of several results differ, an integer
 * power has to look at its exponents first, or floating-point exceptions are counted. */
#include "base/alloc.h"
#include "base/log.h"
#include "base/object.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "eval/formula.h"
#include "ops/elementwise.h"
#include "ops/output.h"
#include <calx/manipulate.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { FEW = 48, LISTS = CX_FUSED_INPUTS + CX_FUSED_OUTPUTS };

typedef struct running {
    const char *where;
    const cx__formula *p;
    cx_device device;
    cx_array *const *out;   /* the caller's, or NULL */
    const cx_array **value; /* arguments, then what steps made: references of the run's own */
    cx_scalar number[CX__EVAL_COMPUTED];
} running;

/* ------------------------------------------------------------------------------------ numbers */
static cx_status compute_numbers(running *r, const cx_array *const *args)
{
    const cx__formula *const p = r->p;
    for (int i = 0; i < p->computed; i++) {
        const cx__computed *const c = &p->number[i];
        if (c->op == 0) {
            r->number[i] = *(const cx_scalar *)(const void *)args[c->operand[0]];
            continue;
        }
        const cx_scalar *in[3];
        for (int k = 0; k < c->children; k++)
            in[k] = c->operand[k] >= 0 ? &r->number[c->operand[k]]
                                       : &p->tree->node[-1 - c->operand[k]].number;
        CX__TRY(cx__number_apply(r->where, c->op, c->children, in, c->at, &r->number[i]));
        if (r->number[i].head.kind != c->kind)
            return cx__fail(CX_E_DTYPE, r->where,
                            "the number at column %d is of another kind than that of its operands",
                            c->at + 1);
    }
    return CX_OK;
}
static cx_status constant_of(const running *r, int32_t v, cx_scalar *s)
{
    const cx__constant *const c = &r->p->constant[-1 - v];
    *s = c->computed >= 0 ? r->number[c->computed] : c->number;
    if (c->computed < 0) return CX_OK;
    if (c->exponent && s->v.i64 < 0)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "integers have no negative powers, the exponent is %" PRId64, s->v.i64);
    return cx__weak_fits(r->where, (const cx_array *)(const void *)s, (cx_dtype)c->dtype);
}
static cx_status constants(const running *r, const cx__segment *s, cx_fused_program *g)
{
    for (int i = 0; i < g->n_constants; i++) {
        cx_scalar v;
        cx__value bits;
        const cx__constant *const c = &r->p->constant[-1 - s->constant[i]];
        if (c->computed < 0) continue;
        const cx_scalar *const number = &r->number[c->computed];
        if (c->dtype == CX_F64 && number->head.kind == CX_F64) { /* as it is */
            memcpy(g->constant[i], &number->v.f64, sizeof number->v.f64);
            continue;
        }
        CX__TRY(constant_of(r, s->constant[i], &v));
        cx__scalar_value(&v, (cx_dtype)g->constant_dtype[i], &bits);
        memcpy(g->constant[i], &bits, sizeof g->constant[i]);
    }
    return CX_OK;
}

/* The segment's program with the constants of this run. */
static cx_status close_program(const running *r, const cx__segment *s, cx_fused_program *own,
                               const cx_fused_program **out)
{
    const cx_fused_program *const g = &s->program;
    memcpy(own, g, offsetof(cx_fused_program, constant));
    memcpy(own->constant, g->constant, (size_t)g->n_constants * sizeof *g->constant);
    memcpy(own->step, g->step, (size_t)g->n_steps * sizeof *g->step);
    memcpy(own->out, g->out, sizeof g->out);
    *out = own;
    return constants(r, s, own);
}

/* ------------------------------------------------------------------------------------ step by step
 */
static cx_status number_array(const running *r, int32_t v, cx_array **out)
{
    cx_scalar s;
    CX__TRY(constant_of(r, v, &s));
    CX__TRY(
        cx__array_new(r->where, 0, NULL, (cx_dtype)r->p->constant[-1 - v].dtype, r->device, out));
    const cx_status st = cx__array_fill(r->where, *out, &s);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    return st;
}
static cx_status convert(const running *r, const cx_array *a, cx_dtype t, cx_array **out)
{
    CX__TRY(cx__array_new(r->where, a->ndim, a->shape, t, r->device, out));
    const cx_status st = cx__array_copy(r->where, a, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    return st;
}
static cx_status reduce(const running *r, const cx__step *s, const cx_array *a, cx_array **out)
{
    const cx_reduce how = {.axis_count = s->axis_count,
                           .axes = s->axis_count > 0 ? r->p->tree->axis + s->axis : NULL,
                           .keepdims = s->keepdims};
    static const uint8_t codes[] = {CX_RED_SUM, CX_RED_PROD, CX_RED_MEAN, CX_RED_MIN,
                                    CX_RED_MAX, CX_RED_ANY,  CX_RED_ALL};
    return cx__reduce_new(codes[-1 - s->op], a, how, out);
}
static cx_status one_step(const running *r, const cx__step *s, cx_array **out)
{
    const cx_array *in[3];
    cx_array *made[3] = {NULL, NULL, NULL};
    cx_status st = CX_OK;
    for (int k = 0; st == CX_OK && k < s->children; k++) {
        if (s->operand[k] < 0) st = number_array(r, s->operand[k], &made[k]);
        in[k] = s->operand[k] < 0 ? made[k] : r->value[s->operand[k]];
    }
    if (st == CX_OK)
        st = s->op < 0                ? reduce(r, s, in[0], out)
             : s->op == CX_FUSED_CAST ? convert(r, in[0], (cx_dtype)s->dtype, out)
                                      : cx__map_new(r->where, s->op, in, out);
    for (int k = 0; k < 3; k++) cx__release(made[k]);
    return st;
}
static cx_status by_steps(running *r, const cx__segment *s)
{
    for (int i = s->first; i < s->end; i++) {
        cx_array *made = NULL;
        CX__TRY(one_step(r, &r->p->step[i], &made));
        r->value[r->p->tree->args + i] = made;
    }
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ fused */
typedef struct shape {
    int ndim;
    int64_t dim[CX_MAX_NDIM];
} shape;

/* How a segment walks its inputs: kept dimensions first, then those that its reductions go over. */
typedef struct walk {
    shape full;                  /* of the inputs together */
    int kept, axis[CX_MAX_NDIM]; /* axes of full in that order, kept of them not reduced */
} walk;

static bool is_reduced(const running *r, const cx__segment *s, int k)
{
    return s->program.out[k].reduce != 0 && r->p->step[s->output[k] - r->p->tree->args].op < 0;
}
/* The order of the axes; false if a reduction has axes that it cannot have, or reduces nothing. */
static bool find_walk(const running *r, const cx__segment *s, walk *w)
{
    bool reduced[CX_MAX_NDIM] = {false};
    const int ndim = w->full.ndim;
    int64_t elements = 1;
    if (s->middle < s->end) {
        const cx__step *const one = &r->p->step[s->middle];
        for (int i = 0; i < ndim; i++) reduced[i] = one->axis_count == 0;
        for (int i = 0; i < one->axis_count; i++) {
            const int axis = r->p->tree->axis[one->axis + i], at = axis < 0 ? axis + ndim : axis;
            if (at < 0 || at >= ndim || reduced[at]) return false;
            reduced[at] = true;
        }
        for (int i = 0; i < ndim; i++) elements *= w->full.dim[i];
        if (elements < 2) return false;
    }
    w->kept = 0;
    int behind = 0;
    for (int i = 0; i < ndim; i++) w->kept += !reduced[i];
    for (int i = 0, at = 0; i < ndim; i++) w->axis[reduced[i] ? w->kept + behind++ : at++] = i;
    return true;
}

static bool goes(const cx_array *a, const cx_array *b)
{
    shape s = {.ndim = 0};
    return cx__shape_broadcast(a->ndim, a->shape, &s.ndim, s.dim) &&
           cx__shape_broadcast(b->ndim, b->shape, &s.ndim, s.dim);
}
static const char *name_of(const running *r, int32_t v)
{
    return v < r->p->tree->args ? r->p->tree->name[v] : "a part";
}
/* The common shape of the inputs in the mask. */
static cx_status broadcast(const running *r, const cx__segment *s, uint32_t mask, shape *out)
{
    out->ndim = 0;
    for (int i = 0; i < s->inputs; i++) {
        if ((mask >> i & 1u) == 0) continue;
        const cx_array *const a = r->value[s->input[i]];
        if (cx__shape_broadcast(a->ndim, a->shape, &out->ndim, out->dim)) continue;
        int first = 0; /* an input whose shape does not go with this one */
        while (first < i && ((mask >> first & 1u) == 0 || goes(r->value[s->input[first]], a)))
            first++;
        const cx_array *const b = r->value[s->input[first]];
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(
            CX_E_SHAPE, r->where, "shapes %s and %s of %s and %s cannot be broadcast together",
            cx__shape_text(b->ndim, b->shape, text[0]), cx__shape_text(a->ndim, a->shape, text[1]),
            name_of(r, s->input[first]), name_of(r, s->input[i]));
    }
    return CX_OK;
}

/* May the caller's output be written while the inputs are read? */
static bool apart(const running *r, const cx__segment *s, const cx_array *out)
{
    for (int i = 0; i < s->inputs; i++) {
        const cx_array *const a = r->value[s->input[i]];
        if (!cx_may_share_memory(a, out)) continue;
        bool same = a->data == out->data && a->ndim == out->ndim && a->dtype == out->dtype;
        for (int d = 0; same && d < a->ndim; d++)
            same = a->shape[d] == out->shape[d] && a->strides[d] == out->strides[d];
        if (!same) return false;
    }
    return true;
}
/* The array that takes output k: the caller's if it may, or a new one in the order of an input that
 * fills the shape. */
static cx_status target(const running *r, const cx__segment *s, int k, const walk *w,
                        cx_array **out)
{
    const int args = r->p->tree->args;
    const int32_t v = s->output[k];
    const shape *const full = &w->full;
    const cx_dtype t = (cx_dtype)r->p->step[v - args].dtype;
    if (is_reduced(r, s, k)) {
        shape left = {.ndim = 0};
        bool kept[CX_MAX_NDIM] = {false};
        for (int i = 0; i < w->kept; i++) kept[w->axis[i]] = true;
        for (int i = 0; i < full->ndim; i++)
            if (kept[i] || r->p->step[v - args].keepdims)
                left.dim[left.ndim++] = kept[i] ? full->dim[i] : 1;
        return cx__array_new(r->where, left.ndim, left.dim, t, r->device, out);
    }
    const bool last = s == &r->p->segment[r->p->segments - 1]; /* nothing reads arguments later */
    for (int i = 0; last && r->out != NULL && i < r->p->tree->results; i++) {
        cx_array *const o = r->out[i];
        if (r->p->result[i] != v || o->dtype != t || !cx_device_equal(o->device, r->device))
            continue;
        bool fits = o->ndim == full->ndim && s->outputs == 1 && apart(r, s, o);
        for (int d = 0; fits && d < full->ndim; d++) fits = o->shape[d] == full->dim[d];
        if (!fits) continue;
        *out = cx__retain(o);
        return CX_OK;
    }
    for (int i = 0; i < s->inputs; i++) {
        const cx_array *const a = r->value[s->input[i]];
        if (a->ndim != full->ndim || (a->flags & CX__F_CONTIGUOUS) != 0) continue;
        if (memcmp(a->shape, full->dim, (size_t)full->ndim * sizeof *full->dim) != 0) continue;
        return cx__array_new_k(r->where, full->ndim, full->dim, a->strides, t, r->device, out);
    }
    return cx__array_new(r->where, full->ndim, full->dim, t, r->device, out);
}

/* Strides of an operand along the walk: an input's or a full output's of every axis, a reduction's
 * (in C order) of the kept ones. */
static void walk_strides(const walk *w, const cx_array *a, bool reduced, int64_t *out)
{
    if (reduced) {
        int64_t step = (int64_t)cx__itemsize((cx_dtype)a->dtype);
        for (int i = w->kept - 1; i >= 0; i--) {
            out[i] = step;
            step *= w->full.dim[w->axis[i]];
        }
        return;
    }
    int64_t strides[CX_MAX_NDIM];
    cx__shape_broadcast_strides(a->ndim, a->shape, a->strides, w->full.ndim, w->full.dim, strides);
    for (int i = 0; i < w->full.ndim; i++) out[i] = strides[w->axis[i]];
}

static cx_status call_backend(const running *r, const cx__segment *s, const cx_fused_program *g,
                              const walk *w, cx_array *const made[])
{
    cx__device *d;
    cx_queue *q;
    const cx_array *array[LISTS];
    cx_view view[LISTS];
    int64_t strides[LISTS][CX_MAX_NDIM], *list[LISTS], dim[CX_MAX_NDIM];
    bool reduced[LISTS] = {false};
    int n = 0;
    for (int k = 0; k < s->outputs; k++) array[n++] = made[k];
    for (int i = 0; i < s->inputs; i++) array[n++] = r->value[s->input[i]];
    CX__TRY(cx__device_get(r->where, r->device, &d));
    if (d->ops->fused == NULL) return CX_E_UNSUPPORTED;
    for (int i = 0; i < w->full.ndim; i++) dim[i] = w->full.dim[w->axis[i]];
    for (int k = 0; k < n; k++) {
        reduced[k] = k < s->outputs && is_reduced(r, s, k);
        walk_strides(w, array[k], reduced[k], strides[k]);
        list[k] = strides[k];
    }
    /* kept dimensions of all operands, and behind them the reduced ones of those that have them */
    const int kept = cx__collapse(w->kept, dim, n, list, true);
    int parts = 0;
    for (int k = 0; k < n; k++)
        if (!reduced[k]) list[parts++] = strides[k] + w->kept;
    const int behind = cx__collapse(w->full.ndim - w->kept, dim + w->kept, parts, list, true);
    const int ndim = kept + behind;
    if (ndim > CX_KERNEL_NDIM || (s->middle < s->end && behind == 0)) return CX_E_UNSUPPORTED;
    memmove(dim + kept, dim + w->kept, (size_t)behind * sizeof *dim);
    cx_fused_call c;
    c.program = g;
    c.n_reduced = s->middle < s->end ? behind : 0;
    for (int k = 0; k < n; k++) {
        cx_view *const v = &view[k];
        v->data = array[k]->data;
        v->dtype = (cx_dtype)array[k]->dtype;
        v->ndim = (uint16_t)(reduced[k] ? kept : ndim);
        v->flags = 0;
        memcpy(v->shape, dim, (size_t)v->ndim * sizeof *dim);
        memcpy(v->stride, strides[k], (size_t)kept * sizeof *dim);
        if (!reduced[k])
            memcpy(v->stride + kept, strides[k] + w->kept, (size_t)behind * sizeof *dim);
        if (k < s->outputs)
            c.out[k] = v;
        else
            c.in[k - s->outputs] = v;
    }
    CX__TRY(cx__queue_for(r->where, d, s->outputs, n, array, &q));
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s of %d steps on %s", r->where, g->n_steps, cx_dtype_name(view[0].dtype));
    return cx__queue_done(d, d->ops->fused->run(q, &c));
}

static bool is_empty(const shape *s)
{
    for (int i = 0; i < s->ndim; i++)
        if (s->dim[i] == 0) return true;
    return false;
}

/* Is a pass dearer than its steps? One step is itself; of few elements the steps before a reduction
 * cost less than a pass that reduces. Shapes are alike, so nothing is to be told of them. */
static bool is_small(const running *r, const cx__segment *s)
{
    enum { FEW_ELEMENTS = 128, FEW_STEPS = 4 };
    const int steps = s->end - s->first;
    const cx_array *const first = s->inputs > 0 ? r->value[s->input[0]] : NULL;
    if (first == NULL || s->program.n_constants > 0 || r->out != NULL ||
        r->device.kind != CX_DEVICE_CPU)
        return false; /* steps need constants as arrays, and results of their own */
    if (steps > 1 && (steps > FEW_STEPS || s->middle == s->end || first->size > FEW_ELEMENTS))
        return false;
    for (int i = 1; i < s->inputs; i++) {
        const cx_array *const a = r->value[s->input[i]];
        if (a->ndim != first->ndim) return false;
        for (int d = 0; d < a->ndim; d++)
            if (a->shape[d] != first->shape[d]) return false;
    }
    return true;
}
static cx_status fused(running *r, const cx__segment *s)
{
    walk w;
    cx_fused_program own;
    const cx_fused_program *g = &s->program;
    if (is_small(r, s)) return by_steps(r, s);
    CX__TRY(broadcast(r, s, s->needs[0], &w.full));
    for (int k = 1; k < s->outputs; k++) { /* parts need not broadcast with each other */
        shape one;
        if (s->needs[k] == s->needs[0]) continue;
        CX__TRY(broadcast(r, s, s->needs[k], &one));
        if (one.ndim != w.full.ndim ||
            memcmp(one.dim, w.full.dim, (size_t)one.ndim * sizeof *one.dim) != 0)
            return by_steps(r, s);
    }
    if (!find_walk(r, s, &w)) return by_steps(r, s);
    if (s->open) CX__TRY(close_program(r, s, &own, &g));
    cx_array *made[CX_FUSED_OUTPUTS] = {NULL};
    cx_status st = CX_OK;
    for (int k = 0; st == CX_OK && k < s->outputs; k++) st = target(r, s, k, &w, &made[k]);
    if (st == CX_OK && is_empty(&w.full) && s->middle < s->end) st = CX_E_UNSUPPORTED;
    if (st == CX_OK && !is_empty(&w.full)) st = call_backend(r, s, g, &w, made);
    for (int k = 0; k < s->outputs; k++) {
        if (st == CX_OK)
            r->value[s->output[k]] = made[k];
        else
            cx__release(made[k]);
    }
    return st == CX_E_UNSUPPORTED ? by_steps(r, s) : st;
}

/* ------------------------------------------------------------------------------------ short way */
static bool is_shape_of(const cx_array *a, const cx_array *lead)
{
    if ((a->flags & CX__F_CONTIGUOUS) == 0 || a->ndim != lead->ndim) return false;
    for (int d = 0; d < a->ndim; d++)
        if (a->shape[d] != lead->shape[d]) return false;
    return true;
}
/* The array whose shape the result has, if the formula is one pass without reductions over arrays
 * of one shape, each one piece, and single elements, all on the CPU; else NULL. */
static const cx_array *short_lead(const running *r, const cx_array *const *args)
{
    const cx__formula *const p = r->p;
    const cx__segment *const s = &p->segment[0];
    if (p->segments != 1 || !s->fused || s->middle != s->end || s->outputs != 1 ||
        p->tree->results != 1)
        return NULL;
    for (int i = 0; i < p->tree->args; i++)
        if (!cx__is_scalar(args[i]) && args[i]->device.kind != CX_DEVICE_CPU) return NULL;
    const cx_array *lead = NULL;
    for (int i = 0; i < s->inputs; i++) {
        const cx_array *const a = args[s->input[i]];
        if (a->ndim == 0) continue;
        if (lead == NULL) lead = a;
        if (!is_shape_of(a, lead)) return NULL;
    }
    return lead != NULL && lead->size > 0 ? lead : NULL;
}
/* May the caller's output be written as it lies? */
static bool short_out(const running *r, const cx_array *const *args, const cx_array *lead)
{
    const cx__segment *const s = &r->p->segment[0];
    const cx_array *const o = r->out[0];
    if (o->dtype != r->p->result_dtype[0] || o->device.kind != CX_DEVICE_CPU ||
        !is_shape_of(o, lead))
        return false;
    const int64_t bytes = o->size * (int64_t)cx__itemsize((cx_dtype)o->dtype);
    for (int i = 0; i < s->inputs; i++) {
        const cx_array *const a = args[s->input[i]];
        if (a->data == o->data && a->dtype == o->dtype && a->ndim == o->ndim) continue;
        const int64_t size = a->size * (int64_t)cx__itemsize((cx_dtype)a->dtype);
        const uintptr_t x = (uintptr_t)a->data, y = (uintptr_t)o->data;
        if (x < y + (uintptr_t)bytes && y < x + (uintptr_t)size) return false;
    }
    return true;
}
static cx_status short_call(const running *r, const cx_array *const *args, const cx_array *lead,
                            cx_array *out)
{
    const cx__segment *const s = &r->p->segment[0];
    const cx_fused_program *g = &s->program;
    cx_fused_program own;
    cx__device *d;
    cx_queue *q;
    cx_fused_call c;
    cx_view view[CX_FUSED_INPUTS + 1];
    const cx_array *array[CX_FUSED_INPUTS + 1];
    array[0] = out;
    for (int k = 0; k <= s->inputs; k++) {
        if (k > 0) array[k] = args[s->input[k - 1]];
        cx_view *const v = &view[k];
        v->data = array[k]->data;
        v->dtype = (cx_dtype)array[k]->dtype;
        v->ndim = 1;
        v->flags = 0;
        v->shape[0] = lead->size;
        v->stride[0] = array[k]->ndim == 0 ? 0 : (int64_t)cx__itemsize(v->dtype);
        if (k > 0) c.in[k - 1] = v;
    }
    if (s->open) CX__TRY(close_program(r, s, &own, &g));
    CX__TRY(cx__device_get(r->where, lead->device, &d));
    if (d->ops->fused == NULL) return CX_E_UNSUPPORTED;
    CX__TRY(cx__queue_for(r->where, d, 1, s->inputs + 1, array, &q));
    CX__OWN_ADD(cx__self_thread()->ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s of %d steps on %s", r->where, g->n_steps, cx_dtype_name(view[0].dtype));
    c.program = g;
    c.n_reduced = 0;
    c.out[0] = &view[0];
    return cx__queue_done(d, d->ops->fused->run(q, &c));
}
/* What most calls are, without shapes to be broadcast and orders to be found. UNSUPPORTED: nothing
 * has happened, and the general way is to be taken. */
static cx_status short_way(running *r, const cx_array *const *args, cx_array **results)
{
    const cx_array *const lead = short_lead(r, args);
    if (lead == NULL) return CX_E_UNSUPPORTED;
    if (r->out != NULL) {
        CX__TRY(cx__array_need_out(r->where, "out[0]", r->out[0]));
        if (!short_out(r, args, lead)) return CX_E_UNSUPPORTED;
    }
    CX__TRY(cx__poll(r->where));
    if (r->p->computed > 0) CX__TRY(compute_numbers(r, args));
    if (r->out != NULL) return short_call(r, args, lead, r->out[0]);
    cx_array *made;
    CX__TRY(cx__array_new(r->where, lead->ndim, lead->shape, (cx_dtype)r->p->result_dtype[0],
                          lead->device, &made));
    const cx_status st = short_call(r, args, lead, made);
    if (st == CX_OK)
        results[0] = made;
    else
        cx__release(made);
    return st;
}

/* ------------------------------------------------------------------------------------ results */
static cx_status check_device(running *r, const cx_array *const *args)
{
    const cx_array *first = NULL;
    int which = 0;
    for (int i = 0; i < r->p->tree->args; i++) {
        if (cx__is_scalar(args[i])) continue;
        if (first == NULL) {
            first = args[i];
            which = i;
        } else if (!cx_device_equal(first->device, args[i]->device)) {
            char text[2][16];
            return cx__fail(CX_E_DEVICE, r->where, "%s is on %s and %s on %s",
                            r->p->tree->name[which], cx_device_name(first->device, text[0]),
                            r->p->tree->name[i], cx_device_name(args[i]->device, text[1]));
        }
    }
    if (first != NULL)
        r->device = first->device;
    else if (r->out != NULL)
        r->device = r->out[0]->device;
    else
        r->device = (cx_device){CX_DEVICE_CPU, 0};
    return CX_OK;
}
static cx_status check_outputs(const running *r)
{
    for (int i = 0; i < r->p->tree->results; i++) {
        static const char *const names[CX__EVAL_RESULTS] = {"out[0]", "out[1]", "out[2]", "out[3]",
                                                            "out[4]", "out[5]", "out[6]", "out[7]"};
        const char *const name = names[i];
        CX__TRY(cx__array_need_out(r->where, name, r->out[i]));
        if (!cx_can_cast((cx_dtype)r->p->result_dtype[i], (cx_dtype)r->out[i]->dtype,
                         CX_CASTING_SAME_KIND))
            return cx__fail(CX_E_DTYPE, r->where, "result %s is not cast to %s of %s ('same_kind')",
                            cx_dtype_name((cx_dtype)r->p->result_dtype[i]),
                            cx_dtype_name((cx_dtype)r->out[i]->dtype), name);
        if (!cx_device_equal(r->out[i]->device, r->device)) {
            char text[2][16];
            return cx__fail(CX_E_DEVICE, r->where, "the arguments are on %s and %s on %s",
                            cx_device_name(r->device, text[0]), name,
                            cx_device_name(r->out[i]->device, text[1]));
        }
    }
    return CX_OK;
}
static cx_status deliver(const running *r, cx_array **results)
{
    for (int i = 0; i < r->p->tree->results; i++) {
        const cx_array *const v = r->value[r->p->result[i]];
        if (r->out == NULL) {
            results[i] = cx__retain(v);
            continue;
        }
        cx_array *const o = r->out[i];
        if (o == v) continue;
        bool same = o->ndim == v->ndim;
        for (int d = 0; same && d < o->ndim; d++) same = o->shape[d] == v->shape[d];
        if (!same) {
            char text[2][CX__SHAPE_TEXT];
            return cx__fail(CX_E_SHAPE, r->where, "out[%d] has shape %s, the result has %s", i,
                            cx__shape_text(o->ndim, o->shape, text[0]),
                            cx__shape_text(v->ndim, v->shape, text[1]));
        }
        CX__TRY(cx__array_copy(r->where, v, o));
    }
    return CX_OK;
}

cx_status cx__formula_run(const char *where, const cx__formula *p, const cx_array *const *args,
                          cx_array *const *out, cx_array **results)
{
    const int n = p->tree->args + p->steps;
    const cx_array *few[FEW];
    running r;
    r.where = where;
    r.p = p;
    r.out = out;
    const bool apart = cx__tracing(CX__TRACE_FP); /* operations count exceptions, passes do not */
    const cx_status soon = apart ? CX_E_UNSUPPORTED : short_way(&r, args, results);
    if (soon != CX_E_UNSUPPORTED) return soon;
    r.value = few;
    if (n > FEW) {
        r.value = cx__alloc((size_t)n * sizeof *r.value);
        if (r.value == NULL) return cx__fail_nomem(where, "values", (size_t)n * sizeof *r.value);
    }
    for (int i = 0; i < p->tree->args; i++) r.value[i] = args[i];
    for (int i = p->tree->args; i < n; i++) r.value[i] = NULL;
    cx_status st = check_device(&r, args);
    if (st == CX_OK && out != NULL) st = check_outputs(&r);
    if (st == CX_OK && p->computed > 0) st = compute_numbers(&r, args);
    for (int i = 0; st == CX_OK && i < p->segments; i++) {
        const cx__segment *const s = &p->segment[i];
        st = cx__poll(where);
        if (st == CX_OK) st = s->fused && !apart ? fused(&r, s) : by_steps(&r, s);
    }
    if (st == CX_OK) st = deliver(&r, results);
    for (int i = p->tree->args; i < n; i++)
        if (r.value[i] != NULL) cx__release((cx_array *)(uintptr_t)r.value[i]);
    if (r.value != few) cx__free(r.value);
    return st;
}
