/* MiniBatchNMF: multiplicative updates of non-negative factors, a batch of rows at a time; what H's
 * updates are made of is remembered and fades. */
#include "base/object.h"
#include "learn/decomposition/nmf.h"
#include "learn/decomposition/nmf_params.h"
#include "learn/decomposition/projection.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { COMPONENTS, COUNT, ERROR, N_ITER, N_STEPS, ABOVE, BELOW, RHO };
static const char *const attrs[] = {"components_: float [k, n]",
                                    "n_components_: int []",
                                    "reconstruction_err_?: float []",
                                    "n_iter_?: int []",
                                    "n_steps_: int []",
                                    "components_numerator_: float [k, n]",
                                    "components_denominator_: float [k, n]",
                                    "rho_: float []",
                                    NULL};

static const cx_param params[] = {
    CX__NMF_N_COMPONENTS,
    CX__NMF_INIT,
    {"batch_size", CX_PARAM_INT, "1024", "[1, inf)", "rows of a batch"},
    CX__NMF_BETA_LOSS,
    CX__NMF_TOL,
    {"max_no_improvement", CX_PARAM_INT | CX_PARAM_NONE, "10", "[1, inf)",
     "batches without a better cost that end the fit; None: any number"},
    CX__NMF_MAX_ITER,
    CX__NMF_ALPHA_W,
    CX__NMF_ALPHA_H,
    CX__NMF_L1_RATIO,
    {"forget_factor", CX_PARAM_FLOAT, "0.7", "[0, 1]", "what is left after all rows were seen"},
    {"fresh_restarts", CX_PARAM_BOOL, "False", NULL, "W is solved for anew in each batch"},
    {"fresh_restarts_max_iter", CX_PARAM_INT, "30", "[1, inf)", "most rounds of that"},
    {"transform_max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "most rounds of transform; None: max_iter"},
    CX__NMF_RANDOM_STATE,
    CX__NMF_VERBOSE,
    {.name = NULL},
};

/* H and what its updates remember. */
typedef struct memory {
    cx_array *h, *above, *below;
    double rho;
} memory;

/* ---- W alone */
static cx_status solve_w(const cx__nmf *p, const cx_array *x, const cx_array *h, int64_t most,
                         cx_array **w)
{
    static cx__held change = CX__HELD("a, b: d = a - b; sqrt(sum(d * d)) / sqrt(sum(a * a))");
    const cx__nmf_penalty l = cx__nmf_penalties(p, x);
    cx__nmf_kept kept = {0};
    *w = cx__nmf_even(p, x);
    if (p->beta == 2) {
        kept.xht = cx_matmul(x, cx_transpose(h));
        kept.hht = cx_matmul(h, cx_transpose(h));
    }
    for (int64_t i = 0; i < most; i++) {
        const cx_scope inner = cx_scope_open();
        cx__nmf_kept own = kept;
        cx_array *next = *w;
        cx_status st = cx_poll();
        if (st == CX_OK) st = cx__nmf_update_w(p, &l, x, h, &own, &next);
        const double moved = p->tol > 0 && st == CX_OK
                                 ? cx__number_f64(cx__held_run("fit", &change, CX_ARRAYS(next, *w)))
                                 : 1;
        *w = cx_scope_keep(inner, next);
        CX__TRY(cx__give_status(inner, st));
        if (p->tol > 0 && moved <= p->tol) break;
    }
    return cx__so_far();
}

/* ---- a batch */
static cx_status update_h(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                          const cx_array *w, memory *m)
{
    static cx__held faded = CX__HELD("old, rho, new, h: old * rho + new * h"),
                    rooted = CX__HELD("old, rho, new, h, g: old * rho + new * h ** (1 / g)"),
                    added = CX__HELD("old, rho, new: old * rho + new"),
                    ratio = CX__HELD("a, b: a / b"), power = CX__HELD("a, b, g: (a / b) ** g");
    const cx_array *above = NULL,
                   *below = NULL, *const rho = cx_float(m->rho), *const g = cx_float(p->gamma);
    CX__TRY(cx__nmf_slopes_h(p, l, x, w, m->h, &above, &below));
    m->above = p->gamma == 1
                   ? cx__held_run("fit", &faded, CX_ARRAYS(m->above, rho, above, m->h))
                   : cx__held_run("fit", &rooted, CX_ARRAYS(m->above, rho, above, m->h, g));
    m->below = cx__held_run("fit", &added, CX_ARRAYS(m->below, rho, below));
    m->h = p->gamma == 1 ? cx__held_run("fit", &ratio, CX_ARRAYS(m->above, m->below))
                         : cx__held_run("fit", &power, CX_ARRAYS(m->above, m->below, g));
    if (p->beta <= 1) m->h = cx__nmf_cleaned(m->h);
    return cx__so_far();
}

static cx_status cost_of(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                         const cx_array *w, const cx_array *h, double *cost)
{
    static cx__held penalty = CX__HELD("a, l1, l2: l1 * sum(a) + l2 * sum(a * a)");
    CX__TRY(cx__nmf_divergence(p, x, w, h, false, cost));
    if (l->l1_w + l->l2_w > 0)
        *cost += cx__number_f64(
            cx__held_run("fit", &penalty, CX_ARRAYS(w, cx_float(l->l1_w), cx_float(l->l2_w))));
    if (l->l1_h + l->l2_h > 0)
        *cost += cx__number_f64(
            cx__held_run("fit", &penalty, CX_ARRAYS(h, cx_float(l->l1_h), cx_float(l->l2_h))));
    *cost /= (double)cx_dim(x, 0);
    return cx__so_far();
}

/* w NULL, or fresh restarts: solved for. Else it is updated in place. */
static cx_status step(const cx__nmf *p, const cx_array *x, cx_array *w, memory *m, double *cost)
{
    const cx__nmf_penalty l = cx__nmf_penalties(p, x);
    cx_array *own = w;
    if (w == NULL || cx_param_bool(p->self, "fresh_restarts")) {
        CX__TRY(solve_w(p, x, m->h, cx_param_i64(p->self, "fresh_restarts_max_iter"), &own));
    } else {
        cx__nmf_kept kept = {0};
        CX__TRY(cx__nmf_update_w(p, &l, x, m->h, &kept, &own));
    }
    if (p->beta < 1) own = cx__nmf_cleaned(own);
    if (w != NULL && !cx_param_bool(p->self, "fresh_restarts")) CX__TRY(cx_copy_into(own, w));
    if (cost) CX__TRY(cost_of(p, &l, x, own, m->h, cost));
    return update_h(p, &l, x, own, m);
}

/* ---- fit */
typedef struct watch {
    double cost, best; /* running mean of the costs, and the least one */
    bool begun;
    int64_t worse;
} watch;

/* Has it converged after a step? moved: how far H has gone, relatively. */
static bool converged(const cx__nmf *p, watch *t, double cost, double moved, int64_t rows,
                      int64_t n)
{
    const double alpha = fmin((double)rows / (double)(n + 1), 1);
    t->cost = t->begun ? t->cost * (1 - alpha) + cost * alpha : cost;
    if (p->tol > 0 && moved <= p->tol) return true;
    const bool better = !t->begun || t->cost < t->best;
    t->begun = true;
    t->worse = better ? 0 : t->worse + 1;
    if (better) t->best = t->cost;
    return !cx_param_is_none(p->self, "max_no_improvement") &&
           t->worse >= cx_param_i64(p->self, "max_no_improvement");
}

static cx_status scoped_step(const cx__nmf *p, const cx_array *x, cx_array *w, int64_t lo,
                             int64_t hi, memory *m, double *cost, double *moved)
{
    static cx__held change = CX__HELD("a, b: d = a - b; sqrt(sum(d * d)) / sqrt(sum(a * a))");
    const cx_scope inner = cx_scope_open();
    memory next = *m;
    cx_status st =
        step(p, cx_slice(x, 0, lo, hi, 1), w ? cx_slice(w, 0, lo, hi, 1) : NULL, &next, cost);
    *moved =
        st == CX_OK ? cx__number_f64(cx__held_run("fit", &change, CX_ARRAYS(next.h, m->h))) : 0;
    m->h = cx_scope_keep(inner, next.h);
    m->above = cx_scope_keep(inner, next.above);
    m->below = cx_scope_keep(inner, next.below);
    return cx__give_status(inner, st);
}

static cx_status walk(const cx__nmf *p, const cx_array *x, int64_t size, cx_array *w, memory *m,
                      int64_t *steps)
{
    const int64_t n = cx_dim(x, 0), each = (n + size - 1) / size, most = p->max_iter * each;
    watch t = {0};
    for (*steps = 0; *steps < most;) {
        const int64_t lo = *steps % each * size, hi = lo + size < n ? lo + size : n;
        double cost = 0, moved = 0;
        CX__TRY(cx_self_progress(p->self, *steps, most));
        CX__TRY(scoped_step(p, x, w, lo, hi, m, &cost, &moved));
        const bool first = (*steps)++ == 0;
        if (!first && converged(p, &t, cost, moved, hi - lo, n)) break;
    }
    return CX_OK;
}

static int64_t transform_rounds(const cx_estimator *self)
{
    return cx_param_is_none(self, "transform_max_iter") ? cx_param_i64(self, "max_iter")
                                                        : cx_param_i64(self, "transform_max_iter");
}

static int64_t batch_size(const cx_estimator *self, int64_t n)
{
    const int64_t size = cx_param_i64(self, "batch_size");
    return size < n ? size : n;
}

static cx_status start(const cx_estimator *self, const cx__nmf *p, const cx_array *x, cx_array **w,
                       memory *m)
{
    const int64_t n = cx_dim(x, 0);
    CX__TRY(cx__nmf_check(p, "MiniBatchNMF", x));
    CX__TRY(cx__nmf_start_of(self, p, x, w, &m->h));
    m->above = cx_copy(m->h);
    m->below = cx_ones_like(m->h, CX_F64);
    m->rho = pow(cx_param_f64(self, "forget_factor"), (double)batch_size(self, n) / (double)n);
    return cx__so_far();
}

static cx_status store(cx_estimator *self, const memory *m, int64_t steps, cx_dtype t)
{
    CX__TRY(cx__store(self, COMPONENTS, m->h, t));
    CX__TRY(cx__store(self, ABOVE, m->above, t));
    CX__TRY(cx__store(self, BELOW, m->below, t));
    CX__TRY(cx_self_set_i64(self, COUNT, cx_dim(m->h, 0)));
    CX__TRY(cx_self_set_i64(self, N_STEPS, steps));
    return cx_self_set_f64(self, RHO, m->rho);
}

static cx_status fitted(cx_estimator *self, const cx_data *data, cx_array **w)
{
    const int64_t n = cx_dim(data->x, 0), size = batch_size(self, n), each = (n + size - 1) / size;
    cx__nmf p;
    memory m = {0};
    int64_t steps = 0;
    double error = 0;
    CX__TRY(cx__nmf_problem(self, data->x, &p));
    const cx_array *const x = cx__f64(&p.site, data->x);
    CX__TRY(start(self, &p, x, w, &m));
    *w = cx_ascontiguous(*w);
    CX__TRY(walk(&p, x, size, *w, &m, &steps));
    if (cx_param_bool(self, "fresh_restarts"))
        CX__TRY(solve_w(&p, x, m.h, transform_rounds(self), w));
    const int64_t rounds = (steps + each - 1) / each;
    if (rounds == p.max_iter && p.tol > 0)
        cx__warn(CX_E_CONVERGENCE,
                 "MiniBatchNMF: max_iter=%lld reached before the factors stood still",
                 (long long)p.max_iter);
    CX__TRY(cx__nmf_divergence(&p, x, *w, m.h, true, &error));
    CX__TRY(cx_self_set_f64(self, ERROR, error));
    CX__TRY(cx_self_set_i64(self, N_ITER, rounds));
    return store(self, &m, steps, cx__float_like(data->x));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_array *w = NULL;
    return fitted(self, data, &w);
}
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *w = NULL;
    if (cx_check(fitted(self, data, &w)) != CX_OK) return NULL;
    return cx__float_like(data->x) == CX_F64 ? w : cx_astype(w, CX_F32);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    cx__nmf p;
    memory m = {0};
    cx_array *w = NULL;
    int64_t steps = 0;
    CX__TRY(cx__nmf_problem(self, data->x, &p));
    const cx_array *const x = cx__f64(&p.site, data->x);
    if (!cx_self_has(self, COMPONENTS)) {
        CX__TRY(start(self, &p, x, &w, &m));
    } else {
        CX__TRY(cx__nmf_check(&p, "MiniBatchNMF", x));
        m = (memory){cx__slot_f64(self, COMPONENTS), cx__slot_f64(self, ABOVE),
                     cx__slot_f64(self, BELOW), cx__number_f64(cx_self(self, RHO))};
        steps = cx__number_i64(cx_self(self, N_STEPS));
        CX__TRY(cx__so_far());
        p.k = cx_dim(m.h, 0);
    }
    CX__TRY(step(&p, x, NULL, &m, NULL));
    return store(self, &m, steps + 1, cx__float_like(data->x));
}

static cx_array *transform(const cx_estimator *self, const cx_array *given)
{
    cx__nmf p;
    cx_array *w = NULL;
    if (cx_check(cx__nmf_problem(self, given, &p)) != CX_OK) return NULL;
    p.site.where = "transform";
    const cx_array *const x = cx__f64(&p.site, given), *const h = cx__slot_f64(self, COMPONENTS);
    if (!cx_ok()) return cx__nil(cx__so_far());
    p.k = cx_dim(h, 0);
    if (cx_check(cx__nmf_check(&p, "MiniBatchNMF", x)) != CX_OK) return NULL;
    if (cx_check(solve_w(&p, x, h, transform_rounds(self), &w)) != CX_OK) return NULL;
    return cx__float_like(given) == CX_F64 ? w : cx_astype(w, CX_F32);
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, NULL, cx__slot_f64(self, COMPONENTS), NULL);
}

const cx_estimator_class cx__class_mini_batch_nmf = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MiniBatchNMF",
    .doc = "Non-negative matrix factorization by batches of rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .partial_fit = partial_fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
};
