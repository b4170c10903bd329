/* CategoricalNB: classes as products of categories, which are the whole numbers from 0 on.
 *
 * The tables of all columns stand beside each other in one of [classes, all categories]: category v
 * of column j is column offset[j] + v of it, so counting is one bincount and a row's score a sum of
 * taken rows. */
#include "learn/naive_bayes/counting.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

enum { COUNT = CX__COUNTING_SLOTS, LOG_PROB, CATEGORIES };
static const char *const attrs[] = {CX__COUNTING_ATTRS, "category_count_: float [c, t]",
                                    "feature_log_prob_: float [c, t]", "n_categories_: int [n]",
                                    NULL};
static const cx_param params[] = {
    CX__COUNTING_ALPHA(0, ""),
    CX__COUNTING_PRIOR,
    {"min_categories", CX_PARAM_INT | CX_PARAM_LIST | CX_PARAM_NONE, "None", "[1, inf)",
     "least number of categories of a column; a list: of each column"},
    {.name = NULL}};

/* The numbers of categories that the parameter asks for at least, [d]. */
static cx_status asked(const cx_estimator *self, int64_t d, int64_t *least)
{
    for (int64_t j = 0; j < d; j++) least[j] = 0;
    if (cx_param_is_none(self, "min_categories")) return CX_OK;
    const cx_array *const list = cx_param_array(self, "min_categories");
    const double *const v = cx_data_f64(list);
    if (!v) return cx__last_status();
    const bool one = cx_param_is_number(self, "min_categories") != 0;
    if (!one && cx_size(list) != d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "CategoricalNB: %lld numbers in min_categories for %lld columns",
                        (long long)cx_size(list), (long long)d);
    for (int64_t j = 0; j < d; j++) {
        const double m = v[one ? 0 : j];
        if (!(m >= 0 && m < 0x1p52 && m == floor(m)))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "CategoricalNB: min_categories must be whole numbers");
        least[j] = (int64_t)m;
    }
    return CX_OK;
}

/* Places of the categories in the table [n, d]; of rows outside of it, too. */
static cx_array *places(const cx__site *s, const cx_array *x, const int64_t *offset, int64_t d)
{
    return cx_add(cx_astype(x, CX_I64), cx__given_all(s, offset, d, CX_I64));
}

/* Categories of each column so far, and where the columns of the table begin [d + 1]. */
static cx_status measure(const cx_estimator *self, const cx__counts *c, int64_t *categories,
                         int64_t *offset)
{
    const int64_t d = cx_dim(c->x, 1);
    CX__TRY(asked(self, d, categories));
    double *const most = cx__scope_room((size_t)d * sizeof *most);
    int64_t *const before = cx__scope_room((size_t)d * sizeof *before);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(c->site, cx_max(c->x, CX_AXIS(0)), most));
    if (!c->first) CX__TRY(cx__read_all_i64(c->site, cx_self(self, CATEGORIES), before));
    offset[0] = 0;
    for (int64_t j = 0; j < d; j++) {
        if (most[j] >= 0x1p31)
            return cx__fail(CX_E_ARGUMENT, "fit", "CategoricalNB: %g in column %lld is no category",
                            most[j], (long long)j);
        if ((int64_t)most[j] + 1 > categories[j]) categories[j] = (int64_t)most[j] + 1;
        if (!c->first && before[j] > categories[j]) categories[j] = before[j];
        offset[j + 1] = offset[j] + categories[j];
    }
    return CX_OK;
}

/* What was counted before [classes, t before] at its places in a table of t columns. */
static cx_array *widened(const cx_estimator *self, const cx__counts *c, const int64_t *offset,
                         int64_t d)
{
    const cx_array *const old = cx_self(self, COUNT);
    cx_array *const wide = cx_zeros(CX_SHAPE(c->classes, offset[d]), CX_F64, c->site->device);
    int64_t *const before = cx__scope_room((size_t)d * sizeof *before);
    if (!before) return NULL;
    cx_status st = cx__read_all_i64(c->site, cx_self(self, CATEGORIES), before);
    for (int64_t j = 0, from = 0; j < d && cx_check(st) == CX_OK; from += before[j++])
        st = cx_copy_into(cx_slice(old, 1, from, from + before[j], 1),
                          cx_slice(wide, 1, offset[j], offset[j] + before[j], 1));
    return wide;
}

/* Counts of the batch, [classes, t]. */
static cx_array *count(const cx__counts *c, const int64_t *offset)
{
    const int64_t n = cx_dim(c->x, 0), d = cx_dim(c->x, 1), t = offset[d];
    const cx_array *const at =
        cx_add(places(c->site, c->x, offset, d), cx_expand_dims(cx_mul(c->code, cx_int(t)), 1));
    const cx_array *weight = NULL;
    if (c->weight)
        weight = cx_reshape(cx_broadcast_to(cx_expand_dims(c->weight, 1), CX_SHAPE(n, d)),
                            CX_SHAPE(n * d));
    const cx_array *const all =
        cx_bincount(cx_reshape(at, CX_SHAPE(n * d)), weight, c->classes * t);
    return cx_astype(cx_reshape(all, CX_SHAPE(c->classes, t)), CX_F64);
}

