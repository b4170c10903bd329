/* Estimators beside scikit-learn. Run by bench/peers/estimators.py, which owns the list of cases
 * and alternates samples: a case is "SPEC|method|target|dtype|rows|columns", answered as peer.h
 * says; what is checked is what the fitted model says about the data. The spec is the text by which
 * both sides make the model.
 *
 * target: "none", "counts" (none, and x is whole numbers from 0 on), "number", "classes K" or
 * "counts K" (classes, of whole numbers). Data are numbers that both sides make alike. A method
 * with "@N" is asked about the first N rows, others about all. The method "serve" is a prediction
 * for one row through a session, a row after the other; a spec "@FILE" is a model that
 * cx_trees_load reads, which is not fitted; "Tree(K)" is no model but a kd tree, which serves the K
 * nearest of one row. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"
#include <calx.h>
#include <calx/neighbors.h>
#include <calx/session.h>

typedef cx_array *results(cx_estimator *m, const cx_array *x, const cx_array *y);

static cx_array *fit(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    cx_check(cx_fit(m, x, y));
    return NULL;
}
static cx_array *fit_transform(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    return cx_fit_transform(m, x, y);
}
static cx_array *predict(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_predict(m, x);
}
static cx_array *predict_proba(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_predict_proba(m, x);
}
static cx_array *transform(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_transform(m, x);
}

static cx_array *partial_fit(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    cx_check(cx_partial_fit(m, x, y));
    return NULL;
}
static cx_array *score_samples(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_score_samples(m, x);
}
static cx_array *kneighbors(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_kneighbors(m, x, 0).distances;
}
static cx_array *predict_std(cx_estimator *m, const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_gaussian_process_predict(m, x, CX_GAUSSIAN_PROCESS_STD).spread;
}

static const struct method {
    const char *name;
    results *call;
} methods[] = {{"fit", fit},
               {"fit_transform", fit_transform},
               {"predict", predict},
               {"predict_proba", predict_proba},
               {"transform", transform},
               {"partial_fit", partial_fit},
               {"score_samples", score_samples},
               {"kneighbors", kneighbors},
               {"predict_std", predict_std},
               {"serve", NULL}};
enum { METHODS = sizeof methods / sizeof *methods, SIGNALS = 10, TEXT = 320 };

typedef struct setting {
    results *call;
    cx_array *x, *y; /* y: NULL without a target */
    cx_array *asked; /* what a fitted model is asked about */
    cx_estimator *model;
    cx_session *session;    /* to serve, or NULL */
    cx_neighbor_tree *tree; /* instead of a model, or NULL */
    int64_t k;
} setting;

static cx_array *features(int64_t rows, int64_t columns)
{
    cx_array *const x = cx_empty(CX_SHAPE(rows, columns), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    for (int64_t i = 0; p != NULL && i < rows * columns; i++) p[i] = number((uint64_t)i);
    return x;
}

/* The first columns, weighted, and noise; for classes the count of k - 1 evenly spaced bounds below
 * it. */
static cx_array *target(const double *x, int64_t rows, int64_t columns, int64_t classes)
{
    cx_array *const y = cx_empty(CX_SHAPE(rows), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(y);
    const int64_t signals = columns < SIGNALS ? columns : SIGNALS;
    for (int64_t i = 0; p != NULL && x != NULL && i < rows; i++) {
        double v = 4 * number((uint64_t)(rows * columns + i));
        for (int64_t j = 0; j < signals; j++) v += (double)(j + 1) * x[i * columns + j];
        if (classes > 0) {
            double label = 0;
            for (int64_t c = 1; c < classes; c++)
                label += v > 8 * ((double)c / (double)classes - 0.5);
            v = label;
        }
        p[i] = v;
    }
    return classes > 0 ? cx_astype(y, CX_I64) : y;
}

static void forget(const setting *s)
{
    cx_release(s->x);
    cx_release(s->y);
    cx_release(s->asked);
    cx_estimator_release(s->model);
    cx_session_release(s->session);
    cx_neighbor_tree_release(s->tree);
}

/* The model of a spec, fitted, or out of a file. */
static cx_estimator *model_of(const char *spec, const setting *s)
{
    if (spec[0] == '@') return cx_trees_load(spec + 1, NULL);
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, s->x, s->y));
    return m;
}

/* All before the last five fields: a spec may hold separators too. */
static size_t spec_length(const char *head)
{
    size_t end = strlen(head);
    for (int fields = 0; fields < 5 && end > 0;) fields += head[--end] == '|';
    return end;
}

