/* device: each. Scores of rankings and of predicted numbers against scikit-learn. */
#include "metric_check.inc"

static void check_curves(const char *f, const cx_array *t, const cx_array *score,
                         const cx_metric_opts *o)
{
    cx_metric_opts other = *o;
    other.drop_intermediate = (cx_maybe_i64)CX_SET(0);
    const cx_roc a = cx_roc_curve(t, score, o), b = cx_roc_curve(t, score, &other);
    expect_all(a.fpr, f, "roc/fpr");
    expect_all(a.tpr, f, "roc/tpr");
    expect_all(a.thresholds, f, "roc/thresholds");
    expect_all(b.fpr, f, "roc_all/fpr");
    expect_all(b.tpr, f, "roc_all/tpr");
    expect_all(b.thresholds, f, "roc_all/thresholds");
    other.drop_intermediate = (cx_maybe_i64)CX_SET(1);
    const cx_precision_recall c = cx_precision_recall_curve(t, score, o),
                              d = cx_precision_recall_curve(t, score, &other);
    expect_all(c.precision, f, "pr/precision");
    expect_all(c.recall, f, "pr/recall");
    expect_all(c.thresholds, f, "pr/thresholds");
    expect_all(d.precision, f, "pr_drop/precision");
    expect_all(d.recall, f, "pr_drop/recall");
    expect_all(d.thresholds, f, "pr_drop/thresholds");
}

static const struct {
    const char *name;
    cx_score_average average;
} averages[] = {{"micro", CX_SCORE_MICRO},
                {"macro", CX_SCORE_MACRO},
                {"weighted", CX_SCORE_WEIGHTED},
                {"samples", CX_SCORE_SAMPLES}};

static void check_averages(const char *f, const cx_metric_opts *o)
{
    const cx_array *t = labels("data/t", 0), *proba = given("data/proba", 4),
                   *score = given("data/score", 4), *mt = labels("data/mt", 4);
    const cx_array *count = cx_sum(mt, CX_AXIS(1)),
                   *some = cx_logical_and(cx_greater(count, cx_int(0)), cx_less(count, cx_int(4)));
    const cx_array *few = cx_compress(some, mt, 0), *few_scores = cx_compress(some, score, 0);
    char key[64];
    for (int a = 0; a < 4; a++) {
        cx_metric_opts q = *o;
        q.average = averages[a].average;
        if (a < 3) {
            snprintf(key, sizeof key, "roc_auc_ovr/%s", averages[a].name);
            expect(cx_roc_auc_score(t, proba, &q), f, key, 0);
            snprintf(key, sizeof key, "ap/%s", averages[a].name);
            expect(cx_average_precision_score(t, score, &q), f, key, 0);
        }
        if (o->sample_weight != NULL) q.sample_weight = cx_compress(some, o->sample_weight, 0);
        snprintf(key, sizeof key, "roc_auc_matrix/%s", averages[a].name);
        expect(cx_roc_auc_score(few, few_scores, &q), f, key, 0);
        snprintf(key, sizeof key, "ap_matrix/%s", averages[a].name);
        expect(cx_average_precision_score(few, few_scores, &q), f, key, 0);
    }
    expect_all(cx_roc_auc_score_each(t, proba, o), f, "roc_auc_ovr/each");
    expect_all(cx_average_precision_score_each(t, score, o), f, "ap/each");
}

Test(ranking, curves)
{
    const cx_scope s = start();
    const cx_array *t = labels("data/t", 0), *w = given("data/w", 0),
                   *score = given("data/score", 4), *proba = given("data/proba", 4);
    const cx_array *t2 = cx_astype(cx_greater(t, cx_int(1)), CX_I32), *one = cx_select(score, 1, 1);
    for (int i = 0; i < 2; i++) {
        const char *const f = forms[i];
        const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = i == 0 ? NULL : w};
        cx_metric_opts q = o;
        check_curves(f, t2, one, &o);
        check_averages(f, &o);
        expect(cx_roc_auc_score(t2, one, &o), f, "roc_auc", 0);
        q.max_fpr = (cx_maybe_f64)CX_SET(0.3);
        expect(cx_roc_auc_score(t2, one, &q), f, "roc_auc", 1);
        q.max_fpr = (cx_maybe_f64)CX_SET(0.77);
        expect(cx_roc_auc_score(t2, one, &q), f, "roc_auc", 2);
        q = o;
        expect(cx_average_precision_score(t2, one, &q), f, "ap/two", 0);
        q.pos_label = cx_int(0);
        expect(cx_average_precision_score(t2, one, &q), f, "ap/two", 1);
        q = o;
        expect(cx_top_k_accuracy_score(t, score, &q), f, "top_k", 0);
        q.k = (cx_maybe_i64)CX_SET(1);
        expect(cx_top_k_accuracy_score(t, score, &q), f, "top_k", 1);
        expect(cx_top_k_accuracy_score(t2, cx_mul(cx_select(proba, 1, 0), cx_float(2)), &q), f,
               "top_k", 3);
        q.k = (cx_maybe_i64)CX_SET(3);
        q.total = true;
        expect(cx_top_k_accuracy_score(t, score, &q), f, "top_k", 2);
    }
    finish(s);
}

