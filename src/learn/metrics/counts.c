/* What scores of labels are made of: weighted counts per class, and the table of all pairs. */
#include "learn/metrics/labels.h"

#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static cx_status count_columns(const cx__ask *q, cx__counts *c)
{
    static cx__held sums =
        CX__HELD("t, p, w: sum(t * p * w, axis=0), sum(t * w, axis=0), sum(p * w, axis=0)");
    const cx__pair *p = &c->p;
    const cx_array *weight = p->weight != NULL ? cx_expand_dims(p->weight, 1) : cx_float(1);
    const cx_tuple t = cx__held_all(q->where, &sums, CX_ARRAYS(p->truth, p->pred, weight));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_f64(&p->site, t.at[0], c->hit));
    CX__TRY(cx__read_f64(&p->site, t.at[1], c->truth));
    return cx__read_f64(&p->site, t.at[2], c->pred);
}

cx_status cx__count_hits(const cx__ask *q, cx__counts *c)
{
    CX__TRY(cx__metric_targets(q, &c->p));
    const cx__pair *p = &c->p;
    const int64_t classes = p->classes;
    CX__TRY(cx__metric_room(3 * classes, &c->hit));
    c->truth = c->hit + classes;
    c->pred = c->truth + classes;
    if (p->many) return count_columns(q, c);
    static cx__held hits = CX__HELD("a, b, w: float64(a == b) * w");
    const cx_array *weight = p->weight != NULL ? p->weight : cx_int(1),
                   *hit = cx__held_run(q->where, &hits, CX_ARRAYS(p->truth, p->pred, weight));
    CX__TRY(cx__count_codes(&p->site, p->truth, hit, classes, c->hit));
    CX__TRY(cx__count_codes(&p->site, p->truth, p->weight, classes, c->truth));
    return cx__count_codes(&p->site, p->pred, p->weight, classes, c->pred);
}

double cx__mean_of(const double *v, const double *w, int64_t n)
{
    double total = 0, sum = 0, plain = 0, kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(v[i])) continue;
        total += w != NULL ? w[i] : 1;
        sum += (w != NULL ? w[i] : 1) * v[i];
        plain += v[i];
        kept++;
    }
    return total != 0 ? sum / total : plain / kept;
}

/* Weights of the pairs of labels asked for: [count * count + 1], the last of all other rows. */
static cx_status count_pairs(const cx__ask *q, const cx__pair *p, cx_array **out)
{
    int64_t *const place =
        cx_data_i64_mut(cx_full(CX_SHAPE(p->classes), cx_int(-1), CX_I64, CX_CPU));
    if (place == NULL) return cx__last_status();
    for (int64_t a = p->count - 1; a >= 0; a--) place[p->label[a]] = a;
    const cx_array *places = cx__given(&p->site, place, p->classes, CX_I64),
                   *row = cx_take(places, p->truth, 0), *col = cx_take(places, p->pred, 0);
    static cx__held there = CX__HELD("row: any(row >= 0)"),
                    cell = CX__HELD("row, col, n: "
                                    "where((row >= 0) & (col >= 0), row * n + col, n * n)");
    if (cx__number_i64(cx__held_run(q->where, &there, CX_ARRAYS(row))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, q->where, "at least one of labels must be in y_true");
    }
    /* one more group takes what is not reported */
    const int64_t cells = p->count * p->count;
    const cx_array *code =
        cx__i64(&p->site, cx__held_run(q->where, &cell, CX_ARRAYS(row, col, cx_int(p->count))));
    *out = cx__new_f64(&p->site, cells + 1, -1);
    const cx_learn_groups call = {.n = p->n,
                                  .groups = cells + 1,
                                  .code = cx__at(code),
                                  .weight = cx__at(p->weight),
                                  .mass = cx__at(*out)};
    CX__TRY(cx__so_far());
    return p->site.ops->groups(p->site.queue, &call);
}

cx_status cx__confusion(const cx__ask *q, cx__pair *p, const double **out)
{
    cx_array *mass = NULL;
    CX__TRY(cx__metric_pair(q->where, q->truth, q->pred, &q->o, p));
    CX__TRY(count_pairs(q, p, &mass));
    *out = cx_data_f64(cx__to_host(&p->site, mass));
    return *out != NULL ? CX_OK : cx__last_status();
}

