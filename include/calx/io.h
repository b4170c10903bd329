/* Files of arrays: .npy, .npz and safetensors. Malformed and hostile files are errors with a
 * position; writing is atomic: the file is written beside its place, flushed to the disk and
 * renamed, so that a failing write leaves the old file. Arrays to be saved are on the CPU:
 * transfer is explicit. */
#ifndef CALX_IO_H
#define CALX_IO_H
#include <calx/table.h>

/** Named arrays and a few named texts: an open .npz archive or a loaded safetensors file. */
typedef struct cx_tensors cx_tensors;

/** How a mapped file may be used: reading only; writing into private memory that never reaches the
 *  file; writing into the file; the same into a file that is made anew. numpy.memmap's r, c, r+,
 *  w+. */
typedef enum cx_mmap_mode {
    CX_MMAP_READ = 0,
    CX_MMAP_COPY = 1,
    CX_MMAP_WRITE = 2,
    CX_MMAP_CREATE = 3
} cx_mmap_mode;

/** How an array is mapped. */
typedef struct cx_memmap_opts {
    size_t struct_size;
    int64_t offset;     /* cx_memmap: bytes before the first element, a multiple of its alignment */
    bool fortran_order; /* the first axis is contiguous */
    int version;        /* cx_open_memmap: 1, 2 or 3; 0: the first that has room */
} cx_memmap_opts;

/** What the header of a .npy file says. */
typedef struct cx_npy_header {
    int major, minor; /* version of the format */
    cx_dtype dtype;   /* CX_CAT for text */
    bool fortran_order, big_endian;
    int ndim;
    int64_t shape[CX_MAX_NDIM];
    size_t itemsize; /* in the file */
    size_t offset;   /* of the data, in bytes */
} cx_npy_header;

typedef struct cx_save_opts {
    size_t struct_size;
    int version; /* of the .npy format: 1, 2 or 3; 0: the first that has room for the header */
} cx_save_opts;

/** How bare numbers are read from a file. */
typedef struct cx_fromfile_opts {
    size_t struct_size;
    cx_maybe_i64 count; /* elements; not set: all there are */
    int64_t offset;     /* binary: bytes to skip */
    const char *sep;    /* text between numbers, a blank in it stands for any white space; NULL or
                         * "": binary */
} cx_fromfile_opts;
/** How bare numbers are written. */
typedef struct cx_tofile_opts {
    size_t struct_size;
    const char *sep;    /* text between numbers; NULL or "": binary */
    const char *format; /* of one number in text, "%.3f"; NULL: "%s" */
} cx_tofile_opts;

typedef struct cx_npz_opts {
    size_t struct_size;
    bool compress; /* deflate, as numpy.savez_compressed; else stored, as numpy.savez */
} cx_npz_opts;

CX_BEGIN
/** Read a .npy file (versions 1.0, 2.0, 3.0; numpy.load), recognised by its content.
 *
 *  Big-endian data is swapped, Fortran order becomes a transposed view. Text (U and S) becomes
 *  CX_CAT with categories in byte order; the empty text is a missing value. Two-byte void (V2)
 *  is bfloat16, as ml_dtypes writes it.
 *
 *  @return     New CPU array; nil on error.
 *  Errors      IO the file cannot be read; PARSE malformed, with the byte; DTYPE structured,
 *              object and other foreign dtypes, naming the descr; NOMEM.
 */
CX_API cx_array *cx_load(const char *path);
/** The same over the mapped file: nothing is read before it is used. Replacing the file while it
 *  is mapped is safe, cutting it short is a bus error of the process.
 *
 *  @param mode     CX_MMAP_READ gives a read-only array, CX_MMAP_COPY a writeable one,
 *         CX_MMAP_WRITE one whose changes reach the file (numpy.lib.format.open_memmap, mode r+).
 *  Errors      as cx_load; UNSUPPORTED big-endian, text or misaligned data, which cannot be used
 *              in place; ARGUMENT the mode.
 */
CX_API cx_array *cx_load_mapped(const char *path, cx_mmap_mode mode);
/** Write a .npy file as numpy.save does, byte for byte (version 1.0; Fortran-contiguous arrays
 *  in Fortran order). CX_CAT is written as text (U), bfloat16 as V2.
 *
 *  Errors      IO; DEVICE a is not on the CPU.
 */
CX_API CX_MUST cx_status cx_save(const char *path, const cx_array *a);

/** The same in a chosen version of the format (numpy.lib.format.write_array).
 *  Errors      as cx_save; ARGUMENT the version. */
CX_API CX_MUST cx_status cx_save_as(const char *path, const cx_array *a, const cx_save_opts *o);
/** What a .npy file holds, without reading its data (numpy.lib.format.read_magic and
 *  read_array_header_1_0, _2_0). *out is untouched on failure.
 *  Errors      as cx_load. */
CX_API CX_MUST cx_status cx_npy_read_header(const char *path, cx_npy_header *out);

/** Make a .npy file of zeros and map it for writing (numpy.lib.format.open_memmap, mode w+): an
 *  array larger than memory is written piece by piece. What is there is replaced at once, so this
 *  is the one way of writing a file that is not atomic.
 *
 *  @return     Writeable CPU array in the file; nil on error.
 *  Errors      IO; ARGUMENT the version, DTYPE CX_CAT; SHAPE.
 */
CX_API cx_array *cx_open_memmap(const char *path, cx_dtype t, cx_shape shape,
                                const cx_memmap_opts *o);
