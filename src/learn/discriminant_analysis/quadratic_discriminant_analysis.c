/* QuadraticDiscriminantAnalysis: classes as normal distributions, each with a covariance of its
 * own.
 *
 * A row's distance from a class is the length of its whitened difference from the mean. On the CPU
 * the whitening runs in panels of columns through the linear row kernel, whose results stay in a
 * small block; on another device it is a matrix product for each class. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/discriminant_analysis/discriminant.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { CLASSES, MEANS, PRIORS, SCALINGS, ROTATIONS, COVARIANCE };
static const char *const attrs[] = {"classes_: label [c]",
                                    "means_: float [c, n]",
                                    "priors_: float [c]",
                                    "scalings_: float [c, n]",
                                    "rotations_: float [c, n, n]",
                                    "covariance_?: float [c, n, n]",
                                    NULL};

static const cx_param params[] = {
    {"solver", CX_PARAM_STR, "'svd'", "{'svd', 'eigen'}",
     "'eigen' goes with shrinkage and covariance_estimator"},
    CX__DISCRIMINANT_SHRINKAGE,
    {"priors", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "probabilities of the classes; None: their share of the data"},
    {"reg_param", CX_PARAM_FLOAT, "0.0", "[0, 1]",
     "share of the identity in the covariances, with solver='svd'"},
    {"store_covariance", CX_PARAM_BOOL, "False", NULL, "keep the covariances as covariance_"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "variances up to it are an error"},
    CX__DISCRIMINANT_ESTIMATOR,
    {.name = NULL},
};

/* Variances [d], falling, along axes [d, d] (rows) of one class. */
static cx_status class_axes(const cx_estimator *self, const cx__site *s, const cx_array *rows,
                            const cx_array *mean, cx__axes *out)
{
    if (strcmp(cx_param_str(self, "solver"), "eigen") == 0) {
        cx_array *covariance = NULL;
        CX__TRY(cx__asked_covariance(self, s, rows, &covariance));
        const cx_eigh e = cx_linalg_eigh(covariance, NULL);
        *out = (cx__axes){cx_flip(e.w, 0), cx_flip(cx_transpose(e.v), 0)};
        return cx__so_far();
    }
    const double n = (double)cx_dim(rows, 0), reg = cx_param_f64(self, "reg_param");
    bool told = false;
    CX__TRY(cx__axes_of_products(cx_dim(rows, 0), cx__gram(s, rows, mean), out, &told));
    if (!told) CX__TRY(cx__axes_of_rows(cx__centred(s, rows, mean, NULL), out));
    static cx__held mixed = CX__HELD("v, n, reg: (1 - reg) * (v / n) + reg");
    out->values = cx__held_run("fit", &mixed, CX_ARRAYS(out->values, cx_float(n), cx_float(reg)));
    return cx__so_far();
}

static cx_status not_full(const cx_estimator *self, const cx__classed *c, int64_t k)
{
    const bool svd = strcmp(cx_param_str(self, "solver"), "svd") == 0;
    if (svd && (int64_t)c->count[k] <= c->d)
        return cx__fail(CX_E_SINGULAR, "fit",
                        "%s: class %lld has %lld rows for %lld columns, its covariance is not of "
                        "full rank; use solver='eigen' with shrinkage",
                        self->cls->name, (long long)k, (long long)c->count[k], (long long)c->d);
    return cx__fail(CX_E_SINGULAR, "fit",
                    "%s: the covariance of class %lld is not of full rank; raise %s",
                    self->cls->name, (long long)k, svd ? "reg_param" : "shrinkage");
}

typedef struct model {
    cx_array *scalings, *rotations, *covariance; /* [c, d], [c, d, d] twice */
} model;

