/* Large products of real matrices by kernels of our own: both factors are packed once, and the
 * packed pieces are shared by all threads.
 *
 * One idea: the result is cut into stripes of rows, which the pool claims one by one, and the inner
 * dimension into depths, which follow each other and hang on the sizes alone. Every element is
 * summed in the same order wherever stripes end, so these may follow the number of threads. The
 * packing of a factor costs once what it would cost every tile of a library's product. */
#include "linalg/blas.h"
#include <stdatomic.h>
#include <string.h>

static const double TASK_FLOPS = 1e6; /* of a task, at least */

enum {
    DEPTH = 512,       /* of packed panels, at most */
    STRIPE = 192,      /* rows of a task, at most */
    STRIPE_UNIT = 48,  /* and a multiple of this, which is one of every kernel's rows and columns */
    SPAN = 4096,       /* columns of b that are packed at a time */
    PANELS_PACKED = 4, /* panels of b that one task packs */
    SHARES = 2,        /* a stripe is a share of what is left for a thread, so all end together */
    TALL_ELEMENTS = 64 * 64,
    TILE = 96,        /* columns that a pair of products turns at a time, a multiple of every */
    TILE_DEPTH = 240, /* kernel's columns, and its rows in the first product, too */
    PLACES = 256      /* more threads wait for each other */
};

/* Workspaces, as many as threads. */
typedef struct places {
    int64_t count;
    atomic_bool taken[PLACES];
} places;

typedef struct update_job {
    const host_update *u;
    const host_panel_type *t;
    int64_t size;
    int64_t j0, cols, p0, depth;             /* of now */
    int64_t threads, stripes, blocks, block; /* blocks of so many columns, of every stripe */
    bool own;    /* b is a transposed, and stripes are whole panels of it */
    char *a, *b; /* packed: a stripe for each thread, the panels of now */
    int64_t a_bytes;
    places places;
} update_job;

static int64_t min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static char *element(int64_t size, host_mat a, int64_t i, int64_t j)
{
    return a.p + (i * a.rs + j * a.cs) * size;
}

static char *at(const update_job *w, host_mat a, int64_t i, int64_t j)
{
    return element(w->size, a, i, j);
}

static int64_t rounded(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static int64_t threads_for(double flops)
{
    const double tasks = flops / TASK_FLOPS;
    const int64_t threads = min_i64(host_core->num_threads(), PLACES);
    return max_i64(1, tasks < (double)threads ? (int64_t)tasks : threads);
}

static int64_t places_for(int64_t tasks)
{
    return min_i64(tasks, max_i64(1, min_i64(host_core->num_threads(), PLACES)));
}

static void pack_body(void *ctx, int64_t lo, int64_t hi)
{
    const update_job *const w = ctx;
    const host_update *const u = w->u;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t j = i * w->t->cols;
        w->t->pack_b(at(w, u->b, w->p0, w->j0 + j), u->b.cs, u->b.rs,
                     min_i64(w->t->cols, w->cols - j), w->depth, w->b + j * w->depth * w->size);
    }
}

/* A workspace that no other thread has. */
static int64_t take(places *p)
{
    for (int64_t i = 0;; i = (i + 1) % p->count)
        if (!atomic_exchange(&p->taken[i], true)) return i;
}

/* Where stripe number i starts, or m. Stripes get shorter towards the end. */
static int64_t stripe_start(int64_t m, int64_t threads, int64_t i)
{
    const int64_t shares = threads > 1 ? SHARES * threads : 1, whole = m / STRIPE - shares + 1;
    int64_t start = whole > 0 ? min_i64(whole, i) * STRIPE : 0;
    for (i -= start / STRIPE; i > 0 && start < m; i--)
        start += min_i64(STRIPE, rounded((m - start + shares - 1) / shares, STRIPE_UNIT));
    return min_i64(start, m);
}

static int64_t stripe_count(int64_t m, int64_t threads)
{
    int64_t count = m / STRIPE;
    count = max_i64(0, count - SHARES * threads);
    while (stripe_start(m, threads, count) < m) count++;
    return count;
}

/* A stripe of rows, of some columns: its part of a is packed, if it does not lie among b's panels,
 * then multiplied by all panels of b that it needs. */
