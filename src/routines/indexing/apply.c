/* Functions of the program's over parts of arrays. Each call runs in a scope of its own. */
#include "routines/indexing/indexing.h"
#include <calx/apply.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

/* ---- piecewise */
static cx_status put_piece(const char *where, const cx_array *x, const cx_array *mask,
                           const cx_piece *p, cx_array *y)
{
    if (p->fn == NULL) return cx_setitem(y, "?", CX_ARRAYS(mask), p->value);
    const cx_array *const chosen = cx_mask(x, mask);
    CX__TRY(cx__so_far());
    if (cx_size(chosen) == 0) return CX_OK;
    const cx_array *const r = p->fn(chosen, p->ctx);
    CX__TRY(cx__so_far());
    CX__TRY(cx__need_operand(where, "what fn returns", r));
    return cx_setitem(y, "?", CX_ARRAYS(mask), r);
}

static cx_status check_pieces(const char *where, const cx_array *x, cx_arrays conditions, int n,
                              const cx_piece *pieces)
{
    char text[2][CX__SHAPE_TEXT];
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    CX__TRY(cx__need_list(where, "conditions", conditions, INT16_MAX));
    if (pieces == NULL) return cx__fail(CX_E_NULL, where, "pieces is NULL");
    if (n != conditions.count && n != conditions.count + 1)
        return cx__fail(CX_E_ARGUMENT, where, "%d pieces for %d conditions", n, conditions.count);
    for (int i = 0; i < n; i++)
        if (pieces[i].fn == NULL) CX__TRY(cx__need_operand(where, "a piece", pieces[i].value));
    for (int i = 0; i < conditions.count; i++) {
        const cx_array *const c = conditions.at[i];
        if (cx_dtype_of(c) != CX_BOOL)
            return cx__fail(CX_E_DTYPE, where, "condition %d is %s, not bool", i,
                            cx_dtype_name(cx_dtype_of(c)));
        bool same = cx__is_weak(c) || cx_ndim(c) == 0 || cx_ndim(c) == cx_ndim(x);
        for (int k = 0; same && !cx__is_weak(c) && k < cx_ndim(c); k++)
            same = cx_dim(c, k) == cx_dim(x, k);
        if (!same)
            return cx__fail(CX_E_SHAPE, where, "condition %d has shape %s and x %s", i,
                            cx__words_of_shape(c, text[0]), cx__words_of_shape(x, text[1]));
    }
    return CX_OK;
}

static cx_status piecewise(const char *where, const cx_array *x, cx_arrays conditions, int n,
                           const cx_piece *pieces, cx_array **out)
{
    CX__TRY(check_pieces(where, x, conditions, n, pieces));
    cx_array *const y = cx_zeros_like(x, CX_DTYPE_NONE);
    const cx_array *any = NULL;
    CX__TRY(cx__so_far());
    for (int i = 0; i < n; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *mask = NULL;
        if (i < conditions.count)
            mask = cx_broadcast_to(
                cx_logical_or(conditions.at[i], cx_zeros(CX_SHAPE(), CX_BOOL, cx_device_of(x))),
                cx_shape_of(x));
        else
            mask = cx_logical_not(any);
        cx_status st = cx__so_far();
        if (st == CX_OK) st = put_piece(where, x, mask, &pieces[i], y);
        (void)cx_check(st);
        const cx_status end = cx_scope_close(s);
        CX__TRY(end);
        if (i >= conditions.count || n == conditions.count) continue;
        const cx_array *const c = cx_broadcast_to(
            cx_logical_or(conditions.at[i], cx_zeros(CX_SHAPE(), CX_BOOL, cx_device_of(x))),
            cx_shape_of(x));
        any = any == NULL ? c : cx_logical_or(any, c);
    }
    *out = y;
    return CX_OK;
}
cx_array *cx_piecewise(const cx_array *x, cx_arrays conditions, int n, const cx_piece *pieces)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = piecewise("piecewise", x, conditions, n, pieces, &r);
    return cx__give(s, st, r);
}

/* ---- apply_along_axis */
typedef struct along {
    const char *where;
    cx_array *(*fn)(const cx_array *line, void *ctx);
    void *ctx;
    const cx_array *lines;  /* a, its axis last */
    cx_array *out, *places; /* the result, and it with the dimensions of one result last */
    int ndim;               /* of one result */
    int64_t shape[CX_MAX_NDIM];
    int axis;
} along;

/* the line, or the place of a result, at position i of the dimensions in front */
static cx_array *part_at(const cx_array *a, int fixed, int64_t i)
{
    int64_t at[CX_MAX_NDIM];
    for (int d = fixed - 1; d >= 0; d--) {
        at[d] = i % cx_dim(a, d);
        i /= cx_dim(a, d);
    }
    char spec[3 * CX_MAX_NDIM + 8] = "";
    for (int d = 0; d < fixed; d++) strcat(spec, "?,");
    return cx_index_n(a, strcat(spec, "..."), fixed, at);
}