static cx_status fit_class(const cx_estimator *self, const cx__classed *c, const cx_array *rows,
                           int64_t k, const model *m)
{
    if (cx_dim(rows, 0) == 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: class %lld has a single row", self->cls->name,
                        (long long)k);
    cx__axes a = {NULL, NULL};
    CX__TRY(class_axes(self, &c->site, rows, cx_select(c->means, 0, k), &a));
    const double tol = cx_param_f64(self, "tol");
    const bool all = cx_size(a.values) == c->d &&
                     cx__number_i64(cx_all(cx_greater(a.values, cx_float(tol)), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    if (!all) return not_full(self, c, k);
    CX__TRY(cx_copy_into(a.values, cx_select(m->scalings, 0, k)));
    CX__TRY(
        cx_copy_into(cx_transpose(cx__fix_signs("fit", a.axes)), cx_select(m->rotations, 0, k)));
    if (!m->covariance) return CX_OK;
    const cx_array *const scaled = cx_mul(cx_transpose(a.axes), a.values);
    return cx_copy_into(cx_matmul(scaled, a.axes), cx_select(m->covariance, 0, k));
}

static cx_status fit_classes(cx_estimator *self, const cx__classed *c, cx_dtype t)
{
    if (c->c < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs more than one class", self->cls->name);
    const cx_device here = c->site.device;
    const bool keep = cx_param_bool(self, "store_covariance");
    const model m = {cx_empty(CX_SHAPE(c->c, c->d), CX_F64, here),
                     cx_empty(CX_SHAPE(c->c, c->d, c->d), CX_F64, here),
                     keep ? cx_empty(CX_SHAPE(c->c, c->d, c->d), CX_F64, here) : NULL};
    const cx_array *const rows = cx__classed_sorted(c);
    CX__TRY(cx__so_far());
    int64_t at = 0;
    for (int64_t k = 0; k < c->c; k++) {
        const int64_t end = at + (int64_t)c->count[k];
        CX__TRY(fit_class(self, c, cx_slice(rows, 0, at, end, 1), k, &m));
        at = end;
    }
    CX__TRY(cx_self_set(self, CLASSES, c->classes));
    CX__TRY(cx__store(self, MEANS, c->means, t));
    CX__TRY(cx__store(self, PRIORS, c->priors, CX_F64));
    CX__TRY(cx__store(self, SCALINGS, m.scalings, t));
    CX__TRY(cx__store(self, ROTATIONS, m.rotations, t));
    return keep ? cx__store(self, COVARIANCE, m.covariance, t) : CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__asked_check(self));
    cx__classed c = {0};
    cx_status st = cx__classed_make(self, data, &c);
    if (st == CX_OK) st = fit_classes(self, &c, cx__float_like(data->x));
    cx__classed_free(&c);
    return st;
}

/* ---- scores, anywhere: -(squared length of the whitened difference + log det) / 2 + log prior */
static cx_array *constants(const cx_estimator *self)
{
    static cx__held each = CX__HELD("s, priors: log(priors) - sum(log(s), axis=1) * 0.5");
    return cx__held_run("predict", &each,
                        CX_ARRAYS(cx__slot_f64(self, SCALINGS), cx__slot_f64(self, PRIORS)));
}

/* What whitens [c, d, d]: rotations over the roots of the variances. */
static cx_array *whiteners(const cx_estimator *self)
{
    return cx_div(cx__slot_f64(self, ROTATIONS),
                  cx_expand_dims(cx_sqrt(cx__slot_f64(self, SCALINGS)), 1));
}

static cx_array *scores_by_products(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const means = cx__slot_f64(self, MEANS), *const white = whiteners(self),
                          *const start = constants(self), *const rows = cx_astype(x, CX_F64);
    const int64_t n = cx_dim(x, 0), c = cx_dim(means, 0);
    cx_array *const out = cx_empty(CX_SHAPE(n, c), CX_F64, cx_device_of(x));
    static cx__held length = CX__HELD("z, start: start - sum(z * z, axis=1) * 0.5");
    for (int64_t k = 0; k < c && cx_ok(); k++) {
        const cx_array *const z =
            cx_matmul(cx_sub(rows, cx_select(means, 0, k)), cx_select(white, 0, k));
        (void)cx_check(
            cx_copy_into(cx__held_run("predict", &length, CX_ARRAYS(z, cx_select(start, 0, k))),
                         cx_select(out, 1, k)));
    }
    return out;
}

/* ---- scores on the CPU: panels of PANEL columns of a whitener, each [d, PANEL], zeros behind the
 * last column */
enum { PANEL = 32 };
typedef struct panels {
    int64_t d, c, count; /* panels of a class */
    const double *mean, *white, *start;
} panels;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    panels *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    const cx__site *const s = cx__plan_site(p);
    const int64_t d = p->cols_in, c = cx_size(cx_self(self, CLASSES)),
                  count = (d + PANEL - 1) / PANEL;
    cx_array *const padded = cx_zeros(CX_SHAPE(c, d, count * PANEL), CX_F64, s->device);
    CX__TRY(cx_copy_into(whiteners(self), cx_slice(padded, 2, 0, d, 1)));
    const cx_array *const cut =
        cx_ascontiguous(cx_swapaxes(cx_reshape(padded, CX_SHAPE(c, d, count, PANEL)), 1, 2));
    *m = (panels){.d = d, .c = c, .count = count};
    p->state = m;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = c == 2 ? 1 : c;
    CX__TRY(cx__plan_f64(p, cx_self(self, MEANS), &m->mean));
    CX__TRY(cx__plan_f64(p, cut, &m->white));
    return cx__plan_f64(p, constants(self), &m->start);
}

/* Scores of class k for at most CX_ROW_BLOCK rows, `stride` apart. */
static cx_status class_scores(const cx_plan *p, int64_t k, const double *x, int64_t rows,
                              int64_t stride, double *out)
{
    const panels *const m = p->state;
    const cx__site *const s = cx__plan_site(p);
    double block[CX_ROW_BLOCK * PANEL], length[CX_ROW_BLOCK] = {0};
    for (int64_t panel = 0; panel < m->count; panel++) {
        const cx_learn_scores call = {.score = CX_LEARN_LINEAR,
                                      .end = CX_LEARN_SCORES,
                                      .n = rows,
                                      .d = m->d,
                                      .k = PANEL,
                                      .ld = PANEL,
                                      .x = x,
                                      .shift = m->mean + k * m->d,
                                      .w = m->white + (k * m->count + panel) * m->d * PANEL,
                                      .out = block};
        CX__TRY(s->ops->scores(s->queue, &call));
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < PANEL; j++)
                length[i] += block[i * PANEL + j] * block[i * PANEL + j];
    }
    for (int64_t i = 0; i < rows; i++) out[i * stride] = m->start[k] - 0.5 * length[i];
    return CX_OK;
}

