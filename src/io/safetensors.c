/* Reading safetensors: 8 bytes of length, a JSON header, the tensors' bytes. The one idea: the
 * header is a claim that is checked whole (types, sizes, no overlap, no holes) before one byte
 * of data is touched. Our own additions are one metadata entry, "calx.dtypes".
 * Of a mapped file large tensors of floats stay where they are; what somebody may have checked as
 * indices is copied, since the file may change. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/safetensors.h"
#include <calx/manipulate.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HEADER = 100000000, LARGE = 1 << 16 };

/* A file in memory as long as an array over it lives. */
typedef struct shared_map {
    void *data;
    size_t size;
    atomic_int refs;
} shared_map;

/* One tensor of the header. */
typedef struct claim {
    const char *name; /* the JSON object's */
    size_t begin, end;
    cx_dtype dtype;
    int ndim;
    int64_t shape[CX_MAX_NDIM];
} claim;

static const struct {
    const char *name;
    cx_dtype t;
} dtype_names[] = {
    {"BOOL", CX_BOOL}, {"U8", CX_U8},     {"I8", CX_I8},   {"I16", CX_I16}, {"U16", CX_U16},
    {"F16", CX_F16},   {"BF16", CX_BF16}, {"I32", CX_I32}, {"U32", CX_U32}, {"F32", CX_F32},
    {"I64", CX_I64},   {"U64", CX_U64},   {"F64", CX_F64}, {"C64", CX_C64},
};

const char *cx__safetensors_dtype(cx_dtype t)
{
    for (size_t i = 0; i < sizeof dtype_names / sizeof *dtype_names; i++)
        if (dtype_names[i].t == t) return dtype_names[i].name;
    return NULL;
}

static cx_status bad(const char *where, const char *name, const char *what)
{
    return cx__fail(CX_E_PARSE, where, "tensor '%.120s': %s", name, what);
}

/* A non-negative integer of the header. */
static bool natural(const json_t *v, int64_t *out)
{
    if (!json_is_integer(v) || json_integer_value(v) < 0) return false;
    *out = json_integer_value(v);
    return true;
}

static cx_status read_dtype(const char *where, const char *name, const json_t *v, cx_dtype *out)
{
    const char *const text = json_string_value(v);
    if (text == NULL) return bad(where, name, "dtype is missing or no string");
    for (size_t i = 0; i < sizeof dtype_names / sizeof *dtype_names; i++)
        if (strcmp(dtype_names[i].name, text) == 0) {
            *out = dtype_names[i].t;
            return CX_OK;
        }
    return cx__fail(CX_E_DTYPE, where, "tensor '%.120s': dtype '%.40s' cannot be loaded", name,
                    text);
}

static cx_status read_claim(const char *where, const char *name, json_t *v, size_t data_size,
                            claim *c)
{
    c->name = name;
    if (!json_is_object(v) || json_object_size(v) != 3)
        return bad(where, name, "expected an object with dtype, shape and data_offsets");
    CX__TRY(read_dtype(where, name, json_object_get(v, "dtype"), &c->dtype));
    const json_t *const shape = json_object_get(v, "shape");
    const json_t *const offsets = json_object_get(v, "data_offsets");
    if (!json_is_array(shape) || json_array_size(shape) > CX_MAX_NDIM)
        return bad(where, name, "shape is no list of at most 32 extents");
    c->ndim = (int)json_array_size(shape);
    int64_t count = 1;
    bool fits = true;
    for (int i = 0; i < c->ndim; i++) {
        if (!natural(json_array_get(shape, (size_t)i), &c->shape[i]))
            return bad(where, name, "an extent is no natural number");
        fits = fits && cx__mul_i64(count, c->shape[i], &count);
    }
    int64_t begin, end, bytes;
    fits = fits && cx__mul_i64(count, (int64_t)cx_dtype_size(c->dtype), &bytes);
    if (!fits) return bad(where, name, "the shape's size overflows");
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        !natural(json_array_get(offsets, 0), &begin) || !natural(json_array_get(offsets, 1), &end))
        return bad(where, name, "data_offsets are no two natural numbers");
    if (begin > end || (uint64_t)end > data_size)
        return cx__fail(
            CX_E_PARSE, where,
            "tensor '%.120s': data_offsets %lld to %lld lie outside the %zu bytes of data", name,
            (long long)begin, (long long)end, data_size);
    if (end - begin != bytes)
        return cx__fail(CX_E_PARSE, where,
                        "tensor '%.120s': its shape needs %lld bytes, its data_offsets span %lld",
                        name, (long long)bytes, (long long)(end - begin));
    c->begin = (size_t)begin;
    c->end = (size_t)end;
    return CX_OK;
}

