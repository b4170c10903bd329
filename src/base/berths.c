/* Berths of the pool's workers: the processor each fell asleep on, and its affinity mask while it
 * is changed. A worker that wakes in the middle of being moved keeps the narrower mask until it has
 * slept once more; nothing else can happen. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* sched_getcpu, CPU_SET */
#endif
#include "base/berths.h"
#if defined(__linux__)
#include <sched.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BERTHS = 256, AWAKE = 0 }; /* workers beyond are left to the kernel */

static struct berth {
    atomic_int cpu; /* 1 + where it sleeps, or AWAKE, as those are that no worker has taken */
    atomic_bool moved;
    pid_t thread;
    cpu_set_t home; /* its mask, while moved */
} berths[BERTHS];

void cx__berth_take(int i)
{
    if (i >= BERTHS) return;
    berths[i].thread = (pid_t)syscall(SYS_gettid);
    atomic_store(&berths[i].moved, false);
    atomic_store(&berths[i].cpu, AWAKE);
}

void cx__berth_sleep(int i)
{
    if (i < BERTHS) atomic_store(&berths[i].cpu, 1 + sched_getcpu());
}

void cx__berth_leave(int i)
{
    if (i >= BERTHS) return;
    atomic_store(&berths[i].cpu, AWAKE);
    if (atomic_load(&berths[i].moved)) {
        sched_setaffinity(0, sizeof berths[i].home, &berths[i].home);
        atomic_store(&berths[i].moved, false);
    }
}

void cx__berths_forget(void)
{
    for (int i = 0; i < BERTHS; i++) {
        atomic_store(&berths[i].cpu, AWAKE);
        atomic_store(&berths[i].moved, false);
    }
}

/* A halted processor of a virtual machine looks taken, so that a worker is pulled to its waker's
 * even if its own is free. */
static bool virtual_machine(void)
{
#if defined(__x86_64__) || defined(__i386__)
    static atomic_int known; /* 0: not asked yet, 1: no, 2: yes */
    int v = atomic_load_explicit(&known, memory_order_relaxed);
    if (v == 0) {
        unsigned a, b, c = 0, d;
        v = __get_cpuid(1, &a, &b, &c, &d) && (c >> 31) != 0 ? 2 : 1;
        atomic_store_explicit(&known, v, memory_order_relaxed);
    }
    return v == 2;
#else
    return true;
#endif
}

/* Off the processors in use, if its mask has others. */
static void move(struct berth *b, const cpu_set_t *used)
{
    cpu_set_t rest;
    if (atomic_load(&b->moved) || sched_getaffinity(b->thread, sizeof b->home, &b->home) != 0)
        return;
    CPU_AND(&rest, &b->home, used);
    CPU_XOR(&rest, &rest, &b->home);
    if (CPU_COUNT(&rest) == 0) return;
    atomic_store(&b->moved, true);
    sched_setaffinity(b->thread, sizeof rest, &rest);
}

void cx__berths_spread(int count)
{
    cpu_set_t used, mine;
    const int own = sched_getcpu();
    int crowded[BERTHS], n = 0;
    if (own < 0 || own >= CPU_SETSIZE) return;
    CPU_ZERO(&used);
    CPU_SET((size_t)own, &used);
    mine = used;
    for (int i = 0; i < count && i < BERTHS; i++) {
        const int cpu = atomic_load(&berths[i].cpu) - 1;
        if (cpu < 0 || cpu >= CPU_SETSIZE) continue;
        if (CPU_ISSET((size_t)cpu, &used))
            crowded[n++] = i;
        else if (virtual_machine())
            move(&berths[i], &mine);
        CPU_SET((size_t)cpu, &used);
    }
    for (int i = 0; i < n; i++) move(&berths[crowded[i]], &used);
}
#else
void cx__berth_take(int i)
{
    (void)i;
}
void cx__berth_sleep(int i)
{
    (void)i;
}
void cx__berth_leave(int i)
{
    (void)i;
}
void cx__berths_forget(void) {}
void cx__berths_spread(int count)
{
    (void)count;
}
#endif
