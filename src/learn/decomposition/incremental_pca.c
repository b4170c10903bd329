/* IncrementalPCA: components of everything seen so far, a batch at a time.
 *
 * One idea: what was seen stands for itself as its singular values times components, a few rows;
 * they, the centred batch and one row for the move of the mean have the covariance of all. */
#include "base/object.h"
#include "learn/decomposition/gaussian.h"
#include "learn/decomposition/projection.h"
#include "learn/decomposition/spectrum.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { VAR = CX__PCA_SLOTS, SEEN, BATCH };
static const char *const attrs[] = {CX__PCA_ATTRS, "var_: float [n]", "n_samples_seen_: int []",
                                    "batch_size_?: int []", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "how many; None: as many as the first batch has"},
    {"whiten", CX_PARAM_BOOL, "False", NULL, "scale the components' scores to unit variance"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"batch_size", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows that fit takes at once; None: 5 times the columns"},
    {.name = NULL},
};

static cx_status count_components(const cx_estimator *self, int64_t n, int64_t d, int64_t *k)
{
    const bool first = !cx_self_has(self, CX__PCA_COMPONENTS);
    const int64_t before = first ? 0 : cx_dim(cx_self(self, CX__PCA_COMPONENTS), 0);
    *k = first ? (n < d ? n : d) : before;
    if (cx_param_is_none(self, "n_components")) return CX_OK;
    *k = cx_param_i64(self, "n_components");
    if (*k > d || (first && *k > n))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "IncrementalPCA: n_components=%lld is more than the %s, %lld",
                        (long long)*k, *k > d ? "columns of x" : "rows of the first batch",
                        (long long)(*k > d ? d : n));
    if (!first && *k != before)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "IncrementalPCA: n_components=%lld, but %lld were fitted before",
                        (long long)*k, (long long)before);
    return CX_OK;
}

/* A batch's own moments, and those of all rows with it. */
typedef struct moments {
    int64_t rows, seen, total;
    cx_array *own_mean, *own_squares; /* [d]: sums of squared deviations */
    const cx_array *mean, *squares;
} moments;

static cx_status join_moments(const cx_estimator *self, const cx__site *s, const cx_array *x,
                              moments *m)
{
    static cx__held means = CX__HELD("old, new, seen, rows: (old * seen + new * rows) / "
                                     "(seen + rows)");
    static cx__held sums =
        CX__HELD("var, old, new, squares, seen, rows: move = old - new;"
                 "var * seen + squares + move * move * (seen * rows / (seen + rows))");
    m->rows = cx_dim(x, 0);
    m->seen = cx_self_has(self, SEEN) ? cx__number_i64(cx_self(self, SEEN)) : 0;
    m->total = m->seen + m->rows;
    CX__TRY(cx__column_means(s, x, NULL, &m->own_mean, &m->own_squares));
    m->mean = m->own_mean;
    m->squares = m->own_squares;
    if (m->seen == 0) return CX_OK;
    const cx_array *const seen = cx_float((double)m->seen), *const rows = cx_float((double)m->rows),
                          *const mean = cx__slot_f64(self, CX__PCA_MEAN);
    m->mean = cx__held_run("fit", &means, CX_ARRAYS(mean, m->own_mean, seen, rows));
    m->squares = cx__held_run(
        "fit", &sums,
        CX_ARRAYS(cx__slot_f64(self, VAR), mean, m->own_mean, m->own_squares, seen, rows));
    return cx__so_far();
}

/* Rows with the covariance of all that was seen. */
static const cx_array *stand_in(const cx_estimator *self, const cx__site *s, const cx_array *x,
                                const moments *m)
{
    const cx_array *const own = cx__centred(s, x, m->own_mean, NULL);
    if (m->seen == 0) return own;
    const double weight = sqrt((double)m->seen / (double)m->total * (double)m->rows);
    const cx_array *const move = cx_mul(cx_sub(cx__slot_f64(self, CX__PCA_MEAN), m->own_mean),
                                        cx_float(weight)),
                          *const before =
                              cx_mul(cx_expand_dims(cx__slot_f64(self, CX__PCA_SINGULAR), 1),
                                     cx__slot_f64(self, CX__PCA_COMPONENTS));
    return cx_concatenate(CX_ARRAYS(before, own, cx_expand_dims(move, 0)), 0);
}

