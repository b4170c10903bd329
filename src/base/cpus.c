/* Processors available to this process: affinity mask and control group quota, whichever is
 * smaller. A container's quota is what makes one thread per core of the host too many. Reads the
 * kernel's files into fixed buffers and allocates nothing. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* sched_getaffinity */
#endif
#include "base/cpus.h"
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_TEXT = 4096, PATH_TEXT = 1024 };

/* The beginning of a file as text; false if it cannot be read. */
static bool read_text(const char *path, char text[FILE_TEXT])
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_t len = 0;
    while (len < FILE_TEXT - 1) {
        const ssize_t got = read(fd, text + len, FILE_TEXT - 1 - len);
        if (got <= 0) break;
        len += (size_t)got;
    }
    close(fd);
    text[len] = 0;
    return len > 0;
}

/* A positive decimal number at *at, moving past it; 0 if there is none ("max", "-1"). */
static int64_t number(const char **at)
{
    int64_t v = 0;
    while (**at == ' ') ++*at;
    while (**at >= '0' && **at <= '9' && v < INT64_MAX / 100) v = 10 * v + (*(*at)++ - '0');
    return v;
}

/* quota / period rounded up, and the smaller of it and what was known; 0 stands for no limit. */
static int tighter(int known, int64_t quota, int64_t period)
{
    if (quota <= 0 || period <= 0) return known;
    const int64_t cpus = (quota + period - 1) / period;
    return known == 0 || cpus < known ? (int)(cpus < 1         ? 1
                                              : cpus > INT_MAX ? INT_MAX
                                                               : cpus)
                                      : known;
}

static int quota_v2(const char *dir, int known)
{
    char path[PATH_TEXT + 32], text[FILE_TEXT];
    snprintf(path, sizeof path, "%s/cpu.max", dir);
    if (!read_text(path, text)) return known;
    const char *at = text;
    const int64_t quota = number(&at); /* "max 100000" reads as 0 */
    return tighter(known, quota, number(&at));
}

static int quota_v1(const char *dir, int known)
{
    char path[PATH_TEXT + 32], quota[FILE_TEXT], period[FILE_TEXT];
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir);
    if (!read_text(path, quota)) return known;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir);
    if (!read_text(path, period)) return known;
    const char *q = quota, *p = period;
    return tighter(known, number(&q), number(&p));
}

/* A limit holds for everything below it, so the group's directory and all above it up to the mount
 * point are asked. */
static int walk_up(const char *mount, const char *group,
                   int (*read_quota)(const char *dir, int known), int known)
{
    char dir[PATH_TEXT];
    const size_t base = strlen(mount);
    const int len = snprintf(dir, sizeof dir, "%s%s", mount, group);
    if (len < 0 || (size_t)len >= sizeof dir) return read_quota(mount, known);
    for (;;) {
        known = read_quota(dir, known);
        char *const slash = strrchr(dir + base, '/');
        if (!slash) return known;
        *slash = 0;
    }
}

/* Is "cpu" in the comma-separated list [at, end)? */
static bool names_cpu(const char *at, const char *end)
{
    while (at < end) {
        const char *comma = at;
        while (comma < end && *comma != ',') comma++;
        if (comma - at == 3 && memcmp(at, "cpu", 3) == 0) return true;
        at = comma + 1;
    }
    return false;
}

int cx__cpus_quota(const char *membership, const char *root)
{
    char text[FILE_TEXT], mount[PATH_TEXT];
    if (!read_text(membership, text)) return 0;
    int cpus = 0;
    for (char *line = text; line && *line;) { /* "4:cpu,cpuacct:/group" or "0::/group" */
        char *const newline = strchr(line, '\n');
        if (newline) *newline = 0;
        const char *const first = strchr(line, ':');
        const char *const second = first ? strchr(first + 1, ':') : NULL;
        if (second) {
            const char *const group = strcmp(second + 1, "/") == 0 ? "" : second + 1;
            if (second == first + 1) {
                cpus = walk_up(root, group, quota_v2, cpus);
            } else if (names_cpu(first + 1, second)) {
                const int len = snprintf(mount, sizeof mount, "%s/cpu", root);
                if (len > 0 && (size_t)len < sizeof mount)
                    cpus = walk_up(mount, group, quota_v1, cpus);
            }
        }
        line = newline ? newline + 1 : NULL;
    }
    return cpus;
}

int cx__cpus_available(void)
{
    int cpus = 0;
#if defined(__linux__)
    enum { WORDS = 512 }; /* 32,768 processors */
    unsigned long mask[WORDS];
    memset(mask, 0, sizeof mask);
    if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)(void *)mask) == 0)
        for (int i = 0; i < WORDS; i++)
            for (unsigned long bits = mask[i]; bits; bits &= bits - 1) cpus++;
#endif
    if (cpus == 0) {
        const long online = sysconf(_SC_NPROCESSORS_ONLN);
        cpus = online > 0 && online < INT_MAX ? (int)online : 1;
    }
    const int quota = cx__cpus_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    return quota > 0 && quota < cpus ? quota : cpus;
}