static int by_offset(const void *a, const void *b)
{
    const claim *const x = a, *const y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static cx_status check_cover(const char *where, const claim *c, int count, size_t data_size)
{
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        if (c[i].begin != at)
            return bad(where, c[i].name,
                       c[i].begin < at ? "its data overlaps another tensor's"
                                       : "unused bytes before its data");
        at = c[i].end;
    }
    if (at != data_size)
        return cx__fail(CX_E_PARSE, where, "%zu bytes after the last tensor's data",
                        data_size - at);
    return CX_OK;
}

/* ---- our own dtypes */

/* "category" or "complex128" for a tensor listed in calx.dtypes, else NULL. */
static const char *own_dtype(const json_t *own, const char *name)
{
    return json_string_value(json_object_get(own, name));
}

/* Is name the helper ("<x>.categories", "<x>.offsets") of a category tensor? */
static bool is_helper(const json_t *own, const char *name)
{
    const char *const dot = strrchr(name, '.');
    if (dot == NULL || (strcmp(dot, ".categories") != 0 && strcmp(dot, ".offsets") != 0))
        return false;
    char *const base = cx__strndup(name, (size_t)(dot - name));
    const char *const own_name = base == NULL ? NULL : own_dtype(own, base);
    const bool helper = own_name != NULL && strcmp(own_name, "category") == 0;
    cx__free(base);
    return helper;
}

static const claim *find(const claim *c, int count, const char *name, const char *suffix)
{
    const size_t n = strlen(name);
    for (int i = 0; i < count; i++)
        if (strncmp(c[i].name, name, n) == 0 && strcmp(c[i].name + n, suffix) == 0) return &c[i];
    return NULL;
}

static void map_drop(shared_map *m)
{
    if (atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1) return;
    cx__file_unmap(m->data, m->size);
    cx__free(m);
}

static void map_done(void *p, void *ctx)
{
    (void)p;
    map_drop(ctx);
}

static bool stays(const claim *c, const char *data)
{
    const char kind = cx_dtype_kind(c->dtype);
    return c->end - c->begin >= LARGE && (kind == 'f' || kind == 'e') &&
           (uintptr_t)(data + c->begin) % cx_dtype_size(c->dtype) == 0;
}

static cx_status copied_array(const claim *c, const char *data, cx_array **out)
{
    *out = cx_copy_host(data + c->begin, (cx_shape){c->ndim, c->shape}, c->dtype);
    return cx_status_of(*out);
}

static cx_status plain_array(const claim *c, char *data, shared_map *map, cx_array **out)
{
    if (map == NULL || !stays(c, data)) return copied_array(c, data, out);
    (void)atomic_fetch_add_explicit(&map->refs, 1, memory_order_relaxed);
    *out = cx_adopt_host(data + c->begin, (cx_shape){c->ndim, c->shape}, c->dtype, map_done, map);
    CX__TRY(cx_status_of(*out));
    return cx_set_readonly(*out);
}

