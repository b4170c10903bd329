/* libzip, opened at the first archive: the few functions that .npz needs. */
#ifndef CX_IO_ZIP_H
#define CX_IO_ZIP_H
#include "base/status.h"
#include <zip.h>

typedef struct cx__zip {
    zip_t *(*open)(const char *path, int flags, int *error);
    int (*close)(zip_t *z);
    void (*discard)(zip_t *z);
    zip_int64_t (*get_num_entries)(zip_t *z, zip_flags_t flags);
    const char *(*get_name)(zip_t *z, zip_uint64_t i, zip_flags_t flags);
    int (*stat_index)(zip_t *z, zip_uint64_t i, zip_flags_t flags, zip_stat_t *st);
    zip_file_t *(*fopen_index)(zip_t *z, zip_uint64_t i, zip_flags_t flags);
    zip_int64_t (*fread)(zip_file_t *f, void *buf, zip_uint64_t n);
    int (*fclose)(zip_file_t *f);
    const char *(*strerror)(zip_t *z);
    const char *(*file_strerror)(zip_file_t *f);
    zip_source_t *(*source_function)(zip_t *z, zip_source_callback fn, void *ctx);
    void (*source_free)(zip_source_t *s);
    zip_int64_t (*file_add)(zip_t *z, const char *name, zip_source_t *s, zip_flags_t flags);
    int (*set_file_compression)(zip_t *z, zip_uint64_t i, zip_int32_t method, zip_uint32_t flags);
    int (*file_set_mtime)(zip_t *z, zip_uint64_t i, time_t t, zip_flags_t flags);
    void (*error_init_with_code)(zip_error_t *e, int code);
    const char *(*error_strerror)(zip_error_t *e);
    void (*error_fini)(zip_error_t *e);
} cx__zip;

/** The library's functions; UNAVAILABLE with the loader's reason if it is not there. Opened
 *  once, never closed. */
cx_status cx__zip_library(const char *where, const cx__zip **out);
#endif
