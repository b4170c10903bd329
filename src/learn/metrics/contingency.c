/* Scores of two labellings of the same rows, all from how many rows each pair of labels has.
 *
 * One idea: the pairs that occur are few and come to the host; the rest is sums over them. */
#include "learn/metrics/labels.h"

#include "base/log_gamma.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_cluster.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <math.h>

/* Pairs that occur (all arrays on the host, of the open scope). */
typedef struct pairs {
    cx__site site;
    int64_t n, rows, cols, count;
    const int64_t *row, *col; /* [count] */
    const double *mass;       /* [count] */
    double *row_mass, *col_mass;
    const cx_array *truth, *pred; /* codes */
} pairs;

static cx_status encode(const char *where, const char *name, const cx_array *y, cx_labels *out)
{
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, not 1", name, cx_ndim(y));
    *out = cx_labels_encode(y);
    return cx__so_far();
}

static const int64_t *whole_numbers(const cx__site *s, const cx_array *a)
{
    return cx_data_i64(cx__to_host(s, cx__i64(s, a)));
}

static cx_status count_pairs(const cx__ask *q, pairs *p)
{
    static cx__held flat = CX__HELD("a, b, c: a * c + b"), row = CX__HELD("v, c: v // c"),
                    col = CX__HELD("v, c: v % c");
    const cx_array *code =
        cx__held_run(q->where, &flat, CX_ARRAYS(p->truth, p->pred, cx_int(p->cols)));
    const cx_unique_result u = cx_unique(code, CX_OPTS(cx_unique_opts, .return_counts = true));
    p->count = cx_size(u.values);
    const cx_array *c = cx_int(p->cols);
    p->row = whole_numbers(&p->site, cx__held_run(q->where, &row, CX_ARRAYS(u.values, c)));
    p->col = whole_numbers(&p->site, cx__held_run(q->where, &col, CX_ARRAYS(u.values, c)));
    p->mass = cx_data_f64(cx__to_host(&p->site, cx__f64(&p->site, u.counts)));
    return cx__so_far();
}

static cx_status add_up(pairs *p)
{
    CX__TRY(cx__metric_room(p->rows + p->cols + 1, &p->row_mass));
    p->col_mass = p->row_mass + p->rows;
    for (int64_t i = 0; i < p->rows + p->cols; i++) p->row_mass[i] = 0;
    for (int64_t i = 0; i < p->count; i++) {
        p->row_mass[p->row[i]] += p->mass[i];
        p->col_mass[p->col[i]] += p->mass[i];
    }
    return CX_OK;
}

static cx_status read(const cx__ask *q, pairs *p)
{
    *p = (pairs){.n = cx_size(q->truth)};
    CX__TRY(cx__site_of(q->where, q->truth, &p->site));
    if (cx_ndim(q->truth) != 1 || cx_ndim(q->pred) != 1 || cx_size(q->pred) != p->n)
        return cx__fail(CX_E_SHAPE, q->where,
                        "both labellings must be [n]; they have %lld and "
                        "%lld elements",
                        (long long)p->n, (long long)cx_size(q->pred));
    if (p->n > 0) {
        cx_labels truth, pred;
        CX__TRY(encode(q->where, "labels_true", q->truth, &truth));
        CX__TRY(encode(q->where, "labels_pred", q->pred, &pred));
        p->rows = cx_size(truth.classes);
        p->cols = cx_size(pred.classes);
        p->truth = truth.codes;
        p->pred = pred.codes;
        CX__TRY(count_pairs(q, p));
    }
    return add_up(p);
}

/* ---- pairs of rows */
typedef struct together {
    double neither, second, first, both;
} together;

static together together_of(const pairs *p)
{
    double cells = 0, first = 0, second = 0;
    const double n = (double)p->n;
    for (int64_t i = 0; i < p->count; i++) cells += p->mass[i] * p->mass[i];
    for (int64_t i = 0; i < p->rows; i++) first += p->row_mass[i] * p->row_mass[i];
    for (int64_t i = 0; i < p->cols; i++) second += p->col_mass[i] * p->col_mass[i];
    return (together){n * n - first - second + cells, second - cells, first - cells, cells - n};
}

