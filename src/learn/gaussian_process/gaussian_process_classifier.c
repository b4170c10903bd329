/* GaussianProcessClassifier: a latent function is a normal distribution, a class its sign's
 * probability.
 *
 * One idea: two classes are Laplace's approximation; more are one of the estimators that make many
 * classifiers of two, around classifiers of this class. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/classifier.h"
#include "learn/gaussian_process/laplace.h"
#include "learn/gaussian_process/process.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {"classes_: label [c]",
                                    "n_classes_: int []",
                                    "kernel_: any [k]",
                                    "theta_: float [p]",
                                    "log_marginal_likelihood_value_: float []",
                                    "X_train_?: float [r, n]",
                                    "y_train_?: int [r]",
                                    "pi_?: float [r]",
                                    "W_sr_?: float [r]",
                                    "L_?: float [r, r]",
                                    NULL};

static const cx_param params[] = {
    {"kernel", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "as Python would write it; None: " CX__GPC_PRIOR},
    {"optimizer", CX_PARAM_STR | CX_PARAM_NONE, "'fmin_l_bfgs_b'", "{'fmin_l_bfgs_b'}",
     "a quasi-Newton method within bounds; None: hyperparameters stay"},
    {"n_restarts_optimizer", CX_PARAM_INT, "0", "[0, inf)",
     "searches from places drawn within the bounds"},
    {"max_iter_predict", CX_PARAM_INT, "100", "[1, inf)", "steps to the latent function's mode"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL,
     "each search for a mode begins where the last one of the fit ended"},
    {"copy_X_train", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the restarts"},
    {"multi_class", CX_PARAM_STR, "'one_vs_rest'", "{'one_vs_rest', 'one_vs_one'}",
     "what classifiers of two classes tell apart when there are more"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool one_vs_one(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "multi_class"), "one_vs_one") == 0;
}

/* Votes of pairs are no probabilities; logarithms are not scikit-learn's either. */
static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT) return true;
    if (method != CX_PREDICT_PROBA) return false;
    return self->state == NULL || self->state->children == 0 || !one_vs_one(self);
}

/* ---- two classes */
static cx_status objective(void *ctx, const cx__gp_kernel *k, double *value, double *gradient)
{
    cx__laplace *const p = ctx;
    p->kernel = *k;
    CX__TRY(cx__laplace_likelihood(p, value, gradient));
    *value = -*value;
    for (int i = 0; gradient != NULL && i < cx__gp_free(k); i++) gradient[i] = -gradient[i];
    return CX_OK;
}

static cx_status search(const cx_estimator *self, cx__laplace *p)
{
    cx__gp_kernel k = p->kernel;
    double least;
    if (cx_param_is_none(self, "optimizer") || cx__gp_free(&k) == 0) return CX_OK;
    const cx__gp_restarts again = {.count = cx_param_i64(self, "n_restarts_optimizer"),
                                   .draws = cx__seeded(self),
                                   .powers = true};
    CX__TRY(cx__gp_optimise(&k, &again, objective, p, &least));
    p->kernel = k;
    return CX_OK;
}

static cx_status fit_two(cx_estimator *self, const cx_data *data, const cx_array *codes)
{
    cx__laplace p = {.where = "fit",
                     .max_iter = cx_param_i64(self, "max_iter_predict"),
                     .warm = cx_param_bool(self, "warm_start")};
    cx__laplace_mode m = {NULL, NULL, NULL, NULL, 0};
    CX__TRY(cx__site_of("fit", data->x, &p.site));
    CX__TRY(cx__gp_given(self, "fit", CX__GPC_PRIOR, &p.kernel));
    p.x = cx__f64(&p.site, data->x);
    p.y = cx_expand_dims(cx__f64(&p.site, codes), 1);
    CX__TRY(search(self, &p));
    const cx_array *const k = cx__gp_value("fit", &p.kernel, p.x, NULL);
    CX__TRY(cx__so_far());
    CX__TRY(cx__laplace_find(&p, k, &m));
    CX__TRY(cx__store(self, CX__GPC_X, p.x, CX_F64));
    CX__TRY(cx__store(self, CX__GPC_Y, codes, CX_I64));
    CX__TRY(cx__store(self, CX__GPC_PI, cx_ravel(m.pi), CX_F64));
    CX__TRY(cx__store(self, CX__GPC_ROOT, cx_ravel(m.root), CX_F64));
    CX__TRY(cx__store(self, CX__GPC_L, m.l, CX_F64));
    CX__TRY(cx__gp_keep(self, &p.site, 1, &p.kernel, CX__GPC_KERNEL, CX__GPC_THETA));
    return cx_self_set_f64(self, CX__GPC_LIKELIHOOD, m.value);
}

/* ---- more */
static cx_status fit_base(cx_estimator *self, const cx_data *data, cx_estimator *base)
{
    cx__lit inner = {.kind = CX__LIT_ESTIMATOR};
    CX__TRY(cx__estimator_clone("fit", self, &inner.u.estimator));
    CX__TRY(cx__param_assign("fit", base, "estimator", &inner));
    const cx_scope s = cx_scope_open();
    CX__TRY(cx__give_status(s, cx__estimator_fit("fit", base, data, false)));
    return cx_self_set_child(self, CX__GPC_BASE, base);
}

