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

typedef double pack __attribute__((vector_size(64), aligned(8), may_alias));
enum { LANES = 8, BLOCK = 512 };

/* Distances from row i to rows lo .. hi, at most BLOCK of them. */
static void distances(const cx__apart *a, int64_t i, int64_t lo, int64_t hi, double *out)
{
    const int64_t count = hi - lo, whole = count / LANES * LANES;
    if (a->matrix != NULL) {
        memcpy(out, a->matrix + i * a->n + lo, (size_t)count * sizeof *out);
        return;
    }
    memset(out, 0, (size_t)count * sizeof *out);
    for (int64_t k = 0; k < a->d; k++) {
        const double *const column = a->columns + k * a->n, at = column[i];
        for (int64_t j = 0; j < whole; j += LANES) {
            const pack t = *(const pack *)(column + lo + j) - at;
            *(pack *)(out + j) += t * t;
        }
        for (int64_t j = whole; j < count; j++) {
            const double t = column[lo + j] - at;
            out[j] += t * t;
        }
    }
    for (int64_t j = 0; j < count; j++) out[j] = sqrt(out[j]);
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

static void look(const step *s, int64_t lo, int64_t hi, bool moves, nearest *best)
{
    const cx__visit *const v = s->v;
    double apart[BLOCK];
    if (moves) distances(v->apart, s->at, lo, hi, apart);
    for (int64_t j = lo; j < hi; j++) {
        if (s->done[j]) continue;
        if (moves && apart[j - lo] <= v->most) {
            const double reach = length_of(v, s->at, j, apart[j - lo]);
            if (reach < v->reach[j]) {
                v->reach[j] = reach;
                v->from[j] = s->at;
            }
        }
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
