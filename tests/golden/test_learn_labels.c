/* device: each. Scores of labels against scikit-learn: classes and 0/1 matrices, averages, weights,
 * the report, and what is refused. */
#include "metric_check.inc"

typedef double score_fn(const cx_array *, const cx_array *, const cx_metric_opts *);
typedef cx_array *each_fn(const cx_array *, const cx_array *, const cx_metric_opts *);
static const struct {
    const char *name;
    score_fn *mean;
    each_fn *each;
} family[] = {{"f1", cx_f1_score, cx_f1_score_each},
              {"fbeta", cx_fbeta_score, cx_fbeta_score_each},
              {"precision", cx_precision_score, cx_precision_score_each},
              {"recall", cx_recall_score, cx_recall_score_each},
              {"jaccard", cx_jaccard_score, cx_jaccard_score_each}};
static const struct {
    const char *name;
    cx_score_average average;
} averages[] = {{"micro", CX_SCORE_MICRO},
                {"macro", CX_SCORE_MACRO},
                {"weighted", CX_SCORE_WEIGHTED},
                {"samples", CX_SCORE_SAMPLES}};

static void check_family(const char *form, const char *kind, const cx_array *t, const cx_array *p,
                         const cx_array *w, bool matrix)
{
    const int64_t two[] = {3, 1};
    char key[64];
    for (int f = 0; f < 5; f++) {
        const cx_metric_opts o = {.struct_size = sizeof o,
                                  .sample_weight = w,
                                  .zero_division = CX_SET(0),
                                  .beta = CX_SET(0.5)};
        snprintf(key, sizeof key, "%s/%s/each", kind, family[f].name);
        expect_all(family[f].each(t, p, &o), form, key);
        for (int a = 0; a < (matrix ? 4 : 3); a++) {
            cx_metric_opts all = o, some = o;
            all.average = some.average = averages[a].average;
            some.labels = test_copy_host(two, CX_SHAPE(2), CX_I64);
            some.zero_division = (cx_maybe_f64)CX_SET(1);
            snprintf(key, sizeof key, "%s/%s/%s", kind, family[f].name, averages[a].name);
            expect(family[f].mean(t, p, &all), form, key, 0);
            strcat(key, "_two");
            expect(family[f].mean(t, p, &some), form, key, 0);
        }
    }
}

static void check_all_three(const char *form, const char *kind, const cx_array *t,
                            const cx_array *p, const cx_array *w)
{
    static const char *const names[] = {"precision", "recall", "fbeta"};
    const cx_metric_opts o = {.struct_size = sizeof o,
                              .sample_weight = w,
                              .zero_division = CX_SET(0),
                              .beta = CX_SET(0.5)};
    const cx_prf r = cx_precision_recall_fscore_support(t, p, &o);
    cx_array *const part[] = {r.precision, r.recall, r.fscore};
    for (int i = 0; i < 3; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s/%s/each", kind, names[i]);
        expect_all(part[i], form, key);
    }
    cr_expect(cx_dim(r.support, 0) == 4);
}

static void expect_text(const char *got, const char *form, const char *key)
{
    size_t n;
    const double *want = golden(&n, "%s%s", form, key);
    char text[4096];
    cr_assert(n < sizeof text);
    for (size_t i = 0; i < n; i++) text[i] = (char)want[i];
    text[n] = '\0';
    cr_expect(strcmp(got, text) == 0, "%s%s:\n%s\nexpected\n%s", form, key, got, text);
}

static void check_rest(const char *form, const char *kind, const cx_array *t, const cx_array *p,
                       const cx_array *w)
{
    const int64_t some[] = {2, 0};
    char key[64];
    const cx_metric_opts o = {
        .struct_size = sizeof o, .sample_weight = w, .zero_division = CX_SET(0)};
    cx_metric_opts total = o, part = o;
    total.total = true;
    part.labels = test_copy_host(some, CX_SHAPE(2), CX_I64);
#define KEY(name) (snprintf(key, sizeof key, "%s/" name, kind), key)
    expect(cx_accuracy_score(t, p, &o), form, KEY("accuracy"), 0);
    expect(cx_accuracy_score(t, p, &total), form, KEY("accuracy_total"), 0);
    expect(cx_zero_one_loss(t, p, &o), form, KEY("zero_one"), 0);
    expect(cx_zero_one_loss(t, p, &total), form, KEY("zero_one_total"), 0);
    expect(cx_hamming_loss(t, p, &o), form, KEY("hamming"), 0);
    expect_all(cx_multilabel_confusion_matrix(t, p, &o), form, KEY("mcm"));
    expect_text(cx_classification_report(t, p, &o, NULL), form, KEY("report"));
    expect_text(cx_classification_report(
                    t, p, &part,
                    CX_OPTS(cx_report_opts, .target_names = CX_NAMES("second one here", "first"),
                            .digits = CX_SET(4))),
                form, KEY("report_some"));
    const cx_table *table = cx_classification_report_table(t, p, &o, NULL);
    cr_expect(cx_table_rows(table) == (strcmp(kind, "matrix") == 0 ? 8 : 7));
#undef KEY
}

