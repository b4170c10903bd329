/* CalibratedClassifierCV: probabilities of a classifier corrected by what held-out rows say of its
 * scores.
 *
 * One idea: a pair is a fitted classifier and the maps of its scores, found on rows that it has not
 * seen; there is a pair a fold, or one whose scores come from all folds. */
#include "learn/calibration/calibrated.h"
#include "base/alloc.h"
#include "learn/calibration/calibrators.h"
#include "learn/ensemble/members.h"
#include "learn/model_selection/cv.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,
     "the classifier; None, a linear support vector machine in scikit-learn, is not built"},
    {"method", CX_PARAM_STR, "'sigmoid'", "{'sigmoid', 'isotonic', 'temperature'}",
     "Platt's sigmoid or a monotone function of each score, or a softmax of all of them"},
    {"cv", CX__CV_KINDS, "None", "[2, inf)", "number of folds or a splitter; None: 5"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,
     "not used: the threads of the scope or the process run the fits"},
    {"ensemble", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",
     "a classifier a fold, whose probabilities are averaged, or one fitted on all rows; 'auto': "
     "True but for a FrozenEstimator"},
    {.name = NULL},
};
static const char *const attrs[] = {"classes_: label [c]", "columns_?: int [m, k]",
                                    "a_?: float [m, k]",   "b_?: float [m, k]",
                                    "beta_?: float [m]",   NULL};

/* ---- parameters */
cx__calibration cx__calibration_of(const cx_estimator *self)
{
    const char *const method = self->params[1].u.s;
    if (strcmp(method, "sigmoid") == 0) return CX__CALIBRATE_SIGMOID;
    return strcmp(method, "isotonic") == 0 ? CX__CALIBRATE_ISOTONIC : CX__CALIBRATE_TEMPERATURE;
}

const cx_estimator *cx__calibrated_inner(const cx_estimator *self)
{
    const cx__lit *const v = &self->params[0];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}

static bool is_ensemble(const cx_estimator *self)
{
    const cx__lit *const v = cx__param(self, "ensemble");
    return v->kind == CX__LIT_BOOL ? v->u.b : !cx__is_frozen(cx__calibrated_inner(self));
}

/* ---- fit */
typedef struct pair {
    cx_estimator *classifier; /* one reference each */
    cx_estimator **map;       /* [k], for isotonic */
} pair;

typedef struct work {
    cx_estimator *self;
    const cx_data *d;     /* features, y */
    const cx_data *learn; /* the same, with the weights if the classifier takes them */
    const cx_array *weight, *classes, *codes;
    cx_device device;
    cx_method method;
    cx__calibration how;
    cx_fold *fold;
    int64_t folds, pairs, k;
    pair *pair;           /* [pairs] */
    double *a, *b, *beta; /* [pairs, k], [pairs, k], [pairs] */
    int64_t *column;      /* [pairs, k] */
} work;

static cx_array *column_of(const cx_array *scores, int64_t j)
{
    return cx_ascontiguous(cx_slice(scores, 1, j, j + 1, 1));
}

/* A monotone map of one score: fitted on the host, kept where the scores are. */
static cx_status fit_map(const work *w, const cx__site *site, const cx_array *score,
                         const cx_array *positive, const cx_array *weight, cx_estimator **out)
{
    const cx_data d = {.x = cx__fetch(site, score),
                       .y = cx__fetch(site, positive),
                       .sample_weight = weight ? cx__fetch(site, weight) : NULL};
    cx_estimator *m = NULL;
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_make("fit", &cx__class_isotonic_regression, &m));
    cx_status st = cx_set_param_str(m, "out_of_bounds", "clip");
    if (st == CX_OK) st = cx__estimator_fit("fit", m, &d, false);
    if (st == CX_OK && w->device.kind != CX_DEVICE_CPU) {
        const cx_estimator *const there = cx_estimator_to(m, w->device);
        st = cx_estimator_status(there);
        if (st == CX_OK) *out = cx_estimator_retain(there);
    } else if (st == CX_OK) {
        *out = cx_estimator_retain(m);
    }
    cx__release(m);
    return st;
}

