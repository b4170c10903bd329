/* Values and derivatives of the losses.
 *
 * Rows go in chunks: the exponentials of a chunk first, all together, then one short loop for each
 * loss. Chunks are the unit of parallel work and of sums, so that neither depends on threads. */
#include "learn/ensemble/loss.h"
#include "learn/model_selection/model_selection.h"
#include "base/alloc.h"
#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/backend.h>
#include <calx/device.h>
#include <math.h>
#include <stddef.h>

enum { GRAIN = 2048, BLOCK = 256 };

typedef void kernel(const void *const *in, void *out, int64_t n);

typedef struct job {
    const cx__loss *l;
    int64_t n;
    const double *y, *weight, *raw;
    double *gradient, *hessian; /* of slopes */
    double *sum, *mass;         /* of means, one for each chunk */
    kernel *exp, *log1p;        /* the backend's vectors; NULL: the C library */
} job;

/* NULL if there is none, and f of the C library serves */
static kernel *vectors(int op)
{
    const cx_backend_ops *b = NULL;
    cx_queue *q = NULL;
    if (cx__backend_at("fit", CX_CPU, &b, &q) != CX_OK || !b->map_kernel) return NULL;
    return b->map_kernel(op, CX_F64, 0);
}

/* v = f(v), by the kernel if there is one */
static void map(kernel *k, double (*f)(double), double *v, int64_t n)
{
    const void *const in[] = {v};
    if (k) k(in, v, n);
    for (int64_t i = 0; !k && i < n; i++) v[i] = f(v[i]);
}

/* ---- derivatives of up to BLOCK rows; h may be NULL */
static void identity_slopes(const cx__loss *l, int64_t n, const double *y, const double *r,
                            double *g, double *h)
{
    const double q = l->quantile, delta = l->delta;
    switch (l->kind) {
    case CX__LOSS_SQUARED:
        for (int64_t i = 0; i < n; i++) g[i] = r[i] - y[i];
        break;
    case CX__LOSS_ABSOLUTE:
        for (int64_t i = 0; i < n; i++) g[i] = r[i] > y[i] ? 1 : -1;
        break;
    case CX__LOSS_PINBALL:
        for (int64_t i = 0; i < n; i++) g[i] = y[i] >= r[i] ? -q : 1 - q;
        break;
    default: /* HUBER */
        for (int64_t i = 0; i < n; i++) {
            const double t = r[i] - y[i];
            g[i] = fabs(t) <= delta ? t : t >= 0 ? delta : -delta;
            if (h) h[i] = fabs(t) <= delta ? 1 : 0;
        }
        return;
    }
    for (int64_t i = 0; h && i < n; i++) h[i] = 1;
}

static void exp_slopes(const job *j, int64_t n, const double *y, const double *r, double *g,
                       double *h)
{
    enum { FAR = -37 }; /* below, 1 + e^r is 1 */
    const cx__loss_kind kind = j->l->kind;
    const bool minus = kind == CX__LOSS_BINOMIAL || kind == CX__LOSS_GAMMA;
    double e[BLOCK];
    for (int64_t i = 0; i < n; i++) e[i] = minus ? -r[i] : r[i];
    map(j->exp, exp, e, n);
    for (int64_t i = 0; i < n; i++) {
        const double t = e[i];
        double slope, bend;
        if (kind == CX__LOSS_BINOMIAL && r[i] > FAR) {
            slope = ((1 - y[i]) - y[i] * t) / (1 + t);
            bend = t / ((1 + t) * (1 + t));
        } else if (kind == CX__LOSS_BINOMIAL) {
            bend = exp(r[i]);
            slope = bend - y[i];
        } else if (kind == CX__LOSS_EXPONENTIAL) {
            slope = -y[i] / t + (1 - y[i]) * t;
            bend = y[i] / t + (1 - y[i]) * t;
        } else if (kind == CX__LOSS_POISSON) {
            slope = t - y[i];
            bend = t;
        } else { /* GAMMA */
            slope = 1 - y[i] * t;
            bend = t * y[i];
        }
        g[i] = slope;
        if (h) h[i] = bend;
    }
}

