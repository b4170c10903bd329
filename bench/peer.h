/* What the programs have in common whose samples a peer's script asks for: the data that both sides
 * make alike, the clock, the end, and the conversation. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H
#include <calx.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Number i of a sequence in [-0.5, 0.5), a multiple of 2^-32. */
static inline double number(uint64_t i)
{
    const uint64_t mask = 0xffffffff;
    uint64_t x = (i * 2654435761u) & mask;
    x = ((x ^ (x >> 15)) * 2246822519u) & mask;
    x ^= x >> 13;
    x = (x * 3266489917u) & mask;
    x ^= x >> 16;
    return (double)x * 0x1p-32 - 0.5;
}

static inline void stop(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, cx_error_message());
    exit(1);
}

static inline double cpu_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0) abort();
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static bool processor; /* one thread, whose processor time counts */

static inline double now_ns(void)
{
    return processor ? cpu_ns() : (double)cx_now_ns();
}

static inline void peer_about(void)
{
    cx_device_info info;
    if (cx_device_info_get(CX_CPU, &info) != CX_OK) stop("about");
    printf("Calx %s, %s, %s, %d threads\n", cx_version(), info.library, info.isa, cx_num_threads());
}

/* sum of (1 + i mod weights) |x[i]| / size, which signs and phases do not change; `sign` counts a
 * positive number three times, so that they do. */
static inline double peer_fingerprint(const cx_array *r, int64_t weights, bool sign)
{
    const cx_array *const x = cx_ravel(cx_astype(sign ? r : cx_abs(r), CX_F64));
    const double *const p = cx_data_f64(x);
    double sum = 0;
    for (int64_t i = 0; p != NULL && i < cx_size(x); i++)
        sum += (double)(1 + i % weights) * (sign ? p[i] + 2 * fabs(p[i]) : p[i]);
    return sum / (double)cx_size(x);
}

/* What a program does with the cases it is asked for. A case is a line without its last word. */
typedef struct peer_program {
    char separator;                             /* of the last word */
    void (*enter)(void *ctx, const char *head); /* makes the data of a case, in place of others */
    double (*run)(void *ctx, int64_t calls);    /* nanoseconds */
    double (*check)(void *ctx);                 /* a number of the result */
} peer_program;

enum { PEER_LINE = 400 };

/* A line "CASE calls" on standard input is answered with the nanoseconds of those calls, "CASE
 * check" with a number of the result, "about" with versions. */
static inline int peer_answer(const peer_program *p, void *ctx)
{
    char line[PEER_LINE], head[PEER_LINE] = "";
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *const last = strrchr(line, p->separator);
        if (strcmp(line, "about") == 0)
            peer_about();
        else if (last == NULL)
            return 1;
        else {
            *last = '\0';
            if (strcmp(line, head) != 0) p->enter(ctx, line);
            memcpy(head, line, strlen(line) + 1);
            if (strcmp(last + 1, "check") == 0)
                printf("%.17g\n", p->check(ctx));
            else
                printf("%.0f\n", p->run(ctx, strtoll(last + 1, NULL, 10)));
        }
        fflush(stdout);
    }
    return 0;
}

/* The argument "processor": one thread, whose processor time counts. */
static inline void peer_arguments(int argc, char **argv)
{
    processor = argc > 1 && strcmp(argv[1], "processor") == 0;
    if (processor && cx_set_num_threads(1) != CX_OK) stop("threads");
}
#endif
