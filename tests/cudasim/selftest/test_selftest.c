/* The simulator tested by itself: mistakes planted on purpose are reported, correct kernels and
 * correct uses of the runtime are not. Everything runs in a process of its own that opens the
 * module anew, with its own environment. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_OPEN = 120, SAID = 4096 };

typedef struct outcome {
    int code, signal;
    char said[SAID];
} outcome;

/* Calls `int function(int)` of the module in a child; env is "NAME=value NAME=value ...". */
static outcome run(const char *module, const char *env, const char *function, int arg)
{
    outcome o = {0};
    FILE *const file = tmpfile();
    cr_assert(file != NULL);
    fflush(NULL);
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        dup2(fileno(file), STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        char copy[256], *rest = copy;
        snprintf(copy, sizeof copy, "%s", env);
        for (char *word; (word = strsep(&rest, " ")) != NULL;) {
            char *const equals = strchr(word, '=');
            if (equals == NULL) continue;
            *equals = 0;
            setenv(word, equals + 1, 1);
        }
        void *const handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);
        if (handle == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            _exit(CANNOT_OPEN);
        }
        int (*f)(int) = NULL;
        *(void **)&f = dlsym(handle, function);
        const int code = f == NULL ? CANNOT_OPEN : f(arg);
        _exit(code == 0 ? 0 : code % 100 == 0 ? 1 : code % 100);
    }
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        o.signal = WTERMSIG(status);
    else
        o.code = WEXITSTATUS(status);
    rewind(file);
    const size_t n = fread(o.said, 1, SAID - 1, file);
    o.said[n] = 0;
    fclose(file);
    return o;
}

/* what must be seen of a mistake */
enum { NOTHING = 0, ABORTS = 1000, VALUE = 77, EMPTY_GRID = 9 };
typedef struct mistake {
    int which, plain, check;
    const char *says; /* part of the message */
} mistake;
static const mistake mistakes[] = {
    {1, ABORTS, ABORTS, "allocation #"},
    {2, NOTHING, ABORTS, "shared memory"},
    {3, ABORTS, ABORTS, "divergent __syncthreads"},
    {4, NOTHING, ABORTS, "out of bounds"},
    {5, ABORTS, ABORTS, "names lane"},
    {6, NOTHING, ABORTS, "uninitialised device memory"},
    {7, NOTHING, ABORTS, "HOST memory"},
    {8, NOTHING, ABORTS, "RACE in global memory"},
    {9, ABORTS, ABORTS, "plain host pointer"},
    {10, ABORTS, ABORTS, "HOST CODE touches device memory"},
    {11, ABORTS, ABORTS, "freed device pointer"},
    {12, NOTHING, ABORTS, "misaligned"}, /* the plain build sees it only if the compiler uses
                                            vector instructions */
    {13, NOTHING, ABORTS, "shared memory"},
    {14, EMPTY_GRID, EMPTY_GRID, ""},
    {15, VALUE, ABORTS, ""},
    {16, VALUE, VALUE, ""},
    {17, NOTHING, ABORTS, "RACE in shared memory"},
    {18, NOTHING, ABORTS, "no __syncwarp"},
    {19, NOTHING, ABORTS, "RACE in global memory"},
    {20, 0, 0, ""},
    {21, VALUE, VALUE, ""},
    {22, ABORTS, ABORTS, "freed device pointer"},
    {23, ABORTS, ABORTS, "returned"},
};
enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

static void expect_reports(const char *module, bool check)
{
    for (int i = 0; i < MISTAKES; i++) {
        const mistake *const m = &mistakes[i];
        const int want = check ? m->check : m->plain;
        if (want == NOTHING && m->which != 20) continue; /* beyond the plain build */
        const outcome o = run(module, "", "selftest_mistake", m->which);
        const int got = o.signal == SIGABRT ? ABORTS : o.signal != 0 ? -o.signal : o.code;
        cr_expect_eq(got, want, "mistake %d: %d, expected %d; said: %s", m->which, got, want,
                     o.said);
        cr_expect(strstr(o.said, m->says) != NULL, "mistake %d: no \"%s\" in: %s", m->which,
                  m->says, o.said);
    }
}
static void expect_silence(const char *module, const char *env, const char *function, int arg)
{
    const outcome o = run(module, env, function, arg);
    cr_expect(o.signal == 0 && o.code == 0, "%s(%d) with %s: code %d, signal %d; said: %s",
              function, arg, env, o.code, o.signal, o.said);
}

Test(plain, mistakes_are_reported)
{
    expect_reports(SELFTEST_PLAIN, false);
}

/* every order of threads with every order of work */
static void expect_good(const char *module)
{
    static const char *const functions[] = {"selftest_kernels", "selftest_runtime"};
    for (size_t f = 0; f < 2; f++)
        for (int order = 0; order < 3; order++)
            for (int mode = 0; mode < 3; mode++) {
                char env[96];
                snprintf(env, sizeof env, "CUDASIM_ORDER=%d CUDASIM_ASYNC=%d CUDASIM_DEVICES=2",
                         order, mode);
                expect_silence(module, env, functions[f], 0);
            }
}
Test(plain, correct_programs_pass)
{
    expect_good(SELFTEST_PLAIN);
}
Test(plain, seeds)
{
    for (int seed = 2; seed < 8; seed++) {
        char env[96];
        snprintf(env, sizeof env,
                 "CUDASIM_ORDER=2 CUDASIM_ASYNC=2 CUDASIM_DEVICES=2 CUDASIM_SEED=%d", seed);
        expect_silence(SELFTEST_PLAIN, env, "selftest_runtime", 0);
        expect_silence(SELFTEST_PLAIN, env, "selftest_kernels", 0);
    }
}
Test(plain, no_device)
{
    expect_silence(SELFTEST_PLAIN, "CUDASIM_DEVICES=0", "selftest_absent", 0);
    expect_silence(SELFTEST_PLAIN, "CUDASIM_DRIVER=old", "selftest_absent", 1);
}
Test(plain, a_kernel_can_fail_without_abort)
{
    expect_silence(SELFTEST_PLAIN, "CUDASIM_ABORT=0", "selftest_sticky", 0);
}
Test(plain, each_call_fails_in_turn)
{
    expect_silence(SELFTEST_PLAIN, "", "selftest_faults", 0);
}
Test(plain, host_threads)
{
    expect_silence(SELFTEST_PLAIN, "", "selftest_threads", 0);
    expect_silence(SELFTEST_PLAIN, "CUDASIM_ASYNC=2", "selftest_threads", 0);
}

#ifdef CX_TEST_SANITIZED
/* what the sanitizers add to the plain build */
Test(asan, sees_shared_bounds_and_alignment)
{
    const outcome bounds = run(SELFTEST_PLAIN, "", "selftest_mistake", 4);
    cr_expect(strstr(bounds.said, "AddressSanitizer") != NULL ||
                  strstr(bounds.said, "out of bounds") != NULL,
              "said: %s", bounds.said);
    const outcome alignment = run(SELFTEST_PLAIN, "", "selftest_mistake", 12);
    cr_expect(strstr(alignment.said, "misaligned address") != NULL, "said: %s", alignment.said);
}
#endif

#ifdef SELFTEST_CHECK
Test(check, mistakes_are_reported)
{
    expect_reports(SELFTEST_CHECK, true);
}
Test(check, correct_programs_pass)
{
    expect_good(SELFTEST_CHECK);
}
#endif
