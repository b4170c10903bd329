/* label: threads
 * Serving a fitted pipeline of mixed columns: many threads with a session each, deadlines, and data
 * that are not what fit saw, each refused by its column's name. */
#include "device.h"

#include <calx.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(serving, .init = setup, .fini = teardown);

enum { ROWS = 120, THREADS = 10, ROUNDS = 40 };

static const char *const towns[] = {"Aue", "Bonn", "Celle", "Dachau"};

/* words: how many of the towns occur */
static cx_array *town_column(int words)
{
    int32_t code[ROWS];
    for (int i = 0; i < ROWS; i++) code[i] = i % 9 == 4 ? -1 : i * 7 % 31 % words;
    return cx_categories_new(cx_copy_host(code, CX_SHAPE(ROWS), CX_I32), words, towns);
}

static cx_array *size_column(int k)
{
    double v[ROWS];
    for (int i = 0; i < ROWS; i++)
        v[i] = (i + k) % 7 == 2 ? (double)NAN : sin((i + 1) * (k + 0.5)) * 3 + k;
    return cx_copy_host(v, CX_SHAPE(ROWS), CX_F64);
}

static cx_table *houses(int words)
{
    return cx_table_new(CX_NAMES("size", "town", "age"),
                        CX_ARRAYS(size_column(1), town_column(words), size_column(4)));
}

static const char pipeline[] =
    "ColumnTransformer([('n', SimpleImputer() | StandardScaler(), ['size', 'age']), ('t', "
    "SimpleImputer(strategy='constant') | OneHotEncoder(handle_unknown='ignore'), ['town'])]) | "
    "LogisticRegression()";

static cx_estimator *fitted(void)
{
    cx_estimator *const m = cx_estimator_new(pipeline);
    const cx_array *const y =
        cx_astype(cx_greater(cx_sin(cx_arange(0, ROWS, 1, CX_F64, CX_CPU)), cx_float(0)), CX_I64);
    cr_assert(cx_fit_data(m, CX_DATA(.table = houses(3), .y = y)) == CX_OK, "%s",
              cx_error_message());
    return m;
}

static void fill(cx_session *s, const cx_table *t, int64_t row, int64_t to)
{
    for (int c = 0; c < cx_session_columns(s); c++) {
        const cx_array *const column = cx_table_column_at(t, c);
        if (cx_dtype_of(column) != CX_CAT) {
            cx_session_f64(s, c)[to] = cx_data_f64(column)[row];
            continue;
        }
        const char *const word = cx_label(column, row);
        cx_session_codes(s, c)[to] = cx_data_i32(cx_codes(column))[row] < 0
                                         ? CX_SESSION_MISSING
                                         : cx_session_code(s, c, word, strlen(word));
    }
}

/* ---- threads */
typedef struct job {
    const cx_estimator *m;
    const cx_table *t;
    const double *want;
    int number, wrong;
} job;

static void *work(void *ctx)
{
    job *const j = ctx;
    const cx_scope all = cx_scope_open();
    cx_session *const one = cx_session_new(j->m, CX_PREDICT_PROBA, 1), *const many = cx_session_new(
                                                                           j->m, CX_PREDICT_PROBA,
                                                                           ROWS);
    for (int i = 0; cx_ok() && i < ROWS; i++) fill(many, j->t, i, i);
    for (int r = 0; cx_ok() && r < ROUNDS; r++) {
        const cx_scope s = cx_scope_open();
        const int64_t row = (r * 13 + j->number * 7) % ROWS;
        fill(one, j->t, row, 0);
        if (cx_session_run(one, 1) != CX_OK ||
            memcmp(cx_session_result(one, NULL), j->want + 2 * row, 2 * sizeof(double)) != 0)
            j->wrong++;
        if (cx_session_run(many, ROWS) != CX_OK ||
            memcmp(cx_session_result(many, NULL), j->want, 2 * ROWS * sizeof(double)) != 0)
            j->wrong++;
        const double *const batch =
            cx_data_f64(cx_predict_proba_data(j->m, CX_DATA(.table = j->t)));
        if (batch == NULL || memcmp(batch, j->want, 2 * ROWS * sizeof(double)) != 0) j->wrong++;
        if (cx_scope_close(s) != CX_OK) j->wrong++;
    }
    if (cx_scope_close(all) != CX_OK) j->wrong++;
    return NULL;
}

Test(serving, many_threads_one_estimator_a_session_each)
{
    const cx_estimator *const m = fitted();
    const cx_table *const t = houses(4); /* Dachau was not seen by fit */
    const double *const want = cx_data_f64(cx_predict_proba_data(m, CX_DATA(.table = t)));
    cr_assert(want != NULL, "%s", cx_error_message());
    job jobs[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.m = m, .t = t, .want = want, .number = i};
        cr_assert(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(jobs[i].wrong == 0, "thread %d: %d", i, jobs[i].wrong);
    }
}

