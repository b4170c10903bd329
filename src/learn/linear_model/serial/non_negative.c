/* Least squares over non-negative coefficients: the active-set method on normal equations.
 *
 * One idea: coefficients enter one by one, where the objective falls steepest, and leave where they
 * would become negative; the Cholesky factor of those inside grows by rows and is made anew from
 * the first one that leaves. Source: Lawson and Hanson, Solving Least Squares Problems, 23.3. */
#include "learn/linear_model/serial/non_negative.h"

#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/grow.h"
#include "ops/primitives.h"
#include <calx/scope.h>
#include <math.h>
#include <string.h>

typedef struct inside {
    const double *gram, *cross;
    int64_t d, count;
    double shift;
    double *factor; /* rows of the Cholesky factor, d apart */
    double *member; /* [count] which coefficients, as numbers */
    double *at;     /* [count] their least squares solution */
    double *barred; /* [d] cannot enter now: depends on those inside */
    double *slope;  /* [d] */
} inside;

static int64_t member(const inside *s, int64_t i)
{
    return (int64_t)s->member[i];
}

/* Row i of the factor; false if the column depends on those before. */
static bool factor_row(const inside *s, int64_t i)
{
    double *row = s->factor + i * s->d;
    const double *products = s->gram + member(s, i) * s->d;
    const double own = products[member(s, i)] + s->shift;
    for (int64_t j = 0; j < i; j++) row[j] = products[member(s, j)];
    const double left = cx__factor_row(s->factor, s->d, i, own);
    if (!(left > 1e-13 * own)) return false;
    row[i] = sqrt(left);
    return true;
}

static void solve(const inside *s)
{
    for (int64_t i = 0; i < s->count; i++) s->at[i] = s->cross[member(s, i)];
    cx__factor_solve(s->factor, s->d, s->count, s->at);
}

/* Take out those at 0, keep the factor of those before the first of them. */
static bool leave(inside *s, double *w)
{
    int64_t kept = 0, first = -1;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t j = member(s, i);
        if (w[j] > 0) {
            s->member[kept++] = (double)j;
            continue;
        }
        w[j] = 0;
        if (first < 0) first = i;
    }
    s->count = kept;
    if (first < 0) return true;
    memset(s->barred, 0, (size_t)s->d * sizeof *s->barred);
    for (int64_t i = first; i < kept; i++)
        if (!factor_row(s, i)) return false;
    return true;
}

/* From w, feasible, to the least squares solution of those inside, or to where the first of them
 * become 0, which then leave; until nothing leaves. */
static bool settle(inside *s, double *w)
{
    for (;;) {
        solve(s);
        double step = 1;
        int64_t stop = -1;
        for (int64_t i = 0; i < s->count; i++) {
            const double from = w[member(s, i)];
            if (s->at[i] > 0) continue;
            const double share = from > s->at[i] ? from / (from - s->at[i]) : 0;
            if (stop >= 0 && share >= step) continue;
            step = share;
            stop = i;
        }
        for (int64_t i = 0; i < s->count; i++) {
            double *to = &w[member(s, i)];
            *to = stop < 0 ? s->at[i] : *to + step * (s->at[i] - *to);
        }
        if (stop < 0) return true;
        w[member(s, stop)] = 0;
        if (!leave(s, w)) return false;
    }
}

/* The coefficient outside whose growth lowers the objective fastest, -1 if none does. */
static int64_t steepest(const inside *s, const double *w, double square)
{
    int64_t best = -1;
    double top = 0;
    memcpy(s->slope, s->cross, (size_t)s->d * sizeof *s->slope);
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t j = member(s, i);
        cx__axpy(-w[j], s->gram + j * s->d, s->slope, s->d);
    }
    for (int64_t j = 0; j < s->d; j++) {
        const double noise = 1e-13 * sqrt(s->gram[j * s->d + j] * square);
        if (w[j] > 0 || s->barred[j] != 0 || !(s->slope[j] > noise) || !(s->slope[j] > top))
            continue;
        top = s->slope[j];
        best = j;
    }
    return best;
}

static cx_status search(inside *s, double square, double *w)
{
    for (int64_t round = 0; round < 10 * s->d + 10; round++) {
        CX__TRY(cx_poll());
        const int64_t j = steepest(s, w, square);
        if (j < 0) return CX_OK;
        s->member[s->count] = (double)j;
        if (!factor_row(s, s->count)) {
            s->barred[j] = 1;
            continue;
        }
        s->count++;
        if (!settle(s, w)) return CX_E_CONVERGENCE;
        /* came in by rounding alone: it would come in again */
        if (w[j] == 0) s->barred[j] = 1;
    }
    return CX_E_CONVERGENCE;
}

cx_status cx__non_negative(const double *gram, const double *cross, double square, int64_t d,
                           double shift, double *w)
{
    const size_t bytes = (size_t)(d * d + 4 * d) * sizeof *w;
    double *memory = cx__scratch(bytes);
    if (memory == NULL) return cx__fail_nomem("fit", "a factor", bytes);
    inside s = {.gram = gram, .cross = cross, .d = d, .shift = shift, .factor = memory};
    s.member = memory + d * d;
    s.at = s.member + d;
    s.barred = s.at + d;
    s.slope = s.barred + d;
    memset(w, 0, (size_t)d * sizeof *w);
    memset(s.barred, 0, (size_t)d * sizeof *s.barred);
    const cx_status st = search(&s, square, w);
    cx__scratch_free(memory);
    return st;
}
