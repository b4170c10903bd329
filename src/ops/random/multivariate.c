/* Draws of vectors: multinomial, Dirichlet and multivariate hypergeometric. Their parameters are
 * small and are brought to the host; the backend draws a row at a time. */
#include "ops/random/parameters.h"

#include <calx/distributions.h>

#include <math.h>

/* Draw into a new array [shape..., k]. */
static cx_status draw_rows(cx_generator *g, const cx_random_call *c, int ndim, const int64_t *shape,
                           int64_t k, cx_dtype t, cx_array **out)
{
    int64_t full[CX_MAX_NDIM + 1];
    if (ndim < 0 || ndim >= CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, c->where, "shape has %d dimensions", ndim);
    for (int i = 0; i < ndim; i++) full[i] = shape[i];
    full[ndim] = k;
    CX__TRY(cx__array_new(c->where, ndim + 1, full, t, g->device->id, out));
    return cx__generator_fill(g, c, *out);
}

static cx_view host_view(const cx_array *a, int64_t stride)
{
    cx_view v;
    v.data = a->data;
    v.dtype = (cx_dtype)a->dtype;
    v.ndim = 1;
    v.flags = CX_VIEW_HOST;
    v.shape[0] = a->size;
    v.stride[0] = stride;
    return v;
}

/* ---- multinomial */

/* All but the last, whose share is what is left, summed with Kahan's correction. */
static double sum_of(const double *p, int64_t n)
{
    double sum = n > 0 ? p[0] : 0.0, lost = 0.0;
    for (int64_t i = 1; i < n; i++) {
        const double y = p[i] - lost, t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    return sum;
}

static cx_status check_outcomes(const char *where, const cx_array *p)
{
    const int64_t k = p->shape[p->ndim - 1];
    const double *const value = (const double *)(const void *)p->data;
    for (int64_t i = 0; i < p->size; i++)
        if (!(value[i] >= 0.0 && value[i] <= 1.0))
            return cx__fail(CX_E_ARGUMENT, where, "pvals has %g, not in [0, 1]", value[i]);
    for (int64_t i = 0; i < p->size; i += k)
        if (sum_of(value + i, k - 1) > 1.0 + 1e-12)
            return cx__fail(CX_E_ARGUMENT, where, "sum of pvals but the last is above 1");
    return CX_OK;
}

static cx_status check_trials(const char *where, const cx__parameters *p)
{
    const int64_t *const n = p->view[0].data;
    for (int64_t i = 0, count = p->held[0] ? p->held[0]->size : 1; i < count; i++)
        if (n[i] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "n is %lld, not 0 or more", (long long)n[i]);
    return CX_OK;
}

/* pvals for each row: as they are for one vector, else broadcast. */
static cx_status outcomes_per_row(const char *where, const cx__parameters *p, cx_array **pvals)
{
    cx_array *rows = NULL;
    int64_t full[CX_MAX_NDIM + 1];
    const int64_t k = (*pvals)->shape[(*pvals)->ndim - 1];
    if ((*pvals)->size == k) return CX_OK;
    for (int i = 0; i < p->ndim; i++) full[i] = p->shape[i];
    full[p->ndim] = k;
    CX__TRY(cx__array_new(where, p->ndim + 1, full, CX_F64, CX_CPU, &rows));
    const cx_status st = cx__array_copy(where, *pvals, rows);
    if (st != CX_OK) {
        cx__release(rows);
        return st;
    }
    cx__release(*pvals);
    *pvals = rows;
    return CX_OK;
}

/* first: pvals without its last axis, for the broadcast. */
static cx_status multinomial_rows(const char *where, cx_generator *g, const cx_array *n,
                                  const cx_array *first, cx_shape shape, cx_array **pvals,
                                  cx_array **out)
{
    static const cx__parameter_kind kind[2] = {{"n", CX_I64}, {"pvals", CX_F64}};
    const int64_t k = (*pvals)->shape[(*pvals)->ndim - 1];
    cx__parameters p = {0};
    cx_status st = cx__parameters_open(where, g, CX_ARRAYS(n, first), kind, shape, &p);
    if (st == CX_OK && p.ndim >= CX_MAX_NDIM)
        st = cx__fail(CX_E_SHAPE, where, "more than %d dimensions", CX_MAX_NDIM);
    if (st == CX_OK) st = check_trials(where, &p);
    if (st == CX_OK) st = outcomes_per_row(where, &p, pvals);
    if (st == CX_OK) {
        const bool one = (*pvals)->size == k;
        const cx_view view[2] = {p.view[0],
                                 host_view(*pvals, one ? 0 : k * (int64_t)sizeof(double))};
        const cx_random_call c = {
            .where = where, .draw = CX_DRAW_MULTINOMIAL, .params = 2, .param = view};
        st = draw_rows(g, &c, p.ndim, p.shape, k, CX_I64, out);
    }
    cx__parameters_close(&p);
    return st;
}

static cx_status multinomial(const char *where, cx_generator *g, const cx_array *n,
                             const cx_array *pvals, cx_shape shape, cx_array **out)
{
    cx_array *p = NULL, *first = NULL;
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_check(where, "n", n));
    CX__TRY(cx__array_need(where, "pvals", pvals));
    if (pvals->ndim == 0 || pvals->shape[pvals->ndim - 1] == 0)
        return cx__fail(CX_E_SHAPE, where, "pvals has no last axis of 1 or more");
    CX__TRY(cx__parameter_host(where, "pvals", g, pvals, CX_F64, &p));
    cx_status st = check_outcomes(where, p);
    if (st == CX_OK)
        st = cx__array_view(where, pvals, pvals->ndim - 1, pvals->shape, pvals->strides,
                            pvals->data, (cx_dtype)pvals->dtype, &first);
    if (st == CX_OK) st = multinomial_rows(where, g, n, first, shape, &p, out);
    cx__release(first);
    cx__release(p);
    return st;
}

