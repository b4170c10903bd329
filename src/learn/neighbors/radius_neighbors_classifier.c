/* RadiusNeighborsClassifier: the vote of all training rows within a radius.
 *
 * Rows without neighbours get outlier_label, which may be a label that no training row has: predict
 * takes from _labels, the classes and behind them one such label for each column of y. */
#include "learn/neighbors/votes.h"

#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/table.h>
#include <math.h>
#include <string.h>

enum { LABELS = CX__VOTES_SLOTS, OUTLIER };
static const char *const attrs[] = {CX__VOTES_ATTRS, "_labels: label [l]",
                                    "_outlier_place?: int [k]", NULL};

static const cx_param params[] = {
    CX__NEAR_RADIUS,
    CX__NEAR_WEIGHTS,
    CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE,
    CX__NEAR_P,
    CX__NEAR_METRIC,
    {"outlier_label", CX_PARAM_INT | CX_PARAM_STR | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "label of rows without neighbours, one for each column of y if it is a list; "
     "'most_frequent'; None: an error"},
    CX__NEAR_METRIC_PARAMS,
    CX__NEAR_JOBS,
    {.name = NULL},
};

/* ---- fit */
static cx_status wrong_kind(const cx_array *classes)
{
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "RadiusNeighborsClassifier: outlier_label is no %s, as the labels of y are",
                    cx_dtype_of(classes) == CX_CAT ? "string" : "integer");
}

/* A given label as an array [1] of the classes' kind, on the host. */
static cx_status label_of(const cx__lit *v, const cx_array *classes, cx_array **out)
{
    const bool text = cx_dtype_of(classes) == CX_CAT;
    if (v->kind != (text ? CX__LIT_STR : CX__LIT_INT)) return wrong_kind(classes);
    if (text) {
        const char *const word = v->u.s;
        *out = cx_categories_new(cx_zeros(CX_SHAPE(1), CX_I32, CX_CPU), 1, &word);
    } else {
        *out = cx_full(CX_SHAPE(1), cx_int(v->u.i), cx_dtype_of(classes), CX_CPU);
    }
    return cx__so_far();
}

/* Place of the largest count among the codes of column i. */
static cx_status most_frequent(const cx__site *s, const cx_estimator *self, int64_t i,
                               const int64_t *begin, int64_t *place)
{
    const cx_array *const count =
        cx_bincount(cx__votes_codes(self, i, begin), NULL, begin[i + 1] - begin[i]);
    (void)s;
    *place = begin[i] + cx__number_i64(cx_argmax(count, CX_ALL));
    return cx__so_far();
}

/* Place of a given label: in its column's classes, or behind all of them. */
static cx_status place_of(const cx__site *s, const cx_array *label, const cx_array *classes,
                          const int64_t *begin, int64_t columns, int64_t i, int64_t *place)
{
    cx_array *found = NULL;
    const cx_array *const own =
        cx__to_host(s, cx_copy(cx_slice(classes, 0, begin[i], begin[i + 1], 1)));
    CX__TRY(cx__so_far());
    CX__TRY(cx__labels_find("fit", label, own, &found));
    const int64_t at = cx__number_i64(found);
    CX__TRY(cx__so_far());
    *place = at >= 0 ? begin[i] + at : begin[columns] + i;
    if (at < 0)
        cx__warn(CX_E_ARGUMENT,
                 "RadiusNeighborsClassifier: outlier_label is none of the training classes; all "
                 "class probabilities of outliers are 0");
    return CX_OK;
}

static cx_status settle_outliers(cx_estimator *self, const cx__site *s, const cx_array **part,
                                 int64_t *place, const int64_t *begin)
{
    const cx__lit *const v = cx__param(self, "outlier_label");
    const cx_array *const classes = cx_self(self, CX__VOTES_CLASSES);
    const int64_t columns = cx__label_columns(self);
    const bool list = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE,
               frequent = v->kind == CX__LIT_STR && strcmp(v->u.s, "most_frequent") == 0;
    if (list && v->count != columns)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "RadiusNeighborsClassifier: outlier_label has %d labels, y has %lld "
                        "columns",
                        v->count, (long long)columns);
    int count = 1;
    part[0] = cx_dtype_of(classes) == CX_CAT ? cx__to_host(s, classes) : classes;
    for (int64_t i = 0; i < columns; i++) {
        cx_array *label = NULL;
        if (frequent) {
            CX__TRY(most_frequent(s, self, i, begin, &place[i]));
            continue;
        }
        CX__TRY(label_of(list ? &v->u.items[i] : v, classes, &label));
        CX__TRY(place_of(s, label, classes, begin, columns, i, &place[i]));
        part[count++] = cx_dtype_of(classes) == CX_CAT ? label : cx__to_site(s, label);
    }
    const cx_array *const all = cx_concatenate((cx_arrays){count, part}, 0);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(self, LABELS, cx_dtype_of(all) == CX_CAT ? cx__send(s, all) : all));
    return cx_self_set(self, OUTLIER, cx__given_all(s, place, columns, CX_I64));
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    const int64_t *begin = NULL;
    cx__site s;
    CX__TRY(cx__votes_fit(self, d));
    if (cx_param_is_none(self, "outlier_label"))
        return cx_self_set(self, LABELS, cx_self(self, CX__VOTES_CLASSES));
    CX__TRY(cx__site_of("fit", d->x, &s));
    CX__TRY(cx__votes_begin("fit", self, &begin));
    const size_t columns = (size_t)cx__label_columns(self);
    const cx_array **const part = cx__scope_room((columns + 1) * sizeof *part);
    int64_t *const place = cx__scope_room(columns * sizeof *place);
    if (part == NULL || place == NULL) return CX_E_NOMEM;
    return settle_outliers(self, &s, part, place, begin);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__votes_check(self));
    const int64_t c = cx_size(cx_self(self, CX__VOTES_CLASSES)), columns = cx__label_columns(self),
                  l = cx_size(cx_self(self, LABELS));
    bool fits = l == c || l == c + columns;
    if (cx_self_has(self, OUTLIER)) {
        const cx_array *const place = cx__as("estimator_load", cx_self(self, OUTLIER), CX_I64);
        const int64_t *const at = cx_data_i64(place);
        fits = fits && at != NULL && cx_size(place) == columns;
        for (int64_t i = 0; fits && i < columns; i++) fits = at[i] >= 0 && at[i] < l;
    }
    return fits ? CX_OK
                : cx__fail(CX_E_PARSE, "estimator_load", "%s: places of outliers are none",
                           self->cls->name);
}

