/* Reductions and scans: both faces of every row of reduce_ops.def and scan_ops.def. The one idea:
 * a row's columns decide what is accepted and what comes out; axes are normalised and collapsed
 * here, so that a backend sees kept dimensions first, reduced ones last, at most eight. Knows no
 * loop. */
#include "base/log.h"
#include "core/array.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/elementwise.h"
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

typedef struct reduce_row {
    const char *name, *domain;
    char result;
    bool identity;
} reduce_row;
static const reduce_row reduce_rows[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    [code] = {#name, domain, result, identity},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
};
static const reduce_row scan_rows[] = {
#define CX_SCAN(NAME, name, code, domain, result, doc) [code] = {#name, domain, result, true},
#include <calx/scan_ops.def>
#undef CX_SCAN
};

/* One call, once its arguments are understood. a, where and out are references of the job's own. */
typedef struct reduce_job {
    int op;
    const reduce_row *row;
    cx_array *a, *mask, *out;
    uint32_t reduced; /* bit per axis */
    cx_dtype acc, result;
    int out_ndim;
    int64_t out_shape[CX_MAX_NDIM];
    int64_t count; /* elements reduced into one */
} reduce_job;

static bool is_place(int op)
{
    return op == CX_RED_ARGMIN || op == CX_RED_ARGMAX || op == CX_RED_NANARGMIN ||
           op == CX_RED_NANARGMAX;
}
static bool is_extreme(int op)
{
    return op == CX_RED_MIN || op == CX_RED_MAX || op == CX_RED_NANMIN || op == CX_RED_NANMAX;
}
static bool is_sum(int op)
{
    return op == CX_RED_SUM || op == CX_RED_PROD || op == CX_RED_NANSUM || op == CX_RED_NANPROD;
}

/* ---- arguments */
static cx_status take_axes(reduce_job *j, cx_reduce how)
{
    const int ndim = j->a->ndim;
    if (how.axis_count < 0 || (how.axis_count > 1 && how.axes == NULL))
        return cx__fail(CX_E_ARGUMENT, j->row->name, "axis_count is %d without a list of axes",
                        how.axis_count);
    if (how.no_axes && how.axis_count > 0)
        return cx__fail(CX_E_ARGUMENT, j->row->name, "no_axes is set beside %d axes",
                        how.axis_count);
    if (is_place(j->op) && (how.axis_count > 1 || how.no_axes))
        return cx__fail(CX_E_ARGUMENT, j->row->name, "takes one axis or all, not %d",
                        how.axis_count);
    if (how.no_axes) return CX_OK;
    if (how.axis_count == 0) {
        for (int d = 0; d < ndim; d++) j->reduced |= UINT32_C(1) << d;
        return CX_OK;
    }
    for (int i = 0; i < how.axis_count; i++) {
        int axis;
        CX__TRY(cx__axis(j->row->name, how.axes != NULL ? how.axes[i] : how.axis, ndim, &axis));
        if (j->reduced >> axis & 1)
            return cx__fail(CX_E_ARGUMENT, j->row->name, "axis %d occurs twice", axis);
        j->reduced |= UINT32_C(1) << axis;
    }
    return CX_OK;
}

static cx_status take_dtypes(reduce_job *j, cx_dtype want)
{
    const cx_dtype in = (cx_dtype)j->a->dtype;
    if (strchr(j->row->domain, cx_dtype_kind(in)) == NULL)
        return cx__fail(CX_E_DTYPE, j->row->name, "dtype %s is not accepted", cx_dtype_name(in));
    /* a variance is real, its accumulator is complex where the input is */
    j->acc = cx__result_dtype(j->row->result == 'R' ? 'F' : j->row->result, in);
    j->result = j->row->result == 'R' ? cx__real_of(j->acc) : j->acc;
    if (want == CX_DTYPE_NONE) return CX_OK;
    const char kind = cx_dtype_kind(want);
    if (strchr("AFR", j->row->result) == NULL)
        return cx__fail(CX_E_ARGUMENT, j->row->name, "takes no dtype");
    if (kind == 0 || kind == 'k' || (j->row->result != 'A' && strchr("efc", kind) == NULL))
        return cx__fail(CX_E_DTYPE, j->row->name, "cannot accumulate in dtype %s",
                        cx_dtype_name(want));
    if (cx_dtype_kind(in) == 'c' && kind != 'c')
        return cx__fail(CX_E_DTYPE, j->row->name, "cannot accumulate %s in dtype %s",
                        cx_dtype_name(in), cx_dtype_name(want));
    j->acc = want;
    j->result = j->row->result == 'R' ? cx__real_of(want) : want;
    if (want == CX_BOOL) /* a sum of bools as a bool is any, a product all */
        j->op = j->op == CX_RED_SUM || j->op == CX_RED_NANSUM ? CX_RED_ANY : CX_RED_ALL;
    return CX_OK;
}

static void take_shape(reduce_job *j, bool keepdims)
{
    j->count = 1;
    for (int d = 0; d < j->a->ndim; d++) {
        const bool gone = (j->reduced >> d & 1) != 0;
        if (gone) j->count *= j->a->shape[d];
        if (!gone || keepdims) j->out_shape[j->out_ndim++] = gone ? 1 : j->a->shape[d];
    }
}

static cx_status take_mask(reduce_job *j, cx_reduce how)
{
    if (how.where != NULL) {
        if (is_place(j->op) || j->op == CX_RED_COUNT_NONZERO)
            return cx__fail(CX_E_ARGUMENT, j->row->name, "takes no where");
        CX__TRY(cx__array_own(j->row->name, "where", how.where, &j->mask));
        if (j->mask->dtype != CX_BOOL)
            return cx__fail(CX_E_DTYPE, j->row->name, "where is %s, not bool",
                            cx_dtype_name((cx_dtype)j->mask->dtype));
        if (!cx_device_equal(j->mask->device, j->a->device) && j->mask->ndim > 0) {
            char n[2][16];
            return cx__fail(CX_E_DEVICE, j->row->name, "where is on %s and a on %s",
                            cx_device_name(j->mask->device, n[0]),
                            cx_device_name(j->a->device, n[1]));
        }
        int ndim = j->a->ndim;
        int64_t shape[CX_MAX_NDIM];
        for (int d = 0; d < ndim; d++) shape[d] = j->a->shape[d];
        char text[2][CX__SHAPE_TEXT];
        if (!cx__shape_broadcast(j->mask->ndim, j->mask->shape, &ndim, shape) ||
            ndim != j->a->ndim || memcmp(shape, j->a->shape, (size_t)ndim * sizeof *shape) != 0)
            return cx__fail(CX_E_SHAPE, j->row->name,
                            "where of shape %s does not broadcast to a of shape %s",
                            cx__shape_text(j->mask->ndim, j->mask->shape, text[0]),
                            cx__shape_text(j->a->ndim, j->a->shape, text[1]));
    }
    if (how.initial != NULL && !is_sum(j->op) && !is_extreme(j->op))
        return cx__fail(CX_E_ARGUMENT, j->row->name, "takes no initial");
    if (j->mask != NULL && how.initial == NULL && is_extreme(j->op))
        return cx__fail(CX_E_ARGUMENT, j->row->name, "where needs initial: there is no identity");
    if (!j->row->identity && how.initial == NULL && j->count == 0) {
        char text[CX__SHAPE_TEXT]; /* an error as in NumPy, also where there is no output */
        return cx__fail(CX_E_ARGUMENT, j->row->name, "zero-size array of shape %s has no identity",
                        cx__shape_text(j->a->ndim, j->a->shape, text));
    }
    return CX_OK;
}

/* ---- the call */
/* Kept and reduced dimensions of a strided operand, in one list of extents and strides per
 * operand. */
typedef struct reduce_dims {
    int n;
    int64_t shape[CX_MAX_NDIM], in[CX_MAX_NDIM], mask[CX_MAX_NDIM], out[CX_MAX_NDIM];
} reduce_dims;

static void split_dims(const reduce_job *j, const cx_array *out, reduce_dims *kept,
                       reduce_dims *gone)
{
    int64_t mask[CX_MAX_NDIM];
    const cx_array *a = j->a;
    for (int d = 0; d < a->ndim; d++) mask[d] = 0;
    if (j->mask != NULL)
        cx__shape_broadcast_strides(j->mask->ndim, j->mask->shape, j->mask->strides, a->ndim,
                                    a->shape, mask);
    const bool keepdims = out->ndim == a->ndim && j->reduced != 0;
    kept->n = gone->n = 0;
    for (int d = 0, o = 0; d < a->ndim; d++) {
        const bool goes = (j->reduced >> d & 1) != 0;
        reduce_dims *to = goes ? gone : kept;
        to->shape[to->n] = a->shape[d];
        to->in[to->n] = a->strides[d];
        to->mask[to->n] = mask[d];
        to->out[to->n] = goes ? 0 : out->strides[o];
        to->n++;
        if (!goes || keepdims) o++;
    }
    int64_t *const lists_kept[3] = {kept->in, kept->out, kept->mask};
    int64_t *const lists_gone[2] = {gone->in, gone->mask};
    kept->n = cx__collapse(kept->n, kept->shape, 3, lists_kept, true);
    /* the place counts in C order; everything else may go through memory as it lies */
    gone->n = cx__collapse(gone->n, gone->shape, 2, lists_gone, !is_place(j->op));
}

static void fill_view(cx_view *v, void *data, cx_dtype t, int n, const int64_t *shape,
                      const int64_t *strides)
{
    v->data = data;
    v->dtype = t;
    v->flags = 0;
    v->ndim = (uint16_t)n;
    for (int d = 0; d < n; d++) {
        v->shape[d] = shape[d];
        v->stride[d] = strides[d];
    }
}

/* The dimensions that go are put behind the kept ones, in their list. */
static cx_status call_backend(const reduce_job *j, reduce_dims *kept, const reduce_dims *gone,
                              const cx_view *initial, double ddof, cx_array *out)
{
    int n = kept->n;
    for (int d = 0; d < gone->n; d++, n++) {
        kept->shape[n] = gone->shape[d];
        kept->in[n] = gone->in[d];
        kept->mask[n] = gone->mask[d];
    }
    cx__device *dev;
    cx_queue *queue;
    CX__TRY(cx__device_get(j->row->name, j->a->device, &dev));
    const cx_array *const arrays[3] = {out, j->a, j->mask};
    CX__TRY(cx__queue_for(j->row->name, dev, 1, 3, arrays, &queue));
    if (dev->ops->reduce == NULL) return cx__unsupported(j->row->name, dev, j->row->name);
    cx_view in, mask, to;
    fill_view(&in, j->a->data, (cx_dtype)j->a->dtype, n, kept->shape, kept->in);
    if (j->mask != NULL) fill_view(&mask, j->mask->data, CX_BOOL, n, kept->shape, kept->mask);
    fill_view(&to, out->data, (cx_dtype)out->dtype, kept->n, kept->shape, kept->out);
    const cx_reduce_call c = {.op = j->op,
                              .acc = j->acc,
                              .n_keep = kept->n,
                              .in = &in,
                              .mask = j->mask != NULL ? &mask : NULL,
                              .initial = initial,
                              .out = &to,
                              .ddof = ddof};
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %s", j->row->name, j->a->size,
                cx_dtype_name((cx_dtype)j->a->dtype));
    return cx__queue_done(dev, dev->ops->reduce(queue, &c));
}

