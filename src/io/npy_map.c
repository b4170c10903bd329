/* Mapped files: .npy and bare numbers, for reading and for writing in place. The one idea: the map
 * is the array's memory and goes with the last array over it. Must not know how arrays look
 * inside. */
#include "base/alloc.h"
#include "base/size.h"
#include "io/format.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <string.h>

typedef struct mapping {
    void *data;
    size_t size;
} mapping;

static void unmap(void *p, void *ctx)
{
    (void)p;
    mapping *const m = ctx;
    cx__file_unmap(m->data, m->size);
    cx__free(m);
}

cx_status cx__io_adopt_map(const char *where, void *map, size_t size, size_t offset, int ndim,
                           const int64_t *shape, cx_dtype t, bool writeable, cx_array **out)
{
    mapping *const m = cx__alloc(sizeof *m);
    if (m == NULL) {
        cx__file_unmap(map, size);
        return cx__fail_nomem(where, "a mapping", sizeof *m);
    }
    *m = (mapping){map, size};
    *out = cx_adopt_host((char *)map + offset, (cx_shape){ndim, shape}, t, unmap, m);
    CX__TRY(cx_status_of(*out));
    return writeable ? CX_OK : cx_set_readonly(*out);
}

/* A byte that is neither 0 nor 1 is no C bool, and a mapped one cannot be mended without writing.
 */
static cx_status check_bools(const char *where, const void *map, size_t offset, size_t n)
{
    const unsigned char *const p = (const unsigned char *)map + offset;
    for (size_t i = 0; i < n; i++)
        if (p[i] > 1)
            return cx__fail(CX_E_PARSE, where, "byte %zu: 0x%02x is no bool", offset + i, p[i]);
    return CX_OK;
}

static cx_status map_file(const char *where, const char *path, cx_mmap_mode mode, size_t least,
                          void **data, size_t *size)
{
    if (mode == CX_MMAP_WRITE || mode == CX_MMAP_CREATE)
        return cx__file_map_shared(where, path, mode == CX_MMAP_CREATE, least, data, size);
    return cx__file_map(where, path, mode == CX_MMAP_COPY, data, size);
}

static cx_status in_place(const char *where, const char *path, const void *map,
                          const cx__npy_header *h)
{
    const size_t part = cx_dtype_kind(h->dtype) == 'c' ? h->itemsize / 2 : h->itemsize;
    const char *const why = h->text != 0                         ? "text"
                            : h->swap && part > 1                ? "data in the other byte order"
                            : part != 0 && h->offset % part != 0 ? "misaligned data"
                                                                 : NULL;
    if (why != NULL)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "'%s' holds %s, which cannot be used in place; use cx_load", path, why);
    return h->dtype == CX_BOOL ? check_bools(where, map, h->offset, h->bytes) : CX_OK;
}

static cx_status load_mapped(const char *path, cx_mmap_mode mode, cx_array **out)
{
    static const char where[] = "load_mapped";
    if ((unsigned)mode > CX_MMAP_WRITE)
        return cx__fail(CX_E_ARGUMENT, where,
                        "mode %d is none of CX_MMAP_READ, CX_MMAP_COPY, CX_MMAP_WRITE", (int)mode);
    void *map;
    size_t size;
    cx__npy_header h;
    int64_t shape[CX_MAX_NDIM];
    CX__TRY(map_file(where, path, mode, 0, &map, &size));
    cx_status st = cx__io_in_file(path, cx__npy_parse(where, map, size, &h));
    if (st == CX_OK) st = in_place(where, path, map, &h);
    if (st != CX_OK) {
        cx__file_unmap(map, size);
        return st;
    }
    cx__npy_memory_shape(&h, shape);
    CX__TRY(cx__io_adopt_map(where, map, size, h.offset, h.ndim, shape, h.dtype,
                             mode != CX_MMAP_READ, out));
    if (h.fortran && h.ndim > 1) *out = cx_transpose(*out);
    return cx_status_of(*out);
}

cx_array *cx_load_mapped(const char *path, cx_mmap_mode mode)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(load_mapped(path, mode, &a));
    return cx_scope_return(s, a);
}

/* ---- bare numbers and new files */

static cx_status take_options(const char *where, const cx_memmap_opts *o, cx_memmap_opts *out)
{
    *out = (cx_memmap_opts){.struct_size = sizeof *out};
    if (o == NULL) return CX_OK;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    *out = *o;
    return CX_OK;
}