/* Greatest raw prediction of each row, e^(raw - greatest) of a class into e [n], its sum. */
static void softmax_block(const job *j, int64_t lo, int64_t n, double *top, double *sum,
                          double *exps)
{
    const int64_t k = j->l->outputs;
    const double *const raw = j->raw + lo;
    for (int64_t i = 0; i < n; i++) {
        top[i] = raw[i];
        sum[i] = 0;
    }
    for (int64_t c = 1; c < k; c++)
        for (int64_t i = 0; i < n; i++)
            top[i] = top[i] < raw[c * j->n + i] ? raw[c * j->n + i] : top[i];
    double own[BLOCK];
    for (int64_t c = 0; c < k; c++) {
        double *const e = exps ? exps + c * j->n + lo : own;
        for (int64_t i = 0; i < n; i++) e[i] = raw[c * j->n + i] - top[i];
        map(j->exp, exp, e, n);
        for (int64_t i = 0; i < n; i++) sum[i] += e[i];
    }
}

static void multinomial_slopes(const job *j, int64_t lo, int64_t n)
{
    double top[BLOCK], sum[BLOCK];
    softmax_block(j, lo, n, top, sum, j->gradient);
    for (int64_t c = 0; c < j->l->outputs; c++) {
        double *const g = j->gradient + c * j->n + lo, *const h = j->hessian
                                                                      ? j->hessian + c * j->n + lo
                                                                      : NULL;
        for (int64_t i = 0; i < n; i++) {
            const double p = g[i] / sum[i];
            g[i] = p - (j->y[lo + i] == (double)c ? 1 : 0);
            if (h) h[i] = p * (1 - p);
        }
    }
}

static void weigh(const double *w, int64_t n, double *v)
{
    for (int64_t i = 0; v && i < n; i++) v[i] *= w[i];
}

static void slopes_chunk(void *ctx, int64_t from, int64_t to)
{
    const job *const j = ctx;
    for (int64_t lo = from; lo < to; lo += BLOCK) {
        const int64_t n = to - lo < BLOCK ? to - lo : BLOCK;
        double *const g = j->gradient + lo, *const h = j->hessian ? j->hessian + lo : NULL;
        if (j->l->kind == CX__LOSS_MULTINOMIAL)
            multinomial_slopes(j, lo, n);
        else if (j->l->kind <= CX__LOSS_HUBER)
            identity_slopes(j->l, n, j->y + lo, j->raw + lo, g, h);
        else
            exp_slopes(j, n, j->y + lo, j->raw + lo, g, h);
        for (int64_t c = 0; j->weight && c < j->l->outputs; c++) {
            weigh(j->weight + lo, n, g + c * j->n);
            weigh(j->weight + lo, n, h ? h + c * j->n : NULL);
        }
    }
}

cx_status cx__loss_slopes(const cx__loss *l, int64_t n, const double *y, const double *weight,
                          const double *raw, double *gradient, double *hessian)
{
    job j = {.l = l,
             .n = n,
             .y = y,
             .weight = weight,
             .raw = raw,
             .gradient = gradient,
             .hessian = hessian,
             .exp = l->library_exp ? NULL : vectors(CX_UN_EXP)};
    return cx__parallel_for(n, GRAIN, slopes_chunk, &j);
}

/* ---- values of up to BLOCK rows */
static void identity_losses(const cx__loss *l, int64_t n, const double *y, const double *r,
                            double *out)
{
    const double q = l->quantile, delta = l->delta;
    for (int64_t i = 0; i < n; i++) {
        const double t = r[i] - y[i], size = fabs(t);
        if (l->kind == CX__LOSS_SQUARED)
            out[i] = 0.5 * t * t;
        else if (l->kind == CX__LOSS_ABSOLUTE)
            out[i] = size;
        else if (l->kind == CX__LOSS_PINBALL)
            out[i] = y[i] >= r[i] ? q * size : (1 - q) * size;
        else
            out[i] = size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
    }
}

