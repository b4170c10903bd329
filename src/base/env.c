/* Environment variables, read safely: a set-user-id program must not be steered through them, and
 * an empty value means unset. Knows nothing of what the variables mean. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* secure_getenv */
#endif
#include "base/env.h"
#include <stddef.h>
#include <stdlib.h>
#if !defined(__GLIBC__)
#include <unistd.h>
#endif

const char *cx__env(const char *name)
{
#if defined(__GLIBC__)
    const char *const value = secure_getenv(name);
#else
    if (getuid() != geteuid() || getgid() != getegid()) return NULL;
    const char *const value = getenv(name);
#endif
    return value && value[0] ? value : NULL;
}

bool cx__env_int(const char *name, int lo, int hi, int *out)
{
    const char *const text = cx__env(name);
    if (!text) return false;
    long value = 0;
    const char *at = text;
    const bool negative = *at == '-';
    if (negative) at++;
    if (!*at) return false;
    for (; *at; at++) {
        if (*at < '0' || *at > '9' || value > 100000000) return false;
        value = 10 * value + (*at - '0');
    }
    if (negative) value = -value;
    if (value < lo || value > hi) return false;
    *out = (int)value;
    return true;
}
