/* RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier and ExtraTreesRegressor
 * (sklearn.ensemble): tables only. The same random_state gives scikit-learn's trees. */
#include "learn/ensemble/forest.h"

#define HEAD(criterion, features, bootstrap)                                                      \
    CX__FOREST_TREES, criterion, CX__TREE_MAX_DEPTH("None"), CX__TREE_MIN_SAMPLES,                \
        CX__TREE_MAX_FEATURES(features), CX__TREE_MAX_LEAF_NODES, CX__TREE_MIN_IMPURITY_DECREASE, \
        {"bootstrap", CX_PARAM_BOOL, bootstrap, NULL,                                             \
         "each tree grows from rows drawn with repetition; else from all"},                       \
        {"oob_score", CX_PARAM_BOOL, "False", NULL,                                               \
         "ask every row of the trees that did not see it (no functions as in scikit-learn: "      \
         "score oob_decision_function_ or oob_prediction_ yourself)"},                            \
        CX__FOREST_JOBS, CX__TREE_RANDOM_STATE, CX__FOREST_VERBOSE, CX__FOREST_WARM_START
#define TAIL                                                                              \
    CX__TREE_CCP_ALPHA,                                                                   \
        {"max_samples", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_NONE, "None",            \
         "int [1, inf), float (0, inf)", "rows (or their share) that a bootstrap draws"}, \
        CX__TREE_MONOTONIC_CST,                                                           \
    {                                                                                     \
        .name = NULL                                                                      \
    }

static const char *const classifier_attrs[] = {
    CX__FOREST_PREDICTOR_ATTRS, "oob_decision_function_?: float [r, w]", "classes_: label [w]",
    "class_offsets_?: int [o]", NULL};
static const char *const regressor_attrs[] = {CX__FOREST_PREDICTOR_ATTRS, "oob_prediction_?: float",
                                              NULL};

static const cx_param forest_classifier[] = {HEAD(CX__TREE_CRITERION_CLASSES, "'sqrt'", "True"),
                                             CX__TREE_CLASS_WEIGHT(", 'balanced_subsample'"), TAIL};
static const cx_param extra_classifier[] = {HEAD(CX__TREE_CRITERION_CLASSES, "'sqrt'", "False"),
                                            CX__TREE_CLASS_WEIGHT(", 'balanced_subsample'"), TAIL};
static const cx_param forest_regressor[] = {HEAD(CX__TREE_CRITERION_NUMBERS, "1.0", "True"), TAIL};
static const cx_param extra_regressor[] = {HEAD(CX__TREE_CRITERION_NUMBERS, "1.0", "False"), TAIL};

static cx_status fit_forest(cx_estimator *self, const cx_data *d)
{
    return cx__forest_fit(self, d, false);
}
static cx_status fit_extra(cx_estimator *self, const cx_data *d)
{
    return cx__forest_fit(self, d, true);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__forest_mean(self, CX_PREDICT_PROBA, x);
}
static cx_array *predict_numbers(const cx_estimator *self, const cx_array *x)
{
    return cx__forest_mean(self, CX_PREDICT, x);
}

#define CLASSIFIER                                                                              \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_CLASSIFIER,                           \
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_LABEL_COLUMNS | CX_CLASS_LATE_ROWS, .positional = 1, \
    .attrs = classifier_attrs, .predict = cx__forest_labels, .predict_proba = predict_proba,    \
    .check = cx__forest_check, .plan = cx__forest_plan, .predict_into = cx__forest_places_into, \
    .predict_proba_into = cx__forest_mean_into
#define REGRESSOR                                                                                \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_REGRESSOR,                             \
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_LATE_ROWS, .positional = 1, .attrs = regressor_attrs, \
    .predict = predict_numbers, .check = cx__forest_check, .plan = cx__forest_plan,              \
    .predict_into = cx__forest_mean_into

const cx_estimator_class cx__class_random_forest_classifier = {
    CLASSIFIER,
    .name = "RandomForestClassifier",
    .doc = "The mean of many trees, each of drawn rows and with drawn features at every split.",
    .params = forest_classifier,
    .fit = fit_forest,
};
const cx_estimator_class cx__class_extra_trees_classifier = {
    CLASSIFIER,
    .name = "ExtraTreesClassifier",
    .doc = "The mean of many trees whose thresholds are drawn at random.",
    .params = extra_classifier,
    .fit = fit_extra,
};
const cx_estimator_class cx__class_random_forest_regressor = {
    REGRESSOR,
    .name = "RandomForestRegressor",
    .doc = "Numbers as the mean of many trees, each of drawn rows.",
    .params = forest_regressor,
    .fit = fit_forest,
};
const cx_estimator_class cx__class_extra_trees_regressor = {
    REGRESSOR,
    .name = "ExtraTreesRegressor",
    .doc = "Numbers as the mean of many trees whose thresholds are drawn at random.",
    .params = extra_regressor,
    .fit = fit_extra,
};
