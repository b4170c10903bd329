/* Mutual information of columns with a target, by distances to nearest neighbours.
 *
 * One idea: in sorted numbers the neighbours of one stand beside it, and so do all within a radius.
 * Sorting and counting are the host's; columns run side by side. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/feature_selection/scores.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/estimator_class.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What all columns share. */
typedef struct mi_job {
    int64_t n, d, k;
    double *x;            /* [n, d] */
    const bool *discrete; /* [d] */
    bool labels;          /* y is discrete */
    const double *y;      /* [n]: numbers, or codes */
    const double *psi;    /* digamma of 0 .. n + 1 */
    double *out;
    atomic_int failed;
} mi_job;

typedef struct entry {
    double v;
    int64_t i;
} entry;

static int by_value(const void *a, const void *b)
{
    const entry *const x = a, *const y = b;
    return x->v < y->v ? -1 : x->v > y->v ? 1 : x->i < y->i ? -1 : x->i > y->i;
}

static void sort_column(const double *x, int64_t step, int64_t n, entry *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = (entry){x[i * step], i};
    qsort(out, (size_t)n, sizeof *out, by_value);
}

/* How many of n sorted numbers lie within r of v, which is one of them, by squares or as they
 * are. */
static int64_t within(const entry *s, int64_t n, double v, double r, bool squares)
{
    int64_t end[2];
    for (int side = 0; side < 2; side++) {
        /* numbers from lo on are on this side of v and within reach, or beyond it */
        int64_t lo = 0, hi = n;
        while (lo < hi) {
            const int64_t mid = lo + (hi - lo) / 2;
            const double off = fabs(s[mid].v - v);
            const bool reach = squares ? off * off <= r * r : off <= r;
            const bool before = side == 0 ? s[mid].v < v && !reach : s[mid].v <= v || reach;
            if (before)
                lo = mid + 1;
            else
                hi = mid;
        }
        end[side] = lo;
    }
    return end[1] - end[0];
}

/* A small list of the k least numbers. */
static void keep_least(double *list, int64_t k, int64_t *count, double v)
{
    if (*count == k && !(v < list[k - 1])) return;
    int64_t at = *count < k ? (*count)++ : k - 1;
    for (; at > 0 && v < list[at - 1]; at--) list[at] = list[at - 1];
    list[at] = v;
}

/* Distance of sorted[p] to its k-th neighbour in (v, other), the larger difference of both; other
 * NULL: in v alone. */
static double reach_of(const entry *sorted, int64_t n, int64_t p, const double *other, int64_t k,
                       double *list)
{
    int64_t count = 0, lo = p - 1, hi = p + 1;
    while (lo >= 0 || hi < n) {
        const double left = lo >= 0 ? sorted[p].v - sorted[lo].v : (double)INFINITY,
                     right = hi < n ? sorted[hi].v - sorted[p].v : (double)INFINITY;
        const double near = left <= right ? left : right;
        if (count == k && near >= list[k - 1]) break;
        const int64_t at = left <= right ? lo-- : hi++;
        const double off = other != NULL ? fabs(other[sorted[at].i] - other[sorted[p].i]) : 0;
        keep_least(list, k, &count, near > off ? near : off);
    }
    return list[k - 1];
}

/* ---- both continuous */
typedef struct room {
    entry *a, *b;
    double *list, *radius;
} room;

static double both_continuous(const mi_job *m, const double *x, int64_t step, const double *y,
                              const room *r)
{
    const int64_t n = m->n;
    sort_column(x, step, n, r->a);
    sort_column(y, 1, n, r->b);
    double psi_x = 0, psi_y = 0;
    for (int64_t p = 0; p < n; p++)
        r->radius[r->a[p].i] = nextafter(reach_of(r->a, n, p, y, m->k, r->list), 0);
    for (int64_t i = 0; i < n; i++) {
        psi_x += m->psi[within(r->a, n, x[i * step], r->radius[i], false)];
        psi_y += m->psi[within(r->b, n, y[i], r->radius[i], false)];
    }
    const double mi = m->psi[n] + m->psi[m->k] - psi_x / (double)n - psi_y / (double)n;
    return mi > 0 ? mi : 0;
}

/* ---- one continuous, one of labels: runs of equal labels, each sorted by the numbers */

