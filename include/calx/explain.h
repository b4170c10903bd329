/* Shares of features in the answers of models of trees (as the package shap has them). */
#ifndef CALX_EXPLAIN_H
#define CALX_EXPLAIN_H
#include <calx/estimator.h>

/** values [n, features], or [n, features, outputs] where the model has several outputs; expected
 *  [outputs]. float64 on the device of x. */
typedef struct cx_shap {
    cx_array *values, *expected;
} cx_shap;

CX_BEGIN
/** Exact SHAP values of a fitted model of trees: what each feature adds to the model's answer for a
 *  row, against the answer expected from the training rows. A feature that is not known sends a row
 *  down both ways of a split, in the shares of the training weights there
 *  (weighted_n_node_samples_), so no background data are needed ('tree_path_dependent').
 *
 *  The answer is: the numbers of value_ for a tree, their mean over the trees for a forest
 *  (probabilities of the classes, or means); the raw decision before the link for boosting and for
 *  what cx_trees_load read. The values of a row add up to that answer minus expected, to rounding.
 *
 *  @param m    fitted decision tree, random forest, forest of extra trees, boosted or imported
 * trees.
 *  @param x    [n, features]; not modified.
 *  @return     handles of the open scope, nil on failure. The same bits for any number of threads.
 *  Errors      ARGUMENT a model that is no sum of trees; NOT_FITTED; SHAPE other columns; whatever
 *              predict raises for x; UNSUPPORTED boosting that starts from an estimator, imported
 * trees whose file does not say how many rows went where. Device      cpu; on others trees and rows
 * come to the CPU and the values go back.   Syncs. Source      Lundberg, Erion, Lee 2018,
 * Consistent Individualized Feature Attribution for Tree Ensembles; the weights of the subsets as
 * an integral, by Gauss-Legendre points that are exact for its polynomials.
 */
CX_API cx_shap cx_tree_shap(const cx_estimator *m, const cx_array *x);
CX_END_DECLS
#endif
