/* Any bytes as a saved estimator: one that prints, saves, loads again and answers every question
 * with a result or an error, or a clean error at once. */
#include "base/object.h"
#include <calx.h>
#include <calx/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 3, WIDEST = 128 };

static char path[64], copy[72];
static int fd = -1;
static volatile double sink;

static void clean_up(void)
{
    (void)unlink(path);
    (void)unlink(copy);
}

static void make_file(void)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL) /* saving flushes to the disk, which memory spares us */
        folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(path, sizeof path, "%.40s/calx-model-XXXXXX", folder);
    if ((fd = mkstemp(path)) < 0) abort();
    (void)snprintf(copy, sizeof copy, "%s-copy", path);
    (void)atexit(clean_up);
}

/* Ask a fitted estimator for all it has; every answer is a value or an error with a text. */
static void use(const cx_estimator *m)
{
    const cx_scope s = cx_scope_open();
    const int64_t wide = cx_item_i64(cx_attr(m, "n_features_in_"));
    (void)cx_check(cx_scope_close(s));
    const int64_t columns = wide < 1 || wide > WIDEST ? 1 : wide;
    const cx_array *const x = cx_reshape(cx_linspace(-2, 3, ROWS * columns, CX_F64, CX_CPU, NULL),
                                         CX_SHAPE(ROWS, columns));
    const cx_data d = {.x = x};
    (void)cx_predict_data(m, &d);
    (void)cx_predict_proba_data(m, &d);
    (void)cx_predict_log_proba_data(m, &d);
    (void)cx_decision_function_data(m, &d);
    (void)cx_transform_data(m, &d);
    (void)cx_inverse_transform(m, x);
    static const char *const words[] = {"a", "c", "b"};
    const cx_array *const codes = cx_sub(
        cx_remainder(cx_arange_i64(0, ROWS * columns, 1, CX_I32, CX_CPU), cx_int(4)), cx_int(1));
    (void)cx_transform(m, cx_categories_new(cx_reshape(codes, CX_SHAPE(ROWS, columns)), 3, words));
    (void)cx_score(m, x, cx_arange_i64(0, ROWS, 1, CX_I64, CX_CPU));
    for (int method = CX_PREDICT; method <= CX_INVERSE_TRANSFORM; method++) {
        cx_session *const session = cx_session_new(m, (cx_method)method, ROWS);
        if (cx_session_status(session) != CX_OK || cx_session_columns(session) != columns) continue;
        if (cx_session_run_rows(session, cx_data_f64(x), ROWS) != CX_OK) continue;
        int64_t cols = 0;
        const double *const r = cx_session_result(session, &cols);
        for (int64_t i = 0; r != NULL && i < ROWS * cols; i++) sink = r[i]; /* read */
        (void)cx_session_label(session, 0);
    }
}

static void save_and_load(const cx_estimator *m)
{
    if (cx_estimator_save(copy, m) != CX_OK) abort();
    const cx_estimator *const again = cx_estimator_load(copy);
    if (cx_estimator_status(again) != CX_OK) abort();
    if (strcmp(cx_estimator_spec(again), cx_estimator_spec(m)) != 0) abort();
    if (cx_is_fitted(again) != cx_is_fitted(m)) abort();
}

/* One input of 16, by its content: writing waits for the disk. */
static bool chosen(const uint8_t *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++) sum += data[i];
    return sum % 16 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fd < 0) make_file();
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) abort();
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = cx_estimator_load(path);
    if (cx_estimator_status(m) == CX_OK) {
        if (cx_estimator_status(cx_clone(m)) != CX_OK) abort();
        if (cx_is_fitted(m)) use(m);
        if (chosen(data, size)) save_and_load(m);
    } else if (cx_error_message()[0] == '\0') {
        abort();
    }
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
