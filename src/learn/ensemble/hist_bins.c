/* Columns as codes: see the header. The few thresholds are found on the host from sorted columns,
 * of as many rows as that takes; the codes are made by the device's slot. */
#include "learn/ensemble/hist_bins.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/numeric/quantiles.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUBSAMPLE = 200000, TOGETHER = 8, GRAIN = 512, CODES = 256 };
static const double ALMOST_INF = 1e300;

void cx__hist_bins_free(cx__hist_bins *b)
{
    cx__free(b->edge);
    cx__free(b->first);
    cx__free(b->used);
    cx__free(b->missing);
    cx__free(b->categorical);
    *b = (cx__hist_bins){.n = 0};
}

typedef struct work {
    const cx__hist_data *data;
    const double *x;      /* on the host [*, d] */
    int64_t d, m;         /* columns, rows looked at */
    const int64_t *row;   /* [m] of x, or NULL */
    double *column;       /* [d, m] */
    const double *weight; /* [m] or NULL */
    double *edge;         /* [d, CODES] */
    int32_t *count;       /* [d] */
} work;

/* Rows [lo, hi) into columns, eight columns at a time. */
static void turn(void *ctx, int64_t lo, int64_t hi)
{
    const work *const w = ctx;
    for (int64_t b = 0; b < w->d; b += TOGETHER) {
        const int64_t end = b + TOGETHER < w->d ? b + TOGETHER : w->d;
        for (int64_t i = lo; i < hi; i++) {
            const double *const x = w->x + (w->row ? w->row[i] : i) * w->d;
            for (int64_t j = b; j < end; j++) w->column[j * w->m + i] = x[j];
        }
    }
}

/* Different values of a sorted column, up to most + 1 of them. */
static int64_t different(const double *v, int64_t n, int64_t most, double *out)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n && count <= most; i++)
        if (i == 0 || v[i] != v[i - 1]) out[count++] = v[i];
    return count;
}

/* numpy.percentile(v, 100 k / bins, method='averaged_inverted_cdf') of sorted values. */
static double percentile(const double *v, int64_t n, int64_t k, int64_t bins)
{
    const double q = (double)k * (100 / (double)bins) / 100, at = (double)n * q - 1;
    const double below = floor(at);
    const int64_t i = below < 0 ? 0 : (int64_t)below, j = i + 1 < n ? i + 1 : n - 1;
    if (at < 0) return v[0];
    return at > below ? v[j] : v[j] - (v[j] - v[i]) * 0.5;
}

static int64_t numbers_in(const double *v, int64_t n)
{
    while (n > 0 && isnan(v[n - 1])) n--;
    return n;
}

/* Thresholds, each once and none infinite. */
static int32_t tidy(double *edge, int64_t count)
{
    int32_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
        const double e = edge[i] > ALMOST_INF ? ALMOST_INF : edge[i];
        if (kept == 0 || e != edge[kept - 1]) edge[kept++] = e;
    }
    return kept;
}

static void cut_sorted(const work *w, int64_t j, const double *v, int64_t n)
{
    double value[CODES + 1], *const edge = w->edge + j * CODES;
    const int64_t bins = w->data->max_bins, count = different(v, n, bins, value);
    int64_t edges = 0;
    if (count <= bins)
        for (; edges + 1 < count; edges++) edge[edges] = (value[edges] + value[edges + 1]) / 2;
    else
        for (; edges + 1 < bins; edges++) edge[edges] = percentile(v, n, edges + 1, bins);
    w->count[j] = tidy(edge, edges);
}

static void cut_columns(void *ctx, int64_t lo, int64_t hi)
{
    const work *const w = ctx;
    for (int64_t j = lo; j < hi; j++) {
        if (w->data->categorical != NULL && w->data->categorical[j]) continue;
        const double *const v = w->column + j * w->m;
        cut_sorted(w, j, v, numbers_in(v, w->m));
    }
}

