/* Files: whole reads, maps, and atomic writes. The one idea: a file that is written appears
 * whole under its name or not at all (beside it, fsync, rename, fsync of the folder). Knows no
 * format and no array. */
#include "base/file.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The reason in English, as every text of the library: strerror would follow the locale, and is not
 * safe from many threads. */
static const char *reason(int e)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 32)
    const char *text = strerrordesc_np(e);
    return text != NULL ? text : "unknown error";
#else
    static _Thread_local char text[128];
    return strerror_r(e, text, sizeof text) == 0 ? text : "unknown error";
#endif
}

static cx_status fail(const char *where, const char *path, const char *what)
{
    return cx__fail(CX_E_IO, where, "cannot %s '%s': %s", what, path, reason(errno));
}

static int open_read(const char *path)
{
    int fd;
    do fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* read() again after signals; at most 1 GiB a call, which every system accepts. */
static ssize_t read_some(int fd, char *p, size_t n)
{
    ssize_t got;
    do got = read(fd, p, n < ((size_t)1 << 30) ? n : (size_t)1 << 30);
    while (got < 0 && errno == EINTR);
    return got;
}

cx_status cx__file_read(const char *where, const char *path, char **data, size_t *size)
{
    return cx__file_read_part(where, path, 0, SIZE_MAX, data, size);
}

cx_status cx__file_read_part(const char *where, const char *path, uint64_t offset, size_t limit,
                             char **data, size_t *size)
{
    char *p = NULL;
    size_t cap = 0, len = 0;
    cx_status st = CX_OK;
    if (path == NULL) return cx__fail(CX_E_NULL, where, "path is NULL");
    const int fd = open_read(path);
    struct stat info;
    if (fd < 0) return fail(where, path, "open");
    if (fstat(fd, &info) != 0) {
        st = fail(where, path, "examine");
        goto done;
    }
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        st = fail(where, path, "read");
        goto done;
    }
    if (offset > 0 && (offset > INT64_MAX || lseek(fd, (off_t)offset, SEEK_SET) < 0)) {
        st = fail(where, path, "seek in");
        goto done;
    }
    /* One byte more than the size says: the read that finds the end needs room. */
    cap = S_ISREG(info.st_mode) && (uint64_t)info.st_size > offset &&
                  (uint64_t)info.st_size - offset < SIZE_MAX
              ? (size_t)((uint64_t)info.st_size - offset) + 1
              : 65536;
    if (cap - 1 > limit) cap = limit + 1;
    while (len < limit) {
        if (p == NULL || len == cap) {
            const size_t more = p == NULL ? cap : cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
            char *const q = cx__realloc(p, more);
            if (q == NULL) {
                st = cx__fail_nomem(where, path, more);
                goto done;
            }
            p = q;
            cap = more;
        }
        const size_t room = cap - len < limit - len ? cap - len : limit - len;
        const ssize_t got = read_some(fd, p + len, room);
        if (got < 0) {
            st = fail(where, path, "read");
            goto done;
        }
        if (got == 0) break;
        len += (size_t)got;
    }
    if (p == NULL && (p = cx__alloc(1)) == NULL) {
        st = cx__fail_nomem(where, path, 1);
        goto done;
    }
    *data = p;
    *size = len;
    p = NULL;
done:
    cx__free(p);
    (void)close(fd);
    return st;
}

cx_status cx__file_map(const char *where, const char *path, bool writeable, void **data,
                       size_t *size)
{
    if (path == NULL) return cx__fail(CX_E_NULL, where, "path is NULL");
    const int fd = open_read(path);
    struct stat info;
    if (fd < 0) return fail(where, path, "open");
    cx_status st = CX_OK;
    if (fstat(fd, &info) != 0)
        st = fail(where, path, "examine");
    else if (!S_ISREG(info.st_mode))
        st = cx__fail(CX_E_IO, where, "cannot map '%s': not a regular file", path);
    else if (info.st_size == 0)
        st = cx__fail(CX_E_PARSE, where, "'%s' is empty", path);
    else {
        void *const p = mmap(NULL, (size_t)info.st_size,
                             writeable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            st = fail(where, path, "map");
        else {
            *data = p;
            *size = (size_t)info.st_size;
        }
    }
    (void)close(fd);
    return st;
}

/* Reserve the bytes, or at least say how long the file is where that cannot be reserved. */
static int lengthen(int fd, off_t size)
{
    const int e = posix_fallocate(fd, 0, size);
    if (e == 0) return 0;
    errno = e;
    return e == EINVAL || e == EOPNOTSUPP ? ftruncate(fd, size) : -1;
}

cx_status cx__file_map_shared(const char *where, const char *path, bool create, size_t least,
                              void **data, size_t *size)
{
    if (path == NULL) return cx__fail(CX_E_NULL, where, "path is NULL");
    if (least > INT64_MAX) return cx__fail(CX_E_IO, where, "'%s': %zu bytes", path, least);
    int fd;
    do fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0), 0666);
    while (fd < 0 && errno == EINTR);
    struct stat info;
    if (fd < 0) return fail(where, path, "open");
    cx_status st = CX_OK;
    if (fstat(fd, &info) != 0)
        st = fail(where, path, "examine");
    else if (!S_ISREG(info.st_mode))
        st = cx__fail(CX_E_IO, where, "cannot map '%s': not a regular file", path);
    else if (info.st_size < (off_t)least && lengthen(fd, (off_t)least) != 0)
        st = fail(where, path, "lengthen");
    const size_t n = info.st_size < (off_t)least ? least : (size_t)info.st_size;
    if (st == CX_OK && n == 0) st = cx__fail(CX_E_PARSE, where, "'%s' is empty", path);
    if (st == CX_OK) {
        void *const p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            st = fail(where, path, "map");
        else {
            *data = p;
            *size = n;
        }
    }
    (void)close(fd);
    return st;
}

