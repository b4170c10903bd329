/* Exact growth against a naive one written here, the ways of searching against each other, and one
 * thread against several. Whole numbers as targets and weights, so that no order of adding shows.
 */
#include "trees/grow.h"
#include "learn/numeric/site.h"
#include "naive_tree.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cx__site site;
static void open_site(void)
{
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
}
TestSuite(grow, .init = open_site, .timeout = 100);

static uint64_t state = 1;
static int64_t below(int64_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((state >> 33) % (uint64_t)n);
}
static double between(void)
{
    return (double)below(1 << 30) / (1 << 29) - 1;
}

static void free_problem(problem *p)
{
    free(p->x);
    free(p->y);
    free(p->weight);
}

static void free_nodes(cx_tree_nodes *t)
{
    void *const all[] = {t->left,      t->right,    t->feature,  t->samples, t->missing_left,
                         t->threshold, t->impurity, t->weighted, t->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) host_core->free(all[i]);
}

/* ---- problems */
static double feature_value(int kind)
{
    if (kind == 0) return between();
    if (kind == 1) return (double)below(5);
    if (kind == 2) return (double)below(40) * 4e-8; /* some as good as equal */
    return below(4) == 0 ? (double)NAN : (double)below(9);
}

static problem make(int64_t n, bool missing)
{
    problem p = {.n = n, .d = 1 + below(6)};
    cx_tree_rules *const r = &p.rules;
    p.g.outputs = 1 + (below(4) == 0);
    r->criterion = (cx_tree_criterion)below(CX_TREE_ABSOLUTE + 1);
    if (r->criterion == CX_TREE_ABSOLUTE) p.g.outputs = 1, missing = false;
    r->random = below(4) == 0;
    r->max_depth = below(3) == 0 ? below(6) : INT64_MAX;
    r->min_samples_split = 2 + below(3);
    r->min_samples_leaf = below(2) == 0 ? 1 : 1 + below(6);
    r->max_features = below(2) == 0 ? p.d : 1 + below(p.d);
    r->min_weight_leaf = below(4) == 0 ? 0.02 * (double)n : 0;
    r->min_impurity_decrease = below(4) == 0 ? 0.01 : 0;
    r->many = below(2) == 0;
    const bool classes = r->criterion <= CX_TREE_ENTROPY;
    p.classes[0] = 2 + below(3);
    p.classes[1] = 2 + below(2);
    if (!missing && p.g.outputs == 1 && below(4) == 0) {
        for (int j = 0; j < 8; j++) p.monotonic[j] = (int8_t)(below(3) - 1);
        p.classes[0] = 2;
        r->monotonic = p.monotonic;
    }
    p.x = malloc((size_t)(n * p.d) * sizeof *p.x);
    p.y = malloc((size_t)(n * p.g.outputs) * sizeof *p.y);
    for (int64_t j = 0; j < p.d; j++) {
        const int kind = (int)below(missing ? 4 : 3);
        for (int64_t i = 0; i < n; i++) p.x[i * p.d + j] = feature_value(kind);
    }
    for (int64_t i = 0; i < n * p.g.outputs; i++)
        p.y[i] = (double)below(classes ? p.classes[i % p.g.outputs] : 9);
    if (below(2) == 0) {
        p.weight = malloc((size_t)n * sizeof *p.weight);
        for (int64_t i = 0; i < n; i++) p.weight[i] = (double)(i == 0 ? 1 : below(4));
    }
    p.g.seed = (uint32_t)below(1 << 30);
    return p;
}

static cx_tree_nodes grown(problem *p, tree_search how, int32_t *leaf)
{
    if (p->rules.monotonic != NULL) p->rules.monotonic = p->monotonic;
    p->g.rules = &p->rules;
    p->g.y = p->y;
    p->g.weight = p->weight;
    p->g.classes = p->rules.criterion <= CX_TREE_ENTROPY ? p->classes : NULL;
    p->g.leaf = leaf;
    cx_tree_table *table = NULL;
    cr_assert_eq(site.trees->table_open(site.queue, p->x, p->n, p->d, &p->rules, &table), CX_OK);
    p->g.table = table;
    cx_tree_nodes t = {0};
    const cx_status st = how == TREE_AUTO ? site.trees->grow(site.queue, &p->g, &t)
                                          : host_tree_grow_by(&p->g, how, &t);
    cr_assert_eq(st, CX_OK, "%s", cx_error_message());
    site.trees->table_close(site.queue, table);
    return t;
}

