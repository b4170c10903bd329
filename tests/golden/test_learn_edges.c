/* device: each. Scores at their edges against scikit-learn: classes that nobody predicts or that do
 * not occur, 0 / 0, labels of other kinds, single rows, medians by weight. */
#include "metric_check.inc"

static cx_array *ints(int64_t n, const int64_t *v)
{
    return test_copy_host(v, CX_SHAPE(n), CX_I64);
}

static cx_array *reals(int64_t n, const double *v)
{
    return test_copy_host(v, CX_SHAPE(n), CX_F64);
}

#define INTS(...) ints(sizeof((const int64_t[]){__VA_ARGS__}) / 8, (const int64_t[]){__VA_ARGS__})
#define REALS(...) reals(sizeof((const double[]){__VA_ARGS__}) / 8, (const double[]){__VA_ARGS__})

static cx_array *rows3(const cx_array *a)
{
    return cx_slice(a, 0, 0, 3, 1);
}

static int warnings;
static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
    warnings++;
}

static cx_scope begin(void)
{
    golden_from("learn_metrics.tsv");
    return cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning));
}

Test(edges, ratios)
{
    const cx_scope s = begin();
    static const struct {
        const char *name;
        cx_score_average average;
    } averages[] = {
        {"micro", CX_SCORE_MICRO}, {"macro", CX_SCORE_MACRO}, {"weighted", CX_SCORE_WEIGHTED}};
    static double (*const scores[])(const cx_array *, const cx_array *, const cx_metric_opts *) = {
        cx_precision_score, cx_recall_score, cx_f1_score};
    const cx_array *t = labels("data/t", 0), *p = labels("data/missing", 0);
    const cx_array *some[] = {NULL, INTS(2, 9), INTS(0, 1, 2, 5)};
    for (int a = 0; a < 3; a++) {
        char key[64];
        for (int l = 0; l < 3; l++) {
            cx_metric_opts o = {.struct_size = sizeof o,
                                .average = averages[a].average,
                                .labels = some[l],
                                .zero_division = CX_SET((double)NAN)};
            snprintf(key, sizeof key, "edges/nan/%s", averages[a].name);
            for (size_t f = 0; f < 3; f++) expect(scores[f](t, p, &o), "", key, 3 * f + (size_t)l);
            o.zero_division = (cx_maybe_f64)CX_SET(1);
            snprintf(key, sizeof key, "edges/jaccard/%s", averages[a].name);
            if (l < 2) expect(cx_jaccard_score(t, p, &o), "", key, (size_t)l);
        }
    }
    const cx_array *mt = labels("data/mt", 4), *mp = labels("data/mp", 4), *w = given("data/w", 0);
    for (size_t f = 0; f < 3; f++)
        for (size_t i = 0; i < 2; i++)
            expect(scores[f](mt, mp,
                             CX_OPTS(cx_metric_opts, .average = CX_SCORE_SAMPLES,
                                     .zero_division = CX_SET((double)NAN),
                                     .sample_weight = i == 0 ? NULL : w)),
                   "", "edges/nan/samples", 2 * f + i);
    cr_expect(warnings == 0);
    finish(s);
}

Test(edges, tables)
{
    const cx_scope s = begin();
    const cx_array *t = labels("data/t", 0), *p = labels("data/missing", 0);
    const cx_metric_opts o = {
        .struct_size = sizeof o, .labels = INTS(9, 2, 5, 0), .zero_division = CX_SET(1)};
    const cx_prf r = cx_precision_recall_fscore_support(t, p, &o);
    expect_all(cx_concatenate(CX_ARRAYS(r.precision, r.recall, r.fscore), 0), "", "edges/each");
    expect_all(cx_confusion_matrix(t, p, &o), "", "edges/confusion");
    cr_expect(warnings == 0);
    expect(cx_balanced_accuracy_score(p, t, NULL), "", "edges/balanced", 0);
    cr_expect(warnings == 1);
    expect(cx_cohen_kappa_score(t, p, NULL), "", "edges/kappa", 0);
    const cx_array *ones = INTS(1, 1, 1);
    const cx_metric_opts quarter = {.struct_size = sizeof quarter,
                                    .replace_undefined_by = CX_SET(0.25)};
    expect(cx_cohen_kappa_score(ones, ones, &quarter), "", "edges/kappa", 1);
    cr_expect(isnan(cx_cohen_kappa_score(ones, ones, NULL)) && warnings == 2);
    expect(cx_matthews_corrcoef(t, p, NULL), "", "edges/mcc", 0);
    expect(cx_matthews_corrcoef(INTS(0, 0, 0, 0, 0), INTS(0, 1, 2, 3, 4), NULL), "", "edges/mcc",
           1);
    cr_expect(isnan(cx_jaccard_score(
        ones, ones, CX_OPTS(cx_metric_opts, .zero_division = CX_SET((double)NAN)))));
    cr_expect(cx_scope_close(s) == CX_E_ARGUMENT);
}

