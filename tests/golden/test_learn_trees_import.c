/* device: each
 *
 * Models that XGBoost, LightGBM and scikit-learn trained, against what these say of the same rows;
 * and files that are wrong. */
#include "device.h"
#include "files.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 24, COLUMNS = 5 };

static cx_scope open(void)
{
    golden_from("learn_trees_import.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_array *asked(const char *key)
{
    size_t count;
    const double *const x = golden(&count, "%s", key);
    cr_assert_eq(count, ROWS * COLUMNS);
    return cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64);
}

static const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/data/trees/%s.json", CX_TEST_DATA, name);
    return path;
}
static cx_estimator *loaded(const char *name, const cx_trees_load_opts *o)
{
    cx_estimator *const m = cx_trees_load(path_of(name), o);
    cr_assert(cx_estimator_status(m) == CX_OK, "%s: %s", name, cx_error_message());
    return cx_estimator_to(m, test_device());
}

static void near(cx_array *a, double tolerance, const char *name, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", name, what);
    const double off = difference(test_host(a), want, count);
    cr_expect(off <= tolerance, "%s, %s: %g > %g", name, what, off, tolerance);
}

/* A model that was written and read again, and a session, say the same to the last bit. */
static void check_copies(const cx_estimator *m, const cx_array *x, cx_method method,
                         const cx_array *batch, const char *name)
{
    if (!test_on_cpu()) return;
    char path[TEST_PATH];
    test_temp_file(path);
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s: %s", name, cx_error_message());
    const cx_estimator *const again = cx_estimator_load(path);
    unlink(path);
    cr_assert(cx_estimator_status(again) == CX_OK, "%s: %s", name, cx_error_message());
    cr_expect(cx_array_equal(cx_trees_apply(again, x), cx_trees_apply(m, x)), "%s: file", name);
    cx_session *const s = cx_session_new(again, method, ROWS);
    cr_assert(cx_session_run_rows(s, cx_data_f64(x), ROWS) == CX_OK, "%s: %s", name,
              cx_error_message());
    int64_t cols = 0;
    const double *const rows = cx_session_result(s, &cols);
    cr_assert_eq(cols * ROWS, cx_size(batch), "%s", name);
    cr_expect_arr_eq(rows, cx_data_f64(batch), (size_t)(cols * ROWS) * sizeof *rows, "%s", name);
}

typedef struct model {
    const char *name;
    bool classifier, leaves, sums, proba;
} model;

static void check(const model *t, const char *x_key, double tolerance)
{
    const cx_scope s = open();
    const cx_estimator *const m = loaded(t->name, NULL);
    const cx_array *const host = asked(x_key), *const x = test_here(host);
    cr_expect_str_eq(cx_estimator_name(m),
                     t->classifier ? "TreeEnsembleClassifier" : "TreeEnsembleRegressor");
    if (t->leaves) near(cx_trees_apply(m, x), 0, t->name, "leaf");
    if (t->sums) near(cx_decision_function(m, x), tolerance, t->name, "sums");
    if (t->proba) near(cx_predict_proba(m, x), tolerance, t->name, "proba");
    if (t->classifier) {
        near(cx_labels_codes(test_host(cx_predict(m, x)), test_host(cx_attr(m, "classes_"))), 0,
             t->name, "labels");
        check_copies(m, host, CX_PREDICT_PROBA, cx_predict_proba(m, x), t->name);
    } else {
        near(cx_predict(m, x), tolerance, t->name, "predict");
        check_copies(m, host, CX_PREDICT, cx_predict(m, x), t->name);
    }
    done(s);
}

Test(trees_import, xgboost)
{
    static const model models[] = {
        {"xgb_logistic", true, true, true, true},
        {"xgb_lists", true, true, true, true},
        {"xgb_softprob", true, true, true, true},
        {"xgb_softmax", true, true, true, false},
        {"xgb_logitraw", true, true, true, false},
        {"xgb_hinge", true, true, true, true},
        {"xgb_dart", true, true, true, true},
        {"xgb_onehot", false, true, false, false},
        {"xgb_reg_logistic", false, true, false, false},
        {"xgb_poisson", false, true, false, false},
        {"xgb_gamma", false, true, false, false},
        {"xgb_tweedie", false, true, false, false},
        {"xgb_targets", false, true, false, false},
        {"xgb_vectors", false, true, false, false},
        {"xgb_quantiles", false, true, false, false},
        {"xgb_pruned", false, true, false, false},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) check(&models[i], "x", 1e-6);
}

