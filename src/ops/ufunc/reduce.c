/* reduce, accumulate and reduceat of binary rows. What reduce.h has is run as it is there; the rest
 * goes through the fold slot, in order, or, where any grouping gives the same bits, in parts side
 * by side. Costs: one pass for folds in parts, else one result after the other within each line. */
#include "core/shape.h"
#include "ops/output.h"
#include "ops/ufunc/fold.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ufunc.h>
#include <math.h>
#include <string.h>

static bool is_half(cx_dtype t)
{
    return t == CX_F16 || t == CX_BF16;
}
static bool is_whole(cx_dtype t)
{
    return cx__dtypes[t].kind == 'i' || cx__dtypes[t].kind == 'u';
}

/* a, so that a load rounds as a cast to loop does: kernels load 16-bit floats as float32. One
 * reference. */
static cx_status rounded(const char *where, const cx_array *a, cx_dtype loop, cx_array **out)
{
    if (is_half(loop) && a->dtype != loop) return cx__array_contiguous(where, a, loop, out);
    *out = cx__retain(a);
    return CX_OK;
}

/* Elements but the first ones along the axis are exponents. */
static cx_status check_exponents(const char *where, const cx__op *row, cx_dtype loop,
                                 const cx_array *a, int axis, bool all)
{
    if (row->code != CX_BI_POWER || !is_whole(loop) || a->size == 0) return CX_OK;
    const cx_scope s = cx_scope_open();
    const cx_array *const b = all ? a : cx_slice(a, axis, 1, CX_END, 1);
    const cx_status st = cx__map_exponent(where, b), end = cx_scope_close(s);
    return st != CX_OK ? st : end;
}

static cx_status fill_identity(const char *where, const cx__op *row, cx_array *a)
{
    static const cx_scalar values[] = {
        [CX__IDENTITY_ZERO] = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 0},
        [CX__IDENTITY_ONE] = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = 1},
        [CX__IDENTITY_BITS] = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = -1},
        [CX__IDENTITY_MINUS_INFINITY] = {.head = {CX__SCALAR_TAG, CX_F64},
                                         .v.f64 = -(double)INFINITY},
    };
    return cx__array_fill(where, a, &values[cx__fold_facts_of(row->code)->identity]);
}

/* ------------------------------------------------------------------------------------ one line */
/* How wide the parts of a line of n are that are folded side by side; 0: not at all. */
static int64_t width(int64_t n)
{
    return n >= 1 << 22 ? 1 << 16 : n >= 1 << 12 ? 1 << 10 : n >= 1 << 7 ? 1 << 5 : 0;
}

/* A 1-d stretch of an array as an array; one reference. */
static cx_status stretch(const char *where, const cx_array *base, char *data, int64_t n,
                         int64_t step, cx_array **out)
{
    return cx__array_view(where, base, 1, &n, &step, data, (cx_dtype)base->dtype, out);
}

static cx_status fold_in_order(const char *where, const cx__op *row, cx_dtype loop,
                               const cx_array *a, const cx_view *in, const cx_array *mask,
                               const cx_view *mask_view, bool start, cx_array *out,
                               const cx_view *to)
{
    const cx_fold_call c = {.op = row->code,
                            .loop = loop,
                            .kind = CX_FOLD_REDUCE,
                            .start = start,
                            .in = in,
                            .out = to,
                            .mask = mask_view};
    const cx_array *const arrays[3] = {out, a, mask};
    return cx__fold_call(where, &c, 3, arrays);
}

/* Any grouping gives the same bits: the line as a table whose columns are folded at once, then the
 * line of their results with what is left over, and so on. */
