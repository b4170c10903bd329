/* Passes over the rows: by the device's slot, or, where there is none, by array operations; and the
 * moments that follow from a pass's totals. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <string.h>

static cx_learn_mixture_kind slot_kind(cx__covariance type)
{
    return type == CX__FULL   ? CX_LEARN_MIXTURE_FULL
           : type == CX__TIED ? CX_LEARN_MIXTURE_TIED
                              : CX_LEARN_MIXTURE_DIAG;
}

/* What the slot reads, on the host. */
typedef struct operands {
    cx_learn_mixture_kind kind;
    const double *centre, *factor, *start; /* factor, start NULL: shares are given */
    double *image;
    int64_t factors; /* numbers of factor */
} operands;

static cx_status operands_of(const cx__mixture *m, operands *o)
{
    const int64_t d = m->d, k = m->k;
    *o = (operands){.kind = slot_kind(m->type),
                    .centre = m->means,
                    .factor = m->factor,
                    .start = m->start,
                    .factors = cx__mixture_size(m->type, d, k)};
    if (m->type == CX__SPHERICAL) {
        double *const each = cx__scope_room((size_t)(k * d) * sizeof *each);
        if (!each) return CX_E_NOMEM;
        for (int64_t i = 0; i < k * d; i++) each[i] = m->factor[i / d];
        o->factor = each;
        o->factors = k * d;
    }
    if (m->type != CX__TIED) return CX_OK;
    o->image = cx__scope_room((size_t)(k * d) * sizeof *o->image);
    if (!o->image) return CX_E_NOMEM;
    for (int64_t c = 0; c < k; c++)
        for (int64_t j = 0; j < d; j++) {
            double sum = 0;
            for (int64_t i = 0; i <= j; i++) sum += m->factor[j * d + i] * m->means[c * d + i];
            o->image[c * d + j] = sum;
        }
    return CX_OK;
}

/* ---- by array operations */
/* Logarithms of the densities of component c, a column of t. */
static cx_status density(const cx__mixture *m, const operands *o, int64_t c, cx_array *t)
{
    const cx__site *const s = &m->site;
    static cx__held matrix = CX__HELD("y, start: start - 0.5 * sum(y * y, axis=1)"),
                    diagonal = CX__HELD("x, centre, f, start: y = (x - centre) * f;"
                                        "start - 0.5 * sum(y * y, axis=1)");
    const int64_t d = m->d, square = d * d;
    const cx_array *const centre = cx__given_all(s, o->centre + c * d, d, CX_F64);
    const cx_array *const start = cx_float(o->start[c]);
    if (o->kind == CX_LEARN_MIXTURE_DIAG) {
        const cx_array *const f = cx__given_all(s, o->factor + c * d, d, CX_F64);
        return cx_copy_into(cx__held_run(s->where, &diagonal, CX_ARRAYS(m->x, centre, f, start)),
                            cx_select(t, 1, c));
    }
    const double *const at = o->factor + (o->kind == CX_LEARN_MIXTURE_TIED ? 0 : c * square);
    const cx_array *const f = cx_reshape(cx__given_all(s, at, square, CX_F64), CX_SHAPE(d, d));
    const cx_array *const y = cx_matmul(cx_sub(m->x, centre), cx_transpose(f));
    return cx_copy_into(cx__held_run(s->where, &matrix, CX_ARRAYS(y, start)), cx_select(t, 1, c));
}

/* Shares [n, k], logarithms of the densities [n, 1], and of those shares [n, k] twice: at least
 * -800, and as they are. */
static cx_status shares_of(const cx__mixture *m, const operands *o, cx_tuple *out)
{
    static cx__held all = CX__HELD("t: top = max(t, axis=1, keepdims=True);"
                                   "all = top + log(sum(exp(t - top), axis=1, keepdims=True));"
                                   "u = t - all; v = maximum(u, -800); exp(v), all, v, u");
    cx_array *const t = cx__new_f64(&m->site, m->n, m->k);
    for (int64_t c = 0; c < m->k; c++) {
        const cx_scope inner = cx_scope_open(); /* temporaries of one component at a time */
        cx_check(density(m, o, c, t));
        CX__TRY(cx_scope_close(inner));
    }
    *out = cx__held_all(m->site.where, &all, CX_ARRAYS(t));
    return cx__so_far();
}

