/* Sorting and searching: axes moved last, rows handed to the backend, results in C order. The one
 * idea: a categorical array is sorted as the ranks of its texts. Knows no comparison. */
#include "base/log.h"
#include "core/array.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/categories.h"
#include "ops/axis_last.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include "ops/primitives.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows: [rows, n] with the sorted axis last */
static void rows_view(const cx_array *a, cx_dtype t, cx_view *v)
{
    const int64_t n = a->ndim == 0 ? 1 : a->shape[a->ndim - 1], item = (int64_t)cx__itemsize(t);
    *v = (cx_view){.data = a->data,
                   .dtype = t,
                   .ndim = 2,
                   .shape = {n == 0 ? 0 : a->size / n, n},
                   .stride = {n * item, item}};
}
static void count_op(const char *where, const cx_array *a)
{
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %s", where, a->size, cx_dtype_name((cx_dtype)a->dtype));
}
static cx_status backend(const char *where, const cx_array *a, int n_out, int n,
                         const cx_array *const arrays[], cx__device **d, cx_queue **q)
{
    CX__TRY(cx__device_get(where, a->device, d));
    CX__TRY(cx__queue_for(where, *d, n_out, n, arrays, q));
    count_op(where, a);
    return CX_OK;
}
static cx_status sort_rows(const char *where, cx_array *rows, cx_dtype t)
{
    cx__device *d;
    cx_queue *q;
    cx_view v;
    CX__TRY(backend(where, rows, 1, 1, (const cx_array *const[]){rows}, &d, &q));
    if (d->ops->sort == NULL) return cx__unsupported(where, d, where);
    rows_view(rows, t, &v);
    return cx__queue_done(d, d->ops->sort(q, &v));
}
/* A sorted row is arranged about every position. */
static cx_status partition_rows(const char *where, cx_array *rows, int64_t count,
                                const int64_t *kth)
{
    cx__device *d;
    cx_queue *q;
    cx_view v;
    CX__TRY(cx__device_get(where, rows->device, &d));
    if (d->ops->partition == NULL) return sort_rows(where, rows, (cx_dtype)rows->dtype);
    CX__TRY(backend(where, rows, 1, 1, (const cx_array *const[]){rows}, &d, &q));
    rows_view(rows, (cx_dtype)rows->dtype, &v);
    return cx__queue_done(d, d->ops->partition(q, &v, count, kth));
}
static cx_status argsort_rows(const char *where, const cx_array *rows, cx_array *out)
{
    cx__device *d;
    cx_queue *q;
    cx_view v, o;
    CX__TRY(backend(where, rows, 1, 2, (const cx_array *const[]){out, rows}, &d, &q));
    if (d->ops->argsort == NULL) return cx__unsupported(where, d, where);
    rows_view(rows, (cx_dtype)rows->dtype, &v);
    rows_view(out, CX_I64, &o);
    return cx__queue_done(d, d->ops->argsort(q, &v, &o));
}

/* ---- categories as ranks: missing ones after all texts */
static int32_t *rank_table(const cx__dict *d, bool inverse)
{
    int32_t *const t = cx__scratch((size_t)(d->count + 1) * sizeof *t);
    if (t == NULL) return NULL;
    for (int r = 0; r < d->count; r++) {
        if (inverse)
            t[r] = d->order[r];
        else
            t[d->order[r]] = r;
    }
    t[d->count] = inverse ? -1 : d->count;
    return t;
}
/* CX_CAT to ranks (int32), or back. */
static cx_status translate(const char *where, const cx_array *a, const cx__dict *d, bool inverse,
                           cx_array **out)
{
    int32_t *const table = rank_table(d, inverse);
    if (table == NULL)
        return cx__fail_nomem(where, "ranks of the categories",
                              (size_t)(d->count + 1) * sizeof *table);
    const cx_status st =
        cx__codes_through(where, a, table, d->count + 1, inverse ? CX_CAT : CX_I32, out);
    cx__scratch_free(table);
    return st;
}
/* What is sorted in place of a: its ranks, or a itself. */
static cx_status sortable(const char *where, const cx_array *a, cx_array **out)
{
    if (a->dtype == CX_CAT && a->dict != NULL) return translate(where, a, a->dict, false, out);
    *out = cx__retain(a);
    return CX_OK;
}
static cx_status unsortable(const char *where, const cx_array *like, cx_array **slot)
{
    if (like->dtype != CX_CAT || like->dict == NULL) return CX_OK;
    cx_array *back = NULL;
    CX__TRY(translate(where, *slot, like->dict, true, &back));
    cx__array_set_dict(back, like->dict);
    cx__release(*slot);
    *slot = back;
    return CX_OK;
}

