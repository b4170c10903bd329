/* Any bytes as a .npz archive: every array that it names is read, or gives a clean error. */
#include "base/object.h"
#include <calx.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];

static void clean_up(void)
{
    (void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0) {
        const char *const folder = getenv("TMPDIR");
        (void)snprintf(path, sizeof path, "%.40s/calx-npz-XXXXXX",
                       folder != NULL ? folder : "/tmp");
        if ((fd = mkstemp(path)) < 0) abort();
        (void)atexit(clean_up);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) abort();
    const cx_scope s = cx_scope_open();
    const cx_tensors *const t = cx_npz_open(path);
    for (int i = 0; i < cx_tensors_count(t) && i < 16; i++) (void)cx_tensors_at(t, i);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
