/* Normal models of rows: see the header. What the public functions of calx/decomposition.h and the
 * scores ask for follows from loadings and noise alone, by Woodbury's identity where the noise is
 * none of it 0; the likelihoods' row kernel is products with a root of the precision. */
#include "learn/decomposition/gaussian.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/decomposition/projection.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/decomposition.h>
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

/* ---- PCA's use of its attributes */
cx_array *cx__pca_deviations(const cx_estimator *self)
{
    if (!cx_param_bool(self, "whiten")) return NULL;
    return cx_maximum(cx_sqrt(cx__slot_f64(self, CX__PCA_VARIANCE)), cx_float(DBL_EPSILON));
}

cx_status cx__pca_plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_METHOD_SCORE_SAMPLES) return cx__gaussian_plan(self, p);
    return cx__projection_plan(self, cx__slot_f64(self, CX__PCA_COMPONENTS),
                               cx_self(self, CX__PCA_MEAN), cx__pca_deviations(self), p);
}

cx_array *cx__pca_inverse(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, cx__pca_deviations(self),
                               cx__slot_f64(self, CX__PCA_COMPONENTS),
                               cx__slot_f64(self, CX__PCA_MEAN));
}

/* scikit-learn's loadings of a whitening model hold the deviations twice */
static cx__gaussian of_pca(const cx_estimator *self)
{
    static cx__held weights = CX__HELD("c, v, noise: c * sqrt(maximum(v - noise, 0))");
    static cx__held whitened = CX__HELD("c, v, noise: c * sqrt(v * maximum(v - noise, 0))");
    const cx_array *const c = cx__slot_f64(self, CX__PCA_COMPONENTS),
                          *const v = cx_expand_dims(cx__slot_f64(self, CX__PCA_VARIANCE), 1),
                          *const noise = cx__slot_f64(self, CX__PCA_NOISE);
    cx__held *const h = cx_param_bool(self, "whiten") ? &whitened : &weights;
    return (cx__gaussian){.mean = cx__slot_f64(self, CX__PCA_MEAN),
                          .loadings = cx__held_run("covariance", h, CX_ARRAYS(c, v, noise)),
                          .noise = noise};
}

static cx__gaussian of_factors(const cx_estimator *self)
{
    return (cx__gaussian){.mean = cx__slot_f64(self, CX__FACTOR_MEAN),
                          .loadings = cx__slot_f64(self, CX__FACTOR_COMPONENTS),
                          .noise = cx__slot_f64(self, CX__FACTOR_NOISE)};
}

static cx_status gaussian_of(const char *where, const cx_estimator *m, cx__gaussian *out)
{
    if (m->cls == &cx__class_pca || m->cls == &cx__class_incremental_pca)
        *out = of_pca(m);
    else if (m->cls == &cx__class_factor_analysis)
        *out = of_factors(m);
    else
        return cx__fail(CX_E_ARGUMENT, where, "%s is no model with a covariance of its own",
                        m->cls->name);
    return cx__so_far();
}

/* ---- covariance and precision */
static cx_array *diagonal(const cx__gaussian *g, const cx_array *values)
{
    const int64_t d = cx_dim(g->loadings, 1);
    return cx_mul(cx_eye(d, d, 0, CX_F64, cx_device_of(g->loadings)), values);
}

static cx_array *covariance(const cx__gaussian *g)
{
    return cx_add(cx_matmul(cx_transpose(g->loadings), g->loadings), diagonal(g, g->noise));
}

static cx_array *precision(const cx__gaussian *g)
{
    const int64_t k = cx_dim(g->loadings, 0);
    if (!(cx__number_f64(cx_min(g->noise, CX_ALL)) > 0)) return cx_linalg_inv(covariance(g));
    const cx_array *const calm = cx_reciprocal(g->noise);
    if (k == 0) return diagonal(g, calm);
    const cx_array *const scaled = cx_mul(g->loadings, calm);
    const cx_array *const inner = cx_add(cx_eye(k, k, 0, CX_F64, cx_device_of(g->noise)),
                                         cx_matmul(scaled, cx_transpose(g->loadings)));
    return cx_sub(diagonal(g, calm),
                  cx_matmul(cx_transpose(scaled), cx_linalg_solve(inner, scaled)));
}

typedef cx_array *matrix_of(const cx__gaussian *g);

