/* device: each. Every estimator on a device against itself on the CPU: attributes, results, files;
 * and no data crosses between devices but what the test sends. */
#include "device.h"
#include "plain.h"
#include "subjects.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/estimator_class.h>
#include <calx/metrics.h>
#include <calx/metrics_ranking.h>
#include <calx/metrics_regression.h>
#include <calx/model_selection.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Largest difference relative to the largest number of b. */
static double apart(const cx_array *a, const cx_array *b)
{
    if (cx_size(a) == 0) return 0;
    const cx_array *fa = cx_astype(a, CX_F64), *fb = cx_astype(b, CX_F64);
    const double most = cx_item_f64(cx_nanmax(cx_abs(fb), CX_ALL)),
                 off = cx_item_f64(cx_nanmax(cx_abs(cx_sub(fa, fb)), CX_ALL));
    return most > 0 ? off / most : off;
}

/* Equal texts, but for numbers in them, which are near. */
static bool near_text(const char *a, const char *b, double tolerance)
{
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *end_a, *end_b;
            const double v = plain_number(a, &end_a), w = plain_number(b, &end_b);
            if (!(fabs(v - w) <= tolerance * fabs(w))) return false;
            a = end_a;
            b = end_b;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

static bool near_texts(const cx_array *a, const cx_array *b, double tolerance)
{
    return cx_dtype_of(a) == CX_CAT && near_text(cx_repr(a), cx_repr(b), tolerance);
}

static void compare(const char *spec, const char *what, cx_array *got, const cx_array *want,
                    double tolerance)
{
    cr_assert(cx_status_of(got) == CX_OK, "%s, %s: %s", spec, what, cx_error_message());
    cr_expect(cx_device_equal(cx_device_of(got), test_device()), "%s, %s lies elsewhere", spec,
              what);
    const cx_array *host = test_host(got);
    cr_expect(cx_dtype_of(host) == cx_dtype_of(want), "%s, %s: dtype", spec, what);
    if (isinf(tolerance)) { /* of another model */
        cr_expect(cx_ndim(host) == cx_ndim(want), "%s, %s: dimensions", spec, what);
        return;
    }
    cr_assert(cx_ndim(host) == cx_ndim(want) && cx_size(host) == cx_size(want), "%s, %s: shape",
              spec, what);
    if (cx_dtype_kind(cx_dtype_of(want)) != 'f') {
        cr_expect(cx_array_equal(host, want) || near_texts(host, want, tolerance),
                  "%s, %s differs:\n%s\n%s", spec, what, cx_repr(host), cx_repr(want));
        return;
    }
    if (cx_array_equal(host, want)) return; /* infinities are */
    const double off = apart(host, want);
    cr_expect(off <= tolerance, "%s, %s: %g > %g", spec, what, off, tolerance);
}

static void compare_attributes(const subject *s, const cx_estimator *got, const cx_estimator *want)
{
    const cx_estimator_class *c = cx_estimator_class_find(cx_estimator_name(want));
    for (int i = 0; c->attrs != NULL && c->attrs[i] != NULL; i++) {
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(c->attrs[i], "?: "), c->attrs[i]);
        cr_expect(cx_has_attr(got, name) == cx_has_attr(want, name));
        /* where a likelihood is greatest it is flat: rounding moves a kernel's hyperparameters */
        const bool flat = cx_has_attr(want, "kernel_") &&
                          (strcmp(name, "theta_") == 0 || strcmp(name, "kernel_") == 0);
        if (cx_has_attr(want, name) && !strstr(name, "_time")) /* times are their own */
            compare(s->spec, name, cx_attr(got, name), cx_attr(want, name),
                    s->flags & SUBJECT_OWN ? INFINITY
                    : flat                 ? 1e-6
                                           : 1e-10);
    }
}

static bool scores(const cx_estimator *m, const subject_rows *r)
{
    const cx_estimator_kind kind = cx_estimator_kind_of(m);
    if (r->y != NULL) return kind == CX_CLASSIFIER || kind == CX_REGRESSOR;
    return kind == CX_CLUSTERER && cx_estimator_class_find(cx_estimator_name(m))->score != NULL;
}

static double score(const cx_estimator *m, const subject_rows *r)
{
    return cx_score_data(m, CX_DATA(.x = r->x, .y = r->y, .sample_weight = r->weight));
}

