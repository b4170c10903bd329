/* Any splitter: from text or a parameter's value to folds of the data.
 *
 * One idea: a splitter is an estimator class that has .split; who cuts data asks here and knows no
 * class. */
#include "learn/model_selection/model_selection.h"
#include <string.h>

static cx_status is_splitter(const char *where, const cx_estimator *m)
{
    if (m->cls->split) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s is no splitter", m->cls->name);
}

static cx_status numbered(const char *where, int64_t n, bool classifier, cx_estimator **out)
{
    cx_estimator *m = NULL;
    CX__TRY(
        cx__estimator_make(where, classifier ? &cx__class_stratified_kfold : &cx__class_kfold, &m));
    cx__lit v = cx__lit_i64(n);
    const cx_status st = cx__param_set(where, m, 0, &v);
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

cx_status cx__splitter_parse(const char *where, const char *cv, bool classifier, cx_estimator **out)
{
    if (!cv) cv = "5";
    const char *const end = cv + strlen(cv);
    int64_t n = 0;
    const char *const stop = cx__parse_i64(cv, end, &n);
    if (stop == end && end > cv) return numbered(where, n, classifier, out);
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_parse(where, cv, strlen(cv), &m));
    const cx_status st = is_splitter(where, m);
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

cx_status cx__splitter_split(const char *where, const cx_estimator *splitter, const cx_data *d,
                             int64_t cap, cx_fold *folds, int64_t *count)
{
    CX__TRY(cx__data_valid(where, d));
    CX__TRY(cx__params_check(where, splitter));
    const cx_scope s = cx_scope_open();
    *count = 0;
    cx_check(splitter->cls->split(splitter, d, cap, folds, count));
    if (cx_ok())
        for (int64_t i = 0; i < cap && i < *count; i++) {
            folds[i].train = cx_scope_keep(s, folds[i].train);
            folds[i].test = cx_scope_keep(s, folds[i].test);
        }
    return cx_scope_close(s);
}

cx_status cx_cv_split(const char *cv, const cx_data *d, int64_t cap, cx_fold *folds, int64_t *count)
{
    static const char where[] = "cv_split";
    if (cap < 0 || (cap > 0 && !folds))
        return cx__fail(CX_E_ARGUMENT, where, "there is no room for %lld folds", (long long)cap);
    cx_estimator *splitter = NULL;
    int64_t n = 0;
    CX__TRY(cx__splitter_parse(where, cv, false, &splitter));
    const cx_status st = cx__splitter_split(where, splitter, d, cap, folds, &n);
    cx__release(splitter);
    if (st == CX_OK && count) *count = n;
    return st;
}
