/* MultiLabelBinarizer: sets of labels as a matrix of 0 and 1 with a column for each class
 * (sklearn.preprocessing). x is the labels of all rows one behind the other, y where each row's
 * begin: calx/label_sets.h. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/label_sets.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/device.h>
#include <calx/sort.h>
#include <string.h>

enum { CLASSES };
static const char *const attrs[] = {"classes_: label [k]", NULL};

static const cx_param params[] = {
    {"classes", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "labels in the order of their columns; None: those seen by fit, sorted"},
    {"sparse_output", CX_PARAM_BOOL, "False", NULL, "not used: the result is dense"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM;
}

/* ---- fit */
static cx_status mixed(const cx_estimator *self)
{
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: classes are texts or whole numbers, one kind of them", self->cls->name);
}

static cx_status given_texts(const cx_estimator *self, const cx__lit *list, cx_array **out)
{
    const char **const texts = cx__calloc((size_t)list->count + 1, sizeof *texts);
    if (!texts) return cx__fail_nomem("fit", "classes", (size_t)list->count * sizeof *texts);
    cx_status st = CX_OK;
    for (int i = 0; i < list->count && st == CX_OK; i++) {
        texts[i] = list->u.items[i].u.s;
        if (list->u.items[i].kind != CX__LIT_STR) st = mixed(self);
        for (int j = 0; j < i && st == CX_OK; j++)
            if (strcmp(texts[i], texts[j]) == 0)
                st = cx__fail(CX_E_ARGUMENT, "fit", "%s: classes has '%.60s' twice",
                              self->cls->name, texts[i]);
    }
    if (st == CX_OK) *out = cx__names_new(list->count, texts);
    cx__free(texts);
    return st == CX_OK ? cx_status_of(*out) : st;
}

static cx_status given_numbers(const cx_estimator *self, const cx__lit *list, cx_array **out)
{
    *out = cx_empty(CX_SHAPE(list->count), CX_I64, CX_CPU);
    int64_t *const v = cx_data_i64_mut(*out);
    if (!v) return cx__last_status();
    for (int i = 0; i < list->count; i++) {
        if (list->u.items[i].kind != CX__LIT_INT) return mixed(self);
        v[i] = list->u.items[i].u.i;
        for (int j = 0; j < i; j++)
            if (v[i] == v[j])
                return cx__fail(CX_E_ARGUMENT, "fit", "%s: classes has %lld twice", self->cls->name,
                                (long long)v[i]);
    }
    return CX_OK;
}

static cx_status labels_of(const cx_estimator *self, const char *where, const cx_data *d,
                           cx_array **out)
{
    if (!d->x)
        return cx__fail(CX_E_ARGUMENT, where, "%s takes an array of labels, not a table",
                        self->cls->name);
    *out = cx_ndim(d->x) == 2 ? cx_select(d->x, 1, 0) : cx_to(d->x, cx_device_of(d->x));
    return cx_status_of(*out);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx_array *labels = NULL, *classes = NULL;
    const cx__lit *const list = cx__param(self, "classes");
    cx__site s;
    CX__TRY(labels_of(self, "fit", d, &labels));
    CX__TRY(cx__site_of("fit", labels, &s));
    if (list->kind == CX__LIT_NONE && cx_size(labels) == 0)
        return cx__fail(CX_E_SHAPE, "fit", "there are no labels");
    if (list->kind == CX__LIT_NONE)
        return cx_self_set(self, CLASSES, cx_labels_encode(labels).classes);
    if (list->count == 0) return cx__fail(CX_E_ARGUMENT, "fit", "classes is empty");
    CX__TRY(list->u.items[0].kind == CX__LIT_STR ? given_texts(self, list, &classes)
                                                 : given_numbers(self, list, &classes));
    return cx_self_set(self, CLASSES, cx__send(&s, classes));
}

