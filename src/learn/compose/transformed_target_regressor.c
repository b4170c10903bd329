/* TransformedTargetRegressor: a regressor for a changed target, whose predictions are changed back
 * (sklearn.compose.TransformedTargetRegressor).
 *
 * One idea: the change is a fitted transformer of y, or a pair of functions that have names here:
 * a spec is data, so it holds no code. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/table.h>
#include <string.h>

enum { NDIM };
static const char *const attrs[] = {"_ndim: int []", NULL};

#define NAMES                                                                              \
    "{'log', 'log2', 'log10', 'log1p', 'exp', 'exp2', 'expm1', 'sqrt', 'square', 'cbrt', " \
    "'reciprocal', 'negative', 'sinh', 'arcsinh', 'tanh', 'arctanh'}"
static const cx_param params[] = {
    {"regressor", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL, "None: LinearRegression()"},
    {"transformer", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,
     "with inverse_transform; fitted to y as a matrix; not together with func"},
    {"func", CX_PARAM_STR | CX_PARAM_NONE, "None", NAMES, "name of a function of numpy"},
    {"inverse_func", CX_PARAM_STR | CX_PARAM_NONE, "None", NAMES, "its inverse"},
    {"check_inverse", CX_PARAM_BOOL, "True", NULL,
     "warn if the inverse does not give back some rows of y"},
    {.name = NULL},
};

typedef struct function {
    const char *name;
    int op;
    cx_array *(*run)(const cx_array *a);
} function;

static const function functions[] = {
    {"log", CX_UN_LOG, cx_log},
    {"log2", CX_UN_LOG2, cx_log2},
    {"log10", CX_UN_LOG10, cx_log10},
    {"log1p", CX_UN_LOG1P, cx_log1p},
    {"exp", CX_UN_EXP, cx_exp},
    {"exp2", CX_UN_EXP2, cx_exp2},
    {"expm1", CX_UN_EXPM1, cx_expm1},
    {"sqrt", CX_UN_SQRT, cx_sqrt},
    {"square", CX_UN_SQUARE, cx_square},
    {"cbrt", CX_UN_CBRT, cx_cbrt},
    {"reciprocal", CX_UN_RECIPROCAL, cx_reciprocal},
    {"negative", CX_UN_NEGATIVE, cx_negative},
    {"sinh", CX_UN_SINH, cx_sinh},
    {"arcsinh", CX_UN_ARCSINH, cx_arcsinh},
    {"tanh", CX_UN_TANH, cx_tanh},
    {"arctanh", CX_UN_ARCTANH, cx_arctanh},
};

/* NULL: none, y stays */
static const function *function_of(const cx_estimator *self, const char *parameter)
{
    const char *const name = cx_param_str(self, parameter);
    for (size_t i = 0; name && i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0) return &functions[i];
    return NULL;
}

static bool through_transformer(const cx_estimator *self)
{
    return !cx_param_is_none(self, "transformer");
}

static cx_status check_params(const cx_estimator *self)
{
    const bool func = !cx_param_is_none(self, "func"),
               inverse = !cx_param_is_none(self, "inverse_func");
    if (through_transformer(self) && (func || inverse))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TransformedTargetRegressor: transformer and func exclude each other");
    if (func != inverse)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TransformedTargetRegressor: func and inverse_func go together");
    const cx__lit *const r = cx__param(self, "regressor"), *const t =
                                                               cx__param(self, "transformer");
    if (r->kind == CX__LIT_ESTIMATOR && cx_estimator_kind_of(r->u.estimator) != CX_REGRESSOR)
        return cx__fail(CX_E_ARGUMENT, "fit", "the regressor (%s) is none",
                        r->u.estimator->cls->name);
    if (t->kind == CX__LIT_ESTIMATOR && (!cx_estimator_has(t->u.estimator, CX_TRANSFORM) ||
                                         !cx_estimator_has(t->u.estimator, CX_INVERSE_TRANSFORM)))
        return cx__fail(CX_E_ARGUMENT, "fit", "the transformer (%s) has no inverse_transform",
                        t->u.estimator->cls->name);
    return CX_OK;
}

