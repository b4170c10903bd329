/* Scores of features by variance, correlation and counts.
 *
 * One idea: a pass or two over x gives a few sums a column, and a formula over those the score.
 * Sums are of what is centred, so that a common offset costs no digits. */
#include "learn/feature_selection/scores.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/estimator_class.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

cx_status cx__scores_checked(const char *where, const cx_array *x, const cx_array *y)
{
    static cx__held finite = CX__HELD("x: all(isfinite(x))");
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "x is %s; real numbers are needed",
                        cx_dtype_name(cx_dtype_of(x)));
    if (cx_ndim(x) != 2 || cx_dim(x, 0) < 1 || cx_dim(x, 1) < 1 || cx_ndim(y) != 1 ||
        cx_dim(y, 0) != cx_dim(x, 0))
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] and y [n], n and d not 0");
    if (!cx_device_equal(cx_device_of(x), cx_device_of(y)))
        return cx__fail(CX_E_DEVICE, where, "x and y are on different devices");
    const bool ok = cx__number_i64(cx__held_run(where, &finite, CX_ARRAYS(x))) != 0;
    CX__TRY(cx__so_far());
    return ok ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "x holds NaN or an infinity");
}

/* Least and largest of each column. */
static cx_status extremes(const cx__site *s, const cx_array *x, cx_array **low, cx_array **high)
{
    *low = cx__new_f64(s, cx_dim(x, 1), -1);
    *high = cx__new_f64(s, cx_dim(x, 1), -1);
    const double *const x_at = cx__at(x);
    double *const low_at = cx__at(*low), *const high_at = cx__at(*high);
    CX__TRY(cx__so_far());
    return s->ops->extremes(s->queue, x_at, cx_dim(x, 0), cx_dim(x, 1), low_at, high_at);
}

/* Sums by class: of x, or of squared distances from a centre of each. */
static cx_status by_class(const cx__site *s, const cx_array *x, const cx_labels *y,
                          const cx_array *centre, cx_array **sums, cx_array **mass)
{
    const int64_t groups = cx_size(y->classes);
    *sums = cx__new_f64(s, groups, cx_dim(x, 1));
    *mass = cx__new_f64(s, groups, -1);
    const cx_learn_groups call = {.n = cx_dim(x, 0),
                                  .d = cx_dim(x, 1),
                                  .groups = groups,
                                  .x = cx__at(x),
                                  .code = cx__at(y->codes),
                                  .centre = cx__at(centre),
                                  .sums = cx__at(*sums),
                                  .mass = cx__at(*mass)};
    CX__TRY(cx__so_far());
    return s->ops->groups(s->queue, &call);
}

/* p-values of scores on the host: above(of a score) for each. */
typedef struct tail {
    double (*above)(const struct tail *t, double score);
    double a, b;
} tail;

static double f_tail(const tail *t, double score)
{
    return cx__f_above(t->a, t->b, score);
}
static double chi2_tail(const tail *t, double score)
{
    return cx__chi2_above(t->a, score);
}

static cx_status pvalues_of(const cx__site *s, const cx_array *scores, const tail *t,
                            cx_array **out)
{
    const int64_t d = cx_size(scores);
    double *const v = cx__alloc((size_t)d * sizeof *v);
    if (v == NULL) return cx__fail_nomem(s->where, "p-values", (size_t)d * 8);
    const cx_status st = cx__read_all(s, scores, v);
    for (int64_t j = 0; st == CX_OK && j < d; j++) v[j] = t->above(t, v[j]);
    *out = st == CX_OK ? cx__given_all(s, v, d, CX_F64) : NULL;
    cx__free(v);
    return st == CX_OK ? cx_status_of(*out) : st;
}