static void stripe(const update_job *w, int64_t i0, int64_t i1, int64_t from, int64_t to, char *a)
{
    const host_update *const u = w->u;
    const int64_t rows = i1 - i0;
    /* columns within the triangle, by whole panels */
    if (u->triangle < 0) to = min_i64(to, i0 + rows - w->j0);
    if (u->triangle > 0 && i0 > w->j0) from = max_i64(from, (i0 - w->j0) / w->t->cols * w->t->cols);
    if (from >= to) return;
    const int64_t beside = i0 - w->j0;
    const bool packed = w->own && beside >= 0 && beside + rows <= w->cols;
    if (packed) a = w->b + beside * w->depth * w->size;
    for (int64_t i = 0; !packed && i < rows; i += w->t->rows)
        w->t->pack_a(at(w, u->a, i0 + i, w->p0), u->a.rs, u->a.cs, min_i64(w->t->rows, rows - i),
                     w->depth, a + i * w->depth * w->size);
    const host_panel_block block = {.m = rows,
                                    .n = to - from,
                                    .k = w->depth,
                                    .ldc = u->c.rs,
                                    .first = i0 - w->j0 - from,
                                    .triangle = u->triangle,
                                    .a_like_b = packed,
                                    .alpha = u->alpha,
                                    .beta = w->p0 == 0 ? u->beta : 1,
                                    .c = at(w, u->c, i0, w->j0 + from)};
    w->t->multiply(&block, a, w->b + from * w->depth * w->size);
}

static void stripe_body(void *ctx, int64_t lo, int64_t hi)
{
    update_job *const w = ctx;
    const int64_t place = take(&w->places);
    for (int64_t i = lo; i < hi; i++) { /* the longest first */
        const int64_t s = i / w->blocks, j = i % w->blocks * w->block, m = w->u->m,
                      all = rounded(m, STRIPE_UNIT), start = stripe_start(all, w->threads, s),
                      end = stripe_start(all, w->threads, s + 1);
        const bool below = w->u->triangle < 0;
        stripe(w, below ? all - end : start, min_i64(m, below ? all - start : end), j,
               min_i64(j + w->block, w->cols), w->a + place * w->a_bytes);
    }
    atomic_store(&w->places.taken[place], false);
}

bool host_update_takes(cx_dtype t)
{
    return HOST_PICK(host_panels_table)->of[t].rows > 0;
}

const host_panel_type *host_panel_kernels(cx_dtype t)
{
    return &HOST_PICK(host_panels_table)->of[t];
}

static host_mat turned(host_mat a)
{
    return (host_mat){a.p, a.cs, a.rs};
}

/* Few stripes are cut into blocks of columns, so that many threads have work. */
static void cut_columns(update_job *w)
{
    const double work = 2 * (double)w->u->m * (double)w->cols * (double)w->depth / TASK_FLOPS;
    const int64_t all = w->threads > 1 ? SHARES * w->threads : 1,
                  tasks = work < (double)all ? (int64_t)work : all,
                  panels = (w->cols + w->t->cols - 1) / w->t->cols,
                  wanted = max_i64(1, min_i64((tasks + w->stripes - 1) / w->stripes, panels));
    w->block = (panels + wanted - 1) / wanted * w->t->cols;
    w->blocks = (w->cols + w->block - 1) / w->block;
}

cx_status host_update_run(const host_update *given)
{
    host_update u = *given;
    if (u.m <= 0 || u.n <= 0 || u.k <= 0) return CX_OK;
    if (u.c.cs != 1 && u.n > 1) { /* c in columns: c^T = b^T a^T, in rows */
        u.a = turned(given->b);
        u.b = turned(given->a);
        u.c = turned(given->c);
        u.m = given->n;
        u.n = given->m;
        u.triangle = -given->triangle;
    }
    update_job w = {.u = &u,
                    .t = &HOST_PICK(host_panels_table)->of[u.t],
                    .size = (int64_t)cx_dtype_size(u.t),
                    .threads = threads_for(2 * (double)u.m * (double)u.n * (double)u.k)};
    w.stripes = stripe_count(rounded(u.m, STRIPE_UNIT), w.threads);
    w.own = u.a.p == u.b.p && u.a.rs == u.b.cs && u.a.cs == u.b.rs &&
            STRIPE_UNIT % w.t->cols == 0 && w.t->cols % w.t->rows == 0;
    const int64_t span = SPAN / w.t->cols * w.t->cols;
    const int64_t widest = rounded(min_i64(u.n, span), w.t->cols);
    const int64_t deep = (u.k + DEPTH - 1) / DEPTH, depth = (u.k + deep - 1) / deep;
    w.cols = min_i64(span, u.n);
    w.depth = depth;
    cut_columns(&w);
    w.places.count = places_for(w.stripes * w.blocks);
    w.a_bytes = (min_i64(STRIPE, u.m) + w.t->rows) * depth * w.size;
    w.b = host_core->alloc((size_t)(w.places.count * w.a_bytes + widest * depth * w.size));
    if (w.b == NULL) return CX_E_NOMEM;
    w.a = w.b + widest * depth * w.size;
    cx_status st = CX_OK;
    for (w.j0 = 0; w.j0 < u.n && st == CX_OK; w.j0 += span)
        for (w.p0 = 0; w.p0 < u.k && st == CX_OK; w.p0 += depth) {
            w.cols = min_i64(span, u.n - w.j0);
            w.depth = min_i64(depth, u.k - w.p0);
            const int64_t panels = (w.cols + w.t->cols - 1) / w.t->cols;
            st = host_core->parallel_for(panels, PANELS_PACKED, pack_body, &w);
            cut_columns(&w);
            if (st == CX_OK) st = host_core->parallel_for(w.stripes * w.blocks, 1, stripe_body, &w);
        }
    host_core->free(w.b);
    return st;
}