Test(trees_import, lightgbm)
{
    static const model models[] = {
        {"lgb_binary", true, true, true, true},
        {"lgb_lists", true, true, true, true},
        {"lgb_multiclass", true, true, true, true},
        {"lgb_ova", true, true, true, true},
        {"lgb_forest", true, true, false, true},
        {"lgb_regression", false, true, false, false},
        {"lgb_sqrt", false, true, false, false},
        {"lgb_poisson", false, true, false, false},
        {"lgb_entropy", false, true, false, false},
        {"lgb_entropy_lambda", false, true, false, false},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) check(&models[i], "x", 1e-13);
}

Test(trees_import, scikit_learn)
{
    static const model models[] = {
        {"skl_tree", true, true, false, true},   {"skl_tree_two", false, true, false, false},
        {"skl_forest", true, true, false, true}, {"skl_forest_number", false, true, false, false},
        {"skl_hist", true, false, true, true},   {"skl_hist_poisson", false, false, false, false},
    };
    static const model whole[] = {
        {"skl_extra", true, true, false, true},
        {"skl_boost", true, true, true, true},
        {"skl_boost_exponential", true, true, true, true},
        {"skl_boost_number", false, true, false, false},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) check(&models[i], "x", 1e-13);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) check(&whole[i], "whole", 1e-13);
}

Test(trees_import, some_of_the_iterations)
{
    const cx_scope s = open();
    const cx_estimator *const m =
        loaded("xgb_logistic", CX_OPTS(cx_trees_load_opts, .first_iteration = 1, .iterations = 2));
    const cx_array *const x = test_here(asked("x"));
    near(cx_trees_apply(m, x), 0, "part", "leaf");
    near(cx_decision_function(m, x), 1e-6, "part", "sums");
    const cx_estimator *const more =
        cx_trees_load(path_of("xgb_logistic"),
                      CX_OPTS(cx_trees_load_opts, .first_iteration = 2, .iterations = 3));
    cr_expect(cx_estimator_status(more) == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "that has 4") != NULL, "%s", cx_error_message());
    (void)!cx_scope_close(s);
}

Test(trees_import, not_fitted_but_frozen)
{
    const cx_scope s = open();
    cx_estimator *const m = loaded("xgb_logistic", NULL);
    const cx_array *const x = test_here(asked("x"));
    cx_estimator *const frozen = cx_frozen_estimator(m);
    cr_expect(cx_array_equal(cx_predict(frozen, x), cx_predict(m, x)));
    cr_expect(cx_estimator_has(m, CX_DECISION_FUNCTION));
    cr_expect(!cx_estimator_has(loaded("skl_forest", NULL), CX_DECISION_FUNCTION));
    done(s);
    const cx_scope t = open();
    cx_estimator *const again = loaded("xgb_logistic", NULL);
    cr_expect(cx_fit(again, test_here(asked("whole")),
                     test_here(cx_arange_i64(0, ROWS, 1, CX_I64, CX_CPU))) == CX_E_UNSUPPORTED);
    cr_expect(strstr(cx_error_message(), "cx_trees_load") != NULL, "%s", cx_error_message());
    cr_expect(cx_is_fitted(again));
    (void)!cx_scope_close(t);
}

/* ---- files that are wrong: status and a part of the message */
typedef struct wrong {
    const char *text;
    cx_status status;
    const char *says;
} wrong;

#define HEAD                                                                             \
    "{\"format\":\"calx.trees\",\"version\":1,\"features\":2,\"columns\":1,\"width\":1," \
    "\"link\":\"none\",\"trees\":["
