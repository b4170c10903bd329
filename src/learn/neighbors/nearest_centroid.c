/* NearestCentroid: the class whose centre (mean, or median for metric='manhattan') is nearest, or,
 * with priors that differ, largest in 2 log prior - distance^2 over scaled columns. */
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/reduce.h>
#include <calx/statistics.h>
#include <math.h>
#include <string.h>

enum { CLASSES, CENTROIDS, PRIORS, DEVIATION, DEVIATIONS };
static const char *const attrs[] = {"classes_: label [c]",       "centroids_: float [c, n]",
                                    "class_prior_: float [c]",   "within_class_std_dev_: float [n]",
                                    "deviations_: float [c, n]", NULL};

static const cx_param params[] = {
    {"metric", CX_PARAM_STR, "'euclidean'", "{'euclidean', 'manhattan'}", "distance to a centre"},
    {"shrink_threshold", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf)",
     "centres move so many deviations to the mean of all"},
    {"priors", CX_PARAM_STR | CX_PARAM_LIST, "'uniform'", "{'uniform', 'empirical'}",
     "of the classes: alike, their shares of the rows, or given"},
    {.name = NULL},
};

static bool by_sums(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "metric"), "manhattan") == 0;
}

/* ---- fit */
typedef struct parts {
    cx__site site;
    const cx_array *x, *code;       /* float64 [n, d], int64 [n] */
    const cx_array *mass, *centres; /* [c], [c, d] */
    int64_t n, d, c;
} parts;

static cx_status means(parts *p)
{
    cx_array *const sums = cx__new_f64(&p->site, p->c, p->d), *const mass =
                                                                  cx__new_f64(&p->site, p->c, -1);
    const cx_learn_groups call = {.n = p->n,
                                  .d = p->d,
                                  .groups = p->c,
                                  .x = cx__at(p->x),
                                  .code = cx__at(p->code),
                                  .sums = cx__at(sums),
                                  .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(p->site.ops->groups(p->site.queue, &call));
    p->mass = mass;
    p->centres = cx_div(sums, cx_expand_dims(mass, 1));
    return cx__so_far();
}

static cx_status medians(parts *p)
{
    cx_array *const centres = cx__new_f64(&p->site, p->c, p->d);
    for (int64_t k = 0; k < p->c; k++) {
        const cx_array *const rows = cx_compress(cx_equal(p->code, cx_int(k)), p->x, 0);
        CX__TRY(cx__so_far());
        CX__TRY(cx_copy_into(cx_median(rows, CX_AXIS(0)), cx_select(centres, 0, k)));
    }
    p->centres = centres;
    return CX_OK;
}

static cx_status given_priors(const cx_estimator *self, const parts *p, cx_array **out)
{
    const cx_array *const given = cx_param_array(self, "priors");
    const double *const v = cx_data_f64(given);
    double sum = 0;
    if (v == NULL) return cx__last_status();
    if (cx_size(given) != p->c)
        return cx__fail(CX_E_ARGUMENT, "fit", "NearestCentroid: %lld priors for %lld classes",
                        (long long)cx_size(given), (long long)p->c);
    for (int64_t k = 0; k < p->c; k++) {
        if (!(v[k] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "NearestCentroid: priors must not be negative");
        sum += v[k];
    }
    *out = cx__given_all(&p->site, v, p->c, CX_F64);
    if (fabs(sum - 1) <= 1e-5) return cx__so_far();
    cx__warn(CX_E_ARGUMENT, "NearestCentroid: the priors do not sum to 1 and are scaled");
    *out = cx_div(*out, cx_float(sum));
    return cx__so_far();
}

static cx_status find_priors(const cx_estimator *self, const parts *p, cx_array **out)
{
    if (!cx_param_is_str(self, "priors")) return given_priors(self, p, out);
    const bool empirical = strcmp(cx_param_str(self, "priors"), "empirical") == 0;
    *out = empirical ? cx_div(p->mass, cx_float((double)p->n))
                     : cx_full_like(p->mass, cx_float(1 / (double)p->c), CX_F64);
    return cx__so_far();
}

static cx_status shrink(cx_estimator *self, const parts *p, const cx_array *deviation)
{
    static cx__held scale = CX__HELD("mass, n, s, mid: sqrt(1 / mass - 1 / n) * (s + mid)"),
                    away = CX__HELD("c, mean, ms: (c - mean) / ms"),
                    less = CX__HELD("v, t: sign(v) * maximum(abs(v) - t, 0.0)"),
                    back = CX__HELD("mean, ms, v: mean + ms * v");
    const cx_array *const mean = cx_mean(p->x, CX_AXIS(0)),
                          *const ms = cx__held_run("fit", &scale,
                                                   CX_ARRAYS(cx_expand_dims(p->mass, 1),
                                                             cx_float((double)p->n), deviation,
                                                             cx_median(deviation, CX_ALL)));
    const cx_array *centres = p->centres,
                   *v = cx__held_run("fit", &away, CX_ARRAYS(centres, mean, ms));
    if (!cx_param_is_none(self, "shrink_threshold")) {
        const cx_array *const t = cx_float(cx_param_f64(self, "shrink_threshold"));
        v = cx__held_run("fit", &less, CX_ARRAYS(v, t));
        centres = cx__held_run("fit", &back, CX_ARRAYS(mean, ms, v));
    }
    CX__TRY(cx_self_set(self, CENTROIDS, centres));
    return cx_self_set(self, DEVIATIONS, v);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    static cx__held within = CX__HELD("x, c, r: sqrt(sum((x - c) * (x - c), axis=0) / r)"),
                    zero = CX__HELD("s: any(s == 0)");
    parts p = {.n = cx_dim(d->x, 0), .d = cx_dim(d->x, 1)};
    CX__TRY(cx__site_of("fit", d->x, &p.site));
    const cx_labels y = cx_labels_encode(d->y);
    p.x = cx__f64(&p.site, d->x);
    p.code = cx__i64(&p.site, y.codes);
    CX__TRY(cx__so_far());
    p.c = cx_size(y.classes);
    if (p.c < 2) return cx__fail(CX_E_ARGUMENT, "fit", "NearestCentroid: y has one class only");
    CX__TRY(means(&p));
    if (by_sums(self)) CX__TRY(medians(&p));
    const cx_array *const own = cx_take(p.centres, p.code, 0),
                          *const deviation = cx__held_run(
                              "fit", &within, CX_ARRAYS(p.x, own, cx_float((double)(p.n - p.c))));
    const cx_array *const spread = cx_sub(cx_max(p.x, CX_AXIS(0)), cx_min(p.x, CX_AXIS(0)));
    if (cx__number_f64(cx_max(spread, CX_ALL)) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, "fit", "NearestCentroid: all columns are constant");
    }
    if (cx__number_i64(cx__held_run("fit", &zero, CX_ARRAYS(deviation))) != 0)
        cx__warn(CX_E_ARGUMENT, "NearestCentroid: a column is constant within every class");
    cx_array *priors = NULL;
    CX__TRY(find_priors(self, &p, &priors));
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set(self, PRIORS, priors));
    CX__TRY(cx_self_set(self, DEVIATION, deviation));
    return shrink(self, &p, deviation);
}

