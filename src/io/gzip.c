/* gzip over zlib. The one idea: the length that is promised in the file is not believed; the result
 * grows as it comes. Knows no format inside. */
#include "io/gzip.h"
#include "base/alloc.h"
#include "base/object.h"
#include "base/size.h"
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { WINDOW = 15, GZIP = 16, PART = 1 << 16 };

static void *zlib_alloc(void *ctx, uInt items, uInt size)
{
    size_t bytes;
    (void)ctx;
    return cx__mul_size(items, size, &bytes) ? cx__calloc(1, bytes) : NULL;
}
static void zlib_free(void *ctx, void *p)
{
    (void)ctx;
    cx__free(p);
}

static cx_status damaged(const char *where, const char *path, const char *how)
{
    return cx__fail(CX_E_PARSE, where, "'%s': the gzip data is %s", path, how);
}

/* More room behind len bytes. */
static cx_status grow(const char *where, char **out, size_t *cap)
{
    const size_t more = *cap > SIZE_MAX / 4 ? SIZE_MAX : *cap * 2;
    char *const bigger = cx__realloc(*out, more);
    if (bigger == NULL) return cx__fail_nomem(where, "expanded text", more);
    *out = bigger;
    *cap = more;
    return CX_OK;
}

/* All members of a gzip file, one after the other. */
static cx_status expand(const char *where, const char *path, z_stream *z, const char *in, size_t n,
                        char **out, size_t *len)
{
    size_t cap = n > SIZE_MAX / 8 ? n : n * 4 + PART, at = 0;
    *out = cx__alloc(cap);
    if (*out == NULL) return cx__fail_nomem(where, "expanded text", cap);
    for (;;) {
        if (cap == *len) CX__TRY(grow(where, out, &cap));
        if (z->avail_in == 0 && at < n) {
            z->next_in = (Bytef *)(uintptr_t)(in + at);
            z->avail_in = n - at > UINT_MAX ? UINT_MAX : (uInt)(n - at);
            at += z->avail_in;
        }
        const uInt room = cap - *len > UINT_MAX ? UINT_MAX : (uInt)(cap - *len);
        z->next_out = (Bytef *)*out + *len;
        z->avail_out = room;
        const int r = inflate(z, Z_NO_FLUSH);
        const bool all_in = z->avail_in == 0 && at == n;
        *len += room - z->avail_out;
        if (r == Z_MEM_ERROR) return cx__fail_nomem(where, "zlib", PART);
        if (r == Z_STREAM_END) {
            if (all_in) return CX_OK;
            if (inflateReset(z) != Z_OK) return damaged(where, path, "damaged");
            continue;
        }
        if (r != Z_OK && r != Z_BUF_ERROR) return damaged(where, path, "damaged");
        if (all_in && z->avail_out > 0) return damaged(where, path, "cut short");
    }
}

cx_status cx__gzip_read(const char *where, const char *path, char **data, size_t *size)
{
    CX__TRY(cx__file_read(where, path, data, size));
    const unsigned char *const u = (const unsigned char *)*data;
    if (*size < 3 || u[0] != 0x1f || u[1] != 0x8b || u[2] != 8) return CX_OK;
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
    char *out = NULL;
    size_t len = 0;
    cx_status st = CX_OK;
    if (inflateInit2(&z, WINDOW + GZIP) != Z_OK)
        st = cx__fail_nomem(where, "zlib", PART);
    else {
        st = expand(where, path, &z, *data, *size, &out, &len);
        (void)inflateEnd(&z);
    }
    cx__free(*data);
    if (st != CX_OK) {
        cx__free(out);
        return st;
    }
    *data = out;
    *size = len;
    return CX_OK;
}

/* ---- writing */

cx_status cx__gzip_open(cx__gzip *g, const char *path, cx__writer *file)
{
    const size_t n = strlen(path);
    *g = (cx__gzip){.file = file};
    if (n < 3 || strcmp(path + n - 3, ".gz") != 0) return CX_OK;
    z_stream *const z = cx__calloc(1, sizeof *z);
    if (z == NULL) return cx__fail_nomem(file->where, "zlib", sizeof *z);
    z->zalloc = zlib_alloc;
    z->zfree = zlib_free;
    if (deflateInit2(z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW + GZIP, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        cx__free(z);
        return cx__fail_nomem(file->where, "zlib", PART);
    }
    g->state = z;
    return CX_OK;
}

cx_status cx__gzip_put(cx__gzip *g, const void *p, size_t n, bool last)
{
    z_stream *const z = g->state;
    unsigned char out[4096];
    if (z == NULL) return cx__writer_put(g->file, p, n);
    int r = Z_OK;
    do {
        const uInt some = n > UINT_MAX ? UINT_MAX : (uInt)n;
        z->next_in = (Bytef *)(uintptr_t)p;
        z->avail_in = some;
        p = (const char *)p + some;
        n -= some;
        do {
            z->next_out = out;
            z->avail_out = sizeof out;
            r = deflate(z, last && n == 0 ? Z_FINISH : Z_NO_FLUSH);
            CX__TRY(cx__writer_put(g->file, out, sizeof out - z->avail_out));
        } while (z->avail_out == 0);
    } while (n > 0);
    if (last && r != Z_STREAM_END)
        return cx__fail(CX_E_INTERNAL, g->file->where, "zlib did not end its stream");
    return CX_OK;
}

void cx__gzip_close(cx__gzip *g)
{
    if (g->state == NULL) return;
    (void)deflateEnd(g->state);
    cx__free(g->state);
    g->state = NULL;
}
