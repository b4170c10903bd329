/* Estimators: scikit-learn's objects, written as scikit-learn prints them, fitted from a matrix
 * or a table, saved as safetensors.
 *
 * const means "from many threads at once": predict, transform, score and their kin take a const
 * estimator; fit and set_param are exclusive. Every verb that fails leaves the estimator as it
 * was before. Attributes are named arrays; text (feature_names_in_, classes_ of text labels) is
 * CX_CAT. Work runs on the device where x lives; y and weights must be there, and so must the
 * fitted state (cx_estimator_to). Only a few numbers that steer an algorithm cross to the host and
 * back, which cx_counters counts apart. fit waits for its work. */
#ifndef CALX_ESTIMATOR_H
#define CALX_ESTIMATOR_H
#include <calx/array.h>

/** What fit and its kin take: borrowed and plain. Exactly one of x and table. CX_DATA(.table =
 *  t, .target = "survived"). */
typedef struct cx_data {
    const cx_array *x;     /* [n_samples, n_features], any real dtype */
    const cx_table *table; /* named columns instead; without .target all of them are features */
    const cx_array *y;     /* [n_samples] or [n_samples, n_outputs]; labels: CX_CAT or numbers */
    const char *target;    /* y as a column of table; the other columns are the features */
    const cx_array *sample_weight; /* [n_samples] or NULL; in a Pipeline they go to the last step */
    const cx_array *groups;        /* [n_samples] or NULL: for splitters */
    const cx_array *classes;       /* every label, for a classifier's first partial_fit, or NULL; of
                                    * several label columns [labels] for all of them, or one column
                                    * each, [labels, n_outputs], filled up by repeating */
} cx_data;

/** What a fitted estimator can be asked for. */
typedef enum cx_method {
    CX_PREDICT,
    CX_PREDICT_PROBA,
    CX_DECISION_FUNCTION,
    CX_TRANSFORM,
    CX_PREDICT_LOG_PROBA,
    CX_INVERSE_TRANSFORM,
    CX_METHOD_SCORE_SAMPLES
} cx_method;

/** What kind of thing an estimator is: decides score() and the default splitter. A Pipeline is
 *  what its last step is. */
typedef enum cx_estimator_kind {
    CX_TRANSFORMER,
    CX_CLASSIFIER,
    CX_REGRESSOR,
    CX_CLUSTERER,
    CX_SPLITTER,
    CX_OUTLIER_DETECTOR /* predict: 1 for what fits in, -1 for outliers */
} cx_estimator_kind;

#ifndef __cplusplus
#define CX_DATA(...) (&(const cx_data){__VA_ARGS__})
#endif

CX_BEGIN
/* ---- objects */
/** Build from a spec: "StandardScaler() | PCA(n_components=20) | LogisticRegression(C=0.5)", or
 *  scikit-learn's printed form "Pipeline(steps=[('scale', StandardScaler()), ('clf',
 *  LogisticRegression(C=0.5))])". Runs nothing, safe for hostile text.
 *  @return     New unfitted estimator owned by the open scope; nil on error.
 *  Errors      PARSE malformed, unknown class or parameter (position and suggestion are in the
 *              message); ARGUMENT out of range. */
CX_API cx_estimator *cx_estimator_new(const char *spec);
/** One more reference, yours; give one back; status of a handle (a query). */
CX_API cx_estimator *cx_estimator_retain(const cx_estimator *m);
CX_API void cx_estimator_release(cx_estimator *m);
CX_API cx_status cx_estimator_status(const cx_estimator *m);
/** sklearn.base.clone: same class and parameters, unfitted (a FrozenEstimator stays fitted). */
CX_API cx_estimator *cx_clone(const cx_estimator *m);
/** sklearn.frozen.FrozenEstimator: a part of other estimators that their fits leave as it is, so
 *  that a fitted model can be calibrated, searched over or put into a Pipeline. Its clones, and
 *  parameters that it becomes, keep the fitted model, and so do files; its spec names only what was
 *  fitted. Methods and attributes are the model's; parameters within it cannot be set.
 *  @param fitted  Fitted; later fits of it do not matter.
 *  @return     New fitted FrozenEstimator owned by the open scope; nil on error.
 *  Errors      NOT_FITTED. */
CX_API cx_estimator *cx_frozen_estimator(const cx_estimator *fitted);
/** A copy whose fitted arrays live on device d (an unfitted one is cloned).   Syncs. */
CX_API cx_estimator *cx_estimator_to(const cx_estimator *m, cx_device d);
/** Text that cx_estimator_new reads back, with the parameters that differ from their defaults,
 *  as scikit-learn prints it on one line. Belongs to the open scope; "" and a mark on failure. */
