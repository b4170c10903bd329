/* BernoulliRBM: features of a restricted Boltzmann machine, by persistent contrastive divergence
 * (Tieleman 2008). Array operations; uniform numbers are the host's, in scikit-learn's order. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { COMPONENTS, HIDDEN, VISIBLE, SAMPLES, STREAM };
static const char *const attrs[] = {"components_: float [k, n]",     "intercept_hidden_: float [k]",
                                    "intercept_visible_: float [n]", "h_samples_: float [b, k]",
                                    "random_state_?: any",           NULL};
static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "256", "[1, inf)", "hidden units"},
    {"learning_rate", CX_PARAM_FLOAT, "0.1", "(0, inf)", "size of the steps"},
    {"batch_size", CX_PARAM_INT, "10", "[1, inf)", "rows of a step, and chains that are sampled"},
    {"n_iter", CX_PARAM_INT, "10", "[0, inf)", "epochs"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's progress callback"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)", "seed; None: entropy"},
    {.name = NULL}};

typedef struct machine {
    cx__site site;
    cx_array *w, *hidden, *visible, *samples; /* [k, d], [k], [d], [batch, k] */
    cx_generator *g;
} machine;

/* Probabilities of units: 1 / (1 + exp(-(a b + intercept))). */
static cx_array *chances(const char *where, const cx_array *a, const cx_array *b,
                         const cx_array *intercept)
{
    static cx__held expit = CX__HELD("p, b: 1 / (1 + exp(-(p + b)))");
    return cx__held_run(where, &expit, CX_ARRAYS(cx_matmul(a, b), intercept));
}

static cx_array *hidden_chances(const machine *m, const cx_array *v)
{
    return chances(m->site.where, v, cx_transpose(m->w), m->hidden);
}

/* As many uniform numbers as a has, at the site. */
static cx_array *uniform_like(const machine *m, const cx_array *a)
{
    const cx_array *const u = cx_rng_random(m->g, cx_shape_of(a), CX_F64);
    const double *const v = cx_data_f64(u);
    if (!v) return cx__nil(cx__last_status());
    return cx_reshape(cx__given_all(&m->site, v, cx_size(a), CX_F64), cx_shape_of(a));
}

static cx_status learn_batch(const machine *m, const cx_array *v, double rate)
{
    static cx__held drawn = CX__HELD("u, p: float64(u < p)"),
                    step = CX__HELD("w, up, down, rate: w + rate * (up - down)"),
                    sums = CX__HELD(
                        "b, up, down, rate: b + rate * (sum(up, axis=0) - sum(down, axis=0))"),
                    kept = CX__HELD("u, p: float64((u < p) | (p >= 1))");
    const cx_array *const h = hidden_chances(m, v), *const p = chances("fit", m->samples, m->w,
                                                                       m->visible);
    const cx_array *const seen = cx__held_run("fit", &drawn, CX_ARRAYS(uniform_like(m, p), p)),
                          *const other = hidden_chances(m, seen);
    const cx_array *const up = cx_matmul(cx_transpose(h), v), *const down = cx_matmul(
                                                                  cx_transpose(other), seen);
    const cx_array *const by = cx_float(rate / (double)cx_dim(v, 0));
    CX__TRY(cx__so_far());
    CX__TRY(cx__held_into("fit", &step, CX_ARRAYS(m->w, up, down, by), CX_OUTS(m->w)));
    CX__TRY(
        cx_copy_into(cx__held_run("fit", &sums, CX_ARRAYS(m->hidden, h, other, by)), m->hidden));
    CX__TRY(
        cx_copy_into(cx__held_run("fit", &sums, CX_ARRAYS(m->visible, v, seen, by)), m->visible));
    return cx_copy_into(cx__held_run("fit", &kept, CX_ARRAYS(uniform_like(m, other), other)),
                        m->samples);
}

static cx_status begin(const cx_estimator *self, const cx_array *x, machine *m)
{
    const int64_t k = cx_param_i64(self, "n_components"), d = cx_dim(x, 1);
    const cx_device device = m->site.device;
    m->g = cx__seeded(self);
    CX__TRY(cx__so_far());
    const cx_array *const drawn = cx_rng_normal(m->g, 0, 0.01, CX_SHAPE(k, d));
    m->w = cx_copy(cx__send(&m->site, drawn));
    m->hidden = cx_zeros(CX_SHAPE(k), CX_F64, device);
    m->visible = cx_zeros(CX_SHAPE(d), CX_F64, device);
    m->samples = cx_zeros(CX_SHAPE(cx_param_i64(self, "batch_size"), k), CX_F64, device);
    return cx__so_far();
}

