/* Fit every model on every fold and score it.
 *
 * One idea: a task is one model on one fold and writes its numbers into places of its own. Knows
 * neither tables nor what the models have in common. */
#include "learn/model_selection/cv.h"
#include "base/alloc.h"
#include <calx/index.h>
#include <math.h>
#include <string.h>

/* ---- scores */
static cx_status add_score(const char *where, const char *name, size_t len, cx__scoring *s)
{
    if (s->count == CX__MAX_SCORES)
        return cx__fail(CX_E_ARGUMENT, where, "more than %d scores", CX__MAX_SCORES);
    s->at[s->count] = cx__scorer_find(where, name, len);
    if (!s->at[s->count]) return CX_E_ARGUMENT;
    for (int i = 0; i < s->count; i++)
        if (s->at[i] == s->at[s->count])
            return cx__fail(CX_E_ARGUMENT, where, "the score '%s' is asked for twice",
                            cx__scorer_name(s->at[i]));
    s->count++;
    return CX_OK;
}

cx_status cx__scoring_read(const char *where, const char *text, cx__scoring *out)
{
    *out = (cx__scoring){.count = text ? 0 : 1};
    for (const char *s = text; s;) {
        s += strspn(s, " ,");
        const size_t len = strcspn(s, " ,");
        if (!len) break;
        CX__TRY(add_score(where, s, len, out));
        s += len;
    }
    out->several = out->count > 1;
    return out->count ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "scoring names no score");
}

cx_status cx__scoring_of(const char *where, const cx__lit *v, cx__scoring *out)
{
    if (v->kind == CX__LIT_NONE) return cx__scoring_read(where, NULL, out);
    if (v->kind == CX__LIT_STR) return cx__scoring_read(where, v->u.s, out);
    *out = (cx__scoring){.several = true};
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const name = &v->u.items[i];
        if (name->kind != CX__LIT_STR)
            return cx__fail(CX_E_ARGUMENT, where, "entry %d of scoring is no name of a score", i);
        CX__TRY(add_score(where, name->u.s, (size_t)name->count, out));
    }
    return out->count ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "scoring names no score");
}

const char *cx__scoring_name(const cx__scoring *s, int i)
{
    return s->several ? cx__scorer_name(s->at[i]) : "score";
}

double cx__scoring_run(const cx__scoring *s, int i, const cx_estimator *m, const cx_data *d)
{
    return s->at[i] ? cx__scorer_run(s->at[i], m, d) : cx_score_data(m, d);
}

/* ---- one model on one fold */
bool cx__cv_pardons(cx_status st)
{
    switch (st) {
    case CX_E_ARGUMENT:
    case CX_E_SHAPE:
    case CX_E_DTYPE:
    case CX_E_INDEX:
    case CX_E_SCHEMA:
    case CX_E_SINGULAR:
    case CX_E_CONVERGENCE:
    case CX_E_UNSUPPORTED: return true;
    default: return false;
    }
}

static double seconds_since(int64_t start)
{
    return (double)(cx_now_ns() - start) * 1e-9;
}

/* Score i in a scope of its own, so that its failure is its own. */
static cx_status one_score(const cx__cv *c, int i, const cx_estimator *m, const cx_data *d,
                           double *out)
{
    const cx_scope s = cx_scope_open();
    *out = cx__scoring_run(c->scoring, i, m, d);
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK || c->raise || !cx__cv_pardons(st)) return st;
    cx_error e = {0};
    (void)cx_error_get(&e);
    *out = c->error_score;
    cx__warn(st, "scoring failed and counts as %g: %s", c->error_score, e.text);
    return CX_OK;
}

static cx_status scores(const cx__cv *c, int64_t task, const cx_estimator *m, const cx_data *part,
                        double *out)
{
    const int64_t tasks = c->models * c->folds;
    cx_data d = *part;
    if (!c->weigh) d.sample_weight = NULL;
    for (int i = 0; i < c->scoring->count; i++)
        CX__TRY(one_score(c, i, m, &d, &out[i * tasks + task]));
    return CX_OK;
}

