/* Distributions by parameters: numbers, or arrays that broadcast. What a parameter may be stands in
 * its row of distributions.def; conditions on several are here. All values are checked before the
 * first draw, so a refused call leaves the stream where it was. */
#include "ops/random/parameters.h"

#include <calx/distributions.h>

#include <math.h>
#include <string.h>

typedef enum range {
    ANY,
    NOT_NEGATIVE,
    POSITIVE,
    POSITIVE_NUMBER,
    UNIT,
    UNIT_ABOVE_0,
    UNIT_BELOW_1,
    ABOVE_1,
    RATE,
    COUNT
} range;

typedef struct rule {
    const char *parameter[CX_DRAW_PARAMS];
    uint8_t range[CX_DRAW_PARAMS];
    uint8_t params;
    cx_dtype values;
} rule;

static const rule rules[] = {
#define CX_DISTRIBUTION(NAME, name, code, values, face, p0, r0, p1, r1, p2, r2) \
    [code] = {{p0, p1, p2},                                                     \
              {r0, r1, r2},                                                     \
              (sizeof(p0) > 1) + (sizeof(p1) > 1) + (sizeof(p2) > 1),           \
              CX_##values},
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
};
enum { RULES = sizeof rules / sizeof *rules };

/* ---- what parameters may be */

/* The largest rate whose Poisson values stay in int64 by ten deviations. */
static double largest_rate(void)
{
    return 0x1p63 - sqrt(0x1p63) * 10.0;
}

/* NULL: within the range; else what it should have been. */
static const char *misses(range r, double x)
{
    switch (r) {
    case NOT_NEGATIVE: return !isnan(x) && signbit(x) ? "not 0 or more" : NULL;
    case POSITIVE: return x <= 0.0 ? "not positive" : NULL;
    case POSITIVE_NUMBER: return x > 0.0 ? NULL : "not positive";
    case UNIT: return x >= 0.0 && x <= 1.0 ? NULL : "not in [0, 1]";
    case UNIT_ABOVE_0: return x > 0.0 && x <= 1.0 ? NULL : "not in (0, 1]";
    case UNIT_BELOW_1: return x >= 0.0 && x < 1.0 ? NULL : "not in [0, 1)";
    case ABOVE_1: return x > 1.0 ? NULL : "not above 1";
    case RATE: return x >= 0.0 && x <= largest_rate() ? NULL : "not in [0, 9.22e18]";
    case ANY:
    case COUNT: break;
    }
    return NULL;
}

static cx_status check_uniform(const char *where, bool legacy, const cx__number *p)
{
    const double width = p[1].f64 - p[0].f64;
    if (!isfinite(width)) return cx__fail(CX_E_ARGUMENT, where, "high - low is not finite");
    if (signbit(width) && !legacy)
        return cx__fail(CX_E_ARGUMENT, where, "high %g is less than low %g", p[1].f64, p[0].f64);
    return CX_OK;
}

static cx_status check_triangular(const char *where, const cx__number *p)
{
    if (p[0].f64 > p[1].f64)
        return cx__fail(CX_E_ARGUMENT, where, "left %g is above mode %g", p[0].f64, p[1].f64);
    if (p[1].f64 > p[2].f64)
        return cx__fail(CX_E_ARGUMENT, where, "mode %g is above right %g", p[1].f64, p[2].f64);
    if (p[0].f64 == p[2].f64)
        return cx__fail(CX_E_ARGUMENT, where, "left and right are both %g", p[0].f64);
    return CX_OK;
}

static cx_status check_hypergeometric(const char *where, bool legacy, const cx__number *p)
{
    const int64_t most = 1000000000; /* of each kind: sums of logarithms keep their digits */
    const int64_t good = p[0].i64, bad = p[1].i64, sample = p[2].i64;
    if (!legacy && (good >= most || bad >= most))
        return cx__fail(CX_E_ARGUMENT, where, "ngood %lld or nbad %lld is not below %lld",
                        (long long)good, (long long)bad, (long long)most);
    if (legacy && sample < 1)
        return cx__fail(CX_E_ARGUMENT, where, "nsample %lld is not 1 or more", (long long)sample);
    if (good > INT64_MAX - bad || sample > good + bad)
        return cx__fail(CX_E_ARGUMENT, where, "nsample %lld is more than ngood %lld and nbad %lld",
                        (long long)sample, (long long)good, (long long)bad);
    return CX_OK;
}

/* The mean's gamma variate must be a rate that a Poisson draw takes. */
static cx_status check_negative_binomial(const char *where, const cx__number *p)
{
    const double n = p[0].f64, q = p[1].f64;
    if ((1.0 - q) / q * (n + 10.0 * sqrt(n)) > largest_rate())
        return cx__fail(CX_E_ARGUMENT, where, "n %g is too large or p %g too small", n, q);
    return CX_OK;
}

static range range_of(cx_distribution d, int k, bool legacy)
{
    if (legacy && d == CX_DIST_NEGATIVE_BINOMIAL) return k == 0 ? POSITIVE : UNIT;
    return (range)rules[d].range[k];
}

/* One value of each parameter. */
static cx_status check_values(const char *where, cx_distribution d, bool legacy,
                              const cx__number *p)
{
    const rule *const r = &rules[d];
    for (int k = 0; k < r->params; k++) {
        const range in = range_of(d, k, legacy);
        if (in == COUNT && p[k].i64 < 0)
            return cx__fail(CX_E_ARGUMENT, where, "%s is %lld, not 0 or more", r->parameter[k],
                            (long long)p[k].i64);
        const char *const miss = in == COUNT ? NULL : misses(in, p[k].f64);
        if (miss)
            return cx__fail(CX_E_ARGUMENT, where, "%s is %g, %s", r->parameter[k], p[k].f64, miss);
    }
    if (d == CX_DIST_UNIFORM) return check_uniform(where, legacy, p);
    if (d == CX_DIST_TRIANGULAR) return check_triangular(where, p);
    if (d == CX_DIST_HYPERGEOMETRIC) return check_hypergeometric(where, legacy, p);
    if (d == CX_DIST_NEGATIVE_BINOMIAL && !legacy) return check_negative_binomial(where, p);
    return CX_OK;
}

/* ---- numbers */

typedef struct scalars {
    cx__number value[CX_DRAW_PARAMS];
    cx_view view[CX_DRAW_PARAMS];
} scalars;

static cx_status scalar_call(const char *where, const cx_generator *g, cx_distribution d,
                             scalars *s, cx_random_call *c)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(check_values(where, d, g->state.legacy != 0, s->value));
    const int params = rules[d].params;
    for (int k = 0; k < params; k++)
        cx__number_view(&s->value[k], rules[d].range[k] == COUNT, &s->view[k]);
    *c = (cx_random_call){.where = where, .draw = (int)d, .params = params, .param = s->view};
    return CX_OK;
}