/* log(count + alpha) less the logarithm of its sum over the column's categories. */
static cx_array *logarithms(const cx__counts *c, const cx_array *counts, const cx_array *alpha,
                            const int64_t *offset, int64_t d)
{
    static cx__held logs =
        CX__HELD("f, alpha: s = f + alpha; log(s) - log(sum(s, axis=1, keepdims=True))");
    cx_array *const out = cx__new_f64(c->site, c->classes, offset[d]);
    cx_status st = CX_OK;
    for (int64_t j = 0; j < d && cx_check(st) == CX_OK; j++) {
        const cx_array *const part = cx_slice(counts, 1, offset[j], offset[j + 1], 1);
        st = cx_copy_into(cx__held_run("fit", &logs, CX_ARRAYS(part, alpha)),
                          cx_slice(out, 1, offset[j], offset[j + 1], 1));
    }
    return out;
}

static cx_status add(cx_estimator *self, cx__counts *c)
{
    const int64_t d = cx_dim(c->x, 1);
    CX__TRY(cx__counting_positive(self, c->x));
    int64_t *const categories = cx__scope_room((size_t)(2 * d + 1) * sizeof *categories);
    if (!categories) return CX_E_NOMEM;
    int64_t *const offset = categories + d;
    CX__TRY(measure(self, c, categories, offset));
    cx_array *counts = count(c, offset), *none;
    CX__TRY(cx__counting_batch(c, NULL, &none, &c->mass));
    if (!c->first) {
        counts = cx_add(counts, widened(self, c, offset, d));
        c->mass = cx_add(c->mass, cx_self(self, CX__CLASS_COUNT));
    }
    const cx_array *alpha = NULL;
    CX__TRY(cx__counting_alpha(c->site, self, d, &alpha));
    CX__TRY(cx__store(self, COUNT, counts, CX_F64));
    CX__TRY(cx__store(self, LOG_PROB, logarithms(c, counts, alpha, offset, d), CX_F64));
    return cx_self_set(self, CATEGORIES, cx__given_all(c->site, categories, d, CX_I64));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_fit(self, data, add);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_partial_fit(self, data, add);
}

static cx_status check(const cx_estimator *self)
{
    const cx_array *const n = cx_self(self, CATEGORIES), *const least = cx_min(n, CX_ALL),
                          *const all = cx_sum(n, CX_ALL);
    const int64_t fewest = cx__number_i64(least), total = cx__number_i64(all);
    CX__TRY(cx__so_far());
    if (fewest >= 1 && total == cx_dim(cx_self(self, LOG_PROB), 1)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "CategoricalNB: n_categories_ does not fit feature_log_prob_");
}

/* ---- use */
typedef struct tables {
    int64_t d, k;
    const int64_t *categories;   /* [d] */
    const double *table, *prior; /* [all categories, k], [k] */
} tables;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    tables *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    const cx_array *const log_prob = cx_self(self, LOG_PROB);
    m->d = p->cols_in;
    m->k = cx_dim(log_prob, 0);
    p->state = m;
    CX__TRY(cx__plan_f64(p, cx_ascontiguous(cx_transpose(log_prob)), &m->table));
    CX__TRY(cx__plan_i64(p, cx_self(self, CATEGORIES), &m->categories));
    return cx__plan_f64(p, cx_self(self, CX__LOG_PRIOR), &m->prior);
}

static cx_status row_scores(const tables *m, const double *x, double *out)
{
    for (int64_t c = 0; c < m->k; c++) out[c] = 0;
    const double *table = m->table;
    for (int64_t j = 0; j < m->d; table += m->categories[j++] * m->k) {
        if (!(x[j] > -1 && x[j] < (double)m->categories[j]))
            return cx__fail(CX_E_ARGUMENT, "predict",
                            "CategoricalNB: %g in column %lld, whose categories are 0 to %lld",
                            x[j], (long long)j, (long long)m->categories[j] - 1);
        const double *const row = table + (int64_t)x[j] * m->k;
        for (int64_t c = 0; c < m->k; c++) out[c] += row[c];
    }
    for (int64_t c = 0; c < m->k; c++) out[c] += m->prior[c];
    return CX_OK;
}

static cx_status scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const tables *const m = p->state;
    for (int64_t i = 0; i < rows; i++) CX__TRY(row_scores(m, x + i * m->d, out + i * m->k));
    return CX_OK;
}

