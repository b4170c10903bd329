/* cross_validate and cross_val_score: one model on the folds of a splitter.
 *
 * One idea: a run of cv.h with one model; here are options, folds and the form of the result. */
#include "base/alloc.h"
#include "learn/model_selection/cv.h"
#include <calx/table.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

cx_status cx__cv_opts_check(const char *where, const cx_cv_opts **o)
{
    static const cx_cv_opts defaults = {.struct_size = sizeof(cx_cv_opts)};
    if (!*o) *o = &defaults;
    if ((*o)->struct_size == sizeof(cx_cv_opts)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "options without struct_size: use CX_OPTS(cx_cv_opts, ...)");
}

cx_status cx__cv_text_folds(const char *where, const char *cv, const cx_estimator *m,
                            const cx_data *d, cx_fold **folds, int64_t *count)
{
    cx_estimator *splitter = NULL;
    const bool stratified = cx_estimator_kind_of(m) == CX_CLASSIFIER && cx__one_column(d);
    CX__TRY(cx__splitter_parse(where, cv, stratified, &splitter));
    const cx_status st = cx__folds_make(where, splitter, d, folds, count);
    cx__release(splitter);
    return st;
}

static cx_status run(cx__cv *c, cx__scoring *scoring, cx_fold **folds, bool one,
                     const cx_cv_opts *o)
{
    CX__NEED(c->where, "m", c->model[0], CX__KIND_ESTIMATOR);
    CX__TRY(cx__data_valid(c->where, c->d));
    CX__TRY(cx__scoring_read(c->where, o->scoring, scoring));
    if (one && scoring->count != 1)
        return cx__fail(CX_E_ARGUMENT, c->where,
                        "it takes one score; cx_cross_validate takes several");
    CX__TRY(cx__cv_text_folds(c->where, o->cv, c->model[0], c->d, folds, &c->folds));
    c->scoring = scoring;
    c->fold = *folds;
    c->models = 1;
    c->raise = o->error_raise;
    c->error_score = o->error_score.set ? o->error_score.value : (double)NAN;
    return cx__cv_run(c);
}

static cx_array *column(const double *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

static cx_table *make_table(const cx__cv *c)
{
    char text[2 * CX__MAX_SCORES][64];
    const char *names[2 + 2 * CX__MAX_SCORES] = {"fit_time", "score_time"};
    const cx_array *columns[2 + 2 * CX__MAX_SCORES] = {column(c->fit_time, c->folds),
                                                       column(c->score_time, c->folds)};
    int n = 2;
    for (int i = 0; i < c->scoring->count; i++)
        for (int part = 0; part < (c->train_too ? 2 : 1); part++) {
            snprintf(text[n - 2], sizeof text[0], "%s_%s", part ? "train" : "test",
                     cx__scoring_name(c->scoring, i));
            names[n] = text[n - 2];
            columns[n] = column((part ? c->train : c->test) + i * c->folds, c->folds);
            n++;
        }
    return cx_table_new((cx_names){n, names}, (cx_arrays){n, columns});
}

cx_array *cx_cross_val_score(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o)
{
    static const char where[] = "cross_val_score";
    cx_status st = cx__cv_opts_check(where, &o);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    cx__cv c = {.where = where, .d = d, .model = &m};
    cx__scoring scoring;
    cx_fold *folds = NULL;
    const cx_scope s = cx_scope_open();
    st = cx_check(run(&c, &scoring, &folds, true, o));
    cx_array *const out = st == CX_OK ? column(c.test, c.folds) : cx__nil(st);
    cx__cv_free(&c);
    cx__free(folds);
    return cx_scope_return(s, out);
}

cx_table *cx_cross_validate(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o)
{
    static const char where[] = "cross_validate";
    cx_status st = cx__cv_opts_check(where, &o);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    cx__cv c = {.where = where, .d = d, .model = &m, .train_too = o->return_train_score};
    cx__scoring scoring;
    cx_fold *folds = NULL;
    const cx_scope s = cx_scope_open();
    cx_check(run(&c, &scoring, &folds, false, o));
    cx_table *out = NULL;
    if (cx_ok()) out = cx_table_retain(make_table(&c));
    cx__cv_free(&c);
    cx__free(folds);
    st = cx_scope_close(s);
    return cx__yield(st, where, st == CX_OK ? out : NULL);
}