#define TREE(left, right, feature)                                                         \
    "{\"left\":[" left "],\"right\":[" right "],\"feature\":[" feature "],\"threshold\":[" \
    "0.5,0,0,0,0],\"value\":[0,1,2,3,4]}]}"

static void refused(const wrong *w)
{
    char path[TEST_PATH];
    test_temp_file(path);
    FILE *const f = fopen(path, "wb");
    cr_assert(f != NULL && fwrite(w->text, 1, strlen(w->text), f) == strlen(w->text));
    fclose(f);
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = cx_trees_load(path, NULL);
    cr_expect(cx_estimator_status(m) == w->status, "%s: %s", w->text, cx_error_message());
    cr_expect(strstr(cx_error_message(), w->says) != NULL, "%s: %s", w->text, cx_error_message());
    cr_expect(w->status == CX_OK || strstr(cx_error_message(), path) != NULL, "%s",
              cx_error_message());
    (void)!cx_scope_close(s);
    unlink(path);
}

Test(trees_import, wrong_files)
{
    static const wrong all[] = {
        {"", CX_E_PARSE, "no JSON: line"},
        {"{\"learner\":", CX_E_PARSE, "no JSON: line 1"},
        {"{L\x00\x01", CX_E_UNSUPPORTED, "binary form"},
        {"tree\nversion=v4\n", CX_E_UNSUPPORTED, "dump_model"},
        {"[{\"nodeid\":0,\"leaf\":1}]", CX_E_UNSUPPORTED, "save_model"},
        {"{\"a\":1}", CX_E_UNSUPPORTED, "no model of"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,4,-1,-1", "0,-2,1,-2,-2"), CX_OK, ""},
        {HEAD TREE("1,-1,0,-1,-1", "2,-1,4,-1,-1", "0,-2,1,-2,-2"), CX_E_PARSE,
         "tree 0, node 2: child 0"},
        {HEAD TREE("1,-1,1,-1,-1", "2,-1,4,-1,-1", "0,-2,1,-2,-2"), CX_E_PARSE,
         "tree 0, node 2: child 1"},
        {HEAD TREE("1,3,3,-1,-1", "2,4,4,-1,-1", "0,1,1,-2,-2"), CX_E_PARSE,
         "tree 0, node 2: node 3 is a child twice"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,5,-1,-1", "0,-2,1,-2,-2"), CX_E_PARSE, "child 5"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,-1,-1,-1", "0,-2,1,-2,-2"), CX_E_PARSE, "child -1"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,4,-1,-1", "0,-2,2,-2,-2"), CX_E_PARSE,
         "tree 0, node 2: feature 2 of 2"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,4,-1", "0,-2,1,-2,-2"), CX_E_PARSE,
         "tree 0: 'right' has 4 entries, not 5"},
        {HEAD TREE("1,-1,3,-1,-1", "2,-1,\"a\",-1,-1", "0,-2,1,-2,-2"), CX_E_PARSE, "node 2"},
        {HEAD "]}", CX_E_PARSE, "0 trees"},
        {HEAD "{}]}", CX_E_PARSE, "'left' is missing"},
        {"{\"format\":\"calx.trees\",\"version\":2}", CX_E_PARSE, "'version' is 2"},
        {"{\"tree_info\":[],\"max_feature_idx\":1}", CX_E_PARSE, "num_tree_per_iteration"},
        {"{\"learner\":{\"objective\":{\"name\":\"my:own\"}}}", CX_E_UNSUPPORTED, "'my:own'"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) refused(&all[i]);
}

Test(trees_import, what_is_not_known)
{
    static const struct {
        const char *name, *says;
    } all[] = {{"xgb_linear", "'gblinear' has no trees"}, {"lgb_zero", "zero_as_missing"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const cx_scope s = cx_scope_open();
        const cx_estimator *const m = cx_trees_load(path_of(all[i].name), NULL);
        cr_expect(cx_estimator_status(m) == CX_E_UNSUPPORTED, "%s", all[i].name);
        cr_expect(strstr(cx_error_message(), all[i].says) != NULL, "%s", cx_error_message());
        (void)!cx_scope_close(s);
    }
}
