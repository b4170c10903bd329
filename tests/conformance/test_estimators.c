/* Every estimator the same way: sessions and files give the bits of a batch, float32 stays, threads
 * do not change bits, serving allocates nothing, and what was cancelled has not happened. */
#include "subjects.h"

#include <calx.h>
#include <calx/estimator_class.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef void method_check(const subject *t, const cx_estimator *m, cx_method method,
                          const subject_rows *d);

static void each_method(const subject *t, method_check *check)
{
    const subject_rows d = subject_data(t, false);
    cx_estimator *const m = cx_estimator_new(t->spec);
    cr_assert(subject_fit(m, &d) == CX_OK, "%s: %s", t->spec, cx_error_message());
    for (int i = 0; i < SUBJECT_METHODS; i++)
        if (cx_estimator_has(m, subject_methods[i])) check(t, m, subject_methods[i], &d);
}

/* What a session gives for it: text as the place among the classes. */
static const cx_array *as_served(const cx_estimator *m, const cx_array *a)
{
    if (cx_dtype_of(a) == CX_CAT && cx_ndim(a) == 2) {
        cx_array *const places = cx_empty(cx_shape_of(a), CX_F64, CX_CPU);
        const int64_t *const at = cx_data_i64(cx_attr(m, "class_offsets_"));
        for (int i = 0; i < cx_dim(a, 1); i++) {
            char name[24];
            snprintf(name, sizeof name, "classes_%d", i);
            const cx_array *const own = cx_labels_codes(cx_select(a, 1, i), cx_attr(m, name));
            cx_check(cx_copy_into(cx_add(own, cx_int(at[i])), cx_select(places, 1, i)));
        }
        return places;
    }
    return cx_astype(cx_dtype_of(a) == CX_CAT ? cx_labels_codes(a, cx_attr(m, "classes_")) : a,
                     CX_F64);
}

/* One row at a time and many at once: the same bits as the batch. */
static void check_session(const subject *t, const cx_estimator *m, cx_method method,
                          const subject_rows *d)
{
    const int64_t n = cx_dim(d->x, 0), width = cx_dim(d->x, 1);
    cx_session *one, *many;
    if (method == CX_PREDICT_LOG_PROBA) return; /* sessions give probabilities */
    const cx_array *const batch = as_served(m, subject_ask(m, method, d->x));
    const int64_t out = cx_size(batch) / n;
    const double *const want = cx_data_f64(batch), *const x = cx_data_f64(d->x);
    one = cx_session_new(m, method, 1);
    many = cx_session_new(m, method, n);
    cr_assert(cx_session_status(one) == CX_OK && cx_session_status(many) == CX_OK, "%s: %s",
              t->spec, cx_error_message());
    int64_t cols = 0;
    cr_expect(cx_session_run_rows(many, x, n) == CX_OK, "%s", cx_error_message());
    const double *const got = cx_session_result(many, &cols);
    cr_assert(cols == out, "%s: %lld columns, not %lld", t->spec, (long long)cols, (long long)out);
    cr_expect(memcmp(got, want, (size_t)(n * out) * sizeof *want) == 0, "%s, %s", t->spec,
              subject_method(method));
    const uint64_t before = cx_memory_stats(CX_CPU).system_allocs;
    for (int64_t i = 0; i < n; i++) {
        cr_expect(cx_session_run_rows(one, x + i * width, 1) == CX_OK);
        cr_expect(
            memcmp(cx_session_result(one, &cols), want + i * out, (size_t)out * sizeof *want) == 0,
            "%s, %s, row %lld", t->spec, subject_method(method), (long long)i);
    }
    cr_expect(cx_memory_stats(CX_CPU).system_allocs == before, "%s allocates while it serves",
              t->spec);
}

static void sessions(const subject *t)
{
    if (!(t->flags & (SUBJECT_NEIGHBOURS | SUBJECT_BATCH))) each_method(t, check_session);
}

Test(estimators, sessions_give_the_batch_bits)
{
    each_subject(sessions);
}

