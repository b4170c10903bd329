/* link: static
 * Every allocation of making a table of training rows and growing a tree failing in turn: NOMEM or
 * the same tree, and nothing is left. */
#include "fault.h"
#include "learn/numeric/site.h"
#include "trees/grow.h"
#include <criterion/criterion.h>

TestSuite(fault_tree_growth, .init = fault_install, .timeout = 120);

enum { N = 6000, D = 6 };

static void add_nodes(cx_tree_nodes *t, cx_status st)
{
    double sum = 0;
    for (int64_t i = 0; st == CX_OK && i < t->count; i++)
        sum += t->threshold[i] * t->feature[i] + t->impurity[i];
    if (st == CX_OK) fault_add_number(sum);
    void *const all[] = {t->left,      t->right,    t->feature,  t->samples, t->missing_left,
                         t->threshold, t->impurity, t->weighted, t->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) host_core->free(all[i]);
}

static cx_status grow(cx_tree_criterion kind, tree_search how, int64_t leaves)
{
    cx__site site;
    cx_status st = cx__site_at("test", CX_CPU, &site);
    if (st != CX_OK) return st;
    static double x[N * D], y[N];
    uint64_t state = 3;
    for (int i = 0; i < N * D; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = (double)(state >> 40);
    }
    const int64_t classes[] = {2};
    for (int i = 0; i < N; i++) y[i] = x[i * D] + x[i * D + 1] * 0.3 > 1e7;
    const cx_tree_rules rules = {.criterion = kind,
                                 .max_depth = 6,
                                 .max_leaf_nodes = leaves,
                                 .min_samples_split = 2,
                                 .min_samples_leaf = 1,
                                 .max_features = D};
    cx_tree_table *table = NULL;
    st = site.trees->table_open(site.queue, x, N, D, &rules, &table);
    if (st != CX_OK) return st;
    const cx_tree_growth g = {.table = table,
                              .rules = &rules,
                              .outputs = 1,
                              .y = y,
                              .classes = kind == CX_TREE_GINI ? classes : NULL,
                              .seed = 1};
    cx_tree_nodes nodes = {0};
    st = host_tree_grow_by(&g, how, &nodes);
    add_nodes(&nodes, st);
    site.trees->table_close(site.queue, table);
    return st;
}

#define SCENARIO(name, kind, how, leaves)                                              \
    static cx_status name(void *ctx)                                                   \
    {                                                                                  \
        (void)ctx;                                                                     \
        static double want = (double)NAN;                                              \
        double unused = (double)NAN;                                                   \
        const cx_scope s = fault_open();                                               \
        const cx_status st = grow(kind, how, leaves);                                  \
        const cx_status closed = fault_close(s, st == CX_OK ? &want : &unused, #name); \
        return st != CX_OK ? st : closed;                                              \
    }                                                                                  \
    Test(fault_tree_growth, name)                                                      \
    {                                                                                  \
        cr_assert_gt(fault_loop(#name, FAULT_ONCE, name, NULL), 5);                    \
        cr_assert_gt(fault_loop(#name, FAULT_FROM_THEN_ON, name, NULL), 5);            \
    }

SCENARIO(columns, CX_TREE_GINI, TREE_COLUMNS, 0)
SCENARIO(best_first, CX_TREE_SQUARED, TREE_SORTS, 70)
SCENARIO(plain, CX_TREE_SQUARED, TREE_PLAIN, 0)