static void shares_of(double *v, int64_t k, bool logs)
{
    double top = -INFINITY, sum = 0;
    for (int64_t c = 0; c < k; c++) top = v[c] > top ? v[c] : top;
    const double shift = isfinite(top) ? top : 0;
    for (int64_t c = 0; c < k; c++) sum += exp(v[c] - shift);
    const double all = shift + log(sum);
    for (int64_t c = 0; c < k; c++) v[c] = logs ? v[c] - all : exp(v[c] - all);
}

static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t k = ((const tables *)p->state)->k;
    CX__TRY(scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) shares_of(out + i * k, k, false);
    return CX_OK;
}
static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t k = ((const tables *)p->state)->k;
    CX__TRY(scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) shares_of(out + i * k, k, true);
    return CX_OK;
}

/* The scores once more for each class: nothing has to be kept. */
static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const tables *const m = p->state;
    for (int64_t i = 0; i < rows; i++, x += m->d) {
        double top = -INFINITY;
        out[i] = 0;
        for (int64_t c = 0; c < m->k; c++) {
            const double *at = m->table + c;
            double sum = 0;
            for (int64_t j = 0; j < m->d; at += m->categories[j++] * m->k) {
                if (!(x[j] > -1 && x[j] < (double)m->categories[j])) return CX_E_ARGUMENT;
                sum += at[(int64_t)x[j] * m->k];
            }
            sum += m->prior[c];
            if (!(sum > top)) continue;
            top = sum;
            out[i] = (double)c;
        }
    }
    return CX_OK;
}

/* Scores on a device, column by column, in the order of the row kernels. */
static cx_array *device_scores(const cx_estimator *self, const cx_array *x)
{
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK) return NULL;
    const cx_array *const table = cx_ascontiguous(cx_transpose(cx_self(self, LOG_PROB)));
    const cx_array *const code = cx_astype(x, CX_I64);
    const int64_t d = cx_dim(x, 1);
    int64_t *const n = cx__scope_room((size_t)d * sizeof *n);
    if (!n || cx_check(cx__read_all_i64(&s, cx_self(self, CATEGORIES), n)) != CX_OK) return NULL;
    cx_array *sum = cx_zeros(CX_SHAPE(cx_dim(x, 0), cx_dim(table, 1)), CX_F64, s.device);
    for (int64_t j = 0, from = 0; j < d && cx_ok(); from += n[j++])
        sum = cx_add(sum,
                     cx_take(cx_slice(table, 0, from, from + n[j], 1), cx_select(code, 1, j), 0));
    return cx_add(sum, cx_self(self, CX__LOG_PRIOR));
}

/* Is every number a category that fit saw? */
static cx_status known(const cx_estimator *self, const cx_array *x)
{
    static cx__held inside = CX__HELD("x, n: all((x > -1) & (x < n), axis=0)");
    const cx_array *const n = cx_self(self, CATEGORIES);
    const cx_array *const good =
        cx__held_run("predict", &inside, CX_ARRAYS(cx_astype(x, CX_F64), n));
    const cx_array *const all = cx_all(good, CX_ALL);
    const bool every = cx__number_i64(all) == 1;
    CX__TRY(cx__so_far());
    if (every) return CX_OK;
    const int64_t j = cx__number_i64(cx_argmin(cx_astype(good, CX_I64), CX_ALL));
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, "predict",
                    "CategoricalNB: column %lld holds numbers that are none of its categories, 0 "
                    "to %lld",
                    (long long)j, (long long)cx__number_i64(cx_select(n, 0, j)) - 1);
}

static cx_array *asked_for(const cx_estimator *self, const cx_array *x, bool logs)
{
    static cx__held held[] = {
        CX__HELD("v: t = max(v, axis=1, keepdims=True); e = where(abs(t) < inf, t, 0);"
                 "exp(v - (e + log(sum(exp(v - e), axis=1, keepdims=True))))"),
        CX__HELD("v: t = max(v, axis=1, keepdims=True); e = where(abs(t) < inf, t, 0);"
                 "v - (e + log(sum(exp(v - e), axis=1, keepdims=True)))")};
    if (cx_check(known(self, x)) != CX_OK) return NULL;
    if (cx__on_host(x))
        return cx__by_kernel(self, CX_PREDICT_PROBA, logs ? log_proba_into : proba_into, x,
                             CX__ROWS_MATRIX, CX_F64);
    return cx__held_run("predict", &held[logs], CX_ARRAYS(device_scores(self, x)));
}
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_check(known(self, x)) != CX_OK) return NULL;
    if (cx__on_host(x)) return cx__predict_labels(self, x, CX__CLASSES);
    return cx_take(cx_self(self, CX__CLASSES), cx_argmax(device_scores(self, x), CX_AXIS(1)), 0);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return asked_for(self, x, false);
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    return asked_for(self, x, true);
}

const cx_estimator_class cx__class_categorical_nb = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "CategoricalNB",
    .doc = "Naive Bayes of columns of categories.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = proba_into,
};
