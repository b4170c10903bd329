/* Files: whole reads, maps, and writes that appear whole or not at all. */
#include "base/alloc.h"
#include "base/file.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96];

static void setup(void)
{
    strcpy(folder, "/tmp/calx-file-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/it", folder);
}

static int entries(void)
{
    int n = 0;
    DIR *const d = opendir(folder);
    while (readdir(d) != NULL) n++;
    closedir(d);
    return n - 2;
}

static void teardown(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

TestSuite(file, .init = setup, .fini = teardown);

static cx_status put(const char *text)
{
    cx__writer w;
    cx_status st = cx__writer_open(&w, "test", path);
    if (st != CX_OK) return st;
    st = cx__writer_put(&w, text, strlen(text));
    if (st == CX_OK) return cx__writer_commit(&w);
    cx__writer_abort(&w);
    return st;
}

static void expect(const char *text)
{
    char *data;
    size_t size;
    cr_assert_eq(cx__file_read("test", path, &data, &size), CX_OK);
    cr_assert(size == strlen(text) && memcmp(data, text, size) == 0);
    cx__free(data);
}

Test(file, write_read_replace)
{
    cr_assert_eq(put("one"), CX_OK);
    expect("one");
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(put("another"), CX_OK);
    expect("another");
    struct stat info;
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0640);
    cr_assert_eq(put(""), CX_OK);
    expect("");
    cr_assert_eq(entries(), 1);
}

Test(file, aborted_write_leaves_the_old_file_and_nothing_else)
{
    cr_assert_eq(put("old"), CX_OK);
    cx__writer w;
    cr_assert_eq(cx__writer_open(&w, "test", path), CX_OK);
    cr_assert_eq(cx__writer_put(&w, "new", 3), CX_OK);
    expect("old");
    cx__writer_abort(&w);
    expect("old");
    cr_assert_eq(entries(), 1);
}

Test(file, failing_write_leaves_the_old_file)
{
    cr_assert_eq(put("old"), CX_OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit was, small;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 1000;
    char *const big = calloc(1, 5000);
    memset(big, 'x', 4999);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const cx_status st = put(big);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    free(big);
    cr_assert_eq(st, CX_E_IO);
    cr_assert_not_null(strstr(cx_error_message(), path));
    expect("old");
    cr_assert_eq(entries(), 1);
}

Test(file, errors_name_the_path_and_the_reason)
{
    char *data;
    size_t size;
    cr_assert_eq(cx__file_read("load", path, &data, &size), CX_E_IO);
    cr_assert_not_null(strstr(cx_error_message(), path));
    cr_assert_not_null(strstr(cx_error_message(), "No such file"));
    cr_assert_eq(cx__file_read("load", folder, &data, &size), CX_E_IO);
    cr_assert_eq(cx__file_read("load", NULL, &data, &size), CX_E_NULL);
    cx__writer w;
    cr_assert_eq(cx__writer_open(&w, "save", folder), CX_E_IO);
    cr_assert_eq(cx__writer_open(&w, "save", "/no/such/folder/x"), CX_E_IO);
    if (access("/dev/full", W_OK) == 0) {
        cr_assert_eq(cx__writer_open(&w, "save", "/dev/full"), CX_OK);
        cr_assert_eq(cx__writer_put(&w, "x", 1), CX_E_IO);
        cx__writer_abort(&w);
        cr_assert_eq(access("/dev/full", W_OK), 0);
    }
}

Test(file, writing_through_a_link_replaces_its_target)
{
    char link[128];
    (void)snprintf(link, sizeof link, "%s/link", folder);
    cr_assert_eq(put("old"), CX_OK);
    cr_assert_eq(symlink(path, link), 0);
    cx__writer w;
    cr_assert_eq(cx__writer_open(&w, "test", link), CX_OK);
    cr_assert_eq(cx__writer_put(&w, "new", 3), CX_OK);
    cr_assert_eq(cx__writer_commit(&w), CX_OK);
    struct stat info;
    cr_assert(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    expect("new");
    cr_assert_eq(unlink(link), 0);
}

Test(file, maps)
{
    void *p;
    size_t size;
    cr_assert_eq(put("mapped"), CX_OK);
    cr_assert_eq(cx__file_map("test", path, true, &p, &size), CX_OK);
    cr_assert(size == 6 && memcmp(p, "mapped", 6) == 0);
    *(char *)p = 'M'; /* a private copy */
    cx__file_unmap(p, size);
    expect("mapped");
    cr_assert_eq(put(""), CX_OK);
    cr_assert_eq(cx__file_map("test", path, false, &p, &size), CX_E_PARSE);
    cr_assert_eq(cx__file_map("test", folder, false, &p, &size), CX_E_IO);
}