CX_API const char *cx_estimator_spec(const cx_estimator *m);
/** Name of the class, "PCA"; "" for a nil. Static storage as long as the class is. A query. */
CX_API const char *cx_estimator_name(const cx_estimator *m);
/** Queries: fitted? of which kind? does it have that method? (false for a nil) */
CX_API bool cx_is_fitted(const cx_estimator *m);
CX_API cx_estimator_kind cx_estimator_kind_of(const cx_estimator *m);
CX_API bool cx_estimator_has(const cx_estimator *m, cx_method method);

/* ---- files: safetensors, readable by other tools and on a machine without the device */
/** Write class, parameters, schema and fitted arrays atomically (beside the file, then rename).
 *  An unfitted estimator can be saved.
 *  Errors      IO; UNSUPPORTED a parameter or state cannot be written.   Syncs. */
CX_API CX_MUST cx_status cx_estimator_save(const char *path, const cx_estimator *m);
/** Read one back, on the CPU: predictions are bit-identical. Every shape and dtype is checked
 *  against the class; nothing is executed. Large coefficients stay in the mapped file (see
 *  cx_safetensors_load_mapped), so that a model of any size is ready at once.
 *  Errors      IO; PARSE not such a file, or it contradicts itself; UNSUPPORTED written by a
 *              newer format; classes must be known. */
CX_API cx_estimator *cx_estimator_load(const char *path);

/* ---- parameters. "C", or "pca__n_components" for a nested one; values are checked for kind at
 * once, for range before fit as well. */
/** Set from a literal of the spec notation: "20", "0.5", "None", "'l2'", "[0.1, 1.0]", "{0: 1.0,
 *  1: 2.0}", "PCA(3)", "passthrough".
 *  Errors      ARGUMENT no such parameter (with a suggestion), wrong kind, out of range; PARSE
 *              malformed literal. */
CX_API CX_MUST cx_status cx_set_param(cx_estimator *m, const char *name, const char *literal);
CX_API CX_MUST cx_status cx_set_param_f64(cx_estimator *m, const char *name, double v);
CX_API CX_MUST cx_status cx_set_param_i64(cx_estimator *m, const char *name, int64_t v);
CX_API CX_MUST cx_status cx_set_param_bool(cx_estimator *m, const char *name, bool v);
CX_API CX_MUST cx_status cx_set_param_str(cx_estimator *m, const char *name,
                                          const char *v); /* NULL: None */
CX_API CX_MUST cx_status cx_set_param_estimator(cx_estimator *m, const char *name,
                                                const cx_estimator *v); /* a clone of v is kept */
/** Read one. A value of another kind is ARGUMENT (an int is a float too); NaN, 0, false and a
 *  mark on failure. */
CX_API double cx_param_f64(const cx_estimator *m, const char *name);
CX_API int64_t cx_param_i64(const cx_estimator *m, const char *name);
CX_API bool cx_param_bool(const cx_estimator *m, const char *name);
/** Text of a string parameter; NULL without a mark if it is None, NULL and a mark if it is of
 *  another kind. Valid until the parameter is set or the estimator is released. */
CX_API const char *cx_param_str(const cx_estimator *m, const char *name);
/** Queries: is it None? is it a string (then cx_param_str)? is it an int (1), a float (2)?
 *  false, 0 if there is no such parameter. */
CX_API bool cx_param_is_none(const cx_estimator *m, const char *name);
CX_API bool cx_param_is_str(const cx_estimator *m, const char *name);
CX_API int cx_param_is_number(const cx_estimator *m, const char *name);
/** A list or tuple of numbers as a 1-d float64 array on the CPU (a single number: one element). */
CX_API cx_array *cx_param_array(const cx_estimator *m, const char *name);
/** A nested estimator, as parameter: a handle on a clone of it, owned by the open scope. */
CX_API cx_estimator *cx_param_estimator(const cx_estimator *m, const char *name);
/** Any parameter as a literal; belongs to the open scope; "" and a mark on failure. */
CX_API const char *cx_param_text(const cx_estimator *m, const char *name);

/* ---- names of columns */
/** get_feature_names_out: names of the columns that transform gives, CX_CAT [columns].
 *
 *  @param names  CX_CAT [n]: names of the columns that go in; NULL: those seen by fit, "x0", "x1",
 *                ... after a matrix.
 *  Errors      NOT_FITTED; UNSUPPORTED no transform, or its columns have no names; SHAPE as many
 *              names as columns seen by fit; SCHEMA they are not the names seen by fit. */
