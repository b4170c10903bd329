/* Quantiles of columns: see the header.
 *
 * One idea: columns are sorted once; a quantile is two of their rows, mixed. Where every column
 * has as many numbers, the host knows which. */
#include "learn/numeric/quantiles.h"

#include "base/alloc.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <math.h>

/* Between a and b, from the nearer one. */
static cx_array *mix(const cx__site *s, const cx_array *a, const cx_array *b, const cx_array *t)
{
    static cx__held between = CX__HELD("a, b, t: d = float64(b) - a; where(t >= 0.5, b - d * (1 - "
                                       "t), a + d * t)");
    return cx__held_run(s->where, &between, CX_ARRAYS(a, b, t));
}

cx_array *cx__column_quantiles(const cx__site *s, const cx_array *x, const double *q, int64_t count)
{
    static cx__held numbers = CX__HELD("x: sum(x == x, axis=0)"),
                    place = CX__HELD(
                        "q, n, j, d: at = q * maximum(n - 1, 0); low = floor(at);"
                        "int64(low) * d + j, int64(minimum(low + 1, maximum(n - 1, 0))) * d + j,"
                        "at - low");
    const cx_array *const n = cx__held_run(s->where, &numbers, CX_ARRAYS(x));
    const cx_array *const levels =
        cx_reshape(cx__given_all(s, q, count, CX_F64), CX_SHAPE(count, 1));
    const int64_t d = cx_dim(x, 1);
    const cx_array *const column = cx_arange_i64(0, d, 1, CX_I64, s->device), *const flat =
                                                                                  cx_ravel(cx_sort(
                                                                                      x, 0));
    const cx_tuple at = cx__held_all(s->where, &place, CX_ARRAYS(levels, n, column, cx_int(d)));
    return mix(s, cx_take(flat, at.at[0], 0), cx_take(flat, at.at[1], 0), at.at[2]);
}

/* Where quantile q of n sorted elements lies: rank low, the next one, and how far towards it. */
static void place_of(double q, int64_t n, cx_quantile_method method, double *low, double *t)
{
    static const double alpha[] = {1, 0, 0, 0, 0, 0.5, 0, 1.0 / 3, 3.0 / 8},
                        beta[] = {1, 0, 0, 0, 1, 0.5, 0, 1.0 / 3, 3.0 / 8};
    const double m = (double)n;
    double at = m * q + (alpha[method] + q * (1 - alpha[method] - beta[method])) - 1;
    if (method == CX_QUANTILE_LINEAR) at = (m - 1) * q;
    if (method == CX_QUANTILE_INVERTED_CDF || method == CX_QUANTILE_AVERAGED_INVERTED_CDF)
        at = m * q - 1;
    if (method == CX_QUANTILE_CLOSEST_OBSERVATION) at = m * q - 1 - 0.5;
    *low = floor(at);
    *t = at - *low;
    if (method == CX_QUANTILE_INVERTED_CDF) *t = *t == 0 ? 0 : 1;
    if (method == CX_QUANTILE_AVERAGED_INVERTED_CDF) *t = *t == 0 ? 0.5 : 1;
    if (method == CX_QUANTILE_CLOSEST_OBSERVATION)
        *t = *t == 0 && fmod(*low, 2) != 0 ? 0 : 1; /* halfway: to the even place, from 1 */
}

cx_array *cx__column_quantiles_by(const cx__site *s, const cx_array *x, const double *q,
                                  int64_t count, cx_quantile_method method)
{
    const int64_t n = cx_dim(x, 0);
    int64_t *const rank = cx__alloc((size_t)count * 16 + 8);
    double *const t = cx__alloc((size_t)count * 8 + 8);
    cx_array *out = NULL;
    cx_status st = rank && t ? CX_OK : cx__fail_nomem(s->where, "quantiles", (size_t)count * 24);
    for (int64_t i = 0; st == CX_OK && i < count; i++) {
        double low = 0;
        place_of(q[i], n, method, &low, &t[i]);
        for (int k = 0; k < 2; k++) {
            const double r = low + k;
            rank[k * count + i] = r < 0 ? 0 : r > (double)(n - 1) ? n - 1 : (int64_t)r;
        }
    }
    if (cx_check(st) == CX_OK) {
        const cx_array *const sorted = cx_sort(x, 0),
                              *const at = cx__given_all(s, rank, 2 * count, CX_I64),
                              *const share = cx_reshape(cx__given_all(s, t, count, CX_F64),
                                                        CX_SHAPE(count, 1));
        out = mix(s, cx_take(sorted, cx_slice(at, 0, 0, count, 1), 0),
                  cx_take(sorted, cx_slice(at, 0, count, 2 * count, 1), 0), share);
    }
    cx__free(rank);
    cx__free(t);
    return out != NULL ? out : cx__nil(st);
}

cx_array *cx__weighted_quantiles(const cx__site *s, const cx_array *column, const cx_array *weight,
                                 const double *q, int64_t count, bool average)
{
    static cx__held wanted = CX__HELD("q, all: a = q * all; where(a == 0, nextafter(a, 1.0), a)"),
                    last = CX__HELD("at, n: minimum(at, n)"),
                    mean = CX__HELD("a, b, above, eps: where(above > eps, a, (a + b) / 2)");
    const cx_array *const order = cx_argsort(column, 0), *const sorted = cx_take(column, order, 0),
                          *const sum = cx_cumsum(cx_take(weight, order, 0), 0);
    const int64_t n = cx_size(column);
    const cx_array *const all = cx_select(sum, 0, n - 1), *const most = cx_int(n - 1),
                          *const level =
                              cx__held_run(s->where, &wanted,
                                           CX_ARRAYS(cx__given_all(s, q, count, CX_F64), all));
    const cx_array *const at =
        cx__held_run(s->where, &last, CX_ARRAYS(cx_searchsorted(sum, level, CX_LEFT), most));
    cx_array *const low = cx_astype(cx_take(sorted, at, 0), CX_F64);
    if (!average) return low;
    /* the next element that has a weight */
    const cx_array *const reached = cx_take(sum, at, 0), *const next = cx__held_run(
                                                             s->where, &last,
                                                             CX_ARRAYS(cx_searchsorted(sum, reached,
                                                                                       CX_RIGHT),
                                                                       most));
    return cx__held_run(s->where, &mean,
                        CX_ARRAYS(low, cx_astype(cx_take(sorted, next, 0), CX_F64),
                                  cx_sub(reached, level), cx_float(DBL_EPSILON)));
}