/* ---- weights: scikit-learn's _weighted_percentile of rows that weigh something */
static cx_status cut_weighted(const work *w, int64_t j)
{
    const cx__site host = {.where = "fit", .device = CX_CPU};
    cx_array *const values = cx_empty(CX_SHAPE(w->m), CX_F64, CX_CPU), *const weights =
                                                                           cx_empty(CX_SHAPE(w->m),
                                                                                    CX_F64, CX_CPU);
    double *const v = cx__at(values), *const by = cx__at(weights);
    CX__TRY(cx__so_far());
    int64_t n = 0;
    for (int64_t i = 0; i < w->m; i++)
        if (!isnan(w->column[j * w->m + i]) && w->weight[i] != 0) {
            v[n] = w->column[j * w->m + i];
            by[n++] = w->weight[i];
        }
    cx_array *const column = cx_slice(values, 0, 0, n, 1);
    const cx_array *const sorted = cx_sort(column, 0);
    const double *const up = cx__at(sorted);
    CX__TRY(cx__so_far());
    double value[CODES + 1], q[CODES];
    const int64_t bins = w->data->max_bins;
    if (different(up, n, bins, value) <= bins) {
        cut_sorted(w, j, up, n);
        return CX_OK;
    }
    for (int64_t k = 1; k < bins; k++) q[k - 1] = (double)k * (100 / (double)bins) / 100;
    const cx_array *const edges =
        cx__weighted_quantiles(&host, column, cx_slice(weights, 0, 0, n, 1), q, bins - 1, true);
    double *const edge = w->edge + j * CODES;
    CX__TRY(cx__read_all(&host, edges, edge));
    w->count[j] = tidy(edge, bins - 1);
    return CX_OK;
}

static cx_status cut_all(const work *w)
{
    CX__TRY(cx__parallel_for(w->m, GRAIN, turn, (void *)(uintptr_t)w));
    if (w->weight == NULL) {
        cx_array *const all = cx_borrow_host(w->column, CX_SHAPE(w->d, w->m), CX_F64, NULL);
        CX__TRY(cx_sort_inplace(all, 1));
        return cx__parallel_for(w->d, 1, cut_columns, (void *)(uintptr_t)w);
    }
    for (int64_t j = 0; j < w->d; j++) {
        if (w->data->categorical != NULL && w->data->categorical[j]) continue;
        const cx_scope inner = cx_scope_open();
        cx_check(cut_weighted(w, j));
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}

/* ---- categories: the values of all rows */
static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static cx_status put_categories(const work *w, const char *name, int64_t j, const double *v,
                                int64_t n, int64_t stride)
{
    double value[CODES + 1];
    int64_t count = 0;
    for (int64_t i = 0; i < n && count <= w->data->max_bins; i++, v += stride) {
        if (isnan(*v) || (count > 0 && bsearch(v, value, (size_t)count, sizeof *v, rising)))
            continue;
        value[count++] = *v + 0.0; /* -0 is 0 */
        qsort(value, (size_t)count, sizeof *value, rising);
    }
    if (count > w->data->max_bins)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the categorical column %lld has more than max_bins=%lld values", name,
                        (long long)j, (long long)w->data->max_bins);
    memcpy(w->edge + j * CODES, value, (size_t)count * sizeof *value);
    w->count[j] = (int32_t)count;
    return CX_OK;
}

/* On the host all rows are looked at, from elsewhere a few of the different values come. */
static cx_status categories(const work *w, const cx__site *s, const char *name, int64_t j)
{
    const cx_array *const x = w->data->x;
    if (cx__on_host(x)) {
        const double *const v = cx__at(x);
        CX__TRY(cx__so_far());
        return put_categories(w, name, j, v + j, cx_dim(x, 0), w->d);
    }
    const cx_array *const all = cx_unique(cx_select(x, 1, j), NULL).values;
    CX__TRY(cx__so_far());
    const int64_t most = w->data->max_bins + 1, n = cx_size(all) < most ? cx_size(all) : most;
    const double *const v = cx__at(cx__fetch(s, cx_slice(all, 0, 0, n, 1)));
    CX__TRY(cx__so_far());
    return put_categories(w, name, j, v, n, 1);
}

/* ---- together */
/* The rows that thresholds come from, at the site; NULL: all. */
static cx_status draw_rows(work *w, const cx__site *s, const cx_array **out)
{
    const cx__hist_data *const data = w->data;
    w->m = data->n;
    w->weight = data->weight;
    *out = data->row ? cx_slice(data->row, 0, 0, data->n, 1) : NULL;
    if (data->n <= SUBSAMPLE) return cx__so_far();
    cx_generator *const g = cx_random_state(CX_SEED(data->seed), CX_CPU);
    const cx_array *share = NULL;
    if (data->weight != NULL) {
        const cx_array *const weight = cx_copy_host(data->weight, CX_SHAPE(data->n), CX_F64);
        share = cx_div(weight, cx_sum(weight, CX_ALL));
    }
    const cx_array *const drawn = cx__send(s, cx_rng_choice(g, cx_int(data->n), CX_SHAPE(SUBSAMPLE),
                                                            CX_OPTS(cx_choice_opts, .p = share)));
    *out = data->row ? cx_take(data->row, drawn, 0) : drawn;
    w->m = SUBSAMPLE;
    w->weight = NULL;
    return cx__so_far();
}

