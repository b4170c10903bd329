/* NeighborhoodComponentsAnalysis: a linear map under which a row's neighbours, drawn by distance,
 * are of its own class as often as can be (Goldberger et al. 2004).
 *
 * One idea: value and gradient are array operations over the matrix of all pairs' shares, so any
 * device takes the steps of L-BFGS-B. */
#include "base/object.h"
#include "learn/decomposition/projection.h"
#include "learn/linear_model/lbfgs.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/matrix_param.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/reduce.h>
#include <string.h>

enum { COMPONENTS, ITERATIONS };
static const char *const attrs[] = {"components_: float [k, n]", "n_iter_: int []", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns of transform; None: as many as x has"},
    {"init", CX_PARAM_STR | CX_PARAM_LIST, "'auto'", "{'auto', 'pca', 'lda', 'identity', 'random'}",
     "the map that steps begin with; a list of its rows"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL, "begin with the map of the fit before"},
    {"max_iter", CX_PARAM_INT, "50", "[1, inf)", "steps at most"},
    {"tol", CX_PARAM_FLOAT, "1e-05", "[0, inf)", "gradient or gain that ends the steps"},
    {"callback", CX_PARAM_NONE, "None", NULL, "not used: progress goes to the scope's callback"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: progress goes to the scope's callback"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of init='random', and of init='pca' where that draws"},
    {.name = NULL},
};

/* ---- where to begin: [k, d] */
static cx_status start_of(const cx_estimator *self, const cx_data *d, const cx_estimator_class *c,
                          int64_t k, const char *attribute, cx_array **out)
{
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_make("fit", c, &m));
    const cx_scope s = cx_scope_open();
    cx_array *found = NULL;
    cx_status st = cx_set_param_i64(m, "n_components", k);
    if (st == CX_OK && c == &cx__class_pca && !cx_param_is_none(self, "random_state"))
        st = cx_set_param_i64(m, "random_state", cx_param_i64(self, "random_state"));
    if (st == CX_OK) st = cx__estimator_fit("fit", m, d, false);
    if (st == CX_OK) found = cx_copy(cx_attr(m, attribute));
    *out = cx__give(s, st, found);
    cx__release(m);
    return cx__so_far();
}

static const char *init_of(const cx_estimator *self, int64_t n, int64_t d, int64_t classes,
                           int64_t k)
{
    const char *const name = cx_param_str(self, "init");
    if (strcmp(name, "auto") != 0) return name;
    if (k <= (d < classes - 1 ? d : classes - 1)) return "lda";
    return k < (d < n ? d : n) ? "pca" : "identity";
}

static cx_status named_start(const cx_estimator *self, const cx__site *s, const cx_data *data,
                             const cx_labels *y, int64_t k, cx_array **out)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const char *const init = init_of(self, n, d, cx_size(y->classes), k);
    const cx_data rows = {.x = data->x, .y = y->codes};
    if (strcmp(init, "pca") == 0)
        return start_of(self, &(cx_data){.x = data->x}, &cx__class_pca, k, "components_", out);
    if (strcmp(init, "lda") == 0) {
        cx_array *scalings = NULL;
        CX__TRY(start_of(self, &rows, &cx__class_linear_discriminant_analysis, k, "scalings_",
                         &scalings));
        *out = cx_slice(cx_transpose(scalings), 0, 0, k, 1);
        return cx__so_far();
    }
    *out = strcmp(init, "identity") == 0
               ? cx_eye(k, d, 0, CX_F64, s->device)
               : cx__send(s, cx_rng_normal(cx__seeded(self), 0, 1, CX_SHAPE(k, d)));
    return cx__so_far();
}

static cx_status refuse(const cx_estimator *self, const char *what, int64_t k, const char *than,
                        int64_t d)
{
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s=%lld is %s %lld", self->cls->name, what,
                    (long long)k, than, (long long)d);
}

static cx_status given_start(const cx_estimator *self, const cx__site *s, int64_t d, int64_t wanted,
                             cx_array **out)
{
    cx_array *rows = NULL;
    CX__TRY(cx__param_matrix(self, "init", -1, d, &rows));
    const int64_t k = cx_dim(rows, 0);
    if (k > d) return refuse(self, "rows of init", k, "more than the columns,", d);
    if (wanted > 0 && wanted != k)
        return refuse(self, "n_components", wanted, "not the number of rows of init,", k);
    *out = cx__send(s, rows);
    return cx__so_far();
}

static cx_status start(const cx_estimator *self, const cx__site *s, const cx_data *data,
                       const cx_labels *y, cx_array **out)
{
    const int64_t d = cx_dim(data->x, 1);
    const bool all = cx_param_is_none(self, "n_components");
    const int64_t wanted = all ? 0 : cx_param_i64(self, "n_components");
    const cx_array *const before =
        cx_param_bool(self, "warm_start") ? cx_self_before(self, COMPONENTS) : NULL;
    if (wanted > d) return refuse(self, "n_components", wanted, "more than the columns,", d);
    if (before != NULL && cx_dim(before, 1) != d)
        return refuse(self, "columns of x", d, "another number than that of the fit before,",
                      cx_dim(before, 1));
    if (before != NULL) {
        *out = cx_copy(cx__to_site(s, before));
        return cx__so_far();
    }
    if (!cx_param_is_str(self, "init")) return given_start(self, s, d, wanted, out);
    return named_start(self, s, data, y, all ? d : wanted, out);
}

