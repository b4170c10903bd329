/* cross_val_predict: each row's answer from the model that has not seen it.
 *
 * One idea: answers are put side by side fold by fold, then rows into their order; columns of a
 * fold that has not seen every class are spread over all of them. */
#include "base/alloc.h"
#include "learn/model_selection/cv.h"
#include "learn/numeric/site.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <float.h>
#include <stdio.h>
#include <string.h>

typedef struct predictions {
    const char *where;
    const cx_estimator *m;
    const cx_data *d;
    cx_method method;
    const cx_array *classes; /* of all labels; NULL: columns are not classes */
    const int64_t *at;       /* of several label columns: where each one's classes begin */
    int64_t label_columns;
    int64_t folds;
    const cx_fold *fold;
    cx_array **out; /* [folds], one reference each */
} predictions;

/* What a class without a column of its own gets. */
static double nothing(const predictions *p, cx_dtype t)
{
    if (p->method == CX_PREDICT_PROBA) return 0;
    return t == CX_F32 ? -(double)FLT_MAX : -DBL_MAX;
}

/* The places of a fold's classes among all, [seen]. */
static cx_status places_of_classes(const predictions *p, const cx_estimator *m,
                                   const cx_array *mine, const cx_array **out)
{
    if (!p->at) {
        *out = cx_labels_codes(mine, p->classes);
        return cx__so_far();
    }
    const cx_array **const part = cx__calloc((size_t)p->label_columns, sizeof *part);
    if (!part) return cx__fail_nomem(p->where, "columns", (size_t)p->label_columns * sizeof *part);
    for (int64_t i = 0; i < p->label_columns && cx_ok(); i++) {
        char name[32];
        snprintf(name, sizeof name, "classes_%lld", (long long)i);
        const cx_array *const all = cx_slice(p->classes, 0, p->at[i], p->at[i + 1], 1);
        part[i] = cx_add(cx_labels_codes(cx_attr(m, name), all), cx_int(p->at[i]));
    }
    if (cx_ok()) *out = cx_concatenate((cx_arrays){(int)p->label_columns, part}, 0);
    cx__free(part);
    return cx__so_far();
}

/* Columns in the order of all classes. */
static cx_status spread(const predictions *p, const cx_estimator *m, cx_array **a)
{
    const cx_array *const mine = cx_attr(m, "classes_");
    const int64_t seen = cx_size(mine), all = cx_size(p->classes);
    CX__TRY(cx__so_far());
    if (seen == all) return CX_OK;
    cx__warn(CX_E_ARGUMENT, "%lld of %lld classes are in the rows of a fold that train",
             (long long)seen, (long long)all);
    if (cx_ndim(*a) != 2 || cx_dim(*a, 1) != seen)
        return cx__fail(CX_E_ARGUMENT, p->where,
                        "a fold saw %lld of %lld classes, and its decisions are not one a class: "
                        "use stratified folds",
                        (long long)seen, (long long)all);
    cx__site site;
    CX__TRY(cx__site_of(p->where, *a, &site));
    int64_t *const from = cx__alloc((size_t)(all + seen) * sizeof *from);
    if (!from) return cx__fail_nomem(p->where, "columns", (size_t)(all + seen) * sizeof *from);
    const cx_array *codes = NULL;
    cx_status st = places_of_classes(p, m, mine, &codes);
    if (st == CX_OK) st = cx__read(&site, cx__i64(&site, codes), from + all);
    for (int64_t c = 0; c < all; c++) from[c] = seen; /* the column of nothing */
    for (int64_t c = 0; st == CX_OK && c < seen; c++) from[from[all + c]] = c;
    if (st == CX_OK) {
        const cx_dtype t = cx_dtype_of(*a);
        const cx_array *const none =
            cx_full(CX_SHAPE(cx_dim(*a, 0), 1), cx_float(nothing(p, t)), t, site.device);
        *a =
            cx_take(cx_concatenate(CX_ARRAYS(*a, none), 1), cx__given(&site, from, all, CX_I64), 1);
        st = cx__so_far();
    }
    cx__free(from);
    return st;
}

static cx_status predict_fold(void *ctx, int64_t k)
{
    const predictions *const p = ctx;
    cx_estimator *const m = cx_clone(p->m);
    const cx_data train = cx_data_take(p->d, p->fold[k].train),
                  test = cx_data_take(p->d, p->fold[k].test);
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit(p->where, m, &train, false));
    const cx_data x = {.x = test.x, .table = test.table, .target = test.target};
    cx_array *a = cx__estimator_call(p->where, m, p->method, &x);
    CX__TRY(cx__so_far());
    /* of labels that are there or not, columns are no classes */
    const bool columns = !p->at || (cx_has_attr(m, "class_offsets_") &&
                                    cx_dim(a, 1) == cx_size(cx_attr(m, "classes_")));
    if (p->classes && p->method != CX_PREDICT && columns && cx_has_attr(m, "classes_"))
        CX__TRY(spread(p, m, &a));
    /* dictionaries of text differ from fold to fold: codes among all labels do not */
    if (cx_dtype_of(a) == CX_CAT && p->classes) a = cx_labels_codes(a, p->classes);
    CX__TRY(cx__so_far());
    p->out[k] = cx_retain(a);
    return CX_OK;
}

