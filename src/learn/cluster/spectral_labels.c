/* Labels from a spectral embedding: see the header. Numbers on the host, few columns. */
#include "learn/cluster/spectral_labels.h"

#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

static cx_array *matrix_of(const double *v, int64_t rows, int64_t cols)
{
    return cx_copy_host(v, CX_SHAPE(rows, cols), CX_F64);
}

/* ---- partitions and turns */
enum { TURNS = 20 };

typedef struct turning {
    int64_t n, k;
    double *rows; /* [n, k], of length 1 */
    double *turn; /* [k, k] */
    double *sum;  /* [k, k]: the rows of each label */
    int64_t *label;
} turning;

/* Columns of the length of n ones, their first entries negative; then rows of length 1. */
static void normalise(const double *from, const turning *t)
{
    const int64_t n = t->n, k = t->k;
    for (int64_t c = 0; c < k; c++) {
        double square = 0;
        for (int64_t i = 0; i < n; i++) square += from[i * k + c] * from[i * k + c];
        const double size = sqrt(square), ones = sqrt((double)n), sign = from[c] > 0 ? -1 : 1;
        for (int64_t i = 0; i < n; i++) t->rows[i * k + c] = sign * (from[i * k + c] / size * ones);
    }
    for (int64_t i = 0; i < n; i++) {
        double square = 0;
        for (int64_t c = 0; c < k; c++) square += t->rows[i * k + c] * t->rows[i * k + c];
        for (int64_t c = 0; c < k; c++) t->rows[i * k + c] /= sqrt(square);
    }
}

/* Columns of the first turn: a row drawn, then each time the row most orthogonal to those before.
 */
static cx_status first_turn(const turning *t, cx_generator *g)
{
    const int64_t n = t->n, k = t->k;
    const int64_t *const drawn = cx_data_i64(cx_rng_integers(g, 0, n, CX_SHAPE(1), CX_I64));
    double *const along = cx__scope_room((size_t)n * sizeof *along);
    CX__TRY(cx__so_far());
    int64_t row = drawn[0];
    for (int64_t c = 0; c < k; c++) {
        if (c > 0) {
            for (int64_t i = 0; i < n; i++) {
                double dot = 0;
                for (int64_t j = 0; j < k; j++) dot += t->rows[i * k + j] * t->turn[j * k + c - 1];
                along[i] += fabs(dot);
            }
            row = 0;
            for (int64_t i = 1; i < n; i++)
                if (along[i] < along[row]) row = i;
        }
        for (int64_t j = 0; j < k; j++) t->turn[j * k + c] = t->rows[row * k + j];
    }
    return CX_OK;
}

/* The axis nearest to each turned row. */
static void nearest_axes(const turning *t)
{
    const int64_t k = t->k;
    memset(t->sum, 0, (size_t)(k * k) * sizeof *t->sum);
    for (int64_t i = 0; i < t->n; i++) {
        const double *const row = t->rows + i * k;
        double most = -(double)INFINITY;
        int64_t best = 0;
        for (int64_t c = 0; c < k; c++) {
            double dot = 0;
            for (int64_t j = 0; j < k; j++) dot += row[j] * t->turn[j * k + c];
            if (dot > most) {
                most = dot;
                best = c;
            }
        }
        t->label[i] = best;
        for (int64_t j = 0; j < k; j++) t->sum[best * k + j] += row[j];
    }
}

/* The turn that suits the labels best, and how far rows are from their axes. */
static cx_status turn_to(const turning *t, double *cut)
{
    const int64_t k = t->k;
    const cx_svd f = cx_linalg_svd(matrix_of(t->sum, k, k), NULL);
    const double *const u = cx_data_f64(cx_ascontiguous(f.u)),
                        *const s = cx_data_f64(cx_ascontiguous(f.s)),
                        *const vh = cx_data_f64(cx_ascontiguous(f.vh));
    CX__TRY(cx__so_far());
    double sum = 0;
    for (int64_t c = 0; c < k; c++) sum += s[c];
    *cut = 2 * ((double)t->n - sum);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++) {
            double dot = 0;
            for (int64_t c = 0; c < k; c++) dot += vh[c * k + i] * u[j * k + c];
            t->turn[i * k + j] = dot;
        }
    return CX_OK;
}

cx_status cx__labels_discretize(const double *rows, int64_t n, int64_t k, cx_generator *g,
                                int64_t *label)
{
    turning t = {.n = n, .k = k, .label = label};
    t.rows = cx__scope_room((size_t)(n * k) * sizeof *t.rows);
    t.turn = cx__scope_room((size_t)(k * k) * sizeof *t.turn);
    t.sum = cx__scope_room((size_t)(k * k) * sizeof *t.sum);
    CX__TRY(cx__so_far());
    normalise(rows, &t);
    CX__TRY(first_turn(&t, g));
    double last = 0;
    for (int i = 1;; i++) {
        double cut = 0;
        nearest_axes(&t);
        const cx_scope scope = cx_scope_open();
        const cx_status st = turn_to(&t, &cut);
        CX__TRY(cx__give_status(scope, st));
        if (fabs(cut - last) < DBL_EPSILON || i > TURNS) return CX_OK;
        last = cut;
    }
}

/* ---- rows far apart */
cx_status cx__labels_qr(const double *rows, int64_t n, int64_t k, int64_t *label)
{
    cx_array *const v = matrix_of(rows, n, k);
    const cx_qr_pivoted q =
        cx_linalg_qr_pivoted(cx_transpose(v), CX_OPTS(cx_qr_pivoted_opts, .mode = CX_FACTOR_R));
    const cx_array *const corner = cx_take(v, cx_slice(q.p, 0, 0, k, 1), 0);
    const cx_svd f = cx_linalg_svd(cx_ascontiguous(cx_transpose(corner)), NULL);
    const cx_array *const along = cx_abs(cx_matmul(v, cx_matmul(f.u, f.vh)));
    const int64_t *const at = cx_data_i64(cx_argmax(along, CX_AXIS(1)));
    CX__TRY(cx__so_far());
    memcpy(label, at, (size_t)n * sizeof *label);
    return CX_OK;
}
