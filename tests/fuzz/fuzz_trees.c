/* Any bytes as a model of trees in JSON: an estimator that answers, or a clean error. */
#include "base/object.h"
#include <calx.h>
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 3, WIDEST = 64 };
static char path[64];
static int fd = -1;

static void clean_up(void)
{
    (void)unlink(path);
}

static void use(const cx_estimator *m)
{
    const int64_t wide = cx_item_i64(cx_attr(m, "n_features_in_"));
    if (wide > WIDEST) return;
    const cx_array *const x =
        cx_reshape(cx_linspace(-2, 3, ROWS * wide, CX_F64, CX_CPU, NULL), CX_SHAPE(ROWS, wide));
    (void)cx_predict(m, x);
    (void)cx_trees_apply(m, x);
    if (cx_estimator_has(m, CX_PREDICT_PROBA)) (void)cx_predict_proba(m, x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fd < 0) {
        (void)snprintf(path, sizeof path, "%s/calx-trees-XXXXXX",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if ((fd = mkstemp(path)) < 0) abort();
        (void)atexit(clean_up);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) abort();
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = cx_trees_load(path, NULL);
    if (cx_estimator_status(m) == CX_OK)
        use(m);
    else if (cx_error_message()[0] == '\0')
        abort();
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
