/* KBinsDiscretizer: numbers become the bins they fall into.
 *
 * One idea: edges are found column by column where the data is, and thinned out on the host, where
 * only they come. A table of them padded to one width is all that a row needs. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/cluster/lloyd.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/text.h>
#include <math.h>
#include <string.h>

enum { EDGES, N_BINS };
static const char *const attrs[] = {"bin_edges_: float [n, e]", "n_bins_: int [n]", NULL};

static const cx_param params[] = {
    {"n_bins", CX_PARAM_INT | CX_PARAM_LIST, "5", "int [2, inf)", "bins, or one number a column"},
    {"encode", CX_PARAM_STR, "'onehot'", "{'onehot', 'onehot-dense', 'ordinal'}",
     "a column for each bin (a dense matrix in both forms), or the bin's number"},
    {"strategy", CX_PARAM_STR, "'quantile'", "{'uniform', 'quantile', 'kmeans'}",
     "bins of equal width, of equal count, or around the centres of a 1-d k-means"},
    {"quantile_method", CX_PARAM_STR, "'averaged_inverted_cdf'",
     "{'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', "
     "'interpolated_inverted_cdf', 'hazen', 'weibull', 'linear', 'median_unbiased', "
     "'normal_unbiased'}",
     "numpy.quantile's method, for 'quantile'"},
    {"dtype", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'float64', 'float32'}",
     "of the result; None: that of the data"},
    {"subsample", CX_PARAM_INT | CX_PARAM_NONE, "200000", "[1, inf)",
     "most rows that edges are made of; more are drawn from"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of numpy.random.RandomState, for subsample"},
    {.name = NULL},
};

/* ---- fit */
typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    const cx_array *x, *weight; /* [n, d], [n] or NULL */
    int64_t d;
    char strategy; /* u, q, k */
    cx_quantile_method method;
    int64_t *bins;
    double *low, *high;
} fitting;

static cx_quantile_method method_of(const char *name)
{
    static const char *const names[] = {"linear",
                                        "inverted_cdf",
                                        "averaged_inverted_cdf",
                                        "closest_observation",
                                        "interpolated_inverted_cdf",
                                        "hazen",
                                        "weibull",
                                        "median_unbiased",
                                        "normal_unbiased"};
    int i = 0;
    while (i < 8 && strcmp(name, names[i]) != 0) i++;
    return (cx_quantile_method)i;
}