static cx_status step(cx_estimator *self, const cx__site *s, const cx_array *x, cx_dtype t)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    moments m = {0};
    cx__spectrum f = {0};
    cx_array *rows = NULL;
    int64_t k = 0;
    CX__TRY(count_components(self, n, d, &k));
    CX__TRY(join_moments(self, s, x, &m));
    CX__TRY(cx__spectral_rows(s, stand_in(self, s, x, &m), NULL, &rows));
    CX__TRY(cx__spectrum_exact(rows, &f));
    static cx__held squared = CX__HELD("s, by: s * s / by");
    const cx_array *const singular = cx_slice(f.singular, 0, 0, k, 1),
                          *const variance =
                              cx__held_run("fit", &squared,
                                           CX_ARRAYS(f.singular, cx_float((double)(m.total - 1)))),
                          *const ratio = cx__held_run(
                              "fit", &squared, CX_ARRAYS(singular, cx_sum(m.squares, CX_ALL)));
    const cx_array *const noise = k == n || k == d
                                      ? cx_zeros(CX_SHAPE(), CX_F64, s->device)
                                      : cx_mean(cx_slice(variance, 0, k, CX_END, 1), CX_ALL);
    CX__TRY(
        cx__store(self, CX__PCA_COMPONENTS, cx__fix_signs("fit", cx_slice(f.vt, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, CX__PCA_VARIANCE, cx_copy(cx_slice(variance, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, CX__PCA_RATIO, ratio, t));
    CX__TRY(cx__store(self, CX__PCA_SINGULAR, cx_copy(singular), t));
    CX__TRY(cx__store(self, CX__PCA_MEAN, m.mean, CX_F64));
    CX__TRY(cx__store(self, VAR, cx_div(m.squares, cx_float((double)m.total)), CX_F64));
    CX__TRY(cx__store(self, CX__PCA_NOISE, noise, t));
    CX__TRY(cx_self_set_i64(self, CX__PCA_COUNT, k));
    return cx_self_set_i64(self, SEEN, m.total);
}

/* A step in a scope of its own: what it leaves stands in the slots. */
static cx_status scoped_step(cx_estimator *self, const cx_array *x, int64_t lo, int64_t hi,
                             cx_dtype t)
{
    const cx_scope inner = cx_scope_open();
    cx__site s;
    cx_status st = cx__site_of("fit", x, &s);
    if (st == CX_OK) st = step(self, &s, cx__f64(&s, cx_slice(x, 0, lo, hi, 1)), t);
    return cx__give_status(inner, st);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const int64_t size =
        cx_param_is_none(self, "batch_size") ? 5 * d : cx_param_i64(self, "batch_size");
    const int64_t least =
        cx_param_is_none(self, "n_components") ? 0 : cx_param_i64(self, "n_components");
    const cx_dtype t = cx__float_like(data->x);
    CX__TRY(cx_self_set_i64(self, BATCH, size));
    int64_t lo = 0;
    for (int64_t i = 0; i < n / size; i++) {
        if (lo + size + least > n) continue; /* a short rest joins the last batch */
        CX__TRY(cx_self_progress(self, lo, n));
        CX__TRY(scoped_step(self, data->x, lo, lo + size, t));
        lo += size;
    }
    return lo < n ? scoped_step(self, data->x, lo, n, t) : CX_OK;
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return scoped_step(self, data->x, 0, cx_dim(data->x, 0), cx__float_like(data->x));
}

const cx_estimator_class cx__class_incremental_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "IncrementalPCA",
    .doc = "Principal component analysis of data that comes in batches.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .transform = cx__projection_transform,
    .inverse_transform = cx__pca_inverse,
    .feature_names_out = cx__projection_names,
    .plan = cx__pca_plan,
    .transform_into = cx__scores_into,
};
