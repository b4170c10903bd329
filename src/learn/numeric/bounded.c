/* L-BFGS-B: see the header.
 *
 * One idea: the model's minimum along the projected gradient's path says which variables rest on
 * bounds; over the others the model is minimised as a whole. Variables are few, so the model's
 * Hessian is a plain matrix, made anew from the last steps. */
#include "learn/numeric/bounded.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/lbfgs.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N = CX__BOUNDED_MOST, STEPS = 10, EVALUATIONS = 20 };

typedef struct run {
    const cx__bounded *p;
    double x[N], g[N], value; /* where it is */
    double to[N], to_g[N], to_value;
    double aim[N], d[N];             /* the model's minimum, and the way there */
    bool held[N];                    /* on a bound there */
    double s[STEPS][N], y[STEPS][N]; /* steps and changes of the gradient, the oldest first */
    int count;
    double theta; /* the Hessian before any step, times the identity */
    double h[N][N], factor[N][N];
} run;

static double within(const cx__bounded *p, int64_t i, double v)
{
    return v < p->low[i] ? p->low[i] : v > p->high[i] ? p->high[i] : v;
}

static double dot(int64_t n, const double *a, const double *b)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void forget(run *r)
{
    r->count = 0;
    r->theta = 1;
}

static void times(const run *r, const double *v, double *out)
{
    for (int64_t i = 0; i < r->p->n; i++) out[i] = dot(r->p->n, r->h[i], v);
}

/* The model's Hessian: theta times the identity, updated by each step. */
static void model(run *r)
{
    const int64_t n = r->p->n;
    double hs[N];
    memset(r->h, 0, sizeof r->h);
    for (int64_t i = 0; i < n; i++) r->h[i][i] = r->theta;
    for (int k = 0; k < r->count; k++) {
        const double *const s = r->s[k], *const y = r->y[k], sy = dot(n, s, y);
        times(r, s, hs);
        const double shs = dot(n, s, hs);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) r->h[i][j] += y[i] * y[j] / sy - hs[i] * hs[j] / shs;
    }
}

/* ---- the model's minimum */
/* Begin along minus the gradient; when each variable meets its bound. */
static void path(run *r, double *meets)
{
    const cx__bounded *const p = r->p;
    for (int64_t i = 0; i < p->n; i++) {
        const double d = -r->g[i];
        r->aim[i] = r->x[i];
        r->held[i] = (r->x[i] <= p->low[i] && d <= 0) || (r->x[i] >= p->high[i] && d >= 0);
        r->d[i] = r->held[i] ? 0 : d;
        meets[i] = INFINITY;
        if (r->d[i] != 0) meets[i] = ((d < 0 ? p->low[i] : p->high[i]) - r->x[i]) / d;
    }
}

/* The first minimum of the model along that path. */
static void cauchy(run *r)
{
    const cx__bounded *const p = r->p;
    const int64_t n = p->n;
    double meets[N], z[N], hz[N], hd[N], now = 0, best = 0;
    path(r, meets);
    times(r, r->d, hd);
    double slope = dot(n, r->g, r->d), bend = dot(n, r->d, hd);
    const double least = DBL_EPSILON * bend;
    for (;;) {
        int64_t first = -1;
        for (int64_t i = 0; i < n; i++)
            if (r->d[i] != 0 && isfinite(meets[i]) && (first < 0 || meets[i] < meets[first]))
                first = i;
        best = slope < 0 ? -slope / bend : 0;
        if (first < 0 || best < meets[first] - now) break;
        for (int64_t i = 0; i < n; i++) r->aim[i] += (meets[first] - now) * r->d[i];
        now = meets[first];
        r->aim[first] = r->d[first] < 0 ? p->low[first] : p->high[first];
        r->held[first] = true;
        r->d[first] = 0;
        for (int64_t i = 0; i < n; i++) z[i] = r->aim[i] - r->x[i];
        times(r, z, hz);
        times(r, r->d, hd);
        slope = dot(n, r->g, r->d) + dot(n, r->d, hz);
        bend = fmax(least, dot(n, r->d, hd));
    }
    for (int64_t i = 0; i < n; i++) r->aim[i] += best * r->d[i];
}

