/* Writing safetensors. The one idea: a list of parts (name, dtype, shape, bytes) is laid out
 * first, widest dtype first as the format's own library does, so that every tensor lies aligned;
 * then header and parts go out in one pass. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/safetensors.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct part {
    char *name;
    const char *dtype;
    size_t width; /* bytes of an element: the order of the parts */
    int ndim;
    int64_t shape[CX_MAX_NDIM + 1];
    const void *data;
    size_t bytes;
    void *own; /* data to be freed */
} part;

typedef struct writing {
    const char *where;
    part *parts;
    int count;
    json_t *own, *meta;
} writing;

static cx_status add(writing *w, const char *name, const char *suffix, cx_dtype t, int ndim,
                     const int64_t *shape, const void *data, size_t bytes, void *own)
{
    part *const p = &w->parts[w->count++];
    *p = (part){.dtype = cx__safetensors_dtype(t),
                .width = cx_dtype_size(t),
                .ndim = ndim,
                .data = data,
                .bytes = bytes,
                .own = own};
    if (ndim > 0) memcpy(p->shape, shape, (size_t)ndim * sizeof *shape);
    cx__text text = {0};
    cx__text_puts(&text, name);
    cx__text_puts(&text, suffix);
    if (text.failed) {
        cx__text_free(&text);
        return cx__fail_nomem(w->where, "a name", strlen(name));
    }
    p->name = text.at;
    return CX_OK;
}

static cx_status note(writing *w, const char *name, const char *dtype)
{
    return json_object_set_new(w->own, name, json_string(dtype)) == 0
               ? CX_OK
               : cx__fail_nomem(w->where, "metadata", 64);
}

/* Codes, the texts' bytes, and where each text starts. */
static cx_status add_category(writing *w, const char *name, const cx_array *a, const void *codes,
                              size_t bytes)
{
    const int n = cx_category_count(a);
    const cx_shape shape = cx_shape_of(a);
    cx__text texts = {0};
    const int64_t count = n + 1;
    int64_t *const offsets = cx__alloc((size_t)count * sizeof *offsets);
    if (offsets == NULL)
        return cx__fail_nomem(w->where, "categories", (size_t)count * sizeof *offsets);
    offsets[0] = 0;
    for (int i = 0; i < n; i++) {
        cx__text_puts(&texts, cx_category(a, i));
        offsets[i + 1] = (int64_t)texts.len;
    }
    if (texts.failed) {
        cx__free(offsets);
        cx__text_free(&texts);
        return cx__fail_nomem(w->where, "categories", (size_t)count);
    }
    const int64_t length = (int64_t)texts.len;
    cx_status st = add(w, name, ".categories", CX_U8, 1, &length, texts.at, texts.len, texts.at);
    const cx_status st2 = add(w, name, ".offsets", CX_I64, 1, &count, offsets,
                              (size_t)count * sizeof *offsets, offsets);
    if (st == CX_OK) st = st2;
    if (st == CX_OK) st = add(w, name, "", CX_I32, shape.ndim, shape.dim, codes, bytes, NULL);
    return st == CX_OK ? note(w, name, "category") : st;
}

static cx_status add_array(writing *w, const char *name, const cx_array *a)
{
    if (strcmp(name, "__metadata__") == 0)
        return cx__fail(CX_E_ARGUMENT, w->where, "no array may be named __metadata__");
    const void *data;
    size_t bytes;
    CX__TRY(cx__io_bytes(w->where, name, a, &data, &bytes));
    const cx_dtype t = cx_dtype_of(a);
    const cx_shape shape = cx_shape_of(a);
    if (t == CX_CAT) return add_category(w, name, a, data, bytes);
    if (t != CX_C128) return add(w, name, "", t, shape.ndim, shape.dim, data, bytes, NULL);
    int64_t pairs[CX_MAX_NDIM + 1];
    if (shape.ndim > 0) memcpy(pairs, shape.dim, (size_t)shape.ndim * sizeof *pairs);
    pairs[shape.ndim] = 2;
    if (shape.ndim == CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, w->where, "'%s' has %d dimensions; complex128 may have %d",
                        name, shape.ndim, CX_MAX_NDIM - 1);
    CX__TRY(add(w, name, "", CX_F64, shape.ndim + 1, pairs, data, bytes, NULL));
    return note(w, name, "complex128");
}

