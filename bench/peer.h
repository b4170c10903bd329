/* What the programs have in common whose samples a peer's script asks for: the data that both sides
 * make alike, the clock, the end. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H
#include <calx.h>
#include <stdio.h>
#include <stdlib.h>
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
#endif
