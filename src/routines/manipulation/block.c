/* numpy.block: nested lists as text. The text is read twice by the same recursion: once for the
 * shape of each list, once to copy its arrays into windows of the one result. */
#include "base/alloc.h"
#include "routines/manipulation/parts.h"
#include <inttypes.h>
#include <string.h>

static const char where[] = "block";

typedef struct nest {
    const char *text, *at;
    const cx_array **part;
    int count, next; /* arrays, the next one */
    int depth, ndim; /* of every array's place; of the result */
} nest;

static cx_status wrong(const nest *n, const char *what)
{
    return cx__fail(CX_E_PARSE, where, "%s at position %d of \"%.80s\"", what,
                    (int)(n->at - n->text), n->text);
}

static char look(nest *n)
{
    while (*n->at == ' ' || *n->at == '\t' || *n->at == '\n') n->at++;
    return *n->at;
}

/* Is the text well formed, and is every ? as deep as the first? */
static cx_status scan(nest *n)
{
    int level = 0, arrays = 0;
    bool wants = true; /* an item, not a comma or an end */
    n->depth = -1;
    for (char c; (c = look(n)) != '\0'; n->at++) {
        if (c == '[' && wants) {
            if (++level > CX_MAX_NDIM) return wrong(n, "too many brackets");
        } else if (c == '?' && wants) {
            if (n->depth >= 0 && n->depth != level) return wrong(n, "an array at another depth");
            n->depth = level;
            arrays++;
            wants = false;
        } else if (c == ',' && !wants && level > 0) {
            wants = true;
        } else if (c == ']' && level > 0 && !wants) {
            level--;
        } else {
            return wrong(n, c == ']' && wants && level > 0 ? "an empty list" : "unexpected text");
        }
        if (level == 0 && !wants) {
            n->at++;
            if (look(n) != '\0') return wrong(n, "unexpected text");
            break;
        }
    }
    if (level > 0 || wants) return wrong(n, "the end comes too early");
    if (arrays != n->count)
        return cx__fail(CX_E_ARGUMENT, where, "\"%.80s\" has %d '?', and %d array%s given", n->text,
                        arrays, n->count, n->count == 1 ? " is" : "s are");
    n->at = n->text;
    return CX_OK;
}

/* Shape of what begins here; stops behind it. */
static cx_status measure(nest *n, int level, int64_t *shape)
{
    if (level == n->depth) {
        const cx_array *const a = n->part[n->next++];
        const int lead = n->ndim - cx_ndim(a);
        for (int d = 0; d < n->ndim; d++) shape[d] = d < lead ? 1 : cx_dim(a, d - lead);
        look(n);
        n->at++;
        return CX_OK;
    }
    const int axis = n->ndim - (n->depth - level);
    look(n);
    n->at++; /* [ */
    for (int i = 0;; i++) {
        int64_t one[CX_MAX_NDIM];
        const int first = n->next;
        CX__TRY(measure(n, level + 1, i == 0 ? shape : one));
        if (i > 0) {
            char text[2][CX__SHAPE_TEXT];
            for (int d = 0; d < n->ndim; d++)
                if (d != axis && one[d] != shape[d])
                    return cx__fail(CX_E_SHAPE, where,
                                    "shape %s from array %d on does not join shape %s along axis "
                                    "%d",
                                    cx__shape_text(n->ndim, one, text[0]), first,
                                    cx__shape_text(n->ndim, shape, text[1]), axis);
            shape[axis] += one[axis];
        }
        const char c = look(n);
        n->at++;
        if (c == ']') return CX_OK;
    }
}

static void fill(nest *n, int level, const cx_array *window)
{
    if (level == n->depth) {
        look(n);
        n->at++;
        cx__place(n->part[n->next++], cx_index(window, "..."));
        return;
    }
    const int axis = n->ndim - (n->depth - level);
    look(n);
    n->at++;
    for (int64_t from = 0; cx_ok();) {
        nest child = *n;
        int64_t shape[CX_MAX_NDIM];
        if (cx_check(measure(&child, level + 1, shape)) != CX_OK) return;
        fill(n, level + 1, cx_slice(window, axis, from, from + shape[axis], 1));
        from += shape[axis];
        const char c = look(n);
        n->at++;
        if (c == ']') return;
    }
}

static cx_status take_parts(nest *n, cx_arrays parts)
{
    cx_device d = CX_CPU;
    const cx_array *first = NULL;
    for (int i = 0; i < parts.count; i++) {
        if (cx__is_weak(parts.at[i])) continue;
        CX__TRY(cx__need_array(where, "an array of the list", parts.at[i]));
        if (first == NULL) first = parts.at[i];
        d = cx_device_of(first);
        CX__TRY(cx__need_together(where, "an array of the list", parts.at[i], "a", first));
    }
    for (int i = 0; i < parts.count; i++) {
        CX__TRY(cx__any_array(where, "an array of the list", parts.at[i], d, &n->part[i]));
        n->ndim = cx_ndim(n->part[i]) > n->ndim ? cx_ndim(n->part[i]) : n->ndim;
    }
    return CX_OK;
}

static cx_status block(nest *n, cx_arrays parts, cx_array **out)
{
    CX__TRY(scan(n));
    n->ndim = n->depth;
    CX__TRY(take_parts(n, parts));
    cx_dtype t;
    CX__TRY(cx__common_dtype(where, (cx_arrays){n->count, n->part}, &t));
    int64_t shape[CX_MAX_NDIM];
    CX__TRY(measure(n, 0, shape));
    *out = cx__blank(where, n->part[0], t == CX_CAT ? CX_DTYPE_NONE : t, n->ndim, shape);
    CX__TRY(cx__so_far());
    n->at = n->text;
    n->next = 0;
    fill(n, 0, *out);
    return CX_OK;
}

cx_array *cx_block(const char *text, cx_arrays parts)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    nest n = {.text = text, .at = text, .count = parts.count};
    cx_status st = CX_OK;
    if (text == NULL) st = cx__fail(CX_E_NULL, where, "nest is NULL");
    if (st == CX_OK && (parts.count < 1 || parts.at == NULL))
        st = cx__fail(CX_E_ARGUMENT, where, "at least one array is needed");
    if (st == CX_OK) {
        n.part = cx__alloc((size_t)parts.count * sizeof *n.part);
        if (n.part == NULL)
            st = cx__fail_nomem(where, "the list", (size_t)parts.count * sizeof *n.part);
    }
    if (st == CX_OK) st = block(&n, parts, &r);
    cx__free(n.part);
    return cx__give(s, st, r);
}
