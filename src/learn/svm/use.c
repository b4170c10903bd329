/* The decision functions of a fitted kernel machine.
 *
 * On the host the plan packs the support vectors, class by class, so that a class's coefficients
 * meet only its own vectors; on a device the kernel is a matrix and the coefficients another. */
#include "learn/svm/machine.h"
#include "learn/svm/pairs.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <string.h>

enum { PACK = CX_SVM_PACK };

/* ---- plan */
/* Support vectors on the host, before they are packed. */
typedef struct fitted {
    int64_t s, d, classes, rows, pairs;
    const double *vectors, *dual;
    const int64_t *counts, *support;
} fitted;

static cx_status read(const cx_estimator *self, fitted *out)
{
    const cx_array *const dual = cx_self(self, CX__SVM_DUAL), *const counts =
                                                                  cx_self(self, CX__SVM_COUNTS);
    *out = (fitted){.s = cx_dim(dual, 1),
                    .d = cx_self_features(self),
                    .classes = cx_size(counts),
                    .rows = cx_dim(dual, 0),
                    .pairs = cx_size(cx_self(self, CX__SVM_INTERCEPT)),
                    .vectors = cx_data_f64(cx__slot_f64(self, CX__SVM_VECTORS)),
                    .dual = cx_data_f64(cx__slot_f64(self, CX__SVM_DUAL)),
                    .counts = cx_data_i64(cx_astype(counts, CX_I64)),
                    .support = cx_data_i64(cx_astype(cx_self(self, CX__SVM_SUPPORT), CX_I64))};
    return cx__so_far();
}

/* The kernel of fit, whatever the parameter says by now: the attributes are made for it. */
static cx_status read_kernel(const cx_estimator *self, int64_t d, cx_svm_points *out)
{
    *out =
        (cx_svm_points){.kernel = (cx_svm_kernel)cx__number_i64(cx_self(self, CX__SVM_KERNEL_USED)),
                        .degree = cx_param_i64(self, "degree"),
                        .gamma = cx__number_f64(cx_self(self, CX__SVM_GAMMA_USED)),
                        .coef0 = cx_param_f64(self, "coef0"),
                        .d = d};
    return cx__so_far();
}

/* What is taken off the points, so that squares of lengths lose no digits: their mean. */
static cx_status put_shift(cx_plan *p, const fitted *f, cx_svm_points *to)
{
    if (to->kernel != CX_SVM_RBF || f->d > CX_SVM_SHIFTED || f->s == 0) return CX_OK;
    double *const shift = cx_plan_alloc(p, (size_t)f->d * sizeof *shift);
    if (!shift) return CX_E_NOMEM;
    for (int64_t i = 0; i < f->s; i++)
        for (int64_t k = 0; k < f->d; k++) shift[k] += f->vectors[i * f->d + k];
    for (int64_t k = 0; k < f->d; k++) shift[k] /= (double)f->s;
    to->shift = shift;
    return CX_OK;
}

static void put_point(const fitted *f, const cx_svm_points *to, int64_t i, int64_t at,
                      double *packed, double *norm)
{
    double *const point = packed + at / PACK * PACK * f->d + at % PACK;
    double sum = 0;
    for (int64_t k = 0; k < f->d; k++) {
        const double v = f->vectors[i * f->d + k] - (to->shift ? to->shift[k] : 0);
        point[k * PACK] = v;
        sum += v * v;
    }
    norm[at] = sum;
}

/* Memory for begin, places, coefficients and points of n places. */
typedef struct packs {
    int64_t *begin, *place, *index;
    double *coef, *packed, *norm;
} packs;

