/* .npy files. The one idea: the block that was read (or mapped) becomes the array's memory. Must
 * not know how arrays look inside. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/format.h"
#include <calx/manipulate.h>
#include <string.h>

/* ---- reading */

/* One UCS-4 text as UTF-8 into out (4 bytes a character); its length, -1 if it holds no valid
 * characters. */
static int64_t utf8_of(const unsigned char *p, size_t chars, bool swap, char *out)
{
    while (chars > 0) { /* NumPy pads with NUL */
        const unsigned char *const q = p + (chars - 1) * 4;
        if ((q[0] | q[1] | q[2] | q[3]) != 0) break;
        chars--;
    }
    int64_t n = 0;
    for (size_t i = 0; i < chars; i++, p += 4) {
        uint32_t u;
        memcpy(&u, p, 4);
        if (swap) u = u >> 24 | (u >> 8 & 0xff00u) | (u << 8 & 0xff0000u) | u << 24;
        if (u == 0 || u > 0x10ffff || (u >= 0xd800 && u <= 0xdfff)) return -1;
        if (u < 0x80)
            out[n++] = (char)u;
        else if (u < 0x800) {
            out[n++] = (char)(0xc0 | u >> 6);
            out[n++] = (char)(0x80 | (u & 63));
        } else {
            if (u < 0x10000)
                out[n++] = (char)(0xe0 | u >> 12);
            else {
                out[n++] = (char)(0xf0 | u >> 18);
                out[n++] = (char)(0x80 | (u >> 12 & 63));
            }
            out[n++] = (char)(0x80 | (u >> 6 & 63));
            out[n++] = (char)(0x80 | (u & 63));
        }
    }
    return n;
}

static cx_status decode_text(const char *where, const char *file, const cx__npy_header *h, int ndim,
                             const int64_t *shape, cx_array **out)
{
    const char *p = file + h->offset;
    int32_t *const codes = cx__alloc((size_t)h->size * sizeof *codes);
    char *const buf = cx__alloc(h->itemsize);
    cx__interner in = {0};
    cx_status st = CX_OK;
    if (codes == NULL || buf == NULL)
        st = cx__fail_nomem(where, "texts", (size_t)h->size * sizeof *codes);
    for (int64_t i = 0; i < h->size && st == CX_OK; i++, p += h->itemsize) {
        const char *s = p;
        int64_t n = (int64_t)h->itemsize;
        if (h->text == 'U') {
            n = utf8_of((const unsigned char *)p, h->itemsize / 4, h->swap, buf);
            s = buf;
        } else {
            while (n > 0 && p[n - 1] == '\0') n--;
            if (memchr(p, '\0', (size_t)n) != NULL || cx__utf8_valid(p, (size_t)n) != (size_t)n)
                n = -1;
        }
        if (n < 0)
            st = cx__fail(CX_E_PARSE, where, "byte %lld: element %lld is not valid text",
                          (long long)(p - file), (long long)i);
        else if (n == 0)
            codes[i] = -1;
        else if ((codes[i] = cx__intern(&in, s, (size_t)n)) < 0)
            st = cx__fail_nomem(where, "categories", in.len);
    }
    if (st == CX_OK)
        st = cx__io_categories(where, &in, codes, ndim, shape, out);
    else
        cx__free(codes);
    cx__interner_free(&in);
    cx__free(buf);
    return st;
}

void cx__npy_memory_shape(const cx__npy_header *h, int64_t shape[CX_MAX_NDIM])
{
    for (int i = 0; i < h->ndim; i++) shape[i] = h->shape[h->fortran ? h->ndim - 1 - i : i];
}

static cx_status finish(const cx__npy_header *h, cx_array **out)
{
    if (h->fortran && h->ndim > 1) {
        *out = cx_transpose(*out);
        return cx_status_of(*out);
    }
    return CX_OK;
}

