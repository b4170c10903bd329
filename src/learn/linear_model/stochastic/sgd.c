/* Stochastic gradient descent: losses, the order of the rows, and the loop for both types.
 *
 * scikit-learn's stream and steps: the same order of rows for the same seed, the same schedules,
 * weights kept as a scale times a vector, averages as in Xu (2011), L1 by cumulative penalties
 * (Tsuruoka, Tsujii and Ananiadou 2009). Scores are summed in the order of the columns, so that
 * steps are the same to the last bit. Knows rows and numbers, no estimator. */
#include "learn/linear_model/stochastic/sgd.h"

#include "base/object.h"

#include <math.h>
#include <string.h>

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

static const double STEEPEST = 1e12; /* derivatives are cut here */

/* log(1 + exp(x)) where it neither overflows nor rounds away (Maechler 2012). */
static double log1p_exp(double x)
{
    if (x <= -37) return exp(x);
    if (x <= -2) return log1p(exp(x));
    if (x <= 18) return log(1 + exp(x));
    return x <= 33.3 ? x + exp(-x) : x;
}

static double loss_value(const cx__sgd *s, double y, double p)
{
    const double z = p * y, off = fabs(y - p), past = off - s->epsilon;
    switch (s->loss) {
    case CX__SGD_HINGE: return z <= 1 ? 1 - z : 0;
    case CX__SGD_PERCEPTRON: return z <= 0 ? -z : 0;
    case CX__SGD_SQUARED_HINGE: return z < 1 ? (1 - z) * (1 - z) : 0;
    case CX__SGD_LOG: return log1p_exp(p) - y * p;
    case CX__SGD_MODIFIED_HUBER: return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
    case CX__SGD_SQUARED: return 0.5 * (p - y) * (p - y);
    case CX__SGD_HUBER:
        return off <= s->epsilon ? 0.5 * off * off : s->epsilon * (off - 0.5 * s->epsilon);
    case CX__SGD_INSENSITIVE: return past > 0 ? past : 0;
    case CX__SGD_SQUARED_INSENSITIVE: return past > 0 ? past * past : 0;
    }
    return 0;
}

/* Of log(1 + exp(p)) - y p. */
static double log_slope(double y, double p)
{
    if (p <= -37) return exp(p) - y;
    const double e = exp(-p);
    return ((1 - y) - y * e) / (1 + e);
}

/* Derivative by the prediction p. */
static double loss_slope(const cx__sgd *s, double y, double p)
{
    const double z = p * y, off = p - y, e = s->epsilon;
    switch (s->loss) {
    case CX__SGD_HINGE: return z <= 1 ? -y : 0;
    case CX__SGD_PERCEPTRON: return z <= 0 ? -y : 0;
    case CX__SGD_SQUARED_HINGE: return z < 1 ? -2 * y * (1 - z) : 0;
    case CX__SGD_LOG: return log_slope(y, p);
    case CX__SGD_MODIFIED_HUBER: return z >= 1 ? 0 : z >= -1 ? -2 * (1 - z) * y : -4 * y;
    case CX__SGD_SQUARED: return off;
    case CX__SGD_HUBER: return fabs(off) <= e ? off : off >= 0 ? e : -e;
    case CX__SGD_INSENSITIVE: return -off > e ? -1 : off > e ? 1 : 0;
    case CX__SGD_SQUARED_INSENSITIVE:
        return -off > e ? -2 * (-off - e) : off > e ? 2 * (off - e) : 0;
    }
    return 0;
}

/* The generator of the order of rows: xorshift (Marsaglia 2003), 31 bits. */
static uint32_t draw(uint32_t *seed)
{
    uint32_t x = *seed == 0 ? 1 : *seed;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *seed = x;
    return x % 0x80000000u;
}

static void shuffle(int32_t *row, int64_t n, uint32_t seed)
{
    for (int64_t i = 0; i < n - 1; i++) {
        const int64_t j = i + draw(&seed) % (uint32_t)(n - i);
        const int32_t kept = row[i];
        row[i] = row[j];
        row[j] = kept;
    }
}

/* The first step of the 'optimal' schedule (Bottou 2012). */
static double optimal_start(const cx__sgd *p)
{
    const double typical = sqrt(1 / sqrt(p->alpha)),
                 eta = typical / fmax(1, loss_slope(p, 1, -typical));
    return 1 / (eta * p->alpha);
}

/* A step's size and the update of row weights, before the row's own weight. */
typedef struct pace {
    double eta, optimal_init, t, l1_ratio;
} pace;

/* The stopping rule of one epoch, the same for both types. */
typedef struct progress {
    double best_objective, best_score;
    int64_t idle;
} progress;

static bool should_stop(const cx__sgd *p, progress *g, double value, pace *c)
{
    const bool watch = p->tol > -INFINITY;
    bool still;
    if (p->early_stopping) {
        still = watch && value < g->best_score + p->tol;
        if (value > g->best_score) g->best_score = value;
    } else {
        still = watch && value > g->best_objective - p->tol;
        if (value < g->best_objective) g->best_objective = value;
    }
    g->idle = still ? g->idle + 1 : 0;
    if (g->idle < p->n_iter_no_change) return false;
    if (p->rate != CX__SGD_ADAPTIVE || !(c->eta > 1e-6)) return true;
    c->eta /= 5;
    g->idle = 0;
    return false;
}

#define REAL double
#define NAME(x) x##_f64
#define LEAST_SCALE 1e-9
#include "learn/linear_model/stochastic/sgd_loop.inc"
#undef REAL
#undef NAME
#undef LEAST_SCALE
#define REAL float
#define NAME(x) x##_f32
#define LEAST_SCALE 1e-6
#include "learn/linear_model/stochastic/sgd_loop.inc"

int64_t cx__sgd_scratch(const cx__sgd *p)
{
    return (p->d + 1) * 8 + (p->n + 1) * 4;
}

cx_status cx__sgd_run(const cx__sgd *p, cx__sgd_state *s, void *scratch)
{
    double *const penalties = scratch;
    int32_t *const order = (int32_t *)(penalties + p->d + 1);
    memset(penalties, 0, (size_t)p->d * sizeof *penalties);
    for (int64_t i = 0; i < p->n; i++) order[i] = (int32_t)i;
    s->overflow = false;
    s->epochs = 0;
    return p->f32 ? run_f32(p, s, order, scratch) : run_f64(p, s, order, scratch);
}
