/* Draws for data sets, in the order that numpy.random.RandomState makes them. */
#include "learn/datasets/draw.h"

#include "learn/model_selection/model_selection.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

cx_status cx__draw_uniform(cx_generator *g, int64_t n, const double **out)
{
    *out = cx_data_f64(cx_rng_uniform(g, 0, 1, CX_SHAPE(n)));
    return cx__so_far();
}

cx_status cx__draw_normal(cx_generator *g, int64_t n, const double **out)
{
    *out = cx_data_f64(cx_rng_standard_normal(g, CX_SHAPE(n), CX_F64));
    return cx__so_far();
}

cx_status cx__draw_start(cx_maybe_i64 seed, cx_generator **g)
{
    *g = cx_random_state(seed, CX_CPU);
    return cx__so_far();
}

cx_status cx__draw_room(int64_t rows, int64_t cols, cx_array **a, double **at)
{
    *a = cols > 0 ? cx_zeros(CX_SHAPE(rows, cols), CX_F64, CX_CPU)
                  : cx_zeros(CX_SHAPE(rows), CX_F64, CX_CPU);
    *at = cx_data_f64_mut(*a);
    return cx__so_far();
}

cx_status cx__draw_labels(int64_t n, cx_array **a, int64_t **at)
{
    *a = cx_zeros(CX_SHAPE(n), CX_I64, CX_CPU);
    *at = cx_data_i64_mut(*a);
    return cx__so_far();
}

cx_status cx__draw_size(const char *where, const char *name, int64_t given, int64_t otherwise,
                        int64_t *out)
{
    *out = given == 0 ? otherwise : given;
    if (*out >= 1) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s is %lld, it must be at least 1", name,
                    (long long)given);
}

static cx_status drawn_order(cx_generator *g, int64_t n, const cx_array **out)
{
    cx_array *rows = cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
    int64_t *const at = cx_data_i64_mut(rows);
    CX__TRY(cx__so_far());
    *out = rows;
    return cx__shuffle_rows(g, at, n);
}

cx_status cx__draw_shuffled(cx_generator *g, cx_dataset *d, bool columns)
{
    const cx_array *order;
    CX__TRY(drawn_order(g, cx_dim(d->x, 0), &order));
    d->x = cx_take(d->x, order, 0);
    d->y = cx_take(d->y, order, 0);
    if (!columns) return cx__so_far();
    CX__TRY(drawn_order(g, cx_dim(d->x, 1), &order));
    d->x = cx_take(d->x, order, 1);
    if (d->more != NULL) d->more = cx_take(d->more, order, 0);
    return cx__so_far();
}

cx_status cx__draw_noise(cx_generator *g, double scale, double *at, int64_t n)
{
    const double *z;
    CX__TRY(cx__draw_normal(g, n, &z));
    for (int64_t i = 0; i < n; i++) at[i] += scale * z[i];
    return CX_OK;
}

cx_dataset cx__draw_give(cx_scope s, cx_status st, const char *where, cx_dataset d)
{
    cx_array *part[3] = {d.x, d.y, d.more};
    cx__give_all(s, st, where, 3, part);
    return (cx_dataset){part[0], part[1], part[2]};
}

cx_status cx__draw_low_rank(cx_generator *g, int64_t n, int64_t d, double rank, double tail,
                            cx_array **out)
{
    const int64_t k = n < d ? n : d;
    const cx_array *a = cx_rng_standard_normal(g, CX_SHAPE(n, k), CX_F64);
    const cx_qr u = cx_linalg_qr(a, NULL);
    const cx_array *b = cx_rng_standard_normal(g, CX_SHAPE(d, k), CX_F64);
    const cx_qr v = cx_linalg_qr(b, NULL);
    cx_array *s;
    double *at;
    CX__TRY(cx__so_far());
    CX__TRY(cx__draw_room(k, 0, &s, &at));
    for (int64_t i = 0; i < k; i++) {
        const double x = (double)i / rank;
        at[i] = (1 - tail) * exp(-(x * x)) + tail * exp(-0.1 * (double)i / rank);
    }
    *out = cx_matmul(cx_mul(u.q, s), cx_transpose(v.q));
    return cx__so_far();
}

static cx_status low_rank(const char *where, const cx_make_low_rank_opts *given, cx_array **out)
{
    cx_make_low_rank_opts o;
    cx_generator *g;
    int64_t n, d;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__draw_size(where, "n_samples", o.n_samples, 100, &n));
    CX__TRY(cx__draw_size(where, "n_features", o.n_features, 100, &d));
    const int64_t rank = o.effective_rank.set ? o.effective_rank.value : 10;
    const double tail = o.tail_strength.set ? o.tail_strength.value : 0.5;
    if (rank < 1 || !(tail >= 0 && tail <= 1))
        return cx__fail(CX_E_ARGUMENT, where,
                        "effective_rank must be at least 1 and tail_strength in [0, 1]");
    CX__TRY(cx__draw_start(o.random_state, &g));
    return cx__draw_low_rank(g, n, d, (double)rank, tail, out);
}

cx_array *cx_make_low_rank_matrix(const cx_make_low_rank_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = low_rank("make_low_rank_matrix", o, &r);
    return cx__give(s, st, r);
}

static cx_status spd(const char *where, int64_t n, cx_maybe_i64 seed, cx_array **out)
{
    static cx__held product = CX__HELD("u, w: u * w");
    cx_generator *g;
    if (n < 1) return cx__fail(CX_E_ARGUMENT, where, "n is %lld, not 1 or more", (long long)n);
    CX__TRY(cx__draw_start(seed, &g));
    const cx_array *a = cx_rng_uniform(g, 0, 1, CX_SHAPE(n, n));
    const cx_svd s = cx_linalg_svd(cx_matmul(cx_transpose(a), a), NULL);
    const cx_array *w = cx_rng_uniform(g, 0, 1, CX_SHAPE(n));
    CX__TRY(cx__so_far());
    /* u (1 + diag w) vh: 1 is added to every element, so that u's columns are summed as well */
    const cx_array *sum = cx_add(cx_sum(s.u, CX_AXIS(1, .keepdims = true)),
                                 cx__held_run(where, &product, CX_ARRAYS(s.u, w)));
    *out = cx_matmul(sum, s.vh);
    return cx__so_far();
}

cx_array *cx_make_spd_matrix(int64_t n, cx_maybe_i64 random_state)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = spd("make_spd_matrix", n, random_state, &r);
    return cx__give(s, st, r);
}