/* ---- value and gradient */
typedef struct problem {
    cx_estimator *self;
    const cx_array *x;    /* [n, d] */
    const cx_array *same; /* [n, n]: of one class, and not the same row */
    const cx_array *row;  /* [n] row numbers */
    int64_t k, d, steps;
} problem;

static cx_status value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    static cx__held share = CX__HELD("far, i, j: v = where(i == j, -inf, -far);"
                                     "e = exp(v - max(v, axis=1, keepdims=True));"
                                     "e / sum(e, axis=1, keepdims=True)"),
                    hits = CX__HELD("p, same: sum(where(same, p, 0.0), axis=1, keepdims=True)"),
                    loss = CX__HELD("h: -sum(h)"),
                    pull = CX__HELD("p, same, h: where(same, p, 0.0) - p * h"),
                    sides = CX__HELD("a, b, e, c: a + b - e * c"), twice = CX__HELD("g: -2 * g");
    static const char where[] = "fit";
    const problem *const c = ctx;
    const cx_array *const
        map = cx_reshape(at, CX_SHAPE(c->k, c->d)),
        *const e = cx_matmul(c->x, cx_transpose(map)), *const et = cx_transpose(e),
        *const far = cx_euclidean_distances(e, NULL, CX_OPTS(cx_pairwise_opts, .squared = true)),
        *const p = cx__held_run(where, &share, CX_ARRAYS(far, cx_expand_dims(c->row, 1), c->row)),
        *const h = cx__held_run(where, &hits, CX_ARRAYS(p, c->same)),
        *const w = cx__held_run(where, &pull, CX_ARRAYS(p, c->same, h));
    /* e^T (w + w^T - diag(column sums)) x, without that sum */
    const cx_array *const both = cx__held_run(
        where, &sides,
        CX_ARRAYS(cx_matmul(et, w), cx_transpose(cx_matmul(w, e)), et, cx_sum(w, CX_AXIS(0))));
    const cx_array *const g = cx__held_run(where, &twice, CX_ARRAYS(cx_matmul(both, c->x)));
    *f = cx__held_run(where, &loss, CX_ARRAYS(h));
    *gradient = cx_ravel(cx_ascontiguous(g));
    return cx__so_far();
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const problem *const c = ctx;
    return cx_self_progress(c->self, iteration, c->steps);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    static cx__held pairs = CX__HELD("a, b, i, j: (a == b) & (i != j)");
    const int64_t n = cx_dim(d->x, 0), columns = cx_dim(d->x, 1);
    cx__site s;
    cx_array *map = NULL;
    cx__lbfgs_result r;
    if (n < 2) return cx__fail(CX_E_SHAPE, "fit", "%s needs two rows", self->cls->name);
    CX__TRY(cx__site_of("fit", d->x, &s));
    const cx_labels y = cx_labels_encode(d->y);
    CX__TRY(cx__so_far());
    CX__TRY(start(self, &s, d, &y, &map));
    problem c = {.self = self,
                 .x = d->x,
                 .row = cx_arange_i64(0, n, 1, CX_I64, s.device),
                 .k = cx_dim(map, 0),
                 .d = columns,
                 .steps = cx_param_i64(self, "max_iter")};
    c.same = cx__held_run(
        "fit", &pairs,
        CX_ARRAYS(cx_expand_dims(y.codes, 1), y.codes, cx_expand_dims(c.row, 1), c.row));
    cx_array *const x = cx_ravel(cx_ascontiguous(cx_copy(cx__f64(&s, map))));
    CX__TRY(cx__so_far());
    const double tol = cx_param_f64(self, "tol");
    const cx__lbfgs_problem p = {.site = &s,
                                 .n = c.k * columns,
                                 .memory = 10,
                                 .max_iter = c.steps,
                                 .max_eval = 15000,
                                 .max_search = 20,
                                 .gtol = tol,
                                 .ftol = tol};
    const cx__array_function f = {.value = value, .iterated = iterated, .ctx = &c};
    CX__TRY(cx__lbfgs_arrays(&p, &f, x, &r));
    CX__TRY(cx_self_set_i64(self, ITERATIONS, r.iterations + 1)); /* counted from 1 */
    return cx_self_set(self, COMPONENTS, cx_reshape(x, CX_SHAPE(c.k, columns)));
}

/* ---- use */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__projection_plan(self, cx__slot_f64(self, COMPONENTS), NULL, NULL, p);
}

const cx_estimator_class cx__class_neighborhood_components_analysis = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "NeighborhoodComponentsAnalysis",
    .doc = "A linear map under which near rows are of one class.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_F64 | CX_CLASS_NEEDS_Y | CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__projection_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
