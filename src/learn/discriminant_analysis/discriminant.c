/* What the two discriminant analyses share. One idea: rows sorted by class are views of one array,
 * so that work by class copies nothing. */
#include "learn/discriminant_analysis/discriminant.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

static cx_status group(cx__classed *c)
{
    const cx__site *const s = &c->site;
    cx_array *const sums = cx__new_f64(s, c->c, c->d), *const mass = cx__new_f64(s, c->c, -1);
    const cx_learn_groups call = {.n = c->n,
                                  .d = c->d,
                                  .groups = c->c,
                                  .x = cx__at(c->x),
                                  .code = cx__at(c->code),
                                  .sums = cx__at(sums),
                                  .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    c->mass = mass;
    c->means = cx_div(sums, cx_expand_dims(mass, 1));
    return cx__read(s, mass, c->count);
}

/* Given priors, or the classes' shares. They are to sum to 1. */
static cx_status make_priors(const cx_estimator *self, cx__classed *c)
{
    if (cx_param_is_none(self, "priors")) {
        c->priors = cx_div(c->mass, cx_float((double)c->n));
        return CX_OK;
    }
    const cx_array *const given = cx_param_array(self, "priors");
    const double *const v = cx_data_f64(given);
    if (!v) return cx__last_status();
    if (cx_size(given) != c->c)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld priors for %lld classes", self->cls->name,
                        (long long)cx_size(given), (long long)c->c);
    double sum = 0;
    for (int64_t k = 0; k < c->c; k++) {
        if (!(v[k] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: priors must not be negative",
                            self->cls->name);
        sum += v[k];
    }
    c->priors = cx__given(&c->site, v, c->c, CX_F64);
    if (self->cls != &cx__class_linear_discriminant_analysis || fabs(sum - 1) <= 1e-5) return CX_OK;
    cx__warn(CX_E_ARGUMENT, "%s: the priors do not sum to 1 and are scaled", self->cls->name);
    c->priors = cx_div(c->priors, cx_float(sum));
    return CX_OK;
}

cx_status cx__classed_make(const cx_estimator *self, const cx_data *data, cx__classed *out)
{
    *out = (cx__classed){.n = cx_dim(data->x, 0), .d = cx_dim(data->x, 1)};
    CX__TRY(cx__site_of("fit", data->x, &out->site));
    const cx_labels y = cx_labels_encode(data->y);
    out->x = cx__f64(&out->site, data->x);
    out->code = cx__i64(&out->site, y.codes);
    out->classes = y.classes;
    CX__TRY(cx__so_far());
    out->c = cx_size(y.classes);
    const size_t bytes = (size_t)out->c * sizeof *out->count;
    out->count = cx__scratch(bytes);
    if (!out->count) return cx__fail_nomem("fit", "class counts", bytes);
    CX__TRY(group(out));
    return make_priors(self, out);
}

void cx__classed_free(cx__classed *c)
{
    cx__scratch_free(c->count);
}

cx_array *cx__classed_sorted(const cx__classed *c)
{
    return cx_take(c->x, cx_argsort(c->code, -1), 0);
}

cx_array *cx__classed_centred(const cx__classed *c)
{
    return cx_sub(c->x, cx_take(c->means, c->code, 0));
}

/* ---- covariances */
cx_status cx__asked_check(const cx_estimator *self)
{
    const bool svd = strcmp(cx_param_str(self, "solver"), "svd") == 0,
               shrinks = !cx_param_is_none(self, "shrinkage"),
               estimates = !cx_param_is_none(self, "covariance_estimator");
    if (svd && (shrinks || estimates))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s does not go with solver='svd'",
                        self->cls->name, shrinks ? "shrinkage" : "covariance_estimator");
    if (estimates && shrinks &&
        (cx_param_is_str(self, "shrinkage") || cx_param_f64(self, "shrinkage") != 0))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: only one of shrinkage and covariance_estimator can be set",
                        self->cls->name);
    return CX_OK;
}

static cx_status estimated(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    const cx__lit *const given = cx__param(self, "covariance_estimator");
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_clone("fit", given->u.estimator, &m));
    cx_status st = cx__estimator_fit("fit", m, &(const cx_data){.x = x}, false);
    if (st == CX_OK && !cx_has_attr(m, "covariance_"))
        st = cx__fail(CX_E_ARGUMENT, "fit", "%s has no covariance_", m->cls->name);
    if (st == CX_OK) {
        *out = cx_astype(cx_attr(m, "covariance_"), CX_F64);
        st = cx__so_far();
    }
    cx__release(m);
    return st;
}

/* Ledoit and Wolf's, of columns that have been brought to unit variance; a column that is constant
 * up to rounding stays as it is. */
static cx_array *automatic(const cx__site *s, const cx_array *x, const cx_array *mean)
{
    const cx_array *const raw = cx__covariance(s, x, mean);
    const cx_array *const scale =
        cx__column_scale("fit", cx_float((double)cx_dim(x, 0)), mean, cx_diagonal(raw, 0));
    const cx_array *const both = cx_mul(cx_expand_dims(scale, 1), scale), *const unit =
                                                                              cx_div(raw, both);
    const cx_array *const share = cx__ledoit_wolf_shrinkage("fit", x, mean, scale, unit);
    return cx_mul(cx__shrunk_covariance("fit", unit, share), both);
}

cx_status cx__asked_covariance(const cx_estimator *self, const cx__site *s, const cx_array *x,
                               cx_array **out)
{
    if (!cx_param_is_none(self, "covariance_estimator")) return estimated(self, x, out);
    const cx_array *const rows = cx__f64(s, x);
    cx_array *mean;
    CX__TRY(cx__column_means(s, rows, NULL, &mean, NULL));
    if (cx_param_is_str(self, "shrinkage"))
        *out = automatic(s, rows, mean);
    else
        *out = cx__covariance(s, rows, mean);
    if (cx_param_is_number(self, "shrinkage"))
        *out = cx__shrunk_covariance(
            "fit", *out,
            cx_full(CX_SHAPE(), cx_float(cx_param_f64(self, "shrinkage")), CX_F64, s->device));
    return cx__so_far();
}

/* ---- axes */
cx_status cx__axes_of_products(int64_t rows, const cx_array *gram, cx__axes *out, bool *told)
{
    const double enough = 1e-6; /* of the largest: then 10 digits of the smallest are right */
    *told = false;
    if (rows < cx_dim(gram, 0)) return CX_OK;
    const cx_eigh e = cx_linalg_eigh(gram, NULL);
    static cx__held span = CX__HELD("w: min(w) / max(w)");
    *told = cx__number_f64(cx__held_run("fit", &span, CX_ARRAYS(e.w))) >= enough;
    if (*told) *out = (cx__axes){cx_flip(e.w, 0), cx_flip(cx_transpose(e.v), 0)};
    return cx__so_far();
}

cx_status cx__axes_of_rows(const cx_array *z, cx__axes *out)
{
    const cx_svd f = cx_linalg_svd(z, CX_OPTS(cx_svd_opts, .thin = true));
    *out = (cx__axes){cx_mul(f.s, f.s), f.vh};
    return cx__so_far();
}
