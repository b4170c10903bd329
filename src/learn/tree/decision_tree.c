/* DecisionTree* and ExtraTree*: one tree, grown exactly as scikit-learn grows it (sklearn.tree).
 *
 * One class table each; growing, walking and what is told of a tree are common to all models of
 * trees. A tree sees x as float32: what lies beyond is refused, in fit and in use. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/ensemble/forest_hist.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "learn/tree/grow.h"
#include "learn/tree/single.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { IMPORTANCES = CX__TREES_SLOTS, MAX_FEATURES, OUTPUTS, CLASSES, OFFSETS };
#define COMMON                                                                   \
    CX__TREES_ATTRS, "feature_importances_: float [n]", "max_features_: int []", \
        "n_outputs_: int []"
static const char *const regressor_attrs[] = {COMMON, NULL};
static const char *const classifier_attrs[] = {COMMON, "classes_: label [c]",
                                               "class_offsets_?: int [o]", NULL};

#define BEFORE_SEED(criterion, splitter, features)                                            \
    criterion, CX__TREE_SPLITTER(splitter), CX__TREE_MAX_DEPTH("None"), CX__TREE_MIN_SAMPLES, \
        CX__TREE_MAX_FEATURES(features), CX__TREE_RANDOM_STATE
#define END                                     \
    CX__TREE_CCP_ALPHA, CX__TREE_MONOTONIC_CST, \
    {                                           \
        .name = NULL                            \
    }
static const cx_param tree_classifier_params[] = {
    BEFORE_SEED(CX__TREE_CRITERION_CLASSES, "'best'", "None"),
    CX__TREE_MAX_LEAF_NODES,
    CX__TREE_MIN_IMPURITY_DECREASE,
    CX__TREE_CLASS_WEIGHT(""),
    END,
};
static const cx_param extra_classifier_params[] = {
    BEFORE_SEED(CX__TREE_CRITERION_CLASSES, "'random'", "'sqrt'"),
    CX__TREE_MAX_LEAF_NODES,
    CX__TREE_MIN_IMPURITY_DECREASE,
    CX__TREE_CLASS_WEIGHT(""),
    END,
};
static const cx_param tree_regressor_params[] = {
    BEFORE_SEED(CX__TREE_CRITERION_NUMBERS, "'best'", "None"),
    CX__TREE_MAX_LEAF_NODES,
    CX__TREE_MIN_IMPURITY_DECREASE,
    END,
};
static const cx_param extra_regressor_params[] = {
    BEFORE_SEED(CX__TREE_CRITERION_NUMBERS, "'random'", "1.0"),
    CX__TREE_MIN_IMPURITY_DECREASE,
    CX__TREE_MAX_LEAF_NODES,
    END,
};

/* ---- what x may hold */
static bool is_extra(const cx_estimator *self)
{
    return self->cls == &cx__class_extra_tree_classifier ||
           self->cls == &cx__class_extra_tree_regressor;
}

/* Extra trees take NaN only with thresholds drawn at random. */
static bool takes_nan(const cx_estimator *self)
{
    return !is_extra(self) || strcmp(cx_param_str(self, "splitter"), "random") == 0;
}

static cx_status nan_refused(const cx_estimator_class *cls, const char *where)
{
    return cx__fail(CX_E_ARGUMENT, where, "%s(splitter='best') takes no NaN in x", cls->name);
}

static bool holds_nan(const double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (isnan(x[i])) return true;
    return false;
}

/* A batch on any device. */
static cx_status batch_fits(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "predict";
    if (!takes_nan(self) && cx__number_i64(cx_any(cx_isnan(x), CX_ALL)) != 0)
        return nan_refused(self->cls, where);
    CX__TRY(cx__so_far());
    return cx__single_batch(self->cls, where, x);
}

/* ---- fit */
static cx_status store(cx_estimator *self, const cx__grow *g, cx__trees *t)
{
    cx_array *importances = NULL;
    CX__TRY(cx__trees_importances(self, &g->site, t, &importances));
    CX__TRY(cx__trees_give(self, &g->site, t));
    CX__TRY(cx_self_set(self, IMPORTANCES, importances));
    CX__TRY(cx_self_set_i64(self, MAX_FEATURES, g->rules.max_features));
    CX__TRY(cx_self_set_i64(self, OUTPUTS, g->outputs));
    if (g->labels == NULL) return CX_OK;
    CX__TRY(cx_self_set(self, CLASSES, cx_to(g->labels, g->site.device)));
    if (g->offsets == NULL) return CX_OK;
    return cx_self_set(self, OFFSETS, cx_to(g->offsets, g->site.device));
}