static void compare_with_naive(int64_t n, bool missing, tree_search how)
{
    problem p = make(n, missing);
    int32_t *const leaf = malloc((size_t)n * sizeof *leaf);
    cx_tree_nodes t = grown(&p, how, leaf);
    naive s = {.p = &p, .want = &t, .random = p.g.seed};
    int64_t *const row = malloc((size_t)n * sizeof *row), m = 0;
    for (int64_t i = 0; i < n; i++) {
        s.all += weight_of(&p, i);
        if (weight_of(&p, i) != 0)
            row[m++] = i;
        else
            cr_assert_eq(leaf[i], -1);
    }
    for (int64_t j = 0; j < p.d; j++) s.feature[j] = j;
    check_node(&s, row, m, 0, 0, -INFINITY, INFINITY);
    cr_assert_eq(s.at, t.count);
    free(row);
    free(leaf);
    free_nodes(&t);
    free_problem(&p);
}

Test(grow, equals_a_naive_growth)
{
    for (int i = 0; i < 1200; i++) {
        state = (uint64_t)i + 1;
        compare_with_naive(2 + below(60), i % 3 == 0, (tree_search)(i % 4));
    }
    for (int i = 0; i < 12; i++) {
        state = (uint64_t)i + 7;
        compare_with_naive(300 + below(300), i % 3 == 0, (tree_search)(i % 4));
    }
}

static void same(const cx_tree_nodes *a, const cx_tree_nodes *b)
{
    cr_assert_eq(a->count, b->count);
    const size_t n = (size_t)a->count;
    cr_assert_arr_eq(a->left, b->left, n * sizeof *a->left);
    cr_assert_arr_eq(a->right, b->right, n * sizeof *a->right);
    cr_assert_arr_eq(a->feature, b->feature, n * sizeof *a->feature);
    cr_assert_arr_eq(a->samples, b->samples, n * sizeof *a->samples);
    cr_assert_arr_eq(a->threshold, b->threshold, n * sizeof *a->threshold);
    cr_assert_arr_eq(a->impurity, b->impurity, n * sizeof *a->impurity);
    cr_assert_arr_eq(a->weighted, b->weighted, n * sizeof *a->weighted);
    cr_assert_arr_eq(a->value, b->value, n * (size_t)a->width * sizeof *a->value);
}

/* Many rows, sums that are no whole numbers for regression. */
/* Values of many rows: all differ; thirty of them; some as good as equal to one before. */
enum { DIFFER, TIES, CLOSE };

static double next_of(const double *x, int64_t i, int values)
{
    if (values == TIES) return (double)below(30);
    const bool close = values == CLOSE && i > 3000 && below(1000) == 0;
    return close ? x[i - 6 * below(400)] + 4e-8 * (double)below(4) : between() / 2;
}

static problem many(cx_tree_criterion kind, int64_t max_features, int values)
{
    enum { N = 9000, D = 6 };
    problem p = {.n = N, .d = D, .classes = {kind == CX_TREE_GINI ? 2 : 3, 0}};
    p.rules = (cx_tree_rules){.criterion = kind,
                              .max_depth = INT64_MAX,
                              .min_samples_split = 2,
                              .min_samples_leaf = values == CLOSE ? 2 : 1,
                              .max_features = max_features};
    p.g.outputs = 1;
    p.g.seed = 5;
    p.x = malloc(N * D * sizeof *p.x);
    p.y = malloc(N * sizeof *p.y);
    p.weight = malloc(N * sizeof *p.weight);
    for (int64_t i = 0; i < N * D; i++) p.x[i] = next_of(p.x, i, values);
    for (int64_t i = 0; i < N; i++) {
        p.y[i] = kind == CX_TREE_SQUARED ? p.x[i * D] + between() : (double)below(p.classes[0]);
        p.weight[i] = (double)below(3);
    }
    return p;
}

Test(grow, ways_and_threads_give_the_same_bits)
{
    const cx_tree_criterion kind[] = {CX_TREE_GINI, CX_TREE_SQUARED};
    for (int i = 0; i < 12; i++) {
        problem p = many(kind[i / 6], i % 2 == 0 ? 6 : 2, i / 2 % 3);
        cr_assert_eq(cx_set_num_threads(1), CX_OK);
        cx_tree_nodes a = grown(&p, TREE_COLUMNS, NULL);
        cr_assert_gt(a.count, 500);
        cr_assert_eq(cx_set_num_threads(4), CX_OK);
        const bool exact = kind[i / 6] == CX_TREE_GINI;
        for (int how = exact ? TREE_PLAIN : TREE_COLUMNS; how <= TREE_SORTS; how++) {
            cx_tree_nodes b = grown(&p, (tree_search)how, NULL);
            same(&a, &b);
            free_nodes(&b);
        }
        free_nodes(&a);
        free_problem(&p);
    }
}
