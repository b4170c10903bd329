/* IsolationForest: rows that few random splits set apart are outliers
 * (sklearn.ensemble.IsolationForest).
 *
 * One idea: the trees learn noise, so what their leaves hold is free to be used: value_ is how deep
 * a row of the leaf is held to lie, its depth and the mean depth of a tree of its rows. A walk then
 * adds up depths. How the trees grow stands in isolation_trees.c. */
#include "base/object.h"
#include "learn/ensemble/forest.h"
#include "learn/ensemble/isolation.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/statistics.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {CX__FOREST_ATTRS, "max_samples_: int []", "offset_: float []",
                                    "estimators_features_?: int [s, f]", NULL};

static const cx_param params[] = {
    CX__FOREST_TREES,
    {"max_samples", CX_PARAM_STR | CX_PARAM_INT | CX_PARAM_FLOAT, "'auto'",
     "{'auto'}, int [1, inf), float (0, 1]",
     "rows (or their share) that each tree sees; 'auto': 256 at most"},
    {"contamination", CX_PARAM_STR | CX_PARAM_FLOAT, "'auto'", "{'auto'}, float (0, 0.5]",
     "share of the training rows that are outliers; 'auto': a score below -0.5 is one"},
    {"max_features", CX_PARAM_INT | CX_PARAM_FLOAT, "1.0", "int [1, inf), float (0, 1]",
     "columns (or their share) that each tree sees"},
    {"bootstrap", CX_PARAM_BOOL, "False", NULL, "rows are drawn with repetition"},
    CX__FOREST_JOBS,
    CX__TREE_RANDOM_STATE,
    CX__FOREST_VERBOSE,
    CX__FOREST_WARM_START,
    {.name = NULL},
};

/* ---- fit */
static cx_array *score_samples(const cx_estimator *self, const cx_array *x);

static cx_status find_offset(cx_estimator *self, const cx_array *x)
{
    if (cx_param_is_str(self, "contamination"))
        return cx_self_set_f64(self, CX__ISOLATION_OFFSET, -0.5);
    const cx_array *const scores = score_samples(self, x);
    CX__TRY(cx__so_far());
    const double percent = 100 * cx_param_f64(self, "contamination");
    const cx_array *const offset = cx_percentile(scores, cx_float(percent), CX_ALL, NULL);
    CX__TRY(cx__so_far());
    return cx_self_set(self, CX__ISOLATION_OFFSET, offset);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    CX__TRY(cx__isolation_grow(self, d));
    return find_offset(self, d->x);
}

/* ---- use */
typedef struct isolation_plan {
    cx__walker walker;
    double deepest; /* sum over the trees of the mean depth of all their rows */
    double offset;
} isolation_plan;

static double deepest(const cx_estimator *self)
{
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1;
    return (double)trees *
           cx__isolation_depth(cx__number_i64(cx_self(self, CX__ISOLATION_SAMPLES)));
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    isolation_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    p->state = s;
    p->cols_out = 1;
    s->deepest = deepest(self);
    if (p->method != CX_METHOD_SCORE_SAMPLES)
        s->offset = cx__number_f64(cx_self(self, CX__ISOLATION_OFFSET));
    CX__TRY(cx__so_far());
    return cx__walker_plan(self, p, 1, true, 1, &s->walker);
}

/* Trees of one row say nothing: every row is then half an outlier. */
static cx_status scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const isolation_plan *const s = p->state;
    CX__TRY(cx__forest_rows_fit(p, &cx__class_isolation_forest, x, rows));
    memset(out, 0, (size_t)rows * sizeof *out);
    CX__TRY(cx__walker_add(p, &s->walker, x, rows, out));
    for (int64_t i = 0; i < rows; i++)
        out[i] = -pow(2, s->deepest != 0 ? -(out[i] / s->deepest) : -1);
    return CX_OK;
}

static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] -= ((const isolation_plan *)p->state)->offset;
    return CX_OK;
}

static cx_status sides_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(decision_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = out[i] < 0 ? -1 : 1;
    return CX_OK;
}

static cx_array *scores_there(const cx_estimator *self, const cx_array *x)
{
    const double all = deepest(self);
    const cx_array *const depth = cx_select(cx__forest_sums(self, 1, x), 1, 0);
    if (all == 0) return cx_full_like(depth, cx_float(-0.5), cx_dtype_of(depth));
    return cx_negative(cx_exp2(cx_negative(cx_div(depth, cx_float(all)))));
}

static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    return cx__on_host(x) ? cx__forest_by_rows(self, CX_METHOD_SCORE_SAMPLES, x, CX_F64)
                          : scores_there(self, x);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx__on_host(x) ? cx__forest_by_rows(self, CX_DECISION_FUNCTION, x, CX_F64)
                          : cx_sub(scores_there(self, x), cx_self(self, CX__ISOLATION_OFFSET));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx__on_host(x)) return cx__forest_by_rows(self, CX_PREDICT, x, CX_I64);
    const cx_array *const out = cx_less(decision_function(self, x), cx_float(0));
    return cx_astype(cx_where(out, cx_int(-1), cx_int(1)), CX_I64);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__trees_check(self, 1));
    if (cx_dim(cx_self(self, CX__TREE_VALUE), 1) == 1) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "IsolationForest: value_ has several columns");
}

const cx_estimator_class cx__class_isolation_forest = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "IsolationForest",
    .doc = "Outliers: rows that few random splits set apart.",
    .kind = CX_OUTLIER_DETECTOR,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .decision_function = decision_function,
    .score_samples = score_samples,
    .check = check,
    .plan = plan,
    .predict_into = sides_into,
    .decision_into = decision_into,
    .score_samples_into = scores_into,
};
