/* Basic indexing: text or numbers to a view. Texts become items, and one builder of views serves
 * items, slices, selections and diagonals. */
#include "ops/index.h"
#include "base/text.h"
#include "core/shape.h"
#include <calx/index.h>
#include <inttypes.h>
#include <string.h>

/* a view under construction: axes of the base are consumed from the left, axes of the result
 * appended */
typedef struct builder {
    const cx_array *base;
    int used, ndim;
    char *data;
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
} builder;

static cx_status push(const char *where, builder *b, int64_t extent, int64_t stride)
{
    if (b->ndim == CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "the result has more than %d dimensions", CX_MAX_NDIM);
    b->shape[b->ndim] = extent;
    b->strides[b->ndim++] = stride;
    return CX_OK;
}

static cx_status take_integer(const char *where, builder *b, int64_t i)
{
    const int64_t n = b->base->shape[b->used];
    if (i < -n || i >= n)
        return cx__fail(CX_E_INDEX, where,
                        "index %" PRId64 " is out of bounds for axis %d with size %" PRId64, i,
                        b->used, n);
    b->data += (i < 0 ? i + n : i) * b->base->strides[b->used++];
    return CX_OK;
}

/* Python's slice.indices: clipped bounds, then the number of steps */
static cx_status take_slice(const char *where, builder *b, bool has_start, int64_t start,
                            bool has_stop, int64_t stop, int64_t step)
{
    const int64_t n = b->base->shape[b->used], stride = b->base->strides[b->used];
    if (step == 0) return cx__fail(CX_E_INDEX, where, "the step of axis %d is 0", b->used);
    if (step < -INT64_MAX) step = -INT64_MAX;
    const int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? n - 1 : n;
    if (!has_start)
        start = step < 0 ? highest : lowest;
    else if (start < 0)
        start = start + n < lowest ? lowest : start + n;
    else if (start > highest)
        start = highest;
    if (!has_stop)
        stop = step < 0 ? lowest : highest;
    else if (stop < 0)
        stop = stop + n < lowest ? lowest : stop + n;
    else if (stop > highest)
        stop = highest;
    int64_t count = 0;
    if (step > 0 && stop > start) count = (stop - start - 1) / step + 1;
    if (step < 0 && start > stop) count = (start - stop - 1) / -step + 1;
    if (count > 0) b->data += start * stride;
    b->used++;
    return push(where, b, count, count > 1 ? stride * step : stride);
}

static cx_status take_whole(const char *where, builder *b, int axes)
{
    for (; axes > 0; axes--) {
        CX__TRY(push(where, b, b->base->shape[b->used], b->base->strides[b->used]));
        b->used++;
    }
    return CX_OK;
}

static cx_status finish(const char *where, builder *b, cx_array **out)
{
    CX__TRY(take_whole(where, b, b->base->ndim - b->used));
    return cx__array_view(where, b->base, b->ndim, b->shape, b->strides, b->data,
                          (cx_dtype)b->base->dtype, out);
}

/* ---- the text form */
typedef struct reader {
    const char *spec, *at;
    int n, next;
    const int64_t *values;
    const cx_array *const *arrays; /* NULL: none */
} reader;

static void skip(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t') r->at++;
}

static cx_status parse_error(const char *where, const reader *r, const char *wanted)
{
    return cx__fail(CX_E_PARSE, where, "%s expected at position %d of \"%.80s\"", wanted,
                    (int)(r->at - r->spec), r->spec);
}

/* a number, or ? for the next value; *present tells whether there was one */
static cx_status number(const char *where, reader *r, bool *present, int64_t *out)
{
    skip(r);
    *present = false;
    if (*r->at == '?') {
        if (r->arrays != NULL && r->next < r->n && r->arrays[r->next] != NULL)
            return parse_error(where, r, "a number (cx_int) instead of an array");
        if (r->next >= r->n)
            return cx__fail(CX_E_ARGUMENT, where,
                            "\"%.80s\" has more than %d '?', and %d value%s given", r->spec, r->n,
                            r->n, r->n == 1 ? " is" : "s are");
        *out = r->values[r->next++];
        r->at++;
        *present = true;
    } else if (*r->at == '-' || *r->at == '+' || (*r->at >= '0' && *r->at <= '9')) {
        const char *end = cx__parse_i64(r->at, r->at + strlen(r->at), out);
        if (end == NULL || end == r->at) return parse_error(where, r, "an integer");
        r->at = end;
        *present = true;
    }
    skip(r);
    return CX_OK;
}

