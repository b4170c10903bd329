/* A stand-in for Criterion in thread sanitizer builds, where Criterion itself cannot run: it keeps
 * its shared heap at addresses that the sanitizer reserves. Same macros, each test in a forked
 * child of a process without threads; a race ends the child with the sanitizer's exit status. Tests
 * that expect a signal or an exit status are counted as skipped. */
#ifndef CALX_TSAN_CRITERION_H
#define CALX_TSAN_CRITERION_H
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not through their headers: a test may have a function named close, as under Criterion it can. */
extern int fork(void);
extern int waitpid(int child, int *status, int options);

struct cr_options {
    void (*init)(void);
    void (*fini)(void);
    int signal, exit_code;
    double timeout;
    bool disabled;
    const char *description;
};

struct criterion_test_params {
    size_t size;
    void *params;
    size_t length;
    void (*cleanup)(struct criterion_test_params *params);
};

struct cr_test {
    const char *suite, *name;
    void (*run)(void);
    void (*run_with)(void *param);
    struct criterion_test_params (*params)(void);
    const struct cr_options *options;
    struct cr_test *next;
};

struct cr_suite {
    const char *name;
    const struct cr_options *options;
    struct cr_suite *next;
};

enum { CR_EXIT_FAILED = 1, CR_EXIT_SKIPPED = 77 };

/* Weak: one of each per program, though helpers may include this header too. */
__attribute__((weak)) struct cr_test *cr_tests;
__attribute__((weak)) struct cr_suite *cr_suites;
__attribute__((weak)) int cr_failures;

static inline void cr_add_test(struct cr_test *test)
{
    struct cr_test **at = &cr_tests;
    while (*at) at = &(*at)->next;
    *at = test;
}

__attribute__((format(printf, 5, 6))) static inline void
cr_check_that(bool holds, bool stop, const char *where, const char *what, const char *format, ...)
{
    if (holds) return;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: failed: %s ", where, what);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    __atomic_add_fetch(&cr_failures, 1, __ATOMIC_RELAXED);
    if (stop) _Exit(CR_EXIT_FAILED);
}

#define CR_TEXT_(x) #x
#define CR_TEXT(x) CR_TEXT_(x)
#define CR_WHERE __FILE__ ":" CR_TEXT(__LINE__)
#define CR_CHECK(stop, holds, what, ...) \
    cr_check_that((holds) ? true : false, stop, CR_WHERE, what, " " __VA_ARGS__)

