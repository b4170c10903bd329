/* Trees that were trained elsewhere: models of XGBoost, LightGBM and scikit-learn as JSON, read
 * into estimators that predict, serve, are saved and are moved as those that fit here do.
 *
 *     cx_estimator *m = cx_trees_load("model.json", NULL);
 *     cx_check(cx_estimator_save("model.safetensors", m));
 *
 * docs/importing-trees.md says how the files are written and what each of them may hold. */
#ifndef CALX_TREES_IMPORT_H
#define CALX_TREES_IMPORT_H
#include <calx/estimator.h>

/** Which part of a boosted model is taken; by CX_OPTS(cx_trees_load_opts, ...). */
typedef struct cx_trees_load_opts {
    size_t struct_size;
    int64_t first_iteration; /* 0: from the first one on */
    int64_t iterations;      /* how many; 0: all that follow */
} cx_trees_load_opts;

CX_BEGIN
/** A fitted TreeEnsembleClassifier or TreeEnsembleRegressor from a JSON file: XGBoost's
 *  (Booster.save_model), LightGBM's (Booster.dump_model) or the one that the snippet of
 *  docs/importing-trees.md writes of scikit-learn's models. The form is recognised by its content.
 *
 *  Every row ends in the leaves in which it ends there; sums are float64. Labels are 0, 1, ...
 *  unless the file has names of classes. NaN is a missing value. An estimator of these classes is
 *  not fitted again (UNSUPPORTED), and its clones are unfitted ones.
 *  @param path  A JSON file of at most 1 GiB.
 *  @param o     NULL: every iteration.
 *  @return      Fitted estimator on the CPU, owned by the open scope; nil on error.
 *  Errors       IO; PARSE no JSON, or what contradicts itself (the message names file, tree and
 *               node); UNSUPPORTED a booster, an objective or a kind of split that is not known
 *               here; ARGUMENT iterations that the model has not; NOMEM. */
CX_API cx_estimator *cx_trees_load(const char *path, const cx_trees_load_opts *o);
/** The node in which each row ends, as XGBoost's predict(pred_leaf=True) and scikit-learn's apply
 *  have it; of a model of LightGBM it is its leaf's number and the number of that tree's splits.
 *  @param m    From cx_trees_load, or such a one from a file.
 *  @param x    [n, features], any real dtype.
 *  @return     int64 [n, trees], where x is; nil on error.
 *  Errors      UNSUPPORTED another class; NOT_FITTED; SHAPE; DTYPE; DEVICE.   Syncs. */
CX_API cx_array *cx_trees_apply(const cx_estimator *m, const cx_array *x);
CX_END_DECLS
#endif