CX_API cx_array *cx_feature_names_out(const cx_estimator *m, const cx_array *names);

/* ---- fitting: exclusive, transactional: on failure m is as it was before. Honours the scope's
 * deadline, cancel flag and progress. */
/** Errors      SHAPE, DTYPE, DEVICE of the data; SCHEMA a text column for a numeric estimator,
 *              no such target; ARGUMENT a parameter out of range or missing y; CONVERGENCE is a
 *              warning only; TIMEOUT, CANCELLED. */
CX_API CX_MUST cx_status cx_fit_data(cx_estimator *m, const cx_data *d);
CX_API CX_MUST cx_status cx_partial_fit_data(cx_estimator *m, const cx_data *d);
/** Shells for plain matrices; y NULL where there is none. */
CX_API CX_MUST cx_status cx_fit(cx_estimator *m, const cx_array *x, const cx_array *y);
CX_API CX_MUST cx_status cx_partial_fit(cx_estimator *m, const cx_array *x, const cx_array *y);

/* ---- using a fitted one. The data's columns are checked against those seen by fit: a missing,
 * extra, reordered or retyped column is CX_E_SCHEMA naming it (a column named like the target is
 * left out). NOT_FITTED before fit; UNSUPPORTED if it has no such method. */
/** Labels have the dtype of the y seen by fit (CX_CAT for text); regression gives floats.
 *
 *  A classifier fitted with several columns of labels, y [n, k], predicts labels [n, k]. Its
 *  classes_ are those of all columns, one behind the other; cx_attr(m, "classes_0"), "classes_1",
 *  ... are those of one column; cx_attr(m, "class_offsets_") says where each column's begin (int64,
 *  k + 1 numbers). predict_proba is [n, classes]: columns class_offsets_[i] to
 *  class_offsets_[i + 1] are label column i's: cx_slice(p, 1, from, to, 1). Models of labels that
 *  are there or not (ClassifierChain, OneVsRestClassifier fitted with a 0/1 matrix) give one column
 *  for each label instead, the probability that it is there. With one column of labels nothing of
 *  this applies. Label columns of a table become one y by
 *  cx_stack(CX_ARRAYS(cx_table_column(t, "a"), cx_table_column(t, "b")), 1). */
CX_API cx_array *cx_predict_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_predict_proba_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_predict_log_proba_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_decision_function_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_transform_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_fit_transform_data(cx_estimator *m, const cx_data *d);
/** How well each row fits in, larger is better: log-densities of mixtures and densities, the
 *  opposite of a degree of abnormality of outlier detectors (whose decision_function is this less
 *  offset_). [n_samples]. */
CX_API cx_array *cx_score_samples_data(const cx_estimator *m, const cx_data *d);
/** Fit, and the labels of the same rows: of clusters and mixtures, or 1 and -1 of an outlier
 *  detector. Not what fit followed by predict gives for the classes that cannot predict other rows.
 *  Errors      as cx_fit_data; UNSUPPORTED a classifier, a regressor, or no labels. */
CX_API cx_array *cx_fit_predict_data(cx_estimator *m, const cx_data *d);
/** Accuracy of a classifier (of several label columns: the share of rows that are right in all of
 *  them), R^2 of a regressor, the class's own score otherwise; NaN and a mark on failure. */
CX_API double cx_score_data(const cx_estimator *m, const cx_data *d);
CX_API cx_array *cx_predict(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_predict_proba(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_predict_log_proba(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_decision_function(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_transform(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_inverse_transform(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_fit_transform(cx_estimator *m, const cx_array *x, const cx_array *y);
CX_API cx_array *cx_score_samples(const cx_estimator *m, const cx_array *x);
CX_API cx_array *cx_fit_predict(cx_estimator *m, const cx_array *x, const cx_array *y);
CX_API double cx_score(const cx_estimator *m, const cx_array *x, const cx_array *y);
/** A fitted attribute, "coef_" or "pca__components_" for a step's: a snapshot, valid after a
 *  refit too. Also n_features_in_ (0-d int64) and, fitted from a table, feature_names_in_
 *  (CX_CAT).
 *  Errors      NOT_FITTED; ARGUMENT no such attribute (with a suggestion). */
CX_API cx_array *cx_attr(const cx_estimator *m, const char *name);
/** Is there such an attribute now? A query. */
CX_API bool cx_has_attr(const cx_estimator *m, const char *name);
CX_END_DECLS
#endif
