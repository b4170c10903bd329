/* Coordinate descent on non-negative factors. See nmf.h.
 *
 * Given one factor, the rows of the other are problems of their own that share a matrix: on the CPU
 * eight of them go side by side, elsewhere a coordinate of all of them is one formula.
 *
 * Source: Cichocki, Phan, IEICE Transactions E92-A (2009). */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/decomposition/nmf.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { LANES = 8, GROUPS = 16 }; /* rows side by side; such groups in a chunk */

typedef struct sweep {
    int64_t n, k;
    double *w;               /* [n, k] */
    const double *hht, *xht; /* [k, k], [n, k] */
    const int64_t *order;    /* [k] */
    double *violation;       /* [chunks] */
    atomic_int failed;
} sweep;

/* Lanes of one coordinate. */
typedef struct lanes {
    double v[LANES];
} lanes;

static double descend_group(const sweep *s, lanes *w, const lanes *xht)
{
    lanes sum = {{0}};
    for (int64_t j = 0; j < s->k; j++) {
        const int64_t t = s->order[j];
        const double *const row = s->hht + t * s->k, own = row[t];
        lanes grad;
        for (int l = 0; l < LANES; l++) grad.v[l] = -xht[t].v[l];
        for (int64_t r = 0; r < s->k; r++)
            for (int l = 0; l < LANES; l++) grad.v[l] += row[r] * w[r].v[l];
        for (int l = 0; l < LANES; l++) {
            const double at = w[t].v[l], g = grad.v[l];
            sum.v[l] += fabs(at == 0 && g > 0 ? 0 : g);
            if (own != 0) w[t].v[l] = at - g / own > 0 ? at - g / own : 0;
        }
    }
    double all = 0;
    for (int l = 0; l < LANES; l++) all += sum.v[l];
    return all;
}

static void descend_chunk(void *ctx, int64_t lo, int64_t hi)
{
    sweep *const s = ctx;
    const int64_t k = s->k;
    lanes *const room = cx__alloc(2 * (size_t)k * sizeof *room);
    if (room == NULL) {
        atomic_store_explicit(&s->failed, 1, memory_order_relaxed);
        return;
    }
    lanes *const w = room, *const xht = room + k;
    for (int64_t c = lo; c < hi; c++) {
        double sum = 0;
        for (int64_t g = c * GROUPS; g < (c + 1) * GROUPS && g * LANES < s->n; g++) {
            const int64_t first = g * LANES, left = s->n - first;
            const int count = left < LANES ? (int)left : LANES;
            memset(room, 0, 2 * (size_t)k * sizeof *room); /* lanes without a row stand still */
            for (int l = 0; l < count; l++)
                for (int64_t j = 0; j < k; j++) {
                    w[j].v[l] = s->w[(first + l) * k + j];
                    xht[j].v[l] = s->xht[(first + l) * k + j];
                }
            sum += descend_group(s, w, xht);
            for (int l = 0; l < count; l++)
                for (int64_t j = 0; j < k; j++) s->w[(first + l) * k + j] = w[j].v[l];
        }
        s->violation[c] = sum;
    }
    cx__free(room);
}

static cx_status sweep_host(cx_array *w, const cx_array *hht, const cx_array *xht,
                            const int64_t *order, double *violation)
{
    sweep s = {.n = cx_dim(w, 0), .k = cx_dim(w, 1), .order = order};
    const int64_t chunks = (s.n + LANES * GROUPS - 1) / (LANES * GROUPS);
    s.w = cx__at(w);
    s.hht = cx__at(hht);
    s.xht = cx__at(xht);
    CX__TRY(cx__so_far());
    s.violation = cx__calloc((size_t)chunks, sizeof *s.violation);
    if (s.violation == NULL)
        return cx__fail_nomem("fit", "sums", (size_t)chunks * sizeof *s.violation);
    const cx_status st = cx__parallel_for(chunks, 4, descend_chunk, &s);
    double sum = 0;
    for (int64_t c = 0; c < chunks; c++) sum += s.violation[c];
    cx__free(s.violation);
    *violation += sum;
    CX__TRY(st);
    if (atomic_load_explicit(&s.failed, memory_order_relaxed))
        return cx__fail_nomem("fit", "rows", 2 * (size_t)s.k * sizeof(lanes));
    return CX_OK;
}

