/* RegressorChain: a regressor for each column of y, in an order; each sees x and the columns of y
 * before it: the true ones in fit, the predicted ones later. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/random.h>
#include <string.h>

enum { ORDER };
static const char *const attrs[] = {"order_: int [t]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each column of y"},
    {"order", CX_PARAM_STR | CX_PARAM_LIST | CX_PARAM_NONE, "None", "{'random'}",
     "columns of y in the order in which they are predicted; None: as they stand"},
    {"cv", CX_PARAM_INT | CX_PARAM_NONE, "None", "[2, inf)", "only None is built"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "for order='random'"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "not used: progress goes to the scope's callback"},
    {.name = NULL},
};

/* Is it each of 0 to t - 1 once? */
static bool is_order(const int64_t *order, int64_t t)
{
    for (int64_t k = 0; k < t; k++) {
        bool found = false;
        for (int64_t i = 0; i < t; i++) found = found || order[i] == k;
        if (!found) return false;
    }
    return true;
}

/* int64 [t] on the host. */
static cx_status make_order(const cx_estimator *self, int64_t t, const cx_array **out)
{
    *out = cx_arange_i64(0, t, 1, CX_I64, CX_CPU);
    if (cx_param_is_str(self, "order")) {
        const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                      ? (cx_maybe_i64){0}
                                      : (cx_maybe_i64)CX_SET(cx_param_i64(self, "random_state"));
        *out = cx_rng_permutation(cx_random_state(seed, CX_CPU), cx_int(t), 0);
    } else if (!cx_param_is_none(self, "order")) {
        *out = cx_astype(cx_param_array(self, "order"), CX_I64);
    }
    const int64_t *const order = cx_data_i64(*out);
    if (!order) return cx__last_status();
    if (cx_size(*out) == t && is_order(order, t)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: order must hold each of 0 to %lld once",
                    self->cls->name, (long long)t - 1);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    if (!cx_param_is_none(self, "cv")) return cx__not_built(self, "cv", "a number", "use None");
    if (cx_ndim(data->y) != 2)
        return cx__fail(CX_E_SHAPE, "fit", "%s needs y with two dimensions [samples, outputs]",
                        self->cls->name);
    const int64_t t = cx_dim(data->y, 1), d = cx_dim(data->x, 1);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *host = NULL;
    CX__TRY(make_order(self, t, &host));
    const int64_t *const order = cx_data_i64(host);
    if (!order) return cx__last_status();
    const cx_array *const there = cx__given(&s, order, t, CX_I64),
                          *const wide =
                              cx_concatenate(CX_ARRAYS(data->x, cx_take(data->y, there, 1)), 1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < t; k++) {
        CX__TRY(cx_self_progress(self, k, t));
        const cx_data part = {.x = cx_slice(wide, 1, 0, d + k, 1),
                              .y = cx_select(data->y, 1, order[k]),
                              .sample_weight = data->sample_weight};
        CX__TRY(cx__inner_fit(self, &part, k));
    }
    return cx_self_set(self, ORDER, there);
}

/* A loaded order sends each prediction to a column of its own. */
static cx_status check(const cx_estimator *self)
{
    const cx_array *const order = cx__as("estimator_load", cx_self(self, ORDER), CX_I64);
    const int64_t *const v = cx_data_i64(order), t = cx_size(order);
    if (!v) return cx__last_status();
    if (!is_order(v, t))
        return cx__fail(CX_E_PARSE, "estimator_load", "RegressorChain: order_ is no order");
    return cx__inner_check(self, t);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), t = cx_size(cx_self(self, ORDER));
    const cx_device here = cx_device_of(x);
    cx_array *const wide = cx_empty(CX_SHAPE(n, d + t), CX_F64, here), *const out =
                                                                           cx_empty(CX_SHAPE(t, n),
                                                                                    CX_F64, here);
    (void)cx_check(cx_copy_into(x, cx_slice(wide, 1, 0, d, 1)));
    for (int64_t k = 0; k < t && cx_ok(); k++)
        (void)cx_check(
            cx_copy_into(cx__estimator_call("predict", self->state->child[k], CX_PREDICT,
                                            &(const cx_data){.x = cx_slice(wide, 1, 0, d + k, 1)}),
                         cx_select(wide, 1, d + k)));
    const cx_array *const made = cx_transpose(cx_slice(wide, 1, d, d + t, 1));
    (void)cx_check(cx_put_rows(out, cx_self(self, ORDER), made));
    return cx_ascontiguous(cx_transpose(out));
}

/* ---- sessions */
typedef struct served {
    int64_t t;
    int64_t *order;
    double *wide, *own; /* [max_rows, d + t], [max_rows] */
    cx__ready *child;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t t = cx_size(cx_self(self, ORDER)), d = p->cols_in;
    served *const m = cx_plan_alloc(p, sizeof *m);
    cx__ready *const child = cx_plan_alloc(p, (size_t)t * sizeof *child);
    if (!m || !child) return CX_E_NOMEM;
    if (d + t + 1 > INT64_MAX / 8 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    double *const room = cx_plan_alloc(p, (size_t)((d + t + 1) * p->max_rows) * sizeof *room);
    int64_t *const order = cx_plan_alloc(p, (size_t)t * sizeof *order);
    if (!room || !order) return CX_E_NOMEM;
    const int64_t *const kept = cx_data_i64(cx__as("session_new", cx_self(self, ORDER), CX_I64));
    if (!kept) return cx__last_status();
    memcpy(order, kept, (size_t)t * sizeof *order);
    *m = (served){t, order, room, room + (d + t) * p->max_rows, child};
    p->state = m;
    p->cols_out = t;
    for (int64_t k = 0; k < t; k++) {
        CX__TRY(cx__plan_make("session_new", self->state->child[k], CX_PREDICT, p->max_rows, d + k,
                              &child[k]));
        cx__plan_adopt(p, &child[k]);
    }
    return CX_OK;
}

/* x and the predictions so far move together by one column for each child. */
static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t d = p->cols_in, t = m->t;
    for (int64_t k = 0; k < t; k++) {
        for (int64_t i = 0; i < rows; i++) {
            double *const row = m->wide + i * (d + k);
            memcpy(row, x + i * d, (size_t)d * sizeof *row);
            for (int64_t j = 0; j < k; j++) row[d + j] = out[i * t + m->order[j]];
        }
        CX__TRY(m->child[k].run(&m->child[k].plan, m->wide, rows, m->own));
        for (int64_t i = 0; i < rows; i++) out[i * t + m->order[k]] = m->own[i];
    }
    return CX_OK;
}

const cx_estimator_class cx__class_regressor_chain = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RegressorChain",
    .doc = "A regressor for each column of y, which sees the columns before it.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
};
