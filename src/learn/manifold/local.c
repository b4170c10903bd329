/* Blocks of locally linear embeddings, rows on all threads. Of a row's neighbours only the
 * directions in which they lie are needed, left singular vectors, which come from the smaller of
 * the two products; what is orthogonal to them enters as the rest of the identity. Sources: Roweis
 * and Saul, Science 290 (2000); Zhang and Wang, NIPS 2006; Zhang and Zha, SIAM J. Sci. Comput. 26
 * (2004). */
#include "learn/manifold/local.h"

#include "base/alloc.h"
#include "base/threads.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Room of one thread's piece. */
typedef struct room {
    double *near;          /* [k, d] neighbours less the row or their mean */
    double *gram, *vector; /* [m, m], m the smaller of k and d (of weights: k) */
    double *value;         /* [m] falling */
    double *side;          /* [k, m] left singular vectors in columns, 0 where there is none */
    double *w, *p;         /* [k] */
} room;

typedef struct job {
    const cx__local *l;
    double *weight, *block;
    double *ratio;   /* [n] of small to large directions (modified) */
    double *spectra; /* [n, m] (modified) */
    double eta;
    atomic_int failed; /* 1: memory, 2: singular */
} job;

static int64_t smaller(const cx__local *l)
{
    return l->k < l->d ? l->k : l->d;
}

static bool room_open(const cx__local *l, room *r)
{
    const size_t k = (size_t)l->k, d = (size_t)l->d, m = k > d ? k : d;
    double *const all = cx__alloc((k * d + 3 * k * k + m + 2 * k) * sizeof *all);
    if (all == NULL) return false;
    *r = (room){.near = all, .gram = all + k * d};
    r->vector = r->gram + k * k;
    r->side = r->vector + k * k;
    r->value = r->side + k * k;
    r->w = r->value + m;
    r->p = r->w + k;
    return true;
}

static void room_close(room *r)
{
    cx__free(r->near);
}

static void fetch(const cx__local *l, int64_t i, const double *centre, room *r)
{
    for (int64_t a = 0; a < l->k; a++) {
        const double *const from = l->from + l->index[i * l->k + a] * l->d;
        for (int64_t j = 0; j < l->d; j++) r->near[a * l->d + j] = from[j] - centre[j];
    }
}

static double dot(const double *a, const double *b, int64_t n, int64_t step)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i * step] * b[i * step];
    return sum;
}

/* ---- weights */
/* Solves the positive definite gram [k, k] x = 1 into w, in place. */
static bool solve_ones(double *a, int64_t k, double *w)
{
    for (int64_t i = 0; i < k; i++) {
        for (int64_t j = 0; j <= i; j++) {
            const double v = a[i * k + j] - dot(a + i * k, a + j * k, j, 1);
            if (i == j && !(v > 0)) return false;
            a[i * k + j] = i == j ? sqrt(v) : v / a[j * k + j];
        }
        w[i] = (1 - dot(a + i * k, w, i, 1)) / a[i * k + i];
    }
    for (int64_t i = k - 1; i >= 0; i--) {
        for (int64_t j = i + 1; j < k; j++) w[i] -= a[j * k + i] * w[j];
        w[i] /= a[i * k + i];
    }
    return true;
}

static bool weights_of(const cx__local *l, int64_t i, room *r, double *w)
{
    const int64_t k = l->k;
    double trace = 0, sum = 0;
    fetch(l, i, l->x + i * l->d, r);
    for (int64_t a = 0; a < k; a++) {
        for (int64_t b = 0; b <= a; b++)
            r->gram[a * k + b] = dot(r->near + a * l->d, r->near + b * l->d, l->d, 1);
        trace += r->gram[a * k + a];
    }
    for (int64_t a = 0; a < k; a++) r->gram[a * k + a] += trace > 0 ? l->reg * trace : l->reg;
    if (!solve_ones(r->gram, k, w)) return false;
    for (int64_t a = 0; a < k; a++) sum += w[a];
    for (int64_t a = 0; a < k; a++) w[a] /= sum;
    return true;
}

static void weigh(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    room r;
    if (!room_open(j->l, &r)) {
        atomic_store(&j->failed, 1);
        return;
    }
    for (int64_t i = lo; i < hi; i++)
        if (!weights_of(j->l, i, &r, j->weight + i * j->l->k)) atomic_store(&j->failed, 2);
    room_close(&r);
}

static cx_status run(job *j, void (*body)(void *, int64_t, int64_t))
{
    CX__TRY(cx__parallel_for(j->l->n, 16, body, j));
    const int failed = atomic_load(&j->failed);
    if (failed == 1) return cx__fail_nomem("fit", "neighbours of a row", (size_t)j->l->d * 8);
    if (failed == 2)
        return cx__fail(
            CX_E_SINGULAR, "fit",
            "LocallyLinearEmbedding: neighbours depend on each other; a larger reg=%.6g "
            "helps",
            j->l->reg);
    return CX_OK;
}

