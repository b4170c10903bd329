/* Exact labels by estimates: |c|^2 - 2 x.c in float32, what that leaves open given its rounding
 * error in float64, and what remains by differences. Knows rows and centres, no sums. */
#include "learn/label.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { ROWS = HOST_NEAR_ROWS };
/* Squared lengths are far below float32's end; smaller numbers lose digits to no harm here. */
static const double narrow_most = 1e30, narrow_least = 1e-37;

/* ---- centres */
void host_labels_close(host_labels *s)
{
    host_core->free(s->norm);
    host_core->free(s->panels);
    host_core->free(s->narrow);
}

cx_status host_labels_open(host_labels *s, const cx_learn_points *p, const double *centres,
                           int64_t k)
{
    const host_nearest_loops *const loops = HOST_PICK(host_nearest_loops_table);
    const host_block_loops *const blocks = HOST_PICK(host_block_loops_table);
    const int64_t d = p->d, wide = blocks->width(k), others = (k + wide - 1) / wide * wide;
    *s = (host_labels){.p = p, .centres = centres, .k = k};
    s->norm = host_numbers("centres", k, 1);
    s->panels = host_numbers("centres", loops->width(k), d + 1);
    s->narrow = (float *)(void *)host_numbers("centres", (others + 1) / 2, d + 1);
    if (s->norm == NULL || s->panels == NULL || s->narrow == NULL) {
        host_labels_close(s);
        return CX_E_NOMEM;
    }
    for (int64_t c = 0; c < k; c++) {
        s->norm[c] = host_dot(centres + c * d, centres + c * d, d);
        s->largest_norm = s->norm[c] > s->largest_norm ? s->norm[c] : s->largest_norm;
    }
    loops->pack(centres, s->norm, k, d, s->panels);
    blocks->pack_centres(centres, s->norm, k, d, s->narrow);
    const double unit = 4 * (double)(d + 10) * FLT_EPSILON;
    s->unit = (float)unit;
    s->least = (float)(unit * s->largest_norm + (double)d * narrow_least);
    return CX_OK;
}

/* ---- rows */
cx_status host_labelling_open(host_labelling *l, const host_labels *s, bool pack)
{
    const int64_t d = s->p->d;
    l->s = s;
    l->narrow = s->largest_norm < narrow_most;
    l->row = host_numbers("rows", pack ? ROWS + ROWS / 2 : ROWS, d + 1);
    l->blocks = l->row != NULL && pack ? (float *)(void *)(l->row + ROWS * (d + 1)) : NULL;
    return l->row != NULL ? CX_OK : CX_E_NOMEM;
}

void host_labelling_close(host_labelling *l)
{
    host_core->free(l->row);
}

void host_label_pack(const cx_learn_points *p, int64_t lo, int64_t rows, float *blocks)
{
    const host_block_loops *const loops = HOST_PICK(host_block_loops_table);
    const int64_t block = loops->block;
    loops->pack(p->x + lo * p->d, rows, p->d, NULL, 1, blocks);
    for (int64_t i = 0; i < rows; i += block, blocks += (p->d + 1) * block)
        for (int64_t r = 0; r < block; r++) {
            const double norm = i + r < rows ? p->norm[lo + i + r] : 0;
            blocks[r] = norm < narrow_most ? (float)(norm * (1 + 1e-6)) : (float)INFINITY;
        }
}

/* The nearest by differences, the first of equal ones. */
static int32_t decide(const host_labels *s, const double *x)
{
    const int64_t d = s->p->d;
    double best = INFINITY;
    int32_t at = 0;
    for (int64_t c = 0; c < s->k; c++) {
        const double distance = host_sqdist(x, s->centres + c * d, d);
        if (!(distance < best)) continue;
        best = distance;
        at = (int32_t)c;
    }
    return at;
}

/* Rows at those places (x: as they stand there) by float64, and what remains by differences. How
 * far the least two estimates may be apart without telling which is less: `unit` times the lengths.
 */
static void label_wide(host_labelling *l, const double *x, int64_t count, int32_t *label)
{
    const host_labels *const s = l->s;
    const int64_t d = s->p->d;
    const double unit = 4 * (double)(d + 8) * DBL_EPSILON;
    HOST_PICK(host_nearest_loops_table)->two(x, count, d, s->panels, s->k, &l->near);
    for (int64_t i = 0; i < count; i++) {
        const double slack = unit * (s->p->norm[l->place[i]] + s->largest_norm);
        label[i] =
            l->near.second[i] > l->near.best[i] + slack ? l->near.at[i] : decide(s, x + i * d);
    }
}

/* The rows that float32 leaves open are gathered and go by float64. */
static void label_open(host_labelling *l, int64_t lo, int64_t rows, const uint32_t *open,
                       int32_t *label)
{
    const int64_t block = HOST_PICK(host_block_loops_table)->block, d = l->s->p->d;
    int32_t again[ROWS];
    int64_t left = 0;
    for (int64_t b = 0; b < rows; b += block)
        for (uint32_t bits = *open++; bits != 0; bits &= bits - 1) {
            const int64_t i = b + __builtin_ctz(bits);
            if (i >= rows) break;
            memcpy(l->row + left * d, l->s->p->x + (lo + i) * d, (size_t)d * sizeof *l->row);
            l->place[left++] = lo + i;
        }
    if (left > 0) label_wide(l, l->row, left, again);
    for (int64_t i = 0; i < left; i++) label[l->place[i] - lo] = again[i];
    l->narrow = left <= rows / 8;
}

void host_label_rows(host_labelling *l, int64_t lo, int64_t rows, const float *blocks,
                     int32_t *label)
{
    const host_labels *const s = l->s;
    if (!l->narrow) {
        for (int64_t i = 0; i < rows; i++) l->place[i] = lo + i;
        label_wide(l, s->p->x + lo * s->p->d, rows, label);
        return;
    }
    uint32_t open[ROWS];
    int32_t now[ROWS];
    if (blocks == NULL) {
        host_label_pack(s->p, lo, rows, l->blocks);
        blocks = l->blocks;
    }
    HOST_PICK(host_block_loops_table)
        ->label(blocks, rows, s->p->d, s->narrow, s->k, s->unit, s->least, now, open);
    memcpy(label, now, (size_t)rows * sizeof *now);
    label_open(l, lo, rows, open, label);
}
