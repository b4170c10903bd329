/* Reductions of arrays in pieces. The one idea: a reduction over the first axis is one of its
 * pieces' results, any other one gives its piece of the result. Uses public functions only. */
#include "base/object.h"
#include <calx/array.h>
#include <calx/chunks.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

typedef struct folding {
    cx_array *(*reduce)(const cx_array *a, cx_reduce how);
    cx_array *(*join)(const cx_array *a, const cx_array *b);
    cx_reduce how;
    const cx_array *where; /* of a's shape, or NULL */
    cx_device device;
    int64_t rows;
    bool over_rows;  /* the first axis is reduced */
    cx_array *total; /* an own reference, or NULL before the first piece */
} folding;

/* Float sums are kept in double between pieces. */
static cx_dtype wide(cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    return kind == 'e' || kind == 'f' ? CX_F64 : kind == 'c' ? CX_C128 : CX_DTYPE_NONE;
}

static bool reduces_rows(const cx_reduce *how, int ndim)
{
    if (how->no_axes) return false;
    if (how->axis_count == 0) return true;
    if (how->axis_count == 1 && how->axes == NULL) return how->axis == 0 || how->axis == -ndim;
    bool found = false;
    for (int i = 0; i < how->axis_count && how->axes != NULL; i++)
        found = found || how->axes[i] == 0 || how->axes[i] == -ndim;
    return found;
}

static cx_status fold(void *ctx, const cx_array *piece, int64_t first)
{
    folding *const f = ctx;
    const int64_t stop = first + cx_dim(piece, 0);
    cx_reduce how = f->how;
    if (f->where != NULL) how.where = cx_to(cx_slice(f->where, 0, first, stop, 1), f->device);
    if (first > 0 && f->over_rows) how.initial = NULL; /* it counts once */
    const cx_array *const part = f->reduce(piece, how);
    CX__TRY(cx_status_of(part));
    if (f->over_rows) {
        const cx_array *const total = f->total == NULL ? part : f->join(f->total, part);
        CX__TRY(cx_status_of(total));
        cx_assign(&f->total, total);
        return CX_OK;
    }
    if (f->total == NULL) {
        int64_t shape[CX_MAX_NDIM];
        for (int i = 0; i < cx_ndim(part); i++) shape[i] = cx_dim(part, i);
        shape[0] = f->rows;
        CX__TRY(cx_new((cx_shape){cx_ndim(part), shape}, cx_dtype_of(part), f->device, &f->total));
    }
    return cx_copy_into(part, cx_slice(f->total, 0, first, stop, 1));
}

static cx_array *fold_all(const cx_array *a, cx_reduce how, cx_device device,
                          const cx_chunk_opts *o, folding *f)
{
    cx_status st = CX_OK;
    f->how = how;
    f->device = device;
    f->rows = cx_dim(a, 0);
    f->over_rows = reduces_rows(&how, cx_ndim(a));
    if (how.where != NULL) {
        f->where = cx_broadcast_to(how.where, cx_shape_of(a));
        st = cx_status_of(f->where);
    }
    if (st == CX_OK) st = cx_chunks(a, device, o, fold, f);
    if (st == CX_OK && f->total == NULL) { /* no rows: as the whole */
        if (f->where != NULL) f->how.where = cx_to(f->where, device);
        cx_array *const r = f->reduce(cx_to(a, device), f->how);
        return r;
    }
    cx_array *const r = st == CX_OK ? cx_index(f->total, "...") : NULL;
    cx_release(f->total);
    (void)cx_check(st);
    return r != NULL ? r : cx__nil(st);
}

/* The dtype of the whole's result: that of a result of no rows. */
static cx_dtype result_dtype(const cx_array *a, cx_reduce how, bool mean)
{
    how.where = how.initial = NULL;
    const cx_array *const none =
        cx_zeros(CX_SHAPE(1), cx_dtype_of(a) == CX_CAT ? CX_I32 : cx_dtype_of(a), CX_CPU);
    how.axis_count = 0;
    how.no_axes = false;
    return cx_dtype_of((mean ? cx_mean : cx_sum)(none, how));
}

static cx_status need_rows(const char *where, const cx_array *a)
{
    CX__TRY(cx__check(where, "a", a, CX__KIND_ARRAY));
    if (cx_ndim(a) > 0) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "a is 0-d; it has no rows");
}

static cx_array *sum(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    folding f = {.reduce = cx_sum, .join = cx_add};
    const cx_dtype end = result_dtype(a, how, false);
    if (wide(end) != CX_DTYPE_NONE) how.dtype = wide(end);
    cx_array *const r = fold_all(a, how, device, o, &f);
    return cx_dtype_of(r) == end || cx_status_of(r) != CX_OK ? r : cx_astype(r, end);
}

cx_array *cx_chunks_sum(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    if (cx_check(need_rows("chunks_sum", a)) == CX_OK) r = sum(a, how, device, o);
    return cx_scope_return(s, r);
}

static cx_array *mean(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    const cx_dtype end = result_dtype(a, how, true);
    folding f = {.reduce = cx_sum, .join = cx_add}, counting = f;
    cx_reduce count = how;
    how.dtype = wide(end);
    const cx_array *const total = fold_all(a, how, device, o, &f);
    if (how.where == NULL) { /* every mean is of as many */
        const int64_t means = cx_size(total), n = means == 0 ? 0 : cx_size(a) / means;
        return cx_astype(cx_div(total, cx_float((double)n)), end);
    }
    count.where = NULL;
    count.dtype = CX_F64;
    const cx_array *const n =
        fold_all(cx_broadcast_to(how.where, cx_shape_of(a)), count, device, o, &counting);
    return cx_astype(cx_div(total, n), end);
}

cx_array *cx_chunks_mean(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    static const char where[] = "chunks_mean";
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    cx_status st = need_rows(where, a);
    if (st == CX_OK && how.initial != NULL)
        st = cx__fail(CX_E_ARGUMENT, where, "a mean has no initial value");
    if (cx_check(st) == CX_OK) r = mean(a, how, device, o);
    return cx_scope_return(s, r);
}

cx_array *cx_chunks_min(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    folding f = {.reduce = cx_min, .join = cx_minimum};
    if (cx_check(need_rows("chunks_min", a)) == CX_OK) r = fold_all(a, how, device, o, &f);
    return cx_scope_return(s, r);
}

cx_array *cx_chunks_max(const cx_array *a, cx_reduce how, cx_device device, const cx_chunk_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    folding f = {.reduce = cx_max, .join = cx_maximum};
    if (cx_check(need_rows("chunks_max", a)) == CX_OK) r = fold_all(a, how, device, o, &f);
    return cx_scope_return(s, r);
}