static void enter(void *ctx, const char *head)
{
    setting *const s = ctx;
    forget(s);
    *s = (setting){0};
    char spec[TEXT], method[24], kind[16], dtype[8];
    int64_t rows, columns, classes = 0;
    const size_t end = spec_length(head);
    snprintf(spec, sizeof spec, "%.*s", (int)end, head);
    if (sscanf(head + end, "|%23[^|]|%15[^|]|%7[^|]|%" SCNd64 "|%" SCNd64, method, kind, dtype,
               &rows, &columns) != 5)
        stop(head);
    char *const at = strchr(method, '@');
    const int64_t asked = at != NULL ? strtoll(at + 1, NULL, 10) : rows;
    if (at != NULL) *at = '\0';
    for (int i = 0; i < METHODS; i++)
        if (strcmp(methods[i].name, method) == 0) s->call = methods[i].call;
    const bool serves = strcmp(method, "serve") == 0;
    if ((s->call == NULL && !serves) || rows < 1 || columns < 1 || asked < 1) stop(head);
    const bool counts = strncmp(kind, "counts", 6) == 0;
    const bool labels = sscanf(kind, "%*s %" SCNd64, &classes) == 1;
    const cx_dtype t = strcmp(dtype, "f32") == 0 ? CX_F32 : CX_F64;
    const cx_scope scope = cx_scope_open();
    const cx_array *x = features(rows, columns);
    if (labels || strcmp(kind, "number") == 0) {
        cx_array *const y = target(cx_data_f64(x), rows, columns, classes);
        s->y = cx_retain(labels ? y : cx_astype(y, t));
    }
    if (counts) x = cx_floor(cx_mul(cx_abs(x), cx_float(4)));
    s->x = cx_retain(cx_astype(x, t));
    s->asked = cx_retain(cx_slice(s->x, 0, 0, asked, 1));
    if (sscanf(spec, "Tree(%" SCNd64 ")", &s->k) == 1)
        s->tree = cx_neighbor_tree_retain(cx_kd_tree(s->x, NULL));
    else
        s->model = cx_estimator_retain(model_of(spec, s));
    if (serves && s->tree == NULL)
        s->session = cx_session_retain(cx_session_new(s->model, CX_PREDICT, 1));
    if (cx_scope_close(scope) != CX_OK) stop(head);
}

static double serve(const setting *s, int64_t calls)
{
    const double *const x = cx_data_f64(s->x);
    const int64_t rows = cx_dim(s->x, 0), columns = cx_dim(s->x, 1);
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i++)
        if (x == NULL || cx_session_run_rows(s->session, x + i % rows * columns, 1) != CX_OK)
            stop("a call");
    return now_ns() - start;
}

static double ask(const setting *s, int64_t calls)
{
    const int64_t rows = cx_dim(s->x, 0);
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i++) {
        const cx_scope open = cx_scope_open();
        const cx_array *const row = cx_slice(s->x, 0, i % rows, i % rows + 1, 1);
        (void)cx_neighbor_tree_query(s->tree, row, s->k, NULL);
        if (cx_scope_close(open) != CX_OK) stop("a call");
    }
    return now_ns() - start;
}

static double run(void *ctx, int64_t calls)
{
    const setting *const s = ctx;
    if (s->session != NULL) return serve(s, calls);
    if (s->tree != NULL) return ask(s, calls);
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i++) {
        const cx_scope open = cx_scope_open();
        (void)s->call(s->model, s->asked, s->y);
        if (cx_scope_close(open) != CX_OK) stop("a call");
    }
    return now_ns() - start;
}

/* Of clusters that only fit knows, for each row the first row of its cluster: however they are
 * numbered. */
static cx_array *firsts(const cx_estimator *m)
{
    const cx_array *const label = cx_astype(cx_attr(m, "labels_"), CX_I64);
    const int64_t *const at = cx_data_i64(label), n = cx_size(label);
    cx_array *const first = cx_full(CX_SHAPE(n + 1), cx_int(-1), CX_I64, CX_CPU),
                    *const out = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    int64_t *const known = cx_data_i64_mut(first);
    double *const to = cx_data_f64_mut(out);
    for (int64_t i = 0; at && known && to && i < n; i++) {
        if (known[at[i] + 1] < 0) known[at[i] + 1] = i;
        to[i] = (double)known[at[i] + 1];
    }
    return out;
}

/* What the fitted model says about the data; the rows of an embedding are all that it says. */
static cx_array *said(const cx_estimator *m, const cx_array *x)
{
    static const cx_method order[] = {CX_TRANSFORM, CX_PREDICT_PROBA, CX_PREDICT,
                                      CX_METHOD_SCORE_SAMPLES};
    static cx_array *(*const ask[])(const cx_estimator *, const cx_array *) = {
        cx_transform, cx_predict_proba, cx_predict, cx_score_samples};
    if (strcmp(cx_estimator_name(m), "NearestNeighbors") == 0)
        return cx_kneighbors(m, x, 0).distances;
    if (cx_has_attr(m, "embedding_")) return cx_attr(m, "embedding_");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (cx_estimator_has(m, order[i])) return ask[i](m, x);
    return cx_has_attr(m, "negative_outlier_factor_") ? cx_attr(m, "negative_outlier_factor_")
                                                      : firsts(m);
}

static double check(void *ctx)
{
    const setting *const s = ctx;
    const cx_scope open = cx_scope_open();
    const cx_array *const what = s->tree != NULL
                                     ? cx_neighbor_tree_query(s->tree, s->x, s->k, NULL).distances
                                     : said(s->model, s->asked);
    const double sum = peer_fingerprint(what, 13, false);
    if (cx_scope_close(open) != CX_OK) stop("what the model says");
    return sum;
}

int main(int argc, char **argv)
{
    static const peer_program program = {'|', enter, run, check};
    const cx_scope scope = cx_scope_open();
    peer_arguments(argc, argv);
    setting s = {0};
    const int rc = peer_answer(&program, &s);
    forget(&s);
    return cx_scope_close(scope) == CX_OK ? rc : 1;
}