/* Allocate for results like the first one; its dimensions stand where the axis was. */
static cx_status begin_results(along *s, const cx_array *first)
{
    const int rest = cx_ndim(s->lines) - 1;
    s->ndim = cx_ndim(first);
    if (rest + s->ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, s->where, "the result has %d dimensions", rest + s->ndim);
    int64_t full[CX_MAX_NDIM];
    int order[CX_MAX_NDIM], n = 0;
    for (int d = 0; d < s->axis; d++) full[n++] = cx_dim(s->lines, d);
    for (int d = 0; d < s->ndim; d++) full[n++] = s->shape[d] = cx_dim(first, d);
    for (int d = s->axis; d < rest; d++) full[n++] = cx_dim(s->lines, d);
    s->out = cx_empty((cx_shape){n, full}, cx_dtype_of(first), cx_device_of(first));
    for (int d = 0; d < rest; d++) order[d] = d < s->axis ? d : d + s->ndim;
    for (int d = 0; d < s->ndim; d++) order[rest + d] = s->axis + d;
    s->places = cx_permute_dims(s->out, n, order);
    return cx__so_far();
}

static cx_status put_result(along *s, const cx_array *r, int64_t i)
{
    char text[2][CX__SHAPE_TEXT];
    bool same = cx_ndim(r) == s->ndim;
    for (int d = 0; same && d < s->ndim; d++) same = cx_dim(r, d) == s->shape[d];
    if (!same)
        return cx__fail(CX_E_SHAPE, s->where,
                        "the result for line %" PRId64 " has shape %s, the first had %s", i,
                        cx__words_of_shape(r, text[0]), cx__shape_text(s->ndim, s->shape, text[1]));
    return cx_copy_into(r, part_at(s->places, cx_ndim(s->lines) - 1, i));
}

static cx_status apply_along_axis(along *s, int axis, const cx_array *a)
{
    CX__NEED(s->where, "a", a, CX__KIND_ARRAY);
    if (s->fn == NULL) return cx__fail(CX_E_NULL, s->where, "fn is NULL");
    CX__TRY(cx__axis(s->where, axis, cx_ndim(a), &s->axis));
    s->lines = cx_moveaxis(a, s->axis, -1);
    CX__TRY(cx__so_far());
    int64_t count = 1;
    for (int d = 0; d < cx_ndim(a); d++) count *= d == s->axis ? 1 : cx_dim(a, d);
    if (count == 0) return cx__fail(CX_E_SHAPE, s->where, "there is no line along axis %d", axis);
    for (int64_t i = 0; i < count; i++) {
        CX__TRY(cx__poll(s->where));
        const cx_scope inside = cx_scope_open();
        cx_array *r = s->fn(part_at(s->lines, cx_ndim(a) - 1, i), s->ctx);
        cx_status st = cx__so_far();
        if (st == CX_OK) st = cx__check(s->where, "what fn returns", r, CX__KIND_ARRAY);
        if (st == CX_OK && i > 0) st = put_result(s, r, i);
        (void)cx_check(st);
        if (i > 0) {
            CX__TRY(cx_scope_close(inside));
            continue;
        }
        r = cx_scope_return(inside, r);
        CX__TRY(cx__so_far());
        CX__TRY(begin_results(s, r));
        CX__TRY(put_result(s, r, 0));
    }
    return CX_OK;
}
cx_array *cx_apply_along_axis(cx_array *(*fn)(const cx_array *line, void *ctx), void *ctx, int axis,
                              const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    along work = {.where = "apply_along_axis", .fn = fn, .ctx = ctx};
    const cx_status st = apply_along_axis(&work, axis, a);
    return cx__give(s, st, work.out);
}

/* ---- apply_over_axes */
static cx_status apply_over_axes(const char *where,
                                 cx_array *(*fn)(const cx_array *a, int axis, void *ctx), void *ctx,
                                 const cx_array *a, int n, const int *axes, cx_array **out)
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    if (fn == NULL) return cx__fail(CX_E_NULL, where, "fn is NULL");
    if (n < 0 || n > CX_MAX_NDIM) return cx__fail(CX_E_ARGUMENT, where, "%d axes", n);
    if (n > 0 && axes == NULL) return cx__fail(CX_E_NULL, where, "axes is NULL");
    const int ndim = cx_ndim(a);
    cx_array *value = cx_index(a, "...");
    for (int i = 0; i < n; i++) {
        int k = 0;
        CX__TRY(cx__axis(where, axes[i], ndim, &k));
        cx_array *const r = fn(value, k, ctx);
        CX__TRY(cx__so_far());
        CX__NEED(where, "what fn returns", r, CX__KIND_ARRAY);
        if (cx_ndim(r) != ndim && cx_ndim(r) != ndim - 1)
            return cx__fail(CX_E_SHAPE, where,
                            "the result along axis %d has %d dimensions, not %d or %d", k,
                            cx_ndim(r), ndim, ndim - 1);
        value = cx_ndim(r) == ndim ? r : cx_expand_dims(r, k);
    }
    *out = value;
    return CX_OK;
}
cx_array *cx_apply_over_axes(cx_array *(*fn)(const cx_array *a, int axis, void *ctx), void *ctx,
                             const cx_array *a, int n, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = apply_over_axes("apply_over_axes", fn, ctx, a, n, axes, &r);
    return cx__give(s, st, r);
}