static cx_status rand_score(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    const together t = together_of(&p);
    const double same = t.neither + t.both, all = same + t.first + t.second;
    *out = same == all || all == 0 ? 1 : same / all;
    return CX_OK;
}

static cx_status adjusted_rand(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    const together t = together_of(&p);
    *out = 1;
    if (t.first == 0 && t.second == 0) return CX_OK;
    const long double a = t.both, b = t.neither, c = t.first, d = t.second;
    *out = (double)(2 * (a * b - c * d) / ((a + c) * (c + b) + (a + d) * (d + b)));
    return CX_OK;
}

static cx_status fowlkes_mallows(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    const together t = together_of(&p);
    *out = t.both == 0 ? 0 : sqrt(t.both / (t.both + t.second)) * sqrt(t.both / (t.both + t.first));
    return CX_OK;
}

double cx_rand_score(const cx_array *labels_true, const cx_array *labels_pred,
                     const cx_metric_opts *o)
{
    return cx__metric_run("rand_score", rand_score, 0, labels_true, labels_pred, o);
}

double cx_adjusted_rand_score(const cx_array *labels_true, const cx_array *labels_pred,
                              const cx_metric_opts *o)
{
    return cx__metric_run("adjusted_rand_score", adjusted_rand, 0, labels_true, labels_pred, o);
}

double cx_fowlkes_mallows_score(const cx_array *labels_true, const cx_array *labels_pred,
                                const cx_metric_opts *o)
{
    return cx__metric_run("fowlkes_mallows_score", fowlkes_mallows, 0, labels_true, labels_pred, o);
}

/* ---- information */
static double entropy_of(const double *mass, int64_t count)
{
    double all = 0, sum = 0;
    for (int64_t i = 0; i < count; i++) all += mass[i];
    for (int64_t i = 0; i < count && count > 1; i++)
        if (mass[i] > 0) sum -= mass[i] / all * (log(mass[i]) - log(all));
    return sum;
}

static double mutual_information(const pairs *p)
{
    if (p->rows <= 1 || p->cols <= 1) return 0;
    const double n = (double)p->n, log_n = log(n);
    double sum = 0;
    for (int64_t i = 0; i < p->count; i++) {
        const double share = p->mass[i] / n,
                     expected = -log(p->row_mass[p->row[i]] * p->col_mass[p->col[i]]) + 2 * log_n,
                     term = share * (log(p->mass[i]) - log_n) + share * expected;
        if (fabs(term) >= DBL_EPSILON) sum += term;
    }
    return fmax(sum, 0);
}

static cx_status mutual(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    *out = mutual_information(&p);
    return CX_OK;
}

static double log_factorial(double n)
{
    return cx__log_gamma(n + 1);
}

/* The expectation over one cell: a hypergeometric distribution, walked both ways from its mode. */
static double expected_cell(double n, double a, double b, double log_n_factorial)
{
    const double low = fmax(1, a + b - n), high = fmin(a, b),
                 mode = fmin(fmax(floor((a + 1) * (b + 1) / (n + 2)), low), high),
                 top = exp(log_factorial(a) + log_factorial(b) + log_factorial(n - a) +
                           log_factorial(n - b) - log_n_factorial - log_factorial(mode) -
                           log_factorial(a - mode) - log_factorial(b - mode) -
                           log_factorial(n - a - b + mode)),
                 shift = log(n) - log(a) - log(b), least = top * 1e-30;
    double sum = 0, p = top;
    for (double k = mode; k <= high && p > least; k++) {
        sum += k / n * (log(k) + shift) * p;
        p *= (a - k) * (b - k) / ((k + 1) * (n - a - b + k + 1));
    }
    p = top;
    for (double k = mode; k > low && p > least; k--) {
        p *= k * (n - a - b + k) / ((a - k + 1) * (b - k + 1));
        sum += (k - 1) / n * (log(k - 1) + shift) * p;
    }
    return sum;
}

