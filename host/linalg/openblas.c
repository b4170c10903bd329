/* The one door to OpenBLAS: single-threaded inside, a bounded number of callers, safe after fork.
 *
 * The openmp build takes its thread count from the calling thread's OpenMP setting, which is set
 * and restored around each call. The pthread build has only a count for the whole process, which is
 * set to 1 once, at the first call. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* RTLD_DEFAULT */
#endif
#include "linalg/blas.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern void openblas_set_num_threads(int n);
extern int openblas_get_num_threads(void);
extern int openblas_get_parallel(void); /* 0 serial, 1 pthread, 2 openmp */
extern char *openblas_get_corename(void);
extern char *openblas_get_config(void);

enum { MAX_INSIDE = 64 };

static void (*omp_set)(int);
static int (*omp_get)(void);
static char vendor_name[96];
static bool behind;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static atomic_int inside, waiting;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;

/* The child has one thread, and it is not inside. */
static void after_fork(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&left, NULL);
    atomic_store(&inside, 0);
    atomic_store(&waiting, 0);
}

/* Does the core's name stand for kernels with fused multiply-add? */
static bool fused_kernels(const char *core)
{
    static const char *const names[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake",
                                        "SapphireRapids"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(core, names[i]) == 0) return true;
    return false;
}

/* A version that is older than the processor does not know it and takes kernels of SSE3 for it,
 * five times slower. Where it did, and nobody named a core, it chooses again, by the level that
 * this library itself runs at; as that must find nobody inside, only if the process has no threads
 * yet but OpenBLAS's own, which rest. */
__attribute__((constructor)) static void choose_core_again(void)
{
    static const char *const cores[] = {NULL, "Haswell", "SkylakeX"};
    static const char variable[] = "OPENBLAS_CORETYPE";
    const char *const core = cores[host_isa()];
    if (fused_kernels(openblas_get_corename()) || core == NULL || getenv(variable) != NULL) return;
    struct stat tasks; /* a folder has two links more than folders in it */
    if (stat("/proc/self/task", &tasks) != 0 ||
        tasks.st_nlink > (nlink_t)openblas_get_num_threads() + 2)
        return;
    void *const quit = dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit"), *const init = dlsym(
                                                                         RTLD_DEFAULT,
                                                                         "gotoblas_dynamic_init");
    if (quit == NULL || init == NULL || setenv(variable, core, 1) != 0) return;
    void (*call)(void);
    memcpy(&call, &quit, sizeof quit);
    call();
    memcpy(&call, &init, sizeof init);
    call();
    unsetenv(variable);
}

static void setup(void)
{
    const int kind = openblas_get_parallel();
    if (kind == 2) { /* POSIX lets an object pointer carry a function's address */
        void *const set = dlsym(RTLD_DEFAULT, "omp_set_num_threads"), *const get = dlsym(
                                                                          RTLD_DEFAULT,
                                                                          "omp_get_max_threads");
        if (set && get) {
            memcpy(&omp_set, &set, sizeof set);
            memcpy(&omp_get, &get, sizeof get);
        }
    }
    if (kind != 0 && !omp_set) openblas_set_num_threads(1);
    const char *const config =
        openblas_get_config(); /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." */
    const char *const space = strchr(config, ' ');
    const char *const end = space ? strchr(space + 1, ' ') : NULL;
    const int len = end ? (int)(end - config) : (int)strlen(config);
    snprintf(vendor_name, sizeof vendor_name, "%.*s %s %s", len > 40 ? 40 : len, config,
             kind == 2   ? "openmp"
             : kind == 1 ? "pthread"
                         : "serial",
             openblas_get_corename());
    behind = !fused_kernels(openblas_get_corename());
    pthread_atfork(NULL, NULL, after_fork);
}

static bool try_enter(void)
{
    int n = atomic_load(&inside);
    while (n < MAX_INSIDE)
        if (atomic_compare_exchange_weak(&inside, &n, n + 1)) return true;
    return false;
}

host_vendor host_vendor_enter(void)
{
    pthread_once(&once, setup);
    if (HOST_UNLIKELY(!try_enter())) {
        pthread_mutex_lock(&lock);
        atomic_fetch_add(&waiting, 1);
        while (!try_enter()) pthread_cond_wait(&left, &lock);
        atomic_fetch_sub(&waiting, 1);
        pthread_mutex_unlock(&lock);
    }
    host_vendor v = {0};
    if (omp_set) {
        v.omp_threads = omp_get();
        if (v.omp_threads != 1) omp_set(1);
    }
    return v;
}

void host_vendor_leave(host_vendor v)
{
    if (v.omp_threads > 1) omp_set(v.omp_threads);
    atomic_fetch_sub(&inside, 1);
    if (HOST_UNLIKELY(atomic_load(&waiting) > 0)) {
        pthread_mutex_lock(&lock);
        pthread_cond_signal(&left);
        pthread_mutex_unlock(&lock);
    }
}

bool host_vendor_behind(void)
{
    pthread_once(&once, setup);
    return behind;
}

const char *host_vendor_name(void)
{
    pthread_once(&once, setup);
    return vendor_name;
}
