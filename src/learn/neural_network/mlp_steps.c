/* Steps downhill: stochastic gradients with momentum, Adam (Kingma and Ba 2015), L-BFGS. */
#include "learn/neural_network/mlp.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/lbfgs.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

/* Weights [from, to) of the one vector; alpha is 0 for intercepts. */
static cx_status part(cx__mlp_steps *s, const cx_array *gradient, const cx_array *mass,
                      int64_t from, int64_t to, double alpha)
{
    static cx__held adam = CX__HELD(
                        "g, w, m, v, mass, alpha, rate, b, c, eps: q = (g + alpha * w) / mass;"
                        "m2 = b * m + (1 - b) * q; v2 = c * v + (1 - c) * (q * q);"
                        "w + -rate * m2 / (sqrt(v2) + eps), m2, v2"),
                    plain = CX__HELD("g, w, m, mass, alpha, rate, b: q = (g + alpha * w) / mass;"
                                     "u = b * m - rate * q; w + u, u"),
                    ahead = CX__HELD("g, w, m, mass, alpha, rate, b: q = (g + alpha * w) / mass;"
                                     "u = b * m - rate * q; w + (b * u - rate * q), u");
    cx_array *const w = cx_slice(s->net->params, 0, from, to, 1),
                    *const m = cx_slice(s->moments[0], 0, from, to, 1),
                    *const g = cx_slice(gradient, 0, from, to, 1);
    const char *const where = s->net->site.where;
    if (!s->adam)
        return cx__held_into(
            where, s->nesterov ? &ahead : &plain,
            CX_ARRAYS(g, w, m, mass, cx_float(alpha), cx_float(s->rate), cx_float(s->first)),
            CX_OUTS(w, m));
    cx_array *const v = cx_slice(s->moments[1], 0, from, to, 1);
    return cx__held_into(where, &adam,
                         CX_ARRAYS(g, w, m, v, mass, cx_float(alpha), cx_float(s->rate),
                                   cx_float(s->first), cx_float(s->second), cx_float(s->epsilon)),
                         CX_OUTS(w, m, v));
}

cx_status cx__mlp_step(cx__mlp_steps *s, const cx_array *gradient, const cx_array *mass,
                       int64_t rows)
{
    const cx__mlp *const net = s->net;
    cx__mlp_steps now = *s;
    s->count++;
    if (s->adam)
        now.rate = s->rate * sqrt(1 - pow(s->second, s->count)) / (1 - pow(s->first, s->count));
    const cx_array *const by = mass ? mass : cx_float((double)rows);
    CX__TRY(part(&now, gradient, by, 0, net->weights, net->alpha));
    return part(&now, gradient, by, net->weights, net->weights + net->biases, 0);
}

/* ---- L-BFGS */
static cx_status value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    cx__mlp_fit *const fit = ctx;
    cx__mlp *const net = &fit->net;
    static cx__held weights = CX__HELD("g, w, alpha, mass: (g + alpha * w) / mass"),
                    biases = CX__HELD("g, mass: g / mass");
    const int64_t all = net->weights + net->biases;
    cx_array *const g = *gradient = cx__new_f64(&net->site, all, -1);
    const cx_array *mass;
    CX__TRY(cx_copy_into(at, net->params));
    CX__TRY(cx__mlp_gradient(net, &fit->rows, g, &mass, f));
    const cx_array *const by = mass ? mass : cx_float((double)cx_dim(fit->rows.x, 0));
    cx_array *const gw = cx_slice(g, 0, 0, net->weights, 1),
                    *const gb = cx_slice(g, 0, net->weights, all, 1),
                    *const w = cx_slice(net->params, 0, 0, net->weights, 1);
    CX__TRY(
        cx__held_into("fit", &weights, CX_ARRAYS(gw, w, cx_float(net->alpha), by), CX_OUTS(gw)));
    return cx__held_into("fit", &biases, CX_ARRAYS(gb, by), CX_OUTS(gb));
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const cx_estimator *const self = ((const cx__mlp_fit *)ctx)->net.self;
    return cx_self_progress(self, iteration, cx_param_i64(self, "max_iter"));
}

cx_status cx__mlp_lbfgs(cx__mlp_fit *f, double *loss, int64_t *iterations)
{
    const cx_estimator *const self = f->net.self;
    const cx__lbfgs_problem p = {.site = &f->net.site,
                                 .n = f->net.weights + f->net.biases,
                                 .memory = 10,
                                 .max_iter = cx_param_i64(self, "max_iter"),
                                 .max_eval = cx_param_i64(self, "max_fun"),
                                 .max_search = 20,
                                 .gtol = cx_param_f64(self, "tol"),
                                 .ftol = 2.220446049250313e-09};
    const cx__array_function g = {.value = value, .iterated = iterated, .ctx = f};
    cx_array *const x = cx_positive(f->net.params);
    cx__lbfgs_result r;
    CX__TRY(cx__so_far());
    CX__TRY(cx__lbfgs_arrays(&p, &g, x, &r));
    cx__lbfgs_warn(self->cls->name, &r);
    *loss = r.f;
    *iterations = r.iterations;
    return cx_copy_into(x, f->net.params);
}