static cx_array *draw_new(const char *where, cx_generator *g, cx_distribution d, scalars *s,
                          cx_shape shape, cx_dtype t)
{
    cx_random_call c;
    cx_array *out = NULL;
    cx_status st = scalar_call(where, g, d, s, &c);
    if (st == CX_OK) st = cx__array_new(where, shape.ndim, shape.dim, t, g->device->id, &out);
    if (st == CX_OK) st = cx__generator_fill(g, &c, out);
    return cx__yield(st, where, out);
}

static cx_status draw_into(const char *where, cx_generator *g, cx_distribution d, scalars *s,
                           cx_array *out)
{
    cx_random_call c;
    CX__TRY(scalar_call(where, g, d, s, &c));
    CX__TRY(cx__draw_check_out(g, where, out));
    const bool single = d == CX_DIST_STANDARD_GAMMA && out->dtype == CX_F32 && !g->state.legacy;
    return cx__draw_into(g, &c, single ? CX_F32 : rules[d].values, out);
}

/* Both faces of a row with n doubles. */
#define DOUBLES_R0
#define DOUBLES_R1 double p0,
#define DOUBLES_R2 double p0, double p1,
#define DOUBLES_R3 double p0, double p1, double p2,
#define VALUES_R0 \
    {             \
        0.0       \
    }
#define VALUES_R1 \
    {             \
        p0        \
    }
#define VALUES_R2 \
    {p0},         \
    {             \
        p1        \
    }
#define VALUES_R3 \
    {p0}, {p1},   \
    {             \
        p2        \
    }