/* Where each row stands among the folds' test rows: a permutation, or an error. */
static cx_status places(const predictions *p, int64_t n, int64_t *place)
{
    for (int64_t i = 0; i < n; i++) place[i] = -1;
    bool whole = true;
    int64_t at = 0;
    for (int64_t k = 0; k < p->folds && whole; k++) {
        const cx_array *const test = cx_to(p->fold[k].test, CX_CPU);
        const int64_t *const rows = cx_data_i64(test);
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < cx_size(test) && whole; i++) {
            whole = place[rows[i]] < 0;
            place[rows[i]] = at++;
        }
    }
    if (whole && at == n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, p->where, "the folds do not test every row exactly once");
}

static cx_status join(const predictions *p, int64_t n, const int64_t *place, bool text,
                      cx_array **out)
{
    cx__site site;
    CX__TRY(cx__site_of(p->where, p->out[0], &site));
    const cx_array *const all =
        cx_concatenate((cx_arrays){(int)p->folds, (const cx_array *const *)p->out}, 0);
    *out = cx_take(all, cx_to(cx__row_indices(place, n), site.device), 0);
    if (text) *out = cx_take(p->classes, *out, 0);
    return cx__so_far();
}

/* Classes of several label columns, if y is such. */
static cx_status all_columns(predictions *p, const cx_array *y)
{
    cx__site site;
    const cx_label_columns all = cx_labels_encode_columns(y);
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of(p->where, y, &site));
    p->classes = all.classes;
    p->label_columns = cx_dim(y, 1);
    p->at = cx_data_i64(cx__fetch(&site, all.offsets));
    return cx__so_far();
}

static cx_status answer(predictions *p, cx_array **out)
{
    const int64_t n = cx_data_rows(p->d);
    CX__TRY(cx__so_far());
    const cx_array *const y = cx__data_y(p->d);
    const bool text = y && p->method == CX_PREDICT && cx_dtype_of(y) == CX_CAT;
    const bool columns = p->method != CX_PREDICT && p->method != CX_TRANSFORM;
    if (y && cx_ndim(y) == 1 && (text || columns) && cx_estimator_kind_of(p->m) == CX_CLASSIFIER)
        p->classes = cx_labels_encode(y).classes;
    if (y && cx_ndim(y) == 2 && columns && cx_estimator_kind_of(p->m) == CX_CLASSIFIER)
        CX__TRY(all_columns(p, y));
    CX__TRY(cx__so_far());
    int64_t *const place = cx__alloc((size_t)n * sizeof *place);
    p->out = cx__calloc((size_t)p->folds, sizeof *p->out);
    cx_status st = place && p->out ? places(p, n, place)
                                   : cx__fail_nomem(p->where, "rows", (size_t)n * sizeof *place);
    if (st == CX_OK)
        st = cx__tasks_run(p->where, p->where, cx__data_device(p->d), p->folds, predict_fold, p);
    if (st == CX_OK) st = join(p, n, place, text && p->classes, out);
    for (int64_t k = 0; p->out && k < p->folds; k++) cx_release(p->out[k]);
    cx__free(p->out);
    cx__free(place);
    return st;
}

cx_status cx__cross_val_predict(const char *where, const cx_estimator *m, const cx_data *d,
                                const cx_fold *fold, int64_t folds, cx_method method,
                                cx_array **out)
{
    predictions p = {
        .where = where, .m = m, .d = d, .method = method, .fold = fold, .folds = folds};
    return answer(&p, out);
}

static cx_status run(const cx_estimator *m, const cx_data *d, const char *cv, cx_method method,
                     cx_array **out)
{
    static const char where[] = "cross_val_predict";
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (method == CX_INVERSE_TRANSFORM || !cx_estimator_has(m, method))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no such method", m->cls->name);
    CX__TRY(cx__data_valid(where, d));
    cx_fold *fold = NULL;
    int64_t folds = 0;
    cx_status st = cx__cv_text_folds(where, cv, m, d, &fold, &folds);
    if (st == CX_OK) st = cx__cross_val_predict(where, m, d, fold, folds, method, out);
    cx__free(fold);
    return st;
}

cx_array *cx_cross_val_predict(const cx_estimator *m, const cx_data *d, const char *cv,
                               cx_method method)
{
    cx_array *out = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_check(run(m, d, cv, method, &out));
    return cx_scope_return(s, st == CX_OK ? out : cx__nil(st));
}
