/* Files: whole reads, and atomic writes (beside, fsync, rename). */
#ifndef CX_BASE_FILE_H
#define CX_BASE_FILE_H
#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Read a whole regular file (or a pipe) into *data (cx__free it). IO, NOMEM. */
cx_status cx__file_read(const char *where, const char *path, char **data, size_t *size);
/** The same from a byte on, at most limit bytes; offset > 0 needs a regular file. */
cx_status cx__file_read_part(const char *where, const char *path, uint64_t offset, size_t limit,
                             char **data, size_t *size);
/** Map a regular file so that writing reaches it. It is made (and its old contents dropped) if
 *  create, and made at least `least` bytes long; disk space is reserved, so that a full disk is an
 *  error here. */
cx_status cx__file_map_shared(const char *where, const char *path, bool create, size_t least,
                              void **data, size_t *size);
/** Wait until what was written into [p, p + n) of a mapped file is on the disk. */
cx_status cx__file_sync(const char *where, const void *p, size_t n);
/** Map a regular file read-only (or private copy-on-write); unmap with cx__file_unmap. */
cx_status cx__file_map(const char *where, const char *path, bool writeable, void **data,
                       size_t *size);
void cx__file_unmap(void *data, size_t size);

/** A file being written beside its place. Either cx__writer_commit (fsync, rename) or
 *  cx__writer_abort ends it. */
typedef struct cx__writer {
    int fd;
    char *path, *temporary;
    const char *where;
} cx__writer;
cx_status cx__writer_open(cx__writer *w, const char *where, const char *path);
cx_status cx__writer_put(cx__writer *w, const void *p, size_t n);
/** Another writer (libzip) has replaced the temporary file by name: go on with that one. */
cx_status cx__writer_reopen(cx__writer *w);
cx_status cx__writer_commit(cx__writer *w);
void cx__writer_abort(cx__writer *w);
#endif
