/* The line search of More and Thuente: an interval that must contain an acceptable step, made
 * smaller by cubic and quadratic models.
 *
 * Steps depend on values and slopes only, so the search can be stepped from outside. Knows one
 * dimension. */
#include "learn/linear_model/lbfgs.h"

#include <math.h>
#include <stdbool.h>

static const double DECREASE = 1e-3, CURVATURE = 0.9, RELATIVE_WIDTH = 0.1, STEP_MAX = 1e10;

void cx__search_start(cx__search *s, double step, double f0, double g0)
{
    cx__search_within(s, step, STEP_MAX, f0, g0);
}

void cx__search_within(cx__search *s, double step, double most, double f0, double g0)
{
    *s = (cx__search){.step = step,
                      .most = most,
                      .f0 = f0,
                      .g0 = g0,
                      .decrease = DECREASE * g0,
                      .f_best = f0,
                      .g_best = g0,
                      .f_other = f0,
                      .g_other = g0,
                      .high = step + 4 * step,
                      .width = most,
                      .width_before = 2 * most};
}

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* Minimiser of the cubic through (a, fa, ga) and (b, fb, gb), as a fraction of the way given by its
 * caller: p / q, with the two places where the square root's sign matters handled by `towards`. */
static double cubic_root(double theta, double ga, double gb, bool floor_at_zero)
{
    const double s = fmax(fabs(theta), fmax(fabs(ga), fabs(gb)));
    double inside = (theta / s) * (theta / s) - (ga / s) * (gb / s);
    if (floor_at_zero && inside < 0) inside = 0;
    return s * sqrt(inside);
}

/* Higher value than the best: a minimum lies between. The cubic step if it is nearer to the best,
 * else the mean with the quadratic. */
static double step_higher(const cx__search *s, double f, double g, double theta)
{
    double gamma = cubic_root(theta, s->g_best, g, false);
    if (s->step < s->best) gamma = -gamma;
    const double p = (gamma - s->g_best) + theta, q = ((gamma - s->g_best) + gamma) + g;
    const double cubic = s->best + p / q * (s->step - s->best);
    const double slope = (s->f_best - f) / (s->step - s->best) + s->g_best;
    const double quadratic = s->best + s->g_best / slope / 2 * (s->step - s->best);
    return fabs(cubic - s->best) < fabs(quadratic - s->best) ? cubic
                                                             : cubic + (quadratic - cubic) / 2;
}

/* Lower value, slope of the other sign: a minimum lies between. The step farther from here. */
static double step_sign_change(const cx__search *s, double g, double theta)
{
    double gamma = cubic_root(theta, s->g_best, g, false);
    if (s->step > s->best) gamma = -gamma;
    const double p = (gamma - g) + theta, q = ((gamma - g) + gamma) + s->g_best;
    const double cubic = s->step + p / q * (s->best - s->step);
    const double secant = s->step + g / (g - s->g_best) * (s->best - s->step);
    return fabs(cubic - s->step) > fabs(secant - s->step) ? cubic : secant;
}

/* Lower value, same sign, flatter: the cubic only if it tends to infinity in the step's direction
 * or has its minimum beyond. */
static double step_flatter(const cx__search *s, double g, double theta)
{
    double gamma = cubic_root(theta, s->g_best, g, true);
    if (s->step > s->best) gamma = -gamma;
    const double p = (gamma - g) + theta, q = (gamma + (s->g_best - g)) + gamma, r = p / q;
    const double cubic = r < 0 && gamma != 0 ? s->step + r * (s->best - s->step)
                         : s->step > s->best ? s->high
                                             : s->low;
    const double secant = s->step + g / (g - s->g_best) * (s->best - s->step);
    const bool cubic_nearer = fabs(cubic - s->step) < fabs(secant - s->step);
    if (!s->bracketed) return clamp(cubic_nearer ? secant : cubic, s->low, s->high);
    const double next = cubic_nearer ? cubic : secant;
    const double bound = s->step + 0.66 * (s->other - s->step);
    return s->step > s->best ? fmin(bound, next) : fmax(bound, next);
}

/* Lower value, same sign, not flatter: the cubic with the other end, or as far as allowed. */
static double step_steeper(const cx__search *s, double f, double g)
{
    if (!s->bracketed) return s->step > s->best ? s->high : s->low;
    const double theta = 3 * (f - s->f_other) / (s->other - s->step) + s->g_other + g;
    double gamma = cubic_root(theta, s->g_other, g, false);
    if (s->step > s->other) gamma = -gamma;
    const double p = (gamma - g) + theta, q = ((gamma - g) + gamma) + s->g_other;
    return s->step + p / q * (s->other - s->step);
}

/* Move the interval's ends and choose the next step. */
static void update(cx__search *s, double f, double g)
{
    const double sign = g * (s->g_best / fabs(s->g_best));
    const double theta = 3 * (s->f_best - f) / (s->step - s->best) + s->g_best + g;
    double next;
    const bool higher = f > s->f_best, crossed = !higher && sign < 0;
    if (higher) {
        next = step_higher(s, f, g, theta);
        s->bracketed = true;
    } else if (crossed) {
        next = step_sign_change(s, g, theta);
        s->bracketed = true;
    } else if (fabs(g) < fabs(s->g_best)) {
        next = step_flatter(s, g, theta);
    } else {
        next = step_steeper(s, f, g);
    }
    if (higher) {
        s->other = s->step;
        s->f_other = f;
        s->g_other = g;
    } else {
        if (crossed) {
            s->other = s->best;
            s->f_other = s->f_best;
            s->g_other = s->g_best;
        }
        s->best = s->step;
        s->f_best = f;
        s->g_best = g;
    }
    s->step = next;
}

bool cx__search_next(cx__search *s, double f, double g)
{
    const double line = s->f0 + s->step * s->decrease;
    if (!s->second_stage && f <= line && g >= 0) s->second_stage = true;
    const bool stuck = s->bracketed && (s->step <= s->low || s->step >= s->high ||
                                        s->high - s->low <= RELATIVE_WIDTH * s->high);
    const bool at_limit = (s->step == s->most && f <= line && g <= s->decrease) ||
                          (s->step == 0 && (f > line || g >= s->decrease));
    if (stuck || at_limit || (f <= line && fabs(g) <= CURVATURE * -s->g0)) return true;

    if (!s->second_stage && f <= s->f_best &&
        f > line) { /* work on phi(t) - decrease t until a step with phi' >= 0 was seen */
        s->f_best -= s->best * s->decrease;
        s->f_other -= s->other * s->decrease;
        s->g_best -= s->decrease;
        s->g_other -= s->decrease;
        update(s, f - s->step * s->decrease, g - s->decrease);
        s->f_best += s->best * s->decrease;
        s->f_other += s->other * s->decrease;
        s->g_best += s->decrease;
        s->g_other += s->decrease;
    } else {
        update(s, f, g);
    }

    if (s->bracketed) {
        if (fabs(s->other - s->best) >= 0.66 * s->width_before)
            s->step = s->best + 0.5 * (s->other - s->best);
        s->width_before = s->width;
        s->width = fabs(s->other - s->best);
        s->low = fmin(s->best, s->other);
        s->high = fmax(s->best, s->other);
    } else {
        s->low = s->step + 1.1 * (s->step - s->best);
        s->high = s->step + 4 * (s->step - s->best);
    }
    s->step = clamp(s->step, 0, s->most);
    if (s->bracketed &&
        (s->step <= s->low || s->step >= s->high || s->high - s->low <= RELATIVE_WIDTH * s->high))
        s->step = s->best;
    return false;
}
