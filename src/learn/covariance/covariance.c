/* EmpiricalCovariance and what shrinks it: ShrunkCovariance, LedoitWolf, OAS.
 *
 * One fit for all four: a covariance, drawn by the class's share towards a multiple of the
 * identity. A share NULL means none. */
#include <calx/covariance.h>

#include "base/object.h"
#include "learn/covariance/family.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { SHRINKAGE = CX__COVARIANCE_SLOTS };
static const char *const attrs[] = {CX__COVARIANCE_ATTRS, NULL};
static const char *const shrunk_attrs[] = {CX__COVARIANCE_ATTRS, "shrinkage_: float []", NULL};

static const cx_param params[] = {CX__STORE_PRECISION, CX__ASSUME_CENTERED, {.name = NULL}};
static const cx_param shrunk_params[] = {
    CX__STORE_PRECISION,
    CX__ASSUME_CENTERED,
    {"shrinkage", CX_PARAM_FLOAT, "0.1", "[0, 1]",
     "share of the multiple of the identity that is mixed in"},
    {.name = NULL},
};
static const cx_param ledoit_wolf_params[] = {
    CX__STORE_PRECISION,
    CX__ASSUME_CENTERED,
    {"block_size", CX_PARAM_INT, "1000", "[1, inf)",
     "not used: no product of the size that it cuts is made"},
    {.name = NULL},
};

/* What a class makes of the data: its covariance so far, and a share [] or NULL. */
typedef cx_array *share_of(const cx_estimator *self, const cx_array *x, const cx_array *mean,
                           const cx_array *covariance);

static cx_status fit_shrunk(cx_estimator *self, const cx_data *data, share_of *share, bool keep)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    if (n == 1) cx__warn(CX_E_ARGUMENT, "%s: a covariance from one row", self->cls->name);
    const cx_array *const x = cx__f64(&s, data->x);
    cx_array *mean = NULL;
    if (!cx_param_bool(self, "assume_centered"))
        CX__TRY(cx__column_means(&s, x, NULL, &mean, NULL));
    cx_array *covariance = cx__covariance(&s, x, mean);
    if (share) {
        cx_array *const shrinkage = share(self, x, mean, covariance);
        covariance = cx__shrunk_covariance("fit", covariance, shrinkage);
        if (keep) CX__TRY(cx__store(self, SHRINKAGE, shrinkage, CX_F64));
    }
    CX__TRY(cx__covariance_store(self, covariance));
    return cx__store(self, CX__LOCATION, mean ? mean : cx_zeros(CX_SHAPE(d), CX_F64, s.device),
                     cx__float_like(data->x));
}

static cx_status fit_empirical(cx_estimator *self, const cx_data *data)
{
    return fit_shrunk(self, data, NULL, false);
}

static cx_array *given_share(const cx_estimator *self, const cx_array *x, const cx_array *mean,
                             const cx_array *covariance)
{
    (void)mean;
    (void)covariance;
    return cx_full(CX_SHAPE(), cx_float(cx_param_f64(self, "shrinkage")), CX_F64, cx_device_of(x));
}
static cx_status fit_given(cx_estimator *self, const cx_data *data)
{
    return fit_shrunk(self, data, given_share, false);
}

static cx_array *ledoit_wolf_share(const cx_estimator *self, const cx_array *x,
                                   const cx_array *mean, const cx_array *covariance)
{
    (void)self;
    return cx__ledoit_wolf_shrinkage("fit", x, mean, NULL, covariance);
}
static cx_status fit_ledoit_wolf(cx_estimator *self, const cx_data *data)
{
    return fit_shrunk(self, data, ledoit_wolf_share, true);
}

static cx_array *oas_share(const cx_estimator *self, const cx_array *x, const cx_array *mean,
                           const cx_array *covariance)
{
    (void)self;
    (void)mean;
    return cx__oas_shrinkage("fit", covariance, cx_dim(x, 0));
}
static cx_status fit_oas(cx_estimator *self, const cx_data *data)
{
    return fit_shrunk(self, data, oas_share, true);
}

/* ---- use */
cx_status cx__covariance_store(cx_estimator *self, const cx_array *covariance)
{
    CX__TRY(cx__store(self, CX__COVARIANCE, covariance, CX_F64));
    if (!cx_param_bool(self, "store_precision")) return CX_OK;
    return cx__store(self, CX__PRECISION, cx__symmetric_pinv("fit", covariance), CX_F64);
}

const cx_array *cx__precision(const char *where, const cx_estimator *self)
{
    if (cx_self_has(self, CX__PRECISION)) return cx_self(self, CX__PRECISION);
    return cx__symmetric_pinv(where, cx_self(self, CX__COVARIANCE));
}

cx_array *cx__log_likelihood(const char *where, const cx_array *covariance,
                             const cx_array *precision)
{
    const cx_slogdet det = cx_linalg_slogdet(precision);
    static cx__held likelihood =
        CX__HELD("c, p, sign, log_det, d: "
                 "(where(sign > 0, log_det, -inf) - sum(c * p) - d * log(2 * pi)) / 2");
    return cx__held_run(where, &likelihood,
                        CX_ARRAYS(covariance, precision, det.sign, det.logabsdet,
                                  cx_float((double)cx_dim(precision, 1))));
}