/* What the classifiers of two classes found. */
static cx_status gather(cx_estimator *self, const cx__site *s)
{
    const int64_t count = cx__gpc_count(self);
    cx__gp_kernel *const k = cx__scope_room((size_t)count * sizeof *k);
    double sum = 0;
    if (k == NULL) return cx__last_status();
    for (int64_t i = 0; i < count; i++) {
        const cx_estimator *const one = cx__gpc_at(self, i);
        double own;
        CX__TRY(cx__gp_kept(one, "fit", CX__GPC_KERNEL, CX__GPC_THETA, &k[i]));
        CX__TRY(cx__read_f64(s, cx_self(one, CX__GPC_LIKELIHOOD), &own));
        sum += own;
    }
    CX__TRY(cx__gp_keep(self, s, count, k, CX__GPC_KERNEL, CX__GPC_THETA));
    return cx_self_set_f64(self, CX__GPC_LIKELIHOOD, sum / (double)count);
}

static cx_status fit_many(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_estimator *base = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__estimator_make("fit",
                               one_vs_one(self) ? &cx__class_one_vs_one_classifier
                                                : &cx__class_one_vs_rest_classifier,
                               &base));
    const cx_status st = fit_base(self, data, base);
    cx__release(base);
    CX__TRY(st);
    return gather(self, &s);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    const int64_t c = cx_size(y.classes);
    if (c < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "GaussianProcessClassifier needs more than one class");
    CX__TRY(cx_self_set(self, CX__GPC_CLASSES, y.classes));
    CX__TRY(cx_self_set_i64(self, CX__GPC_COUNT, c));
    return c == 2 ? fit_two(self, data, y.codes) : fit_many(self, data);
}

/* ---- use */
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx_array *mean = NULL;
    if (self->state->children > 0)
        return cx__estimator_call("predict", self->state->child[0], CX_PREDICT,
                                  &(const cx_data){.x = x});
    if (cx_check(cx__gpc_latent(self, "predict", x, &mean, NULL)) != CX_OK)
        return cx__nil(cx__last_status());
    return cx_take(cx_self(self, CX__GPC_CLASSES), cx_astype(cx_greater(mean, cx_float(0)), CX_I64),
                   0);
}

/* The logistic function's mean under a normal distribution: the function as a sum of error
 * functions (Williams and Barber, IEEE PAMI 20, 1998), whose means are known. */
static double share(double mean, double variance)
{
    static const double width[] = {0.41, 0.4, 0.37, 0.44, 0.39},
                        part[] = {-1854.8214151, 3516.89893646, 221.29346712, 128.12323805,
                                  -2010.49422654};
    double sum = 0;
    for (int i = 0; i < 5; i++)
        sum +=
            part[i] / 2 * (1 + erf(width[i] * mean / sqrt(1 + 2 * variance * width[i] * width[i])));
    return sum;
}

static cx_status shares(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    cx_array *mean = NULL, *variance = NULL;
    cx__site s;
    CX__TRY(cx__gpc_latent(self, "predict_proba", x, &mean, &variance));
    CX__TRY(cx__site_of("predict_proba", mean, &s));
    const int64_t n = cx_size(mean);
    const double *const m = cx_data_f64(cx__fetch(&s, mean)), *const v = cx_data_f64(
                                                                  cx__fetch(&s, variance));
    cx_array *const p = cx_empty(CX_SHAPE(n, 2), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    double *const to = cx_data_f64_mut(p);
    for (int64_t i = 0; i < n; i++) {
        to[2 * i + 1] = share(m[i], v[i]);
        to[2 * i] = 1 - to[2 * i + 1];
    }
    *out = cx__send(&s, p);
    return cx__so_far();
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    if (self->state->children > 0)
        return cx__estimator_call("predict_proba", self->state->child[0], CX_PREDICT_PROBA,
                                  &(const cx_data){.x = x});
    return cx_check(shares(self, x, &out)) == CX_OK ? out : cx__nil(cx__last_status());
}

/* ---- files */
static cx_status wrong(const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "GaussianProcessClassifier: %s", what);
}

static cx_status check_many(const cx_estimator *self)
{
    const cx_estimator *const base = self->state->child[0];
    if (base->cls != &cx__class_one_vs_one_classifier &&
        base->cls != &cx__class_one_vs_rest_classifier)
        return wrong("its estimator is no classifier of many");
    if (cx_size(cx_attr(base, "classes_")) != cx_size(cx_self(self, CX__GPC_CLASSES)))
        return wrong("its estimator has other classes");
    for (int i = 0; i < base->state->children; i++)
        if (base->state->child[i]->cls != self->cls || base->state->child[i]->state->children > 0)
            return wrong("its estimators are no classifiers of two");
    return CX_OK;
}

static cx_status check(const cx_estimator *self)
{
    cx__gp_kernel k;
    const int64_t c = cx_size(cx_self(self, CX__GPC_CLASSES));
    if (self->state->children > 0) return check_many(self);
    for (int i = CX__GPC_X; i <= CX__GPC_L; i++)
        if (c != 2 || !cx_self_has(self, i)) return wrong("two classes have a training set");
    return cx__gp_kept(self, "estimator_load", CX__GPC_KERNEL, CX__GPC_THETA, &k);
}

const cx_estimator_class cx__class_gaussian_process_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GaussianProcessClassifier",
    .doc = "Classification by a normal distribution over functions.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = check,
    .has = has,
};
