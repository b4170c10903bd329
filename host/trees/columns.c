/* The table of the training rows: float32, column by column, and if splits are searched by sorting,
 * each column's rows in order with a code for each value.
 *
 * Codes rise with the values and are TREE_STEP apart; but of two neighbours in the column that are
 * as good as equal, the second has just one more. So codes that are TREE_STEP apart or more stand
 * for values between which there may be a cut, and only nearer ones need a look at the values.
 * Narrow codes have sixteen bits and the smallest step that does: two, where no three values in a
 * row are as good as equal. */
#include "trees/split.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { ROWS = 1024 /* of a chunk: a few lines of each column at a time */, DIGIT = 11 };

typedef struct job {
    cx_tree_table *t;
    atomic_bool failed, odd, many; /* many: more values in a column than narrow codes */
    atomic_bool gaps;              /* missing values */
    atomic_llong ties;
} job;

/* Rising with the value; both zeros are equal, NaN is last. */
static uint32_t key_of(float v)
{
    if (isnan(v)) return UINT32_MAX;
    v += 0.0f;
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

/* Three passes of eleven bits; a and b [n], the result is in a. */
static void sort_keys(uint64_t *a, uint64_t *b, int64_t n)
{
    uint32_t count[3][1 << DIGIT];
    memset(count, 0, sizeof count);
    for (int64_t i = 0; i < n; i++) {
        const uint32_t k = (uint32_t)(a[i] >> 32);
        for (int p = 0; p < 3; p++) count[p][(k >> (p * DIGIT)) & ((1 << DIGIT) - 1)]++;
    }
    uint64_t *from = a, *to = b;
    for (int p = 0; p < 3; p++) {
        uint32_t at = 0;
        for (int c = 0; c < 1 << DIGIT; c++) {
            const uint32_t here = count[p][c];
            count[p][c] = at;
            at += here;
        }
        for (int64_t i = 0; i < n; i++) {
            const uint32_t c = (uint32_t)(from[i] >> (32 + p * DIGIT)) & ((1 << DIGIT) - 1);
            to[count[p][c]++] = from[i];
        }
        uint64_t *const swap = from;
        from = to;
        to = swap;
    }
    memcpy(a, b, (size_t)n * sizeof *a);
}

static int32_t row_of(uint64_t key)
{
    return (int32_t)(uint32_t)key;
}

static bool missing(uint64_t key)
{
    return key >> 32 == UINT32_MAX;
}

/* The value that key_of had, of those that are not missing. */
static float value_of(uint64_t key)
{
    uint32_t bits = (uint32_t)(key >> 32);
    bits = (bits & 0x80000000u) != 0 ? bits & 0x7fffffffu : ~bits;
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* What a column of sorted keys needs: values, how many of them are near the one before, and how
 * many such follow each other. */
typedef struct shape {
    int64_t values, near, chain;
} shape;

static shape shape_of(const uint64_t *key, int64_t n)
{
    shape s = {0};
    int64_t chain = 0;
    for (int64_t i = 0; i < n && !missing(key[i]); i++) {
        const float v = value_of(key[i]), before = i > 0 ? value_of(key[i - 1]) : -INFINITY;
        if (v == before) continue;
        s.values++;
        const bool near = v <= before + HOST_TREE_NEAR;
        chain = near ? chain + 1 : 0;
        s.near += near;
        if (chain > s.chain) s.chain = chain;
    }
    return s;
}

/* Narrow codes, if there are enough for the column's values. Where many are as good as equal they
 * would not do: each such pair is looked up in a node's rows. */
static void write_narrow(job *s, int64_t j, const uint64_t *key)
{
    cx_tree_table *const t = s->t;
    const shape f = shape_of(key, t->n);
    const int64_t step = f.chain + 1;
    if (f.near > t->n / 256 + 8 || step * (f.values + 1) >= TREE_NARROW_MISSING) {
        atomic_store_explicit(&s->many, true, memory_order_relaxed);
        return;
    }
    uint16_t *const code = t->narrow + j * t->n;
    int64_t c = 0;
    t->step[j] = (uint16_t)step;
    for (int64_t i = 0; i < t->n; i++) {
        const int32_t row = row_of(key[i]);
        const float v = value_of(key[i]), before = i > 0 ? value_of(key[i - 1]) : v;
        if (v != before) c += v <= before + HOST_TREE_NEAR ? 1 : step;
        code[row] = missing(key[i]) ? TREE_NARROW_MISSING : (uint16_t)c;
    }
}

/* Order and codes of one column from its sorted keys. */
static void write_codes(job *s, int64_t j, const uint64_t *key)
{
    cx_tree_table *const t = s->t;
    int32_t *const order = t->order != NULL ? t->order + j * t->n : NULL;
    uint32_t *const code = t->code + j * t->n, c = TREE_STEP;
    int64_t ties = 0, chain = 0;
    for (int64_t i = 0; i < t->n; i++) {
        const int32_t row = row_of(key[i]);
        if (order != NULL) order[i] = row;
        if (missing(key[i])) {
            code[row] = TREE_MISSING;
            continue;
        }
        const float v = value_of(key[i]), before = i > 0 ? value_of(key[i - 1]) : v;
        if (v != before) {
            const bool near = v <= before + HOST_TREE_NEAR;
            chain = near ? chain + 1 : 0;
            c += near ? 1 : TREE_STEP;
            if (!near) c &= ~(uint32_t)(TREE_STEP - 1);
            if (chain >= TREE_STEP - 1) {
                atomic_store_explicit(&s->odd, true, memory_order_relaxed);
                return;
            }
        } else {
            ties += i > 0;
        }
        code[row] = c;
    }
    atomic_fetch_add_explicit(&s->ties, ties, memory_order_relaxed);
}

static void sort_columns(void *ctx, int64_t lo, int64_t hi)
{
    job *const s = ctx;
    const int64_t n = s->t->n;
    uint64_t *const key = host_core->alloc(2 * (size_t)n * sizeof *key);
    if (key == NULL) {
        atomic_store_explicit(&s->failed, true, memory_order_relaxed);
        return;
    }
    for (int64_t j = lo; j < hi; j++) {
        for (int64_t i = 0; i < n; i++)
            key[i] =
                (uint64_t)key_of(host_tree_value(s->t, (int32_t)j, (int32_t)i)) << 32 | (uint64_t)i;
        sort_keys(key, key + n, n);
        if (missing(key[n - 1])) atomic_store_explicit(&s->gaps, true, memory_order_relaxed);
        if (s->t->narrow != NULL)
            write_narrow(s, j, key);
        else
            write_codes(s, j, key);
    }
    host_core->free(key);
}

static cx_status no_memory(const cx_tree_table *t)
{
    return host_core->fail(CX_E_NOMEM, "fit", "cannot allocate %lld x %lld sorted columns",
                           (long long)t->n, (long long)t->d);
}

static void fill(void *ctx, int64_t lo, int64_t hi)
{
    const cx_tree_table *const t = ctx;
    const int64_t n = t->n, d = t->d;
    for (int64_t j = 0; j < d; j++)
        for (int64_t i = lo; i < hi; i++) t->x[j * n + i] = (float)t->source[i * d + j];
}

static cx_status fill_table(cx_tree_table *t)
{
    t->x = host_core->alloc((size_t)t->n * (size_t)t->d * sizeof *t->x);
    return t->x != NULL ? host_core->parallel_for(t->n, ROWS, fill, t) : no_memory(t);
}

static cx_status sort_all(job *s)
{
    const cx_status st = host_core->parallel_for(s->t->d, 1, sort_columns, s);
    if (st != CX_OK) return st;
    if (atomic_load(&s->failed)) return no_memory(s->t);
    s->t->sorted = !atomic_load(&s->odd) && !atomic_load(&s->many);
    s->t->ties = (int64_t)atomic_load(&s->ties);
    return CX_OK;
}

/* Narrow codes do for sure, but for values that are as good as equal. */
static bool few_values(const cx_tree_table *t)
{
    return t->n < TREE_NARROW_MISSING / 2;
}

static cx_status narrow_table(job *s)
{
    cx_tree_table *const t = s->t;
    t->narrow = host_core->alloc((size_t)t->n * (size_t)t->d * sizeof *t->narrow);
    t->step = host_core->alloc((size_t)t->d * sizeof *t->step);
    if (t->narrow == NULL || t->step == NULL) return no_memory(t);
    const cx_status st = sort_all(s);
    if (st != CX_OK || t->sorted) return st;
    host_core->free(t->narrow);
    host_core->free(t->step);
    t->narrow = t->step = NULL;
    atomic_store(&s->many, false);
    return CX_OK;
}

/* Do growths of these rules search all features of a node, or nearly so? */
static bool keeps_columns(const cx_tree_rules *r, int64_t d)
{
    return 2 * r->max_features >= d;
}

static cx_status sort_table(job *s, const cx_tree_rules *r)
{
    cx_tree_table *const t = s->t;
    const bool columns = keeps_columns(r, t->d), keeps = columns && !r->many;
    if (r->criterion == CX_TREE_GINI && !columns && few_values(t)) {
        const cx_status st = narrow_table(s);
        if (st != CX_OK || t->sorted) return st;
    }
    const size_t bytes = (size_t)t->n * (size_t)t->d * sizeof *t->order;
    if (keeps) t->order = host_core->alloc(bytes);
    t->code = host_core->alloc(bytes);
    if ((keeps && t->order == NULL) || t->code == NULL) return no_memory(t);
    return sort_all(s);
}

/* Are the splits of these rules searched in sorted columns? */
static bool wants_order(const cx_tree_rules *r, int64_t n)
{
    const bool kind = r->criterion == CX_TREE_GINI || r->criterion == CX_TREE_SQUARED ||
                      r->criterion == CX_TREE_FRIEDMAN;
    return kind && !r->random && r->monotonic == NULL && n < UINT32_MAX / TREE_STEP - 2;
}

cx_status host_tree_open(cx_queue *q, const double *x, int64_t n, int64_t d,
                         const cx_tree_rules *rules, cx_tree_table **out)
{
    *out = NULL;
    if (n > INT32_MAX || d > INT32_MAX)
        return host_core->fail(CX_E_SHAPE, "fit",
                               "%lld rows of %lld features are too many for trees", (long long)n,
                               (long long)d);
    cx_tree_table *const t = host_core->alloc(sizeof *t);
    if (t == NULL) return host_core->fail(CX_E_NOMEM, "fit", "cannot allocate a table of trees");
    *t = (cx_tree_table){.n = n, .d = d, .source = x};
    job s = {.t = t};
    const bool sorts = wants_order(rules, n);
    cx_status st = sorts && rules->many ? CX_OK : fill_table(t);
    if (st == CX_OK && sorts) st = sort_table(&s, rules);
    if (st == CX_OK && t->x == NULL && (!t->sorted || atomic_load(&s.gaps))) st = fill_table(t);
    if (st == CX_OK)
        *out = t;
    else
        host_tree_close(q, t);
    return st;
}

void host_tree_close(cx_queue *q, cx_tree_table *t)
{
    (void)q;
    if (t == NULL) return;
    host_core->free(t->x);
    host_core->free(t->order);
    host_core->free(t->code);
    host_core->free(t->narrow);
    host_core->free(t->step);
    host_core->free(t);
}
