/* Dictionaries by turns of codes and rows: see coding.h. All on the host.
 *
 * Source: Mairal, Bach, Ponce, Sapiro, ICML 2009. */
#include "base/object.h"
#include "learn/decomposition/coding.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/model_selection/model_selection.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/learn_utils.h>
#include <calx/linalg.h>
#include <calx/linalg_random.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- rows of the dictionary */
/* Row k anew: a row of y and a little noise. */
static cx_status draw_row(const cx__learning *l, const cx_array *y, double *row)
{
    const int64_t d = cx_dim(y, 1);
    int64_t i = 0;
    CX__TRY(cx__draw_int(l->draws, cx_dim(y, 0), &i));
    const double *const from = cx_data_f64(y);
    CX__TRY(cx__so_far());
    double mean = 0, square = 0;
    for (int64_t j = 0; j < d; j++) mean += from[i * d + j] / (double)d;
    for (int64_t j = 0; j < d; j++) {
        row[j] = from[i * d + j];
        square += (row[j] - mean) * (row[j] - mean);
    }
    const double spread = sqrt(square / (double)d);
    const double *const noise =
        cx_data_f64(cx_rng_normal(l->draws, 0, 0.01 * (spread != 0 ? spread : 1), CX_SHAPE(d)));
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < d; j++) row[j] += noise[j];
    return CX_OK;
}

cx_status cx__dictionary_update(const cx__learning *l, cx_array *dictionary, const cx_array *y,
                                cx_array *code, const cx_array *a, const cx_array *b)
{
    const int64_t k = cx_dim(dictionary, 0), d = cx_dim(dictionary, 1), n = cx_dim(code, 0);
    const double *const products = cx_data_f64(cx_ascontiguous(a)), *const cross =
                                                                        cx_data_f64(cx_ascontiguous(
                                                                            cx_transpose(b)));
    double *const rows = cx_data_f64_mut(dictionary), *const codes = cx_data_f64_mut(code);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) {
        double *const row = rows + i * d;
        const double own = products[i * k + i];
        if (own > 1e-6) {
            for (int64_t j = 0; j < d; j++) row[j] = cross[i * d + j] / own;
            for (int64_t t = 0; t < k; t++)
                if (t != i) cx__axpy(-products[i * k + t] / own, rows + t * d, row, d);
        } else {
            CX__TRY(draw_row(l, y, row));
            for (int64_t r = 0; r < n; r++) codes[r * k + i] = 0;
        }
        double square = 0;
        for (int64_t j = 0; j < d; j++) {
            if (l->positive_dict && row[j] < 0) row[j] = 0;
            square += row[j] * row[j];
        }
        const double size = fmax(sqrt(square), 1);
        for (int64_t j = 0; j < d; j++) row[j] /= size;
    }
    return CX_OK;
}

/* The first k rows of a, with rows of 0 behind them where it has fewer: a copy. */
static cx_array *resized(const cx_array *a, int64_t k)
{
    const int64_t rows = cx_dim(a, 0), kept = rows < k ? rows : k;
    cx_array *const out = cx_zeros(CX_SHAPE(k, cx_dim(a, 1)), CX_F64, CX_CPU);
    if (cx_ok())
        (void)cx_check(cx_copy_into(cx_slice(a, 0, 0, kept, 1), cx_slice(out, 0, 0, kept, 1)));
    return out;
}

static double cost_of(const cx__learning *l, const cx_array *x, const cx_array *code,
                      const cx_array *dictionary)
{
    static cx__held cost = CX__HELD("x, y: r = x - y; sum(r * r) / 2"),
                    sizes = CX__HELD("c: sum(abs(c))");
    return cx__number_f64(cx__held_run("fit", &cost, CX_ARRAYS(x, cx_matmul(code, dictionary)))) +
           l->alpha * cx__number_f64(cx__held_run("fit", &sizes, CX_ARRAYS(code)));
}

/* ---- all rows at once */
static cx_status singular_start(const cx__learning *l, const cx_array *x, cx_array **code,
                                cx_array **dictionary)
{
    const cx_svd f = cx_linalg_svd(x, CX_OPTS(cx_svd_opts, .thin = true));
    const cx_flipped turned = cx_svd_flip(f.u, f.vh, NULL);
    *dictionary = resized(cx_mul(cx_expand_dims(f.s, 1), turned.v), l->k);
    *code = cx_ascontiguous(cx_transpose(resized(cx_transpose(turned.u), l->k)));
    return cx__so_far();
}

static cx_status turn(const cx__learning *l, const cx_array *x, cx_array **code,
                      cx_array *dictionary, double *cost)
{
    cx_array *next = NULL;
    CX__TRY(cx__encode(&l->host, &l->coder, x, dictionary, *code, &next));
    const cx_array *const turned = cx_transpose(next);
    CX__TRY(cx__dictionary_update(l, dictionary, x, next, cx_matmul(turned, next),
                                  cx_matmul(cx_transpose(x), next)));
    *code = next;
    *cost = cost_of(l, x, next, dictionary);
    return cx__so_far();
}