/* ---- F between classes */
static cx_status f_classif(const cx__site *s, const cx_array *x, const cx_array *y,
                           cx_array **scores, cx_array **pvalues)
{
    static cx__held centre = CX__HELD("sums, mass: sums / mass"),
                    ratio = CX__HELD("centre, mass, within, mean, low, high, a, b:"
                                     "off = centre - mean; between = sum(off * off * mass, axis=0);"
                                     "where(low == high, nan, (between / a) / (sum(within, axis=0)"
                                     " / b))"),
                    none = CX__HELD("low, high: sum(low == high)");
    const cx_labels labels = cx_labels_encode(y);
    CX__TRY(cx_status_of(labels.codes));
    const double n = (double)cx_dim(x, 0), k = (double)cx_size(labels.classes);
    cx_array *sums = NULL, *mass = NULL, *within = NULL, *mean = NULL, *low = NULL, *high = NULL;
    CX__TRY(by_class(s, x, &labels, NULL, &sums, &mass));
    const cx_array *const counts = cx_expand_dims(mass, 1), *const centres = cx__held_run(
                                                                s->where, &centre,
                                                                CX_ARRAYS(sums, counts));
    CX__TRY(by_class(s, x, &labels, centres, &within, &mass));
    CX__TRY(cx__column_means(s, x, NULL, &mean, NULL));
    CX__TRY(extremes(s, x, &low, &high));
    *scores = cx__held_run(
        s->where, &ratio,
        CX_ARRAYS(centres, counts, within, mean, low, high, cx_float(k - 1), cx_float(n - k)));
    const int64_t constant = cx__number_i64(cx__held_run(s->where, &none, CX_ARRAYS(low, high)));
    CX__TRY(cx__so_far());
    if (constant > 0)
        cx__warn(CX_E_ARGUMENT, "%s: %lld columns are constant and score NaN", s->where,
                 (long long)constant);
    return pvalues_of(s, *scores, &(const tail){f_tail, k - 1, n - k}, pvalues);
}

/* ---- counts */
static cx_status chi2(const cx__site *s, const cx_array *x, const cx_array *y, cx_array **scores,
                      cx_array **pvalues)
{
    static cx__held squares = CX__HELD(
                        "sums, mass, n: wanted = sum(sums, axis=0, keepdims=True) * (mass / n);"
                        "off = sums - wanted; sum(off * off / wanted, axis=0)"),
                    negative = CX__HELD("low: any(low < 0)");
    const cx_labels labels = cx_labels_encode(y);
    CX__TRY(cx_status_of(labels.codes));
    cx_array *sums = NULL, *mass = NULL, *low = NULL, *high = NULL;
    CX__TRY(extremes(s, x, &low, &high));
    const bool refused = cx__number_i64(cx__held_run(s->where, &negative, CX_ARRAYS(low))) != 0;
    CX__TRY(cx__so_far());
    if (refused) return cx__fail(CX_E_ARGUMENT, s->where, "x holds a negative number");
    CX__TRY(by_class(s, x, &labels, NULL, &sums, &mass));
    *scores =
        cx__held_run(s->where, &squares,
                     CX_ARRAYS(sums, cx_expand_dims(mass, 1), cx_float((double)cx_dim(x, 0))));
    CX__TRY(cx__so_far());
    /* one class stands against the others, of which there are none */
    const double k = (double)cx_size(labels.classes);
    return pvalues_of(s, *scores, &(const tail){chi2_tail, k > 1 ? k - 1 : 1, 0}, pvalues);
}

/* ---- correlation */
static cx_status numbers(const cx__site *s, const cx_array *y, const cx_array **out)
{
    static cx__held finite = CX__HELD("y: all(isfinite(y))");
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, s->where, "y is %s; real numbers are needed",
                        cx_dtype_name(cx_dtype_of(y)));
    *out = cx__f64(s, y);
    const bool ok = cx__number_i64(cx__held_run(s->where, &finite, CX_ARRAYS(*out))) != 0;
    CX__TRY(cx__so_far());
    return ok ? CX_OK : cx__fail(CX_E_ARGUMENT, s->where, "y holds NaN or an infinity");
}

static cx_status correlation(const cx__site *s, const cx_array *x, const cx_array *given,
                             const cx_regression_score_opts *o, cx_array **out)
{
    static cx__held off = CX__HELD("y: y - mean(y)"),
                    share = CX__HELD("cross, squares, y, low, high:"
                                     "where(low == high, nan, cross / sqrt(squares) / "
                                     "sqrt(sum(y * y)))"),
                    plain = CX__HELD("cross, squares, y: cross / sqrt(squares) / sqrt(sum(y * y))"),
                    zero = CX__HELD("r: where(r == r, r, 0)"),
                    square = CX__HELD("x: sum(x * x, axis=0)");
    const cx_array *y = NULL;
    CX__TRY(numbers(s, given, &y));
    if (!o->no_center) y = cx__held_run(s->where, &off, CX_ARRAYS(y));
    const cx_array *const cross = cx_select(cx_matmul(cx_expand_dims(y, 0), x), 0, 0);
    cx_array *mean = NULL, *squares = NULL, *low = NULL, *high = NULL;
    if (o->no_center) {
        *out = cx__held_run(s->where, &plain,
                            CX_ARRAYS(cross, cx__held_run(s->where, &square, CX_ARRAYS(x)), y));
    } else {
        CX__TRY(cx__column_means(s, x, NULL, &mean, &squares));
        CX__TRY(extremes(s, x, &low, &high));
        *out = cx__held_run(s->where, &share, CX_ARRAYS(cross, squares, y, low, high));
    }
    if (!o->keep_not_finite) *out = cx__held_run(s->where, &zero, CX_ARRAYS(*out));
    return cx__so_far();
}