/* Which classes the columns of a pair's scores stand for. */
static cx_status place_columns(const work *w, const cx__site *site, const cx_estimator *classifier,
                               int64_t columns, int64_t *column)
{
    const cx_array *const seen = cx_attr(classifier, "classes_");
    const cx_array *const places = cx_labels_codes(seen, w->classes);
    CX__TRY(cx__so_far());
    const int64_t n = cx_size(places);
    if (columns > n || columns > w->k)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the classifier gives %lld scores a row for %lld classes",
                        w->self->cls->name, (long long)columns, (long long)n);
    int64_t *const all = cx__alloc((size_t)n * sizeof *all);
    if (!all) return cx__fail_nomem("fit", "classes", (size_t)n * sizeof *all);
    const cx_status st = cx__read_all_i64(site, places, all);
    for (int64_t j = 0; j < w->k; j++) column[j] = j < columns ? all[j] : -1;
    if (w->k == 1) column[0] = 1;
    cx__free(all);
    return st;
}

static cx_status fit_columns(work *w, const cx__site *site, const cx_array *scores,
                             const cx_array *codes, const cx_array *weight, int64_t i)
{
    pair *const p = &w->pair[i];
    CX__TRY(place_columns(w, site, p->classifier, cx_dim(scores, 1), w->column + i * w->k));
    if (w->how == CX__CALIBRATE_ISOTONIC) {
        p->map = cx__calloc((size_t)w->k, sizeof *p->map);
        if (!p->map) return cx__fail_nomem("fit", "maps", (size_t)w->k * sizeof *p->map);
    }
    for (int64_t j = 0; j < cx_dim(scores, 1); j++) {
        const cx_array *const score = column_of(scores, j),
                              *const positive =
                                  cx__f64(site, cx_equal(codes, cx_int(w->column[i * w->k + j])));
        if (w->how == CX__CALIBRATE_ISOTONIC)
            CX__TRY(fit_map(w, site, score, positive, weight, &p->map[j]));
        else
            CX__TRY(cx__sigmoid_fit(site, cx__f64(site, cx_ravel(score)), positive, weight,
                                    &w->a[i * w->k + j], &w->b[i * w->k + j]));
    }
    return CX_OK;
}

/* The maps of pair i, whose classifier is fitted, from scores of rows that it has not seen. */
static cx_status calibrate(work *w, const cx_array *scores, const cx_array *codes,
                           const cx_array *weight, int64_t i)
{
    cx__site site;
    CX__TRY(cx__site_at("fit", w->device, &site));
    const cx_array *const by = weight ? cx__f64(&site, weight) : NULL;
    CX__TRY(cx__so_far());
    if (w->how != CX__CALIBRATE_TEMPERATURE) return fit_columns(w, &site, scores, codes, by, i);
    const cx_array *const logits = cx__calibrated_logits(scores, w->method);
    CX__TRY(cx__so_far());
    if (cx_dim(logits, 1) != cx_size(w->classes))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: a classifier saw only some of the %lld classes; method='temperature' "
                        "takes folds that have them all",
                        w->self->cls->name, (long long)cx_size(w->classes));
    return cx__temperature_fit(&site, logits, codes, by, &w->beta[i]);
}

static cx_status fit_fold(void *ctx, int64_t i)
{
    work *const w = ctx;
    const cx_data train = cx_data_take(w->learn, w->fold[i].train),
                  test = cx_data_take(w->d, w->fold[i].test);
    CX__TRY(cx__so_far());
    cx_estimator **const m = &w->pair[i].classifier;
    CX__TRY(cx__estimator_clone("fit", cx__calibrated_inner(w->self), m));
    CX__TRY(cx__estimator_fit("fit", *m, &train, false));
    const cx_data x = {.x = test.x, .table = test.table, .target = test.target};
    const cx_array *const scores =
        cx__calibrated_scores(cx__estimator_call("fit", *m, w->method, &x), w->method);
    CX__TRY(cx__so_far());
    return calibrate(w, scores, cx_take(w->codes, w->fold[i].test, 0),
                     w->weight ? cx_take(w->weight, w->fold[i].test, 0) : NULL, i);
}

