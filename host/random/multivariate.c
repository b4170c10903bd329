/* Vectors of draws: multinomial and multivariate hypergeometric counts, Dirichlet weights. A row is
 * made of one-dimensional draws in turn, each given what is left by those before it. */
#include "variates.h"

#include "host.h"

#include <string.h>

static void multinomial_row(host_variates *v, int64_t n, int64_t k, const double *p, int64_t *out)
{
    double rest = 1.0;
    for (int64_t j = 0; j < k; j++) out[j] = 0;
    for (int64_t j = 0; j + 1 < k; j++) {
        out[j] = host_binomial_next(v, n, p[j] / rest);
        n -= out[j];
        if (n <= 0) return;
        rest -= p[j];
    }
    out[k - 1] = n;
}

static cx_status multinomial(host_variates *v, const cx_random_call *c)
{
    const int64_t rows = c->out->shape[0], k = c->out->shape[1];
    const char *n = c->param[0].data, *p = c->param[1].data;
    if (k == 0) return CX_OK;
    v->legacy = false; /* the frozen stream's multinomial has the generator's binomials */
    for (int64_t i = 0; i < rows; i++, n += c->param[0].stride[0], p += c->param[1].stride[0]) {
        if (i % 1024 == 0) {
            const cx_status st = host_core->poll(c->where);
            if (st != CX_OK) return st;
        }
        multinomial_row(v, *(const int64_t *)(const void *)n, k, (const double *)(const void *)p,
                        (int64_t *)c->out->data + i * k);
    }
    return CX_OK;
}

/* ---- Dirichlet */

static void dirichlet_gammas(host_variates *v, int64_t k, const double *alpha, double *out)
{
    double sum = 0.0;
    for (int64_t j = 0; j < k; j++) {
        out[j] = host_gamma(v, alpha[j]);
        sum = sum + out[j];
    }
    const double inverse = 1.0 / sum;
    for (int64_t j = 0; j < k; j++) out[j] *= inverse;
}

/* Gammas of tiny shapes are all 0; breaking pieces off a stick is not troubled by that. above[j]:
 * the sum of alpha from j on. */
static void dirichlet_stick(host_variates *v, int64_t k, const double *alpha, const double *above,
                            double *out)
{
    double stick = 1.0;
    for (int64_t j = 0; j < k; j++) out[j] = 0.0;
    for (int64_t j = 0; j + 1 < k; j++) {
        const double piece = host_beta(v, alpha[j], above[j + 1]);
        out[j] = stick * piece;
        stick *= 1.0 - piece;
        if (above[j + 1] == 0.0) break;
    }
    out[k - 1] = stick;
}

static cx_status dirichlet(host_variates *v, const cx_random_call *c)
{
    const int64_t rows = c->out->shape[0], k = c->out->shape[1];
    const double *const alpha = c->param[0].data;
    double *const out = c->out->data;
    double top = 0.0;
    if (k == 0) return CX_OK;
    for (int64_t j = 0; j < k; j++)
        if (!(alpha[j] <= top)) top = alpha[j];
    double *above = NULL;
    if (top < 0.1 && !v->legacy) {
        above = host_core->alloc((size_t)k * sizeof *above);
        if (!above) return host_core->fail(CX_E_NOMEM, c->where, "cannot allocate sums of alpha");
        double sum = 0.0;
        for (int64_t j = k - 1; j >= 0; j--) above[j] = sum += alpha[j];
    }
    cx_status st = CX_OK;
    for (int64_t i = 0; i < rows && st == CX_OK; i++) {
        if (i % 1024 == 0) st = host_core->poll(c->where);
        if (!above)
            dirichlet_gammas(v, k, alpha, out + i * k);
        else if (above[0] > 0.0)
            dirichlet_stick(v, k, alpha, above, out + i * k);
        else
            memset(out + i * k, 0, (size_t)k * sizeof *out);
    }
    host_core->free(above);
    return st;
}

/* ---- multivariate hypergeometric */

typedef struct urn {
    int64_t k, total, sample; /* sample is at most half of total */
    bool complement;          /* what is drawn is what stays */
    const int64_t *color;
    int64_t *ball; /* by counting: the color of each ball */
} urn;

static void by_marginals(host_variates *v, const urn *a, int64_t *out)
{
    int64_t left = a->sample, rest = a->total;
    for (int64_t j = 0; left > 0 && j + 1 < a->k; j++) {
        rest -= a->color[j];
        out[j] = host_hypergeometric_next(v, a->color[j], rest, left);
        left -= out[j];
    }
    if (left > 0) out[a->k - 1] = left;
}

/* The first balls of a shuffle; the next row goes on from this one's order. */
static void by_counting(host_variates *v, const urn *a, int64_t *out)
{
    for (int64_t j = 0; j < a->sample; j++) {
        const int64_t at = j + (int64_t)host_interval(v->words.g, (uint64_t)(a->total - j - 1));
        const int64_t color = a->ball[at];
        a->ball[at] = a->ball[j];
        a->ball[j] = color;
        out[color]++;
    }
}

static cx_status urn_rows(host_variates *v, const cx_random_call *c, const urn *a)
{
    int64_t *out = c->out->data;
    for (int64_t i = 0; i < c->out->shape[0]; i++, out += a->k) {
        if (i % 256 == 0) {
            const cx_status st = host_core->poll(c->where);
            if (st != CX_OK) return st;
        }
        for (int64_t j = 0; j < a->k; j++) out[j] = 0;
        if (a->ball)
            by_counting(v, a, out);
        else
            by_marginals(v, a, out);
        for (int64_t j = 0; a->complement && j < a->k; j++) out[j] = a->color[j] - out[j];
    }
    return CX_OK;
}

static cx_status multivariate_hypergeometric(host_variates *v, const cx_random_call *c)
{
    urn a = {.k = c->out->shape[1], .color = c->param[0].data};
    a.sample = *(const int64_t *)c->param[1].data;
    for (int64_t j = 0; j < a.k; j++) a.total += a.color[j];
    if (a.sample == 0 || a.total == 0) {
        memset(c->out->data, 0, (size_t)(c->out->shape[0] * a.k) * sizeof(int64_t));
        return CX_OK;
    }
    a.complement = a.sample > a.total / 2;
    if (a.complement) a.sample = a.total - a.sample;
    if (c->draw == CX_DRAW_MVHG_COUNT) {
        const size_t bytes = (size_t)a.total * sizeof *a.ball;
        a.ball = host_core->alloc(bytes);
        if (!a.ball)
            return host_core->fail(CX_E_NOMEM, c->where, "cannot allocate %zu bytes for balls",
                                   bytes);
        int64_t n = 0;
        for (int64_t j = 0; j < a.k; j++)
            for (int64_t i = 0; i < a.color[j]; i++) a.ball[n++] = j;
    }
    const cx_status st = urn_rows(v, c, &a);
    host_core->free(a.ball);
    return st;
}

cx_status host_multivariate(cx_bitgen *g, const cx_random_call *c)
{
    host_variates v;
    variates_open(&v, g);
    if (c->draw == CX_DRAW_MULTINOMIAL) return multinomial(&v, c);
    if (c->draw == CX_DRAW_DIRICHLET) return dirichlet(&v, c);
    return multivariate_hypergeometric(&v, c);
}