static cx_status grow(cx_estimator *self, const cx_data *d, cx__grow *g, cx__trees *t)
{
    cx__site there;
    cx_data host = *d;
    const bool elsewhere = cx_device_of(d->x).kind != CX_DEVICE_CPU;
    if (elsewhere) CX__TRY(cx__hist_front(self, d, is_extra(self), &host, &there));
    CX__TRY(cx__grow_begin(self, "fit", &host, g));
    if (!takes_nan(self) && holds_nan(g->x, g->n * g->d)) return nan_refused(self->cls, "fit");
    cx__grow_one one = {
        .y = g->y, .weight = g->weight, .min_weight_leaf = g->rules.min_weight_leaf};
    CX__TRY(cx__grow_seed(cx__seeded(self), &one.seed));
    if (elsewhere) {
        CX__TRY(cx__hist_tree_fit(g, one.seed, &there, d->x, t));
    } else {
        CX__TRY(cx__grow_open(g));
        CX__TRY(cx__grow_tree(g, &one, t));
    }
    return store(self, g, t);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__grow g = {.table = NULL};
    cx__trees t = {.count = 0};
    const cx_status st = grow(self, d, &g, &t);
    cx__trees_free(&t);
    cx__grow_end(&g);
    return st;
}

/* ---- use */
typedef struct tree_plan {
    cx__walker walker;
    const cx_estimator_class *cls;
    const int64_t *offset; /* [cols_out + 1]: classes of each label column; NULL: values are told */
    bool no_nan;           /* in a session's rows: nobody has looked at them */
} tree_plan;

/* Where the classes of each label column begin. */
static cx_status plan_offsets(const cx_estimator *self, cx_plan *p, tree_plan *s)
{
    const int64_t only[2] = {0, s->walker.walk.width}, *given = only;
    if (cx_self_has(self, OFFSETS))
        CX__TRY(cx__read_offsets(cx__plan_site(p)->where, self, &given));
    const size_t bytes = (size_t)(p->cols_out + 1) * sizeof *given;
    int64_t *const own = cx_plan_alloc(p, bytes);
    if (own == NULL) return CX_E_NOMEM;
    memcpy(own, given, bytes);
    s->offset = own;
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const bool labels = p->method == CX_PREDICT && self->cls->kind == CX_CLASSIFIER;
    tree_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    p->state = s;
    s->cls = self->cls;
    s->no_nan = ((const cx__plan_owner *)p->memory_)->keep && !takes_nan(self);
    CX__TRY(cx__walker_plan(self, p, 1, true, 1, &s->walker));
    if (labels) return plan_offsets(self, p, s);
    p->cols_out = s->walker.walk.width;
    return CX_OK;
}

/* Rows of a session; those of a batch have been looked at together. */
static cx_status session_fits(const cx_plan *p, const double *x, int64_t rows)
{
    const tree_plan *const s = p->state;
    if (s->no_nan && holds_nan(x, rows * p->cols_in)) return nan_refused(s->cls, "session_run");
    return cx__single_rows(p, s->cls, x, rows);
}

static cx_status value_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const tree_plan *const s = p->state;
    CX__TRY(session_fits(p, x, rows));
    return cx__walker_into(p, &s->walker, x, rows, out);
}

/* Of each label column the first of the largest shares; out: places in classes_. */
static void largest(const double *share, const int64_t *offset, int64_t columns, double *out)
{
    for (int64_t j = 0; j < columns; j++) {
        int64_t best = offset[j];
        for (int64_t c = best + 1; c < offset[j + 1]; c++)
            if (share[c] > share[best]) best = c;
        out[j] = (double)best;
    }
}

static cx_status label_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    enum { BLOCK = 64 };
    int32_t leaf[BLOCK];
    const tree_plan *const s = p->state;
    const cx__site *const site = cx__plan_site(p);
    CX__TRY(session_fits(p, x, rows));
    for (int64_t from = 0; from < rows; from += BLOCK) {
        cx_tree_walk walk = s->walker.walk;
        walk.n = rows - from < BLOCK ? rows - from : BLOCK;
        walk.x = x + from * p->cols_in;
        walk.leaf = leaf;
        CX__TRY(site->trees->walk(site->queue, &walk));
        for (int64_t i = 0; i < walk.n; i++)
            largest(walk.value + (walk.first[0] + leaf[i]) * walk.width, s->offset, p->cols_out,
                    out + (from + i) * p->cols_out);
    }
    return CX_OK;
}

