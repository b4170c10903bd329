/* MinCovDet and EllipticEnvelope: location and covariance of the rows that lie closest together,
 * and who lies outside the ellipse that they span.
 *
 * One idea: rows that count are weights of 1 and 0, so nothing is gathered; the subset comes from
 * mcd.c. */
#include <calx/covariance.h>

#include "learn/base/plan.h"
#include "learn/covariance/family.h"
#include "learn/covariance/mcd.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/metrics.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { RAW_LOCATION = CX__COVARIANCE_SLOTS, RAW_COVARIANCE, RAW_SUPPORT, SUPPORT, DIST, OFFSET };
#define ROBUST_ATTRS                                                                   \
    CX__COVARIANCE_ATTRS, "raw_location_: float [n]", "raw_covariance_: float [n, n]", \
        "raw_support_: bool [m]", "support_: bool [m]", "dist_: float [m]"
static const char *const attrs[] = {ROBUST_ATTRS, NULL};
static const char *const envelope_attrs[] = {ROBUST_ATTRS, "offset_: float []", NULL};

#define SUPPORT_FRACTION                                                      \
    {                                                                         \
        "support_fraction", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, 1]", \
            "share of the rows in the subset; None: just over half of them"   \
    }
#define RANDOM_STATE                                                             \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the first subsets; None: the system's entropy"              \
    }
static const cx_param params[] = {
    CX__STORE_PRECISION, CX__ASSUME_CENTERED, SUPPORT_FRACTION, RANDOM_STATE, {.name = NULL}};
static const cx_param envelope_params[] = {
    CX__STORE_PRECISION,
    CX__ASSUME_CENTERED,
    SUPPORT_FRACTION,
    {"contamination", CX_PARAM_FLOAT, "0.1", "(0, 0.5]", "share of outliers among the rows"},
    RANDOM_STATE,
    {.name = NULL},
};

/* ---- fit */

/* What a covariance of the rows nearest to the centre lacks of that of all normal rows, if they are
 * a share of them. */
static double correction(int64_t d, double share)
{
    const double k = (double)d;
    if (share >= 1) return 1;
    return share / (1 - cx__chi2_above(k + 2, cx__chi2_from_above(k, 1 - share)));
}

/* Location [d] (0 if that is assumed) and covariance of the rows whose weight is 1. */
static cx_status of_rows(const cx_estimator *self, const cx__site *s, const cx_array *x,
                         const cx_array *mask, double count, cx_array **location,
                         cx_array **covariance)
{
    const cx_array *const weight = cx__f64(s, mask);
    cx_array *mean = NULL;
    if (!cx_param_bool(self, "assume_centered"))
        CX__TRY(cx__column_means(s, x, weight, &mean, NULL));
    *location = mean ? mean : cx_zeros(CX_SHAPE(cx_dim(x, 1)), CX_F64, s->device);
    *covariance = cx_div(cx__gram(s, cx__centred(s, x, mean, weight), NULL), cx_float(count));
    return cx__so_far();
}

static cx_status check_rank(const cx_estimator *self, const cx__site *s, const cx_array *x)
{
    static cx__held rank = CX__HELD("w: sum(abs(w) > 1e-8)");
    const cx_array *const w = cx_linalg_eigvalsh(cx__gram(s, x, NULL), NULL);
    const int64_t found = cx__number_i64(cx__held_run("fit", &rank, CX_ARRAYS(w)));
    if (found < cx_dim(x, 1))
        cx__warn(CX_E_ARGUMENT, "%s: the columns depend on each other", self->cls->name);
    return cx__so_far();
}

/* The subset, as it is kept. */
static cx_status raw(cx_estimator *self, const cx__site *s, const cx_array *x, cx__mcd *m)
{
    const double fraction =
        cx_param_is_none(self, "support_fraction") ? 0 : cx_param_f64(self, "support_fraction");
    CX__TRY(cx__fast_mcd(s, cx__seeded(self), x, fraction, m));
    if (cx_param_bool(self, "assume_centered")) {
        CX__TRY(of_rows(self, s, x, m->support, (double)m->count, &m->location, &m->covariance));
        m->dist = cx__squared_lengths("fit", x, cx__symmetric_pinv("fit", m->covariance));
    }
    CX__TRY(cx__store(self, RAW_LOCATION, m->location, CX_F64));
    CX__TRY(cx__store(self, RAW_COVARIANCE, m->covariance, CX_F64));
    return cx_self_set(self, RAW_SUPPORT, m->support);
}