cx_status cx__local_weights(const cx__local *l, double *weight)
{
    job j = {.l = l, .weight = weight};
    return run(&j, weigh);
}

/* ---- directions */
/* side and value of near [k, d]. */
static void directions(const cx__local *l, room *r)
{
    const int64_t k = l->k, d = l->d, m = smaller(l);
    const bool wide = k <= d;
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b <= a; b++)
            r->gram[a * m + b] = r->gram[b * m + a] =
                wide ? dot(r->near + a * d, r->near + b * d, d, 1)
                     : dot(r->near + a, r->near + b, k, d);
    cx__small_eigen(r->gram, m, r->value, r->vector);
    for (int64_t c = 0; c < m; c++) {
        if (r->value[c] < 0) r->value[c] = 0;
        const double root = sqrt(r->value[c]), least = 1e-12 * sqrt(r->value[0]);
        for (int64_t a = 0; a < k; a++) {
            double v = 0;
            if (wide)
                v = r->vector[a * m + c];
            else if (root > least)
                for (int64_t j = 0; j < d; j++)
                    v += r->near[a * d + j] * r->vector[j * m + c] / root;
            r->side[a * m + c] = v;
        }
    }
}

/* ---- tangents: the identity less the mean and the first directions */
static void tangent(const cx__local *l, int64_t i, room *r, double *block)
{
    const int64_t k = l->k, m = smaller(l), size = k + 1;
    fetch(l, i, l->x + i * l->d, r);
    for (int64_t j = 0; j < l->d; j++) {
        double sum = 0;
        for (int64_t a = 0; a < k; a++) sum += r->near[a * l->d + j];
        for (int64_t a = 0; a < k; a++) r->near[a * l->d + j] -= sum / (double)k;
    }
    directions(l, r);
    const int64_t count = l->components < m ? l->components : m;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = 0; b < k; b++)
            block[(a + 1) * size + b + 1] =
                (a == b) - 1 / (double)k - dot(r->side + a * m, r->side + b * m, count, 1);
}

