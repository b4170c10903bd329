/* LabelPropagation and LabelSpreading: shares of the classes go from row to row along a graph of
 * near rows until they change no more.
 *
 * One idea: a step is the product of a matrix and the shares. Of an rbf graph the matrix is whole;
 * of nearest rows it has k columns of places and weights, added one after the other, which is the
 * order of a sparse product. The classes differ in the matrix and in what they do to rows whose
 * label is known: those keep it, or are drawn to it. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/neighbors/search.h"
#include "learn/numeric/kernel_of.h"
#include "learn/numeric/rows.h"
#include "learn/semi_supervised/partial_labels.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <string.h>

enum { ROWS, CLASSES, SHARES, TRANSDUCTION, ITERATIONS };
static const char *const attrs[] = {
    "X_: float [m, n]",         "classes_: label [c]", "label_distributions_: float [m, c]",
    "transduction_: label [m]", "n_iter_: int []",     NULL};

#define KERNEL                                                                                             \
    {"kernel", CX_PARAM_STR, "'rbf'", "{'knn', 'rbf'}, user kernel",                                       \
     "all pairs, how near by a formula 'x, y: ...' or cx_pairwise_kernel_register, too; or nearest rows"}, \
        {"gamma", CX_PARAM_FLOAT, "20", "[0, inf)",                                                        \
         "of exp(-gamma d^2), kernel='rbf', and formulas"},                                                \
    {                                                                                                      \
        "n_neighbors", CX_PARAM_INT, "7", "[1, inf)", "rows that are near, kernel='knn'"                   \
    }
#define STEPS(deflt)                                                                              \
    {"max_iter", CX_PARAM_INT, deflt, "[1, inf)", "steps at most"},                               \
        {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "change of all shares that ends the steps"}, \
    {                                                                                             \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,                                     \
            "not used: see the scope's num_threads"                                               \
    }
static const cx_param propagation_params[] = {KERNEL, STEPS("1000"), {.name = NULL}};
static const cx_param spreading_params[] = {
    KERNEL,
    {"alpha", CX_PARAM_FLOAT, "0.2", "(0, 1)", "share of what neighbours say"},
    STEPS("30"),
    {.name = NULL}};

static bool spreads(const cx_estimator *self)
{
    return self->cls->params == spreading_params;
}
static bool by_neighbours(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "kernel"), "knn") == 0;
}

/* ---- the graph */
typedef struct graph {
    const cx_array *whole;  /* [m, m]; NULL: by places */
    const cx_array *index;  /* int64 [m, k] */
    const cx_array *weight; /* [m, k] */
} graph;

static const cx_array *similar(const cx_estimator *self, const cx_array *x, const cx_array *y)
{
    const double gamma = cx_param_f64(self, "gamma");
    if (cx__kernel_is_users(cx_param_str(self, "kernel")))
        return cx__kernel_users_of(self, "kernel", gamma, x, y);
    return cx_rbf_kernel(x, y, CX_OPTS(cx_pairwise_opts, .gamma = {true, gamma}));
}

static cx_status whole_graph(const cx_estimator *self, const cx_array *x, graph *g)
{
    static cx__held rows = CX__HELD("w: w / sum(w, axis=1, keepdims=True)"),
                    others = CX__HELD("w, i, j: where(i == j, 0.0, w)"),
                    both = CX__HELD("w, s, t: r = where(s == 0, 1.0, sqrt(s));"
                                    "q = where(t == 0, 1.0, sqrt(t)); w / r / q");
    const cx_array *const w = similar(self, x, NULL);
    if (!spreads(self)) {
        g->whole = cx__held_run("fit", &rows, CX_ARRAYS(w));
        return cx__so_far();
    }
    const cx_array *const j = cx_arange_i64(0, cx_dim(x, 0), 1, CX_I64, cx_device_of(x)),
                          *const off =
                              cx__held_run("fit", &others, CX_ARRAYS(w, cx_expand_dims(j, 1), j)),
                          *const degree = cx_sum(off, CX_AXIS(0));
    g->whole = cx__held_run("fit", &both, CX_ARRAYS(off, degree, cx_expand_dims(degree, 1)));
    return cx__so_far();
}

