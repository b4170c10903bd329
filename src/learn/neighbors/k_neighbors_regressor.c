/* KNeighborsRegressor: the mean over the nearest training rows. */
#include "learn/neighbors/means.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <string.h>

static const char *const attrs[] = {CX__MEANS_ATTRS, NULL};

static const cx_param params[] = {
    CX__NEAR_K("5"), CX__NEAR_WEIGHTS,       CX__NEAR_ALGORITHM, CX__NEAR_LEAF_SIZE, CX__NEAR_P,
    CX__NEAR_METRIC, CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,      {.name = NULL},
};

cx_status cx__means_fit(cx_estimator *self, const cx_data *d)
{
    CX__TRY(cx__near_store(self, d->x));
    return cx__store(self, CX__MEANS_Y, d->y, CX_F64);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx__lists l;
    if (cx_check(cx__lists_k("predict", self, x, &l)) != CX_OK) return NULL;
    return cx__lists_mean(&l, cx_self(self, CX__MEANS_Y));
}

cx_status cx__means_check(const cx_estimator *self)
{
    const cx_array *const y = cx_self(self, CX__MEANS_Y);
    CX__TRY(cx__near_check(self));
    if (cx_dtype_kind(cx_dtype_of(y)) == 'f' && (cx_ndim(y) == 1 || cx_ndim(y) == 2) &&
        cx_dim(y, 0) == cx_dim(cx_self(self, CX__NEAR_FIT_X), 0))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: _y does not go with the rows",
                    self->cls->name);
}

/* ---- sessions */
typedef struct mean_plan {
    cx_learn_neighbours find;
    bool by_distance;
    const double *y; /* [m, columns] */
    double *weight;
} mean_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t k = cx_param_i64(self, "n_neighbors");
    mean_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    p->state = s;
    const cx_array *const y = cx_self(self, CX__MEANS_Y);
    p->cols_out = cx_ndim(y) == 2 ? cx_dim(y, 1) : 1;
    s->by_distance = cx__near_by_distance(self);
    CX__TRY(cx__near_plan(self, p, k, &s->find));
    s->weight = cx_plan_alloc(p, (size_t)k * sizeof *s->weight);
    if (s->weight == NULL) return CX_E_NOMEM;
    return cx__plan_f64(p, y, &s->y);
}

/* As lists.c weighs: inverse distances, or only what is at distance 0. */
static double weigh(const mean_plan *s)
{
    double mass = 0;
    bool hit = false;
    for (int64_t a = 0; a < s->find.k; a++) hit = hit || s->find.rank[a] == 0;
    for (int64_t a = 0; a < s->find.k; a++) {
        const double rank = s->find.rank[a];
        s->weight[a] = hit ? (double)(rank == 0) : 1 / cx__near_distance(s->find.p, rank);
        mass += s->weight[a];
    }
    return mass;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const mean_plan *const s = p->state;
    const cx__site *const site = cx__plan_site(p);
    const int64_t columns = p->cols_out;
    for (int64_t i = 0; i < rows; i++) {
        cx_learn_neighbours call = s->find;
        double *const to = out + i * columns;
        call.query = x + i * p->cols_in;
        CX__TRY(site->ops->neighbours(site->queue, &call));
        const double mass = s->by_distance ? weigh(s) : (double)call.k;
        memset(to, 0, (size_t)columns * sizeof *to);
        for (int64_t a = 0; a < call.k; a++)
            for (int64_t j = 0; j < columns; j++) {
                const double y = s->y[call.index[a] * columns + j];
                to[j] += s->by_distance ? s->weight[a] * y : y;
            }
        for (int64_t j = 0; j < columns; j++) to[j] /= mass;
    }
    return CX_OK;
}

const cx_estimator_class cx__class_k_neighbors_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KNeighborsRegressor",
    .doc = "The mean over the k nearest training rows.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = cx__means_fit,
    .predict = predict,
    .check = cx__means_check,
    .plan = plan,
    .predict_into = predict_into,
};