static cx_status fit_one(work *w)
{
    cx_array *answers = NULL;
    const cx_estimator *const inner = cx__calibrated_inner(w->self);
    CX__TRY(cx__cross_val_predict("fit", inner, w->learn, w->fold, w->folds, w->method, &answers));
    const cx_array *const scores = cx__calibrated_scores(answers, w->method);
    cx_estimator **const m = &w->pair[0].classifier;
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_clone("fit", inner, m));
    CX__TRY(cx__estimator_fit("fit", *m, w->learn, false));
    return calibrate(w, scores, w->codes, w->weight, 0);
}

/* As many rows of each class as there are folds, if cv says how many. */
static cx_status enough_rows(const work *w)
{
    const cx__lit *const cv = cx__param(w->self, "cv");
    int64_t wanted = cv->kind == CX__LIT_INT ? cv->u.i : 0;
    if (cv->kind == CX__LIT_ESTIMATOR) {
        const cx_estimator *const s = cv->u.estimator;
        if (s->cls == &cx__class_leave_one_out)
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: LeaveOneOut leaves classes out of its folds",
                            w->self->cls->name);
        if (cx__class_param(s->cls, "n_splits", 8) >= 0 && s->cls != &cx__class_repeated_kfold &&
            s->cls != &cx__class_repeated_stratified_kfold)
            wanted = cx__param(s, "n_splits")->u.i;
    }
    if (!wanted) return CX_OK;
    cx__site site;
    CX__TRY(cx__site_at("fit", w->device, &site));
    const int64_t c = cx_size(w->classes);
    double *const mass = cx__calloc((size_t)c, sizeof *mass);
    if (!mass) return cx__fail_nomem("fit", "classes", (size_t)c * sizeof *mass);
    cx_status st = cx__count_codes(&site, w->codes, NULL, c, mass);
    for (int64_t i = 0; st == CX_OK && i < c; i++)
        if (mass[i] < (double)wanted)
            st = cx__fail(CX_E_ARGUMENT, "fit", "%s: a class has %lld rows, too few for %lld folds",
                          w->self->cls->name, (long long)mass[i], (long long)wanted);
    cx__free(mass);
    return st;
}

static cx_status read_labels(work *w)
{
    CX__TRY(cx__data_some_rows("fit", w->self, w->d));
    const cx_array *const y = cx__data_y(w->d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "fit", "%s needs y", w->self->cls->name);
    const cx_labels labels = cx_labels_encode(y);
    CX__TRY(cx__so_far());
    w->classes = labels.classes;
    w->codes = labels.codes;
    const int64_t c = cx_size(w->classes);
    w->k = c == 2 ? 1 : c;
    if (c >= 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s needs two classes at least; y has one",
                    w->self->cls->name);
}

/* Room for what is found: a, b, beta in one block. */
static cx_status make_room(work *w)
{
    const size_t m = (size_t)w->pairs, k = (size_t)w->k;
    w->pair = cx__calloc(m, sizeof *w->pair);
    w->a = cx__calloc(m * (2 * k + 1), sizeof *w->a);
    w->column = cx__calloc(m * k, sizeof *w->column);
    if (!w->pair || !w->a || !w->column)
        return cx__fail_nomem("fit", "calibrators", m * (2 * k + 1) * sizeof *w->a);
    w->b = w->a + m * k;
    w->beta = w->b + m * k;
    for (size_t i = 0; i < 2 * m * k; i++) w->a[i] = (double)NAN;
    return CX_OK;
}

static cx_status keep(const work *w, int slot, const void *v, cx_dtype t, bool flat)
{
    cx__site site;
    CX__TRY(cx__site_at("fit", w->device, &site));
    const cx_array *const a = cx__given_all(&site, v, w->pairs * (flat ? 1 : w->k), t);
    return cx_self_set(w->self, slot, flat ? a : cx_reshape(a, CX_SHAPE(w->pairs, w->k)));
}