/* Row i is near row j and not the other way: what a row is divided by are the rows that it is near
 * to, as of scipy's Laplacian. */
static cx_status spread_weights(const cx__site *s, graph *g)
{
    static cx__held own = CX__HELD("j, i: j == i"),
                    weight = CX__HELD("r, q, own: where(own, 0.0, 1 / r / q)"),
                    root = CX__HELD("d: where(d == 0, 1.0, sqrt(d))");
    const int64_t m = cx_dim(g->index, 0);
    const cx_array *const row = cx_expand_dims(cx_arange_i64(0, m, 1, CX_I64, s->device), 1);
    g->index = cx_sort(g->index, 1);
    const cx_array *const itself = cx__held_run(s->where, &own, CX_ARRAYS(g->index, row)),
                          *const all = cx_bincount(cx_ravel(g->index), NULL, m),
                          *const degree = cx_sub(all, cx_sum(itself, CX_AXIS(1, .dtype = CX_I64))),
                          *const r = cx__held_run(s->where, &root, CX_ARRAYS(cx__f64(s, degree)));
    g->weight = cx__held_run(s->where, &weight,
                             CX_ARRAYS(cx_expand_dims(r, 1), cx_take(r, g->index, 0), itself));
    return cx__so_far();
}

static cx_status nearest(const char *where, const cx_estimator *self, const cx_array *rows,
                         const cx_array *x, cx_array **index)
{
    cx__site s;
    cx__near *near = NULL;
    CX__TRY(cx__site_of(where, x, &s));
    CX__TRY(cx__near_open(&s, rows, NULL, &near));
    const cx_status st = cx__near_k(near, x, cx_param_i64(self, "n_neighbors"), index, NULL);
    cx__near_close(near);
    return st;
}

static cx_status make_graph(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            graph *g)
{
    *g = (graph){.whole = NULL};
    if (!by_neighbours(self)) return whole_graph(self, x, g);
    const int64_t k = cx_param_i64(self, "n_neighbors");
    cx_array *index = NULL;
    CX__TRY(nearest("fit", self, x, x, &index));
    g->index = index;
    if (spreads(self)) return spread_weights(s, g);
    g->weight = cx_full(CX_SHAPE(cx_dim(x, 0), k), cx_float(1 / (double)k), CX_F64, s->device);
    return cx__so_far();
}

/* Sum of weighted rows of the shares at k places each, in the places' order; weight NULL: 1. */
static cx_array *gathered(const char *where, const cx_array *index, const cx_array *weight,
                          const cx_array *shares)
{
    static cx__held more = CX__HELD("sum, w, f: sum + w * f");
    const cx_array *w = cx_float(1);
    cx_array *sum =
        cx_zeros(CX_SHAPE(cx_dim(index, 0), cx_dim(shares, 1)), CX_F64, cx_device_of(shares));
    for (int64_t j = 0; j < cx_dim(index, 1) && cx_ok(); j++) {
        if (weight != NULL) w = cx_slice(weight, 1, j, j + 1, 1);
        sum = cx__held_run(where, &more,
                           CX_ARRAYS(sum, w, cx_take(shares, cx_select(index, 1, j), 0)));
    }
    return sum;
}

/* ---- steps */
typedef struct state {
    const cx_array *known; /* [m, c] shares of rows with a label, others 0; spreading: scaled */
    const cx_array *open;  /* [m, 1]: the row has no label */
    cx_array *shares;      /* [m, c], changed in place */
    double change;
} state;

static cx_array *row_shares(const char *where, const cx_array *v)
{
    static cx__held scaled = CX__HELD("v: s = sum(v, axis=1, keepdims=True);"
                                      "v / where(s == 0, 1.0, s)");
    return cx__held_run(where, &scaled, CX_ARRAYS(v));
}

