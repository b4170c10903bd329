/* Greedy k-means++ (Arthur and Vassilvitskii 2007): each new centre is the best of a few points
 * drawn with probability proportional to the squared distance from the centres so far.
 *
 * Draws and their order are scikit-learn's, so an integer seed gives the same start; they are made
 * on the host and go to the points, where everything else stays. Knows points and a generator. */
#include "learn/cluster/lloyd.h"

#include "base/object.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

/* count uniform numbers, on the points' device. */
static cx_array *draw(const cx__points *p, cx_generator *g, int64_t count)
{
    const double *v = cx_data_f64(cx_rng_random(g, CX_SHAPE(count), CX_F64));
    return v != NULL ? cx__given(p->site, v, count, CX_F64) : cx__nil(cx__last_status());
}

/* Rows at places of running sums, at least v (right: above v): int64 [count]. */
static cx_array *locate(const cx__points *p, const cx_array *running, const cx_array *v,
                        cx_side side)
{
    return cx_minimum(cx_searchsorted(running, v, side), cx_int(p->n - 1));
}

/* One row with probability proportional to its weight. */
static cx_array *draw_first(const cx__points *p, cx_generator *g)
{
    const cx_array *weight = p->weight != NULL ? p->weight
                                               : cx_ones(CX_SHAPE(p->n), CX_F64, p->site->device),
                   *share = cx_div(weight, cx_sum(weight, CX_ALL)), *running = cx_cumsum(share, 0);
    running = cx_div(running, cx_slice(running, 0, -1, CX_END, 1));
    return locate(p, running, draw(p, g, 1), CX_RIGHT);
}

/* For each candidate [t, d] the distances to the nearest centre if it were one, [n, t], and their
 * weighted sum [t]. */
static cx_status try_out(const cx__points *p, const cx_array *candidate, const cx_array *closest,
                         cx_array *distance, cx_array *potential)
{
    const cx_learn_points points = {.n = p->n,
                                    .d = p->d,
                                    .x = cx__at(p->x),
                                    .weight = cx__at(p->weight),
                                    .norm = cx__at(p->norm)};
    const double *candidate_at = cx__at(candidate), *closest_at = cx__at(closest);
    double *distance_at = cx__at(distance), *potential_at = cx__at(potential);
    CX__TRY(cx__so_far());
    return p->site->ops->trials(p->site->queue, &points, candidate_at, cx_dim(candidate, 0),
                                closest_at, distance_at, potential_at);
}

typedef struct seeding {
    cx_array *closest, *distance, *potential, *trial_potential; /* [n], [n, t], [], [t] */
    int64_t trials;
} seeding;

/* The next centre [1, d] of those drawn and its row [1]; closest and potential are updated. */
static cx_status choose(const cx__points *p, cx_generator *g, seeding *s, cx_array *centre,
                        cx_array *row)
{
    const cx_array *share = p->weight != NULL ? cx_mul(p->weight, s->closest) : s->closest,
                   *target = cx_mul(draw(p, g, s->trials), s->potential),
                   *at = locate(p, cx_cumsum(share, 0), target, CX_LEFT),
                   *candidate = cx_take(p->x, at, 0);
    CX__TRY(try_out(p, candidate, s->closest, s->distance, s->trial_potential));
    const cx_array *best = cx_argmin(s->trial_potential, CX_ALL);
    CX__TRY(cx_copy_into(cx_take(s->trial_potential, best, 0), s->potential));
    CX__TRY(cx_copy_into(cx_take(s->distance, best, 1), s->closest));
    CX__TRY(cx_copy_into(cx_take(at, best, 0), row));
    return cx_copy_into(cx_take(candidate, best, 0), centre);
}

cx_status cx__seed_centres(const cx__points *p, int64_t k, int64_t trials, cx_generator *g,
                           cx_array **centres, cx_array **rows)
{
    seeding s = {.trials = trials > 0 ? trials : 2 + (int64_t)log((double)k)};
    s.closest = cx__new_f64(p->site, p->n, -1);
    s.distance = cx__new_f64(p->site, p->n, s.trials);
    s.potential = cx__new_f64(p->site, -1, -1);
    s.trial_potential = cx__new_f64(p->site, s.trials, -1);
    *centres = cx__new_f64(p->site, k, p->d);
    cx_array *const row = cx_empty(CX_SHAPE(k), CX_I64, p->site->device);
    const cx_array *const first = draw_first(p, g), *const point = cx_take(p->x, first, 0);
    CX__TRY(try_out(p, point, NULL, s.closest, s.potential));
    CX__TRY(cx_copy_into(first, cx_slice(row, 0, 0, 1, 1)));
    CX__TRY(cx_copy_into(point, cx_slice(*centres, 0, 0, 1, 1)));
    for (int64_t c = 1; c < k; c++) {
        const cx_scope scope = cx_scope_open(); /* temporaries of one centre at a time */
        (void)cx_check(choose(p, g, &s, cx_select(*centres, 0, c), cx_select(row, 0, c)));
        CX__TRY(cx_scope_close(scope));
    }
    if (rows) *rows = row;
    return cx__so_far();
}