static double one_continuous(const mi_job *m, const double *c, int64_t c_step, const double *label,
                             int64_t l_step, const room *r)
{
    const int64_t n = m->n;
    sort_column(label, l_step, n, r->b);
    double psi_k = 0, psi_count = 0, psi_all = 0;
    int64_t used = 0;
    for (int64_t lo = 0; lo < n;) {
        int64_t hi = lo;
        while (hi < n && r->b[hi].v == r->b[lo].v) hi++;
        const int64_t count = hi - lo, k = m->k < count - 1 ? m->k : count - 1;
        for (int64_t q = lo; q < hi; q++) {
            r->a[q] = (entry){c[r->b[q].i * c_step], r->b[q].i};
            r->radius[r->b[q].i] = -1;
        }
        qsort(r->a + lo, (size_t)count, sizeof *r->a, by_value);
        for (int64_t q = 0; k > 0 && q < count; q++) {
            const double reach = reach_of(r->a + lo, count, q, NULL, k, r->list);
            r->radius[r->a[lo + q].i] = nextafter(sqrt(reach * reach), 0);
            psi_k += m->psi[k];
            psi_count += m->psi[count];
            used++;
        }
        lo = hi;
    }
    /* numbers of labels that stand once do not count */
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++)
        if (r->radius[i] >= 0) r->a[at++] = (entry){c[i * c_step], i};
    qsort(r->a, (size_t)at, sizeof *r->a, by_value);
    for (int64_t q = 0; q < at; q++)
        psi_all += m->psi[within(r->a, at, r->a[q].v, r->radius[r->a[q].i], true)];
    const double t = (double)used,
                 mi = used > 0 ? m->psi[used] + psi_k / t - psi_count / t - psi_all / t : 0;
    return mi > 0 ? mi : 0;
}

/* ---- both of labels: pairs, by counting runs of what is sorted */
static int by_pair(const void *a, const void *b)
{
    const double *const x = a, *const y = b;
    for (int i = 0; i < 2; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

static double entropy_term(double count, double n)
{
    return count / n * log(count / n);
}

static double both_labels(const mi_job *m, const double *x, int64_t step, const double *y,
                          const room *r)
{
    const int64_t n = m->n;
    const double all = (double)n;
    double *const pair = (double *)(void *)r->a, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        pair[2 * i] = x[i * step];
        pair[2 * i + 1] = y[i];
    }
    qsort(pair, (size_t)n, 2 * sizeof *pair, by_pair);
    for (int64_t lo = 0; lo < n;) {
        int64_t hi = lo;
        while (hi < n && by_pair(pair + 2 * lo, pair + 2 * hi) == 0) hi++;
        sum += entropy_term((double)(hi - lo), all);
        lo = hi;
    }
    for (int side = 0; side < 2; side++) {
        sort_column(side == 0 ? x : y, side == 0 ? step : 1, n, r->b);
        for (int64_t lo = 0; lo < n;) {
            int64_t hi = lo;
            while (hi < n && r->b[hi].v == r->b[lo].v) hi++;
            sum -= entropy_term((double)(hi - lo), all);
            lo = hi;
        }
    }
    return sum > 0 ? sum : 0;
}

static void run_columns(void *ctx, int64_t lo, int64_t hi)
{
    mi_job *const m = ctx;
    room r = {.a = cx__alloc((size_t)m->n * 2 * sizeof(entry)),
              .radius = cx__alloc((size_t)(m->n + m->k) * sizeof(double))};
    if (r.a == NULL || r.radius == NULL) {
        atomic_store_explicit(&m->failed, 1, memory_order_relaxed);
    } else {
        r.b = r.a + m->n;
        r.list = r.radius + m->n;
        for (int64_t j = lo; j < hi; j++) {
            const double *const x = m->x + j;
            m->out[j] = m->discrete[j] && m->labels ? both_labels(m, x, m->d, m->y, &r)
                        : m->discrete[j]            ? one_continuous(m, m->y, 1, x, m->d, &r)
                        : m->labels                 ? one_continuous(m, x, m->d, m->y, 1, &r)
                                                    : both_continuous(m, x, m->d, m->y, &r);
        }
    }
    cx__free(r.a);
    cx__free(r.radius);
}

/* ---- what goes in */

/* Over its standard deviation, plus a little noise, which is [n] with a step. */
static void spread(double *v, int64_t n, int64_t step, const double *noise, int64_t noise_step)
{
    double sum = 0, squares = 0, size = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i * step];
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) squares += (v[i * step] - mean) * (v[i * step] - mean);
    const double sd = sqrt(squares / (double)n), by = sd < 10 * DBL_EPSILON ? 1 : sd;
    for (int64_t i = 0; i < n; i++) {
        v[i * step] /= by;
        size += fabs(v[i * step]);
    }
    const double level = 1e-10 * fmax(1, size / (double)n);
    for (int64_t i = 0; i < n; i++) v[i * step] += level * noise[i * noise_step];
}

static cx_status mark_discrete(const char *where, const cx_mutual_info_opts *o, int64_t d,
                               bool *out)
{
    memset(out, o->all_discrete ? 1 : 0, (size_t)d);
    if (o->discrete_features == NULL) return CX_OK;
    CX__NEED(where, "discrete_features", o->discrete_features, CX__KIND_ARRAY);
    const bool mask = cx_dtype_of(o->discrete_features) == CX_BOOL;
    const cx_array *const host = cx_astype(cx_to(o->discrete_features, CX_CPU), CX_I64);
    const int64_t *const v = cx_data_i64(host), n = cx_size(host);
    CX__TRY(cx__so_far());
    if (mask && n != d)
        return cx__fail(CX_E_SHAPE, where, "discrete_features has %lld entries for %lld columns",
                        (long long)n, (long long)d);
    for (int64_t i = 0; i < n; i++) {
        if (!mask && (v[i] < -d || v[i] >= d))
            return cx__fail(CX_E_ARGUMENT, where, "discrete_features: there is no column %lld",
                            (long long)v[i]);
        out[mask ? i : v[i] < 0 ? v[i] + d : v[i]] = mask ? v[i] != 0 : true;
    }
    return CX_OK;
}

