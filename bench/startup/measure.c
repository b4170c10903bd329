/* What a start costs, in milliseconds, the least and the median of many fresh processes:
 *
 *     measure run PROGRAM [argument...]      from fork to the end of the program, its output
 * dropped measure open LIBRARY DEPENDENCY...     dlopen of the dependencies, then of the library
 * itself, which so costs what it adds to them
 *
 * Links nothing of Calx, so that nothing is there before it is opened. */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 41 };

static double now_ms(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) abort();
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "measure: %s: %s\n", what, why);
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, double *ms)
{
    qsort(ms, ROUNDS, sizeof *ms, by_size);
    printf("%s\t%.3f\t%.3f\n", what, ms[0], ms[ROUNDS / 2]);
}

static void wait_for(pid_t child, const char *what)
{
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        stop(what, "failed");
}

static double run(char **argv)
{
    const double start = now_ms();
    const pid_t child = fork();
    if (child < 0) stop("fork", argv[0]);
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere < 0 || dup2(nowhere, 1) < 0) _exit(1);
        execv(argv[0], argv);
        _exit(1);
    }
    wait_for(child, argv[0]);
    return now_ms() - start;
}

static void open_one(const char *name)
{
    if (dlopen(name, RTLD_NOW | RTLD_LOCAL) == NULL) stop(name, dlerror());
}

/* In a process of its own: the dependencies' time and what the library adds. */
static void open_in_child(char **names, int n, double ms[2])
{
    int pipes[2];
    if (pipe(pipes) != 0) stop("pipe", names[0]);
    const pid_t child = fork();
    if (child < 0) stop("fork", names[0]);
    if (child == 0) {
        const double start = now_ms();
        for (int i = 1; i < n; i++) open_one(names[i]);
        const double between = now_ms();
        open_one(names[0]);
        const double took[2] = {between - start, now_ms() - between};
        _exit(write(pipes[1], took, sizeof took) == (ssize_t)sizeof took ? 0 : 1);
    }
    close(pipes[1]);
    if (read(pipes[0], ms, 2 * sizeof *ms) != (ssize_t)(2 * sizeof *ms))
        stop(names[0], "nothing measured");
    close(pipes[0]);
    wait_for(child, names[0]);
}

int main(int argc, char **argv)
{
    double first[ROUNDS], second[ROUNDS];
    if (argc >= 3 && strcmp(argv[1], "run") == 0) {
        for (int i = 0; i < ROUNDS; i++) first[i] = run(argv + 2);
        tell("run", first);
        return 0;
    }
    if (argc >= 3 && strcmp(argv[1], "open") == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            double ms[2];
            open_in_child(argv + 2, argc - 2, ms);
            first[i] = ms[0];
            second[i] = ms[1];
        }
        tell("dependencies", first);
        tell("library", second);
        return 0;
    }
    fprintf(stderr, "usage: measure run PROGRAM... | measure open LIBRARY DEPENDENCY...\n");
    return 2;
}