#define CR_TEST(Suite, Name, Member, Params, ...)                                                 \
    static const struct cr_options cr_options_##Suite##_##Name = {__VA_ARGS__};                   \
    static struct cr_test cr_test_##Suite##_##Name = {                                            \
        .suite = #Suite, .name = #Name, Member, Params, .options = &cr_options_##Suite##_##Name}; \
    __attribute__((constructor)) static void cr_register_##Suite##_##Name(void)                   \
    {                                                                                             \
        cr_add_test(&cr_test_##Suite##_##Name);                                                   \
    }

#define Test(Suite, Name, ...)                                                        \
    static void cr_run_##Suite##_##Name(void);                                        \
    CR_TEST(Suite, Name, .run = cr_run_##Suite##_##Name, .params = NULL, __VA_ARGS__) \
    static void cr_run_##Suite##_##Name(void)

#define ParameterizedTest(Param, Suite, Name, ...)                 \
    static void cr_with_##Suite##_##Name(Param);                   \
    static void cr_run_with_##Suite##_##Name(void *p)              \
    {                                                              \
        cr_with_##Suite##_##Name(p);                               \
    }                                                              \
    CR_TEST(Suite, Name, .run_with = cr_run_with_##Suite##_##Name, \
            .params = cr_params_##Suite##_##Name, __VA_ARGS__)     \
    static void cr_with_##Suite##_##Name(Param)

#define ParameterizedTestParameters(Suite, Name) \
    static struct criterion_test_params cr_params_##Suite##_##Name(void)

#define cr_make_param_array(Type, Array, Length, ...)               \
    (struct criterion_test_params)                                  \
    {                                                               \
        .size = sizeof(Type), .params = (Array), .length = (Length) \
    }

#define TestSuite(Name, ...)                                                                       \
    static const struct cr_options cr_suite_options_##Name = {__VA_ARGS__};                        \
    static struct cr_suite cr_suite_##Name = {.name = #Name, .options = &cr_suite_options_##Name}; \
    __attribute__((constructor)) static void cr_register_suite_##Name(void)                        \
    {                                                                                              \
        cr_suite_##Name.next = cr_suites;                                                          \
        cr_suites = &cr_suite_##Name;                                                              \
    }

#define CR_EQ(a, b) ((a) == (b))
#define CR_NEAR(a, b, e) (fabs((double)(a) - (double)(b)) <= (double)(e))
#define CR_SAME(a, b, n) (memcmp((a), (b), (n)) == 0)
#define CR_STR(a, b) (strcmp((a), (b)) == 0)

#define cr_assert(c, ...) CR_CHECK(true, c, #c, __VA_ARGS__)
#define cr_assert_not(c, ...) CR_CHECK(true, !(c), "not " #c, __VA_ARGS__)
#define cr_assert_fail(...) CR_CHECK(true, false, "", __VA_ARGS__)
#define cr_fail(...) CR_CHECK(false, false, "", __VA_ARGS__)
#define cr_fatal(...) CR_CHECK(true, false, "", __VA_ARGS__)
#define cr_assert_eq(a, b, ...) CR_CHECK(true, CR_EQ(a, b), #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...) CR_CHECK(true, !CR_EQ(a, b), #a " != " #b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...) CR_CHECK(true, (a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...) CR_CHECK(true, (a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...) CR_CHECK(true, (a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) CR_CHECK(true, (a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_assert_null(a, ...) CR_CHECK(true, (a) == NULL, #a " is NULL", __VA_ARGS__)
#define cr_assert_not_null(a, ...) CR_CHECK(true, (a) != NULL, #a " is not NULL", __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) CR_CHECK(true, CR_STR(a, b), #a " is " #b, __VA_ARGS__)
#define cr_assert_str_empty(a, ...) CR_CHECK(true, !*(a), #a " is empty", __VA_ARGS__)
#define cr_assert_str_not_empty(a, ...) CR_CHECK(true, *(a), #a " is not empty", __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) CR_CHECK(true, !CR_STR(a, b), #a " is not " #b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...) CR_CHECK(true, CR_SAME(a, b, n), #a " is " #b, __VA_ARGS__)
#define cr_assert_arr_neq(a, b, n, ...) \
    CR_CHECK(true, !CR_SAME(a, b, n), #a " is not " #b, __VA_ARGS__)
#define cr_assert_float_neq(a, b, e, ...) \
    CR_CHECK(true, !CR_NEAR(a, b, e), #a " !~ " #b, __VA_ARGS__)
#define cr_assert_float_eq(a, b, e, ...) CR_CHECK(true, CR_NEAR(a, b, e), #a " ~ " #b, __VA_ARGS__)

#define cr_expect(c, ...) CR_CHECK(false, c, #c, __VA_ARGS__)
#define cr_expect_not(c, ...) CR_CHECK(false, !(c), "not " #c, __VA_ARGS__)
#define cr_expect_fail(...) CR_CHECK(false, false, "", __VA_ARGS__)
#define cr_expect_eq(a, b, ...) CR_CHECK(false, CR_EQ(a, b), #a " == " #b, __VA_ARGS__)
#define cr_expect_neq(a, b, ...) CR_CHECK(false, !CR_EQ(a, b), #a " != " #b, __VA_ARGS__)
#define cr_expect_lt(a, b, ...) CR_CHECK(false, (a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_expect_leq(a, b, ...) CR_CHECK(false, (a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_expect_gt(a, b, ...) CR_CHECK(false, (a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_expect_geq(a, b, ...) CR_CHECK(false, (a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_expect_null(a, ...) CR_CHECK(false, (a) == NULL, #a " is NULL", __VA_ARGS__)
#define cr_expect_not_null(a, ...) CR_CHECK(false, (a) != NULL, #a " is not NULL", __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) CR_CHECK(false, CR_STR(a, b), #a " is " #b, __VA_ARGS__)
#define cr_expect_str_empty(a, ...) CR_CHECK(false, !*(a), #a " is empty", __VA_ARGS__)
#define cr_expect_str_not_empty(a, ...) CR_CHECK(false, *(a), #a " is not empty", __VA_ARGS__)
#define cr_expect_str_neq(a, b, ...) CR_CHECK(false, !CR_STR(a, b), #a " is not " #b, __VA_ARGS__)
#define cr_expect_arr_eq(a, b, n, ...) CR_CHECK(false, CR_SAME(a, b, n), #a " is " #b, __VA_ARGS__)
#define cr_expect_arr_neq(a, b, n, ...) \
    CR_CHECK(false, !CR_SAME(a, b, n), #a " is not " #b, __VA_ARGS__)
#define cr_expect_float_neq(a, b, e, ...) \
    CR_CHECK(false, !CR_NEAR(a, b, e), #a " !~ " #b, __VA_ARGS__)
#define cr_expect_float_eq(a, b, e, ...) CR_CHECK(false, CR_NEAR(a, b, e), #a " ~ " #b, __VA_ARGS__)

#define cr_log(level, ...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr))
#define cr_log_info(...) cr_log(info, __VA_ARGS__)
#define cr_log_warn(...) cr_log(warn, __VA_ARGS__)
#define cr_log_error(...) cr_log(error, __VA_ARGS__)
#define cr_skip_test(...)                         \
    do {                                          \
        fprintf(stderr, "skipped: " __VA_ARGS__); \
        fputc('\n', stderr);                      \
        _Exit(CR_EXIT_SKIPPED);                   \
    } while (0)
#define cr_skip cr_skip_test

/* Runs one test with its suite's and its own set-up and ends the process. */
static inline void cr_run_child(const struct cr_test *test, void *param)
{
    const struct cr_options *suite = NULL;
    for (const struct cr_suite *s = cr_suites; s; s = s->next)
        if (strcmp(s->name, test->suite) == 0) suite = s->options;
    const struct cr_options *const own = test->options;
    if (suite && suite->init) suite->init();
    if (own->init) own->init();
    if (test->run)
        test->run();
    else
        test->run_with(param);
    if (own->fini) own->fini();
    if (suite && suite->fini) suite->fini();
    exit(cr_failures ? CR_EXIT_FAILED : 0);
}

static inline int cr_run_forked(const struct cr_test *test, void *param)
{
    fflush(NULL);
    const int child = fork();
    if (child < 0) return CR_EXIT_FAILED;
    if (child == 0) cr_run_child(test, param);
    int status = 0;
    if (waitpid(child, &status, 0) != child || (status & 0x7f) != 0) return CR_EXIT_FAILED;
    return status >> 8 & 0xff;
}

__attribute__((weak)) int main(void)
{
    int tested = 0, failed = 0, skipped = 0;
    for (const struct cr_test *test = cr_tests; test; test = test->next) {
        struct criterion_test_params params = {.length = 1};
        if (test->params) params = test->params();
        for (size_t i = 0; i < params.length; i++) {
            void *const param = params.params ? (char *)params.params + i * params.size : NULL;
            const bool boxed = test->options->signal || test->options->exit_code;
            int status = CR_EXIT_SKIPPED;
            if (!boxed && !test->options->disabled) status = cr_run_forked(test, param);
            tested += status != CR_EXIT_SKIPPED;
            skipped += status == CR_EXIT_SKIPPED;
            if (status != 0 && status != CR_EXIT_SKIPPED) {
                fprintf(stderr, "failed: %s::%s (exit %d)\n", test->suite, test->name, status);
                failed++;
            }
        }
    }
    fprintf(stderr, "Synthesis: Tested: %d | Passing: %d | Failing: %d | Skipped: %d\n", tested,
            tested - failed, failed, skipped);
    return failed ? 1 : 0;
}
#endif
