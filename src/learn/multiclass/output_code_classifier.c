/* OutputCodeClassifier: a random code for each class, a binary classifier for each place of the
 * codes; the class whose code is nearest to what they say wins.
 *
 * One idea: distances to all codes grow place by place, so that equal codes stay equal and the
 * first class has them, as in a session. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { CLASSES, BOOK, CONSTANT };
static const char *const attrs[] = {"classes_: label [c]", "code_book_: float [c, e]",
                                    "_constant: int [e]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each place of the codes"},
    {"code_size", CX_PARAM_FLOAT, "1.5", "(0, inf)",
     "length of the codes by the number of classes"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the codes; None: entropy"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_PREDICT;
}

/* ---- fit */
/* Codes [c, e] on the host: 1, and -1 (decisions) or 0 (probabilities). */
static cx_status make_book(const cx_estimator *self, int64_t c, cx_array **out)
{
    const double length = (double)c * cx_param_f64(self, "code_size");
    if (!(length >= 1 && length < 1e9))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: code_size=%g makes codes of %g places for %lld "
                        "classes",
                        self->cls->name, cx_param_f64(self, "code_size"), floor(length),
                        (long long)c);
    const double other = cx_estimator_has(cx__inner(self), CX_DECISION_FUNCTION) ? -1 : 0;
    const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                  ? (cx_maybe_i64){0}
                                  : (cx_maybe_i64)CX_SET(cx_param_i64(self, "random_state"));
    const cx_array *const drawn =
        cx_rng_uniform(cx_random_state(seed, CX_CPU), 0, 1, CX_SHAPE(c, (int64_t)length));
    *out = cx_where(cx_greater(drawn, cx_float(0.5)), cx_float(1), cx_float(other));
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    cx__site s;
    const cx_array *truth = NULL;
    cx_array *book = NULL;
    const cx_estimator *const inner = cx__inner(self);
    if (!cx_estimator_has(inner, CX_DECISION_FUNCTION) &&
        !cx_estimator_has(inner, CX_PREDICT_PROBA))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s has neither decisions nor probabilities",
                        self->cls->name, inner->cls->name);
    CX__TRY(cx__inner_truth(self, in, &d, &truth));
    const cx_labels y = cx_labels_encode(truth);
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of("fit", truth, &s));
    CX__TRY(make_book(self, cx_size(y.classes), &book));
    const cx_array *const there = cx__send(&s, cx_astype(book, CX_F64)), *const codes = cx_astype(
                                                                             cx_take(there, y.codes,
                                                                                     0),
                                                                             CX_I64);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set(self, BOOK, there));
    return cx__inner_fit_columns(self, &d, codes);
}

static cx_status check(const cx_estimator *self)
{
    return cx__inner_columns_check(self, cx_dim(cx_self(self, BOOK), 1));
}

/* ---- use */
static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    static cx__held further = CX__HELD("far, y, code: far + (y - code) * (y - code)");
    (void)method;
    cx_data d;
    const int64_t *one = NULL;
    cx_status st = cx__inner_features(self, in, &d);
    if (st == CX_OK) st = cx__inner_constants(self, "predict", &one);
    if (cx_check(st) != CX_OK) return cx__nil(st);
    const cx_array *const book = cx_self(self, BOOK);
    const int64_t c = cx_dim(book, 0), e = cx_dim(book, 1);
    cx_array *const far = cx_zeros(CX_SHAPE(c, cx__feature_rows(&d)), CX_F64, self->state->device);
    int copy = 0;
    for (int64_t i = 0; i < e && cx_ok(); i++) {
        const cx_array *const own =
            cx_astype(cx__column_sure(self, "predict", &d, one[i], &copy), CX_F64);
        const cx_array *const code = cx_slice(book, 1, i, i + 1, 1);
        (void)cx_check(cx__held_into("predict", &further, CX_ARRAYS(far, own, code), CX_OUTS(far)));
    }
    return cx_take(cx_self(self, CLASSES), cx_argmin(far, CX_AXIS(0)), 0);
}

/* ---- sessions */
typedef struct served {
    cx__served s;
    bool proba;
    int64_t c, e;
    int64_t *one;             /* [e]: _constant */
    double *book, *own, *far; /* [c, e], [max_rows], [max_rows, c] */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const cx_array *const book = cx_self(self, BOOK);
    const cx_estimator *const some =
        self->state->children ? self->state->child[0] : cx__inner(self);
    served *const m = p->state = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    m->c = cx_dim(book, 0);
    m->e = cx_dim(book, 1);
    m->proba = cx__sure_method(some) == CX_PREDICT_PROBA;
    CX__TRY(cx__serve(self, cx__sure_method(some), p, &m->s));
    const int64_t *one = NULL;
    const double *const codes = cx_data_f64(cx__as("session_new", book, CX_F64));
    if (!codes) return cx__last_status();
    CX__TRY(cx__inner_constants(self, "session_new", &one));
    if (m->c + 1 > INT64_MAX / 16 / p->max_rows)
        return cx__fail_nomem("session_new", "a buffer", SIZE_MAX);
    m->book = cx_plan_alloc(p, (size_t)(m->c * m->e) * sizeof *m->book);
    m->own = cx_plan_alloc(p, (size_t)((m->c + 1) * p->max_rows) * sizeof *m->own);
    m->one = cx_plan_alloc(p, (size_t)m->e * sizeof *m->one);
    if (!m->book || !m->own || !m->one) return CX_E_NOMEM;
    m->far = m->own + p->max_rows;
    memcpy(m->book, codes, (size_t)(m->c * m->e) * sizeof *m->book);
    memcpy(m->one, one, (size_t)m->e * sizeof *m->one);
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    int64_t copy = 0;
    for (int64_t i = 0; i < rows * m->c; i++) m->far[i] = 0;
    for (int64_t i = 0; i < m->e; i++) {
        const bool asked = m->one[i] == CX__COPY;
        if (asked) CX__TRY(cx__served_run(&m->s, copy++, x, rows, m->proba ? 1 : 0, 1, m->own));
        for (int64_t r = 0; r < rows; r++)
            for (int64_t k = 0; k < m->c; k++) {
                const double off = (asked ? m->own[r] : (double)m->one[i]) - m->book[k * m->e + i];
                m->far[r * m->c + k] += off * off;
            }
    }
    for (int64_t r = 0; r < rows; r++) {
        const double *const far = m->far + r * m->c;
        int64_t best = 0;
        for (int64_t k = 1; k < m->c; k++)
            if (far[k] < far[best]) best = k;
        out[r] = (double)best;
    }
    return CX_OK;
}

const cx_estimator_class cx__class_output_code_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OutputCodeClassifier",
    .doc = "A random code for each class, a binary classifier for each place of it.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .has = has,
    .call = call,
};
