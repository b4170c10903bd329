/* What is asked of fitted trees (calx/tree.h): sizes, leaves, paths, pruning, one tree of many.
 *
 * All of it reads the one form that every model keeps; parents stand before their children, so one
 * pass over the nodes in order sees what is above, one backwards what is below. */
#include "learn/tree/told.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/hist.h"
#include "learn/numeric/rows.h"
#include "learn/tree/grow.h"
#include "learn/tree/imported/imported.h"
#include "learn/tree/single.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/tree.h>
#include <string.h>

/* ---- models and trees */
cx_status cx__told_model(const char *where, const cx_estimator *m)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (cx__class_slot(m->cls, "tree_start_") != CX__TREE_START)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no model of trees", m->cls->name);
    if (!cx_is_fitted(m))
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    return CX_OK;
}

bool cx__told_imported(const cx_estimator *m)
{
    return m->cls == &cx__class_tree_ensemble_classifier ||
           m->cls == &cx__class_tree_ensemble_regressor;
}

static bool is_histogram(const cx_estimator *m)
{
    return m->cls == &cx__class_hist_gradient_boosting_classifier ||
           m->cls == &cx__class_hist_gradient_boosting_regressor;
}

bool cx__told_exact(const cx_estimator *m)
{
    return !cx__told_imported(m) && !is_histogram(m);
}

/* Does the model see x as float32? */
static bool is_single(const cx_estimator *m)
{
    return cx__told_imported(m) ? cx__number_i64(cx_self(m, CX__IMPORTED_SINGLE)) != 0
                                : !is_histogram(m);
}

static bool is_single_tree(const cx_estimator *m)
{
    return m->cls == &cx__class_decision_tree_classifier ||
           m->cls == &cx__class_decision_tree_regressor ||
           m->cls == &cx__class_extra_tree_classifier || m->cls == &cx__class_extra_tree_regressor;
}

cx_status cx__told_open(const char *where, const cx_estimator *m, int64_t tree, cx__told *out)
{
    CX__TRY(cx__told_model(where, m));
    *out = (cx__told){.m = m, .tree = tree};
    CX__TRY(cx__trees_view(where, m, &out->all));
    if (tree < 0 || tree >= out->all.count)
        return cx__fail(CX_E_ARGUMENT, where, "tree %lld of %lld", (long long)tree,
                        (long long)out->all.count);
    if (cx__told_imported(m) && cx_self_has(m, CX__IMPORTED_ORDER)) /* by the file's numbers */
        tree = cx__number_i64(cx_select(cx_self(m, CX__IMPORTED_ORDER), 0, tree));
    CX__TRY(cx__so_far());
    out->base = out->all.start[tree];
    out->n = out->all.start[tree + 1] - out->base;
    out->outputs = out->all.width;
    const int slot = cx__class_slot(m->cls, "classes_");
    if (slot < 0) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_at(where, m->state->device, &s));
    out->labels = cx__to_host(&s, cx_self(m, slot));
    CX__TRY(cx__so_far());
    const bool shares =
        !cx__told_imported(m) || cx__number_i64(cx_self(m, CX__IMPORTED_LINK)) == CX__LINK_NONE;
    if (!shares || cx_size(out->labels) != out->all.width) {
        out->labels = NULL; /* of boosting: a step of scores */
        return CX_OK;
    }
    out->outputs = cx__label_columns(m);
    if (out->outputs > 1) return cx__read_offsets(where, m, &out->offset);
    int64_t *const only = cx__scope_room(2 * sizeof *only);
    if (only == NULL) return CX_E_NOMEM;
    only[1] = out->all.width;
    out->offset = only;
    return CX_OK;
}

void cx__told_class(const cx__told *t, int64_t i, cx__text *out)
{
    const cx_dtype type = cx_dtype_of(t->labels);
    if (type == CX_CAT) {
        cx__text_puts(out, cx_label(t->labels, i));
        return;
    }
    const double v = cx__number_f64(cx_select(t->labels, 0, i));
    switch (cx_dtype_kind(type)) {
    case 'b': cx__text_puts(out, v != 0 ? "True" : "False"); break;
    case 'f': cx__text_f64(out, v); break;
    default: cx__text_f(out, "%lld", (long long)cx__number_i64(cx_select(t->labels, 0, i)));
    }
}

cx_status cx__told_names(const char *where, const char *what, cx_names names, int64_t wanted)
{
    if (names.count == 0 || names.count == wanted) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%d %s; the tree has %lld", names.count, what,
                    (long long)wanted);
}

cx_status cx__told_thresholds(const char *where, const cx__told *t)
{
    for (int64_t i = t->base; t->all.category != NULL && i < t->base + t->n; i++)
        if (t->all.category[i] >= 0)
            return cx__fail(CX_E_UNSUPPORTED, where,
                            "node %lld of tree %lld splits by categories; only thresholds are told",
                            (long long)(i - t->base), (long long)t->tree);
    return CX_OK;
}

