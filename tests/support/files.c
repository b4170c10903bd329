/* Files that a test makes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "files.h"
#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void test_temp_file(char path[TEST_PATH])
{
    (void)snprintf(path, TEST_PATH, "%s/calx-test-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)close(fd);
}

void test_temp_folder(char path[TEST_PATH])
{
    test_temp_file(path);
    cr_assert(unlink(path) == 0 && mkdir(path, 0700) == 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

void test_remove_folder(const char *path)
{
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
