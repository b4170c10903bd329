/* Expectation and maximisation: starts, iterations, the best of the starts. One pass over the rows
 * an iteration; what a class makes of the moments is its own. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <math.h>
#include <string.h>

cx_status cx__mixture_make(cx__mixture *m)
{
    const int64_t d = m->d, k = m->k, size = cx__mixture_size(m->type, d, k);
    const int64_t own = m->kind->own(m), model = k * d + 2 * size + own;
    const int64_t found = k + k * d + size, derived = 2 * k, rows = d + d * d;
    double *at = cx__scope_room((size_t)(model + found + derived + rows) * sizeof *at);
    if (!at) return CX_E_NOMEM;
    m->model = m->means = at;
    m->count = model;
    m->cov = m->means + k * d;
    m->factor = m->cov + size;
    m->own = m->factor + size;
    m->nk = at + model;
    m->xk = m->nk + k;
    m->sk = m->xk + k * d;
    m->log_det = m->sk + size;
    m->start = m->log_det + k;
    m->shift = m->start + k;
    m->gram = m->shift + d;
    return CX_OK;
}

static cx_status flatten(const cx_estimator *self, const char *name, const cx__lit *v,
                         const int64_t *shape, int level, double **to)
{
    const bool list = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE;
    if (shape[level] < 0 && cx__lit_number(v, *to) && isfinite(**to)) {
        ++*to;
        return CX_OK;
    }
    if (!list || shape[level] < 0 || v->count != shape[level])
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: %s is not of the shape that the data and the other parameters ask for",
                        self->cls->name, name);
    for (int i = 0; i < v->count; i++)
        CX__TRY(flatten(self, name, &v->u.items[i], shape, level + 1, to));
    return CX_OK;
}

cx_status cx__mixture_list(const cx_estimator *self, const char *name, const int64_t *shape,
                           double *out)
{
    return flatten(self, name, cx__param(self, name), shape, 0, &out);
}

static cx_status open_rows(cx__mixture *m, const cx_data *data)
{
    CX__TRY(cx__site_of("fit", data->x, &m->site));
    m->x = cx__f64(&m->site, data->x);
    m->n = cx_dim(data->x, 0);
    m->d = cx_dim(data->x, 1);
    if (m->n < 2 || m->n < m->k)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_samples=%lld for n_components=%lld",
                        m->self->cls->name, (long long)m->n, (long long)m->k);
    CX__TRY(cx__mixture_make(m));
    cx_array *mean;
    CX__TRY(cx__column_means(&m->site, m->x, NULL, &mean, NULL));
    CX__TRY(cx__read_all(&m->site, mean, m->shift));
    if (m->type != CX__TIED) return CX_OK;
    const cx_array *const gram = cx_ascontiguous(cx__gram(&m->site, m->x, mean));
    CX__TRY(cx__so_far());
    return cx__read_all(&m->site, gram, m->gram);
}

typedef struct climb {
    cx__mixture *m;
    int64_t max_iter, iterations, best_iterations;
    double tol, bound, best_bound;
    double *bounds, *best_bounds, *best; /* [max_iter] each; the best model */
    bool converged, best_converged;
} climb;

static cx_status begin(climb *c, cx_generator *g)
{
    cx__mixture *const m = c->m;
    const cx_scope inner = cx_scope_open();
    cx_status st = m->kind->open(m) ? cx__mixture_begin(m, g) : CX_OK;
    if (st == CX_OK) st = m->kind->estimate(m, true);
    cx_check(st);
    return cx_scope_close(inner);
}

static cx_status step(cx__mixture *m)
{
    m->kind->starts(m);
    CX__TRY(cx__mixture_pass(m, true, CX_LEARN_MIXTURE_NOTHING, NULL));
    return m->kind->estimate(m, false);
}