/* Extents as they lie in memory, and the bytes of an array of that shape. */
static cx_status lay_out(const char *where, cx_dtype t, cx_shape shape, bool fortran,
                         int64_t memory[CX_MAX_NDIM], size_t *bytes)
{
    if (cx_dtype_size(t) == 0 || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s cannot be mapped", cx_dtype_name(t));
    if (shape.ndim < 0 || shape.ndim > CX_MAX_NDIM || (shape.ndim > 0 && shape.dim == NULL))
        return cx__fail(CX_E_SHAPE, where, "%d dimensions", shape.ndim);
    size_t n = cx_dtype_size(t);
    bool empty = false;
    for (int i = 0; i < shape.ndim; i++) {
        const int64_t d = shape.dim[i];
        if (d < 0) return cx__fail(CX_E_SHAPE, where, "extent %d is %lld", i, (long long)d);
        if (d > 0 && (!cx__mul_size(n, (size_t)d, &n) || n > INT64_MAX / 2))
            return cx__fail(CX_E_SHAPE, where, "the shape is too large");
        empty = empty || d == 0;
        memory[fortran ? shape.ndim - 1 - i : i] = d;
    }
    *bytes = empty ? 0 : n;
    return CX_OK;
}

/* CX_SHAPE(-1): what the file holds after the offset. */
static cx_status whole_file(const char *where, const char *path, cx_dtype t, size_t size,
                            uint64_t offset, int64_t *count)
{
    const size_t item = cx_dtype_size(t);
    if (offset > size)
        return cx__fail(CX_E_ARGUMENT, where, "offset %llu in '%s', which has %zu bytes",
                        (unsigned long long)offset, path, size);
    const size_t rest = size - (size_t)offset;
    if (item == 0 || rest % item != 0)
        return cx__fail(CX_E_ARGUMENT, where,
                        "'%s': %zu bytes after the offset are no whole number of elements of %zu",
                        path, rest, item);
    *count = (int64_t)(rest / item);
    return CX_OK;
}

static cx_status memmap(const char *path, cx_dtype t, cx_shape shape, cx_mmap_mode mode,
                        const cx_memmap_opts *given, cx_array **out)
{
    static const char where[] = "memmap";
    cx_memmap_opts o;
    int64_t memory[CX_MAX_NDIM], count = 0;
    size_t bytes = 0, size = 0;
    void *map = NULL;
    CX__TRY(take_options(where, given, &o));
    if ((unsigned)mode > CX_MMAP_CREATE)
        return cx__fail(CX_E_ARGUMENT, where, "mode %d is none of CX_MMAP_*", (int)mode);
    const size_t item = cx_dtype_size(t), part = cx_dtype_kind(t) == 'c' ? item / 2 : item;
    if (o.offset < 0 || o.offset > INT64_MAX / 2 || (part > 0 && (size_t)o.offset % part != 0))
        return cx__fail(CX_E_ARGUMENT, where, "offset %lld is negative or no multiple of %zu",
                        (long long)o.offset, part);
    const bool all = shape.ndim == 1 && shape.dim != NULL && shape.dim[0] == -1;
    if (all && mode == CX_MMAP_CREATE)
        return cx__fail(CX_E_ARGUMENT, where, "a new file needs a shape");
    if (all) shape.dim = &count;
    CX__TRY(lay_out(where, t, shape, o.fortran_order, memory, &bytes));
    if (bytes == 0 && !all) return cx__fail(CX_E_ARGUMENT, where, "no elements to map");
    CX__TRY(map_file(where, path, mode, all ? 0 : (size_t)o.offset + bytes, &map, &size));
    cx_status st = CX_OK;
    if (all) {
        st = whole_file(where, path, t, size, (uint64_t)o.offset, &count);
        if (st == CX_OK && count == 0) st = cx__fail(CX_E_ARGUMENT, where, "no elements to map");
        if (st == CX_OK) st = lay_out(where, t, shape, false, memory, &bytes);
    }
    if (st == CX_OK && bytes > size - (size_t)o.offset)
        st = cx__fail(CX_E_ARGUMENT, where, "'%s' has %zu bytes, the array needs %zu", path, size,
                      (size_t)o.offset + bytes);
    if (st == CX_OK && t == CX_BOOL)
        st = cx__io_in_file(path, check_bools(where, map, (size_t)o.offset, bytes));
    if (st != CX_OK) {
        cx__file_unmap(map, size);
        return st;
    }
    CX__TRY(cx__io_adopt_map(where, map, size, (size_t)o.offset, shape.ndim, memory, t,
                             mode != CX_MMAP_READ, out));
    if (o.fortran_order && shape.ndim > 1) *out = cx_transpose(*out);
    return cx_status_of(*out);
}

cx_array *cx_memmap(const char *path, cx_dtype t, cx_shape shape, cx_mmap_mode mode,
                    const cx_memmap_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(memmap(path, t, shape, mode, o, &a));
    return cx_scope_return(s, a);
}

static cx_status open_memmap(const char *path, cx_dtype t, cx_shape shape,
                             const cx_memmap_opts *given, cx_array **out)
{
    static const char where[] = "open_memmap";
    cx_memmap_opts o;
    int64_t memory[CX_MAX_NDIM];
    size_t bytes, size;
    void *map;
    char descr[32];
    cx__text head = {0};
    CX__TRY(take_options(where, given, &o));
    if (o.version < 0 || o.version > 3)
        return cx__fail(CX_E_ARGUMENT, where, "version %d is none of 1, 2, 3", o.version);
    CX__TRY(lay_out(where, t, shape, o.fortran_order, memory, &bytes));
    cx__npy_descr(t, descr);
    cx__npy_header_text(&head, o.version, descr, o.fortran_order, shape.ndim, shape.dim);
    cx_status st = head.failed
                       ? cx__fail_nomem(where, "a header", 256)
                       : map_file(where, path, CX_MMAP_CREATE, head.len + bytes, &map, &size);
    if (st == CX_OK) {
        memcpy(map, head.at, head.len);
        st = cx__io_adopt_map(where, map, size, head.len, shape.ndim, memory, t, true, out);
        if (st == CX_OK && o.fortran_order && shape.ndim > 1) {
            *out = cx_transpose(*out);
            st = cx_status_of(*out);
        }
    }
    cx__text_free(&head);
    return st;
}

cx_array *cx_open_memmap(const char *path, cx_dtype t, cx_shape shape, const cx_memmap_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = NULL;
    cx_check(open_memmap(path, t, shape, o, &a));
    return cx_scope_return(s, a);
}

/* ---- flush */

static cx_status flush(const cx_array *a)
{
    static const char where[] = "flush";
    CX__TRY(cx__check(where, "a", a, CX__KIND_ARRAY));
    if (cx_device_of(a).kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where, "a is not on the CPU, so it lies in no file");
    if (cx_size(a) == 0) return CX_OK;
    /* The bytes from the lowest element to the end of the highest. */
    int64_t low = 0, high = (int64_t)cx_dtype_size(cx_dtype_of(a));
    cx_array *first = cx_index(a, "...");
    for (int i = 0; i < cx_ndim(a); i++) {
        const int64_t reach = cx_stride(a, i) * (cx_dim(a, i) - 1);
        *(reach < 0 ? &low : &high) += reach;
        first = cx_select(first, 0, 0);
    }
    CX__TRY(cx_status_of(first));
    cx_view v;
    CX__TRY(cx__view_of(where, first, &v));
    return cx__file_sync(where, (const char *)v.data + low, (size_t)(high - low));
}

cx_status cx_flush(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *const own = cx_status_of(a) == CX_OK ? cx_retain(a) : NULL;
    const cx_status st = flush(own != NULL ? own : a);
    cx_release(own);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

/* ---- facts */

static cx_status read_header(const char *path, cx_npy_header *out)
{
    static const char where[] = "npy_read_header";
    if (out == NULL) return cx__fail(CX_E_NULL, where, "out is NULL");
    void *map;
    size_t size;
    cx__npy_header h;
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    CX__TRY(cx__file_map(where, path, false, &map, &size));
    const cx_status st = cx__io_in_file(path, cx__npy_parse(where, map, size, &h));
    cx__file_unmap(map, size);
    if (st != CX_OK) return st;
    *out = (cx_npy_header){.major = h.major,
                           .minor = h.minor,
                           .dtype = h.dtype,
                           .fortran_order = h.fortran,
                           .big_endian = h.swap == (low == 1),
                           .ndim = h.ndim,
                           .itemsize = h.itemsize,
                           .offset = h.offset};
    memcpy(out->shape, h.shape, (size_t)h.ndim * sizeof *h.shape);
    return CX_OK;
}

cx_status cx_npy_read_header(const char *path, cx_npy_header *out)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = read_header(path, out);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
