/* Lloyd's iteration.
 *
 * A step labels, sums and averages on the points' device; the host sees three numbers of it: how
 * many labels changed, how many clusters are empty, how far the centres moved. Knows points, no
 * estimator. */
#include "learn/cluster/lloyd.h"

#include "base/object.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>

static cx_learn_points points_of(const cx__points *p)
{
    return (cx_learn_points){.n = p->n,
                             .d = p->d,
                             .x = cx__at(p->x),
                             .weight = cx__at(p->weight),
                             .norm = cx__at(p->norm)};
}

cx_status cx__points_bare(const cx__site *s, const cx_array *x, const cx_array *weight,
                          cx__points *out)
{
    if (s->ops->lloyd == NULL) return cx__points_make(s, x, weight, out);
    *out = (cx__points){.site = s,
                        .x = x,
                        .weight = weight,
                        .norm = cx__new_f64(s, cx_dim(x, 0), -1),
                        .n = cx_dim(x, 0),
                        .d = cx_dim(x, 1),
                        .bare = true};
    return cx__so_far();
}

cx_status cx__points_make(const cx__site *s, const cx_array *x, const cx_array *weight,
                          cx__points *out)
{
    cx_array *norm = cx__new_f64(s, cx_dim(x, 0), -1);
    *out = (cx__points){
        .site = s, .x = x, .weight = weight, .norm = norm, .n = cx_dim(x, 0), .d = cx_dim(x, 1)};
    const double *x_at = cx__at(x);
    double *norm_at = cx__at(norm);
    CX__TRY(cx__so_far());
    return s->ops->row_norms(s->queue, x_at, out->n, out->d, norm_at);
}

cx_status cx__nearest_centres(const cx__points *p, const cx_array *centres, cx_array **label)
{
    *label = cx_zeros(CX_SHAPE(p->n), CX_I32, p->site->device);
    const cx_learn_points points = points_of(p);
    const double *centres_at = cx__at(centres);
    int32_t *label_at = cx__at(*label);
    CX__TRY(cx__so_far());
    if (p->bare)
        return p->site->ops->lloyd(p->site->queue, &(cx_learn_lloyd){.points = points,
                                                                     .norm = cx__at(p->norm),
                                                                     .first = true,
                                                                     .centres = centres_at,
                                                                     .k = cx_dim(centres, 0),
                                                                     .label = label_at});
    return p->site->ops->nearest(p->site->queue, &points, centres_at, cx_dim(centres, 0), label_at,
                                 NULL, NULL, NULL);
}

cx_status cx__inertia(const cx__points *p, const cx_array *centres, const cx_array *label,
                      double *out)
{
    cx_array *sum = cx__new_f64(p->site, -1, -1);
    const cx_learn_points points = points_of(p);
    const double *centres_at = cx__at(centres);
    const int32_t *label_at = cx__at(label);
    double *sum_at = cx__at(sum);
    CX__TRY(cx__so_far());
    CX__TRY(p->site->ops->spread(p->site->queue, &points, centres_at, label_at, NULL, sum_at));
    return cx__read(p->site, sum, out);
}

cx_status cx__square_distances(const cx__points *p, const cx_array *centres, const cx_array *label,
                               cx_array **out)
{
    *out = cx__new_f64(p->site, p->n, -1);
    const cx_learn_points points = points_of(p);
    const double *centres_at = cx__at(centres);
    const int32_t *label_at = cx__at(label);
    double *out_at = cx__at(*out);
    CX__TRY(cx__so_far());
    return p->site->ops->spread(p->site->queue, &points, centres_at, label_at, out_at, NULL);
}

/* What one step works on; record: changed labels, empty clusters, how far the centres moved. */
typedef struct step {
    const cx__points *p;
    cx_learn_points points;
    int64_t k;
    cx_array *centres, *next, *sums, *mass, *label, *record;
    cx_array *room; /* of steps that build on each other; NULL: the device has none */
    bool first;
} step;

/* Each cluster without points takes over the point that is farthest from its centre (of those
 * left). */