/* They are taken where they are: what is not needed stays there. */
static cx_status bring_rows(work *w, const cx__site *s)
{
    const cx_array *row = NULL;
    CX__TRY(draw_rows(w, s, &row));
    if (cx__on_host(w->data->x)) {
        w->x = cx__at(w->data->x);
        w->row = cx__at(row);
    } else {
        w->x = cx__at(cx__fetch(s, row ? cx_take(w->data->x, row, 0) : w->data->x));
    }
    return cx__so_far();
}

static cx_status find_edges(const cx__site *s, const char *name, const cx__hist_data *data,
                            cx__hist_bins *b)
{
    const int64_t d = b->d;
    work w = {.data = data, .d = d, .count = b->used};
    CX__TRY(bring_rows(&w, s));
    w.column = cx__at(cx_empty(CX_SHAPE(d, w.m), CX_F64, CX_CPU));
    w.edge = cx__at(cx_empty(CX_SHAPE(d, CODES), CX_F64, CX_CPU));
    CX__TRY(cx__so_far());
    CX__TRY(cut_all(&w));
    int64_t all = 0;
    for (int64_t j = 0; j < d; j++) {
        if (data->categorical != NULL && data->categorical[j]) CX__TRY(categories(&w, s, name, j));
        all += w.count[j];
    }
    b->edge = cx__alloc((size_t)(all + 1) * sizeof *b->edge);
    if (b->edge == NULL) return cx__fail_nomem("fit", "thresholds", (size_t)all * sizeof *b->edge);
    for (int64_t j = 0, at = 0; j < d; j++) {
        memcpy(b->edge + at, w.edge + j * CODES, (size_t)b->used[j] * sizeof *b->edge);
        b->first[j] = (int32_t)at;
        b->first[j + 1] = (int32_t)(at += b->used[j]);
        if (data->categorical == NULL || !data->categorical[j]) b->used[j]++;
    }
    return CX_OK;
}

static cx_status make_codes(const cx__site *s, const cx__hist_data *data, cx__hist_bins *b)
{
    const int64_t n = b->n + b->more, d = b->d, blocks = (d + TOGETHER - 1) / TOGETHER;
    b->code = cx_empty(CX_SHAPE(blocks, n, TOGETHER), CX_U8, s->device);
    b->codes = (cx_tree_codes){.n = n, .d = d, .bins = b->bins, .code = cx__at(b->code)};
    CX__TRY(cx__so_far()); /* the scope below knows nothing of it */
    const cx_scope inner = cx_scope_open();
    const int64_t edges = b->first[d];
    const cx_tree_bins call = {
        .codes = &b->codes,
        .x = cx__at(data->x),
        .row = cx__at(data->row),
        .edge = cx__at(cx__send(s, cx_copy_host(b->edge, CX_SHAPE(edges), CX_F64))),
        .first = cx__at(cx__send(s, cx_copy_host(b->first, CX_SHAPE(d + 1), CX_I32))),
        .categorical = b->categorical
                           ? cx__at(cx__send(s, cx_copy_host(b->categorical, CX_SHAPE(d), CX_U8)))
                           : NULL};
    if (cx_ok()) cx_check(s->trees->bins(s->queue, &call));
    return cx_scope_close(inner);
}

/* Columns whose last code, that of NaN, is among the rows that train. */
static cx_status find_missing(const cx__site *s, cx__hist_bins *b)
{
    const cx_array *const most = cx__fetch(s, cx_max(cx_slice(b->code, 1, 0, b->n, 1), CX_AXIS(1)));
    const uint8_t *const code = cx__at(most);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < b->d; j++) b->missing[j] = code[j] == b->bins - 1;
    return CX_OK;
}

cx_status cx__hist_bins_make(const cx__site *s, const char *name, const cx__hist_data *data,
                             cx__hist_bins *out)
{
    const int64_t d = cx_dim(data->x, 1);
    *out = (cx__hist_bins){.n = data->n, .more = data->more, .d = d, .bins = data->max_bins + 1};
    const size_t n = (size_t)d + 1;
    out->first = cx__calloc(n, sizeof *out->first);
    out->used = cx__calloc(n, sizeof *out->used);
    out->missing = cx__calloc(n, 1);
    out->categorical = data->categorical ? cx__calloc(n, 1) : NULL;
    if (!out->first || !out->used || !out->missing || (data->categorical && !out->categorical))
        return cx__fail_nomem("fit", "thresholds", n * sizeof *out->first);
    if (data->categorical) memcpy(out->categorical, data->categorical, (size_t)d);
    const cx_scope inner = cx_scope_open();
    cx_check(find_edges(s, name, data, out));
    CX__TRY(cx_scope_close(inner));
    CX__TRY(make_codes(s, data, out));
    const cx_scope last = cx_scope_open();
    cx_check(find_missing(s, out));
    return cx_scope_close(last);
}
