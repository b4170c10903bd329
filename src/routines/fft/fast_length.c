/* Lengths that transform fast: products of small primes. All of them below twice the target are
 * tried, powers of 2 last; there are few. */
#include "routines/routine.h"
#include <calx/fft_real.h>
#include <inttypes.h>

static const uint64_t primes[] = {11, 7, 5, 3};

/* The least product of powers of 2 with odd that reaches target; best if it is no better. Unsigned:
 * twice a number below 2^63 fits. */
static uint64_t doubled(uint64_t odd, uint64_t target, uint64_t best)
{
    while (odd < target) odd *= 2;
    return odd < best ? odd : best;
}

static uint64_t smooth(uint64_t odd, const uint64_t *prime, int count, uint64_t target,
                       uint64_t best)
{
    if (count == 0) return doubled(odd, target, best);
    for (;; odd *= *prime) {
        best = smooth(odd, prime + 1, count - 1, target, best);
        if (odd >= target || odd > best / *prime) return best;
    }
}

int64_t cx_fft_next_fast_len(int64_t target, bool real)
{
    static const char where[] = "fft_next_fast_len";
    if (target < 0 || target > INT64_C(1) << 62) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, where, "target is %" PRId64, target));
        return 0;
    }
    if (target == 0) return 0;
    const uint64_t most = UINT64_C(1) << 62;
    const int skipped = real ? 2 : 0;
    return (int64_t)smooth(1, primes + skipped, 4 - skipped, (uint64_t)target, most);
}

/* The greatest product of powers of the primes with 2^k odd that does not pass target; best if it
 * is no better. */
static uint64_t smooth_below(uint64_t odd, const uint64_t *prime, int count, uint64_t target,
                             uint64_t best)
{
    if (count == 0) {
        while (odd <= target / 2) odd *= 2;
        return odd > best ? odd : best;
    }
    for (;; odd *= *prime) {
        best = smooth_below(odd, prime + 1, count - 1, target, best);
        if (odd > target / *prime) return best;
    }
}

int64_t cx_fft_prev_fast_len(int64_t target, bool real)
{
    static const char where[] = "fft_prev_fast_len";
    if (target < 0) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, where, "target is %" PRId64, target));
        return 0;
    }
    if (target == 0) return 0;
    const int skipped = real ? 2 : 0;
    return (int64_t)smooth_below(1, primes + skipped, 4 - skipped, (uint64_t)target, 1);
}