static bool word(reader *r, const char *w)
{
    const size_t n = strlen(w);
    if (strncmp(r->at, w, n) != 0) return false;
    const char c = r->at[n];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9'))
        return false;
    r->at += n;
    return true;
}

/* ? alone, for an array? */
static bool array_item(const reader *r, cx__item *it)
{
    if (*r->at != '?' || r->arrays == NULL || r->next >= r->n || r->arrays[r->next] == NULL)
        return false;
    *it = (cx__item){.kind = CX__ITEM_ARRAY, .axes = 1, .hole = r->next};
    return true;
}

static cx_status read_item(const char *where, reader *r, cx__item *it)
{
    *it = (cx__item){.kind = CX__ITEM_SLICE, .step = 1};
    if (array_item(r, it)) {
        r->at++;
        r->next++;
        skip(r);
        return *r->at == ':' ? parse_error(where, r, "a number instead of an array before ':'")
                             : CX_OK;
    }
    if (strncmp(r->at, "...", 3) == 0) {
        r->at += 3;
        it->kind = CX__ITEM_ELLIPSIS;
        return CX_OK;
    }
    if (word(r, "newaxis") || word(r, "None")) {
        it->kind = CX__ITEM_NEWAXIS;
        return CX_OK;
    }
    bool has_step;
    CX__TRY(number(where, r, &it->has_start, &it->start));
    if (*r->at != ':') {
        if (!it->has_start) return parse_error(where, r, "an integer, a slice, '...' or newaxis");
        it->kind = CX__ITEM_INTEGER;
        return CX_OK;
    }
    r->at++;
    CX__TRY(number(where, r, &it->has_stop, &it->stop));
    if (*r->at != ':') return CX_OK;
    r->at++;
    return number(where, r, &has_step, &it->step);
}

cx_status cx__items_read(const char *where, const char *spec, int n, const int64_t *values,
                         const cx_array *const *arrays, cx__item items[CX__ITEMS], int *count)
{
    if (spec == NULL) return cx__fail(CX_E_NULL, where, "spec is NULL");
    reader r = {.spec = spec, .at = spec, .n = n, .values = values, .arrays = arrays};
    int ellipses = 0;
    *count = 0;
    skip(&r);
    while (*r.at != '\0') {
        if (*count == CX__ITEMS)
            return cx__fail(CX_E_PARSE, where, "\"%.80s\" has more than %d items", spec, CX__ITEMS);
        CX__TRY(read_item(where, &r, &items[*count]));
        ellipses += items[(*count)++].kind == CX__ITEM_ELLIPSIS;
        skip(&r);
        if (*r.at == ',')
            r.at++;
        else if (*r.at != '\0')
            return parse_error(where, &r, "','");
        skip(&r);
    }
    if (ellipses > 1) return cx__fail(CX_E_PARSE, where, "\"%.80s\" has more than one '...'", spec);
    if (r.next != n)
        return cx__fail(CX_E_ARGUMENT, where, "\"%.80s\" has %d '?', and %d value%s given", spec,
                        r.next, n, n == 1 ? " is" : "s are");
    return CX_OK;
}

cx_status cx__items_axes(const char *where, const cx_array *a, int count, const cx__item *items,
                         int *axes)
{
    *axes = 0;
    for (int i = 0; i < count; i++)
        if (items[i].kind == CX__ITEM_INTEGER || items[i].kind == CX__ITEM_SLICE)
            ++*axes;
        else if (items[i].kind == CX__ITEM_ARRAY)
            *axes += items[i].axes;
    if (*axes <= a->ndim) return CX_OK;
    return cx__fail(CX_E_INDEX, where, "%d indices, the array has %d dimension%s", *axes, a->ndim,
                    a->ndim == 1 ? "" : "s");
}