static cx_status keep_all(const work *w)
{
    char name[64];
    CX__TRY(cx_self_set(w->self, CX__CALIBRATED_CLASSES, w->classes));
    if (w->how == CX__CALIBRATE_TEMPERATURE)
        CX__TRY(keep(w, CX__CALIBRATED_BETA, w->beta, CX_F64, true));
    else
        CX__TRY(keep(w, CX__CALIBRATED_COLUMNS, w->column, CX_I64, false));
    if (w->how == CX__CALIBRATE_SIGMOID) {
        CX__TRY(keep(w, CX__CALIBRATED_A, w->a, CX_F64, false));
        CX__TRY(keep(w, CX__CALIBRATED_B, w->b, CX_F64, false));
    }
    for (int64_t i = 0; i < w->pairs; i++) {
        snprintf(name, sizeof name, "calibrated_classifiers_%lld", (long long)i);
        CX__TRY(cx_self_set_child(w->self, name, w->pair[i].classifier));
    }
    for (int64_t i = 0; i < w->pairs; i++)
        for (int64_t j = 0; w->pair[i].map && j < w->k && w->pair[i].map[j]; j++) {
            snprintf(name, sizeof name, "calibrators_%lld_%lld", (long long)i, (long long)j);
            CX__TRY(cx_self_set_child(w->self, name, w->pair[i].map[j]));
        }
    return CX_OK;
}

static cx_status run(work *w)
{
    const cx_estimator *const inner = cx__calibrated_inner(w->self);
    if (!inner)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs an estimator: there is no default here",
                        w->self->cls->name);
    w->how = cx__calibration_of(w->self);
    w->method = cx__calibrated_method(inner);
    if (!cx_estimator_has(inner, w->method))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: %s has neither decision_function nor predict_proba",
                        w->self->cls->name, inner->cls->name);
    CX__TRY(read_labels(w));
    CX__TRY(enough_rows(w));
    CX__TRY(cx__folds_of(w->self, w->d, true, &w->fold, &w->folds));
    const bool ensemble = is_ensemble(w->self);
    w->pairs = ensemble ? w->folds : 1;
    CX__TRY(make_room(w));
    if (!ensemble)
        CX__TRY(fit_one(w));
    else
        CX__TRY(cx__tasks_run("fit", w->self->cls->name, w->device, w->folds, fit_fold, w));
    return keep_all(w);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d = *in, learn = *in;
    const cx_estimator *const inner = cx__calibrated_inner(self);
    d.sample_weight = NULL;
    if (in->sample_weight && inner && !cx__takes_weights(inner)) {
        learn.sample_weight = NULL;
        if (!cx__is_frozen(inner))
            cx__warn(CX_E_ARGUMENT, "%s: %s takes no sample_weight; only the calibration uses them",
                     self->cls->name, inner->cls->name);
    }
    work w = {.self = self,
              .d = &d,
              .learn = &learn,
              .weight = in->sample_weight,
              .device = cx__data_device(in)};
    const cx_status st = run(&w);
    for (int64_t i = 0; w.pair && i < w.pairs; i++) {
        for (int64_t j = 0; w.pair[i].map && j < w.k; j++) cx__release(w.pair[i].map[j]);
        cx__free((void *)w.pair[i].map);
        cx__release(w.pair[i].classifier);
    }
    cx__free(w.pair);
    cx__free(w.a);
    cx__free(w.column);
    cx__free(w.fold);
    return st;
}

static bool has(const cx_estimator *self, cx_method method)
{
    const cx_estimator *const m = cx__calibrated_inner(self);
    return m && (method == CX_PREDICT || method == CX_PREDICT_PROBA) &&
           cx_estimator_has(m, cx__calibrated_method(m));
}

const cx_estimator_class cx__class_calibrated_classifier_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "CalibratedClassifierCV",
    .doc = "A classifier whose probabilities are corrected by its scores of held-out rows.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = cx__calibrated_check,
    .plan = cx__calibrated_plan,
    .predict_into = cx__calibrated_predict_into,
    .predict_proba_into = cx__calibrated_proba_into,
    .has = has,
    .call = cx__calibrated_call,
};
