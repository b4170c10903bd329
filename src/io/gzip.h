/* gzip, for text files: read by content, written by the name's ending. */
#ifndef CX_IO_GZIP_H
#define CX_IO_GZIP_H
#include "base/file.h"
#include <stdbool.h>

/** As cx__file_read; what begins as gzip does is expanded. PARSE if it is damaged or cut. */
cx_status cx__gzip_read(const char *where, const char *path, char **data, size_t *size);

/** Compression on its way into a file that is being written; plain where it is not active. */
typedef struct cx__gzip {
    cx__writer *file;
    void *state; /* z_stream, NULL: plain */
} cx__gzip;
/** Active if the path ends with ".gz". End it with cx__gzip_close, also after an error. */
cx_status cx__gzip_open(cx__gzip *g, const char *path, cx__writer *file);
cx_status cx__gzip_put(cx__gzip *g, const void *p, size_t n, bool last);
void cx__gzip_close(cx__gzip *g);
#endif
