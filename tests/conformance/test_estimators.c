/* Every numeric estimator the same way: sessions and files give the bits of a batch, float32 stays,
 * labels keep their dtype, threads do not change bits, and serving allocates nothing. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct subject {
    const char *spec;
    bool labels, predict, proba, decision, transform;
} subject;

static const subject subjects[] = {
    {"StandardScaler()", .transform = true},
    {"StandardScaler(with_mean=False)", .transform = true},
    {"StandardScaler(with_std=False)", .transform = true},
    {"MinMaxScaler(clip=True)", .transform = true},
    {"PCA(n_components=3)", .transform = true},
    {"PCA(n_components=2, whiten=True)", .transform = true},
    {"LinearRegression()", .predict = true},
    {"Ridge(alpha=0.5)", .predict = true},
    {"LogisticRegression()", .labels = true, .predict = true, .proba = true, .decision = true},
    {"KMeans(n_clusters=4, random_state=0)", .predict = true, .transform = true},
    {"KNeighborsClassifier()", .labels = true, .predict = true, .proba = true},
    {"KNeighborsClassifier(weights='distance', p=1)", .labels = true, .predict = true,
     .proba = true},
    {"KNeighborsClassifier(n_neighbors=3, p=3.5)", .labels = true, .predict = true, .proba = true},
    {"GaussianNB()", .labels = true, .predict = true, .proba = true},
    {"StandardScaler() | PCA(3) | LogisticRegression()", .labels = true, .predict = true,
     .proba = true, .decision = true},
    {"MinMaxScaler() | KNeighborsClassifier()", .labels = true, .predict = true, .proba = true},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static cx_array *ask(const cx_estimator *m, cx_method method, const cx_array *x)
{
    switch (method) {
    case CX_PREDICT: return cx_predict(m, x);
    case CX_PREDICT_PROBA: return cx_predict_proba(m, x);
    case CX_DECISION_FUNCTION: return cx_decision_function(m, x);
    default: return cx_transform(m, x);
    }
}

static bool has(const subject *t, cx_method method)
{
    switch (method) {
    case CX_PREDICT: return t->predict;
    case CX_PREDICT_PROBA: return t->proba;
    case CX_DECISION_FUNCTION: return t->decision;
    case CX_TRANSFORM: return t->transform;
    default: return false;
    }
}

static void each_method(const subject *t,
                        void (*check)(const subject *, const cx_estimator *, cx_method,
                                      const data_set *),
                        const data_set *d)
{
    static const cx_method methods[] = {CX_PREDICT, CX_PREDICT_PROBA, CX_DECISION_FUNCTION,
                                        CX_TRANSFORM};
    cx_estimator *m = cx_estimator_new(t->spec);
    cr_assert(cx_fit(m, d->x, d->y) == CX_OK, "%s: %s", t->spec, cx_error_message());
    for (int i = 0; i < 4; i++) {
        cr_expect(cx_estimator_has(m, methods[i]) == has(t, methods[i]), "%s: method %d", t->spec,
                  (int)methods[i]);
        if (has(t, methods[i])) check(t, m, methods[i], d);
    }
}

static void over_all(void (*check)(const subject *, const cx_estimator *, cx_method,
                                   const data_set *))
{
    for (int i = 0; i < SUBJECTS; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data("wine_data");
        each_method(&subjects[i], check, &d);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", subjects[i].spec, cx_error_message());
    }
}

/* One row at a time and many at once: the same bits as the batch. */
static void check_session(const subject *t, const cx_estimator *m, cx_method method,
                          const data_set *d)
{
    const cx_array *batch = cx_astype(ask(m, method, d->x), CX_F64);
    const double *want = cx_data_f64(batch), *x = cx_data_f64(d->x);
    const int64_t out = cx_size(batch) / d->n;
    cx_session *one = cx_session_new(m, method, 1), *many = cx_session_new(m, method, d->n);
    cr_assert(cx_session_status(one) == CX_OK && cx_session_status(many) == CX_OK, "%s: %s",
              t->spec, cx_error_message());
    int64_t cols = 0;
    cr_expect(cx_session_run_rows(many, x, d->n) == CX_OK, "%s", cx_error_message());
    const double *got = cx_session_result(many, &cols);
    cr_assert(cols == out, "%s: %lld columns, not %lld", t->spec, (long long)cols, (long long)out);
    cr_expect(memcmp(got, want, (size_t)(d->n * out) * sizeof *want) == 0, "%s, method %d", t->spec,
              (int)method);
    const uint64_t before = cx_memory_stats(CX_CPU).system_allocs;
    for (int64_t i = 0; i < d->n; i++) {
        cr_expect(cx_session_run_rows(one, x + i * d->d, 1) == CX_OK);
        cr_expect(
            memcmp(cx_session_result(one, &cols), want + i * out, (size_t)out * sizeof *want) == 0,
            "%s, row %lld", t->spec, (long long)i);
    }
    cr_expect(cx_memory_stats(CX_CPU).system_allocs == before, "%s allocates while it serves",
              t->spec);
}