static cx_status predict_block(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const panels *const m = p->state;
    double best[CX_ROW_BLOCK], own[CX_ROW_BLOCK];
    for (int64_t k = 0; k < m->c; k++) {
        CX__TRY(class_scores(p, k, x, rows, 1, own));
        for (int64_t i = 0; i < rows; i++) {
            if (k > 0 && !(own[i] > best[i])) continue;
            best[i] = own[i];
            out[i] = (double)k;
        }
    }
    return CX_OK;
}

static cx_status all_scores(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const panels *const m = p->state;
    for (int64_t k = 0; k < m->c; k++) CX__TRY(class_scores(p, k, x, rows, m->c, out + k));
    return CX_OK;
}

static cx_status decision_block(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const panels *const m = p->state;
    if (m->c != 2) return all_scores(p, x, rows, out);
    double first[CX_ROW_BLOCK];
    CX__TRY(class_scores(p, 0, x, rows, 1, first));
    CX__TRY(class_scores(p, 1, x, rows, 1, out));
    for (int64_t i = 0; i < rows; i++) out[i] -= first[i];
    return CX_OK;
}

static cx_status log_proba_block(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t c = ((const panels *)p->state)->c;
    CX__TRY(all_scores(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) {
        double *const row = out + i * c, most = row[0], sum = 0;
        for (int64_t k = 1; k < c; k++)
            if (row[k] > most) most = row[k];
        for (int64_t k = 0; k < c; k++) sum += exp(row[k] - most);
        for (int64_t k = 0; k < c; k++) row[k] = row[k] - most - log(sum);
    }
    return CX_OK;
}

static cx_status proba_block(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const int64_t c = ((const panels *)p->state)->c;
    CX__TRY(log_proba_block(p, x, rows, out));
    for (int64_t i = 0; i < rows * c; i++) out[i] = exp(out[i]);
    return CX_OK;
}

static cx_status in_blocks(const cx_plan *p, cx_row_kernel *block, int64_t cols, const double *x,
                           int64_t rows, double *out)
{
    for (int64_t i = 0; i < rows; i += CX_ROW_BLOCK) {
        const int64_t some = rows - i < CX_ROW_BLOCK ? rows - i : CX_ROW_BLOCK;
        CX__TRY(block(p, x + i * p->cols_in, some, out + i * cols));
    }
    return CX_OK;
}
static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_blocks(p, predict_block, 1, x, rows, out);
}
static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_blocks(p, decision_block, p->cols_out, x, rows, out);
}
static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_blocks(p, proba_block, p->cols_out, x, rows, out);
}
static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return in_blocks(p, log_proba_block, p->cols_out, x, rows, out);
}

/* ---- use */
static bool on_cpu(const cx_array *x)
{
    return cx_device_of(x).kind == CX_DEVICE_CPU;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (on_cpu(x)) return cx__predict_labels(self, x, CLASSES);
    return cx_take(cx_self(self, CLASSES), cx_argmax(scores_by_products(self, x), CX_AXIS(1)), 0);
}
static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    if (on_cpu(x)) return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, CX_F64);
    cx_array *const scores = scores_by_products(self, x);
    if (cx_dim(scores, 1) != 2) return scores;
    return cx_sub(cx_select(scores, 1, 1), cx_select(scores, 1, 0));
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    if (on_cpu(x))
        return cx__by_kernel(self, CX_PREDICT_PROBA, log_proba_into, x, CX__ROWS_MATRIX, CX_F64);
    static cx__held shares = CX__HELD("s: e = s - max(s, axis=1, keepdims=True);"
                                      "e - log(sum(exp(e), axis=1, keepdims=True))");
    return cx__held_run("predict_log_proba", &shares, CX_ARRAYS(scores_by_products(self, x)));
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    if (on_cpu(x)) return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
    return cx_exp(predict_log_proba(self, x));
}

const cx_estimator_class cx__class_quadratic_discriminant_analysis = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "QuadraticDiscriminantAnalysis",
    .doc = "Quadratic borders between normal classes.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .decision_function = decision_function,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = proba_into,
    .decision_into = decision_into,
};