Test(labels, classes)
{
    const cx_scope s = start();
    const cx_array *t = labels("data/t", 0), *p = labels("data/p", 0), *w = given("data/w", 0);
    const cx_array *t2 = cx_astype(cx_greater(t, cx_int(1)), CX_I32),
                   *p2 = cx_astype(cx_greater(p, cx_int(1)), CX_I32);
    for (int i = 0; i < 2; i++) {
        const char *const f = forms[i];
        const cx_array *weight = i == 0 ? NULL : w;
        check_family(f, "labels", t, p, weight, false);
        check_all_three(f, "labels", t, p, weight);
        check_rest(f, "labels", t, p, weight);
        const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = weight};
        cx_metric_opts zero = o, two = o, adjusted = o;
        zero.pos_label = cx_int(0);
        two.beta = (cx_maybe_f64)CX_SET(2);
        adjusted.adjusted = true;
        expect(cx_f1_score(t2, p2, &o), f, "binary/f1", 0);
        expect(cx_f1_score(t2, p2, &zero), f, "binary/f1_zero", 0);
        expect(cx_fbeta_score(t2, p2, &two), f, "binary/fbeta", 0);
        expect(cx_jaccard_score(t2, p2, &o), f, "binary/jaccard", 0);
        expect(cx_balanced_accuracy_score(t, p, &o), f, "balanced", 0);
        expect(cx_balanced_accuracy_score(t, p, &adjusted), f, "balanced", 1);
        expect(cx_matthews_corrcoef(t, p, &o), f, "mcc", 0);
        expect(cx_matthews_corrcoef(t2, p2, &o), f, "mcc", 1);
        for (int k = 0; k < 3; k++) {
            static const char *const names[] = {"confusion/true", "confusion/pred",
                                                "confusion/all"};
            cx_metric_opts norm = o;
            norm.normalize = (cx_score_normalize)(k + 1);
            expect_all(cx_confusion_matrix(t, p, &norm), f, names[k]);
            norm.weights = (cx_kappa_weights)k;
            expect(cx_cohen_kappa_score(t, p, &norm), f, "kappa", (size_t)k);
        }
        cx_metric_opts some = o;
        const int64_t three[] = {2, 0, 1};
        some.labels = test_copy_host(three, CX_SHAPE(3), CX_I64);
        some.weights = CX_KAPPA_LINEAR;
        expect(cx_cohen_kappa_score(t, p, &some), f, "kappa", 3);
    }
    finish(s);
}

Test(labels, matrices)
{
    const cx_scope s = start();
    const cx_array *t = labels("data/mt", 4), *p = given("data/mp", 4), *w = given("data/w", 0);
    for (int i = 0; i < 2; i++) {
        const cx_metric_opts o = {.struct_size = sizeof o,
                                  .sample_weight = i == 0 ? NULL : w,
                                  .average = CX_SCORE_SAMPLES};
        check_all_three(forms[i], "matrix", t, p, o.sample_weight);
        check_family(forms[i], "matrix", t, p, o.sample_weight, true);
        check_rest(forms[i], "matrix", t, p, o.sample_weight);
        expect_all(cx_multilabel_confusion_matrix(t, p, &o), forms[i], "matrix/mcm_samples");
    }
    finish(s);
}

Test(labels, probabilities)
{
    const cx_scope s = start();
    const cx_array *t = labels("data/t", 0), *proba = given("data/proba", 4),
                   *score = given("data/score", 4), *w = given("data/w", 0);
    const cx_array *t2 = cx_astype(cx_greater(t, cx_int(1)), CX_I32),
                   *first = cx_select(proba, 1, 0);
    for (int i = 0; i < 2; i++) {
        const char *const f = forms[i];
        const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = i == 0 ? NULL : w};
        cx_metric_opts total = o, zero = o, half = o;
        total.total = true;
        zero.pos_label = cx_int(0);
        half.scale_by_half = (cx_maybe_i64)CX_SET(1);
        expect(cx_log_loss(t, proba, &o), f, "log_loss", 0);
        expect(cx_log_loss(t, proba, &total), f, "log_loss", 1);
        expect(cx_log_loss(t2, first, &o), f, "log_loss", 2);
        expect(cx_brier_score_loss(t, proba, &o), f, "brier", 0);
        expect(cx_brier_score_loss(t2, first, &o), f, "brier", 1);
        expect(cx_brier_score_loss(t2, first, &zero), f, "brier", 2);
        expect(cx_brier_score_loss(t, proba, &half), f, "brier", 3);
        expect(cx_d2_log_loss_score(t, proba, &o), f, "d2", 0);
        expect(cx_d2_log_loss_score(t2, first, &o), f, "d2", 1);
        expect(cx_d2_brier_score(t, proba, &o), f, "d2", 2);
        expect(cx_d2_brier_score(t2, first, &o), f, "d2", 3);
        expect(cx_d2_brier_score(t2, first, &zero), f, "d2", 4);
        const int64_t turned[] = {1, 0};
        cx_metric_opts other = o;
        other.labels = test_copy_host(turned, CX_SHAPE(2), CX_I64);
        const cx_array *p2 = cx_greater(labels("data/p", 0), cx_int(1));
        const cx_likelihood_ratios a = cx_class_likelihood_ratios(t2, p2, &o),
                                   b = cx_class_likelihood_ratios(t2, p2, &other);
        expect(a.positive, f, "ratios", 0);
        expect(a.negative, f, "ratios", 1);
        expect(b.positive, f, "ratios", 2);
        expect(b.negative, f, "ratios", 3);
        expect(cx_hinge_loss(t, cx_mul(score, cx_float(3)), &o), f, "hinge", 0);
        expect(
            cx_hinge_loss(t2, cx_sub(cx_mul(cx_select(score, 1, 0), cx_float(4)), cx_float(2)), &o),
            f, "hinge", 1);
    }
    finish(s);
}