static void no_copies(const char *spec, const char *what, const cx_counters *before)
{
    const cx_counters now = cx_counters_get();
    cr_expect(now.copies == before->copies, "%s, %s: %d copies of %d bytes", spec, what,
              (int)(now.copies - before->copies), (int)(now.copy_bytes - before->copy_bytes));
    const uint64_t times =
        now.control_reads - before->control_reads + now.control_writes - before->control_writes;
    cr_expect(now.control_bytes - before->control_bytes <= 4096 * times);
}

static void run_in(const subject *s, bool f32)
{
    const subject_rows host = subject_data(s, f32), here = subject_here(&host);
    cx_estimator *want = cx_estimator_new(s->spec), *got = cx_estimator_new(s->spec);
    cr_assert(subject_fit(want, &host) == CX_OK, "%s: %s", s->spec, cx_error_message());
    cx_counters before = cx_counters_get();
    cr_assert(subject_fit(got, &here) == CX_OK, "%s: %s", s->spec, cx_error_message());
    if (!(s->flags & (SUBJECT_FOLDS | SUBJECT_OWN))) no_copies(s->spec, "fit", &before);
    compare_attributes(s, got, want);
    const bool own = (s->flags & SUBJECT_OWN) != 0;
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        if (!cx_estimator_has(want, subject_methods[i])) continue;
        const char *const what = subject_method(subject_methods[i]);
        before = cx_counters_get();
        cx_array *const r = subject_ask(got, subject_methods[i], here.x);
        if (!(s->flags & SUBJECT_ASKS)) no_copies(s->spec, what, &before);
        /* float32 results are rounded from numbers that differ in their last bits */
        compare(s->spec, what, r, subject_ask(want, subject_methods[i], host.x),
                own   ? INFINITY
                : f32 ? 1.5e-7
                      : 1e-10);
    }
    if (!scores(want, &host)) return;
    before = cx_counters_get();
    const double v = score(got, &here);
    no_copies(s->spec, "score", &before);
    cr_expect(fabs(v - score(want, &host)) <= (own ? 0.1 : 1e-10) * fmax(1, fabs(v)),
              "%s: score %g", s->spec, v);
}

static void run(const subject *s)
{
    run_in(s, false);
}
static void run_float32(const subject *s)
{
    run_in(s, true);
}

Test(estimators_device, results_are_the_cpus)
{
    each_subject(run);
}

Test(estimators_device, results_are_the_cpus_in_float32)
{
    each_subject(run_float32);
}

/* A file from the device read on the CPU, and sent to the device again: the same predictions. */
static void through_files(const subject *s)
{
    static int turn; /* files are no kernels: in short, a class here and there */
    if (test_brief() && turn++ % 5 != 0) return;
    const subject_rows host = subject_data(s, false), here = subject_here(&host);
    cx_estimator *m = cx_estimator_new(s->spec);
    cr_assert(subject_fit(m, &here) == CX_OK, "%s: %s", s->spec, cx_error_message());
    char path[64];
    snprintf(path, sizeof path, "test_estimators_device_%ld.safetensors", (long)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s: %s", s->spec, cx_error_message());
    const cx_estimator *back = cx_estimator_load(path),
                       *again = cx_estimator_to(back, test_device());
    remove(path);
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        if (!cx_estimator_has(m, subject_methods[i])) continue;
        cx_array *const first = test_host(subject_ask(m, subject_methods[i], here.x)),
                        *const second = test_host(subject_ask(again, subject_methods[i], here.x));
        cr_expect(cx_array_equal(first, second), "%s, method %d after a file: %s", s->spec, i,
                  cx_error_message());
        compare(s->spec, "after a file", test_here(subject_ask(back, subject_methods[i], host.x)),
                first, 1e-10);
    }
}

Test(estimators_device, files_cross_devices)
{
    each_subject(through_files);
}