cx_status cx__dictionary_learn(const cx__learning *l, const cx_array *x, cx_array **code,
                               cx_array **dictionary, double *errors, int64_t *n_iter)
{
    if (*code == NULL || *dictionary == NULL) {
        CX__TRY(singular_start(l, x, code, dictionary));
    } else {
        *dictionary = resized(*dictionary, l->k);
        *code = cx_ascontiguous(cx_transpose(resized(cx_transpose(*code), l->k)));
    }
    CX__TRY(cx__so_far());
    for (*n_iter = 0; *n_iter < l->max_iter;) {
        const cx_scope inner = cx_scope_open();
        cx_array *next = *code;
        double *const cost = errors + *n_iter;
        cx_status st = cx_self_progress(l->self, *n_iter, l->max_iter);
        if (st == CX_OK) st = turn(l, x, &next, *dictionary, cost);
        *code = cx_scope_keep(inner, next);
        CX__TRY(cx__give_status(inner, st));
        if ((*n_iter)++ > 0 && cost[-1] - cost[0] < l->tol * cost[0]) break;
    }
    return CX_OK;
}

/* ---- batches */
cx_status cx__batches_start(const cx__learning *l, const cx_array *x, const cx_array *init,
                            cx__batch_learning *b)
{
    if (init != NULL) {
        b->dictionary = resized(init, l->k);
    } else {
        const cx_svd f = cx_linalg_randomized_svd(
            x, l->k, CX_OPTS(cx_randomized_svd_opts, .generator = l->draws));
        b->dictionary = resized(cx_mul(cx_expand_dims(f.s, 1), f.vh), l->k);
    }
    b->a = cx_zeros(CX_SHAPE(l->k, l->k), CX_F64, CX_CPU);
    b->b = cx_zeros(CX_SHAPE(cx_dim(x, 1), l->k), CX_F64, CX_CPU);
    return cx__so_far();
}

cx_status cx__batches_step(const cx__learning *l, const cx_array *x, cx__batch_learning *b,
                           double *cost)
{
    static cx__held faded = CX__HELD("a, beta, new, n: a * beta + new / n");
    const double n = (double)cx_dim(x, 0), step = (double)b->steps;
    const double theta = step < n - 1 ? (step + 1) * n : n * n + step + 1 - n;
    const cx_array *const beta = cx_float((theta + 1 - n) / (theta + 1)), *const rows = cx_float(n);
    cx_array *code = NULL;
    CX__TRY(cx__encode(&l->host, &l->coder, x, b->dictionary, NULL, &code));
    *cost = cost_of(l, x, code, b->dictionary) / n;
    const cx_array *const aa = cx_matmul(cx_transpose(code), code), *const bb = cx_matmul(
                                                                        cx_transpose(x), code);
    b->a = cx__held_run("fit", &faded, CX_ARRAYS(b->a, beta, aa, rows));
    b->b = cx__held_run("fit", &faded, CX_ARRAYS(b->b, beta, bb, rows));
    b->dictionary = cx_copy(b->dictionary);
    CX__TRY(cx__so_far());
    CX__TRY(cx__dictionary_update(l, b->dictionary, x, code, b->a, b->b));
    b->steps++;
    return cx__so_far();
}

typedef struct watch {
    double cost, best;
    bool begun;
    int64_t worse;
} watch;

static bool converged(const cx__learning *l, const cx__batch_learning *b, watch *t, double cost,
                      double moved, int64_t rows, int64_t n)
{
    const double alpha = fmin((double)rows / (double)(n + 1), 1);
    if ((double)b->steps <= fmin(100, (double)n / (double)rows)) return false;
    t->cost = t->begun ? t->cost * (1 - alpha) + cost * alpha : cost;
    if (l->tol > 0 && moved <= l->tol) return true;
    const bool better = !t->begun || t->cost < t->best;
    t->begun = true;
    t->worse = better ? 0 : t->worse + 1;
    if (better) t->best = t->cost;
    return b->max_no_improvement >= 0 && t->worse >= b->max_no_improvement;
}

static cx_status scoped_step(const cx__learning *l, const cx_array *x, int64_t lo, int64_t hi,
                             cx__batch_learning *b, double *cost, double *moved)
{
    static cx__held change = CX__HELD("a, b: d = a - b; sqrt(sum(d * d))");
    const cx_scope inner = cx_scope_open();
    cx__batch_learning next = *b;
    const cx_status st = cx__batches_step(l, cx_slice(x, 0, lo, hi, 1), &next, cost);
    *moved = st == CX_OK ? cx__number_f64(cx__held_run("fit", &change,
                                                       CX_ARRAYS(next.dictionary, b->dictionary)))
                         : 0;
    next.dictionary = cx_scope_keep(inner, next.dictionary);
    next.a = cx_scope_keep(inner, next.a);
    next.b = cx_scope_keep(inner, next.b);
    *b = next;
    return cx__give_status(inner, st);
}

cx_status cx__batches_learn(const cx__learning *l, const cx_array *x, cx__batch_learning *b)
{
    const int64_t n = cx_dim(x, 0), size = b->batch_size < n ? b->batch_size : n,
                  each = (n + size - 1) / size, most = l->max_iter * each;
    watch t = {0};
    if (b->shuffle) {
        cx_array *const own = cx_copy(x);
        CX__TRY(cx__so_far());
        CX__TRY(cx_rng_shuffle(l->draws, own, 0));
        x = own;
    }
    while (b->steps < most) {
        const int64_t lo = b->steps % each * size, hi = lo + size < n ? lo + size : n;
        double cost = 0, moved = 0;
        CX__TRY(cx_self_progress(l->self, b->steps, most));
        CX__TRY(scoped_step(l, x, lo, hi, b, &cost, &moved));
        if (converged(l, b, &t, cost, moved / (double)l->k, hi - lo, n)) break;
    }
    return CX_OK;
}
