/* FeatureAgglomeration: columns that go together become one. */
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/cluster/agglomerative.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/choose.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {CX__AGGLOMERATIVE_ATTRS("n"), NULL};
static const cx_param params[] = {
    CX__AGGLOMERATIVE_FIRST,
    {"pooling_func", CX_PARAM_STR, "'mean'", "{'mean', 'max', 'min'}",
     "what a cluster's columns become"},
    CX__AGGLOMERATIVE_LAST,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    if (cx_dim(data->x, 1) < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "FeatureAgglomeration: x has %lld column; it needs two",
                        (long long)cx_dim(data->x, 1));
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const columns = cx_ascontiguous(cx_transpose(data->x));
    CX__TRY(cx__so_far());
    return cx__agglomerate(self, &s, columns);
}

/* Labels index the pools of a row. */
static cx_status check(const cx_estimator *self)
{
    const int64_t k = cx__number_i64(cx_self(self, CX__AGGLOMERATIVE_CLUSTERS));
    const cx_array *const label =
        cx__as("estimator_load", cx_self(self, CX__AGGLOMERATIVE_LABELS), CX_I64);
    const int64_t *const at = cx_data_i64(label), n = cx_size(label);
    if (at == NULL) return cx__last_status();
    bool fits = k >= 1 && k <= n;
    for (int64_t i = 0; fits && i < n; i++) fits = at[i] >= 0 && at[i] < k;
    if (fits) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "FeatureAgglomeration: labels_ and n_clusters_ do not fit");
}

typedef struct pools {
    const int64_t *label;
    double *size;
    enum { MEAN, LARGEST, LEAST } how;
} pools;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const char *const how = cx_param_str(self, "pooling_func");
    pools *const s = cx_plan_alloc(p, sizeof *s);
    p->cols_out = cx__number_i64(cx_self(self, CX__AGGLOMERATIVE_CLUSTERS));
    CX__TRY(cx__so_far());
    double *const size = cx_plan_alloc(p, (size_t)p->cols_out * sizeof *size);
    if (s == NULL || size == NULL) return CX_E_NOMEM;
    *s = (pools){.size = size,
                 .how = strcmp(how, "mean") == 0  ? MEAN
                        : strcmp(how, "max") == 0 ? LARGEST
                                                  : LEAST};
    p->state = s;
    CX__TRY(cx__plan_i64(p, cx_self(self, CX__AGGLOMERATIVE_LABELS), &s->label));
    for (int64_t j = 0; j < p->cols_in; j++) size[s->label[j]]++;
    return CX_OK;
}

static void pool_row(const pools *s, const double *x, int64_t d, double *out, int64_t k)
{
    for (int64_t c = 0; c < k; c++) out[c] = s->how == MEAN ? 0 : (double)NAN;
    for (int64_t j = 0; j < d; j++) {
        double *const to = &out[s->label[j]];
        if (s->how == MEAN)
            *to += x[j];
        else if (*to != *to || (s->how == LARGEST ? x[j] > *to : x[j] < *to))
            *to = x[j];
    }
    for (int64_t c = 0; s->how == MEAN && c < k; c++) out[c] /= s->size[c];
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    for (int64_t i = 0; i < rows; i++)
        pool_row(p->state, x + i * p->cols_in, p->cols_in, out + i * p->cols_out, p->cols_out);
    return CX_OK;
}

/* On a device: one cluster's columns after the other. */
static cx_array *pool_there(const cx_estimator *self, const cx_array *x)
{
    const int64_t k = cx__number_i64(cx_self(self, CX__AGGLOMERATIVE_CLUSTERS));
    const cx_array *const label = cx_self(self, CX__AGGLOMERATIVE_LABELS);
    const bool least = strcmp(cx_param_str(self, "pooling_func"), "min") == 0,
               mean = strcmp(cx_param_str(self, "pooling_func"), "mean") == 0;
    cx_array *const out = cx_empty(CX_SHAPE(cx_dim(x, 0), k), CX_F64, cx_device_of(x));
    for (int64_t c = 0; c < k && cx_ok(); c++) {
        const cx_array *const columns =
            cx_compress(cx_equal(label, cx_int(c)), cx_astype(x, CX_F64), 1);
        const cx_array *const pool = mean    ? cx_mean(columns, CX_AXIS(1))
                                     : least ? cx_min(columns, CX_AXIS(1))
                                             : cx_max(columns, CX_AXIS(1));
        (void)cx_check(cx_copy_into(cx_expand_dims(pool, 1), cx_slice(out, 1, c, c + 1, 1)));
    }
    return out;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    if (!cx__on_host(x)) return cx_astype(pool_there(self, x), cx__float_like(x));
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx_take(x, cx_self(self, CX__AGGLOMERATIVE_LABELS), 1);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx__number_i64(cx_self(self, CX__AGGLOMERATIVE_CLUSTERS)));
}

const cx_estimator_class cx__class_feature_agglomeration = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FeatureAgglomeration",
    .doc = "Columns merged into clusters, the nearest first; each cluster becomes one column.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
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
