/* cross_validate and cross_val_score: fit clones on folds, score them, keep the times.
 *
 * One idea: every fold runs in a scope of its own, so that memory holds one fold at a time. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include <calx/table.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SCORES = 16 };

typedef struct plan {
    const char *where;
    const cx_estimator *m;
    const cx_data *d;
    int64_t folds;
    cx_fold *fold;
    int scores;
    const cx__scorer *score[MAX_SCORES]; /* NULL: the estimator's own */
    bool train_too, named;
    double *fit_time, *score_time; /* [folds] */
    double *test[MAX_SCORES], *train[MAX_SCORES];
} plan;

/* ---- what is asked for */
static cx_status read_scoring(plan *p, const char *text)
{
    p->named = text != NULL;
    if (!text) {
        p->scores = 1;
        return CX_OK;
    }
    for (const char *s = text;;) {
        s += strspn(s, " ,");
        const size_t len = strcspn(s, " ,");
        if (!len) break;
        if (p->scores == MAX_SCORES)
            return cx__fail(CX_E_ARGUMENT, p->where, "more than %d scores", MAX_SCORES);
        p->score[p->scores] = cx__scorer_find(p->where, s, len);
        if (!p->score[p->scores]) return CX_E_ARGUMENT;
        p->scores++;
        s += len;
    }
    return p->scores ? CX_OK : cx__fail(CX_E_ARGUMENT, p->where, "scoring names no score");
}

static cx_status check_opts(const char *where, const cx_cv_opts **o)
{
    static const cx_cv_opts defaults = {.struct_size = sizeof(cx_cv_opts)};
    if (!*o) *o = &defaults;
    if ((*o)->struct_size == sizeof(cx_cv_opts)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "options without struct_size: use CX_OPTS(cx_cv_opts, ...)");
}

static cx_status make_folds(plan *p, const char *cv)
{
    cx_estimator *splitter = NULL;
    CX__TRY(
        cx__splitter_parse(p->where, cv, cx_estimator_kind_of(p->m) == CX_CLASSIFIER, &splitter));
    const cx_status st = cx__folds_make(p->where, splitter, p->d, &p->fold, &p->folds);
    cx__release(splitter);
    return st;
}

static cx_status make_room(plan *p)
{
    const size_t n = (size_t)p->folds, columns = 2 + 2 * (size_t)p->scores;
    double *const block = cx__calloc(n * columns + 1, sizeof *block);
    if (!block) return cx__fail_nomem(p->where, "scores", n * columns * sizeof *block);
    p->fit_time = block;
    p->score_time = block + n;
    for (int i = 0; i < p->scores; i++) {
        p->test[i] = block + n * (2 + 2 * (size_t)i);
        p->train[i] = p->test[i] + n;
    }
    return CX_OK;
}

/* ---- one fold */
static double seconds_since(int64_t start)
{
    return (double)(cx_now_ns() - start) * 1e-9;
}

static void score_all(const plan *p, const cx_estimator *m, const cx_data *d, double *const *out,
                      int64_t k)
{
    for (int i = 0; i < p->scores && cx_ok(); i++)
        out[i][k] = p->score[i] ? cx__scorer_run(p->score[i], m, d) : cx_score_data(m, d);
}

static cx_status run_fold(const plan *p, int64_t k)
{
    CX__TRY(cx__poll(p->where));
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = cx_clone(p->m);
    const cx_data train = cx_data_take(p->d, p->fold[k].train),
                  test = cx_data_take(p->d, p->fold[k].test);
    int64_t start = cx_now_ns();
    if (cx_ok()) cx_check(cx__estimator_fit(p->where, m, &train, false));
    p->fit_time[k] = seconds_since(start);
    start = cx_now_ns();
    if (cx_ok()) score_all(p, m, &test, p->test, k);
    p->score_time[k] = seconds_since(start);
    if (cx_ok() && p->train_too) score_all(p, m, &train, p->train, k);
    return cx_scope_close(s);
}

static cx_status run(plan *p, const cx_cv_opts *o)
{
    CX__NEED(p->where, "m", p->m, CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(p->where, p->d));
    CX__TRY(read_scoring(p, o->scoring));
    CX__TRY(make_folds(p, o->cv));
    CX__TRY(make_room(p));
    for (int64_t k = 0; k < p->folds; k++) {
        cx__progress(p->where, k, p->folds);
        CX__TRY(run_fold(p, k));
    }
    cx__progress(p->where, p->folds, p->folds);
    return CX_OK;
}

/* ---- results */
static cx_array *column(const double *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

static cx_table *make_table(const plan *p)
{
    char text[2 * MAX_SCORES][64];
    const char *names[2 + 2 * MAX_SCORES] = {"fit_time", "score_time"};
    const cx_array *columns[2 + 2 * MAX_SCORES] = {column(p->fit_time, p->folds),
                                                   column(p->score_time, p->folds)};
    int n = 2;
    for (int i = 0; i < p->scores; i++)
        for (int part = 0; part < (p->train_too ? 2 : 1); part++) {
            /* as scikit-learn: one score alone is test_score, named ones carry their names */
            snprintf(text[n - 2], sizeof text[0], "%s_%s", part ? "train" : "test",
                     p->named && p->scores > 1 ? cx__scorer_name(p->score[i]) : "score");
            names[n] = text[n - 2];
            columns[n] = column(part ? p->train[i] : p->test[i], p->folds);
            n++;
        }
    return cx_table_new((cx_names){n, names}, (cx_arrays){n, columns});
}

cx_array *cx_cross_val_score(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o)
{
    static const char where[] = "cross_val_score";
    cx_status st = check_opts(where, &o);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    plan p = {.where = where, .m = m, .d = d};
    const cx_scope s = cx_scope_open();
    st = run(&p, o);
    if (st == CX_OK && p.scores != 1)
        st = cx__fail(CX_E_ARGUMENT, where, "it takes one score; cx_cross_validate takes several");
    cx_check(st);
    cx_array *const out = st == CX_OK ? column(p.test[0], p.folds) : cx__nil(st);
    cx__free(p.fit_time);
    cx__free(p.fold);
    return cx_scope_return(s, out);
}

cx_table *cx_cross_validate(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o)
{
    static const char where[] = "cross_validate";
    cx_status st = check_opts(where, &o);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    plan p = {.where = where, .m = m, .d = d, .train_too = o->return_train_score};
    const cx_scope s = cx_scope_open();
    cx_check(run(&p, o));
    cx_table *out = NULL;
    if (cx_ok()) out = cx_table_retain(make_table(&p));
    cx__free(p.fit_time);
    cx__free(p.fold);
    st = cx_scope_close(s);
    return cx__yield(st, where, st == CX_OK ? out : NULL);
}