/* More dimensions than a kernel takes: kept axes first in a copy in C order, whose two groups
 * collapse to one dimension each. */
static cx_status make_flat(reduce_job *j, cx_array **slot)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM], mask[CX_MAX_NDIM];
    const cx_array *from = *slot;
    const cx_array *a = j->a;
    cx__shape_broadcast_strides(from->ndim, from->shape, from->strides, a->ndim, a->shape, mask);
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int d = 0; d < a->ndim; d++)
            if ((int)(j->reduced >> d & 1) == pass) {
                shape[n] = a->shape[d];
                strides[n++] = mask[d];
            }
    cx_array *turned = NULL, *flat = NULL;
    CX__TRY(cx__array_view(j->row->name, from, n, shape, strides, from->data, (cx_dtype)from->dtype,
                           &turned));
    const cx_status st = cx__array_contiguous(j->row->name, turned, CX_DTYPE_NONE, &flat);
    cx__release(turned);
    if (st != CX_OK) return st;
    cx__release(*slot);
    *slot = flat;
    return CX_OK;
}

static cx_status run_reduce(reduce_job *j, const cx_view *initial, double ddof, cx_array *out)
{
    if (out->size == 0) return CX_OK;
    reduce_dims kept, gone;
    split_dims(j, out, &kept, &gone);
    if (kept.n + gone.n <= CX_KERNEL_NDIM) return call_backend(j, &kept, &gone, initial, ddof, out);
    cx_array *plain = NULL;
    CX__TRY(cx__array_new(j->row->name, out->ndim, out->shape, (cx_dtype)out->dtype, out->device,
                          &plain));
    cx_status st = CX_OK;
    if (j->mask != NULL) st = make_flat(j, &j->mask);
    if (st == CX_OK) st = make_flat(j, &j->a);
    if (st == CX_OK) {
        int n_gone = 0;
        for (uint32_t bits = j->reduced; bits != 0; bits &= bits - 1) n_gone++;
        j->reduced = n_gone == 0 ? 0 : ((UINT32_C(1) << n_gone) - 1) << (j->a->ndim - n_gone);
        /* one kept and one reduced dimension are left: every stride list is in C order */
        const int64_t item = (int64_t)cx__itemsize((cx_dtype)j->a->dtype),
                      item_out = (int64_t)cx__itemsize((cx_dtype)out->dtype);
        kept = (reduce_dims){.n = 1,
                             .shape = {out->size},
                             .in = {j->count * item},
                             .mask = {j->count},
                             .out = {item_out}};
        gone = (reduce_dims){.n = 1, .shape = {j->count}, .in = {item}, .mask = {1}};
        st = call_backend(j, &kept, &gone, initial, ddof, plain);
    }
    if (st == CX_OK) st = cx__array_copy(j->row->name, plain, out);
    cx__release(plain);
    return st;
}