static cx_status failing(double v)
{
    cr_expect(isnan(v));
    cx_error e;
    return cx_error_get(&e);
}

Test(labels, refused)
{
    const cx_scope s = start();
    const cx_array *t = labels("data/t", 0), *p = labels("data/p", 0), *mt = labels("data/mt", 4),
                   *proba = given("data/proba", 4);
#define REFUSED(status, call)                                                   \
    do {                                                                        \
        const cx_scope in_ = cx_scope_open();                                   \
        cr_expect(failing(call) == (status), #call ": %s", cx_error_message()); \
        cr_expect(cx_scope_close(in_) == (status), #call);                      \
    } while (0)
    REFUSED(CX_E_ARGUMENT, cx_f1_score(t, p, NULL));
    REFUSED(CX_E_ARGUMENT, cx_f1_score(mt, mt, NULL));
    REFUSED(CX_E_SHAPE, cx_f1_score(mt, p, NULL));
    REFUSED(CX_E_ARGUMENT, cx_accuracy_score(cx_add(mt, cx_int(1)), mt, NULL));
    REFUSED(CX_E_SHAPE, cx_matthews_corrcoef(mt, mt, NULL));
    REFUSED(CX_E_SHAPE, cx_hamming_loss(t, cx_slice(p, 0, 1, CX_END, 1), NULL));
    REFUSED(CX_E_ARGUMENT, cx_f1_score(t, p, CX_OPTS(cx_metric_opts, .average = CX_SCORE_SAMPLES)));
    REFUSED(CX_E_ARGUMENT, cx_log_loss(t, cx_slice(proba, 1, 0, 3, 1), NULL));
    REFUSED(CX_E_ARGUMENT, cx_brier_score_loss(t, cx_select(proba, 1, 0), NULL));
    REFUSED(CX_E_ARGUMENT, cx_hinge_loss(t, cx_slice(proba, 1, 0, 3, 1), NULL));
    const cx_scope ratios = cx_scope_open();
    cr_expect(isnan(cx_class_likelihood_ratios(t, p, NULL).positive));
    cr_expect(cx_scope_close(ratios) == CX_E_ARGUMENT);
    const cx_metric_opts bad = {.struct_size = 0};
    REFUSED(CX_E_ARGUMENT, cx_accuracy_score(t, p, &bad));
    const cx_array *far = cx_full(CX_SHAPE(1), cx_int(9), CX_I64, test_device());
    REFUSED(CX_E_ARGUMENT,
            cx_f1_score(mt, mt, CX_OPTS(cx_metric_opts, .labels = far, .average = CX_SCORE_MACRO)));
#undef REFUSED
    finish(s);
}

/* Many rows of few whole numbers are counted instead of sorted: the same classes and codes. */
Test(labels, many_rows)
{
    const cx_scope s = start();
    enum { N = 5000 };
    int64_t v[N];
    static const struct {
        cx_dtype t;
        int64_t low, step, count; /* step * count > 512: sorted after all */
    } cases[] = {{CX_I64, -40, 7, 30}, {CX_I32, 5, 1, 1},        {CX_I8, -128, 1, 256},
                 {CX_U8, 0, 3, 80},    {CX_BOOL, 0, 1, 2},       {CX_U64, 3, 2, 9},
                 {CX_I16, 0, 100, 50}, {CX_I64, INT64_MIN, 1, 5}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int64_t i = 0; i < N; i++)
            v[i] = cases[c].low + cases[c].step * (i * 31 % cases[c].count);
        const cx_array *y = cx_astype(test_copy_host(v, CX_SHAPE(N), CX_I64), cases[c].t);
        const cx_labels l = cx_labels_encode(y);
        const cx_unique_result u = cx_unique(y, CX_OPTS(cx_unique_opts, .return_inverse = true));
        cr_expect(cx_dtype_of(l.classes) == cases[c].t && cx_dtype_of(l.codes) == CX_I64);
        cr_expect(cx_array_equal(l.classes, u.values), "case %zu", c);
        cr_expect(cx_array_equal(l.codes, u.inverse), "case %zu", c);
    }
    finish(s);
}