/* Noise is drawn for all continuous columns together, row by row, then for y. */
static cx_status add_noise(mi_job *m, double *y, const cx_mutual_info_opts *o)
{
    int64_t count = 0, at = 0;
    for (int64_t j = 0; j < m->d; j++) count += !m->discrete[j];
    cx_generator *const g = cx_random_state(o->random_state, CX_CPU);
    if (count > 0) {
        const double *const noise =
            cx_data_f64(cx_rng_standard_normal(g, CX_SHAPE(m->n, count), CX_F64));
        if (noise == NULL) return cx__last_status();
        for (int64_t j = 0; j < m->d; j++)
            if (!m->discrete[j]) spread(m->x + j, m->n, m->d, noise + at++, count);
    }
    if (m->labels) return CX_OK;
    const double *const noise = cx_data_f64(cx_rng_standard_normal(g, CX_SHAPE(m->n), CX_F64));
    if (noise == NULL) return cx__last_status();
    spread(y, m->n, 1, noise, 1);
    return CX_OK;
}

static cx_status target_of(const char *where, const cx_array *y, bool labels, cx_array **out)
{
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (!labels && (kind == 'k' || kind == 'c'))
        return cx__fail(CX_E_DTYPE, where, "y is %s; real numbers are needed",
                        cx_dtype_name(cx_dtype_of(y)));
    *out = cx_copy(cx_astype(labels ? cx_labels_encode(y).codes : y, CX_F64));
    return cx_status_of(*out);
}

cx_status cx__mutual_info(const char *where, const cx_array *given, const cx_array *y, bool labels,
                          const cx_mutual_info_opts *o, cx_array **scores)
{
    if (!cx__on_host(given))
        return cx__fail(CX_E_UNSUPPORTED, where, "mutual information is computed on the CPU only");
    cx_array *target = NULL;
    CX__TRY(target_of(where, y, labels, &target));
    cx_array *const x = cx_copy(cx_ascontiguous(cx_astype(given, CX_F64))),
                    *const out = cx_empty(CX_SHAPE(cx_dim(given, 1)), CX_F64, CX_CPU);
    mi_job m = {.n = cx_dim(x, 0),
                .d = cx_dim(x, 1),
                .k = o->n_neighbors > 0 ? o->n_neighbors : 3,
                .x = cx_data_f64_mut(x),
                .labels = labels,
                .y = cx_data_f64(target),
                .out = cx_data_f64_mut(out)};
    CX__TRY(cx__so_far());
    if (o->n_neighbors < 0 || m.k >= m.n)
        return cx__fail(CX_E_ARGUMENT, where, "n_neighbors is %lld; there are %lld rows",
                        (long long)(o->n_neighbors < 0 ? o->n_neighbors : m.k), (long long)m.n);
    bool *const discrete = cx__alloc((size_t)m.d);
    double *const psi = cx__alloc((size_t)(m.n + 2) * sizeof *psi);
    cx_status st = discrete && psi ? mark_discrete(where, o, m.d, discrete)
                                   : cx__fail_nomem(where, "columns", (size_t)m.n * 8);
    m.discrete = discrete;
    m.psi = psi;
    if (st == CX_OK) st = add_noise(&m, cx_data_f64_mut(target), o);
    for (int64_t i = 0; st == CX_OK && i < m.n + 2; i++) psi[i] = cx__digamma((double)i);
    atomic_init(&m.failed, 0);
    if (st == CX_OK) st = cx__parallel_for(m.d, 1, run_columns, &m);
    if (st == CX_OK && atomic_load_explicit(&m.failed, memory_order_relaxed))
        st = cx__fail_nomem(where, "a column", (size_t)m.n * 40);
    cx__free(discrete);
    cx__free(psi);
    *scores = out;
    return st;
}

static cx_array *face(const char *where, const cx_array *x, const cx_array *y, bool labels,
                      const cx_mutual_info_opts *given)
{
    const cx_scope s = cx_scope_open();
    cx_mutual_info_opts o = {0};
    cx_array *out = NULL;
    cx_status st = CX__OPTIONS(where, given, &o);
    if (st == CX_OK) st = cx__scores_checked(where, x, y);
    if (st == CX_OK) st = cx__mutual_info(where, x, y, labels, &o, &out);
    return cx__give(s, st, out);
}

cx_array *cx_mutual_info_classif(const cx_array *x, const cx_array *y, const cx_mutual_info_opts *o)
{
    return face("mutual_info_classif", x, y, true, o);
}
cx_array *cx_mutual_info_regression(const cx_array *x, const cx_array *y,
                                    const cx_mutual_info_opts *o)
{
    return face("mutual_info_regression", x, y, false, o);
}
