/* staged_predict and its kin: the public functions, and which classes have stages. */
#include "learn/ensemble/staged.h"
#include "base/object.h"
#include <calx/ensemble.h>

static const struct {
    const cx_estimator_class *cls;
    cx__staged_fn *staged;
} known[] = {
    {&cx__class_gradient_boosting_classifier, cx__gb_staged},
    {&cx__class_gradient_boosting_regressor, cx__gb_staged},
    {&cx__class_ada_boost_classifier, cx__ada_staged_labels},
    {&cx__class_ada_boost_regressor, cx__ada_staged_numbers},
    {&cx__class_hist_gradient_boosting_classifier, cx__hist_staged},
    {&cx__class_hist_gradient_boosting_regressor, cx__hist_staged},
};

static cx_status ask(const char *where, const cx_estimator *m, cx_method method, const cx_array *x,
                     cx_array **out)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    cx__staged_fn *staged = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].cls == m->cls) staged = known[i].staged;
    if (!staged || !cx_estimator_has(m, method))
        return cx__fail(CX_E_UNSUPPORTED, where, "%s has no %s", m->cls->name, where);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "%s has not been fitted", m->cls->name);
    const cx_data in = {.x = x};
    cx_data d;
    CX__TRY(cx__data_valid(where, &in));
    if (cx_ndim(x) == 2) CX__TRY(cx__schema_check(where, m, &in)); /* else told below */
    CX__TRY(cx__data_prepare(where, m, &in, CX__FOR_USE, &d));
    *out = staged(m, method, d.x);
    return cx__so_far();
}

static cx_array *told(const char *where, const cx_estimator *m, cx_method method, const cx_array *x)
{
    cx_array *out = NULL;
    return cx_check(ask(where, m, method, x, &out)) == CX_OK ? out : cx__nil(cx__last_status());
}

cx_array *cx_staged_predict(const cx_estimator *m, const cx_array *x)
{
    return told("staged_predict", m, CX_PREDICT, x);
}
cx_array *cx_staged_predict_proba(const cx_estimator *m, const cx_array *x)
{
    return told("staged_predict_proba", m, CX_PREDICT_PROBA, x);
}
cx_array *cx_staged_decision_function(const cx_estimator *m, const cx_array *x)
{
    return told("staged_decision_function", m, CX_DECISION_FUNCTION, x);
}
