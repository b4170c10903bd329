/* Folds of the parameter cv of cross-validated estimators: None, a number, a splitter, or its text.
 *
 * One idea: the parameter becomes a splitter; everything else is the splitter's. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include <stdio.h>

static cx_status splitter_of(const cx__lit *v, bool classifier, cx_estimator **out)
{
    char number[24];
    if (v->kind == CX__LIT_ESTIMATOR) {
        if (v->u.estimator->cls->split == NULL)
            return cx__fail(CX_E_ARGUMENT, "fit", "cv: %s is no splitter",
                            v->u.estimator->cls->name);
        *out = cx_estimator_retain(v->u.estimator);
        return CX_OK;
    }
    const char *text = v->kind == CX__LIT_STR ? v->u.s : NULL;
    if (v->kind == CX__LIT_INT) {
        snprintf(number, sizeof number, "%lld", (long long)v->u.i);
        text = number;
    }
    return cx__splitter_parse("fit", text, classifier, out);
}

cx_status cx__folds_make(const char *where, const cx_estimator *splitter, const cx_data *d,
                         cx_fold **folds, int64_t *count)
{
    /* how many there are is known when they are made: ask for a few, then for all */
    int64_t cap = 16;
    *folds = NULL;
    *count = 0;
    for (int round = 0; round < 2; round++) {
        cx_fold *const grown = cx__realloc(*folds, (size_t)cap * sizeof *grown);
        if (grown == NULL) return cx__fail_nomem(where, "folds", (size_t)cap * sizeof *grown);
        *folds = grown;
        CX__TRY(cx__splitter_split(where, splitter, d, cap, grown, count));
        if (*count <= cap) return CX_OK;
        cap = *count;
    }
    return cx__fail(CX_E_ARGUMENT, where, "%s gives another number of folds each time",
                    splitter->cls->name);
}

bool cx__one_column(const cx_data *d)
{
    const cx_array *const y = cx__data_y(d);
    return !y || cx_ndim(y) != 2 || cx_dim(y, 1) == 1;
}

cx_status cx__folds_of(const cx_estimator *self, const cx_data *d, bool classifier, cx_fold **folds,
                       int64_t *count)
{
    cx_estimator *splitter = NULL;
    *folds = NULL;
    CX__TRY(splitter_of(cx__param(self, "cv"), classifier && cx__one_column(d), &splitter));
    const cx_status st = cx__folds_make("fit", splitter, d, folds, count);
    cx_estimator_release(splitter);
    return st;
}