/* Texts of a dictionary: n + 1 ascending offsets into UTF-8 bytes. */
static cx_status read_texts(const char *where, const char *name, const claim *bytes,
                            const claim *offsets, const char *data, cx__interner *in)
{
    const int64_t n = offsets->shape[0] - 1;
    const char *const texts = data + bytes->begin;
    int64_t from, to;
    memcpy(&from, data + offsets->begin, sizeof from);
    if (n > INT32_MAX - 1 || from != 0)
        return bad(where, name, "its category offsets do not start at 0");
    for (int64_t i = 0; i < n; i++, from = to) {
        memcpy(&to, data + offsets->begin + (size_t)(i + 1) * sizeof to, sizeof to);
        if (to < from || to > bytes->shape[0])
            return bad(where, name, "its category offsets do not ascend inside the bytes");
        const char *const s = texts + from;
        const size_t len = (size_t)(to - from);
        if (cx__utf8_valid(s, len) != len || memchr(s, '\0', len) != NULL)
            return bad(where, name, "a category is not UTF-8");
        const int code = cx__intern(in, s, len);
        if (code < 0) return cx__fail_nomem(where, "categories", len);
        if (code != i) return bad(where, name, "a category occurs twice");
    }
    return from == bytes->shape[0] ? CX_OK : bad(where, name, "bytes after the last category");
}

static cx_status category_array(const char *where, const claim *all, int count, const claim *c,
                                const char *data, cx_array **out)
{
    const claim *const bytes = find(all, count, c->name, ".categories");
    const claim *const offsets = find(all, count, c->name, ".offsets");
    if (c->dtype != CX_I32 || bytes == NULL || offsets == NULL || bytes->dtype != CX_U8 ||
        bytes->ndim != 1 || offsets->dtype != CX_I64 || offsets->ndim != 1 || offsets->shape[0] < 1)
        return bad(where, c->name,
                   "a category tensor needs I32 codes, U8 .categories and I64 .offsets");
    cx__interner in = {0};
    cx_array *codes;
    cx_status st = read_texts(where, c->name, bytes, offsets, data, &in);
    const char **const texts = cx__alloc(((size_t)in.count + 1) * sizeof *texts);
    if (st == CX_OK && texts == NULL)
        st = cx__fail_nomem(where, "categories", (size_t)in.count * sizeof *texts);
    if (st == CX_OK) st = copied_array(c, data, &codes);
    for (size_t at = c->begin; st == CX_OK && at < c->end; at += 4) {
        int32_t code;
        memcpy(&code, data + at, sizeof code);
        if (code < -1 || code >= in.count)
            st = cx__fail(CX_E_PARSE, where, "tensor '%.120s': code %d of %d categories", c->name,
                          (int)code, in.count);
    }
    if (st == CX_OK) {
        for (int i = 0; i < in.count; i++) texts[i] = cx__interned(&in, i);
        *out = cx_categories_new(codes, in.count, texts);
        st = cx_status_of(*out);
    }
    cx__free(texts);
    cx__interner_free(&in);
    return st;
}

static cx_status complex_array(const char *where, const claim *c, const char *data, cx_array **out)
{
    if (c->dtype != CX_F64 || c->ndim < 1 || c->shape[c->ndim - 1] != 2)
        return bad(where, c->name, "a complex128 tensor needs F64 with a last extent of 2");
    *out = cx_copy_host(data + c->begin, (cx_shape){c->ndim - 1, c->shape}, CX_C128);
    return cx_status_of(*out);
}

static cx_status make_array(const char *where, const json_t *own, const claim *all, int count,
                            const claim *c, char *data, shared_map *map, cx_array **out)
{
    const char *const dtype = own_dtype(own, c->name);
    if (dtype == NULL) {
        if (c->dtype == CX_BOOL)
            for (size_t i = c->begin; i < c->end; i++)
                if ((unsigned char)data[i] > 1)
                    return bad(where, c->name, "a byte that is no bool");
        return plain_array(c, data, map, out);
    }
    if (strcmp(dtype, "category") == 0) return category_array(where, all, count, c, data, out);
    if (strcmp(dtype, "complex128") == 0) return complex_array(where, c, data, out);
    return cx__fail(CX_E_PARSE, where, "tensor '%.120s': calx.dtypes says '%.40s'", c->name, dtype);
}

