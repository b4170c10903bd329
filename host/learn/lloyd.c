/* Steps of Lloyd's iteration that build on each other: rows stay packed as blocks of float32, and
 * only rows that go to another centre are taken out of one sum and put into another.
 *
 * Sums that lost most of what was ever in them have lost digits as well, and are made anew. What is
 * done depends on the points alone, so results are the same for any number of threads. */
#include "learn/label.h"
#include <stdatomic.h>
#include <string.h>

enum {
    ROWS = HOST_NEAR_ROWS,
    CHUNK = 2 * ROWS, /* rows of a task */
    COLUMNS = 32,     /* of sums, that one task keeps up */
    MANY = 8,         /* sums are made anew where more than n / MANY rows moved, */
    LOST = 16,        /* or less than 1 / LOST of what was in them is left */
    AHEAD = 16        /* moved rows that are on their way into the cache */
};
enum { MASS, SQUARES, MASS_SEEN, SQUARES_SEEN, TALLIES };

/* What lies in the caller's room. Of chunk i, count[i] rows moved: row[] and from[] from i * CHUNK
 * on say which, counted from the chunk's first, and whence; later they are gathered. */
typedef struct kept {
    float *blocks;
    double *sums, *tally[TALLIES]; /* [k, d], [k] each */
    int64_t *row;
    int32_t *from, *count;
} kept;

typedef struct lloyd {
    const cx_learn_lloyd *c;
    kept in;
    host_labels by;
    int64_t n, d, k, moved;
    atomic_int failed;
} lloyd;

static int64_t chunks_of(int64_t n)
{
    return (n + CHUNK - 1) / CHUNK;
}

static int64_t block_numbers(int64_t n, int64_t d) /* in whole chunks */
{
    return chunks_of(n) * CHUNK * (d + 1) / 2;
}

int64_t host_learn_lloyd_room(int64_t n, int64_t d, int64_t k)
{
    return block_numbers(n, d) + k * (d + TALLIES) + n + (n + chunks_of(n) + 1) / 2;
}

static kept lay_out(double *room, int64_t n, int64_t d, int64_t k)
{
    kept in = {.blocks = (float *)(void *)room};
    room += block_numbers(n, d);
    in.sums = room;
    room += k * d;
    for (int t = 0; t < TALLIES; t++, room += k) in.tally[t] = room;
    in.row = (int64_t *)(void *)room;
    in.from = (int32_t *)(void *)(room + n);
    in.count = in.from + n;
    return in;
}

static double weight_of(const lloyd *l, int64_t row)
{
    const double *const weight = l->c->points.weight;
    return weight != NULL ? weight[row] : 1;
}

/* ---- labels */
/* Labels of some rows, and which of them are new. */
static void label_some(lloyd *l, host_labelling *by, int64_t lo, int64_t rows, int64_t chunk)
{
    const float *const blocks = l->in.blocks + lo * (l->d + 1);
    int32_t now[ROWS] = {0}, old[ROWS] = {0}, *const label = l->c->label + lo;
    uint32_t bits[ROWS / 32];
    host_label_rows(by, lo, rows, blocks, now);
    memcpy(old, label, (size_t)rows * sizeof *old);
    for (int64_t i = rows; i < ROWS; i++) now[i] = 0;
    memcpy(label, now, (size_t)rows * sizeof *now);
    HOST_PICK(host_block_loops_table)->differ(now, old, ROWS, bits);
    int32_t count = l->in.count[chunk];
    for (int w = 0; w < ROWS / 32; w++)
        for (uint32_t left = bits[w]; left != 0; left &= left - 1) {
            const int32_t i = 32 * w + __builtin_ctz(left);
            l->in.row[chunk * CHUNK + count] = lo - chunk * CHUNK + i;
            l->in.from[chunk * CHUNK + count++] = old[i];
        }
    l->in.count[chunk] = count;
}

static void label_chunk(void *ctx, int64_t lo, int64_t hi)
{
    lloyd *const l = ctx;
    const cx_learn_lloyd *const c = l->c;
    host_labelling by;
    if (host_labelling_open(&by, &l->by, c->room == NULL) != CX_OK) {
        atomic_store_explicit(&l->failed, (int)CX_E_NOMEM, memory_order_relaxed);
        return;
    }
    if (c->room != NULL) l->in.count[lo / CHUNK] = 0;
    for (int64_t b = lo; b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        if (c->first && c->norm != NULL)
            HOST_PICK(host_nearest_loops_table)
                ->lengths(c->points.x + b * l->d, rows, l->d, c->norm + b);
        if (c->room == NULL) {
            host_label_rows(&by, b, rows, NULL, c->label + b);
            continue;
        }
        if (c->first) host_label_pack(&c->points, b, rows, l->in.blocks + b * (l->d + 1));
        label_some(l, &by, b, rows, lo / CHUNK);
    }
    host_labelling_close(&by);
}

/* ---- sums of all rows */
static cx_status add_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const lloyd *const l = ctx;
    const cx_learn_points *const p = &l->c->points;
    double *const mass = sum + l->k * l->d, *const squares = mass + l->k;
    const int32_t *const label = l->c->label;
    HOST_PICK(host_nearest_loops_table)
        ->add(p->x + lo * l->d, hi - lo, l->d, p->weight != NULL ? p->weight + lo : NULL,
              label + lo, sum);
    for (int64_t i = lo; i < hi; i++) {
        const double w = weight_of(l, i);
        mass[label[i]] += w;
        squares[label[i]] += w * p->norm[i];
    }
    return CX_OK;
}