/* Sums of share * z, and of its squares, of one component into the totals of the host. */
static cx_status sums_of(const cx__mixture *m, const operands *o, const cx_array *shares, int64_t c,
                         double *totals)
{
    const cx__site *const s = &m->site;
    const int64_t d = m->d, packed = d * (d + 1) / 2;
    static cx__held weighted = CX__HELD("x, centre, r: z = x - centre; z, z * r"),
                    squared = CX__HELD("z, w: sum(w, axis=0), sum(z * w, axis=0)");
    const cx_array *const centre = cx__given_all(s, o->centre + c * d, d, CX_F64);
    const cx_tuple zw = cx__held_all(s->where, &weighted,
                                     CX_ARRAYS(m->x, centre, cx_slice(shares, 1, c, c + 1, 1)));
    const cx_tuple sums = cx__held_all(s->where, &squared, CX_ARRAYS(zw.at[0], zw.at[1]));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(s, sums.at[0], totals + m->k + c * d));
    double *const squares = totals + m->k + m->k * d;
    if (o->kind == CX_LEARN_MIXTURE_DIAG) return cx__read_all(s, sums.at[1], squares + c * d);
    if (o->kind == CX_LEARN_MIXTURE_TIED) return CX_OK;
    double *const whole = cx__scope_room((size_t)(d * d) * sizeof *whole);
    if (!whole) return CX_E_NOMEM;
    CX__TRY(cx__read_all(s, cx_ascontiguous(cx_matmul(cx_transpose(zw.at[1]), zw.at[0])), whole));
    double *to = squares + c * packed;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) *to++ = whole[i * d + j];
    return CX_OK;
}

static cx_status store_end(const cx_array *shares, const cx_tuple *t, cx_learn_mixture_end end,
                           cx_array *out)
{
    if (end == CX_LEARN_MIXTURE_LABELS)
        return cx_copy_into(cx_astype(cx_argmax(shares, CX_AXIS(1)), CX_F64), out);
    if (end == CX_LEARN_MIXTURE_SHARES) return cx_copy_into(shares, out);
    if (end == CX_LEARN_MIXTURE_LOG_SHARES) return cx_copy_into(t->at[3], out);
    return cx_copy_into(cx_reshape(t->at[1], CX_SHAPE(cx_dim(shares, 0))), out);
}

static cx_status by_arrays(const cx__mixture *m, const operands *o, const cx_array *shares,
                           double *totals, cx_learn_mixture_end end, cx_array *out)
{
    static cx__held numbers = CX__HELD("all, r, v: sum(all), sum(r * v)");
    const cx__site *const s = &m->site;
    cx_tuple t = {0};
    const bool given = shares != NULL;
    if (!given) {
        CX__TRY(shares_of(m, o, &t));
        shares = t.at[0];
    }
    if (out) CX__TRY(store_end(shares, &t, end, out));
    if (!totals) return CX_OK;
    CX__TRY(cx__read_all(s, cx_sum(shares, CX_AXIS(0)), totals));
    for (int64_t c = 0; c < m->k; c++) {
        const cx_scope inner = cx_scope_open();
        cx_check(sums_of(m, o, shares, c, totals));
        CX__TRY(cx_scope_close(inner));
    }
    double *const last = totals + cx_learn_mixture_totals(o->kind, m->d, m->k) - 2;
    last[0] = last[1] = 0;
    if (given) return CX_OK;
    const cx_tuple two = cx__held_all(s->where, &numbers, CX_ARRAYS(t.at[1], shares, t.at[2]));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_f64(s, two.at[0], last));
    return cx__read_f64(s, two.at[1], last + 1);
}