double cx__covariance_score(const cx_estimator *self, const cx_data *data)
{
    cx__site s;
    if (cx_check(cx__site_of("score", data->x, &s)) != CX_OK) return (double)NAN;
    const cx_array *const c =
        cx__covariance(&s, cx__f64(&s, data->x), cx__slot_f64(self, CX__LOCATION));
    return cx__number_f64(cx__log_likelihood("score", c, cx__precision("score", self)));
}

cx_array *cx__squared_lengths(const char *where, const cx_array *z, const cx_array *precision)
{
    static cx__held rows = CX__HELD("z, p: sum(z * p, axis=-1)");
    return cx__held_run(where, &rows, CX_ARRAYS(z, cx_matmul(z, precision)));
}

static cx_status of_family(const char *where, const cx_estimator *m)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls->score != cx__covariance_score && m->cls != &cx__class_elliptic_envelope)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no covariance", m->cls->name);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    return CX_OK;
}

static cx_status same_device(const char *where, const cx_estimator *m, const cx_array *a)
{
    if (cx_device_equal(cx_device_of(a), m->state->device)) return CX_OK;
    return cx__fail(CX_E_DEVICE, where, "the data is not on the device of the fitted %s",
                    m->cls->name);
}

static cx_status mahalanobis(const cx_estimator *m, const cx_array *x, cx_array **out)
{
    static const char where[] = "mahalanobis";
    CX__TRY(of_family(where, m));
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions, not 2", cx_ndim(x));
    const cx_data in = {.x = x};
    cx_data data = {0};
    CX__TRY(cx__schema_check(where, m, &in));
    CX__TRY(same_device(where, m, x));
    CX__TRY(cx__data_prepare(where, m, &in, CX__FOR_USE, &data));
    cx__site s;
    CX__TRY(cx__site_of(where, data.x, &s));
    const cx_array *const z =
        cx__centred(&s, cx__f64(&s, data.x), cx__slot_f64(m, CX__LOCATION), NULL);
    *out = cx__squared_lengths(where, z, cx__precision(where, m));
    return cx__so_far();
}

cx_array *cx_mahalanobis(const cx_estimator *m, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = mahalanobis(m, x, &out);
    return cx__give(s, st, out);
}

static cx_status error_norm(const cx_estimator *m, const cx_array *covariance,
                            const cx_error_norm_opts *given, double *out)
{
    static const char where[] = "error_norm";
    cx_error_norm_opts o = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(of_family(where, m));
    CX__NEED(where, "covariance", covariance, CX__KIND_ARRAY);
    const int64_t d = cx_self_features(m);
    if (cx_ndim(covariance) != 2 || cx_dim(covariance, 0) != d || cx_dim(covariance, 1) != d)
        return cx__fail(CX_E_SHAPE, where, "covariance must be [%lld, %lld]", (long long)d,
                        (long long)d);
    CX__TRY(same_device(where, m, covariance));
    if (o.norm != CX_ERROR_FROBENIUS && o.norm != CX_ERROR_SPECTRAL)
        return cx__fail(CX_E_ARGUMENT, where, "norm %d is none", (int)o.norm);
    const cx_array *const e = cx_sub(covariance, cx__slot_f64(m, CX__COVARIANCE));
    double v =
        o.norm == CX_ERROR_FROBENIUS
            ? cx__number_f64(cx_sum(cx_mul(e, e), CX_ALL))
            : cx__number_f64(cx_max(cx_linalg_svdvals(cx_matmul(cx_transpose(e), e)), CX_ALL));
    if (!o.unscaled) v /= (double)d;
    *out = o.root ? sqrt(v) : v;
    return cx__so_far();
}

double cx_error_norm(const cx_estimator *m, const cx_array *covariance, const cx_error_norm_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = (double)NAN;
    (void)cx_check(error_norm(m, covariance, o, &v));
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return v;
    (void)cx_check(closed);
    return (double)NAN;
}

const cx_estimator_class cx__class_empirical_covariance = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "EmpiricalCovariance",
    .doc = "Covariance of the data, by maximum likelihood.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit_empirical,
    .score = cx__covariance_score,
};
const cx_estimator_class cx__class_shrunk_covariance = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ShrunkCovariance",
    .doc = "Covariance mixed with a multiple of the identity, by a given share.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = shrunk_params,
    .attrs = attrs,
    .fit = fit_given,
    .score = cx__covariance_score,
};
const cx_estimator_class cx__class_ledoit_wolf = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LedoitWolf",
    .doc = "Covariance shrunk by the share that Ledoit and Wolf derived.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = ledoit_wolf_params,
    .attrs = shrunk_attrs,
    .fit = fit_ledoit_wolf,
    .score = cx__covariance_score,
};
const cx_estimator_class cx__class_oas = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OAS",
    .doc = "Covariance shrunk by the oracle approximation for normal data.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = shrunk_attrs,
    .fit = fit_oas,
    .score = cx__covariance_score,
};
