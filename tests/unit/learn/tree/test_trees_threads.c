/* Many threads ask one model of trees, in batches and in a session each, and explain it: all get
 * the bits that one thread alone got. */
#include <calx.h>
#include <calx/explain.h>
#include <calx/session.h>
#include <calx/tree.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

enum { THREADS = 6, ROUNDS = 4, ROWS = 700, COLUMNS = 5, SERVED = 40 };

typedef struct asked {
    const cx_estimator *m;
    const cx_array *x, *first, *want, *leaf, *shap; /* first: the rows that sessions get */
    cx_method method;
    int wrong;
} asked;

/* Twelve codes, then numbers. */
static cx_array *rows(void)
{
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, COLUMNS), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(x);
    uint32_t state = 1;
    for (int i = 0; v != NULL && i < ROWS * COLUMNS; i++) {
        state = state * 1664525 + 1013904223;
        v[i] = i % COLUMNS == 0 ? (double)(state >> 16) / 65536 * 12 : (double)state / 0x1p31 - 1;
        if (i % COLUMNS == 0) v[i] = (double)(int)v[i];
    }
    return x;
}

static cx_array *answer(const cx_estimator *m, cx_method method, const cx_array *x)
{
    switch (method) {
    case CX_PREDICT: return cx_predict(m, x);
    case CX_PREDICT_PROBA: return cx_predict_proba(m, x);
    case CX_DECISION_FUNCTION: return cx_decision_function(m, x);
    default: return cx_transform(m, x);
    }
}

static bool serves(const asked *a, cx_session *s)
{
    int64_t columns = 0;
    if (cx_session_run_rows(s, cx_data_f64(a->first), SERVED) != CX_OK) return false;
    const double *const got = cx_session_result(s, &columns);
    const cx_array *const want =
        cx_ascontiguous(cx_astype(cx_slice(a->want, 0, 0, SERVED, 1), CX_F64));
    return cx_size(want) == SERVED * columns &&
           memcmp(got, cx_data_f64(want), (size_t)(SERVED * columns) * sizeof *got) == 0;
}

static void *work(void *ctx)
{
    asked *const a = ctx;
    const cx_scope all = cx_scope_open();
    cx_session *const s = cx_session_new(a->m, a->method, SERVED);
    for (int i = 0; i < ROUNDS; i++) {
        const cx_scope round = cx_scope_open();
        if (!cx_array_equal(answer(a->m, a->method, a->x), a->want)) a->wrong++;
        if (!serves(a, s)) a->wrong++;
        if (!cx_array_equal(cx_tree_apply(a->m, a->x), a->leaf)) a->wrong++;
        if (a->shap != NULL && !cx_array_equal(cx_tree_shap(a->m, a->first).values, a->shap))
            a->wrong++;
        if (cx_scope_close(round) != CX_OK) a->wrong++;
    }
    if (cx_scope_close(all) != CX_OK) a->wrong++;
    return NULL;
}

static void check(const char *spec, cx_method method, bool explained)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = rows(), *const sum = cx_add(cx_select(x, 1, 1), cx_select(x, 1, 2));
    cx_estimator *const m = cx_estimator_new(spec);
    const bool classes = strstr(spec, "Classifier") != NULL;
    cx_check(cx_fit(m, x, classes ? cx_astype(cx_round(sum, 0), CX_I64) : sum));
    asked all = {.m = m, .x = x, .method = method, .want = answer(m, method, x)};
    all.first = cx_ascontiguous(cx_slice(x, 0, 0, SERVED, 1));
    all.leaf = cx_tree_apply(m, x);
    if (explained) all.shap = cx_tree_shap(m, all.first).values;
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    asked each[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
        each[i] = all;
        cr_assert_eq(pthread_create(&thread[i], NULL, work, &each[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        cr_expect_eq(each[i].wrong, 0, "%s, thread %d: %d wrong", spec, i, each[i].wrong);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
}

Test(trees_threads, one_model_many_threads)
{
    check("DecisionTreeClassifier(random_state=0)", CX_PREDICT, true);
    check("RandomForestClassifier(n_estimators=8, max_depth=5, random_state=0)", CX_PREDICT, true);
    check("RandomForestClassifier(n_estimators=8, max_depth=5, random_state=0)", CX_PREDICT_PROBA,
          false);
    check("ExtraTreesRegressor(n_estimators=8, max_depth=5, random_state=0)", CX_PREDICT, true);
    check("RandomTreesEmbedding(n_estimators=5, random_state=0)", CX_TRANSFORM, false);
    check("IsolationForest(n_estimators=10, random_state=0)", CX_DECISION_FUNCTION, false);
    check("GradientBoostingClassifier(n_estimators=4, random_state=0)", CX_PREDICT, true);
    check("HistGradientBoostingClassifier(max_iter=4, random_state=0)", CX_PREDICT_PROBA, true);
    check("HistGradientBoostingRegressor(max_iter=4, categorical_features=[0])", CX_PREDICT, true);
}