static cx_status sweep_arrays(cx_array *w, const cx_array *hht, const cx_array *xht,
                              const int64_t *order, double *violation)
{
    static cx__held slope = CX__HELD("w, h, x: sum(w * h, axis=1, keepdims=True) - x");
    static cx__held off = CX__HELD("v, g: sum(abs(where((v == 0) & (g > 0), 0, g)))");
    static cx__held moved =
        CX__HELD("v, g, h: where(h != 0, maximum(v - g / where(h != 0, h, 1), 0), v)");
    const int64_t k = cx_dim(w, 1);
    const cx_array *sum = cx_zeros(CX_SHAPE(), CX_F64, cx_device_of(w));
    for (int64_t j = 0; j < k; j++) {
        const int64_t t = order[j];
        cx_array *const column = cx_slice(w, 1, t, t + 1, 1);
        const cx_array *const row = cx_select(hht, 0, t), *const own =
                                                              cx_slice(row, 0, t, t + 1, 1);
        const cx_array *const g =
            cx__held_run("fit", &slope, CX_ARRAYS(w, row, cx_slice(xht, 1, t, t + 1, 1)));
        sum = cx_add(sum, cx__held_run("fit", &off, CX_ARRAYS(column, g)));
        CX__TRY(cx_copy_into(cx__held_run("fit", &moved, CX_ARRAYS(column, g, own)), column));
    }
    *violation += cx__number_f64(sum);
    return cx__so_far();
}

/* One sweep over all coordinates of w [n, k], given the other factor transposed [d, k]. */
static cx_status half(const cx__nmf *p, const cx_array *x, const cx_array *ht, cx_array *w,
                      double l1, double l2, double *violation)
{
    const int64_t k = p->k;
    const cx_array *const order = p->shuffled ? cx_rng_permutation(p->shuffled, cx_int(k), 0)
                                              : cx_arange_i64(0, k, 1, CX_I64, CX_CPU);
    const cx_array *hht = cx_matmul(cx_transpose(ht), ht), *xht = cx_matmul(x, ht);
    if (l2 != 0) hht = cx_add(hht, cx_mul(cx_eye(k, k, 0, CX_F64, p->site.device), cx_float(l2)));
    if (l1 != 0) xht = cx_sub(xht, cx_float(l1));
    const int64_t *const at = cx_data_i64(order);
    CX__TRY(cx__so_far());
    return cx__on_host(x) ? sweep_host(w, hht, cx_ascontiguous(xht), at, violation)
                          : sweep_arrays(w, hht, xht, at, violation);
}

static cx_status both_halves(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                             cx_array *w, cx_array *ht, double *violation)
{
    const cx_scope inner = cx_scope_open();
    cx_status st = half(p, x, ht, w, l->l1_w, l->l2_w, violation);
    if (st == CX_OK && p->update_h)
        st = half(p, cx_transpose(x), w, ht, l->l1_h, l->l2_h, violation);
    return cx__give_status(inner, st);
}

cx_status cx__nmf_descend(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                          int64_t *n_iter)
{
    const cx__nmf_penalty l = cx__nmf_penalties(p, x);
    cx_array *const own_w = cx_copy(*w), *const ht = cx_copy(cx_transpose(*h));
    double first = 0;
    CX__TRY(cx__so_far());
    for (*n_iter = 1; *n_iter <= p->max_iter; ++*n_iter) {
        double violation = 0;
        CX__TRY(p->self ? cx_self_progress(p->self, *n_iter - 1, p->max_iter) : cx_poll());
        CX__TRY(both_halves(p, &l, x, own_w, ht, &violation));
        if (*n_iter == 1) first = violation;
        if (first == 0 || violation / first <= p->tol) break;
    }
    if (*n_iter > p->max_iter) *n_iter = p->max_iter;
    *w = own_w;
    *h = cx_transpose(ht);
    return CX_OK;
}

cx_status cx__nmf_solve(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                        int64_t *n_iter)
{
    CX__TRY(p->multiplicative ? cx__nmf_multiply(p, x, w, h, n_iter)
                              : cx__nmf_descend(p, x, w, h, n_iter));
    if (*n_iter == p->max_iter && p->tol > 0)
        cx__warn(CX_E_CONVERGENCE, "NMF: max_iter=%lld reached before the factors stood still",
                 (long long)p->max_iter);
    return cx__so_far();
}