/* Cells over the sum of their row, column, or all; 0 / 0 is 0. */
static cx_array *normalized(const cx__ask *q, const cx_array *m)
{
    static cx__held over = CX__HELD("m, total: where(total != 0, m / total, 0.0)");
    const cx_array *total =
        q->o.normalize == CX_SCORE_BY_ALL
            ? cx_sum(m, CX_ALL)
            : cx_sum(m, CX_AXIS(q->o.normalize == CX_SCORE_BY_TRUE ? 1 : 0, .keepdims = true));
    return cx__held_run(q->where, &over, CX_ARRAYS(m, total));
}

static cx_status confusion(const cx__ask *q, cx_array **out)
{
    cx__pair p;
    cx_array *mass = NULL;
    CX__TRY(cx__metric_pair(q->where, q->truth, q->pred, &q->o, &p));
    CX__TRY(count_pairs(q, &p, &mass));
    if (p.count == 1)
        cx__warn(CX_E_ARGUMENT, "%s: a single label; give all of them in labels", q->where);
    *out = cx_reshape(cx_slice(mass, 0, 0, p.count * p.count, 1), CX_SHAPE(p.count, p.count));
    if (q->o.normalize != CX_SCORE_COUNTS)
        *out = normalized(q, *out);
    else
        *out = p.weight == NULL ? cx_astype(*out, CX_I64) : cx_copy(*out);
    return cx__so_far();
}

cx_array *cx_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o)
{
    return cx__metric_each("confusion_matrix", confusion, 0, y_true, y_pred, o);
}

/* [c, 2, 2] from columns of hits, truth, predictions and all. */
static cx_array *tables(const cx_array *hit, const cx_array *truth, const cx_array *pred,
                        const cx_array *all, int64_t count)
{
    static cx__held refused = CX__HELD("hit, truth, pred, all: float64(all) - truth - pred + hit"),
                    missed = CX__HELD("hit, b: b - hit");
    const cx_array *a = cx__held_run("tables", &refused, CX_ARRAYS(hit, truth, pred, all)),
                   *b = cx__held_run("tables", &missed, CX_ARRAYS(hit, pred)),
                   *c = cx__held_run("tables", &missed, CX_ARRAYS(hit, truth));
    return cx_reshape(cx_stack(CX_ARRAYS(a, b, c, hit), 1), CX_SHAPE(count, 2, 2));
}

static cx_status one_against_rest(const cx__ask *q, cx_array **out)
{
    cx__counts c;
    CX__TRY(cx__count_hits(q, &c));
    const cx__pair *p = &c.p;
    if (q->o.average == CX_SCORE_SAMPLES && !p->many)
        return cx__fail(CX_E_ARGUMENT, q->where, "rows are counted of 0/1 matrices only");
    if (q->o.average == CX_SCORE_SAMPLES) {
        static cx__held rows =
            CX__HELD("t, p, w: sum(t * p, axis=1) * w, sum(t, axis=1) * w, sum(p, axis=1) * w");
        const cx_array *w = p->weight != NULL ? p->weight : cx_float(1),
                       *all = p->weight != NULL ? cx_mul(p->weight, cx_float((double)p->count))
                                                : cx_float((double)p->count);
        const cx_tuple t = cx__held_all(q->where, &rows, CX_ARRAYS(p->truth, p->pred, w));
        CX__TRY(cx__so_far());
        *out = tables(t.at[0], t.at[1], t.at[2], all, p->n);
    } else {
        double *v;
        CX__TRY(cx__metric_room(3 * p->count, &v));
        for (int64_t a = 0; a < p->count; a++) {
            v[a] = c.hit[p->label[a]];
            v[p->count + a] = c.truth[p->label[a]];
            v[2 * p->count + a] = c.pred[p->label[a]];
        }
        const cx_array *hit = cx__given(&p->site, v, p->count, CX_F64),
                       *truth = cx__given(&p->site, v + p->count, p->count, CX_F64),
                       *pred = cx__given(&p->site, v + 2 * p->count, p->count, CX_F64);
        *out = tables(hit, truth, pred, cx_float(cx__metric_mass(p->weight, p->n)), p->count);
    }
    if (p->weight == NULL) *out = cx_astype(*out, CX_I64);
    return cx__so_far();
}

cx_array *cx_multilabel_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o)
{
    return cx__metric_each("multilabel_confusion_matrix", one_against_rest, 0, y_true, y_pred, o);
}
