/* Non-negative factors: parameters, checks and where to begin. See nmf.h. */
#include "base/object.h"
#include "learn/decomposition/nmf.h"
#include "learn/decomposition/nmf_params.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_random.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static double beta_of(const cx_estimator *self)
{
    if (!cx_param_is_str(self, "beta_loss")) return cx_param_f64(self, "beta_loss");
    const char *const name = cx_param_str(self, "beta_loss");
    return strcmp(name, "frobenius") == 0 ? 2 : strcmp(name, "kullback-leibler") == 0 ? 1 : 0;
}

cx_status cx__nmf_problem(const cx_estimator *self, const cx_array *x, cx__nmf *out)
{
    const double beta = beta_of(self), alpha = cx_param_f64(self, "alpha_W");
    *out = (cx__nmf){
        .self = self,
        .beta = beta,
        .gamma = beta < 1   ? 1 / (2 - beta)
                 : beta > 2 ? 1 / (beta - 1)
                            : 1,
        .alpha_w = alpha,
        .alpha_h = cx_param_is_str(self, "alpha_H") ? alpha : cx_param_f64(self, "alpha_H"),
        .l1_ratio = cx_param_f64(self, "l1_ratio"),
        .tol = cx_param_f64(self, "tol"),
        .max_iter = cx_param_i64(self, "max_iter"),
        .k = cx_param_is_number(self, "n_components") == 1 ? cx_param_i64(self, "n_components")
                                                           : cx_dim(x, 1),
        .multiplicative = true,
        .update_h = true};
    return cx__site_of("fit", x, &out->site);
}

cx__nmf_penalty cx__nmf_penalties(const cx__nmf *p, const cx_array *x)
{
    const double n = (double)cx_dim(x, 0), d = (double)cx_dim(x, 1);
    return (cx__nmf_penalty){.l1_w = d * p->alpha_w * p->l1_ratio,
                             .l1_h = n * p->alpha_h * p->l1_ratio,
                             .l2_w = d * p->alpha_w * (1 - p->l1_ratio),
                             .l2_h = n * p->alpha_h * (1 - p->l1_ratio)};
}

