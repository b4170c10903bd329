/* Fitting by counts: the parts that every such class has. Knows no counts of its own; each class
 * adds its batch in a function. */
#include "learn/naive_bayes/counting.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>

cx_status cx__counting_alpha(const cx__site *s, const cx_estimator *self, int64_t n,
                             const cx_array **out)
{
    const cx_array *const given = cx_param_array(self, "alpha");
    const double *const v = cx_data_f64(given);
    if (!v) return cx__last_status();
    const int64_t count = cx_size(given);
    if (cx_param_is_number(self, "alpha") == 0 && count != n)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld numbers in alpha for %lld columns",
                        self->cls->name, (long long)count, (long long)n);
    double least = v[0];
    for (int64_t i = 0; i < count; i++) {
        if (!(v[i] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: alpha must not be negative",
                            self->cls->name);
        if (v[i] < least) least = v[i];
    }
    *out = cx__given(s, v, count, CX_F64);
    if (least >= 1e-10 || cx_param_bool(self, "force_alpha")) return cx__so_far();
    cx__warn(CX_E_ARGUMENT, "%s: alpha is raised to 1e-10", self->cls->name);
    *out = cx_maximum(*out, cx_float(1e-10));
    return cx__so_far();
}

cx_status cx__counting_log_prior(const cx__site *s, const cx_estimator *self, const cx_array *count,
                                 const cx_array **out)
{
    const int64_t c = cx_size(count);
    static cx__held shares = CX__HELD("n: log(n) - log(sum(n))");
    if (!cx_param_is_none(self, "class_prior")) {
        const cx_array *const given = cx_param_array(self, "class_prior");
        const double *const v = cx_data_f64(given);
        if (!v) return cx__last_status();
        if (cx_size(given) != c)
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld priors for %lld classes",
                            self->cls->name, (long long)cx_size(given), (long long)c);
        *out = cx_log(cx__given(s, v, c, CX_F64));
    } else if (cx_param_bool(self, "fit_prior")) {
        *out = cx__held_run("fit", &shares, CX_ARRAYS(count));
    } else {
        *out = cx_log(cx_div(cx_ones_like(count, CX_F64), cx_float((double)c)));
    }
    return cx__so_far();
}

cx_status cx__counting_batch(const cx__counts *c, const cx_array *x, cx_array **sums,
                             cx_array **mass)
{
    const int64_t d = x ? cx_dim(x, 1) : 0;
    *sums = cx__new_f64(c->site, c->classes, d);
    *mass = cx__new_f64(c->site, c->classes, -1);
    const cx_learn_groups call = {.n = cx_dim(c->code, 0),
                                  .d = d,
                                  .groups = c->classes,
                                  .x = cx__at(x),
                                  .code = cx__at(c->code),
                                  .weight = cx__at(c->weight),
                                  .sums = cx__at(*sums),
                                  .mass = cx__at(*mass)};
    CX__TRY(cx__so_far());
    return c->site->ops->groups(c->site->queue, &call);
}

static cx_status update(cx_estimator *self, const cx_data *data, const cx_array *classes,
                        const cx_array *codes, bool first, cx__counting_fn *add)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__counts c = {.site = &s,
                    .x = cx__f64(&s, data->x),
                    .given = data->x,
                    .code = cx__i64(&s, codes),
                    .weight = data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL,
                    .classes = cx_size(classes),
                    .first = first};
    CX__TRY(cx__so_far());
    CX__TRY(add(self, &c));
    const cx_array *prior = NULL;
    CX__TRY(cx__counting_log_prior(&s, self, c.mass, &prior));
    CX__TRY(cx__store(self, CX__CLASS_COUNT, c.mass, CX_F64));
    CX__TRY(cx__store(self, CX__LOG_PRIOR, prior, CX_F64));
    return cx_self_set(self, CX__CLASSES, classes);
}

cx_status cx__counting_fit(cx_estimator *self, const cx_data *data, cx__counting_fn *add)
{
    const cx_labels y = cx_labels_encode(data->y);
    return update(self, data, y.classes, y.codes, true, add);
}

cx_status cx__counting_partial_fit(cx_estimator *self, const cx_data *data, cx__counting_fn *add)
{
    const bool first = !cx_self_has(self, CX__CLASSES);
    if (first && !data->classes)
        return cx__fail(CX_E_ARGUMENT, "partial_fit",
                        "%s: the first call needs .classes, every label there will be",
                        self->cls->name);
    cx__site s;
    CX__TRY(cx__site_of("partial_fit", data->x, &s));
    const cx_array *const classes = first ? cx_labels_encode(cx__to_site(&s, data->classes)).classes
                                          : cx_self(self, CX__CLASSES);
    return update(self, data, classes, cx_labels_codes(data->y, classes), first, add);
}

cx_status cx__counting_positive(const cx_estimator *self, const cx_array *x)
{
    const double least = cx__number_f64(cx_min(x, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: x holds negative numbers", self->cls->name);
    return CX_OK;
}
