/* SMACOF: every step puts each point where the majorised stress is least (Guttman's transform).
 * Rows go over all threads; sums over pairs are sums of rows in order. Without a metric the targets
 * are the monotone regression of the distances on the dissimilarities, whose order is sorted once.
 * Source: Borg and Groenen, Modern Multidimensional Scaling (2005). */
#include "learn/manifold/smacof.h"

#include "base/threads.h"
#include <calx/random.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN = 16 };

typedef struct state {
    const cx__smacof *how;
    const double *target; /* [n, n] */
    double *own;          /* [n, n] targets without a metric */
    double *at, *next;    /* [n, dims] */
    double *distance;     /* [n, n] */
    double *square, *off; /* [n] sums of a row: distances squared, and less their targets */
    int64_t pairs;        /* without a metric: known pairs in the order of dissimilarity */
    int64_t *pair;        /* [pairs] i * n + j, i < j */
    double *level;        /* [pairs] of the regression */
    double *mass;         /* [pairs] */
} state;

cx_status cx__smacof_check(const char *name, const double *d, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++)
            if (!(fabs(d[i * n + j] - d[j * n + i]) <= 1e-10))
                return cx__fail(
                    CX_E_ARGUMENT, "fit",
                    "%s: dissimilarities are not symmetric: %.6g and %.6g for rows %lld "
                    "and %lld",
                    name, d[i * n + j], d[j * n + i], (long long)i, (long long)j);
    return CX_OK;
}

/* ---- rows */
static void measure(void *ctx, int64_t lo, int64_t hi)
{
    state *const s = ctx;
    const int64_t n = s->how->n, k = s->how->dims;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t c = 0; c < k; c++) {
                const double off = s->at[i * k + c] - s->at[j * k + c];
                sum += off * off;
            }
            s->distance[i * n + j] = sqrt(sum);
        }
}

static void compare(void *ctx, int64_t lo, int64_t hi)
{
    state *const s = ctx;
    const int64_t n = s->how->n;
    measure(ctx, lo, hi);
    for (int64_t i = lo; i < hi; i++) {
        s->square[i] = s->off[i] = 0;
        for (int64_t j = 0; j < n; j++) {
            const double d = s->distance[i * n + j], off = d - s->target[i * n + j];
            s->square[i] += d * d;
            s->off[i] += off * off;
        }
    }
}

static void move(void *ctx, int64_t lo, int64_t hi)
{
    state *const s = ctx;
    const int64_t n = s->how->n, k = s->how->dims;
    for (int64_t i = lo; i < hi; i++) {
        double *const to = s->next + i * k;
        memset(to, 0, (size_t)k * sizeof *to);
        for (int64_t j = 0; j < n; j++) {
            const double d = s->distance[i * n + j],
                         ratio = s->target[i * n + j] / (d == 0 ? 1e-5 : d);
            for (int64_t c = 0; c < k; c++) to[c] += ratio * (s->at[i * k + c] - s->at[j * k + c]);
        }
        for (int64_t c = 0; c < k; c++) to[c] /= (double)n;
    }
}

static double total(const double *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    return sum;
}

/* ---- without a metric */
typedef struct known {
    double d;
    int64_t pair;
} known;

static int rising(const void *a, const void *b)
{
    const known *const p = a, *const q = b;
    if (p->d != q->d) return p->d < q->d ? -1 : 1;
    return p->pair < q->pair ? -1 : p->pair > q->pair;
}

static cx_status order(state *s)
{
    const int64_t n = s->how->n;
    known *const all = cx__scope_room((size_t)(n * n / 2 + 1) * sizeof *all);
    if (all == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++)
            if (s->how->dissimilarity[i * n + j] != 0)
                all[s->pairs++] = (known){s->how->dissimilarity[i * n + j], i * n + j};
    if (s->pairs == 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: all dissimilarities are 0, which means missing",
                        s->how->name);
    qsort(all, (size_t)s->pairs, sizeof *all, rising);
    s->pair = cx__scope_room((size_t)s->pairs * sizeof *s->pair);
    s->level = cx__scope_room((size_t)s->pairs * sizeof *s->level);
    s->mass = cx__scope_room((size_t)s->pairs * sizeof *s->mass);
    s->own = cx__scope_room((size_t)(n * n) * sizeof *s->own);
    CX__TRY(cx__so_far());
    for (int64_t p = 0; p < s->pairs; p++) s->pair[p] = all[p].pair;
    s->target = s->own;
    return CX_OK;
}

