/* ISA level of this process: what cpuid and the operating system allow, lowered by $CX_ISA. The
 * features asked for are exactly those that the build gives to the files of host/simd. */
#include "host.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const level_names[] = {"base", "avx2", "avx512"};

#if defined(__x86_64__)
static uint64_t enabled_state(void)
{
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return ((uint64_t)hi << 32) | lo;
}

static int detect(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    const unsigned osxsave = 1u << 27, fma = 1u << 12, avx = 1u << 28, f16c = 1u << 29;
    if ((c & (osxsave | fma | avx | f16c)) != (osxsave | fma | avx | f16c)) return 0;
    const uint64_t state = enabled_state();
    if ((state & 0x6) != 0x6) return 0; /* xmm and ymm registers are saved */
    if (!__get_cpuid(0x80000001u, &a, &b, &c, &d) || (c & (1u << 5)) == 0) return 0; /* lzcnt */
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
    if ((b & (bmi1 | avx2 | bmi2)) != (bmi1 | avx2 | bmi2)) return 0;
    const unsigned f = 1u << 16, dq = 1u << 17, cd = 1u << 28, bw = 1u << 30, vl = 1u << 31;
    const bool wide =
        (b & (f | dq | cd | bw | vl)) == (f | dq | cd | bw | vl) && (state & 0xe6) == 0xe6;
    return wide ? 2 : 1;
}
#else
static int detect(void)
{
    return 0;
}
#endif

int host_isa(void)
{
    static atomic_int cached = -1;
    int level = atomic_load_explicit(&cached, memory_order_relaxed);
    if (HOST_LIKELY(level >= 0)) return level;
    level = detect();
    const char *const wanted = getenv("CX_ISA");
    for (int i = 0; wanted != NULL && i < level; i++) {
        if (strcmp(wanted, level_names[i]) == 0) level = i;
    }
    atomic_store_explicit(&cached, level, memory_order_relaxed);
    return level;
}

const char *host_isa_name(void)
{
    return level_names[host_isa()];
}
