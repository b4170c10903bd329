/* Golden cases: files of calls and NumPy's answers, one a line (tests/golden/cases.py writes them
 * and says how they look).
 *
 *     static void roll(test_case *c, cx_array **out)
 *     {
 *         out[0] = cx_roll(case_array(c, 0), case_int(c, "shift", 0), (int)case_int(c, "axis", 0));
 *     }
 *     static const case_fn calls[] = {{"roll", roll}, ...};
 *     Test(golden, manipulate) { cr_assert_geq(CASES("golden/manipulate.tsv", calls), 400); }
 *
 * Each case runs with its arrays in C order and once more in another layout, on the test's device,
 * in guarded memory; inputs must come out as they went in. dtypes and shapes of results are equal,
 * values within the case's tolerance. */
#ifndef TEST_CASES_H
#define TEST_CASES_H
#include "device.h"

enum { CASE_ARGS = 12, CASE_RESULTS = 6 };
typedef struct test_case test_case;
typedef struct case_fn {
    const char *op;
    void (*run)(test_case *c, cx_array **out);
} case_fn;

/** Argument i: an array on the test's device, a stack scalar, or NULL where it is not given. */
cx_array *case_array(test_case *c, int i);
int case_count(const test_case *c); /* arguments, given or not */
/** An argument that the call writes into: it may change and has no guard round its values' ends. */
cx_array *case_target(test_case *c, int i);
/** All arguments from the i-th on. */
cx_arrays case_arrays(test_case *c, int from);
/** Options by name; case_ints gives how many there are (0 if the option is not there). */
bool case_has(const test_case *c, const char *key);
int64_t case_int(const test_case *c, const char *key, int64_t otherwise);
double case_f64(const test_case *c, const char *key, double otherwise);
const char *case_text(const test_case *c, const char *key, const char *otherwise);
int case_ints(const test_case *c, const char *key, int64_t out[32]);
/** "axis" (a number or a list; none: all axes), "keepdims", "ddof", "dtype" as for reductions. */
cx_reduce case_how(const test_case *c);
cx_dtype case_dtype(const test_case *c, const char *key); /* CX_DTYPE_NONE if it is not there */
/** The call failed with this status instead of giving out[0] (commands). */
void case_status(test_case *c, cx_status st);
const char *case_op(const test_case *c);

/** Runs a file (under tests/, or by its whole path); fails the test at the first case that differs.
 * Number of cases. */
int test_cases(const char *file, const case_fn *calls, size_t count);
#define CASES(file, calls) test_cases((file), (calls), sizeof(calls) / sizeof *(calls))
#endif
