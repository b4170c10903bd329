/* Minimum of a function of one number: golden sections, and parabolas through the three best
 * points where they promise more (Brent 1973, Algorithms for Minimization without Derivatives,
 * chapter 5). */
#include "learn/numeric/minimum.h"

#include "base/object.h"
#include <math.h>

enum { MOST_STEPS = 500 };

/* A point and the function there. */
typedef struct point {
    double x, f;
} point;

static cx_status at(cx__function *f, void *ctx, double x, point *p)
{
    p->x = x;
    CX__TRY(f(ctx, x, &p->f));
    if (isnan(p->f)) p->f = (double)INFINITY;
    return CX_OK;
}

/* Step from the best point to the bottom of the parabola through three; false if it leads out of
 * [a, b] or is no shorter than half of the last but one. */
static bool parabola(const point *best, const point *second, const point *third, double a, double b,
                     double before, double *step)
{
    const double r = (best->x - second->x) * (best->f - third->f),
                 q = (best->x - third->x) * (best->f - second->f);
    double up = (best->x - third->x) * q - (best->x - second->x) * r, down = 2 * (q - r);
    if (down > 0)
        up = -up;
    else
        down = -down;
    if (!(fabs(up) < fabs(0.5 * down * before))) return false;
    if (!(up > down * (a - best->x) && up < down * (b - best->x))) return false;
    *step = up / down;
    return true;
}

/* Within [a, b], from three points in it. */
static cx_status narrow(cx__function *f, void *ctx, double a, double b, double tol, point best,
                        double *x)
{
    const double golden = 0.5 * (3 - sqrt(5.0));
    point second = best, third = best;
    double step = 0, before = 0;
    for (int i = 0; i < MOST_STEPS; i++) {
        const double middle = 0.5 * (a + b), near = tol * fabs(best.x) + 1e-11;
        if (fabs(best.x - middle) <= 2 * near - 0.5 * (b - a)) break;
        const double last = before;
        before = step;
        if (fabs(last) > near && parabola(&best, &second, &third, a, b, last, &step)) {
            const double u = best.x + step;
            if (u - a < 2 * near || b - u < 2 * near) step = best.x < middle ? near : -near;
        } else {
            before = best.x < middle ? b - best.x : a - best.x;
            step = golden * before;
        }
        point u;
        CX__TRY(at(f, ctx, best.x + (fabs(step) >= near ? step : copysign(near, step)), &u));
        if (u.f <= best.f) {
            *(u.x < best.x ? &b : &a) = best.x;
            third = second;
            second = best;
            best = u;
        } else {
            *(u.x < best.x ? &a : &b) = u.x;
            if (u.f <= second.f || second.x == best.x) {
                third = second;
                second = u;
            } else if (u.f <= third.f || third.x == best.x || third.x == second.x) {
                third = u;
            }
        }
    }
    *x = best.x;
    return CX_OK;
}

cx_status cx__minimum_between(cx__function *f, void *ctx, double a, double b, double tol, double *x)
{
    point first;
    CX__TRY(at(f, ctx, a + 0.5 * (3 - sqrt(5.0)) * (b - a), &first));
    return narrow(f, ctx, a, b, tol, first, x);
}

cx_status cx__minimum_from(cx__function *f, void *ctx, double a, double b, double tol, double *x)
{
    point back, here, next;
    CX__TRY(at(f, ctx, a, &back));
    CX__TRY(at(f, ctx, b, &here));
    if (back.f < here.f) {
        const point t = back;
        back = here;
        here = t;
    }
    const double ratio = 0.5 * (1 + sqrt(5.0));
    CX__TRY(at(f, ctx, here.x + ratio * (here.x - back.x), &next));
    for (int i = 0; i < MOST_STEPS && next.f < here.f; i++) {
        back = here;
        here = next;
        CX__TRY(at(f, ctx, here.x + ratio * (here.x - back.x), &next));
    }
    const double low = back.x < next.x ? back.x : next.x, high = back.x < next.x ? next.x : back.x;
    return narrow(f, ctx, low, high, tol, here, x);
}

/* Secants, whose first is as wide as x is uncertain. */
cx_status cx__root_near(cx__function *f, void *ctx, double near, double *x)
{
    const double width = near * (1 + fabs(*x));
    double a = *x - width, b = *x + width, fa = 0, fb = 0;
    CX__TRY(f(ctx, a, &fa));
    CX__TRY(f(ctx, b, &fb));
    for (int i = 0; i < 8; i++) {
        const double c = b - fb * ((b - a) / (fb - fa));
        if (!(fabs(c - *x) <= width)) return CX_OK;
        const bool still = fabs(c - b) <= 4e-16 * fabs(c) + 1e-300;
        a = b;
        fa = fb;
        b = c;
        CX__TRY(f(ctx, b, &fb));
        if (still || fb == 0 || fb == fa) break;
    }
    *x = b;
    return CX_OK;
}