static void check_file(const subject *t, const cx_estimator *m, cx_method method,
                       const subject_rows *d)
{
    char path[64];
    snprintf(path, sizeof path, "test_estimators_%ld.safetensors", (long)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s: %s", t->spec, cx_error_message());
    const cx_estimator *back = cx_estimator_load(path);
    remove(path);
    cr_expect_str_eq(cx_estimator_spec(back), cx_estimator_spec(m));
    cr_expect(cx_array_equal(subject_ask(back, method, d->x), subject_ask(m, method, d->x)),
              "%s, %s: %s", t->spec, subject_method(method), cx_error_message());
}

static void files(const subject *t)
{
    each_method(t, check_file);
}

Test(estimators, files_give_the_bits_back)
{
    each_subject(files);
}

/* Labels keep their dtype; distances voted by weights, and whole numbers, are what they are. */
static cx_dtype float32_result(const cx_estimator *m, cx_method method)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    if (method != CX_PREDICT || kind == CX_REGRESSOR) return CX_F32;
    const bool narrow = strcmp(cx_estimator_name(m), "SGDOneClassSVM") == 0; /* as scikit-learn's */
    if (kind == CX_OUTLIER_DETECTOR) return narrow ? CX_I32 : CX_I64;
    if (strstr(cx_estimator_name(m), "Mixture")) return CX_I64;
    return kind == CX_CLUSTERER ? CX_I32 : cx_dtype_of(cx_attr(m, "classes_"));
}

static void float32(const subject *t)
{
    const subject_rows d = subject_data(t, true);
    cx_estimator *const m = cx_estimator_new(t->spec);
    cr_assert(subject_fit(m, &d) == CX_OK, "%s: %s", t->spec, cx_error_message());
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        const cx_method method = subject_methods[i];
        if (!cx_estimator_has(m, method) || (t->flags & SUBJECT_F64)) continue;
        const cx_dtype got = cx_dtype_of(subject_ask(m, method, d.x)),
                       want = float32_result(m, method);
        const bool votes = strstr(t->spec, "KNeighbors") != NULL &&
                           (method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA);
        cr_expect(got == (votes ? CX_F64 : want), "%s, %s: %s", t->spec, subject_method(method),
                  cx_dtype_name(got));
    }
}

Test(estimators, float32_stays)
{
    each_subject(float32);
}

static void threads(const subject *t)
{
    const subject_rows d = subject_data(t, false);
    cx_array *result[2][SUBJECT_METHODS] = {{NULL}};
    for (int k = 0; k < 2; k++) {
        const cx_scope inner =
            cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = k == 0 ? 1 : 4));
        cx_estimator *const m = cx_estimator_new(t->spec);
        cx_check(subject_fit(m, &d));
        for (int i = 0; i < SUBJECT_METHODS; i++)
            if (cx_estimator_has(m, subject_methods[i]))
                result[k][i] = cx_retain(subject_ask(m, subject_methods[i], d.x));
        cr_expect(cx_scope_close(inner) == CX_OK, "%s: %s", t->spec, cx_error_message());
    }
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        if (!result[0][i]) continue;
        cr_expect(cx_array_equal(result[0][i], result[1][i]), "%s, %s", t->spec,
                  subject_method(subject_methods[i]));
        cx_release(result[0][i]);
        cx_release(result[1][i]);
    }
}

Test(estimators, threads_do_not_change_bits)
{
    each_subject(threads);
}

static void cancelled(const subject *t)
{
    const subject_rows d = subject_data(t, false);
    cx_cancel flag = {{0}};
    cx_cancel_request(&flag);
    cx_estimator *const m = cx_estimator_new(t->spec);
    const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &flag));
    const cx_status st = subject_fit(m, &d), ended = cx_scope_close(inner);
    cr_expect(st == CX_E_CANCELLED, "%s: %d", t->spec, (int)st);
    cr_expect(ended == CX_OK || ended == CX_E_CANCELLED);
    cr_expect(!cx_is_fitted(m), "%s", t->spec);
}

Test(estimators, cancelled_fits_change_nothing)
{
    each_subject(cancelled);
}
