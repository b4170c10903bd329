/* Discounted gains of rankings (dcg, ndcg): all rows at once, equal scores as groups of a flat
 * index. */
#include "learn/metrics/curve.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_ranking.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

enum { DCG, NDCG };

typedef struct gains {
    const char *where;
    cx__site site;
    int64_t n, m;
    const cx_array *truth, *score, *weight, *discount; /* [n, m], [n, m], [n] or NULL, [m] */
} gains;

static cx_status discounts(const cx__ask *q, gains *g)
{
    double *v;
    CX__TRY(cx__metric_room(g->m, &v));
    const double base = q->o.log_base.set && q->which == DCG ? q->o.log_base.value : 2;
    if (!(base > 0)) return cx__fail(CX_E_ARGUMENT, q->where, "log_base must be above 0");
    for (int64_t j = 0; j < g->m; j++)
        v[j] = q->o.k.set && j >= q->o.k.value ? 0 : log(base) / log((double)(j + 2));
    g->discount = cx__given(&g->site, v, g->m, CX_F64);
    return cx__so_far();
}

static cx_status read(const cx__ask *q, gains *g)
{
    *g = (gains){.where = q->where};
    CX__TRY(cx__site_of(q->where, q->truth, &g->site));
    if (cx_ndim(q->truth) != 2 || cx_ndim(q->pred) != 2 || cx_size(q->truth) == 0 ||
        cx_dim(q->truth, 0) != cx_dim(q->pred, 0) || cx_dim(q->truth, 1) != cx_dim(q->pred, 1))
        return cx__fail(CX_E_SHAPE, q->where, "y_true and y_score must both be [n, m]");
    g->n = cx_dim(q->truth, 0);
    g->m = cx_dim(q->truth, 1);
    if (g->m < 2) return cx__fail(CX_E_ARGUMENT, q->where, "a ranking needs at least 2 columns");
    CX__TRY(cx__metric_weight(&g->site, &q->o, g->n, &g->weight));
    g->truth = cx__f64(&g->site, q->truth);
    g->score = cx__f64(&g->site, q->pred);
    CX__TRY(cx__scores_valid(q->where, g->score));
    CX__TRY(cx__scores_valid(q->where, g->truth));
    return discounts(q, g);
}

/* Gains [n] in the order of descending scores, of equal ones the last first. */
static cx_array *in_order(const gains *g, const cx_array *score)
{
    static cx__held sum = CX__HELD("y, d: sum(y * d, axis=1)");
    const cx_array *order = cx_flip(cx_argsort(score, 1), 1);
    return cx__held_run(g->where, &sum,
                        CX_ARRAYS(cx_take_along_axis(g->truth, order, 1), g->discount));
}

/* Gains [n] where equal scores share their places. */
static cx_array *shared(const gains *g)
{
    static cx__held groups = CX__HELD("steps, row, m: steps + row * m"),
                    sum =
                        CX__HELD("y, d, c: sum(where(c > 0, y * d / maximum(c, 1), 0.0), axis=1)");
    const cx_array *order = cx_argsort(cx_negative(g->score), 1),
                   *sorted = cx_take_along_axis(g->score, order, 1),
                   *truth = cx_take_along_axis(g->truth, order, 1);
    cx_array *fresh = cx_zeros(CX_SHAPE(g->n, g->m), CX_I64, g->site.device);
    const cx_array *differs =
        cx_not_equal(cx_slice(sorted, 1, 1, CX_END, 1), cx_slice(sorted, 1, 0, -1, 1));
    (void)cx_check(cx_copy_into(differs, cx_slice(fresh, 1, 1, CX_END, 1)));
    const cx_array *row = cx_expand_dims(cx_arange_i64(0, g->n, 1, CX_I64, g->site.device), 1),
                   *group = cx_ravel(cx__held_run(
                       g->where, &groups, CX_ARRAYS(cx_cumsum(fresh, 1), row, cx_int(g->m)))),
                   *places = cx_tile(g->discount, CX_SHAPE(g->n));
    const int64_t all = g->n * g->m;
    const cx_array *part[3] = {cx_bincount(group, cx_ravel(truth), all),
                               cx_bincount(group, places, all), cx_bincount(group, NULL, all)};
    for (int i = 0; i < 3; i++) part[i] = cx_reshape(part[i], CX_SHAPE(g->n, g->m));
    return cx__held_run(g->where, &sum, CX_ARRAYS(part[0], part[1], part[2]));
}

static cx_status gain(const cx__ask *q, double *out)
{
    static cx__held over = CX__HELD("a, b: where(b != 0, a / b, 0.0)");
    gains g;
    cx__ask mean = *q;
    mean.o.total = false;
    CX__TRY(read(q, &g));
    if (q->which == NDCG && cx__number_f64(cx_min(g.truth, CX_ALL)) < 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, q->where, "y_true must not be negative");
    }
    const cx_array *rows = q->o.ignore_ties ? in_order(&g, g.score) : shared(&g);
    if (q->which == NDCG)
        rows = cx__held_run(q->where, &over, CX_ARRAYS(rows, in_order(&g, g.truth)));
    return cx__metric_mean(&mean, rows, g.weight, out);
}

double cx_dcg_score(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    return cx__metric_run("dcg_score", gain, DCG, y_true, y_score, o);
}

double cx_ndcg_score(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    return cx__metric_run("ndcg_score", gain, NDCG, y_true, y_score, o);
}