static void exp_losses(const job *j, int64_t n, const double *y, const double *r, double *out)
{
    const cx__loss_kind kind = j->l->kind;
    double e[BLOCK];
    for (int64_t i = 0; i < n; i++)
        e[i] = kind == CX__LOSS_BINOMIAL ? -fabs(r[i]) : kind == CX__LOSS_GAMMA ? -r[i] : r[i];
    map(j->exp, exp, e, n);
    if (kind == CX__LOSS_BINOMIAL) map(j->log1p, log1p, e, n);
    for (int64_t i = 0; i < n; i++) {
        if (kind == CX__LOSS_BINOMIAL)
            out[i] = (r[i] > 0 ? r[i] : 0) + e[i] - y[i] * r[i];
        else if (kind == CX__LOSS_EXPONENTIAL)
            out[i] = y[i] / e[i] + (1 - y[i]) * e[i];
        else if (kind == CX__LOSS_POISSON)
            out[i] = e[i] - y[i] * r[i];
        else
            out[i] = r[i] + y[i] * e[i];
    }
}

static void multinomial_losses(const job *j, int64_t lo, int64_t n, double *out)
{
    double top[BLOCK], sum[BLOCK];
    softmax_block(j, lo, n, top, sum, NULL);
    for (int64_t i = 0; i < n; i++) {
        const int64_t own = (int64_t)j->y[lo + i];
        out[i] = log(sum[i]) + top[i] - j->raw[own * j->n + lo + i];
    }
}

static void mean_chunk(void *ctx, int64_t from, int64_t to)
{
    const job *const j = ctx;
    double sum = 0, mass = 0, v[BLOCK];
    for (int64_t lo = from; lo < to; lo += BLOCK) {
        const int64_t n = to - lo < BLOCK ? to - lo : BLOCK;
        if (j->l->kind == CX__LOSS_MULTINOMIAL)
            multinomial_losses(j, lo, n, v);
        else if (j->l->kind <= CX__LOSS_HUBER)
            identity_losses(j->l, n, j->y + lo, j->raw + lo, v);
        else
            exp_losses(j, n, j->y + lo, j->raw + lo, v);
        for (int64_t i = 0; i < n; i++) {
            const double w = j->weight ? j->weight[lo + i] : 1;
            sum += w != 0 ? w * v[i] : 0;
            mass += w;
        }
    }
    j->sum[from / GRAIN] = sum;
    j->mass[from / GRAIN] = mass;
}

cx_status cx__loss_mean(const cx__loss *l, int64_t n, const double *y, const double *weight,
                        const double *raw, double *out)
{
    const int64_t chunks = (n + GRAIN - 1) / GRAIN;
    double *const part = cx__calloc((size_t)chunks + 1, 2 * sizeof *part);
    if (!part) return cx__fail_nomem("fit", "the mean loss", (size_t)chunks * 2 * sizeof *part);
    job j = {.l = l,
             .n = n,
             .y = y,
             .weight = weight,
             .raw = raw,
             .sum = part,
             .mass = part + chunks,
             .exp = vectors(CX_UN_EXP),
             .log1p = vectors(CX_UN_LOG1P)};
    const cx_status st = cx__parallel_for(n, GRAIN, mean_chunk, &j);
    *out = cx__pairwise_sum(part, chunks) / cx__pairwise_sum(part + chunks, chunks);
    cx__free(part);
    return st;
}

bool cx__loss_constant_hessian(const cx__loss *l)
{
    return l->kind <= CX__LOSS_PINBALL;
}

bool cx__loss_differentiable(const cx__loss *l)
{
    return l->kind == CX__LOSS_SQUARED || l->kind >= CX__LOSS_BINOMIAL;
}