/* ---- by the slot */
static cx_status by_slot(const cx__mixture *m, const operands *o, const cx_array *shares,
                         double *totals, cx_learn_mixture_end end, cx_array *out)
{
    const cx__site *const s = &m->site;
    const int64_t d = m->d, k = m->k, count = cx_learn_mixture_totals(o->kind, d, k);
    const cx_array *const centre = cx__given_all(s, o->centre, k * d, CX_F64);
    const cx_array *const factor =
                              o->factor ? cx__given_all(s, o->factor, o->factors, CX_F64) : NULL,
                          *const image =
                              o->image ? cx__given_all(s, o->image, k * d, CX_F64) : NULL,
                          *const start = o->start ? cx__given_all(s, o->start, k, CX_F64) : NULL;
    cx_array *const all = totals ? cx__new_f64(s, count, -1) : NULL;
    const cx_learn_mixture call = {.kind = o->kind,
                                   .end = out ? end : CX_LEARN_MIXTURE_NOTHING,
                                   .n = m->n,
                                   .d = d,
                                   .k = k,
                                   .x = cx__at(m->x),
                                   .centre = cx__at(centre),
                                   .factor = cx__at(factor),
                                   .image = cx__at(image),
                                   .start = cx__at(start),
                                   .shares = cx__at(shares),
                                   .totals = cx__at(all),
                                   .out = cx__at(out)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->mixture(s->queue, &call));
    return totals ? cx__read_all(s, all, totals) : CX_OK;
}

static cx_status run(const cx__mixture *m, const operands *o, const cx_array *shares,
                     double *totals, cx_learn_mixture_end end, cx_array *out)
{
    return m->site.ops->mixture ? by_slot(m, o, shares, totals, end, out)
                                : by_arrays(m, o, shares, totals, end, out);
}

/* ---- moments */
/* The covariance of all from the products of all rows and the components' means: what is between
 * the components is taken off. */
static void tied_moments(cx__mixture *m)
{
    const int64_t d = m->d;
    const double *const g = m->shift, n = (double)m->n;
    double all = 0;
    for (int64_t c = 0; c < m->k; c++) all += m->nk[c];
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double sum = m->gram[i * d + j], ei = n * g[i], ej = n * g[j];
            for (int64_t c = 0; c < m->k; c++) {
                const double xi = m->xk[c * d + i], xj = m->xk[c * d + j];
                sum -= m->nk[c] * (xi - g[i]) * (xj - g[j]);
                ei -= m->nk[c] * xi;
                ej -= m->nk[c] * xj;
            }
            sum += ei * g[j] + g[i] * ej - (n - all) * g[i] * g[j];
            m->sk[i * d + j] = sum / all + (i == j ? m->reg : 0);
        }
}

/* Of component c: squares [d, d] packed about centre, first [d] sums about it. */
static void full_moments(cx__mixture *m, int64_t c, const double *centre, double mass,
                         const double *first, const double *squares)
{
    const int64_t d = m->d;
    const double *const mean = m->xk + c * d;
    double *const out = m->sk + c * d * d;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double a = mean[i] - centre[i], b = mean[j] - centre[j];
            const double sum = ((*squares++ - a * first[j]) - b * first[i]) + mass * a * b;
            out[i * d + j] = out[j * d + i] = sum / m->nk[c] + (i == j ? m->reg : 0);
        }
}

/* nk, by which everything is divided, is a little more than the mass. */
static void diag_moments(cx__mixture *m, int64_t c, const double *centre, double mass,
                         const double *first, const double *squares)
{
    const int64_t d = m->d;
    const double nk = m->nk[c], q = mass / nk;
    double mean = 0;
    for (int64_t j = 0; j < d; j++) {
        const double step = first[j] / nk, at = centre[j];
        const double v = ((squares[j] / nk - step * step) + 2 * at * step * (1 - q)) +
                         at * at * q * (1 - q) + m->reg;
        if (m->type == CX__DIAG) m->sk[c * d + j] = v;
        mean += v;
    }
    if (m->type == CX__SPHERICAL) m->sk[c] = mean / (double)d;
}

