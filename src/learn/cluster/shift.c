/* Mean shift with a flat kernel (Comaniciu and Meer, IEEE PAMI 24, 2002).
 *
 * One idea: no list of neighbours is made; a pass over the points, stored by blocks of columns,
 * finds those within the bandwidth and adds them up at once. A seed is one thread's, so threads
 * change nothing. Knows numbers on the host, no array. */
#include "learn/cluster/shift.h"

#include "base/alloc.h"
#include "base/threads.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { LANES = 8, BLOCK = 64, SEEDS = 4 };

typedef struct job {
    const cx__shift *s;
    const double *block; /* [blocks, d, BLOCK], infinite past the last point */
    int64_t blocks;
    double *seed;
    cx__shifted *out;
    atomic_bool no_memory;
} job;

/* The points by blocks of columns. */
static void spread_blocks(const cx__shift *s, const double *x, double *block)
{
    const int64_t d = s->d, all = (s->n + BLOCK - 1) / BLOCK * BLOCK;
    for (int64_t i = 0; i < all; i++) {
        double *const to = block + i / BLOCK * BLOCK * d + i % BLOCK;
        for (int64_t j = 0; j < d; j++) to[j * BLOCK] = i < s->n ? x[i * d + j] : (double)INFINITY;
    }
}

/* Squared distances of a block's points. */
static void distances(const double *block, const double *mean, int64_t d, double out[BLOCK])
{
    for (int l = 0; l < BLOCK; l++) out[l] = 0;
    for (int64_t j = 0; j < d; j++, block += BLOCK) {
        const double m = mean[j];
        for (int l = 0; l < BLOCK; l++) {
            const double t = block[l] - m;
            out[l] += t * t;
        }
    }
}

/* Sum of the points within the bandwidth, in sum[0 .. d); how many there are. */
static int64_t sum_within(const job *j, const double *mean, double *part, double *sum)
{
    const int64_t d = j->s->d;
    const double limit = j->s->bandwidth * j->s->bandwidth;
    double square[BLOCK];
    int64_t count = 0;
    memset(part, 0, (size_t)(d * LANES) * sizeof *part);
    for (int64_t b = 0; b < j->blocks; b++) {
        const double *column = j->block + b * BLOCK * d;
        int64_t here = 0;
        distances(column, mean, d, square);
        for (int l = 0; l < BLOCK; l++) here += square[l] <= limit;
        if (here == 0) continue;
        count += here;
        for (int64_t c = 0; c < d; c++, column += BLOCK) {
            double *const to = part + c * LANES;
            for (int l = 0; l < BLOCK; l += LANES)
                for (int q = 0; q < LANES; q++)
                    to[q] += square[l + q] <= limit ? column[l + q] : 0.0;
        }
    }
    for (int64_t c = 0; c < d; c++) {
        const double *const p = part + c * LANES;
        sum[c] = ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]));
    }
    return count;
}

static cx__shifted climb(const job *j, double *mean, double *part, double *next)
{
    const cx__shift *const s = j->s;
    cx__shifted out = {.iterations = 0};
    for (;;) {
        out.within = sum_within(j, mean, part, next);
        if (out.within == 0) return out;
        double moved = 0;
        for (int64_t c = 0; c < s->d; c++) {
            next[c] /= (double)out.within;
            moved += (next[c] - mean[c]) * (next[c] - mean[c]);
            mean[c] = next[c];
        }
        if (sqrt(moved) <= 1e-3 * s->bandwidth || out.iterations == s->max_iter) return out;
        out.iterations++;
    }
}

static void climb_some(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t d = j->s->d;
    double *const part = cx__alloc((size_t)(d * (LANES + 1)) * sizeof *part);
    if (part == NULL) {
        atomic_store_explicit(&j->no_memory, true, memory_order_relaxed);
        return;
    }
    for (int64_t i = lo; i < hi; i++) j->out[i] = climb(j, j->seed + i * d, part, part + d * LANES);
    cx__free(part);
}

cx_status cx__shift_seeds(const cx__shift *s, const double *x, int64_t count, double *seed,
                          cx__shifted *out)
{
    const int64_t blocks = (s->n + BLOCK - 1) / BLOCK;
    const size_t bytes = (size_t)(blocks * BLOCK * s->d) * sizeof(double);
    double *const block = cx__alloc(bytes);
    if (block == NULL) return cx__fail_nomem("fit", "points by blocks", bytes);
    spread_blocks(s, x, block);
    job j = {.s = s, .block = block, .blocks = blocks, .seed = seed, .out = out};
    cx_status st = cx__parallel_for(count, SEEDS, climb_some, &j);
    if (st == CX_OK && atomic_load(&j.no_memory))
        st = cx__fail_nomem("fit", "sums", (size_t)s->d * (LANES + 1) * sizeof(double));
    cx__free(block);
    return st;
}

/* ---- bins */
typedef struct table {
    int64_t d, slots, count; /* slots: a power of two */
    int64_t *slot;           /* [slots]: bin + 1, 0: free */
    double *bin;             /* [count, d] */
    int64_t *points;         /* [count] */
} table;

static uint64_t hash(const double *v, int64_t d)
{
    uint64_t h = 1469598103934665603u;
    for (int64_t j = 0; j < d; j++) {
        uint64_t bits;
        memcpy(&bits, v + j, sizeof bits);
        h = (h ^ bits) * 1099511628211u;
        h ^= h >> 29;
    }
    return h;
}

/* Count the point whose bin stands behind the last one. */
static void count_bin(table *t)
{
    double *const bin = t->bin + t->count * t->d;
    uint64_t at = hash(bin, t->d) & (uint64_t)(t->slots - 1);
    for (; t->slot[at]; at = (at + 1) & (uint64_t)(t->slots - 1)) {
        const int64_t b = t->slot[at] - 1;
        if (memcmp(t->bin + b * t->d, bin, (size_t)t->d * sizeof *bin) != 0) continue;
        t->points[b]++;
        return;
    }
    t->points[t->count] = 1;
    t->slot[at] = ++t->count;
}

static void fill(table *t, const double *x, int64_t n, double size)
{
    for (int64_t i = 0; i < n; i++, x += t->d) {
        double *const bin = t->bin + t->count * t->d;
        for (int64_t j = 0; j < t->d; j++) bin[j] = rint(x[j] / size) + 0.0; /* no -0 */
        count_bin(t);
    }
}

cx_status cx__bin_seeds(const double *x, int64_t n, int64_t d, double size, bool rounded,
                        int64_t least, double **seed, int64_t *count)
{
    table t = {.d = d, .slots = 16};
    while (t.slots < 2 * n) t.slots *= 2;
    t.slot = cx__calloc((size_t)t.slots, sizeof *t.slot);
    t.points = cx__calloc((size_t)n, sizeof *t.points);
    t.bin = cx__calloc((size_t)(n + 1), (size_t)d * sizeof *t.bin);
    const bool there = t.slot && t.points && t.bin;
    if (there) fill(&t, x, n, size);
    *count = 0;
    for (int64_t b = 0; there && b < t.count; b++) {
        if (t.points[b] < least) continue;
        double *const to = t.bin + *count * d;
        for (int64_t j = 0; j < d; j++) {
            const float bin = (float)t.bin[b * d + j];
            to[j] = rounded ? (double)(bin * (float)size) : (double)bin * size;
        }
        ++*count;
    }
    cx__free(t.slot);
    cx__free(t.points);
    *seed = t.bin;
    if (there) return CX_OK;
    cx__free(t.bin);
    *seed = NULL;
    return cx__fail_nomem("fit", "bins", (size_t)(n * d) * sizeof *x);
}