static void swap_all(char *data, const claim *c, int count)
{
    for (int i = 0; i < count; i++) {
        const size_t item = cx_dtype_size(c[i].dtype),
                     part = cx_dtype_kind(c[i].dtype) == 'c' ? item / 2 : item;
        cx__io_swap(data + c[i].begin, (c[i].end - c[i].begin) / part, part);
    }
}

/* ---- the whole */

typedef struct reading {
    const char *where;
    json_t *root, *own; /* own: calx.dtypes, or NULL */
    claim *claims;
    int count;
} reading;

static cx_status read_metadata(reading *r, json_t *meta, cx_tensors *t)
{
    const char *key;
    json_t *v;
    if (meta != NULL && !json_is_object(meta))
        return cx__fail(CX_E_PARSE, r->where, "__metadata__ is no object");
    json_object_foreach(meta, key, v)
    {
        if (!json_is_string(v))
            return cx__fail(CX_E_PARSE, r->where, "__metadata__ '%.120s' is no string", key);
        if (strcmp(key, CX__DTYPES_KEY) != 0)
            CX__TRY(cx__tensors_meta(r->where, t, key, json_string_value(v)));
    }
    return CX_OK;
}

static cx_status read_own(reading *r, const json_t *meta)
{
    const char *const text = json_string_value(json_object_get(meta, CX__DTYPES_KEY));
    if (text == NULL) return CX_OK;
    r->own = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(r->own))
        return cx__fail(CX_E_PARSE, r->where,
                        "__metadata__ '" CX__DTYPES_KEY "' is no JSON object");
    const char *name;
    json_t *v;
    json_object_foreach(r->own, name,
                        v) if (!json_is_string(v) || strcmp(name, "__metadata__") == 0 ||
                               json_object_get(r->root, name) ==
                                   NULL) return cx__fail(CX_E_PARSE, r->where,
                                                         "'" CX__DTYPES_KEY
                                                         "' names no tensor with '%.120s'",
                                                         name);
    return CX_OK;
}

static cx_status read_header(reading *r, const char *text, size_t length, size_t data_size)
{
    if (length == 0 || text[0] != '{')
        return cx__fail(CX_E_PARSE, r->where, "byte 8: expected '{'");
    json_error_t e;
    r->root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &e);
    if (r->root == NULL)
        return cx__fail(CX_E_PARSE, r->where, "byte %lld: %s", 8 + (long long)e.position, e.text);
    if (!json_is_object(r->root))
        return cx__fail(CX_E_PARSE, r->where, "byte 8: the header is no JSON object");
    const size_t n = json_object_size(r->root);
    r->claims = cx__alloc((n + 1) * sizeof *r->claims);
    if (r->claims == NULL) return cx__fail_nomem(r->where, "tensors", n * sizeof *r->claims);
    const char *name;
    json_t *v;
    json_object_foreach(r->root, name, v)
    {
        if (strcmp(name, "__metadata__") == 0) continue;
        CX__TRY(read_claim(r->where, name, v, data_size, &r->claims[r->count]));
        r->count++;
    }
    qsort(r->claims, (size_t)r->count, sizeof *r->claims, by_offset);
    CX__TRY(check_cover(r->where, r->claims, r->count, data_size));
    return read_own(r, json_object_get(r->root, "__metadata__"));
}

