/* feature_importances_: what each feature took from the impurity. */
#include "learn/tree/trees.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include <string.h>

/* Decreases of one tree, weighted by the rows and summing to 1; false: it has no split. */
static bool one_tree(const cx__trees *t, int64_t tree, int64_t d, double *share)
{
    memset(share, 0, (size_t)d * sizeof *share);
    const int64_t base = t->start[tree], end = t->start[tree + 1];
    for (int64_t i = base; i < end; i++) {
        if (t->left[i] < 0) continue;
        const int64_t l = base + t->left[i], r = base + t->right[i];
        share[t->feature[i]] += t->weighted[i] * t->impurity[i] - t->weighted[l] * t->impurity[l] -
                                t->weighted[r] * t->impurity[r];
    }
    for (int64_t j = 0; j < d; j++) share[j] /= t->weighted[base];
    const double sum = cx__pairwise_sum(share, d);
    if (sum > 0)
        for (int64_t j = 0; j < d; j++) share[j] /= sum;
    return end - base > 1;
}

/* As scikit-learn's forests: trees of one node do not count; what is left is made to sum to 1. */
cx_status cx__trees_importances(const cx_estimator *m, const cx__site *s, const cx__trees *t,
                                cx_array **out)
{
    const int64_t d = cx_self_features(m);
    double *const all = cx__calloc((size_t)d * 2, sizeof *all);
    if (all == NULL) return cx__fail_nomem("fit", "importances", (size_t)d * 2 * sizeof *all);
    double *const share = all + d;
    for (int64_t tree = 0; tree < t->count; tree++)
        if (one_tree(t, tree, d, share))
            for (int64_t j = 0; j < d; j++) all[j] += share[j];
    const double total = t->count > 1 ? cx__pairwise_sum(all, d) : 0; /* one sums to 1 already */
    if (total > 0)
        for (int64_t j = 0; j < d; j++) all[j] /= total;
    *out = cx__given_all(s, all, d, CX_F64);
    cx__free(all);
    return cx__so_far();
}
