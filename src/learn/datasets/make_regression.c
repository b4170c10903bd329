/* make_regression, Friedman's functions and their like: numbers drawn, and a function of them. */
#include "learn/datasets/draw.h"

#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

static cx_status regression(const char *where, const cx_make_regression_opts *given,
                            cx_dataset *out)
{
    cx_make_regression_opts o;
    cx_generator *g;
    int64_t n, d, targets;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__draw_size(where, "n_samples", o.n_samples, 100, &n));
    CX__TRY(cx__draw_size(where, "n_features", o.n_features, 100, &d));
    CX__TRY(cx__draw_size(where, "n_targets", o.n_targets, 1, &targets));
    int64_t informative = o.n_informative.set ? o.n_informative.value : 10;
    informative = informative < d ? informative : d;
    const double tail = o.tail_strength.set ? o.tail_strength.value : 0.5;
    if (informative < 0 || o.noise < 0 || !(tail >= 0 && tail <= 1) ||
        (o.effective_rank.set && o.effective_rank.value < 1))
        return cx__fail(CX_E_ARGUMENT, where,
                        "n_informative, noise, tail_strength or effective_rank out of range");
    CX__TRY(cx__draw_start(o.random_state, &g));
    if (o.effective_rank.set)
        CX__TRY(cx__draw_low_rank(g, n, d, (double)o.effective_rank.value, tail, &out->x));
    else
        out->x = cx_rng_standard_normal(g, CX_SHAPE(n, d), CX_F64);
    double *coef, *y;
    const double *u;
    CX__TRY(cx__draw_room(d, targets, &out->more, &coef));
    CX__TRY(cx__draw_uniform(g, informative * targets, &u));
    for (int64_t i = 0; i < informative * targets; i++) coef[i] = 100 * u[i];
    out->y = cx_add(cx_matmul(out->x, out->more), cx_float(o.bias));
    y = cx_data_f64_mut(out->y);
    CX__TRY(cx__so_far());
    if (o.noise > 0) CX__TRY(cx__draw_noise(g, o.noise, y, n * targets));
    if (!o.no_shuffle) CX__TRY(cx__draw_shuffled(g, out, true));
    if (targets == 1) {
        out->y = cx_reshape(out->y, CX_SHAPE(n));
        out->more = cx_reshape(out->more, CX_SHAPE(d));
    }
    return cx__so_far();
}

cx_dataset cx_make_regression(const cx_make_regression_opts *o)
{
    static const char where[] = "make_regression";
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = regression(where, o, &d);
    return cx__draw_give(s, st, where, d);
}

/* ---- functions of rows of drawn numbers */
typedef double row_fn(double *x);
typedef struct maker {
    const char *where;
    int64_t rows, cols; /* by default; cols: at least so many */
    bool wide;          /* may have more columns */
    bool normal;        /* draws normal numbers, not uniform ones */
    bool noisy;         /* draws noise whether or not it counts */
    double noise;       /* of its own, 0: the option's */
    row_fn *value;
} maker;

static double friedman1(double *x)
{
    const double middle = x[2] - 0.5;
    return 10 * sin(3.141592653589793 * x[0] * x[1]) + 20 * (middle * middle) + 10 * x[3] +
           5 * x[4];
}

/* Columns of the two circuits. */
static void circuit(double *x)
{
    x[0] *= 100;
    x[1] = x[1] * (520 * 3.141592653589793) + 40 * 3.141592653589793;
    x[3] = x[3] * 10 + 1;
}

static double friedman2(double *x)
{
    circuit(x);
    const double b = x[1] * x[2] - 1 / (x[1] * x[3]);
    return pow(x[0] * x[0] + b * b, 0.5);
}

static double friedman3(double *x)
{
    circuit(x);
    return atan((x[1] * x[2] - 1 / (x[1] * x[3])) / x[0]);
}

static double hastie(double *x)
{
    double sum = 0;
    for (int j = 0; j < 10; j++) sum += x[j] * x[j];
    return sum > 9.34 ? 1 : -1;
}

static double sparse(double *x)
{
    return x[0] + 2 * x[1] - 2 * x[2] - 1.5 * x[3];
}

static cx_status make(const maker *m, const cx_make_function_opts *given, cx_dataset *out)
{
    cx_make_function_opts o;
    cx_generator *g;
    int64_t n, d = m->cols;
    double *x, *y;
    CX__TRY(CX__OPTIONS(m->where, given, &o));
    CX__TRY(cx__draw_size(m->where, "n_samples", o.n_samples, m->rows, &n));
    if (m->wide) CX__TRY(cx__draw_size(m->where, "n_features", o.n_features, 10, &d));
    if (d < m->cols || o.noise < 0)
        return cx__fail(CX_E_ARGUMENT, m->where,
                        "n_features must be at least %lld and noise not below 0",
                        (long long)m->cols);
    CX__TRY(cx__draw_start(o.random_state, &g));
    out->x = m->normal ? cx_rng_standard_normal(g, CX_SHAPE(n, d), CX_F64)
                       : cx_rng_uniform(g, 0, 1, CX_SHAPE(n, d));
    x = cx_data_f64_mut(out->x);
    CX__TRY(cx__so_far());
    CX__TRY(cx__draw_room(n, 0, &out->y, &y));
    for (int64_t i = 0; i < n; i++) y[i] = m->value(x + i * d);
    return m->noisy ? cx__draw_noise(g, m->noise != 0 ? m->noise : o.noise, y, n) : CX_OK;
}

static cx_dataset give(const maker *m, const cx_make_function_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_dataset d = {NULL, NULL, NULL};
    const cx_status st = make(m, o, &d);
    return cx__draw_give(s, st, m->where, d);
}

cx_dataset cx_make_friedman1(const cx_make_function_opts *o)
{
    return give(&(maker){.where = "make_friedman1",
                         .rows = 100,
                         .cols = 5,
                         .wide = true,
                         .noisy = true,
                         .value = friedman1},
                o);
}

cx_dataset cx_make_friedman2(const cx_make_function_opts *o)
{
    return give(
        &(maker){
            .where = "make_friedman2", .rows = 100, .cols = 4, .noisy = true, .value = friedman2},
        o);
}

cx_dataset cx_make_friedman3(const cx_make_function_opts *o)
{
    return give(
        &(maker){
            .where = "make_friedman3", .rows = 100, .cols = 4, .noisy = true, .value = friedman3},
        o);
}

cx_dataset cx_make_hastie_10_2(const cx_make_function_opts *o)
{
    return give(&(maker){.where = "make_hastie_10_2",
                         .rows = 12000,
                         .cols = 10,
                         .normal = true,
                         .value = hastie},
                o);
}

cx_dataset cx_make_sparse_uncorrelated(const cx_make_function_opts *o)
{
    return give(&(maker){.where = "make_sparse_uncorrelated",
                         .rows = 100,
                         .cols = 4,
                         .wide = true,
                         .normal = true,
                         .noisy = true,
                         .noise = 1,
                         .value = sparse},
                o);
}
