/* A worker that would wake up on its caller's processor is moved off it, and gets its mask back. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* CPU_SET */
#endif
#include "base/berths.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

enum { NUMBER = 3, BEYOND = 100000 };

typedef struct sleeper {
    int number, cpu; /* asleep on it */
    bool forgotten;  /* before the caller looks */
    cpu_set_t home, moved, back;
    sem_t asleep, wake;
} sleeper;

static void *sleep_on_cpu(void *ctx)
{
    sleeper *const s = ctx;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(s->cpu, &one);
    cx__berth_take(s->number);
    sched_setaffinity(0, sizeof one, &one);
    cx__berth_sleep(s->number);
    sched_setaffinity(0, sizeof s->home, &s->home);
    sem_post(&s->asleep);
    sem_wait(&s->wake);
    sched_getaffinity(0, sizeof s->moved, &s->moved);
    cx__berth_leave(s->number);
    sched_getaffinity(0, sizeof s->back, &s->back);
    return NULL;
}

/* The main thread is bound to processor `own` while it spreads workers. */
static void spread_from(sleeper *s, int own)
{
    pthread_t id;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(own, &one);
    cr_assert(sched_getaffinity(0, sizeof s->home, &s->home) == 0);
    cr_assert(sem_init(&s->asleep, 0, 0) == 0 && sem_init(&s->wake, 0, 0) == 0);
    cr_assert(pthread_create(&id, NULL, sleep_on_cpu, s) == 0);
    sem_wait(&s->asleep);
    cr_assert(sched_setaffinity(0, sizeof one, &one) == 0);
    if (s->forgotten) cx__berths_forget();
    cx__berths_spread(s->number + 1);
    cx__berths_spread(s->number + 1); /* what is moved already keeps its mask */
    cr_assert(sched_setaffinity(0, sizeof s->home, &s->home) == 0);
    sem_post(&s->wake);
    cr_assert(pthread_join(id, NULL) == 0);
    sem_destroy(&s->asleep);
    sem_destroy(&s->wake);
}

static int some_cpu(int skip)
{
    cpu_set_t set;
    cr_assert(sched_getaffinity(0, sizeof set, &set) == 0);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set) && skip-- == 0) return i;
    return -1;
}

Test(berths, a_worker_behind_its_caller_is_moved_and_gets_its_mask_back)
{
    sleeper s = {.number = NUMBER, .cpu = some_cpu(0)};
    spread_from(&s, s.cpu);
    cr_assert(CPU_EQUAL(&s.back, &s.home));
    if (CPU_COUNT(&s.home) == 1) {
        cr_assert(CPU_EQUAL(&s.moved, &s.home), "there is nowhere to go");
        return;
    }
    cr_assert(!CPU_ISSET(s.cpu, &s.moved) && CPU_COUNT(&s.moved) == CPU_COUNT(&s.home) - 1);
}

Test(berths, a_worker_elsewhere_is_not_pulled_to_its_caller)
{
    const int own = some_cpu(0), other = some_cpu(1);
    if (other < 0) return; /* one processor: there is no elsewhere */
    sleeper s = {.number = NUMBER, .cpu = other};
    spread_from(&s, own);
    cr_assert(CPU_ISSET(other, &s.moved) && CPU_EQUAL(&s.back, &s.home));
    cr_assert(CPU_EQUAL(&s.moved, &s.home) || /* a machine that is not virtual needs no help */
              (!CPU_ISSET(own, &s.moved) && CPU_COUNT(&s.moved) == CPU_COUNT(&s.home) - 1));
}

/* What a child does after fork: the threads that its copies name are its parent's. */
Test(berths, forgotten_workers_are_left_alone)
{
    sleeper s = {.number = NUMBER, .cpu = some_cpu(0), .forgotten = true};
    spread_from(&s, s.cpu);
    cr_assert(CPU_EQUAL(&s.moved, &s.home) && CPU_EQUAL(&s.back, &s.home));
}

Test(berths, workers_beyond_the_table_are_left_alone)
{
    sleeper s = {.number = BEYOND, .cpu = some_cpu(0)};
    spread_from(&s, s.cpu);
    cr_assert(CPU_EQUAL(&s.moved, &s.home) && CPU_EQUAL(&s.back, &s.home));
}
