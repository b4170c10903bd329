/* timeout: 60. The kernel cache on disk: what is read is what was written, to the last bit or not
 * at all; the limit; the system's folder; several threads and processes. */
#include "base/alloc.h"
#include "base/log.h"
#include "core/device.h"
#include "core/kernel_cache.h"
#include "fault.h"
#include "files.h"
#include <calx/kernel.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[TEST_PATH];
static char where_files[TEST_PATH + 16];

/* Before the first use: the environment is read once. */
static void set_up(void)
{
    test_temp_folder(folder);
    setenv("CX_CACHE_DIR", folder, 1);
    unsetenv("CX_CACHE");
    snprintf(where_files, sizeof where_files, "%s/kernels-1", folder);
}
static void tear_down(void)
{
    chmod(folder, 0700);
    test_remove_folder(folder);
}
TestSuite(kernel_cache, .init = set_up, .fini = tear_down);

static void put(const char *tag, const char *data)
{
    cx__kernel_cache_write(tag, strlen(tag), tag, data, strlen(data));
}
/* Is this tag's data there, and is it this? */
static bool has(const char *tag, const char *data)
{
    void *p;
    size_t n;
    if (!cx__kernel_cache_read(tag, strlen(tag), &p, &n)) return false;
    cr_assert(n == strlen(data) && memcmp(p, data, n) == 0, "%s has other data", tag);
    cx__scratch_free(p);
    return true;
}
/* The path of the only file. */
static void only_file(char path[512])
{
    DIR *const d = opendir(where_files);
    int n = 0;
    cr_assert_not_null(d);
    for (const struct dirent *f; (f = readdir(d)) != NULL;)
        if (f->d_name[0] != '.') {
            snprintf(path, 512, "%s/%s", where_files, f->d_name);
            n++;
        }
    closedir(d);
    cr_assert_eq(n, 1, "%d files in %s", n, where_files);
}
static long size_of(const char *path)
{
    struct stat s;
    cr_assert(stat(path, &s) == 0);
    return (long)s.st_size;
}
static void set_used(const char *path, time_t when)
{
    const struct timespec t[2] = {{when, 0}, {when, 0}};
    cr_assert(utimensat(AT_FDCWD, path, t, 0) == 0);
}

Test(kernel_cache, round_trip)
{
    cr_assert(!has("a", "1"));
    put("a", "one");
    put("b", "two and more");
    put("empty", "");
    cr_assert(has("a", "one") && has("b", "two and more") && has("empty", "") && !has("c", ""));
    put("a", "another");
    cr_assert(has("a", "another"));
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.files == 3 && c.limit == 256 << 20 && c.evicted == 0 && c.bytes > 0);
    struct stat s;
    cr_assert(stat(where_files, &s) == 0 && (s.st_mode & 0777) == 0700);
}

/* Each byte turned in turn, and each length: never data, and never the file again. */
Test(kernel_cache, damaged)
{
    char path[512];
    put("tag", "some data");
    only_file(path);
    const long size = size_of(path);
    char whole[512];
    FILE *f = fopen(path, "rb");
    cr_assert(f != NULL && size < 512 && fread(whole, 1, sizeof whole, f) == (size_t)size);
    fclose(f);
    for (long i = 0; i < 2 * size; i++) {
        char now[512];
        memcpy(now, whole, (size_t)size);
        if (i < size) now[i] ^= 0x10;
        f = fopen(path, "wb");
        cr_assert_not_null(f);
        fwrite(now, 1, (size_t)(i < size ? size : i - size), f);
        fclose(f);
        cr_assert(!has("tag", "some data"), "byte %ld", i);
        cr_assert(access(path, F_OK) != 0, "byte %ld: the file is still there", i);
    }
    f = fopen(path, "wb"); /* longer */
    fwrite(whole, 1, (size_t)size, f);
    fputc(0, f);
    fclose(f);
    cr_assert(!has("tag", "some data") && access(path, F_OK) != 0);
    cr_assert_eq(cx_kernel_cache_stats().files, 0);
    put("tag", "some data");
    cr_assert(has("tag", "some data"));
}

/* A whole file of another tag under this one's name: no match, and left alone. */
Test(kernel_cache, other_tag)
{
    char other[512], mine[512];
    put("other", "of another");
    only_file(other);
    cr_assert(cx_kernel_cache_clear() == CX_OK);
    put("owned", "of mine");
    only_file(mine);
    put("other", "of another");
    cr_assert(rename(other, mine) == 0);
    cr_assert(!has("owned", "of mine") && !has("other", "of another"));
    cr_assert(access(mine, F_OK) == 0);
    put("owned", "of mine");
    cr_assert(has("owned", "of mine"));
}

