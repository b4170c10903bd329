/* What the file formats share: raw bytes of arrays, texts to categories, the .npy form in
 * memory. */
#ifndef CX_IO_FORMAT_H
#define CX_IO_FORMAT_H
#include "base/file.h"
#include "base/object.h"
#include "base/text.h"
#include <calx/io.h>

/** The bytes of a CPU array in C order (a handle in the open scope keeps a copy if one was
 *  needed); *contiguous may be NULL. CX_CAT gives its int32 codes. DEVICE names the argument. */
cx_status cx__io_bytes(const char *where, const char *argument, const cx_array *a,
                       const void **data, size_t *bytes);
/** An array over part of a block from cx__alloc, which it takes over (on failure too). at lies
 *  in block and is aligned for t. The array belongs to the open scope. */
cx_status cx__io_adopt(void *block, void *at, int ndim, const int64_t *shape, cx_dtype t,
                       cx_array **out);

/** Texts seen so far and their codes, in the order of first sight. Zero-initialise. */
typedef struct cx__interner {
    char *bytes; /* the texts, each terminated */
    size_t len, cap;
    size_t *starts;
    int32_t *slots; /* hash table of codes, -1: empty */
    size_t slot_count;
    int count, room;
} cx__interner;
/** Code of a text (no NUL inside), -1 when memory ran out. */
int cx__intern(cx__interner *in, const char *s, size_t n);
static inline const char *cx__interned(const cx__interner *in, int code)
{
    return in->bytes + in->starts[code];
}
/** Texts in byte order: rank[old code] = new code, texts[new code]; count entries each. */
cx_status cx__interner_sort(const char *where, const cx__interner *in, int32_t *rank,
                            const char **texts);
void cx__interner_free(cx__interner *in);
/** A CX_CAT array of codes that speak of an interner, categories in byte order. Takes codes
 *  (from cx__alloc) over, on failure too. */
cx_status cx__io_categories(const char *where, const cx__interner *in, int32_t *codes, int ndim,
                            const int64_t *shape, cx_array **out);

/** What the header of a .npy file says. */
typedef struct cx__npy_header {
    int major, minor;
    cx_dtype dtype; /* CX_CAT for text */
    char text;      /* 'U' or 'S' for text, else 0 */
    bool swap, fortran;
    size_t itemsize; /* in the file */
    int ndim;
    int64_t shape[CX_MAX_NDIM];
    int64_t size;
    size_t bytes, offset; /* of the data */
} cx__npy_header;
/** Understand the header and check that the data is there. PARSE with the byte, DTYPE with the
 *  descr. */
cx_status cx__npy_parse(const char *where, const char *file, size_t size, cx__npy_header *h);
/** Array from a whole .npy file in a block from cx__alloc, which is taken over (on failure too). */
cx_status cx__npy_decode(const char *where, char *file, size_t size, cx_array **out);
/** The header that numpy.save writes; version 0: 1, or 2 where 1 has no room. */
void cx__npy_header_text(cx__text *head, int version, const char *descr, bool fortran, int ndim,
                         const int64_t *shape);
/** "<f8" of a dtype that is no text, for this machine. */
void cx__npy_descr(cx_dtype t, char descr[32]);
/** Shape as it lies in memory: Fortran order is C order of the reversed shape. */
void cx__npy_memory_shape(const cx__npy_header *h, int64_t shape[CX_MAX_NDIM]);
/** An array over part of a mapped file, which it unmaps after its last use (at once on failure):
 *  shape as in memory, read-only unless writeable. */
cx_status cx__io_adopt_map(const char *where, void *map, size_t size, size_t offset, int ndim,
                           const int64_t *shape, cx_dtype t, bool writeable, cx_array **out);
/** Header text, and the data that follows it (belongs to the open scope); head is the caller's
 *  to free. */
cx_status cx__npy_encode(const char *where, const char *argument, const cx_array *a, int version,
                         cx__text *head, const void **data, size_t *bytes);

/** Put the file's name before the text of an error about its content; returns st. */
cx_status cx__io_in_file(const char *path, cx_status st);
/** Where in a text at is: line and byte of the line, from 1. */
void cx__io_place(const char *text, const char *at, long long *line, long long *column);
/** Swap n items of the given size in place. */
void cx__io_swap(void *data, size_t n, size_t item);
/** Bytes of a bool array to 0 and 1. */
void cx__io_normalise_bools(void *data, size_t n);

/** safetensors and .npz from memory or a path, for the public functions and the fuzzers. */
cx_status cx__safetensors_decode(const char *where, char *file, size_t size, cx_tensors **out);
cx_status cx__npz_entry(const char *where, const char *path, const char *name, cx_array **out);

/** Named arrays under construction; one reference. arrays may hold NULL (an archive's). */
cx_status cx__tensors_new(const char *where, int count, cx_tensors **out);
cx_status cx__tensors_set(const char *where, cx_tensors *t, int i, const char *name, size_t len,
                          const cx_array *a);
cx_status cx__tensors_meta(const char *where, cx_tensors *t, const char *key, const char *value);
cx_status cx__tensors_archive(const char *where, cx_tensors *t, const char *path);
/** Names: as many as arrays, none empty, none twice; arrays live. */
cx_status cx__names_check(const char *where, cx_names names, cx_arrays arrays);
#endif