static double expected_information(const double *a, int64_t rows, const double *b, int64_t cols,
                                   double n)
{
    if (rows <= 1 || cols <= 1) return 0;
    const double all = log_factorial(n);
    double sum = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) sum += expected_cell(n, a[i], b[j], all);
    return sum;
}

static double mean_entropy(const cx__ask *q, double a, double b)
{
    switch (q->o.average_method) {
    case CX_SCORE_GEOMETRIC: return sqrt(a * b);
    case CX_SCORE_LARGER: return fmax(a, b);
    case CX_SCORE_SMALLER: return fmin(a, b);
    default: return (a + b) / 2;
    }
}

static bool trivial(const pairs *p)
{
    return p->rows == p->cols && p->rows <= 1;
}

static cx_status normalized(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    *out = 1;
    if (trivial(&p)) return CX_OK;
    const double v = mutual_information(&p);
    *out = v == 0 ? 0
                  : v / mean_entropy(q, entropy_of(p.row_mass, p.rows),
                                     entropy_of(p.col_mass, p.cols));
    return CX_OK;
}

/* Away from 0, on its side. */
static double not_zero(double v)
{
    return v < 0 ? fmin(v, -DBL_EPSILON) : fmax(v, DBL_EPSILON);
}

static cx_status adjusted(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    *out = trivial(&p) ? 1 : 0;
    if (p.rows <= 1 || p.cols <= 1) return CX_OK;
    const double chance = expected_information(p.row_mass, p.rows, p.col_mass, p.cols, (double)p.n),
                 most = mean_entropy(q, entropy_of(p.row_mass, p.rows),
                                     entropy_of(p.col_mass, p.cols));
    *out = not_zero(mutual_information(&p) - chance) / not_zero(most - chance);
    return CX_OK;
}

double cx_mutual_info_score(const cx_array *labels_true, const cx_array *labels_pred,
                            const cx_metric_opts *o)
{
    return cx__metric_run("mutual_info_score", mutual, 0, labels_true, labels_pred, o);
}

double cx_normalized_mutual_info_score(const cx_array *labels_true, const cx_array *labels_pred,
                                       const cx_metric_opts *o)
{
    return cx__metric_run("normalized_mutual_info_score", normalized, 0, labels_true, labels_pred,
                          o);
}

double cx_adjusted_mutual_info_score(const cx_array *labels_true, const cx_array *labels_pred,
                                     const cx_metric_opts *o)
{
    return cx__metric_run("adjusted_mutual_info_score", adjusted, 0, labels_true, labels_pred, o);
}

enum { HOMOGENEITY, COMPLETENESS, V_MEASURE };

static cx_status shares(const cx__ask *q, cx_hcv *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    const double beta = q->o.beta.set ? q->o.beta.value : 1, v = mutual_information(&p),
                 a = entropy_of(p.row_mass, p.rows), b = entropy_of(p.col_mass, p.cols);
    out->homogeneity = a != 0 ? v / a : 1;
    out->completeness = b != 0 ? v / b : 1;
    const double h = out->homogeneity, c = out->completeness;
    out->v_measure = h + c == 0 ? 0 : (1 + beta) * h * c / (beta * h + c);
    return CX_OK;
}

static cx_status share(const cx__ask *q, double *out)
{
    cx_hcv v;
    CX__TRY(shares(q, &v));
    *out = q->which == HOMOGENEITY    ? v.homogeneity
           : q->which == COMPLETENESS ? v.completeness
                                      : v.v_measure;
    return CX_OK;
}

double cx_homogeneity_score(const cx_array *labels_true, const cx_array *labels_pred,
                            const cx_metric_opts *o)
{
    return cx__metric_run("homogeneity_score", share, HOMOGENEITY, labels_true, labels_pred, o);
}

double cx_completeness_score(const cx_array *labels_true, const cx_array *labels_pred,
                             const cx_metric_opts *o)
{
    return cx__metric_run("completeness_score", share, COMPLETENESS, labels_true, labels_pred, o);
}

double cx_v_measure_score(const cx_array *labels_true, const cx_array *labels_pred,
                          const cx_metric_opts *o)
{
    return cx__metric_run("v_measure_score", share, V_MEASURE, labels_true, labels_pred, o);
}