Test(ranking, gains)
{
    const cx_scope s = start();
    const cx_array *y = given("data/y", 3), *q = given("data/q", 3), *w = given("data/w", 0),
                   *score = given("data/score", 4), *mt = labels("data/mt", 4);
    const cx_array *gains = cx_abs(y), *three = cx_slice(score, 1, 0, 3, 1);
    for (int i = 0; i < 2; i++) {
        const char *const f = forms[i];
        const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = i == 0 ? NULL : w};
        cx_metric_opts two = o, base = o, free_ties = o, one = o;
        two.k = (cx_maybe_i64)CX_SET(2);
        one.k = (cx_maybe_i64)CX_SET(1);
        base.log_base = (cx_maybe_f64)CX_SET(3);
        free_ties.ignore_ties = true;
        expect(cx_dcg_score(gains, three, &o), f, "dcg", 0);
        expect(cx_dcg_score(gains, three, &two), f, "dcg", 1);
        expect(cx_dcg_score(gains, three, &base), f, "dcg", 2);
        expect(cx_dcg_score(gains, q, &free_ties), f, "dcg", 3);
        expect(cx_ndcg_score(gains, three, &o), f, "ndcg", 0);
        expect(cx_ndcg_score(gains, three, &one), f, "ndcg", 1);
        expect(cx_ndcg_score(gains, q, &free_ties), f, "ndcg", 2);
        expect(cx_ndcg_score(mt, score, &o), f, "ndcg", 3);
    }
    finish(s);
}

static const struct {
    const char *name;
    double (*mean)(const cx_array *, const cx_array *, const cx_metric_opts *);
    cx_array *(*each)(const cx_array *, const cx_array *, const cx_metric_opts *);
} numbers[] = {
#define ROW(name)                          \
    {                                      \
#name, cx_##name, cx_##name##_each \
    }
    ROW(mean_absolute_error),
    ROW(mean_squared_error),
    ROW(root_mean_squared_error),
    ROW(mean_absolute_percentage_error),
    ROW(median_absolute_error),
    ROW(mean_pinball_loss),
    ROW(r2_score),
    ROW(explained_variance_score),
    ROW(d2_absolute_error_score),
    ROW(mean_squared_log_error),
    ROW(root_mean_squared_log_error)};

static void check_numbers(const char *f, const cx_metric_opts *o)
{
    const double shares[] = {1, 2, 0.5};
    const cx_array *y = given("data/y", 3), *q = given("data/q", 3), *a = given("data/pos_y", 0),
                   *b = given("data/pos_q", 0);
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++) {
        const bool logs = i >= 9;
        char key[80];
        cx_metric_opts by = *o;
        by.output_weights = test_copy_host(shares, CX_SHAPE(3), CX_F64);
        const cx_array *t = logs ? cx_abs(y) : y, *p = logs ? cx_abs(q) : q;
        snprintf(key, sizeof key, "numbers/%s", numbers[i].name);
        expect(numbers[i].mean(t, p, o), f, key, 0);
        expect(numbers[i].mean(logs ? a : cx_select(y, 1, 0), logs ? b : cx_select(q, 1, 0), o), f,
               key, 1);
        expect(numbers[i].mean(t, p, &by), f, key, 2);
        strcat(key, "/each");
        expect_all(numbers[i].each(t, p, o), f, key);
    }
    cx_metric_opts v = *o;
    v.multioutput = CX_SCORE_VARIANCE;
    expect(cx_r2_score(y, q, &v), f, "numbers/variance", 0);
    expect(cx_explained_variance_score(y, q, &v), f, "numbers/variance", 1);
    v = *o;
    v.alpha = (cx_maybe_f64)CX_SET(0.9);
    expect(cx_mean_pinball_loss(y, q, &v), f, "numbers/pinball", 0);
    v.alpha = (cx_maybe_f64)CX_SET(0);
    expect(cx_mean_pinball_loss(y, q, &v), f, "numbers/pinball", 1);
    for (int i = 0; i < 6; i++) {
        const double powers[] = {-1, 0, 1, 1.5, 2, 3};
        v.power = powers[i];
        expect(cx_mean_tweedie_deviance(a, b, &v), f, "numbers/tweedie", (size_t)i);
    }
    expect(cx_mean_poisson_deviance(cx_floor(a), b, o), f, "numbers/poisson", 0);
    expect(cx_mean_gamma_deviance(a, b, o), f, "numbers/poisson", 1);
}