/* All rows that lie within the subset's ellipse count. */
static cx_status reweight(cx_estimator *self, const cx__site *s, const cx_array *x,
                          const cx__mcd *m)
{
    static cx__held inside = CX__HELD("dist, factor, most: dist / factor < most"),
                    zero = CX__HELD("c: max(abs(c))"), count = CX__HELD("m: sum(m)");
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    const double size = cx__number_f64(cx__held_run("fit", &zero, CX_ARRAYS(m->covariance)));
    CX__TRY(cx__so_far());
    if (m->count < n && size <= 1e-8)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the subset's covariance is 0; try a larger support_fraction",
                        self->cls->name);
    cx_array *const mask =
        cx__held_run("fit", &inside,
                     CX_ARRAYS(m->dist, cx_float(correction(d, (double)m->count / (double)n)),
                               cx_float(cx__chi2_from_above((double)d, 0.025))));
    const double rows = cx__number_f64(cx__held_run("fit", &count, CX_ARRAYS(mask)));
    CX__TRY(cx__so_far());
    if (rows < 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: no row lies within its ellipse",
                        self->cls->name);
    cx_array *location, *covariance;
    CX__TRY(of_rows(self, s, x, mask, rows, &location, &covariance));
    covariance = cx_mul(covariance, cx_float(correction(d, 0.975)));
    CX__TRY(cx_self_set(self, SUPPORT, mask));
    CX__TRY(cx__store(self, CX__LOCATION, location, CX_F64));
    CX__TRY(cx__covariance_store(self, covariance));
    return cx__store(
        self, DIST,
        cx__squared_lengths("fit", cx__centred(s, x, location, NULL), cx__precision("fit", self)),
        CX_F64);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__mcd m;
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (cx_dim(data->x, 0) < 2)
        return cx__fail(CX_E_SHAPE, "fit", "%s needs two rows at least", self->cls->name);
    const cx_array *const x = cx__f64(&s, data->x);
    CX__TRY(check_rank(self, &s, x));
    CX__TRY(raw(self, &s, x, &m));
    return reweight(self, &s, x, &m);
}

static cx_status fit_envelope(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    CX__TRY(fit(self, data));
    CX__TRY(cx__site_of("fit", data->x, &s));
    const double share = cx_param_f64(self, "contamination");
    const cx_array *const all = cx_expand_dims(cx_negative(cx_self(self, DIST)), 1);
    return cx__store(self, OFFSET, cx_reshape(cx__column_quantiles(&s, all, &share, 1), CX_SHAPE()),
                     CX_F64);
}

/* ---- use: minus the squared distance, and how far it is above the offset */
typedef struct ellipse {
    const double *location, *precision;
    double offset;
} ellipse;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    ellipse *const e = cx_plan_alloc(p, sizeof *e);
    if (e == NULL) return CX_E_NOMEM;
    p->state = e;
    e->offset = cx__number_f64(cx_self(self, OFFSET));
    const cx_array *const precision = cx__precision("predict", self);
    CX__TRY(cx__so_far());
    CX__TRY(cx__plan_f64(p, cx_self(self, CX__LOCATION), &e->location));
    return cx__plan_f64(p, precision, &e->precision);
}

static void negative_lengths(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const ellipse *const e = p->state;
    const int64_t d = p->cols_in;
    for (int64_t r = 0; r < rows; r++, x += d) {
        double sum = 0;
        for (int64_t i = 0; i < d; i++) {
            double along = 0;
            for (int64_t j = 0; j < d; j++)
                along += e->precision[i * d + j] * (x[j] - e->location[j]);
            sum += along * (x[i] - e->location[i]);
        }
        out[r] = -sum;
    }
}

static cx_status score_samples_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    negative_lengths(p, x, rows, out);
    return CX_OK;
}