static cx_status read_bins(fitting *f)
{
    const bool one = cx_param_is_number(f->self, "n_bins") == 1;
    const cx_array *const given = one ? NULL : cx_param_array(f->self, "n_bins");
    const double *const v = one ? NULL : cx_data_f64(given);
    if (!one && v == NULL) return cx__last_status();
    if (!one && cx_size(given) != f->d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "KBinsDiscretizer: n_bins has %lld entries for %lld columns",
                        (long long)cx_size(given), (long long)f->d);
    for (int64_t j = 0; j < f->d; j++) {
        f->bins[j] = one ? cx_param_i64(f->self, "n_bins") : (int64_t)v[j];
        if (f->bins[j] < 2 || (!one && (double)f->bins[j] != v[j]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "KBinsDiscretizer: n_bins[%lld] must be a whole number from 2 on",
                            (long long)j);
    }
    return CX_OK;
}

/* A column's bins from the centres of a k-means that starts with bins of equal width. */
static cx_status by_kmeans(const fitting *f, int64_t j, double *edge)
{
    const int64_t k = f->bins[j];
    const cx_array *const column = cx__f64(&f->site, cx_slice(f->x, 1, j, j + 1, 1));
    cx_array *mean = NULL, *squares = NULL;
    CX__TRY(cx__column_means(&f->site, column, NULL, &mean, &squares));
    double *const start = cx__alloc((size_t)k * sizeof *start);
    if (start == NULL) return cx__fail_nomem("fit", "centres", (size_t)k * 8);
    const double width = (f->high[j] - f->low[j]) / (double)k, middle = cx__number_f64(mean),
                 spread = cx__number_f64(squares) / (double)cx_dim(f->x, 0);
    for (int64_t i = 0; i < k; i++) {
        const double from = f->low[j] + (double)i * width,
                     to = i + 1 < k ? f->low[j] + (double)(i + 1) * width : f->high[j];
        start[i] = (from + to) * 0.5 - middle;
    }
    cx__points points;
    cx__lloyd_run run = {.centres =
                             cx_reshape(cx__given_all(&f->site, start, k, CX_F64), CX_SHAPE(k, 1))};
    cx_status st =
        cx__points_make(&f->site, cx__centred(&f->site, column, mean, NULL), f->weight, &points);
    if (st == CX_OK) st = cx__lloyd(&points, 300, 1e-4 * spread, NULL, NULL, &run);
    if (st == CX_OK) st = cx__read_all(&f->site, cx_sort(cx_ravel(run.centres), 0), start);
    edge[0] = f->low[j];
    edge[k] = f->high[j];
    for (int64_t i = 1; st == CX_OK && i < k; i++)
        edge[i] = ((start[i] + middle) + (start[i - 1] + middle)) * 0.5;
    cx__free(start);
    return st;
}

/* Quantiles of columns lo to hi, of as many bins each, into edge [hi - lo, bins + 1]. */
static cx_status by_quantiles(const fitting *f, int64_t lo, int64_t hi, double *edge)
{
    const int64_t k = f->bins[lo] + 1;
    double *const q = cx__alloc((size_t)k * sizeof *q);
    if (q == NULL) return cx__fail_nomem("fit", "levels", (size_t)k * 8);
    const double step = 100 / (double)(k - 1);
    for (int64_t i = 0; i < k; i++) q[i] = (i + 1 < k ? (double)i * step : 100) / 100;
    cx_array *made = NULL;
    if (f->weight == NULL)
        made = cx_transpose(
            cx__column_quantiles_by(&f->site, cx_slice(f->x, 1, lo, hi, 1), q, k, f->method));
    else
        made = cx__weighted_quantiles(&f->site, cx_select(f->x, 1, lo), f->weight, q, k,
                                      f->method == CX_QUANTILE_AVERAGED_INVERTED_CDF);
    const cx_status st = cx__read_all(&f->site, cx_ascontiguous(made), edge);
    cx__free(q);
    return st;
}

/* Edges of all columns, [d, widest + 1]. */
static cx_status find_edges(const fitting *f, int64_t widest, double *edges)
{
    bool alike = f->weight == NULL && f->strategy == 'q';
    for (int64_t j = 1; j < f->d; j++) alike = alike && f->bins[j] == f->bins[0];
    if (alike) return by_quantiles(f, 0, f->d, edges);
    for (int64_t j = 0; j < f->d; j++) {
        double *const edge = edges + j * (widest + 1);
        const int64_t k = f->bins[j];
        if (f->low[j] == f->high[j]) continue;
        const cx_scope scope = cx_scope_open();
        cx_status st = CX_OK;
        if (f->strategy == 'q') st = by_quantiles(f, j, j + 1, edge);
        if (f->strategy == 'k') st = by_kmeans(f, j, edge);
        if (f->strategy == 'u') {
            const double step = (f->high[j] - f->low[j]) / (double)k;
            for (int64_t i = 0; i < k; i++) edge[i] = f->low[j] + (double)i * step;
            edge[k] = f->high[j];
        }
        CX__TRY(cx__give_status(scope, st));
        CX__TRY(cx_self_progress(f->self, j + 1, f->d));
    }
    return CX_OK;
}

/* Bins of no width go; what is left is padded with NaN. */
static void thin_out(const fitting *f, int64_t widest, double *edges)
{
    for (int64_t j = 0; j < f->d; j++) {
        double *const edge = edges + j * (widest + 1);
        const int64_t before = f->bins[j];
        int64_t kept = before + 1;
        if (f->low[j] == f->high[j]) {
            cx__warn(CX_E_ARGUMENT, "KBinsDiscretizer: column %lld is constant and becomes 0",
                     (long long)j);
            edge[0] = -INFINITY;
            edge[1] = INFINITY;
            kept = 2;
        } else if (f->strategy != 'u') {
            kept = 1;
            for (int64_t i = 1; i <= before; i++)
                if (edge[i] - edge[i - 1] > 1e-8) edge[kept++] = edge[i];
            if (kept <= before)
                cx__warn(CX_E_ARGUMENT,
                         "KBinsDiscretizer: bins of column %lld that are too narrow are removed; "
                         "ask for fewer",
                         (long long)j);
        }
        f->bins[j] = kept - 1;
        for (int64_t i = kept; i <= widest; i++) edge[i] = (double)NAN;
    }
}

static cx_status sampled(fitting *f, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0);
    f->x = data->x;
    f->weight = data->sample_weight;
    if (cx_param_is_none(f->self, "subsample") || cx_param_i64(f->self, "subsample") >= n)
        return CX_OK;
    const int64_t most = cx_param_i64(f->self, "subsample");
    f->x = cx_take(
        data->x, cx__rows_repeated(&f->site, cx__seeded(f->self), n, most, data->sample_weight), 0);
    f->weight = NULL;
    return cx_status_of(f->x);
}