static cx_status fold_line(const char *where, const cx__op *row, cx_dtype loop, const cx_array *a,
                           cx_view in, bool start, cx_array *out)
{
    cx_array *held = cx__retain(a);
    cx_status st = CX_OK;
    for (int64_t w; st == CX_OK && (w = width(in.shape[1])) > 0;) {
        const int64_t rows = in.shape[1] / w, rest = in.shape[1] - rows * w, n = w + rest,
                      step = in.stride[1], item = (int64_t)cx__itemsize(loop);
        cx_array *parts = NULL, *tail = NULL, *over = NULL;
        st = cx__array_new(where, 1, &n, loop, out->device, &parts);
        if (st != CX_OK) break;
        const cx_view table = {.data = in.data,
                               .dtype = in.dtype,
                               .ndim = 3,
                               .shape = {1, rows, w},
                               .stride = {0, w * step, step}},
                      to = cx__fold_view(parts, 1, 1, w);
        st = fold_in_order(where, row, loop, held, &table, NULL, NULL, false, parts, &to);
        if (st == CX_OK && rest > 0) {
            char *const data = in.data;
            st = stretch(where, held, data + rows * w * step, rest, step, &tail);
            if (st == CX_OK) st = stretch(where, parts, parts->data + w * item, rest, item, &over);
            if (st == CX_OK) st = cx__array_copy(where, tail, over);
        }
        cx__release(tail);
        cx__release(over);
        cx__release(held);
        held = parts;
        in = cx__fold_view(parts, 1, n, 1);
    }
    if (st == CX_OK) {
        const cx_view to = cx__fold_view(out, 1, 1, 1);
        st = fold_in_order(where, row, loop, held, &in, NULL, NULL, start, out, &to);
    }
    cx__release(held);
    return st;
}

/* ------------------------------------------------------------------------------------ reduce */
typedef struct reduce_job {
    const char *where;
    const cx__op *row;
    const cx_array *a;
    uint32_t reduced; /* bit per axis */
    int axes, last;   /* how many, the last of them */
    int64_t count;    /* elements of one result */
    cx_dtype loop;
    int ndim; /* of the result */
    int64_t shape[CX_MAX_NDIM];
} reduce_job;

static cx_status take_axes(reduce_job *j, cx_reduce how)
{
    const int ndim = j->a->ndim;
    if (how.axis_count < 0 || (how.axis_count > 1 && how.axes == NULL))
        return cx__fail(CX_E_ARGUMENT, j->where, "axis_count is %d without a list of axes",
                        how.axis_count);
    if (how.no_axes && how.axis_count > 0)
        return cx__fail(CX_E_ARGUMENT, j->where, "no_axes is set beside %d axes", how.axis_count);
    j->reduced = 0;
    for (int d = 0; d < ndim && how.axis_count == 0 && !how.no_axes; d++)
        j->reduced |= UINT32_C(1) << d;
    for (int i = 0; i < how.axis_count; i++) {
        int axis;
        CX__TRY(cx__axis(j->where, how.axes != NULL ? how.axes[i] : how.axis, ndim, &axis));
        if (j->reduced >> axis & 1)
            return cx__fail(CX_E_ARGUMENT, j->where, "axis %d occurs twice", axis);
        j->reduced |= UINT32_C(1) << axis;
    }
    j->axes = j->ndim = 0;
    j->last = -1;
    j->count = 1;
    for (int d = 0; d < ndim; d++) {
        const bool gone = (j->reduced >> d & 1) != 0;
        if (gone) {
            j->axes++;
            j->last = d;
            j->count *= j->a->shape[d];
        }
        if (!gone || how.keepdims) j->shape[j->ndim++] = gone ? 1 : j->a->shape[d];
    }
    if (j->axes > 1 && !cx__fold_facts_of(j->row->code)->reorders)
        return cx__fail(CX_E_ARGUMENT, j->where,
                        "the order of %s matters, so it takes one axis and not %d", j->row->name,
                        j->axes);
    return CX_OK;
}

