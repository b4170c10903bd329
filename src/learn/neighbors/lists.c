/* Neighbourhoods as one list of pairs, and what is counted and averaged over them.
 *
 * One idea: the k nearest and those within a radius are the same list, and a sum over a
 * neighbourhood is a weighted count of query numbers, which every device adds in order. */
#include "learn/neighbors/family.h"

#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>

/* Inverse distances; where a neighbour is at distance 0 only such ones count. */
static cx_array *inverse(const cx__lists *l, const cx_array *distance)
{
    static cx__held exact = CX__HELD("d: float64(d == 0)"),
                    weight = CX__HELD("d, hit: where(hit > 0, float64(d == 0), 1 / d)");
    const char *const where = l->site.where;
    const cx_array *const hits =
        cx_bincount(l->row, cx__held_run(where, &exact, CX_ARRAYS(distance)), l->n);
    return cx__held_run(where, &weight, CX_ARRAYS(distance, cx_take(hits, l->row, 0)));
}

static cx_status weigh(const cx_estimator *self, cx__lists *l, const cx_array *distance)
{
    if (cx__near_by_distance(self)) l->weight = inverse(l, distance);
    return cx__so_far();
}

cx_status cx__lists_k(const char *where, const cx_estimator *self, const cx_array *x,
                      cx__lists *out)
{
    cx__near *near;
    cx_array *index = NULL, *distance = NULL;
    const int64_t n = cx_dim(x, 0), k = cx_param_i64(self, "n_neighbors");
    *out = (cx__lists){.n = n};
    CX__TRY(cx__site_of(where, x, &out->site));
    CX__TRY(cx__near_of(where, self, &near));
    const cx_status st = cx__near_k(near, x, k, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    out->row = cx_repeat(cx_arange_i64(0, n, 1, CX_I64, out->site.device), k, 0);
    out->index = cx_ravel(index);
    out->count = cx_full(CX_SHAPE(n), cx_float((double)k), CX_F64, out->site.device);
    CX__TRY(cx__so_far());
    return weigh(self, out, cx_ravel(distance));
}

cx_status cx__lists_radius(const char *where, const cx_estimator *self, const cx_array *x,
                           cx__lists *out)
{
    cx__near *near;
    cx_array *start = NULL, *distance = NULL;
    const int64_t n = cx_dim(x, 0);
    *out = (cx__lists){.n = n};
    CX__TRY(cx__site_of(where, x, &out->site));
    CX__TRY(cx__near_of(where, self, &near));
    const cx_status st = cx__near_radius(near, x, cx_param_f64(self, "radius"), false, &start,
                                         &out->index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    const cx_array *const end = cx_slice(start, 0, 1, CX_END, 1);
    out->row = cx_searchsorted(
        end, cx_arange_i64(0, cx_size(out->index), 1, CX_I64, out->site.device), CX_RIGHT);
    out->count = cx_astype(cx_sub(end, cx_slice(start, 0, 0, n, 1)), CX_F64);
    CX__TRY(cx__so_far());
    return weigh(self, out, distance);
}

cx_array *cx__lists_mean(const cx__lists *l, const cx_array *y)
{
    static cx__held times = CX__HELD("w, y: w * y"),
                    mean = CX__HELD("s, w: where(w == 0, nan, s / w)");
    const char *const where = l->site.where;
    const int64_t columns = cx_ndim(y) == 2 ? cx_dim(y, 1) : 1;
    const cx_array *const mass =
        l->weight != NULL ? cx_bincount(l->row, l->weight, l->n) : l->count;
    cx_array *const out = cx__new_f64(&l->site, l->n, cx_ndim(y) == 2 ? columns : -1);
    for (int64_t j = 0; j < columns && cx_ok(); j++) {
        const cx_array *v =
            cx__f64(&l->site, cx_take(cx_ndim(y) == 2 ? cx_select(y, 1, j) : y, l->index, 0));
        if (l->weight != NULL) v = cx__held_run(where, &times, CX_ARRAYS(l->weight, v));
        v = cx__held_run(where, &mean, CX_ARRAYS(cx_bincount(l->row, v, l->n), mass));
        (void)cx_check(cx_copy_into(v, cx_ndim(y) == 2 ? cx_select(out, 1, j) : out));
    }
    return out;
}

cx_array *cx__lists_votes(const cx__lists *l, const cx_array *code, int64_t c)
{
    static cx__held place = CX__HELD("row, code, c: row * c + code");
    const cx_array *const at = cx__held_run(
        l->site.where, &place, CX_ARRAYS(l->row, cx_take(code, l->index, 0), cx_int(c)));
    return cx_reshape(cx_astype(cx_bincount(at, l->weight, l->n * c), CX_F64), CX_SHAPE(l->n, c));
}
