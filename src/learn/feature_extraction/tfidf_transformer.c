/* TfidfTransformer: counts of words, the rarer ones weighing more.
 *
 * One idea: a column's weight is the logarithm of how few rows have it; entries that are 0 stay 0,
 * whatever their weight is. x is dense. */
#include "learn/base/plan.h"
#include "learn/numeric/norm.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <float.h>
#include <math.h>

enum { IDF };
static const char *const attrs[] = {"idf_?: float [n]", NULL};

static const cx_param params[] = {
    {"norm", CX_PARAM_STR | CX_PARAM_NONE, "'l2'", "{'l1', 'l2'}",
     "what becomes 1 in each row; None: rows stay"},
    {"use_idf", CX_PARAM_BOOL, "True", NULL, "weigh columns by how few rows have them"},
    {"smooth_idf", CX_PARAM_BOOL, "True", NULL, "as if one row more had every column"},
    {"sublinear_tf", CX_PARAM_BOOL, "False", NULL, "1 + log(count) in place of counts"},
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    static cx__held weigh =
        CX__HELD("x, n, s: log((n + s) / (sum(float64(x != 0), axis=0) + s)) + 1");
    if (!cx_param_bool(self, "use_idf")) return CX_OK;
    const double more = cx_param_bool(self, "smooth_idf") ? 1 : 0;
    const cx_array *const idf = cx__held_run(
        "fit", &weigh, CX_ARRAYS(data->x, cx_float((double)cx_dim(data->x, 0)), cx_float(more)));
    return cx__store(self, IDF, idf, cx__float_like(data->x));
}

/* ---- rows */
typedef struct weighing {
    const double *idf; /* NULL: all 1 */
    bool logarithms, normed;
    cx__norm norm;
} weighing;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    weighing *const w = cx_plan_alloc(p, sizeof *w);
    if (w == NULL) return CX_E_NOMEM;
    p->state = w;
    w->logarithms = cx_param_bool(self, "sublinear_tf");
    w->normed = !cx_param_is_none(self, "norm");
    if (w->normed) w->norm = cx__norm_named(cx_param_str(self, "norm"));
    return cx_self_has(self, IDF) ? cx__plan_f64(p, cx_self(self, IDF), &w->idf) : CX_OK;
}

/* As in scikit-learn: infinite weights and logarithms of what is below 0. */
static cx_status not_finite(void)
{
    return cx__fail(CX_E_ARGUMENT, "transform",
                    "TfidfTransformer: x has weights that are not finite, which have no norm: "
                    "columns that fit saw only zeros of (see smooth_idf), or negative numbers with "
                    "sublinear_tf=True");
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const weighing *const w = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++, x += d, out += d) {
        double odd = 0; /* 0 * v is 0 if v is finite */
        for (int64_t j = 0; j < d; j++) {
            const double v = w->logarithms && x[j] != 0 ? log(x[j]) + 1 : x[j];
            out[j] = w->idf != NULL && v != 0 ? v * w->idf[j] : v;
            odd += 0 * out[j];
        }
        if (!w->normed) continue;
        if (isnan(odd)) return not_finite();
        const double size = cx__row_norm(w->norm, out, d);
        for (int64_t j = 0; size != 0 && j < d; j++) out[j] /= size;
    }
    return CX_OK;
}

/* A batch is looked at beforehand: where its rows run, nobody hears what was wrong. */
static cx_status has_norms(const cx_estimator *self, const cx_array *x)
{
    static cx__held endless = CX__HELD("idf: any(isinf(idf))"),
                    met = CX__HELD("x, idf: any(x != 0 and isinf(idf))"),
                    below = CX__HELD("x: any(x < 0)");
    if (cx_param_is_none(self, "norm")) return CX_OK;
    int64_t odd = 0;
    if (cx_self_has(self, IDF)) {
        const cx_array *const idf = cx_self(self, IDF);
        odd = cx__number_i64(cx__held_run("transform", &endless, CX_ARRAYS(idf)));
        if (odd != 0) odd = cx__number_i64(cx__held_run("transform", &met, CX_ARRAYS(x, idf)));
    }
    if (odd == 0 && cx_param_bool(self, "sublinear_tf"))
        odd = cx__number_i64(cx__held_run("transform", &below, CX_ARRAYS(x)));
    CX__TRY(cx__so_far());
    return odd != 0 ? not_finite() : CX_OK;
}

static cx_array *elsewhere(const cx_estimator *self, const cx_array *x)
{
    static cx__held counts = CX__HELD("x, idf: where(x == 0, 0, x * idf)"),
                    logarithms = CX__HELD("x, idf: where(x == 0, 0, (log(x) + 1) * idf)");
    const cx_array *const idf = cx_self_has(self, IDF) ? cx__slot_f64(self, IDF) : cx_float(1);
    cx_array *const out =
        cx__held_run("transform", cx_param_bool(self, "sublinear_tf") ? &logarithms : &counts,
                     CX_ARRAYS(cx_astype(x, CX_F64), idf));
    if (cx_param_is_none(self, "norm")) return out;
    return cx__rows_normed("transform", cx__norm_named(cx_param_str(self, "norm")), out,
                           DBL_TRUE_MIN);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const cx_dtype t = cx__float_like(x);
    if (cx_check(has_norms(self, x)) != CX_OK) return NULL;
    if (cx__on_host(x)) return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, t);
    cx_array *const out = elsewhere(self, x);
    return t == CX_F64 ? out : cx_astype(out, t);
}

const cx_estimator_class cx__class_tfidf_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TfidfTransformer",
    .doc = "Counts of words in rows, weighed by how few rows have them.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .plan = plan,
    .transform_into = transform_into,
};
