/* device: each. Estimators that are fitted on the CPU only: a fit elsewhere says so, and a fitted
 * one that goes to a device answers there as it does on the CPU. */
#include "device.h"
#include "subjects.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>

static bool alike(const cx_array *a, const cx_array *b)
{
    if (cx_dtype_kind(cx_dtype_of(a)) != 'f') return cx_array_equal(a, b);
    return cx_allclose(a, b, CX_OPTS(cx_close_opts, .rtol = CX_SET(1e-10), .equal_nan = true));
}

static void answers(const char *spec, const cx_estimator *m, const cx_array *x)
{
    const cx_estimator *there = cx_estimator_to(m, test_device());
    const cx_array *z = test_here(x);
    for (int i = 0; i < SUBJECT_METHODS; i++) {
        if (!cx_estimator_has(m, subject_methods[i])) continue;
        const cx_array *want = subject_ask(m, subject_methods[i], x);
        cx_array *got = subject_ask(there, subject_methods[i], z);
        cr_assert(cx_status_of(got) == CX_OK, "%s, %s: %s", spec,
                  subject_method(subject_methods[i]), cx_error_message());
        cr_expect(cx_device_equal(cx_device_of(got), test_device()), "%s", spec);
        cr_expect(cx_ndim(got) == cx_ndim(want) && alike(test_host(got), want), "%s, %s", spec,
                  subject_method(subject_methods[i]));
    }
}

static void check(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    cx_estimator *m = cx_estimator_new(spec);
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s: %s", spec, cx_error_message());
    answers(spec, m, x);
    if (!test_on_cpu()) {
        const cx_scope inner = cx_scope_open();
        const cx_array *z = y != NULL ? test_here(y) : NULL;
        cr_expect(cx_fit(cx_clone(m), test_here(x), z) == CX_E_UNSUPPORTED, "%s", spec);
        (void)!cx_scope_close(inner);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
}

Test(fitted_elsewhere, predict_there)
{
    for (const subject *s = subjects; s->spec; s++) {
        if (!(s->flags & SUBJECT_HOST)) continue;
        const cx_scope scope = cx_scope_open();
        const subject_rows d = subject_data(s, false);
        check(s->spec, d.x, d.y);
        cr_expect(cx_scope_close(scope) == CX_OK, "%s: %s", s->spec, cx_error_message());
    }
}

Test(fitted_elsewhere, more_ways)
{
    const cx_scope scope = cx_scope_open();
    const subject three = {.y = CLASSES}, numbers = {.y = NUMBERS};
    const subject_rows c = subject_data(&three, false), d = subject_data(&numbers, false);
    check("SGDClassifier('modified_huber', random_state=0)", c.x, c.y);
    check("SGDClassifier('log_loss', random_state=0)", c.x, c.y);
    const cx_array *column = cx_copy(cx_slice(d.x, 1, 0, 1, 1));
    check("IsotonicRegression()", column, d.y);
    check("IsotonicRegression(out_of_bounds='raise')", column, d.y);
    check("IsotonicRegression(increasing=False, out_of_bounds='clip')", column, d.y);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