/* Another process writes these: this one has not read its environment yet. */
static void put_elsewhere(const char *const *tags, const char *data)
{
    const pid_t child = fork();
    if (child == 0) {
        for (; *tags != NULL; tags++) put(*tags, data);
        _exit(0);
    }
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
}

/* Three files are within the limit, the fourth drives out what was used longest ago, which is not
 * what was written first. */
Test(kernel_cache, limit_and_order_of_use)
{
    char path[512], first[512], text[32];
    put_elsewhere((const char *const[]){"0", NULL}, "0123456789");
    only_file(first);
    const long each = size_of(first);
    snprintf(text, sizeof text, "%ld", 3 * each + each / 2);
    setenv("CX_CACHE_LIMIT", text, 1);
    set_used(first, 1000);
    put("1", "0123456789");
    put("2", "0123456789");
    cr_assert_eq(cx_kernel_cache_stats().files, 3);
    cr_assert(has("0", "0123456789")); /* used now */
    DIR *const d = opendir(where_files);
    for (const struct dirent *f; (f = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", where_files, f->d_name);
        if (f->d_name[0] != '.' && strcmp(path, first) != 0) set_used(path, 2000);
    }
    closedir(d);
    put("3", "0123456789");
    cr_assert(has("0", "0123456789") && has("3", "0123456789"));
    cr_assert(has("1", "0123456789") != has("2", "0123456789"));
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.files == 3 && c.evicted == 1 && c.bytes <= c.limit);
    char big[4096];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    put("big", big); /* more than the limit: nothing is left */
    cr_assert_eq(cx_kernel_cache_stats().files, 0);
}

Test(kernel_cache, system_folder_first_and_read_only)
{
    char shared[TEST_PATH + 16], path[512];
    put_elsewhere((const char *const[]){"both", "system", NULL}, "system");
    snprintf(shared, sizeof shared, "%s/shared", folder);
    snprintf(path, sizeof path, "%s/kernels-1", shared);
    cr_assert(mkdir(shared, 0700) == 0 && rename(where_files, path) == 0);
    setenv("CX_CACHE_SYSTEM_DIR", shared, 1);
    cr_assert(has("system", "system") && has("both", "system"));
    cr_assert_eq(cx_kernel_cache_stats().files, 0);
    put("both", "user");
    put("user", "user");
    cr_assert(has("both", "system"), "the system's folder is not first");
    cr_assert(has("user", "user"));
    cr_assert_eq(cx_kernel_cache_stats().files, 2);
    cr_assert(cx_kernel_cache_clear() == CX_OK);
    cr_assert(has("both", "system") && !has("user", "user"));
    /* damaged there: not used, and not removed */
    DIR *const d = opendir(path);
    int n = 0;
    for (const struct dirent *f; (f = readdir(d)) != NULL;) {
        if (f->d_name[0] == '.') continue;
        char file[1024];
        snprintf(file, sizeof file, "%s/%s", path, f->d_name);
        cr_assert(truncate(file, 60) == 0);
        n++;
    }
    cr_assert_eq(n, 2);
    cr_assert(!has("both", "system") && !has("system", "system"));
    rewinddir(d);
    while (readdir(d) != NULL) n--;
    closedir(d);
    cr_assert_eq(n, -2, "what is damaged there was removed"); /* two, and . and .. */
}

static int lines;
static char said[700];
static void keep_line(const char *line, void *ctx)
{
    (void)ctx;
    lines++;
    snprintf(said, sizeof said, "%s", line);
}

/* No folder, no cache: the operation hears nothing of it, the trace does. */
Test(kernel_cache, unwritable_folder)
{
    char below[TEST_PATH + 32];
    snprintf(below, sizeof below, "%s/file", folder);
    fclose(fopen(below, "w"));
    strcat(below, "/below");
    setenv("CX_CACHE_DIR", below, 1);
    cr_assert(cx_set_trace("jit") == CX_OK);
    cx_set_log(keep_line, NULL);
    const uint64_t errors = cx_counters_get().errors;
    put("a", "one");
    cr_assert(!has("a", "one"));
    cr_assert_eq(cx_counters_get().errors, errors);
    cr_assert_eq(lines, 1);
    cr_assert_not_null(strstr(said, below));
    cr_assert_eq(cx_kernel_cache_stats().files, 0);
    cr_assert(cx_kernel_cache_clear() == CX_OK);
    cx_set_log(NULL, NULL);
}

Test(kernel_cache, off)
{
    setenv("CX_CACHE", "off", 1);
    put("a", "one");
    cr_assert(!has("a", "one"));
    cr_assert(access(where_files, F_OK) != 0);
}