/* ---- time */
Test(serving, a_deadline_is_told_and_changes_nothing)
{
    const cx_estimator *const m = fitted();
    const cx_table *const t = houses(4);
    const double *const want = cx_data_f64(cx_predict_proba_data(m, CX_DATA(.table = t)));
    cx_session *const s = cx_session_new(m, CX_PREDICT_PROBA, 1);
    fill(s, t, 3, 0);
    cr_assert(cx_session_run(s, 1) == CX_OK, "%s", cx_error_message());
    cx_cancel cancel = {{0}};
    for (int way = 0; way < 2; way++) {
        if (way == 1) cx_cancel_request(&cancel);
        const cx_scope late =
            cx_scope_open_with(way == 0 ? CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() - 1)
                                        : CX_OPTS(cx_scope_opts, .cancel = &cancel));
        const cx_status wanted = way == 0 ? CX_E_TIMEOUT : CX_E_CANCELLED;
        cr_expect(cx_session_run(s, 1) == wanted, "%s", cx_error_message());
        cr_expect(cx_ok(), "a command marks nothing");
        cr_expect(cx_session_result(s, NULL) == NULL, "there is no result of a run that failed");
        cr_expect(cx_status_of(cx_predict_proba_data(m, CX_DATA(.table = t))) == wanted);
        (void)!cx_scope_close(late);
        cr_expect(cx_session_run(s, 1) == CX_OK, "%s", cx_error_message());
        cr_expect(memcmp(cx_session_result(s, NULL), want + 6, 2 * sizeof *want) == 0);
    }
    const cx_scope early =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() + 3600000000000));
    cr_expect(cx_session_run(s, 1) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_scope_close(early) == CX_OK);
}

/* ---- the schema */
static void refuses(const cx_estimator *m, const cx_table *t, const char *message)
{
    const cx_scope inner = cx_scope_open();
    const cx_status st = cx_status_of(cx_predict_proba_data(m, CX_DATA(.table = t)));
    cr_expect(st == CX_E_SCHEMA, "%s: %s", message, cx_status_name(st));
    cr_expect(strstr(cx_error_message(), message) != NULL, "'%s' lacks '%s'", cx_error_message(),
              message);
    (void)!cx_scope_close(inner);
}

Test(serving, other_columns_are_refused_by_name)
{
    const cx_estimator *const m = fitted();
    const cx_array *const size = size_column(1), *const age = size_column(4),
                          *const town = town_column(3);
    refuses(m, cx_table_new(CX_NAMES("size", "twon", "age"), CX_ARRAYS(size, town, age)),
            "column 'town', seen by fit, is missing; is 'twon' meant?");
    refuses(m, cx_table_drop(houses(3), CX_NAMES("age")), "column 'age', seen by fit, is missing");
    refuses(m, cx_table_with(houses(3), "price", age), "column 'price' was not seen by fit");
    refuses(m, cx_table_select(houses(3), CX_NAMES("town", "size", "age")),
            "column 'town' stands at place 1; fit saw it at place 2");
    refuses(m, cx_table_with(houses(3), "age", town), "column 'age' is category; fit saw float64");
    refuses(m, cx_table_with(houses(3), "town", age), "column 'town' is float64; fit saw category");
    cr_expect(cx_status_of(cx_predict_proba_data(
                  m, CX_DATA(.table = cx_table_with(houses(3), "age",
                                                    cx_ones(CX_SHAPE(ROWS), CX_I32, CX_CPU))))) ==
              CX_OK);
}

Test(serving, sessions_know_columns_by_name_and_kind)
{
    const cx_estimator *const m = fitted();
    cx_session *const s = cx_session_new(m, CX_PREDICT_PROBA, 1);
    cr_expect(cx_session_columns(s) == 3);
    cr_expect(cx_session_column(s, "town") == 1 && cx_session_column(s, "twon") == -1);
    const cx_scope inner = cx_scope_open();
    cr_expect(cx_session_f64(s, 1) == NULL);
    cr_expect(strstr(cx_error_message(), "column 1 (town) holds categories") != NULL);
    cr_expect(cx_session_codes(s, 0) == NULL);
    cr_expect(cx_session_f64(s, 3) == NULL && cx_session_f64(s, -1) == NULL);
    (void)!cx_scope_close(inner);
    cx_session_f64(s, 0)[0] = INFINITY;
    cr_expect(cx_session_run(s, 1) == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "column 'size' holds an infinity") != NULL, "%s",
              cx_error_message());
}