static int by_width(const void *a, const void *b)
{
    const part *const x = a, *const y = b;
    if (x->width != y->width) return x->width > y->width ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int append(const char *s, size_t n, void *text)
{
    cx__text_put(text, s, n);
    return 0;
}

/* JSON text of a value; the text's `failed` tells. */
static cx__text dump(const json_t *v)
{
    cx__text text = {0};
    if (v == NULL || json_dump_callback(v, append, &text, JSON_COMPACT) != 0) text.failed = true;
    return text;
}

static cx_status add_metadata(writing *w, const char *const *metadata)
{
    for (; metadata != NULL && metadata[0] != NULL; metadata += 2) {
        const char *const key = metadata[0], *const value = metadata[1];
        if (value == NULL)
            return cx__fail(CX_E_ARGUMENT, w->where, "metadata key '%.120s' has no value", key);
        if (cx__utf8_valid(key, strlen(key)) != strlen(key) ||
            cx__utf8_valid(value, strlen(value)) != strlen(value))
            return cx__fail(CX_E_ARGUMENT, w->where, "metadata '%.60s' is not UTF-8", key);
        if (json_object_get(w->meta, key) != NULL || strcmp(key, CX__DTYPES_KEY) == 0)
            return cx__fail(CX_E_ARGUMENT, w->where,
                            "metadata key '%.120s' occurs twice or is reserved", key);
        if (json_object_set_new(w->meta, key, json_string(value)) != 0)
            return cx__fail_nomem(w->where, "metadata", strlen(value));
    }
    if (json_object_size(w->own) == 0) return CX_OK;
    cx__text text = dump(w->own);
    const bool failed = text.failed || json_object_set_new(w->meta, CX__DTYPES_KEY,
                                                           json_stringn(text.at, text.len)) != 0;
    cx__text_free(&text);
    return failed ? cx__fail_nomem(w->where, "metadata", 256) : CX_OK;
}

/* The header of the laid-out parts, padded with spaces so that the data starts at a multiple of
 * 8. */
static cx_status make_header(writing *w, cx__text *head)
{
    json_t *const root = json_object();
    bool failed = root == NULL;
    if (json_object_size(w->meta) > 0)
        failed = failed || json_object_set(root, "__metadata__", w->meta) != 0;
    size_t at = 0;
    for (int i = 0; i < w->count && !failed; i++) {
        const part *const p = &w->parts[i];
        if (json_object_get(root, p->name) != NULL) {
            json_decref(root);
            return cx__fail(CX_E_ARGUMENT, w->where,
                            "the name '%.120s' is needed for the categories of another array",
                            p->name);
        }
        json_t *const shape = json_array();
        for (int k = 0; k < p->ndim; k++)
            failed = json_array_append_new(shape, json_integer(p->shape[k])) != 0 || failed;
        json_t *const entry =
            json_pack("{s:s, s:o, s:[I, I]}", "dtype", p->dtype, "shape", shape, "data_offsets",
                      (json_int_t)at, (json_int_t)(at + p->bytes));
        failed = json_object_set_new(root, p->name, entry) != 0 || failed;
        at += p->bytes;
    }
    cx__text text = dump(failed ? NULL : root);
    json_decref(root);
    if (text.failed) {
        cx__text_free(&text);
        return cx__fail_nomem(w->where, "the header", 256);
    }
    const size_t n = text.len, padded = (n + 7) / 8 * 8;
    unsigned char length[8];
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)((uint64_t)padded >> (8 * i));
    cx__text_put(head, (const char *)length, sizeof length);
    cx__text_put(head, text.at, n);
    cx__text_put(head, "       ", padded - n);
    cx__text_free(&text);
    return head->failed ? cx__fail_nomem(w->where, "the header", padded) : CX_OK;
}

static cx_status put_part(cx__writer *out, const char *where, const part *p)
{
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    if (low == 1 || p->width == 1) return cx__writer_put(out, p->data, p->bytes);
    void *const copy = cx__alloc(p->bytes);
    if (copy == NULL) return cx__fail_nomem(where, "a swapped copy", p->bytes);
    memcpy(copy, p->data, p->bytes);
    const size_t unit = strcmp(p->dtype, "C64") == 0 ? 4 : p->width;
    cx__io_swap(copy, p->bytes / unit, unit);
    const cx_status st = cx__writer_put(out, copy, p->bytes);
    cx__free(copy);
    return st;
}

static cx_status write_out(writing *w, const char *path)
{
    qsort(w->parts, (size_t)w->count, sizeof *w->parts, by_width);
    cx__text head = {0};
    cx_status st = make_header(w, &head);
    cx__writer out;
    if (st == CX_OK && (st = cx__writer_open(&out, w->where, path)) == CX_OK) {
        st = cx__writer_put(&out, head.at, head.len);
        for (int i = 0; i < w->count && st == CX_OK; i++)
            st = put_part(&out, w->where, &w->parts[i]);
        if (st == CX_OK)
            st = cx__writer_commit(&out);
        else
            cx__writer_abort(&out);
    }
    cx__text_free(&head);
    return st;
}

cx_status cx_safetensors_save(const char *path, cx_names names, cx_arrays arrays,
                              const char *const *metadata)
{
    const cx_scope s = cx_scope_open();
    writing w = {.where = "safetensors_save"};
    cx_status st = cx__names_check(w.where, names, arrays);
    if (st == CX_OK) {
        w.parts = cx__alloc(((size_t)names.count * 3 + 1) * sizeof *w.parts);
        w.own = json_object();
        w.meta = json_object();
        if (w.parts == NULL || w.own == NULL || w.meta == NULL)
            st = cx__fail_nomem(w.where, "tensors", (size_t)names.count * sizeof *w.parts);
    }
    for (int i = 0; i < names.count && st == CX_OK; i++)
        st = add_array(&w, names.at[i], arrays.at[i]);
    if (st == CX_OK) st = add_metadata(&w, metadata);
    if (st == CX_OK) st = write_out(&w, path);
    for (int i = 0; i < w.count; i++) {
        cx__free(w.parts[i].name);
        cx__free(w.parts[i].own);
    }
    cx__free(w.parts);
    json_decref(w.own);
    json_decref(w.meta);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