cx_status cx__items_view(const char *where, const cx_array *a, int count, const cx__item *items,
                         cx_array **out)
{
    int axes;
    CX__TRY(cx__items_axes(where, a, count, items, &axes));
    builder b = {.base = a, .data = a->data};
    for (int i = 0; i < count; i++) {
        const cx__item *const it = &items[i];
        switch ((cx__item_kind)it->kind) {
        case CX__ITEM_INTEGER: CX__TRY(take_integer(where, &b, it->start)); break;
        case CX__ITEM_SLICE:
            CX__TRY(
                take_slice(where, &b, it->has_start, it->start, it->has_stop, it->stop, it->step));
            break;
        case CX__ITEM_NEWAXIS: CX__TRY(push(where, &b, 1, 0)); break;
        case CX__ITEM_ELLIPSIS: CX__TRY(take_whole(where, &b, a->ndim - axes)); break;
        default: CX__TRY(take_whole(where, &b, it->axes)); break;
        }
    }
    return finish(where, &b, out);
}

static cx_status index_by_text(const char *where, const cx_array *a, const char *spec, int n,
                               const int64_t *values, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    cx__item items[CX__ITEMS];
    int count;
    CX__TRY(cx__items_read(where, spec, n, values, NULL, items, &count));
    return cx__items_view(where, a, count, items, out);
}

cx_array *cx_index_n(const cx_array *a, const char *spec, int n, const int64_t *values)
{
    cx_array *out = NULL;
    const cx_status st = index_by_text("index", a, spec, n, values, &out);
    return cx__yield(st, "index", out);
}

/* ---- the number forms */
static cx_status slice_axis(const char *where, const cx_array *a, int axis, int64_t start,
                            int64_t stop, int64_t step, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__axis(where, axis, a->ndim, &axis));
    builder b = {.base = a, .data = a->data};
    CX__TRY(take_whole(where, &b, axis));
    CX__TRY(take_slice(where, &b, start != CX_END, start, stop != CX_END, stop, step));
    return finish(where, &b, out);
}

cx_array *cx_slice(const cx_array *a, int axis, int64_t start, int64_t stop, int64_t step)
{
    cx_array *out = NULL;
    const cx_status st = slice_axis("slice", a, axis, start, stop, step, &out);
    return cx__yield(st, "slice", out);
}

static cx_status select_axis(const char *where, const cx_array *a, int axis, int64_t i,
                             cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__axis(where, axis, a->ndim, &axis));
    builder b = {.base = a, .data = a->data};
    CX__TRY(take_whole(where, &b, axis));
    CX__TRY(take_integer(where, &b, i));
    return finish(where, &b, out);
}

cx_array *cx_select(const cx_array *a, int axis, int64_t i)
{
    cx_array *out = NULL;
    const cx_status st = select_axis("select", a, axis, i, &out);
    return cx__yield(st, "select", out);
}

static cx_status diagonal(const char *where, const cx_array *a, int64_t k, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (a->ndim < 2)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least 2 are needed", a->ndim);
    builder b = {.base = a, .data = a->data};
    CX__TRY(take_whole(where, &b, a->ndim - 2));
    const int64_t rows = a->shape[a->ndim - 2], cols = a->shape[a->ndim - 1];
    const int64_t down = a->strides[a->ndim - 2], right = a->strides[a->ndim - 1];
    int64_t n = 0;
    if (k >= 0 && k < cols) {
        n = rows < cols - k ? rows : cols - k;
        b.data += k * right;
    } else if (k < 0 && k > -rows) {
        n = rows + k < cols ? rows + k : cols;
        b.data += -k * down;
    }
    b.used = a->ndim;
    CX__TRY(push(where, &b, n, down + right));
    return finish(where, &b, out);
}

cx_array *cx_diagonal(const cx_array *a, int64_t k)
{
    cx_array *out = NULL;
    const cx_status st = diagonal("diagonal", a, k, &out);
    return cx__yield(st, "diagonal", out);
}
