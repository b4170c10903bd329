/* Trees of a loaded file: every walk ends, inside the arrays. */
#include "learn/tree/trees.h"

#include "base/object.h"

static cx_status bad(const cx_estimator *m, int64_t tree, int64_t node, const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree %lld, node %lld: %s", m->cls->name,
                    (long long)tree, (long long)node, what);
}

/* Children stand behind their parent, so that a walk never comes back; and what a split names is
 * there. */
static cx_status node_check(const cx_estimator *m, const cx__trees *t, int64_t tree, int64_t i)
{
    const int64_t base = t->start[tree], n = t->start[tree + 1] - base, at = base + i;
    const int64_t left = t->left[at], right = t->right[at];
    if (left < 0 && right < 0) return CX_OK;
    if (left <= i || right <= i || left >= n || right >= n || left == right)
        return bad(m, tree, i, "children out of bounds");
    if (t->feature[at] < 0 || t->feature[at] >= cx_self_features(m))
        return bad(m, tree, i, "no such feature");
    if (t->category != NULL && t->category[at] >= t->bit_rows)
        return bad(m, tree, i, "no such row of category_bits_");
    return CX_OK;
}

cx_status cx__trees_check(const cx_estimator *m, int64_t trees_per)
{
    cx__trees t;
    CX__TRY(cx__trees_view("estimator_load", m, &t));
    if (t.count < 1 || t.count % trees_per != 0 || t.start[0] != 0 || t.start[t.count] != t.nodes)
        return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree_start_ does not fit the nodes",
                        m->cls->name);
    for (int64_t tree = 0; tree < t.count; tree++) {
        if (t.start[tree] < 0 || t.start[tree + 1] <= t.start[tree] ||
            t.start[tree + 1] > t.nodes || t.start[tree + 1] - t.start[tree] > INT32_MAX)
            return cx__fail(CX_E_PARSE, "estimator_load", "%s: tree_start_ must rise",
                            m->cls->name);
        for (int64_t i = 0; i < t.start[tree + 1] - t.start[tree]; i++)
            CX__TRY(node_check(m, &t, tree, i));
    }
    return CX_OK;
}