cx_status cx__npy_decode(const char *where, char *file, size_t size, cx_array **out)
{
    cx__npy_header h;
    int64_t shape[CX_MAX_NDIM];
    cx_status st = cx__npy_parse(where, file, size, &h);
    if (st != CX_OK) {
        cx__free(file);
        return st;
    }
    cx__npy_memory_shape(&h, shape);
    if (h.text != 0) {
        st = decode_text(where, file, &h, h.ndim, shape, out);
        cx__free(file);
        return st == CX_OK ? finish(&h, out) : st;
    }
    char *at = file + h.offset;
    if (h.offset % 64 != 0) {
        memmove(file, at, h.bytes);
        at = file;
    }
    const char kind = cx_dtype_kind(h.dtype);
    const size_t part = kind == 'c' ? h.itemsize / 2 : h.itemsize;
    if (h.swap && part > 1) cx__io_swap(at, h.bytes / part, part);
    if (kind == 'b') cx__io_normalise_bools(at, h.bytes);
    CX__TRY(cx__io_adopt(file, at, h.ndim, shape, h.dtype, out));
    return finish(&h, out);
}

static cx_status load(const char *path, cx_array **out)
{
    char *file;
    size_t size;
    CX__TRY(cx__file_read("load", path, &file, &size));
    return cx__io_in_file(path, cx__npy_decode("load", file, size, out));
}

cx_array *cx_load(const char *path)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(load(path, &a));
    return cx_scope_return(s, a);
}

/* ---- writing */

/* A text's UTF-8 as UCS-4; returns the number of characters. Dictionaries hold valid UTF-8. */
static size_t ucs4_of(const char *s, uint32_t *out)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = 0;
    while (*p != 0) {
        uint32_t u = *p++;
        int more = u >= 0xf0 ? 3 : u >= 0xe0 ? 2 : u >= 0xc0 ? 1 : 0;
        if (more > 0) u &= 0x3fu >> more;
        for (; more > 0 && (*p & 0xc0) == 0x80; more--) u = u << 6 | (*p++ & 0x3f);
        if (out != NULL) out[n] = u;
        n++;
    }
    return n;
}

/* Categories as the fixed-width text that NumPy knows; *chars is the width. The data belongs to
 * the open scope. */
static cx_status encode_text(const char *where, const cx_array *a, const int32_t *codes,
                             size_t *chars, const void **data, size_t *bytes)
{
    const int64_t n = cx_size(a);
    size_t width = 1, total;
    for (int c = 0; c < cx_category_count(a); c++) {
        const size_t k = ucs4_of(cx_category(a, c), NULL);
        width = k > width ? k : width;
    }
    if (!cx__mul_size((size_t)n, width * 4, &total) || total > INT64_MAX)
        return cx__fail(CX_E_SHAPE, where, "%lld texts of %zu characters are too large",
                        (long long)n, width);
    const int64_t length = (int64_t)(total / 4);
    cx_array *const texts = cx_zeros(CX_SHAPE(length), CX_U32, CX_CPU);
    uint32_t *p = cx_data_u32_mut(texts);
    CX__TRY(cx_status_of(texts));
    for (int64_t i = 0; i < n; i++, p += width)
        if (codes[i] >= 0) (void)ucs4_of(cx_category(a, codes[i]), p);
    *chars = width;
    *bytes = total;
    *data = cx_data_u32(texts);
    return CX_OK;
}