/* Monotone regression of the distances: blocks of equal dissimilarity, merged while they fall. */
static void regress(state *s)
{
    const double *const d = s->how->dissimilarity;
    int64_t count = 0;
    for (int64_t p = 0, end; p < s->pairs; p = end) {
        double sum = 0;
        for (end = p; end < s->pairs && d[s->pair[end]] - d[s->pair[p]] < 1e-15; end++)
            sum += s->distance[s->pair[end]];
        double mass = (double)(end - p), level = sum / mass;
        while (count > 0 && s->level[count - 1] >= level) {
            count--;
            level = (level * mass + s->level[count] * s->mass[count]) / (mass + s->mass[count]);
            mass += s->mass[count];
        }
        s->level[count] = level;
        s->mass[count++] = mass;
    }
    for (int64_t b = 0, p = 0; b < count; b++)
        for (const int64_t end = p + (int64_t)s->mass[b]; p < end; p++)
            s->own[s->pair[p]] = s->level[b];
}

static void retarget(state *s, bool first)
{
    const int64_t n = s->how->n;
    if (first)
        for (int64_t p = 0; p < s->pairs; p++)
            s->own[s->pair[p]] = s->how->dissimilarity[s->pair[p]];
    else
        regress(s);
    double sum = 0;
    for (int64_t p = 0; p < s->pairs; p++) sum += s->own[s->pair[p]] * s->own[s->pair[p]];
    const double scale = sqrt((double)(n * (n - 1) / 2) / sum);
    for (int64_t p = 0; p < s->pairs; p++) {
        const int64_t i = s->pair[p] / n, j = s->pair[p] % n;
        s->own[s->pair[p]] *= scale;
        s->own[j * n + i] = s->own[i * n + j];
    }
}

/* ---- runs */
static cx_status one_run(state *s, double *stress, int64_t *n_iter)
{
    const cx__smacof *const h = s->how;
    double old = NAN, squares = 0;
    CX__TRY(cx__parallel_for(h->n, GRAIN, measure, s));
    for (int64_t i = 0; i < h->max_iter; i++) {
        CX__TRY(cx__poll("fit"));
        if (!h->metric) retarget(s, i == 0);
        CX__TRY(cx__parallel_for(h->n, GRAIN, move, s));
        double *const turn = s->at;
        s->at = s->next;
        s->next = turn;
        CX__TRY(cx__parallel_for(h->n, GRAIN, compare, s));
        *stress = total(s->off, h->n) / 2;
        squares = total(s->square, h->n);
        *n_iter = i + 1;
        if (i > 0 && (old - *stress) / (squares / 2) < h->eps) break;
        old = *stress;
    }
    if (h->normalized) *stress = sqrt(*stress / (squares / 2));
    return CX_OK;
}

static cx_status begin(state *s)
{
    const size_t bytes = (size_t)(s->how->n * s->how->dims) * sizeof(double);
    if (s->how->init) {
        memcpy(s->at, s->how->init, bytes);
        return CX_OK;
    }
    cx_array *const draw =
        cx_rng_random(s->how->random, CX_SHAPE(s->how->n * s->how->dims), CX_F64);
    const double *const v = cx__at(draw);
    CX__TRY(cx__so_far());
    memcpy(s->at, v, bytes);
    return CX_OK;
}

cx_status cx__smacof_run(const cx__smacof *how, cx__smacof_end *out)
{
    state s = {.how = how, .target = how->dissimilarity};
    const size_t n = (size_t)how->n, count = n * (size_t)how->dims;
    s.at = cx__scope_room(count * sizeof(double));
    s.next = cx__scope_room(count * sizeof(double));
    s.distance = cx__scope_room(n * n * sizeof(double));
    s.square = cx__scope_room(n * sizeof(double));
    s.off = cx__scope_room(n * sizeof(double));
    out->at = cx__scope_room(count * sizeof(double));
    CX__TRY(cx__so_far());
    if (!how->metric) CX__TRY(order(&s));
    const int64_t runs = how->init ? 1 : how->n_init;
    for (int64_t r = 0; r < runs; r++) {
        double stress = 0;
        int64_t n_iter = 0;
        CX__TRY(begin(&s));
        CX__TRY(one_run(&s, &stress, &n_iter));
        if (r > 0 && !(stress < out->stress)) continue;
        out->stress = stress;
        out->n_iter = n_iter;
        memcpy(out->at, s.at, count * sizeof(double));
    }
    return CX_OK;
}