void cx__told_levels(const cx__told *t, int32_t *level)
{
    const int32_t *const left = t->all.left + t->base, *const right = t->all.right + t->base;
    for (int64_t i = t->n - 1; i >= 0; i--) {
        level[i] = 1;
        if (left[i] < 0) continue;
        const int32_t a = level[left[i]], b = level[right[i]];
        level[i] = 1 + (a > b ? a : b);
    }
}

int64_t cx_tree_count(const cx_estimator *m)
{
    static const char where[] = "tree_count";
    if (cx_check(cx__told_model(where, m)) != CX_OK) return 0;
    return cx_size(cx_self(m, CX__TREE_START)) - 1;
}

/* ---- sizes */
static cx_status measure(const char *where, const cx_estimator *m, int64_t tree, int64_t *depth,
                         int64_t *leaves)
{
    cx__told t;
    CX__TRY(cx__told_open(where, m, tree, &t));
    int32_t *const level = cx__calloc((size_t)t.n, sizeof *level);
    if (level == NULL) return cx__fail_nomem(where, "levels", (size_t)t.n * sizeof *level);
    cx__told_levels(&t, level);
    *depth = level[0] - 1;
    *leaves = 0;
    for (int64_t i = 0; i < t.n; i++) *leaves += t.all.left[t.base + i] < 0;
    cx__free(level);
    return CX_OK;
}

/* In a scope of its own. */
static cx_status measured(const char *where, const cx_estimator *m, int64_t tree, int64_t *depth,
                          int64_t *leaves)
{
    const cx_scope scope = cx_scope_open();
    cx_check(measure(where, m, tree, depth, leaves));
    return cx_check(cx_scope_close(scope));
}

int64_t cx_tree_get_depth(const cx_estimator *m, int64_t tree)
{
    int64_t depth = -1, leaves = -1;
    return measured("tree_get_depth", m, tree, &depth, &leaves) == CX_OK ? depth : -1;
}

int64_t cx_tree_get_n_leaves(const cx_estimator *m, int64_t tree)
{
    int64_t depth = -1, leaves = -1;
    return measured("tree_get_n_leaves", m, tree, &depth, &leaves) == CX_OK ? leaves : -1;
}

/* ---- rows */
cx_status cx__told_rows(const char *where, const cx_estimator *m, const cx_array *x,
                        const cx_array **out)
{
    CX__TRY(cx__told_model(where, m));
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions; %s takes [samples, features]",
                        cx_ndim(x), m->cls->name);
    cx_data d = {.x = x};
    CX__TRY(cx__schema_check(where, m, &d));
    CX__TRY(cx__data_prepare(where, m, &(const cx_data){.x = x}, CX__FOR_USE, &d));
    *out = d.x;
    if (cx__told_exact(m)) return cx__single_batch(m->cls, where, d.x);
    if (!is_histogram(m)) return CX_OK;
    cx__site s;
    CX__TRY(cx__site_of(where, d.x, &s));
    *out = cx__hist_coded(m, &s, d.x);
    return cx__so_far();
}

/* The leaves of x's rows [n, trees]. */
static cx_status leaves_of(const char *where, const cx_estimator *m, const cx_array *x,
                           cx_array **out)
{
    const cx_array *rows = NULL;
    CX__TRY(cx__told_rows(where, m, x, &rows));
    *out = cx__trees_apply(where, m, rows, is_single(m));
    return cx__so_far();
}

/* The same by the numbers that an imported model's file gave to nodes and trees. */
static cx_array *by_file(const cx_estimator *m, cx_array *leaf)
{
    if (cx_self_has(m, CX__IMPORTED_NUMBER)) {
        const cx_array *const start = cx_slice(cx_self(m, CX__TREE_START), 0, 0, -1, 1);
        leaf = cx_take(cx_self(m, CX__IMPORTED_NUMBER), cx_add(leaf, start), 0);
        leaf = cx_astype(leaf, CX_I64);
    }
    if (!cx_self_has(m, CX__IMPORTED_ORDER)) return leaf;
    return cx_take(leaf, cx_self(m, CX__IMPORTED_ORDER), 1);
}

cx_array *cx_tree_apply(const cx_estimator *m, const cx_array *x)
{
    static const char where[] = "tree_apply";
    const cx_scope scope = cx_scope_open();
    cx_array *leaf = NULL;
    if (cx_check(leaves_of(where, m, x, &leaf)) == CX_OK) {
        if (is_single_tree(m)) leaf = cx_copy(cx_select(leaf, 1, 0));
        if (cx__told_imported(m)) leaf = by_file(m, leaf);
    }
    cx_array *const out = cx_scope_keep(scope, cx_ok() ? leaf : cx__nil(cx__last_status()));
    const cx_status st = cx_check(cx_scope_close(scope));
    return st == CX_OK ? out : cx__nil(st);
}