static cx_status sum_anew(lloyd *l)
{
    const int64_t all = l->k * l->d, width = all + 2 * l->k;
    double *const sum = host_numbers("sums", 1, width);
    cx_status st = sum != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) st = host_sum_rows(l->n, CHUNK, width, add_rows, l, sum);
    if (st == CX_OK) {
        const size_t bytes = (size_t)l->k * sizeof *sum;
        memcpy(l->in.sums, sum, (size_t)all * sizeof *sum);
        memcpy(l->in.tally[MASS], sum + all, bytes);
        memcpy(l->in.tally[SQUARES], sum + all + l->k, bytes);
        memcpy(l->in.tally[MASS_SEEN], sum + all, bytes);
        memcpy(l->in.tally[SQUARES_SEEN], sum + all + l->k, bytes);
    }
    host_core->free(sum);
    return st;
}

/* ---- sums kept up */
/* All moves in a row, their rows counted from the first of all; how many. */
static int64_t gather_moves(const kept *in, int64_t n)
{
    int64_t moved = 0;
    for (int64_t chunk = 0; chunk < chunks_of(n); chunk++)
        for (int64_t e = chunk * CHUNK; e < chunk * CHUNK + in->count[chunk]; e++, moved++) {
            in->row[moved] = chunk * CHUNK + in->row[e];
            in->from[moved] = in->from[e];
        }
    return moved;
}

static void count_moves(const lloyd *l)
{
    double *const *const tally = l->in.tally;
    for (int64_t e = 0; e < l->moved; e++) {
        const int64_t row = l->in.row[e];
        const int32_t to = l->c->label[row], from = l->in.from[e];
        const double w = weight_of(l, row), square = w * l->c->points.norm[row];
        tally[MASS][to] += w, tally[MASS][from] -= w;
        tally[SQUARES][to] += square, tally[SQUARES][from] -= square;
        tally[MASS_SEEN][to] += w, tally[MASS_SEEN][from] += w;
        tally[SQUARES_SEEN][to] += square, tally[SQUARES_SEEN][from] += square;
    }
}

static void move_columns(const lloyd *l, int64_t column, int64_t columns)
{
    enum { LINE = 8 };
    const int64_t d = l->d;
    const double *const x = l->c->points.x + column;
    double *const sums = l->in.sums + column;
    for (int64_t e = 0; e < l->moved; e++) {
        const int64_t row = l->in.row[e];
        const double *const next = x + l->in.row[e + AHEAD < l->moved ? e + AHEAD : e] * d;
        for (int64_t j = 0; j < columns; j += LINE) __builtin_prefetch(next + j, 0, 3);
        __builtin_prefetch(next + columns - 1, 0, 3);
        HOST_PICK(host_nearest_loops_table)
            ->move(x + row * d, columns, weight_of(l, row), sums + l->in.from[e] * d,
                   sums + l->c->label[row] * d);
    }
}

static int64_t column_tasks(int64_t d)
{
    return (d + COLUMNS - 1) / COLUMNS;
}

/* Task 0 keeps the tallies, the others some columns each: all go through the rows in order. */
static void move_some(void *ctx, int64_t lo, int64_t hi)
{
    const lloyd *const l = ctx;
    const int64_t tasks = column_tasks(l->d);
    for (int64_t task = lo; task < hi; task++) {
        const int64_t first = (task - 1) * l->d / tasks, end = task * l->d / tasks;
        if (task == 0)
            count_moves(l);
        else
            move_columns(l, first, end - first);
    }
}

static bool lost_digits(const lloyd *l)
{
    double *const *const tally = l->in.tally;
    for (int64_t c = 0; c < l->k; c++)
        if (!(tally[MASS_SEEN][c] <= LOST * tally[MASS][c]) ||
            !(tally[SQUARES_SEEN][c] <= LOST * tally[SQUARES][c]))
            return true;
    return false;
}

static cx_status keep_up(lloyd *l)
{
    if (l->c->first || l->moved > l->n / MANY) return sum_anew(l);
    const int64_t tasks = 1 + column_tasks(l->d);
    if (l->moved > 0) HOST_TRY(host_core->parallel_for(tasks, 1, move_some, l));
    return lost_digits(l) ? sum_anew(l) : CX_OK;
}

/* ---- the slot */
static cx_status take_step(lloyd *l)
{
    const cx_learn_lloyd *const c = l->c;
    HOST_TRY(host_core->parallel_for(l->n, CHUNK, label_chunk, l));
    if (atomic_load_explicit(&l->failed, memory_order_relaxed) != (int)CX_OK)
        return host_core->fail(CX_E_NOMEM, "fit", "a chunk of rows failed");
    if (c->sums == NULL) return CX_OK;
    l->moved = gather_moves(&l->in, l->n);
    HOST_TRY(keep_up(l));
    memcpy(c->sums, l->in.sums, (size_t)(l->k * l->d) * sizeof *c->sums);
    memcpy(c->mass, l->in.tally[MASS], (size_t)l->k * sizeof *c->mass);
    c->record[0] = (double)l->moved;
    c->record[1] = 0;
    for (int64_t i = 0; i < l->k; i++) c->record[1] += c->mass[i] == 0;
    return CX_OK;
}

cx_status host_learn_lloyd(cx_queue *q, const cx_learn_lloyd *c)
{
    (void)q;
    lloyd l = {.c = c, .n = c->points.n, .d = c->points.d, .k = c->k};
    if (c->room != NULL) l.in = lay_out(c->room, l.n, l.d, l.k);
    HOST_TRY(host_labels_open(&l.by, &c->points, c->centres, l.k));
    const cx_status st = take_step(&l);
    host_labels_close(&l.by);
    return st;
}
