/* LatentDirichletAllocation: topics of counted words, in batches or all at once.
 *
 * Documents are fixed points of their own (lda.c) on the host; the topics' statistics are products
 * of matrices there. Of another device's data the counts come to the host and the model goes
 * back. */
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/decomposition/lda.h"
#include "learn/decomposition/projection.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/decomposition.h>
#include <calx/device.h>
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { COMPONENTS, WEIGHTS, BATCHES, N_ITER, BOUND, DOC_PRIOR, WORD_PRIOR, DRAWS };
static const char *const attrs[] = {"components_: float [k, n]",
                                    "exp_dirichlet_component_: float [k, n]",
                                    "n_batch_iter_: int []",
                                    "n_iter_: int []",
                                    "bound_?: float []",
                                    "doc_topic_prior_: float []",
                                    "topic_word_prior_: float []",
                                    "random_state_: int [s]",
                                    NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "10", "[1, inf)", "how many topics"},
    {"doc_topic_prior", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, 1]",
     "prior of a document's topics; None: 1 / n_components"},
    {"topic_word_prior", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, 1]",
     "prior of a topic's words; None: 1 / n_components"},
    {"learning_method", CX_PARAM_STR, "'batch'", "{'batch', 'online'}",
     "all documents at once, or batch_size of them"},
    {"learning_decay", CX_PARAM_FLOAT, "0.7", "[0, 1]", "how fast batches lose weight"},
    {"learning_offset", CX_PARAM_FLOAT, "10.0", "[1, inf)", "how little the first ones weigh"},
    {"max_iter", CX_PARAM_INT, "10", "[0, inf)", "passes over the documents"},
    {"batch_size", CX_PARAM_INT, "128", "[1, inf)", "documents of a batch"},
    {"evaluate_every", CX_PARAM_INT, "-1", NULL, "passes between looks at the perplexity; 0: none"},
    {"total_samples", CX_PARAM_FLOAT, "1000000.0", "(0, inf)", "documents in all, for partial_fit"},
    {"perp_tol", CX_PARAM_FLOAT, "0.1", "[0, inf)", "change of the perplexity that ends the fit"},
    {"mean_change_tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "change that ends a document"},
    {"max_doc_update_iter", CX_PARAM_INT, "100", "[0, inf)", "most steps for a document"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: scopes say how many threads"},
    {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", NULL, "not used: use progress"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "seed of the draws"},
    {.name = NULL},
};

/* A model under way, on the host. */
typedef struct model {
    const cx_estimator *self;
    int64_t d, k, batches;
    double doc_prior, word_prior;
    cx_array *components, *by_word; /* [k, d]; exp of its expected logarithms, turned: [d, k] */
    cx_generator *draws;
} model;

static double prior_of(const cx_estimator *self, const char *name)
{
    return cx_param_is_none(self, name) ? 1 / (double)cx_param_i64(self, "n_components")
                                        : cx_param_f64(self, name);
}

/* Expected logarithms of rows [n, k] of Dirichlet distributions, or exp of them. */
static cx_array *expected(const cx_array *a, bool logs)
{
    cx_array *const out = cx_empty_like(a, CX_F64);
    const double *const from = cx_data_f64(a);
    double *const to = cx_data_f64_mut(out);
    if (!cx_ok()) return out;
    const int64_t k = cx_dim(a, 1);
    for (int64_t i = 0; i < cx_dim(a, 0); i++)
        (logs ? cx__dirichlet_logs : cx__dirichlet_weights)(from + i * k, k, to + i * k);
    return out;
}

static cx_status refresh(model *m)
{
    m->by_word = cx_ascontiguous(cx_transpose(expected(m->components, false)));
    return cx__so_far();
}

static cx_status begin(const cx_estimator *self, int64_t d, model *m)
{
    *m = (model){.self = self,
                 .d = d,
                 .k = cx_param_i64(self, "n_components"),
                 .batches = 1,
                 .doc_prior = prior_of(self, "doc_topic_prior"),
                 .word_prior = prior_of(self, "topic_word_prior"),
                 .draws = cx__seeded(self)};
    m->components = cx_rng_gamma(m->draws, 100, 0.01, CX_SHAPE(m->k, d));
    return refresh(m);
}

static cx__lda documents_of(const model *m)
{
    return (cx__lda){.d = m->d,
                     .k = m->k,
                     .weight = cx__at(m->by_word),
                     .prior = m->doc_prior,
                     .tol = cx_param_f64(m->self, "mean_change_tol"),
                     .max_iter = cx_param_i64(m->self, "max_doc_update_iter")};
}

/* Topics doc [n, k] of documents, and exp of their expected logarithms. */
static cx_status expect(const model *m, const cx_array *x, bool drawn, cx_array **doc,
                        cx_array **weights)
{
    const int64_t n = cx_dim(x, 0);
    *doc = drawn ? cx_rng_gamma(m->draws, 100, 0.01, CX_SHAPE(n, m->k))
                 : cx_ones(CX_SHAPE(n, m->k), CX_F64, CX_CPU);
    *weights = cx_empty(CX_SHAPE(n, m->k), CX_F64, CX_CPU);
    const cx__lda l = documents_of(m);
    const double *const from = cx__at(x);
    double *const to = cx__at(*doc), *const also = cx__at(*weights);
    CX__TRY(cx__so_far());
    return cx__lda_documents(&l, from, n, to, also);
}

/* One round over documents x: total 0 for all at once, else how many there are in all. */
static cx_status round_over(model *m, const cx_array *x, double total)
{
    static cx__held shares = CX__HELD("x, s, eps: x / (s + eps)"),
                    all = CX__HELD("p, s, w: p + s * w"),
                    mixed = CX__HELD("c, a, p, r, s, w: c * (1 - a) + a * (p + r * s * w)");
    cx_array *doc = NULL, *weights = NULL;
    CX__TRY(expect(m, x, true, &doc, &weights));
    const cx_array *const by_topic = cx_transpose(m->by_word);
    const cx_array *const part =
        cx__held_run("fit", &shares, CX_ARRAYS(x, cx_matmul(weights, by_topic), cx_float(0x1p-52)));
    const cx_array *const sums = cx_matmul(cx_transpose(weights), part), *const prior = cx_float(
                                                                             m->word_prior);
    if (total > 0) {
        const double offset = cx_param_f64(m->self, "learning_offset"),
                     weight =
                         pow(offset + (double)m->batches, -cx_param_f64(m->self, "learning_decay"));
        m->components =
            cx__held_run("fit", &mixed,
                         CX_ARRAYS(m->components, cx_float(weight), prior,
                                   cx_float(total / (double)cx_dim(x, 0)), sums, by_topic));
    } else {
        m->components = cx__held_run("fit", &all, CX_ARRAYS(prior, sums, by_topic));
    }
    m->components = cx_ascontiguous(m->components);
    m->batches++;
    return refresh(m);
}

static cx_status scoped_round(model *m, const cx_array *x, int64_t lo, int64_t hi, double total)
{
    const cx_scope inner = cx_scope_open();
    model next = *m;
    const cx_status st = cx_check(round_over(&next, cx_slice(x, 0, lo, hi, 1), total));
    next.components = cx_scope_keep(inner, next.components);
    next.by_word = cx_scope_keep(inner, next.by_word);
    *m = next;
    return cx__give_status(inner, st);
}

static cx_status batches_of(model *m, const cx_array *x, double total)
{
    const int64_t n = cx_dim(x, 0), size = cx_param_i64(m->self, "batch_size");
    for (int64_t lo = 0; lo < n; lo += size)
        CX__TRY(scoped_round(m, x, lo, lo + size < n ? lo + size : n, total));
    return CX_OK;
}

/* ---- bounds */
/* Of documents x [n, d]; ratio: how many more of them there are. */
static cx_status bound_of(const model *m, const cx_array *x, double ratio, double *out)
{
    const cx_scope inner = cx_scope_open();
    cx_array *doc = NULL, *weights = NULL;
    double words = 0;
    cx_status st = expect(m, x, false, &doc, &weights);
    const cx_array *const doc_logs = st == CX_OK ? expected(doc, true) : NULL,
                          *const logs = expected(m->components, true),
                          *const by_word = cx_ascontiguous(cx_transpose(logs));
    if (st == CX_OK) st = cx__so_far();
    if (st == CX_OK)
        st = cx__lda_words(cx__at(x), cx_dim(x, 0), m->d, m->k, cx__at(doc_logs), cx__at(by_word),
                           &words);
    if (st == CX_OK)
        *out = ratio * (words + cx__lda_bound(m->doc_prior, cx__at(doc), cx__at(doc_logs),
                                              cx_dim(x, 0), m->k)) +
               cx__lda_bound(m->word_prior, cx__at(m->components), cx__at(logs), m->k, m->d);
    return cx__give_status(inner, st);
}

static cx_status perplexity_of(const model *m, const cx_array *x, double ratio, double *out)
{
    double bound = 0;
    CX__TRY(bound_of(m, x, ratio, &bound));
    *out = exp(-bound / (ratio * cx__number_f64(cx_sum(x, CX_ALL))));
    return cx__so_far();
}

/* ---- fit */
/* Counts on the host, none of them negative. */
static cx_status counts_of(const cx__site *s, const cx_array *given, const cx_array **x)
{
    *x = cx__fetch(s, cx__f64(s, given));
    const double least = cx__number_f64(cx_min(*x, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, s->where,
                        "LatentDirichletAllocation: x has a negative number");
    return CX_OK;
}

static cx_status store(cx_estimator *self, const cx__site *s, const model *m, cx_dtype t)
{
    CX__TRY(cx__store(self, COMPONENTS, cx__send(s, m->components), t));
    CX__TRY(cx__store(self, WEIGHTS, cx__send(s, cx_ascontiguous(cx_transpose(m->by_word))), t));
    CX__TRY(cx_self_set_i64(self, BATCHES, m->batches));
    CX__TRY(cx_self_set_f64(self, DOC_PRIOR, m->doc_prior));
    CX__TRY(cx_self_set_f64(self, WORD_PRIOR, m->word_prior));
    return cx_self_set(self, DRAWS, cx__sent(s, cx_generator_state(m->draws)));
}

static cx_status passes(cx_estimator *self, model *m, const cx_array *x, int64_t *done)
{
    const int64_t most = cx_param_i64(self, "max_iter"),
                  every = cx_param_i64(self, "evaluate_every");
    const bool online = strcmp(cx_param_str(self, "learning_method"), "online") == 0;
    double last = 0, now = 0;
    for (*done = 0; *done < most; ++*done) {
        CX__TRY(cx_self_progress(self, *done, most));
        CX__TRY(online ? batches_of(m, x, (double)cx_dim(x, 0))
                       : scoped_round(m, x, 0, cx_dim(x, 0), 0));
        if (every <= 0 || (*done + 1) % every != 0) continue;
        CX__TRY(perplexity_of(m, x, 1, &now));
        if (last != 0 && fabs(last - now) < cx_param_f64(self, "perp_tol")) break;
        last = now;
    }
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    model m;
    const cx_array *x = NULL;
    int64_t done = 0;
    double perplexity = 0;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(counts_of(&s, data->x, &x));
    CX__TRY(begin(self, cx_dim(x, 1), &m));
    CX__TRY(passes(self, &m, x, &done));
    CX__TRY(perplexity_of(&m, x, 1, &perplexity));
    CX__TRY(cx_self_set_i64(self, N_ITER, done));
    CX__TRY(cx_self_set_f64(self, BOUND, perplexity));
    return store(self, &s, &m, cx__float_like(data->x));
}

/* The fitted model on the host; site: where it is. */
static cx_status fitted(const cx_estimator *self, const char *where, model *m)
{
    cx__site s;
    CX__TRY(cx__site_of(where, cx_self(self, COMPONENTS), &s));
    *m = (model){.self = self,
                 .batches = cx__number_i64(cx_self(self, BATCHES)),
                 .doc_prior = cx__number_f64(cx_self(self, DOC_PRIOR)),
                 .word_prior = cx__number_f64(cx_self(self, WORD_PRIOR)),
                 .components = cx__fetch(&s, cx__slot_f64(self, COMPONENTS)),
                 .by_word =
                     cx_ascontiguous(cx_transpose(cx__fetch(&s, cx__slot_f64(self, WEIGHTS))))};
    CX__TRY(cx__so_far());
    m->k = cx_dim(m->components, 0);
    m->d = cx_dim(m->components, 1);
    return CX_OK;
}

static cx_status go_on(const cx_estimator *self, const cx__site *s, model *m)
{
    CX__TRY(fitted(self, "partial_fit", m));
    m->draws = cx_random_state(CX_SEED(0), CX_CPU);
    CX__TRY(cx__so_far());
    return cx_generator_set_state(m->draws, cx__to_host(s, cx_self(self, DRAWS)));
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    model m;
    const cx_array *x = NULL;
    CX__TRY(cx__site_of("partial_fit", data->x, &s));
    CX__TRY(counts_of(&s, data->x, &x));
    if (cx_self_has(self, COMPONENTS)) {
        CX__TRY(go_on(self, &s, &m));
    } else {
        CX__TRY(begin(self, cx_dim(x, 1), &m));
        CX__TRY(cx_self_set_i64(self, N_ITER, 0));
    }
    CX__TRY(batches_of(&m, x, cx_param_f64(self, "total_samples")));
    return store(self, &s, &m, cx__float_like(data->x));
}

/* ---- use */
enum { ROOM = 1024 }; /* topics, and words that occur, of a row that is served */

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    model m;
    cx__lda *const l = cx_plan_alloc(p, sizeof *l);
    if (l == NULL) return CX_E_NOMEM;
    CX__TRY(fitted(self, "transform", &m));
    if (m.k > ROOM)
        return cx__fail(CX_E_UNSUPPORTED, "transform",
                        "LatentDirichletAllocation: %lld topics; sessions and transform take %d",
                        (long long)m.k, ROOM);
    *l = documents_of(&m);
    p->state = l;
    p->cols_out = m.k;
    return cx__plan_f64(p, m.by_word, &l->weight);
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__lda *const l = p->state;
    double weights[ROOM], room[ROOM], times[ROOM];
    int64_t word[ROOM];
    for (int64_t i = 0; i < rows; i++, x += l->d, out += l->k) {
        int64_t count = 0;
        for (int64_t j = 0; j < l->d; j++) {
            if (x[j] < 0)
                return cx__fail(CX_E_ARGUMENT, "transform",
                                "LatentDirichletAllocation: x has a negative number");
            if (x[j] == 0) continue;
            if (count < ROOM) {
                word[count] = j;
                times[count] = x[j];
            }
            count++;
        }
        const bool fits = count <= ROOM; /* else words that do not occur count 0 times */
        for (int64_t t = 0; t < l->k; t++) out[t] = 1;
        cx__dirichlet_weights(out, l->k, weights);
        cx__lda_document(l, fits ? count : l->d, fits ? word : NULL, fits ? times : x, out, weights,
                         room);
        double sum = 0;
        for (int64_t t = 0; t < l->k; t++) sum += out[t];
        for (int64_t t = 0; t < l->k; t++) out[t] /= sum;
    }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held shares = CX__HELD("a: a / sum(a, axis=1, keepdims=True)");
    if (cx__on_host(x))
        return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
    cx__site s;
    model m;
    const cx_array *counts = NULL;
    cx_array *doc = NULL, *weights = NULL;
    if (cx_check(cx__site_of("transform", x, &s)) != CX_OK) return NULL;
    if (cx_check(counts_of(&s, x, &counts)) != CX_OK) return NULL;
    if (cx_check(fitted(self, "transform", &m)) != CX_OK) return NULL;
    if (cx_check(expect(&m, counts, false, &doc, &weights)) != CX_OK) return NULL;
    cx_array *const out = cx__send(&s, cx__held_run("transform", &shares, CX_ARRAYS(doc)));
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

static cx_status ready(const cx_estimator *self, const char *where, const cx_array *given, model *m,
                       const cx_array **x)
{
    cx__site s;
    CX__TRY(cx__site_of(where, given, &s));
    CX__TRY(counts_of(&s, given, x));
    return fitted(self, where, m);
}

static double score(const cx_estimator *self, const cx_data *data)
{
    model m;
    const cx_array *x = NULL;
    double bound = (double)NAN;
    if (cx_check(ready(self, "score", data->x, &m, &x)) != CX_OK) return bound;
    (void)cx_check(bound_of(&m, x, 1, &bound));
    return bound;
}

static cx_status perplexity(const cx_estimator *m, const cx_array *x, const cx_perplexity_opts *o,
                            double *out)
{
    static const char where[] = "perplexity";
    cx_perplexity_opts own;
    model fit_of;
    const cx_array *counts = NULL;
    cx_data data = {0};
    const cx_data in = {.x = x};
    CX__TRY(CX__OPTIONS(where, o, &own));
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (m->cls != &cx__class_latent_dirichlet_allocation)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no LatentDirichletAllocation", m->cls->name);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions, not 2", cx_ndim(x));
    CX__TRY(cx__schema_check(where, m, &in));
    CX__TRY(cx__data_prepare(where, m, &in, CX__FOR_USE, &data));
    CX__TRY(ready(m, where, data.x, &fit_of, &counts));
    const double total = cx_param_f64(m, "total_samples");
    return perplexity_of(&fit_of, counts, own.sub_sampling ? total / (double)cx_dim(counts, 0) : 1,
                         out);
}

double cx_perplexity(const cx_estimator *m, const cx_array *x, const cx_perplexity_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = (double)NAN;
    (void)cx_check(perplexity(m, x, o, &v));
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return v;
    (void)cx_check(closed);
    return (double)NAN;
}

const cx_estimator_class cx__class_latent_dirichlet_allocation = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LatentDirichletAllocation",
    .doc = "Topics of documents given as counted words.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = transform,
    .feature_names_out = cx__projection_names,
    .score = score,
    .plan = plan,
    .transform_into = transform_into,
};