/* ---- c -= v (s^T (v^T c)): each tile of c's columns goes through all products while it is in the
 * second cache; v and s are packed once for all. */
typedef struct turn_job {
    const host_turn *u;
    const host_panel_type *t;
    int64_t size, wide, tile; /* wide: k in whole panels of columns */
    bool rows;                /* c lies in them, else in columns */
    char *v, *y, *s, *work;   /* y: v as the first product wants it */
    int64_t a_bytes, place_bytes;
    places places;
} turn_job;

/* TILE_DEPTH rows of v, for both its products */
static void turn_pack(void *ctx, int64_t lo, int64_t hi)
{
    const turn_job *const w = ctx;
    const host_turn *const u = w->u;
    for (int64_t s = lo; s < hi; s++) {
        const int64_t p0 = s * TILE_DEPTH, depth = min_i64(TILE_DEPTH, u->m - p0),
                      step = w->rows ? w->t->rows : w->t->cols;
        for (int64_t j = 0; j < u->k; j += w->t->cols)
            w->t->pack_b(element(w->size, u->v, p0, j), u->v.cs, u->v.rs,
                         min_i64(w->t->cols, u->k - j), depth,
                         w->y + (p0 * w->wide + j * depth) * w->size);
        for (int64_t i = p0; i < p0 + depth; i += step)
            (w->rows ? w->t->pack_a : w->t->pack_b)(element(w->size, u->v, i, 0), u->v.rs, u->v.cs,
                                                    min_i64(step, p0 + depth - i), u->k,
                                                    w->v + i * u->k * w->size);
    }
}

/* Columns of a tile as rows of a left factor, packed */
static void turn_rows(const turn_job *w, const char *from, int64_t across, int64_t along,
                      int64_t cols, int64_t depth, char *to)
{
    for (int64_t j = 0; j < cols; j += w->t->rows)
        w->t->pack_a(from + j * across * w->size, across, along, min_i64(w->t->rows, cols - j),
                     depth, to + j * depth * w->size);
}

/* Columns [j0, j0 + cols) of c */
static void turn_tile(const turn_job *w, int64_t j0, int64_t cols, char *place)
{
    const host_turn *const u = w->u;
    char *const product = place + w->a_bytes;
    host_panel_block block = {.m = cols, .n = u->k, .ldc = w->wide, .alpha = 1, .c = product};
    for (int64_t p0 = 0; p0 < u->m; p0 += TILE_DEPTH) { /* the transpose of v^T c */
        block.k = min_i64(TILE_DEPTH, u->m - p0);
        block.beta = p0 > 0;
        turn_rows(w, element(w->size, u->c, p0, j0), u->c.cs, u->c.rs, cols, block.k, place);
        w->t->multiply(&block, place, w->y + p0 * w->wide * w->size);
    }
    block.k = u->k;
    block.beta = 0;
    turn_rows(w, product, w->wide, 1, cols, u->k, place);
    w->t->multiply(&block, place, w->s);
    for (int64_t j = 0; w->rows && j < cols; j += w->t->cols)
        w->t->pack_b(product + j * w->wide * w->size, w->wide, 1, min_i64(w->t->cols, cols - j),
                     u->k, place + j * u->k * w->size);
    if (!w->rows) turn_rows(w, product, w->wide, 1, cols, u->k, place);
    const host_panel_block last = {.m = w->rows ? u->m : cols,
                                   .n = w->rows ? cols : u->m,
                                   .k = u->k,
                                   .ldc = w->rows ? u->c.rs : u->c.cs,
                                   .alpha = -1,
                                   .beta = 1,
                                   .c = element(w->size, u->c, 0, j0)};
    w->t->multiply(&last, w->rows ? w->v : place, w->rows ? place : w->v);
}