/* ---- batches */
/* Values of the leaves [n, width]. */
static cx_array *values(const cx_estimator *self, cx_method method, const cx_array *x)
{
    if (cx_check(batch_fits(self, x)) != CX_OK) return NULL;
    return cx__by_rows(self, method, x, CX__ROWS_MATRIX, CX_F64);
}

static cx_array *predict_number(const cx_estimator *self, const cx_array *x)
{
    cx_array *const v = values(self, CX_PREDICT, x);
    return v != NULL && cx_dim(v, 1) == 1 ? cx_select(v, 1, 0) : v;
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return values(self, CX_PREDICT_PROBA, x);
}

/* Elsewhere: the places of the largest shares, column by column. */
static cx_array *device_labels(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const share = predict_proba(self, x);
    const int64_t *offset = NULL, columns = cx__label_columns(self);
    if (share == NULL) return NULL;
    if (columns == 1) return cx_take(cx_self(self, CLASSES), cx_argmax(share, CX_AXIS(1)), 0);
    if (cx_check(cx__read_offsets("predict", self, &offset)) != CX_OK) return NULL;
    cx_array *const all = cx_empty(CX_SHAPE(cx_dim(x, 0), columns), CX_I64, cx_device_of(x));
    for (int64_t j = 0; j < columns; j++) {
        const cx_array *const best =
            cx_argmax(cx_slice(share, 1, offset[j], offset[j + 1], 1), CX_AXIS(1));
        if (cx_check(cx_copy_into(cx_add(best, cx_int(offset[j])), cx_select(all, 1, j))) != CX_OK)
            return NULL;
    }
    return cx_take(cx_self(self, CLASSES), all, 0);
}

static cx_array *predict_label(const cx_estimator *self, const cx_array *x)
{
    if (!cx__on_host(x)) return device_labels(self, x);
    if (cx_check(batch_fits(self, x)) != CX_OK) return NULL;
    return cx__predict_labels(self, x, CLASSES);
}

/* One tree, whose values are the outputs or the shares of all classes. */
static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__trees_check(self, 1));
    const int64_t width = cx_dim(cx_self(self, CX__TREE_VALUE), 1);
    const bool shares = self->cls->kind == CX_CLASSIFIER;
    const int64_t wanted =
        shares ? cx_size(cx_self(self, CLASSES)) : cx__number_i64(cx_self(self, OUTPUTS));
    if (cx_size(cx_self(self, CX__TREE_START)) == 2 && width == wanted) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %lld trees with values of %lld for %lld",
                    self->cls->name, (long long)cx_size(cx_self(self, CX__TREE_START)) - 1,
                    (long long)width, (long long)wanted);
}

#define TREE(text, description, kind_, more, rows, slots)                                       \
    .struct_size = sizeof(cx_estimator_class), .name = text, .doc = description, .kind = kind_, \
    .flags = CX_CLASS_ALLOW_NAN | (more), .params = rows, .attrs = slots, .fit = fit,           \
    .check = check, .plan = plan
#define CLASSIFIER(text, description, rows)                                                   \
    TREE(text, description, CX_CLASSIFIER, CX_CLASS_LABEL_COLUMNS, rows, classifier_attrs),   \
        .predict = predict_label, .predict_proba = predict_proba, .predict_into = label_into, \
        .predict_proba_into = value_into
#define REGRESSOR(text, description, rows)                                                      \
    TREE(text, description, CX_REGRESSOR, 0, rows, regressor_attrs), .predict = predict_number, \
                                                                     .predict_into = value_into

const cx_estimator_class cx__class_decision_tree_classifier = {CLASSIFIER(
    "DecisionTreeClassifier", "Classes by a tree of thresholds.", tree_classifier_params)};
const cx_estimator_class cx__class_decision_tree_regressor = {
    REGRESSOR("DecisionTreeRegressor", "Numbers by a tree of thresholds.", tree_regressor_params)};
const cx_estimator_class cx__class_extra_tree_classifier = {
    CLASSIFIER("ExtraTreeClassifier", "Classes by a tree of thresholds drawn at random.",
               extra_classifier_params)};
const cx_estimator_class cx__class_extra_tree_regressor = {
    REGRESSOR("ExtraTreeRegressor", "Numbers by a tree of thresholds drawn at random.",
              extra_regressor_params)};
