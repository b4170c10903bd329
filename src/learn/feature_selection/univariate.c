/* SelectKBest and its kin: columns chosen by a score of each alone.
 *
 * One idea: fit scores all columns where they are; who is kept is decided on the host by scores or
 * p-values, a rule a class. */
#include "base/alloc.h"
#include "learn/feature_selection/scores.h"
#include "learn/feature_selection/selector.h"
#include "learn/numeric/rows.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { SCORES = CX__SELECTOR_SLOTS, PVALUES };
static const char *const attrs[] = {CX__SELECTOR_ATTRS, "scores_: float [n]",
                                    "pvalues_?: float [n]", NULL};

#define SCORE_FUNC                                                                          \
    {                                                                                       \
        "score_func", CX_PARAM_STR, "'f_classif'",                                          \
            "{'f_classif', 'f_regression', 'r_regression', 'chi2', 'mutual_info_classif', " \
            "'mutual_info_regression'}",                                                    \
            "scikit-learn's function by its name, with its defaults"                        \
    }

static const cx_param k_best_params[] = {
    SCORE_FUNC,
    {"k", CX_PARAM_INT | CX_PARAM_STR, "10", "int [0, inf), {'all'}", "how many are kept"},
    {.name = NULL},
};
static const cx_param percentile_params[] = {
    SCORE_FUNC,
    {"percentile", CX_PARAM_FLOAT, "10", "[0, 100]", "how many in a hundred are kept"},
    {.name = NULL},
};
static const cx_param alpha_params[] = {
    SCORE_FUNC,
    {"alpha", CX_PARAM_FLOAT, "0.05", "[0, 1]", "the highest p-value, or rate of false ones"},
    {.name = NULL},
};
static const cx_param generic_params[] = {
    SCORE_FUNC,
    {"mode", CX_PARAM_STR, "'percentile'", "{'percentile', 'k_best', 'fpr', 'fdr', 'fwe'}",
     "which rule"},
    {"param", CX_PARAM_FLOAT | CX_PARAM_INT | CX_PARAM_STR, "1e-05",
     "int [0, inf), float [0, inf), {'all'}", "its parameter"},
    {.name = NULL},
};

/* What a rule sees. */
typedef struct seen {
    int64_t d;
    double *score, *pvalue; /* [d]; NULL: none. NaN scores are the lowest number */
    bool *keep;             /* all false */
} seen;

static cx_status keep_best(const seen *s, int64_t k)
{
    int64_t *const order = cx__alloc((size_t)s->d * sizeof *order);
    if (order == NULL) return cx__fail_nomem("fit", "scores", (size_t)s->d * 8);
    const cx_status st = cx__rank_scores(s->score, s->d, order);
    for (int64_t i = k < s->d ? s->d - k : 0; st == CX_OK && i < s->d; i++)
        s->keep[order[i]] = true;
    cx__free(order);
    return st;
}

/* Of equal scores at the threshold the first are kept. */
static cx_status keep_percentile(const seen *s, double percent)
{
    double threshold = 0;
    for (int64_t j = 0; percent >= 100 && j < s->d; j++) s->keep[j] = true;
    if (percent >= 100 || percent <= 0) return CX_OK;
    CX__TRY(cx__percentile(s->score, s->d, 100 - percent, &threshold));
    int64_t rest = (int64_t)((double)s->d * percent / 100), equal = 0;
    for (int64_t j = 0; j < s->d; j++) {
        s->keep[j] = s->score[j] > threshold;
        rest -= s->keep[j];
        equal += s->score[j] == threshold;
    }
    if (rest < 0) rest += equal; /* as a slice that ends before its end */
    for (int64_t j = 0; j < s->d && rest > 0; j++)
        if (s->score[j] == threshold) {
            s->keep[j] = true;
            rest--;
        }
    return CX_OK;
}

/* Benjamini and Hochberg 1995. */
static cx_status keep_fdr(const seen *s, double alpha)
{
    int64_t *const order = cx__alloc((size_t)s->d * sizeof *order);
    double *const p = cx__alloc((size_t)s->d * sizeof *p), limit = -1;
    cx_status st = order && p ? CX_OK : cx__fail_nomem("fit", "p-values", (size_t)s->d * 16);
    for (int64_t j = 0; st == CX_OK && j < s->d; j++)
        p[j] = isnan(s->pvalue[j]) ? (double)INFINITY : s->pvalue[j];
    if (st == CX_OK) st = cx__rank_scores(p, s->d, order);
    for (int64_t i = 0; st == CX_OK && i < s->d; i++)
        if (p[order[i]] <= alpha / (double)s->d * (double)(i + 1)) limit = p[order[i]];
    for (int64_t j = 0; st == CX_OK && j < s->d; j++) s->keep[j] = s->pvalue[j] <= limit;
    cx__free(order);
    cx__free(p);
    return st;
}

static cx_status keep_below(const seen *s, double alpha)
{
    for (int64_t j = 0; j < s->d; j++) s->keep[j] = s->pvalue[j] < alpha;
    return CX_OK;
}