/* ---- modified: first the spectra of all rows, whose median parts small from large */
static void spectrum(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t m = smaller(j->l);
    room r;
    if (!room_open(j->l, &r)) {
        atomic_store(&j->failed, 1);
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        double small = 0, large = 0;
        fetch(j->l, i, j->l->x + i * j->l->d, &r);
        directions(j->l, &r);
        for (int64_t c = 0; c < m; c++) {
            *(c < j->l->components ? &large : &small) += r.value[c];
            j->spectra[i * m + c] = r.value[c];
        }
        j->ratio[i] = small / large;
    }
    room_close(&r);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int64_t n)
{
    qsort(v, (size_t)n, sizeof *v, rising);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Directions in which the neighbours hardly lie: as many as together are less than eta of the rest.
 */
static int64_t almost_null(const job *j, int64_t i)
{
    const int64_t m = smaller(j->l);
    const double *const value = j->spectra + i * m;
    double total = 0, sum = 0;
    int64_t below = 0;
    for (int64_t c = 0; c < m; c++) total += value[c];
    for (int64_t c = 0; c + 1 < m; c++) {
        sum += value[c];
        below += total / sum - 1 < j->eta;
    }
    const int64_t count = below + j->l->k - m;
    return count > 0 ? count : 1;
}

/* Weights of the row by all directions, regularised. */
static void soft_weights(const cx__local *l, const double *value, room *r)
{
    const int64_t k = l->k, m = smaller(l);
    double reg = 0, sum = 0;
    for (int64_t c = 0; c < m; c++) reg += 1e-3 * value[c];
    for (int64_t a = 0; a < k; a++) r->w[a] = 1 / reg;
    for (int64_t c = 0; c < m; c++) {
        double along = 0;
        for (int64_t a = 0; a < k; a++) along += r->side[a * m + c];
        const double off = along / (value[c] + reg) - along / reg;
        for (int64_t a = 0; a < k; a++) r->w[a] += off * r->side[a * m + c];
    }
    for (int64_t a = 0; a < k; a++) sum += r->w[a];
    for (int64_t a = 0; a < k; a++) r->w[a] /= sum;
}

static void modified(const job *j, int64_t i, room *r, double *block)
{
    const cx__local *const l = j->l;
    const int64_t k = l->k, m = smaller(l), size = k + 1, null = almost_null(j, i), top = k - null;
    fetch(l, i, l->x + i * l->d, r);
    directions(l, r);
    soft_weights(l, r->value, r);
    /* p: the ones as they lie in the almost null space */
    double length = 0;
    for (int64_t a = 0; a < k; a++) r->p[a] = 1;
    for (int64_t c = 0; c < top; c++) {
        double along = 0;
        for (int64_t a = 0; a < k; a++) along += r->side[a * m + c];
        for (int64_t a = 0; a < k; a++) r->p[a] -= along * r->side[a * m + c];
    }
    for (int64_t a = 0; a < k; a++) length += r->p[a] * r->p[a];
    const double count = (double)null, alpha = sqrt(length / count), rest = 1 - alpha;
    for (int64_t a = 0; a < k; a++) r->p[a] = alpha > 0 ? r->p[a] / alpha : 0;
    for (int64_t a = 0; a < k; a++) {
        for (int64_t b = 0; b < k; b++)
            block[(a + 1) * size + b + 1] = (a == b) -
                                            dot(r->side + a * m, r->side + b * m, top, 1) +
                                            rest * (r->p[a] * r->w[b] + r->w[a] * r->p[b]) +
                                            rest * rest * count * r->w[a] * r->w[b];
        block[a + 1] = block[(a + 1) * size] = -(r->p[a] + rest * count * r->w[a]);
    }
    block[0] = count;
}

/* ---- all rows */
static void standard(const cx__local *l, const double *w, double *block)
{
    const int64_t size = l->k + 1;
    for (int64_t a = 0; a < size; a++)
        for (int64_t b = 0; b < size; b++)
            block[a * size + b] = (a == 0 ? 1 : -w[a - 1]) * (b == 0 ? 1 : -w[b - 1]);
}

static void blocks(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t area = (j->l->k + 1) * (j->l->k + 1);
    room r;
    if (!room_open(j->l, &r)) {
        atomic_store(&j->failed, 1);
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        double *const block = j->block + i * area;
        if (j->l->method == CX__LOCAL_TANGENT) {
            tangent(j->l, i, &r, block);
        } else if (j->l->method == CX__LOCAL_MODIFIED) {
            modified(j, i, &r, block);
        } else if (weights_of(j->l, i, &r, r.w)) {
            standard(j->l, r.w, block);
        } else {
            atomic_store(&j->failed, 2);
        }
    }
    room_close(&r);
}

cx_status cx__local_blocks(const cx__local *l, double *block)
{
    job j = {.l = l, .block = block};
    if (l->method == CX__LOCAL_MODIFIED) {
        j.ratio = cx__scope_room((size_t)l->n * sizeof(double));
        j.spectra = cx__scope_room((size_t)(l->n * smaller(l)) * sizeof(double));
        CX__TRY(cx__so_far());
        CX__TRY(run(&j, spectrum));
        j.eta = median(j.ratio, l->n);
    }
    return run(&j, blocks);
}

/* Row by row: the blocks that a row is part of, added up in the order of their rows. */
cx_status cx__local_sum(const cx__local *l, const double *block, cx__sparse *out)
{
    const int64_t n = l->n, size = l->k + 1, area = size * size;
    cx__sparse member, of;
    CX__TRY(cx__sparse_new(n, n * size, &member));
    for (int64_t i = 0; i < n; i++)
        for (int64_t a = 0; a < size; a++) {
            member.index[i * size + a] = (int32_t)(a == 0 ? i : l->index[i * l->k + a - 1]);
            member.value[i * size + a] = (double)a;
            member.start[i + 1] = (i + 1) * size;
        }
    CX__TRY(cx__sparse_turn(&member, &of));
    double *const sum = cx__scope_room((size_t)n * sizeof *sum);
    int32_t *const seen = cx__scope_room((size_t)n * sizeof *seen);
    CX__TRY(cx__so_far());
    for (int pass = 0; pass < 2; pass++) { /* how many, then what */
        int64_t to = 0;
        for (int64_t i = 0; i < n; i++) {
            const int32_t mark = (int32_t)(i + 1);
            const int64_t first = to;
            for (int64_t e = of.start[i]; e < of.start[i + 1]; e++) {
                const int64_t from = of.index[e];
                const double *const line = block + from * area + (int64_t)of.value[e] * size;
                for (int64_t b = 0; b < size; b++) {
                    const int32_t c = member.index[from * size + b];
                    if (seen[c] != mark) {
                        seen[c] = mark;
                        sum[c] = 0;
                        if (pass) out->index[to] = c;
                        to++;
                    }
                    sum[c] += line[b];
                }
            }
            for (int64_t e = first; pass && e < to; e++) out->value[e] = sum[out->index[e]];
            if (pass) out->start[i + 1] = to;
        }
        memset(seen, 0, (size_t)n * sizeof *seen);
        if (!pass) CX__TRY(cx__sparse_new(n, to, out));
    }
    return CX_OK;
}
