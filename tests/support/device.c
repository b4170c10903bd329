/* Where a test's arrays live. See device.h. */
#include "device.h"
#include <stdio.h>
#include <stdlib.h>

cx_device test_device(void)
{
    static cx_device d;
    static bool known;
    if (known) return d;
    const char *const text = getenv("CX_TEST_DEVICE");
    if (cx_device_parse(text != NULL ? text : "cpu", &d) != CX_OK || cx_device_check(d) != CX_OK) {
        fprintf(stderr, "CX_TEST_DEVICE=%s: %s\n", text, cx_error_message());
        abort();
    }
    known = true;
    return d;
}

bool test_brief(void)
{
    return getenv("CX_TEST_BRIEF") != NULL;
}

cx_array *test_here(const cx_array *a)
{
    return cx_to(a, test_device());
}

cx_array *test_host(cx_array *a)
{
    return test_on_cpu() ? a : cx_to(a, CX_CPU);
}

cx_array *test_copy_host(const void *p, cx_shape shape, cx_dtype t)
{
    cx_array *const a = cx_copy_host(p, shape, t);
    return test_on_cpu() ? a : test_here(a);
}