/* ---- transform */
static cx_status check_offsets(const cx_estimator *self, const cx_array *offsets, int64_t m)
{
    static const char where[] = "transform";
    if (!offsets)
        return cx__fail(CX_E_ARGUMENT, where, "%s needs y, where each row's labels begin",
                        self->cls->name);
    const char kind = cx_dtype_kind(cx_dtype_of(offsets));
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "y says where each row's labels begin; it is %s",
                        cx_dtype_name(cx_dtype_of(offsets)));
    if (cx_ndim(offsets) != 1 || cx_size(offsets) < 1)
        return cx__fail(CX_E_SHAPE, where, "y must be [rows + 1]: where each row's labels begin");
    const int64_t n = cx_size(offsets) - 1, first = cx__number_i64(cx_select(offsets, 0, 0)),
                  last = cx__number_i64(cx_select(offsets, 0, n));
    const cx_array *const up =
        cx_less_equal(cx_slice(offsets, 0, 0, n, 1), cx_slice(offsets, 0, 1, n + 1, 1));
    const int64_t ascends = n == 0 ? 1 : cx__number_i64(cx_all(up, CX_ALL));
    CX__TRY(cx__so_far());
    if (first == 0 && last == m && ascends) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "y must ascend from 0 to the number of labels, %lld; it goes from %lld to %lld",
                    (long long)m, (long long)first, (long long)last);
}

/* The column of each label, -1: none. The classes need not be sorted. */
static cx_status columns_of(const cx_estimator *self, const cx_array *labels, cx_array **out)
{
    static cx__held column = CX__HELD("code, place: where(code < 0, -1, place)");
    const cx_labels sorted = cx_labels_encode(cx_self(self, CLASSES));
    cx_array *code = NULL;
    CX__TRY(cx__so_far());
    CX__TRY(cx__labels_find("transform", labels, sorted.classes, &code));
    const cx_array *const place = cx_argsort(sorted.codes, 0);
    *out = cx__held_run("transform", &column,
                        CX_ARRAYS(code, cx_take(place, cx_maximum(code, cx_int(0)), 0)));
    return cx__so_far();
}

static cx_status fill(const cx_estimator *self, const cx_array *labels, const cx_array *offsets,
                      cx_array **out)
{
    static cx__held flat = CX__HELD("row, column, k: (row - 1) * k + column");
    const int64_t m = cx_size(labels), n = cx_size(offsets) - 1,
                  k = cx_size(cx_self(self, CLASSES));
    const cx_device here = cx_device_of(labels);
    cx_array *const all = cx_zeros(CX_SHAPE(n * k), CX_I64, here), *column = NULL;
    *out = cx_reshape(all, CX_SHAPE(n, k));
    CX__TRY(cx__so_far());
    if (m == 0) return CX_OK;
    CX__TRY(columns_of(self, labels, &column));
    const cx_array *const starts = cx_astype(offsets, CX_I64), *const row = cx_searchsorted(
                                                                   starts,
                                                                   cx_arange_i64(0, m, 1, CX_I64,
                                                                                 here),
                                                                   CX_RIGHT);
    const cx_array *place = cx__held_run("transform", &flat, CX_ARRAYS(row, column, cx_int(k)));
    const int64_t first = cx__number_i64(cx_argmin(column, CX_ALL)),
                  least = cx__number_i64(cx_select(column, 0, first));
    CX__TRY(cx__so_far());
    if (least < 0) {
        cx__warn(CX_E_ARGUMENT, "%s: label %lld is no class, it and others like it are left out",
                 self->cls->name, (long long)first);
        place = cx_take(place, cx_flatnonzero(cx_greater_equal(column, cx_int(0))), 0);
    }
    if (cx_size(place) == 0) return cx__so_far();
    return cx_put_rows(all, place, cx_ones(CX_SHAPE(cx_size(place)), CX_I64, here));
}

static cx_status binarize(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    cx_array *labels = NULL;
    CX__TRY(labels_of(self, "transform", d, &labels));
    CX__TRY(check_offsets(self, d->y, cx_size(labels)));
    return fill(self, labels, d->y, out);
}