static void score_failure(const cx__cv *c, int64_t task, const cx_error *why)
{
    const int64_t tasks = c->models * c->folds;
    c->failed[task] = *why;
    for (int i = 0; i < c->scoring->count; i++) {
        c->test[i * tasks + task] = c->error_score;
        if (c->train_too) c->train[i * tasks + task] = c->error_score;
    }
}

static cx_status refuse(const cx__cv *c, int64_t task, const cx_error *why)
{
    if (c->raise || !cx__cv_pardons(why->status)) {
        cx__error_set(why);
        return why->status;
    }
    score_failure(c, task, why);
    return CX_OK;
}

static cx_status run_task(void *ctx, int64_t task)
{
    const cx__cv *const c = ctx;
    const int64_t k = task / c->folds;
    const cx_fold *const fold = &c->fold[task % c->folds];
    if (!c->model[k]) return refuse(c, task, &c->refused[k]);
    cx_estimator *const m = cx_clone(c->model[k]);
    cx_data seen = *c->d;
    if (c->columns) seen.x = cx_take(seen.x, c->columns[k], 1);
    const cx_data train = cx_data_take(&seen, fold->train), test = cx_data_take(&seen, fold->test);
    CX__TRY(cx__so_far());
    int64_t start = cx_now_ns();
    const cx_status st = cx__estimator_fit(c->where, m, &train, false);
    c->fit_time[task] = seconds_since(start);
    if (st != CX_OK) {
        cx_error why = {0};
        (void)cx_error_get(&why);
        why.status = st;
        return refuse(c, task, &why);
    }
    start = cx_now_ns();
    CX__TRY(scores(c, task, m, &test, c->test));
    c->score_time[task] = seconds_since(start);
    return c->train_too ? scores(c, task, m, &train, c->train) : CX_OK;
}

/* ---- all of them */
static cx_status tell_failures(const cx__cv *c)
{
    const int64_t tasks = c->models * c->folds;
    int64_t count = 0, first = -1;
    for (int64_t i = 0; i < tasks; i++)
        if (c->failed[i].status != CX_OK) {
            if (first < 0) first = i;
            count++;
        }
    if (count == 0) return CX_OK;
    if (count == tasks) {
        cx__error_set(&c->failed[first]);
        return c->failed[first].status;
    }
    cx__warn(c->failed[first].status, "%lld of %lld fits failed and count as %g; the first: %s",
             (long long)count, (long long)tasks, c->error_score, c->failed[first].text);
    return CX_OK;
}

cx_status cx__cv_room(cx__cv *c)
{
    if (c->folds < 1) return cx__fail(CX_E_ARGUMENT, c->where, "the splitter gives no folds");
    const size_t tasks = (size_t)(c->models * c->folds),
                 columns = 2 + 2 * (size_t)c->scoring->count;
    c->fit_time = cx__calloc(tasks * columns + 1, sizeof *c->fit_time);
    c->failed = cx__calloc(tasks + 1, sizeof *c->failed);
    if (!c->fit_time || !c->failed)
        return cx__fail_nomem(c->where, "scores", tasks * columns * sizeof *c->fit_time);
    c->score_time = c->fit_time + tasks;
    c->test = c->score_time + tasks;
    c->train = c->test + tasks * (size_t)c->scoring->count;
    return CX_OK;
}

cx_status cx__cv_run(cx__cv *c)
{
    CX__TRY(cx__cv_room(c));
    CX__TRY(cx__tasks_run(c->where, c->stage ? c->stage : c->where, cx__data_device(c->d),
                          c->models * c->folds, run_task, c));
    return tell_failures(c);
}

void cx__cv_free(cx__cv *c)
{
    cx__free(c->fit_time);
    cx__free(c->failed);
    c->fit_time = NULL;
    c->failed = NULL;
}
