/* Compiled kernels on disk. One file each, named after a hash of its tag: the bytes of all that the
 * kernel was made from, which the file holds and which are compared whole. A file that is not right
 * to the last bit is no file. Several processes may share a folder: files appear whole and go
 * whole. Knows nothing of compilers; makes no error of an operation's. */
#include "core/kernel_cache.h"
#include "base/alloc.h"
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "core/device.h"
#include <calx/backend_kernel.h>
#include <calx/kernel.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/kernels-1" /* another number for another format */
enum { NAME_SIZE = 32 + sizeof ".cxk", STALE_SECONDS = 3600 };
static const int64_t default_limit = INT64_C(256) << 20;

#define TRACE(...)                                                   \
    do {                                                             \
        if (cx__tracing(CX__TRACE_JIT)) cx__log("jit", __VA_ARGS__); \
    } while (0)

/* ---- where */
static char user_dir[PATH_MAX], system_dir[PATH_MAX]; /* "" for none */
static int64_t limit;
static atomic_llong evicted;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool set_dir(char out[PATH_MAX], const char *base, const char *below)
{
    out[0] = '\0';
    if (base == NULL || base[0] != '/') return false;
    const int n = snprintf(out, PATH_MAX - NAME_SIZE - 64, "%s%s" FOLDER, base, below);
    if (n < PATH_MAX - NAME_SIZE - 64) return true;
    out[0] = '\0';
    return false;
}

static int64_t limit_from(const char *text)
{
    const size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    if (text == NULL) return default_limit;
    if (digits > 0 && digits <= 18 && text[digits] == '\0') return strtoll(text, NULL, 10);
    TRACE("CX_CACHE_LIMIT=%.40s is no number of bytes", text);
    return default_limit;
}

/* A set-user-id program has no environment here, and so no cache. */
static void configure(void)
{
    const char *const off = cx__env("CX_CACHE"), *const own = cx__env("CX_CACHE_DIR");
    limit = limit_from(cx__env("CX_CACHE_LIMIT"));
    if (off != NULL && strcmp(off, "off") == 0) return;
    (void)set_dir(system_dir, cx__env("CX_CACHE_SYSTEM_DIR"), "");
    if (own != NULL) {
        if (!set_dir(user_dir, own, ""))
            TRACE("CX_CACHE_DIR=%.200s is no absolute path: no kernel is kept on disk", own);
    } else if (!set_dir(user_dir, cx__env("XDG_CACHE_HOME"), "/calx") &&
               !set_dir(user_dir, cx__env("HOME"), "/.cache/calx")) {
        TRACE("neither CX_CACHE_DIR nor HOME is set: no kernel is kept on disk");
    }
}

/* Before other threads may change the environment: when a GPU is opened. */
void cx__kernel_cache_start(void)
{
    (void)pthread_once(&once, configure);
}

/* Make what is missing of a path. */
static bool make_folder(const char *path)
{
    char part[PATH_MAX];
    const size_t n = strlen(path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != '\0') continue;
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return false;
        if (i < n) part[i] = '/';
    }
    return access(path, W_OK | X_OK) == 0;
}

/* ---- hashing: no secret, but good enough that a damaged file does not pass */
typedef struct sum {
    uint64_t a, b;
} sum;

static sum sum_bytes(sum s, const void *p, size_t n)
{
    const unsigned char *at = p;
    for (; n > 0; at += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        uint64_t w = n < 8 ? n << 56 : 0; /* so that zeros behind the end are told from none */
        memcpy(&w, at, n < 8 ? n : 8);
        s.a = (s.a ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        s.a ^= s.a >> 32;
        s.b = (s.b + w) * UINT64_C(0xd6e8feb86659fd93);
        s.b ^= s.b >> 29;
        s.b += s.a;
    }
    return s;
}
static const sum sum_start = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344)};

/* ---- a file: head, label, tag, data */
typedef struct head {
    char magic[8];
    uint32_t version, label_size;
    uint64_t tag_size, data_size;
    sum check; /* of the head with check 0, and of all behind it */
} head;
static const char magic[8] = "CXKERNL";
enum { VERSION = 1, LABEL_MAX = 4096 };