/* ---- and back */
static cx_status sets_of(const cx_estimator *self, const char *where, const cx_array *y,
                         cx_label_sets *out)
{
    static cx__held binary = CX__HELD("y: all((y == 0) | (y == 1))"),
                    counts = CX__HELD("y: sum(int64(y != 0), axis=1)");
    const cx_array *const classes = cx_self(self, CLASSES);
    const int64_t k = cx_size(classes);
    if (cx_ndim(y) != 2 || cx_dim(y, 1) != k)
        return cx__fail(CX_E_SHAPE, where, "y must be [rows, %lld], a column for each class",
                        (long long)k);
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (kind == 'k' || kind == 'c')
        return cx__fail(CX_E_DTYPE, where, "y is %s, not 0 and 1", cx_dtype_name(cx_dtype_of(y)));
    const int64_t n = cx_dim(y, 0),
                  fits = n == 0 ? 1 : cx__number_i64(cx__held_run(where, &binary, CX_ARRAYS(y)));
    CX__TRY(cx__so_far());
    if (!fits) return cx__fail(CX_E_ARGUMENT, where, "y must hold 0 and 1 only");
    const cx_array *const place = cx_flatnonzero(y);
    const cx_array *const none = cx_zeros(CX_SHAPE(1), CX_I64, cx_device_of(y));
    out->labels = cx_take(classes, cx_remainder(place, cx_int(k)), 0);
    out->offsets = cx_copy(none);
    if (n > 0)
        out->offsets = cx_concatenate(
            CX_ARRAYS(none, cx_cumsum(cx__held_run(where, &counts, CX_ARRAYS(y)), 0)), 0);
    return cx__so_far();
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    cx_array *out = NULL;
    cx_label_sets sets = {NULL, NULL};
    if (method == CX_TRANSFORM) return cx_check(binarize(self, d, &out)) == CX_OK ? out : NULL;
    cx_status st =
        d->x ? CX_OK : cx__fail(CX_E_ARGUMENT, "inverse_transform", "a matrix is needed");
    if (st == CX_OK) st = sets_of(self, "inverse_transform", d->x, &sets);
    return cx_check(st) == CX_OK ? sets.labels : NULL;
}

const cx_estimator_class cx__class_multi_label_binarizer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MultiLabelBinarizer",
    .doc = "Sets of labels as a column of 0 and 1 for each class.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABELS | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .has = has,
    .call = call,
};

static cx_status ready(const char *where, const cx_estimator *m, const cx_array *y)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    if (m->cls != &cx__class_multi_label_binarizer)
        return cx__fail(CX_E_ARGUMENT, where, "%s has no sets of labels", m->cls->name);
    if (!m->state)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted: call cx_fit first",
                        m->cls->name);
    if (cx_device_equal(cx_device_of(y), m->state->device)) return CX_OK;
    char names[2][16];
    return cx__fail(CX_E_DEVICE, where, "y is on %s, but this %s was fitted on %s",
                    cx_device_name(cx_device_of(y), names[0]), m->cls->name,
                    cx_device_name(m->state->device, names[1]));
}

cx_label_sets cx_label_sets_of(const cx_estimator *m, const cx_array *y)
{
    static const char where[] = "label_sets_of";
    const cx_scope s = cx_scope_open();
    cx_label_sets out = {NULL, NULL};
    cx_status st = ready(where, m, y);
    if (st == CX_OK) st = sets_of(m, where, y, &out);
    cx_array *const none = cx__nil(cx_check(st));
    out.labels = cx_scope_keep(s, st == CX_OK ? out.labels : none);
    out.offsets = cx_scope_keep(s, st == CX_OK ? out.offsets : none);
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return out;
    cx__mark(closed);
    return (cx_label_sets){cx__nil(closed), cx__nil(closed)};
}