/* Solve for the free variables, v [m] in their order; false: the model is no bowl. */
static bool solve(run *r, int64_t m, const int64_t *free, double *v)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double left = r->h[free[i]][free[j]] - dot(j, r->factor[i], r->factor[j]);
            if (i == j && !(left > 0)) return false;
            r->factor[i][j] = i == j ? sqrt(left) : left / r->factor[j][j];
        }
    for (int64_t i = 0; i < m; i++) v[i] = (v[i] - dot(i, r->factor[i], v)) / r->factor[i][i];
    for (int64_t i = m - 1; i >= 0; i--) {
        for (int64_t j = i + 1; j < m; j++) v[i] -= r->factor[j][i] * v[j];
        v[i] /= r->factor[i][i];
    }
    return true;
}

/* From the path's minimum as far along v as the bounds allow. */
static void cut_short(run *r, int64_t m, const int64_t *free, const double *v)
{
    const cx__bounded *const p = r->p;
    double share = 1;
    int64_t last = -1;
    for (int64_t i = 0; i < m; i++) {
        const int64_t k = free[i];
        const double room = (v[i] < 0 ? p->low[k] : p->high[k]) - r->aim[k];
        if (v[i] == 0 || fabs(room) >= fabs(v[i]) * share) continue;
        share = room / v[i];
        last = k;
    }
    for (int64_t i = 0; i < m; i++)
        r->aim[free[i]] = free[i] == last ? (v[i] < 0 ? p->low[last] : p->high[last])
                                          : r->aim[free[i]] + share * v[i];
}

/* Over the variables that the path left free; false: the model is no bowl. */
static bool subspace(run *r)
{
    const cx__bounded *const p = r->p;
    double z[N], hz[N], v[N], ends[N], falls = 0;
    int64_t free[N], m = 0;
    bool touched = false;
    for (int64_t i = 0; i < p->n; i++) z[i] = r->aim[i] - r->x[i];
    times(r, z, hz);
    for (int64_t i = 0; i < p->n; i++)
        if (!r->held[i]) {
            v[m] = -r->g[i] - hz[i];
            free[m++] = i;
        }
    if (m == 0) return true;
    if (!solve(r, m, free, v)) return false;
    memcpy(ends, r->aim, sizeof ends);
    for (int64_t i = 0; i < m; i++) {
        const int64_t k = free[i];
        ends[k] = within(p, k, r->aim[k] + v[i]);
        touched |= ends[k] == p->low[k] || ends[k] == p->high[k];
    }
    for (int64_t i = 0; i < p->n; i++) falls += (ends[i] - r->x[i]) * r->g[i];
    if (touched && falls > 0)
        cut_short(r, m, free, v);
    else
        memcpy(r->aim, ends, sizeof ends);
    return true;
}

/* ---- steps */
/* The largest step within the bounds. */
static double reach(const run *r, bool first)
{
    const cx__bounded *const p = r->p;
    double most = first ? 1 : 1e10;
    for (int64_t i = 0; i < p->n && !first; i++) {
        const double room = (r->d[i] < 0 ? p->low[i] : p->high[i]) - r->x[i];
        if (r->d[i] != 0 && isfinite(room)) most = fmin(most, fmax(room / r->d[i], 0));
    }
    return most;
}

