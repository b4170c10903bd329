/* One step of mini-batch k-means (Sculley, Web-Scale K-Means Clustering, 2010): a centre is the
 * mean of all points that were ever nearest to it, so each batch pulls it by its share.
 *
 * Labels, sums and means stay on the device; the host sees the weight of each centre, by which it
 * tells light ones. Draws are scikit-learn's. Knows points and a generator, no estimator. */
#include "learn/cluster/mini_batch.h"

#include "base/alloc.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>

cx_status cx__mini_batch_room(cx__mini_batch *m)
{
    const size_t k = (size_t)m->k;
    m->weight = cx__calloc(k, sizeof *m->weight);
    m->row = cx__calloc(k, sizeof *m->row);
    m->moves = cx__calloc(k, sizeof *m->moves);
    if (m->weight && m->row && m->moves) return CX_OK;
    return cx__fail_nomem(m->site->where, "weights of centres", k * sizeof *m->weight);
}

void cx__mini_batch_free(cx__mini_batch *m)
{
    cx__free(m->weight);
    cx__free(m->row);
    cx__free(m->moves);
}

/* Labels, sums and inertia with the centres as they are; then the pull. */
static cx_status pull(cx__mini_batch *m, const cx__points *p, double *inertia)
{
    static cx__held mean =
        CX__HELD("c, s, seen, more: where(more > 0, (c * seen + s) * (1 / (seen + more)), c)");
    const cx__site *s = m->site;
    cx_array *const label = cx_zeros(CX_SHAPE(p->n), CX_I32, s->device),
                    *const sums = cx__new_f64(s, m->k, m->d),
                    *const mass = cx__new_f64(s, m->k, -1), *const record = cx__new_f64(s, 3, -1);
    const cx_learn_points points = {.n = p->n,
                                    .d = p->d,
                                    .x = cx__at(p->x),
                                    .weight = cx__at(p->weight),
                                    .norm = cx__at(p->norm)};
    const double *const centres_at = cx__at(m->centres);
    int32_t *const label_at = cx__at(label);
    double *const sums_at = cx__at(sums), *const mass_at = cx__at(mass),
                  *const record_at = cx__at(record);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->nearest(s->queue, &points, centres_at, m->k, label_at, sums_at, mass_at,
                            record_at));
    CX__TRY(cx__inertia(p, m->centres, label, inertia));
    CX__TRY(cx_copy_into(cx__held_run(s->where, &mean,
                                      CX_ARRAYS(m->centres, sums, cx_expand_dims(m->seen, 1),
                                                cx_expand_dims(mass, 1))),
                         m->next));
    CX__TRY(cx_add_into(m->seen, mass, m->seen));
    cx_array *const old = m->centres;
    m->centres = m->next;
    m->next = old;
    return cx__read_all(s, m->seen, m->weight);
}

/* At most half as many centres as there are points may move: the lightest ones. */
static cx_status spare(cx__mini_batch *m, int64_t most)
{
    const int64_t *const order =
        cx_data_i64(cx_argsort(cx_copy_host(m->weight, CX_SHAPE(m->k), CX_F64), 0));
    if (order == NULL) return cx__last_status();
    for (int64_t i = most; i < m->k; i++) m->moves[order[i]] = false;
    return CX_OK;
}

/* Which centres move; returns how many. */
static cx_status light_ones(cx__mini_batch *m, int64_t n, int64_t *count)
{
    double heaviest = 0;
    for (int64_t c = 0; c < m->k; c++) heaviest = m->weight[c] > heaviest ? m->weight[c] : heaviest;
    *count = 0;
    for (int64_t c = 0; c < m->k; c++) {
        m->moves[c] = m->weight[c] < m->ratio * heaviest;
        *count += m->moves[c];
    }
    if (2 * *count <= n) return CX_OK;
    CX__TRY(spare(m, n / 2));
    *count = 0;
    for (int64_t c = 0; c < m->k; c++) *count += m->moves[c];
    return CX_OK;
}

/* Light centres go to points drawn at random and weigh as much as the lightest that stays. */
static cx_status move_light(cx__mini_batch *m, const cx__points *p, cx_generator *g)
{
    int64_t count, at = 0;
    CX__TRY(light_ones(m, p->n, &count));
    if (count == 0) return CX_OK;
    double least = -1;
    for (int64_t c = 0; c < m->k; c++) {
        if (m->moves[c])
            m->row[at++] = c;
        else if (least < 0 || m->weight[c] < least)
            least = m->weight[c];
    }
    if (least < 0)
        return cx__fail(CX_E_ARGUMENT, m->site->where,
                        "MiniBatchKMeans: reassignment_ratio=%g leaves no centre where it is",
                        m->ratio);
    const int64_t *const drawn = cx_data_i64(cx_rng_choice(
        g, cx_int(p->n), CX_SHAPE(count), CX_OPTS(cx_choice_opts, .no_replace = true)));
    if (drawn == NULL) return cx__last_status();
    const cx__site *const s = m->site;
    CX__TRY(cx_put_rows(m->centres, cx__given_all(s, m->row, count, CX_I64),
                        cx_take(p->x, cx__given_all(s, drawn, count, CX_I64), 0)));
    for (int64_t i = 0; i < count; i++) m->weight[m->row[i]] = least;
    return cx_copy_into(cx__given_all(s, m->weight, m->k, CX_F64), m->seen);
}

cx_status cx__mini_batch_step(cx__mini_batch *m, const cx__points *p, cx_generator *g,
                              bool reassign, double *inertia)
{
    CX__TRY(pull(m, p, inertia));
    return reassign && m->ratio > 0 ? move_light(m, p, g) : cx__so_far();
}