static cx_status iterate(climb *c)
{
    cx__mixture *const m = c->m;
    c->converged = false;
    for (c->iterations = 0; c->iterations < c->max_iter && !c->converged;) {
        CX__TRY(cx_self_progress(m->self, c->iterations, c->max_iter));
        const cx_scope inner = cx_scope_open(); /* temporaries of one iteration */
        cx_check(step(m));
        CX__TRY(cx_scope_close(inner));
        const double before = c->bound;
        c->bound = c->bounds[c->iterations++] = m->kind->bound(m);
        c->converged = fabs(c->bound - before) < c->tol;
    }
    return CX_OK;
}

static void keep(climb *c)
{
    c->best_bound = c->bound;
    c->best_iterations = c->iterations;
    c->best_converged = c->converged;
    memcpy(c->best, c->m->model, (size_t)c->m->count * sizeof *c->best);
    memcpy(c->best_bounds, c->bounds, (size_t)c->iterations * sizeof *c->bounds);
}

/* Attribute of precisions, covariances: n numbers in the type's shape. */
static cx_status store_shaped(cx_estimator *self, int slot, const cx__mixture *m, const double *v,
                              cx_dtype t)
{
    const int64_t d = m->d, k = m->k;
    const cx_array *const a = cx__given_all(&m->site, v, cx__mixture_size(m->type, d, k), CX_F64);
    if (m->type == CX__FULL) return cx__store(self, slot, cx_reshape(a, CX_SHAPE(k, d, d)), t);
    if (m->type == CX__TIED) return cx__store(self, slot, cx_reshape(a, CX_SHAPE(d, d)), t);
    if (m->type == CX__DIAG) return cx__store(self, slot, cx_reshape(a, CX_SHAPE(k, d)), t);
    return cx__store(self, slot, a, t);
}

static cx_status store(cx_estimator *self, const climb *c, cx_dtype t)
{
    const cx__mixture *const m = c->m;
    const cx__site *const s = &m->site;
    const int64_t d = m->d, k = m->k, size = cx__mixture_size(m->type, d, k);
    double *const other = cx__scope_room((size_t)(2 * size + k) * sizeof *other),
                  *const turned = other + size, *const weights = turned + size;
    if (!other) return CX_E_NOMEM;
    CX__TRY(m->kind->store(self, m, t, weights));
    CX__TRY(cx__store(self, CX__MIXTURE_WEIGHTS, cx__given_all(s, weights, k, CX_F64), t));
    CX__TRY(cx__store(self, CX__MIXTURE_MEANS,
                      cx_reshape(cx__given_all(s, m->means, k * d, CX_F64), CX_SHAPE(k, d)), t));
    CX__TRY(store_shaped(self, CX__MIXTURE_COVARIANCES, m, m->cov, t));
    cx__mixture_precisions(m, other);
    CX__TRY(store_shaped(self, CX__MIXTURE_PRECISIONS, m, other, t));
    cx__mixture_turned(m, m->factor, turned);
    CX__TRY(store_shaped(self, CX__MIXTURE_CHOLESKY, m, turned, t));
    const cx_array *const converged = cx_astype(cx_i64(c->best_converged), CX_BOOL);
    CX__TRY(cx_self_set(self, CX__MIXTURE_CONVERGED, cx__sent(s, converged)));
    CX__TRY(cx_self_set_i64(self, CX__MIXTURE_N_ITER, c->best_iterations));
    CX__TRY(cx_self_set_f64(self, CX__MIXTURE_BOUND, c->best_bound));
    return cx_self_set(self, CX__MIXTURE_BOUNDS,
                       cx__given_all(s, c->best_bounds, c->best_iterations, CX_F64));
}

static cx_status climb_all(climb *c, bool warm)
{
    cx__mixture *const m = c->m;
    const int64_t runs = warm ? 1 : cx_param_i64(m->self, "n_init");
    cx_generator *const g = cx__seeded(m->self);
    CX__TRY(cx__so_far());
    c->best_bound = -INFINITY;
    for (int64_t i = 0; i < runs; i++) {
        if (!warm) {
            CX__TRY(begin(c, g));
            c->bound = -INFINITY;
        }
        CX__TRY(iterate(c));
        if (c->max_iter == 0) c->bound = -INFINITY;
        if (c->max_iter == 0 || c->bound > c->best_bound || c->best_bound == -INFINITY) keep(c);
    }
    memcpy(m->model, c->best, (size_t)m->count * sizeof *c->best);
    if (!c->best_converged && c->max_iter > 0)
        cx__warn(CX_E_CONVERGENCE,
                 "%s: the best start did not converge in max_iter=%lld iterations",
                 m->self->cls->name, (long long)c->max_iter);
    return CX_OK;
}

