/* Trees of a loaded file: every walk ends, inside the arrays. */
#include "learn/tree/trees.h"

#include "base/alloc.h"
#include "base/object.h"
#include <math.h>

static cx_status bad(const cx_estimator *m, int64_t tree, int64_t node, const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree %lld, node %lld: %s", m->cls->name,
                    (long long)tree, (long long)node, what);
}

/* Children stand behind their parent, so that a walk never comes back, and each has one parent, so
 * that there are as many leaves as there should be; what a split names is there. */
static cx_status node_check(const cx_estimator *m, const cx__trees *t, int64_t tree, int64_t i,
                            bool *taken)
{
    const int64_t base = t->start[tree], n = t->start[tree + 1] - base, at = base + i;
    const int64_t left = t->left[at], right = t->right[at];
    if (i > 0 && !taken[i]) return bad(m, tree, i, "it has no parent");
    if (left < 0 && right < 0) return CX_OK;
    if (left <= i || right <= i || left >= n || right >= n)
        return bad(m, tree, i, "children out of bounds");
    if (left == right || taken[left] || taken[right])
        return bad(m, tree, i, "a child of two nodes");
    taken[left] = taken[right] = true;
    if (t->feature[at] < 0 || t->feature[at] >= cx_self_features(m))
        return bad(m, tree, i, "no such feature");
    const int32_t category = t->category != NULL ? t->category[at] : -1;
    if (category >= t->bit_rows) return bad(m, tree, i, "no such row of category_bits_");
    if (category < 0 && isnan(t->threshold[at])) return bad(m, tree, i, "its threshold is NaN");
    return CX_OK;
}

static cx_status tree_check(const cx_estimator *m, const cx__trees *t, int64_t tree)
{
    const int64_t from = t->start[tree], to = t->start[tree + 1];
    if (from < 0 || to <= from || to > t->nodes || to - from > INT32_MAX)
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree_start_ must rise", m->cls->name);
    bool *const taken = cx__calloc((size_t)(to - from), sizeof *taken);
    if (taken == NULL) return cx__fail_nomem("estimator_load", "a check", (size_t)(to - from));
    cx_status st = CX_OK;
    for (int64_t i = 0; st == CX_OK && i < to - from; i++) st = node_check(m, t, tree, i, taken);
    cx__free(taken);
    return st;
}

cx_status cx__trees_check(const cx_estimator *m, int64_t trees_per)
{
    cx__trees t;
    CX__TRY(cx__trees_view("estimator_load", m, &t));
    if (t.count < 1 || t.count % trees_per != 0 || t.start[0] != 0 || t.start[t.count] != t.nodes)
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree_start_ does not fit the nodes",
                        m->cls->name);
    if ((t.category != NULL) != (t.bits != NULL))
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: category_ without category_bits_",
                        m->cls->name);
    for (int64_t tree = 0; tree < t.count; tree++) CX__TRY(tree_check(m, &t, tree));
    return CX_OK;
}