/* Go towards the aim; *slope is what it is at the end, *step is 0 where nothing was gained. */
static cx_status go(run *r, bool first, double *step, double *slope)
{
    const cx__bounded *const p = r->p;
    const size_t bytes = (size_t)p->n * sizeof(double);
    bool boxed = true;
    cx__search search;
    for (int64_t i = 0; i < p->n; i++) {
        r->d[i] = r->aim[i] - r->x[i];
        boxed &= isfinite(p->low[i]) && isfinite(p->high[i]);
    }
    const double down = dot(p->n, r->g, r->d), most = reach(r, first);
    *step = 0;
    if (!(down < 0)) return CX_OK;
    const double begin = first && !boxed ? fmin(1 / sqrt(dot(p->n, r->d, r->d)), most) : 1;
    cx__search_within(&search, fmin(begin, most), most, r->value, down);
    for (int i = 0; i < EVALUATIONS; i++) {
        for (int64_t j = 0; j < p->n; j++) r->to[j] = within(p, j, r->x[j] + search.step * r->d[j]);
        if (search.step == 1) memcpy(r->to, r->aim, bytes);
        CX__TRY(p->f(p->ctx, r->to, &r->to_value, r->to_g));
        if (!isfinite(r->to_value)) { /* out of the domain: a search that stays nearer */
            const double nearer = search.step / 4;
            cx__search_within(&search, nearer, nearer, r->value, down);
            continue;
        }
        *slope = dot(p->n, r->to_g, r->d);
        const double at = search.step;
        if (!cx__search_next(&search, r->to_value, *slope)) continue;
        *step = at;
        return CX_OK;
    }
    return CX_OK;
}

/* Keep what the step told about the Hessian. */
static void learn(run *r, double step, double slope)
{
    const int64_t n = r->p->n;
    const double before = dot(n, r->g, r->d);
    double s[N], y[N];
    for (int64_t i = 0; i < n; i++) {
        s[i] = step * r->d[i];
        y[i] = r->to_g[i] - r->g[i];
    }
    const double sy = (slope - before) * step;
    if (sy <= DBL_EPSILON * -before * step) return;
    if (r->count == STEPS) {
        memmove(r->s, r->s + 1, (STEPS - 1) * sizeof r->s[0]);
        memmove(r->y, r->y + 1, (STEPS - 1) * sizeof r->y[0]);
        r->count--;
    }
    memcpy(r->s[r->count], s, sizeof s);
    memcpy(r->y[r->count++], y, sizeof y);
    r->theta = dot(n, y, y) / sy;
}

static bool settled(const run *r)
{
    double most = 0;
    for (int64_t i = 0; i < r->p->n; i++)
        most = fmax(most, fabs(r->x[i] - within(r->p, i, r->x[i] - r->g[i])));
    return most <= r->p->gtol;
}

static cx_status descend(run *r)
{
    const cx__bounded *const p = r->p;
    const size_t bytes = (size_t)p->n * sizeof(double);
    CX__TRY(p->f(p->ctx, r->x, &r->value, r->g));
    if (!isfinite(r->value) || settled(r)) return CX_OK;
    forget(r);
    for (int64_t i = 0; i < p->max_iter;) {
        double step, slope = 0;
        model(r);
        cauchy(r);
        if (r->count > 0 && !subspace(r)) {
            forget(r);
            continue;
        }
        CX__TRY(go(r, i == 0, &step, &slope));
        if (step == 0) {
            if (r->count == 0) return CX_E_CONVERGENCE;
            forget(r);
            continue;
        }
        learn(r, step, slope);
        const double gain = r->value - r->to_value,
                     size = fmax(fmax(fabs(r->value), fabs(r->to_value)), 1);
        memcpy(r->x, r->to, bytes);
        memcpy(r->g, r->to_g, bytes);
        r->value = r->to_value;
        if (settled(r) || gain <= p->ftol * size) return CX_OK;
        i++;
    }
    return CX_E_CONVERGENCE;
}

cx_status cx__bounded_minimum(const cx__bounded *p, double *x, double *value)
{
    if (p->n > N)
        return cx__fail(CX_E_UNSUPPORTED, "fit", "more than %d variables within bounds", (int)N);
    run *const r = cx__calloc(1, sizeof *r);
    if (r == NULL) return cx__fail_nomem("fit", "a search within bounds", 1);
    r->p = p;
    for (int64_t i = 0; i < p->n; i++) r->x[i] = within(p, i, x[i]);
    const cx_status st = descend(r);
    memcpy(x, r->x, (size_t)p->n * sizeof *x);
    *value = r->value;
    cx__free(r);
    return st;
}