cx_hcv cx_homogeneity_completeness_v_measure(const cx_array *labels_true,
                                             const cx_array *labels_pred, const cx_metric_opts *o)
{
    static const char where[] = "homogeneity_completeness_v_measure";
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_hcv v = {NAN, NAN, NAN};
    cx_status st = cx__metric_ask(where, 0, labels_true, labels_pred, o, &q);
    if (st == CX_OK) st = shares(&q, &v);
    if (cx_check(cx__give_status(s, st)) == CX_OK) return v;
    return (cx_hcv){NAN, NAN, NAN};
}

static cx_status entropy(const cx__ask *q, double *out)
{
    pairs p;
    CX__TRY(read(q, &p));
    *out = p.n == 0 ? 1 : entropy_of(p.row_mass, p.rows);
    return CX_OK;
}

double cx_entropy(const cx_array *labels)
{
    return cx__metric_run("entropy", entropy, 0, labels, labels, NULL);
}

/* ---- the counts themselves */
static cx_status contingency(const cx__ask *q, cx_array **out)
{
    static cx__held flat = CX__HELD("a, b, c: a * c + b");
    pairs p;
    CX__TRY(read(q, &p));
    if (p.n == 0) {
        *out = cx_zeros(CX_SHAPE(0, 0), CX_I64, p.site.device);
        return cx__so_far();
    }
    const cx_array *code =
        cx__held_run(q->where, &flat, CX_ARRAYS(p.truth, p.pred, cx_int(p.cols)));
    *out = cx_reshape(cx_bincount(code, NULL, p.rows * p.cols), CX_SHAPE(p.rows, p.cols));
    return cx__so_far();
}

cx_array *cx_contingency_matrix(const cx_array *labels_true, const cx_array *labels_pred)
{
    return cx__metric_each("contingency_matrix", contingency, 0, labels_true, labels_pred, NULL);
}

static cx_status pair_confusion(const cx__ask *q, cx_array **out)
{
    pairs p;
    CX__TRY(read(q, &p));
    const together t = together_of(&p);
    const int64_t v[4] = {(int64_t)t.neither, (int64_t)t.second, (int64_t)t.first, (int64_t)t.both};
    *out = cx_reshape(cx__given(&p.site, v, 4, CX_I64), CX_SHAPE(2, 2));
    return cx__so_far();
}

cx_array *cx_pair_confusion_matrix(const cx_array *labels_true, const cx_array *labels_pred)
{
    return cx__metric_each("pair_confusion_matrix", pair_confusion, 0, labels_true, labels_pred,
                           NULL);
}

static cx_status expected(const char *where, const cx_array *m, int64_t n, double *out)
{
    cx__site s;
    CX__TRY(cx__site_of(where, m, &s));
    if (cx_ndim(m) != 2)
        return cx__fail(CX_E_SHAPE, where, "contingency must be [classes, clusters]");
    const cx_array *v = cx__f64(&s, m),
                   *rows = cx__to_host(&s, cx_ascontiguous(cx_sum(v, CX_AXIS(1)))),
                   *cols = cx__to_host(&s, cx_ascontiguous(cx_sum(v, CX_AXIS(0))));
    const double *a = cx_data_f64(rows), *b = cx_data_f64(cols);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < cx_size(rows); i++)
        if (!(a[i] >= 0 && a[i] <= (double)n))
            return cx__fail(CX_E_ARGUMENT, where, "row %lld has a sum that %lld rows cannot have",
                            (long long)i, (long long)n);
    for (int64_t j = 0; j < cx_size(cols); j++)
        if (!(b[j] >= 0 && b[j] <= (double)n))
            return cx__fail(CX_E_ARGUMENT, where,
                            "column %lld has a sum that %lld rows cannot have", (long long)j,
                            (long long)n);
    *out = expected_information(a, cx_size(rows), b, cx_size(cols), (double)n);
    return CX_OK;
}

double cx_expected_mutual_information(const cx_array *given, int64_t n_samples)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = expected("expected_mutual_information", given, n_samples, &v);
    return cx_check(cx__give_status(s, st)) == CX_OK ? v : (double)NAN;
}