/* Edges [d, widest + 1] into the slots, from room for them. */
static cx_status fit_edges(cx_estimator *self, fitting *f, double *edges, int64_t widest)
{
    const cx_array *seen = f->x;
    if (f->weight != NULL && f->strategy != 'q')
        seen = cx_compress(cx_not_equal(f->weight, cx_float(0)), f->x, 0);
    const cx_array *const x = cx__f64(&f->site, seen);
    cx_array *const low = cx__new_f64(&f->site, f->d, -1), *const high =
                                                               cx__new_f64(&f->site, f->d, -1);
    const double *const x_at = cx__at(x);
    double *const low_at = cx__at(low), *const high_at = cx__at(high);
    CX__TRY(cx__so_far());
    if (cx_dim(x, 0) < 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "KBinsDiscretizer: every sample_weight is 0");
    CX__TRY(f->site.ops->extremes(f->site.queue, x_at, cx_dim(x, 0), f->d, low_at, high_at));
    CX__TRY(cx__read_all(&f->site, low, f->low));
    CX__TRY(cx__read_all(&f->site, high, f->high));
    CX__TRY(find_edges(f, widest, edges));
    thin_out(f, widest, edges);
    const cx_array *const table = cx__given_all(&f->site, edges, f->d * (widest + 1), CX_F64);
    CX__TRY(cx_self_set(self, EDGES, cx_reshape(table, CX_SHAPE(f->d, widest + 1))));
    return cx_self_set(self, N_BINS, cx__given_all(&f->site, f->bins, f->d, CX_I64));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self,
                 .d = cx_dim(data->x, 1),
                 .strategy = cx_param_str(self, "strategy")[0],
                 .method = method_of(cx_param_str(self, "quantile_method"))};
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    CX__TRY(sampled(&f, data));
    if (f.weight != NULL && f.strategy == 'q' && f.method != CX_QUANTILE_INVERTED_CDF &&
        f.method != CX_QUANTILE_AVERAGED_INVERTED_CDF)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "KBinsDiscretizer: with sample_weight quantile_method must be "
                        "'averaged_inverted_cdf' or 'inverted_cdf', not '%s'",
                        cx_param_str(self, "quantile_method"));
    f.bins = cx__calloc((size_t)f.d, sizeof *f.bins);
    f.low = cx__calloc((size_t)f.d * 2, sizeof *f.low);
    double *edges = NULL;
    cx_status st = f.bins && f.low ? CX_OK : cx__fail_nomem("fit", "bins", (size_t)f.d * 24);
    if (st == CX_OK) st = read_bins(&f);
    int64_t widest = 2;
    for (int64_t j = 0; st == CX_OK && j < f.d; j++)
        widest = f.bins[j] > widest ? f.bins[j] : widest;
    if (st == CX_OK) {
        f.high = f.low + f.d;
        const bool fits = widest < INT64_MAX / 16 / f.d;
        edges = fits ? cx__calloc((size_t)(f.d * (widest + 1)), sizeof *edges) : NULL;
        st = edges ? CX_OK
                   : cx__fail_nomem("fit", "edges", fits ? (size_t)(f.d * widest) * 8 : SIZE_MAX);
    }
    if (st == CX_OK) st = fit_edges(self, &f, edges, widest);
    cx__free(f.bins);
    cx__free(f.low);
    cx__free(edges);
    return st;
}