static cx_status decide(const cx_estimator *self, const char *mode, const char *name, const seen *s)
{
    const bool all = cx_param_is_str(self, name);
    const double v = all ? 0 : cx_param_f64(self, name);
    if (strcmp(mode, "k_best") == 0) {
        if (!all && v != floor(v))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: k must be a whole number",
                            cx_estimator_name(self));
        if (v > (double)s->d)
            cx__warn(CX_E_ARGUMENT, "%s: there are only %lld columns; all are kept",
                     cx_estimator_name(self), (long long)s->d);
        return keep_best(s, all || v > (double)s->d ? s->d : (int64_t)v);
    }
    const bool percentile = strcmp(mode, "percentile") == 0;
    if (all || v > (percentile ? 100 : 1))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s is out of range for mode '%s'",
                        cx_estimator_name(self), name, mode);
    if (percentile) return keep_percentile(s, v);
    if (s->pvalue == NULL)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs p-values; %s gives none",
                        cx_estimator_name(self), cx_param_str(self, "score_func"));
    if (strcmp(mode, "fdr") == 0) return keep_fdr(s, v);
    return keep_below(s, strcmp(mode, "fpr") == 0 ? v : v / (double)s->d);
}

static cx_status fit_by(cx_estimator *self, const cx_data *data, const char *mode, const char *name)
{
    const int64_t d = cx_dim(data->x, 1);
    cx__site s;
    cx_array *scores = NULL, *pvalues = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__scores_checked("fit", data->x, data->y));
    CX__TRY(cx__feature_scores("fit", cx_param_str(self, "score_func"), data->x, data->y, &scores,
                               &pvalues));
    CX__TRY(cx_self_set(self, SCORES, scores));
    if (pvalues != NULL) CX__TRY(cx_self_set(self, PVALUES, pvalues));
    double *const room = cx__alloc((size_t)d * 2 * sizeof *room);
    bool *const keep = cx__calloc((size_t)d, sizeof *keep);
    cx_status st = room && keep ? CX_OK : cx__fail_nomem("fit", "scores", (size_t)d * 17);
    const seen v = {d, room, pvalues != NULL && room != NULL ? room + d : NULL, keep};
    if (st == CX_OK) st = cx__read_all(&s, scores, v.score);
    if (st == CX_OK && pvalues != NULL) st = cx__read_all(&s, pvalues, v.pvalue);
    for (int64_t j = 0; st == CX_OK && j < d; j++)
        if (isnan(v.score[j])) v.score[j] = -DBL_MAX;
    if (st == CX_OK) st = decide(self, mode, name, &v);
    if (st == CX_OK) st = cx__selected(self, &s, keep, d);
    cx__free(room);
    cx__free(keep);
    return st;
}

static cx_status fit_k_best(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, "k_best", "k");
}
static cx_status fit_percentile(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, "percentile", "percentile");
}
static cx_status fit_fpr(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, "fpr", "alpha");
}
static cx_status fit_fdr(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, "fdr", "alpha");
}
static cx_status fit_fwe(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, "fwe", "alpha");
}
static cx_status fit_generic(cx_estimator *self, const cx_data *d)
{
    return fit_by(self, d, cx_param_str(self, "mode"), "param");
}

/* What the six classes share. */
#define UNIVARIATE                                                                       \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_TRANSFORMER,                   \
    .flags = CX_CLASS_NEEDS_Y | CX_CLASS_NO_WEIGHT | CX_CLASS_SINGLE_Y, .positional = 1, \
    .attrs = attrs, .transform = cx__selector_transform,                                 \
    .inverse_transform = cx__selector_inverse, .feature_names_out = cx__selector_names,  \
    .check = cx__selector_check, .plan = cx__selector_plan, .transform_into = cx__selector_into

const cx_estimator_class cx__class_select_k_best = {
    UNIVARIATE,
    .name = "SelectKBest",
    .doc = "Keep the k columns of the highest scores.",
    .params = k_best_params,
    .fit = fit_k_best,
};
const cx_estimator_class cx__class_select_percentile = {
    UNIVARIATE,
    .name = "SelectPercentile",
    .doc = "Keep a percentage of the columns, those of the highest scores.",
    .params = percentile_params,
    .fit = fit_percentile,
};
const cx_estimator_class cx__class_select_fpr = {
    UNIVARIATE,
    .name = "SelectFpr",
    .doc = "Keep columns of p-values below alpha.",
    .params = alpha_params,
    .fit = fit_fpr,
};
const cx_estimator_class cx__class_select_fdr = {
    UNIVARIATE,
    .name = "SelectFdr",
    .doc = "Keep columns so that alpha bounds the share of false ones.",
    .params = alpha_params,
    .fit = fit_fdr,
};
const cx_estimator_class cx__class_select_fwe = {
    UNIVARIATE,
    .name = "SelectFwe",
    .doc = "Keep columns so that alpha bounds the chance of any false one.",
    .params = alpha_params,
    .fit = fit_fwe,
};
const cx_estimator_class cx__class_generic_univariate_select = {
    UNIVARIATE,
    .name = "GenericUnivariateSelect",
    .doc = "Keep columns by a rule that is a parameter.",
    .params = generic_params,
    .fit = fit_generic,
};
