/* Random thresholds: the range of a feature's values in a node, and what is below a threshold. */
#include "trees/loops.h"
#include "simd.h"
#include <math.h>

HOST_VECTOR(float, vec);
HOST_VECTOR(int32_t, mask);
HOST_VECTOR(uint32_t, ints);
enum { LANES = 16, LOW = 0xffff };
#define GET(T, p) (*(const T *)(const void *)(p))
#define CHOOSE(m, a, b) ((vec)(((m) & (mask)(a)) | (~(m) & (mask)(b))))

static int64_t gather(const float *x, const int32_t *row, int64_t n, float *v, float *low,
                      float *high)
{
    float least = INFINITY, most = -INFINITY;
    int64_t i = 0, missing = 0;
    if (n >= LANES) {
        vec lo, hi;
        mask gaps = {0};
        for (int l = 0; l < LANES; l++) lo[l] = INFINITY, hi[l] = -INFINITY;
        const int64_t whole = n / LANES * LANES;
        for (int64_t j = 0; i < whole; i += LANES) {
            /* a block ahead: what was just written in pieces is slow to read as a whole */
            for (const int64_t to = i + 2 * LANES < whole ? i + 2 * LANES : whole; j < to; j++)
                v[j] = x[row[j]];
            const vec here = GET(vec, v + i);
            lo = CHOOSE(here < lo, here, lo);
            hi = CHOOSE(here > hi, here, hi);
            gaps -= (mask)(here != here);
        }
        for (int l = 0; l < LANES; l++) {
            least = lo[l] < least ? lo[l] : least;
            most = hi[l] > most ? hi[l] : most;
            missing += gaps[l];
        }
    }
    for (; i < n; i++) {
        const float here = v[i] = x[row[i]];
        least = here < least ? here : least;
        most = here > most ? here : most;
        missing += here != here;
    }
    *low = least;
    *high = most;
    return missing;
}

static void below(const float *v, const uint32_t *mark, int64_t n, float limit, int64_t sum[3])
{
    int64_t rows = 0, weight = 0, one = 0, i = 0;
    if (n >= LANES) {
        ints count = {0}, low = {0}, high = {0};
        for (; i + LANES <= n; i += LANES) {
            const ints in = (ints)(GET(vec, v + i) <= limit), here = GET(ints, mark + i) & in;
            count -= in;
            low += here & LOW;
            high += here >> 16;
        }
        for (int l = 0; l < LANES; l++) {
            rows += count[l];
            weight += low[l];
            one += high[l];
        }
    }
    for (; i < n; i++) {
        const uint32_t in = v[i] <= limit, here = mark[i] & -in;
        rows += in;
        weight += here & LOW;
        one += here >> 16;
    }
    sum[0] = rows;
    sum[1] = weight;
    sum[2] = one;
}

const host_tree_random_loops CX_ISA_NAME(host_tree_random_table) = {.gather = gather,
                                                                    .below = below};