Test(ranking, numbers)
{
    const cx_scope s = start();
    const cx_array *w = given("data/w", 0);
    for (int i = 0; i < 2; i++)
        check_numbers(forms[i], CX_OPTS(cx_metric_opts, .sample_weight = i == 0 ? NULL : w));
    const cx_array *y = given("data/y", 3), *q = given("data/q", 3), *near = given("flat/near", 3);
    cx_array *flat = cx_full(CX_SHAPE(60, 3), cx_int(2), CX_F64, test_device());
    cr_assert(cx_copy_into(cx_select(y, 1, 0), cx_select(flat, 1, 0)) == CX_OK);
    for (int i = 6; i < 9; i++) {
        char key[64];
        snprintf(key, sizeof key, "flat/%s", numbers[i].name);
        expect(numbers[i].mean(flat, near, NULL), "", key, 0);
        if (i < 8)
            expect(numbers[i].mean(flat, near,
                                   CX_OPTS(cx_metric_opts, .multioutput = CX_SCORE_VARIANCE)),
                   "", key, 1);
        strcat(key, "/each");
        expect_all(numbers[i].each(flat, near, NULL), "", key);
    }
    expect(cx_max_error(cx_select(y, 1, 0), cx_select(q, 1, 0), NULL), "", "max_error", 0);
    const double x0[] = {0, 0.1, 0.5, 1}, y0[] = {0, 0.4, 0.7, 1}, x1[] = {3, 2, 2, 0.5},
                 y1[] = {1, 4, 5, 2};
    expect(cx_auc(test_copy_host(x0, CX_SHAPE(4), CX_F64), test_copy_host(y0, CX_SHAPE(4), CX_F64)),
           "", "auc", 0);
    expect(cx_auc(test_copy_host(x1, CX_SHAPE(4), CX_F64), test_copy_host(y1, CX_SHAPE(4), CX_F64)),
           "", "auc", 1);
    const cx_array *ones = cx_ones(CX_SHAPE(4), CX_F64, test_device()),
                   *twos = cx_add(ones, cx_float(1));
    cr_expect(cx_r2_score(ones, twos, CX_OPTS(cx_metric_opts, .any_value = true)) ==
              -(double)INFINITY);
    finish(s);
}

static int warnings;
static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
    warnings++;
}

Test(ranking, refused)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning));
    golden_from("learn_metrics.tsv");
    const cx_array *t = labels("data/t", 0), *score = given("data/score", 4),
                   *y = given("data/y", 3), *zero = cx_zeros(CX_SHAPE(60), CX_F64, test_device());
#define REFUSED(status, call)                                                         \
    do {                                                                              \
        const cx_scope in_ = cx_scope_open();                                         \
        cr_expect(isnan(call), #call);                                                \
        cr_expect(cx_scope_close(in_) == (status), #call ": %s", cx_error_message()); \
    } while (0)
    REFUSED(CX_E_ARGUMENT, cx_roc_auc_score(t, score, NULL)); /* rows do not sum to 1 */
    REFUSED(CX_E_ARGUMENT, cx_roc_auc_score(t, cx_slice(score, 1, 0, 3, 1), NULL));
    REFUSED(CX_E_SHAPE, cx_ndcg_score(zero, zero, NULL));
    REFUSED(CX_E_ARGUMENT, cx_ndcg_score(y, y, NULL));
    REFUSED(CX_E_SHAPE, cx_max_error(y, y, NULL));
    REFUSED(CX_E_SHAPE, cx_mean_squared_error(y, score, NULL));
    REFUSED(CX_E_ARGUMENT, cx_mean_squared_log_error(cx_mul(y, cx_float(9)), y, NULL));
    REFUSED(CX_E_ARGUMENT, cx_mean_poisson_deviance(zero, zero, NULL));
    REFUSED(CX_E_ARGUMENT,
            cx_mean_tweedie_deviance(zero, zero, CX_OPTS(cx_metric_opts, .power = 0.5)));
    REFUSED(CX_E_ARGUMENT, cx_auc(cx_select(y, 1, 0), zero));
    REFUSED(CX_E_ARGUMENT, cx_mean_absolute_error(
                               y, y, CX_OPTS(cx_metric_opts, .multioutput = CX_SCORE_VARIANCE)));
    const cx_array *bad = cx_full(CX_SHAPE(60), cx_float((double)NAN), CX_F64, test_device());
    REFUSED(CX_E_ARGUMENT, cx_average_precision_score(cx_greater(t, cx_int(1)), bad, NULL));
#undef REFUSED
    cr_expect(warnings == 0);
    cr_expect(isnan(cx_roc_auc_score(cx_astype(zero, CX_I64), zero, NULL)) && warnings == 1);
    cr_expect(cx_average_precision_score(cx_astype(zero, CX_I64), zero, NULL) == 0 &&
              warnings == 2);
    finish(s);
}