static void turn_body(void *ctx, int64_t lo, int64_t hi)
{
    turn_job *const w = ctx;
    const int64_t place = take(&w->places);
    char *const work = w->work + place * w->place_bytes;
    const int64_t first = w->u->first, n = w->u->n;
    for (int64_t s = lo; s < hi; s++) {
        if (s > 0) {
            const int64_t j0 = first + (s - 1) * w->tile;
            turn_tile(w, j0, min_i64(w->tile, n - j0), work);
            continue;
        }
        for (int64_t j = 0; j < first; j += w->tile)
            turn_tile(w, j, min_i64(w->tile, first - j), work);
        if (w->u->then) w->u->then(w->u->ctx);
    }
    atomic_store(&w->places.taken[place], false);
}

cx_status host_turn_run(const host_turn *u)
{
    if (u->m <= 0 || u->n <= 0 || u->k <= 0) {
        if (u->then) u->then(u->ctx);
        return CX_OK;
    }
    const host_panel_type *const t = &HOST_PICK(host_panels_table)->of[u->t];
    const int64_t size = (int64_t)cx_dtype_size(u->t), wide = rounded(u->k, t->cols);
    turn_job w = {.u = u,
                  .t = t,
                  .size = size,
                  .wide = wide,
                  .tile = u->n < 8 * TILE ? TILE / 2 : TILE,
                  .rows = u->c.cs == 1,
                  .a_bytes = TILE * (u->k < TILE_DEPTH ? TILE_DEPTH : u->k) * size};
    const int64_t tasks = 1 + (u->n - u->first + w.tile - 1) / w.tile,
                  rows = rounded(u->m, w.rows ? t->rows : t->cols);
    w.place_bytes = w.a_bytes + TILE * wide * size;
    w.places.count = places_for(tasks);
    w.v = host_core->alloc(
        (size_t)(w.places.count * w.place_bytes + (rows * u->k + (u->m + u->k) * wide) * size));
    if (w.v == NULL) return CX_E_NOMEM;
    w.y = w.v + rows * u->k * size;
    w.s = w.y + u->m * wide * size;
    w.work = w.s + u->k * wide * size;
    for (int64_t j = 0; j < u->k; j += t->cols)
        t->pack_b(element(size, u->s, 0, j), u->s.cs, u->s.rs, min_i64(t->cols, u->k - j), u->k,
                  w.s + j * u->k * size);
    cx_status st = host_core->parallel_for((u->m + TILE_DEPTH - 1) / TILE_DEPTH, 1, turn_pack, &w);
    if (st == CX_OK) st = host_core->parallel_for(tasks, 1, turn_body, &w);
    host_core->free(w.v);
    return st;
}

bool host_tall_takes(cx_dtype t, int64_t m, int64_t n)
{
    const host_panel_type *const p = &HOST_PICK(host_panels_table)->of[t];
    return p->rows > 0 && m % p->rows == 0 && n % p->tall_cols == 0 && m * n <= TALL_ELEMENTS;
}

void host_tall_run(const host_update *u)
{
    double sum[TALL_ELEMENTS]; /* or floats */
    const int64_t size = (int64_t)cx_dtype_size(u->t);
    memset(sum, 0, (size_t)(u->m * u->n * size));
    HOST_PICK(host_panels_table)
        ->of[u->t]
        .tall(u->m, u->n, u->k, u->a.p, u->a.cs, u->b.p, u->b.rs, u->triangle != 0, sum);
    for (int64_t i = 0; i < u->m; i++)
        for (int64_t j = 0; j < (u->triangle != 0 ? i + 1 : u->n); j++) {
            char *const c = u->c.p + (i * u->c.rs + j * u->c.cs) * size;
            if (u->t == CX_F64) {
                double *const to = (double *)(void *)c;
                const double x = u->alpha * sum[i * u->n + j];
                *to = u->beta == 0 ? x : u->beta * *to + x;
            } else {
                float *const to = (float *)(void *)c;
                const float x = (float)u->alpha * ((const float *)(const void *)sum)[i * u->n + j];
                *to = u->beta == 0 ? x : (float)u->beta * *to + x;
            }
        }
}