/* Kept axes first, then the others, in a copy in C order. */
static cx_status turned(const reduce_job *j, const cx_array *a, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int d = 0; d < a->ndim; d++)
            if ((int)(j->reduced >> d & 1) == pass) {
                shape[n] = a->shape[d];
                strides[n++] = a->strides[d];
            }
    cx_array *view = NULL;
    CX__TRY(cx__array_view(j->where, a, n, shape, strides, a->data, (cx_dtype)a->dtype, &view));
    const cx_status st = cx__array_contiguous(j->where, view, CX_DTYPE_NONE, out);
    cx__release(view);
    return st;
}

/* a as [kept, n, kept] about the one axis, or [kept, n, 1]. */
static cx_status job_lines(const reduce_job *j, const cx_array *a, cx__lines *out)
{
    if (j->axes == 1) return cx__fold_lines(j->where, a, j->last, out);
    CX__TRY(turned(j, a, &out->copy));
    out->array = out->copy;
    out->view = cx__fold_view(out->copy, j->count > 0 ? a->size / j->count : 0, j->count, 1);
    return CX_OK;
}

/* where, spread out over a's shape; one reference. */
static cx_status spread_mask(const reduce_job *j, const cx_array *mask, cx_array **out)
{
    CX__TRY(cx__array_need(j->where, "where", mask));
    if (mask->dtype != CX_BOOL)
        return cx__fail(CX_E_DTYPE, j->where, "where is %s, not bool",
                        cx_dtype_name((cx_dtype)mask->dtype));
    if (mask->ndim > 0) CX__TRY(cx__same_device(j->where, j->a, mask));
    int ndim = j->a->ndim;
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, j->a->shape, (size_t)ndim * sizeof *shape);
    char text[2][CX__SHAPE_TEXT];
    if (!cx__shape_broadcast(mask->ndim, mask->shape, &ndim, shape) || ndim != j->a->ndim ||
        memcmp(shape, j->a->shape, (size_t)ndim * sizeof *shape) != 0)
        return cx__fail(CX_E_SHAPE, j->where, "where of shape %s does not broadcast to a of %s",
                        cx__shape_text(mask->ndim, mask->shape, text[0]),
                        cx__shape_text(j->a->ndim, j->a->shape, text[1]));
    CX__TRY(cx__array_new(j->where, ndim, shape, CX_BOOL, j->a->device, out));
    const cx_status st = cx__array_copy(j->where, mask, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

/* Is the fold of 16-bit floats carried in float32, and rounded once? */
static bool carries_wide(const cx__op *row, cx_dtype loop)
{
    return is_half(loop) && row->code >= CX_BI_ADD && row->code <= CX_BI_DIV;
}

/* work, an array of dtype loop in C order, from a and what is in work already if start. */
static cx_status job_fold(const reduce_job *j, const cx_array *a, const cx_array *mask, bool start,
                          cx_array *work)
{
    if (carries_wide(j->row, j->loop)) {
        reduce_job wide = *j;
        cx_array *sums = NULL;
        wide.loop = CX_F32;
        CX__TRY(cx__array_contiguous(j->where, work, CX_F32, &sums));
        cx_status st = job_fold(&wide, a, mask, start, sums);
        if (st == CX_OK) st = cx__array_copy(j->where, sums, work);
        cx__release(sums);
        return st;
    }
    cx__lines in = {.copy = NULL}, at = {.copy = NULL};
    cx_status st = job_lines(j, a, &in);
    if (st == CX_OK && mask != NULL) st = job_lines(j, mask, &at);
    const cx_view *const v = &in.view;
    if (st == CX_OK && mask == NULL && v->shape[0] == 1 && v->shape[2] == 1 &&
        cx__fold_facts_of(j->row->code)->exact) {
        st = fold_line(j->where, j->row, j->loop, in.array, in.view, start, work);
    } else if (st == CX_OK) {
        const cx_view to = cx__fold_view(work, v->shape[0], 1, v->shape[2]);
        st = fold_in_order(j->where, j->row, j->loop, in.array, v, at.array,
                           mask != NULL ? &at.view : NULL, start, work, &to);
    }
    cx__release(in.copy);
    cx__release(at.copy);
    return st;
}

static cx_status job_run(reduce_job *j, cx_reduce how, cx_array *into, cx_array **out)
{
    const cx__fold_facts *const facts = cx__fold_facts_of(j->row->code);
    CX__TRY(take_axes(j, how));
    CX__TRY(cx__fold_dtype(j->where, j->row, j->a, how.dtype, &j->loop));
    const bool needs_start = how.initial == NULL && (how.where != NULL || j->count == 0);
    if (needs_start && facts->identity == CX__IDENTITY_NONE) {
        char text[CX__SHAPE_TEXT];
        return cx__fail(CX_E_ARGUMENT, j->where, "%s of %s has no identity: %s needs initial",
                        j->row->name, cx__shape_text(j->a->ndim, j->a->shape, text),
                        how.where != NULL ? "where" : "an empty array");
    }
    if (how.initial != NULL) {
        CX__TRY(cx__array_check(j->where, "initial", how.initial));
        if (!cx__is_scalar(how.initial) && how.initial->size != 1)
            return cx__fail(CX_E_SHAPE, j->where, "initial has %lld elements, not one",
                            (long long)how.initial->size);
    }
    CX__TRY(check_exponents(j->where, j->row, j->loop, j->a, j->last,
                            how.initial != NULL || j->axes == 0));
    cx_array *mask = NULL, *a = NULL, *work = NULL, *first = NULL;
    cx_status st = how.where != NULL ? spread_mask(j, how.where, &mask) : CX_OK;
    if (st == CX_OK) st = rounded(j->where, j->a, j->loop, &a);
    const cx_array *const touched[2] = {j->a, how.where};
    if (st == CX_OK)
        st = cx__output_begin(j->where, j->ndim, j->shape, j->loop, j->a->device,
                              how.where != NULL ? 2 : 1, touched, into, &work);
    if (st == CX_OK && how.initial != NULL) {
        st = cx__array_own(j->where, "initial", how.initial, &first);
        if (st == CX_OK) st = cx__array_copy(j->where, first, work);
    } else if (st == CX_OK && facts->identity != CX__IDENTITY_NONE) {
        st = fill_identity(j->where, j->row, work);
    }
    /* as NumPy: what has an identity starts from it, so the hypot of one number is its size */
    const bool start = how.initial != NULL || facts->identity != CX__IDENTITY_NONE;
    if (st == CX_OK && work->size > 0 && j->a->size > 0) st = job_fold(j, a, mask, start, work);
    cx__release(first);
    cx__release(mask);
    cx__release(a);
    if (work == NULL) return st;
    return cx__output_end(j->where, st, work, into, out);
}

/* Has reduce.h this fold? Then how is what it takes. */
static bool as_there(const cx__op *row, const cx_array *a, cx_reduce *how)
{
    const int red = cx__fold_facts_of(row->code)->reduce;
    if (red == 0) return false;
    if (red == CX_RED_SUM || red == CX_RED_PROD) return true;
    if (how->initial != NULL && (red == CX_RED_ANY || red == CX_RED_ALL)) return false;
    const cx_dtype own = red == CX_RED_ANY || red == CX_RED_ALL ? CX_BOOL : cx_dtype_of(a);
    if (how->dtype != CX_DTYPE_NONE && how->dtype != own) return false;
    how->dtype = CX_DTYPE_NONE;
    return true;
}

static const struct {
    cx_array *(*made)(const cx_array *a, cx_reduce how);
    cx_status (*into)(const cx_array *a, cx_reduce how, cx_array *out);
} there[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    [code] = {cx_##name, cx_##name##_into},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
};

static cx_status reduce(const cx__op *row, const cx_array *a, cx_reduce how, cx_array *into,
                        cx_array **out)
{
    reduce_job j;
    cx_array *own = NULL;
    j.where = "ufunc_reduce";
    j.row = row;
    CX__TRY(cx__array_own(j.where, "a", a, &own));
    j.a = own;
    const cx_status st = job_run(&j, how, into, out);
    cx__release(own);
    return st;
}

cx_array *cx_ufunc_reduce(cx_map_op op, const cx_array *a, cx_reduce how)
{
    static const char where[] = "ufunc_reduce";
    const cx__op *row;
    cx_array *r = NULL;
    cx_status st = cx__fold_row(where, op, &row);
    if (st == CX_OK) st = cx__array_check(where, "a", a);
    if (st == CX_OK && as_there(row, a, &how))
        return there[cx__fold_facts_of(row->code)->reduce].made(a, how);
    if (st == CX_OK) st = reduce(row, a, how, NULL, &r);
    return cx__yield(st, where, r);
}

cx_status cx_ufunc_reduce_into(cx_map_op op, const cx_array *a, cx_reduce how, cx_array *out)
{
    static const char where[] = "ufunc_reduce";
    const cx__op *row;
    CX__TRY(cx__fold_row(where, op, &row));
    CX__TRY(cx__array_check(where, "a", a));
    CX__TRY(cx__array_need_out(where, "out", out));
    if (as_there(row, a, &how))
        return there[cx__fold_facts_of(row->code)->reduce].into(a, how, out);
    return reduce(row, a, how, out, NULL);
}

/* ------------------------------------------------------------------------------------ accumulate
 */
static cx_status accumulate_in_order(const char *where, const cx__op *row, cx_dtype loop,
                                     const cx_array *a, const cx_view *in, cx_array *out,
                                     const cx_view *to)
{
    const cx_fold_call c = {
        .op = row->code, .loop = loop, .kind = CX_FOLD_ACCUMULATE, .in = in, .out = to};
    const cx_array *const arrays[2] = {out, a};
    return cx__fold_call(where, &c, 2, arrays);
}

/* out, 1-d and in C order, in pieces side by side: each by itself, then each with what stands
 * before it. Any grouping gives the same bits. */
static cx_status accumulate_line(const char *where, const cx__op *row, cx_dtype loop,
                                 const cx_array *a, cx_view in, cx_array *out)
{
    const int64_t n = out->size, item = (int64_t)cx__itemsize(loop), step = in.stride[1];
    int64_t piece = 64;
    while (piece * piece < n) piece *= 2;
    const int64_t m = n / piece, rest = n - m * piece;
    const cx_view pieces = {.data = in.data,
                            .dtype = in.dtype,
                            .ndim = 3,
                            .shape = {m, piece, 1},
                            .stride = {piece * step, step, step}},
                  tail = {.data = (char *)in.data + m * piece * step,
                          .dtype = in.dtype,
                          .ndim = 3,
                          .shape = {1, rest, 1},
                          .stride = {step, step, step}},
                  to = cx__fold_view(out, m, piece, 1);
    cx_view to_tail = cx__fold_view(out, 1, rest, 1);
    to_tail.data = out->data + m * piece * item;
    CX__TRY(accumulate_in_order(where, row, loop, a, &pieces, out, &to));
    if (rest > 0) CX__TRY(accumulate_in_order(where, row, loop, a, &tail, out, &to_tail));
    const cx_scope s = cx_scope_open();
    cx_array *const body =
        cx_reshape(cx_slice(out, 0, 0, m * piece, 1), CX_SHAPE(m, piece)); /* views of out */
    cx_array *const before =
        cx_ufunc_accumulate((cx_map_op)row->code, cx_select(body, 1, piece - 1), 0, loop);
    cx_array *const later = cx_slice(body, 0, 1, m, 1), *const last =
                                                            cx_slice(out, 0, m * piece, n, 1);
    if (m > 1) {
        const cx_array *const start =
            cx_reshape(cx_slice(before, 0, 0, m - 1, 1), CX_SHAPE(m - 1, 1));
        const cx_array *const both[2] = {start, later};
        (void)cx_check(cx__map(where, row->code, both, later, NULL));
    }
    if (rest > 0) {
        const cx_array *const both[2] = {cx_select(before, 0, m - 1), last};
        (void)cx_check(cx__map(where, row->code, both, last, NULL));
    }
    return cx_scope_close(s);
}

static cx_status accumulated(const char *where, const cx__op *row, const cx_array *a, int axis,
                             cx_dtype want, cx_array *into, cx_array **out)
{
    enum { LONG = 4096 };
    int k;
    cx_dtype loop;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    CX__TRY(cx__fold_dtype(where, row, a, want, &loop));
    CX__TRY(check_exponents(where, row, loop, a, k, false));
    cx_array *from = NULL, *work = NULL;
    cx__lines in = {.copy = NULL};
    cx_status st = rounded(where, a, loop, &from);
    if (st == CX_OK)
        st = cx__output_begin(where, a->ndim, a->shape, loop, a->device, 1, &a, into, &work);
    if (st == CX_OK && work->size > 0) st = cx__fold_lines(where, from, k, &in);
    if (st == CX_OK && work->size > 0) {
        const cx_view *const v = &in.view;
        /* one core goes through a line as fast as it goes through its pieces */
        const bool side_by_side = cx__fold_facts_of(row->code)->exact &&
                                  work->device.kind != CX_DEVICE_CPU && work->ndim == 1;
        if (side_by_side && v->shape[1] == work->size && work->size >= LONG) {
            st = accumulate_line(where, row, loop, in.array, *v, work);
        } else {
            const cx_view to = cx__fold_view(work, v->shape[0], v->shape[1], v->shape[2]);
            st = accumulate_in_order(where, row, loop, in.array, v, work, &to);
        }
    }
    cx__release(in.copy);
    cx__release(from);
    if (work == NULL) return st;
    return cx__output_end(where, st, work, into, out);
}

/* Has reduce.h this scan, into that dtype? */
static cx_status (*scan_there(const cx__op *row, const cx_array *a,
                              cx_dtype want))(const cx_array *a, int axis, cx_array *out)
{
    const int scan = cx__fold_facts_of(row->code)->scan;
    if (scan == 0) return NULL;
    if (want != CX_DTYPE_NONE &&
        (want == CX_BOOL || !cx_can_cast((cx_dtype)a->dtype, want, CX_CASTING_SAME_KIND)))
        return NULL;
    return scan == CX_SCAN_CUMSUM ? cx_cumsum_into : cx_cumprod_into;
}

static cx_status accumulate(cx_map_op op, const cx_array *a, int axis, cx_dtype want,
                            cx_array *into, cx_array **out)
{
    static const char where[] = "ufunc_accumulate";
    const cx__op *row;
    CX__TRY(cx__fold_row(where, op, &row));
    CX__TRY(cx__array_need(where, "a", a));
    cx_status (*const scan)(const cx_array *, int, cx_array *) = scan_there(row, a, want);
    if (scan == NULL) return accumulated(where, row, a, axis, want, into, out);
    int k;
    cx_dtype loop;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    CX__TRY(cx__fold_dtype(where, row, a, want, &loop));
    cx_array *work = NULL;
    CX__TRY(cx__output_begin(where, a->ndim, a->shape, loop, a->device, 1, &a, into, &work));
    return cx__output_end(where, scan(a, k, work), work, into, out);
}

cx_array *cx_ufunc_accumulate(cx_map_op op, const cx_array *a, int axis, cx_dtype dtype)
{
    cx_array *r = NULL;
    const cx_status st = accumulate(op, a, axis, dtype, NULL, &r);
    return cx__yield(st, "ufunc_accumulate", r);
}

cx_status cx_ufunc_accumulate_into(cx_map_op op, const cx_array *a, int axis, cx_dtype dtype,
                                   cx_array *out)
{
    CX__TRY(cx__array_need_out("ufunc_accumulate", "out", out));
    return accumulate(op, a, axis, dtype, out, NULL);
}

/* ------------------------------------------------------------------------------------ reduceat */
/* One past the last row of each fold; one reference. */
static cx_status ends_of(const cx_array *first, int64_t n, cx_array **out)
{
    const int64_t m = first->size;
    const cx_scope s = cx_scope_open();
    cx_array *const next = cx_empty_like(first, CX_I64);
    (void)cx_check(cx_copy_into(cx_slice(first, 0, 1, m, 1), cx_slice(next, 0, 0, m - 1, 1)));
    const cx_scalar size = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = n};
    cx_array *const end = cx_slice(next, 0, m - 1, m, 1);
    if (cx_status_of(end) == CX_OK) (void)cx_check(cx__array_fill("ufunc_reduceat", end, &size));
    cx_array *const last = cx_maximum(next, cx_add(first, cx_int(1)));
    *out = cx_status_of(last) == CX_OK ? cx_retain(last) : NULL;
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

static cx_status reduceat(cx_map_op op, const cx_array *a, const cx_array *indices, int axis,
                          cx_dtype want, cx_array **out)
{
    static const char where[] = "ufunc_reduceat";
    const cx__op *row;
    int k;
    cx_dtype loop;
    CX__TRY(cx__fold_row(where, op, &row));
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need(where, "indices", indices));
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    CX__TRY(cx__fold_dtype(where, row, a, want, &loop));
    if (indices->ndim != 1)
        return cx__fail(CX_E_SHAPE, where, "indices have %d dimensions, not 1", indices->ndim);
    cx_array *first = NULL, *last = NULL, *from = NULL, *work = NULL;
    CX__TRY(cx__fold_indices(where, indices, a, a->shape[k], false, &first));
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, a->shape, (size_t)a->ndim * sizeof *shape);
    shape[k] = first->size;
    cx__lines in = {.copy = NULL};
    cx_status st = cx__array_new(where, a->ndim, shape, loop, a->device, &work);
    if (st == CX_OK && work->size > 0) {
        st = check_exponents(where, row, loop, a, k, true);
        if (st == CX_OK) st = ends_of(first, a->shape[k], &last);
        if (st == CX_OK) st = rounded(where, a, loop, &from);
        if (st == CX_OK) st = cx__fold_lines(where, from, k, &in);
    }
    cx_array *sums = NULL; /* what the slot makes: work itself, or in float32 */
    if (st == CX_OK && carries_wide(row, loop))
        st = cx__array_new(where, a->ndim, shape, CX_F32, a->device, &sums);
    else if (st == CX_OK)
        sums = cx__retain(work);
    if (st == CX_OK && work->size > 0) {
        const cx_view *const v = &in.view;
        const cx_view to = cx__fold_view(sums, v->shape[0], shape[k], v->shape[2]),
                      starts = cx__fold_view(first, 1, 1, first->size),
                      ends = cx__fold_view(last, 1, 1, first->size);
        const cx_fold_call c = {.op = row->code,
                                .loop = (cx_dtype)sums->dtype,
                                .kind = CX_FOLD_REDUCE,
                                .in = v,
                                .out = &to,
                                .first = &starts,
                                .last = &ends};
        const cx_array *const arrays[4] = {sums, in.array, first, last};
        st = cx__fold_call(where, &c, 4, arrays);
        if (st == CX_OK && sums != work) st = cx__array_copy(where, sums, work);
    }
    cx__release(sums);
    cx__release(first);
    cx__release(last);
    cx__release(from);
    cx__release(in.copy);
    if (st == CX_OK)
        *out = work;
    else
        cx__release(work);
    return st;
}

cx_array *cx_ufunc_reduceat(cx_map_op op, const cx_array *a, const cx_array *indices, int axis,
                            cx_dtype dtype)
{
    cx_array *r = NULL;
    const cx_status st = reduceat(op, a, indices, axis, dtype, &r);
    return cx__yield(st, "ufunc_reduceat", r);
}