#define FACES(NAME, name, face)                                                   \
    cx_array *cx_rng_##name(cx_generator *g, DOUBLES_##face cx_shape shape)       \
    {                                                                             \
        scalars s = {.value = {VALUES_##face}};                                   \
        const cx_dtype t = rules[CX_DIST_##NAME].values;                          \
        return draw_new("rng_" #name, g, CX_DIST_##NAME, &s, shape, t);           \
    }                                                                             \
    cx_status cx_rng_##name##_into(cx_generator *g, DOUBLES_##face cx_array *out) \
    {                                                                             \
        scalars s = {.value = {VALUES_##face}};                                   \
        return draw_into("rng_" #name "_into", g, CX_DIST_##NAME, &s, out);       \
    }
#define FACES_R0 FACES
#define FACES_R1 FACES
#define FACES_R2 FACES
#define FACES_R3 FACES
#define FACES_OWN(NAME, name, face)
#define CX_DISTRIBUTION(NAME, name, code, values, face, ...) FACES_##face(NAME, name, face)
#include <calx/distributions.def>
#undef CX_DISTRIBUTION

/* Besides float64 there is float32, but not in the frozen stream. */
cx_array *cx_rng_standard_gamma(cx_generator *g, double shape, cx_shape size, cx_dtype t)
{
    static const char where[] = "rng_standard_gamma";
    scalars s = {.value = {{shape}}};
    const bool single =
        t == CX_F32 && cx__status(g, CX__KIND_GENERATOR) == CX_OK && !g->state.legacy;
    if (t == CX_F64 || single) return draw_new(where, g, CX_DIST_STANDARD_GAMMA, &s, size, t);
    return cx__yield(cx__fail(CX_E_DTYPE, where, "dtype %s is not drawn", cx_dtype_name(t)), where,
                     NULL);
}

cx_status cx_rng_standard_gamma_into(cx_generator *g, double shape, cx_array *out)
{
    scalars s = {.value = {{shape}}};
    return draw_into("rng_standard_gamma_into", g, CX_DIST_STANDARD_GAMMA, &s, out);
}

cx_array *cx_rng_binomial(cx_generator *g, int64_t n, double p, cx_shape shape)
{
    scalars s = {.value = {{.i64 = n}, {.f64 = p}}};
    return draw_new("rng_binomial", g, CX_DIST_BINOMIAL, &s, shape, CX_I64);
}

cx_status cx_rng_binomial_into(cx_generator *g, int64_t n, double p, cx_array *out)
{
    scalars s = {.value = {{.i64 = n}, {.f64 = p}}};
    return draw_into("rng_binomial_into", g, CX_DIST_BINOMIAL, &s, out);
}

cx_array *cx_rng_hypergeometric(cx_generator *g, int64_t ngood, int64_t nbad, int64_t nsample,
                                cx_shape shape)
{
    scalars s = {.value = {{.i64 = ngood}, {.i64 = nbad}, {.i64 = nsample}}};
    return draw_new("rng_hypergeometric", g, CX_DIST_HYPERGEOMETRIC, &s, shape, CX_I64);
}

cx_status cx_rng_hypergeometric_into(cx_generator *g, int64_t ngood, int64_t nbad, int64_t nsample,
                                     cx_array *out)
{
    scalars s = {.value = {{.i64 = ngood}, {.i64 = nbad}, {.i64 = nsample}}};
    return draw_into("rng_hypergeometric_into", g, CX_DIST_HYPERGEOMETRIC, &s, out);
}

/* ---- arrays of parameters */

static cx_status check_all(const char *where, cx_distribution d, bool legacy,
                           const cx__parameters *p)
{
    const int64_t n = cx__parameters_differ(p) ? cx__prod(p->ndim, p->shape) : 1;
    for (int64_t i = 0; i < n; i++) {
        cx__number value[CX_DRAW_PARAMS] = {{0.0}};
        for (int k = 0; k < p->count; k++)
            memcpy(&value[k], (const char *)p->view[k].data + i * p->view[k].stride[0],
                   sizeof value[k]);
        CX__TRY(check_values(where, d, legacy, value));
    }
    return CX_OK;
}

static cx_status open_each(const char *where, const cx_generator *g, cx_distribution d,
                           cx_arrays given, cx_shape shape, cx__parameters *p, cx_random_call *c)
{
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    if ((int)d < 0 || (int)d >= RULES || !rules[d].parameter[0])
        return cx__fail(CX_E_ARGUMENT, where, "%d is no distribution", (int)d);
    const rule *const r = &rules[d];
    if (given.count != r->params)
        return cx__fail(CX_E_ARGUMENT, where, "%d parameters given, the distribution has %d",
                        given.count, r->params);
    cx__parameter_kind kind[CX_DRAW_PARAMS];
    for (int k = 0; k < r->params; k++) {
        kind[k].name = r->parameter[k];
        kind[k].dtype = r->range[k] == COUNT ? CX_I64 : CX_F64;
    }
    CX__TRY(cx__parameters_open(where, g, given, kind, shape, p));
    *c = (cx_random_call){.where = where, .draw = (int)d, .params = p->count, .param = p->view};
    return check_all(where, d, g->state.legacy != 0, p);
}

cx_array *cx_rng_each(cx_generator *g, cx_distribution d, cx_arrays parameters, cx_shape shape)
{
    static const char where[] = "rng_each";
    cx__parameters p = {0};
    cx_random_call c;
    cx_array *out = NULL;
    cx_status st = open_each(where, g, d, parameters, shape, &p, &c);
    if (st == CX_OK)
        st = cx__array_new(where, p.ndim, p.shape, rules[d].values, g->device->id, &out);
    if (st == CX_OK) st = cx__generator_fill(g, &c, out);
    cx__parameters_close(&p);
    return cx__yield(st, where, out);
}

cx_status cx_rng_each_into(cx_generator *g, cx_distribution d, cx_arrays parameters, cx_array *out)
{
    static const char where[] = "rng_each_into";
    cx__parameters p = {0};
    cx_random_call c;
    CX__NEED(where, "g", g, CX__KIND_GENERATOR);
    CX__TRY(cx__array_need_out(where, "out", out));
    CX__TRY(cx__draw_check_out(g, where, out));
    const cx_shape shape = {out->ndim, out->shape};
    cx_status st = open_each(where, g, d, parameters, shape, &p, &c);
    if (st == CX_OK) {
        const bool single = d == CX_DIST_STANDARD_GAMMA && out->dtype == CX_F32 && !g->state.legacy;
        st = cx__draw_into(g, &c, single ? CX_F32 : rules[d].values, out);
    }
    cx__parameters_close(&p);
    return st;
}