/* Everything up to the result: out_or_null is the caller's output. */
static cx_status check_out(const reduce_job *j, cx_array *out)
{
    CX__TRY(cx__array_need_out(j->row->name, "out", out));
    char text[2][CX__SHAPE_TEXT], n[2][16];
    if (out->ndim != j->out_ndim ||
        memcmp(out->shape, j->out_shape, (size_t)j->out_ndim * sizeof *out->shape) != 0)
        return cx__fail(CX_E_SHAPE, j->row->name, "out has shape %s, the result %s",
                        cx__shape_text(out->ndim, out->shape, text[0]),
                        cx__shape_text(j->out_ndim, j->out_shape, text[1]));
    if (!cx_device_equal(out->device, j->a->device))
        return cx__fail(CX_E_DEVICE, j->row->name, "out is on %s and a on %s",
                        cx_device_name(out->device, n[0]), cx_device_name(j->a->device, n[1]));
    if (!cx_can_cast(j->result, (cx_dtype)out->dtype, CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, j->row->name, "cannot cast the result's %s to out's %s",
                        cx_dtype_name(j->result), cx_dtype_name((cx_dtype)out->dtype));
    if (cx_may_share_memory(out, j->a) || (j->mask != NULL && cx_may_share_memory(out, j->mask)))
        return cx__fail(CX_E_OVERLAP, j->row->name, "out shares memory with %s",
                        cx_may_share_memory(out, j->a) ? "a" : "where");
    return CX_OK;
}

static cx_status reduce_checked(reduce_job *j, cx_reduce how, cx_array *out_or_null)
{
    CX__TRY(take_axes(j, how));
    CX__TRY(take_dtypes(j, how.dtype));
    take_shape(j, how.keepdims);
    CX__TRY(take_mask(j, how));
    cx_array *out = out_or_null;
    if (out != NULL)
        CX__TRY(check_out(j, out));
    else
        CX__TRY(cx__array_new(j->row->name, j->out_ndim, j->out_shape, j->result, j->a->device,
                              &j->out));
    if (out == NULL) out = j->out;
    cx__value value;
    cx_view start;
    if (how.initial != NULL) {
        CX__TRY(cx__array_check(j->row->name, "initial", how.initial));
        if (cx__is_scalar(how.initial)) {
            cx__scalar_to_view(how.initial, (cx_dtype)out->dtype, &value, &start);
        } else {
            CX__TRY(cx__array_item(j->row->name, how.initial, (cx_dtype)out->dtype, &value));
            start = (cx_view){.data = &value, .dtype = (cx_dtype)out->dtype, .flags = CX_VIEW_HOST};
        }
    }
    return run_reduce(j, how.initial != NULL ? &start : NULL, how.ddof, out);
}

/* *out (one reference) unless into is given. */
static cx_status reduce(int op, const cx_array *a, cx_reduce how, cx_array *into, cx_array **out)
{
    reduce_job j;
    memset(&j, 0, offsetof(reduce_job, out_shape));
    j.op = op;
    j.row = &reduce_rows[op];
    CX__TRY(cx__array_own(j.row->name, "a", a, &j.a));
    const cx_status st = reduce_checked(&j, how, into);
    cx__release(j.a);
    cx__release(j.mask);
    if (st != CX_OK || out == NULL) {
        cx__release(j.out);
        return st;
    }
    *out = j.out;
    return CX_OK;
}

cx_status cx__reduce_new(int op, const cx_array *a, cx_reduce how, cx_array **result)
{
    return reduce(op, a, how, NULL, result);
}
static cx_array *reduce_new(int op, const cx_array *a, cx_reduce how)
{
    cx_array *out = NULL;
    const cx_status st = reduce(op, a, how, NULL, &out);
    return cx__yield(st, reduce_rows[op].name, out);
}
static cx_status reduce_into(int op, const cx_array *a, cx_reduce how, cx_array *out)
{
    CX__TRY(cx__array_need_out(reduce_rows[op].name, "out", out));
    return reduce(op, a, how, out, NULL);
}

#define CX_REDUCE(NAME, name, code, domain, result, identity, doc)              \
    cx_array *cx_##name(const cx_array *a, cx_reduce how)                       \
    {                                                                           \
        return reduce_new(code, a, how);                                        \
    }                                                                           \
    cx_status cx_##name##_into(const cx_array *a, cx_reduce how, cx_array *out) \
    {                                                                           \
        return reduce_into(code, a, how, out);                                  \
    }
#include <calx/reduce_ops.def>
#undef CX_REDUCE

/* ---- scans */
static cx_status scan_run(const char *where, int op, int axis, const cx_array *a, cx_array *out)
{
    if (out->size == 0) return CX_OK;
    cx__device *dev;
    cx_queue *queue;
    CX__TRY(cx__device_get(where, a->device, &dev));
    const cx_array *const arrays[2] = {out, a};
    CX__TRY(cx__queue_for(where, dev, 1, 2, arrays, &queue));
    if (dev->ops->scan == NULL) return cx__unsupported(where, dev, where);
    int64_t shape[CX_MAX_NDIM], in[CX_MAX_NDIM], to[CX_MAX_NDIM];
    int n = 0;
    for (int d = 0; d < a->ndim; d++) {
        if (d == axis) continue;
        shape[n] = a->shape[d];
        in[n] = a->strides[d];
        to[n++] = out->strides[d];
    }
    int64_t *const lists[2] = {in, to};
    n = cx__collapse(n, shape, 2, lists, true);
    const int outer = n > CX_KERNEL_NDIM - 1 ? n - (CX_KERNEL_NDIM - 1) : 0;
    shape[n] = a->shape[axis];
    in[n] = a->strides[axis];
    to[n] = out->strides[axis];
    cx_view vin, vout;
    fill_view(&vin, a->data, (cx_dtype)a->dtype, n + 1 - outer, shape + outer, in + outer);
    fill_view(&vout, out->data, (cx_dtype)out->dtype, n + 1 - outer, shape + outer, to + outer);
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %s", where, a->size, cx_dtype_name((cx_dtype)a->dtype));
    int64_t at[CX_MAX_NDIM] = {0};
    for (;;) {
        const cx_status st = dev->ops->scan(queue, op, n - outer, &vin, &vout);
        if (st != CX_OK) return cx__queue_done(dev, st);
        int d = outer - 1;
        for (; d >= 0; d--) {
            vin.data = (char *)vin.data + in[d];
            vout.data = (char *)vout.data + to[d];
            if (++at[d] < shape[d]) break;
            at[d] = 0;
            vin.data = (char *)vin.data - shape[d] * in[d];
            vout.data = (char *)vout.data - shape[d] * to[d];
        }
        if (d < 0) return cx__queue_done(dev, CX_OK);
    }
}

static cx_status scan_checked(int op, const cx_array *a, int axis, cx_array *into, cx_array **out)
{
    const reduce_row *row = &scan_rows[op];
    const cx_dtype in = (cx_dtype)a->dtype;
    if (strchr(row->domain, cx_dtype_kind(in)) == NULL)
        return cx__fail(CX_E_DTYPE, row->name, "dtype %s is not accepted", cx_dtype_name(in));
    int k;
    CX__TRY(cx__axis(row->name, axis, a->ndim, &k));
    const cx_dtype t = cx__result_dtype(row->result, in);
    if (into == NULL) {
        CX__TRY(cx__array_new(row->name, a->ndim, a->shape, t, a->device, out));
        const cx_status st = scan_run(row->name, op, k, a, *out);
        if (st == CX_OK) return CX_OK;
        cx__release(*out);
        *out = NULL;
        return st;
    }
    const reduce_job j = {
        .row = row, .a = (cx_array *)(uintptr_t)a, .result = t, .out_ndim = a->ndim};
    reduce_job shaped = j;
    memcpy(shaped.out_shape, a->shape, (size_t)a->ndim * sizeof *a->shape);
    CX__TRY(check_out(&shaped, into));
    return scan_run(row->name, op, k, a, into);
}
static cx_status scan(int op, const cx_array *a, int axis, cx_array *into, cx_array **out)
{
    cx_array *own = NULL;
    CX__TRY(cx__array_own(scan_rows[op].name, "a", a, &own));
    const cx_status st = scan_checked(op, own, axis, into, out);
    cx__release(own);
    return st;
}
static cx_array *scan_new(int op, const cx_array *a, int axis)
{
    cx_array *out = NULL;
    const cx_status st = scan(op, a, axis, NULL, &out);
    return cx__yield(st, scan_rows[op].name, out);
}
static cx_status scan_into(int op, const cx_array *a, int axis, cx_array *out)
{
    CX__TRY(cx__array_need_out(scan_rows[op].name, "out", out));
    return scan(op, a, axis, out, NULL);
}

#define CX_SCAN(NAME, name, code, domain, result, doc)                     \
    cx_array *cx_##name(const cx_array *a, int axis)                       \
    {                                                                      \
        return scan_new(code, a, axis);                                    \
    }                                                                      \
    cx_status cx_##name##_into(const cx_array *a, int axis, cx_array *out) \
    {                                                                      \
        return scan_into(code, a, axis, out);                              \
    }
#include <calx/scan_ops.def>
#undef CX_SCAN