static cx_status fill_empty(const step *s)
{
    const cx__points *p = s->p;
    cx_array *distance = NULL;
    CX__TRY(cx__square_distances(p, s->centres, s->label, &distance));
    for (int64_t c = 0; c < s->k; c++) {
        if (cx__number_f64(cx_select(s->mass, 0, c)) != 0) continue;
        const int64_t far = cx__number_i64(cx_argmax(distance, CX_ALL));
        cx_array *at = cx_select(distance, 0, far);
        if (!(cx__number_f64(at) > 0)) break; /* fewer distinct points than clusters */
        const int64_t from = cx__number_i64(cx_select(s->label, 0, far));
        const cx_array *w = p->weight != NULL ? cx_select(p->weight, 0, far) : cx_f64(1);
        const double weight = cx__number_f64(w);
        const cx_array *moved = cx_mul(cx_select(p->x, 0, far), cx_float(weight));
        cx_array *lost = cx_select(s->sums, 0, from), *mass = cx_select(s->mass, 0, from);
        CX__TRY(cx__so_far());
        CX__TRY(cx_sub_into(lost, moved, lost));
        CX__TRY(cx_sub_into(mass, cx_float(weight), mass));
        CX__TRY(cx_copy_into(moved, cx_select(s->sums, 0, c)));
        CX__TRY(cx_add_into(cx_select(s->mass, 0, c), cx_float(weight), cx_select(s->mass, 0, c)));
        CX__TRY(cx_sub_into(at, at, at));
        CX__TRY(cx_sub_into(at, cx_float(1), at)); /* no longer the farthest */
    }
    return cx__so_far();
}

static cx_status average(const step *s)
{
    double *record = cx__at(s->record);
    return s->p->site->ops->centres(s->p->site->queue, cx__at(s->centres), cx__at(s->sums),
                                    cx__at(s->mass), s->k, s->p->d, cx__at(s->next), record + 2);
}

/* Label and sum, or label only. */
static cx_status label_points(step *s, bool sum)
{
    const cx__site *const site = s->p->site;
    double *const sums = sum ? cx__at(s->sums) : NULL, *const mass = sum ? cx__at(s->mass) : NULL,
                  *const record = sum ? cx__at(s->record) : NULL;
    const cx_learn_lloyd call = {.points = s->points,
                                 .room = cx__at(s->room),
                                 .norm = s->p->bare ? cx__at(s->p->norm) : NULL,
                                 .first = s->first,
                                 .centres = cx__at(s->centres),
                                 .k = s->k,
                                 .label = cx__at(s->label),
                                 .sums = sums,
                                 .mass = mass,
                                 .record = record};
    s->first = false;
    if (s->room != NULL) return site->ops->lloyd(site->queue, &call);
    return site->ops->nearest(site->queue, &s->points, call.centres, s->k, call.label, sums, mass,
                              record);
}

/* Label, sum, average; what the record says comes back. */
static cx_status take_step(step *s, double record[3])
{
    const cx__site *site = s->p->site;
    CX__TRY(label_points(s, true));
    CX__TRY(average(s));
    CX__TRY(cx__read(site, s->record, record));
    if (record[1] > 0) {
        CX__TRY(fill_empty(s));
        CX__TRY(average(s));
        CX__TRY(cx__read(site, s->record, record));
    }
    cx_array *const old = s->centres;
    s->centres = s->next;
    s->next = old;
    return CX_OK;
}

cx_status cx__lloyd(const cx__points *p, int64_t max_iter, double tol,
                    cx_status (*tick)(void *ctx, int64_t iteration), void *ctx, cx__lloyd_run *run)
{
    const int64_t k = cx_dim(run->centres, 0);
    step s = {.p = p,
              .points = points_of(p),
              .k = k,
              .centres = run->centres,
              .next = cx__new_f64(p->site, k, p->d),
              .sums = cx__new_f64(p->site, k, p->d),
              .mass = cx__new_f64(p->site, k, -1),
              .label = cx_full(CX_SHAPE(p->n), cx_int(-1), CX_I32, p->site->device),
              .record = cx__new_f64(p->site, 3, -1),
              .first = true};
    const cx_learn_ops *const ops = p->site->ops;
    if (ops->lloyd != NULL) s.room = cx__new_f64(p->site, ops->lloyd_room(p->n, p->d, k), -1);
    CX__TRY(cx__so_far());
    double record[3] = {1, 0, 0};
    bool small = false;
    for (run->iterations = 0; run->iterations < max_iter && record[0] != 0 && !small;) {
        CX__TRY(take_step(&s, record));
        small = record[2] <= tol;
        run->iterations++;
        if (tick != NULL) CX__TRY(tick(ctx, run->iterations));
    }
    run->centres = s.centres;
    run->label = s.label;
    if (record[0] != 0) /* labels of the last centres */
        CX__TRY(label_points(&s, false));
    return cx__inertia(p, run->centres, run->label, &run->inertia);
}
