/* Fits that must succeed, and fits that must be refused. */
#include "fitting.h"
#include <criterion/criterion.h>
#include <string.h>

cx_estimator *fitted(const char *spec, const cx_data *d)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit_data(m, d) == CX_OK, "%s: %s", spec, cx_error_message());
    return m;
}

void refuses(const char *spec, const cx_data *d, cx_status wanted, const char *message)
{
    const cx_scope inner = cx_scope_open();
    cx_estimator *const m = cx_estimator_new(spec);
    const cx_status st = cx_fit_data(m, d);
    cr_expect(st == wanted, "%s: %s (%s)", spec, cx_status_name(st), cx_error_message());
    cr_expect(strstr(cx_error_message(), message) != NULL, "%s: '%s' lacks '%s'", spec,
              cx_error_message(), message);
    (void)!cx_scope_close(inner);
}