/* ---- use */
static cx_status no_neighbours(const cx_estimator *self, const cx_array *lonely)
{
    if (cx_self_has(self, OUTLIER)) return CX_OK;
    if (cx__number_i64(cx_any(lonely, CX_ALL)) == 0) return cx__so_far();
    return cx__fail(CX_E_ARGUMENT, "predict",
                    "RadiusNeighborsClassifier: row %lld has no neighbour within radius=%g; give "
                    "outlier_label, or a larger radius",
                    (long long)cx__number_i64(cx_argmax(lonely, CX_ALL)),
                    cx_param_f64(self, "radius"));
}

/* Column i's shares [n, c]; rows without neighbours have their outlier's class, if it is one. */
static cx_array *column_shares(const cx_estimator *self, const cx__lists *l, const cx_array *lonely,
                               const int64_t *begin, int64_t i)
{
    static cx__held share =
                        CX__HELD("v: s = sum(v, axis=1, keepdims=True); v / where(s == 0, 1, s)"),
                    outlier = CX__HELD("v, alone, at, place: where(alone & (at == place), 1.0, v)");
    const int64_t c = begin[i + 1] - begin[i];
    cx_array *const votes = cx__held_run(
        "predict", &share, CX_ARRAYS(cx__lists_votes(l, cx__votes_codes(self, i, begin), c)));
    if (!cx_self_has(self, OUTLIER)) return votes;
    const cx_array *const at = cx_arange_i64(begin[i], begin[i + 1], 1, CX_I64, l->site.device);
    return cx__held_run(
        "predict", &outlier,
        CX_ARRAYS(votes, cx_expand_dims(lonely, 1), at, cx_select(cx_self(self, OUTLIER), 0, i)));
}

static cx_status shares(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    static cx__held alone = CX__HELD("count: count == 0");
    const int64_t *begin = NULL, columns = cx__label_columns(self);
    cx__lists l;
    CX__TRY(cx__votes_begin("predict", self, &begin));
    CX__TRY(cx__lists_radius("predict", self, x, &l));
    const cx_array *const lonely = cx__held_run("predict", &alone, CX_ARRAYS(l.count));
    CX__TRY(no_neighbours(self, lonely));
    *out = column_shares(self, &l, lonely, begin, 0);
    if (columns == 1) return cx__so_far();
    cx_array *const all = cx__new_f64(&l.site, l.n, begin[columns]);
    for (int64_t i = 0; i < columns; i++) {
        const cx_array *const part = i == 0 ? *out : column_shares(self, &l, lonely, begin, i);
        CX__TRY(cx_copy_into(part, cx_slice(all, 1, begin[i], begin[i + 1], 1)));
    }
    *out = all;
    return cx__so_far();
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    return cx_check(shares(self, x, &out)) == CX_OK ? out : NULL;
}

/* Rows whose shares of a column's classes are all 0 take that column's label behind the classes. */
static cx_status outliers_out(const cx_estimator *self, const cx_array *share, cx_array *places)
{
    static cx__held label = CX__HELD("v, at, place: where(all(v == 0, axis=1), at, place)");
    const int64_t *begin = NULL, columns = cx__label_columns(self);
    CX__TRY(cx__votes_begin("predict", self, &begin));
    for (int64_t i = 0; i < columns; i++) {
        cx_array *const own = cx_ndim(places) == 2 ? cx_select(places, 1, i) : places;
        const cx_array *const part = cx_slice(share, 1, begin[i], begin[i + 1], 1),
                              *const to = cx__held_run(
                                  "predict", &label,
                                  CX_ARRAYS(part, cx_select(cx_self(self, OUTLIER), 0, i), own));
        CX__TRY(cx__so_far());
        CX__TRY(cx_copy_into(to, own));
    }
    return CX_OK;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const share = predict_proba(self, x);
    if (share == NULL) return NULL;
    cx_array *const places = cx__votes_places(self, share);
    if (cx_size(cx_self(self, LABELS)) > cx_size(cx_self(self, CX__VOTES_CLASSES)))
        if (cx_check(outliers_out(self, share, places)) != CX_OK) return NULL;
    return cx_take(cx_self(self, LABELS), places, 0);
}

const cx_estimator_class cx__class_radius_neighbors_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RadiusNeighborsClassifier",
    .doc = "The vote of the training rows within a radius.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_LABEL_COLUMNS | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = check,
};
