/* Exact nearest neighbours of many queries without a tree.
 *
 * Euclidean distances are first estimated by products in float32, |t|^2 - 2 q.t over columns less
 * their mean and scaled so that a row's length is about 1; a few more candidates than wanted are
 * kept, and those that the bound of the estimate's error leaves are ranked by exact differences.
 * Where it leaves room for a row that was dropped, the query goes, like all queries of other
 * metrics, through all rows, eight at a time. */
#include "learn/block_loops.h"
#include "learn/learn.h"
#include "neighbors/neighbors.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum {
    QUERIES = 5 * HOST_PANEL_MOST, /* of a task: whole panels at every level */
    PANELS = QUERIES / 4,          /* of the narrowest */
    SPARE = 8,
    ESTIMATED_COLUMNS = 8
};

typedef struct job {
    const cx_learn_neighbours *c;
    double *mean, scale, longest; /* [d]; longest: squared, after scaling */
    float *blocks;                /* the rows; what is past m is NaN */
    bool *open;                   /* [n]: the estimate did not decide */
    atomic_int failed;
} job;

/* ---- all rows, eight at a time */
typedef struct through {
    const cx_learn_neighbours *c;
    cx_near_tree t;
    const bool *open; /* NULL: all queries */
} through;

static void some_through(void *ctx, int64_t lo, int64_t hi)
{
    const through *const a = ctx;
    const cx_learn_neighbours *const c = a->c;
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    for (int64_t i = lo; i < hi; i++) {
        host_found f = {.rank = c->rank + i * c->k, .index = c->index + i * c->k, .room = c->k};
        if (a->open == NULL || a->open[i]) loops->nearest(&a->t, c->query + i * c->d, &f);
    }
}

static cx_status go_through(const cx_learn_neighbours *c, const bool *open)
{
    const int64_t blocks = (c->m + 7) / 8;
    double *const rows = host_numbers("neighbours", blocks, 8 * c->d);
    int64_t *const index = (int64_t *)(void *)host_numbers("neighbours", c->m, 1);
    double *const bounds = host_numbers("neighbours", 2, c->d);
    cx_status st = rows != NULL && index != NULL && bounds != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) {
        for (int64_t i = 0; i < c->m; i++) index[i] = i;
        st = host_near_pack(c->train, c->m, c->d, NULL, rows);
    }
    through a = {
        .c = c,
        .t = {.m = c->m, .d = c->d, .p = c->p, .rows = rows, .index = index, .bounds = bounds},
        .open = open};
    if (st == CX_OK) st = host_core->parallel_for(c->n, 4, some_through, &a);
    host_core->free(rows);
    host_core->free(index);
    host_core->free(bounds);
    return st;
}

/* ---- estimates */
static int64_t blocks_of(int64_t m)
{
    const int64_t block = HOST_PICK(host_block_loops_table)->block;
    return (m + block - 1) / block;
}

static void pack_blocks(void *ctx, int64_t lo, int64_t hi)
{
    const job *const j = ctx;
    const host_block_loops *const loops = HOST_PICK(host_block_loops_table);
    const int64_t d = j->c->d, m = j->c->m, block = loops->block;
    double length[HOST_BLOCK_MOST];
    for (int64_t b = lo; b < hi; b++) {
        const int64_t first = b * block, rows = m - first < block ? m - first : block;
        float *const to = j->blocks + first * (d + 1);
        loops->pack(j->c->train + first * d, rows, d, j->mean, j->scale, to);
        loops->lengths(to, d, length);
        for (int64_t r = 0; r < block; r++) to[r] = r < rows ? (float)length[r] : (float)NAN;
    }
}

/* The least estimates of a query are keys in order, whose upper half is the estimate and whose
 * lower one the row; at first there are none. */
#define NO_KEY UINT64_MAX

static uint64_t key_of(float value, int64_t row)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = bits >> 31 != 0 ? ~bits : bits | UINT32_C(1) << 31;
    return (uint64_t)bits << 32 | (uint64_t)row;
}

