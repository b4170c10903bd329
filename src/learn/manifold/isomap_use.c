/* What a fitted Isomap says of new rows: their paths begin with the way to a neighbour. */
#include "learn/manifold/isomap.h"

#include <calx/manifold.h>

#include "base/alloc.h"
#include "base/threads.h"
#include "learn/manifold/sparse.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Neighbours of query i are index[start[i]] to index[start[i + 1] - 1]. */
typedef struct use {
    int64_t n, k; /* training rows, components */
    const int64_t *start, *index;
    const double *distance, *between, *mean, *scaled; /* scaled [n, k]: vectors over roots */
    double total, *out;
    atomic_int failed;
} use;

/* Shortest ways of query i to all rows, as their kernel; the sum. */
static double ways(const use *u, int64_t i, double *g)
{
    double sum = 0;
    for (int64_t j = 0; j < u->n; j++) g[j] = INFINITY;
    for (int64_t e = u->start[i]; e < u->start[i + 1]; e++) {
        const double *const row = u->between + u->index[e] * u->n, first = u->distance[e];
        for (int64_t j = 0; j < u->n; j++) {
            const double way = row[j] + first;
            g[j] = way < g[j] ? way : g[j];
        }
    }
    for (int64_t j = 0; j < u->n; j++) {
        g[j] = -0.5 * g[j] * g[j];
        sum += g[j];
    }
    return sum;
}

static void place_rows(void *ctx, int64_t lo, int64_t hi)
{
    use *const u = ctx;
    double *const g = cx__alloc((size_t)u->n * sizeof *g);
    if (g == NULL) {
        atomic_store(&u->failed, 1);
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        const double off = u->total - ways(u, i, g) / (double)u->n;
        double *const out = u->out + i * u->k;
        for (int64_t r = 0; r < u->k; r++) out[r] = 0;
        for (int64_t j = 0; j < u->n; j++) {
            const double c = g[j] - u->mean[j] + off;
            for (int64_t r = 0; r < u->k; r++) out[r] += c * u->scaled[j * u->k + r];
        }
    }
    cx__free(g);
}

static cx_status linked(const cx_estimator *self, const cx__site *s, const cx_array *x, use *u)
{
    cx__near_opts o;
    cx_array *start = NULL, *index = NULL, *distance = NULL;
    CX__TRY(cx__near_params(self, &o));
    const cx_array *const known = cx_self(self, CX__ISO_X);
    const int64_t rows = cx_dim(x, 0);
    if (!cx_param_is_none(self, "n_neighbors")) {
        cx__nearby near;
        CX__TRY(cx__near_lists(s, known, x, &o, cx_param_i64(self, "n_neighbors"), &near));
        int64_t *const at = cx__scope_room((size_t)(rows + 1) * sizeof *at);
        if (at == NULL) return CX_E_NOMEM;
        for (int64_t i = 0; i <= rows; i++) at[i] = i * near.count;
        u->start = at;
        u->index = near.index;
        u->distance = near.distance;
        return CX_OK;
    }
    cx__near *near = NULL;
    cx_status st = cx__near_open(s, known, &o, &near);
    if (st == CX_OK)
        st = cx__near_radius(near, x, cx_param_f64(self, "radius"), false, &start, &index,
                             &distance);
    cx__near_close(near);
    CX__TRY(st);
    u->start = cx__at(cx__fetch(s, start));
    u->index = cx__at(cx__fetch(s, index));
    u->distance = cx__near_numbers(s, distance);
    return cx__so_far();
}

/* Rows with neighbours at all; what the kernel needs. */
static cx_status prepare(const cx_estimator *self, const cx__site *s, int64_t rows, use *u)
{
    for (int64_t i = 0; i < rows; i++)
        if (u->start[i] == u->start[i + 1])
            return cx__fail(CX_E_ARGUMENT, "transform",
                            "Isomap: row %lld of x has no neighbour within radius=%.6g",
                            (long long)i, cx_param_f64(self, "radius"));
    const cx_array *const vectors = cx_self(self, CX__ISO_VECTORS);
    u->n = cx_dim(vectors, 0);
    u->k = cx_dim(vectors, 1);
    const double *const v = cx__near_numbers(s, vectors), *const w = cx__near_numbers(
                                                              s, cx_self(self, CX__ISO_VALUES));
    u->between = cx__near_numbers(s, cx_self(self, CX__ISO_DISTANCES));
    u->mean = cx__near_numbers(s, cx_self(self, CX__ISO_MEANS));
    double *const scaled = cx__scope_room((size_t)(u->n * u->k) * sizeof *scaled);
    u->out = cx__scope_room((size_t)(rows * u->k) * sizeof *u->out);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < u->n; i++) {
        u->total += u->mean[i] / (double)u->n;
        for (int64_t r = 0; r < u->k; r++)
            scaled[i * u->k + r] = w[r] > 0 ? v[i * u->k + r] / sqrt(w[r]) : 0;
    }
    u->scaled = scaled;
    return CX_OK;
}

static cx_status transform(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    cx__site s;
    use u = {.n = 0};
    const int64_t rows = cx_dim(x, 0);
    CX__TRY(cx__site_of("transform", x, &s));
    CX__TRY(linked(self, &s, x, &u));
    CX__TRY(prepare(self, &s, rows, &u));
    CX__TRY(cx__parallel_for(rows, 4, place_rows, &u));
    if (atomic_load(&u.failed))
        return cx__fail_nomem("transform", "the ways of a row", (size_t)u.n * sizeof(double));
    *out = cx__embedded(&s, u.out, rows, u.k, cx__float_like(x));
    return cx__so_far();
}

cx_array *cx__isomap_transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    return cx_check(transform(self, x, &out)) == CX_OK ? out : NULL;
}

/* ---- the error */
static cx_status error_of(const cx_estimator *m, double *out)
{
    static const char where[] = "isomap_reconstruction_error";
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_isomap)
        return cx__fail(CX_E_ARGUMENT, where, "m is %s, not Isomap", m->cls->name);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this Isomap is not fitted");
    const cx_array *const d = cx_self(m, CX__ISO_DISTANCES);
    cx__site s;
    CX__TRY(cx__site_of(where, d, &s));
    const double *const v = cx__near_numbers(&s, d),
                        *const mean = cx__near_numbers(&s, cx_self(m, CX__ISO_MEANS)),
                        *const w = cx__near_numbers(&s, cx_self(m, CX__ISO_VALUES));
    CX__TRY(cx__so_far());
    const int64_t n = cx_dim(d, 0), k = cx_size(cx_self(m, CX__ISO_VALUES));
    double total = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) total += mean[i] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        double row = 0;
        for (int64_t j = 0; j < n; j++) {
            const double g = -0.5 * v[i * n + j] * v[i * n + j] - mean[j] - mean[i] + total;
            row += g * g;
        }
        sum += row;
    }
    for (int64_t r = 0; r < k; r++) sum -= w[r] * w[r];
    *out = sqrt(fmax(sum, 0)) / (double)n;
    return CX_OK;
}

double cx_isomap_reconstruction_error(const cx_estimator *m)
{
    double out = NAN;
    const cx_scope scope = cx_scope_open();
    return cx_check(cx__give_status(scope, error_of(m, &out))) == CX_OK ? out : (double)NAN;
}