Test(estimators, sessions_give_the_batch_bits)
{
    over_all(check_session);
}

static void check_file(const subject *t, const cx_estimator *m, cx_method method, const data_set *d)
{
    char path[64];
    snprintf(path, sizeof path, "test_estimators_%ld.safetensors", (long)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s: %s", t->spec, cx_error_message());
    const cx_estimator *back = cx_estimator_load(path);
    remove(path);
    cr_expect_str_eq(cx_estimator_spec(back), cx_estimator_spec(m));
    cr_expect(cx_array_equal(ask(back, method, d->x), ask(m, method, d->x)), "%s: %s", t->spec,
              cx_error_message());
}

Test(estimators, files_give_the_bits_back)
{
    over_all(check_file);
}

static void check_float32(const subject *t, const cx_estimator *unused, cx_method method,
                          const data_set *d)
{
    (void)unused;
    const cx_array *x = cx_astype(d->x, CX_F32);
    cx_estimator *m = cx_estimator_new(t->spec);
    cx_check(cx_fit(m, x, t->labels ? cx_astype(d->y, CX_I32) : cx_astype(d->y, CX_F32)));
    const cx_dtype got = cx_dtype_of(ask(m, method, x));
    const bool vote = strstr(t->spec, "KNeighbors") != NULL && method == CX_PREDICT_PROBA;
    const bool cluster = strstr(t->spec, "KMeans") != NULL && method == CX_PREDICT;
    const cx_dtype want = cluster || (t->labels && method == CX_PREDICT) ? CX_I32
                          : vote                                         ? CX_F64
                                                                         : CX_F32;
    cr_expect(got == want, "%s, method %d: dtype %d, expected %d", t->spec, (int)method, (int)got,
              (int)want);
}

Test(estimators, float32_stays)
{
    over_all(check_float32);
}

static void check_threads(const subject *t, const cx_estimator *unused, cx_method method,
                          const data_set *d)
{
    (void)unused;
    cx_array *result[2];
    for (int k = 0; k < 2; k++) {
        const cx_scope inner =
            cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = k == 0 ? 1 : 4));
        cx_estimator *m = cx_estimator_new(t->spec);
        cx_check(cx_fit(m, d->x, d->y));
        result[k] = cx_scope_return(inner, ask(m, method, d->x));
    }
    cr_expect(cx_array_equal(result[0], result[1]), "%s, method %d", t->spec, (int)method);
}

Test(estimators, threads_do_not_change_bits)
{
    over_all(check_threads);
}

/* Text labels come back as text; the numbers behind them are the same. */
static void check_text(const subject *t, const cx_estimator *m, cx_method method, const data_set *d)
{
    if (!t->labels || method != CX_PREDICT) return;
    const char *const names[] = {"barolo", "grignolino", "barbera"};
    const cx_array *y = cx_categories_new(cx_astype(d->y, CX_I32), 3, names);
    cx_estimator *words = cx_clone(m);
    cx_check(cx_fit(words, d->x, y));
    const cx_array *p = cx_predict(words, d->x);
    cr_expect(cx_dtype_of(p) == CX_CAT);
    const double *number = cx_data_f64(cx_predict(m, d->x));
    int64_t same = 0;
    for (int64_t i = 0; i < d->n; i++) same += strcmp(cx_label(p, i), names[(int)number[i]]) == 0;
    cr_expect((double)same >= 0.95 * (double)d->n, /* ties go to the first class, by text */
              "%s: %lld of %lld", t->spec, (long long)same, (long long)d->n);
    cr_expect(cx_score(words, d->x, y) > 0.6, "%s", t->spec);
}

Test(estimators, text_labels)
{
    over_all(check_text);
}

/* A cancelled fit leaves the estimator as it was. */
Test(estimators, cancelled_fits_change_nothing)
{
    for (int i = 0; i < SUBJECTS; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data("wine_data");
        cx_cancel flag = {{0}};
        cx_cancel_request(&flag);
        cx_estimator *m = cx_estimator_new(subjects[i].spec);
        const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &flag));
        const cx_status st = cx_fit(m, d.x, d.y), ended = cx_scope_close(inner);
        cr_expect(st == CX_E_CANCELLED, "%s: %d", subjects[i].spec, (int)st);
        cr_expect(ended == CX_OK || ended == CX_E_CANCELLED);
        cr_expect(!cx_is_fitted(m), "%s", subjects[i].spec);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}
