/* A forest asked: the mean over its trees of what their leaves hold.
 *
 * On the CPU a row kernel sums, divides and picks. On a device the walk adds up sums there, and
 * array operations do the rest, since a kernel's memory is not the host's. */
#include "base/object.h"
#include "learn/ensemble/forest.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { CLASSES = CX__FOREST_PREDICTOR_SLOTS + 1 };

/* ---- trees see float32: what lies beyond is refused */
cx_status cx__forest_fits(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "predict";
    if (cx_dtype_of(x) == CX_F32) return CX_OK;
    if (cx__on_host(x)) {
        const double *const at = cx__at(cx__as(where, x, CX_F64));
        CX__TRY(cx__so_far());
        return cx__within_single(self, where, at, cx_dim(x, 0), cx_dim(x, 1));
    }
    const cx_array *const beyond = cx_any(cx_isinf(cx_astype(x, CX_F32)), CX_ALL);
    if (cx__number_i64(beyond) != 0)
        return cx__fail(CX_E_ARGUMENT, where, "%s: x holds numbers beyond float32",
                        self->cls->name);
    return cx__so_far();
}

cx_status cx__forest_rows_fit(const cx_plan *p, const cx_estimator_class *cls, const double *x,
                              int64_t rows)
{
    const bool batch = !((const cx__plan_owner *)p->memory_)->keep;
    if (batch || cx__beyond_single(x, rows * p->cols_in) < 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "session_run", "%s: x holds numbers beyond float32", cls->name);
}

/* ---- plan and kernels */
typedef struct forest_plan {
    cx__walker walker;
    const cx_estimator_class *cls;
    int64_t columns; /* of labels */
    int64_t *at;     /* [columns + 1]: where the classes of each begin */
    double *room;    /* means of a block of rows, for predict of a classifier */
} forest_plan;

static cx_status plan_labels(const cx_estimator *self, cx_plan *p, forest_plan *f)
{
    f->columns = cx__label_columns(self);
    f->at = cx_plan_alloc(p, (size_t)(f->columns + 1) * sizeof *f->at);
    f->room = cx_plan_alloc(p, (size_t)(f->walker.walk.width * CX_ROW_BLOCK) * sizeof *f->room);
    if (f->at == NULL || f->room == NULL) return CX_E_NOMEM;
    f->at[f->columns] = cx_size(cx_self(self, CLASSES));
    if (cx__class_offsets(self) == NULL) return CX_OK;
    const int64_t *at = NULL;
    CX__TRY(cx__read_offsets("session_new", self, &at));
    memcpy(f->at, at, (size_t)(f->columns + 1) * sizeof *at);
    return CX_OK;
}

cx_status cx__forest_plan(const cx_estimator *self, cx_plan *p)
{
    forest_plan *const f = cx_plan_alloc(p, sizeof *f);
    if (f == NULL) return CX_E_NOMEM;
    CX__TRY(cx__walker_plan(self, p, 1, true, 1, &f->walker));
    p->state = f;
    f->cls = self->cls;
    if (self->cls->kind == CX_CLASSIFIER && p->method == CX_PREDICT) return plan_labels(self, p, f);
    p->cols_out = f->walker.walk.width;
    return CX_OK;
}

cx_status cx__forest_mean_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__walker *const w = &((const forest_plan *)p->state)->walker;
    const int64_t n = rows * w->walk.width;
    const double trees = (double)w->walk.trees;
    CX__TRY(cx__forest_rows_fit(p, ((const forest_plan *)p->state)->cls, x, rows));
    memset(out, 0, (size_t)n * sizeof *out);
    CX__TRY(cx__walker_add(p, w, x, rows, out));
    for (int64_t i = 0; i < n; i++) out[i] /= trees;
    return CX_OK;
}

static int64_t first_maximum(const double *v, int64_t from, int64_t to)
{
    int64_t best = from;
    for (int64_t c = from + 1; c < to; c++)
        if (v[c] > v[best]) best = c;
    return best;
}

cx_status cx__forest_places_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const forest_plan *const f = p->state;
    const int64_t width = f->walker.walk.width, k = f->columns;
    for (int64_t from = 0; from < rows; from += CX_ROW_BLOCK) {
        const int64_t some = rows - from < CX_ROW_BLOCK ? rows - from : CX_ROW_BLOCK;
        CX__TRY(cx__forest_mean_into(p, x + from * p->cols_in, some, f->room));
        for (int64_t i = 0; i < some; i++)
            for (int64_t j = 0; j < k; j++)
                out[(from + i) * k + j] =
                    (double)first_maximum(f->room + i * width, f->at[j], f->at[j + 1]);
    }
    return CX_OK;
}