cx_array *cx_rng_multinomial(cx_generator *g, const cx_array *n, const cx_array *pvals,
                             cx_shape shape)
{
    cx_array *out = NULL;
    const cx_status st = multinomial("rng_multinomial", g, n, pvals, shape, &out);
    return cx__yield(st, "rng_multinomial", out);
}

/* ---- one vector of parameters for all rows */

static cx_status vector_on_host(const char *where, const char *name, const cx_generator *g,
                                const cx_array *a, cx_dtype t, cx_array **out)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need(where, name, a));
    if (a->ndim != 1)
        return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, not 1", name, a->ndim);
    return cx__parameter_host(where, name, g, a, t, out);
}

static cx_status check_alpha(const char *where, const cx_generator *g, const cx_array *alpha)
{
    const double *const a = (const double *)(const void *)alpha->data;
    for (int64_t i = 0; i < alpha->size; i++)
        if (a[i] < 0.0 || (g->state.legacy && a[i] == 0.0))
            return cx__fail(CX_E_ARGUMENT, where, "alpha[%lld] is %g", (long long)i, a[i]);
    return CX_OK;
}

cx_array *cx_rng_dirichlet(cx_generator *g, const cx_array *alpha, cx_shape shape)
{
    static const char where[] = "rng_dirichlet";
    cx_array *a = NULL, *out = NULL;
    cx_status st = vector_on_host(where, "alpha", g, alpha, CX_F64, &a);
    if (st == CX_OK) st = check_alpha(where, g, a);
    if (st == CX_OK) {
        const cx_view view = host_view(a, (int64_t)sizeof(double));
        const cx_random_call c = {
            .where = where, .draw = CX_DRAW_DIRICHLET, .params = 1, .param = &view};
        const cx_shape rows = shape.ndim == CX_SIZE_NONE.ndim ? CX_SHAPE() : shape;
        st = draw_rows(g, &c, rows.ndim, rows.dim, a->size, CX_F64, &out);
    }
    cx__release(a);
    return cx__yield(st, where, out);
}

static cx_status check_colors(const char *where, const cx_array *colors, int64_t sample,
                              cx_mvhg_method method)
{
    const int64_t most = method == CX_MVHG_MARGINALS ? 999999999 : INT64_MAX / 8;
    const int64_t *const color = (const int64_t *)(const void *)colors->data;
    int64_t total = 0;
    for (int64_t i = 0; i < colors->size; i++) {
        if (color[i] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "colors[%lld] is %lld, not 0 or more",
                            (long long)i, (long long)color[i]);
        if (color[i] > most - total)
            return cx__fail(CX_E_ARGUMENT, where, "sum of colors is above %lld", (long long)most);
        total += color[i];
    }
    if (sample < 0 || sample > total)
        return cx__fail(CX_E_ARGUMENT, where, "nsample %lld is not in 0 to the %lld there are",
                        (long long)sample, (long long)total);
    return CX_OK;
}

static cx_status check_integers(const char *where, const cx_array *colors)
{
    CX__TRY(cx__array_check(where, "colors", colors));
    const char kind = cx_dtype_kind(cx_dtype_of(colors));
    if (kind == 'i' || kind == 'u') return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "colors is %s, not integers",
                    cx_dtype_name(cx_dtype_of(colors)));
}

cx_array *cx_rng_multivariate_hypergeometric(cx_generator *g, const cx_array *colors,
                                             int64_t nsample, cx_shape shape, cx_mvhg_method method)
{
    static const char where[] = "rng_multivariate_hypergeometric";
    cx_array *a = NULL, *out = NULL;
    cx_status st = check_integers(where, colors);
    if (st == CX_OK) st = vector_on_host(where, "colors", g, colors, CX_I64, &a);
    if (st == CX_OK && method != CX_MVHG_MARGINALS && method != CX_MVHG_COUNT)
        st = cx__fail(CX_E_ARGUMENT, where, "method %d is unknown", (int)method);
    if (st == CX_OK) st = check_colors(where, a, nsample, method);
    if (st == CX_OK) {
        cx__number sample = {.i64 = nsample};
        cx_view view[2] = {host_view(a, (int64_t)sizeof(int64_t))};
        cx__number_view(&sample, true, &view[1]);
        const int draw = method == CX_MVHG_COUNT ? CX_DRAW_MVHG_COUNT : CX_DRAW_MVHG_MARGINALS;
        const cx_random_call c = {.where = where, .draw = draw, .params = 2, .param = view};
        const cx_shape rows = shape.ndim == CX_SIZE_NONE.ndim ? CX_SHAPE() : shape;
        st = draw_rows(g, &c, rows.ndim, rows.dim, a->size, CX_I64, &out);
    }
    cx__release(a);
    return cx__yield(st, where, out);
}
