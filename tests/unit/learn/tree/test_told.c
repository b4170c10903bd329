/* What fitted trees are asked: paths go from parent to child and end in the leaf of apply, sizes
 * are those of a walk over the nodes; for trees that were drawn. */
#include "hand_trees.h"

#include <calx/tree.h>

static cx_scope scope;
static void begin(void)
{
    scope = cx_scope_open();
}
static void end(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(told, .init = begin, .fini = end);

/* One row's nodes of one tree: at[0..n). */
static void expect_path(const cx__trees *t, int64_t tree, const int64_t *at, int64_t n,
                        int64_t leaf)
{
    const int64_t base = t->start[tree];
    cr_assert(n > 0 && at[0] == base && at[n - 1] == base + leaf);
    cr_expect(t->left[base + leaf] < 0);
    for (int64_t i = 1; i < n; i++)
        cr_expect(at[i] == base + t->left[at[i - 1]] || at[i] == base + t->right[at[i - 1]]);
}

Test(told, paths_lead_to_the_leaves_of_apply)
{
    enum { ROWS = 70, TREES = 6 };
    const cx_estimator *const m = hand_new("HandTrees(trees=6, size=300)", 4);
    const cx_array *const x = hand_x(ROWS, 4, false, .1);
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK && cx_tree_count(m) == TREES);
    const int64_t *const leaf = cx_data_i64(cx_tree_apply(m, x));
    const cx_decision_path path = cx_tree_decision_path(m, x);
    const int64_t *const from = cx_data_i64(path.indptr), *const at = cx_data_i64(path.indices),
                         *const begins = cx_data_i64(path.n_nodes_ptr);
    const double *const rows = cx_data_f64(x);
    cr_assert(leaf && from && at && begins && rows, "%s", cx_error_message());
    for (int64_t k = 0; k <= TREES; k++) cr_expect(begins[k] == t.start[k]);
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t p = from[i];
        for (int64_t k = 0; k < TREES; k++) {
            const int64_t first = p;
            cr_expect(leaf[i * TREES + k] == hand_leaf(&t, k, rows + i * 4, true));
            while (p < from[i + 1] && at[p] < begins[k + 1]) p++;
            expect_path(&t, k, at + first, p - first, leaf[i * TREES + k]);
        }
        cr_expect(p == from[i + 1]);
    }
    cr_expect(cx_size(path.indices) == from[ROWS]);
}

static int64_t deep(const cx__trees *t, int64_t base, int64_t i, int64_t *leaves)
{
    if (t->left[base + i] < 0) {
        (*leaves)++;
        return 0;
    }
    const int64_t l = deep(t, base, t->left[base + i], leaves),
                  r = deep(t, base, t->right[base + i], leaves);
    return 1 + (l > r ? l : r);
}

Test(told, sizes)
{
    const cx_estimator *const m = hand_new("HandTrees(trees=5, size=200, seed=3)", 3);
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK);
    for (int64_t k = 0; k < 5; k++) {
        int64_t leaves = 0;
        const int64_t depth = deep(&t, t.start[k], 0, &leaves);
        cr_expect(cx_tree_get_depth(m, k) == depth && cx_tree_get_n_leaves(m, k) == leaves);
    }
}

Test(told, categories_are_no_thresholds)
{
    const cx_estimator *const m =
        hand_new("HandTrees(trees=1, size=300, categories=True, single=False)", 1);
    cr_expect(cx_tree_get_depth(m, 0) > 0);
    const cx_scope inner = cx_scope_open();
    cr_expect_str_eq(cx_export_text(m, 0, NULL), "");
    cr_expect(cx_scope_close(inner) == CX_E_UNSUPPORTED);
    const cx_scope other = cx_scope_open();
    cr_expect_str_eq(cx_export_graphviz(m, 0, NULL), "");
    cr_expect(cx_scope_close(other) == CX_E_UNSUPPORTED);
}
