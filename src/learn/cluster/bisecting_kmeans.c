/* BisectingKMeans: clusters cut in two, one after the other, by k-means of two centres.
 *
 * One idea: the cuts are a binary tree whose leaves are the clusters; the rows of a leaf stay on
 * their device as row numbers. Prediction goes down the tree, nearer centre by nearer centre. Draws
 * are scikit-learn's. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/cluster/centres.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { LABELS = CX__CENTRES + 1, INERTIA, CHILDREN, NODES };
static const char *const attrs[] = {"cluster_centers_: float [k, n]",
                                    "labels_: int [m]",
                                    "inertia_: float []",
                                    "_children: int [t, 2]", /* of a leaf: -1 and its label */
                                    "_centers: float [t, n]",
                                    NULL};

static const cx_param params[] = {
    CX__PARAM_CLUSTERS,
    {"init", CX_PARAM_STR, "'random'", "{'k-means++', 'random'}",
     "how the first centres of a cut are drawn"},
    {"n_init", CX_PARAM_INT, "1", "[1, inf)", "runs for each cut"},
    CX__PARAM_SEED,
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations of a run"},
    CX__PARAM_VERBOSE,
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "a run stops when its centres move less, squared and summed"},
    CX__PARAM_COPY,
    CX__PARAM_ALGORITHM,
    {"bisecting_strategy", CX_PARAM_STR, "'biggest_inertia'",
     "{'biggest_inertia', 'largest_cluster'}", "which cluster is cut next"},
    {.name = NULL},
};

/* ---- the tree */
typedef struct node {
    cx_array *rows, *centre; /* int64 [m] of a leaf; [d] */
    double score;
    int64_t left; /* the right one stands behind it; -1: a leaf */
} node;

typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    cx__points p; /* centred */
    cx__start start;
    cx_generator *g;
    cx_array *mean;
    node *tree; /* [2 k - 1] */
    int64_t k, nodes;
    bool by_inertia;
} fitting;

/* The leaf of the highest score, the leftmost of equal ones: a walk from left to right. */
static void best_leaf(const fitting *f, int64_t at, int64_t *best)
{
    const node *const n = f->tree + at;
    if (n->left >= 0) {
        best_leaf(f, n->left, best);
        best_leaf(f, n->left + 1, best);
    } else if (*best < 0 || n->score > f->tree[*best].score) {
        *best = at;
    }
}

/* The best of n_init runs over a leaf's points. */
static cx_status best_run(const fitting *f, const cx__points *p, cx__lloyd_run *best)
{
    const int64_t runs = cx_param_i64(f->self, "n_init");
    for (int64_t i = 0; i < runs; i++) {
        cx__lloyd_run run = {.centres = NULL};
        CX__TRY(cx__start_centres(&f->start, p, 2, f->g, &run.centres));
        CX__TRY(cx__lloyd(p, cx_param_i64(f->self, "max_iter"), cx_param_f64(f->self, "tol"), NULL,
                          NULL, &run));
        if (i == 0 || run.inertia < best->inertia * (1 - 1e-6)) *best = run;
    }
    return CX_OK;
}

/* Inertia of each half, or how many points it has. */
static cx_status scores(const fitting *f, const cx__points *p, const cx__lloyd_run *run,
                        double score[2])
{
    for (int64_t c = 0; c < 2; c++) {
        const cx_array *const mine = cx_equal(run->label, cx_int(c));
        if (!f->by_inertia) {
            score[c] = (double)cx__number_i64(cx_count_nonzero(mine, CX_ALL));
            continue;
        }
        const cx_array *const weight = cx__f64(p->site, mine);
        cx__points part = *p;
        part.weight = p->weight ? cx_mul(p->weight, weight) : weight;
        CX__TRY(cx__inertia(&part, run->centres, run->label, score + c));
    }
    return cx__so_far();
}

static cx_status cut(fitting *f, int64_t at)
{
    node *const n = f->tree + at;
    const cx_array *const w = f->p.weight;
    cx__points p;
    cx__lloyd_run run = {.centres = NULL};
    double score[2];
    if (cx_dim(n->rows, 0) < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "BisectingKMeans: n_clusters=%lld is more than the rows that differ: a "
                        "cluster of %lld rows cannot be cut",
                        (long long)f->k, (long long)cx_dim(n->rows, 0));
    CX__TRY(cx__points_make(&f->site, cx_take(f->p.x, n->rows, 0),
                            w ? cx_take(w, n->rows, 0) : NULL, &p));
    CX__TRY(best_run(f, &p, &run));
    CX__TRY(scores(f, &p, &run, score));
    n->left = f->nodes;
    for (int64_t c = 0; c < 2; c++) {
        const cx_array *const mine = cx_flatnonzero(cx_equal(run.label, cx_int(c)));
        f->tree[f->nodes++] = (node){.rows = cx_take(n->rows, mine, 0),
                                     .centre = cx_copy(cx_select(run.centres, 0, c)),
                                     .score = score[c],
                                     .left = -1};
    }
    return cx__so_far();
}