static cx_status step(const cx_estimator *self, const graph *g, state *t)
{
    static cx__held change = CX__HELD("a, b: sum(abs(a - b))"),
                    clamp = CX__HELD("open, v, y: where(open, v, y)"),
                    draw = CX__HELD("v, a, y: a * v + y");
    const cx_array *v = g->whole != NULL ? cx_matmul(g->whole, t->shares)
                                         : gathered("fit", g->index, g->weight, t->shares);
    if (spreads(self))
        v = cx__held_run("fit", &draw,
                         CX_ARRAYS(v, cx_float(cx_param_f64(self, "alpha")), t->known));
    else
        v = cx__held_run("fit", &clamp, CX_ARRAYS(t->open, row_shares("fit", v), t->known));
    t->change = cx__number_f64(cx__held_run("fit", &change, CX_ARRAYS(v, t->shares)));
    CX__TRY(cx__so_far());
    return cx_copy_into(v, t->shares);
}

static cx_status iterate(cx_estimator *self, const graph *g, state *t)
{
    static cx__held first = CX__HELD("a: sum(abs(a))");
    const int64_t most = cx_param_i64(self, "max_iter");
    const double tol = cx_param_f64(self, "tol");
    t->change = cx__number_f64(cx__held_run("fit", &first, CX_ARRAYS(t->shares)));
    CX__TRY(cx__so_far());
    int64_t i = 0;
    for (; i < most && !(t->change < tol); i++) {
        const cx_scope s = cx_scope_open();
        cx_status st = cx_self_progress(self, i, most);
        if (st == CX_OK) st = step(self, g, t);
        CX__TRY(cx__give_status(s, st));
    }
    if (i == most)
        cx__warn(CX_E_CONVERGENCE, "%s ends at max_iter=%lld", self->cls->name, (long long)most);
    return cx_self_set_i64(self, ITERATIONS, i);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    static cx__held one = CX__HELD("code, class: where(code == class, 1.0, 0.0)"),
                    none = CX__HELD("code: code < 0"), scaled = CX__HELD("y, a: y * (1 - a)");
    cx__site s;
    graph g;
    cx__partial_labels y;
    CX__TRY(cx__site_of("fit", d->x, &s));
    CX__TRY(cx__partial_labels_read("fit", d->y, &y));
    CX__TRY(make_graph(self, &s, d->x, &g));
    const cx_array *const code = cx_expand_dims(y.codes, 1), *const all = cx_arange_i64(
                                                                 0, cx_size(y.classes), 1, CX_I64,
                                                                 s.device);
    state t = {.known = cx__held_run("fit", &one, CX_ARRAYS(code, all)),
               .open = cx__held_run("fit", &none, CX_ARRAYS(code))};
    t.shares = cx_copy(t.known);
    if (spreads(self))
        t.known =
            cx__held_run("fit", &scaled, CX_ARRAYS(t.known, cx_float(cx_param_f64(self, "alpha"))));
    CX__TRY(cx__so_far());
    CX__TRY(iterate(self, &g, &t));
    const cx_array *const shares = row_shares("fit", t.shares);
    CX__TRY(cx_self_set(self, ROWS, cx_copy(d->x)));
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set(self, SHARES, shares));
    return cx_self_set(self, TRANSDUCTION, cx_take(y.classes, cx_argmax(shares, CX_AXIS(1)), 0));
}

/* ---- use */
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "predict_proba";
    static cx__held scaled = CX__HELD("v: v / sum(v, axis=1, keepdims=True)");
    const cx_array *const rows = cx_self(self, ROWS), *const shares = cx_self(self, SHARES), *v;
    if (by_neighbours(self)) {
        cx_array *index = NULL;
        if (cx_check(nearest(where, self, rows, x, &index)) != CX_OK)
            return cx__nil(cx__last_status());
        v = gathered(where, index, NULL, shares);
    } else {
        v = cx_matmul(similar(self, x, rows), shares);
    }
    return cx__held_run(where, &scaled, CX_ARRAYS(v));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx_take(cx_self(self, CLASSES), cx_argmax(predict_proba(self, x), CX_AXIS(1)), 0);
}

const cx_estimator_class cx__class_label_propagation = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LabelPropagation",
    .doc = "Labels of some rows reach the others along a graph of near rows.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = propagation_params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
};

const cx_estimator_class cx__class_label_spreading = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LabelSpreading",
    .doc = "LabelPropagation in which known labels may change, over a normalised graph.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = spreading_params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
};