static cx_status make(cx_plan *p, const fitted *f, cx_svm_sums *to, packs *m)
{
    const int64_t segments = f->classes;
    m->begin = cx_plan_alloc(p, (size_t)(segments + 1) * sizeof *m->begin);
    m->place = cx_plan_alloc(p, (size_t)(segments * f->rows) * sizeof *m->place);
    if (!m->begin || !m->place) return CX_E_NOMEM;
    for (int64_t k = 0; k < segments; k++)
        m->begin[k + 1] = m->begin[k] + (f->counts[k] + PACK - 1) / PACK * PACK;
    const int64_t n = to->points.n = m->begin[segments];
    const bool given = to->points.kernel == CX_SVM_GIVEN;
    m->coef = cx_plan_alloc(p, (size_t)(f->rows * n + 1) * sizeof *m->coef);
    m->norm = cx_plan_alloc(p, (size_t)(n + 1) * sizeof *m->norm);
    m->index = cx_plan_alloc(p, (size_t)(given ? n + 1 : 1) * sizeof *m->index);
    m->packed = cx_plan_alloc(p, (size_t)(given ? 1 : n * f->d + 1) * sizeof *m->packed);
    if (!m->coef || !m->norm || !m->index || !m->packed) return CX_E_NOMEM;
    to->segments = segments;
    to->rows = f->rows;
    to->width = f->pairs;
    to->begin = m->begin;
    to->place = m->place;
    to->coef = m->coef;
    to->points.packed = m->packed;
    to->points.norm = m->norm;
    to->points.index = m->index;
    return CX_OK;
}

static void fill(const fitted *f, const cx_svm_sums *to, const packs *m)
{
    const int64_t n = to->points.n;
    int64_t i = 0;
    for (int64_t k = 0; k < f->classes; k++) {
        for (int64_t r = 0; r < f->rows; r++)
            m->place[k * f->rows + r] = cx__svm_pair_of(k, r, f->classes);
        int64_t at = m->begin[k];
        for (const int64_t end = i + f->counts[k]; i < end; i++, at++) {
            if (to->points.kernel == CX_SVM_GIVEN)
                m->index[at] = f->support[i];
            else
                put_point(f, &to->points, i, at, m->packed, m->norm);
            for (int64_t r = 0; r < f->rows; r++) m->coef[r * n + at] = f->dual[r * f->s + i];
        }
        /* what fills a pack up is like its last point and counts nothing */
        for (; at < m->begin[k + 1]; at++) {
            if (to->points.kernel == CX_SVM_GIVEN)
                m->index[at] = f->support[i - 1];
            else
                put_point(f, &to->points, i - 1, at, m->packed, m->norm);
        }
    }
}

cx_status cx__svm_plan_make(const cx_estimator *self, cx_plan *p)
{
    if (cx__svm_is_users(self))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "%s: sessions know the library's kernels only, not '%.60s'",
                        self->cls->name, cx_category(cx_self(self, CX__SVM_KERNEL_TEXT), 0));
    cx__svm_plan *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    fitted f;
    packs k;
    CX__TRY(read(self, &f));
    CX__TRY(read_kernel(self, f.d, &m->sums.points));
    CX__TRY(put_shift(p, &f, &m->sums.points));
    CX__TRY(make(p, &f, &m->sums, &k));
    fill(&f, &m->sums, &k);
    p->cols_out = f.pairs;
    return cx__plan_f64(p, cx_self(self, CX__SVM_INTERCEPT), &m->intercept);
}

cx_status cx__svm_decisions_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__svm_plan *const m = p->state;
    const int64_t width = m->sums.width;
    cx__plan_site(p)->ops->svm->sums(&m->sums, x, rows, p->cols_in, out);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < width; k++) out[i * width + k] += m->intercept[k];
    return CX_OK;
}

/* ---- by array operations: on a device, or with a user's kernel */
static cx_array *kernel_there(const cx_estimator *self, const cx_svm_points *k, const cx_array *x)
{
    static const char *const names[] = {"linear", "poly", "rbf", "sigmoid"};
    const cx_pairwise_opts *const o =
        CX_OPTS(cx_pairwise_opts, .gamma = {true, k->gamma}, .coef0 = {true, k->coef0},
                .degree = {true, (double)k->degree});
    if (k->kernel == CX_SVM_GIVEN) return cx_take(x, cx_self(self, CX__SVM_SUPPORT), 1);
    return cx_pairwise_kernels(x, cx_self(self, CX__SVM_VECTORS), names[k->kernel], o);
}

