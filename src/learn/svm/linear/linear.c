/* Rows and results of linear support vector machines: see the header. */
#include "learn/svm/linear/linear.h"

#include "base/object.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

cx_status cx__margin_choose(const cx_estimator *self, const cx_array *x, bool has_dual,
                            bool has_primal, bool *dual)
{
    const bool automatic = cx_param_is_str(self, "dual"), few = cx_dim(x, 0) < cx_dim(x, 1);
    *dual = automatic ? (few ? has_dual : !has_primal) : cx_param_bool(self, "dual");
    if (*dual ? has_dual : has_primal) return cx__so_far();
    return cx__fail(CX_E_ARGUMENT, "fit", "%s(dual=%s): this loss and penalty have no %s solver",
                    self->cls->name, cx_param_text(self, "dual"), *dual ? "dual" : "primal");
}

cx_status cx__margin_begin(cx_estimator *self, const cx_data *data, cx__margin_fit *f)
{
    *f = (cx__margin_fit){.self = self,
                          .data = data,
                          .all = cx_dim(data->x, 0),
                          .d = cx_dim(data->x, 1),
                          .intercept = cx_param_bool(self, "fit_intercept"),
                          .scaling = cx_param_f64(self, "intercept_scaling")};
    f->w = f->d + f->intercept;
    CX__TRY(cx__site_of("fit", data->x, &f->site));
    if (f->all > INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld rows are too many", self->cls->name,
                        (long long)f->all);
    if (data->sample_weight)
        f->weight = cx_data_f64(cx__fetch(&f->site, cx__f64(&f->site, data->sample_weight)));
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->all; i++) f->n += f->weight == NULL || f->weight[i] > 0;
    if (f->n > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: no row has a weight above 0", self->cls->name);
}

cx_status cx__margin_fetch(cx__margin_fit *f, const int64_t *order, bool by_columns)
{
    const double *const x = cx_data_f64(cx__fetch(&f->site, cx__f64(&f->site, f->data->x)));
    f->x = cx__scope_room((size_t)(f->n * f->w) * sizeof *f->x);
    CX__TRY(cx__so_far());
    const int64_t down = by_columns ? 1 : f->w, across = by_columns ? f->n : 1;
    for (int64_t i = 0; i < f->n; i++) {
        double *const to = f->x + i * down;
        for (int64_t j = 0; j < f->d; j++) to[j * across] = x[order[i] * f->d + j];
        if (f->intercept) to[f->d * across] = f->scaling;
    }
    return CX_OK;
}

cx_status cx__margin_widen(cx__margin_fit *f)
{
    const cx_array *const x = cx__f64(&f->site, f->data->x);
    f->there = x;
    if (f->intercept) {
        const cx_array *const one =
            cx_full(CX_SHAPE(f->all, 1), cx_float(f->scaling), CX_F64, f->site.device);
        f->there = cx_concatenate(CX_ARRAYS(x, one), 1);
    }
    return cx__so_far();
}

cx_status cx__margin_seed(cx__margin_fit *f)
{
    uint32_t seed;
    CX__TRY(cx__words_seed(cx__seeded(f->self), &seed));
    return cx__words_open(seed, &f->words);
}

cx_status cx__margin_store(const cx__margin_fit *f, const double *coef, int64_t k, bool flat,
                           int iter, int64_t rounds)
{
    const int64_t d = f->d, w = f->w, most = cx_param_i64(f->self, "max_iter");
    double *const own = cx__scope_room((size_t)(k * d) * sizeof *own), *const start =
                                                                           cx__scope_room(
                                                                               (size_t)k *
                                                                               sizeof *start);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) {
        memcpy(own + i * d, coef + i * w, (size_t)d * sizeof *own);
        if (f->intercept) start[i] = f->scaling * coef[i * w + d];
        for (int64_t j = 0; j < w; j++)
            if (!isfinite(coef[i * w + j]))
                return cx__fail(CX_E_ARGUMENT, "fit",
                                "%s: coefficients grew beyond all numbers; scale the data",
                                f->self->cls->name);
    }
    const cx_array *const all = cx__given_all(&f->site, own, k * d, CX_F64);
    CX__TRY(cx_self_set(f->self, 0, flat ? all : cx_reshape(all, CX_SHAPE(k, d))));
    CX__TRY(cx_self_set(f->self, 1, cx__given_all(&f->site, start, k, CX_F64)));
    if (rounds >= most)
        cx__warn(CX_E_CONVERGENCE, "%s: max_iter=%lld were too few to converge; raise it",
                 f->self->cls->name, (long long)most);
    return cx_self_set_i64(f->self, iter, rounds);
}