static cx_status check(const cx_estimator *self)
{
    const int64_t *const bins = cx_data_i64(cx_astype(cx_self(self, N_BINS), CX_I64));
    const int64_t d = cx_dim(cx_self(self, EDGES), 0), e = cx_dim(cx_self(self, EDGES), 1);
    CX__TRY(cx__so_far());
    bool ok = true;
    for (int64_t j = 0; ok && j < d; j++) ok = bins[j] >= 1 && bins[j] < e;
    return ok ? CX_OK
              : cx__fail(CX_E_PARSE, "estimator_load",
                         "n_bins_ of a KBinsDiscretizer does not fit bin_edges_");
}

/* ---- rows */
static bool ordinal(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "encode"), "ordinal") == 0;
}

typedef struct table {
    int64_t width;
    bool ordinal;
    const double *edges;
    const int64_t *bins;
} table;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    table *const t = cx_plan_alloc(p, sizeof *t);
    if (t == NULL) return CX_E_NOMEM;
    *t = (table){.width = cx_dim(cx_self(self, EDGES), 1), .ordinal = ordinal(self)};
    p->state = t;
    if (!t->ordinal) p->cols_out = cx__number_i64(cx_sum(cx_self(self, N_BINS), CX_ALL));
    CX__TRY(cx__plan_f64(p, cx_self(self, EDGES), &t->edges));
    return cx__plan_i64(p, cx_self(self, N_BINS), &t->bins);
}

/* How many of the n inner edges are not above v. */
static int64_t bin_of(const double *edge, int64_t n, double v)
{
    int64_t lo = 0;
    while (n > 0) {
        const int64_t half = n / 2;
        const bool right = edge[lo + half] <= v;
        lo = right ? lo + half + 1 : lo;
        n = right ? n - half - 1 : half;
    }
    return lo;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const table *const t = p->state;
    for (int64_t i = 0; i < rows; i++, x += p->cols_in, out += p->cols_out) {
        if (!t->ordinal) memset(out, 0, (size_t)p->cols_out * sizeof *out);
        int64_t at = 0;
        for (int64_t j = 0; j < p->cols_in; j++) {
            const int64_t bin = bin_of(t->edges + j * t->width + 1, t->bins[j] - 1, x[j]);
            if (t->ordinal)
                out[j] = (double)bin;
            else
                out[at + bin] = 1;
            at += t->bins[j];
        }
    }
    return CX_OK;
}

static cx_array *on_device(const cx_estimator *self, const cx_array *x, cx_dtype t)
{
    cx__site s;
    const int64_t d = cx_dim(x, 1);
    const bool number = ordinal(self);
    if (cx_check(cx__site_of("transform", x, &s)) != CX_OK) return NULL;
    int64_t *const bins = cx__alloc((size_t)d * sizeof *bins);
    const cx_array **const part = cx__calloc((size_t)d, sizeof *part);
    cx_status st = bins && part ? CX_OK : cx__fail_nomem("transform", "bins", (size_t)d * 16);
    if (st == CX_OK) st = cx__read_all_i64(&s, cx_self(self, N_BINS), bins);
    for (int64_t j = 0; st == CX_OK && j < d; j++) {
        const cx_array *const edge =
            cx_slice(cx_select(cx_self(self, EDGES), 0, j), 0, 1, bins[j], 1);
        const cx_array *const bin = cx_expand_dims(
            cx_searchsorted(edge, cx_astype(cx_select(x, 1, j), CX_F64), CX_RIGHT), 1);
        part[j] = number ? bin : cx_equal(bin, cx_arange_i64(0, bins[j], 1, CX_I64, s.device));
        st = cx__so_far();
    }
    cx_array *const all = st == CX_OK ? cx_astype(cx_concatenate((cx_arrays){(int)d, part}, 1), t)
                                      : cx__nil(cx_check(st));
    cx__free(part);
    cx__free(bins);
    return all;
}

