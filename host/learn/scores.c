/* What a fitted model says to a row: its k scores, and what is made of them.
 *
 * Into the row's place in the result or a block on the stack, so that nothing is allocated; a row
 * gives the same bits alone as among others. The core cuts batches for its threads. */
#include "learn/learn.h"
#include "learn/loops.h"
#include <math.h>
#include <string.h>

enum { BLOCK = 32, TOGETHER = 32 };

/* Scores c0 .. c0 + count of some rows by a matrix, rows of the result count apart. */
static void project(const cx_learn_scores *m, const double *x, int64_t rows, int64_t c0,
                    int64_t count, double *out)
{
    HOST_PICK(host_learn_loops_table)
        ->project(x, rows, m->shift, m->d, m->w + c0, m->ld,
                  m->start != NULL ? m->start + c0 : NULL, count, out, count);
}

/* Scores c0 .. c0 + count of one row. */
static void some_scores(const cx_learn_scores *m, const double *x, int64_t c0, int64_t count,
                        double *out)
{
    if (m->score == CX_LEARN_LINEAR && m->ld == 1 && m->shift == NULL) {
        out[0] = host_dot(x, m->w, m->d) + (m->start != NULL ? m->start[0] : 0);
    } else if (m->score == CX_LEARN_LINEAR) {
        project(m, x, 1, c0, count, out);
    } else if (m->score == CX_LEARN_GAUSSIAN) {
        const host_learn_loops *const loops = HOST_PICK(host_learn_loops_table);
        for (int64_t c = c0; c < c0 + count; c++)
            out[c - c0] = m->start[c] -
                          0.5 * loops->distance(x, m->w + c * m->d, m->inverse + c * m->d, m->d);
    } else {
        for (int64_t c = 0; c < count; c++) out[c] = host_sqdist(x, m->w + (c0 + c) * m->d, m->d);
    }
}

/* Place of the first largest of count numbers, or of the first smallest, if it passes *top. */
static void pass_extreme(double *block, int64_t c0, int64_t count, bool largest, double *top,
                         int64_t *best)
{
    for (int64_t c = 0; !largest && c < count; c++) block[c] = -block[c];
    for (int64_t c = 0; c < count; c++) {
        if (HOST_LIKELY(!(block[c] > *top))) continue; /* a branch: mostly the first is passed */
        *top = block[c];
        *best = c0 + c;
    }
}

static double first_extreme(const cx_learn_scores *m, const double *x)
{
    double block[BLOCK], top = -INFINITY;
    int64_t best = 0;
    for (int64_t c0 = 0; c0 < m->k; c0 += BLOCK) {
        const int64_t count = m->k - c0 < BLOCK ? m->k - c0 : BLOCK;
        some_scores(m, x, c0, count, block);
        pass_extreme(block, c0, count, m->end == CX_LEARN_FIRST_MAX, &top, &best);
    }
    return (double)best;
}

/* What is made of the k scores of a row where they stand. */
static void finish_row(const cx_learn_scores *m, double *out)
{
    const int64_t k = m->k;
    switch (m->end) {
    case CX_LEARN_POSITIVE: *out = *out > 0; break;
    case CX_LEARN_DIVIDED:
        for (int64_t c = 0; c < k; c++) out[c] /= m->divisor[c];
        break;
    case CX_LEARN_ROOTS:
        for (int64_t c = 0; c < k; c++) out[c] = sqrt(out[c]);
        break;
    case CX_LEARN_SOFTMAX: host_softmax(out, k); break;
    case CX_LEARN_LOG_SHARES:
    case CX_LEARN_SHARES: {
        const double all = host_logsumexp(out, k);
        for (int64_t c = 0; c < k; c++) out[c] -= all;
        for (int64_t c = 0; m->end == CX_LEARN_SHARES && c < k; c++) out[c] = exp(out[c]);
        break;
    }
    default: break;
    }
}

static bool ends_first(const cx_learn_scores *m)
{
    return m->end == CX_LEARN_FIRST_MAX || m->end == CX_LEARN_FIRST_MIN;
}

static void one_row(const cx_learn_scores *m, const double *x, double *out)
{
    if (ends_first(m)) {
        *out = first_extreme(m, x);
        return;
    }
    if (m->end == CX_LEARN_EXPIT) {
        some_scores(m, x, 0, 1, out + 1);
        out[1] = host_expit(out[1]);
        out[0] = 1 - out[1];
        return;
    }
    some_scores(m, x, 0, m->k, out);
    finish_row(m, out);
}

/* Many rows times a matrix share what they read of it. */
static void some_rows(const cx_learn_scores *m, const double *x, int64_t rows, double *out)
{
    double block[TOGETHER * BLOCK];
    const int64_t k = m->k;
    double *const to = ends_first(m) ? block : out;
    project(m, x, rows, 0, k, to);
    for (int64_t i = 0; i < rows; i++) {
        double top = -INFINITY;
        int64_t best = 0;
        if (!ends_first(m)) {
            finish_row(m, to + i * k);
            continue;
        }
        pass_extreme(to + i * k, 0, k, m->end == CX_LEARN_FIRST_MAX, &top, &best);
        out[i] = (double)best;
    }
}

cx_status host_learn_scores(cx_queue *q, const cx_learn_scores *c)
{
    (void)q;
    const int64_t width = ends_first(c) ? 1 : c->end == CX_LEARN_EXPIT ? 2 : c->k;
    const bool together = c->score == CX_LEARN_LINEAR && (c->ld != 1 || c->shift != NULL) &&
                          c->end != CX_LEARN_EXPIT && (!ends_first(c) || c->k <= BLOCK);
    int64_t i = 0;
    for (; together && i + TOGETHER <= c->n; i += TOGETHER)
        some_rows(c, c->x + i * c->d, TOGETHER, c->out + i * width);
    for (; i < c->n; i++) one_row(c, c->x + i * c->d, c->out + i * width);
    return CX_OK;
}