cx_status cx__nmf_check(const cx__nmf *p, const char *name, const cx_array *x)
{
    const double least = cx__number_f64(cx_min(x, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, p->site.where, "%s: x has a negative number", name);
    if (least == 0 && p->beta <= 0)
        return cx__fail(CX_E_ARGUMENT, p->site.where,
                        "%s: beta_loss=%g does not go with x that has a 0", name, p->beta);
    return CX_OK;
}

cx_array *cx__nmf_even(const cx__nmf *p, const cx_array *x)
{
    static cx__held even = CX__HELD("mean, k: sqrt(mean / k)");
    const cx_array *const value =
        cx__held_run("fit", &even, CX_ARRAYS(cx_mean(x, CX_ALL), cx_float((double)p->k)));
    return cx_copy(cx_broadcast_to(value, CX_SHAPE(cx_dim(x, 0), p->k)));
}

static cx_status random_start(const cx__nmf *p, cx_maybe_i64 seed, const cx_array *x, cx_array **w,
                              cx_array **h)
{
    static cx__held scaled = CX__HELD("z, mean, k: abs(sqrt(mean / k) * z)");
    cx_generator *const g = cx_random_state(seed, CX_CPU);
    const cx_array *const mean = cx_mean(x, CX_ALL), *const k = cx_float((double)p->k);
    const cx_array *const first = cx_rng_standard_normal(g, CX_SHAPE(p->k, cx_dim(x, 1)), CX_F64);
    const cx_array *const second = cx_rng_standard_normal(g, CX_SHAPE(cx_dim(x, 0), p->k), CX_F64);
    *h = cx__held_run("fit", &scaled, CX_ARRAYS(cx__send(&p->site, first), mean, k));
    *w = cx__held_run("fit", &scaled, CX_ARRAYS(cx__send(&p->site, second), mean, k));
    return cx__so_far();
}

/* The larger of a pair's positive and negative parts, scaled: columns of u [n, k], rows of v [k, d]
 * of singular values s [k]; the first pair has one sign. */
static cx_status parts(const cx_svd *f, cx_array **w, cx_array **h)
{
    static cx__held up = CX__HELD("a: maximum(a, 0)"), down = CX__HELD("a: maximum(-a, 0)");
    static cx__held size0 = CX__HELD("a: sqrt(sum(a * a, axis=0))"),
                    size1 = CX__HELD("a: sqrt(sum(a * a, axis=1))");
    static cx__held chosen = CX__HELD("p, q, ps, qs, pt, qt, s: m = ps * pt; l = qs * qt;"
                                      "where(m > l, sqrt(s * m) * p / where(m > l, ps, 1), "
                                      "sqrt(s * l) * q / where(qs > 0, qs, 1))");
    const cx_array *const up_u = cx__held_run("fit", &up, CX_ARRAYS(f->u)),
                          *const down_u = cx__held_run("fit", &down, CX_ARRAYS(f->u)),
                          *const up_v = cx__held_run("fit", &up, CX_ARRAYS(f->vh)),
                          *const down_v = cx__held_run("fit", &down, CX_ARRAYS(f->vh));
    const cx_array *const pu = cx__held_run("fit", &size0, CX_ARRAYS(up_u)),
                          *const nu = cx__held_run("fit", &size0, CX_ARRAYS(down_u)),
                          *const pv = cx__held_run("fit", &size1, CX_ARRAYS(up_v)),
                          *const nv = cx__held_run("fit", &size1, CX_ARRAYS(down_v));
    *w = cx__held_run("fit", &chosen, CX_ARRAYS(up_u, down_u, pu, nu, pv, nv, f->s));
    *h = cx__held_run("fit", &chosen,
                      CX_ARRAYS(up_v, down_v, cx_expand_dims(pv, 1), cx_expand_dims(nv, 1),
                                cx_expand_dims(pu, 1), cx_expand_dims(nu, 1),
                                cx_expand_dims(f->s, 1)));
    static cx__held one_sign = CX__HELD("a, s: sqrt(s) * abs(a)");
    const cx_array *const s0 = cx_slice(f->s, 0, 0, 1, 1);
    CX__TRY(cx_copy_into(cx__held_run("fit", &one_sign, CX_ARRAYS(cx_slice(f->u, 1, 0, 1, 1), s0)),
                         cx_slice(*w, 1, 0, 1, 1)));
    return cx_copy_into(cx__held_run("fit", &one_sign, CX_ARRAYS(cx_slice(f->vh, 0, 0, 1, 1), s0)),
                        cx_slice(*h, 0, 0, 1, 1));
}

/* Places of a that are 0 get a hundredth of the mean times a draw each, in their order. */
static cx_status fill_drawn(const cx__nmf *p, cx_generator *g, const cx_array *mean, cx_array **a)
{
    static cx__held small = CX__HELD("z, mean: abs(mean * z / 100)");
    const cx_array *const at = cx_flatnonzero(cx_equal(*a, cx_float(0)));
    const int64_t count = cx_size(at);
    CX__TRY(cx__so_far());
    if (count == 0) return CX_OK;
    const cx_array *const z =
        cx__send(&p->site, cx_rng_standard_normal(g, CX_SHAPE(count), CX_F64));
    cx_array *const flat = cx_ravel(*a);
    CX__TRY(cx_put_rows(flat, at, cx__held_run("fit", &small, CX_ARRAYS(z, mean))));
    *a = cx_reshape(flat, cx_shape_of(*a));
    return cx__so_far();
}

static cx_status singular_start(const cx__nmf *p, const char *init, cx_maybe_i64 seed,
                                const cx_array *x, cx_array **w, cx_array **h)
{
    static cx__held cut = CX__HELD("a: where(a < 1e-6, 0, a)"),
                    filled = CX__HELD("a, mean: where(a == 0, mean, a)");
    const cx_svd f =
        cx_linalg_randomized_svd(x, p->k, CX_OPTS(cx_randomized_svd_opts, .random_state = seed));
    CX__TRY(cx__so_far());
    CX__TRY(parts(&f, w, h));
    *w = cx__held_run("fit", &cut, CX_ARRAYS(*w));
    *h = cx__held_run("fit", &cut, CX_ARRAYS(*h));
    const cx_array *const mean = cx_mean(x, CX_ALL);
    if (strcmp(init, "nndsvda") == 0) {
        *w = cx__held_run("fit", &filled, CX_ARRAYS(*w, mean));
        *h = cx__held_run("fit", &filled, CX_ARRAYS(*h, mean));
    } else if (strcmp(init, "nndsvdar") == 0) {
        cx_generator *const g = cx_random_state(seed, CX_CPU);
        CX__TRY(fill_drawn(p, g, mean, w));
        CX__TRY(fill_drawn(p, g, mean, h));
    }
    return cx__so_far();
}

cx_status cx__nmf_start(const cx__nmf *p, const char *init, cx_maybe_i64 seed, const cx_array *x,
                        cx_array **w, cx_array **h)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), least = n < d ? n : d;
    if (init == NULL) init = p->k <= least ? "nndsvda" : "random";
    if (strcmp(init, "random") == 0) return random_start(p, seed, x, w, h);
    if (p->k > least)
        return cx__fail(CX_E_ARGUMENT, p->site.where,
                        "init='%s' takes at most min(n_samples, n_features)=%lld components, not "
                        "%lld",
                        init, (long long)least, (long long)p->k);
    return singular_start(p, init, seed, x, w, h);
}

cx_status cx__nmf_start_of(const cx_estimator *self, const cx__nmf *p, const cx_array *x,
                           cx_array **w, cx_array **h)
{
    const char *const init = cx_param_is_none(self, "init") ? NULL : cx_param_str(self, "init");
    const bool seeded = !cx_param_is_none(self, "random_state");
    const cx_maybe_i64 seed = {seeded, seeded ? cx_param_i64(self, "random_state") : 0};
    if (init && strcmp(init, "custom") == 0)
        return cx__fail(CX_E_UNSUPPORTED, "fit",
                        "%s: init='custom' takes W and H, which cx_non_negative_factorization does",
                        self->cls->name);
    return cx__nmf_start(p, init, seed, x, w, h);
}