static cx_array *decisions_there(const cx_estimator *self, const cx_array *x)
{
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK) return cx__nil(cx__last_status());
    const cx_array *const dual = cx_self(self, CX__SVM_DUAL);
    const int64_t vectors = cx_dim(dual, 1), n = cx_dim(x, 0);
    const cx_array *const intercept = cx_self(self, CX__SVM_INTERCEPT);
    const int64_t classes = cx_size(cx_self(self, CX__SVM_COUNTS)), pairs = cx_size(intercept);
    if (vectors == 0) return cx_add(cx_zeros(CX_SHAPE(n, pairs), CX_F64, s.device), intercept);
    const cx_array *coef = cx__f64(&s, dual);
    if (classes > 2) {
        const cx_array *const on_host = cx__fetch(&s, cx__f64(&s, dual)),
                              *const counts =
                                  cx__fetch(&s, cx__i64(&s, cx_self(self, CX__SVM_COUNTS)));
        const double *dense = NULL;
        if (!cx_ok()) return NULL;
        if (cx_check(cx__svm_dense(cx_data_f64(on_host), cx_data_i64(counts), classes, vectors,
                                   &dense)) != CX_OK)
            return NULL;
        coef =
            cx_reshape(cx__given_all(&s, dense, pairs * vectors, CX_F64), CX_SHAPE(pairs, vectors));
    }
    if (cx__svm_is_users(self))
        return cx__svm_users_decisions(self, x, cx__slot_f64(self, CX__SVM_VECTORS), coef);
    cx_svm_points k;
    if (cx_check(read_kernel(self, cx_dim(x, 1), &k)) != CX_OK) return NULL;
    return cx_add(cx_matmul(kernel_there(self, &k, x), cx_transpose(coef)), intercept);
}

cx_array *cx__svm_decisions(const cx_estimator *self, const cx_array *x)
{
    if (!cx__svm_by_rows(self, x))
        return decisions_there(self, cx_ascontiguous(cx_astype(x, CX_F64)));
    return cx__by_kernel(self, CX_DECISION_FUNCTION, cx__svm_decisions_into, x, CX__ROWS_MATRIX,
                         CX_F64);
}

/* ---- files */
cx_status cx__svm_check(const cx_estimator *self)
{
    const cx_array *const counts = cx_self(self, CX__SVM_COUNTS),
                          *const dual = cx_self(self, CX__SVM_DUAL),
                          *const vectors = cx_self(self, CX__SVM_VECTORS);
    const int64_t classes = cx_size(counts), s = cx_dim(dual, 1), d = cx_self_features(self);
    const int64_t *const count = cx_data_i64(cx_astype(counts, CX_I64)),
                         *const at = cx_data_i64(cx_astype(cx_self(self, CX__SVM_SUPPORT), CX_I64));
    const int64_t kernel = cx__number_i64(cx_self(self, CX__SVM_KERNEL_USED));
    CX__TRY(cx__so_far());
    int64_t all = 0;
    bool good = kernel >= 0 && kernel <= CX__SVM_USERS && classes >= 1 && classes < 1 << 15 &&
                cx_dim(dual, 0) == (classes > 1 ? classes - 1 : 1) &&
                cx_size(cx_self(self, CX__SVM_INTERCEPT)) == cx__svm_pair_count(classes);
    for (int64_t k = 0; good && k < classes; k++) {
        good = count[k] >= 0 && count[k] <= s - all;
        all += good ? count[k] : 0;
    }
    good = good && all == s;
    if (kernel == CX_SVM_GIVEN)
        for (int64_t i = 0; good && i < s; i++) good = at[i] >= 0 && at[i] < d;
    else
        good = good && cx_dim(vectors, 0) == s && cx_dim(vectors, 1) == d;
    if (kernel == CX__SVM_USERS) good = good && cx__svm_users_good(self);
    if (good) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: support vectors and coefficients disagree",
                    self->cls->name);
}