static cx_status f_regression(const cx__site *s, const cx_array *x, const cx_array *y,
                              const cx_regression_score_opts *o, cx_array **scores,
                              cx_array **pvalues)
{
    static cx__held ratio = CX__HELD("r, n: r * r / (1 - r * r) * n"),
                    bounded = CX__HELD("f, most: where(f != f, 0, where(isinf(f), most, f))"),
                    certain = CX__HELD("f, p: where(f != f, 1, p)");
    cx_array *r = NULL;
    const double rest = (double)(cx_dim(x, 0) - (o->no_center ? 1 : 2));
    CX__TRY(correlation(s, x, y, o, &r));
    *scores = cx__held_run(s->where, &ratio, CX_ARRAYS(r, cx_float(rest)));
    CX__TRY(pvalues_of(s, *scores, &(const tail){f_tail, 1, rest}, pvalues));
    if (o->keep_not_finite) return CX_OK;
    *pvalues = cx__held_run(s->where, &certain, CX_ARRAYS(*scores, *pvalues));
    *scores = cx__held_run(s->where, &bounded, CX_ARRAYS(*scores, cx_float(DBL_MAX)));
    return cx__so_far();
}

/* ---- by name */
static cx_status scored(const char *where, const char *function, const cx_array *given,
                        const cx_array *y, const cx_regression_score_opts *o, cx_array **scores,
                        cx_array **pvalues)
{
    static const cx_regression_score_opts plain = {.struct_size = sizeof plain};
    static const cx_mutual_info_opts any = {.struct_size = sizeof any};
    cx__site s;
    CX__TRY(cx__site_of(where, given, &s));
    const bool classes = strcmp(function, "mutual_info_classif") == 0;
    if (classes || strcmp(function, "mutual_info_regression") == 0)
        return cx__mutual_info(where, given, y, classes, &any, scores);
    const cx_array *const x = cx__f64(&s, given);
    CX__TRY(cx_status_of(x));
    if (o == NULL) o = &plain;
    if (strcmp(function, "f_classif") == 0) return f_classif(&s, x, y, scores, pvalues);
    if (strcmp(function, "chi2") == 0) return chi2(&s, x, y, scores, pvalues);
    if (strcmp(function, "f_regression") == 0) return f_regression(&s, x, y, o, scores, pvalues);
    return correlation(&s, x, y, o, scores);
}

cx_status cx__feature_scores(const char *where, const char *function, const cx_array *x,
                             const cx_array *y, cx_array **scores, cx_array **pvalues)
{
    *scores = *pvalues = NULL;
    return scored(where, function, x, y, NULL, scores, pvalues);
}

/* ---- public faces */
static cx_feature_scores face(const char *where, const cx_array *x, const cx_array *y,
                              const cx_regression_score_opts *given)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    cx_regression_score_opts o = {0};
    cx_status st = CX__OPTIONS(where, given, &o);
    if (st == CX_OK) st = cx__scores_checked(where, x, y);
    if (st == CX_OK) st = scored(where, where, x, y, &o, &part[0], &part[1]);
    cx__give_all(s, st, where, 2, part);
    return (cx_feature_scores){part[0], part[1]};
}

cx_feature_scores cx_f_classif(const cx_array *x, const cx_array *y)
{
    return face("f_classif", x, y, NULL);
}
cx_feature_scores cx_chi2(const cx_array *x, const cx_array *y)
{
    return face("chi2", x, y, NULL);
}
cx_feature_scores cx_f_regression(const cx_array *x, const cx_array *y,
                                  const cx_regression_score_opts *o)
{
    return face("f_regression", x, y, o);
}
cx_array *cx_r_regression(const cx_array *x, const cx_array *y, const cx_regression_score_opts *o)
{
    return face("r_regression", x, y, o).scores;
}