/* Cut a leaf; only its halves outlive the temporaries. */
static cx_status cut_best(fitting *f)
{
    int64_t best = -1;
    best_leaf(f, 0, &best);
    const cx_scope scope = cx_scope_open();
    if (cx_check(cut(f, best)) == CX_OK)
        for (int64_t i = f->nodes - 2; i < f->nodes; i++) {
            f->tree[i].rows = cx_scope_keep(scope, f->tree[i].rows);
            f->tree[i].centre = cx_scope_keep(scope, f->tree[i].centre);
        }
    return cx_scope_close(scope);
}

/* ---- results */
typedef struct gathered {
    cx_array *label, *centres, *nodes; /* [n], [k, d], [t, d] */
    int64_t *children;                 /* [t, 2] */
    int64_t leaves;
} gathered;

static cx_status gather(const fitting *f, int64_t at, gathered *out)
{
    const node *const n = f->tree + at;
    CX__TRY(cx_copy_into(n->centre, cx_select(out->nodes, 0, at)));
    out->children[2 * at] = n->left;
    out->children[2 * at + 1] = n->left >= 0 ? n->left + 1 : out->leaves;
    if (n->left >= 0) {
        CX__TRY(gather(f, n->left, out));
        return gather(f, n->left + 1, out);
    }
    CX__TRY(cx_copy_into(n->centre, cx_select(out->centres, 0, out->leaves)));
    if (cx_size(n->rows) > 0)
        CX__TRY(cx_put_rows(
            out->label, n->rows,
            cx_full(CX_SHAPE(cx_size(n->rows)), cx_int(out->leaves), CX_I32, f->site.device)));
    out->leaves++;
    return CX_OK;
}

static cx_status store(fitting *f, cx_estimator *self, const cx_data *data)
{
    const cx__site *const s = &f->site;
    const cx_dtype t = cx__float_like(data->x);
    gathered r = {.label = cx_zeros(CX_SHAPE(f->p.n), CX_I32, s->device),
                  .centres = cx__new_f64(s, f->k, f->p.d),
                  .nodes = cx__new_f64(s, f->nodes, f->p.d)};
    cx_array *const children = cx_empty(CX_SHAPE(f->nodes, 2), CX_I64, CX_CPU);
    r.children = cx_data_i64_mut(children);
    CX__TRY(cx__so_far());
    CX__TRY(gather(f, 0, &r));
    double inertia;
    CX__TRY(cx__inertia(&f->p, r.centres, r.label, &inertia));
    CX__TRY(cx__store(self, CX__CENTRES, cx_add(r.centres, f->mean), t));
    CX__TRY(cx_self_set(self, LABELS, r.label));
    CX__TRY(cx_self_set_f64(self, INERTIA, inertia));
    CX__TRY(cx_self_set(self, CHILDREN, cx__send(s, children)));
    return cx__store(self, NODES, cx_add(r.nodes, f->mean), t);
}

static cx_status grow(fitting *f, cx_estimator *self, const cx_data *data)
{
    const cx__site *const s = &f->site;
    const cx_array *const x = cx__f64(s, data->x), *const w = data->sample_weight
                                                                  ? cx__f64(s, data->sample_weight)
                                                                  : NULL;
    CX__TRY(cx__start_read(self, s, cx_dim(x, 1), &f->start));
    CX__TRY(cx__column_means(s, x, NULL, &f->mean, NULL));
    CX__TRY(cx__points_make(s, cx__centred(s, x, f->mean, NULL), w, &f->p));
    f->tree[0] = (node){.rows = cx_arange_i64(0, f->p.n, 1, CX_I64, s->device),
                        .centre = cx_mean(f->p.x, CX_AXIS(0)),
                        .left = -1};
    CX__TRY(cx__so_far());
    for (f->nodes = 1; f->nodes < 2 * f->k - 1;) {
        CX__TRY(cut_best(f));
        CX__TRY(cx_self_progress(self, f->nodes / 2, f->k - 1));
    }
    return store(f, self, data);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__enough_rows(self, cx_dim(data->x, 0)));
    fitting f = {.self = self,
                 .k = cx_param_i64(self, "n_clusters"),
                 .g = cx__seeded(self),
                 .by_inertia =
                     strcmp(cx_param_str(self, "bisecting_strategy"), "biggest_inertia") == 0};
    CX__TRY(cx_generator_status(f.g));
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    f.tree = cx__calloc((size_t)f.k * 2, sizeof *f.tree);
    if (f.tree == NULL) return cx__fail_nomem("fit", "tree", (size_t)f.k * 2 * sizeof *f.tree);
    const cx_status st = grow(&f, self, data);
    cx__free(f.tree);
    return st;
}