Test(edges, probabilities)
{
    const cx_scope s = begin();
    const cx_array *t = labels("data/t", 0), *proba = given("data/proba", 4),
                   *score = given("data/score", 4);
    const cx_array *few = INTS(3, 3, 1), *t2 = cx_greater(t, cx_int(1)),
                   *one = cx_select(score, 1, 1);
    const cx_metric_opts all = {.struct_size = sizeof all, .labels = INTS(0, 1, 2, 3)},
                         both = {.struct_size = sizeof both, .labels = INTS(0, 1)};
    expect(cx_log_loss(few, rows3(proba), &all), "", "edges/log_loss", 0);
    expect(cx_log_loss(INTS(1, 1), REALS(0.3, 0.9), &both), "", "edges/log_loss", 1);
    size_t n;
    const double *want = golden(&n, "edges/log_loss"),
                 single = cx_log_loss(t, cx_astype(proba, CX_F32), NULL);
    cr_expect(fabs(single - want[2]) <= 1e-6 * want[2]); /* the reference sums in float32 */
    expect(cx_log_loss(INTS(0, 1), cx_reshape(REALS(1, 0, 0.5, 0.5), CX_SHAPE(2, 2)), NULL), "",
           "edges/log_loss", 3);
    expect(cx_brier_score_loss(few, rows3(proba), &all), "", "edges/brier", 0);
    expect(cx_brier_score_loss(INTS(-1, 1, 1), REALS(0.3, 0.8, 0.1), NULL), "", "edges/brier", 1);
    const char *const names[] = {"a", "b", "no", "yes"};
    const cx_array *ab = cx_categories_new(
                       cx_copy_host((const int32_t[]){1, 0, 1}, CX_SHAPE(3), CX_I32), 4, names),
                   *b = cx_categories_new(cx_copy_host((const int32_t[]){1}, CX_SHAPE(1), CX_I32),
                                          4, names);
    const double texts[] = {0.3, 0.8, 0.1};
    expect(cx_brier_score_loss(ab, cx_copy_host(texts, CX_SHAPE(3), CX_F64),
                               CX_OPTS(cx_metric_opts, .pos_label = b)),
           "", "edges/brier", 2);
    const cx_array *yes = cx_categories_new(
        cx_astype(cx_add(test_host(cx_astype(t2, CX_I32)), cx_int(2)), CX_I32), 4, names);
    expect(cx_roc_auc_score(yes, test_host(cx_copy(one)), NULL), "", "edges/roc_auc", 0);
    const cx_array *signs = cx_where(t2, cx_int(1), cx_int(-1));
    expect(cx_roc_auc_score(signs, one, NULL), "", "edges/roc_auc", 1);
    expect(cx_roc_auc_score(cx_add(cx_astype(t2, CX_I64), cx_int(6)), one, NULL), "",
           "edges/roc_auc", 2);
    cx_metric_opts first = all;
    first.k = (cx_maybe_i64)CX_SET(1);
    expect(cx_top_k_accuracy_score(few, rows3(score), &first), "", "edges/top_k", 0);
    first.labels = NULL;
    const cx_array *flat = cx_ones(CX_SHAPE(3, 3), CX_F64, test_device());
    expect(cx_top_k_accuracy_score(INTS(0, 1, 2), flat, &first), "", "edges/top_k", 1);
    expect(cx_hinge_loss(few, rows3(score), &all), "", "edges/hinge", 0);
    expect(cx_hinge_loss(INTS(-1, 1, 1), REALS(-2.2, 1.3, 0.1), NULL), "", "edges/hinge", 1);
    expect(cx_hinge_loss(INTS(1, 1), REALS(0.5, -0.5), NULL), "", "edges/hinge", 2);
    finish(s);
}