/* Places of each row's nodes: from the leaf upwards, written from behind. */
static void climb(const int32_t *parent, int64_t base, int64_t leaf, int64_t *end)
{
    for (int64_t i = leaf; i >= 0; i = parent[base + i]) *--end = base + i;
}

static cx_status paths(const char *where, const cx_estimator *m, const cx_array *x,
                       cx_decision_path *out)
{
    cx_array *found = NULL;
    cx__trees t;
    cx__site s;
    CX__TRY(leaves_of(where, m, x, &found));
    CX__TRY(cx__trees_view(where, m, &t));
    CX__TRY(cx__site_of(where, x, &s));
    const int64_t n = cx_dim(found, 0);
    const int64_t *const leaf = cx__at(cx__fetch(&s, found));
    int32_t *const parent = cx__scope_room((size_t)t.nodes * sizeof *parent);
    int64_t *const depth = cx__scope_room((size_t)t.nodes * sizeof *depth);
    int64_t *const from = cx__scope_room((size_t)(n + 1) * sizeof *from);
    CX__TRY(cx__so_far());
    if (parent == NULL || depth == NULL || from == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < t.count; i++) {
        const int64_t base = t.start[i];
        parent[base] = -1;
        depth[base] = 1;
        for (int64_t j = base; j < t.start[i + 1]; j++) {
            if (t.left[j] < 0) continue;
            const int64_t l = base + t.left[j], r = base + t.right[j];
            parent[l] = parent[r] = (int32_t)(j - base);
            depth[l] = depth[r] = depth[j] + 1;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        from[i + 1] = from[i];
        for (int64_t k = 0; k < t.count; k++)
            from[i + 1] += depth[t.start[k] + leaf[i * t.count + k]];
    }
    int64_t *const index = cx__scope_room((size_t)(from[n] + 1) * sizeof *index), *end = index;
    if (index == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < t.count; k++) {
            end += depth[t.start[k] + leaf[i * t.count + k]];
            climb(parent, t.start[k], leaf[i * t.count + k], end);
        }
    out->indptr = cx__send(&s, cx_copy_host(from, CX_SHAPE(n + 1), CX_I64));
    out->indices = cx__send(&s, cx_copy_host(index, CX_SHAPE(from[n]), CX_I64));
    out->n_nodes_ptr = cx__send(&s, cx_copy_host(t.start, CX_SHAPE(t.count + 1), CX_I64));
    return cx__so_far();
}

cx_decision_path cx_tree_decision_path(const cx_estimator *m, const cx_array *x)
{
    cx_decision_path out = {NULL, NULL, NULL};
    const cx_scope scope = cx_scope_open();
    if (cx_check(paths("tree_decision_path", m, x, &out)) == CX_OK) {
        out.indptr = cx_scope_keep(scope, out.indptr);
        out.indices = cx_scope_keep(scope, out.indices);
        out.n_nodes_ptr = cx_scope_keep(scope, out.n_nodes_ptr);
    }
    const cx_status st = cx_check(cx_scope_close(scope));
    return st == CX_OK ? out : (cx_decision_path){cx__nil(st), cx__nil(st), cx__nil(st)};
}

/* ---- pruning */
static cx_status pruned(const char *where, const cx_estimator *m, const cx_data *d,
                        cx_pruning_path *out)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (d == NULL) return cx__fail(CX_E_NULL, where, "d is NULL");
    if (!is_single_tree(m))
        return cx__fail(CX_E_ARGUMENT, where, "%s is no single tree", m->cls->name);
    cx_estimator *const whole = cx_clone(m);
    CX__TRY(cx__so_far());
    CX__TRY(cx_set_param_f64(whole, "ccp_alpha", 0));
    CX__TRY(cx__estimator_fit(where, whole, d, false));
    cx__trees t;
    CX__TRY(cx__trees_view(where, whole, &t));
    double *const step = cx__scope_room((size_t)t.nodes * 2 * sizeof *step);
    if (step == NULL) return CX_E_NOMEM;
    int64_t count = 0;
    CX__TRY(cx__prune_path(where, &t, 0, step, step + t.nodes, &count));
    out->ccp_alphas = cx_copy_host(step, CX_SHAPE(count), CX_F64);
    out->impurities = cx_copy_host(step + t.nodes, CX_SHAPE(count), CX_F64);
    return cx__so_far();
}

cx_pruning_path cx_tree_cost_complexity_pruning_path(const cx_estimator *m, const cx_data *d)
{
    cx_pruning_path out = {NULL, NULL};
    const cx_scope scope = cx_scope_open();
    if (cx_check(pruned("tree_cost_complexity_pruning_path", m, d, &out)) == CX_OK) {
        out.ccp_alphas = cx_scope_keep(scope, out.ccp_alphas);
        out.impurities = cx_scope_keep(scope, out.impurities);
    }
    const cx_status st = cx_check(cx_scope_close(scope));
    return st == CX_OK ? out : (cx_pruning_path){cx__nil(st), cx__nil(st)};
}