/* ---- sort, argsort */
/* Positions to arrange the rows about; none: sort them. */
typedef struct positions {
    int64_t count;
    int64_t *at;
} positions;
static cx_status sorted(const char *where, const cx_array *a, int axis, const positions *p,
                        cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    cx_array *keys = NULL, *rows = NULL, *flat = NULL;
    cx_status st = sortable(where, a, &keys);
    if (st == CX_OK) st = cx__axis_last(where, keys, k, true, &rows);
    if (st == CX_OK)
        st = p != NULL ? partition_rows(where, rows, p->count, p->at)
                       : sort_rows(where, rows, (cx_dtype)rows->dtype);
    if (st == CX_OK) st = cx__axis_back(where, rows, k, &flat);
    if (st == CX_OK) st = unsortable(where, a, &flat);
    cx__release(keys);
    cx__release(rows);
    if (st == CX_OK)
        *out = flat;
    else
        cx__release(flat);
    return st;
}
cx_array *cx_sort(const cx_array *a, int axis)
{
    cx_array *out = NULL;
    const cx_status st = sorted("sort", a, axis, NULL, &out);
    return cx__yield(st, "sort", out);
}

cx_status cx_sort_inplace(cx_array *a, int axis)
{
    const char *const where = "sort_inplace";
    CX__TRY(cx__array_need_out(where, "a", a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    if (a->size == 0) return CX_OK;
    if (k == a->ndim - 1 && (a->flags & CX__F_CONTIGUOUS) != 0 && a->dtype != CX_CAT)
        return sort_rows(where, a, (cx_dtype)a->dtype);
    cx_array *s = NULL;
    CX__TRY(sorted(where, a, axis, NULL, &s));
    const cx_status st = cx__array_copy(where, s, a);
    cx__release(s);
    return st;
}

static cx_status argsorted(const char *where, const cx_array *a, int axis, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    cx_array *keys = NULL, *rows = NULL, *index = NULL;
    cx_status st = sortable(where, a, &keys);
    if (st == CX_OK) st = cx__axis_last(where, keys, k, false, &rows);
    if (st == CX_OK)
        st = cx__array_new(where, rows->ndim, rows->shape, CX_I64, rows->device, &index);
    if (st == CX_OK) st = argsort_rows(where, rows, index);
    if (st == CX_OK) st = cx__axis_back(where, index, k, out);
    cx__release(keys);
    cx__release(rows);
    cx__release(index);
    return st;
}
cx_array *cx_argsort(const cx_array *a, int axis)
{
    cx_array *out = NULL;
    const cx_status st = argsorted("argsort", a, axis, &out);
    return cx__yield(st, "argsort", out);
}

/* ---- partition */
static int by_position(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}
/* kth ascending and different, all in [0, n). The list is scratch: to be freed. */
static cx_status positions_of(const char *where, const cx_array *a, int axis, int count,
                              const int64_t *kth, positions *p)
{
    *p = (positions){0, NULL};
    CX__TRY(cx__array_need(where, "a", a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    if (count < 0 || (count > 0 && kth == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d positions without a list", count);
    const int64_t n = a->shape[k];
    if (a->size == 0) return CX_OK; /* NumPy looks at no position then */
    for (int i = 0; i < count; i++)
        if (kth[i] < -n || kth[i] >= n)
            return cx__fail(CX_E_ARGUMENT, where,
                            "kth %" PRId64 " is outside axis %d of %" PRId64 " elements", kth[i], k,
                            n);
    if (count == 0) return CX_OK;
    p->at = cx__scratch((size_t)count * sizeof *p->at);
    if (p->at == NULL) return cx__fail_nomem(where, "the positions", (size_t)count * sizeof *p->at);
    for (int i = 0; i < count; i++) p->at[i] = kth[i] < 0 ? kth[i] + n : kth[i];
    qsort(p->at, (size_t)count, sizeof *p->at, by_position);
    for (int i = 0; i < count; i++)
        if (p->count == 0 || p->at[p->count - 1] != p->at[i]) p->at[p->count++] = p->at[i];
    return CX_OK;
}
static cx_status partitioned(const char *where, const cx_array *a, int count, const int64_t *kth,
                             int axis, cx_array **out)
{
    positions p;
    CX__TRY(positions_of(where, a, axis, count, kth, &p));
    const cx_status st = sorted(where, a, axis, &p, out);
    cx__scratch_free(p.at);
    return st;
}
cx_array *cx_partition(const cx_array *a, int count, const int64_t *kth, int axis)
{
    cx_array *out = NULL;
    const cx_status st = partitioned("partition", a, count, kth, axis, &out);
    return cx__yield(st, "partition", out);
}
cx_status cx_partition_inplace(cx_array *a, int count, const int64_t *kth, int axis)
{
    const char *const where = "partition_inplace";
    CX__TRY(cx__array_need_out(where, "a", a));
    positions p;
    CX__TRY(positions_of(where, a, axis, count, kth, &p));
    cx_status st = CX_OK;
    const bool last = axis == -1 || axis == a->ndim - 1;
    if (a->size > 0 && last && (a->flags & CX__F_CONTIGUOUS) != 0 && a->dtype != CX_CAT) {
        st = partition_rows(where, a, p.count, p.at);
    } else if (a->size > 0) {
        cx_array *s = NULL;
        st = sorted(where, a, axis, &p, &s);
        if (st == CX_OK) st = cx__array_copy(where, s, a);
        cx__release(s);
    }
    cx__scratch_free(p.at);
    return st;
}

/* ---- searchsorted */
static cx_status search(const cx_array *a, const cx_array *values, cx_side side, cx_array **out)
{
    const char *const where = "searchsorted";
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_check(where, "values", values));
    if (a->ndim != 1) return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, not 1", a->ndim);
    if (side != CX_LEFT && side != CX_RIGHT)
        return cx__fail(CX_E_ARGUMENT, where, "side is %d, neither CX_LEFT nor CX_RIGHT",
                        (int)side);
    cx_dtype t;
    CX__TRY(cx__result_type(where, 2, (const cx_array *const[]){a, values}, &t));
    if (t == CX_CAT) return cx__fail(CX_E_DTYPE, where, "categories have no order to search in");
    cx_array *own = NULL, *from = NULL, *what = NULL, *found = NULL;
    cx_status st = cx__array_own(where, "values", values, &own);
    if (st == CX_OK && !cx__is_scalar(values) && !cx_device_equal(own->device, a->device)) {
        char n[2][16];
        st = cx__fail(CX_E_DEVICE, where, "values are on %s and a on %s",
                      cx_device_name(own->device, n[0]), cx_device_name(a->device, n[1]));
    }
    if (st == CX_OK) st = cx__array_contiguous(where, a, t, &from);
    if (st == CX_OK && cx__is_scalar(values)) {
        st = cx__array_new(where, 0, NULL, t, a->device, &what);
        if (st == CX_OK) st = cx__array_copy(where, own, what);
    } else if (st == CX_OK) {
        st = cx__array_contiguous(where, own, t, &what);
    }
    if (st == CX_OK) st = cx__array_new(where, own->ndim, own->shape, CX_I64, a->device, &found);
    cx__device *d;
    cx_queue *q;
    if (st == CX_OK)
        st = backend(where, what, 1, 3, (const cx_array *const[]){found, from, what}, &d, &q);
    if (st == CX_OK && d->ops->search == NULL) st = cx__unsupported(where, d, where);
    if (st == CX_OK && found->size > 0) {
        const int64_t item = (int64_t)cx__itemsize(t);
        const cx_view vs = {
            .data = from->data, .dtype = t, .ndim = 1, .shape = {from->size}, .stride = {item}};
        const cx_view vv = {
            .data = what->data, .dtype = t, .ndim = 1, .shape = {what->size}, .stride = {item}};
        const cx_view vo = {
            .data = found->data, .dtype = CX_I64, .ndim = 1, .shape = {found->size}, .stride = {8}};
        st = cx__queue_done(d, d->ops->search(q, &vs, &vv, side == CX_RIGHT, &vo));
    }
    cx__release(own);
    cx__release(from);
    cx__release(what);
    if (st == CX_OK)
        *out = found;
    else
        cx__release(found);
    return st;
}
cx_array *cx_searchsorted(const cx_array *a, const cx_array *values, cx_side side)
{
    cx_array *out = NULL;
    const cx_status st = search(a, values, side, &out);
    return cx__yield(st, "searchsorted", out);
}

/* ---- the k smallest */
cx_topk cx_smallest_k(const cx_array *a, int64_t k)
{
    const char *const where = "smallest_k";
    cx_array *out[2] = {NULL, NULL};
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && a->ndim == 0) st = cx__fail(CX_E_SHAPE, where, "a has no axis");
    if (st == CX_OK && (k < 0 || k > a->shape[a->ndim - 1]))
        st = cx__fail(CX_E_ARGUMENT, where, "k is %" PRId64 ", the last axis has %" PRId64, k,
                      a->shape[a->ndim - 1]);
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        cx_array *const index = cx_copy(cx_slice(cx_argsort(a, -1), -1, 0, k, 1));
        cx_array *const values = cx_take_along_axis(a, index, -1);
        if (cx_ok()) {
            out[0] = cx_retain(values);
            out[1] = cx_retain(index);
        }
        st = cx_scope_close(s);
    }
    cx_topk r;
    r.values = cx__yield(st, where, out[0]);
    r.indices = cx__yield(st, where, out[1]);
    return r;
}