static void moments(cx__mixture *m, cx_learn_mixture_kind kind, const double *centre,
                    const double *totals)
{
    const int64_t d = m->d, k = m->k;
    const double *const sums = totals + k, *const squares = sums + k * d;
    for (int64_t c = 0; c < k; c++) {
        m->nk[c] = totals[c] + 10 * DBL_EPSILON;
        for (int64_t j = 0; j < d; j++)
            m->xk[c * d + j] = (totals[c] * centre[c * d + j] + sums[c * d + j]) / m->nk[c];
        if (kind == CX_LEARN_MIXTURE_FULL)
            full_moments(m, c, centre + c * d, totals[c], sums + c * d,
                         squares + c * (d * (d + 1) / 2));
        if (kind == CX_LEARN_MIXTURE_DIAG)
            diag_moments(m, c, centre + c * d, totals[c], sums + c * d, squares + c * d);
    }
    if (m->type == CX__TIED) tied_moments(m);
    memcpy(m->record, totals + cx_learn_mixture_totals(kind, d, k) - 2, sizeof m->record);
}

static double *totals_of(const cx__mixture *m, cx_learn_mixture_kind kind)
{
    return cx__scope_room((size_t)cx_learn_mixture_totals(kind, m->d, m->k) * sizeof(double));
}

cx_status cx__mixture_pass(cx__mixture *m, bool totals, cx_learn_mixture_end end, cx_array *out)
{
    operands o;
    CX__TRY(operands_of(m, &o));
    double *const all = totals ? totals_of(m, o.kind) : NULL;
    CX__TRY(cx__so_far());
    CX__TRY(run(m, &o, NULL, all, end, out));
    if (totals) moments(m, o.kind, m->means, all);
    return CX_OK;
}

/* First the means, then what is about them: no digits are lost between far components. */
cx_status cx__mixture_of_shares(cx__mixture *m, const cx_array *shares)
{
    const int64_t d = m->d, k = m->k;
    double *const centre = cx__scope_room((size_t)(k * d) * sizeof *centre);
    operands o = {.kind = CX_LEARN_MIXTURE_TIED, .centre = centre};
    double *const first = totals_of(m, o.kind), *const all = totals_of(m, slot_kind(m->type));
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k * d; i++) centre[i] = m->shift[i % d];
    CX__TRY(run(m, &o, shares, first, CX_LEARN_MIXTURE_NOTHING, NULL));
    moments(m, o.kind, centre, first);
    if (m->type == CX__TIED) return CX_OK;
    memcpy(centre, m->xk, (size_t)(k * d) * sizeof *centre);
    o.kind = slot_kind(m->type);
    CX__TRY(run(m, &o, shares, all, CX_LEARN_MIXTURE_NOTHING, NULL));
    moments(m, o.kind, centre, all);
    return CX_OK;
}

cx_status cx__mixture_of_rows(cx__mixture *m, const double *rows)
{
    const cx_learn_mixture_kind kind = slot_kind(m->type);
    double *const totals = totals_of(m, kind);
    if (!totals) return CX_E_NOMEM;
    for (int64_t c = 0; c < m->k; c++) totals[c] = 1;
    moments(m, kind, rows, totals);
    return CX_OK;
}

cx_status cx__mixture_call(const cx__mixture *m, cx_plan *p, cx_learn_mixture_end end,
                           cx_learn_mixture *call)
{
    const cx__site *const s = &m->site;
    const int64_t d = m->d, k = m->k;
    operands o;
    CX__TRY(operands_of(m, &o));
    *call = (cx_learn_mixture){.kind = o.kind, .end = end, .d = d, .k = k};
    CX__TRY(cx__plan_f64(p, cx__given_all(s, o.centre, k * d, CX_F64), &call->centre));
    CX__TRY(cx__plan_f64(p, cx__given_all(s, o.factor, o.factors, CX_F64), &call->factor));
    CX__TRY(cx__plan_f64(p, cx__given_all(s, o.start, k, CX_F64), &call->start));
    if (o.image) CX__TRY(cx__plan_f64(p, cx__given_all(s, o.image, k * d, CX_F64), &call->image));
    return cx__plan_scratch(p, cx_learn_mixture_room(p->max_rows, d, k), &call->room);
}
