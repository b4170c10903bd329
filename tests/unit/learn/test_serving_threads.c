/* Many threads on one fitted estimator: arrays, attributes, and a session each; registration at
 * the same time. */
#include "sample_estimators.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 200, ROWS = 40 };

typedef struct job {
    const cx_estimator *m;
    const double *x, *want;
    int wrong;
} job;

static void *work(void *ctx)
{
    job *const j = ctx;
    const cx_scope all = cx_scope_open();
    if (sample_register() != CX_OK) j->wrong++;
    cx_session *const s = cx_session_new(j->m, CX_DECISION_FUNCTION, ROWS);
    for (int i = 0; i < ROUNDS && cx_ok(); i++) {
        const cx_scope round = cx_scope_open();
        const double *const got = cx_data_f64(cx_decision_function(j->m, matrix(ROWS, 2, j->x)));
        if (!got || memcmp(got, j->want, 2 * ROWS * sizeof *got) != 0) j->wrong++;
        if (cx_session_run_rows(s, j->x, ROWS) != CX_OK ||
            memcmp(cx_session_result(s, NULL), j->want, 2 * ROWS * sizeof *got) != 0)
            j->wrong++;
        if (cx_size(cx_attr(j->m, "quantileclipper__lo_")) != 2) j->wrong++;
        if (strstr(cx_estimator_spec(cx_clone(j->m)), "NearestMean") == NULL) j->wrong++;
        if (cx_scope_close(round) != CX_OK) j->wrong++;
    }
    if (cx_scope_close(all) != CX_OK) j->wrong++;
    return NULL;
}

Test(serving_threads, one_estimator_many_threads)
{
    const cx_scope scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
    double x[2 * ROWS];
    int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = i % 2;
        x[2 * i] = 3.0 * (i % 2) + 0.1 * (i % 7);
        x[2 * i + 1] = 0.3 * (i % 5) - (i % 2);
    }
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.1) | NearestMean()");
    cr_assert_eq(cx_fit(m, matrix(ROWS, 2, x), cx_copy_host(y, CX_SHAPE(ROWS), CX_I64)), CX_OK,
                 "%s", cx_error_message());
    const cx_array *const want = cx_decision_function(m, matrix(ROWS, 2, x));
    job jobs[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.m = m, .x = x, .want = cx_data_f64(want)};
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(jobs[i].wrong, 0, "thread %d", i);
    }
    cr_expect_eq(cx_scope_close(scope), CX_OK);
}