/* Does the fit before fit this one's shapes? */
static cx_status warm_start(cx_estimator *self, climb *c, bool *warm)
{
    cx__mixture *const m = c->m;
    const cx_array *const means = cx_self_before(self, CX__MIXTURE_MEANS);
    *warm = cx_param_bool(self, "warm_start") && means;
    if (!*warm) return CX_OK;
    const cx_array *const cov = cx_self_before(self, CX__MIXTURE_COVARIANCES);
    if (cx_dim(means, 0) != m->k || cx_dim(means, 1) != m->d ||
        cx_size(cov) != cx__mixture_size(m->type, m->d, m->k))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: warm_start from a model of another shape; unset it", self->cls->name);
    cx__mixture before = {.n = m->n};
    CX__TRY(cx__mixture_recall(self, m->kind, &m->site, true, &before));
    memcpy(m->model, before.model, (size_t)m->count * sizeof *m->model);
    cx__mixture_log_det(m);
    CX__TRY(cx__read_all(&m->site, cx_self_before(self, CX__MIXTURE_BOUND), &c->bound));
    return CX_OK;
}

cx_status cx__mixture_fit(cx_estimator *self, const cx_data *data, const cx__mixture_model *kind)
{
    cx__mixture m = {.self = self,
                     .kind = kind,
                     .k = cx_param_i64(self, "n_components"),
                     .type = cx__mixture_type(self),
                     .reg = cx_param_f64(self, "reg_covar")};
    CX__TRY(open_rows(&m, data));
    CX__TRY(kind->prepare(&m));
    climb c = {
        .m = &m, .max_iter = cx_param_i64(self, "max_iter"), .tol = cx_param_f64(self, "tol")};
    const size_t numbers = (size_t)(2 * c.max_iter + m.count);
    c.bounds = cx__scope_room(numbers * sizeof *c.bounds);
    if (!c.bounds) return CX_E_NOMEM;
    c.best_bounds = c.bounds + c.max_iter;
    c.best = c.best_bounds + c.max_iter;
    bool warm;
    CX__TRY(warm_start(self, &c, &warm));
    CX__TRY(climb_all(&c, warm));
    return store(self, &c, cx__float_like(data->x));
}

/* ---- from attributes */
static const cx_array *now(const cx_estimator *self, int slot)
{
    return cx_self(self, slot);
}

cx_status cx__mixture_recall(const cx_estimator *self, const cx__mixture_model *kind,
                             const cx__site *s, bool before, cx__mixture *m)
{
    const cx_array *(*const get)(const cx_estimator *, int) = before ? cx_self_before : now;
    const cx_array *const means = get(self, CX__MIXTURE_MEANS);
    *m = (cx__mixture){.self = self,
                       .kind = kind,
                       .site = *s,
                       .n = m->n,
                       .k = cx_dim(means, 0),
                       .d = cx_dim(means, 1),
                       .type = cx__mixture_type(self)};
    CX__TRY(cx__mixture_make(m));
    CX__TRY(cx__read_all(s, cx__f64(s, means), m->means));
    const cx_array *const cov = cx__f64(s, get(self, CX__MIXTURE_COVARIANCES)),
                          *const cholesky = cx__f64(s, get(self, CX__MIXTURE_CHOLESKY));
    const size_t size = (size_t)cx__mixture_size(m->type, m->d, m->k);
    double *const turned = cx__scope_room(size * sizeof *turned);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(s, cov, m->cov));
    CX__TRY(cx__read_all(s, cholesky, turned));
    cx__mixture_turned(m, turned, m->factor);
    CX__TRY(kind->recall(m, get));
    cx__mixture_log_det(m);
    kind->starts(m);
    return CX_OK;
}
