/* Looking into fitted models of trees (sklearn.tree, and the methods apply, decision_path,
 * get_depth
 * ... of trees, forests and boosting). Every model that keeps tree_start_, children_left_, ... is
 * one: a tree, a forest, boosting. Trees count from 0, nodes from 0 within their tree; a single
 * tree has number 0. Work runs on the CPU; arrays come back where x, or the model, is. */
#ifndef CALX_TREE_H
#define CALX_TREE_H
#include <calx/estimator.h>
#include <calx/table.h>

/** Which nodes rows pass, as the rows of a sparse matrix of ones [rows, nodes of all trees]: those
 *  of row i are indices[indptr[i]] to indices[indptr[i + 1] - 1], rising. The columns of tree t are
 *  n_nodes_ptr[t] to n_nodes_ptr[t + 1] - 1. All int64. */
typedef struct cx_decision_path {
    cx_array *indptr, *indices, *n_nodes_ptr;
} cx_decision_path;

/** float64 [steps]: each alpha from which on one branch more is pruned, and the impurity of the
 *  leaves that are left. */
typedef struct cx_pruning_path {
    cx_array *ccp_alphas, *impurities;
} cx_pruning_path;

typedef struct cx_export_text_opts {
    size_t struct_size;
    cx_names feature_names; /* none: feature_0, feature_1, ... */
    cx_names class_names;   /* none: the classes */
    cx_maybe_i64 max_depth; /* 10: what is deeper is told as one line */
    int spacing;            /* 0: 3 */
    cx_maybe_i64 decimals;  /* 2 */
    bool show_weights;      /* of the classes in each leaf */
} cx_export_text_opts;

typedef enum cx_node_label {
    CX_NODE_LABEL_ALL = 0,
    CX_NODE_LABEL_ROOT,
    CX_NODE_LABEL_NONE
} cx_node_label;
typedef struct cx_export_graphviz_opts {
    size_t struct_size;
    cx_maybe_i64 max_depth; /* not set: all */
    cx_names feature_names; /* none: x[0], x[1], ... */
    cx_names class_names;   /* none: classes are not told */
    bool class_symbols;     /* y[0], y[1], ... as class names */
    cx_node_label label;    /* words beside the numbers: of all nodes, the root, none */
    bool filled, leaves_parallel, no_impurity, node_ids, proportion, rotate, rounded;
    bool special_characters;
    cx_maybe_i64 precision; /* 3 */
    const char *fontname;   /* NULL: helvetica */
} cx_export_graphviz_opts;

CX_BEGIN
/** Trees of a fitted model (boosting of k classes: k a round, in their order); 0 and a mark on
 *  failure.
 *  Errors      NOT_FITTED; ARGUMENT not a model of trees. Shared by all below. */
CX_API int64_t cx_tree_count(const cx_estimator *m);
/** Levels below the root, and leaves, of one tree; -1 and a mark on failure.
 *  Errors      ARGUMENT no such tree. */
CX_API int64_t cx_tree_get_depth(const cx_estimator *m, int64_t tree);
CX_API int64_t cx_tree_get_n_leaves(const cx_estimator *m, int64_t tree);
/** The leaf in which each row ends.
 *
 *  @param x    [n, features], as predict takes it.
 *  @return     int64 [n] of a single tree, [n, trees] of other models; nil on error.
 *  Errors      as cx_predict. */
CX_API cx_array *cx_tree_apply(const cx_estimator *m, const cx_array *x);
/** The nodes that each row passes, the root and the leaf among them.
 *
 *  @param x    [n, features], as predict takes it.
 *  @return     handles of the open scope, nil on failure.
 *  Errors      as cx_predict. */
CX_API cx_decision_path cx_tree_decision_path(const cx_estimator *m, const cx_array *x);
/** cost_complexity_pruning_path: how m's tree, grown from the data without ccp_alpha, is pruned.
 *
 *  @param m    one of the four single trees, fitted or not; not changed.
 *  @param d    as for fit.
 *  @return     handles of the open scope, on the CPU, nil on failure.
 *  Errors      ARGUMENT another class; as cx_fit_data. */
CX_API cx_pruning_path cx_tree_cost_complexity_pruning_path(const cx_estimator *m,
                                                            const cx_data *d);
/** One tree as an estimator of its own (estimators_): DecisionTree*, of extra trees ExtraTree*,
 * with the parameters that both have. Of boosting a regressor of that tree's step.
 *
 *  @return     New fitted estimator owned by the open scope, where m is; nil on error.
 *  Errors      ARGUMENT no such tree; UNSUPPORTED histogram boosting, whose trees see float64. */
CX_API cx_estimator *cx_tree_estimator(const cx_estimator *m, int64_t tree);
/** sklearn.tree.export_text: the rules of one tree, a line each.
 *
 *  @return     Text of the open scope; "" and a mark on failure.
 *  Errors      ARGUMENT names that are not as many as columns or classes, negative options;
 *              UNSUPPORTED splits by categories. */
CX_API const char *cx_export_text(const cx_estimator *m, int64_t tree,
                                  const cx_export_text_opts *o);
/** sklearn.tree.export_graphviz: one tree in the language of dot.
 *
 *  @return     Text of the open scope; "" and a mark on failure.
 *  Errors      as cx_export_text. */
CX_API const char *cx_export_graphviz(const cx_estimator *m, int64_t tree,
                                      const cx_export_graphviz_opts *o);
CX_END_DECLS
#endif