static sum check_of(head h, const void *label, const void *tag, const void *data)
{
    h.check = (sum){0, 0};
    sum s = sum_bytes(sum_start, &h, sizeof h);
    s = sum_bytes(s, label, h.label_size);
    s = sum_bytes(s, tag, (size_t)h.tag_size);
    return sum_bytes(s, data, (size_t)h.data_size);
}

/* Does a head stand for a file of this size? */
static bool head_good(const head *h, uint64_t size)
{
    return memcmp(h->magic, magic, sizeof magic) == 0 && h->version == VERSION &&
           h->label_size <= LABEL_MAX && h->tag_size < size && h->data_size < size &&
           sizeof *h + h->label_size + h->tag_size + h->data_size == size;
}

static bool read_all(int fd, void *p, size_t n)
{
    for (char *at = p; n > 0;) {
        const ssize_t got = read(fd, at, n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static void file_path(char out[PATH_MAX], const char *dir, const void *tag, size_t tag_size)
{
    const sum s = sum_bytes(sum_start, tag, tag_size);
    (void)snprintf(out, PATH_MAX, "%.*s/%016llx%016llx.cxk", PATH_MAX - NAME_SIZE - 2, dir,
                   (unsigned long long)s.a, (unsigned long long)s.b);
}

typedef enum found { NONE, OTHER, DAMAGED, FOUND } found;

/* What is in an open file of size bytes: its data, moved to the front of *data, if the tag is this
 * one. */
static found look(int fd, uint64_t size, const void *tag, size_t tag_size, void **data, size_t *n)
{
    if (size < sizeof(head) || size > (uint64_t)1 << 31) return DAMAGED;
    char *const all = cx__scratch((size_t)size);
    if (all == NULL) return NONE;
    head h;
    found what = DAMAGED;
    if (read_all(fd, all, (size_t)size)) {
        memcpy(&h, all, sizeof h);
        if (head_good(&h, size)) {
            const char *const label = all + sizeof h, *const its = label + h.label_size;
            const sum s = check_of(h, label, its, its + h.tag_size);
            if (s.a == h.check.a && s.b == h.check.b)
                what = h.tag_size == tag_size && memcmp(its, tag, tag_size) == 0 ? FOUND : OTHER;
            if (what == FOUND) memmove(all, its + h.tag_size, (size_t)h.data_size);
        }
    }
    if (what != FOUND) {
        cx__scratch_free(all);
        return what;
    }
    *data = all;
    *n = (size_t)h.data_size;
    return FOUND;
}

/* own: the user's folder, whose files are this user's, and show when they were used last. */
static bool read_from(const char *dir, bool own, const void *tag, size_t tag_size, void **data,
                      size_t *size)
{
    char path[PATH_MAX];
    struct stat info;
    if (dir[0] == '\0') return false;
    file_path(path, dir, tag, tag_size);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    found what = NONE;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (!own || info.st_uid == geteuid()))
        what = look(fd, (uint64_t)info.st_size, tag, tag_size, data, size);
    if (own && what == FOUND) (void)futimens(fd, NULL);
    (void)close(fd);
    if (what == DAMAGED) {
        TRACE("%s is damaged", path);
        if (own) (void)unlink(path);
    }
    return what == FOUND;
}

bool cx__kernel_cache_read(const void *tag, size_t tag_size, void **data, size_t *size)
{
    cx__kernel_cache_start();
    return read_from(system_dir, false, tag, tag_size, data, size) ||
           read_from(user_dir, true, tag, tag_size, data, size);
}

/* ---- the folder */
typedef struct entry {
    char name[NAME_SIZE];
    int64_t bytes;
    struct timespec used;
} entry;
typedef struct entries {
    entry *at;
    size_t n, cap;
    int64_t bytes;
} entries;

static bool is_kernel(const char *name)
{
    return strlen(name) == NAME_SIZE - 1 && strspn(name, "0123456789abcdef") == 32 &&
           strcmp(name + 32, ".cxk") == 0;
}

/* What a process that died has left; others are being written. */
static bool is_stale(const char *name, const struct stat *info)
{
    const size_t n = strlen(name);
    return n > NAME_SIZE && strncmp(name + 32, ".cxk.", 5) == 0 &&
           strcmp(name + n - 4, ".tmp") == 0 && time(NULL) - info->st_mtim.tv_sec > STALE_SECONDS;
}

static bool add_entry(entries *e, const char *name, const struct stat *info)
{
    if (e->n == e->cap) {
        const size_t cap = e->cap == 0 ? 64 : 2 * e->cap;
        entry *const p = cx__realloc(e->at, cap * sizeof *p);
        if (p == NULL) return false;
        e->at = p;
        e->cap = cap;
    }
    entry *const new = &e->at[e->n++];
    memcpy(new->name, name, NAME_SIZE);
    new->bytes = info->st_size;
    new->used = info->st_mtim;
    e->bytes += new->bytes;
    return true;
}

/* The kernels of the user's folder; false without memory. Removes what is stale. */
static bool scan(entries *e)
{
    *e = (entries){.at = NULL};
    DIR *const d = user_dir[0] != '\0' ? opendir(user_dir) : NULL;
    if (d == NULL) return true;
    bool good = true;
    for (const struct dirent *f; good && (f = readdir(d)) != NULL;) {
        struct stat info;
        if (f->d_name[0] == '.' || fstatat(dirfd(d), f->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode))
            continue;
        if (is_kernel(f->d_name))
            good = add_entry(e, f->d_name, &info);
        else if (is_stale(f->d_name, &info))
            (void)unlinkat(dirfd(d), f->d_name, 0);
    }
    (void)closedir(d);
    if (!good) cx__free(e->at);
    return good;
}

static int by_use(const void *p, const void *q)
{
    const struct timespec a = ((const entry *)p)->used, b = ((const entry *)q)->used;
    if (a.tv_sec != b.tv_sec) return a.tv_sec < b.tv_sec ? -1 : 1;
    if (a.tv_nsec != b.tv_nsec) return a.tv_nsec < b.tv_nsec ? -1 : 1;
    return strcmp(((const entry *)p)->name, ((const entry *)q)->name);
}

static void entry_path(char out[PATH_MAX], const char *name)
{
    (void)snprintf(out, PATH_MAX, "%.*s/%s", PATH_MAX - NAME_SIZE - 2, user_dir, name);
}

/* Files of oldest use make room until the folder is within its limit. */
static void make_room(void)
{
    entries e;
    if (!scan(&e)) return;
    if (e.bytes > limit) qsort(e.at, e.n, sizeof *e.at, by_use);
    for (size_t i = 0; i < e.n && e.bytes > limit; i++) {
        char path[PATH_MAX];
        entry_path(path, e.at[i].name);
        e.bytes -= e.at[i].bytes;
        if (unlink(path) == 0) atomic_fetch_add(&evicted, 1);
    }
    cx__free(e.at);
}

/* ---- writing */
static cx_status write_file(const char *path, const head *h, const char *label, const void *tag,
                            const void *data)
{
    cx__writer w;
    CX__TRY(cx__writer_open(&w, "kernel_cache", path));
    cx_status st = cx__writer_put(&w, h, sizeof *h);
    if (st == CX_OK) st = cx__writer_put(&w, label, h->label_size);
    if (st == CX_OK) st = cx__writer_put(&w, tag, (size_t)h->tag_size);
    if (st == CX_OK) st = cx__writer_put(&w, data, (size_t)h->data_size);
    if (st == CX_OK) return cx__writer_commit(&w);
    cx__writer_abort(&w);
    return st;
}

void cx__kernel_cache_write(const void *tag, size_t tag_size, const char *label, const void *data,
                            size_t size)
{
    char path[PATH_MAX];
    cx__kernel_cache_start();
    if (user_dir[0] == '\0') return;
    if (!make_folder(user_dir)) {
        TRACE("no kernel is kept in %s: it cannot be written", user_dir);
        return;
    }
    const size_t n = strlen(label);
    head h = {.version = VERSION,
              .label_size = (uint32_t)(n < LABEL_MAX ? n : LABEL_MAX),
              .tag_size = tag_size,
              .data_size = size};
    memcpy(h.magic, magic, sizeof magic);
    h.check = check_of(h, label, tag, data);
    file_path(path, user_dir, tag, tag_size);
    cx_error before;
    (void)cx_error_get(&before);
    if (write_file(path, &h, label, tag, data) == CX_OK)
        make_room();
    else
        TRACE("%s", cx_error_message());
    cx__error_set(&before);
}

/* ---- what users see */
cx_kernel_cache cx_kernel_cache_stats(void)
{
    entries e;
    cx__kernel_cache_start();
    cx_kernel_cache c = {.compiled = (int64_t)atomic_load(&cx__counters.jit_compiles),
                         .loaded = (int64_t)atomic_load(&cx__counters.jit_loads),
                         .failed = (int64_t)atomic_load(&cx__counters.jit_fails),
                         .limit = limit,
                         .evicted = atomic_load(&evicted)};
    if (!scan(&e)) return c;
    c.files = (int64_t)e.n;
    c.bytes = e.bytes;
    cx__free(e.at);
    return c;
}

/* The label of a file, on one line; "?" for a damaged one. */
static void put_label(cx__text *t, const char *name)
{
    char path[PATH_MAX], label[LABEL_MAX];
    head h;
    struct stat info;
    entry_path(path, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool good = fd >= 0 && fstat(fd, &info) == 0 && read_all(fd, &h, sizeof h) &&
                      head_good(&h, (uint64_t)info.st_size) && read_all(fd, label, h.label_size);
    if (fd >= 0) (void)close(fd);
    if (!good) {
        cx__text_puts(t, "?");
        return;
    }
    for (uint32_t i = 0; i < h.label_size; i++)
        if ((unsigned char)label[i] < ' ') label[i] = ' ';
    cx__text_put(t, label, h.label_size);
}

const char *cx_kernel_cache_list(void)
{
    static const char where[] = "kernel_cache_list";
    entries e;
    cx__text t = {.at = NULL};
    cx__kernel_cache_start();
    if (!scan(&e)) return cx__scope_text(where, cx__fail_nomem(where, "a list", 0), &t);
    if (e.n > 0) qsort(e.at, e.n, sizeof *e.at, by_use);
    for (size_t i = e.n; i-- > 0;) {
        struct tm when = {.tm_year = 0};
        char used[32] = "";
        (void)gmtime_r(&e.at[i].used.tv_sec, &when);
        (void)strftime(used, sizeof used, "%Y-%m-%dT%H:%M:%SZ", &when);
        cx__text_f(&t, "%.32s %9lld  %s  ", e.at[i].name, (long long)e.at[i].bytes, used);
        put_label(&t, e.at[i].name);
        cx__text_puts(&t, "\n");
    }
    cx__free(e.at);
    return cx__scope_text(where, CX_OK, &t);
}

cx_status cx_kernel_cache_clear(void)
{
    static const char where[] = "kernel_cache_clear";
    entries e;
    cx_status st = CX_OK;
    cx__kernel_cache_start();
    if (!scan(&e)) return cx__fail_nomem(where, "a list", 0);
    for (size_t i = 0; i < e.n; i++) {
        char path[PATH_MAX];
        entry_path(path, e.at[i].name);
        if (unlink(path) != 0 && errno != ENOENT && st == CX_OK)
            st = cx__fail(CX_E_IO, where, "cannot remove '%s'", path);
    }
    cx__free(e.at);
    return st;
}

cx_status cx_kernel_cache_wait(void)
{
    for (int i = 0; i < cx__gpus_open(); i++) {
        cx__device *d;
        CX__TRY(cx__device_get("kernel_cache_wait", cx_cuda(i), &d));
        if (d->ops->kernel != NULL) d->ops->kernel->settle();
    }
    return CX_OK;
}
