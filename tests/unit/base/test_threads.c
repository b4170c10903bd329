/* The pool: every index once, whoever calls and from wherever; limits; fork; how many threads. */
#include "base/cpus.h"
#include "base/env.h"
#include "base/threads.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { N = 1000 };

static void count(void *ctx, int64_t lo, int64_t hi)
{
    atomic_int *const hit = ctx;
    for (int64_t i = lo; i < hi; i++) atomic_fetch_add(&hit[i], 1);
}

static bool all_are(const atomic_int *hit, int n, int wanted)
{
    for (int i = 0; i < n; i++)
        if (atomic_load(&hit[i]) != wanted) return false;
    return true;
}

Test(threads, every_index_once_for_any_grain)
{
    for (int threads = 1; threads <= 4; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        for (int64_t grain = -1; grain < 40; grain += 3)
            for (int64_t n = 0; n <= N; n += 111) {
                atomic_int hit[N] = {0};
                cr_assert(cx__parallel_for(n, grain, count, hit) == CX_OK);
                cr_assert(all_are(hit, (int)n, 1) && all_are(hit + n, N - (int)n, 0),
                          "n %d grain %d", (int)n, (int)grain);
            }
    }
}

typedef struct bounds {
    int64_t n, grain;
    atomic_int wrong;
} bounds;

static void look(void *ctx, int64_t lo, int64_t hi)
{
    bounds *const b = ctx;
    const int64_t end = lo + b->grain < b->n ? lo + b->grain : b->n;
    if (lo % b->grain != 0 || hi != end) atomic_fetch_add(&b->wrong, 1);
}

Test(threads, boundaries_do_not_depend_on_the_number_of_threads)
{
    for (int threads = 1; threads <= 4; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        bounds b = {.n = 1003, .grain = 7};
        for (int r = 0; r < 200; r++) cr_assert(cx__parallel_for(b.n, b.grain, look, &b) == CX_OK);
        cr_assert(atomic_load(&b.wrong) == 0);
    }
}

static atomic_int outside;
static void nested(void *ctx, int64_t lo, int64_t hi)
{
    if (!cx__in_parallel()) atomic_fetch_add(&outside, 1);
    for (int64_t i = lo; i < hi; i++)
        if (cx__parallel_for(N, 13, count, ctx) != CX_OK) atomic_fetch_add(&outside, 1);
}

Test(threads, nested_calls_are_serial_and_complete)
{
    cr_assert(cx_set_num_threads(3) == CX_OK);
    atomic_int hit[N] = {0};
    cr_assert(!cx__in_parallel());
    cr_assert(cx__parallel_for(20, 1, nested, hit) == CX_OK);
    cr_assert(!cx__in_parallel());
    cr_assert(atomic_load(&outside) == 0);
    cr_assert(all_are(hit, N, 20));
}

static void *caller(void *failed)
{
    for (int r = 0; r < 300; r++) {
        atomic_int hit[N] = {0};
        if (cx__parallel_for(N, 17, count, hit) != CX_OK || !all_are(hit, N, 1))
            atomic_store((atomic_int *)failed, 1);
    }
    return NULL;
}

Test(threads, many_callers_at_once)
{
    enum { CALLERS = 24 };
    cr_assert(cx_set_num_threads(3) == CX_OK);
    pthread_t id[CALLERS];
    atomic_int failed = 0;
    for (int i = 0; i < CALLERS; i++) cr_assert(pthread_create(&id[i], NULL, caller, &failed) == 0);
    for (int i = 0; i < CALLERS; i++) pthread_join(id[i], NULL);
    cr_assert(atomic_load(&failed) == 0);
}

/* ---- limits */
static atomic_int started;
static cx_cancel flag;
static void slow(void *ctx, int64_t lo, int64_t hi)
{
    (void)ctx;
    (void)hi;
    atomic_fetch_add(&started, 1);
    if (lo == 10) cx_cancel_request(&flag);
    const struct timespec pause = {0, 200000};
    nanosleep(&pause, NULL);
}

Test(threads, cancel_stops_the_claims_and_makes_one_error)
{
    for (int threads = 1; threads <= 2; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        memset(&flag, 0, sizeof flag);
        atomic_store(&started, 0);
        const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &flag));
        cr_assert(cx__parallel_for(1000, 1, slow, NULL) == CX_E_CANCELLED);
        cr_assert(atomic_load(&started) >= 11 && atomic_load(&started) < 100, "%d chunks",
                  atomic_load(&started));
        cx_error e;
        cr_assert(cx_error_get(&e) == CX_E_CANCELLED);
        cr_assert(cx__parallel_for(1, 1, slow, NULL) ==
                  CX_E_CANCELLED); /* a single chunk asks too */
        (void)!cx_scope_close(s);
    }
    atomic_store(&started, 0);
    cr_assert(cx__parallel_for(20, 1, slow, NULL) == CX_OK); /* the pool is as before */
    cr_assert(atomic_load(&started) == 20);
}

Test(threads, deadline_stops_the_claims)
{
    cr_assert(cx_set_num_threads(2) == CX_OK);
    atomic_store(&started, 100000);
    const cx_scope s =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .deadline_ns = cx_now_ns() + 5000000));
    const int64_t t = cx_now_ns();
    cr_assert(cx__parallel_for(100000, 1, slow, NULL) == CX_E_TIMEOUT);
    cr_assert(cx_now_ns() - t < 2000000000);
    (void)!cx_scope_close(s);
}

static atomic_int strangers;
static pthread_t owner;
static void who(void *ctx, int64_t lo, int64_t hi)
{
    (void)ctx;
    (void)lo;
    (void)hi;
    if (!pthread_equal(pthread_self(), owner)) atomic_fetch_add(&strangers, 1);
}