cx_status cx__file_sync(const char *where, const void *p, size_t n)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)p & ~(page - 1);
    if (msync((void *)at, n + ((uintptr_t)p - at), MS_SYNC) == 0) return CX_OK;
    return cx__fail(CX_E_IO, where, "cannot write the mapped file: %s", reason(errno));
}

void cx__file_unmap(void *data, size_t size)
{
    if (data != NULL) (void)munmap(data, size);
}

static void forget(cx__writer *w)
{
    if (w->fd >= 0) (void)close(w->fd);
    cx__free(w->path);
    cx__free(w->temporary);
    w->fd = -1;
    w->path = w->temporary = NULL;
}

/* The place that a symbolic link names, so that writing through a link replaces the file and not
 * the link. */
static char *target(const char *path)
{
    char *const buf = cx__alloc(PATH_MAX);
    if (buf == NULL) return NULL;
    char *const copy = cx__strdup(realpath(path, buf) != NULL ? buf : path);
    cx__free(buf);
    return copy;
}

cx_status cx__writer_open(cx__writer *w, const char *where, const char *path)
{
    static atomic_uint serial;
    *w = (cx__writer){.fd = -1, .where = where};
    if (path == NULL) return cx__fail(CX_E_NULL, where, "path is NULL");
    struct stat info;
    const bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return fail(where, path, "write");
    }
    w->path = target(path);
    if (w->path == NULL) return cx__fail_nomem(where, "a path", strlen(path) + 1);
    if (exists && !S_ISREG(info.st_mode)) { /* a pipe or a device: there is nothing to replace */
        w->fd = open(w->path, O_WRONLY | O_CLOEXEC);
        if (w->fd >= 0) return CX_OK;
        const cx_status st = fail(where, path, "open");
        forget(w);
        return st;
    }
    const size_t cap = strlen(w->path) + 48;
    w->temporary = cx__alloc(cap);
    if (w->temporary == NULL) {
        forget(w);
        return cx__fail_nomem(where, "a path", cap);
    }
    for (int tries = 0; tries < 100 && w->fd < 0; tries++) {
        (void)snprintf(w->temporary, cap, "%s.%ld.%u.tmp", w->path, (long)getpid(),
                       atomic_fetch_add(&serial, 1u));
        w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (w->fd < 0 && errno != EEXIST && errno != EINTR) break;
    }
    if (w->fd < 0) {
        const cx_status st = fail(where, path, "write");
        forget(w);
        return st;
    }
    if (exists)
        (void)fchmod(w->fd,
                     info.st_mode & 07777); /* the new file keeps the old one's permissions */
    return CX_OK;
}

cx_status cx__writer_put(cx__writer *w, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        const ssize_t done = write(w->fd, at, n < ((size_t)1 << 30) ? n : (size_t)1 << 30);
        if (done < 0) {
            if (errno == EINTR) continue;
            return fail(w->where, w->path, "write");
        }
        at += done;
        n -= (size_t)done;
    }
    return CX_OK;
}

cx_status cx__writer_reopen(cx__writer *w)
{
    const int fd = open(w->temporary, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return fail(w->where, w->path, "write");
    (void)close(w->fd);
    w->fd = fd;
    return CX_OK;
}

/* Make the rename itself durable. A folder that cannot be opened or synced is no reason to fail:
 * the file is whole. */
static void sync_folder(const char *path)
{
    const char *const slash = strrchr(path, '/');
    char *const folder = slash == NULL
                             ? cx__strdup(".")
                             : cx__strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (folder == NULL) return;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    cx__free(folder);
}

cx_status cx__writer_commit(cx__writer *w)
{
    cx_status st = CX_OK;
    if (w->temporary != NULL && fsync(w->fd) != 0) st = fail(w->where, w->path, "write");
    const int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 && st == CX_OK) st = fail(w->where, w->path, "write");
    if (w->temporary != NULL) {
        if (st == CX_OK && rename(w->temporary, w->path) != 0)
            st = fail(w->where, w->path, "replace");
        if (st == CX_OK)
            sync_folder(w->path);
        else
            (void)unlink(w->temporary);
    }
    forget(w);
    return st;
}

void cx__writer_abort(cx__writer *w)
{
    if (w->temporary != NULL) (void)unlink(w->temporary);
    forget(w);
}
