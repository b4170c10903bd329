/* A step of sequential minimal optimisation over all variables: searches that keep the last of
 * equal candidates, and the forces' change. Masks are numbers to add, 0 or -inf. */
#ifndef CX_HOST_SVM_STEPS_H
#define CX_HOST_SVM_STEPS_H
#include "svm_vector.h"

/* The best of each lane and where it stands. */
typedef struct lead {
    V value, at;
} lead;

INLINE V counting(void)
{
    V v = {0};
    for (int l = 0; l < LANES; l++) v[l] = l;
    return v;
}

static cx_svm_best leader(const lead *all)
{
    cx_svm_best best = {.at = -1, .value = -INFINITY};
    for (int l = 0; l < LANES; l++) {
        const int64_t at = (int64_t)all->at[l];
        if (at < 0 || all->value[l] < best.value) continue;
        if (all->value[l] > best.value || at > best.at)
            best = (cx_svm_best){.at = at, .value = all->value[l]};
    }
    return best;
}

INLINE void take(cx_svm_best *best, double value, int64_t at)
{
    if (value >= best->value && value > -INFINITY) *best = (cx_svm_best){.at = at, .value = value};
}

INLINE void lead_take(lead *all, V value, V at)
{
    const M better = MORE(value, all->value);
    all->value = CHOOSE(better, value, all->value);
    all->at = CHOOSE(better, at, all->at);
}

static cx_svm_best first_of(int64_t n, const double *force, const double *up, const double *also)
{
    lead all = {spread(-1.7976931348623157e308), spread(-1)};
    V at = counting();
    int64_t t = 0;
    for (; t + LANES <= n; t += LANES, at += LANES) {
        V v = get(force + t) + get(up + t);
        if (also != NULL) v += get(also + t);
        lead_take(&all, v, at);
    }
    cx_svm_best best = leader(&all);
    for (; t < n; t++) take(&best, force[t] + up[t] + (also != NULL ? also[t] : 0), t);
    return best;
}

static void partner_of(cx_svm_search *c)
{
    const double tiny = 1e-12;
    lead gain = {spread(-1.7976931348623157e308), spread(-1)};
    V at = counting(), most = spread(-INFINITY);
    int64_t t = 0;
    for (; t + LANES <= c->n; t += LANES, at += LANES) {
        V mask = get(c->low + t);
        if (c->also != NULL) mask += get(c->also + t);
        const V force = get(c->force + t), down = mask - force, apart = c->force_i + down;
        most = CHOOSE(MORE(down, most), down, most);
        V curve = (c->diagonal_i + get(c->diagonal + t)) - 2 * get_single(c->row + t);
        curve = CHOOSE(ABOVE(curve, spread(0)), curve, spread(tiny));
        const M open = ABOVE(apart, spread(0));
        lead_take(&gain, CHOOSE(open, (apart * apart) / curve, spread(-INFINITY)), at);
    }
    cx_svm_best best = leader(&gain);
    c->most = -INFINITY;
    for (int l = 0; l < LANES; l++)
        if (most[l] > c->most) c->most = most[l];
    for (; t < c->n; t++) {
        const double mask = c->low[t] + (c->also != NULL ? c->also[t] : 0),
                     down = mask - c->force[t], apart = c->force_i + down;
        if (down > c->most) c->most = down;
        if (!(apart > 0)) continue;
        double curve = (c->diagonal_i + c->diagonal[t]) - 2 * (double)c->row[t];
        if (!(curve > 0)) curve = tiny;
        take(&best, apart * apart / curve, t);
    }
    c->best = (cx_svm_best){.at = best.at, .value = -best.value};
}

static cx_svm_best step_of(int64_t n, double *force, double a, const float *row_a, double b,
                           const float *row_b, const double *up)
{
    lead all = {spread(-1.7976931348623157e308), spread(-1)};
    V at = counting();
    int64_t t = 0;
    for (; t + LANES <= n; t += LANES) {
        const V now = get(force + t) - (a * get_single(row_a + t) + b * get_single(row_b + t));
        put(force + t, now);
        if (up == NULL) continue;
        lead_take(&all, now + get(up + t), at);
        at += LANES;
    }
    cx_svm_best best = leader(&all);
    for (; t < n; t++) {
        force[t] -= a * (double)row_a[t] + b * (double)row_b[t];
        if (up != NULL) take(&best, force[t] + up[t], t);
    }
    return best;
}
#endif