static float value_of(uint64_t key)
{
    uint32_t bits = (uint32_t)(key >> 32);
    bits = bits >> 31 != 0 ? bits & ~(UINT32_C(1) << 31) : ~bits;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Into a list of room, which stays in order without a branch; what it takes from now on. */
static float insert(uint64_t *list, int64_t room, uint64_t key)
{
    for (int64_t i = room - 1; i > 0; i--) {
        const uint64_t above = list[i - 1] > key ? list[i - 1] : key;
        list[i] = list[i] < above ? list[i] : above;
    }
    list[0] = list[0] < key ? list[0] : key;
    return list[room - 1] == NO_KEY ? (float)INFINITY : value_of(list[room - 1]);
}

/* A place among count <= k neighbours in order, the lower index first among equals. */
static void place(double *rank, int64_t *index, int64_t *count, int64_t k, double r, int64_t at)
{
    int64_t i = *count < k ? (*count)++ : k;
    if (i == k && (r > rank[k - 1] || (r == rank[k - 1] && at > index[k - 1]))) return;
    for (i = i < k ? i : k - 1;
         i > 0 && (rank[i - 1] > r || (rank[i - 1] == r && index[i - 1] > at)); i--) {
        rank[i] = rank[i - 1];
        index[i] = index[i - 1];
    }
    rank[i] = r;
    index[i] = at;
}

/* Rank the candidates of query i by differences until no other row can be among the k; false if
 * there are too few. */
static bool settle(const job *j, int64_t i, double own, const uint64_t *list, int64_t room)
{
    const cx_learn_neighbours *const c = j->c;
    const int64_t d = c->d, k = c->k;
    double *const rank = c->rank + i * k;
    int64_t *const index = c->index + i * k, count = 0;
    const double size = sqrt(own * j->longest),
                 error = FLT_EPSILON *
                             ((double)(d + 8) * (2 * size + j->longest) + 8 * (own + j->longest)) +
                         4 * (double)(d + 8) * DBL_EPSILON * (own + j->longest);
    if (list[room - 1] == NO_KEY) return false; /* what is not finite */
    for (int64_t e = 0; e < room; e++) {
        const double value = (double)value_of(list[e]);
        if (count == k && value - error > rank[k - 1] * j->scale * j->scale - own) return true;
        const int64_t at = (int64_t)(list[e] & UINT32_MAX);
        place(rank, index, &count, k, host_sqdist(c->query + i * d, c->train + at * d, d), at);
    }
    return false;
}

/* What a task works with. */
typedef struct tile {
    float *panels;        /* [PANELS, 1 + d, panel] */
    float limit[QUERIES]; /* below which a row is a candidate */
    float value[HOST_PANEL_MOST * HOST_BLOCK_MOST];
    uint32_t bits[HOST_PANEL_MOST];
    double own[QUERIES];
    uint64_t *list; /* [QUERIES, room] */
    int64_t room;
} tile;

/* Queries less the mean, scaled, rounded, times -2, and their squared lengths; those that are
 * missing take no row. */
static void pack_queries(const job *j, tile *t, int64_t lo, int64_t rows)
{
    const int64_t d = j->c->d, panel = HOST_PICK(host_block_loops_table)->panel;
    for (int64_t r = 0; r < QUERIES; r++) {
        const double *const q = j->c->query + (lo + (r < rows ? r : 0)) * d;
        float *const to = t->panels + r / panel * panel * (d + 1) + panel + r % panel;
        double sum = 0;
        for (int64_t a = 0; a < d; a++) {
            const float v = (float)((q[a] - j->mean[a]) * j->scale);
            to[a * panel] = -2 * v;
            sum += (double)v * (double)v;
        }
        t->own[r] = sum;
        t->limit[r] = r < rows ? (float)INFINITY : -(float)INFINITY;
        for (int64_t e = 0; e < t->room; e++) t->list[r * t->room + e] = NO_KEY;
    }
}

static void take_in(tile *t, int64_t first, int64_t query, int64_t block, int64_t panel)
{
    for (int64_t q = 0; q < panel; q++)
        for (uint32_t bits = t->bits[q]; bits != 0; bits &= bits - 1) {
            const int r = __builtin_ctz(bits);
            const uint64_t key = key_of(t->value[q * block + r], first + r);
            t->limit[query + q] = insert(t->list + (query + q) * t->room, t->room, key);
        }
}

static void estimate(job *j, tile *t, int64_t lo, int64_t rows)
{
    const host_block_loops *const loops = HOST_PICK(host_block_loops_table);
    const int64_t d = j->c->d, block = loops->block, panel = loops->panel;
    pack_queries(j, t, lo, rows);
    for (int64_t b = 0; b < blocks_of(j->c->m); b++)
        for (int64_t q = 0; q < rows; q += panel)
            if (loops->under(j->blocks + b * block * (d + 1), d, t->panels + q * (d + 1),
                             t->limit + q, t->value, t->bits))
                take_in(t, b * block, q, block, panel);
    for (int64_t r = 0; r < rows; r++)
        j->open[lo + r] = !settle(j, lo + r, t->own[r], t->list + r * t->room, t->room);
}

static void block_of_queries(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t d = j->c->d, room = j->c->k + SPARE;
    double *const memory = host_numbers("neighbours", 1, QUERIES * (d + 1) / 2 + QUERIES * room);
    if (memory == NULL) {
        atomic_store_explicit(&j->failed, (int)CX_E_NOMEM, memory_order_relaxed);
        return;
    }
    tile t = {.panels = (float *)(void *)(memory + QUERIES * room),
              .list = (uint64_t *)(void *)memory,
              .room = room};
    estimate(j, &t, lo, hi - lo);
    host_core->free(memory);
}

/* The mean of the columns, and a power of two that makes the length of most rows about 1; false if
 * there is none. room: 2 d numbers. */
static cx_status find_scale(job *j, double *room, bool *found)
{
    const cx_learn_neighbours *const c = j->c;
    double all = 0;
    int exponent = 0;
    HOST_TRY(host_learn_moments(NULL, c->train, c->m, c->d, NULL, room, j->mean, room + c->d));
    for (int64_t a = 0; a < c->d; a++) all += room[c->d + a] / (double)c->m;
    *found = all > DBL_MIN && isfinite(all);
    if (!*found) return CX_OK;
    (void)frexp(all, &exponent);
    j->scale = ldexp(1, -(exponent / 2));
    *found = isfinite(j->scale) && j->scale > 0;
    return CX_OK;
}

/* The longest row; infinite if there is one that has no length. */
static double longest_of(const job *j)
{
    const int64_t block = HOST_PICK(host_block_loops_table)->block;
    float longest = 0;
    for (int64_t i = 0; i < j->c->m; i++) {
        const float v = j->blocks[i / block * block * (j->c->d + 1) + i % block];
        if (isnan(v)) return (double)INFINITY;
        longest = v > longest ? v : longest;
    }
    return (double)longest * (1 + 1e-6);
}

static cx_status by_estimates(job *j)
{
    const cx_learn_neighbours *const c = j->c;
    HOST_TRY(host_core->parallel_for(blocks_of(c->m), 16, pack_blocks, j));
    j->longest = longest_of(j);
    HOST_TRY(host_core->parallel_for(c->n, QUERIES, block_of_queries, j));
    const cx_status failed = (cx_status)atomic_load_explicit(&j->failed, memory_order_relaxed);
    if (failed != CX_OK) return host_core->fail(failed, "kneighbors", "a block of queries failed");
    bool any = false;
    for (int64_t i = 0; i < c->n; i++) any = any || j->open[i];
    return any ? go_through(c, j->open) : CX_OK;
}

cx_status host_near_scan(const cx_learn_neighbours *c)
{
    if (c->p != 2 || c->d < ESTIMATED_COLUMNS || c->m < 2 * (c->k + SPARE) || c->m > UINT32_MAX)
        return go_through(c, NULL);
    const int64_t whole = blocks_of(c->m) * HOST_PICK(host_block_loops_table)->block;
    job j = {.c = c};
    bool found = false;
    j.blocks = (float *)(void *)host_numbers("neighbours", whole / 2, c->d + 1);
    j.mean = host_numbers("neighbours", 3, c->d);
    j.open = (bool *)(void *)host_numbers("neighbours", 1, c->n / 8 + 1);
    cx_status st = j.blocks != NULL && j.mean != NULL && j.open != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) st = find_scale(&j, j.mean + c->d, &found);
    if (st == CX_OK) st = found ? by_estimates(&j) : go_through(c, NULL);
    host_core->free(j.blocks);
    host_core->free(j.mean);
    host_core->free(j.open);
    return st;
}