/* ---- y there and back */
static cx_array *as_matrix(const cx_array *y)
{
    return cx_ndim(y) == 1 ? cx_reshape(y, CX_SHAPE(cx_dim(y, 0), 1)) : cx_copy(y);
}

static cx_array *as_target(const cx_array *y, int ndim)
{
    const bool flat = ndim == 1 && cx_ndim(y) == 2 && cx_dim(y, 1) == 1;
    return flat ? cx_reshape(y, CX_SHAPE(cx_dim(y, 0))) : cx_to(y, cx_device_of(y));
}

/* transformer: the fitted one, or NULL */
static cx_array *change(const cx_estimator *self, const cx_estimator *transformer, bool back,
                        const cx_array *y)
{
    if (!transformer) {
        const function *const f = function_of(self, back ? "inverse_func" : "func");
        if (!f) return cx_to(y, cx_device_of(y));
        /* float32 is rounded once, from float64, as results of regressors are */
        cx_array *const v = f->run(cx__as("fit", y, CX_F64));
        return cx_dtype_of(y) == CX_F32 ? cx_astype(v, CX_F32) : v;
    }
    const cx_data d = {.x = as_matrix(y)};
    const cx_array *const out =
        back ? cx__estimator_call("predict", transformer, CX_INVERSE_TRANSFORM, &d)
             : cx__estimator_call("fit", transformer, CX_TRANSFORM, &d);
    return as_target(out, cx_ndim(y));
}

