/* Files that a test makes. */
#include "files.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void test_temp_file(char path[TEST_PATH])
{
    (void)snprintf(path, TEST_PATH, "%s/calx-test-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)close(fd);
}