static cx_status store(cx_estimator *self, const machine *m)
{
    CX__TRY(cx_self_set(self, COMPONENTS, m->w));
    CX__TRY(cx_self_set(self, HIDDEN, m->hidden));
    CX__TRY(cx_self_set(self, VISIBLE, m->visible));
    return cx_self_set(self, SAMPLES, m->samples);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    machine m;
    CX__TRY(cx__site_of("fit", data->x, &m.site));
    const cx_array *const x = cx__f64(&m.site, data->x);
    CX__TRY(begin(self, x, &m));
    const int64_t n = cx_dim(x, 0), epochs = cx_param_i64(self, "n_iter"),
                  batch = cx_param_i64(self, "batch_size");
    const double rate = cx_param_f64(self, "learning_rate");
    for (int64_t e = 0; e < epochs; e++) {
        CX__TRY(cx_self_progress(self, e, epochs));
        for (int64_t lo = 0; lo < n; lo += batch) {
            const cx_scope inner = cx_scope_open(); /* temporaries of one batch */
            const int64_t hi = lo + batch < n ? lo + batch : n;
            cx_check(learn_batch(&m, cx_slice(x, 0, lo, hi, 1), rate));
            CX__TRY(cx_scope_close(inner));
        }
    }
    return store(self, &m);
}

/* One step by all of the batch; the stream goes on where the last one ended. */
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    machine m;
    CX__TRY(cx__site_of("partial_fit", data->x, &m.site));
    const cx_array *const x = cx__f64(&m.site, data->x);
    if (cx_self_has(self, COMPONENTS)) {
        m.w = cx_copy(cx__slot_f64(self, COMPONENTS));
        m.hidden = cx_copy(cx__slot_f64(self, HIDDEN));
        m.visible = cx_copy(cx__slot_f64(self, VISIBLE));
        m.samples = cx_copy(cx__slot_f64(self, SAMPLES));
        m.g = cx__seeded(self);
        CX__TRY(cx__so_far());
        if (cx_self_has(self, STREAM))
            CX__TRY(cx_generator_set_state(m.g, cx__to_host(&m.site, cx_self(self, STREAM))));
    } else {
        CX__TRY(begin(self, x, &m));
    }
    CX__TRY(cx__so_far());
    CX__TRY(learn_batch(&m, x, cx_param_f64(self, "learning_rate")));
    CX__TRY(cx_self_set(self, STREAM, cx__sent(&m.site, cx_generator_state(m.g))));
    return store(self, &m);
}

/* ---- use */
static bool recall(const cx_estimator *self, const cx_array *x, machine *m)
{
    if (cx_check(cx__site_of("transform", x, &m->site)) != CX_OK) return false;
    m->w = cx__slot_f64(self, COMPONENTS);
    m->hidden = cx__slot_f64(self, HIDDEN);
    m->visible = cx__slot_f64(self, VISIBLE);
    m->g = cx__seeded(self);
    return cx_ok();
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    machine m;
    return recall(self, x, &m) ? hidden_chances(&m, cx__f64(&m.site, x)) : NULL;
}

/* Free energy of rows [n]. */
static cx_array *energy(const machine *m, const cx_array *v)
{
    static cx__held all = CX__HELD("seen, h, b: -seen - sum(logaddexp(0, h + b), axis=1)");
    return cx__held_run(
        "score_samples", &all,
        CX_ARRAYS(cx_matmul(v, m->visible), cx_matmul(v, cx_transpose(m->w)), m->hidden));
}

/* Pseudo-likelihood: how much worse rows become when a bit drawn at random is turned. */
static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    static cx__held turned = CX__HELD("v, at, each: where(at == each, 1 - v, v)"),
                    likelihood = CX__HELD("a, b, d: -d * logaddexp(0, -(b - a))");
    machine m;
    if (!recall(self, x, &m)) return NULL;
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    const cx_array *const bits = cx_rng_integers(m.g, 0, d, CX_SHAPE(n), CX_I64);
    const int64_t *const bit = cx_data_i64(bits);
    if (!bit) return cx__nil(cx__last_status());
    const cx_array *const at = cx_expand_dims(cx__given_all(&m.site, bit, n, CX_I64), 1);
    const cx_array *const v = cx__f64(&m.site, x), *const each = cx_arange_i64(0, d, 1, CX_I64,
                                                                               m.site.device);
    const cx_array *const other = cx__held_run("score_samples", &turned, CX_ARRAYS(v, at, each));
    return cx__held_run("score_samples", &likelihood,
                        CX_ARRAYS(energy(&m, v), energy(&m, other), cx_float((double)d)));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, COMPONENTS), 0));
}

const cx_estimator_class cx__class_bernoulli_rbm = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BernoulliRBM",
    .doc = "Features of a restricted Boltzmann machine of bits.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .score_samples = score_samples,
    .feature_names_out = names_out,
};