/* Some ten rows. */
static cx_status check_inverse(const cx_estimator *self, const cx_estimator *transformer,
                               const cx_array *y)
{
    if (!cx_param_bool(self, "check_inverse")) return CX_OK;
    const int64_t n = cx_dim(y, 0), step = n / 10 > 1 ? n / 10 : 1;
    const cx_array *const some = cx_ascontiguous(cx_slice(y, 0, 0, n, step));
    const cx_array *const back =
        change(self, transformer, true, change(self, transformer, false, some));
    const bool same = cx__number_i64(cx_all(cx_isclose(some, back, NULL), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    if (!same)
        cx__warn(CX_E_ARGUMENT,
                 "TransformedTargetRegressor: the inverse does not give back the target");
    return CX_OK;
}

/* ---- fit */
static cx_status target_of(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    cx_data truth = {0};
    CX__TRY(cx__score_truth("fit", self, d, &truth));
    const cx_array *const y = d->y && cx_ndim(d->y) == 2 ? d->y : truth.y;
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (kind == 'k' || kind == 'c')
        return cx__fail(CX_E_DTYPE, "fit", "y is %s; %s predicts real numbers",
                        cx_dtype_name(cx_dtype_of(y)), self->cls->name);
    if (cx_ndim(y) > 2) return cx__fail(CX_E_SHAPE, "fit", "y has %d dimensions", cx_ndim(y));
    *out = cx__as("fit", y, cx__float_like(y));
    return cx_status_of(*out);
}

/* The data without the target's column. */
static cx_data features_of(const cx_estimator *self, const cx_data *d)
{
    const char *const seen =
        self->state && self->state->schema ? self->state->schema->target : NULL;
    const char *const target = d->target ? d->target : seen;
    cx_data out = {.x = d->x, .table = d->table};
    if (d->table && target && cx_table_find(d->table, target) >= 0)
        out.table = cx_table_drop(d->table, CX_NAMES(target));
    return out;
}

static cx_status fit_transformer(const cx_estimator *self, const cx_array *y, cx_estimator **out)
{
    if (!through_transformer(self)) return CX_OK;
    cx_estimator *child = NULL;
    CX__TRY(cx__estimator_clone("fit", cx__param(self, "transformer")->u.estimator, &child));
    const cx_data d = {.x = as_matrix(y)};
    const cx_status st = cx__estimator_fit("fit", child, &d, false);
    if (st == CX_OK)
        *out = child;
    else
        cx__release(child);
    return st;
}

static cx_status fit_regressor(cx_estimator *self, const cx_data *in,
                               const cx_estimator *transformer, const cx_array *y)
{
    const cx__lit *const v = cx__param(self, "regressor");
    cx_estimator *child = NULL;
    CX__TRY(v->kind == CX__LIT_ESTIMATOR
                ? cx__estimator_clone("fit", v->u.estimator, &child)
                : cx__estimator_make("fit", &cx__class_linear_regression, &child));
    cx_data d = features_of(self, in);
    d.y = change(self, transformer, false, y);
    d.sample_weight = in->sample_weight;
    d.groups = in->groups;
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__estimator_fit("fit", child, &d, false);
    if (st == CX_OK) st = cx_self_set_child(self, "regressor", child);
    if (st == CX_OK && transformer) st = cx_self_set_child(self, "transformer", transformer);
    cx__release(child);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    CX__TRY(check_params(self));
    cx_array *y = NULL;
    CX__TRY(target_of(self, d, &y));
    CX__TRY(cx_self_set_i64(self, NDIM, cx_ndim(y)));
    cx_estimator *transformer = NULL;
    CX__TRY(fit_transformer(self, y, &transformer));
    cx_status st = check_inverse(self, transformer, y);
    if (st == CX_OK) st = fit_regressor(self, d, transformer, y);
    cx__release(transformer);
    return st;
}

/* ---- use */
static const cx_estimator *fitted_transformer(const cx_estimator *self)
{
    return through_transformer(self) ? cx_self_child(self, "transformer") : NULL;
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    const cx_data d = features_of(self, in);
    const cx_array *const p =
        cx__estimator_call("predict", cx_self_child(self, "regressor"), method, &d);
    return change(self, fitted_transformer(self), true, p);
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_PREDICT;
}

static cx_status check(const cx_estimator *self)
{
    const cx__lit *const r = cx__param(self, "regressor"), *const t =
                                                               cx__param(self, "transformer");
    const cx_estimator_class *const want =
        r->kind == CX__LIT_ESTIMATOR ? r->u.estimator->cls : &cx__class_linear_regression;
    const cx_estimator *const regressor = cx_self_child(self, "regressor"), *const transformer =
                                                                                cx_self_child(
                                                                                    self,
                                                                                    "transformer");
    const bool good = cx_estimator_status(regressor) == CX_OK && regressor->cls == want &&
                      regressor->state &&
                      (t->kind != CX__LIT_ESTIMATOR ||
                       (cx_estimator_status(transformer) == CX_OK && transformer->state &&
                        transformer->cls == t->u.estimator->cls));
    if (good) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "TransformedTargetRegressor: the fitted parts are not those of the spec");
}

/* ---- sessions */
typedef void map_kernel(const void *const *in, void *out, int64_t n);
typedef struct served {
    map_kernel *back; /* NULL: none */
    cx__ready regressor;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (through_transformer(self))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "TransformedTargetRegressor serves with functions, not with transformer=");
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    const function *const f = function_of(self, "inverse_func");
    const cx_backend_ops *ops = NULL;
    cx_queue *queue = NULL;
    CX__TRY(cx__backend_at("session_new", CX_CPU, &ops, &queue));
    s->back = f && ops->map_kernel ? ops->map_kernel(f->op, CX_F64, 0) : NULL;
    if (f && !s->back)
        return cx__fail(CX_E_UNSUPPORTED, "session_new", "'%s' has no kernel for sessions",
                        f->name);
    CX__TRY(cx__plan_make("session_new", cx_self_child(self, "regressor"), CX_PREDICT, p->max_rows,
                          p->cols_in, &s->regressor));
    cx__plan_adopt(p, &s->regressor);
    p->cols_out = s->regressor.plan.cols_out;
    p->state = s;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    CX__TRY(s->regressor.run(&s->regressor.plan, x, rows, out));
    const void *const in[] = {out};
    if (s->back) s->back(in, out, rows * p->cols_out);
    return CX_OK;
}

const cx_estimator_class cx__class_transformed_target_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TransformedTargetRegressor",
    .doc = "A regressor for a changed target, whose predictions are changed back.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW | CX_CLASS_NEEDS_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .has = has,
    .call = call,
};