/* Batches one after the other. */
Test(estimators_device, partial_fits)
{
    const subject s = {.y = CLASSES};
    const char *const specs[] = {"StandardScaler()", "MinMaxScaler()", "GaussianNB()"};
    for (int i = 0; i < 3; i++) {
        const cx_scope scope = cx_scope_open();
        const subject_rows host = subject_data(&s, false), here = subject_here(&host);
        const cx_array *classes = cx_arange_i64(0, 3, 1, CX_I32, CX_CPU);
        cx_estimator *want = cx_estimator_new(specs[i]), *got = cx_estimator_new(specs[i]);
        const subject_rows *const both[] = {&host, &here};
        cx_estimator *const models[] = {want, got};
        for (int k = 0; k < 2; k++)
            for (int at = 0; at < 60; at += 20) {
                const cx_counters before = cx_counters_get();
                cr_assert(cx_partial_fit_data(models[k],
                                              CX_DATA(.x = cx_slice(both[k]->x, 0, at, at + 20, 1),
                                                      .y = cx_slice(both[k]->y, 0, at, at + 20, 1),
                                                      .classes = classes)) == CX_OK,
                          "%s: %s", specs[i], cx_error_message());
                no_copies(specs[i], "partial_fit", &before);
            }
        compare_attributes(&(subject){.spec = specs[i]}, got, want);
        cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}

Test(estimators_device, missing_values_and_back)
{
    const subject s = {.y = NOTHING};
    const char *const specs[] = {"StandardScaler()", "MinMaxScaler()", "PCA(3, whiten=True)"};
    for (int i = 0; i < 3; i++) {
        const cx_scope scope = cx_scope_open();
        subject_rows host = subject_data(&s, false);
        if (i < 2)
            host.x = cx_where(cx_greater(host.x, cx_float(6)), cx_float((double)NAN), host.x);
        const subject_rows here = subject_here(&host);
        cx_estimator *want = cx_estimator_new(specs[i]), *got = cx_estimator_new(specs[i]);
        cr_assert(subject_fit(want, &host) == CX_OK && subject_fit(got, &here) == CX_OK, "%s",
                  cx_error_message());
        compare_attributes(&(subject){.spec = specs[i]}, got, want);
        compare(specs[i], "inverse_transform", cx_inverse_transform(got, cx_transform(got, here.x)),
                cx_inverse_transform(want, cx_transform(want, host.x)), 1e-10);
        cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    }
}

Test(estimators_device, neighbours)
{
    const cx_scope scope = cx_scope_open();
    const subject s = {.y = CLASSES};
    const subject_rows host = subject_data(&s, false), here = subject_here(&host);
    cx_estimator *want = cx_estimator_new("KNeighborsClassifier()"),
                 *got = cx_estimator_new("KNeighborsClassifier()");
    cr_assert(subject_fit(want, &host) == CX_OK && subject_fit(got, &here) == CX_OK);
    const cx_neighbors a = cx_kneighbors(got, here.x, 60), b = cx_kneighbors(want, host.x, 60);
    compare("kneighbors", "indices", a.indices, b.indices, 0);
    compare("kneighbors", "distances", a.distances, b.distances, 0);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

static cx_array *first_refusal(const cx_array *x, double bad)
{
    const cx_array *at = cx_logical_and(cx_equal(cx_arange(0, 60, 1, CX_F64, CX_CPU), cx_float(7)),
                                        cx_ones(CX_SHAPE(60), CX_BOOL, CX_CPU));
    return cx_where(cx_expand_dims(at, 1), cx_float(bad), x);
}

/* What is refused is refused on a device with the same words. */
Test(estimators_device, refusals)
{
    const cx_scope scope = cx_scope_open();
    const subject s = {.y = CLASSES};
    const subject_rows host = subject_data(&s, false);
    const cx_array *nan = first_refusal(host.x, (double)NAN);
    cx_estimator *m = cx_estimator_new("GaussianNB()");
    char want[256];
    cr_expect(cx_fit(m, nan, host.y) == CX_E_ARGUMENT);
    snprintf(want, sizeof want, "%s", cx_error_message());
    cr_expect(cx_fit(m, test_here(nan), test_here(host.y)) == CX_E_ARGUMENT);
    cr_expect_str_eq(cx_error_message(), want);
    const cx_array *half = cx_add(host.y, cx_float(0.5));
    cr_expect(cx_fit(m, host.x, half) == CX_E_ARGUMENT);
    snprintf(want, sizeof want, "%s", cx_error_message());
    cr_expect(cx_fit(m, test_here(host.x), test_here(half)) == CX_E_ARGUMENT);
    cr_expect_str_eq(cx_error_message(), want);
    if (!test_on_cpu()) {
        cr_expect(cx_fit(m, test_here(host.x), host.y) == CX_E_DEVICE);
        cr_assert(cx_fit(m, test_here(host.x), test_here(host.y)) == CX_OK);
        const cx_scope inner = cx_scope_open();
        cr_expect(cx_status_of(cx_predict(m, host.x)) == CX_E_DEVICE);
        cr_expect(cx_scope_close(inner) == CX_E_DEVICE);
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

typedef struct truth {
    const cx_array *two, *many, *share, *numbers;
} truth;

static truth truth_of(const subject_rows *r)
{
    const cx_array *x0 = cx_astype(cx_select(r->x, 1, 0), CX_F64),
                   *codes = cx_astype(cx_floor(cx_sub(x0, cx_float(4))), CX_I32);
    const cx_array *share =
        cx_div(cx_add(r->x, cx_float(0.1)),
               cx_sum(cx_add(r->x, cx_float(0.1)), CX_AXIS(1, .keepdims = true)));
    return (truth){cx_astype(cx_greater(x0, cx_float(5.8)), CX_I64), codes, share, x0};
}

/* Every metric, as numbers. */
static int all_metrics(const truth *t, const truth *p, const cx_array *w, double out[16])
{
    const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = w},
                         macro = {.struct_size = sizeof o,
                                  .sample_weight = w,
                                  .average = CX_SCORE_WEIGHTED,
                                  .zero_division = {.set = true}};
    int n = 0;
    out[n++] = cx_accuracy_score(t->many, p->many, &o);
    out[n++] = cx_f1_score(t->two, p->two, &o);
    out[n++] = cx_f1_score(t->many, p->many, &macro);
    out[n++] = cx_precision_score(t->many, p->many, &macro);
    out[n++] = cx_recall_score(t->many, p->many, &macro);
    out[n++] = cx_roc_auc_score(t->two, p->numbers, &o);
    out[n++] = cx_roc_auc_score(t->many, p->share, &macro);
    out[n++] = cx_log_loss(t->many, p->share, &o);
    out[n++] = cx_mean_squared_error(t->numbers, p->numbers, &o);
    out[n++] = cx_r2_score(t->numbers, p->numbers, &o);
    return n;
}

static void reversed(truth *t)
{
    t->two = cx_flip(t->two, 0);
    t->many = cx_flip(t->many, 0);
    t->numbers = cx_flip(t->numbers, 0);
}

Test(estimators_device, metrics)
{
    const cx_scope scope = cx_scope_open();
    const subject s = {.y = NOTHING, .weighted = true};
    const subject_rows host = subject_data(&s, false), here = subject_here(&host);
    truth a = truth_of(&host), b = a, c = truth_of(&here), d = c;
    reversed(&b);
    c.share = test_here(a.share); /* the same numbers: ties count */
    d = c;
    reversed(&d);
    for (int weighted = 0; weighted < 2; weighted++) {
        double want[16], got[16];
        const int n = all_metrics(&a, &b, weighted ? host.weight : NULL, want);
        const cx_counters before = cx_counters_get();
        (void)all_metrics(&c, &d, weighted ? here.weight : NULL, got);
        no_copies("metrics", "all", &before);
        for (int i = 0; i < n; i++)
            cr_expect(fabs(got[i] - want[i]) <= 1e-12, "metric %d: %.17g, not %.17g", i, got[i],
                      want[i]);
    }
    compare("metrics", "confusion_matrix", cx_confusion_matrix(c.many, d.many, NULL),
            cx_confusion_matrix(a.many, b.many, NULL), 0);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

/* The same rows as on the CPU; what crosses are indices. */
Test(estimators_device, splits)
{
    const cx_scope scope = cx_scope_open();
    const subject s = {.y = CLASSES};
    const subject_rows host = subject_data(&s, false), here = subject_here(&host);
    for (int stratify = 0; stratify < 2; stratify++) {
        const cx_split_opts *o = CX_OPTS(cx_split_opts, .test_size = 0.3,
                                         .random_state = CX_SEED(3), .stratify = stratify == 1);
        const cx_split want = cx_train_test_split(CX_DATA(.x = host.x, .y = host.y), o);
        const cx_counters before = cx_counters_get();
        const cx_split got = cx_train_test_split(CX_DATA(.x = here.x, .y = here.y), o);
        const cx_counters after = cx_counters_get();
        cr_expect(after.copy_bytes - before.copy_bytes <= 60 * 8, "%d bytes",
                  (int)(after.copy_bytes - before.copy_bytes));
        compare("split", "x", cx_copy(got.train.x), want.train.x, 0);
        compare("split", "y", cx_copy(got.test.y), want.test.y, 0);
    }
    const char *const cvs[] = {"StratifiedKFold(4, shuffle=True, random_state=1)", "KFold(3)"};
    for (int i = 0; i < 2; i++) {
        const cx_cv_opts *o = CX_OPTS(cx_cv_opts, .cv = cvs[i], .scoring = "accuracy");
        const cx_estimator *m = cx_estimator_new("StandardScaler() | GaussianNB()");
        const cx_array *want = cx_cross_val_score(m, CX_DATA(.x = host.x, .y = host.y), o),
                       *got = cx_cross_val_score(m, CX_DATA(.x = here.x, .y = here.y), o);
        cr_expect(cx_allclose(got, want, NULL), "%s: %s", cvs[i], cx_error_message());
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