void cx__npy_header_text(cx__text *head, int version, const char *descr, bool fortran, int ndim,
                         const int64_t *shape)
{
    enum { GROWTH_DIGITS = 21 }; /* NumPy leaves room for the first extent to grow in place */
    cx__text dict = {0};
    cx__text_f(&dict, "{'descr': '%s', 'fortran_order': %s, 'shape': (", descr,
               fortran ? "True" : "False");
    for (int i = 0; i < ndim; i++)
        cx__text_f(&dict, i == 0 ? "%lld" : ", %lld", (long long)shape[i]);
    cx__text_puts(&dict, ndim == 1 ? ",), }" : "), }");
    if (ndim > 0) {
        char number[24];
        const int digits =
            snprintf(number, sizeof number, "%lld", (long long)shape[fortran ? ndim - 1 : 0]);
        for (int i = digits; i < GROWTH_DIGITS; i++) cx__text_puts(&dict, " ");
    }
    if (version == 0) version = dict.len + 64 > UINT16_MAX ? 2 : 1;
    const size_t first = version == 1 ? 10 : 12;
    while (!dict.failed && (first + dict.len + 1) % 64 != 0) cx__text_puts(&dict, " ");
    cx__text_puts(&dict, "\n");
    if (dict.failed)
        head->failed = true;
    else {
        const unsigned char start[12] = {0x93,
                                         'N',
                                         'U',
                                         'M',
                                         'P',
                                         'Y',
                                         (unsigned char)version,
                                         0,
                                         dict.len & 0xff,
                                         dict.len >> 8 & 0xff,
                                         dict.len >> 16 & 0xff,
                                         dict.len >> 24 & 0xff};
        cx__text_put(head, (const char *)start, first);
        cx__text_put(head, dict.at, dict.len);
    }
    cx__text_free(&dict);
}

static char native_order(void)
{
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    return low == 1 ? '<' : '>';
}

void cx__npy_descr(cx_dtype t, char descr[32])
{
    static const char *const descrs[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) [value] = descr,
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    (void)snprintf(descr, 32, "%c%s", cx_dtype_size(t) == 1 ? '|' : native_order(), descrs[t]);
}

cx_status cx__npy_encode(const char *where, const char *argument, const cx_array *a, int version,
                         cx__text *head, const void **data, size_t *bytes)
{
    CX__TRY(cx__check(where, argument, a, CX__KIND_ARRAY));
    const cx_dtype t = cx_dtype_of(a);
    const cx_array *laid = a;
    const bool fortran = !cx_is_contiguous(a) && t != CX_CAT && cx_is_contiguous(cx_transpose(a));
    if (fortran) laid = cx_transpose(a);
    CX__TRY(cx__io_bytes(where, argument, laid, data, bytes));
    char descr[32];
    if (t == CX_CAT) {
        size_t chars = 0;
        CX__TRY(encode_text(where, a, *data, &chars, data, bytes));
        (void)snprintf(descr, sizeof descr, "%cU%zu", native_order(), chars);
    } else
        cx__npy_descr(t, descr);
    const cx_shape shape = cx_shape_of(a);
    cx__npy_header_text(head, version, descr, fortran, shape.ndim, shape.dim);
    return head->failed ? cx__fail_nomem(where, "a header", 256) : CX_OK;
}

static cx_status save(const char *path, const cx_array *a, const cx_save_opts *o)
{
    static const char where[] = "save";
    static const cx_save_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    if (o->version < 0 || o->version > 3)
        return cx__fail(CX_E_ARGUMENT, where, "version %d is none of 1, 2, 3", o->version);
    cx__text head = {0};
    const void *data;
    size_t bytes;
    cx_status st = cx__npy_encode(where, "a", a, o->version, &head, &data, &bytes);
    cx__writer w;
    if (st == CX_OK && (st = cx__writer_open(&w, where, path)) == CX_OK) {
        st = cx__writer_put(&w, head.at, head.len);
        if (st == CX_OK) st = cx__writer_put(&w, data, bytes);
        if (st == CX_OK)
            st = cx__writer_commit(&w);
        else
            cx__writer_abort(&w);
    }
    cx__text_free(&head);
    return st;
}

/* A command over expressions: their errors are the scope's, and they come back as this call's
 * status. */
cx_status cx_save_as(const char *path, const cx_array *a, const cx_save_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *const own = cx_status_of(a) == CX_OK ? cx_retain(a) : NULL; /* scalars to the heap */
    const cx_status st = save(path, own != NULL ? own : a, o);
    cx_release(own);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

cx_status cx_save(const char *path, const cx_array *a)
{
    return cx_save_as(path, a, NULL);
}
