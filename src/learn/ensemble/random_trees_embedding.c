/* RandomTreesEmbedding: a column for every leaf of a forest of random trees, 1 where a row ends
 * (sklearn.ensemble.RandomTreesEmbedding).
 *
 * One idea: the trees learn noise, so what their leaves hold is free to be used: value_ is the
 * column that a leaf has in transform's result (-1 of a split). A walk then tells all columns of a
 * row. The result is dense, as OneHotEncoder's. */
#include "base/object.h"
#include "learn/ensemble/forest.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "learn/tree/single.h"
#include "ops/primitives.h"
#include <calx/choose.h>
#include <calx/device.h>
#include <calx/ops.h>
#include <string.h>

static const char *const attrs[] = {CX__FOREST_ATTRS, "n_outputs_: int []",
                                    "feature_importances_: float [n]", NULL};
enum { OUTPUTS = CX__FOREST_SLOTS, IMPORTANCES };

static const cx_param params[] = {
    CX__FOREST_TREES,
    CX__TREE_MAX_DEPTH("5"),
    CX__TREE_MIN_SAMPLES,
    CX__TREE_MAX_LEAF_NODES,
    CX__TREE_MIN_IMPURITY_DECREASE,
    {"sparse_output", CX_PARAM_BOOL, "True", NULL, "not used: the result is dense"},
    CX__FOREST_JOBS,
    CX__TREE_RANDOM_STATE,
    CX__FOREST_VERBOSE,
    CX__FOREST_WARM_START,
    {.name = NULL},
};

/* ---- fit */
static cx_status grow_one(void *ctx, const cx__forest *f, int64_t tree, cx__trees *out)
{
    (void)ctx;
    const cx__grow *const g = f->g;
    cx__grow_one one = {
        .y = g->y, .weight = g->weight, .min_weight_leaf = g->rules.min_weight_leaf};
    CX__TRY(cx__forest_splitter_seed(f->seed[tree], &one.seed));
    return cx__grow_lent(g, &one, out);
}

static void number_leaves(cx__trees *t)
{
    int64_t columns = 0;
    for (int64_t i = 0; i < t->nodes; i++) t->value[i] = t->left[i] < 0 ? (double)columns++ : -1;
}

static cx_status grow(cx_estimator *self, const cx_data *d, cx__grow *g, cx__forest *f)
{
    const cx_array *const noise = cx_rng_uniform(cx__seeded(self), 0, 1, CX_SHAPE(g->n));
    g->y = cx_data_f64(noise);
    g->rules.random = g->rules.many = true;
    g->rules.max_features = 1;
    CX__TRY(cx__so_far());
    CX__TRY(cx__grow_weights(g, d->sample_weight));
    CX__TRY(cx__forest_begin(self, g, f));
    CX__TRY(cx__grow_open(g));
    CX__TRY(cx__forest_grow(f, grow_one, NULL));
    number_leaves(&f->model);
    cx_array *importances = NULL;
    CX__TRY(cx__trees_importances(self, &g->site, &f->model, &importances));
    CX__TRY(cx_self_set(self, IMPORTANCES, importances));
    CX__TRY(cx_self_set_i64(self, OUTPUTS, 1));
    return cx__forest_store(self, f);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__grow g;
    cx__forest f = {.count = 0};
    CX__TRY(cx__grow_rows(self, "fit", d, &g));
    const cx_status st = grow(self, d, &g, &f);
    cx__forest_end(&f);
    cx__grow_end(&g);
    return st;
}

/* ---- use */
typedef struct leaves_plan {
    cx__walker walker;
    double *column; /* [trees]: of one row */
} leaves_plan;

/* Leaves of all trees: a tree of m nodes has (m + 1) / 2. */
static int64_t leaves(const cx_estimator *self)
{
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1;
    return (cx_size(cx_self(self, CX__TREE_LEFT)) + trees) / 2;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1;
    leaves_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    CX__TRY(cx__plan_scratch(p, trees, &s->column));
    p->state = s;
    p->cols_out = leaves(self);
    return cx__walker_plan(self, p, trees, true, 1, &s->walker);
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const leaves_plan *const s = p->state;
    const int64_t trees = s->walker.walk.trees;
    CX__TRY(cx__single_rows(p, &cx__class_random_trees_embedding, x, rows));
    memset(out, 0, (size_t)(rows * p->cols_out) * sizeof *out);
    for (int64_t i = 0; i < rows; i++) {
        memset(s->column, 0, (size_t)trees * sizeof *s->column);
        CX__TRY(cx__walker_add(p, &s->walker, x + i * p->cols_in, 1, s->column));
        for (int64_t t = 0; t < trees; t++) out[i * p->cols_out + (int64_t)s->column[t]] = 1;
    }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t trees = cx_size(cx_self(self, CX__TREE_START)) - 1;
    const cx_array *const column = cx_astype(cx__forest_sums(self, trees, x), CX_I64);
    cx_array *const out = cx_zeros(CX_SHAPE(cx_dim(x, 0), leaves(self)), CX_F64, cx_device_of(x));
    const cx_status st = cx_put_along_axis(out, column, cx_float(1), 1);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}

/* ---- names: randomtreesembedding_<tree>_<node> */
typedef struct named {
    const int64_t *tree, *node;
} named;

static void put_name(const void *ctx, int64_t i, cx__text *t)
{
    const named *const n = ctx;
    cx__text_f(t, "randomtreesembedding_%lld_%lld", (long long)n->tree[i], (long long)n->node[i]);
}

static cx_array *feature_names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    cx__trees t;
    const int64_t columns = leaves(self);
    if (cx_check(cx__trees_view("feature_names_out", self, &t)) != CX_OK)
        return cx__nil(cx__last_status());
    int64_t *const tree = cx__scope_room((size_t)columns * 2 * sizeof *tree);
    if (tree == NULL) return cx__nil(CX_E_NOMEM);
    int64_t at = 0;
    for (int64_t k = 0; k < t.count; k++)
        for (int64_t i = t.start[k]; i < t.start[k + 1]; i++) {
            if (t.left[i] >= 0) continue;
            tree[at] = k;
            tree[columns + at++] = i - t.start[k];
        }
    const named n = {.tree = tree, .node = tree + columns};
    return cx__names_made(columns, put_name, &n);
}

static cx_status bad_file(const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "RandomTreesEmbedding: %s", what);
}

/* The columns of a loaded file are those that leaves have. */
static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__trees_check(self, 1));
    cx__trees t;
    CX__TRY(cx__trees_view("estimator_load", self, &t));
    if (t.width != 1) return bad_file("value_ has more than one column");
    int64_t columns = 0;
    for (int64_t i = 0; i < t.nodes; i++)
        if (t.left[i] < 0 && t.value[i] != (double)columns++)
            return bad_file("value_ does not number the leaves");
    return columns == leaves(self) ? CX_OK : bad_file("a tree's nodes do not form one tree");
}

const cx_estimator_class cx__class_random_trees_embedding = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RandomTreesEmbedding",
    .doc = "A column for each leaf of random trees, 1 where a row ends.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = feature_names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