/* ---- batches */
cx_array *cx__forest_sums(const cx_estimator *self, int64_t columns, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), width = cx_dim(cx_self(self, CX__TREE_VALUE), 1);
    cx__plan_owner owner = {.rows = n};
    cx_plan p = {.max_rows = n, .cols_in = cx_dim(x, 1), .memory_ = &owner};
    cx__ready ready = {.plan = p};
    cx__walker w;
    cx_status st = cx__site_of("predict", x, &owner.site);
    if (st == CX_OK) st = cx__forest_fits(self, x);
    if (st == CX_OK) st = cx__walker_plan(self, &p, columns, true, 1, &w);
    cx_array *const out = cx_zeros(CX_SHAPE(n, columns * width), CX_F64, cx_device_of(x));
    const double *const rows = cx__at(cx__f64(&owner.site, x));
    double *const at = cx__at(out);
    if (st == CX_OK) st = cx__so_far();
    if (st == CX_OK) st = cx__walker_add(&p, &w, rows, n, at);
    for (int i = 0; st == CX_OK && i < owner.used; i++) cx__used(owner.parameter[i]);
    if (st == CX_OK) cx__used(out);
    ready.owner = owner;
    cx__plan_free(&ready);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

cx_array *cx__forest_by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                             cx_dtype t)
{
    if (cx_check(cx__forest_fits(self, x)) != CX_OK) return cx__nil(cx__last_status());
    return cx__by_rows(self, method, x,
                       method == CX_PREDICT_PROBA ? CX__ROWS_MATRIX : CX__ROWS_FLAT, t);
}

cx_array *cx__forest_mean(const cx_estimator *self, cx_method method, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, method, x, method == CX_PREDICT ? CX__ROWS_FLAT : CX__ROWS_MATRIX,
                           CX_F64);
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1;
    cx_array *const mean = cx_div(cx__forest_sums(self, 1, x), cx_float((double)trees));
    return method == CX_PREDICT && cx_dim(mean, 1) == 1 ? cx_select(mean, 1, 0) : mean;
}

cx_array *cx__forest_labels(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const mean = cx__forest_mean(self, CX_PREDICT_PROBA, x), *const classes =
                                                                                 cx_self(self,
                                                                                         CLASSES);
    const int64_t k = cx__label_columns(self), *at = NULL;
    if (cx__class_offsets(self) == NULL) return cx_take(classes, cx_argmax(mean, CX_AXIS(1)), 0);
    if (cx_check(cx__read_offsets("predict", self, &at)) != CX_OK)
        return cx__nil(cx__last_status());
    cx_array *const place = cx_empty(CX_SHAPE(cx_dim(mean, 0), k), CX_I64, cx_device_of(mean));
    for (int64_t j = 0; j < k && cx_ok(); j++) {
        const cx_array *const part = cx_slice(mean, 1, at[j], at[j + 1], 1),
                              *const own = cx_add(cx_argmax(part, CX_AXIS(1)), cx_int(at[j]));
        (void)cx_check(cx_copy_into(own, cx_select(place, 1, j)));
    }
    return cx_take(classes, place, 0);
}

/* ---- files */
cx_status cx__forest_check(const cx_estimator *self)
{
    static const char where[] = "estimator_load";
    CX__TRY(cx__trees_check(self, 1));
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1,
                  width = cx_dim(cx_self(self, CX__TREE_VALUE), 1);
    if (cx_self_has(self, CX__FOREST_SEEDS) && cx_size(cx_self(self, CX__FOREST_SEEDS)) != trees)
        return cx__fail(CX_E_PARSE, where, "%s: tree_seed_ is not one for each of %lld trees",
                        self->cls->name, (long long)trees);
    const int64_t outputs = self->cls->kind == CX_CLASSIFIER ? cx__label_columns(self) : width;
    if (cx__number_i64(cx_self(self, CX__FOREST_OUTPUTS)) != outputs)
        return cx__fail(CX_E_PARSE, where, "%s: n_outputs_ is not %lld", self->cls->name,
                        (long long)outputs);
    return self->cls->kind == CX_CLASSIFIER ? cx__offsets_check(where, self) : CX_OK;
}
