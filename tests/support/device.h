/* The device that a test runs on: $CX_TEST_DEVICE (cpu, cuda, ...), the CPU if it is not set. A
 * device that is asked for and not there is a failure, never a skip. */
#ifndef TEST_DEVICE_H
#define TEST_DEVICE_H
#include <calx.h>

cx_device test_device(void);
static inline bool test_on_cpu(void)
{
    return test_device().kind == CX_DEVICE_CPU;
}
/** Is a short walk enough ($CX_TEST_BRIEF)? For tools that make every kernel a hundred times
 * slower: each kernel once or twice, instead of each layout. */
bool test_brief(void);
/** Is the library built with a sanitizer? It sees addresses, and no numbers. */
#ifdef CX_TEST_SANITIZED
enum { TEST_SANITIZED = 1 };
#else
enum { TEST_SANITIZED = 0 };
#endif
/** Is either so? */
static inline bool test_short(void)
{
    return TEST_SANITIZED || test_brief();
}
/** a on the test's device. */
cx_array *test_here(const cx_array *a);
/** a where the test can read it: a itself on the CPU. */
cx_array *test_host(cx_array *a);
/** Values in host memory as an array on the test's device. */
cx_array *test_copy_host(const void *p, cx_shape shape, cx_dtype t);
#endif