static cx_array *asked(const char *where, const cx_estimator *m, matrix_of *what)
{
    const cx_scope s = cx_scope_open();
    cx__gaussian g = {0};
    cx_array *out = NULL;
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && !m->state)
        st = cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (st == CX_OK) st = gaussian_of(where, m, &g);
    if (st == CX_OK) out = what(&g);
    return cx__give(s, st, out);
}
cx_array *cx_get_covariance(const cx_estimator *m)
{
    return asked("get_covariance", m, covariance);
}
cx_array *cx_get_precision(const cx_estimator *m)
{
    return asked("get_precision", m, precision);
}

/* ---- likelihoods: base minus half the squared length of (x - mean) root */
typedef struct likelihood {
    cx_learn_scores scores;
    double base;
} likelihood;

/* root^T [d, d], whose product with root is the inverse of the covariance; of a covariance without
 * one the base is -inf. */
static cx_status root_of(const char *where, const cx__gaussian *g, cx_array **root, double *base)
{
    static cx__held scaled = CX__HELD("v, w, d, eps: where(w > max(w) * d * eps, "
                                      "v / sqrt(where(w > 0, w, 1)), 0)");
    static cx__held sum_of = CX__HELD("w, d, eps: -(sum(where(w > max(w) * d * eps, "
                                      "log(where(w > 0, w, 1)), inf)) + d * log(2 * pi)) / 2");
    const cx_eigh e = cx_linalg_eigh(covariance(g), NULL);
    const cx_array *const d = cx_float((double)cx_dim(g->loadings, 1)), *const eps =
                                                                            cx_float(DBL_EPSILON);
    *root = cx_transpose(cx__held_run(where, &scaled, CX_ARRAYS(e.v, e.w, d, eps)));
    *base = cx__number_f64(cx__held_run(where, &sum_of, CX_ARRAYS(e.w, d, eps)));
    return cx__so_far();
}

cx_status cx__gaussian_plan(const cx_estimator *self, cx_plan *p)
{
    cx__gaussian g = {0};
    cx_array *root = NULL;
    likelihood *const l = cx_plan_alloc(p, sizeof *l);
    if (l == NULL) return CX_E_NOMEM;
    CX__TRY(gaussian_of("score_samples", self, &g));
    CX__TRY(root_of("score_samples", &g, &root, &l->base));
    CX__TRY(cx__projection_plan(self, root, g.mean, NULL, p));
    l->scores = *(const cx_learn_scores *)p->state;
    p->state = l;
    p->cols_out = 1;
    return CX_OK;
}

cx_status cx__gaussian_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    enum { ROOM = 4096 };
    double room[ROOM];
    const cx__site *const s = cx__plan_site(p);
    const likelihood *const l = p->state;
    const int64_t d = p->cols_in, step = d < ROOM ? ROOM / d : 1;
    if (d > ROOM)
        return cx__fail(CX_E_UNSUPPORTED, "score_samples", "%lld columns; at most %d", (long long)d,
                        ROOM);
    for (int64_t lo = 0; lo < rows; lo += step) {
        cx_learn_scores call = l->scores;
        call.n = rows - lo < step ? rows - lo : step;
        call.x = x + lo * d;
        call.out = room;
        CX__TRY(s->ops->scores(s->queue, &call));
        for (int64_t r = 0; r < call.n; r++) {
            double sum = 0;
            for (int64_t j = 0; j < d; j++) sum += room[r * d + j] * room[r * d + j];
            out[lo + r] = l->base - sum / 2;
        }
    }
    return CX_OK;
}

/* On a GPU the same in array operations. */
static cx_array *samples_elsewhere(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "score_samples";
    static cx__held less = CX__HELD("z, base: base - sum(z * z, axis=1) / 2");
    cx__gaussian g = {0};
    cx__site s;
    cx_array *root = NULL;
    double base = 0;
    if (cx_check(gaussian_of(where, self, &g)) != CX_OK) return NULL;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    if (cx_check(root_of(where, &g, &root, &base)) != CX_OK) return NULL;
    const cx_array *const z = cx__centred(&s, cx__f64(&s, x), g.mean, NULL);
    cx_array *const out =
        cx__held_run(where, &less, CX_ARRAYS(cx_matmul(z, cx_transpose(root)), cx_float(base)));
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

cx_array *cx__gaussian_samples(const cx_estimator *self, const cx_array *x)
{
    enum { MOST = 4096 }; /* columns that the kernel takes */
    if (!cx__on_host(x) || cx_dim(x, 1) > MOST) return samples_elsewhere(self, x);
    return cx__by_rows(self, CX_METHOD_SCORE_SAMPLES, x, CX__ROWS_FLAT, cx__float_like(x));
}

double cx__gaussian_score(const cx_estimator *self, const cx_data *d)
{
    return cx__number_f64(cx_mean(cx__gaussian_samples(self, d->x), CX_ALL));
}
