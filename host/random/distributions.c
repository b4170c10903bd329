/* The distributions by their code: which function draws a value, and one loop over the elements.
 * Parameters are read per element, with a stride of 0 for one value for all. */
#include "variates.h"

#include "host.h"

#include <string.h>

enum { PIECE = 1 << 14 };

/* Does each value take at least one 64-bit word? Then the reader may fetch ahead. */
typedef enum appetite {
    MAY_TAKE_NONE,
    WHERE_TRIED,    /* if the first parameter, a count, and the second are positive */
    WHERE_POSITIVE, /* if all parameters are positive, with room for halving them */
    WHERE_ORDINARY, /* if the last parameter is below 1025: not NaN, no certain result */
    ALWAYS
} appetite;

static const uint8_t appetites[CX_DRAW_COUNT] = {
    [CX_DRAW_UNIFORM] = ALWAYS,
    [CX_DRAW_NORMAL] = ALWAYS,
    [CX_DRAW_EXPONENTIAL] = ALWAYS,
    [CX_DRAW_STANDARD_GAMMA] = WHERE_POSITIVE,
    [CX_DRAW_GAMMA] = WHERE_POSITIVE,
    [CX_DRAW_BETA] = WHERE_POSITIVE,
    [CX_DRAW_CHISQUARE] = WHERE_POSITIVE,
    [CX_DRAW_F] = WHERE_POSITIVE,
    [CX_DRAW_STANDARD_T] = ALWAYS,
    [CX_DRAW_STANDARD_CAUCHY] = ALWAYS,
    [CX_DRAW_LAPLACE] = ALWAYS,
    [CX_DRAW_LOGISTIC] = ALWAYS,
    [CX_DRAW_GUMBEL] = ALWAYS,
    [CX_DRAW_LOGNORMAL] = ALWAYS,
    [CX_DRAW_RAYLEIGH] = ALWAYS,
    [CX_DRAW_WEIBULL] = WHERE_POSITIVE,
    [CX_DRAW_POWER] = ALWAYS,
    [CX_DRAW_PARETO] = ALWAYS,
    [CX_DRAW_WALD] = ALWAYS,
    [CX_DRAW_TRIANGULAR] = ALWAYS,
    [CX_DRAW_BINOMIAL] = WHERE_TRIED,
    [CX_DRAW_NEGATIVE_BINOMIAL] = WHERE_POSITIVE,
    [CX_DRAW_POISSON] = WHERE_POSITIVE,
    [CX_DRAW_GEOMETRIC] = ALWAYS,
    [CX_DRAW_LOGSERIES] = ALWAYS,
    [CX_DRAW_ZIPF] = WHERE_ORDINARY,
    [CX_DRAW_VONMISES] = WHERE_ORDINARY,
};

/* A row whose values are F64 has a function of doubles, else one of counts. */
#define REAL_F64(name) host_draw_##name
#define REAL_I64(name) NULL
#define COUNT_F64(name) NULL
#define COUNT_I64(name) host_draw_##name
static host_real_fn *const reals[CX_DRAW_COUNT] = {
#define CX_DISTRIBUTION(NAME, name, code, values, ...) [code] = REAL_##values(name),
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
};
static host_count_fn *const counts[CX_DRAW_COUNT] = {
#define CX_DISTRIBUTION(NAME, name, code, values, ...) [code] = COUNT_##values(name),
#include <calx/distributions.def>
#undef CX_DISTRIBUTION
};

static bool takes_a_word(const cx_bitgen *g, const cx_random_call *c)
{
    const appetite takes = (appetite)appetites[c->draw];
    double last = 0.0;
    if (g->legacy || takes == MAY_TAKE_NONE) return false;
    for (int i = 0; i < c->params; i++) {
        if (c->param[i].stride[0] != 0) return false;
        if (c->param[i].dtype == CX_I64)
            last = (double)*(const int64_t *)c->param[i].data;
        else
            last = *(const double *)c->param[i].data;
        if (takes == WHERE_POSITIVE && !(last > 1e-300)) return false;
        if (takes == WHERE_TRIED && !(last > 0.0)) return false;
    }
    return takes != WHERE_ORDINARY || last < 1025.0;
}

static void read_parameters(const cx_random_call *c, int64_t i, host_number p[CX_DRAW_PARAMS])
{
    for (int k = 0; k < c->params; k++)
        memcpy(&p[k], (const char *)c->param[k].data + i * c->param[k].stride[0], sizeof p[k]);
}

static void draw_some(host_variates *v, const cx_random_call *c, int64_t from, int64_t to,
                      bool steady)
{
    host_real_fn *const real = reals[c->draw];
    host_count_fn *const count = counts[c->draw];
    const int64_t n = c->out->shape[0];
    host_number p[CX_DRAW_PARAMS] = {{0.0}};
    bool differ = false;
    for (int k = 0; k < c->params; k++) differ = differ || c->param[k].stride[0] != 0;
    read_parameters(c, from, p);
    for (int64_t i = from; i < to; i++) {
        if (differ) read_parameters(c, i, p);
        if (steady) v->certain = n - i;
        if (real)
            ((double *)c->out->data)[i] = real(v, p);
        else
            ((int64_t *)c->out->data)[i] = count(v, p);
    }
}

static cx_status gamma_f32(cx_bitgen *g, const cx_random_call *c)
{
    float *const out = c->out->data;
    const cx_view *const shape = &c->param[0];
    for (int64_t done = 0, n = c->out->shape[0]; done < n; done += PIECE) {
        const cx_status st = host_core->poll(c->where);
        if (st != CX_OK) return st;
        host_gamma_f32(g, n - done < PIECE ? n - done : PIECE,
                       (const char *)shape->data + done * shape->stride[0], shape->stride[0],
                       out + done);
    }
    return CX_OK;
}

cx_status host_distribution(cx_bitgen *g, const cx_random_call *c)
{
    if (c->out->dtype == CX_F32) return gamma_f32(g, c);
    const bool steady = takes_a_word(g, c);
    host_variates v;
    variates_open(&v, g);
    for (int64_t done = 0, n = c->out->shape[0]; done < n; done += PIECE) {
        const cx_status st = host_core->poll(c->where);
        if (st != CX_OK) return st;
        draw_some(&v, c, done, n - done < PIECE ? n : done + PIECE, steady);
    }
    return CX_OK;
}