/* ---- rows: score of class k is start - (distance over scaled columns)^2 */
typedef struct centre_plan {
    cx_learn_scores scores; /* first: cx__scores_into reads it */
    bool sums;              /* metric='manhattan': of what is below */
    const double *centre, *scale, *start;
} centre_plan;

/* Of the nearest centre alone no column is scaled. */
static bool nearest_only(const cx_estimator *self, cx_method method)
{
    static cx__held alike = CX__HELD("p, u: all(abs(p - u) <= 1e-8 + 1e-5 * u)");
    const cx_array *const priors = cx_self(self, PRIORS), *const share =
                                                              cx_float(1 / (double)cx_size(priors));
    return method == CX_PREDICT &&
           cx__number_i64(cx__held_run("predict", &alike, CX_ARRAYS(priors, share))) != 0;
}

static cx_array *scales(const cx_estimator *self, bool plain)
{
    static cx__held inverse = CX__HELD("s: where(s == 0, 1.0, 1 / s)");
    const cx_array *const s = cx__slot_f64(self, DEVIATION);
    return plain ? cx_ones_like(s, CX_F64) : cx__held_run("predict", &inverse, CX_ARRAYS(s));
}

static cx_array *starts(const cx_estimator *self)
{
    static cx__held start = CX__HELD("p: 2 * log(p)");
    return cx__held_run("predict", &start, CX_ARRAYS(cx__slot_f64(self, PRIORS)));
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    static cx__held precision = CX__HELD("s: 2 * s * s");
    centre_plan *const m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    const int64_t c = cx_size(cx_self(self, CLASSES));
    const bool nearest = nearest_only(self, p->method);
    CX__TRY(cx__so_far());
    m->sums = by_sums(self);
    m->scores = (cx_learn_scores){.score = nearest ? CX_LEARN_SQUARES : CX_LEARN_GAUSSIAN,
                                  .end = nearest                         ? CX_LEARN_FIRST_MIN
                                         : p->method == CX_PREDICT       ? CX_LEARN_FIRST_MAX
                                         : p->method == CX_PREDICT_PROBA ? CX_LEARN_SOFTMAX
                                                                         : CX_LEARN_SCORES,
                                  .d = p->cols_in,
                                  .k = c,
                                  .ld = c};
    p->state = m;
    p->cols_out = p->method == CX_PREDICT ? 1 : c;
    if (p->method == CX_DECISION_FUNCTION && c == 2) p->cols_out = 1;
    CX__TRY(cx__plan_f64(p, cx__slot_f64(self, CENTROIDS), &m->centre));
    m->scores.w = m->centre;
    const cx_array *const scale = scales(self, nearest);
    if (m->sums) CX__TRY(cx__plan_f64(p, scale, &m->scale));
    if (nearest && !m->sums) return CX_OK;
    CX__TRY(cx__plan_f64(p, starts(self), &m->start));
    m->scores.start = m->start;
    if (m->sums) return CX_OK;
    const cx_array *const one = cx__held_run("predict", &precision, CX_ARRAYS(scale));
    return cx__plan_f64(p, cx_copy(cx_broadcast_to(one, CX_SHAPE(c, p->cols_in))),
                        &m->scores.inverse);
}