static cx_status build(reading *r, char *data, shared_map *map, cx_tensors **out)
{
    int shown = 0;
    for (int i = 0; i < r->count; i++) shown += !is_helper(r->own, r->claims[i].name);
    cx_tensors *t;
    CX__TRY(cx__tensors_new(r->where, shown, &t));
    cx_status st = read_metadata(r, json_object_get(r->root, "__metadata__"), t);
    int k = 0;
    for (int i = 0; i < r->count && st == CX_OK; i++) {
        const claim *const c = &r->claims[i];
        cx_array *a = NULL;
        if (is_helper(r->own, c->name)) continue;
        if (k == shown) /* memory ran out inside is_helper */
            st = cx__fail_nomem(r->where, "a name", strlen(c->name));
        else
            st = make_array(r->where, r->own, r->claims, r->count, c, data, map, &a);
        if (st == CX_OK) st = cx__tensors_set(r->where, t, k++, c->name, strlen(c->name), a);
    }
    if (st == CX_OK && k < shown) /* it ran out while they were counted */
        st = cx__fail_nomem(r->where, "a name", (size_t)shown);
    if (st == CX_OK)
        *out = t;
    else
        cx__release(t);
    return st;
}

static bool little_endian(void)
{
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    return low == 1;
}

/* Works inside the open scope: the arrays belong to it, and to the result. map: whose memory file
 * is, or NULL. */
static cx_status decode(const char *where, char *file, size_t size, shared_map *map,
                        cx_tensors **out)
{
    if (size < 8)
        return cx__fail(CX_E_PARSE, where, "byte %zu: the file ends inside its first 8 bytes",
                        size);
    uint64_t length = 0;
    for (int i = 7; i >= 0; i--) length = length << 8 | (unsigned char)file[i];
    if (length > MAX_HEADER)
        return cx__fail(CX_E_PARSE, where, "byte 0: a header of %llu bytes (at most %d)",
                        (unsigned long long)length, MAX_HEADER);
    if (length > size - 8)
        return cx__fail(CX_E_PARSE, where, "byte 0: a header of %llu bytes in a file of %zu",
                        (unsigned long long)length, size);
    char *const data = file + 8 + length;
    reading r = {.where = where};
    cx_status st = read_header(&r, file + 8, (size_t)length, size - 8 - (size_t)length);
    if (st == CX_OK) {
        if (!little_endian()) swap_all(data, r.claims, r.count);
        st = build(&r, data, map, out);
    }
    json_decref(r.root);
    json_decref(r.own);
    cx__free(r.claims);
    return st;
}

cx_status cx__safetensors_decode(const char *where, char *file, size_t size, cx_tensors **out)
{
    return decode(where, file, size, NULL, out);
}

static cx_status load(const char *where, const char *path, cx_tensors **out)
{
    char *file = NULL;
    size_t size;
    cx_status st = cx__file_read(where, path, &file, &size);
    if (st == CX_OK) st = cx__io_in_file(path, decode(where, file, size, NULL, out));
    cx__free(file);
    return st;
}

static cx_status map(const char *where, const char *path, cx_tensors **out)
{
    void *file = NULL;
    size_t size;
    if (!little_endian()) return load(where, path, out);
    CX__TRY(cx__file_map(where, path, false, &file, &size));
    shared_map *const m = cx__alloc(sizeof *m);
    if (m == NULL) {
        cx__file_unmap(file, size);
        return cx__fail_nomem(where, "a mapping", sizeof *m);
    }
    m->data = file;
    m->size = size;
    atomic_init(&m->refs, 1);
    const cx_status st = cx__io_in_file(path, decode(where, file, size, m, out));
    map_drop(m);
    return st;
}

static cx_tensors *open_file(const char *where, const char *path,
                             cx_status (*open)(const char *, const char *, cx_tensors **))
{
    const cx_scope s = cx_scope_open();
    cx_tensors *t = NULL;
    const cx_status st = open(where, path, &t), closed = cx_scope_close(s);
    return cx__yield(st != CX_OK ? st : closed, where, t);
}

cx_tensors *cx_safetensors_load(const char *path)
{
    return open_file("safetensors_load", path, load);
}

cx_tensors *cx_safetensors_load_mapped(const char *path)
{
    return open_file("safetensors_load_mapped", path, map);
}