/* ---- predicting */
typedef struct walk {
    int64_t d;
    const double *centre; /* [t, d] */
    const int64_t *child; /* [t, 2] */
} walk;

static double square_distance(const double *a, const double *b, int64_t d)
{
    double sum = 0;
    for (int64_t j = 0; j < d; j++) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

/* On the CPU. */
static cx_status leaves_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const walk *const w = p->state;
    for (int64_t i = 0; i < rows; i++, x += w->d) {
        int64_t at = 0;
        while (w->child[2 * at] >= 0) {
            const int64_t l = w->child[2 * at], r = w->child[2 * at + 1];
            at = square_distance(x, w->centre + r * w->d, w->d) <
                         square_distance(x, w->centre + l * w->d, w->d)
                     ? r
                     : l;
        }
        out[i] = (double)w->child[2 * at + 1];
    }
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_TRANSFORM) return cx__centres_plan(self, p);
    walk *const w = cx_plan_alloc(p, sizeof *w);
    if (w == NULL) return CX_E_NOMEM;
    w->d = p->cols_in;
    p->state = w;
    CX__TRY(cx__plan_f64(p, cx_self(self, NODES), &w->centre));
    return cx__plan_i64(p, cx_self(self, CHILDREN), &w->child);
}

/* Anywhere: all rows take each step of the tree, those that are not there stay where they are. */
static cx_status walk_arrays(const cx_estimator *self, const cx_array *x, cx_array **label)
{
    cx__site s;
    cx__points p;
    CX__TRY(cx__site_of("predict", x, &s));
    CX__TRY(cx__points_make(&s, cx__f64(&s, x), NULL, &p));
    const cx_array *const centre = cx__slot_f64(self, NODES), *const list = cx__fetch(
                                                                  &s,
                                                                  cx__i64(&s,
                                                                          cx_self(self, CHILDREN)));
    const int64_t t = cx_dim(centre, 0), *const child = cx_data_i64(list);
    CX__TRY(cx__so_far());
    cx_array *at = cx_zeros(CX_SHAPE(p.n), CX_I64, s.device);
    for (int64_t i = 0; i < t; i++) {
        const cx_array *const here = cx_equal(at, cx_int(i));
        if (child[2 * i] < 0) continue;
        cx_array *side;
        CX__TRY(
            cx__nearest_centres(&p, cx_slice(centre, 0, child[2 * i], child[2 * i] + 2, 1), &side));
        at = cx_where(here, cx_add(cx__i64(&s, side), cx_int(child[2 * i])), at);
    }
    cx_array *const names = cx_copy(cx_select(cx__i64(&s, cx_self(self, CHILDREN)), 1, 1));
    *label = cx_astype(cx_take(names, at, 0), CX_I32);
    return cx__so_far();
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_I32);
    cx_array *label = NULL;
    return cx_check(walk_arrays(self, x, &label)) == CX_OK ? label : NULL;
}

/* Children stand side by side behind their parent, leaves have labels. */
static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__centres_check(self));
    cx__site s;
    CX__TRY(cx__site_of("estimator_load", cx_self(self, CHILDREN), &s));
    const cx_array *const list = cx__fetch(&s, cx__i64(&s, cx_self(self, CHILDREN)));
    const int64_t *const child = cx_data_i64(list);
    CX__TRY(cx__so_far());
    const int64_t t = cx_dim(list, 0), k = cx_dim(cx_self(self, CX__CENTRES), 0);
    bool good = t == 2 * k - 1;
    for (int64_t i = 0; good && i < t; i++) {
        const int64_t l = child[2 * i], r = child[2 * i + 1];
        good = l < 0 ? l == -1 && r >= 0 && r < k : l > i && l < t - 1 && r == l + 1;
    }
    if (good) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "BisectingKMeans: _children is no tree of %lld clusters", (long long)k);
}

const cx_estimator_class cx__class_bisecting_kmeans = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BisectingKMeans",
    .doc = "k-means clustering by cutting clusters in two.",
    .kind = CX_CLUSTERER,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .transform = cx__centres_transform,
    .feature_names_out = cx__centres_names,
    .score = cx__centres_score,
    .check = check,
    .plan = plan,
    .transform_into = cx__scores_into,
    .predict_into = leaves_into,
};