Test(kernel_cache, relative_folder_is_none)
{
    setenv("CX_CACHE_DIR", "somewhere", 1);
    put("a", "one");
    cr_assert(!has("a", "one") && access("somewhere", F_OK) != 0);
}

Test(kernel_cache, a_link_is_no_file)
{
    char path[512], aside[TEST_PATH + 16];
    put("a", "one");
    only_file(path);
    snprintf(aside, sizeof aside, "%s/aside", folder);
    cr_assert(rename(path, aside) == 0 && symlink(aside, path) == 0);
    cr_assert(!has("a", "one"));
}

Test(kernel_cache, list_and_clear)
{
    put("first\nkernel", "one");
    char path[512];
    only_file(path);
    set_used(path, 86400);
    put("second", "two");
    const cx_scope s = cx_scope_open();
    const char *const text = cx_kernel_cache_list();
    const char *const second = strstr(text, "  second\n"), *const first =
                                                               strstr(text, "first kernel\n");
    cr_assert(second != NULL && first != NULL && second < first, "%s", text);
    cr_assert_not_null(strstr(text, "1970-01-02T00:00:00Z"));
    cr_assert(cx_kernel_cache_clear() == CX_OK);
    cr_assert_str_eq(cx_kernel_cache_list(), "");
    cr_assert(cx_scope_close(s) == CX_OK);
    cr_assert(!has("second", "two"));
}

/* What a process that died while writing has left goes with the next look, once it is old. */
Test(kernel_cache, remains)
{
    char path[512], old[560], new[560];
    put("a", "one");
    only_file(path);
    snprintf(old, sizeof old, "%s.123.4.tmp", path);
    snprintf(new, sizeof new, "%s.123.5.tmp", path);
    fclose(fopen(old, "w"));
    fclose(fopen(new, "w"));
    set_used(old, 1000);
    cr_assert_eq(cx_kernel_cache_stats().files, 1);
    cr_assert(access(old, F_OK) != 0 && access(new, F_OK) == 0);
}

/* ---- many at once */
enum { ROUNDS = 60, TAGS = 5 };
static void many(unsigned seed)
{
    char tag[16], data[600];
    for (int i = 0; i < ROUNDS; i++) {
        seed = seed * 1664525u + 1013904223u;
        const int which = (int)(seed >> 16) % TAGS;
        snprintf(tag, sizeof tag, "%d", which);
        memset(data, 'a' + which, sizeof data);
        data[100 * (which + 1)] = '\0';
        if ((seed >> 28) % 4 == 0)
            put(tag, data);
        else
            (void)has(tag, data); /* there or not, but never anything else */
    }
}
static void *many_thread(void *p)
{
    many(*(const unsigned *)p);
    return NULL;
}

Test(kernel_cache, threads)
{
    pthread_t t[4];
    unsigned seed[4] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) cr_assert(pthread_create(&t[i], NULL, many_thread, &seed[i]) == 0);
    for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
    cr_assert_leq(cx_kernel_cache_stats().files, TAGS);
}

Test(kernel_cache, processes)
{
    pid_t child[2];
    for (unsigned i = 0; i < 2; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            many(i + 10);
            _exit(0);
        }
    }
    many(20);
    for (int i = 0; i < 2; i++) {
        int status = 0;
        cr_assert(waitpid(child[i], &status, 0) == child[i] && status == 0);
    }
    DIR *const d = opendir(where_files);
    for (const struct dirent *f; (f = readdir(d)) != NULL;)
        cr_assert(strstr(f->d_name, ".tmp") == NULL, "%s is left", f->d_name);
    closedir(d);
}

/* Without memory nothing is kept or nothing is found; nothing leaks, and no error is left. */
static cx_status write_and_read(void *ctx)
{
    (void)ctx;
    void *p;
    size_t n;
    put("fault", "data");
    if (cx__kernel_cache_read("fault", 5, &p, &n)) {
        if (n != 4 || memcmp(p, "data", 4) != 0) return CX_E_INTERNAL;
        cx__scratch_free(p);
    }
    const cx_kernel_cache c = cx_kernel_cache_stats();
    return c.files <= 1 ? CX_OK : CX_E_INTERNAL;
}
Test(kernel_cache, no_memory)
{
    fault_install();
    cr_assert_gt(fault_loop("cache", FAULT_ONCE, write_and_read, NULL), 3);
    cr_assert_gt(fault_loop("cache", FAULT_FROM_THEN_ON, write_and_read, NULL), 3);
    cr_assert(has("fault", "data"));
}