static void expect_text(const char *got, const char *key)
{
    size_t n;
    const double *want = golden(&n, "%s", key);
    size_t i = 0;
    for (const char *c = got; *c != '\0'; c++) {
        if (((unsigned char)*c & 0xc0) == 0x80) continue;
        const double code = (unsigned char)*c < 128 ? *c : 1000;
        cr_assert(i < n && code == want[i], "%s, character %zu of\n%s", key, i, got);
        i++;
    }
    cr_expect(i == n, "%s: %zu characters, expected %zu", key, i, n);
}

Test(edges, reports)
{
    const cx_scope s = begin();
    const cx_array *t = labels("data/t", 0), *p = labels("data/p", 0);
    const cx_array *t2 = cx_greater(t, cx_int(1)), *p2 = cx_greater(p, cx_int(1));
    expect_text(cx_classification_report(cx_astype(t, CX_F64), cx_astype(p, CX_F64), NULL, NULL),
                "edges/report_floats");
    expect_text(
        cx_classification_report(t2, p2, NULL, CX_OPTS(cx_report_opts, .digits = CX_SET(3))),
        "edges/report_bool");
    const char *const names[] = {"ant", "b\xc3\xa4r", "an elephant in a room", "d"};
    const cx_array *words[2];
    for (int i = 0; i < 2; i++)
        words[i] = cx_categories_new(test_host(cx_astype(i == 0 ? t : p, CX_I32)), 4, names);
    expect_text(cx_classification_report(words[0], words[1], NULL, NULL), "edges/report_words");
    expect_text(cx_classification_report(t, p,
                                         CX_OPTS(cx_metric_opts, .labels = INTS(3, 1, 0, 2, 7),
                                                 .zero_division = CX_SET(1)),
                                         NULL),
                "edges/report_some");
    finish(s);
}

Test(edges, numbers)
{
    const cx_scope s = begin();
    const cx_array *y = cx_slice(given("data/y", 3), 0, 0, 59, 1),
                   *q = cx_slice(given("data/q", 3), 0, 0, 59, 1);
    expect(cx_median_absolute_error(y, q, NULL), "", "edges/median", 0);
    const double weights[3][4] = {{1, 1, 1, 1}, {1, 1, 0, 2}, {3, 1, 0, 0}};
    for (size_t i = 0; i < 3; i++)
        expect(cx_median_absolute_error(
                   REALS(1, 2, 3, 4), REALS(1, 3, 5, 8),
                   CX_OPTS(cx_metric_opts, .sample_weight = reals(4, weights[i]))),
               "", "edges/median", 1 + i);
    expect(cx_median_absolute_error(REALS(1.5), REALS(1), NULL), "", "edges/median", 4);
    expect(cx_mean_absolute_percentage_error(REALS(0, 1, -2), REALS(0, 2, 2), NULL), "",
           "edges/mape", 0);
    expect(cx_mean_squared_error(REALS(3), REALS(2.5), NULL), "", "edges/one", 0);
    expect(cx_explained_variance_score(REALS(3), REALS(2.5), NULL), "", "edges/one", 1);
    expect(cx_accuracy_score(INTS(1), INTS(1), NULL), "", "edges/one", 2);
    const cx_array *gain = cx_reshape(REALS(1, 0, 2), CX_SHAPE(1, 3)),
                   *same = cx_ones(CX_SHAPE(1, 3), CX_F64, test_device());
    expect(cx_ndcg_score(gain, same, NULL), "", "edges/one", 3);
    cr_expect(warnings == 0);
    cr_expect(isnan(cx_r2_score(REALS(3), REALS(2.5), NULL)) && warnings == 1);
    cr_expect(isnan(cx_d2_absolute_error_score(REALS(3), REALS(2.5), NULL)) && warnings == 2);
    finish(s);
}
