/* Files of arrays: .npy, .npz and safetensors. Malformed and hostile files are errors with a
 * position; writing is atomic: the file is written beside its place, flushed to the disk and
 * renamed, so that a failing write leaves the old file. Arrays to be saved are on the CPU:
 * transfer is explicit. */
#ifndef CALX_IO_H
#define CALX_IO_H
#include <calx/table.h>

/** Named arrays and a few named texts: an open .npz archive or a loaded safetensors file. */
typedef struct cx_tensors cx_tensors;

/** How a mapped file may be used: reading only, or writing into private memory that never
 *  reaches the file. */
typedef enum cx_mmap_mode { CX_MMAP_READ = 0, CX_MMAP_COPY = 1 } cx_mmap_mode;

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
 *  @param mode     CX_MMAP_READ gives a read-only array, CX_MMAP_COPY a writeable one.
 *  Errors      as cx_load; UNSUPPORTED big-endian, text or misaligned data, which cannot be used
 *              in place.
 */
CX_API cx_array *cx_load_mapped(const char *path, cx_mmap_mode mode);
/** Write a .npy file as numpy.save does, byte for byte (version 1.0; Fortran-contiguous arrays
 *  in Fortran order). CX_CAT is written as text (U), bfloat16 as V2.
 *
 *  Errors      IO; DEVICE a is not on the CPU.
 */
CX_API CX_MUST cx_status cx_save(const char *path, const cx_array *a);

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