static cx_dtype result_of(const cx_estimator *self, const cx_array *x)
{
    if (cx_param_is_none(self, "dtype")) return cx__float_like(x);
    return strcmp(cx_param_str(self, "dtype"), "float32") == 0 ? CX_F32 : CX_F64;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const cx_dtype t = result_of(self, x);
    return cx__on_host(x) ? cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, t)
                          : on_device(self, x, t);
}

/* The middle of each bin. */
static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "inverse_transform";
    const bool number = ordinal(self);
    const int64_t d = cx_self_features(self), e = cx_dim(cx_self(self, EDGES), 1);
    const cx_array *const bins = cx_self(self, N_BINS), *const edges = cx_self(self, EDGES);
    const int64_t wanted = number ? d : cx__number_i64(cx_sum(bins, CX_ALL));
    if (cx_dim(x, 1) != wanted) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x has %lld columns; KBinsDiscretizer made %lld",
                                (long long)cx_dim(x, 1), (long long)wanted));
        return NULL;
    }
    static cx__held middle = CX__HELD("a, b: (b + a) * 0.5");
    const cx_array *const centre = cx__held_run(
        where, &middle, CX_ARRAYS(cx_slice(edges, 1, 0, e - 1, 1), cx_slice(edges, 1, 1, e, 1)));
    cx__site s;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    int64_t *const count = cx__alloc((size_t)d * sizeof *count);
    const cx_array **const part = cx__calloc((size_t)d, sizeof *part);
    cx_status st = count && part ? CX_OK : cx__fail_nomem(where, "bins", (size_t)d * 16);
    if (st == CX_OK) st = cx__read_all_i64(&s, bins, count);
    for (int64_t j = 0, at = 0; st == CX_OK && j < d; j++) {
        const cx_array *const code =
            number ? cx_astype(cx_select(x, 1, j), CX_I64)
                   : cx_argmax(cx_slice(x, 1, at, at + count[j], 1), CX_AXIS(1));
        part[j] = cx_take(cx_select(centre, 0, j), code, 0);
        at += count[j];
        st = cx__so_far();
    }
    cx_array *const out =
        st == CX_OK ? cx_astype(cx_stack((cx_arrays){(int)d, part}, 1), result_of(self, x))
                    : cx__nil(cx_check(st));
    cx__free(part);
    cx__free(count);
    return out;
}

/* ---- names: "x0_0.0" is the first bin's column */
typedef struct naming {
    const cx_array *names;
    const int64_t *bins;
} naming;

static void put_name(const void *ctx, int64_t i, cx__text *t)
{
    const naming *const c = ctx;
    int64_t j = 0;
    for (; i >= c->bins[j]; j++) i -= c->bins[j];
    cx__text_f(t, "%s_%lld.0", cx_label(c->names, j), (long long)i);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    if (ordinal(self)) return cx_copy(names);
    cx__site s;
    const int64_t d = cx_self_features(self);
    if (cx_check(cx__site_of("feature_names_out", cx_self(self, N_BINS), &s)) != CX_OK) return NULL;
    int64_t *const bins = cx__alloc((size_t)d * sizeof *bins), all = 0;
    cx_status st = bins ? cx__read_all_i64(&s, cx_self(self, N_BINS), bins)
                        : cx__fail_nomem("feature_names_out", "bins", (size_t)d * 8);
    for (int64_t j = 0; st == CX_OK && j < d; j++) all += bins[j];
    cx_array *const out = st == CX_OK ? cx__names_made(all, put_name, &(const naming){names, bins})
                                      : cx__nil(cx_check(st));
    cx__free(bins);
    return out;
}

const cx_estimator_class cx__class_kbins_discretizer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KBinsDiscretizer",
    .doc = "Replace numbers by the bins they fall into.",
    .kind = CX_TRANSFORMER,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
