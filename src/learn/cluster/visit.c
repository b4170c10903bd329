/* Prim's walk over rows: see visit.h. */
#include "learn/cluster/visit.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include <math.h>
#include <string.h>

/* ---- distances */
cx_status cx__apart_turn(const double *x, int64_t n, int64_t d, cx__apart *out)
{
    const size_t bytes = (size_t)(n * d) * sizeof(double);
    *out = (cx__apart){.n = n, .d = d, .columns = cx__alloc(bytes)};
    if (out->columns == NULL) return cx__fail_nomem("fit", "columns", bytes);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < d; k++) out->columns[k * n + i] = x[i * d + k];
    return CX_OK;
}

void cx__apart_free(cx__apart *a)
{
    cx__free(a->columns);
    a->columns = NULL;
}

/* Two numbers in a register of any processor; eight rows at a time keep their sums there. */
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
enum { LANES = 8, BLOCK = 512 };

/* Squared distances from row i to rows lo .. hi, at most BLOCK of them. */
static void squares(const cx__apart *a, int64_t i, int64_t lo, int64_t hi, double *out)
{
    const int64_t count = hi - lo, whole = count / LANES * LANES;
    for (int64_t j = 0; j < whole; j += LANES) {
        const double *column = a->columns + lo + j, *at = a->columns + i;
        two s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (int64_t k = 0; k < a->d; k++, column += a->n, at += a->n) {
            const two t0 = *(const two *)column - *at, t1 = *(const two *)(column + 2) - *at,
                      t2 = *(const two *)(column + 4) - *at, t3 = *(const two *)(column + 6) - *at;
            s0 += t0 * t0;
            s1 += t1 * t1;
            s2 += t2 * t2;
            s3 += t3 * t3;
        }
        *(two *)(out + j) = s0;
        *(two *)(out + j + 2) = s1;
        *(two *)(out + j + 4) = s2;
        *(two *)(out + j + 6) = s3;
    }
    for (int64_t j = whole; j < count; j++) {
        out[j] = 0;
        for (int64_t k = 0; k < a->d; k++) {
            const double t = a->columns[k * a->n + lo + j] - a->columns[k * a->n + i];
            out[j] += t * t;
        }
    }
}

/* ---- one step: every row that is left, and the nearest of each chunk */
enum { GRAIN = 8 * BLOCK };

typedef struct nearest {
    double reach;
    int64_t row; /* -1: all are visited */
} nearest;

typedef struct step {
    const cx__visit *v;
    int64_t at;
    const bool *done; /* [n] */
    nearest *best;    /* one of each chunk */
} step;

static double length_of(const cx__visit *v, int64_t i, int64_t j, double apart)
{
    double long_ = apart / v->alpha;
    if (v->core[i] > long_) long_ = v->core[i];
    if (v->both_cores && v->core[j] > long_) long_ = v->core[j];
    return v->rounded ? rint(long_ * 1e15) / 1e15 : long_;
}

/* A step from the row at hand to row j, if that is shorter than what led there before. Roots are
 * taken of squares that are near enough only. */
static void take_step(const step *s, int64_t j, double square)
{
    const cx__visit *const v = s->v;
    const double limit = v->reach[j] * v->alpha;
    if (square > limit * limit * (1 + 1e-12)) return;
    const double apart =
        v->apart->matrix != NULL ? v->apart->matrix[s->at * v->apart->n + j] : sqrt(square);
    if (!(apart <= v->most)) return;
    const double reach = length_of(v, s->at, j, apart);
    if (!(reach < v->reach[j])) return;
    v->reach[j] = reach;
    v->from[j] = s->at;
}

static void look(const step *s, int64_t lo, int64_t hi, bool moves, nearest *best)
{
    const cx__visit *const v = s->v;
    double square[BLOCK] = {0};
    if (moves && v->apart->matrix == NULL) squares(v->apart, s->at, lo, hi, square);
    for (int64_t j = lo; j < hi; j++) {
        if (s->done[j]) continue;
        if (moves) take_step(s, j, square[j - lo]);
        if (best->row < 0 || v->reach[j] < best->reach) *best = (nearest){v->reach[j], j};
    }
}

static void look_chunk(void *ctx, int64_t lo, int64_t hi)
{
    const step *const s = ctx;
    const bool moves = !isinf(s->v->core[s->at]);
    nearest *const best = &s->best[lo / GRAIN];
    *best = (nearest){(double)INFINITY, -1};
    for (int64_t from = lo; from < hi; from += BLOCK)
        look(s, from, from + BLOCK < hi ? from + BLOCK : hi, moves, best);
}

static cx_status walk(const cx__visit *v, bool *done, nearest *best,
                      cx_status (*tick)(void *ctx, int64_t done), void *ctx)
{
    const int64_t n = v->apart->n, chunks = (n + GRAIN - 1) / GRAIN;
    step s = {.v = v, .done = done, .best = best};
    for (int64_t i = 0; i < n; i++) {
        done[s.at] = true;
        v->order[i] = s.at;
        if (i % 256 == 255 && tick != NULL) CX__TRY(tick(ctx, i));
        CX__TRY(cx__parallel_for(n, GRAIN, look_chunk, &s));
        nearest next = best[0];
        for (int64_t c = 1; c < chunks; c++)
            if (best[c].row >= 0 && (next.row < 0 || best[c].reach < next.reach)) next = best[c];
        s.at = next.row < 0 ? 0 : next.row;
    }
    return CX_OK;
}

cx_status cx__visit_all(const cx__visit *v, cx_status (*tick)(void *ctx, int64_t done), void *ctx)
{
    const int64_t n = v->apart->n;
    bool *const done = cx__calloc((size_t)n, sizeof *done);
    nearest *const best = cx__alloc((size_t)((n + GRAIN - 1) / GRAIN) * sizeof *best);
    for (int64_t i = 0; i < n; i++) {
        v->reach[i] = (double)INFINITY;
        v->from[i] = -1;
    }
    const cx_status st = done && best ? walk(v, done, best, tick, ctx)
                                      : cx__fail_nomem("fit", "rows to visit", (size_t)n);
    cx__free(done);
    cx__free(best);
    return st;
}