Test(threads, a_scope_can_ask_for_one_thread)
{
    cr_assert(cx_set_num_threads(4) == CX_OK);
    owner = pthread_self();
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    cr_assert(cx_num_threads() == 1);
    for (int r = 0; r < 50; r++) cr_assert(cx__parallel_for(100, 1, who, NULL) == CX_OK);
    cr_assert(atomic_load(&strangers) == 0);
    cr_assert(cx_scope_close(s) == CX_OK);
    cr_assert(cx_num_threads() == 4);
}

/* ---- workers */
static atomic_int odd_mode, odd_mask;
static void inspect(void *ctx, int64_t lo, int64_t hi)
{
    slow(ctx, lo + 100, hi);
    if (pthread_equal(pthread_self(), owner)) return;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (fegetround() != FE_TONEAREST) atomic_fetch_add(&odd_mode, 1);
    if (!sigismember(&mask, SIGINT) || !sigismember(&mask, SIGTERM)) atomic_fetch_add(&odd_mask, 1);
}

Test(threads, workers_have_the_default_environment_and_no_signals)
{
    owner = pthread_self();
    cr_assert(cx_set_num_threads(3) == CX_OK);
    fesetround(FE_UPWARD); /* would be inherited */
    const cx_status st = cx__parallel_for(200, 1, inspect, NULL);
    fesetround(FE_TONEAREST);
    cr_assert(st == CX_OK);
    cr_assert(atomic_load(&odd_mode) == 0);
    cr_assert(atomic_load(&odd_mask) == 0);
}

Test(threads, a_child_has_a_pool_of_its_own)
{
    cr_assert(cx_set_num_threads(3) == CX_OK);
    atomic_int failed = 0;
    caller(&failed);
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        alarm(30); /* a hang is a failure */
        caller(&failed);
        _exit(atomic_load(&failed) ? 1 : 0);
    }
    int status = -1;
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    caller(&failed);
    cr_assert(atomic_load(&failed) == 0);
}

/* ---- how many */
Test(threads, setting)
{
    cr_assert(cx_set_num_threads(-1) == CX_E_ARGUMENT);
    cr_assert(cx_set_num_threads(1025) == CX_E_ARGUMENT);
    cr_assert(cx_set_num_threads(7) == CX_OK);
    cr_assert(cx_num_threads() == 7);
    setenv("CX_NUM_THREADS", "5", 1);
    cr_assert(cx_set_num_threads(0) == CX_OK);
    cr_assert(cx_num_threads() == 5);
    setenv("CX_NUM_THREADS", "5x", 1); /* not a number: as if it were not set */
    cr_assert(cx_set_num_threads(0) == CX_OK);
    cr_assert(cx_num_threads() == cx__cpus_available());
}

Test(threads, environment_numbers)
{
    int v = 77;
    setenv("CX_TEST_ENV", "", 1);
    cr_assert(cx__env("CX_TEST_ENV") == NULL);
    cr_assert(!cx__env_int("CX_TEST_ENV", 0, 9, &v) && v == 77);
    setenv("CX_TEST_ENV", "-3", 1);
    cr_assert(!cx__env_int("CX_TEST_ENV", 0, 9, &v) && cx__env_int("CX_TEST_ENV", -5, 9, &v) &&
              v == -3);
    setenv("CX_TEST_ENV", "99999999999999999999", 1);
    cr_assert(!cx__env_int("CX_TEST_ENV", 0, 2000000000, &v) && v == -3);
    setenv("CX_TEST_ENV", "-", 1);
    cr_assert(!cx__env_int("CX_TEST_ENV", -5, 9, &v));
}

/* ---- control groups, in a tree of our own */
static char root[64];
static void file_in(const char *path, const char *text)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *p = full + strlen(root) + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            (void)mkdir(full, 0700);
            *p = '/';
        }
    FILE *const f = fopen(full, "w");
    cr_assert(f != NULL, "%s", full);
    fputs(text, f);
    fclose(f);
}
static int quota(const char *membership)
{
    char full[256];
    file_in("membership", membership);
    snprintf(full, sizeof full, "%s/membership", root);
    return cx__cpus_quota(full, root);
}

Test(threads, control_group_quotas)
{
    snprintf(root, sizeof root, "%s", "/tmp/calx-cgroup-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    file_in("cpu.max", "max 100000\n");
    file_in("service/cpu.max", "250000 100000\n");
    file_in("service/worker/cpu.max", "400000 100000\n");
    file_in("free/cpu.max", "max 100000\n");
    cr_assert(quota("0::/free\n") == 0);
    cr_assert(quota("0::/service\n") == 3, "rounded up: %d", quota("0::/service\n"));
    cr_assert(quota("0::/service/worker\n") == 3, "the parent's limit holds");
    cr_assert(quota("0::/\n") == 0);
    cr_assert(quota("0::/elsewhere/not/mounted\n") == 0);
    file_in("cpu/old/cpu.cfs_quota_us", "150000\n");
    file_in("cpu/old/cpu.cfs_period_us", "100000\n");
    file_in("cpu/cpu.cfs_quota_us", "-1\n");
    file_in("cpu/cpu.cfs_period_us", "100000\n");
    cr_assert(quota("12:memory:/old\n4:cpu,cpuacct:/old\n1:name=systemd:/x\n") == 2);
    cr_assert(quota("4:cpuset:/old\n3:cpuacct,cpu:/\n") == 0);
    cr_assert(quota("nonsense\n") == 0);
    cr_assert(cx__cpus_quota("/nowhere/at/all", root) == 0);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", root);
    cr_assert(system(command) == 0);
}
