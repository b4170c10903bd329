/* Serving: what one row costs through a session, and how soon a model file of 100 MB is ready. Best
 * of several rounds; answers are checked against the batch once. scikit-learn's predict_proba on
 * one row of the same models, and its load of the same size: bench/peers/serve.py. */
#include <calx.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 15, ROWS = 400, LOADS = 7 };

static double best_ns(cx_session *s, int n)
{
    double best = INFINITY;
    for (int r = 0; r < ROUNDS; r++) {
        const int64_t t = cx_now_ns();
        for (int i = 0; i < n; i++)
            if (cx_session_run(s, 1) != CX_OK) abort();
        const double ns = (double)(cx_now_ns() - t) / n;
        if (ns < best) best = ns;
    }
    return best;
}

static void report(const char *what, cx_session *s, const cx_array *batch, int n)
{
    if (s == NULL || !cx_ok() || cx_session_run(s, 1) != CX_OK) {
        fprintf(stderr, "%s: %s\n", what, cx_error_message());
        exit(1);
    }
    int64_t cols = 0;
    const double *const got = cx_session_result(s, &cols);
    if (memcmp(got, cx_data_f64(batch), (size_t)cols * sizeof *got) != 0) {
        fprintf(stderr, "%s: the session and the batch differ\n", what);
        exit(1);
    }
    printf("%-52s %9.1f ns\n", what, best_ns(s, n));
}

/* Row 0 of a matrix through the column buffers of a session. */
static void numbers(const char *spec, int d)
{
    cx_generator *const g = cx_default_rng(CX_SEED(0), CX_CPU);
    const cx_array *const x = cx_rng_standard_normal(g, CX_SHAPE(ROWS, d), CX_F64),
                          *const y = cx_astype(cx_greater(cx_select(x, 1, 0), cx_float(0)), CX_I64);
    cx_estimator *const m = cx_estimator_new(spec);
    if (cx_check(cx_fit(m, x, y)) != CX_OK) exit(1);
    cx_session *const s = cx_session_new(m, CX_PREDICT_PROBA, 1);
    for (int j = 0; j < d; j++) cx_session_f64(s, j)[0] = cx_data_f64(x)[j];
    char what[200];
    snprintf(what, sizeof what, "%s, %d features", spec, d);
    report(what, s, cx_predict_proba(m, x), 1 << 15);
}

static const char *const towns[] = {"Aue", "Bonn", "Celle", "Dachau", "Emden", "Fulda"};
static const char *const kinds[] = {"flat", "house"};

static cx_array *drawn(int count, const char *const *words, int step, int missing)
{
    int32_t code[ROWS];
    for (int i = 0; i < ROWS; i++) code[i] = i % missing == 1 ? -1 : i * step % 97 % count;
    return cx_categories_new(cx_copy_host(code, CX_SHAPE(ROWS), CX_I32), count, words);
}

static cx_array *sizes(int k)
{
    double v[ROWS];
    for (int i = 0; i < ROWS; i++)
        v[i] = (i + k) % 11 == 3 ? (double)NAN : sin(i * (k + 1.0)) * (k + 1) + k;
    return cx_copy_host(v, CX_SHAPE(ROWS), CX_F64);
}

static void mixed(void)
{
    const cx_table *const t =
        cx_table_new(CX_NAMES("a", "b", "c", "d", "town", "kind"),
                     CX_ARRAYS(sizes(0), sizes(1), sizes(2), sizes(3), drawn(6, towns, 31, 13),
                               drawn(2, kinds, 17, 29)));
    const cx_array *const y = cx_astype(
        cx_greater(cx_where(cx_isnan(sizes(1)), cx_float(0), sizes(1)), cx_float(1)), CX_I64);
    cx_estimator *const m = cx_estimator_new(
        "ColumnTransformer([('n', SimpleImputer(strategy='median') | StandardScaler(), "
        "['a', 'b', 'c', 'd']), ('t', SimpleImputer(strategy='most_frequent') | "
        "OneHotEncoder(handle_unknown='ignore'), ['town', 'kind'])]) | LogisticRegression()");
    if (cx_check(cx_fit_data(m, CX_DATA(.table = t, .y = y))) != CX_OK) exit(1);
    cx_session *const s = cx_session_new(m, CX_PREDICT_PROBA, 1);
    for (int j = 0; j < 4; j++) cx_session_f64(s, j)[0] = cx_item_f64(cx_select(sizes(j), 0, 0));
    for (int j = 4; j < 6; j++) {
        const char *const word = cx_label(cx_table_column_at(t, j), 0);
        cx_session_codes(s, j)[0] = cx_session_code(s, j, word, strlen(word));
    }
    report("impute | scale, impute | one-hot, logistic; 4 + 2 columns", s,
           cx_predict_proba_data(m, CX_DATA(.table = t)), 1 << 14);
}

/* 125,000 rows of 100 numbers: 100 MB of weights. */
static void load(const char *path)
{
    const cx_scope all = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(0), CX_CPU);
    cx_array *const x = cx_rng_random(g, CX_SHAPE(125000, 100), CX_F64);
    cx_estimator *const m = cx_estimator_new("KNeighborsClassifier(1)");
    if (cx_check(cx_fit(
            m, x, cx_remainder(cx_arange_i64(0, 125000, 1, CX_I64, CX_CPU), cx_int(7)))) != CX_OK ||
        cx_check(cx_estimator_save(path, m)) != CX_OK)
        exit(1);
    double best = INFINITY, ready = INFINITY, first = INFINITY;
    for (int i = 0; i < LOADS; i++) {
        const cx_scope s = cx_scope_open();
        const int64_t start = cx_now_ns();
        const cx_estimator *const back = cx_estimator_load(path);
        const int64_t loaded = cx_now_ns();
        cx_session *const session = cx_session_new(back, CX_PREDICT, 1);
        const int64_t made = cx_now_ns();
        if (cx_check(cx_session_run_rows(session, cx_data_f64(x), 1)) != CX_OK ||
            cx_session_result(session, NULL)[0] != 0)
            exit(1);
        const int64_t answered = cx_now_ns();
        best = fmin(best, (double)(loaded - start) / 1e6);
        ready = fmin(ready, (double)(made - start) / 1e6);
        first = fmin(first, (double)(answered - start) / 1e6);
        if (cx_scope_close(s) != CX_OK) exit(1);
    }
    printf("%-52s %9.3f ms\n", "a file of 100 MB: load", best);
    printf("%-52s %9.3f ms\n", "a file of 100 MB: load and make a session", ready);
    printf("%-52s %9.3f ms\n", "a file of 100 MB: until the first answer", first);
    remove(path);
    if (cx_scope_close(all) != CX_OK) exit(1);
}

int main(int argc, char **argv)
{
    const cx_scope s = cx_scope_open();
    if (cx_set_num_threads(1) != CX_OK) abort();
    numbers("LogisticRegression()", 20);
    numbers("LogisticRegression()", 100);
    numbers("StandardScaler() | LogisticRegression()", 20);
    mixed();
    load(argc > 1 ? argv[1] : "bench_serve.safetensors");
    if (cx_scope_close(s) == CX_OK) return 0;
    fprintf(stderr, "%s\n", cx_error_message());
    return 1;
}