/** Map a file of bare numbers in this machine's byte order (numpy.memmap).
 *
 *  @param shape    CX_SHAPE(-1): as many elements as the file holds. CX_MMAP_WRITE lengthens a file
 *         that is too short, CX_MMAP_CREATE makes one of zeros.
 *  Errors      IO; ARGUMENT the mode, the offset (negative, misaligned), no elements, or the file
 *              is too short or no whole number of elements; PARSE a byte that is no bool; DTYPE
 *              CX_CAT; SHAPE.
 */
CX_API cx_array *cx_memmap(const char *path, cx_dtype t, cx_shape shape, cx_mmap_mode mode,
                           const cx_memmap_opts *o);
/** Wait until what was written into a's part of its mapped file is on the disk (memmap.flush). An
 *  array that lies in no file has nothing to wait for.
 *  Errors      IO; DEVICE a is not on the CPU. */
CX_API CX_MUST cx_status cx_flush(const cx_array *a);

/** Bare numbers of one dtype in this machine's byte order, or text (numpy.fromfile). Bytes after
 *  the last whole element are left out, and fewer elements than count are no error.
 *
 *  @return     New 1-d CPU array; nil on error.
 *  Errors      IO; PARSE text that is no number, with its line; ARGUMENT count or offset negative,
 *              an offset in text; DTYPE CX_CAT.
 */
CX_API cx_array *cx_fromfile(const char *path, cx_dtype t, const cx_fromfile_opts *o);
/** Write a's elements in C order, bare or as text (ndarray.tofile). The file appears whole or not
 *  at all.
 *  Errors      IO; DEVICE a is not on the CPU; ARGUMENT the format; DTYPE CX_CAT. */
CX_API CX_MUST cx_status cx_tofile(const cx_array *a, const char *path, const cx_tofile_opts *o);

/** One array of a .npz archive, by name with or without ".npy".
 *  Errors      as cx_load; ARGUMENT no such array, with the nearest name; UNAVAILABLE libzip is
 *              not installed. */
CX_API cx_array *cx_npz_load(const char *path, const char *name);
/** Open a .npz archive: names now, each array when it is asked for (the file is opened anew then).
 *  Errors      as cx_npz_load. */
CX_API cx_tensors *cx_npz_open(const char *path);
/** Write named arrays as a .npz archive (numpy.savez).
 *
 *  @param names    as many as arrays, unique, not empty, without "/" at the start.
 *  Errors      IO; DEVICE; ARGUMENT names; UNAVAILABLE libzip is not installed.
 */
CX_API CX_MUST cx_status cx_npz_save(const char *path, cx_names names, cx_arrays arrays,
                                     const cx_npz_opts *o);

/** Load a safetensors file: all arrays and the metadata. Nothing in it is trusted or executed.
 *
 *  @return     New cx_tensors, names in the order of the data; nil on error.
 *  Errors      IO; PARSE malformed, with the byte or the tensor's name; DTYPE a dtype that is
 *              none of ours; NOMEM.
 */
CX_API cx_tensors *cx_safetensors_load(const char *path);
/** The same, but floats of 64 KiB and more stay in the file: read-only arrays over its map, whose
 *  pages come when they are looked at. The file may be renamed over or removed meanwhile, but must
 *  not be written in place.
 *  Errors      as cx_safetensors_load; IO not a regular file. */
CX_API cx_tensors *cx_safetensors_load_mapped(const char *path);
/** Write named arrays and metadata as a safetensors file.
 *
 *  CX_CAT is stored as its codes and two more tensors, "<name>.categories" (UTF-8 bytes) and
 *  "<name>.offsets"; complex128 as float64 with a last axis of 2; both are listed in the
 *  metadata under "calx.dtypes" and are put together again by cx_safetensors_load.
 *
 *  @param names    as many as arrays, unique.
 *  @param metadata key, value, key, value, ..., NULL: UTF-8 texts; NULL for none. Keys are
 *         unique and not "calx.dtypes".
 *  Errors      IO; DEVICE; ARGUMENT names or metadata; NOMEM.
 */
CX_API CX_MUST cx_status cx_safetensors_save(const char *path, cx_names names, cx_arrays arrays,
                                             const char *const *metadata);

/** One more reference, yours to release; give one back (NULL and nil allowed); CX_OK or the
 *  status that a nil carries. */
CX_API cx_tensors *cx_tensors_retain(const cx_tensors *t);
CX_API void cx_tensors_release(cx_tensors *t);
CX_API cx_status cx_tensors_status(const cx_tensors *t);
/** Number of arrays, name of array i (NULL if out of range), index of a name (-1 if there is
 *  none). Queries: never mark. */
CX_API int cx_tensors_count(const cx_tensors *t);
CX_API const char *cx_tensors_name(const cx_tensors *t, int i);
CX_API int cx_tensors_find(const cx_tensors *t, const char *name);
/** Metadata text of a key (safetensors), NULL if there is none. A query. Lives as long as t. */
CX_API const char *cx_tensors_metadata(const cx_tensors *t, const char *key);
/** The array of that name, or array i.
 *  Errors      ARGUMENT no such array, with the nearest name; INDEX; for an archive those of
 *              cx_npz_load. */
CX_API cx_array *cx_tensors_get(const cx_tensors *t, const char *name);
CX_API cx_array *cx_tensors_at(const cx_tensors *t, int i);
CX_END_DECLS
#endif