static double nearest_by_sums(const centre_plan *m, const double *x)
{
    const int64_t d = m->scores.d;
    double best = -(double)INFINITY, at = 0;
    for (int64_t k = 0; k < m->scores.k; k++) {
        double sum = 0;
        for (int64_t j = 0; j < d; j++) sum += fabs(x[j] - m->centre[k * d + j]) * m->scale[j];
        const double score = m->start[k] - sum * sum;
        if (!(score > best)) continue;
        best = score;
        at = (double)k;
    }
    return at;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const centre_plan *const m = p->state;
    if (!m->sums) return cx__scores_into(p, x, rows, out);
    for (int64_t i = 0; i < rows; i++) out[i] = nearest_by_sums(m, x + i * m->scores.d);
    return CX_OK;
}

/* Of two classes the second one's score less the first one's. */
static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const centre_plan *const m = p->state;
    double two[2];
    if (p->cols_out > 1) return cx__scores_into(p, x, rows, out);
    for (int64_t i = 0; i < rows; i++) {
        CX__TRY(cx__scores_into(p, x + i * m->scores.d, 1, two));
        out[i] = two[1] - two[0];
    }
    return CX_OK;
}

/* ---- batches */
static cx_array *predict_there(const cx_estimator *self, const cx_array *x)
{
    static cx__held score = CX__HELD("d, s: s - d * d");
    const cx_array *const by = scales(self, nearest_only(self, CX_PREDICT)),
                          *const d = cx_pairwise_distances(
                              cx_mul(x, by), cx_mul(cx__slot_f64(self, CENTROIDS), by), "manhattan",
                              NULL),
                          *const s = cx__held_run("predict", &score, CX_ARRAYS(d, starts(self)));
    return cx_take(cx_self(self, CLASSES), cx_argmax(s, CX_AXIS(1)), 0);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return by_sums(self) && !cx__on_host(x) ? predict_there(self, x)
                                            : cx__predict_labels(self, x, CLASSES);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    static cx__held square = CX__HELD("x, c, s: e = (x - c) * s; sum(e * e, axis=1)");
    if (cx__on_host(x) || cx_size(cx_self(self, CLASSES)) > 2)
        return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, CX_F64);
    const cx_array *const centre = cx__slot_f64(self, CENTROIDS), *const by = scales(self, false),
                          *part[2], *const start = starts(self);
    for (int k = 0; k < 2; k++)
        part[k] =
            cx_sub(cx_select(start, 0, k), cx__held_run("decision_function", &square,
                                                        CX_ARRAYS(x, cx_select(centre, 0, k), by)));
    return cx_sub(part[1], part[0]);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
}

static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT) return true;
    return !by_sums(self) && (method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA ||
                              method == CX_DECISION_FUNCTION);
}

const cx_estimator_class cx__class_nearest_centroid = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "NearestCentroid",
    .doc = "The class whose centre is nearest.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .decision_function = decision_function,
    .has = has,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = cx__scores_into,
    .decision_into = decision_into,
};