static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    negative_lengths(p, x, rows, out);
    for (int64_t r = 0; r < rows; r++) out[r] -= ((const ellipse *)p->state)->offset;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(decision_into(p, x, rows, out));
    for (int64_t r = 0; r < rows; r++) out[r] = out[r] >= 0 ? 1 : -1;
    return CX_OK;
}

static cx_array *ask(const cx_estimator *self, cx_method method, const cx_array *x)
{
    static cx__held above = CX__HELD("v, offset: -v - offset"),
                    sides = CX__HELD("v, offset: where(-v - offset >= 0, 1, -1)");
    const char *const where = cx__method_name(method);
    const cx_dtype t = method == CX_PREDICT ? CX_I64 : cx__float_like(x);
    if (cx__on_host(x)) return cx__by_rows(self, method, x, CX__ROWS_FLAT, t);
    cx__site s;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    const cx_array *const z =
        cx__centred(&s, cx__f64(&s, x), cx__slot_f64(self, CX__LOCATION), NULL);
    const cx_array *const offset =
        method == CX_METHOD_SCORE_SAMPLES ? cx_float(0) : cx_self(self, OFFSET);
    cx_array *const out =
        cx__held_run(where, method == CX_PREDICT ? &sides : &above,
                     CX_ARRAYS(cx__squared_lengths(where, z, cx__precision(where, self)), offset));
    return cx_dtype_of(out) == t ? out : cx_astype(out, t);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return ask(self, CX_PREDICT, x);
}
static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return ask(self, CX_DECISION_FUNCTION, x);
}
static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    return ask(self, CX_METHOD_SCORE_SAMPLES, x);
}

static double score(const cx_estimator *self, const cx_data *data)
{
    if (data->y == NULL) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, "score", "%s needs y", self->cls->name));
        return (double)NAN;
    }
    const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = data->sample_weight};
    return cx_accuracy_score(data->y, predict(self, data->x), &o);
}

const cx_estimator_class cx__class_min_cov_det = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MinCovDet",
    .doc = "Location and covariance that outliers do not move, by the least determinant.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .score = cx__covariance_score,
};
const cx_estimator_class cx__class_elliptic_envelope = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "EllipticEnvelope",
    .doc = "Outliers of data that is normal but for them: those outside an ellipse.",
    .kind = CX_OUTLIER_DETECTOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = envelope_params,
    .attrs = envelope_attrs,
    .fit = fit_envelope,
    .predict = predict,
    .decision_function = decision_function,
    .score_samples = score_samples,
    .score = score,
    .plan = plan,
    .predict_into = predict_into,
    .decision_into = decision_into,
    .score_samples_into = score_samples_into,
};

/* ---- the function */
static cx_status fast_mcd(const cx_array *x, const cx_fast_mcd_opts *given, cx_array *part[4])
{
    static const char where[] = "fast_mcd";
    static cx__held finite = CX__HELD("x: all(isfinite(x))");
    cx_fast_mcd_opts o = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "x is %s, not real", cx_dtype_name(cx_dtype_of(x)));
    if (cx_ndim(x) != 2 || cx_dim(x, 0) < 2 || cx_dim(x, 1) < 1)
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] with two rows at least");
    if (!(o.support_fraction >= 0 && o.support_fraction <= 1))
        return cx__fail(CX_E_ARGUMENT, where, "support_fraction is %g, not in [0, 1]",
                        o.support_fraction);
    cx__site s;
    CX__TRY(cx__site_of(where, x, &s));
    const cx_array *const wide = cx__f64(&s, x);
    if (cx__number_i64(cx__held_run(where, &finite, CX_ARRAYS(wide))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "x holds NaN or an infinity");
    }
    cx__mcd m;
    CX__TRY(
        cx__fast_mcd(&s, cx_random_state(o.random_state, CX_CPU), wide, o.support_fraction, &m));
    part[0] = m.location;
    part[1] = m.covariance;
    part[2] = m.support;
    part[3] = m.dist;
    return cx__so_far();
}

cx_fast_mcd_result cx_fast_mcd(const cx_array *x, const cx_fast_mcd_opts *o)
{
    cx_array *part[4] = {NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, fast_mcd(x, o, part), "fast_mcd", 4, part);
    return (cx_fast_mcd_result){part[0], part[1], part[2], part[3]};
}
